use lianmeng_app::desk::Office;
use lianmeng_domain::actor::{Actor, Body, Role};
use lianmeng_domain::ids::OrganisationId;
use serde_json::json;

use crate::ids::wire;
use crate::testing::registry::{committee_id, fill, firm, firm_id};
use crate::testing::{actor, ask, counted, world};

fn register(key: &str, supplier: u128, buyer: u128, rest: &str) -> String {
    format!(
        r#"mutation {{ supplyEdgeRegister(input: {{ requestKey: "supply-{key}", supplierId: "{}",
        buyerId: "{}", {rest} }}) {{ supplyEdge {{ id source isDisputed }}
        errors {{ code field }} }} }}"#,
        wire(firm_id(supplier)),
        wire(firm_id(buyer)),
    )
}

const STATED: &str = r#"source: "年报", confidenceBasisPoints: 9000"#;

/// Firm 1 owns 2 and 3, all three on the chain; 11 and 12 stand alone, off the chain, in
/// Tongzhou. Edges: 2 → 3, 3 → 11, 11 → 12.
async fn supplied() -> Office {
    let office = world().await;
    fill(&office, 3).await;
    lianmeng_app::codes::seed(&office.db).await.unwrap();
    for n in [11, 12] {
        let place = Some(lianmeng_domain::region::Place::Region("320612".parse().unwrap()));
        let alone = lianmeng_domain::enterprise::Enterprise { parent: None, place, ..firm(n) };
        lianmeng_store::enterprise::insert(&office.db, &alone).await.unwrap();
    }
    for (key, supplier, buyer) in [("001", 2, 3), ("002", 3, 11), ("003", 11, 12)] {
        let query = register(key, supplier, buyer, STATED);
        let done = ask(&office, actor(Role::Coordinator, None), &query).await;
        assert_eq!(done["data"]["supplyEdgeRegister"]["errors"], json!([]), "{done}");
    }
    office
}

#[tokio::test]
async fn everyone_sees_their_own_part_of_the_supply_edges() {
    let office = supplied().await;
    let region = |code: &str| Some(Body::Region(code.parse().unwrap()));
    let firm = |n| Some(Body::Enterprise(firm_id(n)));
    let bureau = Some(Body::Organisation(OrganisationId::from(1)));
    let cases = [
        ("coordinator", actor(Role::Coordinator, None), 3),
        ("auditor", actor(Role::Auditor, None), 3),
        ("secretary", actor(Role::CommitteeSecretary, Some(Body::Committee(committee_id()))), 2),
        ("group", actor(Role::GroupHeadquarters, firm(1)), 2),
        ("its head office as an enterprise", actor(Role::Enterprise, firm(1)), 0),
        ("supplier and buyer", actor(Role::Enterprise, firm(3)), 2),
        ("buyer at the end", actor(Role::Enterprise, firm(12)), 1),
        ("district, both ends", actor(Role::DistrictHost, region("320612")), 1),
        ("its province", actor(Role::DistrictHost, region("320000")), 1),
        ("another district", actor(Role::DistrictHost, region("110112")), 0),
        ("department", actor(Role::DepartmentHandler, bureau), 0),
        ("public", Actor::public(), 0),
        ("administrator", actor(Role::SystemAdmin, None), 0),
    ];
    for (name, caller, count) in cases {
        let query = "{ supplyEdges { totalCount nodes { id } } }";
        let answer = ask(&office, caller, query).await;
        let edges = &answer["data"]["supplyEdges"];
        assert_eq!(edges["totalCount"], count, "{name}: {answer}");
        assert_eq!(edges["nodes"].as_array().unwrap().len(), count, "{name}");
    }
}

#[tokio::test]
async fn a_hidden_edge_shows_neither_under_its_enterprise_nor_by_its_id() {
    let office = supplied().await;
    let all = ask(&office, actor(Role::Auditor, None), "{ supplyEdges { nodes { id } } }").await;
    let hidden = all["data"]["supplyEdges"]["nodes"][2]["id"].as_str().unwrap();
    let query = format!(
        r#"{{ node(id: "{hidden}") {{ id }}
        firm: node(id: "{}") {{ ... on Enterprise {{
            supplies {{ buyer {{ name }} }} purchases {{ supplier {{ name }} }} }} }} }}"#,
        wire(firm_id(11)),
    );
    let neighbour = actor(Role::Enterprise, Some(Body::Enterprise(firm_id(3))));
    let (statements, answer) = counted(&office, neighbour, &query).await;
    let own = json!([{ "supplier": { "name": "示例家纺3厂" } }]);
    let want = json!({ "node": null, "firm": { "supplies": [], "purchases": own } });
    assert_eq!(answer["data"], want);
    assert_eq!(statements, 7);
}

#[tokio::test]
async fn an_edge_that_breaks_a_rule_is_not_kept() {
    let office = supplied().await;
    let cases = [
        (register("101", 2, 2, STATED), "INVALID", "buyerId"),
        (register("102", 2, 3, r#"source: " ", confidenceBasisPoints: 1"#), "MISSING", "source"),
        (
            register("103", 2, 3, r#"source: "x", confidenceBasisPoints: 10001"#),
            "INVALID",
            "confidenceBasisPoints",
        ),
        (
            register(
                "104",
                2,
                3,
                r#"source: "x", confidenceBasisPoints: 1, validFrom: "2026-03-02",
                validTo: "2026-03-01""#,
            ),
            "INVALID",
            "validTo",
        ),
    ];
    for (query, code, field) in cases {
        let refused = ask(&office, actor(Role::Coordinator, None), &query).await;
        let want = json!({ "supplyEdge": null, "errors": [{ "code": code, "field": field }] });
        assert_eq!(refused["data"]["supplyEdgeRegister"], want);
    }
    let unknown = register("105", 2, 99, STATED);
    let refused = ask(&office, actor(Role::Coordinator, None), &unknown).await;
    let code = &refused["data"]["supplyEdgeRegister"]["errors"][0]["code"];
    assert_eq!(code, "UNKNOWN_REFERENCE");
    let count = ask(&office, actor(Role::Auditor, None), "{ supplyEdges { totalCount } }").await;
    assert_eq!(count["data"]["supplyEdges"]["totalCount"], 3);
}

#[tokio::test]
async fn only_the_two_enterprises_and_a_coordinator_dispute_an_edge() {
    let office = supplied().await;
    let all = ask(&office, actor(Role::Auditor, None), "{ supplyEdges { nodes { id } } }").await;
    let id = &all["data"]["supplyEdges"]["nodes"][0]["id"];
    let dispute = format!(
        r#"mutation {{ supplyEdgeDispute(input: {{ requestKey: "dispute-1", supplyEdgeId: {id},
        isDisputed: true }}) {{ supplyEdge {{ isDisputed }} errors {{ code }} }} }}"#
    );
    let stranger = actor(Role::Enterprise, Some(Body::Enterprise(firm_id(11))));
    for caller in [stranger, Actor::public(), actor(Role::Auditor, None)] {
        let refused = ask(&office, caller, &dispute).await;
        let code = &refused["data"]["supplyEdgeDispute"]["errors"][0]["code"];
        assert_eq!(code, "NOT_FOUND");
    }
    let buyer = actor(Role::Enterprise, Some(Body::Enterprise(firm_id(3))));
    let done = ask(&office, buyer, &dispute).await;
    let edge = &done["data"]["supplyEdgeDispute"]["supplyEdge"];
    assert_eq!(edge, &json!({ "isDisputed": true }));
    let query = "{ supplyEdges(filter: { isDisputed: true }) { totalCount } }";
    let count = ask(&office, actor(Role::Auditor, None), query).await;
    assert_eq!(count["data"]["supplyEdges"]["totalCount"], 1);
}
