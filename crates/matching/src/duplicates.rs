//! Needs that say the same in other words.
//!
//! Texts on one topic share its words; two wordings of one need share more with each other than
//! with anything else on the topic. So what counts is not how like two texts are but how much more
//! alike they are than either is to the next ones: on a topic many write about, a pair must stand
//! out further. Rarity of terms is learned from the texts at hand; there is nothing to train.
//!
//! [`pairs`] compares all with all; a [`Memory`] keeps up as needs come and is asked about one.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use rayon::iter::{IntoParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};

use crate::score::Points;
use index::{Index, Scratch, Vector};

pub use memory::Memory;

mod figures;
pub(crate) mod index;
mod memory;
mod passages;
mod terms;

#[cfg(test)]
mod tests;

/// Points from which a pair is shown. Chosen on rewordings written by hand, see
/// `docs/duplicates.md`.
pub const SHOWN_FROM: Points = 4_500;
/// Most points for the texts.
const TEXT: Points = 9_000;
/// Points for the same enterprise.
const ENTERPRISE: Points = 500;
/// Points for the same place.
const PLACE: Points = 250;
/// Points for being written within [`NEAR_DAYS`] of each other.
const TIME: Points = 250;
/// Days within which two needs are near in time.
const NEAR_DAYS: u64 = 30;

/// How much more alike than their surroundings two texts must be for half of [`TEXT`].
const HALF: f64 = 1.648_721;
/// Weight of the surroundings of both texts together, as an exponent.
const SURROUNDINGS: f64 = 1.3;
/// Added to the likeness of the surroundings, so that a text like no other does not make a
/// chance word count.
const FLOOR: f64 = 0.1;
/// The next ones a text is like after the very next.
const NEIGHBOURS: usize = 3;
/// What a neighbour that is not there counts as.
const MISSING: f64 = 0.1;
/// So many characters in a row that both texts have are taken for a passage copied from elsewhere, as
/// one firm's forms repeat what the firm is: then the rest must be alike too.
const PASSAGE: usize = 10;
/// With fewer characters than this left, the passages are the text.
const REST: usize = 15;
/// Texts compared with each one.
pub const CANDIDATES: usize = 40;

/// A need to compare, its texts normalised.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    /// Id, unique.
    pub id: String,
    /// Title.
    pub title: String,
    /// Full text.
    pub content: String,
    /// The enterprise that asks, if known.
    pub enterprise: Option<String>,
    /// Where it arose, if known.
    pub place: Option<String>,
    /// Day it was written, counted from any fixed day, if known.
    pub day: Option<i64>,
}

impl Item {
    fn text(&self) -> String {
        format!("{}\n{}", self.title, self.content)
    }

    pub(crate) fn count(&self) -> BTreeMap<terms::Key, u16> {
        terms::count(&self.text())
    }
}

/// Why two needs may be the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What speaks for it.
    pub evidence: Evidence,
    /// Its points; together with the others those of the pair.
    pub points: Points,
}

/// What speaks for two needs being the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// The texts are far more alike than either is to others; the words they share, most telling
    /// first, at most five.
    Texts(Vec<String>),
    /// One enterprise asks for both.
    SameEnterprise,
    /// Both arose in one place.
    SamePlace,
    /// So many days lie between them.
    DaysApart(u64),
}

impl Reason {
    /// Stable key.
    pub const fn key(&self) -> &'static str {
        match self.evidence {
            Evidence::Texts(_) => "text",
            Evidence::SameEnterprise => "enterprise",
            Evidence::SamePlace => "place",
            Evidence::DaysApart(_) => "time",
        }
    }

    /// In Chinese.
    pub fn text_zh(&self) -> String {
        match &self.evidence {
            Evidence::Texts(words) if words.is_empty() => "内容相近".to_owned(),
            Evidence::Texts(words) => format!("内容相近：{}", words.join("、")),
            Evidence::SameEnterprise => "同一企业".to_owned(),
            Evidence::SamePlace => "同一地区".to_owned(),
            Evidence::DaysApart(days) => format!("相隔{days}天"),
        }
    }

    /// In English.
    pub fn text_en(&self) -> String {
        match &self.evidence {
            Evidence::Texts(words) if words.is_empty() => "alike in content".to_owned(),
            Evidence::Texts(words) => format!("alike in content: {}", words.join(", ")),
            Evidence::SameEnterprise => "same enterprise".to_owned(),
            Evidence::SamePlace => "same place".to_owned(),
            Evidence::DaysApart(days) => format!("{days} days apart"),
        }
    }
}

/// Two needs that may be the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The one that stands first in the input.
    pub need_id: String,
    /// The other.
    pub other_id: String,
    /// Sum over `reasons`, [`SHOWN_FROM`] to 10 000.
    pub points: Points,
    /// What speaks for it.
    pub reasons: Vec<Reason>,
}

/// Pairs found, and what was left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Each pair once, most points first; ties by ids.
    pub pairs: Vec<Pair>,
    /// Ids that stood there before; the later need is left out.
    pub repeated_ids: Vec<String>,
}

/// The pairs among `items` that would be shown.
///
/// Time about `O(n)` texts times what the rarer terms find, see `docs/duplicates.md` for figures;
/// memory `O(terms)`.
pub fn pairs(items: &[Item]) -> Found {
    let mut seen = HashSet::new();
    let (kept, repeated): (Vec<&Item>, Vec<&Item>) =
        items.iter().partition(|item| seen.insert(item.id.as_str()));
    let counts: Vec<_> = kept.par_iter().map(|item| item.count()).collect();
    let mut index = Index::default();
    for counts in &counts {
        index.add(counts);
    }
    let vectors: Vec<Vector> = counts.par_iter().map(|counts| index.vector(counts)).collect();
    drop(counts);
    let near: Vec<Vec<(f64, usize)>> = (0..kept.len())
        .into_par_iter()
        .map_init(Scratch::default, |scratch, at| {
            let found = index.candidates(&vectors[at], CANDIDATES + 1, scratch);
            let others = found.into_iter().filter_map(|other| usize::try_from(other).ok());
            ranked(&index, &vectors, at, others)
        })
        .collect();
    let mut pairs = above(&index, &kept, &near, None);
    pairs.sort_by(|a, b| {
        let key = |pair: &Pair| (pair.need_id.clone(), pair.other_id.clone());
        b.points.cmp(&a.points).then_with(|| key(a).cmp(&key(b)))
    });
    let repeated_ids = repeated.into_iter().map(|item| item.id.clone()).collect();
    Found { pairs, repeated_ids }
}

/// `others` by likeness to `at`, the most like first; ties by place in the input.
fn ranked(
    index: &Index,
    vectors: &[Vector],
    at: usize,
    others: impl Iterator<Item = usize>,
) -> Vec<(f64, usize)> {
    let others = others.filter(|other| *other != at);
    let mut near: Vec<(f64, usize)> =
        others.map(|other| (index.likeness(&vectors[at], &vectors[other]), other)).collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    near
}

/// The pairs with points enough: all, or those of `only`.
fn above(
    index: &Index,
    items: &[&Item],
    near: &[Vec<(f64, usize)>],
    only: Option<usize>,
) -> Vec<Pair> {
    let around: Vec<f64> = near.iter().map(|near| surroundings(near)).collect();
    let mut done = BTreeSet::new();
    let mut pairs = Vec::new();
    for (at, near) in near.iter().enumerate().filter(|(at, _)| only.is_none_or(|only| only == *at))
    {
        for &(likeness, other) in near {
            let (a, b) = (at.min(other), at.max(other));
            if !done.insert((a, b)) {
                continue;
            }
            let points_of = |likeness: f64| {
                let stands_out = likeness / (around[a] * around[b]).powf(SURROUNDINGS / 2.0);
                share(stands_out / (stands_out + HALF))
            };
            let others = other_reasons(items[a], items[b]);
            let more: Points = others.iter().map(|reason| reason.points).sum();
            if points_of(likeness) + more < SHOWN_FROM {
                continue;
            }
            let rest = passages::likeness_of_the_rest(index, items[a], items[b]);
            let text = points_of(rest.map_or(likeness, |rest| rest.min(likeness)));
            let points = text + more;
            if points < SHOWN_FROM {
                continue;
            }
            let words = shared_words(index, items[a], items[b]);
            let mut reasons = vec![Reason { evidence: Evidence::Texts(words), points: text }];
            reasons.extend(others);
            let (need_id, other_id) = (items[a].id.clone(), items[b].id.clone());
            pairs.push(Pair { need_id, other_id, points, reasons });
        }
    }
    pairs
}

/// How like the next ones after the very next a text is.
fn surroundings(near: &[(f64, usize)]) -> f64 {
    let next = near.iter().skip(1).map(|(likeness, _)| *likeness);
    let sum: f64 = next.chain(std::iter::repeat(MISSING)).take(NEIGHBOURS).sum();
    let count = u32::try_from(NEIGHBOURS).unwrap_or(1);
    sum / f64::from(count) + FLOOR
}

/// A share of [`TEXT`], rounded.
fn share(of_one: f64) -> Points {
    let points = (of_one.clamp(0.0, 1.0) * f64::from(TEXT)).round();
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        reason = "clamped to 0..=TEXT, which fits"
    )]
    let points = points as Points;
    points
}

/// What speaks for a pair beside the texts.
fn other_reasons(a: &Item, b: &Item) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if a.enterprise.is_some() && a.enterprise == b.enterprise {
        reasons.push(Reason { evidence: Evidence::SameEnterprise, points: ENTERPRISE });
    }
    if a.place.is_some() && a.place == b.place {
        reasons.push(Reason { evidence: Evidence::SamePlace, points: PLACE });
    }
    let apart = a.day.zip(b.day).map(|(a, b)| a.abs_diff(b));
    if let Some(days) = apart.filter(|days| *days <= NEAR_DAYS) {
        reasons.push(Reason { evidence: Evidence::DaysApart(days), points: TIME });
    }
    reasons
}

/// The longest runs of characters of `a` that are also in `b`, the most telling five.
pub(crate) fn shared_words(index: &Index, a: &Item, b: &Item) -> Vec<String> {
    let (a, b) = (terms::canonical(&a.text()), terms::canonical(&b.text()));
    let has: HashSet<terms::Key> =
        b.windows(2).map(|pair| terms::couple(pair[0], pair[1])).collect();
    let is_shared = |pair: &[char]| {
        pair.iter().all(|c| c.is_alphanumeric()) && has.contains(&terms::couple(pair[0], pair[1]))
    };
    let mut runs: BTreeMap<String, f64> = BTreeMap::new();
    let mut at = 0;
    while at + 1 < a.len() {
        let length = a[at..].windows(2).take_while(|pair| is_shared(pair)).count();
        if length > 0 {
            let run = &a[at..=at + length];
            let worth = run.windows(2).map(|pair| index.rarity_of(terms::couple(pair[0], pair[1])));
            runs.insert(run.iter().collect(), worth.sum());
        }
        at += length + 1;
    }
    let mut best: Vec<(f64, String)> = runs.into_iter().map(|(run, worth)| (worth, run)).collect();
    best.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    best.truncate(5);
    best.into_iter().map(|(_, run)| run).collect()
}
