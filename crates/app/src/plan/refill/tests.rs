//! What stands, what is filled, and what each demand forbids on the day.

use chrono::{DateTime, TimeDelta, Utc};
use lianmeng_domain::committee::Member;
use lianmeng_domain::event;
use lianmeng_domain::meeting::Precedence;

use super::*;

/// Four slots of twenty minutes, the last one in the afternoon, and one table.
fn board(people: u128, meetings: Vec<Meeting>) -> Timetable {
    let start: DateTime<Utc> = "2026-03-05T01:00:00Z".parse().unwrap();
    let slot = |number: u16| event::Slot {
        number,
        half_day: if number < 4 { HalfDay::Morning } else { HalfDay::Afternoon },
        starts_at: start + TimeDelta::minutes(20 * i64::from(number)),
        minutes: 20,
    };
    let person = |id: u128| Participant {
        id: id.into(),
        event: 1.into(),
        member: Member::Enterprise(id.into()),
        unavailable: Vec::new(),
        min_meetings: None,
        max_meetings: None,
        absent_from: None,
    };
    Timetable {
        tables: 1,
        slots: (1..=4).map(slot).collect(),
        participants: (1..=people).map(person).collect(),
        meetings,
        precedences: Vec::new(),
    }
}

fn meeting(id: u128, (first, second): (u128, u128), slot: Option<u16>) -> Meeting {
    Meeting {
        id: id.into(),
        event: 1.into(),
        first: first.into(),
        second: second.into(),
        half_day: None,
        fixed_slot: None,
        spot: slot.map(|slot| Spot { slot, table: 1 }),
        is_locked: false,
    }
}

fn refill(board: Timetable, added: Vec<Meeting>) -> Refill {
    Refill { board, added, from: 2, may_move: true }
}

/// Slots of the meetings after the search, by id; those that stand by included if they are held.
fn slots(refill: &Refill) -> Vec<(u128, Option<u16>)> {
    let found = found(refill, 1).unwrap();
    let mut all: BTreeMap<MeetingId, Option<Spot>> =
        refill.board.meetings.iter().map(|one| (one.id, one.spot)).collect();
    all.extend(found.changed.iter().chain(&found.added).map(|one| (one.id, one.spot)));
    all.into_iter().map(|(id, spot)| (id.number(), spot.map(|spot| spot.slot))).collect()
}

#[test]
fn who_stands_by_takes_what_is_free_and_nothing_moves() {
    let day = board(5, vec![meeting(1, (1, 2), Some(1)), meeting(2, (3, 4), Some(3))]);
    let asked = refill(day, vec![meeting(9, (1, 5), None)]);
    let got = slots(&asked);
    assert_eq!(got[..2], [(1, Some(1)), (2, Some(3))]);
    assert!([Some(2), Some(4)].contains(&got[2].1), "{got:?}");
    assert_eq!(slots(&asked), got, "the same again");
    let idle = refill(asked.board, Vec::new());
    assert_eq!(found(&idle, 1).unwrap(), Found::default());
}

#[test]
fn a_meeting_moves_for_one_that_can_be_nowhere_else_unless_it_is_locked_or_nothing_may_move() {
    let mut waits = meeting(9, (1, 5), None);
    waits.fixed_slot = Some(3);
    let day = |is_locked| {
        let stands = Meeting { is_locked, ..meeting(2, (3, 4), Some(3)) };
        refill(board(5, vec![stands]), vec![waits.clone()])
    };
    let moved = slots(&day(false));
    assert_eq!(moved[1], (9, Some(3)));
    assert!([Some(2), Some(4)].contains(&moved[0].1), "not into what has begun: {moved:?}");
    assert_eq!(slots(&day(true)), [(2, Some(3))]);
    assert_eq!(slots(&Refill { may_move: false, ..day(false) }), [(2, Some(3))]);
}

#[test]
fn half_days_order_and_the_most_meetings_hold_for_those_that_wait() {
    let mut afternoon = meeting(9, (1, 5), None);
    afternoon.half_day = Some(HalfDay::Afternoon);
    let asked = refill(board(5, Vec::new()), vec![afternoon]);
    assert_eq!(slots(&asked), [(9, Some(4))]);

    let mut day = board(4, vec![meeting(1, (1, 2), Some(3)), meeting(2, (3, 4), None)]);
    day.precedences = vec![Precedence { before: 1.into(), after: 2.into() }];
    assert_eq!(slots(&refill(day, Vec::new())), [(1, Some(3)), (2, Some(4))]);

    // 1 wants two meetings at most and has two: the third waits on; 5 and 6 are held all the same.
    let stands = vec![meeting(1, (1, 2), Some(2)), meeting(2, (1, 3), Some(3))];
    let mut day = board(6, stands);
    let more = vec![meeting(8, (1, 4), None), meeting(9, (5, 6), None)];
    for most in [2, 1] {
        day.participants[0].max_meetings = Some(most);
        let got = slots(&refill(day.clone(), more.clone()));
        assert_eq!(got, [(1, Some(2)), (2, Some(3)), (9, Some(4))], "at most {most}");
    }
}

#[test]
fn one_more_meeting_counts_more_than_the_first_in_the_queue_and_the_gone_wait_for_nothing() {
    // Only slots 2 and 3 are left to 1 and 2: pairs 1-2 first in the queue, or 1-3 and 2-4 both in one
    // slot; with one table each slot holds one, so the first two of the queue are held.
    let mut day = board(4, Vec::new());
    day.slots.truncate(3);
    let queue = [(7, (1, 2)), (8, (1, 3)), (9, (2, 4))].map(|(id, pair)| meeting(id, pair, None));
    let got = slots(&refill(day.clone(), queue.to_vec()));
    assert_eq!(got.iter().map(|one| one.0).collect::<Vec<_>>(), [7, 8]);

    // With one slot and two tables, two meetings of later rank are worth more than the first.
    day.slots.truncate(2);
    day.tables = 2;
    let got = slots(&refill(day.clone(), queue.to_vec()));
    assert_eq!(got, [(8, Some(2)), (9, Some(2))]);

    day.participants[0].absent_from = Some(2);
    let asked = refill(day, queue.to_vec());
    assert_eq!(slots(&asked), [(9, Some(2))], "1 is gone");
}
