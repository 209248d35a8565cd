//! Observed supply edges in GraphQL: confidential, each caller sees a part.

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, InputObject, Object, Result};
use lianmeng_app::registry::Register;
use lianmeng_app::supply::{
    self as app, DisputeSupplyEdge, EndSupplyEdge, RemoveSupplyEdge, SupplyCard,
};
use lianmeng_domain::ids::SupplyEdgeId;
use lianmeng_domain::rights::DataClass;
use lianmeng_domain::supply::SupplyEdge;
use lianmeng_store::supply::{self as store, SupplyFilter};

use crate::enterprise::EnterpriseNode;
use crate::error::ApiError;
use crate::ids;
use crate::page::{self, Span};
use crate::product::ProductNode;
use crate::registry::{RemovedPayload, payload};
use crate::scalars::Day;
use crate::scope::Scope;

/// Which supply edges a list holds; every given part must hold.
#[derive(Debug, Default, InputObject)]
pub struct SupplyEdgeFilterInput {
    /// Who supplies.
    supplier_id: Option<ID>,
    /// Who buys.
    buyer_id: Option<ID>,
    /// Whether it must be disputed.
    is_disputed: Option<bool>,
    /// Day on which it must be in force, China's local date.
    valid_on: Option<Day>,
}

impl SupplyEdgeFilterInput {
    fn into_filter(self) -> Result<SupplyFilter, ApiError> {
        Ok(SupplyFilter {
            supplier: self.supplier_id.map(|id| ids::decode(&id)).transpose()?,
            buyer: self.buyer_id.map(|id| ids::decode(&id)).transpose()?,
            is_disputed: self.is_disputed,
            valid_on: self.valid_on.map(Day::date),
        })
    }
}

/// A supply edge as clients see it.
#[derive(Debug, Clone)]
pub struct SupplyEdgeNode(pub SupplyEdge);

/// Somebody's statement that one enterprise supplies another (供应关系).
#[Object(name = "SupplyEdge")]
impl SupplyEdgeNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// Who supplies; null if it is gone.
    async fn supplier(&self, ctx: &Context<'_>) -> Result<Option<EnterpriseNode>> {
        Ok(Scope::of(ctx)?.one(self.0.supplier).await?.map(EnterpriseNode))
    }

    /// Who buys; null if it is gone.
    async fn buyer(&self, ctx: &Context<'_>) -> Result<Option<EnterpriseNode>> {
        Ok(Scope::of(ctx)?.one(self.0.buyer).await?.map(EnterpriseNode))
    }

    /// What is supplied; null when unknown.
    async fn product(&self, ctx: &Context<'_>) -> Result<Option<ProductNode>> {
        let Some(product) = self.0.product else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(product).await?.map(ProductNode))
    }

    /// Who says so: a file, a filing, an enterprise.
    async fn source(&self) -> &str {
        &self.0.source
    }

    /// How sure, in basis points, 0 to 10 000.
    async fn confidence_basis_points(&self) -> i32 {
        self.0.confidence_basis_points
    }

    /// First day it holds, China's local date; null when unknown.
    async fn valid_from(&self) -> Option<Day> {
        self.0.valid_from.map(Day)
    }

    /// Last day it holds, China's local date; null while it does.
    async fn valid_to(&self) -> Option<Day> {
        self.0.valid_to.map(Day)
    }

    /// Whether one of the two enterprises denies it; a disputed edge enters no figure.
    async fn is_disputed(&self) -> bool {
        self.0.is_disputed
    }
}

/// Counts the whole list, only when asked.
#[derive(Debug)]
pub struct SupplyEdgeTotal(SupplyFilter);

#[Object]
impl SupplyEdgeTotal {
    /// How many supply edges the whole list holds.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let scope = Scope::of(ctx)?;
        Ok(store::count(&scope.desk.db, scope.sees_of(DataClass::SupplyEdge), &self.0).await?)
    }
}

/// Queries about supply edges.
#[derive(Debug, Default)]
pub struct SupplyQuery;

const LIST: &str = "supplyEdges";

#[Object]
impl SupplyQuery {
    /// Supply edges that match and that you may see, in the order they were registered, at most 100
    /// a page.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn supply_edges(
        &self,
        ctx: &Context<'_>,
        filter: Option<SupplyEdgeFilterInput>,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<String, SupplyEdgeNode, SupplyEdgeTotal>> {
        let scope = Scope::of(ctx)?;
        let page = Span { first, after, last, before }.by_id(LIST)?;
        let filter = filter.unwrap_or_default().into_filter()?;
        let rows = store::page(
            &scope.desk.db,
            scope.sees_of(DataClass::SupplyEdge),
            &filter,
            page.window(),
        )
        .await?;
        let cursor = |row: &SupplyEdge| page::cursor(LIST, &[&row.id.to_string()]);
        Ok(page::connection_with(page.slice(rows), SupplyEdgeTotal(filter), cursor, SupplyEdgeNode))
    }
}

/// Input of `supplyEdgeRegister`.
#[derive(Debug, InputObject)]
pub struct SupplyEdgeRegisterInput {
    /// Who supplies.
    supplier_id: ID,
    /// Who buys.
    buyer_id: ID,
    /// What, if known.
    product_id: Option<ID>,
    /// Who says so, 1 to 200 characters: a file, a filing, an enterprise.
    #[graphql(validator(max_length = 200))]
    source: String,
    /// How sure, in basis points, 0 to 10 000.
    confidence_basis_points: i32,
    /// First day it holds, China's local date.
    valid_from: Option<Day>,
    /// Last day it holds, China's local date.
    valid_to: Option<Day>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `supplyEdgeDispute`.
#[derive(Debug, InputObject)]
pub struct SupplyEdgeDisputeInput {
    /// The edge.
    supply_edge_id: ID,
    /// Whether it is denied; false takes the dispute back.
    is_disputed: bool,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `supplyEdgeEnd`.
#[derive(Debug, InputObject)]
pub struct SupplyEdgeEndInput {
    /// The edge.
    supply_edge_id: ID,
    /// Last day it holds, China's local date.
    valid_to: Day,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `supplyEdgeRemove`.
#[derive(Debug, InputObject)]
pub struct SupplyEdgeRemoveInput {
    /// The edge.
    supply_edge_id: ID,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

payload! {
    /// A supply edge, or why not.
    SupplyEdgePayload {
        /// The edge after the change; null if it was refused.
        supply_edge: SupplyEdgeNode(SupplyEdgeId)
    }
}

/// Changes of supply edges.
#[derive(Debug, Default)]
pub struct SupplyMutation;

#[Object]
impl SupplyMutation {
    /// Registers a supply edge. Coordinators only.
    async fn supply_edge_register(
        &self,
        ctx: &Context<'_>,
        input: SupplyEdgeRegisterInput,
    ) -> Result<SupplyEdgePayload> {
        let card = SupplyCard {
            supplier: ids::decode(&input.supplier_id)?,
            buyer: ids::decode(&input.buyer_id)?,
            product: input.product_id.map(|id| ids::decode(&id)).transpose()?,
            source: input.source,
            confidence_basis_points: input.confidence_basis_points,
            valid_from: input.valid_from.map(Day::date),
            valid_to: input.valid_to.map(Day::date),
        };
        let scope = Scope::of(ctx)?;
        let cmd = Register { card, request_key: input.request_key };
        let done = app::register(&scope.desk, &scope.actor, &cmd).await;
        Ok(SupplyEdgePayload::of(scope, done).await?)
    }

    /// Disputes a supply edge, or takes the dispute back: supplier, buyer, or a coordinator.
    async fn supply_edge_dispute(
        &self,
        ctx: &Context<'_>,
        input: SupplyEdgeDisputeInput,
    ) -> Result<SupplyEdgePayload> {
        let scope = Scope::of(ctx)?;
        let cmd = DisputeSupplyEdge {
            edge: ids::decode(&input.supply_edge_id)?,
            is_disputed: input.is_disputed,
            request_key: input.request_key,
        };
        let done = app::dispute(&scope.desk, &scope.actor, &cmd).await;
        Ok(SupplyEdgePayload::of(scope, done).await?)
    }

    /// Ends a supply edge, which stays in history. Coordinators only.
    async fn supply_edge_end(
        &self,
        ctx: &Context<'_>,
        input: SupplyEdgeEndInput,
    ) -> Result<SupplyEdgePayload> {
        let scope = Scope::of(ctx)?;
        let cmd = EndSupplyEdge {
            edge: ids::decode(&input.supply_edge_id)?,
            valid_to: input.valid_to.date(),
            request_key: input.request_key,
        };
        let done = app::end(&scope.desk, &scope.actor, &cmd).await;
        Ok(SupplyEdgePayload::of(scope, done).await?)
    }

    /// Removes a supply edge that was entered by mistake. Coordinators only.
    async fn supply_edge_remove(
        &self,
        ctx: &Context<'_>,
        input: SupplyEdgeRemoveInput,
    ) -> Result<RemovedPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = RemoveSupplyEdge {
            edge: ids::decode(&input.supply_edge_id)?,
            request_key: input.request_key,
        };
        let done = app::remove(&scope.desk, &scope.actor, &cmd).await;
        Ok(RemovedPayload::of(done)?)
    }
}

#[cfg(test)]
mod tests;
