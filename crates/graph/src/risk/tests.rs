use std::collections::BTreeSet;

use lianmeng_domain::chain::Placement;
use lianmeng_domain::graph::GraphInput;
use lianmeng_domain::product::EnterpriseProduct;
use lianmeng_domain::supply::SupplyEdge;
use proptest::prelude::*;

use super::*;
use crate::worlds::{self, World, named, row, supply};

fn code(text: &str) -> RegionCode {
    text.parse().unwrap()
}

/// Firm `supplier` was seen to supply `of` to firm `buyer`.
fn seen(supplier: u128, buyer: u128, of: u128) -> SupplyEdge {
    SupplyEdge { product: Some(of.into()), ..supply(100 * supplier + buyer, supplier, buyer) }
}

fn share(firm: u128, of: u128, role: ProductRole, share: i32) -> EnterpriseProduct {
    EnterpriseProduct { share_basis_points: Some(share), ..row(firm, of, role) }
}

/// Dye (1) → cloth (2) → bedding (3) → sets (4); zips (5) → bedding.
///
/// Firm 1 alone makes dye, firms 2 and 3 make cloth, firms 4 and 5 bedding, firm 6 sets, firm 9 uses
/// sets. Firm 7 alone makes zips. Firm 2 supplies firms 4 and 5 with cloth, firm 3 could; firm 8, in
/// another city, makes dye too.
fn town() -> GraphInput {
    use ProductRole::{Makes, Uses};
    let at = |firm: u128| code(if firm == 8 { "320500" } else { "320612" });
    GraphInput {
        enterprises: named("firm", 9),
        chains: named("chain", 1),
        segments: named("segment", 2),
        segment_chains: vec![(1.into(), 1.into()), (2.into(), 1.into())],
        segment_products: vec![
            (1.into(), 1.into()),
            (1.into(), 2.into()),
            (1.into(), 5.into()),
            (2.into(), 3.into()),
        ],
        enterprise_regions: (1..=9_u128).map(|firm| (firm.into(), at(firm))).collect(),
        enterprise_products: vec![
            row(1, 1, Makes),
            share(2, 2, Makes, 9_000),
            share(3, 2, Makes, 4_000),
            share(4, 3, Makes, 6_000),
            row(5, 3, Makes),
            row(6, 4, Makes),
            share(7, 5, Makes, 10_000),
            row(8, 1, Makes),
            share(9, 4, Uses, 700),
        ],
        supply_edges: vec![seen(1, 2, 1), seen(2, 4, 2), seen(2, 5, 2)],
        ..worlds::products(5, &[(1, 2), (2, 3), (3, 4), (5, 3)])
    }
}

fn ask(firm: u128, steps: u32) -> RemovalQuery {
    let region = Some(code("320612"));
    RemovalQuery { enterprise: firm.into(), region, steps, limit: 100, substitutes: 5 }
}

fn points(graph: &Snapshot, region: Option<&str>, lens: &Lens) -> SinglePoints {
    let region = region.map(code);
    let ask = SinglePointQuery { chain: 1.into(), region, limit: 10 };
    graph.single_points(&ask, lens).unwrap()
}

/// Enterprise, product, fate and step of each consequence.
fn told(removal: &Removal) -> Vec<(u128, u128, Fate, u32)> {
    let one = |hit: &Affected| {
        let product = hit.product.map_or(0, ProductId::number);
        (hit.enterprise.number(), product, hit.fate, hit.step)
    };
    removal.affected.iter().map(one).collect()
}

#[test]
fn a_hub_with_substitutes_is_no_risk_and_a_sole_maker_is_one() {
    let graph = Snapshot::build(town());
    let here = points(&graph, Some("320612"), &Lens::All);
    let names: Vec<u128> = here.points.iter().map(|one| one.enterprise.number()).collect();
    // Dye: firms 2 and 3, shares 90 % and 40 %. Zips: firms 4 and 5, 60 % and unknown.
    assert_eq!(names, [7, 1]);
    assert_eq!((here.total, here.replaceable, here.looked_at), (2, 1, 6));
    let zips = &here.points[0];
    assert_eq!((zips.cut_off, zips.cut_off_observed, zips.must_switch), (2, 0, 0));
    let stake = Stake { known_basis_points: 6_000, known: 1, unknown: 1 };
    assert_eq!((zips.stake, zips.stake.weight_basis_points()), (stake, 16_000));
    let dye = &here.points[1];
    assert_eq!((dye.cut_off, dye.cut_off_observed), (2, 1));
    assert_eq!(dye.stake, Stake { known_basis_points: 13_000, known: 2, unknown: 0 });
    assert_eq!(dye.products, [1.into()]);
    let anywhere = points(&graph, None, &Lens::All);
    assert_eq!(anywhere.points.iter().map(|p| p.enterprise.number()).collect::<Vec<_>>(), [7]);
    assert_eq!(anywhere.replaceable, 2, "dye comes from firm 8 then");
}

#[test]
fn removal_tells_who_is_affected_and_who_could_step_in() {
    let graph = Snapshot::build(town());
    let hub = graph.removal(&ask(2, 3), &Lens::All).unwrap();
    assert_eq!(told(&hub), [(4, 2, Fate::MustSwitch, 1), (5, 2, Fate::MustSwitch, 1)]);
    assert_eq!((hub.cut_off, hub.must_switch, hub.stake), (0, 2, Stake::default()));
    let first = &hub.affected[0];
    let third = Substitute {
        enterprise: 3.into(),
        region: Some(code("320612")),
        supplies_already: false,
        share_basis_points: Some(4_000),
    };
    assert_eq!((first.substitutes.as_slice(), first.substitutes_total), (&[third][..], 1));
    assert_eq!(first.revenue_share_basis_points, Some(6_000));
    assert!(first.is_observed);

    let dye = graph.removal(&ask(1, 1), &Lens::All).unwrap();
    assert_eq!(told(&dye), [(2, 1, Fate::CutOff, 1), (3, 1, Fate::CutOff, 1)]);
    assert_eq!((dye.affected[0].substitutes_total, dye.affected[0].substitutes_elsewhere), (0, 1));
    let all = graph.removal(&ask(1, 6), &Lens::All).unwrap();
    let want = [
        (2, 1, Fate::CutOff, 1),
        (3, 1, Fate::CutOff, 1),
        (4, 2, Fate::CutOff, 2),
        (5, 2, Fate::CutOff, 2),
        (6, 3, Fate::CutOff, 3),
        (9, 4, Fate::CutOff, 4),
    ];
    assert_eq!(told(&all), want);
    assert_eq!(all.affected[5].purchase_share_basis_points, Some(700));
    assert_eq!(
        all.stake,
        Stake { known_basis_points: 9_000 + 4_000 + 6_000 + 700, known: 4, unknown: 2 }
    );
    let cut = graph.removal(&RemovalQuery { limit: 1, ..ask(1, 6) }, &Lens::All).unwrap();
    assert_eq!((cut.affected.len(), cut.total, cut.cut_off), (1, 6, 6));
    assert_eq!(graph.removal(&ask(99, 1), &Lens::All), None);
}

#[test]
fn a_second_supplier_seen_keeps_a_buyer_supplied_and_the_public_sees_no_purchases() {
    let mut input = town();
    input.supply_edges.push(seen(3, 5, 2));
    let graph = Snapshot::build(input);
    let hub = graph.removal(&ask(2, 1), &Lens::All).unwrap();
    assert_eq!(told(&hub), [(4, 2, Fate::MustSwitch, 1)]);
    assert_eq!((hub.must_switch, hub.still_supplied), (1, 1));
    let public = graph.removal(&ask(2, 1), &Lens::Public).unwrap();
    assert_eq!(public, Removal::default());
    assert_eq!(points(&graph, Some("320612"), &Lens::Public).replaceable, 0);
}

#[test]
fn goods_nobody_named_are_replaced_from_the_same_segment() {
    let place = |firm: u128, segment: u128| Placement {
        enterprise: firm.into(),
        segment: segment.into(),
        is_confirmed: true,
    };
    let mut input = GraphInput {
        enterprises: named("firm", 5),
        chains: named("chain", 1),
        segments: named("segment", 2),
        segment_chains: vec![(1.into(), 1.into()), (2.into(), 1.into())],
        placements: vec![place(1, 1), place(2, 2), place(3, 2)],
        supply_edges: vec![supply(1, 1, 2), supply(2, 3, 4)],
        ..GraphInput::default()
    };
    let graph = Snapshot::build(input.clone());
    let found = points(&graph, None, &Lens::All);
    assert_eq!((found.total, found.replaceable), (1, 1), "firm 2 stands where firm 3 does");
    assert_eq!(found.points[0].enterprise, 1.into());
    assert_eq!((found.points[0].products.len(), found.points[0].cut_off), (0, 1));
    input.placements.push(place(5, 1));
    assert_eq!(points(&Snapshot::build(input), None, &Lens::All).total, 0);
}

#[test]
fn who_stands_on_a_segment_in_silence_may_make_any_of_its_products() {
    let mut input = town();
    input.placements =
        vec![Placement { enterprise: 9.into(), segment: 1.into(), is_confirmed: true }];
    let graph = Snapshot::build(input);
    assert_eq!(points(&graph, Some("320612"), &Lens::All).total, 0, "firm 9 may make dye and zips");
}

/// Enterprises cut off and their goods after any number of steps, by brute force over sets.
fn brute(world: &World, gone: u128) -> BTreeSet<(u128, u128)> {
    let forms = |of: u128| -> BTreeSet<u128> {
        let kinds = world.kinds.iter().filter(|(kind, wide)| *wide == of && kind != wide);
        kinds.map(|(kind, _)| *kind).chain([of]).collect()
    };
    let provides = |firm: u128, of: u128, lost: &BTreeSet<(u128, u128)>| {
        forms(of).iter().any(|&k| world.makes.contains(&(firm, k)) && !lost.contains(&(firm, k)))
    };
    let needs = |firm: u128, of: u128| {
        world.uses.contains(&(firm, of))
            || world.materials.iter().any(|&(m, p)| m == of && world.makes.contains(&(firm, p)))
    };
    let none = BTreeSet::new();
    let mut lost: BTreeSet<(u128, u128)> =
        world.makes.iter().filter(|(firm, _)| *firm == gone).copied().collect();
    let mut cut = BTreeSet::new();
    loop {
        let before = (lost.len(), cut.len());
        for of in 1..=world.products {
            let had = (1..=world.firms).any(|firm| provides(firm, of, &none));
            let has = (1..=world.firms).any(|firm| provides(firm, of, &lost));
            if !had || has {
                continue;
            }
            for firm in (1..=world.firms).filter(|&firm| firm != gone) {
                if needs(firm, of) && !provides(firm, of, &none) {
                    cut.insert((firm, of));
                }
            }
        }
        for &(firm, of) in &cut {
            for &(_, made) in world.materials.iter().filter(|(material, _)| *material == of) {
                if world.makes.contains(&(firm, made)) {
                    lost.insert((firm, made));
                }
            }
        }
        if before == (lost.len(), cut.len()) {
            return cut;
        }
    }
}

proptest! {
    #[test]
    fn who_is_cut_off_is_whom_brute_force_finds(world in worlds::worlds(), gone in 1..=8_u128) {
        let gone = gone.min(world.firms);
        let graph = world.snapshot();
        let ask = RemovalQuery { region: None, ..ask(gone, 50) };
        let found = graph.removal(&ask, &Lens::Public).unwrap();
        let got: BTreeSet<(u128, u128)> = found
            .affected
            .iter()
            .filter(|hit| hit.fate == Fate::CutOff)
            .map(|hit| (hit.enterprise.number(), hit.product.unwrap().number()))
            .collect();
        prop_assert_eq!(&got, &brute(&world, gone));
        let firms: BTreeSet<u128> = got.iter().map(|(firm, _)| *firm).collect();
        prop_assert_eq!((found.cut_off, found.total), (firms.len(), got.len()));
        for hit in &found.affected {
            prop_assert!(hit.substitutes.is_empty() && hit.substitutes_elsewhere == 0);
        }
    }

    /// What was seen only adds consequences to one who would lose it, and every substitute holds.
    #[test]
    fn with_what_was_seen_nobody_who_could_step_in_is_missed(
        world in worlds::worlds(), gone in 1..=8_u128, steps in 1..4_u32,
    ) {
        let gone = gone.min(world.firms);
        let graph = world.snapshot();
        let ask = RemovalQuery { region: None, ..ask(gone, steps) };
        let found = graph.removal(&ask, &Lens::All).unwrap();
        for hit in &found.affected {
            prop_assert!(hit.enterprise != gone.into() && hit.step >= 1 && hit.step <= steps);
            prop_assert_eq!(hit.fate == Fate::CutOff, hit.substitutes_total == 0);
            if hit.is_observed && hit.step == 1 {
                prop_assert!(world.supplies.contains(&(gone, hit.enterprise.number())));
            }
            for one in &hit.substitutes {
                prop_assert!(one.enterprise != gone.into() && one.enterprise != hit.enterprise);
            }
        }
        let seen: BTreeSet<u128> = world.supplies.iter()
            .filter(|(from, to)| *from == gone && *to != gone).map(|(_, to)| *to).collect();
        let hit: BTreeSet<u128> = found.affected.iter().map(|hit| hit.enterprise.number()).collect();
        prop_assert!(hit.len() <= found.cut_off + found.must_switch);
        prop_assert!(seen.iter().filter(|firm| hit.contains(firm)).count() <= hit.len());
    }
}
