use lianmeng_domain::actor::{Body, Role};
use serde_json::json;

use crate::ids::wire;
use crate::testing::registry::{committee_id, fill, firm_id};
use crate::testing::{actor, ask, counted, world};

const PAGE: &str = "{ enterprises(first: 50) { nodes {
    name
    chains(first: 3) { name }
    alliances(first: 3) { name }
    needs(first: 10) { title }
} pageInfo { hasNextPage } } }";

fn submit(firm: u128) -> String {
    format!(
        r#"mutation {{ needSubmit(input: {{ requestKey: "submit-{firm:03}", confirmsNoSecret: true,
        card: {{ enterpriseId: "{}", kind: POLICY, title: "求协作", body: "问" }} }}) {{
        errors {{ code }} }} }}"#,
        wire(firm_id(firm)),
    )
}

#[tokio::test]
async fn a_page_with_chains_alliances_and_needs_costs_eight_statements_whatever_its_length() {
    for firms in [1, 50] {
        let office = world().await;
        fill(&office, firms).await;
        for n in 1..=firms {
            let done = ask(&office, actor(Role::Coordinator, None), &submit(n)).await;
            assert_eq!(done["data"]["needSubmit"]["errors"], json!([]), "{done}");
        }
        let (statements, answer) = counted(&office, actor(Role::Coordinator, None), PAGE).await;
        let nodes = answer["data"]["enterprises"]["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), usize::try_from(firms).unwrap(), "{answer}");
        assert!(nodes.iter().all(|node| node["needs"][0]["title"] == "求协作"), "{answer}");
        // Enterprises and aliases; links to chains, chains; links to alliances, alliances and
        // their segments; needs.
        assert_eq!(statements, 8, "{firms} enterprises");
    }
}

#[tokio::test]
async fn the_whole_card_costs_the_same_for_two_rows_and_for_fifty() {
    let query = "{ enterprises(first: 50) { nodes {
        makes { shareBasisPoints product { name } }
        uses { product { name } }
        placements { isConfirmed segment { name } }
        chains { name }
        alliances { name }
        seats { kind committee { name } }
        subsidiaries { name }
        parent { name }
    } } }";
    for firms in [2, 50] {
        let office = world().await;
        fill(&office, firms).await;
        let (statements, answer) = counted(&office, actor(Role::Auditor, None), query).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        assert_eq!(statements, 19, "{firms} enterprises");
    }
}

#[tokio::test]
async fn each_enterprise_shows_its_own_part_of_the_chain_and_no_more_than_asked_for() {
    let office = world().await;
    fill(&office, 4).await;
    let query = "{ enterprises { nodes {
        chains { name } alliances(first: 1) { name lead { name } }
        placements { segment { name reach } } subsidiaries(first: 2) { name }
        makes { product { name } shareBasisPoints } seats { kind }
    } } }";
    let answer = ask(&office, actor(Role::Public, None), query).await;
    let nodes = &answer["data"]["enterprises"]["nodes"];
    let first = json!({
        "chains": [{ "name": "家纺" }],
        "alliances": [{ "name": "示例联盟1", "lead": { "name": "示例家纺1厂" } }],
        "placements": [
            { "segment": { "name": "织造", "reach": "UPSTREAM" } },
            { "segment": { "name": "成品", "reach": "DOWNSTREAM" } },
        ],
        "subsidiaries": [{ "name": "示例家纺2厂" }, { "name": "示例家纺3厂" }],
        "makes": [{ "product": { "name": "坯布" }, "shareBasisPoints": 2500 }],
        "seats": [{ "kind": "LEADING_ENTERPRISE" }],
    });
    assert_eq!(nodes[0], first, "{answer}");
    assert_eq!(nodes[3]["subsidiaries"], json!([]));
    assert_eq!(nodes[3]["alliances"].as_array().unwrap().len(), 1, "two exist, one was asked for");
}

#[tokio::test]
async fn an_administrator_sees_no_business_data_by_any_door() {
    let office = world().await;
    fill(&office, 2).await;
    let query = format!(
        "{{ enterprises {{ totalCount nodes {{ id }} }} chains {{ totalCount nodes {{ id }} }}
            committees {{ totalCount nodes {{ id }} }} alliances {{ totalCount nodes {{ id }} }}
            products {{ totalCount nodes {{ id }} }} organisations {{ totalCount nodes {{ id }} }}
            nodes(ids: [\"enterprise:{}\", \"committee:{}\"]) {{ id }} }}",
        firm_id(1),
        committee_id(),
    );
    let nothing = json!({ "totalCount": 0, "nodes": [] });
    let answer = ask(&office, actor(Role::SystemAdmin, None), &query).await;
    let want = json!({ "data": {
        "enterprises": nothing, "chains": nothing, "committees": nothing, "alliances": nothing,
        "products": nothing, "organisations": nothing, "nodes": [null, null],
    } });
    assert_eq!(answer, want);
    let anyone = ask(&office, actor(Role::Public, None), &query).await;
    assert_eq!(anyone["data"]["alliances"]["totalCount"], 2);
    let stranger = actor(Role::Enterprise, Some(Body::Enterprise(firm_id(2))));
    assert_eq!(ask(&office, stranger, &query).await, anyone);
}

#[tokio::test]
async fn a_card_keeps_place_and_industry_and_refuses_an_industry_that_does_not_exist() {
    let office = world().await;
    lianmeng_app::codes::seed(&office.db).await.unwrap();
    let register = |key: &str, code: &str| {
        format!(
            r#"mutation {{ enterpriseRegister(input: {{ requestKey: "{key}", card: {{
            name: "示例家纺", place: {{ regionCode: "320612" }},
            industry: {{ scheme: GBT_4754, code: "{code}" }} }} }}) {{
            enterprise {{ industry {{ name parent {{ name }} }} regionCode
                place {{ name region {{ parent {{ name }} }} zone {{ name }} }} }}
            errors {{ code }} }} }}"#
        )
    };
    let keeper = || actor(Role::Coordinator, None);
    let done = ask(&office, keeper(), &register("firm-0001", "C")).await;
    let region = json!({ "parent": { "name": "南通市" } });
    let want = json!({
        "industry": { "name": "制造业", "parent": null },
        "regionCode": "320612",
        "place": { "name": "通州区", "region": region, "zone": null },
    });
    assert_eq!(done["data"]["enterpriseRegister"]["enterprise"], want, "{done}");
    let refused = ask(&office, keeper(), &register("firm-0002", "ZZ")).await;
    let want = json!({ "enterprise": null, "errors": [{ "code": "UNKNOWN_REFERENCE" }] });
    assert_eq!(refused["data"]["enterpriseRegister"], want);
    let query = r#"{ enterprises(filter: { industry: { scheme: GBT_4754, code: "C" } }) {
        totalCount } }"#;
    let found = ask(&office, keeper(), query).await;
    assert_eq!(found["data"]["enterprises"]["totalCount"], 1);
}
