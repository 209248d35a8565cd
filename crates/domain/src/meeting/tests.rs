use chrono::{NaiveDate, NaiveTime};

use super::version::{Move, Standing, diff, rows};
use super::*;
use crate::event::{HalfDayLayout, layout};
use crate::ids::EnterpriseId;

fn pid(number: u128) -> ParticipantId {
    ParticipantId::from(number)
}

fn mid(number: u128) -> MeetingId {
    MeetingId::from(number)
}

fn participant(number: u128) -> Participant {
    Participant {
        id: pid(number),
        event: DockingEventId::from(1),
        member: Member::Enterprise(EnterpriseId::from(number)),
        unavailable: Vec::new(),
        min_meetings: None,
        max_meetings: None,
        absent_from: None,
    }
}

fn meeting(number: u128, first: u128, second: u128, spot: Option<(u16, u16)>) -> Meeting {
    Meeting {
        id: mid(number),
        event: DockingEventId::from(1),
        first: pid(first),
        second: pid(second),
        half_day: None,
        fixed_slot: None,
        spot: spot.map(|(slot, table)| Spot { slot, table }),
        is_locked: false,
    }
}

fn slots() -> Vec<Slot> {
    let day = NaiveDate::from_ymd_opt(2026, 3, 10).unwrap();
    let half = |half_day, hour| HalfDayLayout {
        half_day,
        starts_at: NaiveTime::from_hms_opt(hour, 0, 0).unwrap(),
        slot_minutes: 20,
        pause_minutes: 0,
        slots: 2,
    };
    layout::slots(day, &[half(HalfDay::Morning, 9), half(HalfDay::Afternoon, 14)]).unwrap()
}

/// Four slots, two of them in the morning, two tables, participants 1 to 6.
fn timetable(meetings: Vec<Meeting>) -> Timetable {
    Timetable {
        slots: slots(),
        tables: 2,
        participants: (1..=6).map(participant).collect(),
        meetings,
        precedences: Vec::new(),
    }
}

#[test]
fn wishes_of_a_participant_fit_the_slots() {
    let base = || participant(1);
    let cases = [
        ("no wishes", base(), Ok(())),
        ("last slot", Participant { unavailable: vec![1, 4], ..base() }, Ok(())),
        (
            "one after it",
            Participant { unavailable: vec![5], ..base() },
            Err(MeetingError::NoSuchSlot { slot: 5, last: 4 }),
        ),
        (
            "slot zero",
            Participant { unavailable: vec![0], ..base() },
            Err(MeetingError::NoSuchSlot { slot: 0, last: 4 }),
        ),
        (
            "equal bounds",
            Participant { min_meetings: Some(2), max_meetings: Some(2), ..base() },
            Ok(()),
        ),
        (
            "crossed bounds",
            Participant { min_meetings: Some(3), max_meetings: Some(2), ..base() },
            Err(MeetingError::MinOverMax { min: 3, max: 2 }),
        ),
    ];
    for (name, participant, want) in cases {
        assert_eq!(check_participant(&participant, &slots()), want, "{name}");
    }
}

#[test]
fn a_pair_meets_once_within_everyones_wishes() {
    let mut board = timetable(vec![meeting(1, 1, 2, None)]);
    board.participants[0].max_meetings = Some(2);
    board.participants[2].unavailable = vec![3];
    let fixed =
        |slot, half| Meeting { fixed_slot: Some(slot), half_day: half, ..meeting(2, 2, 3, None) };
    let cases = [
        ("a new pair", vec![meeting(2, 1, 3, None)], Ok(())),
        (
            "the same pair",
            vec![meeting(2, 1, 2, None)],
            Err(MeetingError::PairTwice { first: pid(1), second: pid(2) }),
        ),
        (
            "the same pair within the list",
            vec![meeting(2, 3, 4, None), meeting(3, 3, 4, None)],
            Err(MeetingError::PairTwice { first: pid(3), second: pid(4) }),
        ),
        (
            "itself",
            vec![meeting(2, 3, 3, None)],
            Err(MeetingError::MeetsItself { participant: pid(3) }),
        ),
        (
            "one more than wanted",
            vec![meeting(2, 1, 3, None), meeting(3, 1, 4, None)],
            Err(MeetingError::MaxReached { participant: pid(1), max: 2 }),
        ),
        ("a slot that fits", vec![fixed(1, Some(HalfDay::Morning))], Ok(())),
        (
            "the other half",
            vec![fixed(1, Some(HalfDay::Afternoon))],
            Err(MeetingError::WrongHalfDay { slot: 1, half_day: HalfDay::Afternoon }),
        ),
        (
            "a slot somebody cannot",
            vec![fixed(3, None)],
            Err(MeetingError::Unavailable { participant: pid(3), slot: 3 }),
        ),
        ("no such slot", vec![fixed(9, None)], Err(MeetingError::NoSuchSlot { slot: 9, last: 4 })),
    ];
    for (name, added, want) in cases {
        assert_eq!(board.check_added(&added), want, "{name}");
    }
}

#[test]
fn locking_in_place_changes_only_the_lock() {
    let board = timetable(vec![meeting(1, 1, 2, Some((2, 1))), meeting(2, 3, 4, Some((2, 2)))]);
    let want = Meeting { is_locked: true, ..board.meetings[0].clone() };
    assert_eq!(board.lock(mid(1), None), Ok(vec![want.clone()]));
    assert_eq!(board.lock(mid(1), Some(2)), Ok(vec![want]));
    assert_eq!(
        timetable(vec![meeting(1, 1, 2, None)]).lock(mid(1), None),
        Err(MeetingError::NotPlaced)
    );
    assert_eq!(board.lock(mid(9), None), Err(MeetingError::NoMeeting { meeting: mid(9) }));
}

#[test]
fn locking_elsewhere_displaces_unlocked_meetings_and_stops_at_locked_ones() {
    let mut board = timetable(vec![
        meeting(1, 1, 2, Some((1, 1))),
        meeting(2, 1, 3, Some((2, 1))),
        meeting(3, 4, 5, Some((2, 2))),
    ]);
    let changed = board.lock(mid(1), Some(2)).unwrap();
    let spots: Vec<_> = changed.iter().map(|one| (one.id, one.spot, one.is_locked)).collect();
    let spot = Some(Spot { slot: 2, table: 1 });
    assert_eq!(spots, [(mid(1), spot, true), (mid(2), None, false)]);

    board.meetings[1].is_locked = true;
    let busy = MeetingError::Busy { participant: pid(1), slot: 2, meeting: mid(2) };
    assert_eq!(board.lock(mid(1), Some(2)), Err(busy));
}

#[test]
fn where_all_tables_are_taken_the_last_unlocked_meeting_gives_way() {
    let mut board = timetable(vec![
        meeting(1, 1, 2, Some((1, 1))),
        meeting(2, 3, 4, Some((2, 1))),
        meeting(3, 5, 6, Some((2, 2))),
    ]);
    let changed = board.lock(mid(1), Some(2)).unwrap();
    assert_eq!(changed[0].spot, Some(Spot { slot: 2, table: 2 }));
    assert_eq!((changed[1].id, changed[1].spot), (mid(3), None));

    board.meetings[2].is_locked = true;
    assert_eq!(board.lock(mid(1), Some(2)).unwrap()[1].id, mid(2));
    board.meetings[1].is_locked = true;
    let full = MeetingError::NoTable { slot: 2, tables: 2 };
    assert_eq!(board.lock(mid(1), Some(2)), Err(full));
}

#[test]
fn a_meeting_is_not_locked_against_its_own_demands() {
    let mut board = timetable(vec![meeting(1, 1, 2, None)]);
    board.meetings[0].half_day = Some(HalfDay::Morning);
    let wrong = MeetingError::WrongHalfDay { slot: 3, half_day: HalfDay::Morning };
    assert_eq!(board.lock(mid(1), Some(3)), Err(wrong));
    board.meetings[0].fixed_slot = Some(1);
    let fixed = MeetingError::FixedElsewhere { slot: 2, fixed: 1 };
    assert_eq!(board.lock(mid(1), Some(2)), Err(fixed));
    board.participants[1].unavailable = vec![1];
    let away = MeetingError::Unavailable { participant: pid(2), slot: 1 };
    assert_eq!(board.lock(mid(1), Some(1)), Err(away));
    let unknown = MeetingError::NoSuchSlot { slot: 5, last: 4 };
    assert_eq!(timetable(vec![meeting(1, 1, 2, None)]).lock(mid(1), Some(5)), Err(unknown));
}

#[test]
fn precedences_name_meetings_and_never_run_in_a_circle() {
    let mut board = timetable((1..=3).map(|n| meeting(n, n, n + 1, None)).collect());
    let before = |before, after| Precedence { before: mid(before), after: mid(after) };
    board.precedences = vec![before(1, 2)];
    assert_eq!(board.check_precedences(&[before(2, 3), before(1, 3)]), Ok(()));
    let circle = board.check_precedences(&[before(2, 3), before(3, 1)]);
    assert_eq!(circle, Err(MeetingError::PrecedenceCycle { meeting: mid(1) }));
    let itself = board.check_precedences(&[before(3, 3)]);
    assert_eq!(itself, Err(MeetingError::PrecedenceCycle { meeting: mid(3) }));
    let unknown = board.check_precedences(&[before(3, 4)]);
    assert_eq!(unknown, Err(MeetingError::NoMeeting { meeting: mid(4) }));
}

#[test]
fn a_diff_names_what_moved_and_whom_to_tell() {
    let at = |slot: u16, table| Standing {
        spot: Spot { slot, table },
        starts_at: slots()[usize::from(slot) - 1].starts_at,
    };
    let old = rows(
        &[
            meeting(1, 1, 2, Some((1, 1))),
            meeting(2, 3, 4, Some((1, 2))),
            meeting(3, 5, 6, Some((2, 1))),
            meeting(5, 1, 6, None),
        ],
        &slots(),
    );
    assert_eq!(old.iter().map(|row| row.meeting).collect::<Vec<_>>(), [mid(1), mid(2), mid(3)]);
    assert_eq!(diff(&old, &old), version::Diff::default());
    let new = rows(
        &[
            meeting(1, 1, 2, Some((3, 1))),
            meeting(2, 3, 4, Some((1, 2))),
            meeting(4, 1, 3, Some((2, 1))),
        ],
        &slots(),
    );
    let got = diff(&old, &new);
    let one = |meeting, first, second, from, to| Move {
        meeting: mid(meeting),
        first: pid(first),
        second: pid(second),
        from,
        to,
    };
    assert_eq!(
        got.moves,
        [
            one(1, 1, 2, Some(at(1, 1)), Some(at(3, 1))),
            one(3, 5, 6, Some(at(2, 1)), None),
            one(4, 1, 3, None, Some(at(2, 1))),
        ]
    );
    assert_eq!(got.affected, [1, 2, 3, 5, 6].map(pid), "4 stays where it was");
}
