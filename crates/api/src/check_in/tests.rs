//! Check-in through the whole schema: two devices, substitutes, by hand, strangers.

use chrono::{TimeZone as _, Utc};
use lianmeng_app::desk::{Clock, Office};
use lianmeng_domain::actor::{Actor, Role};
use serde_json::{Value, json};

use crate::guest::tests::{answer, change, delegation, event, firm, host, invited};
use crate::testing::{actor, ask};

/// An event on whose day it is ten in the morning: guest 1 sends two persons and a driver, guest 2 comes
/// and names nobody, guest 3 has not answered. Gives event, gate, hall, and guest 1.
async fn day() -> (Office, String, [String; 2], Value) {
    let (office, event) = event().await;
    let ids = invited(&office, &event, 3).await;
    answer(&office, firm(1), &ids[0], 2, "answer: YES").await;
    answer(&office, firm(2), &ids[1], 2, "answer: YES").await;
    let people = r#"people: [{ name: "李明华", isHead: true }, { name: "王芳" }], escortCount: 1"#;
    let named = delegation(&office, firm(1), &ids[0], 3, people).await;
    let mut points = Vec::new();
    for (name, is_entrance) in [("南门", true), ("主会场", false)] {
        let input = format!(
            r#"eventId: "{event}", name: "{name}", isEntrance: {is_entrance}, requestKey: "point-{name}-1""#
        );
        let shows = "event { checkInFigures { checkpoints { id name } } }";
        let added = change(&office, host(1), "checkpointAdd", &input, shows).await;
        let all = added["event"]["checkInFigures"]["checkpoints"].as_array().unwrap().clone();
        points.push(all.last().unwrap()["id"].as_str().unwrap().to_owned());
    }
    let now = Clock::Fixed(Utc.with_ymd_and_hms(2026, 3, 10, 2, 0, 0).unwrap());
    let office = Office { clock: now, ..office };
    let mut guest = named["guest"].clone();
    guest["id"] = json!(ids[0]);
    (office, event, points.try_into().unwrap(), guest)
}

/// A scan at so many minutes after nine.
fn scan(id: &str, badge: &Value, point: &str, direction: &str, minute: u32) -> String {
    format!(
        r#"{{ clientId: "{id}", badge: {badge}, checkpointId: "{point}", direction: {direction},
            at: "2026-03-10T01:{minute:02}:00Z", device: "扫码枪" }} "#
    )
}

async fn upload(office: &Office, who: Actor, event: &str, scans: &[String]) -> Value {
    let input = format!(r#"eventId: "{event}", entries: [{}]"#, scans.concat());
    let shows = "answers { clientId verdict reason text }";
    change(office, who, "checkInsUpload", &input, shows).await
}

fn verdicts(payload: &Value) -> Vec<&str> {
    let answers = payload["answers"].as_array().unwrap().iter();
    answers.map(|one| one["verdict"].as_str().unwrap()).collect()
}

async fn figures(office: &Office, who: Actor, event: &str) -> Value {
    let numbers = "expected arrived present left absent";
    let query = format!(
        r#"{{ node(id: "{event}") {{ ... on DockingEvent {{ checkInFigures {{ repeats
            persons {{ {numbers} }} escorts {{ {numbers} }} kinds {{ kind persons {{ arrived }} }}
            checkpoints {{ name entries exits inside }} absentGuests {{ stage }} }} }} }} }}"#
    );
    ask(office, who, &query).await["data"]["node"]["checkInFigures"].clone()
}

#[tokio::test]
async fn two_devices_that_scan_one_person_make_one_presence_in_whatever_order_they_send() {
    let (office, event, [gate, hall], guest) = Box::pin(day()).await;
    let badge = |n: usize| &guest["people"][n]["badge"];
    let first = [
        scan("a1", badge(0), &gate, "IN", 0),
        scan("a2", badge(2), &gate, "IN", 1),
        scan("a3", badge(0), &hall, "IN", 10),
    ];
    let second = [scan("b1", badge(0), &gate, "IN", 3), scan("b2", badge(1), &gate, "IN", 4)];
    // The later device sends first, then sends all of it again with the other.
    assert_eq!(verdicts(&upload(&office, host(1), &event, &second).await), ["NEW", "NEW"]);
    let all = [second.as_slice(), first.as_slice()].concat();
    let merged = upload(&office, host(1), &event, &all).await;
    assert_eq!(verdicts(&merged), ["KNOWN", "KNOWN", "NEW", "NEW", "NEW"]);
    let again = upload(&office, host(1), &event, &all).await;
    assert_eq!(verdicts(&again), ["KNOWN"; 5]);
    let late = upload(&office, host(1), &event, &[scan("c1", badge(1), &gate, "IN", 5)]).await;
    assert_eq!(verdicts(&late), ["REPEAT"]);

    let told = figures(&office, host(1), &event).await;
    let persons = json!({ "expected": 2, "arrived": 2, "present": 2, "left": 0, "absent": 0 });
    let escorts = json!({ "expected": 1, "arrived": 1, "present": 1, "left": 0, "absent": 0 });
    assert_eq!((&told["persons"], &told["escorts"]), (&persons, &escorts), "{told}");
    assert_eq!(told["repeats"], 2);
    assert_eq!(told["kinds"], json!([{ "kind": "ENTERPRISE", "persons": { "arrived": 2 } }]));
    assert_eq!(
        told["checkpoints"],
        json!([
            { "name": "南门", "entries": 3, "exits": 0, "inside": 3 },
            { "name": "主会场", "entries": 1, "exits": 0, "inside": 1 },
        ])
    );
    assert_eq!(told["absentGuests"].as_array().unwrap().len(), 1, "of guest 2 nobody was seen");
    upload(&office, host(1), &event, &[scan("a9", badge(0), &gate, "OUT", 30)]).await;
    let left = figures(&office, host(1), &event).await;
    assert_eq!((&left["persons"]["present"], &left["persons"]["left"]), (&json!(1), &json!(1)));
    assert_eq!(left["checkpoints"][1]["inside"], 0, "who left is in no hall");

    let input = format!(
        r#"guestId: {}, version: 4, personId: {}, name: "赵强", keepsBadge: true, requestKey: "instead-1""#,
        guest["id"], guest["people"][0]["id"]
    );
    let kept = change(&office, firm(1), "guestSubstitute", &input, "guest { id }").await;
    assert_eq!(
        kept["errors"][0]["code"], "WRONG_STAGE",
        "who was there stays who was there: {kept}"
    );
}

#[tokio::test]
async fn each_scan_is_refused_for_a_reason_of_its_own() {
    let (office, event, [gate, _], guest) = Box::pin(day()).await;
    let badge = |n: usize| &guest["people"][n]["badge"];
    let input = format!(
        r#"guestId: {}, version: 4, personId: {}, name: "赵强", requestKey: "instead-1""#,
        guest["id"], guest["people"][0]["id"]
    );
    let shows = "guest { people { name badge } }";
    let other = change(&office, firm(1), "guestSubstitute", &input, shows).await;
    let people = other["guest"]["people"].as_array().unwrap();
    let new = &people.iter().find(|one| one["name"] == "赵强").unwrap()["badge"];
    let late = scan("f", new, &gate, "IN", 0).replace("T01:00", "T02:11");
    let yesterday = scan("g", new, &gate, "IN", 0).replace("03-10T01", "03-09T01");
    let nowhere = scan("h", new, "checkpoint:00000000000000000000000009", "IN", 0);
    let scans = [
        scan("a", badge(0), &gate, "IN", 30),
        scan("b", badge(0), &gate, "IN", 0).replace("T01:00", "T02:01"),
        scan("c", new, &gate, "IN", 31),
        scan("d", &json!("lianmeng:badge:AAAABBBBCCCCDDDD"), &gate, "IN", 0),
        scan("c", new, &gate, "OUT", 32),
        late,
        yesterday,
        nowhere,
    ];
    let told = upload(&office, host(1), &event, &scans).await;
    let reasons: Vec<&Value> =
        told["answers"].as_array().unwrap().iter().map(|one| &one["reason"]).collect();
    assert_eq!(
        reasons,
        [
            // Scanned before the substitute was named.
            &Value::Null,
            &json!("BADGE_REPLACED"),
            &Value::Null,
            &json!("UNKNOWN_BADGE"),
            &json!("CLIENT_ID_REUSED"),
            &json!("IN_FUTURE"),
            &json!("OTHER_DAY"),
            &json!("UNKNOWN_CHECKPOINT"),
        ],
        "{told}"
    );
    assert!(told["answers"][3]["text"].as_str().unwrap().contains("by hand"), "{told}");
    let persons = &figures(&office, host(1), &event).await["persons"];
    assert_eq!((&persons["arrived"], &persons["expected"]), (&json!(2), &json!(2)), "{persons}");
}

#[tokio::test]
async fn the_desk_signs_in_by_hand_and_a_used_checkpoint_stays() {
    let (office, event, [gate, hall], guest) = Box::pin(day()).await;
    let by_hand = format!(
        r#"eventId: "{event}", personId: {}, checkpointId: "{gate}", direction: IN, requestKey: "by-hand-1""#,
        guest["people"][1]["id"]
    );
    for _ in 0..2 {
        let done = change(&office, host(1), "checkInByHand", &by_hand, "event { id }").await;
        assert_eq!(done["errors"], json!([]));
    }
    assert_eq!(figures(&office, host(1), &event).await["persons"]["arrived"], 1);
    let remove = |point: &str| {
        format!(r#"checkpointId: "{point}", requestKey: "remove-{point}""#)
            .replace("remove-checkpoint:", "remove-")
    };
    let used = change(&office, host(1), "checkpointRemove", &remove(&gate), "event { id }").await;
    assert_eq!(used["errors"][0]["code"], "IN_USE", "{used}");
    let gone = change(&office, host(1), "checkpointRemove", &remove(&hall), "event { id }").await;
    assert_eq!(gone["errors"], json!([]));
    let twice =
        format!(r#"eventId: "{event}", name: "南门", isEntrance: true, requestKey: "point-twice""#);
    let taken = change(&office, host(1), "checkpointAdd", &twice, "event { id }").await;
    assert_eq!(taken["errors"][0]["code"], "TAKEN");
}

#[tokio::test]
async fn only_organisers_check_in_and_see_who_came() {
    let (office, event, [gate, _], guest) = Box::pin(day()).await;
    let one = [scan("a", &guest["people"][0]["badge"], &gate, "IN", 0)];
    for who in [
        firm(1),
        host(2),
        Actor::public(),
        actor(Role::Auditor, None),
        actor(Role::SystemAdmin, None),
    ] {
        let refused = upload(&office, who.clone(), &event, &one).await;
        assert_eq!(refused["errors"][0]["code"], "NOT_FOUND", "{who:?}");
        assert_eq!(refused["answers"], json!([]));
    }
    assert_eq!(figures(&office, firm(1), &event).await, Value::Null);
    assert_eq!(figures(&office, host(2), &event).await, Value::Null);
    let seen = figures(&office, actor(Role::Auditor, None), &event).await;
    assert_eq!(seen["persons"]["arrived"], 0, "nothing was saved");
}
