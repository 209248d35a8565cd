//! Administrative divisions with their history. Functional zones are in [`zone`].

pub mod zone;

use lianmeng_domain::region::{Region, RegionCode, RegionLevel};
use lianmeng_domain::text;
use sea_orm::Condition;
use sea_orm::entity::prelude::*;

use crate::StoreError;
use crate::page::{self, Way, Window};
use crate::parse::{self, At};

/// The table `regions`.
pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "regions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub code: String,
        pub name: String,
        pub name_key: String,
        pub parent_code: Option<String>,
        pub until_year: Option<i32>,
        pub successor_code: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Which divisions a list holds; every given part must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegionFilter {
    /// Part of the name, or the start of a code.
    pub search: Option<String>,
    /// Directly below this one.
    pub parent: Option<RegionCode>,
    /// On this level.
    pub level: Option<RegionLevel>,
    /// Whether it must be in force.
    pub is_current: Option<bool>,
}

fn matches(filter: &RegionFilter) -> Condition {
    Condition::all()
        .add_option(filter.search.as_deref().map(|words| {
            Condition::any()
                .add(row::COLUMN.name_key.contains(text::normalise(words)))
                .add(row::COLUMN.code.starts_with(words.trim()))
        }))
        .add_option(filter.parent.map(|code| row::COLUMN.parent_code.eq(code.to_string())))
        .add_option(filter.is_current.map(|yes| {
            if yes {
                row::COLUMN.until_year.is_null()
            } else {
                row::COLUMN.until_year.is_not_null()
            }
        }))
        .add_option(filter.level.map(on_level))
}

/// The level shows in the zeros a code ends with.
fn on_level(level: RegionLevel) -> Condition {
    let code = row::COLUMN.code;
    match level {
        RegionLevel::Province => Condition::all().add(code.ends_with("0000")),
        RegionLevel::City => Condition::all()
            .add(code.ends_with("00"))
            .add(Condition::all().not().add(code.ends_with("0000"))),
        RegionLevel::District => Condition::all().not().add(code.ends_with("00")),
    }
}

/// A page of divisions by code. They are a national standard that everyone sees. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    filter: &RegionFilter,
    window: Window<RegionCode>,
) -> Result<Vec<Region>, StoreError> {
    let query = row::Entity::find().filter(matches(filter));
    let rows = page::by_id(query, (row::Column::Code, Way::Up), window).all(db).await?;
    rows.into_iter().map(Region::try_from).collect()
}

/// How many divisions a list holds in all.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn count(db: &impl ConnectionTrait, filter: &RegionFilter) -> Result<u64, StoreError> {
    Ok(row::Entity::find().filter(matches(filter)).count(db).await?)
}

/// The divisions with these codes, in no order; missing ones are left out. One statement.
///
/// # Errors
///
/// As [`page()`].
pub async fn find_many(
    db: &impl ConnectionTrait,
    codes: &[RegionCode],
) -> Result<Vec<Region>, StoreError> {
    let rows =
        row::Entity::find().filter(parse::among(db, row::Column::Code, codes)).all(db).await?;
    rows.into_iter().map(Region::try_from).collect()
}

/// The first divisions directly below each of `parents`, by code, past ones too. One statement.
///
/// # Errors
///
/// As [`page()`].
pub async fn of_parents(
    db: &impl ConnectionTrait,
    parents: &[RegionCode],
    first: u64,
) -> Result<Vec<Region>, StoreError> {
    use row::Column::{Code, ParentCode};
    let query = row::Entity::find().filter(parse::among(db, ParentCode, parents));
    let rows = page::first_of_each(db, query, ParentCode, &[Code], first).await?;
    rows.into_iter().map(Region::try_from).collect()
}

/// The first past divisions whose place each of `codes` took, by code. One statement.
///
/// # Errors
///
/// As [`page()`].
pub async fn predecessors(
    db: &impl ConnectionTrait,
    codes: &[RegionCode],
    first: u64,
) -> Result<Vec<Region>, StoreError> {
    use row::Column::{Code, SuccessorCode};
    let query = row::Entity::find().filter(parse::among(db, SuccessorCode, codes));
    let rows = page::first_of_each(db, query, SuccessorCode, &[Code], first).await?;
    rows.into_iter().map(Region::try_from).collect()
}

impl TryFrom<row::Model> for Region {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("regions", column);
        Ok(Self {
            code: parse::value(at("code"), &row.code)?,
            name: row.name,
            parent: parse::value_opt(at("parent_code"), row.parent_code.as_deref())?,
            until_year: row.until_year,
            successor: parse::value_opt(at("successor_code"), row.successor_code.as_deref())?,
        })
    }
}
