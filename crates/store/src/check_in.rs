//! Checkpoints of events, and who was checked in there.

use std::collections::BTreeMap;

use lianmeng_domain::check_in::{CheckIn, Checkpoint, Direction};
use lianmeng_domain::ids::{CheckpointId, DockingEventId, GuestPersonId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{Condition, QueryOrder as _, QuerySelect as _};

use crate::StoreError;
use crate::parse::{self, At};

#[cfg(test)]
mod tests;

/// The table `checkpoints`.
mod point {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "checkpoints")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub event_id: String,
        pub name: String,
        pub is_entrance: bool,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `check_ins`.
mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "check_ins")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub event_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub client_id: String,
        pub person_id: String,
        pub checkpoint_id: String,
        pub direction: String,
        pub at: DateTimeUtc,
        pub device: String,
        pub is_by_hand: bool,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Rows written in one statement: SQLite takes 32,766 parameters.
const BATCH: usize = 1_000;

/// The checkpoints of each of `events`, oldest first. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn checkpoints(
    db: &impl ConnectionTrait,
    events: &[DockingEventId],
) -> Result<BTreeMap<DockingEventId, Vec<Checkpoint>>, StoreError> {
    let rows = point::Entity::find()
        .filter(parse::among(db, point::Column::EventId, events))
        .order_by_asc(point::COLUMN.id)
        .all(db)
        .await?;
    let mut found: BTreeMap<DockingEventId, Vec<Checkpoint>> = BTreeMap::new();
    for row in rows {
        let point = Checkpoint::try_from(row)?;
        found.entry(point.event).or_default().push(point);
    }
    Ok(found)
}

/// The event of a checkpoint, if there is one.
///
/// # Errors
///
/// As [`checkpoints`].
pub async fn find_checkpoint(
    db: &impl ConnectionTrait,
    id: CheckpointId,
) -> Result<Option<Checkpoint>, StoreError> {
    let row = point::Entity::find_by_id(id.to_string()).one(db).await?;
    row.map(Checkpoint::try_from).transpose()
}

/// Adds a checkpoint.
///
/// # Errors
///
/// [`StoreError::Conflict`] if the event has one with this name.
pub async fn insert_checkpoint(
    db: &impl ConnectionTrait,
    point: &Checkpoint,
) -> Result<(), StoreError> {
    let row = point::ActiveModel {
        id: Set(point.id.to_string()),
        event_id: Set(point.event.to_string()),
        name: Set(point.name.clone()),
        is_entrance: Set(point.is_entrance),
    };
    point::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Removes a checkpoint.
///
/// # Errors
///
/// [`StoreError::Conflict`] if somebody was checked in there.
pub async fn remove_checkpoint(
    db: &impl ConnectionTrait,
    id: CheckpointId,
) -> Result<(), StoreError> {
    point::Entity::delete_by_id(id.to_string()).exec(db).await?;
    Ok(())
}

/// Whether somebody was checked in at `checkpoint`.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn is_used(
    db: &impl ConnectionTrait,
    checkpoint: CheckpointId,
) -> Result<bool, StoreError> {
    let query = row::Entity::find().filter(row::COLUMN.checkpoint_id.eq(checkpoint.to_string()));
    Ok(query.limit(1).one(db).await?.is_some())
}

/// The records of `event` with these ids or of these persons, in no order: for the rules.
///
/// # Errors
///
/// As [`checkpoints`].
pub async fn with(
    db: &impl ConnectionTrait,
    event: DockingEventId,
    ids: &[String],
    people: &[GuestPersonId],
) -> Result<Vec<CheckIn>, StoreError> {
    let either = Condition::any()
        .add(parse::among(db, row::Column::ClientId, ids))
        .add(parse::among(db, row::Column::PersonId, people));
    let rows = row::Entity::find()
        .filter(row::COLUMN.event_id.eq(event.to_string()))
        .filter(either)
        .all(db)
        .await?;
    rows.into_iter().map(CheckIn::try_from).collect()
}

/// Every record of `event`, in the order in which it happened: for the figures.
///
/// # Errors
///
/// As [`checkpoints`].
pub async fn all(
    db: &impl ConnectionTrait,
    event: DockingEventId,
) -> Result<Vec<CheckIn>, StoreError> {
    let rows = row::Entity::find()
        .filter(row::COLUMN.event_id.eq(event.to_string()))
        .order_by_asc(row::COLUMN.at)
        .order_by_asc(row::COLUMN.client_id)
        .all(db)
        .await?;
    rows.into_iter().map(CheckIn::try_from).collect()
}

/// Adds records; those whose ids exist already stay as they are.
///
/// # Errors
///
/// [`StoreError::Conflict`] if a person or checkpoint does not exist.
pub async fn insert_many(db: &impl ConnectionTrait, records: &[CheckIn]) -> Result<(), StoreError> {
    for some in records.chunks(BATCH) {
        let known = OnConflict::columns([row::Column::EventId, row::Column::ClientId])
            .do_nothing()
            .to_owned();
        row::Entity::insert_many(some.iter().map(columns))
            .on_conflict(known)
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

fn columns(record: &CheckIn) -> row::ActiveModel {
    row::ActiveModel {
        event_id: Set(record.event.to_string()),
        client_id: Set(record.client_id.clone()),
        person_id: Set(record.person.to_string()),
        checkpoint_id: Set(record.checkpoint.to_string()),
        direction: Set(record.direction.word().to_owned()),
        at: Set(record.at),
        device: Set(record.device.clone()),
        is_by_hand: Set(record.is_by_hand),
    }
}

impl TryFrom<point::Model> for Checkpoint {
    type Error = StoreError;

    fn try_from(row: point::Model) -> Result<Self, StoreError> {
        let at = |column| At("checkpoints", column);
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            event: parse::value(at("event_id"), &row.event_id)?,
            name: row.name,
            is_entrance: row.is_entrance,
        })
    }
}

impl TryFrom<row::Model> for CheckIn {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("check_ins", column);
        Ok(Self {
            event: parse::value(at("event_id"), &row.event_id)?,
            client_id: row.client_id,
            person: parse::value(at("person_id"), &row.person_id)?,
            checkpoint: parse::value(at("checkpoint_id"), &row.checkpoint_id)?,
            direction: parse::word(at("direction"), &row.direction, Direction::from_word)?,
            at: row.at,
            device: row.device,
            is_by_hand: row.is_by_hand,
        })
    }
}
