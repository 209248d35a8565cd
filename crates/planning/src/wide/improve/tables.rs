//! Which table a meeting tries.

use super::Improver;
use crate::wide::board::Want;
use crate::wide::slots;

/// Free tables of different places that are compared.
const COMPARED: usize = 4;

impl Improver<'_, '_> {
    /// A table for `m` from `slot` on: usually one that suits those who meet, else a free one, else
    /// any it may be at. None if it may be at none.
    pub(super) fn choose_table(&mut self, m: usize, slot: usize) -> Option<usize> {
        let shape = self.board.shape;
        let list = shape.tables(m);
        if list.len() <= 1 {
            return list.first().copied();
        }
        let span = slots::span(slot, shape.meeting(m).length);
        let free = |table: usize| self.board.is_free(table, span);
        if let Some(Some(seat)) = shape.problem.published.get(m)
            && seat.slot == slot
            && list.binary_search(&seat.table).is_ok()
            && (free(seat.table) || self.random.below(2) == 0)
        {
            return Some(seat.table);
        }
        let prices = &shape.problem.prices;
        if (prices.table_change > 0 || shape.has_travel)
            && self.random.below(8) != 0
            && let Some(table) = self.beside(m, slot)
        {
            return Some(table);
        }
        self.any_free(m, slot)
    }

    /// A free table at which one of those who meet sits right before or after.
    fn beside(&mut self, m: usize, slot: usize) -> Option<usize> {
        let shape = self.board.shape;
        let (list, meeting) = (shape.tables(m), shape.meeting(m));
        let span = slots::span(slot, meeting.length);
        let half = shape.halves[shape.half_of[slot]];
        let people = &meeting.participants;
        let first = self.random.below(people.len());
        for i in 0..people.len() {
            let p = people[(first + i) % people.len()];
            let row = shape.row_base[p];
            let busy = self.board.busy(row) & half & !span;
            let before = slots::highest(busy & slots::first(slot));
            let after = slots::lowest(busy & !slots::first(slot));
            for t in [before, after].into_iter().flatten() {
                let other = self.board.in_row(row, t)?;
                let table = self.board.seat(other)?.table;
                if self.board.is_free(table, span) && list.binary_search(&table).is_ok() {
                    return Some(table);
                }
            }
        }
        None
    }

    /// A free table, from a random one on; with ways between places, that of some for which the
    /// fewest have to go.
    fn any_free(&mut self, m: usize, slot: usize) -> Option<usize> {
        let shape = self.board.shape;
        let list = shape.tables(m);
        let span = slots::span(slot, shape.meeting(m).length);
        let first = self.random.below(list.len());
        let order = (0..list.len()).map(|i| list[(first + i) % list.len()]);
        let mut free = order.filter(|&table| self.board.is_free(table, span));
        if !shape.has_travel {
            return free.next().or_else(|| list.get(first).copied());
        }
        let mut places = Vec::new();
        let mut best: Option<(usize, usize)> = None;
        for table in free {
            let place = shape.problem.tables[table].place;
            if places.contains(&place) {
                continue;
            }
            places.push(place);
            let mut want = Want { meeting: m, slot, table, ..Want::default() };
            let fits = self.board.evict(&mut want);
            if fits && best.is_none_or(|(least, _)| want.out.len() < least) {
                best = Some((want.out.len(), table));
            }
            if places.len() == COMPARED || best.is_some_and(|(least, _)| least == 0) {
                break;
            }
        }
        best.map(|(_, table)| table).or_else(|| list.get(first).copied())
    }
}
