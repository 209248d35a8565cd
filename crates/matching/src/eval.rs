//! Measures [`crate::rank`] against human judgements, beside two classic baselines.
//!
//! Only judged pairs are ranked: for each need its own judged offers. The measures are nDCG@10
//! with gain `2^(level−1)−1`, averaged over needs that have a level of 3 or more, and Spearman's
//! rank correlation, averaged over needs with two levels or more.

use crate::rank::{CRITERIA, NeedText, OfferText, Selection, rank};
use crate::text::{Counts, Index, Space, Vector, raw_grams};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

mod folds;

/// A pair with the level a person gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// Need judged.
    pub need_id: String,
    /// Offer judged.
    pub offer_id: String,
    /// 1 unrelated to 4 strong.
    pub level: u32,
}

/// Needs and offers in two forms: as written for the baselines, normalised for ours.
#[derive(Debug, Clone, Default)]
pub struct JudgedSet {
    /// Needs as written.
    pub needs: Vec<NeedText>,
    /// Offers as written.
    pub offers: Vec<OfferText>,
    /// Judged pairs. Pairs of unknown needs or offers are left out.
    pub judgements: Vec<Judgement>,
}

/// Two measures of one way to rank.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Measures {
    /// Mean nDCG@10, 0 to 1.
    pub ndcg10: f64,
    /// Mean rank correlation, −1 to 1.
    pub spearman: f64,
}

/// A difference with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Difference {
    /// Ours minus TF-IDF.
    pub ndcg10: f64,
    /// 2.5th percentile of the paired bootstrap.
    pub low: f64,
    /// 97.5th percentile.
    pub high: f64,
}

/// What an evaluation found; numbers rounded to four places.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EvalReport {
    /// Needs that enter nDCG@10.
    pub needs: usize,
    /// Judged pairs that were ranked.
    pub pairs: usize,
    /// [`crate::rank`] with its own weights, which are not fitted.
    pub ours: Measures,
    /// The same criteria with weights fitted by need: each need scored by weights fitted to others.
    pub fitted: Measures,
    /// TF-IDF on character 1- and 2-grams.
    pub tfidf: Measures,
    /// BM25 on character bigrams.
    pub bm25: Measures,
    /// nDCG@10 of ours minus that of TF-IDF.
    pub difference: Difference,
}

/// Resamples of the bootstrap.
const RESAMPLES: usize = 10_000;

/// Ranks the judged pairs three ways and compares.
///
/// `normalise` is applied to the texts for [`crate::rank`] only: the baselines are defined on the
/// texts as written. `seed` drives the bootstrap; equal input gives an equal report.
pub fn evaluate(set: &JudgedSet, normalise: impl Fn(&str) -> String, seed: u64) -> EvalReport {
    let judged = Judged::new(set);
    let rows = our_rows(set, &judged, normalise);
    let ours = judged.gather(&rows.iter().map(|row| row.iter().sum()).collect::<Vec<_>>());
    let fitted = judged.gather(&judged.held_out(&rows));
    let tfidf = judged.gather(&tfidf_scores(set, &judged));
    let bm25 = judged.gather(&bm25_scores(set, &judged));
    let pairs: Vec<(f64, f64)> =
        ours.ndcg.iter().copied().zip(tfidf.ndcg.iter().copied()).collect();
    EvalReport {
        needs: pairs.len(),
        pairs: judged.pairs.len(),
        ours: ours.measures(),
        fitted: fitted.measures(),
        tfidf: tfidf.measures(),
        bm25: bm25.measures(),
        difference: bootstrap(&pairs, seed),
    }
}

struct JudgedPair {
    need: usize,
    offer: usize,
    level: u32,
}

/// Judgements as indices, grouped by need.
struct Judged<'a> {
    set: &'a JudgedSet,
    pairs: Vec<JudgedPair>,
    groups: Vec<Vec<usize>>,
}

/// Per-need values of both measures.
struct Gathered {
    ndcg: Vec<f64>,
    spearman: Vec<f64>,
}

impl Gathered {
    fn measures(&self) -> Measures {
        Measures { ndcg10: rounded(mean(&self.ndcg)), spearman: rounded(mean(&self.spearman)) }
    }
}

impl<'a> Judged<'a> {
    fn new(set: &'a JudgedSet) -> Self {
        let needs: HashMap<&str, usize> =
            set.needs.iter().enumerate().map(|(at, need)| (need.id.as_str(), at)).collect();
        let offers: HashMap<&str, usize> =
            set.offers.iter().enumerate().map(|(at, offer)| (offer.id.as_str(), at)).collect();
        let pairs: Vec<JudgedPair> = set
            .judgements
            .iter()
            .filter_map(|judgement| {
                let need = *needs.get(judgement.need_id.as_str())?;
                let offer = *offers.get(judgement.offer_id.as_str())?;
                Some(JudgedPair { need, offer, level: judgement.level })
            })
            .collect();
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, pair) in pairs.iter().enumerate() {
            groups.entry(pair.need).or_default().push(at);
        }
        Self { set, pairs, groups: groups.into_values().collect() }
    }

    fn gather(&self, scores: &[f64]) -> Gathered {
        let mut gathered = Gathered { ndcg: Vec::new(), spearman: Vec::new() };
        for group in &self.groups {
            let levels: Vec<u32> = group.iter().map(|&at| self.pairs[at].level).collect();
            if levels.iter().any(|&level| level >= 3) {
                gathered.ndcg.push(self.ndcg_at_10(group, scores));
            }
            if levels.iter().any(|level| *level != levels[0]) {
                let scores: Vec<f64> = group.iter().map(|&at| scores[at]).collect();
                let levels: Vec<f64> = levels.into_iter().map(f64::from).collect();
                gathered.spearman.push(pearson(&ranks(&scores), &ranks(&levels)));
            }
        }
        gathered
    }

    fn ndcg_at_10(&self, group: &[usize], scores: &[f64]) -> f64 {
        let id = |at: usize| &self.set.offers[self.pairs[at].offer].id;
        let mut order = group.to_vec();
        order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]).then_with(|| id(a).cmp(id(b))));
        let gained = gain(order.iter().map(|&at| self.pairs[at].level));
        order.sort_by_key(|&at| std::cmp::Reverse(self.pairs[at].level));
        gained / gain(order.iter().map(|&at| self.pairs[at].level))
    }
}

/// Discounted gain of the first ten levels.
fn gain(levels: impl Iterator<Item = u32>) -> f64 {
    let mut place = 1.0_f64;
    let mut total = 0.0;
    for level in levels.take(10) {
        place += 1.0;
        total += ((f64::from(level) - 1.0).exp2() - 1.0) / place.log2();
    }
    total
}

/// Points of every judged pair by criterion.
fn our_rows(
    set: &JudgedSet,
    judged: &Judged<'_>,
    normalise: impl Fn(&str) -> String,
) -> Vec<folds::Row> {
    let needs: Vec<NeedText> = set
        .needs
        .iter()
        .map(|need| NeedText {
            id: need.id.clone(),
            title: normalise(&need.title),
            content: normalise(&need.content),
        })
        .collect();
    let offers: Vec<OfferText> = set
        .offers
        .iter()
        .map(|offer| OfferText { id: offer.id.clone(), title: normalise(&offer.title) })
        .collect();
    let pairs: Vec<(String, String)> = judged
        .pairs
        .iter()
        .map(|pair| (set.needs[pair.need].id.clone(), set.offers[pair.offer].id.clone()))
        .collect();
    let ranking = rank(&needs, &offers, Selection::Pairs(&pairs));
    let real = |points: i64| f64::from(i32::try_from(points).unwrap_or(i32::MAX));
    let points: HashMap<(&str, &str), folds::Row> = ranking
        .rows
        .iter()
        .map(|row| {
            let mut points = [0.0; CRITERIA.len()];
            for (points, reason) in points.iter_mut().zip(&row.reasons) {
                *points = real(reason.points);
            }
            ((row.need_id.as_str(), row.offer_id.as_str()), points)
        })
        .collect();
    let row = |(need, offer): &(String, String)| {
        points.get(&(need.as_str(), offer.as_str())).copied().unwrap_or_default()
    };
    pairs.iter().map(row).collect()
}

/// Terms of every need (title, a space, content) and of every offer.
fn read_all(set: &JudgedSet, sizes: &[usize]) -> (Vec<Vec<String>>, Vec<Vec<String>>) {
    let whole = |need: &NeedText| raw_grams(&format!("{} {}", need.title, need.content), sizes);
    let needs = set.needs.iter().map(whole).collect();
    (needs, set.offers.iter().map(|offer| raw_grams(&offer.title, sizes)).collect())
}

/// Cosine of `(1 + ln tf) · rarity` vectors over character 1- and 2-grams.
fn tfidf_scores(set: &JudgedSet, judged: &Judged<'_>) -> Vec<f64> {
    let (needs, offers) = read_all(set, &[1, 2]);
    let space = Space::learn(needs.iter().chain(&offers).map(Vec::as_slice));
    let vector = |terms: &Vec<String>| {
        let weight = |(term, count): (u32, f64)| (term, (1.0 + count.ln()) * space.rarity(term));
        Vector::new(space.counts(terms).into_iter().map(weight)).unit()
    };
    let offers: Vec<Vector> = offers.iter().map(vector).collect();
    let index = Index::new(space.terms(), &offers);
    judged.pick(|need| index.products(&vector(&needs[need])))
}

/// Okapi BM25 (k1 = 1.2, b = 0.75) of the offers over character bigrams; every occurrence in the
/// need counts.
fn bm25_scores(set: &JudgedSet, judged: &Judged<'_>) -> Vec<f64> {
    const K1: f64 = 1.2;
    const B: f64 = 0.75;
    let (needs, offers) = read_all(set, &[2]);
    let space = Space::learn(offers.iter().map(Vec::as_slice));
    let counts: Vec<Counts> = offers.iter().map(|terms| space.counts(terms)).collect();
    let lengths: Vec<f64> = counts.iter().map(|counts| counts.values().sum()).collect();
    let usual = mean(&lengths).max(1.0);
    let texts = f64::from(space.texts());
    let weighed = |(counts, length): (Counts, &f64)| {
        let norm = K1 * (1.0 - B + B * length / usual);
        Vector::new(counts.into_iter().map(|(term, count)| {
            let with = f64::from(space.texts_with(term));
            let rarity = ((texts - with + 0.5) / (with + 0.5)).ln_1p();
            (term, rarity * count * (K1 + 1.0) / (count + norm))
        }))
    };
    let vectors: Vec<Vector> = counts.into_iter().zip(&lengths).map(weighed).collect();
    let index = Index::new(space.terms(), &vectors);
    judged.pick(|need| index.products(&Vector::new(space.counts(&needs[need]))))
}

impl Judged<'_> {
    /// The score of every judged pair out of the scores of all offers for a need.
    fn pick(&self, products: impl Fn(usize) -> Vec<f64>) -> Vec<f64> {
        let mut scores = vec![0.0; self.pairs.len()];
        for group in &self.groups {
            let products = products(self.pairs[group[0]].need);
            for &at in group {
                scores[at] = products[self.pairs[at].offer];
            }
        }
        scores
    }
}

/// Average ranks from 1; equal values share the mean of their places.
fn ranks(values: &[f64]) -> Vec<f64> {
    values
        .iter()
        .map(|value| {
            let mut rank = 0.5;
            for other in values {
                match other.total_cmp(value) {
                    std::cmp::Ordering::Less => rank += 1.0,
                    std::cmp::Ordering::Equal => rank += 0.5,
                    std::cmp::Ordering::Greater => {}
                }
            }
            rank
        })
        .collect()
}

/// Correlation; 0 where one side does not vary.
fn pearson(a: &[f64], b: &[f64]) -> f64 {
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut both, mut own_a, mut own_b) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        both += (x - mean_a) * (y - mean_b);
        own_a += (x - mean_a).powi(2);
        own_b += (y - mean_b).powi(2);
    }
    let scale = (own_a * own_b).sqrt();
    if scale > 0.0 { both / scale } else { 0.0 }
}

fn mean(values: &[f64]) -> f64 {
    let mut count = 0.0_f64;
    let mut total = 0.0;
    for value in values {
        count += 1.0;
        total += value;
    }
    if count > 0.0 { total / count } else { 0.0 }
}

fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

/// Resamples the needs with replacement and takes the middle 95 % of the mean differences.
fn bootstrap(pairs: &[(f64, f64)], seed: u64) -> Difference {
    let differences: Vec<f64> = pairs.iter().map(|(ours, other)| ours - other).collect();
    if differences.is_empty() {
        return Difference { ndcg10: 0.0, low: 0.0, high: 0.0 };
    }
    let mut rng = StdRng::seed_from_u64(seed);
    let mut means: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            let drawn: Vec<f64> = differences
                .iter()
                .map(|_| differences[rng.random_range(0..differences.len())])
                .collect();
            mean(&drawn)
        })
        .collect();
    means.sort_by(f64::total_cmp);
    Difference {
        ndcg10: rounded(mean(&differences)),
        low: rounded(means[RESAMPLES / 40]),
        high: rounded(means[RESAMPLES - RESAMPLES / 40]),
    }
}

#[cfg(test)]
mod tests;
