//! Figures about needs, counted by the database: rates of a period, and what stands at a moment.

use chrono::{DateTime, Utc};
use lianmeng_domain::figures::{AsOf, Figures, Rate};
use lianmeng_domain::ids::{ChainCommitteeId, EnterpriseId, NeedId, OrganisationId};
use lianmeng_domain::need::{NeedChannel, NeedKind, NeedStage, SeenNeed};
use lianmeng_domain::policy::Visibility;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{CaseStatement, Func, InsertStatement, Order, Query, SelectStatement};
use sea_orm::{
    Condition, DbBackend, ExprTrait as _, QueryOrder as _, QueryResult, QuerySelect as _,
};

use super::{own, read, row};
use crate::StoreError;
use crate::eyes::Eyes;
use crate::parse::{self, At};

#[cfg(test)]
mod tests;

/// Which needs figures are about; every given part must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatsFilter {
    /// Of this committee.
    pub committee: Option<ChainCommitteeId>,
    /// In the charge of this unit, in the round that counts.
    pub handler: Option<OrganisationId>,
    /// Of this enterprise.
    pub enterprise: Option<EnterpriseId>,
    /// Of one of these kinds.
    pub kinds: Vec<NeedKind>,
    /// Through one of these channels.
    pub channels: Vec<NeedChannel>,
}

/// By what figures are divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Division {
    /// Not at all.
    Whole,
    /// By kind.
    Kind,
    /// By channel.
    Channel,
    /// By unit in charge.
    Handler,
    /// By the local month in which they were handed in.
    Month,
}

/// The needs a figure is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question<'a> {
    /// What of the needs the caller reads, or sees in part.
    pub whose: &'a Visibility,
    /// Which of them.
    pub filter: &'a StatsFilter,
    /// Handed in from the first moment on and before the second.
    pub period: (DateTime<Utc>, DateTime<Utc>),
    /// As they stood then.
    pub as_of: AsOf,
}

/// Figures by the word of each division (empty without one, and for needs without a unit), those with
/// most needs first, at most `limit`. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn stats(
    db: &impl ConnectionTrait,
    question: &Question<'_>,
    division: Division,
    limit: u64,
) -> Result<Vec<(String, Figures)>, StoreError> {
    let backend = db.get_database_backend();
    let mut query = Query::select();
    query.expr_as(Expr::cust("division"), "division").expr_as(Expr::cust("count(*)"), "needs");
    query.expr_as(Expr::cust("count(DISTINCT enterprise_id)"), "enterprises");
    for condition in COUNTED {
        query.expr(Expr::cust(format!("count(CASE WHEN {condition} THEN 1 END)")));
    }
    query
        .from_subquery(facts(courses(question, division, backend)), "facts")
        .group_by_col("division")
        .order_by("needs", Order::Desc)
        .order_by("division", Order::Asc)
        .limit(limit);
    let rows = db.query_all_raw(backend.build(&query)).await?;
    rows.iter().map(|row| Ok((row.try_get_by_index(0)?, figures(row)?))).collect()
}

/// What is counted, in the order of [`figures`]: numerator, denominator and pending of each. Says the
/// same as `lianmeng_domain::figures::judge`, to which a test compares it.
const COUNTED: [&str; 15] = [
    // Response: who answered has responded.
    "sent = 1 AND (responded = 1 OR answered = 1)",
    "sent = 1 AND (responded = 1 OR answered = 1 OR late = 1)",
    "sent = 1 AND responded = 0 AND answered = 0 AND late = 0",
    // Resolution.
    "good = 1 OR (poor = 0 AND answered = 1 AND ended = 1)",
    "good = 1 OR poor = 1 OR (answered = 1 AND ended = 1) \
     OR (sent = 1 AND answered = 0 AND (ended = 1 OR late = 1))",
    "good = 0 AND poor = 0 AND ended = 0 \
     AND (answered = 1 OR (sent = 1 AND late = 0))",
    // Satisfaction.
    "good = 1",
    "good = 1 OR poor = 1",
    "answered = 1 AND good = 0 AND poor = 0",
    // On time.
    "sent = 1 AND answered = 1 AND punctual = 1",
    "sent = 1 AND (answered = 1 OR late = 1)",
    "sent = 1 AND answered = 0 AND late = 0",
    // Imported.
    "imported = 1",
    "imported = 1 OR ended = 0 OR sent = 1 OR answered = 1",
    "imported = 0 AND ended = 0",
];

fn figures(row: &QueryResult) -> Result<Figures, StoreError> {
    let number = |position: usize| -> Result<u64, StoreError> {
        let count: i64 = row.try_get_by_index(position)?;
        parse::number(At("needs", "count"), count)
    };
    let rate = |position: usize| -> Result<Rate, StoreError> {
        Ok(Rate {
            numerator: number(position)?,
            denominator: number(position + 1)?,
            pending: number(position + 2)?,
        })
    };
    Ok(Figures {
        needs: number(1)?,
        enterprises: number(2)?,
        response: rate(3)?,
        resolution: rate(6)?,
        satisfaction: rate(9)?,
        on_time: rate(12)?,
        imported: rate(15)?,
    })
}

/// Each need with its course in the round of that moment.
fn courses(question: &Question<'_>, division: Division, backend: DbBackend) -> SelectStatement {
    let Question { whose, filter, period: (from, until), as_of } = question;
    // Dispatched anew since then: what stood before is in the earlier round.
    let since = || Expr::col(("needs", "dispatched_at")).gte(as_of.end);
    let then = |column: &'static str| -> Expr {
        let earlier = Expr::col(("need_rounds", column));
        CaseStatement::new().case(since(), earlier).finally(Expr::col(("needs", column))).into()
    };
    let mut query = Query::select();
    query.column(("needs", "enterprise_id"));
    for column in ["responded_at", "closed_at", "imported_at"] {
        query.column(("needs", column));
    }
    for column in ["dispatched_at", "due_at", "answered_at", "rated_at", "rating"] {
        query.expr_as(then(column), column);
    }
    query
        .expr_as(Expr::value(as_of.end), "as_of")
        .expr_as(Expr::value(as_of.clock), "clock")
        .expr_as(word(division, then("handler_id"), backend), "division")
        .from("needs")
        .left_join("need_rounds", Expr::col(("need_rounds", "need_id")).equals(("needs", "id")))
        .cond_where(own(whose))
        .and_where(Expr::col(("needs", "submitted_at")).gte(*from))
        .and_where(Expr::col(("needs", "submitted_at")).lt(*until))
        .and_where(Expr::col(("needs", "submitted_at")).lt(as_of.end))
        .cond_where(matches(filter, then("handler_id")));
    query
}

fn matches(filter: &StatsFilter, handler: Expr) -> Condition {
    let mut all = Condition::all()
        .add_option(filter.committee.map(|id| row::COLUMN.committee_id.eq(id.to_string())))
        .add_option(filter.handler.map(|id| handler.eq(id.to_string())))
        .add_option(filter.enterprise.map(|id| row::COLUMN.enterprise_id.eq(id.to_string())));
    if !filter.kinds.is_empty() {
        all = all.add(row::COLUMN.kind.is_in(filter.kinds.iter().map(|kind| kind.word())));
    }
    if !filter.channels.is_empty() {
        let words = filter.channels.iter().map(|channel| channel.word());
        all = all.add(row::COLUMN.channel.is_in(words));
    }
    all
}

fn word(division: Division, handler: Expr, backend: DbBackend) -> Expr {
    match division {
        Division::Whole => Expr::cust("''"),
        Division::Kind => Expr::col(("needs", "kind")),
        Division::Channel => Expr::col(("needs", "channel")),
        Division::Handler => {
            let none = Expr::cust("''");
            CaseStatement::new().case(handler.clone().is_null(), none).finally(handler).into()
        }
        // China has one zone and no summer time.
        Division::Month if backend == DbBackend::Postgres => Expr::cust(
            "to_char(needs.submitted_at AT TIME ZONE 'UTC' + INTERVAL '8 hours', 'YYYY-MM')",
        ),
        Division::Month => Expr::cust("strftime('%Y-%m', needs.submitted_at, '+8 hours')"),
    }
}

/// What had happened to each need by then, as ones and zeros.
fn facts(courses: SelectStatement) -> SelectStatement {
    const ANSWERED: &str = "answered_at < as_of \
        AND (dispatched_at IS NULL OR dispatched_at >= as_of OR answered_at >= dispatched_at)";
    let rated = format!("{ANSWERED} AND rated_at < as_of AND rated_at >= answered_at");
    let named = [
        ("sent", "dispatched_at < as_of".to_owned()),
        ("responded", "responded_at < as_of".to_owned()),
        ("answered", ANSWERED.to_owned()),
        ("good", format!("{rated} AND rating >= 3")),
        ("poor", format!("{rated} AND rating < 3")),
        ("ended", "closed_at < as_of".to_owned()),
        ("late", "due_at < clock".to_owned()),
        ("punctual", "due_at IS NULL OR answered_at <= due_at".to_owned()),
        ("imported", "imported_at < as_of".to_owned()),
    ];
    let mut query = Query::select();
    query.columns(["enterprise_id", "division"]);
    for (name, condition) in named {
        // Unknown is no.
        query.expr_as(Expr::cust(format!("CASE WHEN {condition} THEN 1 ELSE 0 END")), name);
    }
    query.from_subquery(courses, "courses");
    query
}

/// Keeps what stands in a need that was taken up again, before it is dispatched anew. Done again, it
/// changes nothing.
pub(super) async fn keep_round(db: &impl ConnectionTrait, need: NeedId) -> Result<(), StoreError> {
    let columns = ["handler_id", "dispatched_at", "due_at", "answered_at", "rated_at", "rating"];
    let mut stands = Query::select();
    stands
        .column("id")
        .columns(columns)
        .from("needs")
        .and_where(Expr::col("id").eq(need.to_string()))
        .and_where(Expr::col("stage").eq(NeedStage::Reopened.word()));
    let mut insert = InsertStatement::new();
    insert
        .into_table("need_rounds")
        .columns(["need_id"].into_iter().chain(columns))
        .on_conflict(sea_orm::sea_query::OnConflict::column("need_id").do_nothing().to_owned());
    insert.select_from(stands).map_err(|error| StoreError::Db(DbErr::Custom(error.to_string())))?;
    db.execute(&insert).await?;
    Ok(())
}

/// How many needs are in a stage with a unit, by lamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The stage.
    pub stage: NeedStage,
    /// The unit in charge.
    pub handler: Option<OrganisationId>,
    /// How many needs.
    pub needs: u64,
    /// Of these with a red lamp.
    pub red: u64,
    /// With a yellow lamp.
    pub yellow: u64,
    /// With a blue lamp.
    pub blue: u64,
}

/// Needs that were handed in, of `committee` or of all, by stage and unit, with their lamps at `now`,
/// sorted.
/// One statement, answered from one index.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn standings(
    db: &impl ConnectionTrait,
    committee: Option<ChainCommitteeId>,
    now: DateTime<Utc>,
) -> Result<Vec<Standing>, StoreError> {
    let red = || Expr::col("lit_red_at").lt(now);
    let from = |column: &'static str| Expr::col(column).lte(now);
    let lamp = |case: CaseStatement| Func::count(case);
    let mut query = Query::select();
    query
        .columns(["stage", "handler_id"])
        .expr_as(Expr::cust("count(*)"), "needs")
        .expr_as(lamp(CaseStatement::new().case(red(), 1_i32)), "red")
        .expr_as(
            lamp(CaseStatement::new().case(red(), NOTHING).case(from("lit_yellow_at"), 1_i32)),
            "yellow",
        )
        .expr_as(
            lamp(
                CaseStatement::new()
                    .case(red(), NOTHING)
                    .case(from("lit_yellow_at"), NOTHING)
                    .case(from("lit_blue_at"), 1_i32),
            ),
            "blue",
        )
        .from("needs")
        .and_where(Expr::col("stage").ne(NeedStage::Draft.word()))
        .cond_where(
            Condition::all()
                .add_option(committee.map(|id| Expr::col("committee_id").eq(id.to_string()))),
        )
        // In the order of the index, which makes sorting needless.
        .group_by_columns(["stage", "handler_id"])
        .order_by("stage", Order::Asc)
        .order_by("handler_id", Order::Asc);
    let rows = db.query_all_raw(db.get_database_backend().build(&query)).await?;
    rows.iter().map(standing).collect()
}

/// Not counted.
const NOTHING: Option<i32> = None;

fn standing(row: &QueryResult) -> Result<Standing, StoreError> {
    let at = |column| At("needs", column);
    let (stage, handler): (String, Option<String>) =
        (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    let number = |position: usize| -> Result<u64, StoreError> {
        let count: i64 = row.try_get_by_index(position)?;
        parse::number(at("count"), count)
    };
    Ok(Standing {
        stage: parse::word(at("stage"), &stage, NeedStage::from_word)?,
        handler: parse::value_opt(at("handler_id"), handler.as_deref())?,
        needs: number(2)?,
        red: number(3)?,
        yellow: number(4)?,
        blue: number(5)?,
    })
}

/// The first `limit` needs that are late at `now`, of `committee` or of all, those late longest
/// first. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn late(
    db: &impl ConnectionTrait,
    eyes: Eyes<'_>,
    committee: Option<ChainCommitteeId>,
    (now, limit): (DateTime<Utc>, u64),
) -> Result<Vec<SeenNeed>, StoreError> {
    let of = committee.map(|id| row::COLUMN.committee_id.eq(id.to_string()));
    let query = row::Entity::find()
        .filter(own(eyes.reads))
        .filter(Condition::all().add_option(of))
        .filter(row::COLUMN.lit_red_at.lt(now))
        .order_by_asc(row::Column::LitRedAt)
        .order_by_asc(row::Column::Id)
        .limit(limit);
    read(db, query, eyes).await
}
