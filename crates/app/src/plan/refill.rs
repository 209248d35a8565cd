//! Filling what became free on the day: what has begun or is locked stays, who waits for a meeting gets
//! one, and as few people as possible are moved.

use std::collections::{BTreeMap, BTreeSet};

use lianmeng_domain::event::{self, HalfDay};
use lianmeng_domain::ids::{MeetingId, ParticipantId};
use lianmeng_domain::meeting::{Meeting, Participant, Spot, Timetable};
use lianmeng_planning::Budget;
use lianmeng_planning::wide::{
    self, Level, MAX_POINTS, Options, Placed, Precedence, Prices, Problem, Seat, Slot, Status,
    Table,
};

use crate::event::EventCommandError;

/// Steps of one search: within two seconds for 300 meetings on one core.
const STEPS: u64 = 300_000;

/// What is planned again.
#[derive(Debug, Clone)]
pub(crate) struct Refill {
    /// The event, what cannot be held without a spot.
    pub(crate) board: Timetable,
    /// Meetings that stand by, the most wanted first.
    pub(crate) added: Vec<Meeting>,
    /// Number of the first slot that has not begun.
    pub(crate) from: u16,
    /// Whether meetings may move for those that stand by.
    pub(crate) may_move: bool,
}

/// What changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// Meetings of the event at other spots.
    pub(crate) changed: Vec<Meeting>,
    /// Those of them that had none.
    pub(crate) filled: BTreeSet<MeetingId>,
    /// Meetings that stood by and are held.
    pub(crate) added: Vec<Meeting>,
}

/// Runs the engine on a thread of its own. What stands can always stay, so there is an answer.
pub(crate) async fn search(refill: &Refill, seed: u64) -> Result<Found, EventCommandError> {
    let refill = refill.clone();
    let searched = tokio::task::spawn_blocking(move || found(&refill, seed)).await;
    searched.map_err(|error| EventCommandError::Engine(error.to_string()))?
}

fn found(refill: &Refill, seed: u64) -> Result<Found, EventCommandError> {
    let (meetings, standing) = planned(refill);
    let problem = problem(refill, &meetings);
    let budget = Budget::Steps(STEPS);
    let answer = wide::solve(&problem, &Options { seed }, budget, &mut |_| ());
    let answer = answer.map_err(|error| EventCommandError::Engine(error.to_string()))?;
    match answer.status {
        Status::Optimal | Status::Feasible => {
            Ok(read(&meetings, standing, &answer.timetable.meetings))
        }
        // What stands stays; only those that stand by go without.
        Status::Infeasible | Status::Unknown => Ok(Found::default()),
    }
}

/// The meetings that are planned: those of the event that can still be, then those that stand by; and
/// how many the first are.
fn planned(refill: &Refill) -> (Vec<&Meeting>, usize) {
    let Refill { board, added, from, may_move: _ } = refill;
    let people: BTreeMap<ParticipantId, &Participant> =
        board.participants.iter().map(|one| (one.id, one)).collect();
    let is_possible = |one: &&Meeting| {
        let fits = |slot: &&event::Slot| {
            slot.number >= *from
                && one.half_day.is_none_or(|half| half == slot.half_day)
                && one.fixed_slot.is_none_or(|fixed| fixed == slot.number)
                && one.sides().iter().all(|side| {
                    people.get(side).is_some_and(|person| person.is_free_in(slot.number))
                })
        };
        one.spot.is_some() || board.slots.iter().any(|slot| fits(&slot))
    };
    let mut planned: Vec<&Meeting> = board.meetings.iter().filter(is_possible).collect();
    let standing = planned.len();
    planned.extend(added.iter().filter(is_possible));
    (planned, standing)
}

fn problem(refill: &Refill, meetings: &[&Meeting]) -> Problem {
    let Refill { board, from, may_move, added: _ } = refill;
    let person: BTreeMap<ParticipantId, usize> =
        (0..).zip(&board.participants).map(|(index, one)| (one.id, index)).collect();
    let number: BTreeMap<MeetingId, usize> =
        (0..).zip(meetings).map(|(index, one)| (one.id, index)).collect();
    let halves: BTreeSet<HalfDay> = board.slots.iter().map(|slot| slot.half_day).collect();
    let half = |of: HalfDay| halves.iter().position(|one| *one == of).unwrap_or(0);
    // One more meeting counts more than which ones: no thousand ranks make up for a meeting.
    let mut worth = MAX_POINTS;
    let mut meeting = |one: &&Meeting| {
        let stands = one.spot.filter(|spot| spot.slot < *from || one.is_locked || !may_move);
        worth = worth.saturating_sub(u32::from(one.spot.is_none())).max(MAX_POINTS - 999);
        wide::Meeting {
            participants: one.sides().iter().filter_map(|p| person.get(p).copied()).collect(),
            half_days: one.half_day.map(half).into_iter().collect(),
            fixed: one.fixed_slot.map(index),
            locked: stands.map(seat),
            level: if one.spot.is_some() { Level::Must } else { Level::Should },
            points: worth,
            ..wide::Meeting::default()
        }
    };
    let published = meetings.iter().map(|one| one.spot.map(seat)).collect();
    let precedences = board.precedences.iter().filter_map(|pair| {
        let (before, after) = (*number.get(&pair.before)?, *number.get(&pair.after)?);
        Some(Precedence { before, after })
    });
    Problem {
        slots: board
            .slots
            .iter()
            .map(|slot| Slot { half_day: half(slot.half_day), minutes: u32::from(slot.minutes) })
            .collect(),
        tables: vec![Table::default(); usize::from(board.tables)],
        participants: people(board, *from),
        precedences: precedences.collect(),
        meetings: meetings.iter().map(&mut meeting).collect(),
        prices: Prices::default(),
        published,
        ..Problem::default()
    }
}

/// Who is there when: in what has begun only where they met.
fn people(board: &Timetable, from: u16) -> Vec<wide::Participant> {
    let mut met: BTreeMap<ParticipantId, BTreeSet<u16>> = BTreeMap::new();
    for meeting in &board.meetings {
        let Some(spot) = meeting.spot.filter(|spot| spot.slot < from) else { continue };
        for side in meeting.sides() {
            met.entry(side).or_default().insert(spot.slot);
        }
    }
    let there = |one: &Participant| {
        let past = met.get(&one.id).into_iter().flatten().copied();
        let rest = board.slots.iter().map(|slot| slot.number).filter(|slot| *slot >= from);
        let rest = rest.filter(|slot| one.is_free_in(*slot));
        past.chain(rest).map(index).collect::<Vec<_>>()
    };
    // Whoever agreed to more than it wished keeps them, and gets no others.
    let most = |one: &Participant| {
        let held = board.meetings.iter().filter(|it| it.spot.is_some() && it.has(one.id)).count();
        one.max_meetings.map(|most| usize::from(most).max(held))
    };
    let person = |one: &Participant| wide::Participant {
        present: Some(there(one)),
        max: most(one),
        ..wide::Participant::default()
    };
    board.participants.iter().map(person).collect()
}

/// What differs from before; the first `standing` meetings are the event's, the others stand by.
fn read(meetings: &[&Meeting], standing: usize, placed: &[Option<Placed>]) -> Found {
    let mut found = Found::default();
    for (at, (one, placed)) in meetings.iter().zip(placed).enumerate() {
        let Some(spot) = placed.as_ref().and_then(spot) else { continue };
        if one.spot == Some(spot) {
            continue;
        }
        let held = Meeting { spot: Some(spot), ..(*one).clone() };
        if at >= standing {
            found.added.push(held);
            continue;
        }
        if one.spot.is_none() {
            found.filled.insert(one.id);
        }
        found.changed.push(held);
    }
    found
}

fn spot(placed: &Placed) -> Option<Spot> {
    let number = |index: usize| u16::try_from(index + 1).ok();
    Some(Spot { slot: number(placed.slot)?, table: number(placed.table)? })
}

/// The engine's index of what people number from 1.
fn index(number: u16) -> usize {
    usize::from(number).saturating_sub(1)
}

fn seat(spot: Spot) -> Seat {
    Seat { slot: index(spot.slot), table: index(spot.table) }
}

#[cfg(test)]
mod tests;
