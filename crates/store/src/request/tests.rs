use chrono::{TimeDelta, TimeZone as _};
use lianmeng_domain::ids::{EnterpriseId, ZoneId};
use lianmeng_testkit::database;

use super::*;

fn at(minute: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 1, 0, 0).unwrap() + TimeDelta::minutes(minute)
}

fn firm(number: u128) -> Member {
    Member::Enterprise(EnterpriseId::from(number))
}

fn request(number: u128, from: u128, to: u128, stage: RequestStage) -> MeetingRequest {
    MeetingRequest {
        id: MeetingRequestId::from(number),
        event: DockingEventId::from(1),
        from: firm(from),
        to: firm(to),
        card: RequestCard {
            message: "谈坯布供货".to_owned(),
            half_day: Some(HalfDay::Morning),
            priority: RequestPriority::Must,
        },
        stage,
        sent_at: at(0),
        ends_at: at(100),
        closed_at: None,
        reason: "理由".to_owned(),
        meeting: None,
        version: 1,
    }
}

/// An event of zone 1 with the participants 1, 2 and 4, and requests between the enterprises 1, 2 and 3.
async fn world() -> DatabaseConnection {
    let db = database().await;
    let (zone, event) = (ZoneId::from(1), DockingEventId::from(1));
    let mut sql = format!(
        "INSERT INTO zones VALUES ('{zone}', '前海', '', '[]', true, 1);\
         INSERT INTO docking_events (id, title, held_on, stage, fairness, is_example, version) \
         VALUES ('{event}', '对接会', '2026-03-10', 'inviting', 2, true, 1);\
         INSERT INTO event_hosts (event_id, position, zone_id) VALUES ('{event}', 0, '{zone}');"
    );
    for number in 1..=5 {
        let id = EnterpriseId::from(number);
        sql.push_str(&format!(
            "INSERT INTO enterprises (id, name, name_key, pinyin_key, tiers, is_lead_firm, is_flagship, is_example, version) \
             VALUES ('{id}', '厂{number}', 'x', 'x', '[]', false, false, true, 1);"
        ));
    }
    for number in [1, 2, 4] {
        let id = EnterpriseId::from(number);
        sql.push_str(&format!(
            "INSERT INTO participants (id, event_id, enterprise_id, unavailable) \
             VALUES ('{id}', '{event}', '{id}', '[]');"
        ));
    }
    db.execute_unprepared(&sql).await.unwrap();
    insert(&db, &request(1, 1, 2, RequestStage::Pending)).await.unwrap();
    insert(&db, &request(2, 3, 1, RequestStage::Accepted)).await.unwrap();
    insert(&db, &request(3, 2, 3, RequestStage::Declined)).await.unwrap();
    db
}

fn numbers(requests: &[MeetingRequest]) -> Vec<u128> {
    requests.iter().map(|one| one.id.number()).collect()
}

#[tokio::test]
async fn organisers_see_all_requests_and_a_side_its_own() {
    let db = world().await;
    let event = DockingEventId::from(1);
    let none = RequestFilter::default();
    let own = |number: u128| Visibility::Enterprise(EnterpriseId::from(number));
    for (sees, want) in [
        (Visibility::All, vec![1, 2, 3]),
        (Visibility::Zone(ZoneId::from(1)), vec![1, 2, 3]),
        (Visibility::Zone(ZoneId::from(2)), vec![]),
        (own(1), vec![1, 2]),
        (own(2), vec![1, 3]),
        (own(4), vec![]),
        (Visibility::Group(EnterpriseId::from(3)), vec![2, 3]),
        (Visibility::Published, vec![]),
        (Visibility::Nothing, vec![]),
    ] {
        let rows = page(&db, &sees, (event, &none), Window::first(9)).await.unwrap();
        assert_eq!(numbers(&rows), want, "{sees:?}");
        let first = of_events(&db, &sees, &[event], 9).await.unwrap();
        assert_eq!(first, rows, "{sees:?}");
        let count = count(&db, &sees, (event, &none)).await.unwrap();
        assert_eq!(count, u64::try_from(want.len()).unwrap());
    }
    let between = with(&db, event, (firm(1), firm(9))).await.unwrap();
    assert_eq!(numbers(&between), [1, 2]);
    assert_eq!(between[0], request(1, 1, 2, RequestStage::Pending));
}

#[tokio::test]
async fn what_nobody_answered_in_time_is_listed_as_expired() {
    let db = world().await;
    let listed = async |stage, minute| {
        let filter = RequestFilter { stages: Some((vec![stage], at(minute))) };
        let asked = (DockingEventId::from(1), &filter);
        numbers(&page(&db, &Visibility::All, asked, Window::first(9)).await.unwrap())
    };
    assert_eq!(listed(RequestStage::Pending, 99).await, [1]);
    assert_eq!(listed(RequestStage::Pending, 100).await, [0; 0]);
    assert_eq!(listed(RequestStage::Expired, 99).await, [0; 0]);
    assert_eq!(listed(RequestStage::Expired, 100).await, [1]);
    assert_eq!(listed(RequestStage::Declined, 100).await, [3]);
    assert_eq!(numbers(&expiring(&db, at(100), None, 9).await.unwrap()), [1]);
    assert!(expiring(&db, at(99), None, 9).await.unwrap().is_empty());
    let one = request(1, 1, 2, RequestStage::Cancelled);
    save(&db, &one).await.unwrap();
    let again = save(&db, &one).await;
    assert!(matches!(again, Err(StoreError::Stale)), "{again:?}");
}

#[tokio::test]
async fn rules_are_replaced_and_show_the_event_to_those_who_take_part() {
    let db = world().await;
    let event = DockingEventId::from(1);
    let seen = async |number: u128| {
        let sees = Visibility::Enterprise(EnterpriseId::from(number));
        let none = crate::event::EventFilter::default();
        crate::event::count(&db, &sees, &none).await.unwrap()
    };
    assert_eq!(hold(&db, event).await.unwrap(), None);
    let all = async || [seen(1).await, seen(3).await, seen(4).await, seen(5).await];
    assert_eq!(all().await, [1, 1, 0, 0], "whoever asked or was asked sees it in any case");
    let rules = RequestRules { event, cap: 2, days: 7 };
    put_rules(&db, RequestRules { cap: 5, ..rules }).await.unwrap();
    put_rules(&db, rules).await.unwrap();
    assert_eq!(hold(&db, event).await.unwrap(), Some(rules));
    assert_eq!(rules_of(&db, &[event]).await.unwrap(), [rules]);
    assert_eq!(all().await, [1, 1, 1, 0]);
    put_rules(&db, RequestRules { cap: 0, ..rules }).await.unwrap();
    assert_eq!(all().await, [1, 1, 0, 0]);
}
