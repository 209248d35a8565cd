//! A request of two sides, made of values instead of a file.

use super::choose::Choice;
use super::flow::narrow;
use super::model::{DemandName, DemandWords, Limit, Model};
use super::request::{Ask, Fairness, PairingRequest, Previous, RequestError, join, wrong};
use super::{Bounds, Conflict, Edge, PairingProblem, PairingStatus, Side, solve};
use std::collections::{BTreeMap, BTreeSet};

/// How many of some pairs there must and may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cap {
    /// Fewest and most.
    pub bounds: Bounds,
    /// Positions of the edges it counts.
    pub edges: Vec<usize>,
}

/// What was published before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Published {
    /// The pairs.
    pub pairs: Vec<(usize, usize)>,
    /// Points each kept pair is worth more; at least 0.
    pub price: i64,
    /// Whether the fewest changes come before all points; else they come after.
    pub is_first: bool,
}

/// How much equal chances count beside the total.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dial {
    /// Basis points: 0 measures only, 10,000 equal chances alone.
    pub alpha: u64,
    /// Most of the total that may be given up, in basis points.
    pub max_price: u64,
    /// Fewest pairs of a newcomer, as far as it has possible pairs.
    pub newcomer_floor: u64,
    /// The newcomers.
    pub newcomers: Vec<(Side, usize)>,
    /// What each edge is worth to its left and its right.
    pub views: Vec<(i64, i64)>,
}

/// Two sides, the pairs that are possible, and everything that is asked of the choice.
///
/// Unlike in a file, a `must` pair without an edge is impossible, whatever the reason: the answer
/// then names the demand and nothing else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PairingAsk {
    /// Bounds of the left side.
    pub left: Vec<Bounds>,
    /// Bounds of the right side.
    pub right: Vec<Bounds>,
    /// The pairs that are possible.
    pub edges: Vec<Edge>,
    /// Pairs that must be.
    pub must: Vec<(usize, usize)>,
    /// Pairs that must not be.
    pub avoid: Vec<(usize, usize)>,
    /// How many of some pairs.
    pub caps: Vec<Cap>,
    /// What was published before; not together with a dial above 0.
    pub published: Option<Published>,
    /// Equal chances; nothing is measured without.
    pub dial: Option<Dial>,
    /// Work the exact search may do, about a million a second.
    pub steps: u64,
}

/// A demand of a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Demanded {
    /// Somebody's minimum.
    Minimum(Side, usize, u64),
    /// Somebody's maximum.
    Maximum(Side, usize, u64),
    /// The minimum of a cap, by its position.
    CapMinimum(usize, u64),
    /// The maximum of a cap.
    CapMaximum(usize, u64),
    /// A pair that must be.
    Must(usize, usize),
    /// A pair that must not be.
    Avoid(usize, usize),
}

/// What was chosen, or what is in conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Pairs, totals, changes, exposure.
    pub choice: Choice,
    /// The smallest set of demands found that cannot be met together.
    pub demands: Vec<Demanded>,
    /// Minimums that fail even with nothing asked but minimums, maximums and pairs to avoid.
    pub shortages: Vec<Conflict>,
}

impl PairingAsk {
    /// Chooses the best pairs, exactly as far as the steps suffice. Equal requests give equal answers.
    ///
    /// # Errors
    ///
    /// [`RequestError`] for an edge, a pair or a number that means nothing, and for a dial above 0
    /// together with published pairs.
    pub fn choose(&self) -> Result<Answer, RequestError> {
        let (places, missing) = self.places()?;
        let choice = self.request(&places, &missing)?.choose();
        let is_impossible = choice.status == PairingStatus::Infeasible;
        let demands = choice.demands.iter().filter_map(|words| self.demanded(words, &missing));
        let shortages = if is_impossible { self.shortages()? } else { Vec::new() };
        Ok(Answer { demands: demands.collect(), shortages, choice })
    }

    /// Where the edge of each pair is, and the `must` pairs that have none.
    fn places(&self) -> Result<(Places, Vec<(usize, usize)>), RequestError> {
        let mut places = BTreeMap::new();
        for (at, edge) in self.edges.iter().enumerate() {
            self.checked(&format!("edge {at}"), (edge.left, edge.right))?;
            if places.insert((edge.left, edge.right), at).is_some() {
                return wrong(format!("edge {at}"), "is the same pair as one before");
            }
        }
        let mut missing: Vec<(usize, usize)> =
            self.must.iter().filter(|pair| !places.contains_key(*pair)).copied().collect();
        missing.sort_unstable();
        missing.dedup();
        Ok((places, missing))
    }

    fn checked(&self, place: &str, pair: (usize, usize)) -> Result<(u32, u32), RequestError> {
        join(place, pair, Some(self.left.len()), self.left.len() + self.right.len())
    }

    fn request(
        &self,
        places: &Places,
        missing: &[(usize, usize)],
    ) -> Result<PairingRequest, RequestError> {
        let is_plain = self.must.is_empty() && self.avoid.is_empty() && self.caps.is_empty();
        let is_plain = is_plain && self.published.is_none() && self.dial.is_none();
        let ask = if is_plain {
            Ask::Plain(self.problem(&self.edges)?)
        } else {
            Ask::Rich(self.model(places, missing)?)
        };
        let fairness = self.fairness()?;
        let previous = self.previous()?;
        let mut newcomers = vec![false; self.left.len() + self.right.len()];
        for &(side, at) in self.dial.iter().flat_map(|dial| &dial.newcomers) {
            let first = match side {
                Side::Left => 0,
                Side::Right => self.left.len(),
            };
            match newcomers.get_mut(first + at) {
                Some(is_new) => *is_new = true,
                None => return wrong("newcomers", format!("name {side} {at}")),
            }
        }
        Ok(PairingRequest { ask, previous, fairness, newcomers, steps: self.steps })
    }

    fn problem(&self, edges: &[Edge]) -> Result<PairingProblem, RequestError> {
        Ok(PairingProblem::new(self.left.clone(), self.right.clone(), edges.to_vec())?)
    }

    fn fairness(&self) -> Result<Option<Fairness>, RequestError> {
        let Some(dial) = &self.dial else { return Ok(None) };
        if dial.alpha > 0 && self.published.is_some() {
            return wrong("fairness", "and published pairs exclude each other");
        }
        if dial.alpha.max(dial.max_price) > 10_000 {
            return wrong("fairness", "takes at most 10000 basis points");
        }
        if dial.views.len() != self.edges.len() {
            return wrong("fairness.views", "have another length than the edges");
        }
        Ok(Some(Fairness {
            alpha: dial.alpha,
            max_price: dial.max_price,
            newcomer_floor: dial.newcomer_floor,
            views: Some(dial.views.clone()),
        }))
    }

    fn previous(&self) -> Result<Option<Previous>, RequestError> {
        let Some(published) = &self.published else { return Ok(None) };
        if published.price < 0 {
            return wrong("previous.price", format!("is {}; at least 0", published.price));
        }
        for (at, &pair) in published.pairs.iter().enumerate() {
            self.checked(&format!("previous.pairs[{at}]"), pair)?;
        }
        let before = published.is_first.then_some(0);
        Ok(Some(Previous { pairs: published.pairs.clone(), price: published.price, before }))
    }

    fn model(&self, places: &Places, missing: &[(usize, usize)]) -> Result<Model, RequestError> {
        let listed = |pairs: &[(usize, usize)]| {
            let mut list: Vec<u32> =
                pairs.iter().filter_map(|pair| places.get(pair)).map(|&at| narrow(at)).collect();
            list.sort_unstable();
            list.dedup();
            list
        };
        let ends = self.edges.iter().map(|edge| self.checked("edge", (edge.left, edge.right)));
        let mut limits = Vec::with_capacity(self.caps.len() + missing.len());
        for (at, cap) in self.caps.iter().enumerate() {
            if cap.edges.iter().any(|&edge| edge >= self.edges.len()) {
                return wrong(format!("caps[{at}]"), "counts an edge that does not exist");
            }
            let mut pairs: Vec<u32> = cap.edges.iter().map(|&edge| narrow(edge)).collect();
            pairs.sort_unstable();
            pairs.dedup();
            limits.push(Limit { name: format!("cap {at}"), bounds: cap.bounds, pairs });
        }
        // One pair of none: nothing can meet that.
        let one = Bounds { min: 1, max: 1 };
        let impossible = Limit { name: String::new(), bounds: one, pairs: Vec::new() };
        limits.extend(missing.iter().map(|_| impossible.clone()));
        Ok(Model {
            people: self.left.iter().chain(&self.right).copied().collect(),
            left: Some(self.left.len()),
            ends: ends.collect::<Result<_, _>>()?,
            levels: vec![self.edges.iter().map(|edge| edge.points).collect()],
            limits,
            must: listed(&self.must),
            avoid: listed(&self.avoid),
        })
    }

    fn demanded(&self, words: &DemandWords, missing: &[(usize, usize)]) -> Option<Demanded> {
        let need = words.need.unwrap_or_default();
        let (side, index, pair) = (words.side, words.index, words.pair);
        match words.demand {
            DemandName::Minimum => Some(Demanded::Minimum(side?, index?, need)),
            DemandName::Maximum => Some(Demanded::Maximum(side?, index?, need)),
            DemandName::LimitMinimum => match index?.checked_sub(self.caps.len()) {
                None => Some(Demanded::CapMinimum(index?, need)),
                Some(at) => missing.get(at).map(|&(left, right)| Demanded::Must(left, right)),
            },
            DemandName::LimitMaximum => Some(Demanded::CapMaximum(index?, need)),
            DemandName::Must => pair.map(|(left, right)| Demanded::Must(left, right)),
            DemandName::Avoid => pair.map(|(left, right)| Demanded::Avoid(left, right)),
        }
    }

    fn shortages(&self) -> Result<Vec<Conflict>, RequestError> {
        let avoid: BTreeSet<&(usize, usize)> = self.avoid.iter().collect();
        let is_left = |edge: &&Edge| !avoid.contains(&(edge.left, edge.right));
        let edges: Vec<Edge> = self.edges.iter().filter(is_left).copied().collect();
        Ok(solve(&self.problem(&edges)?).conflict)
    }
}

/// Where the edge of each pair is.
type Places = BTreeMap<(usize, usize), usize>;

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(min: u64, max: u64) -> Bounds {
        Bounds { min, max }
    }

    /// Everybody may meet everybody, the first on the left best with the first on the right.
    fn square(left: Vec<Bounds>, right: Vec<Bounds>) -> PairingAsk {
        let mut edges = Vec::new();
        for a in 0..left.len() {
            for b in 0..right.len() {
                let points = if a == b { 100 } else { 10 };
                edges.push(Edge { left: a, right: b, points });
            }
        }
        PairingAsk { left, right, edges, steps: 1_000_000, ..PairingAsk::default() }
    }

    #[test]
    fn nothing_but_bounds_is_answered_as_ever() {
        let ask = square(vec![bounds(1, 1); 2], vec![bounds(0, 1); 2]);
        let answer = ask.choose().unwrap();
        assert_eq!(answer.choice.pairs, [(0, 0), (1, 1)]);
        assert_eq!(answer.choice.total, Some(200));
        assert_eq!((answer.choice.exposure, answer.choice.changes), (None, None));
        assert_eq!((answer.demands, answer.shortages), (vec![], vec![]));
    }

    #[test]
    fn must_avoid_and_caps_are_kept() {
        let mut ask = square(vec![bounds(0, 2); 2], vec![bounds(0, 2); 2]);
        ask.must = vec![(0, 1)];
        ask.avoid = vec![(1, 1)];
        let answer = ask.choose().unwrap();
        assert_eq!(answer.choice.pairs, [(0, 0), (0, 1), (1, 0)]);
        ask.caps = vec![Cap { bounds: bounds(0, 1), edges: vec![0, 2] }];
        let answer = ask.choose().unwrap();
        assert_eq!((answer.choice.pairs, answer.choice.total), (vec![(0, 0), (0, 1)], Some(110)));
        assert_eq!(answer.choice.status, PairingStatus::Optimal);
    }

    #[test]
    fn a_must_pair_that_is_not_possible_is_the_only_demand_named() {
        let mut ask = square(vec![bounds(0, 1); 3], vec![bounds(0, 1); 3]);
        ask.edges.retain(|edge| (edge.left, edge.right) != (1, 2));
        ask.must = vec![(0, 0), (1, 2)];
        let answer = ask.choose().unwrap();
        assert_eq!(answer.choice.status, PairingStatus::Infeasible);
        assert_eq!(answer.demands, [Demanded::Must(1, 2)]);
        assert_eq!((answer.choice.smallest, answer.shortages), (Some(true), vec![]));
    }

    #[test]
    fn the_demands_in_conflict_are_told_by_position() {
        let mut ask = square(vec![bounds(1, 1); 2], vec![bounds(0, 2); 2]);
        ask.caps = vec![
            Cap { bounds: bounds(0, 9), edges: vec![0] },
            Cap { bounds: bounds(0, 1), edges: vec![0, 1, 2, 3] },
        ];
        let answer = ask.choose().unwrap();
        let want = [
            Demanded::Minimum(Side::Left, 0, 1),
            Demanded::Minimum(Side::Left, 1, 1),
            Demanded::CapMaximum(1, 1),
        ];
        assert_eq!(answer.demands, want);
        ask.caps.clear();
        ask.left.push(bounds(1, 1));
        ask.avoid = vec![(0, 0), (0, 1)];
        let answer = ask.choose().unwrap();
        let want = [Demanded::Minimum(Side::Left, 2, 1)];
        assert_eq!((answer.demands.as_slice(), answer.shortages.len()), (&want[..], 2));
    }

    #[test]
    fn avoiding_one_more_pair_keeps_all_others_that_can_be_kept() {
        let mut ask = square(vec![bounds(1, 1); 4], vec![bounds(1, 1); 4]);
        let pairs = vec![(0, 1), (1, 0), (2, 3), (3, 2)];
        ask.published = Some(Published { pairs, price: 0, is_first: true });
        ask.avoid = vec![(2, 3)];
        let answer = ask.choose().unwrap();
        let changes = answer.choice.changes.unwrap();
        assert_eq!((changes.kept, changes.dropped.len()), (2, 2), "two must change with one");
        assert_eq!(changes.added, [(2, 2), (3, 3)]);
        let free = PairingAsk { published: None, ..ask.clone() }.choose().unwrap();
        assert_eq!(free.choice.pairs, [(0, 0), (1, 1), (2, 2), (3, 3)], "points alone change all");
        ask.dial = Some(Dial { alpha: 1, views: vec![(1, 1); 16], ..Dial::default() });
        assert!(ask.choose().is_err(), "a dial and published pairs exclude each other");
    }

    #[test]
    fn equal_chances_are_measured_and_newcomers_get_their_floor() {
        let mut ask = square(vec![bounds(0, 3); 3], vec![bounds(0, 1); 3]);
        for edge in &mut ask.edges {
            edge.points = if edge.left == 0 { 100 } else { 99 };
        }
        ask.dial = Some(Dial { max_price: 10_000, views: vec![(5, 5); 9], ..Dial::default() });
        let measured = ask.choose().unwrap().choice;
        assert_eq!(measured.pairs, [(0, 0), (0, 1), (0, 2)]);
        let exposure = measured.exposure.unwrap();
        assert_eq!(
            (exposure.price, exposure.before.envy.cases, exposure.before.envy.of),
            (0, 2, 12)
        );
        let dial = ask.dial.as_mut().unwrap();
        dial.newcomer_floor = 1;
        dial.newcomers = vec![(Side::Left, 2)];
        let fair = ask.choose().unwrap().choice;
        assert_eq!(fair.exposure.unwrap().after.fewest_of_newcomers, Some(1));
        assert_eq!(fair.total, Some(299));
    }

    #[test]
    fn what_means_nothing_is_refused() {
        let good = square(vec![bounds(0, 1); 2], vec![bounds(0, 1); 2]);
        let mut cases = vec![good.clone(); 5];
        cases[0].edges[0].left = 2;
        cases[1].edges[0] = cases[1].edges[1];
        cases[2].caps = vec![Cap { bounds: bounds(0, 1), edges: vec![4] }];
        cases[3].published = Some(Published { price: -1, ..Published::default() });
        cases[4].dial = Some(Dial::default());
        for (at, case) in cases.into_iter().enumerate() {
            assert!(case.choose().is_err(), "case {at}");
        }
    }
}
