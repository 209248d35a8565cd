//! Check-in at an event: checkpoints, scans of devices, signing in by hand.

use std::collections::BTreeMap;

use lianmeng_domain::actor::Actor;
use lianmeng_domain::check_in::figures::{self, CheckInFigures};
use lianmeng_domain::check_in::{
    self as rules, CheckIn, CheckInError, Checkpoint, Direction, Gate, Holder, Ledger, Scan,
    Verdict,
};
use lianmeng_domain::event::{DockingEvent, may_manage};
use lianmeng_domain::guest::{Guest, person};
use lianmeng_domain::ids::{AuditId, CheckpointId, DockingEventId, GuestId, GuestPersonId};
use lianmeng_domain::policy::Visibility;
use lianmeng_store::audit::trace::Diff;
use lianmeng_store::eyes::Eyes;
use lianmeng_store::guest::{self as guests, book};
use lianmeng_store::{StoreError, check_in as store, event as events};
use sea_orm::ConnectionTrait;
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;
use crate::event::wire;

/// Adds a checkpoint to an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The event.
    pub event: DockingEventId,
    /// Its name.
    pub name: String,
    /// Whether one enters and leaves the event there.
    pub is_entrance: bool,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Removes a checkpoint where nobody was scanned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoveCheckpoint {
    /// Which.
    pub checkpoint: CheckpointId,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Signs a person in or out at the desk, without a badge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// The event.
    pub event: DockingEventId,
    /// Who.
    pub person: GuestPersonId,
    /// Where.
    pub checkpoint: CheckpointId,
    /// Which way.
    pub direction: Direction,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why check-in was not changed.
#[derive(Debug, Error)]
pub enum CheckInCommandError {
    /// No such event, checkpoint or person of an event that the caller organises.
    #[error("no event, checkpoint or person with this id that you may check in")]
    NotFound,
    /// A rule.
    #[error(transparent)]
    Rule(#[from] CheckInError),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for CheckInCommandError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

/// The event, if `actor` organises it.
async fn organised(
    db: &impl ConnectionTrait,
    actor: &Actor,
    id: DockingEventId,
) -> Result<DockingEvent, CheckInCommandError> {
    let found = events::find(db, &Visibility::All, id).await?;
    let is_theirs = |event: &DockingEvent| may_manage(actor, &event.hosts, event.committee);
    found.filter(is_theirs).ok_or(CheckInCommandError::NotFound)
}

async fn checkpoints_of(
    db: &impl ConnectionTrait,
    event: DockingEventId,
) -> Result<Vec<Checkpoint>, StoreError> {
    Ok(store::checkpoints(db, &[event]).await?.remove(&event).unwrap_or_default())
}

/// Adds a checkpoint; the event's organisers only.
///
/// # Errors
///
/// See [`CheckInCommandError`]; nothing is saved when an error is returned.
pub async fn add(
    desk: &Desk,
    actor: &Actor,
    cmd: &AddCheckpoint,
) -> Result<DockingEventId, CheckInCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(cmd.event),
    };
    organised(&change.tx, actor, cmd.event).await?;
    book::hold(&change.tx, cmd.event).await?;
    let standing = checkpoints_of(&change.tx, cmd.event).await?;
    let name = rules::check_name(&cmd.name, &standing)?;
    let point =
        Checkpoint { id: desk.mint(), event: cmd.event, name, is_entrance: cmd.is_entrance };
    store::insert_checkpoint(&change.tx, &point).await?;
    change.finish("AddCheckpoint", &wire(cmd.event), Touches::Nothing).await?;
    Ok(cmd.event)
}

/// Removes a checkpoint where nobody was scanned; the event's organisers only.
///
/// # Errors
///
/// See [`CheckInCommandError`]; nothing is saved when an error is returned.
pub async fn remove(
    desk: &Desk,
    actor: &Actor,
    cmd: &RemoveCheckpoint,
) -> Result<DockingEventId, CheckInCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => {
            let id = command::replayed_id(&thing);
            return id.ok_or(CheckInCommandError::NotFound);
        }
    };
    let found = store::find_checkpoint(&change.tx, cmd.checkpoint).await?;
    let event = found.ok_or(CheckInCommandError::NotFound)?.event;
    organised(&change.tx, actor, event).await?;
    book::hold(&change.tx, event).await?;
    if store::is_used(&change.tx, cmd.checkpoint).await? {
        return Err(CheckInError::InUse.into());
    }
    store::remove_checkpoint(&change.tx, cmd.checkpoint).await?;
    change.finish("RemoveCheckpoint", &wire(event), Touches::Nothing).await?;
    Ok(event)
}

/// The holders of these badges, or persons, by badge.
async fn holders(
    db: &impl ConnectionTrait,
    people: Vec<person::GuestPerson>,
) -> Result<BTreeMap<String, Holder>, StoreError> {
    let mut ids: Vec<GuestId> = people.iter().map(|person| person.guest).collect();
    ids.sort_unstable();
    ids.dedup();
    let found: BTreeMap<GuestId, Guest> = guests::find_many(db, Eyes::ALL, &ids)
        .await?
        .into_iter()
        .map(|guest| (guest.id, guest))
        .collect();
    let held = people.into_iter().filter_map(|person| {
        let stage = found.get(&person.guest)?.stage;
        Some((person.badge.clone(), Holder { person, stage }))
    });
    Ok(held.collect())
}

/// Takes what a device scanned, at most 500 scans at once; the event's organisers only. Gives what became
/// of each, in their order. Sent again, in another order or in other parts, it changes nothing more.
///
/// # Errors
///
/// See [`CheckInCommandError`]; nothing is saved when an error is returned.
pub async fn upload(
    desk: &Desk,
    actor: &Actor,
    event: DockingEventId,
    scans: &[Scan],
) -> Result<Vec<Verdict>, CheckInCommandError> {
    if scans.len() > rules::MAX_SCANS {
        return Err(CheckInError::TooMany { count: scans.len() }.into());
    }
    // The ids of the scans make it safe to repeat; what was refused may be taken another time.
    let key = format!("check-in-{}", desk.mint::<AuditId>());
    let change = match command::begin(desk, actor, &key, &("UploadCheckIns", event)).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Err(CommandError::KeyReused.into()),
    };
    let found = organised(&change.tx, actor, event).await?;
    book::hold(&change.tx, event).await?;
    let points = checkpoints_of(&change.tx, event).await?;
    let badges: Vec<String> = scans.iter().map(|scan| person::scanned(&scan.badge)).collect();
    let people = guests::person::with_badges(&change.tx, &badges).await?;
    let persons: Vec<GuestPersonId> = people.iter().map(|person| person.id).collect();
    let holders = holders(&change.tx, people).await?;
    let ids: Vec<String> = scans.iter().map(|scan| scan.client_id.clone()).collect();
    let known = store::with(&change.tx, event, &ids, &persons).await?;
    let mut ledger: Ledger =
        known.into_iter().map(|record| (record.client_id.clone(), record)).collect();
    let before: Vec<String> = ledger.keys().cloned().collect();
    let gate = Gate {
        event,
        held_on: found.held_on,
        checkpoints: &points,
        holders: &holders,
        now: desk.now,
    };
    let verdicts = rules::take(&mut ledger, &gate, scans);
    let is_new = |record: &CheckIn| before.binary_search(&record.client_id).is_err();
    let fresh: Vec<CheckIn> = ledger.into_values().filter(is_new).collect();
    if fresh.is_empty() {
        change.undo().await?;
        return Ok(verdicts);
    }
    store::insert_many(&change.tx, &fresh).await?;
    let mut diff = Diff::default();
    diff.after.insert("taken".to_owned(), fresh.len().into());
    change.noting(diff).finish("UploadCheckIns", &wire(event), Touches::Nothing).await?;
    Ok(verdicts)
}

/// Signs a person in or out at the desk, now; the event's organisers only.
///
/// # Errors
///
/// See [`CheckInCommandError`]; nothing is saved when an error is returned.
pub async fn sign_in(
    desk: &Desk,
    actor: &Actor,
    cmd: &SignIn,
) -> Result<DockingEventId, CheckInCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(cmd.event),
    };
    let event = organised(&change.tx, actor, cmd.event).await?;
    book::hold(&change.tx, cmd.event).await?;
    let points = checkpoints_of(&change.tx, cmd.event).await?;
    let found = guests::person::find(&change.tx, cmd.person).await?;
    let found = found.filter(|person| person.event == cmd.event);
    let holders = holders(&change.tx, found.into_iter().collect()).await?;
    let holder = holders.values().next().ok_or(CheckInCommandError::NotFound)?;
    let gate = Gate {
        event: cmd.event,
        held_on: event.held_on,
        checkpoints: &points,
        holders: &holders,
        now: desk.now,
    };
    gate.check(holder, (cmd.checkpoint, cmd.direction), desk.now).map_err(CheckInError::Refused)?;
    let record = CheckIn {
        event: cmd.event,
        client_id: format!("desk-{}", change.deed()),
        person: cmd.person,
        checkpoint: cmd.checkpoint,
        direction: cmd.direction,
        at: desk.now,
        device: String::new(),
        is_by_hand: true,
    };
    store::insert_many(&change.tx, &[record]).await?;
    change.finish("SignIn", &wire(cmd.event), Touches::Nothing).await?;
    Ok(cmd.event)
}

/// Who is there, who was, who is missing at `event`. The caller has found that they may be seen. Four
/// statements.
///
/// # Errors
///
/// [`StoreError::Db`] if a query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn figures(
    desk: &Desk,
    event: DockingEventId,
) -> Result<(CheckInFigures, Vec<Checkpoint>), StoreError> {
    let all = guests::all(&desk.db, event).await?;
    let people = guests::person::of_event(&desk.db, event).await?;
    let points = checkpoints_of(&desk.db, event).await?;
    let records = store::all(&desk.db, event).await?;
    Ok((figures::figures((&all, &people), &points, &records), points))
}
