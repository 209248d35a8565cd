//! People sit in meetings only while they are there.

use super::view::View;
use super::{Finding, Kind};
use crate::wide::problem::Problem;
use crate::wide::words::{self, Words};

pub(crate) fn check(view: &View<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for sitting in &view.sittings {
        for &p in &view.problem.meetings[sitting.meeting].participants {
            let Some(present) = &view.problem.participants[p].present else { continue };
            let away: Vec<usize> =
                (sitting.start..sitting.end).filter(|t| !present.contains(t)).collect();
            if !away.is_empty() {
                let mut finding = demand(view.problem, p).meetings(&[sitting.meeting]);
                finding.slots = away;
                findings.push(finding);
            }
        }
    }
    findings
}

/// The demand, broken or as part of a conflict.
pub(crate) fn demand(problem: &Problem, p: usize) -> Finding {
    let present = problem.participants[p].present.as_deref().unwrap_or(&[]);
    let name = words::participant(problem, p);
    let slots = words::numbers(present);
    let words = if present.is_empty() {
        Words::new(
            format!("{} is there in no slot; name at least one", name.en),
            format!("{}没有可到场的时段；请至少给出一个", name.zh),
        )
    } else {
        Words::new(
            format!(
                "{} is there only in {}; ask for more time",
                name.en,
                words::listed("slot", present)
            ),
            format!("{}仅在第{slots}时段在场；请争取更多时间", name.zh),
        )
    };
    Finding::new(Kind::Presence, words).people(&[p]).slots(present)
}

#[cfg(test)]
mod tests {
    use crate::wide::constraint::sample::{at, problem, told, words};

    #[test]
    fn who_is_there_for_an_hour_meets_within_it() {
        let mut event = problem(&[[0, 1]]);
        event.participants[1].present = Some(vec![3, 4, 5]);
        let text = "乙 is there only in slots 4-6; ask for more time";
        let zh = "乙仅在第4-6时段在场；请争取更多时间";
        assert_eq!(told(&event, &at(&[Some((2, 0))])), words(&[(1, text, zh)]));
        assert_eq!(told(&event, &at(&[Some((3, 0))])), words(&[]));
        event.meetings[0].length = 2;
        event.participants[1].present = Some(vec![3, 5]);
        assert_eq!(told(&event, &at(&[Some((3, 0))])).len(), 1, "they leave in between");
    }
}
