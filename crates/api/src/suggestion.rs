//! Suggestions in GraphQL. What a caller may not read arrives here empty already: see
//! `store/suggestion.rs` and `seen_by` in `domain/suggestion.rs`.

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use lianmeng_domain::ids::SuggestionId;
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::rights::DataClass;
use lianmeng_domain::suggestion::{
    DeclineCode, DeclineReason, SeenSuggestion, Side, SuggestionKind, SuggestionStage, told,
};
use lianmeng_store::suggestion::{self as store, SuggestionFilter};

use crate::enterprise::EnterpriseNode;
use crate::error::ApiError;
use crate::ids;
use crate::need::NeedNode;
use crate::offer::OfferNode;
use crate::organisation::{MemberNode, member};
use crate::page::{self, Span};
use crate::project::ProjectNode;
use crate::scope::Scope;
use crate::task::ReasonNode;
use crate::weights::FusionWord;
use gain::{CounterfactualNode, GainNode, ToldNode, gain};

pub mod change;
pub mod gain;
#[cfg(test)]
mod tests;
pub mod whatif;

/// What a suggestion brings together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "SuggestionKind", remote = "SuggestionKind")]
pub enum SuggestionKindWord {
    /// A need with an offer (需求与供给).
    Offer,
    /// A need with an enterprise that could meet it (需求与企业).
    Enterprise,
    /// A local with a central enterprise for a project (央地合作).
    Task,
}

/// Where a suggestion stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "SuggestionStage", remote = "SuggestionStage")]
pub enum SuggestionStageWord {
    /// Made by the engine, not shown to the sides yet.
    Proposed,
    /// Shown to both sides.
    Shown,
    /// Accepted by side A alone.
    AcceptedByA,
    /// Accepted by side B alone.
    AcceptedByB,
    /// Accepted by both.
    Mutual,
    /// Became a pairing (结对) or a cooperation task (央地合作任务).
    Paired,
    /// Declined by a side.
    Declined,
    /// Nobody answered in time.
    Expired,
    /// Taken back.
    Withdrawn,
}

/// Why a side declines, as a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "DeclineCode", remote = "DeclineCode")]
pub enum DeclineCodeWord {
    /// It does not fit (不匹配).
    NoFit,
    /// Not now (时机不合适).
    Timing,
    /// Solved already (已解决).
    Solved,
    /// No capacity (无余力).
    Capacity,
    /// A competitor (竞争关系).
    Competitor,
    /// A dispute or lawsuit (纠纷诉讼).
    Dispute,
    /// Doubts about the other side (资信顾虑).
    Trust,
    /// Anything else (其他).
    Other,
}

/// A side of a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "Side", remote = "Side")]
pub enum SideWord {
    /// Who needs, or the local enterprise.
    A,
    /// Who could help, or the central enterprise.
    B,
}

/// Why a side declined: for that side; coordinators and auditors see the code. The other side never
/// sees any of it.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "DeclineReason")]
pub struct DeclineReasonNode {
    /// The side that declined.
    side: SideWord,
    /// The code.
    code: DeclineCodeWord,
    /// The words of the side; null if it wrote none, and for everyone but that side.
    note: Option<String>,
}

fn declined(side: Side, reason: Option<&DeclineReason>) -> Option<DeclineReasonNode> {
    let DeclineReason { code, note } = reason?.clone();
    Some(DeclineReasonNode { side: side.into(), code: code.into(), note })
}

/// Which suggestions a list holds; every given part must hold.
#[derive(Debug, Default, InputObject)]
pub struct SuggestionFilterInput {
    /// Of this kind.
    kind: Option<SuggestionKindWord>,
    /// For this need.
    need_id: Option<ID>,
    /// For this project.
    project_id: Option<ID>,
    /// With this enterprise or organisation on either side.
    party_id: Option<ID>,
    /// In one of these stages.
    #[graphql(validator(max_items = 10))]
    stages: Option<Vec<SuggestionStageWord>>,
}

impl SuggestionFilterInput {
    fn into_filter(self) -> Result<SuggestionFilter, ApiError> {
        Ok(SuggestionFilter {
            kind: self.kind.map(Into::into),
            need: self.need_id.map(|id| ids::decode(&id)).transpose()?,
            project: self.project_id.map(|id| ids::decode(&id)).transpose()?,
            party: self.party_id.map(|id| member(&id)).transpose()?,
            stages: self.stages.unwrap_or_default().into_iter().map(Into::into).collect(),
        })
    }
}

/// A suggestion as clients see it.
#[derive(Debug, Clone)]
pub struct SuggestionNode(pub SeenSuggestion);

/// A suggestion (撮合建议) made by the engine, binding for nobody. Its sides see it once it was shown.
#[Object(name = "Suggestion")]
impl SuggestionNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.suggestion.id)
    }

    /// What it brings together.
    async fn kind(&self) -> SuggestionKindWord {
        self.0.suggestion.kind.into()
    }

    /// The need it answers; null for other kinds, or if you do not see the need.
    async fn need(&self, ctx: &Context<'_>) -> Result<Option<NeedNode>> {
        let Some(id) = self.0.suggestion.need else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(id).await?.map(NeedNode))
    }

    /// The offer that answers it; null for other kinds, or if you do not see the offer.
    async fn offer(&self, ctx: &Context<'_>) -> Result<Option<OfferNode>> {
        let Some(id) = self.0.suggestion.offer else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(id).await?.map(OfferNode))
    }

    /// The project it serves; null for other kinds, or if you do not see the project.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<ProjectNode>> {
        let Some(id) = self.0.suggestion.project else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(id).await?.map(ProjectNode))
    }

    /// Side A: who needs, or the local enterprise; null if it is gone.
    async fn a(&self, ctx: &Context<'_>) -> Result<Option<EnterpriseNode>> {
        Ok(Scope::of(ctx)?.one(self.0.suggestion.a).await?.map(EnterpriseNode))
    }

    /// Side B: who could help, or the central enterprise; null if it is gone.
    async fn b(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        Ok(MemberNode::find(Scope::of(ctx)?, self.0.suggestion.b).await?)
    }

    /// The side you speak for; null if you are none.
    async fn my_side(&self, ctx: &Context<'_>) -> Result<Option<SideWord>> {
        let actor = &Scope::of(ctx)?.actor;
        Ok(self.0.suggestion.side_of(actor).map(Into::into))
    }

    /// The score in points, 10 000 a perfect match: what both sides gain, made one by `fusion`, for the
    /// committee's secretary, coordinators and auditors; what its own side gains for a side that is an
    /// enterprise and for its head office; null for everyone else.
    async fn points(&self) -> Option<i32> {
        self.0.shows_score.then_some(self.0.suggestion.points)
    }

    /// Why; the points add up to `points`. Who reads what both sides gain is told whose gain each
    /// reason is, with its part of the fused score. Null where `points` is.
    async fn reasons(&self) -> Option<Vec<ReasonNode>> {
        self.0.shows_score.then(|| self.0.told().iter().map(Into::into).collect())
    }

    /// How what both sides gain becomes one score (双向融合).
    async fn fusion(&self) -> FusionWord {
        self.0.suggestion.fusion.into()
    }

    /// What side A gains: for side A, its head office, the committee's secretary, coordinators and
    /// auditors; null for everyone else, and where only one side counts.
    async fn gain_of_a(&self) -> Option<GainNode> {
        gain(&self.0, Side::A)
    }

    /// What side B gains: for side B, its head office, the committee's secretary, coordinators and
    /// auditors; null for everyone else, and where only one side counts.
    async fn gain_of_b(&self) -> Option<GainNode> {
        gain(&self.0, Side::B)
    }

    /// One-sided text for a light "interested?" card (意向卡): what this side gains. Your own side if
    /// absent, side A if you are none. Null if what it gains is not yours to read.
    async fn card(&self, ctx: &Context<'_>, side: Option<SideWord>) -> Result<Option<ToldNode>> {
        let own = self.0.suggestion.side_of(&Scope::of(ctx)?.actor);
        let side = side.map(Into::into).or(own).unwrap_or(Side::A);
        Ok(told::card(&self.0, side).map(Into::into))
    }

    /// Two-sided text for a visit or an event (拜访与活动邀请): what both sides gain; of a side that is
    /// not yours only what the public registry tells. Null where `points` is.
    async fn visit(&self) -> Option<ToldNode> {
        told::visit(&self.0).map(Into::into)
    }

    /// What would change the verdict most (反事实), the greatest change first, at most 30: for the
    /// committee's secretary, coordinators and auditors; null for everyone else. Ranks are among the
    /// first 100 suggestions for the same need.
    async fn counterfactuals(&self, ctx: &Context<'_>) -> Result<Option<Vec<CounterfactualNode>>> {
        Ok(gain::counterfactuals(Scope::of(ctx)?, &self.0).await?)
    }

    /// Where it stands.
    async fn stage(&self) -> SuggestionStageWord {
        self.0.suggestion.stage.into()
    }

    /// Why it was declined, as far as it is yours to know; null otherwise. A side sees its own reason
    /// and never the other's; coordinators and auditors see the code.
    async fn decline_reason(&self) -> Option<DeclineReasonNode> {
        let own = declined(Side::A, self.0.suggestion.decline_a.as_ref());
        own.or_else(|| declined(Side::B, self.0.suggestion.decline_b.as_ref()))
    }

    /// Version of the weights that gave the points.
    async fn weights_version(&self) -> i32 {
        self.0.suggestion.weights_version
    }

    /// Version; send it back with a change.
    async fn version(&self) -> i64 {
        self.0.suggestion.version
    }
}

/// Counts the whole list, only when asked.
#[derive(Debug)]
pub struct SuggestionTotal(SuggestionFilter);

#[Object]
impl SuggestionTotal {
    /// How many suggestions the whole list holds.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let scope = Scope::of(ctx)?;
        Ok(store::count(&scope.desk.db, scope.sees_of(DataClass::Suggestion), &self.0).await?)
    }
}

/// Queries about suggestions.
#[derive(Debug, Default)]
pub struct SuggestionQuery;

const LIST: &str = "suggestions";
const AVOIDED: &str = "avoided";

/// One entry of an avoid list (回避名单).
#[derive(Debug, SimpleObject)]
#[graphql(name = "Avoided")]
pub struct AvoidedNode {
    /// Whom the owner of the list never wants to meet.
    enterprise: EnterpriseNode,
}

#[Object]
impl SuggestionQuery {
    /// Suggestions (撮合建议) that match, in the order they were made, which is best first within one
    /// making; at most 100 a page.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn suggestions(
        &self,
        ctx: &Context<'_>,
        filter: Option<SuggestionFilterInput>,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<String, SuggestionNode, SuggestionTotal>> {
        let scope = Scope::of(ctx)?;
        let page = Span { first, after, last, before }.by_id::<SuggestionId>(LIST)?;
        let filter = filter.unwrap_or_default().into_filter()?;
        let rows = store::page(
            &scope.desk.db,
            scope.eyes_of(DataClass::Suggestion),
            &filter,
            page.window(),
        )
        .await?;
        Ok(page::connection_with(
            page.slice(rows),
            SuggestionTotal(filter),
            |seen| page::cursor(LIST, &[&seen.suggestion.id.to_string()]),
            SuggestionNode,
        ))
    }

    /// Whom an enterprise never wants to meet (回避名单), by id, at most 100 a page. For the
    /// enterprise itself; empty for everyone else.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn avoided(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose list.")] enterprise_id: ID,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<String, AvoidedNode>> {
        let scope = Scope::of(ctx)?;
        let page = Span { first, after, last, before }.by_id(AVOIDED)?;
        let owner = ids::decode(&enterprise_id)?;
        let ids = if *scope.sees_of(DataClass::AvoidList) == Visibility::Enterprise(owner) {
            lianmeng_store::avoid::page(&scope.desk.db, owner, page.window()).await?
        } else {
            Vec::new()
        };
        let rows = scope.many(ids).await?;
        Ok(page::connection(
            page.slice(rows),
            |enterprise| page::cursor(AVOIDED, &[&enterprise.id.to_string()]),
            |enterprise| AvoidedNode { enterprise: EnterpriseNode(enterprise) },
        ))
    }
}
