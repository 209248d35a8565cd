//! Grouped sessions (分组对接): participants and items together in rooms, half a day each.
//!
//! Each participant (say, a central enterprise) and each item (a project of a delegation) goes into
//! one session, that is one room in one half-day. Nobody is in two rooms at once: a delegation or a
//! presenter may have items in several sessions, but at the same time only in as many as it has
//! teams. The total relevance of all pairs (participant, item) in the same session is to be the
//! greatest.
//!
//! Method: all groupings one by one where they are few, else simulated annealing with integer temperatures over single moves, exchanges and whole
//! delegations, where broken limits cost points; a bound by Lagrangian relaxation says how far the
//! answer can be from the best. Start reading at [`Problem`] and [`plan`].

mod answer;
mod baseline;
mod board;
mod bound;
mod conflict;
mod problem;
mod search;

pub use answer::{Answer, ConflictItem, Figures, PlannedSession, Reason, Status};
pub use problem::{
    Delegation, Item, MAX_ITEMS, MAX_PARTICIPANTS, MAX_RELEVANCE, MAX_SESSIONS, MAX_STEPS,
    Participant, Problem, Room, SessionDemand,
};

use crate::words::InputError;
use board::{Board, Shape};

/// Plans grouped sessions.
///
/// Deterministic: the same problem, seed and steps give the same answer. Cost: `steps` moves, each
/// taken one costs as many steps as there are items or participants; about a million moves a
/// second at 65 participants and 151 items.
///
/// # Errors
///
/// [`InputError`] for numbers or ids that make no sense; demands that cannot be met are an answer.
pub fn plan(problem: &Problem) -> Result<Answer, InputError> {
    problem.check()?;
    let shape = Shape::new(problem);
    let items = conflict::find(&shape);
    if !items.is_empty() {
        return Ok(answer::impossible(items));
    }
    let (best, is_exact) = search::search(&shape);
    Ok(answer::answer(&shape, &best, is_exact))
}

/// What a greedy hand reaches.
///
/// One participant opens each session: the one with most points, then each time the one that has
/// least in common with those before. Then participants and items come in turn, mixed in proportion,
/// in the order of their lists; each takes the session where it gains most of those that have room
/// and where nobody would be in two rooms at once; of equal ones that with fewest. With `passes`,
/// each then moves so many times, in turn, to where it gains more. At last who breaks a limit moves
/// where fewest are broken.
///
/// Gives the total relevance and how many limits are broken, which a hand may not avoid.
///
/// # Errors
///
/// [`InputError`] for numbers or ids that make no sense.
pub fn greedy(problem: &Problem, passes: usize) -> Result<(u64, u64), InputError> {
    problem.check()?;
    let shape = Shape::new(problem);
    Ok(totals(&baseline::greedy(&shape, passes)))
}

/// What lists cut in pieces reach: participants in their order into groups of like size, each
/// delegation with all its items into one session, in its order.
///
/// Gives the total relevance and how many limits are broken.
///
/// # Errors
///
/// [`InputError`] for numbers or ids that make no sense.
pub fn in_list_order(problem: &Problem) -> Result<(u64, u64), InputError> {
    problem.check()?;
    let shape = Shape::new(problem);
    Ok(totals(&baseline::in_list_order(&shape)))
}

fn totals(board: &Board<'_>) -> (u64, u64) {
    let count = |n: i64| u64::try_from(n).unwrap_or(0);
    (count(board.relevance), count(board.broken))
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
