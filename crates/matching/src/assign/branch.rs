//! Whole choices of pairs by branch and cut, level after level.
//!
//! Each level is a search of its own. What a level reached is held for the next ones without
//! folding the two into one number: a variable or a row whose exact price says that moving it would
//! cost this level more than its bound leaves open is fixed, and where the bound is not met
//! exactly, a row keeps the level's total as well.

use super::cuts;
use super::flow::wide;
use super::lp::{Ended, Lp, Row, SCALE};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Values closer to a whole number than this are whole.
const WHOLE: f64 = 1e-6;
/// Rows of odd sets that may be added for each row of the problem.
const CUTS_PER_ROW: usize = 3;
/// Rounds of odd sets at a node below the first.
const ROUNDS_BELOW: usize = 3;
/// Rows from which the search would need gigabytes: the basis is kept as full lines.
const MOST_ROWS: usize = 5_000;
/// Gains from which floating point alone is too coarse.
const COARSE: u64 = 1 << 36;

/// A choice of variables under rows, worth something on each level.
#[derive(Debug, Clone)]
pub(super) struct Program {
    /// The two people of each variable.
    pub(super) ends: Vec<(u32, u32)>,
    /// The people's minimums and maximums first, one row each, then all other rows.
    pub(super) rows: Vec<Row>,
    /// How many rows are people.
    pub(super) people: usize,
    /// Variables that may not change.
    pub(super) fixed: Vec<Option<bool>>,
    /// Gains of each variable on each level.
    pub(super) levels: Vec<Vec<i64>>,
}

/// The best choice that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// Whether each variable is chosen.
    pub(super) chosen: Vec<bool>,
    /// What no choice can surpass on each level that was searched, given those before.
    pub(super) bounds: Vec<i128>,
}

/// What became of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// A choice; the best if every level has a bound and meets it.
    Found(Found),
    /// Proved: there is no choice. Rows and variables that the proof uses, if it is a short one.
    Impossible(Option<(Vec<usize>, Vec<usize>)>),
    /// The steps ran out before any choice was found.
    Unknown,
}

fn activity(row: &Row, chosen: &[bool]) -> i128 {
    row.entries.iter().filter(|(v, _)| chosen[wide(*v)]).map(|&(_, c)| i128::from(c)).sum()
}

fn sum(gains: &[i64], chosen: &[bool]) -> i128 {
    gains.iter().zip(chosen).filter(|(_, is)| **is).map(|(&gain, _)| i128::from(gain)).sum()
}

/// Finds the best choice; `steps` bound the work, about a million a second. Nothing is found in
/// programs of more than 5 000 rows: they do not fit into memory.
pub(super) fn solve(program: &Program, steps: u64) -> Verdict {
    if let Some(row) = program.rows.iter().position(|row| row.lo > row.hi) {
        return Verdict::Impossible(Some((vec![row], Vec::new())));
    }
    if program.rows.len() > MOST_ROWS {
        return Verdict::Unknown;
    }
    let mut search = Search::new(program, steps);
    let mut bounds = Vec::new();
    // Without levels the question is only whether there is a choice.
    let nothing = vec![0; program.ends.len()];
    let levels: Vec<&[i64]> = if program.levels.is_empty() {
        vec![&nothing]
    } else {
        program.levels.iter().map(Vec::as_slice).collect()
    };
    for gains in levels {
        let (end, bound) = search.level(gains);
        match end {
            LevelEnd::Impossible => return Verdict::Impossible(search.proof.take()),
            LevelEnd::Proved => bounds.push(bound),
            LevelEnd::Open => {
                bounds.push(bound);
                break;
            }
        }
    }
    match search.incumbent {
        Some(chosen) => Verdict::Found(Found { chosen, bounds }),
        None => Verdict::Unknown,
    }
}

enum LevelEnd {
    Proved,
    Open,
    Impossible,
}

/// What the relaxation says about a node.
enum Relaxed {
    /// Nothing better below.
    Closed,
    /// The variable to decide next and the node's bound.
    Split(usize, i128),
    /// The steps ran out.
    Exhausted,
}

/// A node of the search: what is decided on the way to it.
struct Node {
    bound: i128,
    decided: Vec<(u32, bool)>,
}

/// An open node in the queue: bound, order of arrival, where it is kept.
type Open = (i128, Reverse<usize>);

struct Search<'a> {
    program: &'a Program,
    lp: Lp,
    /// What each variable is fixed to from the start or by an earlier level.
    fixed: Vec<Option<bool>>,
    incumbent: Option<Vec<bool>>,
    cuts: usize,
    /// Prices taken out of the costs for precision.
    base: Vec<i128>,
    /// Prices and bound of the first node, in units of 1 / [`SCALE`].
    root: Option<(Vec<i128>, i128)>,
    proof: Option<(Vec<usize>, Vec<usize>)>,
}

impl<'a> Search<'a> {
    fn new(program: &'a Program, steps: u64) -> Self {
        let mut lp = Lp::new(program.ends.len(), program.rows.clone());
        lp.set_steps(steps);
        Self {
            program,
            lp,
            fixed: program.fixed.clone(),
            incumbent: None,
            cuts: 0,
            base: Vec::new(),
            root: None,
            proof: None,
        }
    }

    /// Searches one level and holds what it reached; with the bound of the level.
    fn level(&mut self, gains: &[i64]) -> (LevelEnd, i128) {
        self.base.clear();
        self.root = None;
        self.reset(&[]);
        self.lp.set_costs(gains, &[]);
        if self.incumbent.is_none() {
            self.incumbent = self.greedy(gains);
        }
        let highest: i128 = gains.iter().map(|&gain| i128::from(gain.max(0))).sum();
        let mut kept: Vec<Option<Node>> = Vec::new();
        let mut open: BinaryHeap<Open> = BinaryHeap::new();
        let mut current = Some(Node { bound: highest, decided: Vec::new() });
        loop {
            let node = match current.take() {
                Some(node) => node,
                None => match open.pop().and_then(|(_, Reverse(at))| kept[at].take()) {
                    Some(node) => node,
                    None => break,
                },
            };
            if self.best(gains).is_some_and(|best| best >= node.bound) {
                continue;
            }
            match self.relax(gains, &node) {
                Relaxed::Closed => {}
                Relaxed::Exhausted => {
                    let rest = open.peek().map_or(node.bound, |top| top.0.max(node.bound));
                    let bound = self.best(gains).map_or(rest, |best| best.max(rest));
                    return (LevelEnd::Open, bound);
                }
                Relaxed::Split(variable, bound) => {
                    // The likelier half is searched at once, the other waits for its turn.
                    let up = self.lp.values()[variable] >= 0.5;
                    let child = |up: bool| {
                        let mut decided = node.decided.clone();
                        decided.push((super::flow::narrow(variable), up));
                        Node { bound, decided }
                    };
                    open.push((bound, Reverse(kept.len())));
                    kept.push(Some(child(!up)));
                    current = Some(child(up));
                }
            }
        }
        match self.best(gains) {
            Some(best) => {
                self.hold(gains, best);
                (LevelEnd::Proved, best)
            }
            None => (LevelEnd::Impossible, 0),
        }
    }

    /// The best gains first, as far as the rows leave room; none if a demand is left unmet.
    fn greedy(&self, gains: &[i64]) -> Option<Vec<bool>> {
        let mut chosen: Vec<bool> = self.fixed.iter().map(|fixed| *fixed == Some(true)).collect();
        let rows = &self.program.rows;
        let mut room: Vec<i128> = rows.iter().map(|row| row.hi - activity(row, &chosen)).collect();
        let mut of = vec![Vec::new(); chosen.len()];
        for (at, row) in rows.iter().enumerate() {
            for &(variable, coefficient) in &row.entries {
                of[wide(variable)].push((at, i128::from(coefficient)));
            }
        }
        let mut order: Vec<usize> = (0..chosen.len()).collect();
        order.retain(|&v| gains[v] > 0 && self.fixed[v].is_none());
        order.sort_by_key(|&v| (Reverse(gains[v]), v));
        for variable in order {
            if of[variable].iter().all(|&(row, coefficient)| coefficient <= room[row]) {
                chosen[variable] = true;
                for &(row, coefficient) in &of[variable] {
                    room[row] -= coefficient;
                }
            }
        }
        let kept = |row: &Row| (row.lo..=row.hi).contains(&activity(row, &chosen));
        rows.iter().all(kept).then_some(chosen)
    }

    fn best(&self, gains: &[i64]) -> Option<i128> {
        self.incumbent.as_ref().map(|chosen| sum(gains, chosen))
    }

    /// Sets the variables to what is fixed and decided.
    fn reset(&mut self, decided: &[(u32, bool)]) {
        for (variable, fixed) in self.fixed.iter().enumerate() {
            self.lp.set_variable(variable, *fixed == Some(true), *fixed != Some(false));
        }
        for &(variable, up) in decided {
            self.lp.set_variable(wide(variable), up, up);
        }
        self.lp.settle();
    }

    fn relax(&mut self, gains: &[i64], node: &Node) -> Relaxed {
        self.reset(&node.decided);
        let is_root = node.decided.is_empty();
        let coarse = gains.iter().any(|gain| gain.unsigned_abs() > COARSE);
        let mut refinements = if coarse && is_root { 3 } else { 0 };
        let mut tries = if coarse { 4 } else { 1 };
        let mut rounds = 0;
        loop {
            match self.lp.solve() {
                Ended::Exhausted => return Relaxed::Exhausted,
                Ended::Infeasible => return self.infeasible(node),
                Ended::Optimal => {}
            }
            let prices = self.prices();
            if refinements > 0 {
                refinements -= 1;
                self.refine(gains, prices);
                continue;
            }
            let exact = self.lp.bound(gains, &prices);
            let bound = exact.div_euclid(SCALE).min(node.bound);
            if is_root {
                self.root = Some((prices.clone(), exact));
            }
            if self.best(gains).is_some_and(|best| best >= bound) {
                return Relaxed::Closed;
            }
            if let Some(variable) = self.most_fractional() {
                rounds += 1;
                if (is_root || rounds <= ROUNDS_BELOW) && self.cut() {
                    continue;
                }
                return Relaxed::Split(variable, bound);
            }
            if self.take(gains).is_some_and(|total| total >= bound) {
                return Relaxed::Closed;
            }
            if tries > 0 {
                tries -= 1;
                self.refine(gains, prices);
                continue;
            }
            return self.undecided(node).map_or(Relaxed::Closed, |v| Relaxed::Split(v, bound));
        }
    }

    /// Exact prices: those taken out of the costs and those found since.
    fn prices(&self) -> Vec<i128> {
        let mut prices = self.lp.prices();
        for (price, base) in prices.iter_mut().zip(&self.base) {
            *price += base;
        }
        prices
    }

    /// Goes on with what the prices leave of the gains, so that digits lost to rounding come back.
    fn refine(&mut self, gains: &[i64], prices: Vec<i128>) {
        self.lp.set_costs(gains, &prices);
        self.base = prices;
    }

    /// An infeasible node is closed if the proof holds in whole numbers; else it is split further.
    fn infeasible(&mut self, node: &Node) -> Relaxed {
        let ray = self.lp.prices();
        let turned: Vec<i128> = ray.iter().map(|price| -price).collect();
        for prices in [ray, turned] {
            if self.lp.bound(&[], &prices) < 0 {
                if node.decided.is_empty() {
                    let rows = (0..self.program.rows.len()).filter(|&row| prices[row] != 0);
                    let left = self.lp.remainders(&[], &prices);
                    let variables = (0..left.len()).filter(|&v| left[v] != 0);
                    self.proof = Some((rows.collect(), variables.collect()));
                }
                return Relaxed::Closed;
            }
        }
        match self.undecided(node) {
            Some(variable) => Relaxed::Split(variable, node.bound),
            None => Relaxed::Closed,
        }
    }

    fn undecided(&self, node: &Node) -> Option<usize> {
        let decided = |v: usize| node.decided.iter().any(|&(d, _)| wide(d) == v);
        (0..self.fixed.len()).find(|&v| self.fixed[v].is_none() && !decided(v))
    }

    fn most_fractional(&self) -> Option<usize> {
        let distance = |value: f64| (value - 0.5).abs();
        let values = self.lp.values().iter().enumerate();
        values
            .filter(|(_, value)| **value > WHOLE && **value < 1.0 - WHOLE)
            .min_by(|a, b| distance(*a.1).total_cmp(&distance(*b.1)).then(a.0.cmp(&b.0)))
            .map(|(variable, _)| variable)
    }

    /// Adds the odd sets that the values break; false if there are none or too many already.
    fn cut(&mut self) -> bool {
        let limit = 50 + CUTS_PER_ROW * self.program.rows.len();
        if self.cuts >= limit {
            return false;
        }
        let most: Vec<i128> =
            self.lp.rows()[..self.program.people].iter().map(|row| row.hi).collect();
        let found = cuts::odd_sets(&self.program.ends, &most, self.lp.values());
        let any = !found.is_empty();
        for row in found {
            self.cuts += 1;
            self.lp.add(row);
        }
        any
    }

    /// Takes the values as the new best choice if they are one; its total.
    fn take(&mut self, gains: &[i64]) -> Option<i128> {
        let chosen: Vec<bool> = self.lp.values().iter().map(|value| *value > 0.5).collect();
        let keeps = |row: &Row| (row.lo..=row.hi).contains(&activity(row, &chosen));
        let fixed =
            self.fixed.iter().zip(&chosen).all(|(fixed, is)| fixed.is_none_or(|f| f == *is));
        if !fixed || !self.lp.rows().iter().all(keeps) {
            return None;
        }
        let total = sum(gains, &chosen);
        if self.best(gains).is_none_or(|best| total > best) {
            self.incumbent = Some(chosen);
        }
        Some(total)
    }

    /// Keeps the level at `best` from now on.
    fn hold(&mut self, gains: &[i64], best: i128) {
        let Some((mut prices, exact)) = self.root.take() else {
            self.keep_total(gains, best);
            return;
        };
        prices.resize(self.lp.rows().len(), 0);
        let gap = exact - best * SCALE;
        self.reset(&[]);
        let left = self.lp.remainders(gains, &prices);
        for (variable, left) in left.into_iter().enumerate() {
            if left.abs() > gap && self.fixed[variable].is_none() {
                self.fixed[variable] = Some(left > 0);
            }
        }
        for (row, &price) in prices.iter().enumerate() {
            if price.abs() > gap {
                let Row { lo, hi, .. } = self.lp.rows()[row];
                let side = if price > 0 { hi } else { lo };
                self.lp.set_row(row, side, side);
            }
        }
        if gap > 0 {
            self.keep_total(gains, best);
        }
    }

    /// A row that keeps the total of a level.
    fn keep_total(&mut self, gains: &[i64], best: i128) {
        let entries: Vec<(u32, i64)> = (0..)
            .zip(gains)
            .filter(|(_, gain)| **gain != 0)
            .map(|(variable, &gain)| (variable, gain))
            .collect();
        let highest = entries.iter().map(|entry| i128::from(entry.1.max(0))).sum();
        if !entries.is_empty() {
            self.lp.add(Row { entries, lo: best, hi: highest });
        }
    }
}
