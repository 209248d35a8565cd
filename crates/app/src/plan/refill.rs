//! Filling what became free on the day: the event as `planning::wide::day` reads it, and what differs
//! afterwards.

use std::collections::{BTreeMap, BTreeSet};

use lianmeng_domain::event::HalfDay;
use lianmeng_domain::ids::{MeetingId, ParticipantId};
use lianmeng_domain::meeting::{self, Meeting, Participant, Spot, Timetable};
use lianmeng_planning::Budget;
use lianmeng_planning::wide::day::{self, Booked, Day, Person, STEPS};
use lianmeng_planning::wide::{Options, Precedence, Seat, Slot};

use crate::event::EventCommandError;

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
    let seats = day::replan(&day(refill), &Options { seed }, Budget::Steps(STEPS));
    let seats = seats.map_err(|error| EventCommandError::Engine(error.to_string()))?;
    Ok(read(refill, &seats))
}

/// The event as the engine reads it: its meetings, then those that stand by.
fn day(refill: &Refill) -> Day {
    let Refill { board, added, from, may_move } = refill;
    let person: BTreeMap<ParticipantId, usize> =
        (0..).zip(&board.participants).map(|(index, one)| (one.id, index)).collect();
    let number: BTreeMap<MeetingId, usize> =
        (0..).zip(&board.meetings).map(|(index, one)| (one.id, index)).collect();
    let halves: BTreeSet<HalfDay> = board.slots.iter().map(|slot| slot.half_day).collect();
    // In a half without slots nothing can be; what stands anyway stays.
    let half = |of| halves.iter().position(|one| *one == of).unwrap_or(halves.len());
    let is_kept = |one: &Meeting, half: &usize| one.spot.is_none() || *half < halves.len();
    let booked = |one: &Meeting| {
        let half = one.half_day.map(half).filter(|half| is_kept(one, half));
        Booked {
            participants: one.sides().iter().filter_map(|p| person.get(p).copied()).collect(),
            half_days: half.into_iter().collect(),
            fixed: one.fixed_slot.map(index),
            seat: one.spot.map(seat),
            is_locked: one.is_locked,
        }
    };
    let precedence = |pair: &meeting::Precedence| {
        let (before, after) = (*number.get(&pair.before)?, *number.get(&pair.after)?);
        Some(Precedence { before, after })
    };
    let slots = board
        .slots
        .iter()
        .map(|slot| Slot { half_day: half(slot.half_day), minutes: u32::from(slot.minutes) });
    Day {
        slots: slots.collect(),
        tables: usize::from(board.tables),
        people: board.participants.iter().map(|one| person_of(board, one)).collect(),
        meetings: board.meetings.iter().chain(added).map(booked).collect(),
        precedences: board.precedences.iter().filter_map(precedence).collect(),
        from: index(*from),
        may_move: *may_move,
    }
}

fn person_of(board: &Timetable, one: &Participant) -> Person {
    let numbers = board.slots.iter().map(|slot| slot.number);
    Person {
        free: numbers.filter(|slot| one.is_free_in(*slot)).map(index).collect(),
        max: one.max_meetings.map(usize::from),
    }
}

/// What differs from before.
fn read(refill: &Refill, seats: &[Option<Seat>]) -> Found {
    let Refill { board, added, from: _, may_move: _ } = refill;
    let mut found = Found::default();
    for (at, (one, seat)) in board.meetings.iter().chain(added).zip(seats).enumerate() {
        let Some(spot) = seat.and_then(spot) else { continue };
        if one.spot == Some(spot) {
            continue;
        }
        let held = Meeting { spot: Some(spot), ..one.clone() };
        if at >= board.meetings.len() {
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

fn spot(seat: Seat) -> Option<Spot> {
    let number = |index: usize| u16::try_from(index + 1).ok();
    Some(Spot { slot: number(seat.slot)?, table: number(seat.table)? })
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
