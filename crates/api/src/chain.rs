//! Industrial chains in GraphQL, with their segments and the enterprises placed on them.

pub mod change;

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use lianmeng_domain::alliance::Coverage;
use lianmeng_domain::chain::{ChainSegment, IndustrialChain, Placement, Reach};
use lianmeng_domain::ids::IndustrialChainId;
use lianmeng_store::chain::{self as store, ChainFilter};

use crate::alliance::CoverageNode;
use crate::committee::CommitteeNode;
use crate::enterprise::EnterpriseNode;
use crate::error::ApiError;
use crate::ids;
use crate::loader::{ChainCoverageOf, CommitteesOf, PlacementsOn, SegmentsOf};
use crate::page::{self, NameSort, RowCursor, Span};
use crate::product::ProductNode;
use crate::scope::Scope;

/// Where a segment lies on its chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "Reach", remote = "Reach")]
pub enum ReachWord {
    /// Upstream (上游).
    Upstream,
    /// Midstream (中游).
    Midstream,
    /// Downstream (下游).
    Downstream,
}

/// Which chains a list holds; every given part must hold.
#[derive(Debug, Default, InputObject)]
pub struct ChainFilterInput {
    /// Part of the name, or a whole external id; at most 100 characters.
    #[graphql(validator(max_length = 100))]
    search: Option<String>,
    /// Tag it carries, such as "20+8".
    #[graphql(validator(max_length = 100))]
    tag: Option<String>,
    /// Enterprise placed on it.
    enterprise_id: Option<ID>,
}

impl ChainFilterInput {
    fn into_filter(self) -> Result<ChainFilter, ApiError> {
        Ok(ChainFilter {
            search: page::words(self.search),
            tag: self.tag,
            enterprise: self.enterprise_id.map(|id| ids::decode(&id)).transpose()?,
        })
    }
}

/// A chain as clients see it.
#[derive(Debug, Clone)]
pub struct ChainNode(pub IndustrialChain);

/// An industrial chain (产业链).
#[Object(name = "IndustrialChain")]
impl ChainNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// Key in the system it was imported from; null when it has none.
    async fn external_id(&self) -> Option<&str> {
        self.0.external_id.as_deref()
    }

    /// Name, unique.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Tags such as "20+8".
    async fn tags(&self) -> &[String] {
        &self.0.tags
    }

    /// Whether it is invented for demonstration (示例).
    async fn is_example(&self) -> bool {
        self.0.is_example
    }

    /// Version; send it back with a change of the chain or of its segments.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// Segments, from upstream to downstream.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn segments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<SegmentNode>> {
        let key = SegmentsOf { of: self.0.id, first: page::size(first)? };
        Ok(Scope::of(ctx)?.few(key).await?.into_iter().map(SegmentNode).collect())
    }

    /// Committees (产业链党委) that organise it, in the order they were registered.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn committees(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<CommitteeNode>> {
        let key = CommitteesOf { of: self.0.id, first: page::size(first)? };
        Ok(Scope::of(ctx)?.few(key).await?.into_iter().map(CommitteeNode).collect())
    }

    /// How much of it the alliances of all its committees reach ("1+N").
    async fn coverage(&self, ctx: &Context<'_>) -> Result<CoverageNode> {
        let found: Option<Coverage> = Scope::of(ctx)?.one(ChainCoverageOf(self.0.id)).await?;
        Ok(found.unwrap_or_default().into())
    }
}

/// A segment as clients see it.
#[derive(Debug, Clone)]
pub struct SegmentNode(pub ChainSegment);

/// A step of production (链条环节) on a chain.
#[Object(name = "ChainSegment")]
impl SegmentNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// Name, unique within the chain.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Where it lies.
    async fn reach(&self) -> ReachWord {
        self.0.reach.into()
    }

    /// Order from upstream to downstream, from 1.
    async fn position(&self) -> i32 {
        self.0.position
    }

    /// Its chain; null if it is gone.
    async fn chain(&self, ctx: &Context<'_>) -> Result<Option<ChainNode>> {
        Ok(Scope::of(ctx)?.one(self.0.chain).await?.map(ChainNode))
    }

    /// Products that place an enterprise here, in the order they were registered.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<ProductNode>> {
        let first = usize::try_from(page::size(first)?)?;
        let ids = self.0.products.iter().take(first).copied();
        Ok(Scope::of(ctx)?.many(ids).await?.into_iter().map(ProductNode).collect())
    }

    /// Enterprises placed here, in the order they were registered; for all of a chain, ask
    /// `enterprises` with this chain.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn placements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<PlacementNode>> {
        let key = PlacementsOn { of: self.0.id, first: page::size(first)? };
        Ok(Scope::of(ctx)?.few(key).await?.into_iter().map(PlacementNode).collect())
    }
}

/// A placement as clients see it.
#[derive(Debug, Clone, Copy)]
pub struct PlacementNode(pub Placement);

/// An enterprise's place on a chain.
#[Object(name = "Placement")]
impl PlacementNode {
    /// The enterprise; null if it is gone.
    async fn enterprise(&self, ctx: &Context<'_>) -> Result<Option<EnterpriseNode>> {
        Ok(Scope::of(ctx)?.one(self.0.enterprise).await?.map(EnterpriseNode))
    }

    /// The segment; null if it is gone.
    async fn segment(&self, ctx: &Context<'_>) -> Result<Option<SegmentNode>> {
        Ok(Scope::of(ctx)?.one(self.0.segment).await?.map(SegmentNode))
    }

    /// Whether a person confirmed it; a suggested place enters no figure.
    async fn is_confirmed(&self) -> bool {
        self.0.is_confirmed
    }
}

/// Counts the whole list, only when asked.
#[derive(Debug)]
pub struct ChainTotal(ChainFilter);

#[Object]
impl ChainTotal {
    /// How many chains the whole list holds.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let scope = Scope::of(ctx)?;
        Ok(store::count(&scope.desk.db, &scope.sees, &self.0).await?)
    }
}

/// Queries about chains.
#[derive(Debug, Default)]
pub struct ChainQuery;

#[Object]
impl ChainQuery {
    /// Industrial chains that match, at most 100 a page.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn chains(
        &self,
        ctx: &Context<'_>,
        filter: Option<ChainFilterInput>,
        #[graphql(default)] sort: NameSort,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<RowCursor<IndustrialChainId>, ChainNode, ChainTotal>> {
        let scope = Scope::of(ctx)?;
        let asked = page::asked("chains", sort, Span { first, after, last, before })?;
        let filter = filter.unwrap_or_default().into_filter()?;
        let window = asked.window();
        let rows = store::page(&scope.desk.db, &scope.sees, &filter, asked.order, window).await?;
        Ok(asked.connection(rows, ChainTotal(filter), |row| (&row.name, row.id), ChainNode))
    }
}
