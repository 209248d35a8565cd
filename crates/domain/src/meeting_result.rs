//! What came of a meeting 会面结果: whether it was held, what comes next, how much each side wants it.
//!
//! Either side and the organisers say so each for themselves, in two taps: next step, intent. What one
//! side says the other does not read. Figures over many are in [`evaluation`].

pub mod evaluation;

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::event::EventStage;
use crate::ids::{DockingEventId, MeetingId, MeetingResultId, ParticipantId};
use crate::meeting::Meeting;
use crate::need::Rating;
use crate::outcome::OutcomeKind;
use crate::words;

/// Longest note, in characters.
pub const MAX_NOTE: usize = 500;

words! {
    /// What the two agreed to do next 下一步.
    pub enum NextStep {
        /// Nothing 无后续.
        Nothing = "nothing",
        /// Send each other papers 互换资料.
        Papers = "papers",
        /// Visit each other 上门走访.
        Visit = "visit",
        /// Send samples, try out 送样试用.
        Trial = "trial",
        /// Talk about terms 商务洽谈.
        Terms = "terms",
        /// Sign 签约.
        Signing = "signing",
    }
}

words! {
    /// How much somebody wants to work with the other 合作意向.
    pub enum Intent {
        /// Not at all 无意向.
        Cold = "cold",
        /// Perhaps 有意向.
        Warm = "warm",
        /// Certainly 强意向.
        Hot = "hot",
    }
}

words! {
    /// Who says it.
    pub enum Reporter {
        /// The participant that the meeting names first.
        First = "first",
        /// The one it names second.
        Second = "second",
        /// The organisers of the event 主办方.
        Organiser = "organiser",
    }
}

words! {
    /// Whether a meeting was held 会面情况.
    pub enum Course {
        /// Nobody said anything yet 未登记.
        Unreported = "unreported",
        /// It was held 已会面.
        Held = "held",
        /// Somebody did not come 缺席.
        NoShow = "no_show",
        /// The sides contradict each other, and the organisers have not said anything 说法不一.
        Disputed = "disputed",
    }
}

impl Reporter {
    /// Which side of `meeting` the participant is.
    pub fn side(meeting: &Meeting, participant: ParticipantId) -> Option<Self> {
        if participant == meeting.first {
            Some(Self::First)
        } else if participant == meeting.second {
            Some(Self::Second)
        } else {
            None
        }
    }

    /// The participant of `meeting` that speaks; none for the organisers.
    pub const fn participant(self, meeting: &Meeting) -> Option<ParticipantId> {
        match self {
            Self::First => Some(meeting.first),
            Self::Second => Some(meeting.second),
            Self::Organiser => None,
        }
    }
}

/// What is written of a meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultCard {
    /// Whether the participant named first came.
    pub first_came: bool,
    /// Whether the one named second came.
    pub second_came: bool,
    /// What they do next.
    pub next_step: Option<NextStep>,
    /// How much the reporter wants it; of the organisers, how it looked to them.
    pub intent: Option<Intent>,
    /// What kind of outcome is in sight.
    pub kind: Option<OutcomeKind>,
    /// How much of it, in fen.
    pub amount_fen: Option<i64>,
    /// How satisfied the side is with the meeting; never said by organisers.
    pub satisfaction: Option<Rating>,
    /// A note; empty if none.
    pub note: String,
}

impl ResultCard {
    /// Whether both came.
    pub const fn is_held(&self) -> bool {
        self.first_came && self.second_came
    }

    /// Whether more is to come: something is to be done next, or wanted.
    pub fn is_open_ended(&self) -> bool {
        self.next_step.is_some_and(|step| step != NextStep::Nothing)
            || self.intent.is_some_and(|intent| intent != Intent::Cold)
    }

    fn says_anything(&self) -> bool {
        self.next_step.is_some()
            || self.intent.is_some()
            || self.kind.is_some()
            || self.amount_fen.is_some()
            || self.satisfaction.is_some()
    }
}

/// What one of the three said of a meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeetingResult {
    /// Its id.
    pub id: MeetingResultId,
    /// The meeting.
    pub meeting: MeetingId,
    /// Its event.
    pub event: DockingEventId,
    /// Who says it.
    pub reporter: Reporter,
    /// The participant who says it; none for the organisers.
    pub participant: Option<ParticipantId>,
    /// What is written.
    pub card: ResultCard,
    /// When it was written last.
    pub recorded_at: DateTime<Utc>,
    /// Raised by one with each save.
    pub version: i64,
}

/// Why nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ResultError {
    /// The day has not come, or its results are in.
    #[error("the event is {stage}; results are written from the day itself until it is evaluated")]
    Stage {
        /// Its stage.
        stage: EventStage,
    },
    /// The meeting is off.
    #[error("the meeting has no slot; what is not held has no result")]
    Off,
    /// It has not begun.
    #[error("the meeting begins at {starts_at}; write its result then")]
    TooEarly {
        /// When.
        starts_at: DateTime<Utc>,
    },
    /// Said of a meeting that was not held.
    #[error(
        "somebody did not come; leave next step, intent, kind, amount and satisfaction out, or say that both came"
    )]
    NotHeld,
    /// An amount of nothing.
    #[error("an amount is of a kind; name it, or leave the amount out")]
    KindMissing,
    /// Less than nothing.
    #[error("the amount is {amount_fen} fen; it cannot be negative")]
    Negative {
        /// The amount.
        amount_fen: i64,
    },
    /// Organisers do not say how satisfied a side is.
    #[error("only the two sides say how satisfied they are")]
    Satisfaction,
    /// A note that is too long.
    #[error("the note has {length} characters; at most {MAX_NOTE} are kept")]
    Note {
        /// Its length.
        length: usize,
    },
}

/// Whether results of an event in `stage` can be written: from its day on until it is evaluated.
///
/// # Errors
///
/// [`ResultError::Stage`].
pub const fn check_stage(stage: EventStage) -> Result<(), ResultError> {
    match stage {
        EventStage::Live | EventStage::Closed | EventStage::FollowUp => Ok(()),
        EventStage::Idea
        | EventStage::Planned
        | EventStage::Inviting
        | EventStage::Scheduling
        | EventStage::Provisional
        | EventStage::Published
        | EventStage::Evaluated => Err(ResultError::Stage { stage }),
    }
}

/// Whether a meeting that begins at `starts_at`, none if it is off, has a result at `now`.
///
/// # Errors
///
/// [`ResultError::Off`] or [`ResultError::TooEarly`].
pub fn check_time(starts_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<(), ResultError> {
    match starts_at {
        None => Err(ResultError::Off),
        Some(starts_at) if now < starts_at => Err(ResultError::TooEarly { starts_at }),
        Some(_) => Ok(()),
    }
}

/// `card` of `reporter` without blanks around its note.
///
/// # Errors
///
/// The first reason not to take it.
pub fn check_card(reporter: Reporter, card: ResultCard) -> Result<ResultCard, ResultError> {
    if !card.is_held() && card.says_anything() {
        return Err(ResultError::NotHeld);
    }
    match (card.amount_fen, card.kind) {
        (Some(amount_fen), _) if amount_fen < 0 => {
            return Err(ResultError::Negative { amount_fen });
        }
        (Some(_), None) => return Err(ResultError::KindMissing),
        (Some(_) | None, _) => {}
    }
    if reporter == Reporter::Organiser && card.satisfaction.is_some() {
        return Err(ResultError::Satisfaction);
    }
    let note = card.note.trim().to_owned();
    let length = note.chars().count();
    if length > MAX_NOTE {
        return Err(ResultError::Note { length });
    }
    Ok(ResultCard { note, ..card })
}

/// Whether a meeting was held, from everything said of it: the organisers' word stands; without it what
/// the sides agree on, or the only one of them said.
pub fn course<'a>(results: impl IntoIterator<Item = &'a MeetingResult>) -> Course {
    let (mut sides, mut all_same) = (None, true);
    for one in results {
        let came = (one.card.first_came, one.card.second_came);
        if one.reporter == Reporter::Organiser {
            return of(came);
        }
        all_same &= sides.is_none_or(|before| before == came);
        sides = Some(came);
    }
    match sides {
        None => Course::Unreported,
        Some(_) if !all_same => Course::Disputed,
        Some(came) => of(came),
    }
}

const fn of((first, second): (bool, bool)) -> Course {
    if first && second { Course::Held } else { Course::NoShow }
}

/// Whether a meeting is to be followed up: it was held, and somebody said that more is to come.
pub fn is_to_follow_up(results: &[&MeetingResult]) -> bool {
    course(results.iter().copied()) == Course::Held
        && results.iter().any(|one| one.card.is_open_ended())
}

#[cfg(test)]
mod tests;
