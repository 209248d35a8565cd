//! Which days events take: what a season has to keep clear of, and who hosted when.

use chrono::NaiveDate;
use lianmeng_domain::event::{DockingEvent, EventStage};
use lianmeng_domain::ids::DockingEventId;
use lianmeng_domain::region::Place;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Order, Query};
use sea_orm::{Condition, ExprTrait as _, QueryOrder as _, QuerySelect as _};

use super::{row, with_hosts};
use crate::StoreError;
use crate::parse::{self, At};

/// Events from the first day to the last, both included, without those in `without`, by day and id; at
/// most `limit`. Of every organiser: only for those who see all events. Two statements.
///
/// # Errors
///
/// [`StoreError::Db`] if a query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn between(
    db: &impl ConnectionTrait,
    (from, until): (NaiveDate, NaiveDate),
    without: &[DockingEventId],
    limit: u64,
) -> Result<Vec<DockingEvent>, StoreError> {
    let mut query = row::Entity::find()
        .filter(row::COLUMN.held_on.between(from, until))
        .order_by_asc(row::Column::HeldOn)
        .order_by_asc(row::Column::Id)
        .limit(limit);
    if !without.is_empty() {
        query = query.filter(parse::among(db, row::Column::Id, without).not());
    }
    with_hosts(db, query.all(db).await?).await
}

/// The days before `before` on which each of `hosts` hosted, alone or with others, the latest first; at
/// most `limit` rows. Of events before `today` those count that were published at least: the others
/// never took place. One statement.
///
/// # Errors
///
/// As [`between`].
pub async fn hostings(
    db: &impl ConnectionTrait,
    hosts: &[Place],
    (before, today): (NaiveDate, NaiveDate),
    without: &[DockingEventId],
    limit: u64,
) -> Result<Vec<(Place, NaiveDate)>, StoreError> {
    let (regions, zones) = parse::split_places(hosts);
    let mut theirs = Condition::any();
    for (column, keys) in [("region_code", regions), ("zone_id", zones)] {
        if !keys.is_empty() {
            theirs = theirs.add(parse::listed(db, ("event_hosts", column), keys));
        }
    }
    if theirs.is_empty() {
        return Ok(Vec::new());
    }
    let held = || Expr::col(("docking_events", "held_on"));
    let published = EventStage::ALL.iter().filter(|stage| stage.is_published());
    let published = published.map(|stage| stage.word());
    let mut query = Query::select();
    query
        .columns([("event_hosts", "region_code"), ("event_hosts", "zone_id")])
        .column(("docking_events", "held_on"))
        .from("event_hosts")
        .inner_join(
            "docking_events",
            Expr::col(("docking_events", "id")).equals(("event_hosts", "event_id")),
        )
        .cond_where(theirs)
        .and_where(held().lt(before))
        .and_where(held().gte(today).or(Expr::col(("docking_events", "stage")).is_in(published)))
        .order_by(("docking_events", "held_on"), Order::Desc)
        .order_by(("docking_events", "id"), Order::Desc)
        .limit(limit);
    if !without.is_empty() {
        query.and_where(parse::listed(db, ("docking_events", "id"), without).not());
    }
    let rows = db.query_all(&query).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let (region, zone): (Option<String>, Option<String>) =
            (row.try_get("", "region_code")?, row.try_get("", "zone_id")?);
        let place = parse::place("event_hosts", region.as_deref(), zone.as_deref())?;
        let place = place.ok_or_else(|| At("event_hosts", "region_code").corrupt(""))?;
        found.push((place, row.try_get("", "held_on")?));
    }
    Ok(found)
}
