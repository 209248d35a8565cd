//! From an event to the engine's problem and back: ids become indices and return.

use std::collections::BTreeMap;

use lianmeng_domain::event::HalfDay;
use lianmeng_domain::ids::{MeetingId, ParticipantId};
use lianmeng_domain::meeting::{Meeting, Spot, Timetable};
use lianmeng_planning as planning;

/// The engine's problem. Participants and meetings keep their order, slots count from 0.
pub(super) fn problem(board: &Timetable, fairness: u16) -> planning::Problem {
    let person: BTreeMap<ParticipantId, usize> =
        (0..).zip(&board.participants).map(|(index, one)| (one.id, index)).collect();
    let number: BTreeMap<MeetingId, usize> =
        (0..).zip(&board.meetings).map(|(index, one)| (one.id, index)).collect();
    planning::Problem {
        slots: board.slots.len(),
        morning: board.slots.iter().filter(|slot| slot.half_day == HalfDay::Morning).count(),
        tables: usize::from(board.tables),
        fairness: Some(u32::from(fairness)),
        participants: board
            .participants
            .iter()
            .map(|one| planning::Participant {
                name: None,
                forbidden: one.unavailable.iter().map(|slot| index(*slot)).collect(),
            })
            .collect(),
        meetings: board
            .meetings
            .iter()
            .map(|one| planning::Meeting {
                participants: one
                    .sides()
                    .iter()
                    .filter_map(|side| person.get(side).copied())
                    .collect(),
                half_day: match one.half_day {
                    Some(HalfDay::Morning) => planning::HalfDay::Morning,
                    Some(HalfDay::Afternoon) => planning::HalfDay::Afternoon,
                    None => planning::HalfDay::Either,
                },
                fixed: one.pinned_slot().map(index),
                locked: one.is_locked,
            })
            .collect(),
        precedences: board
            .precedences
            .iter()
            .filter_map(|pair| {
                let (before, after) = (*number.get(&pair.before)?, *number.get(&pair.after)?);
                Some(planning::Precedence { before, after })
            })
            .collect(),
    }
}

/// The present timetable for the engine to stay close to; when starting afresh only the locked
/// meetings. None if nothing is placed yet.
pub(super) fn before(board: &Timetable, is_fresh: bool) -> Option<planning::Timetable> {
    let spots: Vec<Option<Spot>> =
        board.meetings.iter().map(|one| one.spot.filter(|_| one.is_locked || !is_fresh)).collect();
    spots.iter().any(Option::is_some).then(|| planning::Timetable {
        slots: spots.iter().map(|spot| spot.map_or(usize::MAX, |spot| index(spot.slot))).collect(),
        tables: spots
            .iter()
            .map(|spot| spot.map_or(usize::MAX, |spot| index(spot.table)))
            .collect(),
    })
}

/// The meetings of `board` in the spots the engine gave them; none if one does not exist.
pub(super) fn placed(board: &Timetable, found: &planning::Timetable) -> Option<Vec<Meeting>> {
    let number = |index: usize, limit: usize| {
        Some(index).filter(|index| *index < limit).and_then(|index| u16::try_from(index + 1).ok())
    };
    let spots = found.slots.iter().zip(&found.tables).map(|(slot, table)| {
        let slot = number(*slot, board.slots.len())?;
        Some(Spot { slot, table: number(*table, usize::from(board.tables))? })
    });
    let spots: Option<Vec<Spot>> = spots.collect();
    let spots = spots.filter(|spots| spots.len() == board.meetings.len())?;
    let meetings = board.meetings.iter().zip(spots);
    Some(meetings.map(|(one, spot)| Meeting { spot: Some(spot), ..one.clone() }).collect())
}

/// The engine's index of what people number from 1.
fn index(number: u16) -> usize {
    usize::from(number).saturating_sub(1)
}
