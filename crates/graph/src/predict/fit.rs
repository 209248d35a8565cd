//! How much each signal counts: learned by hiding edges and finding them again.
//!
//! A softmax over the candidates of each hidden edge, weights never below zero, followed by plain
//! gradient steps. One set of weights for each kind and for few, some and many known targets where
//! enough edges were hidden, else the set of the kind, else equal weights.

use std::collections::{BTreeMap, HashMap};

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::facts::{Facts, distinct, real};
use super::names::Names;
use super::signal::Strengths;
use super::{Edge, SIGNALS};

/// Points of a target all signals agree on.
const WHOLE: f64 = 10_000.0;
/// One edge in so many is hidden.
const HIDE_ONE_IN: u64 = 10;
/// Most hidden edges learned from, for each kind.
const MOST_EXAMPLES: usize = 1500;
/// Fewer examples than this are too few for weights of their own.
const FEWEST_EXAMPLES: usize = 40;
/// Candidates of an example that are not the target.
const RIVALS: usize = 300;
const STEPS: usize = 300;
const RATE: f64 = 0.5;
/// Pulls weights to zero.
const DECAY: f64 = 0.0005;

pub(super) type Row = [f32; SIGNALS.len()];
pub(super) type Share = [f64; SIGNALS.len()];

/// Weights by kind and by how many targets are known.
#[derive(Debug, Default)]
pub(super) struct Weights {
    by_group: BTreeMap<(usize, usize), Share>,
    by_kind: BTreeMap<usize, Share>,
}

impl Weights {
    pub(super) fn of(&self, kind: usize, known: usize) -> &Share {
        const EQUAL: Share = [1.0; SIGNALS.len()];
        let own = self.by_group.get(&(kind, group(known)));
        own.or_else(|| self.by_kind.get(&kind)).unwrap_or(&EQUAL)
    }
}

/// None, few, some or many known targets.
fn group(known: usize) -> usize {
    match known {
        0 => 0,
        1..=2 => 1,
        3..=8 => 2,
        _ => 3,
    }
}

/// Points by signal: shares of the weights, all together 10 000 at most.
pub(super) fn points(weights: &Share, row: &Row) -> [i64; SIGNALS.len()] {
    let total = weights.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    let mut points = [0; SIGNALS.len()];
    for ((points, weight), strength) in points.iter_mut().zip(weights).zip(row) {
        *points = floor(WHOLE * weight / total * f64::from(*strength));
    }
    points
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "0 to 10 000, which fits"
)]
fn floor(points: f64) -> i64 {
    points.floor() as i64
}

/// Splits distinct edges into shown and hidden ones, by a hash of place and seed.
pub(super) fn hide(edges: &[Edge], seed: u64) -> (Vec<Edge>, Vec<Edge>) {
    let (mut shown, mut hidden) = (Vec::new(), Vec::new());
    for (edge, place) in distinct(edges).into_iter().zip(0_u64..) {
        let is_hidden = mix(seed ^ mix(place)).is_multiple_of(HIDE_ONE_IN);
        if is_hidden { &mut hidden } else { &mut shown }.push(edge);
    }
    (shown, hidden)
}

/// splitmix64.
pub(super) fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A hidden target first, then its rivals.
struct Example {
    kind: usize,
    group: usize,
    rows: Vec<Row>,
}

/// Learns from `hidden` what finds it in `facts`, which must not hold it.
pub(super) fn fit(facts: &Facts, names: &Names, hidden: &[Edge]) -> Weights {
    let mut by_kind: HashMap<&str, Vec<(u64, &Edge)>> = HashMap::new();
    for (edge, place) in hidden.iter().zip(0_u64..) {
        by_kind.entry(edge.kind.as_str()).or_default().push((mix(place), edge));
    }
    let mut chosen: Vec<&Edge> = Vec::new();
    let mut kinds: Vec<_> = by_kind.into_iter().collect();
    kinds.sort_unstable_by_key(|&(kind, _)| kind);
    for (_, mut edges) in kinds {
        edges.sort_unstable();
        chosen.extend(edges.into_iter().take(MOST_EXAMPLES).map(|(_, edge)| edge));
    }
    let examples: Vec<Example> =
        chosen.par_iter().filter_map(|edge| example(facts, names, edge)).collect();
    let mut weights = Weights::default();
    for kind in 0..facts.kinds() {
        let own: Vec<&Example> = examples.iter().filter(|example| example.kind == kind).collect();
        if own.len() < FEWEST_EXAMPLES {
            continue;
        }
        weights.by_kind.insert(kind, descend(&own));
        for group in 0..4 {
            let own: Vec<&Example> =
                own.iter().filter(|example| example.group == group).copied().collect();
            if own.len() >= FEWEST_EXAMPLES {
                weights.by_group.insert((kind, group), descend(&own));
            }
        }
    }
    weights
}

/// The target beside the candidates equal weights put first; nothing if no signal finds it.
fn example(facts: &Facts, names: &Names, edge: &Edge) -> Option<Example> {
    let kind = facts.kind(&edge.kind)?;
    let target = facts.node(&edge.to)?;
    let from = facts.node(&edge.from);
    let strengths = Strengths::of(facts, names, &edge.from, kind);
    let own = strengths.row(target);
    if own.iter().skip(1).all(|&strength| strength <= 0.0) {
        return None;
    }
    let mut rivals: Vec<(f32, u32)> = strengths
        .candidates()
        .filter(|&to| to != target && Some(to) != from && !facts.has(from, kind, to))
        .map(|to| (strengths.row(to).iter().sum(), to))
        .collect();
    rivals.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    rivals.truncate(RIVALS);
    let rows = rivals.into_iter().map(|(_, to)| strengths.row(to));
    let rows = std::iter::once(own).chain(rows).collect();
    Some(Example { kind, group: group(strengths.known), rows })
}

/// Raises the probability of the first row of each example. A signal that never spoke gets nothing.
fn descend(examples: &[&Example]) -> Share {
    let speaks = |place: usize| {
        let heard = |example: &&Example| example.rows.iter().any(|row| row[place] > 0.0);
        if examples.iter().any(heard) { 2.0 } else { 0.0 }
    };
    let mut weights: Share = std::array::from_fn(speaks);
    for step in 0..STEPS {
        let slopes: Vec<Share> =
            examples.par_iter().map(|example| slope(&weights, &example.rows)).collect();
        let rate = RATE * 8.0 / (1.0 + real(step) / 50.0);
        for (place, weight) in weights.iter_mut().enumerate() {
            let slope = slopes.iter().map(|slope| slope[place]).sum::<f64>() / real(slopes.len());
            *weight = (*weight + rate * (slope - DECAY * *weight)).max(0.0);
        }
    }
    weights
}

/// The row of the target less the mean row by probability.
fn slope(weights: &Share, rows: &[Row]) -> Share {
    let score = |row: &Row| -> f64 {
        row.iter().zip(weights).map(|(strength, weight)| f64::from(*strength) * weight).sum()
    };
    let scores: Vec<f64> = rows.iter().map(score).collect();
    let most = scores.iter().copied().fold(f64::MIN, f64::max);
    let chances: Vec<f64> = scores.iter().map(|score| (score - most).exp()).collect();
    let total: f64 = chances.iter().sum();
    let mut slope = [0.0; SIGNALS.len()];
    for (place, slope) in slope.iter_mut().enumerate() {
        let mean: f64 =
            rows.iter().zip(&chances).map(|(row, chance)| f64::from(row[place]) * chance).sum();
        *slope = f64::from(rows[0][place]) - mean / total;
    }
    slope
}
