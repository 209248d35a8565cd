use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::audit::AuditSight;
use lianmeng_domain::ids::EnterpriseId;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend};

use super::erase::{Whose, erase};
use super::list::{self, EntryFilter};
use super::read::{self, Sighting, Things};
use super::seal::{seal_next, sealed};
use super::trace::{Diff, Trace};
use super::verify::verify;
use super::*;
use crate::page::Window;

const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

fn auditor() -> Actor {
    Actor { subject: "li".to_owned(), role: Role::Auditor, body: None }
}

fn trace(n: u128) -> Trace {
    let before = serde_json::json!({ "stage": "draft" });
    let after = serde_json::json!({ "stage": "submitted", "body": format!("secret {n}") });
    let fields = |value: serde_json::Value| value.as_object().unwrap().clone();
    let diff = Diff { before: fields(before), after: fields(after) };
    Trace::new([7; 16], "10.0.0.9", Some(&diff))
}

async fn deed(db: &impl ConnectionTrait, n: u128) {
    let trace = trace(n);
    let thing = format!("need:{n}");
    let deed = Deed {
        id: n.into(),
        at: NOW,
        action: "SubmitNeed",
        thing: &thing,
        touches_graph: false,
        trace: Some(&trace),
    };
    append(db, &auditor(), deed).await.unwrap();
}

async fn reads(db: &impl ConnectionTrait, n: u128) {
    let things = ["need:1", "need:2"];
    let fields = BTreeSet::from(["body".to_owned()]);
    let things = Things::from(things.map(|thing| (thing.to_owned(), fields.clone())));
    let trace = Trace::new([8; 16], "10.0.0.9", None);
    let one = Sighting { id: n.into(), at: NOW, actor: auditor(), things, trace };
    read::append(db, &[one]).await.unwrap();
}

/// Three changes and two reads under two seals, a change and a read under none.
async fn log() -> DatabaseConnection {
    let db = lianmeng_testkit::database().await;
    for n in 1..=3 {
        deed(&db, n).await;
    }
    reads(&db, 11).await;
    seal_next(&db, NOW, 2).await.unwrap().unwrap();
    reads(&db, 12).await;
    seal_next(&db, NOW, 2).await.unwrap().unwrap();
    assert_eq!(seal_next(&db, NOW, 2).await.unwrap(), None);
    deed(&db, 4).await;
    reads(&db, 13).await;
    db
}

/// The faults after `sql` was run by somebody with the database in hand.
async fn after(sql: &str) -> Vec<String> {
    let db = log().await;
    db.execute_unprepared(sql).await.unwrap();
    let found = verify(&db, None).await.unwrap();
    assert_eq!(found.faults, u64::try_from(found.told.len()).unwrap());
    found.told
}

fn id(n: u128) -> String {
    let id: AuditId = n.into();
    id.to_string()
}

#[tokio::test]
async fn an_untouched_log_is_sound_and_says_what_is_not_sealed() {
    let db = log().await;
    let found = verify(&db, None).await.unwrap();
    assert_eq!(found.told, Vec::<String>::new());
    assert_eq!((found.seals, found.changes, found.reads), (2, 3, 2));
    assert_eq!((found.unsealed_changes, found.unsealed_reads), (1, 1));
    let head = found.head.unwrap();
    assert!(verify(&db, Some((2, &head.1))).await.unwrap().is_sound());
    assert!(!verify(&db, Some((2, "another"))).await.unwrap().is_sound());
    assert!(!verify(&db, Some((3, &head.1))).await.unwrap().is_sound());
}

#[tokio::test]
async fn a_changed_row_is_named() {
    let third = id(3);
    let changed = format!("audit:{third} (change 3) was changed");
    let personal = format!("audit:{third} (change 3): before, after or origin was changed");
    for (sql, want) in [
        ("UPDATE audit_rows SET subject = 'lj' WHERE seq = 3", &changed),
        ("UPDATE audit_rows SET body = 'x' WHERE seq = 3", &changed),
        ("UPDATE audit_rows SET digest = NULL WHERE seq = 3", &changed),
        (
            "UPDATE audit_rows SET detail = replace(detail, 'secret 3', 'secret 4') WHERE seq = 3",
            &personal,
        ),
        ("UPDATE audit_rows SET salt = NULL WHERE seq = 3", &personal),
    ] {
        assert_eq!(after(sql).await, [want.as_str()], "{sql}");
    }
    let read = format!("audit:{} (read 2) was changed", id(12));
    assert_eq!(after("UPDATE audit_reads SET role = 'public' WHERE seq = 2").await, [read]);
}

#[tokio::test]
async fn rows_that_went_or_came_are_named() {
    assert_eq!(after("DELETE FROM audit_rows WHERE seq = 2").await, ["change 2 is gone"]);
    let last = ["1 changes that are not sealed yet are gone"];
    assert_eq!(after("DELETE FROM audit_rows WHERE seq = 4").await, last);
    let copy = |seq: &str| {
        format!(
            "INSERT INTO audit_rows (id, at, seq, subject, role, action, thing, touches_graph) \
             SELECT '00000000000000000000000099', at, {seq}, 'x', role, action, thing, touches_graph \
             FROM audit_rows WHERE seq = 1"
        )
    };
    let twice = ["audit:00000000000000000000000099 (change 2) was inserted"];
    assert_eq!(after(&copy("2")).await, twice);
    let none = ["audit:00000000000000000000000099 was inserted: no number was given to it"];
    assert_eq!(after(&copy("NULL")).await, none);
    let read = id(12);
    assert_eq!(
        after("DELETE FROM audit_read_things WHERE seq = 2 AND thing = 'need:1'").await,
        [format!("audit:{read} (a read) is no longer found under need:1")]
    );
}

#[tokio::test]
async fn a_changed_seal_is_named() {
    let broken = after("UPDATE audit_seals SET hash = 'x' WHERE number = 1").await;
    let want =
        ["seal 1 was changed, or the one before it", "seal 2 was changed, or the one before it"];
    assert_eq!(broken, want);
    let gone = after("DELETE FROM audit_seals WHERE number = 1").await;
    assert!(gone.contains(&"seals 1 to 1 are gone".to_owned()), "{gone:?}");
    // Whoever changes a row and its leaf breaks the chain.
    let flipped = "UPDATE audit_seals SET leaves = CASE WHEN leaves LIKE '0%' THEN '1' ELSE '0' END || substr(leaves, 2) WHERE number = 1";
    let leaf = after(flipped).await;
    assert!(leaf.contains(&"seal 1 was changed, or the one before it".to_owned()));
}

#[tokio::test]
async fn what_is_erased_is_gone_and_the_chain_holds() {
    let db = log().await;
    assert_eq!(erase(&db, Whose::Thing("need:1")).await.unwrap(), 4, "one change, three reads");
    assert_eq!(erase(&db, Whose::Thing("need:1")).await.unwrap(), 0);
    let found = verify(&db, None).await.unwrap();
    assert_eq!((found.told, found.erased), (vec![], 3));
    assert_eq!(erase(&db, Whose::Subject("li")).await.unwrap(), 3);
    let left = list::page(&db, AuditSight::All, &EntryFilter::default(), Window::first(100))
        .await
        .unwrap();
    assert_eq!(left.len(), 7);
    assert!(left.iter().all(|entry| entry.is_erased && entry.told.from.is_none()));
    assert!(verify(&db, None).await.unwrap().is_sound());
}

#[tokio::test]
async fn the_log_of_a_thing_tells_who_wrote_and_who_read_it() {
    let db = log().await;
    let filter = EntryFilter { thing: Some("need:2".to_owned()), ..EntryFilter::default() };
    let all = list::page(&db, AuditSight::All, &filter, Window::first(3)).await.unwrap();
    let ids: Vec<u128> = all.iter().map(|entry| entry.id.number()).collect();
    assert_eq!(ids, [13, 12, 11]);
    assert_eq!(all[0].told.from.as_deref(), Some("10.0.0.9"));
    assert_eq!(all[0].subject.as_deref(), Some("li"));
    let rest =
        list::page(&db, AuditSight::All, &filter, Window::next(Some(all[2].id), 3)).await.unwrap();
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0].told.before.as_deref(), Some(r#"{"stage":"draft"}"#));
    assert_eq!(rest[0].told.fields(), ["body", "stage"]);
    let nothing = list::page(&db, AuditSight::Nothing, &filter, Window::first(3)).await.unwrap();
    assert_eq!(nothing, vec![]);
    let stranger = AuditSight::Own(EnterpriseId::from(5));
    assert_eq!(list::page(&db, stranger, &filter, Window::first(3)).await.unwrap(), vec![]);
}

#[tokio::test]
async fn writers_and_two_sealers_at_once_leave_one_sound_chain() {
    let db = lianmeng_testkit::database().await;
    let write = async |writer: u128| {
        for n in 0..40 {
            let tx = crate::tx::begin(&db).await.unwrap();
            deed(&tx, writer * 1_000 + n).await;
            crate::tx::commit(tx).await.unwrap();
            let tx = crate::tx::begin(&db).await.unwrap();
            reads(&tx, writer * 1_000 + 500 + n).await;
            crate::tx::commit(tx).await.unwrap();
        }
    };
    let seal = async || {
        let mut mine = 0;
        loop {
            match seal_next(&db, NOW, 7).await {
                Ok(Some(_)) => mine += 1,
                Ok(None) if sealed(&db).await.unwrap().change == 120 => break,
                Ok(None) | Err(StoreError::Conflict(_)) => tokio::task::yield_now().await,
                Err(error) => panic!("{error}"),
            }
        }
        mine
    };
    let (one, two, (), (), ()) = tokio::join!(seal(), seal(), write(1), write(2), write(3));
    while seal_next(&db, NOW, 1_000).await.unwrap().is_some() {}
    let found = verify(&db, None).await.unwrap();
    assert_eq!((found.told.clone(), found.changes, found.reads), (vec![], 120, 120));
    assert!(found.seals >= one + two, "{found:?}");
    if db.get_database_backend() == DbBackend::Postgres {
        assert!(found.seals > 10, "{found:?}");
    }
}
