//! Which group rides on which bus.

use super::problem::Problem;
use super::route::{Demand, Map, Routes};
use super::schedule::{self, Load, Timed};
use crate::random::Random;

/// Most ways of loading that are tried one by one.
const MAX_WAYS: usize = 20_000;
/// Loadings made by lot where there are more.
const LOTS: usize = 2_000;

/// A plan and what is known about it.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// Bus of each group.
    pub(crate) bus_of: Vec<usize>,
    pub(crate) loads: Vec<Load>,
    pub(crate) timed: Timed,
}

/// What a search says.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub(crate) best: Option<Found>,
    /// Whether there is no better one.
    pub(crate) is_proved: bool,
}

/// The best plan with the demands of `off` left out.
pub(crate) fn solve(problem: &Problem, off: &[Demand]) -> Outcome {
    let map = Map::new(problem, off);
    let mut routes = Routes::default();
    let (ways, is_all) = ways(problem);
    let mut ranked: Vec<(usize, i64, Vec<usize>)> = ways
        .into_iter()
        .filter_map(|bus_of| {
            let loads = loads(problem, &map, &bus_of);
            let bound = schedule::bound(&map, &mut routes, &loads)?;
            Some((loads.len(), bound, bus_of))
        })
        .collect();
    ranked.sort_unstable();
    let mut steps = problem.steps;
    let mut best: Option<Found> = None;
    let mut is_proved = is_all;
    for (count, bound, bus_of) in ranked {
        let ceiling = match &best {
            Some(found) if found.loads.len() < count => break,
            Some(found) if bound >= found.timed.sum => break,
            Some(found) => found.timed.sum,
            None => i64::MAX,
        };
        let loads = loads(problem, &map, &bus_of);
        // One way may not use up the steps of all others.
        let mut share = steps.div_ceil(4);
        steps -= share;
        let (timed, is_done) = schedule::schedule(&map, &mut routes, &loads, ceiling, &mut share);
        steps += share;
        is_proved &= is_done;
        if let Some(timed) = timed {
            best = Some(Found { bus_of, loads, timed });
        }
    }
    Outcome { best, is_proved }
}

/// Loaded buses in their order.
fn loads(problem: &Problem, map: &Map, bus_of: &[usize]) -> Vec<Load> {
    (0..problem.buses.len())
        .filter_map(|bus| {
            let mine = || problem.groups.iter().zip(bus_of).filter(|&(_, &of)| of == bus);
            let people = mine().map(|(group, _)| i64::from(group.people)).sum();
            let sites =
                mine().fold(0, |sites, (group, _)| sites | wanted(problem, map, &group.sites));
            let from = i64::from(problem.buses[bus].from);
            (people > 0).then_some(Load { bus, people, sites, from })
        })
        .collect()
}

fn wanted(problem: &Problem, map: &Map, ids: &[String]) -> u32 {
    let sites = problem.sites.iter().enumerate();
    let wanted =
        sites.filter(|(s, site)| map.is_seen[*s] && (ids.is_empty() || ids.contains(&site.id)));
    wanted.fold(0, |set, (s, _)| set | 1 << s)
}

/// Ways to load the buses within their seats, and whether these are all but for equal buses.
pub(crate) fn ways(problem: &Problem) -> (Vec<Vec<usize>>, bool) {
    let mut all = Vec::new();
    let mut seats: Vec<u32> = problem.buses.iter().map(|bus| bus.seats).collect();
    let is_all = extend(problem, &mut Vec::new(), &mut seats, &mut all, &mut (20 * MAX_WAYS));
    if is_all {
        return (all, true);
    }
    let mut random = Random::new(1);
    all.truncate(LOTS);
    all.extend((0..LOTS).filter_map(|_| by_lot(problem, &mut random)));
    all.sort_unstable();
    all.dedup();
    (all, false)
}

/// Puts group after group on every bus with seats; of equal empty buses only on the first.
fn extend(
    problem: &Problem,
    bus_of: &mut Vec<usize>,
    seats: &mut Vec<u32>,
    all: &mut Vec<Vec<usize>>,
    left: &mut usize,
) -> bool {
    if all.len() >= MAX_WAYS || *left == 0 {
        return false;
    }
    *left -= 1;
    let Some(group) = problem.groups.get(bus_of.len()) else {
        all.push(bus_of.clone());
        return true;
    };
    let is_pinned = |bus: &str| problem.groups.iter().any(|g| g.bus.as_deref() == Some(bus));
    for bus in 0..problem.buses.len() {
        let here = &problem.buses[bus];
        let is_equal = |other: usize| {
            let there = &problem.buses[other];
            !bus_of.contains(&other)
                && (there.seats, there.from) == (here.seats, here.from)
                && !is_pinned(&there.id)
        };
        let repeats = !bus_of.contains(&bus) && !is_pinned(&here.id) && (0..bus).any(is_equal);
        let is_meant = group.bus.as_ref().is_none_or(|id| *id == here.id);
        if repeats || !is_meant || seats[bus] < group.people {
            continue;
        }
        seats[bus] -= group.people;
        bus_of.push(bus);
        let goes_on = extend(problem, bus_of, seats, all, left);
        bus_of.pop();
        seats[bus] += group.people;
        if !goes_on {
            return false;
        }
    }
    true
}

/// A loading by lot, the largest groups first, on buses that are in use already if one has seats.
fn by_lot(problem: &Problem, random: &mut Random) -> Option<Vec<usize>> {
    let mut order: Vec<usize> = (0..problem.groups.len()).collect();
    order.sort_by_key(|&g| (std::cmp::Reverse(problem.groups[g].people), g));
    let mut seats: Vec<u32> = problem.buses.iter().map(|bus| bus.seats).collect();
    let mut bus_of = vec![None; problem.groups.len()];
    for g in order {
        let group = &problem.groups[g];
        let fits: Vec<usize> = (0..problem.buses.len())
            .filter(|&bus| {
                let is_meant = group.bus.as_ref().is_none_or(|id| *id == problem.buses[bus].id);
                is_meant && seats[bus] >= group.people
            })
            .collect();
        let used: Vec<usize> =
            fits.iter().copied().filter(|bus| bus_of.contains(&Some(*bus))).collect();
        let from = if used.is_empty() || random.below(8) == 0 { &fits } else { &used };
        let bus = *from.get(random.below(from.len()))?;
        seats[bus] -= group.people;
        bus_of[g] = Some(bus);
    }
    bus_of.into_iter().collect()
}
