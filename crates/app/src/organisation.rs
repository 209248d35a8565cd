//! Keeping the registry of other organisations: departments, chambers, banks, institutes.

use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::OrganisationId;
use lianmeng_domain::organisation::{Organisation, OrganisationKind};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::region::Place;
use lianmeng_store::organisation;

use crate::command::{self, Begun};
use crate::desk::Desk;
use crate::registry::{
    self, Register, RegistryError, Remove, Update, done, in_use, must_keep, replayed,
};

/// What a person may write into the card of an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganisationCard {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: OrganisationKind,
    /// Where it is.
    pub place: Option<Place>,
    /// What it can do for enterprises; empty when unknown.
    pub services: String,
}

fn with_card(base: Organisation, card: &OrganisationCard) -> Result<Organisation, RegistryError> {
    Ok(Organisation {
        name: registry::name(&card.name)?,
        kind: card.kind,
        place: card.place,
        services: card.services.trim().to_owned(),
        ..base
    })
}

/// Registers an organisation. Coordinators only.
///
/// # Errors
///
/// See [`RegistryError`]; nothing is saved when an error is returned.
pub async fn register(
    desk: &Desk,
    actor: &Actor,
    cmd: &Register<OrganisationCard>,
) -> Result<OrganisationId, RegistryError> {
    must_keep(actor)?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let blank = Organisation {
        id: desk.mint(),
        external_id: None,
        name: String::new(),
        kind: cmd.card.kind,
        place: None,
        services: String::new(),
        is_example: false,
        version: 1,
    };
    let organisation = with_card(blank, &cmd.card)?;
    organisation::insert(&change.tx, &organisation).await?;
    done(change, "RegisterOrganisation", organisation.id).await
}

/// Replaces the card of an organisation. Coordinators only.
///
/// # Errors
///
/// See [`RegistryError`]; nothing is saved when an error is returned.
pub async fn update(
    desk: &Desk,
    actor: &Actor,
    cmd: &Update<OrganisationId, OrganisationCard>,
) -> Result<OrganisationId, RegistryError> {
    must_keep(actor)?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let found = organisation::find(&change.tx, &Visibility::All, cmd.id).await?;
    let found = found.ok_or(RegistryError::NotFound)?;
    let organisation = with_card(Organisation { version: cmd.version, ..found }, &cmd.card)?;
    organisation::save(&change.tx, &organisation).await?;
    done(change, "UpdateOrganisation", organisation.id).await
}

/// Removes an organisation that nothing depends on. Coordinators only.
///
/// # Errors
///
/// See [`RegistryError`]; nothing is removed when an error is returned.
pub async fn remove(
    desk: &Desk,
    actor: &Actor,
    cmd: &Remove<OrganisationId>,
) -> Result<OrganisationId, RegistryError> {
    must_keep(actor)?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let found = organisation::find(&change.tx, &Visibility::All, cmd.id).await?;
    found.ok_or(RegistryError::NotFound)?;
    organisation::remove(&change.tx, cmd.id, cmd.version).await.map_err(in_use)?;
    done(change, "RemoveOrganisation", cmd.id).await
}
