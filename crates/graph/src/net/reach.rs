//! Who is how many steps away.

use super::{Net, Node};
use crate::edge::Direction;
use crate::flat::at;

/// Room that searches use again and again: one bit a node. Empty between two searches.
#[derive(Debug, Clone)]
pub struct Marks {
    bits: Vec<u64>,
}

impl Marks {
    /// Room for searches in a net of `nodes` nodes.
    pub fn new(nodes: u32) -> Self {
        Self { bits: vec![0; at(nodes).div_ceil(64)] }
    }

    /// Marks `node`; `false` if it was marked or lies beyond the room.
    fn mark(&mut self, node: Node) -> bool {
        let Some(word) = self.bits.get_mut(at(node >> 6)) else { return false };
        let bit = 1_u64 << (node & 63);
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    /// Wipes the marks of `nodes`, one by one or all at once, whichever is less work.
    fn wipe(&mut self, nodes: &[Node]) {
        if nodes.len() > self.bits.len() / 4 {
            self.bits.fill(0);
            return;
        }
        for &node in nodes {
            if let Some(word) = self.bits.get_mut(at(node >> 6)) {
                *word = 0;
            }
        }
    }
}

/// How far to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Within {
    /// Most steps.
    pub hops: u32,
    /// Which way edges may be walked.
    pub direction: Direction,
    /// Most nodes to list.
    pub limit: usize,
}

/// What lies within some steps of a node.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reach {
    /// The nodes without the start, nearest first; within a layer in the order of the nodes before,
    /// then by number.
    pub nodes: Vec<Node>,
    /// Where each layer ends in `nodes`: those one step away first.
    pub layers: Vec<usize>,
    /// Whether the limit left nodes out.
    pub is_cut: bool,
}

impl Net {
    /// Nodes within some steps of `start`; empty if it is unknown.
    ///
    /// Breadth-first (Moore 1959). Time `O(r)` for the `r` edges within reach, and it ends at the
    /// limit; `marks` must have room for the net.
    pub fn within(&self, start: Node, how: Within, marks: &mut Marks) -> Reach {
        let Within { hops, direction, limit } = how;
        let mut reach = Reach::default();
        if start >= self.nodes() || !marks.mark(start) {
            return reach;
        }
        let mut from = 0;
        for hop in 0..hops {
            let until = reach.nodes.len();
            let layer = if hop == 0 { 0..1 } else { from..until };
            for place in layer {
                let here = if hop == 0 { start } else { reach.nodes[place] };
                let (first, second) = self.beside(here, direction);
                for &node in first.iter().chain(second) {
                    if !marks.mark(node) {
                        continue;
                    }
                    if reach.nodes.len() >= limit {
                        reach.is_cut = true;
                        // This one has a mark and no place.
                        marks.wipe(&[node]);
                        break;
                    }
                    reach.nodes.push(node);
                }
                if reach.is_cut {
                    break;
                }
            }
            if reach.nodes.len() == until {
                break;
            }
            reach.layers.push(reach.nodes.len());
            if reach.is_cut {
                break;
            }
            from = until;
        }
        marks.wipe(&[start]);
        marks.wipe(&reach.nodes);
        reach
    }

    /// The ends of the edges of `node` in a direction, as one or two slices.
    pub(crate) fn beside(&self, node: Node, direction: Direction) -> (&[Node], &[Node]) {
        match direction {
            Direction::Out => (self.successors(node), &[]),
            Direction::In => (self.predecessors(node), &[]),
            Direction::Both => (self.successors(node), self.predecessors(node)),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// Steps from `start` by brute force; `None` for what is out of reach.
    pub(crate) fn steps(net: &Net, start: Node, direction: Direction) -> Vec<Option<u32>> {
        let mut steps: Vec<Option<u32>> = vec![None; at(net.nodes())];
        steps[at(start)] = Some(0);
        for _ in 0..net.nodes() {
            for from in 0..net.nodes() {
                for &to in net.successors(from) {
                    let mut relax = |a: Node, b: Node| {
                        if let Some(near) = steps[at(a)] {
                            let far = steps[at(b)].unwrap_or(u32::MAX);
                            steps[at(b)] = Some(far.min(near + 1));
                        }
                    };
                    if direction != Direction::In {
                        relax(from, to);
                    }
                    if direction != Direction::Out {
                        relax(to, from);
                    }
                }
            }
        }
        steps
    }

    #[test]
    fn layers_end_where_they_should_and_a_limit_cuts() {
        let net = Net::new(200, &[(0, 5), (0, 130), (5, 7), (130, 7), (7, 0), (7, 199)]).unwrap();
        let mut marks = Marks::new(200);
        let out = |hops, limit| Within { hops, direction: Direction::Out, limit };
        let mut ask = |hops, limit| net.within(0, out(hops, limit), &mut marks);
        let whole = Reach { nodes: vec![5, 130, 7, 199], layers: vec![2, 3, 4], is_cut: false };
        assert_eq!(ask(9, 9), whole);
        assert_eq!(ask(1, 9).nodes, [5, 130]);
        assert_eq!(ask(0, 9), Reach::default());
        let cut = Reach { nodes: vec![5, 130, 7], layers: vec![2, 3], is_cut: true };
        assert_eq!(ask(9, 3), cut);
        assert_eq!(ask(9, 4), whole, "the marks of the search before are gone");
        let back = net.within(7, Within { direction: Direction::Both, ..out(1, 9) }, &mut marks);
        assert_eq!(back.nodes, [0, 199, 5, 130]);
        assert_eq!(net.within(200, out(3, 9), &mut marks), Reach::default());
    }

    proptest! {
        #[test]
        fn reach_is_that_of_brute_force(
            edges in prop::collection::vec((0..12_u32, 0..12_u32), 0..30), hops in 0..5_u32,
        ) {
            let net = Net::new(12, &edges).unwrap();
            let mut marks = Marks::new(12);
            for direction in [Direction::Out, Direction::In, Direction::Both] {
                for start in 0..12 {
                    let reach = net.within(start, Within { hops, direction, limit: 100 }, &mut marks);
                    let want = steps(&net, start, direction);
                    let mut from = 0;
                    for (layer, &end) in (1..).zip(&reach.layers) {
                        for &node in &reach.nodes[from..end] {
                            prop_assert_eq!(want[at(node)], Some(layer));
                        }
                        from = end;
                    }
                    let near: BTreeSet<Node> = reach.nodes.iter().copied().collect();
                    prop_assert_eq!(near.len(), reach.nodes.len());
                    let all = want.iter().flatten().filter(|&&far| far > 0 && far <= hops).count();
                    prop_assert_eq!(near.len(), all);
                    prop_assert!(marks.bits.iter().all(|&word| word == 0));
                }
            }
        }
    }
}
