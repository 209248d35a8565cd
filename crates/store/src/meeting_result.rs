//! What the sides and the organisers said of meetings.
//!
//! Organisers see everything said at their event, a side what it said itself; nobody else sees any.

use std::collections::BTreeSet;

use lianmeng_domain::ids::{DockingEventId, MeetingId, MeetingResultId};
use lianmeng_domain::meeting_result::{Intent, MeetingResult, NextStep, Reporter, ResultCard};
use lianmeng_domain::need::Rating;
use lianmeng_domain::outcome::OutcomeKind;
use lianmeng_domain::policy::Visibility;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ExprTrait as _, QueryOrder as _};

pub mod past;

use crate::StoreError;
use crate::event::scope;
use crate::parse::{self, At};

/// The table `meeting_results`.
pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "meeting_results")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub meeting_id: String,
        pub reporter: String,
        pub event_id: String,
        pub participant_id: Option<String>,
        pub first_came: bool,
        pub second_came: bool,
        pub next_step: Option<String>,
        pub intent: Option<String>,
        pub kind: Option<String>,
        pub amount_fen: Option<i64>,
        pub satisfaction: Option<i32>,
        pub note: String,
        pub recorded_at: DateTimeUtc,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

const TABLE: &str = "meeting_results";

/// What the caller sees of it.
fn seen(sees: &Visibility) -> Condition {
    match scope::own(sees) {
        Some(own) => Condition::all().add(Expr::col((TABLE, "participant_id")).in_subquery(own)),
        None => scope::of_managed(sees, TABLE),
    }
}

fn all_of(rows: Vec<row::Model>) -> Result<Vec<MeetingResult>, StoreError> {
    rows.into_iter().map(MeetingResult::try_from).collect()
}

/// What was said of `meetings` and the caller sees, by meeting, the sides before the organisers: at most
/// three of each. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn of_meetings(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    meetings: &[MeetingId],
) -> Result<Vec<MeetingResult>, StoreError> {
    let query = row::Entity::find()
        .filter(seen(sees))
        .filter(parse::among(db, row::Column::MeetingId, meetings))
        .order_by_asc(row::COLUMN.meeting_id);
    let mut found = all_of(query.all(db).await?)?;
    found.sort_by_key(|one| (one.meeting, one.reporter));
    Ok(found)
}

/// The results with these ids that the caller sees, in no order; missing ones are left out.
///
/// # Errors
///
/// As [`of_meetings`].
pub async fn find_many(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    ids: &[MeetingResultId],
) -> Result<Vec<MeetingResult>, StoreError> {
    let query =
        row::Entity::find().filter(seen(sees)).filter(parse::among(db, row::Column::Id, ids));
    all_of(query.all(db).await?)
}

/// Everything that was said at `event`, for its figures, at most three of each of 10,000 meetings.
///
/// # Errors
///
/// As [`of_meetings`].
pub async fn of_event(
    db: &impl ConnectionTrait,
    event: DockingEventId,
) -> Result<Vec<MeetingResult>, StoreError> {
    let query = row::Entity::find().filter(row::COLUMN.event_id.eq(event.to_string()));
    all_of(query.order_by_asc(row::COLUMN.meeting_id).all(db).await?)
}

/// Writes what was said for the first time.
///
/// # Errors
///
/// [`StoreError::Conflict`] if the same side said something already.
pub async fn insert(db: &impl ConnectionTrait, result: &MeetingResult) -> Result<(), StoreError> {
    row::Entity::insert(columns(result)).exec_without_returning(db).await?;
    Ok(())
}

/// Saves `result` if nobody saved it since it was read, and raises its version by one.
///
/// # Errors
///
/// [`StoreError::Stale`] if the stored version is no longer `result.version`.
pub async fn save(db: &impl ConnectionTrait, result: &MeetingResult) -> Result<(), StoreError> {
    let columns =
        row::ActiveModel { id: NotSet, version: Set(result.version + 1), ..columns(result) };
    let saved = row::Entity::update_many()
        .set(columns)
        .filter(row::COLUMN.id.eq(result.id.to_string()))
        .filter(row::COLUMN.version.eq(result.version))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

/// Meetings of `event` with an outcome in the ledger that stands, and its kind.
///
/// # Errors
///
/// As [`of_meetings`].
pub async fn recorded(
    db: &impl ConnectionTrait,
    event: DockingEventId,
) -> Result<BTreeSet<(MeetingId, OutcomeKind)>, StoreError> {
    let found = crate::outcome::of_meetings(db, event).await?;
    Ok(found.into_iter().filter_map(|one| Some((one.meeting?, one.kind))).collect())
}

fn columns(result: &MeetingResult) -> row::ActiveModel {
    let card = &result.card;
    row::ActiveModel {
        id: Set(result.id.to_string()),
        meeting_id: Set(result.meeting.to_string()),
        reporter: Set(result.reporter.word().to_owned()),
        event_id: Set(result.event.to_string()),
        participant_id: Set(result.participant.map(|id| id.to_string())),
        first_came: Set(card.first_came),
        second_came: Set(card.second_came),
        next_step: Set(card.next_step.map(|step| step.word().to_owned())),
        intent: Set(card.intent.map(|intent| intent.word().to_owned())),
        kind: Set(card.kind.map(|kind| kind.word().to_owned())),
        amount_fen: Set(card.amount_fen),
        satisfaction: Set(card.satisfaction.map(|stars| i32::from(stars.stars()))),
        note: Set(card.note.clone()),
        recorded_at: Set(result.recorded_at),
        version: Set(result.version),
    }
}

impl TryFrom<row::Model> for MeetingResult {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At(TABLE, column);
        let step = row.next_step.as_deref();
        let step = step.map(|word| parse::word(at("next_step"), word, NextStep::from_word));
        let intent = row.intent.as_deref();
        let intent = intent.map(|word| parse::word(at("intent"), word, Intent::from_word));
        let kind = row.kind.as_deref();
        let kind = kind.map(|word| parse::word(at("kind"), word, OutcomeKind::from_word));
        let stars = row.satisfaction.map(|stars| {
            Rating::new(stars).map_err(|_range| at("satisfaction").corrupt(&stars.to_string()))
        });
        let card = ResultCard {
            first_came: row.first_came,
            second_came: row.second_came,
            next_step: step.transpose()?,
            intent: intent.transpose()?,
            kind: kind.transpose()?,
            amount_fen: row.amount_fen,
            satisfaction: stars.transpose()?,
            note: row.note,
        };
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            meeting: parse::value(at("meeting_id"), &row.meeting_id)?,
            event: parse::value(at("event_id"), &row.event_id)?,
            reporter: parse::word(at("reporter"), &row.reporter, Reporter::from_word)?,
            participant: parse::value_opt(at("participant_id"), row.participant_id.as_deref())?,
            card,
            recorded_at: row.recorded_at,
            version: row.version,
        })
    }
}
