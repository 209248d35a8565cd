//! Wall clocks that jump by hours, forward and back.
//!
//! What is expected: jobs follow the clock of the database and run once; changes and audit rows keep
//! their order, which no clock decides; an access token ends early or late by as much as the clock is
//! wrong, a login goes on and can be revoked at once, and what a wrong clock wrote locks nobody out.

use std::time::{Duration, Instant};

use lianmeng_testkit::clock::WallClock;
use lianmeng_testkit::servers::{Postgres, wait_for, wait_until};
use lianmeng_testkit::{Answer, Program, Server};
use serde_json::{Value, json};

use super::{Load, REGISTER, agree, counted, is_sound};

const LATER: &str = "mutation($committee: ID!, $key: String!) { suggestionsMakeLater(input: {
    committeeId: $committee, requestKey: $key }) { job { id } errors { message } } }";
const JOB: &str = "query($id: ID!) { job(id: $id) { state attempts } }";
const COMMITTEES: &str = "{ committees(first: 10) { nodes { id } } }";
const JSON: (&str, &str) = ("Content-Type", "application/json");
const PASSWORD: &str = "seven herons over the river";

/// Longer than a lease of a job.
const LEASE: Duration = Duration::from_mins(1);
/// Seconds for which a job is kept from ending.
const HELD: u32 = 3;

/// Asks for a job at `server`; gives its id.
fn ask(server: &Server, token: &str, committee: &Value, key: &str) -> Value {
    let made = server.data(token, LATER, json!({ "committee": committee, "key": key }));
    assert_eq!(made["suggestionsMakeLater"]["errors"], json!([]));
    made["suggestionsMakeLater"]["job"]["id"].clone()
}

fn committees(server: &Server, token: &str) -> Vec<Value> {
    let data = server.data(token, COMMITTEES, Value::Null);
    data["committees"]["nodes"].as_array().unwrap().clone()
}

/// How a job stands, and in which attempt.
fn job(server: &Server, token: &str, id: &Value) -> (String, u64) {
    let job = server.data(token, JOB, json!({ "id": id }))["job"].clone();
    (job["state"].as_str().unwrap().to_owned(), job["attempts"].as_u64().unwrap())
}

/// Until then no job can save suggestions.
fn hold(postgres: &Postgres) {
    postgres.say(&format!("LOCK TABLE suggestions IN EXCLUSIVE MODE; SELECT pg_sleep({HELD})"));
}

#[test]
fn a_clock_that_jumps_runs_no_job_twice_and_leaves_changes_in_order() {
    let Some(clock) = WallClock::new() else { return };
    let Some(postgres) = Postgres::start() else { return };
    let program = || {
        Program::on_sqlite().with("DATABASE_URL", postgres.url()).with("LIANMENG_JOBS__WORKERS", 0)
    };
    let (right, mut wrong) = (program(), program());
    clock.give(&mut wrong);
    assert_eq!(right.run(&["demo"]).code, 0);
    let token = right.token("coordinator", None);
    let servers = [right.serve(), wrong.serve()];
    let committees = committees(&servers[0], &token);
    let (before, _) = counted(&servers[0], &token).unwrap();
    let load = Load::start(&servers.each_ref().map(|one| one.address.clone()), &token, 2);
    let (worker, strange) = (right.work(), wrong.work());
    let (mut own, mut last) = (0, 0);
    for (turn, hours) in [7, 0, -7, 0].into_iter().enumerate() {
        let committee = &committees[turn % committees.len()]["id"];
        std::thread::scope(|scope| {
            let held = scope.spawn(|| hold(&postgres));
            wait_until("holding", || {
                postgres.say("SELECT count(*) FROM pg_locks WHERE mode = 'ExclusiveLock' AND granted AND relation = 'suggestions'::regclass") == "1"
            });
            let id = ask(&servers[1], &token, committee, &format!("job of turn {turn}"));
            wait_until("a worker", || job(&servers[0], &token, &id).0 == "RUNNING");
            clock.set(hours);
            held.join().unwrap();
            wait_until("the job", || job(&servers[0], &token, &id).0 == "DONE");
            assert_eq!(job(&servers[0], &token, &id).1, 1, "{hours} h");
        });
        for server in servers.iter().cycle().take(10) {
            let key = format!("change {own:04}");
            let variables = json!({ "key": key, "name": key });
            let seen = server.ask(&token, REGISTER, variables)["extensions"]["seen"].as_i64();
            assert!(seen.unwrap() > last, "{seen:?} after {last}");
            (own, last) = (own + 1, seen.unwrap());
        }
    }
    // A worker whose clock is ahead dies with a job in its hands.
    clock.set(7);
    drop(worker);
    let id = std::thread::scope(|scope| {
        scope.spawn(|| hold(&postgres));
        let id = ask(&servers[1], &token, &committees[0]["id"], "job of a worker that dies");
        wait_until("a worker", || job(&servers[0], &token, &id).0 == "RUNNING");
        drop(strange);
        id
    });
    let start = Instant::now();
    let _worker = right.work();
    wait_for(LEASE, "another worker", || job(&servers[0], &token, &id) == ("DONE".to_owned(), 2));
    println!("the job of a dead worker was done {} ms later", start.elapsed().as_millis());
    let done = load.stop() + own;
    agree(&servers.each_ref(), &token, done + usize::try_from(before).unwrap());
    is_sound(&postgres, done);
}

fn log_in(server: &Server, password: &str) -> Answer {
    let body = json!({ "name": "wang.fang", "password": password }).to_string();
    server.post("/auth/login", &[JSON], body.as_bytes())
}

fn refresh(server: &Server, tokens: &Value) -> Answer {
    let body = json!({ "refreshToken": tokens["refreshToken"] }).to_string();
    server.post("/auth/refresh", &[JSON], body.as_bytes())
}

/// The status of a request with the access token of `tokens`.
fn status(server: &Server, tokens: &Value) -> u16 {
    let bearer = format!("Bearer {}", tokens["accessToken"].as_str().unwrap());
    let query = json!({ "query": "{ viewer { role } }" }).to_string();
    server.post("/graphql", &[JSON, ("Authorization", &bearer)], query.as_bytes()).status
}

#[test]
fn a_clock_that_jumps_ends_access_tokens_and_no_login() {
    let Some(clock) = WallClock::new() else { return };
    let right = Program::default().with("LIANMENG_AUTH__RECHECK_SECONDS", 0);
    for args in [
        &["user", "add", "wang.fang", "--password-stdin"][..],
        &["user", "grant", "wang.fang", "--role", "coordinator"],
    ] {
        let ran = right.run_with_input(args, PASSWORD);
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    let right_server = right.serve();
    // The same installation, with another clock.
    let mut wrong = right;
    clock.give(&mut wrong);
    let (right, wrong) = (right_server, wrong.serve());

    clock.set(7);
    let first = log_in(&right, PASSWORD).json();
    assert_eq!([status(&right, &first), status(&wrong, &first)], [200, 401], "ended there");
    let second = refresh(&wrong, &first).json();
    assert_eq!([status(&right, &second), status(&wrong, &second)], [200, 200], "the login goes on");
    // A refresh token that comes again is a thief's, though the clock says it was not used yet.
    clock.set(0);
    assert_eq!(refresh(&wrong, &first).status, 401);
    assert_eq!(
        [status(&right, &second), status(&wrong, &second)],
        [401, 401],
        "the login was ended"
    );

    clock.set(-7);
    let third = log_in(&wrong, PASSWORD).json();
    assert_eq!([status(&right, &third), status(&wrong, &third)], [401, 200]);
    let fourth = refresh(&right, &third).json();
    assert_eq!([status(&right, &fourth), status(&wrong, &fourth)], [200, 200]);
    let bearer = format!("Bearer {}", fourth["accessToken"].as_str().unwrap());
    assert_eq!(wrong.post("/auth/logout", &[("Authorization", &bearer)], b"").status, 204);
    assert_eq!([status(&right, &fourth), status(&wrong, &fourth)], [401, 401], "revoked at once");

    // Guessing is slowed where the clock says that it happens, and shuts nobody out for hours.
    clock.set(7);
    let statuses = (0..6).map(|_| log_in(&wrong, "a guess").status).collect::<Vec<_>>();
    assert_eq!(statuses, [401, 401, 401, 401, 401, 429]);
    assert_eq!(log_in(&right, PASSWORD).status, 200);
    clock.set(0);
    assert_eq!(log_in(&wrong, PASSWORD).status, 200);
}

#[test]
fn on_one_machine_a_job_is_due_whatever_the_clock_said_when_it_was_asked_for() {
    let Some(clock) = WallClock::new() else { return };
    let mut program = Program::on_sqlite().with("LIANMENG_JOBS__WORKERS", 0);
    assert_eq!(program.run(&["demo"]).code, 0);
    clock.give(&mut program);
    let token = program.token("coordinator", None);
    clock.set(7);
    let server = program.serve();
    let committees = committees(&server, &token);
    for (turn, hours) in [0, -7].into_iter().enumerate() {
        let id = ask(
            &server,
            &token,
            &committees[turn % committees.len()]["id"],
            &format!("job of turn {turn}"),
        );
        clock.set(hours);
        let worker = program.work();
        wait_until("the job", || job(&server, &token, &id) == ("DONE".to_owned(), 1));
        drop(worker);
    }
}
