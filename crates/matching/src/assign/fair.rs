//! Fair exposure: how equal the chances are, and a dial between the total and equal chances.
//!
//! A person envies another of the same side when the other's partners would be worth more to it
//! than its own are: the envy of Y. Tomita, T. Yokoyama, "Fair Reciprocal Recommendation in
//! Matching Markets" (2024), with pairs in place of places in lists. As in their later α-SW (2025)
//! the dial leads from the sum of worths to a welfare that grows the slower the more somebody
//! has. Each person's worth is measured by what it would get by lot: the mean of what the partners
//! of everybody on its side are worth to it.

use super::flow::wide;
use super::model::{Model, count};
use super::request::Fairness;
use serde::Serialize;

/// Keeps the welfare of somebody without partners finite.
const NOTHING: f64 = 0.1;
/// A round that gains less than this part of the best one is the last.
const LITTLE: f64 = 0.01;
/// Most rounds over all pairs.
const ROUNDS: usize = 60;
/// A gain that is worth a move; smaller ones are rounding.
const GAIN: f64 = 1e-9;

/// Envy between people of the same side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Envy {
    /// Ordered pairs of people of whom the first envies the second.
    pub cases: u64,
    /// Ordered pairs of people of the same side.
    pub of: u64,
    /// Points by which the other's partners are worth more, summed over all cases.
    pub points: i128,
}

/// How equal the chances of a choice are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fair {
    /// Sum of points.
    pub total: i128,
    /// Who envies whom.
    pub envy: Envy,
    /// Gini coefficient of expected meetings in basis points; a person's expected meetings are the
    /// points of its pairs.
    pub gini: u64,
    /// Pairs of the newcomer that has fewest; none without newcomers.
    pub fewest_of_newcomers: Option<u64>,
}

/// The chances before and after fairness, and what it cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exposure {
    /// The dial in basis points.
    pub alpha: u64,
    /// Of the greatest total.
    pub before: Fair,
    /// Of the pairs given.
    pub after: Fair,
    /// Part of the total given up, in basis points, rounded up.
    pub price: u64,
}

/// Moves looked at for one step of the exact search.
const MOVES_PER_STEP: u64 = 32;

/// Moves pairs as the dial asks; the new choice and what it changed. Looks at no more moves than
/// `steps` allow.
pub(super) fn spread(
    model: &Model,
    fairness: &Fairness,
    (newcomers, steps): (&[bool], u64),
    chosen: &[bool],
) -> (Vec<bool>, Exposure) {
    let views = views(model, fairness);
    let before = measure(model, &views, newcomers, chosen);
    let mut market = Market::new(model, views, fairness, chosen.to_vec());
    if fairness.alpha > 0 {
        market.improve(steps.saturating_mul(MOVES_PER_STEP));
    }
    let after = measure(model, &market.views, newcomers, &market.chosen);
    let lost = (before.total - after.total).max(0) * 10_000;
    let price = if before.total > 0 { (lost + before.total - 1) / before.total } else { 0 };
    let price = u64::try_from(price).unwrap_or(u64::MAX);
    (market.chosen, Exposure { alpha: fairness.alpha, before, after, price })
}

/// What each pair is worth to its two people.
fn views(model: &Model, fairness: &Fairness) -> Vec<(i64, i64)> {
    match (&fairness.views, model.levels.first()) {
        (Some(views), _) => views.clone(),
        (None, Some(points)) => points.iter().map(|&points| (points, points)).collect(),
        (None, None) => vec![(0, 0); model.ends.len()],
    }
}

/// Worth of a pair to one of its people.
fn view(model: &Model, views: &[(i64, i64)], pair: usize, person: usize) -> i64 {
    if wide(model.ends[pair].0) == person { views[pair].0 } else { views[pair].1 }
}

fn other(model: &Model, pair: usize, person: usize) -> usize {
    let (a, b) = model.ends[pair];
    if wide(a) == person { wide(b) } else { wide(a) }
}

/// All pairs of each person.
fn touching(model: &Model) -> Vec<Vec<usize>> {
    let mut touching = vec![Vec::new(); model.people.len()];
    for (at, &(a, b)) in model.ends.iter().enumerate() {
        touching[wide(a)].push(at);
        touching[wide(b)].push(at);
    }
    touching
}

/// Measures a choice. Time `O(m c)` for `m` possible pairs and at most `c` pairs of a person.
pub(super) fn measure(
    model: &Model,
    views: &[(i64, i64)],
    newcomers: &[bool],
    chosen: &[bool],
) -> Fair {
    let touching = touching(model);
    let partners: Vec<Vec<usize>> = (0..model.people.len())
        .map(|p| {
            let own = touching[p].iter().filter(|&&pair| chosen[pair]);
            own.map(|&pair| other(model, pair, p)).collect()
        })
        .collect();
    let mut envy = Envy { cases: 0, of: 0, points: 0 };
    let sides = model.left.map_or([model.people.len(), 0], |l| [l, model.people.len() - l]);
    envy.of = sides.iter().map(|&size| count(size) * count(size.saturating_sub(1))).sum();
    let mut worth = vec![0_i128; model.people.len()];
    for person in 0..model.people.len() {
        let mut touched = Vec::new();
        let mut own = 0;
        for &pair in &touching[person] {
            let points = i128::from(view(model, views, pair, person));
            if chosen[pair] {
                own += points;
            }
            // Whoever has this partner, and what it adds to their partners in my eyes.
            for &holder in &partners[other(model, pair, person)] {
                if worth[holder] == 0 {
                    touched.push(holder);
                }
                worth[holder] += points;
            }
        }
        touched.sort_unstable();
        touched.dedup();
        for holder in touched {
            let more = std::mem::take(&mut worth[holder]) - own;
            if more > 0 && holder != person {
                envy.cases += 1;
                envy.points += more;
            }
        }
    }
    let points = model.levels.first().map_or(&[][..], Vec::as_slice);
    let mut meetings = vec![0_i128; model.people.len()];
    let mut total = 0;
    for (at, &points) in points.iter().enumerate().filter(|(at, _)| chosen[*at]) {
        total += i128::from(points);
        let (a, b) = model.ends[at];
        meetings[wide(a)] += i128::from(points);
        meetings[wide(b)] += i128::from(points);
    }
    let new = newcomers.iter().zip(&partners).filter(|(new, _)| **new);
    let fewest_of_newcomers = new.map(|(_, partners)| count(partners.len())).min();
    Fair { total, envy, gini: gini(meetings), fewest_of_newcomers }
}

/// Gini coefficient in basis points, rounded down; 0 where nobody has anything.
fn gini(mut values: Vec<i128>) -> u64 {
    values.sort_unstable();
    let size = i128::from(count(values.len()));
    let sum: i128 = values.iter().sum();
    if sum <= 0 {
        return 0;
    }
    let ranked: i128 = (1..).zip(&values).map(|(rank, value)| (2 * rank - size - 1) * value).sum();
    u64::try_from(10_000 * ranked / (size * sum)).unwrap_or(10_000)
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "welfare is a measure; totals and bounds are kept in whole numbers"
)]
fn float(number: i128) -> f64 {
    number as f64
}

/// A choice under way to equal chances.
struct Market<'a> {
    model: &'a Model,
    views: Vec<(i64, i64)>,
    chosen: Vec<bool>,
    fixed: Vec<Option<bool>>,
    /// All pairs of each person by the other one.
    pairs: Vec<Vec<(u32, u32)>>,
    /// Chosen pairs of each person.
    own: Vec<Vec<usize>>,
    /// What each person's pairs are worth to it.
    worth: Vec<i128>,
    /// What each would have by lot.
    lot: Vec<f64>,
    limits: Vec<Vec<u32>>,
    counts: Vec<u64>,
    total: i128,
    least: i128,
    /// Welfare of a point of the total.
    point: f64,
    alpha: f64,
}

/// Pairs that go and pairs that come.
#[derive(Clone, Copy)]
struct Move {
    out: [Option<usize>; 2],
    into: [Option<usize>; 2],
}

impl<'a> Market<'a> {
    fn new(
        model: &'a Model,
        views: Vec<(i64, i64)>,
        fairness: &Fairness,
        chosen: Vec<bool>,
    ) -> Self {
        let people = model.people.len();
        let mut pairs = vec![Vec::new(); people];
        let mut own = vec![Vec::new(); people];
        let mut worth = vec![0; people];
        for (at, &(a, b)) in (0..).zip(&model.ends) {
            pairs[wide(a)].push((b, at));
            pairs[wide(b)].push((a, at));
            if chosen[wide(at)] {
                for person in [wide(a), wide(b)] {
                    own[person].push(wide(at));
                    worth[person] += i128::from(view(model, &views, wide(at), person));
                }
            }
        }
        for list in &mut pairs {
            list.sort_unstable();
        }
        let mut limits = vec![Vec::new(); model.ends.len()];
        let mut counts = vec![0; model.limits.len()];
        for (at, limit) in (0..).zip(&model.limits) {
            for &pair in &limit.pairs {
                limits[wide(pair)].push(at);
                counts[wide(at)] += u64::from(chosen[wide(pair)]);
            }
        }
        let total = if model.levels.is_empty() { 0 } else { model.total(0, &chosen) };
        let given = total.max(0) * i128::from(fairness.max_price) / 10_000;
        let alpha = float(i128::from(fairness.alpha)) / 10_000.0;
        let head = float(i128::from(count(people)));
        let point = (1.0 - alpha) * head / float(total.max(1));
        let mut market = Self {
            model,
            views,
            chosen,
            fixed: model.fixed().unwrap_or_default(),
            pairs,
            own,
            worth,
            lot: Vec::new(),
            limits,
            counts,
            total,
            least: total - given,
            point,
            alpha,
        };
        market.lot = (0..people).map(|person| market.by_lot(person)).collect();
        market
    }

    /// What a person would have by lot: the mean of everybody's partners in its eyes.
    fn by_lot(&self, person: usize) -> f64 {
        let others = self.pairs[person].iter().map(|&(other, pair)| {
            let holders = i128::from(count(self.own[wide(other)].len()));
            holders * i128::from(view(self.model, &self.views, wide(pair), person))
        });
        let size = match self.model.left {
            Some(left) if person < left => left,
            Some(left) => self.model.people.len() - left,
            None => self.model.people.len(),
        };
        float(others.sum()) / float(i128::from(count(size)))
    }

    /// Moves while the welfare grows, looking at about `moves` moves at most.
    fn improve(&mut self, mut moves: u64) {
        let mut first = 0.0;
        for _ in 0..ROUNDS {
            let mut gained = 0.0;
            for pair in 0..self.model.ends.len() {
                if self.chosen[pair] || self.fixed[pair].is_some() {
                    continue;
                }
                let (a, b) = self.model.ends[pair];
                let ways = |person: u32| count(self.own[wide(person)].len()) + 1;
                let Some(left) = moves.checked_sub(ways(a) * ways(b)) else { return };
                moves = left;
                if let Some((best, gain)) = self.best_move(pair) {
                    self.apply(best);
                    gained += gain;
                }
            }
            first = f64::max(first, gained);
            if gained <= first * LITTLE {
                return;
            }
        }
    }

    /// The best way to bring a pair in, with its gain; none if the welfare would not grow.
    fn best_move(&self, pair: usize) -> Option<(Move, f64)> {
        let (a, b) = self.model.ends[pair];
        let (a, b) = (wide(a), wide(b));
        let full = |person: usize| count(self.own[person].len()) >= self.model.people[person].max;
        // Somebody who is full loses a pair for the new one.
        let out = |person: usize| {
            let own = self.own[person].iter().filter(|&&own| self.fixed[own].is_none());
            (!full(person)).then_some(None).into_iter().chain(own.map(|&own| Some(own)))
        };
        let mut best: Option<(Move, f64)> = None;
        for first in out(a) {
            for second in out(b) {
                // Those who lose a pair meet each other, if they may.
                let close = match (first, second) {
                    (Some(first), Some(second)) => {
                        self.closing(other(self.model, first, a), other(self.model, second, b))
                    }
                    _ => None,
                };
                let change = Move { out: [first, second], into: [Some(pair), close] };
                let most = best.map_or(GAIN, |(_, gain)| gain);
                if let Some(gain) = self.gain(change).filter(|gain| *gain > most) {
                    best = Some((change, gain));
                }
            }
        }
        best
    }

    /// The pair of two people who both lose one, if it may be chosen.
    fn closing(&self, a: usize, b: usize) -> Option<usize> {
        let key = u32::try_from(b).ok()?;
        let at = self.pairs[a].partition_point(|&(other, _)| other < key);
        let (other, pair) = *self.pairs[a].get(at)?;
        let pair = wide(pair);
        (other == key && !self.chosen[pair] && self.fixed[pair].is_none()).then_some(pair)
    }

    /// How much the welfare grows; none if a demand would be broken.
    fn gain(&self, change: Move) -> Option<f64> {
        // At most four people are touched: their degrees and worths change.
        let mut people: [(usize, i64, i128); 8] = [(usize::MAX, 0, 0); 8];
        let mut used = 0;
        let mut points = 0;
        let steps = change.out.iter().flatten().map(|&pair| (pair, -1_i64));
        let steps = steps.chain(change.into.iter().flatten().map(|&pair| (pair, 1)));
        for (pair, sign) in steps {
            let wide_sign = i128::from(sign);
            points += wide_sign * i128::from(self.model.levels[0][pair]);
            let (a, b) = self.model.ends[pair];
            for person in [wide(a), wide(b)] {
                let known = people[..used].iter().position(|item| item.0 == person);
                let at = known.unwrap_or(used);
                people[at].0 = person;
                used = used.max(at + 1);
                people[at].1 += sign;
                let worth = view(self.model, &self.views, pair, person);
                people[at].2 += wide_sign * i128::from(worth);
            }
        }
        if self.total + points < self.least || !self.keeps_limits(change) {
            return None;
        }
        let mut gain = self.point * float(points);
        for &(person, degree, worth) in &people[..used] {
            let bounds = self.model.people[person];
            let now = count(self.own[person].len()).checked_add_signed(degree)?;
            if degree != 0 && !(bounds.min..=bounds.max).contains(&now) {
                return None;
            }
            gain += self.alpha
                * (self.welfare(person, self.worth[person] + worth)
                    - self.welfare(person, self.worth[person]));
        }
        Some(gain)
    }

    /// What `worth` is to a person, by what it would have by lot: steep for those who have little.
    fn welfare(&self, person: usize, worth: i128) -> f64 {
        let lot = self.lot[person];
        if lot <= 0.0 {
            return 0.0;
        }
        let share = (float(worth) / lot).max(0.0);
        -(1.0 + NOTHING) * (1.0 + NOTHING) / (share + NOTHING)
    }

    fn keeps_limits(&self, change: Move) -> bool {
        if self.model.limits.is_empty() {
            return true;
        }
        let mut changes: Vec<(u32, i64)> = Vec::new();
        for (pairs, sign) in [(change.out, -1), (change.into, 1)] {
            for &pair in pairs.iter().flatten() {
                changes.extend(self.limits[pair].iter().map(|&limit| (limit, sign)));
            }
        }
        changes.sort_unstable();
        changes.chunk_by(|one, other| one.0 == other.0).all(|same| {
            let limit = same[0].0;
            let sum: i64 = same.iter().map(|change| change.1).sum();
            let bounds = self.model.limits[wide(limit)].bounds;
            let now = self.counts[wide(limit)].checked_add_signed(sum);
            now.is_some_and(|now| sum == 0 || (bounds.min..=bounds.max).contains(&now))
        })
    }

    fn apply(&mut self, change: Move) {
        for (pairs, is_in) in [(change.out, false), (change.into, true)] {
            for &pair in pairs.iter().flatten() {
                self.chosen[pair] = is_in;
                let sign = if is_in { 1 } else { -1 };
                self.total += i128::from(sign) * i128::from(self.model.levels[0][pair]);
                for &limit in &self.limits[pair] {
                    let count = &mut self.counts[wide(limit)];
                    *count = count.saturating_add_signed(sign);
                }
                let (a, b) = self.model.ends[pair];
                for person in [wide(a), wide(b)] {
                    let worth = view(self.model, &self.views, pair, person);
                    self.worth[person] += i128::from(sign) * i128::from(worth);
                    if is_in {
                        self.own[person].push(pair);
                    } else {
                        self.own[person].retain(|&own| own != pair);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
