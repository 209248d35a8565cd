//! What breadth-first searches remember: compact, because a search may go through everything.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use crate::edge::{EdgeKind, Flow};
use crate::flat::Index;
use crate::lens::Lens;
use crate::snapshot::Snapshot;
use crate::walk::{ProductLink, Step, Via};

/// A [`ProductLink`] by indexes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RawLink {
    /// What the supplier makes.
    pub(crate) material: Index,
    /// What the buyer makes of it.
    pub(crate) product: Option<Index>,
}

impl RawLink {
    /// The link by ids.
    pub(crate) fn link(self, graph: &Snapshot) -> ProductLink {
        ProductLink {
            material: graph.product(self.material),
            product: self.product.map(|product| graph.product(product)),
        }
    }
}

/// A [`Via`] by indexes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Hop {
    /// One edge of the graph.
    Edge { kind: EdgeKind, is_forward: bool },
    /// A supply relation that follows from products.
    Derived { link: RawLink, is_forward: bool },
}

/// Where in a derived step a product stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Stage {
    /// Made by one side and used by the other.
    Direct,
    /// Made by the enterprise the step starts at.
    Own,
    /// Made by the enterprise the step leads to.
    Beyond,
}

/// How a search expands enterprises: what it may see, and the products it has been through.
///
/// A search meets each product many times, once for every enterprise that makes it. Whom it leads
/// to does not depend on where the search comes from, so the first time is enough.
#[derive(Debug)]
pub(crate) struct Expansion<'a> {
    /// What the search may see.
    pub(crate) lens: &'a Lens,
    seen: HashSet<(Flow, Stage, Index)>,
    is_once: bool,
}

impl<'a> Expansion<'a> {
    /// Goes through each product once.
    pub(crate) fn once(lens: &'a Lens) -> Self {
        Self { lens, seen: HashSet::new(), is_once: true }
    }

    /// Goes through a product every time, for callers that want all links.
    pub(crate) fn every_time(lens: &'a Lens) -> Self {
        Self { lens, seen: HashSet::new(), is_once: false }
    }

    /// Whether to go through `product` now.
    pub(crate) fn first(&mut self, flow: Flow, stage: Stage, product: Index) -> bool {
        !self.is_once || self.seen.insert((flow, stage, product))
    }
}

/// Spreads indexes over a hash table by one multiplication. Indexes are dense numbers of our own,
/// so nobody can choose them to collide.
#[derive(Debug, Default)]
pub(crate) struct IndexHasher(u64);

impl Hasher for IndexHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u32(u32::from(byte));
        }
    }

    fn write_u32(&mut self, index: u32) {
        // 2^64 divided by the golden ratio, as in Knuth's multiplicative hashing; the table uses
        // the high bits and the low ones, so both must depend on all of the index.
        let product = (self.0 ^ u64::from(index)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = product ^ (product >> 32);
    }
}

/// A set of indexes.
pub(crate) type IndexSet = HashSet<Index, BuildHasherDefault<IndexHasher>>;

/// A breadth-first search: what was found and how.
#[derive(Debug)]
pub(crate) struct Search {
    start: Index,
    came: HashMap<Index, (Index, Hop), BuildHasherDefault<IndexHasher>>,
    /// Nodes found, nearest first.
    pub(crate) found: Vec<Index>,
}

impl Search {
    /// A search that stands at `start`.
    pub(crate) fn new(start: Index) -> Self {
        Self { start, came: HashMap::default(), found: Vec::new() }
    }

    /// Notes that `node` is reached from `from`; `false` if it was reached before.
    pub(crate) fn reach(&mut self, from: Index, node: Index, hop: Hop) -> bool {
        if node == self.start {
            return false;
        }
        let std::collections::hash_map::Entry::Vacant(entry) = self.came.entry(node) else {
            return false;
        };
        entry.insert((from, hop));
        self.found.push(node);
        true
    }

    /// The way from the start to a node that was reached.
    pub(crate) fn path(&self, graph: &Snapshot, node: Index) -> Vec<Step> {
        let mut path = Vec::new();
        let mut here = node;
        while let Some(&(from, hop)) = self.came.get(&here) {
            let via = match hop {
                Hop::Edge { kind, is_forward } => Via::Edge { kind, is_forward },
                Hop::Derived { link, is_forward } => {
                    Via::Derived { link: link.link(graph), is_forward }
                }
            };
            path.push(Step { via, node: graph.node(here) });
            here = from;
        }
        path.reverse();
        path
    }
}
