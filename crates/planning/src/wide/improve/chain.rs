//! One move: a meeting goes elsewhere, those in its way go where it was, and so on.

use super::{Improver, TRIES};
use crate::wide::board::Board;
use crate::wide::problem::{Level, Seat};
use crate::wide::slots;

/// Most meetings of one chain.
const LONGEST: usize = 40;

/// Where meetings were before a move.
#[derive(Debug, Default)]
pub(super) struct Undo {
    saved: Vec<(usize, Option<Seat>)>,
    rows: Vec<usize>,
    round: u64,
    seen: Vec<u64>,
}

impl Undo {
    pub(super) fn new(meetings: usize) -> Self {
        Self { seen: vec![0; meetings], ..Self::default() }
    }

    /// A new move.
    pub(super) fn begin(&mut self) {
        self.saved.clear();
        self.rows.clear();
        self.round += 1;
    }

    /// Remembers where `m` is, unless it was touched before in this move.
    fn save(&mut self, board: &Board<'_>, m: usize) {
        if self.seen[m] != self.round {
            self.seen[m] = self.round;
            self.saved.push((m, board.seat(m)));
            self.rows.extend_from_slice(board.rows_of(m));
        }
    }

    fn touched(&self, m: usize) -> bool {
        self.seen[m] == self.round
    }

    /// Takes the move back.
    pub(super) fn back(&mut self, board: &mut Board<'_>) {
        for &(m, _) in &self.saved {
            board.unplace(m);
        }
        let mut rest = self.rows.as_slice();
        for &(m, seat) in &self.saved {
            let (rows, others) = rest.split_at(board.rows_of(m).len());
            rest = others;
            if let Some(seat) = seat {
                board.place(m, seat, rows);
            }
        }
    }
}

impl Improver<'_, '_> {
    /// Tries a move chosen at random; whether anything was done.
    pub(super) fn random_move(&mut self) -> bool {
        let shape = self.board.shape;
        let meetings = shape.problem.meetings.len();
        let waiting = self.board.pool().len();
        let m = if waiting > 0 && self.random.below(4) == 0 {
            self.board.pool()[self.random.below(waiting)]
        } else {
            self.random.below(meetings)
        };
        let Some(seat) = self.board.seat(m) else {
            return match self.any_start(m) {
                Some(slot) => self.chain(m, slot),
                None => false,
            };
        };
        if shape.meeting(m).locked.is_some() {
            return false;
        }
        match self.random.below(32) {
            0 if shape.rank(m) != Level::Must => self.drop(m),
            0..4 => self.chain(m, seat.slot),
            4..20 => self.near(m).is_some_and(|slot| self.chain(m, slot)),
            _ => self.any_start(m).is_some_and(|slot| slot != seat.slot && self.chain(m, slot)),
        }
    }

    fn drop(&mut self, m: usize) -> bool {
        self.undo.save(&self.board, m);
        self.board.unplace(m);
        true
    }

    /// A random slot `m` may begin in.
    fn any_start(&mut self, m: usize) -> Option<usize> {
        let starts = self.board.shape.starts[m];
        let nth = self.random.below(slots::len(starts));
        slots::iter(starts).nth(nth)
    }

    /// A slot right before or after another meeting of somebody who sits in `m`.
    fn near(&mut self, m: usize) -> Option<usize> {
        let shape = self.board.shape;
        let rows = self.board.rows_of(m);
        let row = *rows.get(self.random.below(rows.len()))?;
        let length = shape.meeting(m).length;
        let seat = self.board.seat(m)?;
        let busy = self.board.busy(row) & !slots::span(seat.slot, length);
        // Where a run of others ends, and where it begins.
        let after = busy << 1 & !busy;
        let before = busy & !(busy << 1);
        let count = slots::len(after) + slots::len(before);
        let nth = self.random.below(count);
        let slot = match nth.checked_sub(slots::len(after)) {
            None => slots::iter(after).nth(nth)?,
            Some(nth) => slots::iter(before).nth(nth)?.checked_sub(length)?,
        };
        (slot != seat.slot && slots::has(shape.starts[m], slot)).then_some(slot)
    }

    /// Moves `m` to `slot`, and those in its way on; false if `m` cannot be there.
    fn chain(&mut self, m: usize, slot: usize) -> bool {
        let old = self.board.seat(m).map(|seat| seat.slot);
        self.undo.save(&self.board, m);
        self.board.unplace(m);
        let mut queue = vec![(m, slot)];
        let mut loose = Vec::new();
        let mut next = 0;
        while let Some(&(x, target)) = queue.get(next) {
            next += 1;
            let on = if target == slot { old } else { Some(slot) };
            if next > LONGEST || !self.push(x, target, on, &mut queue) {
                if x == m {
                    return false;
                }
                loose.push(x);
            }
        }
        for x in loose {
            self.squeeze(x);
        }
        true
    }

    /// Puts `x` at `target` and queues those who had to go for the slot `on`.
    fn push(
        &mut self,
        x: usize,
        target: usize,
        on: Option<usize>,
        queue: &mut Vec<(usize, usize)>,
    ) -> bool {
        if !slots::has(self.board.shape.starts[x], target) {
            return false;
        }
        let Some(table) = self.choose_table(x, target) else { return false };
        let mut want = std::mem::take(&mut self.want);
        (want.meeting, want.slot, want.table) = (x, target, table);
        let fits = self.board.evict(&mut want) && !want.out.iter().any(|&m| self.undo.touched(m));
        if fits {
            for &out in &want.out {
                self.undo.save(&self.board, out);
                self.board.unplace(out);
                // Nobody comes from nowhere: they then look for a place of their own.
                queue.push((out, on.unwrap_or(usize::MAX)));
            }
            self.board.place(x, Seat { slot: target, table }, &want.rows);
        }
        self.want = want;
        fits
    }

    /// Puts `x` at one of some random places if nobody has to go for it.
    fn squeeze(&mut self, x: usize) {
        for _ in 0..TRIES {
            let Some(slot) = self.any_start(x) else { return };
            let Some(table) = self.choose_table(x, slot) else { return };
            let mut want = std::mem::take(&mut self.want);
            (want.meeting, want.slot, want.table) = (x, slot, table);
            let fits = self.board.evict(&mut want) && want.out.is_empty();
            if fits {
                self.board.place(x, Seat { slot, table }, &want.rows);
            }
            self.want = want;
            if fits {
                return;
            }
        }
    }
}
