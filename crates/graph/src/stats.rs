//! The graph in numbers.

use crate::component::wide;
use crate::edge::EdgeKind;
use crate::net::Net;
use crate::node::NodeKind;
use crate::snapshot::Snapshot;

/// The graph in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    /// Nodes of each kind, in the order of the kinds.
    pub nodes: Vec<(NodeKind, u64)>,
    /// Edges of each kind, in the order of the kinds.
    pub edges: Vec<(EdgeKind, u64)>,
    /// Weakly connected components over all three kinds of product edges, among products with an
    /// edge.
    pub product_components: u64,
    /// Products of the largest one; 0 if there is none.
    pub largest_product_component: u64,
    /// Ordered pairs of different enterprises of which the first makes a product that is, by one
    /// material edge, a material of a product the second makes.
    pub derived_supply_pairs: u64,
    /// Enterprises that stand in such a pair.
    pub derived_supply_enterprises: u64,
    /// Strongly connected components of two or more products over material edges.
    pub material_cycles: u64,
    /// Products of the largest one; 0 if there is none.
    pub largest_material_cycle: u64,
    /// What holds products together, over all three kinds of product edges.
    pub product_shape: Shape,
    /// What holds enterprises together, over observed supply.
    pub supply_shape: Shape,
    /// Enterprises at an end of an observed supply edge.
    pub supply_enterprises: u64,
    /// Enterprises with a cooperation task.
    pub task_enterprises: u64,
}

/// What runs in circles in a net, and what it would fall apart without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shape {
    /// Groups of two or more nodes each of which reaches every other.
    pub strong_groups: u64,
    /// Nodes of the largest one; 0 if there is none.
    pub largest_strong_group: u64,
    /// Nodes without which a piece falls apart, edges read without direction.
    pub cut_points: u64,
    /// Pairs of neighbours without whose edges a piece falls apart.
    pub bridges: u64,
}

impl Shape {
    /// Time linear in nodes and edges.
    fn of(net: &Net) -> Self {
        let sizes = net.strong_pieces().sizes;
        let groups = || sizes.iter().copied().filter(|&size| size > 1);
        let cuts = net.ties().cuts();
        Self {
            strong_groups: wide(groups().count()),
            largest_strong_group: groups().max().map_or(0, u64::from),
            cut_points: wide(cuts.nodes.len()),
            bridges: wide(cuts.bridges.len()),
        }
    }
}

impl Snapshot {
    /// Counts everything once. Time linear in nodes, edges and supply links; keep the result
    /// beside the snapshot where it is asked for often.
    pub fn stats(&self) -> Stats {
        let components = self.components(EdgeKind::PRODUCT);
        let supply = self.derived_supply();
        let cycles = self.material_cycles();
        let counts = self.outgoing.counts();
        Stats {
            nodes: NodeKind::ALL.iter().map(|&kind| (kind, wide(self.count(kind)))).collect(),
            edges: EdgeKind::ALL.iter().copied().zip(counts).collect(),
            product_components: wide(components.count()),
            largest_product_component: components.largest(),
            derived_supply_pairs: supply.pairs,
            derived_supply_enterprises: supply.enterprises,
            material_cycles: cycles.count,
            largest_material_cycle: cycles.largest,
            product_shape: Shape::of(&self.project(&[NodeKind::Product], EdgeKind::PRODUCT).net),
            supply_shape: Shape::of(&self.project_supply(false).net),
            supply_enterprises: self.linked(&[EdgeKind::Supplies]),
            task_enterprises: self.linked(&[EdgeKind::TaskOwner, EdgeKind::TaskCounterpart]),
        }
    }

    /// How many enterprises stand at either end of an edge of one of these kinds.
    fn linked(&self, kinds: &[EdgeKind]) -> u64 {
        let has = |at| {
            let has_any = |&kind| {
                let (out, into) = (self.outgoing.of(at, kind), self.incoming.of(at, kind));
                !out.is_empty() || !into.is_empty()
            };
            kinds.iter().any(has_any)
        };
        self.indexes(NodeKind::Enterprise).map(|at| u64::from(has(at))).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds;

    #[test]
    fn a_small_world_is_counted_exactly() {
        let stats = worlds::tongzhou().stats();
        let nodes: Vec<u64> = stats.nodes.iter().map(|(_, count)| *count).collect();
        assert_eq!(nodes, [6, 4, 1, 1, 1, 1, 1, 1]);
        let edges: Vec<u64> = stats.edges.iter().map(|(_, count)| *count).collect();
        assert_eq!(edges, [3, 0, 0, 4, 1, 1, 2, 1, 1, 1, 1, 2, 1, 1, 2, 1, 1, 1]);
        assert_eq!((stats.product_components, stats.largest_product_component), (1, 4));
        assert_eq!((stats.derived_supply_pairs, stats.derived_supply_enterprises), (2, 3));
        assert_eq!((stats.material_cycles, stats.largest_material_cycle), (0, 0));
        // Cotton → yarn → cloth → bedding hang on one thread; one enterprise supplies another.
        let chain = Shape { strong_groups: 0, largest_strong_group: 0, cut_points: 2, bridges: 3 };
        assert_eq!(stats.product_shape, chain);
        assert_eq!(stats.supply_shape, Shape { bridges: 1, ..Shape::default() });
        assert_eq!((stats.supply_enterprises, stats.task_enterprises), (2, 2));
    }
}
