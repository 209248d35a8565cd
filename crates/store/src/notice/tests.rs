use std::sync::LazyLock;

use lianmeng_domain::ids::EnterpriseId;
use sea_orm::DatabaseConnection;

use super::*;
use crate::account::tests::{at, db};
use crate::grant::tests::grant;
use crate::tx;

const DAY: TimeDelta = TimeDelta::days(1);

fn firm() -> Vec<Audience> {
    let body = Body::Enterprise(EnterpriseId::from(5));
    vec![Audience { role: Role::Enterprise, body: Some(body), kind: NoticeKind::NeedAccepted }]
}

/// People 1 and 2 hold a role for enterprise 5, person 3 for nothing.
async fn town() -> DatabaseConnection {
    let db = db().await;
    for number in [1, 2] {
        grant::insert(&db, &grant(number, number)).await.unwrap();
    }
    db
}

async fn news(db: &impl ConnectionTrait, cause: u128, second: i64, subject: &str) {
    let news = News {
        cause: cause.into(),
        at: at(second),
        subject,
        thing: "need:1",
        title: "用工",
        audiences: &firm(),
    };
    enqueue(db, &news).await.unwrap();
}

static CALENDAR: LazyLock<WorkCalendar> = LazyLock::new(WorkCalendar::default);

fn how(ids: &IdSource) -> Spreading<'_> {
    let today = at(0).date_naive();
    Spreading { ids, today, burst: TimeDelta::minutes(10), limit: 7, calendar: &CALENDAR }
}

async fn spread_all(db: &DatabaseConnection, ids: &IdSource) {
    while is_waiting(db).await.unwrap() {
        let tx = tx::begin(db).await.unwrap();
        spread(&tx, how(ids)).await.unwrap();
        tx::commit(tx).await.unwrap();
        tokio::task::yield_now().await;
    }
}

async fn of(db: &DatabaseConnection, number: u128) -> Vec<Notice> {
    let filter = NoticeFilter { grant: number.into(), only_new: true };
    page(db, filter, Window::first(100)).await.unwrap()
}

#[tokio::test]
async fn a_burst_of_fifty_is_one_notice_for_each_person_with_every_cause() {
    let (db, ids) = (town().await, IdSource::new(1));
    for n in 1..=50 {
        news(&db, n, i64::try_from(n).unwrap(), "account:x").await;
    }
    spread_all(&db, &ids).await;
    for person in [1, 2] {
        let told = of(&db, person).await;
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].changes, told[0].first_at, told[0].last_at), (50, at(1), at(50)));
        let causes = causes(&db, told[0].id, 100).await.unwrap();
        assert_eq!(causes, (1..=50).map(AuditId::from).collect::<Vec<_>>());
    }
    // Later, or once it is read, news are a notice of their own.
    news(&db, 51, 3_000, "account:x").await;
    spread_all(&db, &ids).await;
    assert_eq!(of(&db, 1).await.len(), 2);
    assert_eq!(read(&db, 1.into(), None, at(3_001)).await.unwrap(), 2);
    assert_eq!(read(&db, 1.into(), None, at(3_002)).await.unwrap(), 0);
    news(&db, 52, 3_002, "account:x").await;
    spread_all(&db, &ids).await;
    assert_eq!((of(&db, 1).await.len(), of(&db, 2).await.len()), (1, 2));
}

#[tokio::test]
async fn two_spreaders_at_once_tell_nobody_twice() {
    let (db, ids) = (town().await, IdSource::new(1));
    for n in 1..=60 {
        news(&db, n, 1, "account:x").await;
    }
    tokio::join!(spread_all(&db, &ids), spread_all(&db, &ids), spread_all(&db, &ids));
    for person in [1, 2] {
        let told = of(&db, person).await;
        assert_eq!(told.iter().map(|notice| notice.changes).collect::<Vec<_>>(), [60]);
    }
    assert_eq!(count(&db, NoticeFilter { grant: 1.into(), only_new: false }).await.unwrap(), 1);
}

#[tokio::test]
async fn news_told_again_after_a_crash_change_nothing() {
    let (db, ids) = (town().await, IdSource::new(1));
    news(&db, 1, 1, "account:x").await;
    let tx = tx::begin(&db).await.unwrap();
    spread(&tx, how(&ids)).await.unwrap();
    tx::rollback(tx).await.unwrap();
    assert!(is_waiting(&db).await.unwrap() && of(&db, 1).await.is_empty());
    spread_all(&db, &ids).await;
    // Somebody puts the same change into the outbox once more.
    news(&db, 1, 1, "account:x").await;
    spread_all(&db, &ids).await;
    assert_eq!(of(&db, 1).await[0].changes, 1);
}

#[tokio::test]
async fn who_lost_the_role_or_did_it_themselves_is_not_told() {
    let (db, ids) = (town().await, IdSource::new(1));
    let one = format!("account:{}", AccountId::from(1));
    news(&db, 1, 1, &one).await;
    spread_all(&db, &ids).await;
    assert_eq!((of(&db, 1).await.len(), of(&db, 2).await.len()), (0, 1));
    news(&db, 2, 2, "account:x").await;
    grant::revoke(&db, 1.into(), at(3)).await.unwrap();
    spread_all(&db, &ids).await;
    assert_eq!((of(&db, 1).await.len(), of(&db, 2).await[0].changes), (0, 2));
    // The term of the other is over two days later.
    news(&db, 3, 3, "account:x").await;
    let tx = tx::begin(&db).await.unwrap();
    let later = Spreading { today: how(&ids).today + DAY * 2, ..how(&ids) };
    let (rows, told) = spread(&tx, later).await.unwrap();
    tx::commit(tx).await.unwrap();
    assert_eq!((rows, told.len(), is_waiting(&db).await.unwrap()), (1, 0, false));
}
