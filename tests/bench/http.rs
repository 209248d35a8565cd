//! Requests per second and CPU per request of the real server, beside a bare handler that returns
//! the same bytes over the same HTTP library.
//!
//! `cargo bench --package lianmeng-tests --bench http -- [FOLDER]`: imports FOLDER (the a-share set
//! of ../shared by default, the demo data where that is absent) into a fresh SQLite file, starts the
//! release binary, asks, then starts the bare handler and asks again. Linux only: CPU is read from
//! /proc.
#![expect(clippy::print_stdout, reason = "a benchmark talks to its terminal")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::net::TcpStream;

mod wire;

use wire::{Failure, Running, binary, exchange, once, request, start};

/// Connections that ask at the same time.
const CONNECTIONS: usize = 16;
/// Measured time per round, after a warm-up.
const ROUND: Duration = Duration::from_secs(5);
const WARM_UP: Duration = Duration::from_secs(1);

const NODE: &str = "query($id: ID!) { node(id: $id) { id ... on Enterprise { name shortName externalId ownership regionCode } } }";
const PAGE: &str = "{ enterprises(first: 50) { nodes { id name ownership \
    chains(first: 5) { id name } alliances(first: 5) { id name } \
    needs(first: 10) { id title stage } } pageInfo { endCursor hasNextPage } } }";

fn main() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match args.as_slice() {
        [flag, file] if flag == "--bare" => runtime.block_on(bare(Path::new(file))),
        [] => runtime.block_on(bench(None)),
        [folder] => runtime.block_on(bench(Some(folder.into()))),
        _ => Err("usage: http [FOLDER]".into()),
    }
}

/// The bare handler: the bytes of `file` for every POST.
async fn bare(file: &Path) -> Result<(), Failure> {
    use poem::listener::{Acceptor as _, Listener as _, TcpListener};
    let bytes = std::fs::read(file)?;
    let handler = poem::endpoint::make_sync(move |_request| {
        poem::Response::builder().content_type("application/json").body(bytes.clone())
    });
    let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await?;
    for address in acceptor.local_addr() {
        println!("listening on {address}");
    }
    poem::Server::new_with_acceptor(acceptor)
        .run(poem::Route::new().at("/graphql", handler))
        .await?;
    Ok(())
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

async fn bench(folder: Option<PathBuf>) -> Result<(), Failure> {
    let shared = workspace().join("../shared/data/a-share-chain");
    let demo = workspace().join("demo");
    let folder = folder.unwrap_or(if shared.is_dir() { shared } else { demo });
    let home = tempfile::tempdir()?;
    let lianmeng = |args: &[&str]| -> Result<Command, Failure> {
        let mut command = Command::new(binary()?);
        command.args(args).current_dir(home.path()).env_remove("DATABASE_URL").env_remove("PORT");
        Ok(command)
    };
    let folder = folder.canonicalize()?;
    let imported = lianmeng(&["import", &folder.display().to_string(), "--json"])?.output()?;
    println!(
        "import of {}: {}",
        folder.display(),
        String::from_utf8_lossy(&imported.stdout).trim()
    );
    let token = lianmeng(&["user", "token", "--role", "coordinator"])?.output()?.stdout;
    let token = String::from_utf8(token)?.trim().to_owned();
    let server = start(lianmeng(&["serve", "--port", "0"])?)?;

    let first = json!({ "query": "{ enterprises(first: 1) { nodes { id } } }" });
    let answer = once(&server.address, &request(&token, &first)).await?;
    let answer: Value = serde_json::from_slice(&answer)?;
    let id = answer["data"]["enterprises"]["nodes"][0]["id"].clone();
    for (name, body) in [
        ("node", json!({ "query": NODE, "variables": { "id": id } })),
        ("page of 50, nested", json!({ "query": PAGE })),
    ] {
        let request = request(&token, &body);
        let bytes = once(&server.address, &request).await?;
        if serde_json::from_slice::<Value>(&bytes)?.get("errors").is_some() {
            return Err(format!("{name}: {}", String::from_utf8_lossy(&bytes)).into());
        }
        let file = home.path().join("answer.json");
        std::fs::write(&file, &bytes)?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--bare").arg(&file);
        let bare = start(command)?;
        let ours = measure(&server, &request).await?;
        let ceiling = measure(&bare, &request).await?;
        println!(
            "{name:20} {:6} bytes | lianmeng {:8.0} requests/s {:7.3} ms CPU | bare handler {:8.0} requests/s {:7.3} ms CPU | {:5.1} times the CPU",
            bytes.len(),
            ours.per_second,
            ours.cpu_ms,
            ceiling.per_second,
            ceiling.cpu_ms,
            ours.cpu_ms / ceiling.cpu_ms,
        );
    }
    Ok(())
}

struct Measured {
    per_second: f64,
    cpu_ms: f64,
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "figures for people")]
async fn measure(server: &Running, request: &[u8]) -> Result<Measured, Failure> {
    let (stop, counting) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let done = Arc::new(AtomicU64::new(0));
    let mut askers = Vec::new();
    for _ in 0..CONNECTIONS {
        let (stop, counting, done) = (Arc::clone(&stop), Arc::clone(&counting), Arc::clone(&done));
        let (address, request) = (server.address.clone(), request.to_vec());
        askers.push(tokio::spawn(async move {
            let mut stream = TcpStream::connect(&address).await?;
            stream.set_nodelay(true)?;
            let mut buffer = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                exchange(&mut stream, &request, &mut buffer).await?;
                if counting.load(Ordering::Relaxed) {
                    done.fetch_add(1, Ordering::Relaxed);
                }
            }
            Ok::<_, Failure>(())
        }));
    }
    tokio::time::sleep(WARM_UP).await;
    let (before, start) = (cpu_seconds(server.child.id())?, Instant::now());
    counting.store(true, Ordering::Relaxed);
    tokio::time::sleep(ROUND).await;
    counting.store(false, Ordering::Relaxed);
    let (cpu, elapsed) = (cpu_seconds(server.child.id())? - before, start.elapsed());
    stop.store(true, Ordering::Relaxed);
    for asker in askers {
        asker.await??;
    }
    let requests = done.load(Ordering::Relaxed).max(1) as f64;
    Ok(Measured { per_second: requests / elapsed.as_secs_f64(), cpu_ms: cpu * 1000.0 / requests })
}

/// CPU seconds a process has used, all threads; 100 ticks a second on every Linux.
fn cpu_seconds(pid: u32) -> Result<f64, Failure> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let rest = stat.rsplit_once(')').ok_or("no stat")?.1;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let user: f64 = fields.get(11).ok_or("no utime")?.parse()?;
    let system: f64 = fields.get(12).ok_or("no stime")?.parse()?;
    Ok((user + system) / 100.0)
}
