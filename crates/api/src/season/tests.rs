//! Seasons proposed from what the platform knows, refused with the place, and adopted all or none.

use lianmeng_app::desk::Office;
use lianmeng_domain::actor::{Actor, Body, Role};
use lianmeng_domain::chain::{ChainSegment, Placement, Reach};
use lianmeng_domain::ids::{
    ChainSegmentId, DockingEventId, EnterpriseId, IndustrialChainId, VenueId, ZoneId,
};
use lianmeng_store::chain::segment;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use crate::ids::wire;
use crate::testing::casework::{coordinator, firm, secretary, town};
use crate::testing::{actor, ask};

/// The town with three divisions of a city and a zone, which hosted before, halls, a chain and needs;
/// the clock stands at 2026-03-02.
async fn city() -> Office {
    let office = town().await;
    lianmeng_app::calendar::seed(&office.db, chrono::DateTime::UNIX_EPOCH).await.unwrap();
    let zone = ZoneId::from(1);
    let mut sql = format!(
        "INSERT INTO regions (code, name, name_key) VALUES ('440305', '南山区', 'x'),
           ('440304', '福田区', 'x'), ('440307', '龙岗区', 'x'), ('440300', '深圳市', 'x'),
           ('110105', '朝阳区', 'x');
         INSERT INTO zones VALUES ('{zone}', '前海', '', '[]', true, 1);
         INSERT INTO venues (id, name, name_key, region_code, capacity, tables, is_example, version)
         VALUES ('{}', '南山会堂', 'x', '440305', 300, 20, true, 1),
           ('{}', '南山小厅', 'x', '440305', 80, 5, true, 1);",
        VenueId::from(1),
        VenueId::from(2),
    );
    let events = [
        // Held; never held; to be held before the season; in the season, in the large hall.
        (1, "去年南山站", "2025-11-14", "published", "440305", None),
        (2, "去年福田站", "2025-12-12", "idea", "440304", None),
        (3, "龙岗站", "2026-03-05", "idea", "440307", None),
        (4, "高交会", "2026-05-06", "planned", "440300", Some(VenueId::from(1))),
        (5, "外地会", "2026-04-08", "planned", "110105", Some(VenueId::from(1))),
    ];
    for (number, title, day, stage, host, venue) in events {
        let id = DockingEventId::from(number);
        let venue = venue.map_or_else(|| "NULL".to_owned(), |id| format!("'{id}'"));
        sql += &format!(
            "INSERT INTO docking_events (id, title, venue_id, held_on, stage, fairness, is_example,
               version) VALUES ('{id}', '{title}', {venue}, '{day}', '{stage}', 2, true, 1);
             INSERT INTO event_hosts (event_id, position, region_code) VALUES ('{id}', 0, '{host}');"
        );
    }
    for (number, place) in [(1, "region_code = '440305'"), (2, "region_code = '440304'")] {
        let id = EnterpriseId::from(number);
        sql += &format!("UPDATE enterprises SET {place} WHERE id = '{id}';");
    }
    let id = EnterpriseId::from(4);
    sql += &format!("UPDATE enterprises SET zone_id = '{zone}' WHERE id = '{id}';");
    office.db.execute_unprepared(&sql).await.unwrap();
    for number in 1..=4 {
        let one = ChainSegment {
            id: ChainSegmentId::from(number),
            chain: IndustrialChainId::from(1),
            name: format!("环节{number}"),
            reach: Reach::Midstream,
            position: i32::try_from(number).unwrap(),
            products: Vec::new(),
        };
        segment::insert(&office.db, &one).await.unwrap();
    }
    for (enterprise, of, is_confirmed) in [(1, 1, true), (1, 2, true), (4, 3, false)] {
        let placement = Placement {
            enterprise: EnterpriseId::from(enterprise),
            segment: ChainSegmentId::from(of),
            is_confirmed,
        };
        segment::place(&office.db, placement).await.unwrap();
    }
    needs(&office).await;
    office
}

/// Two technical needs in 南山 and a draft, two for money in 福田, one in the zone.
async fn needs(office: &Office) {
    let needs = [
        (1, "TECH_BREAKTHROUGH", true),
        (1, "TECH_BREAKTHROUGH", true),
        (1, "TECH_BREAKTHROUGH", false),
        (2, "FINANCE", true),
        (2, "FINANCE", true),
        (4, "FINANCE", true),
    ];
    for (number, (enterprise, kind, is_sent)) in needs.into_iter().enumerate() {
        let verb = if is_sent { "needSubmit" } else { "needDraft" };
        let confirms = if is_sent { "confirmsNoSecret: true," } else { "" };
        let query = format!(
            r#"mutation {{ made: {verb}(input: {{ requestKey: "needs-00{number}", {confirms}
                 card: {{ enterpriseId: "{}", kind: {kind}, title: "求{number}", body: "第{number}件" }}
               }}) {{ need {{ id }} errors {{ message }} }} }}"#,
            wire(EnterpriseId::from(enterprise)),
        );
        let answer = ask(office, firm(enterprise), &query).await;
        assert_eq!(answer["data"]["made"]["errors"], json!([]), "{answer}");
    }
}

const WHOLE: &str = "status
    stops { key heldOn theme hosts { name } venue { name } changed reasons { part zh en } }
    figures { difference differenceBound stopGapDays themePoints changedParts
              hosts { host { name } past planned gapDays } }
    conflict { kind about zh en } errors { code field message }";

async fn propose(office: &Office, who: Actor, input: &str) -> Value {
    let answer =
        ask(office, who, &format!("{{ seasonPropose(input: {{ {input} }}) {{ {WHOLE} }} }}")).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["seasonPropose"].clone()
}

/// The hosts of the city; `more` stands beside their places.
fn hosts() -> String {
    let zone = wire(ZoneId::from(1));
    let regions = ["440305", "440304", "440307"];
    let regions = regions.map(|code| format!(r#"{{ place: {{ regionCode: "{code}" }} }}"#));
    format!(r#"hosts: [{}, {{ place: {{ zoneId: "{zone}" }} }}]"#, regions.join(", "))
}

/// A season of the city's hosts; `more` is added.
fn spring(more: &str) -> String {
    format!(r#"fromOn: "2026-03-09", untilOn: "2026-06-30", {}, {more}"#, hosts())
}

fn themes() -> String {
    let chain = wire(IndustrialChainId::from(1));
    format!(
        r#"themes: [{{ name: "攻关", kinds: [TECH_BREAKTHROUGH], maxStops: 1 }},
             {{ name: "融资", kinds: [FINANCE] }}, {{ name: "补链", chainId: "{chain}" }}]"#
    )
}

#[tokio::test]
async fn a_season_is_proposed_from_what_the_platform_knows() {
    let office = city().await;
    let zone = wire(ZoneId::from(1));
    let stops = format!(
        r#"stops: [{{ key: "a", attendees: 200, hosts: [{{ regionCode: "440305" }}] }},
             {{ key: "b", hosts: [{{ regionCode: "440304" }}] }},
             {{ key: "c", hosts: [{{ zoneId: "{zone}" }}] }},
             {{ key: "d", hosts: [{{ regionCode: "440307" }}] }}]"#
    );
    let input = spring(&format!("{stops}, {}", themes()));
    let found = propose(&office, coordinator(), &input).await;
    assert_eq!(found["errors"], json!([]), "{found:#}");
    // One was held and one is to come; the one that was never published is no hosting.
    let row = |host: &Value| (host["host"]["name"].clone(), host["past"].clone());
    let past: Vec<_> = found["figures"]["hosts"].as_array().unwrap().iter().map(row).collect();
    let want = [("南山区", 1), ("福田区", 0), ("龙岗区", 1), ("前海", 0)];
    assert_eq!(past, want.map(|(name, count)| (json!(name), json!(count))));
    assert_eq!(found["figures"]["difference"], 1);
    // Four for the chain in 南山 (two needs, two segments it lacks), two for money in 福田, one in 前海.
    assert_eq!(found["figures"]["themePoints"], 7, "{found:#}");
    let stop = |key: &str| {
        let all = found["stops"].as_array().unwrap();
        all.iter().find(|stop| stop["key"] == key).unwrap().clone()
    };
    let why = |key: &str, part: &str| {
        let stop = stop(key);
        let all = stop["reasons"].as_array().unwrap();
        all.iter().find(|one| one["part"] == part).unwrap()["zh"].clone()
    };
    assert_eq!(stop("a")["theme"], "补链");
    assert_eq!(why("a", "THEME"), "“补链”在当地需求2分、产业链缺口2分");
    assert_eq!(why("b", "THEME"), "“融资”在当地需求2分、产业链缺口0分");
    assert_eq!(why("a", "VENUE"), "南山会堂空闲，可容纳300人，预计200人");
    assert_eq!(stop("b")["venue"], Value::Null, "nobody registered one");
    assert_eq!(propose(&office, coordinator(), &input).await, found, "the same again");

    // Free hosts: those who never hosted come first, and the third is whoever waited longest.
    let free = r#"stops: [{ key: "a" }, { key: "b" }, { key: "c" }]"#;
    let found = propose(&office, coordinator(), &spring(free)).await;
    let hosts = |stop: &Value| stop["hosts"][0]["name"].clone();
    let mut hosts: Vec<_> = found["stops"].as_array().unwrap().iter().map(hosts).collect();
    hosts.sort_by_key(ToString::to_string);
    assert_eq!(hosts, ["前海", "南山区", "福田区"], "{found:#}");
    assert_eq!(found["figures"]["difference"], 1);
}

/// Questions that make no sense, with what is said of each: code, field and message.
fn nonsense() -> Vec<(String, (&'static str, &'static str, &'static str))> {
    let stops = r#"stops: [{ key: "a" }]"#;
    vec![
        (
            format!(r#"fromOn: "2026-03-01", untilOn: "2026-06-30", {}, {stops}"#, hosts()),
            ("INVALID", "fromOn", "fromOn: 2026-03-01 is past; begin on 2026-03-02 or later"),
        ),
        (
            format!(r#"fromOn: "2026-03-02", untilOn: "2026-03-01", {}, {stops}"#, hosts()),
            ("INVALID", "untilOn", "untilOn: 2026-03-01 is before 2026-03-02; give a later day"),
        ),
        (
            format!(r#"fromOn: "2026-03-02", untilOn: "2030-03-01", {}, {stops}"#, hosts()),
            ("INVALID", "untilOn", "untilOn: the season has 1461 days, over 1200"),
        ),
        (
            format!(r#"fromOn: "2026-12-31", untilOn: "2027-01-04", {}, {stops}"#, hosts()),
            (
                "CALENDAR_MISSING",
                "untilOn",
                "the working-day calendar of 2027 is not loaded; an administrator imports the official table with `lianmeng calendar import FILE` or the mutation workCalendarImport",
            ),
        ),
        (
            spring(r#"stops: [{ key: "a", theme: "海洋" }]"#),
            ("INVALID", "stops[0].theme", "stops[0].theme: 海洋 is not the id of any of themes"),
        ),
        (
            spring(r#"stops: [{ key: "a" }, { key: "a" }]"#),
            (
                "INVALID",
                "stops[1].key",
                "stops[1].key: a is already the id of stops[0]; use another",
            ),
        ),
        (
            spring(r#"stops: [{ key: "a", heldOn: "2026-07-01" }]"#),
            (
                "INVALID",
                "stops[0].heldOn",
                "stops[0].heldOn: 2026-07-01 is outside of the season; change it or the season",
            ),
        ),
        (
            r#"fromOn: "2026-03-09", untilOn: "2026-06-30", hosts: [
                 { place: { regionCode: "440305" } }, { place: { regionCode: "440399" } }],
               stops: [{ key: "a" }]"#
                .to_owned(),
            (
                "UNKNOWN_REFERENCE",
                "hosts[1].place",
                "hosts[1].place: there is no such division or zone",
            ),
        ),
        (
            spring(&format!(
                r#"{stops}, themes: [{{ name: "链", chainId: "{}" }}]"#,
                wire(IndustrialChainId::from(9))
            )),
            ("UNKNOWN_REFERENCE", "themes[0].chainId", "themes[0].chainId: there is no such chain"),
        ),
    ]
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_its_place_and_strangers_learn_nothing() {
    let office = city().await;
    let refused = async |who: Actor, input: &str| {
        let found = propose(&office, who, input).await;
        assert_eq!((&found["status"], &found["stops"]), (&Value::Null, &json!([])), "{found}");
        found["errors"][0].clone()
    };
    let stops = r#"stops: [{ key: "a" }]"#;
    let strangers = [
        secretary(5),
        firm(1),
        actor(Role::DistrictHost, Some(Body::Region("440305".parse().unwrap()))),
        actor(Role::Auditor, None),
        actor(Role::Public, None),
    ];
    for who in strangers {
        assert_eq!(refused(who, &spring(stops)).await["code"], "NOT_FOUND");
    }
    for (input, (code, field, message)) in nonsense() {
        let want = json!({ "code": code, "field": field, "message": message });
        assert_eq!(refused(coordinator(), &input).await, want);
    }
}

#[tokio::test]
async fn demands_that_contradict_each_other_are_told_in_both_languages() {
    let office = city().await;
    let kinds = |answer: &Value| -> Vec<Value> {
        answer["conflict"].as_array().unwrap().iter().map(|item| item["kind"].clone()).collect()
    };
    let on = |day: &str, more: &str| {
        spring(&format!(r#"stops: [{{ key: "a", heldOn: "{day}", {more} }}]"#))
    };
    let holiday = propose(&office, coordinator(), &on("2026-05-04", "")).await;
    assert_eq!(kinds(&holiday), ["SEASON", "CALENDAR", "DATE"], "{holiday:#}");
    let date = json!({ "kind": "DATE", "about": "a", "zh": "a站固定在2026-05-04；请放开",
        "en": "stop a is fixed to 2026-05-04; release it" });
    assert_eq!(holiday["conflict"][2], date);
    assert_eq!((&holiday["status"], &holiday["stops"]), (&json!("IMPOSSIBLE"), &json!([])));
    // A Saturday that works.
    let swapped = propose(&office, coordinator(), &on("2026-05-09", "")).await;
    assert_eq!(swapped["stops"][0]["heldOn"], "2026-05-09", "{swapped:#}");

    // The day of an event of the city is everybody's, unless days may be shared or it is left out.
    let input = on("2026-05-06", "");
    let taken = propose(&office, coordinator(), &input).await;
    assert_eq!(kinds(&taken), ["SEASON", "DATE", "TAKEN"], "{taken:#}");
    let zh = taken["conflict"][2]["zh"].as_str().unwrap();
    assert!(zh.contains("高交会"), "{zh}");
    let shared = propose(&office, coordinator(), &format!("{input}, mayShareDays: true")).await;
    assert_eq!(shared["status"], "OPTIMAL", "{shared:#}");
    let id = wire(DockingEventId::from(4));
    let without = format!(r#"{input}, withoutEventIds: ["{id}"]"#);
    assert_eq!(propose(&office, coordinator(), &without).await["status"], "OPTIMAL");
    let own =
        format!(r#"{}, taken: [{{ on: "2026-05-07", label: "区党代会" }}]"#, on("2026-05-07", ""));
    assert_eq!(kinds(&propose(&office, coordinator(), &own).await), ["SEASON", "DATE", "TAKEN"]);

    // An event of elsewhere takes no day, but the hall it is in.
    let nanshan = r#"hosts: [{ regionCode: "440305" }]"#;
    let small = propose(&office, coordinator(), &on("2026-04-08", nanshan)).await;
    assert_eq!(small["stops"][0]["venue"]["name"], "南山小厅", "{small:#}");
    let large = on("2026-04-08", &format!("{nanshan}, attendees: 200"));
    let none = propose(&office, coordinator(), &large).await;
    assert_eq!(none["status"], "IMPOSSIBLE", "{none:#}");
    assert!(kinds(&none).contains(&json!("VENUE")), "{none:#}");
}

async fn adopt(office: &Office, who: Actor, stops: &str, key: &str) -> Value {
    let query = format!(
        r#"mutation {{ seasonAdopt(input: {{ stops: [{stops}], tables: 10, requestKey: "{key}",
             halfDays: [{{ halfDay: MORNING, startsAt: "09:00", slotMinutes: 20, slots: 6 }}] }}) {{
             events {{ id title stage heldOn hosts {{ name }} venue {{ name }} version }}
             errors {{ code field message }} }} }}"#
    );
    let answer = ask(office, who, &query).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["seasonAdopt"].clone()
}

async fn events(office: &Office) -> Value {
    let query = "{ dockingEvents(first: 100) { totalCount } }";
    ask(office, coordinator(), query).await["data"]["dockingEvents"]["totalCount"].clone()
}

#[tokio::test]
async fn a_season_becomes_draft_events_all_or_none_and_once() {
    let office = city().await;
    let hall = wire(VenueId::from(1));
    let small = wire(VenueId::from(2));
    let stop = |title: &str, host: &str, on: &str, venue: &str| {
        format!(r#"{{ title: "{title}", hosts: [{host}], heldOn: "{on}", venueId: {venue} }}, "#)
    };
    let (nanshan, futian) = (r#"{ regionCode: "440305" }"#, r#"{ regionCode: "440304" }"#);
    let first = stop("南山站", nanshan, "2026-04-15", &format!(r#""{hall}""#));
    let second = stop("福田站", futian, "2026-05-20", "null");
    let both = format!("{first}{second}");
    let refused = async |who: Actor, stops: &str| {
        let told = adopt(&office, who, stops, "adopt-000").await;
        assert_eq!(told["events"], json!([]));
        assert_eq!(events(&office).await, 5, "nothing half saved");
        told["errors"].clone()
    };
    for who in [secretary(5), firm(1), actor(Role::Public, None)] {
        assert_eq!(refused(who, &both).await[0]["code"], "NOT_FOUND");
    }
    let small_hall = stop("小厅站", nanshan, "2026-04-16", &format!(r#""{small}""#));
    let want = json!([{ "code": "CAPACITY_EXCEEDED", "field": "stops[2].tables",
        "message": "stops[2]: 10 tables; there is room for 1 to 5" }]);
    assert_eq!(refused(coordinator(), &format!("{both}{small_hall}")).await, want);
    let past = stop("旧站", futian, "2026-02-02", "null");
    let want = json!([{ "code": "INVALID", "field": "stops[1].heldOn",
        "message": "stops[1]: the date 2026-02-02 is in the past; the earliest is 2026-03-02" }]);
    assert_eq!(refused(coordinator(), &format!("{first}{past}")).await, want);
    // The hall is taken by another event; a host hosts two stops of the list.
    let taken = stop("福田站", futian, "2026-05-06", &format!(r#""{hall}""#));
    let want = json!([{ "code": "TAKEN", "field": "stops[1].heldOn",
        "message": "stops[1]: 南山会堂 has 高交会 on 2026-05-06; take another day, or propose again" }]);
    assert_eq!(refused(coordinator(), &format!("{first}{taken}")).await, want);
    let twice = stop("南山二站", nanshan, "2026-04-15", "null");
    let want = json!([{ "code": "TAKEN", "field": "stops[2].heldOn",
        "message": "stops[2]: 南山区 has 南山站 on 2026-04-15; take another day, or propose again" }]);
    assert_eq!(refused(coordinator(), &format!("{both}{twice}")).await, want);

    let done = adopt(&office, coordinator(), &both, "adopt-001").await;
    let told: Vec<_> = done["events"].as_array().unwrap().iter().map(without_id).collect();
    let want = json!([
        { "title": "南山站", "stage": "IDEA", "heldOn": "2026-04-15", "version": 1,
          "hosts": [{ "name": "南山区" }], "venue": { "name": "南山会堂" } },
        { "title": "福田站", "stage": "IDEA", "heldOn": "2026-05-20", "version": 1,
          "hosts": [{ "name": "福田区" }], "venue": null },
    ]);
    assert_eq!(json!(told), want);
    assert_eq!(adopt(&office, coordinator(), &both, "adopt-001").await, done, "once");
    assert_eq!(events(&office).await, 7);
    let other = adopt(&office, coordinator(), &first, "adopt-001").await;
    assert_eq!(other["errors"][0]["code"], "KEY_REUSED");
    // What was adopted is in the way from now on.
    let input = spring(r#"stops: [{ key: "a", heldOn: "2026-04-15" }]"#);
    assert_eq!(propose(&office, coordinator(), &input).await["status"], "IMPOSSIBLE");
}

fn without_id(event: &Value) -> Value {
    let mut event = event.clone();
    event.as_object_mut().unwrap().remove("id");
    event
}
