//! Conditions and subqueries that several slices need to leave out what a caller may not see.

use lianmeng_domain::ids::{ChainCommitteeId, EnterpriseId, IndustrialChainId, ZoneId};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::region::{RegionCode, RegionLevel};
use sea_orm::Condition;
use sea_orm::sea_query::{
    CommonTableExpression, Expr, ExprTrait as _, Query, SelectStatement, UnionType, WithClause,
};

/// The registry is public: everyone but the system administrator sees that its things exist.
pub(crate) fn registry(sees: &Visibility) -> Condition {
    match sees {
        Visibility::Nothing => Condition::all().add(Expr::value(false)),
        Visibility::All
        | Visibility::Committee(_)
        | Visibility::Region(_)
        | Visibility::Zone(_)
        | Visibility::Group(_)
        | Visibility::Enterprise(_)
        | Visibility::Organisation(_)
        | Visibility::Published => Condition::all(),
    }
}

/// Ids of the enterprises placed on `chain`.
pub(crate) fn on_chain(chain: IndustrialChainId) -> SelectStatement {
    let mut query = placed();
    query.and_where(Expr::col(("chain_segments", "chain_id")).eq(chain.to_string()));
    query
}

/// Ids of the enterprises placed on the chain of `committee`.
pub(crate) fn on_chain_of(committee: ChainCommitteeId) -> SelectStatement {
    let mut query = placed();
    query
        .inner_join(
            "chain_committees",
            Expr::col(("chain_committees", "chain_id")).equals(("chain_segments", "chain_id")),
        )
        .and_where(Expr::col(("chain_committees", "id")).eq(committee.to_string()));
    query
}

fn placed() -> SelectStatement {
    let mut query = Query::select();
    query.column(("placements", "enterprise_id")).from("placements").inner_join(
        "chain_segments",
        Expr::col(("chain_segments", "id")).equals(("placements", "segment_id")),
    );
    query
}

/// Ids of `head` and of everything it owns, at any depth.
pub(crate) fn group(head: EnterpriseId) -> SelectStatement {
    let mut start = Query::select();
    start
        .column(("enterprises", "id"))
        .from("enterprises")
        .and_where(Expr::col(("enterprises", "id")).eq(head.to_string()));
    let mut below = Query::select();
    below
        .column(("enterprises", "id"))
        .from("enterprises")
        .inner_join("owned", Expr::col(("owned", "id")).equals(("enterprises", "parent_id")));
    // Distinct, so that a cycle in damaged data ends.
    start.union(UnionType::Distinct, below);
    let mut owned = CommonTableExpression::new();
    owned.table_name("owned").column("id").query(start);
    let mut with = WithClause::new();
    with.recursive(true).cte(owned);
    let mut query = Query::select();
    query.column(("owned", "id")).from("owned").with_cte(with);
    query
}

/// Ids of the enterprises in `code` or inside of it.
pub(crate) fn in_region(code: RegionCode) -> SelectStatement {
    let column = Expr::col(("enterprises", "region_code"));
    let text = code.to_string();
    let mut query = Query::select();
    query.column(("enterprises", "id")).from("enterprises").and_where(match code.level() {
        RegionLevel::Province => column.like(format!("{}%", &text[..2])),
        RegionLevel::City => column.like(format!("{}%", &text[..4])),
        RegionLevel::District => column.eq(text),
    });
    query
}

/// Ids of the enterprises in `zone`.
pub(crate) fn in_zone(zone: ZoneId) -> SelectStatement {
    let mut query = Query::select();
    query
        .column(("enterprises", "id"))
        .from("enterprises")
        .and_where(Expr::col(("enterprises", "zone_id")).eq(zone.to_string()));
    query
}
