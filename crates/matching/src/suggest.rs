//! Ranked counterparts of one need, with reasons that add up to the score.

use crate::candidates::{Finding, eligible};
use crate::criteria::text;
use crate::problem::Problem;
use crate::score::{judge, speaks};
use crate::shortlist::{Suggestion, shortlist};

/// The answer to a [`Problem`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Suggestions {
    /// Best first; ties by kind and id.
    pub suggestions: Vec<Suggestion>,
    /// Who was left out and why, sorted.
    pub findings: Vec<Finding>,
}

/// Suggests counterparts for a need.
///
/// A candidate is suggested only if its text or its products speak for it under the weights: being
/// near or decorated is no reason to meet. The order of candidates makes no difference.
///
/// Takes about 0.1 ms for each candidate, most of it for cutting texts into words.
pub fn suggest(problem: &Problem) -> Suggestions {
    let (candidates, mut findings) = eligible(problem);
    let texts: Vec<&str> = candidates.iter().map(|candidate| candidate.text.as_str()).collect();
    let need = (problem.seeker.title.as_str(), problem.seeker.body.as_str());
    let likeness = text::likeness(&[need], &texts).concat();
    let mut strangers = 0;
    let mut scored = Vec::new();
    for (candidate, likeness) in candidates.into_iter().zip(&likeness) {
        let judged = judge(problem, candidate, likeness);
        if judged.a.iter().any(|reason| speaks(reason.criterion.key())) {
            scored.push((candidate.kind, candidate.id, judged));
        } else {
            strangers += 1;
        }
    }
    if strangers > 0 {
        findings.push(Finding::NothingInCommon(strangers));
    }
    findings.sort_unstable();
    Suggestions { suggestions: shortlist(scored, problem.limit), findings }
}

#[cfg(test)]
mod tests;
