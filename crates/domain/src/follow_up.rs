//! Follow-ups 跟进: what became of a meeting 30, 90 and 180 days after its event.

use chrono::{DateTime, Days, NaiveDate, Utc};
use thiserror::Error;

use crate::ids::{DockingEventId, FollowUpId, MeetingId, ParticipantId};
use crate::meeting_result::Reporter;
use crate::words;

/// Days after the event on which a meeting is asked after.
pub const DAYS: [u16; 3] = [30, 90, 180];
/// Longest note, in characters.
pub const MAX_NOTE: usize = 500;

words! {
    /// Where a follow-up stands.
    pub enum FollowUpStage {
        /// To be answered 待跟进.
        Open = "open",
        /// Answered 已跟进.
        Done = "done",
        /// Not wanted any more: the two stopped before, or nothing was to come of the meeting 已取消.
        Dropped = "dropped",
    }
}

words! {
    /// How far the two have come 进展.
    pub enum Progress {
        /// Nothing happened 无进展.
        Idle = "idle",
        /// They talk 洽谈中.
        Talking = "talking",
        /// They signed 已签约; the ledger of outcomes says what.
        Signed = "signed",
        /// They stopped 已终止: nothing is asked any more.
        Stopped = "stopped",
    }
}

/// A follow-up of a meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowUp {
    /// Its id.
    pub id: FollowUpId,
    /// The event.
    pub event: DockingEventId,
    /// The meeting.
    pub meeting: MeetingId,
    /// The two who met, as the meeting names them.
    pub sides: [ParticipantId; 2],
    /// How many days after the event: one of [`DAYS`].
    pub days: u16,
    /// Its local day.
    pub due_on: NaiveDate,
    /// Where it stands.
    pub stage: FollowUpStage,
    /// What was answered.
    pub progress: Option<Progress>,
    /// What was written with it; empty if nothing.
    pub note: String,
    /// Who answered.
    pub answered_by: Option<Reporter>,
    /// When.
    pub answered_at: Option<DateTime<Utc>>,
    /// When those concerned were reminded.
    pub reminded_at: Option<DateTime<Utc>>,
    /// Raised by one with each save.
    pub version: i64,
}

/// What somebody answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// How far they have come.
    pub progress: Progress,
    /// What else is to be said.
    pub note: String,
}

/// Why a follow-up was not answered.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FollowUpError {
    /// It is not wanted any more.
    #[error("the follow-up was dropped: the two stopped, or nothing was to come of the meeting")]
    Dropped,
    /// A note that is too long.
    #[error("the note has {length} characters; at most {MAX_NOTE} are kept")]
    Note {
        /// Its length.
        length: usize,
    },
}

impl FollowUp {
    /// Whether its day has passed without an answer.
    pub fn is_overdue(&self, today: NaiveDate) -> bool {
        match self.stage {
            FollowUpStage::Open => self.due_on < today,
            FollowUpStage::Done | FollowUpStage::Dropped => false,
        }
    }
}

/// The local day so many days after an event held on `held_on`; the last day there is where it would
/// lie beyond.
pub fn due_on(held_on: NaiveDate, days: u16) -> NaiveDate {
    held_on.checked_add_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MAX)
}

/// What changes in the follow-ups of a meeting: days for which one is to be made, and those to be saved.
///
/// While more is to come of the meeting (`is_wanted`) there is one for each of [`DAYS`] up to the first
/// that says that the two stopped; otherwise those that wait are dropped. What was answered stands.
pub fn plan(existing: &[FollowUp], is_wanted: bool) -> (Vec<u16>, Vec<FollowUp>) {
    let stopped = existing.iter().filter(|one| one.progress == Some(Progress::Stopped));
    let stopped = stopped.map(|one| one.days).min();
    let wanted = |days: u16| is_wanted && stopped.is_none_or(|last| days <= last);
    let has = |days: u16| existing.iter().any(|one| one.days == days);
    let made = DAYS.into_iter().filter(|days| wanted(*days) && !has(*days)).collect();
    let moved = |one: &FollowUp| {
        let stage = match one.stage {
            FollowUpStage::Done => return None,
            FollowUpStage::Open | FollowUpStage::Dropped if wanted(one.days) => FollowUpStage::Open,
            FollowUpStage::Open | FollowUpStage::Dropped => FollowUpStage::Dropped,
        };
        (stage != one.stage).then(|| FollowUp { stage, ..one.clone() })
    };
    (made, existing.iter().filter_map(moved).collect())
}

/// `one` answered; an answer may be given before its day, and corrected.
///
/// # Errors
///
/// [`FollowUpError::Dropped`] or [`FollowUpError::Note`].
pub fn answer(
    one: &FollowUp,
    answer: &Answer,
    (by, now): (Reporter, DateTime<Utc>),
) -> Result<FollowUp, FollowUpError> {
    if one.stage == FollowUpStage::Dropped {
        return Err(FollowUpError::Dropped);
    }
    let note = answer.note.trim().to_owned();
    let length = note.chars().count();
    if length > MAX_NOTE {
        return Err(FollowUpError::Note { length });
    }
    Ok(FollowUp {
        stage: FollowUpStage::Done,
        progress: Some(answer.progress),
        note,
        answered_by: Some(by),
        answered_at: Some(now),
        ..one.clone()
    })
}

#[cfg(test)]
mod tests;
