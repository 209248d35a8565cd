//! Which needs a caller sees, and which of them in full, as conditions of a query.

use lianmeng_domain::need::NeedStage;
use lianmeng_domain::policy::Visibility;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{
    CommonTableExpression, IntoCondition as _, Query, SelectStatement, UnionType, WithClause,
};
use sea_orm::{Condition, ExprTrait as _};

use super::call;
use super::row::{COLUMN, Column, Entity};
use crate::{parse, sight, visible as seen};

/// Rows of the caller's own part, whatever was published.
pub(super) fn own(sees: &Visibility) -> Condition {
    let is_written = COLUMN.stage.ne(NeedStage::Draft.word());
    match sees {
        Visibility::All => sight::always(),
        Visibility::Committee(id) => {
            Condition::all().add(COLUMN.committee_id.eq(id.to_string())).add(is_written)
        }
        Visibility::Region(code) => parse::within(Column::RegionCode, *code).add(is_written),
        Visibility::Zone(id) => Condition::all()
            .add(COLUMN.enterprise_id.in_subquery(seen::in_zone(*id)))
            .add(is_written),
        Visibility::Group(id) => {
            COLUMN.enterprise_id.in_subquery(seen::group(*id)).into_condition()
        }
        Visibility::Enterprise(id) => COLUMN.enterprise_id.eq(id.to_string()).into_condition(),
        Visibility::Organisation(id) => Condition::any()
            .add(COLUMN.handler_id.eq(id.to_string()))
            .add(COLUMN.id.in_subquery(call::of(*id))),
        Visibility::Published | Visibility::Nothing => sight::never(),
    }
}

/// Needs that needs of the caller were merged with, at any remove: they see the public part.
fn followed(sees: &Visibility) -> Condition {
    let theirs = match sees {
        Visibility::Enterprise(_) | Visibility::Group(_) => own(sees),
        Visibility::All
        | Visibility::Committee(_)
        | Visibility::Region(_)
        | Visibility::Zone(_)
        | Visibility::Organisation(_)
        | Visibility::Published
        | Visibility::Nothing => return sight::never(),
    };
    let mut start = Query::select();
    start.column(("needs", "merged_into_id")).from("needs").cond_where(theirs);
    start.and_where(Expr::col(("needs", "merged_into_id")).is_not_null());
    let mut next = Query::select();
    next.column(("needs", "merged_into_id"))
        .from("needs")
        .inner_join("targets", Expr::col(("targets", "id")).equals(("needs", "id")))
        .and_where(Expr::col(("needs", "merged_into_id")).is_not_null());
    // Distinct, so that a cycle in damaged data ends.
    start.union(UnionType::Distinct, next);
    let mut targets = CommonTableExpression::new();
    targets.table_name("targets").column("id").query(start);
    let mut with = WithClause::new();
    with.recursive(true).cte(targets);
    let mut query = Query::select();
    query.column(("targets", "id")).from("targets").with_cte(with);
    COLUMN.id.in_subquery(query).into_condition()
}

/// Ids of the needs the caller reads in full.
pub(crate) fn readable(reads: &Visibility) -> SelectStatement {
    let mut needs = Query::select();
    needs.column(Column::Id).from(Entity).cond_where(own(reads));
    needs
}

/// Needs whose suggestion was shown to the caller as side B: they see the public part.
fn suggested(sees: &Visibility) -> Condition {
    let (column, id) = match sees {
        Visibility::Enterprise(id) => ("enterprise_b", id.to_string()),
        Visibility::Organisation(id) => ("organisation_b", id.to_string()),
        Visibility::All
        | Visibility::Committee(_)
        | Visibility::Region(_)
        | Visibility::Zone(_)
        | Visibility::Group(_)
        | Visibility::Published
        | Visibility::Nothing => return sight::never(),
    };
    let mut shown = Query::select();
    shown
        .column("need_id")
        .from("suggestions")
        .and_where(Expr::col(column).eq(id))
        .and_where(Expr::col("is_shown").eq(true))
        .and_where(Expr::col("need_id").is_not_null());
    COLUMN.id.in_subquery(shown).into_condition()
}

/// Rows the caller sees at all.
pub(super) fn visible(sees: &Visibility) -> Condition {
    match sees {
        Visibility::Nothing => sight::never(),
        Visibility::All => sight::always(),
        Visibility::Committee(_)
        | Visibility::Region(_)
        | Visibility::Zone(_)
        | Visibility::Group(_)
        | Visibility::Enterprise(_)
        | Visibility::Organisation(_)
        | Visibility::Published => Condition::any()
            .add(COLUMN.is_published.eq(true))
            .add(own(sees))
            .add(followed(sees))
            .add(suggested(sees)),
    }
}
