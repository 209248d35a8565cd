//! A meeting takes its slots one after the other, within one half-day.

use super::view::View;
use super::{Finding, Kind};
use crate::wide::problem::Problem;
use crate::wide::words::{self, Words};

pub(crate) fn check(view: &View<'_>) -> Vec<Finding> {
    let crosses = |start: usize, end: usize| {
        let half_day = view.half_day(start);
        (start..end).any(|t| view.half_day(t) != half_day)
    };
    view.sittings
        .iter()
        .filter(|sitting| crosses(sitting.start, sitting.end))
        .map(|sitting| {
            let name = words::meeting(view.problem, sitting.meeting);
            let slot = sitting.start + 1;
            let words = Words::new(
                format!("{} begins in slot {slot} and does not fit into the half-day", name.en),
                format!("{}从第{slot}时段开始，超出半天", name.zh),
            );
            finding(view.problem, sitting.meeting, words).slots(&[sitting.start])
        })
        .collect()
}

/// The demand as part of a conflict.
pub(crate) fn demand(problem: &Problem, m: usize) -> Finding {
    let name = words::meeting(problem, m);
    let length = problem.meetings[m].length;
    let words = Words::new(
        format!("{} takes {length} slots in a row within one half-day; make it shorter", name.en),
        format!("{}须在同一个半天内连续占{length}个时段；请缩短", name.zh),
    );
    finding(problem, m, words)
}

fn finding(problem: &Problem, m: usize, words: Words) -> Finding {
    Finding::new(Kind::Length, words).people(&problem.meetings[m].participants).meetings(&[m])
}
