//! Follow-ups of meetings.
//!
//! Organisers see all of their event, either side its own; nobody else sees any.

use chrono::NaiveDate;
use lianmeng_domain::follow_up::{FollowUp, FollowUpStage, Progress};
use lianmeng_domain::ids::{DockingEventId, FollowUpId, MeetingId};
use lianmeng_domain::meeting_result::Reporter;
use lianmeng_domain::policy::Visibility;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ExprTrait as _, QueryOrder as _, QuerySelect as _};

use crate::StoreError;
use crate::event::scope;
use crate::page::{self, Way, Window};
use crate::parse::{self, At};

/// The table `follow_ups`.
mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "follow_ups")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub event_id: String,
        pub meeting_id: String,
        pub first_id: String,
        pub second_id: String,
        pub days: i32,
        pub due_on: Date,
        pub stage: String,
        pub progress: Option<String>,
        pub note: String,
        pub answered_by: Option<String>,
        pub answered_at: Option<DateTimeUtc>,
        pub reminded_at: Option<DateTimeUtc>,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

const TABLE: &str = "follow_ups";
/// Rows written by one statement; SQLite allows 32,766 values.
const CHUNK: usize = 2_000;

/// Which follow-ups a list holds; every given part must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FollowUpFilter {
    /// Of this event.
    pub event: Option<DockingEventId>,
    /// Of this meeting.
    pub meeting: Option<MeetingId>,
    /// In one of these stages.
    pub stages: Vec<FollowUpStage>,
    /// Due on this day or before.
    pub due_by: Option<NaiveDate>,
}

fn seen(sees: &Visibility) -> Condition {
    match scope::own(sees) {
        Some(own) => Condition::any()
            .add(Expr::col((TABLE, "first_id")).in_subquery(own.clone()))
            .add(Expr::col((TABLE, "second_id")).in_subquery(own)),
        None => scope::of_managed(sees, TABLE),
    }
}

fn matches(filter: &FollowUpFilter) -> Condition {
    let mut all = Condition::all()
        .add_option(filter.event.map(|id| row::COLUMN.event_id.eq(id.to_string())))
        .add_option(filter.meeting.map(|id| row::COLUMN.meeting_id.eq(id.to_string())))
        .add_option(filter.due_by.map(|day| row::COLUMN.due_on.lte(day)));
    if !filter.stages.is_empty() {
        all = all.add(row::COLUMN.stage.is_in(filter.stages.iter().map(|stage| stage.word())));
    }
    all
}

fn all_of(rows: Vec<row::Model>) -> Result<Vec<FollowUp>, StoreError> {
    rows.into_iter().map(FollowUp::try_from).collect()
}

/// A page of the follow-ups that `filter` matches and the caller sees, oldest first. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &FollowUpFilter,
    window: Window<FollowUpId>,
) -> Result<Vec<FollowUp>, StoreError> {
    let query = row::Entity::find().filter(seen(sees)).filter(matches(filter));
    all_of(page::by_id(query, (row::Column::Id, Way::Up), window).all(db).await?)
}

/// How many follow-ups a list holds in all.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn count(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &FollowUpFilter,
) -> Result<u64, StoreError> {
    Ok(row::Entity::find().filter(seen(sees)).filter(matches(filter)).count(db).await?)
}

/// The follow-ups with these ids that the caller sees, in no order; missing ones are left out.
///
/// # Errors
///
/// As [`page()`].
pub async fn find_many(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    ids: &[FollowUpId],
) -> Result<Vec<FollowUp>, StoreError> {
    let query =
        row::Entity::find().filter(seen(sees)).filter(parse::among(db, row::Column::Id, ids));
    all_of(query.all(db).await?)
}

/// Every follow-up of `event`, by meeting and days, at most three of each meeting.
///
/// # Errors
///
/// As [`page()`].
pub async fn of_event(
    db: &impl ConnectionTrait,
    event: DockingEventId,
) -> Result<Vec<FollowUp>, StoreError> {
    let query = row::Entity::find()
        .filter(row::COLUMN.event_id.eq(event.to_string()))
        .order_by_asc(row::COLUMN.meeting_id)
        .order_by_asc(row::COLUMN.days);
    all_of(query.all(db).await?)
}

/// The follow-ups of `meeting`, by days.
///
/// # Errors
///
/// As [`page()`].
pub async fn of_meeting(
    db: &impl ConnectionTrait,
    meeting: MeetingId,
) -> Result<Vec<FollowUp>, StoreError> {
    let query = row::Entity::find()
        .filter(row::COLUMN.meeting_id.eq(meeting.to_string()))
        .order_by_asc(row::COLUMN.days);
    all_of(query.all(db).await?)
}

/// Up to `limit` follow-ups that wait, are due on `today` or before and of which nobody was reminded,
/// after `after` in the order of their ids.
///
/// # Errors
///
/// As [`page()`].
pub async fn to_remind(
    db: &impl ConnectionTrait,
    today: NaiveDate,
    after: Option<FollowUpId>,
    limit: u64,
) -> Result<Vec<FollowUp>, StoreError> {
    let query = row::Entity::find()
        .filter(row::COLUMN.stage.eq(FollowUpStage::Open.word()))
        .filter(row::COLUMN.due_on.lte(today))
        .filter(row::COLUMN.reminded_at.is_null())
        .filter(Condition::all().add_option(after.map(|id| row::COLUMN.id.gt(id.to_string()))))
        .order_by_asc(row::COLUMN.id)
        .limit(limit);
    all_of(query.all(db).await?)
}

/// Adds `follow_ups`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if a meeting has one of that day already.
pub async fn insert_many(
    db: &impl ConnectionTrait,
    follow_ups: &[FollowUp],
) -> Result<(), StoreError> {
    for chunk in follow_ups.chunks(CHUNK) {
        row::Entity::insert_many(chunk.iter().map(columns)).exec_without_returning(db).await?;
    }
    Ok(())
}

/// Saves `follow_up` if nobody saved it since it was read, and raises its version by one.
///
/// # Errors
///
/// [`StoreError::Stale`] if the stored version is no longer `follow_up.version`.
pub async fn save(db: &impl ConnectionTrait, follow_up: &FollowUp) -> Result<(), StoreError> {
    let columns =
        row::ActiveModel { id: NotSet, version: Set(follow_up.version + 1), ..columns(follow_up) };
    let saved = row::Entity::update_many()
        .set(columns)
        .filter(row::COLUMN.id.eq(follow_up.id.to_string()))
        .filter(row::COLUMN.version.eq(follow_up.version))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

fn columns(one: &FollowUp) -> row::ActiveModel {
    let [first, second] = one.sides;
    row::ActiveModel {
        id: Set(one.id.to_string()),
        event_id: Set(one.event.to_string()),
        meeting_id: Set(one.meeting.to_string()),
        first_id: Set(first.to_string()),
        second_id: Set(second.to_string()),
        days: Set(i32::from(one.days)),
        due_on: Set(one.due_on),
        stage: Set(one.stage.word().to_owned()),
        progress: Set(one.progress.map(|progress| progress.word().to_owned())),
        note: Set(one.note.clone()),
        answered_by: Set(one.answered_by.map(|by| by.word().to_owned())),
        answered_at: Set(one.answered_at),
        reminded_at: Set(one.reminded_at),
        version: Set(one.version),
    }
}

impl TryFrom<row::Model> for FollowUp {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At(TABLE, column);
        let progress = row.progress.as_deref();
        let progress = progress.map(|word| parse::word(at("progress"), word, Progress::from_word));
        let by = row.answered_by.as_deref();
        let by = by.map(|word| parse::word(at("answered_by"), word, Reporter::from_word));
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            event: parse::value(at("event_id"), &row.event_id)?,
            meeting: parse::value(at("meeting_id"), &row.meeting_id)?,
            sides: [
                parse::value(at("first_id"), &row.first_id)?,
                parse::value(at("second_id"), &row.second_id)?,
            ],
            days: parse::number(at("days"), row.days)?,
            due_on: row.due_on,
            stage: parse::word(at("stage"), &row.stage, FollowUpStage::from_word)?,
            progress: progress.transpose()?,
            note: row.note,
            answered_by: by.transpose()?,
            answered_at: row.answered_at,
            reminded_at: row.reminded_at,
            version: row.version,
        })
    }
}
