//! Conditions and subqueries that several slices share: who belongs to whom, who may see what in
//! full, and the first rows of many lists.

use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::{ChainCommitteeId, EnterpriseId, ZoneId};
use lianmeng_domain::region::{RegionCode, RegionLevel};
use sea_orm::sea_query::{
    CaseStatement, CommonTableExpression, Func, Query, SelectStatement, UnionType, WindowStatement,
    WithClause,
};
use sea_orm::{ColumnTrait, Condition, ExprTrait as _};
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

/// Ids of a group: the head office and every enterprise below it in the ownership tree. Ends even
/// if the tree had a cycle.
pub(crate) fn group(head: EnterpriseId) -> SelectStatement {
    let mut below = Query::select();
    below.column(("enterprises", "id")).from("enterprises").inner_join(
        "ownership_group",
        Expr::col(("enterprises", "parent_id")).equals(("ownership_group", "id")),
    );
    let mut members = Query::select();
    members
        .column("id")
        .from("enterprises")
        .and_where(Expr::col("id").eq(head.to_string()))
        .union(UnionType::Distinct, below);
    let tree = CommonTableExpression::new()
        .query(members)
        .column("id")
        .table_name("ownership_group")
        .to_owned();
    let mut ids = Query::select();
    ids.column("id").from("ownership_group");
    ids.with_cte(WithClause::new().recursive(true).cte(tree).to_owned());
    ids
}

/// Ids of the enterprises that are partners in an alliance of `committee`.
pub(crate) fn partners(committee: ChainCommitteeId) -> SelectStatement {
    let mut query = Query::select();
    query
        .column(("alliance_enterprises", "enterprise_id"))
        .from("alliance_enterprises")
        .inner_join(
            "alliances",
            Expr::col(("alliances", "id")).equals(("alliance_enterprises", "alliance_id")),
        )
        .and_where(Expr::col(("alliances", "committee_id")).eq(committee.to_string()));
    query
}

/// Ids of the enterprises in `zone`.
pub(crate) fn in_zone(zone: ZoneId) -> SelectStatement {
    let mut query = Query::select();
    query.column("id").from("enterprises").and_where(Expr::col("zone_id").eq(zone.to_string()));
    query
}

/// Whether the division in `column` is `code` or lies inside of it.
pub(crate) fn in_region(column: impl ColumnTrait, code: RegionCode) -> Condition {
    let text = code.to_string();
    Condition::all().add(match code.level() {
        RegionLevel::Province => column.starts_with(&text[..2]),
        RegionLevel::City => column.starts_with(&text[..4]),
        RegionLevel::District => column.eq(text),
    })
}

/// Ids of the first `limit` rows of each parent among the rows of `table` that meet `condition`,
/// newest first.
pub(crate) fn newest_of_each(
    table: &'static str,
    parent: &'static str,
    condition: Condition,
    limit: u64,
) -> SelectStatement {
    let mut window = WindowStatement::partition_by((table, parent));
    window.order_by((table, "id"), Order::Desc);
    let mut ranked = Query::select();
    ranked
        .column((table, "id"))
        .expr_window_as(Func::cust("ROW_NUMBER"), window, "place_in_list")
        .from(table)
        .cond_where(condition);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut first = Query::select();
    first
        .column("id")
        .from_subquery(ranked, "ranked")
        .and_where(Expr::col("place_in_list").lte(limit));
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

/// The enterprise column and the organisation column of `member`.
pub(crate) fn member_columns(member: Member) -> (Option<String>, Option<String>) {
    match member {
        Member::Enterprise(id) => (Some(id.to_string()), None),
        Member::Organisation(id) => (None, Some(id.to_string())),
    }
}
