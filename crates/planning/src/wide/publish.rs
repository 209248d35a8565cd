//! The timetable that people already have, as far as it still holds.

use super::board::{Board, Want};
use super::problem::Seat;
use super::slots;

/// Puts the locked meetings and then the published ones where they were, as far as that breaks
/// nothing.
pub(crate) fn place_published(board: &mut Board<'_>) {
    let problem = board.shape.problem;
    let locked = problem.meetings.iter().enumerate();
    let locked: Vec<(usize, Seat)> =
        locked.filter_map(|(m, meeting)| Some((m, meeting.locked?))).collect();
    let published = problem.published.iter().enumerate();
    let mut published: Vec<(usize, Seat)> =
        published.filter_map(|(m, seat)| Some((m, (*seat)?))).collect();
    published.sort_by_key(|&(m, _)| (board.shape.rank(m), m));
    for (m, seat) in locked.into_iter().chain(published) {
        let allowed = board.seat(m).is_none()
            && slots::has(board.shape.starts[m], seat.slot)
            && board.shape.tables(m).binary_search(&seat.table).is_ok();
        let mut want = Want { meeting: m, slot: seat.slot, table: seat.table, ..Want::default() };
        if allowed && board.evict(&mut want) && want.out.is_empty() {
            board.place(m, seat, &want.rows);
        }
    }
}
