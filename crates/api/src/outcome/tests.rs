//! Outcomes through GraphQL.

use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::EnterpriseId;
use serde_json::{Value, json};

use crate::ids::wire;
use crate::testing::ask;
use crate::testing::casework::{coordinator, firm, town};

/// 1 亿 in fen.
const YI: i64 = 10_000_000_000;

#[tokio::test]
async fn the_season_has_the_figures_of_the_article() {
    let office = town().await;
    let rows = [
        ("CONTRACT", "null", YI * 63 / 10),
        ("PROJECT", "6", 40 * YI),
        ("PROJECT", "27", 343 * YI),
        ("CREDIT_LINE", "null", 1_600 * YI),
        ("AGREEMENT", "22", 0),
        ("JOINT_VENTURE", "11", 0),
    ];
    for (at, (kind, number, amount)) in rows.iter().enumerate() {
        let record = format!(
            r#"mutation {{ outcomeRecord(input: {{ kind: {kind}, number: {number}, amountFen: {amount},
                onDate: "2026-02-0{}", isPublished: true, requestKey: "record-{at}" }}) {{
                outcome {{ kind }} errors {{ code message }} }} }}"#,
            at + 1
        );
        let answer = ask(&office, coordinator(), &record).await;
        assert_eq!(answer["data"]["outcomeRecord"]["errors"], json!([]), "{answer}");
    }
    let query = r#"{ outcomeTotals(asOf: "2026-03-01") { projects { count amountFen }
            creditLines { count amountFen } contracts { count amountFen }
            agreements { count amountFen } jointVentures { count amountFen } }
        early: outcomeTotals(asOf: "2026-02-02") { projects { count amountFen } } }"#;
    let tally = |count: i64, amount: i64| json!({ "count": count, "amountFen": amount });
    for who in [coordinator(), Actor::public()] {
        let answer = ask(&office, who, query).await;
        let want = json!({
            "projects": tally(33, 383 * YI),
            "creditLines": tally(1, 1_600 * YI),
            "contracts": tally(1, YI * 63 / 10),
            "agreements": tally(22, 0),
            "jointVentures": tally(11, 0),
        });
        assert_eq!(answer["data"]["outcomeTotals"], want, "{answer}");
        assert_eq!(answer["data"]["early"]["projects"], tally(6, 40 * YI));
        assert!(!answer.to_string().contains(&(1_983 * YI).to_string()), "{answer}");
    }
}

#[tokio::test]
async fn an_enterprise_records_its_own_and_others_do_not_see_it() {
    let office = town().await;
    let record = |published: bool, key: &str| {
        format!(
            r#"mutation {{ outcomeRecord(input: {{ kind: EFFECT, number: 125, unit: "套",
                enterpriseId: "{}", onDate: "2026-03-02", isPublished: {published}, requestKey: "{key}" }}) {{
                outcome {{ id number unit }} errors {{ code field }} }} }}"#,
            wire(EnterpriseId::from(1))
        )
    };
    let refused = ask(&office, firm(2), &record(false, "record-0")).await;
    assert_eq!(refused["data"]["outcomeRecord"]["errors"][0]["code"], "NOT_FOUND");
    let approved = ask(&office, firm(1), &record(true, "record-1")).await;
    assert_eq!(approved["data"]["outcomeRecord"]["errors"][0]["code"], "NOT_FOUND");
    let done = ask(&office, firm(1), &record(false, "record-2")).await;
    let id = done["data"]["outcomeRecord"]["outcome"]["id"].as_str().unwrap();
    assert_eq!(done["data"]["outcomeRecord"]["outcome"]["number"], 125);

    let query = format!(r#"{{ outcomes {{ totalCount }} node(id: "{id}") {{ id }} }}"#);
    for (who, count) in [(firm(1), 1), (coordinator(), 1), (firm(2), 0), (Actor::public(), 0)] {
        let answer = ask(&office, who, &query).await;
        assert_eq!(answer["data"]["outcomes"]["totalCount"], count, "{answer}");
        assert_eq!(answer["data"]["node"] == Value::Null, count == 0);
    }
    let end = format!(
        r#"mutation {{ outcomeTerminate(input: {{ outcomeId: "{id}", version: 1, terminatedOn: "2026-03-02",
            requestKey: "end-0001" }}) {{ outcome {{ terminatedOn }} errors {{ code }} }} }}"#
    );
    let stranger = ask(&office, firm(2), &end).await;
    assert_eq!(stranger["data"]["outcomeTerminate"]["errors"][0]["code"], "NOT_FOUND");
    let ended = ask(&office, firm(1), &end).await;
    assert_eq!(ended["data"]["outcomeTerminate"]["outcome"]["terminatedOn"], "2026-03-02");
}

#[tokio::test]
async fn a_correction_shows_beside_the_totals_it_changes_and_the_old_ones_stay_known() {
    let office = town().await;
    let record = |key: &str, on: &str, fen: i64| {
        format!(
            r#"mutation {{ outcomeRecord(input: {{ kind: CONTRACT, amountFen: {fen}, onDate: "{on}",
                isPublished: true, requestKey: "{key}" }}) {{ outcome {{ id }} errors {{ message }} }} }}"#
        )
    };
    let answer = ask(&office, coordinator(), &record("record-1", "2026-03-02", 500)).await;
    let id = answer["data"]["outcomeRecord"]["outcome"]["id"].as_str().unwrap().to_owned();
    ask(&office, coordinator(), &record("record-2", "2026-02-20", 70)).await;

    let correct = |key: &str, fields: &str| {
        format!(
            r#"mutation {{ outcomeCorrect(input: {{ outcomeId: "{id}", version: 1, {fields},
                requestKey: "{key}" }}) {{ outcome {{ amountFen version }} errors {{ code field }} }} }}"#
        )
    };
    for (fields, code, field) in [
        (r#"amountFen: 600, reason: " ""#, "INVALID", json!("reason")),
        (r#"amountFen: 500, reason: "同""#, "INVALID", Value::Null),
        (r#"onDate: "2026-03-03", reason: "迟""#, "INVALID", json!("onDate")),
    ] {
        let refused = ask(&office, coordinator(), &correct("correct-0", fields)).await;
        let error = &refused["data"]["outcomeCorrect"]["errors"][0];
        assert_eq!((&error["code"], &error["field"]), (&json!(code), &field), "{refused}");
    }
    let stranger =
        ask(&office, firm(1), &correct("correct-1", r#"amountFen: 1, reason: "x""#)).await;
    assert_eq!(stranger["data"]["outcomeCorrect"]["errors"][0]["code"], "NOT_FOUND");
    let done =
        ask(&office, coordinator(), &correct("correct-2", r#"amountFen: 600, reason: "少记一位""#))
            .await;
    let want = json!({ "amountFen": 600, "version": 2 });
    assert_eq!(done["data"]["outcomeCorrect"]["outcome"], want, "{done}");

    let query = r#"{ outcomeTotals(asOf: "2026-03-01") {
            knownOn contracts { count amountFen }
            corrections { reason before { count } after { count amountFen } outcome { onDate } } }
        then: outcomeTotals(asOf: "2026-03-01", knownOn: "2026-03-01") { contracts { count } corrections { reason } }
        today: outcomeTotals(asOf: "2026-03-02") { contracts { count amountFen } corrections { reason } }
        rows: outcomes(filter: { countedOn: "2026-03-01" }) { totalCount nodes { amountFen } } }"#;
    let answer = ask(&office, Actor::public(), query).await;
    let told = json!({
        "knownOn": null,
        "contracts": { "count": 1, "amountFen": 70 },
        // Recorded on 2 March for 20 February.
        "corrections": [{ "reason": null, "before": { "count": 0 },
            "after": { "count": 1, "amountFen": 70 }, "outcome": { "onDate": "2026-02-20" } }],
    });
    assert_eq!(answer["data"]["outcomeTotals"], told, "{answer}");
    let then = json!({ "contracts": { "count": 0 }, "corrections": [] });
    assert_eq!(answer["data"]["then"], then, "{answer}");
    // Put right on the day it was recorded, it was never told otherwise.
    let today = json!({ "contracts": { "count": 2, "amountFen": 670 }, "corrections": [] });
    assert_eq!(answer["data"]["today"], today, "{answer}");
    assert_eq!(answer["data"]["rows"], json!({ "totalCount": 1, "nodes": [{ "amountFen": 70 }] }));
    let alone = r#"{ outcomes(filter: { knownOn: "2026-03-01" }) { totalCount } }"#;
    let refused = ask(&office, Actor::public(), alone).await;
    assert!(refused["errors"][0]["message"].as_str().unwrap().contains("countedOn"), "{refused}");
}
