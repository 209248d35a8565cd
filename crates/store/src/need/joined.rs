//! Needs that were merged with others, at any remove, and the enterprises behind them.

use lianmeng_domain::ids::{EnterpriseId, NeedId};
use sea_orm::ExprTrait as _;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{CommonTableExpression, Order, Query, UnionType, WithClause};

use super::row::Column;
use crate::{StoreError, parse};

/// Enterprises whose needs were merged into `need`, at any remove, by id, at most 1 000.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if an id does not parse.
pub async fn following(
    db: &impl ConnectionTrait,
    need: NeedId,
) -> Result<Vec<EnterpriseId>, StoreError> {
    let mut query = Query::select();
    query
        .distinct()
        .column(("joined", "enterprise_id"))
        .from("joined")
        .order_by(("joined", "enterprise_id"), Order::Asc)
        .limit(1_000)
        .with_cte(joined_with(db, &[need]));
    let rows = db.query_all_raw(db.get_database_backend().build(&query)).await?;
    rows.iter()
        .map(|row| {
            let id: String = row.try_get_by_index(0)?;
            parse::value(parse::At("needs", "enterprise_id"), &id)
        })
        .collect()
}

/// The table `joined`: needs that were merged into one of `needs`, at any remove, each with that one.
fn joined_with(db: &impl ConnectionTrait, needs: &[NeedId]) -> WithClause {
    let mut start = Query::select();
    start
        .column(("needs", "merged_into_id"))
        .columns([("needs", "id"), ("needs", "enterprise_id")])
        .from("needs")
        .cond_where(parse::among(db, Column::MergedIntoId, needs));
    let mut next = Query::select();
    next.column(("joined", "target"))
        .columns([("needs", "id"), ("needs", "enterprise_id")])
        .from("needs")
        .inner_join("joined", Expr::col(("joined", "id")).equals(("needs", "merged_into_id")));
    start.union(UnionType::Distinct, next);
    let mut joined = CommonTableExpression::new();
    joined.table_name("joined").columns(["target", "id", "enterprise_id"]).query(start);
    let mut with = WithClause::new();
    with.recursive(true).cte(joined);
    with
}

/// How many enterprises had a need that was merged into each of `needs`, at any remove; needs with
/// none are left out.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if an id does not parse.
pub async fn followers(
    db: &impl ConnectionTrait,
    needs: &[NeedId],
) -> Result<Vec<(NeedId, i64)>, StoreError> {
    let mut query = Query::select();
    query
        .column(("joined", "target"))
        .expr(Expr::col(("joined", "enterprise_id")).count_distinct())
        .from("joined")
        .group_by_col(("joined", "target"))
        .order_by(("joined", "target"), Order::Asc)
        .with_cte(joined_with(db, needs));
    let rows = db.query_all_raw(db.get_database_backend().build(&query)).await?;
    rows.iter()
        .map(|row| {
            let id: String = row.try_get_by_index(0)?;
            let count = row.try_get_by_index(1)?;
            Ok((parse::value(parse::At("needs", "merged_into_id"), &id)?, count))
        })
        .collect()
}
