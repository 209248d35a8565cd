//! Slots, tables and sessions of events.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use lianmeng_domain::event::{HalfDay, Session, Slot, Table};
use lianmeng_domain::ids::DockingEventId;
use sea_orm::ActiveValue::Set;
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

use super::room;
use crate::StoreError;
use crate::parse::{self, At};

mod slot {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "event_slots")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub event_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i32,
        pub half_day: String,
        pub starts_at: DateTimeUtc,
        pub minutes: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod table {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "event_tables")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub event_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i32,
        pub label: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod session {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sessions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub event_id: String,
        pub position: i32,
        pub title: String,
        pub room: Option<String>,
        pub starts_at: DateTimeUtc,
        pub ends_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Children of many events, by event.
pub type ByEvent<T> = BTreeMap<DockingEventId, Vec<T>>;

/// What an event consists of besides its card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Its slots, by number.
    pub slots: Vec<Slot>,
    /// Its tables, by number.
    pub tables: Vec<Table>,
    /// Its sessions, in the order given.
    pub sessions: Vec<Session>,
}

/// Slots of `events`, by number; at most 64 each. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn slots(
    db: &impl ConnectionTrait,
    events: &[DockingEventId],
) -> Result<ByEvent<Slot>, StoreError> {
    let at = |column| At("event_slots", column);
    let rows = slot::Entity::find()
        .filter(parse::among(db, slot::Column::EventId, events))
        .order_by_asc(slot::COLUMN.event_id)
        .order_by_asc(slot::COLUMN.number)
        .all(db)
        .await?;
    let mut found = ByEvent::new();
    for row in rows {
        let slot = Slot {
            number: parse::number(at("number"), row.number)?,
            half_day: parse::word(at("half_day"), &row.half_day, HalfDay::from_word)?,
            starts_at: row.starts_at,
            minutes: parse::number(at("minutes"), row.minutes)?,
        };
        found.entry(parse::value(at("event_id"), &row.event_id)?).or_default().push(slot);
    }
    Ok(found)
}

/// Tables of `events`, by number; at most 500 each. One statement.
///
/// # Errors
///
/// As [`slots`].
pub async fn tables(
    db: &impl ConnectionTrait,
    events: &[DockingEventId],
) -> Result<ByEvent<Table>, StoreError> {
    let at = |column| At("event_tables", column);
    let rows = table::Entity::find()
        .filter(parse::among(db, table::Column::EventId, events))
        .order_by_asc(table::COLUMN.event_id)
        .order_by_asc(table::COLUMN.number)
        .all(db)
        .await?;
    let mut found = ByEvent::new();
    for row in rows {
        let table = Table { number: parse::number(at("number"), row.number)?, label: row.label };
        found.entry(parse::value(at("event_id"), &row.event_id)?).or_default().push(table);
    }
    Ok(found)
}

/// Sessions of `events`, in the order given; at most 50 each. One statement.
///
/// # Errors
///
/// As [`slots`].
pub async fn sessions(
    db: &impl ConnectionTrait,
    events: &[DockingEventId],
) -> Result<ByEvent<Session>, StoreError> {
    let at = |column| At("sessions", column);
    let rows = session::Entity::find()
        .filter(parse::among(db, session::Column::EventId, events))
        .order_by_asc(session::COLUMN.event_id)
        .order_by_asc(session::COLUMN.position)
        .all(db)
        .await?;
    let mut found = ByEvent::new();
    for row in rows {
        let session = Session {
            id: parse::value(at("id"), &row.id)?,
            title: row.title,
            room: row.room,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
        };
        found.entry(parse::value(at("event_id"), &row.event_id)?).or_default().push(session);
    }
    Ok(found)
}

/// Slots, tables and sessions of one event. Three statements.
///
/// # Errors
///
/// As [`slots`].
pub async fn find(db: &impl ConnectionTrait, event: DockingEventId) -> Result<Layout, StoreError> {
    Ok(Layout {
        slots: slots(db, &[event]).await?.remove(&event).unwrap_or_default(),
        tables: tables(db, &[event]).await?.remove(&event).unwrap_or_default(),
        sessions: sessions(db, &[event]).await?.remove(&event).unwrap_or_default(),
    })
}

/// Puts `layout` in place of what the event had, at the moment `at`. The caller checks the event's
/// version.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn replace(
    db: &impl ConnectionTrait,
    event: DockingEventId,
    (layout, at): (&Layout, DateTime<Utc>),
) -> Result<(), StoreError> {
    let old = sessions(db, &[event]).await?.remove(&event).unwrap_or_default();
    room::note(db, (event, at), (&old, &layout.sessions)).await?;
    let id = event.to_string();
    slot::Entity::delete_many().filter(slot::COLUMN.event_id.eq(id.as_str())).exec(db).await?;
    table::Entity::delete_many().filter(table::COLUMN.event_id.eq(id.as_str())).exec(db).await?;
    session::Entity::delete_many()
        .filter(session::COLUMN.event_id.eq(id.as_str()))
        .exec(db)
        .await?;
    let slots = layout.slots.iter().map(|one| slot::ActiveModel {
        event_id: Set(id.clone()),
        number: Set(i32::from(one.number)),
        half_day: Set(one.half_day.word().to_owned()),
        starts_at: Set(one.starts_at),
        minutes: Set(i32::from(one.minutes)),
    });
    if !layout.slots.is_empty() {
        slot::Entity::insert_many(slots).exec_without_returning(db).await?;
    }
    let tables = layout.tables.iter().map(|one| table::ActiveModel {
        event_id: Set(id.clone()),
        number: Set(i32::from(one.number)),
        label: Set(one.label.clone()),
    });
    if !layout.tables.is_empty() {
        table::Entity::insert_many(tables).exec_without_returning(db).await?;
    }
    let sessions = (1..).zip(&layout.sessions).map(|(position, one)| session::ActiveModel {
        id: Set(one.id.to_string()),
        event_id: Set(id.clone()),
        position: Set(position),
        title: Set(one.title.clone()),
        room: Set(one.room.clone()),
        starts_at: Set(one.starts_at),
        ends_at: Set(one.ends_at),
    });
    if !layout.sessions.is_empty() {
        session::Entity::insert_many(sessions).exec_without_returning(db).await?;
    }
    Ok(())
}
