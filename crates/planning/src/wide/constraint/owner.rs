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
            "{} meets at their own {}, which others do not use; share one or add one",
            name.en,
            words::listed("table", &own)
        ),
        format!("{}在自己的桌位（第{tables}桌）会面，他人不得使用；请共用或增加", name.zh),
    );
    Finding::new(Kind::Owner, words).people(&[p]).tables(&own)
}

#[cfg(test)]
mod tests {
    use crate::wide::constraint::sample::{at, problem, told, words};

    #[test]
    fn an_own_table_is_for_its_owner_and_its_owner_is_there() {
        let mut event = problem(&[[0, 1], [2, 3]]);
        event.tables[1].owner = Some(1);
        let text = "乙 meets at their own table 2, which others do not use; share one or add one";
        let zh = "乙在自己的桌位（第2桌）会面，他人不得使用；请共用或增加";
        let once = words(&[(1, text, zh)]);
        assert_eq!(told(&event, &at(&[Some((0, 0)), Some((0, 2))])), once, "乙 sits elsewhere");
        assert_eq!(told(&event, &at(&[Some((0, 1)), Some((1, 1))])), once, "others sit at 乙's");
        assert_eq!(told(&event, &at(&[Some((0, 1)), Some((1, 2))])), words(&[]));
        // Two owners meet at a table of either.
        event.tables[0].owner = Some(0);
        for table in [0, 1] {
            assert_eq!(told(&event, &at(&[Some((0, table)), Some((1, 2))])), words(&[]));
        }
    }
}
