//! Pairings through GraphQL: the best set, and making it so.

use lianmeng_domain::actor::Actor;
use lianmeng_domain::enterprise::Enterprise;
use lianmeng_domain::ids::{ChainCommitteeId, EnterpriseId, OrganisationId};
use lianmeng_domain::organisation::{Organisation, OrganisationKind};
use lianmeng_domain::policy::Visibility;
use lianmeng_store::{enterprise, organisation};
use serde_json::json;

use crate::ids::wire;
use crate::testing::ask;
use crate::testing::casework::{coordinator, firm, secretary, town, unit};

mod pattern;
mod plan;
mod whatif;

/// An organisation like any other, made in the town; gives its id.
async fn organisation(
    office: &lianmeng_app::desk::Office,
    (number, name, kind): (u128, &str, OrganisationKind),
) -> String {
    let one = Organisation {
        id: OrganisationId::from(number),
        external_id: None,
        name: name.to_owned(),
        kind,
        place: None,
        services: String::new(),
        is_example: true,
        version: 1,
    };
    organisation::insert(&office.db, &one).await.unwrap();
    wire(one.id)
}

/// An enterprise made in the town, like its enterprise 2 but for what `change` says; gives its id.
async fn enterprise(
    office: &lianmeng_app::desk::Office,
    (number, name): (u128, &str),
    change: impl FnOnce(&mut Enterprise),
) -> String {
    let model = enterprise::find(&office.db, &Visibility::All, EnterpriseId::from(2)).await;
    let id = EnterpriseId::from(number);
    let mut one = Enterprise { id, name: name.to_owned(), ..model.unwrap().unwrap() };
    change(&mut one);
    enterprise::insert(&office.db, &one).await.unwrap();
    wire(id)
}

/// A side of which everybody has the same numbers.
fn side(ids: &[String], numbers: &str) -> String {
    let wish = |id: &String| format!(r#"{{ memberId: "{id}" {numbers} }} "#);
    ids.iter().map(wish).collect::<Vec<_>>().concat()
}

fn couple(a: &str, b: &str) -> String {
    format!(r#"{{ aId: "{a}", bId: "{b}" }} "#)
}

const NAME: &str = "{ ... on Organisation { name } ... on Enterprise { name } }";

/// Everything a plan tells.
fn whole() -> String {
    let chances = "{ totalPoints envyCases envyOf envyPoints giniBasisPoints fewestOfNewcomers }";
    format!(
        "status totalPoints isSmallest pairs {{ a {NAME} b {NAME} points }}
         shortages {{ member {NAME} need available }}
         demands {{ kind member {NAME} couple {{ a {NAME} b {NAME} }} need zh en }}
         changes {{ kept dropped {{ a {NAME} b {NAME} }} added {{ a {NAME} b {NAME} points }} }}
         exposure {{ priceBasisPoints before {chances} after {chances} }}
         errors {{ code field message }}"
    )
}

/// The plan of a coordinator; `more` are further arguments.
async fn planned(
    office: &lianmeng_app::desk::Office,
    (a, b): (&str, &str),
    more: &str,
) -> serde_json::Value {
    let query = format!("{{ pairingPlan(a: [{a}], b: [{b}] {more}) {{ {} }} }}", whole());
    let answer = ask(office, coordinator(), &query).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["pairingPlan"].clone()
}

/// The pairs as `a-b`.
fn pairs(plan: &serde_json::Value) -> Vec<String> {
    let name = |one: &serde_json::Value| one["name"].as_str().unwrap().to_owned();
    let all = plan["pairs"].as_array().unwrap().iter();
    all.map(|pair| format!("{}-{}", name(&pair["a"]), name(&pair["b"]))).collect()
}

/// How many partners each of side `side` has, by name.
fn loads(plan: &serde_json::Value, side: &str) -> std::collections::BTreeMap<String, usize> {
    let mut loads = std::collections::BTreeMap::new();
    for pair in plan["pairs"].as_array().unwrap() {
        *loads.entry(pair[side]["name"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    loads
}

/// Wishes of the 16 organs and the 22 flagships of Tongzhou, made in the town.
async fn tongzhou(office: &lianmeng_app::desk::Office, max: u32) -> (String, String) {
    let model = enterprise::find(&office.db, &Visibility::All, EnterpriseId::from(2)).await;
    let model = model.unwrap().unwrap();
    let (mut organs, mut firms) = (String::new(), String::new());
    for number in 100..116 {
        let id = OrganisationId::from(number);
        let organ = Organisation {
            id,
            external_id: None,
            name: format!("示例机关{number}"),
            kind: OrganisationKind::Department,
            place: None,
            services: if number == 100 { "纺织染整环保审批" } else { "" }.to_owned(),
            is_example: true,
            version: 1,
        };
        organisation::insert(&office.db, &organ).await.unwrap();
        organs.push_str(&format!(r#"{{ memberId: "{}", min: 1, max: {max} }} "#, wire(id)));
    }
    for number in 200..222 {
        let id = EnterpriseId::from(number);
        let name = if number == 210 { "染整环保龙头" } else { "龙头" };
        let firm = Enterprise { id, name: format!("{name}{number}"), ..model.clone() };
        enterprise::insert(&office.db, &firm).await.unwrap();
        firms.push_str(&format!(r#"{{ memberId: "{}", min: 1, max: 1 }} "#, wire(id)));
    }
    (organs, firms)
}

fn plan(a: &str, b: &str) -> String {
    let name = "{ ... on Organisation { id name } ... on Enterprise { id name } }";
    format!(
        "{{ pairingPlan(a: [{a}], b: [{b}]) {{ pairs {{ a {name} b {name} points }}
            shortages {{ member {name} need available }} errors {{ code }} }} }}"
    )
}

#[tokio::test]
async fn sixteen_organs_and_twenty_two_flagships_are_paired_one_or_two_each() {
    let office = town().await;
    let (organs, firms) = tongzhou(&office, 2).await;
    let answer = ask(&office, coordinator(), &plan(&organs, &firms)).await;
    let pairs = answer["data"]["pairingPlan"]["pairs"].as_array().unwrap();
    assert_eq!(pairs.len(), 22, "{answer}");
    let mut loads = std::collections::BTreeMap::new();
    for pair in pairs {
        *loads.entry(pair["a"]["name"].as_str().unwrap()).or_insert(0) += 1;
    }
    let with = |load| loads.values().filter(|&&l| l == load).count();
    assert_eq!((with(1), with(2)), (10, 6));
    let fitting = pairs.iter().find(|pair| pair["b"]["name"] == "染整环保龙头210").unwrap();
    assert_eq!(fitting["a"]["name"], "示例机关100", "text decides where it can");
    assert!(fitting["points"].as_i64().unwrap() > 0);

    let couples: Vec<String> = pairs
        .iter()
        .map(|pair| format!("{{ aId: {}, bId: {} }}", pair["a"]["id"], pair["b"]["id"]))
        .collect();
    let couples = couples.join(" ");
    let create = |committee: &str| {
        format!(
            r#"mutation {{ pairingsCreate(input: {{ kind: ORGAN_ENTERPRISE, {committee}
                couples: [{couples}], requestKey: "create-1" }}) {{ pairings {{ stage fromOn }} errors {{ code }} }} }}"#
        )
    };
    let own = format!(r#"committeeId: "{}","#, wire(ChainCommitteeId::from(5)));
    let stranger = ask(&office, secretary(6), &create(&own)).await;
    assert_eq!(stranger["data"]["pairingsCreate"]["errors"][0]["code"], "NOT_FOUND");
    for _ in 0..2 {
        let done = ask(&office, secretary(5), &create(&own)).await;
        let made = done["data"]["pairingsCreate"]["pairings"].as_array().unwrap();
        assert_eq!(made.len(), 22, "{done}");
        assert_eq!(made[0], json!({ "stage": "ACTIVE", "fromOn": "2026-03-02" }));
    }
    let query = "{ pairings(first: 50) { totalCount nodes { b { ... on Enterprise { name } } } } }";
    for (who, count) in [
        (secretary(5), 22),
        (coordinator(), 22),
        (firm(200), 1),
        (secretary(6), 0),
        (firm(1), 0),
        (Actor::public(), 0),
    ] {
        let answer = ask(&office, who, query).await;
        assert_eq!(answer["data"]["pairings"]["totalCount"], count);
    }
    assert!(
        ask(&office, unit(100), query).await["data"]["pairings"]["totalCount"].as_i64() >= Some(1)
    );
}

#[tokio::test]
async fn a_plan_that_cannot_be_names_whose_minimum_falls_short() {
    let office = town().await;
    let (organs, firms) = tongzhou(&office, 1).await;
    let answer = ask(&office, coordinator(), &plan(&organs, &firms)).await;
    let plan_of = &answer["data"]["pairingPlan"];
    assert_eq!(plan_of["pairs"], json!([]));
    let shortages = plan_of["shortages"].as_array().unwrap();
    assert_eq!(shortages.len(), 6, "22 flagships, 16 places: {answer}");
    assert_eq!((&shortages[0]["need"], &shortages[0]["available"]), (&json!(1), &json!(0)));
    let stranger = ask(&office, firm(1), &plan(&organs, &firms)).await;
    assert_eq!(stranger["data"]["pairingPlan"]["errors"][0]["code"], "NOT_FOUND");
    assert_eq!(stranger["data"]["pairingPlan"]["pairs"], json!([]));
    let twice = ask(&office, coordinator(), &plan(&organs, &organs)).await;
    assert_eq!(twice["data"]["pairingPlan"]["errors"][0]["code"], "INVALID", "on both sides");
}
