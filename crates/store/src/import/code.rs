//! Places and industries.

use std::collections::BTreeMap;

use lianmeng_domain::ids::ZoneId;
use lianmeng_domain::industry::{Industry, IndustryKey, IndustryScheme};
use lianmeng_domain::region::{Region, RegionCode, Zone};
use lianmeng_domain::text;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Query};

use super::bulk::{Shape, v};
use crate::{StoreError, parse};

const REGIONS: Shape = Shape {
    table: "regions",
    columns: &["code", "name", "name_key", "parent_code", "until_year", "successor_code"],
    key: 1,
};
const ZONES: Shape = Shape {
    table: "zones",
    columns: &["id", "name", "name_key", "aliases", "is_example", "version"],
    key: 1,
};
const ZONE_REGIONS: Shape =
    Shape { table: "zone_regions", columns: &["zone_id", "region_code"], key: 2 };
const INDUSTRIES: Shape = Shape {
    table: "industries",
    columns: &["scheme", "code", "name", "level", "parent_code"],
    key: 2,
};

/// Whether any division is stored.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn has_regions(db: &impl ConnectionTrait) -> Result<bool, StoreError> {
    let mut select = Query::select();
    select.column(Alias::new("code")).from(Alias::new("regions")).limit(1);
    Ok(db.query_one(&select).await?.is_some())
}

/// Every division, past ones too, by code.
///
/// # Errors
///
/// [`StoreError::Db`] if a query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn regions(db: &impl ConnectionTrait) -> Result<Vec<Region>, StoreError> {
    let rows = REGIONS.all(db).await?;
    rows.iter()
        .map(|row| {
            Ok(Region {
                code: row.parse("code")?,
                name: row.get("name")?,
                parent: row.parse_opt("parent_code")?,
                until_year: row.get("until_year")?,
                successor: row.parse_opt("successor_code")?,
            })
        })
        .collect()
}

/// Adds or replaces divisions.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn put_regions(db: &impl ConnectionTrait, regions: &[Region]) -> Result<(), StoreError> {
    let row = |region: &Region| {
        let code = |code: Option<RegionCode>| v(code.map(|code| code.to_string()));
        vec![
            v(region.code.to_string()),
            v(region.name.as_str()),
            v(text::normalise(&region.name)),
            code(region.parent),
            v(region.until_year),
            code(region.successor),
        ]
    };
    REGIONS.put(db, regions, row).await
}

/// Every zone, by id.
///
/// # Errors
///
/// As [`regions`].
pub async fn zones(db: &impl ConnectionTrait) -> Result<Vec<Zone>, StoreError> {
    let mut overlaps: BTreeMap<ZoneId, Vec<RegionCode>> = BTreeMap::new();
    for row in ZONE_REGIONS.all(db).await? {
        overlaps.entry(row.parse("zone_id")?).or_default().push(row.parse("region_code")?);
    }
    let rows = ZONES.all(db).await?;
    rows.iter()
        .map(|row| {
            let id = row.parse("id")?;
            Ok(Zone {
                id,
                name: row.get("name")?,
                aliases: row.list("aliases")?,
                overlaps: overlaps.remove(&id).unwrap_or_default(),
                is_example: row.get("is_example")?,
                version: row.get("version")?,
            })
        })
        .collect()
}

/// Adds or replaces zones with the divisions they overlap.
///
/// # Errors
///
/// [`StoreError::Conflict`] if a name stands twice, [`StoreError::Db`] if the database refuses.
pub async fn put_zones(db: &impl ConnectionTrait, zones: &[Zone]) -> Result<(), StoreError> {
    let row = |zone: &Zone| {
        vec![
            v(zone.id.to_string()),
            v(zone.name.as_str()),
            v(text::normalise(&zone.name)),
            v(parse::list_text(&zone.aliases)),
            v(zone.is_example),
            v(zone.version),
        ]
    };
    ZONES.put(db, zones, row).await?;
    let ids: Vec<String> = zones.iter().map(|zone| zone.id.to_string()).collect();
    ZONE_REGIONS.remove(db, &ids).await?;
    let overlaps: Vec<_> = zones
        .iter()
        .flat_map(|zone| zone.overlaps.iter().map(|code| (zone.id.to_string(), code.to_string())))
        .collect();
    ZONE_REGIONS.put_pairs(db, &overlaps).await
}

/// Every industry of every classification, by classification and code.
///
/// # Errors
///
/// As [`regions`].
pub async fn industries(db: &impl ConnectionTrait) -> Result<Vec<Industry>, StoreError> {
    let rows = INDUSTRIES.all(db).await?;
    rows.iter()
        .map(|row| {
            let scheme = row.word("scheme", IndustryScheme::from_word)?;
            Ok(Industry {
                key: IndustryKey { scheme, code: row.get("code")? },
                name: row.get("name")?,
                level: row.get("level")?,
                parent_code: row.get("parent_code")?,
            })
        })
        .collect()
}

/// Adds or replaces industries.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn put_industries(
    db: &impl ConnectionTrait,
    industries: &[Industry],
) -> Result<(), StoreError> {
    let row = |industry: &Industry| {
        vec![
            v(industry.key.scheme.word()),
            v(industry.key.code.as_str()),
            v(industry.name.as_str()),
            v(industry.level),
            v(industry.parent_code.clone()),
        ]
    };
    INDUSTRIES.put(db, industries, row).await
}
