//! Each representative has a free slot in each set of lunch slots.

use super::view::View;
use super::{Finding, Kind};
use crate::wide::problem::Problem;
use crate::wide::words::{self, Words};

pub(crate) fn check(view: &View<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (p, participant) in view.problem.participants.iter().enumerate() {
        for day in &view.days[p] {
            let busy = view.busy(day);
            for set in &participant.lunch {
                if set.iter().all(|&t| busy[t]) {
                    findings.push(demand(view.problem, p).slots(set));
                }
            }
        }
    }
    findings
}

/// The demand, broken or as part of a conflict.
pub(crate) fn demand(problem: &Problem, p: usize) -> Finding {
    let name = words::participant(problem, p);
    let sets: Vec<String> =
        problem.participants[p].lunch.iter().map(|set| words::numbers(set)).collect();
    let words = Words::new(
        format!(
            "{} keeps a slot free for lunch, one of {}; allow more slots",
            name.en,
            sets.join(" and one of ")
        ),
        format!("{}须留出一个午餐时段（第{}）；请放宽", name.zh, sets.join("；第")),
    );
    let slots: Vec<usize> = problem.participants[p].lunch.iter().flatten().copied().collect();
    Finding::new(Kind::Lunch, words).people(&[p]).slots(&slots)
}

#[cfg(test)]
mod tests {
    use crate::wide::constraint::sample::{at, problem, told, words};

    #[test]
    fn one_slot_of_each_set_is_free() {
        let mut event = problem(&[[0, 1], [0, 2]]);
        event.participants[0].lunch = vec![vec![2, 3]];
        let text = "甲 keeps a slot free for lunch, one of 3, 4; allow more slots";
        let zh = "甲须留出一个午餐时段（第3, 4）；请放宽";
        assert_eq!(told(&event, &at(&[Some((2, 0)), Some((3, 0))])), words(&[(1, text, zh)]));
        assert_eq!(told(&event, &at(&[Some((1, 0)), Some((3, 0))])), words(&[]));
        event.participants[0].lunch.push(vec![1]);
        assert_eq!(told(&event, &at(&[Some((1, 0)), Some((3, 0))])).len(), 1, "a second day");
    }
}
