//! Listening to changes: who sees what, and that nobody misses one when a replica dies.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use lianmeng_testkit::{Program, try_ask};
use serde_json::{Value, json};

const REGISTER: &str = "mutation($name: String!) { enterpriseRegister(input: {
    requestKey: $name, card: { name: $name } }) { enterprise { id } } }";
const SUBMIT: &str = "mutation($firm: ID!, $key: String!) { needSubmit(input: { requestKey: $key,
    confirmsNoSecret: true, card: { enterpriseId: $firm, kind: FINANCE, title: $key, body: $key } })
    { need { id } errors { code message } } }";
const LISTEN: &str = "subscription($after: String) {
    needChanged(after: $after) { cursor need { title } } }";

/// An open stream of events over HTTP.
fn open(address: &str, token: &str, after: Option<&str>) -> Option<BufReader<TcpStream>> {
    let host = address.strip_prefix("http://")?;
    let body = json!({ "query": LISTEN, "variables": { "after": after } }).to_string();
    let mut stream = TcpStream::connect(host).ok()?;
    stream.set_read_timeout(Some(Duration::from_millis(300))).ok()?;
    // In version 1.0 a body has no frames: it ends with the connection.
    let head = format!(
        "POST /graphql HTTP/1.0\r\nHost: {host}\r\nAccept: text/event-stream\r\n\
         Content-Type: application/json\r\nAuthorization: Bearer {token}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    Some(BufReader::new(stream))
}

/// What one subscriber received.
#[derive(Debug, Default)]
struct Heard {
    cursors: Vec<String>,
    titles: Vec<String>,
}

/// Listens until as many changes were heard as `wanted` says, which is 0 while nobody knows.
fn listen(addresses: &[String], token: &str, after: &str, wanted: &AtomicUsize) -> Heard {
    let mut heard = Heard::default();
    let start = Instant::now();
    for turn in 0.. {
        let last = heard.cursors.last().map_or(after, String::as_str).to_owned();
        let address = &addresses[turn % addresses.len()];
        let Some(mut stream) = open(address, token, Some(&last)) else {
            std::thread::sleep(Duration::from_millis(50));
            continue;
        };
        let mut line = String::new();
        loop {
            let want = wanted.load(Ordering::Relaxed);
            if want > 0 && heard.cursors.len() >= want {
                return heard;
            }
            let seconds = start.elapsed().as_secs();
            assert!(seconds < 600, "{} of {want} after {seconds} s", heard.cursors.len());
            match stream.read_line(&mut line) {
                Ok(0) => break,
                Ok(_) => {
                    if let Some(data) = line.strip_prefix("data:") {
                        let event: Value = serde_json::from_str(data).unwrap_or_default();
                        let change = &event["data"]["needChanged"];
                        if let Some(cursor) = change["cursor"].as_str() {
                            heard.cursors.push(cursor.to_owned());
                            heard.titles.push(change["need"]["title"].as_str().unwrap().to_owned());
                        } else {
                            assert!(data.trim().is_empty() || event["errors"].is_null(), "{data}");
                        }
                    }
                    line.clear();
                }
                // What was read of a line stays in it.
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(_) => break,
            }
        }
    }
    heard
}

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn subscribers_of_a_replica_that_dies_miss_nothing_and_hear_nothing_twice() {
    // `make bench-live` asks for 100 and 10,000.
    let subscribers = number("LIANMENG_LIVE_SUBSCRIBERS", 10);
    let changes = number("LIANMENG_LIVE_CHANGES", 200);
    let mut program = Program::default();
    program.set("LIANMENG_GRAPHQL__MAX_CONNECTIONS_PER_ADDRESS", "1000");
    program.set("LIANMENG_GRAPHQL__MAX_CONNECTIONS_PER_CALLER", "1000");
    let coordinator = program.token("coordinator", None);
    let mut servers = vec![program.serve(), program.serve()];
    let addresses: Vec<String> = servers.iter().map(|server| server.address.clone()).collect();
    let firms: Vec<String> = ["甲企业有限公司", "乙企业有限公司"]
        .map(|name| {
            let made = servers[0].data(&coordinator, REGISTER, json!({ "name": name }));
            made["enterpriseRegister"]["enterprise"]["id"].as_str().unwrap().to_owned()
        })
        .to_vec();
    let tokens: Vec<String> =
        firms.iter().map(|firm| program.token("enterprise", Some(firm))).collect();
    let data = servers[0].data(&coordinator, "{ changeCursor }", Value::Null);
    let after = data["changeCursor"].as_str().unwrap().to_owned();

    let wanted = [Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0))];
    let threads: Vec<_> = (0..subscribers)
        .map(|n| {
            // Half of them coordinators, who see all; half the first enterprise, which sees its own.
            let is_firm = n % 2;
            let token = if is_firm == 1 { tokens[0].clone() } else { coordinator.clone() };
            let (wanted, after) = (Arc::clone(&wanted[is_firm]), after.clone());
            let mut addresses = addresses.clone();
            addresses.rotate_left(n / 2 % 2);
            std::thread::spawn(move || (is_firm, listen(&addresses, &token, &after, &wanted)))
        })
        .collect();

    let start = Instant::now();
    for n in 0..changes {
        if n == changes / 2 {
            servers[0].kill();
        }
        let firm = n % 2;
        let variables = json!({ "firm": firms[firm], "key": format!("change {n:06}") });
        let address = &addresses[usize::from(n >= changes / 2)];
        let made = try_ask(address, &tokens[firm], SUBMIT, &variables).expect("it answers");
        assert_eq!(made["data"]["needSubmit"]["errors"], json!([]), "{made}");
    }
    wanted[0].store(changes, Ordering::Relaxed);
    wanted[1].store(changes / 2, Ordering::Relaxed);
    let written = start.elapsed();
    for thread in threads {
        let (is_firm, heard) = thread.join().unwrap();
        let all = (0..changes).filter(|n| is_firm == 0 || n % 2 == 0);
        let want: Vec<String> = all.map(|n| format!("change {n:06}")).collect();
        assert_eq!(heard.titles, want);
        let once: BTreeSet<&String> = heard.cursors.iter().collect();
        assert_eq!(once.len(), want.len());
    }
    let heard = start.elapsed();
    println!(
        "{subscribers} subscribers, {changes} changes in {} ms, {:.0} a second, all heard {} ms after the last",
        written.as_millis(),
        f64::from(u32::try_from(changes).unwrap()) / written.as_secs_f64(),
        heard.saturating_sub(written).as_millis()
    );
    servers.clear();
}
