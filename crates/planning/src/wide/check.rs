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
