//! Meeting requests 会面申请: a participant of an event asks another for a meeting before the timetable
//! is planned. A request holds no slot; once both want it, it becomes a meeting like any other.

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

use crate::actor::{Actor, Body, Role};
use crate::committee::Member;
use crate::event::{EventStage, HalfDay};
use crate::ids::{DockingEventId, MeetingId, MeetingRequestId};
use crate::steps::{self, Transition, WrongStage};
use crate::words;

/// Longest message and reason, in characters.
pub const MAX_WORDS: usize = 500;
/// Most requests one participant may be allowed.
pub const MAX_CAP: u16 = 100;
/// How often one may ask another at one event, whatever became of it.
pub const MAX_TRIES: usize = 3;
/// Most days a request may wait.
pub const MAX_DAYS: u16 = 60;
/// Days a request waits where nobody says otherwise.
pub const DEFAULT_DAYS: u16 = 7;

words! {
    /// Where a request stands.
    pub enum RequestStage {
        /// Asked, not answered 待答复.
        Pending = "pending",
        /// The other side wants it too 已接受.
        Accepted = "accepted",
        /// The other side does not 已谢绝.
        Declined = "declined",
        /// Nobody answered in time 已过期.
        Expired = "expired",
        /// Taken back by who asked 已取消.
        Cancelled = "cancelled",
    }
}

words! {
    /// What moves a request on.
    pub enum RequestStep {
        /// The other side accepts.
        Accept = "accept",
        /// The other side declines.
        Decline = "decline",
        /// Nobody answered in time.
        Expire = "expire",
        /// Who asked takes it back.
        Cancel = "cancel",
    }
}

words! {
    /// How much the meeting matters to who asks 意愿.
    pub enum RequestPriority {
        /// They come for it 必见.
        Must = "must",
        /// They want it 希望.
        Want = "want",
        /// It would be nice 可见.
        May = "may",
    }
}

use RequestStage::{Accepted, Cancelled, Declined, Expired, Pending};

/// Which step leads from where to where: what has been answered stands.
pub const TRANSITIONS: &[Transition<RequestStage, RequestStep>] = &[
    Transition { step: RequestStep::Accept, from: &[Pending], to: Accepted },
    Transition { step: RequestStep::Decline, from: &[Pending], to: Declined },
    Transition { step: RequestStep::Expire, from: &[Pending], to: Expired },
    Transition { step: RequestStep::Cancel, from: &[Pending], to: Cancelled },
];

/// What an event allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestRules {
    /// The event.
    pub event: DockingEventId,
    /// How many requests of one participant may wait or be accepted at a time; 0 while nobody may ask.
    pub cap: u16,
    /// How many days a request waits.
    pub days: u16,
}

/// What is written of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestCard {
    /// What it is about.
    pub message: String,
    /// The half of the day it is wanted in; none for either.
    pub half_day: Option<HalfDay>,
    /// How much it matters.
    pub priority: RequestPriority,
}

/// A meeting request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeetingRequest {
    /// Its id.
    pub id: MeetingRequestId,
    /// The event.
    pub event: DockingEventId,
    /// Who asks.
    pub from: Member,
    /// Who is asked.
    pub to: Member,
    /// What is written.
    pub card: RequestCard,
    /// Where it stands.
    pub stage: RequestStage,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
    /// From when on it is expired.
    pub ends_at: DateTime<Utc>,
    /// When it was answered or taken back.
    pub closed_at: Option<DateTime<Utc>>,
    /// Why it was declined, which only who declined reads, or taken back, which both read; empty if not
    /// said.
    pub reason: String,
    /// The meeting it became.
    pub meeting: Option<MeetingId>,
    /// Raised by one with each save.
    pub version: i64,
}

/// Why nothing came of it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RequestError {
    /// The stage does not allow this.
    #[error(transparent)]
    Stage(#[from] WrongStage),
    /// Its time is over.
    #[error("the request expired at {ends_at}; send another")]
    Expired {
        /// When.
        ends_at: DateTime<Utc>,
    },
    /// Nobody may ask at this event.
    #[error("the event takes no requests; ask its organisers")]
    Closed,
    /// The timetable is planned.
    #[error("the event is {stage}; requests are made before its timetable is planned")]
    Planned {
        /// The event's stage.
        stage: EventStage,
    },
    /// One cannot meet oneself.
    #[error("one cannot meet oneself; ask another participant")]
    Oneself,
    /// Not a participant.
    #[error("{who} does not take part in this event")]
    NoParticipant {
        /// Wire id.
        who: String,
    },
    /// There is one already.
    #[error("you asked already; change that request while it waits")]
    Asked,
    /// The other side asked.
    #[error("the other side asked you already; answer that request")]
    AskedByThem,
    /// The other side declined before.
    #[error("the other side declined before; ask the organisers")]
    DeclinedBefore,
    /// Asked and taken back, or not answered, again and again.
    #[error("you asked them {MAX_TRIES} times; whoever does not answer is left in peace")]
    TooOften,
    /// Too many.
    #[error("{cap} of your requests wait or were accepted, which is the most; take one back first")]
    CapReached {
        /// How many there may be.
        cap: u16,
    },
    /// A text that is too long.
    #[error("the {what} has {length} characters; at most {MAX_WORDS} are kept")]
    Words {
        /// Which.
        what: &'static str,
        /// Its length.
        length: usize,
    },
    /// A request is taken back for a reason.
    #[error("write why you take it back; the other side reads it")]
    ReasonMissing,
    /// Rules that make no sense.
    #[error(
        "at most {MAX_CAP} requests of one participant, and 1 to {MAX_DAYS} days to answer them"
    )]
    Rules,
}

/// Checks what an event allows.
///
/// # Errors
///
/// [`RequestError::Rules`].
pub fn check_rules(rules: &RequestRules) -> Result<(), RequestError> {
    if rules.cap > MAX_CAP || !(1..=MAX_DAYS).contains(&rules.days) {
        return Err(RequestError::Rules);
    }
    Ok(())
}

fn words(what: &'static str, text: &str) -> Result<String, RequestError> {
    let text = text.trim();
    let length = text.chars().count();
    if length > MAX_WORDS {
        return Err(RequestError::Words { what, length });
    }
    Ok(text.to_owned())
}

/// `card` without blanks around its message.
///
/// # Errors
///
/// [`RequestError::Words`].
pub fn check_card(card: &RequestCard) -> Result<RequestCard, RequestError> {
    Ok(RequestCard { message: words("message", &card.message)?, ..card.clone() })
}

/// Whether requests can be made and accepted while an event is in `stage`: until it is planned.
///
/// # Errors
///
/// [`RequestError::Planned`].
pub const fn check_event(stage: EventStage) -> Result<(), RequestError> {
    match stage {
        EventStage::Idea | EventStage::Planned | EventStage::Inviting | EventStage::Scheduling => {
            Ok(())
        }
        EventStage::Provisional
        | EventStage::Published
        | EventStage::Live
        | EventStage::Closed
        | EventStage::FollowUp
        | EventStage::Evaluated => Err(RequestError::Planned { stage }),
    }
}

/// Whether `from` may ask `to`, given the requests `standing` at the event as they are now.
///
/// # Errors
///
/// The first reason not to, in the order of the rules.
pub fn check_send(
    rules: &RequestRules,
    standing: &[MeetingRequest],
    from: Member,
    to: Member,
) -> Result<(), RequestError> {
    if rules.cap == 0 {
        return Err(RequestError::Closed);
    }
    if from == to {
        return Err(RequestError::Oneself);
    }
    let is_live = |one: &MeetingRequest| matches!(one.stage, Pending | Accepted);
    let has = |a: Member, b: Member| {
        standing.iter().any(|one| is_live(one) && one.from == a && one.to == b)
    };
    if has(from, to) {
        return Err(RequestError::Asked);
    }
    if has(to, from) {
        return Err(RequestError::AskedByThem);
    }
    let is_refused =
        |one: &MeetingRequest| one.stage == Declined && one.from == from && one.to == to;
    if standing.iter().any(is_refused) {
        return Err(RequestError::DeclinedBefore);
    }
    let tries = standing.iter().filter(|one| one.from == from && one.to == to).count();
    if tries >= MAX_TRIES {
        return Err(RequestError::TooOften);
    }
    let out = standing.iter().filter(|one| is_live(one) && one.from == from).count();
    if out >= usize::from(rules.cap) {
        return Err(RequestError::CapReached { cap: rules.cap });
    }
    Ok(())
}

/// The moment at which a request sent at `now` expires: after the days that the event gives, at the
/// latest when its day begins, at `day_start`.
pub fn ends_at(
    rules: &RequestRules,
    now: DateTime<Utc>,
    day_start: DateTime<Utc>,
) -> DateTime<Utc> {
    (now + TimeDelta::days(i64::from(rules.days))).min(day_start)
}

fn moved(
    request: &MeetingRequest,
    step: RequestStep,
    now: DateTime<Utc>,
) -> Result<MeetingRequest, RequestError> {
    let stage = steps::next(TRANSITIONS, request.stage, step)?;
    if request.ends_at <= now && step != RequestStep::Expire {
        return Err(RequestError::Expired { ends_at: request.ends_at });
    }
    Ok(MeetingRequest { stage, closed_at: Some(now), ..request.clone() })
}

/// Replaces what is written of a request that waits.
///
/// # Errors
///
/// [`RequestError::Stage`], [`RequestError::Expired`] or [`RequestError::Words`].
pub fn change(
    request: &MeetingRequest,
    card: &RequestCard,
    now: DateTime<Utc>,
) -> Result<MeetingRequest, RequestError> {
    // What may be taken back may be changed.
    moved(request, RequestStep::Cancel, now)?;
    Ok(MeetingRequest { card: check_card(card)?, ..request.clone() })
}

/// Accepts a request, which became `meeting`.
///
/// # Errors
///
/// [`RequestError::Stage`] or [`RequestError::Expired`].
pub fn accept(
    request: &MeetingRequest,
    meeting: MeetingId,
    now: DateTime<Utc>,
) -> Result<MeetingRequest, RequestError> {
    let accepted = moved(request, RequestStep::Accept, now)?;
    Ok(MeetingRequest { meeting: Some(meeting), ..accepted })
}

/// Declines a request, for a reason that stays with who declines and may be left out.
///
/// # Errors
///
/// [`RequestError::Stage`], [`RequestError::Expired`] or [`RequestError::Words`].
pub fn decline(
    request: &MeetingRequest,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<MeetingRequest, RequestError> {
    let declined = moved(request, RequestStep::Decline, now)?;
    Ok(MeetingRequest { reason: words("reason", reason)?, ..declined })
}

/// Takes a request back, for a reason that both sides read.
///
/// # Errors
///
/// As [`decline`], and [`RequestError::ReasonMissing`].
pub fn cancel(
    request: &MeetingRequest,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<MeetingRequest, RequestError> {
    let cancelled = moved(request, RequestStep::Cancel, now)?;
    let reason = words("reason", reason)?;
    if reason.is_empty() {
        return Err(RequestError::ReasonMissing);
    }
    Ok(MeetingRequest { reason, ..cancelled })
}

/// `request` as it is at `now`: expired once its time is over, also before anybody wrote that down.
#[must_use]
pub fn at(request: MeetingRequest, now: DateTime<Utc>) -> MeetingRequest {
    if request.ends_at > now {
        return request;
    }
    let ends_at = request.ends_at;
    moved(&request, RequestStep::Expire, ends_at).unwrap_or(request)
}

/// Whom `actor` asks and answers for: staff for their enterprise, clerks for their organisation.
pub fn side(actor: &Actor) -> Option<Member> {
    match (actor.role, &actor.body) {
        (Role::Enterprise, Some(Body::Enterprise(id))) => Some(Member::Enterprise(*id)),
        (Role::DepartmentHandler, Some(Body::Organisation(id))) => Some(Member::Organisation(*id)),
        (
            Role::Enterprise
            | Role::DepartmentHandler
            | Role::RotatingChair
            | Role::ServiceLiaison
            | Role::CommitteeSecretary
            | Role::DistrictHost
            | Role::Coordinator
            | Role::GroupHeadquarters
            | Role::Auditor
            | Role::SystemAdmin
            | Role::Public,
            _,
        ) => None,
    }
}

#[cfg(test)]
mod tests;
