//! Venues in GraphQL.

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use lianmeng_app::venue::{self as app, RegisterVenue, VenueCommandError};
use lianmeng_domain::venue::{Venue, VenueError};
use lianmeng_store::venue::{self as store, VenueFilter};

use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::ids;
use crate::page::{self, Span};
use crate::region::{PlaceInput, PlaceNode};
use crate::scalars::Int32;
use crate::scope::Scope;

/// A venue as clients see it.
#[derive(Debug, Clone)]
pub struct VenueNode(pub Venue);

/// A venue (场地) of docking events.
#[Object(name = "Venue")]
impl VenueNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Street address; null when unknown.
    async fn address(&self) -> Option<&str> {
        self.0.address.as_deref()
    }

    /// The division or zone it lies in; null when unknown.
    async fn place(&self) -> Option<PlaceNode> {
        self.0.place.map(PlaceNode)
    }

    /// How many people it holds; null when unknown.
    async fn capacity(&self) -> Option<u32> {
        self.0.capacity
    }

    /// How many tables (桌位) for one-to-one meetings it has room for, 1 to 500.
    async fn tables(&self) -> u16 {
        self.0.tables
    }

    /// Whether it is invented for demonstration (示例).
    async fn is_example(&self) -> bool {
        self.0.is_example
    }

    /// Version; raised with each change.
    async fn version(&self) -> i64 {
        self.0.version
    }
}

/// Which venues a list holds; every given part must hold.
#[derive(Debug, Default, InputObject)]
pub struct VenueFilterInput {
    /// Part of the name; at most 100 characters.
    #[graphql(validator(max_length = 100))]
    search: Option<String>,
    /// In exactly this division or zone.
    place: Option<PlaceInput>,
    /// Holds at least as many people.
    #[graphql(validator(custom = "Int32"))]
    min_capacity: Option<u32>,
    /// Has room for at least as many tables.
    min_tables: Option<u16>,
}

/// Counts the whole list, only when asked.
#[derive(Debug)]
pub struct VenueTotal(VenueFilter);

#[Object]
impl VenueTotal {
    /// How many venues the whole list holds.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let scope = Scope::of(ctx)?;
        Ok(store::count(&scope.desk.db, &scope.sees, &self.0).await?)
    }
}

/// Queries about venues.
#[derive(Debug, Default)]
pub struct VenueQuery;

#[Object]
impl VenueQuery {
    /// Venues that match, in the order they were registered, at most 100 a page.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn venues(
        &self,
        ctx: &Context<'_>,
        filter: Option<VenueFilterInput>,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<String, VenueNode, VenueTotal>> {
        const LIST: &str = "venues";
        let scope = Scope::of(ctx)?;
        let page = Span { first, after, last, before }.by_id(LIST)?;
        let filter = filter.unwrap_or_default();
        let filter = VenueFilter {
            search: page::words(filter.search),
            place: filter.place.map(PlaceInput::into_place).transpose()?,
            min_capacity: filter.min_capacity,
            min_tables: filter.min_tables,
        };
        let rows = store::page(&scope.desk.db, &scope.sees, &filter, page.window()).await?;
        let cursor = |row: &Venue| page::cursor(LIST, &[&row.id.to_string()]);
        Ok(page::connection_with(page.slice(rows), VenueTotal(filter), cursor, VenueNode))
    }
}

/// Input of `venueRegister`.
#[derive(Debug, InputObject)]
pub struct VenueRegisterInput {
    /// Name, 1 to 200 characters.
    #[graphql(validator(max_length = 200))]
    name: String,
    /// Street address.
    #[graphql(validator(max_length = 300))]
    address: Option<String>,
    /// The division or zone it lies in; hosts register at home only.
    place: Option<PlaceInput>,
    /// How many people it holds, 1 to 100,000.
    #[graphql(validator(custom = "Int32"))]
    capacity: Option<u32>,
    /// How many tables it has room for, 1 to 500.
    tables: u16,
    /// Whether it is invented for demonstration (示例).
    #[graphql(default)]
    is_example: bool,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// A venue, or why not.
#[derive(Debug, SimpleObject)]
pub struct VenuePayload {
    /// The venue; null if it was refused.
    venue: Option<VenueNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

/// Changes of venues.
#[derive(Debug, Default)]
pub struct VenueMutation;

#[Object]
impl VenueMutation {
    /// Registers a venue. Coordinators anywhere, hosts in their own division or zone.
    async fn venue_register(
        &self,
        ctx: &Context<'_>,
        input: VenueRegisterInput,
    ) -> Result<VenuePayload> {
        let scope = Scope::of(ctx)?;
        let cmd = RegisterVenue {
            name: input.name,
            address: input.address,
            place: input.place.map(PlaceInput::into_place).transpose()?,
            capacity: input.capacity,
            tables: input.tables,
            is_example: input.is_example,
            request_key: input.request_key,
        };
        Ok(match app::register(&scope.desk, &scope.actor, &cmd).await {
            Ok(venue) => VenuePayload { venue: Some(VenueNode(venue)), errors: Vec::new() },
            Err(error) => VenuePayload { venue: None, errors: vec![user_error(error)?] },
        })
    }
}

/// Splits failures: what the user can mend becomes data, the rest an [`ApiError`].
fn user_error(error: VenueCommandError) -> Result<UserError, ApiError> {
    use ErrorCode as Code;
    let (code, field) = match &error {
        VenueCommandError::NotFound => (Code::NotFound, Some("place")),
        VenueCommandError::UnknownPlace => (Code::UnknownReference, Some("place")),
        VenueCommandError::Rule(VenueError::NameMissing) => (Code::Missing, Some("name")),
        VenueCommandError::Rule(VenueError::NameTooLong { .. }) => (Code::Invalid, Some("name")),
        VenueCommandError::Rule(VenueError::Tables { .. }) => (Code::Invalid, Some("tables")),
        VenueCommandError::Rule(VenueError::Capacity { .. }) => (Code::Invalid, Some("capacity")),
        VenueCommandError::Command(_) => (Code::Invalid, None),
    };
    match error {
        VenueCommandError::Command(error) => command_error(error),
        VenueCommandError::NotFound
        | VenueCommandError::UnknownPlace
        | VenueCommandError::Rule(_) => Ok(UserError::new(code, error, field)),
    }
}
