//! A meeting is in one of its half-days.

use super::view::View;
use super::{Finding, Kind};
use crate::wide::problem::Problem;
use crate::wide::words::{self, Words};

pub(crate) fn check(view: &View<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for sitting in &view.sittings {
        let wanted = &view.problem.meetings[sitting.meeting].half_days;
        let half_day = view.half_day(sitting.start);
        if !wanted.is_empty() && !half_day.is_some_and(|half_day| wanted.contains(&half_day)) {
            let mut finding = demand(view.problem, sitting.meeting);
            finding.slots = vec![sitting.start];
            findings.push(finding);
        }
    }
    findings
}

/// The demand, broken or as part of a conflict.
pub(crate) fn demand(problem: &Problem, m: usize) -> Finding {
    let meeting = &problem.meetings[m];
    let (name, wanted) = (words::meeting(problem, m), words::numbers(&meeting.half_days));
    let words = Words::new(
        format!(
            "{} must be in {}; allow another",
            name.en,
            words::listed("half-day", &meeting.half_days)
        ),
        format!("{}须在第{wanted}个半天；请放宽", name.zh),
    );
    let slots: Vec<usize> = (0..problem.slots.len())
        .filter(|&t| meeting.half_days.contains(&problem.slots[t].half_day))
        .collect();
    let finding = Finding::new(Kind::HalfDay, words).people(&meeting.participants);
    finding.meetings(&[m]).slots(&slots)
}

#[cfg(test)]
mod tests {
    use crate::wide::constraint::sample::{at, problem, told, words};

    #[test]
    fn a_meeting_of_the_afternoon_is_not_in_the_morning() {
        let mut event = problem(&[[0, 1]]);
        event.meetings[0].half_days = vec![1];
        let text = "meeting 1 (甲, 乙) must be in half-day 2; allow another";
        let zh = "第1场会面（甲、乙）须在第2个半天；请放宽";
        assert_eq!(told(&event, &at(&[Some((2, 0))])), words(&[(1, text, zh)]));
        assert_eq!(told(&event, &at(&[Some((3, 0))])), words(&[]));
        event.meetings[0].half_days = vec![0, 1];
        assert_eq!(told(&event, &at(&[Some((2, 0))])), words(&[]));
    }
}
