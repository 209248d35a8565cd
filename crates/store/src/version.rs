//! Version numbers that rise with each change, so that readers notice.

use sea_orm::ActiveValue::Set;
use sea_orm::ExprTrait;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;

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

/// The version of everything the graph is built from.
pub const GRAPH: &str = "graph";

/// The current number of `name`; 0 before the first change.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn current(db: &impl ConnectionTrait, name: &str) -> Result<i64, StoreError> {
    let row = row::Entity::find_by_id(name.to_owned()).one(db).await?;
    Ok(row.map_or(0, |row| row.number))
}

/// Raises `name` by one, within the transaction of the change.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn raise(db: &impl ConnectionTrait, name: &str) -> Result<(), StoreError> {
    let row = row::ActiveModel { name: Set(name.to_owned()), number: Set(1) };
    let again = Expr::col((row::Entity, row::Column::Number)).add(1);
    row::Entity::insert(row)
        .on_conflict(
            OnConflict::column(row::Column::Name).value(row::Column::Number, again).to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(())
}
