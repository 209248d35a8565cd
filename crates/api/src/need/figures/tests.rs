//! Figures and overview through GraphQL, asked as those who may and those who may not.

use chrono::{DateTime, TimeDelta, TimeZone as _, Utc};
use lianmeng_app::desk::{Clock, Office};
use lianmeng_domain::actor::{Actor, Body, Role};
use lianmeng_domain::ids::{ChainCommitteeId, EnterpriseId, NeedId, OrganisationId};
use lianmeng_domain::need::{
    CityRecord, Need, NeedChannel, NeedKind, NeedStage, NeedTrace, Rating,
};
use lianmeng_store::need;
use serde_json::{Value, json};

use crate::ids::wire;
use crate::testing::casework::{coordinator, firm, head_office, secretary, town, unit};
use crate::testing::{actor, ask, counted};

/// Hours after the first of July 2025 began in China.
fn at(hour: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2025, 6, 30, 16, 0, 0).unwrap() + TimeDelta::hours(hour)
}

/// A need of committee 5 and unit 7, handed in and dispatched in July 2025, due four days later.
fn sent(number: u128, enterprise: u128) -> Need {
    Need {
        committee: Some(ChainCommitteeId::from(5)),
        handler: Some(OrganisationId::from(7)),
        kind: NeedKind::Talent,
        channel: NeedChannel::Visit,
        title: format!("诉求{number}"),
        body: "文".to_owned(),
        stage: NeedStage::Accepted,
        dispatched_at: Some(at(2)),
        due_at: Some(at(98)),
        trace: NeedTrace {
            submitted_at: Some(at(1)),
            responded_at: Some(at(3)),
            progress_at: Some(at(3)),
            ..NeedTrace::default()
        },
        ..Need::blank(NeedId::from(number), EnterpriseId::from(enterprise), at(1))
    }
}

/// The same, answered after ten hours and closed.
fn done(number: u128, enterprise: u128, stars: Option<i32>) -> Need {
    let open = sent(number, enterprise);
    let trace = NeedTrace {
        answered_at: Some(at(10)),
        rated_at: stars.map(|_| at(20)),
        closed_at: stars.map(|_| at(30)),
        ..open.trace
    };
    let rating = stars.map(|stars| Rating::new(stars).unwrap());
    let stage = if stars.is_some() { NeedStage::Closed } else { NeedStage::Answered };
    Need { stage, rating, trace, ..open }
}

async fn put(office: &Office, needs: impl IntoIterator<Item = Need>) {
    let tx = lianmeng_store::tx::begin(&office.db).await.unwrap();
    for one in needs {
        need::insert(&tx, &one).await.unwrap();
    }
    lianmeng_store::tx::commit(tx).await.unwrap();
}

const RATE: &str = "{ numerator denominator pending basisPoints shown }";

async fn stats(office: &Office, who: Actor, arguments: &str) -> Value {
    let query = format!(
        "{{ needStats(from: \"2025-07-01\", until: \"2025-09-30\" {arguments}) {{
            asOf isWithheld needs enterprises responseRate {RATE} resolutionRate {RATE}
            satisfaction {RATE} onTimeRate {RATE} importedRate {RATE}
            groups {{ kind channel month handler {{ name }} needs satisfaction {RATE} }} }} }}"
    );
    let answer = ask(office, who, &query).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["needStats"].clone()
}

fn rate(numerator: u64, denominator: u64, pending: u64, points: u64, shown: &str) -> Value {
    json!({ "numerator": numerator, "denominator": denominator, "pending": pending,
        "basisPoints": points, "shown": shown })
}

#[tokio::test]
async fn the_quarter_of_leshan_is_97_7_per_cent_of_1033() {
    let office = town().await;
    let rated = (1..=1_033).map(|n| done(n, 1 + n % 4, Some(if n <= 1_009 { 5 } else { 2 })));
    let silent = (2_001..=2_007).map(|n| done(n, 1, None));
    put(&office, rated.chain(silent)).await;
    let seen = stats(&office, secretary(5), "").await;
    assert_eq!((&seen["needs"], &seen["enterprises"]), (&json!(1_040), &json!(4)));
    assert_eq!(seen["satisfaction"], rate(1_009, 1_033, 7, 9_768, "97.7 %"));
    assert_eq!(seen["resolutionRate"], rate(1_009, 1_033, 7, 9_768, "97.7 %"));
    assert_eq!(seen["responseRate"], rate(1_040, 1_040, 0, 10_000, "100 %"));
    // Rated at 20 hours, on the first of July; on the day before nothing was handed in.
    let then = stats(&office, secretary(5), r#", asOf: "2025-06-30""#).await;
    let none = json!({ "numerator": 0, "denominator": 0, "pending": 0, "basisPoints": null,
        "shown": null });
    assert_eq!((&then["needs"], &then["satisfaction"]), (&json!(0), &none));
}

#[tokio::test]
async fn imported_and_on_time_are_two_figures() {
    let office = town().await;
    let needs = (1..=816_u128).map(|n| {
        let one = done(n, 1 + n % 4, Some(4));
        let number = format!("深{n}");
        let city = Some(CityRecord { number, status: "办结".to_owned(), at: at(5) });
        // The last one was answered after it was due, a week later.
        let answered_at = Some(if n == 816 { at(99) } else { at(10) });
        let (rated_at, closed_at) = (Some(at(100)), Some(at(101)));
        let trace = NeedTrace { answered_at, rated_at, closed_at, ..one.trace };
        Need { city, trace, ..one }
    });
    put(&office, needs).await;
    let seen = stats(&office, coordinator(), "").await;
    assert_eq!(seen["importedRate"], rate(816, 816, 0, 10_000, "100 %"));
    assert_eq!(seen["onTimeRate"], rate(815, 816, 0, 9_988, "99.88 %"));
    // As of the second of July, before the last one was answered, it was still in time.
    let then = stats(&office, coordinator(), r#", asOf: "2025-07-02""#).await;
    assert_eq!(then["onTimeRate"], rate(815, 815, 1, 10_000, "100 %"));
    assert_eq!(then["satisfaction"]["pending"], 815);
}

#[tokio::test]
async fn everyone_gets_figures_of_the_needs_they_read_and_of_no_others() {
    let office = town().await;
    let other = Need {
        committee: Some(ChainCommitteeId::from(6)),
        handler: Some(OrganisationId::from(8)),
        ..done(3, 2, Some(1))
    };
    put(&office, [done(1, 1, Some(5)), done(2, 3, Some(5)), other]).await;
    let cases = [
        ("coordinator", coordinator(), json!(3)),
        ("auditor", actor(Role::Auditor, None), json!(3)),
        ("secretary", secretary(5), json!(2)),
        ("another secretary", secretary(6), json!(1)),
        ("unit", unit(7), json!(2)),
        ("enterprise", firm(2), json!(1)),
        ("an enterprise without needs", firm(4), json!(0)),
        ("head office", head_office(3), json!(2)),
        ("administrator", actor(Role::SystemAdmin, None), Value::Null),
        ("anyone", Actor::public(), Value::Null),
    ];
    for (name, who, needs) in cases {
        assert_eq!(stats(&office, who, "").await["needs"], needs, "{name}");
    }
    let only = format!(r#", filter: {{ handlerId: "{}" }}"#, wire(OrganisationId::from(8)));
    assert_eq!(stats(&office, secretary(5), &only).await["needs"], 0, "a filter widens nothing");
    assert_eq!(stats(&office, coordinator(), &only).await["needs"], 1);
}

#[tokio::test]
async fn figures_are_divided_by_kind_channel_unit_and_month() {
    let office = town().await;
    let phone = Need {
        channel: NeedChannel::Phone,
        kind: NeedKind::Space,
        handler: None,
        dispatched_at: None,
        stage: NeedStage::Submitted,
        trace: NeedTrace { submitted_at: Some(at(31 * 24)), ..NeedTrace::default() },
        ..sent(3, 2)
    };
    put(&office, [done(1, 1, Some(5)), done(2, 1, Some(2)), phone]).await;
    let half = rate(1, 2, 0, 5_000, "50.0 %");
    for (by, first, second) in [
        ("KIND", json!({ "kind": "TALENT" }), json!({ "kind": "SPACE" })),
        ("CHANNEL", json!({ "channel": "VISIT" }), json!({ "channel": "PHONE" })),
        ("HANDLER", json!({ "handler": { "name": "单位7" } }), json!({ "handler": null })),
        ("MONTH", json!({ "month": "2025-07" }), json!({ "month": "2025-08" })),
    ] {
        let seen = stats(&office, coordinator(), &format!(", groupBy: {by}")).await;
        let groups = seen["groups"].as_array().unwrap();
        assert_eq!((groups.len(), &seen["needs"]), (2, &json!(3)), "{seen}");
        for (group, named, needs) in [(&groups[0], first, 2), (&groups[1], second, 1)] {
            for (key, value) in named.as_object().unwrap() {
                assert_eq!(&group[key], value, "{by}");
            }
            assert_eq!(group["needs"], needs, "{by}");
        }
        assert_eq!(groups[0]["satisfaction"], half, "{by}");
    }
    let query = r#"{ needStats(from: "2025-07-01", until: "2025-09-30", groupBy: HANDLER)
        { needs groups { needs handler { name } } } }"#;
    let (statements, _) = counted(&office, coordinator(), query).await;
    assert_eq!(statements, 3, "the total, the groups, their units");
}

#[tokio::test]
async fn who_sees_needs_in_part_gets_totals_of_quarters_about_five_enterprises_or_more() {
    let office = town().await;
    put(&office, (1..=4).map(|n| done(n, n, Some(5)))).await;
    let committee = Some(Body::Committee(ChainCommitteeId::from(5)));
    let chair = actor(Role::RotatingChair, committee);
    let seen = stats(&office, chair.clone(), "").await;
    assert_eq!((&seen["isWithheld"], &seen["needs"]), (&json!(true), &Value::Null), "{seen}");
    assert_eq!(seen["satisfaction"], Value::Null);
    let seen = stats(&office, secretary(5), "").await;
    assert_eq!((&seen["isWithheld"], &seen["needs"]), (&json!(false), &json!(4)), "reads them");
    for arguments in [
        r#"from: "2025-07-01", until: "2025-09-29""#,
        r#"from: "2025-08-01", until: "2025-10-31""#,
        r#"from: "2025-07-01", until: "2025-12-31""#,
        r#"from: "2025-07-01", until: "2025-09-30", asOf: "2025-08-01""#,
        r#"from: "2025-07-01", until: "2025-09-30", groupBy: KIND"#,
        r#"from: "2025-07-01", until: "2025-09-30", filter: { kinds: [SPACE] }"#,
    ] {
        let query = format!("{{ needStats({arguments}) {{ needs }} }}");
        let answer = ask(&office, chair.clone(), &query).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_INPUT", "{arguments}");
        let answer = ask(&office, coordinator(), &query).await;
        assert!(answer["errors"].is_null(), "{answer}");
    }
}

const OVERVIEW: &str = "{ needOverview { needs open stages { stage needs }
    lamps { red yellow blue none } turns { turn open late }
    handlers { open late handler { name } } late(first: 2) { title } } }";

/// A town at four days after the dispatch and two hours, with needs of every colour.
async fn lit() -> Office {
    let mut office = town().await;
    office.clock = Clock::Fixed(at(97));
    let due = |need: Need, hour| Need { due_at: Some(at(hour)), ..need };
    let heard = |need: Need, hour| {
        let trace = NeedTrace { progress_at: Some(at(hour)), ..need.trace };
        Need { trace, ..need }
    };
    let other = Need { handler: Some(OrganisationId::from(8)), ..sent(2, 1) };
    let needs = vec![
        due(sent(1, 1), 90),
        due(other, 80),
        // Blue: one hour of 96 is left, and it was heard of.
        heard(sent(3, 1), 96),
        // Yellow: nothing was heard of it for half of the time.
        sent(4, 2),
        Need { stage: NeedStage::SentBack, send_backs: 1, ..due(sent(5, 2), 200) },
        // None: in time, and heard of.
        heard(due(sent(6, 2), 500), 90),
        done(7, 3, None),
        done(8, 3, Some(5)),
        Need { committee: Some(ChainCommitteeId::from(6)), ..due(sent(9, 1), 95) },
    ];
    put(&office, needs).await;
    office
}

#[tokio::test]
async fn an_overview_counts_stages_lamps_and_turns_and_names_who_is_late() {
    let office = Box::pin(lit()).await;
    let (statements, answer) = counted(&office, secretary(5), OVERVIEW).await;
    assert_eq!(
        answer["data"]["needOverview"],
        json!({
            "needs": 8, "open": 7,
            "stages": [{ "stage": "SENT_BACK", "needs": 1 }, { "stage": "ACCEPTED", "needs": 5 },
                { "stage": "ANSWERED", "needs": 1 }, { "stage": "CLOSED", "needs": 1 }],
            "lamps": { "red": 2, "yellow": 2, "blue": 1, "none": 2 },
            "turns": [{ "turn": "SECRETARIAT", "open": 1, "late": 0 },
                { "turn": "UNIT", "open": 5, "late": 2 },
                { "turn": "ENTERPRISE", "open": 1, "late": 0 }],
            "handlers": [{ "open": 4, "late": 1, "handler": { "name": "单位7" } },
                { "open": 1, "late": 1, "handler": { "name": "单位8" } }],
            "late": [{ "title": "诉求2" }, { "title": "诉求1" }]
        }),
        "{answer}"
    );
    assert_eq!(statements, 3, "the counts, the late ones, the units");
    let (statements, answer) = counted(&office, coordinator(), OVERVIEW).await;
    assert_eq!(answer["data"]["needOverview"]["lamps"]["red"], 3);
    assert_eq!(statements, 3);
}

#[tokio::test]
async fn an_overview_is_for_coordinators_auditors_and_the_own_secretary() {
    let office = Box::pin(lit()).await;
    let of = |number: u128| {
        let committee = wire(ChainCommitteeId::from(number));
        format!(r#"{{ needOverview(committeeId: "{committee}") {{ needs }} }}"#)
    };
    let committee = || Some(Body::Committee(ChainCommitteeId::from(5)));
    let cases = [
        ("coordinator", coordinator(), json!(8)),
        ("auditor", actor(Role::Auditor, None), json!(8)),
        ("secretary", secretary(5), json!(8)),
        ("another secretary", secretary(6), Value::Null),
        ("rotating chair", actor(Role::RotatingChair, committee()), Value::Null),
        ("liaison", actor(Role::ServiceLiaison, committee()), Value::Null),
        ("unit", unit(7), Value::Null),
        ("enterprise", firm(1), Value::Null),
        ("head office", head_office(3), Value::Null),
        ("administrator", actor(Role::SystemAdmin, None), Value::Null),
        ("anyone", Actor::public(), Value::Null),
    ];
    for (name, who, needs) in cases {
        let answer = ask(&office, who, &of(5)).await;
        assert!(answer["errors"].is_null(), "{answer}");
        assert_eq!(answer["data"]["needOverview"]["needs"], needs, "{name}");
    }
}
