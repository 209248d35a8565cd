//! Participants of events.

use std::collections::BTreeMap;

use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::{DockingEventId, EnterpriseId, OrganisationId, ParticipantId};
use lianmeng_domain::meeting::Participant;
use lianmeng_domain::policy::Visibility;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{ExprTrait, QueryOrder};

use crate::StoreError;
use crate::event::scope;
use crate::page::{self, Way, Window};
use crate::parse::{self, At};

pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "participants")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub event_id: String,
        pub enterprise_id: Option<String>,
        pub organisation_id: Option<String>,
        pub unavailable: String,
        pub min_meetings: Option<i32>,
        pub max_meetings: Option<i32>,
        pub absent_from: Option<i32>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

const TABLE: &str = "participants";

/// A page of the participants of `event` that the caller sees, oldest first. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    event: DockingEventId,
    window: Window<ParticipantId>,
) -> Result<Vec<Participant>, StoreError> {
    let query = row::Entity::find()
        .filter(scope::participants(sees))
        .filter(row::COLUMN.event_id.eq(event.to_string()));
    let cut = page::by_id(query, (row::Column::Id, Way::Up), window);
    let rows = cut.all(db).await?;
    rows.into_iter().map(Participant::try_from).collect()
}

/// The first participants of each of `events` that the caller sees, oldest first. One statement.
///
/// # Errors
///
/// As [`page()`].
pub async fn of_events(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    events: &[DockingEventId],
    first: u64,
) -> Result<Vec<Participant>, StoreError> {
    let query = row::Entity::find().filter(scope::participants(sees)).filter(parse::among(
        db,
        row::Column::EventId,
        events,
    ));
    let rows =
        page::first_of_each(db, query, row::Column::EventId, &[row::Column::Id], first).await?;
    rows.into_iter().map(Participant::try_from).collect()
}

/// How many participants of `event` the caller sees.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn count(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    event: DockingEventId,
) -> Result<u64, StoreError> {
    let query = row::Entity::find()
        .filter(scope::participants(sees))
        .filter(row::COLUMN.event_id.eq(event.to_string()));
    Ok(query.count(db).await?)
}

/// The participants with these ids that the caller sees, in no order; missing ones are left out.
///
/// # Errors
///
/// As [`page()`].
pub async fn find_many(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    ids: &[ParticipantId],
) -> Result<Vec<Participant>, StoreError> {
    let rows = row::Entity::find()
        .filter(scope::participants(sees))
        .filter(parse::among(db, row::Column::Id, ids))
        .all(db)
        .await?;
    rows.into_iter().map(Participant::try_from).collect()
}

/// The participants of `event` that the caller speaks for, by id: itself, or those of its group; none
/// for callers who organise. One statement.
///
/// # Errors
///
/// As [`page()`].
pub async fn own(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    event: DockingEventId,
) -> Result<Vec<ParticipantId>, StoreError> {
    let Some(own) = scope::own(sees) else { return Ok(Vec::new()) };
    let rows = row::Entity::find()
        .filter(row::COLUMN.event_id.eq(event.to_string()))
        .filter(row::COLUMN.id.in_subquery(own))
        .order_by_asc(row::COLUMN.id)
        .all(db)
        .await?;
    rows.into_iter().map(|row| parse::value(At(TABLE, "id"), &row.id)).collect()
}

/// Every participant of `event`, by id, at most 2,000: for planning, which needs them all.
///
/// # Errors
///
/// As [`page()`].
pub async fn all(
    db: &impl ConnectionTrait,
    event: DockingEventId,
) -> Result<Vec<Participant>, StoreError> {
    let rows = row::Entity::find()
        .filter(row::COLUMN.event_id.eq(event.to_string()))
        .order_by_asc(row::COLUMN.id)
        .all(db)
        .await?;
    rows.into_iter().map(Participant::try_from).collect()
}

/// Names of all participants of `event`, for explanations. Two statements.
///
/// # Errors
///
/// As [`page()`].
pub async fn names(
    db: &impl ConnectionTrait,
    event: DockingEventId,
) -> Result<BTreeMap<ParticipantId, String>, StoreError> {
    let mut names = BTreeMap::new();
    for (member, table) in [("enterprise_id", "enterprises"), ("organisation_id", "organisations")]
    {
        let mut query = Query::select();
        query
            .expr_as(Expr::col((TABLE, "id")), "id")
            .expr_as(Expr::col((table, "name")), "name")
            .from(TABLE)
            .inner_join(table, Expr::col((table, "id")).equals((TABLE, member)))
            .and_where(Expr::col((TABLE, "event_id")).eq(event.to_string()));
        for row in db.query_all(&query).await? {
            let id: String = row.try_get("", "id")?;
            names.insert(parse::value(At(TABLE, "id"), &id)?, row.try_get("", "name")?);
        }
    }
    Ok(names)
}

/// Adds `participants`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if one takes part already, or does not exist.
pub async fn insert_many(
    db: &impl ConnectionTrait,
    participants: &[Participant],
) -> Result<(), StoreError> {
    if participants.is_empty() {
        return Ok(());
    }
    row::Entity::insert_many(participants.iter().map(columns)).exec_without_returning(db).await?;
    Ok(())
}

/// Saves `participant`. The caller checks the event's version.
///
/// # Errors
///
/// [`StoreError::Stale`] if it is gone.
pub async fn save(db: &impl ConnectionTrait, participant: &Participant) -> Result<(), StoreError> {
    let saved = row::Entity::update_many()
        .set(row::ActiveModel { id: NotSet, ..columns(participant) })
        .filter(row::COLUMN.id.eq(participant.id.to_string()))
        .exec(db)
        .await?;
    if saved.rows_affected == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

fn columns(participant: &Participant) -> row::ActiveModel {
    let (enterprise, organisation) = match participant.member {
        Member::Enterprise(id) => (Some(id.to_string()), None),
        Member::Organisation(id) => (None, Some(id.to_string())),
    };
    row::ActiveModel {
        id: Set(participant.id.to_string()),
        event_id: Set(participant.event.to_string()),
        enterprise_id: Set(enterprise),
        organisation_id: Set(organisation),
        unavailable: Set(serde_json::Value::from(participant.unavailable.clone()).to_string()),
        min_meetings: Set(participant.min_meetings.map(i32::from)),
        max_meetings: Set(participant.max_meetings.map(i32::from)),
        absent_from: Set(participant.absent_from.map(i32::from)),
    }
}

impl TryFrom<row::Model> for Participant {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At(TABLE, column);
        let number =
            |column, value: i32| -> Result<u16, StoreError> { parse::number(at(column), value) };
        let member = match (row.enterprise_id.as_deref(), row.organisation_id.as_deref()) {
            (Some(id), None) => {
                Member::Enterprise(parse::value::<EnterpriseId>(at("enterprise_id"), id)?)
            }
            (None, Some(id)) => {
                Member::Organisation(parse::value::<OrganisationId>(at("organisation_id"), id)?)
            }
            (None, None) => return Err(at("enterprise_id").corrupt("")),
            (Some(id), Some(_)) => return Err(at("organisation_id").corrupt(id)),
        };
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            event: parse::value(at("event_id"), &row.event_id)?,
            member,
            unavailable: serde_json::from_str(&row.unavailable)
                .map_err(|_| at("unavailable").corrupt(&row.unavailable))?,
            min_meetings: row.min_meetings.map(|n| number("min_meetings", n)).transpose()?,
            max_meetings: row.max_meetings.map(|n| number("max_meetings", n)).transpose()?,
            absent_from: row.absent_from.map(|n| number("absent_from", n)).transpose()?,
        })
    }
}
