//! What breaks: replicas killed under load or cut off, PostgreSQL restarted, the primary lost, Redis
//! gone, clocks that jump, a full disk. Nothing acknowledged may be lost, nothing done twice, and
//! replicas agree afterwards.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Instant;

use lianmeng_testkit::servers::{Postgres, Redis, free_port, wait_until};
use lianmeng_testkit::{Program, Server, try_ask};
use serde_json::{Value, json};

mod clock;
mod cut_off;
mod disk;
mod needs;

const REGISTER: &str = "mutation($key: String!, $name: String!) {
    enterpriseRegister(input: { requestKey: $key, card: { name: $name } }) {
        enterprise { id } errors { code message } } }";
const COUNT: &str = "{ enterprises(first: 1) { totalCount } graphStats { nodes { kind count } } }";

/// Clients that register enterprises, each under its own key, and try again with the same key until
/// they hear that it is done.
struct Load {
    stop: Arc<AtomicBool>,
    next: Arc<AtomicU64>,
    /// The ids acknowledged, by key.
    done: Arc<Mutex<BTreeMap<String, BTreeSet<String>>>>,
    clients: Vec<JoinHandle<()>>,
}

impl Load {
    fn start(addresses: &[String], token: &str, clients: usize) -> Self {
        Self::start_at(0, addresses, token, clients)
    }

    /// As [`Load::start`], with keys from `first` on.
    fn start_at(first: u64, addresses: &[String], token: &str, clients: usize) -> Self {
        let (stop, next) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(first)));
        let done = Arc::default();
        let mut load = Self { stop, next, done, clients: Vec::new() };
        for client in 0..clients {
            let (stop, next) = (Arc::clone(&load.stop), Arc::clone(&load.next));
            let (done, token) = (Arc::clone(&load.done), token.to_owned());
            let addresses = addresses.to_vec();
            load.clients.push(std::thread::spawn(move || {
                let mut turn = client;
                while !stop.load(Ordering::Relaxed) {
                    let key = format!("key-{:06}", next.fetch_add(1, Ordering::Relaxed));
                    let variables = json!({ "key": key, "name": format!("企业 {key}") });
                    // A change once begun is finished, even when the load is over.
                    let start = Instant::now();
                    let id = loop {
                        assert!(start.elapsed().as_secs() < 60, "{key} was not answered");
                        turn += 1;
                        let address = &addresses[turn % addresses.len()];
                        let answer = try_ask(address, &token, REGISTER, &variables);
                        let made = answer.as_ref().map(|a| &a["data"]["enterpriseRegister"]);
                        match made.and_then(|made| made["enterprise"]["id"].as_str()) {
                            Some(id) => break id.to_owned(),
                            None => std::thread::sleep(std::time::Duration::from_millis(20)),
                        }
                    };
                    done.lock().unwrap().entry(key).or_insert_with(BTreeSet::new).insert(id);
                }
            }));
        }
        load
    }

    fn count(&self) -> usize {
        self.done.lock().unwrap().len()
    }

    /// Waits for `more` changes to be acknowledged.
    fn wait_for(&self, more: usize) {
        let want = self.count() + more;
        wait_until("changes", || self.count() >= want);
    }

    /// Ends the load; gives how many changes were acknowledged.
    fn stop(self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        for client in self.clients {
            client.join().unwrap();
        }
        let done = self.done.lock().unwrap();
        assert!(done.values().all(|ids| ids.len() == 1), "{done:?}");
        let ids: BTreeSet<&String> = done.values().flatten().collect();
        assert_eq!(ids.len(), done.len(), "two keys, one enterprise");
        done.len()
    }
}

/// Enterprises in the store and in the graph of this replica.
fn counted(server: &Server, token: &str) -> Option<(u64, u64)> {
    let data = server.try_ask(token, COUNT, &Value::Null)?["data"].clone();
    let stored = data["enterprises"]["totalCount"].as_u64()?;
    let nodes = data["graphStats"]["nodes"].as_array()?.iter();
    let firms = nodes.filter(|node| node["kind"] == "ENTERPRISE");
    Some((stored, firms.filter_map(|node| node["count"].as_u64()).sum()))
}

/// Registers an enterprise under `key` at this server; gives its id, or the code of the refusal.
fn register(server: &Server, token: &str, key: &str) -> Result<String, String> {
    let answer = server.ask(token, REGISTER, json!({ "key": key, "name": format!("企业 {key}") }));
    let code = answer["errors"][0]["extensions"]["code"].as_str();
    let id = answer["data"]["enterpriseRegister"]["enterprise"]["id"].as_str();
    id.map(str::to_owned).ok_or_else(|| code.unwrap_or_default().to_owned())
}

/// The audit log holds `done` registrations, and its numbers rise by one.
fn is_sound(postgres: &Postgres, done: usize) {
    let of = "FROM audit_rows WHERE action = 'RegisterEnterprise'";
    assert_eq!(postgres.say(&format!("SELECT count(*) {of}")), done.to_string());
    assert_eq!(postgres.say(&format!("SELECT count(DISTINCT thing) {of}")), done.to_string());
    let gaps =
        "SELECT count(*) - max(seq), min(seq), count(*) - count(DISTINCT seq) FROM audit_rows";
    assert_eq!(postgres.say(gaps), "0|1|0");
}

/// Every replica shows `done` enterprises, in lists and in the graph.
fn agree(servers: &[&Server], token: &str, done: usize) {
    let done = u64::try_from(done).unwrap();
    for server in servers {
        wait_until("agreeing", || counted(server, token) == Some((done, done)));
    }
}

#[test]
fn replicas_killed_fifty_times_lose_no_acknowledged_change_and_do_none_twice() {
    let program = Program::default();
    let token = program.token("coordinator", None);
    let mut servers = [free_port(), free_port()].map(|port| program.serve_on(port));
    let addresses = servers.each_ref().map(|server| server.address.clone());
    let load = Load::start(&addresses, &token, 4);
    let mut longest = 0;
    for kill in 0..50 {
        load.wait_for(3);
        let victim = &mut servers[kill % 2];
        let port = victim.port();
        victim.kill();
        let start = Instant::now();
        *victim = program.serve_on(port);
        wait_until("recovering", || counted(victim, &token).is_some());
        longest = longest.max(start.elapsed().as_millis());
    }
    let done = load.stop();
    agree(&servers.each_ref(), &token, done);
    println!("50 kills, {done} changes, longest recovery {longest} ms");
}

#[test]
fn postgres_that_crashes_and_comes_back_costs_time_and_nothing_else() {
    let Some(mut postgres) = Postgres::start() else { return };
    let mut program = Program::on_sqlite();
    program.set("DATABASE_URL", &postgres.url());
    let token = program.token("coordinator", None);
    let servers = [program.serve(), program.serve()];
    let addresses = servers.each_ref().map(|server| server.address.clone());
    let load = Load::start(&addresses, &token, 4);
    for _ in 0..3 {
        load.wait_for(20);
        postgres.kill();
        let start = Instant::now();
        postgres.resume();
        load.wait_for(8);
        println!("recovered after {} ms", start.elapsed().as_millis());
    }
    let done = load.stop();
    agree(&servers.each_ref(), &token, done);
}

#[test]
fn a_lost_primary_is_followed_by_its_synchronous_standby_without_loss() {
    let Some(mut primary) = Postgres::start() else { return };
    let mut standby = primary.standby("second");
    primary.say("ALTER SYSTEM SET synchronous_standby_names = 'second'");
    primary.say("SELECT pg_reload_conf()");
    wait_until("following in step", || {
        primary.say("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "1"
    });
    let mut program = Program::on_sqlite();
    program.set("DATABASE_URL", &primary.url());
    program.set("LIANMENG_DATABASE__STANDBY_URLS", &format!("[{}]", json!(standby.url())));
    program.set("DATABASE_READ_URLS", &standby.url());
    let token = program.token("coordinator", None);
    let servers = [program.serve(), program.serve()];
    let addresses = servers.each_ref().map(|server| server.address.clone());
    let load = Load::start(&addresses, &token, 4);
    load.wait_for(30);

    let scans =
        "SELECT sum(idx_scan + seq_scan) FROM pg_stat_user_tables WHERE relname = 'enterprises'";
    let before: i64 = standby.say(scans).parse().unwrap();
    for server in &servers {
        // Reads what was just written, on either replica, from whichever server has it.
        let name = format!("读己之写 {}", server.address);
        let variables = json!({ "key": name, "name": name });
        let made = server.data(&token, REGISTER, variables);
        let id = &made["enterpriseRegister"]["enterprise"]["id"];
        let query = "query($id: ID!) { node(id: $id) { id } }";
        assert_eq!(server.data(&token, query, json!({ "id": id }))["node"]["id"], *id);
    }
    wait_until("reading from the standby", || {
        counted(&servers[0], &token);
        standby.say(scans).parse::<i64>().unwrap() > before
    });

    let start = Instant::now();
    primary.kill();
    assert_eq!(standby.say("SELECT pg_promote()"), "t");
    standby.say("ALTER SYSTEM RESET synchronous_standby_names");
    standby.say("SELECT pg_reload_conf()");
    load.wait_for(8);
    println!("writes go on {} ms after the primary was lost", start.elapsed().as_millis());
    load.wait_for(30);
    let done = load.stop() + servers.len();
    agree(&servers.each_ref(), &token, done);
    standby.kill();
}

#[test]
fn redis_that_dies_and_stays_away_fails_no_request() {
    let Some(mut redis) = Redis::start() else { return };
    let mut program = Program::default();
    program.set("REDIS_URL", &redis.url());
    program.set("LIANMENG_REDIS__SPACE", "faults");
    let token = program.token("coordinator", None);
    let servers = [program.serve(), program.serve()];
    let register = |server: &Server, name: &str| {
        let made = server.data(&token, REGISTER, json!({ "key": name, "name": name }));
        assert_eq!(made["enterpriseRegister"]["errors"], json!([]), "{name}");
    };
    for n in 0..20 {
        register(&servers[n % 2], &format!("with redis {n}"));
    }
    agree(&servers.each_ref(), &token, 20);
    redis.kill();
    for n in 0..20 {
        register(&servers[n % 2], &format!("without redis {n}"));
    }
    agree(&servers.each_ref(), &token, 40);
    assert!(redis.resume());
    redis.kill();
    for n in 0..20 {
        register(&servers[n % 2], &format!("for good {n}"));
    }
    agree(&servers.each_ref(), &token, 60);
}
