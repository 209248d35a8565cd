//! Outcomes of cooperation.

use lianmeng_domain::ids::{CooperationTaskId, DockingEventId, MeetingId, OutcomeId, ProjectId};
use lianmeng_domain::outcome::{Outcome, OutcomeKind, ProjectChange};
use lianmeng_domain::policy::Visibility;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{IntoCondition as _, Query};
use sea_orm::{Condition, ExprTrait as _, QueryOrder as _};

use crate::StoreError;
use crate::audit::trace::{self, Diff};
use crate::eyes::Eyes;
use crate::page::{self, Way, Window};
use crate::parse::{self, At};
use crate::{sight, visible};

pub mod share;

/// The table `outcomes`.
pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "outcomes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub kind: String,
        pub change: Option<String>,
        pub need_id: Option<String>,
        pub task_id: Option<String>,
        pub pairing_id: Option<String>,
        pub project_id: Option<String>,
        pub event_id: Option<String>,
        pub meeting_id: Option<String>,
        pub enterprise_id: Option<String>,
        pub amount_fen: Option<i64>,
        pub number: Option<i64>,
        pub unit: Option<String>,
        pub on_date: Date,
        pub terminated_on: Option<Date>,
        pub note: String,
        pub is_published: bool,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Which outcomes a list holds; every given part must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutcomeFilter {
    /// One of these kinds.
    pub kinds: Vec<OutcomeKind>,
    /// Of this project.
    pub project: Option<ProjectId>,
    /// Of this task.
    pub task: Option<CooperationTaskId>,
    /// Signed at this event.
    pub event: Option<DockingEventId>,
    /// Adds to the totals of a day: the rows behind them.
    pub counted: Option<share::Moment>,
}

/// Coordinators and auditors see all; those who report an outcome see it; everybody sees approved
/// figures.
fn seen_by(sees: &Visibility) -> Condition {
    let published = || Condition::any().add(row::COLUMN.is_published.eq(true));
    match sees {
        Visibility::All => sight::always(),
        Visibility::Nothing => sight::never(),
        Visibility::Enterprise(id) => published().add(row::COLUMN.enterprise_id.eq(id.to_string())),
        Visibility::Group(id) => {
            published().add(row::COLUMN.enterprise_id.in_subquery(visible::group(*id)))
        }
        Visibility::Committee(id) => {
            published().add(row::COLUMN.enterprise_id.in_subquery(visible::on_chain_of(*id)))
        }
        Visibility::Zone(id) => published().add(hosted("zone_id", id.to_string())),
        Visibility::Region(code) => published().add(hosted("region_code", code.to_string())),
        Visibility::Organisation(_) | Visibility::Published => published(),
    }
}

/// Outcomes of events with this host.
fn hosted(column: &'static str, host: String) -> Condition {
    let mut events = Query::select();
    events.column("event_id").from("event_hosts").and_where(Expr::col(column).eq(host));
    row::COLUMN.event_id.in_subquery(events).into_condition()
}

/// `rows` as the caller reads them: what is neither published nor read in full is masked.
fn masked(rows: Vec<row::Model>, reads: &Visibility) -> Result<Vec<Outcome>, StoreError> {
    let is_full = *reads != Visibility::Nothing;
    rows.into_iter()
        .map(|row| {
            let outcome = Outcome::try_from(row)?;
            Ok(if is_full || outcome.is_published { outcome } else { outcome.masked() })
        })
        .collect()
}

fn matches(filter: &OutcomeFilter) -> Condition {
    let mut all = Condition::all()
        .add_option(filter.project.map(|id| row::COLUMN.project_id.eq(id.to_string())))
        .add_option(filter.task.map(|id| row::COLUMN.task_id.eq(id.to_string())))
        .add_option(filter.event.map(|id| row::COLUMN.event_id.eq(id.to_string())));
    if let Some(moment) = filter.counted {
        all = all.add(row::COLUMN.id.in_subquery(share::counted(moment)));
    }
    if !filter.kinds.is_empty() {
        all = all.add(row::COLUMN.kind.is_in(filter.kinds.iter().map(|kind| kind.word())));
    }
    all
}

/// A page of the outcomes that `filter` matches and the caller sees, newest first. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    eyes: Eyes<'_>,
    filter: &OutcomeFilter,
    window: Window<OutcomeId>,
) -> Result<Vec<Outcome>, StoreError> {
    let query = row::Entity::find().filter(seen_by(eyes.sees)).filter(matches(filter));
    let cut = page::by_id(query, (row::Column::Id, Way::Down), window);
    let rows = cut.all(db).await?;
    masked(rows, eyes.reads)
}

/// How many outcomes a list holds in all.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn count(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &OutcomeFilter,
) -> Result<u64, StoreError> {
    Ok(row::Entity::find().filter(seen_by(sees)).filter(matches(filter)).count(db).await?)
}

/// Outcomes that came of meetings of `event` and stand, by id, at most one of each kind and meeting.
///
/// # Errors
///
/// As [`page()`].
pub async fn of_meetings(
    db: &impl ConnectionTrait,
    event: DockingEventId,
) -> Result<Vec<Outcome>, StoreError> {
    let rows = row::Entity::find()
        .filter(row::COLUMN.event_id.eq(event.to_string()))
        .filter(row::COLUMN.meeting_id.is_not_null())
        .filter(row::COLUMN.terminated_on.is_null())
        .order_by_asc(row::COLUMN.id)
        .all(db)
        .await?;
    rows.into_iter().map(Outcome::try_from).collect()
}

/// The outcome of `kind` that came of `meeting` and stands, if there is one.
///
/// # Errors
///
/// As [`page()`].
pub async fn of_meeting(
    db: &impl ConnectionTrait,
    meeting: MeetingId,
    kind: OutcomeKind,
) -> Result<Option<Outcome>, StoreError> {
    let found = row::Entity::find()
        .filter(row::COLUMN.meeting_id.eq(meeting.to_string()))
        .filter(row::COLUMN.kind.eq(kind.word()))
        .filter(row::COLUMN.terminated_on.is_null())
        .one(db)
        .await?;
    found.map(Outcome::try_from).transpose()
}

/// The outcomes with these ids that the caller sees, in no order; missing ones are left out.
///
/// # Errors
///
/// As [`page()`].
pub async fn find_many(
    db: &impl ConnectionTrait,
    eyes: Eyes<'_>,
    ids: &[OutcomeId],
) -> Result<Vec<Outcome>, StoreError> {
    let rows = row::Entity::find()
        .filter(seen_by(eyes.sees))
        .filter(parse::among(db, row::Column::Id, ids))
        .all(db)
        .await?;
    masked(rows, eyes.reads)
}

/// One outcome, if there is one that the caller sees.
///
/// # Errors
///
/// As [`page()`].
pub async fn find(
    db: &impl ConnectionTrait,
    eyes: Eyes<'_>,
    id: OutcomeId,
) -> Result<Option<Outcome>, StoreError> {
    Ok(find_many(db, eyes, &[id]).await?.pop())
}

/// What a change did to an outcome, for the audit log.
pub fn diff(before: Option<&Outcome>, after: &Outcome) -> Diff {
    trace::diff(before.map(columns).as_ref(), Some(&columns(after)))
}

/// Adds `outcome` and what it adds to the totals, known from `today` on.
///
/// # Errors
///
/// [`StoreError::Conflict`] if something it refers to does not exist.
pub async fn insert(
    db: &impl ConnectionTrait,
    outcome: &Outcome,
    today: Date,
) -> Result<(), StoreError> {
    row::Entity::insert(columns(outcome)).exec_without_returning(db).await?;
    share::keep(db, outcome, today).await
}

/// Saves `outcome` if nobody saved it since it was read, and raises its version by one; what it adds
/// to the totals is known from `today` on.
///
/// # Errors
///
/// [`StoreError::Stale`] if the stored version is no longer `outcome.version`.
pub async fn save(
    db: &impl ConnectionTrait,
    outcome: &Outcome,
    today: Date,
) -> Result<(), StoreError> {
    let columns =
        row::ActiveModel { id: NotSet, version: Set(outcome.version + 1), ..columns(outcome) };
    let saved = row::Entity::update_many()
        .set(columns)
        .filter(row::COLUMN.id.eq(outcome.id.to_string()))
        .filter(row::COLUMN.version.eq(outcome.version))
        .exec(db)
        .await?;
    if saved.rows_affected == 0 {
        return Err(StoreError::Stale);
    }
    share::keep(db, outcome, today).await
}

fn columns(outcome: &Outcome) -> row::ActiveModel {
    row::ActiveModel {
        id: Set(outcome.id.to_string()),
        kind: Set(outcome.kind.word().to_owned()),
        change: Set(outcome.change.map(|change| change.word().to_owned())),
        need_id: Set(outcome.need.map(|id| id.to_string())),
        task_id: Set(outcome.task.map(|id| id.to_string())),
        pairing_id: Set(outcome.pairing.map(|id| id.to_string())),
        project_id: Set(outcome.project.map(|id| id.to_string())),
        event_id: Set(outcome.event.map(|id| id.to_string())),
        meeting_id: Set(outcome.meeting.map(|id| id.to_string())),
        enterprise_id: Set(outcome.enterprise.map(|id| id.to_string())),
        amount_fen: Set(outcome.amount_fen),
        number: Set(outcome.number),
        unit: Set(outcome.unit.clone()),
        on_date: Set(outcome.on_date),
        terminated_on: Set(outcome.terminated_on),
        note: Set(outcome.note.clone()),
        is_published: Set(outcome.is_published),
        version: Set(outcome.version),
    }
}

impl TryFrom<row::Model> for Outcome {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("outcomes", column);
        let change = row.change.as_deref();
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            kind: parse::word(at("kind"), &row.kind, OutcomeKind::from_word)?,
            change: change
                .map(|word| parse::word(at("change"), word, ProjectChange::from_word))
                .transpose()?,
            need: parse::value_opt(at("need_id"), row.need_id.as_deref())?,
            task: parse::value_opt(at("task_id"), row.task_id.as_deref())?,
            pairing: parse::value_opt(at("pairing_id"), row.pairing_id.as_deref())?,
            project: parse::value_opt(at("project_id"), row.project_id.as_deref())?,
            event: parse::value_opt(at("event_id"), row.event_id.as_deref())?,
            meeting: parse::value_opt(at("meeting_id"), row.meeting_id.as_deref())?,
            enterprise: parse::value_opt(at("enterprise_id"), row.enterprise_id.as_deref())?,
            amount_fen: row.amount_fen,
            number: row.number,
            unit: row.unit,
            on_date: row.on_date,
            terminated_on: row.terminated_on,
            note: row.note,
            is_published: row.is_published,
            version: row.version,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Date {
        Date::from_ymd_opt(2024, 5, 1).unwrap()
    }

    fn outcome(id: u128, is_published: bool) -> Outcome {
        Outcome {
            id: OutcomeId::from(id),
            kind: OutcomeKind::CreditLine,
            change: None,
            need: None,
            task: None,
            pairing: None,
            project: None,
            event: None,
            meeting: None,
            enterprise: None,
            amount_fen: Some(16_000_000_000_000),
            number: None,
            unit: None,
            on_date: Date::from_ymd_opt(2024, 4, 24).unwrap(),
            terminated_on: None,
            note: "授信备忘录".to_owned(),
            is_published,
            version: 1,
        }
    }

    #[tokio::test]
    async fn everybody_sees_approved_figures_and_coordinators_all() {
        let db = lianmeng_testkit::database().await;
        for (id, is_published) in [(1, true), (2, false)] {
            insert(&db, &outcome(id, is_published), today()).await.unwrap();
        }
        let found = find(&db, Eyes::ALL, OutcomeId::from(2)).await.unwrap();
        assert_eq!(found, Some(outcome(2, false)));
        for (sees, want) in
            [(Visibility::All, 2), (Visibility::Published, 1), (Visibility::Nothing, 0)]
        {
            let all = OutcomeFilter::default();
            assert_eq!(count(&db, &sees, &all).await.unwrap(), want, "{sees:?}");
        }
    }

    #[tokio::test]
    async fn the_second_of_two_saves_is_stale() {
        let db = lianmeng_testkit::database().await;
        insert(&db, &outcome(1, true), today()).await.unwrap();
        save(&db, &outcome(1, false), today()).await.unwrap();
        assert!(matches!(save(&db, &outcome(1, true), today()).await, Err(StoreError::Stale)));
    }
}
