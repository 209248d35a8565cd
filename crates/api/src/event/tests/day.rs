//! The day itself: who does not come, who waits, who comes after all, and who is told.

use super::*;

const SHOWS: &str = "event { stage publishedVersion version } calledOff { id slot { number } }
    filled { id participants { member { ... on Enterprise { name } } } } moved { id }
    affected { member { ... on Enterprise { name } } } errors { code field message }";

/// A live event of today, where slot 1 has begun at 09:00: enterprises 1-3 and 2-4 meet in it, 1-4 and
/// 2-3 in slot 2, 5-6 in slot 4. Gives the event, its version, the meetings and the participants.
pub(super) async fn live(office: &Office) -> (String, i64, Vec<String>, Vec<String>) {
    let input = format!(r#"{}, requestKey: "create-1""#, card("2026-03-02"));
    let made =
        change(office, coordinator(), "eventCreate", &input, "event { id } errors { code }").await;
    let event = made["event"]["id"].as_str().unwrap().to_owned();
    with_people(office, &event, 6, "").await;
    let pairs = [
        (1, 3, "fixedSlot: 1"),
        (2, 4, "fixedSlot: 1"),
        (1, 4, "fixedSlot: 2"),
        (2, 3, "fixedSlot: 2"),
        (5, 6, "fixedSlot: 4"),
    ];
    let meetings = with_pairs(office, &event, &pairs).await;
    plan(office, &event, 3, "plan-0001").await;
    publish(office, &event, 4, "publish-1").await;
    let input = format!(r#"eventId: "{event}", version: 5, stage: LIVE, requestKey: "live-001""#);
    let shows = "event { version stage } errors { code }";
    let begun = change(office, coordinator(), "eventAdvance", &input, shows).await;
    assert_eq!(begun["event"], json!({ "version": 6, "stage": "LIVE" }), "{begun}");
    let query = format!(
        r#"{{ node(id: "{event}") {{ ... on DockingEvent {{ participants(first: 10) {{ nodes {{
            id member {{ ... on Enterprise {{ name }} }} }} }} }} }} }}"#
    );
    let data = read(office, coordinator(), &query).await;
    let nodes = data["node"]["participants"]["nodes"].as_array().unwrap().clone();
    let mut people: Vec<_> = nodes
        .iter()
        .map(|one| (one["member"]["name"].to_string(), one["id"].as_str().unwrap().to_owned()))
        .collect();
    people.sort();
    (event, 6, meetings, people.into_iter().map(|(_, id)| id).collect())
}

fn input(event: &str, version: i64, more: &str, key: &str) -> String {
    format!(r#"eventId: "{event}", version: {version}, {more}, requestKey: "{key}""#)
}

async fn replan(office: &Office, who: Actor, input: &str) -> Value {
    change(office, who, "eventReplan", input, SHOWS).await
}

/// From which slot on a participant is not there, as `who` reads it.
async fn absence(office: &Office, who: Actor, participant: &str) -> Value {
    let query =
        format!(r#"{{ node(id: "{participant}") {{ ... on Participant {{ absentFromSlot }} }} }}"#);
    read(office, who, &query).await["node"]["absentFromSlot"].clone()
}

fn names(list: &Value) -> Vec<String> {
    let name = |one: &Value| one["member"]["name"].as_str().unwrap().to_owned();
    let mut names: Vec<String> = list.as_array().unwrap().iter().map(name).collect();
    names.sort();
    names
}

/// How many rows of news about timetables wait to be delivered, and for whom: numbers of enterprises.
pub(super) async fn news(office: &Office) -> Vec<Vec<u128>> {
    use sea_orm::Statement;
    let question = "SELECT audiences FROM outbox ORDER BY cause_id";
    let backend = office.db.get_database_backend();
    let rows = office.db.query_all_raw(Statement::from_string(backend, question)).await.unwrap();
    let told = |row: &sea_orm::QueryResult| {
        let text: String = row.try_get("", "audiences").unwrap();
        (1..=6_u128).filter(|id| text.contains(&EnterpriseId::from(*id).to_string())).collect()
    };
    rows.iter().map(told).collect()
}

#[tokio::test]
async fn who_waits_takes_what_is_free_and_only_those_concerned_are_told() {
    let office = office().await;
    let (event, version, meetings, people) = live(&office).await;
    let before = spots(&office, &event).await;
    assert_eq!(
        news(&office).await,
        [[1, 2, 3, 4, 5, 6]],
        "publishing told everybody with a meeting"
    );

    let more = format!(
        r#"absent: ["{}"], standby: [{{ firstId: "{}", secondId: "{}" }}, {{ firstId: "{}", secondId: "{}" }}]"#,
        people[3], people[4], people[0], people[0], people[2]
    );
    let first = input(&event, version, &more, "replan-1");
    let done = replan(&office, coordinator(), &first).await;
    assert_eq!(done["errors"], json!([]), "{done}");
    assert_eq!(done["event"], json!({ "stage": "LIVE", "publishedVersion": 2, "version": 7 }));
    assert_eq!(done["calledOff"], json!([{ "id": meetings[2], "slot": null }]));
    assert_eq!(done["moved"], json!([]));
    let pair = done["filled"][0]["participants"].clone();
    assert_eq!(done["filled"].as_array().unwrap().len(), 1, "1 and 3 meet already: {done}");
    assert_eq!(names(&pair), ["示例企业1", "示例企业5"]);
    assert_eq!(names(&done["affected"]), ["示例企业1", "示例企业4", "示例企业5"]);
    assert_eq!(news(&office).await[1..], [[1, 4, 5]], "nobody else is told");
    assert_eq!(absence(&office, coordinator(), &people[3]).await, json!(2));
    assert_eq!(absence(&office, firm(4), &people[3]).await, json!(2), "its own");
    assert_eq!(absence(&office, firm(1), &people[3]).await, Value::Null, "not another's");
    let after = spots(&office, &event).await;
    for (old, new) in before.iter().zip(&after).filter(|(old, _)| old.0 != meetings[2]) {
        assert_eq!(old, new, "what stands stays");
    }
    assert_eq!(after.len(), 6);
    assert_eq!(replan(&office, coordinator(), &first).await, done, "the same key");

    // Enterprise 4 comes after all: its meeting of slot 2 is held, the newcomer's makes way.
    let back = format!(r#"arrived: ["{}"], at: "2026-03-02T01:10:00Z""#, people[3]);
    let done = replan(&office, coordinator(), &input(&event, 7, &back, "replan-2")).await;
    assert_eq!(done["errors"], json!([]), "{done}");
    assert_eq!(done["filled"][0]["id"], json!(meetings[2]), "{done}");
    assert_eq!(done["event"]["publishedVersion"], 3);
    assert_eq!(absence(&office, coordinator(), &people[3]).await, Value::Null);
    let last = spots(&office, &event).await;
    let slot = |id: &str| last.iter().find(|one| one.0 == id).unwrap().1;
    assert_eq!(slot(&meetings[2]), Some(2));
    assert!(last.iter().all(|one| one.1.is_some()), "{last:?}");

    // Nothing new: nothing changes, and nobody is told.
    let same = input(&event, 8, r#"at: "2026-03-02T01:10:00Z""#, "replan-3");
    let done = replan(&office, coordinator(), &same).await;
    assert_eq!((&done["moved"], &done["affected"]), (&json!([]), &json!([])), "{done}");
    assert_eq!(done["event"]["publishedVersion"], 3, "nothing new is no version");
    assert_eq!(spots(&office, &event).await, last);
    assert_eq!(news(&office).await.len(), 3);
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_nothing_is_saved() {
    let office = office().await;
    let (event, version, meetings, people) = live(&office).await;
    let before = spots(&office, &event).await;
    let absent = format!(r#"absent: ["{}"]"#, people[3]);
    let both = format!(r#"{absent}, arrived: ["{}"]"#, people[3]);
    let late = format!(r#"{absent}, at: "2026-03-02T10:00:00Z""#);
    let stranger = format!(r#"absent: ["{}"]"#, meetings[0].replace("meeting:", "participant:"));
    let cases = [
        (firm(1), version, &absent, "NOT_FOUND", Value::Null),
        (zone_host(2), version, &absent, "NOT_FOUND", Value::Null),
        (coordinator(), 5, &absent, "STALE", json!("version")),
        (coordinator(), version, &both, "INVALID", json!("arrived")),
        (coordinator(), version, &late, "WRONG_STAGE", json!("at")),
        (coordinator(), version, &stranger, "UNKNOWN_REFERENCE", json!("pairs")),
    ];
    for (at, (who, version, more, code, field)) in cases.into_iter().enumerate() {
        let refused =
            replan(&office, who, &input(&event, version, more, &format!("no-{at:06}"))).await;
        let error = &refused["errors"][0];
        assert_eq!((&error["code"], &error["field"]), (&json!(code), &field), "{more}: {refused}");
        assert_eq!(refused["event"], Value::Null);
    }
    let over = format!(r#"eventId: "{event}", version: 6, stage: CLOSED, requestKey: "over-001""#);
    let closed = change(&office, coordinator(), "eventAdvance", &over, ERRORS).await;
    assert_eq!(closed["errors"], json!([]));
    let refused = replan(&office, coordinator(), &input(&event, 7, &absent, "no-closed")).await;
    assert_eq!(refused["errors"][0]["code"], "WRONG_STAGE", "{refused}");
    assert_eq!(spots(&office, &event).await, before);
    assert_eq!(news(&office).await.len(), 1);
}
