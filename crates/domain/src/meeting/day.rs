//! The day itself 活动当天: what has begun stands, what has not may be planned again around those who
//! did not come.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::{Meeting, Participant, Timetable};
use crate::event::{EventStage, Slot};
use crate::ids::ParticipantId;

/// Most pairs that stand by 候补 for one replanning.
pub const MAX_STANDBY: usize = 100;

/// Who did not come, and who came after all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attendance {
    /// Not there from now on.
    pub absent: BTreeSet<ParticipantId>,
    /// There from now on.
    pub arrived: BTreeSet<ParticipantId>,
}

/// Why the rest of a day could not be planned again.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DayError {
    /// The day has not begun, or is over.
    #[error("the event is {stage}; the rest of a day is planned again while it is live")]
    NotLive {
        /// Its stage.
        stage: EventStage,
    },
    /// Every slot has begun.
    #[error("every slot has begun; there is nothing left to plan")]
    Over,
    /// Absent and arrived at once.
    #[error("participant:{participant} is named as absent and as arrived; name it once")]
    Both {
        /// Who.
        participant: ParticipantId,
    },
}

/// Number of the first slot that has not begun at `now`; meetings in earlier ones stand.
///
/// # Errors
///
/// [`DayError::Over`] if all have begun.
pub fn first_open(slots: &[Slot], now: DateTime<Utc>) -> Result<u16, DayError> {
    let open = slots.iter().find(|slot| slot.starts_at > now);
    open.map(|slot| slot.number).ok_or(DayError::Over)
}

impl Attendance {
    /// Checks that nobody is named twice.
    ///
    /// # Errors
    ///
    /// [`DayError::Both`].
    pub fn check(&self) -> Result<(), DayError> {
        match self.absent.intersection(&self.arrived).next() {
            Some(&participant) => Err(DayError::Both { participant }),
            None => Ok(()),
        }
    }

    /// The participants of whom something changes: who is absent is not there from slot `from` on, or
    /// from where it was noted before; who arrived is there whenever it wished to be.
    pub fn apply(&self, people: &[Participant], from: u16) -> Vec<Participant> {
        let changed = |one: &Participant| {
            let absent_from = if self.absent.contains(&one.id) {
                Some(one.absent_from.map_or(from, |before| before.min(from)))
            } else if self.arrived.contains(&one.id) {
                None
            } else {
                one.absent_from
            };
            (absent_from != one.absent_from).then(|| Participant { absent_from, ..one.clone() })
        };
        people.iter().filter_map(changed).collect()
    }
}

impl Timetable {
    /// Breaks of all participants together: runs of consecutive meetings less one, each.
    pub fn breaks(&self) -> u32 {
        let mut busy: BTreeMap<ParticipantId, BTreeSet<u16>> = BTreeMap::new();
        for meeting in &self.meetings {
            let Some(spot) = meeting.spot else { continue };
            for side in meeting.sides() {
                busy.entry(side).or_default().insert(spot.slot);
            }
        }
        let gaps = |slots: BTreeSet<u16>| {
            let slots: Vec<u16> = slots.into_iter().collect();
            slots.windows(2).filter(|pair| pair[1] - pair[0] > 1).count()
        };
        let gaps: usize = busy.into_values().map(gaps).sum();
        u32::try_from(gaps).unwrap_or(u32::MAX)
    }

    /// The meetings that cannot be held: not begun by slot `from`, with somebody who is not there any
    /// more. They lose their spot and their lock.
    pub fn called_off(&self, from: u16) -> Vec<Meeting> {
        let gone = |one: &Participant| Some((one.id, one.absent_from?));
        let gone: BTreeMap<ParticipantId, u16> =
            self.participants.iter().filter_map(gone).collect();
        let lost = |one: &&Meeting| {
            one.spot.filter(|spot| spot.slot >= from).is_some_and(|spot| {
                one.sides().iter().any(|side| gone.get(side).is_some_and(|at| spot.slot >= *at))
            })
        };
        let lost = self.meetings.iter().filter(lost);
        lost.map(|one| Meeting { spot: None, is_locked: false, ..one.clone() }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::HalfDay;
    use crate::meeting::Spot;

    fn slots() -> Vec<Slot> {
        let start: DateTime<Utc> = "2026-03-05T01:00:00Z".parse().unwrap();
        let slot = |number: u16| Slot {
            number,
            half_day: HalfDay::Morning,
            starts_at: start + chrono::TimeDelta::minutes(20 * i64::from(number - 1)),
            minutes: 20,
        };
        (1..=4).map(slot).collect()
    }

    fn person(id: u128, unavailable: &[u16], absent_from: Option<u16>) -> Participant {
        Participant {
            id: id.into(),
            event: 1.into(),
            member: crate::committee::Member::Enterprise(id.into()),
            unavailable: unavailable.to_vec(),
            min_meetings: None,
            max_meetings: None,
            absent_from,
        }
    }

    fn meeting(id: u128, (first, second): (u128, u128), slot: Option<u16>) -> Meeting {
        Meeting {
            id: id.into(),
            event: 1.into(),
            first: first.into(),
            second: second.into(),
            half_day: None,
            fixed_slot: None,
            spot: slot.map(|slot| Spot { slot, table: 1 }),
            is_locked: true,
        }
    }

    #[test]
    fn a_slot_has_begun_at_its_first_moment() {
        let at = |text: &str| first_open(&slots(), text.parse().unwrap());
        assert_eq!(at("2026-03-05T00:59:59Z"), Ok(1));
        assert_eq!(at("2026-03-05T01:00:00Z"), Ok(2));
        assert_eq!(at("2026-03-05T01:59:59Z"), Ok(4));
        assert_eq!(at("2026-03-05T02:00:00Z"), Err(DayError::Over));
    }

    #[test]
    fn who_is_absent_is_away_for_the_rest_and_who_arrived_is_there_as_it_wished() {
        let people = [
            person(1, &[1], None),
            person(2, &[4], Some(2)),
            person(3, &[2], None),
            person(4, &[], Some(2)),
        ];
        let named = |ids: &[u128]| ids.iter().map(|id| (*id).into()).collect::<BTreeSet<_>>();
        let attendance = Attendance { absent: named(&[1, 4]), arrived: named(&[2, 3]) };
        attendance.check().unwrap();
        let changed = attendance.apply(&people, 3);
        assert_eq!(changed, [person(1, &[1], Some(3)), person(2, &[4], None)]);
        let free = |one: &Participant| (1..=4).filter(|at| one.is_free_in(*at)).collect::<Vec<_>>();
        assert_eq!([free(&changed[0]), free(&changed[1])], [vec![2], vec![1, 2, 3]]);
        let both = Attendance { absent: named(&[1, 2]), arrived: named(&[2]) };
        assert_eq!(both.check(), Err(DayError::Both { participant: 2.into() }));
    }

    #[test]
    fn meetings_with_somebody_gone_are_called_off_unless_they_have_begun() {
        let timetable = Timetable {
            tables: 1,
            slots: slots(),
            participants: vec![
                person(1, &[], Some(2)),
                person(2, &[], None),
                person(3, &[], Some(4)),
            ],
            meetings: vec![
                meeting(1, (1, 2), Some(1)),
                meeting(2, (1, 3), Some(3)),
                meeting(3, (2, 3), Some(4)),
                meeting(4, (1, 2), None),
            ],
            precedences: Vec::new(),
        };
        let off = timetable.called_off(3);
        let lost = |id, sides| Meeting { is_locked: false, ..meeting(id, sides, None) };
        assert_eq!(off, [lost(2, (1, 3)), lost(3, (2, 3))], "3 leaves before slot 4");
        assert_eq!(timetable.called_off(4), [lost(3, (2, 3))], "what has begun stands");
        // 1 meets at 1 and 3, 2 at 1 and 4, 3 at 3 and 4.
        assert_eq!(timetable.breaks(), 2);
    }
}
