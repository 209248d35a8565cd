//! Plans compared: what is gained, lost and kept, and that nothing is saved.

use lianmeng_app::desk::Office;
use lianmeng_domain::actor::Actor;
use lianmeng_domain::organisation::OrganisationKind;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};

use super::{NAME, couple, enterprise, organisation, side, whole};
use crate::testing::ask;
use crate::testing::casework::{coordinator, firm, secretary, town};

/// How many rows each table has.
async fn rows(office: &Office) -> Vec<(String, i64)> {
    let mut counts = Vec::new();
    for table in lianmeng_store::backup::tables(&office.db).await.unwrap() {
        let backend = office.db.get_database_backend();
        let question = format!("SELECT count(*) AS n FROM \"{table}\"");
        let row = office.db.query_one_raw(Statement::from_string(backend, question)).await;
        counts.push((table, row.unwrap().unwrap().try_get::<i64>("", "n").unwrap()));
    }
    counts
}

async fn compared(office: &Office, who: Actor, arguments: &str) -> Value {
    let whole = whole();
    let query = format!(
        "{{ pairingPlanWhatIf({arguments}) {{ difference {{ gained lost kept
            pairs {{ a {NAME} b {NAME} points pointsThen }} before {{ {whole} }} after {{ {whole} }} }}
            errors {{ code field }} }} }}"
    );
    let answer = ask(office, who, &query).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["pairingPlanWhatIf"].clone()
}

#[tokio::test]
async fn a_changed_plan_is_told_beside_the_one_asked_and_nothing_is_saved() {
    let office = town().await;
    let (mut organs, mut firms) = (Vec::new(), Vec::new());
    for (number, name) in [(100, "印染处"), (101, "机械处"), (102, "能源处")] {
        organs.push(organisation(&office, (number, name, OrganisationKind::Department)).await);
    }
    for (number, name) in [(200, "印染企业"), (201, "机械企业"), (202, "能源企业")] {
        firms.push(enterprise(&office, (number, name), |_| ()).await);
    }
    let (a, b) = (side(&organs, "max: 2"), side(&firms, "min: 1"));
    let ask_it = async |changed: &str| {
        let arguments = format!("a: [{a}], b: [{b}], changed: {{ {changed} }}");
        compared(&office, coordinator(), &arguments).await
    };
    let before = rows(&office).await;
    let same = ask_it("").await["difference"].clone();
    assert_eq!((&same["gained"], &same["lost"], &same["kept"]), (&json!(0), &json!(0), &json!(3)));
    assert_eq!(same["before"], same["after"]);
    assert_eq!(same["before"]["exposure"]["priceBasisPoints"], 0, "measured without being asked");
    assert!(same["before"]["totalPoints"].as_i64() > Some(0), "{same}");

    let less = ask_it(&format!(r#"without: ["{}"]"#, organs[0])).await["difference"].clone();
    assert_eq!(
        (&less["gained"], &less["lost"], &less["kept"]),
        (&json!(1), &json!(1), &json!(2)),
        "{less}"
    );
    let all = less["pairs"].as_array().unwrap();
    let lost: Vec<&Value> = all.iter().filter(|pair| pair["pointsThen"].is_null()).collect();
    assert_eq!((lost.len(), &lost[0]["a"]["name"]), (1, &json!("印染处")));
    let total = |when: &str| less[when]["totalPoints"].as_i64().unwrap();
    assert!(total("after") < total("before"), "{less}");

    let rules = format!("rules: {{ must: [{}] }}", couple(&organs[2], &firms[0]));
    let other = ask_it(&rules).await["difference"].clone();
    assert_eq!((&other["gained"], &other["lost"]), (&json!(1), &json!(1)), "{other}");
    let wish = format!(r#"a: [{{ memberId: "{}", max: 0 }}]"#, organs[1]);
    let none = ask_it(&wish).await["difference"].clone();
    assert_eq!((&none["gained"], &none["lost"], &none["kept"]), (&json!(1), &json!(1), &json!(2)));
    let never =
        ask_it(&format!(r#"without: ["{}", "{}", "{}"]"#, organs[0], organs[1], organs[2])).await;
    assert_eq!(never["difference"]["after"]["status"], "INFEASIBLE");
    assert_eq!(never["difference"]["after"]["demands"].as_array().unwrap().len(), 1);
    let clash = ask_it("rules: { previous: { couples: [] } fairness: {} }").await;
    assert_eq!(clash["errors"][0], json!({ "code": "INVALID", "field": "rules" }));
    assert_eq!(rows(&office).await, before, "asking saves nothing");

    for (who, sees) in [(secretary(5), true), (firm(1), false), (Actor::public(), false)] {
        let arguments = format!("a: [{a}], b: [{b}], changed: {{}}");
        let answer = compared(&office, who, &arguments).await;
        assert_eq!(answer["difference"].is_null(), !sees, "{answer}");
        assert_eq!(answer["errors"][0]["code"] == "NOT_FOUND", !sees, "{answer}");
    }
}
