use chrono::{NaiveTime, TimeDelta};

use super::layout::{clock, slots};
use super::*;
use crate::actor::Body;
use crate::ids::{EnterpriseId, ZoneId};
use crate::policy::{sees_events, visibility};
use crate::rights::Column;

fn day(d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, d).unwrap()
}

fn nanshan() -> Place {
    Place::Region("440305".parse().unwrap())
}

fn qianhai() -> Place {
    Place::Zone(ZoneId::from(1))
}

fn event(stage: EventStage) -> DockingEvent {
    DockingEvent {
        id: DockingEventId::from(1),
        title: "央企国企深圳行".to_owned(),
        hosts: vec![nanshan(), qianhai()],
        committee: Some(ChainCommitteeId::from(1)),
        venue: None,
        held_on: day(10),
        stage,
        fairness: DEFAULT_FAIRNESS,
        breaks: None,
        published: None,
        is_example: true,
        version: 1,
    }
}

#[test]
fn a_person_moves_an_event_along_the_table_and_nowhere_else() {
    let allowed = [
        (EventStage::Idea, EventStage::Planned),
        (EventStage::Planned, EventStage::Inviting),
        (EventStage::Inviting, EventStage::Scheduling),
        (EventStage::Provisional, EventStage::Scheduling),
        (EventStage::Published, EventStage::Live),
        (EventStage::Live, EventStage::Closed),
        (EventStage::Closed, EventStage::FollowUp),
        (EventStage::FollowUp, EventStage::Evaluated),
    ];
    for from in EventStage::ALL {
        for to in EventStage::ALL {
            let got = step(&event(*from), Step::Advance(*to), day(10));
            let want = if allowed.contains(&(*from, *to)) {
                Ok(*to)
            } else {
                Err(EventError::NoSuchStep { from: *from, to: *to })
            };
            assert_eq!(got, want, "{from} to {to}");
        }
    }
}

#[test]
fn planning_revising_and_publishing_move_the_stage_by_themselves() {
    use EventStage as S;
    let not_open = |stage| Err(EventError::NotOpen { stage });
    let not_planned = |stage| Err(EventError::NotPlanned { stage });
    let cases = [
        (S::Idea, Ok(S::Provisional), Ok(S::Idea), not_planned(S::Idea)),
        (S::Planned, Ok(S::Provisional), Ok(S::Planned), not_planned(S::Planned)),
        (S::Inviting, Ok(S::Provisional), Ok(S::Inviting), not_planned(S::Inviting)),
        (S::Scheduling, Ok(S::Provisional), Ok(S::Scheduling), not_planned(S::Scheduling)),
        (S::Provisional, Ok(S::Provisional), Ok(S::Scheduling), Ok(S::Published)),
        (S::Published, Ok(S::Provisional), Ok(S::Scheduling), not_planned(S::Published)),
        (S::Live, not_open(S::Live), not_open(S::Live), not_planned(S::Live)),
        (S::Closed, not_open(S::Closed), not_open(S::Closed), not_planned(S::Closed)),
        (S::FollowUp, not_open(S::FollowUp), not_open(S::FollowUp), not_planned(S::FollowUp)),
        (S::Evaluated, not_open(S::Evaluated), not_open(S::Evaluated), not_planned(S::Evaluated)),
    ];
    for (from, plan, revise, publish) in cases {
        assert_eq!(step(&event(from), Step::Plan, day(1)), plan, "plan from {from}");
        assert_eq!(step(&event(from), Step::Revise, day(1)), revise, "revise from {from}");
        assert_eq!(step(&event(from), Step::Publish, day(1)), publish, "publish from {from}");
    }
}

#[test]
fn an_event_goes_live_on_its_day_and_not_before() {
    let go = |today| step(&event(EventStage::Published), Step::Advance(EventStage::Live), today);
    assert_eq!(go(day(9)), Err(EventError::TooEarly { held_on: day(10), today: day(9) }));
    assert_eq!(go(day(10)), Ok(EventStage::Live));
}

#[test]
fn an_event_has_a_title_hosts_a_day_to_come_and_tables_there_is_room_for() {
    let base = || event(EventStage::Idea);
    let with = |event, tables, room| check(&event, tables, room, day(10));
    assert_eq!(with(base(), 4, None), Ok(()), "today is early enough");
    let untitled = DockingEvent { title: "　".to_owned(), ..base() };
    assert_eq!(with(untitled, 4, None), Err(EventError::TitleMissing));
    let long = DockingEvent { title: "长".repeat(201), ..base() };
    assert_eq!(with(long, 4, None), Err(EventError::TitleTooLong { length: 201 }));
    let nobody = DockingEvent { hosts: vec![], ..base() };
    assert_eq!(with(nobody, 4, None), Err(EventError::Hosts { hosts: 0 }));
    let twice = DockingEvent { hosts: vec![nanshan(), qianhai(), nanshan()], ..base() };
    assert_eq!(with(twice, 4, None), Err(EventError::HostTwice));
    let past = DockingEvent { held_on: day(9), ..base() };
    let today = day(10);
    assert_eq!(with(past, 4, None), Err(EventError::DateInPast { held_on: day(9), today }));
    assert_eq!(with(base(), 0, None), Err(EventError::Tables { tables: 0, limit: 500 }));
    assert_eq!(with(base(), 5, Some(4)), Err(EventError::Tables { tables: 5, limit: 4 }));
    let wide = DockingEvent { fairness: 21, ..base() };
    assert_eq!(with(wide, 4, Some(4)), Err(EventError::Fairness { fairness: 21 }));
}

fn half(half_day: HalfDay, hour: u32, slots: u16) -> HalfDayLayout {
    let starts_at = NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    HalfDayLayout { half_day, starts_at, slot_minutes: 20, pause_minutes: 5, slots }
}

#[test]
fn slots_are_numbered_through_the_day_with_pauses_between() {
    let layout = [half(HalfDay::Afternoon, 14, 1), half(HalfDay::Morning, 9, 2)];
    let got: Vec<_> = slots(day(10), &layout)
        .unwrap()
        .iter()
        .map(|slot| (slot.number, slot.half_day, clock(slot.starts_at), slot.minutes))
        .collect();
    let want = [
        (1, HalfDay::Morning, "09:00".to_owned(), 20),
        (2, HalfDay::Morning, "09:25".to_owned(), 20),
        (3, HalfDay::Afternoon, "14:00".to_owned(), 20),
    ];
    assert_eq!(got, want);
    let first = slots(day(10), &layout).unwrap()[0].starts_at;
    assert_eq!(first.to_rfc3339(), "2026-03-10T01:00:00+00:00");
}

#[test]
fn slots_that_make_no_sense_are_refused_with_the_reason() {
    use HalfDay::{Afternoon, Morning};
    let time = |h, m| NaiveTime::from_hms_opt(h, m, 0).unwrap();
    let short = HalfDayLayout { slot_minutes: 4, ..half(Morning, 9, 2) };
    let cases = [
        ("none", vec![], LayoutError::Count { slots: 0 }),
        ("empty halves", vec![half(Morning, 9, 0)], LayoutError::Count { slots: 0 }),
        ("too many", vec![half(Morning, 0, 65)], LayoutError::Count { slots: 65 }),
        ("too short", vec![short], LayoutError::Minutes { minutes: 4 }),
        (
            "twice",
            vec![half(Morning, 9, 1), half(Morning, 10, 1)],
            LayoutError::Twice { half_day: Morning },
        ),
        (
            "into the afternoon",
            vec![half(Morning, 11, 4), half(Afternoon, 12, 1)],
            LayoutError::Overlap { morning_ends: time(12, 35), afternoon_starts: time(12, 0) },
        ),
        (
            "past midnight",
            vec![half(Afternoon, 23, 3)],
            LayoutError::PastMidnight { half_day: Afternoon },
        ),
    ];
    for (name, layout, want) in cases {
        assert_eq!(slots(day(10), &layout), Err(want), "{name}");
    }
    assert_eq!(slots(day(10), &[half(Morning, 0, 48)]).map(|s| s.len()), Ok(48));
}

#[test]
fn a_room_holds_one_session_at_a_time() {
    let start = layout::moment(day(10), NaiveTime::MIN);
    let session = |room: &str, from: i64, to: i64| Session {
        id: SessionId::from(1),
        title: "推介会".to_owned(),
        room: Some(room.to_owned()).filter(|room| !room.is_empty()),
        starts_at: start + TimeDelta::minutes(from),
        ends_at: start + TimeDelta::minutes(to),
    };
    let check = |sessions: &[Session]| check_sessions(sessions);
    assert_eq!(check(&[session("A", 0, 30), session("A", 30, 60), session("B", 0, 60)]), Ok(()));
    assert_eq!(check(&[session("", 0, 30), session("", 0, 30)]), Ok(()), "rooms unknown");
    let twice = check(&[session("A", 0, 30), session("B", 0, 9), session("A", 29, 60)]);
    assert_eq!(twice, Err(EventError::RoomTwice { first: 1, second: 3 }));
    assert_eq!(check(&[session("A", 5, 5)]), Err(EventError::SessionEmpty { number: 1 }));
    let untitled = Session { title: String::new(), ..session("A", 0, 5) };
    assert_eq!(check(&[untitled]), Err(EventError::SessionTitleMissing { number: 1 }));
}

#[test]
fn hosts_secretaries_and_coordinators_manage_their_own_events_only() {
    let actor = |role, body| Actor { subject: "t".to_owned(), role, body };
    let (own, other) = (ChainCommitteeId::from(1), ChainCommitteeId::from(2));
    let firm = Body::Enterprise(EnterpriseId::from(1));
    let nanshan_body = Body::Region("440305".parse().unwrap());
    let city = Body::Region("440300".parse().unwrap());
    let qianhai_body = Body::Zone(ZoneId::from(1));
    let cases = [
        ("coordinator", actor(Role::Coordinator, None), true),
        ("host district", actor(Role::DistrictHost, Some(nanshan_body)), true),
        ("host zone", actor(Role::DistrictHost, Some(qianhai_body)), true),
        ("the city above", actor(Role::DistrictHost, Some(city)), false),
        ("host without a body", actor(Role::DistrictHost, None), false),
        ("secretary", actor(Role::CommitteeSecretary, Some(Body::Committee(own))), true),
        ("another secretary", actor(Role::CommitteeSecretary, Some(Body::Committee(other))), false),
        ("rotating chair", actor(Role::RotatingChair, Some(Body::Committee(own))), false),
        ("liaison", actor(Role::ServiceLiaison, Some(Body::Committee(own))), false),
        ("enterprise", actor(Role::Enterprise, Some(firm)), false),
        ("auditor", actor(Role::Auditor, None), false),
        ("administrator", actor(Role::SystemAdmin, None), false),
        ("public", Actor::public(), false),
    ];
    let event = event(EventStage::Idea);
    for (name, actor, want) in cases {
        assert_eq!(may_manage(&actor, &event.hosts, event.committee), want, "{name}");
        let sees = sees_all(sees_events(Column::of(&actor), &visibility(&actor)), &event);
        assert_eq!(sees, want || actor.role == Role::Auditor, "{name} sees");
    }
    let secretary = actor(Role::CommitteeSecretary, Some(Body::Committee(own)));
    assert!(!may_manage(&secretary, &event.hosts, None), "an event of no committee");
}
