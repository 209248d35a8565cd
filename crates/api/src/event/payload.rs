//! Answers to changes of events, and why they were refused.

use async_graphql::{Enum, Object, SimpleObject};
use lianmeng_app::event::EventCommandError;
use lianmeng_app::plan::{Conflict, ConflictKind};
use lianmeng_domain::event::{DockingEvent, EventError};
use lianmeng_domain::meeting::{Meeting, MeetingError, Participant};

use super::DockingEventNode;
use super::meeting::{MeetingNode, ParticipantNode};
use super::part::SlotNode;
use crate::error::{ApiError, ErrorCode, UserError, command_error};

/// Kind of a demand in a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ConflictKind", remote = "ConflictKind")]
pub enum ConflictKindWord {
    /// Meetings that must all be held.
    Meetings,
    /// Fewer meetings than a participant asks for.
    TooFewMeetings,
    /// Slots in which a participant cannot meet.
    Unavailable,
    /// A meeting fixed or locked to a slot.
    Fixed,
    /// A meeting tied to a half of the day.
    HalfDay,
    /// A meeting that must come before another.
    Precedence,
    /// Slots with too few tables.
    Tables,
    /// The limit on how far breaks may differ.
    Fairness,
    /// Everything together, where the steps did not suffice to narrow it down.
    Everything,
}

/// One demand of a conflict as clients see it.
#[derive(Debug)]
pub struct ConflictNode(Conflict);

/// One demand (要求) of a conflict: together they cannot hold, and giving up one of them helps.
#[Object(name = "TimetableConflict")]
impl ConflictNode {
    /// What kind of demand it is.
    async fn kind(&self) -> ConflictKindWord {
        self.0.kind.into()
    }

    /// What is demanded and what would help, in English.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// The same in Chinese.
    async fn text_zh(&self) -> &str {
        &self.0.text_zh
    }

    /// Participants it concerns.
    async fn participants(&self) -> Vec<ParticipantNode> {
        self.0.participants.iter().cloned().map(ParticipantNode).collect()
    }

    /// Meetings it concerns.
    async fn meetings(&self) -> Vec<MeetingNode> {
        self.0.meetings.iter().cloned().map(MeetingNode).collect()
    }

    /// Slots it concerns.
    async fn slots(&self) -> Vec<SlotNode> {
        self.0.slots.iter().copied().map(SlotNode).collect()
    }
}

/// An event, or why not.
#[derive(Debug, SimpleObject)]
pub struct EventPayload {
    /// The event after the change; null if it was refused.
    event: Option<DockingEventNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

impl EventPayload {
    pub(super) fn from_result(
        result: Result<DockingEvent, EventCommandError>,
    ) -> Result<Self, ApiError> {
        Ok(match result {
            Ok(event) => Self { event: Some(DockingEventNode(event)), errors: Vec::new() },
            Err(error) => Self { event: None, errors: vec![user_error(error)?] },
        })
    }
}

/// A planned event, or the demands in conflict.
#[derive(Debug, SimpleObject)]
pub struct EventPlanPayload {
    /// The event with its new timetable; null if none was found.
    event: Option<DockingEventNode>,
    /// Which demands contradict each other; empty unless no timetable exists.
    conflict: Vec<ConflictNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

impl EventPlanPayload {
    pub(super) fn from_result(
        result: Result<DockingEvent, EventCommandError>,
    ) -> Result<Self, ApiError> {
        let mut error = match result {
            Ok(event) => {
                let event = Some(DockingEventNode(event));
                return Ok(Self { event, conflict: Vec::new(), errors: Vec::new() });
            }
            Err(error) => error,
        };
        let message = error.to_string();
        let mut conflict = Vec::new();
        if let EventCommandError::Infeasible(found) = &mut error {
            conflict = std::mem::take(found);
        }
        let error = UserError { message, ..user_error(error)? };
        let conflict = conflict.into_iter().map(ConflictNode).collect();
        Ok(Self { event: None, conflict, errors: vec![error] })
    }
}

/// An event with participants, or why not.
#[derive(Debug, SimpleObject)]
pub struct EventParticipantsPayload {
    /// The event after the change; null if it was refused.
    event: Option<DockingEventNode>,
    /// The participants added, in the order given.
    participants: Vec<ParticipantNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

impl EventParticipantsPayload {
    pub(crate) fn from_result(
        result: Result<(DockingEvent, Vec<Participant>), EventCommandError>,
    ) -> Result<Self, ApiError> {
        Ok(match result {
            Ok((event, participants)) => Self {
                event: Some(DockingEventNode(event)),
                participants: participants.into_iter().map(ParticipantNode).collect(),
                errors: Vec::new(),
            },
            Err(error) => {
                Self { event: None, participants: Vec::new(), errors: vec![user_error(error)?] }
            }
        })
    }
}

/// A participant, or why not.
#[derive(Debug, SimpleObject)]
pub struct ParticipantPayload {
    /// The event after the change; null if it was refused.
    event: Option<DockingEventNode>,
    /// The participant after the change; null if it was refused.
    participant: Option<ParticipantNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

impl ParticipantPayload {
    pub(super) fn from_result(
        result: Result<(DockingEvent, Participant), EventCommandError>,
    ) -> Result<Self, ApiError> {
        Ok(match result {
            Ok((event, participant)) => Self {
                event: Some(DockingEventNode(event)),
                participant: Some(ParticipantNode(participant)),
                errors: Vec::new(),
            },
            Err(error) => Self { event: None, participant: None, errors: vec![user_error(error)?] },
        })
    }
}

/// An event with meetings, or why not.
#[derive(Debug, SimpleObject)]
pub struct EventPairsPayload {
    /// The event after the change; null if it was refused.
    event: Option<DockingEventNode>,
    /// The meetings added, in the order given.
    meetings: Vec<MeetingNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

impl EventPairsPayload {
    pub(super) fn from_result(
        result: Result<(DockingEvent, Vec<Meeting>), EventCommandError>,
    ) -> Result<Self, ApiError> {
        Ok(match result {
            Ok((event, meetings)) => Self {
                event: Some(DockingEventNode(event)),
                meetings: meetings.into_iter().map(MeetingNode).collect(),
                errors: Vec::new(),
            },
            Err(error) => {
                Self { event: None, meetings: Vec::new(), errors: vec![user_error(error)?] }
            }
        })
    }
}

/// A meeting, or why not.
#[derive(Debug, SimpleObject)]
pub struct MeetingPayload {
    /// The event after the change; null if it was refused.
    event: Option<DockingEventNode>,
    /// The meeting after the change; null if it was refused or removed.
    meeting: Option<MeetingNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

impl MeetingPayload {
    pub(super) fn from_result(
        result: Result<(DockingEvent, Option<Meeting>), EventCommandError>,
    ) -> Result<Self, ApiError> {
        Ok(match result {
            Ok((event, meeting)) => Self {
                event: Some(DockingEventNode(event)),
                meeting: meeting.map(MeetingNode),
                errors: Vec::new(),
            },
            Err(error) => Self { event: None, meeting: None, errors: vec![user_error(error)?] },
        })
    }
}

/// Splits failures: what the user can mend becomes data, the rest an [`ApiError`].
pub(crate) fn user_error(error: EventCommandError) -> Result<UserError, ApiError> {
    use ErrorCode as Code;
    use EventCommandError as Error;
    let (code, field) = match &error {
        Error::NotFound => (Code::NotFound, None),
        Error::NotYours => (Code::Invalid, Some("hosts")),
        Error::UnknownReference => (Code::UnknownReference, None),
        Error::UnknownSuggestion { .. } => (Code::UnknownReference, Some("suggestionIds")),
        Error::SuggestionEnded { .. } => (Code::WrongStage, Some("suggestionIds")),
        Error::Event(rule) => event_code(rule),
        Error::Meeting(rule) => meeting_code(rule),
        Error::NothingToPlan => (Code::Missing, None),
        Error::Infeasible(_) => (Code::Infeasible, None),
        Error::OutOfBudget(_) => (Code::CapacityExceeded, Some("steps")),
        Error::Engine(_) => return Err(ApiError::Internal(Box::new(error))),
        Error::Command(_) => match error {
            Error::Command(error) => return command_error(error),
            Error::NotFound
            | Error::NotYours
            | Error::UnknownReference
            | Error::UnknownSuggestion { .. }
            | Error::SuggestionEnded { .. }
            | Error::Event(_)
            | Error::Meeting(_)
            | Error::NothingToPlan
            | Error::Infeasible(_)
            | Error::OutOfBudget(_)
            | Error::Engine(_) => (Code::Invalid, None),
        },
    };
    Ok(UserError::new(code, error, field))
}

const fn event_code(rule: &EventError) -> (ErrorCode, Option<&'static str>) {
    use ErrorCode as Code;
    match rule {
        EventError::TitleMissing => (Code::Missing, Some("title")),
        EventError::TitleTooLong { .. } => (Code::Invalid, Some("title")),
        EventError::Hosts { .. } | EventError::HostTwice => (Code::Invalid, Some("hosts")),
        EventError::DateInPast { .. } => (Code::Invalid, Some("heldOn")),
        EventError::Tables { .. } => (Code::CapacityExceeded, Some("tables")),
        EventError::Fairness { .. } => (Code::Invalid, Some("fairness")),
        EventError::Layout(_) => (Code::Invalid, Some("halfDays")),
        EventError::SessionTitleMissing { .. } => (Code::Missing, Some("sessions")),
        EventError::Sessions { .. }
        | EventError::SessionEmpty { .. }
        | EventError::RoomTwice { .. } => (Code::Invalid, Some("sessions")),
        EventError::NoSuchStep { .. } | EventError::TooEarly { .. } => {
            (Code::WrongStage, Some("stage"))
        }
        EventError::NotOpen { .. } | EventError::NotPlanned { .. } => (Code::WrongStage, None),
    }
}

const fn meeting_code(rule: &MeetingError) -> (ErrorCode, Option<&'static str>) {
    use ErrorCode as Code;
    match rule {
        MeetingError::TooMany { .. } => (Code::CapacityExceeded, None),
        MeetingError::MinOverMax { .. } => (Code::Invalid, Some("maxMeetings")),
        MeetingError::NoSuchSlot { .. } => (Code::UnknownReference, Some("slot")),
        MeetingError::TakesPart { .. } => (Code::Taken, Some("participants")),
        MeetingError::MeetsItself { .. } => (Code::Invalid, Some("pairs")),
        MeetingError::NoParticipant { .. } => (Code::UnknownReference, Some("pairs")),
        MeetingError::PairTwice { .. } => (Code::Taken, Some("pairs")),
        MeetingError::MaxReached { .. } => (Code::CapacityExceeded, Some("pairs")),
        MeetingError::WrongHalfDay { .. }
        | MeetingError::FixedElsewhere { .. }
        | MeetingError::Unavailable { .. }
        | MeetingError::Busy { .. } => (Code::Invalid, Some("slot")),
        MeetingError::NoTable { .. } => (Code::CapacityExceeded, Some("slot")),
        MeetingError::NotPlaced => (Code::Missing, Some("slot")),
        MeetingError::NoMeeting { .. } => (Code::UnknownReference, None),
        MeetingError::PrecedenceCycle { .. } => (Code::Cycle, Some("add")),
        MeetingError::SlotInUse { .. } | MeetingError::LockedInLayout { .. } => {
            (Code::Invalid, Some("halfDays"))
        }
        MeetingError::Incomplete { .. } => (Code::WrongStage, None),
    }
}
