//! Alliances that would make sense along a chain, in GraphQL.

use async_graphql::{Context, Object, Result, SimpleObject};
use lianmeng_domain::suggestion::told::Told;
use lianmeng_graph::alliances::{AllianceSuggestion, AllianceSuggestions};

use super::SegmentNode;
use super::gaps::firm;
use crate::alliance::AllianceNode;
use crate::enterprise::EnterpriseNode;
use crate::page;
use crate::scope::Scope;
use crate::suggestion::gain::ToldNode;

/// Most segments told of one suggestion.
const SEGMENTS: usize = 100;

/// Alliances that would make sense along a chain (联盟组建建议).
#[derive(Debug, SimpleObject)]
pub struct ChainAllianceSuggestions {
    /// Along the chain by their first segment, larger ones first.
    suggestions: Vec<AllianceSuggestionNode>,
    /// How many there are in all.
    total: usize,
    /// Enterprises on the chain that were considered; each is in exactly one.
    members: usize,
    /// How many have fewer members than asked for, because nothing near could be joined.
    small: usize,
}

impl From<AllianceSuggestions> for ChainAllianceSuggestions {
    fn from(found: AllianceSuggestions) -> Self {
        let AllianceSuggestions { suggestions, total, members, small } = found;
        let suggestions = suggestions.into_iter().map(AllianceSuggestionNode).collect();
        Self { suggestions, total, members, small }
    }
}

/// A suggestion as clients see it.
#[derive(Debug)]
pub struct AllianceSuggestionNode(AllianceSuggestion);

/// An alliance (党建联盟) that would make sense; register it to make it one.
#[Object(name = "AllianceSuggestion")]
impl AllianceSuggestionNode {
    /// A name for it: that of the alliance it continues, or of its segments.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Why these belong together.
    async fn reason(&self) -> ToldNode {
        let (zh, en) = self.0.reason();
        Told { zh, en }.into()
    }

    /// The alliance it continues: one that shares more than half of its members, both ways; else null.
    async fn continues(&self, ctx: &Context<'_>) -> Result<Option<AllianceNode>> {
        let Some(alliance) = self.0.continues else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(alliance).await?.map(AllianceNode))
    }

    /// How many members it has.
    async fn member_count(&self) -> usize {
        self.0.members.len()
    }

    /// Its members, in the order they were registered.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<EnterpriseNode>> {
        let first = usize::try_from(page::size(first)?)?;
        let members = self.0.members.iter().take(first).copied();
        let found = Scope::of(ctx)?.many(members).await?;
        Ok(found.into_iter().map(EnterpriseNode).collect())
    }

    /// The member with most links inside; null if there are none.
    async fn lead(&self, ctx: &Context<'_>) -> Result<Option<EnterpriseNode>> {
        let Some(lead) = self.0.lead else { return Ok(None) };
        firm(ctx, lead).await
    }

    /// Segments its members stand on first of all, along the chain, at most 100.
    #[graphql(complexity = "1 + 20 * child_complexity")]
    async fn segments(&self, ctx: &Context<'_>) -> Result<Vec<SegmentNode>> {
        let segments = self.0.segments.iter().take(SEGMENTS).copied();
        Ok(Scope::of(ctx)?.many(segments).await?.into_iter().map(SegmentNode).collect())
    }

    /// Seats still empty: segments between them that nobody stands on, at most 100.
    #[graphql(complexity = "1 + 20 * child_complexity")]
    async fn empty_segments(&self, ctx: &Context<'_>) -> Result<Vec<SegmentNode>> {
        let segments = self.0.empty_segments.iter().take(SEGMENTS).copied();
        Ok(Scope::of(ctx)?.many(segments).await?.into_iter().map(SegmentNode).collect())
    }

    /// The smallest division that holds all members whose place is known; null if none does.
    async fn region_code(&self) -> Option<String> {
        self.0.region.map(|code| code.to_string())
    }

    /// Pairs of members one of which supplies or could supply the other.
    async fn links_inside(&self) -> usize {
        self.0.links_inside
    }

    /// Such pairs of a member and somebody on the chain outside.
    async fn links_outside(&self) -> usize {
        self.0.links_outside
    }
}
