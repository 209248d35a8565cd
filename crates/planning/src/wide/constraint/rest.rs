//! Nobody sits in meetings for too long without a free slot.

use super::view::View;
use super::{Finding, Kind};
use crate::wide::problem::Problem;
use crate::wide::words::{self, Words};

pub(crate) fn check(view: &View<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (p, participant) in view.problem.participants.iter().enumerate() {
        let Some(limit) = participant.max_run_minutes else { continue };
        for day in &view.days[p] {
            let busy = view.busy(day);
            let (mut minutes, mut last, mut run) = (0, None, Vec::new());
            for (t, slot) in view.problem.slots.iter().enumerate() {
                if !busy[t] || last != Some(slot.half_day) {
                    close(view.problem, p, (minutes, limit), &mut run, &mut findings);
                    minutes = 0;
                }
                last = Some(slot.half_day);
                if busy[t] {
                    minutes += slot.minutes;
                    run.push(t);
                }
            }
            close(view.problem, p, (minutes, limit), &mut run, &mut findings);
        }
    }
    findings
}

/// Ends a run of slots: a finding if it took too long.
fn close(
    problem: &Problem,
    p: usize,
    (minutes, limit): (u32, u32),
    run: &mut Vec<usize>,
    findings: &mut Vec<Finding>,
) {
    if minutes > limit {
        findings.push(demand(problem, p).slots(run));
    }
    run.clear();
}

/// The demand, broken or as part of a conflict.
pub(crate) fn demand(problem: &Problem, p: usize) -> Finding {
    let name = words::participant(problem, p);
    let limit = problem.participants[p].max_run_minutes.unwrap_or(0);
    let words = Words::new(
        format!("{} needs a rest after at most {limit} minutes of meetings; allow longer", name.en),
        format!("{}连续会面最多{limit}分钟须休息；请放宽", name.zh),
    );
    Finding::new(Kind::Rest, words).people(&[p])
}

#[cfg(test)]
mod tests {
    use crate::wide::constraint::sample::{at, problem, told, words};

    #[test]
    fn a_free_slot_or_the_end_of_a_half_day_is_a_rest() {
        let mut event = problem(&[[0, 1], [0, 2], [0, 3]]);
        event.participants[0].max_run_minutes = Some(40);
        let text = "甲 needs a rest after at most 40 minutes of meetings; allow longer";
        let zh = "甲连续会面最多40分钟须休息；请放宽";
        let timetable = at(&[Some((0, 0)), Some((1, 0)), Some((2, 0))]);
        assert_eq!(told(&event, &timetable), words(&[(1, text, zh)]));
        let lunch = at(&[Some((1, 0)), Some((2, 0)), Some((3, 0))]);
        assert_eq!(told(&event, &lunch), words(&[]));
        event.slots[1].minutes = 30;
        assert_eq!(told(&event, &lunch).len(), 1, "minutes count, not slots");
        event.participants[0].representatives = 2;
        let mut shared = timetable;
        shared.meetings[1].as_mut().unwrap().representatives[0] = 1;
        assert_eq!(told(&event, &shared), words(&[]), "they take turns");
    }
}
