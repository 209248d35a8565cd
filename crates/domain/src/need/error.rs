//! Why a need could not be written or moved on.

use chrono::{DateTime, NaiveDate, Utc};
use thiserror::Error;

use super::{NeedKind, NeedStage};
use crate::steps::WrongStage;

/// Why a need could not be written or moved on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NeedError {
    /// The stage does not allow the step.
    #[error(transparent)]
    WrongStage(#[from] WrongStage),
    /// A text is empty or too long.
    #[error("{field} has {length} characters; it needs 1 to {max}")]
    TextLength {
        /// The field.
        field: &'static str,
        /// How many characters it has.
        length: usize,
        /// How many it may have.
        max: usize,
    },
    /// Nobody confirmed that the text holds no state secret.
    #[error("confirm that the need holds no state secret before it is submitted")]
    SecretNotRuledOut,
    /// Taken in without a committee.
    #[error("name the committee whose secretariat dispatches the need")]
    CommitteeMissing,
    /// Dispatched without a due date.
    #[error("name the moment by which the need must be answered")]
    DueMissing,
    /// The due date is past.
    #[error("due date {due_at} is past; now it is {now}")]
    DuePast {
        /// The date given.
        due_at: DateTime<Utc>,
        /// The present.
        now: DateTime<Utc>,
    },
    /// A send-back would give more time.
    #[error("due date {due_at} is later than {latest}; the clock does not stop for a send-back")]
    ClockRuns {
        /// The date given.
        due_at: DateTime<Utc>,
        /// The date that stands.
        latest: DateTime<Utc>,
    },
    /// The unit that earned the poor rating would get it again.
    #[error("the need was reopened after a poor rating; dispatch it to another unit")]
    SameHandler,
    /// A casework kind cannot seek a counterpart.
    #[error("a need of kind {0} is casework; dispatch it to a unit")]
    NotMatching(NeedKind),
    /// Work cannot go on without a unit.
    #[error("no unit is in charge; seek a counterpart or let it rest")]
    NoHandler,
    /// Rest that ends before it begins.
    #[error("the need cannot rest until {until}; the earliest day is {earliest}")]
    RestOver {
        /// The day given.
        until: NaiveDate,
        /// The earliest day.
        earliest: NaiveDate,
    },
    /// A rating out of range.
    #[error("rating is {0}; it must lie between 1 and 5")]
    RatingRange(i32),
    /// Sent back although a coordinator has decided.
    #[error("a coordinator decided that this unit takes the need; it cannot be sent back again")]
    Adjudicated,
    /// Decided without a basis.
    #[error(
        "the need was sent back {send_backs} times; record the basis on which this unit must take it"
    )]
    BasisMissing {
        /// How often.
        send_backs: i32,
    },
    /// Decided although no unit refused.
    #[error("no unit sent the need back, so there is nothing to decide; leave the basis out")]
    NothingToDecide,
    /// Sent back to the unit that sends it back.
    #[error("propose another unit than your own")]
    ProposesItself,
    /// Taken up again a second time.
    #[error("a need is taken up again once; register a new one")]
    ReopenedBefore,
    /// Nobody called in, or too many.
    #[error("call in 1 to {max} units at a time; {count} were named")]
    CallCount {
        /// How many were named.
        count: usize,
        /// How many may be.
        max: usize,
    },
    /// The unit in charge cannot call itself in.
    #[error("the unit in charge is there already; call in others")]
    CallsItself,
    /// Time to check in out of range.
    #[error("{hours} hours to check in; it must be 1 to {max}")]
    CheckInHours {
        /// The hours given.
        hours: i32,
        /// The most.
        max: i32,
    },
    /// Merged with itself, or with a need that is no longer worked on.
    #[error("the need cannot be merged into that one: {0}")]
    NotMergeable(&'static str),
    /// Rated or written by somebody else without a record of the enterprise's consent.
    #[error("record who of the enterprise agreed, how and when")]
    ConsentMissing,
    /// Nothing to confirm.
    #[error("a need in stage {0} does not expire, so there is nothing to confirm")]
    NotConfirmable(NeedStage),
    /// A note where no unit works on the need.
    #[error("a need in stage {0} takes no notes")]
    NotNoteworthy(NeedStage),
    /// Published without a summary.
    #[error("write a public summary before the need is published")]
    SummaryMissing,
    /// Not yet or no longer to be published.
    #[error("a need in stage {0} cannot be published")]
    NotPublishable(NeedStage),
}
