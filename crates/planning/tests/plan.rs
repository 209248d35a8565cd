//! Planning an event and planning it again.

use lianmeng_planning::{
    Budget, HalfDay, Meeting, Options, Participant, PlanError, Problem, Status, Timetable, explain,
    plan,
};

const STEPS: Budget<'_> = Budget::Steps(2_000_000);

/// Four hosts meet four guests each, in six slots at four tables.
fn event() -> Problem {
    let pairs = (0..4).flat_map(|host| (4..8).map(move |guest| vec![host, guest]));
    Problem {
        slots: 6,
        morning: 3,
        tables: 4,
        fairness: Some(2),
        participants: vec![Participant::default(); 8],
        meetings: pairs
            .map(|participants| Meeting {
                participants,
                half_day: HalfDay::Either,
                fixed: None,
                locked: false,
            })
            .collect(),
        precedences: Vec::new(),
    }
}

#[expect(clippy::unwrap_used, reason = "a helper of tests")]
fn planned(problem: &Problem, before: Option<&Timetable>) -> Timetable {
    let solution = plan(problem, before, &Options::default(), STEPS).unwrap();
    let timetable = solution.timetable.unwrap();
    assert_eq!(explain(problem, &timetable).unwrap().findings, []);
    timetable
}

#[test]
fn a_plan_has_no_breaks_and_a_table_for_everyone() {
    let solution = plan(&event(), None, &Options::default(), STEPS).unwrap();
    let timetable = solution.timetable.unwrap();

    assert_eq!(solution.status, Status::Optimal);
    assert_eq!(solution.score.unwrap().breaks, 0);
    assert_eq!(explain(&event(), &timetable).unwrap().findings, []);
    assert_eq!(timetable, planned(&event(), None), "the same question has the same answer");
}

#[test]
fn planning_again_with_nothing_changed_changes_nothing() {
    let first = planned(&event(), None);
    let again = plan(&event(), Some(&first), &Options::default(), STEPS).unwrap();

    assert_eq!(again.timetable.as_ref(), Some(&first));
    assert_eq!(again.moved, Vec::<usize>::new());
}

#[test]
fn locked_meetings_keep_slot_and_table_when_someone_falls_out() {
    let first = planned(&event(), None);
    let mut problem = event();
    for m in [0, 5, 10] {
        problem.meetings[m].locked = true;
    }
    problem.participants[1].forbidden = vec![first.slots[4]];
    let again = plan(&problem, Some(&first), &Options::default(), STEPS).unwrap();
    let second = again.timetable.unwrap();

    for m in [0, 5, 10] {
        assert_eq!(second.slots[m], first.slots[m]);
        assert_eq!(second.tables[m], first.tables[m]);
    }
    assert_ne!(second.slots[4], first.slots[4]);
    let moved = (0..16).filter(|&m| second.slots[m] != first.slots[m]).count();
    assert!(moved <= 4, "{moved} meetings changed their slot");
}

#[test]
fn a_locked_meeting_without_a_slot_is_refused() {
    let mut problem = event();
    problem.meetings[2].locked = true;
    let refused = plan(&problem, None, &Options::default(), STEPS);
    assert_eq!(refused, Err(PlanError::LockedNowhere { meeting: 3 }));
}

#[test]
fn a_timetable_of_another_event_is_refused() {
    let before = Timetable { slots: vec![0; 3], tables: vec![0; 2] };
    let refused = plan(&event(), Some(&before), &Options::default(), STEPS);
    assert_eq!(refused, Err(PlanError::WrongLength { slots: 3, tables: 2, meetings: 16 }));
}

#[test]
fn locks_that_contradict_each_other_are_named() {
    let mut before = planned(&event(), None);
    before.slots[1] = before.slots[0];
    let mut problem = event();
    problem.meetings[0].locked = true;
    problem.meetings[1].locked = true;
    let solution = plan(&problem, Some(&before), &Options::default(), STEPS).unwrap();

    assert_eq!(solution.status, Status::Infeasible);
    let slot = before.slots[0] + 1;
    let texts: Vec<_> = solution.conflict.iter().map(|item| item.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            format!(
                "participant 1 has 2 meetings but only 1 slot is left for them: {slot}; drop a meeting or free a slot"
            ),
            format!("meeting 2 is locked in slot {slot}; release it"),
            format!("meeting 1 is locked in slot {slot}; release it"),
        ]
    );
}
