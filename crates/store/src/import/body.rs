//! Organisations and Party organisations.

use lianmeng_domain::organisation::{Organisation, OrganisationKind};
use lianmeng_domain::party::{PartyHome, PartyLevel, PartyOrganisation};
use lianmeng_domain::text;
use sea_orm::entity::prelude::*;

use super::bulk::{Shape, v};
use crate::{StoreError, parse};

const ORGANISATIONS: Shape = Shape {
    table: "organisations",
    columns: &[
        "id",
        "external_id",
        "name",
        "name_key",
        "kind",
        "region_code",
        "zone_id",
        "services",
        "is_example",
        "version",
    ],
    key: 1,
};
const PARTY: Shape = Shape {
    table: "party_organisations",
    columns: &[
        "id",
        "external_id",
        "name",
        "level",
        "parent_id",
        "enterprise_id",
        "organisation_id",
        "version",
    ],
    key: 1,
};

/// Every organisation, by id.
///
/// # Errors
///
/// [`StoreError::Db`] if a query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn organisations(db: &impl ConnectionTrait) -> Result<Vec<Organisation>, StoreError> {
    let rows = ORGANISATIONS.all(db).await?;
    rows.iter()
        .map(|row| {
            Ok(Organisation {
                id: row.parse("id")?,
                external_id: row.get("external_id")?,
                name: row.get("name")?,
                kind: row.word("kind", OrganisationKind::from_word)?,
                place: row.place()?,
                services: row.get("services")?,
                is_example: row.get("is_example")?,
                version: row.get("version")?,
            })
        })
        .collect()
}

/// Adds or replaces organisations.
///
/// # Errors
///
/// [`StoreError::Conflict`] if an external id stands twice, [`StoreError::Db`] if the database
/// refuses.
pub async fn put_organisations(
    db: &impl ConnectionTrait,
    organisations: &[Organisation],
) -> Result<(), StoreError> {
    let row = |organisation: &Organisation| {
        let (region_code, zone_id) = parse::place_columns(organisation.place);
        vec![
            v(organisation.id.to_string()),
            v(organisation.external_id.clone()),
            v(organisation.name.as_str()),
            v(text::normalise(&organisation.name)),
            v(organisation.kind.word()),
            v(region_code),
            v(zone_id),
            v(organisation.services.as_str()),
            v(organisation.is_example),
            v(organisation.version),
        ]
    };
    ORGANISATIONS.put(db, organisations, row).await
}

/// Every Party organisation, by id.
///
/// # Errors
///
/// As [`organisations`].
pub async fn party_organisations(
    db: &impl ConnectionTrait,
) -> Result<Vec<PartyOrganisation>, StoreError> {
    let rows = PARTY.all(db).await?;
    rows.iter()
        .map(|row| {
            let enterprise = row.parse_opt("enterprise_id")?.map(PartyHome::Enterprise);
            let organisation = row.parse_opt("organisation_id")?.map(PartyHome::Organisation);
            Ok(PartyOrganisation {
                id: row.parse("id")?,
                external_id: row.get("external_id")?,
                name: row.get("name")?,
                level: row.word("level", PartyLevel::from_word)?,
                parent: row.parse_opt("parent_id")?,
                home: enterprise.or(organisation).unwrap_or(PartyHome::None),
                version: row.get("version")?,
            })
        })
        .collect()
}

/// Adds or replaces Party organisations. A superior must stand before those below it, or be stored
/// already.
///
/// # Errors
///
/// As [`put_organisations`].
pub async fn put_party_organisations(
    db: &impl ConnectionTrait,
    organisations: &[PartyOrganisation],
) -> Result<(), StoreError> {
    let row = |party: &PartyOrganisation| {
        let (enterprise, organisation) = match party.home {
            PartyHome::Enterprise(id) => (Some(id.to_string()), None),
            PartyHome::Organisation(id) => (None, Some(id.to_string())),
            PartyHome::None => (None, None),
        };
        vec![
            v(party.id.to_string()),
            v(party.external_id.clone()),
            v(party.name.as_str()),
            v(party.level.word()),
            v(party.parent.map(|id| id.to_string())),
            v(enterprise),
            v(organisation),
            v(party.version),
        ]
    };
    PARTY.put(db, organisations, row).await
}
