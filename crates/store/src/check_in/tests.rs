use chrono::{TimeDelta, TimeZone as _, Utc};

use super::*;

fn record(id: &str, person: u128, minute: i64) -> CheckIn {
    CheckIn {
        event: DockingEventId::from(1),
        client_id: id.to_owned(),
        person: GuestPersonId::from(person),
        checkpoint: CheckpointId::from(1),
        direction: Direction::In,
        at: Utc.with_ymd_and_hms(2026, 3, 10, 1, 0, 0).unwrap() + TimeDelta::minutes(minute),
        device: "扫码枪".to_owned(),
        is_by_hand: false,
    }
}

/// An event with a guest of two persons and a checkpoint.
async fn world() -> DatabaseConnection {
    let db = lianmeng_testkit::database().await;
    let (event, guest) = (DockingEventId::from(1), DockingEventId::from(7));
    let mut sql = format!(
        "INSERT INTO docking_events (id, title, held_on, stage, fairness, is_example, version) \
         VALUES ('{event}', '对接会', '2026-03-10', 'live', 2, true, 1);\
         INSERT INTO guests (id, event_id, outside_name, kind, stage, note, is_proxy, named, escorts, plates, diet, version) \
         VALUES ('{guest}', '{event}', '某报社', 'media', 'yes', '', false, 2, 0, '[]', '', 1);"
    );
    for number in 1..=2 {
        let id = GuestPersonId::from(number);
        sql.push_str(&format!(
            "INSERT INTO guest_people (id, guest_id, event_id, name, title, phone, is_head, is_escort, badge) \
             VALUES ('{id}', '{guest}', '{event}', '', '', '', false, false, 'BADGE{number}');"
        ));
    }
    db.execute_unprepared(&sql).await.unwrap();
    insert_checkpoint(&db, &gate(1, "南门")).await.unwrap();
    db
}

fn gate(number: u128, name: &str) -> Checkpoint {
    Checkpoint {
        id: CheckpointId::from(number),
        event: DockingEventId::from(1),
        name: name.to_owned(),
        is_entrance: true,
    }
}

#[tokio::test]
async fn a_record_is_kept_once_and_as_it_was_first() {
    let db = world().await;
    let event = DockingEventId::from(1);
    insert_many(&db, &[record("b", 1, 3), record("a", 2, 5)]).await.unwrap();
    insert_many(&db, &[record("b", 1, 9), record("c", 1, 1)]).await.unwrap();
    insert_many(&db, &[]).await.unwrap();
    let want = [record("c", 1, 1), record("b", 1, 3), record("a", 2, 5)];
    assert_eq!(all(&db, event).await.unwrap(), want, "in the order in which they happened");
    let mut some = with(&db, event, &["a".to_owned()], &[]).await.unwrap();
    assert_eq!(some, [record("a", 2, 5)]);
    some = with(&db, event, &["x".to_owned()], &[GuestPersonId::from(1)]).await.unwrap();
    assert_eq!(some.len(), 2);
    assert!(with(&db, DockingEventId::from(2), &["a".to_owned()], &[]).await.unwrap().is_empty());
    let nobody = insert_many(&db, &[record("d", 9, 1)]).await;
    assert!(matches!(nobody, Err(StoreError::Conflict(_))), "{nobody:?}");
}

#[tokio::test]
async fn checkpoints_are_unique_by_name_and_stay_where_somebody_was_seen() {
    let db = world().await;
    let event = DockingEventId::from(1);
    let twice = insert_checkpoint(&db, &gate(2, "南门")).await;
    assert!(matches!(twice, Err(StoreError::Conflict(_))), "{twice:?}");
    insert_checkpoint(&db, &gate(2, "北门")).await.unwrap();
    let both = checkpoints(&db, &[event]).await.unwrap().remove(&event).unwrap();
    assert_eq!(both, [gate(1, "南门"), gate(2, "北门")]);
    insert_many(&db, &[record("a", 1, 1)]).await.unwrap();
    assert!(is_used(&db, CheckpointId::from(1)).await.unwrap());
    assert!(!is_used(&db, CheckpointId::from(2)).await.unwrap());
    let stays = remove_checkpoint(&db, CheckpointId::from(1)).await;
    assert!(matches!(stays, Err(StoreError::Conflict(_))), "{stays:?}");
    remove_checkpoint(&db, CheckpointId::from(2)).await.unwrap();
    assert_eq!(find_checkpoint(&db, CheckpointId::from(2)).await.unwrap(), None);
    assert_eq!(find_checkpoint(&db, CheckpointId::from(1)).await.unwrap(), Some(gate(1, "南门")));
}
