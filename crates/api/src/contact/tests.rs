//! Contacts through GraphQL: who keeps them, what is refused, and what a removal leaves.

use lianmeng_app::desk::Office;
use lianmeng_domain::actor::{Actor, Body, Role};
use lianmeng_domain::ids::{EnterpriseId, OrganisationId};
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use crate::ids::wire;
use crate::testing::casework::{coordinator, firm, secretary, town, unit};
use crate::testing::{actor, ask};

const FIELDS: &str = "isMasked name title phone email note version";

async fn change(office: &Office, who: Actor, query: &str) -> Value {
    let answer = ask(office, who, &format!("mutation {{ p: {query} }}")).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["p"].clone()
}

fn add(owner: &str, key: &str, card: &str) -> String {
    format!(
        r#"contactAdd(input: {{ ownerId: "{owner}", requestKey: "contact-{key}", card: {{ {card} }} }}) {{
            contact {{ id {FIELDS} }} errors {{ code field }} }}"#
    )
}

const CARD: &str = r#"name: " 李明华 ", title: "经理", phone: "13812345678", email: "li@example.cn", note: "订单""#;

async fn contacts(office: &Office, who: Actor, owner: &str) -> Value {
    let query = format!(
        "{{ node(id: \"{owner}\") {{ ... on Enterprise {{ contacts {{ {FIELDS} }} }}
            ... on Organisation {{ contacts {{ {FIELDS} }} }} }} }}"
    );
    let answer = ask(office, who, &query).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["node"]["contacts"].clone()
}

#[tokio::test]
async fn a_contact_is_readable_at_home_masked_elsewhere_and_not_at_all_in_public() {
    let office = town().await;
    let owner = wire(EnterpriseId::from(2));
    let added = change(&office, firm(2), &add(&owner, "01", CARD)).await;
    let full = json!({ "isMasked": false, "name": "李明华", "title": "经理", "phone": "13812345678",
        "email": "li@example.cn", "note": "订单", "version": 1 });
    let masked = json!({ "isMasked": true, "name": "李**", "title": "经理", "phone": "138****5678",
        "email": "l***@example.cn", "note": "", "version": 1 });
    assert_eq!(added["contact"]["phone"], "13812345678", "{added}");
    for (who, want) in [
        (firm(2), json!([full])),
        (actor(Role::ServiceLiaison, Some(Body::Enterprise(EnterpriseId::from(2)))), json!([full])),
        (coordinator(), json!([full])),
        (firm(1), json!([masked])),
        (unit(7), json!([masked])),
        (secretary(5), json!([masked])),
        (actor(Role::Auditor, None), json!([masked])),
        (
            actor(Role::RotatingChair, Some(Body::Enterprise(EnterpriseId::from(2)))),
            json!([masked]),
        ),
        (Actor::public(), json!([])),
        (actor(Role::SystemAdmin, None), Value::Null),
    ] {
        let name = format!("{who:?}");
        assert_eq!(contacts(&office, who, &owner).await, want, "{name}");
    }
}

#[tokio::test]
async fn a_contact_that_nobody_can_reach_or_that_is_not_theirs_is_refused() {
    let office = town().await;
    let (own, unit_id) = (wire(EnterpriseId::from(2)), wire(OrganisationId::from(7)));
    for (key, who, owner, card, code, field) in [
        ("10", firm(2), &own, r#"name: "", phone: "13812345678""#, "MISSING", "name"),
        ("11", firm(2), &own, r#"name: "李明""#, "MISSING", "phone"),
        ("12", firm(2), &own, r#"name: "李明", phone: "call me""#, "INVALID", "phone"),
        ("13", firm(2), &own, r#"name: "李明", email: "nobody""#, "INVALID", "email"),
        ("14", firm(1), &own, CARD, "NOT_FOUND", "ownerId"),
        ("15", secretary(5), &own, CARD, "NOT_FOUND", "ownerId"),
        ("16", unit(8), &unit_id, CARD, "NOT_FOUND", "ownerId"),
    ] {
        let refused = change(&office, who, &add(owner, key, card)).await;
        assert_eq!(refused["contact"], Value::Null);
        assert_eq!(refused["errors"], json!([{ "code": code, "field": field }]), "{key}");
    }
    let added = change(&office, unit(7), &add(&unit_id, "17", CARD)).await;
    assert_eq!(added["errors"], json!([]));
    assert_eq!(contacts(&office, firm(1), &unit_id).await[0]["phone"], "138****5678");
}

#[tokio::test]
async fn a_change_needs_the_version_and_a_removal_leaves_no_person_in_the_audit_log() {
    let office = town().await;
    let owner = wire(EnterpriseId::from(2));
    let added = change(&office, firm(2), &add(&owner, "20", CARD)).await;
    let id = added["contact"]["id"].as_str().unwrap();
    let edit = |key: &str, version: i64| {
        format!(
            r#"contactChange(input: {{ contactId: "{id}", version: {version}, requestKey: "contact-{key}",
                card: {{ name: "李明华", phone: "075588886666" }} }}) {{ contact {{ phone version }} errors {{ code }} }}"#
        )
    };
    let changed = change(&office, firm(2), &edit("21", 1)).await;
    assert_eq!(changed["contact"], json!({ "phone": "075588886666", "version": 2 }));
    let stale = change(&office, firm(2), &edit("22", 1)).await;
    assert_eq!(stale["errors"][0]["code"], "STALE");
    let stranger = change(&office, firm(1), &edit("23", 2)).await;
    assert_eq!(stranger["errors"][0]["code"], "NOT_FOUND");

    let kept = || async {
        let rows = office
            .db
            .query_all_raw(sea_orm::Statement::from_string(
                office.db.get_database_backend(),
                "SELECT action, coalesce(detail, '') AS detail FROM audit_rows ORDER BY seq",
            ))
            .await
            .unwrap();
        let text = |row: &sea_orm::QueryResult| {
            format!(
                "{} {}",
                row.try_get::<String>("", "action").unwrap(),
                row.try_get::<String>("", "detail").unwrap()
            )
        };
        rows.iter().map(text).collect::<Vec<_>>().join("\n")
    };
    let before = kept().await;
    assert!(before.contains("138****5678") && !before.contains("13812345678"), "{before}");
    let remove = |key: &str| {
        format!(
            r#"contactRemove(input: {{ contactId: "{id}", requestKey: "contact-{key}" }}) {{
                removedId errors {{ code }} }}"#
        )
    };
    let stranger = change(&office, firm(1), &remove("24")).await;
    assert_eq!(stranger["errors"][0]["code"], "NOT_FOUND");
    let removed = change(&office, firm(2), &remove("25")).await;
    assert_eq!(removed, json!({ "removedId": id, "errors": [] }));
    assert_eq!(change(&office, firm(2), &remove("25")).await["removedId"], id, "said again");
    assert_eq!(contacts(&office, firm(2), &owner).await, json!([]));
    let left = kept().await;
    for action in ["AddContact", "ChangeContact", "RemoveContact"] {
        assert!(left.contains(action), "{left}");
    }
    for personal in ["13812345678", "075588886666", "李明华", "li@example.cn"] {
        assert!(!left.contains(personal), "{left}");
    }
}
