//! Deadlines, lamps and supervision, and the calendar and profiles behind them.

use chrono::{DateTime, NaiveDateTime, Utc};
use lianmeng_app::desk::Clock;
use lianmeng_domain::calendar;

use super::*;

/// A local time of 2026, such as `03-02 09:00`.
fn at(text: &str) -> DateTime<Utc> {
    let text = format!("2026-{text}");
    calendar::utc(NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M").unwrap())
}

/// As clients read it.
fn shown(text: &str) -> String {
    at(text).to_rfc3339()
}

/// The town with the shipped calendar and profiles; its clock stands at this local time of 2026.
async fn town_at(now: &str) -> Office {
    let mut office = town().await;
    office.clock = Clock::Fixed(at(now));
    lianmeng_app::calendar::seed(&office.db, at(now)).await.unwrap();
    office
}

fn to(number: u128) -> String {
    format!(r#"handlerId: "{}""#, wire(OrganisationId::from(number)))
}

async fn see(office: &Office, who: Actor, need: &str, fields: &str) -> Value {
    let query = format!(r#"{{ node(id: "{need}") {{ ... on Need {{ {fields} }} }} }}"#);
    Box::pin(ask(office, who, &query)).await["data"]["node"].clone()
}

async fn triaged(office: &Office) -> String {
    let need = submitted(office).await;
    walk(office, &need, &[("needTriage", secretary(5), "", "TRIAGED")]).await;
    need
}

fn strangers() -> [(&'static str, Actor); 7] {
    [
        ("other secretary", secretary(6)),
        ("its own enterprise", firm(1)),
        ("another enterprise", firm(2)),
        ("the unit", unit(7)),
        ("auditor", actor(Role::Auditor, None)),
        ("administrator", actor(Role::SystemAdmin, None)),
        ("anyone", Actor::public()),
    ]
}

const DATES: &str = "stage dispatchedAt respondBy dueAt";

#[tokio::test]
async fn a_dispatch_without_a_moment_goes_by_the_profile_and_the_calendar() {
    // The Friday before a Saturday that works, at lunch.
    let office = town_at("02-27 12:30").await;
    let need = triaged(&office).await;
    walk(&office, &need, &[("needDispatch", secretary(5), &to(7), "DISPATCHED")]).await;
    let want = json!({
        "stage": "DISPATCHED", "dispatchedAt": shown("02-27 12:30"),
        "respondBy": shown("02-27 15:00"), "dueAt": shown("03-04 18:00"),
    });
    assert_eq!(see(&office, firm(1), &need, DATES).await, want);
    assert_eq!(see(&office, firm(2), &need, DATES).await, Value::Null);
}

#[tokio::test]
async fn the_moment_stands_after_a_send_back_and_the_next_unit_has_its_own_time_to_respond() {
    let mut office = town_at("03-02 09:00").await;
    let need = triaged(&office).await;
    walk(
        &office,
        &need,
        &[
            ("needDispatch", secretary(5), &to(7), "DISPATCHED"),
            ("needSendBack", unit(7), &send_back_to(8), "SENT_BACK"),
        ],
    )
    .await;
    office.clock = Clock::Fixed(at("03-03 11:30"));
    walk(&office, &need, &[("needDispatch", secretary(5), &to(8), "DISPATCHED")]).await;
    let want = json!({
        "stage": "DISPATCHED", "dispatchedAt": shown("03-02 09:00"),
        "respondBy": shown("03-03 14:30"), "dueAt": shown("03-06 18:00"),
    });
    assert_eq!(see(&office, firm(1), &need, DATES).await, want);
}

#[tokio::test]
async fn a_year_that_is_not_loaded_is_said_and_nothing_changes_but_a_given_moment_stands() {
    let office = town_at("12-30 09:00").await;
    let need = triaged(&office).await;
    let refused = step(&office, secretary(5), "needDispatch", &need, &to(7)).await;
    assert_eq!(
        refused,
        json!({ "need": null, "errors": [{
            "code": "CALENDAR_MISSING", "field": "dueAt",
            "message": "the working-day calendar of 2027 is not loaded; an administrator imports \
                        the official table with `lianmeng calendar import FILE` or the mutation \
                        workCalendarImport; or give the moment by which the need must be answered",
        }] })
    );
    let node = see(&office, coordinator(), &need, "stage version dueAt").await;
    assert_eq!(node, json!({ "stage": "TRIAGED", "version": 2, "dueAt": null }));

    let given = format!(r#"{}, dueAt: "2027-01-08T10:00:00Z""#, to(7));
    walk(&office, &need, &[("needDispatch", secretary(5), &given, "DISPATCHED")]).await;
    let node = see(&office, coordinator(), &need, "respondBy dueAt").await;
    assert_eq!(node, json!({ "respondBy": null, "dueAt": "2027-01-08T10:00:00+00:00" }));
}

#[tokio::test]
async fn a_committee_goes_by_the_profile_that_a_coordinator_chose_for_it() {
    let office = town_at("03-02 09:00").await;
    let committee = wire(ChainCommitteeId::from(5));
    let choose = |name: &str, key: &str| {
        format!(
            r#"mutation {{ deadlineProfileChoose(input: {{ committeeId: "{committee}", name: "{name}",
                requestKey: "{key}" }}) {{ profile {{ name }} errors {{ code field }} }} }}"#
        )
    };
    let query = format!(
        r#"{{ of: deadlineProfile(committeeId: "{committee}") {{ name isDefault }}
            other: deadlineProfile {{ name isDefault }} }}"#
    );
    let default = json!({ "name": "ZHUHAI_124", "isDefault": true });
    for (name, who) in strangers().into_iter().chain([("its secretary", secretary(5))]) {
        let answer = ask(&office, who, &choose("PLAIN_DAYS", "choose-0")).await;
        let want = json!({ "profile": null, "errors": [{ "code": "NOT_FOUND", "field": null }] });
        assert_eq!(answer["data"]["deadlineProfileChoose"], want, "{name}");
    }
    let before = ask(&office, firm(1), &query).await;
    assert_eq!(before["data"], json!({ "of": default, "other": default }));

    let unknown = ask(&office, coordinator(), &choose("NONE", "choose-1")).await;
    let want = json!([{ "code": "UNKNOWN_REFERENCE", "field": "name" }]);
    assert_eq!(unknown["data"]["deadlineProfileChoose"]["errors"], want);
    for _ in 0..2 {
        let chosen = ask(&office, coordinator(), &choose("PLAIN_DAYS", "choose-2")).await;
        let want = json!({ "profile": { "name": "PLAIN_DAYS" }, "errors": [] });
        assert_eq!(chosen["data"]["deadlineProfileChoose"], want);
    }
    let after = ask(&office, firm(1), &query).await;
    let plain = json!({ "name": "PLAIN_DAYS", "isDefault": false });
    assert_eq!(after["data"], json!({ "of": plain, "other": default }));

    let need = triaged(&office).await;
    walk(&office, &need, &[("needDispatch", secretary(5), &to(7), "DISPATCHED")]).await;
    let node = see(&office, firm(1), &need, "respondBy dueAt").await;
    assert_eq!(node, json!({ "respondBy": shown("03-04 00:00"), "dueAt": shown("03-10 00:00") }));
}

#[tokio::test]
async fn lamps_change_with_the_clock_and_the_list_finds_the_same() {
    let mut office = town_at("03-02 09:00").await;
    let need = triaged(&office).await;
    let given = format!(r#"{}, dueAt: "{}""#, to(7), at("03-12 09:00").format("%FT%TZ"));
    walk(&office, &need, &[("needDispatch", secretary(5), &given, "DISPATCHED")]).await;
    walk(&office, &need, &[("needPublish", firm(1), "", "DISPATCHED")]).await;
    let red = |level: u32, to: &str| json!(["RED", level, to]);
    let moments = [
        ("03-02 09:00", json!(["NONE", 0, null])),
        ("03-07 08:59", json!(["NONE", 0, null])),
        ("03-07 09:00", json!(["YELLOW", 0, null])),
        ("03-12 09:00", json!(["YELLOW", 0, null])),
        ("03-12 09:01", red(0, "HANDLING_UNIT")),
        ("03-13 09:00", red(1, "SECRETARIAT")),
        ("03-14 09:00", red(2, "COORDINATOR")),
        ("03-20 09:00", red(3, "CHAIN_CHIEF")),
    ];
    let lists = "NONE BLUE YELLOW RED".split(' ').fold(String::new(), |lists, lamp| {
        format!("{lists} {lamp}: needs(filter: {{ lamps: [{lamp}] }}) {{ totalCount }}")
    });
    for (now, want) in moments {
        office.clock = Clock::Fixed(at(now));
        let lit = see(&office, secretary(5), &need, "lamp escalationLevel escalatedTo").await;
        assert_eq!(json!([lit["lamp"], lit["escalationLevel"], lit["escalatedTo"]]), want, "{now}");
        let hidden = see(&office, firm(2), &need, "lamp escalationLevel escalatedTo").await;
        let nothing = json!({ "lamp": null, "escalationLevel": null, "escalatedTo": null });
        assert_eq!(hidden, nothing, "{now}");
        let found = ask(&office, secretary(5), &format!("{{ {lists} }}")).await;
        let strange = ask(&office, firm(2), &format!("{{ {lists} }}")).await;
        for lamp in ["NONE", "BLUE", "YELLOW", "RED"] {
            let count = u32::from(want[0] == lamp);
            assert_eq!(found["data"][lamp]["totalCount"], count, "{now} {lamp}: {found}");
            assert_eq!(strange["data"][lamp]["totalCount"], 0, "{now} {lamp}");
        }
    }
    // What the unit does counts as progress: then the deadline is what is near.
    office.clock = Clock::Fixed(at("03-08 09:00"));
    walk(&office, &need, &[("needAccept", unit(7), "", "ACCEPTED")]).await;
    for (now, lamp) in [("03-10 08:59", "NONE"), ("03-10 09:00", "BLUE"), ("03-12 09:01", "RED")] {
        office.clock = Clock::Fixed(at(now));
        assert_eq!(see(&office, unit(7), &need, "lamp").await["lamp"], lamp, "{now}");
    }
    let answer = r#"text: "已对接""#;
    walk(&office, &need, &[("needStart", unit(7), "", "IN_PROGRESS")]).await;
    walk(&office, &need, &[("needAnswer", unit(7), answer, "ANSWERED")]).await;
    assert_eq!(see(&office, unit(7), &need, "lamp").await["lamp"], "NONE");
}

/// A change of a supervision; gives the payload.
async fn supervise(office: &Office, who: Actor, verb: &str, input: &str) -> Value {
    let query = format!(
        "mutation {{ p: {verb}(input: {{ {input} }}) {{
            need {{ supervision {{ isListed reason listedAt version }} }}
            errors {{ code field message }} }} }}"
    );
    // Boxed: a test that asks twenty times would not fit its stack.
    let answer = Box::pin(ask(office, who, &query)).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["p"].clone()
}

#[tokio::test]
async fn a_supervision_is_opened_listed_and_lifted_by_those_who_may() {
    let office = town_at("03-02 09:00").await;
    let need = triaged(&office).await;
    let of = |extra: &str, key: &str| format!(r#"needId: "{need}", requestKey: "{key}"{extra}"#);
    let why = r#", reason: "企业多次反映""#;
    let early = supervise(&office, secretary(5), "supervisionOpen", &of(why, "open-early")).await;
    assert_eq!(early["errors"][0]["code"], "WRONG_STAGE");
    walk(&office, &need, &[("needDispatch", secretary(5), &to(7), "DISPATCHED")]).await;
    let none = supervise(&office, secretary(5), "supervisionLift", &of(why, "lift-early")).await;
    assert_eq!(none["errors"][0]["code"], "WRONG_STAGE");

    let verbs = ["supervisionOpen", "supervisionList", "supervisionLift"];
    for (name, who) in strangers() {
        for verb in verbs {
            let refused = supervise(&office, who.clone(), verb, &of(why, "strange-1")).await;
            assert_eq!(refused["need"], Value::Null, "{name} {verb}");
            assert_eq!(refused["errors"][0]["code"], "NOT_FOUND", "{name} {verb}");
        }
    }
    let field = "supervision { isListed reason }";
    let nothing = json!({ "supervision": null });
    assert_eq!(see(&office, coordinator(), &need, field).await, nothing);

    let blank = of(r#", reason: " ""#, "open-blank");
    let blank = supervise(&office, coordinator(), "supervisionOpen", &blank).await;
    assert_eq!(blank["errors"][0]["field"], "reason");
    let opened = json!({
        "isListed": false, "reason": "企业多次反映", "listedAt": null, "version": 1
    });
    for _ in 0..2 {
        let done = supervise(&office, secretary(5), "supervisionOpen", &of(why, "open-once")).await;
        assert_eq!(done, json!({ "need": { "supervision": opened }, "errors": [] }));
    }
    let twice = supervise(&office, coordinator(), "supervisionOpen", &of(why, "open-twice")).await;
    assert_eq!(twice["errors"][0]["code"], "WRONG_STAGE");

    for (name, who) in strangers() {
        for verb in &verbs[1..] {
            let refused = supervise(&office, who.clone(), verb, &of(why, "strange-2")).await;
            assert_eq!(refused["errors"][0]["code"], "NOT_FOUND", "{name} {verb}");
        }
    }
    let stale = of(", version: 7", "list-stale");
    let stale = supervise(&office, coordinator(), "supervisionList", &stale).await;
    assert_eq!(stale["errors"][0]["code"], "STALE");
    let listed = of(", version: 1", "list-once");
    let listed = supervise(&office, coordinator(), "supervisionList", &listed).await;
    assert_eq!(
        listed["need"]["supervision"],
        json!({
            "isListed": true, "reason": "企业多次反映", "listedAt": shown("03-02 09:00"),
            "version": 2
        })
    );
    let own = see(&office, firm(1), &need, field).await;
    let plain = json!({ "supervision": { "isListed": true, "reason": null } });
    assert_eq!(own, plain, "the reason is an internal note");
    let whole = json!({ "supervision": { "isListed": true, "reason": "企业多次反映" } });
    for who in [unit(7), secretary(5), actor(Role::Auditor, None)] {
        assert_eq!(see(&office, who, &need, field).await, whole);
    }
    walk(&office, &need, &[("needPublish", firm(1), "", "DISPATCHED")]).await;
    for who in [firm(2), secretary(6), Actor::public()] {
        assert_eq!(see(&office, who, &need, field).await, nothing);
    }
    let lifted = of(r#", reason: "已督促到位""#, "lift-once");
    let lifted = supervise(&office, secretary(5), "supervisionLift", &lifted).await;
    assert_eq!(lifted, json!({ "need": { "supervision": null }, "errors": [] }));
    let again = supervise(&office, coordinator(), "supervisionOpen", &of(why, "open-again")).await;
    assert_eq!(again["errors"], json!([]), "a new one may be opened");

    // The end of the need lifts it; all there were are told of, the newest first.
    let answer = r#"text: "已对接""#;
    walk(&office, &need, &[("needAccept", unit(7), "", "ACCEPTED")]).await;
    walk(&office, &need, &[("needStart", unit(7), "", "IN_PROGRESS")]).await;
    walk(&office, &need, &[("needAnswer", unit(7), answer, "ANSWERED")]).await;
    walk(&office, &need, &[("needRate", firm(1), "stars: 5", "RATED")]).await;
    let all = "supervision { isListed } supervisions { isListed liftedAt liftReason }";
    assert_eq!(see(&office, coordinator(), &need, all).await["supervision"]["isListed"], false);
    walk(&office, &need, &[("needClose", secretary(5), "", "CLOSED")]).await;
    let at = shown("03-02 09:00");
    let ended = json!({ "supervision": null, "supervisions": [
        { "isListed": false, "liftedAt": at, "liftReason": null },
        { "isListed": true, "liftedAt": at, "liftReason": "已督促到位" },
    ] });
    assert_eq!(see(&office, coordinator(), &need, all).await, ended);
}

#[tokio::test]
async fn a_year_is_imported_by_coordinators_and_administrators_alone() {
    let office = town_at("12-30 09:00").await;
    let import = |days: &str, key: &str| {
        format!(
            r#"mutation {{ workCalendarImport(input: {{ year: 2027, source: "测试", requestKey: "{key}",
                officeHours: ["08:30-12:00", "13:30-17:00"], days: [{days}] }}) {{
                calendar {{ year officeHours source importedAt days {{ date isWorking name }} }}
                errors {{ code field message }} }} }}"#
        )
    };
    let day = r#"{ date: "2027-01-01", isWorking: false, name: "元旦" }"#;
    let years = "{ workCalendarYears workCalendar(year: 2027) { year } }";
    let without = json!({ "workCalendarYears": [2024, 2025, 2026], "workCalendar": null });
    let not_keepers = strangers().into_iter().filter(|(_, who)| who.role != Role::SystemAdmin);
    for (name, who) in not_keepers.chain([("its secretary", secretary(5))]) {
        let answer = ask(&office, who, &import(day, "import-0")).await;
        let refused = &answer["data"]["workCalendarImport"];
        assert_eq!(refused["errors"][0]["code"], "NOT_FOUND", "{name}");
        assert_eq!(refused["calendar"], Value::Null, "{name}");
    }
    assert_eq!(ask(&office, firm(1), years).await["data"], without);

    let monday = r#"{ date: "2027-01-04", isWorking: true }"#;
    let answer =
        ask(&office, coordinator(), &import(&format!("{day}, {monday}"), "import-1")).await;
    let errors = &answer["data"]["workCalendarImport"]["errors"];
    assert_eq!((&errors[0]["code"], &errors[0]["field"]), (&json!("INVALID"), &json!("days")));
    assert_eq!(ask(&office, firm(1), years).await["data"], without);

    let want = json!({ "calendar": {
        "year": 2027, "officeHours": ["08:30-12:00", "13:30-17:00"], "source": "测试",
        "importedAt": shown("12-30 09:00"),
        "days": [{ "date": "2027-01-01", "isWorking": false, "name": "元旦" }],
    }, "errors": [] });
    for (who, key) in [
        (actor(Role::SystemAdmin, None), "import-2"),
        (actor(Role::SystemAdmin, None), "import-2"),
        (coordinator(), "import-3"),
    ] {
        let answer = ask(&office, who, &import(day, key)).await;
        assert_eq!(answer["data"]["workCalendarImport"], want);
    }
    // 31 December and 4, 5, 6 January.
    let need = triaged(&office).await;
    walk(&office, &need, &[("needDispatch", secretary(5), &to(7), "DISPATCHED")]).await;
    let node = see(&office, firm(1), &need, "dueAt").await;
    assert_eq!(node["dueAt"], "2027-01-06T09:00:00+00:00");
}

#[tokio::test]
async fn a_profile_is_set_by_its_keepers_and_says_what_would_come_out() {
    let office = town_at("03-06 17:30").await;
    let set = |version: &str, hours: u32, key: &str| {
        format!(
            r#"mutation {{ deadlineProfileSet(input: {{ name: "OURS", title: "本市规则", {version}
                respond: {{ amount: {hours}, unit: WORKING_HOUR }},
                answers: [{{ kind: POLICY, span: {{ amount: 1, unit: WORKING_DAY }} }}],
                answer: {{ amount: 36, unit: CLOCK_HOUR }}, requestKey: "{key}" }}) {{
                profile {{ name version isDefault respond {{ amount unit }}
                    answers {{ kind span {{ amount unit }} }} answer {{ amount unit }} }}
                errors {{ code field }} }} }}"#
        )
    };
    let done = |answer: Value| answer["data"]["deadlineProfileSet"].clone();
    let refused = done(ask(&office, secretary(5), &set("", 2, "profile-0")).await);
    assert_eq!(refused["errors"][0]["code"], "NOT_FOUND");
    let nothing = done(ask(&office, coordinator(), &set("", 0, "profile-1")).await);
    assert_eq!(nothing["errors"], json!([{ "code": "INVALID", "field": "amount" }]));
    let made = done(ask(&office, coordinator(), &set("", 2, "profile-2")).await);
    let profile = |version: i64, hours: u32| {
        json!({ "profile": {
            "name": "OURS", "version": version, "isDefault": false,
            "respond": { "amount": hours, "unit": "WORKING_HOUR" },
            "answers": [{ "kind": "POLICY", "span": { "amount": 1, "unit": "WORKING_DAY" } }],
            "answer": { "amount": 36, "unit": "CLOCK_HOUR" },
        }, "errors": [] })
    };
    assert_eq!(made, profile(1, 2));
    let taken = done(ask(&office, coordinator(), &set("", 2, "profile-3")).await);
    assert_eq!(taken["errors"], json!([{ "code": "TAKEN", "field": "name" }]));
    let admin = actor(Role::SystemAdmin, None);
    let changed = done(ask(&office, admin, &set("version: 1,", 1, "profile-4")).await);
    assert_eq!(changed, profile(2, 1));
    let stale = done(ask(&office, coordinator(), &set("version: 1,", 1, "profile-5")).await);
    assert_eq!(stale["errors"][0]["code"], "STALE");

    let default = r#"mutation { deadlineProfileChoose(input: { name: "OURS",
        requestKey: "profile-6" }) { profile { name isDefault } errors { code } } }"#;
    let answer = ask(&office, coordinator(), default).await;
    let want = json!({ "profile": { "name": "OURS", "isDefault": true }, "errors": [] });
    assert_eq!(answer["data"]["deadlineProfileChoose"], want);
    let names = "{ deadlineProfiles { name isDefault } }";
    let all: Vec<_> = ["OURS", "PLAIN_DAYS", "SHENZHEN_2020", "ZHUHAI_124"]
        .map(|name| json!({ "name": name, "isDefault": name == "OURS" }))
        .to_vec();
    let answer = ask(&office, Actor::public(), names).await;
    assert_eq!(answer["data"]["deadlineProfiles"], json!(all));

    let query = "{ now: deadlines(kind: POLICY) { respondBy answerBy }
        then: deadlines(kind: TALENT, from: \"2026-03-02T01:00:00Z\") { respondBy answerBy } }";
    let answer = ask(&office, firm(1), query).await;
    assert_eq!(
        answer["data"],
        json!({
            "now": { "respondBy": shown("03-09 09:30"), "answerBy": shown("03-09 18:00") },
            "then": { "respondBy": shown("03-02 10:00"), "answerBy": shown("03-03 21:00") },
        })
    );
    let beyond = "{ deadlines(kind: POLICY, from: \"2028-03-02T01:00:00Z\") { answerBy } }";
    let answer = ask(&office, firm(1), beyond).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_INPUT");
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("calendar of 2028 is not loaded"), "{message}");
}

#[tokio::test]
async fn the_supervisions_of_a_page_of_needs_cost_one_statement() {
    let office = town_at("03-02 09:00").await;
    let query = "{ needs(first: 50) { nodes { title lamp supervision { isListed } } } }";
    for number in 1..=3 {
        let submit = format!(
            r#"mutation {{ needSubmit(input: {{ requestKey: "submit-{number}", confirmsNoSecret: true,
                card: {{ enterpriseId: "{}", kind: POLICY, title: "第{number}件", body: "问" }} }})
                {{ errors {{ code }} }} }}"#,
            wire(EnterpriseId::from(1)),
        );
        ask(&office, firm(1), &submit).await;
    }
    let (statements, answer) = counted(&office, firm(1), query).await;
    assert_eq!(answer["data"]["needs"]["nodes"].as_array().unwrap().len(), 3, "{answer}");
    assert_eq!(statements, 2, "page, supervisions");
}
