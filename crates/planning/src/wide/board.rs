//! A timetable under change, in which nobody and no table is ever asked for twice at once.
//!
//! Placing a meeting that breaks nothing more and taking one away cost `O(slots)` for each of its
//! participants. What only more meetings can break (clashes, tables, presence, most meetings, rest,
//! lunch, ways, orders) is never broken here; what fewer meetings can break (meetings that must be
//! held, fewest meetings, the spread of breaks) is counted.

mod evict;

use super::check::Score;
use super::problem::{Level, Seat};
use super::shape::Shape;
use super::slots::{self, Slots};
use super::timetable::{Placed, Timetable};

pub(crate) use evict::Want;

/// No meeting.
const NONE: usize = usize::MAX;

/// See the module.
pub(crate) struct Board<'a> {
    pub(crate) shape: &'a Shape<'a>,
    at: Vec<Option<Seat>>,
    /// The row of each participant of each meeting, from `Shape::seat_base`.
    seat_row: Vec<usize>,
    table_busy: Vec<Slots>,
    table_at: Vec<usize>,
    row_busy: Vec<Slots>,
    row_at: Vec<usize>,
    count: Vec<usize>,
    half_count: Vec<usize>,
    rows: Vec<Row>,
    breaks: Vec<usize>,
    /// How many participants have how many breaks.
    histogram: Vec<usize>,
    moved: Vec<usize>,
    /// Meetings without a place, and where each stands in that list.
    pool: Vec<usize>,
    pool_place: Vec<usize>,
    sums: Sums,
    /// What it costs to put a meeting out; never asked of those that are pinned.
    pub(crate) price: Vec<u64>,
    pub(crate) pinned: Vec<bool>,
}

/// What one row adds to the sums.
#[derive(Debug, Clone, Copy, Default)]
struct Row {
    breaks: usize,
    changes: usize,
    way: usize,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    must_missing: u64,
    short: u64,
    should_missing: u64,
    wish_missing: u64,
    moved_people: u64,
    moved_meetings: u64,
    breaks: usize,
    changes: usize,
    way: usize,
}

impl<'a> Board<'a> {
    /// Nothing is held.
    pub(crate) fn new(shape: &'a Shape<'a>) -> Self {
        let problem = shape.problem;
        let (meetings, people) = (problem.meetings.len(), problem.participants.len());
        let most = problem.participants.iter().map(|p| p.representatives).max().unwrap_or(1);
        let mut board = Self {
            shape,
            at: vec![None; meetings],
            seat_row: vec![0; shape.seats()],
            table_busy: vec![0; problem.tables.len()],
            table_at: vec![NONE; problem.tables.len() * shape.slots],
            row_busy: vec![0; shape.rows()],
            row_at: vec![NONE; shape.rows() * shape.slots],
            count: vec![0; people],
            half_count: vec![0; people * shape.halves.len()],
            rows: vec![Row::default(); shape.rows()],
            breaks: vec![0; people],
            histogram: vec![0; most * shape.slots + 1],
            moved: vec![0; people],
            pool: (0..meetings).collect(),
            pool_place: (0..meetings).collect(),
            sums: Sums::default(),
            price: Vec::new(),
            pinned: problem.meetings.iter().map(|meeting| meeting.locked.is_some()).collect(),
        };
        board.histogram[0] = people;
        for m in 0..meetings {
            board.missing(m, true);
            board.count_moved(m, true);
            board.price.push(match shape.rank(m) {
                Level::Must => 1_000,
                Level::Should => 10,
                Level::Wish => 1,
            });
        }
        for p in 0..people {
            board.sums.short += board.shortfall(p);
        }
        board
    }

    /// Where meeting `m` is.
    pub(crate) fn seat(&self, m: usize) -> Option<Seat> {
        self.at[m]
    }

    /// The rows of meeting `m`, in the order of its participants; of no meaning if it is not held.
    pub(crate) fn rows_of(&self, m: usize) -> &[usize] {
        &self.seat_row[self.shape.seat_base[m]..self.shape.seat_base[m + 1]]
    }

    /// Meetings without a place, in no particular but a repeatable order.
    pub(crate) fn pool(&self) -> &[usize] {
        &self.pool
    }

    /// The meeting of row `row` in slot `t`.
    pub(crate) fn in_row(&self, row: usize, t: usize) -> Option<usize> {
        let m = *self.row_at.get(row * self.shape.slots + t)?;
        (m != NONE).then_some(m)
    }

    pub(crate) fn busy(&self, row: usize) -> Slots {
        self.row_busy[row]
    }

    pub(crate) fn is_free(&self, table: usize, span: Slots) -> bool {
        self.table_busy[table] & span == 0
    }

    /// What the timetable loses, as `check::score` tells it.
    pub(crate) fn score(&self) -> Score {
        let (sums, prices) = (&self.sums, &self.shape.problem.prices);
        let wide = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        Score {
            hard: sums.must_missing + sums.short + self.spread(),
            medium: sums.should_missing,
            soft: sums.wish_missing
                + u64::from(prices.moved_participant) * sums.moved_people
                + u64::from(prices.moved_meeting) * sums.moved_meetings
                + u64::from(prices.r#break) * wide(sums.breaks)
                + u64::from(prices.table_change) * wide(sums.changes)
                + u64::from(prices.walking) * wide(sums.way),
        }
    }

    /// Breaks beyond the fewest of all plus the bound.
    fn spread(&self) -> u64 {
        let Some(bound) = self.shape.problem.spread else { return 0 };
        let Some(least) = self.histogram.iter().position(|&people| people > 0) else { return 0 };
        let limit = least.saturating_add(usize::try_from(bound).unwrap_or(usize::MAX));
        let most = self.sums.breaks.min(self.histogram.len() - 1);
        let over = (limit.saturating_add(1)..=most).map(|n| self.histogram[n] * (n - limit));
        u64::try_from(over.sum::<usize>()).unwrap_or(u64::MAX)
    }

    /// Puts `m`, which has no place, at `seat` with `rows`; all of it must be free.
    pub(crate) fn place(&mut self, m: usize, seat: Seat, rows: &[usize]) {
        let span = slots::span(seat.slot, self.shape.meeting(m).length);
        self.count_moved(m, false);
        self.at[m] = Some(seat);
        self.count_moved(m, true);
        self.missing(m, false);
        self.leave_pool(m);
        self.table_busy[seat.table] |= span;
        self.fill_table(seat.table, span, m);
        let base = self.shape.seat_base[m];
        for (i, &row) in rows.iter().enumerate() {
            self.seat_row[base + i] = row;
            self.row_busy[row] |= span;
            self.fill_row(row, span, m);
            self.sat(self.shape.meeting(m).participants[i], seat.slot, true);
            self.refresh(self.shape.meeting(m).participants[i], row);
        }
    }

    /// Takes `m` away from where it is.
    pub(crate) fn unplace(&mut self, m: usize) {
        let Some(seat) = self.at[m] else { return };
        let span = slots::span(seat.slot, self.shape.meeting(m).length);
        self.count_moved(m, false);
        self.at[m] = None;
        self.count_moved(m, true);
        self.missing(m, true);
        self.pool_place[m] = self.pool.len();
        self.pool.push(m);
        self.table_busy[seat.table] &= !span;
        self.fill_table(seat.table, span, NONE);
        let base = self.shape.seat_base[m];
        for (i, &p) in self.shape.meeting(m).participants.iter().enumerate() {
            let row = self.seat_row[base + i];
            self.row_busy[row] &= !span;
            self.fill_row(row, span, NONE);
            self.sat(p, seat.slot, false);
            self.refresh(p, row);
        }
    }

    fn leave_pool(&mut self, m: usize) {
        let place = self.pool_place[m];
        self.pool.swap_remove(place);
        if let Some(&moved) = self.pool.get(place) {
            self.pool_place[moved] = place;
        }
    }

    fn fill_table(&mut self, table: usize, span: Slots, m: usize) {
        for t in slots::iter(span) {
            self.table_at[table * self.shape.slots + t] = m;
        }
    }

    fn fill_row(&mut self, row: usize, span: Slots, m: usize) {
        for t in slots::iter(span) {
            self.row_at[row * self.shape.slots + t] = m;
        }
    }

    fn missing(&mut self, m: usize, is_missing: bool) {
        let points = u64::from(self.shape.meeting(m).points);
        let (sum, points) = match self.shape.rank(m) {
            Level::Must => (&mut self.sums.must_missing, 1),
            Level::Should => (&mut self.sums.should_missing, points),
            Level::Wish => (&mut self.sums.wish_missing, points),
        };
        *sum = if is_missing { *sum + points } else { *sum - points };
    }

    /// Adds or takes away what `m` counts as moved where it is now.
    fn count_moved(&mut self, m: usize, add: bool) {
        let published = self.shape.problem.published.get(m).copied().flatten();
        if published.is_none() || published == self.at[m] {
            return;
        }
        let meetings = &mut self.sums.moved_meetings;
        *meetings = if add { *meetings + 1 } else { *meetings - 1 };
        for &p in &self.shape.meeting(m).participants {
            let people = &mut self.sums.moved_people;
            if add {
                self.moved[p] += 1;
                *people += u64::from(self.moved[p] == 1);
            } else {
                self.moved[p] -= 1;
                *people -= u64::from(self.moved[p] == 0);
            }
        }
    }

    /// Counts a meeting of `p` that begins at `t` in, or out.
    fn sat(&mut self, p: usize, t: usize, add: bool) {
        let half = p * self.shape.halves.len() + self.shape.half_of[t];
        self.sums.short -= self.shortfall(p);
        if add {
            self.count[p] += 1;
            self.half_count[half] += 1;
        } else {
            self.count[p] -= 1;
            self.half_count[half] -= 1;
        }
        self.sums.short += self.shortfall(p);
    }

    /// Meetings that `p` lacks.
    fn shortfall(&self, p: usize) -> u64 {
        let participant = &self.shape.problem.participants[p];
        let mut short = participant.min.saturating_sub(self.count[p]);
        if participant.min_per_half_day > 0 {
            for (h, &half) in self.shape.halves.iter().enumerate() {
                if half & self.shape.present[p] != 0 {
                    let have = self.half_count[p * self.shape.halves.len() + h];
                    short += participant.min_per_half_day.saturating_sub(have);
                }
            }
        }
        u64::try_from(short).unwrap_or(u64::MAX)
    }

    /// Looks again at what row `row` of `p` adds.
    fn refresh(&mut self, p: usize, row: usize) {
        let (old, mut new) = (self.rows[row], Row::default());
        let busy = self.row_busy[row];
        let prices = &self.shape.problem.prices;
        let walks = prices.table_change > 0 || (prices.walking > 0 && self.shape.has_travel);
        for &half in &self.shape.halves {
            new.breaks += slots::runs(busy & half).saturating_sub(1);
            if walks {
                self.walk(row, busy & half, &mut new);
            }
        }
        self.rows[row] = new;
        let sums = &mut self.sums;
        sums.breaks = sums.breaks + new.breaks - old.breaks;
        sums.changes = sums.changes + new.changes - old.changes;
        sums.way = sums.way + new.way - old.way;
        self.histogram[self.breaks[p]] -= 1;
        self.breaks[p] = self.breaks[p] + new.breaks - old.breaks;
        self.histogram[self.breaks[p]] += 1;
    }

    /// Changes of table and ways of a row in one half-day.
    fn walk(&self, row: usize, busy: Slots, into: &mut Row) {
        let mut rest = busy;
        let mut last: Option<usize> = None;
        while let Some(t) = slots::lowest(rest) {
            let m = self.row_at[row * self.shape.slots + t];
            let Some(seat) = self.at.get(m).copied().flatten() else { return };
            rest &= !slots::span(t, self.shape.meeting(m).length);
            if let Some(last) = last {
                into.changes += usize::from(last != seat.table);
                into.way += self.shape.way(last, seat.table);
            }
            last = Some(seat.table);
        }
    }

    /// The timetable as an answer.
    pub(crate) fn timetable(&self) -> Timetable {
        let place = |m: usize| {
            let seat = self.at[m]?;
            let people = &self.shape.meeting(m).participants;
            let rows = self.rows_of(m).iter().zip(people);
            let representatives = rows.map(|(&row, &p)| row - self.shape.row_base[p]).collect();
            Some(Placed { slot: seat.slot, table: seat.table, representatives })
        };
        Timetable { meetings: (0..self.at.len()).map(place).collect() }
    }

    /// Makes the board hold `timetable`, which must be one that a board gave, or break nothing
    /// that is never broken here.
    pub(crate) fn load(&mut self, timetable: &Timetable) {
        for m in 0..self.at.len() {
            self.unplace(m);
        }
        for (m, placed) in timetable.meetings.iter().enumerate() {
            let Some(placed) = placed else { continue };
            let people = &self.shape.meeting(m).participants;
            let rows = people.iter().zip(&placed.representatives);
            let rows: Vec<usize> = rows.map(|(&p, &k)| self.shape.row_base[p] + k).collect();
            self.place(m, Seat { slot: placed.slot, table: placed.table }, &rows);
        }
    }
}
