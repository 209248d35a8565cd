//! Exact search: proves that no timetable has fewer breaks, or that there is none.
//!
//! Method: core-guided MaxSAT, OLL with totalizers (Morgado, Dodaro, Marques-Silva, CP 2014) as in
//! RC2 (Ignatiev, Morgado, Marques-Silva 2019), with core trimming, minimisation and exhaustion.

pub(crate) mod count;
pub(crate) mod encode;
pub(crate) mod sat;

use crate::problem::Problem;
use crate::shape::Shape;
use count::{Ways, totalizer};
use encode::{Encoding, TooMuch};
use sat::{Answer, Lit, Sat};
use std::collections::BTreeMap;

/// Conflicts one attempt to drop a literal from a core may cost.
const MINIMISE_CONFLICTS: u64 = 1_000;
/// Conflicts one attempt to raise the bound of a core may cost.
const EXHAUST_CONFLICTS: u64 = 10_000;
/// Times a core is shortened by asking again.
const TRIMS: usize = 5;

/// How far the proof has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Not there yet; run again.
    Open,
    /// [`Exact::take_found`] holds an optimal timetable.
    Optimal,
    /// No timetable meets all demands.
    Infeasible,
}

/// A proof under way, run in slices.
pub(crate) struct Exact<'a> {
    sat: Sat<'a>,
    encoding: Encoding,
    /// Literals that cost one break each when they hold, and are assumed not to.
    active: Vec<Lit>,
    /// For outputs of counters among them: which counter, and which output.
    sums: BTreeMap<Lit, (usize, usize)>,
    counters: Vec<Vec<Lit>>,
    lower: i64,
    found: Option<Vec<usize>>,
}

impl<'a> Exact<'a> {
    /// Writes the problem down.
    ///
    /// # Errors
    ///
    /// [`TooMuch`] if it is too large, or the time is over.
    pub(crate) fn new(
        problem: &Problem,
        shape: &Shape,
        stop: &'a (dyn Fn() -> bool + Sync),
    ) -> Result<Self, TooMuch> {
        let mut sat = Sat::new(stop);
        let encoding = encode::encode(problem, shape, &mut sat, false)?;
        let active = encoding.breaks.iter().flatten().copied().collect();
        Ok(Self {
            sat,
            encoding,
            active,
            sums: BTreeMap::new(),
            counters: Vec::new(),
            lower: 0,
            found: None,
        })
    }

    /// Breaks that every timetable has at least.
    pub(crate) fn lower(&self) -> i64 {
        self.lower
    }

    /// Conflicts spent so far.
    pub(crate) fn conflicts(&mut self) -> u64 {
        self.sat.conflicts()
    }

    /// The latest timetable met on the way, once.
    pub(crate) fn take_found(&mut self) -> Option<Vec<usize>> {
        self.found.take()
    }

    /// Goes on for about `conflicts` conflicts. `upper` is the fewest breaks known to be possible.
    pub(crate) fn run(&mut self, conflicts: u64, upper: Option<i64>) -> Progress {
        let end = self.sat.conflicts() + conflicts;
        loop {
            if upper.is_some_and(|upper| self.lower >= upper) {
                return Progress::Open;
            }
            let left = end.saturating_sub(self.sat.conflicts());
            if left == 0 {
                return Progress::Open;
            }
            let assumptions: Vec<Lit> = self.active.iter().map(|&literal| -literal).collect();
            match self.sat.solve(&assumptions, left) {
                Answer::Unknown => return Progress::Open,
                Answer::Yes => {
                    self.found = self.encoding.slots(&self.sat);
                    return Progress::Optimal;
                }
                Answer::No => {
                    let core = self.sat.blamed(&assumptions);
                    if core.is_empty() {
                        return Progress::Infeasible;
                    }
                    let core = self.trim(core);
                    let core = self.minimise(core);
                    if core.is_empty() {
                        return Progress::Infeasible;
                    }
                    self.relax(&core, upper);
                }
            }
        }
    }

    /// Asks again with the core alone until it stops shrinking.
    fn trim(&mut self, mut core: Vec<Lit>) -> Vec<Lit> {
        for _ in 0..TRIMS {
            if core.len() < 2 || self.sat.solve(&core, MINIMISE_CONFLICTS) != Answer::No {
                break;
            }
            let shorter = self.sat.blamed(&core);
            if shorter.len() >= core.len() {
                break;
            }
            core = shorter;
        }
        core
    }

    /// Leaves out of the core what it does not need, as far as that is cheap.
    fn minimise(&mut self, mut core: Vec<Lit>) -> Vec<Lit> {
        let mut kept = 0;
        while kept < core.len() && core.len() > 1 {
            let mut fewer = core.clone();
            fewer.remove(kept);
            match self.sat.solve(&fewer, MINIMISE_CONFLICTS) {
                Answer::No => {
                    // What was found to be needed stays first; the refutation may drop more.
                    let blamed = self.sat.blamed(&fewer);
                    kept = core[..kept].iter().filter(|literal| blamed.contains(literal)).count();
                    core = blamed;
                }
                Answer::Yes => kept += 1,
                Answer::Unknown => break,
            }
        }
        core
    }

    /// Raises the bound by what the core costs, and lets its literals hold up to that cost.
    fn relax(&mut self, core: &[Lit], upper: Option<i64>) {
        self.lower += 1;
        let costly: Vec<Lit> = core.iter().map(|&literal| -literal).collect();
        self.active.retain(|literal| !costly.contains(literal));
        for &literal in &costly {
            if let Some((counter, output)) = self.sums.remove(&literal) {
                self.activate(counter, output + 1);
            }
        }
        self.sat.clause(&costly);
        if costly.len() == 1 {
            return;
        }
        // Counting beyond the best known total is of no use.
        let gap = upper.map(|upper| usize::try_from(upper - self.lower).unwrap_or(0));
        let cap = gap.map_or(costly.len(), |gap| costly.len().min(gap + 2));
        let outputs = totalizer(&mut self.sat, &costly, cap, Ways::Up);
        let counter = self.counters.len();
        self.counters.push(outputs);
        self.exhaust(counter);
    }

    /// Raises the bound of one counter while the formula alone forbids its next output to be free.
    fn exhaust(&mut self, counter: usize) {
        let mut output = 1;
        while let Some(&literal) = self.counters[counter].get(output) {
            if self.sat.solve(&[-literal], EXHAUST_CONFLICTS) != Answer::No {
                break;
            }
            self.sat.clause(&[literal]);
            self.lower += 1;
            output += 1;
        }
        self.activate(counter, output);
    }

    /// Assumes that output `output` of `counter` does not hold, if there is such an output.
    fn activate(&mut self, counter: usize, output: usize) {
        if let Some(&literal) = self.counters[counter].get(output) {
            self.active.push(literal);
            self.sums.insert(literal, (counter, output));
        }
    }
}
