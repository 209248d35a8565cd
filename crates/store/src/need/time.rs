//! Needs of which time makes something: those that lapse or go on, and those of which somebody is told.

use chrono::{DateTime, NaiveDate, Utc};
use lianmeng_domain::ids::NeedId;
use lianmeng_domain::need::{NeedStage, NeedStep, TRANSITIONS};
use lianmeng_domain::steps;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, QueryOrder as _, QuerySelect as _};

use super::row::{COLUMN, Column, Entity};
use crate::{StoreError, parse};

/// Ids of the first `limit` needs of which a rule of time speaks at `now`: unconfirmed since
/// `confirmed_before` in a stage that lapses, or at rest until `today` or before. By id, above `after`.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if an id does not parse.
pub async fn due(
    db: &impl ConnectionTrait,
    moments: (DateTime<Utc>, NaiveDate),
    after: Option<NeedId>,
    limit: u64,
) -> Result<Vec<NeedId>, StoreError> {
    let (confirmed_before, today) = moments;
    let unconfirmed = unconfirmed(confirmed_before);
    let rested = Condition::all()
        .add(COLUMN.stage.eq(NeedStage::Suspended.word()))
        .add(COLUMN.suspended_until.lte(today));
    let due = Condition::any().add(unconfirmed).add(rested);
    ids_of(db, due, after, limit).await
}

/// Needs in a stage that lapses, which nobody confirmed since `before`.
fn unconfirmed(before: DateTime<Utc>) -> Condition {
    let lapses = NeedStage::ALL
        .iter()
        .filter(|&&stage| steps::allowed(TRANSITIONS, stage).contains(&NeedStep::Expire))
        .map(|stage| stage.word());
    let since = Condition::any().add(COLUMN.confirmed_at.lte(before)).add(
        Condition::all().add(COLUMN.confirmed_at.is_null()).add(COLUMN.created_at.lte(before)),
    );
    Condition::all().add(COLUMN.stage.is_in(lapses)).add(since)
}

/// Ids of the first `limit` needs of which somebody may have to be told at `now`: those that became late
/// after `late_after`, and those that nobody confirmed since `confirmed_before`. By id, above `after`.
///
/// # Errors
///
/// As [`due`].
pub async fn worrying(
    db: &impl ConnectionTrait,
    (confirmed_before, late_after, now): (DateTime<Utc>, DateTime<Utc>, DateTime<Utc>),
    after: Option<NeedId>,
    limit: u64,
) -> Result<Vec<NeedId>, StoreError> {
    let late =
        Condition::all().add(COLUMN.lit_red_at.lt(now)).add(COLUMN.lit_red_at.gt(late_after));
    let worrying = Condition::any().add(unconfirmed(confirmed_before)).add(late);
    ids_of(db, worrying, after, limit).await
}

/// Ids of the first `limit` needs that meet `condition`, by id, above `after`.
async fn ids_of(
    db: &impl ConnectionTrait,
    condition: Condition,
    after: Option<NeedId>,
    limit: u64,
) -> Result<Vec<NeedId>, StoreError> {
    let ids = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(condition)
        .filter(Condition::all().add_option(after.map(|id| COLUMN.id.gt(id.to_string()))))
        .order_by_asc(Column::Id)
        .limit(limit)
        .into_tuple::<String>()
        .all(db)
        .await?;
    ids.iter().map(|id| parse::value(parse::At("needs", "id"), id)).collect()
}
