//! What takes place in a room.

use chrono::{DateTime, Utc};
use lianmeng_domain::actor::Actor;
use lianmeng_domain::event::Session;
use lianmeng_domain::ids::DockingEventId;
use lianmeng_domain::meeting::agenda::RoomAgenda;
use lianmeng_domain::policy;
use lianmeng_domain::rights::Column;
use lianmeng_store::event as events;
use lianmeng_store::event::{layout, room as rooms, version};

use super::{AgendaError, changes, place, venue_of};
use crate::desk::Desk;

/// The sessions of an event in `room`, and those that left it, for a calendar: for whoever sees the
/// event, whether or not a timetable was published.
///
/// # Errors
///
/// [`AgendaError::NotFound`] if there is no such event that the caller sees, or never was a session in
/// that room; [`AgendaError::Store`].
pub async fn room(
    desk: &Desk,
    actor: &Actor,
    (event, room): (DockingEventId, &str),
) -> Result<RoomAgenda, AgendaError> {
    let whole = policy::visibility(actor);
    let sees = policy::sees_events(Column::of(actor), &whole);
    let event = events::find(&desk.db, sees, event).await?.ok_or(AgendaError::NotFound)?;
    let mut sessions =
        layout::sessions(&desk.db, &[event.id]).await?.remove(&event.id).unwrap_or_default();
    sessions.retain(|one| one.room.as_deref() == Some(room));
    let gone = rooms::gone(&desk.db, event.id, room).await?;
    if sessions.is_empty() && gone.is_empty() {
        return Err(AgendaError::NotFound);
    }
    let published = match event.published {
        Some(number) => version::find(&desk.db, event.id, number).await?,
        None => None,
    };
    let left = gone.iter().map(|one| one.at);
    let changed_at = left.chain(published.map(|version| version.published_at)).max();
    let mut cancelled: Vec<Session> = gone.into_iter().map(|one| one.session).collect();
    for list in [&mut sessions, &mut cancelled] {
        list.sort_by_key(|one| (one.starts_at, one.id));
    }
    Ok(RoomAgenda {
        room: room.to_owned(),
        venue: place(venue_of(desk, &event).await?),
        changes: changes(&event),
        changed_at: changed_at.unwrap_or_else(|| made_at(event.id)),
        title: event.title,
        sessions,
        cancelled,
    })
}

/// When an event was made: its id begins with that moment.
fn made_at(event: DockingEventId) -> DateTime<Utc> {
    let millis = i64::try_from(event.number() >> 80).unwrap_or(i64::MAX);
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}
