//! Journeys of coordinators, enterprises and units through the API alone: a quarter of demands with a
//! city platform (J2), an enterprise and its helpers (J4), satisfaction with its denominator (J6).
#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use chrono::{DateTime, Duration, FixedOffset, SecondsFormat, Utc};
use lianmeng_testkit::clock::WallClock;
use lianmeng_testkit::{Program, Server};
use serde_json::{Value, json};

/// Mutations sent in one document.
const BATCH: usize = 20;
/// What each mutation of a need answers with.
const NEED: &str = "{ need { id stage } errors { code field message } }";

/// People of the demo.
struct People {
    coordinator: String,
    committee: String,
    units: Vec<String>,
}

/// The demo's registry without its walk, a coordinator and the ids of what takes part.
fn town(program: &Program, server: &Server) -> People {
    let coordinator = program.token("coordinator", None);
    let query = "{ committees(first: 1) { nodes { id } }
        organisations(first: 4) { nodes { id } } }";
    let data = server.data(&coordinator, query, Value::Null);
    let id = |node: &Value| node["id"].as_str().unwrap().to_owned();
    let committee = id(&data["committees"]["nodes"][0]);
    let units = data["organisations"]["nodes"].as_array().unwrap().iter().map(id).collect();
    People { coordinator, committee, units }
}

fn program() -> Program {
    let program = Program::default();
    assert_eq!(program.run(&["demo"]).code, 0);
    program
}

/// Sends `calls` (a mutation and its input each) in documents of [`BATCH`] and gives the needs, or
/// fails on the first refusal.
fn all(server: &Server, token: &str, calls: &[(&str, String)]) -> Vec<Value> {
    let mut needs = Vec::new();
    for batch in calls.chunks(BATCH) {
        let fields: Vec<_> = batch
            .iter()
            .enumerate()
            .map(|(n, (verb, input))| format!("m{n}: {verb}(input: {{ {input} }}) {NEED}"))
            .collect();
        let query = format!("mutation {{ {} }}", fields.join("\n"));
        let data = server.data(token, &query, Value::Null);
        for n in 0..batch.len() {
            let done = &data[format!("m{n}")];
            assert_eq!(done["errors"], json!([]), "{}", batch[n].1);
            needs.push(done["need"].clone());
        }
    }
    needs
}

/// `verb` for each of `needs`; `more` stands beside the need.
fn each<'a>(verb: &'a str, needs: &[String], more: &str) -> Vec<(&'a str, String)> {
    let plain = ["needAccept", "needStart", "needClose"].contains(&verb);
    needs
        .iter()
        .map(|need| {
            let key = &need[need.len() - 20..];
            let which = format!(r#"needId: "{need}", requestKey: "{verb}-{key}""#);
            (verb, if plain { which } else { format!("need: {{ {which} }}, {more}") })
        })
        .collect()
}

fn one(server: &Server, token: &str, verb: &str, need: &str, more: &str) -> Value {
    all(server, token, &each(verb, &[need.to_owned()], more)).remove(0)
}

fn refused(server: &Server, token: &str, call: (&str, String)) -> Value {
    let query = format!("mutation {{ m: {}(input: {{ {} }}) {NEED} }}", call.0, call.1);
    server.data(token, &query, Value::Null)["m"]["errors"][0].clone()
}

fn see(server: &Server, token: &str, need: &str, fields: &str) -> Value {
    let query = format!("query($id: ID!) {{ node(id: $id) {{ ... on Need {{ {fields} }} }} }}");
    server.data(token, &query, json!({ "id": need }))["node"].clone()
}

/// Ids of needs whose title holds `words`, newest first.
fn needs_like(server: &Server, token: &str, words: &str) -> Vec<String> {
    let query = "query($words: String!, $after: String) {
        needs(first: 100, after: $after, filter: { search: $words }) {
            nodes { id } pageInfo { endCursor hasNextPage } } }";
    let (mut ids, mut after) = (Vec::new(), Value::Null);
    loop {
        let data = server.data(token, query, json!({ "words": words, "after": after }));
        let nodes = data["needs"]["nodes"].as_array().unwrap();
        ids.extend(nodes.iter().map(|node| node["id"].as_str().unwrap().to_owned()));
        if data["needs"]["pageInfo"]["hasNextPage"] == false {
            return ids;
        }
        after = data["needs"]["pageInfo"]["endCursor"].clone();
    }
}

/// The server's day in China, and the day `days` later.
fn days(server: &Server, token: &str, need: &str, later: i64) -> (String, String) {
    let at = see(server, token, need, "createdAt")["createdAt"].as_str().unwrap().to_owned();
    let at: DateTime<Utc> = at.parse().unwrap();
    let local = at.with_timezone(&FixedOffset::east_opt(8 * 3600).unwrap()).date_naive();
    (local.to_string(), (local + Duration::days(later)).to_string())
}

const STATS: &str = "query($from: Date!, $until: Date!) { 
    needStats(from: $from, until: $until, filter: { kinds: [OTHER] }) {
    needs onTimeRate { numerator denominator pending basisPoints shown }
    importedRate { numerator denominator shown }
    satisfaction { numerator denominator pending basisPoints shown } } }";

fn stats(server: &Server, token: &str, days: &(String, String)) -> Value {
    let period = json!({ "from": days.0, "until": days.1 });
    server.data(token, STATS, period)["needStats"].clone()
}

/// Leads `needs` from submission to their answer, in the hands of unit `unit` and due at `due`.
fn answer_all(server: &Server, people: &People, program: &Program, needs: &[String], due: &str) {
    let unit = &people.units[0];
    let clerk = program.token("department_handler", Some(unit));
    all(server, &people.coordinator, &each("needTriage", needs, ""));
    let order = format!(r#"handlerId: "{unit}", dueAt: "{due}""#);
    all(server, &people.coordinator, &each("needDispatch", needs, &order));
    for verb in ["needAccept", "needStart"] {
        all(server, &clerk, &each(verb, needs, ""));
    }
    all(server, &clerk, &each("needAnswer", needs, r#"text: "已办""#));
}

/// A workbook of `count` demands that are all about something else.
fn demands(count: usize) -> String {
    const THINGS: [&str; 28] = [
        "班车",
        "路灯",
        "蒸汽",
        "用电增容",
        "污水管网",
        "职工食堂",
        "人才公寓",
        "消防通道",
        "危废处置",
        "仓储用地",
        "外贸单证",
        "出口退税",
        "专利代理",
        "检测认证",
        "设备融资",
        "工伤保险",
        "技能培训",
        "校企合作",
        "直播场地",
        "打样中心",
        "物流专线",
        "光伏屋顶",
        "电梯年检",
        "燃气接入",
        "宽带提速",
        "商标保护",
        "环评批复",
        "施工许可",
    ];
    let mut csv = String::from(HEADER);
    for n in 0..count {
        let (one, two) = (THINGS[n % 28], THINGS[(n / 28) % 28]);
        let title = format!("诉求第{n}号：{one}与{two}");
        csv += &row(n, &title, &format!("本厂{n}号车间的{one}卡住了，同时{two}也没有着落"));
    }
    csv
}

const HEADER: &str = "外部编号,企业,需求类别,需求标题,需求内容,产业链党委,需求所在地区\n";

/// A demand of one of twenty enterprises.
fn row(n: usize, title: &str, body: &str) -> String {
    format!("jx-{n:04},demo-f{:02},other,{title},{body},通州区家纺产业党委,320612\n", 1 + n % 20)
}

/// 816 demands: 656 of the others, and 160 in the words of clerks, forty of them said twice. Gives the
/// titles of the forty pairs as well.
fn quarter() -> (String, Vec<(String, String)>) {
    let own = include_str!("../../crates/matching/problems/needs_own.csv");
    let mut titles = std::collections::BTreeMap::new();
    let (mut csv, mut pairs) = (demands(656), Vec::new());
    for (n, line) in csv::Reader::from_reader(own.as_bytes()).records().enumerate() {
        let line = line.unwrap();
        let (id, title, body, first) = (&line[0], &line[1], &line[2], &line[3]);
        csv += &row(656 + n, &format!("诉求 {title}"), body);
        if let Some(first) = titles.get(first) {
            pairs.push((format!("诉求 {title}"), format!("诉求 {first}")));
        }
        titles.insert(id.to_owned(), title.to_owned());
    }
    (csv, pairs)
}

#[test]
fn j2_a_quarter_of_demands_is_mirrored_answered_in_time_and_one_late_one_lights_red() {
    let Some(clock) = WallClock::new() else { return };
    let mut program = program();
    clock.give(&mut program);
    let server = program.serve();
    let people = town(&program, &server);
    let (csv, pairs) = quarter();
    let sheet = program.write("demands/需求.csv", csv);
    let read = program.run(&["import", sheet.parent().unwrap().to_str().unwrap()]);
    assert_eq!(read.code, 0, "{read:?}");
    let needs = needs_like(&server, &people.coordinator, "诉求");
    assert_eq!((needs.len(), pairs.len()), (816, 40));

    // What is said twice is shown beside the first, and nothing was merged.
    let mut found = 0;
    for (again, first) in &pairs {
        let fields = "stage mergedInto { id } duplicates(first: 10) { need { title } }";
        let again = &needs_like(&server, &people.coordinator, again)[0];
        let shown = see(&server, &people.coordinator, again, fields);
        assert_eq!((&shown["stage"], &shown["mergedInto"]), (&json!("SUBMITTED"), &Value::Null));
        let shown = shown["duplicates"].as_array().unwrap();
        found += usize::from(shown.iter().any(|like| like["need"]["title"] == first.as_str()));
    }
    assert!(found >= 36, "{found} of 40 are shown");

    // Every one gets its number at the city's platform.
    let mirrored: Vec<_> = needs
        .iter()
        .enumerate()
        .map(|(n, need)| {
            let key = &need[need.len() - 20..];
            let which = format!(r#"need: {{ needId: "{need}", requestKey: "mirror-{key}" }}"#);
            let at = "2026-01-01T00:00:00Z";
            ("needMirror", format!(r#"{which}, number: "SZ-{n}", status: "受理", at: "{at}""#))
        })
        .collect();
    all(&server, &people.coordinator, &mirrored);
    let period = days(&server, &people.coordinator, &needs[0], 0);
    let rate = stats(&server, &people.coordinator, &period)["importedRate"].clone();
    assert_eq!(rate, json!({ "numerator": 816, "denominator": 816, "shown": "100 %" }));

    // All are answered in time; for one of them three others come when they are called, one comes back
    // from its first unit.
    let (called, others) = needs.split_first().unwrap();
    let (_, due) = days(&server, &people.coordinator, called, 4);
    let due = format!("{due}T10:00:00Z");
    whistle(&program, &server, &people, called, &due);
    let (returned, others) = others.split_first().unwrap();
    send_back(&program, &server, &people, returned, &due);
    answer_all(&server, &people, &program, others, &due);
    roadshow(&server, &people, &others[0]);
    // Nothing changes until the quarter is over.
    clock.set(24 * 92);
    let people = People { coordinator: program.token("coordinator", None), ..people };
    let on_time = stats(&server, &people.coordinator, &period)["onTimeRate"].clone();
    let want = json!({ "numerator": 816, "denominator": 816, "pending": 0, "basisPoints": 10_000,
        "shown": "100 %" });
    assert_eq!(on_time, want);

    // One is taken up again, and its second unit lets the time pass.
    let late = &needs[9];
    let query = "enterprise { id }";
    let firm = see(&server, &people.coordinator, late, query)["enterprise"]["id"].clone();
    let own = program.token("enterprise", firm.as_str());
    assert_eq!(one(&server, &own, "needRate", late, "stars: 1")["stage"], "REOPENED");
    let unit = &people.units[1];
    let key = format!(r#"need: {{ needId: "{late}", requestKey: "second-round" }}"#);
    let rated = see(&server, &people.coordinator, late, "ratedAt")["ratedAt"].clone();
    let soon = rated.as_str().unwrap().parse::<DateTime<Utc>>().unwrap() + Duration::days(1);
    let soon = soon.to_rfc3339_opts(SecondsFormat::Secs, true);
    let order = format!(r#"{key}, handlerId: "{unit}", dueAt: "{soon}""#);
    all(&server, &people.coordinator, &[("needDispatch", order)]);
    clock.set(24 * 95 + 12);
    let coordinator = program.token("coordinator", None);
    let on_time = stats(&server, &coordinator, &period)["onTimeRate"].clone();
    let want = json!({ "numerator": 815, "denominator": 816, "pending": 0, "basisPoints": 9988,
        "shown": "99.88 %" });
    assert_eq!(on_time, want);
    let lit = see(&server, &coordinator, late, "lamp escalationLevel");
    assert_eq!(lit, json!({ "lamp": "RED", "escalationLevel": 2 }));
}

/// A unit sends `need` back: the enterprise reads why and who is to have it, its time runs on, and the
/// other unit answers.
fn send_back(program: &Program, server: &Server, people: &People, need: &str, due: &str) {
    let (first, right) = (&people.units[0], &people.units[1]);
    let clerks = [first, right].map(|unit| program.token("department_handler", Some(unit)));
    one(server, &people.coordinator, "needTriage", need, "");
    let order = format!(r#"handlerId: "{first}", dueAt: "{due}""#);
    one(server, &people.coordinator, "needDispatch", need, &order);
    let back =
        format!(r#"reason: NOT_RESPONSIBLE, note: "归口住建", proposedHandlerId: "{right}""#);
    one(server, &clerks[0], "needSendBack", need, &back);
    let firm = see(server, &people.coordinator, need, "enterprise { id }");
    let own = program.token("enterprise", firm["enterprise"]["id"].as_str());
    let told = see(server, &own, need, "dueAt sendBackReason proposedHandler { id }");
    let due_at: DateTime<Utc> = told["dueAt"].as_str().unwrap().parse().unwrap();
    assert_eq!(due_at, due.parse::<DateTime<Utc>>().unwrap(), "the clock runs on");
    assert_eq!(told["sendBackReason"], "NOT_RESPONSIBLE");
    assert_eq!(told["proposedHandler"]["id"], *right);
    let key = format!(r#"need: {{ needId: "{need}", requestKey: "decide-return" }}"#);
    let decided = format!(r#"{key}, handlerId: "{right}", basis: "三定方案""#);
    all(server, &people.coordinator, &[("needDispatch", decided)]);
    for verb in ["needAccept", "needStart"] {
        one(server, &clerks[1], verb, need, "");
    }
    one(server, &clerks[1], "needAnswer", need, r#"text: "已办""#);
}

/// What came of a need for money: an intent of banks to lend more than a hundred million yuan.
fn roadshow(server: &Server, people: &People, need: &str) {
    let (today, _) = days(server, &people.coordinator, need, 0);
    let query = format!(
        r#"mutation {{ outcomeRecord(input: {{ requestKey: "guangming", kind: FINANCING_INTENT,
            needId: "{need}", onDate: "{today}", amountFen: 10000000100 }})
            {{ outcome {{ kind amountFen }} errors {{ code field message }} }} }}"#
    );
    let made = server.data(&people.coordinator, &query, Value::Null);
    let want = json!({ "kind": "FINANCING_INTENT", "amountFen": 10_000_000_100_i64 });
    assert_eq!(made["outcomeRecord"]["outcome"], want, "{made}");
}

/// Leads `need` to its answer with three units called in besides the one in charge.
fn whistle(program: &Program, server: &Server, people: &People, need: &str, due: &str) {
    let clerks: Vec<_> =
        people.units.iter().map(|u| program.token("department_handler", Some(u))).collect();
    one(server, &people.coordinator, "needTriage", need, "");
    let order = format!(r#"handlerId: "{}", dueAt: "{due}""#, people.units[0]);
    one(server, &people.coordinator, "needDispatch", need, &order);
    for verb in ["needAccept", "needStart"] {
        one(server, &clerks[0], verb, need, "");
    }
    let ids: Vec<_> = people.units[1..].iter().map(|unit| format!(r#""{unit}""#)).collect();
    let call = format!(r#"reason: "保障性住房", unitIds: [{}]"#, ids.join(", "));
    one(server, &clerks[0], "needWhistle", need, &call);
    for clerk in &clerks[1..] {
        one(server, clerk, "needCheckIn", need, r#"note: "到场""#);
    }
    let calls = see(server, &clerks[0], need, "calls { checkedInAt }");
    let came = calls["calls"].as_array().unwrap().iter().filter(|c| !c["checkedInAt"].is_null());
    assert_eq!(came.count(), 3);
    one(server, &clerks[0], "needAnswer", need, r#"text: "新增保障性住房125套""#);
    let (today, _) = days(server, &people.coordinator, need, 0);
    let query = format!(
        r#"mutation {{ outcomeRecord(input: {{ requestKey: "flats-125", kind: EFFECT, needId: "{need}",
            onDate: "{today}", number: 125, unit: "套" }}) {{ outcome {{ number unit }} errors {{ message }} }} }}"#
    );
    let made = server.data(&people.coordinator, &query, Value::Null);
    assert_eq!(made["outcomeRecord"]["outcome"], json!({ "number": 125, "unit": "套" }), "{made}");
}

#[test]
fn j4_an_enterprise_orders_and_helpers_answer() {
    let program = program();
    let server = program.serve();
    let people = town(&program, &server);
    let firm = {
        let query = "{ enterprises(first: 1, filter: { search: \"云锦家纺\" }) { nodes { id } } }";
        let data = server.data(&people.coordinator, query, Value::Null);
        data["enterprises"]["nodes"][0]["id"].as_str().unwrap().to_owned()
    };
    let own = program.token("enterprise", Some(&firm));
    let liaison = program.token("service_liaison", Some(&firm));
    let secretary = program.token("committee_secretary", Some(&people.committee));
    let card = |kind: &str, title: &str, more: &str| {
        format!(
            r#"requestKey: "{title}-key", confirmsNoSecret: true, card: {{ enterpriseId: "{firm}",
            committeeId: "{}", kind: {kind}, title: "{title}", body: "{title}，详见附表", {more} }}"#,
            people.committee
        )
    };
    // By telephone, with the record of who agreed; and by web.
    let consent = r#"channel: PHONE, consent: "人事部李主任电话同意""#;
    let hiring = all(&server, &liaison, &[("needSubmit", card("TALENT", "秋季招工", consent))]);
    let hiring = hiring[0]["id"].as_str().unwrap().to_owned();
    let fields = "isProxy channel consent stage";
    let want = json!({ "isProxy": true, "channel": "PHONE", "consent": "人事部李主任电话同意",
        "stage": "SUBMITTED" });
    assert_eq!(see(&server, &own, &hiring, fields), want);
    let bus = all(&server, &own, &[("needSubmit", card("FACILITIES", "开通夜班班车", ""))]);
    let bus = bus[0]["id"].as_str().unwrap().to_owned();

    // Four fairs, 426 CVs: a number with its unit.
    let (today, _) = days(&server, &own, &hiring, 0);
    for (n, (number, unit, key)) in [(4, "场", "fairs"), (426, "份简历", "cvs")].iter().enumerate()
    {
        let query = format!(
            r#"mutation {{ outcomeRecord(input: {{ requestKey: "outcome-{key}", kind: EFFECT,
                needId: "{hiring}", onDate: "{today}", number: {number}, unit: "{unit}" }})
                {{ outcome {{ number unit }} errors {{ code field message }} }} }}"#
        );
        let made = server.data(&people.coordinator, &query, Value::Null);
        let want = json!({ "number": number, "unit": unit });
        assert_eq!(made["outcomeRecord"]["outcome"], want, "{n}: {made}");
    }

    // The bus goes to one unit, comes back with the name of the right one, is decided and done.
    let (first, right) = (&people.units[0], &people.units[1]);
    let clerks = [first, right].map(|unit| program.token("department_handler", Some(unit)));
    one(&server, &secretary, "needTriage", &bus, "");
    let order = |unit: &str| format!(r#"handlerId: "{unit}", dueAt: "2999-01-01T00:00:00Z""#);
    one(&server, &secretary, "needDispatch", &bus, &order(first));
    let back =
        format!(r#"reason: NOT_RESPONSIBLE, note: "归口交通部门", proposedHandlerId: "{right}""#);
    one(&server, &clerks[0], "needSendBack", &bus, &back);
    let told = see(&server, &own, &bus, "dueAt sendBackReason sendBackNote proposedHandler { id }");
    let want = json!({ "dueAt": "2999-01-01T00:00:00+00:00", "sendBackReason": "NOT_RESPONSIBLE",
        "sendBackNote": null, "proposedHandler": { "id": right } });
    assert_eq!(told, want);
    let decided = format!(r#"handlerId: "{right}", basis: "三定方案""#);
    let call = (
        "needDispatch",
        format!(r#"need: {{ needId: "{bus}", requestKey: "decide-01" }}, {decided}"#),
    );
    all(&server, &secretary, &[call]);
    for verb in ["needAccept", "needStart"] {
        one(&server, &clerks[1], verb, &bus, "");
    }
    one(&server, &clerks[1], "needAnswer", &bus, r#"text: "下月开通""#);
    let handler_rates = each("needRate", std::slice::from_ref(&bus), "stars: 5").remove(0);
    assert_eq!(refused(&server, &clerks[1], handler_rates)["code"], "NOT_FOUND");
    assert_eq!(one(&server, &own, "needRate", &bus, "stars: 5")["stage"], "RATED");

    // A second firm is shown that the same is asked already, before it submits.
    let query = format!(
        r#"{{ needDuplicates(card: {{ enterpriseId: "{firm}", kind: FACILITIES,
            title: "希望夜班有班车", body: "夜班职工下班没有班车，请开通夜班班车，详见附表" }})
            {{ need {{ title }} points }} }}"#
    );
    let shown = server.data(&own, &query, Value::Null);
    assert_eq!(shown["needDuplicates"][0]["need"]["title"], "开通夜班班车", "{shown}");
}

#[test]
fn j6_satisfaction_is_told_with_its_denominator() {
    let program = program();
    let server = program.serve();
    let people = town(&program, &server);
    let sheet = program.write("demands/需求.csv", demands(1033));
    let read = program.run(&["import", sheet.parent().unwrap().to_str().unwrap()]);
    assert_eq!(read.code, 0, "{read:?}");
    let needs = needs_like(&server, &people.coordinator, "诉求第");
    assert_eq!(needs.len(), 1033);
    answer_all(&server, &people, &program, &needs, "2999-01-01T00:00:00Z");
    // Each enterprise rates its own; 24 of the needs poorly.
    let mut of_firms = std::collections::BTreeMap::<String, Vec<(&str, String)>>::new();
    for (batch, first) in needs.chunks(100).zip((0..).step_by(100)) {
        let query =
            "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Need { enterprise { id } } } }";
        let data = server.data(&people.coordinator, query, json!({ "ids": batch }));
        for (n, (need, node)) in batch.iter().zip(data["nodes"].as_array().unwrap()).enumerate() {
            let firm = node["enterprise"]["id"].as_str().unwrap().to_owned();
            let stars = if first + n < 1009 { "stars: 4" } else { "stars: 2" };
            let rating = each("needRate", std::slice::from_ref(need), stars).remove(0);
            of_firms.entry(firm).or_default().push(rating);
        }
    }
    for (firm, ratings) in of_firms {
        all(&server, &program.token("enterprise", Some(&firm)), &ratings);
    }
    let period = days(&server, &people.coordinator, &needs[0], 0);
    let shown = stats(&server, &people.coordinator, &period)["satisfaction"].clone();
    let want = json!({ "numerator": 1009, "denominator": 1033, "pending": 0, "basisPoints": 9768,
        "shown": "97.7 %" });
    assert_eq!(shown, want);
}
