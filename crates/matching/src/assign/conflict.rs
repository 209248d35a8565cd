//! Which demands cannot be met together: as few as can be found.
//!
//! A set of demands in conflict is cut down by leaving out ever smaller parts until every demand in
//! it is needed. Then other sets are looked for: whoever hits all known ways to give way without
//! being in conflict shows a new way (A. Ignatiev, A. Previti, M. Liffiton, J. Marques-Silva,
//! "Smallest MUS extraction with minimal hitting set dualization", 2015).

use super::branch::Verdict;
use super::choose::search;
use super::model::{Demand, DemandWords, Model};

/// Questions that may be asked in all.
const QUESTIONS: usize = 600;
/// Pairs and people that may be looked at in all; each question looks at all of them.
const WORK: usize = 4_000_000;
/// Demands up to which the smallest set of all is looked for.
const FEW: usize = 400;
/// Nodes of the search for a smallest hitting set.
const HITS: usize = 200_000;

struct Judge<'a> {
    model: &'a Model,
    steps: u64,
    left: usize,
}

impl Judge<'_> {
    /// Whether the demands cannot be met together; none if the questions or steps ran out.
    fn refuses(&mut self, demands: &[Demand]) -> Option<bool> {
        self.left = self.left.checked_sub(1)?;
        match search(&self.model.only(demands), self.steps / 10) {
            Verdict::Found(_) => Some(false),
            Verdict::Impossible(_) => Some(true),
            Verdict::Unknown => None,
        }
    }
}

/// The smallest set of demands in conflict that was found, in words, and whether it is proved that
/// no smaller one exists.
///
/// The model must be infeasible.
pub(super) fn find(model: &Model, steps: u64) -> (Vec<DemandWords>, bool) {
    let size = model.ends.len() + model.people.len() + 1;
    let mut judge = Judge { model, steps, left: (WORK / size).clamp(10, QUESTIONS) };
    let all = model.demands();
    let mut found = shrink(&mut judge, all.clone());
    let mut smallest = found.len() <= 1;
    if !smallest && all.len() <= FEW {
        smallest = search_smaller(&mut judge, &all, &mut found);
    }
    (found.iter().map(|&demand| model.words(demand)).collect(), smallest)
}

/// Leaves out parts that are not needed, halving the parts down to single demands.
fn shrink(judge: &mut Judge<'_>, mut demands: Vec<Demand>) -> Vec<Demand> {
    let mut part = demands.len().div_ceil(2);
    while part > 0 {
        let mut at = 0;
        while at < demands.len() {
            let end = (at + part).min(demands.len());
            let rest: Vec<Demand> = [&demands[..at], &demands[end..]].concat();
            match judge.refuses(&rest) {
                Some(true) => demands = rest,
                Some(false) => at = end,
                None => return demands,
            }
        }
        part = if part == 1 { 0 } else { part.div_ceil(2) };
    }
    demands
}

/// Looks for a smaller set than `found` and keeps the smallest; true if none can be smaller.
fn search_smaller(judge: &mut Judge<'_>, all: &[Demand], found: &mut Vec<Demand>) -> bool {
    // Each set holds demands of which at least one must be in every conflict.
    let mut ways: Vec<Vec<usize>> = Vec::new();
    loop {
        let hit = match hitting_set(&ways, found.len()) {
            Hitting::Set(hit) => hit,
            Hitting::Impossible => return true,
            Hitting::GivenUp => return false,
        };
        let chosen: Vec<Demand> = hit.iter().map(|&at| all[at]).collect();
        match judge.refuses(&chosen) {
            None => return false,
            Some(true) => {
                *found = chosen;
                return true;
            }
            Some(false) => {}
        }
        // Grown as far as it goes, what is left out is a way to give way.
        let mut kept = hit;
        let mut way = Vec::new();
        for at in 0..all.len() {
            if kept.contains(&at) {
                continue;
            }
            let mut more: Vec<Demand> = kept.iter().map(|&at| all[at]).collect();
            more.push(all[at]);
            match judge.refuses(&more) {
                None => return false,
                Some(true) => way.push(at),
                Some(false) => kept.push(at),
            }
        }
        ways.push(way);
    }
}

/// What became of the search for a hitting set.
enum Hitting {
    Set(Vec<usize>),
    /// None has few enough members.
    Impossible,
    GivenUp,
}

/// The smallest set that hits all `ways`, if it has fewer than `below` members.
fn hitting_set(ways: &[Vec<usize>], below: usize) -> Hitting {
    let mut nodes = HITS;
    for size in 0..below {
        let mut picked = Vec::new();
        match hit(ways, size, &mut picked, &mut nodes) {
            None => return Hitting::GivenUp,
            Some(true) => {
                picked.sort_unstable();
                return Hitting::Set(picked);
            }
            Some(false) => {}
        }
    }
    Hitting::Impossible
}

/// Picks at most `left` more members so that every way is hit; none if the nodes ran out.
fn hit(
    ways: &[Vec<usize>],
    left: usize,
    picked: &mut Vec<usize>,
    nodes: &mut usize,
) -> Option<bool> {
    *nodes = nodes.checked_sub(1)?;
    let missed = ways
        .iter()
        .filter(|way| !way.iter().any(|at| picked.contains(at)))
        .min_by_key(|way| way.len());
    let Some(missed) = missed else { return Some(true) };
    if left == 0 {
        return Some(false);
    }
    for &at in missed {
        picked.push(at);
        if hit(ways, left - 1, picked, nodes)? {
            return Some(true);
        }
        picked.pop();
    }
    Some(false)
}
