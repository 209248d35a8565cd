//! Measures the timetable engine: `timetable FILE… [--time-limit MS | --steps N] [--threads N]
//! [--seed N] [--fairness N] [--cpu]` prints one JSON line for each file, as the door does.
//!
//! `--cpu` takes the processor time of the main thread for the clock, to measure on a busy machine
//! (Linux only).

use lianmeng_planning::{Budget, Clock, Options, parse, solve};
use std::error::Error;
use std::io::Write as _;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let mut files = Vec::new();
    let (mut limit_ms, mut steps, mut fairness) = (10_000, None, 2);
    let mut options = Options::default();
    let mut cpu = false;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || {
            arguments.next().ok_or("a number is missing")?.parse().map_err(Box::<dyn Error>::from)
        };
        match argument.as_str() {
            "--time-limit" => limit_ms = number()?,
            "--steps" => steps = Some(number()?),
            "--seed" => options.seed = number()?,
            "--threads" => options.threads = usize::try_from(number()?)?,
            "--fairness" => fairness = u32::try_from(number()?)?,
            "--cpu" => cpu = true,
            _ => files.push(argument),
        }
    }
    let mut out = std::io::stdout().lock();
    for file in files {
        let problem = parse(&std::fs::read_to_string(&file)?, Some(fairness))?;
        let start = Instant::now();
        let start_ms = processor_ms();
        let elapsed_ms = || {
            if cpu {
                return processor_ms() - start_ms;
            }
            u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
        };
        let clock = Clock { elapsed_ms: &elapsed_ms, limit_ms };
        let budget = steps.map_or(Budget::Clock(clock), Budget::Steps);
        let report = solve(&problem, &options, budget)?;
        writeln!(out, "{}", serde_json::to_string(&report)?)?;
    }
    Ok(())
}

/// Processor time of this thread in milliseconds; 0 where Linux does not tell.
fn processor_ms() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|first| first.parse::<u64>().ok());
    nanoseconds.unwrap_or(0) / 1_000_000
}
