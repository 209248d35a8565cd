//! Site visits planned for an event.

use super::*;

const WHOLE: &str = "event { version } status isConflictMinimal conflict { kind site zh }
    buses { name groups people leavesAt arrivesAt zh
            stops { site arrivesAt beginsAt endsAt leavesAt waitMinutes zh } }
    figures { buses lastArrivesAt spareMinutes }
    planB { site status zh figures { lastArrivesAt } buses { stops { site } } }
    travel { from to minutes source } errors { code field message }";

/// A day of two sites: one of an enterprise of 440305, one in 440306.
struct Ask {
    sites: String,
    rest: String,
    buses: String,
    groups: String,
}

impl Ask {
    fn new() -> Self {
        let firm = wire(EnterpriseId::from(1));
        Self {
            sites: format!(
                r#"{{ name: "甲厂", memberId: "{firm}", opensAt: "09:00", closesAt: "12:00",
                      stayMinutes: 40, walkMinutes: 5, capacity: 45 }},
                   {{ name: "乙园", place: {{ regionCode: "440306" }}, opensAt: "09:30",
                      closesAt: "12:00", stayMinutes: 30, mayDrop: true }}"#
            ),
            rest: r#"end: { name: "会场", place: { regionCode: "440305" } }, arriveBy: "12:00",
                travel: [{ from: "乙园", to: "酒店", minutes: 50 }], minutesWithin: 10"#
                .to_owned(),
            buses: r#"{ name: "一号车", seats: 45, leavesAt: "08:30" }"#.to_owned(),
            groups: r#"{ name: "央企组", people: 20 }, { name: "市属组", people: 15 }"#.to_owned(),
        }
    }

    async fn of(&self, office: &Office, who: Actor, event: &str) -> Value {
        let Self { sites, rest, buses, groups } = self;
        let input = format!(
            r#"eventId: "{event}", start: {{ name: "酒店", place: {{ regionCode: "440304" }} }},
               {rest}, sites: [{sites}], buses: [{buses}], groups: [{groups}]"#
        );
        let query = format!("{{ visitsPropose(input: {{ {input} }}) {{ {WHOLE} }} }}");
        read(office, who, &query).await["visitsPropose"].clone()
    }
}

/// An office with an event, three districts and the times between the middle one and the others.
async fn touring() -> (Office, String) {
    let office = office().await;
    let sql = "INSERT INTO regions (code, name, name_key) VALUES ('440304', '福田区', 'y');
        INSERT INTO regions (code, name, name_key) VALUES ('440306', '宝安区', 'z');";
    office.db.execute_unprepared(sql).await.unwrap();
    let place = format!(
        "UPDATE enterprises SET region_code = '440305' WHERE id = '{}'",
        EnterpriseId::from(1)
    );
    office.db.execute_unprepared(&place).await.unwrap();
    let times = r#"times: [{ fromCode: "440304", toCode: "440305", minutes: 25 },
        { fromCode: "440306", toCode: "440305", minutes: 40 }], requestKey: "times-01""#;
    let set = change(&office, coordinator(), "travelTimesSet", times, ERRORS).await;
    assert_eq!(set, json!({ "errors": [] }));
    let event = created(&office).await;
    (office, event)
}

#[tokio::test]
async fn a_bus_sees_two_sites_in_the_order_that_arrives_first() {
    let (office, event) = touring().await;
    let found = Ask::new().of(&office, coordinator(), &event).await;
    let bus = json!({
        "name": "一号车", "groups": ["央企组", "市属组"], "people": 35,
        "leavesAt": "08:30", "arrivesAt": "11:35",
        "zh": "2组35人，45座；比12:00提前25分钟到达会场",
        "stops": [
            { "site": "甲厂", "arrivesAt": "08:55", "beginsAt": "09:00", "endsAt": "09:40",
              "leavesAt": "09:45", "waitMinutes": 0,
              "zh": "开放09:00至12:00；参观40分钟，步行往返各5分钟" },
            { "site": "乙园", "arrivesAt": "10:25", "beginsAt": "10:25", "endsAt": "10:55",
              "leavesAt": "10:55", "waitMinutes": 0,
              "zh": "开放09:30至12:00；参观30分钟，步行往返各0分钟" }
        ]
    });
    assert_eq!(
        (&found["status"], &found["buses"]),
        (&json!("OPTIMAL"), &json!([bus])),
        "{found:#}"
    );
    let figures = json!({ "buses": 1, "lastArrivesAt": "11:35", "spareMinutes": 25 });
    assert_eq!(found["figures"], figures);
    let plan_b = json!([{
        "site": "乙园", "status": "OPTIMAL", "figures": { "lastArrivesAt": "09:55" },
        "zh": "不去乙园：末车到达会场由11:35变为09:55，用车由1辆变为1辆，0组换车",
        "buses": [{ "stops": [{ "site": "甲厂" }] }]
    }]);
    assert_eq!((&found["planB"], &found["conflict"]), (&plan_b, &json!([])));
    let way = |from: &str, to: &str, minutes: u32, source: &str| json!({ "from": from, "to": to, "minutes": minutes, "source": source });
    let travel = json!([
        way("酒店", "甲厂", 25, "TRAVEL_TIMES"),
        way("酒店", "乙园", 50, "GIVEN"),
        way("酒店", "会场", 25, "TRAVEL_TIMES"),
        way("甲厂", "乙园", 40, "TRAVEL_TIMES"),
        way("甲厂", "会场", 10, "WITHIN"),
        way("乙园", "会场", 40, "TRAVEL_TIMES"),
    ]);
    assert_eq!(found["travel"], travel);
    // Nothing is saved, and the same question has the same answer, also for a host of the event.
    assert_eq!(found["event"]["version"], 1);
    assert_eq!(Ask::new().of(&office, zone_host(1), &event).await, found);
}

#[tokio::test]
async fn a_day_that_is_too_short_names_what_cannot_be_met_together() {
    let (office, event) = touring().await;
    let mut ask = Ask::new();
    ask.rest = ask.rest.replace("12:00", "11:00");
    let found = ask.of(&office, coordinator(), &event).await;
    let conflict = json!([
        { "kind": "DEADLINE", "site": null, "zh": "各车须在11:00前到达会场；请推迟开会" },
        { "kind": "VISIT", "site": "甲厂", "zh": "甲厂须参观40分钟；请取消或缩短" },
        { "kind": "VISIT", "site": "乙园", "zh": "乙园须参观30分钟；请取消或缩短" }
    ]);
    assert_eq!((&found["conflict"], &found["isConflictMinimal"]), (&conflict, &json!(true)));
    assert_eq!((&found["status"], &found["buses"]), (&json!("IMPOSSIBLE"), &json!([])));
    assert_eq!(found["planB"][0]["zh"], "不去乙园即可行：用车1辆，09:55前全部到达会场");

    // Where the question gives no time the event's first slot counts.
    ask.rest = ask.rest.replace(r#"arriveBy: "11:00","#, "");
    let early = ask.of(&office, coordinator(), &event).await;
    assert_eq!(early["conflict"][0]["zh"], "各车须在09:00前到达会场；请推迟开会", "{early:#}");
}

#[tokio::test]
async fn ways_that_nobody_knows_are_asked_for_all_at_once() {
    let (office, event) = touring().await;
    let mut ask = Ask::new();
    ask.rest =
        r#"end: { name: "会场", place: { regionCode: "440305" } }, arriveBy: "12:00""#.to_owned();
    let found = ask.of(&office, coordinator(), &event).await;
    let error = |message: &str| json!({ "code": "INVALID", "field": "travel", "message": message });
    let errors = json!([
        error(
            "nobody knows how long the way from 酒店 to 乙园 takes; name it in travel, \
             or set travelTimes of 440304 and 440306"
        ),
        error(
            "nobody knows how long the way from 甲厂 to 会场 takes; name it in travel, \
             or give minutesWithin for places of 440305"
        ),
    ]);
    assert_eq!((&found["errors"], &found["status"]), (&errors, &Value::Null));
}

#[tokio::test]
async fn only_organisers_plan_visits_and_refusals_name_the_place() {
    let (office, event) = touring().await;
    for who in [firm(1), zone_host(2), actor(Role::Auditor, None), Actor::public()] {
        let refused = Ask::new().of(&office, who, &event).await;
        assert_eq!(refused["errors"][0]["code"], "NOT_FOUND");
        assert_eq!((&refused["event"], &refused["travel"]), (&Value::Null, &json!([])));
    }
    let gone = wire(EnterpriseId::from(99));
    let with = |change: &dyn Fn(&mut Ask)| {
        let mut ask = Ask::new();
        change(&mut ask);
        ask
    };
    let swap = |text: &mut String, from: &str, to: &str| *text = text.replacen(from, to, 1);
    let firm = wire(EnterpriseId::from(1));
    let cases = [
        (with(&|ask| swap(&mut ask.rest, "end:", "# end:")), "INVALID", "end"),
        (with(&|ask| swap(&mut ask.sites, "乙园", "甲厂")), "INVALID", "sites[1].name"),
        (with(&|ask| swap(&mut ask.sites, &firm, &gone)), "UNKNOWN_REFERENCE", "sites[0].memberId"),
        (
            with(&|ask| swap(&mut ask.sites, "440306", "440399")),
            "UNKNOWN_REFERENCE",
            "sites[1].place",
        ),
        (with(&|ask| swap(&mut ask.sites, "09:00", "13:00")), "INVALID", "sites[0].opensAt"),
        (with(&|ask| swap(&mut ask.buses, "45", "0")), "INVALID", "buses[0].seats"),
        (
            with(&|ask| swap(&mut ask.groups, "20", r#"20, siteNames: ["丙"]"#)),
            "INVALID",
            "groups[0].siteNames[0]",
        ),
        (
            with(&|ask| swap(&mut ask.groups, "20", r#"20, busName: "二号车""#)),
            "INVALID",
            "groups[0].busName",
        ),
        (with(&|ask| swap(&mut ask.rest, "酒店", "饭店")), "INVALID", "travel[0].to"),
        (with(&|ask| swap(&mut ask.rest, "酒店", "乙园")), "INVALID", "travel[0]"),
        (with(&|ask| swap(&mut ask.rest, "50", "1441")), "INVALID", "travel[0].minutes"),
        (with(&|ask| swap(&mut ask.rest, "10", "1441")), "INVALID", "minutesWithin"),
    ];
    for (ask, code, field) in cases {
        let refused = ask.of(&office, coordinator(), &event).await;
        let error = &refused["errors"][0];
        assert_eq!((&error["code"], &error["field"]), (&json!(code), &json!(field)), "{refused}");
    }
}
