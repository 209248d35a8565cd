//! Building each community anew from single nodes, so that none falls apart.

use super::super::dice::Dice;
use super::super::pieces::Groups;
use super::level::{Level, Tally};
use crate::flat::at;

/// Divides each community of `of` into groups that hang together.
///
/// A node joins a group only while it is alone, and only if both are tied to the rest of their
/// community at least as well as chance would have it; it joins where that gains most.
pub(super) fn refine(level: &Level<'_>, of: &[u32], dice: &mut Dice) -> Groups {
    let count = of.len();
    let mut whole = vec![0_i64; count];
    for (&community, &strength) in of.iter().zip(&level.strength) {
        whole[at(community)] += strength;
    }
    let mut group: Vec<u32> = (0..level.nodes()).collect();
    let mut held = level.strength.clone();
    let mut is_alone = vec![true; count];
    // Weight from each group to the rest of its community.
    let mut outward = outward(level, of);
    let mut order = group.clone();
    dice.shuffle(&mut order);
    let mut tally = Tally::new(count);
    for &node in &order {
        if !is_alone[at(node)] {
            continue;
        }
        let community = of[at(node)];
        let all = whole[at(community)];
        let strength = level.strength[at(node)];
        let is_well_tied = |outward: i64, held: i64| level.total * outward >= held * (all - held);
        if !is_well_tied(outward[at(node)], strength) {
            continue;
        }
        tally.clear();
        let (ends, weights) = level.of_node(node);
        for (place, &end) in ends.iter().enumerate() {
            if of[at(end)] == community {
                let weight = weights.get(place).map_or(1, |&weight| i64::from(weight));
                tally.add(group[at(end)], weight);
            }
        }
        let mut best = None;
        for &other in &tally.met {
            let gain = level.total * tally.to[at(other)] - strength * held[at(other)];
            let beats =
                best.is_none_or(|(most, lowest)| gain > most || gain == most && other < lowest);
            if gain >= 0 && beats && is_well_tied(outward[at(other)], held[at(other)]) {
                best = Some((gain, other));
            }
        }
        if let Some((_, other)) = best {
            group[at(node)] = other;
            // The group is named by its first node, which is no longer alone.
            is_alone[at(other)] = false;
            is_alone[at(node)] = false;
            held[at(other)] += strength;
            outward[at(other)] += outward[at(node)] - 2 * tally.to[at(other)];
        }
    }
    Groups::from_labels(&group)
}

/// Weight from each node to others of its community.
fn outward(level: &Level<'_>, of: &[u32]) -> Vec<i64> {
    let inside = |node: u32| {
        let (ends, weights) = level.of_node(node);
        let near = ends.iter().enumerate().filter(|&(_, &end)| of[at(end)] == of[at(node)]);
        near.map(|(place, _)| weights.get(place).map_or(1, |&weight| i64::from(weight))).sum()
    };
    (0..level.nodes()).map(inside).collect()
}
