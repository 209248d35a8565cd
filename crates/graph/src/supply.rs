//! Suppliers and buyers: who is seen to supply whom, and who could by what both make.

use std::collections::BTreeMap;

use lianmeng_domain::ids::{EnterpriseId, ProductId, SupplyEdgeId};

use crate::edge::{EdgeKind, Flow};
use crate::flat::{Index, at};
use crate::lens::Lens;
use crate::node::{NodeKind, NodeRef};
use crate::search::Expansion;
use crate::snapshot::{Observation, Snapshot};
use crate::walk::ProductLink;

impl Observation {
    /// Index of what is supplied, if known.
    pub(crate) fn what(&self) -> Option<Index> {
        self.product.map(|next| next.get() - 1)
    }
}

/// A supply relation of an enterprise with its evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupplyRelation {
    /// The supplier, or the buyer.
    pub enterprise: EnterpriseId,
    /// Statements of it, by id; empty where it is only derived or hidden.
    pub observed: Vec<ObservedSupply>,
    /// Products that connect the two, by id, at most the number asked for.
    pub links: Vec<ProductLink>,
    /// How many products connect the two in all.
    pub links_total: usize,
}

/// Somebody's statement of supply, in force and not disputed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObservedSupply {
    /// The supply edge.
    pub id: SupplyEdgeId,
    /// What is supplied, if known.
    pub product: Option<ProductId>,
    /// How sure, in basis points, 0 to 10 000.
    pub confidence_basis_points: i32,
}

/// How much of a list of relations to return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SupplyBounds {
    /// Most relations.
    pub relations: usize,
    /// Most links of each.
    pub links: usize,
}

/// How many enterprises stand in derived supply pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DerivedSupply {
    /// Ordered pairs of different enterprises of which the first makes a product that is, by one
    /// material edge, a material of a product the second makes.
    pub pairs: u64,
    /// Enterprises that stand in such a pair.
    pub enterprises: u64,
}

impl Snapshot {
    /// Suppliers (upstream) or buyers (downstream) of an enterprise: those with observed supply
    /// that `lens` shows first, then by the number of links, most first, then by id. Empty if the
    /// enterprise is unknown or hidden.
    ///
    /// Time `O(l log l)` for the `l` links of the enterprise.
    pub fn supply_relations(
        &self,
        enterprise: EnterpriseId,
        flow: Flow,
        lens: &Lens,
        bounds: SupplyBounds,
    ) -> Vec<SupplyRelation> {
        let node = NodeRef::Enterprise(enterprise);
        let Some(here) = self.index(node).filter(|&index| self.shows_node(lens, index)) else {
            return Vec::new();
        };
        let mut relations: BTreeMap<Index, SupplyRelation> = BTreeMap::new();
        let empty = |other| SupplyRelation {
            enterprise: self.enterprise(other),
            observed: Vec::new(),
            links: Vec::new(),
            links_total: 0,
        };
        for seen in self.observations(here, flow, lens) {
            let other = if flow == Flow::Downstream { seen.buyer } else { seen.supplier };
            let relation = relations.entry(other).or_insert_with(|| empty(other));
            relation.observed.push(ObservedSupply {
                id: seen.id,
                product: seen.what().map(|product| self.product(product)),
                confidence_basis_points: seen.confidence_basis_points,
            });
        }
        let mut expansion = Expansion::every_time(lens);
        self.derived_steps(here, flow, &mut expansion, &mut |other, link| {
            relations.entry(other).or_insert_with(|| empty(other)).links.push(link.link(self));
            true
        });
        let mut relations: Vec<SupplyRelation> = relations.into_values().collect();
        for relation in &mut relations {
            // The same two products may be connected by edges of both material kinds.
            relation.links.sort_unstable();
            relation.links.dedup();
            relation.links_total = relation.links.len();
            relation.links.truncate(bounds.links);
            relation.observed.sort_unstable();
        }
        relations.sort_by_key(|relation| {
            let observed = std::cmp::Reverse(!relation.observed.is_empty());
            (observed, std::cmp::Reverse(relation.links_total), relation.enterprise)
        });
        relations.truncate(bounds.relations);
        relations
    }

    /// Statements of supply by (downstream) or to (upstream) an enterprise that `lens` shows.
    pub(crate) fn observations(&self, here: Index, flow: Flow, lens: &Lens) -> Vec<Observation> {
        let others = match flow {
            Flow::Downstream => self.outgoing.of(here, EdgeKind::Supplies),
            Flow::Upstream => self.incoming.of(here, EdgeKind::Supplies),
        };
        let pairs = others.iter().map(|&other| match flow {
            Flow::Downstream => (here, other),
            Flow::Upstream => (other, here),
        });
        pairs
            .filter(|&(from, to)| self.shows_edge(lens, from, EdgeKind::Supplies, to))
            .flat_map(|pair| {
                let low = self.observed.partition_point(|seen| (seen.supplier, seen.buyer) < pair);
                let rest = &self.observed[low..];
                &rest[..rest.partition_point(|seen| (seen.supplier, seen.buyer) <= pair)]
            })
            .copied()
            .collect()
    }

    /// Counts derived supply pairs over all enterprises; use of a product as it is does not count.
    ///
    /// Time `O(e + l)` for `e` enterprises and `l` links; memory five bytes an enterprise and four
    /// a product, however many pairs there are.
    pub fn derived_supply(&self) -> DerivedSupply {
        let mut counted = DerivedSupply::default();
        let nodes = at(self.indexes(NodeKind::Product).end);
        // The last seller that led to a node, plus one: enterprises and products share the array.
        let mut reached = vec![0; nodes];
        let mut is_in_pair = vec![false; self.count(NodeKind::Enterprise)];
        for seller in self.indexes(NodeKind::Enterprise) {
            let stamp = seller + 1;
            for &sold in self.outgoing.of(seller, EdgeKind::Makes) {
                for &made in self.outgoing.material(sold) {
                    if std::mem::replace(&mut reached[at(made)], stamp) == stamp {
                        continue;
                    }
                    for &buyer in self.incoming.of(made, EdgeKind::Makes) {
                        if buyer == seller
                            || std::mem::replace(&mut reached[at(buyer)], stamp) == stamp
                        {
                            continue;
                        }
                        counted.pairs += 1;
                        is_in_pair[at(seller)] = true;
                        is_in_pair[at(buyer)] = true;
                    }
                }
            }
        }
        counted.enterprises = is_in_pair.iter().map(|&is_in| u64::from(is_in)).sum();
        counted
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::worlds;

    const ALL: SupplyBounds = SupplyBounds { relations: 100, links: 100 };

    #[test]
    fn suppliers_and_buyers_come_with_their_evidence() {
        let snapshot = worlds::tongzhou();
        let link = |material: u128, product: Option<u128>| ProductLink {
            material: material.into(),
            product: product.map(ProductId::from),
        };
        let relation = |firm: u128, observed: &[ObservedSupply], link| SupplyRelation {
            enterprise: firm.into(),
            observed: observed.to_vec(),
            links: vec![link],
            links_total: 1,
        };
        let seen = ObservedSupply { id: 1.into(), product: None, confidence_basis_points: 8000 };
        let ask =
            |firm: u128, flow, lens: &Lens| snapshot.supply_relations(firm.into(), flow, lens, ALL);
        let cloth = link(2, Some(3));
        assert_eq!(ask(1, Flow::Downstream, &Lens::All), [relation(2, &[seen], cloth)]);
        assert_eq!(ask(1, Flow::Downstream, &Lens::Public), [relation(2, &[], cloth)]);
        assert_eq!(ask(2, Flow::Upstream, &Lens::All), [relation(1, &[seen], cloth)]);
        assert_eq!(ask(4, Flow::Upstream, &Lens::All), [relation(3, &[], link(4, None))]);
        assert_eq!(ask(1, Flow::Downstream, &Lens::Nothing), []);
        assert_eq!(ask(9, Flow::Downstream, &Lens::All), []);
    }

    #[test]
    fn the_relation_with_most_links_comes_first_and_the_rest_is_counted() {
        use lianmeng_domain::product::ProductRole::Makes;
        let mut input = worlds::products(4, &[(1, 3), (1, 4), (2, 3)]);
        input.enterprises = worlds::named("firm", 3);
        input.enterprise_products = vec![
            worlds::row(1, 1, Makes),
            worlds::row(1, 2, Makes),
            worlds::row(2, 4, Makes),
            worlds::row(3, 3, Makes),
            worlds::row(3, 4, Makes),
        ];
        let snapshot = Snapshot::build(input);
        let bounds = SupplyBounds { relations: 1, links: 2 };
        let found = snapshot.supply_relations(1.into(), Flow::Downstream, &Lens::Public, bounds);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].enterprise, 3.into());
        assert_eq!((found[0].links.len(), found[0].links_total), (2, 3));
        assert_eq!(snapshot.derived_supply(), DerivedSupply { pairs: 2, enterprises: 3 });
    }

    proptest! {
        #[test]
        fn derived_pairs_are_those_of_brute_force(world in worlds::worlds()) {
            let pairs = world.derived_pairs();
            let firms: BTreeSet<u128> = pairs.iter().flat_map(|&(a, b)| [a, b]).collect();
            let want = DerivedSupply {
                pairs: u64::try_from(pairs.len()).unwrap(),
                enterprises: u64::try_from(firms.len()).unwrap(),
            };
            prop_assert_eq!(world.snapshot().derived_supply(), want);
        }

        #[test]
        fn relations_of_an_enterprise_are_its_pairs(world in worlds::worlds(), firm in 1..=8_u128) {
            let firm = firm.min(world.firms);
            let snapshot = world.snapshot();
            for flow in [Flow::Downstream, Flow::Upstream] {
                let found = snapshot.supply_relations(firm.into(), flow, &Lens::All, ALL);
                let got: BTreeSet<u128> =
                    found.iter().map(|relation| relation.enterprise.number()).collect();
                let want: BTreeSet<u128> = world
                    .supply_pairs()
                    .iter()
                    .filter_map(|&(supplier, buyer)| match flow {
                        Flow::Downstream => (supplier == firm).then_some(buyer),
                        Flow::Upstream => (buyer == firm).then_some(supplier),
                    })
                    .collect();
                prop_assert_eq!(got.len(), found.len());
                prop_assert_eq!(got, want);
            }
        }
    }
}
