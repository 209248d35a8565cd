//! Small worlds for the tests of this crate.

use std::collections::BTreeSet;

use lianmeng_domain::alliance::AlliancePartner;
use lianmeng_domain::chain::Placement;
use lianmeng_domain::committee::{Member, Seat, SeatKind};
use lianmeng_domain::graph::{GraphInput, Named, TaskTies};
use lianmeng_domain::product::{EnterpriseProduct, ProductEdge, ProductEdgeKind, ProductRole};
use lianmeng_domain::supply::SupplyEdge;
use proptest::prelude::*;

use crate::node::NodeRef;
use crate::snapshot::Snapshot;

/// Product `n`.
pub(crate) fn product(n: u128) -> NodeRef {
    NodeRef::Product(n.into())
}

/// Enterprise `n`.
pub(crate) fn enterprise(n: u128) -> NodeRef {
    NodeRef::Enterprise(n.into())
}

/// `count` things with ids from 1.
pub(crate) fn named<T: From<u128>>(what: &str, count: u128) -> Vec<Named<T>> {
    (1..=count).map(|n| Named { id: n.into(), name: format!("{what} {n}") }).collect()
}

/// `count` products and material edges between them, read from material to product.
pub(crate) fn products(count: u128, edges: &[(u128, u128)]) -> GraphInput {
    GraphInput {
        products: named("product", count),
        product_edges: edges
            .iter()
            .map(|&(from, to)| ProductEdge {
                from: from.into(),
                to: to.into(),
                kind: ProductEdgeKind::MaterialOf,
            })
            .collect(),
        ..GraphInput::default()
    }
}

/// Enterprise `firm` makes or uses product `of`.
pub(crate) fn row(firm: u128, of: u128, role: ProductRole) -> EnterpriseProduct {
    EnterpriseProduct {
        enterprise: firm.into(),
        product: of.into(),
        role,
        share_basis_points: None,
    }
}

/// Observed supply.
pub(crate) fn supply(id: u128, supplier: u128, buyer: u128) -> SupplyEdge {
    SupplyEdge {
        id: id.into(),
        supplier: supplier.into(),
        buyer: buyer.into(),
        product: None,
        source: "test".to_owned(),
        confidence_basis_points: 8000,
        valid_from: None,
        valid_to: None,
        is_disputed: false,
    }
}

/// A home-textile chain: cotton (1) → yarn (2) → cloth (3) → bedding (4).
///
/// Firm 1 makes cotton and yarn, firm 2 cloth, firm 3 bedding, firm 4 uses bedding. Firm 1 is
/// seen to supply firm 2, owns firm 5, which owns firm 6, and has a task with firm 4. Firm 3 sits
/// on committee 1, firm 2 leads its alliance and is a partner, firm 5 is placed on its chain.
pub(crate) fn tongzhou() -> Snapshot {
    Snapshot::build(home_textile())
}

/// The rows of [`tongzhou`].
pub(crate) fn home_textile() -> GraphInput {
    GraphInput {
        enterprises: named("firm", 6),
        organisations: named("bureau", 1),
        chains: named("chain", 1),
        segments: named("segment", 1),
        committees: named("committee", 1),
        alliances: named("alliance", 1),
        tasks: vec![task(1, 1, 4)],
        enterprise_products: vec![
            row(1, 1, ProductRole::Makes),
            row(1, 2, ProductRole::Makes),
            row(2, 3, ProductRole::Makes),
            row(3, 4, ProductRole::Makes),
            row(4, 4, ProductRole::Uses),
        ],
        supply_edges: vec![supply(1, 1, 2)],
        parents: vec![(5.into(), 1.into()), (6.into(), 5.into())],
        segment_chains: vec![(1.into(), 1.into())],
        segment_products: vec![(1.into(), 2.into())],
        placements: vec![
            Placement { enterprise: 5.into(), segment: 1.into(), is_confirmed: true },
            Placement { enterprise: 6.into(), segment: 1.into(), is_confirmed: false },
        ],
        committee_chains: vec![(1.into(), 1.into())],
        seats: vec![seat(1, Member::Enterprise(3.into())), seat(2, Member::Organisation(1.into()))],
        alliance_committees: vec![(1.into(), 1.into())],
        alliance_leads: vec![(1.into(), 2.into())],
        alliance_segments: vec![(1.into(), 1.into())],
        alliance_partners: [Member::Enterprise(2.into()), Member::Organisation(1.into())]
            .map(|partner| AlliancePartner { alliance: 1.into(), partner })
            .to_vec(),
        ..products(4, &[(1, 2), (2, 3), (3, 4)])
    }
}

/// A cooperation task between two enterprises.
pub(crate) fn task(id: u128, owner: u128, counterpart: u128) -> TaskTies {
    TaskTies {
        id: id.into(),
        name: format!("task {id}"),
        owner: owner.into(),
        counterpart: counterpart.into(),
    }
}

fn seat(id: u128, holder: Member) -> Seat {
    Seat {
        id: id.into(),
        committee: 1.into(),
        kind: SeatKind::LeadingEnterprise,
        holder,
        from_on: None,
        until_on: None,
    }
}

/// A small random world in a form that brute force can read.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) firms: u128,
    pub(crate) products: u128,
    /// Material edges, from material to product, of either kind.
    pub(crate) materials: BTreeSet<(u128, u128)>,
    pub(crate) kinds: BTreeSet<(u128, u128)>,
    pub(crate) makes: BTreeSet<(u128, u128)>,
    pub(crate) uses: BTreeSet<(u128, u128)>,
    pub(crate) supplies: BTreeSet<(u128, u128)>,
}

impl World {
    /// Its picture; every second material edge is of the other kind, every third stands twice.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let mut edges: Vec<ProductEdge> = Vec::new();
        for (n, &(from, to)) in self.materials.iter().enumerate() {
            let edge = |kind| ProductEdge { from: from.into(), to: to.into(), kind };
            if n % 2 == 0 || n % 3 == 0 {
                edges.push(edge(ProductEdgeKind::MaterialOf));
            }
            if n % 2 == 1 || n % 3 == 0 {
                edges.push(edge(ProductEdgeKind::MadeInto));
            }
        }
        edges.extend(self.kinds.iter().map(|&(from, to)| ProductEdge {
            from: from.into(),
            to: to.into(),
            kind: ProductEdgeKind::KindOf,
        }));
        let makes = self.makes.iter().map(|&(firm, of)| row(firm, of, ProductRole::Makes));
        let uses = self.uses.iter().map(|&(firm, of)| row(firm, of, ProductRole::Uses));
        let supplies = (1..).zip(&self.supplies).map(|(id, &(from, to))| supply(id, from, to));
        Snapshot::build(GraphInput {
            enterprises: named("firm", self.firms),
            products: named("product", self.products),
            product_edges: edges,
            enterprise_products: makes.chain(uses).collect(),
            supply_edges: supplies.collect(),
            ..GraphInput::default()
        })
    }

    /// Pairs (supplier, buyer) that follow from products by one material edge.
    pub(crate) fn derived_pairs(&self) -> BTreeSet<(u128, u128)> {
        let mut pairs = BTreeSet::new();
        for &(seller, sold) in &self.makes {
            for &(buyer, made) in &self.makes {
                if seller != buyer && self.materials.contains(&(sold, made)) {
                    pairs.insert((seller, buyer));
                }
            }
        }
        pairs
    }

    /// Pairs (supplier, buyer) by product edges, by use, and as observed.
    pub(crate) fn supply_pairs(&self) -> BTreeSet<(u128, u128)> {
        let mut pairs = self.derived_pairs();
        for &(seller, sold) in &self.makes {
            let users = self.uses.iter().filter(|(user, used)| *used == sold && *user != seller);
            pairs.extend(users.map(|&(user, _)| (seller, user)));
        }
        pairs.extend(self.supplies.iter().filter(|(from, to)| from != to));
        pairs
    }
}

/// Steps from `start` to every reachable number over `pairs`, by brute force.
pub(crate) fn distances(pairs: &BTreeSet<(u128, u128)>, start: u128) -> Vec<(u128, u32)> {
    let mut found = vec![(start, 0)];
    let mut next = 0;
    while let Some(&(here, steps)) = found.get(next) {
        next += 1;
        for &(from, to) in pairs {
            if from == here && !found.iter().any(|(seen, _)| *seen == to) {
                found.push((to, steps + 1));
            }
        }
    }
    found
}

/// Random worlds of up to 8 firms and 9 products, self edges included.
pub(crate) fn worlds() -> impl Strategy<Value = World> {
    (1..=8_u128, 1..=9_u128).prop_flat_map(|(firms, products)| {
        let set = |left: u128, right: u128, most: usize| {
            prop::collection::btree_set((1..=left, 1..=right), 0..most)
        };
        (
            set(products, products, 16),
            set(products, products, 5),
            set(firms, products, 14),
            set(firms, products, 5),
            set(firms, firms, 5),
        )
            .prop_map(move |(materials, kinds, makes, uses, supplies)| World {
                firms,
                products,
                materials: materials.into_iter().filter(|(from, to)| from != to).collect(),
                kinds,
                makes,
                uses,
                supplies,
            })
    })
}
