//! What the exact searches share: people, possible pairs, limits, and what may be demanded.

use super::branch::Program;
use super::flow::wide;
use super::lp::Row;
use super::{Bounds, Side};
use serde::Serialize;

/// How many pairs of a selection there must and may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// What the limit is called in words.
    pub name: String,
    /// Fewest and most pairs.
    pub bounds: Bounds,
    /// Positions of the pairs it counts, ascending.
    pub pairs: Vec<u32>,
}

/// People, pairs and limits, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Model {
    /// Bounds of everybody; of two sides the left one first.
    pub(super) people: Vec<Bounds>,
    /// People of the left side; none if anybody may meet anybody.
    pub(super) left: Option<usize>,
    /// The two people of each pair.
    pub(super) ends: Vec<(u32, u32)>,
    /// Points of each pair on each level.
    pub(super) levels: Vec<Vec<i64>>,
    pub(super) limits: Vec<Limit>,
    /// Positions of pairs that must be.
    pub(super) must: Vec<u32>,
    /// Positions of pairs that must not be.
    pub(super) avoid: Vec<u32>,
}

/// One thing that is asked for and could be given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Demand {
    Minimum(usize),
    Maximum(usize),
    LimitMinimum(usize),
    LimitMaximum(usize),
    Must(u32),
    Avoid(u32),
}

/// What kind of demand cannot be met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DemandName {
    /// Somebody needs so many pairs.
    Minimum,
    /// Somebody may have so many.
    Maximum,
    /// A limit needs so many.
    LimitMinimum,
    /// A limit allows so many.
    LimitMaximum,
    /// A pair must be.
    Must,
    /// A pair must not be.
    Avoid,
}

/// A demand of a conflict, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DemandWords {
    /// What kind of demand.
    pub demand: DemandName,
    /// Side of the person; none for limits, pairs and people without sides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// Person, by side, or limit, from 0; none for pairs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<usize>,
    /// The pair; none for people and limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pair: Option<(usize, usize)>,
    /// The number asked for; none for pairs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub need: Option<u64>,
    /// The same in words.
    pub text: String,
}

impl Model {
    /// Everything that is asked for and says something.
    pub(super) fn demands(&self) -> Vec<Demand> {
        let degrees = self.degrees();
        let mut demands = Vec::new();
        for (person, bounds) in self.people.iter().enumerate() {
            if bounds.min > 0 {
                demands.push(Demand::Minimum(person));
            }
            if bounds.max < degrees[person] {
                demands.push(Demand::Maximum(person));
            }
        }
        for (at, limit) in self.limits.iter().enumerate() {
            if limit.bounds.min > 0 {
                demands.push(Demand::LimitMinimum(at));
            }
            if limit.bounds.max < count(limit.pairs.len()) {
                demands.push(Demand::LimitMaximum(at));
            }
        }
        demands.extend(self.must.iter().map(|&pair| Demand::Must(pair)));
        demands.extend(self.avoid.iter().map(|&pair| Demand::Avoid(pair)));
        demands
    }

    pub(super) fn degrees(&self) -> Vec<u64> {
        let mut degrees = vec![0; self.people.len()];
        for &(a, b) in &self.ends {
            degrees[wide(a)] += 1;
            degrees[wide(b)] += 1;
        }
        degrees
    }

    /// The model with nothing asked but `demands`, and nothing to gain.
    pub(super) fn only(&self, demands: &[Demand]) -> Self {
        let free = Bounds { min: 0, max: u64::MAX };
        let mut model = Self {
            people: vec![free; self.people.len()],
            left: self.left,
            ends: self.ends.clone(),
            levels: Vec::new(),
            limits: Vec::new(),
            must: Vec::new(),
            avoid: Vec::new(),
        };
        let mut limits = vec![free; self.limits.len()];
        for demand in demands {
            match *demand {
                Demand::Minimum(person) => model.people[person].min = self.people[person].min,
                Demand::Maximum(person) => model.people[person].max = self.people[person].max,
                Demand::LimitMinimum(at) => limits[at].min = self.limits[at].bounds.min,
                Demand::LimitMaximum(at) => limits[at].max = self.limits[at].bounds.max,
                Demand::Must(pair) => model.must.push(pair),
                Demand::Avoid(pair) => model.avoid.push(pair),
            }
        }
        for (limit, bounds) in self.limits.iter().zip(limits) {
            if bounds != free {
                model.limits.push(Limit { bounds, ..limit.clone() });
            }
        }
        model
    }

    /// Variables fixed by must and avoid; none if a pair is both.
    pub(super) fn fixed(&self) -> Option<Vec<Option<bool>>> {
        let mut fixed = vec![None; self.ends.len()];
        for &pair in &self.must {
            fixed[wide(pair)] = Some(true);
        }
        for &pair in &self.avoid {
            if fixed[wide(pair)] == Some(true) {
                return None;
            }
            fixed[wide(pair)] = Some(false);
        }
        Some(fixed)
    }

    /// The model as a program; none if a pair must and must not be.
    pub(super) fn program(&self) -> Option<Program> {
        let fixed = self.fixed()?;
        let mut rows: Vec<Row> =
            self.people.iter().map(|bounds| row(*bounds, Vec::new())).collect();
        for (at, &(a, b)) in (0..).zip(&self.ends) {
            rows[wide(a)].entries.push((at, 1));
            rows[wide(b)].entries.push((at, 1));
        }
        for limit in &self.limits {
            rows.push(row(limit.bounds, limit.pairs.iter().map(|&pair| (pair, 1)).collect()));
        }
        for row in &mut rows {
            row.hi = row.hi.min(i128::from(count(row.entries.len())));
        }
        Some(Program {
            ends: self.ends.clone(),
            people: self.people.len(),
            rows,
            fixed,
            levels: self.levels.clone(),
        })
    }

    /// The pair at a position as the asker numbers it.
    pub(super) fn pair(&self, at: usize) -> (usize, usize) {
        let (a, b) = self.ends[at];
        (wide(a), wide(b) - self.left.unwrap_or(0))
    }

    /// A person in words.
    pub(super) fn name(&self, person: usize) -> String {
        self.person(person).2
    }

    fn person(&self, person: usize) -> (Option<Side>, usize, String) {
        match self.left {
            None => (None, person, format!("person {person}")),
            Some(left) if person < left => (Some(Side::Left), person, format!("left {person}")),
            Some(left) => (Some(Side::Right), person - left, format!("right {}", person - left)),
        }
    }

    /// Says a demand in words.
    pub(super) fn words(&self, demand: Demand) -> DemandWords {
        let of_person = |demand, person, need, verb: &str| {
            let (side, index, name) = self.person(person);
            let text = format!("{name} {verb} {need}");
            DemandWords { demand, side, index: Some(index), pair: None, need: Some(need), text }
        };
        let of_limit = |demand, at: usize, need, verb: &str| {
            let text = format!("{} {verb} {need}", self.limits[at].name);
            let index = Some(at);
            DemandWords { demand, side: None, index, pair: None, need: Some(need), text }
        };
        let of_pair = |demand, pair: u32, verb: &str| {
            let (a, b) = self.ends[wide(pair)];
            let (a, b) = (self.person(wide(a)).2, self.person(wide(b)).2);
            let text = format!("{a} and {b} {verb}");
            let pair = Some(self.pair(wide(pair)));
            DemandWords { demand, side: None, index: None, pair, need: None, text }
        };
        match demand {
            Demand::Minimum(p) => {
                of_person(DemandName::Minimum, p, self.people[p].min, "needs at least")
            }
            Demand::Maximum(p) => {
                of_person(DemandName::Maximum, p, self.people[p].max, "may have at most")
            }
            Demand::LimitMinimum(at) => {
                of_limit(DemandName::LimitMinimum, at, self.limits[at].bounds.min, "needs at least")
            }
            Demand::LimitMaximum(at) => {
                of_limit(DemandName::LimitMaximum, at, self.limits[at].bounds.max, "allows at most")
            }
            Demand::Must(pair) => of_pair(DemandName::Must, pair, "must meet"),
            Demand::Avoid(pair) => of_pair(DemandName::Avoid, pair, "must not meet"),
        }
    }
}

fn row(bounds: Bounds, entries: Vec<(u32, i64)>) -> Row {
    Row { entries, lo: i128::from(bounds.min), hi: i128::from(bounds.max) }
}

/// A length as a number of pairs.
pub(super) fn count(items: usize) -> u64 {
    u64::try_from(items).unwrap_or(u64::MAX)
}
