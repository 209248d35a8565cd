use lianmeng_app::caller::Caller;
use lianmeng_app::desk::Office;
use lianmeng_domain::actor::{Actor, Body, Role};
use lianmeng_domain::enterprise::Enterprise;
use lianmeng_domain::ids::ChainCommitteeId;
use lianmeng_domain::policy::Visibility;
use lianmeng_store::{audit, enterprise};
use serde_json::{Value, json};

use crate::ids;
use crate::testing::people::{ask_as, person};
use crate::testing::registry::{committee_id, fill, firm, firm_id};
use crate::testing::{actor, ask, world};

const CODE: &str = "91350100M000100Y43";

/// Three enterprises on the chain of a committee, the second with a credit code, and a fourth one on
/// none.
async fn office() -> Office {
    let office = world().await;
    fill(&office, 3).await;
    let found = enterprise::find(&office.db, &Visibility::All, firm_id(2)).await.unwrap().unwrap();
    let coded = Enterprise { credit_code: Some(CODE.parse().unwrap()), ..found };
    enterprise::save(&office.db, &coded).await.unwrap();
    enterprise::insert(&office.db, &Enterprise { parent: None, ..firm(4) }).await.unwrap();
    office
}

fn secretary() -> Actor {
    actor(Role::CommitteeSecretary, Some(Body::Committee(committee_id())))
}

fn coordinator() -> Actor {
    actor(Role::Coordinator, None)
}

fn make(rows: &str, key: &str) -> String {
    let committee = ids::wire(committee_id());
    format!(
        r#"mutation {{ invitationsMake(input: {{ committeeId: "{committee}", rows: [{rows}], requestKey: "{key}" }}) {{
            lines {{ row outcome reason invitation {{ id state contact }} code {{ code link qrSvg }} }}
            errors {{ code field }}
        }} }}"#
    )
}

async fn made(office: &Office, as_who: Actor, rows: &str, key: &str) -> Value {
    ask(office, as_who, &make(rows, key)).await["data"]["invitationsMake"].clone()
}

fn outcomes(made: &Value) -> Vec<&str> {
    made["lines"].as_array().unwrap().iter().map(|l| l["outcome"].as_str().unwrap()).collect()
}

fn accept(code: &Value, account: &str, key: &str) -> String {
    let code = code.as_str().unwrap();
    format!(
        r#"mutation {{ invitationAccept(input: {{ code: "{code}", {account} requestKey: "{key}" }}) {{
            accountId grantId errors {{ code field }}
        }} }}"#
    )
}

const WANG: &str =
    r#"account: { name: "wang", displayName: "王芳", password: "seven herons over the river" },"#;

async fn accepted(office: &Office, who: Caller, query: &str) -> Value {
    ask_as(office, who, query).await["data"]["invitationAccept"].clone()
}

fn error(code: &str, field: &str) -> Value {
    json!([{ "code": code, "field": field }])
}

#[tokio::test]
async fn rows_are_invited_once_each_and_every_other_row_says_why_not() {
    let office = office().await;
    let rows = r#"{ name: "示例家纺1厂", contactName: "王芳", contact: "13812345678" },
        { creditCode: "91350100m000100y43" }, { name: "示例家纺1厂" }, { name: "示例家纺9厂" },
        { creditCode: "91350100M000100Y44" }, { name: "示例家纺4厂" }, { name: " " },
        { name: "示例家纺3厂", contact: "打电话" }, { name: "示例商务局" }"#;
    let first = made(&office, secretary(), rows, "make-0001").await;
    let want = [
        "made",
        "made",
        "repeated",
        "unknown",
        "credit_code",
        "foreign",
        "missing",
        "contact",
        "made",
    ];
    assert_eq!(outcomes(&first), want, "{first:#}");
    assert_eq!(first["lines"][2]["reason"], "row 1 invites the same one");
    let line = &first["lines"][0];
    let code = line["code"]["code"].as_str().unwrap();
    assert_eq!((code.len(), &line["invitation"]["state"]), (14, &json!("SENT")));
    assert_eq!(line["code"]["link"], format!("/join?code={code}"));
    assert_eq!(line["code"]["qrSvg"], Value::Null, "the server does not know its address");

    let same = made(&office, secretary(), rows, "make-0001").await;
    let again = made(&office, secretary(), rows, "make-0002").await;
    for made in [&same, &again] {
        assert_eq!(outcomes(made)[0..2], ["waits", "waits"], "{made:#}");
        assert_eq!(made["lines"][0]["invitation"]["id"], line["invitation"]["id"]);
        assert_eq!(made["lines"][0]["code"], Value::Null, "codes are told once");
    }
    let other = made(&office, secretary(), r#"{ name: "示例家纺3厂" }"#, "make-0001").await;
    assert_eq!(other["errors"], error("KEY_REUSED", "requestKey"));
    let list = "{ invitations { totalCount nodes { contactName contact member { ... on Enterprise { name } } committee { name } } } }";
    let listed = ask(&office, secretary(), list).await["data"]["invitations"].clone();
    assert_eq!(listed["totalCount"], 3);
    assert_eq!(listed["nodes"][2]["contact"], "13812345678");
    let audited = ask(&office, actor(Role::Auditor, None), list).await;
    assert_eq!(audited["data"]["invitations"]["nodes"][2]["contact"], "138****5678");
    let log = audit::since(&office.db, 0, 100).await.unwrap();
    let actions: Vec<&str> = log.iter().map(|row| row.action.as_str()).collect();
    assert_eq!(actions, ["MakeInvitations"], "what changed nothing is no change");
}

#[tokio::test]
async fn nobody_else_invites_or_sees_who_was_invited() {
    let office = office().await;
    let row = r#"{ name: "示例家纺1厂" }"#;
    let made_by = made(&office, secretary(), row, "make-0001").await;
    let id = made_by["lines"][0]["invitation"]["id"].as_str().unwrap().to_owned();
    let another = Body::Committee(ChainCommitteeId::from(9));
    let strangers = [
        actor(Role::CommitteeSecretary, Some(another)),
        actor(Role::ServiceLiaison, Some(Body::Committee(committee_id()))),
        actor(Role::RotatingChair, Some(Body::Committee(committee_id()))),
        actor(Role::Enterprise, Some(Body::Enterprise(firm_id(1)))),
        actor(Role::DistrictHost, Some(Body::Region("440305".parse().unwrap()))),
        actor(Role::SystemAdmin, None),
        actor(Role::Public, None),
    ];
    for stranger in strangers {
        let refused = made(&office, stranger.clone(), row, "make-0001").await;
        assert_eq!(refused["errors"][0]["code"], "NOT_FOUND", "{stranger:?}");
        let list = "{ invitations { totalCount nodes { id } } }";
        let listed = ask(&office, stranger.clone(), list).await;
        let none = json!({ "totalCount": 0, "nodes": [] });
        assert_eq!(listed["data"]["invitations"], none, "{stranger:?}");
        for change in ["invitationWithdraw", "invitationRenew"] {
            let query = format!(
                r#"mutation {{ done: {change}(input: {{ invitationId: "{id}", requestKey: "change-01" }}) {{ errors {{ code }} }} }}"#
            );
            let refused = ask(&office, stranger.clone(), &query).await;
            assert_eq!(refused["data"]["done"]["errors"][0]["code"], "NOT_FOUND", "{stranger:?}");
        }
    }
    let auditor = made(&office, actor(Role::Auditor, None), row, "make-0001").await;
    assert_eq!(auditor["errors"][0]["code"], "NOT_FOUND", "an auditor never writes");
    let mine = "mutation { invitationsMake(input: { rows: [{ name: \"示例家纺4厂\" }], requestKey: \"make-0009\" }) { lines { outcome } errors { code } } }";
    let refused = ask(&office, secretary(), mine).await["data"]["invitationsMake"].clone();
    assert_eq!(refused["errors"][0]["code"], "NOT_FOUND", "in nobody's name only a coordinator");
    let done = ask(&office, coordinator(), mine).await["data"]["invitationsMake"].clone();
    assert_eq!(done["lines"][0]["outcome"], "made");
    let seen = ask(&office, secretary(), "{ invitations { totalCount } }").await;
    assert_eq!(seen["data"]["invitations"]["totalCount"], 1, "the coordinator's own stay theirs");
}

#[tokio::test]
async fn whoever_brings_the_code_administers_the_enterprise_and_nobody_after_them() {
    let office = office().await;
    let rows = r#"{ name: "示例家纺1厂" }, { name: "示例商务局" }"#;
    let first = made(&office, secretary(), rows, "make-0001").await;
    let code = &first["lines"][0]["code"]["code"];
    let nobody = accepted(&office, Caller::public(), &accept(code, "", "accept-01")).await;
    assert_eq!(nobody["errors"], error("MISSING", "account"));
    let weak = WANG.replace("seven herons over the river", "short");
    let refused = accepted(&office, Caller::public(), &accept(code, &weak, "accept-01")).await;
    assert_eq!(refused["errors"], error("INVALID", "password"));
    let typed = json!(code.as_str().unwrap().to_lowercase().replace('-', " "));
    let joined = accepted(&office, Caller::public(), &accept(&typed, WANG, "accept-01")).await;
    assert_eq!(joined["errors"], json!([]), "{joined}");
    let again = accepted(&office, Caller::public(), &accept(code, WANG, "accept-01")).await;
    assert_eq!(again, joined, "the same request is answered the same");
    let late = accepted(&office, Caller::public(), &accept(code, WANG, "accept-02")).await;
    assert_eq!(late["errors"], error("NOT_FOUND", "code"));

    let wang = person(&office, &joined["accountId"], &joined["grantId"]).await;
    assert_eq!(wang.actor.body, Some(Body::Enterprise(firm_id(1))));
    let viewer = "{ viewer { role grants { isAdministrator isDefault isInForce } } }";
    let viewer = ask_as(&office, wang.clone(), viewer).await["data"]["viewer"].clone();
    let grant = json!({ "isAdministrator": true, "isDefault": true, "isInForce": true });
    assert_eq!(viewer, json!({ "role": "ENTERPRISE", "grants": [grant] }));
    let bureau = &first["lines"][1]["code"]["code"];
    let twice = accepted(&office, wang.clone(), &accept(bureau, WANG, "accept-03")).await;
    assert_eq!(twice["errors"], error("INVALID", "account"));
    let second = accepted(&office, wang, &accept(bureau, "", "accept-03")).await;
    assert_eq!(second["accountId"], joined["accountId"], "one person, several bodies");
    let both = person(&office, &second["accountId"], &second["grantId"]).await;
    assert_eq!(both.actor.role, Role::DepartmentHandler);
    let full = made(&office, secretary(), rows, "make-0002").await;
    assert_eq!(outcomes(&full), ["joined", "joined"]);
    let claimed = "{ invitations(filter: { state: CLAIMED }) { totalCount } }";
    let claimed = ask(&office, secretary(), claimed).await;
    assert_eq!(claimed["data"]["invitations"]["totalCount"], 2);
}

#[tokio::test]
async fn a_withdrawn_code_opens_nothing_and_a_renewed_invitation_has_another() {
    let office = office().await;
    let first = made(&office, secretary(), r#"{ name: "示例家纺1厂" }"#, "make-0001").await;
    let line = &first["lines"][0];
    let id = line["invitation"]["id"].as_str().unwrap();
    let change = |what: &str, key: &str| {
        format!(
            r#"mutation {{ done: {what}(input: {{ invitationId: "{id}", requestKey: "{key}" }}) {{
                invitation {{ state }} code {{ code }} errors {{ code }}
            }} }}"#
        )
    };
    let done = async |what: &str, key: &str| {
        ask(&office, secretary(), &change(what, key)).await["data"]["done"].clone()
    };
    let withdrawn = done("invitationWithdraw", "change-01").await;
    assert_eq!(withdrawn["invitation"]["state"], "WITHDRAWN", "{withdrawn}");
    assert_eq!(done("invitationWithdraw", "change-01").await, withdrawn);
    let twice = done("invitationWithdraw", "change-02").await;
    assert_eq!(twice["errors"][0]["code"], "WRONG_STAGE");
    let old = accept(&line["code"]["code"], WANG, "accept-01");
    let refused = accepted(&office, Caller::public(), &old).await;
    assert_eq!(refused["errors"], error("NOT_FOUND", "code"));
    let renewed = done("invitationRenew", "change-03").await;
    assert_eq!(renewed["invitation"]["state"], "SENT", "{renewed}");
    assert_ne!(renewed["code"], line["code"]);
    assert_eq!(done("invitationRenew", "change-03").await["code"], Value::Null, "told once");
    assert_eq!(accepted(&office, Caller::public(), &old).await["errors"][0]["code"], "NOT_FOUND");
    let new = accept(&renewed["code"]["code"], WANG, "accept-01");
    assert_eq!(accepted(&office, Caller::public(), &new).await["errors"], json!([]));
    let late = done("invitationRenew", "change-04").await;
    assert_eq!(late["errors"][0]["code"], "WRONG_STAGE");
}

#[tokio::test]
async fn guesses_are_slowed_down_after_five_and_slips_of_the_finger_are_not_counted() {
    let office = office().await;
    let slip = accept(&json!("AAAA-BBBB-CCCC"), WANG, "accept-01");
    for _ in 0..6 {
        let refused = accepted(&office, Caller::public(), &slip).await;
        assert_eq!(refused["errors"], error("INVALID", "code"));
    }
    let first = made(&office, secretary(), r#"{ name: "示例家纺1厂" }"#, "make-0001").await;
    for seed in 1..=5 {
        let wrong = lianmeng_app::join::code(&lianmeng_app::secret::Secret::of([seed; 32]));
        let guess = accept(&json!(wrong.to_string()), WANG, "accept-01");
        let refused = accepted(&office, Caller::public(), &guess).await;
        assert_eq!(refused["errors"], error("NOT_FOUND", "code"), "{seed}");
    }
    let right = accept(&first["lines"][0]["code"]["code"], WANG, "accept-01");
    let refused = accepted(&office, Caller::public(), &right).await;
    assert_eq!(refused["errors"], json!([{ "code": "THROTTLED", "field": null }]));
}
