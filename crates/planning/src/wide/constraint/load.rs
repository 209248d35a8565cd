//! Fewest and most meetings of a participant, in all and in each half-day.

use super::view::View;
use super::{Finding, Kind};
use crate::wide::problem::Problem;
use crate::wide::words::{self, Words};

pub(crate) fn check(view: &View<'_>) -> Vec<Finding> {
    let half_days = half_days(view.problem);
    let mut findings = Vec::new();
    for (p, participant) in view.problem.participants.iter().enumerate() {
        let starts: Vec<usize> = view.days[p].iter().flatten().map(|day| day.start).collect();
        let mut add = |kind: Kind, have: usize, over: bool, want: usize| {
            let wrong = if over { have > want } else { have < want };
            if wrong {
                findings.push(demand(view.problem, p, kind).weight(have.abs_diff(want)));
            }
        };
        if let Some(max) = participant.max {
            add(Kind::Max, starts.len(), true, max);
        }
        add(Kind::Min, starts.len(), false, participant.min);
        for &half_day in &half_days {
            let within = |&&t: &&usize| view.half_day(t) == Some(half_day);
            let have = starts.iter().filter(within).count();
            if let Some(max) = participant.max_per_half_day {
                add(Kind::MaxPerHalfDay, have, true, max);
            }
            if is_there(view.problem, p, half_day) {
                add(Kind::MinPerHalfDay, have, false, participant.min_per_half_day);
            }
        }
    }
    findings
}

/// The half-days of the event, ascending.
fn half_days(problem: &Problem) -> Vec<usize> {
    let mut list: Vec<usize> = problem.slots.iter().map(|slot| slot.half_day).collect();
    list.dedup();
    list
}

/// Whether `p` is there for a slot of `half_day`.
fn is_there(problem: &Problem, p: usize, half_day: usize) -> bool {
    match &problem.participants[p].present {
        None => true,
        Some(present) => present.iter().any(|&t| problem.slots[t].half_day == half_day),
    }
}

/// The demand, broken or as part of a conflict. `kind` is one of the four of this file.
pub(crate) fn demand(problem: &Problem, p: usize, kind: Kind) -> Finding {
    let (name, participant) = (words::participant(problem, p), &problem.participants[p]);
    let each = matches!(kind, Kind::MinPerHalfDay | Kind::MaxPerHalfDay);
    let most = matches!(kind, Kind::Max | Kind::MaxPerHalfDay);
    let n = match (most, each) {
        (true, true) => participant.max_per_half_day.unwrap_or(0),
        (true, false) => participant.max.unwrap_or(0),
        (false, true) => participant.min_per_half_day,
        (false, false) => participant.min,
    };
    let meetings = words::count(n, "meeting", "meetings");
    let (where_en, where_zh) = if each { (" in each half-day", "每个半天") } else { ("", "") };
    let words = if most {
        Words::new(
            format!("{} may have at most {meetings}{where_en}; allow more", name.en),
            format!("{}{where_zh}最多{n}场会面；请放宽", name.zh),
        )
    } else {
        Words::new(
            format!("{} must have at least {meetings}{where_en}; ask for fewer", name.en),
            format!("{}{where_zh}至少{n}场会面；请降低要求", name.zh),
        )
    };
    Finding::new(kind, words).people(&[p])
}

#[cfg(test)]
mod tests {
    use crate::wide::constraint::sample::{at, problem, told, words};

    #[test]
    fn too_many_and_too_few_count_each_meeting() {
        let mut event = problem(&[[0, 1], [0, 2], [0, 3]]);
        event.participants[0].max = Some(1);
        event.participants[1].min = 3;
        let timetable = at(&[Some((0, 0)), Some((1, 0)), Some((3, 0))]);
        let most = ("甲 may have at most 1 meeting; allow more", "甲最多1场会面；请放宽");
        let least =
            ("乙 must have at least 3 meetings; ask for fewer", "乙至少3场会面；请降低要求");
        let all = [(2, most.0, most.1), (2, least.0, least.1)];
        assert_eq!(told(&event, &timetable), words(&all));
        event.participants[0].max = Some(3);
        event.participants[1].min = 1;
        assert_eq!(told(&event, &timetable), words(&[]));
    }

    #[test]
    fn half_days_count_by_themselves_where_somebody_is_there() {
        let mut event = problem(&[[0, 1], [0, 2], [0, 3]]);
        event.participants[0].max_per_half_day = Some(1);
        event.participants[3].min_per_half_day = 1;
        let timetable = at(&[Some((0, 0)), Some((1, 0)), Some((3, 0))]);
        let most = (
            "甲 may have at most 1 meeting in each half-day; allow more",
            "甲每个半天最多1场会面；请放宽",
        );
        let least = (
            "丁 must have at least 1 meeting in each half-day; ask for fewer",
            "丁每个半天至少1场会面；请降低要求",
        );
        let all = [(1, most.0, most.1), (1, least.0, least.1)];
        assert_eq!(told(&event, &timetable), words(&all));
        event.participants[0].max_per_half_day = Some(2);
        event.participants[3].present = Some(vec![3, 4]);
        assert_eq!(told(&event, &timetable), words(&[]), "丁 is there in the afternoon only");
    }
}
