//! A replica that the network cuts off from PostgreSQL and Redis while another goes on.

use std::time::{Duration, Instant};

use lianmeng_testkit::line::Line;
use lianmeng_testkit::servers::{Postgres, Redis, wait_until};
use lianmeng_testkit::{Program, Server};
use serde_json::json;

use super::{COUNT, Load, agree, counted, is_sound, register};

/// `graphql.timeout_seconds` of the replica that is cut off.
const TIMEOUT: u64 = 2;

/// Of what no process keeps near.
const NEEDS: &str = "{ needs { totalCount } }";

/// What was asked at a replica that is cut off, how it was answered, and after how long.
fn refused(name: &str, ask: impl FnOnce() -> String) -> Duration {
    let start = Instant::now();
    let code = ask();
    let took = start.elapsed();
    assert!(["TIMEOUT", "UNAVAILABLE"].contains(&code.as_str()), "{name}: {code:?}");
    // Once for who asks, once for what; the rest is for a busy machine.
    assert!(took.as_secs() < 2 * TIMEOUT + 4, "{name} took {took:?}");
    took
}

/// The number of the last change of the graph, and of all, as the database and a replica say.
fn stored(postgres: &Postgres) -> (f64, i64) {
    let number =
        |name: &str| postgres.say(&format!("SELECT number FROM versions WHERE name = '{name}'"));
    (number("graph").parse().unwrap(), number("feed").parse().unwrap())
}

fn shown(server: &Server, token: &str) -> Option<(f64, i64)> {
    let answer = server.try_ask(token, COUNT, &json!(null))?;
    Some((server.number("lianmeng_graph_version")?, answer["extensions"]["seen"].as_i64()?))
}

/// The program with its servers behind these ports.
fn program([database, redis]: [u16; 2]) -> Program {
    let mut program = Program::on_sqlite();
    // What a replica holds that is cut off in the middle of a change is free again after this.
    let url = format!(
        "postgres://postgres@127.0.0.1:{database}/postgres?options[idle_in_transaction_session_timeout]=1s"
    );
    program.set("DATABASE_URL", &url);
    program.set("REDIS_URL", &format!("redis://127.0.0.1:{redis}/"));
    program.set("LIANMENG_REDIS__SPACE", "faults");
    program
}

#[test]
fn a_replica_that_is_cut_off_answers_clearly_holds_nobody_up_and_catches_up() {
    let Some(postgres) = Postgres::start() else { return };
    let Some(redis) = Redis::start() else { return };
    let seconds = std::env::var("LIANMENG_CUT_OFF_SECONDS").ok();
    let outage = Duration::from_secs(seconds.map_or(9, |text| text.parse().unwrap()));
    let lines = [Line::to(postgres.port()), Line::to(redis.port())];
    let near = program([postgres.port(), redis.port()]);
    let far = program(lines.each_ref().map(Line::port))
        .with("LIANMENG_GRAPHQL__TIMEOUT_SECONDS", TIMEOUT);
    let token = near.token("coordinator", None);
    let (near, far) = (near.serve(), far.serve());
    let mut own = 0;
    let addresses = [near.address.clone(), far.address.clone()];
    // In one outage what was under way is lost, after the other it arrives late.
    for end in [Line::mend, Line::resume] {
        let first = u64::try_from(own).unwrap();
        let load = Load::start_at(first, &addresses, &token, 4);
        load.wait_for(40);
        lines.iter().for_each(Line::cut);
        let start = Instant::now();
        let key = format!("at the cut {own}");
        let (mut standstill, mut last) = (Duration::ZERO, (start, load.count()));
        std::thread::scope(|scope| {
            let change =
                scope.spawn(|| refused("a change", || register(&far, &token, &key).unwrap_err()));
            let query = scope.spawn(|| {
                refused("a query", || {
                    let answer = far.ask(&token, NEEDS, json!(null));
                    answer["errors"][0]["extensions"]["code"].as_str().unwrap().to_owned()
                })
            });
            let ready = scope.spawn(|| far.get("/health/ready", &[]));
            while start.elapsed() < outage {
                if load.count() > last.1 {
                    standstill = standstill.max(last.0.elapsed());
                    last = (Instant::now(), load.count());
                }
                std::thread::sleep(Duration::from_millis(5));
            }
            let took = [change, query].map(|asked| asked.join().unwrap().as_millis());
            println!("refused after {took:?} ms");
            let ready = ready.join().unwrap();
            assert_eq!(ready.status, 503, "{ready:?}");
            assert!(ready.body.starts_with("the database does not answer"), "{ready:?}");
        });
        standstill = standstill.max(last.0.elapsed());
        assert!(standstill < outage, "the other replica goes on");
        for line in &lines {
            end(line);
        }
        let start = Instant::now();
        wait_until("answering again", || counted(&far, &token).is_some());
        let answers = start.elapsed().as_millis();
        // What was under way is acknowledged or sent again with its key, at either replica.
        let ids = [&far, &near].map(|server| {
            let mut id = Err(String::new());
            wait_until("the change", || {
                id = register(server, &token, &key);
                id.is_ok()
            });
            id
        });
        assert_eq!(ids[0], ids[1], "{key}");
        own += load.stop() + 1;
        agree(&[&near, &far], &token, own);
        wait_until("catching up", || {
            let all = [shown(&near, &token), shown(&far, &token)];
            all == [Some(stored(&postgres)); 2]
        });
        println!(
            "cut off for {} s: the other stood still for {} ms, answers again after {answers} ms, agrees after {} ms, {own} changes",
            outage.as_secs(),
            standstill.as_millis(),
            start.elapsed().as_millis()
        );
        is_sound(&postgres, own);
    }
}
