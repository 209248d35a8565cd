//! Travel times through GraphQL.

use lianmeng_app::desk::Office;
use lianmeng_domain::actor::Actor;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use crate::testing::ask;
use crate::testing::casework::{coordinator, firm, secretary, town};

async fn set(office: &Office, who: Actor, times: &str, key: &str) -> Value {
    let query = format!(
        r#"mutation {{ p: travelTimesSet(input: {{ times: [{times}], requestKey: "{key}" }}) {{
            times {{ nearCode farCode minutes near {{ name }} }} errors {{ code field message }} }} }}"#
    );
    let answer = ask(office, who, &query).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["p"].clone()
}

#[tokio::test]
async fn coordinators_write_all_times_or_none_and_everybody_reads_them() {
    let office = town().await;
    let regions = "INSERT INTO regions (code, name, name_key) VALUES
        ('320600', '南通市', 'x'), ('320602', '崇川区', 'y'), ('320612', '通州区', 'z')
        ON CONFLICT DO NOTHING";
    office.db.execute_unprepared(regions).await.unwrap();
    let two = r#"{ fromCode: "320602", toCode: "320612", minutes: 25 },
        { fromCode: "320612", toCode: "320600", minutes: 40 }"#;
    for who in [firm(1), secretary(5), Actor::public()] {
        let refused = set(&office, who, two, "travel-01").await;
        assert_eq!(refused["errors"][0]["code"], "NOT_FOUND");
    }
    let written = set(&office, coordinator(), two, "travel-01").await;
    assert_eq!(written["errors"], json!([]), "{written}");
    let shown: Vec<_> = written["times"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["nearCode"].clone(), one["farCode"].clone(), one["minutes"].clone()))
        .collect();
    let want = [
        (json!("320600"), json!("320612"), json!(40)),
        (json!("320602"), json!("320612"), json!(25)),
    ];
    assert_eq!(shown, want);
    assert_eq!(set(&office, coordinator(), two, "travel-01").await, written, "the same key");

    let bad = [
        (r#"{ fromCode: "320602", toCode: "320602", minutes: 5 }"#, "INVALID", "times"),
        (r#"{ fromCode: "320602", toCode: "320612", minutes: 0 }"#, "INVALID", "minutes"),
        (r#"{ fromCode: "320602", toCode: "329999", minutes: 5 }"#, "NOT_FOUND", "times"),
        ("", "INVALID", "times"),
    ];
    for (number, (times, code, field)) in bad.into_iter().enumerate() {
        // One that is right does not help the others.
        let all = if times.is_empty() {
            String::new()
        } else {
            format!(r#"{{ fromCode: "320600", toCode: "320602", minutes: 9 }}, {times}"#)
        };
        let refused = set(&office, coordinator(), &all, &format!("travel-1{number}")).await;
        assert_eq!(
            (&refused["errors"][0]["code"], &refused["errors"][0]["field"]),
            (&json!(code), &json!(field)),
            "{refused}"
        );
    }
    let read = r#"{ travelTimes(code: "320612") { nearCode minutes } one: travelTimes(code: "320612", first: 1) { minutes } }"#;
    let data = ask(&office, Actor::public(), read).await["data"].clone();
    let want = json!({ "travelTimes": [{ "nearCode": "320600", "minutes": 40 },
        { "nearCode": "320602", "minutes": 25 }], "one": [{ "minutes": 40 }] });
    assert_eq!(data, want);

    let gone = r#"{ fromCode: "320612", toCode: "320600" }"#;
    set(&office, coordinator(), gone, "travel-02").await;
    let data = ask(&office, Actor::public(), read).await["data"].clone();
    assert_eq!(data["travelTimes"], json!([{ "nearCode": "320602", "minutes": 25 }]));
}
