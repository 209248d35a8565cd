//! Odd sets: what half pairs round a circle of odd length break.
//!
//! Among people `W` with at most `b` pairs each, and pairs `F` that lead out of `W`, no choice has
//! more than half of `b(W) + |F|` pairs inside `W` and in `F`; where that is a half, one half less
//! (J. Edmonds, 1965). Violated sets are the odd cuts below 1 of a graph, found exactly by a
//! Gomory–Hu tree (M. Padberg, M. Rao 1982; A. Letchford, G. Reinelt, D. Theis, "Odd minimum cut
//! sets and b-matchings revisited", 2008).

use super::flow::{narrow, wide};
use super::lp::Row;
use std::collections::VecDeque;

/// Values closer to a whole number than this are whole.
const WHOLE: f64 = 1e-6;
/// Sets violated by less than this are not worth a row.
const WORTH: f64 = 0.02;

/// The rows that `values` break; at most one for each cut of the tree.
///
/// `ends` are the people of each variable, `most` the most pairs of each person.
pub(super) fn odd_sets(ends: &[(u32, u32)], most: &[i128], values: &[f64]) -> Vec<Row> {
    let graph = Graph::new(ends, most, values);
    let mut rows = Vec::new();
    for members in graph.components() {
        let whole: Vec<bool> = graph.mark(&members);
        if let Some(row) = graph.row(&whole) {
            rows.push(row);
            continue;
        }
        for side in graph.cuts(&members) {
            rows.extend(graph.row(&side));
        }
    }
    rows.sort_by(|a, b| a.entries.cmp(&b.entries));
    rows.dedup();
    rows
}

struct Graph<'a> {
    ends: &'a [(u32, u32)],
    most: &'a [i128],
    values: &'a [f64],
    /// Places each person has left.
    slack: Vec<f64>,
    /// Fractional pairs of each person.
    fractional: Vec<Vec<u32>>,
    /// Pairs of each person with any value, or all of them.
    touching: Vec<Vec<u32>>,
}

impl<'a> Graph<'a> {
    #[expect(
        clippy::as_conversions,
        clippy::cast_precision_loss,
        reason = "most pairs are cut to the number of possible pairs"
    )]
    fn new(ends: &'a [(u32, u32)], most: &'a [i128], values: &'a [f64]) -> Self {
        let mut slack: Vec<f64> = most.iter().map(|&most| most as f64).collect();
        let mut fractional = vec![Vec::new(); most.len()];
        let mut touching = vec![Vec::new(); most.len()];
        for (at, (&(a, b), &value)) in ends.iter().zip(values).enumerate() {
            for person in [wide(a), wide(b)] {
                slack[person] -= value;
                touching[person].push(narrow(at));
                if value > WHOLE && value < 1.0 - WHOLE {
                    fractional[person].push(narrow(at));
                }
            }
        }
        Self { ends, most, values, slack, fractional, touching }
    }

    fn other(&self, pair: u32, person: usize) -> usize {
        let (a, b) = self.ends[wide(pair)];
        if wide(a) == person { wide(b) } else { wide(a) }
    }

    /// People joined by fractional pairs.
    fn components(&self) -> Vec<Vec<usize>> {
        let mut seen = vec![false; self.most.len()];
        let mut found = Vec::new();
        for start in 0..self.most.len() {
            if seen[start] || self.fractional[start].is_empty() {
                continue;
            }
            seen[start] = true;
            let mut members = vec![start];
            let mut at = 0;
            while let Some(&person) = members.get(at) {
                at += 1;
                for &pair in &self.fractional[person] {
                    let other = self.other(pair, person);
                    if !seen[other] {
                        seen[other] = true;
                        members.push(other);
                    }
                }
            }
            members.sort_unstable();
            found.push(members);
        }
        found
    }

    fn mark(&self, members: &[usize]) -> Vec<bool> {
        let mut marked = vec![false; self.most.len()];
        for &person in members {
            marked[person] = true;
        }
        marked
    }

    /// The row of a set of people, if its best choice of outgoing pairs breaks it.
    fn row(&self, inside: &[bool]) -> Option<Row> {
        let mut loose = 0.0;
        let mut top: i128 = 0;
        let mut entries = Vec::new();
        let mut cheapest: Option<(f64, u32)> = None;
        let mut outgoing = Vec::new();
        for person in (0..inside.len()).filter(|&person| inside[person]) {
            loose += self.slack[person];
            top += self.most[person];
            for &pair in &self.touching[person] {
                let value = self.values[wide(pair)];
                if inside[self.other(pair, person)] {
                    if person < self.other(pair, person) {
                        entries.push((pair, 1));
                    }
                    continue;
                }
                loose += value.min(1.0 - value);
                let taken = value > 0.5;
                if taken {
                    outgoing.push(pair);
                }
                let change = (1.0 - 2.0 * value).abs();
                if cheapest.is_none_or(|(least, _)| change < least) {
                    cheapest = Some((change, pair));
                }
            }
        }
        let odd = |taken: usize| (top + i128::try_from(taken).unwrap_or(0)) % 2 != 0;
        if !odd(outgoing.len()) {
            let (change, pair) = cheapest?;
            loose += change;
            match outgoing.iter().position(|&taken| taken == pair) {
                Some(at) => {
                    outgoing.swap_remove(at);
                }
                None => outgoing.push(pair),
            }
        }
        if loose > 1.0 - 2.0 * WORTH {
            return None;
        }
        let hi = (top + i128::try_from(outgoing.len()).unwrap_or(0) - 1) / 2;
        entries.extend(outgoing.into_iter().map(|pair| (pair, 1)));
        entries.sort_unstable();
        Some(Row { entries, lo: 0, hi })
    }

    /// The sides of the cuts of a Gomory–Hu tree over `members` and the world outside (D.
    /// Gusfield, 1990), the world never inside.
    fn cuts(&self, members: &[usize]) -> Vec<Vec<bool>> {
        let size = members.len();
        let mut local = vec![usize::MAX; self.most.len()];
        for (at, &person) in members.iter().enumerate() {
            local[person] = at;
        }
        let mut net = Net::new(size + 1);
        for (at, &person) in members.iter().enumerate() {
            net.join(at, size, self.slack[person].max(0.0));
            for &pair in &self.fractional[person] {
                let other = self.other(pair, person);
                if person < other {
                    let value = self.values[wide(pair)];
                    net.join(at, local[other], value.min(1.0 - value));
                }
            }
        }
        let mut parents = vec![size; size];
        let mut sides = Vec::new();
        for at in 0..size {
            let (value, near) = net.cut(at, parents[at]);
            for later in at + 1..size {
                if near[later] && parents[later] == parents[at] {
                    parents[later] = at;
                }
            }
            if value < 1.0 - WORTH {
                let flip = near[size];
                let mut side = vec![false; self.most.len()];
                for (index, &person) in members.iter().enumerate() {
                    side[person] = near[index] != flip;
                }
                sides.push(side);
            }
        }
        sides
    }
}

/// An undirected network for the smallest cut between two nodes.
struct Net {
    /// Arcs of each node; arc `a` and `a ^ 1` are the two directions of one edge.
    arcs: Vec<Vec<usize>>,
    heads: Vec<usize>,
    capacities: Vec<f64>,
}

impl Net {
    fn new(nodes: usize) -> Self {
        Self { arcs: vec![Vec::new(); nodes], heads: Vec::new(), capacities: Vec::new() }
    }

    fn join(&mut self, a: usize, b: usize, capacity: f64) {
        if capacity <= 1e-9 {
            return;
        }
        for (from, to) in [(a, b), (b, a)] {
            self.arcs[from].push(self.heads.len());
            self.heads.push(to);
            self.capacities.push(capacity);
        }
    }

    /// Value of the smallest cut and the side of `source`; gives up counting at 1.
    fn cut(&self, source: usize, sink: usize) -> (f64, Vec<bool>) {
        let mut room = self.capacities.clone();
        let mut value = 0.0;
        loop {
            let mut via = vec![usize::MAX; self.arcs.len()];
            let mut seen = vec![false; self.arcs.len()];
            seen[source] = true;
            let mut queue = VecDeque::from([source]);
            while let Some(node) = queue.pop_front() {
                for &arc in &self.arcs[node] {
                    let head = self.heads[arc];
                    if !seen[head] && room[arc] > 1e-9 {
                        seen[head] = true;
                        via[head] = arc;
                        queue.push_back(head);
                    }
                }
            }
            if !seen[sink] {
                return (value, seen);
            }
            let mut least = f64::INFINITY;
            let mut node = sink;
            while node != source {
                least = least.min(room[via[node]]);
                node = self.heads[via[node] ^ 1];
            }
            node = sink;
            while node != source {
                room[via[node]] -= least;
                room[via[node] ^ 1] += least;
                node = self.heads[via[node] ^ 1];
            }
            value += least;
        }
    }
}
