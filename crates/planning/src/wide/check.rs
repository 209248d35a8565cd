//! What a timetable breaks and what it costs, told from the problem alone: no code of the search.

use super::constraint::{self, Finding, Kind, view::View};
use super::problem::{Level, Problem};
use super::timetable::Timetable;
use super::words::Words;
use serde::Serialize;

/// What a timetable loses on each level; smaller is better, and 0 is the best there is.
///
/// Compared field by field in this order and never added up: a lower `hard` wins whatever the
/// others say, then a lower `medium`, then a lower `soft`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Score {
    /// What is broken: the sum of the weights of all findings, meetings that must be held included.
    pub hard: u64,
    /// Points of the meetings that should be held and are not.
    pub medium: u64,
    /// Points of the wished meetings that are not held, and the prices of [`Tally`].
    pub soft: u64,
}

/// What is counted for the last level.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    /// Points of the wished meetings that are not held.
    pub wish_points_missing: u64,
    /// Participants of whom a published meeting is moved or dropped.
    pub moved_participants: u64,
    /// Published meetings that are moved or dropped.
    pub moved_meetings: u64,
    /// Waits of a representative between two meetings of a half-day.
    pub breaks: u64,
    /// Changes of table of a representative between two meetings of a half-day.
    pub table_changes: u64,
    /// Slots of way of a representative between meetings of a half-day.
    pub walking: u64,
}

/// Everything `timetable` breaks, in the order of [`Kind`]'s checks, then by index; empty if it
/// keeps every hard demand. A timetable that is not one of this problem is a single finding.
///
/// `O(meetings · participants of each + representatives · slots)`, and quadratic in the meetings
/// of one representative. `problem` must be valid ([`Problem::validate`]).
pub fn check(problem: &Problem, timetable: &Timetable) -> Vec<Finding> {
    match View::new(problem, timetable) {
        Ok(view) => constraint::all(&view),
        Err(message) => {
            let words = Words::new(message, "答案与问题不符".to_owned());
            vec![Finding::new(Kind::Malformed, words)]
        }
    }
}

/// What `timetable` loses on each level. `problem` must be valid.
pub fn score(problem: &Problem, timetable: &Timetable) -> Score {
    let hard = check(problem, timetable).iter().map(|finding| finding.weight).sum();
    let tally = tally(problem, timetable);
    let prices = &problem.prices;
    let soft = [
        (1, tally.wish_points_missing),
        (prices.moved_participant, tally.moved_participants),
        (prices.moved_meeting, tally.moved_meetings),
        (prices.r#break, tally.breaks),
        (prices.table_change, tally.table_changes),
        (prices.walking, tally.walking),
    ];
    Score {
        hard,
        medium: missing(problem, timetable, Level::Should),
        soft: soft.iter().map(|&(price, count)| u64::from(price) * count).sum(),
    }
}

/// What is counted for the last level. All 0 for a timetable that is not one of this problem.
pub fn tally(problem: &Problem, timetable: &Timetable) -> Tally {
    let Ok(view) = View::new(problem, timetable) else { return Tally::default() };
    let mut tally =
        Tally { wish_points_missing: missing(problem, timetable, Level::Wish), ..Tally::default() };
    for p in 0..problem.participants.len() {
        tally.breaks += u64::try_from(view.breaks(p)).unwrap_or(0);
        for day in &view.days[p] {
            for (a, b) in view.neighbours(day) {
                tally.table_changes += u64::from(a.table != b.table);
                let way = view.way(view.place(a.table), view.place(b.table));
                tally.walking += u64::try_from(way).unwrap_or(0);
            }
        }
    }
    let mut moved = vec![false; problem.participants.len()];
    for (m, seat) in problem.published.iter().enumerate() {
        let Some(seat) = seat else { continue };
        let now = timetable.meetings[m].as_ref().map(|placed| (placed.slot, placed.table));
        if now != Some((seat.slot, seat.table)) {
            tally.moved_meetings += 1;
            for &p in &problem.meetings[m].participants {
                moved[p] = true;
            }
        }
    }
    tally.moved_participants = moved.iter().map(|&moved| u64::from(moved)).sum();
    tally
}

/// Points of the meetings of `level` that are not held.
fn missing(problem: &Problem, timetable: &Timetable, level: Level) -> u64 {
    let pairs = problem.meetings.iter().zip(&timetable.meetings);
    pairs
        .filter(|(meeting, placed)| meeting.rank() == level && placed.is_none())
        .map(|(meeting, _)| u64::from(meeting.points))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wide::problem::{Meeting, Participant, Prices, Seat, Slot, Table};
    use crate::wide::timetable::Placed;

    fn event() -> Problem {
        Problem {
            slots: (0..6).map(|t| Slot { half_day: t / 4, minutes: 20 }).collect(),
            tables: vec![Table::default(), Table { place: 1, ..Table::default() }],
            participants: vec![Participant::default(); 3],
            meetings: [[0, 1], [0, 2], [1, 2]]
                .iter()
                .map(|pair| Meeting { participants: pair.to_vec(), ..Meeting::default() })
                .collect(),
            travel: vec![vec![0, 1], vec![1, 0]],
            prices: Prices {
                moved_participant: 100,
                moved_meeting: 50,
                r#break: 10,
                table_change: 3,
                walking: 2,
            },
            ..Problem::default()
        }
    }

    fn at(slot: usize, table: usize) -> Placed {
        Placed { slot, table, representatives: vec![0, 0] }
    }

    #[test]
    fn every_price_is_counted_once() {
        let mut problem = event();
        problem.published =
            vec![Some(Seat { slot: 0, table: 0 }), Some(Seat { slot: 2, table: 0 }), None];
        // Participant 0 waits and walks; meeting 1 was moved to another table, with 0 and 2.
        let timetable =
            Timetable { meetings: vec![Some(at(0, 0)), Some(at(2, 1)), Some(at(4, 1))] };
        let expected = Tally {
            wish_points_missing: 0,
            moved_participants: 2,
            moved_meetings: 1,
            breaks: 1,
            table_changes: 1,
            walking: 1,
        };
        assert_eq!(tally(&problem, &timetable), expected);
        let soft = 2 * 100 + 50 + 10 + 3 + 2;
        assert_eq!(score(&problem, &timetable), Score { hard: 0, medium: 0, soft });
    }

    #[test]
    fn levels_are_compared_in_order_and_points_count_on_their_own_level() {
        let mut problem = event();
        problem.meetings[1].level = Level::Should;
        problem.meetings[1].points = 7;
        problem.meetings[2].level = Level::Wish;
        problem.meetings[2].points = 1_000_000;
        let with =
            |list: [Option<Placed>; 3]| score(&problem, &Timetable { meetings: list.to_vec() });
        let without_must = with([None, Some(at(1, 0)), Some(at(4, 0))]);
        let without_should = with([Some(at(0, 0)), None, Some(at(4, 0))]);
        let without_wish = with([Some(at(0, 0)), Some(at(1, 0)), None]);
        assert_eq!(without_must, Score { hard: 1, medium: 0, soft: 0 });
        assert_eq!(without_should, Score { hard: 0, medium: 7, soft: 0 });
        assert_eq!(without_wish, Score { hard: 0, medium: 0, soft: 1_000_000 });
        assert!(without_wish < without_should && without_should < without_must);
    }

    #[test]
    fn what_is_no_timetable_of_the_problem_is_one_finding() {
        let problem = event();
        let short = Timetable { meetings: vec![None] };
        assert_eq!(check(&problem, &short)[0].kind, Kind::Malformed);
        let far = Timetable { meetings: vec![Some(at(9, 0)), None, None] };
        assert_eq!(check(&problem, &far).len(), 1);
        let nobody = Placed { slot: 0, table: 0, representatives: vec![0, 1] };
        let nobody = Timetable { meetings: vec![Some(nobody), None, None] };
        assert_eq!(check(&problem, &nobody)[0].text, "meeting 1 names a representative too many");
    }
}
