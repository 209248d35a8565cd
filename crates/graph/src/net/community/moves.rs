//! Moving single nodes to the best community beside them.

use std::collections::VecDeque;

use super::super::dice::Dice;
use super::level::{Level, Tally};
use crate::flat::at;

/// Moves nodes of `level` between the communities `of` until no move of one node gains.
///
/// Labels must be below the number of nodes. Every node is visited once, in random order, and again
/// when a node beside it has moved elsewhere.
pub(super) fn improve(level: &Level<'_>, of: &mut [u32], dice: &mut Dice) {
    let count = of.len();
    let mut held = vec![0_i64; count];
    let mut sizes = vec![0_u32; count];
    for (&group, &strength) in of.iter().zip(&level.strength) {
        held[at(group)] += strength;
        sizes[at(group)] += 1;
    }
    let mut empty: Vec<u32> =
        (0..level.nodes()).rev().filter(|&group| sizes[at(group)] == 0).collect();
    let mut order: Vec<u32> = (0..level.nodes()).collect();
    dice.shuffle(&mut order);
    let mut queue = VecDeque::from(order);
    let mut is_waiting = vec![true; count];
    let mut tally = Tally::new(count);
    while let Some(node) = queue.pop_front() {
        is_waiting[at(node)] = false;
        let (ends, weights) = level.of_node(node);
        let (old, strength) = (of[at(node)], level.strength[at(node)]);
        tally.clear();
        for (place, &end) in ends.iter().enumerate() {
            tally.add(of[at(end)], weights.get(place).map_or(1, |&weight| i64::from(weight)));
        }
        held[at(old)] -= strength;
        let gain = |group: u32| level.total * tally.to[at(group)] - strength * held[at(group)];
        let (mut best, mut most) = (old, gain(old));
        for &group in &tally.met {
            let here = gain(group);
            if here > most || here == most && best != old && group < best {
                (best, most) = (group, here);
            }
        }
        // Alone gains nothing and costs nothing.
        if most < 0
            && sizes[at(old)] > 1
            && let Some(&fresh) = empty.last()
        {
            best = fresh;
            empty.pop();
        }
        held[at(best)] += strength;
        if best == old {
            continue;
        }
        of[at(node)] = best;
        sizes[at(best)] += 1;
        sizes[at(old)] -= 1;
        if sizes[at(old)] == 0 {
            empty.push(old);
        }
        for &end in ends {
            if of[at(end)] != best && !is_waiting[at(end)] {
                is_waiting[at(end)] = true;
                queue.push_back(end);
            }
        }
    }
}
