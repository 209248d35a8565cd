use std::collections::BTreeSet;

use chrono::NaiveDate;
use lianmeng_domain::alliance::AlliancePartner;
use lianmeng_domain::chain::Placement;
use lianmeng_domain::committee::Member;
use lianmeng_domain::graph::Named;
use lianmeng_domain::ids::{AllianceId, EnterpriseId, ProductId};
use lianmeng_domain::product::{EnterpriseProduct, ProductEdge, ProductEdgeKind, ProductRole};

use super::*;
use crate::worlds::{self, enterprise, product};

/// What a database would answer when asked for the rows around `touched`.
fn around(all: &GraphInput, touched: &[NodeRef]) -> GraphInput {
    let is = |node: NodeRef| touched.contains(&node);
    let firm = |id: EnterpriseId| is(NodeRef::Enterprise(id));
    let good = |id: ProductId| is(NodeRef::Product(id));
    let pact = |id: AllianceId| is(NodeRef::Alliance(id));
    let who = |member: Member| match member {
        Member::Enterprise(id) => firm(id),
        Member::Organisation(id) => is(NodeRef::Organisation(id)),
    };
    let mut part = all.clone();
    part.enterprises.retain(|row| firm(row.id));
    part.enterprise_regions.retain(|row| firm(row.0));
    part.organisations.retain(|row| is(NodeRef::Organisation(row.id)));
    part.products.retain(|row| good(row.id));
    part.chains.retain(|row| is(NodeRef::Chain(row.id)));
    part.segments.retain(|row| is(NodeRef::Segment(row.id)));
    part.committees.retain(|row| is(NodeRef::Committee(row.id)));
    part.alliances.retain(|row| pact(row.id));
    part.tasks.retain(|row| is(NodeRef::Task(row.id)) || firm(row.owner) || firm(row.counterpart));
    part.product_edges.retain(|row| good(row.from) || good(row.to));
    part.enterprise_products.retain(|row| firm(row.enterprise) || good(row.product));
    part.supply_edges.retain(|row| firm(row.supplier) || firm(row.buyer));
    part.parents.retain(|row| firm(row.0) || firm(row.1));
    part.segment_chains.retain(|r| is(NodeRef::Segment(r.0)) || is(NodeRef::Chain(r.1)));
    part.segment_positions.retain(|row| is(NodeRef::Segment(row.0)));
    part.segment_products.retain(|row| is(NodeRef::Segment(row.0)) || good(row.1));
    part.placements.retain(|row| firm(row.enterprise) || is(NodeRef::Segment(row.segment)));
    part.committee_chains.retain(|r| is(NodeRef::Committee(r.0)) || is(NodeRef::Chain(r.1)));
    part.seats.retain(|row| who(row.holder) || is(NodeRef::Committee(row.committee)));
    part.alliance_committees.retain(|row| pact(row.0) || is(NodeRef::Committee(row.1)));
    part.alliance_leads.retain(|row| pact(row.0) || firm(row.1));
    part.alliance_segments.retain(|row| pact(row.0) || is(NodeRef::Segment(row.1)));
    part.alliance_partners.retain(|row| pact(row.alliance) || who(row.partner));
    part
}

/// Draws numbers; the same seed draws the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> Option<T> {
        if of.is_empty() { None } else { Some(of[self.below(of.len())]) }
    }
}

/// Puts `row` in, or takes it out where it stands already.
fn toggle<T: PartialEq>(rows: &mut Vec<T>, row: T) {
    match rows.iter().position(|known| *known == row) {
        Some(place) => drop(rows.swap_remove(place)),
        None => rows.push(row),
    }
}

/// Changes the rows once, as the platform would; gives the nodes to read again.
#[expect(clippy::too_many_lines, reason = "one arm for each way the rows change")]
fn change(all: &mut GraphInput, dice: &mut Dice) -> Vec<NodeRef> {
    let firms: Vec<EnterpriseId> = all.enterprises.iter().map(|row| row.id).collect();
    let goods: Vec<ProductId> = all.products.iter().map(|row| row.id).collect();
    let (Some(one), Some(other)) = (dice.one(&firms), dice.one(&firms)) else {
        all.enterprises.push(Named { id: 1.into(), name: "first".to_owned() });
        return vec![enterprise(1)];
    };
    let touched = NodeRef::Enterprise(one);
    match dice.below(13) {
        0 => {
            let number = 1 + u128::try_from(dice.below(60)).unwrap();
            let id = EnterpriseId::from(number);
            all.enterprises.retain(|row| row.id != id);
            all.enterprises.push(Named { id, name: format!("firm {}", dice.below(1_000)) });
            vec![NodeRef::Enterprise(id)]
        }
        1 if firms.len() > 20 => {
            // Its tasks go with it, and each is a node that changed.
            let theirs = all.tasks.iter().filter(|row| row.owner == one || row.counterpart == one);
            let mut gone: Vec<NodeRef> = theirs.map(|row| NodeRef::Task(row.id)).collect();
            remove_firm(all, one);
            gone.push(touched);
            gone
        }
        2 => {
            let number = 1 + u128::try_from(dice.below(30)).unwrap();
            let id = ProductId::from(number);
            all.products.retain(|row| row.id != id);
            all.products.push(Named { id, name: format!("product {}", dice.below(1_000)) });
            vec![product(number)]
        }
        3 if goods.len() > 10 => {
            let gone = goods[dice.below(goods.len())];
            remove_product(all, gone);
            vec![NodeRef::Product(gone)]
        }
        4 => {
            let Some((from, to)) = dice.one(&goods).zip(dice.one(&goods)) else { return vec![] };
            toggle(
                &mut all.product_edges,
                ProductEdge { from, to, kind: ProductEdgeKind::MadeInto },
            );
            vec![NodeRef::Product(from)]
        }
        5 => {
            let Some(product) = dice.one(&goods) else { return vec![] };
            let share = (dice.below(2) == 0).then_some(2_500);
            let (enterprise, role) = (one, ProductRole::Makes);
            toggle(
                &mut all.enterprise_products,
                EnterpriseProduct { enterprise, product, role, share_basis_points: share },
            );
            vec![if dice.below(2) == 0 { touched } else { NodeRef::Product(product) }]
        }
        6 => {
            let place =
                Placement { enterprise: one, segment: 1.into(), is_confirmed: dice.below(2) == 0 };
            all.placements.retain(|row| row.enterprise != one);
            all.placements.push(place);
            vec![touched]
        }
        7 => {
            all.parents.retain(|row| row.0 != one);
            all.parents.push((one, other));
            vec![touched]
        }
        8 => {
            let partner = Member::Enterprise(one);
            toggle(&mut all.alliance_partners, AlliancePartner { alliance: 1.into(), partner });
            vec![NodeRef::Alliance(1.into())]
        }
        9 => {
            all.enterprise_regions.retain(|row| row.0 != one);
            let code = ["320612", "320613", "440305"][dice.below(3)];
            all.enterprise_regions.push((one, code.parse().unwrap()));
            vec![touched]
        }
        10 => {
            all.tasks.clear();
            all.tasks.push(worlds::task(1, one.number(), other.number()));
            vec![NodeRef::Task(1.into())]
        }
        _ => {
            supply(all, dice, (one, other));
            vec![if dice.below(2) == 0 { touched } else { NodeRef::Enterprise(other) }]
        }
    }
}

/// A statement of supply comes, goes, ends or is disputed.
fn supply(all: &mut GraphInput, dice: &mut Dice, (one, other): (EnterpriseId, EnterpriseId)) {
    let number = 1 + u128::try_from(dice.below(9)).unwrap();
    let mut row = worlds::supply(
        one.number() * 10_000 + other.number() * 10 + number,
        one.number(),
        other.number(),
    );
    row.product = all.products.first().filter(|_| number > 4).map(|known| known.id);
    row.is_disputed = dice.below(5) == 0;
    row.valid_to = (dice.below(4) == 0).then(|| NaiveDate::from_ymd_opt(2025, 1, 1).unwrap());
    let known = all.supply_edges.iter().position(|edge| edge.id == row.id);
    match known {
        Some(place) if dice.below(2) == 0 => drop(all.supply_edges.swap_remove(place)),
        Some(place) => all.supply_edges[place] = row,
        None => all.supply_edges.push(row),
    }
}

fn remove_firm(all: &mut GraphInput, gone: EnterpriseId) {
    all.enterprises.retain(|row| row.id != gone);
    all.enterprise_regions.retain(|row| row.0 != gone);
    all.tasks.retain(|row| row.owner != gone && row.counterpart != gone);
    all.enterprise_products.retain(|row| row.enterprise != gone);
    all.supply_edges.retain(|row| row.supplier != gone && row.buyer != gone);
    all.parents.retain(|row| row.0 != gone && row.1 != gone);
    all.placements.retain(|row| row.enterprise != gone);
    all.seats.retain(|row| row.holder != Member::Enterprise(gone));
    all.alliance_leads.retain(|row| row.1 != gone);
    all.alliance_partners.retain(|row| row.partner != Member::Enterprise(gone));
}

fn remove_product(all: &mut GraphInput, gone: ProductId) {
    all.products.retain(|row| row.id != gone);
    all.product_edges.retain(|row| row.from != gone && row.to != gone);
    all.enterprise_products.retain(|row| row.product != gone);
    all.segment_products.retain(|row| row.1 != gone);
    for edge in &mut all.supply_edges {
        edge.product = edge.product.filter(|known| *known != gone);
    }
}

#[test]
fn after_ten_thousand_changes_the_picture_is_the_one_built_anew() {
    let mut all = worlds::home_textile();
    all.as_of = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
    let mut picture = Snapshot::build(all.clone());
    let mut dice = Dice(20_261_123);
    let (mut sizes, mut most_observed, mut suggested) = (BTreeSet::new(), 0, false);
    for step in 0..10_000 {
        let touched = change(&mut all, &mut dice);
        picture = picture.renewed(&touched, around(&all, &touched));
        assert!(picture == Snapshot::build(all.clone()), "step {step}, {touched:?}");
        sizes.insert(picture.len());
        most_observed = most_observed.max(picture.observed.len());
        suggested |= !picture.suggested.is_empty();
    }
    assert!(sizes.len() > 20, "nodes came and went: {sizes:?}");
    assert!(most_observed > 50 && suggested, "{most_observed} statements of supply at most");
}

#[test]
fn several_at_once_and_rows_about_others_give_the_same() {
    let mut all = worlds::home_textile();
    let picture = Snapshot::build(all.clone());
    remove_firm(&mut all, 1.into());
    remove_product(&mut all, 2.into());
    all.enterprises.push(Named { id: 7.into(), name: "new".to_owned() });
    all.enterprises[0].name = "renamed".to_owned();
    let renamed = NodeRef::Enterprise(all.enterprises[0].id);
    let touched = [enterprise(7), product(2), enterprise(1), renamed, NodeRef::Task(1.into())];
    // All rows are more than the rows around what changed.
    assert_eq!(picture.renewed(&touched, all.clone()), Snapshot::build(all));
}

#[test]
fn with_nothing_touched_the_picture_stays() {
    let picture = worlds::tongzhou();
    assert_eq!(picture.renewed(&[], GraphInput::default()), picture);
    let nobody = picture.renewed(&[enterprise(99)], GraphInput::default());
    assert_eq!(nobody, picture, "an unknown node that nobody knows either");
}

#[test]
fn pieces_are_dropped_and_put_in_between() {
    let old: Vec<u32> = (0..10).map(|n| n * 10).collect();
    let got = spliced(&old, &[2..3, 2..5, 9..10], &[5, 30, 45, 99]);
    assert_eq!(got, [0, 5, 10, 30, 45, 50, 60, 70, 80, 99]);
    assert_eq!(spliced(&old, &[0..10, 3..4], &[]), [0_u32; 0]);
    assert_eq!(spliced(&[], &[], &[1, 2]), [1, 2]);
}
