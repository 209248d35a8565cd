use std::collections::BTreeSet;

use lianmeng_domain::chain::Placement;
use lianmeng_domain::graph::GraphInput;
use lianmeng_domain::product::{ProductEdge, ProductEdgeKind, ProductRole};
use proptest::prelude::*;

use super::*;
use crate::worlds::{self, World, enterprise, named, product, row, supply};

fn code(text: &str) -> RegionCode {
    text.parse().unwrap()
}

fn ask(level: GapLevel) -> GapQuery {
    let region = Some(code("320612"));
    GapQuery { chain: 1.into(), level, region, limit: 100, candidates: 5 }
}

/// Cotton (1) → yarn (2) → cloth (3) → bedding (4), packed in film (6 → 4), of granules (5 → 6); bedding
/// goes into hotels' sets (7). The chain has segments for 1 to 4, one product each.
///
/// Here are firms 1 (yarn), 2 and 3 (cloth), 4 (bedding), 8 (sizing, 8, beside cloth); firms 5
/// (cotton) and 6 (cotton) are in the same city, 7 (cotton) far away; firm 9 (film) nobody knows
/// where; firm 10, here, uses the sets.
fn town() -> GraphInput {
    use ProductRole::{Makes, Uses};
    let makes = [(1, 2), (2, 3), (3, 3), (4, 4), (5, 1), (6, 1), (7, 1), (8, 8), (9, 6)];
    let regions = [
        (1, "320612"),
        (2, "320612"),
        (3, "320612"),
        (4, "320612"),
        (5, "320602"),
        (6, "320602"),
        (7, "440305"),
        (8, "320612"),
        (10, "320612"),
    ];
    let makes = makes.iter().map(|&(firm, of)| row(firm, of, Makes));
    GraphInput {
        enterprises: named("firm", 10),
        chains: named("chain", 1),
        segments: named("segment", 4),
        segment_chains: (1..=4_u128).map(|n| (n.into(), 1.into())).collect(),
        segment_positions: (1..=4).map(|n| (u128::try_from(n).unwrap().into(), n)).collect(),
        segment_products: (1..=4_u128).map(|n| (n.into(), n.into())).collect(),
        enterprise_regions: regions
            .iter()
            .map(|&(firm, at): &(u128, &str)| (firm.into(), code(at)))
            .collect(),
        enterprise_products: makes.chain([row(10, 7, Uses)]).collect(),
        supply_edges: vec![supply(1, 6, 1)],
        ..worlds::products(8, &[(1, 2), (2, 3), (3, 4), (6, 4), (5, 6), (4, 7), (8, 3)])
    }
}

#[test]
fn missing_weak_and_extendable_products_come_with_who_could_fill_them() {
    let graph = Snapshot::build(town());
    let found = graph.gaps(&ask(GapLevel::Product), &Lens::All).unwrap();
    assert_eq!((found.totals, found.looked_at, found.unlocated), ([1, 2, 2], 4, 0));
    let kinds: Vec<_> = found.gaps.iter().map(|gap| (gap.kind, gap.node, gap.demand)).collect();
    // Sizing (8) is made here, so it is no extension; granules (5) do not lie beside the chain.
    let want = [
        (GapKind::Missing, product(1), 1),
        (GapKind::Weak, product(2), 2),
        (GapKind::Weak, product(4), 0),
        (GapKind::Extendable, product(6), 1),
        (GapKind::Extendable, product(7), 1),
    ];
    assert_eq!(kinds, want);
    let cotton = &found.gaps[0];
    let grow = |firm: u128, steps, products, makes: u128| Grow {
        enterprise: firm.into(),
        steps,
        products,
        makes: makes.into(),
    };
    assert_eq!(cotton.grow, [grow(1, 1, 1, 2), grow(2, 2, 1, 3), grow(3, 2, 1, 3)]);
    let invite = |firm: u128, region: Option<&str>, buyers_here| Invite {
        enterprise: firm.into(),
        region: region.map(code),
        buyers_here,
    };
    let near = [invite(6, Some("320602"), 1), invite(5, Some("320602"), 0)];
    assert_eq!(cotton.invite[..2], near, "who supplies here already comes first");
    assert_eq!(cotton.invite[2..], [invite(7, Some("440305"), 0)]);
    let yarn = &found.gaps[1];
    assert_eq!((yarn.makers, yarn.only_maker, yarn.invite.len()), (1, Some(1.into()), 0));
    let film = &found.gaps[3];
    assert_eq!((film.adjoins, film.unlocated), (Some(4.into()), 1));
    assert_eq!(film.invite, [invite(9, None, 0)], "nobody knows where");
    let public = graph.gaps(&ask(GapLevel::Product), &Lens::Public).unwrap();
    assert_eq!(public.gaps[0].invite[0], invite(5, Some("320602"), 0), "what was seen is hidden");
}

#[test]
fn segments_count_confirmed_places_and_limits_cut_lists_but_not_totals() {
    let mut input = town();
    input.placements = [(8, true), (10, false)]
        .map(|(firm, is_confirmed): (u128, bool)| Placement {
            enterprise: firm.into(),
            segment: 1.into(),
            is_confirmed,
        })
        .to_vec();
    let graph = Snapshot::build(input);
    let segment = |n: u128| NodeRef::Segment(n.into());
    let small = GapQuery { limit: 1, candidates: 0, ..ask(GapLevel::Segment) };
    let found = graph.gaps(&small, &Lens::All).unwrap();
    assert_eq!((found.totals, found.gaps.len()), ([0, 3, 0], 1));
    assert_eq!((found.gaps[0].node, found.gaps[0].demand), (segment(2), 2));
    assert_eq!(found.gaps[0].grow, [], "nobody was asked for");
    let everywhere = GapQuery { region: None, ..ask(GapLevel::Segment) };
    let found = graph.gaps(&everywhere, &Lens::All).unwrap();
    let nodes: Vec<_> = found.gaps.iter().map(|gap| gap.node).collect();
    assert_eq!(nodes, [segment(2), segment(4)], "cotton has four makers in all");
    let unknown = GapQuery { chain: 2.into(), ..ask(GapLevel::Segment) };
    assert_eq!(graph.gaps(&unknown, &Lens::All), None);
}

#[test]
fn a_maker_that_supplies_nearly_everybody_makes_a_node_weak_once_enough_was_seen() {
    let mut input = town();
    input.enterprises = named("firm", 30);
    let to = |supplier: u128, buyers: std::ops::Range<u128>| {
        buyers.map(move |buyer| supply(100 * supplier + buyer, supplier, buyer))
    };
    input.supply_edges = to(2, 11..19).chain(to(3, 11..12)).collect();
    let few = Snapshot::build(input.clone()).gaps(&ask(GapLevel::Product), &Lens::All).unwrap();
    assert_eq!(few.totals, [1, 2, 2], "nine pairs say too little");
    input.supply_edges.extend(to(2, 20..21));
    let graph = Snapshot::build(input);
    let found = graph.gaps(&ask(GapLevel::Product), &Lens::All).unwrap();
    let cloth = found.gaps.iter().find(|gap| gap.node == product(3)).unwrap();
    // Shares of nine tenths and one tenth.
    assert_eq!((cloth.kind, cloth.concentration), (GapKind::Weak, Some(8_200)));
    assert_eq!((cloth.makers, cloth.only_maker), (2, None));
    let public = graph.gaps(&ask(GapLevel::Product), &Lens::Public).unwrap();
    assert_eq!(public.totals, [1, 2, 2], "what was seen is hidden");
}

/// Every second product is on the chain, each on a segment of its own; every third firm is elsewhere.
fn laid_out(world: &World) -> GraphInput {
    let segments = 1..=world.products.div_ceil(2);
    let makes = world.makes.iter().map(|&(firm, of)| row(firm, of, ProductRole::Makes));
    let uses = world.uses.iter().map(|&(firm, of)| row(firm, of, ProductRole::Uses));
    let edge = |kind| {
        move |&(from, to): &(u128, u128)| ProductEdge { from: from.into(), to: to.into(), kind }
    };
    let materials = world.materials.iter().map(edge(ProductEdgeKind::MaterialOf));
    let kinds = world.kinds.iter().map(edge(ProductEdgeKind::KindOf));
    GraphInput {
        enterprises: named("firm", world.firms),
        products: named("product", world.products),
        product_edges: materials.chain(kinds).collect(),
        enterprise_products: makes.chain(uses).collect(),
        chains: named("chain", 1),
        segments: named("segment", world.products.div_ceil(2)),
        segment_chains: segments.clone().map(|n| (n.into(), 1.into())).collect(),
        segment_products: segments.map(|n| (n.into(), (2 * n - 1).into())).collect(),
        enterprise_regions: (1..=world.firms)
            .map(|firm| (firm.into(), code(if firm % 3 == 0 { "320602" } else { "320612" })))
            .collect(),
        ..GraphInput::default()
    }
}

/// Kind, product and demand of every gap, by brute force.
fn brute(world: &World) -> BTreeSet<(GapKind, u128, usize)> {
    let makers = |of: u128| -> BTreeSet<u128> {
        let is_kind = |made: u128| made == of || world.kinds.contains(&(made, of));
        world.makes.iter().filter(|(_, made)| is_kind(*made)).map(|(firm, _)| *firm).collect()
    };
    let local = |of: u128| makers(of).iter().filter(|firm| *firm % 3 != 0).count();
    let demand = |of: u128| {
        let own = makers(of);
        let needs = |firm: u128| {
            world.uses.contains(&(firm, of))
                || world.materials.iter().any(|&(m, p)| m == of && world.makes.contains(&(firm, p)))
        };
        (1..=world.firms).filter(|&f| f % 3 != 0 && !own.contains(&f) && needs(f)).count()
    };
    let on_chain = |of: u128| of % 2 == 1;
    let mut found = BTreeSet::new();
    for of in 1..=world.products {
        let beside = world.materials.iter().any(|&(a, b)| {
            a != b
                && (a == of && on_chain(b) && local(b) > 0
                    || b == of && on_chain(a) && local(a) > 0)
        });
        match (on_chain(of), local(of)) {
            (true, 0) => found.insert((GapKind::Missing, of, demand(of))),
            (true, 1) => found.insert((GapKind::Weak, of, demand(of))),
            (false, 0) if beside && demand(of) > 0 => {
                found.insert((GapKind::Extendable, of, demand(of)))
            }
            (true | false, _) => false,
        };
    }
    found
}

proptest! {
    #[test]
    fn gaps_are_those_of_brute_force(world in worlds::worlds()) {
        let graph = Snapshot::build(laid_out(&world));
        let by_product = graph.gaps(&ask(GapLevel::Product), &Lens::Public).unwrap();
        let got: BTreeSet<_> = by_product.gaps.iter().map(|gap| {
            let NodeRef::Product(id) = gap.node else { panic!("{}", gap.node) };
            (gap.kind, id.number(), gap.demand)
        }).collect();
        prop_assert_eq!(got.len(), by_product.gaps.len());
        prop_assert_eq!(&got, &brute(&world));
        // With one product a segment, the chain's own gaps are the same by segment.
        let by_segment = graph.gaps(&ask(GapLevel::Segment), &Lens::Public).unwrap();
        prop_assert_eq!(by_segment.totals[..2].to_vec(), by_product.totals[..2].to_vec());
        for gap in &by_product.gaps {
            for one in &gap.grow {
                prop_assert_eq!(one.enterprise.number() % 3 == 0, false);
                let near = NodeRef::Product(one.makes);
                prop_assert!(graph.contains(near) && near != gap.node);
            }
            for one in &gap.invite {
                prop_assert_eq!(one.enterprise.number() % 3, 0);
                prop_assert!(graph.contains(enterprise(one.enterprise.number())));
            }
        }
    }
}
