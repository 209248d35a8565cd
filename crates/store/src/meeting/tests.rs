use chrono::{DateTime, NaiveDate, NaiveTime, Timelike as _, Utc};
use lianmeng_domain::committee::Member;
use lianmeng_domain::enterprise::Enterprise;
use lianmeng_domain::event::{
    DockingEvent, EventStage, HalfDayLayout, Session, Table, layout as rules,
};
use lianmeng_domain::ids::{EnterpriseId, SessionId, ZoneId};
use lianmeng_domain::meeting::Participant;
use lianmeng_domain::meeting::version::{Version, rows};
use lianmeng_domain::region::Place;

use super::*;
use crate::event::layout::{self, Layout};
use crate::event::{self, EventFilter, room, version};

fn eid(number: u128) -> DockingEventId {
    DockingEventId::from(number)
}

fn pid(number: u128) -> ParticipantId {
    ParticipantId::from(number)
}

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
}

fn docking(number: u128, held: u32, published: Option<u32>) -> DockingEvent {
    DockingEvent {
        id: eid(number),
        title: "央企国企深圳行".to_owned(),
        hosts: vec![Place::Zone(ZoneId::from(number)), Place::Zone(ZoneId::from(9))],
        committee: None,
        venue: None,
        held_on: day(held),
        stage: EventStage::Provisional,
        fairness: 2,
        breaks: Some(1),
        published,
        is_example: true,
        version: 1,
    }
}

fn participant(number: u128, event: u128) -> Participant {
    Participant {
        id: pid(number),
        event: eid(event),
        member: Member::Enterprise(EnterpriseId::from(number % 10)),
        unavailable: vec![2],
        min_meetings: None,
        max_meetings: Some(4),
        absent_from: Some(3),
    }
}

fn meeting(number: u128, first: u128, second: u128, slot: u16) -> Meeting {
    Meeting {
        id: MeetingId::from(number),
        event: eid(first / 10),
        first: pid(first),
        second: pid(second),
        half_day: Some(HalfDay::Morning),
        fixed_slot: None,
        spot: Some(Spot { slot, table: 1 }),
        is_locked: false,
    }
}

fn noon() -> DateTime<Utc> {
    day(9).and_hms_opt(4, 0, 0).unwrap().and_utc()
}

fn parts(event: u128) -> Layout {
    let half = HalfDayLayout {
        half_day: HalfDay::Morning,
        starts_at: NaiveTime::from_hms_opt(9, 0, 0).unwrap(),
        slot_minutes: 20,
        pause_minutes: 0,
        slots: 3,
    };
    let slots = rules::slots(day(10), &[half]).unwrap();
    let session = Session {
        id: SessionId::from(event),
        title: "推介会".to_owned(),
        room: None,
        starts_at: slots[0].starts_at,
        ends_at: slots[2].starts_at,
    };
    let tables = vec![Table { number: 1, label: "一号桌".to_owned() }];
    Layout { slots, tables, sessions: vec![session] }
}

/// Event 1 with participants 11, 12, 13, published: 11 meets 12, 12 meets 13. Event 2 with 21, 22,
/// not published. Participants 11 and 21 are enterprise 1, and so on.
async fn world() -> DatabaseConnection {
    let db = lianmeng_testkit::database().await;
    for zone in [1, 2, 9] {
        let id = ZoneId::from(zone);
        let insert = format!("INSERT INTO zones VALUES ('{id}', '区{zone}', '', '[]', true, 1)");
        db.execute_unprepared(&insert).await.unwrap();
    }
    for number in 1..=3 {
        crate::enterprise::insert(&db, &firm(number)).await.unwrap();
    }
    event::insert(&db, &docking(1, 10, Some(1))).await.unwrap();
    event::insert(&db, &docking(2, 9, None)).await.unwrap();
    for number in [1, 2] {
        layout::replace(&db, eid(number), (&parts(number), noon())).await.unwrap();
    }
    let people = [(11, 1), (12, 1), (13, 1), (21, 2), (22, 2)].map(|(p, e)| participant(p, e));
    participant::insert_many(&db, &people).await.unwrap();
    let meetings = [meeting(1, 11, 12, 1), meeting(2, 12, 13, 3), meeting(3, 21, 22, 1)];
    insert_many(&db, &meetings).await.unwrap();
    let lines = rows(&meetings[..2], &parts(1).slots);
    let published_at = parts(1).slots[0].starts_at;
    let head = Version { event: eid(1), number: 1, published_at, breaks: 1, meetings: 2 };
    version::insert(&db, &head, &lines).await.unwrap();
    db
}

fn firm(number: u128) -> Enterprise {
    Enterprise {
        id: EnterpriseId::from(number),
        credit_code: None,
        external_id: None,
        name: format!("示例企业{number}"),
        short_name: None,
        aliases: Vec::new(),
        ownership: None,
        parent: (number == 2).then(|| EnterpriseId::from(1)),
        place: None,
        industry: None,
        tiers: Vec::new(),
        is_lead_firm: false,
        is_flagship: false,
        is_above_scale: None,
        is_example: true,
        version: 1,
    }
}

const fn window<K>() -> Window<K> {
    Window::first(100)
}

#[tokio::test]
async fn everyone_sees_their_part_of_events_and_timetables() {
    let db = world().await;
    let firm = |number| Visibility::Enterprise(EnterpriseId::from(number));
    let zone = |number| Visibility::Zone(ZoneId::from(number));
    // Events by day; participants, meetings and published rows of both events.
    let cases = [
        ("all", Visibility::All, vec![2, 1], 5, 3, 2),
        ("first host", zone(1), vec![1], 3, 2, 2),
        ("host of both", zone(9), vec![2, 1], 5, 3, 2),
        ("host of none", zone(7), vec![1], 0, 0, 0),
        ("meets one", firm(1), vec![1], 2, 0, 1),
        ("meets two", firm(2), vec![1], 3, 0, 2),
        ("head office of 1 and 2", Visibility::Group(EnterpriseId::from(1)), vec![1], 3, 0, 2),
        ("another firm", firm(7), vec![1], 0, 0, 0),
        ("public", Visibility::Published, vec![1], 0, 0, 0),
        ("administrator", Visibility::Nothing, vec![], 0, 0, 0),
    ];
    for (name, sees, want, people, meetings, lines) in cases {
        let seen = event::page(&db, &sees, &EventFilter::default(), window()).await.unwrap();
        let ids: Vec<_> = seen.iter().map(|event| event.id.number()).collect();
        assert_eq!(ids, want, "{name}: events");
        let count = event::count(&db, &sees, &EventFilter::default()).await.unwrap();
        assert_eq!(count, u64::try_from(want.len()).unwrap(), "{name}: count");
        let both = [eid(1), eid(2)];
        let found = participant::of_events(&db, &sees, &both, 100).await.unwrap();
        assert_eq!(found.len(), people, "{name}: participants");
        let found = of_events(&db, &sees, &both, 100).await.unwrap();
        assert_eq!(found.len(), meetings, "{name}: meetings");
        let found = version::rows(&db, &sees, (eid(1), 1), window()).await.unwrap();
        assert_eq!(found.len(), lines, "{name}: published rows");
    }
}

#[tokio::test]
async fn an_event_is_read_back_with_its_hosts_in_order_and_saved_once_per_version() {
    let db = world().await;
    let want = docking(1, 10, Some(1));
    let read = event::find(&db, &Visibility::All, eid(1)).await.unwrap();
    assert_eq!(read, Some(want.clone()));
    let changed = DockingEvent {
        hosts: vec![Place::Zone(ZoneId::from(9)), Place::Zone(ZoneId::from(2))],
        stage: EventStage::Published,
        ..want
    };
    event::save(&db, &changed).await.unwrap();
    assert!(matches!(event::save(&db, &changed).await, Err(StoreError::Stale)));
    let read = event::find(&db, &Visibility::All, eid(1)).await.unwrap();
    assert_eq!(read, Some(DockingEvent { version: 2, ..changed }));
    let nowhere = DockingEvent {
        hosts: vec![Place::Zone(ZoneId::from(5))],
        version: 2,
        ..docking(1, 10, None)
    };
    assert!(matches!(event::save(&db, &nowhere).await, Err(StoreError::Conflict(_))));
}

#[tokio::test]
async fn events_are_found_by_host_stage_day_and_participant() {
    let db = world().await;
    let base = EventFilter::default;
    let cases = [
        ("host", EventFilter { host: Some(Place::Zone(ZoneId::from(2))), ..base() }, vec![2]),
        ("stage", EventFilter { stages: vec![EventStage::Idea], ..base() }, vec![]),
        ("from", EventFilter { from_on: Some(day(10)), ..base() }, vec![1]),
        ("until", EventFilter { until_on: Some(day(9)), ..base() }, vec![2]),
        (
            "participant",
            EventFilter { participant: Some(EnterpriseId::from(3)), ..base() },
            vec![1],
        ),
    ];
    for (name, filter, want) in cases {
        let found = event::page(&db, &Visibility::All, &filter, window()).await.unwrap();
        let ids: Vec<_> = found.iter().map(|event| event.id.number()).collect();
        assert_eq!(ids, want, "{name}");
    }
    let later = Window::next(Some((day(9), eid(2))), 5);
    let found = event::page(&db, &Visibility::All, &base(), later).await.unwrap();
    assert_eq!(found.iter().map(|event| event.id).collect::<Vec<_>>(), [eid(1)]);
}

#[tokio::test]
async fn slots_tables_and_sessions_are_read_back_and_replaced() {
    let db = world().await;
    assert_eq!(layout::find(&db, eid(1)).await.unwrap(), parts(1));
    let fewer = Layout { slots: parts(1).slots[..1].to_vec(), sessions: Vec::new(), ..parts(1) };
    layout::replace(&db, eid(1), (&fewer, noon())).await.unwrap();
    assert_eq!(layout::find(&db, eid(1)).await.unwrap(), fewer);
    assert_eq!(layout::find(&db, eid(2)).await.unwrap(), parts(2), "the other keeps its own");
}

#[tokio::test]
async fn a_room_keeps_which_sessions_left_it_until_they_come_back() {
    let db = world().await;
    let with = |rooms: [Option<&str>; 2]| {
        let base = parts(1);
        let one = |(at, room): (u128, Option<&str>)| Session {
            id: SessionId::from(100 + at),
            room: room.map(str::to_owned),
            ..base.sessions[0].clone()
        };
        let sessions = (1..).zip(rooms).map(one).collect();
        Layout { sessions, ..base }
    };
    let put = async |rooms, hour: u32| {
        let at = day(9).and_hms_opt(hour, 0, 0).unwrap().and_utc();
        layout::replace(&db, eid(1), (&with(rooms), at)).await.unwrap();
    };
    let gone = async |name: &str| {
        let found = room::gone(&db, eid(1), name).await.unwrap();
        let part = |one: &room::Gone| (one.session.id.number() - 100, one.at.hour());
        found.iter().map(part).collect::<Vec<_>>()
    };
    put([Some("东厅"), Some("西厅")], 1).await;
    assert_eq!((gone("东厅").await, gone("西厅").await), (vec![], vec![]));
    put([Some("西厅"), Some("西厅")], 2).await;
    assert_eq!((gone("东厅").await, gone("西厅").await), (vec![(1, 2)], vec![]));
    put([Some("西厅"), None], 3).await;
    assert_eq!((gone("东厅").await, gone("西厅").await), (vec![(1, 2)], vec![(2, 3)]));
    put([Some("东厅"), Some("西厅")], 4).await;
    assert_eq!((gone("东厅").await, gone("西厅").await), (vec![], vec![(1, 4)]));
    layout::replace(&db, eid(1), (&parts(1), noon())).await.unwrap();
    assert_eq!((gone("东厅").await, gone("西厅").await), (vec![(1, 4)], vec![(1, 4), (2, 4)]));
    assert_eq!(room::gone(&db, eid(2), "东厅").await.unwrap(), []);
}

#[tokio::test]
async fn meetings_are_saved_filtered_and_removed_with_their_precedences() {
    let db = world().await;
    let (first, second) = (meeting(1, 11, 12, 1), meeting(2, 12, 13, 3));
    assert_eq!(all(&db, eid(1)).await.unwrap(), [first.clone(), second.clone()]);
    let locked = Meeting { is_locked: true, spot: None, fixed_slot: Some(2), ..second.clone() };
    save_many(&db, std::slice::from_ref(&locked)).await.unwrap();
    for (filter, want) in [
        (MeetingFilter { participant: Some(pid(12)), ..MeetingFilter::default() }, vec![1, 2]),
        (MeetingFilter { participant: Some(pid(13)), ..MeetingFilter::default() }, vec![2]),
        (MeetingFilter { slot: Some(1), ..MeetingFilter::default() }, vec![1]),
        (MeetingFilter { is_placed: Some(false), ..MeetingFilter::default() }, vec![2]),
        (MeetingFilter { is_locked: Some(false), ..MeetingFilter::default() }, vec![1]),
    ] {
        let found = page(&db, &Visibility::All, eid(1), &filter, window()).await.unwrap();
        let ids: Vec<_> = found.iter().map(|meeting| meeting.id.number()).collect();
        assert_eq!(ids, want, "{filter:?}");
    }
    let order = Precedence { before: first.id, after: second.id };
    insert_precedences(&db, eid(1), &[order, order]).await.unwrap();
    insert_precedences(&db, eid(1), &[order]).await.unwrap();
    assert_eq!(precedences(&db, eid(1)).await.unwrap(), [order]);
    for (sees, want) in [(Visibility::All, vec![(eid(1), order)]), (Visibility::Published, vec![])]
    {
        assert_eq!(precedences_of(&db, &sees, &[eid(1), eid(2)], 5).await.unwrap(), want);
    }
    remove(&db, first.id).await.unwrap();
    assert_eq!(precedences(&db, eid(1)).await.unwrap(), []);
    assert_eq!(all(&db, eid(1)).await.unwrap(), [locked]);
    assert!(matches!(remove(&db, first.id).await, Err(StoreError::Stale)));
}

#[tokio::test]
async fn a_pair_meets_once_and_a_member_takes_part_once() {
    let db = world().await;
    let again = insert_many(&db, &[meeting(9, 11, 12, 2)]).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
    let twice = Participant { id: pid(99), ..participant(11, 1) };
    let twice = participant::insert_many(&db, &[twice]).await;
    assert!(matches!(twice, Err(StoreError::Conflict(_))), "{twice:?}");
    let names = participant::names(&db, eid(2)).await.unwrap();
    let want = [(pid(21), "示例企业1".to_owned()), (pid(22), "示例企业2".to_owned())];
    assert_eq!(names.into_iter().collect::<Vec<_>>(), want);
}

#[tokio::test]
async fn first_children_of_many_events_are_counted_per_event() {
    let db = world().await;
    let both = [eid(1), eid(2)];
    let found = participant::of_events(&db, &Visibility::All, &both, 2).await.unwrap();
    assert_eq!(found.iter().map(|p| p.id).collect::<Vec<_>>(), [11, 12, 21, 22].map(pid));
    let versions = version::of_events(&db, &Visibility::Published, &both, 5).await.unwrap();
    assert_eq!(versions.iter().map(|v| (v.event, v.number)).collect::<Vec<_>>(), [(eid(1), 1)]);
    let after = Window::next(Some(1), 5);
    assert_eq!(version::page(&db, eid(1), after).await.unwrap(), []);
    let next = Window::next(Some(Spot { slot: 1, table: 1 }), 5);
    let lines = version::rows(&db, &Visibility::All, (eid(1), 1), next).await.unwrap();
    assert_eq!(lines.iter().map(|line| line.spot.slot).collect::<Vec<_>>(), [3]);
}
