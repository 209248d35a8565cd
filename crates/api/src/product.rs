//! Products in GraphQL, how they hang together, and who makes or uses them.

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use lianmeng_domain::ids::ProductId;
use lianmeng_domain::product::{EnterpriseProduct, Product, ProductEdge, ProductEdgeKind};
use lianmeng_store::product::{self as store, ProductFilter};

use crate::enterprise::EnterpriseNode;
use crate::error::ApiError;
use crate::ids;
use crate::loader::{EdgesFrom, EdgesTo, MakersOf, UsersOf};
use crate::page::{self, NameSort, RowCursor, Span};
use crate::scope::Scope;

/// How one product hangs on another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ProductLinkKind", remote = "ProductEdgeKind")]
pub enum ProductLinkKindWord {
    /// The first is a material of the second (上游材料).
    MaterialOf,
    /// The first is made into the second (下游产品).
    MadeInto,
    /// The first is a kind of the second (子类).
    KindOf,
}

/// Which products a list holds; every given part must hold.
#[derive(Debug, Default, InputObject)]
pub struct ProductFilterInput {
    /// Part of the name, or a whole external id; at most 100 characters.
    #[graphql(validator(max_length = 100))]
    search: Option<String>,
    /// Enterprise that makes it.
    maker_id: Option<ID>,
    /// Enterprise that uses it.
    user_id: Option<ID>,
}

impl ProductFilterInput {
    fn into_filter(self) -> Result<ProductFilter, ApiError> {
        Ok(ProductFilter {
            search: page::words(self.search),
            maker: self.maker_id.map(|id| ids::decode(&id)).transpose()?,
            user: self.user_id.map(|id| ids::decode(&id)).transpose()?,
        })
    }
}

/// A product as clients see it.
#[derive(Debug, Clone)]
pub struct ProductNode(pub Product);

/// A product (产品) that enterprises make or use.
#[Object(name = "Product")]
impl ProductNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// Key in the system it was imported from; null when it has none.
    async fn external_id(&self) -> Option<&str> {
        self.0.external_id.as_deref()
    }

    /// Name, which other products may share.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Version.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// Links that start here: what this is a material of, made into, or a kind of.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn links_from(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<ProductLinkNode>> {
        let key = EdgesFrom { of: self.0.id, first: page::size(first)? };
        Ok(Scope::of(ctx)?.few(key).await?.into_iter().map(ProductLinkNode).collect())
    }

    /// Links that end here: materials, products made into this, and kinds of this.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn links_to(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<ProductLinkNode>> {
        let key = EdgesTo { of: self.0.id, first: page::size(first)? };
        Ok(Scope::of(ctx)?.few(key).await?.into_iter().map(ProductLinkNode).collect())
    }

    /// Enterprises that make it, in the order they were registered.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn makers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<EnterpriseProductNode>> {
        let key = MakersOf { of: self.0.id, first: page::size(first)? };
        Ok(Scope::of(ctx)?.few(key).await?.into_iter().map(EnterpriseProductNode).collect())
    }

    /// Enterprises that use it, in the order they were registered.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn users(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<EnterpriseProductNode>> {
        let key = UsersOf { of: self.0.id, first: page::size(first)? };
        Ok(Scope::of(ctx)?.few(key).await?.into_iter().map(EnterpriseProductNode).collect())
    }
}

/// An edge between two products as clients see it; in a Relay schema the name `ProductEdge` belongs
/// to the edges of the list of products.
#[derive(Debug, Clone, Copy)]
pub struct ProductLinkNode(pub ProductEdge);

/// A directed link between two products, read from the raw material or the narrower kind.
#[Object(name = "ProductLink")]
impl ProductLinkNode {
    /// What it means.
    async fn kind(&self) -> ProductLinkKindWord {
        self.0.kind.into()
    }

    /// Where it starts; null if it is gone.
    async fn from(&self, ctx: &Context<'_>) -> Result<Option<ProductNode>> {
        Ok(Scope::of(ctx)?.one(self.0.from).await?.map(ProductNode))
    }

    /// Where it ends; null if it is gone.
    async fn to(&self, ctx: &Context<'_>) -> Result<Option<ProductNode>> {
        Ok(Scope::of(ctx)?.one(self.0.to).await?.map(ProductNode))
    }
}

/// What an enterprise makes or uses as clients see it.
#[derive(Debug, Clone, Copy)]
pub struct EnterpriseProductNode(pub EnterpriseProduct);

/// A product that an enterprise makes or uses.
#[Object(name = "EnterpriseProduct")]
impl EnterpriseProductNode {
    /// The enterprise; null if it is gone.
    async fn enterprise(&self, ctx: &Context<'_>) -> Result<Option<EnterpriseNode>> {
        Ok(Scope::of(ctx)?.one(self.0.enterprise).await?.map(EnterpriseNode))
    }

    /// The product; null if it is gone.
    async fn product(&self, ctx: &Context<'_>) -> Result<Option<ProductNode>> {
        Ok(Scope::of(ctx)?.one(self.0.product).await?.map(ProductNode))
    }

    /// Share of revenue (made) or of purchases (used) in basis points, 1 to 10 000; null when
    /// unknown.
    async fn share_basis_points(&self) -> Option<i32> {
        self.0.share_basis_points
    }
}

/// Counts the whole list, only when asked.
#[derive(Debug)]
pub struct ProductTotal(ProductFilter);

#[Object]
impl ProductTotal {
    /// How many products the whole list holds.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let scope = Scope::of(ctx)?;
        Ok(store::count(&scope.desk.db, &scope.sees, &self.0).await?)
    }
}

/// Queries about products.
#[derive(Debug, Default)]
pub struct ProductQuery;

#[Object]
impl ProductQuery {
    /// Products that match, at most 100 a page.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn products(
        &self,
        ctx: &Context<'_>,
        filter: Option<ProductFilterInput>,
        #[graphql(default)] sort: NameSort,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<RowCursor<ProductId>, ProductNode, ProductTotal>> {
        let scope = Scope::of(ctx)?;
        let asked = page::asked("products", sort, Span { first, after, last, before })?;
        let filter = filter.unwrap_or_default().into_filter()?;
        let window = asked.window();
        let rows = store::page(&scope.desk.db, &scope.sees, &filter, asked.order, window).await?;
        Ok(asked.connection(rows, ProductTotal(filter), |row| (&row.name, row.id), ProductNode))
    }
}
