//! Small random problems, all their timetables, and what the engine says about them.

mod engine;
mod made;

use super::check::{Score, check, score};
use super::constraint::{Finding, Kind};
use super::problem::Problem;
use super::timetable::{Placed, Timetable};
use std::collections::BTreeMap;

/// The best score of all timetables that people can follow: those that at most lack meetings or
/// share breaks badly. None if there are more than `most`.
///
/// Nothing here is clever: each meeting at every slot, table and choice of representatives. Only
/// what two meetings break between them is not tried again with others, which cannot mend it.
pub(super) fn best(problem: &Problem, most: usize) -> Option<Score> {
    let choices: Vec<Vec<Option<Placed>>> =
        (0..problem.meetings.len()).map(|m| choices(problem, m)).collect();
    let count = choices.iter().try_fold(1usize, |n, list| n.checked_mul(list.len()))?;
    if count > most {
        return None;
    }
    let mut all =
        All { problem, choices, clashes: BTreeMap::new(), chosen: Vec::new(), best: None };
    all.visit();
    all.best
}

struct All<'a> {
    problem: &'a Problem,
    choices: Vec<Vec<Option<Placed>>>,
    /// Whether two choices, each a meeting and a place of it, break something between them.
    clashes: BTreeMap<[(usize, usize); 2], bool>,
    chosen: Vec<usize>,
    best: Option<Score>,
}

impl All<'_> {
    fn visit(&mut self) {
        let m = self.chosen.len();
        if m == self.choices.len() {
            let timetable = self.timetable(&(0..m).collect::<Vec<_>>());
            let score = score(self.problem, &timetable);
            if score.hard == 0 || can_be_followed(self.problem, &timetable) {
                self.best = Some(self.best.map_or(score, |best| best.min(score)));
            }
            return;
        }
        for choice in 0..self.choices[m].len() {
            self.chosen.push(choice);
            if (0..m).all(|other| !self.clash(other, m)) {
                self.visit();
            }
            self.chosen.pop();
        }
    }

    /// The chosen places of `meetings`; the others are not held.
    fn timetable(&self, meetings: &[usize]) -> Timetable {
        let mut timetable = Timetable { meetings: vec![None; self.choices.len()] };
        for &m in meetings {
            timetable.meetings[m] = self.choices[m][self.chosen[m]].clone();
        }
        timetable
    }

    fn clash(&mut self, a: usize, b: usize) -> bool {
        let key = [(a, self.chosen[a]), (b, self.chosen[b])];
        if let Some(&known) = self.clashes.get(&key) {
            return known;
        }
        let clash = !can_be_followed(self.problem, &self.timetable(&[a, b]));
        self.clashes.insert(key, clash);
        clash
    }
}

/// Whether `timetable` at most lacks meetings or shares breaks badly.
fn can_be_followed(problem: &Problem, timetable: &Timetable) -> bool {
    let lacks = |finding: &Finding| {
        matches!(finding.kind, Kind::Held | Kind::Min | Kind::MinPerHalfDay | Kind::Spread)
    };
    check(problem, timetable).iter().all(lacks)
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
                let mut timetable = Timetable { meetings: vec![None; problem.meetings.len()] };
                timetable.meetings[m] = Some(placed.clone());
                if can_be_followed(problem, &timetable) {
                    list.push(Some(placed));
                }
            }
        }
    }
    list
}
