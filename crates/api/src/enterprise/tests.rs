use lianmeng_domain::actor::{Body, Role};
use serde_json::json;

use crate::ids::wire;
use crate::page;
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

#[tokio::test]
async fn a_page_from_the_end_tells_what_lies_before_it_and_after() {
    let office = world().await;
    fill(&office, 5).await;
    let ids = |numbers: &[u128]| -> Vec<String> {
        numbers.iter().map(|number| wire(firm_id(*number))).collect()
    };
    let page = async |arguments: &str| {
        let query = format!(
            "{{ enterprises({arguments}) {{ nodes {{ id }}
                pageInfo {{ hasPreviousPage hasNextPage startCursor endCursor }} }} }}"
        );
        let caller = actor(Role::Coordinator, None);
        let answer = ask(&office, caller, &query).await["data"]["enterprises"].clone();
        let nodes = answer["nodes"].as_array().unwrap().iter();
        let nodes: Vec<String> =
            nodes.map(|node| node["id"].as_str().unwrap().to_owned()).collect();
        let info = &answer["pageInfo"];
        let cursor = |name: &str| info[name].as_str().unwrap_or_default().to_owned();
        let around = (info["hasPreviousPage"].clone(), info["hasNextPage"].clone());
        (nodes, around, cursor("startCursor"), cursor("endCursor"))
    };
    let (nodes, around, start, _) = page("last: 2").await;
    assert_eq!((nodes, around), (ids(&[4, 5]), (json!(true), json!(false))));
    let (nodes, around, start, end) = page(&format!(r#"last: 2, before: "{start}""#)).await;
    assert_eq!((nodes, around), (ids(&[2, 3]), (json!(true), json!(true))));
    let (nodes, around, ..) = page(&format!(r#"last: 2, before: "{start}""#)).await;
    assert_eq!((nodes, around), (ids(&[1]), (json!(false), json!(true))));
    let (nodes, ..) = page(&format!(r#"first: 9, after: "{end}""#)).await;
    assert_eq!(nodes, ids(&[4, 5]), "a cursor opens either way");
    let (nodes, around, ..) = page(&format!(r#"after: "{start}", before: "{end}""#)).await;
    assert_eq!((nodes, around), (ids(&[]), (json!(true), json!(true))));
}

#[tokio::test]
async fn a_page_has_one_end_and_a_size_and_costs_as_much_from_either() {
    let office = world().await;
    let refusal = async |query: &str| {
        let answer = ask(&office, actor(Role::Coordinator, None), query).await;
        let error = &answer["errors"][0];
        (error["extensions"]["code"].clone(), error["message"].as_str().unwrap().to_owned())
    };
    let (code, message) = refusal("{ enterprises(first: 1, last: 1) { nodes { id } } }").await;
    assert_eq!(code, "BAD_PAGE_SIZE");
    assert!(message.starts_with("first and last exclude each other"), "{message}");
    for (rows, message) in [
        (0, "last is 0; it must lie between 1 and 100"),
        (101, "last is 101; it must lie between 1 and 100"),
    ] {
        let query = format!("{{ enterprises(last: {rows}) {{ nodes {{ id }} }} }}");
        assert_eq!(refusal(&query).await, (json!("BAD_PAGE_SIZE"), message.to_owned()));
    }
    let (code, _) = refusal(r#"{ enterprises(last: 1, before: "x") { nodes { id } } }"#).await;
    assert_eq!(code, "BAD_CURSOR");
    let deep = |end: &str| {
        format!(
            "{{ enterprises({end}: 100) {{ nodes {{ suppliers(first: 100) {{ enterprise {{
                suppliers(first: 100) {{ enterprise {{ name }} }} }} }} }} }} }}"
        )
    };
    assert_eq!(refusal(&deep("last")).await, refusal(&deep("first")).await);
    assert_eq!(refusal(&deep("last")).await.0, "TOO_LARGE");
}

#[tokio::test]
async fn values_that_do_not_fit_are_refused_with_a_code_and_nothing_breaks() {
    let office = world().await;
    fill(&office, 1).await;
    let need = format!(r#"{{ needId: "need:{:026}", requestKey: "key-00001""#, 1);
    let nul = page::cursor("enterprises:name", &["a\0", &firm_id(1).to_string()]);
    for (query, code) in [
        // What Int has no room for, though the type behind it has.
        (format!("mutation {{ needTriage(input: {{ need: {need}, version: {} }} }}) {{ errors {{ code }} }} }}", i64::MAX), "BAD_INPUT"),
        (r#"{ mySchedule(eventId: "event:00000000000000000000000001", version: 2147483648) { version } }"#.to_owned(), "BAD_INPUT"),
        // Years that sort wrongly or that PostgreSQL does not have.
        (r#"{ outcomeTotals(asOf: "-262143-01-01") { asOf } }"#.to_owned(), "BAD_INPUT"),
        (r#"{ supplyEdges(filter: { validOn: "+10000-01-01" }) { totalCount } }"#.to_owned(), "BAD_INPUT"),
        (r#"{ enterprises(filter: { search: "a\u0000" }) { totalCount } }"#.to_owned(), "BAD_INPUT"),
        (format!(r#"{{ enterprises(sort: NAME, after: "{nul}") {{ totalCount }} }}"#), "BAD_CURSOR"),
    ] {
        let answer = ask(&office, actor(Role::Coordinator, None), &query).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{query}: {answer}");
        assert_eq!(answer["errors"][0]["extensions"]["classification"], "ValidationError");
    }
}
