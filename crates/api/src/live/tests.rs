//! Subscriptions as their parties, as strangers, and after a drop.

use async_graphql::{Executor as _, Request};
use lianmeng_domain::actor::Role;
use lianmeng_domain::ids::{ChainCommitteeId, EnterpriseId};
use serde_json::{Value, json};

use super::*;
use crate::ids::wire;
use crate::schema::{self, Service};
use crate::testing::casework::{coordinator, firm, town};
use crate::testing::{actor, ask};

/// Submits a need of enterprise 1 to committee 5 and gives its wire id.
async fn submit(office: &Office, key: &str) -> String {
    let query = format!(
        r#"mutation {{ needSubmit(input: {{ requestKey: "{key}", confirmsNoSecret: true,
            card: {{ enterpriseId: "{}", committeeId: "{}", kind: TECH_BREAKTHROUGH, title: "{key}",
                    publicSummary: "s", body: "b" }} }})
            {{ need {{ id }} errors {{ code message }} }} }}"#,
        wire(EnterpriseId::from(1)),
        wire(ChainCommitteeId::from(5)),
    );
    let answer = ask(office, firm(1), &query).await;
    answer["data"]["needSubmit"]["need"]["id"]
        .as_str()
        .unwrap_or_else(|| panic!("{answer}"))
        .to_owned()
}

/// What `who` hears; on a task of its own, so that the one connection of a test is never held by a
/// stream that nobody looks at.
fn listen(office: &Office, who: Actor, query: &str) -> BoxStream<'static, Value> {
    let service = Service::new(schema::build(), Arc::new(office.clone()), who);
    let mut events = service.execute_stream(Request::new(query), None);
    let (tell, heard) = tokio::sync::mpsc::channel(8);
    tokio::spawn(async move {
        while let Some(event) = events.next().await {
            if tell.send(serde_json::to_value(event).unwrap()).await.is_err() {
                return;
            }
        }
    });
    stream::unfold(heard, |mut heard| async move { Some((heard.recv().await?, heard)) }).boxed()
}

/// Where the list of changes ends now.
async fn end(office: &Office) -> String {
    let answer = ask(office, coordinator(), "{ changeCursor }").await;
    answer["data"]["changeCursor"].as_str().unwrap().to_owned()
}

async fn next(events: &mut BoxStream<'static, Value>) -> Value {
    let event = tokio::time::timeout(Duration::from_secs(20), events.next()).await;
    event.unwrap().unwrap()
}

#[tokio::test]
async fn who_may_see_a_need_hears_of_it_and_who_comes_back_misses_nothing() {
    let office = town().await;
    let start = end(&office).await;
    let query = format!(
        "subscription {{ needChanged(after: \"{start}\") {{ cursor at need {{ id title }} }} }}"
    );
    let mut events = listen(&office, coordinator(), &query);
    let mut ids = Vec::new();
    for key in ["need-one", "need-two", "need-three"] {
        ids.push(submit(&office, key).await);
    }
    let first = next(&mut events).await["data"]["needChanged"].clone();
    assert_eq!(
        (&first["need"]["id"], &first["need"]["title"]),
        (&json!(ids[0]), &json!("need-one"))
    );
    assert_eq!(first["at"], "2026-03-02T01:00:00+00:00");
    drop(events);

    let cursor = first["cursor"].as_str().unwrap();
    let again = format!("subscription {{ needChanged(after: \"{cursor}\") {{ need {{ id }} }} }}");
    let mut events = listen(&office, coordinator(), &again);
    for id in &ids[1..] {
        assert_eq!(next(&mut events).await["data"]["needChanged"]["need"]["id"], *id);
    }
    let more = tokio::time::timeout(Duration::from_millis(50), events.next()).await;
    assert!(more.is_err(), "nothing comes twice: {more:?}");
    let one = format!(
        "subscription {{ needChanged(needId: \"{}\", after: \"{cursor}\") {{ need {{ id }} }} }}",
        ids[2]
    );
    let mut events = listen(&office, coordinator(), &one);
    assert_eq!(next(&mut events).await["data"]["needChanged"]["need"]["id"], ids[2]);
}

#[tokio::test]
async fn what_one_may_not_see_is_no_event() {
    let office = town().await;
    let start = end(&office).await;
    let hidden = submit(&office, "need-one").await;
    let public = || actor(Role::Public, None);
    let seen = ask(&office, public(), &format!("{{ node(id: \"{hidden}\") {{ id }} }}")).await;
    assert_eq!(seen["data"]["node"], Value::Null, "{seen}");
    let query = format!("subscription {{ needChanged(after: \"{start}\") {{ need {{ id }} }} }}");
    let mut stranger = listen(&office, public(), &query);
    let mut owner = listen(&office, firm(1), &query);
    assert_eq!(next(&mut owner).await["data"]["needChanged"]["need"]["id"], hidden);
    let waited = tokio::time::timeout(Duration::from_millis(50), stranger.next()).await;
    assert!(waited.is_err(), "{waited:?}");
}

#[tokio::test]
async fn a_cursor_of_something_else_is_refused() {
    let office = town().await;
    let query = "subscription { needChanged(after: \"bm9uZQ\") { cursor } }";
    let refused = next(&mut listen(&office, coordinator(), query)).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "BAD_CURSOR", "{refused}");
}

#[tokio::test]
async fn the_version_of_the_graph_comes_at_once() {
    let office = town().await;
    let mut events = listen(&office, coordinator(), "subscription { graphVersion }");
    let first = next(&mut events).await;
    let asked = ask(&office, coordinator(), "{ graphVersion }").await;
    assert_eq!(first["data"], asked["data"]);
}

#[tokio::test]
async fn an_answer_to_a_change_tells_its_number_and_a_question_may_ask_for_it() {
    let office = town().await;
    submit(&office, "need-one").await;
    let service = Service::new(schema::build(), Arc::new(office.clone()), coordinator());
    let mut request = Request::new("{ graphVersion }");
    request.extensions.insert("atLeast".to_owned(), async_graphql::Value::from(1));
    let answer = serde_json::to_value(service.execute(request).await).unwrap();
    assert_eq!(answer["extensions"]["seen"], 1, "{answer}");
    let mut request = Request::new("{ graphVersion }");
    request.extensions.insert("atLeast".to_owned(), async_graphql::Value::from("x"));
    let refused = serde_json::to_value(service.execute(request).await).unwrap();
    assert_eq!(refused["errors"][0]["extensions"]["code"], "BAD_REQUEST", "{refused}");
}

#[test]
fn a_place_survives_its_cursor() {
    let there = Place { seq: 7, part: 2 };
    assert_eq!(place(&cursor(there)).unwrap(), there);
    assert!(place("x").is_err());
}
