//! The edges as numbers.

use std::collections::{BTreeSet, HashMap};

use super::Edge;

/// Neighbours by node, each list ascending and without repeats.
type Lists = Vec<Vec<u32>>;

/// Products and their edges, by kind and direction.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// Ids of the products, ascending, so that numbers order as ids do.
    ids: Vec<String>,
    numbers: HashMap<String, u32>,
    kinds: Vec<String>,
    out: Vec<Lists>,
    into: Vec<Lists>,
    /// Neighbours over all kinds and both directions.
    around: Lists,
}

impl Facts {
    /// The products of `edges` and `more`.
    pub(super) fn new<'a>(edges: &'a [Edge], more: impl Iterator<Item = &'a String>) -> Self {
        let ends = edges.iter().flat_map(|edge| [&edge.from, &edge.to]);
        let ids: BTreeSet<&String> = ends.chain(more).collect();
        let ids: Vec<String> = ids.into_iter().cloned().collect();
        let numbers = ids.iter().cloned().zip(0..).collect();
        let kinds: BTreeSet<&String> = edges.iter().map(|edge| &edge.kind).collect();
        let kinds = kinds.into_iter().cloned().collect();
        Self { ids, numbers, kinds, ..Self::default() }.fill(edges)
    }

    /// The products and kinds of `other` with these edges alone.
    pub(super) fn with_nodes_of(other: &Self, edges: &[Edge]) -> Self {
        let (ids, numbers) = (other.ids.clone(), other.numbers.clone());
        Self { ids, numbers, kinds: other.kinds.clone(), ..Self::default() }.fill(edges)
    }

    fn fill(mut self, edges: &[Edge]) -> Self {
        let empty: Lists = vec![Vec::new(); self.ids.len()];
        self.around.clone_from(&empty);
        self.out = vec![empty.clone(); self.kinds.len()];
        self.into = vec![empty; self.kinds.len()];
        for edge in edges {
            let (Some(from), Some(to), Some(kind)) =
                (self.node(&edge.from), self.node(&edge.to), self.kind(&edge.kind))
            else {
                continue;
            };
            self.out[kind][at(from)].push(to);
            self.into[kind][at(to)].push(from);
            if from != to {
                self.around[at(from)].push(to);
                self.around[at(to)].push(from);
            }
        }
        let lists = self.out.iter_mut().chain(&mut self.into).flatten().chain(&mut self.around);
        for list in lists {
            list.sort_unstable();
            list.dedup();
        }
        self
    }

    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(super) fn kinds(&self) -> usize {
        self.kinds.len()
    }

    pub(super) fn node(&self, id: &str) -> Option<u32> {
        self.numbers.get(id).copied()
    }

    pub(super) fn kind(&self, kind: &str) -> Option<usize> {
        self.kinds.iter().position(|known| known == kind)
    }

    pub(super) fn name(&self, node: u32) -> &str {
        &self.ids[at(node)]
    }

    pub(super) fn ids(&self) -> &[String] {
        &self.ids
    }

    pub(super) fn out(&self, kind: usize, node: u32) -> &[u32] {
        &self.out[kind][at(node)]
    }

    pub(super) fn into(&self, kind: usize, node: u32) -> &[u32] {
        &self.into[kind][at(node)]
    }

    pub(super) fn around(&self, node: u32) -> &[u32] {
        &self.around[at(node)]
    }

    /// Whether the edge is known already.
    pub(super) fn has(&self, from: Option<u32>, kind: usize, to: u32) -> bool {
        from.is_some_and(|from| self.out(kind, from).binary_search(&to).is_ok())
    }
}

/// A node number as a place in a list.
pub(super) fn at(node: u32) -> usize {
    usize::try_from(node).unwrap_or(usize::MAX)
}

/// A count as a number to calculate with.
pub(super) fn real(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Edges by source, kind and target, without repeats.
pub(super) fn distinct(edges: &[Edge]) -> Vec<Edge> {
    let known: BTreeSet<&Edge> = edges.iter().collect();
    known.into_iter().cloned().collect()
}
