//! A table holds one meeting at a time.

use super::view::View;
use super::{Finding, Kind};
use crate::wide::problem::Problem;
use crate::wide::words::{self, Words};

pub(crate) fn check(view: &View<'_>) -> Vec<Finding> {
    let mut by_table = view.sittings.clone();
    by_table.sort_unstable_by_key(|sitting| (sitting.table, sitting.start, sitting.meeting));
    let mut findings = Vec::new();
    for (i, a) in by_table.iter().enumerate() {
        let same = |b: &&super::view::Sitting| b.table == a.table && b.start < a.end;
        for b in by_table[i + 1..].iter().take_while(same) {
            let name = words::table(view.problem, a.table);
            let slot = b.start + 1;
            let words = Words::new(
                format!("{} has two meetings in slot {slot}", name.en),
                format!("{}在第{slot}时段有两场会面", name.zh),
            );
            let finding = Finding::new(Kind::Tables, words).tables(&[a.table]).slots(&[b.start]);
            findings.push(finding.meetings(&[a.meeting, b.meeting]));
        }
    }
    findings
}

/// The demand as part of a conflict: `tables` of one kind hold one meeting each, and the `held`
/// meetings have the slots that are `left`.
pub(crate) fn demand(
    problem: &Problem,
    tables: &[usize],
    held: &[usize],
    left: &[usize],
) -> Finding {
    let needed: usize = held.iter().map(|&m| problem.meetings[m].length).sum();
    let (count, slots) = (tables.len(), words::numbers(left));
    let places = count * left.len();
    if tables.is_empty() {
        let words = Words::new(
            "there is no table at all; add one".to_owned(),
            "没有任何桌位；请至少增加一张".to_owned(),
        );
        return Finding::new(Kind::Tables, words);
    }
    let name = if let [one] = tables {
        words::table(problem, *one)
    } else {
        let numbers = words::numbers(tables);
        Words::new(
            format!("the {count} tables of one kind ({numbers})"),
            format!("同类的{count}张桌（第{numbers}桌）"),
        )
    };
    let words = Words::new(
        format!(
            "{} {} {places} places in {}, and the {} of this conflict take {needed}; add tables or slots",
            name.en,
            if count == 1 { "has" } else { "have" },
            words::listed("slot", left),
            words::count(held.len(), "meeting", "meetings"),
        ),
        format!(
            "{}在第{slots}时段共有{places}个席位，而本冲突中的{}场会面占{needed}个；请增加桌位或时段",
            name.zh,
            held.len()
        ),
    );
    Finding::new(Kind::Tables, words).tables(tables).meetings(held).slots(left)
}

#[cfg(test)]
mod tests {
    use crate::wide::constraint::sample::{at, problem, told, words};

    #[test]
    fn a_table_is_taken_for_the_whole_length_of_a_meeting() {
        let mut event = problem(&[[0, 1], [2, 3]]);
        event.meetings[0].length = 2;
        let text = "table 2 has two meetings in slot 2";
        let zh = "第2桌在第2时段有两场会面";
        let timetable = at(&[Some((0, 1)), Some((1, 1))]);
        assert_eq!(told(&event, &timetable), words(&[(1, text, zh)]));
        assert_eq!(told(&event, &at(&[Some((0, 1)), Some((2, 1))])), words(&[]));
        assert_eq!(told(&event, &at(&[Some((0, 1)), Some((1, 2))])), words(&[]));
    }
}
