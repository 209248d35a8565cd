//! Reading a problem from JSON.

use super::problem::Problem;
use super::validate::ProblemError;
use thiserror::Error;

/// Why a text is not a problem. The message names the place and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ParseError {
    /// Not JSON of this form.
    #[error("line {line}, column {column}: {message}")]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong and what was expected.
        message: String,
    },
    /// The numbers do not fit each other.
    #[error(transparent)]
    Problem(#[from] ProblemError),
}

/// Reads a [`Problem`] from JSON; everything is counted from 0, and absent fields take the values
/// that the types document.
///
/// ```json
/// {
///   "slots": [{"halfDay": 0, "minutes": 20}, {"halfDay": 0}, {"halfDay": 1}],
///   "tables": [{"name": "A1", "place": 0, "equipment": ["projector"], "owner": 0}, {"place": 1}],
///   "travel": [[0, 1], [1, 0]],
///   "participants": [
///     {"name": "甲", "representatives": 2, "present": [0, 1], "min": 1, "max": 3,
///      "minPerHalfDay": 0, "maxPerHalfDay": 2, "maxRunMinutes": 60, "lunch": [[1, 2]]},
///     {"name": "乙"}, {"name": "丙"}
///   ],
///   "meetings": [
///     {"participants": [0, 1], "length": 2, "halfDays": [0], "needs": ["projector"]},
///     {"participants": [1, 2], "level": "should", "points": 5, "fixed": 2},
///     {"participants": [0, 2], "level": "wish", "points": 3},
///     {"participants": [1, 2], "locked": {"slot": 2, "table": 1}}
///   ],
///   "precedences": [{"before": 0, "after": 1}],
///   "spread": 2,
///   "prices": {"movedParticipant": 100000, "movedMeeting": 1000, "break": 10,
///              "tableChange": 2, "walking": 1},
///   "published": [{"slot": 0, "table": 0}, null, null, {"slot": 2, "table": 1}]
/// }
/// ```
///
/// Takes time and memory in proportion to the text.
///
/// # Errors
///
/// [`ParseError::Syntax`] with line and column, or [`ParseError::Problem`] with the path of what
/// names nothing.
pub fn parse(text: &str) -> Result<Problem, ParseError> {
    let text = text.trim_start_matches('\u{feff}');
    let problem: Problem = serde_json::from_str(text).map_err(|error| {
        let whole = error.to_string();
        let message = whole.rsplit_once(" at line ").map_or(whole.as_str(), |(what, _)| what);
        let (line, column) = (error.line().max(1), error.column().max(1));
        ParseError::Syntax { line, column, message: message.to_owned() }
    })?;
    problem.validate()?;
    Ok(problem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wide::problem::{Level, Seat};

    const SMALL: &str = r#"{"slots": [{}, {"halfDay": 1, "minutes": 30}], "tables": [{}],
 "participants": [{"name": "甲"}, {}], "meetings": [{"participants": [0, 1], "level": "wish",
 "locked": {"slot": 1, "table": 0}}]}"#;

    #[test]
    fn absent_fields_take_what_is_documented() {
        let problem = parse(SMALL).unwrap();
        assert_eq!(problem.slots[0].minutes, 20);
        assert_eq!(problem.participants[1].representatives, 1);
        assert_eq!(problem.meetings[0].level, Level::Wish);
        assert_eq!(problem.meetings[0].rank(), Level::Must);
        assert_eq!(problem.meetings[0].locked, Some(Seat { slot: 1, table: 0 }));
        assert_eq!(problem.prices.moved_meeting, 1000);
        let text = serde_json::to_string(&problem).unwrap();
        assert_eq!(parse(&text).unwrap(), problem, "writing and reading again changes nothing");
    }

    #[test]
    fn a_malformed_file_is_refused_with_its_place() {
        let error = |text: &str| parse(text).unwrap_err().to_string();
        assert!(error("").starts_with("line 1, column 1: EOF"), "{}", error(""));
        let odd = SMALL.replace("\"halfDay\"", "\"halfday\"");
        assert_eq!(
            error(&odd),
            "line 1, column 25: unknown field `halfday`, expected `halfDay` or `minutes`"
        );
        let far = SMALL.replace("[0, 1]", "[0, 2]");
        assert_eq!(
            error(&far),
            "meetings[0].participants[1]: there is no participant 2; there are 2, counted from 0"
        );
        let negative = SMALL.replace("[0, 1]", "[0, -1]");
        assert!(error(&negative).starts_with("line 2, column "), "{}", error(&negative));
    }
}
