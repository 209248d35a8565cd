//! What is asked of a plan of pairings.

use async_graphql::{ID, InputObject};
use lianmeng_app::pairing::whatif::PlanChange;
use lianmeng_app::pairing::{Fairness, Group, PairingRules, PlanPairings, Previous, Wish};
use lianmeng_domain::committee::Member;

use super::{CoupleInput, couples};
use crate::error::ApiError;
use crate::organisation::member;
use crate::scalars::Int32;

/// Somebody to pair, with how many partners.
#[derive(Debug, InputObject)]
pub struct PairingWishInput {
    /// Enterprise or organisation.
    member_id: ID,
    /// At least so many partners; if absent what the pattern says, 0 without a pattern.
    #[graphql(validator(custom = "Int32"))]
    min: Option<u32>,
    /// At most so many partners; if absent what the pattern says, 1 without a pattern.
    #[graphql(validator(custom = "Int32"))]
    max: Option<u32>,
}

pub(super) fn wishes(side: &[PairingWishInput]) -> Result<Vec<Wish>, ApiError> {
    let wish = |input: &PairingWishInput| {
        let member = member(&input.member_id)?;
        Ok(Wish { member, min: input.min.map(u64::from), max: input.max.map(u64::from) })
    };
    side.iter().map(wish).collect()
}

/// What was published before, so that a new plan changes little.
#[derive(Debug, InputObject)]
pub struct PairingPreviousInput {
    /// The pairs, at most 1000; whoever is on no side any more is dropped.
    #[graphql(validator(max_items = 1000))]
    couples: Vec<CoupleInput>,
    /// Points each kept pair is worth more; 10 000 are a perfect match.
    #[graphql(default, validator(custom = "Int32"))]
    price: u32,
    /// Whether the fewest changes come before all points; else, the price paid, they come after.
    #[graphql(default)]
    is_fewest_changes: bool,
}

/// How many pairs a group of members has together, for example the subsidiaries of one group.
#[derive(Debug, InputObject)]
pub struct PairingGroupInput {
    /// What it is called, 1 to 100 characters.
    #[graphql(validator(min_length = 1, max_length = 100))]
    name: String,
    /// Who belongs to it, at most 300; on either side.
    #[graphql(validator(min_items = 1, max_items = 300))]
    member_ids: Vec<ID>,
    /// At least so many pairs with one of them.
    #[graphql(default, validator(custom = "Int32"))]
    min: u32,
    /// At most so many; no limit if absent.
    #[graphql(validator(custom = "Int32"))]
    max: Option<u32>,
}

/// How much equal chances (曝光公平) count beside the total.
#[derive(Debug, InputObject)]
pub struct PairingFairnessInput {
    /// From 0, the greatest total, to 10 000, equal chances alone.
    #[graphql(default, validator(custom = "Int32"))]
    alpha_basis_points: u32,
    /// Most of the total that may be given up.
    #[graphql(default = 10_000, validator(custom = "Int32"))]
    max_price_basis_points: u32,
    /// Fewest partners of a newcomer, as far as it has possible ones and its maximum allows.
    #[graphql(default, validator(custom = "Int32"))]
    newcomer_floor: u32,
    /// Who is new, at most 300.
    #[graphql(default, validator(max_items = 300))]
    newcomer_ids: Vec<ID>,
}

/// What is asked of a plan beside everyone's minimum and maximum.
#[derive(Debug, Default, InputObject)]
pub struct PairingRulesInput {
    /// Pairs that must be, at most 300.
    #[graphql(default, validator(max_items = 300))]
    must: Vec<CoupleInput>,
    /// Pairs that must not be, at most 1000. Those who avoid each other are never paired anyway.
    #[graphql(default, validator(max_items = 1000))]
    avoid: Vec<CoupleInput>,
    /// What was published before; not together with `fairness`.
    previous: Option<PairingPreviousInput>,
    /// Caps of groups, at most 60.
    #[graphql(default, validator(max_items = 60))]
    groups: Vec<PairingGroupInput>,
    /// Equal chances.
    fairness: Option<PairingFairnessInput>,
}

fn members(ids: &[ID]) -> Result<Vec<Member>, ApiError> {
    ids.iter().map(|id| member(id)).collect()
}

impl PairingRulesInput {
    pub(super) fn into_rules(self) -> Result<PairingRules, ApiError> {
        let previous = |input: PairingPreviousInput| {
            Ok::<_, ApiError>(Previous {
                couples: couples(&input.couples)?,
                price: input.price,
                is_fewest_changes: input.is_fewest_changes,
            })
        };
        let group = |input: PairingGroupInput| {
            Ok::<_, ApiError>(Group {
                members: members(&input.member_ids)?,
                name: input.name,
                min: input.min.into(),
                max: input.max.map(u64::from),
            })
        };
        let fairness = |input: PairingFairnessInput| {
            Ok::<_, ApiError>(Fairness {
                alpha: input.alpha_basis_points.into(),
                max_price: input.max_price_basis_points.into(),
                newcomer_floor: input.newcomer_floor.into(),
                newcomers: members(&input.newcomer_ids)?,
            })
        };
        Ok(PairingRules {
            must: couples(&self.must)?,
            avoid: couples(&self.avoid)?,
            previous: self.previous.map(previous).transpose()?,
            groups: self.groups.into_iter().map(group).collect::<Result<_, _>>()?,
            fairness: self.fairness.map(fairness).transpose()?,
        })
    }
}

/// A whole plan from the arguments of a query.
pub(super) fn asked(
    (a, b): (&[PairingWishInput], &[PairingWishInput]),
    pattern: Option<String>,
    rules: Option<PairingRulesInput>,
) -> Result<PlanPairings, ApiError> {
    let rules = rules.unwrap_or_default().into_rules()?;
    Ok(PlanPairings { a: wishes(a)?, b: wishes(b)?, pattern, rules })
}

/// What is changed in a plan.
#[derive(Debug, InputObject)]
pub struct PairingChangesInput {
    /// Wishes of side A, at most 300: in place of those of the same member, or of somebody who joins.
    #[graphql(default, validator(max_items = 300))]
    a: Vec<PairingWishInput>,
    /// Wishes of side B, likewise.
    #[graphql(default, validator(max_items = 300))]
    b: Vec<PairingWishInput>,
    /// Who would not take part, at most 300; rules about them fall away.
    #[graphql(default, validator(max_items = 300))]
    without: Vec<ID>,
    /// Other rules, all of them; the same if absent.
    rules: Option<PairingRulesInput>,
}

impl PairingChangesInput {
    /// What the changed plan costs: with everybody who was there and who joins.
    pub(super) fn cost(
        &self,
        (a, b): (&[PairingWishInput], &[PairingWishInput]),
        child: usize,
    ) -> usize {
        let all = |own: &[PairingWishInput], more: &[PairingWishInput]| {
            own.iter().chain(more).map(most).collect::<Vec<_>>()
        };
        cost_of(&all(a, &self.a), &all(b, &self.b), child)
    }

    pub(super) fn into_change(self) -> Result<PlanChange, ApiError> {
        Ok(PlanChange {
            a: wishes(&self.a)?,
            b: wishes(&self.b)?,
            without: members(&self.without)?,
            rules: self.rules.map(PairingRulesInput::into_rules).transpose()?,
        })
    }
}

/// What a plan costs against the limit of a query: its children once per pair there may be.
pub(super) fn cost(a: &[PairingWishInput], b: &[PairingWishInput], child: usize) -> usize {
    let all = |own: &[PairingWishInput]| own.iter().map(most).collect::<Vec<_>>();
    cost_of(&all(a), &all(b), child)
}

/// Most partners of a wish. Patterns have few for each; the plan itself counts exactly.
fn most(wish: &PairingWishInput) -> usize {
    usize::try_from(wish.max.unwrap_or(2)).unwrap_or(0)
}

fn cost_of(a: &[usize], b: &[usize], child: usize) -> usize {
    let pairs = |own: &[usize], others: usize| -> usize {
        own.iter().map(|most| (*most).min(others)).fold(0, usize::saturating_add)
    };
    let pairs = pairs(a, b.len()).min(pairs(b, a.len()));
    1 + pairs.max(1).saturating_mul(child)
}
