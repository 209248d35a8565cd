//! `lianmeng solve pairing FILE --json` without the rest of the program, for measuring:
//! `cargo run --release -p lianmeng-matching --example pairing -- FILE`.
#![expect(clippy::print_stdout, reason = "a measuring tool talks to its terminal")]

use lianmeng_matching::assign::PairingRequest;
use std::error::Error;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("usage: pairing FILE")?;
    let start = Instant::now();
    let request = PairingRequest::from_json(&std::fs::read(file)?)?;
    let read_ms = start.elapsed().as_millis();
    let cpu = cpu_us();
    let start = Instant::now();
    let choice = request.choose();
    let cpu = cpu_us().saturating_sub(cpu);
    let elapsed_ms = u64::try_from(start.elapsed().as_millis())?;
    println!("{}", serde_json::to_string(&choice.report(elapsed_ms))?);
    println!("{{\"read_ms\":{read_ms},\"choose_cpu_us\":{cpu}}}");
    Ok(())
}

/// Processor time of this thread in µs, which does not count what else the machine does; 0 where
/// the system does not tell.
fn cpu_us() -> u64 {
    // The system brings the account up to date when a thread steps back.
    std::thread::yield_now();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|ns| ns.parse::<u64>().ok()).unwrap_or(0) / 1_000
}
