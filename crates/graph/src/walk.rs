//! Upstream and downstream, step by step, with the way to each thing found.

use lianmeng_domain::ids::ProductId;

use crate::edge::{EdgeKind, Flow};
use crate::flat::Index;
use crate::lens::Lens;
use crate::node::{NodeKind, NodeRef};
use crate::search::{Expansion, Hop, RawLink, Search, Stage};
use crate::snapshot::Snapshot;

/// What connects two nodes that follow each other on a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Via {
    /// One edge of the graph.
    Edge {
        /// What it means.
        kind: EdgeKind,
        /// Whether it is walked from its start to its end.
        is_forward: bool,
    },
    /// A supply relation between two enterprises that follows from what they make and use.
    Derived {
        /// What connects them.
        link: ProductLink,
        /// Whether it is walked from supplier to buyer.
        is_forward: bool,
    },
}

/// Why one enterprise could supply another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProductLink {
    /// What the supplier makes.
    pub material: ProductId,
    /// What the buyer makes of it; `None` where the buyer is known to use the material itself.
    pub product: Option<ProductId>,
}

/// One step of a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    /// What leads to the node.
    pub via: Via,
    /// Where the step ends.
    pub node: NodeRef,
}

/// A node found by a walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The node.
    pub node: NodeRef,
    /// One shortest way to it, without the start: as many steps as it is away.
    pub path: Vec<Step>,
}

/// How far a walk goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Most steps from the start.
    pub depth: u32,
    /// Most nodes to find.
    pub limit: usize,
}

impl Snapshot {
    /// Walks upstream or downstream from a product or an enterprise, nearest first, in each layer
    /// in the order of the nodes before, then by id.
    ///
    /// From a product a step is a material edge. From an enterprise a step is a supply relation:
    /// observed supply that `lens` shows, or what follows from products (a product one makes is,
    /// by one material edge, a material of one the other makes; or the other uses it). `None` if
    /// the start is another kind of node, unknown or hidden.
    ///
    /// Time `O(r)` for the `r` edges within reach; each product is expanded once.
    pub fn walk(
        &self,
        start: NodeRef,
        flow: Flow,
        lens: &Lens,
        bounds: Bounds,
    ) -> Option<Vec<Found>> {
        let from = self.index(start).filter(|&index| self.shows_node(lens, index))?;
        let mut search = Search::new(from);
        let mut expansion = Expansion::once(lens);
        let mut layer = vec![from];
        for _ in 0..bounds.depth {
            let mut next = Vec::new();
            for &here in &layer {
                let mut visit = |node, hop| {
                    let is_open = search.found.len() < bounds.limit;
                    if is_open && search.reach(here, node, hop) {
                        next.push(node);
                    }
                    is_open
                };
                match start.kind() {
                    NodeKind::Product => self.product_steps(here, flow, &mut visit),
                    NodeKind::Enterprise => {
                        self.supply_steps(here, flow, &mut expansion, &mut visit);
                    }
                    NodeKind::Segment
                    | NodeKind::Chain
                    | NodeKind::Committee
                    | NodeKind::Alliance
                    | NodeKind::Task
                    | NodeKind::Organisation => return None,
                }
            }
            layer = next;
        }
        let found = search
            .found
            .iter()
            .map(|&node| Found { node: self.node(node), path: search.path(self, node) });
        Some(found.collect())
    }

    /// Offers `visit` each product one material edge away, until it answers `false`.
    fn product_steps(&self, here: Index, flow: Flow, visit: &mut dyn FnMut(Index, Hop) -> bool) {
        let (adjacency, is_forward) = match flow {
            Flow::Upstream => (&self.incoming, false),
            Flow::Downstream => (&self.outgoing, true),
        };
        for kind in [EdgeKind::MaterialOf, EdgeKind::MadeInto] {
            for &product in adjacency.of(here, kind) {
                if !visit(product, Hop::Edge { kind, is_forward }) {
                    return;
                }
            }
        }
    }

    /// Offers `visit` each enterprise one supply relation away, until it answers `false`: observed
    /// relations first, then those that follow from products.
    ///
    /// `expansion` remembers the products behind which everybody has been offered already.
    pub(crate) fn supply_steps(
        &self,
        here: Index,
        flow: Flow,
        expansion: &mut Expansion<'_>,
        visit: &mut dyn FnMut(Index, Hop) -> bool,
    ) {
        let is_forward = flow == Flow::Downstream;
        let observed = Hop::Edge { kind: EdgeKind::Supplies, is_forward };
        for &other in self.beside(here, EdgeKind::Supplies, flow) {
            let (from, to) = if is_forward { (here, other) } else { (other, here) };
            if self.shows_edge(expansion.lens, from, EdgeKind::Supplies, to)
                && !visit(other, observed)
            {
                return;
            }
        }
        self.derived_steps(here, flow, expansion, &mut |other, link| {
            visit(other, Hop::Derived { link, is_forward })
        });
    }

    /// Offers `visit` each enterprise that supplies or buys by what both make and use.
    pub(crate) fn derived_steps(
        &self,
        here: Index,
        flow: Flow,
        expansion: &mut Expansion<'_>,
        visit: &mut dyn FnMut(Index, RawLink) -> bool,
    ) {
        // What the enterprise hands on (downstream) or needs as it is (upstream), and who stands
        // directly at the other end of it.
        let (own, others) = match flow {
            Flow::Downstream => (EdgeKind::Makes, EdgeKind::Uses),
            Flow::Upstream => (EdgeKind::Uses, EdgeKind::Makes),
        };
        for &product in self.outgoing.of(here, own) {
            if !expansion.first(flow, Stage::Direct, product) {
                continue;
            }
            let link = RawLink { material: product, product: None };
            for &other in self.incoming.of(product, others) {
                if other != here && !visit(other, link) {
                    return;
                }
            }
        }
        for &product in self.outgoing.of(here, EdgeKind::Makes) {
            if !expansion.first(flow, Stage::Own, product) {
                continue;
            }
            for &beyond in self.materials(product, flow) {
                if !expansion.first(flow, Stage::Beyond, beyond) {
                    continue;
                }
                let (material, into) = match flow {
                    Flow::Upstream => (beyond, product),
                    Flow::Downstream => (product, beyond),
                };
                let link = RawLink { material, product: Some(into) };
                for &other in self.incoming.of(beyond, EdgeKind::Makes) {
                    if other != here && !visit(other, link) {
                        return;
                    }
                }
            }
        }
    }

    /// Neighbours over edges of one kind, along the flow.
    fn beside(&self, here: Index, kind: EdgeKind, flow: Flow) -> &[Index] {
        match flow {
            Flow::Upstream => self.incoming.of(here, kind),
            Flow::Downstream => self.outgoing.of(here, kind),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::worlds::{self, enterprise, product};

    const FAR: Bounds = Bounds { depth: 6, limit: 100 };

    fn material(n: u128) -> Step {
        let via = Via::Edge { kind: EdgeKind::MaterialOf, is_forward: true };
        Step { via, node: product(n) }
    }

    fn derived(firm: u128, material: u128, into: Option<u128>) -> Step {
        let link = ProductLink { material: material.into(), product: into.map(ProductId::from) };
        Step { via: Via::Derived { link, is_forward: true }, node: enterprise(firm) }
    }

    #[test]
    fn a_product_is_followed_to_everything_made_of_it() {
        let snapshot = worlds::tongzhou();
        let found = snapshot.walk(product(1), Flow::Downstream, &Lens::Public, FAR).unwrap();
        let want = [
            Found { node: product(2), path: vec![material(2)] },
            Found { node: product(3), path: vec![material(2), material(3)] },
            Found { node: product(4), path: vec![material(2), material(3), material(4)] },
        ];
        assert_eq!(found, want);
        let upstream = snapshot.walk(product(3), Flow::Upstream, &Lens::Public, FAR).unwrap();
        let nodes: Vec<_> = upstream.iter().map(|found| found.node).collect();
        assert_eq!(nodes, [product(2), product(1)]);
        let back = Via::Edge { kind: EdgeKind::MaterialOf, is_forward: false };
        assert_eq!(upstream[0].path, [Step { via: back, node: product(2) }]);
    }

    #[test]
    fn an_enterprise_is_followed_to_its_buyers_with_the_products_that_connect_them() {
        let snapshot = worlds::tongzhou();
        let found = snapshot.walk(enterprise(1), Flow::Downstream, &Lens::Public, FAR).unwrap();
        let cloth = derived(2, 2, Some(3));
        let bedding = derived(3, 3, Some(4));
        let hotel = derived(4, 4, None);
        let want = [
            Found { node: enterprise(2), path: vec![cloth] },
            Found { node: enterprise(3), path: vec![cloth, bedding] },
            Found { node: enterprise(4), path: vec![cloth, bedding, hotel] },
        ];
        assert_eq!(found, want);
    }

    #[test]
    fn observed_supply_is_a_step_for_those_who_may_see_it() {
        let snapshot = worlds::tongzhou();
        let first = |lens: &Lens| {
            let found = snapshot.walk(enterprise(1), Flow::Downstream, lens, FAR).unwrap();
            found[0].path[0].via
        };
        let observed = Via::Edge { kind: EdgeKind::Supplies, is_forward: true };
        assert_eq!(first(&Lens::All), observed);
        assert_eq!(
            first(&snapshot.lens(&lianmeng_domain::policy::Visibility::Enterprise(2.into()))),
            observed
        );
        assert!(matches!(first(&Lens::Public), Via::Derived { .. }));
    }

    #[test]
    fn depth_and_limit_cut_the_walk_and_other_kinds_have_no_flow() {
        let snapshot = worlds::tongzhou();
        let count = |depth, limit| {
            let bounds = Bounds { depth, limit };
            snapshot.walk(product(1), Flow::Downstream, &Lens::All, bounds).map(|f| f.len())
        };
        assert_eq!(
            [count(0, 9), count(2, 9), count(9, 1), count(9, 0)],
            [Some(0), Some(2), Some(1), Some(0)]
        );
        let walk = |node, lens: &Lens| snapshot.walk(node, Flow::Upstream, lens, FAR);
        assert_eq!(walk(NodeRef::Chain(1.into()), &Lens::All), None);
        assert_eq!(walk(product(9), &Lens::All), None);
        assert_eq!(walk(product(1), &Lens::Nothing), None);
    }

    /// Whether each step of a way is a supply relation of the world.
    fn holds(world: &worlds::World, start: u128, path: &[Step], flow: Flow) -> bool {
        let mut here = start;
        path.iter().all(|step| {
            let there = step.node.number();
            let pair = match flow {
                Flow::Downstream => (here, there),
                Flow::Upstream => (there, here),
            };
            here = there;
            match step.via {
                Via::Edge { kind, .. } => {
                    kind == EdgeKind::Supplies && world.supplies.contains(&pair)
                }
                Via::Derived { link, .. } => {
                    let sold = link.material.number();
                    world.makes.contains(&(pair.0, sold))
                        && match link.product.map(ProductId::number) {
                            None => world.uses.contains(&(pair.1, sold)),
                            Some(into) => {
                                world.makes.contains(&(pair.1, into))
                                    && world.materials.contains(&(sold, into))
                            }
                        }
                }
            }
        })
    }

    proptest! {
        #[test]
        fn every_enterprise_in_reach_is_found_by_a_shortest_way_that_holds(
            world in worlds::worlds(), start in 1..=8_u128, depth in 0..5_u32,
        ) {
            let start = start.min(world.firms);
            let snapshot = world.snapshot();
            let pairs = world.supply_pairs();
            let reversed = pairs.iter().map(|&(from, to)| (to, from)).collect();
            for (flow, pairs) in [(Flow::Downstream, &pairs), (Flow::Upstream, &reversed)] {
                let bounds = Bounds { depth, limit: 100 };
                let found = snapshot.walk(enterprise(start), flow, &Lens::All, bounds).unwrap();
                let mut got = Vec::new();
                for one in &found {
                    prop_assert!(holds(&world, start, &one.path, flow), "{one:?}");
                    prop_assert_eq!(one.path.last().map(|step| step.node), Some(one.node));
                    got.push((one.node.number(), u32::try_from(one.path.len()).unwrap()));
                }
                prop_assert!(got.is_sorted_by_key(|(_, steps)| *steps));
                got.sort_unstable();
                let mut want = worlds::distances(pairs, start);
                want.retain(|&(_, steps)| steps > 0 && steps <= depth);
                want.sort_unstable();
                prop_assert_eq!(got, want);
            }
        }
    }
}
