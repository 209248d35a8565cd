//! The task list of J1 over HTTP: one workbook with five planted errors, a list for 297 projects, edits
//! by hand that stay, the list out and in again as a workbook, and what came of the season.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use calamine::{Reader as _, Xlsx};
use lianmeng_testkit::{Program, Server};
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};

const DISTRICTS: [&str; 9] =
    ["440305", "440304", "440307", "440306", "440303", "440308", "440309", "440310", "440311"];
/// What enterprises and projects are about; invented, one a domain.
const TRADES: [&str; 8] = ["能源", "海洋", "交通", "水务", "住房", "港口", "文旅", "算力"];

/// A workbook: name of each sheet and its rows, the header first.
fn workbook(sheets: &[(&str, Vec<Vec<String>>)]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet().set_name(*name).unwrap();
        for (at, row) in (0..).zip(rows) {
            for (column, cell) in (0..).zip(row) {
                sheet.write_string(at, column, cell).unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}

fn row(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|&cell| cell.to_owned()).collect()
}

fn pick<T: Copy>(list: &[T], at: usize) -> T {
    list[at % list.len()]
}

/// 28 municipal enterprises, 56 central groups, 115 subsidiaries, three of them under an alias of
/// their group; one row each with a wrong credit code, an unknown parent and an unknown place.
fn enterprises() -> Vec<Vec<String>> {
    let mut rows = vec![row(&[
        "外部编号",
        "企业名称",
        "统一社会信用代码",
        "企业性质",
        "上级",
        "别名",
        "所在地区",
    ])];
    for n in 0..28 {
        let (id, name) = (format!("M{n:02}"), format!("示例市属{}集团{n:02}", pick(&TRADES, n)));
        rows.push(row(&[&id, &name, "", "市属国企", "", "", pick(&DISTRICTS, n)]));
    }
    for n in 0..56 {
        let (id, name) = (format!("C{n:02}"), format!("示例中央{}集团{n:02}", pick(&TRADES, n)));
        let alias = if n < 3 { format!("示例央集{n}") } else { String::new() };
        rows.push(row(&[&id, &name, "", "央企", "", &alias, "110105"]));
    }
    for n in 0..115 {
        let (id, name) = (format!("S{n:03}"), format!("示例央属{}公司{n:03}", pick(&TRADES, n)));
        let parent = if n < 3 { format!("示例央集{n}") } else { format!("C{:02}", n % 56) };
        rows.push(row(&[&id, &name, "", "央企", &parent, "", pick(&DISTRICTS, n)]));
    }
    rows.push(row(&["X1", "示例错码企业", "91350100M000100Y44", "央企", "", "", ""]));
    rows.push(row(&["X2", "示例无主企业", "", "央企", "示例不存在集团", "", ""]));
    rows.push(row(&["X3", "示例无地企业", "", "央企", "", "", "无此区"]));
    rows
}

/// 297 projects in eight domains; one row without a domain, one with an amount that is none.
fn projects() -> Vec<Vec<String>> {
    let mut rows = vec![row(&["外部编号", "项目名称", "领域", "所在地区", "投资额（亿元）"])];
    for n in 0..297 {
        let (id, domain) = (format!("P{n:03}"), format!("D{}", n % 8 + 1));
        let name = format!("示例{}项目{n:03}", pick(&TRADES, n));
        rows.push(row(&[&id, &name, &domain, pick(&DISTRICTS, n / 8), "1.5"]));
    }
    rows.push(row(&["Y1", "示例无域项目", "", "440305", "1"]));
    rows.push(row(&["Y2", "示例怪额项目", "D1", "440305", "若干"]));
    rows
}

const IMPORT: &str = "mutation($file: Upload!) { importUpload(file: $file) { outcome
    counts { kind added changed unchanged rejected }
    remarks { sheet row column value kind isRejection } errors { code field message } } }";

fn import(server: &Server, token: &str, name: &str, bytes: &[u8]) -> Value {
    let operations = json!({ "query": IMPORT, "variables": { "file": null } }).to_string();
    let mut body = Vec::new();
    let mut part = |name: &str, more: &str, content: &[u8]| {
        let head = format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    };
    part("operations", "", operations.as_bytes());
    part("map", "", br#"{"0":["variables.file"]}"#);
    let file = format!("; filename=\"{name}\"\r\nContent-Type: application/octet-stream");
    part("0", &file, bytes);
    body.extend_from_slice(b"--x--\r\n");
    let bearer = format!("Bearer {token}");
    let headers = [
        ("Content-Type", "multipart/form-data; boundary=x"),
        ("GraphQL-Require-Preflight", "1"),
        ("Authorization", bearer.as_str()),
    ];
    let answer = server.post("/graphql", &headers, &body).json();
    assert!(answer["data"]["importUpload"]["outcome"].is_string(), "{answer}");
    answer["data"]["importUpload"].clone()
}

fn counted(kind: &str, [added, changed, unchanged, rejected]: [u64; 4]) -> Value {
    json!({ "kind": kind, "added": added, "changed": changed, "unchanged": unchanged,
        "rejected": rejected })
}

/// The city of J1: a server, a coordinator, and the day.
struct City {
    program: Program,
    server: Server,
    office: String,
}

const ASK: &str = r#"maxPerMunicipal: 15, dueOn: "2099-12-31""#;

impl City {
    /// Imports the workbook: five errors by cell, everything else saved, the second time nothing new.
    fn new() -> Self {
        let program = Program::default();
        let server = program.serve();
        let office = program.token("coordinator", None);
        let book = workbook(&[("企业", enterprises()), ("项目", projects())]);
        let first = import(&server, &office, "j1.xlsx", &book);
        assert_eq!(first["outcome"], "SAVED", "{first}");
        let counts = [counted("enterprises", [199, 0, 0, 3]), counted("projects", [297, 0, 0, 2])];
        assert_eq!(first["counts"], json!(counts));
        let errors: Vec<(&str, u64, &str, &str)> = first["remarks"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|remark| remark["isRejection"] == true)
            .map(|remark| {
                let text = |field: &str| remark[field].as_str().unwrap();
                (text("sheet"), remark["row"].as_u64().unwrap(), text("column"), text("value"))
            })
            .collect();
        let want = [
            ("企业", 201, "统一社会信用代码", "91350100M000100Y44"),
            ("企业", 203, "所在地区", "无此区"),
            ("企业", 202, "上级", "示例不存在集团"),
            ("项目", 299, "领域", ""),
            ("项目", 300, "投资额（亿元）", "若干"),
        ];
        assert_eq!(BTreeSet::from_iter(errors), BTreeSet::from_iter(want));
        let again = import(&server, &office, "j1.xlsx", &book);
        let counts = [counted("enterprises", [0, 0, 199, 3]), counted("projects", [0, 0, 297, 2])];
        assert_eq!(again["counts"], json!(counts), "the second time nothing changes");
        assert_eq!(again["remarks"], first["remarks"]);
        Self { program, server, office }
    }

    fn data(&self, query: &str) -> Value {
        self.server.data(&self.office, query, Value::Null)
    }

    /// Sums and fingerprint of the list that is proposed.
    fn proposal(&self) -> Value {
        let query = format!(
            "{{ taskListPropose(input: {{ {ASK} }}) {{
                 proposal {{ fingerprint isProved
                   figures {{ projects covered owners ownersServed counterparts counterpartsServed
                              maxPerOwner points kept unchanged changed added gone }}
                   findings(first: 100) {{ kind zh project {{ externalId }} }} }}
                 errors {{ code message }} }} }}"
        );
        let answer = self.data(&query)["taskListPropose"].clone();
        assert_eq!(answer["errors"], json!([]), "{answer}");
        answer["proposal"].clone()
    }

    /// Every line of the list that is proposed, by project.
    fn lines(&self) -> BTreeMap<String, Value> {
        let mut lines = BTreeMap::new();
        let mut after = String::new();
        loop {
            let query = format!(
                "{{ taskListPropose(input: {{ {ASK} }}) {{ proposal {{
                     lines(first: 100 {after}) {{ key change parts domain dueOn scorePoints
                       reasons {{ criterion points zh en }} task {{ id version isKept }}
                       project {{ externalId domain }} owner {{ externalId }}
                       counterpart {{ externalId }} }} }} }} }}"
            );
            let page = self.data(&query)["taskListPropose"]["proposal"]["lines"].clone();
            let page = page.as_array().unwrap().clone();
            for line in &page {
                let project = line["project"]["externalId"].as_str().unwrap().to_owned();
                assert!(lines.insert(project, line.clone()).is_none(), "one line a project");
            }
            let Some(last) = page.last().filter(|_| page.len() == 100) else { return lines };
            after = format!(", after: {}", last["key"]);
        }
    }

    fn adopt(&self, fingerprint: &Value, key: &str) -> Value {
        let query = format!(
            "mutation {{ taskListAdopt(input: {{ list: {{ {ASK} }}, fingerprint: {fingerprint},
                 requestKey: \"{key}\" }}) {{ isAdopted errors {{ code }} }} }}"
        );
        self.data(&query)["taskListAdopt"].clone()
    }

    fn total(&self) -> Value {
        self.data("{ tasks(first: 1) { totalCount } }")["tasks"]["totalCount"].clone()
    }

    fn edit(&self, line: &Value, what: &str, key: &str) -> Value {
        let query = format!(
            "mutation {{ taskEdit(input: {{ taskId: {}, version: {}, {what}, requestKey: \"{key}\" }}) {{
                 task {{ isKept dueOn owner {{ externalId }} }} errors {{ code message }} }} }}",
            line["task"]["id"], line["task"]["version"],
        );
        let answer = self.data(&query)["taskEdit"].clone();
        assert_eq!(answer["errors"], json!([]), "{answer}");
        answer["task"].clone()
    }

    fn enterprise(&self, search: &str) -> Value {
        let query = format!(
            "{{ enterprises(filter: {{ search: \"{search}\" }}) {{ nodes {{ id externalId }} }} }}"
        );
        self.data(&query)["enterprises"]["nodes"][0]["id"].clone()
    }
}

fn text<'a>(line: &'a Value, field: &str) -> &'a str {
    line[field]["externalId"].as_str().unwrap()
}

/// Every project has one task, nobody too many, everybody one; each task says why.
fn is_whole(lines: &BTreeMap<String, Value>) {
    assert_eq!(lines.len(), 297);
    let mut loads: BTreeMap<&str, usize> = BTreeMap::new();
    for line in lines.values() {
        *loads.entry(text(line, "owner")).or_default() += 1;
        assert!(text(line, "owner").starts_with('M'), "{line}");
        assert!(text(line, "counterpart").starts_with(['C', 'S']), "{line}");
        assert_eq!(line["domain"], line["project"]["domain"]);
        let reasons = line["reasons"].as_array().unwrap();
        let points: i64 = reasons.iter().map(|one| one["points"].as_i64().unwrap()).sum();
        assert_eq!(line["scorePoints"].as_i64().unwrap(), points, "{line}");
        for side in ["owner.", "counterpart."] {
            let of = |one: &&Value| one["criterion"].as_str().unwrap().starts_with(side);
            assert!(reasons.iter().any(|one| of(&one)), "{side} {line}");
        }
    }
    assert_eq!(loads.len(), 28, "every municipal enterprise has a task");
    assert!(loads.values().all(|load| *load <= 15), "{loads:?}");
}

#[test]
fn j1_a_list_for_297_projects_keeps_what_people_decide() {
    let city = City::new();
    let first = city.proposal();
    let figures = &first["figures"];
    let figure = |name: &str| figures[name].as_u64().unwrap();
    assert_eq!((figure("projects"), figure("covered"), figure("added")), (297, 297, 297));
    assert_eq!((figure("owners"), figure("ownersServed")), (28, 28));
    assert_eq!((figure("counterparts"), figure("counterpartsServed")), (171, 171));
    assert_eq!((figure("maxPerOwner"), &first["isProved"]), (15, &json!(true)));
    assert_eq!(first["findings"], json!([]));
    let lines = city.lines();
    is_whole(&lines);
    let done = json!({ "isAdopted": true, "errors": [] });
    assert_eq!(city.adopt(&first["fingerprint"], "adopt-01"), done);
    assert_eq!(city.total(), 297);
    assert_eq!(city.adopt(&first["fingerprint"], "adopt-02")["errors"][0]["code"], "STALE");

    // Two are edited by hand: another owner, another day. Everything else is proposed around them.
    let stands = city.lines();
    assert!(stands.values().all(|line| line["change"] == "UNCHANGED"));
    let (one, two) = (&stands["P000"], &stands["P001"]);
    let other = (0..28).map(|n| format!("M{n:02}")).find(|id| id != text(one, "owner")).unwrap();
    let number: usize = other[1..].parse().unwrap();
    let name = format!("示例市属{}集团{number:02}", pick(&TRADES, number));
    let edited = city.edit(one, &format!("ownerId: {}", city.enterprise(&name)), "edit-0001");
    assert_eq!((&edited["owner"]["externalId"], &edited["isKept"]), (&json!(other), &json!(true)));
    city.edit(two, r#"dueOn: "2098-06-30""#, "edit-0002");
    let second = city.proposal();
    let after = city.lines();
    assert_eq!(
        (&second["figures"]["kept"], &second["figures"]["covered"]),
        (&json!(2), &json!(297))
    );
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for (project, line) in &after {
        let change = line["change"].as_str().unwrap();
        *counts.entry(change).or_default() += 1;
        let before = &stands[project];
        let differs: Vec<&str> = [("OWNER", "owner"), ("COUNTERPART", "counterpart")]
            .into_iter()
            .filter(|(_, side)| before[*side] != line[*side])
            .map(|(part, _)| part)
            .collect();
        match change {
            "KEPT" => assert!(["P000", "P001"].contains(&project.as_str()), "{line}"),
            "UNCHANGED" => assert_eq!((differs, &line["parts"]), (vec![], &json!([])), "{line}"),
            "CHANGED" => assert_eq!(line["parts"], json!(differs), "{line}"),
            _ => panic!("{line}"),
        }
    }
    for (change, field) in [("UNCHANGED", "unchanged"), ("CHANGED", "changed")] {
        let told = second["figures"][field].as_u64().unwrap();
        assert_eq!(told, counts.get(change).copied().unwrap_or(0), "{field}");
    }
    assert_eq!(text(&after["P000"], "owner"), other);
    assert_eq!(after["P001"]["dueOn"], "2098-06-30");
    assert_eq!(city.adopt(&second["fingerprint"], "adopt-03"), done);
    let third = city.proposal();
    assert_eq!(
        (&third["figures"]["kept"], &third["figures"]["unchanged"]),
        (&json!(2), &json!(295)),
        "what is adopted is what is proposed"
    );
    workbook_goes_out_and_in(&city);
    outcomes(&city);
    city.server.terminate();
    assert_eq!(city.server.wait(), 0);
}

/// The list as coordinators keep it: exported, imported without a change, edited, and kept.
fn workbook_goes_out_and_in(city: &City) {
    let City { program, server, office } = city;
    let password = "seven herons over the river";
    let ran = program.run_with_input(&["user", "add", "keeper", "--password-stdin"], password);
    assert_eq!(ran.code, 0, "{ran:?}");
    let ran = program.run(&["user", "grant", "keeper", "--role", "coordinator", "--export"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let body = json!({ "name": "keeper", "password": password }).to_string();
    let login = [("Content-Type", "application/json")];
    let tokens = server.post("/auth/login", &login, body.as_bytes()).json();
    let bearer = |token: &str| format!("Bearer {token}");
    let refused = server.get("/exports/tasks.xlsx", &[("Authorization", &bearer(office))]);
    assert_eq!(refused.status, 403, "without the right to export");
    let keeper = bearer(tokens["accessToken"].as_str().unwrap());
    let bytes = server.file("/exports/tasks.xlsx", &[("Authorization", &keeper)]);

    let unchanged = import(server, office, "tasks.xlsx", &bytes);
    assert_eq!(unchanged["counts"], json!([counted("tasks", [0, 0, 297, 0])]), "{unchanged}");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let sheet = book.worksheet_range("对接任务清单").unwrap();
    let mut rows: Vec<Vec<String>> =
        sheet.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    let header = [
        "序号",
        "编号",
        "领域",
        "项目",
        "牵头单位",
        "对接央企",
        "截止日期",
        "进度",
        "灯",
        "得分",
        "理由",
        "人工确定",
    ];
    assert_eq!(rows[0], header);
    assert_eq!(rows.iter().filter(|row| row[11] == "是").count(), 2);

    // Another day, a step further, an enterprise that does not exist, a stage that leads nowhere.
    let line = rows.iter().position(|row| row[3].starts_with("示例交通项目002")).unwrap();
    "2099-10-01".clone_into(&mut rows[line][6]);
    "合作意向".clone_into(&mut rows[line][7]);
    let line = rows.iter().position(|row| row[3].starts_with("示例水务项目003")).unwrap();
    "示例不存在集团".clone_into(&mut rows[line][4]);
    let edited = workbook(&[("对接任务清单", rows)]);
    let saved = import(server, office, "tasks.xlsx", &edited);
    assert_eq!(saved["counts"], json!([counted("tasks", [0, 1, 295, 1])]), "{saved}");
    assert_eq!(saved["remarks"][0]["column"], "牵头单位");
    let lines = city.lines();
    let line = &lines["P002"];
    assert_eq!((&line["change"], &line["dueOn"]), (&json!("KEPT"), &json!("2099-10-01")));
    assert_eq!(line["task"]["isKept"], true);
    assert_ne!(lines["P003"]["change"], "KEPT", "the row that was refused changed nothing");
}

/// What came of the season: kinds never add to each other, and a later day leaves an earlier one alone.
fn outcomes(city: &City) {
    let project =
        |number: u64, fen: &str| format!("kind: PROJECT, number: {number}, amountFen: {fen}");
    let recorded = [
        ("nanshan-1", "kind: CONTRACT, amountFen: 63000000000".to_owned(), "2024-04-12"),
        ("futian-01", project(6, "400000000000"), "2024-04-19"),
        ("longgang1", project(27, "3430000000000"), "2024-05-24"),
        ("cdb-00001", "kind: CREDIT_LINE, amountFen: 16000000000000".to_owned(), "2024-05-24"),
        ("agreement", "kind: AGREEMENT, number: 22".to_owned(), "2024-05-24"),
        ("joint-001", "kind: JOINT_VENTURE, number: 11".to_owned(), "2024-05-24"),
        ("later-001", project(14, "1610000000000"), "2024-11-15"),
    ];
    for (key, what, day) in recorded {
        let query = format!(
            "mutation {{ outcomeRecord(input: {{ {what}, onDate: \"{day}\", requestKey: \"{key}\" }}) {{
                 errors {{ code field message }} }} }}"
        );
        let done = city.data(&query)["outcomeRecord"]["errors"].clone();
        assert_eq!(done, json!([]), "{key}");
    }
    let totals = |day: &str| {
        let tally = "{ count amountFen }";
        let query = format!(
            "{{ outcomeTotals(asOf: \"{day}\") {{ projects {tally} contracts {tally}
                 creditLines {tally} agreements {tally} jointVentures {tally} }} }}"
        );
        city.data(&query)["outcomeTotals"].clone()
    };
    let tally = |count: u64, fen: u64| json!({ "count": count, "amountFen": fen });
    let told = |projects: Value| {
        json!({ "projects": projects, "contracts": tally(1, 63_000_000_000),
            "creditLines": tally(1, 16_000_000_000_000), "agreements": tally(22, 0),
            "jointVentures": tally(11, 0) })
    };
    let early = totals("2024-06-30");
    // 38.3 billion yuan of investment, never 198.3 with the credit line.
    assert_eq!(early, told(tally(33, 3_830_000_000_000)));
    assert!(!early.to_string().contains("1983"));
    assert_eq!(totals("2024-12-31"), told(tally(47, 5_440_000_000_000)));
    assert_eq!(totals("2024-06-30"), early);
}
