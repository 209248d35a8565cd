//! Attachments 附件: files that hang on needs, answers, cooperation tasks and meetings.
//!
//! Who reads what they hang on reads them. What a file is, is decided in [`content`].

use chrono::{DateTime, Months, Utc};
use thiserror::Error;

use crate::actor::{Actor, Body, Role};
use crate::committee::Member;
use crate::event::{self, DockingEvent, EventStage};
use crate::ids::{AttachmentId, CooperationTaskId, Id, MeetingId, NeedId};
use crate::need::{Need, NeedStep, rights};
use crate::task::{CooperationTask, TaskStage};
use crate::words;

pub use content::{Checked, FileKind, check};

pub mod content;

/// Longest file, in bytes: 20 MiB.
pub const MAX_BYTES: usize = 20 * 1024 * 1024;
/// Most files on one thing.
pub const MAX_FILES: i32 = 20;
/// Most bytes on one thing: 100 MiB.
pub const MAX_TOTAL_BYTES: i64 = 100 * 1024 * 1024;
/// Longest name in characters, the ending included.
pub const MAX_NAME: usize = 120;

words! {
    /// What kind of thing a file hangs on.
    pub enum AttachedKind {
        /// The restricted body of a need 需求正文.
        Need = "need",
        /// The answer to a need 答复.
        NeedAnswer = "need_answer",
        /// A cooperation task 央地合作任务.
        Task = "task",
        /// A meeting of a docking event 一对一会面.
        Meeting = "meeting",
    }
}

/// What a file hangs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AttachedTo {
    /// The restricted body of a need.
    Need(NeedId),
    /// The answer to a need.
    NeedAnswer(NeedId),
    /// A cooperation task.
    Task(CooperationTaskId),
    /// A meeting of a docking event.
    Meeting(MeetingId),
}

impl AttachedTo {
    /// What kind of thing it is.
    pub const fn kind(self) -> AttachedKind {
        match self {
            Self::Need(_) => AttachedKind::Need,
            Self::NeedAnswer(_) => AttachedKind::NeedAnswer,
            Self::Task(_) => AttachedKind::Task,
            Self::Meeting(_) => AttachedKind::Meeting,
        }
    }

    /// Its id without the tag.
    pub fn id(self) -> String {
        match self {
            Self::Need(id) | Self::NeedAnswer(id) => id.to_string(),
            Self::Task(id) => id.to_string(),
            Self::Meeting(id) => id.to_string(),
        }
    }

    /// Its id on the wire, by which the audit log knows it.
    pub fn wire(self) -> String {
        let tag = match self {
            Self::Need(_) | Self::NeedAnswer(_) => NeedId::TAG,
            Self::Task(_) => CooperationTaskId::TAG,
            Self::Meeting(_) => MeetingId::TAG,
        };
        format!("{tag}:{}", self.id())
    }
}

/// An attachment 附件.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its id.
    pub id: AttachmentId,
    /// What it hangs on.
    pub to: AttachedTo,
    /// Its place among the files of that thing, from 1; none once it was removed.
    pub place: Option<i32>,
    /// Name of the file, cleaned.
    pub name: String,
    /// What it is, as its content says.
    pub kind: FileKind,
    /// Its length in bytes.
    pub size_bytes: i64,
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    pub sha256: String,
    /// Who added it: the subject as in the audit log.
    pub added_by: String,
    /// When.
    pub added_at: DateTime<Utc>,
    /// Until when its bytes are kept; none while the thing it hangs on goes on.
    pub kept_until: Option<DateTime<Utc>>,
    /// When somebody removed it.
    pub removed_at: Option<DateTime<Utc>>,
    /// When its bytes were given up because their time was over; the row stays.
    pub expired_at: Option<DateTime<Utc>>,
}

/// Why a file was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AttachmentError {
    /// Nothing is left of the name.
    #[error("the file has no name; send one such as 营业执照.pdf")]
    NameMissing,
    /// The name is too long.
    #[error("the file name has {0} characters; at most {MAX_NAME} are kept, shorten it")]
    NameTooLong(usize),
    /// A type that is not taken.
    #[error(
        "{0:?} is of a type that is not taken; send one of {list}",
        list = FileKind::LIST
    )]
    TypeRefused(String),
    /// The type that was sent with the file is another.
    #[error("{name:?} was sent as {declared}, but a file with this ending is {expected}")]
    TypeMismatch {
        /// Name of the file.
        name: String,
        /// The type sent along.
        declared: String,
        /// The type of the ending.
        expected: &'static str,
    },
    /// The content is not what the name says.
    #[error("{name:?} is no {kind}: {found}; save it again as {kind} and send that")]
    Forged {
        /// Name of the file.
        name: String,
        /// What it should be.
        kind: FileKind,
        /// What it is, in words.
        found: String,
    },
    /// Nothing in it.
    #[error("{0:?} is empty; choose a file with content")]
    Empty(String),
    /// Too long.
    #[error("{name:?} has {bytes} bytes; a file has at most {MAX_BYTES}, make it smaller")]
    TooLarge {
        /// Name of the file.
        name: String,
        /// Its length.
        bytes: usize,
    },
    /// All places are taken.
    #[error("there are {MAX_FILES} files already, the most there may be; remove one first")]
    TooMany,
    /// No room left.
    #[error(
        "the files would have {total} bytes together; at most {MAX_TOTAL_BYTES} hang on one thing, remove one first"
    )]
    TotalTooLarge {
        /// How many bytes there would be.
        total: i64,
    },
    /// What it would hang on is over.
    #[error("the {kind} has come to an end ({stage}); nothing is added to it any more")]
    Ended {
        /// What kind of thing.
        kind: AttachedKind,
        /// Where it stands.
        stage: &'static str,
    },
}

/// The place of a file of `size` bytes beside those that stand: the lowest free one.
///
/// # Errors
///
/// [`AttachmentError::TooMany`] or [`AttachmentError::TotalTooLarge`].
pub fn place(standing: &[Attachment], size: i64) -> Result<i32, AttachmentError> {
    let is_free = |place: &i32| !standing.iter().any(|one| one.place == Some(*place));
    let place = (1..=MAX_FILES).find(is_free).ok_or(AttachmentError::TooMany)?;
    let kept = standing.iter().filter(|one| one.expired_at.is_none());
    let total = kept.map(|one| one.size_bytes).sum::<i64>() + size;
    if total > MAX_TOTAL_BYTES {
        return Err(AttachmentError::TotalTooLarge { total });
    }
    Ok(place)
}

/// The moment until which bytes are kept whose thing came to an end at `ended_at`.
pub fn kept_until(ended_at: DateTime<Utc>, months: u32) -> DateTime<Utc> {
    ended_at.checked_add_months(Months::new(months)).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Whether `actor` may add a file to the restricted body of `need`, which they read in full: who may
/// write it.
pub fn may_add_to_need(actor: &Actor, need: &Need) -> bool {
    rights::may_write(actor, need.enterprise, need.committee).is_some()
}

/// Whether `actor` may add a file to the answer of `need`, which they read in full: who answers it.
pub fn may_add_to_answer(actor: &Actor, need: &Need) -> bool {
    rights::may_take(actor, NeedStep::Answer, need)
}

/// Whether `actor` may add a file to `task`: both sides and coordinators.
pub fn may_add_to_task(actor: &Actor, task: &CooperationTask) -> bool {
    let is_side = |id| id == task.owner || id == task.counterpart;
    actor.role == Role::Coordinator
        || (actor.role == Role::Enterprise && actor.enterprise().is_some_and(is_side))
}

/// Whether `actor` may add a file to a meeting of `event` between `sides`: both of them once they know
/// of it, and who organises the event.
pub fn may_add_to_meeting(actor: &Actor, event: &DockingEvent, sides: &[Member]) -> bool {
    let own = match (actor.role, &actor.body) {
        (Role::Enterprise, Some(Body::Enterprise(id))) => Some(Member::Enterprise(*id)),
        (Role::DepartmentHandler, Some(Body::Organisation(id))) => Some(Member::Organisation(*id)),
        _ => None,
    };
    event::may_manage(actor, &event.hosts, event.committee)
        || own.is_some_and(|own| sides.contains(&own))
}

/// Whether `actor` may remove `attachment`, which they see: coordinators, and who added it. Of the
/// latter the use case asks as well whether they may still add files to the thing.
pub fn may_remove(actor: &Actor, attachment: &Attachment) -> bool {
    actor.role == Role::Coordinator || actor.subject == attachment.added_by
}

/// Checks that `need` still goes on.
///
/// # Errors
///
/// [`AttachmentError::Ended`] if it was closed, excluded, merged, or lapsed.
pub fn check_need(kind: AttachedKind, need: &Need) -> Result<(), AttachmentError> {
    match need.trace.closed_at {
        Some(_) => Err(AttachmentError::Ended { kind, stage: need.stage.word() }),
        None => Ok(()),
    }
}

/// Checks that `task` still goes on.
///
/// # Errors
///
/// [`AttachmentError::Ended`] if it was finished or given up.
pub fn check_task(task: &CooperationTask) -> Result<(), AttachmentError> {
    match task.stage {
        TaskStage::Open | TaskStage::Intent | TaskStage::Signing | TaskStage::Launch => Ok(()),
        TaskStage::Closed | TaskStage::Dropped => {
            Err(AttachmentError::Ended { kind: AttachedKind::Task, stage: task.stage.word() })
        }
    }
}

/// Checks that `event` still goes on; minutes come in after the day.
///
/// # Errors
///
/// [`AttachmentError::Ended`] if its results are in.
pub fn check_event(event: &DockingEvent) -> Result<(), AttachmentError> {
    if event.stage == EventStage::Evaluated {
        let stage = event.stage.word();
        return Err(AttachmentError::Ended { kind: AttachedKind::Meeting, stage });
    }
    Ok(())
}

/// Stages in which a task is over.
pub const ENDED_TASKS: &[TaskStage] = &[TaskStage::Closed, TaskStage::Dropped];
/// Stages in which the day of an event is over.
pub const ENDED_EVENTS: &[EventStage] =
    &[EventStage::Closed, EventStage::FollowUp, EventStage::Evaluated];

#[cfg(test)]
mod tests;
