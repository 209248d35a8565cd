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
