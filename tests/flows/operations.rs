//! Running the program: settings, numbers, traces, stopping, backups, migrations.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use lianmeng_testkit::postgres::Database;
use lianmeng_testkit::{Program, Server};
use serde_json::{Value, json};

const FIRMS: &str = "query Firms { enterprises { totalCount nodes { name } } }";

fn register(server: &Server, token: &str, name: &str) {
    let change = r"mutation Register($name: String!, $key: String!) {
        enterpriseRegister(input: { card: { name: $name }, requestKey: $key }) { errors { code } }
    }";
    let key = format!("key of {name}");
    let done = server.data(token, change, json!({ "name": name, "key": key }));
    assert_eq!(done["enterpriseRegister"]["errors"], json!([]));
}

fn firms(server: &Server) -> Value {
    server.data("", FIRMS, Value::Null)["enterprises"]["totalCount"].clone()
}

#[test]
fn settings_are_shown_without_secrets_and_faults_are_named() {
    let mut program = Program::on_sqlite();
    assert!(program.run(&["config", "print"]).out.contains("# Port to listen on"));
    program.set("DATABASE_URL", "postgres://city:hush@db.example/city");
    program.set("LIANMENG_SERVER__PORT", "8123");
    let shown = program.run(&["config", "print", "--effective"]);
    assert!(shown.out.contains("port = 8123") && shown.out.contains("db.example"), "{shown:?}");
    assert!(!shown.out.contains("hush"), "{shown:?}");
    assert_eq!(program.run(&["config", "check"]).code, 0);

    program.set("LIANMENG_METRICS__LISTEN", "nonsense");
    let check = program.run(&["config", "check"]);
    assert_eq!(check.code, 2);
    assert!(check.err.contains("metrics.listen") && !check.err.contains("hush"), "{check:?}");
    program.set("LIANMENG_SERVER__PROT", "1");
    let unknown = program.run(&["config", "check"]);
    assert!(unknown.code == 2 && unknown.err.contains("prot"), "{unknown:?}");
}

#[test]
fn numbers_tell_of_operations_statements_errors_and_the_graph() {
    let program = Program::on_sqlite();
    let server = program.serve();
    let token = program.token("coordinator", None);
    register(&server, &token, "示例甲");
    for _ in 0..3 {
        server.data(&token, FIRMS, Value::Null);
    }
    // Needs are never kept near: one statement each time.
    for _ in 0..2 {
        server.data(&token, "query Needs { needs { nodes { id } } }", Value::Null);
    }
    server.data("", "query Stranger { __typename }", Value::Null);
    server.ask(&token, "query Wrong { node(id: \"x\") { id } }", Value::Null);

    let operations = |name: &str, kind: &str, outcome: &str| {
        let labels = format!("{{operation=\"{name}\",type=\"{kind}\",outcome=\"{outcome}\"}}");
        server.number(&format!("lianmeng_operations_total{labels}"))
    };
    assert_eq!(operations("Register", "mutation", "ok"), Some(1.0));
    assert_eq!(operations("Firms", "query", "ok"), Some(3.0));
    assert_eq!(operations("Wrong", "query", "failed"), Some(1.0));
    assert_eq!(operations("Stranger", "query", "ok"), None, "strangers make no series");
    assert_eq!(operations("other", "query", "ok"), Some(1.0));
    let number = |series: &str| server.number(series);
    assert_eq!(
        number("lianmeng_operation_statements_total{operation=\"Needs\",type=\"query\"}"),
        Some(2.0)
    );
    assert_eq!(number("lianmeng_errors_total{code=\"BAD_ID\"}"), Some(1.0));
    assert_eq!(number("lianmeng_database_up"), Some(1.0));
    assert_eq!(number("lianmeng_graph_version_stored"), Some(1.0));
    assert!(number("process_resident_memory_bytes").unwrap() > 1e6);
    assert_eq!(server.get("/metrics", &[]).status, 404, "only its own listener tells");
}

#[test]
fn one_span_per_operation_goes_to_the_collector() {
    let collector = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut program = Program::on_sqlite();
    let endpoint = format!("http://{}", collector.local_addr().unwrap());
    program.set("LIANMENG_TELEMETRY__OTLP_ENDPOINT", &endpoint);
    let server = program.serve();
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let parent = format!("00-{trace}-b7ad6b7169203331-01");
    let headers = [("Content-Type", "application/json"), ("traceparent", parent.as_str())];
    let body = json!({ "query": FIRMS }).to_string();
    assert_eq!(server.post("/graphql", &headers, body.as_bytes()).status, 200);
    // Spans that wait for their batch are sent at the end.
    server.terminate();

    let (mut stream, _) = collector.accept().unwrap();
    let (mut got, mut chunk) = (Vec::new(), [0; 4096]);
    let has = |got: &[u8], what: &[u8]| got.windows(what.len()).any(|part| part == what);
    let id: Vec<u8> =
        (0..16).map(|at| u8::from_str_radix(&trace[2 * at..2 * at + 2], 16).unwrap()).collect();
    while !(has(&got, b"operation.name") && has(&got, b"Firms") && has(&got, &id)) {
        let read = stream.read(&mut chunk).unwrap();
        assert!(read > 0, "{}", String::from_utf8_lossy(&got));
        got.extend_from_slice(&chunk[..read]);
    }
    assert!(got.starts_with(b"POST /v1/traces"), "{}", String::from_utf8_lossy(&got));
    assert!(!has(&got, b"totalCount"), "no span per field");
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
    assert_eq!(server.wait(), 0);
}

#[test]
fn before_it_stops_it_is_no_longer_ready_and_what_runs_is_finished() {
    let mut program = Program::on_sqlite();
    program.set("LIANMENG_SERVER__DRAIN_SECONDS", "60");
    let server = program.serve();
    let body = json!({ "query": FIRMS }).to_string();
    let (first, rest) = body.split_at(10);
    let mut slow = TcpStream::connect(server.address.strip_prefix("http://").unwrap()).unwrap();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{first}",
        body.len()
    );
    slow.write_all(head.as_bytes()).unwrap();
    while server.get("/health/ready", &[]).status != 200 {}

    server.terminate();
    while server.get("/health/ready", &[]).status != 503 {}
    assert_eq!(server.get("/health/ready", &[]).body, "the server is stopping");
    assert_eq!(server.get("/health/live", &[]).status, 200);
    assert_eq!(firms(&server), 0, "late requests are answered while it drains");

    // The second signal ends the draining; the request under way is still answered.
    server.terminate();
    let refused = || TcpStream::connect(server.address.strip_prefix("http://").unwrap()).is_err();
    while !refused() {}
    slow.write_all(rest.as_bytes()).unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("totalCount"), "{answer}");
    assert_eq!(server.wait(), 0);
}

#[test]
fn a_backup_taken_while_serving_is_restored_and_nothing_else_is_lost() {
    let program = Program::on_sqlite();
    let server = program.serve();
    let token = program.token("coordinator", None);
    register(&server, &token, "示例甲");
    let made = program.run(&["backup", "first.lianmeng"]);
    assert_eq!(made.code, 0, "{made:?}");
    let again = program.run(&["backup", "first.lianmeng"]);
    assert!(again.code == 2 && again.err.contains("never overwrites"), "{again:?}");
    register(&server, &token, "示例乙");
    assert_eq!(firms(&server), 2);

    let early = program.run(&["restore", "first.lianmeng"]);
    assert!(early.code == 2 && early.err.contains("--force"), "{early:?}");
    let busy = program.run(&["restore", "first.lianmeng", "--force"]);
    assert!(busy.code == 2 && busy.err.contains("in use"), "{busy:?}");
    register(&server, &token, "示例丙");
    assert_eq!(firms(&server), 3, "a refused restore changes nothing");

    server.terminate();
    assert_eq!(server.wait(), 0);
    let done = program.run(&["restore", "first.lianmeng", "--force"]);
    assert_eq!(done.code, 0, "{done:?}");
    // Ended in order: what it wrote stands beside the database until then.
    let restored = program.serve();
    assert_eq!(firms(&restored), 1);
    restored.terminate();
    assert_eq!(restored.wait(), 0);
    let kept = program.folder().join("data/lianmeng.db.replaced");
    std::fs::rename(kept, program.folder().join("data/lianmeng.db")).unwrap();
    assert_eq!(firms(&program.serve()), 3, "what was replaced is whole");
}

#[test]
fn a_broken_foreign_or_newer_file_is_no_backup() {
    let program = Program::on_sqlite();
    let server = program.serve();
    let token = program.token("coordinator", None);
    register(&server, &token, "示例甲");
    server.terminate();
    assert_eq!(server.wait(), 0);
    assert_eq!(program.run(&["backup", "good.lianmeng"]).code, 0);
    let mut bytes = std::fs::read(program.folder().join("good.lianmeng")).unwrap();

    program.write("empty.lianmeng", "");
    program.write("text.lianmeng", "no database\n".repeat(1000));
    program.write("half.lianmeng", &bytes[..bytes.len() / 2]);
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8192].fill(0x5a);
    program.write("broken.lianmeng", &bytes);
    for name in ["empty", "text", "half", "broken", "absent"] {
        let file = format!("{name}.lianmeng");
        let ran = program.run(&["restore", &file, "--force"]);
        assert!(ran.code == 2 && ran.err.contains(&file), "{name}: {ran:?}");
    }
    let left: Vec<_> = std::fs::read_dir(program.folder().join("data"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("part") || name.contains("replaced"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
    assert_eq!(firms(&program.serve()), 1);
}

#[test]
fn tables_go_back_and_forward_by_command() {
    let program = Program::on_sqlite();
    let up = program.run(&["migrate", "up"]);
    assert_eq!(up.code, 0, "{up:?}");
    assert!(!program.run(&["migrate", "status"]).out.contains("missing"));
    assert_eq!(program.run(&["migrate", "up"]).out, "0 applied\n");
    assert_eq!(program.run(&["migrate", "down"]).out, "1 taken back\n");
    let status = program.run(&["migrate", "status"]).out;
    assert_eq!(status.lines().filter(|line| line.starts_with("missing")).count(), 1, "{status}");
    assert_eq!(program.run(&["migrate", "up", "--steps", "5"]).out, "1 applied\n");
}

#[test]
fn on_postgres_a_backup_is_restored_into_the_same_and_into_an_empty_database() {
    let Some(database) = Database::new("backup") else { return };
    let mut program = Program::on_sqlite();
    program.set("DATABASE_URL", &database.url());
    let server = program.serve();
    let token = program.token("coordinator", None);
    register(&server, &token, "示例甲");
    let made = program.run(&["backup", "first.lianmeng"]);
    assert_eq!(made.code, 0, "{made:?}");
    register(&server, &token, "示例乙");

    let early = program.run(&["restore", "first.lianmeng"]);
    assert!(early.code == 2 && early.err.contains("--force"), "{early:?}");
    let busy = program.run(&["restore", "first.lianmeng", "--force"]);
    assert!(busy.code == 2 && busy.err.contains("stop every"), "{busy:?}");
    server.terminate();
    assert_eq!(server.wait(), 0);
    program.write("text.lianmeng", "no dump");
    let bad = program.run(&["restore", "text.lianmeng", "--force"]);
    assert!(bad.code == 2 && bad.err.contains("text.lianmeng"), "{bad:?}");
    assert_eq!(firms(&program.serve()), 2, "refusals change nothing");

    let done = program.run(&["restore", "first.lianmeng", "--force"]);
    assert_eq!(done.code, 0, "{done:?}");
    let server = program.serve();
    assert_eq!(firms(&server), 1);
    register(&server, &token, "示例丁");
    drop(server);

    let empty = Database::new("restore").unwrap();
    program.set("DATABASE_URL", &empty.url());
    let done = program.run(&["restore", "first.lianmeng"]);
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(firms(&program.serve()), 1);
}
