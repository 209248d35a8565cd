//! The wide engine through its door: events of a usual size, planning again, and words.

use lianmeng_planning::wide::{
    Answer, Kind, Level, Meeting, Options, Participant, Placed, Precedence, Problem, Score, Seat,
    Slot, Status, Table, Timetable, check, parse, score, solve,
};
use lianmeng_planning::{Budget, Clock};

#[expect(clippy::unwrap_used, reason = "a helper of tests")]
fn answer(problem: &Problem, seed: u64, steps: u64) -> Answer {
    solve(problem, &Options { seed }, Budget::Steps(steps), &mut |_| {}).unwrap()
}

/// A random event with some of most demands, which is not always possible.
fn event(seed: u64, people: usize, meetings: usize) -> Problem {
    let mut state = seed;
    let mut below = move |n: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap_or(0) % n
    };
    let mut problem = Problem {
        slots: (0..12).map(|t| Slot { half_day: t / 6, minutes: 20 }).collect(),
        tables: vec![Table::default(); meetings / 8 + 2],
        participants: vec![Participant::default(); people],
        travel: vec![vec![0, 1], vec![1, 0]],
        ..Problem::default()
    };
    for (t, table) in problem.tables.iter_mut().enumerate() {
        table.place = usize::from(t % 3 == 0);
        table.equipment = if t % 2 == 0 { vec!["screen".to_owned()] } else { Vec::new() };
    }
    for (p, participant) in problem.participants.iter_mut().enumerate() {
        participant.lunch = vec![vec![5, 6]];
        participant.representatives = 1 + usize::from(p % 7 == 0);
        participant.max_run_minutes = (p % 3 == 0).then_some(80);
        participant.present = (p % 11 == 1).then(|| (0..6).collect());
        participant.max = (p % 5 == 0).then_some(9);
    }
    for m in 0..meetings {
        let first = below(people);
        let mut list = vec![first, (first + 1 + below(people - 1)) % people];
        let third = below(people);
        if m % 9 == 0 && !list.contains(&third) {
            list.push(third);
        }
        problem.meetings.push(Meeting {
            participants: list,
            length: 1 + usize::from(m % 10 == 3),
            level: [Level::Must, Level::Must, Level::Should, Level::Wish][below(4)],
            points: u32::try_from(1 + below(9)).unwrap_or(1),
            needs: if m % 6 == 2 { vec!["screen".to_owned()] } else { Vec::new() },
            ..Meeting::default()
        });
    }
    problem
}

/// [`event`] with those demands that make it much harder.
fn hard_event(seed: u64) -> Problem {
    let mut problem = event(seed, 20 + 3 * usize::try_from(seed).unwrap_or(0), 70);
    for (t, table) in problem.tables.iter_mut().enumerate().take(3) {
        table.owner = Some(t * 4);
    }
    problem.participants[2].min = 4;
    problem.participants[3].min_per_half_day = 1;
    problem.participants[4].max_per_half_day = Some(2);
    problem.spread = seed.is_multiple_of(2).then_some(3);
    for m in (0..60).step_by(15) {
        problem.precedences.push(Precedence { before: m, after: m + 1 });
        problem.meetings[m + 2].fixed = Some(m / 6);
        problem.meetings[m + 3].half_days = vec![1];
        problem.meetings[m + 4].locked = Some(Seat { slot: m / 8, table: 3 + m / 15 });
    }
    problem.published =
        (0..70).map(|m| (m % 3 > 0).then_some(Seat { slot: m % 12, table: m % 10 })).collect();
    problem
}

#[test]
fn an_answer_is_what_the_checker_says_it_is() {
    for seed in 0..12 {
        let problem = hard_event(seed);
        let answer = answer(&problem, seed, 30_000);
        assert_eq!(answer.score, score(&problem, &answer.timetable), "seed {seed}");
        assert_eq!(answer.findings, check(&problem, &answer.timetable), "seed {seed}");
        assert!(answer.bound <= answer.score, "seed {seed}");
        let lacks = [Kind::Held, Kind::Min, Kind::MinPerHalfDay, Kind::Spread];
        let only_lacks = answer.findings.iter().all(|finding| lacks.contains(&finding.kind));
        assert!(only_lacks, "seed {seed}: nobody is asked for twice: {:?}", answer.findings);
    }
}

#[test]
fn the_same_seed_and_steps_give_the_same_answer_and_way() {
    let problem = event(3, 30, 90);
    let run = |seed: u64| {
        let mut way = Vec::new();
        let answer = solve(&problem, &Options { seed }, Budget::Steps(40_000), &mut |progress| {
            way.push((progress.score, progress.bound, progress.timetable.clone()));
        });
        (answer.unwrap(), way)
    };
    let (first, way) = run(8);
    assert_eq!((first.clone(), way.clone()), run(8));
    assert!(way.is_sorted_by(|a, b| a.0 > b.0 || (a.0 == b.0 && a.1 < b.1)), "each knows more");
    assert_eq!(way.last(), Some(&(first.score, first.bound, first.timetable.clone())));
    assert_ne!(first.timetable, run(9).0.timetable);
}

#[test]
fn better_bounds_are_told_too_and_the_gap_is_that_of_the_highest_open_level() {
    let mut bounds = 0;
    for seed in 0..12 {
        let problem = hard_event(seed);
        let (mut last, mut told) = (None, Vec::new());
        let budget = Budget::Steps(200_000);
        let answer = solve(&problem, &Options { seed }, budget, &mut |progress| {
            bounds += usize::from(last.is_some_and(|score| score == progress.score));
            last = Some(progress.score);
            told.push((progress.score, progress.bound, progress.gap()));
        });
        let answer = answer.unwrap();
        let (score, bound, gap) = told.pop().unwrap();
        assert_eq!((score, bound), (answer.score, answer.bound), "seed {seed}");
        assert_eq!(gap == Score::default(), answer.score == answer.bound, "seed {seed}");
        assert_eq!(gap.hard, score.hard - bound.hard);
        assert_eq!(gap.medium, if gap.hard > 0 { 0 } else { score.medium - bound.medium });
    }
    assert!(bounds > 0, "some bound was raised without a better timetable");
}

#[test]
fn planning_again_with_nothing_changed_changes_nothing() {
    for seed in 0..8 {
        let mut problem = event(seed, 40, 80);
        let before = answer(&problem, 1, 60_000);
        problem.published = seats(&before.timetable);
        let after = answer(&problem, 2, 60_000);
        assert_eq!(after.tally.moved_participants, 0, "seed {seed}");
        let kept = seats(&after.timetable);
        for (m, seat) in problem.published.iter().enumerate() {
            assert!(seat.is_none() || kept[m] == *seat, "seed {seed}: meeting {m} moved");
        }
    }
}

fn seats(timetable: &Timetable) -> Vec<Option<Seat>> {
    let seat = |placed: &Placed| Seat { slot: placed.slot, table: placed.table };
    timetable.meetings.iter().map(|placed| placed.as_ref().map(seat)).collect()
}

#[test]
fn who_falls_out_of_a_slot_moves_as_few_others_as_possible() {
    let mut problem = event(5, 60, 60);
    for meeting in &mut problem.meetings {
        meeting.level = Level::Must;
    }
    problem.participants.iter_mut().for_each(|participant| participant.present = None);
    let before = answer(&problem, 1, 100_000);
    assert_eq!(before.score.hard, 0, "{:?}", before.conflict);
    problem.published = seats(&before.timetable);
    let (m, placed) = before.timetable.meetings.iter().enumerate().next().unwrap();
    let placed = placed.clone().unwrap();
    let late = problem.meetings[m].participants[0];
    problem.participants[late].present = Some((0..12).filter(|&t| t != placed.slot).collect());
    let after = answer(&problem, 2, 100_000);
    assert_eq!(after.score.hard, 0);
    // At least those who meet there are told; here nobody else needs to be.
    let people = u64::try_from(problem.meetings[m].participants.len()).unwrap();
    let moved = |answer: &Answer| (answer.tally.moved_participants, answer.tally.moved_meetings);
    assert_eq!(moved(&after), (people, 1));
}

#[test]
fn no_budget_still_gives_a_timetable_that_can_be_followed() {
    let problem = event(1, 40, 90);
    for budget in [Budget::Steps(0), Budget::Clock(Clock { elapsed_ms: &|| 9, limit_ms: 0 })] {
        let mut told = 0;
        let answer = solve(&problem, &Options::default(), budget, &mut |_| told += 1).unwrap();
        assert!(told >= 1);
        assert!(answer.findings.iter().all(|finding| finding.kind == Kind::Held));
        assert!(answer.timetable.meetings.iter().flatten().count() > 60);
    }
}

fn texts(answer: &Answer) -> Vec<(&str, &str)> {
    answer.conflict.iter().map(|item| (item.text.as_str(), item.text_zh.as_str())).collect()
}

#[test]
fn nine_meetings_in_eight_slots_are_told_as_such() {
    let mut problem = Problem {
        slots: (0..16).map(|t| Slot { half_day: t / 8, minutes: 20 }).collect(),
        tables: vec![Table::default(); 9],
        participants: vec![Participant::default(); 12],
        ..Problem::default()
    };
    problem.participants[0].name = "甲".to_owned();
    problem.participants[0].present = Some((0..8).collect());
    for other in 1..10 {
        let meeting = Meeting { participants: vec![0, other], ..Meeting::default() };
        problem.meetings.push(meeting);
    }
    problem.meetings.push(Meeting { participants: vec![10, 11], ..Meeting::default() });
    let answer = answer(&problem, 1, 100_000);
    assert_eq!(answer.status, Status::Infeasible);
    assert_eq!((answer.score.hard, answer.bound.hard), (1, 1), "all but one are held");
    assert_eq!(
        texts(&answer),
        [
            (
                "甲 has 9 meetings that take 9 places, and one representative with 8 places in 8 slots (1-8); drop a meeting, allow other slots, or send another representative",
                "甲有9场会面，占9个席位；1名代表在可用的8个时段（1-8）共有8个席位；请减少会面、放宽时段，或增派代表"
            ),
            (
                "甲 is there only in slots 1-8; ask for more time",
                "甲仅在第1-8时段在场；请争取更多时间"
            ),
        ]
    );
    assert_eq!(answer.conflict[0].meetings, (0..9).collect::<Vec<_>>());
    problem.participants[0].representatives = 2;
    assert_eq!(answer_status(&problem), Status::Optimal);
}

fn answer_status(problem: &Problem) -> Status {
    answer(problem, 1, 400_000).status
}

#[test]
fn a_conflict_that_counting_does_not_see_is_named_too() {
    // 乙 and 丙 have one table each at two floors, one slot apart; 甲 must see both in two slots.
    let text = r#"{
        "slots": [{}, {}],
        "travel": [[0, 1], [1, 0]],
        "tables": [{"place": 0, "owner": 1}, {"place": 1, "owner": 2}],
        "participants": [{"name": "甲"}, {"name": "乙"}, {"name": "丙"}],
        "meetings": [{"participants": [0, 1]}, {"participants": [0, 2]}]
    }"#;
    let problem = parse(text).unwrap();
    let answer = answer(&problem, 1, 100_000);
    assert_eq!(answer.status, Status::Infeasible);
    let kinds: Vec<Kind> = answer.conflict.iter().map(|item| item.kind).collect();
    let expected = [Kind::Held, Kind::Held, Kind::Seats, Kind::Owner, Kind::Owner, Kind::Travel];
    let without_seats = [Kind::Held, Kind::Held, Kind::Owner, Kind::Owner, Kind::Travel];
    assert!(kinds == expected[2..] || kinds == without_seats, "{kinds:?}");
    assert!(texts(&answer).contains(&(
        "甲 needs time for the way between places; put their meetings at one place",
        "甲在不同场地之间需要路程时间；请把其会面安排在同一场地"
    )));
}

#[test]
fn a_contradiction_in_a_large_event_names_only_those_it_is_about() {
    let mut problem = event(5, 60, 60);
    for meeting in &mut problem.meetings {
        meeting.level = Level::Must;
    }
    // Number 46 has five meetings of six slots in all, is there for six, and needs a rest.
    let answer = answer(&problem, 1, 200_000);
    assert_eq!(answer.status, Status::Infeasible);
    let kinds: Vec<Kind> = answer.conflict.iter().map(|item| item.kind).collect();
    assert_eq!(kinds, [Kind::Seats, Kind::Presence, Kind::Rest]);
    assert!(answer.conflict.iter().all(|item| item.participants == [45]));
    assert_eq!(answer.conflict[0].meetings, [22, 26, 40, 42, 53]);
    assert_eq!(answer.score.hard, 1, "all other meetings are held");
}

#[test]
fn an_answer_is_written_as_documented() {
    let text = r#"{"slots": [{}], "tables": [{}], "participants": [{}, {}],
        "meetings": [{"participants": [0, 1]}]}"#;
    let answer = answer(&parse(text).unwrap(), 1, 1_000);
    assert_eq!(
        serde_json::to_string(&answer).unwrap(),
        concat!(
            r#"{"status":"optimal","score":{"hard":0,"medium":0,"soft":0},"#,
            r#""bound":{"hard":0,"medium":0,"soft":0},"#,
            r#""tally":{"wishPointsMissing":0,"movedParticipants":0,"movedMeetings":0,"#,
            r#""breaks":0,"tableChanges":0,"walking":0},"#,
            r#""timetable":{"meetings":[{"slot":0,"table":0,"representatives":[0,0]}]},"#,
            r#""findings":[],"conflict":[],"elapsedMs":0}"#
        )
    );
}

#[test]
fn the_example_of_the_docs_is_one() {
    let docs = include_str!("../../../docs/timetable-constraints.md");
    let start = docs.find("```json").unwrap() + "```json".len();
    let end = start + docs[start..].find("```").unwrap();
    let answer = answer(&parse(&docs[start..end]).unwrap(), 1, 400_000);
    assert_eq!(answer.status, Status::Optimal);
    assert_eq!((answer.score.hard, answer.score.medium), (0, 0));
    assert_eq!(answer.tally.moved_participants, 0);
}

#[test]
fn more_meetings_than_tables_are_told_as_such() {
    let mut problem = Problem {
        slots: (0..2).map(|_| Slot { half_day: 0, minutes: 20 }).collect(),
        tables: vec![Table::default(); 2],
        participants: vec![Participant::default(); 10],
        ..Problem::default()
    };
    for m in 0..5 {
        let meeting = Meeting { participants: vec![2 * m, 2 * m + 1], ..Meeting::default() };
        problem.meetings.push(meeting);
    }
    let answer = answer(&problem, 1, 400_000);
    assert_eq!(
        texts(&answer),
        [(
            "the 2 tables of one kind (1, 2) have 4 places in slots 1, 2, and the 5 meetings of this conflict take 5; add tables or slots",
            "同类的2张桌（第1, 2桌）在第1, 2时段共有4个席位，而本冲突中的5场会面占5个；请增加桌位或时段"
        )]
    );
}

#[test]
fn nothing_to_do_and_nowhere_to_do_it_are_answered() {
    let empty = Problem::default();
    let nothing = answer(&empty, 1, 100);
    assert_eq!(nothing.status, Status::Optimal);
    let text = r#"{"slots": [], "tables": [], "participants": [{}, {}],
        "meetings": [{"participants": [0, 1]}]}"#;
    let nowhere = answer(&parse(text).unwrap(), 1, 100);
    assert_eq!(nowhere.status, Status::Infeasible);
    assert!(!nowhere.conflict.is_empty());
}
