//! Jobs through GraphQL: asked for, worked on, seen by their asker.

use lianmeng_app::desk::Office;
use lianmeng_app::job::run;
use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::{ChainCommitteeId, EnterpriseId};
use serde_json::{Value, json};

use crate::ids::wire;
use crate::testing::ask;
use crate::testing::casework::{coordinator, firm, secretary, town};

async fn change(office: &Office, who: Actor, query: &str) -> Value {
    let answer = ask(office, who, &format!("mutation {{ p: {query} }}")).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["p"].clone()
}

/// A town where enterprise 2 offers what enterprise 1 needs of committee 5.
async fn needy_town() -> Office {
    let office = town().await;
    let offer = format!(
        r#"offerRegister(input: {{ requestKey: "offer-01", providerId: "{}", card: {{ kind: TECHNOLOGY,
            title: "低排放染整工艺", body: "染整助剂", isPublished: true }} }}) {{ errors {{ code }} }}"#,
        wire(EnterpriseId::from(2))
    );
    assert_eq!(change(&office, firm(2), &offer).await["errors"], json!([]));
    for number in 1..=25 {
        let need = format!(
            r#"needSubmit(input: {{ requestKey: "submit-{number}", confirmsNoSecret: true, card: {{
                enterpriseId: "{}", committeeId: "{}", kind: TECH_BREAKTHROUGH,
                title: "求低排放染整工艺 {number}", body: "染整助剂" }} }}) {{ errors {{ code }} }}"#,
            wire(EnterpriseId::from(1)),
            wire(ChainCommitteeId::from(5)),
        );
        assert_eq!(change(&office, firm(1), &need).await["errors"], json!([]));
    }
    office
}

fn later(key: &str) -> String {
    let committee = wire(ChainCommitteeId::from(5));
    format!(
        r#"suggestionsMakeLater(input: {{ committeeId: "{committee}", first: 3, requestKey: "{key}" }})
            {{ job {{ id state }} errors {{ code }} }}"#
    )
}

async fn job(office: &Office, who: Actor, id: &str) -> Value {
    let query = format!(
        r#"{{ job(id: "{id}") {{ kind state attempts progressDone progressTotal error }} }}"#
    );
    ask(office, who, &query).await["data"]["job"].clone()
}

async fn suggestions(office: &Office) -> Value {
    let query = "{ suggestions(first: 1) { totalCount } }";
    ask(office, coordinator(), query).await["data"]["suggestions"]["totalCount"].clone()
}

#[tokio::test]
async fn suggestions_for_a_whole_committee_are_made_by_a_worker_and_only_once() {
    let office = needy_town().await;
    let refused = change(&office, firm(1), &later("later-000")).await;
    assert_eq!(refused["errors"], json!([{ "code": "NOT_FOUND" }]));
    let asked = change(&office, secretary(5), &later("later-001")).await;
    let id = asked["job"]["id"].as_str().unwrap();
    assert_eq!(asked["job"]["state"], "READY");
    let again = change(&office, secretary(5), &later("later-002")).await;
    assert_eq!(again["job"]["id"], id, "the same work asked for twice is one job");

    assert!(run::next(&office, "w").await.unwrap().is_some());
    assert_eq!(run::next(&office, "w").await.unwrap(), None);
    let done = json!({ "kind": "SUGGEST_NEEDS", "state": "DONE", "attempts": 1,
        "progressDone": 25, "progressTotal": 25, "error": null });
    assert_eq!(job(&office, secretary(5), id).await, done);
    assert_eq!(job(&office, coordinator(), id).await, done);
    assert_eq!(job(&office, firm(1), id).await, Value::Null);
    assert_eq!(suggestions(&office).await, 25);

    change(&office, secretary(5), &later("later-003")).await;
    run::next(&office, "w").await.unwrap();
    assert_eq!(suggestions(&office).await, 25, "what was suggested is not suggested again");
}

#[tokio::test]
async fn housekeeping_asks_for_its_next_round() {
    let office = town().await;
    run::plan_housekeeping(&office, chrono::TimeDelta::zero()).await.unwrap();
    assert!(run::next(&office, "w").await.unwrap().is_some());
    assert_eq!(run::next(&office, "w").await.unwrap(), None, "not before tomorrow");
    let query = "{ jobs { nodes { kind state } } }";
    let want = json!({ "jobs": { "nodes": [{ "kind": "HOUSEKEEPING", "state": "READY" }] } });
    assert_eq!(ask(&office, coordinator(), query).await["data"], want);
    assert_eq!(ask(&office, firm(1), query).await["data"]["jobs"]["nodes"], json!([]));
}
