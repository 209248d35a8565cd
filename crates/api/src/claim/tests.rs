use lianmeng_app::caller::Caller;
use lianmeng_app::desk::Office;
use lianmeng_domain::actor::{Actor, Body, Role};
use lianmeng_domain::enterprise::Enterprise;
use lianmeng_domain::ids::ChainCommitteeId;
use lianmeng_domain::policy::Visibility;
use lianmeng_store::{audit, enterprise};
use serde_json::{Value, json};

use crate::testing::people::{ask_as, person};
use crate::testing::registry::{committee_id, fill, firm_id};
use crate::testing::{actor, ask, world};

const CODE: &str = "91350100M000100Y43";

async fn office() -> Office {
    let office = world().await;
    fill(&office, 1).await;
    let found = enterprise::find(&office.db, &Visibility::All, firm_id(1)).await.unwrap().unwrap();
    let coded = Enterprise { credit_code: Some(CODE.parse().unwrap()), ..found };
    enterprise::save(&office.db, &coded).await.unwrap();
    office
}

fn secretary() -> Actor {
    actor(Role::CommitteeSecretary, Some(Body::Committee(committee_id())))
}

fn coordinator() -> Actor {
    actor(Role::Coordinator, None)
}

async fn file(office: &Office, who: Caller, name: &str, code: &str) -> Value {
    let account = if name.is_empty() {
        String::new()
    } else {
        format!(
            r#"account: {{ name: "{name}", displayName: "某某", password: "seven herons over the river" }},"#
        )
    };
    let query = format!(
        r#"mutation {{ claimFile(input: {{ creditCode: "{code}", evidence: "营业执照在手", {account} requestKey: "file-0001" }}) {{
            claimId claim {{ id }} errors {{ code field }}
        }} }}"#
    );
    ask_as(office, who, &query).await["data"]["claimFile"].clone()
}

async fn decide(office: &Office, who: Actor, id: &Value, how: &str, key: &str) -> Value {
    let id = id.as_str().unwrap();
    let query = format!(
        r#"mutation {{ claimDecide(input: {{ claimId: "{id}", {how}, requestKey: "{key}" }}) {{
            claim {{ state isDisputed reason }} errors {{ code field }}
        }} }}"#
    );
    ask(office, who, &query).await["data"]["claimDecide"].clone()
}

async fn claims(office: &Office, who: Actor) -> Value {
    let list = "{ claims { totalCount nodes { id state isDisputed evidence claimant { name accountId } enterprise { name } } } }";
    ask(office, who, list).await["data"]["claims"].clone()
}

/// Whoever claimed, signed in, with the grant they hold.
async fn claimant(office: &Office, claims: &Value, name: &str) -> Caller {
    let nodes = claims["nodes"].as_array().unwrap();
    let node = nodes.iter().find(|node| node["claimant"]["name"] == name).unwrap();
    let account = node["claimant"]["accountId"].clone();
    let known = person(office, &account, &Value::Null).await;
    let held = ask_as(office, known, "{ viewer { grants { id isInForce } } }").await;
    let grants = held["data"]["viewer"]["grants"].as_array().unwrap();
    let held = grants.iter().find(|grant| grant["isInForce"] == true);
    person(office, &account, held.map_or(&Value::Null, |grant| &grant["id"])).await
}

fn error(code: &str, field: &str) -> Value {
    json!([{ "code": code, "field": field }])
}

#[tokio::test]
async fn a_claim_grants_nothing_until_the_secretary_of_the_chain_approves_it() {
    let office = office().await;
    let filed = file(&office, Caller::public(), "wang", CODE).await;
    assert_eq!((&filed["errors"], &filed["claim"]), (&json!([]), &Value::Null), "{filed}");
    let same = file(&office, Caller::public(), "wang", CODE).await;
    assert_eq!(same, filed, "the same request is answered the same");
    let listed = claims(&office, secretary()).await;
    assert_eq!(
        (&listed["totalCount"], &listed["nodes"][0]["isDisputed"]),
        (&json!(1), &json!(false))
    );
    let wang = claimant(&office, &listed, "wang").await;
    assert_eq!(wang.grant, None);
    let own = "{ viewer { role claims { state evidence reason claimant { name } isDisputed } } }";
    let viewer = ask_as(&office, wang.clone(), own).await["data"]["viewer"].clone();
    assert_eq!(
        (&viewer["role"], &viewer["claims"][0]["state"]),
        (&json!("PUBLIC"), &json!("PENDING"))
    );
    let again = file(&office, wang.clone(), "", CODE).await;
    assert_eq!(again["errors"], error("TAKEN", "creditCode"));

    let another = Body::Committee(ChainCommitteeId::from(9));
    let strangers = [
        actor(Role::CommitteeSecretary, Some(another)),
        actor(Role::ServiceLiaison, Some(Body::Committee(committee_id()))),
        actor(Role::Enterprise, Some(Body::Enterprise(firm_id(1)))),
        actor(Role::SystemAdmin, None),
        actor(Role::Public, None),
        wang.actor.clone(),
    ];
    for stranger in strangers {
        let refused =
            decide(&office, stranger.clone(), &filed["claimId"], "approves: true", "decide-01");
        assert_eq!(refused.await["errors"], error("NOT_FOUND", "claimId"), "{stranger:?}");
        assert_eq!(claims(&office, stranger.clone()).await["totalCount"], 0, "{stranger:?}");
    }
    let auditor = actor(Role::Auditor, None);
    assert_eq!(claims(&office, auditor.clone()).await["totalCount"], 1);
    let refused = decide(&office, auditor, &filed["claimId"], "approves: true", "decide-01").await;
    assert_eq!(refused["errors"], error("NOT_FOUND", "claimId"), "an auditor never writes");

    let silent =
        decide(&office, secretary(), &filed["claimId"], "approves: false", "decide-01").await;
    assert_eq!(silent["errors"], error("MISSING", "reason"));
    let done = decide(&office, secretary(), &filed["claimId"], "approves: true", "decide-02").await;
    assert_eq!(done["claim"]["state"], "APPROVED", "{done}");
    let late = decide(&office, secretary(), &filed["claimId"], "approves: true", "decide-03").await;
    assert_eq!(late["errors"][0]["code"], "WRONG_STAGE");
    let wang = claimant(&office, &listed, "wang").await;
    assert_eq!(wang.actor.body, Some(Body::Enterprise(firm_id(1))));
    let people = "{ colleagues { nodes { name isAdministrator } } }";
    let people = ask_as(&office, wang, people).await["data"]["colleagues"]["nodes"].clone();
    assert_eq!(people, json!([{ "name": "wang", "isAdministrator": true }]));
}

#[tokio::test]
async fn a_disputed_claim_is_decided_by_a_coordinator_and_audited() {
    let office = office().await;
    let first = file(&office, Caller::public(), "wang", CODE).await;
    let second = file(&office, Caller::public(), "zhao", CODE).await;
    let listed = claims(&office, secretary()).await;
    assert_eq!(listed["nodes"][0]["isDisputed"], true, "{listed}");
    let refused =
        decide(&office, secretary(), &first["claimId"], "approves: true", "decide-01").await;
    assert_eq!(refused["errors"], json!([{ "code": "DISPUTED", "field": null }]));
    let silent =
        decide(&office, coordinator(), &first["claimId"], "approves: true", "decide-01").await;
    assert_eq!(silent["errors"], error("MISSING", "reason"));
    let how = r#"approves: true, reason: "法定代表人到场核验""#;
    let done = decide(&office, coordinator(), &first["claimId"], how, "decide-02").await;
    let want = json!({ "state": "APPROVED", "isDisputed": true, "reason": "法定代表人到场核验" });
    assert_eq!(done["claim"], want);

    // The other one still waits, and is disputed now because somebody has the enterprise.
    let refused =
        decide(&office, secretary(), &second["claimId"], "approves: true", "decide-03").await;
    assert_eq!(refused["errors"][0]["code"], "DISPUTED");
    let how = r#"approves: true, replaces: true, reason: "前者系冒名""#;
    let done = decide(&office, coordinator(), &second["claimId"], how, "decide-04").await;
    assert_eq!(done["claim"]["state"], "APPROVED", "{done}");
    assert_eq!(claimant(&office, &listed, "wang").await.grant, None, "replaced");
    let zhao = claimant(&office, &listed, "zhao").await;
    assert_eq!(zhao.actor.body, Some(Body::Enterprise(firm_id(1))));
    let log = audit::since(&office.db, 0, 100).await.unwrap();
    let actions: Vec<&str> = log.iter().map(|row| row.action.as_str()).collect();
    assert_eq!(actions, ["FileClaim", "FileClaim", "ApproveClaim", "ApproveClaim"]);
}

#[tokio::test]
async fn a_claim_needs_a_code_of_the_registry_evidence_and_somebody() {
    let office = office().await;
    let nobody = file(&office, Caller::public(), "", CODE).await;
    assert_eq!(nobody["errors"], error("MISSING", "account"));
    let mistyped = file(&office, Caller::public(), "wang", "91350100M000100Y44").await;
    assert_eq!(mistyped["errors"], error("INVALID", "creditCode"));
    let unknown = file(&office, Caller::public(), "wang", "91440300708461136T").await;
    assert_eq!(unknown["errors"], error("UNKNOWN_REFERENCE", "creditCode"));
    assert_eq!(claims(&office, coordinator()).await["totalCount"], 0);
    // The first of these attempts counted: it named an enterprise of ours.
    for name in ["a1", "a2", "a3", "a4"] {
        let filed = file(&office, Caller::public(), name, CODE).await;
        assert_eq!(filed["errors"], json!([]), "{name}");
    }
    let sixth = file(&office, Caller::public(), "a5", CODE).await;
    assert_eq!(sixth["errors"], json!([{ "code": "THROTTLED", "field": null }]));
}

#[tokio::test]
async fn a_claimant_takes_back_what_is_pending_and_nobody_else_does() {
    let office = office().await;
    let filed = file(&office, Caller::public(), "wang", CODE).await;
    let rival = file(&office, Caller::public(), "zhao", CODE).await;
    let listed = claims(&office, coordinator()).await;
    let (wang, zhao) =
        (claimant(&office, &listed, "wang").await, claimant(&office, &listed, "zhao").await);
    let withdraw = async |who: &Caller, id: &Value, key: &str| {
        let id = id.as_str().unwrap();
        let query = format!(
            r#"mutation {{ done: claimWithdraw(input: {{ claimId: "{id}", requestKey: "{key}" }}) {{ claimId errors {{ code }} }} }}"#
        );
        ask_as(&office, who.clone(), &query).await["data"]["done"].clone()
    };
    let refused = withdraw(&zhao, &filed["claimId"], "withdraw1").await;
    assert_eq!(refused["errors"][0]["code"], "NOT_FOUND");
    let done = withdraw(&wang, &filed["claimId"], "withdraw1").await;
    assert_eq!(done["claimId"], filed["claimId"]);
    let twice = withdraw(&wang, &filed["claimId"], "withdraw2").await;
    assert_eq!(twice["errors"][0]["code"], "WRONG_STAGE");
    let done = decide(&office, secretary(), &rival["claimId"], "approves: true", "decide-01").await;
    assert_eq!(done["claim"]["isDisputed"], false, "one claim is left: {done}");
}
