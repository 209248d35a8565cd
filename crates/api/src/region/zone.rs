//! Functional zones in GraphQL.

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, InputObject, Object, Result};
use lianmeng_app::region::{self as app, ZoneCard};
use lianmeng_app::registry::{Register, Update};
use lianmeng_domain::ids::ZoneId;
use lianmeng_domain::region::{RegionCode, Zone};
use lianmeng_store::region::zone::{self as store, ZoneFilter};

use crate::error::ApiError;
use crate::ids;
use crate::page::{self, NameSort, RowCursor, Span};
use crate::region::RegionNode;
use crate::registry::{RemoveInput, RemovedPayload, payload};
use crate::scalars::Int32;
use crate::scope::Scope;

/// Which zones a list holds; every given part must hold.
#[derive(Debug, Default, InputObject)]
pub struct ZoneFilterInput {
    /// Part of the name, or a whole alias; at most 100 characters.
    #[graphql(validator(max_length = 100))]
    search: Option<String>,
    /// Division code (GB/T 2260) it overlaps, itself or a part of it.
    region_code: Option<String>,
}

impl ZoneFilterInput {
    fn into_filter(self) -> Result<ZoneFilter, ApiError> {
        Ok(ZoneFilter { search: page::words(self.search), region: page::region(self.region_code)? })
    }
}

/// A zone as clients see it.
#[derive(Debug, Clone)]
pub struct ZoneNode(pub Zone);

/// A functional zone (功能区) such as 前海: no division of its own, may overlap several.
#[Object(name = "Zone")]
impl ZoneNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// Name, unique.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Other names.
    async fn aliases(&self) -> &[String] {
        &self.0.aliases
    }

    /// Divisions it overlaps, by code.
    async fn overlaps(&self, ctx: &Context<'_>) -> Result<Vec<RegionNode>> {
        let found = Scope::of(ctx)?.many(self.0.overlaps.iter().copied()).await?;
        Ok(found.into_iter().map(RegionNode).collect())
    }

    /// Whether it is invented for demonstration (示例).
    async fn is_example(&self) -> bool {
        self.0.is_example
    }

    /// Version; send it back with a change.
    async fn version(&self) -> i64 {
        self.0.version
    }
}

/// Counts the whole list, only when asked.
#[derive(Debug)]
pub struct ZoneTotal(ZoneFilter);

#[Object]
impl ZoneTotal {
    /// How many zones the whole list holds.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let scope = Scope::of(ctx)?;
        Ok(store::count(&scope.desk.db, &scope.sees, &self.0).await?)
    }
}

/// Queries about zones.
#[derive(Debug, Default)]
pub struct ZoneQuery;

#[Object]
impl ZoneQuery {
    /// Functional zones that match, at most 100 a page.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn zones(
        &self,
        ctx: &Context<'_>,
        filter: Option<ZoneFilterInput>,
        #[graphql(default)] sort: NameSort,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<RowCursor<ZoneId>, ZoneNode, ZoneTotal>> {
        let scope = Scope::of(ctx)?;
        let asked = page::asked("zones", sort, Span { first, after, last, before })?;
        let filter = filter.unwrap_or_default().into_filter()?;
        let window = asked.window();
        let rows = store::page(&scope.desk.db, &scope.sees, &filter, asked.order, window).await?;
        Ok(asked.connection(rows, ZoneTotal(filter), |row| (&row.name, row.id), ZoneNode))
    }
}

/// The card of a zone as a person fills it in.
#[derive(Debug, InputObject)]
pub struct ZoneCardInput {
    /// Name, 1 to 100 characters, unique.
    #[graphql(validator(max_length = 100))]
    name: String,
    /// Other names, at most 20.
    #[graphql(validator(max_items = 20))]
    aliases: Option<Vec<String>>,
    /// Codes of the divisions (GB/T 2260) it overlaps, at most 100.
    #[graphql(validator(max_items = 100))]
    overlap_codes: Vec<String>,
}

impl ZoneCardInput {
    fn into_card(self) -> Result<ZoneCard, ApiError> {
        let codes = self.overlap_codes.iter().map(|code| code.parse::<RegionCode>());
        let overlaps = codes.collect::<Result<_, _>>();
        Ok(ZoneCard {
            name: self.name,
            aliases: self.aliases.unwrap_or_default(),
            overlaps: overlaps.map_err(|error| ApiError::BadInput(error.to_string()))?,
        })
    }
}

/// Input of `zoneRegister`.
#[derive(Debug, InputObject)]
pub struct ZoneRegisterInput {
    /// The card.
    card: ZoneCardInput,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `zoneUpdate`.
#[derive(Debug, InputObject)]
pub struct ZoneUpdateInput {
    /// Zone to change.
    zone_id: ID,
    /// Version that was read; the change is refused if somebody saved it since.
    #[graphql(validator(custom = "Int32"))]
    version: i64,
    /// The whole new card.
    card: ZoneCardInput,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

payload! {
    /// A zone, or why not.
    ZonePayload {
        /// The zone after the change; null if it was refused.
        zone: ZoneNode(ZoneId)
    }
}

/// Changes of zones.
#[derive(Debug, Default)]
pub struct ZoneMutation;

#[Object]
impl ZoneMutation {
    /// Registers a functional zone. Coordinators only.
    async fn zone_register(
        &self,
        ctx: &Context<'_>,
        input: ZoneRegisterInput,
    ) -> Result<ZonePayload> {
        let cmd = Register { card: input.card.into_card()?, request_key: input.request_key };
        let scope = Scope::of(ctx)?;
        let done = app::register_zone(&scope.desk, &scope.actor, &cmd).await;
        Ok(ZonePayload::of(scope, done).await?)
    }

    /// Replaces the card of a zone. Coordinators only.
    async fn zone_update(&self, ctx: &Context<'_>, input: ZoneUpdateInput) -> Result<ZonePayload> {
        let cmd = Update {
            id: ids::decode(&input.zone_id)?,
            version: input.version,
            card: input.card.into_card()?,
            request_key: input.request_key,
        };
        let scope = Scope::of(ctx)?;
        let done = app::update_zone(&scope.desk, &scope.actor, &cmd).await;
        Ok(ZonePayload::of(scope, done).await?)
    }

    /// Removes a zone in which nothing lies. Coordinators only.
    async fn zone_remove(&self, ctx: &Context<'_>, input: RemoveInput) -> Result<RemovedPayload> {
        let scope = Scope::of(ctx)?;
        let done = app::remove_zone(&scope.desk, &scope.actor, &input.into_cmd()?).await;
        Ok(RemovedPayload::of(done)?)
    }
}
