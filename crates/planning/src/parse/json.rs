//! JSON as in the generated problems: `P`, `T`, `L`, `AM`, `meetings` [p, q, session] and
//! optionally `forb`, `fixed` (-1 free), `prec` [before, after]; counted from 0.

use super::{ParseError, count, session, value};
use crate::mask::MAX_SLOTS;
use crate::problem::{MAX_MEETINGS, MAX_PARTICIPANTS, Meeting, Participant, Precedence, Problem};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    #[serde(rename = "P")]
    participants: i64,
    #[serde(rename = "T")]
    slots: i64,
    #[serde(rename = "L")]
    tables: i64,
    #[serde(rename = "AM")]
    morning: i64,
    meetings: Vec<[i64; 3]>,
    #[serde(default)]
    forb: Vec<Vec<i64>>,
    #[serde(default)]
    fixed: Vec<i64>,
    #[serde(default)]
    prec: Vec<[i64; 2]>,
}

/// Reads a problem from JSON.
///
/// # Errors
///
/// [`ParseError::Syntax`] where it is not such JSON, [`ParseError::Value`] for a number out of
/// range, [`ParseError::Problem`] where the parts do not fit.
pub fn parse_json(text: &str, fairness: Option<u32>) -> Result<Problem, ParseError> {
    let file: File = serde_json::from_str(text).map_err(|error| {
        let text = error.to_string();
        let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
        ParseError::Syntax {
            line: error.line().max(1),
            message: format!("{what}; expected an object with P, T, L, AM and meetings"),
        }
    })?;
    let people = count("P", file.participants, MAX_PARTICIPANTS)?;
    let slots = count("T", file.slots, MAX_SLOTS)?;
    if file.meetings.len() > MAX_MEETINGS {
        let found = file.meetings.len();
        return Err(value("meetings", format!("{found} is over the limit of {MAX_MEETINGS}")));
    }
    same_length("forb", file.forb.len(), people, "P")?;
    same_length("fixed", file.fixed.len(), file.meetings.len(), "the number of meetings")?;
    let mut participants = vec![Participant::default(); people];
    for (p, list) in file.forb.iter().enumerate() {
        let place = || format!("forb, row {}", p + 1);
        participants[p].forbidden =
            list.iter().map(|&t| index(place, t, slots)).collect::<Result<_, _>>()?;
    }
    let mut meetings = Vec::with_capacity(file.meetings.len());
    for (m, row) in file.meetings.iter().enumerate() {
        let fixed = file.fixed.get(m).copied().unwrap_or(-1);
        meetings.push(meeting(m, *row, fixed, (people, slots))?);
    }
    let mut precedences = Vec::with_capacity(file.prec.len());
    for (i, pair) in file.prec.iter().enumerate() {
        let place = || format!("prec, row {}", i + 1);
        let before = index(place, pair[0], meetings.len())?;
        precedences.push(Precedence { before, after: index(place, pair[1], meetings.len())? });
    }
    let problem = Problem {
        slots,
        morning: count("AM", file.morning, MAX_SLOTS)?,
        tables: count("L", file.tables, MAX_MEETINGS)?,
        fairness,
        participants,
        meetings,
        precedences,
    };
    problem.check()?;
    Ok(problem)
}

fn meeting(
    m: usize,
    [p, q, code]: [i64; 3],
    fixed: i64,
    (people, slots): (usize, usize),
) -> Result<Meeting, ParseError> {
    let place = || format!("meetings, row {}", m + 1);
    let fixed = match fixed {
        -1 => None,
        t => Some(index(|| format!("fixed, entry {}", m + 1), t, slots)?),
    };
    Ok(Meeting {
        participants: vec![index(place, p, people)?, index(place, q, people)?],
        half_day: session(place, code)?,
        fixed,
        locked: false,
    })
}

fn same_length(field: &str, found: usize, want: usize, of: &str) -> Result<(), ParseError> {
    if found == 0 || found == want {
        return Ok(());
    }
    Err(value(field, format!("{found} rows, but {of} is {want}; give one row each, or none")))
}

fn index(place: impl Fn() -> String, number: i64, count: usize) -> Result<usize, ParseError> {
    usize::try_from(number)
        .ok()
        .filter(|&n| n < count)
        .ok_or_else(|| value(place(), format!("{number} is not an index below {count}")))
}
