//! Who may be suggested at all. What is left out is said, not scored.

use crate::criteria::capacity;
use crate::problem::{Candidate, CandidateKind, Problem};

/// Something that was left out, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// The candidate belongs to the enterprise that raised the need.
    Own(CandidateKind, u128),
    /// The candidate or the enterprise behind it is on the avoid list.
    Avoided(CandidateKind, u128),
    /// The offer has a capacity and nothing is left of it.
    NoCapacity(CandidateKind, u128),
    /// The candidate was listed before.
    Repeated(CandidateKind, u128),
    /// So many candidates share neither words nor products with the need.
    NothingInCommon(usize),
}

/// The candidates that may be suggested, in the order given, and who was left out.
pub fn eligible(problem: &Problem) -> (Vec<&Candidate>, Vec<Finding>) {
    let mut kept = Vec::with_capacity(problem.candidates.len());
    let mut findings = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for candidate in &problem.candidates {
        let key = (candidate.kind, candidate.id);
        match refusal(problem, candidate) {
            Some(finding) => findings.push(finding),
            None if seen.insert(key) => kept.push(candidate),
            None => findings.push(Finding::Repeated(candidate.kind, candidate.id)),
        }
    }
    (kept, findings)
}

fn refusal(problem: &Problem, candidate: &Candidate) -> Option<Finding> {
    let Candidate { kind, id, enterprise, .. } = *candidate;
    if enterprise.is_some() && enterprise == problem.seeker.enterprise {
        return Some(Finding::Own(kind, id));
    }
    let avoided = |id: u128| problem.avoid.contains(&id);
    if avoided(id) || enterprise.is_some_and(avoided) {
        return Some(Finding::Avoided(kind, id));
    }
    (!capacity::has_any(candidate)).then_some(Finding::NoCapacity(kind, id))
}
