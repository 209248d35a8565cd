//! Biddings through GraphQL: sealed until the end, chosen with reasons.

use chrono::{TimeZone as _, Utc};
use lianmeng_app::desk::{Clock, Office};
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::ids::{ChainCommitteeId, EnterpriseId};
use serde_json::{Value, json};

use crate::ids::wire;
use crate::testing::casework::{coordinator, firm, head_office, secretary, town, unit};
use crate::testing::{actor, ask};

const PLAN: &str = "密封方案:分三期";

/// A published scenario of enterprise 1, triaged by committee 5.
async fn scenario(office: &Office) -> String {
    let card = format!(
        r#"enterpriseId: "{}", committeeId: "{}", kind: SCENARIO, title: "零碳车间",
           publicSummary: "求方案", body: "机密""#,
        wire(EnterpriseId::from(1)),
        wire(ChainCommitteeId::from(5)),
    );
    let submit = format!(
        r#"mutation {{ needSubmit(input: {{ requestKey: "submit-1", confirmsNoSecret: true,
            card: {{ {card} }} }}) {{ need {{ id }} }} }}"#
    );
    let answer = ask(office, firm(1), &submit).await;
    let need = answer["data"]["needSubmit"]["need"]["id"].as_str().unwrap().to_owned();
    for (verb, key) in [("needTriage", "triage-1"), ("needPublish", "publish-1")] {
        let query = format!(
            r#"mutation {{ p: {verb}(input: {{ need: {{ needId: "{need}", requestKey: "{key}" }} }})
                {{ errors {{ message }} }} }}"#
        );
        let answer = ask(office, secretary(5), &query).await;
        assert_eq!(answer["data"]["p"]["errors"], json!([]), "{answer}");
    }
    need
}

/// One deed with the bidding of `need`; gives code and field of the refusal, or null.
async fn deed(office: &Office, who: Actor, verb: &str, need: &str, extra: &str) -> Value {
    let words: String = extra.chars().filter(char::is_ascii_alphanumeric).collect();
    let key = format!("{verb}-{}", &words[words.len().saturating_sub(40)..]);
    let which = format!(r#"needId: "{need}", requestKey: "{key:_<8}""#);
    let input = match verb {
        "bidTakeBack" => which,
        _ => format!("bidding: {{ {which} }}, {extra}"),
    };
    let query =
        format!("mutation {{ p: {verb}(input: {{ {input} }}) {{ errors {{ code field }} }} }}");
    let answer = ask(office, who, &query).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["p"]["errors"][0].clone()
}

async fn bids(office: &Office, who: Actor, need: &str) -> Value {
    let query = format!(
        r#"{{ node(id: "{need}") {{ ... on Need {{ bidding {{ stage bids {{ id text totalBasisPoints
            bidder {{ ... on Enterprise {{ name }} ... on Organisation {{ name }} }} }} }} }} }} }}"#
    );
    ask(office, who, &query).await["data"]["node"]["bidding"]["bids"].clone()
}

fn open_until(day: u32) -> String {
    format!(
        r#"bidsUntil: "2026-03-{day:02}T00:00:00Z", criteria: [
            {{ name: "方案", weightBasisPoints: 7000 }}, {{ name: "团队", weightBasisPoints: 3000 }}]"#
    )
}

#[tokio::test]
async fn bids_are_sealed_for_everyone_until_the_end_and_then_read_by_those_who_judge() {
    let mut office = town().await;
    let need = scenario(&office).await;
    let stranger = deed(&office, firm(2), "biddingOpen", &need, &open_until(9)).await;
    assert_eq!(stranger["code"], "NOT_FOUND");
    assert_eq!(deed(&office, firm(1), "biddingOpen", &need, &open_until(9)).await, Value::Null);
    let again = deed(&office, coordinator(), "biddingOpen", &need, &open_until(10)).await;
    assert_eq!(again["code"], "WRONG_STAGE");

    let plan = format!(r#"text: "{PLAN}""#);
    for who in [firm(2), unit(7)] {
        assert_eq!(deed(&office, who, "bidSubmit", &need, &plan).await, Value::Null);
    }
    let own = deed(&office, firm(1), "bidSubmit", &need, &plan).await;
    assert_eq!(own, json!({ "code": "INVALID", "field": "needId" }));
    let judges = [firm(1), secretary(5), coordinator(), actor(Role::Auditor, None), head_office(3)];
    let others = [firm(4), secretary(6), Actor::public(), unit(8)];
    for who in judges.iter().chain(&others) {
        assert_eq!(bids(&office, who.clone(), &need).await, json!([]), "{who:?}");
    }
    assert_eq!(bids(&office, firm(2), &need).await[0]["text"], PLAN);

    office.clock = Clock::Fixed(Utc.with_ymd_and_hms(2026, 3, 9, 0, 0, 0).unwrap());
    for who in judges {
        let seen = bids(&office, who.clone(), &need).await;
        let names: Vec<_> = seen.as_array().unwrap().iter().map(|b| &b["bidder"]["name"]).collect();
        assert_eq!(names, ["染整企业2", "单位7"], "{who:?}");
    }
    for who in others {
        assert_eq!(bids(&office, who.clone(), &need).await, json!([]), "{who:?}");
    }
    assert_eq!(bids(&office, firm(2), &need).await.as_array().unwrap().len(), 1, "own only");
    let late = deed(&office, firm(4), "bidSubmit", &need, &plan).await;
    assert_eq!(late["code"], "WRONG_STAGE");
    let gone = deed(&office, firm(2), "bidTakeBack", &need, "").await;
    assert_eq!(gone["code"], "WRONG_STAGE");
}

#[tokio::test]
async fn a_bid_is_chosen_among_judged_ones_with_a_reason_everyone_reads() {
    let mut office = town().await;
    let need = scenario(&office).await;
    deed(&office, secretary(5), "biddingOpen", &need, &open_until(9)).await;
    let plan = format!(r#"text: "{PLAN}""#);
    for who in [firm(2), firm(4)] {
        assert_eq!(deed(&office, who, "bidSubmit", &need, &plan).await, Value::Null);
    }
    assert_eq!(deed(&office, firm(4), "bidTakeBack", &need, "").await, Value::Null);
    assert_eq!(deed(&office, unit(7), "bidSubmit", &need, &plan).await, Value::Null);

    office.clock = Clock::Fixed(Utc.with_ymd_and_hms(2026, 3, 9, 0, 0, 0).unwrap());
    let found = bids(&office, secretary(5), &need).await;
    let id = |n: usize| found[n]["id"].as_str().unwrap();
    let award = format!(r#"bidId: "{}", reason: "有本地服务团队""#, id(0));
    let early = deed(&office, secretary(5), "biddingAward", &need, &award).await;
    assert_eq!(early["code"], "WRONG_STAGE", "not judged");
    for (n, points) in [(0, (80, 90)), (1, (95, 90))] {
        let judged = format!(
            r#"bidId: "{}", points: [{{ points: {}, reason: "可行" }}, {{ points: {}, reason: "强" }}]"#,
            id(n),
            points.0,
            points.1
        );
        assert_eq!(deed(&office, secretary(5), "bidJudge", &need, &judged).await, Value::Null);
        let stranger = deed(&office, secretary(6), "bidJudge", &need, &judged).await;
        assert_eq!(stranger["code"], "NOT_FOUND");
    }
    let totals = bids(&office, firm(1), &need).await;
    assert_eq!(
        (&totals[0]["totalBasisPoints"], &totals[1]["totalBasisPoints"]),
        (&json!(8_300), &json!(9_350))
    );
    let award = format!(r#"bidId: "{}", reason: "有本地服务团队""#, id(0));
    let retried = format!("{award} ");
    assert_eq!(deed(&office, firm(1), "biddingAward", &need, &retried).await, Value::Null);
    let query = format!(
        r#"{{ node(id: "{need}") {{ ... on Need {{ bidding {{ stage reason
            awardedTo {{ ... on Enterprise {{ name }} }} bids {{ text }} }} }} }} }}"#
    );
    let public = ask(&office, Actor::public(), &query).await;
    assert_eq!(
        public["data"]["node"]["bidding"],
        json!({ "stage": "AWARDED", "reason": "有本地服务团队",
                "awardedTo": { "name": "染整企业2" }, "bids": [] })
    );
}
