use chrono::{NaiveDate, TimeDelta, TimeZone as _};
use lianmeng_domain::enterprise::Enterprise;
use lianmeng_domain::event::{DockingEvent, EventStage};
use lianmeng_domain::guest::book::Quota;
use lianmeng_domain::guest::person::{GuestPerson, PersonCard};
use lianmeng_domain::ids::{EnterpriseId, GuestPersonId, ZoneId};
use lianmeng_domain::region::Place;

use super::*;
use crate::event::{self, EventFilter};
use crate::tx;

fn at(minute: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 1, 0, 0).unwrap() + TimeDelta::minutes(minute)
}

fn docking(number: u128) -> DockingEvent {
    DockingEvent {
        id: DockingEventId::from(number),
        title: "对接会".to_owned(),
        hosts: vec![Place::Zone(ZoneId::from(number))],
        committee: None,
        venue: None,
        held_on: NaiveDate::from_ymd_opt(2026, 3, 10).unwrap(),
        stage: EventStage::Inviting,
        fairness: 2,
        breaks: None,
        published: None,
        is_example: true,
        version: 1,
    }
}

fn guest(number: u128, event: u128, stage: GuestStage) -> Guest {
    Guest {
        id: GuestId::from(number),
        event: DockingEventId::from(event),
        who: Invitee::Outside(format!("来宾{number}")),
        kind: GuestKind::Media,
        stage,
        why: (stage == GuestStage::Waiting).then_some(GuestWhy::KindFull),
        note: "备注".to_owned(),
        is_proxy: true,
        sent_at: (stage != GuestStage::Draft).then(|| at(0)),
        reply_by: (stage != GuestStage::Draft).then(|| at(100)),
        answered_at: None,
        queued_at: (stage == GuestStage::Waiting).then(|| at(1)),
        named: 2,
        escorts: 1,
        plates: vec!["粤B12345".to_owned()],
        diet: "素食".to_owned(),
        version: 1,
    }
}

fn enterprise(number: u128) -> Enterprise {
    Enterprise {
        id: EnterpriseId::from(number),
        credit_code: None,
        external_id: None,
        name: format!("示例企业{number}"),
        short_name: None,
        aliases: Vec::new(),
        ownership: None,
        parent: None,
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

/// Two events; of the first enterprise 1 was asked, enterprise 2 not yet.
async fn world() -> DatabaseConnection {
    let db = lianmeng_testkit::database().await;
    for number in [1, 2] {
        let id = ZoneId::from(number);
        let sql = format!("INSERT INTO zones VALUES ('{id}', '区{number}', '', '[]', true, 1)");
        db.execute_unprepared(&sql).await.unwrap();
        crate::enterprise::insert(&db, &enterprise(number)).await.unwrap();
        event::insert(&db, &docking(number)).await.unwrap();
    }
    let firm = |number: u128, stage| Guest {
        who: Invitee::Member(Member::Enterprise(EnterpriseId::from(number))),
        ..guest(number, 1, stage)
    };
    let guests =
        [firm(1, GuestStage::Sent), firm(2, GuestStage::Draft), guest(3, 1, GuestStage::Yes)];
    insert_many(&db, &guests).await.unwrap();
    insert_many(&db, &[guest(4, 2, GuestStage::Waiting)]).await.unwrap();
    db
}

fn eyes<'a>(sees: &'a Visibility, reads: &'a Visibility) -> Eyes<'a> {
    Eyes { sees, reads, secrets: &Visibility::Nothing }
}

async fn ids(db: &impl ConnectionTrait, sees: &Visibility, filter: &GuestFilter) -> Vec<u128> {
    let rows = page(db, eyes(sees, sees), filter, Window::first(10)).await.unwrap();
    assert_eq!(count(db, sees, filter).await.unwrap(), u64::try_from(rows.len()).unwrap());
    rows.iter().map(|guest| guest.id.number()).collect()
}

#[tokio::test]
async fn a_guest_is_read_back_as_it_was_saved_and_the_second_of_two_saves_is_stale() {
    let db = world().await;
    let waiting = guest(4, 2, GuestStage::Waiting);
    assert_eq!(all(&db, DockingEventId::from(2)).await.unwrap(), std::slice::from_ref(&waiting));
    save(&db, &waiting).await.unwrap();
    let again = save(&db, &waiting).await;
    assert!(matches!(again, Err(StoreError::Stale)), "{again:?}");
    let twice = Guest {
        id: GuestId::from(9),
        ..all(&db, DockingEventId::from(1)).await.unwrap()[0].clone()
    };
    let refused = insert_many(&db, &[twice]).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
}

#[tokio::test]
async fn organisers_see_all_of_their_event_and_the_invited_their_own_once_sent() {
    let db = world().await;
    let none = GuestFilter::default();
    let own = GuestFilter { only_own: true, ..GuestFilter::default() };
    let firm = |number: u128| Visibility::Enterprise(EnterpriseId::from(number));
    for (sees, listed, mine) in [
        (Visibility::All, vec![1, 2, 3, 4], vec![]),
        (Visibility::Zone(ZoneId::from(1)), vec![1, 2, 3], vec![]),
        (Visibility::Zone(ZoneId::from(2)), vec![4], vec![]),
        (firm(1), vec![1], vec![1]),
        (firm(2), vec![], vec![]),
        (Visibility::Group(EnterpriseId::from(1)), vec![1], vec![1]),
        (Visibility::Published, vec![], vec![]),
        (Visibility::Nothing, vec![], vec![]),
    ] {
        assert_eq!(ids(&db, &sees, &none).await, listed, "{sees:?}");
        assert_eq!(ids(&db, &sees, &own).await, mine, "{sees:?}");
    }
    let events =
        async |sees: &Visibility| event::count(&db, sees, &EventFilter::default()).await.unwrap();
    assert_eq!((events(&firm(1)).await, events(&firm(2)).await), (1, 0));
    let found = find_many(&db, Eyes::ALL, &[GuestId::from(1)]).await.unwrap();
    save(&db, &Guest { stage: GuestStage::Withdrawn, ..found[0].clone() }).await.unwrap();
    assert_eq!(events(&firm(1)).await, 0, "who is uninvited sees the event no more");
}

#[tokio::test]
async fn what_nobody_answered_in_time_is_listed_as_lapsed() {
    let db = world().await;
    let in_stage = |stage, minute| GuestFilter {
        stages: Some((vec![stage], at(minute))),
        ..GuestFilter::default()
    };
    let all = &Visibility::All;
    assert_eq!(ids(&db, all, &in_stage(GuestStage::Sent, 99)).await, [1]);
    assert_eq!(ids(&db, all, &in_stage(GuestStage::Sent, 100)).await, [0; 0]);
    assert_eq!(ids(&db, all, &in_stage(GuestStage::Lapsed, 99)).await, [0; 0]);
    assert_eq!(ids(&db, all, &in_stage(GuestStage::Lapsed, 100)).await, [1]);
    assert_eq!(ids(&db, all, &in_stage(GuestStage::Yes, 100)).await, [3]);
    let due = lapsing(&db, at(100), None, 10).await.unwrap();
    assert_eq!(due.iter().map(|guest| guest.id.number()).collect::<Vec<_>>(), [1]);
    assert!(lapsing(&db, at(100), Some(GuestId::from(1)), 10).await.unwrap().is_empty());
    assert!(lapsing(&db, at(99), None, 10).await.unwrap().is_empty());
    let events = [DockingEventId::from(1), DockingEventId::from(2)];
    assert_eq!(heads(&db, &events).await.unwrap(), [(events[0], 3)]);
}

#[tokio::test]
async fn persons_leave_the_list_and_are_masked_for_those_who_do_not_read_them() {
    let db = world().await;
    let person = |number: u128, is_escort| GuestPerson {
        id: GuestPersonId::from(number),
        guest: GuestId::from(1),
        event: DockingEventId::from(1),
        card: PersonCard {
            name: "李明华".to_owned(),
            phone: "13812345678".to_owned(),
            ..PersonCard::default()
        },
        is_escort,
        badge: format!("BADGE{number}"),
        left_at: None,
        successor: None,
    };
    let people = [person(1, true), person(2, false), person(3, false)];
    person::insert_many(&db, &people).await.unwrap();
    let guest = GuestId::from(1);
    let read = async |sees: &Visibility, reads: &Visibility| {
        person::of_guests(&db, eyes(sees, reads), &[guest]).await.unwrap()
    };
    let firm = |number: u128| Visibility::Enterprise(EnterpriseId::from(number));
    person::leave(&db, &[GuestPersonId::from(3)], at(5)).await.unwrap();
    let own = read(&firm(1), &firm(1)).await;
    let places: Vec<u128> = own.iter().map(|seen| seen.person.id.number()).collect();
    assert_eq!(places, [2, 1], "those named first");
    assert_eq!(own[0].person, people[1]);
    assert_eq!(read(&firm(2), &firm(2)).await, []);
    let masked = read(&Visibility::All, &Visibility::Nothing).await;
    assert_eq!((masked[0].person.card.name.as_str(), masked[0].is_masked), ("李**", true));
    let everybody = person::of_event(&db, DockingEventId::from(1)).await.unwrap();
    assert_eq!(everybody.iter().filter_map(|one| one.left_at).collect::<Vec<_>>(), [at(5)]);
    assert_eq!(person::all(&db, guest).await.unwrap(), everybody);
    let auditor =
        find_many(&db, eyes(&Visibility::All, &Visibility::Nothing), &[guest]).await.unwrap();
    let left = (auditor[0].note.as_str(), auditor[0].diet.as_str(), auditor[0].plates.len());
    assert_eq!(left, ("", "", 0));
}

#[tokio::test]
async fn a_book_is_made_when_it_is_first_held_and_keeps_its_quotas() {
    let db = world().await;
    let event = DockingEventId::from(1);
    assert_eq!(book::find_many(&db, &[event]).await.unwrap(), []);
    let tx = tx::begin(&db).await.unwrap();
    let first = book::hold(&tx, event).await.unwrap();
    assert_eq!((first.capacity, first.quotas.len(), first.version), (None, 0, 1));
    let quotas = vec![
        Quota { kind: GuestKind::Bank, min: 1, max: None },
        Quota { kind: GuestKind::Media, min: 0, max: Some(3) },
    ];
    let set = lianmeng_domain::guest::book::GuestBook { capacity: Some(80), quotas, ..first };
    book::save(&tx, &set).await.unwrap();
    tx::commit(tx).await.unwrap();
    let tx = tx::begin(&db).await.unwrap();
    let again = book::hold(&tx, event).await.unwrap();
    assert_eq!(again, lianmeng_domain::guest::book::GuestBook { version: 2, ..set });
    tx::rollback(tx).await.unwrap();
    let nobody = book::hold(&db, DockingEventId::from(9)).await;
    assert!(matches!(nobody, Err(StoreError::Conflict(_))), "{nobody:?}");
}
