//! Site visits (考察): which group rides on which bus, and when each bus is where.
//!
//! Each group rides on one bus, which visits every site that one of its groups wants, in an order
//! of its own. Sites have opening times, a length of stay, room for so many people at once and a
//! walk between bus and door; every bus must reach the end, where the symposium is, in time.
//! Levels: the fewest buses, then the least sum of arrivals at the end.
//!
//! Method: groupings of the passengers by bound; for each, branch and bound over the next visit of
//! some bus, in the order of their beginnings, each as early as possible. A bus alone is bounded
//! by dynamic programming over sets of sites (Held and Karp 1962). Where the search ends of itself
//! the plan is proved. Start reading at [`Problem`] and [`plan`].

mod answer;
mod conflict;
mod load;
mod problem;
mod reasons;
mod route;
mod schedule;

pub use answer::{Answer, BusPlan, ConflictItem, DemandKind, Figures, PlanB, SiteStop, Status};
pub use problem::{Bus, Group, MAX_BUSES, MAX_GROUPS, MAX_SITES, Problem, Site};

use crate::words::InputError;

/// Plans site visits, and says for each site that may be dropped what changes without it.
///
/// Deterministic. Cost: at most `steps` steps of the search for the plan and each plan B, and as
/// many for each demand that a conflict is searched among.
///
/// # Errors
///
/// [`InputError`] for numbers or ids that make no sense; demands that cannot be met are an answer.
pub fn plan(problem: &Problem) -> Result<Answer, InputError> {
    problem.check()?;
    Ok(answer::answer(problem))
}

/// Reads a problem from JSON and checks it.
///
/// # Errors
///
/// [`InputError`] with line and column, or the field.
pub fn parse(text: &str) -> Result<Problem, InputError> {
    let problem: Problem = crate::words::read(text)?;
    problem.check()?;
    Ok(problem)
}
