//! The day itself: planning the rest of it again around those who did not come.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use lianmeng_domain::actor::Actor;
use lianmeng_domain::event::{DockingEvent, EventStage};
use lianmeng_domain::ids::{MeetingId, ParticipantId};
use lianmeng_domain::meeting::day::{self as rules, Attendance, DayError, MAX_STANDBY};
use lianmeng_domain::meeting::version::{self as versions, Diff};
use lianmeng_domain::meeting::{MAX_MEETINGS, Meeting, MeetingError, Participant, Timetable};
use lianmeng_store::event as store;
use lianmeng_store::meeting::{self as meetings, participant};

use super::tell::{self, Publication};
use super::{EventCommandError, Target, managed, replayed, timetable, wire};
use crate::command::{self, Begun, Touches};
use crate::desk::Desk;
use crate::plan::refill::{self, Refill};

/// Plans the rest of a live event again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplanEvent {
    /// Which.
    pub target: Target,
    /// Who did not come, and who came after all.
    pub attendance: Attendance,
    /// Pairs that stand by for what becomes free, the most wanted first.
    pub standby: Vec<[ParticipantId; 2]>,
    /// Whether meetings may move so that more of those standing by can meet; otherwise they only take
    /// what is free.
    pub may_move: bool,
    /// From which moment on to plan, to plan ahead; now if absent or past. What has begun by then
    /// stands.
    pub at: Option<DateTime<Utc>>,
    /// Start of the random numbers.
    pub seed: u64,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// What became of the rest of the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replanned {
    /// The event; its new version of the timetable is published.
    pub event: DockingEvent,
    /// Meetings that are off.
    pub called_off: Vec<MeetingId>,
    /// Meetings that took what became free.
    pub filled: Vec<MeetingId>,
    /// What differs from the version before: whom it concerns, and who is told.
    pub diff: Diff,
}

/// Plans the rest of a live event again and publishes the result as the next version; the event's
/// managers only.
///
/// Meetings with who did not come are off. Meetings that have begun or are locked stay. Meetings
/// without a spot, and pairs that stand by, take what became free, as many as can; among equal plans
/// the one that moves the fewest people is taken. Only those whose own rows changed are told.
///
/// # Errors
///
/// See [`EventCommandError`]; nothing is saved when an error is returned.
pub async fn replan(
    desk: &Desk,
    actor: &Actor,
    cmd: &ReplanEvent,
) -> Result<Replanned, EventCommandError> {
    let (event, board) = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => {
            let event = managed(&change.tx, actor, cmd.target).await?;
            let board = timetable(&change.tx, event.id).await?;
            // The key is claimed again when the result is saved.
            change.undo().await?;
            (event, board)
        }
        Begun::Replay(thing) => return again(desk, &thing).await,
    };
    let rest = rest(desk, cmd, &event, board)?;
    let found = refill::search(&rest.refill, cmd.seed).await?;

    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return again(desk, &thing).await,
    };
    let event = managed(&change.tx, actor, cmd.target).await?;
    for one in &rest.people {
        participant::save(&change.tx, one).await?;
    }
    meetings::save_many(&change.tx, &rest.called_off).await?;
    meetings::save_many(&change.tx, &found.changed).await?;
    meetings::insert_many(&change.tx, &found.added).await?;
    let after = timetable(&change.tx, event.id).await?;
    let publication = Publication { event, timetable: &after, stage: EventStage::Live };
    let (event, diff) = tell::publish(desk, &change.tx, publication).await?;
    store::save(&change.tx, &event).await?;
    let audiences = tell::changed(&after.participants, &diff);
    let title = event.title.clone();
    let change = change.telling(&title, audiences);
    change.finish("ReplanEvent", &wire(event.id), Touches::Nothing).await?;
    let ids = |list: &[Meeting]| list.iter().map(|one| one.id).collect::<Vec<_>>();
    let filled = found.changed.iter().filter(|one| found.filled.contains(&one.id)).map(|m| m.id);
    Ok(Replanned {
        called_off: ids(&rest.called_off),
        filled: filled.chain(ids(&found.added)).collect(),
        event: DockingEvent { version: event.version + 1, ..event },
        diff,
    })
}

/// The answer to a repeated request: the event as it is now, and what its last version changed.
async fn again(desk: &Desk, thing: &str) -> Result<Replanned, EventCommandError> {
    let event = replayed(desk, thing).await?;
    let number = event.published.unwrap_or(1);
    let new = tell::rows(&desk.db, event.id, number).await?;
    let old = tell::rows(&desk.db, event.id, number.saturating_sub(1)).await?;
    let diff = versions::diff(&old, &new);
    let of = |is_wanted: fn(&versions::Move) -> bool| {
        diff.moves.iter().filter(|one| is_wanted(one)).map(|one| one.meeting).collect()
    };
    Ok(Replanned {
        called_off: of(|one| one.to.is_none()),
        filled: of(|one| one.from.is_none()),
        event,
        diff,
    })
}

/// What is to be planned, and what is certain before.
struct Rest {
    people: Vec<Participant>,
    called_off: Vec<Meeting>,
    refill: Refill,
}

/// Checks the command against the event, and takes out what cannot be held.
fn rest(
    desk: &Desk,
    cmd: &ReplanEvent,
    event: &DockingEvent,
    mut board: Timetable,
) -> Result<Rest, EventCommandError> {
    if event.stage != EventStage::Live {
        return Err(DayError::NotLive { stage: event.stage }.into());
    }
    cmd.attendance.check()?;
    // What has begun by the clock stands, whatever moment is named.
    let at = cmd.at.map_or(desk.now, |at| at.max(desk.now));
    let from = rules::first_open(&board.slots, at)?;
    let known: BTreeSet<ParticipantId> = board.participants.iter().map(|one| one.id).collect();
    let sides = cmd.standby.iter().flatten();
    let named = cmd.attendance.absent.iter().chain(&cmd.attendance.arrived).chain(sides);
    if let Some(stranger) = named.into_iter().find(|id| !known.contains(id)) {
        return Err(MeetingError::NoParticipant { who: format!("participant:{stranger}") }.into());
    }
    let people = cmd.attendance.apply(&board.participants, from);
    let by_id: BTreeMap<ParticipantId, &Participant> =
        people.iter().map(|one| (one.id, one)).collect();
    for one in &mut board.participants {
        if let Some(changed) = by_id.get(&one.id) {
            *one = (*changed).clone();
        }
    }
    let called_off = board.called_off(from);
    let off: BTreeSet<MeetingId> = called_off.iter().map(|one| one.id).collect();
    for one in &mut board.meetings {
        if off.contains(&one.id) {
            (one.spot, one.is_locked) = (None, false);
        }
    }
    let added = standby(desk, event, &board, &cmd.standby)?;
    let may_move = cmd.may_move;
    Ok(Rest { people, called_off, refill: Refill { board, added, from, may_move } })
}

/// The meetings of pairs that stand by and do not meet yet, in their order.
fn standby(
    desk: &Desk,
    event: &DockingEvent,
    board: &Timetable,
    pairs: &[[ParticipantId; 2]],
) -> Result<Vec<Meeting>, EventCommandError> {
    if pairs.len() > MAX_STANDBY {
        let (count, limit) = (pairs.len(), MAX_STANDBY);
        return Err(MeetingError::TooMany { what: "pairs standing by", count, limit }.into());
    }
    let count = board.meetings.len() + pairs.len();
    if count > MAX_MEETINGS {
        let limit = MAX_MEETINGS;
        return Err(MeetingError::TooMany { what: "meetings", count, limit }.into());
    }
    let mut paired: BTreeSet<_> = board.meetings.iter().map(Meeting::sides).collect();
    let mut added = Vec::new();
    for &[one, other] in pairs {
        if one == other {
            return Err(MeetingError::MeetsItself { participant: one }.into());
        }
        let (first, second) = (one.min(other), one.max(other));
        if paired.insert([first, second]) {
            added.push(Meeting {
                id: desk.mint(),
                event: event.id,
                first,
                second,
                half_day: None,
                fixed_slot: None,
                spot: None,
                is_locked: false,
            });
        }
    }
    Ok(added)
}
