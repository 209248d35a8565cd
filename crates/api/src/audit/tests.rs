//! Who wrote and who read a need, as auditors, its enterprise and others learn it.

use lianmeng_app::desk::Office;
use lianmeng_app::trail;
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::ids::{ChainCommitteeId, EnterpriseId};
use lianmeng_store::audit::verify::verify;
use serde_json::{Value, json};

use crate::ids::wire;
use crate::testing::casework::{coordinator, firm, secretary, town, unit};
use crate::testing::{actor, ask};

fn auditor() -> Actor {
    actor(Role::Auditor, None)
}

async fn submitted(office: &Office) -> String {
    let query = format!(
        r#"mutation {{ needSubmit(input: {{ requestKey: "submit-1", confirmsNoSecret: true,
            card: {{ enterpriseId: "{}", committeeId: "{}", kind: TALENT, title: "用工",
                    publicSummary: "招人", body: "机密" }} }}) {{ need {{ id body }} errors {{ code }} }} }}"#,
        wire(EnterpriseId::from(1)),
        wire(ChainCommitteeId::from(5)),
    );
    let answer = ask(office, firm(1), &query).await;
    assert_eq!(answer["data"]["needSubmit"]["errors"], json!([]), "{answer}");
    answer["data"]["needSubmit"]["need"]["id"].as_str().unwrap().to_owned()
}

async fn rows(office: &Office, who: Actor, arguments: &str) -> Value {
    let query = format!(
        "{{ auditRows{arguments} {{ nodes {{ action role body subject origin before after
            things {{ id fields }} }} pageInfo {{ hasNextPage endCursor }} }} }}"
    );
    let answer = ask(office, who, &query).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["auditRows"].clone()
}

#[tokio::test]
async fn everyone_who_saw_a_body_stands_in_the_log_but_the_enterprise_itself() {
    let office = town().await;
    let need = submitted(&office).await;
    let query = format!(r#"{{ node(id: "{need}") {{ ... on Need {{ body answer title }} }} }}"#);
    for who in [firm(1), secretary(5), coordinator(), unit(7), firm(2)] {
        ask(&office, who, &query).await;
    }
    let titles = format!(r#"{{ node(id: "{need}") {{ ... on Need {{ title stage }} }} }}"#);
    ask(&office, secretary(5), &titles).await;
    office.trail.write(&office).await.unwrap();

    let of_need = format!(r#"(filter: {{ thing: "{need}" }})"#);
    let seen = rows(&office, auditor(), &of_need).await;
    let told: Vec<(&str, &str)> = seen["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["action"].as_str().unwrap(), row["role"].as_str().unwrap()))
        .collect();
    let want =
        [("Read", "COORDINATOR"), ("Read", "COMMITTEE_SECRETARY"), ("SubmitNeed", "ENTERPRISE")];
    assert_eq!(told, want);
    let by_secretary = &seen["nodes"][1];
    assert_eq!(by_secretary["body"], wire(ChainCommitteeId::from(5)));
    assert_eq!(by_secretary["subject"], secretary(5).subject);
    assert_eq!(by_secretary["origin"], "inside");
    assert_eq!(by_secretary["things"], json!([{ "id": need, "fields": ["body"] }]));
    let after: Value = serde_json::from_str(seen["nodes"][2]["after"].as_str().unwrap()).unwrap();
    assert_eq!((&after["body"], &after["stage"]), (&json!("机密"), &json!("submitted")));
    assert_eq!(seen["nodes"][2]["before"], Value::Null);

    // That the auditor read what was confided is a read as well.
    office.trail.write(&office).await.unwrap();
    let again = rows(&office, auditor(), &of_need).await;
    assert_eq!(again["nodes"][0]["role"], "AUDITOR");
    assert_eq!(again["nodes"][0]["things"], json!([{ "id": need, "fields": ["audit"] }]));
}

#[tokio::test]
async fn an_enterprise_learns_roles_of_its_own_things_and_others_learn_nothing() {
    let office = town().await;
    let need = submitted(&office).await;
    let query = r"{ needs(first: 5) { nodes { body } } }";
    ask(&office, coordinator(), query).await;
    office.trail.write(&office).await.unwrap();
    let own = rows(&office, firm(1), "").await;
    let want = |action: &str, role: &str, body: Value, fields: Value| {
        json!({ "action": action, "role": role, "body": body, "subject": null, "origin": null,
            "before": null, "after": null, "things": [{ "id": need, "fields": fields }] })
    };
    let enterprise = json!(wire(EnterpriseId::from(1)));
    let want = json!([
        want("Read", "COORDINATOR", Value::Null, json!(["body"])),
        want("SubmitNeed", "ENTERPRISE", enterprise, json!([])),
    ]);
    assert_eq!(own["nodes"], want);
    let by_name = format!(r#"(filter: {{ subject: "{}" }})"#, coordinator().subject);
    assert_eq!(rows(&office, firm(1), &by_name).await["nodes"], json!([]));
    for who in [
        firm(2),
        secretary(5),
        coordinator(),
        unit(7),
        actor(Role::SystemAdmin, None),
        Actor::public(),
    ] {
        let name = who.subject.clone();
        assert_eq!(rows(&office, who, "").await["nodes"], json!([]), "{name}");
    }
}

#[tokio::test]
async fn the_log_comes_in_pages_and_a_step_tells_what_it_changed() {
    let office = town().await;
    let need = submitted(&office).await;
    let triage = format!(
        r#"mutation {{ needTriage(input: {{ need: {{ needId: "{need}", requestKey: "triage-1" }} }})
            {{ errors {{ code }} }} }}"#
    );
    ask(&office, secretary(5), &triage).await;
    let first = rows(&office, auditor(), "(first: 1)").await;
    assert_eq!(first["nodes"][0]["before"], r#"{"stage":"submitted"}"#);
    assert_eq!(first["nodes"][0]["after"], r#"{"stage":"triaged"}"#);
    assert_eq!(first["pageInfo"]["hasNextPage"], true);
    let cursor = first["pageInfo"]["endCursor"].as_str().unwrap();
    let second = rows(&office, auditor(), &format!(r#"(first: 1, after: "{cursor}")"#)).await;
    // The auditor's own first look is newer, and stands before the cursor.
    assert_eq!(second["nodes"][0]["action"], "SubmitNeed");
    assert_eq!(second["pageInfo"]["hasNextPage"], false);

    office.trail.write(&office).await.unwrap();
    let sealed = trail::seal(&office).await.unwrap();
    assert_eq!((sealed.number, sealed.change, sealed.read), (1, 2, 2));
    let found = verify(&office.db, None).await.unwrap();
    assert_eq!((found.told, found.changes, found.reads), (vec![], 2, 2));
}
