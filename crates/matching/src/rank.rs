//! Ranks offers for needs by their texts alone, with reasons that add up.
//!
//! Nothing but ids and texts comes in, so that whatever else a file may hold about a pair cannot
//! influence its rank. Rarity of terms is learned from the texts given.

use crate::text::{self, Index, Space, Vector};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::HashMap;

/// A need to rank offers for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeedText {
    /// Id, unique among needs.
    pub id: String,
    /// Title, normalised.
    pub title: String,
    /// Full text, normalised.
    pub content: String,
}

/// An offer that can be ranked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferText {
    /// Id, unique among offers.
    pub id: String,
    /// Title, normalised.
    pub title: String,
}

/// What to rank: pairs asked for, or the best offers of each need.
#[derive(Debug, Clone, Copy)]
pub enum Selection<'a> {
    /// Exactly these `(need id, offer id)` pairs.
    Pairs(&'a [(String, String)]),
    /// The best so many offers of each need.
    Best(usize),
}

/// Points of one criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TextReason {
    /// Key of the criterion, see [`CRITERIA`].
    pub criterion: &'static str,
    /// Points it gives, 0 to its weight.
    pub points: i64,
}

/// One line of a ranking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RankedOffer {
    /// Need ranked for.
    pub need_id: String,
    /// Offer ranked.
    pub offer_id: String,
    /// Place within the need, from 1.
    pub rank: usize,
    /// Sum over `reasons`, 0 to 10 000.
    pub points: i64,
    /// Points by criterion, in the order of [`CRITERIA`].
    pub reasons: Vec<TextReason>,
}

/// Something about the input that was left out, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RankFinding {
    /// A later need or offer with an id that was there before is left out.
    RepeatedId(String),
    /// A pair names a need that does not exist.
    UnknownNeed(String),
    /// A pair names an offer that does not exist.
    UnknownOffer(String),
    /// A pair is given twice; it gets one row.
    RepeatedPair(String, String),
}

/// The ranking and what was left out of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ranking {
    /// Rows by need in the order of the needs given, then by rank.
    pub rows: Vec<RankedOffer>,
    /// What was left out, in the order it was met.
    pub findings: Vec<RankFinding>,
}

/// Criteria with the points a perfect match gets; together 10 000.
///
/// The weights are round shares chosen once for all texts, not fitted: character runs carry most,
/// single characters catch related words that share a character, coverage asks how much of the
/// need's title the offer answers, words reward whole terms.
pub const CRITERIA: [(&str, i64); 4] =
    [("grams", 4500), ("characters", 2500), ("title_coverage", 1500), ("words", 1500)];

/// How often a term of the title counts beside one of the content.
const TITLE_WEIGHT: f64 = 5.0;
/// Dampens repetition: ten mentions count as five.
const REPETITION_EXPONENT: f64 = 0.7;
/// Sharpens rarity, so that common technical words such as 系统 count little.
const RARITY_EXPONENT: f64 = 1.5;
/// Share of the length of an offer that is normalised away; the rest favours fuller titles.
const LENGTH_EXPONENT: f64 = 0.8;
/// From so many times the mean length on, a longer title is no advantage.
const FULL_LENGTH: f64 = 2.0;

/// Ranks offers for needs.
///
/// Ties break by offer id. Time about `O(needs × postings)`, 212 × 4 208 in a second; memory
/// `O(terms)`.
pub fn rank(needs: &[NeedText], offers: &[OfferText], selection: Selection<'_>) -> Ranking {
    let mut ranking = Ranking::default();
    let needs = unique(needs, |need| &need.id, &mut ranking.findings);
    let offers = unique(offers, |offer| &offer.id, &mut ranking.findings);
    let wanted = match selection {
        Selection::Pairs(pairs) => Some(group(pairs, &needs, &offers, &mut ranking.findings)),
        Selection::Best(_) => None,
    };
    let scorer = TextScorer::new(&needs, &offers);
    let order: Vec<usize> = (0..needs.len()).collect();
    let rows: Vec<Vec<RankedOffer>> = order
        .par_iter()
        .map(|&need| {
            let chosen = wanted.as_ref().map(|wanted| wanted[need].as_slice());
            if chosen.is_some_and(<[usize]>::is_empty) {
                return Vec::new();
            }
            let limit = match selection {
                Selection::Pairs(_) => usize::MAX,
                Selection::Best(limit) => limit,
            };
            scorer.rows(need, chosen, limit)
        })
        .collect();
    ranking.rows = rows.into_iter().flatten().collect();
    ranking
}

/// Points of every text for every need (title and body), in the order given; what [`rank`] gives.
pub(crate) fn text_points(needs: &[(&str, &str)], texts: &[&str]) -> Vec<Vec<i64>> {
    let needs: Vec<NeedText> = needs
        .iter()
        .map(|(title, body)| NeedText {
            id: String::new(),
            title: (*title).to_owned(),
            content: (*body).to_owned(),
        })
        .collect();
    let offers: Vec<OfferText> = texts
        .iter()
        .map(|text| OfferText { id: String::new(), title: (*text).to_owned() })
        .collect();
    let (needs, offers): (Vec<_>, Vec<_>) = (needs.iter().collect(), offers.iter().collect());
    let scorer = TextScorer::new(&needs, &offers);
    let row = |need: usize| {
        let similarities = scorer.similarities(need);
        (0..texts.len()).map(|offer| points_of(&similarities, offer).iter().sum()).collect()
    };
    (0..needs.len()).map(row).collect()
}

fn unique<'a, T>(
    items: &'a [T],
    id: impl Fn(&T) -> &String,
    findings: &mut Vec<RankFinding>,
) -> Vec<&'a T> {
    let mut seen = std::collections::HashSet::new();
    let mut kept = Vec::with_capacity(items.len());
    for item in items {
        if seen.insert(id(item).clone()) {
            kept.push(item);
        } else {
            findings.push(RankFinding::RepeatedId(id(item).clone()));
        }
    }
    kept
}

/// Offers asked for, by need.
fn group(
    pairs: &[(String, String)],
    needs: &[&NeedText],
    offers: &[&OfferText],
    findings: &mut Vec<RankFinding>,
) -> Vec<Vec<usize>> {
    let need_at: HashMap<&str, usize> =
        needs.iter().enumerate().map(|(at, need)| (need.id.as_str(), at)).collect();
    let offer_at: HashMap<&str, usize> =
        offers.iter().enumerate().map(|(at, offer)| (offer.id.as_str(), at)).collect();
    let mut seen = std::collections::HashSet::new();
    let mut wanted = vec![Vec::new(); needs.len()];
    for (need_id, offer_id) in pairs {
        let Some(&need) = need_at.get(need_id.as_str()) else {
            findings.push(RankFinding::UnknownNeed(need_id.clone()));
            continue;
        };
        let Some(&offer) = offer_at.get(offer_id.as_str()) else {
            findings.push(RankFinding::UnknownOffer(offer_id.clone()));
            continue;
        };
        if seen.insert((need, offer)) {
            wanted[need].push(offer);
        } else {
            findings.push(RankFinding::RepeatedPair(need_id.clone(), offer_id.clone()));
        }
    }
    wanted
}

/// One way to read texts, with everything needed to compare in it.
struct View {
    space: Space,
    queries: Vec<Vector>,
    offers: Index,
}

struct TextScorer<'a> {
    needs: &'a [&'a NeedText],
    offers: &'a [&'a OfferText],
    grams: View,
    characters: View,
    words: View,
    /// Title terms of every need, weighted so that an offer with all of them gets 1.
    title_terms: Vec<Vector>,
    /// Offers by the terms they have, each with weight 1.
    presence: Index,
}

impl<'a> TextScorer<'a> {
    fn new(needs: &'a [&'a NeedText], offers: &'a [&'a OfferText]) -> Self {
        let grams = View::new(needs, offers, |text| text::grams(text, &[1, 2]));
        let characters = View::new(needs, offers, |text| text::grams(text, &[1]));
        let words = View::new(needs, offers, text::words);
        let space = &grams.space;
        let title_terms = needs.iter().map(|need| title_terms(space, &need.title)).collect();
        let present: Vec<Vector> = offers
            .iter()
            .map(|offer| {
                let counts = space.counts(&text::grams(&offer.title, &[1, 2]));
                Vector::new(counts.into_keys().map(|term| (term, 1.0)))
            })
            .collect();
        let presence = Index::new(space.terms(), &present);
        Self { needs, offers, grams, characters, words, title_terms, presence }
    }

    /// How like every offer is to a need, by criterion.
    fn similarities(&self, need: usize) -> [Vec<f64>; CRITERIA.len()] {
        [
            self.grams.products(need),
            self.characters.products(need),
            self.presence.products(&self.title_terms[need]),
            self.words.products(need),
        ]
    }

    /// The ranked rows of one need: `chosen` offers or all, the best `limit` of them.
    fn rows(&self, need: usize, chosen: Option<&[usize]>, limit: usize) -> Vec<RankedOffer> {
        let similarities = self.similarities(need);
        let all: Vec<usize>;
        let candidates = if let Some(chosen) = chosen {
            chosen
        } else {
            all = (0..self.offers.len()).collect();
            &all
        };
        let mut scored: Vec<(i64, usize, [i64; CRITERIA.len()])> = candidates
            .iter()
            .map(|&offer| {
                let points = points_of(&similarities, offer);
                (points.iter().sum(), offer, points)
            })
            .collect();
        let by_points_then_id = |row: &(i64, usize, _)| (Reverse(row.0), &self.offers[row.1].id);
        scored.sort_unstable_by(|a, b| by_points_then_id(a).cmp(&by_points_then_id(b)));
        scored.truncate(limit);
        let row = |(at, (points, offer, by_criterion)): (usize, (i64, usize, [i64; 4]))| {
            let reason = |(&(criterion, _), points)| TextReason { criterion, points };
            RankedOffer {
                need_id: self.needs[need].id.clone(),
                offer_id: self.offers[offer].id.clone(),
                rank: at + 1,
                points,
                reasons: CRITERIA.iter().zip(by_criterion).map(reason).collect(),
            }
        };
        scored.into_iter().enumerate().map(row).collect()
    }
}

fn points_of(similarities: &[Vec<f64>; CRITERIA.len()], offer: usize) -> [i64; CRITERIA.len()] {
    let mut points = [0; CRITERIA.len()];
    for (at, (_, most)) in CRITERIA.iter().enumerate() {
        points[at] = to_points(similarities[at][offer], *most);
    }
    points
}

impl View {
    fn new(
        needs: &[&NeedText],
        offers: &[&OfferText],
        read: impl Fn(&str) -> Vec<String> + Sync,
    ) -> Self {
        let titles: Vec<_> = needs.par_iter().map(|need| read(&need.title)).collect();
        let contents: Vec<_> = needs.par_iter().map(|need| read(&need.content)).collect();
        let own: Vec<_> = offers.par_iter().map(|offer| read(&offer.title)).collect();
        let whole = |(title, content): (&Vec<String>, &Vec<String>)| {
            [title.as_slice(), content.as_slice()].concat()
        };
        let needs_whole: Vec<_> = titles.iter().zip(&contents).map(whole).collect();
        let space = Space::learn(needs_whole.iter().chain(&own).map(Vec::as_slice));
        let queries = titles
            .iter()
            .zip(&contents)
            .map(|(title, content)| query(&space, title, content))
            .collect();
        let vectors = length_adjusted(own.iter().map(|terms| weigh(&space, terms)).collect());
        let offers = Index::new(space.terms(), &vectors);
        Self { space, queries, offers }
    }

    fn products(&self, need: usize) -> Vec<f64> {
        self.offers.products(&self.queries[need])
    }
}

/// A need as a unit vector, its title counted [`TITLE_WEIGHT`] times.
fn query(space: &Space, title: &[String], content: &[String]) -> Vector {
    let mut counts = space.counts(content);
    for (term, count) in space.counts(title) {
        *counts.entry(term).or_default() += TITLE_WEIGHT * count;
    }
    let weight = |(term, count): (u32, f64)| {
        (term, count.powf(REPETITION_EXPONENT) * space.rarity(term).powf(RARITY_EXPONENT))
    };
    Vector::new(counts.into_iter().map(weight)).unit()
}

fn weigh(space: &Space, terms: &[String]) -> Vector {
    let weight = |(term, count): (u32, f64)| {
        (term, (1.0 + count.ln()) * space.rarity(term).powf(RARITY_EXPONENT))
    };
    Vector::new(space.counts(terms).into_iter().map(weight))
}

/// Offers of length 1, a little less where their titles say less than [`FULL_LENGTH`] times usual.
fn length_adjusted(vectors: Vec<Vector>) -> Vec<Vector> {
    let lengths: Vec<f64> = vectors.iter().map(Vector::length).collect();
    let (total, count) = lengths.iter().fold((0.0, 0.0), |(t, n), length| (t + length, n + 1.0));
    let full = FULL_LENGTH * total / count;
    vectors
        .into_iter()
        .zip(lengths)
        .map(|(vector, length)| {
            let factor = (length / full).min(1.0).powf(1.0 - LENGTH_EXPONENT);
            let unit = vector.unit();
            Vector::new(unit.entries().iter().map(|&(term, weight)| (term, weight * factor)))
        })
        .collect()
}

fn title_terms(space: &Space, title: &str) -> Vector {
    let counts = space.counts(&text::grams(title, &[1, 2]));
    let weights: Vec<(u32, f64)> =
        counts.into_keys().map(|term| (term, space.rarity(term).powf(RARITY_EXPONENT))).collect();
    let total: f64 = weights.iter().map(|(_, weight)| weight).sum();
    Vector::new(weights.into_iter().map(|(term, weight)| (term, weight / total)))
}

/// Rounds a share of 0 to 1 to points of 0 to `most`.
fn to_points(share: f64, most: i64) -> i64 {
    let most = u32::try_from(most).unwrap_or(0);
    let points = (share.clamp(0.0, 1.0) * f64::from(most)).round();
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        reason = "clamped to 0..=most, which fits"
    )]
    let points = points as i64;
    points
}

#[cfg(test)]
mod tests;
