//! Between meetings at different places lies time for the way, within a half-day.

use super::view::View;
use super::{Finding, Kind};
use crate::wide::problem::Problem;
use crate::wide::words::{self, Words};

pub(crate) fn check(view: &View<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (p, days) in view.days.iter().enumerate() {
        for day in days {
            for (i, a) in day.iter().enumerate() {
                for b in &day[i + 1..] {
                    let way = view.way(view.place(a.table), view.place(b.table));
                    let same = view.half_day(a.start) == view.half_day(b.start);
                    if same && b.start >= a.end && b.start - a.end < way {
                        let finding = broken(view.problem, p, (b.start - a.end, way));
                        findings.push(finding.meetings(&[a.meeting, b.meeting]));
                    }
                }
            }
        }
    }
    findings
}

fn broken(problem: &Problem, p: usize, (have, way): (usize, usize)) -> Finding {
    let name = words::participant(problem, p);
    let needed = words::count(way, "slot", "slots");
    let words = Words::new(
        format!("{} needs {needed} for the way between two tables and has {have}", name.en),
        format!("{}在两桌之间需要{way}个时段的路程，只有{have}个", name.zh),
    );
    Finding::new(Kind::Travel, words).people(&[p])
}

/// The demand as part of a conflict.
pub(crate) fn demand(problem: &Problem, p: usize) -> Finding {
    let name = words::participant(problem, p);
    let words = Words::new(
        format!(
            "{} needs time for the way between places; put their meetings at one place",
            name.en
        ),
        format!("{}在不同场地之间需要路程时间；请把其会面安排在同一场地", name.zh),
    );
    Finding::new(Kind::Travel, words).people(&[p])
}

#[cfg(test)]
mod tests {
    use crate::wide::constraint::sample::{at, problem, told, words};

    #[test]
    fn the_way_depends_on_its_direction_and_ends_with_the_half_day() {
        let mut event = problem(&[[0, 1], [0, 2]]);
        event.travel = vec![vec![0, 2], vec![1, 0]];
        event.tables[1].place = 1;
        let text = "甲 needs 2 slots for the way between two tables and has 1";
        let zh = "甲在两桌之间需要2个时段的路程，只有1个";
        assert_eq!(told(&event, &at(&[Some((0, 0)), Some((2, 1))])), words(&[(1, text, zh)]));
        assert_eq!(told(&event, &at(&[Some((2, 0)), Some((0, 1))])), words(&[]));
        assert_eq!(told(&event, &at(&[Some((2, 0)), Some((3, 1))])), words(&[]));
        assert_eq!(told(&event, &at(&[Some((0, 0)), Some((1, 2))])), words(&[]), "one place");
    }
}
