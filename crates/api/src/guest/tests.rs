//! Guests through the whole schema: as organisers, as whoever is invited, as strangers, as anybody.

use chrono::TimeDelta;
use lianmeng_app::desk::{Clock, Office};
use lianmeng_domain::actor::{Actor, Body, Role};
use lianmeng_domain::enterprise::Enterprise;
use lianmeng_domain::ids::{EnterpriseId, ZoneId};
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use crate::ids::wire;
use crate::testing::{actor, ask, world};

pub(crate) fn host(number: u128) -> Actor {
    actor(Role::DistrictHost, Some(Body::Zone(ZoneId::from(number))))
}

pub(crate) fn firm(number: u128) -> Actor {
    actor(Role::Enterprise, Some(Body::Enterprise(EnterpriseId::from(number))))
}

fn auditor() -> Actor {
    actor(Role::Auditor, None)
}

/// The payload of a mutation; every top-level error fails the test.
pub(crate) async fn change(
    office: &Office,
    who: Actor,
    field: &str,
    input: &str,
    shows: &str,
) -> Value {
    let query = format!(
        "mutation {{ {field}(input: {{ {input} }}) {{ {shows} errors {{ code field message }} }} }}"
    );
    let answer = ask(office, who, &query).await;
    assert!(answer.get("errors").is_none(), "{query}\n{answer}");
    answer["data"][field].clone()
}

/// An office with the zones 1 and 2, the enterprises 1 to 6, and an event of zone 1; its id.
pub(crate) async fn event() -> (Office, String) {
    let office = world().await;
    for (number, name) in [(1, "前海"), (2, "光明")] {
        let id = ZoneId::from(number);
        let sql = format!("INSERT INTO zones VALUES ('{id}', '{name}', '', '[]', true, 1)");
        office.db.execute_unprepared(&sql).await.unwrap();
    }
    for number in 1..=6 {
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
    let zone = wire(ZoneId::from(1));
    let input = format!(
        r#"requestKey: "create-1", card: {{ title: "央企国企深圳行", heldOn: "2026-03-10", tables: 2,
            hosts: [{{ zoneId: "{zone}" }}],
            halfDays: [{{ halfDay: MORNING, startsAt: "09:00", slotMinutes: 20, slots: 3 }}] }}"#
    );
    let made = change(&office, host(1), "eventCreate", &input, "event { id }").await;
    let id = made["event"]["id"].as_str().unwrap().to_owned();
    (office, id)
}

const GUEST: &str = "guest { id stage why isProxy note headCount version }";

/// Invites the enterprises 1 to `count` and sends the invitations; gives their ids.
pub(crate) async fn invited(office: &Office, event: &str, count: u128) -> Vec<String> {
    let guests: Vec<String> = (1..=count)
        .map(|n| format!(r#"{{ memberId: "{}", kind: ENTERPRISE }}"#, wire(EnterpriseId::from(n))))
        .collect();
    let input =
        format!(r#"eventId: "{event}", guests: [{}], requestKey: "invite-1""#, guests.concat());
    let made = change(office, host(1), "guestsInvite", &input, "guests { id stage }").await;
    let made = made["guests"].as_array().unwrap().clone();
    assert!(made.iter().all(|guest| guest["stage"] == "DRAFT"), "{made:?}");
    let ids: Vec<String> =
        made.iter().map(|guest| guest["id"].as_str().unwrap().to_owned()).collect();
    let input = format!(
        r#"eventId: "{event}", guestIds: {}, replyBy: "2026-03-05T10:00:00Z", requestKey: "send-001""#,
        serde_json::to_string(&ids).unwrap()
    );
    let sent = change(office, host(1), "guestsSend", &input, "guests { stage replyBy }").await;
    let sent = sent["guests"].as_array().unwrap().clone();
    assert_eq!(sent.len(), ids.len());
    assert!(sent.iter().all(|guest| guest["stage"] == "SENT"), "{sent:?}");
    ids
}

async fn quotas(office: &Office, event: &str, key: &str, more: &str) -> Value {
    let input = format!(r#"eventId: "{event}", requestKey: "quotas-{key}", {more}"#);
    let shows = "event { guestFigures { capacity total { invited yes waiting no open heads } \
                 kinds { kind min max missing tally { yes waiting } } } }";
    change(office, host(1), "guestQuotasSet", &input, shows).await
}

pub(crate) async fn answer(
    office: &Office,
    who: Actor,
    guest: &str,
    version: i64,
    more: &str,
) -> Value {
    let key = guest.replace("guest:", "answer-");
    let input =
        format!(r#"guestId: "{guest}", version: {version}, requestKey: "{key}-{version}", {more}"#);
    change(office, who, "guestAnswer", &input, GUEST).await
}

async fn stages(office: &Office, event: &str) -> Value {
    let query = format!(
        r#"{{ node(id: "{event}") {{ ... on DockingEvent {{ guests {{ totalCount nodes {{ stage why version }} }} }} }} }}"#
    );
    let answer = ask(office, host(1), &query).await;
    let nodes = answer["data"]["node"]["guests"]["nodes"].as_array().unwrap().clone();
    assert_eq!(answer["data"]["node"]["guests"]["totalCount"], nodes.len(), "{answer}");
    nodes.iter().map(|one| json!([one["stage"], one["why"], one["version"]])).collect()
}

#[tokio::test]
async fn a_yes_beyond_the_quota_waits_and_the_first_to_wait_gets_the_place_that_is_freed() {
    let (office, event) = event().await;
    let ids = invited(&office, &event, 5).await;
    quotas(&office, &event, "1", "quotas: [{ kind: ENTERPRISE, min: 1, max: 2 }]").await;
    for (number, id) in (1..=4).zip(&ids) {
        answer(&office, firm(number), id, 2, "answer: YES").await;
    }
    let waits = json!(["WAITING", "KIND_FULL", 3]);
    let yes = json!(["YES", null, 3]);
    assert_eq!(stages(&office, &event).await, json!([yes, yes, waits, waits, ["SENT", null, 2]]));
    let declined = answer(&office, firm(1), &ids[0], 3, r#"answer: NO, note: "出差""#).await;
    assert_eq!(declined["guest"]["stage"], "NO", "{declined}");
    assert_eq!(
        stages(&office, &event).await,
        json!([["NO", null, 4], yes, ["YES", "PLACE_FREED", 4], waits, ["SENT", null, 2]])
    );
    // Twice the same changes nothing; an old version is refused.
    answer(&office, firm(1), &ids[0], 3, r#"answer: NO, note: "出差""#).await;
    let stale = answer(&office, firm(3), &ids[2], 3, "answer: NO").await;
    assert_eq!(stale["errors"][0]["code"], "STALE");
    let input =
        format!(r#"guestId: "{}", version: 3, note: "重点企业", requestKey: "promote-1""#, ids[3]);
    let by_hand = change(&office, host(1), "guestPromote", &input, GUEST).await;
    assert_eq!(by_hand["guest"]["why"], "BY_HAND", "{by_hand}");
    let figures = quotas(&office, &event, "2", "quotas: [{ kind: ENTERPRISE, max: 1 }]").await;
    let want = json!({ "invited": 5, "yes": 3, "waiting": 0, "no": 1, "open": 1, "heads": 3 });
    assert_eq!(figures["event"]["guestFigures"]["total"], want, "nobody loses a place: {figures}");
    // Three come and the house holds three: the fifth waits, until there is more room.
    quotas(&office, &event, "3", "capacity: 3, quotas: []").await;
    let fifth = answer(&office, firm(5), &ids[4], 2, "answer: YES").await;
    assert_eq!(fifth["guest"]["why"], "HOUSE_FULL", "{fifth}");
    let input =
        format!(r#"guestId: "{}", version: 3, note: "重点企业", requestKey: "promote-2""#, ids[4]);
    let full = change(&office, host(1), "guestPromote", &input, GUEST).await;
    assert_eq!(full["errors"][0]["code"], "CAPACITY_EXCEEDED", "{full}");
    quotas(&office, &event, "4", "capacity: 4, quotas: []").await;
    assert_eq!(stages(&office, &event).await[4], json!(["YES", "LIMITS_CHANGED", 4]));
}

#[tokio::test]
async fn the_organisers_answer_for_others_with_words_and_marked() {
    let (office, event) = event().await;
    let ids = invited(&office, &event, 1).await;
    let silent = answer(&office, host(1), &ids[0], 2, "answer: YES").await;
    let error = (&silent["errors"][0]["code"], &silent["errors"][0]["field"]);
    assert_eq!(error, (&json!("MISSING"), &json!("note")));
    let input = format!(
        r#"guestId: "{}", version: 2, answer: YES, note: "李总电话答复", requestKey: "proxy-01""#,
        ids[0]
    );
    let proxy = change(&office, host(1), "guestAnswer", &input, GUEST).await;
    assert_eq!(
        (&proxy["guest"]["isProxy"], &proxy["guest"]["stage"]),
        (&json!(true), &json!("YES"))
    );
    let input = format!(
        r#"eventId: "{event}", guests: [{{ outsideName: " 某报社 ", kind: MEDIA }}, {{ kind: MEDIA }}], requestKey: "invite-2""#
    );
    let nameless = change(&office, host(1), "guestsInvite", &input, "guests { id }").await;
    assert_eq!(nameless["errors"][0]["code"], "MISSING", "{nameless}");
    let twice = format!(
        r#"eventId: "{event}", guests: [{{ memberId: "{}", kind: OTHER }}], requestKey: "invite-3""#,
        wire(EnterpriseId::from(1))
    );
    let twice = change(&office, host(1), "guestsInvite", &twice, "guests { id }").await;
    assert_eq!(twice["errors"][0]["code"], "TAKEN", "{twice}");
    let unknown = format!(
        r#"eventId: "{event}", guests: [{{ memberId: "{}", kind: OTHER }}], requestKey: "invite-4""#,
        wire(EnterpriseId::from(99))
    );
    let unknown = change(&office, host(1), "guestsInvite", &unknown, "guests { id }").await;
    assert_eq!(unknown["errors"][0]["code"], "UNKNOWN_REFERENCE", "{unknown}");
    assert_eq!(stages(&office, &event).await.as_array().unwrap().len(), 1, "nothing was saved");
}

const PEOPLE: &str = "guest { id headCount escortCount vehiclePlates dietaryNote version \
    people { id name title phone isHead isEscort isMasked badge } }";

pub(crate) async fn delegation(
    office: &Office,
    who: Actor,
    guest: &str,
    version: i64,
    more: &str,
) -> Value {
    let input = format!(
        r#"guestId: "{guest}", version: {version}, requestKey: "delegation-{version}", {more}"#
    );
    change(office, who, "guestDelegation", &input, PEOPLE).await
}

#[tokio::test]
async fn a_delegation_has_badges_and_a_substitute_gets_a_new_one_or_keeps_it() {
    let (office, event) = event().await;
    let ids = invited(&office, &event, 2).await;
    let people = r#"people: [{ name: "李明华", phone: "13812345678", isHead: true }, { name: "王芳" }],
        escortCount: 1, vehiclePlates: ["粤b12345"], dietaryNote: "一人素食""#;
    let early = delegation(&office, firm(1), &ids[0], 2, people).await;
    assert_eq!(early["errors"][0]["code"], "WRONG_STAGE", "names are asked for after a yes");
    answer(&office, firm(1), &ids[0], 2, "answer: YES").await;
    let named = delegation(&office, firm(1), &ids[0], 3, people).await;
    let guest = &named["guest"];
    assert_eq!((&guest["headCount"], &guest["version"]), (&json!(3), &json!(4)), "{named}");
    assert_eq!(guest["vehiclePlates"], json!(["粤B12345"]));
    let who = guest["people"].as_array().unwrap().clone();
    assert_eq!(who.len(), 3);
    assert_eq!(who[2]["isEscort"], true);
    let badges: std::collections::BTreeSet<&str> =
        who.iter().map(|one| one["badge"].as_str().unwrap()).collect();
    assert_eq!(badges.len(), 3);
    assert!(badges.iter().all(|badge| badge.len() == 31 && badge.starts_with("lianmeng:badge:")));

    let instead = |person: &Value, version: i64, more: &str| {
        format!(
            r#"guestId: "{}", version: {version}, personId: {person}, requestKey: "instead-{version}", {more}"#,
            ids[0]
        )
    };
    let input = instead(&who[0]["id"], 4, r#"name: "赵强""#);
    let other = change(&office, firm(1), "guestSubstitute", &input, PEOPLE).await;
    let now = other["guest"]["people"].as_array().unwrap().clone();
    let new = now.iter().find(|one| one["name"] == "赵强").unwrap();
    assert_eq!((&new["isHead"], &new["phone"]), (&json!(true), &json!("")), "{other}");
    assert!(new["badge"] != who[0]["badge"] && new["id"] != who[0]["id"]);
    let again = instead(&who[0]["id"], 5, r#"name: "钱多""#);
    let gone = change(&office, firm(1), "guestSubstitute", &again, PEOPLE).await;
    assert_eq!(gone["errors"][0]["code"], "UNKNOWN_REFERENCE", "{gone}");
    let input = instead(&who[1]["id"], 5, r#"name: "孙立", keepsBadge: true"#);
    let kept = change(&office, host(1), "guestSubstitute", &input, PEOPLE).await;
    let now = kept["guest"]["people"].as_array().unwrap().clone();
    let sun = now.iter().find(|one| one["name"] == "孙立").unwrap();
    assert_eq!((&sun["badge"], &sun["id"]), (&who[1]["badge"], &who[1]["id"]), "{kept}");

    // Who is named by id keeps the badge, who is not named is gone, and places of escorts go last first.
    let fewer = format!(r#"people: [{{ personId: {}, name: "孙立", isHead: true }}]"#, sun["id"]);
    let fewer = delegation(&office, firm(1), &ids[0], 6, &fewer).await;
    let now = fewer["guest"]["people"].as_array().unwrap().clone();
    assert_eq!((now.len(), &now[0]["badge"]), (1, &sun["badge"]), "{fewer}");
    // A house that holds two takes no delegation of three.
    quotas(&office, &event, "9", "capacity: 2, quotas: []").await;
    let crowd = delegation(&office, firm(1), &ids[0], 7, people).await;
    assert_eq!(crowd["errors"][0]["code"], "CAPACITY_EXCEEDED", "{crowd}");
    // Lower limits take no place, and who does not send more is written down as before.
    answer(&office, firm(2), &ids[1], 2, "answer: YES").await;
    quotas(&office, &event, "10", "capacity: 1, quotas: []").await;
    let same = format!(
        r#"people: [{{ personId: {}, name: "孙立", title: "经理", isHead: true }}]"#,
        sun["id"]
    );
    let same = delegation(&office, firm(1), &ids[0], 7, &same).await;
    assert_eq!(same["errors"], json!([]), "{same}");
}

#[tokio::test]
async fn a_larger_house_gives_places_to_those_who_wait() {
    let (office, event) = event().await;
    let zone = wire(ZoneId::from(1));
    let mut halls = Vec::new();
    for capacity in [1, 5] {
        let input = format!(
            r#"name: "会堂{capacity}", capacity: {capacity}, tables: 2, place: {{ zoneId: "{zone}" }},
               requestKey: "venue-00{capacity}""#
        );
        let made = change(&office, host(1), "venueRegister", &input, "venue { id }").await;
        halls.push(made["venue"]["id"].as_str().unwrap().to_owned());
    }
    let held_at = async |version: i64, hall: &str| {
        let input = format!(
            r#"eventId: "{event}", version: {version}, requestKey: "move-000{version}", card: {{
                title: "央企国企深圳行", heldOn: "2026-03-10", tables: 2, venueId: "{hall}",
                hosts: [{{ zoneId: "{zone}" }}],
                halfDays: [{{ halfDay: MORNING, startsAt: "09:00", slotMinutes: 20, slots: 3 }}] }}"#
        );
        let shows = "event { guestFigures { capacity total { yes waiting } } }";
        let moved = change(&office, host(1), "eventUpdate", &input, shows).await;
        moved["event"]["guestFigures"].clone()
    };
    held_at(1, &halls[0]).await;
    let ids = invited(&office, &event, 2).await;
    answer(&office, firm(1), &ids[0], 2, "answer: YES").await;
    let waits = answer(&office, firm(2), &ids[1], 2, "answer: YES").await;
    assert_eq!(waits["guest"]["stage"], "WAITING", "{waits}");
    let want = json!({ "capacity": 5, "total": { "yes": 2, "waiting": 0 } });
    assert_eq!(held_at(2, &halls[1]).await, want);
}

#[tokio::test]
async fn who_is_invited_sees_event_and_own_invitation_and_strangers_neither() {
    let (office, event) = event().await;
    let ids = invited(&office, &event, 2).await;
    answer(&office, firm(1), &ids[0], 2, "answer: YES").await;
    let people =
        r#"people: [{ name: "李明华", phone: "13812345678", isHead: true }], dietaryNote: "素""#;
    delegation(&office, firm(1), &ids[0], 3, people).await;
    let query = format!(
        r#"{{ myGuestInvitations {{ totalCount nodes {{ id event {{ title }} dietaryNote people {{ name phone badge isMasked }} }} }}
            node(id: "{event}") {{ ... on DockingEvent {{ title guestHeadCount guestFigures {{ total {{ yes }} }}
                guests {{ totalCount nodes {{ id dietaryNote people {{ name phone badge }} }} }} }} }} }}"#
    );
    let seen = async |who: Actor| ask(&office, who, &query).await["data"].clone();
    let own = seen(firm(1)).await;
    assert_eq!(own["myGuestInvitations"]["totalCount"], 1);
    let mine = &own["myGuestInvitations"]["nodes"][0];
    assert_eq!((&mine["id"], &mine["event"]["title"]), (&json!(ids[0]), &json!("央企国企深圳行")));
    assert_eq!(mine["people"][0]["phone"], "13812345678");
    let card = &own["node"];
    assert_eq!((&card["guestHeadCount"], &card["guestFigures"]), (&json!(1), &Value::Null));
    assert_eq!(card["guests"]["nodes"].as_array().unwrap().len(), 1, "not who else comes");
    let organiser = seen(host(1)).await;
    assert_eq!(organiser["node"]["guestFigures"]["total"]["yes"], 1);
    assert_eq!(organiser["node"]["guests"]["totalCount"], 2);
    let masked = &seen(auditor()).await["node"]["guests"]["nodes"][0];
    let want = json!({ "id": ids[0], "dietaryNote": "",
        "people": [{ "name": "李**", "phone": "138****5678", "badge": null }] });
    assert_eq!(*masked, want);
    for stranger in [firm(3), host(2), Actor::public(), actor(Role::SystemAdmin, None)] {
        let told = seen(stranger.clone()).await;
        assert_eq!(told["node"], Value::Null, "{stranger:?}");
        assert_eq!(told["myGuestInvitations"]["totalCount"], 0, "{stranger:?}");
        for (field, more) in [
            ("guestAnswer", "answer: NO"),
            ("guestWithdraw", r#"note: "无""#),
            ("guestDelegation", "people: []"),
        ] {
            let input =
                format!(r#"guestId: "{}", version: 4, requestKey: "stranger-1", {more}"#, ids[0]);
            let refused = change(&office, stranger.clone(), field, &input, "guest { id }").await;
            assert_eq!(refused["errors"][0]["code"], "NOT_FOUND", "{stranger:?} {field}");
        }
    }
    let other =
        format!(r#"guestId: "{}", version: 2, note: "换人", requestKey: "withdraw-1""#, ids[1]);
    let refused = change(&office, firm(2), "guestWithdraw", &other, "guest { id }").await;
    assert_eq!(refused["errors"][0]["code"], "NOT_FOUND", "only organisers uninvite");
    change(&office, host(1), "guestWithdraw", &other, "guest { id }").await;
    let gone = seen(firm(2)).await;
    assert_eq!(
        (&gone["node"], &gone["myGuestInvitations"]["totalCount"]),
        (&Value::Null, &json!(1))
    );
}

#[tokio::test]
async fn what_is_not_answered_in_time_lapses_also_before_the_house_is_kept() {
    let (office, event) = event().await;
    let ids = invited(&office, &event, 2).await;
    answer(&office, firm(1), &ids[0], 2, "answer: TENTATIVE").await;
    let later = Clock::Fixed(office.clock.now() + TimeDelta::days(4));
    let later = Office { clock: later, ..office.clone() };
    let lapsed = json!([["LAPSED", "NOT_ANSWERED", 3], ["LAPSED", "NOT_ANSWERED", 2]]);
    assert_eq!(stages(&later, &event).await, lapsed);
    let late = answer(&later, firm(2), &ids[1], 2, "answer: YES").await;
    assert_eq!(late["errors"][0]["code"], "WRONG_STAGE", "{late}");
    let keeper = actor(Role::SystemAdmin, None);
    let tended = lianmeng_app::guest::tend::tend(&later.desk(), &keeper).await.unwrap();
    assert_eq!(tended, 2);
    assert_eq!(lianmeng_app::guest::tend::tend(&later.desk(), &keeper).await.unwrap(), 0);
    let kept = json!([["LAPSED", "NOT_ANSWERED", 4], ["LAPSED", "NOT_ANSWERED", 3]]);
    assert_eq!(stages(&office, &event).await, kept);
}

#[tokio::test]
async fn guests_who_come_become_participants_once() {
    let (office, event) = event().await;
    let ids = invited(&office, &event, 3).await;
    for (number, id) in (1..=2).zip(&ids) {
        answer(&office, firm(number), id, 2, "answer: YES").await;
    }
    let input = format!(r#"eventId: "{event}", version: 1, requestKey: "seat-0001""#);
    let shows = "event { version } participants { member { ... on Enterprise { name } } }";
    let seated = change(&office, host(1), "guestsSeat", &input, shows).await;
    assert_eq!(seated["event"]["version"], 2, "guests alone leave the event's version");
    let names: Vec<&Value> = seated["participants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["member"]["name"])
        .collect();
    assert_eq!(names, ["示例企业1", "示例企业2"]);
    let input = format!(r#"eventId: "{event}", version: 2, requestKey: "seat-0002""#);
    let again = change(&office, host(1), "guestsSeat", &input, shows).await;
    assert_eq!(again, json!({ "event": { "version": 2 }, "participants": [], "errors": [] }));
    let stranger = change(&office, firm(1), "guestsSeat", &input, shows).await;
    assert_eq!(stranger["errors"][0]["code"], "NOT_FOUND");
}
