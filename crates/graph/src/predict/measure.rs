//! Hides edges and counts how high they are ranked.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::{distinct, real};
use super::fit::mix;
use super::{Edge, Query};

/// Edges to learn from and edges to find.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Split {
    /// What may be learned from.
    pub train: Vec<Edge>,
    /// What is hidden.
    pub hidden: Vec<Edge>,
}

impl Split {
    /// Hides one distinct edge of `kind` in ten, chosen by `seed`; edges of other kinds all stay.
    pub fn new(edges: &[Edge], kind: &str, seed: u64) -> Self {
        let edges = distinct(edges);
        let (own, others): (Vec<Edge>, Vec<Edge>) =
            edges.into_iter().partition(|edge| edge.kind == kind);
        let mut own: Vec<(u64, Edge)> =
            own.into_iter().zip(0_u64..).map(|(edge, at)| (mix(mix(seed) ^ at), edge)).collect();
        own.sort_unstable();
        let own: Vec<Edge> = own.into_iter().map(|(_, edge)| edge).collect();
        let (hidden, shown) = own.split_at(own.len() / 10);
        Self { train: [shown, &others].concat(), hidden: hidden.to_vec() }
    }

    /// Each source of hidden edges once.
    pub fn queries(&self) -> Vec<Query> {
        let query = |edge: &Edge| Query { from: edge.from.clone(), kind: edge.kind.clone() };
        let queries: BTreeSet<Query> = self.hidden.iter().map(query).collect();
        queries.into_iter().collect()
    }
}

/// How well hidden edges were found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found {
    /// Hidden edges.
    pub edges: usize,
    /// Mean of one over the rank; 0 where the target is not in the list.
    pub mrr: f64,
    /// Half of the 95 % interval of the mean.
    pub mrr_margin: f64,
    /// Share of targets among the first ten.
    pub hits10: f64,
}

/// Measures `ranked`, lists by query. Filtered: other hidden targets of the same query that stand
/// higher do not push a target down (known ones are not in the lists).
pub fn measure(split: &Split, ranked: &BTreeMap<Query, Vec<String>>) -> Found {
    let mut hidden: BTreeMap<Query, BTreeSet<&str>> = BTreeMap::new();
    for edge in &split.hidden {
        let query = Query { from: edge.from.clone(), kind: edge.kind.clone() };
        hidden.entry(query).or_default().insert(&edge.to);
    }
    let mut reciprocal: Vec<f64> = Vec::new();
    let mut hits = 0;
    for (query, targets) in &hidden {
        let mut rank = 1;
        let mut met = 0;
        for to in ranked.get(query).into_iter().flatten() {
            if targets.contains(to.as_str()) {
                met += 1;
                reciprocal.push(1.0 / real(rank));
                hits += usize::from(rank <= 10);
            } else {
                rank += 1;
            }
        }
        reciprocal.resize(reciprocal.len() + targets.len() - met, 0.0);
    }
    let count = real(reciprocal.len().max(1));
    let mrr = reciprocal.iter().sum::<f64>() / count;
    let spread = reciprocal.iter().map(|value| (value - mrr).powi(2)).sum::<f64>() / count;
    Found {
        edges: reciprocal.len(),
        mrr,
        mrr_margin: 1.96 * (spread / count).sqrt(),
        hits10: real(hits) / count,
    }
}
