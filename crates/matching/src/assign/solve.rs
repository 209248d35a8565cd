//! From a problem to its answer: bounds cut to what is possible, sides turned so that few units
//! have to be placed, shortest paths or the simplex method, and what to say when it cannot be done.

use super::flow::{Arcs, Market, Points, Shortage, Way, narrow, wide};
use super::simplex::Network;
use super::{Bounds, Conflict, Edge, Pairing, PairingProblem, PairingStatus, Side};

/// A problem seen from the side whose units are placed one by one.
struct Oriented<'a> {
    side: Side,
    sources: &'a [Limits],
    targets: &'a [Limits],
    arcs: Vec<(u32, u32, i64)>,
}

/// Bounds cut to what is possible for this participant alone.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    min: u64,
    max: u64,
}

/// Solves by shortest paths from one side, then from the other, then by the simplex method.
///
/// Which way is quick depends on the market: where everybody prefers the same partners, searching
/// from the crowd is a thousand times slower than searching from the preferred. Each way of
/// searching has a number of steps, so that equal problems are always solved the same way.
pub(super) fn solve_with<P: Points>(problem: &PairingProblem) -> Pairing {
    let (limits, conflict) = cut_bounds(problem);
    if !conflict.is_empty() {
        return name_conflict::<P>(problem, &limits, conflict);
    }
    let first = scarce_side(&limits);
    // Enough to look at every arc a few times and, for every unit, at two thousand arcs.
    let units = places(&limits.0).min(places(&limits.1));
    let steps = 10_000_000 + 4 * count(problem.edges.len()) + units.saturating_mul(2_000);
    for side in [first, first.other()] {
        let oriented = orient(problem, &limits, side);
        if let Some(answer) = attempt::<P>(problem, &oriented, Vec::new(), steps) {
            return answer;
        }
    }
    match simplex_pairs::<P>(problem, &limits) {
        Some(pairs) => optimal(problem, Side::Left, pairs),
        None => name_conflict::<P>(problem, &limits, Vec::new()),
    }
}

/// The best pairs by the simplex method; none if the minimums cannot all be met.
pub(super) fn simplex_pairs<P: Points>(
    problem: &PairingProblem,
    (left, right): &(Vec<Limits>, Vec<Limits>),
) -> Option<Vec<(usize, usize)>> {
    let mut edges: Vec<&Edge> = problem.edges.iter().collect();
    edges.sort_unstable_by_key(|edge| (edge.left, edge.right));
    let hub = left.len() + right.len();
    let signed = |units: u64| i64::try_from(units).unwrap_or(i64::MAX);
    let mut network = Network::new();
    let mut largest = P::from(0);
    for edge in &edges {
        let points = P::from(edge.points);
        let cost = P::from(0) - points;
        largest = largest.max(cost).max(points);
        network.add(narrow(edge.left), narrow(left.len() + edge.right), cost, 1);
    }
    let mut supplies = Vec::with_capacity(hub + 1);
    let mut balance = 0;
    for (node, limits) in left.iter().enumerate() {
        supplies.push(signed(limits.min));
        balance += signed(limits.min);
        if limits.max > limits.min {
            let free = signed(limits.max - limits.min);
            network.add(narrow(hub), narrow(node), P::from(0), free);
        }
    }
    for (node, limits) in right.iter().enumerate() {
        supplies.push(-signed(limits.min));
        balance -= signed(limits.min);
        if limits.max > limits.min {
            let free = signed(limits.max - limits.min);
            network.add(narrow(left.len() + node), narrow(hub), P::from(0), free);
        }
    }
    supplies.push(-balance);
    let flows = network.solve(&supplies, largest)?;
    let chosen = edges.iter().zip(flows).filter(|(_, flow)| *flow == 1);
    Some(chosen.map(|(edge, _)| (edge.left, edge.right)).collect())
}

/// Says which minimums cannot be met. Points play no part in that and are taken as 0, which keeps
/// all searches short.
fn name_conflict<P: Points>(
    problem: &PairingProblem,
    limits: &(Vec<Limits>, Vec<Limits>),
    conflict: Vec<Conflict>,
) -> Pairing {
    let edges = problem.edges.iter().map(|edge| Edge { points: 0, ..*edge }).collect();
    let pointless = PairingProblem { edges, matrix: None, ..problem.clone() };
    let oriented = orient(&pointless, limits, scarce_side(limits));
    let answer = attempt::<P>(&pointless, &oriented, conflict.clone(), u64::MAX);
    answer.unwrap_or_else(|| infeasible(conflict))
}

/// One attempt within `steps`; none if they do not suffice.
fn attempt<P: Points>(
    problem: &PairingProblem,
    oriented: &Oriented<'_>,
    mut conflict: Vec<Conflict>,
    steps: u64,
) -> Option<Pairing> {
    let required = place_target_minimums::<P>(oriented, steps);
    let steps = required.as_ref().map_or(steps, Market::steps);
    if steps == 0 {
        return None;
    }
    let served = conflict.is_empty() && required.as_ref().is_none_or(Market::is_served);
    let (mut market, rest) = open_market(oriented, required.as_ref(), served);
    market.set_steps(steps);
    place_sources(&mut market, oriented, rest);
    if market.is_exhausted() {
        return None;
    }
    let other = oriented.side.other();
    conflict.extend(required.into_iter().flat_map(|market| {
        conflicts(other, problem.bounds(other), oriented.targets, market.into_shortages())
    }));
    if market.is_served() && conflict.is_empty() {
        return Some(optimal(problem, oriented.side, market.pairs()));
    }
    let bounds = problem.bounds(oriented.side);
    conflict.extend(conflicts(oriented.side, bounds, oriented.sources, market.into_shortages()));
    Some(infeasible(conflict))
}

fn count(items: usize) -> u64 {
    u64::try_from(items).unwrap_or(u64::MAX)
}

fn optimal(problem: &PairingProblem, side: Side, pairs: Vec<(usize, usize)>) -> Pairing {
    let mut pairs: Vec<_> = match side {
        Side::Left => pairs,
        Side::Right => pairs.into_iter().map(|(right, left)| (left, right)).collect(),
    };
    pairs.sort_unstable();
    let chosen = |edge: &&Edge| pairs.binary_search(&(edge.left, edge.right)).is_ok();
    let total = problem.edges.iter().filter(chosen).map(|edge| i128::from(edge.points)).sum();
    Pairing { status: PairingStatus::Optimal, total: Some(total), pairs, conflict: Vec::new() }
}

fn infeasible(mut conflict: Vec<Conflict>) -> Pairing {
    // A participant may fail alone and again in a group; the group's item says the lower number.
    conflict.sort_unstable();
    conflict.dedup_by_key(|item| (item.side, item.index));
    Pairing { status: PairingStatus::Infeasible, total: None, pairs: Vec::new(), conflict }
}

/// Cuts the bounds of both sides to the edges there are and reports minimums that fail on their
/// own.
pub(super) fn cut_bounds(problem: &PairingProblem) -> ((Vec<Limits>, Vec<Limits>), Vec<Conflict>) {
    let mut degrees = (vec![0_u64; problem.left.len()], vec![0_u64; problem.right.len()]);
    for edge in &problem.edges {
        degrees.0[edge.left] += 1;
        degrees.1[edge.right] += 1;
    }
    let mut conflict = Vec::new();
    let left = limits(Side::Left, &problem.left, &degrees.0, &mut conflict);
    let right = limits(Side::Right, &problem.right, &degrees.1, &mut conflict);
    ((left, right), conflict)
}

/// Units a side can take in all; at most one for each edge.
fn places(limits: &[Limits]) -> u64 {
    limits.iter().map(|limit| limit.max).sum()
}

/// The side with fewer places: its units meet less competition.
fn scarce_side((left, right): &(Vec<Limits>, Vec<Limits>)) -> Side {
    if places(right) < places(left) { Side::Right } else { Side::Left }
}

fn orient<'a>(
    problem: &PairingProblem,
    (left, right): &'a (Vec<Limits>, Vec<Limits>),
    side: Side,
) -> Oriented<'a> {
    let edges = problem.edges.iter();
    match side {
        Side::Left => Oriented {
            side,
            sources: left,
            targets: right,
            arcs: edges.map(|e| (narrow(e.left), narrow(e.right), e.points)).collect(),
        },
        Side::Right => Oriented {
            side,
            sources: right,
            targets: left,
            arcs: edges.map(|e| (narrow(e.right), narrow(e.left), e.points)).collect(),
        },
    }
}

fn limits(
    side: Side,
    bounds: &[Bounds],
    degrees: &[u64],
    conflict: &mut Vec<Conflict>,
) -> Vec<Limits> {
    let cut = |(index, (bounds, &degree)): (usize, (&Bounds, &u64))| {
        let available = bounds.max.min(degree);
        let need = bounds.min;
        if need > available {
            let text = if need > bounds.max {
                format!("{side} {index} needs at least {need} but may have at most {}", bounds.max)
            } else {
                format!("{side} {index} needs at least {need} but has only {degree} possible pairs")
            };
            conflict.push(Conflict { side, index, need, available, text });
        }
        Limits { min: need.min(available), max: available }
    };
    bounds.iter().zip(degrees).enumerate().map(cut).collect()
}

/// Gives every target its minimum at the least loss, searching from the targets.
///
/// This phase comes first because then a later path never has to cross the hub. None if no target
/// has a minimum.
fn place_target_minimums<P: Points>(oriented: &Oriented<'_>, steps: u64) -> Option<Market<P>> {
    if oriented.targets.iter().all(|target| target.min == 0) {
        return None;
    }
    // The start is feasible when a source is worth its best arc and a target nothing.
    let mut worth = vec![P::from(0); oriented.sources.len()];
    for &(source, _, points) in &oriented.arcs {
        let worth = &mut worth[wide(source)];
        *worth = (*worth).max(P::from(points));
    }
    let flipped = oriented.arcs.iter().map(|&(source, target, points)| (target, source, points));
    let arcs = Arcs::new(oriented.targets.len(), flipped.collect());
    let room = oriented.sources.iter().map(|source| source.max).collect();
    let mut market = Market::new(arcs, room, vec![0; oriented.targets.len()], worth, Way::Free);
    market.set_steps(steps);
    for target in market.best_first() {
        market.place(target, oriented.targets[target].min);
    }
    Some(market)
}

/// The market of the second phase, and how many units every source still has to place or drop.
///
/// Once the problem is known to be infeasible (`served` is false) points no longer matter and are
/// taken as 0: the prices of a failed phase are no valid start.
fn open_market<P: Points>(
    oriented: &Oriented<'_>,
    required: Option<&Market<P>>,
    served: bool,
) -> (Market<P>, Vec<u64>) {
    let mut arcs = oriented.arcs.clone();
    if !served {
        for arc in &mut arcs {
            arc.2 = 0;
        }
    }
    let arcs = Arcs::new(oriented.sources.len(), arcs);
    let room = oriented.targets.iter().map(|target| target.max).collect();
    let spare = oriented.sources.iter().map(|source| source.max - source.min).collect();
    let mut rest: Vec<u64> = oriented.sources.iter().map(|source| source.max).collect();
    let prices = required.filter(|_| served).map(Market::duals);
    let target_duals =
        prices.map_or_else(|| vec![P::from(0); oriented.targets.len()], |(own, _)| own.to_vec());
    let mut market = Market::new(arcs, room, spare, target_duals, Way::Priced);
    for (source, &dual) in prices.map_or(&[][..], |(_, worth)| worth).iter().enumerate() {
        market.set_source_dual(source, dual);
    }
    for (target, source) in required.map(Market::pairs).unwrap_or_default() {
        market.hold(source, target);
        rest[source] -= 1;
    }
    (market, rest)
}

fn place_sources<P: Points>(market: &mut Market<P>, oriented: &Oriented<'_>, mut rest: Vec<u64>) {
    let order = market.best_first();
    if oriented.targets.iter().all(|target| target.min == 0) {
        for &source in &order {
            rest[source] = market.place_unopposed(source, rest[source]);
        }
    }
    for source in order {
        market.place(source, rest[source]);
    }
}

/// One item for each participant that falls short.
fn conflicts(
    side: Side,
    bounds: &[Bounds],
    limits: &[Limits],
    shortages: Vec<Shortage>,
) -> Vec<Conflict> {
    let mut found = Vec::new();
    for shortage in shortages {
        let asked: u128 =
            shortage.members.iter().map(|&member| u128::from(bounds[member].min)).sum();
        let possible: u64 = shortage.members.iter().map(|&member| limits[member].min).sum();
        let missing: u64 = shortage.lacking.iter().map(|&(_, units)| units).sum();
        let group = name_group(side, &shortage.members);
        for &(index, units) in &shortage.lacking {
            let need = bounds[index].min;
            let available = limits[index].min - units;
            let text = format!(
                "{side} {index} needs at least {need} but only {available} can be had: {group} \
                 together need {asked}, and all their possible partners can take {}",
                possible - missing
            );
            found.push(Conflict { side, index, need, available, text });
        }
    }
    found
}

/// Names at most five members of a group.
fn name_group(side: Side, members: &[usize]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<_> = members.iter().take(SHOWN).map(ToString::to_string).collect();
    let more = members.len().saturating_sub(SHOWN);
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{side} {}{tail}", shown.join(", "))
}
