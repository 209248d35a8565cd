//! Chains, segments, placements; committees and seats; alliances and partners.

use std::collections::BTreeMap;

use lianmeng_domain::alliance::{Alliance, AlliancePartner};
use lianmeng_domain::chain::{ChainSegment, IndustrialChain, Placement, Reach};
use lianmeng_domain::committee::{ChainCommittee, CommitteeForm, Member, Seat, SeatKind};
use lianmeng_domain::ids::{AllianceId, ChainSegmentId, ProductId};
use lianmeng_domain::text;
use sea_orm::entity::prelude::*;

use super::bulk::{Row, Shape, v};
use crate::{StoreError, parse};

const CHAINS: Shape = Shape {
    table: "industrial_chains",
    columns: &["id", "external_id", "name", "name_key", "tags", "is_example", "version"],
    key: 1,
};
const SEGMENTS: Shape = Shape {
    table: "chain_segments",
    columns: &["id", "chain_id", "name", "reach", "position"],
    key: 1,
};
const SEGMENT_PRODUCTS: Shape =
    Shape { table: "segment_products", columns: &["segment_id", "product_id"], key: 2 };
const PLACEMENTS: Shape = Shape {
    table: "placements",
    columns: &["enterprise_id", "segment_id", "is_confirmed"],
    key: 2,
};
const COMMITTEES: Shape = Shape {
    table: "chain_committees",
    columns: &[
        "id",
        "external_id",
        "name",
        "name_key",
        "chain_id",
        "form",
        "region_code",
        "zone_id",
        "is_example",
        "version",
    ],
    key: 1,
};
const SEATS: Shape = Shape {
    table: "seats",
    columns: &[
        "id",
        "committee_id",
        "kind",
        "enterprise_id",
        "organisation_id",
        "from_on",
        "until_on",
    ],
    key: 1,
};
const ALLIANCES: Shape = Shape {
    table: "alliances",
    columns: &[
        "id",
        "external_id",
        "name",
        "name_key",
        "committee_id",
        "lead_id",
        "is_example",
        "version",
    ],
    key: 1,
};
const ALLIANCE_SEGMENTS: Shape =
    Shape { table: "alliance_segments", columns: &["alliance_id", "segment_id"], key: 2 };
const ALLIANCE_ENTERPRISES: Shape =
    Shape { table: "alliance_enterprises", columns: &["alliance_id", "enterprise_id"], key: 2 };
const ALLIANCE_ORGANISATIONS: Shape =
    Shape { table: "alliance_organisations", columns: &["alliance_id", "organisation_id"], key: 2 };

/// Every chain, by id.
///
/// # Errors
///
/// [`StoreError::Db`] if a query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn chains(db: &impl ConnectionTrait) -> Result<Vec<IndustrialChain>, StoreError> {
    let rows = CHAINS.all(db).await?;
    rows.iter()
        .map(|row| {
            Ok(IndustrialChain {
                id: row.parse("id")?,
                external_id: row.get("external_id")?,
                name: row.get("name")?,
                tags: row.list("tags")?,
                is_example: row.get("is_example")?,
                version: row.get("version")?,
            })
        })
        .collect()
}

/// Adds or replaces chains.
///
/// # Errors
///
/// [`StoreError::Conflict`] if a name or external id stands twice, [`StoreError::Db`] if the
/// database refuses.
pub async fn put_chains(
    db: &impl ConnectionTrait,
    chains: &[IndustrialChain],
) -> Result<(), StoreError> {
    let row = |chain: &IndustrialChain| {
        vec![
            v(chain.id.to_string()),
            v(chain.external_id.clone()),
            v(chain.name.as_str()),
            v(text::normalise(&chain.name)),
            v(parse::list_text(&chain.tags)),
            v(chain.is_example),
            v(chain.version),
        ]
    };
    CHAINS.put(db, chains, row).await
}

/// Every segment with its products, by id.
///
/// # Errors
///
/// As [`chains`].
pub async fn segments(db: &impl ConnectionTrait) -> Result<Vec<ChainSegment>, StoreError> {
    let mut products: BTreeMap<ChainSegmentId, Vec<ProductId>> = BTreeMap::new();
    for row in SEGMENT_PRODUCTS.all(db).await? {
        products.entry(row.parse("segment_id")?).or_default().push(row.parse("product_id")?);
    }
    let rows = SEGMENTS.all(db).await?;
    rows.iter()
        .map(|row| {
            let id = row.parse("id")?;
            Ok(ChainSegment {
                id,
                chain: row.parse("chain_id")?,
                name: row.get("name")?,
                reach: row.word("reach", Reach::from_word)?,
                position: row.get("position")?,
                products: products.remove(&id).unwrap_or_default(),
            })
        })
        .collect()
}

/// Adds or replaces segments with their products.
///
/// # Errors
///
/// As [`put_chains`].
pub async fn put_segments(
    db: &impl ConnectionTrait,
    segments: &[ChainSegment],
) -> Result<(), StoreError> {
    let row = |segment: &ChainSegment| {
        vec![
            v(segment.id.to_string()),
            v(segment.chain.to_string()),
            v(segment.name.as_str()),
            v(segment.reach.word()),
            v(segment.position),
        ]
    };
    SEGMENTS.put(db, segments, row).await?;
    let ids: Vec<String> = segments.iter().map(|segment| segment.id.to_string()).collect();
    SEGMENT_PRODUCTS.remove(db, &ids).await?;
    let products: Vec<_> = segments
        .iter()
        .flat_map(|segment| {
            segment.products.iter().map(|id| (segment.id.to_string(), id.to_string()))
        })
        .collect();
    SEGMENT_PRODUCTS.put_pairs(db, &products).await
}

/// Every placement, in their order.
///
/// # Errors
///
/// As [`chains`].
pub async fn placements(db: &impl ConnectionTrait) -> Result<Vec<Placement>, StoreError> {
    let rows = PLACEMENTS.all(db).await?;
    rows.iter()
        .map(|row| {
            Ok(Placement {
                enterprise: row.parse("enterprise_id")?,
                segment: row.parse("segment_id")?,
                is_confirmed: row.get("is_confirmed")?,
            })
        })
        .collect()
}

/// Adds or replaces placements.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn put_placements(
    db: &impl ConnectionTrait,
    placements: &[Placement],
) -> Result<(), StoreError> {
    let row = |place: &Placement| {
        vec![v(place.enterprise.to_string()), v(place.segment.to_string()), v(place.is_confirmed)]
    };
    PLACEMENTS.put(db, placements, row).await
}

/// Every committee, by id.
///
/// # Errors
///
/// As [`chains`].
pub async fn committees(db: &impl ConnectionTrait) -> Result<Vec<ChainCommittee>, StoreError> {
    let rows = COMMITTEES.all(db).await?;
    rows.iter()
        .map(|row| {
            Ok(ChainCommittee {
                id: row.parse("id")?,
                external_id: row.get("external_id")?,
                name: row.get("name")?,
                chain: row.parse("chain_id")?,
                form: row.word("form", CommitteeForm::from_word)?,
                place: row.place()?,
                is_example: row.get("is_example")?,
                version: row.get("version")?,
            })
        })
        .collect()
}

/// Adds or replaces committees.
///
/// # Errors
///
/// As [`put_chains`].
pub async fn put_committees(
    db: &impl ConnectionTrait,
    committees: &[ChainCommittee],
) -> Result<(), StoreError> {
    let row = |committee: &ChainCommittee| {
        let (region_code, zone_id) = parse::place_columns(committee.place);
        vec![
            v(committee.id.to_string()),
            v(committee.external_id.clone()),
            v(committee.name.as_str()),
            v(text::normalise(&committee.name)),
            v(committee.chain.to_string()),
            v(committee.form.word()),
            v(region_code),
            v(zone_id),
            v(committee.is_example),
            v(committee.version),
        ]
    };
    COMMITTEES.put(db, committees, row).await
}

/// Who is meant by the two columns of a member.
fn member(row: &Row) -> Result<Member, StoreError> {
    match row.parse_opt("enterprise_id")? {
        Some(id) => Ok(Member::Enterprise(id)),
        None => Ok(Member::Organisation(row.parse("organisation_id")?)),
    }
}

/// Every seat, by id.
///
/// # Errors
///
/// As [`chains`].
pub async fn seats(db: &impl ConnectionTrait) -> Result<Vec<Seat>, StoreError> {
    let rows = SEATS.all(db).await?;
    rows.iter()
        .map(|row| {
            Ok(Seat {
                id: row.parse("id")?,
                committee: row.parse("committee_id")?,
                kind: row.word("kind", SeatKind::from_word)?,
                holder: member(row)?,
                from_on: row.get("from_on")?,
                until_on: row.get("until_on")?,
            })
        })
        .collect()
}

/// Adds or replaces seats.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn put_seats(db: &impl ConnectionTrait, seats: &[Seat]) -> Result<(), StoreError> {
    let row = |seat: &Seat| {
        let (enterprise, organisation) = match seat.holder {
            Member::Enterprise(id) => (Some(id.to_string()), None),
            Member::Organisation(id) => (None, Some(id.to_string())),
        };
        vec![
            v(seat.id.to_string()),
            v(seat.committee.to_string()),
            v(seat.kind.word()),
            v(enterprise),
            v(organisation),
            v(seat.from_on),
            v(seat.until_on),
        ]
    };
    SEATS.put(db, seats, row).await
}

/// Every alliance with the segments it covers, by id.
///
/// # Errors
///
/// As [`chains`].
pub async fn alliances(db: &impl ConnectionTrait) -> Result<Vec<Alliance>, StoreError> {
    let mut segments: BTreeMap<AllianceId, Vec<ChainSegmentId>> = BTreeMap::new();
    for row in ALLIANCE_SEGMENTS.all(db).await? {
        segments.entry(row.parse("alliance_id")?).or_default().push(row.parse("segment_id")?);
    }
    let rows = ALLIANCES.all(db).await?;
    rows.iter()
        .map(|row| {
            let id = row.parse("id")?;
            Ok(Alliance {
                id,
                external_id: row.get("external_id")?,
                name: row.get("name")?,
                committee: row.parse("committee_id")?,
                lead: row.parse_opt("lead_id")?,
                segments: segments.remove(&id).unwrap_or_default(),
                is_example: row.get("is_example")?,
                version: row.get("version")?,
            })
        })
        .collect()
}

/// Adds or replaces alliances with the segments they cover.
///
/// # Errors
///
/// As [`put_chains`].
pub async fn put_alliances(
    db: &impl ConnectionTrait,
    alliances: &[Alliance],
) -> Result<(), StoreError> {
    let row = |alliance: &Alliance| {
        vec![
            v(alliance.id.to_string()),
            v(alliance.external_id.clone()),
            v(alliance.name.as_str()),
            v(text::normalise(&alliance.name)),
            v(alliance.committee.to_string()),
            v(alliance.lead.map(|id| id.to_string())),
            v(alliance.is_example),
            v(alliance.version),
        ]
    };
    ALLIANCES.put(db, alliances, row).await?;
    let ids: Vec<String> = alliances.iter().map(|alliance| alliance.id.to_string()).collect();
    ALLIANCE_SEGMENTS.remove(db, &ids).await?;
    let segments: Vec<_> = alliances
        .iter()
        .flat_map(|alliance| {
            alliance.segments.iter().map(|id| (alliance.id.to_string(), id.to_string()))
        })
        .collect();
    ALLIANCE_SEGMENTS.put_pairs(db, &segments).await
}

/// Every partner, in their order.
///
/// # Errors
///
/// As [`chains`].
pub async fn partners(db: &impl ConnectionTrait) -> Result<Vec<AlliancePartner>, StoreError> {
    let mut found = Vec::new();
    for row in ALLIANCE_ENTERPRISES.all(db).await? {
        let partner = Member::Enterprise(row.parse("enterprise_id")?);
        found.push(AlliancePartner { alliance: row.parse("alliance_id")?, partner });
    }
    for row in ALLIANCE_ORGANISATIONS.all(db).await? {
        let partner = Member::Organisation(row.parse("organisation_id")?);
        found.push(AlliancePartner { alliance: row.parse("alliance_id")?, partner });
    }
    found.sort_unstable();
    Ok(found)
}

/// Adds partners; those that exist stay.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn put_partners(
    db: &impl ConnectionTrait,
    partners: &[AlliancePartner],
) -> Result<(), StoreError> {
    let mut enterprises = Vec::new();
    let mut organisations = Vec::new();
    for AlliancePartner { alliance, partner } in partners {
        match partner {
            Member::Enterprise(id) => enterprises.push((alliance.to_string(), id.to_string())),
            Member::Organisation(id) => organisations.push((alliance.to_string(), id.to_string())),
        }
    }
    ALLIANCE_ENTERPRISES.put_pairs(db, &enterprises).await?;
    ALLIANCE_ORGANISATIONS.put_pairs(db, &organisations).await
}
