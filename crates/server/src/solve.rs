//! `lianmeng solve`: the engines on a file, for measuring and for other programs.

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use lianmeng_matching::assign::{PairingRequest, PairingStatus};
use lianmeng_planning as planning;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::args::{AnswerArgs, PairingArgs, SolveCommand, TimetableArgs};
use crate::print;

/// Time limit where none is given.
const DEFAULT_LIMIT: Duration = Duration::from_secs(10);
/// Largest problem file.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// Runs the engine that was asked for.
pub(crate) fn run(command: SolveCommand) -> anyhow::Result<ExitCode> {
    match command {
        SolveCommand::Timetable(args) => timetable(&args),
        SolveCommand::Season(args) => {
            answer(&args, |text| Ok(planning::season::plan(&planning::season::parse(text)?)?))
        }
        SolveCommand::Sessions(args) => {
            answer(&args, |text| Ok(planning::groups::plan(&planning::groups::parse(text)?)?))
        }
        SolveCommand::Proposal(args) => answer(&args, |text| {
            Ok(planning::proposal::propose(&planning::proposal::parse(text)?)?)
        }),
        SolveCommand::Visits(args) => {
            answer(&args, |text| Ok(planning::visits::plan(&planning::visits::parse(text)?)?))
        }
        SolveCommand::Pairing(args) => pairing(&args),
    }
}

/// The bytes of a problem file.
pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let at = || format!("{} cannot be read", path.display());
    let size = std::fs::metadata(path).with_context(at)?.len();
    anyhow::ensure!(
        size <= MAX_BYTES,
        "{} has {size} bytes; at most {MAX_BYTES} are read",
        path.display()
    );
    std::fs::read(path).with_context(at)
}

fn elapsed_ms(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// The text of a problem file.
fn text(path: &Path) -> anyhow::Result<String> {
    String::from_utf8(read(path)?).with_context(|| format!("{} is not UTF-8 text", path.display()))
}

/// Prints what an engine answers to a file.
fn answer<T: Serialize>(
    args: &AnswerArgs,
    ask: impl FnOnce(&str) -> anyhow::Result<T>,
) -> anyhow::Result<ExitCode> {
    let answer = ask(&text(&args.file)?).with_context(|| format!("{}", args.file.display()))?;
    let written = if args.json {
        serde_json::to_string(&answer)?
    } else {
        serde_json::to_string_pretty(&answer)?
    };
    print::text(&written);
    Ok(ExitCode::SUCCESS)
}

/// Whether `text` lists its tables: only problems beyond pairs of equal length do.
fn is_wide(text: &str) -> bool {
    #[derive(Deserialize)]
    struct Tables {
        #[serde(default)]
        tables: Vec<IgnoredAny>,
    }
    let text = text.trim_start_matches('\u{feff}');
    match serde_json::from_str::<Tables>(text) {
        Ok(found) => !found.tables.is_empty(),
        // The engine that was meant says what is wrong.
        Err(_) => text.starts_with('{') && text.contains("\"tables\""),
    }
}

fn timetable(args: &TimetableArgs) -> anyhow::Result<ExitCode> {
    let place = || format!("{}", args.file.display());
    let text = text(&args.file)?;
    if is_wide(&text) {
        return wide(args, &text);
    }
    let problem = planning::parse(&text, Some(args.fairness)).with_context(place)?;
    let options = planning::Options { seed: args.seed, threads: usize::try_from(args.threads)? };
    let start = Instant::now();
    let clock = move || elapsed_ms(start);
    let limit = args.time_limit.unwrap_or(DEFAULT_LIMIT);
    let budget = match args.steps {
        Some(steps) => planning::Budget::Steps(steps),
        None => planning::Budget::Clock(planning::Clock {
            elapsed_ms: &clock,
            limit_ms: u64::try_from(limit.as_millis()).unwrap_or(u64::MAX),
        }),
    };
    let report = planning::solve(&problem, &options, budget).with_context(place)?;
    if args.json {
        print::text(&serde_json::to_string(&report)?);
        return Ok(ExitCode::SUCCESS);
    }
    let status = serde_json::to_value(report.status)?;
    let number = |n: Option<u32>| n.map_or_else(|| "-".to_owned(), |n| n.to_string());
    print::text(&format!(
        "{}: {} breaks, at least {}, after {} ms",
        status.as_str().unwrap_or_default(),
        number(report.breaks),
        number(report.lower_bound),
        report.elapsed_ms
    ));
    for (meeting, slot) in report.slots.iter().enumerate() {
        print::text(&format!("meeting {} in slot {slot}", meeting + 1));
    }
    for item in &report.conflict {
        print::text(&format!("conflict: {}", item.text));
    }
    Ok(ExitCode::SUCCESS)
}

fn wide(args: &TimetableArgs, text: &str) -> anyhow::Result<ExitCode> {
    let place = || format!("{}", args.file.display());
    let problem = planning::wide::parse(text).with_context(place)?;
    let options = planning::wide::Options { seed: args.seed };
    let start = Instant::now();
    let clock = move || elapsed_ms(start);
    let limit = args.time_limit.unwrap_or(DEFAULT_LIMIT);
    let budget = match args.steps {
        Some(steps) => planning::Budget::Steps(steps),
        None => planning::Budget::Clock(planning::Clock {
            elapsed_ms: &clock,
            limit_ms: u64::try_from(limit.as_millis()).unwrap_or(u64::MAX),
        }),
    };
    let answer =
        planning::wide::solve(&problem, &options, budget, &mut |_| ()).with_context(place)?;
    if args.json {
        print::text(&serde_json::to_string(&answer)?);
        return Ok(ExitCode::SUCCESS);
    }
    print::text(&serde_json::to_string_pretty(&answer)?);
    Ok(ExitCode::SUCCESS)
}

fn pairing(args: &PairingArgs) -> anyhow::Result<ExitCode> {
    let bytes = read(&args.file)?;
    let request =
        PairingRequest::from_json(&bytes).with_context(|| format!("{}", args.file.display()))?;
    drop(bytes);
    let start = Instant::now();
    let choice = request.choose();
    let elapsed_ms = elapsed_ms(start);
    if args.json {
        print::text(&serde_json::to_string(&choice.report(elapsed_ms))?);
        return Ok(ExitCode::SUCCESS);
    }
    if choice.status == PairingStatus::Infeasible {
        print::text("infeasible");
    } else if let Some(total) = choice.total {
        let bounds: Vec<_> = choice.bounds.iter().map(ToString::to_string).collect();
        let open = if bounds.is_empty() {
            String::new()
        } else {
            format!(", not proved best: at most {}", bounds.join(", "))
        };
        print::text(&format!("{} pairs, {total} points{open}", choice.pairs.len()));
    } else {
        print::text("nothing found and nothing proved within the steps");
    }
    let words = if request.has_sides() { ("left ", "right ") } else { ("person ", "person ") };
    for (first, second) in &choice.pairs {
        print::text(&format!("{}{first} with {}{second}", words.0, words.1));
    }
    for conflict in &choice.conflict {
        print::text(&format!("conflict: {}", conflict.text()));
    }
    Ok(ExitCode::SUCCESS)
}
