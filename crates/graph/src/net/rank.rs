//! Who stands in the middle of a directed graph.

use super::Net;
use crate::flat::at;

/// How `PageRank` is computed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Surfing {
    /// How likely a step follows an edge rather than starting anew, at least 0 and below 1.
    pub damping: f64,
    /// The sum of what all ranks may be off.
    pub tolerance: f64,
    /// Most rounds over all edges.
    pub rounds: u32,
}

impl Default for Surfing {
    /// 0.85, 10⁻¹⁰ and 200.
    fn default() -> Self {
        Self { damping: 0.85, tolerance: 1e-10, rounds: 200 }
    }
}

impl Net {
    /// `PageRank` of every node; the ranks add up to 1. Weights do not count.
    ///
    /// Brin and Page (1998) as a linear system without the term of nodes that lead nowhere, scaled at
    /// the end (Del Corso, Gullí and Romani 2005), solved by Gauss-Seidel in the order of the nodes, so
    /// the same net gives the same bits. A round is `O(n + m)`; about 40 rounds for the default. Damping
    /// outside of 0 to 1 counts as the nearest bound below 1. 16 bytes a node.
    pub fn page_rank(&self, how: Surfing) -> Vec<f64> {
        let damping = if how.damping >= 0.0 { how.damping.min(0.999_999) } else { 0.0 };
        let count = at(self.nodes());
        let share: Vec<f64> = (0..self.nodes())
            .map(|node| match self.successors(node).len() {
                0 => 0.0,
                edges => damping / f64::from(super::narrow(edges)),
            })
            .collect();
        // What each node hands to each successor; its rank is that divided by its share, or, where it
        // hands on nothing, computed at the end.
        let mut handed: Vec<f64> = share.clone();
        for _ in 0..how.rounds {
            let (mut change, mut sum) = (0.0, 0.0);
            for node in 0..self.nodes() {
                let portion = share[at(node)];
                if portion == 0.0 {
                    continue;
                }
                let rank = self.gather(node, &handed);
                let new = rank * portion;
                change += (new - handed[at(node)]).abs() / portion;
                handed[at(node)] = new;
                sum += rank;
            }
            // What is still to come is at most this change over and over, damped each time.
            if change * damping <= how.tolerance * (1.0 - damping) * sum.max(1.0) {
                break;
            }
        }
        let mut ranks = Vec::with_capacity(count);
        for node in 0..self.nodes() {
            ranks.push(self.gather(node, &handed));
        }
        let total: f64 = ranks.iter().sum();
        for rank in &mut ranks {
            *rank /= total;
        }
        ranks
    }

    /// One, and what the predecessors of `node` hand to it.
    fn gather(&self, node: u32, handed: &[f64]) -> f64 {
        let from = self.predecessors(node).iter();
        from.fold(1.0, |sum, &before| sum + handed[at(before)])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, by plain repetition.
    fn repeated(net: &Net, damping: f64) -> Vec<f64> {
        let count = f64::from(net.nodes());
        let mut ranks = vec![1.0 / count; at(net.nodes())];
        for _ in 0..400 {
            let lost: f64 = (0..net.nodes())
                .filter(|&node| net.successors(node).is_empty())
                .map(|node| ranks[at(node)])
                .sum();
            let into = |node| -> f64 {
                net.predecessors(node)
                    .iter()
                    .map(|&from| {
                        ranks[at(from)] / f64::from(crate::net::narrow(net.successors(from).len()))
                    })
                    .sum()
            };
            let next = |node| (1.0 - damping) / count + damping * (into(node) + lost / count);
            ranks = (0..net.nodes()).map(next).collect();
        }
        ranks
    }

    #[test]
    fn a_ring_is_even_and_a_star_is_known() {
        let ring = Net::new(3, &[(0, 1), (1, 2), (2, 0)]).unwrap();
        for rank in ring.page_rank(Surfing::default()) {
            assert!((rank - 1.0 / 3.0).abs() < 1e-10);
        }
        // Before scaling the hub has 1 + 2 × 0.85 = 2.7, each leaf 1: 4.7 together.
        let star = Net::new(3, &[(1, 0), (2, 0)]).unwrap().page_rank(Surfing::default());
        assert!((star[0] - 2.7 / 4.7).abs() < 1e-12 && (star[1] - 1.0 / 4.7).abs() < 1e-12);
        assert_eq!(Net::new(0, &[]).unwrap().page_rank(Surfing::default()), Vec::<f64>::new());
    }

    proptest! {
        #[test]
        fn ranks_are_those_of_the_definition(
            edges in prop::collection::vec((0..10_u32, 0..10_u32), 0..40),
        ) {
            let net = Net::new(10, &edges).unwrap();
            let ranks = net.page_rank(Surfing::default());
            prop_assert!((ranks.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            for (rank, want) in ranks.iter().zip(repeated(&net, 0.85)) {
                prop_assert!((rank - want).abs() < 1e-9);
            }
        }
    }
}
