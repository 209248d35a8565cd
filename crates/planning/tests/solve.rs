//! Small problems with known answers, and what every answer keeps to.

use lianmeng_planning::{
    Budget, Clock, HalfDay, Meeting, Options, Participant, Precedence, Problem, Report, Status,
    Timetable, plan, plan_telling, score, solve, solve_telling,
};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A problem with one table, all day long, for meetings between `pairs` of `people`.
fn problem(people: usize, slots: usize, pairs: &[(usize, usize)]) -> Problem {
    Problem {
        slots,
        morning: slots,
        tables: 1,
        fairness: Some(2),
        participants: vec![Participant::default(); people],
        meetings: pairs
            .iter()
            .map(|&(p, q)| Meeting {
                participants: vec![p, q],
                half_day: HalfDay::Either,
                fixed: None,
                locked: false,
            })
            .collect(),
        precedences: Vec::new(),
    }
}

#[expect(clippy::unwrap_used, reason = "a helper of tests")]
fn answer(problem: &Problem) -> Report {
    solve(problem, &Options::default(), Budget::Steps(10_000_000)).unwrap()
}

fn texts(report: &Report) -> Vec<&str> {
    report.conflict.iter().map(|item| item.text.as_str()).collect()
}

#[test]
fn an_optimal_answer_is_written_as_the_door_promises() {
    // One table: 1 meets 2, 3 meets 4, 1 meets 3; the first and the last cannot both be next to
    // each other for everyone, but they can for participants 1 and 3.
    let report = answer(&problem(4, 3, &[(0, 1), (2, 3), (0, 2)]));
    let json = serde_json::to_string(&report).unwrap();
    let slots = serde_json::to_string(&report.slots).unwrap();
    assert_eq!(
        json,
        format!(
            r#"{{"status":"optimal","breaks":0,"lower_bound":0,"first_ms":0,"best_ms":0,"elapsed_ms":0,"slots":{slots},"conflict":[]}}"#
        )
    );
    assert_eq!(report.slots[2], 2, "the meeting that both share lies between the others");
}

#[test]
fn an_infeasible_answer_is_written_as_the_door_promises() {
    let mut problem = problem(3, 2, &[(0, 1), (0, 2)]);
    problem.participants[0].forbidden = vec![1];
    problem.tables = 2;
    let json = serde_json::to_string(&answer(&problem)).unwrap();
    assert_eq!(
        json,
        concat!(
            r#"{"status":"infeasible","breaks":null,"lower_bound":null,"first_ms":null,"#,
            r#""best_ms":null,"elapsed_ms":0,"slots":[],"conflict":["#,
            r#"{"kind":"meetings","participants":[1],"meetings":[1,2],"slots":[1],"#,
            r#""text":"participant 1 has 2 meetings but only 1 slot is left for them: 1; drop a meeting or free a slot"},"#,
            r#"{"kind":"unavailable","participants":[1],"meetings":[],"slots":[2],"#,
            r#""text":"participant 1 cannot sit in slot 2; free it"}]}"#
        )
    );
}

#[test]
fn nothing_to_do_is_done_at_once() {
    for problem in [problem(0, 0, &[]), problem(3, 0, &[]), problem(3, 4, &[])] {
        let report = answer(&problem);
        assert_eq!((report.status, report.breaks), (Status::Optimal, Some(0)));
        assert_eq!(report.slots, Vec::<usize>::new());
    }
}

#[test]
fn no_slots_or_no_tables_is_a_conflict() {
    let mut no_tables = problem(2, 3, &[(0, 1)]);
    no_tables.tables = 0;
    assert_eq!(
        texts(&answer(&no_tables)),
        [
            "meeting 1 of participant 1 and participant 2 must be held; open slots beyond 1-3, or drop it",
            "slots 1-3 have 0 tables each, 0 places for the 1 meeting of this conflict; add tables or slots",
        ]
    );
    assert_eq!(
        texts(&answer(&problem(2, 0, &[(0, 1)]))),
        [
            "meeting 1 of participant 1 and participant 2 must be held; no slot is left, so free one, or drop it"
        ]
    );
}

#[test]
fn precedences_in_a_circle_are_named() {
    let mut problem = problem(6, 6, &[(0, 1), (2, 3), (4, 5), (0, 5)]);
    let circle = [(0, 1), (1, 2), (2, 0), (2, 3)];
    problem.precedences = circle.map(|(before, after)| Precedence { before, after }).to_vec();
    let report = answer(&problem);
    let orders: Vec<_> =
        report.conflict.iter().filter(|item| item.meetings.len() == 2).map(|i| &i.text).collect();
    assert_eq!(
        orders,
        [
            "meeting 3 must come before meeting 1; drop this order",
            "meeting 2 must come before meeting 3; drop this order",
            "meeting 1 must come before meeting 2; drop this order",
        ]
    );
}

#[test]
fn a_fairness_that_cannot_be_kept_is_named() {
    // Participant 1 must wait between slots 1 and 3; participant 4 meets nobody.
    let mut problem = problem(4, 3, &[(0, 1), (0, 2)]);
    problem.fairness = Some(0);
    problem.meetings[0].fixed = Some(0);
    problem.meetings[1].fixed = Some(2);
    assert!(
        texts(&answer(&problem))
            .contains(&"the breaks of any two participants may differ by at most 0; allow more")
    );
    problem.fairness = Some(1);
    assert_eq!(answer(&problem).breaks, Some(1));
}

/// Sixty people in twelve slots: more than a few steps can prove.
fn crowd() -> Problem {
    let pairs: Vec<_> =
        (0..60).flat_map(|p| [(p, (p + 7) % 60), (p, (p + 13) % 60), (p, (p + 29) % 60)]).collect();
    let mut problem = problem(60, 12, &pairs);
    problem.tables = 18;
    for (p, participant) in problem.participants.iter_mut().enumerate() {
        participant.forbidden = vec![p % 12];
    }
    problem
}

#[test]
fn the_same_seed_and_steps_give_the_same_bytes() {
    let text = |seed, steps| {
        let options = Options { seed, threads: 2 };
        serde_json::to_string(&solve(&crowd(), &options, Budget::Steps(steps)).unwrap()).unwrap()
    };
    for steps in [0, 1, 1000, 500_000] {
        assert_eq!(text(1, steps), text(1, steps));
    }
    assert_ne!(text(1, 20_000), text(2, 20_000));
}

#[test]
fn no_budget_is_an_honest_unknown_or_a_timetable() {
    let late = || 1;
    let clock = Clock { elapsed_ms: &late, limit_ms: 0 };
    for threads in [1, 2, 3] {
        let options = Options { seed: 1, threads };
        let report = solve(&crowd(), &options, Budget::Clock(clock)).unwrap();
        assert_eq!(report.status == Status::Unknown, report.slots.is_empty());
        assert_eq!(report.lower_bound, Some(0));
    }
}

#[test]
fn a_clock_that_runs_out_ends_the_search_on_any_number_of_threads() {
    // Time passes as the engine looks at it, so this test does not wait for a real clock.
    for threads in [1, 2, 4] {
        let looks = AtomicU64::new(0);
        let elapsed_ms = || looks.fetch_add(1, Ordering::Relaxed) / 2;
        let clock = Clock { elapsed_ms: &elapsed_ms, limit_ms: 300 };
        let options = Options { seed: 1, threads };
        let report = solve(&crowd(), &options, Budget::Clock(clock)).unwrap();
        assert!(report.breaks.is_some());
        assert!(report.lower_bound <= report.breaks);
    }
}

/// Breaks, bound and gap.
type Known = (Option<u32>, u32, Option<u32>);

/// What was told, in its order, and the answer.
#[expect(clippy::unwrap_used, reason = "a helper of tests")]
fn told(problem: &Problem, budget: Budget<'_>) -> (Vec<Known>, Report) {
    let mut told = Vec::new();
    let report = solve_telling(problem, &Options::default(), budget, |progress| {
        if let Some(breaks) = progress.breaks {
            let judged = score(problem, progress.slots);
            assert_eq!((judged.breaks, judged.findings), (breaks, Vec::new()));
        }
        told.push((progress.breaks, progress.lower_bound, progress.gap()));
    });
    (told, report.unwrap())
}

#[test]
fn each_better_timetable_and_bound_is_told_and_changes_nothing() {
    for steps in [1000, 500_000, 3_000_000] {
        let (told, report) = told(&crowd(), Budget::Steps(steps));
        assert_eq!(report, solve(&crowd(), &Options::default(), Budget::Steps(steps)).unwrap());
        let last = report.breaks.zip(report.lower_bound).map(|(b, l)| (Some(b), l, Some(b - l)));
        assert_eq!(told.last().copied(), last, "after {steps} steps");
        for pair in told.windows(2) {
            let ((before, low, _), (after, high, _)) = (pair[0], pair[1]);
            let better = before.is_none() || after < before;
            assert!(better || high > low, "{pair:?}");
        }
    }
}

#[test]
fn a_proof_is_told_with_no_gap() {
    let (told, report) = told(&problem(4, 3, &[(0, 1), (2, 3), (0, 2)]), Budget::Steps(10_000_000));
    assert_eq!(report.status, Status::Optimal);
    assert_eq!(told.last(), Some(&(Some(0), 0, Some(0))));
}

#[test]
fn who_is_told_may_end_the_work_at_once() {
    for threads in [1, 3] {
        let (looks, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
        let elapsed_ms = || {
            let now = looks.fetch_add(1, Ordering::Relaxed) / 1000;
            if is_over.load(Ordering::Relaxed) { u64::MAX } else { now }
        };
        let clock = Clock { elapsed_ms: &elapsed_ms, limit_ms: 1_000_000_000 };
        let options = Options { seed: 1, threads };
        let report = solve_telling(&crowd(), &options, Budget::Clock(clock), |progress| {
            is_over.store(progress.breaks.is_some(), Ordering::Relaxed);
        })
        .unwrap();
        assert!(report.breaks.is_some());
        assert!(report.elapsed_ms < 1_000_000_000, "the clock as it was: {}", report.elapsed_ms);
    }
}

#[test]
fn planning_again_tells_what_moves() {
    let mut problem = crowd();
    let budget = Budget::Steps(300_000);
    let before = plan(&problem, None, &Options::default(), budget).unwrap().timetable.unwrap();
    let Timetable { slots, .. } = &before;
    problem.participants[0].forbidden.push(slots[0]);
    let mut told = Vec::new();
    let solution = plan_telling(&problem, Some(&before), &Options::default(), budget, |progress| {
        told.push((progress.breaks, progress.moved));
    });
    let solution = solution.unwrap();
    let (slots, after) = (&before.slots, &solution.timetable.unwrap().slots);
    let moved = slots.iter().zip(after).filter(|(old, new)| old != new).count();
    let breaks = solution.score.map(|score| score.breaks);
    assert!(moved > 0);
    assert_eq!(told.last(), Some(&(breaks, moved)));
}
