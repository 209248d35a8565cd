//! Working-day calendars, a year a row. Everyone may know which days work.

use chrono::{DateTime, NaiveDate, Utc};
use lianmeng_domain::calendar::{CalendarDay, CalendarYear, OfficeHours, WorkCalendar};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{QueryOrder as _, QuerySelect as _};
use serde::{Deserialize, Serialize};

use crate::StoreError;
use crate::parse::At;

mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "work_calendars")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub year: i32,
        pub hours: String,
        pub days: String,
        pub source: String,
        pub imported_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A day as it stands in the column `days`.
#[derive(Debug, Serialize, Deserialize)]
struct DayRow {
    date: NaiveDate,
    works: bool,
    name: String,
}

/// A year and when it was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedYear {
    /// The table.
    pub table: CalendarYear,
    /// When it was imported.
    pub imported_at: DateTime<Utc>,
}

/// The years that are loaded, in order.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn years(db: &impl ConnectionTrait) -> Result<Vec<i32>, StoreError> {
    let query = row::Entity::find().select_only().column(row::Column::Year);
    Ok(query.order_by_asc(row::COLUMN.year).into_tuple().all(db).await?)
}

/// One year, if it is loaded.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if the row does not parse.
pub async fn find(db: &impl ConnectionTrait, year: i32) -> Result<Option<LoadedYear>, StoreError> {
    let row = row::Entity::find_by_id(year).one(db).await?;
    row.map(LoadedYear::try_from).transpose()
}

/// The calendar of `first` and every later year that is loaded. One statement.
///
/// # Errors
///
/// As [`find`].
pub async fn from_year(db: &impl ConnectionTrait, first: i32) -> Result<WorkCalendar, StoreError> {
    let rows = row::Entity::find().filter(row::COLUMN.year.gte(first)).all(db).await?;
    rows.into_iter().map(|row| Ok(LoadedYear::try_from(row)?.table)).collect()
}

/// Adds or replaces a year.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn put(
    db: &impl ConnectionTrait,
    table: &CalendarYear,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    use row::Column::{Days, Hours, ImportedAt, Source, Year};
    let mut conflict = OnConflict::column(Year);
    conflict.update_columns([Hours, Days, Source, ImportedAt]);
    let insert = row::Entity::insert(columns(table, now)).on_conflict(conflict);
    insert.exec_without_returning(db).await?;
    Ok(())
}

/// Adds a year unless one is there.
///
/// # Errors
///
/// As [`put`].
pub async fn put_if_absent(
    db: &impl ConnectionTrait,
    table: &CalendarYear,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let conflict = OnConflict::column(row::Column::Year).do_nothing().to_owned();
    let insert = row::Entity::insert(columns(table, now)).on_conflict(conflict);
    insert.exec_without_returning(db).await?;
    Ok(())
}

fn columns(table: &CalendarYear, now: DateTime<Utc>) -> row::ActiveModel {
    let days: Vec<_> = table
        .days()
        .map(|day| DayRow { date: day.date, works: day.is_working, name: day.name.clone() })
        .collect();
    row::ActiveModel {
        year: Set(table.year()),
        hours: Set(serde_json::json!(table.hours().texts()).to_string()),
        days: Set(serde_json::json!(days).to_string()),
        source: Set(table.source().to_owned()),
        imported_at: Set(now),
    }
}

impl TryFrom<row::Model> for LoadedYear {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("work_calendars", column);
        let hours: Vec<String> =
            serde_json::from_str(&row.hours).map_err(|_| at("hours").corrupt(&row.hours))?;
        let hours = OfficeHours::parse(&hours).map_err(|_| at("hours").corrupt(&row.hours))?;
        let days: Vec<DayRow> =
            serde_json::from_str(&row.days).map_err(|_| at("days").corrupt(&row.days))?;
        let days = days.into_iter().map(|day| CalendarDay {
            date: day.date,
            is_working: day.works,
            name: day.name,
        });
        let table = CalendarYear::new(row.year, days, hours, row.source)
            .map_err(|_| at("days").corrupt(&row.days))?;
        Ok(Self { table, imported_at: row.imported_at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(year: i32, hours: &[&str]) -> CalendarYear {
        let date = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        let day = CalendarDay { date, is_working: false, name: "元旦".to_owned() };
        let hours = OfficeHours::parse(hours).unwrap();
        CalendarYear::new(year, [day], hours, "公告".to_owned()).unwrap()
    }

    #[tokio::test]
    async fn a_year_is_read_as_it_was_put_and_replaced_whole() {
        let db = lianmeng_testkit::database().await;
        let (long, short) = (table(2026, &["09:00-18:00"]), table(2026, &["09:00-12:00"]));
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(find(&db, 2026).await.unwrap(), None);
        put_if_absent(&db, &long, now).await.unwrap();
        put_if_absent(&db, &short, now).await.unwrap();
        let want = LoadedYear { table: long, imported_at: now };
        assert_eq!(find(&db, 2026).await.unwrap(), Some(want), "the one that was there stays");
        put(&db, &short, now).await.unwrap();
        assert_eq!(find(&db, 2026).await.unwrap().unwrap().table, short);
        put(&db, &table(2025, &["09:00-12:00"]), now).await.unwrap();
        assert_eq!(years(&db).await.unwrap(), [2025, 2026]);
        let calendar = from_year(&db, 2026).await.unwrap();
        assert!(calendar.is_working_day(NaiveDate::from_ymd_opt(2025, 3, 3).unwrap()).is_err());
        assert!(calendar.is_working_day(NaiveDate::from_ymd_opt(2026, 3, 3).unwrap()).is_ok());
    }
}
