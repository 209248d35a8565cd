//! Why a timetable is impossible: a set of demands none of which can be left out of the conflict.
//!
//! Method: every demand gets a literal; those the solver blames are the conflict, and each is then
//! left out in turn to see whether the rest still contradicts itself (deletion).

use crate::certificate;
use crate::exact::encode::{self, Demand};
use crate::exact::sat::{Answer, Lit, Sat};
use crate::problem::{Precedence, Problem};
use crate::shape::Shape;
use std::collections::{BTreeMap, BTreeSet};

/// Conflicts the first refutation may cost: an end where steps are counted and no clock runs.
const PROOF_CONFLICTS: u64 = 200_000;
/// Conflicts one attempt to leave a demand out may cost.
const DELETE_CONFLICTS: u64 = 20_000;

/// Demands of `problem` that contradict each other; empty if none were found before `stop`.
///
/// Leaving out any one of them makes the rest possible, except where `stop` came first.
pub(crate) fn conflict(
    problem: &Problem,
    shape: &Shape,
    stop: &(dyn Fn() -> bool + Sync),
) -> BTreeSet<Demand> {
    match certificate::find(problem, shape, stop) {
        Some(demands) => shrink(problem, &demands, stop).unwrap_or(demands),
        None => shrink(problem, &all(problem), stop).unwrap_or_default(),
    }
}

/// Every demand of `problem`.
fn all(problem: &Problem) -> BTreeSet<Demand> {
    let meetings = 0..problem.meetings.len();
    let mut demands: BTreeSet<Demand> =
        meetings.flat_map(|m| [Demand::Held(m), Demand::Fixed(m), Demand::HalfDay(m)]).collect();
    demands.extend((0..problem.participants.len()).map(Demand::Away));
    demands.extend((0..problem.precedences.len()).map(Demand::Order));
    demands.extend((0..problem.slots).map(Demand::Tables));
    demands.insert(Demand::Fairness);
    demands
}

/// A part of `demands` that still contradicts itself, as small as deletion makes it; none if
/// `stop` came before the contradiction was seen.
fn shrink(
    problem: &Problem,
    demands: &BTreeSet<Demand>,
    stop: &(dyn Fn() -> bool + Sync),
) -> Option<BTreeSet<Demand>> {
    let part = Part::new(problem, demands);
    let shape = Shape::new(&part.problem);
    let mut sat = Sat::new(stop);
    let encoding = encode::encode(&part.problem, &shape, &mut sat, true).ok()?;
    let guards: BTreeMap<Lit, Demand> = encoding
        .guards
        .iter()
        .map(|(&demand, &guard)| (guard, part.back(demand)))
        .filter(|(_, demand)| demands.contains(demand))
        .collect();
    let mut core: Vec<Lit> = guards.keys().copied().collect();
    // The meetings first: a conflict is easiest to read when it names few of them.
    core.sort_by_key(|guard| (std::cmp::Reverse(guards.get(guard)), *guard));
    if sat.solve(&core, PROOF_CONFLICTS) != Answer::No {
        return None;
    }
    let mut core = keep(&core, &sat);
    delete(&mut sat, &mut core);
    Some(core.iter().filter_map(|guard| guards.get(guard).copied()).collect())
}

/// Those of `core` that were blamed, in the same order.
fn keep(core: &[Lit], sat: &Sat<'_>) -> Vec<Lit> {
    sat.blamed(core)
}

/// Leaves out what the contradiction does not need: first many at a time, then one by one.
fn delete(sat: &mut Sat<'_>, core: &mut Vec<Lit>) {
    let mut step = core.len() / 2;
    while step >= 1 {
        let mut start = 0;
        while start < core.len() {
            let end = (start + step).min(core.len());
            let fewer: Vec<Lit> = [&core[..start], &core[end..]].concat();
            match sat.solve(&fewer, DELETE_CONFLICTS) {
                Answer::No => {
                    let rest = keep(&fewer, sat);
                    start = core[..start].iter().filter(|guard| rest.contains(guard)).count();
                    *core = rest;
                }
                Answer::Yes | Answer::Unknown => start = end,
            }
        }
        step = step.min(core.len()) / 2;
    }
}

/// A problem with only the meetings that some demands name, and the way back to their numbers.
struct Part {
    problem: Problem,
    meetings: Vec<usize>,
    precedences: Vec<usize>,
}

impl Part {
    fn new(problem: &Problem, demands: &BTreeSet<Demand>) -> Self {
        let meetings: Vec<usize> =
            (0..problem.meetings.len()).filter(|&m| demands.contains(&Demand::Held(m))).collect();
        let place = |m: usize| meetings.binary_search(&m).ok();
        let mut kept = Vec::new();
        let mut precedences = Vec::new();
        for (i, precedence) in problem.precedences.iter().enumerate() {
            let ends = place(precedence.before).zip(place(precedence.after));
            if let (Some((before, after)), true) = (ends, demands.contains(&Demand::Order(i))) {
                kept.push(Precedence { before, after });
                precedences.push(i);
            }
        }
        let problem = Problem {
            meetings: meetings.iter().map(|&m| problem.meetings[m].clone()).collect(),
            precedences: kept,
            ..problem.clone()
        };
        Self { problem, meetings, precedences }
    }

    /// The demand of the whole problem that `demand` of the part stands for.
    fn back(&self, demand: Demand) -> Demand {
        match demand {
            Demand::Held(m) => Demand::Held(self.meetings[m]),
            Demand::Fixed(m) => Demand::Fixed(self.meetings[m]),
            Demand::HalfDay(m) => Demand::HalfDay(self.meetings[m]),
            Demand::Order(i) => Demand::Order(self.precedences[i]),
            Demand::Away(_) | Demand::Tables(_) | Demand::Fairness => demand,
        }
    }
}
