//! What others with the same targets have, and what stands a few steps away.

use super::facts::{Facts, at, real};
use super::signal::Sums;

/// Products looked at on the way; a hub with more edges says little about each.
pub(super) const MOST: usize = 400;

/// Targets of other sources that share targets with `from`: who uses flour and eggs also uses
/// sugar. A shared target counts by its rarity, a source less the more targets it has.
pub(super) fn alike_sources(facts: &Facts, kind: usize, from: u32) -> Sums {
    let mut alike = Sums::default();
    for &target in facts.out(kind, from) {
        let sources = facts.into(kind, target);
        let rarity = 1.0 / (1.0 + real(sources.len())).ln();
        for &source in sources.iter().filter(|&&source| source != from).take(MOST) {
            alike.add(source, rarity);
        }
    }
    let mut sums = Sums::default();
    for (source, shared) in alike.sorted() {
        let targets = facts.out(kind, source);
        for &target in targets {
            sums.add(target, shared * shared / real(targets.len()).powf(0.7));
        }
    }
    sums
}

/// Products that stand beside the known targets in the lists of others, each known target asked
/// by itself: the cosine of the lists of sources.
pub(super) fn alike_targets(facts: &Facts, kind: usize, from: u32) -> Sums {
    let mut sums = Sums::default();
    for &target in facts.out(kind, from) {
        let sources = facts.into(kind, target);
        let mut beside = Sums::default();
        for &source in sources.iter().filter(|&&source| source != from).take(MOST) {
            let targets = facts.out(kind, source);
            for &other in targets.iter().take(MOST) {
                beside.add(other, 1.0 / (1.0 + real(targets.len())).ln());
            }
        }
        for (other, weight) in beside.sorted() {
            let lengths = real(sources.len()) * real(facts.into(kind, other).len());
            sums.add(other, weight / lengths.sqrt());
        }
    }
    sums
}

/// Resource allocation over all relations: each neighbour hands on an equal share.
pub(super) fn allocation(facts: &Facts, from: u32) -> Sums {
    let mut sums = Sums::default();
    for &middle in facts.around(from) {
        let around = facts.around(middle);
        for &end in around.iter().take(MOST) {
            sums.add(end, 1.0 / real(around.len()));
        }
    }
    sums
}

/// Three steps of a walk over all relations.
pub(super) fn walk(facts: &Facts, from: u32) -> Sums {
    let mut here = Sums::default();
    here.add(from, 1.0);
    let mut sums = Sums::default();
    for _ in 0..3 {
        let mut next = Sums::default();
        let mut strongest = here.sorted();
        strongest.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        for (node, share) in strongest.into_iter().take(MOST) {
            let around = facts.around(node);
            for &other in around {
                next.add(other, share / real(around.len()));
            }
        }
        for (node, share) in next.sorted() {
            sums.add(node, share / (real(facts.around(node).len())).powf(0.3));
        }
        here = next;
    }
    sums
}

/// Two edges of the kind one after the other, and the edge back.
pub(super) fn chain(facts: &Facts, kind: usize, from: u32) -> Sums {
    let mut sums = Sums::default();
    for &middle in facts.out(kind, from) {
        let ends = facts.out(kind, middle);
        for &end in ends.iter().take(MOST) {
            sums.add(end, 1.0 / real(ends.len()).sqrt());
        }
    }
    sums
}

/// How many sources a product has, the logarithm of it.
pub(super) fn popularity(facts: &Facts, kind: usize) -> Vec<f64> {
    let count = |node: u32| real(facts.into(kind, node).len()).ln_1p();
    (0..facts.len()).map(|node| count(u32::try_from(node).unwrap_or(u32::MAX))).collect()
}

/// Whether the edge is known the other way round.
pub(super) fn back(facts: &Facts, kind: usize, from: u32) -> Sums {
    let mut sums = Sums::default();
    for &source in facts.into(kind, from) {
        sums.add(source, 1.0);
    }
    debug_assert!(at(from) < facts.len());
    sums
}
