//! Events and grouped sessions proposed from what the platform knows.

use lianmeng_store::avoid;

use super::*;

const WHOLE: &str = "status conflict { zh en } errors { code field message }
    event { purposeZh format formatZh hosts { host { name } zh } invitees { matches zh member { ... on Enterprise { name } } }
            matches { a { ... on Enterprise { name } } b { ... on Enterprise { name } }
                      suggestion { id } topic expectedPoints } }
    figures { invited expectedPoints boundPoints greedyPoints lotPoints expectedMatchesBasisPoints
              acceptanceBasisPoints isAcceptanceMeasured pairs }
    smaller { invited expectedPoints keepsBasisPoints event { format } }";

async fn propose(office: &Office, who: Actor, input: &str) -> Value {
    let query = format!("{{ eventPropose(input: {{ {input} }}) {{ {WHOLE} }} }}");
    read(office, who, &query).await["eventPropose"].clone()
}

fn worth(number: u128, sides: (u128, u128), points: i32, stage: SuggestionStage) -> Suggestion {
    Suggestion { points, ..suggested(number, sides.0, sides.1, stage) }
}

/// An office with suggestions, of which one is between two who avoid each other.
async fn suggesting() -> Office {
    use SuggestionStage as Stage;
    let office = office().await;
    let rows = [
        worth(1, (1, 2), 9_000, Stage::Mutual),
        worth(2, (2, 1), 9_500, Stage::Proposed),
        worth(3, (4, 5), 7_000, Stage::AcceptedByA),
        worth(4, (5, 8), 3_000, Stage::Shown),
        worth(5, (6, 7), 9_900, Stage::Declined),
        worth(6, (1, 3), 9_990, Stage::Mutual),
    ];
    lianmeng_store::suggestion::insert_many(&office.db, &rows).await.unwrap();
    let (owner, other) = (EnterpriseId::from(3), EnterpriseId::from(1));
    avoid::insert(&office.db, owner, other, office.clock.now()).await.unwrap();
    office
}

#[tokio::test]
async fn an_event_is_proposed_from_the_suggestions_that_stand() {
    let office = suggesting().await;
    let zone = wire(ZoneId::from(1));
    let hosts = format!(r#"hosts: [{{ regionCode: "440305" }}, {{ zoneId: "{zone}" }}]"#);
    let found = propose(&office, coordinator(), &format!("capacity: 4, {hosts}")).await;
    let pair = |a: u128, b: u128, suggestion: u128, points: u64| {
        json!({ "a": { "name": format!("示例企业{a}") }, "b": { "name": format!("示例企业{b}") },
            "suggestion": { "id": wire(SuggestionId::from(suggestion)) },
            "topic": "COOPERATION", "expectedPoints": points })
    };
    // Half is taken for what nobody answered, its root where one side has accepted.
    let want = json!([pair(1, 2, 1, 9_000), pair(4, 5, 3, 4_949)]);
    assert_eq!(found["event"]["matches"], want, "{found:#}");
    assert_eq!(found["event"]["format"], "SALON");
    assert_eq!(found["event"]["purposeZh"], "促成2项对接：合作项目2项");
    let figures = json!({ "invited": 4, "expectedPoints": 13_949, "boundPoints": 13_949,
        "greedyPoints": 13_949, "lotPoints": 8_879, "expectedMatchesBasisPoints": 17_071, "pairs": 3,
        "acceptanceBasisPoints": 5_000, "isAcceptanceMeasured": false });
    assert_eq!((&found["figures"], &found["status"]), (&figures, &json!("OPTIMAL")));
    assert_eq!(propose(&office, coordinator(), &format!("capacity: 4, {hosts}")).await, found);

    let eight = wire(EnterpriseId::from(8));
    let must = format!(r#"capacity: 2, mustInviteIds: ["{eight}"]"#);
    let found = propose(&office, coordinator(), &must).await;
    assert_eq!(found["event"]["matches"], json!([pair(5, 8, 4, 1_500)]));
    let both = format!(r#"capacity: 9, mustInviteIds: ["{eight}"], withoutIds: ["{eight}"]"#);
    let refused = propose(&office, coordinator(), &both).await;
    let error = json!({ "code": "INVALID", "field": "mustInviteIds[0]",
        "message": "mustInviteIds[0]: must be invited but cannot come; drop one" });
    assert_eq!((&refused["errors"][0], &refused["event"]), (&error, &Value::Null));
    let many = "capacity: 3, quotas: [{ kind: OTHER, min: 9 }]";
    let none = propose(&office, coordinator(), many).await;
    assert_eq!((&none["status"], &none["event"]), (&json!("IMPOSSIBLE"), &Value::Null));
    assert!(!none["conflict"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn proposals_of_events_are_the_coordinators_and_refusals_name_the_place() {
    let office = suggesting().await;
    // Asks for little: an event for three hundred with all there is to show is too large a query.
    let propose = async |who: Actor, input: &str| {
        let shows = "event { format } figures { invited } errors { code field }";
        let query = format!("{{ eventPropose(input: {{ {input} }}) {{ {shows} }} }}");
        read(&office, who, &query).await["eventPropose"].clone()
    };
    for who in [firm(1), zone_host(1), actor(Role::Auditor, None), Actor::public()] {
        let refused = propose(who, "capacity: 4").await;
        assert_eq!(refused["errors"][0]["code"], "NOT_FOUND");
        assert_eq!((&refused["event"], &refused["figures"]), (&Value::Null, &Value::Null));
    }
    let gone = wire(EnterpriseId::from(99));
    let cases = [
        ("capacity: 0".to_owned(), "INVALID", "capacity"),
        ("capacity: 301".to_owned(), "INVALID", "capacity"),
        ("capacity: 4, maxHosts: 11".to_owned(), "INVALID", "maxHosts"),
        ("capacity: 4, meetingsEach: 0".to_owned(), "INVALID", "meetingsEach"),
        (
            r#"capacity: 4, hosts: [{ regionCode: "440399" }]"#.to_owned(),
            "UNKNOWN_REFERENCE",
            "hosts[0]",
        ),
        (
            r#"capacity: 4, hosts: [{ regionCode: "440305" }, { regionCode: "440305" }]"#
                .to_owned(),
            "INVALID",
            "hosts[1]",
        ),
        (
            format!(r#"capacity: 4, mustInviteIds: ["{gone}"]"#),
            "UNKNOWN_REFERENCE",
            "mustInviteIds[0]",
        ),
        (
            "capacity: 4, quotas: [{ kind: OTHER }, { kind: OTHER }]".to_owned(),
            "INVALID",
            "quotas[1].kind",
        ),
    ];
    for (input, code, field) in cases {
        let refused = propose(coordinator(), &input).await;
        let error = &refused["errors"][0];
        assert_eq!((&error["code"], &error["field"]), (&json!(code), &json!(field)), "{refused}");
    }
}

const GROUPS: &str = "status conflict { about zh en } errors { code field message }
    sessions { halfDay room people delegations relevancePoints projects { name }
               participants { ... on Enterprise { name } } }
    figures { relevancePoints boundPoints greedyPoints listedPoints }
    reasons { zh project { name } member { ... on Enterprise { name } } }";

async fn group(office: &Office, who: Actor, input: &str) -> Value {
    let query = format!("{{ sessionsPropose(input: {{ {input} }}) {{ {GROUPS} }} }}");
    read(office, who, &query).await["sessionsPropose"].clone()
}

/// Four firms of two trades and four projects of the same two; gives the projects.
async fn trades() -> (Office, Vec<String>) {
    let office = office().await;
    let names = ["印染装备公司", "动力电池公司", "印染助剂公司", "储能电池公司"];
    for (number, name) in (1_u128..).zip(names) {
        let id = EnterpriseId::from(number);
        let sql = format!("UPDATE enterprises SET name = '{name}' WHERE id = '{id}'");
        office.db.execute_unprepared(&sql).await.unwrap();
    }
    let mut projects = Vec::new();
    for name in ["印染废水治理", "电池回收基地", "印染装备更新", "动力电池储能"]
    {
        let input = format!(
            r#"card: {{ name: "{name}", domain: "D1", regionCode: "440305" }},
               requestKey: "project-{name}""#
        );
        let made =
            change(&office, coordinator(), "projectRegister", &input, "project { id }").await;
        projects.push(made["project"]["id"].as_str().unwrap().to_owned());
    }
    (office, projects)
}

fn members() -> String {
    let of = |number: u128| format!(r#"{{ memberId: "{}" }}"#, wire(EnterpriseId::from(number)));
    (1..=4).map(of).collect::<Vec<_>>().join(", ")
}

/// The projects with what stands beside each.
fn items(projects: &[String], more: [&str; 4]) -> String {
    let of = |(id, more): (&String, &str)| format!(r#"{{ projectId: "{id}", {more} }}"#);
    projects.iter().zip(more).map(of).collect::<Vec<_>>().join(", ")
}

const ROOMS: &str = r#"halfDays: 1, rooms: [{ name: "东厅", capacity: 9 }, { name: "西厅" }],
    minParticipants: 2, minItems: 2"#;

#[tokio::test]
async fn those_who_have_something_to_say_to_each_other_share_a_session() {
    let (office, projects) = trades().await;
    let four = ["一", "二", "三", "四"].map(|name| format!(r#"delegation: "{name}队""#));
    let four: [&str; 4] = std::array::from_fn(|at| four[at].as_str());
    let input =
        format!("{ROOMS}, participants: [{}], items: [{}]", members(), items(&projects, four));
    let found = group(&office, coordinator(), &input).await;
    assert_eq!(found["status"], "OPTIMAL", "{found:#}");
    let mut trades: Vec<(Vec<&str>, Vec<&str>)> = Vec::new();
    for session in found["sessions"].as_array().unwrap() {
        let names = |list: &'static str| -> Vec<&str> {
            session[list]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["name"].as_str().unwrap())
                .collect()
        };
        trades.push((names("participants"), names("projects")));
        assert_eq!((&session["halfDay"], &session["people"]), (&json!(1), &json!(4)));
    }
    trades.sort();
    let want = [
        (vec!["动力电池公司", "储能电池公司"], vec!["电池回收基地", "动力电池储能"]),
        (vec!["印染装备公司", "印染助剂公司"], vec!["印染废水治理", "印染装备更新"]),
    ];
    assert_eq!(trades, want);
    assert_eq!(found["reasons"].as_array().unwrap().len(), 8);
    assert_eq!(found["reasons"][0]["member"]["name"], "印染装备公司");
    assert_eq!(found["reasons"][4]["project"]["name"], "印染废水治理");
    assert_eq!(group(&office, coordinator(), &input).await, found, "the same again");

    // One city presents all of it: its only team cannot be in two rooms at once.
    let input =
        format!("{ROOMS}, participants: [{}], items: [{}]", members(), items(&projects, [""; 4]));
    let none = group(&office, coordinator(), &input).await;
    assert_eq!(none["status"], "IMPOSSIBLE", "{none:#}");
    assert!(!none["conflict"].as_array().unwrap().is_empty());
    let teams = format!(r#"{input}, delegations: [{{ name: "440300", teams: 2 }}]"#);
    assert_eq!(group(&office, coordinator(), &teams).await["status"], "OPTIMAL");
}

#[tokio::test]
async fn locked_members_stay_and_refusals_name_the_place() {
    let (office, projects) = trades().await;
    let lock = r#"delegation: "甲", locked: { halfDay: 1, room: "西厅" }"#;
    let more = [lock, r#"delegation: "乙""#, r#"delegation: "丙""#, r#"delegation: "丁""#];
    let input =
        format!("{ROOMS}, participants: [{}], items: [{}]", members(), items(&projects, more));
    let found = group(&office, coordinator(), &input).await;
    let west = found["sessions"].as_array().unwrap().iter().find(|one| one["room"] == "西厅");
    assert_eq!(west.unwrap()["projects"][0]["name"], "印染废水治理", "{found:#}");
    assert_eq!(found["reasons"][4]["zh"], "已锁定在此场");

    for who in [firm(1), zone_host(1), Actor::public()] {
        let refused = group(&office, who, &input).await;
        assert_eq!(refused["errors"][0]["code"], "NOT_FOUND");
        assert_eq!(refused["sessions"], json!([]));
    }
    let whole = |members: &str, items: &str, more: &str| {
        format!("{ROOMS}, participants: [{members}], items: [{items}], {more}")
    };
    let one = format!(r#"{{ projectId: "{}" }}"#, projects[0]);
    let gone = format!(r#"{{ memberId: "{}" }}"#, wire(EnterpriseId::from(99)));
    let away = format!(r#"{{ memberId: "{}", away: [0] }}"#, wire(EnterpriseId::from(1)));
    let room = one.replace('}', r#", locked: { halfDay: 1, room: "北厅" } }"#);
    let unused = r#"delegations: [{ name: "无人" }]"#;
    let cases = [
        (whole(&gone, &one, ""), "UNKNOWN_REFERENCE", "participants[0].memberId"),
        (whole(&away, &one, ""), "INVALID", "participants[0].away"),
        (whole(&members(), &room, ""), "INVALID", "items[0].locked.room"),
        (whole(&members(), &format!("{one}, {one}"), ""), "INVALID", "items[1].projectId"),
        (whole(&members(), &one, unused), "INVALID", "delegations[0].name"),
        (whole(&members(), &one, "groups: 3"), "INVALID", "groups"),
    ];
    for (input, code, field) in cases {
        let refused = group(&office, coordinator(), &input).await;
        let error = &refused["errors"][0];
        assert_eq!((&error["code"], &error["field"]), (&json!(code), &json!(field)), "{refused}");
    }
}
