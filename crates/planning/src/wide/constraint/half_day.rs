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
        format!("{} must be in half-day {wanted}; allow another", name.en),
        format!("{}须在第{wanted}个半天；请放宽", name.zh),
    );
    let slots: Vec<usize> = (0..problem.slots.len())
        .filter(|&t| meeting.half_days.contains(&problem.slots[t].half_day))
        .collect();
    let finding = Finding::new(Kind::HalfDay, words).people(&meeting.participants);
    finding.meetings(&[m]).slots(&slots)
}
