//! Working-day calendars in GraphQL. Everyone may know which days work.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use lianmeng_app::calendar::{self as app, CalendarCommandError, ImportYear};
use lianmeng_domain::calendar::{CalendarDay, CalendarError, CalendarYear, OfficeHours};
use lianmeng_store::calendar::{self as store, LoadedYear};

use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::scalars::Day;
use crate::scope::Scope;

/// A year of the calendar as clients see it.
#[derive(Debug)]
pub struct WorkCalendarNode(LoadedYear);

/// The working-day calendar (工作日历) of a year, as the State Council published it and an
/// administrator imported it.
#[Object(name = "WorkCalendar")]
impl WorkCalendarNode {
    /// The year.
    async fn year(&self) -> i32 {
        self.0.table.year()
    }

    /// Days that differ from the week, in order: holidays, and weekend days that work (调休). A few
    /// may lie in December of the year before.
    async fn days(&self) -> Vec<WorkCalendarDay> {
        let day = |day: &CalendarDay| WorkCalendarDay {
            date: Day(day.date),
            is_working: day.is_working,
            name: Some(day.name.clone()).filter(|name| !name.is_empty()),
        };
        self.0.table.days().map(day).collect()
    }

    /// Office hours (办公时间) of a working day, China's local time, such as 09:00-12:00; in order.
    async fn office_hours(&self) -> Vec<String> {
        self.0.table.hours().texts()
    }

    /// Where it was published; null if nobody said.
    async fn source(&self) -> Option<&str> {
        Some(self.0.table.source()).filter(|source| !source.is_empty())
    }

    /// When it was imported.
    async fn imported_at(&self) -> DateTime<Utc> {
        self.0.imported_at
    }
}

/// A day that differs from the week.
#[derive(Debug, SimpleObject)]
pub struct WorkCalendarDay {
    /// The day, China's local date.
    date: Day,
    /// Whether people work on it.
    is_working: bool,
    /// The holiday it belongs to, such as 春节; null if nobody said.
    name: Option<String>,
}

/// A day that differs from the week.
#[derive(Debug, InputObject)]
pub struct WorkCalendarDayInput {
    /// The day, China's local date.
    date: Day,
    /// Whether people work on it: true only for weekend days (调休).
    is_working: bool,
    /// The holiday it belongs to, such as 春节.
    #[graphql(validator(max_length = 40))]
    name: Option<String>,
}

/// Input of `workCalendarImport`.
#[derive(Debug, InputObject)]
pub struct WorkCalendarImportInput {
    /// The year, 1992 to 9998.
    year: i32,
    /// Its days that differ from the week, at most 100; at least one holiday.
    #[graphql(validator(max_items = 100))]
    days: Vec<WorkCalendarDayInput>,
    /// Office hours, China's local time, in order and apart; 09:00-12:00 and 14:00-18:00 if absent.
    #[graphql(validator(max_items = 8))]
    office_hours: Option<Vec<String>>,
    /// Where it was published, such as 国办发明电〔2025〕7号.
    #[graphql(validator(max_length = 200))]
    source: Option<String>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

impl WorkCalendarImportInput {
    fn into_table(self) -> Result<CalendarYear, CalendarError> {
        let hours = match &self.office_hours {
            Some(texts) => OfficeHours::parse(texts)?,
            None => OfficeHours::default(),
        };
        let days = self.days.into_iter().map(|day| CalendarDay {
            date: day.date.date(),
            is_working: day.is_working,
            name: day.name.unwrap_or_default(),
        });
        CalendarYear::new(self.year, days, hours, self.source.unwrap_or_default())
    }
}

/// A calendar, or why not.
#[derive(Debug, SimpleObject)]
pub struct WorkCalendarPayload {
    /// The calendar after the import; null if it was refused.
    calendar: Option<WorkCalendarNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

/// Queries about working days.
#[derive(Debug, Default)]
pub struct CalendarQuery;

#[Object]
impl CalendarQuery {
    /// The working-day calendar of a year; null if it is not loaded.
    async fn work_calendar(
        &self,
        ctx: &Context<'_>,
        year: i32,
    ) -> Result<Option<WorkCalendarNode>> {
        Ok(store::find(&Scope::of(ctx)?.desk.db, year).await?.map(WorkCalendarNode))
    }

    /// Years whose working-day calendar is loaded, in order.
    async fn work_calendar_years(&self, ctx: &Context<'_>) -> Result<Vec<i32>> {
        Ok(store::years(&Scope::of(ctx)?.desk.db).await?)
    }
}

/// Changes of working-day calendars.
#[derive(Debug, Default)]
pub struct CalendarMutation;

#[Object]
impl CalendarMutation {
    /// Imports the official table of a year, in place of the one there is. Coordinators and
    /// administrators. Deadlines that were given stay.
    async fn work_calendar_import(
        &self,
        ctx: &Context<'_>,
        input: WorkCalendarImportInput,
    ) -> Result<WorkCalendarPayload> {
        let scope = Scope::of(ctx)?;
        let refused = |error| WorkCalendarPayload { calendar: None, errors: vec![error] };
        let request_key = input.request_key.clone();
        let table = match input.into_table() {
            Ok(table) => table,
            Err(error) => return Ok(refused(rule_error(&error))),
        };
        let cmd = ImportYear { table, request_key };
        match app::import(&scope.desk, &scope.actor, &cmd).await {
            Ok(year) => {
                let calendar = store::find(&scope.desk.db, year).await?.map(WorkCalendarNode);
                Ok(WorkCalendarPayload { calendar, errors: Vec::new() })
            }
            Err(error) => Ok(refused(user_error(error)?)),
        }
    }
}

fn rule_error(error: &CalendarError) -> UserError {
    let field = match error {
        CalendarError::YearNotLoaded { .. } | CalendarError::YearRange(_) => "year",
        CalendarError::Hours { .. } => "officeHours",
        CalendarError::OtherYear { .. }
        | CalendarError::DayTwice { .. }
        | CalendarError::OrdinaryWorkday { .. }
        | CalendarError::NoHoliday { .. } => "days",
    };
    UserError::new(ErrorCode::Invalid, error, Some(field))
}

fn user_error(error: CalendarCommandError) -> Result<UserError, ApiError> {
    match error {
        CalendarCommandError::NotFound => {
            Ok(UserError::new(ErrorCode::NotFound, error, Some("year")))
        }
        CalendarCommandError::Command(error) => command_error(error),
    }
}
