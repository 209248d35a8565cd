//! Weights of the suggestion engine as versioned data 撮合权重, and how the scores of two sides
//! become one.
//!
//! A suggestion names the version that gave its points, and no version is ever changed, so every
//! score can be computed again.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::actor::{Actor, Role};
use crate::suggestion::Side;
use crate::words;

/// A perfect match; what the weights of one side add up to.
pub const WHOLE: i32 = 10_000;

/// What side A, who needs, can gain; in the order in which reasons are told.
pub const CRITERIA_A: [&str; 7] =
    ["text", "capability", "industry", "place", "tier", "history", "recency"];

/// What side B, who could help, can gain; in the order in which reasons are told.
pub const CRITERIA_B: [&str; 8] =
    ["text", "custom", "industry", "place", "standing", "willingness", "freshness", "room"];

/// What side A can gain besides, where weights name it, and the most it may ever count: a rating, or
/// what a city lacks, may tip the scales, never decide. Who leaves it out has switched it off.
pub const OPTIONAL_A: [(&str, i32); 2] = [("credit", 300), ("gap", 500)];

/// Longest reason for a version in characters.
pub const MAX_WHY: usize = 2_000;

words! {
    /// How the scores of both sides become one.
    #[derive(Default)]
    pub enum Fusion {
        /// Only what side A gains counts 单向.
        #[default]
        OneSided = "one_sided",
        /// The lower of both 取低.
        Minimum = "minimum",
        /// The harmonic mean of both 调和平均.
        Harmonic = "harmonic",
    }
}

impl Serialize for Fusion {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(self.word())
    }
}

impl<'de> Deserialize<'de> for Fusion {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let word = String::deserialize(input)?;
        let unknown = || serde::de::Error::custom(format!("{word:?} is no rule of fusion"));
        Self::from_word(&word).ok_or_else(unknown)
    }
}

/// Most points for each criterion of both sides, and how they become one score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weights {
    /// Most points for what side A gains, by criterion.
    pub a: BTreeMap<String, i32>,
    /// Most points for what side B gains; empty where only side A counts.
    pub b: BTreeMap<String, i32>,
    /// How both become one.
    pub fusion: Fusion,
}

/// What was in force before there were versions, which is what stored points without another
/// version mean.
impl Default for Weights {
    fn default() -> Self {
        Self {
            a: table(&CRITERIA_A, [3000, 3000, 1000, 1000, 500, 1000, 500]),
            b: BTreeMap::new(),
            fusion: Fusion::OneSided,
        }
    }
}

fn table<const N: usize>(criteria: &[&str; N], points: [i32; N]) -> BTreeMap<String, i32> {
    criteria.iter().zip(points).map(|(name, points)| ((*name).to_owned(), points)).collect()
}

/// A version of the weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeightsVersion {
    /// Its number, from 1.
    pub version: i32,
    /// The weights.
    pub weights: Weights,
    /// Why they are as they are, in words.
    pub why: String,
    /// What learning found, as JSON; `None` where a person chose them.
    pub report: Option<String>,
    /// When it was proposed; the versions that come with the program bear the first moment of 1970.
    pub made_at: DateTime<Utc>,
    /// Who proposed it; empty for versions that come with the program.
    pub made_by: String,
    /// Whether new suggestions are made with it; exactly one is.
    pub is_active: bool,
}

/// The versions that come with the program: the first is what was in force when only one side
/// counted, the second counts both and is active until somebody activates another.
pub fn built_in() -> Vec<WeightsVersion> {
    let version = |version, weights, why: &str, is_active| WeightsVersion {
        version,
        weights,
        why: why.to_owned(),
        report: None,
        made_at: DateTime::UNIX_EPOCH,
        made_by: String::new(),
        is_active,
    };
    let first = Weights::default();
    let both = Weights {
        b: table(&CRITERIA_B, [2500, 3000, 1000, 1000, 500, 1000, 500, 500]),
        fusion: Fusion::Harmonic,
        ..first.clone()
    };
    vec![
        version(1, first, "单向评分：只看需求方所得。Only what the seeker gains counts.", false),
        version(
            2,
            both,
            "双向评分：需求方所得与供给方所得的调和平均。Harmonic mean of what both sides gain.",
            true,
        ),
    ]
}

/// What is wrong with weights.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WeightsError {
    /// A criterion that does not exist, or is missing.
    #[error("side {side} has the criteria {wanted}; {found} was given")]
    Criteria {
        /// The side.
        side: Side,
        /// What it must have.
        wanted: String,
        /// What was given.
        found: String,
    },
    /// Points out of range.
    #[error("{criterion} of side {side} has {points} points; it may have 0 to {WHOLE}")]
    Range {
        /// The side.
        side: Side,
        /// The criterion.
        criterion: String,
        /// Its points.
        points: i32,
    },
    /// More points than the criterion may ever count.
    #[error("{criterion} of side {side} has {points} points; it may have {most} at most")]
    Capped {
        /// The side.
        side: Side,
        /// The criterion.
        criterion: String,
        /// Its points.
        points: i32,
        /// The most it may have.
        most: i32,
    },
    /// A sum that is not the whole.
    #[error("the points of side {side} add up to {sum}, not to {WHOLE}")]
    Sum {
        /// The side.
        side: Side,
        /// The sum.
        sum: i64,
    },
    /// Weights of a side that does not count.
    #[error(
        "{0} criteria of side b are weighed, but under one_sided only side a counts; leave b empty"
    )]
    Uncounted(usize),
    /// Text that is missing or too long.
    #[error("why has {0} characters; it must have 1 to {MAX_WHY}")]
    Why(usize),
}

impl Weights {
    /// Points of criteria of `side` that may be left out.
    pub fn optional(&self, side: Side) -> i32 {
        optional(side).iter().map(|(name, _)| self.of(side, name)).sum()
    }

    /// Most points of `criterion` for `side`; 0 if it does not count.
    pub fn of(&self, side: Side, criterion: &str) -> i32 {
        self.side(side).get(criterion).copied().unwrap_or(0)
    }

    /// The weights of one side.
    pub const fn side(&self, side: Side) -> &BTreeMap<String, i32> {
        match side {
            Side::A => &self.a,
            Side::B => &self.b,
        }
    }

    /// The same weights with those of `side` replaced.
    #[must_use]
    pub fn with(self, side: Side, table: BTreeMap<String, i32>) -> Self {
        match side {
            Side::A => Self { a: table, ..self },
            Side::B => Self { b: table, ..self },
        }
    }

    /// Whether they can be used.
    ///
    /// # Errors
    ///
    /// A criterion too many or too few, points below 0 or above the whole, a sum that is not the
    /// whole, weights of a side that does not count.
    pub fn check(&self) -> Result<(), WeightsError> {
        check_side(Side::A, &self.a, &CRITERIA_A)?;
        match self.fusion {
            Fusion::OneSided if self.b.is_empty() => Ok(()),
            Fusion::OneSided => Err(WeightsError::Uncounted(self.b.len())),
            Fusion::Minimum | Fusion::Harmonic => check_side(Side::B, &self.b, &CRITERIA_B),
        }
    }
}

/// Criteria of `side` that may be left out, and the most each may count.
pub const fn optional(side: Side) -> &'static [(&'static str, i32)] {
    match side {
        Side::A => &OPTIONAL_A,
        Side::B => &[],
    }
}

/// Every criterion of `side` in the order in which reasons are told, optional ones last.
pub fn criteria(side: Side) -> Vec<&'static str> {
    let always = match side {
        Side::A => CRITERIA_A.as_slice(),
        Side::B => CRITERIA_B.as_slice(),
    };
    always.iter().copied().chain(optional(side).iter().map(|(name, _)| *name)).collect()
}

fn check_side(
    side: Side,
    table: &BTreeMap<String, i32>,
    criteria: &[&str],
) -> Result<(), WeightsError> {
    let mut wanted = criteria.to_vec();
    wanted.extend(optional(side).iter().map(|(name, _)| *name).filter(|n| table.contains_key(*n)));
    wanted.sort_unstable();
    if !table.keys().map(String::as_str).eq(wanted.iter().copied()) {
        let found: Vec<&str> = table.keys().map(String::as_str).collect();
        let (wanted, found) = (wanted.join(", "), found.join(", "));
        return Err(WeightsError::Criteria { side, wanted, found });
    }
    if let Some((criterion, &points)) = table.iter().find(|(_, p)| !(0..=WHOLE).contains(*p)) {
        return Err(WeightsError::Range { side, criterion: criterion.clone(), points });
    }
    for &(name, most) in optional(side) {
        if let Some(&points) = table.get(name).filter(|points| **points > most) {
            return Err(WeightsError::Capped { side, criterion: name.to_owned(), points, most });
        }
    }
    let sum = table.values().copied().map(i64::from).sum();
    if sum == i64::from(WHOLE) { Ok(()) } else { Err(WeightsError::Sum { side, sum }) }
}

/// Whether `why` says something, and not too much.
///
/// # Errors
///
/// [`WeightsError::Why`].
pub fn check_why(why: &str) -> Result<(), WeightsError> {
    let length = why.trim().chars().count();
    if (1..=MAX_WHY).contains(&length) { Ok(()) } else { Err(WeightsError::Why(length)) }
}

/// Whether `actor` may read the versions: coordinators and auditors.
pub fn may_read(actor: &Actor) -> bool {
    matches!(actor.role, Role::Coordinator | Role::Auditor)
}

/// Whether `actor` may propose a version, learn one and put one in force: coordinators.
pub fn may_change(actor: &Actor) -> bool {
    actor.role == Role::Coordinator
}

/// One score of two, with the part of every reason.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fused {
    /// The score; the sum of all parts.
    pub points: i32,
    /// The part of each reason of side A, in their order.
    pub a: Vec<i32>,
    /// The part of each reason of side B, in their order.
    pub b: Vec<i32>,
}

/// Makes one score of the points of the reasons of both sides.
///
/// One-sided: those of A. Minimum: those of the side that gains less, of A where both gain alike.
/// Harmonic: `2ab / (a + b)` rounded down; as it is `a × b/(a + b) + b × a/(a + b)`, every reason of A
/// counts with the share `b/(a + b)` and every one of B with `a/(a + b)`, the rounding given to the
/// largest remainders. Where a side gains nothing or less, the lower one counts: there is no mean.
pub fn fuse(fusion: Fusion, a: &[i32], b: &[i32]) -> Fused {
    let sum = |points: &[i32]| points.iter().copied().map(i64::from).sum::<i64>();
    let (of_a, of_b) = (sum(a), sum(b));
    let none = |points: &[i32]| vec![0; points.len()];
    let has_mean = of_a > 0 && of_b > 0;
    match fusion {
        Fusion::Harmonic if has_mean => harmonic((a, of_a), (b, of_b)),
        Fusion::Minimum | Fusion::Harmonic if of_b < of_a => {
            Fused { points: narrow(of_b), a: none(a), b: b.to_vec() }
        }
        Fusion::OneSided | Fusion::Minimum | Fusion::Harmonic => {
            Fused { points: narrow(of_a), a: a.to_vec(), b: none(b) }
        }
    }
}

fn harmonic((a, of_a): (&[i32], i64), (b, of_b): (&[i32], i64)) -> Fused {
    let whole = of_a + of_b;
    let points = 2 * of_a * of_b / whole;
    let scaled = a.iter().map(|&p| i64::from(p) * of_b);
    let scaled: Vec<i64> = scaled.chain(b.iter().map(|&p| i64::from(p) * of_a)).collect();
    let mut parts: Vec<i64> = scaled.iter().map(|part| part.div_euclid(whole)).collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|&at| (std::cmp::Reverse(scaled[at].rem_euclid(whole)), at));
    let missing = usize::try_from(points - parts.iter().sum::<i64>()).unwrap_or(0);
    for &at in order.iter().take(missing) {
        parts[at] += 1;
    }
    let mut parts: Vec<i32> = parts.into_iter().map(narrow).collect();
    let b = parts.split_off(a.len());
    Fused { points: narrow(points), a: parts, b }
}

fn narrow(points: i64) -> i32 {
    i32::try_from(points).unwrap_or(if points < 0 { i32::MIN } else { i32::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_versions_that_come_with_the_program_can_be_used_and_one_is_active() {
        let versions = built_in();
        for version in &versions {
            version.weights.check().unwrap();
            check_why(&version.why).unwrap();
        }
        assert_eq!(versions.iter().map(|v| v.version).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(versions.iter().filter(|v| v.is_active).count(), 1);
    }

    #[test]
    fn weights_that_do_not_add_up_are_refused_with_what_is_wrong() {
        let good = built_in().remove(1).weights;
        let change = |name: &str, points| {
            let mut weights = good.clone();
            weights.b.insert(name.to_owned(), points);
            weights.check().unwrap_err().to_string()
        };
        assert_eq!(change("room", 501), "the points of side b add up to 10001, not to 10000");
        assert_eq!(change("room", -1), "room of side b has -1 points; it may have 0 to 10000");
        assert!(change("luck", 0).contains("luck"), "{}", change("luck", 0));
        let mut one_sided = Weights { fusion: Fusion::Minimum, ..Weights::default() };
        assert!(one_sided.check().is_err(), "a minimum needs both sides");
        one_sided.fusion = Fusion::OneSided;
        assert_eq!(one_sided.check(), Ok(()));
        let idle = Weights { fusion: Fusion::OneSided, ..good.clone() };
        assert_eq!(idle.check(), Err(WeightsError::Uncounted(8)), "nobody would read them");
        assert_eq!(check_why(" "), Err(WeightsError::Why(0)));
    }

    #[test]
    fn a_rating_counts_only_where_it_is_named_and_never_much() {
        let rated = |points: i32| {
            let mut weights = Weights::default();
            weights.a.insert("credit".to_owned(), points);
            weights.a.insert("text".to_owned(), 3000 - points);
            weights
        };
        assert_eq!(Weights::default().optional(Side::A), 0);
        assert_eq!(rated(300).check(), Ok(()));
        assert_eq!(rated(300).optional(Side::A), 300);
        let most = rated(301).check().unwrap_err().to_string();
        assert_eq!(most, "credit of side a has 301 points; it may have 300 at most");
        let mut beside = built_in().remove(1).weights;
        beside.b.insert("credit".to_owned(), 0);
        assert!(beside.check().is_err(), "a seeker is not rated");
    }

    #[test]
    fn two_scores_become_one_and_the_parts_add_up() {
        type Case<'a> = (Fusion, &'a [i32], &'a [i32], i32, &'a [i32], &'a [i32]);
        let cases: [Case<'_>; 8] = [
            (Fusion::OneSided, &[5, 6], &[100], 11, &[5, 6], &[0]),
            (Fusion::Minimum, &[5, 6], &[10], 10, &[0, 0], &[10]),
            (Fusion::Minimum, &[5, 5], &[10], 10, &[5, 5], &[0]),
            (Fusion::Harmonic, &[1000], &[1000], 1000, &[500], &[500]),
            (Fusion::Harmonic, &[1000, 2000], &[1000], 1500, &[250, 500], &[750]),
            // 2 × 10 × 5 / 15 is 6.67; the parts are 1.00, 2.33, 1.33 and 2.00.
            (Fusion::Harmonic, &[3, 7], &[2, 3], 6, &[1, 2], &[1, 2]),
            (Fusion::Harmonic, &[1000], &[], 0, &[0], &[]),
            (Fusion::Harmonic, &[1000], &[100, -300], -200, &[0], &[100, -300]),
        ];
        for (fusion, a, b, points, of_a, of_b) in cases {
            let got = fuse(fusion, a, b);
            let want = Fused { points, a: of_a.to_vec(), b: of_b.to_vec() };
            assert_eq!(got, want, "{fusion} {a:?} {b:?}");
            assert_eq!(got.a.iter().chain(&got.b).sum::<i32>(), points, "{fusion} {a:?} {b:?}");
        }
    }

    #[test]
    fn fused_parts_add_up_whatever_the_points() {
        let mut state = 7_u64;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            i32::try_from(state >> 33).unwrap() % 4_000 - 900
        };
        for round in 0..2_000_usize {
            let a: Vec<i32> = (0..round % 8).map(|_| next()).collect();
            let b: Vec<i32> = (0..round % 7).map(|_| next()).collect();
            for fusion in Fusion::ALL {
                let got = fuse(*fusion, &a, &b);
                assert_eq!(got.a.iter().chain(&got.b).sum::<i32>(), got.points, "{a:?} {b:?}");
            }
            let (one, other) = (fuse(Fusion::Harmonic, &a, &b), fuse(Fusion::Harmonic, &b, &a));
            assert_eq!(one.points, other.points, "neither side is favoured: {a:?} {b:?}");
        }
    }
}
