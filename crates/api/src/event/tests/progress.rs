//! A timetable while it is being solved: who hears of it, and what.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Executor as _, Request};
use futures_util::StreamExt as _;
use tokio::sync::mpsc::{Receiver, channel};

use super::*;
use crate::schema::{self, Service};

/// What `who` hears of the event.
fn listen(office: &Office, who: Actor, event: &str) -> Receiver<Value> {
    let query = format!(
        r#"subscription {{ eventPlanProgress(eventId: "{event}") {{ event {{ id }}
            breaks lowerBound gap moved elapsedMs isOver }} }}"#
    );
    let service = Service::new(schema::build(), Arc::new(office.clone()), who);
    let mut events = service.execute_stream(Request::new(query), None);
    let (tell, heard) = channel(64);
    tokio::spawn(async move {
        while let Some(event) = events.next().await {
            if tell.send(serde_json::to_value(event).unwrap()).await.is_err() {
                return;
            }
        }
    });
    heard
}

/// The last thing that is heard of a search.
async fn last(heard: &mut Receiver<Value>) -> Value {
    loop {
        let next = tokio::time::timeout(Duration::from_secs(20), heard.recv()).await;
        let told = next.unwrap().unwrap()["data"]["eventPlanProgress"].clone();
        if told["isOver"] == true {
            return told;
        }
    }
}

#[tokio::test]
async fn organisers_hear_how_good_a_timetable_is_while_it_is_solved_and_strangers_do_not() {
    let office = office().await;
    let event = created(&office).await;
    with_people(&office, &event, 4, "").await;
    with_pairs(&office, &event, &SQUARE).await;
    let auditor = actor(Role::Auditor, None);
    let mut organisers =
        [coordinator(), zone_host(1), auditor].map(|who| listen(&office, who, &event));
    let mut strangers =
        [firm(1), zone_host(2), Actor::public()].map(|who| listen(&office, who, &event));
    let planned = plan(&office, &event, 3, "plan-0001").await;
    assert_eq!(planned["event"]["breaks"], 0, "{planned}");
    let want = json!({ "event": { "id": event }, "breaks": 0, "lowerBound": 0, "gap": 0,
        "moved": 0, "elapsedMs": 0, "isOver": true });
    for heard in &mut organisers {
        assert_eq!(last(heard).await, want);
    }
    for heard in &mut strangers {
        let waited = tokio::time::timeout(Duration::from_millis(50), heard.recv()).await;
        assert!(waited.is_err(), "{waited:?}");
    }
}
