//! `lianmeng need simulate`: a month of needs on a clock that is not the machine's.

use std::process::ExitCode;

use anyhow::Context as _;
use comfy_table::{CellAlignment, Table, presets};
use lianmeng_domain::deadline;
use lianmeng_domain::need::simulate::{self, DayCount, Town};
use serde_json::json;

use crate::args::time::SimulateArgs;
use crate::print;

const HEADER: [&str; 13] = [
    "day",
    "opened",
    "dispatched",
    "sent back",
    "answered",
    "on time",
    "late",
    "poor",
    "closed",
    "blue",
    "yellow",
    "red",
    "escalations",
];

/// Simulates and prints a row for each day, then all of them together. No database is opened.
pub(crate) fn run(args: &SimulateArgs) -> anyhow::Result<ExitCode> {
    let profiles = deadline::shipped();
    let names: Vec<_> = profiles.iter().map(|profile| profile.name.as_str()).collect();
    let profile = profiles.iter().find(|profile| profile.name == args.profile);
    let profile = profile.with_context(|| {
        format!("{:?} is no deadline profile; choose one of {}", args.profile, names.join(", "))
    })?;
    let town = Town {
        from: args.from,
        days: args.days,
        needs_per_day: args.needs_per_day,
        units: args.units,
        late_basis_points: args.late * 100,
        send_back_basis_points: args.send_backs * 100,
        poor_basis_points: args.poor * 100,
        seed: args.seed,
    };
    let calendar = lianmeng_app::calendar::shipped().into_iter().collect();
    let days = simulate::simulate(&town, &calendar, profile)?;
    let total = days
        .iter()
        .skip(1)
        .fold(days.first().cloned(), |sum, day| sum.map(|sum| sum.and_then(day)));
    if args.json {
        for day in &days {
            print::text(&line(&day.date.to_string(), day));
        }
        if let Some(total) = &total {
            print::text(&line("all", total));
        }
        return Ok(ExitCode::SUCCESS);
    }
    print::text(&table(&days, total.as_ref()));
    Ok(ExitCode::SUCCESS)
}

fn numbers(day: &DayCount) -> [u32; 12] {
    [
        day.opened,
        day.dispatched,
        day.sent_back,
        day.answered,
        day.on_time,
        day.late,
        day.poor,
        day.closed,
        day.blue,
        day.yellow,
        day.red,
        day.escalations,
    ]
}

fn line(name: &str, day: &DayCount) -> String {
    let mut line = json!({ "day": name });
    for (column, number) in HEADER.iter().skip(1).zip(numbers(day)) {
        line[column.replace(' ', "_")] = number.into();
    }
    line.to_string()
}

fn table(days: &[DayCount], total: Option<&DayCount>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(HEADER);
    let row = |name: String, day: &DayCount| {
        std::iter::once(name).chain(numbers(day).map(|n| n.to_string())).collect::<Vec<_>>()
    };
    for day in days {
        table.add_row(row(day.date.format("%F %a").to_string(), day));
    }
    if let Some(total) = total {
        table.add_row(row("all".to_owned(), total));
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}
