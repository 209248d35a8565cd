//! Segments of chains, their products, and the enterprises placed on them.

use std::collections::HashMap;

use lianmeng_domain::chain::{ChainSegment, Placement, Reach};
use lianmeng_domain::ids::{ChainSegmentId, EnterpriseId, IndustrialChainId, ProductId};
use lianmeng_domain::policy::Visibility;
use sea_orm::ActiveValue::{self, Set};
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;

use crate::StoreError;
use crate::page;
use crate::parse::{self, At};
use crate::visible;

/// The table `chain_segments`.
pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "chain_segments")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub chain_id: String,
        pub name: String,
        pub reach: String,
        pub position: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `segment_products`.
pub(crate) mod product {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "segment_products")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub segment_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub product_id: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `placements`.
pub(crate) mod placement {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "placements")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub enterprise_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub segment_id: String,
        pub is_confirmed: bool,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The segments with these ids that the caller sees, in no order; missing ones are left out. Two
/// statements: the rows and their products.
///
/// # Errors
///
/// [`StoreError::Db`] if a query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn find_many(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    ids: &[ChainSegmentId],
) -> Result<Vec<ChainSegment>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = row::Entity::find()
        .filter(visible::registry(sees))
        .filter(parse::among(db, row::Column::Id, ids))
        .all(db)
        .await?;
    with_products(db, rows).await
}

/// One segment, if there is one that the caller sees.
///
/// # Errors
///
/// As [`find_many`].
pub async fn find(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    id: ChainSegmentId,
) -> Result<Option<ChainSegment>, StoreError> {
    Ok(find_many(db, sees, &[id]).await?.pop())
}

/// The first segments of each of `chains`, from upstream to downstream. Two statements.
///
/// # Errors
///
/// As [`find_many`].
pub async fn of_chains(
    db: &impl ConnectionTrait,
    chains: &[IndustrialChainId],
    first: u64,
) -> Result<Vec<ChainSegment>, StoreError> {
    use row::Column::{ChainId, Id, Position};
    let query = row::Entity::find().filter(parse::among(db, ChainId, chains));
    let rows = page::first_of_each(db, query, ChainId, &[Position, Id], first).await?;
    with_products(db, rows).await
}

async fn with_products(
    db: &impl ConnectionTrait,
    rows: Vec<row::Model>,
) -> Result<Vec<ChainSegment>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let found = product::Entity::find()
        .filter(parse::among(
            db,
            product::Column::SegmentId,
            rows.iter().map(|row| row.id.as_str()),
        ))
        .order_by_asc(product::COLUMN.product_id)
        .all(db)
        .await?;
    let mut products: HashMap<String, Vec<ProductId>> = HashMap::new();
    for row in found {
        let id = parse::value(At("segment_products", "product_id"), &row.product_id)?;
        products.entry(row.segment_id).or_default().push(id);
    }
    let at = |column| At("chain_segments", column);
    rows.into_iter()
        .map(|row| {
            Ok(ChainSegment {
                id: parse::value(at("id"), &row.id)?,
                chain: parse::value(at("chain_id"), &row.chain_id)?,
                reach: parse::word(at("reach"), &row.reach, Reach::from_word)?,
                position: row.position,
                products: products.remove(&row.id).unwrap_or_default(),
                name: row.name,
            })
        })
        .collect()
}

/// Adds `segment` with its products.
///
/// # Errors
///
/// [`StoreError::Conflict`] if its chain has a segment of this name already, or a product does not
/// exist.
pub async fn insert(db: &impl ConnectionTrait, segment: &ChainSegment) -> Result<(), StoreError> {
    row::Entity::insert(columns(segment)).exec_without_returning(db).await?;
    insert_products(db, segment).await
}

/// Saves `segment` with its products. It has no version of its own: save its chain in the same
/// transaction.
///
/// # Errors
///
/// [`StoreError::Stale`] if the segment is gone, [`StoreError::Conflict`] as [`insert`].
pub async fn save(db: &impl ConnectionTrait, segment: &ChainSegment) -> Result<(), StoreError> {
    let mut columns = columns(segment);
    columns.id = ActiveValue::NotSet;
    let saved = row::Entity::update_many()
        .set(columns)
        .filter(row::COLUMN.id.eq(segment.id.to_string()))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)?;
    remove_products(db, segment.id).await?;
    insert_products(db, segment).await
}

/// Removes a segment with its list of products.
///
/// # Errors
///
/// [`StoreError::Stale`] if it is gone, [`StoreError::Conflict`] while enterprises are placed on it
/// or alliances cover it.
pub async fn remove(db: &impl ConnectionTrait, id: ChainSegmentId) -> Result<(), StoreError> {
    remove_products(db, id).await?;
    let removed = row::Entity::delete_by_id(id.to_string()).exec(db).await?;
    StoreError::stale_if_none(removed.rows_affected)
}

fn columns(segment: &ChainSegment) -> row::ActiveModel {
    row::ActiveModel {
        id: Set(segment.id.to_string()),
        chain_id: Set(segment.chain.to_string()),
        name: Set(segment.name.clone()),
        reach: Set(segment.reach.word().to_owned()),
        position: Set(segment.position),
    }
}

async fn remove_products(db: &impl ConnectionTrait, id: ChainSegmentId) -> Result<(), StoreError> {
    product::Entity::delete_many()
        .filter(product::COLUMN.segment_id.eq(id.to_string()))
        .exec(db)
        .await?;
    Ok(())
}

async fn insert_products(
    db: &impl ConnectionTrait,
    segment: &ChainSegment,
) -> Result<(), StoreError> {
    let rows: Vec<_> = segment
        .products
        .iter()
        .map(|id| product::ActiveModel {
            segment_id: Set(segment.id.to_string()),
            product_id: Set(id.to_string()),
        })
        .collect();
    if !rows.is_empty() {
        product::Entity::insert_many(rows).exec_without_returning(db).await?;
    }
    Ok(())
}

/// The first placements of each of `enterprises`, in order of segment ids. One statement.
///
/// # Errors
///
/// As [`find_many`].
pub async fn placements_of(
    db: &impl ConnectionTrait,
    enterprises: &[EnterpriseId],
    first: u64,
) -> Result<Vec<Placement>, StoreError> {
    use placement::Column::{EnterpriseId, SegmentId};
    let query = placement::Entity::find().filter(parse::among(db, EnterpriseId, enterprises));
    let rows = page::first_of_each(db, query, EnterpriseId, &[SegmentId], first).await?;
    rows.into_iter().map(Placement::try_from).collect()
}

/// The first placements on each of `segments`, in order of enterprise ids. One statement.
///
/// # Errors
///
/// As [`find_many`].
pub async fn placements_on(
    db: &impl ConnectionTrait,
    segments: &[ChainSegmentId],
    first: u64,
) -> Result<Vec<Placement>, StoreError> {
    use placement::Column::{EnterpriseId, SegmentId};
    let query = placement::Entity::find().filter(parse::among(db, SegmentId, segments));
    let rows = page::first_of_each(db, query, SegmentId, &[EnterpriseId], first).await?;
    rows.into_iter().map(Placement::try_from).collect()
}

/// Places an enterprise on a segment, or changes whether the place is confirmed.
///
/// # Errors
///
/// [`StoreError::Conflict`] if enterprise or segment does not exist.
pub async fn place(db: &impl ConnectionTrait, placement: Placement) -> Result<(), StoreError> {
    let row = placement::ActiveModel {
        enterprise_id: Set(placement.enterprise.to_string()),
        segment_id: Set(placement.segment.to_string()),
        is_confirmed: Set(placement.is_confirmed),
    };
    let again =
        OnConflict::columns([placement::Column::EnterpriseId, placement::Column::SegmentId])
            .update_column(placement::Column::IsConfirmed)
            .to_owned();
    placement::Entity::insert(row).on_conflict(again).exec_without_returning(db).await?;
    Ok(())
}

/// Takes an enterprise off a segment.
///
/// # Errors
///
/// [`StoreError::Stale`] if it was not placed there.
pub async fn unplace(
    db: &impl ConnectionTrait,
    enterprise: EnterpriseId,
    segment: ChainSegmentId,
) -> Result<(), StoreError> {
    let key = (enterprise.to_string(), segment.to_string());
    let removed = placement::Entity::delete_by_id(key).exec(db).await?;
    StoreError::stale_if_none(removed.rows_affected)
}

impl TryFrom<placement::Model> for Placement {
    type Error = StoreError;

    fn try_from(row: placement::Model) -> Result<Self, StoreError> {
        let at = |column| At("placements", column);
        Ok(Self {
            enterprise: parse::value(at("enterprise_id"), &row.enterprise_id)?,
            segment: parse::value(at("segment_id"), &row.segment_id)?,
            is_confirmed: row.is_confirmed,
        })
    }
}
