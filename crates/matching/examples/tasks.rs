//! The choice of a task list without the rest of the program, for measuring:
//! `cargo run --release -p lianmeng-matching --example tasks -- FILE`.
//!
//! FILE holds `{"projects": 297, "owners": [15, …], "counterparts": [3, …], "own": [[project, owner,
//! points], …], "other": [[project, counterpart, points], …]}`. Printed are the levels reached and the
//! processor time of choosing.
#![expect(clippy::print_stdout, reason = "a measuring tool talks to its terminal")]

use std::collections::BTreeSet;
use std::error::Error;
use std::time::Instant;

use lianmeng_matching::tasks::choose::{Link, Load, Market, choose};
use serde::Deserialize;

#[derive(Deserialize)]
struct Draft {
    projects: usize,
    owners: Vec<u64>,
    counterparts: Vec<u64>,
    own: Vec<(usize, usize, i32)>,
    other: Vec<(usize, usize, i32)>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("usage: tasks FILE")?;
    let draft: Draft = serde_json::from_slice(&std::fs::read(file)?)?;
    let loads = |rooms: Vec<u64>| -> Vec<Load> {
        rooms.into_iter().map(|room| Load { room, is_served: false }).collect()
    };
    let links = |links: Vec<(usize, usize, i32)>| -> Vec<Link> {
        let link = |(project, party, points)| Link { project, party, points, stands: false };
        links.into_iter().map(link).collect()
    };
    let market = Market {
        projects: draft.projects,
        owners: loads(draft.owners),
        counterparts: loads(draft.counterparts),
        own: links(draft.own),
        other: links(draft.other),
        apart: BTreeSet::new(),
    };
    let (start, cpu) = (Instant::now(), cpu_us());
    let choice = choose(&market);
    let (elapsed, cpu) = (start.elapsed(), cpu_us().saturating_sub(cpu));
    let levels = choice.levels;
    println!(
        "{{\"covered\":{},\"owners\":{},\"counterparts\":{},\"points\":{},\"proved\":{},\"elapsed_us\":{},\"cpu_us\":{cpu}}}",
        levels.covered,
        levels.owners,
        levels.counterparts,
        levels.points,
        choice.is_proved,
        elapsed.as_micros(),
    );
    Ok(())
}

/// Processor time of this thread in µs; 0 where the system does not tell.
fn cpu_us() -> u64 {
    // The system brings the account up to date when a thread steps back.
    std::thread::yield_now();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|ns| ns.parse::<u64>().ok()).unwrap_or(0) / 1_000
}
