//! A meeting's table has what the meeting needs.

use super::view::View;
use super::{Finding, Kind};
use crate::wide::problem::Problem;
use crate::wide::words::{self, Words};

pub(crate) fn check(view: &View<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for sitting in &view.sittings {
        let has = &view.problem.tables[sitting.table].equipment;
        let needs = &view.problem.meetings[sitting.meeting].needs;
        if !needs.iter().all(|need| has.contains(need)) {
            let mut finding = demand(view.problem, sitting.meeting);
            finding.tables = vec![sitting.table];
            findings.push(finding);
        }
    }
    findings
}

/// The demand, broken or as part of a conflict; its tables are those that have all that is needed.
pub(crate) fn demand(problem: &Problem, m: usize) -> Finding {
    let meeting = &problem.meetings[m];
    let able: Vec<usize> = (0..problem.tables.len())
        .filter(|&t| meeting.needs.iter().all(|need| problem.tables[t].equipment.contains(need)))
        .collect();
    let (name, what) = (words::meeting(problem, m), meeting.needs.join(", "));
    let words = if able.is_empty() {
        Words::new(
            format!("{} needs a table with {what}, and no table has that; equip one", name.en),
            format!("{}需要配有{what}的桌位，但没有；请配备", name.zh),
        )
    } else {
        let tables = words::numbers(&able);
        Words::new(
            format!(
                "{} needs a table with {what}: only {}; equip another",
                name.en,
                words::listed("table", &able)
            ),
            format!("{}需要配有{what}的桌位，仅第{tables}桌有；请增配", name.zh),
        )
    };
    let finding = Finding::new(Kind::Equipment, words).people(&meeting.participants);
    finding.meetings(&[m]).tables(&able)
}

#[cfg(test)]
mod tests {
    use crate::wide::constraint::sample::{at, problem, told, words};

    #[test]
    fn a_table_has_all_that_is_needed() {
        let mut event = problem(&[[0, 1]]);
        event.meetings[0].needs = vec!["screen".to_owned(), "power".to_owned()];
        event.tables[0].equipment = vec!["screen".to_owned()];
        event.tables[2].equipment = vec!["power".to_owned(), "screen".to_owned()];
        let text =
            "meeting 1 (甲, 乙) needs a table with screen, power: only table 3; equip another";
        let zh = "第1场会面（甲、乙）需要配有screen, power的桌位，仅第3桌有；请增配";
        assert_eq!(told(&event, &at(&[Some((0, 0))])), words(&[(1, text, zh)]));
        assert_eq!(told(&event, &at(&[Some((0, 2))])), words(&[]));
    }
}
