//! Keeping Party organisations and their superiors: a tree of its own, apart from ownership.

use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::PartyOrganisationId;
use lianmeng_domain::party::{PartyHome, PartyLevel, PartyOrganisation};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::tree;
use lianmeng_store::party;
use sea_orm::ConnectionTrait;

use crate::command::{self, Begun};
use crate::desk::Desk;
use crate::registry::{
    self, Register, RegistryError, Remove, Update, done, in_use, must_keep, replayed,
};

/// What a person may write into the card of a Party organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyCard {
    /// Its name.
    pub name: String,
    /// Its level.
    pub level: PartyLevel,
    /// Its superior.
    pub parent: Option<PartyOrganisationId>,
    /// Where it is set up.
    pub home: PartyHome,
}

fn with_card(
    base: PartyOrganisation,
    card: &PartyCard,
) -> Result<PartyOrganisation, RegistryError> {
    Ok(PartyOrganisation {
        name: registry::name(&card.name)?,
        level: card.level,
        parent: card.parent,
        home: card.home,
        ..base
    })
}

/// Registers a Party organisation. Coordinators only.
///
/// # Errors
///
/// See [`RegistryError`]; nothing is saved when an error is returned.
pub async fn register(
    desk: &Desk,
    actor: &Actor,
    cmd: &Register<PartyCard>,
) -> Result<PartyOrganisationId, RegistryError> {
    must_keep(actor)?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let blank = PartyOrganisation {
        id: desk.mint(),
        external_id: None,
        name: String::new(),
        level: cmd.card.level,
        parent: None,
        home: PartyHome::None,
        version: 1,
    };
    let organisation = with_card(blank, &cmd.card)?;
    party::insert(&change.tx, &organisation).await?;
    done(change, "RegisterPartyOrganisation", organisation.id).await
}

/// Replaces the card of a Party organisation. Coordinators only.
///
/// # Errors
///
/// See [`RegistryError`]; nothing is saved when an error is returned.
pub async fn update(
    desk: &Desk,
    actor: &Actor,
    cmd: &Update<PartyOrganisationId, PartyCard>,
) -> Result<PartyOrganisationId, RegistryError> {
    must_keep(actor)?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let found = party::find(&change.tx, &Visibility::All, cmd.id).await?;
    let found = found.ok_or(RegistryError::NotFound)?;
    let organisation = with_card(PartyOrganisation { version: cmd.version, ..found }, &cmd.card)?;
    check_superior(&change.tx, &organisation).await?;
    party::save(&change.tx, &organisation).await?;
    done(change, "UpdatePartyOrganisation", organisation.id).await
}

/// Refuses a superior that stands below the organisation itself.
async fn check_superior(
    db: &impl ConnectionTrait,
    organisation: &PartyOrganisation,
) -> Result<(), RegistryError> {
    let Some(superior) = organisation.parent else { return Ok(()) };
    let mut parents = party::parents(db).await?;
    parents.insert(organisation.id, superior);
    match tree::cycle(parents) {
        Some(_) => Err(RegistryError::PartyCycle { superior }),
        None => Ok(()),
    }
}

/// Removes a Party organisation with none below it. Coordinators only.
///
/// # Errors
///
/// See [`RegistryError`]; nothing is removed when an error is returned.
pub async fn remove(
    desk: &Desk,
    actor: &Actor,
    cmd: &Remove<PartyOrganisationId>,
) -> Result<PartyOrganisationId, RegistryError> {
    must_keep(actor)?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let found = party::find(&change.tx, &Visibility::All, cmd.id).await?;
    found.ok_or(RegistryError::NotFound)?;
    party::remove(&change.tx, cmd.id, cmd.version).await.map_err(in_use)?;
    done(change, "RemovePartyOrganisation", cmd.id).await
}
