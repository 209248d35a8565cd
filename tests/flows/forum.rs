//! J5 on a published event: the 78 participants and 302 meetings of forum-14 in the shared data, planned
//! through the API and planned anew when eight of them are missing. Skipped where the data is absent.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::collections::{BTreeMap, BTreeSet};

use chrono::Timelike as _;
use lianmeng_testkit::clock::WallClock;
use lianmeng_testkit::{Program, Server, shared};
use serde_json::{Value, json};

use crate::docking_day::{change, local, registered, texts};

/// Steps of the search: enough for the proven optimum of two breaks.
const STEPS: u64 = 40_000_000;
/// Slots that have begun at five past ten.
const BEGUN: u64 = 5;

/// What is asked.
struct Forum {
    /// Slots in which each participant cannot meet, from 1.
    forbidden: Vec<Vec<u16>>,
    /// Two sides from 1 and the half of the day.
    meetings: Vec<(usize, usize, Option<&'static str>)>,
}

impl Forum {
    /// Reads it; none where the shared data is absent.
    fn read() -> Option<Self> {
        let file = shared()?.join("data/b2b/forum-14.original.dzn");
        let text = std::fs::read_to_string(file).unwrap();
        let whole = |name: &str| text.split_once(name).unwrap().1.split_once(';').unwrap().0;
        let number = |name: &str| whole(name).trim().parse::<usize>().unwrap();
        let sizes = ["nBusiness =", "nMeetings =", "nTables =", "nTotalSlots =", "nMorningSlots ="];
        assert_eq!(sizes.map(number), [78, 302, 22, 22, 12]);
        // A 0 stands for nothing.
        let slots = |set: &str| {
            let inside = set.split('}').next().unwrap();
            let slots = inside.split(',').map(|word| word.trim().parse::<u16>().unwrap());
            slots.filter(|slot| *slot > 0).collect::<Vec<_>>()
        };
        let forbidden = whole("forbidden =").split('{').skip(1).map(slots).collect();
        let rows = whole("requested =").trim().trim_start_matches("[|").trim_end_matches("|]");
        let row = |row: &str| {
            let words = row.split(',').map(str::trim).filter(|word| !word.is_empty());
            let words: Vec<&str> = words.collect();
            let half = match words[2] {
                "1" => Some("MORNING"),
                "2" => Some("AFTERNOON"),
                _ => None,
            };
            (words[0].parse().unwrap(), words[1].parse().unwrap(), half)
        };
        Some(Self { forbidden, meetings: rows.split('|').map(row).collect() })
    }
}

/// The event while it is made.
struct Event {
    server: Server,
    token: String,
    id: String,
    version: i64,
}

impl Event {
    fn change(&mut self, field: &str, mut input: Value, shows: &str) -> Value {
        input["eventId"] = json!(self.id);
        input["version"] = json!(self.version);
        input["requestKey"] = json!(format!("{field}-{:04}", self.version));
        let shows = format!("{shows} event {{ version stage breaks }}");
        let done = change(&self.server, &self.token, field, input, &shows);
        self.version = done["event"]["version"].as_i64().unwrap();
        done
    }

    /// Every meeting: slot, table and sides.
    fn meetings(&self) -> BTreeMap<String, Meeting> {
        let query = "query($id: ID!, $after: String) { node(id: $id) { ... on DockingEvent {
            meetings(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes {
                id slot { number } table { number } participants { id } } } } } }";
        let (mut all, mut after) = (BTreeMap::new(), Value::Null);
        loop {
            let variables = json!({ "id": self.id, "after": after });
            let data = self.server.data(&self.token, query, variables);
            let page = &data["node"]["meetings"];
            for one in page["nodes"].as_array().unwrap() {
                let spot = one["slot"]["number"].as_u64().zip(one["table"]["number"].as_u64());
                let meeting = Meeting { spot, sides: texts(&one["participants"]) };
                all.insert(one["id"].as_str().unwrap().to_owned(), meeting);
            }
            if page["pageInfo"]["hasNextPage"] != true {
                return all;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Meeting {
    spot: Option<(u64, u64)>,
    sides: Vec<String>,
}

/// Nobody is at two tables at once, and no table is taken twice.
fn check(meetings: &BTreeMap<String, Meeting>) {
    let (mut people, mut tables) = (BTreeSet::new(), BTreeSet::new());
    for one in meetings.values() {
        let Some((slot, table)) = one.spot else { continue };
        assert!((1..=22).contains(&slot) && (1..=22).contains(&table), "{one:?}");
        assert!(tables.insert((slot, table)), "a table twice: {one:?}");
        for side in &one.sides {
            assert!(people.insert((slot, side.clone())), "{side} twice in slot {slot}");
        }
    }
}

/// Makes the event with all its meetings; gives its participants in the order of the data.
fn make(forum: &Forum, server: Server, token: String, held_on: &str) -> (Event, Vec<String>) {
    let firms: Vec<Value> =
        (1..=78).map(|n| json!({ "name": format!("{n:02}号参会单位") })).collect();
    let firms = registered(&server, &token, ("enterpriseRegister", "enterprise"), &firms);
    let half = |half: &str, at: &str, slots: u16| json!({ "halfDay": half, "startsAt": at, "slotMinutes": 15, "slots": slots });
    let card = json!({ "title": "论坛配对洽谈", "heldOn": held_on, "tables": 22,
        "hosts": [{ "regionCode": "440305" }],
        "halfDays": [half("MORNING", "09:00", 12), half("AFTERNOON", "14:00", 10)] });
    let input = json!({ "card": card, "requestKey": "event-0001" });
    let made = change(&server, &token, "eventCreate", input, "event { id }");
    let id = made["event"]["id"].as_str().unwrap().to_owned();
    let mut event = Event { server, token, id, version: 1 };
    let people: Vec<Value> = firms
        .iter()
        .zip(&forum.forbidden)
        .map(|(id, slots)| json!({ "memberId": id, "wishes": { "unavailableSlots": slots } }))
        .collect();
    assert_eq!(people.len(), 78);
    let input = json!({ "participants": people });
    let seated = event.change(
        "eventAddParticipants",
        input,
        "participants { id member { ... on Enterprise { id } } }",
    );
    let of: BTreeMap<&str, &str> = seated["participants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["member"]["id"].as_str().unwrap(), one["id"].as_str().unwrap()))
        .collect();
    let people = firms.iter().map(|firm| of[firm.as_str()].to_owned()).collect();
    for some in forum.meetings.chunks(100) {
        let pair = |(a, b, half): &(usize, usize, Option<&str>)| json!({ "a": firms[a - 1], "b": firms[b - 1], "halfDay": half });
        let pairs: Vec<Value> = some.iter().map(pair).collect();
        event.change("eventAddPairs", json!({ "pairs": pairs }), "meetings { id }");
    }
    (event, people)
}

/// Pairs of those whom somebody left waiting, who do not meet yet; the first ten.
fn standby(meetings: &BTreeMap<String, Meeting>, gone: &BTreeSet<String>) -> Vec<Value> {
    let met: BTreeSet<(&str, &str)> = meetings
        .values()
        .flat_map(|one| [(&one.sides[0], &one.sides[1]), (&one.sides[1], &one.sides[0])])
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    let waits = |one: &&Meeting| one.sides.iter().any(|side| gone.contains(side));
    let waiting: BTreeSet<&str> = meetings
        .values()
        .filter(waits)
        .flat_map(|one| &one.sides)
        .filter(|side| !gone.contains(*side))
        .map(String::as_str)
        .collect();
    let waiting: Vec<&str> = waiting.into_iter().collect();
    let pairs = waiting.chunks_exact(2).filter(|pair| !met.contains(&(pair[0], pair[1])));
    pairs.take(10).map(|pair| json!({ "firstId": pair[0], "secondId": pair[1] })).collect()
}

#[test]
fn j5_b_a_published_event_is_planned_to_its_optimum_and_again_when_eight_are_missing() {
    let Some(forum) = Forum::read() else { return };
    let Some(clock) = WallClock::new() else { return };
    let hours = i64::from((24 + 8 - local(0).hour()) % 24);
    clock.set(hours);
    let mut program = Program::default();
    clock.give(&mut program);
    let (server, token) = (program.serve(), program.token("coordinator", None));
    let day = local(hours).date_naive();
    let (mut event, people) = make(&forum, server, token, &day.to_string());

    let planned =
        event.change("eventPlan", json!({ "seed": 1, "steps": STEPS }), "conflict { text }");
    assert_eq!(planned["event"]["breaks"], 2, "the proven optimum: {planned}");
    let before = event.meetings();
    assert_eq!(before.len(), 302);
    assert!(before.values().all(|one| one.spot.is_some()), "all are held");
    check(&before);

    event.change("eventPublish", json!({}), "");
    event.change("eventAdvance", json!({ "stage": "LIVE" }), "");
    let gone: BTreeSet<String> = (1..=8).map(|n| people[9 * n - 1].clone()).collect();
    let input = json!({ "absent": gone, "at": format!("{day}T10:05:00+08:00"),
        "standby": standby(&before, &gone) });
    let told = event.change("eventReplan", input, "calledOff { id } filled { id } moved { id }");
    let after = event.meetings();
    check(&after);
    let of = |list: &str| texts(&told[list]).into_iter().collect::<BTreeSet<_>>();
    let (off, filled, moved) = (of("calledOff"), of("filled"), of("moved"));
    let is_off = |one: &Meeting| {
        one.sides.iter().any(|side| gone.contains(side)) && one.spot.is_some_and(|(s, _)| s > BEGUN)
    };
    let want: BTreeSet<String> =
        before.iter().filter(|(_, one)| is_off(one)).map(|(id, _)| id.clone()).collect();
    assert_eq!(off, want, "what the eight still had");
    assert!(!off.is_empty() && !filled.is_empty(), "{told}");
    for (id, old) in &before {
        let new = &after[id];
        if off.contains(id) {
            assert_eq!(new.spot, None);
        } else if !moved.contains(id) {
            assert_eq!(new, old, "who is not concerned keeps everything");
        } else {
            assert!(
                old.spot.is_some_and(|(slot, _)| slot > BEGUN),
                "what has begun stands: {old:?}"
            );
        }
    }
    assert!(filled.iter().all(|id| after[id].spot.is_some_and(|(slot, _)| slot > BEGUN)));
    event.server.terminate();
    assert_eq!(event.server.wait(), 0);
}
