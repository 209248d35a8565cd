//! Attachments over HTTP: sent, downloaded, refused, and kept in a folder or an S3-compatible store.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a failure here is a failed test, and a skipped test says so"
)]

use std::io::{BufRead as _, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use lianmeng_testkit::servers::free_port;
use lianmeng_testkit::{Program, Server};
use serde_json::{Value, json};

const PDF: &[u8] = b"%PDF-1.7\n%%EOF\n";

/// Sends a file; gives the whole answer to `attachmentAdd`.
fn send(
    server: &Server,
    token: &str,
    (kind, thing, key): (&str, &str, &str),
    (name, media_type, content): (&str, &str, &[u8]),
) -> Value {
    let operations = json!({
        "query": "mutation Add($input: AttachmentAddInput!) { attachmentAdd(input: $input) {
            attachment { id url sha256 } errors { code field message } } }",
        "variables": { "input":
            { "kind": kind, "thingId": thing, "file": null, "requestKey": key } },
    });
    let part = |name: &str, more: &str| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n")
    };
    let mut body = part("operations", "") + &operations.to_string() + "\r\n";
    body += &(part("map", "") + r#"{"0":["variables.input.file"]}"# + "\r\n");
    body += &part("0", &format!("; filename=\"{name}\"\r\nContent-Type: {media_type}"));
    let mut body = body.into_bytes();
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--x--\r\n");
    let bearer = format!("Bearer {token}");
    let headers = [
        ("Content-Type", "multipart/form-data; boundary=x"),
        ("GraphQL-Require-Preflight", "1"),
        ("Authorization", bearer.as_str()),
    ];
    server.post("/graphql", &headers, &body).json()
}

/// A firm and a need of it; their ids.
fn town(server: &Server, coordinator: &str, number: u32) -> (String, String) {
    let firm = server.data(
        coordinator,
        "mutation Firm($name: String!, $key: String!) { enterpriseRegister(input: {
            card: { name: $name }, requestKey: $key }) { enterprise { id } } }",
        json!({ "name": format!("示例{number}"), "key": format!("firm-{number:04}") }),
    );
    let firm = firm["enterpriseRegister"]["enterprise"]["id"].as_str().unwrap().to_owned();
    let need = server.data(
        coordinator,
        r#"mutation Write($firm: ID!, $key: String!) { needSubmit(input: { requestKey: $key,
            confirmsNoSecret: true, card: { enterpriseId: $firm, kind: TALENT, title: "用工",
            body: "机密" } }) { need { id } errors { message } } }"#,
        json!({ "firm": firm, "key": format!("need-{number:04}") }),
    );
    (firm, need["needSubmit"]["need"]["id"].as_str().unwrap().to_owned())
}

/// Status, body and headers of a download.
fn download(
    server: &Server,
    token: &str,
    url: &str,
    more: &[(&str, &str)],
) -> lianmeng_testkit::Answer {
    let bearer = format!("Bearer {token}");
    let mut headers = more.to_vec();
    if !token.is_empty() {
        headers.push(("Authorization", bearer.as_str()));
    }
    server.get(url, &headers)
}

#[test]
fn a_file_is_sent_read_by_those_who_read_the_need_and_by_nobody_else() {
    let program = Program::default();
    let server = program.serve();
    let coordinator = program.token("coordinator", None);
    let (firm, need) = town(&server, &coordinator, 1);
    let (other, _) = town(&server, &coordinator, 2);
    let own = program.token("enterprise", Some(&firm));
    let stranger = program.token("enterprise", Some(&other));
    let auditor = program.token("auditor", None);

    let file = ("营业 \"执照\".pdf", "application/pdf", PDF);
    let file = (&*file.0.replace('"', "'"), file.1, file.2);
    let done = send(&server, &own, ("NEED", &need, "key-0001"), file);
    let added = &done["data"]["attachmentAdd"]["attachment"];
    let url = added["url"].as_str().unwrap_or_else(|| panic!("{done}")).to_owned();
    let sha256 = added["sha256"].as_str().unwrap().to_owned();
    let kept = program.folder().join("data/attachments").join(&sha256[..2]).join(&sha256);
    assert_eq!(std::fs::read(&kept).unwrap(), PDF);

    for token in [&own, &coordinator, &auditor] {
        let got = download(&server, token, &url, &[]);
        assert_eq!((got.status, got.body.as_bytes()), (200, PDF), "{got:?}");
        assert_eq!(got.header("content-type"), ["application/pdf"]);
        assert_eq!(got.header("x-content-type-options"), ["nosniff"]);
        assert_eq!(got.header("cache-control"), ["private, no-cache"]);
        assert_eq!(got.header("etag"), [format!("\"{sha256}\"")]);
        let saved = "attachment; filename=\"__ '__'.pdf\"; \
            filename*=UTF-8''%E8%90%A5%E4%B8%9A%20%27%E6%89%A7%E7%85%A7%27.pdf";
        assert_eq!(got.header("content-disposition"), [saved]);
    }
    let etag = format!("\"{sha256}\"");
    assert_eq!(download(&server, &own, &url, &[("If-None-Match", &etag)]).status, 304);
    for token in [stranger.as_str(), ""] {
        let refused = download(&server, token, &url, &[("If-None-Match", &etag)]);
        assert_eq!(refused.status, 404, "{refused:?}");
        assert_eq!(refused.json()["errors"][0]["extensions"]["code"], "NOT_FOUND");
    }
    assert_eq!(download(&server, "nonsense", &url, &[]).status, 401);
    assert_eq!(download(&server, &own, "/attachments/need:1", &[]).status, 400);

    let refused = send(&server, &stranger, ("NEED", &need, "key-0001"), file);
    assert_eq!(refused["data"]["attachmentAdd"]["errors"][0]["code"], "NOT_FOUND", "{refused}");
    server.terminate();
    assert_eq!(server.wait(), 0);
    let show = program.run(&["audit", "show", "--thing", &need]);
    let reads = show.out.lines().filter(|line| line.contains("Read")).count();
    assert_eq!(reads, 2, "the coordinator and the auditor, not the firm itself: {show:?}");

    // A file that somebody changed behind the platform's back is not handed out.
    std::fs::write(&kept, b"%PDF-1.7\nforged").unwrap();
    let server = program.serve();
    assert_eq!(download(&server, &own, &url, &[]).status, 500);
}

#[test]
fn a_file_that_is_wrong_or_too_large_is_refused_with_the_next_step() {
    let program = Program::default();
    let server = program.serve();
    let coordinator = program.token("coordinator", None);
    let (_, need) = town(&server, &coordinator, 1);
    let to = ("NEED", need.as_str(), "key-0001");
    let mut large = PDF.to_vec();
    large.resize(20 * 1024 * 1024 + 1, b' ');
    let cases: &[(&str, &str, &[u8], &str)] = &[
        ("a.pdf", "application/pdf", b"MZ\x90\0\x03\0\0\0", "save it again as pdf and send that"),
        (
            "a.exe",
            "application/pdf",
            PDF,
            "send one of pdf, docx, xlsx, pptx, ofd, png, jpg, csv, txt",
        ),
        ("a.pdf", "text/html", PDF, "a file with this ending is application/pdf"),
        ("a.pdf", "application/pdf", &large, "has 20971521 bytes; a file has at most 20971520"),
    ];
    for (name, media_type, content, message) in cases {
        let told = send(&server, &coordinator, to, (name, media_type, content));
        let error = &told["data"]["attachmentAdd"]["errors"][0];
        assert_eq!(
            (&error["code"], &error["field"]),
            (&json!("INVALID"), &json!("file")),
            "{told}"
        );
        assert!(error["message"].as_str().unwrap().contains(message), "{told}");
    }
    assert!(!program.folder().join("data/attachments").exists(), "nothing was written");
}

#[test]
fn a_store_that_is_away_is_said_and_repeating_the_change_is_safe() {
    let mut program = Program::default();
    program.set("LIANMENG_ATTACHMENTS__S3_ENDPOINT", &format!("http://127.0.0.1:{}", free_port()));
    let check = program.run(&["config", "check"]);
    assert!(check.code == 2 && check.err.contains("attachments.s3_endpoint"), "{check:?}");
    for name in ["S3_BUCKET", "S3_ACCESS_KEY", "S3_SECRET"] {
        program.set(&format!("LIANMENG_ATTACHMENTS__{name}"), "lianmeng");
    }
    assert_eq!(program.run(&["config", "check"]).code, 0);
    let shown = program.run(&["config", "print", "--effective"]).out;
    assert!(shown.contains("s3_secret = \"********\""), "{shown}");
    let server = program.serve();
    let coordinator = program.token("coordinator", None);
    let (_, need) = town(&server, &coordinator, 1);
    let file = ("a.pdf", "application/pdf", PDF);
    let told = send(&server, &coordinator, ("NEED", &need, "key-0001"), file);
    assert_eq!(told["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{told}");
}

/// An S3-compatible store; ends with the value.
struct Store {
    child: Child,
    endpoint: String,
    /// It ends when nobody listens to what it prints.
    _lines: Lines<BufReader<ChildStdout>>,
}

impl Drop for Store {
    fn drop(&mut self) {
        // It tidies up and ends when its input does.
        drop(self.child.stdin.take());
        let _status = self.child.wait();
    }
}

impl Store {
    /// Starts it, or says in one sentence why it cannot.
    fn start() -> Option<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("s3");
        if let Err(why) = crate::oidc::install(&folder, "s3rver") {
            println!("skipped: attachments in an S3-compatible store need {why}");
            return None;
        }
        let mut child = Command::new("node")
            .arg("server.mjs")
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next().expect("the store says where it listens").unwrap();
        let endpoint = line.strip_prefix("listening on ").unwrap().to_owned();
        Some(Self { child, endpoint, _lines: lines })
    }
}

#[test]
fn files_lie_in_an_s3_compatible_store_and_one_that_refuses_us_loses_nothing() {
    let Some(store) = Store::start() else { return };
    let mut program = Program::default();
    for (name, value) in [
        ("S3_ENDPOINT", store.endpoint.as_str()),
        ("S3_BUCKET", "lianmeng"),
        ("S3_PREFIX", "files/"),
        ("S3_ACCESS_KEY", "S3RVER"),
        ("S3_SECRET", "S3RVER"),
    ] {
        program.set(&format!("LIANMENG_ATTACHMENTS__{name}"), value);
    }
    let server = program.serve();
    let coordinator = program.token("coordinator", None);
    let (_, need) = town(&server, &coordinator, 1);
    let file = ("a.pdf", "application/pdf", PDF);
    let done = send(&server, &coordinator, ("NEED", &need, "key-0001"), file);
    let url = done["data"]["attachmentAdd"]["attachment"]["url"].as_str();
    let url = url.unwrap_or_else(|| panic!("{done}")).to_owned();
    let got = download(&server, &coordinator, &url, &[]);
    assert_eq!((got.status, got.body.as_bytes()), (200, PDF), "{got:?}");
    assert!(!program.folder().join("data/attachments").exists(), "nothing lies in the folder");
    drop(server);

    // This store knows who has a key; it does not compare signatures of version 4.
    program.set("LIANMENG_ATTACHMENTS__S3_ACCESS_KEY", "STRANGER");
    let server = program.serve();
    assert_eq!(download(&server, &coordinator, &url, &[]).status, 503);
    let refused = send(&server, &coordinator, ("NEED", &need, "key-0002"), file);
    assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{refused}");
}
