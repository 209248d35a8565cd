//! Duplicates, where a need belongs, and topics of a month: each through the eyes of its caller.

use lianmeng_domain::need::{Need, NeedKind, NeedStage};

use super::*;

const BODY: &str =
    "每天排放印染废水1500吨，回用率只有三成，反渗透膜经常堵塞，求深度处理工艺和设备厂家。";
const REWORDED: &str = "我们一天1500吨染色污水，现在只能回用30%，膜老是堵，想找处理办法和厂家。";

/// A card of enterprise `number` for committee 5.
fn card(number: u128, title: &str, summary: &str, body: &str) -> String {
    format!(
        r#"{{ enterpriseId: "{}", committeeId: "{}", kind: TECH_BREAKTHROUGH, title: "{title}",
            publicSummary: "{summary}", body: "{body}" }}"#,
        wire(EnterpriseId::from(number)),
        wire(ChainCommitteeId::from(5)),
    )
}

async fn hand_in(office: &Office, number: u128, title: &str, body: &str) -> String {
    let card = card(number, title, "印染废水深度处理与回用", body);
    let query = format!(
        r#"mutation {{ needSubmit(input: {{ requestKey: "hand-in-{number}-{title}",
            confirmsNoSecret: true, card: {card} }}) {{ need {{ id }} errors {{ code }} }} }}"#
    );
    let answer = ask(office, firm(number), &query).await;
    answer["data"]["needSubmit"]["need"]["id"].as_str().expect("submitted").to_owned()
}

/// What `who` is shown before a rewording is submitted for enterprise `number`.
async fn shown(office: &Office, who: Actor, number: u128) -> Value {
    let card = card(number, "中水回用率提升", "", REWORDED);
    let query = format!(
        "{{ needDuplicates(card: {card}) {{
            need {{ title body isFull }} points reasons {{ criterion points }} }} }}"
    );
    let answer = ask(office, who, &query).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["needDuplicates"].clone()
}

/// Other needs, so that words have a rarity.
async fn others(office: &Office) {
    for (title, body) in [
        ("夜班公交", "夜班工人下班没有公交车，请延长末班车时间。"),
        ("招聘挡车工", "织布车间缺四十名挡车工，希望组织招聘会。"),
        ("流动资金贷款", "订单增加，申请信用贷款五百万元，缺少抵押物。"),
        ("环评办理", "新上涂层生产线，环评需要哪些材料，要多久。"),
    ] {
        hand_in(office, 4, title, body).await;
    }
}

#[tokio::test]
async fn before_submission_own_needs_are_shown_and_of_others_only_what_is_public() {
    let office = town().await;
    others(&office).await;
    let need = hand_in(&office, 1, "印染废水深度处理回用", BODY).await;

    let own = shown(&office, firm(1), 1).await;
    let found = own.as_array().unwrap();
    assert_eq!(found.len(), 1, "{own}");
    assert_eq!(
        found[0]["need"],
        json!({ "title": "印染废水深度处理回用", "body": BODY, "isFull": true })
    );
    let reasons = found[0]["reasons"].as_array().unwrap();
    let criteria: Vec<_> = reasons.iter().map(|reason| reason["criterion"].clone()).collect();
    assert_eq!(criteria, ["text", "enterprise", "time"]);
    let sum: i64 = reasons.iter().map(|reason| reason["points"].as_i64().unwrap()).sum();
    assert_eq!(found[0]["points"], sum);

    assert_eq!(shown(&office, firm(2), 2).await, json!([]), "another's need does not exist");
    assert_eq!(shown(&office, firm(2), 1).await, json!([]), "not theirs to write");
    assert_eq!(shown(&office, actor(Role::SystemAdmin, None), 1).await, json!([]));
    assert_eq!(shown(&office, secretary(6), 1).await, json!([]), "no secretary of this committee");
    assert_eq!(shown(&office, secretary(5), 2).await[0]["need"]["isFull"], true);

    let query = format!(
        r#"mutation {{ needPublish(input: {{ need: {{ needId: "{need}", requestKey: "publish-1" }} }})
            {{ need {{ isPublished }} errors {{ code }} }} }}"#
    );
    let published = ask(&office, firm(1), &query).await;
    assert_eq!(published["data"]["needPublish"]["need"]["isPublished"], true, "{published}");
    let public = shown(&office, firm(2), 2).await;
    assert_eq!(
        public[0]["need"],
        json!({ "title": "印染废水深度处理回用", "body": null, "isFull": false })
    );
}

#[tokio::test]
async fn at_triage_a_need_shows_those_that_may_be_the_same_to_who_reads_it_in_full() {
    let office = town().await;
    others(&office).await;
    let first = hand_in(&office, 1, "印染废水深度处理回用", BODY).await;
    let second = hand_in(&office, 2, "中水回用率提升", REWORDED).await;
    let see = async |who: Actor, need: &str| {
        let query = format!(
            r#"{{ node(id: "{need}") {{ ... on Need {{ duplicates {{ need {{ id }} }} }} }} }}"#
        );
        ask(&office, who, &query).await["data"]["node"].clone()
    };
    let of = |id: &str| json!({ "duplicates": [{ "need": { "id": id } }] });
    assert_eq!(see(secretary(5), &second).await, of(&first));
    assert_eq!(see(coordinator(), &first).await, of(&second));
    assert_eq!(see(firm(2), &second).await, json!({ "duplicates": [] }));
    assert_eq!(see(firm(1), &second).await, Value::Null);

    // One that was joined with another stands for itself no more.
    let into = format!(r#"targetId: "{first}""#);
    walk(&office, &second, &[("needMerge", secretary(5), &into, "MERGED")]).await;
    assert_eq!(see(secretary(5), &first).await, json!({ "duplicates": [] }));
}

#[tokio::test]
async fn who_dispatches_is_told_which_unit_took_on_needs_like_it() {
    let office = town().await;
    others(&office).await;
    let past = [(1, "印染废水深度处理回用", 7), (2, "印染废水膜处理", 7), (4, "夜班公交线路", 8)];
    for (at, (number, title, handler)) in (1..).zip(past) {
        let body = if handler == 7 {
            BODY
        } else {
            "夜班职工下班没有公交，请增加晚班车。"
        };
        let asking = EnterpriseId::from(number);
        let need = Need {
            committee: Some(ChainCommitteeId::from(5)),
            handler: Some(OrganisationId::from(handler)),
            kind: NeedKind::TechBreakthrough,
            title: title.to_owned(),
            body: body.to_owned(),
            stage: NeedStage::Accepted,
            ..Need::blank(NeedId::from(at), asking, office.desk().now)
        };
        lianmeng_store::need::insert(&office.db, &need).await.unwrap();
    }
    let need = hand_in(&office, 1, "中水回用率提升", REWORDED).await;
    let see = async |who: Actor| {
        let query = format!(
            r#"{{ node(id: "{need}") {{ ... on Need {{ dispatchSuggestions {{
                kinds {{ kind reasons {{ criterion }} }}
                units {{ unit {{ name }} points reasons {{ criterion points }} }} }} }} }} }}"#
        );
        ask(&office, who, &query).await["data"]["node"].clone()
    };
    let told = see(secretary(5)).await["dispatchSuggestions"].clone();
    assert_eq!(told["units"][0]["unit"]["name"], "单位7", "{told}");
    assert_eq!(told["units"][0]["reasons"][0]["criterion"], "past");
    assert_eq!(told["kinds"][0]["kind"], "TECH_BREAKTHROUGH", "{told}");
    assert_eq!(see(firm(1)).await, json!({ "dispatchSuggestions": null }));
    assert_eq!(see(actor(Role::Auditor, None)).await, json!({ "dispatchSuggestions": null }));
    assert_eq!(see(unit(7)).await, Value::Null);
}

#[tokio::test]
async fn the_secretary_sees_what_many_asked_for_in_a_month() {
    let office = town().await;
    others(&office).await;
    for (number, title) in [(1, "公交末班车时间"), (2, "加开晚班公交")] {
        let body = "加班到晚上十点没有公交车，夜班职工下班回不了家，希望延长末班车。";
        hand_in(&office, number, title, body).await;
    }
    let see = async |who: Actor, committee: u128, month: &str| {
        let query = format!(
            r#"{{ monthlyTopics(committeeId: "{}", month: "{month}") {{
                size sizeBefore unsatisfied rated points
                representatives {{ title }} }} }}"#,
            wire(ChainCommitteeId::from(committee)),
        );
        ask(&office, who, &query).await
    };
    let topics = see(secretary(5), 5, "2026-03").await["data"]["monthlyTopics"].clone();
    let found = topics.as_array().unwrap();
    assert_eq!(found.len(), 1, "{topics}");
    let counts = ["size", "sizeBefore", "unsatisfied", "rated", "points"];
    assert_eq!(counts.map(|name| found[0][name].as_i64().unwrap()), [3, 0, 0, 0, 900]);
    assert_eq!(found[0]["representatives"].as_array().unwrap().len(), 3);
    assert_eq!(see(coordinator(), 5, "2026-03").await["data"]["monthlyTopics"], topics);
    let auditor = actor(Role::Auditor, None);
    assert_eq!(see(auditor, 5, "2026-03").await["data"]["monthlyTopics"], topics);
    for stranger in [firm(1), secretary(6), unit(7), Actor::public()] {
        assert_eq!(see(stranger, 5, "2026-03").await["data"]["monthlyTopics"], Value::Null);
    }
    assert_eq!(see(secretary(5), 5, "2026-02").await["data"]["monthlyTopics"], json!([]));
    let wrong = see(secretary(5), 5, "März").await;
    assert_eq!(wrong["errors"][0]["extensions"]["code"], "BAD_INPUT", "{wrong}");
}
