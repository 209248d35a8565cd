//! Parts of queries that the slices of casework share.

use lianmeng_domain::committee::Member;
use sea_orm::sea_query::{CaseStatement, Func, Query, SelectStatement, WindowStatement};
use sea_orm::{Condition, ExprTrait as _};
use sea_orm::{Order, prelude::Expr};

use crate::StoreError;
use crate::parse::{self, At};

/// A condition that every row meets.
pub(crate) fn always() -> Condition {
    Condition::all().add(Expr::value(true))
}

/// A condition that no row meets.
pub(crate) fn never() -> Condition {
    Condition::all().add(Expr::value(false))
}

/// `condition` as a column of the answer: 1 or 0.
pub(crate) fn as_number(condition: Condition) -> Expr {
    CaseStatement::new().case(condition, 1_i32).finally(0_i32).into()
}

/// Rows listed under their parents.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lists {
    /// Their table.
    pub(crate) table: &'static str,
    /// The column that names the parent.
    pub(crate) parent: &'static str,
    /// Whether each list begins with the oldest row, or else with the newest.
    pub(crate) oldest_first: bool,
}

/// Ids of the first `limit` rows of each list among the rows that meet `condition`.
pub(crate) fn first_of_each(lists: Lists, condition: Condition, limit: u64) -> SelectStatement {
    let mut rows = Query::select();
    rows.column((lists.table, "id")).from(lists.table).cond_where(condition);
    let mut first = ranked(lists, rows, limit);
    first.column("id");
    first
}

/// The first `limit` rows of each list among `rows`, a question to the table of the lists; what of
/// them is wanted is still to be said.
pub(crate) fn ranked(lists: Lists, mut rows: SelectStatement, limit: u64) -> SelectStatement {
    let Lists { table, parent, oldest_first } = lists;
    let mut window = WindowStatement::partition_by((table, parent));
    window.order_by((table, "id"), if oldest_first { Order::Asc } else { Order::Desc });
    rows.expr_window_as(Func::cust("ROW_NUMBER"), window, "place_in_list");
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut first = Query::select();
    first.from_subquery(rows, "ranked").and_where(Expr::col("place_in_list").lte(limit));
    first
}

/// An enterprise or organisation from its two columns.
pub(crate) fn member(
    enterprise: (At, Option<&str>),
    organisation: (At, Option<&str>),
) -> Result<Member, StoreError> {
    match (enterprise.1, organisation.1) {
        (Some(id), None) => Ok(Member::Enterprise(parse::value(enterprise.0, id)?)),
        (None, Some(id)) => Ok(Member::Organisation(parse::value(organisation.0, id)?)),
        (Some(id), Some(_)) => Err(organisation.0.corrupt(id)),
        (None, None) => Err(enterprise.0.corrupt("")),
    }
}
