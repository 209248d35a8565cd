//! Proposing an event (活动建议) from the graph of suggestions: whom to invite, in what format, with
//! which hosts, and what is to be expected.
//!
//! Of the people who may be invited, at most `capacity` are chosen, within quotas by kind, so that
//! the suggestions that can be met among them are worth the most; each person meets at most so many
//! others. A suggestion is worth its points times its probability.
//!
//! Method: greedy choices, improved by adding, dropping and exchanging people and pairs; a bound by
//! splitting each suggestion's worth between its two people (Lagrangian relaxation), with which
//! branch and bound proves small problems. Start reading at [`Problem`] and [`propose`].

mod answer;
mod bound;
mod graph;
mod problem;
mod prove;
mod search;

pub use answer::{
    Answer, Chosen, ConflictItem, Figures, Format, HostChoice, Invitee, Match, Smaller, Status,
};
pub use problem::{
    About, Host, Kind, MAX_PEOPLE, MAX_SUGGESTIONS, Person, Problem, Quota, Suggestion,
};

use crate::random::Random;
use crate::words::InputError;
use graph::Graph;

/// Proposes an event, or says which demands cannot be met together.
///
/// Deterministic. Cost: `steps` looks at suggestions for the search, as many again for the proof and
/// for the smaller event.
///
/// # Errors
///
/// [`InputError`] for numbers or ids that make no sense; demands that contradict each other are an
/// answer.
pub fn propose(problem: &Problem) -> Result<Answer, InputError> {
    problem.check()?;
    let graph = Graph::new(problem);
    let conflict = answer::conflict(&graph);
    if !conflict.is_empty() {
        return Ok(answer::impossible(conflict));
    }
    let found = search::search(&graph);
    let relaxed = bound::bound(&graph, found.worth);
    let proof = prove::prove(&graph, found, &relaxed);
    Ok(answer::answer(&graph, &proof))
}

/// What a greedy hand reaches, in points: the best suggestion first, both its people invited while
/// seats and quotas last and both have room for one more match.
///
/// # Errors
///
/// [`InputError`] for numbers or ids that make no sense.
pub fn greedy(problem: &Problem) -> Result<u64, InputError> {
    problem.check()?;
    let graph = Graph::new(problem);
    Ok(answer::points(search::by_suggestion(&graph).worth))
}

/// What a hand reaches that invites by lot, in points.
///
/// # Errors
///
/// [`InputError`] for numbers or ids that make no sense.
pub fn by_lot(problem: &Problem, seed: u64) -> Result<u64, InputError> {
    problem.check()?;
    let graph = Graph::new(problem);
    Ok(answer::points(search::by_lot(&graph, &mut Random::new(seed)).worth))
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
