//! Lists of enterprises.

use std::sync::Arc;

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, InputObject, Object, Result};
use lianmeng_domain::enterprise::Enterprise;
use lianmeng_domain::ids::EnterpriseId;
use lianmeng_domain::region::Place;
use lianmeng_store::enterprise::{self as store, EnterpriseFilter};
use lianmeng_store::page::{NameKey, NameOrder, Window};

use super::{EnterpriseNode, OwnershipWord};
use crate::error::ApiError;
use crate::ids;
use crate::industry::IndustryInput;
use crate::near::{FirstPage, Length};
use crate::page::{self, NameSort, RowCursor, Span};
use crate::scope::Scope;

/// Which enterprises a list holds; every given part must hold.
#[derive(Debug, Default, InputObject)]
pub struct EnterpriseFilterInput {
    /// Part of a name or alias, the start of a pinyin name, or a whole credit code or external id;
    /// at most 100 characters.
    #[graphql(validator(max_length = 100))]
    search: Option<String>,
    /// One of these owners.
    #[graphql(validator(max_items = 8))]
    ownership: Option<Vec<OwnershipWord>>,
    /// Division code (GB/T 2260) it lies in, such as 320612 or 440300.
    region_code: Option<String>,
    /// Functional zone (功能区) it lies in.
    zone_id: Option<ID>,
    /// Industry (行业) it belongs to, or one above it.
    industry: Option<IndustryInput>,
    /// Industrial chain it is placed on.
    chain_id: Option<ID>,
    /// Committee in one of whose alliances it is a partner.
    committee_id: Option<ID>,
    /// Enterprise whose direct subsidiary it is.
    parent_id: Option<ID>,
    /// Whether it must be a lead firm.
    is_lead_firm: Option<bool>,
    /// Whether it must be a flagship.
    is_flagship: Option<bool>,
}

impl EnterpriseFilterInput {
    fn into_filter(self) -> Result<EnterpriseFilter, ApiError> {
        Ok(EnterpriseFilter {
            search: page::words(self.search),
            ownership: self.ownership.unwrap_or_default().into_iter().map(Into::into).collect(),
            region: page::region(self.region_code)?,
            place: self.zone_id.map(|id| ids::decode(&id)).transpose()?.map(Place::Zone),
            industry: self.industry.map(Into::into),
            chain: self.chain_id.map(|id| ids::decode(&id)).transpose()?,
            committee: self.committee_id.map(|id| ids::decode(&id)).transpose()?,
            parent: self.parent_id.map(|id| ids::decode(&id)).transpose()?,
            is_lead_firm: self.is_lead_firm,
            is_flagship: self.is_flagship,
        })
    }
}

/// Counts the whole list, only when asked.
#[derive(Debug)]
pub struct EnterpriseTotal(EnterpriseFilter);

#[Object]
impl EnterpriseTotal {
    /// How many enterprises the whole list holds.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let scope = Scope::of(ctx)?;
        let key = Length(format!("enterprises {:?}", self.0));
        if let Some(known) = scope.near().and_then(|near| near.get(&key)) {
            return Ok(known);
        }
        let count = store::count(&scope.desk.db, &scope.sees, &self.0).await?;
        if let Some(near) = scope.near() {
            near.put(key, &count);
        }
        Ok(count)
    }
}

/// The rows of a page: read as a whole, or only their ids where the rest may be near.
async fn rows(
    scope: &Scope,
    filter: &EnterpriseFilter,
    order: NameOrder,
    window: Window<NameKey<EnterpriseId>>,
) -> Result<Vec<Enterprise>, ApiError> {
    let (db, sees) = (&scope.desk.db, &scope.sees);
    let Some(near) = scope.near() else {
        return Ok(store::page(db, sees, filter, order, window).await?);
    };
    // Other pages are asked for too rarely to be worth a place.
    if !window.is_start() {
        return scope.many(store::page_ids(db, sees, filter, order, window).await?).await;
    }
    let key = FirstPage(format!("{order:?} {} {filter:?}", window.limit));
    if let Some(ids) = near.get::<FirstPage, Arc<[EnterpriseId]>>(&key) {
        return scope.many(ids.iter().copied()).await;
    }
    let ids: Arc<[EnterpriseId]> = store::page_ids(db, sees, filter, order, window).await?.into();
    near.put(key, &ids);
    scope.many(ids.iter().copied()).await
}

/// Queries about enterprises.
#[derive(Debug, Default)]
pub struct EnterpriseQuery;

#[Object]
impl EnterpriseQuery {
    /// Enterprises that match, at most 100 a page.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn enterprises(
        &self,
        ctx: &Context<'_>,
        filter: Option<EnterpriseFilterInput>,
        #[graphql(default)] sort: NameSort,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<RowCursor<EnterpriseId>, EnterpriseNode, EnterpriseTotal>> {
        let scope = Scope::of(ctx)?;
        let asked = page::asked("enterprises", sort, Span { first, after, last, before })?;
        let filter = filter.unwrap_or_default().into_filter()?;
        let rows = rows(scope, &filter, asked.order, asked.window()).await?;
        let total = EnterpriseTotal(filter);
        Ok(asked.connection(rows, total, |row| (&row.name, row.id), EnterpriseNode))
    }
}
