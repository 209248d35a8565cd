//! What is asked: participants, slots, tables, meetings and the demands on them.

use crate::mask::MAX_SLOTS;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Most participants one timetable can have.
pub const MAX_PARTICIPANTS: usize = 20_000;
/// Most meetings one timetable can have.
pub const MAX_MEETINGS: usize = 50_000;
/// Most participants one meeting can have.
pub const MAX_MEETING_SIZE: usize = 16;
/// Most precedences one timetable can have.
pub const MAX_PRECEDENCES: usize = 200_000;

/// A docking event's one-to-one meetings, to be put into slots and onto tables.
///
/// Everything is counted from 0. A problem can be written to a file and replayed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// How many slots the event has, at most [`MAX_SLOTS`].
    pub slots: usize,
    /// How many of them, from the first, are in the morning.
    pub morning: usize,
    /// How many meetings can be held at once.
    pub tables: usize,
    /// How far the breaks of any two participants may differ; none for no such demand.
    pub fairness: Option<u32>,
    /// Who takes part; their index is their number.
    pub participants: Vec<Participant>,
    /// What must be held; their index is their number.
    pub meetings: Vec<Meeting>,
    /// Which meetings come strictly before which.
    pub precedences: Vec<Precedence>,
}

/// Someone who sits in meetings, one at a time (参会方).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Participant {
    /// What explanations call them; a number is used when absent.
    pub name: Option<String>,
    /// Slots in which they cannot sit in a meeting, in any order.
    pub forbidden: Vec<usize>,
}

/// A meeting that must be held (一对一会面).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Meeting {
    /// Who sits in it: different participants, usually two, at least one.
    pub participants: Vec<usize>,
    /// Which half of the day it must be in.
    pub half_day: HalfDay,
    /// The slot it must be in; none if it is free.
    pub fixed: Option<usize>,
    /// Whether people confirmed it: planning again keeps its slot and table.
    pub locked: bool,
}

/// A half of the day (半天: 上午, 下午).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum HalfDay {
    /// Only in the morning slots.
    Morning,
    /// Only after the morning slots.
    Afternoon,
    /// In any slot.
    Either,
}

/// One meeting is held in an earlier slot than another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Precedence {
    /// The meeting that comes first.
    pub before: usize,
    /// The meeting that comes later.
    pub after: usize,
}

/// Why a problem makes no sense. Numbers in the messages count from 1, as people do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProblemError {
    /// A count is over its limit.
    #[error("{what}: {count} is over the limit of {limit}; split the event")]
    TooMany {
        /// What was counted.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// More morning slots than slots.
    #[error("{morning} morning slots, but the event has only {slots} slots")]
    MorningTooLong {
        /// Morning slots.
        morning: usize,
        /// Slots in all.
        slots: usize,
    },
    /// A number that names nothing.
    #[error("{place} names {what} {number}, but the last one is {last}")]
    OutOfRange {
        /// Where it stands.
        place: String,
        /// What it should name.
        what: &'static str,
        /// The number, from 1.
        number: usize,
        /// The highest number that exists.
        last: usize,
    },
    /// A meeting of nobody.
    #[error("meeting {meeting} has no participants; name at least one")]
    NobodyMeets {
        /// The meeting, from 1.
        meeting: usize,
    },
    /// A participant who would meet themselves.
    #[error("meeting {meeting} names participant {participant} twice; name two different ones")]
    MeetsItself {
        /// The meeting, from 1.
        meeting: usize,
        /// The participant, from 1.
        participant: usize,
    },
}

impl Problem {
    /// Checks every number against what it refers to.
    ///
    /// Demands that contradict each other are not an error here: solving reports them as a
    /// conflict.
    ///
    /// # Errors
    ///
    /// The first [`ProblemError`] found, in the order of the fields.
    pub fn check(&self) -> Result<(), ProblemError> {
        limit("slots", self.slots, MAX_SLOTS)?;
        limit("participants", self.participants.len(), MAX_PARTICIPANTS)?;
        limit("meetings", self.meetings.len(), MAX_MEETINGS)?;
        limit("precedences", self.precedences.len(), MAX_PRECEDENCES)?;
        if self.morning > self.slots {
            return Err(ProblemError::MorningTooLong { morning: self.morning, slots: self.slots });
        }
        for (p, participant) in self.participants.iter().enumerate() {
            for &t in &participant.forbidden {
                in_range(|| format!("forbidden of participant {}", p + 1), "slot", t, self.slots)?;
            }
        }
        for (m, meeting) in self.meetings.iter().enumerate() {
            self.check_meeting(m, meeting)?;
        }
        for (i, precedence) in self.precedences.iter().enumerate() {
            for m in [precedence.before, precedence.after] {
                in_range(|| format!("precedence {}", i + 1), "meeting", m, self.meetings.len())?;
            }
        }
        Ok(())
    }

    fn check_meeting(&self, m: usize, meeting: &Meeting) -> Result<(), ProblemError> {
        let place = || format!("meeting {}", m + 1);
        if meeting.participants.is_empty() {
            return Err(ProblemError::NobodyMeets { meeting: m + 1 });
        }
        limit("participants of one meeting", meeting.participants.len(), MAX_MEETING_SIZE)?;
        for (i, &p) in meeting.participants.iter().enumerate() {
            in_range(place, "participant", p, self.participants.len())?;
            if meeting.participants[..i].contains(&p) {
                return Err(ProblemError::MeetsItself { meeting: m + 1, participant: p + 1 });
            }
        }
        match meeting.fixed {
            Some(t) => in_range(place, "slot", t, self.slots),
            None => Ok(()),
        }
    }
}

fn limit(what: &'static str, count: usize, limit: usize) -> Result<(), ProblemError> {
    if count > limit { Err(ProblemError::TooMany { what, count, limit }) } else { Ok(()) }
}

fn in_range(
    place: impl Fn() -> String,
    what: &'static str,
    index: usize,
    count: usize,
) -> Result<(), ProblemError> {
    if index < count {
        return Ok(());
    }
    let number = index.saturating_add(1);
    Err(ProblemError::OutOfRange { place: place(), what, number, last: count })
}
