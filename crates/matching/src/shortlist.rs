//! The best of what was scored.

use crate::problem::CandidateKind;
use crate::score::{Judgement, Points, Reason};
use std::cmp::Reverse;

/// A candidate worth proposing; binding for nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// Offer or enterprise.
    pub kind: CandidateKind,
    /// Its id.
    pub id: u128,
    /// The points of both sides fused, at most 10 000; below 0 only where the past speaks against
    /// it. Where only the seeker counts, the sum over `reasons`.
    pub score: Points,
    /// What the seeker gains, in a fixed order of criteria.
    pub reasons: Vec<Reason>,
    /// What the candidate gains; empty where only the seeker counts.
    pub reasons_b: Vec<Reason>,
}

/// Ranks scored candidates and keeps the best `limit`.
///
/// Ties break on kind, offers first, then on the lower id, so equal input gives equal output in
/// whatever order it comes. Time `O(n log n)`.
pub fn shortlist(scored: Vec<(CandidateKind, u128, Judgement)>, limit: usize) -> Vec<Suggestion> {
    let suggestion = |(kind, id, judged): (CandidateKind, u128, Judgement)| {
        let Judgement { a, b, points } = judged;
        Suggestion { kind, id, score: points, reasons: a, reasons_b: b }
    };
    let mut ranked: Vec<Suggestion> = scored.into_iter().map(suggestion).collect();
    ranked.sort_by_key(|suggestion| (Reverse(suggestion.score), suggestion.kind, suggestion.id));
    ranked.truncate(limit);
    ranked
}
