//! Weights fitted to judgements and scored on needs they were not fitted to.
//!
//! The weights of [`crate::rank`] are not fitted; this says what fitting them would give. Needs
//! are dealt into folds; for each fold the weights are fitted to the judgements of the others by
//! trying a few factors for one criterion after the other, and the needs of the fold are scored.

use super::{Judged, mean};
use crate::rank::CRITERIA;

/// Parts the needs are dealt into.
const FOLDS: usize = 8;
/// Rounds over all criteria.
const ROUNDS: usize = 3;
/// What the weight of a criterion is multiplied with.
const FACTORS: [f64; 7] = [0.0, 0.25, 0.5, 0.75, 1.5, 2.0, 4.0];
/// A change must gain this much nDCG@10 on the needs fitted to: less is chance.
const LEAST_GAIN: f64 = 0.0015;

/// Points of a pair by criterion.
pub(super) type Row = [f64; CRITERIA.len()];

type Weights = [f64; CRITERIA.len()];

impl Judged<'_> {
    /// The score of every judged pair by weights fitted without its need.
    pub(super) fn held_out(&self, rows: &[Row]) -> Vec<f64> {
        let mut scores = vec![0.0; rows.len()];
        for fold in 0..FOLDS {
            let own = |group: &usize| group % FOLDS == fold;
            let others: Vec<usize> = (0..self.groups.len()).filter(|group| !own(group)).collect();
            let weights = self.fit(rows, &others);
            for group in (0..self.groups.len()).filter(own) {
                for &pair in &self.groups[group] {
                    scores[pair] = product(&rows[pair], &weights);
                }
            }
        }
        scores
    }

    /// Weights that rank the needs of `groups` best, starting from those in use.
    fn fit(&self, rows: &[Row], groups: &[usize]) -> Weights {
        let mut weights = [1.0; CRITERIA.len()];
        let mut best = self.quality(rows, groups, &weights);
        for _ in 0..ROUNDS {
            for place in 0..CRITERIA.len() {
                let before = weights[place];
                for factor in FACTORS {
                    let mut tried = weights;
                    tried[place] = before * factor;
                    let quality = self.quality(rows, groups, &tried);
                    if quality > best + LEAST_GAIN {
                        (best, weights) = (quality, tried);
                    }
                }
            }
        }
        weights
    }

    /// Mean nDCG@10 of the needs of `groups` that have something to find.
    fn quality(&self, rows: &[Row], groups: &[usize], weights: &Weights) -> f64 {
        let scores: Vec<f64> = rows.iter().map(|row| product(row, weights)).collect();
        let has_relevant =
            |group: &&Vec<usize>| group.iter().any(|&pair| self.pairs[pair].level >= 3);
        let chosen = groups.iter().map(|&group| &self.groups[group]).filter(has_relevant);
        mean(&chosen.map(|group| self.ndcg_at_10(group, &scores)).collect::<Vec<_>>())
    }
}

fn product(row: &Row, weights: &Weights) -> f64 {
    row.iter().zip(weights).map(|(points, weight)| points * weight).sum()
}

#[cfg(test)]
mod tests {
    use super::super::{JudgedSet, Judgement};
    use super::*;
    use crate::rank::{NeedText, OfferText};

    #[test]
    fn a_need_is_scored_by_weights_its_own_judgements_did_not_touch() {
        let need = |id: usize| NeedText {
            id: format!("n{id:02}"),
            title: String::new(),
            content: String::new(),
        };
        let offer = |id: &str| OfferText { id: id.to_owned(), title: String::new() };
        // In every need but the first the second criterion tells the good offer, the first errs.
        let judgement = |need: usize, offer: &str, level| Judgement {
            need_id: format!("n{need:02}"),
            offer_id: offer.to_owned(),
            level,
        };
        let good = |need: usize| if need == 0 { "a" } else { "b" };
        let set = JudgedSet {
            needs: (0..16).map(need).collect(),
            offers: vec![offer("a"), offer("b")],
            judgements: (0..16)
                .flat_map(|need| ["a", "b"].map(|offer| (need, offer)))
                .map(|(need, offer)| {
                    judgement(need, offer, if offer == good(need) { 4 } else { 1 })
                })
                .collect(),
        };
        let judged = Judged::new(&set);
        let rows: Vec<Row> = judged
            .pairs
            .iter()
            .map(|pair| if pair.offer == 0 { [3.0, 0.0, 0.0, 0.0] } else { [0.0, 2.0, 0.0, 0.0] })
            .collect();
        let scores = judged.held_out(&rows);
        let picks_b = |group: &Vec<usize>| scores[group[1]] > scores[group[0]];
        assert!(judged.groups.iter().all(picks_b), "{scores:?}");
    }
}
