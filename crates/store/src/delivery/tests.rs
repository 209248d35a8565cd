use std::sync::LazyLock;

use lianmeng_domain::actor::{Body, Role};
use lianmeng_domain::calendar::WorkCalendar;
use lianmeng_domain::delivery::{NoticeSettings, Quiet};
use lianmeng_domain::ids::{EnterpriseId, GrantId};
use lianmeng_domain::notice::{Audience, NoticeKind};
use sea_orm::DatabaseConnection;

use super::*;
use crate::account::tests::{at, db};
use crate::grant::tests::grant;
use crate::notice::{self, News, Spreading};
use crate::notice_settings::{self, KeptSettings};
use crate::{tx, webhook};

static CALENDAR: LazyLock<WorkCalendar> = LazyLock::new(WorkCalendar::default);
const HOUR: i64 = 3_600;

/// Persons 1 and 2 work for enterprise 5 and want mail at any hour; webhook 7 is told what 1 is told.
async fn town() -> DatabaseConnection {
    let db = db().await;
    for number in [1, 2] {
        crate::grant::insert(&db, &grant(number, number)).await.unwrap();
        let settings = NoticeSettings {
            email: Some(format!("{number}@example.cn")),
            quiet: Quiet::parse("00:00", "00:00", false).unwrap(),
            ..NoticeSettings::of(AccountId::from(number))
        };
        let kept = kept(settings, 0);
        notice_settings::save(&db, &kept).await.unwrap();
    }
    webhook::insert(&db, &webhook::tests::webhook(7, 1, 1), "whsec_x").await.unwrap();
    db
}

fn kept(settings: NoticeSettings, version: i64) -> KeptSettings {
    KeptSettings { settings, code_hash: None, code_sent_at: None, code_mailed_at: None, version }
}

async fn news(db: &DatabaseConnection, ids: &IdSource, causes: std::ops::RangeInclusive<u128>) {
    let body = Body::Enterprise(EnterpriseId::from(5));
    let kind = NoticeKind::NeedAccepted;
    let audiences = [Audience { role: Role::Enterprise, body: Some(body), kind }];
    for number in causes {
        let thing = format!("need:{}", number % 2);
        let second = i64::try_from(number).unwrap();
        let news = News {
            cause: number.into(),
            at: at(second),
            subject: "account:x",
            thing: &thing,
            title: "用工",
            audiences: &audiences,
        };
        notice::enqueue(db, &news).await.unwrap();
    }
    let burst = TimeDelta::minutes(10);
    while notice::is_waiting(db).await.unwrap() {
        let today = at(0).date_naive();
        let how = Spreading { ids, today, burst, limit: 100, calendar: &CALENDAR };
        let tx = tx::begin(db).await.unwrap();
        notice::spread(&tx, how).await.unwrap();
        tx::commit(tx).await.unwrap();
    }
}

fn by(holder: &str, second: i64) -> Claim<'_> {
    let channels = Channel::ALL;
    Claim { holder, now: at(second), lease: TimeDelta::minutes(2), channels, limit: 100 }
}

async fn all(db: &DatabaseConnection) -> Vec<Delivery> {
    page(db, DeliveryFilter::default(), Window::first(100)).await.unwrap()
}

#[tokio::test]
async fn fifty_changes_are_one_message_for_each_person_and_webhook_with_every_cause() {
    let (db, ids) = (town().await, IdSource::new(1));
    news(&db, &ids, 1..=50).await;
    let all = all(&db).await;
    assert_eq!(all.len(), 3);
    for one in &all {
        let window = if one.webhook.is_some() { 60 } else { 600 };
        assert_eq!((one.first_at, one.next_at), (at(1), at(1 + window)), "{one:?}");
        let parts = parts(&db, &[one.id]).await.unwrap().remove(&one.id).unwrap();
        let causes: Vec<usize> = parts.iter().map(|part| part.causes.len()).collect();
        assert_eq!(causes, [25, 25], "two needs, two notices");
        let mut told: Vec<u128> =
            parts.iter().flat_map(|part| &part.causes).map(|cause| cause.number()).collect();
        told.sort_unstable();
        assert_eq!(told, (1..=50).collect::<Vec<_>>());
    }
    let newest = newest_of_webhooks(&db, &[7.into(), 8.into()]).await.unwrap();
    assert_eq!(newest.keys().copied().collect::<Vec<_>>(), [WebhookId::from(7)]);
    assert_eq!(mail_under_way(&db, 2.into()).await.unwrap().len(), 1);
    // Sent once the window is over, and what comes then is another message.
    assert_eq!(claim(&db, by("a", 60)).await.unwrap(), []);
    assert_eq!(claim(&db, by("a", 61)).await.unwrap().len(), 1, "the webhook");
    news(&db, &ids, 51..=52).await;
    assert_eq!(self::all(&db).await.len(), 4);
    assert_eq!(claim(&db, by("a", 601)).await.unwrap().len(), 4, "its lease is over as well");
}

#[tokio::test]
async fn two_senders_never_have_the_same_message() {
    let (db, ids) = (town().await, IdSource::new(1));
    news(&db, &ids, 1..=4).await;
    let (a, b, c) = tokio::join!(
        claim(&db, by("a", HOUR)),
        claim(&db, by("b", HOUR)),
        claim(&db, by("c", HOUR))
    );
    let mut taken: Vec<DeliveryId> =
        [a, b, c].into_iter().flat_map(Result::unwrap).map(|one| one.id).collect();
    let count = taken.len();
    taken.sort_unstable();
    taken.dedup();
    assert_eq!((count, taken.len()), (3, 3));
    assert_eq!(claim(&db, by("d", HOUR + 119)).await.unwrap(), []);
    // Whoever took them fell silent.
    let again = claim(&db, by("d", HOUR + 120)).await.unwrap();
    assert_eq!(again.iter().map(|one| one.attempts).collect::<Vec<_>>(), [2, 2, 2]);
    let late = settle(&db, &again[0], "a", &Outcome::Sent, at(HOUR + 121)).await.unwrap();
    assert!(!late, "it is no longer theirs");
    assert!(settle(&db, &again[0], "d", &Outcome::Sent, at(HOUR + 121)).await.unwrap());
    assert!(!settle(&db, &again[0], "d", &Outcome::Sent, at(HOUR + 122)).await.unwrap());
}

#[tokio::test]
async fn a_message_fails_is_postponed_given_up_and_put_back() {
    let (db, ids) = (town().await, IdSource::new(1));
    news(&db, &ids, 1..=1).await;
    let only = Claim { channels: &[Channel::Webhook], ..by("a", 100) };
    let one = claim(&db, only).await.unwrap().remove(0);
    assert!(one.webhook == Some(7.into()) && one.state == State::Sending && one.attempts == 1);
    let failed = Outcome::Failed("x".repeat(400), at(200));
    assert!(settle(&db, &one, "a", &failed, at(101)).await.unwrap());
    assert_eq!(claim(&db, Claim { now: at(199), ..only }).await.unwrap(), []);
    let one = claim(&db, Claim { now: at(200), ..only }).await.unwrap().remove(0);
    assert_eq!((one.attempts, one.last_error.as_ref().map(String::len)), (2, Some(300)));
    settle(&db, &one, "a", &Outcome::Postponed(at(300)), at(201)).await.unwrap();
    let one = claim(&db, Claim { now: at(300), ..only }).await.unwrap().remove(0);
    assert_eq!(one.attempts, 2, "waiting is no attempt");
    assert!(matches!(requeue(&db, one.id, at(301)).await, Err(StoreError::Stale)));
    settle(&db, &one, "a", &Outcome::GivenUp("no".to_owned()), at(301)).await.unwrap();
    let given_up = DeliveryFilter { account: Some(1.into()), state: Some(State::GivenUp) };
    let found = page(&db, given_up, Window::first(9)).await.unwrap();
    assert_eq!((found.len(), found[0].closed_at), (1, Some(at(301))));
    assert_eq!(claim(&db, Claim { now: at(9_999), ..only }).await.unwrap(), []);
    requeue(&db, one.id, at(400)).await.unwrap();
    let one = claim(&db, Claim { now: at(400), ..only }).await.unwrap().remove(0);
    assert_eq!((one.attempts, one.closed_at), (1, None));
    // What is tried again has been told once: later changes are another message.
    settle(&db, &one, "a", &Outcome::Failed("no".to_owned(), at(500)), at(401)).await.unwrap();
    let before = all(&db).await.len();
    news(&db, &ids, 2..=2).await;
    assert_eq!(all(&db).await.len(), before + 1);
}

#[tokio::test]
async fn nobody_is_written_to_who_did_not_ask_for_it() {
    let (db, ids) = (town().await, IdSource::new(1));
    let one = notice_settings::of(&db, 1.into()).await.unwrap().settings;
    let not_this = NoticeSettings { kinds: Some(vec![NoticeKind::NeedClosed]), ..one };
    notice_settings::save(&db, &kept(not_this, 1)).await.unwrap();
    let two = notice_settings::of(&db, 2.into()).await.unwrap().settings;
    let not_yet = NoticeSettings { pending_email: two.email.clone(), email: None, ..two };
    notice_settings::save(&db, &kept(not_yet, 1)).await.unwrap();
    webhook::remove(&db, 1.into(), 7.into(), at(0)).await.unwrap();
    news(&db, &ids, 1..=2).await;
    assert_eq!(all(&db).await, []);
    let filter = notice::NoticeFilter { grant: GrantId::from(1), only_new: true };
    assert_eq!(notice::count(&db, filter).await.unwrap(), 2, "told in the house all the same");
}
