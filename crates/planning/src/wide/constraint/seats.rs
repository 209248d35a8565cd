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

#[cfg(test)]
mod tests {
    use crate::wide::constraint::sample::{at, problem, told, words};

    #[test]
    fn one_person_sits_in_one_meeting_two_people_in_two() {
        let mut event = problem(&[[0, 1], [0, 2]]);
        let mut timetable = at(&[Some((0, 0)), Some((0, 1))]);
        let text = "one representative of 甲 sits in two meetings in slot 1";
        let zh = "甲的同一名代表在第1时段有两场会面";
        assert_eq!(told(&event, &timetable), words(&[(1, text, zh)]));
        event.participants[0].representatives = 2;
        assert_eq!(told(&event, &timetable).len(), 1, "the second one stays away");
        timetable.meetings[1].as_mut().unwrap().representatives[0] = 1;
        assert_eq!(told(&event, &timetable), words(&[]));
    }
}
