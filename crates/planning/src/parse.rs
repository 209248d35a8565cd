//! Reading problems from text: MiniZinc data as published with the B2B benchmark, and JSON.
//!
//! Both readers are pure and take time and memory in proportion to the text, whatever it says.

mod dzn;
mod json;

pub use dzn::parse_dzn;
pub use json::parse_json;

use crate::problem::{HalfDay, Problem, ProblemError};
use thiserror::Error;

/// Why a text is not a problem. The message names the place and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ParseError {
    /// The text is empty.
    #[error("the file is empty; expected MiniZinc data (nBusiness = …;) or a JSON object")]
    Empty,
    /// A place that cannot be read.
    #[error("line {line}: {message}")]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// What is wrong and what was expected.
        message: String,
    },
    /// A field is absent.
    #[error("{field} is missing; a timetable file needs {needed}")]
    Missing {
        /// The field.
        field: &'static str,
        /// All fields that are needed.
        needed: &'static str,
    },
    /// A field has a value it cannot have.
    #[error("{place}: {message}")]
    Value {
        /// Field and position in it, from 1.
        place: String,
        /// What is wrong and what was expected.
        message: String,
    },
    /// The numbers do not fit each other.
    #[error(transparent)]
    Problem(#[from] ProblemError),
}

/// Reads a problem in either format: JSON if the first character is `{`, else MiniZinc data.
///
/// `fairness` is not part of the files and goes into the problem as it is.
///
/// # Errors
///
/// See [`ParseError`].
pub fn parse(text: &str, fairness: Option<u32>) -> Result<Problem, ParseError> {
    let text = text.trim_start_matches('\u{feff}');
    match text.trim_start().chars().next() {
        None => Err(ParseError::Empty),
        Some('{') => parse_json(text, fairness),
        Some(_) => parse_dzn(text, fairness),
    }
}

fn value(place: impl Into<String>, message: impl Into<String>) -> ParseError {
    ParseError::Value { place: place.into(), message: message.into() }
}

/// A count that must lie in `0..=limit`.
fn count(field: &str, number: i64, limit: usize) -> Result<usize, ParseError> {
    usize::try_from(number)
        .ok()
        .filter(|&n| n <= limit)
        .ok_or_else(|| value(field, format!("{number} is not a whole number from 0 to {limit}")))
}

/// The half of the day the benchmark writes as 1, 2 or 3.
fn session(place: impl Fn() -> String, code: i64) -> Result<HalfDay, ParseError> {
    match code {
        1 => Ok(HalfDay::Morning),
        2 => Ok(HalfDay::Afternoon),
        3 => Ok(HalfDay::Either),
        _ => Err(value(
            place(),
            format!("session {code} is not 1 (morning), 2 (afternoon) or 3 (either)"),
        )),
    }
}
