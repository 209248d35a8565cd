//! Keeping the registry of enterprises.

use lianmeng_domain::actor::Actor;
use lianmeng_domain::enterprise::{CreditCode, Enterprise, Ownership, QualityTier};
use lianmeng_domain::ids::{EnterpriseId, Id};
use lianmeng_domain::industry::IndustryKey;
use lianmeng_domain::policy::{self, Visibility};
use lianmeng_domain::region::Place;
use lianmeng_domain::tree;
use lianmeng_store::{StoreError, confirmation, enterprise, industry};
use sea_orm::ConnectionTrait;
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;

/// What a person may write into the card of an enterprise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnterpriseCard {
    /// Credit code, if it has one.
    pub credit_code: Option<CreditCode>,
    /// Registered name.
    pub name: String,
    /// Short name.
    pub short_name: Option<String>,
    /// Other names.
    pub aliases: Vec<String>,
    /// Who owns it.
    pub ownership: Option<Ownership>,
    /// The enterprise one level up.
    pub parent: Option<EnterpriseId>,
    /// Where it is.
    pub place: Option<Place>,
    /// Its industry.
    pub industry: Option<IndustryKey>,
    /// Its quality tiers.
    pub tiers: Vec<QualityTier>,
    /// Whether it governs its chain.
    pub is_lead_firm: bool,
    /// Whether it is large in its trade.
    pub is_flagship: bool,
    /// Whether it is above designated size.
    pub is_above_scale: Option<bool>,
}

/// Registers a new enterprise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterEnterprise {
    /// Its card.
    pub card: EnterpriseCard,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Replaces the card of an enterprise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateEnterprise {
    /// Which.
    pub enterprise: EnterpriseId,
    /// The version the caller read.
    pub version: i64,
    /// The whole new card.
    pub card: EnterpriseCard,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why the registry was not changed.
#[derive(Debug, Error)]
pub enum EnterpriseError {
    /// No such enterprise that the caller may change.
    #[error("no enterprise with this id that you may change")]
    NotFound,
    /// A name is missing.
    #[error("the name is empty; write the registered name")]
    NameMissing,
    /// The credit code belongs to another enterprise.
    #[error("the credit code belongs to another enterprise; search for it and update that one")]
    CreditCodeTaken,
    /// The parent, place or industry does not exist.
    #[error("parent, place or industry does not exist")]
    UnknownReference,
    /// The new parent is the enterprise itself or one of its own subsidiaries.
    #[error("the parent {parent} is owned by this enterprise; choose one outside of its own group")]
    OwnershipCycle {
        /// The parent that closes the circle.
        parent: EnterpriseId,
    },
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for EnterpriseError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

/// Registers an enterprise. Coordinators only.
///
/// # Errors
///
/// See [`EnterpriseError`]; nothing is saved when an error is returned.
pub async fn register(
    desk: &Desk,
    actor: &Actor,
    cmd: &RegisterEnterprise,
) -> Result<Enterprise, EnterpriseError> {
    if !policy::may_keep_registry(actor) {
        return Err(EnterpriseError::NotFound);
    }
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(desk, &thing).await,
    };
    let id: EnterpriseId = desk.mint();
    let enterprise = with_card(blank(id), &cmd.card)?;
    check_parent(&change.tx, &enterprise).await?;
    check_industry(&change.tx, &enterprise).await?;
    enterprise::insert(&change.tx, &enterprise).await.map_err(explain)?;
    let change = change.noting(enterprise::diff(None, &enterprise));
    change.finish("RegisterEnterprise", &wire(id), Touches::Graph).await?;
    Ok(enterprise)
}

/// Replaces the card of an enterprise: coordinators any, an enterprise its own.
///
/// # Errors
///
/// See [`EnterpriseError`]; nothing is saved when an error is returned.
pub async fn update(
    desk: &Desk,
    actor: &Actor,
    cmd: &UpdateEnterprise,
) -> Result<Enterprise, EnterpriseError> {
    if !may_update(actor, cmd.enterprise) {
        return Err(EnterpriseError::NotFound);
    }
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(desk, &thing).await,
    };
    let found = enterprise::find(&change.tx, &Visibility::All, cmd.enterprise).await?;
    let found = found.ok_or(EnterpriseError::NotFound)?;
    let before = found.clone();
    let enterprise = with_card(Enterprise { version: cmd.version, ..found }, &cmd.card)?;
    check_parent(&change.tx, &enterprise).await?;
    check_industry(&change.tx, &enterprise).await?;
    enterprise::save(&change.tx, &enterprise).await.map_err(explain)?;
    confirmation::record(&change.tx, enterprise.id, desk.now).await?;
    let change = change.noting(enterprise::diff(Some(&before), &enterprise));
    change.finish("UpdateEnterprise", &wire(cmd.enterprise), Touches::Graph).await?;
    Ok(Enterprise { version: enterprise.version + 1, ..enterprise })
}

/// Whether `actor` may change the card of `enterprise`.
pub fn may_update(actor: &Actor, enterprise: EnterpriseId) -> bool {
    use lianmeng_domain::actor::Role;
    policy::may_keep_registry(actor)
        || (actor.role == Role::Enterprise && actor.enterprise() == Some(enterprise))
}

fn wire(id: EnterpriseId) -> String {
    format!("{}:{id}", EnterpriseId::TAG)
}

async fn replayed(desk: &Desk, thing: &str) -> Result<Enterprise, EnterpriseError> {
    let id = thing.split_once(':').and_then(|(_, id)| id.parse().ok());
    let id: EnterpriseId = id.ok_or(EnterpriseError::NotFound)?;
    let found = enterprise::find(&desk.db, &Visibility::All, id).await?;
    found.ok_or(EnterpriseError::NotFound)
}

fn blank(id: EnterpriseId) -> Enterprise {
    Enterprise {
        id,
        credit_code: None,
        external_id: None,
        name: String::new(),
        short_name: None,
        aliases: Vec::new(),
        ownership: None,
        parent: None,
        place: None,
        industry: None,
        tiers: Vec::new(),
        is_lead_firm: false,
        is_flagship: false,
        is_above_scale: None,
        is_example: false,
        version: 1,
    }
}

fn with_card(base: Enterprise, card: &EnterpriseCard) -> Result<Enterprise, EnterpriseError> {
    let name = card.name.trim();
    if name.is_empty() {
        return Err(EnterpriseError::NameMissing);
    }
    let mut aliases = card.aliases.clone();
    aliases.sort();
    aliases.dedup();
    let mut tiers = card.tiers.clone();
    tiers.sort();
    tiers.dedup();
    Ok(Enterprise {
        credit_code: card.credit_code,
        name: name.to_owned(),
        short_name: card.short_name.clone(),
        aliases,
        ownership: card.ownership,
        parent: card.parent,
        place: card.place,
        industry: card.industry.clone(),
        tiers,
        is_lead_firm: card.is_lead_firm,
        is_flagship: card.is_flagship,
        is_above_scale: card.is_above_scale,
        ..base
    })
}

async fn check_parent(
    db: &impl ConnectionTrait,
    enterprise: &Enterprise,
) -> Result<(), EnterpriseError> {
    let Some(parent) = enterprise.parent else { return Ok(()) };
    if enterprise::find(db, &Visibility::All, parent).await?.is_none() && parent != enterprise.id {
        return Err(EnterpriseError::UnknownReference);
    }
    let mut parents = enterprise::parents(db).await?;
    parents.insert(enterprise.id, parent);
    match tree::cycle(parents) {
        Some(_) => Err(EnterpriseError::OwnershipCycle { parent }),
        None => Ok(()),
    }
}

/// Refuses an industry that its classification lacks; the tables do not hang together there.
async fn check_industry(
    db: &impl ConnectionTrait,
    enterprise: &Enterprise,
) -> Result<(), EnterpriseError> {
    let Some(key) = &enterprise.industry else { return Ok(()) };
    if industry::find_many(db, std::slice::from_ref(key)).await?.is_empty() {
        return Err(EnterpriseError::UnknownReference);
    }
    Ok(())
}

/// Which unique value or reference the database refused.
fn explain(error: StoreError) -> EnterpriseError {
    match &error {
        StoreError::Conflict(what) if what.contains("credit_code") => {
            EnterpriseError::CreditCodeTaken
        }
        StoreError::Conflict(_) => EnterpriseError::UnknownReference,
        StoreError::Stale | StoreError::Corrupt { .. } | StoreError::Db(_) => error.into(),
    }
}
