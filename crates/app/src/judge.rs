//! What would change the verdict on a suggestion, from what is stored of it.

use lianmeng_domain::committee::Member;
use lianmeng_domain::suggestion::Suggestion;
use lianmeng_domain::weights::Weights;
use lianmeng_matching::counter::{self, Verdict};

pub use lianmeng_matching::counter::{Change, Counterfactual, Fact};

/// A verdict questioned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Questioned {
    /// Its rank now, from 1.
    pub rank: usize,
    /// What each change would do, the greatest first.
    pub changes: Vec<Counterfactual>,
}

/// Questions `suggestion`, made with `weights`, among `others` (itself may be one of them).
pub fn counterfactuals<'a>(
    suggestion: &Suggestion,
    weights: &Weights,
    others: impl Iterator<Item = &'a Suggestion>,
) -> Questioned {
    let others: Vec<i32> =
        others.filter(|other| other.id != suggestion.id).map(|other| other.points).collect();
    let (a, b) = (&suggestion.reasons, &suggestion.reasons_b);
    let is_enterprise_b = matches!(suggestion.b, Member::Enterprise(_));
    let verdict = Verdict { weights, a, b, is_enterprise_b, others: &others };
    Questioned { rank: verdict.rank(), changes: counter::counterfactuals(&verdict) }
}
