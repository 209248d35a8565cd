//! A docking event's guests from end to end, over HTTP: five are invited, there are places for two, one
//! declines, a person is replaced, and two scanners without a network meet the same person.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]
#![expect(clippy::disallowed_methods, reason = "the server's clock is the machine's")]

use lianmeng_testkit::{Program, Server};
use serde_json::{Value, json};

const JSON: (&str, &str) = ("Content-Type", "application/json");
const PASSWORD: &str = "seven herons over the river";

fn done(program: &Program, args: &[&str]) -> String {
    let ran = program.run(args);
    assert_eq!(ran.code, 0, "{args:?}: {ran:?}");
    ran.out.trim().to_owned()
}

/// Staff of an enterprise: their access token and their grant.
fn staff(program: &Program, server: &Server, name: &str, org: &str) -> (String, String) {
    let ran = program.run_with_input(&["user", "add", name, "--password-stdin"], PASSWORD);
    assert_eq!(ran.code, 0, "{ran:?}");
    let grant = done(program, &["user", "grant", name, "--role", "enterprise", "--org", org]);
    let body = json!({ "name": name, "password": PASSWORD }).to_string();
    let tokens = server.post("/auth/login", &[JSON], body.as_bytes()).json();
    (tokens["accessToken"].as_str().unwrap().to_owned(), grant)
}

/// The payload of a mutation that takes `input`.
fn change(server: &Server, token: &str, field: &str, input: Value, shows: &str) -> Value {
    let ty = format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
    let query = format!(
        "mutation M($input: {ty}!) {{ {field}(input: $input) {{ {shows} errors {{ code message }} }} }}"
    );
    server.data(token, &query, json!({ "input": input }))[field].clone()
}

fn firm(server: &Server, token: &str, name: &str) -> String {
    let card = json!({ "name": name });
    let input = json!({ "card": card, "requestKey": format!("firm-{name}-1") });
    let made = change(server, token, "enterpriseRegister", input, "enterprise { id }");
    made["enterprise"]["id"].as_str().unwrap().to_owned()
}

/// Today in China: the event takes place while the test runs.
fn today() -> String {
    (chrono::Utc::now() + chrono::TimeDelta::hours(8)).format("%Y-%m-%d").to_string()
}

/// An event of today that has five enterprises as guests, with places for two of them.
fn event(server: &Server, token: &str, firms: &[String]) -> (String, Vec<String>) {
    let card = json!({
        "title": "央企国企深圳行", "heldOn": today(), "tables": 2,
        "hosts": [{ "regionCode": "440305" }],
        "halfDays": [{ "halfDay": "MORNING", "startsAt": "09:00", "slotMinutes": 20, "slots": 3 }],
    });
    let input = json!({ "card": card, "requestKey": "event-0001" });
    let made = change(server, token, "eventCreate", input, "event { id }");
    let event = made["event"]["id"].as_str().unwrap().to_owned();
    let quotas = json!([{ "kind": "ENTERPRISE", "max": 2 }]);
    let input = json!({ "eventId": event, "quotas": quotas, "requestKey": "quotas-01" });
    change(server, token, "guestQuotasSet", input, "event { id }");
    let guests: Vec<Value> =
        firms.iter().map(|id| json!({ "memberId": id, "kind": "ENTERPRISE" })).collect();
    let input = json!({ "eventId": event, "guests": guests, "requestKey": "invite-01" });
    let made = change(server, token, "guestsInvite", input, "guests { id }");
    let ids: Vec<String> = made["guests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|guest| guest["id"].as_str().unwrap().to_owned())
        .collect();
    let until = (chrono::Utc::now() + chrono::TimeDelta::seconds(90)).to_rfc3339();
    let input =
        json!({ "eventId": event, "guestIds": ids, "replyBy": until, "requestKey": "send-0001" });
    let sent = change(server, token, "guestsSend", input, "guests { stage }");
    assert_eq!(sent["errors"], json!([]), "{sent}");
    (event, ids)
}

fn answer(server: &Server, token: &str, guest: &str, version: i64, answer: &str) -> Value {
    let key = format!("answer-{answer}-{version}");
    let input =
        json!({ "guestId": guest, "version": version, "answer": answer, "requestKey": key });
    change(server, token, "guestAnswer", input, "guest { stage why version }")
}

fn scan(id: &str, badge: &Value, point: &Value, seconds_ago: i64) -> Value {
    let at = (chrono::Utc::now() - chrono::TimeDelta::seconds(seconds_ago)).to_rfc3339();
    json!({ "clientId": id, "badge": badge, "checkpointId": point, "direction": "IN", "at": at })
}

#[test]
fn five_are_invited_two_come_and_two_scanners_make_one_record() {
    let program = Program::default().with("LIANMENG_AUTH__RECHECK_SECONDS", 0);
    let server = program.serve();
    let organiser = program.token("coordinator", None);
    let names = ["甲厂", "乙厂", "丙厂", "丁厂", "戊厂"];
    let firms: Vec<String> = names.iter().map(|name| firm(&server, &organiser, name)).collect();
    let (event, guests) = event(&server, &organiser, &firms);
    let people: Vec<(String, String)> = (1..)
        .zip(names)
        .take(3)
        .map(|(number, name)| staff(&program, &server, &format!("staff-{number}"), name))
        .collect();

    // Three accept, the third waits; the first declines, so the third comes.
    for ((token, _), guest) in people.iter().zip(&guests) {
        answer(&server, token, guest, 2, "YES");
    }
    let mine = "{ myGuestInvitations { nodes { id stage why version event { title } } } }";
    let waits = &server.data(&people[2].0, mine, json!({}))["myGuestInvitations"]["nodes"];
    let want = json!([{ "id": guests[2], "stage": "WAITING", "why": "KIND_FULL", "version": 3,
        "event": { "title": "央企国企深圳行" } }]);
    assert_eq!(*waits, want);
    answer(&server, &people[0].0, &guests[0], 3, "NO");
    let comes = &server.data(&people[2].0, mine, json!({}))["myGuestInvitations"]["nodes"][0];
    assert_eq!((&comes["stage"], &comes["why"]), (&json!("YES"), &json!("PLACE_FREED")));

    // A delegation; its head is replaced, the old badge opens nothing.
    let input = json!({ "guestId": guests[2], "version": 4, "escortCount": 1, "requestKey": "people-01",
        "people": [{ "name": "李明华", "phone": "13812345678", "isHead": true }] });
    let shows = "guest { version people { id name badge isEscort } }";
    let named = change(&server, &people[2].0, "guestDelegation", input, shows);
    let head = named["guest"]["people"][0].clone();
    let input = json!({ "guestId": guests[2], "version": 5, "personId": head["id"], "name": "赵强",
        "requestKey": "instead-1" });
    let other = change(&server, &people[2].0, "guestSubstitute", input, shows);
    let all = other["guest"]["people"].as_array().unwrap();
    let new = all.iter().find(|one| one["name"] == "赵强").unwrap();
    let driver = all.iter().find(|one| one["isEscort"] == true).unwrap();

    let input =
        json!({ "eventId": event, "name": "南门", "isEntrance": true, "requestKey": "gate-0001" });
    let shows = "event { checkInFigures { checkpoints { id } } }";
    let gate = change(&server, &organiser, "checkpointAdd", input, shows);
    let gate = &gate["event"]["checkInFigures"]["checkpoints"][0]["id"];
    let upload = |entries: Value| {
        let input = json!({ "eventId": event, "entries": entries });
        let told =
            change(&server, &organiser, "checkInsUpload", input, "answers { verdict reason }");
        told["answers"].clone()
    };
    // Two scanners were offline and met the same person; both queues come twice.
    let one = [scan("s1-1", &new["badge"], gate, 2), scan("s1-2", &driver["badge"], gate, 1)];
    let two = [scan("s2-1", &new["badge"], gate, 1), scan("s2-2", &head["badge"], gate, 0)];
    let replaced = json!({ "verdict": "REFUSED", "reason": "BADGE_REPLACED" });
    let told = |verdict: &str| json!({ "verdict": verdict, "reason": null });
    assert_eq!(upload(json!(one)), json!([told("NEW"), told("NEW")]));
    assert_eq!(upload(json!(two)), json!([told("REPEAT"), replaced]));
    for queue in [one, two.clone()] {
        let again = upload(json!(queue));
        assert_eq!(again[0], told("KNOWN"), "{again}");
    }
    let query = "query Q($id: ID!) { node(id: $id) { ... on DockingEvent { guestHeadCount
        guestFigures { total { invited yes no open } }
        checkInFigures { repeats persons { expected arrived } escorts { arrived } } } } }";
    let figures = &server.data(&organiser, query, json!({ "id": event }))["node"];
    // Guest 2 came with nobody named yet, guest 3 with one person and a driver.
    let want = json!({ "guestHeadCount": 3,
        "guestFigures": { "total": { "invited": 5, "yes": 2, "no": 1, "open": 2 } },
        "checkInFigures": { "repeats": 1, "persons": { "expected": 1, "arrived": 1 },
            "escorts": { "arrived": 1 } } });
    assert_eq!(*figures, want);

    // Badges are the organisers'.
    let badges = |token: &str| {
        let path = format!("/events/{event}/badges.html");
        server.get(&path, &[("Authorization", &format!("Bearer {token}"))])
    };
    let page = badges(&organiser);
    assert_eq!(page.status, 200, "{page:?}");
    assert!(page.body.contains("赵强") && page.body.contains("<svg"));
    assert!(!page.body.contains("李明华"));
    assert_eq!(badges(&people[2].0).status, 404);

    // Rights end with the grant.
    done(&program, &["user", "revoke", "--grant", &people[2].1]);
    let gone = &server.data(&people[2].0, mine, json!({}))["myGuestInvitations"]["nodes"];
    assert_eq!(*gone, json!([]));
    let late = answer(&server, &people[2].0, &guests[2], 6, "NO");
    assert_eq!(late["errors"][0]["code"], "NOT_FOUND", "{late}");
    server.terminate();
    assert_eq!(server.wait(), 0);
}
