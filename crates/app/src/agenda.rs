//! Reading a published timetable as it is handed out: calendars here, what is printed in [`papers`] and
//! [`handbook`], rooms in [`room`].
//!
//! Who sees what is asked of storage with the caller's visibility. All of an event on paper needs the
//! right to export, one participant's part does not ([`papers`], [`handbook`]).

pub mod handbook;
pub mod papers;
mod profile;
mod reasons;
pub mod room;

use std::collections::{BTreeMap, BTreeSet};

use lianmeng_domain::actor::Actor;
use lianmeng_domain::event::{self, DockingEvent};
use lianmeng_domain::ids::{DockingEventId, MeetingId, ParticipantId};
use lianmeng_domain::meeting::agenda::{Agenda, Appointment, Attendee};
use lianmeng_domain::meeting::version::{Row, Version};
use lianmeng_domain::meeting::{MAX_MEETINGS, Spot};
use lianmeng_domain::policy::{self, Visibility};
use lianmeng_domain::rights::Column;
use lianmeng_domain::venue::Venue;
use lianmeng_store::event::{layout, version};
use lianmeng_store::meeting::participant;
use lianmeng_store::page::Window;
use lianmeng_store::{StoreError, event as events, venue};
use thiserror::Error;

use crate::desk::{Desk, local_date};

/// Earlier versions looked through for meetings that were cancelled.
const EARLIER: u32 = 20;

/// Which timetable, and which part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadAgenda {
    /// The event.
    pub event: DockingEventId,
    /// Only meetings of this participant.
    pub participant: Option<ParticipantId>,
    /// Only meetings at this table.
    pub table: Option<u16>,
}

/// Why there is nothing to hand out.
#[derive(Debug, Error)]
pub enum AgendaError {
    /// No such event that the caller sees, or no meeting of it that was asked for.
    #[error("no event with this id in whose timetable you see what you ask for")]
    NotFound,
    /// No version was published.
    #[error("no timetable of this event has been published yet")]
    NotPublished,
    /// The whole of an event, or contacts of others, without the right to take them out.
    #[error(
        "your grant does not let you export all of an event; an administrator gives that right with \
         lianmeng user grant --export, and schedules of one participant at a time need none"
    )]
    Forbidden,
    /// No earlier version has this number.
    #[error("there is no version {since} before version {latest}, which is the one published now")]
    NotEarlier {
        /// The number asked for.
        since: u32,
        /// Number of the version published last.
        latest: u32,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A published timetable that somebody may look into.
struct Open {
    /// What they see of events.
    sees: Visibility,
    event: DockingEvent,
    /// The version published last.
    version: Version,
}

impl Open {
    /// Whether they see all of it.
    fn is_whole(&self) -> bool {
        event::sees_all(&self.sees, &self.event)
    }
}

/// The timetable of an event; with `needs_whole` only for those who see all of it.
async fn open(
    desk: &Desk,
    actor: &Actor,
    (event, needs_whole): (DockingEventId, bool),
) -> Result<Open, AgendaError> {
    let whole = policy::visibility(actor);
    let sees = policy::sees_events(Column::of(actor), &whole).clone();
    let found = events::find(&desk.db, &sees, event).await?;
    let found = found.filter(|found| !needs_whole || event::sees_all(&sees, found));
    let event = found.ok_or(AgendaError::NotFound)?;
    let number = event.published.ok_or(AgendaError::NotPublished)?;
    let version = version::find(&desk.db, event.id, number).await?;
    let version = version.ok_or(AgendaError::NotPublished)?;
    Ok(Open { sees, event, version })
}

/// The version published last, as far as `actor` sees it, for a calendar: participants their own
/// meetings, organisers all, and what is no more.
///
/// # Errors
///
/// See [`AgendaError`].
pub async fn read(desk: &Desk, actor: &Actor, ask: &ReadAgenda) -> Result<Agenda, AgendaError> {
    let open = open(desk, actor, (ask.event, false)).await?;
    let now = rows(desk, &open.sees, (ask, open.version.number)).await?;
    let gone = gone(desk, (&open.sees, ask), open.version.number, &now).await?;
    if now.is_empty() && gone.is_empty() {
        return Err(AgendaError::NotFound);
    }
    Ok(written(desk, open, (now, gone)).await?)
}

/// The venue of an event, once known.
async fn venue_of(desk: &Desk, event: &DockingEvent) -> Result<Option<Venue>, StoreError> {
    match event.venue {
        Some(id) => venue::find(&desk.db, &Visibility::All, id).await,
        None => Ok(None),
    }
}

/// Name and address of a venue; empty while it is unknown.
fn place(venue: Option<Venue>) -> String {
    let parts = venue.map(|venue| [Some(venue.name), venue.address]);
    parts.into_iter().flatten().flatten().collect::<Vec<_>>().join("，")
}

/// How often an event was changed.
fn changes(event: &DockingEvent) -> u32 {
    u32::try_from(event.version).unwrap_or(u32::MAX)
}

/// The timetable with names: `rows` of it, and those that are `gone`.
async fn written(
    desk: &Desk,
    Open { event, version, .. }: Open,
    (rows, gone): (Vec<Row>, Vec<Row>),
) -> Result<Agenda, StoreError> {
    let names = Names::of(desk, event.id).await?;
    let venue = place(venue_of(desk, &event).await?);
    let hosts = events::place_names(&desk.db, &event.hosts).await?;
    let changes = changes(&event);
    Ok(Agenda {
        event: event.id,
        title: event.title,
        // As it was published: the event may have been moved since.
        held_on: rows.first().map_or(event.held_on, |row| local_date(row.starts_at)),
        hosts: event.hosts.iter().filter_map(|host| hosts.get(host).cloned()).collect(),
        venue,
        version: version.number,
        published_at: version.published_at,
        changes,
        meetings: rows.into_iter().map(|row| names.appointment(row)).collect(),
        cancelled: gone.into_iter().map(|row| names.appointment(row)).collect(),
        is_example: event.is_example,
    })
}

/// The rows of a version that the caller sees and asks for.
async fn rows(
    desk: &Desk,
    sees: &Visibility,
    (ask, number): (&ReadAgenda, u32),
) -> Result<Vec<Row>, StoreError> {
    let most = u64::try_from(MAX_MEETINGS).unwrap_or(u64::MAX);
    let key = (ask.event, number);
    let mut rows = version::rows(&desk.db, sees, key, Window::first(most)).await?;
    rows.retain(|row| {
        ask.participant.is_none_or(|id| [row.first, row.second].contains(&id))
            && ask.table.is_none_or(|table| row.spot.table == table)
    });
    Ok(rows)
}

/// What was asked for in earlier versions and is there in no later one, as it was last: meetings that
/// are no more, and at a table those that moved away.
async fn gone(
    desk: &Desk,
    (sees, ask): (&Visibility, &ReadAgenda),
    number: u32,
    now: &[Row],
) -> Result<Vec<Row>, StoreError> {
    let mut seen: BTreeSet<MeetingId> = now.iter().map(|row| row.meeting).collect();
    let mut gone = Vec::new();
    for earlier in (1..number).rev().take(usize::try_from(EARLIER).unwrap_or(usize::MAX)) {
        let rows = rows(desk, sees, (ask, earlier)).await?;
        gone.extend(rows.into_iter().filter(|row| seen.insert(row.meeting)));
    }
    gone.sort_by_key(|row| (row.starts_at, row.spot.table, row.meeting));
    Ok(gone)
}

/// What stands on paper for numbers.
struct Names {
    people: BTreeMap<ParticipantId, String>,
    tables: BTreeMap<u16, String>,
}

impl Names {
    async fn of(desk: &Desk, event: DockingEventId) -> Result<Self, StoreError> {
        let tables = layout::tables(&desk.db, &[event]).await?.remove(&event).unwrap_or_default();
        Ok(Self {
            people: participant::names(&desk.db, event).await?,
            tables: tables.into_iter().map(|table| (table.number, table.label)).collect(),
        })
    }

    fn appointment(&self, row: Row) -> Appointment {
        let Row { meeting, first, second, spot, starts_at, minutes } = row;
        let side = |id| Attendee { name: self.people.get(&id).cloned().unwrap_or_default(), id };
        let sides = [side(first), side(second)];
        Appointment { meeting, spot, table: self.table(spot), starts_at, minutes, sides }
    }

    /// What stands on the card of a table; its number where it bears none, or was taken away.
    fn table(&self, spot: Spot) -> String {
        let label = self.tables.get(&spot.table).filter(|label| !label.is_empty());
        label.cloned().unwrap_or_else(|| spot.table.to_string())
    }
}
