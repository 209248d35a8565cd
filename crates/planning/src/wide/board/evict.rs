//! Which meetings must go so that another can come.

use super::{Board, NONE};
use crate::wide::slots::{self, Slots};

/// A meeting, where it wants to be, and what that takes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Want {
    pub(crate) meeting: usize,
    pub(crate) slot: usize,
    pub(crate) table: usize,
    /// The rows its participants would sit in.
    pub(crate) rows: Vec<usize>,
    /// The meetings that would have to go, none twice.
    pub(crate) out: Vec<usize>,
}

impl Want {
    fn put_out(&mut self, m: usize) {
        if m != NONE && !self.out.contains(&m) {
            self.out.push(m);
        }
    }
}

impl Board<'_> {
    /// Fills in `rows` and `out` of `want`; false if the meeting cannot be there at all, or one that
    /// is pinned would have to go. The meeting itself must have no place.
    ///
    /// What goes is one way to make room, not always the cheapest.
    pub(crate) fn evict(&self, want: &mut Want) -> bool {
        let Some(span) = self.begin(want) else { return false };
        for &p in &self.shape.meeting(want.meeting).participants {
            if !self.seat_one(p, span, want) || !self.loads(p, want) {
                return false;
            }
        }
        !want.out.iter().any(|&out| self.pinned[out])
    }

    /// The same with representatives that are chosen already.
    pub(crate) fn evict_at(&self, want: &mut Want, rows: &[usize]) -> bool {
        let Some(span) = self.begin(want) else { return false };
        let people = &self.shape.meeting(want.meeting).participants;
        for (&p, &row) in people.iter().zip(rows) {
            if !self.clear_row(p, row, span, want) || !self.loads(p, want) {
                return false;
            }
        }
        want.rows.extend_from_slice(rows);
        !want.out.iter().any(|&out| self.pinned[out])
    }

    /// Clears the table and what is in a wrong order; the slots of the meeting, or none if it is in
    /// the wrong order with itself.
    fn begin(&self, want: &mut Want) -> Option<Slots> {
        let span = slots::span(want.slot, self.shape.meeting(want.meeting).length);
        want.rows.clear();
        want.out.clear();
        for t in slots::iter(span) {
            want.put_out(self.table_at[want.table * self.shape.slots + t]);
        }
        self.orders(want).then_some(span)
    }

    /// What must come before or after.
    fn orders(&self, want: &mut Want) -> bool {
        let end = want.slot + self.shape.meeting(want.meeting).length;
        for &later in &self.shape.later[want.meeting] {
            if later == want.meeting {
                return false;
            }
            if self.at[later].is_some_and(|seat| seat.slot < end) {
                want.put_out(later);
            }
        }
        for &earlier in &self.shape.earlier[want.meeting] {
            let length = self.shape.meeting(earlier).length;
            if self.at[earlier].is_some_and(|seat| seat.slot + length > want.slot) {
                want.put_out(earlier);
            }
        }
        true
    }

    /// Chooses the representative of `p` for whom the least has to go.
    fn seat_one(&self, p: usize, span: Slots, want: &mut Want) -> bool {
        let rows = self.shape.row_base[p]..self.shape.row_base[p + 1];
        if rows.len() == 1 {
            want.rows.push(rows.start);
            return self.clear_row(p, rows.start, span, want);
        }
        let before = want.out.len();
        let mut best: Option<(u64, usize, Vec<usize>)> = None;
        for row in rows {
            want.out.truncate(before);
            if !self.clear_row(p, row, span, want) {
                continue;
            }
            let more = want.out[before..].to_vec();
            let cost = more.iter().map(|&out| self.price[out]).sum();
            if best.as_ref().is_none_or(|(least, _, _)| cost < *least) {
                let done = cost == 0;
                best = Some((cost, row, more));
                if done {
                    break;
                }
            }
        }
        want.out.truncate(before);
        let Some((_, row, more)) = best else { return false };
        want.rows.push(row);
        want.out.extend(more);
        true
    }

    /// Room for `span` in `row`: clashes, ways, rest and lunch.
    fn clear_row(&self, p: usize, row: usize, span: Slots, want: &mut Want) -> bool {
        for t in slots::iter(span & self.row_busy[row]) {
            want.put_out(self.row_at[row * self.shape.slots + t]);
        }
        if self.shape.has_travel {
            self.ways(row, span, want);
        }
        self.rests(p, row, span, want) && self.lunches(p, row, span, want)
    }

    /// The slots of `row` that stay taken when all of `out` is gone.
    fn rest_of(&self, row: usize, out: &[usize]) -> Slots {
        let mut busy = self.row_busy[row];
        for &m in out {
            if let Some(seat) = self.at[m]
                && self.row_at[row * self.shape.slots + seat.slot] == m
            {
                busy &= !slots::span(seat.slot, self.shape.meeting(m).length);
            }
        }
        busy
    }

    fn ways(&self, row: usize, span: Slots, want: &mut Want) {
        let end = want.slot + self.shape.meeting(want.meeting).length;
        let mut rest =
            self.rest_of(row, &want.out) & self.shape.halves[self.shape.half_of[want.slot]];
        rest &= !span;
        while let Some(t) = slots::lowest(rest) {
            let m = self.row_at[row * self.shape.slots + t];
            let Some(seat) = self.at.get(m).copied().flatten() else { return };
            let length = self.shape.meeting(m).length;
            rest &= !slots::span(t, length);
            let near = if t >= end {
                t - end < self.shape.way(want.table, seat.table)
            } else {
                want.slot.saturating_sub(t + length) < self.shape.way(seat.table, want.table)
            };
            if near {
                want.put_out(m);
            }
        }
    }

    fn rests(&self, p: usize, row: usize, span: Slots, want: &mut Want) -> bool {
        let Some(limit) = self.shape.problem.participants[p].max_run_minutes else { return true };
        let half = self.shape.halves[self.shape.half_of[want.slot]];
        loop {
            let busy = (self.rest_of(row, &want.out) | span) & half;
            let (mut first, mut last) = (want.slot, want.slot);
            while first > 0 && slots::has(busy, first - 1) {
                first -= 1;
            }
            while slots::has(busy, last + 1) {
                last += 1;
            }
            let run = &self.shape.problem.slots[first..=last];
            if run.iter().map(|slot| slot.minutes).sum::<u32>() <= limit {
                return true;
            }
            let end = want.slot + self.shape.meeting(want.meeting).length;
            let (left, right) = (want.slot - first, (last + 1).saturating_sub(end));
            if left == 0 && right == 0 {
                return false;
            }
            let neighbour = if left >= right { want.slot - 1 } else { end };
            want.put_out(self.row_at[row * self.shape.slots + neighbour]);
        }
    }

    fn lunches(&self, p: usize, row: usize, span: Slots, want: &mut Want) -> bool {
        for &set in &self.shape.lunch[p] {
            if set & !span == 0 {
                return false;
            }
            if set & span == 0 || set & !(self.rest_of(row, &want.out) | span) != 0 {
                continue;
            }
            let inside = slots::iter(set & !span).map(|t| self.row_at[row * self.shape.slots + t]);
            match inside.min_by_key(|&m| (self.price.get(m).copied(), m)) {
                Some(m) => want.put_out(m),
                None => return false,
            }
        }
        true
    }

    /// Most meetings of `p`, in all and in the half-day.
    fn loads(&self, p: usize, want: &mut Want) -> bool {
        let participant = &self.shape.problem.participants[p];
        let half = self.shape.half_of[want.slot];
        if let Some(max) = participant.max_per_half_day {
            let have = self.half_count[p * self.shape.halves.len() + half];
            let here = |t: usize| self.shape.half_of[t] == half;
            if !self.lighten(p, want, (have, max), here) {
                return false;
            }
        }
        match participant.max {
            Some(max) => self.lighten(p, want, (self.count[p], max), |_| true),
            None => true,
        }
    }

    /// Puts meetings of `p` out until there is room for one more among those that count.
    fn lighten(
        &self,
        p: usize,
        want: &mut Want,
        (have, max): (usize, usize),
        counts: impl Fn(usize) -> bool,
    ) -> bool {
        if have < max {
            return true;
        }
        let sits = |m: usize| {
            self.at[m].is_some_and(|seat| counts(seat.slot))
                && self.shape.meeting(m).participants.contains(&p)
        };
        let gone = want.out.iter().filter(|&&m| sits(m)).count();
        for _ in 0..(have + 1).saturating_sub(max.saturating_add(gone)) {
            let others = self.shape.meetings_of[p].iter().copied();
            let others = others.filter(|&m| sits(m) && !want.out.contains(&m) && !self.pinned[m]);
            match others.min_by_key(|&m| (self.price[m], m)) {
                Some(m) => want.put_out(m),
                None => return false,
            }
        }
        true
    }
}
