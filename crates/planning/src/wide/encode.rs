//! The hard demands as clauses: every demand has a guard, and holds where its guard does.
//!
//! Variables: meeting m begins in slot t; m is at a table of kind k; where several representatives
//! matter, who sits in it. Tables of one kind are only counted: meetings of whole slots form an
//! interval graph, which is perfect, so as many tables as meetings at the busiest moment suffice.
//! The same holds for representatives without rest, lunch or ways.

mod people;
mod read;

use super::problem::Level;
use super::shape::Shape;
use super::slots::{self, Slots};
use crate::exact::count::{Ways, totalizer};
use crate::exact::sat::{Lit, Sat};
use std::collections::BTreeMap;

/// Most inputs times outputs of the counters of one kind of table.
const MOST_COUNTED: usize = 2_000_000;

/// A demand that a coordinator can give up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Demand {
    Held(usize),
    Length(usize),
    HalfDay(usize),
    Fixed(usize),
    Locked(usize),
    Equipment(usize),
    Owner(usize),
    Presence(usize),
    Seats(usize),
    /// The tables of a kind.
    Tables(usize),
    Max(usize),
    Min(usize),
    MaxPerHalfDay(usize),
    MinPerHalfDay(usize),
    Rest(usize),
    Lunch(usize),
    Travel(usize),
    Order(usize),
    Spread,
}

/// The formula was given up: too large, or out of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMuch;

/// What the literals mean.
pub(crate) struct Encoding {
    pub(crate) guards: BTreeMap<Demand, Lit>,
    /// Whether each meeting is held.
    pub(crate) held: Vec<Lit>,
    /// By meeting and slot: it begins there.
    starts: Vec<Vec<Lit>>,
    /// By meeting and kind of table; empty for a meeting that is left out.
    kinds: Vec<Vec<Lit>>,
    /// By meeting, seat and representative; empty where representatives do not matter.
    seats: Vec<Vec<Vec<Lit>>>,
}

/// A formula being written.
pub(crate) struct Encoder<'a, 's> {
    shape: &'a Shape<'a>,
    sat: &'a mut Sat<'s>,
    out: Encoding,
    /// By meeting and slot: it takes that slot.
    takes: Vec<Vec<Lit>>,
    /// Whether each meeting is part of the formula.
    asked: Vec<bool>,
}

/// Writes the demands on the meetings that are `asked`: see [`hard`].
///
/// # Errors
///
/// [`TooMuch`] if it became too large or the time ran out.
pub(crate) fn encode<'a>(
    shape: &'a Shape<'a>,
    sat: &'a mut Sat<'_>,
    asked: Vec<bool>,
) -> Result<Encoding, TooMuch> {
    let meetings = shape.problem.meetings.len();
    let out = Encoding {
        guards: BTreeMap::new(),
        held: vec![0; meetings],
        starts: vec![Vec::new(); meetings],
        kinds: vec![Vec::new(); meetings],
        seats: vec![Vec::new(); meetings],
    };
    let mut encoder = Encoder { shape, sat, out, takes: vec![Vec::new(); meetings], asked };
    for m in 0..meetings {
        if encoder.asked[m] {
            encoder.meeting(m)?;
        }
    }
    encoder.tables()?;
    for p in 0..shape.problem.participants.len() {
        encoder.participant(p)?;
    }
    for i in 0..shape.problem.precedences.len() {
        encoder.order(i)?;
    }
    encoder.spread()?;
    Ok(encoder.out)
}

/// Meetings that matter for the hard demands: all, where there are fewest meetings or a spread of
/// breaks, else those that must be held.
pub(crate) fn hard(shape: &Shape<'_>) -> Vec<bool> {
    let people = &shape.problem.participants;
    let all = shape.problem.spread.is_some()
        || people.iter().any(|p| p.min > 0 || p.min_per_half_day > 0);
    (0..shape.problem.meetings.len()).map(|m| all || shape.rank(m) == Level::Must).collect()
}

impl Encoder<'_, '_> {
    fn guard(&mut self, demand: Demand) -> Lit {
        let sat = &mut *self.sat;
        *self.out.guards.entry(demand).or_insert_with(|| sat.fresh())
    }

    fn goes_on(&self) -> Result<(), TooMuch> {
        if self.sat.is_over() { Err(TooMuch) } else { Ok(()) }
    }

    /// What concerns one meeting alone.
    fn meeting(&mut self, m: usize) -> Result<(), TooMuch> {
        let meeting = self.shape.meeting(m);
        let starts: Vec<Lit> = (0..self.shape.slots).map(|_| self.sat.fresh()).collect();
        let held = self.sat.fresh();
        let mut some = vec![-held];
        some.extend_from_slice(&starts);
        self.sat.clause(&some);
        for &start in &starts {
            self.sat.clause(&[-start, held]);
        }
        crate::exact::count::at_most_one(self.sat, &starts);
        if self.shape.rank(m) == Level::Must {
            let guard = self.guard(Demand::Held(m));
            self.sat.clause(&[-guard, held]);
        }
        for (t, &start) in starts.iter().enumerate() {
            let half_day = self.shape.problem.slots[t].half_day;
            let half_days = &meeting.half_days;
            let wrong = [
                (Demand::Length(m), !self.shape.fits(m, t)),
                (Demand::HalfDay(m), !half_days.is_empty() && !half_days.contains(&half_day)),
                (Demand::Fixed(m), meeting.fixed.is_some_and(|slot| slot != t)),
                (Demand::Locked(m), meeting.locked.is_some_and(|seat| seat.slot != t)),
            ];
            for (demand, _) in wrong.into_iter().filter(|&(_, wrong)| wrong) {
                let guard = self.guard(demand);
                self.sat.clause(&[-guard, -start]);
            }
            for &p in &meeting.participants {
                if slots::span(t, meeting.length) & self.every() & !self.shape.present[p] != 0 {
                    let guard = self.guard(Demand::Presence(p));
                    self.sat.clause(&[-guard, -start]);
                }
            }
        }
        self.out.held[m] = held;
        self.takes[m] = self.spans(&starts, meeting.length);
        self.out.starts[m] = starts;
        self.kinds(m, held);
        self.goes_on()
    }

    fn every(&self) -> Slots {
        slots::first(self.shape.slots)
    }

    /// For each slot, whether a meeting that begins as `starts` say takes it.
    fn spans(&mut self, starts: &[Lit], length: usize) -> Vec<Lit> {
        if length == 1 {
            return starts.to_vec();
        }
        let takes: Vec<Lit> = starts.iter().map(|_| self.sat.fresh()).collect();
        for (t, &start) in starts.iter().enumerate() {
            for &take in takes.iter().skip(t).take(length) {
                self.sat.clause(&[-start, take]);
            }
        }
        for (t, &take) in takes.iter().enumerate() {
            let mut clause = vec![-take];
            clause.extend_from_slice(&starts[(t + 1).saturating_sub(length)..=t]);
            self.sat.clause(&clause);
        }
        takes
    }

    /// Which kind of table: exactly one where the meeting is held.
    fn kinds(&mut self, m: usize, held: Lit) {
        let (shape, meeting) = (self.shape, self.shape.meeting(m));
        let tables = &shape.problem.tables;
        let kinds: Vec<Lit> = shape.kinds.iter().map(|_| self.sat.fresh()).collect();
        let mut some = vec![-held];
        some.extend_from_slice(&kinds);
        self.sat.clause(&some);
        crate::exact::count::at_most_one(self.sat, &kinds);
        let owns = |p: &usize| tables.iter().any(|table| table.owner == Some(*p));
        let owners: Vec<usize> = meeting.participants.iter().copied().filter(owns).collect();
        for (&kind, members) in kinds.iter().zip(&shape.kinds) {
            let Some(table) = members.first().map(|&table| &tables[table]) else { continue };
            let mut wrong = Vec::new();
            if !meeting.needs.iter().all(|need| table.equipment.contains(need)) {
                wrong.push(Demand::Equipment(m));
            }
            if meeting.locked.is_some_and(|seat| !members.contains(&seat.table)) {
                wrong.push(Demand::Locked(m));
            }
            match table.owner {
                Some(owner) if !meeting.participants.contains(&owner) => {
                    wrong.push(Demand::Owner(owner));
                }
                Some(_) => {}
                None => wrong.extend(owners.iter().map(|&owner| Demand::Owner(owner))),
            }
            for demand in wrong {
                let guard = self.guard(demand);
                self.sat.clause(&[-guard, -kind]);
            }
        }
        self.out.kinds[m] = kinds;
    }

    /// At most as many meetings at tables of a kind as there are.
    fn tables(&mut self) -> Result<(), TooMuch> {
        for kind in 0..self.shape.kinds.len() {
            let size = self.shape.kinds[kind].len();
            let asked: Vec<usize> = (0..self.asked.len()).filter(|&m| self.asked[m]).collect();
            if asked.len() <= size {
                continue;
            }
            // What the counters would take, before any of it is written.
            if asked.len().saturating_mul(size + 1).saturating_mul(self.shape.slots) > MOST_COUNTED
            {
                return Err(TooMuch);
            }
            let guard = self.guard(Demand::Tables(kind));
            for t in 0..self.shape.slots {
                let inputs: Vec<Lit> = asked
                    .iter()
                    .map(|&m| self.both(self.takes[m][t], self.out.kinds[m][kind]))
                    .collect();
                self.at_most(&inputs, size, guard);
                self.goes_on()?;
            }
        }
        Ok(())
    }

    /// A literal that holds where both do; the other way is not said.
    fn both(&mut self, a: Lit, b: Lit) -> Lit {
        if self.shape.kinds.len() == 1 {
            return a;
        }
        let both = self.sat.fresh();
        self.sat.clause(&[-a, -b, both]);
        both
    }

    /// At most `most` of `inputs` hold, where `guard` does.
    fn at_most(&mut self, inputs: &[Lit], most: usize, guard: Lit) {
        if inputs.len() <= most {
            return;
        }
        if most == 1 && inputs.len() <= 24 {
            for (i, &a) in inputs.iter().enumerate() {
                for &b in &inputs[..i] {
                    self.sat.clause(&[-guard, -a, -b]);
                }
            }
            return;
        }
        let outputs = totalizer(self.sat, inputs, most + 1, Ways::Up);
        if let Some(&over) = outputs.get(most) {
            self.sat.clause(&[-guard, -over]);
        }
    }

    /// At least `least` of `inputs` hold, where `guard` does.
    fn at_least(&mut self, inputs: &[Lit], least: usize, guard: Lit) {
        if least == 0 {
            return;
        }
        // The last output of a capped counter says nothing downwards, hence one more than needed.
        let outputs = totalizer(self.sat, inputs, inputs.len(), Ways::Both);
        match outputs.get(least - 1) {
            Some(&enough) => self.sat.clause(&[-guard, enough]),
            None => self.sat.clause(&[-guard]),
        }
    }

    fn order(&mut self, i: usize) -> Result<(), TooMuch> {
        let pair = self.shape.problem.precedences[i];
        if !self.asked[pair.before] || !self.asked[pair.after] {
            return Ok(());
        }
        let guard = self.guard(Demand::Order(i));
        let length = self.shape.meeting(pair.before).length;
        for t in 0..self.shape.slots {
            for later in 0..self.shape.slots.min(t + length) {
                let (a, b) = (self.out.starts[pair.before][t], self.out.starts[pair.after][later]);
                self.sat.clause(&[-guard, -a, -b]);
            }
        }
        self.goes_on()
    }
}
