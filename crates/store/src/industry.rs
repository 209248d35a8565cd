//! Industries in several classifications. They are reference data that everyone sees.

use lianmeng_domain::industry::{Industry, IndustryKey, IndustryScheme};
use sea_orm::Condition;
use sea_orm::entity::prelude::*;

use crate::StoreError;
use crate::page::{self, Way, Window};
use crate::parse::{self, At};

/// The table `industries`.
pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "industries")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub scheme: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub code: String,
        pub name: String,
        pub level: i32,
        pub parent_code: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Which industries a list holds; every given part must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IndustryFilter {
    /// Of this classification.
    pub scheme: Option<IndustryScheme>,
    /// Directly below the entry with this code.
    pub parent_code: Option<String>,
    /// Part of the name, or the start of the code.
    pub search: Option<String>,
    /// On this level, from 1.
    pub level: Option<i32>,
}

fn matches(filter: &IndustryFilter) -> Condition {
    Condition::all()
        .add_option(filter.scheme.map(|scheme| row::COLUMN.scheme.eq(scheme.word())))
        .add_option(filter.parent_code.as_deref().map(|code| row::COLUMN.parent_code.eq(code)))
        .add_option(filter.level.map(|level| row::COLUMN.level.eq(level)))
        .add_option(filter.search.as_deref().map(|words| {
            Condition::any()
                .add(row::COLUMN.name.contains(words.trim()))
                .add(row::COLUMN.code.starts_with(words.trim()))
        }))
}

/// A page of industries by classification and code. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    filter: &IndustryFilter,
    window: Window<IndustryKey>,
) -> Result<Vec<Industry>, StoreError> {
    let query = row::Entity::find().filter(matches(filter));
    let values = |IndustryKey { scheme, code }| vec![scheme.word().into(), code.into()];
    let rows = page::cut(query, &[row::Column::Scheme, row::Column::Code], Way::Up, window, values)
        .all(db)
        .await?;
    rows.into_iter().map(Industry::try_from).collect()
}

/// How many industries a list holds in all.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn count(db: &impl ConnectionTrait, filter: &IndustryFilter) -> Result<u64, StoreError> {
    Ok(row::Entity::find().filter(matches(filter)).count(db).await?)
}

/// The industries with these keys, in no order; missing ones are left out. One statement.
///
/// # Errors
///
/// As [`page()`].
pub async fn find_many(
    db: &impl ConnectionTrait,
    keys: &[IndustryKey],
) -> Result<Vec<Industry>, StoreError> {
    let of_scheme = |scheme: IndustryScheme| {
        let codes: Vec<_> =
            keys.iter().filter(|key| key.scheme == scheme).map(|key| key.code.as_str()).collect();
        Condition::all()
            .add(row::COLUMN.scheme.eq(scheme.word()))
            .add(row::COLUMN.code.is_in(codes))
    };
    let any = IndustryScheme::ALL
        .iter()
        .filter(|scheme| keys.iter().any(|key| key.scheme == **scheme))
        .fold(Condition::any(), |any, scheme| any.add(of_scheme(*scheme)));
    if any.is_empty() {
        return Ok(Vec::new());
    }
    let rows = row::Entity::find().filter(any).all(db).await?;
    rows.into_iter().map(Industry::try_from).collect()
}

impl TryFrom<row::Model> for Industry {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let scheme = At("industries", "scheme");
        Ok(Self {
            key: IndustryKey {
                scheme: parse::word(scheme, &row.scheme, IndustryScheme::from_word)?,
                code: row.code,
            },
            name: row.name,
            level: row.level,
            parent_code: row.parent_code,
        })
    }
}
