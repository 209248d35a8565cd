//! From the picture of the chains to a net of plain numbers, and back.

use super::{Net, Node};
use crate::edge::{EdgeKind, Flow};
use crate::flat::{Index, at};
use crate::lens::Lens;
use crate::node::{NodeKind, NodeRef};
use crate::search::{Expansion, IndexSet};
use crate::snapshot::Snapshot;

/// A net and what its nodes stand for.
#[derive(Debug)]
pub struct Projection<'a> {
    /// The net.
    pub net: Net,
    graph: &'a Snapshot,
    /// First index of each kind taken, and the number of its first node, rising.
    parts: Vec<(Index, Node)>,
    kinds: Vec<NodeKind>,
}

impl Snapshot {
    /// Nodes of some kinds and the edges of some kinds between them; all kinds where empty. Nodes
    /// keep their order: by kind, then by id.
    ///
    /// What it holds is not narrowed by a [`Lens`]: only figures of the whole may leave it. Time
    /// `O(n + m)`.
    pub fn project(&self, nodes: &[NodeKind], edges: &[EdgeKind]) -> Projection<'_> {
        let mut projection = self.parts(nodes);
        let mut list = Vec::new();
        for (place, from) in (0..).zip(projection.indexes()) {
            for (kind, to) in self.outgoing.all(from) {
                if (edges.is_empty() || edges.contains(&kind))
                    && let Some(to) = projection.place_of(to)
                {
                    list.push((place, to));
                }
            }
        }
        projection.fill(&list);
        projection
    }

    /// Enterprises, with an edge from supplier to buyer where one was seen to supply the other, or,
    /// if `with_derived`, where it follows from what both make and use.
    ///
    /// Time `O(n + l)` for `l` links between products and those who make and use them; not narrowed by
    /// a [`Lens`] either.
    pub fn project_supply(&self, with_derived: bool) -> Projection<'_> {
        let mut projection = self.parts(&[NodeKind::Enterprise]);
        let mut list = Vec::new();
        let mut seen = IndexSet::default();
        for (place, from) in (0..).zip(projection.indexes()) {
            let mut add = |to| list.extend(projection.place_of(to).map(|to| (place, to)));
            self.outgoing.of(from, EdgeKind::Supplies).iter().copied().for_each(&mut add);
            if with_derived {
                seen.clear();
                let mut expansion = Expansion::once(&Lens::All);
                self.derived_steps(from, Flow::Downstream, &mut expansion, &mut |to, _| {
                    if seen.insert(to) {
                        add(to);
                    }
                    true
                });
            }
        }
        projection.fill(&list);
        projection
    }

    fn parts(&self, nodes: &[NodeKind]) -> Projection<'_> {
        let is_in = |kind: &&NodeKind| nodes.is_empty() || nodes.contains(kind);
        let kinds: Vec<NodeKind> = NodeKind::ALL.iter().filter(is_in).copied().collect();
        let mut parts = Vec::with_capacity(kinds.len());
        let mut next = 0;
        for &kind in &kinds {
            let range = self.indexes(kind);
            parts.push((range.start, next));
            next += range.end - range.start;
        }
        let net = Net::from_rows(super::Rows {
            offsets: vec![0; at(next) + 1],
            ..super::Rows::default()
        });
        Projection { net, graph: self, parts, kinds }
    }
}

impl Projection<'_> {
    /// Lays the edges flat; their ends come from [`Self::place_of`].
    fn fill(&mut self, edges: &[(Node, Node)]) {
        // More edges than a snapshot can hold do not arise, and every end is known.
        if let Ok(net) = Net::new(self.net.nodes(), edges) {
            self.net = net;
        }
    }

    /// Indexes of the nodes in their order.
    fn indexes(&self) -> impl Iterator<Item = Index> + use<> {
        let ranges: Vec<_> = self.kinds.iter().map(|&kind| self.graph.indexes(kind)).collect();
        ranges.into_iter().flatten()
    }

    /// The number of the node with this index.
    fn place_of(&self, index: Index) -> Option<Node> {
        let kind = self.graph.kind(index);
        let part = self.kinds.iter().position(|&taken| taken == kind)?;
        let (start, first) = self.parts[part];
        Some(index - start + first)
    }

    /// The number of `node` in the net; `None` if it was not taken.
    pub fn place(&self, node: NodeRef) -> Option<Node> {
        self.place_of(self.graph.index(node)?)
    }

    /// What `place` stands for; `None` if the net has no such node.
    pub fn node(&self, place: Node) -> Option<NodeRef> {
        if place >= self.net.nodes() {
            return None;
        }
        let part = self.parts.iter().rposition(|&(_, first)| first <= place)?;
        let (start, first) = self.parts[part];
        Some(self.graph.node(place - first + start))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::worlds::{self, enterprise, product};

    #[test]
    fn chosen_kinds_keep_their_order_and_can_be_found_again() {
        let graph = worlds::tongzhou();
        let makes = graph.project(&[NodeKind::Product, NodeKind::Enterprise], &[EdgeKind::Makes]);
        assert_eq!((makes.net.nodes(), makes.net.edges()), (10, 4));
        assert_eq!(makes.place(product(1)), Some(6));
        assert_eq!(makes.node(6), Some(product(1)));
        assert_eq!((makes.node(10), makes.place(NodeRef::Task(1.into()))), (None, None));
        assert_eq!(makes.net.successors(0), [6, 7]);
        let all = graph.project(&[], &[]);
        assert_eq!(all.net.nodes(), 16);
        for place in 0..16 {
            assert_eq!(all.place(all.node(place).unwrap()), Some(place));
        }
        let seen = graph.project_supply(false);
        assert_eq!((seen.net.edges(), seen.node(1)), (1, Some(enterprise(2))));
        assert_eq!(graph.project_supply(true).net.edges(), 3);
    }

    proptest! {
        #[test]
        fn supply_is_that_of_the_rows(world in worlds::worlds()) {
            let graph = world.snapshot();
            let supply = graph.project_supply(true);
            let pairs: BTreeSet<(u128, u128)> = (0..supply.net.nodes())
                .flat_map(|from| supply.net.successors(from).iter().map(move |&to| (from, to)))
                .map(|(from, to)| (u128::from(from) + 1, u128::from(to) + 1))
                .collect();
            prop_assert_eq!(pairs, world.supply_pairs());
        }
    }
}
