//! What stands, what is filled, and what each demand forbids on the day.

use super::*;

/// Slots of twenty minutes, the last one in the afternoon, one table, and people who are there all
/// day; the first slot has begun.
fn day(people: usize, slots: usize, meetings: Vec<Booked>) -> Day {
    let slot = |t: usize| Slot { half_day: usize::from(t + 1 == slots), minutes: 20 };
    Day {
        slots: (0..slots).map(slot).collect(),
        tables: 1,
        people: vec![Person { free: (0..slots).collect(), max: None }; people],
        meetings,
        from: 1,
        may_move: true,
        ..Day::default()
    }
}

fn meeting(pair: [usize; 2], slot: Option<usize>) -> Booked {
    let seat = slot.map(|slot| Seat { slot, table: 0 });
    Booked { participants: pair.to_vec(), seat, ..Booked::default() }
}

fn slots_of(day: &Day) -> Vec<Option<usize>> {
    let seats = replan(day, &Options::default(), Budget::Steps(STEPS)).unwrap();
    seats.iter().map(|seat| seat.map(|seat| seat.slot)).collect()
}

#[test]
fn nothing_that_waits_changes_nothing() {
    let asked = day(4, 4, vec![meeting([0, 1], Some(0)), meeting([2, 3], Some(2))]);
    assert_eq!(slots_of(&asked), [Some(0), Some(2)]);
}

#[test]
fn what_waits_takes_what_is_free_and_what_has_begun_stays() {
    let waits = meeting([0, 4], None);
    let booked = [meeting([0, 1], Some(0)), meeting([2, 3], Some(2)), waits];
    let got = slots_of(&day(5, 4, booked.to_vec()));
    assert_eq!(got[..2], [Some(0), Some(2)]);
    assert!([Some(1), Some(3)].contains(&got[2]), "{got:?}");
}

#[test]
fn a_meeting_moves_for_one_that_can_be_nowhere_else_unless_it_is_locked_or_nothing_may_move() {
    let waits = Booked { fixed: Some(2), ..meeting([0, 4], None) };
    let asked = |is_locked| {
        let stands = Booked { is_locked, ..meeting([2, 3], Some(2)) };
        day(5, 4, vec![stands, waits.clone()])
    };
    let got = slots_of(&asked(false));
    assert_eq!(got[1], Some(2));
    assert!([Some(1), Some(3)].contains(&got[0]), "not into what has begun: {got:?}");
    assert_eq!(slots_of(&asked(true)), [Some(2), None]);
    assert_eq!(slots_of(&Day { may_move: false, ..asked(false) }), [Some(2), None]);
}

#[test]
fn half_days_and_the_most_meetings_hold_for_those_that_wait() {
    let afternoon = Booked { half_days: vec![1], ..meeting([0, 4], None) };
    assert_eq!(slots_of(&day(5, 4, vec![afternoon])), [Some(3)]);

    // 0 wants two meetings at most and has two: the third waits on; 4 and 5 are held all the same.
    let stands = [meeting([0, 1], Some(1)), meeting([0, 2], Some(2))];
    let more = [meeting([0, 3], None), meeting([4, 5], None)];
    for most in [2, 1] {
        let mut asked = day(6, 4, [stands.clone(), more.clone()].concat());
        asked.people[0].max = Some(most);
        assert_eq!(slots_of(&asked), [Some(1), Some(2), None, Some(3)], "at most {most}");
    }
}

#[test]
fn order_holds_for_meetings_that_can_be_and_the_gone_wait_for_nothing() {
    let gone = meeting([4, 5], None);
    let mut asked = day(6, 4, vec![gone, meeting([0, 1], Some(2)), meeting([2, 3], None)]);
    asked.people[4].free = vec![0];
    asked.precedences =
        vec![Precedence { before: 0, after: 1 }, Precedence { before: 1, after: 2 }];
    assert_eq!(planned(&asked), [1, 2]);
    assert_eq!(slots_of(&asked), [None, Some(2), Some(3)]);
}

#[test]
fn one_more_meeting_counts_more_than_the_first_of_the_queue() {
    // With one slot and two tables, two meetings of later rank are worth more than the first.
    let queue = [[0, 1], [0, 2], [1, 3]].map(|pair| meeting(pair, None));
    let asked = Day { tables: 2, ..day(4, 2, queue.to_vec()) };
    assert_eq!(slots_of(&asked), [None, Some(1), Some(1)]);
}

#[test]
fn numbers_that_name_nothing_are_refused() {
    let budget = Budget::Steps(STEPS);
    for (asked, place) in [
        (day(2, 3, vec![meeting([0, 7], None)]), "meetings[0].participants[1]"),
        (day(2, 3, vec![Booked { fixed: Some(9), ..meeting([0, 1], None) }]), "meetings[0].fixed"),
    ] {
        let error = replan(&asked, &Options::default(), budget).unwrap_err();
        assert_eq!(error.place, place);
    }
}
