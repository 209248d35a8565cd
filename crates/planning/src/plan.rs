//! Planning an event: slots and tables for its meetings, close to what was published before.

use crate::budget::Budget;
use crate::conflict::ConflictItem;
use crate::problem::{Problem, ProblemError};
use crate::progress::{Progress, in_turn};
use crate::score::{Finding, Score, score};
use crate::search::{Known, search};
use crate::solve::{Options, Status};
use crate::tables;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// When and where each meeting is held.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Timetable {
    /// Slot of each meeting in the problem's order, from 0.
    pub slots: Vec<usize>,
    /// Table of each meeting in the problem's order, from 0.
    pub tables: Vec<usize>,
}

/// Answer of [`plan`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Solution {
    /// What is known about the slots. With a timetable before, [`Status::Optimal`] is only said
    /// where no breaks are left.
    pub status: Status,
    /// The timetable; none if there is none, or none was found.
    pub timetable: Option<Timetable>,
    /// What the timetable costs each participant; none without one.
    pub score: Option<Score>,
    /// Meetings in another slot or at another table than before, ascending; empty without a
    /// timetable before.
    pub moved: Vec<usize>,
    /// Breaks that every timetable has at least, as far as proved; none if there is no timetable.
    pub lower_bound: Option<u32>,
    /// Why there is no timetable; not empty exactly when the status is infeasible.
    pub conflict: Vec<ConflictItem>,
}

/// Why planning could not begin.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlanError {
    /// The problem does not make sense.
    #[error(transparent)]
    Problem(#[from] ProblemError),
    /// The timetable before is of another event.
    #[error("the timetable before has {slots} slots and {tables} tables for {meetings} meetings")]
    WrongLength {
        /// Slots given.
        slots: usize,
        /// Tables given.
        tables: usize,
        /// Meetings of the problem.
        meetings: usize,
    },
    /// A locked meeting that no slot is known for.
    #[error("meeting {meeting} is locked but has neither a fixed slot nor one before; unlock it")]
    LockedNowhere {
        /// The meeting, from 1.
        meeting: usize,
    },
}

/// Plans `problem`; with a timetable `before`, changes as little as it must.
///
/// A locked meeting keeps its fixed slot, or else the slot and table it had. A meeting that is new
/// has [`usize::MAX`] in `before`. A timetable that still meets all demands comes back unchanged.
/// Otherwise a moved meeting costs as much as a break. The tables follow the slots and keep people
/// where they sit.
///
/// The budget is that of [`crate::solve()`].
///
/// # Errors
///
/// [`PlanError`] for a problem or a timetable that does not make sense; contradicting demands are
/// an answer, not an error.
pub fn plan(
    problem: &Problem,
    before: Option<&Timetable>,
    options: &Options,
    budget: Budget<'_>,
) -> Result<Solution, PlanError> {
    plan_telling(problem, before, options, budget, |_| ())
}

/// [`plan`], which calls `listen` as [`crate::solve_telling()`] does; never where the timetable before
/// comes back unchanged.
///
/// # Errors
///
/// As [`plan`].
pub fn plan_telling(
    problem: &Problem,
    before: Option<&Timetable>,
    options: &Options,
    budget: Budget<'_>,
    listen: impl FnMut(&Progress<'_>) + Send,
) -> Result<Solution, PlanError> {
    problem.check()?;
    if let Some(before) = before {
        let (slots, tables) = (before.slots.len(), before.tables.len());
        let meetings = problem.meetings.len();
        if slots != meetings || tables != meetings {
            return Err(PlanError::WrongLength { slots, tables, meetings });
        }
    }
    let problem = &pinned(problem, before)?;
    if let Some(before) = before {
        let kept = score(problem, &before.slots);
        if kept.findings.is_empty() && tables_fit(problem, before) {
            return Ok(unchanged(before, kept));
        }
    }
    let tell = in_turn(listen);
    let known = search(problem, before.map(|b| b.slots.as_slice()), options, (budget, &tell));
    Ok(solution(problem, before, known))
}

/// What is wrong with `timetable` for `problem`, and what it costs each participant.
///
/// # Errors
///
/// [`ProblemError`] if the problem does not make sense.
pub fn explain(problem: &Problem, timetable: &Timetable) -> Result<Score, ProblemError> {
    problem.check()?;
    let mut judged = score(problem, &timetable.slots);
    judged.findings.extend(table_findings(problem, timetable));
    Ok(judged)
}

/// The problem with every locked meeting fixed.
fn pinned(problem: &Problem, before: Option<&Timetable>) -> Result<Problem, PlanError> {
    let mut pinned = problem.clone();
    for (m, meeting) in pinned.meetings.iter_mut().enumerate() {
        if !meeting.locked || meeting.fixed.is_some() {
            continue;
        }
        let slot = before.map(|before| before.slots[m]).filter(|&t| t < problem.slots);
        meeting.fixed = Some(slot.ok_or(PlanError::LockedNowhere { meeting: m + 1 })?);
    }
    Ok(pinned)
}

fn unchanged(before: &Timetable, kept: Score) -> Solution {
    let status = if kept.breaks == 0 { Status::Optimal } else { Status::Feasible };
    Solution {
        status,
        timetable: Some(before.clone()),
        score: Some(kept),
        moved: Vec::new(),
        lower_bound: Some(0),
        conflict: Vec::new(),
    }
}

fn solution(problem: &Problem, before: Option<&Timetable>, known: Known) -> Solution {
    let timetable = known.slots.map(|slots| {
        let tables = tables::assign(problem, &slots, before.map(|b| b.tables.as_slice()));
        Timetable { slots, tables }
    });
    let moved = match (before, &timetable) {
        (Some(old), Some(new)) => (0..new.slots.len())
            .filter(|&m| old.slots[m] != new.slots[m] || old.tables[m] != new.tables[m])
            .collect(),
        (None, _) | (_, None) => Vec::new(),
    };
    Solution {
        status: known.status,
        score: timetable.as_ref().map(|timetable| score(problem, &timetable.slots)),
        timetable,
        moved,
        lower_bound: known.lower_bound,
        conflict: known.conflict,
    }
}

fn tables_fit(problem: &Problem, timetable: &Timetable) -> bool {
    table_findings(problem, timetable).is_empty()
}

/// Tables that do not exist, or are used twice in a slot.
fn table_findings(problem: &Problem, timetable: &Timetable) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut used = std::collections::BTreeMap::new();
    for (m, (&slot, &table)) in timetable.slots.iter().zip(&timetable.tables).enumerate() {
        if table >= problem.tables {
            findings.push(Finding::NoSuchTable { meeting: m, table });
        } else if let Some(&first) = used.get(&(slot, table)) {
            findings.push(Finding::TableTaken { slot, table, meetings: [first, m] });
        } else {
            used.insert((slot, table), m);
        }
    }
    findings
}
