//! How much of a chain its alliances reach.

use lianmeng_domain::alliance::Coverage;
use lianmeng_domain::ids::{ChainCommitteeId, IndustrialChainId};
use sea_orm::sea_query::{
    CaseStatement, Expr, ExprTrait as _, Func, JoinType, Order, Query, SelectStatement, UnionType,
};
use sea_orm::{ConnectionTrait, QueryResult};

use crate::StoreError;
use crate::parse::{self, At};

/// Coverage of each of `chains` by the alliances of all its committees, sorted by chain; chains on
/// which nobody's place is confirmed are left out. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn of_chains(
    db: &impl ConnectionTrait,
    chains: &[IndustrialChainId],
) -> Result<Vec<(IndustrialChainId, Coverage)>, StoreError> {
    let (id, ids) = (("industrial_chains", "id"), chains.iter().map(ToString::to_string));
    let mut bodies = Query::select();
    bodies
        .expr_as(Expr::col(id), "body_id")
        .expr_as(Expr::col(id), "chain_id")
        .from("industrial_chains")
        .and_where(Expr::col(id).is_in(ids));
    let rows = db.query_all(&counted(&bodies, "chain_id")).await?;
    let at = At("industrial_chains", "id");
    rows.iter().map(|row| Ok((parse::value(at, &body(row)?)?, coverage(row)?))).collect()
}

/// Coverage of the chain of each of `committees` by the alliances of that committee alone, sorted
/// by committee; committees of chains on which nobody's place is confirmed are left out. One
/// statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn of_committees(
    db: &impl ConnectionTrait,
    committees: &[ChainCommitteeId],
) -> Result<Vec<(ChainCommitteeId, Coverage)>, StoreError> {
    let (id, ids) = (("chain_committees", "id"), committees.iter().map(ToString::to_string));
    let mut bodies = Query::select();
    bodies
        .expr_as(Expr::col(id), "body_id")
        .column(("chain_committees", "chain_id"))
        .from("chain_committees")
        .and_where(Expr::col(id).is_in(ids));
    let rows = db.query_all(&counted(&bodies, "id")).await?;
    let at = At("chain_committees", "id");
    rows.iter().map(|row| Ok((parse::value(at, &body(row)?)?, coverage(row)?))).collect()
}

/// Counts per body: `bodies` holds (`body_id`, `chain_id`), and the committees that count for a
/// body are those whose column `committee_key` is the body's id.
fn counted(bodies: &SelectStatement, committee_key: &'static str) -> SelectStatement {
    let same = |column: &'static str| Expr::col(("placed", column)).equals(("member", column));
    let in_several = CaseStatement::new().case(Expr::col(("member", "alliances")).gt(1), 1);
    let mut query = Query::select();
    query
        .column(("placed", "body_id"))
        .expr_as(Func::count(Expr::col(("placed", "enterprise_id"))), "placed_count")
        .expr_as(Func::count(Expr::col(("member", "enterprise_id"))), "covered_count")
        .expr_as(Func::count(in_several), "overlap_count")
        .from_subquery(placed(bodies), "placed")
        .join_subquery(
            JoinType::LeftJoin,
            members(bodies, committee_key),
            "member",
            same("body_id").and(same("enterprise_id")),
        )
        .group_by_col(("placed", "body_id"))
        .order_by(("placed", "body_id"), Order::Asc);
    query
}

/// Distinct enterprises with a confirmed place, per body.
fn placed(bodies: &SelectStatement) -> SelectStatement {
    let mut query = Query::select();
    query
        .columns([("body", "body_id"), ("placements", "enterprise_id")])
        .distinct()
        .from_subquery(bodies.clone(), "body")
        .inner_join(
            "chain_segments",
            Expr::col(("chain_segments", "chain_id")).equals(("body", "chain_id")),
        )
        .inner_join(
            "placements",
            Expr::col(("placements", "segment_id")).equals(("chain_segments", "id")),
        )
        .and_where(Expr::col(("placements", "is_confirmed")).eq(true));
    query
}

/// Enterprises in alliances, per body, with the number of alliances. A lead takes part in its
/// alliance even where it is not listed among the partners.
fn members(bodies: &SelectStatement, committee_key: &'static str) -> SelectStatement {
    let mut leads = Query::select();
    leads
        .columns(["id", "lead_id"])
        .from("alliances")
        .and_where(Expr::col(("alliances", "lead_id")).is_not_null());
    let mut parts = Query::select();
    parts
        .columns(["alliance_id", "enterprise_id"])
        .from("alliance_enterprises")
        .union(UnionType::Distinct, leads);
    let mut query = Query::select();
    query
        .columns([("body", "body_id"), ("part", "enterprise_id")])
        .expr_as(Func::count(Expr::col(("part", "alliance_id"))), "alliances")
        .from_subquery(bodies.clone(), "body")
        .inner_join(
            "chain_committees",
            Expr::col(("chain_committees", committee_key)).equals(("body", "body_id")),
        )
        .inner_join(
            "alliances",
            Expr::col(("alliances", "committee_id")).equals(("chain_committees", "id")),
        )
        .join_subquery(
            JoinType::InnerJoin,
            parts,
            "part",
            Expr::col(("part", "alliance_id")).equals(("alliances", "id")),
        )
        .group_by_columns([("body", "body_id"), ("part", "enterprise_id")]);
    query
}

fn body(row: &QueryResult) -> Result<String, StoreError> {
    Ok(row.try_get("", "body_id")?)
}

fn coverage(row: &QueryResult) -> Result<Coverage, StoreError> {
    let number = |column| -> Result<u64, StoreError> {
        let count: i64 = row.try_get("", column)?;
        Ok(count.unsigned_abs())
    };
    Ok(Coverage {
        placed: number("placed_count")?,
        covered: number("covered_count")?,
        overlaps: number("overlap_count")?,
    })
}
