//! Needs in numbers: the overview of a coordinator over many needs, and registering needs under load
//! beside the bare insert of the same row.
//!
//! `cargo bench --package lianmeng-tests --bench needs -- [NEEDS [SECONDS]]`: 100,000 needs and rounds
//! of five seconds unless told otherwise, on a fresh SQLite file and, where `LIANMENG_TEST_POSTGRES`
//! names a server, on a fresh database there. Starts the release binary, or the one `LIANMENG_BIN`
//! names.
#![expect(clippy::print_stdout, reason = "a benchmark talks to its terminal")]

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, TimeDelta, Utc};
use lianmeng_domain::chain::IndustrialChain;
use lianmeng_domain::committee::{ChainCommittee, CommitteeForm};
use lianmeng_domain::enterprise::Enterprise;
use lianmeng_domain::ids::{
    ChainCommitteeId, EnterpriseId, IdSource, IndustrialChainId, NeedId, OrganisationId,
};
use lianmeng_domain::need::{Need, NeedKind, NeedStage, NeedTrace, Rating};
use lianmeng_domain::organisation::{Organisation, OrganisationKind};
use lianmeng_store::{chain, committee, connect, enterprise, need, organisation, tx};
use sea_orm::{ConnectionTrait as _, DatabaseConnection};
use serde_json::{Value, json};
use tokio::net::TcpStream;

mod wire;

use wire::{Failure, Running, binary, exchange, once, request, start};

/// Connections to the server that register needs at the same time, and tasks of the bare insert.
const CONNECTIONS: usize = 64;
/// Connections to the database, of the server as of the bare insert.
const POOL: u32 = 16;
/// Times the overview is asked for.
const ASKED: usize = 300;
const ENTERPRISES: u128 = 2_000;
const UNITS: u128 = 60;
const COMMITTEES: u128 = 12;

const OVERVIEW: &str = "query($id: ID) { needOverview(committeeId: $id) { needs open \
    stages { stage needs } lamps { red yellow blue none } turns { turn open late } \
    handlers { open late handler { name } } late(first: 20) { id title dueAt } } }";
const SUBMIT: &str = "mutation($input: NeedSubmitInput!) { needSubmit(input: $input) { \
    need { id stage } errors { code message } } }";
const TITLE: &str = "求低成本厂房两千平方米";
const BODY: &str = "现有厂房租约年底到期，急需层高六米以上、承重两吨的标准厂房约两千平方米，\
    距高速出入口十公里以内，最好带员工宿舍，租期三年以上。";

fn main() -> Result<(), Failure> {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let needs = args.next().map_or(Ok(100_000), |text| text.parse())?;
    let round = Duration::from_secs(args.next().map_or(Ok(5), |text| text.parse())?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let home = tempfile::tempdir()?;
        let file = home.path().join("needs.db");
        bench("SQLite", &format!("sqlite:{}", file.display()), needs, round).await?;
        if std::env::var("LIANMENG_TEST_POSTGRES").is_ok() {
            let database = lianmeng_testkit::postgres::Database::new("bench_needs");
            if let Some(database) = database {
                bench("PostgreSQL", &database.url(), needs, round).await?;
            }
        } else {
            println!("PostgreSQL left out: LIANMENG_TEST_POSTGRES names no server");
        }
        Ok(())
    })
}

fn lianmeng(url: &str, args: &[&str]) -> Result<Command, Failure> {
    let mut command = Command::new(binary()?);
    command.args(args).env_remove("REDIS_URL").env_remove("PORT").env("DATABASE_URL", url);
    command.env("LIANMENG_DATABASE__CONNECTIONS", POOL.to_string());
    command.env("LIANMENG_METRICS__LISTEN", "127.0.0.1:0");
    Ok(command)
}

fn token(url: &str, role: &str, body: Option<&str>) -> Result<String, Failure> {
    let mut args = vec!["user", "token", "--role", role];
    if let Some(body) = body {
        args.extend(["--org", body]);
    }
    let made = lianmeng(url, &args)?.output()?;
    if !made.status.success() {
        return Err(String::from_utf8_lossy(&made.stderr).into_owned().into());
    }
    Ok(String::from_utf8(made.stdout)?.trim().to_owned())
}

async fn bench(name: &str, url: &str, needs: u32, round: Duration) -> Result<(), Failure> {
    println!("## {name}");
    let db = connect::open(url, POOL).await?;
    people(&db).await?;
    let server = start(lianmeng(url, &["serve", "--port", "0"])?)?;
    for (mix, is_all_open) in [("one in twenty open", false), ("all open", true)] {
        db.execute_unprepared("DELETE FROM needs").await?;
        fill(&db, needs, is_all_open).await?;
        if name == "PostgreSQL" {
            // What autovacuum does by itself within a minute.
            db.execute_unprepared("VACUUM ANALYZE needs").await?;
        }
        let committee = wire_id(ChainCommitteeId::from(1));
        let secretary = token(url, "committee_secretary", Some(&committee))?;
        for (who, token) in
            [("coordinator", token(url, "coordinator", None)?), ("secretary", secretary)]
        {
            overview(&server, &format!("{needs} needs, {mix}, {who}"), &token).await?;
        }
    }
    db.execute_unprepared("DELETE FROM needs").await?;
    register(&server, &db, url, round).await
}

fn wire_id<T: lianmeng_domain::ids::Id + std::fmt::Display>(id: T) -> String {
    format!("{}:{id}", T::TAG)
}

/// The present, to the microsecond.
#[expect(clippy::disallowed_methods, reason = "a benchmark runs on the clock of the machine")]
fn now() -> Result<DateTime<Utc>, Failure> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?;
    DateTime::from_timestamp_micros(i64::try_from(since.as_micros())?).ok_or("no time".into())
}

async fn people(db: &DatabaseConnection) -> Result<(), Failure> {
    let tx = tx::begin(db).await?;
    for number in 1..=ENTERPRISES {
        let firm = Enterprise {
            id: EnterpriseId::from(number),
            credit_code: None,
            external_id: None,
            name: format!("示例企业{number}"),
            short_name: None,
            aliases: Vec::new(),
            ownership: None,
            parent: None,
            place: None,
            industry: None,
            tiers: Vec::new(),
            is_lead_firm: false,
            is_flagship: false,
            is_above_scale: None,
            is_example: true,
            version: 1,
        };
        enterprise::insert(&tx, &firm).await?;
    }
    for number in 1..=UNITS {
        let unit = Organisation {
            id: OrganisationId::from(number),
            external_id: None,
            name: format!("示例单位{number}"),
            kind: OrganisationKind::Department,
            place: None,
            services: String::new(),
            is_example: true,
            version: 1,
        };
        organisation::insert(&tx, &unit).await?;
    }
    let chain = IndustrialChain {
        id: IndustrialChainId::from(1),
        external_id: None,
        name: "示例产业链".to_owned(),
        tags: Vec::new(),
        is_example: true,
        version: 1,
    };
    chain::insert(&tx, &chain).await?;
    for number in 1..=COMMITTEES {
        let one = ChainCommittee {
            id: ChainCommitteeId::from(number),
            external_id: None,
            name: format!("示例党委{number}"),
            chain: chain.id,
            form: CommitteeForm::Joint,
            place: None,
            is_example: true,
            version: 1,
        };
        committee::insert(&tx, &one).await?;
    }
    tx::commit(tx).await?;
    Ok(())
}

const OPEN: [NeedStage; 10] = [
    NeedStage::Submitted,
    NeedStage::Triaged,
    NeedStage::Dispatched,
    NeedStage::SentBack,
    NeedStage::Accepted,
    NeedStage::InProgress,
    NeedStage::InProgress,
    NeedStage::Whistled,
    NeedStage::Answered,
    NeedStage::Rated,
];

/// Needs spread over stages, units, committees and the days before and after now.
async fn fill(db: &DatabaseConnection, needs: u32, is_all_open: bool) -> Result<(), Failure> {
    let (ids, now) = (IdSource::new(1), now()?);
    let mut tx = tx::begin(db).await?;
    for number in 0..needs {
        let is_open = is_all_open || number % 20 == 0;
        let mixed = u128::from(number.wrapping_mul(2_654_435_761));
        let stage =
            if is_open { OPEN[usize::try_from(mixed / 7 % 10)?] } else { NeedStage::Closed };
        let days = TimeDelta::minutes(i64::try_from(mixed % 11_520)?);
        let dispatched_at = now - days;
        let is_sent = !matches!(stage, NeedStage::Submitted | NeedStage::Triaged);
        let need = Need {
            committee: Some(ChainCommitteeId::from(1 + mixed / 3 % COMMITTEES)),
            handler: is_sent.then(|| OrganisationId::from(1 + mixed / 5 % UNITS)),
            kind: NeedKind::Space,
            title: format!("{TITLE}{number}"),
            body: BODY.to_owned(),
            stage,
            dispatched_at: is_sent.then_some(dispatched_at),
            due_at: is_sent.then(|| dispatched_at + TimeDelta::days(4)),
            rating: (!is_open).then(|| Rating::new(5)).transpose()?,
            trace: NeedTrace {
                submitted_at: Some(dispatched_at),
                progress_at: is_sent.then(|| dispatched_at + TimeDelta::hours(20)),
                ..NeedTrace::default()
            },
            ..Need::blank(
                ids.mint(now.timestamp_millis()),
                EnterpriseId::from(1 + mixed % ENTERPRISES),
                dispatched_at,
            )
        };
        need::insert(&tx, &need).await?;
        if number % 10_000 == 9_999 {
            tx::commit(tx).await?;
            tx = tx::begin(db).await?;
        }
    }
    tx::commit(tx).await?;
    Ok(())
}

async fn overview(server: &Running, name: &str, token: &str) -> Result<(), Failure> {
    let request = request(token, &json!({ "query": OVERVIEW }));
    let answer: Value = serde_json::from_slice(&once(&server.address, &request).await?)?;
    let seen = &answer["data"]["needOverview"];
    if seen.is_null() {
        return Err(format!("{name}: {answer}").into());
    }
    let mut stream = TcpStream::connect(&server.address).await?;
    stream.set_nodelay(true)?;
    let (mut buffer, mut times) = (Vec::new(), Vec::new());
    for _ in 0..ASKED {
        let begun = Instant::now();
        exchange(&mut stream, &request, &mut buffer).await?;
        times.push(begun.elapsed());
    }
    let (p50, p99) = percentiles(&mut times);
    println!(
        "overview of {name}: p50 {p50:.1} ms, p99 {p99:.1} ms, 3 statements (needs {}, open {}, lamps {})",
        seen["needs"], seen["open"], seen["lamps"]
    );
    Ok(())
}

/// The middle and the 99th of a hundred, in milliseconds.
fn percentiles(times: &mut [Duration]) -> (f64, f64) {
    times.sort_unstable();
    let at = |share: usize| {
        let place = (times.len() * share / 100).min(times.len().saturating_sub(1));
        times.get(place).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    };
    (at(50), at(99))
}

/// Ours and the bare insert in turns, so that both meet the machine in the same mood.
async fn register(
    server: &Running,
    db: &DatabaseConnection,
    url: &str,
    round: Duration,
) -> Result<(), Failure> {
    let enterprise = wire_id(EnterpriseId::from(1));
    let token = Arc::new(token(url, "enterprise", Some(&enterprise))?);
    let mut ratios = Vec::new();
    for turn in 1..=3 {
        let ours = {
            let (token, address) = (Arc::clone(&token), server.address.clone());
            let number = Arc::new(AtomicU64::new(0));
            load(round, move || {
                let (token, address) = (Arc::clone(&token), address.clone());
                Asker { token, address, turn, number: Arc::clone(&number) }
            })
            .await?
        };
        let bare = {
            let (db, ids) = (db.clone(), Arc::new(IdSource::new(turn)));
            load(round, move || Inserter { db: db.clone(), ids: Arc::clone(&ids) }).await?
        };
        let ratio = ours.0 / bare.0;
        println!(
            "round {turn}: needSubmit {:.0} requests/s, p99 {:.1} ms | bare insert {:.0} rows/s, p99 {:.1} ms | ratio {ratio:.2}",
            ours.0, ours.1, bare.0, bare.1
        );
        ratios.push(ratio);
    }
    ratios.sort_by(f64::total_cmp);
    println!("middle ratio {:.2}", ratios[ratios.len() / 2]);
    Ok(())
}

/// One that does the same thing again and again.
trait Worker: Send + 'static {
    fn run(
        self,
        stop: Arc<AtomicBool>,
    ) -> impl Future<Output = Result<Vec<Duration>, Failure>> + Send;
}

/// Runs as many workers as there are connections for `round`; gives deeds a second and the 99th
/// percentile in milliseconds.
#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "figures for people")]
async fn load<W: Worker>(round: Duration, worker: impl Fn() -> W) -> Result<(f64, f64), Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    let begun = Instant::now();
    let tasks: Vec<_> =
        (0..CONNECTIONS).map(|_| tokio::spawn(worker().run(Arc::clone(&stop)))).collect();
    tokio::time::sleep(round).await;
    stop.store(true, Ordering::Relaxed);
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await??);
    }
    let elapsed = begun.elapsed();
    let (_, p99) = percentiles(&mut times);
    Ok((times.len() as f64 / elapsed.as_secs_f64(), p99))
}

/// Registers needs over HTTP.
struct Asker {
    token: Arc<String>,
    address: String,
    turn: u64,
    number: Arc<AtomicU64>,
}

impl Worker for Asker {
    async fn run(self, stop: Arc<AtomicBool>) -> Result<Vec<Duration>, Failure> {
        let mut stream = TcpStream::connect(&self.address).await?;
        stream.set_nodelay(true)?;
        let (mut buffer, mut times) = (Vec::new(), Vec::new());
        while !stop.load(Ordering::Relaxed) {
            let number = self.number.fetch_add(1, Ordering::Relaxed);
            let card = json!({ "enterpriseId": wire_id(EnterpriseId::from(1)),
                "committeeId": wire_id(ChainCommitteeId::from(1)), "kind": "SPACE",
                "title": TITLE, "body": BODY });
            let input = json!({ "card": card, "confirmsNoSecret": true,
                "requestKey": format!("bench-{}-{number:08}", self.turn) });
            let body = json!({ "query": SUBMIT, "variables": { "input": input } });
            let request = request(&self.token, &body);
            let begun = Instant::now();
            let at = exchange(&mut stream, &request, &mut buffer).await?;
            times.push(begun.elapsed());
            let said = String::from_utf8_lossy(&buffer[at..]);
            if !said.contains("\"SUBMITTED\"") {
                return Err(said.into_owned().into());
            }
        }
        Ok(times)
    }
}

/// Inserts the same row by itself.
struct Inserter {
    db: DatabaseConnection,
    ids: Arc<IdSource>,
}

impl Worker for Inserter {
    async fn run(self, stop: Arc<AtomicBool>) -> Result<Vec<Duration>, Failure> {
        let mut times = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            let now = now()?;
            let id: NeedId = self.ids.mint(now.timestamp_millis());
            let need = Need {
                committee: Some(ChainCommitteeId::from(1)),
                kind: NeedKind::Space,
                title: TITLE.to_owned(),
                body: BODY.to_owned(),
                stage: NeedStage::Submitted,
                trace: NeedTrace {
                    submitted_at: Some(now),
                    confirmed_at: Some(now),
                    ..NeedTrace::default()
                },
                ..Need::blank(id, EnterpriseId::from(1), now)
            };
            let begun = Instant::now();
            need::insert(&self.db, &need).await?;
            times.push(begun.elapsed());
        }
        Ok(times)
    }
}
