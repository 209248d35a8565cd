//! Places in GraphQL: administrative divisions with their history, and functional zones.

pub mod zone;

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object, OneofObject, Result, SimpleObject};
use lianmeng_app::region as app;
use lianmeng_domain::region::{Place, Region, RegionCode, RegionLevel};
use lianmeng_store::region::{self as store, RegionFilter};

use crate::error::ApiError;
use crate::ids;
use crate::loader::{PredecessorsOf, RegionsBelow, ZonesOf};
use crate::page::{self, Span};
use crate::scope::Scope;
use zone::ZoneNode;

/// Level of a division.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "RegionLevel", remote = "RegionLevel")]
pub enum RegionLevelWord {
    /// Province, autonomous region or municipality (省级).
    Province,
    /// City (地级).
    City,
    /// District or county (县级).
    District,
}

/// Which divisions a list holds; every given part must hold.
#[derive(Debug, Default, InputObject)]
pub struct RegionFilterInput {
    /// Part of the name, or the start of a code; at most 50 characters.
    #[graphql(validator(max_length = 50))]
    search: Option<String>,
    /// Code of the division directly above.
    parent_code: Option<String>,
    /// Level it is on.
    level: Option<RegionLevelWord>,
    /// Whether it must be in force.
    is_current: Option<bool>,
}

impl RegionFilterInput {
    fn into_filter(self) -> Result<RegionFilter, ApiError> {
        Ok(RegionFilter {
            search: page::words(self.search),
            parent: page::region(self.parent_code)?,
            level: self.level.map(Into::into),
            is_current: self.is_current,
        })
    }
}

/// What stands before the colon in the global id of a division.
pub(crate) const TAG: &str = "region";

/// A division as clients see it.
#[derive(Debug, Clone)]
pub struct RegionNode(pub Region);

/// An administrative division (行政区划, GB/T 2260), in force or past.
#[Object(name = "Region")]
impl RegionNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ID(format!("{TAG}:{}", self.0.code))
    }

    /// Six-digit code of GB/T 2260.
    async fn code(&self) -> String {
        self.0.code.to_string()
    }

    /// Name as published, such as 通州区.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Its level.
    async fn level(&self) -> RegionLevelWord {
        self.0.code.level().into()
    }

    /// Whether it is in force.
    async fn is_current(&self) -> bool {
        self.0.until_year.is_none()
    }

    /// Last year it was in force; null while it is.
    async fn until_year(&self) -> Option<i32> {
        self.0.until_year
    }

    /// The division above; null for provinces.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<RegionNode>> {
        let Some(parent) = self.0.parent else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(parent).await?.map(RegionNode))
    }

    /// The division that took its place; null while it is in force.
    async fn successor(&self, ctx: &Context<'_>) -> Result<Option<RegionNode>> {
        let Some(successor) = self.0.successor else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(successor).await?.map(RegionNode))
    }

    /// Past divisions whose place it took, by code.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn predecessors(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<RegionNode>> {
        let key = PredecessorsOf { of: self.0.code, first: page::size(first)? };
        Ok(Scope::of(ctx)?.few(key).await?.into_iter().map(RegionNode).collect())
    }

    /// Divisions directly below, by code, past ones too; for more, ask `regions` with this parent.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn children(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<RegionNode>> {
        let key = RegionsBelow { of: self.0.code, first: page::size(first)? };
        Ok(Scope::of(ctx)?.few(key).await?.into_iter().map(RegionNode).collect())
    }

    /// Functional zones (功能区) that overlap it, in the order they were registered.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn zones(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<ZoneNode>> {
        let scope = Scope::of(ctx)?;
        let links = scope.few(ZonesOf { of: self.0.code, first: page::size(first)? }).await?;
        let found = scope.many(links.into_iter().map(|(_, zone)| zone)).await?;
        Ok(found.into_iter().map(ZoneNode).collect())
    }
}

/// A place as clients see it.
#[derive(Debug, Clone, Copy)]
pub struct PlaceNode(pub Place);

/// A place: a division, or a functional zone (功能区) that has no division code of its own.
#[Object(name = "Place")]
impl PlaceNode {
    /// Code of the division (GB/T 2260); null for a zone.
    async fn region_code(&self) -> Option<String> {
        match self.0 {
            Place::Region(code) => Some(code.to_string()),
            Place::Zone(_) => None,
        }
    }

    /// Global id of the zone; null for a division.
    async fn zone_id(&self) -> Option<ID> {
        match self.0 {
            Place::Region(_) => None,
            Place::Zone(id) => Some(ids::encode(id)),
        }
    }

    /// Name, such as 南山区 or 前海; null if it is gone.
    async fn name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(Scope::of(ctx)?.one(self.0).await?)
    }

    /// The division; null for a zone.
    async fn region(&self, ctx: &Context<'_>) -> Result<Option<RegionNode>> {
        match self.0 {
            Place::Region(code) => Ok(Scope::of(ctx)?.one(code).await?.map(RegionNode)),
            Place::Zone(_) => Ok(None),
        }
    }

    /// The functional zone; null for a division.
    async fn zone(&self, ctx: &Context<'_>) -> Result<Option<ZoneNode>> {
        match self.0 {
            Place::Region(_) => Ok(None),
            Place::Zone(id) => Ok(Scope::of(ctx)?.one(id).await?.map(ZoneNode)),
        }
    }
}

/// A place: a division or a functional zone (功能区).
#[derive(Debug, OneofObject)]
pub enum PlaceInput {
    /// Code of a division (GB/T 2260), such as 440305.
    RegionCode(String),
    /// Global id of a zone.
    ZoneId(ID),
}

impl PlaceInput {
    /// The place meant.
    ///
    /// # Errors
    ///
    /// A text for people if it is neither a code nor an id.
    pub fn into_place(self) -> Result<Place, ApiError> {
        match self {
            Self::RegionCode(code) => code
                .parse::<RegionCode>()
                .map(Place::Region)
                .map_err(|error| ApiError::BadInput(error.to_string())),
            Self::ZoneId(id) => Ok(Place::Zone(ids::decode(&id)?)),
        }
    }
}

/// What a name may mean.
#[derive(Debug, SimpleObject)]
pub struct RegionMatch {
    /// The division in force.
    region: RegionNode,
    /// The past division that was named, whose place `region` took; null if the name is in force.
    former: Option<RegionNode>,
}

/// Counts the whole list, only when asked.
#[derive(Debug)]
pub struct RegionTotal(RegionFilter);

#[Object]
impl RegionTotal {
    /// How many divisions the whole list holds.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        Ok(store::count(&Scope::of(ctx)?.desk.db, &self.0).await?)
    }
}

/// Queries about divisions.
#[derive(Debug, Default)]
pub struct RegionQuery;

#[Object]
impl RegionQuery {
    /// Administrative divisions that match, by code, at most 100 a page.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn regions(
        &self,
        ctx: &Context<'_>,
        filter: Option<RegionFilterInput>,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<String, RegionNode, RegionTotal>> {
        const LIST: &str = "regions";
        let span = Span { first, after, last, before };
        let page = span.by_key(LIST, |[code]| code.parse::<RegionCode>().ok())?;
        let filter = filter.unwrap_or_default().into_filter()?;
        let rows = store::page(&Scope::of(ctx)?.desk.db, &filter, page.window()).await?;
        let cursor = |row: &Region| page::cursor(LIST, &[&row.code.to_string()]);
        Ok(page::connection_with(page.slice(rows), RegionTotal(filter), cursor, RegionNode))
    }

    /// The division with this code; null if there never was one.
    async fn region(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Six-digit code of GB/T 2260.")] code: String,
    ) -> Result<Option<RegionNode>> {
        let Some(code) = page::region(Some(code))? else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(code).await?.map(RegionNode))
    }

    /// Every division in force that a name may mean, by code: none, one, or several to choose from.
    /// 通州区 means two, 南通市通州区 one; past names and codes lead to their successor.
    async fn region_resolve(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Code, full or short name, or a path such as 南通市通州区.",
            validator(min_length = 1, max_length = 50)
        )]
        name: String,
        #[graphql(
            desc = "Keeps only divisions inside of what this code or name means.",
            validator(max_length = 50)
        )]
        parent: Option<String>,
    ) -> Result<Vec<RegionMatch>> {
        let scope = Scope::of(ctx)?;
        let found = app::resolve(&scope.desk, &name, page::words(parent).as_deref()).await?;
        let mut matches = Vec::new();
        for (code, former) in found {
            let Some(region) = scope.one(code).await? else { continue };
            let former = match former {
                Some(former) => scope.one(former).await?.map(RegionNode),
                None => None,
            };
            matches.push(RegionMatch { region: RegionNode(region), former });
        }
        Ok(matches)
    }
}

#[cfg(test)]
mod tests;
