//! Enterprises with their aliases.

use std::collections::HashMap;

use lianmeng_domain::enterprise::{Enterprise, Ownership};
use lianmeng_domain::text;
use sea_orm::entity::prelude::*;

use super::bulk::{Shape, v};
use crate::enterprise::row;
use crate::{StoreError, parse};

const ENTERPRISES: Shape = Shape {
    table: "enterprises",
    columns: &[
        "id",
        "credit_code",
        "external_id",
        "name",
        "name_key",
        "pinyin_key",
        "short_name",
        "ownership",
        "parent_id",
        "region_code",
        "zone_id",
        "industry_scheme",
        "industry_code",
        "tiers",
        "is_lead_firm",
        "is_flagship",
        "is_above_scale",
        "is_example",
        "version",
    ],
    key: 1,
};
const ALIASES: Shape = Shape {
    table: "enterprise_aliases",
    columns: &["enterprise_id", "alias", "alias_key", "pinyin_key"],
    key: 2,
};

/// Every enterprise with its aliases, by id.
///
/// # Errors
///
/// [`StoreError::Db`] if a query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn enterprises(db: &impl ConnectionTrait) -> Result<Vec<Enterprise>, StoreError> {
    let mut aliases: HashMap<String, Vec<String>> = HashMap::new();
    for row in ALIASES.all(db).await? {
        aliases.entry(row.get("enterprise_id")?).or_default().push(row.get("alias")?);
    }
    let mut found: Vec<Enterprise> = row::Entity::find()
        .all(db)
        .await?
        .into_iter()
        .map(|row| {
            let aliases = aliases.remove(&row.id).unwrap_or_default();
            Ok(Enterprise { aliases, ..Enterprise::try_from(row)? })
        })
        .collect::<Result<_, StoreError>>()?;
    found.sort_by_key(|enterprise| enterprise.id);
    Ok(found)
}

/// Adds or replaces enterprises with their aliases. A parent must stand before its subsidiaries, or
/// be stored already.
///
/// # Errors
///
/// [`StoreError::Conflict`] if a credit code or external id stands twice, [`StoreError::Db`] if the
/// database refuses.
pub async fn put_enterprises(
    db: &impl ConnectionTrait,
    enterprises: &[Enterprise],
) -> Result<(), StoreError> {
    let row = |firm: &Enterprise| {
        let (region_code, zone_id) = parse::place_columns(firm.place);
        vec![
            v(firm.id.to_string()),
            v(firm.credit_code.map(|code| code.to_string())),
            v(firm.external_id.clone()),
            v(firm.name.as_str()),
            v(text::normalise(&firm.name)),
            v(text::pinyin_key(&firm.name)),
            v(firm.short_name.clone()),
            v(firm.ownership.map(Ownership::word)),
            v(firm.parent.map(|id| id.to_string())),
            v(region_code),
            v(zone_id),
            v(firm.industry.as_ref().map(|industry| industry.scheme.word())),
            v(firm.industry.as_ref().map(|industry| industry.code.clone())),
            v(parse::list_text(&firm.tiers)),
            v(firm.is_lead_firm),
            v(firm.is_flagship),
            v(firm.is_above_scale),
            v(firm.is_example),
            v(firm.version),
        ]
    };
    ENTERPRISES.put(db, enterprises, row).await?;
    let ids: Vec<String> = enterprises.iter().map(|firm| firm.id.to_string()).collect();
    ALIASES.remove(db, &ids).await?;
    let aliases: Vec<(String, &str)> = enterprises
        .iter()
        .flat_map(|firm| firm.aliases.iter().map(|alias| (firm.id.to_string(), alias.as_str())))
        .collect();
    let row = |(id, alias): &(String, &str)| {
        vec![v(id.as_str()), v(*alias), v(text::normalise(alias)), v(text::pinyin_key(alias))]
    };
    ALIASES.put(db, &aliases, row).await
}
