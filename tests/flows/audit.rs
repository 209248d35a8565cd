//! The audit log from end to end: what the server writes, what the command line finds in it.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use lianmeng_testkit::{Program, Server, sqlite};
use serde_json::{Value, json};

/// A firm and a need of it, written by a coordinator and read by an auditor; gives the need's id.
fn town(program: &Program, server: &Server) -> String {
    let token = program.token("coordinator", None);
    let firm = server.data(
        &token,
        r#"mutation { enterpriseRegister(input: { card: { name: "示例甲" }, requestKey: "firm-001" }) {
            enterprise { id } } }"#,
        Value::Null,
    );
    let need = server.data(
        &token,
        r#"mutation Write($firm: ID!) { needSubmit(input: { requestKey: "need-001", confirmsNoSecret: true,
            card: { enterpriseId: $firm, kind: TALENT, title: "用工", body: "机密" } }) { need { id } } }"#,
        json!({ "firm": firm["enterpriseRegister"]["enterprise"]["id"] }),
    );
    let need = need["needSubmit"]["need"]["id"].as_str().unwrap().to_owned();
    let auditor = program.token("auditor", None);
    let read = "query Read($id: ID!) { node(id: $id) { ... on Need { body } } }";
    let body = server.data(&auditor, read, json!({ "id": need }));
    assert_eq!(body["node"]["body"], "机密");
    need
}

#[test]
fn what_was_written_and_read_is_sealed_when_the_server_ends_and_a_flipped_byte_is_named() {
    let program = Program::on_sqlite();
    let server = program.serve();
    let need = town(&program, &server);
    server.terminate();
    assert_eq!(server.wait(), 0);

    let verify = || program.run(&["audit", "verify", "--json"]);
    let found = verify();
    assert_eq!((found.code, found.json()["faults"].clone()), (0, json!(0)), "{found:?}");
    let counts = |name: &str| found.json()[name].as_u64().unwrap();
    assert_eq!((counts("reads"), counts("unsealedChanges"), counts("unsealedReads")), (1, 0, 0));
    assert_eq!(counts("changes"), 2);

    let show = program.run(&["audit", "show", "--thing", &need, "--field", "body"]);
    let lines: Vec<&str> = show.out.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(lines.len(), 2, "{show:?}");
    assert!(lines[0].contains("Read") && lines[0].contains("auditor"), "{show:?}");
    assert!(lines[0].contains("127.0.0.1") && lines[1].contains("SubmitNeed"), "{show:?}");

    let out = program.folder().join("log.jsonl");
    let path = out.to_str().unwrap();
    let export =
        ["audit", "export", "--from", "2020-01-01", "--until", "2100-01-01", "--out", path];
    assert_eq!(program.run(&export).code, 0);
    let text = std::fs::read_to_string(&out).unwrap();
    let actions: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["action"].clone())
        .collect();
    assert_eq!(actions, ["RegisterEnterprise", "SubmitNeed", "Read"]);
    assert_eq!(program.run(&export).code, 2, "an export is not written over");

    let erased = program.run(&["audit", "erase", "--thing", &need]);
    assert_eq!(erased.out.trim(), "erased from 2 rows");
    let after = verify();
    assert_eq!((after.code, after.json()["unsealedChanges"].clone()), (0, json!(1)), "{after:?}");
    assert_eq!(after.json()["erased"], 2);

    let file = program.folder().join("data/lianmeng.db");
    sqlite(&file, "UPDATE audit_rows SET subject = 'deva' || substr(subject, 5) WHERE seq = 2");
    let found = verify();
    assert_eq!(found.code, 2);
    let told = found.json()["told"][0].as_str().unwrap().to_owned();
    assert!(told.starts_with("audit:") && told.ends_with("(change 2) was changed"), "{told}");
}

#[test]
fn fewer_than_six_months_are_not_kept() {
    let mut program = Program::on_sqlite();
    let refused = program.run(&["parts", "detach", "--keep-months", "5"]);
    assert!(refused.code == 2 && refused.err.contains("audit.keep_months is 6"), "{refused:?}");
    program.set("LIANMENG_AUDIT__KEEP_MONTHS", "3");
    let check = program.run(&["config", "check"]);
    assert!(check.code == 2 && check.err.contains("audit.keep_months"), "{check:?}");
}
