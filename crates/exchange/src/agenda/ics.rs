//! iCalendar (RFC 5545).

use icalendar::{Calendar, Component as _, Event, EventLike as _, EventStatus};
use lianmeng_domain::ids::ParticipantId;
use lianmeng_domain::meeting::agenda::{Agenda, Appointment};

/// Whose calendar it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Of somebody who looks at the event.
    Reader,
    /// A participant's: the title of a meeting names the other side alone.
    Participant(ParticipantId),
    /// A table's: a meeting that moves away from it is cancelled there, so it has another UID than in
    /// calendars of people.
    Table(u16),
}

/// The agenda as a calendar, all times in UTC.
///
/// A meeting keeps its UID from version to version and its SEQUENCE rises with each change of the event,
/// so that calendars that took in an earlier one move it; meetings that are no more are cancelled. The
/// same agenda gives the same bytes.
pub fn ics(agenda: &Agenda, whose: Whose) -> String {
    let mut calendar = blank(&agenda.title);
    for meeting in &agenda.meetings {
        calendar.push(event(agenda, meeting, whose, EventStatus::Confirmed));
    }
    for meeting in &agenda.cancelled {
        calendar.push(event(agenda, meeting, whose, EventStatus::Cancelled));
    }
    calendar.to_string()
}

/// A calendar with this name and nothing in it.
pub(super) fn blank(name: &str) -> Calendar {
    let mut calendar = Calendar::empty();
    for (key, value) in [
        ("VERSION", "2.0"),
        ("PRODID", "-//Lianmeng//Docking events//ZH"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
    ] {
        calendar.append_property((key, value));
    }
    calendar.name(name);
    calendar
}

fn event(agenda: &Agenda, meeting: &Appointment, whose: Whose, status: EventStatus) -> Event {
    let [first, second] = &meeting.sides;
    let (partner, at) = match whose {
        Whose::Reader => (None, String::new()),
        Whose::Participant(reader) => (meeting.partner_of(reader), String::new()),
        Whose::Table(table) => (None, format!("-table-{table}")),
    };
    let summary = match partner {
        Some(partner) => format!("对接：{}", partner.name),
        None => format!("对接：{} × {}", first.name, second.name),
    };
    let table = format!("{} 号桌", meeting.table);
    let place = [agenda.venue.as_str(), table.as_str()];
    let place: Vec<&str> = place.into_iter().filter(|part| !part.is_empty()).collect();
    let said = format!("{}，日程第 {} 版", agenda.title, agenda.version);
    Event::new()
        .uid(&format!("{}{at}@meetings.lianmeng", meeting.meeting))
        .sequence(agenda.changes)
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
