//! Whether the numbers of a problem name what exists. Demands that contradict each other are not
//! refused here: solving tells them as a conflict.

use super::problem::{
    MAX_EQUIPMENT, MAX_LISTED, MAX_MEETINGS, MAX_PARTICIPANTS, MAX_PLACES, MAX_POINTS,
    MAX_PRECEDENCES, MAX_REPRESENTATIVES, MAX_SEATS, MAX_SLOTS, MAX_TABLES, Meeting, Participant,
    Problem, Seat,
};
use std::collections::BTreeSet;
use thiserror::Error;

/// Most characters of a name.
const MAX_NAME: usize = 200;

/// What in a problem names nothing or is beyond a limit. Places are paths of the JSON form, such as
/// `meetings[3].participants[1]`, counted from 0.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{place}: {message}")]
pub struct ProblemError {
    /// Where it stands.
    pub place: String,
    /// What is wrong, and what to do.
    pub message: String,
}

impl Problem {
    /// Checks every number against what it refers to, in `O(size)`.
    ///
    /// # Errors
    ///
    /// The first [`ProblemError`] in the order of the fields.
    pub fn validate(&self) -> Result<(), ProblemError> {
        most("slots", self.slots.len(), MAX_SLOTS)?;
        most("tables", self.tables.len(), MAX_TABLES)?;
        most("participants", self.participants.len(), MAX_PARTICIPANTS)?;
        most("meetings", self.meetings.len(), MAX_MEETINGS)?;
        most("precedences", self.precedences.len(), MAX_PRECEDENCES)?;
        self.slots_are_in_order()?;
        self.travel_is_a_square()?;
        self.tables_are_known()?;
        for (p, participant) in self.participants.iter().enumerate() {
            self.participant(p, participant)?;
        }
        for (m, meeting) in self.meetings.iter().enumerate() {
            self.meeting(m, meeting)?;
        }
        for (i, pair) in self.precedences.iter().enumerate() {
            let place = || format!("precedences[{i}]");
            below(place, "meeting", pair.before, self.meetings.len())?;
            below(place, "meeting", pair.after, self.meetings.len())?;
        }
        self.prices_are_bounded()?;
        self.published_is_whole()
    }

    fn slots_are_in_order(&self) -> Result<(), ProblemError> {
        let mut last = 0;
        for (t, slot) in self.slots.iter().enumerate() {
            let place = || format!("slots[{t}]");
            if slot.half_day < last || slot.half_day >= MAX_SLOTS {
                return Err(error(
                    place(),
                    format!(
                        "half-day {} comes after half-day {last}; put slots in order of time and count half-days up to {}",
                        slot.half_day,
                        MAX_SLOTS - 1
                    ),
                ));
            }
            last = slot.half_day;
            if !(1..=1440).contains(&slot.minutes) {
                return Err(error(place(), format!("{} minutes; give 1 to 1440", slot.minutes)));
            }
        }
        Ok(())
    }

    fn travel_is_a_square(&self) -> Result<(), ProblemError> {
        most("travel", self.travel.len(), MAX_PLACES)?;
        for (a, row) in self.travel.iter().enumerate() {
            let places = self.travel.len();
            if row.len() != places {
                let message = format!("{} entries, but there are {places} places", row.len());
                return Err(error(format!("travel[{a}]"), message));
            }
            for (b, &way) in row.iter().enumerate() {
                let place = || format!("travel[{a}][{b}]");
                if way > MAX_SLOTS {
                    return Err(error(place(), format!("{way} slots; at most {MAX_SLOTS}")));
                }
                if a == b && way != 0 {
                    let message = "the way from a place to itself; write 0".to_owned();
                    return Err(error(place(), message));
                }
            }
        }
        Ok(())
    }

    fn tables_are_known(&self) -> Result<(), ProblemError> {
        let places = self.travel.len().max(1);
        let mut kinds = BTreeSet::new();
        for (t, table) in self.tables.iter().enumerate() {
            let place = || format!("tables[{t}]");
            below(place, "place", table.place, places)?;
            name(place, table.name.as_deref().unwrap_or(""))?;
            if let Some(owner) = table.owner {
                below(place, "participant", owner, self.participants.len())?;
            }
            most(&format!("tables[{t}].equipment"), table.equipment.len(), MAX_LISTED)?;
            for kind in &table.equipment {
                name(place, kind)?;
                kinds.insert(kind.as_str());
            }
        }
        most("different equipment of tables", kinds.len(), MAX_EQUIPMENT)
    }

    fn participant(&self, p: usize, participant: &Participant) -> Result<(), ProblemError> {
        let place = |field: &str| format!("participants[{p}].{field}");
        name(|| place("name"), &participant.name)?;
        if !(1..=MAX_REPRESENTATIVES).contains(&participant.representatives) {
            let message =
                format!("{}; give 1 to {MAX_REPRESENTATIVES}", participant.representatives);
            return Err(error(place("representatives"), message));
        }
        for &t in participant.present.iter().flatten() {
            below(|| place("present"), "slot", t, self.slots.len())?;
        }
        most(&place("present"), participant.present.iter().flatten().count(), MAX_SLOTS)?;
        most(&place("min"), participant.min, MAX_MEETINGS)?;
        most(&place("minPerHalfDay"), participant.min_per_half_day, MAX_MEETINGS)?;
        most(&place("lunch"), participant.lunch.len(), MAX_LISTED)?;
        for set in &participant.lunch {
            if set.is_empty() {
                let message = "a set without slots can never be kept; leave it out".to_owned();
                return Err(error(place("lunch"), message));
            }
            most(&place("lunch"), set.len(), MAX_SLOTS)?;
            for &t in set {
                below(|| place("lunch"), "slot", t, self.slots.len())?;
            }
        }
        Ok(())
    }

    fn meeting(&self, m: usize, meeting: &Meeting) -> Result<(), ProblemError> {
        let place = |field: &str| format!("meetings[{m}].{field}");
        name(|| place("name"), meeting.name.as_deref().unwrap_or(""))?;
        if !(2..=MAX_SEATS).contains(&meeting.participants.len()) {
            let message =
                format!("{} participants; name 2 to {MAX_SEATS}", meeting.participants.len());
            return Err(error(place("participants"), message));
        }
        for (i, &p) in meeting.participants.iter().enumerate() {
            let here = || format!("meetings[{m}].participants[{i}]");
            below(here, "participant", p, self.participants.len())?;
            if meeting.participants[..i].contains(&p) {
                return Err(error(here(), format!("participant {p} is named twice")));
            }
        }
        if !(1..=MAX_SLOTS).contains(&meeting.length) {
            let message = format!("{} slots; give 1 to {MAX_SLOTS}", meeting.length);
            return Err(error(place("length"), message));
        }
        most(&place("halfDays"), meeting.half_days.len(), MAX_SLOTS)?;
        let half_days = self.slots.last().map_or(0, |slot| slot.half_day + 1);
        for &half_day in &meeting.half_days {
            below(|| place("halfDays"), "half-day", half_day, half_days)?;
        }
        if let Some(t) = meeting.fixed {
            below(|| place("fixed"), "slot", t, self.slots.len())?;
        }
        if let Some(seat) = meeting.locked {
            self.seat(|| place("locked"), seat)?;
        }
        most(&place("needs"), meeting.needs.len(), MAX_LISTED)?;
        for need in &meeting.needs {
            name(|| place("needs"), need)?;
        }
        points(|| place("points"), meeting.points)
    }

    fn seat(&self, place: impl Fn() -> String, seat: Seat) -> Result<(), ProblemError> {
        below(&place, "slot", seat.slot, self.slots.len())?;
        below(&place, "table", seat.table, self.tables.len())
    }

    fn prices_are_bounded(&self) -> Result<(), ProblemError> {
        let prices = &self.prices;
        points(|| "prices.movedParticipant".to_owned(), prices.moved_participant)?;
        points(|| "prices.movedMeeting".to_owned(), prices.moved_meeting)?;
        points(|| "prices.break".to_owned(), prices.r#break)?;
        points(|| "prices.tableChange".to_owned(), prices.table_change)?;
        points(|| "prices.walking".to_owned(), prices.walking)
    }

    fn published_is_whole(&self) -> Result<(), ProblemError> {
        let (found, want) = (self.published.len(), self.meetings.len());
        if found != 0 && found != want {
            let message =
                format!("{found} entries, but there are {want} meetings; give one each, or none");
            return Err(error("published".to_owned(), message));
        }
        for (m, seat) in self.published.iter().enumerate() {
            if let Some(seat) = seat {
                self.seat(|| format!("published[{m}]"), *seat)?;
            }
        }
        Ok(())
    }
}

fn error(place: String, message: String) -> ProblemError {
    ProblemError { place, message }
}

fn most(place: &str, count: usize, limit: usize) -> Result<(), ProblemError> {
    if count <= limit {
        return Ok(());
    }
    Err(error(place.to_owned(), format!("{count} is over the limit of {limit}; split the event")))
}

fn below(
    place: impl Fn() -> String,
    what: &str,
    index: usize,
    count: usize,
) -> Result<(), ProblemError> {
    if index < count {
        return Ok(());
    }
    let message = format!("there is no {what} {index}; there are {count}, counted from 0");
    Err(error(place(), message))
}

fn name(place: impl Fn() -> String, name: &str) -> Result<(), ProblemError> {
    if name.chars().count() <= MAX_NAME {
        return Ok(());
    }
    Err(error(place(), format!("a name over {MAX_NAME} characters; shorten it")))
}

fn points(place: impl Fn() -> String, points: u32) -> Result<(), ProblemError> {
    if points <= MAX_POINTS {
        return Ok(());
    }
    Err(error(place(), format!("{points} is over the limit of {MAX_POINTS}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wide::problem::{Slot, Table};

    fn small() -> Problem {
        Problem {
            slots: vec![Slot { half_day: 0, minutes: 20 }; 2],
            tables: vec![Table::default()],
            participants: vec![Participant::default(); 2],
            meetings: vec![Meeting { participants: vec![0, 1], ..Meeting::default() }],
            ..Problem::default()
        }
    }

    fn message(change: impl Fn(&mut Problem)) -> String {
        let mut problem = small();
        change(&mut problem);
        problem.validate().unwrap_err().to_string()
    }

    #[test]
    fn what_names_nothing_is_refused_with_its_place() {
        assert_eq!(small().validate(), Ok(()));
        assert_eq!(
            message(|p| p.meetings[0].participants[1] = 7),
            "meetings[0].participants[1]: there is no participant 7; there are 2, counted from 0"
        );
        assert_eq!(
            message(|p| p.meetings[0].participants[1] = 0),
            "meetings[0].participants[1]: participant 0 is named twice"
        );
        assert_eq!(
            message(|p| p.meetings[0].participants.truncate(1)),
            "meetings[0].participants: 1 participants; name 2 to 16"
        );
        assert_eq!(
            message(|p| p.slots[0].half_day = 1),
            "slots[1]: half-day 0 comes after half-day 1; put slots in order of time and count half-days up to 127"
        );
        assert_eq!(
            message(|p| p.tables[0].place = 1),
            "tables[0]: there is no place 1; there are 1, counted from 0"
        );
        assert_eq!(
            message(|p| p.participants[1].lunch = vec![vec![]]),
            "participants[1].lunch: a set without slots can never be kept; leave it out"
        );
        assert_eq!(
            message(|p| p.published = vec![None, None]),
            "published: 2 entries, but there are 1 meetings; give one each, or none"
        );
        assert_eq!(
            message(|p| p.travel = vec![vec![0, 1], vec![1]]),
            "travel[1]: 1 entries, but there are 2 places"
        );
        assert_eq!(
            message(|p| p.prices.walking = 1_000_001),
            "prices.walking: 1000001 is over the limit of 1000000"
        );
    }
}
