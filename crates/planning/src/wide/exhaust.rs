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
use crate::budget::Meter;
use std::collections::BTreeSet;

/// Placements tried that count as a node.
const LOOKS_PER_NODE: u64 = 8;

/// The best of all timetables that lose less than `upper`; an empty list of places if there is
/// none. None after more than `nodes` nodes, each worth [`LOOKS_PER_NODE`] placements that are tried,
/// or when `meter` is late.
pub(crate) fn exhaust(
    shape: &Shape<'_>,
    upper: Score,
    nodes: u64,
    meter: &Meter<'_>,
) -> Option<(Score, Option<Timetable>)> {
    let mut order: Vec<usize> = (0..shape.problem.meetings.len()).collect();
    order.sort_by_key(|&m| (shape.rank(m), slots::len(shape.starts[m]), m));
    let published = shape.problem.published.iter().flatten().map(|seat| seat.table);
    let mut search = Search {
        board: Board::new(shape),
        order,
        best: upper,
        found: None,
        looks: nodes.saturating_mul(LOOKS_PER_NODE),
        meter,
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
    /// Looks that are left.
    looks: u64,
    meter: &'a Meter<'a>,
    /// Tables that their numbers tell apart, since people were told to go there.
    named: BTreeSet<usize>,
}

impl Search<'_> {
    /// Decides about the meetings from `depth` on; `lost` is what is lost whatever comes. False if
    /// the looks or the time are used up.
    fn visit(&mut self, depth: usize, lost: Score) -> bool {
        if lost >= self.best {
            return true;
        }
        if !self.book(LOOKS_PER_NODE) {
            return false;
        }
        let Some(&m) = self.order.get(depth) else {
            let score = self.board.score();
            if score < self.best {
                self.best = score;
                self.found = Some(self.board.timetable());
            }
            return true;
        };
        for slot in slots::iter(self.board.shape.starts[m]) {
            let tables = u64::try_from(self.board.shape.tables(m).len()).unwrap_or(u64::MAX);
            if !self.book(tables / LOOKS_PER_NODE) {
                return false;
            }
            for table in self.tables(m) {
                let moved = self.moved(m, Some(Seat { slot, table }), lost);
                let Some(seatings) = self.seatings(m, slot, table) else { return false };
                for rows in seatings {
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

    /// Every choice of representatives with whom `m` fits there; none if the looks are used up.
    fn seatings(&mut self, m: usize, slot: usize, table: usize) -> Option<Vec<Vec<usize>>> {
        let mut lists: Vec<Vec<usize>> = vec![Vec::new()];
        for &p in &self.board.shape.meeting(m).participants {
            let rows = self.rows(p);
            let longer = |list: &Vec<usize>| {
                let list = list.clone();
                rows.iter().map(move |&row| [list.as_slice(), &[row]].concat()).collect::<Vec<_>>()
            };
            lists = lists.iter().flat_map(longer).collect();
        }
        if !self.book(u64::try_from(lists.len()).unwrap_or(u64::MAX)) {
            return None;
        }
        let fits = |rows: &Vec<usize>| {
            let mut want = Want { meeting: m, slot, table, ..Want::default() };
            self.board.evict_at(&mut want, rows) && want.out.is_empty()
        };
        lists.retain(fits);
        Some(lists)
    }

    /// Takes `looks` of those that are left; false if there are too few, or no time.
    fn book(&mut self, looks: u64) -> bool {
        let left = self.looks.checked_sub(looks).filter(|_| !self.meter.is_late(0));
        self.looks = left.unwrap_or(0);
        left.is_some()
    }

    /// The representatives of `p`; of those without a meeting, the first.
    fn rows(&self, p: usize) -> Vec<usize> {
        let (from, to) = (self.board.shape.row_base[p], self.board.shape.row_base[p + 1]);
        let first = (from..to).find(|&row| self.board.busy(row) == 0);
        (from..to).filter(|&row| self.board.busy(row) != 0 || first == Some(row)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::problem::{Meeting, Participant, Problem, Slot, Table};
    use super::*;
    use crate::budget::{Budget, Clock};

    /// Two meetings of the same two people, one slot, and tables that all differ.
    fn narrow() -> Problem {
        let table = |t: usize| Table { equipment: vec![format!("e{t}")], ..Table::default() };
        let meeting = Meeting { participants: vec![0, 1], ..Meeting::default() };
        Problem {
            slots: vec![Slot { half_day: 0, minutes: 20 }],
            tables: (0..60).map(table).collect(),
            participants: vec![Participant::default(); 2],
            meetings: vec![meeting; 2],
            ..Problem::default()
        }
    }

    #[test]
    fn placements_that_do_not_fit_are_counted_too() {
        let problem = narrow();
        let shape = Shape::new(&problem);
        let upper = Score { hard: u64::MAX, ..Score::default() };
        let meter = Meter::new(Budget::Steps(u64::MAX));
        let hard = |nodes| exhaust(&shape, upper, nodes, &meter).map(|(best, _)| best.hard);
        // Fewer than 200 nodes, but 60 × 60 placements that are tried in vain.
        assert_eq!(hard(300), None);
        assert_eq!(hard(1_200), Some(1));
    }

    #[test]
    fn a_clock_that_has_run_out_ends_it() {
        let problem = narrow();
        let upper = Score { hard: u64::MAX, ..Score::default() };
        let meter = Meter::new(Budget::Clock(Clock { elapsed_ms: &|| 9, limit_ms: 9 }));
        assert_eq!(exhaust(&Shape::new(&problem), upper, u64::MAX, &meter), None);
    }
}
