//! A table of one participant takes only their meetings, and their meetings are at a table of one of
//! those who meet.

use super::view::View;
use super::{Finding, Kind};
use crate::wide::problem::Problem;
use crate::wide::words::{self, Words};

pub(crate) fn check(view: &View<'_>) -> Vec<Finding> {
    let owns = |p: usize| view.problem.tables.iter().any(|table| table.owner == Some(p));
    let mut findings = Vec::new();
    for sitting in &view.sittings {
        let people = &view.problem.meetings[sitting.meeting].participants;
        let blamed = match view.problem.tables[sitting.table].owner {
            Some(owner) if !people.contains(&owner) => Some(owner),
            Some(_) => None,
            None => people.iter().copied().find(|&p| owns(p)),
        };
        if let Some(owner) = blamed {
            let mut finding = demand(view.problem, owner);
            finding.meetings = vec![sitting.meeting];
            finding.tables = vec![sitting.table];
            findings.push(finding);
        }
    }
    findings
}

/// The demand, broken or as part of a conflict.
pub(crate) fn demand(problem: &Problem, p: usize) -> Finding {
    let own: Vec<usize> =
        (0..problem.tables.len()).filter(|&t| problem.tables[t].owner == Some(p)).collect();
    let (name, tables) = (words::participant(problem, p), words::numbers(&own));
    let words = Words::new(
        format!(
            "{} meets at their own tables {tables}, which others do not use; share one or add one",
            name.en
        ),
        format!("{}在自己的桌位（第{tables}桌）会面，他人不得使用；请共用或增加", name.zh),
    );
    Finding::new(Kind::Owner, words).people(&[p]).tables(&own)
}
