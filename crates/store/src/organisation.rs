//! Other organisations: departments, chambers, banks, institutes.

use lianmeng_domain::ids::OrganisationId;
use lianmeng_domain::organisation::{Organisation, OrganisationKind};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::region::RegionCode;
use lianmeng_domain::text;
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue, ActiveValue::Set, Condition};

use crate::StoreError;
use crate::page::{self, NameColumns, NameKey, NameOrder, Window};
use crate::parse::{self, At};
use crate::visible;

/// The table `organisations`.
pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "organisations")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub external_id: Option<String>,
        pub name: String,
        pub name_key: String,
        pub kind: String,
        pub region_code: Option<String>,
        pub zone_id: Option<String>,
        pub services: String,
        pub is_example: bool,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Which organisations a list holds; every given part must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrganisationFilter {
    /// Part of the name, or a whole external id.
    pub search: Option<String>,
    /// One of these kinds.
    pub kinds: Vec<OrganisationKind>,
    /// In this division or inside of it.
    pub region: Option<RegionCode>,
}

fn matches(filter: &OrganisationFilter) -> Condition {
    let mut all = Condition::all()
        .add_option(filter.search.as_deref().map(|words| {
            Condition::any()
                .add(row::COLUMN.name_key.contains(text::normalise(words)))
                .add(row::COLUMN.external_id.eq(words.trim()))
        }))
        .add_option(filter.region.map(|code| parse::within(row::Column::RegionCode, code)));
    if !filter.kinds.is_empty() {
        all = all.add(row::COLUMN.kind.is_in(filter.kinds.iter().map(|kind| kind.word())));
    }
    all
}

/// A page of the organisations that `filter` matches and the caller sees. Costs one statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &OrganisationFilter,
    order: NameOrder,
    window: Window<NameKey<OrganisationId>>,
) -> Result<Vec<Organisation>, StoreError> {
    let columns = NameColumns { id: row::Column::Id, name_key: row::Column::NameKey };
    let query = row::Entity::find().filter(visible::registry(sees)).filter(matches(filter));
    let rows = page::named(query, columns, order, window).all(db).await?;
    rows.into_iter().map(Organisation::try_from).collect()
}

/// How many organisations a list holds in all.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn count(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &OrganisationFilter,
) -> Result<u64, StoreError> {
    let query = row::Entity::find().filter(visible::registry(sees)).filter(matches(filter));
    Ok(query.count(db).await?)
}

/// The organisations with these ids that the caller sees, in no order; missing ones are left out.
///
/// # Errors
///
/// As [`page()`].
pub async fn find_many(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    ids: &[OrganisationId],
) -> Result<Vec<Organisation>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = row::Entity::find()
        .filter(visible::registry(sees))
        .filter(parse::among(db, row::Column::Id, ids))
        .all(db)
        .await?;
    rows.into_iter().map(Organisation::try_from).collect()
}

/// One organisation, if there is one that the caller sees.
///
/// # Errors
///
/// As [`page()`].
pub async fn find(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    id: OrganisationId,
) -> Result<Option<Organisation>, StoreError> {
    Ok(find_many(db, sees, &[id]).await?.pop())
}

/// Adds `organisation`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if its external id exists already or its place does not exist.
pub async fn insert(
    db: &impl ConnectionTrait,
    organisation: &Organisation,
) -> Result<(), StoreError> {
    row::Entity::insert(columns(organisation)).exec_without_returning(db).await?;
    Ok(())
}

/// Saves `organisation` if nobody saved it since it was read, and raises its version by one.
///
/// # Errors
///
/// [`StoreError::Stale`] if the stored version is no longer `organisation.version`,
/// [`StoreError::Conflict`] as [`insert`].
pub async fn save(
    db: &impl ConnectionTrait,
    organisation: &Organisation,
) -> Result<(), StoreError> {
    let mut columns = columns(organisation);
    columns.id = ActiveValue::NotSet;
    columns.version = Set(organisation.version + 1);
    let saved = row::Entity::update_many()
        .set(columns)
        .filter(row::COLUMN.id.eq(organisation.id.to_string()))
        .filter(row::COLUMN.version.eq(organisation.version))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

/// Removes an organisation if it still has this version.
///
/// # Errors
///
/// [`StoreError::Stale`] if it has another version, [`StoreError::Conflict`] while others depend
/// on it.
pub async fn remove(
    db: &impl ConnectionTrait,
    id: OrganisationId,
    version: i64,
) -> Result<(), StoreError> {
    let removed = row::Entity::delete_many()
        .filter(row::COLUMN.id.eq(id.to_string()))
        .filter(row::COLUMN.version.eq(version))
        .exec(db)
        .await?;
    StoreError::stale_if_none(removed.rows_affected)
}

/// The row of `organisation`, all columns set.
pub(crate) fn columns(organisation: &Organisation) -> row::ActiveModel {
    let (region_code, zone_id) = parse::place_columns(organisation.place);
    row::ActiveModel {
        id: Set(organisation.id.to_string()),
        external_id: Set(organisation.external_id.clone()),
        name: Set(organisation.name.clone()),
        name_key: Set(text::normalise(&organisation.name)),
        kind: Set(organisation.kind.word().to_owned()),
        region_code: Set(region_code),
        zone_id: Set(zone_id),
        services: Set(organisation.services.clone()),
        is_example: Set(organisation.is_example),
        version: Set(organisation.version),
    }
}

impl TryFrom<row::Model> for Organisation {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        const TABLE: &str = "organisations";
        let at = |column| At(TABLE, column);
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            external_id: row.external_id,
            name: row.name,
            kind: parse::word(at("kind"), &row.kind, OrganisationKind::from_word)?,
            place: parse::place(TABLE, row.region_code.as_deref(), row.zone_id.as_deref())?,
            services: row.services,
            is_example: row.is_example,
            version: row.version,
        })
    }
}
