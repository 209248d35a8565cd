//! What kin has: parents, subtypes and siblings over other relations, and namesakes.

use super::facts::{Facts, real};
use super::names::Names;
use super::neighbours::MOST;
use super::signal::Sums;

/// Most known targets whose namesakes are looked for.
const TARGETS: usize = 12;

/// Nodes one step away over any kind but `kind`, in both directions.
fn kin(facts: &Facts, kind: usize, node: u32) -> Vec<u32> {
    let mut kin = Vec::new();
    for other in (0..facts.kinds()).filter(|&other| other != kind) {
        kin.extend(facts.out(other, node).iter().take(MOST));
        kin.extend(facts.into(other, node).iter().take(MOST));
    }
    kin
}

/// Targets of parents and subtypes, and, at a third, of siblings.
pub(super) fn targets_of_kin(facts: &Facts, kind: usize, from: u32) -> Sums {
    let mut sums = Sums::default();
    let near = kin(facts, kind, from);
    for &relative in &near {
        give(facts, kind, relative, 1.0, &mut sums);
        let siblings = kin(facts, kind, relative);
        let share = 1.0 / (3.0 * real(siblings.len().max(1)).sqrt());
        for &sibling in siblings.iter().filter(|&&sibling| sibling != from).take(MOST) {
            give(facts, kind, sibling, share, &mut sums);
        }
    }
    sums
}

fn give(facts: &Facts, kind: usize, source: u32, weight: f64, sums: &mut Sums) {
    let targets = facts.out(kind, source);
    for &target in targets {
        sums.add(target, weight / real(targets.len()).sqrt());
    }
}

/// Parents, subtypes and siblings of known targets.
pub(super) fn kin_of_targets(facts: &Facts, kind: usize, from: u32) -> Sums {
    let mut sums = Sums::default();
    for &target in facts.out(kind, from) {
        for relative in kin(facts, kind, target) {
            sums.add(relative, 1.0);
            let siblings = kin(facts, kind, relative);
            for &sibling in siblings.iter().take(MOST) {
                sums.add(sibling, 0.5 / real(siblings.len()));
            }
        }
    }
    sums
}

/// Targets of products with a name like that of the source.
pub(super) fn targets_of_namesakes(facts: &Facts, kind: usize, like: &[(u32, f64)]) -> Sums {
    let mut sums = Sums::default();
    for &(source, likeness) in like {
        let targets = facts.out(kind, source);
        for &target in targets {
            sums.add(target, likeness * likeness / real(targets.len()).powf(0.3));
        }
    }
    sums
}

/// Products with a name like that of the source itself.
pub(super) fn namesakes(like: &[(u32, f64)]) -> Sums {
    let mut sums = Sums::default();
    for &(node, likeness) in like {
        sums.add(node, likeness);
    }
    sums
}

/// Products with a name like that of a known target.
pub(super) fn namesakes_of_targets(facts: &Facts, names: &Names, kind: usize, from: u32) -> Sums {
    let mut sums = Sums::default();
    for &target in facts.out(kind, from).iter().take(TARGETS) {
        for (node, likeness) in names.like(target) {
            sums.add(node, likeness * likeness);
        }
    }
    sums
}
