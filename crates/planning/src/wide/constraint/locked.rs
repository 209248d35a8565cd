//! A confirmed meeting stays at its slot and table.

use super::view::View;
use super::{Finding, Kind};
use crate::wide::problem::Problem;
use crate::wide::words::{self, Words};

pub(crate) fn check(view: &View<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for sitting in &view.sittings {
        if let Some(seat) = view.problem.meetings[sitting.meeting].locked
            && (seat.slot, seat.table) != (sitting.start, sitting.table)
        {
            findings.push(demand(view.problem, sitting.meeting));
        }
    }
    findings
}

/// The demand, broken or as part of a conflict.
pub(crate) fn demand(problem: &Problem, m: usize) -> Finding {
    let (name, meeting) = (words::meeting(problem, m), &problem.meetings[m]);
    let (slot, table) = meeting.locked.map_or((0, 0), |seat| (seat.slot, seat.table));
    let at = words::table(problem, table);
    let words = Words::new(
        format!("{} is confirmed for slot {} at {}; ask to move it", name.en, slot + 1, at.en),
        format!("{}已确认在第{}时段、{}；请协商调整", name.zh, slot + 1, at.zh),
    );
    let finding = Finding::new(Kind::Locked, words).people(&meeting.participants);
    finding.meetings(&[m]).slots(&[slot]).tables(&[table])
}

#[cfg(test)]
mod tests {
    use crate::wide::constraint::sample::{at, problem, told, words};
    use crate::wide::problem::Seat;

    #[test]
    fn a_confirmed_meeting_keeps_slot_and_table() {
        let mut event = problem(&[[0, 1]]);
        event.meetings[0].locked = Some(Seat { slot: 4, table: 1 });
        let text = "meeting 1 (甲, 乙) is confirmed for slot 5 at table 2; ask to move it";
        let zh = "第1场会面（甲、乙）已确认在第5时段、第2桌；请协商调整";
        assert_eq!(told(&event, &at(&[Some((4, 0))])), words(&[(1, text, zh)]));
        assert_eq!(told(&event, &at(&[Some((3, 1))])), words(&[(1, text, zh)]));
        assert_eq!(told(&event, &at(&[Some((4, 1))])), words(&[]));
    }
}
