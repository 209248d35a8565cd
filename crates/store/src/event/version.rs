//! Published versions of timetables: written once, never changed.

use lianmeng_domain::ids::{DockingEventId, MeetingId};
use lianmeng_domain::meeting::Spot;
use lianmeng_domain::meeting::version::{Row, Version};
use lianmeng_domain::policy::Visibility;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

use super::scope;
use crate::StoreError;
use crate::page::{self, Way, Window};
use crate::parse::{self, At};

mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "event_versions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub event_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i64,
        pub published_at: DateTimeUtc,
        pub breaks: i64,
        pub meetings: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod line {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "event_version_rows")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub event_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub meeting_id: String,
        pub first_id: String,
        pub second_id: String,
        pub slot: i32,
        pub table_number: i32,
        pub starts_at: DateTimeUtc,
        pub minutes: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Rows written by one statement; SQLite allows 32,766 values.
const CHUNK: usize = 2_000;

/// Spot of a row, the key of a page.
pub type RowKey = Spot;

/// Publishes `version` with its `rows`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if the number exists already.
pub async fn insert(
    db: &impl ConnectionTrait,
    version: &Version,
    rows: &[Row],
) -> Result<(), StoreError> {
    let head = row::ActiveModel {
        event_id: Set(version.event.to_string()),
        number: Set(i64::from(version.number)),
        published_at: Set(version.published_at),
        breaks: Set(i64::from(version.breaks)),
        meetings: Set(i64::from(version.meetings)),
    };
    row::Entity::insert(head).exec_without_returning(db).await?;
    for chunk in rows.chunks(CHUNK) {
        let lines = chunk.iter().map(|row| line::ActiveModel {
            event_id: Set(version.event.to_string()),
            number: Set(i64::from(version.number)),
            meeting_id: Set(row.meeting.to_string()),
            first_id: Set(row.first.to_string()),
            second_id: Set(row.second.to_string()),
            slot: Set(i32::from(row.spot.slot)),
            table_number: Set(i32::from(row.spot.table)),
            starts_at: Set(row.starts_at),
            minutes: Set(i32::from(row.minutes)),
        });
        line::Entity::insert_many(lines).exec_without_returning(db).await?;
    }
    Ok(())
}

/// The first versions of each of `events` that the caller sees, oldest first. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn of_events(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    events: &[DockingEventId],
    first: u64,
) -> Result<Vec<Version>, StoreError> {
    let query = row::Entity::find().filter(scope::versions(sees)).filter(parse::among(
        db,
        row::Column::EventId,
        events,
    ));
    let rows =
        page::first_of_each(db, query, row::Column::EventId, &[row::Column::Number], first).await?;
    rows.into_iter().map(Version::try_from).collect()
}

/// A page of the versions of `event`, oldest first. One statement.
///
/// # Errors
///
/// As [`of_events`].
pub async fn page(
    db: &impl ConnectionTrait,
    event: DockingEventId,
    window: Window<u32>,
) -> Result<Vec<Version>, StoreError> {
    let query = row::Entity::find().filter(row::COLUMN.event_id.eq(event.to_string()));
    let cut = page::cut(query, &[row::Column::Number], Way::Up, window, |number| {
        vec![i64::from(number).into()]
    });
    let rows = cut.all(db).await?;
    rows.into_iter().map(Version::try_from).collect()
}

/// One version, if it was published.
///
/// # Errors
///
/// As [`of_events`].
pub async fn find(
    db: &impl ConnectionTrait,
    event: DockingEventId,
    number: u32,
) -> Result<Option<Version>, StoreError> {
    let key = (event.to_string(), i64::from(number));
    row::Entity::find_by_id(key).one(db).await?.map(Version::try_from).transpose()
}

/// A page of the rows of version `number` of `event` that the caller sees, by slot and table.
///
/// # Errors
///
/// As [`of_events`].
pub async fn rows(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    (event, number): (DockingEventId, u32),
    window: Window<RowKey>,
) -> Result<Vec<Row>, StoreError> {
    let query = line::Entity::find()
        .filter(scope::published_rows(sees))
        .filter(line::COLUMN.event_id.eq(event.to_string()))
        .filter(line::COLUMN.number.eq(i64::from(number)));
    let values = |Spot { slot, table }| vec![i32::from(slot).into(), i32::from(table).into()];
    let rows =
        page::cut(query, &[line::Column::Slot, line::Column::TableNumber], Way::Up, window, values)
            .all(db)
            .await?;
    rows.into_iter().map(Row::try_from).collect()
}

impl TryFrom<row::Model> for Version {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("event_versions", column);
        Ok(Self {
            event: parse::value(at("event_id"), &row.event_id)?,
            number: parse::number(at("number"), row.number)?,
            published_at: row.published_at,
            breaks: parse::number(at("breaks"), row.breaks)?,
            meetings: parse::number(at("meetings"), row.meetings)?,
        })
    }
}

impl TryFrom<line::Model> for Row {
    type Error = StoreError;

    fn try_from(row: line::Model) -> Result<Self, StoreError> {
        let at = |column| At("event_version_rows", column);
        Ok(Self {
            meeting: parse::value::<MeetingId>(at("meeting_id"), &row.meeting_id)?,
            first: parse::value(at("first_id"), &row.first_id)?,
            second: parse::value(at("second_id"), &row.second_id)?,
            spot: Spot {
                slot: parse::number(at("slot"), row.slot)?,
                table: parse::number(at("table_number"), row.table_number)?,
            },
            starts_at: row.starts_at,
            minutes: parse::number(at("minutes"), row.minutes)?,
        })
    }
}
