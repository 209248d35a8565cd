//! The loop as its users walk it: demo, import by file and by upload, rights over HTTP.

use std::path::Path;

use lianmeng_testkit::{Answer, Program, Server, shared};
use serde_json::{Value, json};

#[test]
fn the_demo_walks_the_loop_and_a_second_walk_changes_nothing() {
    let program = Program::default();
    let first = program.run(&["demo"]);
    assert_eq!(first.code, 0, "{first:?}");
    for words in [
        "445 rows added, 0 changed, 0 unchanged",
        "22 pairs: 10 departments with one enterprise, 6 with two, none with more",
        "14 meetings, 0 breaks in all",
        "published as version 1",
    ] {
        assert!(first.out.contains(words), "{words}: {}", first.out);
    }
    let second = program.run(&["demo"]);
    assert_eq!(second.code, 0, "{second:?}");
    assert!(second.out.contains("0 rows added, 0 changed, 445 unchanged"), "{}", second.out);

    let server = program.serve();
    let public = server.data("", "{ committees { totalCount } needs { totalCount } }", Value::Null);
    assert_eq!(public, json!({ "committees": { "totalCount": 2 }, "needs": { "totalCount": 0 } }));
    let flagship = program.token("enterprise", Some("demo-f01"));
    let needs = "{ needs { nodes { title body suggestions(first: 20) { stage } } } }";
    let own = server.data(&flagship, needs, Value::Null);
    let own = own["needs"]["nodes"].as_array().unwrap().clone();
    assert_eq!(own.len(), 1, "{own:?}");
    assert!(own[0]["body"].as_str().unwrap().contains("可降解包装"));
    assert_eq!(own[0]["suggestions"], json!([{ "stage": "PAIRED" }]), "only what was shown");
    let coordinator = program.token("coordinator", None);
    let all =
        server.data(&coordinator, "{ tasks { totalCount } pairings { totalCount } }", Value::Null);
    assert_eq!(all, json!({ "tasks": { "totalCount": 3 }, "pairings": { "totalCount": 1 } }));
    let auditor = program.token("auditor", None);
    let venue = r#"mutation { venueRegister(input: { name: "x", tables: 1, requestKey: "audit-01" })
        { errors { code } } }"#;
    let refused = server.data(&auditor, venue, Value::Null);
    assert_eq!(
        refused["venueRegister"]["errors"][0]["code"], "NOT_FOUND",
        "an auditor never writes"
    );
}

/// A file of `path` as the holder of `token` gets it.
fn get(server: &Server, token: &str, path: &str) -> Answer {
    server.get(path, &[("Authorization", &format!("Bearer {token}"))])
}

#[test]
fn each_side_of_a_published_timetable_takes_its_own_calendar_and_schedule() {
    let program = Program::default();
    assert_eq!(program.run(&["demo"]).code, 0);
    let server = program.serve();
    let coordinator = program.token("coordinator", None);
    let query = "{ dockingEvents { nodes { id stage } } }";
    let events = server.data(&coordinator, query, Value::Null)["dockingEvents"]["nodes"].clone();
    let published = events.as_array().unwrap().iter().find(|event| event["stage"] == "PUBLISHED");
    let id = published.unwrap_or_else(|| panic!("{events}"))["id"].as_str().unwrap();
    let path = |name: &str| format!("/events/{id}/{name}");

    // All of an event on paper needs the right to export (see the flow of papers).
    assert_eq!(get(&server, &coordinator, &path("papers.html")).status, 403);
    let all = get(&server, &coordinator, &path("schedule.ics"));
    assert_eq!(all.header("content-type"), ["text/calendar; charset=utf-8"]);
    assert_eq!(all.body.matches("BEGIN:VEVENT\r\n").count(), 14);
    let table = get(&server, &coordinator, &path("schedule.ics?table=1"));
    let at_table = table.body.matches("BEGIN:VEVENT").count();
    assert!((1..14).contains(&at_table), "{}", table.body);

    let group = program.token("enterprise", Some("demo-m1"));
    let own = get(&server, &group, &path("schedule.ics"));
    assert_eq!(own.status, 200, "{own:?}");
    let meetings = own.body.matches("BEGIN:VEVENT").count();
    let mine = format!(
        r#"{{ mySchedule(eventId: "{id}") {{ rows(first: 100) {{ nodes {{ slot }} }} }} }}"#
    );
    let mine = server.data(&group, &mine, Value::Null);
    assert_eq!(Some(meetings), mine["mySchedule"]["rows"]["nodes"].as_array().map(Vec::len));
    assert_eq!(meetings, 3, "{}", own.body);
    assert_eq!(get(&server, &group, &path("papers.html")).status, 404, "for organisers only");
    let schedule = get(&server, &group, &path("schedule.html"));
    assert_eq!(schedule.header("content-type"), ["text/html; charset=utf-8"]);
    assert!(schedule.body.contains("3 场对接"), "{}", schedule.body);
    let named: Vec<_> = schedule.body.matches("<section").collect();
    assert_eq!(named.len(), 1, "nobody else's: {}", schedule.body);
    let public = server.get(&path("schedule.ics"), &[]);
    assert_eq!(public.status, 404, "{public:?}");
    let stranger = program.token("enterprise", Some("demo-f01"));
    assert_eq!(get(&server, &stranger, &path("schedule.ics")).status, 404, "takes part in nothing");
    for (path, status) in [
        (path("other.pdf"), 404),
        (path("schedule.ics?tabel=1"), 400),
        ("/events/event:1/schedule.ics".to_owned(), 400),
    ] {
        assert_eq!(get(&server, &coordinator, &path).status, status, "{path}");
    }
}

#[test]
fn an_upload_is_judged_row_by_row_and_only_coordinators_may_send_one() {
    let program = Program::default();
    let server = program.serve();
    let csv = "外部编号,企业名称,统一社会信用代码\na-1,示例甲,\na-2,示例乙,91350100M000100Y44\n";
    let operations = json!({
        "query": "mutation($file: Upload!) { importUpload(file: $file) { outcome
            counts { kind added rejected } remarks { row column value } errors { code field } } }",
        "variables": { "file": null },
    });
    let part = |name: &str, more: &str, body: &str| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{body}\r\n")
    };
    let file = "; filename=\"企业.csv\"\r\nContent-Type: text/csv";
    let body = part("operations", "", &operations.to_string())
        + &part("map", "", r#"{"0":["variables.file"]}"#)
        + &part("0", file, csv)
        + "--x--\r\n";
    let send = |token: &str| {
        let bearer = format!("Bearer {token}");
        let headers = [
            ("Content-Type", "multipart/form-data; boundary=x"),
            ("GraphQL-Require-Preflight", "1"),
            ("Authorization", bearer.as_str()),
        ];
        server.post("/graphql", &headers, body.as_bytes()).json()["data"]["importUpload"].clone()
    };
    let stranger = send(&program.token("auditor", None));
    assert_eq!(stranger["errors"][0]["code"], "NOT_FOUND", "{stranger}");
    let done = send(&program.token("coordinator", None));
    assert_eq!(done["outcome"], "SAVED", "{done}");
    assert_eq!(done["counts"], json!([{ "kind": "enterprises", "added": 1, "rejected": 1 }]));
    let want = json!({ "row": 3, "column": "统一社会信用代码", "value": "91350100M000100Y44" });
    assert_eq!(done["remarks"], json!([want]));
    let count = server.data("", "{ enterprises { totalCount } }", Value::Null);
    assert_eq!(count["enterprises"]["totalCount"], 1);
}

#[test]
fn a_template_imports_and_wrong_files_leave_nothing_behind() {
    let program = Program::default();
    let template = program.folder().join("t.xlsx");
    assert_eq!(program.run(&["template", template.to_str().unwrap()]).code, 0);
    assert!(template.is_file());
    let nonsense = program.write("n/企业.csv", vec![0xff; 10_000_000]);
    let empty = program.write("e/企业.csv", "");
    for file in [nonsense.as_path(), empty.as_path(), Path::new("absent.xlsx"), &template] {
        let ran = program.run(&["import", file.to_str().unwrap(), "--json"]);
        assert_eq!(
            ran.code,
            2,
            "{}: {}",
            file.display(),
            ran.err.chars().take(300).collect::<String>()
        );
    }
    let cycle = program.write("c/企业.csv", "外部编号,企业名称,母公司\na,示例甲,b\nb,示例乙,a\n");
    let ran = program.run(&["import", cycle.to_str().unwrap(), "--json"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert_eq!(ran.json()["added"], 0);
    let stats = program.run(&["graph", "stats", "--json"]).json();
    assert_eq!(stats["nodes"]["enterprise"], 0, "nothing was saved");
}

#[test]
fn an_import_leaves_no_log_that_the_next_start_reads_again() {
    let program = Program::on_sqlite();
    let firms = program.write("f/企业.csv", "外部编号,企业名称\na,示例甲\n");
    let ran = program.run(&["import", firms.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(program.folder().join("data/lianmeng.db").is_file());
    assert!(!program.folder().join("data/lianmeng.db-wal").exists());
}

#[test]
fn the_a_share_graph_has_the_figures_counted_by_hand() {
    let Some(shared) = shared() else { return };
    let program = Program::default();
    let folder = shared.join("data/a-share-chain");
    let first = program.run(&["import", folder.to_str().unwrap(), "--json"]);
    assert_eq!(first.code, 0, "{}", first.err);
    let report = first.json();
    assert_eq!((&report["added"], &report["rejected"]), (&json!(265_162), &json!(111)));
    let again = program.run(&["import", folder.to_str().unwrap(), "--json"]).json();
    assert_eq!((&again["added"], &again["changed"]), (&json!(0), &json!(0)));
    let stats = program.run(&["graph", "stats", "--json"]).json();
    for (key, want) in [
        ("product_components", 287),
        ("largest_product_component", 59_644),
        ("derived_supply_pairs", 12_039),
        ("derived_supply_enterprises", 1_332),
        ("material_cycles", 4),
        ("largest_material_cycle", 2),
    ] {
        assert_eq!(stats[key], want, "{key}");
    }
}

/// A list of the demo: where it stands in a query, with `%` for its arguments, and in the answer.
struct List {
    query: String,
    pointer: String,
    size: u32,
}

/// The cursors of `list`, read page by page from its start or from its end.
fn cursors(ask: &dyn Fn(&str) -> Value, list: &List, is_backward: bool) -> Vec<String> {
    let List { query, pointer, size } = list;
    let (end, bound, more, edge) = if is_backward {
        ("last", "before", "hasPreviousPage", "startCursor")
    } else {
        ("first", "after", "hasNextPage", "endCursor")
    };
    let page = "edges { cursor }
        pageInfo { hasPreviousPage hasNextPage startCursor endCursor }";
    let query = query.replace('#', page);
    let (mut pages, mut arguments) = (Vec::<Vec<String>>::new(), format!("{end}: {size}"));
    loop {
        let answer = ask(&query.replace('%', &arguments));
        let page = answer.pointer(pointer).unwrap_or(&Value::Null);
        let edges = page["edges"].as_array().into_iter().flatten();
        pages.push(edges.map(|edge| edge["cursor"].to_string()).collect());
        if page["pageInfo"][more] != true {
            break;
        }
        arguments = format!("{end}: {size}, {bound}: {}", page["pageInfo"][edge]);
    }
    if is_backward {
        pages.reverse();
    }
    pages.concat()
}

/// Every list of the root, in each of its orders, and those inside of an event.
fn lists(ask: &dyn Fn(&str) -> Value) -> Vec<List> {
    let fields = ask("{ __type(name: \"Query\") { fields {
        name args { name type { kind } } type { ofType { name } } } } }");
    let mut lists = Vec::new();
    for field in fields["__type"]["fields"].as_array().into_iter().flatten() {
        let name = field["name"].as_str().unwrap_or_default();
        let kind = field["type"]["ofType"]["name"].as_str().unwrap_or_default();
        let arguments: Vec<_> = field["args"].as_array().into_iter().flatten().collect();
        let needs_more =
            arguments.iter().any(|one| one["type"]["kind"] == "NON_NULL" && one["name"] != "sort");
        if !kind.ends_with("Connection") || needs_more {
            continue;
        }
        let size = if ["regions", "industries"].contains(&name) { 100 } else { 3 };
        let is_sorted = arguments.iter().any(|one| one["name"] == "sort");
        for sort in if is_sorted { &["sort: REGISTERED, ", "sort: NAME, "][..] } else { &[""][..] }
        {
            let query = format!("{{ {name}({sort}%) {{ # }} }}");
            lists.push(List { query, pointer: format!("/{name}"), size });
        }
    }
    for name in ["participants", "meetings", "versions"] {
        lists.push(List {
            query: format!("{{ dockingEvents(first: 1) {{ nodes {{ {name}(%) {{ # }} }} }} }}"),
            pointer: format!("/dockingEvents/nodes/0/{name}"),
            size: 3,
        });
    }
    lists.push(List {
        query: "{ dockingEvents(first: 1) { nodes { versions { nodes { rows(%) { # } } } } } }"
            .to_owned(),
        pointer: "/dockingEvents/nodes/0/versions/nodes/0/rows".to_owned(),
        size: 3,
    });
    lists
}

#[test]
fn every_list_of_the_demo_reads_the_same_forward_and_backward() {
    let program = Program::default();
    assert_eq!(program.run(&["demo"]).code, 0);
    let server = program.serve();
    let token = program.token("coordinator", None);
    let ask = |query: &str| server.data(&token, query, Value::Null);
    let (mut found, mut rows) = (0, 0);
    for list in lists(&ask) {
        let forward = cursors(&ask, &list, false);
        assert_eq!(cursors(&ask, &list, true), forward, "{}", list.query);
        found += 1;
        rows += forward.len();
    }
    assert!(found >= 30 && rows > 5_000, "{found} lists, {rows} rows");
}
