//! Events through the whole schema, as organisers, participants and strangers.

use std::fmt::Write as _;

use lianmeng_app::desk::Office;
use lianmeng_domain::actor::{Actor, Body, Role};
use lianmeng_domain::committee::Member;
use lianmeng_domain::enterprise::Enterprise;
use lianmeng_domain::ids::{EnterpriseId, SuggestionId, ZoneId};
use lianmeng_domain::suggestion::{Suggestion, SuggestionKind, SuggestionStage};
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use crate::ids::wire;
use crate::testing::{actor, ask, counted, world};

mod agenda;
mod day;
mod papers;
mod plan;
mod progress;
mod proposal;
mod results;
mod visits;

fn coordinator() -> Actor {
    actor(Role::Coordinator, None)
}

fn firm(number: u128) -> Actor {
    actor(Role::Enterprise, Some(Body::Enterprise(EnterpriseId::from(number))))
}

fn zone_host(number: u128) -> Actor {
    actor(Role::DistrictHost, Some(Body::Zone(ZoneId::from(number))))
}

/// An office with the division 440305, the zones 1 and 2, and the enterprises 1 to 8.
async fn office() -> Office {
    let office = world().await;
    let mut sql =
        "INSERT INTO regions (code, name, name_key) VALUES ('440305', '南山区', 'x');".to_owned();
    for (number, name) in [(1, "前海"), (2, "光明")] {
        let id = ZoneId::from(number);
        write!(sql, "INSERT INTO zones VALUES ('{id}', '{name}', '', '[]', true, 1);").unwrap();
    }
    office.db.execute_unprepared(&sql).await.unwrap();
    for number in 1..=8 {
        let enterprise = Enterprise {
            id: EnterpriseId::from(number),
            credit_code: None,
            external_id: None,
            name: format!("示例企业{number}"),
            short_name: None,
            aliases: Vec::new(),
            ownership: None,
            parent: None,
            place: None,
            industry: None,
            tiers: Vec::new(),
            is_lead_firm: false,
            is_flagship: false,
            is_above_scale: None,
            is_example: true,
            version: 1,
        };
        lianmeng_store::enterprise::insert(&office.db, &enterprise).await.unwrap();
    }
    office
}

/// The payload of a mutation; every top-level error fails the test.
async fn change(office: &Office, who: Actor, field: &str, input: &str, shows: &str) -> Value {
    let query = format!("mutation {{ {field}(input: {{ {input} }}) {{ {shows} }} }}");
    let answer = ask(office, who, &query).await;
    assert!(answer.get("errors").is_none(), "{query}\n{answer}");
    answer["data"][field].clone()
}

async fn read(office: &Office, who: Actor, query: &str) -> Value {
    let answer = ask(office, who, query).await;
    assert!(answer.get("errors").is_none(), "{query}\n{answer}");
    answer["data"].clone()
}

/// Hosts 440305 and zone 1; two tables; three slots in the morning, two in the afternoon.
fn card(held_on: &str) -> String {
    let zone = wire(ZoneId::from(1));
    format!(
        r#"card: {{ title: "央企国企深圳行", heldOn: "{held_on}", tables: 2,
            hosts: [{{ regionCode: "440305" }}, {{ zoneId: "{zone}" }}],
            halfDays: [
                {{ halfDay: MORNING, startsAt: "09:00", slotMinutes: 20, slots: 3 }},
                {{ halfDay: AFTERNOON, startsAt: "14:00", slotMinutes: 30, slots: 2 }}
            ],
            sessions: [{{ title: "推介会", room: "一号厅", startsAt: "10:30", endsAt: "11:30" }}]
        }}"#
    )
}

const ERRORS: &str = "errors { code field message }";

/// A new event: its id.
async fn created(office: &Office) -> String {
    let input = format!(r#"{}, requestKey: "create-1""#, card("2026-03-10"));
    let payload = change(
        office,
        coordinator(),
        "eventCreate",
        &input,
        "event { id version } errors { code }",
    )
    .await;
    assert_eq!(payload["event"]["version"], 1, "{payload}");
    payload["event"]["id"].as_str().unwrap().to_owned()
}

/// Adds enterprises 1 to `count` as participants, enterprise 1 with `wishes`.
async fn with_people(office: &Office, event: &str, count: u128, wishes: &str) {
    let people: Vec<String> = (1..=count)
        .map(|number| {
            let wishes = if number == 1 { wishes } else { "" };
            format!(
                r#"{{ memberId: "{}", wishes: {{ {wishes} }} }} "#,
                wire(EnterpriseId::from(number))
            )
        })
        .collect();
    let input = format!(
        r#"eventId: "{event}", version: 1, participants: [{}], requestKey: "people-1""#,
        people.concat()
    );
    let payload = change(
        office,
        coordinator(),
        "eventAddParticipants",
        &input,
        "event { version } errors { message }",
    )
    .await;
    assert_eq!(payload, json!({ "event": { "version": 2 }, "errors": [] }));
}

/// Adds pairs of enterprises; gives the ids of the meetings.
async fn with_pairs(office: &Office, event: &str, pairs: &[(u128, u128, &str)]) -> Vec<String> {
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(a, b, more)| {
            let (a, b) = (wire(EnterpriseId::from(*a)), wire(EnterpriseId::from(*b)));
            format!(r#"{{ a: "{a}", b: "{b}" {more} }} "#)
        })
        .collect();
    let input = format!(
        r#"eventId: "{event}", version: 2, pairs: [{}], requestKey: "pairs-01""#,
        pairs.concat()
    );
    let shows = "event { version } meetings { id } errors { message }";
    let payload = change(office, coordinator(), "eventAddPairs", &input, shows).await;
    assert_eq!(payload["event"]["version"], 3, "{payload}");
    let meetings = payload["meetings"].as_array().unwrap().iter();
    meetings.map(|meeting| meeting["id"].as_str().unwrap().to_owned()).collect()
}

async fn plan(office: &Office, event: &str, version: i64, key: &str) -> Value {
    let input = format!(
        r#"eventId: "{event}", version: {version}, seed: 1, steps: 500000, requestKey: "{key}""#
    );
    let shows = "event { stage version breaks } conflict { kind text textZh participants { id } \
                 meetings { id } slots { number } } errors { code message }";
    change(office, coordinator(), "eventPlan", &input, shows).await
}

async fn publish(office: &Office, event: &str, version: i64, key: &str) -> Value {
    let input = format!(r#"eventId: "{event}", version: {version}, requestKey: "{key}""#);
    let shows = "event { stage version publishedVersion } errors { code message }";
    change(office, coordinator(), "eventPublish", &input, shows).await
}

/// Slot and table of every meeting, by meeting.
async fn spots(office: &Office, event: &str) -> Vec<(String, Option<i64>, Option<i64>, bool)> {
    let query = format!(
        r#"{{ node(id: "{event}") {{ ... on DockingEvent {{ meetings(first: 100) {{ nodes {{
            id isLocked slot {{ number }} table {{ number }} }} }} }} }} }}"#
    );
    let data = read(office, coordinator(), &query).await;
    let nodes = data["node"]["meetings"]["nodes"].as_array().unwrap().clone();
    nodes
        .iter()
        .map(|node| {
            (
                node["id"].as_str().unwrap().to_owned(),
                node["slot"]["number"].as_i64(),
                node["table"]["number"].as_i64(),
                node["isLocked"].as_bool().unwrap(),
            )
        })
        .collect()
}

/// Enterprises 1 and 2 meet 3 and 4.
const SQUARE: [(u128, u128, &str); 4] = [(1, 3, ""), (1, 4, ""), (2, 3, ""), (2, 4, "")];

#[tokio::test]
async fn an_event_goes_from_idea_to_everyones_own_schedule() {
    let office = office().await;
    let event = created(&office).await;
    with_people(&office, &event, 4, "unavailableSlots: [1]").await;
    let meetings = with_pairs(&office, &event, &SQUARE).await;

    let planned = plan(&office, &event, 3, "plan-0001").await;
    let want = json!({ "stage": "PROVISIONAL", "version": 4, "breaks": 0 });
    assert_eq!(planned, json!({ "event": want, "conflict": [], "errors": [] }));
    let first = spots(&office, &event).await;
    assert!(first.iter().all(|(_, slot, table, _)| slot.is_some() && table.is_some()), "{first:?}");
    assert!(first[..2].iter().all(|(_, slot, ..)| *slot != Some(1)), "1 cannot come: {first:?}");

    // Lock a meeting in the last slot and plan around it.
    let input =
        format!(r#"meetingId: "{}", version: 4, slot: 5, requestKey: "lock-0001""#, meetings[3]);
    let shows = "event { stage version } meeting { isLocked slot { number } } errors { message }";
    let locked = change(&office, coordinator(), "meetingLock", &input, shows).await;
    assert_eq!(
        locked,
        json!({ "event": { "stage": "SCHEDULING", "version": 5 },
            "meeting": { "isLocked": true, "slot": { "number": 5 } }, "errors": [] })
    );
    let early = publish(&office, &event, 5, "publish-0").await;
    assert_eq!(early["errors"][0]["code"], "WRONG_STAGE", "must be planned again: {early}");
    let again = plan(&office, &event, 5, "plan-0002").await;
    assert_eq!(again["event"]["version"], 6, "{again}");
    let second = spots(&office, &event).await;
    assert_eq!((second[3].1, second[3].3), (Some(5), true), "the locked one stays");

    let published = publish(&office, &event, 6, "publish-1").await;
    let want = json!({ "stage": "PUBLISHED", "version": 7, "publishedVersion": 1 });
    assert_eq!(published, json!({ "event": want, "errors": [] }));
    let query = format!(
        r#"{{ mySchedule(eventId: "{event}") {{ version event {{ title }} rows {{ nodes {{
            meetingId slot startsAt endsAt participants {{ member {{
                ... on Enterprise {{ name }} }} unavailableSlots }} }} }} }} }}"#
    );
    let own = read(&office, firm(1), &query).await;
    let rows = own["mySchedule"]["rows"]["nodes"].as_array().unwrap().clone();
    let mut own_ids: Vec<_> = rows.iter().map(|row| row["meetingId"].as_str().unwrap()).collect();
    own_ids.sort_unstable();
    assert_eq!(own_ids, [&meetings[0], &meetings[1]], "its own rows only");
    let wishes: Vec<_> = rows[0]["participants"].as_array().unwrap().iter().collect();
    assert_eq!(wishes[0]["unavailableSlots"], json!([1]), "its own wishes");
    assert_eq!(wishes[1]["unavailableSlots"], Value::Null, "not those of the other side");
    let all = read(&office, zone_host(1), &query).await;
    assert_eq!(all["mySchedule"]["rows"]["nodes"].as_array().unwrap().len(), 4, "the host: all");
    let public = read(&office, Actor::public(), &query).await;
    assert_eq!(
        public["mySchedule"],
        json!({ "version": 1, "event": { "title": "央企国企深圳行" }, "rows": { "nodes": [] } })
    );
}

#[tokio::test]
async fn a_second_version_tells_who_is_affected() {
    let office = office().await;
    let event = created(&office).await;
    with_people(&office, &event, 6, "").await;
    let ids = with_pairs(&office, &event, &[(1, 2, "fixedSlot: 1"), (3, 4, ""), (5, 6, "")]).await;
    plan(&office, &event, 3, "plan-0001").await;
    publish(&office, &event, 4, "publish-1").await;
    let before = spots(&office, &event).await;
    let free = (1..=5).find(|slot| before.iter().all(|one| one.1 != Some(*slot))).unwrap();
    let input =
        format!(r#"meetingId: "{}", version: 5, slot: {free}, requestKey: "lock-0001""#, ids[1]);
    change(&office, coordinator(), "meetingLock", &input, ERRORS).await;
    let planned = plan(&office, &event, 6, "plan-0002").await;
    assert_eq!(planned["event"]["version"], 7, "{planned}");
    publish(&office, &event, 7, "publish-2").await;
    let query = format!(
        r#"{{ node(id: "{event}") {{ ... on DockingEvent {{ versions {{ nodes {{ number changes {{
            moveCount moves {{ meetingId from {{ slot }} to {{ slot }} }}
            affectedCount affected {{ member {{ ... on Enterprise {{ name }} }} }} }} }} }} }} }} }}"#
    );
    let data = read(&office, coordinator(), &query).await;
    let versions = &data["node"]["versions"]["nodes"];
    assert_eq!(versions[0], json!({ "number": 1, "changes": null }));
    let name = |number: u8| json!({ "member": { "name": format!("示例企业{number}") } });
    assert_eq!(
        versions[1]["changes"],
        json!({
            "moveCount": 1,
            "moves": [{ "meetingId": ids[1], "from": { "slot": before[1].1 }, "to": { "slot": free } }],
            "affectedCount": 2,
            "affected": [name(3), name(4)],
        })
    );
    let other = read(&office, firm(5), &query).await;
    let seen = &other["node"]["versions"]["nodes"][1]["changes"];
    assert_eq!(seen["moveCount"], 0, "5 is not concerned: {other}");
    let concerned = read(&office, firm(3), &query).await;
    assert_eq!(concerned["node"]["versions"]["nodes"][1]["changes"]["moveCount"], 1);
}

#[tokio::test]
async fn strangers_see_nothing_before_publication_and_change_nothing_ever() {
    let office = office().await;
    let event = created(&office).await;
    with_people(&office, &event, 4, "").await;
    let ids = with_pairs(&office, &event, &SQUARE).await;
    let query = format!(
        r#"{{ dockingEvents {{ totalCount nodes {{ id }} }} node(id: "{event}") {{ id }}
            meeting: node(id: "{}") {{ id }} mySchedule(eventId: "{event}") {{ version }} }}"#,
        ids[0]
    );
    let nothing = json!({ "dockingEvents": { "totalCount": 0, "nodes": [] },
        "node": null, "meeting": null, "mySchedule": null });
    let admin = actor(Role::SystemAdmin, None);
    for who in [firm(1), firm(8), zone_host(2), Actor::public(), admin.clone()] {
        assert_eq!(read(&office, who.clone(), &query).await, nothing, "{who:?}");
    }
    plan(&office, &event, 3, "plan-0001").await;
    publish(&office, &event, 4, "publish-1").await;
    let query = format!(
        r#"{{ node(id: "{event}") {{ ... on DockingEvent {{ title breaks
            participants {{ totalCount }} meetings {{ totalCount }} precedences {{ before {{ id }} }}
            versions {{ nodes {{ number breaks meetingCount rows {{ nodes {{ slot }} }} }} }} }} }} }}"#
    );
    let seen = json!({ "node": { "title": "央企国企深圳行", "breaks": null,
        "participants": { "totalCount": 0 }, "meetings": { "totalCount": 0 }, "precedences": [],
        "versions": { "nodes": [
            { "number": 1, "breaks": null, "meetingCount": null, "rows": { "nodes": [] } }
        ] } } });
    for who in [firm(8), zone_host(2), Actor::public()] {
        assert_eq!(read(&office, who.clone(), &query).await, seen, "{who:?}");
    }
    assert_eq!(read(&office, admin, &query).await, json!({ "node": null }));

    let target = format!(r#"eventId: "{event}", version: 5, requestKey: "stranger""#);
    let lock = format!(r#"meetingId: "{}", version: 5, requestKey: "stranger""#, ids[0]);
    let auditor = actor(Role::Auditor, None);
    for who in [firm(1), zone_host(2), auditor, Actor::public()] {
        for (field, input) in
            [("eventPlan", &target), ("eventPublish", &target), ("meetingRemove", &lock)]
        {
            let refused = change(&office, who.clone(), field, input, ERRORS).await;
            assert_eq!(refused["errors"][0]["code"], "NOT_FOUND", "{who:?} {field}");
        }
        let create = format!(r#"{}, requestKey: "stranger""#, card("2026-03-10"));
        let refused = change(&office, who.clone(), "eventCreate", &create, ERRORS).await;
        assert_eq!(refused["errors"][0]["code"], "NOT_FOUND", "{who:?} eventCreate");
    }
    assert_eq!(spots(&office, &event).await.len(), 4, "nothing was removed");
}

#[tokio::test]
async fn of_two_coordinators_the_second_is_told_to_read_again() {
    let office = office().await;
    let event = created(&office).await;
    let advance = |key: &str| {
        format!(r#"eventId: "{event}", version: 1, stage: PLANNED, requestKey: "{key}""#)
    };
    let shows = "event { stage version } errors { code field }";
    let first = change(&office, coordinator(), "eventAdvance", &advance("first-01"), shows).await;
    let done = json!({ "event": { "stage": "PLANNED", "version": 2 }, "errors": [] });
    assert_eq!(first, done);
    let second = change(&office, zone_host(1), "eventAdvance", &advance("second-1"), shows).await;
    let stale = json!({ "event": null, "errors": [{ "code": "STALE", "field": "version" }] });
    assert_eq!(second, stale);
    let planned = plan(&office, &event, 1, "plan-0001").await;
    assert_eq!(planned["errors"][0]["code"], "STALE", "{planned}");

    let again = change(&office, coordinator(), "eventAdvance", &advance("first-01"), shows).await;
    assert_eq!(again, done, "the same key answers the same and does nothing");
    let other = advance("first-01").replace("PLANNED", "INVITING");
    let reused = change(&office, coordinator(), "eventAdvance", &other, shows).await;
    assert_eq!(reused["errors"][0]["code"], "KEY_REUSED", "{reused}");
}

#[tokio::test]
async fn the_same_key_creates_adds_plans_and_publishes_once() {
    let office = office().await;
    let event = created(&office).await;
    assert_eq!(created(&office).await, event);
    with_people(&office, &event, 4, "").await;
    with_people(&office, &event, 4, "").await;
    let ids = with_pairs(&office, &event, &SQUARE).await;
    assert_eq!(with_pairs(&office, &event, &SQUARE).await, ids);
    let first = plan(&office, &event, 3, "plan-0001").await;
    assert_eq!(plan(&office, &event, 3, "plan-0001").await, first);
    let first = publish(&office, &event, 4, "publish-1").await;
    assert_eq!(publish(&office, &event, 4, "publish-1").await, first);
    let query = "{ dockingEvents { totalCount nodes { versions { nodes { number } } } } }";
    let data = read(&office, coordinator(), query).await;
    let versions = json!({ "versions": { "nodes": [{ "number": 1 }] } });
    assert_eq!(data["dockingEvents"], json!({ "totalCount": 1, "nodes": [versions] }));
}

#[tokio::test]
async fn a_card_that_breaks_a_rule_is_refused_with_field_and_reason() {
    let office = office().await;
    let venue = r#"name: "会议中心", tables: 1, requestKey: "venue-01""#;
    let venue = change(&office, coordinator(), "venueRegister", venue, "venue { id }").await;
    let venue = venue["venue"]["id"].as_str().unwrap().to_owned();
    let cases = [
        (card("2026-03-01"), "INVALID", "heldOn"),
        (card("2026-03-10").replace("tables: 2", "tables: 0"), "CAPACITY_EXCEEDED", "tables"),
        (card("2026-03-10").replace("央企国企深圳行", " "), "MISSING", "title"),
        (card("2026-03-10").replace("14:00", "09:30"), "INVALID", "halfDays"),
        (card("2026-03-10").replace("11:30", "10:00"), "INVALID", "sessions"),
        (
            card("2026-03-10").replace("tables: 2", &format!(r#"tables: 2, venueId: "{venue}""#)),
            "CAPACITY_EXCEEDED",
            "tables",
        ),
    ];
    for (card, code, field) in cases {
        let input = format!(r#"{card}, requestKey: "create-1""#);
        let refused = change(&office, coordinator(), "eventCreate", &input, ERRORS).await;
        assert_eq!(refused["errors"][0]["code"], code, "{refused}");
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
    let nowhere = card("2026-03-10").replace("440305", "440306");
    let input = format!(r#"{nowhere}, requestKey: "create-1""#);
    let refused = change(&office, coordinator(), "eventCreate", &input, ERRORS).await;
    assert_eq!(refused["errors"][0]["code"], "UNKNOWN_REFERENCE", "{refused}");
    let past = card("2026-03-01");
    let input = format!(r#"{past}, requestKey: "create-1""#);
    let refused = change(&office, coordinator(), "eventCreate", &input, ERRORS).await;
    assert_eq!(
        refused["errors"][0]["message"],
        "the date 2026-03-01 is in the past; the earliest is 2026-03-02"
    );
    let count = read(&office, coordinator(), "{ dockingEvents { totalCount } }").await;
    assert_eq!(count["dockingEvents"]["totalCount"], 0);
}

#[tokio::test]
async fn a_page_of_events_with_everything_inside_costs_a_fixed_number_of_statements() {
    let office = office().await;
    let query = "{ dockingEvents(first: 50) { nodes { title hosts { name } venue { name }
        slots { number } tables { label } sessions { title }
        participants(first: 10) { nodes { member { ... on Enterprise { name } } minMeetings } }
        meetings(first: 10) { nodes { slot { number } table { label }
            participants { member { ... on Enterprise { name } } } } }
        versions(first: 5) { nodes { number } } precedences { before { id } } } } }";
    let mut costs = Vec::new();
    for number in 0..3 {
        let key = format!(r#"requestKey: "create-{number}""#);
        let input = format!("{}, {key}", card("2026-03-10"));
        let shows = "event { id } errors { code }";
        let event = change(&office, coordinator(), "eventCreate", &input, shows).await;
        let event = event["event"]["id"].as_str().unwrap().to_owned();
        let input = format!(
            r#"eventId: "{event}", version: 1, requestKey: "people-{number}", participants: [
                {{ memberId: "{}" }}, {{ memberId: "{}" }}]"#,
            wire(EnterpriseId::from(1)),
            wire(EnterpriseId::from(2))
        );
        change(&office, coordinator(), "eventAddParticipants", &input, ERRORS).await;
        let input = format!(
            r#"eventId: "{event}", version: 2, requestKey: "pairs-0{number}", pairs: [
                {{ a: "{}", b: "{}" }}]"#,
            wire(EnterpriseId::from(1)),
            wire(EnterpriseId::from(2))
        );
        change(&office, coordinator(), "eventAddPairs", &input, ERRORS).await;
        plan(&office, &event, 3, &format!("plan-000{number}")).await;
        publish(&office, &event, 4, &format!("publish-{number}")).await;
        let (statements, answer) = counted(&office, coordinator(), query).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        let nodes = answer["data"]["dockingEvents"]["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), number + 1);
        assert_eq!(nodes[number]["meetings"]["nodes"].as_array().unwrap().len(), 1);
        costs.push(statements);
    }
    assert_eq!(costs[0], costs[2], "as many for one event as for three: {costs:?}");
}

/// A suggestion that enterprise `a` meets enterprise `b`.
fn suggested(number: u128, a: u128, b: u128, stage: SuggestionStage) -> Suggestion {
    Suggestion {
        id: SuggestionId::from(number),
        kind: SuggestionKind::Task,
        need: None,
        offer: None,
        project: None,
        committee: None,
        a: EnterpriseId::from(a),
        b: Member::Enterprise(EnterpriseId::from(b)),
        points: 0,
        reasons: Vec::new(),
        reasons_b: Vec::new(),
        fusion: lianmeng_domain::weights::Fusion::OneSided,
        stage,
        decline_a: None,
        decline_b: None,
        weights_version: 1,
        version: 1,
    }
}

#[tokio::test]
async fn suggestions_become_pairs_and_their_sides_participants() {
    let office = office().await;
    let event = created(&office).await;
    with_people(&office, &event, 2, "").await;
    let rows = [
        suggested(1, 1, 3, SuggestionStage::Mutual),
        suggested(2, 4, 2, SuggestionStage::Proposed),
        suggested(3, 3, 1, SuggestionStage::Shown),
        suggested(4, 5, 6, SuggestionStage::Declined),
    ];
    lianmeng_store::suggestion::insert_many(&office.db, &rows).await.unwrap();
    let input = |numbers: &[u128], version: i64, key: &str| {
        let ids: Vec<_> =
            numbers.iter().map(|n| format!("\"{}\"", wire(SuggestionId::from(*n)))).collect();
        let ids = ids.join(", ");
        format!(
            r#"eventId: "{event}", version: {version}, suggestionIds: [{ids}], requestKey: "{key}""#
        )
    };
    let shows = "event { version participants { totalCount } }
        meetings { participants { member { ... on Enterprise { name } } } }
        errors { code field }";
    let field = "eventAddFromSuggestions";
    let ended = change(&office, coordinator(), field, &input(&[1, 4], 2, "take-0001"), shows).await;
    let code = json!([{ "code": "WRONG_STAGE", "field": "suggestionIds" }]);
    assert_eq!(ended, json!({ "event": null, "meetings": [], "errors": code }));
    let unknown = change(&office, coordinator(), field, &input(&[9], 2, "take-0002"), shows).await;
    assert_eq!(unknown["errors"][0]["code"], "UNKNOWN_REFERENCE");
    let host = change(&office, zone_host(1), field, &input(&[1], 2, "take-0003"), shows).await;
    assert_eq!(host["errors"][0]["code"], "UNKNOWN_REFERENCE", "hosts see no suggestions");

    let three = input(&[1, 2, 3], 2, "take-0004");
    let taken = change(&office, coordinator(), field, &three, shows).await;
    let pair = |a: u8, b: u8| {
        let name = |n: u8| json!({ "member": { "name": format!("示例企业{n}") } });
        json!({ "participants": [name(a), name(b)] })
    };
    let want = json!({ "event": { "version": 3, "participants": { "totalCount": 4 } },
        "meetings": [pair(1, 3), pair(2, 4)], "errors": [] });
    assert_eq!(taken, want);
    assert_eq!(change(&office, coordinator(), field, &three, shows).await, want, "once");
    let again = change(&office, coordinator(), field, &input(&[1], 3, "take-0005"), shows).await;
    assert_eq!(again["meetings"], json!([pair(1, 3)]), "they meet already");
    assert_eq!(again["event"]["version"], 3, "nothing changed");
}
