//! Why an event was not changed.

use lianmeng_domain::event::EventError;
use lianmeng_domain::ids::SuggestionId;
use lianmeng_domain::meeting::MeetingError;
use lianmeng_domain::meeting::day::DayError;
use lianmeng_store::StoreError;
use thiserror::Error;

use crate::command::CommandError;
use crate::plan::Conflict;

/// Why an event, its participants or its timetable were not changed.
#[derive(Debug, Error)]
pub enum EventCommandError {
    /// No such event that the caller may change.
    #[error("no event with this id that you may change")]
    NotFound,
    /// After the change the caller would no longer manage the event.
    #[error("you would no longer manage this event; keep your own place or committee in it")]
    NotYours,
    /// A host, committee, venue, enterprise or organisation does not exist.
    #[error("a host, committee, venue, enterprise or organisation does not exist")]
    UnknownReference,
    /// No such suggestion that the caller sees.
    #[error("there is no suggestion:{suggestion} that you may see")]
    UnknownSuggestion {
        /// The id given.
        suggestion: SuggestionId,
    },
    /// The suggestion was declined, withdrawn, or nobody answered.
    #[error("suggestion:{suggestion} has ended; take one that stands")]
    SuggestionEnded {
        /// Which.
        suggestion: SuggestionId,
    },
    /// A rule about events.
    #[error(transparent)]
    Event(#[from] EventError),
    /// A rule about participants and meetings.
    #[error(transparent)]
    Meeting(#[from] MeetingError),
    /// A rule about the day itself.
    #[error(transparent)]
    Day(#[from] DayError),
    /// There is nothing to plan.
    #[error("the event has no meetings yet; add pairs first")]
    NothingToPlan,
    /// No timetable meets all demands.
    #[error("no timetable meets all demands; {} of them are in conflict", .0.len())]
    Infeasible(Vec<Conflict>),
    /// None was found within the budget.
    #[error("no timetable was found within {0}; allow more or relax a demand")]
    OutOfBudget(String),
    /// The engine refused the problem, which the rules should have caught.
    #[error("the timetable engine refused the event: {0}")]
    Engine(String),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for EventCommandError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

/// What the database refused: something that the input refers to.
pub(crate) fn reference(error: StoreError) -> EventCommandError {
    match error {
        StoreError::Conflict(_) => EventCommandError::UnknownReference,
        StoreError::Stale | StoreError::Corrupt { .. } | StoreError::Db(_) => error.into(),
    }
}
