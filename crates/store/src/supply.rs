//! Observed supply edges: who was seen to supply whom.

use chrono::NaiveDate;
use lianmeng_domain::ids::{EnterpriseId, SupplyEdgeId};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::supply::SupplyEdge;
use sea_orm::ActiveValue::Set;
use sea_orm::Condition;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::SelectStatement;

use crate::StoreError;
use crate::page::{self, Way, Window};
use crate::parse::{self, At};
use crate::visible;

/// The table `supply_edges`.
pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "supply_edges")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub supplier_id: String,
        pub buyer_id: String,
        pub product_id: Option<String>,
        pub source: String,
        pub confidence_basis_points: i32,
        pub valid_from: Option<Date>,
        pub valid_to: Option<Date>,
        pub is_disputed: bool,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Which supply edges a list holds; every given part must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SupplyFilter {
    /// From this supplier.
    pub supplier: Option<EnterpriseId>,
    /// To this buyer.
    pub buyer: Option<EnterpriseId>,
    /// Whether it must be disputed.
    pub is_disputed: Option<bool>,
    /// In force on this day.
    pub valid_on: Option<NaiveDate>,
}

fn matches(filter: &SupplyFilter) -> Condition {
    Condition::all()
        .add_option(filter.supplier.map(|id| row::COLUMN.supplier_id.eq(id.to_string())))
        .add_option(filter.buyer.map(|id| row::COLUMN.buyer_id.eq(id.to_string())))
        .add_option(filter.is_disputed.map(|yes| row::COLUMN.is_disputed.eq(yes)))
        .add_option(filter.valid_on.map(|day| {
            let begun = Condition::any()
                .add(row::COLUMN.valid_from.is_null())
                .add(row::COLUMN.valid_from.lte(day));
            let lasting = Condition::any()
                .add(row::COLUMN.valid_to.is_null())
                .add(row::COLUMN.valid_to.gte(day));
            Condition::all().add(begun).add(lasting)
        }))
}

/// Supply edges are confidential: an enterprise sees its own, a group those of its members, a
/// committee those that touch its chain, a host those within its place; the public and organisations
/// see none.
fn visible(sees: &Visibility) -> Condition {
    let touching = |enterprises: SelectStatement| {
        Condition::any()
            .add(row::COLUMN.supplier_id.in_subquery(enterprises.clone()))
            .add(row::COLUMN.buyer_id.in_subquery(enterprises))
    };
    let within = |enterprises: SelectStatement| {
        Condition::all()
            .add(row::COLUMN.supplier_id.in_subquery(enterprises.clone()))
            .add(row::COLUMN.buyer_id.in_subquery(enterprises))
    };
    match sees {
        Visibility::All => Condition::all(),
        Visibility::Committee(id) => touching(visible::on_chain_of(*id)),
        Visibility::Region(code) => within(visible::in_region(*code)),
        Visibility::Zone(id) => within(visible::in_zone(*id)),
        Visibility::Group(id) => touching(visible::group(*id)),
        Visibility::Enterprise(id) => Condition::any()
            .add(row::COLUMN.supplier_id.eq(id.to_string()))
            .add(row::COLUMN.buyer_id.eq(id.to_string())),
        Visibility::Organisation(_) | Visibility::Published | Visibility::Nothing => {
            Condition::all().add(Expr::value(false))
        }
    }
}

/// A page of the supply edges that `filter` matches and the caller sees, in order of ids. One
/// statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &SupplyFilter,
    window: Window<SupplyEdgeId>,
) -> Result<Vec<SupplyEdge>, StoreError> {
    let query = row::Entity::find().filter(visible(sees)).filter(matches(filter));
    let cut = page::by_id(query, (row::Column::Id, Way::Up), window);
    let rows = cut.all(db).await?;
    rows.into_iter().map(SupplyEdge::try_from).collect()
}

/// How many supply edges a list holds in all.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn count(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &SupplyFilter,
) -> Result<u64, StoreError> {
    Ok(row::Entity::find().filter(visible(sees)).filter(matches(filter)).count(db).await?)
}

/// The supply edges with these ids that the caller sees, in no order; missing ones are left out.
///
/// # Errors
///
/// As [`page()`].
pub async fn find_many(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    ids: &[SupplyEdgeId],
) -> Result<Vec<SupplyEdge>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = row::Entity::find()
        .filter(visible(sees))
        .filter(parse::among(db, row::Column::Id, ids))
        .all(db)
        .await?;
    rows.into_iter().map(SupplyEdge::try_from).collect()
}

/// One supply edge, if there is one that the caller sees.
///
/// # Errors
///
/// As [`page()`].
pub async fn find(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    id: SupplyEdgeId,
) -> Result<Option<SupplyEdge>, StoreError> {
    Ok(find_many(db, sees, &[id]).await?.pop())
}

/// The first visible edges on which each of `suppliers` supplies, in order of ids. One statement.
///
/// # Errors
///
/// As [`page()`].
pub async fn of_suppliers(
    db: &impl ConnectionTrait,
    suppliers: &[EnterpriseId],
    sees: &Visibility,
    first: u64,
) -> Result<Vec<SupplyEdge>, StoreError> {
    use row::Column::{Id, SupplierId};
    let query =
        row::Entity::find().filter(visible(sees)).filter(parse::among(db, SupplierId, suppliers));
    let rows = page::first_of_each(db, query, SupplierId, &[Id], first).await?;
    rows.into_iter().map(SupplyEdge::try_from).collect()
}

/// The first visible edges on which each of `buyers` buys, in order of ids. One statement.
///
/// # Errors
///
/// As [`page()`].
pub async fn of_buyers(
    db: &impl ConnectionTrait,
    buyers: &[EnterpriseId],
    sees: &Visibility,
    first: u64,
) -> Result<Vec<SupplyEdge>, StoreError> {
    use row::Column::{BuyerId, Id};
    let query = row::Entity::find().filter(visible(sees)).filter(parse::among(db, BuyerId, buyers));
    let rows = page::first_of_each(db, query, BuyerId, &[Id], first).await?;
    rows.into_iter().map(SupplyEdge::try_from).collect()
}

/// Adds `edge`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if one of the enterprises or the product does not exist.
pub async fn insert(db: &impl ConnectionTrait, edge: &SupplyEdge) -> Result<(), StoreError> {
    let row = row::ActiveModel {
        id: Set(edge.id.to_string()),
        supplier_id: Set(edge.supplier.to_string()),
        buyer_id: Set(edge.buyer.to_string()),
        product_id: Set(edge.product.map(|id| id.to_string())),
        source: Set(edge.source.clone()),
        confidence_basis_points: Set(edge.confidence_basis_points),
        valid_from: Set(edge.valid_from),
        valid_to: Set(edge.valid_to),
        is_disputed: Set(edge.is_disputed),
    };
    row::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Says whether one of the two enterprises denies the edge.
///
/// # Errors
///
/// [`StoreError::Stale`] if the edge is gone.
pub async fn dispute(
    db: &impl ConnectionTrait,
    id: SupplyEdgeId,
    is_disputed: bool,
) -> Result<(), StoreError> {
    let saved = row::Entity::update_many()
        .col_expr(row::Column::IsDisputed, Expr::value(is_disputed))
        .filter(row::COLUMN.id.eq(id.to_string()))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

/// Sets the last day an edge holds.
///
/// # Errors
///
/// [`StoreError::Stale`] if the edge is gone.
pub async fn end(
    db: &impl ConnectionTrait,
    id: SupplyEdgeId,
    valid_to: NaiveDate,
) -> Result<(), StoreError> {
    let saved = row::Entity::update_many()
        .col_expr(row::Column::ValidTo, Expr::value(valid_to))
        .filter(row::COLUMN.id.eq(id.to_string()))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

/// Removes an edge, as if nobody had ever stated it.
///
/// # Errors
///
/// [`StoreError::Stale`] if it is gone.
pub async fn remove(db: &impl ConnectionTrait, id: SupplyEdgeId) -> Result<(), StoreError> {
    let removed = row::Entity::delete_by_id(id.to_string()).exec(db).await?;
    StoreError::stale_if_none(removed.rows_affected)
}

impl TryFrom<row::Model> for SupplyEdge {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("supply_edges", column);
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            supplier: parse::value(at("supplier_id"), &row.supplier_id)?,
            buyer: parse::value(at("buyer_id"), &row.buyer_id)?,
            product: parse::value_opt(at("product_id"), row.product_id.as_deref())?,
            source: row.source,
            confidence_basis_points: row.confidence_basis_points,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            is_disputed: row.is_disputed,
        })
    }
}
