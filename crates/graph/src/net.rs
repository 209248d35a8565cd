//! A compact directed graph of numbered nodes, for algorithms that go through everything.
//!
//! A [`Net`] knows nothing of enterprises: nodes are numbers from 0, edges may have a weight.
//! [`project`] makes one of a [`crate::Snapshot`]. Each further file answers one family of questions:
//! [`reach`] (how far), [`route`] (which way), [`pieces`] (what hangs together, what runs in circles),
//! [`cut`] (what holds it together), [`rank`] (who stands in the middle), [`community`] (who belongs
//! together).
//!
//! Layout: compressed sparse rows as in Saad, *Iterative Methods for Sparse Linear Systems* (2003),
//! section 3.4, once by start and once by end. An edge takes 8 bytes (4 each way), 16 with a weight;
//! a node takes 8.

pub mod community;
pub mod cut;
pub(crate) mod dice;
pub mod pieces;
pub mod project;
pub mod rank;
pub mod reach;
pub mod route;
pub mod ties;

use std::ops::Range;

use thiserror::Error;

use crate::flat::at;

/// Number of a node, from 0.
pub type Node = u32;

/// Why a net cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NetError {
    /// An edge names a node that is not there.
    #[error("edge {edge} names node {node}; there are {nodes}, numbered from 0")]
    UnknownNode {
        /// Place of the edge in the list, from 0.
        edge: usize,
        /// The node it names.
        node: Node,
        /// How many nodes there are.
        nodes: u32,
    },
    /// The list is too long for 32-bit numbers.
    #[error("{edges} edges are too many; a net holds at most {most}", most = u32::MAX)]
    TooManyEdges {
        /// How many were given.
        edges: usize,
    },
}

/// The edges of every node in one direction.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Rows {
    /// Where the edges of each node begin, then their number.
    pub(crate) offsets: Vec<u32>,
    /// The other ends, rising within a node.
    pub(crate) ends: Vec<Node>,
    /// One weight an edge; empty if all weigh 1.
    pub(crate) weights: Vec<u32>,
}

impl Rows {
    /// Where the edges of `node` stand; empty for an unknown node.
    pub(crate) fn range(&self, node: Node) -> Range<usize> {
        match (self.offsets.get(at(node)), self.offsets.get(at(node) + 1)) {
            (Some(&low), Some(&high)) => at(low)..at(high),
            (Some(_) | None, None) | (None, Some(_)) => 0..0,
        }
    }

    /// The other ends of the edges of `node`.
    pub(crate) fn of(&self, node: Node) -> &[Node] {
        &self.ends[self.range(node)]
    }

    /// The weight of the edge at `place`.
    pub(crate) fn weight(&self, place: usize) -> u32 {
        self.weights.get(place).copied().unwrap_or(1)
    }

    /// Ends and weights of the edges of `node`.
    pub(crate) fn weighted(&self, node: Node) -> impl Iterator<Item = (Node, u32)> + '_ {
        let range = self.range(node);
        self.ends[range.clone()].iter().zip(range).map(|(&end, place)| (end, self.weight(place)))
    }

    /// Number of nodes.
    pub(crate) fn nodes(&self) -> u32 {
        // Rows are only built for a number of nodes that fits.
        u32::try_from(self.offsets.len().saturating_sub(1)).unwrap_or(u32::MAX)
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> usize {
        (self.offsets.capacity() + self.ends.capacity() + self.weights.capacity())
            * size_of::<u32>()
    }

    /// The same edges by their other end; rows come out sorted. Linear, by counting.
    pub(crate) fn turned(&self) -> Self {
        let mut offsets = counted(self.offsets.len() - 1, self.ends.iter().copied());
        let mut ends = vec![0; self.ends.len()];
        let mut weights = vec![0; self.weights.len()];
        for node in 0..self.nodes() {
            for place in self.range(node) {
                let slot = &mut offsets[at(self.ends[place])];
                ends[at(*slot)] = node;
                if let Some(&weight) = self.weights.get(place) {
                    weights[at(*slot)] = weight;
                }
                *slot += 1;
            }
        }
        rewind(&mut offsets);
        Self { offsets, ends, weights }
    }

    /// Drops edges from a node to itself and joins repeats, whose weights add up (to at most
    /// `u32::MAX`). Rows must be sorted.
    fn tidy(&mut self) {
        let mut kept = 0;
        for node in 0..self.nodes() {
            let range = self.range(node);
            let first = kept;
            for place in range {
                let (end, weight) = (self.ends[place], self.weights.get(place).copied());
                if end == node {
                    continue;
                }
                if kept > first && self.ends[kept - 1] == end {
                    if let Some(weight) = weight {
                        self.weights[kept - 1] = self.weights[kept - 1].saturating_add(weight);
                    }
                    continue;
                }
                self.ends[kept] = end;
                if let Some(weight) = weight {
                    self.weights[kept] = weight;
                }
                kept += 1;
            }
            self.offsets[at(node)] = narrow(first);
        }
        if let Some(last) = self.offsets.last_mut() {
            *last = narrow(kept);
        }
        self.ends.truncate(kept);
        self.ends.shrink_to_fit();
        self.weights.truncate(kept.min(self.weights.len()));
        self.weights.shrink_to_fit();
    }
}

/// First place of each of `nodes` rows, if each number in `of` is one entry of that row.
fn counted(nodes: usize, of: impl Iterator<Item = Node>) -> Vec<u32> {
    let mut offsets = vec![0_u32; nodes + 1];
    for node in of {
        offsets[at(node)] += 1;
    }
    let mut sum = 0;
    for slot in &mut offsets {
        sum += std::mem::replace(slot, sum);
    }
    offsets
}

/// Undoes the moving of offsets while rows were filled.
fn rewind(offsets: &mut [u32]) {
    let mut before = 0;
    for slot in offsets {
        before = std::mem::replace(slot, before);
    }
}

/// A place in an array of at most 2³² − 1 entries.
pub(crate) fn narrow(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// A directed graph of numbered nodes, laid flat in both directions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Net {
    pub(crate) forward: Rows,
    pub(crate) backward: Rows,
}

impl Net {
    /// A net of `nodes` nodes. Edges from a node to itself are dropped, repeats count once.
    ///
    /// Time `O(n + m)`, by two counting sorts; memory 12 bytes an edge and 12 a node while it is
    /// built, beside the list.
    ///
    /// # Errors
    ///
    /// See [`NetError`].
    pub fn new(nodes: u32, edges: &[(Node, Node)]) -> Result<Self, NetError> {
        let ends = |place: usize| edges[place];
        Self::fill(nodes, edges.len(), ends, None)
    }

    /// As [`Self::new`] with a weight for each edge; the weights of repeats add up, to at most
    /// `u32::MAX`.
    ///
    /// # Errors
    ///
    /// See [`NetError`].
    pub fn weighted(nodes: u32, edges: &[(Node, Node, u32)]) -> Result<Self, NetError> {
        let ends = |place: usize| (edges[place].0, edges[place].1);
        Self::fill(nodes, edges.len(), ends, Some(&|place| edges[place].2))
    }

    fn fill(
        nodes: u32,
        count: usize,
        ends: impl Fn(usize) -> (Node, Node),
        weight: Option<&dyn Fn(usize) -> u32>,
    ) -> Result<Self, NetError> {
        if u32::try_from(count).is_err() {
            return Err(NetError::TooManyEdges { edges: count });
        }
        for edge in 0..count {
            let (from, to) = ends(edge);
            let node = from.max(to);
            if node >= nodes {
                return Err(NetError::UnknownNode { edge, node, nodes });
            }
        }
        // By end first, unsorted; turning that gives rows sorted by end.
        let mut offsets = counted(at(nodes), (0..count).map(|place| ends(place).1));
        let mut starts = vec![0; count];
        let mut weights = vec![0; if weight.is_some() { count } else { 0 }];
        for place in 0..count {
            let (from, to) = ends(place);
            let slot = &mut offsets[at(to)];
            starts[at(*slot)] = from;
            if let Some(weight) = weight {
                weights[at(*slot)] = weight(place);
            }
            *slot += 1;
        }
        rewind(&mut offsets);
        let mut forward = Rows { offsets, ends: starts, weights }.turned();
        forward.tidy();
        Ok(Self::from_rows(forward))
    }

    /// The net with these edges, which must be sorted within a node, without repeats.
    pub(crate) fn from_rows(forward: Rows) -> Self {
        let backward = forward.turned();
        Self { forward, backward }
    }

    /// Number of nodes.
    pub fn nodes(&self) -> u32 {
        self.forward.nodes()
    }

    /// Number of edges.
    pub fn edges(&self) -> usize {
        self.forward.ends.len()
    }

    /// Where the edges of `node` lead, rising; empty for an unknown node.
    pub fn successors(&self, node: Node) -> &[Node] {
        self.forward.of(node)
    }

    /// Where edges to `node` come from, rising; empty for an unknown node.
    pub fn predecessors(&self, node: Node) -> &[Node] {
        self.backward.of(node)
    }

    /// [`Self::successors`] with the weights of the edges, 1 where the net has none.
    pub fn outgoing(&self, node: Node) -> impl Iterator<Item = (Node, u32)> + '_ {
        self.forward.weighted(node)
    }

    /// [`Self::predecessors`] with the weights of the edges, 1 where the net has none.
    pub fn incoming(&self, node: Node) -> impl Iterator<Item = (Node, u32)> + '_ {
        self.backward.weighted(node)
    }

    /// Whether there is an edge from `from` to `to`. Time `O(log degree)`.
    pub fn has_edge(&self, from: Node, to: Node) -> bool {
        self.successors(from).binary_search(&to).is_ok()
    }

    /// Bytes held in memory.
    pub fn bytes(&self) -> usize {
        self.forward.bytes() + self.backward.bytes()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn loops_vanish_repeats_join_and_weights_add_up() {
        let edges = [(2, 0, 5), (0, 1, 1), (1, 1, 9), (2, 0, u32::MAX), (0, 2, 3), (0, 1, 4)];
        let net = Net::weighted(4, &edges).unwrap();
        assert_eq!((net.nodes(), net.edges()), (4, 3));
        assert_eq!(net.outgoing(0).collect::<Vec<_>>(), [(1, 5), (2, 3)]);
        assert_eq!(net.incoming(0).collect::<Vec<_>>(), [(2, u32::MAX)]);
        assert_eq!((net.successors(3), net.predecessors(9)), (&[][..], &[][..]));
        assert!(net.has_edge(2, 0) && !net.has_edge(0, 0) && !net.has_edge(9, 0));
        // Both ways: five offsets, three ends, three weights of four bytes.
        assert_eq!(net.bytes(), 2 * 4 * (5 + 3 + 3));
    }

    #[test]
    fn an_unknown_node_is_named_with_its_edge() {
        let wrong = Net::new(2, &[(0, 1), (2, 0)]).unwrap_err();
        assert_eq!(wrong, NetError::UnknownNode { edge: 1, node: 2, nodes: 2 });
        assert_eq!(wrong.to_string(), "edge 1 names node 2; there are 2, numbered from 0");
        let empty = Net::new(0, &[]).unwrap();
        assert_eq!((empty.nodes(), empty.edges(), empty.successors(0).len()), (0, 0, 0));
    }

    proptest! {
        #[test]
        fn a_net_holds_what_a_table_of_pairs_holds(
            edges in prop::collection::vec((0..9_u32, 0..9_u32, 1..50_u32), 0..60),
        ) {
            let net = Net::weighted(9, &edges).unwrap();
            let mut want = BTreeMap::new();
            for &(from, to, weight) in edges.iter().filter(|(from, to, _)| from != to) {
                *want.entry((from, to)).or_insert(0) += weight;
            }
            let out: BTreeMap<_, _> = (0..9)
                .flat_map(|from| net.outgoing(from).map(move |(to, weight)| ((from, to), weight)))
                .collect();
            prop_assert_eq!(&out, &want);
            let into: BTreeMap<_, _> = (0..9)
                .flat_map(|to| net.incoming(to).map(move |(from, weight)| ((from, to), weight)))
                .collect();
            prop_assert_eq!(&into, &want);
            for node in 0..9 {
                prop_assert!(net.successors(node).is_sorted() && net.predecessors(node).is_sorted());
            }
        }
    }
}
