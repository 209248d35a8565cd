//! The HTTP layer: methods, media types, sizes, tokens.

use lianmeng_testkit::{Program, Server};
use serde_json::{Value, json};

const JSON: (&str, &str) = ("Content-Type", "application/json");

fn server() -> (Program, Server) {
    let program = Program::default();
    let server = program.serve();
    (program, server)
}

#[test]
fn the_server_tells_that_it_lives_and_leads_to_graphiql_without_foreign_hosts() {
    let (_program, server) = server();
    assert_eq!(server.get("/health/live", &[]).body, "ok");
    // Not before the graph was read.
    while server.get("/health/ready", &[]).status == 503 {}
    assert_eq!(server.get("/health/ready", &[]).body, "ok");
    assert_eq!(server.get("/", &[]).status, 303);
    let page = server.get("/graphiql", &[]);
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("http://") && !page.body.contains("https://"), "{}", page.body);
    for name in ["graphiql.min.js", "graphiql.min.css", "react.production.min.js", "start.js"] {
        assert_eq!(server.get(&format!("/graphiql/{name}"), &[]).status, 200, "{name}");
    }
    assert_eq!(server.get("/graphiql/none.js", &[]).status, 404);
}

#[test]
fn a_query_is_answered_by_post_and_get_in_both_media_types() {
    let (_program, server) = server();
    let body = json!({ "query": "{ __typename }" }).to_string();
    let answer = server.post("/graphql", &[JSON], body.as_bytes());
    assert_eq!((answer.status, answer.kind.as_str()), (200, "application/json; charset=utf-8"));
    assert_eq!(answer.json()["data"], json!({ "__typename": "Query" }));
    let accept = ("Accept", "application/graphql-response+json");
    let answer = server.get("/graphql?query=%7B__typename%7D", &[accept]);
    assert_eq!(answer.kind, "application/graphql-response+json; charset=utf-8");
    assert_eq!(answer.json()["data"]["__typename"], "Query");
    let broken = json!({ "query": "{ nothing }" }).to_string();
    assert_eq!(server.post("/graphql", &[JSON, accept], broken.as_bytes()).status, 400);
    assert_eq!(server.post("/graphql", &[JSON], broken.as_bytes()).status, 200);
}

/// Headers, body, status and code.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a [u8], u16, &'a str);

#[test]
fn what_is_no_request_gets_a_code_and_the_server_lives() {
    let (_program, server) = server();
    let nonsense = vec![b'x'; 10_000_000];
    let cases: [Case<'_>; 9] = [
        (&[JSON], b"", 400, "BAD_REQUEST"),
        (&[JSON], b"{", 400, "BAD_REQUEST"),
        (&[JSON], b"[]", 400, "BAD_REQUEST"),
        (&[JSON], b"{\"query\":1}", 400, "BAD_REQUEST"),
        (&[JSON], b"{\"query\":\"{a}\",\"variables\":[]}", 400, "BAD_REQUEST"),
        (&[JSON], &nonsense, 413, "TOO_LARGE"),
        (&[("Content-Type", "text/plain")], b"{}", 415, "UNSUPPORTED_MEDIA_TYPE"),
        (&[("Content-Type", "multipart/form-data; boundary=x")], b"--x", 400, "BAD_REQUEST"),
        (&[JSON, ("Accept", "text/html")], b"{}", 406, "NOT_ACCEPTABLE"),
    ];
    for (headers, body, status, code) in cases {
        let answer = server.post("/graphql", headers, body);
        let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
        assert_eq!(answer.status, status, "{shown}: {}", answer.body);
        assert_eq!(answer.json()["errors"][0]["extensions"]["code"], code, "{shown}");
    }
    assert_eq!(server.get("/health/live", &[]).status, 200);
}

#[test]
fn a_change_by_get_is_refused() {
    let (_program, server) = server();
    let answer = server.get("/graphql?query=mutation%7B__typename%7D", &[]);
    assert_eq!(answer.status, 405);
    assert_eq!(answer.json()["errors"][0]["extensions"]["code"], "METHOD_NOT_ALLOWED");
}

#[test]
fn fragments_that_unfold_without_end_are_refused_at_once() {
    let (_program, server) = server();
    let mut query = "{...B0}".to_owned();
    for level in 0..40 {
        query += &format!(" fragment B{level} on Query{{...B{0} ...B{0}}}", level + 1);
    }
    query += " fragment B40 on Query{__typename}";
    let answer = server.ask("", &query, Value::Null);
    assert_eq!(answer["errors"][0]["extensions"]["code"], "TOO_LARGE");
}

#[test]
fn a_token_that_is_not_ours_is_refused_and_a_right_one_tells_the_role() {
    let (program, server) = server();
    let body = json!({ "query": "{ __typename }" }).to_string();
    for bad in ["Bearer x", "x", "Basic eDp5"] {
        let answer = server.post("/graphql", &[JSON, ("Authorization", bad)], body.as_bytes());
        assert_eq!(answer.status, 401, "{bad}");
        assert_eq!(answer.json()["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    }
    let register = r"mutation($name: String!, $key: String!) {
        enterpriseRegister(input: { card: { name: $name }, requestKey: $key }) {
            enterprise { name version }
            errors { code field }
        }
    }";
    let firm = json!({ "name": "示例纺织", "key": "flow-0001" });
    let stranger = server.data("", register, firm.clone());
    assert_eq!(stranger["enterpriseRegister"]["errors"][0]["code"], "NOT_FOUND");
    let token = program.token("coordinator", None);
    let done = server.data(&token, register, firm.clone());
    assert_eq!(
        done["enterpriseRegister"]["enterprise"],
        json!({ "name": "示例纺织", "version": 1 })
    );
    assert_eq!(server.data(&token, register, firm), done, "the same key does it once");
    let other = json!({ "name": "另一家", "key": "flow-0001" });
    let reused = server.data(&token, register, other);
    assert_eq!(reused["enterpriseRegister"]["errors"][0]["code"], "KEY_REUSED");
    let count = server.data("", "{ enterprises { totalCount nodes { name } } }", Value::Null);
    assert_eq!(count["enterprises"]["totalCount"], 1);
}

#[test]
fn cursors_and_ids_of_another_list_are_told_apart() {
    let (_program, server) = server();
    let ask =
        |query: &str| server.ask("", query, Value::Null)["errors"][0]["extensions"]["code"].clone();
    assert_eq!(ask("{ enterprises(after: \"bm9uZQ\") { totalCount } }"), "BAD_CURSOR");
    assert_eq!(ask("{ enterprises(first: 101) { totalCount } }"), "BAD_PAGE_SIZE");
    assert_eq!(ask("{ node(id: \"nonsense\") { id } }"), "BAD_ID");
    assert_eq!(ask("{ enterprises(filter: { regionCode: \"x\" }) { totalCount } }"), "BAD_INPUT");
    assert_eq!(
        ask(
            "{ enterprises(filter: { chainId: \"need:00000000000000000000000001\" }) { totalCount } }"
        ),
        "WRONG_KIND"
    );
}
