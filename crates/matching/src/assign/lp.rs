//! Linear programs over boxes: a bounded dual simplex whose answers are certified in whole numbers.
//!
//! Every variable and every row has finite bounds, so any basis becomes dual feasible by moving
//! the variables outside of it to their better bound: changed costs, changed bounds and added rows
//! all go on from the basis there is (R. Fourer, "Notes on the dual simplex method", 1994, with
//! the bound flipping ratio test). The search runs in floating point; what it finds is believed
//! only after [`Lp::bound`] has added it up in whole numbers, where any prices give a true bound.

use super::flow::{narrow, wide};

/// Denominator of exact prices: the least common multiple of 1 to 14, so that the fractions that
/// arise in pairing problems are met exactly.
pub(super) const SCALE: i128 = 720_720;
/// How far a value may be outside of its bounds.
const FEASIBLE: f64 = 1e-7;
/// Coefficients that are taken for 0.
const ZERO: f64 = 1e-9;

/// A row `lo ≤ Σ coefficient × variable ≤ hi`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// Variables with their coefficients, ascending.
    pub(super) entries: Vec<(u32, i64)>,
    /// Least sum.
    pub(super) lo: i128,
    /// Greatest sum.
    pub(super) hi: i128,
}

/// How a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// Primal and dual feasible, as far as floating point can tell.
    Optimal,
    /// No values within the bounds; [`Lp::prices`] then hold the proof.
    Infeasible,
    /// The steps ran out.
    Exhausted,
}

/// A linear program over variables from 0 to 1 under way.
pub(super) struct Lp {
    variables: usize,
    columns: Vec<Vec<(u32, f64)>>,
    rows: Vec<Row>,
    /// Divisor of each row in floating point, so that its largest coefficient is 1.
    factors: Vec<f64>,
    entries: Vec<Vec<(u32, f64)>>,
    costs: Vec<f64>,
    /// Bounds, values and reduced costs: the variables, then the activities of the rows.
    lo: Vec<f64>,
    hi: Vec<f64>,
    values: Vec<f64>,
    reduced: Vec<f64>,
    at_upper: Vec<bool>,
    /// Variable at each place of the basis.
    basis: Vec<usize>,
    /// Place in the basis, or [`NONE`].
    places: Vec<usize>,
    inverse: Vec<Vec<f64>>,
    /// Squared lengths of the rows of the inverse.
    lengths: Vec<f64>,
    /// Row of the inverse that proves infeasibility.
    ray: Option<Vec<f64>>,
    steps: u64,
}

const NONE: usize = usize::MAX;

/// A number of the problem in floating point, rounded where it is too long.
#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "rounded prices are repaired by exact certificates"
)]
fn float(number: i128) -> f64 {
    number as f64
}

/// The nearest whole number; far beyond all totals it saturates.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "a saturated price is still a valid price"
)]
fn whole(number: f64) -> i128 {
    number.round().clamp(-1e30, 1e30) as i128
}

impl Lp {
    /// A program with all variables from 0 to 1, all costs 0 and the activities as basis.
    pub(super) fn new(variables: usize, rows: Vec<Row>) -> Self {
        let mut lp = Self {
            variables,
            columns: vec![Vec::new(); variables],
            rows: Vec::new(),
            factors: Vec::new(),
            entries: Vec::new(),
            costs: vec![0.0; variables],
            lo: vec![0.0; variables],
            hi: vec![1.0; variables],
            values: vec![0.0; variables],
            reduced: vec![0.0; variables],
            at_upper: vec![false; variables],
            basis: Vec::new(),
            places: vec![NONE; variables],
            inverse: Vec::new(),
            lengths: Vec::new(),
            ray: None,
            steps: u64::MAX,
        };
        for row in rows {
            lp.add(row);
        }
        lp
    }

    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Values of the variables.
    pub(super) fn values(&self) -> &[f64] {
        &self.values[..self.variables]
    }

    pub(super) fn set_steps(&mut self, steps: u64) {
        self.steps = steps;
    }

    /// Adds a row; its activity joins the basis.
    pub(super) fn add(&mut self, row: Row) {
        let at = self.rows.len();
        let largest = row.entries.iter().map(|entry| entry.1.unsigned_abs()).max().unwrap_or(1);
        let factor = float(i128::from(largest.max(1)));
        let entries: Vec<(u32, f64)> =
            row.entries.iter().map(|&(v, c)| (v, float(i128::from(c)) / factor)).collect();
        let mut line = vec![0.0; at + 1];
        let mut activity = 0.0;
        for &(variable, coefficient) in &entries {
            self.columns[wide(variable)].push((narrow(at), coefficient));
            activity += coefficient * self.values[wide(variable)];
            let place = self.places[wide(variable)];
            if place != NONE {
                for (sum, part) in line.iter_mut().zip(&self.inverse[place]) {
                    *sum += coefficient * part;
                }
            }
        }
        line[at] = -1.0;
        for other in &mut self.inverse {
            other.push(0.0);
        }
        self.lengths.push(line.iter().map(|part| part * part).sum());
        self.inverse.push(line);
        self.lo.push(float(row.lo) / factor);
        self.hi.push(float(row.hi) / factor);
        self.values.push(activity);
        self.reduced.push(0.0);
        self.at_upper.push(false);
        self.basis.push(self.variables + at);
        self.places.push(at);
        self.factors.push(factor);
        self.entries.push(entries);
        self.rows.push(row);
    }

    /// Changes the bounds of a variable; [`Self::settle`] must follow.
    pub(super) fn set_variable(&mut self, variable: usize, lo: bool, hi: bool) {
        self.lo[variable] = f64::from(u8::from(lo));
        self.hi[variable] = f64::from(u8::from(hi));
    }

    /// Whether a variable may be 0 and may be 1.
    pub(super) fn variable(&self, variable: usize) -> (bool, bool) {
        (self.lo[variable] < 0.5, self.hi[variable] > 0.5)
    }

    /// Changes the bounds of a row; [`Self::settle`] must follow.
    pub(super) fn set_row(&mut self, row: usize, lo: i128, hi: i128) {
        self.rows[row].lo = lo;
        self.rows[row].hi = hi;
        self.lo[self.variables + row] = float(lo) / self.factors[row];
        self.hi[self.variables + row] = float(hi) / self.factors[row];
    }

    /// Sets the costs to what `prices` leave of `gains`: both in units of 1 / [`SCALE`].
    pub(super) fn set_costs(&mut self, gains: &[i64], prices: &[i128]) {
        let left = self.remainders(gains, prices);
        for (cost, left) in self.costs.iter_mut().zip(left) {
            *cost = float(left) / float(SCALE);
        }
        self.settle();
    }

    /// Computes reduced costs and values anew and moves everything outside of the basis to its
    /// better bound.
    pub(super) fn settle(&mut self) {
        self.steps = self.steps.saturating_sub(self.weight());
        let mut prices = vec![0.0; self.rows.len()];
        for (place, &variable) in self.basis.iter().enumerate() {
            let cost = self.costs.get(variable).copied().unwrap_or(0.0);
            if cost.abs() > 0.0 {
                for (price, part) in prices.iter_mut().zip(&self.inverse[place]) {
                    *price += cost * part;
                }
            }
        }
        for variable in 0..self.variables {
            let paid: f64 =
                self.columns[variable].iter().map(|&(row, c)| c * prices[wide(row)]).sum();
            self.reduced[variable] = self.costs[variable] - paid;
        }
        self.reduced[self.variables..].copy_from_slice(&prices);
        for &variable in &self.basis {
            self.reduced[variable] = 0.0;
        }
        self.flip_all();
        self.revalue();
    }

    /// Moves variables outside of the basis to the bound their reduced cost asks for.
    fn flip_all(&mut self) {
        for variable in 0..self.lo.len() {
            if self.places[variable] != NONE {
                continue;
            }
            if self.reduced[variable] > ZERO {
                self.at_upper[variable] = true;
            } else if self.reduced[variable] < -ZERO {
                self.at_upper[variable] = false;
            }
            self.values[variable] =
                if self.at_upper[variable] { self.hi[variable] } else { self.lo[variable] };
        }
    }

    /// Values of the basis from those outside of it.
    fn revalue(&mut self) {
        let mut sums = vec![0.0; self.rows.len()];
        for variable in 0..self.variables {
            if self.places[variable] == NONE && self.values[variable].abs() > 0.0 {
                for &(row, coefficient) in &self.columns[variable] {
                    sums[wide(row)] += coefficient * self.values[variable];
                }
            }
        }
        for (row, sum) in sums.iter_mut().enumerate() {
            if self.places[self.variables + row] == NONE {
                *sum -= self.values[self.variables + row];
            }
        }
        for (place, &variable) in self.basis.iter().enumerate() {
            let value: f64 = self.inverse[place].iter().zip(&sums).map(|(a, b)| a * b).sum();
            self.values[variable] = -value;
        }
    }

    /// Searches for the optimum from the basis there is.
    pub(super) fn solve(&mut self) -> Ended {
        self.ray = None;
        let mut since = 0;
        let mut wrong = 0;
        loop {
            if self.steps == 0 {
                return Ended::Exhausted;
            }
            let Some((place, below)) = self.leaving() else {
                if since == 0 {
                    return Ended::Optimal;
                }
                self.settle();
                since = 0;
                continue;
            };
            self.steps = self.steps.saturating_sub(self.weight());
            let row = self.pivot_row(place);
            let Some((entering, flips)) = self.entering(place, below, &row) else {
                if since == 0 {
                    self.ray = Some(self.inverse[place].clone());
                    return Ended::Infeasible;
                }
                self.settle();
                since = 0;
                continue;
            };
            since += 1;
            let column = self.pivot_column(entering);
            if (column[place] - row[entering]).abs() > 1e-6 * (1.0 + row[entering].abs()) {
                wrong += 1;
                if wrong > 20 || !self.refactor() {
                    return Ended::Exhausted;
                }
                self.settle();
                continue;
            }
            self.pivot(place, below, entering, (&row, &column, &flips));
            if since % 100 == 0 {
                self.settle();
            }
        }
    }

    /// What a step costs: it goes over the inverse and all variables.
    fn weight(&self) -> u64 {
        let size = u64::try_from(self.rows.len()).unwrap_or(u64::MAX);
        let variables = u64::try_from(self.variables).unwrap_or(u64::MAX);
        1 + (size.saturating_mul(size) + variables) / 1_000
    }

    /// The place furthest outside of its bounds, by the steepest edge; whether it is below.
    fn leaving(&self) -> Option<(usize, bool)> {
        let mut best = 0.0;
        let mut found = None;
        for (place, &variable) in self.basis.iter().enumerate() {
            let value = self.values[variable];
            let (under, over) = (self.lo[variable] - value, value - self.hi[variable]);
            let outside = under.max(over);
            if outside > FEASIBLE {
                let merit = outside * outside / self.lengths[place].max(1e-12);
                if merit > best {
                    best = merit;
                    found = Some((place, under > over));
                }
            }
        }
        found
    }

    /// The row of the tableau at `place`, over all variables and activities.
    fn pivot_row(&self, place: usize) -> Vec<f64> {
        let mut row = vec![0.0; self.lo.len()];
        for (at, &part) in self.inverse[place].iter().enumerate() {
            if part.abs() > ZERO {
                for &(variable, coefficient) in &self.entries[at] {
                    row[wide(variable)] += part * coefficient;
                }
                row[self.variables + at] = -part;
            }
        }
        row
    }

    fn pivot_column(&self, entering: usize) -> Vec<f64> {
        if entering >= self.variables {
            let at = entering - self.variables;
            return self.inverse.iter().map(|line| -line[at]).collect();
        }
        let column = &self.columns[entering];
        let sum = |line: &Vec<f64>| column.iter().map(|&(row, part)| part * line[wide(row)]).sum();
        self.inverse.iter().map(sum).collect()
    }

    /// Which variable enters, and which others change their bound on the way.
    fn entering(&self, place: usize, below: bool, row: &[f64]) -> Option<(usize, Vec<usize>)> {
        let leaving = self.basis[place];
        let value = self.values[leaving];
        let mut slope = if below { self.lo[leaving] - value } else { value - self.hi[leaving] };
        let mut candidates = Vec::new();
        for (variable, &part) in row.iter().enumerate() {
            if part.abs() <= 1e-7 || self.places[variable] != NONE {
                continue;
            }
            let part = if below { part } else { -part };
            let movable = self.hi[variable] - self.lo[variable] > ZERO;
            if movable && (self.at_upper[variable] == (part > 0.0)) {
                let ratio = (self.reduced[variable] / part).max(0.0);
                candidates.push((ratio, part.abs(), variable));
            }
        }
        candidates.sort_unstable_by(|a, b| {
            a.0.total_cmp(&b.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(&b.2))
        });
        let mut flips = Vec::new();
        for &(_, size, variable) in &candidates {
            slope -= size * (self.hi[variable] - self.lo[variable]);
            if slope <= FEASIBLE {
                return Some((variable, flips));
            }
            flips.push(variable);
        }
        None
    }

    fn pivot(
        &mut self,
        place: usize,
        below: bool,
        entering: usize,
        (row, column, flips): (&[f64], &[f64], &[usize]),
    ) {
        self.flip(flips);
        let leaving = self.basis[place];
        let target = if below { self.lo[leaving] } else { self.hi[leaving] };
        let pivot = column[place];
        let step = (self.values[leaving] - target) / pivot;
        for (at, &part) in column.iter().enumerate() {
            if part.abs() > ZERO {
                self.values[self.basis[at]] -= step * part;
            }
        }
        self.values[entering] += step;
        self.values[leaving] = target;
        let price = self.reduced[entering] / row[entering];
        if price.abs() > 0.0 {
            for (variable, &part) in row.iter().enumerate() {
                if part.abs() > ZERO && self.places[variable] == NONE {
                    self.reduced[variable] -= price * part;
                }
            }
        }
        self.reduced[entering] = 0.0;
        self.reduced[leaving] = -price;
        self.at_upper[leaving] = !below;
        self.places[leaving] = NONE;
        self.places[entering] = place;
        self.basis[place] = entering;
        self.update_inverse(place, column);
    }

    /// Moves variables to their other bound and the basis with them.
    fn flip(&mut self, flips: &[usize]) {
        if flips.is_empty() {
            return;
        }
        let mut sums = vec![0.0; self.rows.len()];
        for &variable in flips {
            let up = !self.at_upper[variable];
            self.at_upper[variable] = up;
            let target = if up { self.hi[variable] } else { self.lo[variable] };
            let change = target - self.values[variable];
            self.values[variable] = target;
            if variable >= self.variables {
                sums[variable - self.variables] -= change;
            } else {
                for &(row, coefficient) in &self.columns[variable] {
                    sums[wide(row)] += coefficient * change;
                }
            }
        }
        let touched: Vec<(usize, f64)> =
            sums.into_iter().enumerate().filter(|(_, sum)| sum.abs() > 0.0).collect();
        for (place, &variable) in self.basis.iter().enumerate() {
            let line = &self.inverse[place];
            let change: f64 = touched.iter().map(|&(row, sum)| line[row] * sum).sum();
            self.values[variable] -= change;
        }
    }

    fn update_inverse(&mut self, place: usize, column: &[f64]) {
        let mut line = std::mem::take(&mut self.inverse[place]);
        for part in &mut line {
            *part /= column[place];
        }
        let parts: Vec<(usize, f64)> =
            line.iter().copied().enumerate().filter(|(_, part)| part.abs() > ZERO).collect();
        let own: f64 = parts.iter().map(|(_, part)| part * part).sum();
        for (at, other) in self.inverse.iter_mut().enumerate() {
            let factor = column[at];
            if at == place || factor.abs() <= ZERO {
                continue;
            }
            let mut product = 0.0;
            for &(row, part) in &parts {
                product += other[row] * part;
                other[row] -= factor * part;
            }
            self.lengths[at] += factor * (factor * own - 2.0 * product);
        }
        self.lengths[place] = own;
        self.inverse[place] = line;
    }

    /// Inverts the basis anew by elimination. False if it is singular.
    fn refactor(&mut self) -> bool {
        let size = self.rows.len();
        let mut matrix: Vec<Vec<f64>> = vec![vec![0.0; 2 * size]; size];
        for (place, &variable) in self.basis.iter().enumerate() {
            if variable >= self.variables {
                matrix[variable - self.variables][place] = -1.0;
            } else {
                for &(row, part) in &self.columns[variable] {
                    matrix[wide(row)][place] = part;
                }
            }
        }
        for (row, line) in matrix.iter_mut().enumerate() {
            line[size + row] = 1.0;
        }
        for at in 0..size {
            let best = (at..size)
                .max_by(|&a, &b| matrix[a][at].abs().total_cmp(&matrix[b][at].abs()))
                .unwrap_or(at);
            if matrix[best][at].abs() <= ZERO {
                return false;
            }
            matrix.swap(at, best);
            let pivot = matrix[at][at];
            for part in &mut matrix[at] {
                *part /= pivot;
            }
            let line = matrix[at].clone();
            for (row, other) in matrix.iter_mut().enumerate() {
                let factor = other[at];
                if row != at && factor.abs() > 0.0 {
                    for (part, own) in other.iter_mut().zip(&line) {
                        *part -= factor * own;
                    }
                }
            }
        }
        self.inverse = matrix.into_iter().map(|line| line[size..].to_vec()).collect();
        self.lengths =
            self.inverse.iter().map(|line| line.iter().map(|part| part * part).sum()).collect();
        true
    }

    /// Prices of the rows in units of 1 / [`SCALE`]; of an infeasible program, the proof.
    pub(super) fn prices(&self) -> Vec<i128> {
        let scaled = |row: usize, price: f64| whole(price / self.factors[row] * float(SCALE));
        match &self.ray {
            // The sign of the proof is for the caller to find out.
            Some(ray) => ray.iter().enumerate().map(|(row, &part)| scaled(row, part)).collect(),
            None => self.reduced[self.variables..]
                .iter()
                .enumerate()
                .map(|(row, &price)| scaled(row, price))
                .collect(),
        }
    }

    /// What `prices` leave of `gains` for each variable, in units of 1 / [`SCALE`].
    pub(super) fn remainders(&self, gains: &[i64], prices: &[i128]) -> Vec<i128> {
        let mut left: Vec<i128> = gains.iter().map(|&gain| i128::from(gain) * SCALE).collect();
        left.resize(self.variables, 0);
        for (row, &price) in self.rows.iter().zip(prices) {
            if price != 0 {
                for &(variable, coefficient) in &row.entries {
                    left[wide(variable)] -= price * i128::from(coefficient);
                }
            }
        }
        left
    }

    /// No values within the bounds gain more than this, in units of 1 / [`SCALE`], whatever the
    /// prices. Exact.
    pub(super) fn bound(&self, gains: &[i64], prices: &[i128]) -> i128 {
        let left = self.remainders(gains, prices);
        let variables = left.iter().enumerate().map(|(variable, &left)| {
            let (may_be_0, may_be_1) = self.variable(variable);
            if (left > 0 && may_be_1) || !may_be_0 { left } else { 0 }
        });
        let rows = self
            .rows
            .iter()
            .zip(prices)
            .map(|(row, &price)| if price > 0 { price * row.hi } else { price * row.lo });
        variables.sum::<i128>() + rows.sum::<i128>()
    }
}
