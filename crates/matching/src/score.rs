//! Points and the reasons behind them.

use crate::criteria::{
    capability, credit, custom, gap, history, industry, place, recency, room, text, tier,
    willingness,
};
use crate::problem::{Answers, Candidate, History, Made, Problem, Serving, WantedBecause};
use lianmeng_domain::enterprise::QualityTier;
use lianmeng_domain::region::{RegionCode, RegionLevel};
use lianmeng_domain::suggestion::Side;
use lianmeng_domain::weights::{self, Weights};

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
    /// The city's rating of the candidate.
    Credit,
    /// The candidate closes a gap of the seeker's city.
    Gap,
    /// The seeker wants what the candidate makes.
    Custom,
    /// Official marks of quality of the seeker.
    Standing,
    /// How the candidate answered such needs before.
    Willingness,
    /// How recently the need was raised.
    Freshness,
    /// How much of the offer is idle.
    Room,
    /// Sharing a domain of cooperation.
    Domain,
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
            Self::Credit => "credit",
            Self::Gap => "gap",
            Self::Custom => "custom",
            Self::Standing => "standing",
            Self::Willingness => "willingness",
            Self::Freshness => "freshness",
            Self::Room => "room",
            Self::Domain => "domain",
        }
    }
}

/// How what one makes and what the other wants hang together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tie {
    /// Name of what the candidate makes.
    pub product: String,
    /// Name of what is wanted.
    pub wanted: String,
    /// Why that is wanted.
    pub because: WantedBecause,
    /// Material edges between the two.
    pub steps: u8,
    /// What both are kinds of, where the one only stands in for the other.
    pub stands_in_as: Option<String>,
    /// Share of the maker's turnover, if known.
    pub share_basis_points: Option<u32>,
}

impl Tie {
    /// Between a product somebody makes and what it serves.
    pub(crate) fn of(made: &Made, serving: &Serving) -> Self {
        Self {
            product: made.name.clone(),
            wanted: serving.wanted.name.clone(),
            because: serving.wanted.because,
            steps: serving.steps,
            stands_in_as: serving.stands_in_as.clone(),
            share_basis_points: made.share_basis_points,
        }
    }
}

/// The facts behind a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// Telling words that both texts have, most telling first; at least one.
    SharedWords(Vec<String>),
    /// The candidate makes a product that serves.
    Makes(Tie),
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
    /// Points of the city's rating, of 100.
    Rated(u8),
    /// Minutes from one to the other.
    TravelMinutes(u32),
    /// Hardly anybody in the seeker's city makes it.
    Rare {
        /// Name of what the candidate makes.
        product: String,
        /// Who makes it in the seeker's city, the candidate included where it is there: 0 to 2.
        makers: u32,
        /// Whether the candidate is in that city.
        is_local: bool,
    },
    /// The seeker wants a product the candidate makes.
    WantsProduct(Tie),
    /// How the candidate answered such needs before.
    Answered(Answers),
    /// Days since the need was raised.
    RaisedDaysAgo(u32),
    /// Part of an offer that is not used.
    Idle {
        /// Units left.
        left: u64,
        /// Units in all.
        of: u64,
    },
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

/// What both sides of a pair gain, and the score of the pair.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Judgement {
    /// What the seeker gains, in a fixed order of criteria.
    pub a: Vec<Reason>,
    /// What the candidate gains, likewise; empty where only the seeker counts.
    pub b: Vec<Reason>,
    /// Both sums made one by the fusion rule of the weights.
    pub points: Points,
}

/// Judges a pair with the weights of the problem.
///
/// `likeness` is the likeness of the texts in points of [`crate::rank`].
pub fn judge(problem: &Problem, candidate: &Candidate, likeness: &text::Likeness) -> Judgement {
    let weights = &problem.weights;
    let a = weighed(reasons(problem, candidate, likeness), weights, Side::A);
    let b = match weights.fusion {
        weights::Fusion::OneSided => Vec::new(),
        weights::Fusion::Minimum | weights::Fusion::Harmonic => {
            weighed(reasons_b(problem, candidate, likeness), weights, Side::B)
        }
    };
    let of = |reasons: &[Reason]| reasons.iter().map(|r| r.points).collect::<Vec<_>>();
    let points = weights::fuse(weights.fusion, &of(&a), &of(&b)).points;
    Judgement { a, b, points }
}

/// Whether a criterion, by its stable name, is ground enough to meet: being near or decorated is not.
pub fn speaks(criterion: &str) -> bool {
    [Criterion::Text, Criterion::Capability].map(Criterion::key).contains(&criterion)
}

/// Every reason for or against the candidate from the seeker's side, on the scale of the criteria.
pub fn reasons(problem: &Problem, candidate: &Candidate, likeness: &text::Likeness) -> Vec<Reason> {
    let seeker = &problem.seeker;
    [
        text::reason(likeness, text::MOST),
        capability::reason(&problem.serving, candidate),
        industry::reason(seeker.industry.as_deref(), candidate.industry.as_deref(), industry::MOST),
        place::reason(&seeker.regions, &candidate.regions, candidate.travel_minutes),
        tier::reason(candidate),
        history::reason(candidate.history),
        recency::reason(candidate.confirmed_days_ago),
        credit::reason(candidate.red_credit),
        gap::reason(problem, candidate),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Every reason for or against the seeker from the candidate's side, on the scale of the criteria.
pub fn reasons_b(
    problem: &Problem,
    candidate: &Candidate,
    likeness: &text::Likeness,
) -> Vec<Reason> {
    let seeker = &problem.seeker;
    [
        text::reason(likeness, text::MOST),
        industry::reason(seeker.industry.as_deref(), candidate.industry.as_deref(), industry::MOST),
        place::reason(&seeker.regions, &candidate.regions, candidate.travel_minutes),
        custom::reason(&problem.serving, candidate),
        tier::standing(seeker),
        willingness::reason(candidate.answers),
        recency::freshness(seeker.raised_days_ago),
        room::reason(candidate),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The scale on which a criterion gives its points: what it gives at most before it is weighed.
pub const fn scale(criterion: Criterion) -> Points {
    match criterion {
        Criterion::Text => text::MOST,
        Criterion::Capability => capability::MOST,
        Criterion::Industry => industry::MOST,
        Criterion::Place => place::MOST,
        Criterion::Tier | Criterion::Standing => tier::MOST,
        Criterion::History => history::MOST,
        Criterion::Recency | Criterion::Freshness => recency::MOST,
        Criterion::Credit => credit::MOST,
        Criterion::Gap => gap::MOST,
        Criterion::Custom => custom::MOST,
        Criterion::Willingness => willingness::MOST,
        Criterion::Room => room::MOST,
        Criterion::Domain => PERFECT,
    }
}

/// Reasons with the points of `weights`, those that come to nothing left out.
fn weighed(reasons: Vec<Reason>, weights: &Weights, side: Side) -> Vec<Reason> {
    let weigh = |reason: Reason| {
        let most = weights.of(side, reason.criterion.key());
        let points = part(reason.points, most, scale(reason.criterion));
        (points != 0).then_some(Reason { points, ..reason })
    };
    reasons.into_iter().filter_map(weigh).collect()
}

/// `points` of `scale` as points of `most`, rounded half away from nothing. Exactly `points` where
/// both scales are the same.
fn part(points: Points, most: Points, scale: Points) -> Points {
    let (product, scale) = (i64::from(points) * i64::from(most), i64::from(scale.max(1)));
    let rounded = (product.abs() + scale / 2) / scale * product.signum();
    Points::try_from(rounded).unwrap_or(0)
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
    fn the_first_weights_leave_the_points_of_the_criteria_as_they_are() {
        let first = Weights::default();
        for criterion in [
            Criterion::Text,
            Criterion::Capability,
            Criterion::Industry,
            Criterion::Place,
            Criterion::Tier,
            Criterion::History,
            Criterion::Recency,
        ] {
            assert_eq!(first.of(Side::A, criterion.key()), scale(criterion), "{criterion:?}");
        }
        let parts =
            [(851, 3000, 3000, 851), (-5, 100, 1000, -1), (4, 100, 1000, 0), (5, 100, 1000, 1)];
        for (points, most, scale, want) in parts {
            assert_eq!(part(points, most, scale), want);
        }
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
