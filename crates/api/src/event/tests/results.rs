//! What came of the meetings: said by the sides and the organisers, counted, followed up.

use chrono::{Duration, TimeDelta};
use lianmeng_app::desk::Clock;
use lianmeng_app::weights::Answer;
use lianmeng_domain::need::{Need, NeedStage};

use super::day::{live, news};
use super::*;

const SAID: &str = "results { reporter isHeld nextStep intent kind amountFen satisfaction version
    participant { member { ... on Enterprise { name } } } } errors { code field }";

fn at(office: &Office, later: Duration) -> Office {
    Office { clock: Clock::Fixed(office.clock.now() + later), ..office.clone() }
}

async fn say(office: &Office, who: Actor, meeting: &str, more: &str, key: &str) -> Value {
    let input = format!(r#"meetingId: "{meeting}", {more} requestKey: "{key}""#);
    change(office, who, "meetingResultRecord", &input, SAID).await
}

fn code(payload: &Value) -> (&Value, &Value) {
    (&payload["errors"][0]["code"], &payload["errors"][0]["field"])
}

async fn advance(office: &Office, event: &str, version: i64, stage: &str) {
    let key = format!("to-{stage}-1");
    let input =
        format!(r#"eventId: "{event}", version: {version}, stage: {stage}, requestKey: "{key}""#);
    let shows = "event { stage } errors { code message }";
    let moved = change(office, coordinator(), "eventAdvance", &input, shows).await;
    assert_eq!(moved["event"]["stage"], stage, "{moved}");
}

/// How each meeting went and how many said something of it, as the organisers read it.
async fn courses(office: &Office, event: &str) -> Vec<(String, usize)> {
    let query = format!(
        r#"{{ node(id: "{event}") {{ ... on DockingEvent {{ meetings {{ nodes {{ course results {{ id }} }} }} }} }} }}"#
    );
    let data = read(office, coordinator(), &query).await;
    let of = |one: &Value| {
        (one["course"].as_str().unwrap().to_owned(), one["results"].as_array().unwrap().len())
    };
    data["node"]["meetings"]["nodes"].as_array().unwrap().iter().map(of).collect()
}

#[tokio::test]
async fn each_side_says_it_for_itself_and_the_organisers_settle_what_is_disputed() {
    let office = office().await;
    let (event, _, meetings, people) = live(&office).await;
    let wants =
        "nextStep: TERMS, intent: HOT, kind: CONTRACT, amountFen: 63000000000, satisfaction: 5,";
    let said = say(&office, firm(1), &meetings[0], wants, "result-1").await;
    let own = json!([{ "reporter": "FIRST", "isHeld": true, "nextStep": "TERMS", "intent": "HOT",
        "kind": "CONTRACT", "amountFen": 63_000_000_000_i64, "satisfaction": 5, "version": 1,
        "participant": { "member": { "name": "示例企业1" } } }]);
    assert_eq!(said, json!({ "results": own, "errors": [] }));
    assert_eq!(say(&office, firm(1), &meetings[0], wants, "result-1").await, said, "the same key");
    let other = "intent: WARM, satisfaction: 2,";
    let other = say(&office, firm(3), &meetings[0], other, "result-2").await;
    assert_eq!(other["results"].as_array().unwrap().len(), 1, "never what the other said: {other}");
    assert_eq!(other["results"][0]["reporter"], "SECOND");

    let twice = say(&office, firm(1), &meetings[0], wants, "result-3").await;
    assert_eq!(code(&twice).0, "STALE", "its version was not sent");
    let anew = say(&office, firm(1), &meetings[0], "version: 1, intent: COLD,", "result-4").await;
    assert_eq!(
        (&anew["results"][0]["intent"], &anew["results"][0]["version"]),
        (&json!("COLD"), &json!(2))
    );

    let gone = format!(r#"absent: ["{}"],"#, people[1]);
    say(&office, firm(2), &meetings[1], "", "result-5").await;
    say(&office, firm(4), &meetings[1], &gone, "result-6").await;
    let so_far = courses(&office, &event).await;
    let row = |course: &str, said| (course.to_owned(), said);
    let silent = row("UNREPORTED", 0);
    let want = [row("HELD", 2), row("DISPUTED", 2), silent.clone(), silent.clone(), silent.clone()];
    assert_eq!(so_far, want);
    say(&office, zone_host(1), &meetings[1], &gone, "result-7").await;
    assert_eq!(courses(&office, &event).await[1], row("NO_SHOW", 3));

    let cases = [
        (firm(5), &meetings[0], "", "NOT_FOUND", Value::Null),
        (zone_host(2), &meetings[0], "", "NOT_FOUND", Value::Null),
        (Actor::public(), &meetings[0], "", "NOT_FOUND", Value::Null),
        (firm(5), &meetings[4], "", "WRONG_STAGE", Value::Null),
        (coordinator(), &meetings[0], "satisfaction: 3,", "INVALID", json!("satisfaction")),
        (firm(3), &meetings[0], "satisfaction: 6,", "INVALID", json!("satisfaction")),
        (firm(3), &meetings[0], "amountFen: 5,", "MISSING", json!("kind")),
    ];
    for (number, (who, meeting, more, want, field)) in cases.into_iter().enumerate() {
        let refused = say(&office, who, meeting, more, &format!("refused-{number}")).await;
        assert_eq!(code(&refused), (&json!(want), &field), "{number}: {refused}");
        assert_eq!(refused["results"], json!([]));
    }
    let stranger = format!(r#"absent: ["{}"],"#, people[5]);
    let refused = say(&office, coordinator(), &meetings[0], &stranger, "refused-8").await;
    assert_eq!(code(&refused), (&json!("UNKNOWN_REFERENCE"), &json!("absent")));
    let not_held = format!(r#"absent: ["{}"], intent: HOT,"#, people[0]);
    let refused = say(&office, coordinator(), &meetings[0], &not_held, "refused-9").await;
    assert_eq!(code(&refused), (&json!("INVALID"), &json!("absent")));
    assert_eq!(courses(&office, &event).await[0], row("HELD", 2), "nothing was saved");
}

const FIGURES: &str =
    "booked bookedHeld calledOff added addedHeld noShow disputed unreported places
    emptyPlaces ratedByBoth satisfiedBoth wantedByBoth sides { kind sides rated stars satisfied }
    nextSteps { nextStep count } intents { intent count } unrecorded { meetingId kind }";

#[tokio::test]
async fn figures_tell_what_was_booked_and_held_and_the_ledger_counts_an_outcome_once() {
    let office = office().await;
    let (event, version, meetings, people) = live(&office).await;
    // Enterprise 4 leaves: its meeting with 1 is off; 5 and 3 step in.
    let input = format!(
        r#"eventId: "{event}", version: {version}, absent: ["{}"], requestKey: "replan-1",
           standby: [{{ firstId: "{}", secondId: "{}" }}]"#,
        people[3], people[4], people[2]
    );
    let shows = "event { version } filled { id } errors { message }";
    let replanned = change(&office, coordinator(), "eventReplan", &input, shows).await;
    let filled = replanned["filled"][0]["id"].as_str().unwrap().to_owned();
    let evening = at(&office, TimeDelta::hours(8));
    let contract = "nextStep: SIGNING, intent: HOT, kind: CONTRACT, satisfaction: 5,";
    say(&evening, firm(1), &meetings[0], contract, "result-1").await;
    say(&evening, firm(3), &meetings[0], "intent: WARM, satisfaction: 2,", "result-2").await;
    let gone = format!(r#"absent: ["{}"],"#, people[3]);
    say(&evening, coordinator(), &meetings[1], &gone, "result-3").await;
    let off = say(&evening, coordinator(), &meetings[2], "", "result-4").await;
    assert_eq!(code(&off).0, "WRONG_STAGE", "what is off has no result: {off}");
    say(&evening, firm(5), &filled, "nextStep: NOTHING, satisfaction: 3,", "result-5").await;

    let query = format!(
        r#"{{ node(id: "{event}") {{ ... on DockingEvent {{ evaluation {{ {FIGURES} }} }} }} }}"#
    );
    let data = read(&evening, coordinator(), &query).await;
    let side = |sides: u32| {
        json!([{ "kind": "ENTERPRISE", "sides": sides, "rated": 3,
            "stars": [0, 1, 1, 0, 1], "satisfied": 2 }])
    };
    let mut want = json!({
        "booked": 5, "bookedHeld": 1, "calledOff": 1, "added": 1, "addedHeld": 1, "noShow": 1,
        "disputed": 0, "unreported": 2, "places": 10, "emptyPlaces": 5, "ratedByBoth": 1,
        "satisfiedBoth": 0, "wantedByBoth": 1, "sides": side(4),
        "nextSteps": [{ "nextStep": "NOTHING", "count": 1 }, { "nextStep": "SIGNING", "count": 1 }],
        "intents": [{ "intent": "WARM", "count": 1 }, { "intent": "HOT", "count": 1 }],
        "unrecorded": [{ "meetingId": meetings[0], "kind": "CONTRACT" }],
    });
    assert_eq!(data["node"]["evaluation"], want);
    let own = read(&evening, firm(1), &query).await;
    assert_eq!(own["node"]["evaluation"], Value::Null, "organisers only");

    let record = |who: u128, key: &str| {
        format!(
            r#"kind: CONTRACT, amountFen: 63000000000, meetingId: "{}", enterpriseId: "{}",
               onDate: "2026-03-02", requestKey: "{key}""#,
            meetings[0],
            wire(EnterpriseId::from(who))
        )
    };
    let shows = "outcome { meetingId event { id } } errors { code field }";
    let first = change(&evening, firm(1), "outcomeRecord", &record(1, "outcome-1"), shows).await;
    let kept = json!({ "meetingId": meetings[0], "event": { "id": event } });
    assert_eq!(first["outcome"], kept, "{first}");
    let second = change(&evening, firm(3), "outcomeRecord", &record(3, "outcome-2"), shows).await;
    assert_eq!(code(&second), (&json!("TAKEN"), &json!("meetingId")), "it counts once");
    let third = change(&evening, firm(5), "outcomeRecord", &record(5, "outcome-3"), shows).await;
    assert_eq!(code(&third).0, "UNKNOWN_REFERENCE", "none of its meetings");
    want["unrecorded"] = json!([]);
    assert_eq!(read(&evening, coordinator(), &query).await["node"]["evaluation"], want);
}

/// Follow-ups of `event` as `who` reads them: days, day, stage, id, version.
async fn follow_ups(
    office: &Office,
    who: Actor,
    event: &str,
) -> Vec<(i64, Value, Value, String, i64)> {
    let query = format!(
        r#"{{ followUps(filter: {{ eventId: "{event}" }}) {{ totalCount nodes {{
            id days dueOn stage isOverdue version }} }} }}"#
    );
    let data = read(office, who, &query).await;
    let nodes = data["followUps"]["nodes"].as_array().unwrap().clone();
    assert_eq!(data["followUps"]["totalCount"], nodes.len());
    let row = |one: &Value| {
        (
            one["days"].as_i64().unwrap(),
            one["dueOn"].clone(),
            one["stage"].clone(),
            one["id"].as_str().unwrap().to_owned(),
            one["version"].as_i64().unwrap(),
        )
    };
    nodes.iter().map(row).collect()
}

async fn answer(office: &Office, who: Actor, id: &str, version: i64, progress: &str) -> Value {
    let input = format!(
        r#"followUpId: "{id}", version: {version}, progress: {progress}, note: "已互访",
           requestKey: "answer-{progress}-{version}""#
    );
    let shows = "followUp { stage progress note answeredBy version } errors { code }";
    change(office, who, "followUpAnswer", &input, shows).await
}

#[tokio::test]
async fn meetings_of_which_more_is_to_come_are_followed_up_until_the_two_stop() {
    let office = office().await;
    let (event, version, meetings, _) = live(&office).await;
    let evening = at(&office, TimeDelta::hours(8));
    say(&evening, firm(1), &meetings[0], "nextStep: VISIT,", "result-1").await;
    say(&evening, firm(2), &meetings[1], "nextStep: NOTHING, intent: COLD,", "result-2").await;
    assert_eq!(follow_ups(&evening, coordinator(), &event).await, [], "the day is not over");
    advance(&evening, &event, version, "CLOSED").await;
    let of = |all: &[(i64, Value, Value, String, i64)]| {
        all.iter().map(|one| (one.0, one.1.clone(), one.2.clone())).collect::<Vec<_>>()
    };
    let open = |days, due: &str| (days, json!(due), json!("OPEN"));
    let three = [open(30, "2026-04-01"), open(90, "2026-05-31"), open(180, "2026-08-29")];
    let mine = follow_ups(&evening, firm(3), &event).await;
    assert_eq!(of(&mine), three, "either side");
    for (who, count) in [(coordinator(), 3), (firm(1), 3), (firm(2), 0), (Actor::public(), 0)] {
        assert_eq!(follow_ups(&evening, who, &event).await.len(), count);
    }
    // A word that comes late makes follow-ups too, and takes them back.
    let late = say(&evening, firm(4), &meetings[1], "intent: HOT,", "result-3").await;
    assert_eq!(late["errors"], json!([]));
    assert_eq!(follow_ups(&evening, coordinator(), &event).await.len(), 6);
    say(&evening, firm(4), &meetings[1], "version: 1, intent: COLD,", "result-4").await;
    let theirs = follow_ups(&evening, firm(4), &event).await;
    assert!(theirs.iter().all(|one| one.2 == "DROPPED"), "{theirs:?}");

    let told = news(&evening).await.len();
    let month = at(&office, TimeDelta::days(30));
    let keeper = actor(Role::SystemAdmin, None);
    let tend = async |office: &Office| {
        lianmeng_app::follow_up::tend(&office.desk(), &keeper).await.unwrap()
    };
    assert_eq!((tend(&evening).await, tend(&month).await, tend(&month).await), (0, 1, 0));
    assert_eq!(news(&evening).await[told..], [[1, 3]], "both sides, once");

    let (id, version) = (&mine[0].3, mine[0].4 + 1);
    assert_eq!(
        answer(&month, firm(2), id, version, "IDLE").await["errors"][0]["code"],
        "NOT_FOUND"
    );
    assert_eq!(answer(&month, firm(1), id, 1, "IDLE").await["errors"][0]["code"], "STALE");
    let stopped = answer(&month, firm(3), id, version, "STOPPED").await;
    let want = json!({ "stage": "DONE", "progress": "STOPPED", "note": "已互访",
        "answeredBy": "SECOND", "version": version + 1 });
    assert_eq!(stopped["followUp"], want, "{stopped}");
    let stages = |all: &[(i64, Value, Value, String, i64)]| {
        all.iter().map(|one| one.2.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let after = follow_ups(&month, firm(1), &event).await;
    assert_eq!(stages(&after), ["DONE", "DROPPED", "DROPPED"], "they stopped");
    let dropped = answer(&month, firm(1), &after[1].3, after[1].4, "IDLE").await;
    assert_eq!(dropped["errors"][0]["code"], "WRONG_STAGE");
    answer(&month, coordinator(), id, version + 1, "TALKING").await;
    let corrected = follow_ups(&month, firm(1), &event).await;
    assert_eq!(stages(&corrected), ["DONE", "OPEN", "OPEN"], "a correction takes them up again");
}

/// A need of enterprise 1 that an offer of enterprise 3 meets, suggested now: reasons of `criterion`.
async fn history(office: &Office, key: &str) -> Value {
    let need = Need {
        title: "低排放染整工艺".to_owned(),
        stage: NeedStage::Submitted,
        ..Need::blank(office.desk().mint(), EnterpriseId::from(1), office.desk().now)
    };
    lianmeng_store::need::insert(&office.db, &need).await.unwrap();
    let input = format!(r#"needId: "{}", requestKey: "make-{key}""#, wire(need.id));
    let shows = "suggestions { reasons { criterion points zh } } errors { code message }";
    let made = change(office, coordinator(), "suggestionsMake", &input, shows).await;
    let reasons = made["suggestions"][0]["reasons"].as_array().unwrap_or_else(|| panic!("{made}"));
    reasons.iter().find(|one| one["criterion"] == "history").cloned().unwrap_or_default()
}

#[tokio::test]
async fn meetings_speak_in_suggestions_and_are_learned_from() {
    let office = office().await;
    let offer = format!(
        r#"providerId: "{}", card: {{ kind: TECHNOLOGY, title: "低排放染整工艺" }},
            requestKey: "offer-01""#,
        wire(EnterpriseId::from(3))
    );
    change(&office, coordinator(), "offerRegister", &offer, ERRORS).await;
    let one_sided = r#"version: 1, requestKey: "activ-01""#;
    change(&office, coordinator(), "matchWeightsActivate", one_sided, ERRORS).await;
    assert_eq!(history(&office, "before").await, Value::Null);

    let (_, _, meetings, _) = live(&office).await;
    let planned = history(&office, "planned").await;
    assert_eq!(planned["points"], 50, "a meeting is planned: {planned}");
    say(&office, firm(1), &meetings[0], "satisfaction: 5,", "result-1").await;
    say(&office, firm(3), &meetings[0], "intent: WARM,", "result-2").await;
    let held = history(&office, "held").await;
    assert_eq!(
        (&held["points"], held["zh"].as_str().unwrap()),
        (&json!(250), "以往对接：安排会面 1 次，双方接受 0 次，实际会面 1 次")
    );

    // Two suggestions for the two that met, made before; the newer one led there.
    let now = office.desk().now;
    for (number, days) in [(1, 20), (2, 10), (3, -5)] {
        let made = (now - TimeDelta::days(days)).timestamp_millis();
        let id = (u128::try_from(made).unwrap() << 80) + number;
        let need = Need {
            stage: NeedStage::Closed,
            ..Need::blank(office.desk().mint(), EnterpriseId::from(1), now)
        };
        lianmeng_store::need::insert(&office.db, &need).await.unwrap();
        let one = Suggestion {
            kind: SuggestionKind::Enterprise,
            need: Some(need.id),
            weights_version: 2,
            ..suggested(id, 1, 3, SuggestionStage::Mutual)
        };
        lianmeng_store::suggestion::insert_many(&office.db, &[one]).await.unwrap();
    }
    let both = r#"version: 2, requestKey: "activ-02""#;
    change(&office, coordinator(), "matchWeightsActivate", both, ERRORS).await;
    let (report, _) = lianmeng_app::weights::learn(&office.desk(), &coordinator()).await.unwrap();
    let counts: Vec<Vec<(Answer, usize)>> =
        report.sides.iter().map(|side| side.answers.clone().into_iter().collect()).collect();
    assert_eq!(
        counts,
        [
            vec![(Answer::Accepted, 2), (Answer::Satisfied, 1)],
            vec![(Answer::Accepted, 2), (Answer::Held, 1)]
        ]
    );
}
