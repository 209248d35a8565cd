//! Markets where most pairs are possible and everybody has at most one.
//!
//! Rows bid for columns until few are left over, those find shortest augmenting paths. Where paths
//! are long, an auction with falling increments sets the prices first. Either way the last step is
//! exact on whole numbers.

mod auction;
mod paths;

use super::{Bounds, Edge, Pairing, PairingStatus};
use paths::{Number, Paths, Stop};

/// Fewest cells that are worth a matrix.
const FEWEST: usize = 10_000;
/// Most cells, 8 bytes each.
const MOST: usize = 36_000_000;
/// Points further apart than this could overflow in sums along a path.
const WIDEST: i64 = 1 << 46;
/// Rounds of bidding before paths, and bids for each row in one of them.
const ROUNDS: usize = 4;
const BIDS: usize = 8;
/// How often paths may look at the whole matrix before an auction takes over.
const LOOKS: usize = 64;

/// The points of a dense market, laid out once when it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Matrix {
    /// Rows are the smaller side: the right one if turned.
    turned: bool,
    /// Every row must have a column.
    forced: bool,
    /// Points of a gain of 0.
    floor: i64,
    rows: usize,
    columns: usize,
    gains: Gains,
}

/// Row by row, at least 0; a pair that is not possible gains nothing, like none.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Gains {
    /// Numbers of 32 bits go through the processor many at a time.
    Short(Vec<i32>),
    Long(Vec<i64>),
}

impl Gains {
    fn get(&self, at: usize) -> i64 {
        match self {
            Self::Short(gains) => i64::from(gains[at]),
            Self::Long(gains) => gains[at],
        }
    }
}

impl Matrix {
    /// Lays out a dense market of single pairs; none if it is no such market or a pair is listed
    /// twice. Edges name participants that exist.
    pub(super) fn new(left: &[Bounds], right: &[Bounds], edges: &[Edge]) -> Option<Self> {
        let cells = left.len().checked_mul(right.len())?;
        if !(FEWEST..=MOST).contains(&cells) || edges.len() < cells / 4 || edges.len() > cells {
            return None;
        }
        let turned = left.len() > right.len();
        let (few, many) = if turned { (right, left) } else { (left, right) };
        let forced = is_forced(few, many, edges.len() == cells)?;
        let low = edges.iter().map(|edge| edge.points).min()?;
        let high = edges.iter().map(|edge| edge.points).max()?;
        let floor = if forced { low } else { 0 };
        let width = high.max(floor).checked_sub(floor).filter(|width| *width <= WIDEST)?;
        let (rows, columns) = (few.len(), many.len());
        let shape = (turned, columns, cells);
        let gain = |edge: &Edge| (edge.points.max(floor)) - floor;
        let gains = if width <= i64::from(i32::FAR / 8) {
            Gains::Short(lay_out(edges, shape, |edge| i32::try_from(gain(edge)).unwrap_or(0))?)
        } else {
            Gains::Long(lay_out(edges, shape, gain)?)
        };
        Some(Self { turned, forced, floor, rows, columns, gains })
    }

    /// The pairs with the greatest sum of points; none if the prices grow beyond 64 bits.
    pub(super) fn solve(&self) -> Option<Pairing> {
        let taken = self.gains.assign(self.rows, self.columns)?;
        let mut pairs = Vec::with_capacity(self.rows);
        let mut total = 0;
        for (row, column) in taken.into_iter().enumerate() {
            let gain = self.gains.get(row * self.columns + column);
            if self.forced || gain > 0 {
                pairs.push(if self.turned { (column, row) } else { (row, column) });
                total += i128::from(gain) + i128::from(self.floor);
            }
        }
        pairs.sort_unstable();
        let status = PairingStatus::Optimal;
        Some(Pairing { status, total: Some(total), pairs, conflict: Vec::new() })
    }
}

/// Whether everybody of the smaller side must have a pair; none if the bounds are others than
/// "one pair at most" or that. `full`: all pairs are possible.
fn is_forced(few: &[Bounds], many: &[Bounds], full: bool) -> Option<bool> {
    let all = |side: &[Bounds], min: u64| side.iter().all(|b| b.min == min && b.max == 1);
    if all(few, 0) && all(many, 0) {
        return Some(false);
    }
    let met = all(many, 0) || (few.len() == many.len() && all(many, 1));
    (full && all(few, 1) && met).then_some(true)
}

/// Puts each edge in its cell; none if a cell is named twice.
fn lay_out<N: Number>(
    edges: &[Edge],
    (turned, columns, cells): (bool, usize, usize),
    gain: impl Fn(&Edge) -> N,
) -> Option<Vec<N>> {
    let mut gains = vec![N::ZERO; cells];
    let mut seen = vec![0_u64; cells.div_ceil(64)];
    let mut twice = false;
    for edge in edges {
        let (row, column) = if turned { (edge.right, edge.left) } else { (edge.left, edge.right) };
        let at = row * columns + column;
        let bit = 1 << (at % 64);
        twice |= seen[at / 64] & bit != 0;
        seen[at / 64] |= bit;
        gains[at] = gain(edge);
    }
    (!twice).then_some(gains)
}

impl Gains {
    /// The column of each row with the greatest sum; rows are at most as many as columns. None if
    /// the numbers are too short.
    fn assign(&self, rows: usize, columns: usize) -> Option<Vec<usize>> {
        match self {
            Self::Short(gains) => assign(gains, rows, columns).or_else(|| {
                let long: Vec<i64> = gains.iter().map(|&gain| i64::from(gain)).collect();
                assign(&long, rows, columns)
            }),
            Self::Long(gains) => assign(gains, rows, columns),
        }
    }
}

fn assign<N: Number>(gains: &[N], rows: usize, columns: usize) -> Option<Vec<usize>> {
    // More columns than rows make an auction long: most of its bids are of rows without gains.
    let wary = rows == columns;
    match by_paths(gains, (rows, columns), wary, LOOKS * gains.len()) {
        Ok(taken) => Some(taken),
        Err(Stop::Short) => None,
        Err(Stop::Steps) => by_auction(gains, (rows, columns)).ok(),
    }
}

/// Bids from prices of 0, then paths that look at `most` cells. If `wary` not even that where rows
/// bid without end or most of them are left over: paths would be long.
fn by_paths<N: Number>(
    gains: &[N],
    (rows, columns): (usize, usize),
    wary: bool,
    most: usize,
) -> Result<Vec<usize>, Stop> {
    let mut paths = Paths::new(gains, rows, columns);
    let calm = paths.bid(1, BIDS)?;
    if wary && (!calm || paths.waiting().len() > rows / 2) {
        return Err(Stop::Steps);
    }
    paths.bid(ROUNDS, BIDS)?;
    paths.augment_all(most)?;
    Ok(paths.into_taken())
}

/// Bids and paths from the prices of an auction.
fn by_auction<N: Number>(gains: &[N], (rows, columns): (usize, usize)) -> Result<Vec<usize>, Stop> {
    let mut paths = Paths::square(gains, rows, columns);
    paths.auction(gains.iter().copied().max().unwrap_or(N::ZERO))?;
    paths.bid(ROUNDS, BIDS)?;
    paths.augment_all(usize::MAX)?;
    Ok(paths.into_taken())
}

#[cfg(test)]
mod tests;
