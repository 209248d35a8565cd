//! The door: a problem in, a timetable with its proof or the conflict out.

use super::bound;
use super::check::{Score, Tally, check, tally};
use super::conflict::{self, Decision};
use super::constraint::Finding;
use super::encode::Demand;
use super::exhaust::exhaust;
use super::improve::Improver;
use super::problem::{Level, Problem};
use super::publish::place_published;
use super::shape::Shape;
use super::timetable::Timetable;
use super::validate::ProblemError;
use crate::budget::{Budget, Meter};
use crate::improve::{Share, WHOLE};
use serde::Serialize;
use std::collections::BTreeSet;

/// Most meetings of a problem of which all timetables are tried.
const SMALL: usize = 12;
/// Timetables begun in doing so.
const NODES: u64 = 400_000;
/// Nodes that count as a step.
const NODES_PER_STEP: u64 = 4;
/// Times a meeting is put somewhere by force before the exact decision is asked.
const TRIES: u64 = 4_000;

/// How a problem is solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Where randomness begins: the same seed and number of steps give the same answer.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: 1 }
    }
}

/// What is known about an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// Proved: no timetable loses less.
    Optimal,
    /// All hard demands are kept; a better timetable may exist.
    Feasible,
    /// Proved: no timetable keeps all hard demands. `conflict` says which contradict each other.
    Infeasible,
    /// The budget ended before a timetable that keeps all hard demands, or the proof that there is
    /// none, was found.
    Unknown,
}

/// A better timetable or a better bound, as soon as it is there.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    /// What it loses on each level.
    pub score: Score,
    /// What every timetable is known to lose at least.
    pub bound: Score,
    /// Milliseconds since the work began; 0 where steps are counted.
    pub elapsed_ms: u64,
    /// The timetable.
    pub timetable: &'a Timetable,
}

impl Progress<'_> {
    /// What a better timetable may save at most, on the highest level where that is anything: below
    /// it nothing is known. All 0 where it is proved that nothing is to be saved.
    pub fn gap(&self) -> Score {
        let (score, bound) = (self.score, self.bound);
        let hard = score.hard.saturating_sub(bound.hard);
        let medium = if hard > 0 { 0 } else { score.medium.saturating_sub(bound.medium) };
        let soft = if hard > 0 || medium > 0 { 0 } else { score.soft.saturating_sub(bound.soft) };
        Score { hard, medium, soft }
    }
}

/// A timetable and what is known about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// What is known.
    pub status: Status,
    /// What the timetable loses on each level.
    pub score: Score,
    /// What every timetable loses at least; equal to `score` where the status is optimal.
    pub bound: Score,
    /// What is counted for the last level.
    pub tally: Tally,
    /// The timetable: nobody and no table is asked for twice even where it lacks meetings that must
    /// be held.
    pub timetable: Timetable,
    /// What it breaks; empty unless the status is infeasible or unknown.
    pub findings: Vec<Finding>,
    /// Of an infeasible problem: demands that contradict each other, none of which can be left out
    /// of the contradiction, as far as counting or the solver could tell in their limits and in half
    /// of the budget; empty if
    /// the budget ended between the proof and the naming.
    pub conflict: Vec<Finding>,
    /// Milliseconds the work took; 0 where steps are counted.
    pub elapsed_ms: u64,
}

/// Looks for the best timetable of `problem` until `budget` ends or the proof is there; calls
/// `on_better` with each better timetable and each better bound on the way, the last of which is what
/// the answer says; what it does with them changes nothing about the answer.
///
/// A step is about one move of one meeting, some microseconds; a conflict of the exact search
/// counts for a thousand. Construction is `O(meetings · slots · participants of each)` and is not
/// cut short; memory grows with tables and representatives times slots.
///
/// # Errors
///
/// [`ProblemError`] if a number of the problem names what does not exist.
pub fn solve(
    problem: &Problem,
    options: &Options,
    budget: Budget<'_>,
    on_better: &mut dyn FnMut(&Progress<'_>),
) -> Result<Answer, ProblemError> {
    problem.validate()?;
    let shape = Shape::new(problem);
    let meter = Meter::new(budget);
    let improver = Improver::new(&shape, options.seed, &meter);
    let run = Run {
        shape: &shape,
        meter: &meter,
        improver,
        bound: Score::default(),
        is_possible: false,
        is_exhausted: false,
        conflict: Vec::new(),
        told: None,
    };
    Ok(run.finish(on_better))
}

/// One call of [`solve`].
struct Run<'a, 'b> {
    shape: &'a Shape<'a>,
    meter: &'b Meter<'b>,
    improver: Improver<'a, 'b>,
    bound: Score,
    /// Whether all hard demands are known to be compatible.
    is_possible: bool,
    is_exhausted: bool,
    conflict: Vec<Finding>,
    /// The score and the bound that were told last.
    told: Option<(Score, Score)>,
}

impl Run<'_, '_> {
    fn finish(mut self, on_better: &mut dyn FnMut(&Progress<'_>)) -> Answer {
        self.search(on_better);
        self.tell(on_better);
        self.improver.restore();
        let timetable = self.improver.board.timetable();
        let score = self.improver.best();
        let problem = self.shape.problem;
        let findings = check(problem, &timetable);
        debug_assert_eq!(score, super::check::score(problem, &timetable), "a second opinion");
        let status = if self.bound.hard > 0 {
            Status::Infeasible
        } else if score == self.bound {
            Status::Optimal
        } else if score.hard == 0 {
            Status::Feasible
        } else {
            Status::Unknown
        };
        Answer {
            status,
            score,
            bound: self.bound,
            tally: tally(problem, &timetable),
            timetable,
            findings,
            conflict: self.conflict,
            elapsed_ms: self.meter.elapsed_ms(),
        }
    }

    fn search(&mut self, on_better: &mut dyn FnMut(&Progress<'_>)) {
        place_published(&mut self.improver.board);
        self.improver.construct();
        self.tell(on_better);
        if let Some(conflict) = conflict::count(self.shape, self.meter) {
            self.impossible(&conflict);
        }
        if self.is_small() {
            self.try_all();
            self.tell(on_better);
        }
        if self.is_done() {
            self.name_conflict();
            return;
        }
        if self.improver.repair(Level::Must, WHOLE / 4, TRIES) {
            self.tell(on_better);
            self.improver.repair(Level::Should, WHOLE / 4, TRIES / 4);
        }
        self.improver.restore();
        self.tell(on_better);
        if self.improver.best().hard > 0 {
            self.anneal(WHOLE / 8, on_better);
        }
        self.decide();
        self.tell(on_better);
        self.anneal(WHOLE / 2, on_better);
        if !self.is_done() && self.conflict.is_empty() {
            self.raise_bound();
            self.tell(on_better);
            self.anneal(WHOLE, on_better);
        }
    }

    /// The conflict of a problem that trying everything showed to be impossible.
    fn name_conflict(&mut self) {
        if self.improver.best().hard > 0 && self.conflict.is_empty() {
            self.decide();
        }
    }

    fn impossible(&mut self, demands: &BTreeSet<Demand>) {
        self.conflict = conflict::tell(self.shape, demands);
        self.bound.hard = self.bound.hard.max(1);
    }

    fn is_done(&self) -> bool {
        self.is_exhausted || self.improver.best() <= self.bound
    }

    fn tell(&mut self, on_better: &mut dyn FnMut(&Progress<'_>)) {
        let (bound, elapsed_ms) = (self.bound, self.meter.elapsed_ms());
        let score = self.improver.best();
        let is_better = self.told.is_none_or(|(told, _)| score < told);
        if !is_better && self.told.is_some_and(|(_, proved)| bound <= proved) {
            return;
        }
        self.told = Some((score, bound));
        if is_better {
            self.improver.restore();
        }
        let timetable = &self.improver.best_timetable();
        on_better(&Progress { score, bound, elapsed_ms, timetable });
    }

    fn anneal(&mut self, until: Share, on_better: &mut dyn FnMut(&Progress<'_>)) {
        if self.is_done() {
            return;
        }
        let (bound, meter) = (self.bound, self.meter);
        let told = &mut self.told;
        self.improver.anneal(until, bound, &mut |improver| {
            let score = improver.best();
            *told = Some((score, bound));
            let timetable = &improver.best_timetable();
            on_better(&Progress { score, bound, elapsed_ms: meter.elapsed_ms(), timetable });
        });
    }

    fn is_small(&self) -> bool {
        let problem = self.shape.problem;
        let people = |m: usize| problem.meetings[m].participants.iter();
        let seatings = |m: usize| -> usize {
            people(m).map(|&p| problem.participants[p].representatives).product()
        };
        let meetings = problem.meetings.len();
        meetings <= SMALL && (0..meetings).all(|m| people(m).len() <= 4 && seatings(m) <= 64)
    }

    /// Tries all timetables, as far as the limit reaches.
    fn try_all(&mut self) {
        let nodes = NODES.min(self.meter.steps_left().saturating_mul(NODES_PER_STEP) / 2);
        let best = self.improver.best();
        self.meter.book(nodes / NODES_PER_STEP / 4);
        let Some((score, timetable)) = exhaust(self.shape, best, nodes, self.meter) else { return };
        if let Some(timetable) = timetable {
            self.improver.take(&timetable);
        }
        self.bound = score;
        self.is_exhausted = true;
    }

    /// Decides whether the hard demands are compatible, if that is not known.
    fn decide(&mut self) {
        let is_known = self.is_possible || !self.conflict.is_empty();
        if self.improver.best().hard == 0 || is_known || self.meter.is_over() {
            return;
        }
        match conflict::decide(self.shape, self.meter) {
            Decision::Possible(timetable) => {
                self.is_possible = true;
                self.improver.take(&timetable);
                self.improver.fill();
            }
            Decision::Impossible(conflict) => self.impossible(&conflict),
            Decision::Unknown => {}
        }
    }

    fn raise_bound(&mut self) {
        let best = self.improver.best();
        let problem = self.shape.problem;
        let open = best.medium > self.bound.medium
            || (best.medium == 0
                && tally(problem, &self.improver.best_timetable()).wish_points_missing > 0);
        if best.hard > 0 || !open {
            return;
        }
        let found = bound::find(self.shape, self.meter, best);
        self.bound.medium = self.bound.medium.max(found.medium);
        if best.medium == 0 {
            self.bound.soft = self.bound.soft.max(found.soft);
        }
        for timetable in &found.met {
            self.improver.take(timetable);
            self.improver.fill();
        }
    }
}
