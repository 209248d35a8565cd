//! Meetings of events and their precedences; participants are in [`participant`].

pub mod participant;

use lianmeng_domain::event::HalfDay;
use lianmeng_domain::ids::{DockingEventId, MeetingId, ParticipantId};
use lianmeng_domain::meeting::{Meeting, Precedence, Spot};
use lianmeng_domain::policy::Visibility;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{Condition, ExprTrait as _, QueryOrder};

use crate::StoreError;
use crate::event::scope;
use crate::page::{self, Way, Window};
use crate::parse::{self, At};

/// The table `meetings`.
pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "meetings")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub event_id: String,
        pub first_id: String,
        pub second_id: String,
        pub half_day: Option<String>,
        pub fixed_slot: Option<i32>,
        pub slot: Option<i32>,
        pub table_number: Option<i32>,
        pub is_locked: bool,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `meeting_precedences`.
#[expect(clippy::struct_field_names, reason = "the fields are the columns")]
mod order {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "meeting_precedences")]
    pub struct Model {
        pub event_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub before_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub after_id: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Rows written by one statement; SQLite allows 32,766 values.
const CHUNK: usize = 2_000;

/// Which meetings a list holds; every given part must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MeetingFilter {
    /// With this participant.
    pub participant: Option<ParticipantId>,
    /// In the slot with this number.
    pub slot: Option<u16>,
    /// Whether it must have a spot in the timetable.
    pub is_placed: Option<bool>,
    /// Whether its spot must be locked.
    pub is_locked: Option<bool>,
}

fn matches(filter: &MeetingFilter) -> Condition {
    Condition::all()
        .add_option(filter.participant.map(|id| {
            Condition::any()
                .add(row::COLUMN.first_id.eq(id.to_string()))
                .add(row::COLUMN.second_id.eq(id.to_string()))
        }))
        .add_option(filter.slot.map(|slot| row::COLUMN.slot.eq(i32::from(slot))))
        .add_option(filter.is_placed.map(|placed| {
            if placed { row::COLUMN.slot.is_not_null() } else { row::COLUMN.slot.is_null() }
        }))
        .add_option(filter.is_locked.map(|locked| row::COLUMN.is_locked.eq(locked)))
}

/// A page of the meetings of `event` that the caller sees, oldest first. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    event: DockingEventId,
    filter: &MeetingFilter,
    window: Window<MeetingId>,
) -> Result<Vec<Meeting>, StoreError> {
    let query = row::Entity::find()
        .filter(scope::meetings(sees))
        .filter(row::COLUMN.event_id.eq(event.to_string()))
        .filter(matches(filter));
    let cut = page::by_id(query, (row::Column::Id, Way::Up), window);
    let rows = cut.all(db).await?;
    rows.into_iter().map(Meeting::try_from).collect()
}

/// The first meetings of each of `events` that the caller sees, oldest first. One statement.
///
/// # Errors
///
/// As [`page()`].
pub async fn of_events(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    events: &[DockingEventId],
    first: u64,
) -> Result<Vec<Meeting>, StoreError> {
    let query = row::Entity::find().filter(scope::meetings(sees)).filter(parse::among(
        db,
        row::Column::EventId,
        events,
    ));
    let rows =
        page::first_of_each(db, query, row::Column::EventId, &[row::Column::Id], first).await?;
    rows.into_iter().map(Meeting::try_from).collect()
}

/// How many meetings of `event` a list holds in all.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn count(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    event: DockingEventId,
    filter: &MeetingFilter,
) -> Result<u64, StoreError> {
    let query = row::Entity::find()
        .filter(scope::meetings(sees))
        .filter(row::COLUMN.event_id.eq(event.to_string()))
        .filter(matches(filter));
    Ok(query.count(db).await?)
}

/// The meetings with these ids that the caller sees, in no order; missing ones are left out.
///
/// # Errors
///
/// As [`page()`].
pub async fn find_many(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    ids: &[MeetingId],
) -> Result<Vec<Meeting>, StoreError> {
    let rows = row::Entity::find()
        .filter(scope::meetings(sees))
        .filter(parse::among(db, row::Column::Id, ids))
        .all(db)
        .await?;
    rows.into_iter().map(Meeting::try_from).collect()
}

/// Whether `meeting` stands in a published version, so that its sides know of it.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn is_published(
    db: &impl ConnectionTrait,
    meeting: MeetingId,
) -> Result<bool, StoreError> {
    let mut query = Query::select();
    query
        .column("meeting_id")
        .from("event_version_rows")
        .and_where(Expr::col("meeting_id").eq(meeting.to_string()))
        .limit(1);
    Ok(db.query_one(&query).await?.is_some())
}

/// Every meeting of `event`, by id, at most 10,000: for planning, which needs them all.
///
/// # Errors
///
/// As [`page()`].
pub async fn all(
    db: &impl ConnectionTrait,
    event: DockingEventId,
) -> Result<Vec<Meeting>, StoreError> {
    let rows = row::Entity::find()
        .filter(row::COLUMN.event_id.eq(event.to_string()))
        .order_by_asc(row::COLUMN.id)
        .all(db)
        .await?;
    rows.into_iter().map(Meeting::try_from).collect()
}

/// Adds `meetings`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if a pair meets already.
pub async fn insert_many(
    db: &impl ConnectionTrait,
    meetings: &[Meeting],
) -> Result<(), StoreError> {
    for chunk in meetings.chunks(CHUNK) {
        row::Entity::insert_many(chunk.iter().map(columns)).exec_without_returning(db).await?;
    }
    Ok(())
}

/// Saves each of `meetings`. The caller checks the event's version. One statement each.
///
/// # Errors
///
/// [`StoreError::Stale`] if one of them is gone.
pub async fn save_many(db: &impl ConnectionTrait, meetings: &[Meeting]) -> Result<(), StoreError> {
    for meeting in meetings {
        let saved = row::Entity::update_many()
            .set(row::ActiveModel { id: NotSet, ..columns(meeting) })
            .filter(row::COLUMN.id.eq(meeting.id.to_string()))
            .exec(db)
            .await?;
        if saved.rows_affected == 0 {
            return Err(StoreError::Stale);
        }
    }
    Ok(())
}

/// Removes `meeting` and its precedences. The caller checks the event's version.
///
/// # Errors
///
/// [`StoreError::Stale`] if it is gone already.
pub async fn remove(db: &impl ConnectionTrait, meeting: MeetingId) -> Result<(), StoreError> {
    let id = meeting.to_string();
    order::Entity::delete_many()
        .filter(
            Condition::any()
                .add(order::COLUMN.before_id.eq(id.as_str()))
                .add(order::COLUMN.after_id.eq(id.as_str())),
        )
        .exec(db)
        .await?;
    let gone = row::Entity::delete_by_id(id).exec(db).await?;
    if gone.rows_affected == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

/// Every precedence of `event`, by ids, at most 10,000.
///
/// # Errors
///
/// As [`page()`].
pub async fn precedences(
    db: &impl ConnectionTrait,
    event: DockingEventId,
) -> Result<Vec<Precedence>, StoreError> {
    let rows = order::Entity::find()
        .filter(order::COLUMN.event_id.eq(event.to_string()))
        .order_by_asc(order::COLUMN.before_id)
        .order_by_asc(order::COLUMN.after_id)
        .all(db)
        .await?;
    rows.iter().map(precedence).collect()
}

/// The first precedences of each of `events` that the caller sees, by ids. One statement.
///
/// # Errors
///
/// As [`page()`].
pub async fn precedences_of(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    events: &[DockingEventId],
    first: u64,
) -> Result<Vec<(DockingEventId, Precedence)>, StoreError> {
    let query = order::Entity::find().filter(scope::precedences(sees)).filter(parse::among(
        db,
        order::Column::EventId,
        events,
    ));
    let by = [order::Column::BeforeId, order::Column::AfterId];
    let rows = page::first_of_each(db, query, order::Column::EventId, &by, first).await?;
    rows.iter()
        .map(|row| {
            let event = parse::value(At("meeting_precedences", "event_id"), &row.event_id)?;
            Ok((event, precedence(row)?))
        })
        .collect()
}

fn precedence(row: &order::Model) -> Result<Precedence, StoreError> {
    let at = |column| At("meeting_precedences", column);
    Ok(Precedence {
        before: parse::value(at("before_id"), &row.before_id)?,
        after: parse::value(at("after_id"), &row.after_id)?,
    })
}

/// Adds `precedences` to `event`; those that stand already stay as they are.
///
/// # Errors
///
/// [`StoreError::Conflict`] if a meeting does not exist.
pub async fn insert_precedences(
    db: &impl ConnectionTrait,
    event: DockingEventId,
    precedences: &[Precedence],
) -> Result<(), StoreError> {
    let standing = self::precedences(db, event).await?;
    let mut fresh: Vec<Precedence> =
        precedences.iter().copied().filter(|pair| !standing.contains(pair)).collect();
    fresh.sort_unstable();
    fresh.dedup();
    if fresh.is_empty() {
        return Ok(());
    }
    let rows = fresh.iter().map(|pair| order::ActiveModel {
        event_id: Set(event.to_string()),
        before_id: Set(pair.before.to_string()),
        after_id: Set(pair.after.to_string()),
    });
    order::Entity::insert_many(rows).exec_without_returning(db).await?;
    Ok(())
}

/// Removes `precedences` of `event`; missing ones are passed over.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn remove_precedences(
    db: &impl ConnectionTrait,
    event: DockingEventId,
    precedences: &[Precedence],
) -> Result<(), StoreError> {
    for pair in precedences {
        order::Entity::delete_many()
            .filter(order::COLUMN.event_id.eq(event.to_string()))
            .filter(order::COLUMN.before_id.eq(pair.before.to_string()))
            .filter(order::COLUMN.after_id.eq(pair.after.to_string()))
            .exec(db)
            .await?;
    }
    Ok(())
}

fn columns(meeting: &Meeting) -> row::ActiveModel {
    row::ActiveModel {
        id: Set(meeting.id.to_string()),
        event_id: Set(meeting.event.to_string()),
        first_id: Set(meeting.first.to_string()),
        second_id: Set(meeting.second.to_string()),
        half_day: Set(meeting.half_day.map(|half| half.word().to_owned())),
        fixed_slot: Set(meeting.fixed_slot.map(i32::from)),
        slot: Set(meeting.spot.map(|spot| i32::from(spot.slot))),
        table_number: Set(meeting.spot.map(|spot| i32::from(spot.table))),
        is_locked: Set(meeting.is_locked),
    }
}

impl TryFrom<row::Model> for Meeting {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("meetings", column);
        let number =
            |column, value: i32| -> Result<u16, StoreError> { parse::number(at(column), value) };
        let slot = row.slot.map(|value| number("slot", value)).transpose()?;
        let table = row.table_number.map(|value| number("table_number", value)).transpose()?;
        let half_day = row.half_day.as_deref();
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            event: parse::value(at("event_id"), &row.event_id)?,
            first: parse::value(at("first_id"), &row.first_id)?,
            second: parse::value(at("second_id"), &row.second_id)?,
            half_day: half_day
                .map(|word| parse::word(at("half_day"), word, HalfDay::from_word))
                .transpose()?,
            fixed_slot: row.fixed_slot.map(|value| number("fixed_slot", value)).transpose()?,
            spot: slot.zip(table).map(|(slot, table)| Spot { slot, table }),
            is_locked: row.is_locked,
        })
    }
}

#[cfg(test)]
mod tests;
