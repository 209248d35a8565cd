//! Points and the reasons behind them.

use crate::criteria::{capability, history, industry, place, recency, text, tier};
use crate::problem::{Candidate, History, Problem, WantedBecause};
use lianmeng_domain::enterprise::QualityTier;
use lianmeng_domain::region::{RegionCode, RegionLevel};

/// Integer score in points; 10 000 points is a perfect match.
pub type Points = i32;

/// A perfect match.
pub const PERFECT: Points = 10_000;

/// What a reason speaks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Criterion {
    /// Likeness of the texts.
    Text,
    /// The candidate makes what is wanted.
    Capability,
    /// Nearness in the classification of industries.
    Industry,
    /// Nearness in space.
    Place,
    /// Official marks of quality.
    Tier,
    /// What came of earlier suggestions.
    History,
    /// How recently it was confirmed.
    Recency,
    /// Sharing a domain of cooperation.
    Domain,
    /// Sharing domains with the owner already found.
    Partner,
}

impl Criterion {
    /// The stable name used in files and on the wire.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Capability => "capability",
            Self::Industry => "industry",
            Self::Place => "place",
            Self::Tier => "tier",
            Self::History => "history",
            Self::Recency => "recency",
            Self::Domain => "domain",
            Self::Partner => "partner",
        }
    }
}

/// The facts behind a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// Telling words that both texts have, most telling first; at least one.
    SharedWords(Vec<String>),
    /// The candidate makes a product that serves.
    Makes {
        /// Name of what it makes.
        product: String,
        /// Name of what is wanted.
        wanted: String,
        /// Why that is wanted.
        because: WantedBecause,
        /// Material edges between the two.
        steps: u8,
        /// Share of the maker's turnover, if known.
        share_basis_points: Option<u32>,
    },
    /// Both codes begin alike.
    SameIndustry {
        /// What they share: a section letter or two to four digits.
        shared: String,
    },
    /// Both are in one division.
    SamePlace {
        /// Level of the division.
        level: RegionLevel,
        /// Its code.
        code: RegionCode,
    },
    /// Marks of quality the candidate has.
    Marks {
        /// Quality tiers.
        tiers: Vec<QualityTier>,
        /// Whether it governs its chain.
        is_lead_firm: bool,
        /// Whether it is large in its trade.
        is_flagship: bool,
    },
    /// Counters of earlier suggestions.
    Past(History),
    /// Days since the last confirmation.
    ConfirmedDaysAgo(u32),
    /// Domains both have.
    SharedDomains(Vec<String>),
}

/// Points for one criterion, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What it speaks about.
    pub criterion: Criterion,
    /// Points it adds; only history can take points away. Never 0.
    pub points: Points,
    /// The facts behind it.
    pub evidence: Evidence,
}

/// Every reason for or against a candidate, in a fixed order of criteria.
///
/// `likeness` is the likeness of the texts in points of [`crate::rank`].
pub fn reasons(problem: &Problem, candidate: &Candidate, likeness: &text::Likeness) -> Vec<Reason> {
    let seeker = &problem.seeker;
    [
        text::reason(likeness, text::MOST),
        capability::reason(&problem.serving, candidate),
        industry::reason(seeker.industry.as_deref(), candidate.industry.as_deref(), industry::MOST),
        place::reason(&seeker.regions, &candidate.regions),
        tier::reason(candidate),
        history::reason(candidate.history),
        recency::reason(candidate.confirmed_days_ago),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Sum of the points of all reasons.
pub fn total(reasons: &[Reason]) -> Points {
    reasons.iter().map(|reason| reason.points).sum()
}

/// `most` cut to `parts` of `whole`, rounded down.
pub(crate) fn fraction(most: Points, parts: u32, whole: u32) -> Points {
    let points = i64::from(most) * i64::from(parts.min(whole)) / i64::from(whole.max(1));
    Points::try_from(points).unwrap_or(most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Candidate;

    #[test]
    fn the_criteria_of_a_suggestion_add_up_to_a_perfect_match() {
        let most = [
            text::MOST,
            capability::MOST,
            industry::MOST,
            place::MOST,
            tier::MOST,
            history::MOST,
            recency::MOST,
        ];
        assert_eq!(most.iter().sum::<Points>(), PERFECT);
    }

    #[test]
    fn a_fraction_is_rounded_down_and_never_above_the_whole() {
        assert_eq!([fraction(1000, 1, 3), fraction(1000, 9, 3), fraction(7, 0, 0)], [333, 1000, 0]);
    }

    #[test]
    fn a_candidate_without_facts_has_no_reasons() {
        let candidate = Candidate::new(crate::problem::CandidateKind::Offer, 1, "");
        assert_eq!(reasons(&Problem::default(), &candidate, &text::Likeness::default()), []);
    }
}
