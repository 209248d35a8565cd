//! What a plan of pairings would be with a change.

use async_graphql::{Context, Object, Result, SimpleObject};
use lianmeng_app::pairing::whatif::{self as app, AskPlanWhatIf, ComparedPair, PlanWhatIf};

use super::input::{PairingChangesInput, PairingRulesInput, PairingWishInput, asked, cost};
use super::plan::PairingPlan;
use super::user_error;
use crate::error::UserError;
use crate::organisation::MemberNode;
use crate::scope::Scope;

/// A pair of either plan.
#[derive(Debug)]
pub struct ComparedPairNode(ComparedPair);

/// A pair of the plan as asked, of the changed one, or of both.
#[Object(name = "ComparedPair")]
impl ComparedPairNode {
    /// Side A; null if it is gone.
    async fn a(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        Ok(MemberNode::find(Scope::of(ctx)?, self.0.a).await?)
    }

    /// Side B; null if it is gone.
    async fn b(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        Ok(MemberNode::find(Scope::of(ctx)?, self.0.b).await?)
    }

    /// Points in the plan as asked; null if the pair would be new.
    async fn points(&self) -> Option<i32> {
        self.0.before
    }

    /// Points with the change; null if the pair would be lost.
    async fn points_then(&self) -> Option<i32> {
        self.0.after
    }
}

/// Two plans of pairings compared (方案对比); neither is saved.
#[derive(Debug, SimpleObject)]
pub struct PairingPlanWhatIf {
    /// The plan as asked, with its exposure.
    before: PairingPlan,
    /// The plan with the change, with its exposure.
    after: PairingPlan,
    /// Every pair of either: those of the changed plan in its order, then those it loses.
    pairs: Vec<ComparedPairNode>,
    /// How many pairs would be new.
    gained: usize,
    /// How many would be lost.
    lost: usize,
    /// How many are in both.
    kept: usize,
}

impl From<PlanWhatIf> for PairingPlanWhatIf {
    fn from(PlanWhatIf { before, after, pairs, counts }: PlanWhatIf) -> Self {
        let [gained, lost, kept] = counts;
        let pairs = pairs.into_iter().map(ComparedPairNode).collect();
        Self { before: before.into(), after: after.into(), pairs, gained, lost, kept }
    }
}

/// Two plans compared, or why not.
#[derive(Debug, SimpleObject)]
pub struct PairingPlanWhatIfPayload {
    /// The difference; null if refused.
    difference: Option<PairingPlanWhatIf>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

/// The query.
#[derive(Debug, Default)]
pub struct WhatIfQuery;

#[Object(name = "PairingWhatIfQuery")]
impl WhatIfQuery {
    /// The plan of `pairingPlan` beside the one with other wishes, other rules, or without somebody.
    /// Nothing is saved. Coordinators and secretaries.
    #[graphql(
        complexity = "cost(&a, &b, child_complexity) + changed.cost((&a, &b), child_complexity)"
    )]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a query are its interface")]
    async fn pairing_plan_what_if(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Side A, at most 300.", validator(max_items = 300))] a: Vec<
            PairingWishInput,
        >,
        #[graphql(desc = "Side B, at most 300.", validator(max_items = 300))] b: Vec<
            PairingWishInput,
        >,
        #[graphql(desc = "Name of a pattern (结对模式).", validator(max_length = 40))]
        pattern: Option<String>,
        #[graphql(desc = "What else is asked.")] rules: Option<PairingRulesInput>,
        #[graphql(desc = "What is changed.")] changed: PairingChangesInput,
    ) -> Result<PairingPlanWhatIfPayload> {
        let scope = Scope::of(ctx)?;
        let plan = asked((&a, &b), pattern, rules)?;
        let ask = AskPlanWhatIf { plan, changed: changed.into_change()? };
        Ok(match app::ask(&scope.desk, &scope.actor, &ask).await {
            Ok(found) => {
                PairingPlanWhatIfPayload { difference: Some(found.into()), errors: Vec::new() }
            }
            Err(error) => {
                PairingPlanWhatIfPayload { difference: None, errors: vec![user_error(error)?] }
            }
        })
    }
}
