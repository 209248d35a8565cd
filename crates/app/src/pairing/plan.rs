//! The best set of pairings for a whole group: what is asked, checked and filled in. Saves nothing.

use std::collections::BTreeSet;

use lianmeng_domain::actor::Actor;
use lianmeng_domain::committee::Member;
use lianmeng_domain::pairing::pattern::{self as patterns, Count, PairingPattern};
use lianmeng_matching::assign::Side;
pub use lianmeng_matching::assign::{Envy, Exposure, Fair, PairingStatus as PlanStatus};
use lianmeng_store::pairing::pattern as store;

use super::people::People;
use super::{Couple, PairingCommandError, solve};
use crate::desk::Desk;
use crate::seat;

/// Most members of a side.
pub const MAX_SIDE: usize = 300;
/// Most pairs a plan may have.
pub const MAX_PAIRS: u64 = 10_000;

/// Somebody to pair, with how many partners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// Who.
    pub member: Member,
    /// At least so many partners; what the pattern says, or none, if absent.
    pub min: Option<u64>,
    /// At most so many partners; what the pattern says, or one, if absent.
    pub max: Option<u64>,
}

/// Asks for the best set of pairings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlanPairings {
    /// Who is on side A; the anchors of a pattern.
    pub a: Vec<Wish>,
    /// Who is on side B.
    pub b: Vec<Wish>,
    /// Name of a pattern that says who fits and with how many.
    pub pattern: Option<String>,
    /// What else is asked.
    pub rules: PairingRules,
}

/// What is asked of a plan beside everyone's minimum and maximum.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PairingRules {
    /// Pairs that must be.
    pub must: Vec<Couple>,
    /// Pairs that must not be, beside those who avoid each other.
    pub avoid: Vec<Couple>,
    /// What was published before.
    pub previous: Option<Previous>,
    /// How many pairs groups of members have.
    pub groups: Vec<Group>,
    /// Equal chances.
    pub fairness: Option<Fairness>,
}

/// What was published before, and what keeping it is worth.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Previous {
    /// The pairs; whoever is on no side any more is dropped.
    pub couples: Vec<Couple>,
    /// Points each kept pair is worth more.
    pub price: u32,
    /// Whether the fewest changes come before all points.
    pub is_fewest_changes: bool,
}

/// How many pairs a group has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group {
    /// What it is called.
    pub name: String,
    /// Who belongs to it.
    pub members: Vec<Member>,
    /// Fewest pairs with one of them.
    pub min: u64,
    /// Most pairs with one of them; no limit if absent.
    pub max: Option<u64>,
}

/// How much equal chances count beside the total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fairness {
    /// Basis points: 0 the greatest total, 10 000 equal chances alone.
    pub alpha: u64,
    /// Most of the total that may be given up, in basis points.
    pub max_price: u64,
    /// Fewest pairs of a newcomer, as far as it has possible pairs and its maximum allows.
    pub newcomer_floor: u64,
    /// The newcomers.
    pub newcomers: Vec<Member>,
}

/// A pairing worth proposing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlannedPair {
    /// Side A.
    pub a: Member,
    /// Side B.
    pub b: Member,
    /// Points; 0 where nothing but the demands speaks for it.
    pub points: i32,
}

/// A minimum that cannot be met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortage {
    /// Whose.
    pub member: Member,
    /// The minimum.
    pub need: u64,
    /// How many partners it can have while the others get what they must.
    pub available: u64,
}

/// What a demand of a conflict asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DemandKind {
    /// Somebody's minimum.
    Minimum,
    /// Somebody's maximum.
    Maximum,
    /// The minimum of a group.
    GroupMinimum,
    /// The maximum of a group.
    GroupMaximum,
    /// How many of a role an anchor needs.
    RoleMinimum,
    /// How many of a role an anchor may have.
    RoleMaximum,
    /// A pair that must be.
    Must,
    /// A pair that must not be.
    Avoid,
}

/// A demand that cannot be met together with the others of its list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanDemand {
    /// What it asks.
    pub kind: DemandKind,
    /// Whose it is; `None` for groups and pairs.
    pub member: Option<Member>,
    /// The pair; `None` for everything else.
    pub couple: Option<Couple>,
    /// The number it asks for; `None` for pairs.
    pub need: Option<u64>,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// What became of the pairs published before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlanChanges {
    /// How many stay.
    pub kept: usize,
    /// Those that go, in the order given.
    pub dropped: Vec<Couple>,
    /// Those that come.
    pub added: Vec<PlannedPair>,
}

/// The best set of pairings, or what cannot be met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairingPlan {
    /// What became of it.
    pub status: PlanStatus,
    /// The pairs, in the order of side A and then B as given; empty without a plan.
    pub pairs: Vec<PlannedPair>,
    /// Sum of the points; `None` without a plan.
    pub total: Option<i64>,
    /// Minimums that cannot be met; empty if there is a plan.
    pub shortages: Vec<Shortage>,
    /// The smallest set of demands found that cannot be met together; empty if there is a plan.
    pub demands: Vec<PlanDemand>,
    /// Whether no smaller set is in conflict; `None` if there is a plan.
    pub is_smallest: Option<bool>,
    /// Against what was published before; `None` if nothing was given.
    pub changes: Option<PlanChanges>,
    /// How equal the chances are; `None` unless asked for.
    pub exposure: Option<Exposure>,
}

/// The pairs with the greatest sum of points under everything that is asked; who avoids whom is never
/// paired. Saves nothing. Coordinators and secretaries.
///
/// # Errors
///
/// See [`PairingCommandError`].
pub async fn plan(
    desk: &Desk,
    actor: &Actor,
    ask: &PlanPairings,
) -> Result<PairingPlan, PairingCommandError> {
    if !patterns::may_plan(actor) {
        return Err(PairingCommandError::NotFound);
    }
    check(ask)?;
    let people = People::of(&desk.db, &[ask]).await?;
    let ready = ready(desk, ask, &people).await?;
    let plan = seat::run(move || {
        let is_measured = ready.ask.rules.fairness.is_some();
        let worths = solve::Worths::of(&[&ready], &people);
        solve::solve(&ready, (&people, &worths), is_measured, &[])
    });
    plan.await.map_err(PairingCommandError::Engine)?
}

/// A request whose parts fit together, with everybody's numbers.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) ask: PlanPairings,
    pub(super) pattern: Option<PairingPattern>,
    /// Everybody's fewest and most, side A and side B.
    pub(super) bounds: [Vec<(u64, u64)>; 2],
    /// The role of each of side B; empty without a pattern.
    pub(super) slots: Vec<usize>,
}

impl Ready {
    /// The wishes of a side.
    pub(super) fn side(&self, side: Side) -> &[Wish] {
        match side {
            Side::Left => &self.ask.a,
            Side::Right => &self.ask.b,
        }
    }
}

/// Whether the parts of a request fit together, before anybody is read.
pub(super) fn check(ask: &PlanPairings) -> Result<(), PairingCommandError> {
    check_side(&ask.a)?;
    check_side(&ask.b)?;
    check_rules(ask)
}

/// Fills in what the pattern says of a request that was checked.
pub(super) async fn ready(
    desk: &Desk,
    ask: &PlanPairings,
    people: &People,
) -> Result<Ready, PairingCommandError> {
    let pattern = match &ask.pattern {
        None => None,
        Some(name) => match store::find(&desk.db, name).await? {
            Some(pattern) => Some(pattern),
            None => return Err(PairingCommandError::UnknownPattern(name.clone())),
        },
    };
    let slots = match &pattern {
        None => Vec::new(),
        Some(pattern) => slots(ask, pattern, people)?,
    };
    let bounds = bounds(ask, pattern.as_ref(), &slots)?;
    let most = |own: &[(u64, u64)], others: usize| {
        let others = u64::try_from(others).unwrap_or(u64::MAX);
        own.iter().map(|(_, max)| (*max).min(others)).fold(0, u64::saturating_add)
    };
    let pairs = most(&bounds[0], ask.b.len()).min(most(&bounds[1], ask.a.len()));
    if pairs > MAX_PAIRS {
        return Err(PairingCommandError::TooManyPairs(pairs));
    }
    Ok(Ready { ask: ask.clone(), pattern, bounds, slots })
}

fn check_side(side: &[Wish]) -> Result<(), PairingCommandError> {
    let distinct: BTreeSet<Member> = side.iter().map(|wish| wish.member).collect();
    if distinct.len() < side.len() {
        return Err(PairingCommandError::Repeated);
    }
    if side.len() > MAX_SIDE { Err(PairingCommandError::TooMany(side.len())) } else { Ok(()) }
}

fn check_rules(ask: &PlanPairings) -> Result<(), PairingCommandError> {
    let members = |side: &[Wish]| side.iter().map(|wish| wish.member).collect::<BTreeSet<_>>();
    let (a, b) = (members(&ask.a), members(&ask.b));
    if !a.is_disjoint(&b) {
        return Err(PairingCommandError::Repeated);
    }
    let rules = &ask.rules;
    for (what, couples) in [("must", &rules.must), ("avoid", &rules.avoid)] {
        if couples.iter().any(|couple| !a.contains(&couple.a) || !b.contains(&couple.b)) {
            return Err(PairingCommandError::NotListed(what));
        }
    }
    let is_listed = |member: &Member| a.contains(member) || b.contains(member);
    for group in &rules.groups {
        if !group.members.iter().all(is_listed) {
            return Err(PairingCommandError::NotListed("groups"));
        }
        if let Some(max) = group.max.filter(|max| *max < group.min) {
            return Err(PairingCommandError::Bounds { min: group.min, max });
        }
    }
    let Some(fairness) = &rules.fairness else { return Ok(()) };
    if !fairness.newcomers.iter().all(is_listed) {
        return Err(PairingCommandError::NotListed("newcomers"));
    }
    if fairness.alpha.max(fairness.max_price) > 10_000 {
        return Err(PairingCommandError::BasisPoints(fairness.alpha.max(fairness.max_price)));
    }
    if rules.previous.is_some() { Err(PairingCommandError::TwoAims) } else { Ok(()) }
}

/// The role of each of side B.
fn slots(
    ask: &PlanPairings,
    pattern: &PairingPattern,
    people: &People,
) -> Result<Vec<usize>, PairingCommandError> {
    let misfits = |side: &'static str, takes: &dyn Fn(Member) -> bool| {
        let wishes = if side == "a" { &ask.a } else { &ask.b };
        let members = wishes.iter().map(|wish| wish.member).filter(|member| !takes(*member));
        let names: Vec<String> = members.map(|member| people.name(member).to_owned()).collect();
        let error = || PairingCommandError::Misfits {
            pattern: pattern.name.clone(),
            side,
            names: names.clone(),
        };
        if names.is_empty() { Ok(()) } else { Err(error()) }
    };
    let takes = |member| people.someone(member).is_some_and(|one| pattern.anchor.takes(one));
    misfits("a", &takes)?;
    let slot_of = |member| people.someone(member).and_then(|one| pattern.slot_of(one));
    misfits("b", &|member| slot_of(member).is_some())?;
    Ok(ask.b.iter().filter_map(|wish| slot_of(wish.member)).collect())
}

fn bounds(
    ask: &PlanPairings,
    pattern: Option<&PairingPattern>,
    slots: &[usize],
) -> Result<[Vec<(u64, u64)>; 2], PairingCommandError> {
    let anchors = pattern.map(PairingPattern::of_anchor);
    let filler = |at: usize| {
        let slot = pattern?.slots.get(*slots.get(at)?)?;
        Some(slot.per_filler)
    };
    let a = ask.a.iter().map(|wish| bounds_of(wish, anchors)).collect::<Result<_, _>>()?;
    let b = ask.b.iter().enumerate().map(|(at, wish)| bounds_of(wish, filler(at)));
    Ok([a, b.collect::<Result<_, _>>()?])
}

/// What the wish says, the pattern where it says nothing; of the two the wish is never refused for
/// the pattern's sake.
fn bounds_of(wish: &Wish, pattern: Option<Count>) -> Result<(u64, u64), PairingCommandError> {
    let (min, max) = match pattern {
        None => (wish.min.unwrap_or(0), wish.max.unwrap_or(1)),
        Some(Count { min, max }) => {
            let (min, max) = (u64::from(min), u64::from(max));
            let least = wish.min.unwrap_or_else(|| min.min(wish.max.unwrap_or(max)));
            (least, wish.max.unwrap_or_else(|| max.max(least)))
        }
    };
    if min > max { Err(PairingCommandError::Bounds { min, max }) } else { Ok((min, max)) }
}

#[cfg(test)]
mod tests {
    use lianmeng_domain::ids::EnterpriseId;

    use super::*;

    #[test]
    fn a_wish_comes_before_the_pattern_and_the_pattern_before_the_usual() {
        let member = Member::Enterprise(EnterpriseId::from(1));
        let two = Some(Count { min: 1, max: 2 });
        let cases = [
            (None, None, None, Some((0, 1))),
            (None, Some(3), None, Some((0, 3))),
            (Some(2), None, None, None),
            (None, None, two, Some((1, 2))),
            (Some(4), None, two, Some((4, 4))),
            (None, Some(0), two, Some((0, 0))),
            (Some(0), None, two, Some((0, 2))),
            (Some(2), Some(1), two, None),
        ];
        for (min, max, pattern, want) in cases {
            let got = bounds_of(&Wish { member, min, max }, pattern).ok();
            assert_eq!(got, want, "{min:?} {max:?} {pattern:?}");
        }
    }
}
