//! Measures the timetable engine: `timetable FILE… [--time-limit MS | --steps N] [--threads N]
//! [--seed N] [--fairness N]` prints one JSON line for each file, as the door does.

use lianmeng_planning::{Budget, Clock, Options, parse, solve};
use std::error::Error;
use std::io::Write as _;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let mut files = Vec::new();
    let (mut limit_ms, mut steps, mut fairness) = (10_000, None, 2);
    let mut options = Options::default();
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
            _ => files.push(argument),
        }
    }
    let mut out = std::io::stdout().lock();
    for file in files {
        let problem = parse(&std::fs::read_to_string(&file)?, Some(fairness))?;
        let start = Instant::now();
        let elapsed_ms = || u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        let clock = Clock { elapsed_ms: &elapsed_ms, limit_ms };
        let budget = steps.map_or(Budget::Clock(clock), Budget::Steps);
        let report = solve(&problem, &options, budget)?;
        writeln!(out, "{}", serde_json::to_string(&report)?)?;
    }
    Ok(())
}
