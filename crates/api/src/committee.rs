//! Chain committees and their seats in GraphQL.

pub mod change;

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use lianmeng_domain::alliance::Coverage;
use lianmeng_domain::committee::{ChainCommittee, CommitteeForm, Seat, SeatKind, empty_seat_kinds};
use lianmeng_domain::ids::ChainCommitteeId;
use lianmeng_store::committee::{self as store, CommitteeFilter};

use crate::alliance::{AllianceNode, CoverageNode};
use crate::chain::ChainNode;
use crate::error::ApiError;
use crate::ids;
use crate::loader::{AlliancesUnder, CommitteeCoverageOf, SeatsOf};
use crate::organisation::{MemberNode, member};
use crate::page::{self, NameSort, RowCursor, Span};
use crate::region::PlaceNode;
use crate::scalars::Day;
use crate::scope::Scope;

/// Local form of a committee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "CommitteeForm", remote = "CommitteeForm")]
pub enum CommitteeFormWord {
    /// Several bodies set it up together (联合党委).
    Joint,
    /// One body covers several trades (综合党委).
    Comprehensive,
    /// It covers a cluster (集群党委).
    Cluster,
}

/// Kind of a seat; a committee should have at least one of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "SeatKind", remote = "SeatKind")]
pub enum SeatKindWord {
    /// Department (部门).
    Department,
    /// Leading enterprise (龙头企业).
    LeadingEnterprise,
    /// Chamber (商会).
    Chamber,
    /// Bank (金融机构).
    Bank,
    /// Institute (科研院所).
    Institute,
}

/// Which committees a list holds; every given part must hold.
#[derive(Debug, Default, InputObject)]
pub struct CommitteeFilterInput {
    /// Part of the name, or a whole external id; at most 100 characters.
    #[graphql(validator(max_length = 100))]
    search: Option<String>,
    /// Chain it organises.
    chain_id: Option<ID>,
    /// Division code (GB/T 2260) it works in, such as 320612 or 440300.
    region_code: Option<String>,
    /// Enterprise or organisation that holds or held a seat on it.
    seat_holder_id: Option<ID>,
}

impl CommitteeFilterInput {
    fn into_filter(self) -> Result<CommitteeFilter, ApiError> {
        Ok(CommitteeFilter {
            search: page::words(self.search),
            chain: self.chain_id.map(|id| ids::decode(&id)).transpose()?,
            region: page::region(self.region_code)?,
            seat_holder: self.seat_holder_id.map(|id| member(&id)).transpose()?,
        })
    }
}

/// Seats read to find out which kinds are empty; no committee has as many.
const ALL_SEATS: u64 = 1_000;

/// A committee as clients see it.
#[derive(Debug, Clone)]
pub struct CommitteeNode(pub ChainCommittee);

/// An industrial-chain Party committee (产业链党委), the "1" of "1+N".
#[Object(name = "ChainCommittee")]
impl CommitteeNode {
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

    /// Its form.
    async fn form(&self) -> CommitteeFormWord {
        self.0.form.into()
    }

    /// Whether it is invented for demonstration (示例).
    async fn is_example(&self) -> bool {
        self.0.is_example
    }

    /// Version; send it back with a change.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// The chain it organises; null if it is gone.
    async fn chain(&self, ctx: &Context<'_>) -> Result<Option<ChainNode>> {
        Ok(Scope::of(ctx)?.one(self.0.chain).await?.map(ChainNode))
    }

    /// Where it works; null when unknown.
    async fn place(&self) -> Option<PlaceNode> {
        self.0.place.map(PlaceNode)
    }

    /// Seats of its member units (委员单位), past and coming ones too, in the order they were given.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn seats(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<SeatNode>> {
        let key = SeatsOf { of: self.0.id, first: page::size(first)? };
        Ok(Scope::of(ctx)?.few(key).await?.into_iter().map(SeatNode).collect())
    }

    /// Kinds of seats that nobody holds today, in China's local date; each is a finding.
    async fn empty_seat_kinds(&self, ctx: &Context<'_>) -> Result<Vec<SeatKindWord>> {
        let scope = Scope::of(ctx)?;
        let seats = scope.few(SeatsOf { of: self.0.id, first: ALL_SEATS }).await?;
        Ok(empty_seat_kinds(&seats, scope.desk.today).into_iter().map(Into::into).collect())
    }

    /// Alliances (党建联盟) under it, the "N" of "1+N", in the order they were registered; for
    /// more, ask `alliances` with this committee.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn alliances(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<AllianceNode>> {
        let key = AlliancesUnder { of: self.0.id, first: page::size(first)? };
        Ok(Scope::of(ctx)?.few(key).await?.into_iter().map(AllianceNode).collect())
    }

    /// How much of its chain its own alliances reach ("1+N").
    async fn coverage(&self, ctx: &Context<'_>) -> Result<CoverageNode> {
        let found: Option<Coverage> = Scope::of(ctx)?.one(CommitteeCoverageOf(self.0.id)).await?;
        Ok(found.unwrap_or_default().into())
    }
}

/// A seat as clients see it.
#[derive(Debug, Clone)]
pub struct SeatNode(pub Seat);

/// A seat on a committee, held by a member unit (委员单位).
#[Object(name = "Seat")]
impl SeatNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// Its kind.
    async fn kind(&self) -> SeatKindWord {
        self.0.kind.into()
    }

    /// The committee; null if it is gone.
    async fn committee(&self, ctx: &Context<'_>) -> Result<Option<CommitteeNode>> {
        Ok(Scope::of(ctx)?.one(self.0.committee).await?.map(CommitteeNode))
    }

    /// Who holds it; null if it is gone.
    async fn holder(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        Ok(MemberNode::find(Scope::of(ctx)?, self.0.holder).await?)
    }

    /// First day of the term, China's local date; null when unknown.
    async fn from_on(&self) -> Option<Day> {
        self.0.from_on.map(Day)
    }

    /// Last day of the term, China's local date; null while it does not end.
    async fn until_on(&self) -> Option<Day> {
        self.0.until_on.map(Day)
    }

    /// Whether the term covers today, in China's local date.
    #[expect(clippy::unused_async, reason = "fields are async")]
    async fn is_held_today(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.0.is_held_on(Scope::of(ctx)?.desk.today))
    }
}

/// Counts the whole list, only when asked.
#[derive(Debug)]
pub struct CommitteeTotal(CommitteeFilter);

#[Object]
impl CommitteeTotal {
    /// How many committees the whole list holds.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let scope = Scope::of(ctx)?;
        Ok(store::count(&scope.desk.db, &scope.sees, &self.0).await?)
    }
}

/// Queries about committees.
#[derive(Debug, Default)]
pub struct CommitteeQuery;

#[Object]
impl CommitteeQuery {
    /// Chain committees that match, at most 100 a page.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn committees(
        &self,
        ctx: &Context<'_>,
        filter: Option<CommitteeFilterInput>,
        #[graphql(default)] sort: NameSort,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<RowCursor<ChainCommitteeId>, CommitteeNode, CommitteeTotal>> {
        let scope = Scope::of(ctx)?;
        let asked = page::asked("committees", sort, Span { first, after, last, before })?;
        let filter = filter.unwrap_or_default().into_filter()?;
        let window = asked.window();
        let rows = store::page(&scope.desk.db, &scope.sees, &filter, asked.order, window).await?;
        let total = CommitteeTotal(filter);
        Ok(asked.connection(rows, total, |row| (&row.name, row.id), CommitteeNode))
    }
}

#[cfg(test)]
mod tests;
