//! Three classic ways to predict edges, to be measured beside.

use std::collections::BTreeMap;

use super::facts::{Facts, real};
use super::neighbours::popularity;
use super::signal::Sums;
use super::{Edge, Query};

/// A classic way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rival {
    /// How many neighbours both have, over all relations.
    CommonNeighbours,
    /// The same, each neighbour counted by one over the logarithm of its degree.
    AdamicAdar,
    /// How many edges of the kind end there.
    Popularity,
}

/// The rivals, on the same edges.
#[derive(Debug)]
pub struct Rivals(Facts);

impl Rivals {
    /// Takes the edges.
    pub fn new(edges: &[Edge], names: &BTreeMap<String, String>) -> Self {
        Self(Facts::new(edges, names.keys()))
    }

    /// Targets not known yet, best first, then by id.
    pub fn rank(&self, rival: Rival, query: &Query, limit: usize) -> Vec<String> {
        let facts = &self.0;
        let (Some(kind), node) = (facts.kind(&query.kind), facts.node(&query.from)) else {
            return Vec::new();
        };
        let mut found: Vec<(u32, f64)> = match (rival, node) {
            (Rival::Popularity, _) => (0..).zip(popularity(facts, kind)).collect(),
            (_, None) => Vec::new(),
            (_, Some(node)) => {
                let mut sums = Sums::default();
                for &middle in facts.around(node) {
                    let around = facts.around(middle);
                    let weight = match rival {
                        Rival::AdamicAdar => 1.0 / real(around.len().max(2)).ln(),
                        Rival::CommonNeighbours | Rival::Popularity => 1.0,
                    };
                    for &end in around {
                        sums.add(end, weight);
                    }
                }
                sums.sorted()
            }
        };
        found.retain(|&(to, score)| score > 0.0 && Some(to) != node && !facts.has(node, kind, to));
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.into_iter().take(limit).map(|(to, _)| facts.name(to).to_owned()).collect()
    }
}
