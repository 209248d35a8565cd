use lianmeng_app::desk::Office;
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::ids::{ChainCommitteeId, EnterpriseId};
use serde_json::{Value, json};

use crate::ids::wire;
use crate::testing::casework::{firm, secretary, town};
use crate::testing::{actor, ask, counted};

async fn search(office: &Office, who: Actor, words: &str) -> Value {
    let query = format!(r#"{{ search(text: "{words}") {{ name points node {{ __typename }} }} }}"#);
    let answer = ask(office, who, &query).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["search"].clone()
}

fn hits(of: &[(&str, i32, &str)]) -> Value {
    let hit = |(name, points, kind): &(&str, i32, &str)| json!({ "name": name, "points": points, "node": { "__typename": kind } });
    of.iter().map(hit).collect()
}

async fn hand_in(office: &Office, title: &str) -> String {
    let query = format!(
        r#"mutation {{ needSubmit(input: {{ requestKey: "search-test", confirmsNoSecret: true,
            card: {{ enterpriseId: "{}", committeeId: "{}", kind: OTHER, title: "{title}",
            publicSummary: "概要", body: "机密" }} }}) {{ need {{ id }} errors {{ code }} }} }}"#,
        wire(EnterpriseId::from(1)),
        wire(ChainCommitteeId::from(5)),
    );
    let answer = ask(office, firm(1), &query).await;
    answer["data"]["needSubmit"]["need"]["id"].as_str().expect("submitted").to_owned()
}

#[tokio::test]
async fn everything_is_found_by_part_of_its_name_in_either_script_best_first() {
    let office = town().await;
    hand_in(&office, "求家纺设计").await;
    let all = hits(&[
        ("家纺产业链", 8_000, "IndustrialChain"),
        ("家纺企业1", 8_000, "Enterprise"),
        ("求家纺设计", 6_000, "Need"),
    ]);
    assert_eq!(search(&office, firm(1), "家紡").await, all);
    assert_eq!(search(&office, firm(1), " 家纺 ").await, all);
    let whole = hits(&[("家纺产业链", 10_000, "IndustrialChain")]);
    assert_eq!(search(&office, firm(1), "家紡產業鏈").await, whole);
    let pinyin = hits(&[("家纺企业1", 4_000, "Enterprise")]);
    assert_eq!(search(&office, firm(1), "jiafangqi").await, pinyin);
    assert_eq!(search(&office, firm(1), "单位").await[1]["node"]["__typename"], "Organisation");
    assert_eq!(search(&office, firm(1), "没有的").await, json!([]));
}

#[tokio::test]
async fn a_need_is_found_by_those_who_see_it_and_by_everyone_once_published() {
    let office = town().await;
    let need = hand_in(&office, "求环保染料").await;
    let found = hits(&[("求环保染料", 6_000, "Need")]);
    assert_eq!(search(&office, secretary(5), "染料").await, found);
    for stranger in [firm(2), secretary(6), Actor::public(), actor(Role::SystemAdmin, None)] {
        assert_eq!(search(&office, stranger, "染料").await, json!([]));
    }
    let query = format!(
        r#"mutation {{ needPublish(input: {{ need: {{ needId: "{need}", requestKey: "publish-1" }} }})
            {{ need {{ isPublished }} }} }}"#
    );
    ask(&office, firm(1), &query).await;
    assert_eq!(search(&office, firm(2), "染料").await, found);
    assert_eq!(search(&office, firm(2), "机密").await, json!([]), "the body is not searched");
}

#[tokio::test]
async fn a_search_costs_a_statement_for_each_kind_and_an_empty_one_is_refused() {
    let office = town().await;
    let query = r#"{ search(text: "党委", first: 1) { name } }"#;
    let (statements, answer) = counted(&office, firm(1), query).await;
    assert_eq!(answer["data"]["search"], json!([{ "name": "党委5" }]));
    assert!(statements <= 11, "{statements}");
    let empty = ask(&office, firm(1), r#"{ search(text: "  ") { name } }"#).await;
    assert_eq!(empty["errors"][0]["extensions"]["code"], "BAD_INPUT", "{empty}");
}
