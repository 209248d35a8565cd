//! Suggestions through GraphQL: who sees what of them, and that no reason to decline ever reaches the
//! other side.

use chrono::NaiveDate;
use lianmeng_app::desk::Office;
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::{ChainCommitteeId, EnterpriseId, OfferId};
use lianmeng_domain::offer::{Offer, OfferKind};
use sea_orm::TransactionTrait as _;
use serde_json::{Value, json};

use crate::ids::wire;
use crate::testing::casework::{coordinator, firm, head_office, secretary, town, unit};
use crate::testing::{actor, ask};

mod signals;

const SECRET: &str = "保密配方";
const NOTE: &str = "对方拖欠货款";

async fn change(office: &Office, who: Actor, query: &str) -> Value {
    let answer = ask(office, who, &format!("mutation {{ p: {query} }}")).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["p"].clone()
}

/// A need of enterprise 1 with committee 5, an offer of enterprise 2, and the suggestion between
/// them; gives need and suggestion.
async fn suggested(office: &Office) -> (String, String) {
    let offer = format!(
        r#"offerRegister(input: {{ requestKey: "offer-01", providerId: "{}", card: {{ kind: TECHNOLOGY,
            title: "低排放染整工艺", body: "染整助剂 {SECRET}", isPublished: false }} }})
            {{ offer {{ id }} errors {{ code }} }}"#,
        wire(EnterpriseId::from(2))
    );
    assert_eq!(change(office, firm(2), &offer).await["errors"], json!([]));
    let need = format!(
        r#"needSubmit(input: {{ requestKey: "submit-1", confirmsNoSecret: true, card: {{
            enterpriseId: "{}", committeeId: "{}", kind: TECH_BREAKTHROUGH, title: "求低排放染整工艺",
            body: "现有染整助剂 {SECRET} 需替换" }} }}) {{ need {{ id }} errors {{ code }} }}"#,
        wire(EnterpriseId::from(1)),
        wire(ChainCommitteeId::from(5)),
    );
    let need = change(office, firm(1), &need).await["need"]["id"].as_str().unwrap().to_owned();
    let make = make(&need, "make-001");
    let made = change(office, secretary(5), &make).await;
    assert_eq!(made["errors"], json!([]), "{made}");
    assert_eq!(made["suggestions"].as_array().unwrap().len(), 1, "{made}");
    (need, made["suggestions"][0]["id"].as_str().unwrap().to_owned())
}

fn make(need: &str, key: &str) -> String {
    format!(
        r#"suggestionsMake(input: {{ needId: "{need}", requestKey: "{key}" }}) {{
            suggestions {{ id kind stage points reasons {{ criterion points zh }} offer {{ title }} }}
            errors {{ code }} }}"#
    )
}

async fn step(office: &Office, who: Actor, verb: &str, id: &str) -> Value {
    let input = format!(r#"suggestionId: "{id}", requestKey: "{verb}""#);
    let query = format!(
        "{verb}(input: {{ {input} }}) {{ suggestion {{ stage mySide }} errors {{ code }} }}"
    );
    change(office, who, &query).await
}

async fn decline(office: &Office, who: Actor, id: &str) -> Value {
    let query = format!(
        r#"suggestionDecline(input: {{ suggestion: {{ suggestionId: "{id}", requestKey: "decline-1" }},
            code: DISPUTE, note: "{NOTE}" }}) {{
            suggestion {{ stage declineReason {{ side code note }} }} errors {{ code }} }}"#
    );
    change(office, who, &query).await
}

/// Every path from the root to a suggestion.
fn everywhere(need: &str, id: &str) -> String {
    let fields = "stage points reasons { zh en points } declineReason { code note } a { name }";
    let firm = wire(EnterpriseId::from(1));
    format!(
        r#"{{ node(id: "{id}") {{ ... on Suggestion {{ {fields} need {{ title body }} }} }}
            nodes(ids: ["{id}"]) {{ ... on Suggestion {{ {fields} }} }}
            suggestions(first: 5) {{ nodes {{ {fields} }} totalCount }}
            needs(first: 5) {{ nodes {{ suggestions(first: 3) {{ {fields} }} }} }}
            need: node(id: "{need}") {{ ... on Need {{ body suggestions(first: 3) {{ {fields} }} }} }}
            firm: node(id: "{firm}") {{ ... on Enterprise {{
                needs(first: 3) {{ suggestions(first: 3) {{ {fields} need {{ suggestions(first: 3) {{ {fields} }} }} }} }} }} }} }}"#
    )
}

#[tokio::test]
async fn reasons_add_up_and_the_restricted_body_is_in_none_of_them() {
    let office = town().await;
    let (need, id) = suggested(&office).await;
    let query = format!(
        r#"{{ node(id: "{id}") {{ ... on Suggestion {{ kind points reasons {{ points zh en }} }} }} }}"#
    );
    let seen = ask(&office, coordinator(), &query).await["data"]["node"].clone();
    let points = |reason: &Value| reason["points"].as_i64().unwrap();
    let sum: i64 = seen["reasons"].as_array().unwrap().iter().map(points).sum();
    assert_eq!(seen["points"].as_i64(), Some(sum), "{seen}");
    assert!(sum > 0 && sum <= 10_000);
    assert!(seen.to_string().contains("工艺"), "words of the title are told: {seen}");
    assert!(!seen.to_string().contains(SECRET), "words of the body are not: {seen}");

    let again = change(&office, secretary(5), &make(&need, "make-002")).await;
    assert_eq!(again["suggestions"].as_array().unwrap().len(), 1, "suggested once: {again}");
}

#[tokio::test]
async fn the_sides_see_nothing_before_it_is_shown_and_strangers_never() {
    let office = town().await;
    let (need, id) = suggested(&office).await;
    let query = everywhere(&need, &id);
    for who in [firm(1), firm(2), head_office(3)] {
        let answer = ask(&office, who, &query).await;
        assert!(!answer.to_string().contains("PROPOSED"), "{answer}");
    }
    assert_eq!(
        step(&office, firm(1), "suggestionShow", &id).await["errors"][0]["code"],
        "NOT_FOUND"
    );
    let shown = step(&office, secretary(5), "suggestionShow", &id).await;
    assert_eq!(shown["suggestion"]["stage"], "SHOWN", "{shown}");

    let readers = [
        ("side a", firm(1), true),
        ("side b", firm(2), true),
        ("head office of a", head_office(3), true),
        ("secretary", secretary(5), true),
        ("coordinator", coordinator(), true),
        ("auditor", actor(Role::Auditor, None), true),
        ("other secretary", secretary(6), false),
        ("other firm", firm(4), false),
        ("unit", unit(7), false),
        ("public", Actor::public(), false),
        ("administrator", actor(Role::SystemAdmin, None), false),
    ];
    for (name, who, sees) in readers {
        let answer = ask(&office, who, &query).await;
        assert!(answer["errors"].is_null(), "{name}: {answer}");
        assert_eq!(answer.to_string().contains("SHOWN"), sees, "{name}: {answer}");
        assert_eq!(answer["data"]["node"]["points"].is_i64(), sees, "{name}");
    }
    let b = ask(&office, firm(2), &query).await;
    assert_eq!(b["data"]["node"]["need"], json!({ "title": "求低排放染整工艺", "body": null }));
    assert!(!b.to_string().contains(SECRET), "the body stays with side a: {b}");
}

#[tokio::test]
async fn why_a_side_declined_never_reaches_the_other_through_any_path() {
    let office = town().await;
    let (need, id) = suggested(&office).await;
    step(&office, secretary(5), "suggestionShow", &id).await;
    step(&office, firm(1), "suggestionAccept", &id).await;
    let declined = decline(&office, firm(2), &id).await;
    let own = json!({ "side": "B", "code": "DISPUTE", "note": NOTE });
    assert_eq!(declined["suggestion"], json!({ "stage": "DECLINED", "declineReason": own }));

    let query = everywhere(&need, &id);
    let cases = [
        ("the side itself", firm(2), true, true),
        ("the other side", firm(1), false, false),
        ("its head office", head_office(3), false, false),
        ("head office of the side", head_office(2), false, false),
        ("secretary", secretary(5), false, false),
        ("coordinator", coordinator(), true, false),
        ("auditor", actor(Role::Auditor, None), true, false),
        ("other firm", firm(4), false, false),
        ("public", Actor::public(), false, false),
    ];
    for (name, who, code, note) in cases {
        let answer = ask(&office, who, &query).await;
        assert!(answer["errors"].is_null(), "{name}: {answer}");
        assert_eq!(answer.to_string().contains("DISPUTE"), code, "{name}: {answer}");
        assert_eq!(answer.to_string().contains(NOTE), note, "{name}: {answer}");
    }
    let other = ask(&office, firm(1), &query).await;
    assert_eq!(other["data"]["node"]["stage"], "DECLINED", "that it was declined is no secret");
}

#[tokio::test]
async fn what_both_accept_becomes_a_pairing_once() {
    let office = town().await;
    let (_, id) = suggested(&office).await;
    step(&office, secretary(5), "suggestionShow", &id).await;
    let stranger = step(&office, firm(4), "suggestionAccept", &id).await;
    assert_eq!(stranger["errors"][0]["code"], "NOT_FOUND");
    let pair = |key: &str| {
        format!(
            r#"suggestionPair(input: {{ suggestionId: "{id}", requestKey: "{key}" }}) {{
                pairing {{ id kind stage a {{ ... on Enterprise {{ name }} }} }} errors {{ code }} }}"#
        )
    };
    let early = change(&office, secretary(5), &pair("pair-001")).await;
    assert_eq!(early["errors"][0]["code"], "WRONG_STAGE");
    step(&office, firm(1), "suggestionAccept", &id).await;
    let mutual = step(&office, firm(2), "suggestionAccept", &id).await;
    assert_eq!(mutual["suggestion"], json!({ "stage": "MUTUAL", "mySide": "B" }));
    let own = change(&office, firm(1), &pair("pair-002")).await;
    assert_eq!(own["errors"][0]["code"], "NOT_FOUND", "a side cannot make it a pairing");
    let first = change(&office, secretary(5), &pair("pair-003")).await;
    assert_eq!(first["pairing"]["kind"], "ENTERPRISE_ENTERPRISE", "{first}");
    let second = change(&office, secretary(5), &pair("pair-003")).await;
    assert_eq!(first, second, "the same key");
    let third = change(&office, secretary(5), &pair("pair-004")).await;
    assert_eq!(third["errors"][0]["code"], "WRONG_STAGE");
}

#[tokio::test]
async fn who_is_avoided_is_never_suggested_and_the_list_is_private() {
    let office = town().await;
    let (one, two) = (wire(EnterpriseId::from(1)), wire(EnterpriseId::from(2)));
    let avoid = format!(
        r#"avoidChange(input: {{ enterpriseId: "{two}", otherId: "{one}", avoids: true,
            requestKey: "avoid-01" }}) {{ enterprise {{ name }} errors {{ code }} }}"#
    );
    assert_eq!(change(&office, firm(1), &avoid).await["errors"][0]["code"], "NOT_FOUND");
    assert_eq!(change(&office, firm(2), &avoid).await["errors"], json!([]));
    let offer = format!(
        r#"offerRegister(input: {{ requestKey: "offer-01", providerId: "{two}", card: {{
            kind: TECHNOLOGY, title: "低排放染整工艺" }} }}) {{ errors {{ code }} }}"#
    );
    change(&office, firm(2), &offer).await;
    let need = format!(
        r#"needSubmit(input: {{ requestKey: "submit-1", confirmsNoSecret: true, card: {{
            enterpriseId: "{one}", committeeId: "{}", kind: TECH_BREAKTHROUGH, title: "求低排放染整工艺",
            body: "染整" }} }}) {{ need {{ id }} }}"#,
        wire(ChainCommitteeId::from(5)),
    );
    let need = change(&office, firm(1), &need).await["need"]["id"].as_str().unwrap().to_owned();
    let made = change(&office, secretary(5), &make(&need, "make-001")).await;
    assert_eq!(made["suggestions"], json!([]), "avoided from the other side: {made}");

    let list =
        format!(r#"{{ avoided(enterpriseId: "{two}") {{ nodes {{ enterprise {{ name }} }} }} }}"#);
    let own = json!([{ "enterprise": { "name": "家纺企业1" } }]);
    for (who, want) in [
        (firm(2), own),
        (coordinator(), json!([])),
        (firm(1), json!([])),
        (secretary(5), json!([])),
        (Actor::public(), json!([])),
    ] {
        let answer = ask(&office, who, &list).await;
        assert_eq!(answer["data"]["avoided"]["nodes"], want, "{answer}");
    }
}

#[tokio::test]
async fn a_project_gets_a_local_owner_and_a_central_counterpart_and_then_a_task() {
    let office = town().await;
    let project = r#"projectRegister(input: { requestKey: "project1", card: {
        name: "市属国企与能源央企共建能源站", domain: "D1", amountFen: 4000000000000 } })
        { project { id amountFen } errors { code } }"#;
    let made = change(&office, coordinator(), project).await;
    assert_eq!(made["project"]["amountFen"], 4_000_000_000_000_i64, "{made}");
    let suggest = r#"tasksSuggest(input: { requestKey: "tasks-01", maxPerOwner: 15 })
        { added gaps { side fitting project { name } } errors { code } }"#;
    assert_eq!(change(&office, firm(3), suggest).await["errors"][0]["code"], "NOT_FOUND");
    let suggested = change(&office, coordinator(), suggest).await;
    assert_eq!((&suggested["added"], &suggested["gaps"]), (&json!(1), &json!([])), "{suggested}");

    let found = ask(
        &office,
        coordinator(),
        "{ suggestions { nodes { id kind points reasons { points } } } }",
    )
    .await;
    let found = &found["data"]["suggestions"]["nodes"][0];
    let reasons = found["reasons"].as_array().unwrap();
    let sum: i64 = reasons.iter().map(|reason| reason["points"].as_i64().unwrap()).sum();
    assert_eq!(found["points"].as_i64(), Some(sum));
    let id = found["id"].as_str().unwrap();
    step(&office, coordinator(), "suggestionShow", id).await;
    step(&office, firm(3), "suggestionAccept", id).await;
    step(&office, firm(4), "suggestionAccept", id).await;
    let pair = format!(
        r#"suggestionPair(input: {{ suggestionId: "{id}", untilOn: "2026-12-31", requestKey: "pair-001" }}) {{
            pairing {{ id }} task {{ owner {{ name }} counterpart {{ name }} domain dueOn stage scorePoints
            project {{ name }} }} errors {{ code }} }}"#
    );
    let paired = change(&office, coordinator(), &pair).await;
    assert_eq!(paired["pairing"], Value::Null);
    assert_eq!(
        paired["task"],
        json!({
            "owner": { "name": "市属国企3" }, "counterpart": { "name": "能源央企4" }, "domain": "D1",
            "dueOn": "2026-12-31", "stage": "OPEN", "scorePoints": sum,
            "project": { "name": "市属国企与能源央企共建能源站" }
        })
    );
    for (who, count) in [(firm(3), 1), (firm(4), 1), (firm(1), 0), (Actor::public(), 0)] {
        let tasks = ask(&office, who, "{ tasks { totalCount } }").await;
        assert_eq!(tasks["data"]["tasks"]["totalCount"], count);
    }
}

/// Puts in 2,000 offers of enterprise 4 that nobody asks for, 1,300 that say the right words but are
/// over, and one older than they all are.
async fn crowd(office: &Office) {
    let offer = |number: u128, title: &str| Offer {
        id: OfferId::from(number),
        external_id: None,
        provider: Member::Enterprise(EnterpriseId::from(4)),
        kind: OfferKind::Technology,
        title: title.to_owned(),
        body: String::new(),
        capacity: None,
        capacity_left: None,
        unit: None,
        valid_until: None,
        is_published: true,
        version: 1,
    };
    let tx = office.db.begin().await.unwrap();
    lianmeng_store::offer::insert(&tx, &offer(1, "低排放染整工艺改造")).await.unwrap();
    for number in 10..2_010 {
        let title = format!("楼宇保洁与绿化{number}");
        lianmeng_store::offer::insert(&tx, &offer(number, &title)).await.unwrap();
    }
    for number in 3_000..4_300 {
        let over = NaiveDate::from_ymd_opt(2025, 12, 31);
        let offer = Offer { valid_until: over, ..offer(number, "求低排放染整工艺改造") };
        lianmeng_store::offer::insert(&tx, &offer).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn among_thousands_of_offers_an_old_one_and_one_just_registered_are_found() {
    let office = town().await;
    crowd(&office).await;
    let need = |key: &str| {
        format!(
            r#"needSubmit(input: {{ requestKey: "{key}", confirmsNoSecret: true, card: {{
                enterpriseId: "{}", committeeId: "{}", kind: TECH_BREAKTHROUGH,
                title: "求低排放染整工艺", body: "减少废水" }} }}) {{ need {{ id }} errors {{ code }} }}"#,
            wire(EnterpriseId::from(1)),
            wire(ChainCommitteeId::from(5)),
        )
    };
    let titles = async |key: &str| {
        let made = change(&office, firm(1), &need(&format!("submit-{key}"))).await;
        let id = made["need"]["id"].as_str().unwrap().to_owned();
        let made = change(&office, secretary(5), &make(&id, &format!("make-{key}"))).await;
        let all = made["suggestions"].as_array().unwrap().iter();
        let mut titles: Vec<String> =
            all.map(|one| one["offer"]["title"].as_str().unwrap().to_owned()).collect();
        titles.sort_unstable();
        titles
    };
    assert_eq!(titles("001").await, ["低排放染整工艺改造"]);
    let offer = format!(
        r#"offerRegister(input: {{ requestKey: "offer-01", providerId: "{}", card: {{ kind: TECHNOLOGY,
            title: "染整废水减排工艺" }} }}) {{ errors {{ code }} }}"#,
        wire(EnterpriseId::from(2))
    );
    assert_eq!(change(&office, firm(2), &offer).await["errors"], json!([]));
    assert_eq!(titles("002").await, ["低排放染整工艺改造", "染整废水减排工艺"]);
}
