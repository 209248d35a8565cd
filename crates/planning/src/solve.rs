//! The door: a timetable with the fewest breaks, with a proof where the budget allows one.

use crate::budget::{Budget, Meter, STEPS_PER_CONFLICT};
use crate::certificate;
use crate::conflict::{ConflictItem, describe};
use crate::exact::{Exact, Progress};
use crate::explain;
use crate::improve::Annealer;
use crate::problem::{Problem, ProblemError};
use crate::score::score;
use crate::shape::Shape;
use serde::Serialize;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Moves of the annealer between two looks at the clock.
const MOVES: u64 = 10_000;
/// Conflicts of the exact search between two turns of the annealer.
const CONFLICTS: u64 = 2_000;
/// Milliseconds that explaining a conflict may take past the limit.
const EXPLAIN_GRACE_MS: u64 = 200;

/// How to search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Start of the random numbers.
    pub seed: u64,
    /// Threads to use, at least 1. One is used when steps are counted.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: 1, threads: 1 }
    }
}

/// What is known about a timetable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// There is a timetable, and none has fewer breaks.
    Optimal,
    /// There is a timetable; one with fewer breaks may exist.
    Feasible,
    /// No timetable meets all demands.
    Infeasible,
    /// The budget ended before either was known.
    Unknown,
}

/// Answer of [`solve`]; serialises to what `lianmeng solve timetable --json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What is known.
    pub status: Status,
    /// Breaks of the timetable; none without one.
    pub breaks: Option<u32>,
    /// Breaks that every timetable has at least, as far as proved; none if there is no timetable.
    pub lower_bound: Option<u32>,
    /// When the first timetable was there, in milliseconds; none without one.
    pub first_ms: Option<u64>,
    /// When the best timetable was there, in milliseconds; none without one.
    pub best_ms: Option<u64>,
    /// When the work ended, in milliseconds.
    pub elapsed_ms: u64,
    /// Slot of each meeting in the problem's order, from 1; empty without a timetable.
    pub slots: Vec<usize>,
    /// Why there is no timetable; not empty exactly when the status is infeasible.
    pub conflict: Vec<ConflictItem>,
}

/// Searches for a timetable of `problem` with the fewest breaks.
///
/// Annealing gives a timetable quickly and improves it; core-guided MaxSAT raises the lower bound,
/// proves, or shows that there is none. With one thread they take turns, with more they run side by
/// side. Every timetable is judged by [`score`] before it counts. Memory is bounded by the problem:
/// about 100 MB for the exact search, which is left out where it would need more.
///
/// # Errors
///
/// [`ProblemError`] if the problem does not make sense; contradicting demands are not an error.
pub fn solve(
    problem: &Problem,
    options: &Options,
    budget: Budget<'_>,
) -> Result<Report, ProblemError> {
    problem.check()?;
    let meter = Meter::new(budget);
    let shape = Shape::new(problem);
    let pool = Pool::new(problem, &meter);
    let search = Search { problem, shape: &shape, pool: &pool, meter: &meter };
    search.run(options);
    let state = pool.into_state();
    let conflict = match (&state.best, state.infeasible) {
        (None, true) => {
            let late = || meter.is_late(EXPLAIN_GRACE_MS);
            describe(problem, &explain::conflict(problem, &shape, &late))
        }
        _ => Vec::new(),
    };
    Ok(report(state, conflict, &meter))
}

fn report(state: State, conflict: Vec<ConflictItem>, meter: &Meter<'_>) -> Report {
    let status = match &state.best {
        Some(best) if state.lower >= i64::from(best.breaks) => Status::Optimal,
        Some(_) => Status::Feasible,
        None if state.infeasible => Status::Infeasible,
        None => Status::Unknown,
    };
    let breaks = state.best.as_ref().map(|best| best.breaks);
    let lower = u32::try_from(state.lower).unwrap_or(0);
    Report {
        status,
        breaks,
        lower_bound: (status != Status::Infeasible).then(|| breaks.map_or(lower, |b| lower.min(b))),
        first_ms: state.first_ms,
        best_ms: state.best_ms,
        elapsed_ms: meter.elapsed_ms(),
        slots: state.best.map_or_else(Vec::new, |best| best.slots.iter().map(|t| t + 1).collect()),
        conflict,
    }
}

/// A judged timetable.
#[derive(Debug, Clone)]
struct Best {
    slots: Vec<usize>,
    breaks: u32,
}

/// What the engines know together.
#[derive(Debug, Default)]
struct State {
    best: Option<Best>,
    first_ms: Option<u64>,
    best_ms: Option<u64>,
    lower: i64,
    infeasible: bool,
    /// Whether the exact search has nothing more to say.
    settled: bool,
}

impl State {
    fn is_done(&self) -> bool {
        let proved = self.best.as_ref().is_some_and(|best| self.lower >= i64::from(best.breaks));
        self.settled || self.infeasible || proved
    }
}

/// Where the engines put what they find.
struct Pool<'a> {
    problem: &'a Problem,
    meter: &'a Meter<'a>,
    state: Mutex<State>,
}

impl<'a> Pool<'a> {
    fn new(problem: &'a Problem, meter: &'a Meter<'a>) -> Self {
        Self { problem, meter, state: Mutex::new(State::default()) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn into_state(self) -> State {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps `slots` if they break no demand and have fewer breaks than the best.
    fn offer(&self, slots: &[usize]) {
        let score = score(self.problem, slots);
        let mut state = self.state();
        if !score.findings.is_empty()
            || state.best.as_ref().is_some_and(|best| best.breaks <= score.breaks)
        {
            return;
        }
        let now = self.meter.elapsed_ms();
        state.first_ms = state.first_ms.or(Some(now));
        state.best_ms = Some(now);
        state.best = Some(Best { slots: slots.to_vec(), breaks: score.breaks });
    }

    fn breaks(&self) -> Option<i64> {
        self.state().best.as_ref().map(|best| i64::from(best.breaks))
    }

    fn raise(&self, lower: i64) {
        let mut state = self.state();
        state.lower = state.lower.max(lower);
    }

    /// Whether nothing is left to do or to do it with.
    fn is_over(&self) -> bool {
        self.meter.is_over() || self.state().is_done()
    }
}

/// One search; what all engines share.
struct Search<'a> {
    problem: &'a Problem,
    shape: &'a Shape,
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
        let mut annealer = Annealer::new(self.shape, None, 0, options.seed);
        let helpers = if self.meter.counts_steps() { 0 } else { options.threads.clamp(1, 64) - 1 };
        if helpers == 0 {
            self.take_turns(&mut annealer);
            return;
        }
        std::thread::scope(|scope| {
            for helper in 1..helpers {
                let seed = options.seed.wrapping_add(u64::try_from(helper).unwrap_or(0) << 32);
                scope.spawn(move || {
                    self.anneal_on(&mut Annealer::new(self.shape, None, 0, seed));
                });
            }
            scope.spawn(move || self.anneal_on(&mut annealer));
            self.prove_on(options);
        });
    }

    /// One slice of annealing.
    fn anneal(&self, annealer: &mut Annealer<'_>) {
        let moves = MOVES.min(self.meter.steps_left());
        annealer.run(moves);
        self.meter.book(moves.max(1));
        if let Some(found) = annealer.best()
            && self.pool.breaks().is_none_or(|breaks| found.breaks < breaks)
        {
            self.pool.offer(&found.slots);
        }
    }

    fn anneal_on(&self, annealer: &mut Annealer<'_>) {
        while !self.pool.is_over() {
            self.anneal(annealer);
        }
    }

    /// One slice of proving.
    fn prove(&self, exact: &mut Exact<'_>, conflicts: u64) {
        let before = exact.conflicts();
        let progress = exact.run(conflicts, self.pool.breaks());
        self.meter.book((exact.conflicts() - before + 1) * STEPS_PER_CONFLICT);
        if let Some(slots) = exact.take_found() {
            self.pool.offer(&slots);
        }
        match progress {
            Progress::Open => self.pool.raise(exact.lower()),
            Progress::Optimal => {
                self.pool.raise(exact.lower());
                self.pool.state().settled = true;
            }
            Progress::Infeasible => {
                let mut state = self.pool.state();
                state.infeasible = state.best.is_none();
                state.settled = true;
            }
        }
    }

    /// The exact search on a thread of its own; an annealer where it would be too large.
    fn prove_on(&self, options: &Options) {
        let stop = || self.pool.is_over();
        if let Ok(mut exact) = Exact::new(self.problem, self.shape, &stop) {
            while !stop() {
                self.prove(&mut exact, CONFLICTS);
            }
        } else {
            let seed = options.seed.wrapping_add(1);
            self.anneal_on(&mut Annealer::new(self.shape, None, 0, seed));
        }
    }

    /// Both searches on one thread.
    fn take_turns(&self, annealer: &mut Annealer<'_>) {
        let begun = self.meter.spent();
        while !self.pool.is_over() && !self.is_warm(begun) {
            self.anneal(annealer);
        }
        let late = || self.meter.is_late(0);
        if self.pool.is_over() {
            return;
        }
        let Ok(mut exact) = Exact::new(self.problem, self.shape, &late) else {
            return self.anneal_on(annealer);
        };
        let share = self.exact_share();
        let (mut proving, mut annealing) = (0, 1);
        while !self.pool.is_over() {
            let start = self.meter.spent();
            if proving * (100 - share) <= annealing * share {
                let most = (self.meter.steps_left() / STEPS_PER_CONFLICT).max(1);
                self.prove(&mut exact, CONFLICTS.min(most));
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
        let (short, long) =
            if self.meter.counts_steps() { (300_000, 2_000_000) } else { (30, 250) };
        spent >= long || (spent >= short && self.pool.breaks().is_some())
    }

    /// Percent of the work that goes into proving; little where a proof is out of reach.
    fn exact_share(&self) -> u64 {
        match self.shape.meetings() * self.shape.slots {
            0..=12_000 => 80,
            12_001..=30_000 => 40,
            _ => 15,
        }
    }
}
