//! The endpoint beyond one query: batches, documents by hash, events, languages, ids, modes.

use lianmeng_testkit::{Program, Server};
use serde_json::{Value, json};

const JSON: (&str, &str) = ("Content-Type", "application/json");

fn server() -> (Program, Server) {
    let program = Program::default();
    let server = program.serve();
    (program, server)
}

fn post(server: &Server, headers: &[(&str, &str)], body: &Value) -> lianmeng_testkit::Answer {
    let headers: Vec<_> = headers.iter().copied().chain([JSON]).collect();
    server.post("/graphql", &headers, body.to_string().as_bytes())
}

fn header<'a>(answer: &'a lianmeng_testkit::Answer, name: &str) -> &'a str {
    answer.headers.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
}

fn code(answer: &lianmeng_testkit::Answer) -> Value {
    answer.json()["errors"][0]["extensions"]["code"].clone()
}

#[test]
fn a_short_list_of_requests_is_answered_in_order_and_a_long_one_refused() {
    let (_program, server) = server();
    let ask = |alias: &str| json!({ "query": format!("{{ {alias}: __typename }}") });
    let both = post(&server, &[], &json!([ask("a"), ask("b")]));
    let both = both.json();
    assert_eq!((&both[0]["data"]["a"], &both[1]["data"]["b"]), (&json!("Query"), &json!("Query")));
    let many: Vec<Value> = (0..11).map(|number| ask(&format!("a{number}"))).collect();
    let refused = post(&server, &[], &json!(many));
    assert_eq!((refused.status, code(&refused)), (400, json!("BAD_REQUEST")));
}

#[test]
fn a_request_has_an_id_in_its_answer_and_in_its_errors() {
    let (_program, server) = server();
    let broken = json!({ "query": "{ nothing }" });
    let mine = post(&server, &[("X-Request-Id", "mine-1")], &broken);
    assert_eq!(header(&mine, "x-request-id"), "mine-1");
    assert_eq!(mine.json()["errors"][0]["extensions"]["requestId"], "mine-1");
    let minted = post(&server, &[("X-Request-Id", "no good id")], &broken);
    let id = header(&minted, "x-request-id");
    assert_eq!(id.len(), 26, "{id}");
    assert_eq!(minted.json()["errors"][0]["extensions"]["requestId"], id);
}

#[test]
fn errors_are_said_in_the_language_that_is_asked_for() {
    let (_program, server) = server();
    let chinese = ("Accept-Language", "zh-CN,zh;q=0.9,en;q=0.5");
    let answer = post(&server, &[chinese], &json!({ "query": "{ node(id: \"x\") { id } }" }));
    let error = &answer.json()["errors"][0];
    assert!(error["message"].as_str().unwrap().contains("标识"), "{error}");
    assert!(error["extensions"]["detail"].as_str().unwrap().contains("is not an id"), "{error}");
    let change = r#"mutation { enterpriseRegister(input: { card: { name: "x" }, requestKey: "k-000001" })
        { errors { code message } } }"#;
    let answer = post(&server, &[chinese], &json!({ "query": change }));
    let error = answer.json()["data"]["enterpriseRegister"]["errors"][0].clone();
    assert_eq!(error["code"], "NOT_FOUND");
    assert!(error["message"].as_str().unwrap().starts_with("没有找到"), "{error}");
    let refused = server.post("/graphql", &[chinese, ("Content-Type", "text/plain")], b"{}");
    assert!(refused.json()["errors"][0]["message"].as_str().unwrap().contains("类型"));
}

#[test]
fn a_subscription_comes_as_events_and_in_no_other_way_over_http() {
    let (_program, server) = server();
    let events = ("Accept", "text/event-stream");
    let query = json!({ "query": "subscription { graphVersion(first: 1) }" });
    for answer in [
        post(&server, &[events], &query),
        server.get("/graphql?query=subscription%7BgraphVersion(first:1)%7D", &[events]),
    ] {
        assert_eq!(answer.kind, "text/event-stream; charset=utf-8");
        let want =
            "event: next\ndata: {\"data\":{\"graphVersion\":0}}\n\nevent: complete\ndata:\n\n";
        assert!(answer.body.ends_with(want), "{}", answer.body);
    }
    let mistake = post(&server, &[events], &json!({ "query": "subscription { nothing }" }));
    assert!(mistake.body.contains("event: next\ndata: {"), "{}", mistake.body);
    assert!(mistake.body.ends_with("event: complete\ndata:\n\n"), "{}", mistake.body);
    for accept in ["*/*", "multipart/mixed;subscriptionSpec=1.0, application/json"] {
        let refused = post(&server, &[("Accept", accept)], &query);
        assert_eq!((refused.status, code(&refused)), (406, json!("NOT_ACCEPTABLE")), "{accept}");
    }
    let change = server.get("/graphql?query=mutation%7B__typename%7D", &[events]);
    assert!(change.body.contains("METHOD_NOT_ALLOWED"), "{}", change.body);
}

#[test]
fn the_schema_is_served_once_and_then_known() {
    let (_program, server) = server();
    let first = server.get("/graphql/schema.graphql", &[]);
    assert!(first.status == 200 && first.body.contains("type Subscription"));
    let tag = header(&first, "etag").to_owned();
    let known = server.get("/graphql/schema.graphql", &[("If-None-Match", &tag)]);
    assert_eq!((known.status, known.body.as_str()), (304, ""));
    let other = server.get("/graphql/schema.graphql", &[("If-None-Match", "\"other\"")]);
    assert_eq!(other.status, 200);
}

#[test]
fn a_document_sent_with_its_hash_runs_by_its_hash() {
    let (_program, server) = server();
    let hash = "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38";
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    let unknown = post(&server, &[], &json!({ "extensions": extensions }));
    assert_eq!(unknown.json()["errors"][0]["message"], "PersistedQueryNotFound");
    let known = json!({ "__typename": "Query" });
    let sent = post(&server, &[], &json!({ "query": "{__typename}", "extensions": extensions }));
    assert_eq!(sent.json()["data"], known);
    assert_eq!(post(&server, &[], &json!({ "extensions": extensions })).json()["data"], known);
    let by_id = json!({ "documentId": format!("sha256:{hash}") });
    assert_eq!(post(&server, &[], &by_id).json()["data"], known);
    let link = format!("/graphql?documentId={hash}");
    assert_eq!(server.get(&link, &[]).json()["data"], known);
}

#[test]
fn production_tells_nothing_about_itself_and_may_run_trusted_documents_only() {
    let mut program = Program::default();
    program.set("LIANMENG_GRAPHQL__MODE", "production");
    let server = program.serve();
    for path in ["/graphiql", "/", "/graphql/schema.graphql"] {
        assert_eq!(server.get(path, &[]).status, 404, "{path}");
    }
    let refused = post(&server, &[], &json!({ "query": "{ __schema { types { name } } }" }));
    assert_eq!(code(&refused), "INTROSPECTION_OFF");
    drop(server);
    program.write("trusted/a.graphql", "query Known { __typename }");
    program.set("LIANMENG_GRAPHQL__TRUSTED_DOCUMENTS", "trusted");
    program.set("LIANMENG_GRAPHQL__TRUSTED_ONLY", "true");
    let server = program.serve();
    let refused = post(&server, &[], &json!({ "query": "{ __typename }" }));
    assert_eq!(code(&refused), "UNTRUSTED_DOCUMENT");
    let known = post(&server, &[], &json!({ "query": "query Known { __typename }" }));
    assert_eq!(known.json()["data"]["__typename"], "Query");
}

#[test]
fn a_page_of_another_site_opens_no_socket() {
    let (_program, server) = server();
    let handshake = |extra: &[(&str, &str)]| {
        let usual = [
            ("Connection", "Upgrade"),
            ("Upgrade", "websocket"),
            ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ];
        server.get("/graphql", &usual.iter().chain(extra).copied().collect::<Vec<_>>())
    };
    let speaks = ("Sec-WebSocket-Protocol", "graphql-transport-ws");
    let foreign = handshake(&[speaks, ("Origin", "https://evil.example")]);
    assert_eq!((foreign.status, code(&foreign)), (403, json!("FOREIGN_ORIGIN")));
    let other = handshake(&[("Sec-WebSocket-Protocol", "graphql-ws")]);
    assert_eq!((other.status, code(&other)), (400, json!("BAD_REQUEST")));
    let bad = handshake(&[speaks, ("Authorization", "Bearer x")]);
    assert_eq!((bad.status, code(&bad)), (401, json!("UNAUTHENTICATED")));
}
