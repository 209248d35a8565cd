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

#[cfg(test)]
mod tests {
    use crate::wide::constraint::sample::{at, problem, told, words};
    use crate::wide::problem::{Level, Seat};

    #[test]
    fn only_meetings_that_must_be_held_are_missed() {
        let mut event = problem(&[[0, 1], [2, 3], [0, 2]]);
        event.meetings[1].level = Level::Should;
        event.meetings[2].level = Level::Wish;
        let text = "meeting 1 (甲, 乙) must be held and has no place";
        let zh = "第1场会面（甲、乙）必须安排，但没有位置";
        assert_eq!(told(&event, &at(&[None, None, None])), words(&[(1, text, zh)]));
        // Whoever confirmed a meeting counts on it.
        event.meetings[1].locked = Some(Seat { slot: 0, table: 0 });
        assert_eq!(told(&event, &at(&[Some((0, 0)), None, None])).len(), 1);
        assert_eq!(told(&event, &at(&[Some((0, 1)), Some((0, 0)), None])), words(&[]));
    }
}
