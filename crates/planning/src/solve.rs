//! The door: a timetable with the fewest breaks, with a proof where the budget allows one.

use crate::budget::Budget;
use crate::conflict::ConflictItem;
use crate::problem::{Problem, ProblemError};
use crate::progress::{Progress, in_turn};
use crate::search::search;
use serde::Serialize;

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
/// side. A bound from counting seats ends many proofs before the exact search begins. Every
/// timetable is judged by [`crate::score()`] before it counts, and once more by a second judge in
/// debug builds. Memory is bounded: about half a gigabyte for the exact search, which is left out
/// where it would need more.
///
/// # Errors
///
/// [`ProblemError`] if the problem does not make sense; contradicting demands are not an error.
pub fn solve(
    problem: &Problem,
    options: &Options,
    budget: Budget<'_>,
) -> Result<Report, ProblemError> {
    solve_telling(problem, options, budget, |_| ())
}

/// [`solve`], which calls `listen` whenever a better timetable or a better bound is there: a few
/// dozen times in all, from one thread at a time, while the search waits. What it says last is what
/// the answer says, unless there is no timetable.
///
/// # Errors
///
/// As [`solve`].
pub fn solve_telling(
    problem: &Problem,
    options: &Options,
    budget: Budget<'_>,
    listen: impl FnMut(&Progress<'_>) + Send,
) -> Result<Report, ProblemError> {
    problem.check()?;
    let known = search(problem, None, options, (budget, &in_turn(listen)));
    Ok(Report {
        status: known.status,
        breaks: known.breaks,
        lower_bound: known.lower_bound,
        first_ms: known.first_ms,
        best_ms: known.best_ms,
        elapsed_ms: known.elapsed_ms,
        slots: known.slots.map_or_else(Vec::new, |slots| slots.iter().map(|t| t + 1).collect()),
        conflict: known.conflict,
    })
}
