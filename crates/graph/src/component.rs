//! Pieces of the graph that hang together, and cycles of production.

use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::unionfind::UnionFind;

use crate::edge::EdgeKind;
use crate::flat::{Index, at};
use crate::node::{NodeKind, NodeRef};
use crate::snapshot::Snapshot;

/// The weakly connected components over some kinds of edges, among the nodes with such an edge.
#[derive(Debug)]
pub struct Components {
    /// Number of the component of each node, from 1; 0 for a node without an edge.
    of: Vec<u32>,
    /// Nodes of each component; the first one is that of number 1.
    sizes: Vec<u64>,
}

/// How many cycles of production there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MaterialCycles {
    /// Strongly connected components of two or more products over material edges.
    pub count: u64,
    /// Products of the largest one; 0 if there is none.
    pub largest: u64,
}

impl Components {
    /// How many components there are.
    pub fn count(&self) -> usize {
        self.sizes.len()
    }

    /// Nodes of the largest component; 0 if there is none.
    pub fn largest(&self) -> u64 {
        self.sizes.iter().copied().max().unwrap_or_default()
    }
}

impl Snapshot {
    /// Components over edges of `kinds`, whichever way they point; all kinds if empty.
    ///
    /// Time nearly linear in nodes and edges; eight bytes a node.
    pub fn components(&self, kinds: &[EdgeKind]) -> Components {
        let count = at(self.len());
        let mut union = UnionFind::<Index>::new(count);
        let mut has_edge = vec![false; count];
        for from in 0..self.len() {
            for (kind, to) in self.outgoing.all(from) {
                if kinds.is_empty() || kinds.contains(&kind) {
                    union.union(from, to);
                    has_edge[at(from)] = true;
                    has_edge[at(to)] = true;
                }
            }
        }
        let mut of = vec![0; count];
        let mut sizes: Vec<u64> = Vec::new();
        let mut last = 0;
        // Number of a component by its representative; numbers follow the lowest node.
        let mut number = vec![0_u32; count];
        for node in 0..self.len() {
            if !has_edge[at(node)] {
                continue;
            }
            let slot = &mut number[at(union.find_mut(node))];
            if *slot == 0 {
                last += 1;
                *slot = last;
                sizes.push(0);
            }
            of[at(node)] = *slot;
            sizes[at(*slot - 1)] += 1;
        }
        Components { of, sizes }
    }

    /// How many nodes hang together with `node`, itself included; 1 for a node without an edge of
    /// those kinds, `None` if it is unknown.
    pub fn component_size(&self, components: &Components, node: NodeRef) -> Option<u64> {
        let number = components.of.get(at(self.index(node)?))?;
        Some(number.checked_sub(1).map_or(1, |place| components.sizes[at(place)]))
    }

    /// Whether two nodes are the same or hang together.
    pub fn hang_together(&self, components: &Components, one: NodeRef, other: NodeRef) -> bool {
        let number = |node| self.index(node).and_then(|index| components.of.get(at(index)));
        let joined = number(one).filter(|number| **number > 0);
        self.contains(one) && one == other || joined.is_some() && joined == number(other)
    }

    /// Cycles of production: groups of products each of which is, by material edges, made from
    /// every other.
    ///
    /// Time linear in products and material edges, by Kosaraju's algorithm without recursion.
    pub fn material_cycles(&self) -> MaterialCycles {
        let products = self.indexes(NodeKind::Product);
        let mut graph = DiGraph::<(), (), Index>::with_capacity(self.count(NodeKind::Product), 0);
        for _ in products.clone() {
            graph.add_node(());
        }
        let place = |product: Index| NodeIndex::new(at(product - products.start));
        for from in products.clone() {
            for &to in self.outgoing.material(from) {
                graph.add_edge(place(from), place(to), ());
            }
        }
        let mut cycles = MaterialCycles::default();
        for group in petgraph::algo::kosaraju_scc(&graph) {
            if group.len() >= 2 {
                cycles.count += 1;
                cycles.largest = cycles.largest.max(wide(group.len()));
            }
        }
        cycles
    }
}

/// A length as a number for statistics.
pub(crate) fn wide(length: usize) -> u64 {
    // Never saturates: no platform has lengths of more than 64 bits.
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::worlds::{self, product};

    #[test]
    fn products_without_an_edge_form_no_component() {
        let snapshot = Snapshot::build(worlds::products(7, &[(1, 2), (3, 2), (5, 6), (7, 7)]));
        let components = snapshot.components(EdgeKind::PRODUCT);
        assert_eq!((components.count(), components.largest()), (2, 3));
        let size = |n| snapshot.component_size(&components, product(n));
        assert_eq!(
            [size(1), size(4), size(6), size(7), size(8)],
            [Some(3), Some(1), Some(2), Some(1), None]
        );
        let together = |a, b| snapshot.hang_together(&components, product(a), product(b));
        assert!(together(1, 3) && together(4, 4));
        assert!(!together(1, 5) && !together(4, 7) && !together(9, 9));
    }

    #[test]
    fn a_cycle_needs_two_products() {
        let cycles =
            |edges: &[(u128, u128)]| Snapshot::build(worlds::products(6, edges)).material_cycles();
        assert_eq!(cycles(&[(1, 2), (2, 3), (4, 4)]), MaterialCycles::default());
        let both = cycles(&[(1, 2), (2, 1), (3, 4), (4, 5), (5, 3), (5, 6)]);
        assert_eq!(both, MaterialCycles { count: 2, largest: 3 });
    }

    /// What can be reached from `start`, itself included.
    fn reach(pairs: &BTreeSet<(u128, u128)>, start: u128) -> BTreeSet<u128> {
        worlds::distances(pairs, start).into_iter().map(|(id, _)| id).collect()
    }

    proptest! {
        #[test]
        fn components_and_cycles_are_those_of_brute_force(world in worlds::worlds()) {
            let snapshot = world.snapshot();
            let edges = world.materials.iter().chain(&world.kinds).filter(|(a, b)| a != b);
            let both: BTreeSet<_> = edges.flat_map(|&(a, b)| [(a, b), (b, a)]).collect();
            let groups: BTreeSet<BTreeSet<u128>> =
                both.iter().map(|&(a, _)| reach(&both, a)).collect();
            let components = snapshot.components(EdgeKind::PRODUCT);
            prop_assert_eq!(components.count(), groups.len());
            prop_assert_eq!(
                components.largest(),
                wide(groups.iter().map(BTreeSet::len).max().unwrap_or(0))
            );

            let cycles: BTreeSet<BTreeSet<u128>> = (1..=world.products)
                .map(|a| {
                    let there = reach(&world.materials, a);
                    there.into_iter().filter(|&b| reach(&world.materials, b).contains(&a)).collect()
                })
                .filter(|group: &BTreeSet<u128>| group.len() >= 2)
                .collect();
            let largest = wide(cycles.iter().map(BTreeSet::len).max().unwrap_or(0));
            let want = MaterialCycles { count: wide(cycles.len()), largest };
            prop_assert_eq!(snapshot.material_cycles(), want);
        }
    }
}
