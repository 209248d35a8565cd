//! Coming in, as secretariats, enterprises and their people meet it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a failure here is a failed test")]

use std::collections::BTreeSet;
use std::path::Path;

use lianmeng_testkit::servers::wait_until;
use lianmeng_testkit::{Answer, Program, Server};
use serde_json::{Value, json};

const JSON: (&str, &str) = ("Content-Type", "application/json");
const PASSWORD: &str = "seven herons over the river";
const CODE: &str = "91350100M000100Y43";
/// How many a secretariat of ours has to invite.
const FIRMS: usize = 1_270;

/// A program with a chain, its committee and `firms` enterprises on it, the first with [`CODE`].
fn program(firms: usize) -> Program {
    let program = Program::default().with("LIANMENG_AUTH__PUBLIC_URL", "https://lianmeng.example");
    let code = |n: usize| if n == 1 { CODE } else { "" };
    let mut enterprises = "外部编号,企业名称,统一社会信用代码\n".to_owned();
    let mut placements = "企业,产业链,环节\n".to_owned();
    for n in 1..=firms {
        enterprises.push_str(&format!("F{n},示例{n}厂,{}\n", code(n)));
        placements.push_str(&format!("F{n},家纺,织造\n"));
    }
    program.write("in/enterprises.csv", enterprises);
    program.write("in/placements.csv", placements);
    program.write("in/chains.csv", "产业链名称\n家纺\n");
    program.write("in/segments.csv", "产业链,环节名称,上中下游\n家纺,织造,上游\n");
    program.write("in/committees.csv", "党委名称,产业链,党委形式\n家纺党委,家纺,联合党委\n");
    done(&program, &["import", "in"]);
    program
}

fn done(program: &Program, args: &[&str]) -> String {
    let ran = program.run(args);
    assert_eq!(ran.code, 0, "{args:?}: {ran:?}");
    ran.out.trim().to_owned()
}

/// The workbook of those to invite.
fn guests(program: &Program, firms: usize) -> String {
    let mut rows = "企业名称,联系人,联系电话\n".to_owned();
    for n in 1..=firms {
        rows.push_str(&format!("示例{n}厂,联系人{n},1380000{n:04}\n"));
    }
    program.write("guests.csv", rows).display().to_string()
}

/// The rows of what `invite` wrote: outcome and code of each.
fn written(path: &Path) -> Vec<(String, String)> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let rows = reader.records().map(|row| row.unwrap());
    rows.map(|row| (row[5].to_owned(), row[7].to_owned())).collect()
}

fn committee(server: &Server) -> String {
    let found = server.data("", "{ committees { nodes { id } } }", Value::Null);
    text(&found["committees"]["nodes"][0]["id"])
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn log_in(server: &Server, name: &str) -> Answer {
    let body = json!({ "name": name, "password": PASSWORD }).to_string();
    server.post("/auth/login", &[JSON], body.as_bytes())
}

fn signed_in(server: &Server, name: &str) -> String {
    let answer = log_in(server, name);
    assert_eq!(answer.status, 200, "{answer:?}");
    text(&answer.json()["accessToken"])
}

fn ask_as(server: &Server, token: &str, acting_as: Option<&str>, query: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    let mut headers = vec![JSON, ("Authorization", bearer.as_str())];
    headers.extend(acting_as.map(|id| ("Lianmeng-Acting-As", id)));
    server.post("/graphql", &headers, json!({ "query": query }).to_string().as_bytes())
}

const ACCEPT: &str = r"mutation($code: String!, $account: NewcomerInput, $key: String!) {
    done: invitationAccept(input: { code: $code, account: $account, requestKey: $key }) {
        accountId grantId errors { code field }
    }
}";

fn newcomer(name: &str) -> Value {
    json!({ "name": name, "displayName": name, "password": PASSWORD })
}

#[test]
fn a_run_that_dies_goes_on_and_all_1270_have_one_invitation_each() {
    let program = program(FIRMS);
    let server = program.serve();
    let guests = guests(&program, FIRMS);
    let committee = committee(&server);
    let secretary = program.token("committee_secretary", Some(&committee));
    let args = ["invite", &guests, "--committee", &committee, "--out", "invitations.csv"];
    let count = || {
        let query = "{ invitations(filter: { state: SENT }) { totalCount } }";
        server.data(&secretary, query, Value::Null)["invitations"]["totalCount"].as_u64().unwrap()
    };
    let out = program.folder().join("invitations.csv");
    let died = program.start(&args);
    wait_until("inviting the first", || count() > 0 || out.exists());
    drop(died);
    let before = count();

    let ran = program.run(&args);
    assert_eq!(ran.code, 0, "{ran:?}");
    let outcomes = ran.json()["outcomes"].clone();
    let number = |word: &str| outcomes.get(word).and_then(Value::as_u64).unwrap_or(0);
    println!("{before} were invited before the run died, {} after", number("made"));
    assert_eq!((number("waits"), number("made") + number("waits")), (before, 1_270), "{outcomes}");
    assert_eq!(count(), 1_270);
    let rows = written(&out);
    let codes: BTreeSet<&str> = rows.iter().map(|(_, code)| code.as_str()).collect();
    assert_eq!((rows.len(), codes.len()), (FIRMS, FIRMS), "everybody has a code of their own");

    let again = done(&program, &args);
    assert_eq!(again, r#"{"outcomes":{"waits":1270},"rows":1270}"#);
    assert_eq!(written(&out).len(), FIRMS);
    let same: Vec<(String, String)> =
        rows.iter().map(|(_, code)| ("waits".to_owned(), code.clone())).collect();
    assert_eq!(written(&out), same, "the codes stay");
    // The first and the last code open what they were made for.
    for (at, name) in [(0, "first"), (FIRMS - 1, "last")] {
        let vars = json!({ "code": rows[at].1, "account": newcomer(name), "key": "accept-01" });
        let joined = server.data("", ACCEPT, vars)["done"].clone();
        assert_eq!(joined["errors"], json!([]));
        let viewer = "{ viewer { bodyId } }";
        let answer = ask_as(&server, &signed_in(&server, name), None, viewer).json();
        let body = text(&answer["data"]["viewer"]["bodyId"]);
        let named = "query($id: ID!) { node(id: $id) { ... on Enterprise { name } } }";
        let found = server.data("", named, json!({ "id": body }));
        assert_eq!(found["node"]["name"], format!("示例{}厂", at + 1));
    }
    let after = done(&program, &args);
    assert_eq!(after, r#"{"outcomes":{"joined":2,"waits":1268},"rows":1270}"#);
}

#[test]
fn an_enterprise_comes_in_adds_a_colleague_and_whoever_leaves_loses_everything_at_once() {
    // Rights are believed for five seconds here, as everywhere: what ends must end all the same.
    let program = program(2);
    let server = program.serve();
    let guests = program.write("guests.csv", "名称,手机\n示例1厂,13812345678\n示例9厂,1\n");
    let guests = guests.display().to_string();
    let run = ["invite", &guests, "--out", "invitations.csv", "--qr", "codes"];
    let ran = program.run(&run);
    assert_eq!(ran.code, 2, "a row was refused");
    assert!(ran.err.contains("row 3: 示例9厂: \"示例9厂\" is not in the registry"), "{}", ran.err);
    let rows = written(&program.folder().join("invitations.csv"));
    assert_eq!((rows[0].0.as_str(), rows[1].0.as_str()), ("made", "unknown"));
    let image = std::fs::read_to_string(program.folder().join("codes/00002-示例1厂.svg")).unwrap();
    assert!(image.contains("<svg"), "{image}");
    let page = server.get(&format!("/join?code={}", rows[0].1), &[]);
    assert_eq!((page.status, page.kind.as_str()), (200, "text/html; charset=utf-8"));
    assert_eq!(server.get("/join/join.js", &[]).status, 200);

    let vars = json!({ "code": rows[0].1, "account": newcomer("wang"), "key": "accept-01" });
    let joined = server.data("", ACCEPT, vars)["done"].clone();
    assert_eq!(joined["errors"], json!([]), "{joined}");
    let boss = signed_in(&server, "wang");
    let add = r#"mutation { done: colleagueAdd(input: { name: "li.ming", displayName: "李明", requestKey: "add-00001" }) {
        accountId grantId passwordCode { code link qrSvg } errors { code }
    } }"#;
    let added = server.data(&boss, add, Value::Null)["done"].clone();
    let code = text(&added["passwordCode"]["code"]);
    let link = format!("https://lianmeng.example/join?password={code}");
    assert_eq!(added["passwordCode"]["link"], link);
    assert!(text(&added["passwordCode"]["qrSvg"]).contains("<svg"));
    assert_eq!(log_in(&server, "li.ming").status, 401, "no password yet");
    let choose = "mutation($code: String!, $password: String!) {
        passwordChoose(input: { code: $code, password: $password, requestKey: \"choose-01\" }) { name errors { code } }
    }";
    let chosen = server.data("", choose, json!({ "code": code, "password": PASSWORD }));
    assert_eq!(chosen["passwordChoose"], json!({ "name": "li.ming", "errors": [] }));

    let li = log_in(&server, "li.ming").json();
    let access = text(&li["accessToken"]);
    let viewer = ask_as(&server, &access, None, "{ viewer { role bodyId } }").json();
    let firm = text(&viewer["data"]["viewer"]["bodyId"]);
    let submit = "mutation($firm: ID!, $key: String!) {
        needSubmit(input: { confirmsNoSecret: true, requestKey: $key, card: {
            enterpriseId: $firm, kind: FINANCE, title: \"流动资金贷款\", body: \"三百万元\" } }) { need { title } errors { code } }
    }";
    let need = server.data(&access, submit, json!({ "firm": firm, "key": "need-0001" }));
    assert_eq!(need["needSubmit"]["need"]["title"], "流动资金贷款", "{need}");
    let create = "mutation { apiTokenCreate(input: { label: \"接口\", access: READ_WRITE, days: 30, requestKey: \"token-001\" }) { text errors { code } } }";
    let token = text(&server.data(&access, create, Value::Null)["apiTokenCreate"]["text"]);
    let status = |token: &str| ask_as(&server, token, None, "{ viewer { role } }").status;
    assert_eq!((status(&access), status(&token)), (200, 200));

    let remove = "mutation($id: ID!) {
        colleagueRemove(input: { accountId: $id, requestKey: \"remove-01\" }) { accountId errors { code } }
    }";
    let removed = server.data(&boss, remove, json!({ "id": added["accountId"] }));
    assert_eq!(removed["colleagueRemove"]["errors"], json!([]));
    assert_eq!((status(&access), status(&token)), (401, 401), "at once, on the next request");
    let again = server.ask(&access, submit, json!({ "firm": firm, "key": "need-0002" }));
    assert_eq!(again["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{again}");
    let body = json!({ "refreshToken": li["refreshToken"] }).to_string();
    assert_eq!(server.post("/auth/refresh", &[JSON], body.as_bytes()).status, 401);
    let back = signed_in(&server, "li.ming");
    let stranger = ask_as(&server, &back, None, "{ viewer { role } needs { totalCount } }").json();
    let nothing = json!({ "viewer": { "role": "PUBLIC" }, "needs": { "totalCount": 0 } });
    assert_eq!(stranger["data"], nothing, "the account is left, and may do nothing");
    let refused = server.data(&back, submit, json!({ "firm": firm, "key": "need-0003" }));
    assert_eq!(refused["needSubmit"]["errors"][0]["code"], "NOT_FOUND", "{refused}");
}

#[test]
fn one_person_acts_for_two_enterprises_and_chooses_which() {
    let program = program(2);
    let server = program.serve();
    let guests = guests(&program, 2);
    done(&program, &["invite", &guests, "--out", "invitations.csv"]);
    let rows = written(&program.folder().join("invitations.csv"));
    let first = json!({ "code": rows[0].1, "account": newcomer("wang"), "key": "accept-01" });
    let first = server.data("", ACCEPT, first)["done"].clone();
    let access = signed_in(&server, "wang");
    let second = json!({ "code": rows[1].1, "account": null, "key": "accept-02" });
    let second = server.data(&access, ACCEPT, second)["done"].clone();
    assert_eq!(second["accountId"], first["accountId"], "{second}");
    let body = |acting_as: Option<&str>| {
        let answer = ask_as(&server, &access, acting_as, "{ viewer { actingAsId } }").json();
        text(&answer["data"]["viewer"]["actingAsId"])
    };
    let (one, other) = (text(&first["grantId"]), text(&second["grantId"]));
    assert_eq!(
        (body(None), body(Some(&one)), body(Some(&other))),
        (one.clone(), one.clone(), other.clone())
    );
    let leave = format!(
        r#"mutation {{ grantLeave(input: {{ grantId: "{one}", requestKey: "leave-001" }}) {{ leftId errors {{ code }} }} }}"#
    );
    let left = ask_as(&server, &access, Some(&one), &leave).json();
    assert_eq!(left["data"]["grantLeave"]["leftId"], one, "{left}");
    let gone = ask_as(&server, &access, Some(&one), "{ viewer { role } }");
    assert_eq!(gone.status, 403, "{gone:?}");
    assert_eq!(body(None), other, "the other one stays");
}

#[test]
fn a_claim_waits_for_its_officer_and_a_dispute_for_the_coordinator() {
    let program = program(1);
    let server = program.serve();
    let committee = committee(&server);
    let secretary = program.token("committee_secretary", Some(&committee));
    let coordinator = program.token("coordinator", None);
    let file = "mutation($code: String!, $account: NewcomerInput, $key: String!) {
        done: claimFile(input: { creditCode: $code, evidence: \"营业执照在手\", account: $account, requestKey: $key }) {
            claimId errors { code }
        }
    }";
    let claim = |name: &str| {
        let vars = json!({ "code": CODE, "account": newcomer(name), "key": "file-0001" });
        server.data("", file, vars)["done"].clone()
    };
    let (wang, zhao) = (claim("wang"), claim("zhao"));
    let role = |name: &str| {
        let access = signed_in(&server, name);
        let answer = ask_as(&server, &access, None, "{ viewer { role } }").json();
        text(&answer["data"]["viewer"]["role"])
    };
    assert_eq!((role("wang").as_str(), role("zhao").as_str()), ("PUBLIC", "PUBLIC"));
    let decide = "mutation($id: ID!, $approves: Boolean!, $reason: String!, $key: String!) {
        done: claimDecide(input: { claimId: $id, approves: $approves, reason: $reason, requestKey: $key }) {
            claim { state isDisputed } errors { code }
        }
    }";
    let decided = |who: &str, id: &Value, approves: bool, key: &str| {
        let vars = json!({ "id": id, "approves": approves, "reason": "到场核验", "key": key });
        server.data(who, decide, vars)["done"].clone()
    };
    let refused = decided(&secretary, &wang["claimId"], true, "decide-01");
    assert_eq!(refused["errors"], json!([{ "code": "DISPUTED" }]));
    let approved = decided(&coordinator, &wang["claimId"], true, "decide-01");
    assert_eq!(approved["claim"], json!({ "state": "APPROVED", "isDisputed": true }), "{approved}");
    let refused = decided(&coordinator, &zhao["claimId"], false, "decide-02");
    assert_eq!(refused["claim"]["state"], "REFUSED");
    assert_eq!((role("wang").as_str(), role("zhao").as_str()), ("ENTERPRISE", "PUBLIC"));
    let own = "{ viewer { claims { state reason } } }";
    let told = ask_as(&server, &signed_in(&server, "zhao"), None, own).json();
    let claims = json!([{ "state": "REFUSED", "reason": "到场核验" }]);
    assert_eq!(told["data"]["viewer"]["claims"], claims);
}

#[test]
fn a_secretary_sends_the_workbook_over_http_and_gets_the_codes_as_a_file() {
    let program = program(2);
    let server = program.serve();
    let committee = committee(&server);
    let secretary = program.token("committee_secretary", Some(&committee));
    let operations = json!({
        "query": "mutation($file: Upload!, $id: ID) { invitationsUpload(file: $file, committeeId: $id) {
            made waits joined refused csv errors { code field } } }",
        "variables": { "file": null, "id": committee },
    });
    let part = |name: &str, more: &str, body: &str| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{body}\r\n")
    };
    let csv = "单位名称,邮箱\n示例1厂,a@example.cn\n示例2厂,\n示例3厂,\n";
    let body = [
        part("operations", "", &operations.to_string()),
        part("map", "", r#"{ "0": ["variables.file"] }"#),
        part("0", "; filename=\"guests.csv\"\r\nContent-Type: text/csv", csv),
        "--x--\r\n".to_owned(),
    ]
    .concat();
    let send = |token: &str| {
        let bearer = format!("Bearer {token}");
        let headers = [
            ("Content-Type", "multipart/form-data; boundary=x"),
            ("GraphQL-Require-Preflight", "1"),
            ("Authorization", bearer.as_str()),
        ];
        server.post("/graphql", &headers, body.as_bytes()).json()["data"]["invitationsUpload"]
            .clone()
    };
    let sent = send(&secretary);
    let counts = |sent: &Value| {
        ["made", "waits", "joined", "refused"].map(|word| sent[word].as_u64().unwrap())
    };
    assert_eq!(counts(&sent), [2, 0, 0, 1], "{sent}");
    let file = text(&sent["csv"]);
    assert!(file.contains("https://lianmeng.example/join?code="), "{file}");
    assert!(file.contains("is not in the registry"), "{file}");
    assert_eq!(counts(&send(&secretary)), [0, 2, 0, 1]);
    let stranger = program.token("enterprise", Some("F1"));
    let refused = send(&stranger);
    assert_eq!(refused["errors"][0]["code"], "NOT_FOUND", "{refused}");
}
