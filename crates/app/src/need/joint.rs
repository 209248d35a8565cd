//! Commands in which more than one need or unit has a part: calling others in, notes, merging, and
//! what the city's own platform says.

use chrono::{DateTime, Utc};
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::ids::{NeedId, NeedNoteId};
use lianmeng_domain::need::call::{self, Note, WhistleOrder};
use lianmeng_domain::need::{CityRecord, Need, NeedStep, merge as merging, rights, rules};
use lianmeng_domain::policy;
use lianmeng_store::eyes::Eyes;
use lianmeng_store::need;
use sea_orm::DatabaseTransaction;

use super::{Done, NeedCommandError, replayed, save, wire};
use crate::command::{self, Begun, Touches};
use crate::desk::Desk;

/// Joins a need with another that asks for the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeNeed {
    /// The need that goes.
    pub need: NeedId,
    /// The version the caller read; `None` to take it as it is.
    pub version: Option<i64>,
    /// The need that stays.
    pub target: NeedId,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Writes a note on a need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteNote {
    /// Which need.
    pub need: NeedId,
    /// The version the caller read; `None` to take it as it is.
    pub version: Option<i64>,
    /// The words.
    pub text: String,
    /// Whether it is kept from the enterprise.
    pub is_internal: bool,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Records what the city's own platform says of a need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirrorNeed {
    /// Which need.
    pub need: NeedId,
    /// The version the caller read; `None` to take it as it is.
    pub version: Option<i64>,
    /// What it says.
    pub record: CityRecord,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// The need if the caller reads it in full.
async fn full(
    tx: &DatabaseTransaction,
    actor: &Actor,
    id: NeedId,
) -> Result<Need, NeedCommandError> {
    let (sees, reads) = (policy::visibility(actor), policy::reading(actor));
    let found = need::find(tx, Eyes { sees: &sees, reads: &reads, ..Eyes::ALL }, id).await?;
    let full = found.filter(|seen| seen.is_full).map(|seen| seen.need);
    full.ok_or(NeedCommandError::NotFound)
}

/// Calls units in; saves the calls, not the need.
pub(super) async fn whistle(
    tx: &DatabaseTransaction,
    need: &Need,
    order: &WhistleOrder,
    now: DateTime<Utc>,
) -> Result<Need, NeedCommandError> {
    let before = need::call::of_needs(tx, &[need.id]).await?;
    let called: Vec<_> = before.iter().map(|call| call.unit).collect();
    let (need, calls) = call::whistle(need, order, &called, now)?;
    need::call::insert(tx, &calls).await?;
    Ok(need)
}

/// Follows the call of the caller's unit; saves the call, not the need.
pub(super) async fn check_in(
    tx: &DatabaseTransaction,
    actor: &Actor,
    need: &Need,
    note: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Need, NeedCommandError> {
    let calls = need::call::of_needs(tx, &[need.id]).await?;
    let own = calls.into_iter().find(|call| Some(call.unit) == actor.organisation());
    let own = own.ok_or(NeedCommandError::NotFound)?;
    let (need, call) = call::check_in(need, &own, note, now)?;
    need::call::save(tx, &call).await?;
    Ok(need)
}

/// Joins a need with another that asks for the same 并单: the secretary of both, or a coordinator. Those
/// who asked go on seeing how the other fares.
///
/// # Errors
///
/// See [`NeedCommandError`]; nothing is saved when an error is returned.
pub async fn merge(desk: &Desk, actor: &Actor, cmd: &MergeNeed) -> Result<Done, NeedCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let may = |need: &Need| rights::may_take(actor, NeedStep::Merge, need);
    let need = full(&change.tx, actor, cmd.need).await?;
    let target = match full(&change.tx, actor, cmd.target).await {
        Err(NeedCommandError::NotFound) => return Err(NeedCommandError::TargetNotFound),
        found => found?,
    };
    if !may(&need) {
        return Err(NeedCommandError::NotFound);
    }
    if !may(&target) {
        return Err(NeedCommandError::TargetNotFound);
    }
    let need = Need { version: cmd.version.unwrap_or(need.version), ..need };
    let merged = merging::merge(&need, &target, desk.now)?;
    // Raising its version keeps the target from being merged or closed meanwhile.
    need::save(&change.tx, &target).await?;
    save(&change.tx, &need, &merged, desk.now).await?;
    let change = change.noting(need::diff(Some(&need), &merged));
    change.finish("MergeNeed", &wire(need.id), Touches::Nothing).await?;
    Ok(Done::of(actor, Need { version: merged.version + 1, ..merged }))
}

/// Writes a note on a need: those who work on it, and the enterprise or its liaison, whose notes are
/// open to all parties.
///
/// # Errors
///
/// See [`NeedCommandError`]; nothing is saved when an error is returned.
pub async fn write_note(
    desk: &Desk,
    actor: &Actor,
    cmd: &WriteNote,
) -> Result<Done, NeedCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let need = full(&change.tx, actor, cmd.need).await?;
    if !rights::may_note(actor, &need) {
        return Err(NeedCommandError::NotFound);
    }
    let need = Need { version: cmd.version.unwrap_or(need.version), ..need };
    let note = Note {
        id: desk.mint::<NeedNoteId>(),
        need: need.id,
        at: desk.now,
        role: actor.role,
        unit: actor.organisation().filter(|_| actor.role == Role::DepartmentHandler),
        text: cmd.text.trim().to_owned(),
        is_internal: cmd.is_internal && rights::may_read_notes(actor),
    };
    let noted = call::note(&need, &note)?;
    need::note::insert(&change.tx, &note).await?;
    need::save(&change.tx, &noted).await?;
    let change = change.noting(need::diff(Some(&need), &noted));
    change.finish("NoteNeed", &wire(need.id), Touches::Nothing).await?;
    Ok(Done::of(actor, Need { version: noted.version + 1, ..noted }))
}

/// Records what the city's own platform says of a need; coordinators only. An older record than the one
/// there is changes nothing, so reports may come in any order and twice.
///
/// # Errors
///
/// See [`NeedCommandError`]; nothing is saved when an error is returned.
pub async fn mirror(
    desk: &Desk,
    actor: &Actor,
    cmd: &MirrorNeed,
) -> Result<Done, NeedCommandError> {
    if !rights::may_mirror(actor) {
        return Err(NeedCommandError::NotFound);
    }
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let need = full(&change.tx, actor, cmd.need).await?;
    let need = Need { version: cmd.version.unwrap_or(need.version), ..need };
    let mirrored = rules::mirror(&need, &cmd.record)?;
    let is_older = need.city.as_ref().is_some_and(|city| city.at > cmd.record.at);
    if is_older {
        change.finish("MirrorNeed", &wire(need.id), Touches::Nothing).await?;
        return Ok(Done::of(actor, need));
    }
    match need::save(&change.tx, &mirrored).await {
        Err(lianmeng_store::StoreError::Conflict(_)) => return Err(NeedCommandError::NumberTaken),
        saved => saved?,
    }
    let change = change.noting(need::diff(Some(&need), &mirrored));
    change.finish("MirrorNeed", &wire(need.id), Touches::Nothing).await?;
    Ok(Done::of(actor, Need { version: mirrored.version + 1, ..mirrored }))
}
