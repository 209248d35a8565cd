//! Other organisations in GraphQL: departments, chambers, banks, institutes.

pub mod change;

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object, Result, Union};
use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::OrganisationId;
use lianmeng_domain::organisation::{Organisation, OrganisationKind};
use lianmeng_store::organisation::{self as store, OrganisationFilter};

use crate::alliance::AllianceNode;
use crate::committee::SeatNode;
use crate::contact::ContactNode;
use crate::enterprise::EnterpriseNode;
use crate::error::ApiError;
use crate::ids;
use crate::loader::casework::ContactsOfOrganisation;
use crate::loader::{AlliancesOfOrganisation, PartyInOrganisation, SeatsHeldByOrganisation};
use crate::page::{self, NameSort, RowCursor, Span};
use crate::party::PartyNode;
use crate::region::PlaceNode;
use crate::scope::Scope;

/// What kind of organisation, which is also the kind of seat it may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "OrganisationKind", remote = "OrganisationKind")]
pub enum OrganisationKindWord {
    /// Government department or organ (部门).
    Department,
    /// Chamber or association (商会、协会).
    Chamber,
    /// Bank or other financial institution (金融机构).
    Bank,
    /// Research institute or university (科研院所).
    Institute,
}

/// Which organisations a list holds; every given part must hold.
#[derive(Debug, Default, InputObject)]
pub struct OrganisationFilterInput {
    /// Part of the name, or a whole external id; at most 100 characters.
    #[graphql(validator(max_length = 100))]
    search: Option<String>,
    /// One of these kinds.
    #[graphql(validator(max_items = 4))]
    kinds: Option<Vec<OrganisationKindWord>>,
    /// Division code (GB/T 2260) it lies in, such as 320612 or 440300.
    region_code: Option<String>,
}

impl OrganisationFilterInput {
    fn into_filter(self) -> Result<OrganisationFilter, ApiError> {
        Ok(OrganisationFilter {
            search: page::words(self.search),
            kinds: self.kinds.unwrap_or_default().into_iter().map(Into::into).collect(),
            region: page::region(self.region_code)?,
        })
    }
}

/// An organisation as clients see it.
#[derive(Debug, Clone)]
pub struct OrganisationNode(pub Organisation);

/// An organisation that is not an enterprise: a department, chamber, bank or institute.
#[Object(name = "Organisation")]
impl OrganisationNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// Key in the system it was imported from; null when it has none.
    async fn external_id(&self) -> Option<&str> {
        self.0.external_id.as_deref()
    }

    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it is.
    async fn kind(&self) -> OrganisationKindWord {
        self.0.kind.into()
    }

    /// Where it is; null when unknown.
    async fn place(&self) -> Option<PlaceNode> {
        self.0.place.map(PlaceNode)
    }

    /// Party organisations (党组织) set up in it, in the order they were registered.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn party_organisations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<PartyNode>> {
        let key = PartyInOrganisation { of: self.0.id, first: page::size(first)? };
        Ok(Scope::of(ctx)?.few(key).await?.into_iter().map(PartyNode).collect())
    }

    /// What it can do for enterprises, in a sentence or keywords; empty when unknown.
    async fn services(&self) -> &str {
        &self.0.services
    }

    /// Whether it is invented for demonstration (示例).
    async fn is_example(&self) -> bool {
        self.0.is_example
    }

    /// Version; send it back with a change.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// Seats it holds or held on committees, in the order they were given.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn seats(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<SeatNode>> {
        let key = SeatsHeldByOrganisation { of: self.0.id, first: page::size(first)? };
        Ok(Scope::of(ctx)?.few(key).await?.into_iter().map(SeatNode).collect())
    }

    /// Whom to call there (联系人), the first added first, at most 20. Masked until there is a mutual
    /// match or a shared meeting; empty for the public.
    #[graphql(complexity = "1 + 20 * child_complexity")]
    async fn contacts(&self, ctx: &Context<'_>) -> Result<Vec<ContactNode>> {
        let found = Scope::of(ctx)?.few(ContactsOfOrganisation(self.0.id)).await?;
        Ok(found.into_iter().map(ContactNode).collect())
    }

    /// Alliances (党建联盟) it takes part in, in the order they were registered; for more, ask
    /// `alliances` with this partner.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn alliances(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<AllianceNode>> {
        let scope = Scope::of(ctx)?;
        let key = AlliancesOfOrganisation { of: self.0.id, first: page::size(first)? };
        let parts = scope.few(key).await?;
        let found = scope.many(parts.into_iter().map(|part| part.alliance)).await?;
        Ok(found.into_iter().map(AllianceNode).collect())
    }
}

/// Who holds a seat or takes part in an alliance.
#[derive(Debug, Union)]
#[graphql(name = "Member")]
pub enum MemberNode {
    /// An enterprise.
    Enterprise(EnterpriseNode),
    /// Another organisation.
    Organisation(OrganisationNode),
}

impl MemberNode {
    /// The card of `member`; `None` if the caller does not see it.
    ///
    /// # Errors
    ///
    /// [`ApiError::Internal`] if the database refuses.
    pub async fn find(scope: &Scope, member: Member) -> Result<Option<Self>, ApiError> {
        Ok(match member {
            Member::Enterprise(id) => {
                scope.one(id).await?.map(|found| Self::Enterprise(EnterpriseNode(found)))
            }
            Member::Organisation(id) => {
                scope.one(id).await?.map(|found| Self::Organisation(OrganisationNode(found)))
            }
        })
    }
}

/// The member behind the wire id of an enterprise or organisation.
///
/// # Errors
///
/// [`ApiError::BadId`] or [`ApiError::WrongKind`].
pub fn member(id: &str) -> Result<Member, ApiError> {
    use lianmeng_domain::ids::{EnterpriseId, Id as _};
    if id.split_once(':').is_some_and(|(tag, _)| tag == EnterpriseId::TAG) {
        return Ok(Member::Enterprise(ids::decode(id)?));
    }
    Ok(Member::Organisation(ids::decode(id)?))
}

/// Counts the whole list, only when asked.
#[derive(Debug)]
pub struct OrganisationTotal(OrganisationFilter);

#[Object]
impl OrganisationTotal {
    /// How many organisations the whole list holds.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let scope = Scope::of(ctx)?;
        Ok(store::count(&scope.desk.db, &scope.sees, &self.0).await?)
    }
}

/// Queries about organisations.
#[derive(Debug, Default)]
pub struct OrganisationQuery;

#[Object]
impl OrganisationQuery {
    /// Organisations that match, at most 100 a page.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn organisations(
        &self,
        ctx: &Context<'_>,
        filter: Option<OrganisationFilterInput>,
        #[graphql(default)] sort: NameSort,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<RowCursor<OrganisationId>, OrganisationNode, OrganisationTotal>> {
        let scope = Scope::of(ctx)?;
        let asked = page::asked("organisations", sort, Span { first, after, last, before })?;
        let filter = filter.unwrap_or_default().into_filter()?;
        let window = asked.window();
        let rows = store::page(&scope.desk.db, &scope.sees, &filter, asked.order, window).await?;
        let total = OrganisationTotal(filter);
        Ok(asked.connection(rows, total, |row| (&row.name, row.id), OrganisationNode))
    }
}
