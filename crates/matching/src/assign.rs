//! Who is paired with whom: the greatest sum of points under every minimum and maximum.
//!
//! [`solve`] is exact. Where the minimums cannot all be met it names the participants that fall
//! short and by how much, and which others they compete with. Reading a problem from JSON lives in
//! [`PairingProblem::from_json`]; measuring time is the caller's business.

mod ask;
mod branch;
mod choose;
mod conflict;
mod cuts;
mod dense;
mod fair;
mod flow;
mod lp;
mod model;
mod network;
mod request;
mod simplex;
mod solve;

pub use ask::{Answer, Cap, Demanded, Dial, PairingAsk, Published};
pub use choose::{Changes, Choice, ChoiceReport, ConflictItem};
pub use fair::{Envy, Exposure, Fair};
pub use model::{DemandName, DemandWords, Limit};
pub use request::{PairingRequest, RequestError};

pub(crate) use flow::narrow;
use serde::{Deserialize, Serialize};
pub(crate) use simplex::Network;
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
    /// The edges once more, if the market is dense.
    #[serde(skip)]
    matrix: Option<dense::Matrix>,
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
    /// Time `O(m log m)` for `m` edges; `O(m)` where most pairs are possible and everybody has at most
    /// one, whose points it lays out as a matrix.
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
        let matrix = dense::Matrix::new(&left, &right, &edges);
        if matrix.is_none() {
            refuse_duplicates(&edges)?;
        }
        Ok(Self { left, right, edges, matrix })
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
    /// Pairs that keep every demand, but the steps ran out before they were proved the best.
    Feasible,
    /// The steps ran out before any pairs were found that keep every demand.
    Unknown,
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
/// Every unit costs one Dijkstra search, usually a tiny one; where they are not, the network simplex
/// method takes over. Measured: 2 000 × 2 000 with all pairs possible, one
/// each, in 0.01 to 0.3 s, 10 000 × 10 000 with
/// 20 possible partners each in 0.1 s, either with bounds. Memory `O(m + n)`.
pub fn solve(problem: &PairingProblem) -> Pairing {
    if let Some(pairing) = problem.matrix.as_ref().and_then(dense::Matrix::solve) {
        return pairing;
    }
    let nodes = i128::from(narrow(problem.left.len() + problem.right.len())) + 2;
    let largest = problem.edges.iter().map(|edge| edge.points.unsigned_abs()).max().unwrap_or(0);
    // A shortest path visits each node once, and duals are sums of two such paths.
    if i128::from(largest).saturating_mul(nodes).saturating_mul(8) < i128::from(i64::MAX) {
        solve::solve_with::<i64>(problem)
    } else {
        solve::solve_with::<i128>(problem)
    }
}

#[cfg(test)]
mod tests;
