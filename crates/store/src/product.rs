//! Products, their edges, and who makes or uses them.

use std::collections::BTreeMap;

use lianmeng_domain::ids::{EnterpriseId, ProductId};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::product::{
    EnterpriseProduct, Product, ProductEdge, ProductEdgeKind, ProductRole,
};
use lianmeng_domain::region::RegionCode;
use lianmeng_domain::text;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, QuerySelect, QueryTrait};

use crate::StoreError;
use crate::page::{self, NameColumns, NameKey, NameOrder, Window};
use crate::parse::{self, At};
use crate::visible;

/// The table `products`.
pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "products")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub external_id: Option<String>,
        pub name: String,
        pub name_key: String,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `product_edges`.
pub(crate) mod edge {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "product_edges")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub from_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub to_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub kind: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `enterprise_products`.
pub(crate) mod made {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "enterprise_products")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub enterprise_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub product_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub role: String,
        pub share_basis_points: Option<i32>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Which products a list holds; every given part must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProductFilter {
    /// Part of the name, or a whole external id.
    pub search: Option<String>,
    /// Made by this enterprise.
    pub maker: Option<EnterpriseId>,
    /// Used by this enterprise.
    pub user: Option<EnterpriseId>,
}

fn matches(filter: &ProductFilter) -> Condition {
    let by = |enterprise: EnterpriseId, role: ProductRole| {
        let products = made::Entity::find()
            .select_only()
            .column(made::Column::ProductId)
            .filter(made::COLUMN.enterprise_id.eq(enterprise.to_string()))
            .filter(made::COLUMN.role.eq(role.word()))
            .into_query();
        row::COLUMN.id.in_subquery(products)
    };
    Condition::all()
        .add_option(filter.search.as_deref().map(|words| {
            Condition::any()
                .add(row::COLUMN.name_key.contains(text::normalise(words)))
                .add(row::COLUMN.external_id.eq(words.trim()))
        }))
        .add_option(filter.maker.map(|id| by(id, ProductRole::Makes)))
        .add_option(filter.user.map(|id| by(id, ProductRole::Uses)))
}

/// A page of the products that `filter` matches and the caller sees. Costs one statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &ProductFilter,
    order: NameOrder,
    window: Window<NameKey<ProductId>>,
) -> Result<Vec<Product>, StoreError> {
    let columns = NameColumns { id: row::Column::Id, name_key: row::Column::NameKey };
    let query = row::Entity::find().filter(visible::registry(sees)).filter(matches(filter));
    let rows = page::named(query, columns, order, window).all(db).await?;
    rows.into_iter().map(Product::try_from).collect()
}

/// How many products a list holds in all.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn count(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &ProductFilter,
) -> Result<u64, StoreError> {
    let query = row::Entity::find().filter(visible::registry(sees)).filter(matches(filter));
    Ok(query.count(db).await?)
}

/// The products with these ids that the caller sees, in no order; missing ones are left out.
///
/// # Errors
///
/// As [`page()`].
pub async fn find_many(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    ids: &[ProductId],
) -> Result<Vec<Product>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = row::Entity::find()
        .filter(visible::registry(sees))
        .filter(parse::among(db, row::Column::Id, ids))
        .all(db)
        .await?;
    rows.into_iter().map(Product::try_from).collect()
}

/// Adds `product`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if its external id exists already.
pub async fn insert(db: &impl ConnectionTrait, product: &Product) -> Result<(), StoreError> {
    let row = row::ActiveModel {
        id: Set(product.id.to_string()),
        external_id: Set(product.external_id.clone()),
        name: Set(product.name.clone()),
        name_key: Set(text::normalise(&product.name)),
        version: Set(product.version),
    };
    row::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Adds an edge between two products.
///
/// # Errors
///
/// [`StoreError::Conflict`] if it exists already or one of the products does not.
pub async fn insert_edge(db: &impl ConnectionTrait, edge: ProductEdge) -> Result<(), StoreError> {
    let row = edge::ActiveModel {
        from_id: Set(edge.from.to_string()),
        to_id: Set(edge.to.to_string()),
        kind: Set(edge.kind.word().to_owned()),
    };
    edge::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Adds what an enterprise makes or uses.
///
/// # Errors
///
/// [`StoreError::Conflict`] if it exists already, or enterprise or product do not.
pub async fn insert_made(
    db: &impl ConnectionTrait,
    made: EnterpriseProduct,
) -> Result<(), StoreError> {
    let row = made::ActiveModel {
        enterprise_id: Set(made.enterprise.to_string()),
        product_id: Set(made.product.to_string()),
        role: Set(made.role.word().to_owned()),
        share_basis_points: Set(made.share_basis_points),
    };
    made::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Products whose whole normalised name stands in `text`, itself normalised: at most `limit`, the
/// longest names first. Looks at every product once.
///
/// # Errors
///
/// As [`page()`].
pub async fn named_in(
    db: &impl ConnectionTrait,
    text: &str,
    limit: u64,
) -> Result<Vec<Product>, StoreError> {
    use sea_orm::sea_query::Func;
    use sea_orm::{ExprTrait as _, QueryOrder as _};
    /// Shorter names stand in any text.
    const MIN_CHARS: i32 = 2;
    let length = || Expr::expr(Func::char_length(Expr::col(row::Column::NameKey)));
    let shortened = Func::cust("REPLACE").arg(text).arg(Expr::col(row::Column::NameKey)).arg("");
    let query = row::Entity::find()
        .filter(length().gte(MIN_CHARS))
        .filter(Expr::expr(shortened).ne(text))
        .order_by_desc(length())
        .order_by_asc(row::Column::Id)
        .limit(limit);
    query.all(db).await?.into_iter().map(Product::try_from).collect()
}

/// The first edges that start at each of `products`, sorted by start, end and kind. One statement.
///
/// # Errors
///
/// As [`page()`].
pub async fn edges_from(
    db: &impl ConnectionTrait,
    products: &[ProductId],
    first: u64,
) -> Result<Vec<ProductEdge>, StoreError> {
    first_edges(db, edge::Entity::find(), (edge::Column::FromId, products), first).await
}

/// The first edges that end at each of `products`, sorted by end, start and kind. One statement.
///
/// # Errors
///
/// As [`page()`].
pub async fn edges_to(
    db: &impl ConnectionTrait,
    products: &[ProductId],
    first: u64,
) -> Result<Vec<ProductEdge>, StoreError> {
    first_edges(db, edge::Entity::find(), (edge::Column::ToId, products), first).await
}

/// The first kinds of each of `products`: edges of that kind that end at it, sorted by end and start. One
/// statement.
///
/// # Errors
///
/// As [`page()`].
pub async fn kinds_of(
    db: &impl ConnectionTrait,
    products: &[ProductId],
    first: u64,
) -> Result<Vec<ProductEdge>, StoreError> {
    first_edges(db, kinds(), (edge::Column::ToId, products), first).await
}

/// What each of `products` is a kind of, the first of each, sorted by start and end. One statement.
///
/// # Errors
///
/// As [`page()`].
pub async fn families_of(
    db: &impl ConnectionTrait,
    products: &[ProductId],
    first: u64,
) -> Result<Vec<ProductEdge>, StoreError> {
    first_edges(db, kinds(), (edge::Column::FromId, products), first).await
}

fn kinds() -> Select<edge::Entity> {
    edge::Entity::find().filter(edge::COLUMN.kind.eq(ProductEdgeKind::KindOf.word()))
}

/// The first of `edges` at each of `products`, which stand at their `end`, by the other end and the kind.
async fn first_edges(
    db: &impl ConnectionTrait,
    edges: Select<edge::Entity>,
    (end, products): (edge::Column, &[ProductId]),
    first: u64,
) -> Result<Vec<ProductEdge>, StoreError> {
    use edge::Column::{FromId, Kind, ToId};
    let other = if matches!(end, FromId) { ToId } else { FromId };
    let query = edges.filter(parse::among(db, end, products));
    let rows = page::first_of_each(db, query, end, &[other, Kind], first).await?;
    rows.into_iter().map(ProductEdge::try_from).collect()
}

/// How many enterprises of `city` make each of `products`: in its districts, or in a zone that overlaps
/// one of them. Those that nobody there makes are left out. One statement.
///
/// # Errors
///
/// As [`page()`].
pub async fn makers_within(
    db: &impl ConnectionTrait,
    products: &[ProductId],
    city: RegionCode,
) -> Result<BTreeMap<ProductId, u32>, StoreError> {
    use crate::enterprise::row as firm;
    use crate::region::zone::overlap;
    let zones = overlap::Entity::find()
        .select_only()
        .column(overlap::Column::ZoneId)
        .filter(parse::within(overlap::Column::RegionCode, city))
        .into_query();
    let there = firm::Entity::find()
        .select_only()
        .column(firm::Column::Id)
        .filter(
            Condition::any()
                .add(parse::within(firm::Column::RegionCode, city))
                .add(firm::COLUMN.zone_id.in_subquery(zones)),
        )
        .into_query();
    let rows: Vec<(String, i64)> = made::Entity::find()
        .select_only()
        .column(made::Column::ProductId)
        .column_as(made::Column::EnterpriseId.count(), "makers")
        .filter(parse::among(db, made::Column::ProductId, products))
        .filter(made::COLUMN.role.eq(ProductRole::Makes.word()))
        .filter(made::COLUMN.enterprise_id.in_subquery(there))
        .group_by(made::Column::ProductId)
        .into_tuple()
        .all(db)
        .await?;
    let count = |(id, makers): (String, i64)| {
        let id = parse::value(At("enterprise_products", "product_id"), &id)?;
        Ok((id, u32::try_from(makers).unwrap_or(u32::MAX)))
    };
    rows.into_iter().map(count).collect()
}

/// The first products each of `enterprises` makes or uses, in order of product ids. One statement.
///
/// # Errors
///
/// As [`page()`].
pub async fn made_by(
    db: &impl ConnectionTrait,
    enterprises: &[EnterpriseId],
    role: ProductRole,
    first: u64,
) -> Result<Vec<EnterpriseProduct>, StoreError> {
    use made::Column::{EnterpriseId, ProductId};
    let query = made::Entity::find()
        .filter(parse::among(db, EnterpriseId, enterprises))
        .filter(made::COLUMN.role.eq(role.word()));
    let rows = page::first_of_each(db, query, EnterpriseId, &[ProductId], first).await?;
    rows.into_iter().map(EnterpriseProduct::try_from).collect()
}

/// The first enterprises that make or use each of `products`, in order of enterprise ids. One
/// statement.
///
/// # Errors
///
/// As [`page()`].
pub async fn makers_of(
    db: &impl ConnectionTrait,
    products: &[ProductId],
    role: ProductRole,
    first: u64,
) -> Result<Vec<EnterpriseProduct>, StoreError> {
    use made::Column::{EnterpriseId, ProductId};
    let query = made::Entity::find()
        .filter(parse::among(db, ProductId, products))
        .filter(made::COLUMN.role.eq(role.word()));
    let rows = page::first_of_each(db, query, ProductId, &[EnterpriseId], first).await?;
    rows.into_iter().map(EnterpriseProduct::try_from).collect()
}

impl TryFrom<row::Model> for Product {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: parse::value(At("products", "id"), &row.id)?,
            external_id: row.external_id,
            name: row.name,
            version: row.version,
        })
    }
}

impl TryFrom<edge::Model> for ProductEdge {
    type Error = StoreError;

    fn try_from(row: edge::Model) -> Result<Self, StoreError> {
        let at = |column| At("product_edges", column);
        Ok(Self {
            from: parse::value(at("from_id"), &row.from_id)?,
            to: parse::value(at("to_id"), &row.to_id)?,
            kind: parse::word(at("kind"), &row.kind, ProductEdgeKind::from_word)?,
        })
    }
}

impl TryFrom<made::Model> for EnterpriseProduct {
    type Error = StoreError;

    fn try_from(row: made::Model) -> Result<Self, StoreError> {
        let at = |column| At("enterprise_products", column);
        Ok(Self {
            enterprise: parse::value(at("enterprise_id"), &row.enterprise_id)?,
            product: parse::value(at("product_id"), &row.product_id)?,
            role: parse::word(at("role"), &row.role, ProductRole::from_word)?,
            share_basis_points: row.share_basis_points,
        })
    }
}
