//! How large the picture of the chains may grow: builds one of as many enterprises as the first
//! argument says (default 1,000,000), with four supply edges, two products and one place on a chain
//! each, prints bytes and processor time, and renews it after single changes. Results: docs/scaling.md,
//! docs/benchmarks.md.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints, and a broken machine ends it"
)]

use std::time::Instant;

use lianmeng_domain::graph::{GraphInput, Named};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::product::{EnterpriseProduct, ProductEdge, ProductEdgeKind, ProductRole};
use lianmeng_domain::supply::SupplyEdge;
use lianmeng_graph::walk::Bounds;
use lianmeng_graph::{Flow, NodeRef, Snapshot};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

/// Supply edges per enterprise.
const EDGES: u128 = 4;
/// Changes after which the picture is renewed.
const RENEWALS: usize = 21;
/// Enterprises per product.
const PER_PRODUCT: u128 = 100;

fn main() {
    let asked = std::env::args().skip(1).find_map(|word| word.parse().ok());
    let firms: u128 = asked.unwrap_or(1_000_000);
    let start = Instant::now();
    let mut input = input(firms);
    println!(
        "{firms} enterprises, {} edges",
        input.supply_edges.len() + input.enterprise_products.len()
    );
    println!("input made in {:.1} s, {} MB resident", start.elapsed().as_secs_f64(), resident());
    let start = Instant::now();
    let graph = Snapshot::build(input.clone());
    let seconds = start.elapsed().as_secs_f64();
    let bytes = u128::try_from(graph.bytes()).expect("fits");
    println!("built in {seconds:.1} s: {} MB, {} bytes an enterprise", bytes >> 20, bytes / firms);
    let lens = graph.lens(&Visibility::All);
    let mut random = StdRng::seed_from_u64(1);
    let start = Instant::now();
    let mut found = 0;
    for _ in 0..1_000 {
        let from = NodeRef::Enterprise(random.random_range(1..=firms).into());
        let bounds = Bounds { depth: 2, limit: 100 };
        found += graph.walk(from, Flow::Downstream, &lens, bounds).map_or(0, |list| list.len());
    }
    let micros = start.elapsed().as_micros() / 1_000;
    println!("walk of depth 2: {micros} µs, {} found on average", found / 1_000);
    renew(graph, &mut input, firms);
}

/// Renews the picture after one enterprise supplies another buyer, again and again.
fn renew(mut graph: Snapshot, input: &mut GraphInput, firms: u128) {
    let mut random = StdRng::seed_from_u64(2);
    let mut times = Vec::new();
    for _ in 0..RENEWALS {
        let firm = random.random_range(0..input.enterprises.len());
        let id = input.enterprises[firm].id;
        input.supply_edges[firm * usize::try_from(EDGES).expect("fits")].buyer =
            random.random_range(1..=firms).into();
        let part = GraphInput {
            enterprises: vec![input.enterprises[firm].clone()],
            supply_edges: kept(&input.supply_edges, |row| row.supplier == id || row.buyer == id),
            enterprise_products: kept(&input.enterprise_products, |row| row.enterprise == id),
            ..GraphInput::default()
        };
        let start = Instant::now();
        graph = graph.renewed(&[NodeRef::Enterprise(id)], part);
        times.push(start.elapsed().as_micros());
    }
    times.sort_unstable();
    let (half, most) = (times[times.len() / 2], times[times.len() - 1]);
    println!("renewed after one changed edge: half of {RENEWALS} within {half} µs, most {most} µs");
    let anew = Snapshot::build(input.clone());
    let is_same = graph == anew;
    println!("the same as built anew: {is_same}");
    assert!(is_same, "a picture that was renewed must be the one built anew");
}

fn kept<T: Clone>(rows: &[T], is_kept: impl Fn(&T) -> bool) -> Vec<T> {
    rows.iter().filter(|row| is_kept(row)).cloned().collect()
}

fn input(firms: u128) -> GraphInput {
    let mut random = StdRng::seed_from_u64(1);
    let products = (firms / PER_PRODUCT).max(2);
    let mut input = GraphInput {
        enterprises: named("深圳市某某科技有限公司", firms),
        products: named("产品", products),
        ..GraphInput::default()
    };
    for firm in 1..=firms {
        for edge in 0..EDGES {
            let buyer = random.random_range(1..=firms);
            input.supply_edges.push(SupplyEdge {
                id: (firm * EDGES + edge).into(),
                supplier: firm.into(),
                buyer: buyer.into(),
                product: None,
                source: String::new(),
                confidence_basis_points: 9_000,
                valid_from: None,
                valid_to: None,
                is_disputed: false,
            });
        }
        for role in [ProductRole::Makes, ProductRole::Uses] {
            input.enterprise_products.push(EnterpriseProduct {
                enterprise: firm.into(),
                product: random.random_range(1..=products).into(),
                role,
                share_basis_points: None,
            });
        }
    }
    for product in 2..=products {
        input.product_edges.push(ProductEdge {
            from: random.random_range(1..product).into(),
            to: product.into(),
            kind: ProductEdgeKind::MaterialOf,
        });
    }
    input
}

fn named<T: From<u128>>(what: &str, count: u128) -> Vec<Named<T>> {
    (1..=count).map(|n| Named { id: n.into(), name: format!("{what}{n}") }).collect()
}

/// Megabytes this process holds.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    let kilobytes = line.split_whitespace().nth(1).and_then(|word| word.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}
