//! Which bytes are kept for attachments, by their SHA-256; the bytes themselves lie elsewhere.
//!
//! Bytes are written between two transactions, so what may be written is announced before. What was
//! announced and hangs nowhere is doomed after a while, and nobody writes it again until it is gone:
//! so bytes are never deleted under somebody who counts on them.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{ExprTrait as _, QueryOrder as _, QuerySelect as _};

use crate::StoreError;

mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "attachment_blobs")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub sha256: String,
        pub put_at: DateTimeUtc,
        pub doomed_at: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Announces that bytes are about to be written at `now`.
///
/// # Errors
///
/// [`StoreError::Stale`] if the same bytes are being deleted at this moment.
pub async fn announce(
    db: &impl ConnectionTrait,
    sha256: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row =
        row::ActiveModel { sha256: Set(sha256.to_owned()), put_at: Set(now), doomed_at: Set(None) };
    let known = OnConflict::column(row::Column::Sha256).do_nothing().to_owned();
    row::Entity::insert(row).on_conflict(known).try_insert().exec_without_returning(db).await?;
    hold(db, sha256, now).await
}

/// Keeps announced bytes from being deleted for a while from `now` on; in the transaction that hangs
/// them on something.
///
/// # Errors
///
/// [`StoreError::Stale`] if they are gone or being deleted.
pub async fn hold(
    db: &impl ConnectionTrait,
    sha256: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let held = row::Entity::update_many()
        .col_expr(row::Column::PutAt, Expr::value(now))
        .filter(row::COLUMN.sha256.eq(sha256))
        .filter(row::COLUMN.doomed_at.is_null())
        .exec(db)
        .await?;
    StoreError::stale_if_none(held.rows_affected)
}

/// Dooms bytes announced before `before` that hang nowhere, and gives the first `limit` doomed ones,
/// those of an earlier try among them.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn doom(
    db: &impl ConnectionTrait,
    (before, now): (DateTime<Utc>, DateTime<Utc>),
    limit: u64,
) -> Result<Vec<String>, StoreError> {
    let mut used = Query::select();
    used.column(("attachments", "sha256"))
        .from("attachments")
        .and_where(Expr::col(("attachments", "sha256")).equals(("attachment_blobs", "sha256")))
        .and_where(Expr::col(("attachments", "removed_at")).is_null())
        .and_where(Expr::col(("attachments", "expired_at")).is_null());
    row::Entity::update_many()
        .col_expr(row::Column::DoomedAt, Expr::value(now))
        .filter(row::COLUMN.doomed_at.is_null())
        .filter(row::COLUMN.put_at.lt(before))
        .filter(Expr::exists(used).not())
        .exec(db)
        .await?;
    let doomed = row::Entity::find()
        .filter(row::COLUMN.doomed_at.is_not_null())
        .order_by_asc(row::COLUMN.sha256)
        .limit(limit)
        .all(db)
        .await?;
    Ok(doomed.into_iter().map(|row| row.sha256).collect())
}

/// Forgets doomed bytes, which are deleted.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn forget(db: &impl ConnectionTrait, sha256: &str) -> Result<(), StoreError> {
    row::Entity::delete_many()
        .filter(row::COLUMN.sha256.eq(sha256))
        .filter(row::COLUMN.doomed_at.is_not_null())
        .exec(db)
        .await?;
    Ok(())
}
