//! Flat arrays: edges of all nodes one after the other, names in one text.

use std::ops::Range;

use crate::edge::EdgeKind;

/// Number of a node inside one snapshot, from 0; at most 2³² − 1 nodes and as many edges.
pub(crate) type Index = u32;

/// `index` as a position in an array.
pub(crate) fn at(index: Index) -> usize {
    // Never saturates where memory can hold the array.
    usize::try_from(index).unwrap_or(usize::MAX)
}

/// An edge before it is laid flat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RawEdge {
    /// Where it starts.
    pub(crate) from: Index,
    /// What it means.
    pub(crate) kind: EdgeKind,
    /// Where it ends.
    pub(crate) to: Index,
}

/// Edges of every node in one direction: five bytes an edge and four a node.
///
/// The edges of a node are sorted by kind, then by the other end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Adjacency {
    pub(crate) offsets: Vec<u32>,
    pub(crate) kinds: Vec<EdgeKind>,
    pub(crate) ends: Vec<Index>,
}

impl Adjacency {
    /// Lays out `edges`, which must be sorted and free of repeats, by the node they start at.
    pub(crate) fn new(nodes: usize, edges: &[RawEdge]) -> Self {
        let mut offsets = vec![0_u32; nodes + 1];
        for edge in edges {
            offsets[at(edge.from) + 1] += 1;
        }
        for node in 0..nodes {
            offsets[node + 1] += offsets[node];
        }
        Self {
            offsets,
            kinds: edges.iter().map(|edge| edge.kind).collect(),
            ends: edges.iter().map(|edge| edge.to).collect(),
        }
    }

    /// How many edges there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    fn range(&self, node: Index) -> Range<usize> {
        at(self.offsets[at(node)])..at(self.offsets[at(node) + 1])
    }

    /// The other ends of the edges of `node` whose kinds lie from `first` to `last`.
    fn span(&self, node: Index, first: EdgeKind, last: EdgeKind) -> &[Index] {
        let range = self.range(node);
        let kinds = &self.kinds[range.clone()];
        let low = kinds.partition_point(|kind| *kind < first);
        let high = kinds.partition_point(|kind| *kind <= last);
        &self.ends[range][low..high]
    }

    /// The other ends of the edges of `node` of one kind, rising. Time `O(log degree)`.
    pub(crate) fn of(&self, node: Index, kind: EdgeKind) -> &[Index] {
        self.span(node, kind, kind)
    }

    /// The other ends of the material edges of `node`; one may stand there twice, once a kind.
    pub(crate) fn material(&self, node: Index) -> &[Index] {
        self.span(node, EdgeKind::MaterialOf, EdgeKind::MadeInto)
    }

    /// Every edge of `node`, by kind, then by the other end.
    pub(crate) fn all(&self, node: Index) -> impl Iterator<Item = (EdgeKind, Index)> {
        let range = self.range(node);
        self.kinds[range.clone()].iter().copied().zip(self.ends[range].iter().copied())
    }

    /// How many edges there are of each kind, by rank.
    pub(crate) fn counts(&self) -> Vec<u64> {
        let mut counts = vec![0; EdgeKind::ALL.len()];
        for kind in &self.kinds {
            counts[kind.rank()] += 1;
        }
        counts
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> usize {
        self.offsets.capacity() * size_of::<u32>()
            + self.kinds.capacity() * size_of::<EdgeKind>()
            + self.ends.capacity() * size_of::<Index>()
    }
}

/// Names of all nodes in one text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Names {
    text: String,
    ends: Vec<usize>,
}

impl Names {
    /// Adds the name of the next node.
    pub(crate) fn push(&mut self, name: &str) {
        self.text.push_str(name);
        self.ends.push(self.text.len());
    }

    /// The name of a node.
    pub(crate) fn get(&self, node: Index) -> &str {
        let start = at(node).checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[at(node)]]
    }

    /// Gives unused room back.
    pub(crate) fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * size_of::<usize>()
    }
}
