//! Working days, deadlines and the simulated month on the command line.
#![expect(clippy::doc_markdown, reason = "these comments are the help people read on a terminal")]

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum CalendarCommand {
    /// Import the official table of a year, in place of the one there is.
    ///
    /// FILE is CSV (date, kind = holiday or workday, name), or TOML or JSON (year, days with date,
    /// name and isOffDay, as in the collection holiday-cn). One file may hold several years as CSV.
    Import(CalendarImportArgs),
    /// List the years that are loaded.
    List,
    /// Show the days of a year that differ from the week, and its office hours.
    Show {
        /// The year.
        year: i32,
    },
    /// Say by when a need would have to be responded to and answered.
    Due(CalendarDueArgs),
}

#[derive(Debug, Args)]
pub(crate) struct CalendarImportArgs {
    /// The table: .csv, .toml or .json.
    pub(crate) file: PathBuf,
    /// Office hours, China's local time, as in 09:00-12:00,14:00-18:00.
    #[arg(long, value_delimiter = ',', value_name = "HH:MM-HH:MM")]
    pub(crate) hours: Vec<String>,
    /// Where it was published.
    #[arg(long)]
    pub(crate) source: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct CalendarDueArgs {
    /// When it is dispatched: China's local time, as in "2026-03-02 09:00"; now if absent.
    pub(crate) from: Option<String>,
    /// Kind of need, as in policy or talent.
    #[arg(long, default_value = "other")]
    pub(crate) kind: String,
    /// Deadline profile; the default one if absent.
    #[arg(long)]
    pub(crate) profile: Option<String>,
    /// Print one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SimulateArgs {
    /// Days to live through.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=366))]
    pub(crate) days: u32,
    /// Seed of the random choices; the same seed gives the same days.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Deadline profile: ZHUHAI_124, SHENZHEN_2020 or PLAIN_DAYS.
    #[arg(long, default_value = "ZHUHAI_124")]
    pub(crate) profile: String,
    /// First day; its year must be one that comes with the program.
    #[arg(long, default_value = "2026-03-02")]
    pub(crate) from: NaiveDate,
    /// Needs on an average day.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) needs_per_day: u32,
    /// Units that answer.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(2..=1_000))]
    pub(crate) units: u32,
    /// Answers that come late, in percent.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(0..=100))]
    pub(crate) late: u32,
    /// Needs that units send back, in percent.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(0..=100))]
    pub(crate) send_backs: u32,
    /// Answers rated poorly, in percent.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(0..=100))]
    pub(crate) poor: u32,
    /// Print a line of JSON for each day and one for all.
    #[arg(long)]
    pub(crate) json: bool,
}
