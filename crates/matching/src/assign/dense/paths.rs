//! Prices of columns, bids of rows, shortest augmenting paths over a plain matrix (R. Jonker,
//! A. Volgenant, "A shortest augmenting path algorithm for dense and sparse linear assignment
//! problems", 1987).
//!
//! The loops over a row have no branches and no early end, so that the compiler takes several
//! columns at once.

use crate::assign::flow::{narrow, wide};
use std::ops::{Add, Div, Sub};

/// Nobody.
pub(super) const NONE: u32 = u32::MAX;
/// Columns looked at together.
const WIDTH: usize = 16;

/// Whole numbers of a length that suffices. Gains are at most an eighth of [`Self::FAR`].
pub(super) trait Number:
    Copy + Ord + Add<Output = Self> + Sub<Output = Self> + Div<Output = Self>
{
    /// Further than any path; three times it fits.
    const FAR: Self;
    const ZERO: Self;
    const ONE: Self;
    /// Start and divisor of the increments of an auction.
    const FIRST: Self;
    const FALL: Self;
    const LEAST: Self;
    const MOST: Self;
}

impl Number for i32 {
    const FAR: Self = Self::MAX / 4;
    const ZERO: Self = 0;
    const ONE: Self = 1;
    const FIRST: Self = 4;
    const FALL: Self = 7;
    const LEAST: Self = Self::MIN;
    const MOST: Self = Self::MAX;
}

impl Number for i64 {
    const FAR: Self = Self::MAX / 4;
    const ZERO: Self = 0;
    const ONE: Self = 1;
    const FIRST: Self = 4;
    const FALL: Self = 7;
    const LEAST: Self = Self::MIN;
    const MOST: Self = Self::MAX;
}

/// Why a search stopped without pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// More cells were looked at than allowed.
    Steps,
    /// The numbers are too short for the prices.
    Short,
}

/// Rows and columns on the way to their best pairs.
///
/// At any time a row that has a column likes none better at these prices, by the increment of an
/// auction at most.
pub(super) struct Paths<'a, N> {
    gains: &'a [N],
    rows: usize,
    pub(super) columns: usize,
    /// What a row that is only there to make the matrix square gains: nothing. Empty if the matrix
    /// is taken as it is; then a column without a row has the price 0.
    nothing: Vec<N>,
    /// What a column asks for.
    pub(super) prices: Vec<N>,
    /// Row of each column.
    pub(super) holders: Vec<u32>,
    /// Column of each row.
    pub(super) taken: Vec<u32>,
    search: Search<N>,
}

/// Scratch of one search for a path.
struct Search<N> {
    /// Distance of each column, less its price.
    distances: Vec<N>,
    /// The row a column was reached from.
    via: Vec<u32>,
    /// Price of each column; of a settled one so much that no other is further.
    asked: Vec<N>,
    /// Columns in the order of their distance.
    settled: Vec<u32>,
}

impl<'a, N: Number> Paths<'a, N> {
    /// Takes a matrix of `rows` × `columns` as it is, nobody paired.
    pub(super) fn new(gains: &'a [N], rows: usize, columns: usize) -> Self {
        Self {
            gains,
            rows,
            columns,
            nothing: Vec::new(),
            prices: vec![N::ZERO; columns],
            holders: vec![NONE; columns],
            taken: vec![NONE; rows],
            search: Search {
                distances: vec![N::ZERO; columns],
                via: vec![NONE; columns],
                asked: vec![N::ZERO; columns],
                settled: Vec::with_capacity(columns),
            },
        }
    }

    /// Adds rows without gains until there are as many as columns: every column ends with a row,
    /// so its price may be any.
    pub(super) fn square(gains: &'a [N], rows: usize, columns: usize) -> Self {
        let mut square = Self::new(gains, rows, columns);
        square.nothing = vec![N::ZERO; columns];
        square.taken.resize(columns, NONE);
        square
    }

    /// What a row gains from each column.
    pub(super) fn row(&self, row: usize) -> &[N] {
        own(self.gains, &self.nothing, row, (self.rows, self.columns))
    }

    /// Rows without a column, ascending.
    pub(super) fn waiting(&self) -> Vec<usize> {
        (0..self.taken.len()).filter(|&row| self.taken[row] == NONE).collect()
    }

    /// The column of each row of the matrix.
    pub(super) fn into_taken(self) -> Vec<usize> {
        self.taken.into_iter().take(self.rows).map(wide).collect()
    }

    /// Gives a row a column; who had it before.
    pub(super) fn give(&mut self, row: usize, column: usize) -> Option<usize> {
        let before = std::mem::replace(&mut self.holders[column], narrow(row));
        self.taken[row] = narrow(column);
        if before == NONE {
            return None;
        }
        self.taken[wide(before)] = NONE;
        Some(wide(before))
    }

    /// Raises a price.
    pub(super) fn raise(&mut self, column: usize, by: N) -> Result<(), Stop> {
        self.prices[column] = self.prices[column] + by;
        if self.prices[column] > N::FAR { Err(Stop::Short) } else { Ok(()) }
    }

    /// Lets the rows that wait bid in a few rounds of at most `bids` for each row; whether no round
    /// needed more.
    pub(super) fn bid(&mut self, rounds: usize, bids: usize) -> Result<bool, Stop> {
        let mut calm = true;
        for _ in 0..rounds {
            let mut waiting = self.waiting();
            waiting.reverse();
            let mut left = bids * self.taken.len();
            while let Some(row) = waiting.pop().filter(|_| left > 0) {
                left -= 1;
                waiting.extend(self.bid_once(row)?);
            }
            calm &= left > 0;
        }
        Ok(calm)
    }

    /// A row bids for its best column by as much as it is better than the second; of equally good
    /// ones it takes the lowest that is free. Who lost a column by it.
    fn bid_once(&mut self, row: usize) -> Result<Option<usize>, Stop> {
        let own = self.row(row);
        let (best, second) = two_best(own, &self.prices);
        let clear = best > second;
        let fits = |column: &usize| clear || self.holders[*column] == NONE;
        let Some(column) = find(own, &self.prices, best, fits) else { return Ok(None) };
        if clear {
            self.raise(column, best - second)?;
        }
        Ok(self.give(row, column))
    }

    /// Finds columns for all rows that wait; looks at most at `most` cells.
    pub(super) fn augment_all(&mut self, most: usize) -> Result<(), Stop> {
        let mut left = most;
        for row in self.waiting() {
            left -= self.augment(row, left)?;
        }
        Ok(())
    }

    /// Finds a column for a row by a shortest path; the cells looked at, at most `most`.
    fn augment(&mut self, start: usize, most: usize) -> Result<usize, Stop> {
        let (end, reached, looked) = self.reach(start, most)?;
        for &column in &self.search.settled {
            let column = wide(column);
            let further = reached - self.search.distances[column];
            self.prices[column] = further;
            if further > N::FAR {
                return Err(Stop::Short);
            }
        }
        let mut column = end;
        loop {
            let row = self.search.via[column];
            self.holders[column] = row;
            let before = std::mem::replace(&mut self.taken[wide(row)], narrow(column));
            if wide(row) == start {
                return Ok(looked);
            }
            column = wide(before);
        }
    }

    /// The nearest column without a row, its distance and the cells looked at.
    fn reach(&mut self, start: usize, most: usize) -> Result<(usize, N, usize), Stop> {
        self.search.start(&self.prices);
        let (mut row, mut base) = (start, two_best(self.row(start), &self.prices).0);
        let (mut looked, mut next, mut reached, mut padded) = (0, 0, N::ZERO, false);
        loop {
            if base > N::FAR || base < N::ZERO - N::FAR {
                return Err(Stop::Short);
            }
            // Rows without gains are all alike: the first one reaches what any of them does.
            let least = if row >= self.rows && std::mem::replace(&mut padded, true) {
                self.search.least()
            } else {
                looked += self.columns;
                self.relax(row, base)
            };
            if looked > most {
                return Err(Stop::Steps);
            }
            let all = next == self.search.settled.len();
            if all && least >= N::FAR {
                return Err(Stop::Short);
            }
            if all || least == reached {
                reached = least;
                if let Some(end) = self.search.settle(least, &self.holders) {
                    return Ok((end, reached, looked));
                }
            }
            let column = wide(self.search.settled[next]);
            next += 1;
            row = wide(self.holders[column]);
            base = reached + (self.row(row)[column] - self.prices[column]);
        }
    }

    /// Looks from a row at all columns; the least distance of those not settled.
    fn relax(&mut self, row: usize, base: N) -> N {
        let own = own(self.gains, &self.nothing, row, (self.rows, self.columns));
        let search = &mut self.search;
        let row = narrow(row);
        let mut least = N::MOST;
        let known = search.distances.iter_mut().zip(&mut search.via);
        for ((known, via), (&gain, &asked)) in known.zip(own.iter().zip(&search.asked)) {
            let distance = base - gain;
            let better = distance < *known;
            *via = if better { row } else { *via };
            *known = if better { distance } else { *known };
            let key = *known + asked;
            least = if key < least { key } else { least };
        }
        least
    }
}

impl<N: Number> Search<N> {
    fn start(&mut self, prices: &[N]) {
        self.distances.fill(N::MOST);
        self.asked.copy_from_slice(prices);
        self.settled.clear();
    }

    /// The least distance of those not settled.
    fn least(&self) -> N {
        let keys = self.distances.iter().zip(&self.asked).map(|(&known, &asked)| known + asked);
        keys.fold(N::MOST, |least, key| if key < least { key } else { least })
    }

    /// Settles all columns of this distance, lowest first, or finds one without a row.
    fn settle(&mut self, least: N, holders: &[u32]) -> Option<usize> {
        for from in (0..holders.len()).step_by(WIDTH) {
            let to = (from + WIDTH).min(holders.len());
            let parts = self.distances[from..to].iter().zip(&self.asked[from..to]);
            let is = parts.map(|(&known, &asked)| u32::from(known + asked == least));
            if is.fold(0, |any, is| any | is) == 0 {
                continue;
            }
            for (at, &holder) in holders[from..to].iter().enumerate() {
                let column = from + at;
                if self.distances[column] + self.asked[column] != least {
                    continue;
                }
                if holder == NONE {
                    return Some(column);
                }
                self.asked[column] = N::FAR + N::FAR;
                self.settled.push(narrow(column));
            }
        }
        None
    }
}

/// What a row gains from each column.
fn own<'b, N>(
    gains: &'b [N],
    nothing: &'b [N],
    row: usize,
    (rows, columns): (usize, usize),
) -> &'b [N] {
    if row < rows { &gains[row * columns..(row + 1) * columns] } else { nothing }
}

/// The best and the second-best gain after prices; the same twice where there is one column.
pub(super) fn two_best<N: Number>(gains: &[N], prices: &[N]) -> (N, N) {
    let (mut bests, mut seconds) = ([N::LEAST; WIDTH], [N::LEAST; WIDTH]);
    let (gains, gains_over) = gains.as_chunks::<WIDTH>();
    let (prices, prices_over) = prices.as_chunks::<WIDTH>();
    for (gains, prices) in gains.iter().zip(prices) {
        for at in 0..WIDTH {
            let worth = gains[at] - prices[at];
            let (best, second) = (bests[at], seconds[at]);
            let lower = if worth < best { worth } else { best };
            seconds[at] = if lower > second { lower } else { second };
            bests[at] = if worth > best { worth } else { best };
        }
    }
    let over = gains_over.iter().zip(prices_over).map(|(&gain, &price)| gain - price);
    let (mut best, mut second) = (N::LEAST, N::LEAST);
    for worth in bests.into_iter().chain(seconds).chain(over) {
        if worth > best {
            (best, second) = (worth, best);
        } else if worth > second {
            second = worth;
        }
    }
    (best, if second == N::LEAST { best } else { second })
}

/// The lowest column of this worth that fits.
pub(super) fn find<N: Number>(
    gains: &[N],
    prices: &[N],
    worth: N,
    fits: impl Fn(&usize) -> bool,
) -> Option<usize> {
    let parts = gains.chunks(WIDTH).zip(prices.chunks(WIDTH));
    for (part, (gains, prices)) in parts.enumerate() {
        let pairs = || gains.iter().zip(prices);
        let is = pairs().map(|(&gain, &price)| u32::from(gain - price == worth));
        if is.fold(0, |any, is| any | is) == 0 {
            continue;
        }
        let columns = pairs().enumerate().filter(|(_, (gain, price))| **gain - **price == worth);
        if let Some(column) = columns.map(|(at, _)| part * WIDTH + at).find(&fits) {
            return Some(column);
        }
    }
    None
}
