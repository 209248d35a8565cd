//! Contacts and exports from end to end: a phone number opens when both sides agree, and a list
//! leaves the house only with the right to take it.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use lianmeng_testkit::{Answer, Program, Server};
use serde_json::{Value, json};

const JSON: (&str, &str) = ("Content-Type", "application/json");
const PASSWORD: &str = "seven herons over the river";

fn done(program: &Program, args: &[&str]) -> String {
    let ran = program.run(args);
    assert_eq!(ran.code, 0, "{args:?}: {ran:?}");
    ran.out.trim().to_owned()
}

/// An account with a grant of these words; gives its access token.
fn account(program: &Program, server: &Server, name: &str, grant: &[&str]) -> (String, String) {
    let ran = program.run_with_input(&["user", "add", name, "--password-stdin"], PASSWORD);
    assert_eq!(ran.code, 0, "{ran:?}");
    let mut args = vec!["user", "grant", name];
    args.extend_from_slice(grant);
    let grant = done(program, &args);
    let body = json!({ "name": name, "password": PASSWORD }).to_string();
    let tokens = server.post("/auth/login", &[JSON], body.as_bytes()).json();
    (tokens["accessToken"].as_str().unwrap().to_owned(), grant)
}

fn firm(server: &Server, token: &str, name: &str) -> String {
    let made = server.data(
        token,
        "mutation M($card: EnterpriseCardInput!, $key: String!) {
            enterpriseRegister(input: { card: $card, requestKey: $key }) { enterprise { id } } }",
        json!({ "card": { "name": name }, "key": format!("firm-{name}-1") }),
    );
    made["enterpriseRegister"]["enterprise"]["id"].as_str().unwrap().to_owned()
}

fn phone(server: &Server, token: &str, firm: &str) -> Value {
    let query =
        "query Q($id: ID!) { node(id: $id) { ... on Enterprise { contacts { phone isMasked } } } }";
    server.data(token, query, json!({ "id": firm }))["node"]["contacts"].clone()
}

fn export(server: &Server, token: &str, path: &str) -> Answer {
    server.get(path, &[("Authorization", &format!("Bearer {token}"))])
}

fn step(server: &Server, token: &str, verb: &str, id: &Value) {
    let query = format!(
        "mutation M($id: ID!) {{ {verb}(input: {{ suggestionId: $id, requestKey: \"{verb}-1\" }}) {{ errors {{ code }} }} }}"
    );
    assert_eq!(server.data(token, &query, json!({ "id": id }))[verb]["errors"], json!([]));
}

#[test]
fn a_phone_number_opens_when_both_accept_is_recorded_and_closes_with_the_grant() {
    let program = Program::default().with("LIANMENG_AUTH__RECHECK_SECONDS", 0);
    let server = program.serve();
    let coordinator = program.token("coordinator", None);
    let (a, b) = (firm(&server, &coordinator, "家纺甲厂"), firm(&server, &coordinator, "染整乙厂"));
    let (asker, grant) =
        account(&program, &server, "staff-a", &["--role", "enterprise", "--org", "家纺甲厂"]);
    let (giver, _) =
        account(&program, &server, "staff-b", &["--role", "enterprise", "--org", "染整乙厂"]);
    let added = server.data(
        &giver,
        r#"mutation M($id: ID!) { contactAdd(input: { ownerId: $id, requestKey: "contact-1",
            card: { name: "李明华", phone: "13812345678" } }) { contact { id } errors { code } } }"#,
        json!({ "id": b }),
    );
    let contact = added["contactAdd"]["contact"]["id"].as_str().unwrap().to_owned();
    let masked = json!([{ "phone": "138****5678", "isMasked": true }]);
    assert_eq!(phone(&server, &asker, &b), masked);

    server.data(
        &giver,
        r#"mutation M($id: ID!) { offerRegister(input: { requestKey: "offer-001", providerId: $id,
            card: { kind: TECHNOLOGY, title: "低排放染整工艺", body: "染整助剂", isPublished: true } }) { errors { code } } }"#,
        json!({ "id": b }),
    );
    let need = server.data(
        &asker,
        r#"mutation M($id: ID!) { needSubmit(input: { requestKey: "need-0001", confirmsNoSecret: true, card: {
            enterpriseId: $id, kind: TECH_BREAKTHROUGH, title: "求低排放染整工艺", body: "染整助剂需替换" } }) { need { id } } }"#,
        json!({ "id": a }),
    );
    let made = server.data(
        &coordinator,
        r#"mutation M($id: ID!) { suggestionsMake(input: { needId: $id, requestKey: "make-0001" }) {
            suggestions { id } errors { code } } }"#,
        json!({ "id": need["needSubmit"]["need"]["id"] }),
    );
    let suggestion = &made["suggestionsMake"]["suggestions"][0]["id"];
    step(&server, &coordinator, "suggestionShow", suggestion);
    step(&server, &asker, "suggestionAccept", suggestion);
    assert_eq!(phone(&server, &asker, &b), masked, "one side alone opens nothing");
    step(&server, &giver, "suggestionAccept", suggestion);
    let full = json!([{ "phone": "13812345678", "isMasked": false }]);
    assert_eq!(phone(&server, &asker, &b), full);

    done(&program, &["user", "revoke", "--grant", &grant]);
    assert_eq!(phone(&server, &asker, &b), json!([]), "who holds nothing sees none");
    server.terminate();
    assert_eq!(server.wait(), 0);
    let show = done(&program, &["audit", "show", "--thing", &contact, "--field", "phone"]);
    let reads: Vec<&str> = show.lines().filter(|line| line.contains("Read")).collect();
    assert_eq!(reads.len(), 1, "{show}");
    assert!(reads[0].contains("enterprise"), "{show}");
}

#[test]
fn a_list_leaves_with_the_right_to_export_only_and_holds_what_its_reader_sees() {
    let program = Program::default().with("LIANMENG_AUTH__RECHECK_SECONDS", 0);
    let server = program.serve();
    let token = program.token("coordinator", None);
    let a = firm(&server, &token, "家纺甲厂");
    server.data(
        &token,
        r#"mutation M($id: ID!) { contactAdd(input: { ownerId: $id, requestKey: "contact-1",
            card: { name: "李明华", phone: "13812345678", email: "li@example.cn" } }) { errors { code } } }"#,
        json!({ "id": a }),
    );
    for (key, title, kind) in [("1", "=cmd|' /C calc'!A0", "TALENT"), ("2", "求贷款", "FINANCE")]
    {
        let made = server.data(
            &token,
            r#"mutation M($id: ID!, $title: String!, $kind: NeedKind!, $key: String!) {
                needSubmit(input: { requestKey: $key, confirmsNoSecret: true, card: {
                    enterpriseId: $id, kind: $kind, title: $title, body: "机密正文" } }) { errors { code } } }"#,
            json!({ "id": a, "title": title, "kind": kind, "key": format!("need-000{key}") }),
        );
        assert_eq!(made["needSubmit"]["errors"], json!([]));
    }
    let (without, _) = account(&program, &server, "coordinator-1", &["--role", "coordinator"]);
    let (with, _) =
        account(&program, &server, "coordinator-2", &["--role", "coordinator", "--export"]);
    firm(&server, &token, "染整乙厂");
    let grant = ["--role", "enterprise", "--org", "染整乙厂", "--export"];
    let (stranger, _) = account(&program, &server, "clerk", &grant);

    for path in ["/exports/needs.csv", "/exports/needs.xlsx"] {
        let refused = export(&server, &without, path);
        assert_eq!(refused.status, 403, "{refused:?}");
        assert_eq!(refused.json()["errors"][0]["extensions"]["code"], "FORBIDDEN");
        assert!(!refused.body.contains("求贷款"));
        assert_eq!(
            export(&server, &token, path).status,
            403,
            "a development token exports nothing"
        );
    }
    let file = export(&server, &with, "/exports/needs.csv");
    assert_eq!(file.status, 200, "{file:?}");
    assert_eq!(file.header("content-disposition"), ["attachment; filename=\"needs.csv\""]);
    let lines: Vec<&str> = file.body.split("\r\n").collect();
    assert_eq!(lines[0], "\u{feff}需求清单");
    assert_eq!(lines[1], "筛选条件,全部");
    assert!(lines[2].starts_with("截至时间,20") && lines[2].ends_with('Z'), "{}", lines[2]);
    assert!(lines[3].starts_with("导出人,account:") && lines[3].contains("coordinator"));
    assert_eq!(lines[4], "行数,2");
    assert_eq!(lines[6], "\"\"");
    assert_eq!(
        lines[7],
        "编号,标题,摘要,类型,环节,企业,行政区划,提出时间,产业链党委,办理单位,派单时间,办理期限,联系人,职务,电话,电子邮箱"
    );
    assert!(lines[8].contains(",求贷款,,FINANCE,SUBMITTED,家纺甲厂,"), "{}", lines[8]);
    assert!(lines[8].ends_with("李**,,138****5678,l***@example.cn"), "{}", lines[8]);
    assert!(lines[9].contains(",'=cmd|' /C calc'!A0,"), "{}", lines[9]);
    assert!(!file.body.contains("机密正文") && !file.body.contains("13812345678"));

    let one = export(&server, &with, "/exports/needs.csv?kinds=TALENT");
    assert!(one.body.contains("筛选条件,kinds=TALENT") && one.body.contains("行数,1"));
    assert!(!one.body.contains("求贷款"));
    let words = export(&server, &with, "/exports/needs.csv?search=%E6%B1%82%E8%B4%B7");
    assert!(words.body.contains("筛选条件,search=求贷") && words.body.contains("行数,1"));
    let wrong = export(&server, &with, "/exports/needs.csv?kind=TALENT");
    assert_eq!(wrong.status, 400, "a misspelt filter takes nothing out: {wrong:?}");
    let book = export(&server, &with, "/exports/needs.xlsx");
    assert_eq!((book.status, book.body.starts_with("PK")), (200, true));
    let none = export(&server, &stranger, "/exports/needs.csv");
    assert!(none.body.contains("行数,0") && !none.body.contains("求贷款"), "{none:?}");

    server.terminate();
    assert_eq!(server.wait(), 0);
    let show = done(&program, &["audit", "show", "--thing", "needs"]);
    let exports = show.lines().filter(|line| line.contains("ExportNeeds")).count();
    assert_eq!(exports, 5, "{show}");
}
