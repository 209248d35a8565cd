//! What the suggestion engine is asked: a need, and who might answer it.
//!
//! The application fills these in from the store; nothing here is looked up later. Texts are in
//! the form `lianmeng_domain::text::normalise` gives. Ids are the numbers of domain ids, which
//! sort like the ids themselves. A problem can be written as JSON and replayed.

use lianmeng_domain::enterprise::QualityTier;
use lianmeng_domain::region::RegionCode;
use lianmeng_domain::weights::Weights;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A need and its possible counterparts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Problem {
    /// Who seeks what.
    pub seeker: Seeker,
    /// Everybody who may be suggested.
    pub candidates: Vec<Candidate>,
    /// Products that would serve the need; see [`serving_products`].
    pub serving: BTreeMap<u128, Serving>,
    /// Enterprises and offers that must never be suggested: competitors, litigation, a "no" that
    /// was meant for good.
    pub avoid: BTreeSet<u128>,
    /// Enterprises in the city of the need that make each product that serves; absent where nobody
    /// counted.
    #[serde(default)]
    pub local_makers: BTreeMap<u128, u32>,
    /// Most suggestions wanted.
    pub limit: usize,
    /// What each criterion counts; what was in force before there were versions if absent.
    #[serde(default)]
    pub weights: Weights,
}

/// The need, with what is known about the enterprise behind it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Seeker {
    /// Id of the need.
    pub id: u128,
    /// The enterprise that raised it.
    pub enterprise: Option<u128>,
    /// Title, normalised.
    pub title: String,
    /// Body, normalised.
    pub body: String,
    /// GB/T 4754 code sought or, failing that, of the enterprise: `1771` or `C1771`.
    pub industry: Option<String>,
    /// Divisions of the enterprise; several where it sits in a zone that overlaps several.
    #[serde(default, with = "region_codes")]
    pub regions: Vec<RegionCode>,
    /// Official marks of quality of the enterprise.
    #[serde(default, with = "quality_tiers")]
    pub tiers: Vec<QualityTier>,
    /// Whether it governs its chain 链主企业.
    pub is_lead_firm: bool,
    /// Whether it is large in its trade 龙头企业.
    pub is_flagship: bool,
    /// Days since the need was raised; none if unknown.
    pub raised_days_ago: Option<u32>,
}

/// What kind of thing is suggested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CandidateKind {
    /// An offer 供给.
    Offer,
    /// An enterprise 企业, whether or not it has offers.
    Enterprise,
}

/// One possible counterpart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Offer or enterprise.
    pub kind: CandidateKind,
    /// Its id; ties break on it.
    pub id: u128,
    /// The enterprise behind it: itself for an enterprise.
    #[serde(default)]
    pub enterprise: Option<u128>,
    /// Title and description, or name and business, normalised.
    pub text: String,
    /// What it makes.
    #[serde(default)]
    pub makes: Vec<Made>,
    /// GB/T 4754 code.
    #[serde(default)]
    pub industry: Option<String>,
    /// Divisions it is in.
    #[serde(default, with = "region_codes")]
    pub regions: Vec<RegionCode>,
    /// Official marks of quality.
    #[serde(default, with = "quality_tiers")]
    pub tiers: Vec<QualityTier>,
    /// Whether it governs its chain 链主企业.
    #[serde(default)]
    pub is_lead_firm: bool,
    /// Whether it is large in its trade 龙头企业.
    #[serde(default)]
    pub is_flagship: bool,
    /// Points of the city's rating 红色信用, 0 to 100; none if it was never rated, or no longer is.
    #[serde(default)]
    pub red_credit: Option<u8>,
    /// Units left, for offers with a capacity.
    #[serde(default)]
    pub capacity_left: Option<u64>,
    /// Units in all, for offers with a capacity.
    #[serde(default)]
    pub capacity: Option<u64>,
    /// Shortest travel time between the two in minutes; none if unknown.
    #[serde(default)]
    pub travel_minutes: Option<u32>,
    /// What came of earlier suggestions between the two.
    #[serde(default)]
    pub history: History,
    /// How it answered earlier suggestions for needs of this kind, whoever raised them.
    #[serde(default)]
    pub answers: Answers,
    /// Days since somebody last confirmed that this still stands.
    #[serde(default)]
    pub confirmed_days_ago: Option<u32>,
}

impl Candidate {
    /// A candidate of which only the text is known.
    pub fn new(kind: CandidateKind, id: u128, text: impl Into<String>) -> Self {
        Self {
            kind,
            id,
            enterprise: None,
            text: text.into(),
            makes: Vec::new(),
            industry: None,
            regions: Vec::new(),
            tiers: Vec::new(),
            is_lead_firm: false,
            is_flagship: false,
            red_credit: None,
            capacity_left: None,
            capacity: None,
            travel_minutes: None,
            history: History::default(),
            answers: Answers::default(),
            confirmed_days_ago: None,
        }
    }
}

/// A product somebody makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// The product.
    pub product: u128,
    /// Its name.
    pub name: String,
    /// Share of the maker's turnover in basis points; none if unknown.
    pub share_basis_points: Option<u32>,
}

/// Counters of what came of earlier suggestions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct History {
    /// Meetings planned between the two.
    pub met: u32,
    /// Suggestions both accepted.
    pub accepted: u32,
    /// Meetings that took place.
    pub held: u32,
    /// Suggestions one of them declined.
    pub declined: u32,
}

/// How somebody answered the suggestions it was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Answers {
    /// Suggestions it accepted.
    pub accepted: u32,
    /// Suggestions it declined.
    pub declined: u32,
}

/// Why a product is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WantedBecause {
    /// The need names it.
    Stated,
    /// The enterprise behind the need uses it.
    Used,
    /// What is made on the segment of the enterprise needs it.
    Placed,
}

/// A product the need is after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// The product.
    pub product: u128,
    /// Its name.
    pub name: String,
    /// Why it is wanted.
    pub because: WantedBecause,
}

/// How a product serves the need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Serving {
    /// The wanted product it serves.
    pub wanted: Wanted,
    /// Material edges between the two: 0 is the product itself, a kind of it, or one that stands in.
    pub steps: u8,
    /// Where it is neither the product nor leads to it: what both are kinds of, so that it could be
    /// taken instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands_in_as: Option<String>,
}

/// How a product leads to a wanted one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// Material edges between the two.
    pub steps: u8,
    /// Name of what both are kinds of, where one could be taken instead of the other.
    pub stands_in_as: Option<String>,
}

impl Lead {
    /// A way of `steps` material edges; 0 for the product itself or a kind of it.
    pub const fn of_steps(steps: u8) -> Self {
        Self { steps, stands_in_as: None }
    }
}

/// Most material edges at which a product still serves.
pub const MAX_STEPS: u8 = 3;

/// Which of the `offered` products serve which wanted product best.
///
/// `lead(from, to)` tells how `from` leads to `to`, `None` if it does not. Stated wants come before used
/// products, what is wanted before what stands in for it, then fewer steps, then the lower id.
/// `O(offered × wanted)` calls.
pub fn serving_products(
    wanted: &[Wanted],
    offered: impl IntoIterator<Item = u128>,
    lead: &dyn Fn(u128, u128) -> Option<Lead>,
) -> BTreeMap<u128, Serving> {
    let best = |product: u128| {
        wanted
            .iter()
            .filter_map(|wanted| {
                let lead = lead(product, wanted.product).filter(|lead| lead.steps <= MAX_STEPS)?;
                let Lead { steps, stands_in_as } = lead;
                Some(Serving { wanted: wanted.clone(), steps, stands_in_as })
            })
            .min_by_key(|serving| {
                let Serving { wanted, steps, stands_in_as } = serving;
                (wanted.because, stands_in_as.is_some(), *steps, wanted.product)
            })
    };
    offered.into_iter().filter_map(|product| Some((product, best(product)?))).collect()
}

/// Division codes as texts of six digits.
mod region_codes {
    use super::RegionCode;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        codes: &[RegionCode],
        out: S,
    ) -> Result<S::Ok, S::Error> {
        out.collect_seq(codes.iter().map(ToString::to_string))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        input: D,
    ) -> Result<Vec<RegionCode>, D::Error> {
        let codes = Vec::<String>::deserialize(input)?;
        codes.iter().map(|code| code.parse().map_err(D::Error::custom)).collect()
    }
}

/// Quality tiers by their stored names.
mod quality_tiers {
    use super::QualityTier;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        tiers: &[QualityTier],
        out: S,
    ) -> Result<S::Ok, S::Error> {
        out.collect_seq(tiers.iter().map(|tier| tier.word()))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        input: D,
    ) -> Result<Vec<QualityTier>, D::Error> {
        let parse = |word: &String| {
            let unknown = || D::Error::custom(format!("{word:?} is no quality tier"));
            QualityTier::from_word(word).ok_or_else(unknown)
        };
        Vec::<String>::deserialize(input)?.iter().map(parse).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stated_want_comes_before_a_used_product_and_far_products_do_not_serve() {
        let wanted = |product, because| Wanted { product, name: product.to_string(), because };
        let list = [wanted(1, WantedBecause::Used), wanted(2, WantedBecause::Stated)];
        let stands_in = Lead { steps: 0, stands_in_as: Some("纱".to_owned()) };
        let lead = |from: u128, to: u128| match (from, to) {
            (1 | 6, 1) => Some(Lead::of_steps(0)),
            (1, 2) => Some(Lead::of_steps(2)),
            (7, 1) => Some(Lead::of_steps(3)),
            (8, 1) => Some(Lead::of_steps(4)),
            (6, 2) | (5, 1) => Some(stands_in.clone()),
            _ => None,
        };
        let serving = serving_products(&list, [1, 5, 6, 7, 8, 9], &lead);
        let got: Vec<_> = serving
            .iter()
            .map(|(product, s)| (*product, s.wanted.product, s.steps, s.stands_in_as.is_some()))
            .collect();
        assert_eq!(got, [(1, 2, 2, false), (5, 1, 0, true), (6, 2, 0, true), (7, 1, 3, false)]);
    }

    #[test]
    fn a_problem_survives_a_round_trip_through_json() {
        let json = include_str!("../problems/home_textile.json");
        let problem: Problem = serde_json::from_str(json).unwrap();
        let again = serde_json::to_string(&problem).unwrap();
        assert_eq!(serde_json::from_str::<Problem>(&again).unwrap(), problem);
    }
}
