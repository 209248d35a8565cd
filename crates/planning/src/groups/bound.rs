//! What no grouping can surpass.
//!
//! Method: a pair counts if participant and item share a session. Each participant meets at most so
//! many items as a session holds, each item so many participants, and all pairs together are at
//! most what the sizes allow. Leaving the rest of the problem out, the prices `u`, `v`, `l` of these
//! three give `R sum(u) + C sum(v) + T l + sum(max(0, r - u - v - l))`, which is never less than
//! the best total whatever the prices are (Lagrangian relaxation). Prices are lowered one by one to
//! their best, then by subgradients with Polyak's steps; whole numbers throughout.

use super::board::Shape;
use crate::words::{signed, unsigned};

/// Prices are counted in such parts of a point.
const SCALE: i64 = 64;
/// Pairs looked at in all.
const MAX_LOOKS: usize = 300_000_000;

struct Prices {
    row: Vec<i64>,
    column: Vec<i64>,
    pair: i64,
}

struct Caps {
    row: i64,
    column: i64,
    pairs: i64,
}

/// An upper bound of the relevance; `reached` is a total that is known to be possible.
pub(crate) fn bound(shape: &Shape<'_>, reached: i64) -> i64 {
    let (n, m) = (shape.participants(), shape.items());
    let caps = caps(shape);
    let mut prices = Prices { row: vec![0; n], column: vec![0; m], pair: 0 };
    let mut best = value(shape, &prices, &caps);
    let rounds = (MAX_LOOKS / (n * m).max(1)).min(400);
    for _ in 0..rounds / 20 {
        one_by_one(shape, &mut prices, &caps);
        best = best.min(value(shape, &prices, &caps));
    }
    for _ in 0..rounds {
        step(shape, &mut prices, &caps, reached);
        best = best.min(value(shape, &prices, &caps));
    }
    // Rounded up; a total that was reached is possible.
    (best.max(reached * SCALE) + SCALE - 1) / SCALE
}

fn caps(shape: &Shape<'_>) -> Caps {
    let sessions = shape.sessions.len();
    let [least, most, least_items, most_items] = shape.limits;
    let sizes = spread(sessions, signed(shape.participants()), least, most);
    let items = spread(sessions, signed(shape.items()), least_items, most_items);
    Caps {
        row: items.first().copied().unwrap_or(0),
        column: sizes.first().copied().unwrap_or(0),
        pairs: sizes.iter().zip(&items).map(|(a, b)| a * b).sum(),
    }
}

/// The most uneven sizes, largest first; the products of two such lists add up to the most.
fn spread(sessions: usize, all: i64, least: i64, most: i64) -> Vec<i64> {
    let mut left = (all - least * signed(sessions)).max(0);
    (0..sessions)
        .map(|_| {
            let more = left.min(most - least);
            left -= more;
            least + more
        })
        .collect()
}

fn value(shape: &Shape<'_>, prices: &Prices, caps: &Caps) -> i64 {
    let mut sum = caps.row * prices.row.iter().sum::<i64>()
        + caps.column * prices.column.iter().sum::<i64>()
        + caps.pairs * prices.pair;
    for (p, row) in prices.row.iter().enumerate() {
        for (i, column) in prices.column.iter().enumerate() {
            sum += (shape.relevance(p, i) * SCALE - row - column - prices.pair).max(0);
        }
    }
    sum
}

/// The least price at which at most `cap` of `rests` are dearer; 0 if all may be.
fn settle(rests: &mut [i64], cap: i64) -> i64 {
    let cap = unsigned(cap);
    if cap >= rests.len() {
        return 0;
    }
    let (_, rest, _) = rests.select_nth_unstable_by_key(cap, |&rest| std::cmp::Reverse(rest));
    (*rest).max(0)
}

/// Each price in turn to its best, the others held.
fn one_by_one(shape: &Shape<'_>, prices: &mut Prices, caps: &Caps) {
    let (n, m) = (shape.participants(), shape.items());
    let worth = |p: usize, i: usize| shape.relevance(p, i) * SCALE;
    for p in 0..n {
        let mut rests: Vec<i64> =
            (0..m).map(|i| worth(p, i) - prices.column[i] - prices.pair).collect();
        prices.row[p] = settle(&mut rests, caps.row);
    }
    for i in 0..m {
        let mut rests: Vec<i64> =
            (0..n).map(|p| worth(p, i) - prices.row[p] - prices.pair).collect();
        prices.column[i] = settle(&mut rests, caps.column);
    }
    let mut rests: Vec<i64> = (0..n)
        .flat_map(|p| (0..m).map(move |i| (p, i)))
        .map(|(p, i)| worth(p, i) - prices.row[p] - prices.column[i])
        .collect();
    prices.pair = settle(&mut rests, caps.pairs);
}

/// A step against the subgradient.
fn step(shape: &Shape<'_>, prices: &mut Prices, caps: &Caps, reached: i64) {
    let mut rows = vec![caps.row; prices.row.len()];
    let mut columns = vec![caps.column; prices.column.len()];
    let mut pairs = caps.pairs;
    for (p, left) in rows.iter_mut().enumerate() {
        for (i, column) in columns.iter_mut().enumerate() {
            let paid = prices.row[p] + prices.column[i] + prices.pair;
            if shape.relevance(p, i) * SCALE > paid {
                *left -= 1;
                *column -= 1;
                pairs -= 1;
            }
        }
    }
    let all = rows.iter().chain(&columns).chain(std::iter::once(&pairs));
    let norm: i64 = all.map(|g| g * g).sum();
    let gap = (value(shape, prices, caps) - reached * SCALE).max(0) / 2;
    let lower = |price: &mut i64, g: i64| {
        let change = i128::from(g) * i128::from(gap) / i128::from(norm.max(1));
        *price = (*price - i64::try_from(change).unwrap_or(0)).max(0);
    };
    for (price, &g) in prices.row.iter_mut().zip(&rows) {
        lower(price, g);
    }
    for (price, &g) in prices.column.iter_mut().zip(&columns) {
        lower(price, g);
    }
    lower(&mut prices.pair, pairs);
}
