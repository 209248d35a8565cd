//! Which edges of a chain are missing: ranks targets for a source and a kind of relation.
//!
//! Each signal is a file: it gives every product a strength between 0 and 1. How much each counts
//! is learned from the edges given, by hiding some of them; nothing else is learned from. Points
//! are whole numbers and add up over the signals. Equal input gives equal output.
//!
//! Start reading at [`Predictor`]. The rivals it is measured against are in [`rivals`].

mod facts;
mod fit;
mod kin;
pub mod measure;
mod names;
mod neighbours;
pub mod rivals;
mod signal;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use facts::Facts;
use fit::Weights;
use names::Names;
use signal::Strengths;
pub use signal::{SIGNALS, Signal};

/// An edge between two products, by their ids.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edge {
    /// Where it starts.
    pub from: String,
    /// Where it ends.
    pub to: String,
    /// What it says.
    pub kind: String,
}

/// What to find targets for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Query {
    /// Where the edges start.
    pub from: String,
    /// What they say.
    pub kind: String,
}

/// A target that is probably missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prediction {
    /// Where the edge would end.
    pub to: String,
    /// Sum over `signals`, 0 to 10 000.
    pub points: i64,
    /// Points by signal, in the order of [`SIGNALS`].
    pub signals: [i64; SIGNALS.len()],
}

/// What was learned from a set of edges.
#[derive(Debug)]
pub struct Predictor {
    facts: Facts,
    names: Names,
    weights: Weights,
}

impl Predictor {
    /// Learns from `edges`. `names` gives products their names where the ids do not name them;
    /// products that have a name and no edge are ranked too. `seed` chooses which edges are hidden
    /// to learn the weights from.
    pub fn learn(edges: &[Edge], names: &BTreeMap<String, String>, seed: u64) -> Self {
        let facts = Facts::new(edges, names.keys());
        let read = Names::new(&facts, names);
        let (shown, hidden) = fit::hide(edges, seed);
        let fewer = Facts::with_nodes_of(&facts, &shown);
        let weights = fit::fit(&fewer, &read, &hidden);
        Self { facts, names: read, weights }
    }

    /// The best `limit` targets that are not known yet, best first, then by id. A source nobody
    /// knows gets what its name says and what is common.
    pub fn rank(&self, query: &Query, limit: usize) -> Vec<Prediction> {
        let Some(kind) = self.facts.kind(&query.kind) else { return Vec::new() };
        let strengths = Strengths::of(&self.facts, &self.names, &query.from, kind);
        let weights = self.weights.of(kind, strengths.known);
        let known = self.facts.node(&query.from);
        let mut found: Vec<(i64, u32, [i64; SIGNALS.len()])> = strengths
            .candidates()
            .filter(|&to| Some(to) != known && !self.facts.has(known, kind, to))
            .map(|to| {
                let signals = fit::points(weights, &strengths.row(to));
                (signals.iter().sum(), to, signals)
            })
            .collect();
        let order = |row: &(i64, u32, _)| (Reverse(row.0), row.1);
        if found.len() > limit && limit > 0 {
            found.select_nth_unstable_by_key(limit - 1, order);
        }
        found.truncate(limit);
        found.sort_unstable_by_key(order);
        found
            .into_iter()
            .map(|(points, to, signals)| Prediction {
                to: self.facts.name(to).to_owned(),
                points,
                signals,
            })
            .collect()
    }

    /// [`Predictor::rank`] for many queries, in their order.
    pub fn rank_all(&self, queries: &[Query], limit: usize) -> Vec<Vec<Prediction>> {
        queries.par_iter().map(|query| self.rank(query, limit)).collect()
    }

    /// How much each signal counts for a kind where so many targets are known, as points of 10 000.
    pub fn weights(&self, kind: &str, known: usize) -> Option<[i64; SIGNALS.len()]> {
        let weights = self.weights.of(self.facts.kind(kind)?, known);
        Some(fit::points(weights, &[1.0; SIGNALS.len()]))
    }
}

#[cfg(test)]
mod tests;
