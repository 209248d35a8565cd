//! A published timetable as it is handed out: who meets whom where and when, with names.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::Spot;
use crate::ids::{DockingEventId, MeetingId, ParticipantId};

/// A published version, or a reader's part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agenda {
    /// The event.
    pub event: DockingEventId,
    /// Its title.
    pub title: String,
    /// Its local date.
    pub held_on: NaiveDate,
    /// Names of its hosts, the leading one first.
    pub hosts: Vec<String>,
    /// Venue and address; empty while unknown.
    pub venue: String,
    /// Number of the version.
    pub version: u32,
    /// How often the event was changed, its timetable, its venue or its tables; only ever rises.
    pub changes: u32,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// Its meetings, by slot and table.
    pub meetings: Vec<Appointment>,
    /// Meetings of earlier versions that are no longer in it, likewise.
    pub cancelled: Vec<Appointment>,
    /// Whether this is invented for demonstration 示例.
    pub is_example: bool,
}

/// A meeting with everything that stands on paper about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appointment {
    /// The meeting.
    pub meeting: MeetingId,
    /// Slot and table.
    pub spot: Spot,
    /// What stands on the card of the table.
    pub table: String,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// How long it lasts, in minutes.
    pub minutes: u16,
    /// The two who meet.
    pub sides: [Attendee; 2],
}

/// Somebody who takes part.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attendee {
    /// Name of the enterprise or organisation.
    pub name: String,
    /// The participant.
    pub id: ParticipantId,
}

impl Appointment {
    /// When it ends.
    pub fn ends_at(&self) -> DateTime<Utc> {
        self.starts_at + TimeDelta::minutes(i64::from(self.minutes))
    }

    /// Whom `participant` meets; `None` if it does not take part.
    pub fn partner_of(&self, participant: ParticipantId) -> Option<&Attendee> {
        let [first, second] = &self.sides;
        if first.id == participant {
            Some(second)
        } else {
            (second.id == participant).then_some(first)
        }
    }
}

impl Agenda {
    /// The meetings of each participant, by name; each in the order of the day.
    pub fn by_attendee(&self) -> BTreeMap<&Attendee, Vec<&Appointment>> {
        let mut all: BTreeMap<&Attendee, Vec<&Appointment>> = BTreeMap::new();
        for meeting in &self.meetings {
            for side in &meeting.sides {
                all.entry(side).or_default().push(meeting);
            }
        }
        all
    }

    /// The meetings at each table, by its number; each in the order of the day.
    pub fn by_table(&self) -> BTreeMap<u16, Vec<&Appointment>> {
        let mut all: BTreeMap<u16, Vec<&Appointment>> = BTreeMap::new();
        for meeting in &self.meetings {
            all.entry(meeting.spot.table).or_default().push(meeting);
        }
        all
    }
}
