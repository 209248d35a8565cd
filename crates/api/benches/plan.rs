//! How long hostile documents of up to 16 KB keep the endpoint busy, and what the cache of documents
//! saves a usual one.
//!
//! `cargo bench --package lianmeng-api --bench plan`; prints the slowest of several rounds for each
//! document, every round with a text that was never seen.
#![recursion_limit = "256"]
#![expect(clippy::print_stdout, reason = "a benchmark talks to its terminal")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_graphql::{Executor as _, Request};
use chrono::DateTime;
use lianmeng_api::schema::{self, Service};
use lianmeng_app::desk::{Clock, Office};
use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::IdSource;

/// Longest document.
const BYTES: usize = 16 * 1024;
/// Rounds for each document.
const ROUNDS: usize = 7;

const USUAL: &str = "query($id: ID!) { node(id: $id) { id ... on Enterprise { name shortName \
    externalId ownership regionCode: place { regionCode } chains(first: 5) { id name } \
    alliances(first: 5) { id name } needs(first: 10) { id title stage } } } }";

#[tokio::main]
async fn main() {
    let db = lianmeng_testkit::database().await;
    let clock = Clock::Fixed(DateTime::UNIX_EPOCH);
    let office = Arc::new(Office::new(db, IdSource::new(1), clock));
    let service = Service::new(schema::build(), office, Actor::public());
    // Builds what is built once.
    let _warm = service.execute(Request::new("{ __typename }")).await;
    let mut worst = Duration::ZERO;
    for (name, document) in documents() {
        assert!(document.len() <= BYTES - 16, "{name} has {} bytes", document.len());
        let mut slowest = Duration::ZERO;
        let mut said = String::new();
        for round in 0..ROUNDS {
            let text = format!("{document} #{round}");
            let start = Instant::now();
            let answer = service.execute(Request::new(text)).await;
            slowest = slowest.max(start.elapsed());
            said = answer.errors.first().map_or("run".to_owned(), |e| e.message.clone());
        }
        worst = worst.max(slowest);
        let said: String = said.chars().take(60).collect();
        println!("{:>8.3} ms  {name:40} {said}", slowest.as_secs_f64() * 1e3);
    }
    println!("{:>8.3} ms  the slowest", worst.as_secs_f64() * 1e3);
    usual(&service).await;
}

/// A usual query with a text that is new each time, and with one that is known.
async fn usual(service: &Service) {
    const TIMES: u32 = 500;
    let variables = || {
        let id = serde_json::json!({ "id": "enterprise:00000000000000000000000001" });
        async_graphql::Variables::from_json(id)
    };
    for is_new in [true, false] {
        let mut spent = Duration::ZERO;
        for round in 0..TIMES {
            let text = if is_new { format!("{USUAL} #{round}") } else { USUAL.to_owned() };
            let start = Instant::now();
            let answer = service.execute(Request::new(text).variables(variables())).await;
            spent += start.elapsed();
            assert!(answer.errors.is_empty(), "{:?}", answer.errors);
        }
        let each = spent.as_secs_f64() * 1e6 / f64::from(TIMES);
        println!(
            "{each:>8.1} µs  a usual query, its text {}",
            if is_new { "new" } else { "known" }
        );
    }
}

fn many(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).map(part).collect::<Vec<_>>().join(" ")
}

/// Cuts what repeats to fit.
fn filled(start: &str, part: &str, end: &str) -> String {
    let room = BYTES - 32 - start.len() - end.len();
    format!("{start}{}{end}", part.repeat(room / part.len()))
}

fn documents() -> Vec<(&'static str, String)> {
    let nested = |levels: usize, inside: &str| {
        format!("{{{}{inside}{}}}", "... {".repeat(levels), "}".repeat(levels))
    };
    let chain = |fragments: usize, body: &str| {
        let links = many(fragments, |i| {
            let next = if i + 1 < fragments { format!("...F{}", i + 1) } else { String::new() };
            format!("fragment F{i} on Query {{ {body} {next} }}")
        });
        format!("{{ ...F0 }} {links}")
    };
    let bomb = |levels: usize| {
        let links =
            many(levels, |i| format!("fragment B{i} on Query {{ ...B{0} ...B{0} }}", i + 1));
        format!("{{ ...B0 }} {links} fragment B{levels} on Query {{ __typename }}")
    };
    let declared = many(64, |i| format!("$v{i}: Int"));
    vec![
        ("unknown fields", filled("{ ", "a ", "}")),
        ("990 unknown fields", format!("{{ {} }}", "abcdefgh ".repeat(990))),
        ("990 known fields", format!("{{ {} }}", "__typename ".repeat(990))),
        ("fields in conflict", format!("{{ {} }}", many(300, |i| format!("node(id: \"{i}\") {{ id }}")))),
        ("unknown arguments", format!("{{ {} }}", many(60, |_| format!("node({}) {{ id }}", many(32, |i| format!("a{i}:1")))))),
        ("nested inline fragments", nested(30, &"__typename ".repeat(250))),
        ("nested inline fragments, wide", nested(7, &"__typename ".repeat(990))),
        ("chain of fragments", chain(30, "__typename __typename")),
        ("fragments that spread all others", format!("{{ ...F0 }} {}", many(40, |i| format!("fragment F{i} on Query {{ {} a }}", many(39 - i, |j| format!("...F{}", i + j + 1)))))),
        ("unused fragments", format!("{{ a }} {}", many(64, |i| format!("fragment F{i} on Query {{ {} }}", "a ".repeat(14))))),
        ("bomb of fragments", bomb(25)),
        ("bomb of fragments, small", bomb(10)),
        ("variables", format!("query({declared}) {{ {} }}", many(300, |i| format!("node(id: $v{}) {{ id }}", i % 64)))),
        ("unused variables", format!("query({declared}) {{ a }}")),
        ("list of numbers", filled("{ node(id: [", "1 ", "]) { id } }")),
        ("lists in lists", format!("{{ node(id: {}1{}) {{ id }} }}", "[".repeat(60), "]".repeat(60))),
        ("brackets", filled("{ node(id: ", "[", "")),
        ("braces", filled("", "{a", "")),
        ("long text", filled("{ node(id: \"", "x", "\") { id } }")),
        ("long block text", filled("{ node(id: \"\"\"", "x\n", "\"\"\") { id } }")),
        ("long comment", filled("{ __typename } #", "x", "")),
        ("spaces", filled("{", " ", "__typename }")),
        ("open text", filled("{ a(b: \"", "\\n", "")),
        ("directives", filled("{ __typename ", "@skip(if: false) ", "}")),
        ("wide input", format!("mutation {{ enterpriseRegister(input: {{ {} }}) {{ errors {{ code }} }} }}", many(900, |i| format!("x{i}: 1")))),
        ("introspection", "{ __schema { types { name kind fields { name args { name type { name ofType { name } } } type { name ofType { name } } } } } }".to_owned()),
        ("introspection in circles", "{ __schema { types { fields { type { fields { type { fields { name } } } } } } }".to_owned()),
        ("operations", many(10, |i| format!("query Q{i} {{ {} }}", "__typename ".repeat(90)))),
        ("nonsense", filled("", "query ( ) ... on @ $ ! : ", "")),
    ]
}
