//! Needs as texts: for what is kept near to find like ones, and for the topics of a month.

use chrono::{DateTime, Utc};
use lianmeng_domain::ids::{ChainCommitteeId, NeedId};
use lianmeng_domain::need::{NeedStage, SeenNeed};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, QueryOrder as _, QuerySelect as _};

use super::{read, row, visible};
use crate::StoreError;
use crate::eyes::Eyes;
use crate::parse;

/// How many needs there are.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn total(db: &impl ConnectionTrait) -> Result<u64, StoreError> {
    // Ids alone: the count of whole rows would read every body.
    let counted = row::Entity::find()
        .select_only()
        .column_as(row::COLUMN.id.count(), "needs")
        .into_tuple::<i64>()
        .one(db)
        .await?;
    Ok(counted.and_then(|count| u64::try_from(count).ok()).unwrap_or_default())
}

/// Title and body of up to `limit` needs above `after`, by id: for the platform itself, never for a
/// caller.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if an id does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    after: Option<NeedId>,
    limit: u64,
) -> Result<Vec<(NeedId, String, String)>, StoreError> {
    let rows = row::Entity::find()
        .select_only()
        .columns([row::Column::Id, row::Column::Title, row::Column::Body])
        .filter(Condition::all().add_option(after.map(|id| row::COLUMN.id.gt(id.to_string()))))
        .order_by_asc(row::Column::Id)
        .limit(limit)
        .into_tuple::<(String, String, String)>()
        .all(db)
        .await?;
    let parsed = |(id, title, body): (String, String, String)| {
        Ok((parse::value(parse::At("needs", "id"), &id)?, title, body))
    };
    rows.into_iter().map(parsed).collect()
}

/// The newest `limit` needs of `committee` written from `from` until before `until` that the caller
/// sees; drafts are left out.
///
/// # Errors
///
/// As [`super::page()`].
pub async fn written(
    db: &impl ConnectionTrait,
    eyes: Eyes<'_>,
    committee: ChainCommitteeId,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    limit: u64,
) -> Result<Vec<SeenNeed>, StoreError> {
    let query = row::Entity::find()
        .filter(visible(eyes.sees))
        .filter(row::COLUMN.committee_id.eq(committee.to_string()))
        .filter(row::COLUMN.stage.ne(NeedStage::Draft.word()))
        .filter(row::COLUMN.created_at.gte(from))
        .filter(row::COLUMN.created_at.lt(until))
        .order_by_desc(row::Column::Id)
        .limit(limit);
    read(db, query, eyes).await
}
