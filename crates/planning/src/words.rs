//! Sentences in two languages, and what is said about input that makes no sense.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The same sentence in English and Chinese; no full stop in either.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// English.
    pub en: String,
    /// Chinese.
    pub zh: String,
}

impl Words {
    /// Both sentences.
    pub fn new(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { en: en.into(), zh: zh.into() }
    }
}

/// Why an input makes no sense: the place, what is wrong there and the next step.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{place}: {message}")]
pub struct InputError {
    /// Field and position, as in the JSON: `stops[2].theme`, counted from 0; or line and column.
    pub place: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl InputError {
    pub(crate) fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into() }
    }
}

/// Reads JSON; unknown fields are refused by the types themselves.
///
/// # Errors
///
/// Line and column of the first place that does not fit.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, InputError> {
    serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
        let said = error.to_string();
        let what = said.rsplit_once(" at line ").map_or(said.as_str(), |(what, _)| what);
        InputError::new(format!("line {}, column {}", error.line(), error.column()), what)
    })
}

/// Refuses lists that are too long.
pub(crate) fn at_most(place: &str, count: usize, limit: usize) -> Result<(), InputError> {
    if count <= limit {
        return Ok(());
    }
    Err(InputError::new(place, format!("{count} entries are over the limit of {limit}; split it")))
}

/// Refuses numbers outside of `low..=high`.
pub(crate) fn within(place: &str, number: i64, low: i64, high: i64) -> Result<(), InputError> {
    if (low..=high).contains(&number) {
        return Ok(());
    }
    Err(InputError::new(place, format!("{number} is not from {low} to {high}")))
}

/// Refuses empty and repeated ids of a list.
pub(crate) fn distinct<'a>(
    list: &str,
    ids: impl Iterator<Item = &'a str>,
) -> Result<(), InputError> {
    let mut seen = std::collections::BTreeMap::new();
    for (i, id) in ids.enumerate() {
        if id.is_empty() {
            return Err(InputError::new(format!("{list}[{i}].id"), "is empty; give it an id"));
        }
        if let Some(first) = seen.insert(id, i) {
            let message = format!("{id} is already the id of {list}[{first}]; use another");
            return Err(InputError::new(format!("{list}[{i}].id"), message));
        }
    }
    Ok(())
}

/// The index of `id` in a list of ids, or what is wrong with it.
pub(crate) fn index_of<'a>(
    place: impl FnOnce() -> String,
    id: &str,
    list: &str,
    mut ids: impl Iterator<Item = &'a str>,
) -> Result<usize, InputError> {
    ids.position(|known| known == id)
        .ok_or_else(|| InputError::new(place(), format!("{id} is not the id of any of {list}")))
}

/// A count as a signed number; saturates, which bounded input never reaches.
pub(crate) fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A number that is never negative as an index; 0 if it is negative.
pub(crate) fn unsigned(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}
