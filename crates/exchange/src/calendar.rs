//! Working-day calendars: the table of a year as CSV, TOML or JSON.
//!
//! CSV has a row for each day that differs from the week: `date`, `kind` (`holiday` or `workday`) and,
//! if wanted, `name`, `year` and `source`; the Chinese headers 日期, 类型 (放假 or 上班), 名称, 年份 and
//! 来源 will do. TOML and JSON have `year`, `days` with `name`, `date` and `isOffDay`, and, if wanted,
//! `hours` and `source`; that is the layout of the public collection holiday-cn.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};
use lianmeng_domain::calendar::{CalendarDay, CalendarError, CalendarYear, OfficeHours};
use lianmeng_domain::draft::Table;
use serde::Deserialize;
use thiserror::Error;

use crate::{ReadError, csv, decode};

/// Why a calendar could not be read.
#[derive(Debug, Error)]
pub enum CalendarFileError {
    /// The file itself.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A CSV file without a column it needs.
    #[error(
        "{file} has no column {column}; a calendar has date, kind (holiday or workday) and name"
    )]
    Column {
        /// The file.
        file: String,
        /// The column.
        column: &'static str,
    },
    /// A cell that does not parse.
    #[error("{file}, row {row}: {value:?} is no {what}")]
    Cell {
        /// The file.
        file: String,
        /// The row in the file.
        row: u32,
        /// What stands there, cut to 40 characters.
        value: String,
        /// What should.
        what: &'static str,
    },
    /// A TOML or JSON file of another layout.
    #[error("{file}: {reason}")]
    Layout {
        /// The file.
        file: String,
        /// What the reader says.
        reason: String,
    },
    /// A table that cannot be.
    #[error("{file}: {reason}")]
    Rule {
        /// The file.
        file: String,
        /// Why not.
        reason: CalendarError,
    },
}

/// What a file leaves open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    /// Office hours in place of those of the file.
    pub hours: Option<OfficeHours>,
    /// Where it was published, in place of what the file says.
    pub source: Option<String>,
}

/// A year in TOML or JSON.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct YearFile {
    year: i32,
    days: Vec<DayFile>,
    #[serde(default)]
    hours: Option<Vec<String>>,
    #[serde(default)]
    source: Option<String>,
    /// Addresses of the notices, in holiday-cn.
    #[serde(default)]
    papers: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DayFile {
    #[serde(default)]
    name: String,
    date: String,
    #[serde(alias = "is_off_day")]
    is_off_day: bool,
}

/// A year before its checks.
#[derive(Debug, Default)]
struct Draft {
    days: Vec<CalendarDay>,
    hours: Option<Vec<String>>,
    source: Option<String>,
}

/// The years in the bytes of a file, whose name says of what kind it is, in order.
///
/// # Errors
///
/// See [`CalendarFileError`].
pub fn years(
    file: &str,
    bytes: &[u8],
    given: &Given,
) -> Result<Vec<CalendarYear>, CalendarFileError> {
    let kind = file.rsplit_once('.').map(|(_, kind)| kind.to_lowercase()).unwrap_or_default();
    let drafts = if kind == "csv" {
        of_table(&csv::table(file, bytes)?)?
    } else {
        let text = decode::text(file, bytes)?;
        let layout = |reason: String| CalendarFileError::Layout { file: file.to_owned(), reason };
        let year: YearFile = if kind == "toml" {
            toml::from_str(&text).map_err(|error| layout(error.to_string()))?
        } else if kind == "json" {
            serde_json::from_str(&text).map_err(|error| layout(error.to_string()))?
        } else {
            return Err(layout("a calendar is a .csv, .toml or .json file".to_owned()));
        };
        of_file(file, year)?
    };
    let rule = |reason| CalendarFileError::Rule { file: file.to_owned(), reason };
    drafts.into_iter().map(|(year, draft)| finish(year, draft, given).map_err(rule)).collect()
}

fn finish(year: i32, draft: Draft, given: &Given) -> Result<CalendarYear, CalendarError> {
    let hours = match (&given.hours, draft.hours) {
        (Some(hours), _) => hours.clone(),
        (None, Some(texts)) => OfficeHours::parse(&texts)?,
        (None, None) => OfficeHours::default(),
    };
    let source = given.source.clone().or(draft.source).unwrap_or_default();
    CalendarYear::new(year, draft.days, hours, source)
}

fn of_file(file: &str, year: YearFile) -> Result<BTreeMap<i32, Draft>, CalendarFileError> {
    let mut draft = Draft {
        days: Vec::new(),
        hours: year.hours,
        source: year.source.or_else(|| year.papers.first().cloned()),
    };
    for (row, day) in (1..).zip(year.days) {
        let date = date(&day.date).ok_or_else(|| cell(file, row, &day.date, "day"))?;
        draft.days.push(CalendarDay { date, is_working: !day.is_off_day, name: day.name });
    }
    Ok([(year.year, draft)].into())
}

fn of_table(table: &Table) -> Result<BTreeMap<i32, Draft>, CalendarFileError> {
    let file = table.file();
    let column = |names: [&str; 2]| {
        let is_it = |header: &String| names.contains(&header.trim().to_lowercase().as_str());
        table.headers().iter().position(is_it)
    };
    let need = |names: [&'static str; 2]| {
        let missing = || CalendarFileError::Column { file: file.to_owned(), column: names[0] };
        column(names).ok_or_else(missing)
    };
    let (dates, kinds) = (need(["date", "日期"])?, need(["kind", "类型"])?);
    let (names, years) = (column(["name", "名称"]), column(["year", "年份"]));
    let sources = column(["source", "来源"]);
    let mut drafts = BTreeMap::<i32, Draft>::new();
    for row in 0..table.len() {
        let text = |column: usize| table.cell(row, column).trim();
        let number = table.number(row);
        let wrong = |column, what| cell(file, number, text(column), what);
        let date = date(text(dates)).ok_or_else(|| wrong(dates, "day"))?;
        let is_working = match text(kinds) {
            "holiday" | "放假" => false,
            "workday" | "上班" => true,
            _ => return Err(wrong(kinds, "kind; write holiday or workday")),
        };
        let year = match years {
            Some(years) => text(years).parse().map_err(|_| wrong(years, "year"))?,
            None => date.year(),
        };
        let draft = drafts.entry(year).or_default();
        let name = names.map(text).unwrap_or_default().to_owned();
        draft.days.push(CalendarDay { date, is_working, name });
        let source = sources.map(text).filter(|source| !source.is_empty());
        draft.source = draft.source.take().or_else(|| source.map(str::to_owned));
    }
    Ok(drafts)
}

fn date(text: &str) -> Option<NaiveDate> {
    text.trim().parse().ok()
}

fn cell(file: &str, row: u32, value: &str, what: &'static str) -> CalendarFileError {
    let value = value.chars().take(40).collect();
    CalendarFileError::Cell { file: file.to_owned(), row, value, what }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &str, text: &str) -> Result<Vec<CalendarYear>, String> {
        years(file, text.as_bytes(), &Given::default()).map_err(|error| error.to_string())
    }

    #[test]
    fn the_same_year_is_read_from_csv_toml_and_json() {
        let csv =
            read("a.csv", "date,kind,name\n2027-01-01,holiday,元旦\n2027-01-03,workday,元旦\n");
        let chinese =
            read("甲.CSV", "日期,类型,名称\n2027-01-01,放假,元旦\n2027-01-03,上班,元旦\n");
        let json = read(
            "2027.json",
            r#"{"$schema": "x", "year": 2027, "papers": [], "days": [
                {"name": "元旦", "date": "2027-01-01", "isOffDay": true},
                {"name": "元旦", "date": "2027-01-03", "isOffDay": false}]}"#,
        );
        let toml = read(
            "2027.toml",
            "year = 2027\n[[days]]\nname = '元旦'\ndate = '2027-01-01'\nisOffDay = true\n\
             [[days]]\nname = '元旦'\ndate = '2027-01-03'\nis_off_day = false\n",
        );
        let want = csv.clone().unwrap();
        assert_eq!((want.len(), want[0].year(), want[0].days().count()), (1, 2027, 2));
        assert_eq!([chinese, json, toml], [csv.clone(), csv.clone(), csv]);
    }

    #[test]
    fn the_shipped_table_can_be_imported() {
        let years = read("workdays.csv", include_str!("../../../codes/workdays.csv")).unwrap();
        let years: Vec<_> = years.iter().map(|year| (year.year(), year.source())).collect();
        assert_eq!(years[2], (2026, "国办发明电〔2025〕7号"));
        assert_eq!(years.len(), 3);
    }

    #[test]
    fn office_hours_and_source_come_from_the_file_or_are_given() {
        let text = r#"{"year": 2027, "hours": ["08:30-12:00", "13:30-17:00"], "source": "通知",
            "days": [{"date": "2027-01-01", "isOffDay": true}]}"#;
        let year = read("a.json", text).unwrap().swap_remove(0);
        assert_eq!(year.hours().texts(), ["08:30-12:00", "13:30-17:00"]);
        assert_eq!(year.source(), "通知");
        let hours = Some(OfficeHours::default());
        let given = Given { hours, source: Some("别处".to_owned()) };
        let year = years("a.json", text.as_bytes(), &given).unwrap().swap_remove(0);
        assert_eq!((year.hours(), year.source()), (&OfficeHours::default(), "别处"));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let cases = [
            (
                "a.csv",
                "date,name\n2027-01-01,x\n",
                "a.csv has no column kind; a calendar has date, kind (holiday or workday) and name",
            ),
            ("a.csv", "date,kind\n2027-13-01,holiday\n", "a.csv, row 2: \"2027-13-01\" is no day"),
            (
                "a.csv",
                "date,kind\n2027-01-01,rest\n",
                "a.csv, row 2: \"rest\" is no kind; write holiday or workday",
            ),
            (
                "a.csv",
                "date,kind\n2027-01-01,holiday\n2027-01-04,workday\n",
                "a.csv: 2027-01-04 is a Mon and works anyway; a swapped working day falls on a weekend",
            ),
            ("a.txt", "x", "a.txt: a calendar is a .csv, .toml or .json file"),
        ];
        for (file, text, want) in cases {
            assert_eq!(read(file, text), Err(want.to_owned()));
        }
        let error = read("a.json", "{\"year\": 2027}").unwrap_err();
        assert!(error.starts_with("a.json: missing field `days`"), "{error}");
    }
}
