//! A representative sits in one meeting at a time.

use super::view::View;
use super::{Finding, Kind};
use crate::wide::problem::Problem;
use crate::wide::words::{self, Words};

pub(crate) fn check(view: &View<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (p, days) in view.days.iter().enumerate() {
        for day in days {
            for (i, a) in day.iter().enumerate() {
                for b in day[i + 1..].iter().take_while(|b| b.start < a.end) {
                    let name = words::participant(view.problem, p);
                    let slot = b.start + 1;
                    let words = Words::new(
                        format!(
                            "one representative of {} sits in two meetings in slot {slot}",
                            name.en
                        ),
                        format!("{}的同一名代表在第{slot}时段有两场会面", name.zh),
                    );
                    let finding = Finding::new(Kind::Seats, words).people(&[p]);
                    findings.push(finding.meetings(&[a.meeting, b.meeting]).slots(&[b.start]));
                }
            }
        }
    }
    findings
}

/// The demand as part of a conflict: the `held` meetings of `p` in the slots that are `left`.
pub(crate) fn demand(problem: &Problem, p: usize, held: &[usize], left: &[usize]) -> Finding {
    let name = words::participant(problem, p);
    let people = problem.participants[p].representatives;
    let needed: usize = held.iter().map(|&m| problem.meetings[m].length).sum();
    let (slots, seats) = (words::numbers(left), left.len() * people);
    let (meetings, places) = (
        words::count(held.len(), "meeting", "meetings"),
        words::count(left.len(), "slot", "slots"),
    );
    let one = people == 1;
    let who =
        if one { "one representative".to_owned() } else { format!("{people} representatives") };
    let words = Words::new(
        format!(
            "{} has {meetings} that take {needed} places, and {who} with {seats} places in {places} ({slots}); drop a meeting, allow other slots, or send another representative",
            name.en
        ),
        format!(
            "{}有{}场会面，占{needed}个席位；{people}名代表在可用的{}个时段（{slots}）共有{seats}个席位；请减少会面、放宽时段，或增派代表",
            name.zh,
            held.len(),
            left.len()
        ),
    );
    Finding::new(Kind::Seats, words).people(&[p]).meetings(held).slots(left)
}
