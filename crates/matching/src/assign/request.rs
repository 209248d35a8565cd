//! A whole request to choose pairs together, as read from JSON; `docs/pairing-solver.md` has the
//! format.

use super::flow::{narrow, wide};
use super::model::{Limit, Model, count};
use super::{Bounds, Edge, MAX_ITEMS, PairingProblem, ProblemError, Side};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use thiserror::Error;

/// Why a text is no request.
#[derive(Debug, Error)]
pub enum RequestError {
    /// Not the JSON that is expected; the message has line and column.
    #[error(
        "not a pairing problem: {0}; expected {{\"left\":[{{\"min\":0,\"max\":3}}],\"right\":[…],\
         \"edges\":[[left,right,points]]}} or {{\"people\":[…],\"edges\":[[person,person,points]]}} \
         with whole numbers"
    )]
    Json(#[from] serde_json::Error),
    /// A participant that does not exist, a pair twice, or too much of something.
    #[error(transparent)]
    Problem(#[from] ProblemError),
    /// Neither two sides nor people, or both.
    #[error("give either `left` and `right` or `people`")]
    Sides,
    /// A value that means nothing; `place` says where.
    #[error("{place} {what}")]
    Value {
        /// Field and position, such as `edge 3` or `limits[0]`.
        place: String,
        /// What is wrong with it.
        what: String,
    },
}

pub(super) fn wrong<T>(
    place: impl Into<String>,
    what: impl Into<String>,
) -> Result<T, RequestError> {
    Err(RequestError::Value { place: place.into(), what: what.into() })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPerson {
    #[serde(default)]
    min: u64,
    max: u64,
    organisation: Option<String>,
    #[serde(default)]
    newcomer: bool,
}

impl RawPerson {
    fn bounds(&self) -> Bounds {
        Bounds { min: self.min, max: self.max }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLimit {
    name: Option<String>,
    side: Option<Side>,
    organisation: Option<String>,
    members: Option<Vec<usize>>,
    kind: Option<String>,
    #[serde(default)]
    each: bool,
    #[serde(default)]
    min: u64,
    max: Option<u64>,
}

/// What was published before, and what keeping it is worth.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Previous {
    pub(super) pairs: Vec<(usize, usize)>,
    /// Points that each kept pair is worth more, on the first level.
    #[serde(default)]
    pub(super) price: i64,
    /// Level before which the number of kept pairs is compared; after all of them if absent.
    pub(super) before: Option<usize>,
}

/// How much equal chances count beside the total.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fairness {
    /// Basis points: 0 the greatest total, 10,000 equal chances alone.
    #[serde(default)]
    pub(super) alpha: u64,
    /// Most of the total that may be given up, in basis points.
    #[serde(default = "whole")]
    pub(super) max_price: u64,
    /// Fewest pairs of a newcomer, as far as it has possible pairs.
    #[serde(default)]
    pub(super) newcomer_floor: u64,
    /// What each pair is worth to its first and its second person; the points for both if absent.
    pub(super) views: Option<Views>,
}

/// What each pair is worth to its two people.
pub(super) type Views = Vec<(i64, i64)>;

fn whole() -> u64 {
    10_000
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[serde(rename = "name")]
    _name: Option<serde::de::IgnoredAny>,
    #[serde(rename = "comment")]
    _comment: Option<serde::de::IgnoredAny>,
    left: Option<Vec<RawPerson>>,
    right: Option<Vec<RawPerson>>,
    people: Option<Vec<RawPerson>>,
    edges: RawEdges,
    #[serde(default)]
    must: Vec<(usize, usize)>,
    #[serde(default)]
    avoid: Vec<(usize, usize)>,
    #[serde(default)]
    limits: Vec<RawLimit>,
    previous: Option<Previous>,
    fairness: Option<Fairness>,
    steps: Option<u64>,
}

/// Edges by columns: four million of them are read in a moment.
#[derive(Default)]
struct RawEdges {
    ends: Vec<(usize, usize)>,
    /// Points of all levels of the first edge, then of the second.
    points: Vec<i64>,
    /// Levels of each edge.
    levels: usize,
    /// The first edge with another number of levels, and that number.
    uneven: Option<(usize, usize)>,
    kinds: BTreeMap<String, Vec<u32>>,
}

impl<'de> Deserialize<'de> for RawEdges {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(EdgesVisitor)
    }
}

struct EdgesVisitor;

impl<'de> Visitor<'de> for EdgesVisitor {
    type Value = RawEdges;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a list of edges")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<RawEdges, A::Error> {
        let mut edges = RawEdges::default();
        while seq.next_element_seed(EdgeSeed(&mut edges))?.is_some() {}
        Ok(edges)
    }
}

/// Reads one edge into the columns.
struct EdgeSeed<'a>(&'a mut RawEdges);

impl<'de> DeserializeSeed<'de> for EdgeSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for EdgeSeed<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.0.ends.len();
        write!(out, "edge {at} as [person, person, points] or [person, person, points, kind]")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let at = self.0.ends.len();
        let short = |given: usize| A::Error::custom(format!("edge {at} has only {given} elements"));
        let first: usize = seq.next_element()?.ok_or_else(|| short(0))?;
        let second: usize = seq.next_element()?.ok_or_else(|| short(1))?;
        let before = self.0.points.len();
        seq.next_element_seed(PointsSeed(&mut self.0.points))?.ok_or_else(|| short(2))?;
        let levels = self.0.points.len() - before;
        if at == 0 {
            self.0.levels = levels;
        } else if levels != self.0.levels && self.0.uneven.is_none() {
            self.0.uneven = Some((at, levels));
        }
        self.0.ends.push((first, second));
        if let Some(kind) = seq.next_element::<String>()? {
            self.0.kinds.entry(kind).or_default().push(narrow(at));
        }
        if seq.next_element::<serde::de::IgnoredAny>()?.is_some() {
            return Err(A::Error::custom(format!("edge {at} has more than 4 elements")));
        }
        Ok(())
    }
}

/// Reads points, a number or a list of numbers by level.
struct PointsSeed<'a>(&'a mut Vec<i64>);

impl<'de> DeserializeSeed<'de> for PointsSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for PointsSeed<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("points as a whole number of 64 bits, or a list of them by level")
    }

    fn visit_i64<E: serde::de::Error>(self, points: i64) -> Result<(), E> {
        self.0.push(points);
        Ok(())
    }

    fn visit_u64<E: serde::de::Error>(self, points: u64) -> Result<(), E> {
        let fits = i64::try_from(points);
        let unexpected = serde::de::Unexpected::Unsigned(points);
        self.0.push(fits.map_err(|_| E::invalid_value(unexpected, &self))?);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(points) = seq.next_element()? {
            self.0.push(points);
        }
        Ok(())
    }
}

/// A request, checked: who may meet whom, what is asked and what it is worth.
#[derive(Debug, Clone)]
pub struct PairingRequest {
    pub(super) ask: Ask,
    pub(super) previous: Option<Previous>,
    pub(super) fairness: Option<Fairness>,
    /// Newcomers by person.
    pub(super) newcomers: Vec<bool>,
    /// Work the exact searches may do, about a million a second.
    pub(super) steps: u64,
}

/// What is to be solved.
#[derive(Debug, Clone)]
pub(super) enum Ask {
    /// Two sides with bounds and nothing else.
    Plain(PairingProblem),
    /// Anything more.
    Rich(Model),
}

/// Work where none is given: about twenty seconds.
const DEFAULT_STEPS: u64 = 30_000_000;

impl PairingRequest {
    /// Reads a request.
    ///
    /// # Errors
    ///
    /// [`RequestError`], with the place in the text or the number of the edge, limit or pair.
    pub fn from_json(json: &[u8]) -> Result<Self, RequestError> {
        let raw: Raw = serde_json::from_slice(json)?;
        raw.check()
    }

    /// Whether there are two sides, not people of whom anybody may meet anybody.
    pub fn has_sides(&self) -> bool {
        match &self.ask {
            Ask::Plain(_) => true,
            Ask::Rich(model) => model.left.is_some(),
        }
    }
}

impl Raw {
    fn check(self) -> Result<PairingRequest, RequestError> {
        let left = match (&self.left, &self.right, &self.people) {
            (Some(left), Some(_), None) => Some(left.len()),
            (None, None, Some(_)) => None,
            _ => return Err(RequestError::Sides),
        };
        if let Some((at, levels)) = self.edges.uneven {
            let what = format!("has {levels} levels of points, edge 0 has {}", self.edges.levels);
            return wrong(format!("edge {at}"), what);
        }
        if self.edges.levels == 0 && !self.edges.ends.is_empty() {
            return wrong("edge 0", "has an empty list of points");
        }
        if let Some(fairness) = &self.fairness {
            self.check_fairness(fairness)?;
        }
        let steps = self.steps.unwrap_or(DEFAULT_STEPS);
        let (previous, mut fairness) = (self.previous.clone(), self.fairness.clone());
        let newcomers = self.everybody().map(|person| person.newcomer).collect();
        let plain = self.must.is_empty() && self.avoid.is_empty() && self.limits.is_empty();
        let plain = plain && previous.is_none() && fairness.is_none() && self.edges.levels <= 1;
        let ask = match left {
            Some(_) if plain => Ask::Plain(self.plain()?),
            _ => {
                let (model, views) = self.model(left)?;
                if let Some(fairness) = &mut fairness {
                    fairness.views = views;
                }
                Ask::Rich(model)
            }
        };
        let request = PairingRequest { ask, previous, fairness, newcomers, steps };
        request.check_previous()?;
        Ok(request)
    }

    fn check_fairness(&self, fairness: &Fairness) -> Result<(), RequestError> {
        if self.edges.levels > 1 {
            return wrong("fairness", "works on points of one level");
        }
        if self.previous.is_some() {
            // The way to equal chances moves pairs and would not keep those published before.
            return wrong("fairness", "cannot be asked together with previous");
        }
        for (place, value) in
            [("fairness.alpha", fairness.alpha), ("fairness.max_price", fairness.max_price)]
        {
            if value > whole() {
                return wrong(place, format!("is {value}; at most 10000 basis points"));
            }
        }
        match &fairness.views {
            Some(views) if views.len() != self.edges.ends.len() => wrong(
                "fairness.views",
                format!("has {} items for {} edges", views.len(), self.edges.ends.len()),
            ),
            _ => Ok(()),
        }
    }

    fn everybody(&self) -> impl Iterator<Item = &RawPerson> {
        [&self.left, &self.right, &self.people].into_iter().flatten().flatten()
    }

    fn plain(self) -> Result<PairingProblem, RequestError> {
        let bounds = |side: Option<Vec<RawPerson>>| {
            side.unwrap_or_default().iter().map(RawPerson::bounds).collect()
        };
        let edges = self.edges.ends.iter().zip(&self.edges.points);
        let edges = edges.map(|(&(left, right), &points)| Edge { left, right, points }).collect();
        Ok(PairingProblem::new(bounds(self.left), bounds(self.right), edges)?)
    }

    fn model(mut self, left: Option<usize>) -> Result<(Model, Option<Views>), RequestError> {
        let people: Vec<Bounds> = self.everybody().map(RawPerson::bounds).collect();
        if people.len().max(self.edges.ends.len()) > MAX_ITEMS {
            let count = people.len().max(self.edges.ends.len());
            let what = "people or edges";
            return Err(ProblemError::TooLarge { what, count, limit: MAX_ITEMS }.into());
        }
        let mut ends = Vec::with_capacity(self.edges.ends.len());
        for (at, &pair) in self.edges.ends.iter().enumerate() {
            ends.push(join(&format!("edge {at}"), pair, left, people.len())?);
        }
        let mut places = BTreeMap::new();
        for (at, &pair) in ends.iter().enumerate() {
            if let Some(first) = places.insert(pair, narrow(at)) {
                return wrong(format!("edge {at}"), format!("is the same pair as edge {first}"));
            }
        }
        let levels = self.edges.levels.max(1);
        let mut points: Vec<Vec<i64>> = (0..levels)
            .map(|level| self.edges.points.iter().skip(level).step_by(levels).copied().collect())
            .collect();
        let mut must = Vec::new();
        for (at, &pair) in self.must.iter().enumerate() {
            let pair = join(&format!("must[{at}]"), pair, left, people.len())?;
            // A pair that must be is possible even where nobody gave it points.
            must.push(*places.entry(pair).or_insert_with(|| {
                ends.push(pair);
                for level in &mut points {
                    level.push(0);
                }
                narrow(ends.len() - 1)
            }));
        }
        let mut avoid = Vec::new();
        for (at, &pair) in self.avoid.iter().enumerate() {
            let pair = join(&format!("avoid[{at}]"), pair, left, people.len())?;
            avoid.extend(places.get(&pair));
        }
        for list in [&mut must, &mut avoid] {
            list.sort_unstable();
            list.dedup();
        }
        if let Some(views) = self.fairness.as_mut().and_then(|fairness| fairness.views.as_mut()) {
            for (view, &(first, second)) in views.iter_mut().zip(&self.edges.ends) {
                if left.is_none() && first > second {
                    *view = (view.1, view.0);
                }
            }
            views.resize(ends.len(), (0, 0));
        }
        let mut model =
            Model { people, left, ends, levels: points, limits: Vec::new(), must, avoid };
        model.limits = self.limits(&model)?;
        Ok((model, self.fairness.and_then(|fairness| fairness.views)))
    }

    fn limits(&self, model: &Model) -> Result<Vec<Limit>, RequestError> {
        let mut limits = Vec::new();
        for (at, raw) in self.limits.iter().enumerate() {
            let chosen = self.selected(at, raw, model)?;
            let of_kind = match &raw.kind {
                None => None,
                Some(kind) => match self.edges.kinds.get(kind) {
                    Some(pairs) => Some(pairs),
                    None => {
                        return wrong(
                            format!("limits[{at}]"),
                            format!("no edge is of kind {kind:?}"),
                        );
                    }
                },
            };
            let all: Vec<u32> = match of_kind {
                Some(pairs) => pairs.clone(),
                None => (0..narrow(model.ends.len())).collect(),
            };
            let max = raw.max.unwrap_or(count(all.len()));
            let bounds = Bounds { min: raw.min, max };
            let name =
                raw.name.as_ref().map_or_else(|| format!("limit {at}"), |n| format!("limit {n:?}"));
            let ends = |pair: u32| model.ends[wide(pair)];
            if raw.each {
                let mut of: Vec<Vec<u32>> = vec![Vec::new(); model.people.len()];
                for pair in all {
                    of[wide(ends(pair).0)].push(pair);
                    of[wide(ends(pair).1)].push(pair);
                }
                for (person, pairs) in of.into_iter().enumerate().filter(|(p, _)| chosen[*p]) {
                    let name = format!("{name} for {}", model.name(person));
                    limits.push(Limit { name, bounds, pairs });
                }
            } else {
                let counts =
                    |pair: &u32| chosen[wide(ends(*pair).0)] || chosen[wide(ends(*pair).1)];
                let pairs = all.into_iter().filter(counts).collect();
                limits.push(Limit { name, bounds, pairs });
            }
        }
        Ok(limits)
    }

    /// Whom a limit counts.
    fn selected(
        &self,
        at: usize,
        raw: &RawLimit,
        model: &Model,
    ) -> Result<Vec<bool>, RequestError> {
        let place = || format!("limits[{at}]");
        let (from, to) = match (raw.side, model.left) {
            (None, _) => (0, model.people.len()),
            (Some(Side::Left), Some(left)) => (0, left),
            (Some(Side::Right), Some(left)) => (left, model.people.len()),
            (Some(_), None) => return wrong(place(), "has a side, but people have none"),
        };
        let mut chosen: Vec<bool> =
            (0..model.people.len()).map(|p| (from..to).contains(&p)).collect();
        if let Some(organisation) = &raw.organisation {
            for (chosen, person) in chosen.iter_mut().zip(self.everybody()) {
                *chosen &= person.organisation.as_ref() == Some(organisation);
            }
            if !chosen.contains(&true) {
                return wrong(place(), format!("nobody is of organisation {organisation:?}"));
            }
        }
        if let Some(members) = &raw.members {
            if model.left.is_some() && raw.side.is_none() {
                return wrong(place(), "names members without a side");
            }
            let mut named = vec![false; chosen.len()];
            for &member in members {
                if member >= to - from {
                    return wrong(place(), format!("names member {member} of {}", to - from));
                }
                named[from + member] = true;
            }
            chosen.iter_mut().zip(named).for_each(|(chosen, named)| *chosen &= named);
        }
        Ok(chosen)
    }
}

/// The two people of a pair, numbered through both sides; of people the lower one first.
pub(super) fn join(
    place: &str,
    (first, second): (usize, usize),
    left: Option<usize>,
    people: usize,
) -> Result<(u32, u32), RequestError> {
    let beyond = |name: &str, index: usize, count: usize| {
        wrong(place, format!("names {name} {index}, but there are only {count} (from 0)"))
    };
    match left {
        Some(left) if first >= left => beyond("left", first, left),
        Some(left) if second >= people - left => beyond("right", second, people - left),
        Some(left) => Ok((narrow(first), narrow(left + second))),
        None if first.max(second) >= people => beyond("person", first.max(second), people),
        None if first == second => wrong(place, format!("pairs person {first} with itself")),
        None => Ok((narrow(first.min(second)), narrow(first.max(second)))),
    }
}

impl PairingRequest {
    fn check_previous(&self) -> Result<(), RequestError> {
        let (Some(previous), Ask::Rich(model)) = (&self.previous, &self.ask) else {
            return Ok(());
        };
        if previous.price < 0 {
            return wrong("previous.price", format!("is {}; at least 0", previous.price));
        }
        for (at, &pair) in previous.pairs.iter().enumerate() {
            join(&format!("previous.pairs[{at}]"), pair, model.left, model.people.len())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
