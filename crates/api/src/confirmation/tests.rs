//! Confirmations through GraphQL, and what they and travel times are worth in suggestions.

use lianmeng_app::desk::{Clock, Office};
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::ids::{EnterpriseId, OrganisationId};
use serde_json::{Value, json};

use crate::ids::wire;
use crate::testing::casework::{coordinator, firm, secretary, town};
use crate::testing::{actor, ask};

async fn change(office: &Office, who: Actor, query: &str) -> Value {
    let answer = ask(office, who, &format!("mutation {{ p: {query} }}")).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["p"].clone()
}

/// Registers an offer of enterprise 2; gives its id.
async fn offer(office: &Office) -> String {
    let query = format!(
        r#"offerRegister(input: {{ requestKey: "offer-01", providerId: "{}", card: {{
            kind: TECHNOLOGY, title: "低排放染整工艺" }} }}) {{ offer {{ id }} }}"#,
        wire(EnterpriseId::from(2))
    );
    change(office, firm(2), &query).await["offer"]["id"].as_str().unwrap().to_owned()
}

fn later(office: &Office, days: i64) -> Office {
    let now = office.clock.now() + chrono::TimeDelta::days(days);
    Office { clock: Clock::Fixed(now), ..office.clone() }
}

#[tokio::test]
async fn whoever_may_change_it_confirms_it_and_saving_confirms_too() {
    let office = town().await;
    let offer = offer(&office).await;
    let saved = office.desk().now.to_rfc3339();
    let query =
        format!(r#"{{ node(id: "{offer}") {{ ... on Offer {{ confirmedAt version }} }} }}"#);
    let read =
        async |office: &Office| ask(office, Actor::public(), &query).await["data"]["node"].clone();
    assert_eq!(read(&office).await, json!({ "confirmedAt": saved, "version": 1 }));

    let confirm = format!(
        r#"offerConfirm(input: {{ offerId: "{offer}", requestKey: "confirm-1" }}) {{
            offer {{ confirmedAt version }} errors {{ code field }} }}"#
    );
    let office = later(&office, 40);
    let refusal = json!({ "offer": null, "errors": [{ "code": "NOT_FOUND", "field": "offerId" }] });
    for who in [firm(1), secretary(5), Actor::public(), actor(Role::Auditor, None)] {
        assert_eq!(change(&office, who.clone(), &confirm).await, refusal, "{who:?}");
    }
    assert_eq!(read(&office).await["confirmedAt"], json!(saved));
    let now = office.desk().now.to_rfc3339();
    let want = json!({ "offer": { "confirmedAt": now, "version": 1 }, "errors": [] });
    assert_eq!(change(&office, firm(2), &confirm).await, want);
    let again = later(&office, 1);
    assert_eq!(change(&again, firm(2), &confirm).await, want, "the same key");

    let card = format!(
        r#"enterpriseConfirm(input: {{ enterpriseId: "{}", requestKey: "confirm-2" }}) {{
            enterprise {{ confirmedAt }} errors {{ code }} }}"#,
        wire(EnterpriseId::from(1))
    );
    assert_eq!(change(&office, firm(2), &card).await["errors"][0]["code"], "NOT_FOUND");
    for who in [firm(1), coordinator()] {
        let want = json!({ "enterprise": { "confirmedAt": now }, "errors": [] });
        assert_eq!(change(&office, who, &card.replace("-2", "-3")).await, want);
    }
    let stranger = card.replace(&wire(EnterpriseId::from(1)), &wire(OrganisationId::from(1)));
    let answer = ask(&office, coordinator(), &format!("mutation {{ p: {stranger} }}")).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "WRONG_KIND");
}
