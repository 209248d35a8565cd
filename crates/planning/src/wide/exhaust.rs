//! All timetables of a small problem: the best one, with proof.
//!
//! Depth first over the meetings, each at every place that breaks nothing or at none; a branch ends
//! when what is decided loses as much as the best known.

use super::board::{Board, Want};
use super::check::Score;
use super::problem::{Level, Seat};
use super::shape::Shape;
use super::slots;
use super::timetable::Timetable;
use std::collections::BTreeSet;

/// The best of all timetables that lose less than `upper`; an empty list of places if there is
/// none. None after more than `nodes` nodes.
pub(crate) fn exhaust(
    shape: &Shape<'_>,
    upper: Score,
    nodes: u64,
) -> Option<(Score, Option<Timetable>)> {
    let mut order: Vec<usize> = (0..shape.problem.meetings.len()).collect();
    order.sort_by_key(|&m| (shape.rank(m), slots::len(shape.starts[m]), m));
    let published = shape.problem.published.iter().flatten().map(|seat| seat.table);
    let mut search = Search {
        board: Board::new(shape),
        order,
        best: upper,
        found: None,
        nodes,
        named: published.collect(),
    };
    search.board.pinned.fill(false);
    search.visit(0, Score::default()).then_some((search.best, search.found))
}

struct Search<'a> {
    board: Board<'a>,
    order: Vec<usize>,
    best: Score,
    found: Option<Timetable>,
    nodes: u64,
    /// Tables that their numbers tell apart, since people were told to go there.
    named: BTreeSet<usize>,
}

impl Search<'_> {
    /// Decides about the meetings from `depth` on; `lost` is what is lost whatever comes. False if
    /// the nodes are used up.
    fn visit(&mut self, depth: usize, lost: Score) -> bool {
        if lost >= self.best {
            return true;
        }
        if self.nodes == 0 {
            return false;
        }
        self.nodes -= 1;
        let Some(&m) = self.order.get(depth) else {
            let score = self.board.score();
            if score < self.best {
                self.best = score;
                self.found = Some(self.board.timetable());
            }
            return true;
        };
        for slot in slots::iter(self.board.shape.starts[m]) {
            for table in self.tables(m) {
                let moved = self.moved(m, Some(Seat { slot, table }), lost);
                for rows in self.seatings(m, slot, table) {
                    self.board.place(m, Seat { slot, table }, &rows);
                    let goes_on = self.visit(depth + 1, moved);
                    self.board.unplace(m);
                    if !goes_on {
                        return false;
                    }
                }
            }
        }
        let mut without = self.moved(m, None, lost);
        let points = u64::from(self.board.shape.meeting(m).points);
        match self.board.shape.rank(m) {
            Level::Must => without.hard += 1,
            Level::Should => without.medium += points,
            Level::Wish => without.soft += points,
        }
        self.visit(depth + 1, without)
    }

    /// `lost` with the price of moving `m` itself; that of its participants is left out.
    fn moved(&self, m: usize, seat: Option<Seat>, lost: Score) -> Score {
        let published = self.board.shape.problem.published.get(m).copied().flatten();
        let price = u64::from(self.board.shape.problem.prices.moved_meeting);
        let more = if published.is_some() && published != seat { price } else { 0 };
        Score { soft: lost.soft + more, ..lost }
    }

    /// Tables for `m`; of those that only numbers tell apart and that are still empty, the first.
    fn tables(&self, m: usize) -> Vec<usize> {
        let shape = self.board.shape;
        let every = slots::first(shape.slots);
        let mut kinds = BTreeSet::new();
        let list = shape.tables(m).iter().copied();
        list.filter(|&table| {
            let alike = self.board.is_free(table, every) && !self.named.contains(&table);
            !alike || kinds.insert(shape.kind_of[table])
        })
        .collect()
    }

    /// Every choice of representatives with whom `m` fits there.
    fn seatings(&self, m: usize, slot: usize, table: usize) -> Vec<Vec<usize>> {
        let mut lists: Vec<Vec<usize>> = vec![Vec::new()];
        for &p in &self.board.shape.meeting(m).participants {
            let rows = self.rows(p);
            let longer = |list: &Vec<usize>| {
                let list = list.clone();
                rows.iter().map(move |&row| [list.as_slice(), &[row]].concat()).collect::<Vec<_>>()
            };
            lists = lists.iter().flat_map(longer).collect();
        }
        let fits = |rows: &Vec<usize>| {
            let mut want = Want { meeting: m, slot, table, ..Want::default() };
            self.board.evict_at(&mut want, rows) && want.out.is_empty()
        };
        lists.retain(fits);
        lists
    }

    /// The representatives of `p`; of those without a meeting, the first.
    fn rows(&self, p: usize) -> Vec<usize> {
        let (from, to) = (self.board.shape.row_base[p], self.board.shape.row_base[p + 1]);
        let first = (from..to).find(|&row| self.board.busy(row) == 0);
        (from..to).filter(|&row| self.board.busy(row) != 0 || first == Some(row)).collect()
    }
}
