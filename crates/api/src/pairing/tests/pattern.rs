//! Patterns: who fits, with how many, and adding one.

use lianmeng_app::desk::Office;
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::enterprise::Ownership;
use lianmeng_domain::ids::EnterpriseId;
use lianmeng_domain::organisation::OrganisationKind;
use serde_json::{Value, json};

use super::{enterprise, loads, organisation, pairs, planned, side};
use crate::testing::casework::{coordinator, firm, secretary, town};
use crate::testing::{actor, ask};

async fn firms(office: &Office, from: u128, names: &[&str]) -> Vec<String> {
    let mut ids = Vec::new();
    for (number, name) in (from..).zip(names) {
        ids.push(enterprise(office, (number, name), |_| ()).await);
    }
    ids
}

async fn organs(
    office: &Office,
    from: u128,
    (count, kind): (u128, OrganisationKind),
) -> Vec<String> {
    let mut ids = Vec::new();
    for number in from..from + count {
        let name = format!("{kind}{number}");
        ids.push(organisation(office, (number, &name, kind)).await);
    }
    ids
}

fn by(pattern: &str) -> String {
    format!(r#", pattern: "{pattern}""#)
}

#[tokio::test]
async fn one_to_one_and_one_to_many_take_their_numbers_from_the_pattern() {
    let office = town().await;
    let a = firms(&office, 200, &["甲染整", "乙家纺"]).await;
    let b = firms(&office, 300, &["丙家纺", "丁染整", "戊染整"]).await;
    let (a, b) = (side(&a, ""), side(&b, ""));
    let one = planned(&office, (&a, &b), &by("ONE_TO_ONE")).await;
    assert_eq!(one["pairs"].as_array().unwrap().len(), 2, "{one}");
    assert!(pairs(&one).contains(&"乙家纺-丙家纺".to_owned()), "{one}");
    let many = planned(&office, (&a, &b), &by("ONE_TO_MANY")).await;
    assert_eq!(pairs(&many), ["甲染整-丁染整", "甲染整-戊染整", "乙家纺-丙家纺"]);
    let turned = planned(&office, (&b, &a), &by("ONE_TO_ONE")).await;
    assert_eq!(turned["status"], "INFEASIBLE", "three anchors, two others");
    assert_eq!(turned["shortages"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn sixteen_organs_and_twenty_two_enterprises_are_ten_with_one_and_six_with_two() {
    let office = town().await;
    let organs = organs(&office, 100, (16, OrganisationKind::Department)).await;
    let names: Vec<String> = (0..22).map(|n| format!("龙头{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let firms = firms(&office, 200, &names).await;
    let plan =
        planned(&office, (&side(&organs, ""), &side(&firms, "")), &by("ORGAN_ENTERPRISE")).await;
    let of_organs = loads(&plan, "a");
    let with = |load| of_organs.values().filter(|&&one| one == load).count();
    assert_eq!((with(1), with(2), of_organs.len()), (10, 6, 16));
    assert!(loads(&plan, "b").values().all(|&load| load == 1));
    assert_eq!(loads(&plan, "b").len(), 22);
}

#[tokio::test]
async fn twenty_eight_municipal_enterprises_share_115_central_subsidiaries_under_caps() {
    let office = town().await;
    let (mut local, mut central) = (Vec::new(), Vec::new());
    for number in 0..28 {
        let name = format!("市企{number}");
        let owned = |one: &mut lianmeng_domain::enterprise::Enterprise| {
            one.ownership = Some(Ownership::MunicipalSoe);
        };
        local.push(enterprise(&office, (1_000 + number, &name), owned).await);
    }
    for number in 0..115 {
        let name = format!("央企{number}");
        let owned = |one: &mut lianmeng_domain::enterprise::Enterprise| {
            one.ownership = Some(Ownership::CentralSoe);
            one.parent = Some(EnterpriseId::from(4));
        };
        central.push(enterprise(&office, (2_000 + number, &name), owned).await);
    }
    let cap = |max: u32| {
        let ids: Vec<String> = local[..3].iter().map(|id| format!("\"{id}\"")).collect();
        format!(
            r#", pattern: "CENTRAL_LOCAL", rules: {{ groups: [{{ name: "一集团", memberIds: [{}], max: {max} }}] }}"#,
            ids.join(",")
        )
    };
    let (a, b) = (side(&local, ""), side(&central, ""));
    let plan = planned(&office, (&a, &b), &cap(6)).await;
    assert_eq!(plan["status"], "OPTIMAL", "{plan}");
    assert_eq!(plan["pairs"].as_array().unwrap().len(), 115);
    let load = loads(&plan, "a");
    assert_eq!(
        (load.len(), load.values().max(), load.values().min() >= Some(&1)),
        (28, Some(&5), true)
    );
    let group: usize = (0..3).map(|n| load[&format!("市企{n}")]).sum();
    assert!(group <= 6, "{load:?}");
    assert!(loads(&plan, "b").values().all(|&one| one == 1));
    // 25 others take 125 at most, so the three may stay at their minimum of one each, not below.
    let plan = planned(&office, (&a, &b), &cap(2)).await;
    let kinds: Vec<&Value> =
        plan["demands"].as_array().unwrap().iter().map(|d| &d["kind"]).collect();
    assert_eq!(kinds, ["MINIMUM", "MINIMUM", "MINIMUM", "GROUP_MAXIMUM"], "{plan}");
}

#[tokio::test]
async fn three_plus_one_is_three_of_one_role_and_one_of_another() {
    let office = town().await;
    let a = firms(&office, 200, &["甲", "乙"]).await;
    let mut b = organs(&office, 100, (4, OrganisationKind::Department)).await;
    b.extend(organs(&office, 120, (1, OrganisationKind::Bank)).await);
    b.extend(organs(&office, 130, (1, OrganisationKind::Institute)).await);
    let (a, all) = (side(&a, ""), side(&b, ""));
    let plan = planned(&office, (&a, &all), &by("THREE_PLUS_ONE")).await;
    assert_eq!(plan["status"], "OPTIMAL", "{plan}");
    assert_eq!(plan["pairs"].as_array().unwrap().len(), 8);
    for firm in ["甲-", "乙-"] {
        let own: Vec<String> = pairs(&plan).into_iter().filter(|p| p.starts_with(firm)).collect();
        let departments = own.iter().filter(|pair| pair.contains("department")).count();
        assert_eq!((own.len(), departments), (4, 3), "{own:?}");
    }
    let few = side(&[&b[..2], &b[4..]].concat(), "");
    let plan = planned(&office, (&a, &few), &by("THREE_PLUS_ONE")).await;
    assert_eq!(plan["status"], "INFEASIBLE");
    let demands = plan["demands"].as_array().unwrap();
    assert_eq!(demands.len(), 1, "{plan}");
    assert_eq!(demands[0]["kind"], "ROLE_MINIMUM");
    assert_eq!(demands[0]["zh"], "乙至少要有3个“部门”");
    assert_eq!(demands[0]["en"], "乙 gets at least 3 of the role \"Organ\"");
}

#[tokio::test]
async fn who_fits_no_role_is_named() {
    let office = town().await;
    let a = organs(&office, 100, (1, OrganisationKind::Bank)).await;
    let b = firms(&office, 200, &["甲", "乙"]).await;
    let (a, b) = (side(&a, ""), side(&b, ""));
    let refused = planned(&office, (&a, &b), &by("ORGAN_ENTERPRISE")).await;
    assert_eq!(
        refused["errors"][0],
        json!({ "code": "INVALID", "field": "a",
            "message": "the pattern ORGAN_ENTERPRISE has no place on side a for bank100" })
    );
    let other = side(&organs(&office, 120, (1, OrganisationKind::Bank)).await, "");
    let refused = planned(&office, (&b, &other), &by("CENTRAL_LOCAL")).await;
    assert_eq!(refused["errors"][0]["field"], "a");
    let refused = planned(&office, (&a, &format!("{other}{b}")), &by("BANK_ENTERPRISE")).await;
    assert_eq!(
        refused["errors"][0]["message"],
        "the pattern BANK_ENTERPRISE has no place on side b for bank120"
    );
    let fine = planned(&office, (&a, &b), &by("BANK_ENTERPRISE")).await;
    assert_eq!(fine["pairs"].as_array().unwrap().len(), 2);
}

fn create(name: &str, key: &str, filler: &str) -> String {
    format!(
        r#"mutation {{ pairingPatternCreate(input: {{ name: "{name}", zh: "帮扶", en: "Help",
            kind: ORGAN_ENTERPRISE, anchor: {{ zh: "机关", en: "Organ", who: [DEPARTMENT] }},
            slots: [{{ role: {{ zh: "企业", en: "Firm", who: [{filler}] }},
                perAnchorMin: 2, perAnchorMax: 2, perFillerMin: 0, perFillerMax: 1 }}],
            requestKey: "{key}" }}) {{ pattern {{ name zh kind madeBy slots {{ perAnchorMin role {{ who }} }} }}
            errors {{ code field }} }} }}"#
    )
}

#[tokio::test]
async fn coordinators_add_patterns_and_whoever_may_plan_reads_and_uses_them() {
    let office = town().await;
    let make = async |who: Actor, query: String| {
        let answer = ask(&office, who, &query).await;
        assert!(answer["errors"].is_null(), "{answer}");
        answer["data"]["pairingPatternCreate"].clone()
    };
    for who in [secretary(5), firm(1), Actor::public(), actor(Role::Auditor, None)] {
        let refused = make(who, create("HELP", "create-1", "ENTERPRISE")).await;
        assert_eq!(
            (&refused["pattern"], &refused["errors"][0]["code"]),
            (&Value::Null, &json!("NOT_FOUND"))
        );
    }
    let wrong = [
        ("help", "ENTERPRISE", "name"),
        ("HELP", "BANK", "kind"),
        ("HELP", "ENTERPRISE, ENTERPRISE", "slots"),
    ];
    for (name, filler, field) in wrong {
        let refused = make(coordinator(), create(name, "create-2", filler)).await;
        assert_eq!(refused["errors"][0], json!({ "code": "INVALID", "field": field }));
    }
    for _ in 0..2 {
        let made = make(coordinator(), create("HELP", "create-3", "ENTERPRISE")).await;
        assert_eq!(made["errors"], json!([]), "{made}");
        let slots = json!([{ "perAnchorMin": 2, "role": { "who": ["ENTERPRISE"] } }]);
        assert_eq!((&made["pattern"]["name"], &made["pattern"]["slots"]), (&json!("HELP"), &slots));
    }
    let taken = make(coordinator(), create("HELP", "create-4", "ENTERPRISE")).await;
    assert_eq!(taken["errors"][0], json!({ "code": "TAKEN", "field": "name" }));

    let list = "{ pairingPatterns { name madeBy } }";
    for (who, count) in
        [(coordinator(), 10), (secretary(5), 10), (firm(1), 0), (Actor::public(), 0)]
    {
        let seen = ask(&office, who, list).await["data"]["pairingPatterns"].clone();
        assert_eq!(seen.as_array().unwrap().len(), count, "{seen}");
    }
    let a = organs(&office, 100, (1, OrganisationKind::Department)).await;
    let b = firms(&office, 200, &["甲", "乙", "丙"]).await;
    let plan = planned(&office, (&side(&a, ""), &side(&b, "")), &by("HELP")).await;
    assert_eq!(plan["pairs"].as_array().unwrap().len(), 2);
    let plan = planned(&office, (&side(&a, "max: 1"), &side(&b, "")), &by("HELP")).await;
    assert_eq!(plan["pairs"].as_array().unwrap().len(), 1, "the wish comes before the pattern");
}
