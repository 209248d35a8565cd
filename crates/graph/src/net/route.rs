//! Which way leads from one node to another.

use super::{Net, Node};
use crate::edge::Direction;
use crate::flat::at;

/// Room that searches for ways use again and again: eight bytes a node. Empty between two searches.
#[derive(Debug, Clone)]
pub struct Trails {
    /// One more than the node before, seen from the start and from the end; 0 if not reached.
    before: [Vec<u32>; 2],
}

impl Trails {
    /// Room for searches in a net of `nodes` nodes.
    pub fn new(nodes: u32) -> Self {
        Self { before: [vec![0; at(nodes)], vec![0; at(nodes)]] }
    }
}

/// A question for one shortest way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// Where it starts.
    pub from: Node,
    /// Where it ends.
    pub to: Node,
    /// Which way edges may be walked.
    pub direction: Direction,
    /// Most edges.
    pub max_steps: u32,
}

/// A question for all ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ways {
    /// Where they start.
    pub from: Node,
    /// Where they end.
    pub to: Node,
    /// Which way edges may be walked.
    pub direction: Direction,
    /// Most edges of a way.
    pub max_steps: u32,
    /// Most ways to list.
    pub limit: usize,
    /// Most edges to look at.
    pub work: u64,
}

/// All ways, as far as they were looked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// The ways, start and end included, in the order of their nodes' numbers: a way comes before
    /// the ways that leave it at a higher node.
    pub ways: Vec<Vec<Node>>,
    /// Whether these are all; `false` if `limit` or `work` ended the search.
    pub is_complete: bool,
}

/// One side of a search from both ends.
struct Side {
    layer: Vec<Node>,
    reached: Vec<Node>,
    direction: Direction,
}

impl Side {
    fn new(node: Node, direction: Direction) -> Self {
        Self { layer: vec![node], reached: vec![node], direction }
    }

    /// Edges the next step looks at.
    fn work(&self, net: &Net) -> usize {
        let edges = |&node: &Node| {
            let (first, second) = net.beside(node, self.direction);
            first.len() + second.len()
        };
        self.layer.iter().map(edges).sum()
    }
}

/// The other way round.
fn turned(direction: Direction) -> Direction {
    match direction {
        Direction::Out => Direction::In,
        Direction::In => Direction::Out,
        Direction::Both => Direction::Both,
    }
}

impl Net {
    /// One shortest way, start and end included; `None` if there is none of at most
    /// `max_steps` edges, or an end is unknown. Which of several is the same each time.
    ///
    /// Breadth-first from both ends, always on the side with less work (Pohl 1971): time `O(n + m)` at
    /// worst, on nets with short ways a small part of that. `trails` must have room for the net.
    pub fn shortest(&self, ask: Route, trails: &mut Trails) -> Option<Vec<Node>> {
        let Route { from, to, direction, max_steps } = ask;
        let room = trails.before[0].len();
        if from.max(to) >= self.nodes() || at(from.max(to)) >= room {
            return None;
        }
        if from == to {
            return Some(vec![from]);
        }
        let mut sides = [Side::new(from, direction), Side::new(to, turned(direction))];
        trails.before[0][at(from)] = from + 1;
        trails.before[1][at(to)] = to + 1;
        let mut met = None;
        for _ in 0..max_steps {
            let which = usize::from(sides[0].work(self) > sides[1].work(self));
            met = self.step(&mut sides[which], which, trails);
            if met.is_some() || sides[which].layer.is_empty() {
                break;
            }
        }
        let way = met.map(|(near, far)| trails.way(near, far));
        for (side, before) in sides.iter().zip(&mut trails.before) {
            for &node in &side.reached {
                before[at(node)] = 0;
            }
        }
        way
    }

    /// Moves one side on by one layer; the edge where it meets the other, as (node of the first
    /// side, node of the second side).
    fn step(&self, side: &mut Side, which: usize, trails: &mut Trails) -> Option<(Node, Node)> {
        let first = side.reached.len();
        for &here in &side.layer {
            let (one, other) = self.beside(here, side.direction);
            for &node in one.iter().chain(other) {
                if trails.before[1 - which][at(node)] > 0 {
                    return Some(if which == 0 { (here, node) } else { (node, here) });
                }
                let slot = &mut trails.before[which][at(node)];
                if *slot == 0 {
                    *slot = here + 1;
                    side.reached.push(node);
                }
            }
        }
        side.layer = side.reached[first..].to_vec();
        None
    }

    /// All ways without a repeated node, start and end included.
    ///
    /// Depth-first, entering only nodes from which the end is near enough for what is left, as one
    /// search back from the end says. Time `O(r)` for the edges within reach of the end, then at most
    /// `work` edges; empty if an end is unknown or both are the same.
    pub fn simple_ways(&self, ask: Ways) -> Found {
        let mut found = Found { ways: Vec::new(), is_complete: true };
        if ask.from.max(ask.to) >= self.nodes() || ask.from == ask.to {
            return found;
        }
        let left = self.steps_to(ask.to, turned(ask.direction), ask.max_steps);
        let mut work = ask.work;
        let mut way = vec![ask.from];
        let mut open = vec![self.next_of(ask.from, ask.direction)];
        let mut is_on_way = vec![false; at(self.nodes())];
        is_on_way[at(ask.from)] = true;
        while let Some(choices) = open.last_mut() {
            let Some(node) = choices.pop() else {
                open.pop();
                if let Some(left_behind) = way.pop() {
                    is_on_way[at(left_behind)] = false;
                }
                continue;
            };
            if work == 0 || found.ways.len() >= ask.limit {
                found.is_complete = false;
                break;
            }
            work -= 1;
            let steps = super::narrow(way.len());
            let is_near = left[at(node)].is_some_and(|left| left + steps <= ask.max_steps);
            if !is_near || is_on_way[at(node)] {
                continue;
            }
            if node == ask.to {
                let mut whole = way.clone();
                whole.push(node);
                found.ways.push(whole);
                continue;
            }
            is_on_way[at(node)] = true;
            way.push(node);
            open.push(self.next_of(node, ask.direction));
        }
        found
    }

    /// Where one may go from `node`, falling, without repeats.
    fn next_of(&self, node: Node, direction: Direction) -> Vec<Node> {
        let (first, second) = self.beside(node, direction);
        let mut next: Vec<Node> = first.iter().chain(second).copied().collect();
        next.sort_unstable_by(|a, b| b.cmp(a));
        next.dedup();
        next
    }

    /// Steps to `goal` from every node that is at most `most` away, over edges as `direction` says,
    /// seen from the goal.
    fn steps_to(&self, goal: Node, direction: Direction, most: u32) -> Vec<Option<u32>> {
        let mut steps = vec![None; at(self.nodes())];
        steps[at(goal)] = Some(0);
        let mut layer = vec![goal];
        for step in 1..=most {
            let mut next = Vec::new();
            for &here in &layer {
                let (first, second) = self.beside(here, direction);
                for &node in first.iter().chain(second) {
                    if steps[at(node)].is_none() {
                        steps[at(node)] = Some(step);
                        next.push(node);
                    }
                }
            }
            if next.is_empty() {
                break;
            }
            layer = next;
        }
        steps
    }
}

impl Trails {
    /// The way through the edge where both sides met.
    fn way(&self, near: Node, far: Node) -> Vec<Node> {
        let walk = |side: usize, mut node: Node| {
            let mut nodes = vec![node];
            // A start is its own predecessor.
            while let Some(before) =
                self.before[side][at(node)].checked_sub(1).filter(|&before| before != node)
            {
                nodes.push(before);
                node = before;
            }
            nodes
        };
        let mut way = walk(0, near);
        way.reverse();
        way.extend(walk(1, far));
        way
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::net::reach::tests::steps;

    fn all(from: Node, to: Node, max_steps: u32) -> Ways {
        Ways { from, to, direction: Direction::Out, max_steps, limit: 1000, work: 100_000 }
    }

    #[test]
    fn ways_come_in_order_and_bounds_are_said() {
        let net = Net::new(5, &[(0, 1), (0, 2), (1, 2), (2, 1), (1, 3), (2, 3), (3, 4)]).unwrap();
        let want = [vec![0, 1, 2, 3], vec![0, 1, 3], vec![0, 2, 1, 3], vec![0, 2, 3]];
        assert_eq!(net.simple_ways(all(0, 3, 9)), Found { ways: want.to_vec(), is_complete: true });
        let short = net.simple_ways(all(0, 3, 2));
        assert_eq!(short.ways, [vec![0, 1, 3], vec![0, 2, 3]]);
        let few = net.simple_ways(Ways { limit: 3, ..all(0, 3, 9) });
        assert_eq!(few, Found { ways: want[..3].to_vec(), is_complete: false });
        assert!(!net.simple_ways(Ways { work: 2, ..all(0, 3, 9) }).is_complete);
        let exact = net.simple_ways(Ways { limit: 2, ..all(0, 3, 2) });
        assert_eq!((exact.ways.len(), net.simple_ways(all(4, 0, 9)).ways.len()), (2, 0));
        assert_eq!(net.simple_ways(all(0, 0, 9)).ways, Vec::<Vec<Node>>::new());
    }

    #[test]
    fn shortest_ways_respect_direction_and_length() {
        let net = Net::new(5, &[(0, 1), (1, 2), (2, 3), (4, 3)]).unwrap();
        let mut trails = Trails::new(5);
        let mut ask = |from, to, direction, max| {
            net.shortest(Route { from, to, direction, max_steps: max }, &mut trails)
        };
        assert_eq!(ask(0, 3, Direction::Out, 3), Some(vec![0, 1, 2, 3]));
        assert_eq!(ask(0, 3, Direction::Out, 2), None);
        assert_eq!(ask(3, 0, Direction::In, 9), Some(vec![3, 2, 1, 0]));
        assert_eq!(ask(0, 4, Direction::Out, 9), None);
        assert_eq!(ask(0, 4, Direction::Both, 9), Some(vec![0, 1, 2, 3, 4]));
        assert_eq!(ask(2, 2, Direction::Out, 0), Some(vec![2]));
        assert_eq!(ask(2, 5, Direction::Out, 9), None);
    }

    /// All simple ways, by trying every next node.
    fn brute(net: &Net, way: &mut Vec<Node>, to: Node, max: usize, into: &mut Vec<Vec<Node>>) {
        let here = way[way.len() - 1];
        if here == to {
            into.push(way.clone());
            return;
        }
        for node in 0..net.nodes() {
            if way.len() <= max && net.has_edge(here, node) && !way.contains(&node) {
                way.push(node);
                brute(net, way, to, max, into);
                way.pop();
            }
        }
    }

    proptest! {
        #[test]
        fn ways_are_those_of_brute_force(
            edges in prop::collection::vec((0..8_u32, 0..8_u32), 0..24), max in 0..6_u32,
        ) {
            let net = Net::new(8, &edges).unwrap();
            let mut trails = Trails::new(8);
            for from in 0..8 {
                for direction in [Direction::Out, Direction::In, Direction::Both] {
                    let far = steps(&net, from, direction);
                    for to in 0..8 {
                        let way = net.shortest(Route { from, to, direction, max_steps: max }, &mut trails);
                        let want = far[at(to)].filter(|&far| far <= max);
                        prop_assert_eq!(way.as_ref().map(|way| crate::net::narrow(way.len()) - 1), want);
                        for step in way.unwrap_or_default().windows(2) {
                            let (out, into) =
                                (net.has_edge(step[0], step[1]), net.has_edge(step[1], step[0]));
                            let is_step = match direction {
                                Direction::Out => out,
                                Direction::In => into,
                                Direction::Both => out || into,
                            };
                            prop_assert!(is_step);
                        }
                    }
                }
                for to in (0..8).filter(|&to| to != from) {
                    let mut want = Vec::new();
                    brute(&net, &mut vec![from], to, at(max), &mut want);
                    let found = net.simple_ways(Ways { limit: 10_000, ..all(from, to, max) });
                    prop_assert!(found.is_complete);
                    prop_assert_eq!(found.ways, want);
                }
            }
        }
    }
}
