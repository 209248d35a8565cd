//! Better timetables, step by step: insertion that throws others out, then annealing on chains.
//!
//! Repair follows guided ejection search (Nagata, Bräysy, Operations Research Letters 2009): a
//! meeting without a place goes where the cheapest others have to go, and each meeting grows dearer
//! whenever it had to be put back. Annealing (Kirkpatrick, Gelatt, Vecchi 1983) moves a meeting to
//! another slot and those in its way to the slot it left, and so on, as in a Kempe chain. A worse
//! level is compared only when all levels before it are equal.

mod chain;
mod tables;

use super::board::{Board, Want};
use super::check::Score;
use super::problem::{Level, Seat};
use super::shape::Shape;
use super::slots;
use super::timetable::{Placed, Timetable};
use crate::budget::Meter;
use crate::improve::{Share, WHOLE};
use crate::random::Random;
use chain::Undo;
use std::cmp::Ordering;

/// Moves between two looks at the budget.
const CHUNK: u64 = 64;
/// Random places at which a meeting without one is tried.
const TRIES: usize = 6;
/// What a meeting costs that is wanted back, and what it costs more each time it comes back.
const DEAR: u64 = 1_000;
/// One unit of a level, in the units of chance.
const UNIT: i64 = 64;

/// A board being improved, and the best it has held.
pub(crate) struct Improver<'a, 'b> {
    pub(crate) board: Board<'a>,
    random: Random,
    meter: &'b Meter<'b>,
    undo: Undo,
    want: Want,
    best: Best,
}

/// A timetable as the board keeps it.
#[derive(Debug, Clone)]
pub(crate) struct Best {
    pub(crate) score: Score,
    places: Vec<(Option<Seat>, Vec<usize>)>,
}

impl<'a, 'b> Improver<'a, 'b> {
    pub(crate) fn new(shape: &'a Shape<'a>, seed: u64, meter: &'b Meter<'b>) -> Self {
        let board = Board::new(shape);
        let meetings = shape.problem.meetings.len();
        let best = Best { score: board.score(), places: vec![(None, Vec::new()); meetings] };
        let random = Random::new(seed);
        let undo = Undo::new(meetings);
        Self { board, random, meter, undo, want: Want::default(), best }
    }

    pub(crate) fn best(&self) -> Score {
        self.best.score
    }

    /// Remembers the board if it is better than what was remembered.
    pub(crate) fn keep(&mut self) {
        let score = self.board.score();
        if score >= self.best.score {
            return;
        }
        self.best.score = score;
        for (m, (seat, rows)) in self.best.places.iter_mut().enumerate() {
            *seat = self.board.seat(m);
            rows.clear();
            rows.extend_from_slice(self.board.rows_of(m));
        }
    }

    /// Puts the board back to the best it has held.
    pub(crate) fn restore(&mut self) {
        let meetings = self.best.places.len();
        for m in 0..meetings {
            if self.board.seat(m).is_some() {
                self.board.unplace(m);
            }
        }
        for (m, (seat, rows)) in self.best.places.iter().enumerate() {
            if let Some(seat) = seat {
                self.board.place(m, *seat, rows);
            }
        }
    }

    /// The best as an answer.
    pub(crate) fn best_timetable(&self) -> Timetable {
        let shape = self.board.shape;
        let place = |(m, (seat, rows)): (usize, &(Option<Seat>, Vec<usize>))| {
            let seat = (*seat)?;
            let rows = rows.iter().zip(&shape.meeting(m).participants);
            let representatives = rows.map(|(&row, &p)| row - shape.row_base[p]).collect();
            Some(Placed { slot: seat.slot, table: seat.table, representatives })
        };
        Timetable { meetings: self.best.places.iter().enumerate().map(place).collect() }
    }

    /// Looks at `timetable`, which breaks nothing that the board never breaks, and keeps it if it is
    /// better.
    pub(crate) fn take(&mut self, timetable: &Timetable) {
        self.board.load(timetable);
        self.keep();
    }

    /// Puts every meeting where it can be without throwing another out: the hardest first.
    pub(crate) fn construct(&mut self) {
        let shape = self.board.shape;
        let mut order: Vec<usize> = self.board.pool().to_vec();
        order.sort_by_key(|&m| {
            let choice = slots::len(shape.starts[m]) * shape.tables(m).len().min(8);
            let length = std::cmp::Reverse(shape.meeting(m).length);
            let load = shape.meeting(m).participants.iter().map(|&p| shape.meetings_of[p].len());
            let free = shape.meeting(m).locked.is_none();
            (free, shape.rank(m), length, choice, std::cmp::Reverse(load.max()), m)
        });
        for m in order {
            self.insert(m, false);
        }
        self.keep();
    }

    /// Throws others out until every meeting of `level` and above has a place, or `until` has come,
    /// or `tries` have not helped. Whether all have one.
    pub(crate) fn repair(&mut self, level: Level, until: Share, tries: u64) -> bool {
        for m in 0..self.board.price.len() {
            if self.board.shape.rank(m) <= level {
                self.board.price[m] = self.board.price[m].max(DEAR);
            }
        }
        let mut fewest = usize::MAX;
        let mut left = tries;
        loop {
            let waiting: Vec<usize> = self.waiting(level);
            let Some(&m) = waiting.get(self.random.below(waiting.len())) else {
                self.fill();
                return true;
            };
            if waiting.len() < fewest {
                (fewest, left) = (waiting.len(), tries);
                self.keep();
            }
            left = left.saturating_sub(1);
            let starts = slots::len(self.board.shape.starts[m]);
            self.meter.book(u64::try_from(starts / 4 + 1).unwrap_or(1));
            if left == 0 || self.meter.is_over() || self.meter.used() >= until {
                self.fill();
                return false;
            }
            if self.insert(m, true) {
                self.board.price[m] = self.board.price[m].saturating_add(DEAR);
            } else {
                left = left.min(tries / 8);
            }
        }
    }

    /// Meetings of `level` and above that have no place.
    fn waiting(&self, level: Level) -> Vec<usize> {
        let counts = |&&m: &&usize| self.board.shape.rank(m) <= level;
        self.board.pool().iter().filter(counts).copied().collect()
    }

    /// Gives a place to those without one where nobody has to go.
    pub(crate) fn fill(&mut self) {
        let mut waiting: Vec<usize> = self.board.pool().to_vec();
        waiting.sort_by_key(|&m| {
            let points = std::cmp::Reverse(self.board.shape.meeting(m).points);
            (self.board.shape.rank(m), points, m)
        });
        for m in waiting {
            self.insert(m, false);
        }
        self.keep();
    }

    /// Puts `m` where the cheapest others have to go, or only where none has to unless `force`.
    /// Whether it has a place now.
    fn insert(&mut self, m: usize, force: bool) -> bool {
        let shape = self.board.shape;
        let (mut best, mut ties): (Option<(u64, Want)>, usize) = (None, 0);
        for slot in slots::iter(shape.starts[m]) {
            let Some(table) = self.choose_table(m, slot) else { break };
            let mut want = Want { meeting: m, slot, table, ..Want::default() };
            if !self.board.evict(&mut want) || (!force && !want.out.is_empty()) {
                continue;
            }
            let price = |m: &usize| self.board.price[*m];
            let cost = want.out.iter().map(price).sum::<u64>() * 8 + self.gaps(&want);
            let order = best.as_ref().map(|(least, _)| cost.cmp(least));
            ties = if order == Some(Ordering::Equal) { ties + 1 } else { ties };
            let take = match order {
                None | Some(Ordering::Less) => true,
                Some(Ordering::Equal) => self.random.below(ties) == 0,
                Some(Ordering::Greater) => false,
            };
            if take {
                ties = if order == Some(Ordering::Equal) { ties } else { 1 };
                best = Some((cost, want));
            }
        }
        let Some((_, want)) = best else { return false };
        for &out in &want.out {
            self.board.unplace(out);
        }
        let seat = Seat { slot: want.slot, table: want.table };
        self.board.place(m, seat, &want.rows);
        true
    }

    /// How many of the participants would wait before and after, as a taste among equal places.
    fn gaps(&self, want: &Want) -> u64 {
        let length = self.board.shape.meeting(want.meeting).length;
        let beside = |row: usize| {
            let busy = self.board.busy(row);
            let before = want.slot.checked_sub(1).is_some_and(|t| slots::has(busy, t));
            busy != 0 && !before && !slots::has(busy, want.slot + length)
        };
        u64::try_from(want.rows.iter().filter(|&&row| beside(row)).count()).unwrap_or(0).min(7)
    }

    /// Anneals until `until`, or the best is no worse than `bound`. Calls `look` after each round
    /// in which the best became better.
    pub(crate) fn anneal(&mut self, until: Share, bound: Score, look: &mut dyn FnMut(&mut Self)) {
        let from = self.meter.used();
        let scale = self.scale();
        let mut cycle = 0;
        while !self.meter.is_over() && self.meter.used() < until && self.best.score > bound {
            let (now, heat) = heat(from, until, self.meter.used());
            if now != cycle {
                cycle = now;
                self.restore();
            }
            let before = self.best.score;
            for _ in 0..CHUNK {
                self.step(scale, heat);
            }
            self.meter.book(CHUNK);
            if self.best.score < before {
                look(self);
            }
        }
        self.restore();
    }

    /// Usual sizes of a step on the second and the third level.
    fn scale(&self) -> (i64, i64) {
        let problem = self.board.shape.problem;
        let points = |level: Level| {
            let of = problem.meetings.iter().filter(|meeting| meeting.rank() == level);
            let points: Vec<i64> = of.map(|meeting| i64::from(meeting.points)).collect();
            points.iter().sum::<i64>() / i64::try_from(points.len().max(1)).unwrap_or(1)
        };
        let prices = &problem.prices;
        let small = prices.r#break.max(prices.table_change).max(prices.walking);
        (points(Level::Should), i64::from(small).max(points(Level::Wish).min(1_000)))
    }

    /// One move, kept or taken back.
    fn step(&mut self, scale: (i64, i64), heat: i64) {
        let before = self.board.score();
        self.undo.begin();
        let moved = self.random_move();
        let after = self.board.score();
        if !moved || !self.accept(before, after, scale, heat) {
            self.undo.back(&mut self.board);
            return;
        }
        if after < self.best.score {
            self.keep();
        }
    }

    fn accept(&mut self, before: Score, after: Score, scale: (i64, i64), heat: i64) -> bool {
        let loss = |a: u64, b: u64| i64::try_from(b).unwrap_or(0) - i64::try_from(a).unwrap_or(0);
        let levels = [
            (loss(before.hard, after.hard), 1),
            (loss(before.medium, after.medium), scale.0),
            (loss(before.soft, after.soft), scale.1),
        ];
        for (i, (loss, scale)) in levels.into_iter().enumerate() {
            if loss < 0 {
                return true;
            }
            if loss > 0 {
                // The first two levels are left for worse far more rarely.
                let warm = if i == 2 { UNIT / 2 } else { UNIT / 8 };
                let mean = warm * scale * heat / i64::from(WHOLE);
                return loss.saturating_mul(UNIT) <= self.random.exponential(mean);
            }
        }
        true
    }
}

/// Which cycle of cooling it is, and how warm: from [`WHOLE`] down to 0 three times, each cycle
/// longer than the one before.
fn heat(from: Share, until: Share, now: Share) -> (usize, i64) {
    let whole = u64::from(until.saturating_sub(from)).max(1);
    let at = u64::from(now.saturating_sub(from)) * 16 * 1024 / whole;
    let cycles = [(0, 2), (2, 4), (6, 10)];
    let cycle = cycles.iter().rposition(|&(start, _)| at >= start * 1024).unwrap_or(0);
    let (start, length) = cycles[cycle];
    let cold = ((at - start * 1024) / length).min(1024);
    let warm = i64::try_from(1024 - cold).unwrap_or(0);
    (cycle, i64::from(WHOLE) * warm * warm / (1024 * 1024))
}
