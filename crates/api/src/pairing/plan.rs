//! Planning pairings in GraphQL.

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use lianmeng_app::pairing::{
    self as app, Couple, DemandKind, Envy, Exposure, Fair, PairingPlan as Plan, PlanChanges,
    PlanDemand, PlanStatus, PlannedPair, Shortage,
};

use super::input::{PairingRulesInput, PairingWishInput, asked, cost};
use super::user_error;
use crate::error::UserError;
use crate::organisation::MemberNode;
use crate::scope::Scope;

/// What became of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "PairingPlanStatus", remote = "PlanStatus")]
pub enum PlanStatusWord {
    /// The pairs are proved to be the best; with `fairness`, those before any was moved for equal
    /// chances.
    Optimal,
    /// Not everything that is asked can be met.
    Infeasible,
    /// Everything that is asked is met; whether the pairs are the best was not proved in time.
    Feasible,
    /// Nothing was found in time, and nothing proved.
    Unknown,
}

/// What a demand asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "PlanDemandKind", remote = "DemandKind")]
pub enum DemandKindWord {
    /// Somebody's minimum, or the floor of a newcomer.
    Minimum,
    /// Somebody's maximum.
    Maximum,
    /// The minimum of a group.
    GroupMinimum,
    /// The maximum of a group.
    GroupMaximum,
    /// How many of a role of the pattern an anchor needs.
    RoleMinimum,
    /// How many of a role of the pattern an anchor may have.
    RoleMaximum,
    /// A pair that must be.
    Must,
    /// A pair that must not be.
    Avoid,
}

/// A pairing worth proposing.
#[derive(Debug)]
pub struct PlannedPairNode(PlannedPair);

/// A pairing worth proposing; nothing is saved.
#[Object(name = "PlannedPair")]
impl PlannedPairNode {
    /// Side A; null if it is gone.
    async fn a(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        Ok(MemberNode::find(Scope::of(ctx)?, self.0.a).await?)
    }

    /// Side B; null if it is gone.
    async fn b(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        Ok(MemberNode::find(Scope::of(ctx)?, self.0.b).await?)
    }

    /// Points, 10 000 a perfect match; 0 where nothing but the demands speaks for it.
    async fn points(&self) -> i32 {
        self.0.points
    }
}

/// A minimum that cannot be met.
#[derive(Debug)]
pub struct ShortageNode(Shortage);

/// A minimum that cannot be met while the others get what they must.
#[Object(name = "Shortage")]
impl ShortageNode {
    /// Whose minimum; null if they are gone.
    async fn member(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        Ok(MemberNode::find(Scope::of(ctx)?, self.0.member).await?)
    }

    /// The minimum.
    async fn need(&self) -> u64 {
        self.0.need
    }

    /// How many partners they can have. Where nothing but minimums and maximums is asked, lowering
    /// every minimum listed to this makes a plan possible.
    async fn available(&self) -> u64 {
        self.0.available
    }
}

/// Two of a plan.
#[derive(Debug)]
pub struct PlanCoupleNode(Couple);

/// Two who are, were or might be paired.
#[Object(name = "PlanCouple")]
impl PlanCoupleNode {
    /// Side A; null if it is gone.
    async fn a(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        Ok(MemberNode::find(Scope::of(ctx)?, self.0.a).await?)
    }

    /// Side B; null if it is gone.
    async fn b(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        Ok(MemberNode::find(Scope::of(ctx)?, self.0.b).await?)
    }
}

/// A demand of a conflict.
#[derive(Debug)]
pub struct PlanDemandNode(PlanDemand);

/// A demand that cannot be met together with the others listed beside it: give one of them up.
#[Object(name = "PlanDemand")]
impl PlanDemandNode {
    /// What it asks.
    async fn kind(&self) -> DemandKindWord {
        self.0.kind.into()
    }

    /// Whose it is; null for groups and pairs.
    async fn member(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        let Some(member) = self.0.member else { return Ok(None) };
        Ok(MemberNode::find(Scope::of(ctx)?, member).await?)
    }

    /// The pair; null for everything else.
    async fn couple(&self) -> Option<PlanCoupleNode> {
        self.0.couple.map(PlanCoupleNode)
    }

    /// The number it asks for; null for pairs.
    async fn need(&self) -> Option<u64> {
        self.0.need
    }

    /// The demand in Chinese.
    async fn zh(&self) -> &str {
        &self.0.zh
    }

    /// The demand in English.
    async fn en(&self) -> &str {
        &self.0.en
    }
}

/// What became of the pairs published before.
#[derive(Debug, SimpleObject)]
pub struct PairingPlanChanges {
    /// How many stay.
    kept: usize,
    /// Those that go, in the order given.
    dropped: Vec<PlanCoupleNode>,
    /// Those that come.
    added: Vec<PlannedPairNode>,
}

impl From<PlanChanges> for PairingPlanChanges {
    fn from(changes: PlanChanges) -> Self {
        Self {
            kept: changes.kept,
            dropped: changes.dropped.into_iter().map(PlanCoupleNode).collect(),
            added: changes.added.into_iter().map(PlannedPairNode).collect(),
        }
    }
}

/// How equal the chances of a set of pairs are (曝光公平).
#[derive(Debug, SimpleObject)]
pub struct PairingChances {
    /// Sum of the points.
    total_points: i64,
    /// How many ordered pairs of members of one side there are of whom the first envies the second:
    /// the partners of the other would be worth more to it than its own.
    envy_cases: u64,
    /// Ordered pairs of members of one side.
    envy_of: u64,
    /// Points by which the partners of the other are worth more, summed over all cases.
    envy_points: i64,
    /// Gini coefficient of the points of everybody's pairs; 0 where all have the same.
    gini_basis_points: u64,
    /// Pairs of the newcomer that has fewest; null without newcomers.
    fewest_of_newcomers: Option<u64>,
}

impl From<&Fair> for PairingChances {
    fn from(fair: &Fair) -> Self {
        let Envy { cases, of, points } = fair.envy;
        Self {
            total_points: narrow(fair.total),
            envy_cases: cases,
            envy_of: of,
            envy_points: narrow(points),
            gini_basis_points: fair.gini,
            fewest_of_newcomers: fair.fewest_of_newcomers,
        }
    }
}

fn narrow(points: i128) -> i64 {
    i64::try_from(points).unwrap_or(if points < 0 { i64::MIN } else { i64::MAX })
}

/// The chances of the greatest total beside those of the plan, and what the plan gives up for them.
#[derive(Debug, SimpleObject)]
pub struct PairingExposure {
    /// Of the greatest total.
    before: PairingChances,
    /// Of the pairs of the plan.
    after: PairingChances,
    /// Part of the total given up, rounded up.
    price_basis_points: u64,
}

impl From<&Exposure> for PairingExposure {
    fn from(exposure: &Exposure) -> Self {
        Self {
            before: (&exposure.before).into(),
            after: (&exposure.after).into(),
            price_basis_points: exposure.price,
        }
    }
}

/// The best set of pairings, or why there is none.
#[derive(Debug, Default, SimpleObject)]
pub struct PairingPlan {
    /// What became of it; null if it was refused.
    status: Option<PlanStatusWord>,
    /// The pairs, in the order of side A and then B as given; empty without a plan.
    pairs: Vec<PlannedPairNode>,
    /// Sum of the points; null without a plan.
    total_points: Option<i64>,
    /// Minimums that cannot be met; empty if there is a plan, and where other demands are in conflict.
    shortages: Vec<ShortageNode>,
    /// The smallest set of demands found that cannot be met together; empty if there is a plan.
    demands: Vec<PlanDemandNode>,
    /// Whether no smaller set of demands is in conflict; null if there is a plan.
    is_smallest: Option<bool>,
    /// Against the pairs published before; null if none were given, or without a plan.
    changes: Option<PairingPlanChanges>,
    /// How equal the chances are; null unless asked for with `fairness` or in a what-if.
    exposure: Option<PairingExposure>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

impl From<Plan> for PairingPlan {
    fn from(plan: Plan) -> Self {
        Self {
            status: Some(plan.status.into()),
            pairs: plan.pairs.into_iter().map(PlannedPairNode).collect(),
            total_points: plan.total,
            shortages: plan.shortages.into_iter().map(ShortageNode).collect(),
            demands: plan.demands.into_iter().map(PlanDemandNode).collect(),
            is_smallest: plan.is_smallest,
            changes: plan.changes.map(Into::into),
            exposure: plan.exposure.as_ref().map(Into::into),
            errors: Vec::new(),
        }
    }
}

/// The query.
#[derive(Debug, Default)]
pub struct PlanQuery;

#[Object]
impl PlanQuery {
    /// The exact best set of pairings (结对) under everyone's minimum and maximum and the rules given,
    /// by words, products, industry and place; or which demands cannot be met together. Those who
    /// avoid each other are never paired. Saves nothing; make it so with `pairingsCreate`.
    /// Coordinators and secretaries.
    #[graphql(complexity = "cost(&a, &b, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a query are its interface")]
    async fn pairing_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Side A, at most 300; the anchors (牵头方) of a pattern.",
            validator(max_items = 300)
        )]
        a: Vec<PairingWishInput>,
        #[graphql(desc = "Side B, at most 300.", validator(max_items = 300))] b: Vec<
            PairingWishInput,
        >,
        #[graphql(
            desc = "Name of a pattern (结对模式) that says who fits and with how many partners.",
            validator(max_length = 40)
        )]
        pattern: Option<String>,
        #[graphql(desc = "What else is asked.")] rules: Option<PairingRulesInput>,
    ) -> Result<PairingPlan> {
        let scope = Scope::of(ctx)?;
        let ask = asked((&a, &b), pattern, rules)?;
        Ok(match app::plan(&scope.desk, &scope.actor, &ask).await {
            Ok(plan) => plan.into(),
            Err(error) => {
                PairingPlan { errors: vec![user_error(error)?], ..PairingPlan::default() }
            }
        })
    }
}
