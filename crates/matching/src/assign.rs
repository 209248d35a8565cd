//! Who is paired with whom: the greatest sum of points under every minimum and maximum.
//!
//! [`solve`] is exact. Where the minimums cannot all be met it names the participants that fall
//! short and by how much, and which others they compete with. Reading a problem from JSON lives in
//! [`PairingProblem::from_json`]; measuring time is the caller's business.

mod flow;

use flow::{Arcs, Market, Points, Shortage, Way, narrow};
use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// How many pairs a participant must and may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// Fewest pairs.
    pub min: u64,
    /// Most pairs. Below `min` the problem is infeasible, not malformed.
    pub max: u64,
}

/// A possible pair: indices from 0 and the points it is worth. In JSON `[left, right, points]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(usize, usize, i64)", into = "(usize, usize, i64)")]
pub struct Edge {
    /// Index into the left side.
    pub left: usize,
    /// Index into the right side.
    pub right: usize,
    /// Worth of the pair; negative pairs are chosen only where a minimum needs them.
    pub points: i64,
}

impl From<(usize, usize, i64)> for Edge {
    fn from((left, right, points): (usize, usize, i64)) -> Self {
        Self { left, right, points }
    }
}

impl From<Edge> for (usize, usize, i64) {
    fn from(edge: Edge) -> Self {
        (edge.left, edge.right, edge.points)
    }
}

/// Why a text or a list of edges is no pairing problem.
#[derive(Debug, Error)]
pub enum ProblemError {
    /// Not the JSON that is expected; the message has line and column.
    #[error(
        "not a pairing problem: {0}; expected {{\"left\":[{{\"min\":0,\"max\":3}}],\"right\":[…],\
         \"edges\":[[left,right,points]]}} with whole numbers"
    )]
    Json(#[from] serde_json::Error),
    /// An edge names a participant that does not exist.
    #[error("edge {edge} names {side} {index}, but there are only {count} on that side (from 0)")]
    NoSuchParticipant {
        /// Position of the edge, from 0.
        edge: usize,
        /// Side of the missing participant.
        side: Side,
        /// Index the edge gives.
        index: usize,
        /// Participants of that side.
        count: usize,
    },
    /// A pair is listed twice.
    #[error(
        "the pair of left {left} and right {right} is listed twice, as edges {first} and {second}"
    )]
    Duplicate {
        /// Left index of the pair.
        left: usize,
        /// Right index of the pair.
        right: usize,
        /// Position of the first mention, from 0.
        first: usize,
        /// Position of the second mention.
        second: usize,
    },
    /// More participants or edges than 32-bit indices can hold.
    #[error("{what} are {count}; at most {limit} fit")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// The limit.
        limit: usize,
    },
}

/// Most participants of a side, and most edges.
pub const MAX_ITEMS: usize = 1 << 30;

/// One side of the market.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The first side.
    Left,
    /// The second side.
    Right,
}

impl Side {
    fn other(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Left => "left",
            Self::Right => "right",
        })
    }
}

/// Two sides with bounds and the pairs that are possible, each at most once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PairingProblem {
    left: Vec<Bounds>,
    right: Vec<Bounds>,
    edges: Vec<Edge>,
}

/// A problem as read, not yet checked.
#[derive(Deserialize)]
struct Draft {
    left: Vec<Bounds>,
    right: Vec<Bounds>,
    edges: Vec<Edge>,
}

impl PairingProblem {
    /// Checks that every edge names two existing participants and that no pair is listed twice.
    ///
    /// Time `O(m log m)` for `m` edges.
    ///
    /// # Errors
    ///
    /// [`ProblemError::NoSuchParticipant`], [`ProblemError::Duplicate`] or
    /// [`ProblemError::TooLarge`]; the first offending edge in file order is named.
    pub fn new(
        left: Vec<Bounds>,
        right: Vec<Bounds>,
        edges: Vec<Edge>,
    ) -> Result<Self, ProblemError> {
        for (what, count) in [
            ("left participants", left.len()),
            ("right participants", right.len()),
            ("edges", edges.len()),
        ] {
            if count > MAX_ITEMS {
                return Err(ProblemError::TooLarge { what, count, limit: MAX_ITEMS });
            }
        }
        for (at, edge) in edges.iter().enumerate() {
            for (side, index, count) in
                [(Side::Left, edge.left, left.len()), (Side::Right, edge.right, right.len())]
            {
                if index >= count {
                    return Err(ProblemError::NoSuchParticipant { edge: at, side, index, count });
                }
            }
        }
        refuse_duplicates(&edges)?;
        Ok(Self { left, right, edges })
    }

    /// Reads `{"left":[{"min":0,"max":3},…],"right":[…],"edges":[[left,right,points],…]}`.
    ///
    /// # Errors
    ///
    /// [`ProblemError::Json`] for anything but that (negative bounds, fractions, points beyond 64
    /// bits, text after the end), otherwise as [`Self::new`].
    pub fn from_json(json: &[u8]) -> Result<Self, ProblemError> {
        let draft: Draft = serde_json::from_slice(json)?;
        Self::new(draft.left, draft.right, draft.edges)
    }

    /// Bounds of the left side.
    pub fn left(&self) -> &[Bounds] {
        &self.left
    }

    /// Bounds of the right side.
    pub fn right(&self) -> &[Bounds] {
        &self.right
    }

    fn bounds(&self, side: Side) -> &[Bounds] {
        match side {
            Side::Left => &self.left,
            Side::Right => &self.right,
        }
    }

    /// Possible pairs, in the order given.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }
}

fn refuse_duplicates(edges: &[Edge]) -> Result<(), ProblemError> {
    use rayon::slice::ParallelSliceMut;
    let mut order: Vec<(u32, u32, u32)> = edges
        .iter()
        .enumerate()
        .map(|(at, edge)| (narrow(edge.left), narrow(edge.right), narrow(at)))
        .collect();
    order.par_sort_unstable();
    let second = order
        .windows(2)
        .filter(|pair| (pair[0].0, pair[0].1) == (pair[1].0, pair[1].1))
        .min_by_key(|pair| pair[1].2);
    second.map_or(Ok(()), |pair| {
        Err(ProblemError::Duplicate {
            left: flow::wide(pair[0].0),
            right: flow::wide(pair[0].1),
            first: flow::wide(pair[0].2),
            second: flow::wide(pair[1].2),
        })
    })
}

/// What became of a pairing problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PairingStatus {
    /// The pairs are proved to be the best.
    Optimal,
    /// The minimums cannot all be met.
    Infeasible,
}

/// A minimum that cannot be met.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Conflict {
    /// Side of the participant.
    pub side: Side,
    /// Index of the participant, from 0.
    pub index: usize,
    /// Its minimum.
    pub need: u64,
    /// Pairs it can have while no other participant gets less than its own minimum or what this
    /// list grants it. Lowering every listed minimum to this makes the problem feasible.
    pub available: u64,
    /// The same in words, with those it competes with.
    pub text: String,
}

/// The answer to a [`PairingProblem`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pairing {
    /// Whether there is an answer.
    pub status: PairingStatus,
    /// Sum of points over `pairs`; none if infeasible. May exceed 64 bits.
    pub total: Option<i128>,
    /// Chosen pairs `(left, right)`, ascending; empty if infeasible.
    pub pairs: Vec<(usize, usize)>,
    /// Minimums that cannot be met, by side and index; empty if optimal.
    pub conflict: Vec<Conflict>,
}

/// [`Pairing`] with the time it took, in the shape the command line prints.
///
/// `total` is written as a JSON whole number of any length; use `serde_json::to_string`, as
/// `serde_json::Value` holds 64 bits only.
#[derive(Debug, Serialize)]
pub struct PairingReport<'a> {
    status: PairingStatus,
    total: Option<i128>,
    pairs: &'a [(usize, usize)],
    elapsed_ms: u64,
    conflict: &'a [Conflict],
}

impl Pairing {
    /// Nothing to pair, nothing paired.
    pub fn empty() -> Self {
        Self {
            status: PairingStatus::Optimal,
            total: Some(0),
            pairs: Vec::new(),
            conflict: Vec::new(),
        }
    }

    /// Adds the time the caller measured.
    pub fn report(&self, elapsed_ms: u64) -> PairingReport<'_> {
        PairingReport {
            status: self.status,
            total: self.total,
            pairs: &self.pairs,
            elapsed_ms,
            conflict: &self.conflict,
        }
    }
}

/// Finds the pairs with the greatest sum of points.
///
/// A pair with negative points is chosen only where a minimum needs it. Equal problems give equal
/// answers; among equally good answers the edge order of the file makes no difference.
///
/// Every unit costs one Dijkstra search, so the worst case is `O(k (m + n) log n)` for `k` units,
/// `m` edges and `n` participants; searches are usually tiny.
/// Memory `O(m + n)`.
pub fn solve(problem: &PairingProblem) -> Pairing {
    let nodes = i128::from(narrow(problem.left.len() + problem.right.len())) + 2;
    let largest = problem.edges.iter().map(|edge| edge.points.unsigned_abs()).max().unwrap_or(0);
    // A shortest path visits each node once, and duals are sums of two such paths.
    if i128::from(largest).saturating_mul(nodes).saturating_mul(8) < i128::from(i64::MAX) {
        solve_with::<i64>(problem)
    } else {
        solve_with::<i128>(problem)
    }
}

/// A problem seen from the side whose units are placed one by one.
struct Oriented<'a> {
    side: Side,
    sources: &'a [Limits],
    targets: &'a [Limits],
    arcs: Vec<(u32, u32, i64)>,
}

/// Bounds cut to what is possible for this participant alone.
#[derive(Clone, Copy)]
struct Limits {
    min: u64,
    max: u64,
}

/// Solves from one side, and from the other whenever the steps run out.
///
/// Which side is quick depends on the market: where everybody prefers the same partners, searching
/// from the crowd is a thousand times slower than searching from the preferred. Each change of side
/// doubles the steps, so the total is at most about four times that of the better side.
fn solve_with<P: Points>(problem: &PairingProblem) -> Pairing {
    let (limits, own_conflict) = cut_bounds(problem);
    let mut side = scarce_side(&limits);
    let mut steps = 10_000_000 + 4 * count(problem.edges.len());
    loop {
        let oriented = orient(problem, &limits, side);
        if let Some(answer) = attempt::<P>(problem, &oriented, own_conflict.clone(), steps) {
            return answer;
        }
        side = side.other();
        steps = steps.saturating_mul(2);
    }
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
fn cut_bounds(problem: &PairingProblem) -> ((Vec<Limits>, Vec<Limits>), Vec<Conflict>) {
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

/// The side with fewer places: its units meet less competition.
fn scarce_side((left, right): &(Vec<Limits>, Vec<Limits>)) -> Side {
    let places = |limits: &[Limits]| limits.iter().map(|limit| limit.max).sum::<u64>();
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
        let worth = &mut worth[flow::wide(source)];
        *worth = (*worth).max(P::from(points));
    }
    let flipped = oriented.arcs.iter().map(|&(source, target, points)| (target, source, points));
    let arcs = Arcs::new(oriented.targets.len(), flipped.collect());
    let room = oriented.sources.iter().map(|source| source.max).collect();
    let mut market = Market::new(arcs, room, vec![0; oriented.targets.len()], worth, Way::Free);
    market.set_steps(steps);
    for (target, limits) in oriented.targets.iter().enumerate() {
        market.place(target, limits.min);
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
    if oriented.targets.iter().all(|target| target.min == 0) {
        for (source, units) in rest.iter_mut().enumerate() {
            *units = market.place_unopposed(source, *units);
        }
    }
    for (source, &units) in rest.iter().enumerate() {
        market.place(source, units);
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

#[cfg(test)]
mod tests;
