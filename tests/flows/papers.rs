//! What is printed of an event, from end to end: who gets which paper, what stands in it, what is printed
//! again after a change, and what the audit log says of it.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]
#![expect(clippy::disallowed_methods, reason = "the server's clock is the machine's")]

use std::io::{Cursor, Read as _};

use calamine::{Data, Reader as _, Xlsx, open_workbook_from_rs};
use calcard::icalendar::{ICalendarComponentType, ICalendarValue};
use lianmeng_testkit::{Answer, Program, Server};
use serde_json::{Value, json};

const JSON: (&str, &str) = ("Content-Type", "application/json");
const PASSWORD: &str = "seven herons over the river";
const FIRMS: [&str; 5] = ["甲厂", "乙厂", "丙厂", "丁厂", "=戊厂"];

fn done(program: &Program, args: &[&str]) -> String {
    let ran = program.run(args);
    assert_eq!(ran.code, 0, "{args:?}: {ran:?}");
    ran.out.trim().to_owned()
}

/// An account with a grant of these words; gives its access token.
fn account(program: &Program, server: &Server, name: &str, grant: &[&str]) -> String {
    let ran = program.run_with_input(&["user", "add", name, "--password-stdin"], PASSWORD);
    assert_eq!(ran.code, 0, "{ran:?}");
    done(program, &[&["user", "grant", name][..], grant].concat());
    let body = json!({ "name": name, "password": PASSWORD }).to_string();
    let tokens = server.post("/auth/login", &[JSON], body.as_bytes()).json();
    tokens["accessToken"].as_str().unwrap().to_owned()
}

/// The payload of a mutation that takes `input`, which is not refused.
fn change(server: &Server, token: &str, field: &str, mut input: Value, shows: &str) -> Value {
    let ty = match field {
        "meetingRemove" => "MeetingInput".to_owned(),
        "suggestionShow" => "SuggestionMoveInput".to_owned(),
        _ => format!("{}{}Input", field[..1].to_uppercase(), &field[1..]),
    };
    if input["requestKey"].is_null() {
        input["requestKey"] = json!(format!("{field}-{}", input["version"]));
    }
    let query = format!(
        "mutation M($input: {ty}!) {{ {field}(input: $input) {{ {shows} errors {{ code message }} }} }}"
    );
    let done = server.data(token, &query, json!({ "input": input }))[field].clone();
    assert_eq!(done["errors"], json!([]), "{field}: {done}");
    done
}

/// An event of today with five firms: 甲 meets 乙 at nine, 丙 meets 丁 at nine; published.
struct World {
    program: Program,
    server: Server,
    /// A coordinator's development token, which exports nothing.
    organiser: String,
    firms: Vec<String>,
    /// A contact of each firm.
    contacts: Vec<String>,
    participants: Vec<String>,
    event: String,
    version: i64,
    meetings: Vec<String>,
}

/// The card of the event, with its opening in `room`.
fn card(room: &str) -> Value {
    let today = (chrono::Utc::now() + chrono::TimeDelta::hours(8)).format("%Y-%m-%d").to_string();
    json!({
        "title": "央企国企深圳行", "heldOn": today, "tables": 2, "tableLabels": ["东一"],
        "hosts": [{ "regionCode": "440305" }],
        "halfDays": [{ "halfDay": "MORNING", "startsAt": "09:00", "slotMinutes": 20, "slots": 3 }],
        "sessions": [{ "title": "开幕", "room": room, "startsAt": "08:00", "endsAt": "08:45" }],
    })
}

impl World {
    fn new() -> Self {
        let program = Program::default().with("LIANMENG_AUTH__RECHECK_SECONDS", 0);
        let server = program.serve();
        let organiser = program.token("coordinator", None);
        let firm = |name: &&str| {
            let input = json!({ "card": { "name": name, "ownership": "PRIVATE_FIRM" },
                "requestKey": format!("firm-{name}-1") });
            let made =
                change(&server, &organiser, "enterpriseRegister", input, "enterprise { id }");
            made["enterprise"]["id"].as_str().unwrap().to_owned()
        };
        let firms: Vec<String> = FIRMS.iter().map(firm).collect();
        let mut contacts = Vec::new();
        for (at, owner) in firms.iter().enumerate() {
            let card =
                json!({ "name": "李明华", "title": "经理", "phone": format!("1381234000{at}") });
            let input =
                json!({ "ownerId": owner, "card": card, "requestKey": format!("contact-{at}") });
            let added = change(&server, &organiser, "contactAdd", input, "contact { id }");
            contacts.push(added["contact"]["id"].as_str().unwrap().to_owned());
        }
        let input = json!({ "card": card("东厅"), "requestKey": "event-0001" });
        let made = change(&server, &organiser, "eventCreate", input, "event { id version }");
        let event = made["event"]["id"].as_str().unwrap().to_owned();
        let version = made["event"]["version"].as_i64().unwrap();
        let mut world = Self {
            program,
            server,
            organiser,
            firms,
            contacts,
            participants: Vec::new(),
            event,
            version,
            meetings: Vec::new(),
        };
        let members: Vec<Value> = world.firms.iter().map(|id| json!({ "memberId": id })).collect();
        let input = json!({ "participants": members });
        let added = world.event_change("eventAddParticipants", input, "participants { id }");
        world.participants = ids(&added["participants"]);
        world.meet(&[(0, 1, 1), (2, 3, 1)]);
        world.publish();
        world
    }

    /// A change of the event, which gets another version by it.
    fn event_change(&mut self, field: &str, mut input: Value, shows: &str) -> Value {
        let key = if field.starts_with("event") { "eventId" } else { "meetingId" };
        if input[key].is_null() {
            input[key] = json!(self.event);
        }
        input["version"] = json!(self.version);
        let shows = format!("{shows} event {{ version }}");
        let done = change(&self.server, &self.organiser, field, input, &shows);
        self.version = done["event"]["version"].as_i64().unwrap();
        done
    }

    /// Adds meetings, each as two firms and a slot.
    fn meet(&mut self, pairs: &[(usize, usize, u16)]) {
        let pair = |&(a, b, slot): &(usize, usize, u16)| json!({ "a": self.firms[a], "b": self.firms[b], "fixedSlot": slot });
        let pairs: Vec<Value> = pairs.iter().map(pair).collect();
        let added =
            self.event_change("eventAddPairs", json!({ "pairs": pairs }), "meetings { id }");
        self.meetings.extend(ids(&added["meetings"]));
    }

    fn publish(&mut self) {
        let planned = self.event_change("eventPlan", json!({}), "conflict { text }");
        assert_eq!(planned["conflict"], json!([]));
        self.event_change("eventPublish", json!({}), "");
    }

    fn path(&self, name: &str) -> String {
        format!("/events/{}/{name}", self.event)
    }

    fn get(&self, token: &str, name: &str) -> Answer {
        if token.is_empty() {
            return self.server.get(&self.path(name), &[]);
        }
        self.server.get(&self.path(name), &[("Authorization", &format!("Bearer {token}"))])
    }

    /// A page that is given.
    fn page(&self, token: &str, name: &str) -> String {
        let found = self.get(token, name);
        assert_eq!(found.status, 200, "{name}: {found:?}");
        found.body
    }

    fn file(&self, token: &str, name: &str) -> Vec<u8> {
        self.server.file(&self.path(name), &[("Authorization", &format!("Bearer {token}"))])
    }

    /// Staff of a firm; with `more` words of the grant.
    fn staff(&self, name: &str, firm: usize, more: &[&str]) -> String {
        let grant = [&["--role", "enterprise", "--org", FIRMS[firm]][..], more].concat();
        account(&self.program, &self.server, name, &grant)
    }

    fn coordinator(&self, name: &str, more: &[&str]) -> String {
        let grant = [&["--role", "coordinator"][..], more].concat();
        account(&self.program, &self.server, name, &grant)
    }
}

fn ids(nodes: &Value) -> Vec<String> {
    let all = nodes.as_array().unwrap().iter();
    all.map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

/// A part of an archive.
fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn all_of_an_event_on_paper_needs_the_right_to_export_and_one_schedule_does_not() {
    let world = World::new();
    let (without, with) =
        (world.coordinator("clerk", &[]), world.coordinator("printer", &["--export"]));
    let (a, e) = (world.staff("staff-a", 0, &[]), world.staff("staff-e", 4, &["--export"]));
    let whole = [
        "papers.html",
        "papers.docx",
        "handbook.html",
        "handbook.docx",
        "timetable.xlsx",
        "schedule.html",
        "schedule.docx",
    ];
    for name in whole {
        for token in [&without, &world.organiser] {
            let refused = world.get(token, name);
            assert_eq!(refused.status, 403, "{name}: {refused:?}");
            assert_eq!(refused.json()["errors"][0]["extensions"]["code"], "FORBIDDEN");
            assert!(!refused.body.contains("乙厂"), "{name}");
        }
        assert_eq!(world.get(&with, name).status, 200, "{name}");
        assert_eq!(world.get("", name).status, 404, "{name}: nobody in particular");
        assert_eq!(world.get(&e, name).status, 404, "{name}: takes part, meets nobody");
    }
    for name in ["papers.html", "papers.docx", "timetable.xlsx"] {
        assert_eq!(world.get(&a, name).status, 404, "{name}: for those who keep the event");
    }

    let own = world.page(&a, "schedule.html");
    assert!(own.contains("<h2>甲厂</h2>") && own.contains("<td>乙厂</td>"), "{own}");
    assert!(own.contains("<td>09:00–09:20</td>") && own.contains("<p>筛选条件：全部</p>"), "{own}");
    assert!(!own.contains("丙厂") && !own.contains("<h2>乙厂</h2>"), "{own}");
    let other = format!("schedule.html?participantId={}", world.participants[1]);
    assert_eq!(world.get(&a, &other).status, 404, "somebody else's");
    let one = world.page(&without, &other);
    assert!(one.contains("<h2>乙厂</h2>") && !one.contains("<h2>甲厂</h2>"), "{one}");
    let body = part(&world.file(&a, "schedule.docx"), "word/document.xml");
    assert!(
        body.contains(">甲厂<") && body.contains(">乙厂<") && !body.contains(">丙厂<"),
        "{body}"
    );
    let everybody = world.page(&with, "schedule.html");
    assert_eq!(everybody.matches("<section").count(), 4);

    for (name, status) in [
        ("papers.pdf", 404),
        ("papers.html?sinse=1", 400),
        ("handbook.html?since=1", 400),
        ("timetable.xlsx?table=1", 400),
        ("papers.html?since=0", 400),
        ("papers.html?since=1", 400),
        ("papers.html?table=3", 404),
    ] {
        assert_eq!(world.get(&with, name).status, status, "{name}");
    }
    let answer = world.get(&with, "papers.docx");
    assert_eq!(answer.header("content-disposition"), ["attachment; filename=\"papers.docx\""]);
    let kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    assert_eq!(answer.header("content-type"), [kind]);

    world.server.terminate();
    assert_eq!(world.server.wait(), 0);
    let thing = world.event.replace("event:", "papers:");
    let show = done(&world.program, &["audit", "show", "--thing", &thing]);
    let counts = ["ExportPapers", "ExportHandbook", "ExportTimetable", "ExportSchedules"]
        .map(|action| show.lines().filter(|line| line.contains(action)).count());
    assert_eq!(counts, [3, 2, 1, 3], "{show}");
}

#[test]
fn the_papers_and_the_workbook_hold_the_timetable_and_say_what_they_are() {
    let world = World::new();
    let with = world.coordinator("printer", &["--export"]);
    let page = world.page(&with, "papers.html");
    for text in ["日程总表", "签到表", "4 家单位，2 场对接", "<p>筛选条件：全部</p>", "东一"]
    {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert!(page.contains("<p>导出人：account:") && page.contains("（coordinator）</p>"), "{page}");
    assert_eq!(page.matches("class=\"card\"").count(), 2);
    assert_eq!(page.matches("<section").count(), 1 + 2 + 1 + 4);
    let card = world.page(&with, "papers.html?table=1");
    assert_eq!(card.matches("class=\"card\"").count(), 1);
    assert!(card.contains("<p>筛选条件：table=1</p>"), "{card}");
    let papers = world.file(&with, "papers.docx");
    let body = part(&papers, "word/document.xml");
    assert_eq!(body.matches("<w:pageBreakBefore/>").count(), 1 + 2 + 1 + 4);
    assert!(part(&papers, "word/footer1.xml").contains("筛选条件：全部"));

    let bytes = world.file(&with, "timetable.xlsx");
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let names = ["日程表", "日程总表", "桌位表", "签到表", "参会单位", "说明"];
    assert_eq!(book.sheet_names(), names);
    let range = book.worksheet_range("参会单位").unwrap();
    let rows: Vec<String> = range
        .rows()
        .map(|row| row.iter().map(Data::to_string).collect::<Vec<_>>().join("|"))
        .collect();
    let want = [
        "序号|单位|场次数|首场开始|末场结束",
        "1|丁厂|1|09:00|09:20",
        "2|丙厂|1|09:00|09:20",
        "3|乙厂|1|09:00|09:20",
        "4|甲厂|1|09:00|09:20",
    ];
    assert_eq!(rows, want);
}

#[test]
fn after_a_change_only_the_pages_that_changed_are_printed_again() {
    let mut world = World::new();
    let with = world.coordinator("printer", &["--export"]);
    let gone = world.meetings[1].clone();
    world.event_change("meetingRemove", json!({ "meetingId": gone }), "");
    world.meet(&[(2, 4, 2)]);
    world.publish();
    let page = world.page(&with, "papers.html?since=1");
    assert!(page.contains("2 场对接有变，涉及 3 家单位"), "{page}");
    for name in ["丙厂", "丁厂", "=戊厂"] {
        assert!(page.contains(&format!("<h2>{name}</h2>")), "{name}: {page}");
    }
    for name in ["甲厂", "乙厂"] {
        assert!(!page.contains(&format!("<h2>{name}</h2>")), "{name}: {page}");
    }
    assert!(page.contains("签到表（新增单位）") && page.contains("已无对接安排。"), "{page}");
    let body = part(&world.file(&with, "papers.docx?since=1"), "word/document.xml");
    assert!(body.contains("第 1 版以来的变更") && body.contains("已无对接安排。"), "{body}");
    assert_eq!(world.get(&with, "papers.html?since=2").status, 400, "the one published now");
    world.publish();
    let none = world.page(&with, "papers.html?since=2");
    assert!(none.contains("没有变更，无需重印。"), "{none}");
    assert_eq!(none.matches("<section").count(), 1);
}

/// The events of a calendar by another parser: status, sequence, UID and place.
fn entries(text: &str) -> Vec<[String; 4]> {
    let mut parser = calcard::Parser::new(text);
    let calcard::Entry::ICalendar(calendar) = parser.entry() else { return Vec::new() };
    let events = calendar.components.iter();
    let events = events.filter(|one| one.component_type == ICalendarComponentType::VEvent);
    let entry = |one: &calcard::icalendar::ICalendarComponent| {
        ["STATUS", "SEQUENCE", "UID", "LOCATION"].map(|name| {
            let found = one.entries.iter().find(|entry| entry.name.as_str() == name);
            let value = &found.unwrap().values[0];
            let number = || if let ICalendarValue::Integer(number) = value { *number } else { 0 };
            value.as_text().map_or_else(|| number().to_string(), str::to_owned)
        })
    };
    events.map(entry).collect()
}

#[test]
fn the_calendar_of_a_room_follows_its_sessions_and_cancels_those_that_left() {
    let mut world = World::new();
    let east = "schedule.ics?room=%E4%B8%9C%E5%8E%85";
    let west = "schedule.ics?room=%E8%A5%BF%E5%8E%85";
    let first = world.page("", east);
    assert_eq!(world.get("", west).status, 404, "no session was ever there");
    assert_eq!(world.get("", &format!("{east}&table=1")).status, 400);
    let first = entries(&first);
    assert_eq!(first.len(), 1);
    assert!(first[0][0] == "CONFIRMED" && first[0][3] == "东厅", "{first:?}");
    world.event_change("eventUpdate", json!({ "card": card("西厅") }), "");
    let [left, came] = [east, west].map(|name| entries(&world.page("", name)));
    assert!(left.len() == 1 && left[0][0] == "CANCELLED", "{left:?}");
    assert!(came.len() == 1 && came[0][0] == "CONFIRMED", "{came:?}");
    assert_eq!(left[0][2], first[0][2], "the same entry");
    assert_ne!(came[0][2], first[0][2]);
    let [before, after] = [&first, &left].map(|one| one[0][1].parse::<i64>().unwrap());
    assert!(after > before, "SEQUENCE rises: {after} {before}");
    world.event_change("eventUpdate", json!({ "card": card("东厅") }), "");
    let [back, gone] = [east, west].map(|name| entries(&world.page("", name)));
    assert!(back.len() == 1 && back[0][0] == "CONFIRMED", "{back:?}");
    assert_eq!((&back[0][2], &gone[0][2]), (&first[0][2], &came[0][2]));
    assert!(gone.len() == 1 && gone[0][0] == "CANCELLED", "{gone:?}");
}

/// What the suggestion tells the bearer of `token` of why both should meet.
fn told(world: &World, token: &str, suggestion: &Value) -> String {
    let query = "query Q($id: ID!) { node(id: $id) { ... on Suggestion { visit { zh } } } }";
    let data = world.server.data(token, query, json!({ "id": suggestion }));
    data["node"]["visit"]["zh"].as_str().unwrap().to_owned()
}

/// A suggestion between 甲, who needs, and 乙, who offers, shown to both.
fn suggest(world: &World, [a, b]: [&str; 2]) -> Value {
    let (server, organiser) = (&world.server, &world.organiser);
    let card = json!({ "kind": "TECHNOLOGY", "title": "低排放染整工艺", "body": "染整助剂", "isPublished": true });
    let input = json!({ "providerId": world.firms[1], "card": card, "requestKey": "offer-001" });
    change(server, b, "offerRegister", input, "offer { id }");
    let card = json!({ "enterpriseId": world.firms[0], "kind": "TECH_BREAKTHROUGH",
        "title": "求低排放染整工艺", "body": "染整助剂需替换" });
    let input = json!({ "card": card, "confirmsNoSecret": true, "requestKey": "need-0001" });
    let need = change(server, a, "needSubmit", input, "need { id }");
    let input = json!({ "needId": need["need"]["id"], "requestKey": "make-0001" });
    let made = change(server, organiser, "suggestionsMake", input, "suggestions { id }");
    let suggestion = made["suggestions"][0]["id"].clone();
    let input = json!({ "suggestionId": suggestion, "requestKey": "show-0001" });
    change(server, organiser, "suggestionShow", input, "suggestion { id }");
    suggestion
}

#[test]
fn a_handbook_says_no_more_than_its_reader_may_know_whoever_prints_it() {
    let world = World::new();
    let with = world.coordinator("printer", &["--export"]);
    let without = world.coordinator("clerk", &[]);
    let (a, b) = (world.staff("staff-a", 0, &[]), world.staff("staff-b", 1, &[]));
    let suggestion = suggest(&world, [&a, &b]);
    let [of_a, of_b, of_all] = [&a, &b, &with].map(|token| told(&world, token, &suggestion));
    assert!(of_a != of_b && of_b != of_all, "{of_a} {of_b} {of_all}");

    // Without the right to export one's own contacts stand in full, those of others masked.
    let own = world.page(&a, "handbook.html");
    assert!(own.contains(&of_a) && !own.contains(&of_b), "{of_a}: {own}");
    assert!(own.contains("13812340000") && own.contains("李**，经理，138****0001"), "{own}");
    assert!(!own.contains("13812340001") && !own.contains("丙厂"), "{own}");
    for text in ["议程", "东厅", "性质：民营企业", "仅供本单位使用", "对接缘由", "已脱敏"]
    {
        assert!(own.contains(text), "{text}: {own}");
    }
    let exporting = world.staff("staff-a2", 0, &["--export"]);
    let own = world.page(&exporting, "handbook.html");
    assert!(own.contains("李明华，经理，13812340001") && !own.contains("138****"), "{own}");

    // What a keeper prints for 乙 holds what 乙 may know.
    let for_b = format!("handbook.html?participantId={}", world.participants[1]);
    let printed = world.page(&with, &for_b);
    assert!(printed.contains(&of_b) && !printed.contains(&of_all), "{of_b}: {printed}");
    assert!(printed.contains("13812340000") && printed.contains("13812340001"), "{printed}");
    assert!(!printed.contains("丙厂") && !printed.contains("日程总表"), "{printed}");
    let masked = world.page(&without, &for_b);
    assert!(masked.contains("138****0000") && !masked.contains("13812340000"), "{masked}");
    assert_eq!(world.get(&a, &for_b).status, 404, "somebody else's");

    let whole = world.page(&with, "handbook.html");
    assert!(whole.contains(&of_all) && whole.contains("请勿外发"), "{of_all}: {whole}");
    for at in 0..4 {
        assert!(whole.contains(&format!("1381234000{at}")), "{whole}");
    }
    assert!(!whole.contains("13812340004"), "meets nobody: {whole}");
    let bytes = world.file(&with, "handbook.docx");
    let body = part(&bytes, "word/document.xml");
    assert!(body.contains(&of_all) && body.contains("李明华，经理，13812340003"), "{body}");
    // An auditor reads contacts masked, on paper too.
    let grant = ["--role", "auditor", "--export"];
    let auditor = account(&world.program, &world.server, "auditor", &grant);
    let seen = world.page(&auditor, "handbook.html");
    assert!(seen.contains("138****0001") && !seen.contains("13812340001"), "{seen}");

    world.server.terminate();
    assert_eq!(world.server.wait(), 0);
    let query = ["audit", "show", "--thing", &world.event.replace("event:", "papers:")];
    let exports = done(&world.program, &query);
    assert_eq!(exports.matches("ExportHandbook").count(), 5, "{exports}");
    // One's own staff leaves no trace of reading its own contact; every other full read does.
    for (at, want) in [(0, 3), (1, 4), (4, 0)] {
        let query = ["audit", "show", "--thing", &world.contacts[at], "--field", "phone"];
        let reads = done(&world.program, &query);
        assert_eq!(reads.lines().filter(|line| line.contains("Read")).count(), want, "{reads}");
    }
}
