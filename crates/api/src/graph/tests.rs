//! The graph asked through the schema, by those who may see observed supply and those who may not.

use chrono::NaiveDate;
use lianmeng_app::desk::Office;
use lianmeng_domain::actor::{Actor, Body, Role};
use lianmeng_domain::ids::ProductId;
use lianmeng_domain::product::{
    EnterpriseProduct, Product, ProductEdge, ProductEdgeKind, ProductRole,
};
use lianmeng_store::{enterprise, product};
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use crate::testing::registry::{firm, firm_id};
use crate::testing::{actor, ask, counted, world};

fn firm_wire(n: u128) -> String {
    crate::ids::wire(firm_id(n))
}

fn product_wire(n: u128) -> String {
    crate::ids::wire(ProductId::from(n))
}

/// Cotton (1) → cloth (2) → bedding (3); firm 1 makes cotton, firm 2 cloth, firm 3 bedding and firm
/// 4 nothing. Firms 2, 3 and 4 are subsidiaries of firm 1, which is seen to supply firm 4.
async fn chain() -> Office {
    let office = world().await;
    let db = &office.db;
    for n in 1..=4 {
        enterprise::insert(db, &firm(n)).await.unwrap();
    }
    for (n, name) in [(1_u128, "棉花"), (2, "坯布"), (3, "床品")] {
        let made = Product { id: n.into(), external_id: None, name: name.to_owned(), version: 1 };
        product::insert(db, &made).await.unwrap();
        let made = EnterpriseProduct {
            enterprise: firm_id(n),
            product: n.into(),
            role: ProductRole::Makes,
            share_basis_points: None,
        };
        product::insert_made(db, made).await.unwrap();
    }
    for (from, to) in [(1_u128, 2_u128), (2, 3)] {
        let edge =
            ProductEdge { from: from.into(), to: to.into(), kind: ProductEdgeKind::MaterialOf };
        product::insert_edge(db, edge).await.unwrap();
    }
    db.execute_unprepared(&format!(
        "INSERT INTO supply_edges (id, supplier_id, buyer_id, source, confidence_basis_points,
             is_disputed)
         VALUES ('{:026}', '{}', '{}', '年报', 9000, FALSE)",
        1,
        firm_id(1),
        firm_id(4)
    ))
    .await
    .unwrap();
    db.execute_unprepared("UPDATE versions SET number = number + 1").await.unwrap();
    office
}

fn public() -> Actor {
    actor(Role::Public, None)
}

fn coordinator() -> Actor {
    actor(Role::Coordinator, None)
}

fn staff(n: u128) -> Actor {
    actor(Role::Enterprise, Some(Body::Enterprise(firm_id(n))))
}

#[tokio::test]
async fn the_graph_is_counted_and_says_which_version_it_is() {
    let office = chain().await;
    let query = "{ graphVersion graphStats { version asOf productComponents
        largestProductComponent derivedSupplyPairs derivedSupplyEnterprises materialCycles
        largestMaterialCycle } }";
    let (statements, answer) = counted(&office, public(), query).await;
    let want = json!({ "data": { "graphVersion": 1, "graphStats": {
        "version": 1, "asOf": "2026-03-02", "productComponents": 1, "largestProductComponent": 3,
        "derivedSupplyPairs": 2, "derivedSupplyEnterprises": 3, "materialCycles": 0,
        "largestMaterialCycle": 0 } } });
    assert_eq!(answer, want);
    assert!(statements > 1, "the first request reads the graph");
    let (statements, again) = counted(&office, public(), query).await;
    assert_eq!((statements, again), (1, want), "the next one only its version");
    let nothing = ask(&office, actor(Role::SystemAdmin, None), "{ graphStats { version } }").await;
    assert_eq!(nothing, json!({ "data": { "graphStats": null } }));
    assert_eq!(office.desk().today, NaiveDate::from_ymd_opt(2026, 3, 2).unwrap());
}

#[tokio::test]
async fn neighbours_are_listed_by_kind_and_direction() {
    let office = chain().await;
    let query = format!(
        "{{ graphNeighbours(id: \"{}\", kinds: [MATERIAL_OF, MAKES], direction: IN, first: 5)
            {{ kind isOutgoing node {{ id kind name }} }} }}",
        product_wire(2)
    );
    let want = json!({ "data": { "graphNeighbours": [
        { "kind": "MATERIAL_OF", "isOutgoing": false,
          "node": { "id": product_wire(1), "kind": "PRODUCT", "name": "棉花" } },
        { "kind": "MAKES", "isOutgoing": false,
          "node": { "id": firm_wire(2), "kind": "ENTERPRISE", "name": "示例家纺2厂" } },
    ] } });
    assert_eq!(ask(&office, public(), &query).await, want);
    let unknown = format!("{{ graphNeighbours(id: \"{}\") {{ kind }} }}", product_wire(9));
    let answer = ask(&office, public(), &unknown).await;
    assert_eq!(answer, json!({ "data": { "graphNeighbours": null } }));
}

#[tokio::test]
async fn observed_supply_is_shown_to_both_sides_and_coordinators_alone() {
    let office = chain().await;
    let query = format!(
        "{{ node(id: \"{}\") {{ ... on Enterprise {{ buyers(first: 5) {{ enterprise {{ id }}
            observed {{ confidenceBasisPoints product {{ id }} }}
            links {{ material {{ name }} product {{ name }} }} linksTotal }} }} }} }}",
        firm_wire(1)
    );
    let cloth = json!({ "enterprise": { "id": firm_wire(2) }, "observed": [],
        "links": [{ "material": { "name": "棉花" }, "product": { "name": "坯布" } }],
        "linksTotal": 1 });
    let seen = json!({ "enterprise": { "id": firm_wire(4) },
        "observed": [{ "confidenceBasisPoints": 9000, "product": null }],
        "links": [], "linksTotal": 0 });
    let cases: [(&str, Actor, Value); 5] = [
        ("coordinator", coordinator(), json!([seen, cloth])),
        ("the supplier", staff(1), json!([seen, cloth])),
        ("the buyer", staff(4), json!([seen, cloth])),
        ("another enterprise", staff(3), json!([cloth])),
        ("the public", public(), json!([cloth])),
    ];
    for (name, caller, want) in cases {
        let answer = ask(&office, caller, &query).await;
        assert_eq!(answer, json!({ "data": { "node": { "buyers": want } } }), "{name}");
    }
}

#[tokio::test]
async fn a_walk_gives_the_way_to_each_node_it_finds() {
    let office = chain().await;
    let walk = |id: &str, direction: &str, rest: &str| {
        format!(
            "{{ graphWalk(id: \"{id}\", direction: {direction}{rest}) {{ depth node {{ id }}
                path {{ kind isForward node {{ id }} link {{ material {{ id }} }} }} }} }}"
        )
    };
    let step = |n, kind: &str| {
        let node = json!({ "id": product_wire(n) });
        json!({ "kind": kind, "isForward": false, "node": node, "link": null })
    };
    let products = walk(&product_wire(3), "UPSTREAM", ", depth: 2");
    let want = json!([
        { "depth": 1, "node": { "id": product_wire(2) }, "path": [step(2, "MATERIAL_OF")] },
        { "depth": 2, "node": { "id": product_wire(1) },
          "path": [step(2, "MATERIAL_OF"), step(1, "MATERIAL_OF")] },
    ]);
    assert_eq!(ask(&office, public(), &products).await, json!({ "data": { "graphWalk": want } }));

    let firms = walk(&firm_wire(2), "DOWNSTREAM", "");
    let want = json!([{ "depth": 1, "node": { "id": firm_wire(3) }, "path": [
        { "kind": null, "isForward": true, "node": { "id": firm_wire(3) },
          "link": { "material": { "id": product_wire(2) } } } ] }]);
    assert_eq!(ask(&office, public(), &firms).await, json!({ "data": { "graphWalk": want } }));

    for (bad, code) in [
        (walk(&product_wire(3), "UPSTREAM", ", depth: 7"), "BAD_INPUT"),
        (walk(&product_wire(3), "UPSTREAM", ", first: 101"), "BAD_PAGE_SIZE"),
        (walk("chain:00000000000000000000000001", "UPSTREAM", ""), "BAD_INPUT"),
        (walk("nonsense", "UPSTREAM", ""), "BAD_ID"),
    ] {
        let answer = ask(&office, public(), &bad).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{bad}: {answer}");
    }
}

#[tokio::test]
async fn a_path_says_how_two_enterprises_hang_together() {
    let office = chain().await;
    let path = |from: u128, to: u128, over: &str| {
        format!(
            "{{ graphPath(from: \"{}\", to: \"{}\"{over}) {{ length from {{ id }}
                steps {{ kind isForward node {{ id }} }} }} }}",
            firm_wire(from),
            firm_wire(to)
        )
    };
    let derived = |n, is_forward: bool| {
        let node = json!({ "id": firm_wire(n) });
        json!({ "kind": null, "isForward": is_forward, "node": node })
    };
    let length_and_steps = |answer: &Value| answer["data"]["graphPath"].clone();
    let supply = ask(&office, public(), &path(3, 1, "")).await;
    let want = json!({ "length": 2, "from": { "id": firm_wire(3) },
        "steps": [derived(2, false), derived(1, false)] });
    assert_eq!(length_and_steps(&supply), want);
    let hidden = ask(&office, public(), &path(1, 4, "")).await;
    assert_eq!(length_and_steps(&hidden), Value::Null, "observed supply is not public");
    let owned = ask(&office, public(), &path(3, 4, ", over: EVERYTHING")).await;
    let step = |n, is_forward: bool| {
        let node = json!({ "id": firm_wire(n) });
        json!({ "kind": "OWNS", "isForward": is_forward, "node": node })
    };
    let want = json!({ "length": 2, "from": { "id": firm_wire(3) },
        "steps": [step(1, false), step(4, true)] });
    assert_eq!(length_and_steps(&owned), want);
}
