//! A picture renewed around the few nodes that changed, instead of built anew.
//!
//! Nodes keep their order, so every array of the old picture is copied in long pieces; only the rows of
//! what changed and of its neighbours are laid out again.

use std::num::NonZeroU32;
use std::ops::Range;

use lianmeng_domain::graph::GraphInput;

use crate::build::{Edges, Nodes};
use crate::details::Details;
use crate::edge::EdgeKind;
use crate::flat::{Adjacency, Index, RawEdge, at};
use crate::node::{NodeKind, NodeRef};
use crate::snapshot::{Observation, Snapshot};

/// Stands for a node that is not in the other picture.
const NONE: Index = Index::MAX;

impl Snapshot {
    /// The picture after a change of the nodes `touched`: what it says of them and of their edges is
    /// forgotten, and what `part` says of them takes its place. `part` holds those of them that still
    /// exist and every row with one of them at either end, as [`Self::build`] takes them; rows about
    /// others are passed over. The day stays that of this picture.
    ///
    /// The same as [`Self::build`] over all rows, but for [`Self::left_out`], which never falls.
    ///
    /// Time `O(n + m)` for `n` nodes and `m` edges, most of it copying whole pieces of memory, while
    /// no node comes or goes; renumbering costs a look at every edge more.
    #[must_use]
    pub fn renewed(&self, touched: &[NodeRef], mut part: GraphInput) -> Self {
        part.as_of = self.as_of;
        let mut touched: Vec<NodeRef> = touched.to_vec();
        touched.sort_unstable();
        touched.dedup();
        let (nodes, numbers) = self.merged_nodes(&touched, &mut part);
        let gone: Vec<Index> = sorted(touched.iter().filter_map(|&node| self.index(node)));
        let come: Vec<Index> = sorted(touched.iter().filter_map(|&node| nodes.index(node)));
        let is_new = |index: Index| come.binary_search(&index).is_ok();

        let mut edges = Edges::over(&nodes);
        edges.collect(&part);
        let mut observed = edges.observed(&part);
        observed.retain(|row| is_new(row.supplier) || is_new(row.buyer));
        let mut suggested = edges.suggested(&part);
        suggested.retain(|&(firm, segment)| is_new(firm) || is_new(segment));
        let (mut list, left_out) = edges.finish();
        list.retain(|edge| is_new(edge.from) || is_new(edge.to));
        let change = Change { numbers: &numbers, gone: &gone, come: &come };
        let outgoing = change.adjacency(&self.outgoing, &self.incoming, &list);
        for edge in &mut list {
            std::mem::swap(&mut edge.from, &mut edge.to);
        }
        list.sort_unstable();
        let incoming = change.adjacency(&self.incoming, &self.outgoing, &list);

        let observed = change.rows(&self.observed, self.observed_of(&gone), observed, |row, to| {
            let product = row.product.map(|index| to(index.get() - 1));
            // A product that is gone leaves its statements without one.
            let product = product.filter(|&index| index != NONE);
            Observation {
                supplier: to(row.supplier),
                buyer: to(row.buyer),
                product: product.and_then(|index| NonZeroU32::new(index + 1)),
                ..row
            }
        });
        let pairs = |row: &(Index, Index)| change.is_gone(row.0) || change.is_gone(row.1);
        let suggested =
            change.rows(&self.suggested, places(&self.suggested, pairs), suggested, |row, to| {
                (to(row.0), to(row.1))
            });
        let part = Details::take(&part, |node| nodes.index(node));
        let details = self.details.renewed(&change, part, is_new);
        let Nodes { starts, ids, names, .. } = nodes;
        Self {
            as_of: self.as_of,
            starts,
            ids,
            names,
            outgoing,
            incoming,
            observed,
            suggested,
            details,
            left_out: self.left_out + left_out,
        }
    }

    /// The nodes after the change, and how old and new numbers belong together.
    fn merged_nodes(&self, touched: &[NodeRef], part: &mut GraphInput) -> (Nodes, Numbers) {
        let given = Nodes::take(part);
        let is_touched = |node| touched.binary_search(&node).is_ok();
        let mut nodes = Nodes::default();
        let mut numbers =
            Numbers { new_of_old: vec![NONE; at(self.len())], old_of_new: Vec::new() };
        for &kind in NodeKind::ALL {
            nodes.starts.push(nodes.next);
            let mut fresh = given.of(kind).filter(|&(id, _)| is_touched(NodeRef::new(kind, id)));
            let mut next = fresh.next();
            let mut stale = touched.iter().filter(|node| node.kind() == kind).peekable();
            for old in self.indexes(kind) {
                let id = self.ids[at(old)];
                while let Some((number, name)) = next.filter(|&(number, _)| number < id) {
                    nodes.push(number, given.names.get(name));
                    numbers.old_of_new.push(NONE);
                    next = fresh.next();
                }
                while stale.next_if(|node| node.number() < id).is_some() {}
                if stale.peek().is_none_or(|node| node.number() != id) {
                    numbers.pair(old, nodes.next);
                    nodes.push(id, self.names.get(old));
                } else if let Some((_, name)) = next.filter(|&(number, _)| number == id) {
                    numbers.pair(old, nodes.next);
                    nodes.push(id, given.names.get(name));
                    next = fresh.next();
                }
            }
            while let Some((number, name)) = next {
                nodes.push(number, given.names.get(name));
                numbers.old_of_new.push(NONE);
                next = fresh.next();
            }
        }
        nodes.starts.push(nodes.next);
        (nodes, numbers)
    }

    /// Where the observations of these nodes stand.
    fn observed_of(&self, gone: &[Index]) -> Vec<Range<usize>> {
        let between = |low: (Index, Index), high: (Index, Index)| {
            let start = self.observed.partition_point(|row| (row.supplier, row.buyer) < low);
            let end = self.observed.partition_point(|row| (row.supplier, row.buyer) <= high);
            start..end
        };
        let mut found = Vec::new();
        for &node in gone {
            found.push(between((node, 0), (node, NONE)));
            for &supplier in self.incoming.of(node, EdgeKind::Supplies) {
                found.push(between((supplier, node), (supplier, node)));
            }
        }
        found
    }
}

/// How the numbers of nodes in the old and the new picture belong together.
#[derive(Debug)]
struct Numbers {
    new_of_old: Vec<Index>,
    old_of_new: Vec<Index>,
}

impl Numbers {
    fn pair(&mut self, old: Index, new: Index) {
        self.new_of_old[at(old)] = new;
        self.old_of_new.push(old);
    }

    /// Whether every node kept its number.
    fn is_same(&self) -> bool {
        self.new_of_old.len() == self.old_of_new.len()
            && self.new_of_old.iter().zip(0..).all(|(&new, old)| new == old)
    }
}

/// What changed, in old and in new numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change<'a> {
    numbers: &'a Numbers,
    /// The touched nodes in old numbers, rising.
    gone: &'a [Index],
    /// The touched nodes in new numbers, rising.
    come: &'a [Index],
}

impl Change<'_> {
    /// Whether this node of the old picture was touched.
    pub(crate) fn is_gone(&self, old: Index) -> bool {
        self.gone.binary_search(&old).is_ok()
    }

    /// Sorted rows without those in `drop`, renumbered by `map`, and `fresh` ones among them.
    pub(crate) fn rows<T: Copy + Ord>(
        &self,
        old: &[T],
        mut drop: Vec<Range<usize>>,
        mut fresh: Vec<T>,
        map: impl Fn(T, &dyn Fn(Index) -> Index) -> T,
    ) -> Vec<T> {
        drop.sort_unstable_by_key(|range| (range.start, range.end));
        fresh.sort_unstable();
        fresh.dedup();
        if self.numbers.is_same() {
            return spliced(old, &drop, &fresh);
        }
        let mut kept = spliced(old, &drop, &[]);
        let to = |index: Index| self.numbers.new_of_old[at(index)];
        for row in &mut kept {
            *row = map(*row, &to);
        }
        spliced(&kept, &[], &fresh)
    }

    /// The edges of one direction: `old` without those of touched nodes, and `list`, sorted. `back` is
    /// the other direction, by which the neighbours of what was touched are found.
    fn adjacency(&self, old: &Adjacency, back: &Adjacency, list: &[RawEdge]) -> Adjacency {
        let neighbours = self.gone.iter().flat_map(|&node| back.all(node));
        let known = neighbours.map(|(_, other)| self.numbers.new_of_old[at(other)]);
        let known = known.filter(|&other| other != NONE);
        let fresh = list.iter().map(|edge| edge.from);
        let dirty = sorted(known.chain(fresh).chain(self.come.iter().copied()));
        let is_same = self.numbers.is_same();
        let mut laid = Laying::new(self.numbers.old_of_new.len(), old.len() + list.len());
        let mut list = list;
        let mut node = 0;
        for &next in &dirty {
            self.copy(old, &mut laid, node..next, is_same);
            let count = list.partition_point(|edge| edge.from <= next);
            let (own, rest) = list.split_at(count);
            list = rest;
            self.lay(old, &mut laid, next, own);
            node = next + 1;
        }
        let end = Index::try_from(self.numbers.old_of_new.len()).unwrap_or(NONE);
        self.copy(old, &mut laid, node..end, is_same);
        laid.done()
    }

    /// Copies the rows of `nodes`, none of which has an edge to what was touched.
    fn copy(&self, old: &Adjacency, laid: &mut Laying, nodes: Range<Index>, is_same: bool) {
        if is_same {
            laid.block(old, nodes);
            return;
        }
        for node in nodes {
            let row = old.all(self.numbers.old_of_new[at(node)]);
            laid.row(row.map(|(kind, end)| (kind, self.numbers.new_of_old[at(end)])));
        }
    }

    /// Lays the row of one node out again, with its own new edges.
    fn lay(&self, old: &Adjacency, laid: &mut Laying, node: Index, own: &[RawEdge]) {
        let mut row: Vec<(EdgeKind, Index)> = own.iter().map(|edge| (edge.kind, edge.to)).collect();
        let before = self.numbers.old_of_new[at(node)];
        if before != NONE && !self.is_gone(before) {
            let kept = old.all(before).filter(|(_, end)| !self.is_gone(*end));
            row.extend(kept.map(|(kind, end)| (kind, self.numbers.new_of_old[at(end)])));
        }
        row.sort_unstable();
        row.dedup();
        laid.row(row.into_iter());
    }
}

/// Edges as they are laid out.
#[derive(Debug)]
struct Laying(Adjacency);

impl Laying {
    fn new(nodes: usize, edges: usize) -> Self {
        let mut offsets = Vec::with_capacity(nodes + 1);
        offsets.push(0);
        let (kinds, ends) = (Vec::with_capacity(edges), Vec::with_capacity(edges));
        Self(Adjacency { offsets, kinds, ends })
    }

    fn row(&mut self, row: impl Iterator<Item = (EdgeKind, Index)>) {
        for (kind, end) in row {
            self.0.kinds.push(kind);
            self.0.ends.push(end);
        }
        self.close();
    }

    /// Rows of nodes in one piece.
    fn block(&mut self, old: &Adjacency, nodes: Range<Index>) {
        let first = old.offsets[at(nodes.start)];
        let range = at(first)..at(old.offsets[at(nodes.end)]);
        let start = self.0.offsets.last().copied().unwrap_or_default();
        self.0.kinds.extend_from_slice(&old.kinds[range.clone()]);
        self.0.ends.extend_from_slice(&old.ends[range]);
        let offsets = &old.offsets[at(nodes.start) + 1..=at(nodes.end)];
        self.0.offsets.extend(offsets.iter().map(|offset| offset - first + start));
    }

    fn close(&mut self) {
        self.0.offsets.push(Index::try_from(self.0.ends.len()).unwrap_or(NONE));
    }

    fn done(mut self) -> Adjacency {
        self.0.kinds.shrink_to_fit();
        self.0.ends.shrink_to_fit();
        self.0
    }
}

/// Sorted `old` without the ranges `drop`, which are sorted and may overlap, and with sorted `fresh`
/// rows in their places; copied in pieces.
fn spliced<T: Copy + Ord>(old: &[T], drop: &[Range<usize>], fresh: &[T]) -> Vec<T> {
    let mut done = Vec::with_capacity(old.len() + fresh.len());
    let mut from = 0;
    let mut drop = drop.iter().peekable();
    let mut keep = |done: &mut Vec<T>, until: usize| {
        while let Some(range) = drop.next_if(|range| range.start < until) {
            done.extend_from_slice(&old[from..range.start.max(from)]);
            from = range.end.max(from);
        }
        // A piece to drop may reach beyond the place of the next fresh row.
        done.extend_from_slice(&old[from.min(until)..until]);
        from = until.max(from);
    };
    for row in fresh {
        keep(&mut done, old.partition_point(|known| known < row));
        done.push(*row);
    }
    keep(&mut done, old.len());
    done.shrink_to_fit();
    done
}

/// Where rows stand that `is_meant` names, as ranges.
pub(crate) fn places<T>(rows: &[T], is_meant: impl Fn(&T) -> bool) -> Vec<Range<usize>> {
    let meant = rows.iter().enumerate().filter(|(_, row)| is_meant(row));
    meant.map(|(place, _)| place..place + 1).collect()
}

fn sorted(indexes: impl Iterator<Item = Index>) -> Vec<Index> {
    let mut all: Vec<Index> = indexes.collect();
    all.sort_unstable();
    all.dedup();
    all
}

#[cfg(test)]
mod tests;
