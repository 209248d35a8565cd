//! The same graph without direction.

use super::{Net, Node, Rows};

/// A net read without direction: each tie stands at both of its ends.
///
/// Two edges that point against each other are one tie, whose weight is their sum. A tie takes
/// 8 bytes, 16 with a weight; a node takes 4.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ties {
    pub(crate) rows: Rows,
}

impl Net {
    /// The net without direction. Time `O(n + m)`, merging two sorted lists a node.
    pub fn ties(&self) -> Ties {
        let (out, into) = (&self.forward, &self.backward);
        let has_weights = !out.weights.is_empty();
        let mut rows = Rows {
            offsets: Vec::with_capacity(out.offsets.len()),
            ends: Vec::with_capacity(2 * out.ends.len()),
            weights: Vec::with_capacity(2 * out.weights.len()),
        };
        rows.offsets.push(0);
        for node in 0..self.nodes() {
            let (mut left, mut right) = (out.range(node), into.range(node));
            while !left.is_empty() || !right.is_empty() {
                let ahead = out.ends[left.clone()].first().copied().unwrap_or(Node::MAX);
                let behind = into.ends[right.clone()].first().copied().unwrap_or(Node::MAX);
                let mut weight = 0_u32;
                if ahead <= behind {
                    weight = weight.saturating_add(out.weight(left.start));
                    left.start += 1;
                }
                if behind <= ahead {
                    weight = weight.saturating_add(into.weight(right.start));
                    right.start += 1;
                }
                rows.ends.push(ahead.min(behind));
                if has_weights {
                    rows.weights.push(weight);
                }
            }
            rows.offsets.push(super::narrow(rows.ends.len()));
        }
        rows.ends.shrink_to_fit();
        rows.weights.shrink_to_fit();
        Ties { rows }
    }
}

impl Ties {
    /// Number of nodes.
    pub fn nodes(&self) -> u32 {
        self.rows.nodes()
    }

    /// Number of ties.
    pub fn count(&self) -> usize {
        self.rows.ends.len() / 2
    }

    /// Who is tied to `node`, rising; empty for an unknown node.
    pub fn of(&self, node: Node) -> &[Node] {
        self.rows.of(node)
    }

    /// [`Self::of`] with the weights of the ties, 1 where the net has none.
    pub fn weighted(&self, node: Node) -> impl Iterator<Item = (Node, u32)> + '_ {
        self.rows.weighted(node)
    }

    /// Sum of the weights of the ties of `node`.
    pub fn strength(&self, node: Node) -> u64 {
        let range = self.rows.range(node);
        match self.rows.weights.get(range.clone()) {
            Some(weights) if !self.rows.weights.is_empty() => {
                weights.iter().map(|&weight| u64::from(weight)).sum()
            }
            Some(_) | None => u64::from(super::narrow(range.len())),
        }
    }

    /// Bytes held in memory.
    pub fn bytes(&self) -> usize {
        self.rows.bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_against_each_other_are_one_tie() {
        let net = Net::weighted(4, &[(0, 1, 2), (1, 0, 3), (2, 1, 4)]).unwrap();
        let ties = net.ties();
        assert_eq!((ties.nodes(), ties.count()), (4, 2));
        assert_eq!(ties.weighted(1).collect::<Vec<_>>(), [(0, 5), (2, 4)]);
        assert_eq!((ties.strength(1), ties.strength(3)), (9, 0));
        let plain = Net::new(4, &[(0, 1), (1, 0), (2, 1)]).unwrap().ties();
        assert_eq!(plain.weighted(1).collect::<Vec<_>>(), [(0, 1), (2, 1)]);
        assert_eq!((plain.strength(1), plain.of(3)), (2, &[][..]));
    }
}
