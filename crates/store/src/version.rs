//! Numbers that rise with each change, so that readers notice.

use sea_orm::ExprTrait;
use sea_orm::entity::prelude::*;

use crate::StoreError;

mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "versions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub name: String,
        pub number: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The number of the last change.
pub const FEED: &str = "feed";
/// The number of the last change of what the graph is built from.
pub const GRAPH: &str = "graph";
/// The number of the last read of restricted fields.
pub const READS: &str = "reads";
/// The highest number of a change whose month was detached.
pub(crate) const FEED_DETACHED: &str = "feed_detached";
/// The highest number of a read whose month was detached.
pub(crate) const READS_DETACHED: &str = "reads_detached";

/// The current number of `name`; 0 before the first change.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn current(db: &impl ConnectionTrait, name: &str) -> Result<i64, StoreError> {
    let row = row::Entity::find_by_id(name.to_owned()).one(db).await?;
    Ok(row.map_or(0, |row| row.number))
}

/// Raises `name` by one and gives the new number, within the transaction of the change. Others who
/// raise it wait until that transaction ends.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub(crate) async fn raise(db: &impl ConnectionTrait, name: &str) -> Result<i64, StoreError> {
    raise_by(db, name, 1).await
}

/// As [`raise`], by `more`.
///
/// # Errors
///
/// As [`raise`].
pub(crate) async fn raise_by(
    db: &impl ConnectionTrait,
    name: &str,
    more: i64,
) -> Result<i64, StoreError> {
    let more = Expr::col(row::Column::Number).add(more);
    let rows = row::Entity::update_many()
        .col_expr(row::Column::Number, more)
        .filter(row::COLUMN.name.eq(name))
        .exec_with_returning(db)
        .await?;
    let row = rows.into_iter().next();
    Ok(row.ok_or_else(|| missing(name))?.number)
}

/// That there is no number of `name`, which every database begins with.
pub(crate) fn missing(name: &str) -> StoreError {
    DbErr::RecordNotFound(format!("no row {name} in versions")).into()
}

/// Sets `name` to `number`, within the transaction of the change.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub(crate) async fn set(
    db: &impl ConnectionTrait,
    name: &str,
    number: i64,
) -> Result<(), StoreError> {
    row::Entity::update_many()
        .col_expr(row::Column::Number, Expr::value(number))
        .filter(row::COLUMN.name.eq(name))
        .exec(db)
        .await?;
    Ok(())
}
