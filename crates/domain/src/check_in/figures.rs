//! Who is there, who was, who is missing.

use std::collections::{BTreeMap, BTreeSet};

use super::{CheckIn, Checkpoint, Direction, in_order, repeats};
use crate::guest::person::GuestPerson;
use crate::guest::{Guest, GuestKind, GuestStage};
use crate::ids::{CheckpointId, GuestId, GuestPersonId};

/// How many people came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Presence {
    /// Those who are to come.
    pub expected: u32,
    /// Those who were seen at any time.
    pub arrived: u32,
    /// Those who are there.
    pub present: u32,
    /// Those who were there and left.
    pub left: u32,
    /// Those who are to come and were not seen.
    pub absent: u32,
}

/// Persons with a name, and those who come along without one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Attendance {
    /// Those with a name.
    pub persons: Presence,
    /// Those who come along.
    pub escorts: Presence,
}

/// What happened at a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traffic {
    /// Which.
    pub checkpoint: CheckpointId,
    /// How often somebody went in, repeats counted once.
    pub entries: u32,
    /// How often somebody went out, repeats counted once.
    pub exits: u32,
    /// How many of those at the event went in there last and not out.
    pub inside: u32,
}

/// Everything there is to say of an event's check-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckInFigures {
    /// All of them.
    pub total: Attendance,
    /// By kind of guest, in the order of the kinds; those without anybody are left out.
    pub kinds: Vec<(GuestKind, Attendance)>,
    /// By checkpoint, in the order given.
    pub checkpoints: Vec<Traffic>,
    /// Scans that were counted with another one.
    pub repeats: u32,
    /// Guests that come and of whom nobody was seen, by id.
    pub absent: Vec<GuestId>,
}

/// Who of those in `records` is at the event: whoever was last seen anywhere but on the way out of an
/// entrance.
fn present(records: &[&CheckIn], checkpoints: &[Checkpoint]) -> BTreeMap<GuestPersonId, bool> {
    let entrances: BTreeSet<CheckpointId> =
        checkpoints.iter().filter(|one| one.is_entrance).map(|one| one.id).collect();
    let leaves = |record: &CheckIn| {
        record.direction == Direction::Out && entrances.contains(&record.checkpoint)
    };
    records.iter().map(|record| (record.person, !leaves(record))).collect()
}

/// The figures of an event with these guests, people (those who were replaced too) and records, in any
/// order.
///
/// Time `O(n log n)` for `n` records and people.
pub fn figures(
    (guests, people): (&[Guest], &[GuestPerson]),
    checkpoints: &[Checkpoint],
    records: &[CheckIn],
) -> CheckInFigures {
    let sorted = in_order(records.iter());
    let seen = present(&sorted, checkpoints);
    let by_id: BTreeMap<GuestId, &Guest> = guests.iter().map(|guest| (guest.id, guest)).collect();
    let mut kinds: BTreeMap<GuestKind, Attendance> = BTreeMap::new();
    let mut total = Attendance::default();
    let mut came = BTreeSet::new();
    for person in people {
        let Some(guest) = by_id.get(&person.guest) else { continue };
        let is_expected = guest.stage == GuestStage::Yes && person.left_at.is_none();
        let is_there = seen.get(&person.id).copied();
        if !is_expected && is_there.is_none() {
            continue;
        }
        if is_there.is_some() {
            came.insert(guest.id);
        }
        let of_kind = kinds.entry(guest.kind).or_default();
        for attendance in [of_kind, &mut total] {
            let presence =
                if person.is_escort { &mut attendance.escorts } else { &mut attendance.persons };
            count(presence, is_expected, is_there);
        }
    }
    let is_absent = |guest: &&Guest| guest.stage == GuestStage::Yes && !came.contains(&guest.id);
    let mut absent: Vec<GuestId> = guests.iter().filter(is_absent).map(|guest| guest.id).collect();
    absent.sort_unstable();
    let again = repeats(records.iter());
    CheckInFigures {
        total,
        kinds: kinds.into_iter().collect(),
        checkpoints: checkpoints
            .iter()
            .map(|one| traffic(one.id, &sorted, &again, &seen))
            .collect(),
        repeats: u32::try_from(again.len()).unwrap_or(u32::MAX),
        absent,
    }
}

fn count(presence: &mut Presence, is_expected: bool, is_there: Option<bool>) {
    presence.expected += u32::from(is_expected);
    match is_there {
        Some(true) => presence.present += 1,
        Some(false) => presence.left += 1,
        None => presence.absent += u32::from(is_expected),
    }
    presence.arrived += u32::from(is_there.is_some());
}

fn traffic(
    checkpoint: CheckpointId,
    sorted: &[&CheckIn],
    again: &BTreeSet<&str>,
    seen: &BTreeMap<GuestPersonId, bool>,
) -> Traffic {
    let (mut entries, mut exits) = (0, 0);
    let mut last: BTreeMap<GuestPersonId, Direction> = BTreeMap::new();
    for record in sorted.iter().filter(|record| record.checkpoint == checkpoint) {
        last.insert(record.person, record.direction);
        if again.contains(record.client_id.as_str()) {
            continue;
        }
        match record.direction {
            Direction::In => entries += 1,
            Direction::Out => exits += 1,
        }
    }
    let is_inside = |(person, way): &(&GuestPersonId, &Direction)| {
        **way == Direction::In && seen.get(person).copied().unwrap_or(false)
    };
    let inside = u32::try_from(last.iter().filter(is_inside).count()).unwrap_or(u32::MAX);
    Traffic { checkpoint, entries, exits, inside }
}
