//! The calendar of a room.

use icalendar::{Component as _, EventLike as _, EventStatus};
use lianmeng_domain::event::Session;
use lianmeng_domain::meeting::agenda::RoomAgenda;

use super::ics;

/// The sessions of a room as a calendar, all times in UTC.
///
/// A session keeps its UID as long as it is in the room; one that moves to another room is cancelled
/// here, so its UID names the room too. SEQUENCE rises with each change of the event. The same agenda
/// gives the same bytes.
pub fn room(agenda: &RoomAgenda) -> String {
    let mut calendar = ics::blank(&format!("{} {}", agenda.title, agenda.room));
    for session in &agenda.sessions {
        calendar.push(event(agenda, session, EventStatus::Confirmed));
    }
    for session in &agenda.cancelled {
        calendar.push(event(agenda, session, EventStatus::Cancelled));
    }
    calendar.to_string()
}

fn event(agenda: &RoomAgenda, session: &Session, status: EventStatus) -> icalendar::Event {
    let place = [agenda.venue.as_str(), agenda.room.as_str()];
    let place: Vec<&str> = place.into_iter().filter(|part| !part.is_empty()).collect();
    icalendar::Event::new()
        .uid(&format!("{}-room-{:016x}@sessions.lianmeng", session.id, digest(&agenda.room)))
        .sequence(agenda.changes)
        .timestamp(agenda.changed_at)
        .starts(session.starts_at)
        .ends(session.ends_at)
        .summary(&session.title)
        .location(&place.join("，"))
        .description(&agenda.title)
        .status(status)
        .done()
}

/// A number for the name of a room that stays the same from release to release: FNV-1a of 64 bits.
fn digest(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
