//! Red credit through GraphQL: who rates, who reads, and when it speaks in suggestions.

use lianmeng_app::desk::Office;
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::ids::{ChainCommitteeId, EnterpriseId};
use serde_json::{Value, json};

use crate::ids::wire;
use crate::testing::casework::{coordinator, firm, secretary, town};
use crate::testing::{actor, ask};

async fn change(office: &Office, who: Actor, query: &str) -> Value {
    let answer = ask(office, who, &format!("mutation {{ p: {query} }}")).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["p"].clone()
}

/// `redCreditSet` for enterprise 2.
fn rate(version: &str, card: &str, key: &str) -> String {
    format!(
        r#"redCreditSet(input: {{ enterpriseId: "{}", version: {version}, card: {card},
            requestKey: "{key}" }}) {{
            enterprise {{ redCredit {{ points ratedOn untilOn isHeldToday source version }} }}
            errors {{ code field }} }}"#,
        wire(EnterpriseId::from(2))
    )
}

fn card(points: i32, rated_on: &str, until_on: &str) -> String {
    format!(
        r#"{{ points: {points}, ratedOn: "{rated_on}", untilOn: {until_on}, source: "组织部" }}"#
    )
}

#[tokio::test]
async fn coordinators_rate_everyone_reads_and_a_second_hand_is_told() {
    let office = town().await;
    let today = office.desk().today.to_string();
    let good = rate("null", &card(86, &today, "null"), "rate-001");
    for who in [secretary(5), firm(2), Actor::public(), actor(Role::Auditor, None)] {
        let refused = change(&office, who.clone(), &good).await;
        let want = json!({ "enterprise": null,
            "errors": [{ "code": "NOT_FOUND", "field": "enterpriseId" }] });
        assert_eq!(refused, want, "{who:?}");
    }
    let rated = change(&office, coordinator(), &good).await;
    let want = json!({ "points": 86, "ratedOn": today, "untilOn": null, "isHeldToday": true,
        "source": "组织部", "version": 1 });
    assert_eq!(rated, json!({ "enterprise": { "redCredit": want }, "errors": [] }));
    assert_eq!(change(&office, coordinator(), &good).await, rated, "the same key");
    let query = format!(
        r#"{{ node(id: "{}") {{ ... on Enterprise {{ redCredit {{ points }} }} }} }}"#,
        wire(EnterpriseId::from(2))
    );
    let read = ask(&office, Actor::public(), &query).await;
    assert_eq!(read["data"]["node"]["redCredit"]["points"], 86);

    let wrong = [
        ("1", card(101, &today, "null"), "INVALID", "points"),
        ("1", card(50, "2999-01-01", "null"), "INVALID", "ratedOn"),
        ("1", card(50, "2026-01-02", r#""2026-01-01""#), "INVALID", "untilOn"),
        ("1", card(50, &today, "null").replace("组织部", " "), "MISSING", "source"),
    ];
    for (at, (version, card, code, field)) in wrong.into_iter().enumerate() {
        let query = rate(version, &card, &format!("wrong-{at:03}"));
        let answer = change(&office, coordinator(), &query).await;
        assert_eq!(answer["errors"], json!([{ "code": code, "field": field }]), "{card}");
    }
    for (version, card) in [("null", card(50, &today, "null")), ("7", "null".to_owned())] {
        let query = rate(version, &card, &format!("stale-00{version}"));
        let answer = change(&office, coordinator(), &query).await;
        assert_eq!(answer["errors"][0]["code"], "STALE", "{version} {card}");
    }
    let gone = change(&office, coordinator(), &rate("1", "null", "rate-002")).await;
    assert_eq!(gone, json!({ "enterprise": { "redCredit": null }, "errors": [] }));
}

/// Suggestions for a need of enterprise 1 that an offer of enterprise 2 meets.
async fn suggested(office: &Office, key: &str) -> Value {
    let need = format!(
        r#"needSubmit(input: {{ requestKey: "need-for-{key}", confirmsNoSecret: true, card: {{
            enterpriseId: "{}", committeeId: "{}", kind: TECH_BREAKTHROUGH, title: "求低排放染整工艺",
            body: "染整" }} }}) {{ need {{ id }} errors {{ code }} }}"#,
        wire(EnterpriseId::from(1)),
        wire(ChainCommitteeId::from(5)),
    );
    let need = change(office, firm(1), &need).await["need"]["id"].as_str().unwrap().to_owned();
    let make = format!(
        r#"suggestionsMake(input: {{ needId: "{need}", requestKey: "make-for-{key}" }}) {{
            suggestions {{ reasons {{ criterion points zh }} }}
            errors {{ code }} }}"#
    );
    change(office, coordinator(), &make).await["suggestions"][0].clone()
}

#[tokio::test]
async fn a_rating_speaks_only_while_weights_name_it_and_it_holds() {
    let office = town().await;
    let today = office.desk().today.to_string();
    let offer = format!(
        r#"offerRegister(input: {{ requestKey: "offer-01", providerId: "{}", card: {{
            kind: TECHNOLOGY, title: "低排放染整工艺" }} }}) {{ errors {{ code }} }}"#,
        wire(EnterpriseId::from(2))
    );
    assert_eq!(change(&office, firm(2), &offer).await["errors"], json!([]));
    let rating = rate("null", &card(86, &today, "null"), "rate-001");
    assert_eq!(change(&office, coordinator(), &rating).await["errors"], json!([]));
    let of_credit = |gain: &Value| {
        let reasons = gain["reasons"].as_array().unwrap();
        reasons.iter().find(|one| one["criterion"] == "credit").cloned()
    };
    assert_eq!(of_credit(&suggested(&office, "off").await), None, "it is switched off");

    let a = r#"[{ criterion: "text", points: 2700 }, { criterion: "capability", points: 3000 },
        { criterion: "industry", points: 1000 }, { criterion: "place", points: 1000 },
        { criterion: "tier", points: 500 }, { criterion: "history", points: 1000 },
        { criterion: "recency", points: 500 }, { criterion: "credit", points: 300 }]"#;
    let propose = |a: &str, key: &str| {
        format!(
            r#"matchWeightsPropose(input: {{ weights: {{ a: {a}, b: [], fusion: ONE_SIDED }},
                why: "红色信用", requestKey: "{key}" }}) {{
                weights {{ version a {{ criterion points }} }} errors {{ message }} }}"#
        )
    };
    let much = a.replace("2700", "2600").replace("300 }]", "400 }]");
    let refused = change(&office, coordinator(), &propose(&much, "much-001")).await;
    let most = "credit of side a has 400 points; it may have 300 at most";
    assert_eq!(refused["errors"][0]["message"], most);
    let made = change(&office, coordinator(), &propose(a, "some-001")).await;
    let last = json!({ "criterion": "credit", "points": 300 });
    assert_eq!((&made["weights"]["version"], &made["weights"]["a"][7]), (&json!(3), &last));
    let on = r#"matchWeightsActivate(input: { version: 3, requestKey: "activ-01" }) { errors { code } }"#;
    assert_eq!(change(&office, coordinator(), on).await["errors"], json!([]));
    let gain = suggested(&office, "on").await;
    let want = json!({ "criterion": "credit", "points": 258, "zh": "红色信用 86 分（满分 100）" });
    assert_eq!(of_credit(&gain), Some(want));

    let run_out = card(86, "2020-01-01", r#""2020-12-31""#);
    let ended = change(&office, coordinator(), &rate("1", &run_out, "rate-002")).await;
    assert_eq!(ended["enterprise"]["redCredit"]["isHeldToday"], false);
    assert_eq!(of_credit(&suggested(&office, "past").await), None, "it has run out");
}
