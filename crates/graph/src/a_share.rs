//! A test on a real set: 5,837 listed companies, 95,565 products and their edges.
//!
//! The expected figures come from a program of its own that shares no code with this crate.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use lianmeng_domain::graph::{GraphInput, Named};
use lianmeng_domain::ids::{EnterpriseId, ProductId};
use lianmeng_domain::product::{EnterpriseProduct, ProductEdge, ProductEdgeKind, ProductRole};

use crate::path::{Over, PathQuery};
use crate::supply::SupplyBounds;
use crate::walk::{Bounds, Via};
use crate::{EdgeKind, Flow, Lens, NodeKind, NodeRef, Snapshot};

/// The folder of the set, if this machine has it.
fn folder() -> Option<PathBuf> {
    let shared = std::env::var("LIANMENG_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").to_owned());
    let folder = Path::new(&shared).join("data/a-share-chain");
    folder.is_dir().then_some(folder)
}

/// Rows of a file, cut into fields.
fn rows(folder: &Path, file: &str) -> Vec<csv::StringRecord> {
    let mut reader = csv::Reader::from_path(folder.join(file)).unwrap();
    reader.records().map(Result::unwrap).collect()
}

/// Things named in a file, with ids from 1 in file order, and their keys.
fn things<T: From<u128>>(folder: &Path, file: &str) -> (Vec<Named<T>>, HashMap<String, u128>) {
    let mut keys = HashMap::new();
    let mut named = Vec::new();
    for (id, row) in (1..).zip(rows(folder, file)) {
        keys.insert(row[0].to_owned(), id);
        named.push(Named { id: id.into(), name: row[1].to_owned() });
    }
    (named, keys)
}

/// The set as the graph's input, with the keys of enterprises and products.
fn read(folder: &Path) -> (GraphInput, HashMap<String, u128>, HashMap<String, u128>) {
    let (enterprises, firms) = things::<EnterpriseId>(folder, "companies.csv");
    let (products, goods) = things::<ProductId>(folder, "products.csv");
    let product_edges = rows(folder, "product_edges.csv")
        .iter()
        .map(|row| {
            let (left, right) = (goods[&row[0]].into(), goods[&row[1]].into());
            let (from, to, kind) = match &row[2] {
                "upstream_material" => (right, left, ProductEdgeKind::MaterialOf),
                "downstream_product" => (left, right, ProductEdgeKind::MadeInto),
                "subtype" => (right, left, ProductEdgeKind::KindOf),
                other => panic!("unknown kind {other}"),
            };
            ProductEdge { from, to, kind }
        })
        .collect();
    let enterprise_products = rows(folder, "company_product.csv")
        .iter()
        .map(|row| EnterpriseProduct {
            enterprise: firms[&row[0]].into(),
            product: goods[&row[1]].into(),
            role: ProductRole::Makes,
            share_basis_points: None,
        })
        .collect();
    let input = GraphInput {
        enterprises,
        products,
        product_edges,
        enterprise_products,
        ..GraphInput::default()
    };
    (input, firms, goods)
}

#[test]
fn the_listed_companies_are_counted_as_an_independent_program_counts_them() {
    let Some(folder) = folder() else { return println!("skipped: ../shared is absent") };
    let (input, firms, goods) = read(&folder);

    let start = Instant::now();
    let snapshot = Snapshot::build(input);
    let built = start.elapsed();
    let start = Instant::now();
    let stats = snapshot.stats();
    let counted = start.elapsed();
    println!("build {built:?}, stats {counted:?}, {} bytes", snapshot.bytes());

    assert_eq!(snapshot.left_out(), 0);
    assert_eq!(stats.nodes[..2], [(NodeKind::Enterprise, 5_837), (NodeKind::Product, 95_565)]);
    let edges = |kind| stats.edges.iter().find(|(k, _)| *k == kind).unwrap().1;
    let by_kind =
        [EdgeKind::MaterialOf, EdgeKind::MadeInto, EdgeKind::KindOf, EdgeKind::Makes].map(edges);
    assert_eq!(by_kind[..3].iter().sum::<u64>(), 110_153 - 108, "without self edges");
    assert_eq!(by_kind[3], 53_207);
    assert_eq!(stats.product_components, 287);
    assert_eq!(stats.largest_product_component, 59_644);
    assert_eq!(stats.derived_supply_pairs, 12_039);
    assert_eq!(stats.derived_supply_enterprises, 1_332);
    assert_eq!(stats.material_cycles, 4);
    assert_eq!(stats.largest_material_cycle, 2);

    the_net_counts_the_same(&snapshot);
    pairs_agree_with_the_lists_of_each_enterprise(&snapshot, &firms);
    let products: Vec<u128> = goods.values().copied().collect();
    walks_are_quick(&snapshot, &products);
}

/// What the net says of the same products and enterprises.
fn the_net_counts_the_same(snapshot: &Snapshot) {
    let products = snapshot.project(&[NodeKind::Product], EdgeKind::PRODUCT).net;
    let weak = products.weak_pieces();
    assert_eq!(weak.sizes.iter().filter(|&&size| size > 1).count(), 287);
    assert_eq!(weak.largest(), 59_644);
    let kinds = [EdgeKind::MaterialOf, EdgeKind::MadeInto];
    let materials = snapshot.project(&[NodeKind::Product], &kinds).net;
    let strong = materials.strong_pieces();
    assert_eq!((materials.cycles(&strong, 100).len(), strong.largest()), (4, 2));
    assert_eq!(snapshot.project_supply(true).net.edges(), 12_039);
    assert_eq!(snapshot.project_supply(false).net.edges(), 0);
}

/// The sum of everybody's buyers, and of everybody's suppliers, is the number of pairs.
fn pairs_agree_with_the_lists_of_each_enterprise(
    snapshot: &Snapshot,
    firms: &HashMap<String, u128>,
) {
    let bounds = SupplyBounds { relations: 10_000, links: 1 };
    let start = Instant::now();
    for flow in [Flow::Downstream, Flow::Upstream] {
        let listed: usize = firms
            .values()
            .map(|&firm| snapshot.supply_relations(firm.into(), flow, &Lens::Public, bounds).len())
            .sum();
        assert_eq!(listed, 12_039, "{flow}");
    }
    println!("relations of all enterprises, both ways {:?}", start.elapsed());

    let (one, other) = (NodeRef::Enterprise(1.into()), NodeRef::Enterprise(5_000.into()));
    for over in [Over::Supply, Over::Everything] {
        let start = Instant::now();
        let path =
            snapshot.path(PathQuery { from: one, to: other, over, max_steps: 50 }, &Lens::Public);
        println!("path {over} {:?}: {:?} steps", start.elapsed(), path.map(|path| path.len()));
    }
}

/// A walk of six steps from each of many products stays on material edges.
fn walks_are_quick(snapshot: &Snapshot, products: &[u128]) {
    let start = Instant::now();
    let mut found = 0;
    for &product in products {
        let node = NodeRef::Product(product.into());
        let bounds = Bounds { depth: 6, limit: 100 };
        let walk = snapshot.walk(node, Flow::Downstream, &Lens::Public, bounds).unwrap();
        found += walk.len();
        for step in walk.iter().flat_map(|one| &one.path) {
            assert!(matches!(
                step.via,
                Via::Edge { kind: EdgeKind::MaterialOf | EdgeKind::MadeInto, is_forward: true }
            ));
        }
    }
    println!("{} walks found {found} products in {:?}", products.len(), start.elapsed());
}
