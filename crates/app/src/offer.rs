//! Keeping offers.

use chrono::NaiveDate;
use lianmeng_domain::actor::Actor;
use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::{Id as _, OfferId};
use lianmeng_domain::offer::{self as rules, Offer, OfferError, OfferKind};
use lianmeng_domain::policy::Visibility;
use lianmeng_store::{StoreError, confirmation, offer};
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;

pub mod reservation;

/// What a person writes into an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferCard {
    /// What is offered.
    pub kind: OfferKind,
    /// Title.
    pub title: String,
    /// Description.
    pub body: String,
    /// How much there is.
    pub capacity: Option<i64>,
    /// What the capacity counts.
    pub unit: Option<String>,
    /// Last day it stands.
    pub valid_until: Option<NaiveDate>,
    /// Whether everyone may read it.
    pub is_published: bool,
}

/// Registers an offer of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterOffer {
    /// Who offers it.
    pub provider: Member,
    /// What is written.
    pub card: OfferCard,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Replaces what is written in an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateOffer {
    /// Which.
    pub offer: OfferId,
    /// The version the caller read.
    pub version: i64,
    /// The whole new card.
    pub card: OfferCard,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why an offer was not saved.
#[derive(Debug, Error)]
pub enum OfferCommandError {
    /// No such offer that the caller may change.
    #[error("no offer with this id that you may change")]
    NotFound,
    /// No such provider that the caller may write for.
    #[error("no enterprise or organisation with this id that you may write for")]
    ProviderNotFound,
    /// A rule of offers.
    #[error(transparent)]
    Rule(#[from] OfferError),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for OfferCommandError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(_) => Self::ProviderNotFound,
            StoreError::Stale | StoreError::Corrupt { .. } | StoreError::Db(_) => {
                Self::Command(error.into())
            }
        }
    }
}

/// Registers an offer: the provider itself or a coordinator.
///
/// # Errors
///
/// See [`OfferCommandError`]; nothing is saved when an error is returned.
pub async fn register(
    desk: &Desk,
    actor: &Actor,
    cmd: &RegisterOffer,
) -> Result<OfferId, OfferCommandError> {
    if !rules::may_write(actor, cmd.provider) {
        return Err(OfferCommandError::ProviderNotFound);
    }
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let blank = Offer {
        id: desk.mint(),
        external_id: None,
        provider: cmd.provider,
        kind: cmd.card.kind,
        title: String::new(),
        body: String::new(),
        capacity: None,
        capacity_left: None,
        unit: None,
        valid_until: None,
        is_published: false,
        version: 1,
    };
    let offer = rules::revise(&with_card(blank, &cmd.card), None)?;
    offer::insert(&change.tx, &offer).await?;
    confirmation::record(&change.tx, offer.id, desk.now).await?;
    let change = change.noting(offer::diff(None, &offer));
    change.finish("RegisterOffer", &wire(offer.id), Touches::Nothing).await?;
    Ok(offer.id)
}

/// Replaces what is written in an offer: the provider itself or a coordinator.
///
/// # Errors
///
/// See [`OfferCommandError`]; nothing is saved when an error is returned.
pub async fn update(
    desk: &Desk,
    actor: &Actor,
    cmd: &UpdateOffer,
) -> Result<OfferId, OfferCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let found = offer::find(&change.tx, &Visibility::All, cmd.offer).await?;
    let found = found.filter(|offer| rules::may_write(actor, offer.provider));
    let before = found.ok_or(OfferCommandError::NotFound)?;
    let written = with_card(Offer { version: cmd.version, ..before.clone() }, &cmd.card);
    let revised = rules::revise(&written, Some(&before))?;
    offer::save(&change.tx, &revised).await?;
    confirmation::record(&change.tx, revised.id, desk.now).await?;
    let change = change.noting(offer::diff(Some(&before), &revised));
    change.finish("UpdateOffer", &wire(cmd.offer), Touches::Nothing).await?;
    Ok(cmd.offer)
}

fn with_card(base: Offer, card: &OfferCard) -> Offer {
    Offer {
        kind: card.kind,
        title: card.title.clone(),
        body: card.body.trim().to_owned(),
        capacity: card.capacity,
        unit: card.unit.clone(),
        valid_until: card.valid_until,
        is_published: card.is_published,
        ..base
    }
}

fn wire(id: OfferId) -> String {
    format!("{}:{id}", OfferId::TAG)
}

fn replayed(thing: &str) -> Result<OfferId, OfferCommandError> {
    command::replayed_id(thing).ok_or(OfferCommandError::NotFound)
}
