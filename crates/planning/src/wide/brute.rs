//! Small random problems, all their timetables, and what the engine says about them.

mod engine;
mod made;

use super::check::{Score, check, score};
use super::constraint::{Finding, Kind};
use super::problem::{Level, Problem};
use super::timetable::{Placed, Timetable};

/// The best score of all timetables that people can follow: those that at most lack meetings or
/// share breaks badly. None if there are more than `most`.
///
/// Nothing here is clever: each meeting at every slot, table and choice of representatives.
pub(super) fn best(problem: &Problem, most: usize) -> Option<Score> {
    let choices: Vec<Vec<Option<Placed>>> =
        (0..problem.meetings.len()).map(|m| choices(problem, m)).collect();
    let count = choices.iter().try_fold(1usize, |n, list| n.checked_mul(list.len()))?;
    if count > most {
        return None;
    }
    let mut best: Option<Score> = None;
    for number in 0..count {
        let mut rest = number;
        let mut meetings = Vec::new();
        for list in &choices {
            meetings.push(list[rest % list.len()].clone());
            rest /= list.len();
        }
        let timetable = Timetable { meetings };
        let score = score(problem, &timetable);
        let lacks = |finding: &Finding| {
            matches!(finding.kind, Kind::Held | Kind::Min | Kind::MinPerHalfDay | Kind::Spread)
        };
        if score.hard > 0 && !check(problem, &timetable).iter().all(lacks) {
            continue;
        }
        best = Some(best.map_or(score, |best| best.min(score)));
    }
    best
}

/// Nothing, and every place of meeting `m` that it may be at by itself.
fn choices(problem: &Problem, m: usize) -> Vec<Option<Placed>> {
    let mut list = vec![None];
    let people = &problem.meetings[m].participants;
    let mut seatings: Vec<Vec<usize>> = vec![Vec::new()];
    for &p in people {
        let more = |seating: &Vec<usize>| {
            let seating = seating.clone();
            (0..problem.participants[p].representatives)
                .map(move |k| [seating.as_slice(), &[k]].concat())
                .collect::<Vec<_>>()
        };
        seatings = seatings.iter().flat_map(more).collect();
    }
    for slot in 0..problem.slots.len() {
        for table in 0..problem.tables.len() {
            for seating in &seatings {
                let placed = Placed { slot, table, representatives: seating.clone() };
                // What is wrong by itself stays wrong: it need not be tried with others.
                let mut alone = problem.clone();
                alone.spread = None;
                for other in &mut alone.meetings {
                    other.level = Level::Wish;
                }
                for participant in &mut alone.participants {
                    (participant.min, participant.min_per_half_day) = (0, 0);
                }
                let mut meetings = vec![None; problem.meetings.len()];
                meetings[m] = Some(placed.clone());
                let missing = alone.meetings.iter().enumerate();
                let missing =
                    missing.filter(|&(i, other)| i != m && other.locked.is_some()).count();
                let hard = score(&alone, &Timetable { meetings }).hard;
                if hard == u64::try_from(missing).unwrap() {
                    list.push(Some(placed));
                }
            }
        }
    }
    list
}
