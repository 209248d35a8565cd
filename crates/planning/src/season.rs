//! Seasons (季): which hosts have which stop (站), when, on what theme and at which venue.
//!
//! A stop is hosted by one *party*: a host, or a joint set of hosts. Levels, each held before the
//! next one counts: parts changed against a previous proposal; the difference of hosting counts and
//! their squares; the squared waits of each host between hostings, at evenly spread positions; the
//! squared days between stops; points of themes; early dates; few empty seats.
//!
//! Given who hosts in which order, dates and venues follow exactly by dynamic programming over the
//! days, themes by an assignment. The order of hosts is tried out in full where it is small, else
//! built by rotation and improved by local search. Start reading at [`Problem`] and [`plan`].

mod answer;
mod conflict;
mod dates;
mod days;
mod model;
mod order;
mod problem;
mod reasons;
mod search;
mod themes;

pub use answer::{
    Answer, ConflictItem, DemandKind, Figures, HostFigures, Levels, Part, PlannedStop, Reason,
    Status,
};
pub use problem::{
    Density, Host, Joint, MAX_DAYS, MAX_HOSTS, MAX_STOPS, MAX_TAKEN, MAX_THEMES, MAX_VENUES,
    Placed, Problem, StopDemand, Taken, Theme, Venue, WorkingDay,
};

use crate::words::InputError;
use model::Model;

/// Plans a season, or says which demands cannot be met together.
///
/// Deterministic. Cost: orders of hosts tried × stops; a few dates searches of stops × days², at
/// most about 400 million steps in all.
///
/// # Errors
///
/// [`InputError`] for numbers, dates or ids that make no sense; demands that contradict each other
/// are an answer.
pub fn plan(problem: &Problem) -> Result<Answer, InputError> {
    problem.check()?;
    let model = Model::new(problem);
    let items = conflict::find(&model);
    if !items.is_empty() {
        return Ok(answer::impossible(items));
    }
    Ok(match search::search(&model) {
        Some(found) => answer::planned(&model, &found),
        None => answer::impossible(conflict::unnamed(&model)),
    })
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
