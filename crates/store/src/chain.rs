//! Industrial chains. Their segments and the enterprises placed on them are in [`segment`].

pub mod presence;
pub mod segment;

use lianmeng_domain::chain::IndustrialChain;
use lianmeng_domain::ids::{EnterpriseId, IndustrialChainId};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::text;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{
    Alias, Func, Order as Direction, Query, SelectStatement, WindowStatement,
};
use sea_orm::{ActiveValue, ActiveValue::Set, Condition, ExprTrait};

use crate::StoreError;
use crate::page::{self, NameColumns, NameKey, NameOrder, Window};
use crate::parse::{self, At};
use crate::visible;

/// The table `industrial_chains`.
pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "industrial_chains")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub external_id: Option<String>,
        pub name: String,
        pub name_key: String,
        pub tags: String,
        pub is_example: bool,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Which chains a list holds; every given part must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChainFilter {
    /// Part of the name, or a whole external id.
    pub search: Option<String>,
    /// Carries this tag.
    pub tag: Option<String>,
    /// This enterprise is placed on it.
    pub enterprise: Option<EnterpriseId>,
}

fn matches(filter: &ChainFilter) -> Condition {
    Condition::all()
        .add_option(filter.search.as_deref().map(|words| {
            Condition::any()
                .add(row::COLUMN.name_key.contains(text::normalise(words)))
                .add(row::COLUMN.external_id.eq(words.trim()))
        }))
        // Tags are kept as a JSON list, so a whole tag stands between quotes.
        .add_option(filter.tag.as_deref().map(|tag| {
            row::COLUMN.tags.contains(serde_json::Value::String(tag.to_owned()).to_string())
        }))
        .add_option(filter.enterprise.map(|id| row::COLUMN.id.in_subquery(chains_of(id))))
}

/// Ids of the chains `enterprise` is placed on.
fn chains_of(enterprise: EnterpriseId) -> SelectStatement {
    let mut query = placed();
    query
        .column(("chain_segments", "chain_id"))
        .and_where(Expr::col(("placements", "enterprise_id")).eq(enterprise.to_string()));
    query
}

fn placed() -> SelectStatement {
    let mut query = Query::select();
    query.from("placements").inner_join(
        "chain_segments",
        Expr::col(("chain_segments", "id")).equals(("placements", "segment_id")),
    );
    query
}

/// A page of the chains that `filter` matches and the caller sees. Costs one statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &ChainFilter,
    order: NameOrder,
    window: Window<NameKey<IndustrialChainId>>,
) -> Result<Vec<IndustrialChain>, StoreError> {
    let columns = NameColumns { id: row::Column::Id, name_key: row::Column::NameKey };
    let query = row::Entity::find().filter(visible::registry(sees)).filter(matches(filter));
    let rows = page::named(query, columns, order, window).all(db).await?;
    rows.into_iter().map(IndustrialChain::try_from).collect()
}

/// How many chains a list holds in all.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn count(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &ChainFilter,
) -> Result<u64, StoreError> {
    let query = row::Entity::find().filter(visible::registry(sees)).filter(matches(filter));
    Ok(query.count(db).await?)
}

/// The chains with these ids that the caller sees, in no order; missing ones are left out.
///
/// # Errors
///
/// As [`page()`].
pub async fn find_many(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    ids: &[IndustrialChainId],
) -> Result<Vec<IndustrialChain>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = row::Entity::find()
        .filter(visible::registry(sees))
        .filter(parse::among(db, row::Column::Id, ids))
        .all(db)
        .await?;
    rows.into_iter().map(IndustrialChain::try_from).collect()
}

/// One chain, if there is one that the caller sees.
///
/// # Errors
///
/// As [`page()`].
pub async fn find(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    id: IndustrialChainId,
) -> Result<Option<IndustrialChain>, StoreError> {
    Ok(find_many(db, sees, &[id]).await?.pop())
}

/// The first chains each of `enterprises` is placed on, in order of chain ids. One statement.
///
/// # Errors
///
/// As [`page()`].
pub async fn of_enterprises(
    db: &impl ConnectionTrait,
    enterprises: &[EnterpriseId],
    first: u64,
) -> Result<Vec<(EnterpriseId, IndustrialChainId)>, StoreError> {
    let (enterprise, chain) = (("placements", "enterprise_id"), ("chain_segments", "chain_id"));
    let place = Alias::new("place_in_list");
    let window = WindowStatement::partition_by(enterprise).order_by(chain, Direction::Asc).take();
    let mut ranked = placed();
    ranked
        .columns([enterprise, chain])
        .expr_window_as(Func::cust("ROW_NUMBER"), window, place.clone())
        .and_where(parse::listed(db, enterprise, enterprises))
        .group_by_columns([enterprise, chain]);
    let mut wanted = Query::select();
    wanted
        .columns(["enterprise_id", "chain_id"])
        .from_subquery(ranked, "ranked")
        .and_where(Expr::col(place).lte(i64::try_from(first).unwrap_or(i64::MAX)))
        .order_by("enterprise_id", Direction::Asc)
        .order_by("chain_id", Direction::Asc);
    let rows = db.query_all(&wanted).await?;
    rows.iter()
        .map(|row| {
            let enterprise: String = row.try_get("", "enterprise_id")?;
            let chain: String = row.try_get("", "chain_id")?;
            Ok((
                parse::value(At("placements", "enterprise_id"), &enterprise)?,
                parse::value(At("chain_segments", "chain_id"), &chain)?,
            ))
        })
        .collect()
}

/// Adds `chain`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if its name or external id exists already.
pub async fn insert(db: &impl ConnectionTrait, chain: &IndustrialChain) -> Result<(), StoreError> {
    row::Entity::insert(columns(chain)).exec_without_returning(db).await?;
    Ok(())
}

/// Saves `chain` if nobody saved it since it was read, and raises its version by one.
///
/// # Errors
///
/// [`StoreError::Stale`] if the stored version is no longer `chain.version`,
/// [`StoreError::Conflict`] as [`insert`].
pub async fn save(db: &impl ConnectionTrait, chain: &IndustrialChain) -> Result<(), StoreError> {
    let mut columns = columns(chain);
    columns.id = ActiveValue::NotSet;
    columns.version = Set(chain.version + 1);
    let saved = row::Entity::update_many()
        .set(columns)
        .filter(row::COLUMN.id.eq(chain.id.to_string()))
        .filter(row::COLUMN.version.eq(chain.version))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

/// Removes a chain if it still has this version.
///
/// # Errors
///
/// [`StoreError::Stale`] if it has another version, [`StoreError::Conflict`] while segments or
/// committees depend on it.
pub async fn remove(
    db: &impl ConnectionTrait,
    id: IndustrialChainId,
    version: i64,
) -> Result<(), StoreError> {
    let removed = row::Entity::delete_many()
        .filter(row::COLUMN.id.eq(id.to_string()))
        .filter(row::COLUMN.version.eq(version))
        .exec(db)
        .await?;
    StoreError::stale_if_none(removed.rows_affected)
}

/// The row of `chain`, all columns set.
pub(crate) fn columns(chain: &IndustrialChain) -> row::ActiveModel {
    row::ActiveModel {
        id: Set(chain.id.to_string()),
        external_id: Set(chain.external_id.clone()),
        name: Set(chain.name.clone()),
        name_key: Set(text::normalise(&chain.name)),
        tags: Set(parse::list_text(&chain.tags)),
        is_example: Set(chain.is_example),
        version: Set(chain.version),
    }
}

impl TryFrom<row::Model> for IndustrialChain {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("industrial_chains", column);
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            external_id: row.external_id,
            name: row.name,
            tags: parse::list(at("tags"), &row.tags)?,
            is_example: row.is_example,
            version: row.version,
        })
    }
}
