//! What two enterprises have to do with each other: suppliers they share, products they compete with,
//! and who owns whom.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use lianmeng_domain::ids::{EnterpriseId, ProductId};

use crate::component::wide;
use crate::edge::{EdgeKind, Flow};
use crate::flat::Index;
use crate::lens::Lens;
use crate::node::NodeRef;
use crate::search::IndexSet;
use crate::snapshot::Snapshot;
use crate::supply::SupplyBounds;

/// Products named for one competitor.
const NAMED: usize = 10;
/// Most owners one above the other; a longer chain is taken for a mistake in the data.
const MOST_OWNERS: usize = 100;

/// How a supplier is known to supply, or able to supply, somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SupplyEvidence {
    /// Whether it was seen, as far as the caller sees that.
    pub is_observed: bool,
    /// Products that connect the two.
    pub links: usize,
}

/// A supplier of two enterprises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommonSupplier {
    /// The supplier.
    pub enterprise: EnterpriseId,
    /// How it is known for the first.
    pub of_one: SupplyEvidence,
    /// How it is known for the other.
    pub of_other: SupplyEvidence,
}

/// An enterprise that makes the same products.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Competitor {
    /// Who.
    pub enterprise: EnterpriseId,
    /// How many products both make.
    pub shared: usize,
    /// Shared products among all that one or both make, in basis points, rounded down (Jaccard 1901).
    pub overlap_basis_points: usize,
    /// Shared products by id, at most ten.
    pub products: Vec<ProductId>,
}

/// A step along ownership.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnershipStep {
    /// The enterprise the step leads to.
    pub enterprise: EnterpriseId,
    /// Whether it owns the one before; else it is owned by it.
    pub is_owner: bool,
}

impl Snapshot {
    /// Up to `limit` suppliers of two enterprises, observed as far as `lens` shows it or able to by what
    /// they make: those seen at both first, then at one, then by the number of links, then by id.
    ///
    /// Time `O(l log l)` for the links of the two.
    pub fn common_suppliers(
        &self,
        (one, other): (EnterpriseId, EnterpriseId),
        lens: &Lens,
        limit: usize,
    ) -> Vec<CommonSupplier> {
        let of_one = self.evidence_of(one, lens);
        let of_other = self.evidence_of(other, lens);
        let mut found: Vec<CommonSupplier> = of_one
            .into_iter()
            .filter(|(enterprise, _)| *enterprise != other)
            .filter_map(|(enterprise, of_one)| {
                let of_other = *of_other.get(&enterprise)?;
                Some(CommonSupplier { enterprise, of_one, of_other })
            })
            .collect();
        found.sort_by_key(|common| {
            let both = [common.of_one, common.of_other];
            let seen = both.iter().filter(|of| of.is_observed).count();
            let links: usize = both.iter().map(|of| of.links).sum();
            (Reverse((seen, links)), common.enterprise)
        });
        found.truncate(limit);
        found
    }

    fn evidence_of(
        &self,
        enterprise: EnterpriseId,
        lens: &Lens,
    ) -> BTreeMap<EnterpriseId, SupplyEvidence> {
        let bounds = SupplyBounds { relations: usize::MAX, links: 0 };
        let found = self.supply_relations(enterprise, Flow::Upstream, lens, bounds);
        let evidence = found.into_iter().map(|relation| {
            let is_observed = !relation.observed.is_empty();
            (relation.enterprise, SupplyEvidence { is_observed, links: relation.links_total })
        });
        evidence.collect()
    }

    /// Up to `limit` enterprises that make products of `enterprise` too: most shared products first, then
    /// the largest overlap, then by id. What everybody makes is public, so no lens is asked.
    ///
    /// Time `O(m log m)` for the makers of its products.
    pub fn competitors(&self, enterprise: EnterpriseId, limit: usize) -> Vec<Competitor> {
        let Some(here) = self.index(NodeRef::Enterprise(enterprise)) else { return Vec::new() };
        let made = self.outgoing.of(here, EdgeKind::Makes);
        let mut shared: BTreeMap<Index, Vec<Index>> = BTreeMap::new();
        for &product in made {
            for &maker in self.incoming.of(product, EdgeKind::Makes) {
                if maker != here {
                    shared.entry(maker).or_default().push(product);
                }
            }
        }
        let mut found: Vec<Competitor> = shared
            .into_iter()
            .map(|(maker, products)| {
                let theirs = self.outgoing.of(maker, EdgeKind::Makes).len();
                let all = made.len() + theirs - products.len();
                Competitor {
                    enterprise: self.enterprise(maker),
                    shared: products.len(),
                    overlap_basis_points: products.len() * 10_000 / all.max(1),
                    products: products.iter().take(NAMED).map(|&p| self.product(p)).collect(),
                }
            })
            .collect();
        found.sort_by_key(|one| (Reverse((one.shared, one.overlap_basis_points)), one.enterprise));
        found.truncate(limit);
        found
    }

    /// The way from one enterprise to another along ownership, without its start: up to the nearest common
    /// owner, then down; empty if both are the same, `None` if nobody owns both or one is unknown.
    ///
    /// Ownership is a tree of its own and says nothing of Party affiliation. Time `O(d log n)` for the
    /// owners above the two; at most a hundred are followed.
    pub fn ownership_path(
        &self,
        one: EnterpriseId,
        other: EnterpriseId,
    ) -> Option<Vec<OwnershipStep>> {
        let up = self.owners(self.index(NodeRef::Enterprise(one))?);
        let down = self.owners(self.index(NodeRef::Enterprise(other))?);
        let meets = |owner: &Index| down.iter().position(|other| other == owner);
        let (high, low) =
            up.iter().enumerate().find_map(|(at, owner)| Some((at, meets(owner)?)))?;
        let step = |is_owner| {
            move |&firm: &Index| OwnershipStep { enterprise: self.enterprise(firm), is_owner }
        };
        let mut way: Vec<OwnershipStep> = up.iter().skip(1).take(high).map(step(true)).collect();
        way.extend(down.iter().take(low).rev().map(step(false)));
        Some(way)
    }

    /// An enterprise, its owner, that one's owner, and so on.
    fn owners(&self, firm: Index) -> Vec<Index> {
        let mut chain = vec![firm];
        while let Some(&last) = chain.last() {
            // A parent is one by the registry; of several the first counts.
            match self.incoming.of(last, EdgeKind::Owns) {
                [owner, ..] if !chain.contains(owner) && chain.len() < MOST_OWNERS => {
                    chain.push(*owner);
                }
                [..] => break,
            }
        }
        chain
    }

    /// How many different enterprises are reached for the first time in each of `steps` steps over observed
    /// supply that `lens` shows, towards suppliers or buyers; `None` if the enterprise is unknown.
    ///
    /// Numbers only, no names: what follows from products is public and is left out, so that a number tells
    /// of what was seen and of nothing else. Time `O(r)` for the edges within reach.
    pub fn tiers(
        &self,
        enterprise: EnterpriseId,
        flow: Flow,
        lens: &Lens,
        steps: u32,
    ) -> Option<Vec<u64>> {
        let here = self.index(NodeRef::Enterprise(enterprise))?;
        let mut seen = IndexSet::from_iter([here]);
        let mut layer = vec![here];
        let mut tiers = Vec::new();
        for _ in 0..steps {
            let mut next = Vec::new();
            for &firm in &layer {
                let (adjacency, is_downstream) = match flow {
                    Flow::Upstream => (&self.incoming, false),
                    Flow::Downstream => (&self.outgoing, true),
                };
                for &other in adjacency.of(firm, EdgeKind::Supplies) {
                    let (from, to) = if is_downstream { (firm, other) } else { (other, firm) };
                    if self.shows_edge(lens, from, EdgeKind::Supplies, to) && seen.insert(other) {
                        next.push(other);
                    }
                }
            }
            tiers.push(wide(next.len()));
            layer = next;
        }
        Some(tiers)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::worlds;

    fn step(firm: u128, is_owner: bool) -> OwnershipStep {
        OwnershipStep { enterprise: firm.into(), is_owner }
    }

    #[test]
    fn ownership_goes_up_to_the_common_owner_and_down_again() {
        let mut input = worlds::home_textile();
        // 1 owns 5 owns 6; 1 owns 2; 3 and 4 own each other by mistake.
        input.parents.extend([(2.into(), 1.into()), (3.into(), 4.into()), (4.into(), 3.into())]);
        let graph = Snapshot::build(input);
        let way = |one: u128, other: u128| graph.ownership_path(one.into(), other.into());
        assert_eq!(way(6, 2), Some(vec![step(5, true), step(1, true), step(2, false)]));
        assert_eq!(way(1, 6), Some(vec![step(5, false), step(6, false)]));
        assert_eq!(way(6, 6), Some(vec![]));
        assert_eq!(way(3, 4), Some(vec![step(4, false)]), "a circle ends");
        assert_eq!((way(3, 1), way(1, 9)), (None, None));
    }

    #[test]
    fn common_suppliers_come_with_the_evidence_for_each() {
        let mut input = worlds::home_textile();
        input.supply_edges.extend([worlds::supply(2, 6, 2), worlds::supply(3, 6, 3)]);
        input.supply_edges.push(worlds::supply(4, 1, 3));
        let graph = Snapshot::build(input);
        let common = |lens| graph.common_suppliers((2.into(), 3.into()), &lens, 9);
        let seen = |links| SupplyEvidence { is_observed: true, links };
        let first = CommonSupplier { enterprise: 1.into(), of_one: seen(1), of_other: seen(0) };
        let second = CommonSupplier { enterprise: 6.into(), of_one: seen(0), of_other: seen(0) };
        assert_eq!(common(Lens::All), [first, second]);
        assert_eq!(common(Lens::Public), [], "what was seen is hidden");
    }

    #[test]
    fn tiers_are_counted_and_not_named() {
        let mut input = worlds::home_textile();
        let edges = [(2, 3), (5, 3), (1, 5), (3, 1)];
        input.supply_edges.extend((2..).zip(edges).map(|(id, (a, b))| worlds::supply(id, a, b)));
        let graph = Snapshot::build(input);
        let tiers = |firm: u128, flow, lens: &Lens| graph.tiers(firm.into(), flow, lens, 3);
        assert_eq!(tiers(3, Flow::Upstream, &Lens::All), Some(vec![2, 1, 0]));
        assert_eq!(tiers(1, Flow::Downstream, &Lens::All), Some(vec![2, 1, 0]));
        assert_eq!(tiers(4, Flow::Upstream, &Lens::All), Some(vec![0, 0, 0]), "by products alone");
        assert_eq!(tiers(3, Flow::Upstream, &Lens::Public), Some(vec![0, 0, 0]));
        assert_eq!(tiers(9, Flow::Upstream, &Lens::All), None);
    }

    proptest! {
        #[test]
        fn competitors_share_products_as_brute_force_says(
            world in worlds::worlds(), firm in 1..=8_u128,
        ) {
            let firm = firm.min(world.firms);
            let of = |firm: u128| -> BTreeSet<u128> {
                world.makes.iter().filter(|(f, _)| *f == firm).map(|(_, of)| *of).collect()
            };
            let own = of(firm);
            let mut want: Vec<_> = (1..=world.firms)
                .filter(|&other| other != firm)
                .map(|other| (other, own.intersection(&of(other)).count()))
                .filter(|(_, shared)| *shared > 0)
                .map(|(other, shared)| {
                    (Reverse((shared, shared * 10_000 / own.union(&of(other)).count())), other)
                })
                .collect();
            want.sort_unstable();
            let got: Vec<_> = world.snapshot().competitors(firm.into(), 100).iter()
                .map(|c| (Reverse((c.shared, c.overlap_basis_points)), c.enterprise.number()))
                .collect();
            prop_assert_eq!(got, want);
        }

        #[test]
        fn common_suppliers_are_those_of_both(
            world in worlds::worlds(), one in 1..=8_u128, other in 1..=8_u128,
        ) {
            let (one, other) = (one.min(world.firms), other.min(world.firms));
            let pairs = world.supply_pairs();
            let of = |buyer: u128| -> BTreeSet<u128> {
                pairs.iter().filter(|(_, b)| *b == buyer).map(|(s, _)| *s).collect()
            };
            let want: BTreeSet<u128> =
                of(one).intersection(&of(other)).copied().filter(|s| *s != other).collect();
            let graph = world.snapshot();
            let found = graph.common_suppliers((one.into(), other.into()), &Lens::All, 100);
            let got: BTreeSet<u128> = found.iter().map(|one| one.enterprise.number()).collect();
            prop_assert_eq!(got, want);
        }
    }
}
