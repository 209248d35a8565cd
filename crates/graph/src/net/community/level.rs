//! A graph whose nodes may stand for many.

use super::super::pieces::Groups;
use super::super::ties::Ties;
use super::super::{Node, Rows, narrow};
use crate::flat::at;

/// Ties between nodes of one level.
#[derive(Debug)]
pub(super) struct Level<'a> {
    /// Rows of the ties themselves on the first level, of their sums above.
    rows: Source<'a>,
    /// Weight at each node, ties inside of it counted twice.
    pub(super) strength: Vec<i64>,
    /// Weight of all nodes: twice the weight of all ties.
    pub(super) total: i64,
}

#[derive(Debug)]
enum Source<'a> {
    Ties(&'a Rows),
    Sums(Rows),
}

/// Weights from one node to groups, kept in room that is used again.
#[derive(Debug)]
pub(super) struct Tally {
    /// Weight to each group.
    pub(super) to: Vec<i64>,
    /// Groups with a weight, in the order they were met.
    pub(super) met: Vec<u32>,
}

impl Tally {
    pub(super) fn new(groups: usize) -> Self {
        Self { to: vec![0; groups], met: Vec::new() }
    }

    /// Adds `weight` (more than 0) to a group.
    pub(super) fn add(&mut self, group: u32, weight: i64) {
        let slot = &mut self.to[at(group)];
        if *slot == 0 {
            self.met.push(group);
        }
        *slot += weight;
    }

    pub(super) fn clear(&mut self) {
        for &group in &self.met {
            self.to[at(group)] = 0;
        }
        self.met.clear();
    }
}

impl<'a> Level<'a> {
    /// The first level.
    pub(super) fn of(ties: &'a Ties) -> Self {
        let strength: Vec<i64> = (0..ties.nodes())
            .map(|node| i64::try_from(ties.strength(node)).unwrap_or(i64::MAX))
            .collect();
        let total = strength.iter().sum();
        Self { rows: Source::Ties(&ties.rows), strength, total }
    }

    fn rows(&self) -> &Rows {
        match &self.rows {
            Source::Ties(rows) => rows,
            Source::Sums(rows) => rows,
        }
    }

    pub(super) fn nodes(&self) -> u32 {
        self.rows().nodes()
    }

    /// Ends and weights of the ties of `node`; none of weight 0, none to itself.
    pub(super) fn of_node(&self, node: Node) -> (&[Node], &[u32]) {
        let rows = self.rows();
        let range = rows.range(node);
        (&rows.ends[range.clone()], rows.weights.get(range).unwrap_or_default())
    }

    /// The level whose nodes are these groups.
    pub(super) fn joined(&self, groups: &Groups) -> Level<'static> {
        let mut strength = vec![0; groups.count()];
        for (node, &group) in groups.of.iter().enumerate() {
            strength[at(group)] += self.strength[node];
        }
        let mut rows = Rows { offsets: vec![0], ..Rows::default() };
        let mut tally = Tally::new(groups.count());
        let (starts, members) = by_group(groups);
        for group in 0..narrow(groups.count()) {
            let range = at(starts[at(group)])..at(starts[at(group) + 1]);
            for &node in &members[range] {
                let (ends, weights) = self.of_node(node);
                for (place, &end) in ends.iter().enumerate() {
                    let other = groups.of[at(end)];
                    if other != group {
                        tally.add(other, weights.get(place).map_or(1, |&weight| i64::from(weight)));
                    }
                }
            }
            for &other in &tally.met {
                rows.ends.push(other);
                // The sum of all weights fits, so each does.
                rows.weights.push(u32::try_from(tally.to[at(other)]).unwrap_or(u32::MAX));
            }
            tally.clear();
            rows.offsets.push(narrow(rows.ends.len()));
        }
        Level { rows: Source::Sums(rows), strength, total: self.total }
    }
}

/// Nodes ordered by group, and where each group begins.
pub(super) fn by_group(groups: &Groups) -> (Vec<u32>, Vec<Node>) {
    let mut starts = Vec::with_capacity(groups.count() + 1);
    let mut sum = 0;
    for &size in &groups.sizes {
        starts.push(sum);
        sum += size;
    }
    starts.push(sum);
    let mut next = starts.clone();
    let mut members = vec![0; groups.of.len()];
    for (node, &group) in (0..).zip(&groups.of) {
        members[at(next[at(group)])] = node;
        next[at(group)] += 1;
    }
    (starts, members)
}
