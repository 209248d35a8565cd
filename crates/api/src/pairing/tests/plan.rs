//! The plan under rules: must, avoid, what was published, groups, equal chances, products.

use std::sync::Arc;

use async_graphql::{Executor as _, Request, Variables};
use lianmeng_app::desk::Office;
use lianmeng_domain::ids::{EnterpriseId, ProductId};
use lianmeng_domain::organisation::OrganisationKind;
use lianmeng_domain::product::{EnterpriseProduct, Product, ProductRole};
use lianmeng_store::{avoid, product};
use serde_json::{Value, json};

use super::{couple, enterprise, loads, organisation, pairs, planned, side, tongzhou};
use crate::schema::{self, Service};
use crate::testing::casework::{coordinator, town};

/// Organs A, B, C and enterprises 甲, 乙, 丙.
async fn three(office: &Office) -> (Vec<String>, Vec<String>) {
    let (mut organs, mut firms) = (Vec::new(), Vec::new());
    for (number, name) in [(100, "A"), (101, "B"), (102, "C")] {
        organs.push(organisation(office, (number, name, OrganisationKind::Department)).await);
    }
    for (number, name) in [(200, "甲"), (201, "乙"), (202, "丙")] {
        firms.push(enterprise(office, (number, name), |_| ()).await);
    }
    (organs, firms)
}

#[tokio::test]
async fn must_and_avoid_are_kept() {
    let office = town().await;
    let (organs, firms) = three(&office).await;
    let (a, b) = (side(&organs, "min: 1"), side(&firms, "min: 1"));
    let rules = format!(
        ", rules: {{ must: [{}] avoid: [{}] }}",
        couple(&organs[0], &firms[2]),
        couple(&organs[1], &firms[0])
    );
    let plan = planned(&office, (&a, &b), &rules).await;
    assert_eq!(pairs(&plan), ["A-丙", "B-乙", "C-甲"]);
    assert_eq!((&plan["status"], &plan["totalPoints"]), (&json!("OPTIMAL"), &json!(0)));
    assert_eq!((&plan["changes"], &plan["exposure"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn what_cannot_be_is_told_as_the_smallest_set_in_both_languages() {
    let office = town().await;
    let (organs, firms) = three(&office).await;
    let (a, b) = (side(&organs, "max: 3"), side(&firms, "min: 1"));
    let rules = format!(
        r#", rules: {{ groups: [{{ name: "甲乙集团", memberIds: ["{}", "{}"], max: 1 }}] }}"#,
        firms[0], firms[1]
    );
    let plan = planned(&office, (&a, &b), &rules).await;
    assert_eq!(plan["status"], "INFEASIBLE");
    assert_eq!((&plan["pairs"], &plan["shortages"]), (&json!([]), &json!([])));
    let demands = plan["demands"].as_array().unwrap();
    let told: Vec<_> = demands
        .iter()
        .map(|one| (one["kind"].as_str().unwrap(), one["zh"].as_str().unwrap()))
        .collect();
    let want = [
        ("MINIMUM", "甲至少结对1个"),
        ("MINIMUM", "乙至少结对1个"),
        ("GROUP_MAXIMUM", "“甲乙集团”合计最多1对"),
    ];
    assert_eq!(told, want);
    assert_eq!(demands[0]["en"], "甲 needs at least 1 partner");
    assert_eq!(demands[0]["member"]["name"], "甲");
    assert_eq!(demands[2]["en"], "the group \"甲乙集团\" has at most 1 pair");
    assert_eq!((&demands[2]["need"], &plan["isSmallest"]), (&json!(1), &json!(true)));
}

#[tokio::test]
async fn who_avoids_whom_is_not_told_by_a_pair_that_must_be() {
    let office = town().await;
    let mut firms = Vec::new();
    for (number, name) in [(200, "甲"), (201, "乙"), (202, "丙"), (203, "丁")] {
        firms.push(enterprise(&office, (number, name), |_| ()).await);
    }
    let (a, b) = (side(&firms[..2], ""), side(&firms[2..], ""));
    let rules = format!(", rules: {{ must: [{}] }}", couple(&firms[0], &firms[2]));
    assert_eq!(pairs(&planned(&office, (&a, &b), &rules).await)[0], "甲-丙");
    // Either may be the one who avoids; both are told alike.
    let mut answers = Vec::new();
    for (owner, other) in [(200, 202), (202, 200)] {
        let (owner, other) = (EnterpriseId::from(owner), EnterpriseId::from(other));
        avoid::insert(&office.db, owner, other, chrono::DateTime::UNIX_EPOCH).await.unwrap();
        answers.push(planned(&office, (&a, &b), &rules).await);
        avoid::remove(&office.db, owner, other).await.unwrap();
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0]["status"], "INFEASIBLE");
    let demands = answers[0]["demands"].as_array().unwrap();
    assert_eq!(demands.len(), 1, "{demands:?}");
    assert_eq!(demands[0]["kind"], "MUST");
    assert_eq!(demands[0]["zh"], "甲与丙必须结对");
    assert_eq!(demands[0]["en"], "甲 and 丙 must be paired");
}

#[tokio::test]
async fn one_more_pair_to_avoid_changes_as_little_as_can_be() {
    let office = town().await;
    let (organs, firms) = tongzhou(&office, 2).await;
    let query = format!(
        "{{ pairingPlan(a: [{organs}], b: [{firms}]) {{ pairs {{
            a {{ ... on Organisation {{ id name }} }} b {{ ... on Enterprise {{ id }} }} }} }} }}"
    );
    let first = crate::testing::ask(&office, coordinator(), &query).await;
    let first = &first["data"]["pairingPlan"];
    let load = loads(first, "a");
    let all = first["pairs"].as_array().unwrap();
    let id = |one: &Value| one["id"].as_str().unwrap().to_owned();
    let published: String =
        all.iter().map(|pair| couple(&id(&pair["a"]), &id(&pair["b"]))).collect();
    let busy = all.iter().find(|pair| load[pair["a"]["name"].as_str().unwrap()] == 2).unwrap();
    let rules = format!(
        ", rules: {{ avoid: [{}] previous: {{ couples: [{published}] isFewestChanges: true }} }}",
        couple(&id(&busy["a"]), &id(&busy["b"]))
    );
    let plan = planned(&office, (&organs, &firms), &rules).await;
    let changes = &plan["changes"];
    assert_eq!(plan["pairs"].as_array().unwrap().len(), 22);
    assert_eq!(changes["kept"], 21, "{changes}");
    assert_eq!(changes["dropped"].as_array().unwrap().len(), 1);
    assert_eq!(changes["dropped"][0]["a"]["name"], busy["a"]["name"]);
    assert_eq!(changes["added"].as_array().unwrap().len(), 1);
    assert_eq!(changes["added"][0]["b"]["name"], changes["dropped"][0]["b"]["name"]);
}

#[tokio::test]
async fn equal_chances_are_reported_and_newcomers_are_not_left_out() {
    let office = town().await;
    let (organs, firms) = three(&office).await;
    let (a, b) = (side(&organs, "max: 3"), side(&firms, "min: 1"));
    let fairness = |floor| {
        format!(
            r#"fairness: {{ alphaBasisPoints: 5000 newcomerFloor: {floor} newcomerIds: ["{}"] }}"#,
            organs[2]
        )
    };
    let plan = planned(&office, (&a, &b), &format!(", rules: {{ {} }}", fairness(1))).await;
    let exposure = &plan["exposure"];
    assert_eq!(exposure["priceBasisPoints"], 0);
    assert_eq!(exposure["after"]["fewestOfNewcomers"], 1, "{exposure}");
    assert_eq!(exposure["after"]["envyOf"], 12);
    assert_eq!((&exposure["after"]["totalPoints"], &plan["totalPoints"]), (&json!(0), &json!(0)));
    let floor = planned(
        &office,
        (&a, &b),
        &format!(
            ", rules: {{ {} avoid: [{}{}] }}",
            fairness(2),
            couple(&organs[0], &firms[0]),
            couple(&organs[1], &firms[0]),
        ),
    )
    .await;
    assert_eq!(loads(&floor, "a").get("C"), Some(&2), "{floor}");
    let never = format!(
        ", rules: {{ {} avoid: [{}{}{}] }}",
        fairness(1),
        couple(&organs[2], &firms[0]),
        couple(&organs[2], &firms[1]),
        couple(&organs[2], &firms[2]),
    );
    let plan = planned(&office, (&a, &b), &never).await;
    let demands = plan["demands"].as_array().unwrap();
    assert_eq!((demands.len(), &plan["isSmallest"]), (4, &json!(true)), "{plan}");
    assert_eq!(demands[0]["zh"], "C至少结对1个（新成员保底）");
    assert_eq!(demands[0]["en"], "C needs at least 1 partner, the floor of a newcomer");
    assert_eq!(demands[1]["zh"], "按本次规则，C与甲不得结对");
    let both = format!(", rules: {{ {} previous: {{ couples: [] }} }}", fairness(1));
    let refused = planned(&office, (&a, &b), &both).await;
    assert_eq!(
        (&refused["status"], &refused["errors"][0]["code"]),
        (&Value::Null, &json!("INVALID"))
    );
    assert_eq!(refused["errors"][0]["field"], "rules");
    assert!(refused["errors"][0]["message"].as_str().unwrap().contains("exclude each other"));
}

#[tokio::test]
async fn rules_about_strangers_and_numbers_that_cannot_be_are_refused() {
    let office = town().await;
    let (organs, firms) = three(&office).await;
    let (a, b) = (side(&organs[..2], ""), side(&firms, ""));
    let turned = couple(&firms[0], &organs[0]);
    let cases = [
        format!("rules: {{ must: [{}] }}", couple(&organs[2], &firms[0])),
        format!("rules: {{ avoid: [{turned}] }}"),
        format!(r#"rules: {{ groups: [{{ name: "x", memberIds: ["{}"] }}] }}"#, organs[2]),
        format!(
            r#"rules: {{ groups: [{{ name: "x", memberIds: ["{}"] min: 2 max: 1 }}] }}"#,
            firms[2]
        ),
        format!(r#"rules: {{ fairness: {{ newcomerIds: ["{}"] }} }}"#, organs[2]),
        "rules: { fairness: { alphaBasisPoints: 10001 } }".to_owned(),
    ];
    for case in cases {
        let plan = planned(&office, (&a, &b), &format!(", {case}")).await;
        assert_eq!(plan["errors"][0]["code"], "INVALID", "{case}: {plan}");
        assert_eq!(plan["pairs"], json!([]));
    }
    let unknown = planned(&office, (&a, &b), r#", pattern: "NONE""#).await;
    assert_eq!(
        (&unknown["errors"][0]["code"], &unknown["errors"][0]["field"]),
        (&json!("UNKNOWN_REFERENCE"), &json!("pattern"))
    );
}

#[tokio::test]
async fn products_decide_between_enterprises_in_either_direction() {
    let office = town().await;
    let mut firms = Vec::new();
    for (number, name) in [(200, "甲"), (201, "乙"), (202, "丙"), (203, "丁")] {
        firms.push(enterprise(&office, (number, name), |_| ()).await);
    }
    for (number, name) in [(1, "坯布"), (2, "染料")] {
        let id = ProductId::from(number);
        let one = Product { id, external_id: None, name: name.to_owned(), version: 1 };
        product::insert(&office.db, &one).await.unwrap();
    }
    // 甲 makes what 丁 uses, 丙 makes what 乙 uses.
    let rows = [
        (200, 1, ProductRole::Makes),
        (203, 1, ProductRole::Uses),
        (202, 2, ProductRole::Makes),
        (201, 2, ProductRole::Uses),
    ];
    for (firm, of, role) in rows {
        let row = EnterpriseProduct {
            enterprise: EnterpriseId::from(firm),
            product: ProductId::from(of),
            role,
            share_basis_points: Some(10_000),
        };
        product::insert_made(&office.db, row).await.unwrap();
    }
    let (a, b) = (side(&firms[..2], ""), side(&firms[2..], ""));
    let plan = planned(&office, (&a, &b), "").await;
    assert_eq!(pairs(&plan), ["甲-丁", "乙-丙"]);
    let points: Vec<&Value> =
        plan["pairs"].as_array().unwrap().iter().map(|p| &p["points"]).collect();
    assert_eq!(points, [&json!(1800), &json!(1800)], "a product that is used, and nothing else");
    assert_eq!(plan["totalPoints"], 3600);
}

#[tokio::test]
async fn three_hundred_a_side_are_planned_from_variables_and_no_more() {
    let office = town().await;
    let trades = ["染整", "家纺", "能源", "机械", "食品", "化工", "物流", "软件", "建筑", "医药"];
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for number in 0..300 {
        let trade = |times: u128| {
            let at = (number * times + number / 10) % 10;
            usize::try_from(at).map(|at| trades[at]).unwrap()
        };
        let name = format!("{}{}服务中心{number}", trade(3), trade(7));
        a.push(organisation(&office, (5_000 + number, &name, OrganisationKind::Department)).await);
        let name = format!("{}{}科技公司{number}", trade(1), trade(9));
        b.push(enterprise(&office, (9_000 + number, &name), |_| ()).await);
    }
    let query =
        "query Q($a: [PairingWishInput!]!, $b: [PairingWishInput!]!, $rules: PairingRulesInput)
        { pairingPlan(a: $a, b: $b, rules: $rules) { status pairs { points } totalPoints
            exposure { priceBasisPoints before { envyCases } after { envyCases } } } }";
    let ask_it = async |(a, b): (&[String], &[String]), rules: Value| {
        let wish = |id: &String| json!({ "memberId": id, "max": 2 });
        let side = |ids: &[String]| ids.iter().map(wish).collect::<Vec<_>>();
        let variables = json!({ "a": side(a), "b": side(b), "rules": rules });
        let request = Request::new(query).variables(Variables::from_json(variables));
        let service = Service::new(schema::build(), Arc::new(office.clone()), coordinator());
        serde_json::to_value(service.execute(request).await).unwrap()
    };
    let answer = ask_it((&a, &b), Value::Null).await;
    let plan = &answer["data"]["pairingPlan"];
    assert_eq!(plan["status"], "OPTIMAL", "{answer}");
    assert_eq!(plan["pairs"].as_array().unwrap().len(), 600);
    let fairness = json!({ "fairness": { "alphaBasisPoints": 6000, "maxPriceBasisPoints": 500 } });
    let fair = ask_it((&a, &b), fairness).await["data"]["pairingPlan"].clone();
    let exposure = &fair["exposure"];
    assert!(exposure["priceBasisPoints"].as_i64().unwrap() <= 500, "{exposure}");
    let cases = |when: &str| exposure[when]["envyCases"].as_i64().unwrap();
    assert!(cases("after") < cases("before"), "{exposure}");
    let total = |plan: &Value| plan["totalPoints"].as_i64().unwrap();
    assert!(total(&fair) <= total(plan));
    a.push(b[0].clone());
    let refused = ask_it((&a, &b), Value::Null).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "BAD_INPUT", "{refused}");
}
