//! A published timetable as it is handed out: who meets whom where and when, with names.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::Spot;
use crate::event::Session;
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

/// What takes place in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomAgenda {
    /// Title of the event.
    pub title: String,
    /// The room.
    pub room: String,
    /// Venue and address; empty while unknown.
    pub venue: String,
    /// How often the event was changed; only ever rises.
    pub changes: u32,
    /// When what is said here was last known to change: as the timetable was published, as a session
    /// left the room, or as the event was made.
    pub changed_at: DateTime<Utc>,
    /// The sessions in the room, by when they begin.
    pub sessions: Vec<Session>,
    /// Those that were in it and are not any more, as they were, likewise.
    pub cancelled: Vec<Session>,
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

/// A meeting that differs between two versions, as it was and as it is; one of them is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// As it was; none if it is new.
    pub before: Option<Appointment>,
    /// As it is now; none if it is gone.
    pub now: Option<Appointment>,
}

/// What must be printed again since an earlier version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// Number of the earlier version.
    pub since: u32,
    /// Meetings whose rows differ, by when and where they are now, else were.
    pub moved: Vec<Moved>,
    /// Those whose rows differ, by name.
    pub attendees: BTreeSet<Attendee>,
    /// Tables whose rows differ, by number, with what stands on their cards.
    pub tables: BTreeMap<u16, String>,
    /// Those who had no meeting before, by name.
    pub joined: BTreeSet<Attendee>,
}

/// What differs between the meetings of version `since` and those of `now`: everything that stands on
/// a sheet counts, also how long a meeting lasts. Names count as they are now, in both.
///
/// Time `O(n log n)`.
pub fn changes(since: u32, before: &[Appointment], now: &[Appointment]) -> Changes {
    let mut pairs: BTreeMap<MeetingId, Moved> = BTreeMap::new();
    let none = || Moved { before: None, now: None };
    for one in before {
        pairs.entry(one.meeting).or_insert_with(none).before = Some(one.clone());
    }
    for one in now {
        pairs.entry(one.meeting).or_insert_with(none).now = Some(one.clone());
    }
    let mut moved: Vec<Moved> =
        pairs.into_values().filter(|pair| pair.before != pair.now).collect();
    moved.sort_by_key(|pair| {
        pair.now.as_ref().or(pair.before.as_ref()).map(|one| (one.starts_at, one.spot, one.meeting))
    });
    let (mut attendees, mut tables) = (BTreeSet::new(), BTreeMap::new());
    for one in moved.iter().flat_map(|pair| [&pair.before, &pair.now]).flatten() {
        attendees.extend(one.sides.iter().cloned());
        tables.insert(one.spot.table, one.table.clone());
    }
    let had: BTreeSet<&Attendee> = before.iter().flat_map(|one| &one.sides).collect();
    let has: BTreeSet<&Attendee> = now.iter().flat_map(|one| &one.sides).collect();
    let joined = has.difference(&had).map(|&one| one.clone()).collect();
    Changes { since, moved, attendees, tables, joined }
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

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;

    use super::*;

    fn meeting(number: u128, (slot, table): (u16, u16), sides: [u128; 2]) -> Appointment {
        Appointment {
            meeting: MeetingId::from(number),
            spot: Spot { slot, table },
            table: format!("A{table}"),
            starts_at: Utc.with_ymd_and_hms(2026, 3, 20, u32::from(slot), 0, 0).unwrap(),
            minutes: 20,
            sides: sides.map(|id| Attendee { name: format!("单位{id}"), id: id.into() }),
        }
    }

    fn names(all: &BTreeSet<Attendee>) -> Vec<&str> {
        all.iter().map(|one| one.name.as_str()).collect()
    }

    #[test]
    fn only_those_and_only_tables_whose_rows_differ_are_printed_again() {
        let stays = meeting(1, (1, 1), [1, 2]);
        let before = [stays.clone(), meeting(2, (2, 1), [1, 3]), meeting(3, (3, 4), [4, 5])];
        let now = [stays.clone(), meeting(2, (2, 3), [1, 3]), meeting(4, (1, 5), [5, 6])];
        let found = changes(1, &before, &now);
        let pairs: Vec<_> = found
            .moved
            .iter()
            .map(|one| (one.before.as_ref().map(|m| m.spot), one.now.as_ref().map(|m| m.spot)))
            .collect();
        let spot = |slot, table| Some(Spot { slot, table });
        let want = [(None, spot(1, 5)), (spot(2, 1), spot(2, 3)), (spot(3, 4), None)];
        assert_eq!(pairs, want);
        assert_eq!(names(&found.attendees), ["单位1", "单位3", "单位4", "单位5", "单位6"]);
        assert_eq!(found.tables.keys().copied().collect::<Vec<_>>(), [1, 3, 4, 5]);
        assert_eq!(names(&found.joined), ["单位6"]);
        assert_eq!(changes(1, &now, &now).moved, []);
    }

    #[test]
    fn another_length_is_another_sheet() {
        let short = meeting(1, (1, 1), [1, 2]);
        let long = Appointment { minutes: 30, ..short.clone() };
        assert_eq!(changes(1, &[short], &[long]).attendees.len(), 2);
    }
}
