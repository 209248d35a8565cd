//! Sessions that left a room: what the calendar of the room cancels.

use chrono::{DateTime, Utc};
use lianmeng_domain::event::Session;
use lianmeng_domain::ids::DockingEventId;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, QueryOrder as _, QuerySelect as _};

use crate::StoreError;
use crate::parse::{self, At};

mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sessions_gone")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub session_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub room: String,
        pub event_id: String,
        pub title: String,
        pub starts_at: DateTimeUtc,
        pub ends_at: DateTimeUtc,
        pub gone_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Most sessions that a calendar of a room cancels.
const MOST: u64 = 200;

/// A session as it was when it left a room, and when that was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// The session.
    pub session: Session,
    /// When it left.
    pub at: DateTime<Utc>,
}

/// The sessions of `event` that were in `room` and are not any more, those that left last first; at most
/// 200. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn gone(
    db: &impl ConnectionTrait,
    event: DockingEventId,
    room: &str,
) -> Result<Vec<Gone>, StoreError> {
    let rows = row::Entity::find()
        .filter(row::COLUMN.event_id.eq(event.to_string()))
        .filter(row::COLUMN.room.eq(room))
        .order_by_desc(row::COLUMN.gone_at)
        .order_by_asc(row::COLUMN.session_id)
        .limit(MOST)
        .all(db)
        .await?;
    rows.into_iter().map(Gone::try_from).collect()
}

/// Keeps which sessions of `event` leave their rooms at `at`, as `old` becomes `new`, and forgets it of
/// those that come back.
pub(super) async fn note(
    db: &impl ConnectionTrait,
    (event, at): (DockingEventId, DateTime<Utc>),
    (old, new): (&[Session], &[Session]),
) -> Result<(), StoreError> {
    let stays = |one: &&Session| new.iter().any(|now| now.id == one.id && now.room == one.room);
    let left: Vec<&Session> =
        old.iter().filter(|one| one.room.is_some()).filter(|one| !stays(one)).collect();
    let mut keys = Condition::any();
    for one in new.iter().filter(|one| one.room.is_some()).chain(left.iter().copied()) {
        keys = keys.add(
            Condition::all()
                .add(row::COLUMN.session_id.eq(one.id.to_string()))
                .add(row::COLUMN.room.eq(one.room.clone().unwrap_or_default())),
        );
    }
    if keys.is_empty() {
        return Ok(());
    }
    row::Entity::delete_many().filter(keys).exec(db).await?;
    if left.is_empty() {
        return Ok(());
    }
    let rows = left.into_iter().map(|one| row::ActiveModel {
        session_id: Set(one.id.to_string()),
        room: Set(one.room.clone().unwrap_or_default()),
        event_id: Set(event.to_string()),
        title: Set(one.title.clone()),
        starts_at: Set(one.starts_at),
        ends_at: Set(one.ends_at),
        gone_at: Set(at),
    });
    row::Entity::insert_many(rows).exec_without_returning(db).await?;
    Ok(())
}

impl TryFrom<row::Model> for Gone {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let session = Session {
            id: parse::value(At("sessions_gone", "session_id"), &row.session_id)?,
            title: row.title,
            room: Some(row.room),
            starts_at: row.starts_at,
            ends_at: row.ends_at,
        };
        Ok(Self { session, at: row.gone_at })
    }
}
