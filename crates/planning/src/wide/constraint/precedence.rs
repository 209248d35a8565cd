//! One meeting ends before another begins, where both are held.

use super::view::View;
use super::{Finding, Kind};
use crate::wide::problem::Problem;
use crate::wide::words::{self, Words};

pub(crate) fn check(view: &View<'_>) -> Vec<Finding> {
    let mut times = vec![None; view.problem.meetings.len()];
    for sitting in &view.sittings {
        times[sitting.meeting] = Some((sitting.start, sitting.end));
    }
    let mut findings = Vec::new();
    for (i, pair) in view.problem.precedences.iter().enumerate() {
        if let (Some((_, end)), Some((start, _))) = (times[pair.before], times[pair.after])
            && end > start
        {
            findings.push(demand(view.problem, i));
        }
    }
    findings
}

/// The demand, broken or as part of a conflict.
pub(crate) fn demand(problem: &Problem, i: usize) -> Finding {
    let pair = problem.precedences[i];
    let (a, b) = (words::meeting(problem, pair.before), words::meeting(problem, pair.after));
    let words = Words::new(
        format!("{} must end before {} begins; drop this order", a.en, b.en),
        format!("{}须在{}开始前结束；请取消这一先后", a.zh, b.zh),
    );
    Finding::new(Kind::Precedence, words).meetings(&[pair.before, pair.after])
}

#[cfg(test)]
mod tests {
    use crate::wide::constraint::sample::{at, problem, told, words};
    use crate::wide::problem::{Level, Precedence};

    #[test]
    fn one_meeting_ends_before_the_other_begins() {
        let mut event = problem(&[[0, 1], [2, 3]]);
        event.precedences = vec![Precedence { before: 0, after: 1 }];
        event.meetings[0].length = 2;
        let text = "meeting 1 (甲, 乙) must end before meeting 2 (丙, 丁) begins; drop this order";
        let zh = "第1场会面（甲、乙）须在第2场会面（丙、丁）开始前结束；请取消这一先后";
        assert_eq!(told(&event, &at(&[Some((0, 0)), Some((1, 1))])), words(&[(1, text, zh)]));
        assert_eq!(told(&event, &at(&[Some((0, 0)), Some((2, 1))])), words(&[]));
        event.meetings[0].level = Level::Wish;
        assert_eq!(
            told(&event, &at(&[None, Some((0, 1))])),
            words(&[]),
            "only where both are held"
        );
    }
}
