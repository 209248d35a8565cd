//! Units called in to needs 吹哨报到. Who may read a call reads the need in full; that is checked where
//! the need is read.

use lianmeng_domain::ids::{NeedId, OrganisationId};
use lianmeng_domain::need::call::Call;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{ExprTrait as _, QueryOrder as _};

use crate::StoreError;
use crate::parse::{self, At};

mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "need_calls")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub need_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub organisation_id: String,
        pub reason: String,
        pub called_at: DateTimeUtc,
        pub check_in_by: DateTimeUtc,
        pub checked_in_at: Option<DateTimeUtc>,
        pub note: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

fn columns(call: &Call) -> row::ActiveModel {
    row::ActiveModel {
        need_id: Set(call.need.to_string()),
        organisation_id: Set(call.unit.to_string()),
        reason: Set(call.reason.clone()),
        called_at: Set(call.called_at),
        check_in_by: Set(call.check_in_by),
        checked_in_at: Set(call.checked_in_at),
        note: Set(call.note.clone()),
    }
}

impl TryFrom<row::Model> for Call {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("need_calls", column);
        Ok(Self {
            need: parse::value(at("need_id"), &row.need_id)?,
            unit: parse::value(at("organisation_id"), &row.organisation_id)?,
            reason: row.reason,
            called_at: row.called_at,
            check_in_by: row.check_in_by,
            checked_in_at: row.checked_in_at,
            note: row.note,
        })
    }
}

/// Ids of the needs that `unit` was called in to.
pub(super) fn of(unit: OrganisationId) -> SelectStatement {
    let mut needs = Query::select();
    needs
        .column("need_id")
        .from("need_calls")
        .and_where(Expr::col("organisation_id").eq(unit.to_string()));
    needs
}

/// The calls of each of `needs`, by need, moment and unit.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn of_needs(
    db: &impl ConnectionTrait,
    needs: &[NeedId],
) -> Result<Vec<Call>, StoreError> {
    let rows = row::Entity::find()
        .filter(parse::among(db, row::Column::NeedId, needs))
        .order_by_asc(row::Column::NeedId)
        .order_by_asc(row::Column::CalledAt)
        .order_by_asc(row::Column::OrganisationId)
        .all(db)
        .await?;
    rows.into_iter().map(Call::try_from).collect()
}

/// Adds `calls`, at least one.
///
/// # Errors
///
/// [`StoreError::Conflict`] if a unit does not exist or was called before.
pub async fn insert(db: &impl ConnectionTrait, calls: &[Call]) -> Result<(), StoreError> {
    row::Entity::insert_many(calls.iter().map(columns)).exec_without_returning(db).await?;
    Ok(())
}

/// Saves that a unit checked in.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn save(db: &impl ConnectionTrait, call: &Call) -> Result<(), StoreError> {
    row::Entity::update(columns(call)).exec(db).await?;
    Ok(())
}
