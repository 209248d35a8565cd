//! A meeting with a fixed slot begins in it.

use super::view::View;
use super::{Finding, Kind};
use crate::wide::problem::Problem;
use crate::wide::words::{self, Words};

pub(crate) fn check(view: &View<'_>) -> Vec<Finding> {
    let fixed = |m: usize| view.problem.meetings[m].fixed;
    let wrong = view
        .sittings
        .iter()
        .filter(|sitting| fixed(sitting.meeting).is_some_and(|slot| slot != sitting.start));
    wrong.map(|sitting| demand(view.problem, sitting.meeting)).collect()
}

/// The demand, broken or as part of a conflict.
pub(crate) fn demand(problem: &Problem, m: usize) -> Finding {
    let (name, meeting) = (words::meeting(problem, m), &problem.meetings[m]);
    let slot = meeting.fixed.unwrap_or(0);
    let words = Words::new(
        format!("{} is fixed to slot {}; release it", name.en, slot + 1),
        format!("{}固定在第{}时段；请放开", name.zh, slot + 1),
    );
    let finding = Finding::new(Kind::Fixed, words).people(&meeting.participants);
    finding.meetings(&[m]).slots(&[slot])
}

#[cfg(test)]
mod tests {
    use crate::wide::constraint::sample::{at, problem, told, words};

    #[test]
    fn a_fixed_meeting_begins_in_its_slot_at_any_table() {
        let mut event = problem(&[[0, 1]]);
        event.meetings[0].fixed = Some(4);
        let text = "meeting 1 (甲, 乙) is fixed to slot 5; release it";
        let zh = "第1场会面（甲、乙）固定在第5时段；请放开";
        assert_eq!(told(&event, &at(&[Some((3, 0))])), words(&[(1, text, zh)]));
        assert_eq!(told(&event, &at(&[Some((4, 2))])), words(&[]));
    }
}
