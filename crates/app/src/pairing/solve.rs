//! From a checked request to the engine and back to members.

use std::collections::{BTreeMap, BTreeSet};

use lianmeng_domain::committee::Member;
use lianmeng_matching::assign::{
    Answer, Bounds, Cap, Conflict, Dial, Edge, PairingAsk, Published, Side,
};
use lianmeng_matching::together::{Card, Worth, worths};

use super::people::People;
use super::plan::{PairingPlan, PlanChanges, PlannedPair, Ready, Shortage, Wish};
use super::words::Voice;
use super::{Couple, PairingCommandError};

/// Work of the exact search: a few seconds.
const STEPS: u64 = 3_000_000;

/// What a cap of the engine stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CapOf {
    /// A group, by its position.
    Group(usize),
    /// A role around an anchor, both by position.
    Role {
        /// The anchor.
        anchor: usize,
        /// The role.
        slot: usize,
    },
}

/// What everybody of some plans is worth to everybody of the other side. Words are weighed by their
/// rarity among all of them, so that a pair has the same points in each of these plans.
#[derive(Debug)]
pub(super) struct Worths {
    rows: Vec<Vec<Worth>>,
    at: [BTreeMap<Member, usize>; 2],
}

impl Worths {
    pub(super) fn of(plans: &[&Ready], people: &People) -> Self {
        let side = |side: fn(&Ready) -> &Vec<Wish>| -> BTreeMap<Member, usize> {
            let all: BTreeSet<Member> =
                plans.iter().flat_map(|plan| side(plan)).map(|wish| wish.member).collect();
            all.into_iter().zip(0..).collect()
        };
        let at = [side(|plan| &plan.ask.a), side(|plan| &plan.ask.b)];
        let cards = |side: &BTreeMap<Member, usize>| -> Vec<Card> {
            side.keys().map(|member| people.card(*member)).collect()
        };
        Self { rows: worths(&cards(&at[0]), &cards(&at[1])), at }
    }

    fn pair(&self, a: Member, b: Member) -> Worth {
        let found = self.at[0].get(&a).zip(self.at[1].get(&b));
        found.map_or_else(Worth::default, |(&row, &column)| self.rows[row][column])
    }
}

/// Chooses. `is_measured` tells how equal the chances are even where nobody asked for fairness. Of
/// equally good plans the one with most pairs of `near` is given, unless something was published or
/// equal chances are sought.
pub(super) fn solve(
    ready: &Ready,
    (people, worths): (&People, &Worths),
    is_measured: bool,
    near: &[PlannedPair],
) -> Result<PairingPlan, PairingCommandError> {
    let market = Market::of(ready, people, worths);
    let (caps, caps_of) = market.caps();
    let ask = PairingAsk {
        left: bounds(&ready.bounds[0]),
        right: bounds(&ready.bounds[1]),
        edges: market.edges.clone(),
        must: market.places(&ready.ask.rules.must),
        avoid: market.places(&ready.ask.rules.avoid),
        caps,
        published: market.published(near),
        dial: is_measured.then(|| market.dial()),
        steps: STEPS,
    };
    let engine = |error: lianmeng_matching::assign::RequestError| {
        PairingCommandError::Engine(error.to_string())
    };
    let answer = ask.choose().map_err(engine)?;
    let demands = Voice { ready, people, caps: &caps_of }.demands(&answer.demands);
    Ok(PairingPlan {
        status: answer.choice.status,
        total: answer.choice.total.and_then(|total| i64::try_from(total).ok()),
        is_smallest: answer.choice.smallest,
        shortages: answer.shortages.iter().map(|one| market.shortage(one)).collect(),
        changes: market.changes(&answer),
        pairs: answer.choice.pairs.iter().map(|&pair| market.pair(pair)).collect(),
        demands,
        exposure: answer.choice.exposure,
    })
}

fn bounds(list: &[(u64, u64)]) -> Vec<Bounds> {
    list.iter().map(|&(min, max)| Bounds { min, max }).collect()
}

/// Who may be paired with whom, and what it is worth.
struct Market<'a> {
    ready: &'a Ready,
    worths: &'a Worths,
    edges: Vec<Edge>,
    /// Positions by member, side A and side B.
    at: [BTreeMap<Member, usize>; 2],
}

impl<'a> Market<'a> {
    fn of(ready: &'a Ready, people: &People, worths: &'a Worths) -> Self {
        let (a, b) = (&ready.ask.a, &ready.ask.b);
        let mut edges = Vec::new();
        for (left, one) in a.iter().enumerate() {
            for (right, other) in b.iter().enumerate() {
                if people.avoid(one.member, other.member) {
                    continue;
                }
                let points = i64::from(worths.pair(one.member, other.member).points);
                edges.push(Edge { left, right, points });
            }
        }
        let at = |side: &[Wish]| side.iter().map(|w| w.member).zip(0..).collect();
        Self { ready, worths, edges, at: [at(a), at(b)] }
    }

    /// Positions of those couples whose members are on their sides.
    fn places(&self, couples: &[Couple]) -> Vec<(usize, usize)> {
        let place =
            |couple: &Couple| Some((*self.at[0].get(&couple.a)?, *self.at[1].get(&couple.b)?));
        couples.iter().filter_map(place).collect()
    }

    /// Limits of groups, and of the roles where a pattern has several.
    fn caps(&self) -> (Vec<Cap>, Vec<CapOf>) {
        let (mut caps, mut of) = (Vec::new(), Vec::new());
        for (at, group) in self.ready.ask.rules.groups.iter().enumerate() {
            let members: BTreeSet<Member> = group.members.iter().copied().collect();
            let counts = |edge: &Edge| {
                members.contains(&self.ready.ask.a[edge.left].member)
                    || members.contains(&self.ready.ask.b[edge.right].member)
            };
            let bounds = Bounds { min: group.min, max: group.max.unwrap_or(u64::MAX) };
            caps.push(Cap { bounds, edges: self.positions(counts) });
            of.push(CapOf::Group(at));
        }
        let slots = self.ready.pattern.as_ref().map_or(&[][..], |pattern| &pattern.slots);
        // With a single role the numbers of the anchor say it all, and its wish may change them.
        if slots.len() < 2 {
            return (caps, of);
        }
        let first = caps.len();
        for anchor in 0..self.ready.ask.a.len() {
            for (slot, role) in slots.iter().enumerate() {
                let (min, max) = (role.per_anchor.min.into(), role.per_anchor.max.into());
                caps.push(Cap { bounds: Bounds { min, max }, edges: Vec::new() });
                of.push(CapOf::Role { anchor, slot });
            }
        }
        for (at, edge) in self.edges.iter().enumerate() {
            if let Some(slot) = self.ready.slots.get(edge.right) {
                caps[first + edge.left * slots.len() + slot].edges.push(at);
            }
        }
        (caps, of)
    }

    fn positions(&self, counts: impl Fn(&Edge) -> bool) -> Vec<usize> {
        let all = self.edges.iter().enumerate();
        all.filter(|(_, edge)| counts(edge)).map(|(at, _)| at).collect()
    }

    fn published(&self, near: &[PlannedPair]) -> Option<Published> {
        let rules = &self.ready.ask.rules;
        if let Some(previous) = &rules.previous {
            return Some(Published {
                pairs: self.places(&previous.couples),
                price: previous.price.into(),
                is_first: previous.is_fewest_changes,
            });
        }
        if near.is_empty() || rules.fairness.is_some() {
            return None;
        }
        let near: Vec<Couple> = near.iter().map(|pair| Couple { a: pair.a, b: pair.b }).collect();
        Some(Published { pairs: self.places(&near), price: 0, is_first: false })
    }

    fn dial(&self) -> Dial {
        let view = |edge: &Edge| {
            let Couple { a, b } = self.couple((edge.left, edge.right));
            let worth = self.worths.pair(a, b);
            (i64::from(worth.to_a), i64::from(worth.to_b))
        };
        let views = self.edges.iter().map(view).collect();
        let Some(fairness) = &self.ready.ask.rules.fairness else {
            return Dial { views, ..Dial::default() };
        };
        let mut newcomers = Vec::new();
        for member in &fairness.newcomers {
            for (side, at) in [(Side::Left, &self.at[0]), (Side::Right, &self.at[1])] {
                newcomers.extend(at.get(member).map(|&at| (side, at)));
            }
        }
        Dial {
            alpha: fairness.alpha,
            max_price: fairness.max_price,
            newcomer_floor: fairness.newcomer_floor,
            newcomers,
            views,
        }
    }

    fn couple(&self, (left, right): (usize, usize)) -> Couple {
        Couple { a: self.ready.ask.a[left].member, b: self.ready.ask.b[right].member }
    }

    fn pair(&self, place: (usize, usize)) -> PlannedPair {
        let Couple { a, b } = self.couple(place);
        PlannedPair { a, b, points: self.worths.pair(a, b).points }
    }

    fn shortage(&self, conflict: &Conflict) -> Shortage {
        Shortage {
            member: self.ready.side(conflict.side)[conflict.index].member,
            need: conflict.need,
            available: conflict.available,
        }
    }

    /// Whoever is on no side any more is dropped with the others.
    fn changes(&self, answer: &Answer) -> Option<PlanChanges> {
        let previous = self.ready.ask.rules.previous.as_ref()?;
        let found = answer.choice.changes.as_ref()?;
        let chosen: BTreeSet<Couple> =
            answer.choice.pairs.iter().map(|&pair| self.couple(pair)).collect();
        let mut seen = BTreeSet::new();
        let before = previous.couples.iter().filter(|couple| seen.insert(**couple));
        let dropped = before.filter(|couple| !chosen.contains(couple)).copied().collect();
        Some(PlanChanges {
            kept: found.kept,
            dropped,
            added: found.added.iter().map(|&pair| self.pair(pair)).collect(),
        })
    }
}
