//! Rules over the whole timetable of an event: adding, locking, ordering.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    MAX_MEETINGS, MAX_PRECEDENCES, Meeting, MeetingError, Participant, Precedence, Spot, last_slot,
};
use crate::event::Slot;
use crate::ids::{MeetingId, ParticipantId};

/// Everything that belongs to the timetable of one event, each list in id or number order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timetable {
    /// Its slots, numbered from 1.
    pub slots: Vec<Slot>,
    /// How many tables it has, numbered from 1.
    pub tables: u16,
    /// Who takes part.
    pub participants: Vec<Participant>,
    /// Who meets whom.
    pub meetings: Vec<Meeting>,
    /// Which meetings come before which.
    pub precedences: Vec<Precedence>,
}

impl Timetable {
    /// The participant with this id.
    pub fn participant(&self, id: ParticipantId) -> Option<&Participant> {
        self.participants.iter().find(|participant| participant.id == id)
    }

    /// The meeting with this id.
    pub fn meeting(&self, id: MeetingId) -> Option<&Meeting> {
        self.meetings.iter().find(|meeting| meeting.id == id)
    }

    /// Checks `added` meetings one after the other as if they joined the timetable.
    ///
    /// # Errors
    ///
    /// The first [`MeetingError`] found; the pairs before it were fine.
    pub fn check_added(&self, added: &[Meeting]) -> Result<(), MeetingError> {
        let count = self.meetings.len() + added.len();
        if count > MAX_MEETINGS {
            return Err(MeetingError::TooMany { what: "meetings", count, limit: MAX_MEETINGS });
        }
        let people: BTreeMap<_, _> = self.participants.iter().map(|p| (p.id, p)).collect();
        let mut pairs: BTreeSet<_> = self.meetings.iter().map(Meeting::sides).collect();
        let mut load: BTreeMap<ParticipantId, u16> = BTreeMap::new();
        for side in self.meetings.iter().flat_map(Meeting::sides) {
            *load.entry(side).or_default() += 1;
        }
        for meeting in added {
            let (first, second) = (meeting.first, meeting.second);
            if first == second {
                return Err(MeetingError::MeetsItself { participant: first });
            }
            if !pairs.insert(meeting.sides()) {
                return Err(MeetingError::PairTwice { first, second });
            }
            if let Some(slot) = meeting.fixed_slot {
                self.check_slot(meeting, slot)?;
            }
            for side in meeting.sides() {
                let held = load.entry(side).or_default();
                *held += 1;
                let max = people.get(&side).and_then(|participant| participant.max_meetings);
                if let Some(max) = max.filter(|max| *held > *max) {
                    return Err(MeetingError::MaxReached { participant: side, max });
                }
            }
        }
        Ok(())
    }

    /// Whether `meeting` may stand in `slot`, other meetings left aside.
    fn check_slot(&self, meeting: &Meeting, slot: u16) -> Result<(), MeetingError> {
        let Some(found) = self.slots.iter().find(|one| one.number == slot) else {
            return Err(MeetingError::NoSuchSlot { slot, last: last_slot(&self.slots) });
        };
        if let Some(half_day) = meeting.half_day.filter(|half| *half != found.half_day) {
            return Err(MeetingError::WrongHalfDay { slot, half_day });
        }
        for side in meeting.sides() {
            if self.participant(side).is_some_and(|one| one.unavailable.contains(&slot)) {
                return Err(MeetingError::Unavailable { participant: side, slot });
            }
        }
        Ok(())
    }

    /// Locks meeting `id` to its slot, or to `slot` if one is named, and gives the meetings that
    /// change: it, and those that lose their spot to it and must be planned again.
    ///
    /// # Errors
    ///
    /// [`MeetingError`] if the meeting cannot stand there, or if locked meetings are in the way.
    pub fn lock(&self, id: MeetingId, slot: Option<u16>) -> Result<Vec<Meeting>, MeetingError> {
        let meeting = self.meeting(id).ok_or(MeetingError::NoMeeting { meeting: id })?;
        let slot = slot.or(meeting.spot.map(|spot| spot.slot)).ok_or(MeetingError::NotPlaced)?;
        if let Some(fixed) = meeting.fixed_slot.filter(|fixed| *fixed != slot) {
            return Err(MeetingError::FixedElsewhere { slot, fixed });
        }
        self.check_slot(meeting, slot)?;
        let mut displaced: Vec<Meeting> = Vec::new();
        let mut taken: BTreeMap<u16, &Meeting> = BTreeMap::new();
        for other in self.meetings.iter().filter(|other| other.id != id) {
            let Some(stands) = other.spot.filter(|stands| stands.slot == slot) else { continue };
            let shared = meeting.sides().into_iter().find(|side| other.has(*side));
            match shared {
                Some(participant) if other.is_locked => {
                    return Err(MeetingError::Busy { participant, slot, meeting: other.id });
                }
                Some(_) => displaced.push(Meeting { spot: None, ..other.clone() }),
                None => {
                    taken.insert(stands.table, other);
                }
            }
        }
        let own = meeting.spot.filter(|stands| stands.slot == slot).map(|stands| stands.table);
        let free = own.or_else(|| (1..=self.tables).find(|table| !taken.contains_key(table)));
        let table = if let Some(table) = free {
            table
        } else {
            // Nobody loses a confirmed spot: the last unlocked meeting gives way.
            let last = taken.iter().rev().find(|(_, other)| !other.is_locked);
            let full = MeetingError::NoTable { slot, tables: self.tables };
            let (given, other) = last.ok_or(full)?;
            displaced.push(Meeting { spot: None, ..(*other).clone() });
            *given
        };
        let locked =
            Meeting { spot: Some(Spot { slot, table }), is_locked: true, ..meeting.clone() };
        let mut changed = vec![locked];
        changed.append(&mut displaced);
        Ok(changed)
    }

    /// Checks that `added` name meetings of this event and that no meeting comes before itself.
    ///
    /// # Errors
    ///
    /// [`MeetingError::NoMeeting`], [`MeetingError::TooMany`] or [`MeetingError::PrecedenceCycle`].
    pub fn check_precedences(&self, added: &[Precedence]) -> Result<(), MeetingError> {
        let all: BTreeSet<Precedence> = self.precedences.iter().chain(added).copied().collect();
        if all.len() > MAX_PRECEDENCES {
            let (count, limit) = (all.len(), MAX_PRECEDENCES);
            return Err(MeetingError::TooMany { what: "precedences", count, limit });
        }
        let known: BTreeSet<MeetingId> = self.meetings.iter().map(|meeting| meeting.id).collect();
        for meeting in added.iter().flat_map(|pair| [pair.before, pair.after]) {
            if !known.contains(&meeting) {
                return Err(MeetingError::NoMeeting { meeting });
            }
        }
        cycle(&all).map_or(Ok(()), |meeting| Err(MeetingError::PrecedenceCycle { meeting }))
    }
}

/// A meeting that precedes itself, if there is one. Time `O(n log n)`.
fn cycle(pairs: &BTreeSet<Precedence>) -> Option<MeetingId> {
    let mut before: BTreeMap<MeetingId, usize> = BTreeMap::new();
    for pair in pairs {
        before.entry(pair.before).or_default();
        *before.entry(pair.after).or_default() += 1;
    }
    let mut ready: Vec<MeetingId> =
        before.iter().filter(|(_, count)| **count == 0).map(|(id, _)| *id).collect();
    while let Some(id) = ready.pop() {
        before.remove(&id);
        let from = Precedence { before: id, after: MeetingId::from(0) };
        for pair in pairs.range(from..).take_while(|pair| pair.before == id) {
            if let Some(count) = before.get_mut(&pair.after) {
                *count -= 1;
                if *count == 0 {
                    ready.push(pair.after);
                }
            }
        }
    }
    before.into_keys().next()
}
