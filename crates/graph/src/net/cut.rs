//! What holds a graph together: nodes and ties without which it falls apart.

use super::Node;
use super::ties::Ties;
use crate::flat::at;

/// The nodes and ties whose loss splits a piece of the graph.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cuts {
    /// Articulation points, rising.
    pub nodes: Vec<Node>,
    /// Bridges as (lower node, higher node), rising.
    pub bridges: Vec<(Node, Node)>,
}

/// A node on the way from the root to where the search stands.
#[derive(Debug, Clone, Copy)]
struct Frame {
    node: Node,
    parent: Node,
    /// Next tie to look at.
    next: u32,
    /// Lowest order reached from here and below, but for the tie to the parent.
    low: u32,
}

/// What a search has seen and found.
struct Search<'a> {
    ties: &'a Ties,
    /// When each node was first met, from 1; 0 before.
    order: Vec<u32>,
    last: u32,
    is_cut: Vec<bool>,
    bridges: Vec<(Node, Node)>,
}

impl Ties {
    /// Articulation points and bridges.
    ///
    /// Hopcroft and Tarjan (1973), depth-first with a stack of its own. Time `O(n + m)`; five bytes a
    /// node and sixteen for each node on the longest way.
    pub fn cuts(&self) -> Cuts {
        let count = at(self.nodes());
        let mut search = Search {
            ties: self,
            order: vec![0; count],
            last: 0,
            is_cut: vec![false; count],
            bridges: Vec::new(),
        };
        for root in 0..self.nodes() {
            if search.order[at(root)] == 0 {
                search.piece(root);
            }
        }
        let Search { is_cut, mut bridges, .. } = search;
        bridges.sort_unstable();
        let nodes = (0..).zip(&is_cut).filter(|(_, is_cut)| **is_cut).map(|(node, _)| node);
        Cuts { nodes: nodes.collect(), bridges }
    }
}

impl Search<'_> {
    fn enter(&mut self, node: Node, parent: Node) -> Frame {
        self.last += 1;
        self.order[at(node)] = self.last;
        Frame { node, parent, next: self.ties.rows.offsets[at(node)], low: self.last }
    }

    /// Goes through the piece of `root`.
    fn piece(&mut self, root: Node) {
        let mut children = 0;
        let mut frames = vec![self.enter(root, root)];
        while let Some(frame) = frames.last_mut() {
            if let Some(found) = self.advance(frame) {
                let parent = frame.node;
                frames.push(self.enter(found, parent));
                continue;
            }
            let done = *frame;
            frames.pop();
            let Some(above) = frames.last_mut() else { break };
            above.low = above.low.min(done.low);
            let met = self.order[at(above.node)];
            if done.low > met {
                let (one, other) = (above.node, done.node);
                self.bridges.push((one.min(other), one.max(other)));
            }
            if above.node == root {
                children += 1;
            } else if done.low >= met {
                self.is_cut[at(above.node)] = true;
            }
        }
        // A root is one if the search came back to it to see the rest.
        self.is_cut[at(root)] = children > 1;
    }

    /// Looks along the ties of a node until one leads to a node not met before.
    fn advance(&self, frame: &mut Frame) -> Option<Node> {
        let stop = self.ties.rows.offsets[at(frame.node) + 1];
        for &to in &self.ties.rows.ends[at(frame.next)..at(stop)] {
            frame.next += 1;
            match self.order[at(to)] {
                0 => return Some(to),
                met if to != frame.parent => frame.low = frame.low.min(met),
                _ => {}
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::net::Net;

    #[test]
    fn two_triangles_at_a_node_and_a_tail() {
        let edges = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 2), (4, 5), (5, 4), (7, 6)];
        let cuts = Net::new(8, &edges).unwrap().ties().cuts();
        assert_eq!(cuts, Cuts { nodes: vec![2, 4], bridges: vec![(4, 5), (6, 7)] });
        let chain: Vec<_> = (0..100_000).map(|node| (node, node + 1)).collect();
        let cuts = Net::new(100_001, &chain).unwrap().ties().cuts();
        assert_eq!((cuts.nodes.len(), cuts.bridges.len()), (99_999, 100_000));
    }

    proptest! {
        #[test]
        fn cuts_are_those_of_brute_force(
            edges in prop::collection::vec((0..11_u32, 0..11_u32), 0..22),
        ) {
            let net = Net::new(11, &edges).unwrap();
            let cuts = net.ties().cuts();
            let pieces = |edges: &[(u32, u32)]| Net::new(11, edges).unwrap().weak_pieces().count();
            let whole = pieces(&edges);
            for node in 0..11 {
                let rest: Vec<_> =
                    edges.iter().copied().filter(|&(a, b)| a != node && b != node).collect();
                let has_tie = !net.ties().of(node).is_empty();
                // The node is still there, alone: one piece more says nothing.
                let splits = has_tie && pieces(&rest) > whole + 1;
                prop_assert_eq!(cuts.nodes.contains(&node), splits);
            }
            for a in 0..11 {
                for b in a + 1..11 {
                    let rest: Vec<_> = edges.iter().copied()
                        .filter(|&edge| edge != (a, b) && edge != (b, a)).collect();
                    prop_assert_eq!(cuts.bridges.contains(&(a, b)), pieces(&rest) > whole);
                }
            }
        }
    }
}
