//! Who belongs together: communities by modularity.

mod level;
mod moves;
mod refine;

use thiserror::Error;

use super::dice::Dice;
use super::pieces::Groups;
use super::ties::Ties;
use crate::flat::at;
use level::Level;

/// How communities are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leiden<'a> {
    /// Rounds from single nodes up to communities of communities; each begins with what the one before
    /// found, and the search ends early where nothing changes.
    pub rounds: u32,
    /// Decides the order in which nodes are visited.
    pub seed: u64,
    /// Communities to begin with, one label a node, such as those of yesterday; any numbers. Nodes
    /// beyond its end begin alone; every node does if it is empty.
    pub start: &'a [u32],
}

impl Default for Leiden<'_> {
    /// Four rounds, seed 1, every node alone.
    fn default() -> Self {
        Self { rounds: 4, seed: 1, start: &[] }
    }
}

/// Why communities cannot be computed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LeidenError {
    /// Products of weights would not fit.
    #[error("the weights add up to {total}; at most {most} fit, so divide all of them", most = MOST)]
    TooHeavy {
        /// Sum of the weights of all ties.
        total: u64,
    },
}

/// Largest sum of the weights of all ties.
const MOST: u64 = 1_000_000_000;

impl Ties {
    /// Communities of high modularity, every one of which hangs together.
    ///
    /// Leiden: Traag, Waltman and van Eck (2019). Nodes move to the best community beside them, those
    /// beside a node that moved are asked again; each community is then refined from single nodes, which
    /// keeps what does not hang together apart; what was refined becomes the nodes of the next level. As
    /// the refinement here takes the best join rather than a random one, the order of visits alone is
    /// random, by `seed`. Gains are whole numbers: the same ties and seed give the same communities on
    /// every machine.
    ///
    /// Each sweep is `O(m)`, few are needed; about 40 bytes a node and 8 a tie beside the ties. A
    /// community of one node without a tie stays one.
    ///
    /// # Errors
    ///
    /// [`LeidenError::TooHeavy`] if the weights add up to more than 10⁹.
    pub fn communities(&self, how: Leiden<'_>) -> Result<Groups, LeidenError> {
        let total: u64 = (0..self.nodes()).map(|node| self.strength(node)).sum::<u64>() / 2;
        if total > MOST {
            return Err(LeidenError::TooHeavy { total });
        }
        let mut of = begin(how.start, self.nodes());
        let mut dice = Dice::new(how.seed);
        for _ in 0..how.rounds {
            let before = of.clone();
            of = self.round(&of, &mut dice);
            if of == before {
                break;
            }
        }
        Ok(Groups::from_labels(&of))
    }

    /// From single nodes up until nothing joins any more.
    fn round(&self, start: &[u32], dice: &mut Dice) -> Vec<u32> {
        let mut level = Level::of(self);
        let mut of = start.to_vec();
        // Which node of the present level each node of the net is part of.
        let mut part: Vec<u32> = Vec::new();
        loop {
            moves::improve(&level, &mut of, dice);
            let refined = refine::refine(&level, &of, dice);
            if refined.count() == at(level.nodes()) {
                break;
            }
            let next = level.joined(&refined);
            // A refined group lies within one community, which is where it begins.
            let mut labels = vec![0; refined.count()];
            for (node, &group) in refined.of.iter().enumerate() {
                labels[at(group)] = of[node];
            }
            if part.is_empty() {
                part = refined.of;
            } else {
                for slot in &mut part {
                    *slot = refined.of[at(*slot)];
                }
            }
            of = renumbered(&labels);
            level = next;
        }
        if part.is_empty() {
            return Groups::from_labels(&of).of;
        }
        let labels: Vec<u32> = part.iter().map(|&node| of[at(node)]).collect();
        Groups::from_labels(&labels).of
    }

    /// Modularity of a division (Newman and Girvan 2004): how much of the weight lies inside of groups
    /// beyond what chance would put there, from −0.5 to 1; 0 without ties.
    pub fn modularity(&self, groups: &Groups) -> f64 {
        let mut inside = vec![0_u64; groups.count()];
        let mut strength = vec![0_u64; groups.count()];
        for node in 0..self.nodes() {
            let Some(&group) = groups.of.get(at(node)) else { continue };
            strength[at(group)] += self.strength(node);
            for (other, weight) in self.weighted(node) {
                if groups.of.get(at(other)) == Some(&group) {
                    inside[at(group)] += u64::from(weight);
                }
            }
        }
        let total: u64 = strength.iter().sum();
        if total == 0 {
            return 0.0;
        }
        let whole = real(total);
        let parts = inside.iter().zip(&strength);
        parts.map(|(&inside, &of)| real(inside) / whole - (real(of) / whole).powi(2)).sum()
    }
}

/// A count as a floating-point number; exact below 2⁵³.
pub(crate) fn real(count: u64) -> f64 {
    let high = u32::try_from(count >> 32).unwrap_or(u32::MAX);
    let low = u32::try_from(count & u64::from(u32::MAX)).unwrap_or(u32::MAX);
    f64::from(high) * 4_294_967_296.0 + f64::from(low)
}

/// The labels to begin with, as numbers below the number of nodes.
fn begin(start: &[u32], nodes: u32) -> Vec<u32> {
    if start.is_empty() {
        return (0..nodes).collect();
    }
    let known = &start[..start.len().min(at(nodes))];
    let mut labels = renumbered(known);
    let mut next = labels.iter().copied().max().map_or(0, |last| last + 1);
    while labels.len() < at(nodes) {
        labels.push(next);
        next += 1;
    }
    labels
}

/// The same division with labels from 0, in the order of first appearance.
fn renumbered(labels: &[u32]) -> Vec<u32> {
    let mut sorted = labels.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let mut number = vec![u32::MAX; sorted.len()];
    let mut next = 0;
    let mut fresh = Vec::with_capacity(labels.len());
    for label in labels {
        let slot = &mut number[sorted.partition_point(|known| known < label)];
        if *slot == u32::MAX {
            *slot = next;
            next += 1;
        }
        fresh.push(*slot);
    }
    fresh
}

#[cfg(test)]
mod tests;
