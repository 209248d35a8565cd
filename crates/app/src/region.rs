//! Which division a name means, and keeping the functional zones.

use std::collections::BTreeMap;

use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::ZoneId;
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::region::{RegionCode, Zone};
use lianmeng_store::region::zone;
use lianmeng_store::{StoreError, import};
use sea_orm::ConnectionTrait;
use thiserror::Error;

use crate::command::{self, Begun};
use crate::desk::Desk;
use crate::import::atlas::Atlas;
use crate::registry::{
    self, Register, RegistryError, Remove, Update, done, in_use, must_keep, replayed, sorted,
};

/// Every division in force that `name` may mean, by code; with it the past division that was named,
/// if one was.
///
/// `name` is a code, a full or short name, or a path such as 南通市通州区. `parent`, another such
/// text, keeps only divisions inside of what it means. Costs one statement and a few milliseconds
/// of work off the async threads.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn resolve(
    desk: &Desk,
    name: &str,
    parent: Option<&str>,
) -> Result<BTreeMap<RegionCode, Option<RegionCode>>, StoreError> {
    let regions = import::regions(&desk.db).await?;
    let (name, parent) = (name.to_owned(), parent.map(str::to_owned));
    let found = tokio::task::spawn_blocking(move || {
        let atlas = Atlas::new(&regions, Vec::new());
        let Some(parent) = parent else { return atlas.choices(&name, None) };
        let outer = atlas.choices(&parent, None);
        outer.keys().flat_map(|&outer| atlas.choices(&name, Some(outer))).collect()
    });
    // The work cannot panic, and the runtime waits for it when it shuts down.
    Ok(found.await.unwrap_or_default())
}

/// Why a figure cannot be about a division.
#[derive(Debug, Error)]
pub enum DivisionError {
    /// No such division.
    #[error("{0} is no division of GB/T 2260; take its code from the query `regions`")]
    Unknown(RegionCode),
    /// A past division, of which nothing is on record any more.
    #[error("{0} is a past division; ask for {1}, which took its place")]
    Past(RegionCode, RegionCode),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whether figures can be about the division `code`: with a wrong one everything would seem to be missing
/// there. One statement.
///
/// # Errors
///
/// See [`DivisionError`].
pub async fn check(db: &impl ConnectionTrait, code: RegionCode) -> Result<(), DivisionError> {
    let found = lianmeng_store::region::find_many(db, &[code]).await?.pop();
    match found.ok_or(DivisionError::Unknown(code))?.successor {
        Some(successor) => Err(DivisionError::Past(code, successor)),
        None => Ok(()),
    }
}

/// What a person may write into the card of a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneCard {
    /// Its name, unique.
    pub name: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// Divisions it overlaps.
    pub overlaps: Vec<RegionCode>,
}

fn with_card(base: Zone, card: &ZoneCard) -> Result<Zone, RegistryError> {
    Ok(Zone {
        name: registry::name(&card.name)?,
        aliases: sorted(&card.aliases),
        overlaps: sorted(&card.overlaps),
        ..base
    })
}

/// Registers a zone. Coordinators only.
///
/// # Errors
///
/// See [`RegistryError`]; nothing is saved when an error is returned.
pub async fn register_zone(
    desk: &Desk,
    actor: &Actor,
    cmd: &Register<ZoneCard>,
) -> Result<ZoneId, RegistryError> {
    must_keep(actor)?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let blank = Zone {
        id: desk.mint(),
        name: String::new(),
        aliases: Vec::new(),
        overlaps: Vec::new(),
        is_example: false,
        version: 1,
    };
    let zone = with_card(blank, &cmd.card)?;
    zone::insert(&change.tx, &zone).await?;
    done(change, "RegisterZone", zone.id).await
}

/// Replaces the card of a zone. Coordinators only.
///
/// # Errors
///
/// See [`RegistryError`]; nothing is saved when an error is returned.
pub async fn update_zone(
    desk: &Desk,
    actor: &Actor,
    cmd: &Update<ZoneId, ZoneCard>,
) -> Result<ZoneId, RegistryError> {
    must_keep(actor)?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let found = zone::find(&change.tx, &Visibility::All, cmd.id).await?;
    let found = found.ok_or(RegistryError::NotFound)?;
    let zone = with_card(Zone { version: cmd.version, ..found }, &cmd.card)?;
    zone::save(&change.tx, &zone).await?;
    done(change, "UpdateZone", zone.id).await
}

/// Removes a zone in which nothing lies. Coordinators only.
///
/// # Errors
///
/// See [`RegistryError`]; nothing is removed when an error is returned.
pub async fn remove_zone(
    desk: &Desk,
    actor: &Actor,
    cmd: &Remove<ZoneId>,
) -> Result<ZoneId, RegistryError> {
    must_keep(actor)?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let found = zone::find(&change.tx, &Visibility::All, cmd.id).await?;
    found.ok_or(RegistryError::NotFound)?;
    zone::remove(&change.tx, cmd.id, cmd.version).await.map_err(in_use)?;
    done(change, "RemoveZone", cmd.id).await
}
