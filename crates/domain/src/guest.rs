//! Guests 嘉宾 of a docking event: who is invited, what they answer, whom they send. How many places
//! there are, and who waits for one, is in [`book`]; the persons who come are in [`person`].

pub mod book;
pub mod person;
pub mod sheet;

use chrono::{DateTime, NaiveDate, Utc};
use thiserror::Error;

use crate::actor::{Actor, Body, Role};
use crate::committee::Member;
use crate::enterprise::Ownership;
use crate::event::{DockingEvent, EventStage, may_manage};
use crate::ids::{DockingEventId, GuestId};
use crate::organisation::OrganisationKind;
use crate::steps::{self, Transition, WrongStage};
use crate::words;

/// Most guests of one event.
pub const MAX_GUESTS: usize = 2_000;
/// Longest name of a guest from outside of the registry, in characters.
pub const MAX_NAME: usize = 100;
/// Longest note, in characters.
pub const MAX_NOTE: usize = 500;

words! {
    /// What kind of guest, which quotas are set for 嘉宾类型.
    pub enum GuestKind {
        /// A centrally administered state-owned enterprise 央企.
        CentralSoe = "central_soe",
        /// A provincial, municipal or district state-owned enterprise 地方国企.
        LocalSoe = "local_soe",
        /// Another enterprise 企业.
        Enterprise = "enterprise",
        /// A government department 部门.
        Department = "department",
        /// A bank or fund 金融机构.
        Bank = "bank",
        /// A research institute or university 科研院所.
        Institute = "institute",
        /// A chamber or association 商会、协会.
        Chamber = "chamber",
        /// The press 媒体.
        Media = "media",
        /// Somebody else 其他.
        Other = "other",
    }
}

impl GuestKind {
    /// The kind of an enterprise that nobody invited as another.
    pub const fn of_enterprise(ownership: Option<Ownership>) -> Self {
        match ownership {
            Some(Ownership::CentralSoe) => Self::CentralSoe,
            Some(
                Ownership::ProvincialSoe
                | Ownership::MunicipalSoe
                | Ownership::DistrictSoe
                | Ownership::OutsideSoe,
            ) => Self::LocalSoe,
            Some(Ownership::PrivateFirm | Ownership::ForeignFirm | Ownership::Other) | None => {
                Self::Enterprise
            }
        }
    }

    /// The kind of an organisation that nobody invited as another.
    pub const fn of_organisation(kind: OrganisationKind) -> Self {
        match kind {
            OrganisationKind::Department => Self::Department,
            OrganisationKind::Chamber => Self::Chamber,
            OrganisationKind::Bank => Self::Bank,
            OrganisationKind::Institute => Self::Institute,
        }
    }
}

words! {
    /// Where an invitation stands.
    pub enum GuestStage {
        /// Written, not sent 拟邀.
        Draft = "draft",
        /// Sent, not answered 已邀请.
        Sent = "sent",
        /// Comes 参加.
        Yes = "yes",
        /// Does not come 不参加.
        No = "no",
        /// Does not know yet 待定.
        Tentative = "tentative",
        /// Would come and waits for a place 候补.
        Waiting = "waiting",
        /// Taken back by the organisers 已撤回.
        Withdrawn = "withdrawn",
        /// Not answered in time 逾期未复.
        Lapsed = "lapsed",
    }
}

words! {
    /// What moves an invitation on.
    pub enum GuestStep {
        /// The organisers send it, or send it again.
        Send = "send",
        /// The guest comes.
        Accept = "accept",
        /// The guest would come; there is no place.
        Queue = "queue",
        /// A place is given to one who waited.
        Promote = "promote",
        /// The guest does not come.
        Decline = "decline",
        /// The guest does not know yet.
        Hedge = "hedge",
        /// Nobody answered in time.
        Lapse = "lapse",
        /// The organisers take it back.
        Withdraw = "withdraw",
    }
}

words! {
    /// Why an invitation stands where it stands, where the guest's own answer does not say it.
    pub enum GuestWhy {
        /// All places of its kind are taken 本类名额已满.
        KindFull = "kind_full",
        /// The house is full, or the rest is kept for kinds below their minimum 场地容量已满.
        HouseFull = "house_full",
        /// It was the first to wait when a place became free 名额空出，按候补顺序递补.
        PlaceFreed = "place_freed",
        /// It was the first to wait when the limits were changed 名额调整，按候补顺序递补.
        LimitsChanged = "limits_changed",
        /// The organisers chose it 主办方指定递补.
        ByHand = "by_hand",
        /// The time to answer was over 逾期未答复.
        NotAnswered = "not_answered",
    }
}

impl GuestWhy {
    /// A sentence in Chinese.
    pub const fn sentence_zh(self) -> &'static str {
        match self {
            Self::KindFull => "本类嘉宾名额已满，已列入候补。",
            Self::HouseFull => "场地容量已满，已列入候补。",
            Self::PlaceFreed => "有名额空出，按候补先后递补。",
            Self::LimitsChanged => "名额调整，按候补先后递补。",
            Self::ByHand => "由主办方指定递补。",
            Self::NotAnswered => "未在期限内答复，邀请已失效。",
        }
    }

    /// The same in English.
    pub const fn sentence_en(self) -> &'static str {
        match self {
            Self::KindFull => {
                "All places of this kind are taken; the guest is on the waiting list."
            }
            Self::HouseFull => "The house is full; the guest is on the waiting list.",
            Self::PlaceFreed => "A place became free and the guest was the first to wait.",
            Self::LimitsChanged => "The limits were changed and the guest was the first to wait.",
            Self::ByHand => "The organisers gave the guest a place.",
            Self::NotAnswered => "Nobody answered in time; the invitation has lapsed.",
        }
    }
}

use GuestStage::{Draft, Lapsed, No, Sent, Tentative, Waiting, Withdrawn, Yes};

/// Which step leads from where to where.
pub const TRANSITIONS: &[Transition<GuestStage, GuestStep>] = &[
    Transition { step: GuestStep::Send, from: &[Draft, No, Withdrawn, Lapsed], to: Sent },
    Transition { step: GuestStep::Accept, from: &[Sent, Tentative, No], to: Yes },
    Transition { step: GuestStep::Queue, from: &[Sent, Tentative, No], to: Waiting },
    Transition { step: GuestStep::Promote, from: &[Waiting], to: Yes },
    Transition { step: GuestStep::Decline, from: &[Sent, Tentative, Yes, Waiting], to: No },
    Transition { step: GuestStep::Hedge, from: &[Sent, No, Yes, Waiting], to: Tentative },
    Transition { step: GuestStep::Lapse, from: &[Sent, Tentative], to: Lapsed },
    Transition {
        step: GuestStep::Withdraw,
        from: &[Draft, Sent, Yes, No, Tentative, Waiting, Lapsed],
        to: Withdrawn,
    },
];

/// Who is invited.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invitee {
    /// An enterprise or organisation of the registry, which answers for itself.
    Member(Member),
    /// Somebody outside of it, by name; the organisers write down the answer.
    Outside(String),
}

/// An invitation to an event and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guest {
    /// Its id.
    pub id: GuestId,
    /// The event.
    pub event: DockingEventId,
    /// Who is invited.
    pub who: Invitee,
    /// What kind of guest.
    pub kind: GuestKind,
    /// Where it stands.
    pub stage: GuestStage,
    /// Why, where the answer does not say it.
    pub why: Option<GuestWhy>,
    /// Words that go with the last step; empty if there are none.
    pub note: String,
    /// Whether the organisers wrote the answer down for the guest 代填.
    pub is_proxy: bool,
    /// When it was last sent.
    pub sent_at: Option<DateTime<Utc>>,
    /// The moment until which it can be accepted.
    pub reply_by: Option<DateTime<Utc>>,
    /// When it was last answered.
    pub answered_at: Option<DateTime<Utc>>,
    /// Since when it waits; none unless it does.
    pub queued_at: Option<DateTime<Utc>>,
    /// How many persons are named for it.
    pub named: u16,
    /// How many drivers and other staff come along without a name.
    pub escorts: u16,
    /// Number plates of their vehicles.
    pub plates: Vec<String>,
    /// What they do not eat; empty if nothing was said.
    pub diet: String,
    /// Raised by one with each save.
    pub version: i64,
}

impl Guest {
    /// How many people it stands for: those named, at least one, and those who come along.
    pub fn heads(&self) -> u32 {
        u32::from(self.named.max(1)) + u32::from(self.escorts)
    }
}

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// Comes, or waits where there is no place.
    Yes,
    /// Does not come.
    No,
    /// Does not know yet.
    Tentative,
}

/// Who says so, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answering<'a> {
    /// Whether the organisers write it down for the guest.
    pub is_proxy: bool,
    /// Words that go with it.
    pub note: &'a str,
}

/// Why nothing came of it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GuestError {
    /// The stage does not allow this.
    #[error(transparent)]
    Stage(#[from] WrongStage),
    /// The event is over.
    #[error("the event is {stage}; its guests can be changed only until it is closed")]
    EventOver {
        /// Its stage.
        stage: EventStage,
    },
    /// The time to answer makes no sense.
    #[error("the time to answer must lie between {now} and the end of {held_on}; choose another")]
    ReplyBy {
        /// The present moment.
        now: DateTime<Utc>,
        /// The day of the event.
        held_on: NaiveDate,
    },
    /// It is too late to accept.
    #[error("the time to answer was over at {reply_by}; ask the organisers to send it again")]
    TooLate {
        /// When it was over.
        reply_by: DateTime<Utc>,
    },
    /// It was invited already.
    #[error("{who} is invited already; each is invited once")]
    InvitedTwice {
        /// Wire id.
        who: String,
    },
    /// Too many guests.
    #[error("the event would have {count} guests; at most {MAX_GUESTS} are kept, split the event")]
    TooMany {
        /// How many there would be.
        count: usize,
    },
    /// A guest from outside without a name.
    #[error("the name has {length} characters; it has 1 to {MAX_NAME}")]
    Name {
        /// Its length.
        length: usize,
    },
    /// A proxy or a choice of the organisers without a reason.
    #[error("write in the note who said so, or why")]
    NoteMissing,
    /// A note that is too long.
    #[error("the note has {length} characters; at most {MAX_NOTE} are kept")]
    NoteLength {
        /// Its length.
        length: usize,
    },
    /// Only those who come say whom they send.
    #[error("the guest is {stage}; who comes is written down once it has accepted and has a place")]
    NotComing {
        /// Where it stands.
        stage: GuestStage,
    },
    /// The house is full, whatever the organisers want.
    #[error("{heads} people would come to a house with room for {capacity}; raise its capacity")]
    HouseFull {
        /// How many people there would be.
        heads: u32,
        /// For how many there is room.
        capacity: u32,
    },
    /// A rule about quotas.
    #[error(transparent)]
    Book(#[from] book::BookError),
    /// A rule about the persons who come.
    #[error(transparent)]
    Person(#[from] person::PersonError),
}

/// Whether guests of an event in `stage` can be changed: until it is closed.
///
/// # Errors
///
/// [`GuestError::EventOver`].
pub const fn check_event(stage: EventStage) -> Result<(), GuestError> {
    match stage {
        EventStage::Idea
        | EventStage::Planned
        | EventStage::Inviting
        | EventStage::Scheduling
        | EventStage::Provisional
        | EventStage::Published
        | EventStage::Live => Ok(()),
        EventStage::Closed | EventStage::FollowUp | EventStage::Evaluated => {
            Err(GuestError::EventOver { stage })
        }
    }
}

/// `note` without blanks around it.
///
/// # Errors
///
/// [`GuestError::NoteLength`]; [`GuestError::NoteMissing`] if it is empty and `is_needed`.
pub fn note(note: &str, is_needed: bool) -> Result<String, GuestError> {
    let note = note.trim();
    let length = note.chars().count();
    if length > MAX_NOTE {
        return Err(GuestError::NoteLength { length });
    }
    if is_needed && note.is_empty() {
        return Err(GuestError::NoteMissing);
    }
    Ok(note.to_owned())
}

/// Whoever is invited, with a name of the right length.
///
/// # Errors
///
/// [`GuestError::Name`].
pub fn invitee(who: &Invitee) -> Result<Invitee, GuestError> {
    match who {
        Invitee::Member(member) => Ok(Invitee::Member(*member)),
        Invitee::Outside(name) => {
            let name = name.trim();
            let length = name.chars().count();
            if !(1..=MAX_NAME).contains(&length) {
                return Err(GuestError::Name { length });
            }
            Ok(Invitee::Outside(name.to_owned()))
        }
    }
}

/// Moves `guest` on; what the step says of it is the caller's to fill in.
fn moved(guest: &Guest, step: GuestStep) -> Result<Guest, GuestError> {
    let stage = steps::next(TRANSITIONS, guest.stage, step)?;
    Ok(Guest { stage, why: None, note: String::new(), queued_at: None, ..guest.clone() })
}

/// Sends an invitation that can be answered until `reply_by`, at the latest at `day_end`, when the day
/// of the event is over.
///
/// # Errors
///
/// [`GuestError::Stage`] or [`GuestError::ReplyBy`].
pub fn send(
    guest: &Guest,
    reply_by: DateTime<Utc>,
    (held_on, day_end): (NaiveDate, DateTime<Utc>),
    now: DateTime<Utc>,
) -> Result<Guest, GuestError> {
    let sent = moved(guest, GuestStep::Send)?;
    if reply_by <= now || reply_by > day_end {
        return Err(GuestError::ReplyBy { now, held_on });
    }
    Ok(Guest {
        sent_at: Some(now),
        reply_by: Some(reply_by),
        answered_at: None,
        is_proxy: false,
        ..sent
    })
}

/// What becomes of `guest` with this answer; `room` says whether there is a place for it.
///
/// A guest may accept, or say that it does not know, until the time to answer is over; one that comes
/// or waits may decline at any time. The organisers, who write down what they were told, may accept for
/// one that declined later too. What has lapsed must be sent again.
///
/// # Errors
///
/// [`GuestError::Stage`], [`GuestError::TooLate`], [`GuestError::NoteMissing`] for a proxy without
/// words, or [`GuestError::NoteLength`].
pub fn answer(
    guest: &Guest,
    reply: Reply,
    how: Answering<'_>,
    room: Result<(), GuestWhy>,
    now: DateTime<Utc>,
) -> Result<Guest, GuestError> {
    let late = guest.reply_by.filter(|&reply_by| reply_by <= now);
    let is_lapsed = matches!(at(guest.clone(), now).stage, Lapsed);
    if let Some(reply_by) = late
        && (is_lapsed || reply == Reply::Tentative || (reply == Reply::Yes && !how.is_proxy))
    {
        return Err(GuestError::TooLate { reply_by });
    }
    let (step, why) = match (reply, room) {
        (Reply::Yes, Ok(())) => (GuestStep::Accept, None),
        (Reply::Yes, Err(why)) => (GuestStep::Queue, Some(why)),
        (Reply::No, _) => (GuestStep::Decline, None),
        (Reply::Tentative, _) => (GuestStep::Hedge, None),
    };
    let answered = moved(guest, step)?;
    Ok(Guest {
        why,
        note: note(how.note, how.is_proxy)?,
        is_proxy: how.is_proxy,
        answered_at: Some(now),
        queued_at: (answered.stage == Waiting).then_some(now),
        ..answered
    })
}

/// Gives a waiting guest a place.
///
/// # Errors
///
/// [`GuestError::Stage`], or the note's.
pub fn promote(guest: &Guest, why: GuestWhy, words: &str) -> Result<Guest, GuestError> {
    let promoted = moved(guest, GuestStep::Promote)?;
    let note = note(words, why == GuestWhy::ByHand)?;
    Ok(Guest { why: Some(why), note, ..promoted })
}

/// Takes an invitation back, for a reason.
///
/// # Errors
///
/// [`GuestError::Stage`], or the note's.
pub fn withdraw(guest: &Guest, words: &str) -> Result<Guest, GuestError> {
    let withdrawn = moved(guest, GuestStep::Withdraw)?;
    Ok(Guest { note: note(words, true)?, ..withdrawn })
}

/// Lets an invitation lapse that nobody accepted or declined in time; none before that, and where
/// there is nothing to lapse.
pub fn lapse(guest: &Guest, now: DateTime<Utc>) -> Option<Guest> {
    let lapsed = moved(guest, GuestStep::Lapse).ok()?;
    let is_over = guest.reply_by.is_some_and(|reply_by| reply_by <= now);
    is_over.then_some(Guest { why: Some(GuestWhy::NotAnswered), ..lapsed })
}

/// `guest` as it is at `now`: lapsed once its time is over, also before anybody wrote that down.
#[must_use]
pub fn at(guest: Guest, now: DateTime<Utc>) -> Guest {
    lapse(&guest, now).unwrap_or(guest)
}

/// `guest` with the delegation it sends, which was checked.
///
/// # Errors
///
/// [`GuestError::NotComing`] unless it comes: nobody's name is asked for who does not.
pub fn delegate(guest: &Guest, sent: &person::Delegation) -> Result<Guest, GuestError> {
    check_coming(guest)?;
    Ok(Guest {
        named: u16::try_from(sent.people.len()).unwrap_or(u16::MAX),
        escorts: sent.escorts,
        plates: sent.plates.clone(),
        diet: sent.diet.clone(),
        ..guest.clone()
    })
}

/// Whether `guest` comes.
///
/// # Errors
///
/// [`GuestError::NotComing`].
pub const fn check_coming(guest: &Guest) -> Result<(), GuestError> {
    match guest.stage {
        Yes => Ok(()),
        Draft | Sent | No | Tentative | Waiting | Withdrawn | Lapsed => {
            Err(GuestError::NotComing { stage: guest.stage })
        }
    }
}

/// How somebody may deal with an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dealing {
    /// It is their own, and was sent.
    Own,
    /// They organise the event.
    Organiser,
}

/// How `actor` may deal with `guest` of `event`; none if not at all. Staff of an enterprise and clerks
/// of an organisation answer for it, organisers for everybody.
pub fn dealing(actor: &Actor, guest: &Guest, event: &DockingEvent) -> Option<Dealing> {
    if may_manage(actor, &event.hosts, event.committee) {
        return Some(Dealing::Organiser);
    }
    let own = match (actor.role, &actor.body) {
        (Role::Enterprise, Some(Body::Enterprise(id))) => Member::Enterprise(*id),
        (Role::DepartmentHandler, Some(Body::Organisation(id))) => Member::Organisation(*id),
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
        ) => return None,
    };
    // What was never sent, and what was taken back before, is the organisers' alone.
    let is_told = guest.sent_at.is_some();
    (is_told && guest.who == Invitee::Member(own)).then_some(Dealing::Own)
}

#[cfg(test)]
mod tests;
