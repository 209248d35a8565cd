//! Supervisions of needs 督办. Who reads a need in full reads its supervision.

use chrono::{DateTime, Utc};
use lianmeng_domain::ids::NeedId;
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::supervision::Supervision;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder as _, QuerySelect as _};

use crate::parse::{self, At};
use crate::{StoreError, need};

/// Most supervisions of a need that are read, on average over a list; one is rare.
const MOST: u64 = 50;

mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "supervisions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub need_id: String,
        pub reason: String,
        pub is_listed: bool,
        pub opened_at: DateTimeUtc,
        pub listed_at: Option<DateTimeUtc>,
        pub lifted_at: Option<DateTimeUtc>,
        pub lift_reason: Option<String>,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The supervisions of `needs`, those that were lifted included, the newest first; of needs the caller
/// does not read in full there is none. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn of_needs(
    db: &impl ConnectionTrait,
    reads: &Visibility,
    needs: &[NeedId],
) -> Result<Vec<Supervision>, StoreError> {
    let rows = row::Entity::find()
        .filter(parse::among(db, row::Column::NeedId, needs))
        .filter(row::COLUMN.need_id.in_subquery(need::readable(reads)))
        .order_by_desc(row::COLUMN.opened_at)
        .order_by_desc(row::COLUMN.id)
        .limit(MOST * u64::try_from(needs.len()).unwrap_or(u64::MAX / MOST))
        .all(db)
        .await?;
    rows.into_iter().map(Supervision::try_from).collect()
}

/// The supervision that stands over `need`, if there is one that the caller may read.
///
/// # Errors
///
/// As [`of_needs`].
pub async fn standing(
    db: &impl ConnectionTrait,
    reads: &Visibility,
    need: NeedId,
) -> Result<Option<Supervision>, StoreError> {
    let all = of_needs(db, reads, &[need]).await?;
    Ok(all.into_iter().find(|one| one.lifted_at.is_none()))
}

/// Lifts the supervision that stands over `need`, if there is one: the need is over.
///
/// # Errors
///
/// [`StoreError::Db`] if the statement fails.
pub async fn end(
    db: &impl ConnectionTrait,
    need: NeedId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    row::Entity::update_many()
        .col_expr(row::Column::LiftedAt, now.into())
        .col_expr(row::Column::Version, row::COLUMN.version.add(1))
        .filter(row::COLUMN.need_id.eq(need.to_string()))
        .filter(row::COLUMN.lifted_at.is_null())
        .exec(db)
        .await?;
    Ok(())
}

/// Adds `supervision`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if another stands over the need.
pub async fn insert(
    db: &impl ConnectionTrait,
    supervision: &Supervision,
) -> Result<(), StoreError> {
    row::Entity::insert(columns(supervision)).exec_without_returning(db).await?;
    Ok(())
}

/// Saves `supervision` if nobody saved it since it was read, and raises its version by one.
///
/// # Errors
///
/// [`StoreError::Stale`] if the stored version is no longer `supervision.version`.
pub async fn save(db: &impl ConnectionTrait, supervision: &Supervision) -> Result<(), StoreError> {
    let mut columns = columns(supervision);
    columns.id = NotSet;
    columns.version = Set(supervision.version + 1);
    let saved = row::Entity::update_many()
        .set(columns)
        .filter(row::COLUMN.id.eq(supervision.id.to_string()))
        .filter(row::COLUMN.version.eq(supervision.version))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

fn columns(supervision: &Supervision) -> row::ActiveModel {
    row::ActiveModel {
        id: Set(supervision.id.to_string()),
        need_id: Set(supervision.need.to_string()),
        reason: Set(supervision.reason.clone()),
        is_listed: Set(supervision.is_listed),
        opened_at: Set(supervision.opened_at),
        listed_at: Set(supervision.listed_at),
        lifted_at: Set(supervision.lifted_at),
        lift_reason: Set(supervision.lift_reason.clone()),
        version: Set(supervision.version),
    }
}

impl TryFrom<row::Model> for Supervision {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("supervisions", column);
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            need: parse::value(at("need_id"), &row.need_id)?,
            reason: row.reason,
            is_listed: row.is_listed,
            opened_at: row.opened_at,
            listed_at: row.listed_at,
            lifted_at: row.lifted_at,
            lift_reason: row.lift_reason,
            version: row.version,
        })
    }
}
