//! The ledger of projects of J7 over HTTP: 47 projects, their days, money and teams; the funnel computed
//! and reported, lamps, findings, and the public page behind the code.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::collections::BTreeMap;

use lianmeng_testkit::{Program, Server};
use serde_json::{Value, json};

/// The cohorts.
const KEY: &str = "重点项目2025";
const NEW: &str = "市级新建2025";
const PROVINCIAL: &str = "省级2025";
/// The day the figures are of.
const YEAR_END: &str = "2025-12-31";
/// A hundred million yuan in fen.
const YI: i64 = 10_000_000_000;

/// How many projects were signed, and the place of some among the 47.
const SIGNED: usize = 34;
const STARTED: usize = 33;
const NOT_STARTED: usize = 33;
const NOT_SIGNED: usize = 40;
const WITHOUT_LEAD: usize = 5;
const STALE: usize = 6;
const BEHIND_12: usize = 20;
const BEHIND_31: usize = 21;
const ABOVE: usize = 22;
const REST: usize = 23;

/// The payload of a mutation that takes `input`.
fn change(server: &Server, token: &str, field: &str, input: Value, shows: &str) -> Value {
    let ty = format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
    let query = format!(
        "mutation M($input: {ty}!) {{ {field}(input: $input) {{ {shows} errors {{ code field message }} }} }}"
    );
    server.data(token, &query, json!({ "input": input }))[field].clone()
}

/// A zone with its projects.
struct Zone {
    program: Program,
    server: Server,
    office: String,
    unit: Value,
    projects: Vec<String>,
    keys: std::cell::Cell<u32>,
}

impl Zone {
    fn new() -> Self {
        let program =
            Program::default().with("LIANMENG_AUTH__PUBLIC_URL", "https://lianmeng.example");
        let server = program.serve();
        let office = program.token("coordinator", None);
        let keys = std::cell::Cell::new(0);
        let mut zone =
            Self { program, server, office, unit: Value::Null, projects: Vec::new(), keys };
        let card = json!({ "name": "开发区项目服务局", "kind": "DEPARTMENT" });
        let made =
            zone.done("organisationRegister", json!({ "card": card }), "organisation { id }");
        zone.unit = made["organisation"]["id"].clone();
        for number in 0..47 {
            let card = json!({ "name": format!("示例项目{}", number + 1), "domain": "D1",
                "summary": "内部摘要甲", "amountFen": 5 * YI + number, "isPublished": number == 0 });
            let made = zone.done("projectRegister", json!({ "card": card }), "project { id }");
            zone.projects.push(made["project"]["id"].as_str().unwrap().to_owned());
        }
        zone
    }

    /// A change that is not refused.
    fn done(&self, field: &str, mut input: Value, shows: &str) -> Value {
        self.keys.set(self.keys.get() + 1);
        input["requestKey"] = json!(format!("ledger-{}", self.keys.get()));
        let done = change(&self.server, &self.office, field, input, shows);
        assert_eq!(done["errors"], json!([]), "{field}: {done}");
        done
    }

    fn of(&self, place: usize, field: &str, mut input: Value) {
        input["projectId"] = json!(self.projects[place]);
        self.done(field, input, "project { id }");
    }

    fn day(&self, place: usize, kind: &str, (milestone, on): (&str, &str)) {
        let input = json!({ "milestone": milestone, "kind": kind, "onDate": on });
        self.of(place, "projectMilestoneRecord", input);
    }

    fn months(&self, place: usize, months: &[(&str, i64, i64)]) {
        let months: Vec<Value> = months
            .iter()
            .map(|(month, planned, paid)| {
                json!({ "month": month, "plannedFen": planned * YI, "paidFen": paid * YI })
            })
            .collect();
        self.of(place, "projectInvestmentSet", json!({ "months": months }));
    }

    fn labels(&self) {
        for place in 0..47 {
            let mut labels = vec![KEY];
            if place < 22 {
                labels.push(NEW);
            }
            if place == ABOVE {
                labels.push(PROVINCIAL);
            }
            self.of(place, "projectLabelsSet", json!({ "labels": labels }));
        }
    }

    /// Days in an order in which people would not write them: the last comes first.
    fn days(&self) {
        for place in 0..10 {
            self.day(place, "ACTUAL", ("COMPLETED", "2025-10-15"));
        }
        for place in 0..17 {
            self.day(place, "PLANNED", ("COMPLETED", "2025-11-30"));
        }
        for place in 0..STARTED {
            self.day(place, "ACTUAL", ("STARTED", "2025-03-20"));
        }
        for place in 0..SIGNED {
            self.day(place, "ACTUAL", ("SIGNED", "2025-01-10"));
            self.day(place, "ACTUAL", ("FILED", "2025-02-10"));
        }
        self.day(NOT_STARTED, "PLANNED", ("STARTED", "2025-11-20"));
        self.day(NOT_SIGNED, "PLANNED", ("STARTED", "2025-09-10"));
    }

    fn money(&self) {
        self.months(BEHIND_12, &[("2025-06-01", 60, 48), ("2025-12-01", 40, 40)]);
        self.months(BEHIND_31, &[("2025-06-30", 60, 29), ("2025-12-01", 40, 40)]);
        self.months(ABOVE, &[("2025-05-01", 100, 210)]);
        self.months(REST, &[("2025-08-01", 700, 353), ("2026-01-01", 900, 0)]);
    }

    fn teams(&self) {
        for place in 0..SIGNED {
            let from = "2025-01-01";
            let lead = json!({ "role": "LEAD", "person": "李某", "title": "内部职务乙", "fromOn": from,
                "group": "COORDINATION" });
            let unit = json!({ "role": "DEPARTMENT", "organisationId": self.unit, "fromOn": from,
                "group": "APPROVAL" });
            let follower = json!({ "role": "FOLLOWER", "person": "王某", "fromOn": from,
                "group": "CONSTRUCTION" });
            let mut members = vec![unit, follower];
            if place != WITHOUT_LEAD {
                members.push(lead);
            }
            let version = self.one(place, "version")["version"].clone();
            let input = json!({ "version": version, "members": members });
            self.of(place, "projectTeamSet", input);
            let on = if place == STALE { "2025-12-23" } else { "2025-12-28" };
            let input = json!({ "onDate": on, "note": "内部进展丙", "publicNote": "主体封顶",
                "nextStep": "设备安装" });
            self.of(place, "projectProgressWrite", input);
        }
    }

    fn one(&self, place: usize, shows: &str) -> Value {
        let query =
            format!("query($id: ID!) {{ node(id: $id) {{ ... on Project {{ {shows} }} }} }}");
        self.server.data(&self.office, &query, json!({ "id": self.projects[place] }))["node"]
            .clone()
    }

    fn reports(&self) {
        for (cohort, measure, basis_points) in [
            (KEY, "FILED", 10_000),
            (KEY, "STARTED", 9_700),
            (KEY, "INVESTMENT", 7_200),
            (KEY, "COMPLETED", 6_000),
            (PROVINCIAL, "INVESTMENT", 21_000),
        ] {
            let input = json!({ "cohort": cohort, "measure": measure, "asOf": YEAR_END,
                "basisPoints": basis_points, "note": "年度通报" });
            let done = self.done("projectFigureReport", input, "isRecorded");
            assert_eq!(done["isRecorded"], true);
        }
    }

    /// The steps of a cohort by measure, as a caller gets them.
    fn funnel(&self, token: &str, cohort: &str, as_of: &str) -> BTreeMap<String, Value> {
        let query = "query($cohort: String!, $asOf: Date) { projectFunnel(cohort: $cohort, asOf: $asOf) {
            cohort asOf projects steps { measure numerator denominator computedBasisPoints computedShown
                undated reported { basisPoints shown asOf note } note { zh en }
                counted(first: 100) { nodes { id } } base(first: 100) { nodes { id } } } } }";
        let asked = json!({ "cohort": cohort, "asOf": as_of });
        let found = self.server.data(token, query, asked)["projectFunnel"].clone();
        assert_eq!((&found["cohort"], &found["asOf"]), (&json!(cohort), &json!(as_of)));
        let steps = found["steps"].as_array().unwrap().iter();
        steps.map(|step| (step["measure"].as_str().unwrap().to_owned(), step.clone())).collect()
    }

    /// The places of the projects of a connection, sorted.
    fn places(&self, connection: &Value) -> Vec<usize> {
        let place = |node: &Value| self.projects.iter().position(|id| node["id"] == json!(id));
        let nodes = connection["nodes"].as_array().unwrap().iter();
        let mut places: Vec<usize> = nodes.map(|node| place(node).unwrap()).collect();
        places.sort_unstable();
        places
    }

    fn lamps(&self, as_of: &str) -> BTreeMap<String, Vec<usize>> {
        let query =
            "query($cohort: String, $asOf: Date) { projectLamps(cohort: $cohort, asOf: $asOf) {
            rulesVersion groups { lamp count projects(first: 100) { nodes { id } } } } }";
        let asked = json!({ "cohort": KEY, "asOf": as_of });
        let found = self.server.data(&self.office, query, asked)["projectLamps"].clone();
        let groups = found["groups"].as_array().unwrap().iter();
        groups
            .map(|group| {
                let places = self.places(&group["projects"]);
                assert_eq!(group["count"], json!(places.len()), "{group}");
                (group["lamp"].as_str().unwrap().to_owned(), places)
            })
            .collect()
    }
}

fn rate(step: &Value) -> (i64, i64, &Value, &Value) {
    let number = |name: &str| step[name].as_i64().unwrap();
    let (numerator, denominator) = (number("numerator"), number("denominator"));
    (numerator, denominator, &step["computedBasisPoints"], &step["computedShown"])
}

/// Rates of the year's end, computed and reported, and the projects they count.
fn the_funnel_is_computed_and_reported(zone: &Zone) {
    let steps = zone.funnel(&zone.office, KEY, YEAR_END);
    let filed = &steps["FILED"];
    assert_eq!(rate(filed), (34, 34, &json!(10_000), &json!("100 %")));
    assert_eq!(filed["note"]["en"], "computed and reported agree: 34 of 34 is 100 %");
    let started = &steps["STARTED"];
    assert_eq!(rate(started), (33, 34, &json!(9_706), &json!("97.1 %")));
    assert_eq!(started["reported"]["shown"], "97 %");
    let money = &steps["INVESTMENT"];
    assert_eq!(rate(money), (720 * YI, 1_000 * YI, &json!(7_200), &json!("72.0 %")));
    assert_eq!(money["reported"]["shown"], "72 %");

    let done = &steps["COMPLETED"];
    assert_eq!(rate(done), (10, 17, &json!(5_882), &json!("58.8 %")));
    let reported =
        json!({ "basisPoints": 6_000, "shown": "60 %", "asOf": YEAR_END, "note": "年度通报" });
    assert_eq!(done["reported"], reported);
    assert_eq!(done["note"]["zh"], "计算值58.8 %(10/17),上报值60 %,相差1.18个百分点");
    let note = "10 of 17 computes 58.8 %, 60 % was reported, 1.18 percentage points apart";
    assert_eq!(done["note"]["en"], note);

    // Each figure opens exactly what it counts.
    assert_eq!(zone.places(&done["counted"]), (0..10).collect::<Vec<_>>());
    assert_eq!(zone.places(&done["base"]), (0..17).collect::<Vec<_>>());
    assert_eq!(zone.places(&started["counted"]), (0..STARTED).collect::<Vec<_>>());
    assert_eq!(zone.places(&started["base"]), (0..SIGNED).collect::<Vec<_>>());
    assert!(steps.values().all(|step| step["undated"] == 0), "{steps:?}");

    let new = zone.funnel(&zone.office, NEW, YEAR_END);
    assert_eq!(rate(&new["STARTED"]), (22, 22, &json!(10_000), &json!("100 %")));
    let provincial = zone.funnel(&zone.office, PROVINCIAL, YEAR_END);
    let above = &provincial["INVESTMENT"];
    assert_eq!(rate(above), (210 * YI, 100 * YI, &json!(21_000), &json!("210.0 %")));
    assert_eq!(above["reported"]["shown"], "210 %");

    // The same question about an earlier day.
    let early = zone.funnel(&zone.office, KEY, "2025-03-19");
    assert_eq!(rate(&early["FILED"]), (34, 34, &json!(10_000), &json!("100 %")));
    assert_eq!(rate(&early["STARTED"]), (0, 34, &json!(0), &json!("0.0 %")));
    assert_eq!(rate(&early["COMPLETED"]), (0, 17, &json!(0), &json!("0.0 %")));
    assert_eq!(early["COMPLETED"]["reported"], Value::Null, "reported for a later day");
}

/// A firm reads in full what is its own: the figures are about that, and nobody's report stands beside.
fn whoever_reads_nothing_counts_nothing(zone: &Zone) {
    let card = json!({ "name": "甲厂" });
    let made = zone.done("enterpriseRegister", json!({ "card": card }), "enterprise { id }");
    let firm = zone.program.token("enterprise", made["enterprise"]["id"].as_str());
    let steps = zone.funnel(&firm, KEY, YEAR_END);
    for step in steps.values() {
        assert_eq!(rate(step), (0, 0, &Value::Null, &Value::Null));
        assert_eq!((&step["reported"], &step["note"]), (&Value::Null, &Value::Null));
    }
    let query = "{ projects(first: 100) { nodes { name amountFen ledger { labels } } }
        projectFindings { totalCount } }";
    let seen = zone.server.data(&firm, query, Value::Null);
    let want = json!([{ "name": "示例项目1", "amountFen": null, "ledger": null }]);
    assert_eq!(seen["projects"]["nodes"], want, "what is published, without amount and ledger");
    assert_eq!(seen["projectFindings"]["totalCount"], 0);
    let input = json!({ "projectId": zone.projects[0], "kind": "LAND", "text": "甲", "requestKey": "stranger-1" });
    let refused = change(&zone.server, &firm, "projectBlockerOpen", input, "project { id }");
    assert_eq!(refused["errors"][0]["code"], "NOT_FOUND", "{refused}");
}

fn lamps_follow_the_rules(zone: &Zone) {
    let ledger = |place, as_of: &str| {
        let shows = format!(
            "ledger {{ lamp(asOf: \"{as_of}\") {{ lamp reasons {{ zh behindBasisPoints monthsLate }} rulesVersion }} }}"
        );
        zone.one(place, &shows)["ledger"]["lamp"].clone()
    };
    let yellow = ledger(BEHIND_12, "2025-06-30");
    let reason = json!({ "zh": "年度投资进度应达60 %,实际48 %,落后12个百分点",
        "behindBasisPoints": 1_200, "monthsLate": null });
    assert_eq!(yellow, json!({ "lamp": "YELLOW", "reasons": [reason], "rulesVersion": 1 }));
    let red = ledger(BEHIND_31, "2025-06-30");
    assert_eq!(
        (&red["lamp"], &red["reasons"][0]["behindBasisPoints"]),
        (&json!("RED"), &json!(3_100))
    );
    for (as_of, lamp, months) in [
        ("2025-09-30", "GREEN", Value::Null),
        ("2025-10-01", "YELLOW", json!(1)),
        ("2025-11-30", "YELLOW", json!(2)),
        ("2025-12-01", "RED", json!(3)),
    ] {
        let found = ledger(NOT_SIGNED, as_of);
        assert_eq!(found["lamp"], lamp, "{as_of}");
        assert_eq!(found["reasons"][0]["monthsLate"], months, "{as_of}");
    }
    let all = zone.lamps(YEAR_END);
    assert_eq!(all["YELLOW"], [BEHIND_12, NOT_STARTED]);
    assert_eq!(all["RED"], [BEHIND_31, REST, NOT_SIGNED]);
    assert_eq!(all["GREEN"].len(), 42);
    assert_eq!(zone.lamps("2025-06-30")["RED"], [BEHIND_31]);

    // The thresholds are data: with other ones 12 points are red, and the old ones are kept.
    let months = json!([{ "milestone": "STARTED", "yellow": 1, "red": 2 }]);
    let input = json!({ "name": "CITY", "months": months, "behindYellowBasisPoints": 500,
        "behindRedBasisPoints": 1_000, "updateDays": 14 });
    let set = zone.done("projectLampRulesSet", input, "rules { version name updateDays }");
    assert_eq!(set["rules"], json!({ "version": 2, "name": "CITY", "updateDays": 14 }));
    assert_eq!(ledger(BEHIND_12, "2025-06-30")["lamp"], "RED");
    let months = json!([{ "milestone": "STARTED", "yellow": 1, "red": 3 },
        { "milestone": "ENROLLED", "yellow": 1, "red": 2 }]);
    let input = json!({ "name": "YINCHUAN", "months": months, "behindYellowBasisPoints": 1_000,
        "behindRedBasisPoints": 3_000, "updateDays": 7 });
    zone.done("projectLampRulesSet", input, "rules { version }");
    let kept = zone.server.data(&zone.office, "{ projectLampRules { version name } }", Value::Null);
    let want = json!([{ "version": 3, "name": "YINCHUAN" }, { "version": 2, "name": "CITY" },
        { "version": 1, "name": "YINCHUAN" }]);
    assert_eq!(kept["projectLampRules"], want);
}

fn what_is_missing_is_found(zone: &Zone) {
    let query = "query($kinds: [ProjectFindingKind!], $first: Int, $after: String) {
        projectFindings(cohort: \"重点项目2025\", asOf: \"2025-12-31\", kinds: $kinds, first: $first, after: $after) {
            totalCount pageInfo { hasNextPage endCursor }
            nodes { kind milestone since text { zh } project { id } } } }";
    let ask = |variables: Value| {
        zone.server.data(&zone.office, query, variables)["projectFindings"].clone()
    };
    let lead = ask(json!({ "kinds": ["NO_LEAD"] }));
    let want = json!([{ "kind": "NO_LEAD", "milestone": null, "since": null,
        "text": { "zh": "没有牵头领导" }, "project": { "id": zone.projects[WITHOUT_LEAD] } }]);
    assert_eq!(lead["nodes"], want);
    let stale = ask(json!({ "kinds": ["STALE"] }));
    let want = json!([{ "kind": "STALE", "milestone": null, "since": "2025-12-23",
        "text": { "zh": "2025-12-23之后没有更新" }, "project": { "id": zone.projects[STALE] } }]);
    assert_eq!(stale["nodes"], want);
    // Seven to be completed and one to be started.
    let overdue = ask(json!({ "kinds": ["OVERDUE"] }));
    assert_eq!(overdue["totalCount"], 8);
    assert_eq!(ask(json!({ "kinds": ["NO_DEPARTMENT", "NO_FOLLOWER"] }))["totalCount"], 0);

    // All of them, four to a page.
    let (mut kinds, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = ask(json!({ "first": 4, "after": after }));
        assert_eq!(page["totalCount"], 10);
        kinds.extend(page["nodes"].as_array().unwrap().iter().map(|node| node["kind"].clone()));
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    let count = |kind: &str| kinds.iter().filter(|one| **one == kind).count();
    assert_eq!((kinds.len(), count("NO_LEAD"), count("STALE"), count("OVERDUE")), (10, 1, 1, 8));
}

fn a_blocker_is_opened_and_solved(zone: &Zone) {
    let input = json!({ "kind": "LAND", "text": "内部堵点丁", "openedOn": "2025-06-01" });
    zone.of(0, "projectBlockerOpen", input);
    let shows = "ledger { isStale blockers(isOpen: true) { number kind openedOn solvedOn } }";
    let open = zone.one(0, shows)["ledger"]["blockers"].clone();
    let want = json!([{ "number": 1, "kind": "LAND", "openedOn": "2025-06-01", "solvedOn": null }]);
    assert_eq!(open, want);
    let input = json!({ "number": 1, "solution": "用地批复", "solvedOn": "2025-06-20" });
    zone.of(0, "projectBlockerSolve", input);
    assert_eq!(zone.one(0, shows)["ledger"]["blockers"], json!([]));
    let input = json!({ "projectId": zone.projects[0], "number": 1, "solution": "再",
        "requestKey": "solve-again-1" });
    let again = change(&zone.server, &zone.office, "projectBlockerSolve", input, "project { id }");
    assert_eq!(again["errors"][0]["code"], "WRONG_STAGE", "{again}");
}

/// What anybody reads who has the code, and what not.
fn the_code_opens_the_public_page(zone: &Zone) {
    let code = |place: usize| {
        zone.of(place, "projectCodeMake", json!({}));
        let page = zone.one(place, "ledger { page { link qrSvg } }")["ledger"]["page"].clone();
        let link = page["link"].as_str().unwrap().to_owned();
        assert!(page["qrSvg"].as_str().unwrap().contains("<svg"), "{page}");
        link.strip_prefix("https://lianmeng.example/projects/").unwrap().to_owned()
    };
    let open = |code: &str| zone.server.get(&format!("/projects/{code}"), &[]);
    let first = code(0);
    assert_eq!(first.len(), 43, "256 bits that nobody guesses");
    let page = open(&first);
    assert_eq!(page.status, 200);
    assert_eq!(page.header("cache-control"), ["no-store"]);
    for told in ["示例项目1", "竣工", "设备安装", "2025年12月28日", "主体封顶"] {
        assert!(page.body.contains(told), "{told}: {}", page.body);
    }
    let amount = (5 * YI).to_string();
    let restricted =
        ["内部", "李某", "王某", "用地", "D1", "项目服务局", amount.as_str(), KEY, "LAND"];
    for hidden in restricted {
        assert!(!page.body.contains(hidden), "{hidden}: {}", page.body);
    }
    let second = code(0);
    assert_ne!(first, second);
    assert_eq!((open(&first).status, open(&second).status), (404, 200));
    // One that is not published shows nothing, as a code that nobody gave out.
    let (unpublished, nowhere) = (open(&code(1)), open("x"));
    assert_eq!((unpublished.status, nowhere.status), (404, 404));
    assert_eq!(unpublished.body, nowhere.body);
}

#[test]
fn forty_seven_projects_make_the_figures_of_the_year() {
    let zone = Zone::new();
    zone.labels();
    zone.days();
    zone.money();
    zone.teams();
    zone.reports();
    the_funnel_is_computed_and_reported(&zone);
    lamps_follow_the_rules(&zone);
    what_is_missing_is_found(&zone);
    whoever_reads_nothing_counts_nothing(&zone);
    a_blocker_is_opened_and_solved(&zone);
    the_code_opens_the_public_page(&zone);
}
