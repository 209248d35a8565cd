//! The picture itself and the nearest questions.

use std::num::NonZeroU32;

use chrono::NaiveDate;
use lianmeng_domain::graph::GraphInput;
use lianmeng_domain::ids::{EnterpriseId, ProductId, SupplyEdgeId};

use crate::build;
use crate::details::Details;
use crate::edge::{Direction, EdgeKind};
use crate::flat::{Adjacency, Index, Names, at};
use crate::lens::Lens;
use crate::node::{NodeKind, NodeRef};

/// An immutable picture of enterprises, products, chains, committees, alliances and tasks.
///
/// Nodes of one kind stand together, sorted by id, so an index is found by binary search and no
/// hash table is kept. Memory is about 40 bytes a node, 10 an edge and the names; 8 an enterprise whose
/// place is known, 16 a share and 52 a statement of supply.
#[derive(Debug, PartialEq, Eq)]
pub struct Snapshot {
    pub(crate) as_of: NaiveDate,
    /// First index of each kind by rank, then the number of nodes.
    pub(crate) starts: Vec<Index>,
    pub(crate) ids: Vec<u128>,
    pub(crate) names: Names,
    pub(crate) outgoing: Adjacency,
    pub(crate) incoming: Adjacency,
    /// Details of observed supply, sorted by supplier, buyer and id.
    pub(crate) observed: Vec<Observation>,
    /// Enterprise and segment of the places nobody confirmed, sorted; for [`Snapshot::chains_of`] only.
    pub(crate) suggested: Vec<(Index, Index)>,
    /// What is known of single nodes.
    pub(crate) details: Details,
    pub(crate) left_out: usize,
}

/// One observed supply edge between two nodes, in 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Observation {
    pub(crate) supplier: Index,
    pub(crate) buyer: Index,
    pub(crate) id: SupplyEdgeId,
    /// One more than the index of the product.
    pub(crate) product: Option<NonZeroU32>,
    pub(crate) confidence_basis_points: i32,
}

/// A node next to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Neighbour {
    /// What the edge means.
    pub kind: EdgeKind,
    /// Whether the edge starts at the node that was asked about.
    pub is_outgoing: bool,
    /// The node at the other end.
    pub node: NodeRef,
}

/// Which neighbours to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Around<'a> {
    /// Kinds of edges to follow; all kinds if empty.
    pub kinds: &'a [EdgeKind],
    /// Which way they may point.
    pub direction: Direction,
    /// Most neighbours.
    pub limit: usize,
}

impl Snapshot {
    /// Builds the picture.
    ///
    /// Left out are: an edge of which one end is unknown (counted, see [`Self::left_out`]), an edge
    /// between products or enterprises from a node to itself, a repeat of an edge or a node, a
    /// disputed or expired supply edge, a seat outside its term, and a placement nobody confirmed.
    ///
    /// Time `O((n + m) log (n + m))` for `n` nodes and `m` edges; less when the input is sorted.
    pub fn build(input: GraphInput) -> Self {
        build::build(input)
    }

    /// The local date that decided which supply edges and seats are in force.
    pub const fn as_of(&self) -> NaiveDate {
        self.as_of
    }

    /// How many edges were left out because one of their ends is unknown; 0 on a sound database.
    pub const fn left_out(&self) -> usize {
        self.left_out
    }

    /// Bytes the picture holds in memory.
    pub fn bytes(&self) -> usize {
        self.ids.capacity() * size_of::<u128>()
            + self.starts.capacity() * size_of::<Index>()
            + self.names.bytes()
            + self.outgoing.bytes()
            + self.incoming.bytes()
            + self.observed.capacity() * size_of::<Observation>()
            + self.suggested.capacity() * size_of::<(Index, Index)>()
            + self.details.bytes()
    }

    /// How many nodes there are of `kind`.
    pub fn count(&self, kind: NodeKind) -> usize {
        at(self.starts[kind.rank() + 1]) - at(self.starts[kind.rank()])
    }

    /// Whether `node` is in the picture. Time `O(log n)`.
    pub fn contains(&self, node: NodeRef) -> bool {
        self.index(node).is_some()
    }

    /// The name of `node`; `None` if it is not in the picture. Time `O(log n)`.
    pub fn name(&self, node: NodeRef) -> Option<&str> {
        self.index(node).map(|index| self.names.get(index))
    }

    /// Up to `limit` nodes of exactly this name, by kind, then by id. Time `O(n)`.
    pub fn named(&self, name: &str, limit: usize) -> Vec<NodeRef> {
        (0..self.len())
            .filter(|&index| self.names.get(index) == name)
            .take(limit)
            .map(|index| self.node(index))
            .collect()
    }

    /// Neighbours of `node` that `lens` shows: over outgoing edges first, then by kind, then by id
    /// of the neighbour. Empty if `node` is unknown or hidden.
    ///
    /// Time `O(log n + d)` for `d` edges of the node.
    pub fn neighbours(&self, node: NodeRef, around: Around<'_>, lens: &Lens) -> Vec<Neighbour> {
        let Some(index) = self.index(node).filter(|&index| self.shows_node(lens, index)) else {
            return Vec::new();
        };
        let (out, inn) = match around.direction {
            Direction::Out => (true, false),
            Direction::In => (false, true),
            Direction::Both => (true, true),
        };
        let outgoing = self.outgoing.all(index).filter(move |_| out).map(|(k, to)| (k, true, to));
        let incoming = self.incoming.all(index).filter(move |_| inn).map(|(k, to)| (k, false, to));
        outgoing
            .chain(incoming)
            .filter(|(kind, _, _)| around.kinds.is_empty() || around.kinds.contains(kind))
            .filter(|&(kind, is_outgoing, other)| {
                let (from, to) = if is_outgoing { (index, other) } else { (other, index) };
                self.shows_edge(lens, from, kind, to)
            })
            .take(around.limit)
            .map(|(kind, is_outgoing, other)| Neighbour {
                kind,
                is_outgoing,
                node: self.node(other),
            })
            .collect()
    }

    /// Number of nodes.
    pub(crate) fn len(&self) -> Index {
        self.starts.last().copied().unwrap_or_default()
    }

    /// Index of a node.
    pub(crate) fn index(&self, node: NodeRef) -> Option<Index> {
        let rank = node.kind().rank();
        let (start, end) = (self.starts[rank], self.starts[rank + 1]);
        let within = self.ids[at(start)..at(end)].binary_search(&node.number()).ok()?;
        Index::try_from(within).ok().map(|within| start + within)
    }

    /// Kind of the node with this index.
    pub(crate) fn kind(&self, index: Index) -> NodeKind {
        let rank = self.starts.partition_point(|start| *start <= index) - 1;
        NodeKind::ALL[rank]
    }

    /// The node with this index.
    pub(crate) fn node(&self, index: Index) -> NodeRef {
        NodeRef::new(self.kind(index), self.ids[at(index)])
    }

    /// Indexes of the nodes of `kind`.
    pub(crate) fn indexes(&self, kind: NodeKind) -> std::ops::Range<Index> {
        self.starts[kind.rank()]..self.starts[kind.rank() + 1]
    }

    /// Id of the product with this index.
    pub(crate) fn product(&self, index: Index) -> ProductId {
        self.ids[at(index)].into()
    }

    /// Id of the enterprise with this index.
    pub(crate) fn enterprise(&self, index: Index) -> EnterpriseId {
        self.ids[at(index)].into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_city_has_many_observations_so_they_are_small() {
        assert_eq!(size_of::<Observation>(), 32);
    }
}
