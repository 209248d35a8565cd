//! Being told of the steps of a need.

use std::sync::Arc;

use async_graphql::{Executor as _, Request};
use chrono::{TimeZone as _, Utc};
use futures_util::StreamExt as _;
use lianmeng_app::caller::{Caller, Credential};
use lianmeng_app::desk::{Clock, Office};
use lianmeng_app::need::tend;
use lianmeng_app::notice::spread;
use lianmeng_domain::account::{Account, Grant};
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::ids::{
    AccountId, ChainCommitteeId, EnterpriseId, GrantId, LoginId, OrganisationId,
};
use lianmeng_store::account::Kept;
use lianmeng_store::{account, grant, idempotency};
use serde_json::{Value, json};

use crate::ids::wire;
use crate::schema::{self, Service};
use crate::testing::actor;
use crate::testing::casework::{coordinator, firm, secretary, town, unit};

/// Somebody with an account, acting as `actor`.
async fn person(office: &Office, number: u128, actor: Actor) -> Caller {
    let now = office.desk().now;
    let account = Account {
        id: AccountId::from(number),
        name: format!("person{number}"),
        display_name: "某某".to_owned(),
        disabled_at: None,
        kept_by: None,
        created_at: now,
        version: 1,
    };
    account::insert(&office.db, &Kept { account, password_hash: None }).await.unwrap();
    let held = Grant {
        id: GrantId::from(number),
        account: AccountId::from(number),
        role: actor.role,
        body: actor.body.clone(),
        from_on: office.desk().today,
        until_on: None,
        is_default: true,
        is_administrator: false,
        may_export: false,
        revoked_at: None,
    };
    grant::insert(&office.db, &held).await.unwrap();
    let subject = wire(AccountId::from(number));
    Caller {
        by: Credential::Login(AccountId::from(number), LoginId::from(1)),
        grant: Some(held.id),
        ..Caller::plain(Actor { subject, ..actor })
    }
}

fn service(office: &Office, who: &Caller) -> Service {
    Service::of(schema::build(), Arc::new(office.clone()), who.clone())
}

async fn ask(office: &Office, who: &Caller, query: &str) -> Value {
    let answer = service(office, who).execute(Request::new(query)).await;
    let answer = serde_json::to_value(answer).unwrap();
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"].clone()
}

async fn notices(office: &Office, who: &Caller) -> Value {
    let query = "{ myNotices { unreadCount nodes { kind text changes need { title stage } } } }";
    ask(office, who, query).await["myNotices"].clone()
}

async fn submitted(office: &Office, who: &Caller) -> String {
    submitted_by(office, who, 1).await
}

/// A need of enterprise `number`.
async fn submitted_by(office: &Office, who: &Caller, number: u128) -> String {
    submitted_of("TALENT", office, who, number).await
}

/// As [`submitted_by`], of a kind.
async fn submitted_of(kind: &str, office: &Office, who: &Caller, number: u128) -> String {
    let query = format!(
        r#"mutation {{ needSubmit(input: {{ requestKey: "submit-1", confirmsNoSecret: true,
            card: {{ enterpriseId: "{}", committeeId: "{}", kind: {kind}, title: "用工", body: "机密" }} }})
            {{ need {{ id }} errors {{ code message }} }} }}"#,
        wire(EnterpriseId::from(number)),
        wire(ChainCommitteeId::from(5)),
    );
    let answer = ask(office, who, &query).await;
    assert_eq!(answer["needSubmit"]["errors"], json!([]), "{answer}");
    answer["needSubmit"]["need"]["id"].as_str().unwrap().to_owned()
}

async fn step(office: &Office, who: &Caller, verb: &str, input: &str) {
    let query =
        format!("mutation {{ p: {verb}(input: {{ {input} }}) {{ errors {{ code message }} }} }}");
    assert_eq!(ask(office, who, &query).await["p"]["errors"], json!([]), "{verb}");
}

fn dispatch(need: &str, unit: u128, key: &str) -> String {
    format!(
        r#"need: {{ needId: "{need}", requestKey: "{key}" }}, handlerId: "{}", dueAt: "2026-03-09T01:00:00Z""#,
        wire(OrganisationId::from(unit))
    )
}

#[tokio::test]
async fn each_step_tells_those_whose_turn_it_is_and_nobody_else() {
    let office = town().await;
    let (clerk, chief) =
        (person(&office, 1, firm(1)).await, person(&office, 2, secretary(5)).await);
    let (seven, eight) = (person(&office, 3, unit(7)).await, person(&office, 4, unit(8)).await);
    let other = person(&office, 5, secretary(6)).await;
    let need = submitted(&office, &clerk).await;
    spread(&office).await.unwrap();
    let told = notices(&office, &chief).await;
    let want = json!({ "unreadCount": 1, "nodes": [{ "kind": "NEED_SUBMITTED", "changes": 1,
        "text": "The need “用工” was submitted; please triage it.",
        "need": { "title": "用工", "stage": "SUBMITTED" } }] });
    assert_eq!(told, want);

    let which = format!(r#"need: {{ needId: "{need}", requestKey: "triage-1" }}"#);
    step(&office, &chief, "needTriage", &which).await;
    step(&office, &chief, "needDispatch", &dispatch(&need, 7, "dispatch-1")).await;
    spread(&office).await.unwrap();
    assert_eq!(notices(&office, &seven).await["nodes"][0]["kind"], "NEED_DISPATCHED");
    let proposed = wire(OrganisationId::from(8));
    let which = format!(
        r#"need: {{ needId: "{need}", requestKey: "back-001" }}, reason: NOT_RESPONSIBLE, note: "内部意见", proposedHandlerId: "{proposed}""#
    );
    step(&office, &seven, "needSendBack", &which).await;
    step(&office, &chief, "needDispatch", &dispatch(&need, 8, "dispatch-2")).await;
    spread(&office).await.unwrap();
    let told = notices(&office, &clerk).await;
    assert_eq!(told["nodes"][0]["kind"], "NEED_REASSIGNED");
    assert!(!told.to_string().contains("内部意见"), "{told}");
    // Two changes of one burst, told as one.
    let told = notices(&office, &chief).await;
    assert_eq!(
        (&told["nodes"][0]["kind"], &told["nodes"][0]["changes"]),
        (&json!("NEED_SENT_BACK"), &json!(2))
    );
    // The unit it was taken from no longer sees it, and so not the notice either.
    assert_eq!(notices(&office, &seven).await["nodes"], json!([]));
    assert_eq!(notices(&office, &eight).await["nodes"][0]["kind"], "NEED_DISPATCHED");
    assert_eq!(notices(&office, &other).await, json!({ "unreadCount": 0, "nodes": [] }));
    let stranger = Caller::public();
    assert_eq!(notices(&office, &stranger).await, json!({ "unreadCount": 0, "nodes": [] }));
}

#[tokio::test]
async fn what_was_read_is_no_longer_new_and_nobody_reads_for_another() {
    let office = town().await;
    let (clerk, chief) =
        (person(&office, 1, firm(1)).await, person(&office, 2, secretary(5)).await);
    submitted(&office, &clerk).await;
    spread(&office).await.unwrap();
    let query = "{ myNotices { nodes { id causeIds } } }";
    let mine = ask(&office, &chief, query).await["myNotices"]["nodes"][0].clone();
    assert_eq!(mine["causeIds"].as_array().unwrap().len(), 1);
    let id = mine["id"].as_str().unwrap();
    let read =
        format!(r#"mutation {{ noticesRead(input: {{ noticeIds: ["{id}"] }}) {{ readCount }} }}"#);
    for (who, want) in [(&clerk, 0), (&Caller::public(), 0), (&chief, 1), (&chief, 0)] {
        assert_eq!(ask(&office, who, &read).await["noticesRead"]["readCount"], want);
    }
    let new = "{ myNotices(onlyNew: true) { unreadCount nodes { id } } }";
    let want = json!({ "myNotices": { "unreadCount": 0, "nodes": [] } });
    assert_eq!(ask(&office, &chief, new).await, want);
    assert_eq!(notices(&office, &chief).await["nodes"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_listener_hears_a_notice_and_what_joins_it() {
    let office = town().await;
    let (clerk, chief) =
        (person(&office, 1, firm(1)).await, person(&office, 2, secretary(5)).await);
    let listen = "subscription { noticeArrived(first: 1) { kind changes } }";
    let events = service(&office, &chief).execute_stream(Request::new(listen), None);
    let act = async {
        submitted(&office, &clerk).await;
        spread(&office).await.unwrap();
    };
    let (heard, ()) = tokio::join!(events.collect::<Vec<_>>(), act);
    let heard: Vec<Value> =
        heard.into_iter().map(|event| event.data.into_json().unwrap()).collect();
    assert_eq!(heard, [json!({ "noticeArrived": { "kind": "NEED_SUBMITTED", "changes": 1 } })]);
}

/// Kinds of what `who` was told and has not read, newest first; afterwards all is read.
async fn news(office: &Office, who: &Caller) -> Vec<String> {
    spread(office).await.unwrap();
    let told = notices(office, who).await;
    let new = told["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .take(usize::try_from(told["unreadCount"].as_u64().unwrap()).unwrap());
    let kinds = new.map(|one| one["kind"].as_str().unwrap().to_owned()).collect();
    ask(office, who, "mutation { noticesRead(input: {}) { readCount } }").await;
    kinds
}

#[tokio::test]
async fn a_late_need_is_told_rung_by_rung_and_each_rung_once() {
    let mut office = town().await;
    let boss = person(&office, 1, coordinator()).await;
    let chief = person(&office, 2, secretary(5)).await;
    let seven = person(&office, 3, unit(7)).await;
    let clerk = person(&office, 4, firm(1)).await;
    let need = submitted(&office, &clerk).await;
    let which = format!(r#"need: {{ needId: "{need}", requestKey: "triage-1" }}"#);
    step(&office, &chief, "needTriage", &which).await;
    step(&office, &chief, "needDispatch", &dispatch(&need, 7, "dispatch-1")).await;
    for who in [&boss, &chief, &seven, &clerk] {
        news(&office, who).await;
    }

    let none: [&str; 0] = [];
    let overdue = ["NEED_OVERDUE"];
    // The day it is late, the next, and the one after that: unit, secretariat, coordinator.
    let turns: [(u32, u32, [&[&str]; 3]); 4] = [
        (9, 1, [&[], &[], &[]]),
        (9, 2, [&[], &[], &overdue]),
        (10, 2, [&[], &overdue, &[]]),
        (11, 2, [&overdue, &[], &[]]),
    ];
    let system = actor(Role::SystemAdmin, None);
    for (day, hour, want) in turns {
        office.clock = Clock::Fixed(Utc.with_ymd_and_hms(2026, 3, day, hour, 0, 0).unwrap());
        let is_told = want.iter().any(|one| !one.is_empty());
        assert_eq!(
            tend(&office.desk(), &system).await.unwrap(),
            u64::from(is_told),
            "{day} {hour}"
        );
        assert_eq!(tend(&office.desk(), &system).await.unwrap(), 0, "once is enough");
        for (who, want) in [&boss, &chief, &seven].into_iter().zip(want) {
            assert_eq!(news(&office, who).await, want, "{day} {hour}");
        }
        assert_eq!(news(&office, &clerk).await, none, "{day} {hour}");
    }
    // Long after, when the request keys of all that are forgotten, nobody is told again.
    office.clock = Clock::Fixed(Utc.with_ymd_and_hms(2026, 4, 20, 2, 0, 0).unwrap());
    idempotency::forget(&office.db, office.clock.now()).await.unwrap();
    assert_eq!(tend(&office.desk(), &system).await.unwrap(), 0);
}

#[tokio::test]
async fn a_late_need_that_seeks_a_counterpart_does_not_lapse_unsaid() {
    let mut office = town().await;
    let chief = person(&office, 2, secretary(5)).await;
    let seven = person(&office, 3, unit(7)).await;
    let clerk = person(&office, 4, firm(1)).await;
    let need = submitted_of("SUPPLY", &office, &clerk, 1).await;
    let which = |key: &str| format!(r#"need: {{ needId: "{need}", requestKey: "{key}" }}"#);
    step(&office, &chief, "needTriage", &which("triage-1")).await;
    step(&office, &chief, "needDispatch", &dispatch(&need, 7, "dispatch-1")).await;
    for verb in ["needAccept", "needStart"] {
        let input = format!(r#"needId: "{need}", requestKey: "{verb}""#);
        step(&office, &seven, verb, &input).await;
    }
    step(&office, &chief, "needSeek", &format!(r#"needId: "{need}", requestKey: "seek-001""#))
        .await;
    news(&office, &clerk).await;
    office.clock = Clock::Fixed(Utc.with_ymd_and_hms(2026, 5, 18, 4, 0, 0).unwrap());
    tend(&office.desk(), &actor(Role::SystemAdmin, None)).await.unwrap();
    assert_eq!(news(&office, &clerk).await, ["NEED_LAPSING"]);
}

#[tokio::test]
async fn an_enterprise_is_reminded_before_its_need_lapses_and_told_when_the_one_it_joined_is_answered()
 {
    let mut office = town().await;
    let boss = person(&office, 1, coordinator()).await;
    let (seven, first) = (person(&office, 3, unit(7)).await, person(&office, 4, firm(1)).await);
    let second = person(&office, 5, firm(2)).await;
    let need = submitted_by(&office, &first, 1).await;
    let joined = submitted_by(&office, &second, 2).await;
    let system = actor(Role::SystemAdmin, None);
    let mut day = async |month, day| {
        office.clock = Clock::Fixed(Utc.with_ymd_and_hms(2026, month, day, 4, 0, 0).unwrap());
        (tend(&office.desk(), &system).await.unwrap(), office.clone())
    };
    assert_eq!(day(5, 16).await.0, 0);
    let (told, office) = day(5, 18).await;
    assert_eq!((told, news(&office, &first).await), (2, vec!["NEED_LAPSING".to_owned()]));
    assert_eq!(news(&office, &second).await, ["NEED_LAPSING"]);
    assert_eq!(tend(&office.desk(), &system).await.unwrap(), 0, "once is enough");

    let into =
        format!(r#"need: {{ needId: "{joined}", requestKey: "merge-01" }}, targetId: "{need}""#);
    step(&office, &boss, "needMerge", &into).await;
    let which = format!(r#"need: {{ needId: "{need}", requestKey: "triage-1" }}"#);
    step(&office, &boss, "needTriage", &which).await;
    let sent = dispatch(&need, 7, "dispatch-1").replace("2026-03-09", "2026-06-09");
    step(&office, &boss, "needDispatch", &sent).await;
    for verb in ["needAccept", "needStart"] {
        let input = format!(r#"needId: "{need}", requestKey: "{verb}""#);
        step(&office, &seven, verb, &input).await;
    }
    let answer = format!(r#"need: {{ needId: "{need}", requestKey: "answer-1" }}, text: "已办""#);
    step(&office, &seven, "needAnswer", &answer).await;
    assert_eq!(news(&office, &second).await, ["FOLLOWED_ANSWERED"]);
    assert!(news(&office, &first).await.contains(&"NEED_ANSWERED".to_owned()));
}
