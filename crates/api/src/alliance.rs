//! Alliances in GraphQL, their partners, and how far they reach.

pub mod change;

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use lianmeng_domain::alliance::{Alliance, Coverage};
use lianmeng_domain::ids::AllianceId;
use lianmeng_store::alliance::{self as store, AllianceFilter};

use crate::chain::SegmentNode;
use crate::committee::CommitteeNode;
use crate::enterprise::EnterpriseNode;
use crate::error::ApiError;
use crate::ids;
use crate::loader::PartnersOf;
use crate::organisation::{MemberNode, member};
use crate::page::{self, NameSort, RowCursor, Span};
use crate::scope::Scope;

/// Which alliances a list holds; every given part must hold.
#[derive(Debug, Default, InputObject)]
pub struct AllianceFilterInput {
    /// Part of the name, or a whole external id; at most 100 characters.
    #[graphql(validator(max_length = 100))]
    search: Option<String>,
    /// Committee it hangs under.
    committee_id: Option<ID>,
    /// Chain whose committees it hangs under.
    chain_id: Option<ID>,
    /// Enterprise or organisation that is a partner.
    partner_id: Option<ID>,
}

impl AllianceFilterInput {
    fn into_filter(self) -> Result<AllianceFilter, ApiError> {
        Ok(AllianceFilter {
            search: page::words(self.search),
            committee: self.committee_id.map(|id| ids::decode(&id)).transpose()?,
            chain: self.chain_id.map(|id| ids::decode(&id)).transpose()?,
            partner: self.partner_id.map(|id| member(&id)).transpose()?,
        })
    }
}

/// An alliance as clients see it.
#[derive(Debug, Clone)]
pub struct AllianceNode(pub Alliance);

/// A Party-building alliance (党建联盟) under exactly one committee.
#[Object(name = "Alliance")]
impl AllianceNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// Key in the system it was imported from; null when it has none.
    async fn external_id(&self) -> Option<&str> {
        self.0.external_id.as_deref()
    }

    /// Name, unique within the committee.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether it is invented for demonstration (示例).
    async fn is_example(&self) -> bool {
        self.0.is_example
    }

    /// Version; send it back with a change.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// The committee it hangs under; null if it is gone.
    async fn committee(&self, ctx: &Context<'_>) -> Result<Option<CommitteeNode>> {
        Ok(Scope::of(ctx)?.one(self.0.committee).await?.map(CommitteeNode))
    }

    /// The enterprise that leads it; null if it has no lead.
    async fn lead(&self, ctx: &Context<'_>) -> Result<Option<EnterpriseNode>> {
        let Some(lead) = self.0.lead else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(lead).await?.map(EnterpriseNode))
    }

    /// Segments it covers, in the order they were registered.
    async fn segments(&self, ctx: &Context<'_>) -> Result<Vec<SegmentNode>> {
        let found = Scope::of(ctx)?.many(self.0.segments.iter().copied()).await?;
        Ok(found.into_iter().map(SegmentNode).collect())
    }

    /// Partners (联盟成员单位): enterprises before organisations, in the order they were
    /// registered; for all enterprises, ask `enterprises` with this alliance.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn partners(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<MemberNode>> {
        let scope = Scope::of(ctx)?;
        let key = PartnersOf { of: self.0.id, first: page::size(first)? };
        let parts = scope.few(key).await?;
        let found = parts.into_iter().map(|part| MemberNode::find(scope, part.partner));
        let found = futures_util::future::try_join_all(found).await?;
        Ok(found.into_iter().flatten().collect())
    }
}

/// How much of a chain its alliances reach, in distinct enterprises. Only confirmed places on the
/// chain count.
#[derive(Debug, Clone, Copy, SimpleObject)]
#[graphql(name = "Coverage")]
pub struct CoverageNode {
    /// Enterprises placed on the chain: the denominator.
    placed: u64,
    /// Those of them in at least one alliance: the numerator.
    covered: u64,
    /// Those of them in two alliances or more.
    overlaps: u64,
    /// Those of them in no alliance.
    orphans: u64,
    /// Covered over placed in basis points, 0 to 10 000, rounded down; null while nobody is
    /// placed.
    share_basis_points: Option<u64>,
}

impl From<Coverage> for CoverageNode {
    fn from(coverage: Coverage) -> Self {
        Self {
            placed: coverage.placed,
            covered: coverage.covered,
            overlaps: coverage.overlaps,
            orphans: coverage.orphans(),
            share_basis_points: coverage.share_basis_points(),
        }
    }
}

/// Counts the whole list, only when asked.
#[derive(Debug)]
pub struct AllianceTotal(AllianceFilter);

#[Object]
impl AllianceTotal {
    /// How many alliances the whole list holds.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let scope = Scope::of(ctx)?;
        Ok(store::count(&scope.desk.db, &scope.sees, &self.0).await?)
    }
}

/// Queries about alliances.
#[derive(Debug, Default)]
pub struct AllianceQuery;

#[Object]
impl AllianceQuery {
    /// Alliances that match, at most 100 a page.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn alliances(
        &self,
        ctx: &Context<'_>,
        filter: Option<AllianceFilterInput>,
        #[graphql(default)] sort: NameSort,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<RowCursor<AllianceId>, AllianceNode, AllianceTotal>> {
        let scope = Scope::of(ctx)?;
        let asked = page::asked("alliances", sort, Span { first, after, last, before })?;
        let filter = filter.unwrap_or_default().into_filter()?;
        let window = asked.window();
        let rows = store::page(&scope.desk.db, &scope.sees, &filter, asked.order, window).await?;
        Ok(asked.connection(rows, AllianceTotal(filter), |row| (&row.name, row.id), AllianceNode))
    }
}
