//! Who meets whom at an event, in which order, and which meetings stand firm.

use std::collections::BTreeMap;

use lianmeng_domain::actor::Actor;
use lianmeng_domain::committee::Member;
use lianmeng_domain::event::{DockingEvent, EventError, HalfDay};
use lianmeng_domain::ids::{MeetingId, ParticipantId};
use lianmeng_domain::meeting::{Meeting, MeetingError, Participant, Precedence};
use lianmeng_domain::policy::Visibility;
use lianmeng_store::event as events;
use lianmeng_store::meeting::{self as store, participant};

use super::people::{wire_of, wire_of_member};
use super::{EventCommandError, Target, managed, replayed, revised, timetable, wire};
use crate::command::{self, Begun, Change, Touches};
use crate::desk::Desk;

/// One side of a pair: a participant, or whom it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// A participant of the event.
    Participant(ParticipantId),
    /// An enterprise or organisation that takes part.
    Member(Member),
}

/// Two who should meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// One side.
    pub a: Side,
    /// The other.
    pub b: Side,
    /// The half of the day it must be in; none for either.
    pub half_day: Option<HalfDay>,
    /// Number of the slot it must be in; none if it is free.
    pub fixed_slot: Option<u16>,
}

/// Adds pairs to an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddPairs {
    /// Which event.
    pub target: Target,
    /// Who should meet.
    pub pairs: Vec<Pair>,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Adds and removes precedences between meetings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderMeetings {
    /// Which event.
    pub target: Target,
    /// Precedences to add.
    pub add: Vec<Precedence>,
    /// Precedences to remove; missing ones are passed over.
    pub remove: Vec<Precedence>,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// What to do with one meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeetingDeed {
    /// Lock it where it stands, or in the slot with this number.
    Lock(Option<u16>),
    /// Let planning move it again.
    Unlock,
    /// Take it out of the event.
    Remove,
}

/// Changes one meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeMeeting {
    /// Which meeting.
    pub meeting: MeetingId,
    /// The version of its event that the caller read.
    pub version: i64,
    /// What to do.
    pub deed: MeetingDeed,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Adds pairs of participants; the event's managers only. Returns the meetings in the order given.
///
/// # Errors
///
/// See [`EventCommandError`]; nothing is saved when an error is returned.
pub async fn add(
    desk: &Desk,
    actor: &Actor,
    cmd: &AddPairs,
) -> Result<(DockingEvent, Vec<Meeting>), EventCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => {
            let event = replayed(desk, &thing).await?;
            let people = participant::all(&desk.db, event.id).await?;
            let mut meetings = BTreeMap::new();
            for meeting in store::all(&desk.db, event.id).await? {
                meetings.insert(meeting.sides(), meeting);
            }
            let asked = sides(&people, &cmd.pairs)?;
            return Ok((event, asked.iter().filter_map(|pair| meetings.remove(pair)).collect()));
        }
    };
    let event = managed(&change.tx, actor, cmd.target).await?;
    let (event, added) = insert(desk, &change, event, &cmd.pairs).await?;
    change.finish("AddPairs", &wire(event.id), Touches::Nothing).await?;
    Ok((event, added))
}

/// Adds pairs to `event`, within a change that somebody may make; gives the meetings in the order given.
pub(crate) async fn insert(
    desk: &Desk,
    change: &Change<'_>,
    event: DockingEvent,
    pairs: &[Pair],
) -> Result<(DockingEvent, Vec<Meeting>), EventCommandError> {
    let board = timetable(&change.tx, event.id).await?;
    let added: Vec<Meeting> = sides(&board.participants, pairs)?
        .into_iter()
        .zip(pairs)
        .map(|([first, second], pair)| Meeting {
            id: desk.mint(),
            event: event.id,
            first,
            second,
            half_day: pair.half_day,
            fixed_slot: pair.fixed_slot,
            spot: None,
            is_locked: false,
        })
        .collect();
    board.check_added(&added)?;
    store::insert_many(&change.tx, &added).await?;
    Ok((revised(desk, change, event).await?, added))
}

/// Adds and removes precedences; the event's managers only.
///
/// # Errors
///
/// See [`EventCommandError`]; nothing is saved when an error is returned.
pub async fn order(
    desk: &Desk,
    actor: &Actor,
    cmd: &OrderMeetings,
) -> Result<DockingEvent, EventCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(desk, &thing).await,
    };
    let event = managed(&change.tx, actor, cmd.target).await?;
    let mut board = timetable(&change.tx, event.id).await?;
    board.precedences.retain(|pair| !cmd.remove.contains(pair));
    board.check_precedences(&cmd.add)?;
    store::remove_precedences(&change.tx, event.id, &cmd.remove).await?;
    store::insert_precedences(&change.tx, event.id, &cmd.add).await?;
    let event = revised(desk, &change, event).await?;
    change.finish("OrderMeetings", &wire(event.id), Touches::Nothing).await?;
    Ok(event)
}

/// Locks, unlocks or removes a meeting; the event's managers only. Returns the meeting after the
/// change, or as it was before it was removed.
///
/// Locking or unlocking a meeting where it stands leaves the plan as it is; everything else means
/// planning again.
///
/// # Errors
///
/// See [`EventCommandError`]; nothing is saved when an error is returned.
pub async fn change(
    desk: &Desk,
    actor: &Actor,
    cmd: &ChangeMeeting,
) -> Result<(DockingEvent, Option<Meeting>), EventCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => {
            let event = replayed(desk, &thing).await?;
            let found = store::find_many(&desk.db, &Visibility::All, &[cmd.meeting]).await?.pop();
            return Ok((event, found));
        }
    };
    let found = store::find_many(&change.tx, &Visibility::All, &[cmd.meeting]).await?.pop();
    let found = found.ok_or(EventCommandError::NotFound)?;
    let target = Target { event: found.event, version: cmd.version };
    let event = managed(&change.tx, actor, target).await?;
    if !event.stage.is_open() {
        return Err(EventError::NotOpen { stage: event.stage }.into());
    }
    let (kept, moved) = match cmd.deed {
        MeetingDeed::Lock(slot) => {
            let board = timetable(&change.tx, event.id).await?;
            let changed = board.lock(found.id, slot)?;
            store::save_many(&change.tx, &changed).await?;
            let locked = changed.into_iter().next();
            let moved = locked.as_ref().is_none_or(|locked| locked.spot != found.spot);
            (locked, moved)
        }
        MeetingDeed::Unlock => {
            let unlocked = Meeting { is_locked: false, ..found };
            store::save_many(&change.tx, std::slice::from_ref(&unlocked)).await?;
            (Some(unlocked), false)
        }
        MeetingDeed::Remove => {
            store::remove(&change.tx, found.id).await?;
            (None, true)
        }
    };
    let event = if moved {
        revised(desk, &change, event).await?
    } else {
        events::save(&change.tx, &event).await?;
        DockingEvent { version: event.version + 1, ..event }
    };
    let action = match cmd.deed {
        MeetingDeed::Lock(_) => "LockMeeting",
        MeetingDeed::Unlock => "UnlockMeeting",
        MeetingDeed::Remove => "RemoveMeeting",
    };
    change.finish(action, &wire(event.id), Touches::Nothing).await?;
    Ok((event, kept))
}

/// Both participants of each pair, the lower id first.
fn sides(people: &[Participant], pairs: &[Pair]) -> Result<Vec<[ParticipantId; 2]>, MeetingError> {
    let by_member: BTreeMap<Member, ParticipantId> =
        people.iter().map(|one| (one.member, one.id)).collect();
    let resolve = |side: Side| match side {
        Side::Participant(id) if people.iter().any(|one| one.id == id) => Ok(id),
        Side::Participant(id) => Err(MeetingError::NoParticipant { who: wire_of(id) }),
        Side::Member(member) => by_member
            .get(&member)
            .copied()
            .ok_or_else(|| MeetingError::NoParticipant { who: wire_of_member(member) }),
    };
    pairs
        .iter()
        .map(|pair| {
            let (a, b) = (resolve(pair.a)?, resolve(pair.b)?);
            Ok([a.min(b), a.max(b)])
        })
        .collect()
}
