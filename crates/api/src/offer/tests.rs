//! Offers and their reservations through GraphQL, asked as the parties, as strangers and as anyone.

use lianmeng_app::desk::Office;
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::ids::{ChainCommitteeId, EnterpriseId, OrganisationId};
use serde_json::{Value, json};

use crate::ids::wire;
use crate::testing::casework::{coordinator, firm, head_office, secretary, town, unit};
use crate::testing::{actor, ask, counted};

/// An offer of 100 m² by unit 7; gives its wire id.
async fn space(office: &Office) -> String {
    let query = format!(
        r#"mutation {{ offerRegister(input: {{ providerId: "{}", requestKey: "offer-01", card: {{
            kind: SPACE, title: "低成本空间", capacity: 100, unit: "m²" }} }})
            {{ offer {{ id }} errors {{ code message }} }} }}"#,
        wire(OrganisationId::from(7)),
    );
    let answer = ask(office, unit(7), &query).await;
    let id = answer["data"]["offerRegister"]["offer"]["id"].as_str();
    id.unwrap_or_else(|| panic!("{answer}")).to_owned()
}

/// A need for space of enterprise 1, handed in to committee 5; gives its wire id.
async fn need(office: &Office) -> String {
    let query = format!(
        r#"mutation {{ needSubmit(input: {{ requestKey: "submit-1", confirmsNoSecret: true,
            card: {{ enterpriseId: "{}", committeeId: "{}", kind: SPACE, title: "求厂房",
                    body: "两百平方米" }} }}) {{ need {{ id }} errors {{ message }} }} }}"#,
        wire(EnterpriseId::from(1)),
        wire(ChainCommitteeId::from(5)),
    );
    let answer = ask(office, firm(1), &query).await;
    let id = answer["data"]["needSubmit"]["need"]["id"].as_str();
    id.unwrap_or_else(|| panic!("{answer}")).to_owned()
}

async fn reserve(office: &Office, who: Actor, ids: (&str, &str), amount: i64) -> Value {
    let query = format!(
        r#"mutation {{ p: offerReserve(input: {{ offerId: "{}", needId: "{}", amount: {amount},
            until: "2026-03-09T01:00:00Z", requestKey: "reserve-{amount}" }})
            {{ reservation {{ id amount stage until endedAt offer {{ capacityLeft }} need {{ title }} }}
               errors {{ code field message }} }} }}"#,
        ids.0, ids.1,
    );
    let answer = ask(office, who, &query).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["p"].clone()
}

async fn end(office: &Office, who: Actor, verb: &str, id: &str) -> Value {
    let query = format!(
        r#"mutation {{ p: {verb}(input: {{ reservationId: "{id}", requestKey: "{verb}-1" }})
            {{ reservation {{ stage offer {{ capacityLeft }} }} errors {{ code field message }} }} }}"#,
    );
    let answer = ask(office, who, &query).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["p"].clone()
}

async fn left(office: &Office, offer: &str) -> Value {
    let query = format!(r#"{{ node(id: "{offer}") {{ ... on Offer {{ capacityLeft }} }} }}"#);
    ask(office, coordinator(), &query).await["data"]["node"]["capacityLeft"].clone()
}

#[tokio::test]
async fn what_is_reserved_is_taken_up_and_given_back() {
    let office = town().await;
    let (offer, need) = (space(&office).await, need(&office).await);
    let kept = reserve(&office, secretary(5), (&offer, &need), 40).await;
    assert_eq!(
        kept,
        json!({ "reservation": { "id": kept["reservation"]["id"], "amount": 40, "stage": "RESERVED",
            "until": "2026-03-09T01:00:00+00:00", "endedAt": null,
            "offer": { "capacityLeft": 60 }, "need": { "title": "求厂房" } }, "errors": [] })
    );
    let id = kept["reservation"]["id"].as_str().unwrap();
    let again = reserve(&office, secretary(5), (&offer, &need), 40).await;
    assert_eq!(again["reservation"]["id"], id, "the same key reserves once");
    assert_eq!(left(&office, &offer).await, 60);

    let refused = reserve(&office, unit(7), (&offer, &need), 61).await;
    assert_eq!(refused["errors"][0]["code"], "NOT_FOUND", "it does not see the need: {refused}");
    let refused = reserve(&office, coordinator(), (&offer, &need), 61).await;
    assert_eq!(
        refused["errors"],
        json!([{ "code": "CAPACITY_EXCEEDED", "field": "amount",
            "message": "61 m² asked for, but 60 m² is left; reserve 60 or less" }])
    );
    assert_eq!(left(&office, &offer).await, 60);

    let used = end(&office, unit(7), "reservationConsume", id).await;
    assert_eq!(
        used["reservation"],
        json!({ "stage": "CONSUMED", "offer": { "capacityLeft": 60 } })
    );
    let refused = end(&office, secretary(5), "reservationConsume", id).await;
    assert_eq!(
        refused["errors"],
        json!([{ "code": "WRONG_STAGE", "field": null,
            "message": "the stage is consumed, which does not allow consume; it allows return" }])
    );
    let back = end(&office, firm(1), "reservationReturn", id).await;
    assert_eq!(
        back["reservation"],
        json!({ "stage": "RETURNED", "offer": { "capacityLeft": 100 } })
    );
}

#[tokio::test]
async fn who_is_no_party_reserves_nothing_ends_nothing_and_reads_nothing() {
    let office = town().await;
    let (offer, need) = (space(&office).await, need(&office).await);
    let kept = reserve(&office, secretary(5), (&offer, &need), 40).await;
    let id = kept["reservation"]["id"].as_str().unwrap().to_owned();
    let auditor = actor(Role::Auditor, None);
    let reader = format!(
        r#"{{ offer: node(id: "{offer}") {{ ... on Offer {{ reservations {{ id }} }} }}
             node(id: "{id}") {{ id }} }}"#
    );
    let cases = [
        ("the enterprise of the need", firm(1), true),
        ("its head office", head_office(3), true),
        ("auditor", auditor, true),
        ("another enterprise", firm(2), false),
        ("another head office", head_office(4), false),
        ("another unit", unit(8), false),
        ("another secretary", secretary(6), false),
        ("anyone", Actor::public(), false),
    ];
    for (name, who, reads) in cases {
        let refused = reserve(&office, who.clone(), (&offer, &need), 7).await;
        assert_eq!(refused["errors"][0]["code"], "NOT_FOUND", "{name}: {refused}");
        let refused = end(&office, who.clone(), "reservationConsume", &id).await;
        assert_eq!(refused["errors"][0]["code"], "NOT_FOUND", "{name}: {refused}");
        let answer = ask(&office, who, &reader).await;
        let listed = answer["data"]["offer"]["reservations"].as_array().unwrap();
        assert_eq!(listed.len(), usize::from(reads), "{name}: {answer}");
        assert_eq!(answer["data"]["node"].is_null(), !reads, "{name}: {answer}");
    }
    let admin = actor(Role::SystemAdmin, None);
    assert_eq!(ask(&office, admin, &reader).await["data"]["node"], Value::Null);
    assert_eq!(left(&office, &offer).await, 60);
}

#[tokio::test]
async fn reservations_of_a_page_of_offers_cost_one_statement() {
    let office = town().await;
    let (offer, need) = (space(&office).await, need(&office).await);
    for amount in [1, 2, 3] {
        reserve(&office, unit(7), (&offer, &need), amount).await;
        reserve(&office, coordinator(), (&offer, &need), amount + 10).await;
    }
    let query = "{ offers { nodes { reservations(first: 2) { amount } } } }";
    let (statements, answer) = counted(&office, coordinator(), query).await;
    let two = json!([{ "amount": 13 }, { "amount": 12 }]);
    assert_eq!(answer["data"]["offers"]["nodes"], json!([{ "reservations": two }]));
    assert_eq!(statements, 2, "one for the page, one for all reservations");
}

#[tokio::test]
async fn a_line_of_credit_in_fen_is_wider_than_32_bits() {
    let office = town().await;
    let query = format!(
        r#"mutation {{ offerRegister(input: {{ providerId: "{}", requestKey: "offer-02", card: {{
            kind: FINANCE, title: "科创基金", capacity: 50000000000000, unit: "分" }} }})
            {{ offer {{ capacity capacityLeft unit }} errors {{ code message }} }} }}"#,
        wire(OrganisationId::from(7)),
    );
    let answer = ask(&office, unit(7), &query).await;
    let want = json!({ "capacity": 50_000_000_000_000_i64, "capacityLeft": 50_000_000_000_000_i64,
        "unit": "分" });
    assert_eq!(answer["data"]["offerRegister"]["offer"], want, "{answer}");
}
