//! Chain committees. Their seats are in [`seat`].

pub mod seat;

use lianmeng_domain::committee::{ChainCommittee, CommitteeForm, Member};
use lianmeng_domain::ids::{ChainCommitteeId, IndustrialChainId};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::region::RegionCode;
use lianmeng_domain::text;
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue, ActiveValue::Set, Condition};

use crate::StoreError;
use crate::page::{self, NameColumns, NameKey, NameOrder, Window};
use crate::parse::{self, At};
use crate::visible;

/// The table `chain_committees`.
pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "chain_committees")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub external_id: Option<String>,
        pub name: String,
        pub name_key: String,
        pub chain_id: String,
        pub form: String,
        pub region_code: Option<String>,
        pub zone_id: Option<String>,
        pub is_example: bool,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Which committees a list holds; every given part must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommitteeFilter {
    /// Part of the name, or a whole external id.
    pub search: Option<String>,
    /// Organises this chain.
    pub chain: Option<IndustrialChainId>,
    /// Works in this division or inside of it.
    pub region: Option<RegionCode>,
    /// This enterprise or organisation holds a seat, at any time.
    pub seat_holder: Option<Member>,
}

fn matches(filter: &CommitteeFilter) -> Condition {
    Condition::all()
        .add_option(filter.search.as_deref().map(|words| {
            Condition::any()
                .add(row::COLUMN.name_key.contains(text::normalise(words)))
                .add(row::COLUMN.external_id.eq(words.trim()))
        }))
        .add_option(filter.chain.map(|id| row::COLUMN.chain_id.eq(id.to_string())))
        .add_option(filter.region.map(|code| parse::within(row::Column::RegionCode, code)))
        .add_option(
            filter
                .seat_holder
                .map(|member| row::COLUMN.id.in_subquery(seat::committees_of(member))),
        )
}

/// A page of the committees that `filter` matches and the caller sees. Costs one statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &CommitteeFilter,
    order: NameOrder,
    window: Window<NameKey<ChainCommitteeId>>,
) -> Result<Vec<ChainCommittee>, StoreError> {
    let columns = NameColumns { id: row::Column::Id, name_key: row::Column::NameKey };
    let query = row::Entity::find().filter(visible::registry(sees)).filter(matches(filter));
    let rows = page::named(query, columns, order, window).all(db).await?;
    rows.into_iter().map(ChainCommittee::try_from).collect()
}

/// How many committees a list holds in all.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn count(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &CommitteeFilter,
) -> Result<u64, StoreError> {
    let query = row::Entity::find().filter(visible::registry(sees)).filter(matches(filter));
    Ok(query.count(db).await?)
}

/// The committees with these ids that the caller sees, in no order; missing ones are left out.
///
/// # Errors
///
/// As [`page()`].
pub async fn find_many(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    ids: &[ChainCommitteeId],
) -> Result<Vec<ChainCommittee>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = row::Entity::find()
        .filter(visible::registry(sees))
        .filter(parse::among(db, row::Column::Id, ids))
        .all(db)
        .await?;
    rows.into_iter().map(ChainCommittee::try_from).collect()
}

/// One committee, if there is one that the caller sees.
///
/// # Errors
///
/// As [`page()`].
pub async fn find(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    id: ChainCommitteeId,
) -> Result<Option<ChainCommittee>, StoreError> {
    Ok(find_many(db, sees, &[id]).await?.pop())
}

/// The first committees of each of `chains`, in order of ids. One statement.
///
/// # Errors
///
/// As [`page()`].
pub async fn of_chains(
    db: &impl ConnectionTrait,
    chains: &[IndustrialChainId],
    first: u64,
) -> Result<Vec<ChainCommittee>, StoreError> {
    use row::Column::{ChainId, Id};
    let query = row::Entity::find().filter(parse::among(db, ChainId, chains));
    let rows = page::first_of_each(db, query, ChainId, &[Id], first).await?;
    rows.into_iter().map(ChainCommittee::try_from).collect()
}

/// Adds `committee`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if its name or external id exists already, or its chain or place does
/// not.
pub async fn insert(
    db: &impl ConnectionTrait,
    committee: &ChainCommittee,
) -> Result<(), StoreError> {
    row::Entity::insert(columns(committee)).exec_without_returning(db).await?;
    Ok(())
}

/// Saves `committee` if nobody saved it since it was read, and raises its version by one.
///
/// # Errors
///
/// [`StoreError::Stale`] if the stored version is no longer `committee.version`,
/// [`StoreError::Conflict`] as [`insert`].
pub async fn save(db: &impl ConnectionTrait, committee: &ChainCommittee) -> Result<(), StoreError> {
    let mut columns = columns(committee);
    columns.id = ActiveValue::NotSet;
    columns.version = Set(committee.version + 1);
    let saved = row::Entity::update_many()
        .set(columns)
        .filter(row::COLUMN.id.eq(committee.id.to_string()))
        .filter(row::COLUMN.version.eq(committee.version))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

/// Removes a committee if it still has this version.
///
/// # Errors
///
/// [`StoreError::Stale`] if it has another version, [`StoreError::Conflict`] while seats or
/// alliances depend on it.
pub async fn remove(
    db: &impl ConnectionTrait,
    id: ChainCommitteeId,
    version: i64,
) -> Result<(), StoreError> {
    let removed = row::Entity::delete_many()
        .filter(row::COLUMN.id.eq(id.to_string()))
        .filter(row::COLUMN.version.eq(version))
        .exec(db)
        .await?;
    StoreError::stale_if_none(removed.rows_affected)
}

/// The row of `committee`, all columns set.
pub(crate) fn columns(committee: &ChainCommittee) -> row::ActiveModel {
    let (region_code, zone_id) = parse::place_columns(committee.place);
    row::ActiveModel {
        id: Set(committee.id.to_string()),
        external_id: Set(committee.external_id.clone()),
        name: Set(committee.name.clone()),
        name_key: Set(text::normalise(&committee.name)),
        chain_id: Set(committee.chain.to_string()),
        form: Set(committee.form.word().to_owned()),
        region_code: Set(region_code),
        zone_id: Set(zone_id),
        is_example: Set(committee.is_example),
        version: Set(committee.version),
    }
}

impl TryFrom<row::Model> for ChainCommittee {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        const TABLE: &str = "chain_committees";
        let at = |column| At(TABLE, column);
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            external_id: row.external_id,
            name: row.name,
            chain: parse::value(at("chain_id"), &row.chain_id)?,
            form: parse::word(at("form"), &row.form, CommitteeForm::from_word)?,
            place: parse::place(TABLE, row.region_code.as_deref(), row.zone_id.as_deref())?,
            is_example: row.is_example,
            version: row.version,
        })
    }
}
