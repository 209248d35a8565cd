//! Alliances and the segments they cover. Their partners are in [`partner`], how far they reach in
//! [`coverage`].

pub mod coverage;
pub mod partner;

use std::collections::HashMap;

use lianmeng_domain::alliance::Alliance;
use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::{AllianceId, ChainCommitteeId, ChainSegmentId, IndustrialChainId};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::text;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{ActiveValue, ActiveValue::Set, Condition, ExprTrait, QueryOrder};

use crate::StoreError;
use crate::page::{self, NameColumns, NameKey, NameOrder, Window};
use crate::parse::{self, At};
use crate::visible;

/// The table `alliances`.
pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "alliances")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub external_id: Option<String>,
        pub name: String,
        pub name_key: String,
        pub committee_id: String,
        pub lead_id: Option<String>,
        pub is_example: bool,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `alliance_segments`.
pub(crate) mod segment {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "alliance_segments")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub alliance_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub segment_id: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Which alliances a list holds; every given part must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllianceFilter {
    /// Part of the name, or a whole external id.
    pub search: Option<String>,
    /// Hangs under this committee.
    pub committee: Option<ChainCommitteeId>,
    /// Hangs under a committee of this chain.
    pub chain: Option<IndustrialChainId>,
    /// This enterprise or organisation is a partner.
    pub partner: Option<Member>,
}

fn matches(filter: &AllianceFilter) -> Condition {
    Condition::all()
        .add_option(filter.search.as_deref().map(|words| {
            Condition::any()
                .add(row::COLUMN.name_key.contains(text::normalise(words)))
                .add(row::COLUMN.external_id.eq(words.trim()))
        }))
        .add_option(filter.committee.map(|id| row::COLUMN.committee_id.eq(id.to_string())))
        .add_option(filter.chain.map(|id| row::COLUMN.committee_id.in_subquery(committees_of(id))))
        .add_option(
            filter.partner.map(|member| row::COLUMN.id.in_subquery(partner::alliances_of(member))),
        )
}

/// Ids of the committees of `chain`.
fn committees_of(chain: IndustrialChainId) -> SelectStatement {
    let mut query = Query::select();
    query
        .column(("chain_committees", "id"))
        .from("chain_committees")
        .and_where(Expr::col(("chain_committees", "chain_id")).eq(chain.to_string()));
    query
}

/// A page of the alliances that `filter` matches and the caller sees. Costs two statements: the
/// rows and their segments.
///
/// # Errors
///
/// [`StoreError::Db`] if a query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &AllianceFilter,
    order: NameOrder,
    window: Window<NameKey<AllianceId>>,
) -> Result<Vec<Alliance>, StoreError> {
    let columns = NameColumns { id: row::Column::Id, name_key: row::Column::NameKey };
    let query = row::Entity::find().filter(visible::registry(sees)).filter(matches(filter));
    let rows = page::named(query, columns, order, window).all(db).await?;
    with_segments(db, rows).await
}

/// How many alliances a list holds in all.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn count(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &AllianceFilter,
) -> Result<u64, StoreError> {
    let query = row::Entity::find().filter(visible::registry(sees)).filter(matches(filter));
    Ok(query.count(db).await?)
}

/// The alliances with these ids that the caller sees, in no order; missing ones are left out. Two
/// statements.
///
/// # Errors
///
/// As [`page()`].
pub async fn find_many(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    ids: &[AllianceId],
) -> Result<Vec<Alliance>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = row::Entity::find()
        .filter(visible::registry(sees))
        .filter(parse::among(db, row::Column::Id, ids))
        .all(db)
        .await?;
    with_segments(db, rows).await
}

/// One alliance, if there is one that the caller sees.
///
/// # Errors
///
/// As [`page()`].
pub async fn find(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    id: AllianceId,
) -> Result<Option<Alliance>, StoreError> {
    Ok(find_many(db, sees, &[id]).await?.pop())
}

/// The first alliances of each of `committees`, in order of ids. Two statements.
///
/// # Errors
///
/// As [`page()`].
pub async fn of_committees(
    db: &impl ConnectionTrait,
    committees: &[ChainCommitteeId],
    first: u64,
) -> Result<Vec<Alliance>, StoreError> {
    use row::Column::{CommitteeId, Id};
    let query = row::Entity::find().filter(parse::among(db, CommitteeId, committees));
    let rows = page::first_of_each(db, query, CommitteeId, &[Id], first).await?;
    with_segments(db, rows).await
}

async fn with_segments(
    db: &impl ConnectionTrait,
    rows: Vec<row::Model>,
) -> Result<Vec<Alliance>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let found = segment::Entity::find()
        .filter(parse::among(
            db,
            segment::Column::AllianceId,
            rows.iter().map(|row| row.id.as_str()),
        ))
        .order_by_asc(segment::COLUMN.segment_id)
        .all(db)
        .await?;
    let mut segments: HashMap<String, Vec<ChainSegmentId>> = HashMap::new();
    for row in found {
        let id = parse::value(At("alliance_segments", "segment_id"), &row.segment_id)?;
        segments.entry(row.alliance_id).or_default().push(id);
    }
    let at = |column| At("alliances", column);
    rows.into_iter()
        .map(|row| {
            Ok(Alliance {
                id: parse::value(at("id"), &row.id)?,
                external_id: row.external_id,
                name: row.name,
                committee: parse::value(at("committee_id"), &row.committee_id)?,
                lead: parse::value_opt(at("lead_id"), row.lead_id.as_deref())?,
                segments: segments.remove(&row.id).unwrap_or_default(),
                is_example: row.is_example,
                version: row.version,
            })
        })
        .collect()
}

/// Adds `alliance` with its segments.
///
/// # Errors
///
/// [`StoreError::Conflict`] if its name exists already under its committee, or committee, lead or a
/// segment does not exist.
pub async fn insert(db: &impl ConnectionTrait, alliance: &Alliance) -> Result<(), StoreError> {
    row::Entity::insert(columns(alliance)).exec_without_returning(db).await?;
    insert_segments(db, alliance).await
}

/// Saves `alliance` if nobody saved it since it was read, and raises its version by one.
///
/// # Errors
///
/// [`StoreError::Stale`] if the stored version is no longer `alliance.version`,
/// [`StoreError::Conflict`] as [`insert`].
pub async fn save(db: &impl ConnectionTrait, alliance: &Alliance) -> Result<(), StoreError> {
    let mut columns = columns(alliance);
    columns.id = ActiveValue::NotSet;
    columns.version = Set(alliance.version + 1);
    let saved = row::Entity::update_many()
        .set(columns)
        .filter(row::COLUMN.id.eq(alliance.id.to_string()))
        .filter(row::COLUMN.version.eq(alliance.version))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)?;
    remove_segments(db, alliance.id).await?;
    insert_segments(db, alliance).await
}

/// Removes an alliance if it still has this version, with its segments and partners.
///
/// # Errors
///
/// [`StoreError::Stale`] if it has another version.
pub async fn remove(
    db: &impl ConnectionTrait,
    id: AllianceId,
    version: i64,
) -> Result<(), StoreError> {
    remove_segments(db, id).await?;
    partner::remove_all(db, id).await?;
    let removed = row::Entity::delete_many()
        .filter(row::COLUMN.id.eq(id.to_string()))
        .filter(row::COLUMN.version.eq(version))
        .exec(db)
        .await?;
    StoreError::stale_if_none(removed.rows_affected)
}

async fn remove_segments(db: &impl ConnectionTrait, id: AllianceId) -> Result<(), StoreError> {
    segment::Entity::delete_many()
        .filter(segment::COLUMN.alliance_id.eq(id.to_string()))
        .exec(db)
        .await?;
    Ok(())
}

async fn insert_segments(db: &impl ConnectionTrait, alliance: &Alliance) -> Result<(), StoreError> {
    let rows: Vec<_> = alliance
        .segments
        .iter()
        .map(|id| segment::ActiveModel {
            alliance_id: Set(alliance.id.to_string()),
            segment_id: Set(id.to_string()),
        })
        .collect();
    if !rows.is_empty() {
        segment::Entity::insert_many(rows).exec_without_returning(db).await?;
    }
    Ok(())
}

/// The row of `alliance`, all columns set.
pub(crate) fn columns(alliance: &Alliance) -> row::ActiveModel {
    row::ActiveModel {
        id: Set(alliance.id.to_string()),
        external_id: Set(alliance.external_id.clone()),
        name: Set(alliance.name.clone()),
        name_key: Set(text::normalise(&alliance.name)),
        committee_id: Set(alliance.committee.to_string()),
        lead_id: Set(alliance.lead.map(|id| id.to_string())),
        is_example: Set(alliance.is_example),
        version: Set(alliance.version),
    }
}
