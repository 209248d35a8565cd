//! The best of what was scored.

use crate::problem::CandidateKind;
use crate::score::{Points, Reason, total};
use std::cmp::Reverse;

/// A candidate worth proposing; binding for nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// Offer or enterprise.
    pub kind: CandidateKind,
    /// Its id.
    pub id: u128,
    /// Sum over `reasons`, at most 10 000; below 0 only where history speaks against it.
    pub score: Points,
    /// Why, in a fixed order of criteria.
    pub reasons: Vec<Reason>,
}

/// Ranks scored candidates and keeps the best `limit`.
///
/// Ties break on kind, offers first, then on the lower id, so equal input gives equal output in
/// whatever order it comes. Time `O(n log n)`.
pub fn shortlist(scored: Vec<(CandidateKind, u128, Vec<Reason>)>, limit: usize) -> Vec<Suggestion> {
    let suggestion = |(kind, id, reasons): (CandidateKind, u128, Vec<Reason>)| {
        let score = total(&reasons);
        Suggestion { kind, id, score, reasons }
    };
    let mut ranked: Vec<Suggestion> = scored.into_iter().map(suggestion).collect();
    ranked.sort_by_key(|suggestion| (Reverse(suggestion.score), suggestion.kind, suggestion.id));
    ranked.truncate(limit);
    ranked
}
