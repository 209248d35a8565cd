//! Published versions of a timetable: snapshots that never change, and what differs between two.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{Meeting, Spot};
use crate::event::Slot;
use crate::ids::{DockingEventId, MeetingId, ParticipantId};

/// A published version 发布版本 of a timetable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The event.
    pub event: DockingEventId,
    /// Its number, from 1.
    pub number: u32,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// Breaks of all participants together.
    pub breaks: u32,
    /// How many meetings it holds.
    pub meetings: u32,
}

/// One meeting in a published version, as it was then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The meeting.
    pub meeting: MeetingId,
    /// One participant.
    pub first: ParticipantId,
    /// The other.
    pub second: ParticipantId,
    /// Where it stands.
    pub spot: Spot,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// How long it lasts.
    pub minutes: u16,
}

/// The rows of a version: every meeting with its slot, by slot and table.
///
/// Meetings without a spot have no row; [`super::MeetingError::Incomplete`] keeps them from being
/// published.
pub fn rows(meetings: &[Meeting], slots: &[Slot]) -> Vec<Row> {
    let slots: BTreeMap<u16, &Slot> = slots.iter().map(|slot| (slot.number, slot)).collect();
    let mut rows: Vec<Row> = meetings
        .iter()
        .filter_map(|meeting| {
            let spot = meeting.spot?;
            let time = slots.get(&spot.slot)?;
            Some(Row {
                meeting: meeting.id,
                first: meeting.first,
                second: meeting.second,
                spot,
                starts_at: time.starts_at,
                minutes: time.minutes,
            })
        })
        .collect();
    rows.sort_by_key(|row| (row.spot, row.meeting));
    rows
}

/// Where and when a meeting stands in a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Slot and table.
    pub spot: Spot,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
}

/// A meeting that differs between two versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The meeting.
    pub meeting: MeetingId,
    /// One participant.
    pub first: ParticipantId,
    /// The other.
    pub second: ParticipantId,
    /// Where it stood; none if it is new.
    pub from: Option<Standing>,
    /// Where it stands now; none if it is gone.
    pub to: Option<Standing>,
}

/// What differs between two versions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diff {
    /// Meetings that came, went or moved, by id.
    pub moves: Vec<Move>,
    /// Participants of those meetings, by id: whom to tell, and nobody else.
    pub affected: Vec<ParticipantId>,
}

/// What changed from `old` to `new`. Time `O(n log n)`.
pub fn diff(old: &[Row], new: &[Row]) -> Diff {
    let mut pairs: BTreeMap<MeetingId, (Option<&Row>, Option<&Row>)> = BTreeMap::new();
    for row in old {
        pairs.entry(row.meeting).or_default().0 = Some(row);
    }
    for row in new {
        pairs.entry(row.meeting).or_default().1 = Some(row);
    }
    let standing = |row: &Row| Standing { spot: row.spot, starts_at: row.starts_at };
    let moves: Vec<Move> = pairs
        .into_iter()
        .filter_map(|(meeting, (old, new))| {
            let (from, to) = (old.map(standing), new.map(standing));
            let row = new.or(old).filter(|_| from != to)?;
            Some(Move { meeting, first: row.first, second: row.second, from, to })
        })
        .collect();
    let affected: BTreeSet<ParticipantId> =
        moves.iter().flat_map(|one| [one.first, one.second]).collect();
    Diff { moves, affected: affected.into_iter().collect() }
}
