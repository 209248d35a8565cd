//! Working-day calendars: the shipped years, and importing a year.

use chrono::{DateTime, Utc};
use lianmeng_domain::actor::Actor;
use lianmeng_domain::calendar::{CalendarDay, CalendarError, CalendarYear, OfficeHours};
use lianmeng_domain::deadline::{self, DEFAULT_PROFILE};
use lianmeng_store::{StoreError, calendar, deadline as profiles, tx};
use sea_orm::DatabaseConnection;
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;

const WORKDAYS: &str = include_str!("../../../codes/workdays.csv");

/// Imports the table of a year, in place of the one there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportYear {
    /// The table.
    pub table: CalendarYear,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why a year was not imported.
#[derive(Debug, Error)]
pub enum CalendarCommandError {
    /// The caller keeps no calendars.
    #[error("there is no calendar that you may change; coordinators and administrators import one")]
    NotFound,
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for CalendarCommandError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

/// Imports the table of a year. Coordinators and administrators. Deadlines that were given stay.
///
/// # Errors
///
/// See [`CalendarCommandError`]; nothing is saved when an error is returned.
pub async fn import(
    desk: &Desk,
    actor: &Actor,
    cmd: &ImportYear,
) -> Result<i32, CalendarCommandError> {
    if !deadline::may_keep(actor) {
        return Err(CalendarCommandError::NotFound);
    }
    let year = cmd.table.year();
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(year),
    };
    calendar::put(&change.tx, &cmd.table, desk.now).await?;
    change.finish("ImportCalendar", &format!("calendar:{year}"), Touches::Nothing).await?;
    Ok(year)
}

/// Puts the shipped years and deadline profiles into a database that lacks them; what somebody
/// changed stays. One cheap statement when there is nothing to do. Two processes may do it at once.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses; nothing is saved then.
pub async fn seed(db: &DatabaseConnection, now: DateTime<Utc>) -> Result<(), StoreError> {
    let there = calendar::years(db).await?;
    let missing: Vec<_> =
        shipped().into_iter().filter(|table| !there.contains(&table.year())).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let tx = tx::begin(db).await?;
    for table in &missing {
        calendar::put_if_absent(&tx, table, now).await?;
    }
    for profile in deadline::shipped() {
        profiles::put_if_absent(&tx, &profile, profile.name == DEFAULT_PROFILE).await?;
    }
    tx::commit(tx).await
}

/// The years that come with the program, in order.
pub fn shipped() -> Vec<CalendarYear> {
    // The table holds no quotes and every year passes its checks, which a test shows.
    let rows: Vec<Vec<&str>> =
        WORKDAYS.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let mut years: Vec<i32> = rows.iter().filter_map(|row| row.first()?.parse().ok()).collect();
    years.dedup();
    years.into_iter().filter_map(|year| table(year, &rows).ok()).collect()
}

fn table(year: i32, rows: &[Vec<&str>]) -> Result<CalendarYear, CalendarError> {
    let number = year.to_string();
    let of_year = || rows.iter().filter(|row| row.first() == Some(&number.as_str()));
    let days = of_year().filter_map(|row| {
        Some(CalendarDay {
            date: row.get(1)?.parse().ok()?,
            is_working: *row.get(2)? == "workday",
            name: (*row.get(3)?).to_owned(),
        })
    });
    let source = of_year().find_map(|row| row.get(4)).map_or("", |source| source);
    CalendarYear::new(year, days, OfficeHours::default(), source.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_shipped_table_is_read() {
        assert!(!WORKDAYS.contains('"'));
        let shipped = shipped();
        let years: Vec<_> = shipped
            .iter()
            .map(|table| (table.year(), table.days().count(), table.source()))
            .collect();
        assert_eq!(
            years,
            [
                (2024, 36, "国办发明电〔2023〕7号"),
                (2025, 33, "国办发明电〔2024〕12号"),
                (2026, 39, "国办发明电〔2025〕7号")
            ]
        );
        assert_eq!(WORKDAYS.lines().count(), 1 + 36 + 33 + 39);
    }

    #[tokio::test]
    async fn an_empty_database_is_filled_once_and_what_was_changed_stays() {
        let db = lianmeng_testkit::database().await;
        let now = DateTime::UNIX_EPOCH;
        seed(&db, now).await.unwrap();
        assert_eq!(calendar::years(&db).await.unwrap(), [2024, 2025, 2026]);
        assert_eq!(profiles::all(&db).await.unwrap().len(), 3);
        let hours = OfficeHours::parse(&["08:30-17:00"]).unwrap();
        let own = CalendarYear::new(
            2026,
            shipped()[2].days().cloned().collect::<Vec<_>>(),
            hours,
            "自定".to_owned(),
        );
        calendar::put(&db, &own.unwrap(), now).await.unwrap();
        profiles::set_default(&db, "PLAIN_DAYS").await.unwrap();
        seed(&db, now).await.unwrap();
        let kept = calendar::find(&db, 2026).await.unwrap().unwrap();
        assert_eq!(kept.table.source(), "自定");
        let default = profiles::of_committee(&db, None).await.unwrap().unwrap();
        assert_eq!(default.profile.name, "PLAIN_DAYS");
    }
}
