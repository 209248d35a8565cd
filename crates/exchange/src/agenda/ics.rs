//! iCalendar (RFC 5545).

use icalendar::{Calendar, Component as _, Event, EventLike as _, EventStatus};
use lianmeng_domain::ids::ParticipantId;
use lianmeng_domain::meeting::agenda::{Agenda, Appointment};

/// The agenda as a calendar, all times in UTC. For `reader` the title of a meeting names the other side
/// alone.
///
/// A meeting keeps its UID from version to version and its SEQUENCE is the number of the version, so
/// that calendars that took in an earlier one move it; meetings that are no more are cancelled. The
/// same agenda gives the same bytes.
pub fn ics(agenda: &Agenda, reader: Option<ParticipantId>) -> String {
    let mut calendar = Calendar::empty();
    for (key, value) in [
        ("VERSION", "2.0"),
        ("PRODID", "-//Lianmeng//Docking events//ZH"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
    ] {
        calendar.append_property((key, value));
    }
    calendar.name(&agenda.title);
    for meeting in &agenda.meetings {
        calendar.push(event(agenda, meeting, reader, EventStatus::Confirmed));
    }
    for meeting in &agenda.cancelled {
        calendar.push(event(agenda, meeting, reader, EventStatus::Cancelled));
    }
    calendar.to_string()
}

fn event(
    agenda: &Agenda,
    meeting: &Appointment,
    reader: Option<ParticipantId>,
    status: EventStatus,
) -> Event {
    let [first, second] = &meeting.sides;
    let partner = reader.and_then(|reader| meeting.partner_of(reader));
    let summary = match partner {
        Some(partner) => format!("对接：{}", partner.name),
        None => format!("对接：{} × {}", first.name, second.name),
    };
    let table = format!("{} 号桌", meeting.table);
    let place = [agenda.venue.as_str(), table.as_str()];
    let place: Vec<&str> = place.into_iter().filter(|part| !part.is_empty()).collect();
    let said = format!("{}，日程第 {} 版", agenda.title, agenda.version);
    Event::new()
        .uid(&format!("{}@meetings.lianmeng", meeting.meeting))
        .sequence(agenda.version)
        .timestamp(agenda.published_at)
        .last_modified(agenda.published_at)
        .starts(meeting.starts_at)
        .ends(meeting.ends_at())
        .summary(&summary)
        .location(&place.join("，"))
        .description(&said)
        .status(status)
        .done()
}
