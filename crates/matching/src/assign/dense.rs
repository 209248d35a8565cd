//! Markets where most pairs are possible and everybody has at most one.
//!
//! Rows bid for columns until few are left over, those find shortest augmenting paths over a plain
//! matrix (R. Jonker, A. Volgenant, "A shortest augmenting path algorithm for dense and sparse
//! linear assignment problems", 1987). Where paths are long, as with points such as `i × j`, an
//! auction with falling increments takes over (D. Bertsekas, "The auction algorithm", 1988); on
//! whole numbers its last round is exact.

use super::flow::narrow;
use super::{Bounds, Pairing, PairingProblem, PairingStatus};
use std::ops::{Add, Sub};

/// Fewest cells that are worth a matrix.
const FEWEST: usize = 10_000;
/// Most cells, 8 bytes each.
const MOST: usize = 36_000_000;
/// Points further apart than this could overflow when scaled by the number of rows.
const WIDEST: i128 = 1 << 46;
/// Rounds of bidding, and bids for each row in one of them.
const ROUNDS: usize = 6;
const BIDS: usize = 5;
/// Nobody.
const NONE: u32 = u32::MAX;

/// The best pairs of a dense market of single pairs; none if it is no such market.
pub(super) fn solve(problem: &PairingProblem) -> Option<Pairing> {
    let (rows, columns) = (problem.left.len(), problem.right.len());
    let cells = rows.checked_mul(columns)?;
    if !(FEWEST..=MOST).contains(&cells) || problem.edges.len() < cells / 4 {
        return None;
    }
    let turned = rows > columns;
    let (rows, columns) = if turned { (columns, rows) } else { (rows, columns) };
    let forced = is_forced(problem, turned)?;
    let low = problem.edges.iter().map(|edge| edge.points).min()?;
    let high = problem.edges.iter().map(|edge| edge.points).max()?;
    if i128::from(high.max(0)) - i128::from(low.min(0)) > WIDEST {
        return None;
    }
    let floor = if forced { low } else { 0 };
    let mut gains = vec![0; cells];
    for edge in &problem.edges {
        let (row, column) = if turned { (edge.right, edge.left) } else { (edge.left, edge.right) };
        gains[row * columns + column] = (edge.points - floor).max(0);
    }
    let taken = assign(&gains, rows, columns)?;
    let mut pairs = Vec::with_capacity(rows);
    let mut total = 0;
    for (row, column) in taken.into_iter().enumerate() {
        let gain = gains[row * columns + column];
        if forced || gain > 0 {
            pairs.push(if turned { (column, row) } else { (row, column) });
            total += i128::from(gain) + i128::from(floor);
        }
    }
    pairs.sort_unstable();
    let status = PairingStatus::Optimal;
    Some(Pairing { status, total: Some(total), pairs, conflict: Vec::new() })
}

/// Whether everybody of the smaller side must have a pair; none if the bounds are others than
/// "one pair at most" or that.
fn is_forced(problem: &PairingProblem, turned: bool) -> Option<bool> {
    let (rows, columns) =
        if turned { (&problem.right, &problem.left) } else { (&problem.left, &problem.right) };
    let all = |side: &[Bounds], min: u64| side.iter().all(|b| b.min == min && b.max == 1);
    if all(rows, 0) && all(columns, 0) {
        return Some(false);
    }
    let full = problem.edges.len() == rows.len() * columns.len();
    let met = all(columns, 0) || (rows.len() == columns.len() && all(columns, 1));
    (full && all(rows, 1) && met).then_some(true)
}

/// The column of each row with the greatest sum of gains; gains are at least 0, rows at most as many
/// as columns. None if the steps ran out.
pub(super) fn assign(gains: &[i64], rows: usize, columns: usize) -> Option<Vec<usize>> {
    let steps = 300 * gains.len().max(rows * 100);
    let short: Option<Vec<i32>> = gains
        .iter()
        .map(|&gain| i32::try_from(gain).ok().filter(|gain| *gain <= i32::FAR / 2))
        .collect();
    // Numbers of 32 bits go through the processor many at a time.
    let taken = match short {
        Some(short) => Paths::new(&short, rows, columns).run(steps),
        None => Paths::new(gains, rows, columns).run(steps),
    };
    taken.or_else(|| auction(gains, rows, columns, steps.saturating_mul(20)))
}

/// Whole numbers of a length that suffices.
trait Number: Copy + Ord + Add<Output = Self> + Sub<Output = Self> {
    /// Further than any path; twice it and itself still fit together.
    const FAR: Self;
    const ZERO: Self;
    const ONE: Self;
    const LEAST: Self;
}

impl Number for i32 {
    const FAR: Self = Self::MAX / 4;
    const ZERO: Self = 0;
    const ONE: Self = 1;
    const LEAST: Self = Self::MIN;
}

impl Number for i64 {
    const FAR: Self = Self::MAX / 4;
    const ZERO: Self = 0;
    const ONE: Self = 1;
    const LEAST: Self = Self::MIN;
}

/// Shortest augmenting paths over a matrix of gains.
struct Paths<'a, N> {
    gains: &'a [N],
    rows: usize,
    columns: usize,
    /// What a column asks for; 0 while nobody has it.
    prices: Vec<N>,
    /// Row of each column.
    holders: Vec<u32>,
    /// Column of each row.
    taken: Vec<u32>,
    /// Scratch of a search: distance of each column, the row it was reached from, what its place
    /// in the order adds (free ones first, settled ones never), and the order itself.
    distances: Vec<N>,
    via: Vec<u32>,
    marks: Vec<N>,
    keys: Vec<N>,
}

impl<'a, N: Number> Paths<'a, N> {
    fn new(gains: &'a [N], rows: usize, columns: usize) -> Self {
        Self {
            gains,
            rows,
            columns,
            prices: vec![N::ZERO; columns],
            holders: vec![NONE; columns],
            taken: vec![NONE; rows],
            distances: vec![N::FAR; columns],
            via: vec![NONE; columns],
            marks: vec![N::ZERO; columns],
            keys: vec![N::ZERO; columns],
        }
    }

    fn row(&self, row: usize) -> &'a [N] {
        &self.gains[row * self.columns..(row + 1) * self.columns]
    }

    /// The column of each row; none if the steps ran out or the numbers are too short.
    fn run(mut self, steps: usize) -> Option<Vec<usize>> {
        let mut left = steps;
        for row in self.bids()? {
            left = left.checked_sub(self.augment(row, left)?)?;
        }
        Some(self.taken.into_iter().map(wide).collect())
    }

    /// Lets rows bid in a few rounds; the rows that are left over.
    fn bids(&mut self) -> Option<Vec<usize>> {
        let mut over: Vec<usize> = (0..self.rows).collect();
        for _ in 0..ROUNDS {
            over.reverse();
            over = self.bid(over)?;
        }
        Some(over)
    }

    /// Lets rows bid for their best column by as much as it is better than their second.
    fn bid(&mut self, mut waiting: Vec<usize>) -> Option<Vec<usize>> {
        let mut over = Vec::new();
        let mut bids = BIDS * self.rows;
        while let Some(row) = waiting.pop() {
            if bids == 0 {
                over.push(row);
                continue;
            }
            bids -= 1;
            let ((best, mut column), (second, next)) = two_best(self.row(row), &self.prices);
            if best > second {
                self.prices[column] = self.prices[column] + (best - second);
                if self.prices[column] > N::FAR {
                    return None;
                }
            } else if self.holders[column] != NONE && next < self.columns {
                // Equally good: the one that may be free.
                column = next;
            }
            let before = std::mem::replace(&mut self.holders[column], narrow(row));
            self.taken[row] = narrow(column);
            if before != NONE {
                self.taken[wide(before)] = NONE;
                if best > second { waiting.push(wide(before)) } else { over.push(wide(before)) }
            }
        }
        over.sort_unstable();
        Some(over)
    }

    /// Finds a column for a row by a shortest path; the cells looked at. None if there are more than
    /// `most` or the numbers are too short.
    fn augment(&mut self, start: usize, most: usize) -> Option<usize> {
        self.distances.fill(N::FAR);
        for (mark, &holder) in self.marks.iter_mut().zip(&self.holders) {
            *mark = if holder == NONE { N::ZERO } else { N::ONE };
        }
        let mut settled: Vec<usize> = Vec::new();
        let mut row = start;
        let mut base = two_best(self.row(start), &self.prices).0.0;
        let mut looked = 0;
        let (end, reached) = loop {
            looked += self.columns;
            if looked > most || base > N::FAR || base < N::ZERO - N::FAR {
                return None;
            }
            let column = self.nearest(row, base);
            let reached = self.distances[column];
            let holder = self.holders[column];
            if holder == NONE {
                break (column, reached);
            }
            settled.push(column);
            self.marks[column] = N::FAR;
            row = wide(holder);
            base = reached + (self.row(row)[column] - self.prices[column]);
        };
        for &column in &settled {
            self.prices[column] = self.prices[column] + (reached - self.distances[column]);
            if self.prices[column] > N::FAR {
                return None;
            }
        }
        let mut column = end;
        loop {
            let row = self.via[column];
            self.holders[column] = row;
            let before = std::mem::replace(&mut self.taken[wide(row)], narrow(column));
            if wide(row) == start {
                return Some(looked);
            }
            column = wide(before);
        }
    }

    /// Looks from a row at all columns; the nearest one not settled, free ones first.
    fn nearest(&mut self, row: usize, base: N) -> usize {
        let gains = self.row(row);
        let row = narrow(row);
        let known = self.distances.iter_mut().zip(&mut self.via);
        // Without branches, so that the compiler takes several columns at once.
        for ((known, via), (&gain, &price)) in known.zip(gains.iter().zip(&self.prices)) {
            let distance = base + (price - gain);
            let better = distance < *known;
            *via = if better { row } else { *via };
            *known = if better { distance } else { *known };
        }
        let parts = self.distances.iter().zip(&self.marks);
        let mut least = N::FAR + N::FAR + N::FAR;
        for (key, (&known, &mark)) in self.keys.iter_mut().zip(parts) {
            *key = known + known + mark;
            least = if *key < least { *key } else { least };
        }
        self.keys.iter().position(|key| *key == least).unwrap_or(0)
    }
}

fn wide(index: u32) -> usize {
    super::flow::wide(index)
}

/// The best and the second-best gain after prices, with their columns, lower columns first.
fn two_best<N: Number>(gains: &[N], prices: &[N]) -> ((N, usize), (N, usize)) {
    let (mut best, mut second) = ((N::LEAST, usize::MAX), (N::LEAST, usize::MAX));
    for (column, (&gain, &price)) in gains.iter().zip(prices).enumerate() {
        let worth = gain - price;
        if worth > second.0 {
            if worth > best.0 {
                second = best;
                best = (worth, column);
            } else {
                second = (worth, column);
            }
        }
    }
    if second.1 == usize::MAX {
        // A single column is worth any price.
        second.0 = best.0;
    }
    (best, second)
}

/// An auction with increments that fall to 1 on gains scaled by the rows: exact. Missing rows bid
/// for nothing.
fn auction(gains: &[i64], rows: usize, columns: usize, mut steps: usize) -> Option<Vec<usize>> {
    let scale = i64::try_from(columns).ok()? + 1;
    let largest = gains.iter().max().copied()? * scale;
    let nothing = vec![0; columns];
    let mut prices = vec![0; columns];
    let mut increment = (largest / 4).max(1);
    loop {
        let mut holders = vec![NONE; columns];
        let mut waiting: Vec<usize> = (0..columns).rev().collect();
        while let Some(row) = waiting.pop() {
            steps = steps.checked_sub(columns)?;
            let own =
                if row < rows { &gains[row * columns..(row + 1) * columns] } else { &nothing };
            let (mut best, mut second, mut at) = (i64::MIN, i64::MIN, 0);
            for (column, (gain, price)) in own.iter().zip(&prices).enumerate() {
                let worth = gain * scale - price;
                if worth > second {
                    if worth > best {
                        (second, best, at) = (best, worth, column);
                    } else {
                        second = worth;
                    }
                }
            }
            prices[at] += if columns > 1 { best - second } else { 0 } + increment;
            let before = std::mem::replace(&mut holders[at], narrow(row));
            if before != NONE {
                waiting.push(wide(before));
            }
        }
        if increment == 1 {
            let mut taken = vec![0; rows];
            for (column, &row) in holders.iter().enumerate() {
                if wide(row) < rows {
                    taken[wide(row)] = column;
                }
            }
            return Some(taken);
        }
        increment = (increment / 5).max(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn best(gains: &[i64], columns: usize, free: u32) -> i64 {
        let Some((row, rest)) = gains.split_at_checked(columns) else { return 0 };
        let open = (0..columns).filter(|column| free >> column & 1 == 1);
        let of = |column: usize| row[column] + best(rest, columns, free & !(1 << column));
        open.map(of).max().unwrap()
    }

    proptest! {
        #[test]
        fn paths_and_auction_equal_brute_force(
            (rows, columns, gains) in (1..=5_usize, 0..=2_usize, 1..=40_i64).prop_flat_map(|(r, more, top)| {
                (Just(r), Just(r + more), prop::collection::vec(0..=top, r * (r + more)))
            })
        ) {
            let want = best(&gains, columns, (1 << columns) - 1);
            let paths = Paths::new(&gains, rows, columns).run(usize::MAX).unwrap();
            let short: Vec<i32> = gains.iter().map(|&gain| i32::try_from(gain).unwrap()).collect();
            let by_short = Paths::new(&short, rows, columns).run(usize::MAX).unwrap();
            prop_assert_eq!(&by_short, &paths);
            let auctioned = auction(&gains, rows, columns, usize::MAX).unwrap();
            for taken in [paths, auctioned] {
                let mut distinct = taken.clone();
                distinct.sort_unstable();
                distinct.dedup();
                prop_assert_eq!(distinct.len(), rows);
                let sum: i64 = taken.iter().enumerate().map(|(r, c)| gains[r * columns + c]).sum();
                prop_assert_eq!(sum, want);
            }
        }
    }

    #[test]
    fn a_dense_market_has_the_total_of_the_flow() {
        for (rows, columns, forced) in [(110, 110, true), (100, 130, false), (130, 100, true)] {
            let fewer = rows.min(columns);
            let side = |size: usize| {
                vec![Bounds { min: u64::from(forced && size == fewer), max: 1 }; size]
            };
            let edges = (0..rows * columns)
                .map(|at| (at / columns, at % columns))
                .map(|(l, r)| (l, r, i64::try_from(l * r + (l * 7 + r * 13) % 101).unwrap() - 3000))
                .map(super::super::Edge::from)
                .collect();
            let problem = PairingProblem::new(side(rows), side(columns), edges).unwrap();
            let dense = solve(&problem).unwrap();
            let flow = super::super::solve::solve_with::<i64>(&problem);
            assert_eq!(dense.total, flow.total, "{rows} {columns} {forced}");
            assert_eq!(dense.pairs.len(), flow.pairs.len());
        }
    }
}
