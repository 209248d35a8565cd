//! Working days and office hours 工作日历: which days work, swapped ones 调休 included, and what
//! "three working days" means to the minute.
//!
//! Every year is a table that somebody loaded: the State Council decides the swaps of a year in the
//! autumn before it, so no rule can know them. A year that is not loaded is an error.
//!
//! What the spans mean, and why:
//!
//! - *Working hours* pass only while the office is open. Before it opens, at lunch, after hours and on
//!   days off the clock waits. A span ends at the earliest moment by which it has passed, so that what
//!   ends with the office day ends at 18:00 and not at nine the next morning.
//! - *Working days* follow article 201 and 203 of the Civil Code 民法典: the day it begins is not
//!   counted, whatever its hour and whether it works or not, and the last day ends when the office
//!   closes. One working day from Friday 08:00, 12:30 or 23:59, or from Saturday, all end on Monday
//!   at 18:00: nobody wins or loses a day by the minute of dispatch.
//!
//! All of China keeps one time, UTC+8 without summer time since 1992.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use chrono::{Timelike as _, Weekday};
use thiserror::Error;

/// China's distance from UTC.
const CHINA: TimeDelta = TimeDelta::hours(8);
/// Minutes of a day.
const DAY_MINUTES: u16 = 24 * 60;
/// Most intervals of office hours in a day.
const MAX_INTERVALS: usize = 8;

/// Why a calendar cannot be taken, or asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CalendarError {
    /// Asked about a year nobody loaded.
    #[error(
        "the working-day calendar of {year} is not loaded; an administrator imports the official table with `lianmeng calendar import FILE` or the mutation workCalendarImport"
    )]
    YearNotLoaded {
        /// The year.
        year: i32,
    },
    /// A year outside of those that can be.
    #[error("year {0} is out of range; years go from 1992 to 9998")]
    YearRange(i32),
    /// Office hours that are no hours.
    #[error(
        "office hours {text:?}: {reason}; write them as 09:00-12:00, up to 8 intervals, in order and apart"
    )]
    Hours {
        /// As given, cut to 60 characters.
        text: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// A day of another year.
    #[error("{date} is no day of {year}, nor of December before it")]
    OtherYear {
        /// The day.
        date: NaiveDate,
        /// The year of the table.
        year: i32,
    },
    /// A day that stands twice.
    #[error("{date} stands twice")]
    DayTwice {
        /// The day.
        date: NaiveDate,
    },
    /// A working day that would work anyway.
    #[error("{date} is a {} and works anyway; a swapped working day falls on a weekend", date.weekday())]
    OrdinaryWorkday {
        /// The day.
        date: NaiveDate,
    },
    /// A table without a holiday, which no year has.
    #[error("the table of {year} names no holiday; import the official one")]
    NoHoliday {
        /// The year.
        year: i32,
    },
}

/// One interval of office hours, in minutes of the local day: from `opens`, before `closes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Interval {
    opens: u16,
    closes: u16,
}

/// Office hours of a working day: one or more intervals, in order and apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficeHours(Vec<Interval>);

impl Default for OfficeHours {
    /// 09:00-12:00 and 14:00-18:00.
    fn default() -> Self {
        let interval =
            |opens: u16, closes: u16| Interval { opens: opens * 60, closes: closes * 60 };
        Self(vec![interval(9, 12), interval(14, 18)])
    }
}

impl OfficeHours {
    /// Hours from texts such as `09:00-12:00`; `24:00` is the end of the day.
    ///
    /// # Errors
    ///
    /// [`CalendarError::Hours`] for a text that is no interval, for none or too many, and for
    /// intervals that are empty, overlap or stand out of order.
    pub fn parse<T: AsRef<str>>(texts: &[T]) -> Result<Self, CalendarError> {
        let all = || texts.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(" ");
        let wrong =
            |reason| CalendarError::Hours { text: all().chars().take(60).collect(), reason };
        if texts.is_empty() || texts.len() > MAX_INTERVALS {
            return Err(wrong("there must be 1 to 8 intervals"));
        }
        let mut intervals: Vec<Interval> = Vec::with_capacity(texts.len());
        for text in texts {
            let interval = interval(text.as_ref()).ok_or_else(|| wrong("that is no interval"))?;
            if interval.opens >= interval.closes {
                return Err(wrong("an interval ends after it begins"));
            }
            if intervals.last().is_some_and(|last| last.closes >= interval.opens) {
                return Err(wrong("each interval begins after the one before has ended"));
            }
            intervals.push(interval);
        }
        Ok(Self(intervals))
    }

    /// The intervals as texts, in order.
    pub fn texts(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }

    /// Minutes of work in a working day.
    pub fn minutes(&self) -> u32 {
        self.0.iter().map(|interval| u32::from(interval.closes - interval.opens)).sum()
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { opens, closes } = self;
        write!(f, "{:02}:{:02}-{:02}:{:02}", opens / 60, opens % 60, closes / 60, closes % 60)
    }
}

fn interval(text: &str) -> Option<Interval> {
    let (opens, closes) = text.split_once('-')?;
    Some(Interval { opens: minute(opens)?, closes: minute(closes)? })
}

fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let is_plain = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_plain(hour) || !is_plain(minute) {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let of_day = hour * 60 + minute;
    (minute < 60 && of_day <= DAY_MINUTES).then_some(of_day)
}

/// A day that differs from the week: a holiday, or a weekend day that works 调休.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarDay {
    /// The day.
    pub date: NaiveDate,
    /// Whether it works.
    pub is_working: bool,
    /// The holiday it belongs to, such as 春节; may be empty.
    pub name: String,
}

/// The table of one year, as an administrator imported it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarYear {
    year: i32,
    days: BTreeMap<NaiveDate, CalendarDay>,
    hours: OfficeHours,
    source: String,
}

impl CalendarYear {
    /// The table of `year`: its days in any order, office hours, and where it was published.
    ///
    /// Days of December before it may stand in it too: the notice of a year sometimes swaps the
    /// weekend before New Year, and then it is the later word.
    ///
    /// # Errors
    ///
    /// A year out of range, a day of another year or given twice, a swapped working day that is no
    /// weekend day, a table without a holiday.
    pub fn new(
        year: i32,
        days: impl IntoIterator<Item = CalendarDay>,
        hours: OfficeHours,
        source: String,
    ) -> Result<Self, CalendarError> {
        if !(1992..=9998).contains(&year) {
            return Err(CalendarError::YearRange(year));
        }
        let mut table = BTreeMap::new();
        for day in days {
            let date = day.date;
            let is_before = date.year() == year - 1 && date.month() == 12;
            if date.year() != year && !is_before {
                return Err(CalendarError::OtherYear { date, year });
            }
            if day.is_working && !is_weekend(date) {
                return Err(CalendarError::OrdinaryWorkday { date });
            }
            if table.insert(date, day).is_some() {
                return Err(CalendarError::DayTwice { date });
            }
        }
        if table.values().all(|day| day.is_working || day.date.year() != year) {
            return Err(CalendarError::NoHoliday { year });
        }
        Ok(Self { year, days: table, hours, source })
    }

    /// The year.
    pub const fn year(&self) -> i32 {
        self.year
    }

    /// Its days that differ from the week, in order.
    pub fn days(&self) -> impl Iterator<Item = &CalendarDay> {
        self.days.values()
    }

    /// Office hours of its working days.
    pub const fn hours(&self) -> &OfficeHours {
        &self.hours
    }

    /// Where it was published.
    pub fn source(&self) -> &str {
        &self.source
    }
}

fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

/// The loaded years.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkCalendar(BTreeMap<i32, CalendarYear>);

impl FromIterator<CalendarYear> for WorkCalendar {
    fn from_iter<T: IntoIterator<Item = CalendarYear>>(years: T) -> Self {
        Self(years.into_iter().map(|year| (year.year, year)).collect())
    }
}

impl WorkCalendar {
    /// Whether people work on `date`, a local day.
    ///
    /// # Errors
    ///
    /// [`CalendarError::YearNotLoaded`].
    pub fn is_working_day(&self, date: NaiveDate) -> Result<bool, CalendarError> {
        let year = self.year(date)?;
        let later = self.0.get(&(date.year() + 1)).and_then(|year| year.days.get(&date));
        let day = later.or_else(|| year.days.get(&date));
        Ok(day.map_or_else(|| !is_weekend(date), |day| day.is_working))
    }

    /// What is special about `date`: a holiday, or a weekend day that works; the word of the following
    /// year counts for its December. None for a day like any other, and for years not loaded.
    pub fn special(&self, date: NaiveDate) -> Option<&CalendarDay> {
        let of = |year: i32| self.0.get(&year).and_then(|year| year.days.get(&date));
        of(date.year() + 1).or_else(|| of(date.year()))
    }

    /// Whether the office is open at `moment`: from the minute it opens, before the one it closes.
    ///
    /// # Errors
    ///
    /// [`CalendarError::YearNotLoaded`].
    pub fn is_working(&self, moment: DateTime<Utc>) -> Result<bool, CalendarError> {
        let local = local(moment);
        let open = self.open_on(local.date())?;
        Ok(open.iter().any(|(opens, closes)| (*opens..*closes).contains(&local)))
    }

    /// The earliest moment by which `minutes` of working time have passed since `from`.
    ///
    /// # Errors
    ///
    /// [`CalendarError::YearNotLoaded`] for the first year on the way that is not.
    pub fn add_minutes(
        &self,
        from: DateTime<Utc>,
        minutes: u32,
    ) -> Result<DateTime<Utc>, CalendarError> {
        let mut left = TimeDelta::minutes(minutes.into());
        if left.is_zero() {
            return Ok(from);
        }
        let from = local(from);
        let mut date = from.date();
        loop {
            for (opens, closes) in self.open_on(date)? {
                let start = opens.max(from);
                let room = closes - start;
                if room >= left {
                    return Ok(utc(start + left));
                }
                left -= room.max(TimeDelta::zero());
            }
            date = following(date);
        }
    }

    /// The moment at which the office closes on the last of `days` working days after the day of
    /// `from`, which is not counted; `from` itself for none.
    ///
    /// # Errors
    ///
    /// As [`WorkCalendar::add_minutes`].
    pub fn add_days(&self, from: DateTime<Utc>, days: u32) -> Result<DateTime<Utc>, CalendarError> {
        let mut date = local(from).date();
        let mut end = from;
        let mut left = days;
        while left > 0 {
            date = following(date);
            if let Some((_, closes)) = self.open_on(date)?.last() {
                end = utc(*closes);
                left -= 1;
            }
        }
        Ok(end)
    }

    /// Working time between two moments; none if `until` is not after `from`.
    ///
    /// # Errors
    ///
    /// As [`WorkCalendar::add_minutes`].
    pub fn working_time(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<TimeDelta, CalendarError> {
        let (from, until) = (local(from), local(until));
        let mut sum = TimeDelta::zero();
        let mut date = from.date();
        while date <= until.date() {
            for (opens, closes) in self.open_on(date)? {
                sum += (closes.min(until) - opens.max(from)).max(TimeDelta::zero());
            }
            date = following(date);
        }
        Ok(sum)
    }

    /// Whole minutes of working time between two moments.
    ///
    /// # Errors
    ///
    /// As [`WorkCalendar::add_minutes`].
    pub fn minutes_between(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<i64, CalendarError> {
        Ok(self.working_time(from, until)?.num_minutes())
    }

    /// Working days after the day of `from`, up to the day of `until`.
    ///
    /// # Errors
    ///
    /// As [`WorkCalendar::add_minutes`].
    pub fn days_between(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<u32, CalendarError> {
        let last = local(until).date();
        let mut date = local(from).date();
        let mut days = 0;
        while date < last {
            date = following(date);
            days += u32::from(self.is_working_day(date)?);
        }
        Ok(days)
    }

    fn year(&self, date: NaiveDate) -> Result<&CalendarYear, CalendarError> {
        let year = date.year();
        self.0.get(&year).ok_or(CalendarError::YearNotLoaded { year })
    }

    /// When the office opens and closes on a local day; nothing on a day off.
    fn open_on(
        &self,
        date: NaiveDate,
    ) -> Result<Vec<(NaiveDateTime, NaiveDateTime)>, CalendarError> {
        if !self.is_working_day(date)? {
            return Ok(Vec::new());
        }
        let midnight = date.and_time(NaiveTime::MIN);
        let at = |minute: u16| midnight + TimeDelta::minutes(minute.into());
        let intervals = &self.year(date)?.hours.0;
        Ok(intervals.iter().map(|i| (at(i.opens), at(i.closes))).collect())
    }
}

/// The local time at `moment`.
pub fn local(moment: DateTime<Utc>) -> NaiveDateTime {
    moment.naive_utc() + CHINA
}

/// The moment of a local time.
pub fn utc(local: NaiveDateTime) -> DateTime<Utc> {
    (local - CHINA).and_utc()
}

/// The moment at which the local day `days` after that of `from` is over: 24:00.
pub fn end_of_day(from: DateTime<Utc>, days: u32) -> DateTime<Utc> {
    let midnight = local(from).date().and_time(NaiveTime::MIN);
    utc(midnight + TimeDelta::days(i64::from(days) + 1))
}

/// A local time as people read it, such as `2026-03-02 09:00`.
pub fn text(moment: DateTime<Utc>) -> String {
    let local = local(moment);
    let seconds = if local.second() == 0 { "" } else { ":%S" };
    local.format(&format!("%Y-%m-%d %H:%M{seconds}")).to_string()
}

fn following(date: NaiveDate) -> NaiveDate {
    // Loaded years end long before the calendar does.
    date.succ_opt().unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
pub(crate) mod tests;
