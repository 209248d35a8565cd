//! A meeting that must be held is held.

use super::view::View;
use super::{Finding, Kind};
use crate::wide::problem::{Level, Problem};
use crate::wide::words::{self, Words};

pub(crate) fn check(view: &View<'_>) -> Vec<Finding> {
    let meetings = view.problem.meetings.iter().enumerate();
    meetings
        .filter(|&(m, meeting)| meeting.rank() == Level::Must && !view.held[m])
        .map(|(m, _)| {
            let name = words::meeting(view.problem, m);
            let words = Words::new(
                format!("{} must be held and has no place", name.en),
                format!("{}必须安排，但没有位置", name.zh),
            );
            finding(view.problem, m, words)
        })
        .collect()
}

/// The demand as part of a conflict.
pub(crate) fn demand(problem: &Problem, m: usize) -> Finding {
    let name = words::meeting(problem, m);
    let length = problem.meetings[m].length;
    let words = Words::new(
        format!(
            "{} must be held and takes {}; drop it or make it a “should”",
            name.en,
            words::count(length, "slot", "slots")
        ),
        format!("{}必须安排，占{length}个时段；请取消，或改为“应当”", name.zh),
    );
    finding(problem, m, words)
}

fn finding(problem: &Problem, m: usize, words: Words) -> Finding {
    Finding::new(Kind::Held, words).people(&problem.meetings[m].participants).meetings(&[m])
}
