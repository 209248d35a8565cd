//! Docking events: creating, changing, moving on and publishing them. Participants are in
//! [`people`], meetings in [`pairs`], the timetable in [`crate::plan`].
//!
//! The event's version stands for the event with its participants and meetings: every change raises
//! it, so that of two coordinators who read the same state the second is told to read again.

pub mod day;
pub mod evaluation;
pub mod failure;
pub mod pairs;
pub mod people;
pub mod suggested;
mod tell;

use chrono::{NaiveDate, NaiveTime};
use lianmeng_domain::actor::Actor;
use lianmeng_domain::event::{
    self, DockingEvent, EventError, EventStage, HalfDayLayout, Session, Slot, Step, Table, layout,
};
use lianmeng_domain::ids::{ChainCommitteeId, DockingEventId, Id, VenueId};
use lianmeng_domain::meeting::{Meeting, MeetingError, Participant, Timetable};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::region::Place;
use lianmeng_store::event as store;
use lianmeng_store::event::layout::{self as parts, Layout};
use lianmeng_store::meeting::{self as meetings, participant};
use lianmeng_store::{StoreError, venue};
use sea_orm::ConnectionTrait;

use crate::command::{self, Begun, Change, CommandError, Touches};
use crate::desk::Desk;
use crate::{follow_up, guest};

pub use failure::EventCommandError;
use tell::Publication;

/// What a person may write into the card of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventCard {
    /// Its title.
    pub title: String,
    /// Who hosts it, the leading host first.
    pub hosts: Vec<Place>,
    /// The committee it belongs to.
    pub committee: Option<ChainCommitteeId>,
    /// Where it takes place.
    pub venue: Option<VenueId>,
    /// Its local date.
    pub held_on: NaiveDate,
    /// How many tables it has.
    pub tables: u16,
    /// What stands on the cards of the tables, from the first; the rest are called by number.
    pub table_labels: Vec<String>,
    /// How far the breaks of any two participants may differ.
    pub fairness: u16,
    /// Its slots.
    pub half_days: Vec<HalfDayLayout>,
    /// Its sessions.
    pub sessions: Vec<SessionCard>,
    /// Whether it is invented for demonstration.
    pub is_example: bool,
}

/// A session as a person writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionCard {
    /// Its title.
    pub title: String,
    /// Its room.
    pub room: Option<String>,
    /// Local time at which it begins.
    pub starts_at: NaiveTime,
    /// Local time at which it ends.
    pub ends_at: NaiveTime,
}

/// An event and the version the caller read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Which event.
    pub event: DockingEventId,
    /// The version the caller read.
    pub version: i64,
}

/// Creates an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateEvent {
    /// Its card.
    pub card: EventCard,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Replaces the card of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateEvent {
    /// Which.
    pub target: Target,
    /// The whole new card.
    pub card: EventCard,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Moves an event to another stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdvanceEvent {
    /// Which.
    pub target: Target,
    /// Where to.
    pub stage: EventStage,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Publishes the timetable of an event as the next version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishEvent {
    /// Which.
    pub target: Target,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Creates an event: coordinators any, hosts their own, secretaries those of their committee.
///
/// # Errors
///
/// See [`EventCommandError`]; nothing is saved when an error is returned.
pub async fn create(
    desk: &Desk,
    actor: &Actor,
    cmd: &CreateEvent,
) -> Result<DockingEvent, EventCommandError> {
    if !event::may_manage(actor, &cmd.card.hosts, cmd.card.committee) {
        return Err(EventCommandError::NotFound);
    }
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(desk, &thing).await,
    };
    let event = insert(desk, &change, &cmd.card).await?;
    change.finish("CreateEvent", &wire(event.id), Touches::Nothing).await?;
    Ok(event)
}

/// Adds an event as an idea, within a change of somebody who may make it.
pub(crate) async fn insert(
    desk: &Desk,
    change: &Change<'_>,
    card: &EventCard,
) -> Result<DockingEvent, EventCommandError> {
    let blank = DockingEvent {
        id: desk.mint(),
        title: String::new(),
        hosts: Vec::new(),
        committee: None,
        venue: None,
        held_on: card.held_on,
        stage: EventStage::Idea,
        fairness: 0,
        breaks: None,
        published: None,
        is_example: false,
        version: 1,
    };
    let event = with_card(blank, card);
    let layout = checked(desk, change, (&event, card), Vec::new()).await?;
    store::insert(&change.tx, &event).await.map_err(failure::reference)?;
    parts::replace(&change.tx, event.id, (&layout, desk.now)).await?;
    Ok(event)
}

/// Replaces the card of an event.
///
/// Where slots, tables, fairness or day change, the timetable must be planned and published again;
/// where the slots or tables become others, meetings lose their spots.
///
/// # Errors
///
/// See [`EventCommandError`]; nothing is saved when an error is returned.
pub async fn update(
    desk: &Desk,
    actor: &Actor,
    cmd: &UpdateEvent,
) -> Result<DockingEvent, EventCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(desk, &thing).await,
    };
    let found = managed(&change.tx, actor, cmd.target).await?;
    if !event::may_manage(actor, &cmd.card.hosts, cmd.card.committee) {
        return Err(EventCommandError::NotYours);
    }
    let old = parts::find(&change.tx, found.id).await?;
    let mut event = with_card(found.clone(), &cmd.card);
    let new = checked(desk, &change, (&event, &cmd.card), old.sessions.clone()).await?;
    let same_grid = same_grid(&old, &new);
    // A published version names moments, so a new hour means planning and publishing again too.
    if !same_grid || old.slots != new.slots || found.fairness != event.fairness {
        event.stage = event::step(&found, Step::Revise, desk.today)?;
    }
    if !same_grid {
        let freed = freed(&change.tx, &event, &new).await?;
        meetings::save_many(&change.tx, &freed).await?;
        event.breaks = None;
    }
    store::save(&change.tx, &event).await.map_err(failure::reference)?;
    parts::replace(&change.tx, event.id, (&new, desk.now)).await?;
    let news = if event.venue == found.venue {
        Vec::new()
    } else {
        guest::moved_house(&change.tx, &event, desk.now).await?
    };
    let change = change.telling(&event.title, news);
    change.finish("UpdateEvent", &wire(event.id), Touches::Nothing).await?;
    Ok(DockingEvent { version: event.version + 1, ..event })
}

/// Moves an event to another stage by hand; planning and publishing move it by themselves.
///
/// # Errors
///
/// See [`EventCommandError`]; nothing is saved when an error is returned.
pub async fn advance(
    desk: &Desk,
    actor: &Actor,
    cmd: &AdvanceEvent,
) -> Result<DockingEvent, EventCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(desk, &thing).await,
    };
    let found = managed(&change.tx, actor, cmd.target).await?;
    let stage = event::step(&found, Step::Advance(cmd.stage), desk.today)?;
    let event = DockingEvent { stage, ..found };
    if stage == EventStage::Closed {
        follow_up::settle_all(desk, &change.tx, &event).await?;
    }
    store::save(&change.tx, &event).await?;
    change.finish("AdvanceEvent", &wire(event.id), Touches::Nothing).await?;
    Ok(DockingEvent { version: event.version + 1, ..event })
}

/// Publishes the planned timetable: a snapshot that never changes, numbered from 1. Those whose rows
/// differ from the version before are told, once; nobody else is.
///
/// # Errors
///
/// See [`EventCommandError`]; nothing is saved when an error is returned.
pub async fn publish(
    desk: &Desk,
    actor: &Actor,
    cmd: &PublishEvent,
) -> Result<DockingEvent, EventCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(desk, &thing).await,
    };
    let found = managed(&change.tx, actor, cmd.target).await?;
    let stage = event::step(&found, Step::Publish, desk.today)?;
    let timetable = timetable(&change.tx, found.id).await?;
    let missing = timetable.meetings.iter().filter(|one| one.spot.is_none()).count();
    if missing > 0 {
        return Err(MeetingError::Incomplete { missing }.into());
    }
    let publication = Publication { event: found, timetable: &timetable, stage };
    let (event, diff) = tell::publish(desk, &change.tx, publication).await?;
    store::save(&change.tx, &event).await?;
    let audiences = tell::changed(&timetable.participants, &diff);
    let change = change.telling(&event.title, audiences);
    change.finish("PublishEvent", &wire(event.id), Touches::Nothing).await?;
    Ok(DockingEvent { version: event.version + 1, ..event })
}

/// The wire id of an event.
pub(crate) fn wire(id: DockingEventId) -> String {
    format!("{}:{id}", DockingEventId::TAG)
}

/// The event behind a replayed request.
pub(crate) async fn replayed(desk: &Desk, thing: &str) -> Result<DockingEvent, EventCommandError> {
    let id = thing.split_once(':').and_then(|(_, id)| id.parse().ok());
    let id: DockingEventId = id.ok_or(EventCommandError::NotFound)?;
    let found = store::find(&desk.db, &Visibility::All, id).await?;
    found.ok_or(EventCommandError::NotFound)
}

/// The event, if the caller manages it and read its latest version.
pub(crate) async fn managed(
    db: &impl ConnectionTrait,
    actor: &Actor,
    target: Target,
) -> Result<DockingEvent, EventCommandError> {
    let found = store::find(db, &Visibility::All, target.event).await?;
    let event = found
        .filter(|event| event::may_manage(actor, &event.hosts, event.committee))
        .ok_or(EventCommandError::NotFound)?;
    if event.version != target.version {
        return Err(CommandError::Store(StoreError::Stale).into());
    }
    Ok(event)
}

/// Everything the timetable of `event` is made of.
pub(crate) async fn timetable(
    db: &impl ConnectionTrait,
    event: DockingEventId,
) -> Result<Timetable, StoreError> {
    let layout = parts::find(db, event).await?;
    Ok(Timetable {
        tables: u16::try_from(layout.tables.len()).unwrap_or(u16::MAX),
        slots: layout.slots,
        participants: participant::all(db, event).await?,
        meetings: meetings::all(db, event).await?,
        precedences: meetings::precedences(db, event).await?,
    })
}

/// Saves `event` after who meets whom changed: an existing plan must be made again.
pub(crate) async fn revised(
    desk: &Desk,
    change: &Change<'_>,
    event: DockingEvent,
) -> Result<DockingEvent, EventCommandError> {
    let stage = event::step(&event, Step::Revise, desk.today)?;
    let event = DockingEvent { stage, ..event };
    store::save(&change.tx, &event).await?;
    Ok(DockingEvent { version: event.version + 1, ..event })
}

fn with_card(base: DockingEvent, card: &EventCard) -> DockingEvent {
    DockingEvent {
        title: card.title.trim().to_owned(),
        hosts: card.hosts.clone(),
        committee: card.committee,
        venue: card.venue,
        held_on: card.held_on,
        fairness: card.fairness,
        is_example: card.is_example,
        ..base
    }
}

/// The layout of `card`, after every rule about event and card was checked. Sessions keep the ids
/// of `sessions` by position.
async fn checked(
    desk: &Desk,
    change: &Change<'_>,
    (event, card): (&DockingEvent, &EventCard),
    sessions: Vec<Session>,
) -> Result<Layout, EventCommandError> {
    let room = match card.venue {
        Some(id) => {
            let venue = venue::find(&change.tx, &Visibility::All, id).await?;
            Some(venue.ok_or(EventCommandError::UnknownReference)?.tables)
        }
        None => None,
    };
    // An event that took place keeps its day; only a new day must lie ahead.
    let stored = store::find(&change.tx, &Visibility::All, event.id).await?;
    let is_moved = stored.is_none_or(|stored| stored.held_on != event.held_on);
    let earliest = if is_moved { desk.today } else { event.held_on.min(desk.today) };
    event::check(event, card.tables, room, earliest)?;
    let slots = layout::slots(event.held_on, &card.half_days).map_err(EventError::from)?;
    let mut ids = sessions.into_iter().map(|session| session.id);
    let sessions: Vec<Session> = card
        .sessions
        .iter()
        .map(|one| Session {
            id: ids.next().unwrap_or_else(|| desk.mint()),
            title: one.title.trim().to_owned(),
            room: one.room.clone(),
            starts_at: layout::moment(event.held_on, one.starts_at),
            ends_at: layout::moment(event.held_on, one.ends_at),
        })
        .collect();
    event::check_sessions(&sessions)?;
    let labels = card.table_labels.iter().map(Some).chain(std::iter::repeat(None));
    let tables = (1..=card.tables)
        .zip(labels)
        .map(|(number, label)| Table {
            number,
            label: label.map_or_else(|| number.to_string(), |label| label.trim().to_owned()),
        })
        .collect();
    Ok(Layout { slots, tables, sessions })
}

/// Whether a timetable for `old` means the same in `new`: as many tables, and slots that differ at
/// most in their hour.
fn same_grid(old: &Layout, new: &Layout) -> bool {
    let halves = |slots: &[Slot]| slots.iter().map(|slot| slot.half_day).collect::<Vec<_>>();
    old.tables.len() == new.tables.len() && halves(&old.slots) == halves(&new.slots)
}

/// The meetings of `event` that lose their spots to a new layout.
///
/// Locked meetings and wishes that name a slot must fit it, or the layout is refused.
async fn freed(
    db: &impl ConnectionTrait,
    event: &DockingEvent,
    new: &Layout,
) -> Result<Vec<Meeting>, EventCommandError> {
    let last = lianmeng_domain::meeting::last_slot(&new.slots);
    let beyond = |slot: &u16| *slot > last;
    let people: Vec<Participant> = participant::all(db, event.id).await?;
    let all = meetings::all(db, event.id).await?;
    if let Some(slot) = people.iter().flat_map(|one| &one.unavailable).copied().find(beyond) {
        return Err(MeetingError::SlotInUse { what: "an unavailable time", slot }.into());
    }
    if let Some(slot) = all.iter().filter_map(|one| one.fixed_slot).find(beyond) {
        return Err(MeetingError::SlotInUse { what: "a fixed meeting", slot }.into());
    }
    if let Some(locked) = all.iter().find(|one| one.is_locked) {
        return Err(MeetingError::LockedInLayout { meeting: locked.id }.into());
    }
    let placed = all.into_iter().filter(|one| one.spot.is_some());
    Ok(placed.map(|one| Meeting { spot: None, ..one }).collect())
}
