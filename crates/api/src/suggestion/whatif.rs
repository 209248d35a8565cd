//! What the suggestions for a need would be with other weights or without somebody.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use lianmeng_app::suggest::whatif::{self as app, AskWhatIf, Contender, WhatIf};

use super::change::suggest_error;
use crate::error::UserError;
use crate::ids;
use crate::offer::OfferNode;
use crate::organisation::{MemberNode, member};
use crate::page;
use crate::scope::Scope;
use crate::weights::WeightsInput;

/// A counterpart of either list.
#[derive(Debug)]
pub struct ContenderNode(Contender);

/// A counterpart that is suggested now, or would be (候选对象).
#[Object(name = "Contender")]
impl ContenderNode {
    /// Who could help; null if it is gone.
    async fn member(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        Ok(MemberNode::find(Scope::of(ctx)?, self.0.member).await?)
    }

    /// The offer; null where it is none, or if you do not see it.
    async fn offer(&self, ctx: &Context<'_>) -> Result<Option<OfferNode>> {
        let Some(id) = self.0.offer else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(id).await?.map(OfferNode))
    }

    /// Rank with the weights in force, from 1; null if it would be new.
    async fn rank(&self) -> Option<usize> {
        self.0.before.map(|(rank, _)| rank)
    }

    /// Points with the weights in force; null if it would be new.
    async fn points(&self) -> Option<i32> {
        self.0.before.map(|(_, points)| points)
    }

    /// Rank with the change, from 1; null if it would be lost.
    async fn rank_then(&self) -> Option<usize> {
        self.0.after.map(|(rank, _)| rank)
    }

    /// Points with the change; null if it would be lost.
    async fn points_then(&self) -> Option<i32> {
        self.0.after.map(|(_, points)| points)
    }
}

/// Two lists of suggestions compared (方案对比); neither is saved.
#[derive(Debug, SimpleObject)]
pub struct SuggestionsWhatIf {
    /// Everyone of either list: the changed list in its order, then those it lost.
    contenders: Vec<ContenderNode>,
    /// How many would be new.
    gained: usize,
    /// How many would be lost.
    lost: usize,
    /// How many are in both lists.
    kept: usize,
    /// Sum of the points with the weights in force.
    total_points: i64,
    /// Sum of the points with the change.
    total_points_then: i64,
}

impl From<WhatIf> for SuggestionsWhatIf {
    fn from(WhatIf { contenders, counts, totals }: WhatIf) -> Self {
        let [gained, lost, kept] = counts;
        let [total_points, total_points_then] = totals;
        let contenders = contenders.into_iter().map(ContenderNode).collect();
        Self { contenders, gained, lost, kept, total_points, total_points_then }
    }
}

/// Two lists compared, or why not.
#[derive(Debug, SimpleObject)]
pub struct SuggestionsWhatIfPayload {
    /// The difference; null if refused.
    difference: Option<SuggestionsWhatIf>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

/// What asking the engine twice costs beside the rows of the answer: as much as some hundred rows.
const ENGINE: usize = 400;

/// The query.
#[derive(Debug, Default)]
pub struct WhatIfQuery;

#[Object]
impl WhatIfQuery {
    /// What the suggestions for a need would be with other weights or without somebody. Nothing is
    /// saved. The committee's secretary, or a coordinator.
    #[graphql(complexity = "ENGINE + 2 * page::cost(first, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a query are its interface")]
    async fn suggestions_what_if(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The need.")] need_id: ID,
        #[graphql(desc = "Other weights; those in force if absent.")] weights: Option<WeightsInput>,
        #[graphql(
            desc = "Enterprises and organisations that would not take part, at most 100.",
            validator(max_items = 100)
        )]
        without: Option<Vec<ID>>,
        #[graphql(desc = "Most suggestions of either list, 1 to 100; 20 if absent.")] first: Option<
            i32,
        >,
    ) -> Result<SuggestionsWhatIfPayload> {
        let scope = Scope::of(ctx)?;
        let without = without.unwrap_or_default();
        let ask = AskWhatIf {
            need: ids::decode(&need_id)?,
            weights: weights.map(Into::into),
            without: without.iter().map(|id| member(id)).collect::<Result<_, _>>()?,
            limit: usize::try_from(page::size(first)?)?,
        };
        Ok(match app::ask(&scope.desk, &scope.actor, &ask).await {
            Ok(found) => {
                SuggestionsWhatIfPayload { difference: Some(found.into()), errors: Vec::new() }
            }
            Err(error) => SuggestionsWhatIfPayload {
                difference: None,
                errors: vec![suggest_error(error, "needId")?],
            },
        })
    }
}
