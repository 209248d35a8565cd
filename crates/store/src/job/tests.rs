use std::collections::BTreeSet;

use sea_orm::DatabaseConnection;

use super::*;
use crate::tx;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + seconds, 0).unwrap()
}

fn asker() -> Actor {
    Actor { subject: "one".to_owned(), role: Role::CommitteeSecretary, body: None }
}

async fn ask(db: &DatabaseConnection, n: u128, key: Option<&str>) -> JobId {
    let actor = asker();
    let new = NewJob {
        id: n.into(),
        kind: JobKind::PlanEvent,
        payload: "{}",
        dedup_key: key,
        actor: &actor,
        run_at: at(0),
        now: at(-60),
    };
    enqueue(db, new).await.unwrap()
}

async fn take(db: &DatabaseConnection, owner: &str, now: i64) -> Option<Leased> {
    claim(db, owner, at(now), TimeDelta::seconds(30)).await.unwrap()
}

async fn state(db: &DatabaseConnection, id: JobId) -> (JobState, i32) {
    let job = find(db, &asker(), id).await.unwrap().unwrap();
    (job.state, job.attempts)
}

#[tokio::test]
async fn a_job_is_asked_for_once_taken_once_and_ends_in_the_log() {
    let db = lianmeng_testkit::database().await;
    let id = ask(&db, 1, Some("event")).await;
    assert_eq!(ask(&db, 2, Some("event")).await, id, "the same work again is the same job");
    assert_eq!(take(&db, "a", -1).await, None, "not before its time");
    let leased = take(&db, "a", 0).await.unwrap();
    assert_eq!((leased.job.id, leased.job.attempts, leased.job.actor.clone()), (id, 1, asker()));
    assert_eq!(ask(&db, 3, Some("event")).await, id, "nor while it runs");
    assert_eq!(take(&db, "b", 1).await, None);
    let progress = Progress { done: 2, total: 4, checkpoint: Some("two".to_owned()) };
    renew(&db, &leased, (at(2), at(40)), Some(&progress)).await.unwrap();
    finish(&db, &leased, End::Done(Some("event:1".to_owned())), at(3)).await.unwrap();
    let done = find(&db, &asker(), id).await.unwrap().unwrap();
    assert_eq!((done.state, done.progress_done, done.progress_total), (JobState::Done, 4, 4));
    assert_eq!(done.result.as_deref(), Some("event:1"));
    let stranger = Actor { subject: "two".to_owned(), ..asker() };
    assert_eq!(find(&db, &stranger, id).await.unwrap(), None);
    assert_eq!(ask(&db, 4, Some("event")).await, 4_u128.into(), "ended work may be asked again");
}

#[tokio::test]
async fn a_lease_that_ended_passes_on_and_its_old_worker_changes_nothing() {
    let db = lianmeng_testkit::database().await;
    let id = ask(&db, 1, None).await;
    let old = take(&db, "a", 0).await.unwrap();
    let progress = Progress { done: 1, total: 2, checkpoint: Some("half".to_owned()) };
    renew(&db, &old, (at(0), at(30)), Some(&progress)).await.unwrap();
    assert_eq!(take(&db, "b", 30).await, None);
    let new = take(&db, "b", 31).await.unwrap();
    assert_eq!((new.job.attempts, new.job.checkpoint.as_deref()), (2, Some("half")));
    let stale = |done: Result<(), StoreError>| matches!(done, Err(StoreError::Stale));
    assert!(stale(renew(&db, &old, (at(32), at(60)), None).await));
    assert!(stale(put_back(&db, &old, "late", (at(32), at(33))).await));
    assert!(stale(finish(&db, &old, End::Done(None), at(32)).await));
    finish(&db, &new, End::Failed("no".to_owned()), at(33)).await.unwrap();
    assert_eq!(state(&db, id).await, (JobState::Failed, 2));
}

#[tokio::test]
async fn a_clock_that_was_set_back_keeps_no_job_waiting() {
    let db = lianmeng_testkit::database().await;
    let actor = asker();
    let now = at(5 * 3600);
    let ahead = NewJob {
        id: 1.into(),
        kind: JobKind::PlanEvent,
        payload: "{}",
        dedup_key: None,
        actor: &actor,
        run_at: now,
        now,
    };
    let id = enqueue(&db, ahead).await.unwrap();
    let first = take(&db, "a", 0).await.unwrap();
    assert_eq!(first.job.id, id, "what is to be done at once is due");
    // Its lease was renewed by a clock that was ahead, then its worker died.
    renew(&db, &first, (now, now + TimeDelta::seconds(30)), None).await.unwrap();
    assert_eq!(take(&db, "b", 1).await.unwrap().job.attempts, 2);
    assert_eq!(take(&db, "a", 2).await, None, "a lease of now holds");
}

#[tokio::test]
async fn after_its_last_attempt_a_job_is_dead_until_it_is_put_back() {
    let db = lianmeng_testkit::database().await;
    let id = ask(&db, 1, Some("event")).await;
    for attempt in 1..=4 {
        let leased = take(&db, "a", attempt * 10).await.unwrap();
        let times = (at(attempt * 10), at(attempt * 10 + 5));
        put_back(&db, &leased, "away", times).await.unwrap();
        assert_eq!(take(&db, "a", attempt * 10 + 4).await, None, "it pauses first");
    }
    // The worker of the fifth attempt dies with it.
    take(&db, "a", 100).await.unwrap();
    assert_eq!(take(&db, "b", 200).await, None);
    assert_eq!(state(&db, id).await, (JobState::Dead, 5));
    let window = Window::first(10);
    let dead = page(&db, &asker(), Some(JobState::Dead), window).await.unwrap();
    assert_eq!(dead.iter().map(|job| job.id).collect::<Vec<_>>(), [id]);
    assert!(requeue(&db, id, at(300)).await.unwrap());
    assert!(!requeue(&db, id, at(300)).await.unwrap());
    assert_eq!(take(&db, "a", 300).await.unwrap().job.attempts, 1);
}

#[tokio::test]
async fn many_workers_take_each_job_exactly_once() {
    let db = lianmeng_testkit::database().await;
    for n in 0..60 {
        ask(&db, n, None).await;
    }
    let workers = (0..8).map(|worker| {
        let db = db.clone();
        tokio::spawn(async move {
            let mut taken = Vec::new();
            loop {
                let tx = tx::begin(&db).await.unwrap();
                let owner = format!("w{worker}");
                let lease = TimeDelta::seconds(30);
                let got = claim(&tx, &owner, at(0), lease).await.unwrap();
                tx::commit(tx).await.unwrap();
                match got {
                    Some(leased) => taken.push(leased.job.id),
                    None => return taken,
                }
            }
        })
    });
    let mut all = Vec::new();
    for worker in workers.collect::<Vec<_>>() {
        all.extend(worker.await.unwrap());
    }
    assert_eq!(all.len(), 60);
    assert_eq!(all.into_iter().collect::<BTreeSet<_>>().len(), 60);
}
