//! All signals of one query side by side.

use std::collections::HashMap;

use super::facts::{Facts, at};
use super::names::Names;
use super::{kin, neighbours};

/// What a prediction can rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Many sources have the target.
    Popularity,
    /// Sources with the same targets have it.
    AlikeSources,
    /// It stands beside known targets in the lists of others.
    AlikeTargets,
    /// Neighbours in common over all relations.
    Allocation,
    /// A short walk leads there.
    Walk,
    /// It is the target of a target.
    Chain,
    /// The edge is known the other way round.
    Back,
    /// Parents, subtypes or siblings have it.
    TargetsOfKin,
    /// It is a parent, subtype or sibling of a known target.
    KinOfTargets,
    /// Products with a like name have it.
    TargetsOfNamesakes,
    /// Its name is like that of the source.
    Namesakes,
    /// Its name is like that of a known target.
    NamesakesOfTargets,
}

/// The signals in the order in which they are printed, with the words for them.
pub const SIGNALS: [(Signal, &str); 12] = [
    (Signal::Popularity, "popularity"),
    (Signal::AlikeSources, "alike_sources"),
    (Signal::AlikeTargets, "alike_targets"),
    (Signal::Allocation, "allocation"),
    (Signal::Walk, "walk"),
    (Signal::Chain, "chain"),
    (Signal::Back, "back"),
    (Signal::TargetsOfKin, "targets_of_kin"),
    (Signal::KinOfTargets, "kin_of_targets"),
    (Signal::TargetsOfNamesakes, "targets_of_namesakes"),
    (Signal::Namesakes, "namesakes"),
    (Signal::NamesakesOfTargets, "namesakes_of_targets"),
];

/// Strength by node, added up in the order given so that rounding is the same each time.
#[derive(Debug, Default)]
pub(super) struct Sums(HashMap<u32, f64>);

impl Sums {
    pub(super) fn add(&mut self, node: u32, strength: f64) {
        *self.0.entry(node).or_default() += strength;
    }

    /// By node.
    pub(super) fn sorted(&self) -> Vec<(u32, f64)> {
        let mut sorted: Vec<(u32, f64)> = self.0.iter().map(|(&node, &sum)| (node, sum)).collect();
        sorted.sort_unstable_by_key(|&(node, _)| node);
        sorted
    }
}

/// The strengths of every signal for every product, each signal's strongest being 1.
#[derive(Debug)]
pub(super) struct Strengths {
    /// How many targets of the source are known.
    pub(super) known: usize,
    rows: Vec<[f32; SIGNALS.len()]>,
}

impl Strengths {
    pub(super) fn of(facts: &Facts, names: &Names, from: &str, kind: usize) -> Self {
        let node = facts.node(from);
        let like = names.like_id(facts, from);
        let mut rows = vec![[0.0; SIGNALS.len()]; facts.len()];
        let popularity = neighbours::popularity(facts, kind);
        let most = popularity.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        for (row, strength) in rows.iter_mut().zip(popularity) {
            row[0] = narrow(strength / most);
        }
        let mut strengths =
            Self { known: node.map_or(0, |node| facts.out(kind, node).len()), rows };
        let asked = Asked { facts, names, kind, node, like: &like };
        for (place, (signal, _)) in SIGNALS.iter().enumerate().skip(1) {
            strengths.put(place, node, &sums(*signal, &asked));
        }
        strengths
    }

    fn put(&mut self, place: usize, without: Option<u32>, sums: &Sums) {
        let own = |node: u32| Some(node) == without;
        let sums = sums.sorted();
        let others = sums.iter().filter(|(node, _)| !own(*node));
        let most = others.map(|&(_, sum)| sum).fold(f64::MIN_POSITIVE, f64::max);
        for (node, sum) in sums {
            self.rows[at(node)][place] = narrow((sum / most).min(1.0).sqrt());
        }
    }

    /// Products any signal speaks for.
    pub(super) fn candidates(&self) -> impl Iterator<Item = u32> {
        let any = |row: &[f32; SIGNALS.len()]| row.iter().any(|&strength| strength > 0.0);
        (0..).zip(&self.rows).filter(move |(_, row)| any(row)).map(|(node, _)| node)
    }

    pub(super) fn row(&self, node: u32) -> [f32; SIGNALS.len()] {
        self.rows[at(node)]
    }
}

/// A source, a kind of edge, and what is known of both.
struct Asked<'a> {
    facts: &'a Facts,
    names: &'a Names,
    kind: usize,
    node: Option<u32>,
    like: &'a [(u32, f64)],
}

fn sums(signal: Signal, asked: &Asked<'_>) -> Sums {
    let &Asked { facts, names, kind, node, like } = asked;
    match (signal, node) {
        (Signal::TargetsOfNamesakes, _) => kin::targets_of_namesakes(facts, kind, like),
        (Signal::Namesakes, _) => kin::namesakes(like),
        (Signal::Popularity, _) | (_, None) => Sums::default(),
        (Signal::AlikeSources, Some(node)) => neighbours::alike_sources(facts, kind, node),
        (Signal::AlikeTargets, Some(node)) => neighbours::alike_targets(facts, kind, node),
        (Signal::Allocation, Some(node)) => neighbours::allocation(facts, node),
        (Signal::Walk, Some(node)) => neighbours::walk(facts, node),
        (Signal::Chain, Some(node)) => neighbours::chain(facts, kind, node),
        (Signal::Back, Some(node)) => neighbours::back(facts, kind, node),
        (Signal::TargetsOfKin, Some(node)) => kin::targets_of_kin(facts, kind, node),
        (Signal::KinOfTargets, Some(node)) => kin::kin_of_targets(facts, kind, node),
        (Signal::NamesakesOfTargets, Some(node)) => {
            kin::namesakes_of_targets(facts, names, kind, node)
        }
    }
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "shares of 0 to 1; the last digits do not matter"
)]
fn narrow(share: f64) -> f32 {
    share as f32
}
