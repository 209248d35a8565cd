//! The engines under one budget: annealing for timetables, the exact search for proofs.

use crate::board::{BREAK, NONE};
use crate::budget::{Budget, Meter, STEPS_PER_CONFLICT};
use crate::certificate;
use crate::check;
use crate::conflict::{ConflictItem, describe};
use crate::cover;
use crate::exact::{self, Exact};
use crate::explain;
use crate::improve::{Annealer, WHOLE};
use crate::problem::Problem;
use crate::progress::{Progress, Tell};
use crate::score::score;
use crate::shape::Shape;
use crate::solve::{Options, Status};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Moves of the annealer between two looks at the clock.
const MOVES: u64 = 10_000;
/// States of the counting bound that take about as long as one move of the annealer.
const STATES_PER_STEP: u64 = 100;
/// Conflicts of the first turn of the exact search; each turn doubles it, since a search that is
/// cut off has to find its way again.
const CONFLICTS: u64 = 5_000;
/// Milliseconds of its first turn.
const TURN_MS: u64 = 1_000;
/// Percent of the work that goes into proving after the first third of the budget, at most.
const LATE_SHARE: u64 = 50;
/// Milliseconds that explaining a conflict may take past the limit.
const EXPLAIN_GRACE_MS: u64 = 200;

/// What a search leaves behind; see [`crate::Report`]. Slots count from 0.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) status: Status,
    pub(crate) breaks: Option<u32>,
    pub(crate) lower_bound: Option<u32>,
    pub(crate) slots: Option<Vec<usize>>,
    pub(crate) conflict: Vec<ConflictItem>,
    pub(crate) first_ms: Option<u64>,
    pub(crate) best_ms: Option<u64>,
    pub(crate) elapsed_ms: u64,
}

/// Searches from `before`, if any, moving as few meetings as is worth it; else for the fewest
/// breaks. What is known on the way goes to `tell`. `problem` has passed [`Problem::check`].
pub(crate) fn search(
    problem: &Problem,
    before: Option<&[usize]>,
    options: &Options,
    (budget, tell): (Budget<'_>, Tell<'_>),
) -> Known {
    let meter = Meter::new(budget);
    let shape = Shape::new(problem);
    let pool = Pool { problem, before, meter: &meter, tell, state: Mutex::new(State::default()) };
    Search { problem, shape: &shape, before, pool: &pool, meter: &meter }.run(options);
    let state = pool.into_state();
    let status = match &state.best {
        Some(_) if state.is_proved() => Status::Optimal,
        Some(_) => Status::Feasible,
        None if state.infeasible => Status::Infeasible,
        None => Status::Unknown,
    };
    let late = || meter.is_late(EXPLAIN_GRACE_MS);
    let conflict = match status {
        Status::Infeasible => describe(problem, &explain::conflict(problem, &shape, &late)),
        Status::Optimal | Status::Feasible | Status::Unknown => Vec::new(),
    };
    let breaks = state.best.as_ref().map(|best| best.breaks);
    debug_assert!(
        state.best.as_ref().is_none_or(|b| check::breaks(problem, &b.slots) == Ok(b.breaks)),
        "the second judge disagrees: {:?}",
        state.best.as_ref().map(|best| check::breaks(problem, &best.slots))
    );
    let lower = u32::try_from(state.lower).unwrap_or(0);
    Known {
        status,
        breaks,
        lower_bound: (status != Status::Infeasible).then(|| breaks.map_or(lower, |b| lower.min(b))),
        slots: state.best.map(|best| best.slots),
        conflict,
        first_ms: state.first_ms,
        best_ms: state.best_ms,
        elapsed_ms: meter.elapsed_ms(),
    }
}

/// A judged timetable.
#[derive(Debug, Clone)]
struct Best {
    slots: Vec<usize>,
    breaks: u32,
    /// Meetings away from the timetable before.
    moved: usize,
    /// Breaks and moved meetings.
    cost: usize,
}

/// What the engines know together.
#[derive(Debug, Default)]
struct State {
    best: Option<Best>,
    first_ms: Option<u64>,
    best_ms: Option<u64>,
    lower: i64,
    infeasible: bool,
}

impl State {
    /// Whether the best timetable is known to have the fewest breaks.
    fn is_proved(&self) -> bool {
        self.best.as_ref().is_some_and(|best| self.lower >= i64::from(best.breaks))
    }

    fn progress(&self, elapsed_ms: u64) -> Progress<'_> {
        let breaks = self.best.as_ref().map(|best| best.breaks);
        let lower = u32::try_from(self.lower).unwrap_or(0);
        Progress {
            breaks,
            lower_bound: breaks.map_or(lower, |breaks| lower.min(breaks)),
            moved: self.best.as_ref().map_or(0, |best| best.moved),
            elapsed_ms,
            slots: self.best.as_ref().map_or(&[], |best| &best.slots),
        }
    }
}

/// Where the engines put what they find.
struct Pool<'a> {
    problem: &'a Problem,
    before: Option<&'a [usize]>,
    meter: &'a Meter<'a>,
    tell: Tell<'a>,
    state: Mutex<State>,
}

impl Pool<'_> {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn into_state(self) -> State {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps `slots` if they break no demand and cost less than the best.
    fn offer(&self, slots: &[usize]) {
        let score = score(self.problem, slots);
        let moved = self.before.map_or(0, |old| {
            old.iter().zip(slots).filter(|&(&old, new)| old != NONE && old != *new).count()
        });
        let cost = usize::try_from(score.breaks).unwrap_or(usize::MAX).saturating_add(moved);
        let mut state = self.state();
        if !score.findings.is_empty() || state.best.as_ref().is_some_and(|best| best.cost <= cost) {
            return;
        }
        let now = self.meter.elapsed_ms();
        state.first_ms = state.first_ms.or(Some(now));
        state.best_ms = Some(now);
        state.best = Some(Best { slots: slots.to_vec(), breaks: score.breaks, moved, cost });
        (self.tell)(&state.progress(now));
    }

    /// Cost of the best timetable.
    fn cost(&self) -> Option<i64> {
        self.state().best.as_ref().and_then(|best| i64::try_from(best.cost).ok())
    }

    fn breaks(&self) -> Option<i64> {
        self.state().best.as_ref().map(|best| i64::from(best.breaks))
    }

    fn raise(&self, lower: i64) {
        let mut state = self.state();
        if lower > state.lower {
            state.lower = lower;
            (self.tell)(&state.progress(self.meter.elapsed_ms()));
        }
    }

    /// Whether nothing is left to do or to do it with.
    fn is_over(&self) -> bool {
        let state = self.state();
        let proved = self.before.is_none() && state.is_proved();
        state.infeasible || proved || self.meter.is_over()
    }

    /// Whether proving is of use: a timetable before asks for few changes, of which a proof knows
    /// nothing once it has shown that there is a timetable.
    fn wants_proof(&self) -> bool {
        !self.is_over() && (self.before.is_none() || self.state().best.is_none())
    }
}

/// When the turn of the exact search ends, in milliseconds; read from its callbacks.
#[derive(Debug)]
struct Turn(AtomicU64);

impl Default for Turn {
    fn default() -> Self {
        Self(AtomicU64::new(u64::MAX))
    }
}

impl Turn {
    fn end_at(&self, ms: u64) {
        self.0.store(ms, Ordering::Relaxed);
    }

    /// Never when steps are counted, whose clock stands still.
    fn is_over(&self, meter: &Meter<'_>) -> bool {
        meter.elapsed_ms() >= self.0.load(Ordering::Relaxed)
    }
}

/// One search; what all engines share.
struct Search<'a> {
    problem: &'a Problem,
    shape: &'a Shape,
    before: Option<&'a [usize]>,
    pool: &'a Pool<'a>,
    meter: &'a Meter<'a>,
}

impl Search<'_> {
    fn run(&self, options: &Options) {
        let late = || self.meter.is_late(0);
        if certificate::find(self.problem, self.shape, &late).is_some() {
            self.pool.state().infeasible = true;
            return;
        }
        let mut annealer = self.annealer(options.seed);
        let helpers = if self.meter.counts_steps() { 0 } else { options.threads.clamp(1, 64) - 1 };
        if helpers == 0 {
            self.take_turns(&mut annealer);
            return;
        }
        std::thread::scope(|scope| {
            for helper in 1..helpers {
                let seed = options.seed.wrapping_add(u64::try_from(helper).unwrap_or(0) << 32);
                scope.spawn(move || {
                    self.anneal_on(&mut self.annealer(seed));
                });
            }
            scope.spawn(move || self.anneal_on(&mut annealer));
            self.prove_on(options);
        });
    }

    fn annealer(&self, seed: u64) -> Annealer<'_> {
        Annealer::new(self.shape, self.before, seed)
    }

    /// One slice of annealing.
    fn anneal(&self, annealer: &mut Annealer<'_>) {
        let moves = MOVES.min(self.meter.steps_left());
        annealer.run(moves, self.meter.used());
        self.meter.book(moves.max(1));
        if let Some(found) = annealer.best()
            && self.pool.cost().is_none_or(|cost| found.energy < cost * BREAK)
        {
            self.pool.offer(&found.slots);
        }
    }

    fn anneal_on(&self, annealer: &mut Annealer<'_>) {
        while !self.pool.is_over() {
            self.anneal(annealer);
        }
    }

    /// One slice of proving; whether there may be more to prove.
    fn prove(&self, exact: &mut Exact<'_>, conflicts: u64) -> bool {
        let before = exact.conflicts();
        let progress = exact.run(conflicts, self.pool.breaks());
        self.meter.book((exact.conflicts() - before + 1) * STEPS_PER_CONFLICT);
        if let Some(slots) = exact.take_found() {
            self.pool.offer(&slots);
        }
        match progress {
            exact::Progress::Open | exact::Progress::Optimal => self.pool.raise(exact.lower()),
            exact::Progress::Infeasible => {
                let mut state = self.pool.state();
                state.infeasible = state.best.is_none();
            }
        }
        progress == exact::Progress::Open && self.pool.wants_proof()
    }

    /// Raises the bound by counting.
    fn bound(&self) {
        let Some(upper) = self.pool.breaks().filter(|_| self.pool.wants_proof()) else { return };
        let stop = || self.meter.is_late(0);
        let bound = cover::bound(self.shape, self.problem.morning, upper, &stop);
        self.meter.book(bound.states / STATES_PER_STEP);
        self.pool.raise(bound.breaks);
    }

    /// The exact search on a thread of its own, then an annealer in its place.
    fn prove_on(&self, options: &Options) {
        let mut annealer = self.annealer(options.seed.wrapping_add(1));
        while self.exact_share() == 0 && !self.pool.is_over() && !self.is_warm(0) {
            self.anneal(&mut annealer);
        }
        self.bound();
        let stop = || !self.pool.wants_proof();
        if let Ok(mut exact) = Exact::new(self.problem, self.shape, &stop) {
            while self.prove(&mut exact, CONFLICTS) {}
        }
        self.anneal_on(&mut annealer);
    }

    /// Both searches on one thread.
    fn take_turns(&self, annealer: &mut Annealer<'_>) {
        let begun = self.meter.spent();
        while !self.pool.is_over() && !self.is_warm(begun) {
            self.anneal(annealer);
        }
        self.bound();
        let turn = Turn::default();
        let stop = || self.meter.is_late(0) || turn.is_over(self.meter);
        let start = self.meter.elapsed_ms();
        let exact = self.pool.wants_proof().then(|| Exact::new(self.problem, self.shape, &stop));
        if let Some(Ok(mut exact)) = exact {
            // Giving back the memory takes about half as long as filling it.
            let writing_ms = self.meter.elapsed_ms() - start;
            self.prove_in_turns(annealer, &mut exact, (&turn, writing_ms));
        }
        self.anneal_on(annealer);
    }

    /// Proving and annealing in turns, until there is nothing more to prove.
    fn prove_in_turns(
        &self,
        annealer: &mut Annealer<'_>,
        exact: &mut Exact<'_>,
        (turn, reserve_ms): (&Turn, u64),
    ) {
        let (mut proving, mut annealing) = (0, 1);
        let mut turns = 0;
        while self.pool.wants_proof() && !self.meter.ends_within(reserve_ms) {
            let start = self.meter.spent();
            let share = self.turn_share();
            if proving * (100 - share) <= annealing * share {
                let most = (self.meter.steps_left() / STEPS_PER_CONFLICT).max(1);
                let last = self.meter.limit_ms().saturating_sub(reserve_ms);
                turn.end_at(last.min(self.meter.elapsed_ms() + (TURN_MS << turns)));
                if !self.prove(exact, most.min(CONFLICTS << turns)) {
                    return;
                }
                turns = (turns + 1).min(16);
                proving += self.meter.spent() - start;
            } else {
                self.anneal(annealer);
                annealing += self.meter.spent() - start;
            }
        }
    }

    /// Whether annealing alone has had its turn.
    fn is_warm(&self, begun: u64) -> bool {
        let spent = self.meter.spent() - begun;
        if self.exact_share() == 0 {
            // Too large to prove much: only a problem that may be impossible is worth the try.
            return self.pool.breaks().is_none() && self.meter.used() >= WHOLE / 2;
        }
        let small = u64::try_from(self.shape.meetings()).unwrap_or(u64::MAX);
        let (short, long) = if self.meter.counts_steps() {
            (small.saturating_mul(500).min(300_000), 2_000_000)
        } else {
            ((small / 8).min(30), 250)
        };
        spent >= long || (spent >= short && self.pool.breaks().is_some())
    }

    /// Percent of the present work that goes into proving: what a third of the budget did not
    /// prove, the rest is not likely to either, and the annealer then makes more of it.
    fn turn_share(&self) -> u64 {
        match self.exact_share() {
            0 => 50,
            share if self.meter.used() < WHOLE / 3 => share,
            share => share.min(LATE_SHARE),
        }
    }

    /// Percent of the work that goes into proving; little where a proof is out of reach.
    fn exact_share(&self) -> u64 {
        match self.shape.meetings() * self.shape.slots {
            0..=12_000 => 80,
            12_001..=40_000 => 10,
            _ => 0,
        }
    }
}
