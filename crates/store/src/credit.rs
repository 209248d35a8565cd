//! Ratings of enterprises 红色信用; they belong to the public registry.

use lianmeng_domain::credit::{CreditPoints, RedCredit};
use lianmeng_domain::ids::EnterpriseId;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::QuerySelect as _;
use sea_orm::entity::prelude::*;

use crate::StoreError;
use crate::parse::{self, At};

mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "red_credits")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub enterprise_id: String,
        pub points: i32,
        pub rated_on: Date,
        pub until_on: Option<Date>,
        pub source: String,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The ratings of `enterprises`, those that have run out included. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn of_enterprises(
    db: &impl ConnectionTrait,
    enterprises: &[EnterpriseId],
) -> Result<Vec<RedCredit>, StoreError> {
    let rows = row::Entity::find()
        .filter(parse::among(db, row::Column::EnterpriseId, enterprises))
        .limit(u64::try_from(enterprises.len()).unwrap_or(u64::MAX))
        .all(db)
        .await?;
    rows.into_iter().map(RedCredit::try_from).collect()
}

/// Adds `rating`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if the enterprise has one, or if there is no such enterprise.
pub async fn insert(db: &impl ConnectionTrait, rating: &RedCredit) -> Result<(), StoreError> {
    row::Entity::insert(columns(rating)).exec_without_returning(db).await?;
    Ok(())
}

/// Saves `rating` if nobody saved it since it was read, and raises its version by one.
///
/// # Errors
///
/// [`StoreError::Stale`] if the stored version is no longer `rating.version`.
pub async fn save(db: &impl ConnectionTrait, rating: &RedCredit) -> Result<(), StoreError> {
    let mut columns = columns(rating);
    columns.enterprise_id = NotSet;
    columns.version = Set(rating.version + 1);
    let saved = row::Entity::update_many()
        .set(columns)
        .filter(row::COLUMN.enterprise_id.eq(rating.enterprise.to_string()))
        .filter(row::COLUMN.version.eq(rating.version))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

/// Removes the rating of `enterprise` if nobody saved it since it was read.
///
/// # Errors
///
/// [`StoreError::Stale`] if the stored version is no longer `version`.
pub async fn remove(
    db: &impl ConnectionTrait,
    enterprise: EnterpriseId,
    version: i64,
) -> Result<(), StoreError> {
    let gone = row::Entity::delete_many()
        .filter(row::COLUMN.enterprise_id.eq(enterprise.to_string()))
        .filter(row::COLUMN.version.eq(version))
        .exec(db)
        .await?;
    StoreError::stale_if_none(gone.rows_affected)
}

fn columns(rating: &RedCredit) -> row::ActiveModel {
    row::ActiveModel {
        enterprise_id: Set(rating.enterprise.to_string()),
        points: Set(i32::from(rating.points.get())),
        rated_on: Set(rating.rated_on),
        until_on: Set(rating.until_on),
        source: Set(rating.source.clone()),
        version: Set(rating.version),
    }
}

impl TryFrom<row::Model> for RedCredit {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("red_credits", column);
        let points = CreditPoints::new(i64::from(row.points));
        Ok(Self {
            enterprise: parse::value(at("enterprise_id"), &row.enterprise_id)?,
            points: points.map_err(|_| at("points").corrupt(&row.points.to_string()))?,
            rated_on: row.rated_on,
            until_on: row.until_on,
            source: row.source,
            version: row.version,
        })
    }
}
