//! What hangs together, and what runs in circles.

use super::{Net, Node};
use crate::flat::at;

/// A division of all nodes into groups.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Groups {
    /// Group of each node, from 0; groups are numbered by their lowest node.
    pub of: Vec<u32>,
    /// Nodes of each group.
    pub sizes: Vec<u32>,
}

impl Groups {
    /// Groups from labels: nodes with the same label stand together. Labels must be below the
    /// number of nodes.
    pub(crate) fn from_labels(labels: &[u32]) -> Self {
        let mut number = vec![u32::MAX; labels.len()];
        let mut groups = Self { of: Vec::with_capacity(labels.len()), sizes: Vec::new() };
        for &label in labels {
            let slot = &mut number[at(label)];
            if *slot == u32::MAX {
                *slot = super::narrow(groups.sizes.len());
                groups.sizes.push(0);
            }
            groups.of.push(*slot);
            groups.sizes[at(*slot)] += 1;
        }
        groups
    }

    /// Number of groups.
    pub fn count(&self) -> usize {
        self.sizes.len()
    }

    /// Nodes of the largest group; 0 if there is none.
    pub fn largest(&self) -> u32 {
        self.sizes.iter().copied().max().unwrap_or_default()
    }

    /// Nodes of each group, rising.
    pub fn members(&self) -> Vec<Vec<Node>> {
        let mut members: Vec<Vec<Node>> =
            self.sizes.iter().map(|&size| Vec::with_capacity(at(size))).collect();
        for (node, &group) in (0..).zip(&self.of) {
            members[at(group)].push(node);
        }
        members
    }
}

/// The lowest node that `node` is joined with, halving the way to it.
fn root(parents: &mut [u32], mut node: u32) -> u32 {
    while parents[at(node)] != node {
        let above = parents[at(parents[at(node)])];
        parents[at(node)] = above;
        node = above;
    }
    node
}

/// Joins the groups of two nodes; the lower root stays.
fn join(parents: &mut [u32], one: u32, other: u32) {
    let (mut high, mut low) = (root(parents, one), root(parents, other));
    if high < low {
        std::mem::swap(&mut high, &mut low);
    }
    parents[at(high)] = low;
}

/// Edges of each node that are joined before the largest group is looked for.
const SAMPLED: usize = 2;
/// Nodes looked at to guess the largest group.
const GUESSES: u32 = 1024;

impl Net {
    /// Weakly connected components: pieces that hang together, whichever way edges point.
    ///
    /// Union-find with path halving (Tarjan and van Leeuwen 1984); after two edges of each node the
    /// nodes of the piece that looks largest are passed over, and the others bring their edges in both
    /// directions (Afforest: Sutton, Ben-Nun and Barak 2018). Time nearly linear, four bytes a node.
    pub fn weak_pieces(&self) -> Groups {
        let mut parents: Vec<u32> = (0..self.nodes()).collect();
        for node in 0..self.nodes() {
            for &to in self.successors(node).iter().take(SAMPLED) {
                join(&mut parents, node, to);
            }
        }
        let main = self.likely_largest(&mut parents);
        for node in 0..self.nodes() {
            // An edge between two nodes passed over is inside; any other has an end that is not.
            if Some(root(&mut parents, node)) == main {
                continue;
            }
            for &to in self.successors(node).iter().skip(SAMPLED) {
                join(&mut parents, node, to);
            }
            for &from in self.predecessors(node) {
                join(&mut parents, node, from);
            }
        }
        for node in 0..self.nodes() {
            parents[at(node)] = root(&mut parents, node);
        }
        Groups::from_labels(&parents)
    }

    /// The root most often met among nodes at even distances.
    fn likely_largest(&self, parents: &mut [u32]) -> Option<u32> {
        let stride = (self.nodes() / GUESSES).max(1);
        let nodes = (0..self.nodes()).step_by(at(stride));
        let mut roots: Vec<u32> = nodes.map(|node| root(parents, node)).collect();
        roots.sort_unstable();
        let runs = roots.chunk_by(|a, b| a == b);
        runs.max_by_key(|run| run.len()).and_then(|run| run.first().copied())
    }

    /// Strongly connected components: each node of a group reaches every other.
    ///
    /// Tarjan (1972) with a stack of its own instead of recursion. Time `O(n + m)`, 16 bytes a node.
    pub fn strong_pieces(&self) -> Groups {
        let count = at(self.nodes());
        // Order of discovery from 1 while open; 0 before.
        let mut seen = vec![0_u32; count];
        let mut labels = vec![u32::MAX; count];
        let mut waiting: Vec<Node> = Vec::new();
        // Node, lowest order reached, next edge.
        let mut calls: Vec<(Node, u32, usize)> = Vec::new();
        let mut order = 0;
        for start in 0..self.nodes() {
            if seen[at(start)] > 0 {
                continue;
            }
            order += 1;
            seen[at(start)] = order;
            waiting.push(start);
            calls.push((start, order, self.forward.range(start).start));
            while let Some(call) = calls.last_mut() {
                let (node, end) = (call.0, self.forward.range(call.0).end);
                if call.2 < end {
                    let to = self.forward.ends[call.2];
                    call.2 += 1;
                    if seen[at(to)] == 0 {
                        order += 1;
                        seen[at(to)] = order;
                        waiting.push(to);
                        calls.push((to, order, self.forward.range(to).start));
                    } else if labels[at(to)] == u32::MAX {
                        call.1 = call.1.min(seen[at(to)]);
                    }
                    continue;
                }
                let low = call.1;
                calls.pop();
                if let Some(above) = calls.last_mut() {
                    above.1 = above.1.min(low);
                }
                if low == seen[at(node)] {
                    while let Some(member) = waiting.pop() {
                        labels[at(member)] = node;
                        if member == node {
                            break;
                        }
                    }
                }
            }
        }
        Groups::from_labels(&labels)
    }

    /// One shortest cycle through the lowest node of each group of two or more nodes that reach each
    /// other, by that node, at most `limit`; each begins at that node.
    ///
    /// Time `O(n + m)` for all groups together.
    pub fn cycles(&self, groups: &Groups, limit: usize) -> Vec<Vec<Node>> {
        let mut cycles = Vec::new();
        let mut is_done = vec![false; groups.count()];
        let mut before = vec![u32::MAX; groups.of.len()];
        for (start, &group) in (0..).zip(&groups.of) {
            if cycles.len() >= limit {
                break;
            }
            if groups.sizes[at(group)] < 2 || std::mem::replace(&mut is_done[at(group)], true) {
                continue;
            }
            cycles.extend(self.cycle(start, group, groups, &mut before));
        }
        cycles
    }

    /// A shortest cycle through `start` within its group, breadth-first.
    fn cycle(
        &self,
        start: Node,
        group: u32,
        groups: &Groups,
        before: &mut [u32],
    ) -> Option<Vec<Node>> {
        let mut queue = vec![start];
        let mut next = 0;
        while let Some(&here) = queue.get(next) {
            next += 1;
            for &to in self.successors(here) {
                if to == start {
                    let mut cycle = vec![here];
                    let mut node = here;
                    while node != start {
                        node = before[at(node)];
                        cycle.push(node);
                    }
                    cycle.reverse();
                    return Some(cycle);
                }
                if groups.of[at(to)] == group && before[at(to)] == u32::MAX {
                    before[at(to)] = here;
                    queue.push(to);
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::edge::Direction;
    use crate::net::reach::tests::steps;

    #[test]
    fn groups_are_numbered_by_their_lowest_node() {
        let net = Net::new(7, &[(5, 1), (1, 5), (5, 6), (2, 3), (3, 4), (4, 2)]).unwrap();
        let weak = net.weak_pieces();
        assert_eq!(weak.of, [0, 1, 2, 2, 2, 1, 1]);
        assert_eq!((weak.sizes.clone(), weak.largest()), (vec![1, 3, 3], 3));
        let strong = net.strong_pieces();
        assert_eq!(strong.members(), [vec![0], vec![1, 5], vec![2, 3, 4], vec![6]]);
        assert_eq!(net.cycles(&strong, 9), [vec![1, 5], vec![2, 3, 4]]);
        assert_eq!(net.cycles(&strong, 1), [vec![1, 5]]);
        assert_eq!(Net::new(0, &[]).unwrap().weak_pieces(), Groups::default());
    }

    proptest! {
        #[test]
        fn pieces_are_those_of_brute_force(
            edges in prop::collection::vec((0..14_u32, 0..14_u32), 0..40),
        ) {
            let net = Net::new(14, &edges).unwrap();
            let (weak, strong) = (net.weak_pieces(), net.strong_pieces());
            let (both, out): (Vec<_>, Vec<_>) = (0..14)
                .map(|node| (steps(&net, node, Direction::Both), steps(&net, node, Direction::Out)))
                .unzip();
            for a in 0..14 {
                for b in 0..14 {
                    prop_assert_eq!(weak.of[a] == weak.of[b], both[a][b].is_some());
                    let are_strong = out[a][b].is_some() && out[b][a].is_some();
                    prop_assert_eq!(strong.of[a] == strong.of[b], are_strong);
                }
            }
            let cycles = net.cycles(&strong, 100);
            prop_assert_eq!(cycles.len(), strong.sizes.iter().filter(|&&size| size > 1).count());
            for cycle in cycles {
                let first = cycle[0];
                let closed: Vec<Node> = cycle.iter().copied().chain([first]).collect();
                prop_assert!(closed.windows(2).all(|step| net.has_edge(step[0], step[1])));
                let shortest = net.successors(first).iter()
                    .filter_map(|&next| out[at(next)][at(first)]).min();
                prop_assert_eq!(shortest.map(|steps| at(steps) + 1), Some(cycle.len()));
            }
        }
    }
}
