//! Functional zones and the divisions they overlap.

use std::collections::HashMap;

use lianmeng_domain::ids::ZoneId;
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::region::{RegionCode, Zone};
use lianmeng_domain::text;
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue, ActiveValue::Set, Condition, QueryOrder, QuerySelect, QueryTrait};

use crate::StoreError;
use crate::page::{self, NameColumns, NameKey, NameOrder, Window};
use crate::parse::{self, At};
use crate::visible;

/// The table `zones`.
pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "zones")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub name: String,
        pub name_key: String,
        pub aliases: String,
        pub is_example: bool,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `zone_regions`.
pub(crate) mod overlap {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "zone_regions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub zone_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub region_code: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Which zones a list holds; every given part must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ZoneFilter {
    /// Part of the name, or a whole alias.
    pub search: Option<String>,
    /// Overlaps this division or one inside of it.
    pub region: Option<RegionCode>,
}

fn matches(filter: &ZoneFilter) -> Condition {
    Condition::all()
        .add_option(filter.search.as_deref().map(|words| {
            let alias = serde_json::Value::String(words.trim().to_owned()).to_string();
            Condition::any()
                .add(row::COLUMN.name_key.contains(text::normalise(words)))
                .add(row::COLUMN.aliases.contains(alias))
        }))
        .add_option(filter.region.map(|code| {
            let zones = overlap::Entity::find()
                .select_only()
                .column(overlap::Column::ZoneId)
                .filter(parse::within(overlap::Column::RegionCode, code))
                .into_query();
            row::COLUMN.id.in_subquery(zones)
        }))
}

/// A page of the zones that `filter` matches and the caller sees. Two statements: the rows and what
/// they overlap.
///
/// # Errors
///
/// [`StoreError::Db`] if a query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &ZoneFilter,
    order: NameOrder,
    window: Window<NameKey<ZoneId>>,
) -> Result<Vec<Zone>, StoreError> {
    let columns = NameColumns { id: row::Column::Id, name_key: row::Column::NameKey };
    let query = row::Entity::find().filter(visible::registry(sees)).filter(matches(filter));
    let rows = page::named(query, columns, order, window).all(db).await?;
    with_overlaps(db, rows).await
}

/// How many zones a list holds in all.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn count(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &ZoneFilter,
) -> Result<u64, StoreError> {
    let query = row::Entity::find().filter(visible::registry(sees)).filter(matches(filter));
    Ok(query.count(db).await?)
}

/// The zones with these ids that the caller sees, in no order; missing ones are left out. Two
/// statements.
///
/// # Errors
///
/// As [`page()`].
pub async fn find_many(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    ids: &[ZoneId],
) -> Result<Vec<Zone>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = row::Entity::find()
        .filter(visible::registry(sees))
        .filter(parse::among(db, row::Column::Id, ids))
        .all(db)
        .await?;
    with_overlaps(db, rows).await
}

/// One zone, if there is one that the caller sees.
///
/// # Errors
///
/// As [`page()`].
pub async fn find(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    id: ZoneId,
) -> Result<Option<Zone>, StoreError> {
    Ok(find_many(db, sees, &[id]).await?.pop())
}

/// The first zones that overlap each of `regions` itself, in order of zone ids. One statement.
///
/// # Errors
///
/// As [`page()`].
pub async fn of_regions(
    db: &impl ConnectionTrait,
    regions: &[RegionCode],
    first: u64,
) -> Result<Vec<(RegionCode, ZoneId)>, StoreError> {
    use overlap::Column::{RegionCode, ZoneId};
    let query = overlap::Entity::find().filter(parse::among(db, RegionCode, regions));
    let rows = page::first_of_each(db, query, RegionCode, &[ZoneId], first).await?;
    let at = |column| At("zone_regions", column);
    rows.iter()
        .map(|row| {
            Ok((
                parse::value(at("region_code"), &row.region_code)?,
                parse::value(at("zone_id"), &row.zone_id)?,
            ))
        })
        .collect()
}

async fn with_overlaps(
    db: &impl ConnectionTrait,
    rows: Vec<row::Model>,
) -> Result<Vec<Zone>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let found = overlap::Entity::find()
        .filter(parse::among(db, overlap::Column::ZoneId, rows.iter().map(|row| row.id.as_str())))
        .order_by_asc(overlap::COLUMN.region_code)
        .all(db)
        .await?;
    let mut overlaps: HashMap<String, Vec<RegionCode>> = HashMap::new();
    for row in found {
        let code = parse::value(At("zone_regions", "region_code"), &row.region_code)?;
        overlaps.entry(row.zone_id).or_default().push(code);
    }
    rows.into_iter()
        .map(|row| {
            Ok(Zone {
                id: parse::value(At("zones", "id"), &row.id)?,
                aliases: parse::list(At("zones", "aliases"), &row.aliases)?,
                overlaps: overlaps.remove(&row.id).unwrap_or_default(),
                name: row.name,
                is_example: row.is_example,
                version: row.version,
            })
        })
        .collect()
}

/// Adds `zone` with the divisions it overlaps.
///
/// # Errors
///
/// [`StoreError::Conflict`] if its name exists already or a division does not.
pub async fn insert(db: &impl ConnectionTrait, zone: &Zone) -> Result<(), StoreError> {
    row::Entity::insert(columns(zone)).exec_without_returning(db).await?;
    insert_overlaps(db, zone).await
}

/// Saves `zone` if nobody saved it since it was read, and raises its version by one.
///
/// # Errors
///
/// [`StoreError::Stale`] if the stored version is no longer `zone.version`,
/// [`StoreError::Conflict`] as [`insert`].
pub async fn save(db: &impl ConnectionTrait, zone: &Zone) -> Result<(), StoreError> {
    let mut columns = columns(zone);
    columns.id = ActiveValue::NotSet;
    columns.version = Set(zone.version + 1);
    let saved = row::Entity::update_many()
        .set(columns)
        .filter(row::COLUMN.id.eq(zone.id.to_string()))
        .filter(row::COLUMN.version.eq(zone.version))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)?;
    remove_overlaps(db, zone.id).await?;
    insert_overlaps(db, zone).await
}

/// Removes a zone if it still has this version.
///
/// # Errors
///
/// [`StoreError::Stale`] if it has another version, [`StoreError::Conflict`] while something lies
/// in it.
pub async fn remove(db: &impl ConnectionTrait, id: ZoneId, version: i64) -> Result<(), StoreError> {
    remove_overlaps(db, id).await?;
    let removed = row::Entity::delete_many()
        .filter(row::COLUMN.id.eq(id.to_string()))
        .filter(row::COLUMN.version.eq(version))
        .exec(db)
        .await?;
    StoreError::stale_if_none(removed.rows_affected)
}

fn columns(zone: &Zone) -> row::ActiveModel {
    row::ActiveModel {
        id: Set(zone.id.to_string()),
        name: Set(zone.name.clone()),
        name_key: Set(text::normalise(&zone.name)),
        aliases: Set(parse::list_text(&zone.aliases)),
        is_example: Set(zone.is_example),
        version: Set(zone.version),
    }
}

async fn remove_overlaps(db: &impl ConnectionTrait, id: ZoneId) -> Result<(), StoreError> {
    overlap::Entity::delete_many()
        .filter(overlap::COLUMN.zone_id.eq(id.to_string()))
        .exec(db)
        .await?;
    Ok(())
}

async fn insert_overlaps(db: &impl ConnectionTrait, zone: &Zone) -> Result<(), StoreError> {
    let rows: Vec<_> = zone
        .overlaps
        .iter()
        .map(|code| overlap::ActiveModel {
            zone_id: Set(zone.id.to_string()),
            region_code: Set(code.to_string()),
        })
        .collect();
    if !rows.is_empty() {
        overlap::Entity::insert_many(rows).exec_without_returning(db).await?;
    }
    Ok(())
}
