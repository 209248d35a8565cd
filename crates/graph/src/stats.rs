//! The graph in numbers.

use crate::component::wide;
use crate::edge::EdgeKind;
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
    /// Enterprises at an end of an observed supply edge.
    pub supply_enterprises: u64,
    /// Enterprises with a cooperation task.
    pub task_enterprises: u64,
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
        assert_eq!((stats.supply_enterprises, stats.task_enterprises), (2, 2));
    }
}
