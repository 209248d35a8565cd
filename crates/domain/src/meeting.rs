//! Who takes part in a docking event, who meets whom, when and at which table.

pub mod agenda;
pub mod day;
pub mod handbook;
pub mod timetable;
pub mod version;

use thiserror::Error;

use crate::committee::Member;
use crate::event::{HalfDay, Slot};
use crate::ids::{DockingEventId, MeetingId, ParticipantId};

pub use timetable::Timetable;

/// Most participants of one event.
pub const MAX_PARTICIPANTS: usize = 2_000;
/// Most meetings of one event.
pub const MAX_MEETINGS: usize = 10_000;
/// Most precedences of one event.
pub const MAX_PRECEDENCES: usize = 10_000;

/// A participant 参会方 of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// Its id.
    pub id: ParticipantId,
    /// The event.
    pub event: DockingEventId,
    /// Who takes part.
    pub member: Member,
    /// Numbers of slots in which it cannot meet, ascending.
    pub unavailable: Vec<u16>,
    /// Fewest meetings that make coming worthwhile.
    pub min_meetings: Option<u16>,
    /// Most meetings it wants.
    pub max_meetings: Option<u16>,
    /// Number of the slot from which on it is not there: noted on the day, when it did not come or has
    /// left. Its wishes stay as they were.
    pub absent_from: Option<u16>,
}

impl Participant {
    /// Whether it is there and can meet in `slot`.
    pub fn is_free_in(&self, slot: u16) -> bool {
        !self.unavailable.contains(&slot) && self.absent_from.is_none_or(|from| slot < from)
    }
}

/// Where a meeting stands in the timetable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// Number of its slot, from 1.
    pub slot: u16,
    /// Number of its table, from 1.
    pub table: u16,
}

/// A one-to-one meeting 一对一会面 of two participants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    /// Its id.
    pub id: MeetingId,
    /// The event.
    pub event: DockingEventId,
    /// The participant with the lower id.
    pub first: ParticipantId,
    /// The participant with the higher id.
    pub second: ParticipantId,
    /// The half of the day it must be in; none for either.
    pub half_day: Option<HalfDay>,
    /// Number of the slot it must be in; none if it is free.
    pub fixed_slot: Option<u16>,
    /// Where the timetable puts it; none until planned.
    pub spot: Option<Spot>,
    /// Whether people confirmed its spot, so that planning again keeps it.
    pub is_locked: bool,
}

impl Meeting {
    /// Both participants.
    pub const fn sides(&self) -> [ParticipantId; 2] {
        [self.first, self.second]
    }

    /// Whether `participant` takes part in it.
    pub fn has(&self, participant: ParticipantId) -> bool {
        self.first == participant || self.second == participant
    }

    /// The slot that planning must keep: the locked one, or the one asked for.
    pub fn pinned_slot(&self) -> Option<u16> {
        let locked = self.spot.filter(|_| self.is_locked).map(|spot| spot.slot);
        locked.or(self.fixed_slot)
    }
}

/// One meeting is held in an earlier slot than another 先后.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Precedence {
    /// The meeting that comes first.
    pub before: MeetingId,
    /// The meeting that comes later.
    pub after: MeetingId,
}

/// Why participants or meetings could not be kept.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MeetingError {
    /// A list is full.
    #[error("the event would have {count} {what}; at most {limit} are kept, split the event")]
    TooMany {
        /// What was counted.
        what: &'static str,
        /// How many there would be.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// The fewest meetings asked for are more than the most.
    #[error("at least {min} and at most {max} meetings contradict each other; raise the most")]
    MinOverMax {
        /// Fewest meetings.
        min: u16,
        /// Most meetings.
        max: u16,
    },
    /// A slot that the event does not have.
    #[error("there is no slot {slot}; the last one is {last}")]
    NoSuchSlot {
        /// The number given.
        slot: u16,
        /// Number of the last slot.
        last: u16,
    },
    /// It takes part already.
    #[error("{who} takes part already; each is added once")]
    TakesPart {
        /// Wire id of the enterprise or organisation.
        who: String,
    },
    /// A participant cannot meet itself.
    #[error("participant:{participant} cannot meet itself; name two different ones")]
    MeetsItself {
        /// Who.
        participant: ParticipantId,
    },
    /// Not a participant of this event.
    #[error("{who} does not take part in this event; add it as a participant first")]
    NoParticipant {
        /// Wire id as given.
        who: String,
    },
    /// The two meet already.
    #[error("participant:{first} and participant:{second} meet already; each pair meets once")]
    PairTwice {
        /// One of them.
        first: ParticipantId,
        /// The other.
        second: ParticipantId,
    },
    /// It wants no more meetings.
    #[error("participant:{participant} wants at most {max} meetings; raise that or drop a pair")]
    MaxReached {
        /// Who.
        participant: ParticipantId,
        /// The most it wants.
        max: u16,
    },
    /// The slot lies in the other half of the day.
    #[error("slot {slot} is not in the {half_day} that the meeting needs; choose another slot")]
    WrongHalfDay {
        /// The slot.
        slot: u16,
        /// The half it must be in.
        half_day: HalfDay,
    },
    /// The meeting is fixed elsewhere.
    #[error("the meeting must be in slot {fixed}, not {slot}; remove it and add it without")]
    FixedElsewhere {
        /// The slot asked for.
        slot: u16,
        /// The slot it is fixed to.
        fixed: u16,
    },
    /// Somebody cannot come then.
    #[error("participant:{participant} cannot meet in slot {slot}; choose another slot")]
    Unavailable {
        /// Who.
        participant: ParticipantId,
        /// The slot.
        slot: u16,
    },
    /// Somebody has a confirmed meeting then.
    #[error(
        "participant:{participant} has locked meeting:{meeting} in slot {slot}; unlock it first"
    )]
    Busy {
        /// Who.
        participant: ParticipantId,
        /// The slot.
        slot: u16,
        /// The meeting that stands there.
        meeting: MeetingId,
    },
    /// All tables hold confirmed meetings then.
    #[error("all {tables} tables hold locked meetings in slot {slot}; unlock one or add a table")]
    NoTable {
        /// The slot.
        slot: u16,
        /// Tables of the event.
        tables: u16,
    },
    /// A meeting without a spot can be locked only to a slot that is named.
    #[error("the meeting has no slot yet; name one or plan the timetable first")]
    NotPlaced,
    /// Not a meeting of this event.
    #[error("meeting:{meeting} is not a meeting of this event")]
    NoMeeting {
        /// The id given.
        meeting: MeetingId,
    },
    /// The precedences run in a circle.
    #[error("meeting:{meeting} would come before itself; drop one of the precedences around it")]
    PrecedenceCycle {
        /// A meeting on the circle.
        meeting: MeetingId,
    },
    /// The slots of the event changed under a demand.
    #[error("{what} refers to slot {slot}, which the new layout lacks; change that first")]
    SlotInUse {
        /// What refers to it.
        what: &'static str,
        /// The slot.
        slot: u16,
    },
    /// A locked meeting stands where the new layout has no place for it.
    #[error("meeting:{meeting} is locked; unlock it before changing slots or tables")]
    LockedInLayout {
        /// The meeting.
        meeting: MeetingId,
    },
    /// Meetings without a spot cannot be published.
    #[error("{missing} meetings have no slot yet; plan the timetable again")]
    Incomplete {
        /// How many.
        missing: usize,
    },
}

/// Checks the wishes of a participant against the slots of its event.
///
/// # Errors
///
/// [`MeetingError::NoSuchSlot`] or [`MeetingError::MinOverMax`].
pub fn check_participant(participant: &Participant, slots: &[Slot]) -> Result<(), MeetingError> {
    let last = last_slot(slots);
    if let Some(slot) = participant.unavailable.iter().copied().find(|n| !(1..=last).contains(n)) {
        return Err(MeetingError::NoSuchSlot { slot, last });
    }
    match (participant.min_meetings, participant.max_meetings) {
        (Some(min), Some(max)) if min > max => Err(MeetingError::MinOverMax { min, max }),
        (Some(_) | None, Some(_) | None) => Ok(()),
    }
}

/// Number of the last slot; 0 without slots.
pub fn last_slot(slots: &[Slot]) -> u16 {
    slots.last().map_or(0, |slot| slot.number)
}

#[cfg(test)]
mod tests;
