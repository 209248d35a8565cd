//! Meeting requests through the whole schema: as either side, as organisers, as strangers.

use chrono::TimeDelta;
use lianmeng_app::desk::{Clock, Office};
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::ids::EnterpriseId;
use serde_json::{Value, json};

use crate::guest::tests::{change, event, firm, host};
use crate::ids::wire;
use crate::testing::{actor, ask};

/// An event with the participants 1 to 4, enterprise 4 with one meeting at most, that takes two requests
/// of each for three days.
async fn open() -> (Office, String) {
    let (office, event) = event().await;
    let people: Vec<String> = (1..=4)
        .map(|n| {
            let most = if n == 4 { "maxMeetings: 1" } else { "" };
            format!(r#"{{ memberId: "{}", wishes: {{ {most} }} }} "#, wire(EnterpriseId::from(n)))
        })
        .collect();
    let input = format!(
        r#"eventId: "{event}", version: 1, requestKey: "people-1", participants: [{}]"#,
        people.concat()
    );
    change(&office, host(1), "eventAddParticipants", &input, "event { version }").await;
    let input = format!(r#"eventId: "{event}", cap: 2, days: 3, requestKey: "open-0001""#);
    let shows = "event { meetingRequestRules { cap days } }";
    let opened = change(&office, host(1), "meetingRequestsOpen", &input, shows).await;
    let want = json!({ "meetingRequestRules": { "cap": 2, "days": 3 } });
    assert_eq!(opened["event"], want);
    (office, event)
}

const REQUEST: &str =
    "request { id stage version message priority halfDay declineReason cancelReason meetingId }";

async fn send(office: &Office, event: &str, from: u128, to: u128) -> Value {
    let input = format!(
        r#"eventId: "{event}", toId: "{}", requestKey: "send-{from}-{to}",
           card: {{ message: "谈坯布供货", priority: WANT, halfDay: MORNING }}"#,
        wire(EnterpriseId::from(to))
    );
    change(office, firm(from), "meetingRequestSend", &input, REQUEST).await
}

/// What comes of a step with the first version of a request.
async fn step(office: &Office, who: Actor, field: &str, sent: &Value, more: &str) -> Value {
    let (id, version) = (&sent["request"]["id"], &sent["request"]["version"]);
    let input = format!(r#"requestId: {id}, version: {version}, requestKey: "{field}-1", {more}"#);
    change(office, who, field, &input, REQUEST).await
}

fn code(payload: &Value) -> &Value {
    &payload["errors"][0]["code"]
}

async fn meetings(office: &Office, event: &str) -> Value {
    let query = format!(
        r#"{{ node(id: "{event}") {{ ... on DockingEvent {{ version meetings {{ totalCount nodes {{ id halfDay slot {{ number }} }} }} }} }} }}"#
    );
    ask(office, host(1), &query).await["data"]["node"].clone()
}

#[tokio::test]
async fn an_accepted_request_is_a_meeting_and_one_that_waits_holds_nothing() {
    let (office, event) = Box::pin(open()).await;
    let sent = send(&office, &event, 1, 2).await;
    assert_eq!(sent["request"]["stage"], "PENDING", "{sent}");
    assert_eq!(meetings(&office, &event).await["meetings"]["totalCount"], 0);
    let edited = step(
        &office,
        firm(1),
        "meetingRequestChange",
        &sent,
        r#"card: { message: "谈染整", priority: MUST }"#,
    )
    .await;
    let now = &edited["request"];
    assert_eq!(
        (&now["message"], &now["halfDay"], &now["version"]),
        (&json!("谈染整"), &Value::Null, &json!(2))
    );
    let stale = step(&office, firm(2), "meetingRequestAccept", &sent, "").await;
    assert_eq!(code(&stale), "STALE");
    let own = step(&office, firm(1), "meetingRequestAccept", &edited, "").await;
    assert_eq!(code(&own), "NOT_FOUND", "one does not answer for the other side");
    let accepted = step(&office, firm(2), "meetingRequestAccept", &edited, "").await;
    assert_eq!(accepted["request"]["stage"], "ACCEPTED", "{accepted}");
    let board = meetings(&office, &event).await;
    assert_eq!(board["meetings"]["nodes"][0]["id"], accepted["request"]["meetingId"]);
    assert_eq!(board["meetings"]["nodes"][0]["slot"], Value::Null, "to be planned like any other");
    assert_eq!(board["version"], 3);
    let again =
        step(&office, firm(1), "meetingRequestCancel", &accepted, r#"reason: "改期""#).await;
    assert_eq!(code(&again), "WRONG_STAGE");
}

#[tokio::test]
async fn who_is_avoided_reads_nothing_of_it_and_a_meeting_taken_out_frees_the_pair() {
    let (office, event) = Box::pin(open()).await;
    let (three, two) = (EnterpriseId::from(3), EnterpriseId::from(2));
    lianmeng_store::avoid::insert(&office.db, three, two, office.clock.now()).await.unwrap();
    let absent = send(&office, &event, 2, 6).await;
    for (from, to) in [(2, 3), (3, 2)] {
        let refused = send(&office, &event, from, to).await;
        let words = |payload: &Value| {
            let text = payload["errors"][0]["message"].as_str().unwrap().to_owned();
            text.split_once(' ').unwrap().1.to_owned()
        };
        assert_eq!(code(&refused), code(&absent), "{refused}");
        assert_eq!(words(&refused), words(&absent), "as of whom takes no part");
    }

    let sent = send(&office, &event, 1, 2).await;
    let accepted = step(&office, firm(2), "meetingRequestAccept", &sent, "").await;
    let input = format!(
        r#"meetingId: {}, version: 3, requestKey: "remove-01""#,
        accepted["request"]["meetingId"]
    );
    let removed = change(&office, host(1), "meetingRemove", &input, "event { version }").await;
    assert_eq!(removed["errors"], json!([]), "{removed}");
    let anew = send(&office, &event, 2, 1).await;
    assert_eq!(anew["request"]["stage"], "PENDING", "{anew}");
}

#[tokio::test]
async fn caps_wishes_and_the_other_direction_are_respected() {
    let (office, event) = Box::pin(open()).await;
    assert_eq!(code(&send(&office, &event, 1, 1).await), "INVALID");
    assert_eq!(code(&send(&office, &event, 1, 6).await), "UNKNOWN_REFERENCE");
    assert_eq!(
        code(&send(&office, &event, 6, 1).await),
        "NOT_FOUND",
        "who takes no part asks nobody"
    );
    let first = send(&office, &event, 1, 2).await;
    assert_eq!(code(&send(&office, &event, 2, 1).await), "TAKEN");
    let second = send(&office, &event, 1, 4).await;
    assert_eq!(code(&send(&office, &event, 1, 3).await), "CAPACITY_EXCEEDED");
    step(&office, firm(1), "meetingRequestCancel", &first, r#"reason: "改约""#).await;
    let input = format!(
        r#"eventId: "{event}", toId: "{}", requestKey: "send-1-3-again", card: {{ priority: MAY }}"#,
        wire(EnterpriseId::from(3))
    );
    let third = change(&office, firm(1), "meetingRequestSend", &input, REQUEST).await;
    assert_eq!(third["request"]["stage"], "PENDING", "what is taken back frees the cap: {third}");
    // Enterprise 4 wants one meeting at most.
    let other = send(&office, &event, 3, 4).await;
    step(&office, firm(4), "meetingRequestAccept", &second, "").await;
    let (id, version) = (&other["request"]["id"], &other["request"]["version"]);
    let input = format!(r#"requestId: {id}, version: {version}, requestKey: "accept-two""#);
    let full = change(&office, firm(4), "meetingRequestAccept", &input, REQUEST).await;
    assert_eq!(code(&full), "CAPACITY_EXCEEDED", "{full}");
    assert!(full["errors"][0]["message"].as_str().unwrap().contains("at most 1"), "{full}");
    assert_eq!(meetings(&office, &event).await["meetings"]["totalCount"], 1);
}

#[tokio::test]
async fn why_one_declined_is_never_shown_to_the_other_side() {
    let (office, event) = Box::pin(open()).await;
    let sent = send(&office, &event, 1, 2).await;
    let declined =
        step(&office, firm(2), "meetingRequestDecline", &sent, r#"reason: "竞争对手""#).await;
    assert_eq!(declined["request"]["declineReason"], "竞争对手", "{declined}");
    let query = format!(
        r#"{{ node(id: "{event}") {{ ... on DockingEvent {{ meetingRequests(stages: [DECLINED]) {{
            totalCount nodes {{ stage declineReason cancelReason }} }} }} }} }}"#
    );
    let declined = |reason: Value| {
        json!({ "totalCount": 1,
            "nodes": [{ "stage": "DECLINED", "declineReason": reason, "cancelReason": null }] })
    };
    let auditor = actor(Role::Auditor, None);
    for (who, want) in [
        (firm(2), declined(json!("竞争对手"))),
        (firm(1), declined(Value::Null)),
        (host(1), declined(Value::Null)),
        (auditor, declined(Value::Null)),
        (firm(3), json!({ "totalCount": 0, "nodes": [] })),
    ] {
        let seen = ask(&office, who.clone(), &query).await;
        assert_eq!(seen["data"]["node"]["meetingRequests"], want, "{who:?}");
    }
    for who in [firm(6), host(2), Actor::public()] {
        let seen = ask(&office, who.clone(), &query).await;
        assert_eq!(seen["data"]["node"], Value::Null, "{who:?}");
    }
    let input = format!(
        r#"eventId: "{event}", toId: "{}", requestKey: "send-again-1", card: {{ priority: WANT }}"#,
        wire(EnterpriseId::from(2))
    );
    let again = change(&office, firm(1), "meetingRequestSend", &input, REQUEST).await;
    assert_eq!(code(&again), "WRONG_STAGE", "{again}");
    let stranger = step(&office, firm(3), "meetingRequestCancel", &sent, r#"reason: "无""#).await;
    assert_eq!(code(&stranger), "NOT_FOUND");
}

#[tokio::test]
async fn a_request_expires_and_none_is_made_once_the_event_closed_them_or_is_planned() {
    let (office, event) = Box::pin(open()).await;
    let sent = send(&office, &event, 1, 2).await;
    let later = Clock::Fixed(office.clock.now() + TimeDelta::days(3));
    let later = Office { clock: later, ..office.clone() };
    let late = step(&later, firm(2), "meetingRequestAccept", &sent, "").await;
    assert_eq!(code(&late), "WRONG_STAGE", "{late}");
    assert_eq!(meetings(&later, &event).await["meetings"]["totalCount"], 0);
    let keeper = actor(Role::SystemAdmin, None);
    assert_eq!(lianmeng_app::request::tend(&later.desk(), &keeper).await.unwrap(), 1);
    assert_eq!(lianmeng_app::request::tend(&later.desk(), &keeper).await.unwrap(), 0);
    let input = format!(
        r#"eventId: "{event}", toId: "{}", requestKey: "send-again-1", card: {{ priority: WANT }}"#,
        wire(EnterpriseId::from(2))
    );
    let anew = change(&later, firm(1), "meetingRequestSend", &input, REQUEST).await;
    assert_eq!(anew["request"]["stage"], "PENDING", "{anew}");
    let input = format!(r#"eventId: "{event}", cap: 0, requestKey: "close-001""#);
    change(&office, host(1), "meetingRequestsOpen", &input, "event { id }").await;
    assert_eq!(code(&send(&office, &event, 3, 4).await), "WRONG_STAGE");
    let query = format!(
        r#"{{ node(id: "{event}") {{ ... on DockingEvent {{ meetingRequests {{ totalCount }} }} }} }}"#
    );
    for (who, want) in [(1, json!(2)), (2, json!(2)), (3, Value::Null)] {
        let seen = ask(&later, firm(who), &query).await;
        let count = &seen["data"]["node"]["meetingRequests"]["totalCount"];
        assert_eq!(count, &want, "what waits is still there for its sides: {who}");
    }
    let input = format!(r#"eventId: "{event}", cap: 2, requestKey: "open-0009""#);
    let refused = change(&office, firm(1), "meetingRequestsOpen", &input, "event { id }").await;
    assert_eq!(code(&refused), "NOT_FOUND", "only organisers open them");
}
