//! `lianmeng calendar`: working days, office hours, and what a deadline comes to.

use std::process::ExitCode;

use anyhow::Context as _;
use chrono::{DateTime, NaiveDateTime, Utc};
use comfy_table::{Table, presets};
use lianmeng_app::calendar::{self as app, ImportYear};
use lianmeng_app::desk::Desk;
use lianmeng_domain::calendar::{self as time, CalendarYear, OfficeHours};
use lianmeng_domain::ids::AuditId;
use lianmeng_domain::need::NeedKind;
use lianmeng_exchange::calendar::{self as exchange, Given};
use lianmeng_store::{calendar as store, deadline as profiles};

use crate::args::time::{CalendarCommand, CalendarDueArgs, CalendarImportArgs};
use crate::config::Config;
use crate::user::administrator;
use crate::{print, wire};

/// Largest calendar file.
const MAX_BYTES: u64 = 1 << 20;

/// Runs one of the commands.
pub(crate) async fn run(config: &Config, command: CalendarCommand) -> anyhow::Result<ExitCode> {
    let desk = wire::office(config).await?.desk();
    match command {
        CalendarCommand::Import(args) => import(&desk, args).await?,
        CalendarCommand::List => {
            let years = store::years(&desk.db).await?;
            print::text(&years.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
        }
        CalendarCommand::Show { year } => {
            let found = store::find(&desk.db, year).await?;
            let found = found.with_context(|| {
                format!("the working-day calendar of {year} is not loaded; `lianmeng calendar import FILE` loads one")
            })?;
            print::text(&shown(&found.table));
        }
        CalendarCommand::Due(args) => due(&desk, &args).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn import(desk: &Desk, args: CalendarImportArgs) -> anyhow::Result<()> {
    let shown = args.file.display().to_string();
    let size = std::fs::metadata(&args.file).with_context(|| format!("{shown} cannot be read"))?;
    anyhow::ensure!(size.len() <= MAX_BYTES, "{shown} is larger than a calendar can be");
    let bytes = std::fs::read(&args.file).with_context(|| format!("{shown} cannot be read"))?;
    let hours = match args.hours.as_slice() {
        [] => None,
        texts => Some(OfficeHours::parse(texts)?),
    };
    let years = exchange::years(&shown, &bytes, &Given { hours, source: args.source })?;
    for table in years {
        let request_key = desk.mint::<AuditId>().to_string();
        let days = table.days().count();
        let year = app::import(desk, &administrator(), &ImportYear { table, request_key }).await?;
        print::text(&format!("{year}: {days} days that differ from the week"));
    }
    Ok(())
}

/// A year as a table, with its office hours and where it comes from.
fn shown(year: &CalendarYear) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["date", "weekday", "kind", "name"]);
    for day in year.days() {
        let kind = if day.is_working { "workday" } else { "holiday" };
        let weekday = day.date.format("%a").to_string();
        table.add_row([day.date.to_string(), weekday, kind.to_owned(), day.name.clone()]);
    }
    let hours = year.hours().texts().join(" ");
    format!("{table}\n\noffice hours {hours}\nsource {}", year.source())
}

async fn due(desk: &Desk, args: &CalendarDueArgs) -> anyhow::Result<()> {
    let from = match &args.from {
        Some(text) => moment(text)?,
        None => desk.now,
    };
    let kind = NeedKind::from_word(&args.kind).with_context(|| {
        let words: Vec<_> = NeedKind::ALL.iter().map(|kind| kind.word()).collect();
        format!("{:?} is no kind of need; choose one of {}", args.kind, words.join(", "))
    })?;
    let kept = match &args.profile {
        Some(name) => profiles::find(&desk.db, name).await?,
        None => profiles::of_committee(&desk.db, None).await?,
    };
    let kept = kept.with_context(|| {
        format!("there is no deadline profile {:?}", args.profile.as_deref().unwrap_or("default"))
    })?;
    let calendar = store::from_year(&desk.db, year_of(from)).await?;
    let deadlines = kept.profile.deadlines(kind, from, &calendar)?;
    if args.json {
        let line = serde_json::json!({
            "profile": kept.profile.name,
            "kind": kind.word(),
            "from": from.to_rfc3339(),
            "respond_by": deadlines.respond_by.to_rfc3339(),
            "answer_by": deadlines.answer_by.to_rfc3339(),
        });
        print::text(&line.to_string());
    } else {
        print::text(&format!(
            "{}, {kind}, dispatched {}\nrespond by {}\nanswer by  {}",
            kept.profile.name,
            time::text(from),
            time::text(deadlines.respond_by),
            time::text(deadlines.answer_by),
        ));
    }
    Ok(())
}

fn year_of(moment: DateTime<Utc>) -> i32 {
    use chrono::Datelike as _;
    time::local(moment).year()
}

/// A local time such as `2026-03-02 09:00`, or a moment of RFC 3339.
fn moment(text: &str) -> anyhow::Result<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Ok(moment.with_timezone(&Utc));
    }
    let local = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let local = local.with_context(|| {
        format!("{text:?} is no moment; write China's local time as 2026-03-02 09:00")
    })?;
    Ok(time::utc(local))
}
