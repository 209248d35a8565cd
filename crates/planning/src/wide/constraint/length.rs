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

#[cfg(test)]
mod tests {
    use crate::wide::constraint::sample::{at, problem, told, words};

    #[test]
    fn a_meeting_does_not_go_on_after_lunch() {
        let mut event = problem(&[[0, 1]]);
        event.meetings[0].length = 2;
        let text = "meeting 1 (甲, 乙) begins in slot 3 and does not fit into the half-day";
        let zh = "第1场会面（甲、乙）从第3时段开始，超出半天";
        assert_eq!(told(&event, &at(&[Some((2, 0))])), words(&[(1, text, zh)]));
        assert_eq!(told(&event, &at(&[Some((5, 0))])).len(), 1, "nor after the last slot");
        assert_eq!(told(&event, &at(&[Some((1, 0))])), words(&[]));
        assert_eq!(told(&event, &at(&[Some((4, 0))])), words(&[]));
    }
}
