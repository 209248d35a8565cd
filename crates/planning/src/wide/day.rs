//! The rest of a day planned again: what has begun or is locked stays, who waits for a meeting gets
//! one, and as few people as possible are moved.

use super::problem::{
    Level, MAX_POINTS, Meeting, Participant, Precedence, Prices, Problem, Seat, Slot, Table,
};
use super::slots::{self, Slots};
use super::solve::{Options, Status, solve};
use super::validate::ProblemError;
use crate::budget::Budget;

/// Steps of one search: within two seconds for 300 meetings on one core.
pub const STEPS: u64 = 300_000;

/// Places in the queue that count; meetings behind them are equal.
const MAX_RANKS: u32 = 999;

/// A day as it stands. Everything is counted from 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Day {
    /// Its slots, in order of time.
    pub slots: Vec<Slot>,
    /// How many tables there are, all alike.
    pub tables: usize,
    /// Who takes part.
    pub people: Vec<Person>,
    /// What is booked or waits: of those without a seat the most wanted first.
    pub meetings: Vec<Booked>,
    /// Pairs of `meetings` of which one ends before the other begins.
    pub precedences: Vec<Precedence>,
    /// The first slot that has not begun.
    pub from: usize,
    /// Whether meetings may move for those that wait.
    pub may_move: bool,
}

/// Somebody who takes part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// Slots in which they are there and can meet, in any order.
    pub free: Vec<usize>,
    /// Most meetings they want in the whole day; who has more keeps them and gets no others.
    pub max: Option<usize>,
}

/// A meeting that is booked, or waits for a place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Booked {
    /// Who meets.
    pub participants: Vec<usize>,
    /// The half-days it may be in; any when empty.
    pub half_days: Vec<usize>,
    /// The slot it must be in; none if it is free.
    pub fixed: Option<usize>,
    /// Where it is booked; none if it waits. Nobody of those who meet may be away then.
    pub seat: Option<Seat>,
    /// Whether people confirmed that.
    pub is_locked: bool,
}

/// Where each meeting of `day` is held after planning what has not begun again; none for one that
/// still waits.
///
/// Of those that wait as many as the search finds room for are held, one more always before which
/// ones; among equal plans the one is taken that moves the fewest people, then the fewest meetings,
/// then has the fewest breaks. If the search ends without a plan, what is booked stays and who waits
/// goes without. The same day, seed and steps give the same plan; [`STEPS`] suffice for 300 meetings.
///
/// # Errors
///
/// [`ProblemError`] if a number names what does not exist.
pub fn replan(
    day: &Day,
    options: &Options,
    budget: Budget<'_>,
) -> Result<Vec<Option<Seat>>, ProblemError> {
    let planned = planned(day);
    let answer = solve(&problem(day, &planned), options, budget, &mut |_| ())?;
    let mut seats: Vec<Option<Seat>> = day.meetings.iter().map(|one| one.seat).collect();
    match answer.status {
        Status::Optimal | Status::Feasible => {
            for (&m, placed) in planned.iter().zip(&answer.timetable.meetings) {
                if let (Some(seat), Some(placed)) = (seats.get_mut(m), placed) {
                    *seat = Some(Seat { slot: placed.slot, table: placed.table });
                }
            }
        }
        Status::Infeasible | Status::Unknown => {}
    }
    Ok(seats)
}

/// The meetings that are booked or can still be. One that names what does not exist is kept, for
/// `solve` to say so.
fn planned(day: &Day) -> Vec<usize> {
    let count = day.slots.len();
    let free: Vec<Slots> = day.people.iter().map(|one| set(one.free.iter().copied())).collect();
    let is_possible = |one: &Booked| {
        let shared = |left, &p: &usize| left & free.get(p).copied().unwrap_or(Slots::MAX);
        let left = one.participants.iter().fold(slots::first(count), shared);
        let fits = |(t, slot): (usize, &Slot)| {
            t >= day.from
                && slots::has(left, t)
                && (one.half_days.is_empty() || one.half_days.contains(&slot.half_day))
                && one.fixed.is_none_or(|fixed| fixed == t)
        };
        one.seat.is_some()
            || one.fixed.is_some_and(|fixed| fixed >= count)
            || day.slots.iter().enumerate().any(fits)
    };
    (0..).zip(&day.meetings).filter(|(_, one)| is_possible(one)).map(|(m, _)| m).collect()
}

fn set(list: impl Iterator<Item = usize>) -> Slots {
    list.fold(0, |set, t| set | slots::bit(t))
}

/// The meetings `planned` of `day`, in their order, as a problem.
fn problem(day: &Day, planned: &[usize]) -> Problem {
    let booked = || planned.iter().filter_map(|&m| day.meetings.get(m));
    // One more meeting counts more than which ones: no thousand ranks make up for a meeting.
    let mut worth = MAX_POINTS;
    let mut meeting = |one: &Booked| {
        let is_waiting = one.seat.is_none();
        worth = worth.saturating_sub(u32::from(is_waiting)).max(MAX_POINTS - MAX_RANKS);
        let stays = |seat: &Seat| seat.slot < day.from || one.is_locked || !day.may_move;
        Meeting {
            participants: one.participants.clone(),
            half_days: one.half_days.clone(),
            fixed: one.fixed,
            locked: one.seat.filter(stays),
            level: if is_waiting { Level::Should } else { Level::Must },
            points: worth,
            ..Meeting::default()
        }
    };
    let precedence = |pair: &Precedence| {
        let number = |m: usize| planned.binary_search(&m).ok();
        Some(Precedence { before: number(pair.before)?, after: number(pair.after)? })
    };
    Problem {
        slots: day.slots.clone(),
        tables: vec![Table::default(); day.tables],
        participants: people(day),
        meetings: booked().map(&mut meeting).collect(),
        precedences: day.precedences.iter().filter_map(precedence).collect(),
        prices: Prices::default(),
        published: booked().map(|one| one.seat).collect(),
        ..Problem::default()
    }
}

/// Who is there when: in what has begun only where they met.
fn people(day: &Day) -> Vec<Participant> {
    let mut met: Vec<Slots> = vec![0; day.people.len()];
    let mut booked = vec![0_usize; day.people.len()];
    for one in &day.meetings {
        let Some(seat) = one.seat else { continue };
        for &p in &one.participants {
            if let (Some(met), Some(booked)) = (met.get_mut(p), booked.get_mut(p)) {
                *met |= slots::bit(seat.slot) & slots::first(day.from);
                *booked += 1;
            }
        }
    }
    let person = |(one, (met, booked)): (&Person, (Slots, usize))| {
        let rest = set(one.free.iter().copied()) & !slots::first(day.from);
        let there = slots::iter((met | rest) & slots::first(day.slots.len()));
        Participant {
            present: Some(there.collect()),
            // Whoever agreed to more than it wished keeps them, and gets no others.
            max: one.max.map(|most| most.max(booked)),
            ..Participant::default()
        }
    };
    day.people.iter().zip(met.into_iter().zip(booked)).map(person).collect()
}

#[cfg(test)]
mod tests;
