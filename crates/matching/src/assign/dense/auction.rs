//! An auction with falling increments (D. Bertsekas, "The auction algorithm: a distributed
//! relaxation method for the assignment problem", 1988): prices near the best ones in a few dozen
//! looks at the matrix, also where shortest paths are long.

use super::paths::{NONE, Number, Paths, Stop, find, two_best};
use crate::assign::flow::wide;

/// Most bids for each row with one increment. Where more are needed, as with points `i × j` and
/// increments near 1, paths are cheaper than the rest of the auction.
const BIDS: usize = 32;

impl<N: Number> Paths<'_, N> {
    /// Sets prices by an auction of a square matrix; afterwards rows have columns that they like
    /// best, or none.
    ///
    /// On whole numbers an increment of 1 leaves only rows without a column that are few steps
    /// from one; [`Paths::augment_all`] does the rest.
    pub(super) fn auction(&mut self, largest: N) -> Result<(), Stop> {
        let mut increment = largest / N::FIRST;
        while increment > N::ZERO {
            self.lower_all();
            self.let_go(increment);
            if !self.raise_all(increment)? {
                break;
            }
            increment =
                if increment > N::ONE { (increment / N::FALL).max(N::ONE) } else { N::ZERO };
        }
        self.let_go(N::ZERO);
        Ok(())
    }

    /// Lowers all prices alike until the lowest is 0: they would grow with every increment else.
    fn lower_all(&mut self) {
        let least = self.prices.iter().copied().min().unwrap_or(N::ZERO);
        for price in &mut self.prices {
            *price = *price - least;
        }
    }

    /// Takes columns from the rows that like another one better by more than an increment.
    fn let_go(&mut self, increment: N) {
        for column in 0..self.columns {
            if self.holders[column] == NONE {
                continue;
            }
            let row = wide(self.holders[column]);
            let own = self.row(row);
            let worth = own[column] - self.prices[column];
            if worth + increment < two_best(own, &self.prices).0 {
                self.holders[column] = NONE;
                self.taken[row] = NONE;
            }
        }
    }

    /// Lets the rows that wait bid an increment more than needed; whether all have a column in the
    /// end.
    fn raise_all(&mut self, increment: N) -> Result<bool, Stop> {
        let mut waiting = self.waiting();
        waiting.reverse();
        let mut left = BIDS * self.taken.len();
        while let Some(row) = waiting.pop() {
            let Some(less) = left.checked_sub(1) else { return Ok(false) };
            left = less;
            let own = self.row(row);
            let (best, second) = two_best(own, &self.prices);
            let Some(column) = find(own, &self.prices, best, |_| true) else { continue };
            self.raise(column, best - second + increment)?;
            waiting.extend(self.give(row, column));
        }
        Ok(true)
    }
}
