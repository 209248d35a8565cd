//! Measures the timetable engine: `timetable FILE… [--time-limit MS | --steps N] [--threads N]
//! [--seed N] [--fairness N] [--cpu]` prints one JSON line for each file, as the door does.
//!
//! `--cpu` takes the processor time of the main thread for the clock, to measure on a busy machine
//! (Linux only).

use lianmeng_planning::{Budget, Clock, Options, parse, solve};
use std::error::Error;
use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
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
        let wall_ms = || u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        let processor = Processor::new();
        let elapsed_ms = || if cpu { processor.elapsed_ms(wall_ms()) } else { wall_ms() };
        let clock = Clock { elapsed_ms: &elapsed_ms, limit_ms };
        let budget = steps.map_or(Budget::Clock(clock), Budget::Steps);
        let report = solve(&problem, &options, budget)?;
        writeln!(out, "{}", serde_json::to_string(&report)?)?;
    }
    Ok(())
}

/// The processor time of this thread in milliseconds, looked up once a millisecond: each look costs some.
struct Processor {
    start: u64,
    looked_at: AtomicU64,
    elapsed: AtomicU64,
}

impl Processor {
    fn new() -> Self {
        let (looked_at, elapsed) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { start: processor_ms(), looked_at, elapsed }
    }

    fn elapsed_ms(&self, wall_ms: u64) -> u64 {
        if self.looked_at.swap(wall_ms, Ordering::Relaxed) != wall_ms {
            self.elapsed.store(processor_ms() - self.start, Ordering::Relaxed);
        }
        self.elapsed.load(Ordering::Relaxed)
    }
}

/// Processor time of this thread in milliseconds; 0 where Linux does not tell.
fn processor_ms() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|first| first.parse::<u64>().ok());
    nanoseconds.unwrap_or(0) / 1_000_000
}
