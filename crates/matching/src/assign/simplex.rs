//! Network simplex for markets that resist successive shortest paths.
//!
//! Where worth is common to everybody (points such as `i × j`), paths grow as long as the market.
//! The simplex method does not care: it keeps a spanning tree of the circulation and swaps one arc
//! at a time. Tree by parent, thread and last successor, block search for the entering arc, and
//! strongly feasible trees against cycling, after Z. Király, P. Kovács, "Efficient implementations
//! of minimum-cost flow algorithms" (2012).

use super::flow::{Points, wide};

/// No node: the parent of the root.
const NONE: usize = usize::MAX;

/// Capacity of the artificial arcs; flows are sums of bounds cut to the number of edges.
const UNLIMITED: i64 = i64::MAX;

/// Where an arc stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// At its capacity.
    Upper,
    /// In the spanning tree.
    Tree,
    /// Empty.
    Lower,
    /// At the end where an earlier level wants it for good.
    Held,
}

/// A minimum-cost flow problem: arcs with capacities from 0, supplies that sum to 0.
#[derive(Default)]
pub(crate) struct Network<P> {
    tails: Vec<u32>,
    heads: Vec<u32>,
    costs: Vec<P>,
    capacities: Vec<i64>,
}

impl<P: Points> Network<P> {
    pub(crate) fn new() -> Self {
        Self { tails: Vec::new(), heads: Vec::new(), costs: Vec::new(), capacities: Vec::new() }
    }

    pub(crate) fn add(&mut self, tail: u32, head: u32, cost: P, capacity: i64) {
        self.tails.push(tail);
        self.heads.push(head);
        self.costs.push(cost);
        self.capacities.push(capacity);
    }

    /// The flow on every arc, in the order added; none if the supplies cannot be met.
    ///
    /// `largest` bounds the absolute costs. Exponential in theory; in practice a few swaps for each
    /// node, each `O(√m)` to find and as long as the tree is deep to make.
    pub(super) fn solve(self, supplies: &[i64], largest: P) -> Option<Vec<i64>> {
        Tree::new(self, supplies, largest).finish(&[])
    }

    /// As [`Self::solve`], then under the `later` costs, in order, among the flows that are best
    /// under all costs before: exact, without folding the costs into one.
    ///
    /// Later costs are of the first arcs; those of the rest are 0.
    pub(crate) fn solve_levels(self, supplies: &[i64], later: &[Vec<P>]) -> Option<Vec<i64>> {
        let largest = largest(&self.costs);
        Tree::new(self, supplies, largest).finish(later)
    }
}

fn largest<P: Points>(costs: &[P]) -> P {
    let zero = P::from(0);
    costs.iter().map(|&cost| cost.max(zero - cost)).max().unwrap_or(zero)
}

/// More than any path through real arcs can cost.
fn penalty<P: Points>(nodes: usize, largest: P) -> P {
    let mut penalty = P::from(1);
    for _ in 0..=nodes {
        penalty = penalty + largest + P::from(1);
    }
    penalty
}

struct Tree<P> {
    network: Network<P>,
    real_arcs: usize,
    block: usize,
    flows: Vec<i64>,
    states: Vec<State>,
    potentials: Vec<P>,
    parents: Vec<usize>,
    /// The arc to the parent.
    links: Vec<usize>,
    /// Whether that arc leads up, from the node to its parent.
    ups: Vec<bool>,
    /// Next node in preorder.
    threads: Vec<usize>,
    reverse_threads: Vec<usize>,
    /// Nodes of the subtree, the node itself included.
    sizes: Vec<usize>,
    /// Last node of the subtree in preorder.
    lasts: Vec<usize>,
    dirty: Vec<usize>,
}

/// The cycle an entering arc closes.
struct Cycle {
    entering: usize,
    join: usize,
    /// Units that can go round.
    delta: i64,
    /// Node whose arc to the parent leaves the tree; none if the entering arc itself is the limit.
    leaving: Option<usize>,
    /// End of the entering arc that moves to a new parent.
    inner: usize,
    /// The other end.
    outer: usize,
}

impl<P: Points> Tree<P> {
    fn finish(mut self, later: &[Vec<P>]) -> Option<Vec<i64>> {
        let mut next = 0;
        while let Some(entering) = self.entering(&mut next) {
            self.pivot(entering);
        }
        for costs in later {
            self.hold();
            self.change_costs(costs);
            while let Some(entering) = self.entering(&mut next) {
                self.pivot(entering);
            }
        }
        if self.flows[self.real_arcs..].iter().any(|&flow| flow != 0) {
            return None;
        }
        self.flows.truncate(self.real_arcs);
        Some(self.flows)
    }

    /// Holds every arc whose other end would cost something: by complementary slackness the best
    /// flows are exactly those that leave it where it is.
    fn hold(&mut self) {
        for arc in 0..self.real_arcs {
            if self.violation(arc) > P::from(0) {
                self.states[arc] = State::Held;
            }
        }
    }

    fn change_costs(&mut self, costs: &[P]) {
        let nodes = self.parents.len() - 1;
        let penalty = penalty(nodes, largest(costs));
        for arc in 0..self.real_arcs {
            self.network.costs[arc] = costs.get(arc).copied().unwrap_or_else(|| P::from(0));
        }
        for arc in self.real_arcs..self.network.costs.len() {
            if self.network.costs[arc] > P::from(0) {
                self.network.costs[arc] = penalty;
            }
        }
        let root = nodes;
        let mut node = self.threads[root];
        while node != root {
            let cost = self.network.costs[self.links[node]];
            let above = self.potentials[self.parents[node]];
            self.potentials[node] = if self.ups[node] { above - cost } else { above + cost };
            node = self.threads[node];
        }
    }

    /// All nodes hang on an artificial root that takes and gives what the supplies ask.
    fn new(mut network: Network<P>, supplies: &[i64], largest: P) -> Self {
        let nodes = supplies.len();
        let root = nodes;
        let real_arcs = network.tails.len();
        let penalty = penalty(nodes, largest);
        let mut flows = vec![0; real_arcs];
        let mut potentials = vec![P::from(0); nodes + 1];
        let mut ups = vec![true; nodes + 1];
        for (node, &supply) in supplies.iter().enumerate() {
            let (at, top) = (super::flow::narrow(node), super::flow::narrow(root));
            if supply >= 0 {
                network.add(at, top, P::from(0), UNLIMITED);
            } else {
                network.add(top, at, penalty, UNLIMITED);
                potentials[node] = penalty;
                ups[node] = false;
            }
            flows.push(supply.abs());
        }
        let mut states = vec![State::Lower; real_arcs];
        states.resize(real_arcs + nodes, State::Tree);
        let mut sizes = vec![1; nodes];
        sizes.push(nodes + 1);
        let mut parents = vec![root; nodes];
        parents.push(NONE);
        let mut lasts: Vec<usize> = (0..nodes).collect();
        lasts.push(nodes.wrapping_sub(1));
        Self {
            network,
            real_arcs,
            block: real_arcs.isqrt().max(10),
            flows,
            states,
            potentials,
            parents,
            links: (real_arcs..=real_arcs + nodes).collect(),
            ups,
            threads: (1..=nodes).chain([0]).collect(),
            reverse_threads: std::iter::once(root).chain(0..nodes).collect(),
            sizes,
            lasts,
            dirty: Vec::new(),
        }
    }

    fn tail(&self, arc: usize) -> usize {
        wide(self.network.tails[arc])
    }

    fn head(&self, arc: usize) -> usize {
        wide(self.network.heads[arc])
    }

    /// How much a unit through the arc would save; negative is a saving.
    fn violation(&self, arc: usize) -> P {
        let reduced = self.network.costs[arc] + self.potentials[self.tail(arc)]
            - self.potentials[self.head(arc)];
        match self.states[arc] {
            State::Lower => reduced,
            State::Upper => P::from(0) - reduced,
            State::Tree | State::Held => P::from(0),
        }
    }

    /// The arc that saves most in the first block that has any.
    fn entering(&self, next: &mut usize) -> Option<usize> {
        let mut best = P::from(0);
        let mut found = None;
        let mut left = self.block;
        for _ in 0..self.real_arcs {
            let arc = *next;
            *next = if arc + 1 == self.real_arcs { 0 } else { arc + 1 };
            let violation = self.violation(arc);
            if violation < best {
                best = violation;
                found = Some(arc);
            }
            left -= 1;
            if left == 0 {
                if found.is_some() {
                    return found;
                }
                left = self.block;
            }
        }
        found
    }

    fn pivot(&mut self, entering: usize) {
        let cycle = self.cycle(entering);
        self.push(&cycle);
        let Some(leaving) = cycle.leaving else {
            self.states[entering] = match self.states[entering] {
                State::Lower => State::Upper,
                State::Upper | State::Tree | State::Held => State::Lower,
            };
            return;
        };
        self.states[entering] = State::Tree;
        let out = self.links[leaving];
        self.states[out] = if self.flows[out] == 0 { State::Lower } else { State::Upper };
        self.restructure(&cycle, leaving);
        self.reprice(&cycle);
    }

    fn cycle(&self, entering: usize) -> Cycle {
        let (tail, head) = (self.tail(entering), self.head(entering));
        let (mut a, mut b) = (tail, head);
        while a != b {
            if self.sizes[a] < self.sizes[b] {
                a = self.parents[a];
            } else {
                b = self.parents[b];
            }
        }
        let join = a;
        let (first, second) =
            if self.states[entering] == State::Lower { (tail, head) } else { (head, tail) };
        let mut delta = self.network.capacities[entering];
        let mut leaving = None;
        let (mut inner, mut outer) = (second, first);
        let mut node = first;
        while node != join {
            let room = self.room(node, !self.ups[node]);
            if room < delta {
                (delta, leaving) = (room, Some(node));
                (inner, outer) = (first, second);
            }
            node = self.parents[node];
        }
        node = second;
        while node != join {
            let room = self.room(node, self.ups[node]);
            // The last blocking arc on the way keeps the tree strongly feasible.
            if room <= delta {
                (delta, leaving) = (room, Some(node));
                (inner, outer) = (second, first);
            }
            node = self.parents[node];
        }
        Cycle { entering, join, delta, leaving, inner, outer }
    }

    /// Units that fit through the arc to the parent, along it or against it.
    fn room(&self, node: usize, along: bool) -> i64 {
        let arc = self.links[node];
        if along { self.network.capacities[arc] - self.flows[arc] } else { self.flows[arc] }
    }

    fn push(&mut self, cycle: &Cycle) {
        if cycle.delta == 0 {
            return;
        }
        let value =
            if self.states[cycle.entering] == State::Lower { cycle.delta } else { -cycle.delta };
        self.flows[cycle.entering] += value;
        let mut node = self.tail(cycle.entering);
        while node != cycle.join {
            self.flows[self.links[node]] -= if self.ups[node] { value } else { -value };
            node = self.parents[node];
        }
        node = self.head(cycle.entering);
        while node != cycle.join {
            self.flows[self.links[node]] += if self.ups[node] { value } else { -value };
            node = self.parents[node];
        }
    }

    /// Hangs the subtree cut off at `leaving` under the outer end of the entering arc.
    fn restructure(&mut self, cycle: &Cycle, leaving: usize) {
        let old_before = self.reverse_threads[leaving];
        let old_size = self.sizes[leaving];
        let old_last = self.lasts[leaving];
        let old_parent = self.parents[leaving];
        if cycle.inner == leaving {
            self.rehang(cycle, old_before, old_last);
        } else {
            self.reverse_stem(cycle, leaving, old_before, old_last);
            self.relink_stem(cycle, leaving);
            self.sizes[cycle.inner] = old_size;
        }
        self.links[cycle.inner] = cycle.entering;
        self.ups[cycle.inner] = cycle.inner == self.tail(cycle.entering);

        let limit = if self.lasts[cycle.join] == cycle.outer { cycle.join } else { NONE };
        let new_last = self.lasts[leaving];
        let mut node = cycle.outer;
        while node != NONE && self.lasts[node] == cycle.outer {
            self.lasts[node] = new_last;
            node = self.parents[node];
        }
        let replacement = if cycle.join != old_before && cycle.outer != old_before {
            old_before
        } else {
            new_last
        };
        node = old_parent;
        while replacement != old_last
            && node != limit
            && node != NONE
            && self.lasts[node] == old_last
        {
            self.lasts[node] = replacement;
            node = self.parents[node];
        }
        node = cycle.outer;
        while node != cycle.join {
            self.sizes[node] += old_size;
            node = self.parents[node];
        }
        node = old_parent;
        while node != cycle.join {
            self.sizes[node] -= old_size;
            node = self.parents[node];
        }
    }

    /// The subtree keeps its root and only moves.
    fn rehang(&mut self, cycle: &Cycle, old_before: usize, old_last: usize) {
        let (root, parent) = (cycle.inner, cycle.outer);
        self.parents[root] = parent;
        if self.threads[parent] == root {
            return;
        }
        let after = self.threads[old_last];
        self.join_thread(old_before, after);
        let after = self.threads[parent];
        self.join_thread(parent, root);
        self.join_thread(old_last, after);
    }

    fn join_thread(&mut self, before: usize, after: usize) {
        self.threads[before] = after;
        self.reverse_threads[after] = before;
    }

    /// Turns the path from the inner end to `leaving` upside down in parents and threads.
    fn reverse_stem(&mut self, cycle: &Cycle, leaving: usize, old_before: usize, old_last: usize) {
        let outer = cycle.outer;
        let resume = if old_before == outer { self.threads[old_last] } else { self.threads[outer] };
        let mut stem = cycle.inner;
        let mut parent = outer;
        let mut last = self.lasts[stem];
        let mut after = self.threads[last];
        self.threads[outer] = stem;
        self.dirty.clear();
        self.dirty.push(outer);
        while stem != leaving {
            let next = self.parents[stem];
            self.threads[last] = next;
            self.dirty.push(last);
            let before = self.reverse_threads[stem];
            self.join_thread(before, after);
            self.parents[stem] = parent;
            parent = stem;
            stem = next;
            last = if self.lasts[stem] == self.lasts[parent] {
                self.reverse_threads[parent]
            } else {
                self.lasts[stem]
            };
            after = self.threads[last];
        }
        self.parents[leaving] = parent;
        self.join_thread(last, resume);
        self.lasts[leaving] = last;
        if old_before != outer {
            self.join_thread(old_before, after);
        }
        for at in 0..self.dirty.len() {
            let node = self.dirty[at];
            let next = self.threads[node];
            self.reverse_threads[next] = node;
        }
    }

    /// Moves links, sizes and last successors along the reversed path.
    fn relink_stem(&mut self, cycle: &Cycle, leaving: usize) {
        let last = self.lasts[leaving];
        let mut size = 0;
        let mut node = leaving;
        while node != cycle.inner {
            let parent = self.parents[node];
            self.links[node] = self.links[parent];
            self.ups[node] = !self.ups[parent];
            size = size + self.sizes[node] - self.sizes[parent];
            self.sizes[node] = size;
            self.lasts[parent] = last;
            node = parent;
        }
    }

    /// Shifts the potentials of the moved subtree so that the entering arc has reduced cost 0.
    fn reprice(&mut self, cycle: &Cycle) {
        let cost = self.network.costs[cycle.entering];
        let base = self.potentials[cycle.outer] - self.potentials[cycle.inner];
        let shift = if self.ups[cycle.inner] { base - cost } else { base + cost };
        let end = self.threads[self.lasts[cycle.inner]];
        let mut node = cycle.inner;
        while node != end {
            self.potentials[node] = self.potentials[node] + shift;
            node = self.threads[node];
        }
    }
}
