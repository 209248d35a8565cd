//! What outcomes add to the totals: rows that answer for any day, as known on any day.
//!
//! A share is never changed: what is recorded, ended or corrected closes shares on the day it becomes
//! known and adds others. So totals can be told as they were told.

use std::collections::BTreeMap;

use lianmeng_domain::ids::OutcomeId;
use lianmeng_domain::outcome::share::{self as rules, Share};
use lianmeng_domain::outcome::{Outcome, OutcomeKind, Tally, Totals};
use lianmeng_domain::policy::Visibility;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{LockType, Query, SelectStatement};
use sea_orm::{Condition, FromQueryResult, QueryOrder as _, QuerySelect as _};

use super::{OutcomeFilter, matches, row as outcomes, seen_by};
use crate::parse::{self, At};
use crate::{StoreError, project};

#[cfg(test)]
mod tests;

/// The table `outcome_shares`.
pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "outcome_shares")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub outcome_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub from_on: Date,
        #[sea_orm(primary_key, auto_increment = false)]
        pub known_from: Date,
        pub until_on: Option<Date>,
        pub known_until: Option<Date>,
        pub project_id: Option<String>,
        pub kind: String,
        pub event_id: Option<String>,
        pub unit: Option<String>,
        pub number: i64,
        pub amount_fen: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `outcome_corrections`.
mod correction {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "outcome_corrections")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub outcome_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i64,
        pub corrected_on: Date,
        pub reason: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A day, as known at the end of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The day the totals hold for.
    pub as_of: Date,
    /// The day whose knowledge they are told from; all there is if `None`.
    pub known_on: Option<Date>,
}

/// An outcome that adds something else to the totals of a day than was known on that day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The outcome.
    pub outcome: OutcomeId,
    /// What it added as known at the end of the day itself.
    pub before: Tally,
    /// What it adds as known later.
    pub after: Tally,
    /// Why it was corrected, the last time; `None` where it was recorded or ended late.
    pub reason: Option<String>,
}

/// Rows per statement; 11 columns each stay below the 32 766 parameters of SQLite.
const CHUNK: usize = 2_000;

/// Shares that count on a day.
fn standing(Moment { as_of, known_on }: Moment) -> Condition {
    let goes_on =
        |column: row::Column, day: Date| Condition::any().add(column.is_null()).add(column.gt(day));
    let on_day = Condition::all()
        .add(row::Column::FromOn.lte(as_of))
        .add(goes_on(row::Column::UntilOn, as_of));
    match known_on {
        None => on_day.add(row::Column::KnownUntil.is_null()),
        Some(day) => {
            on_day.add(row::Column::KnownFrom.lte(day)).add(goes_on(row::Column::KnownUntil, day))
        }
    }
}

/// Ids of the outcomes that add to the totals.
pub(super) fn counted(moment: Moment) -> SelectStatement {
    let mut query = Query::select();
    query
        .column((row::Entity, row::Column::OutcomeId))
        .from(row::Entity)
        .cond_where(standing(moment));
    query
}

/// Totals of the outcomes that `filter` matches and the caller sees. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn totals(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &OutcomeFilter,
    moment: Moment,
) -> Result<Totals, StoreError> {
    let mut query = Query::select();
    for column in [row::Column::Kind, row::Column::EventId, row::Column::Unit] {
        query.column((row::Entity, column)).group_by_col((row::Entity, column));
    }
    query
        .expr_as(Expr::cust("CAST(SUM(outcome_shares.number) AS BIGINT)"), "number")
        .expr_as(Expr::cust("CAST(SUM(outcome_shares.amount_fen) AS BIGINT)"), "amount_fen")
        .from(row::Entity)
        .cond_where(standing(moment));
    // Who sees everything needs no look at the outcomes themselves.
    if *sees != Visibility::All || *filter != OutcomeFilter::default() {
        query.cond_where(row::Column::OutcomeId.in_subquery(chosen(sees, filter)));
    }
    let mut totals = Totals::default();
    for row in db.query_all(&query).await? {
        let row = SumRow::from_query_result(&row, "")?;
        let kind = parse::word(At("outcome_shares", "kind"), &row.kind, OutcomeKind::from_word)?;
        let event = parse::value_opt(At("outcome_shares", "event_id"), row.event_id.as_deref())?;
        let tally = Tally { count: row.number, amount_fen: row.amount_fen };
        totals.add(kind, (event, row.unit.as_deref()), tally);
    }
    Ok(totals)
}

/// Ids of the outcomes that `filter` matches and the caller sees.
fn chosen(sees: &Visibility, filter: &OutcomeFilter) -> SelectStatement {
    let mut query = Query::select();
    query
        .column((outcomes::Entity, outcomes::Column::Id))
        .from(outcomes::Entity)
        .cond_where(seen_by(sees))
        .cond_where(matches(filter));
    query
}

#[derive(Debug, FromQueryResult)]
struct SumRow {
    kind: String,
    event_id: Option<String>,
    unit: Option<String>,
    number: i64,
    amount_fen: i64,
}

/// Outcomes that became known, ended or were corrected after the day the totals hold for, and so add
/// something else to them than on that day; of those that `filter` matches and the caller sees, by id,
/// at most `limit`. Two statements.
///
/// # Errors
///
/// As [`totals`].
pub async fn changed(
    db: &impl ConnectionTrait,
    (sees, filter): (&Visibility, &OutcomeFilter),
    moment: Moment,
    limit: u64,
) -> Result<Vec<Changed>, StoreError> {
    let then = Moment { known_on: Some(moment.as_of), ..moment };
    // Shares known both then and now add the same.
    let only =
        |one: Moment, other: Moment| Condition::all().add(standing(one)).add(standing(other).not());
    let since = Condition::any()
        .add(row::Column::KnownFrom.gt(moment.as_of))
        .add(row::Column::KnownUntil.gt(moment.as_of));
    // At most two of each outcome: what stood then, and what stands now.
    let rows = row::Entity::find()
        .filter(since)
        .filter(Condition::any().add(only(then, moment)).add(only(moment, then)))
        .filter(row::Column::OutcomeId.in_subquery(chosen(sees, filter)))
        .order_by_asc(row::Column::OutcomeId)
        .limit(limit.saturating_mul(2))
        .all(db)
        .await?;
    let mut found: BTreeMap<OutcomeId, Changed> = BTreeMap::new();
    for row in rows {
        let is_new = row.known_from > moment.as_of;
        let share = Share::try_from(row)?;
        let entry = found.entry(share.outcome).or_insert_with(|| Changed::of(share.outcome));
        *(if is_new { &mut entry.after } else { &mut entry.before }) = share.tally;
    }
    let mut found: Vec<Changed> =
        found.into_values().filter(|changed| changed.before != changed.after).collect();
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let reasons = reasons(db, &found, moment).await?;
    for changed in &mut found {
        changed.reason = reasons.get(&changed.outcome.to_string()).cloned();
    }
    Ok(found)
}

impl Changed {
    fn of(outcome: OutcomeId) -> Self {
        Self { outcome, before: Tally::default(), after: Tally::default(), reason: None }
    }
}

/// Why outcomes were corrected after the day, the last reason of each.
async fn reasons(
    db: &impl ConnectionTrait,
    changed: &[Changed],
    Moment { as_of, known_on }: Moment,
) -> Result<BTreeMap<String, String>, StoreError> {
    if changed.is_empty() {
        return Ok(BTreeMap::new());
    }
    let ids = changed.iter().map(|changed| changed.outcome);
    let mut query = correction::Entity::find()
        .filter(parse::among(db, correction::Column::OutcomeId, ids))
        .filter(correction::Column::CorrectedOn.gt(as_of))
        .order_by_asc(correction::Column::Version);
    if let Some(day) = known_on {
        query = query.filter(correction::Column::CorrectedOn.lte(day));
    }
    let rows = query.all(db).await?;
    Ok(rows.into_iter().map(|row| (row.outcome_id, row.reason)).collect())
}

/// Notes why `outcome` was corrected on `day`; before the outcome itself is saved.
///
/// # Errors
///
/// [`StoreError::Stale`] if the version was corrected meanwhile.
pub async fn note_correction(
    db: &impl ConnectionTrait,
    outcome: &Outcome,
    (day, reason): (Date, &str),
) -> Result<(), StoreError> {
    let row = correction::ActiveModel {
        outcome_id: Set(outcome.id.to_string()),
        version: Set(outcome.version),
        corrected_on: Set(day),
        reason: Set(reason.to_owned()),
    };
    match correction::Entity::insert(row).exec_without_returning(db).await.map_err(Into::into) {
        Err(StoreError::Conflict(_)) => Err(StoreError::Stale),
        done => done.map(drop),
    }
}

/// Makes the shares of `outcome`, and of all of its project, those that follow from what stands in the
/// database; what is different is known from `today` on.
pub(super) async fn keep(
    db: &impl ConnectionTrait,
    outcome: &Outcome,
    today: Date,
) -> Result<(), StoreError> {
    let history = match (outcome.kind, outcome.project) {
        (OutcomeKind::Project, Some(id)) => {
            // Two that change one project at once count it one after the other.
            project::row::Entity::find_by_id(id.to_string())
                .lock(LockType::NoKeyUpdate)
                .one(db)
                .await?;
            let rows = outcomes::Entity::find()
                .filter(outcomes::COLUMN.project_id.eq(id.to_string()))
                .filter(outcomes::COLUMN.kind.eq(OutcomeKind::Project.word()))
                .all(db)
                .await?;
            rows.into_iter().map(Outcome::try_from).collect::<Result<Vec<_>, _>>()?
        }
        _ => vec![outcome.clone()],
    };
    let known = row::Entity::find()
        .filter(parse::among(db, row::Column::OutcomeId, history.iter().map(|row| row.id)))
        .filter(row::Column::KnownUntil.is_null())
        .all(db)
        .await?;
    let mut wanted = rules::shares(&history);
    for row in known {
        let share = Share::try_from(row.clone())?;
        match wanted.iter().position(|new| *new == share) {
            Some(at) => drop(wanted.swap_remove(at)),
            None => close(db, row, today).await?,
        }
    }
    add(db, wanted.iter().map(|share| (share, today))).await
}

/// Ends what is known; what was learned on the same day was never told.
async fn close(db: &impl ConnectionTrait, row: row::Model, today: Date) -> Result<(), StoreError> {
    if row.known_from >= today {
        row.delete(db).await?;
    } else {
        let closed = row::ActiveModel {
            outcome_id: Set(row.outcome_id),
            from_on: Set(row.from_on),
            known_from: Set(row.known_from),
            known_until: Set(Some(today)),
            ..Default::default()
        };
        row::Entity::update(closed).exec(db).await?;
    }
    Ok(())
}

async fn add<'a>(
    db: &impl ConnectionTrait,
    shares: impl Iterator<Item = (&'a Share, Date)>,
) -> Result<(), StoreError> {
    let rows: Vec<row::ActiveModel> = shares.map(|(share, known)| columns(share, known)).collect();
    for rows in rows.chunks(CHUNK) {
        row::Entity::insert_many(rows.to_vec()).exec_without_returning(db).await?;
    }
    Ok(())
}

/// Counts outcomes that older versions of the program recorded: as known on the days they count from.
///
/// # Errors
///
/// As [`totals`].
pub(crate) async fn fill(db: &impl ConnectionTrait) -> Result<(), StoreError> {
    if row::Entity::find().one(db).await?.is_some() {
        return Ok(());
    }
    let rows = outcomes::Entity::find().all(db).await?;
    let outcomes: Vec<Outcome> =
        rows.into_iter().map(Outcome::try_from).collect::<Result<_, _>>()?;
    let shares = rules::shares(&outcomes);
    add(db, shares.iter().map(|share| (share, share.from))).await
}

fn columns(share: &Share, known_from: Date) -> row::ActiveModel {
    row::ActiveModel {
        outcome_id: Set(share.outcome.to_string()),
        from_on: Set(share.from),
        known_from: Set(known_from),
        until_on: Set(share.until),
        known_until: Set(None),
        project_id: Set(share.project.map(|id| id.to_string())),
        kind: Set(share.kind.word().to_owned()),
        event_id: Set(share.event.map(|id| id.to_string())),
        unit: Set(share.unit.clone()),
        number: Set(share.tally.count),
        amount_fen: Set(share.tally.amount_fen),
    }
}

impl TryFrom<row::Model> for Share {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("outcome_shares", column);
        Ok(Self {
            outcome: parse::value(at("outcome_id"), &row.outcome_id)?,
            from: row.from_on,
            until: row.until_on,
            kind: parse::word(at("kind"), &row.kind, OutcomeKind::from_word)?,
            project: parse::value_opt(at("project_id"), row.project_id.as_deref())?,
            event: parse::value_opt(at("event_id"), row.event_id.as_deref())?,
            unit: row.unit,
            tally: Tally { count: row.number, amount_fen: row.amount_fen },
        })
    }
}
