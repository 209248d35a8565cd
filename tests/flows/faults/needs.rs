//! Servers killed while needs live their whole lives: each step is taken once, whoever dies.

use std::time::Instant;

use lianmeng_testkit::servers::{Postgres, free_port, wait_until};
use lianmeng_testkit::{Program, try_ask};
use serde_json::{Value, json};

const SUBMIT: &str = "mutation($firm: ID!, $committee: ID!, $key: String!) {
    p: needSubmit(input: { requestKey: $key, confirmsNoSecret: true, card: {
        enterpriseId: $firm, committeeId: $committee, kind: FACILITIES, title: $key, body: \"求班车\" } })
    { need { id } errors { code message } } }";

/// Steps after the submission: what is done, its input beside the need, and by whom.
const STEPS: [(&str, &str, usize); 7] = [
    ("needTriage", "need: { %need% }", 0),
    ("needDispatch", "need: { %need% }, handlerId: \"%unit%\", dueAt: \"2999-01-01T00:00:00Z\"", 0),
    ("needAccept", "%need%", 1),
    ("needStart", "%need%", 1),
    ("needAnswer", "need: { %need% }, text: \"已开通\"", 1),
    ("needRate", "need: { %need% }, stars: 5", 2),
    ("needClose", "%need%", 0),
];

/// How many steps are taken in all.
fn wanted() -> usize {
    std::env::var("LIANMENG_TRANSITIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(400)
}

/// Asks until the answer says that it was done.
fn insist(addresses: &[String], token: &str, query: &str, variables: &Value) -> Value {
    let start = Instant::now();
    for turn in 0.. {
        assert!(start.elapsed().as_secs() < 60, "no answer to {query} {variables}");
        let answer = try_ask(&addresses[turn % addresses.len()], token, query, variables);
        let payload = answer.as_ref().map(|answer| &answer["data"]["p"]);
        assert!(payload.is_none_or(|payload| payload["errors"][0].is_null()), "{answer:?}");
        match payload {
            Some(done) if !done["need"].is_null() => return done["need"].clone(),
            Some(done) if done["errors"] == json!([]) => return Value::Null,
            Some(_) | None => std::thread::sleep(std::time::Duration::from_millis(20)),
        }
    }
    Value::Null
}

/// Leads a need from submission to closing.
fn live(addresses: &[String], tokens: &[String; 3], ids: &[String; 3], key: &str) {
    let [firm, committee, unit] = ids;
    let card = json!({ "firm": firm, "committee": committee, "key": key });
    let need = insist(addresses, &tokens[2], SUBMIT, &card);
    let need = need["id"].as_str().unwrap();
    for (verb, input, who) in STEPS {
        let which = format!(r#"needId: "{need}", requestKey: "{key}-{verb}""#);
        let input = input.replace("%need%", &which).replace("%unit%", unit);
        let query = format!(
            "mutation {{ p: {verb}(input: {{ {input} }}) {{ need {{ id }} errors {{ code message }} }} }}"
        );
        insist(addresses, &tokens[who], &query, &Value::Null);
    }
}

#[test]
fn needs_under_servers_that_are_killed_take_each_step_once() {
    let Some(postgres) = Postgres::start() else { return };
    let mut program = Program::on_sqlite();
    program.set("DATABASE_URL", &postgres.url());
    assert_eq!(program.run(&["demo"]).code, 0);
    let id = |table: &str, key: &str, tag: &str| {
        let found = postgres.say(&format!("SELECT id FROM {table} WHERE external_id = '{key}'"));
        format!("{tag}:{found}")
    };
    let ids = [
        id("enterprises", "demo-f01", "enterprise"),
        id("chain_committees", "demo-cc-tex", "committee"),
        id("organisations", "demo-d01", "organisation"),
    ];
    let tokens = [
        program.token("coordinator", None),
        program.token("department_handler", Some(&ids[2])),
        program.token("enterprise", Some(&ids[0])),
    ];
    let before: usize = postgres.say("SELECT count(*) FROM needs").parse().unwrap();
    let needs = wanted() / (STEPS.len() + 1);
    let mut servers = [free_port(), free_port()].map(|port| program.serve_on(port));
    let addresses = servers.each_ref().map(|server| server.address.clone());
    let (next, done) =
        (std::sync::atomic::AtomicUsize::new(0), std::sync::atomic::AtomicUsize::new(0));
    let mut kills = 0;
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    if number >= needs {
                        return;
                    }
                    live(&addresses, &tokens, &ids, &format!("need-{number:06}"));
                    done.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                }
            });
        }
        let finished = || done.load(std::sync::atomic::Ordering::Relaxed);
        while finished() < needs {
            let goal = (finished() + 2).min(needs);
            wait_until("needs", || finished() >= goal);
            if finished() < needs {
                let victim = &mut servers[kills % 2];
                let port = victim.port();
                victim.kill();
                *victim = program.serve_on(port);
                kills += 1;
            }
        }
    });

    let count = |sql: &str| postgres.say(sql).parse::<usize>().unwrap();
    let ours = "FROM needs WHERE title LIKE 'need-%'";
    assert_eq!(count("SELECT count(*) FROM needs"), before + needs, "none twice");
    assert_eq!(
        count(&format!("SELECT count(*) {ours} AND stage = 'closed' AND version = 8")),
        needs
    );
    let steps = needs * (STEPS.len() + 1);
    let deeds = "FROM audit_rows WHERE thing IN (SELECT 'need:' || id FROM needs WHERE title LIKE 'need-%')";
    assert_eq!(count(&format!("SELECT count(*) {deeds}")), steps);
    assert_eq!(
        count(&format!("SELECT count(*) FROM (SELECT DISTINCT thing, action {deeds}) d")),
        steps
    );
    let gaps =
        "SELECT count(*) - max(seq), min(seq), count(*) - count(DISTINCT seq) FROM audit_rows";
    assert_eq!(postgres.say(gaps), "0|1|0");
    println!("{steps} steps of {needs} needs, {kills} kills");
}
