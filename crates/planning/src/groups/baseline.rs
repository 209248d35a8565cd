//! Groupings as a hand would make them: what the search starts from and is measured against.

use super::board::{Board, Move, Shape};
use crate::words::signed;

/// Passes over all members in which broken limits are mended.
const MENDING_PASSES: usize = 5;

/// Who or what is placed next.
#[derive(Debug, Clone, Copy)]
enum Next {
    Participant(usize),
    Item(usize),
}

/// Half-made sessions.
struct Hand<'a> {
    shape: &'a Shape<'a>,
    group: Vec<Option<usize>>,
    place: Vec<Option<usize>>,
    count: Vec<i64>,
    item_count: Vec<i64>,
}

/// Participants and items in turn, each where it gains most; see [`super::greedy`].
pub(crate) fn greedy<'a>(shape: &'a Shape<'a>, passes: usize) -> Board<'a> {
    let k = shape.sessions.len();
    let mut hand = Hand {
        shape,
        group: vec![None; shape.participants()],
        place: vec![None; shape.items()],
        count: vec![0; k],
        item_count: vec![0; k],
    };
    hand.seed();
    for next in turns(shape) {
        hand.put(next);
    }
    let group = hand.group.into_iter().map(|at| at.unwrap_or(0)).collect();
    let place = hand.place.into_iter().map(|at| at.unwrap_or(0)).collect();
    let mut board = Board::new(shape, group, place);
    for _ in 0..passes {
        for next in turns(shape) {
            improve(&mut board, next);
        }
    }
    for _ in 0..MENDING_PASSES {
        for next in turns(shape) {
            if board.broken > 0 {
                mend(&mut board, next);
            }
        }
    }
    board
}

/// Both lists in their order, mixed in proportion.
fn turns(shape: &Shape<'_>) -> Vec<Next> {
    let (n, m) = (shape.participants(), shape.items());
    let mut turns: Vec<(usize, usize, Next)> = Vec::with_capacity(n + m);
    turns.extend((0..n).map(|p| ((2 * p + 1) * m.max(1), 0, Next::Participant(p))));
    turns.extend((0..m).map(|i| ((2 * i + 1) * n.max(1), 1, Next::Item(i))));
    turns.sort_by_key(|&(at, kind, next)| {
        (
            at,
            kind,
            match next {
                Next::Participant(index) | Next::Item(index) => index,
            },
        )
    });
    turns.into_iter().map(|(_, _, next)| next).collect()
}

impl Hand<'_> {
    /// Puts one participant into each session: the one with most points in all, then each time the
    /// one whose points overlap least with those of the participants put so far.
    fn seed(&mut self) {
        let shape = self.shape;
        let overlap = |p: usize, q: usize| -> i64 {
            (0..shape.items()).map(|i| shape.relevance(p, i).min(shape.relevance(q, i))).sum()
        };
        let mut nearest: Vec<i64> = (0..shape.participants()).map(|p| -overlap(p, p)).collect();
        for k in 0..shape.sessions.len() {
            let open =
                |p: &usize| self.group[*p].is_none() && shape.of_participant[*p].contains(&k);
            let next = (0..shape.participants()).filter(open).min_by_key(|&p| (nearest[p], p));
            let Some(p) = next else { continue };
            self.group[p] = Some(k);
            self.count[k] += 1;
            for (q, near) in nearest.iter_mut().enumerate() {
                *near = if k == 0 { overlap(p, q) } else { (*near).max(overlap(p, q)) };
            }
        }
    }

    fn put(&mut self, next: Next) {
        match next {
            Next::Participant(p) if self.group[p].is_some() => {}
            Next::Participant(p) => {
                let gain = |k: usize| self.gain(p, k);
                let fits = |k: usize| self.has_room(&self.count, k, [0, 1], self.group.len());
                let rank = |&k: &usize| (!fits(k), -gain(k), self.count[k], k);
                let at = self.shape.of_participant[p].iter().copied().min_by_key(rank);
                self.group[p] = at;
                if let Some(k) = at {
                    self.count[k] += 1;
                }
            }
            Next::Item(i) => {
                let gain = |k: usize| self.worth(i, k);
                let fits = |k: usize| {
                    self.has_room(&self.item_count, k, [2, 3], self.place.len())
                        && self.is_free(i, k)
                };
                let rank = |&k: &usize| (!fits(k), -gain(k), self.item_count[k], k);
                let at = self.shape.of_item[i].iter().copied().min_by_key(rank);
                self.place[i] = at;
                if let Some(k) = at {
                    self.item_count[k] += 1;
                }
            }
        }
    }

    fn gain(&self, p: usize, k: usize) -> i64 {
        let of = (0..self.place.len()).filter(|&i| self.place[i] == Some(k));
        of.map(|i| self.shape.relevance(p, i)).sum()
    }

    fn worth(&self, i: usize, k: usize) -> i64 {
        let of = (0..self.group.len()).filter(|&p| self.group[p] == Some(k));
        of.map(|p| self.shape.relevance(p, i)).sum()
    }

    /// Whether session `k` may take one more of `all`, so that the others still get their least.
    fn has_room(&self, count: &[i64], k: usize, limits: [usize; 2], all: usize) -> bool {
        let (least, most) = (self.shape.limits[limits[0]], self.shape.limits[limits[1]]);
        let missing: i64 = count.iter().map(|&n| (least - n).max(0)).sum();
        let left = signed(all) - count.iter().sum::<i64>();
        count[k] < most && (count[k] < least || left > missing)
    }

    /// Whether nobody of item `i` would be in too many rooms at once in session `k`.
    fn is_free(&self, i: usize, k: usize) -> bool {
        let half_day = self.shape.sessions[k].half_day;
        self.shape.bodies_of[i].iter().all(|&body| {
            let body = &self.shape.bodies[body];
            let mut rooms: Vec<usize> = body
                .items
                .iter()
                .filter_map(|&j| self.place[j])
                .filter(|&at| self.shape.sessions[at].half_day == half_day && at != k)
                .collect();
            rooms.sort_unstable();
            rooms.dedup();
            signed(rooms.len()) < body.teams
        })
    }
}

/// Moves one member to where it gains most without breaking more.
fn improve(board: &mut Board<'_>, next: Next) {
    let may = match next {
        Next::Participant(p) => &board.shape.of_participant[p],
        Next::Item(i) => &board.shape.of_item[i],
    };
    let step = |index: usize, k: usize| match next {
        Next::Participant(_) => Move::Participant(index, k),
        Next::Item(_) => Move::Item(index, k),
    };
    let (Next::Participant(index) | Next::Item(index)) = next;
    let mut options: Vec<(i64, usize)> = may
        .iter()
        .map(|&k| (-board.change(&[step(index, k)]), k))
        .filter(|&(loss, _)| loss < 0)
        .collect();
    options.sort_unstable();
    for (loss, k) in options {
        let broken = board.broken;
        let back = board.shift(step(index, k));
        if board.broken <= broken {
            board.relevance -= loss;
            board.settle(back);
            return;
        }
        board.shift(back);
    }
}

/// Moves one member, or exchanges two items, so that least limits are broken, at the least loss, if
/// that breaks fewer.
fn mend(board: &mut Board<'_>, next: Next) {
    let may = match next {
        Next::Participant(p) => &board.shape.of_participant[p],
        Next::Item(i) => &board.shape.of_item[i],
    };
    let step = |k: usize| match next {
        Next::Participant(p) => Move::Participant(p, k),
        Next::Item(i) => Move::Item(i, k),
    };
    let before = board.broken;
    let mut options: Vec<Vec<Move>> = may.iter().map(|&k| vec![step(k)]).collect();
    if let Next::Item(i) = next {
        let others = (0..board.shape.items()).filter(|&j| board.place[j] != board.place[i]);
        options.extend(
            others.map(|j| vec![Move::Item(i, board.place[j]), Move::Item(j, board.place[i])]),
        );
    }
    let mut best: Option<(i64, i64, usize)> = None;
    for (at, moves) in options.iter().enumerate().filter(|(_, moves)| allows(board.shape, moves)) {
        let loss = -board.change(moves);
        let backs: Vec<Move> = moves.iter().map(|&one| board.shift(one)).collect();
        if board.broken < before {
            best = best.into_iter().chain([(board.broken, loss, at)]).min();
        }
        for &back in backs.iter().rev() {
            board.shift(back);
        }
    }
    if let Some((_, loss, at)) = best {
        let backs: Vec<Move> = options[at].iter().map(|&one| board.shift(one)).collect();
        board.relevance -= loss;
        for back in backs {
            board.settle(back);
        }
    }
}

/// Whether everybody may be where the moves lead.
fn allows(shape: &Shape<'_>, moves: &[Move]) -> bool {
    moves.iter().all(|step| match *step {
        Move::Participant(p, k) => shape.of_participant[p].contains(&k),
        Move::Item(i, k) => shape.of_item[i].contains(&k),
    })
}

/// Lists cut in pieces; see [`super::in_list_order`].
pub(crate) fn in_list_order<'a>(shape: &'a Shape<'a>) -> Board<'a> {
    let k = shape.sessions.len();
    let cut = |index: usize, of: usize, may: &[usize]| {
        let want = index * k / of.max(1);
        may.iter().copied().min_by_key(|&at| (at.abs_diff(want), at)).unwrap_or(0)
    };
    let group = (0..shape.participants())
        .map(|p| cut(p, shape.participants(), &shape.of_participant[p]))
        .collect();
    let delegations = shape.problem.delegations.len();
    let place = (0..shape.items())
        .map(|i| {
            let home = shape.bodies_of[i].first().copied().unwrap_or(0);
            cut(home, delegations, &shape.of_item[i])
        })
        .collect();
    Board::new(shape, group, place)
}
