//! Docking events: hosts, day, slots, tables, and the stages from idea to evaluation.

pub mod layout;

use chrono::{DateTime, NaiveDate, Utc};
use thiserror::Error;

use crate::actor::{Actor, Role};
use crate::ids::{ChainCommitteeId, DockingEventId, SessionId, VenueId};
use crate::policy::Visibility;
use crate::region::Place;
use crate::venue::{self, MAX_TABLES};
use crate::words;

pub use layout::{HalfDayLayout, LayoutError, MAX_SLOTS};

/// Most hosts of one event.
pub const MAX_HOSTS: usize = 10;
/// Widest spread of breaks one may allow.
pub const MAX_FAIRNESS: u16 = 20;
/// How far the breaks of any two participants may differ where nobody says otherwise.
pub const DEFAULT_FAIRNESS: u16 = 2;
/// Longest title, in characters.
pub const MAX_TITLE: usize = 200;
/// Most sessions of one event.
pub const MAX_SESSIONS: usize = 50;

words! {
    /// Stage of a docking event.
    pub enum EventStage {
        /// Somebody thought of it 设想.
        Idea = "idea",
        /// Hosts and day are agreed 已立项.
        Planned = "planned",
        /// Invitations are out 邀请中.
        Inviting = "inviting",
        /// Who meets whom is being gathered 排期中.
        Scheduling = "scheduling",
        /// A timetable stands that only the organisers see 初排.
        Provisional = "provisional",
        /// A version of the timetable was published 已发布.
        Published = "published",
        /// The day itself 进行中.
        Live = "live",
        /// The day is over 已结束.
        Closed = "closed",
        /// What was agreed is followed up 跟进中.
        FollowUp = "follow_up",
        /// Its results are in 已评估.
        Evaluated = "evaluated",
    }
}

/// What moves an event from one stage to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A person moves it on.
    Advance(EventStage),
    /// Who meets whom, or when, was changed: the timetable must be planned again.
    Revise,
    /// A timetable was planned.
    Plan,
    /// A version was published.
    Publish,
}

impl EventStage {
    /// Stages a person may move the event to from here; planning and publishing move it by
    /// themselves.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Idea => &[Self::Planned],
            Self::Planned => &[Self::Inviting],
            Self::Inviting | Self::Provisional => &[Self::Scheduling],
            Self::Published => &[Self::Live],
            Self::Live => &[Self::Closed],
            Self::Closed => &[Self::FollowUp],
            Self::FollowUp => &[Self::Evaluated],
            Self::Scheduling | Self::Evaluated => &[],
        }
    }

    /// Whether participants, pairs and timetable can still be changed.
    pub const fn is_open(self) -> bool {
        match self {
            Self::Idea
            | Self::Planned
            | Self::Inviting
            | Self::Scheduling
            | Self::Provisional
            | Self::Published => true,
            Self::Live | Self::Closed | Self::FollowUp | Self::Evaluated => false,
        }
    }

    /// Whether a version of the timetable was published by then.
    pub const fn is_published(self) -> bool {
        match self {
            Self::Idea | Self::Planned | Self::Inviting | Self::Scheduling | Self::Provisional => {
                false
            }
            Self::Published | Self::Live | Self::Closed | Self::FollowUp | Self::Evaluated => true,
        }
    }
}

/// A docking event 对接活动: a meeting that brings demand and supply together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DockingEvent {
    /// Its id.
    pub id: DockingEventId,
    /// Its title.
    pub title: String,
    /// Divisions and zones that host it together, the first one leading.
    pub hosts: Vec<Place>,
    /// The chain committee it belongs to, if it belongs to one.
    pub committee: Option<ChainCommitteeId>,
    /// Where it takes place, once known.
    pub venue: Option<VenueId>,
    /// Its local date.
    pub held_on: NaiveDate,
    /// Its stage.
    pub stage: EventStage,
    /// How far the breaks of any two participants may differ.
    pub fairness: u16,
    /// Breaks of all participants in the timetable last planned; none before the first.
    pub breaks: Option<u32>,
    /// Number of the version published last; none before the first.
    pub published: Option<u32>,
    /// Whether this is invented for demonstration 示例.
    pub is_example: bool,
    /// Raised by one with each change of the event, its participants or its meetings.
    pub version: i64,
}

/// A slot 时段: one place in the timetable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Its number, from 1, in the order of the day.
    pub number: u16,
    /// Half of the day it lies in.
    pub half_day: HalfDay,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// How long it lasts.
    pub minutes: u16,
}

words! {
    /// Half of a day 半天.
    pub enum HalfDay {
        /// Morning 上午.
        Morning = "morning",
        /// Afternoon 下午.
        Afternoon = "afternoon",
    }
}

/// A table 桌位.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its number, from 1.
    pub number: u16,
    /// What stands on its card.
    pub label: String,
}

/// A session 场次: one room, one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Its title.
    pub title: String,
    /// Its room, once known.
    pub room: Option<String>,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
}

/// Why an event could not be kept or moved on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EventError {
    /// It has no title.
    #[error("the title is empty; write what the event is called")]
    TitleMissing,
    /// The title is too long.
    #[error("the title has {length} characters; at most {MAX_TITLE} are kept")]
    TitleTooLong {
        /// Its length in characters.
        length: usize,
    },
    /// Nobody hosts it, or too many do.
    #[error("{hosts} hosts; an event has 1 to {MAX_HOSTS}")]
    Hosts {
        /// How many were given.
        hosts: usize,
    },
    /// The same host twice.
    #[error("a host is named twice; name each once")]
    HostTwice,
    /// The day is over.
    #[error("the date {held_on} is in the past; the earliest is {today}")]
    DateInPast {
        /// The date given.
        held_on: NaiveDate,
        /// Today.
        today: NaiveDate,
    },
    /// No table, or more than there is room for.
    #[error("{tables} tables; there is room for 1 to {limit}")]
    Tables {
        /// The number given.
        tables: u16,
        /// The most the venue or the platform allows.
        limit: u16,
    },
    /// The limit on breaks is too wide.
    #[error("a fairness of {fairness} breaks; at most {MAX_FAIRNESS} are allowed")]
    Fairness {
        /// The number given.
        fairness: u16,
    },
    /// The slots make no sense.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// Too many sessions.
    #[error("{sessions} sessions; at most {MAX_SESSIONS} are kept")]
    Sessions {
        /// How many were given.
        sessions: usize,
    },
    /// A session without a title.
    #[error("session {number} has no title; write what happens in it")]
    SessionTitleMissing {
        /// Its number, from 1.
        number: usize,
    },
    /// A session that ends before it begins.
    #[error("session {number} does not end after it begins; move its end")]
    SessionEmpty {
        /// Its number, from 1.
        number: usize,
    },
    /// Two sessions in one room at once.
    #[error("sessions {first} and {second} are in the same room at the same time; move one")]
    RoomTwice {
        /// The number of one, from 1.
        first: usize,
        /// The number of the other, from 1.
        second: usize,
    },
    /// The stage does not allow this.
    #[error("the event is {from}, which does not lead to {to}; possible now: {}", list(*.from))]
    NoSuchStep {
        /// Its stage.
        from: EventStage,
        /// The stage asked for.
        to: EventStage,
    },
    /// The day has come; participants and timetable stand.
    #[error("the event is {stage}; who meets whom can be changed only before the day")]
    NotOpen {
        /// Its stage.
        stage: EventStage,
    },
    /// Only a planned timetable can be published.
    #[error("the event is {stage}; plan the timetable, then publish it")]
    NotPlanned {
        /// Its stage.
        stage: EventStage,
    },
    /// The day has not come.
    #[error("the event is on {held_on}; it can go live on that day, today is {today}")]
    TooEarly {
        /// Its date.
        held_on: NaiveDate,
        /// Today.
        today: NaiveDate,
    },
}

fn list(from: EventStage) -> String {
    let words: Vec<&str> = from.next().iter().map(|stage| stage.word()).collect();
    if words.is_empty() { "none by hand".to_owned() } else { words.join(", ") }
}

/// The stage that `step` leads to.
///
/// Planning opens every stage before the day, since a small event is planned at once; a revision
/// sends a planned or published timetable back to scheduling and leaves earlier stages alone.
///
/// # Errors
///
/// [`EventError::NoSuchStep`], [`EventError::NotOpen`], [`EventError::NotPlanned`] or
/// [`EventError::TooEarly`].
pub fn step(event: &DockingEvent, step: Step, today: NaiveDate) -> Result<EventStage, EventError> {
    let from = event.stage;
    match step {
        Step::Advance(to) if !from.next().contains(&to) => Err(EventError::NoSuchStep { from, to }),
        Step::Advance(EventStage::Live) if today < event.held_on => {
            Err(EventError::TooEarly { held_on: event.held_on, today })
        }
        Step::Advance(to) => Ok(to),
        Step::Revise | Step::Plan if !from.is_open() => Err(EventError::NotOpen { stage: from }),
        Step::Plan => Ok(EventStage::Provisional),
        Step::Revise => Ok(match from {
            EventStage::Provisional | EventStage::Published => EventStage::Scheduling,
            EventStage::Idea
            | EventStage::Planned
            | EventStage::Inviting
            | EventStage::Scheduling
            | EventStage::Live
            | EventStage::Closed
            | EventStage::FollowUp
            | EventStage::Evaluated => from,
        }),
        Step::Publish if from == EventStage::Provisional => Ok(EventStage::Published),
        Step::Publish => Err(EventError::NotPlanned { stage: from }),
    }
}

/// Checks title, hosts, date, tables and fairness of `event`; `room` is how many tables its venue
/// has room for, if a venue is known.
///
/// # Errors
///
/// The first [`EventError`] in the order of the fields.
pub fn check(
    event: &DockingEvent,
    tables: u16,
    room: Option<u16>,
    today: NaiveDate,
) -> Result<(), EventError> {
    if event.title.trim().is_empty() {
        return Err(EventError::TitleMissing);
    }
    let length = event.title.chars().count();
    if length > MAX_TITLE {
        return Err(EventError::TitleTooLong { length });
    }
    if !(1..=MAX_HOSTS).contains(&event.hosts.len()) {
        return Err(EventError::Hosts { hosts: event.hosts.len() });
    }
    let mut hosts = event.hosts.clone();
    hosts.sort_unstable();
    hosts.dedup();
    if hosts.len() < event.hosts.len() {
        return Err(EventError::HostTwice);
    }
    if event.held_on < today {
        return Err(EventError::DateInPast { held_on: event.held_on, today });
    }
    let limit = room.unwrap_or(MAX_TABLES);
    if !(1..=limit).contains(&tables) {
        return Err(EventError::Tables { tables, limit });
    }
    if event.fairness > MAX_FAIRNESS {
        return Err(EventError::Fairness { fairness: event.fairness });
    }
    Ok(())
}

/// Checks that sessions have titles, last, and leave each room to one at a time.
///
/// # Errors
///
/// The first [`EventError`] in the order of the sessions.
pub fn check_sessions(sessions: &[Session]) -> Result<(), EventError> {
    if sessions.len() > MAX_SESSIONS {
        return Err(EventError::Sessions { sessions: sessions.len() });
    }
    for (index, session) in sessions.iter().enumerate() {
        let number = index + 1;
        if session.title.trim().is_empty() {
            return Err(EventError::SessionTitleMissing { number });
        }
        if session.ends_at <= session.starts_at {
            return Err(EventError::SessionEmpty { number });
        }
        let clash = sessions[..index].iter().position(|other| {
            other.room.is_some()
                && other.room == session.room
                && other.starts_at < session.ends_at
                && session.starts_at < other.ends_at
        });
        if let Some(first) = clash {
            return Err(EventError::RoomTwice { first: first + 1, second: number });
        }
    }
    Ok(())
}

/// Whether `actor` may create and manage an event with these hosts and this committee: coordinators
/// any, hosts their own, secretaries those of their committee.
pub fn may_manage(actor: &Actor, hosts: &[Place], committee: Option<ChainCommitteeId>) -> bool {
    match actor.role {
        Role::Coordinator => true,
        Role::DistrictHost => venue::home(actor).is_some_and(|home| hosts.contains(&home)),
        Role::CommitteeSecretary => {
            actor.committee().is_some_and(|own| committee.is_some_and(|id| id == own))
        }
        Role::Enterprise
        | Role::RotatingChair
        | Role::DepartmentHandler
        | Role::ServiceLiaison
        | Role::GroupHeadquarters
        | Role::Auditor
        | Role::SystemAdmin
        | Role::Public => false,
    }
}

/// Whether `actor` may have seasons, grouped sessions and events proposed, and adopt a season: what is
/// proposed tells of needs and events of the whole platform, so coordinators only.
pub fn may_propose(actor: &Actor) -> bool {
    match actor.role {
        Role::Coordinator => true,
        Role::DistrictHost
        | Role::CommitteeSecretary
        | Role::Enterprise
        | Role::RotatingChair
        | Role::DepartmentHandler
        | Role::ServiceLiaison
        | Role::GroupHeadquarters
        | Role::Auditor
        | Role::SystemAdmin
        | Role::Public => false,
    }
}

/// Whether a caller sees everything of `event`, the unpublished timetable included.
pub fn sees_all(sees: &Visibility, event: &DockingEvent) -> bool {
    match sees {
        Visibility::All => true,
        Visibility::Committee(id) => event.committee == Some(*id),
        Visibility::Region(code) => event.hosts.contains(&Place::Region(*code)),
        Visibility::Zone(id) => event.hosts.contains(&Place::Zone(*id)),
        Visibility::Group(_)
        | Visibility::Enterprise(_)
        | Visibility::Organisation(_)
        | Visibility::Published
        | Visibility::Nothing => false,
    }
}

#[cfg(test)]
mod tests;
