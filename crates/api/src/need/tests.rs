//! Needs through GraphQL, asked as the parties, as strangers and as anyone.

use lianmeng_app::desk::Office;
use lianmeng_domain::actor::{Actor, Body, Role};
use lianmeng_domain::ids::{ChainCommitteeId, EnterpriseId, NeedId, OrganisationId};
use serde_json::{Value, json};

use crate::ids::wire;
use crate::testing::casework::{coordinator, firm, head_office, secretary, town, unit};
use crate::testing::{actor, ask, counted};

mod alike;
mod joint;
mod time;

const SECRET: &str = "机密正文:产线参数";

/// Submits a need of enterprise 1 to committee 5 and gives its wire id.
async fn submitted(office: &Office) -> String {
    let query = format!(
        r#"mutation {{ needSubmit(input: {{ requestKey: "submit-1", confirmsNoSecret: true,
            card: {{ enterpriseId: "{}", committeeId: "{}", kind: TECH_BREAKTHROUGH, title: "求环保染整技术",
                    publicSummary: "寻找低排放染整方案", body: "{SECRET}" }} }})
            {{ need {{ id stage body }} errors {{ code field message }} }} }}"#,
        wire(EnterpriseId::from(1)),
        wire(ChainCommitteeId::from(5)),
    );
    let answer = ask(office, firm(1), &query).await;
    assert_eq!(answer["data"]["needSubmit"]["errors"], json!([]), "{answer}");
    assert_eq!(answer["data"]["needSubmit"]["need"]["body"], SECRET);
    answer["data"]["needSubmit"]["need"]["id"].as_str().unwrap().to_owned()
}

/// One step; gives the payload.
async fn step(office: &Office, who: Actor, verb: &str, need: &str, extra: &str) -> Value {
    let plain = [
        "needAccept",
        "needStart",
        "needClose",
        "needSeek",
        "needResume",
        "needReopen",
        "needConfirm",
        "needUnmerge",
    ];
    let words: String = extra.chars().filter(char::is_ascii_alphanumeric).collect();
    let key = format!("{verb}-{}", &words[words.len().saturating_sub(40)..]);
    let which = format!(r#"needId: "{need}", requestKey: "{key:_<8}""#);
    let input = if plain.contains(&verb) { which } else { format!("need: {{ {which} }}, {extra}") };
    let query = format!(
        "mutation {{ p: {verb}(input: {{ {input} }}) {{
            need {{ stage version }} errors {{ code field message }} }} }}"
    );
    let answer = ask(office, who, &query).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["p"].clone()
}

async fn walk(office: &Office, need: &str, steps: &[(&str, Actor, &str, &str)]) {
    for (verb, who, extra, stage) in steps {
        let payload = step(office, who.clone(), verb, need, extra).await;
        assert_eq!(payload["need"]["stage"], *stage, "{verb}: {payload}");
    }
}

fn send_back_to(number: u128) -> String {
    let proposed = wire(OrganisationId::from(number));
    format!(r#"reason: NOT_RESPONSIBLE, note: "不属本部门", proposedHandlerId: "{proposed}""#)
}

fn dispatch_to(number: u128) -> String {
    let handler = wire(OrganisationId::from(number));
    format!(r#"handlerId: "{handler}", dueAt: "2026-03-09T01:00:00Z""#)
}

#[tokio::test]
async fn a_need_goes_from_submission_to_closing_each_step_by_its_party() {
    let office = town().await;
    let need = submitted(&office).await;
    let to = dispatch_to(7);
    walk(
        &office,
        &need,
        &[
            ("needTriage", secretary(5), "", "TRIAGED"),
            ("needDispatch", secretary(5), &to, "DISPATCHED"),
            ("needAccept", unit(7), "", "ACCEPTED"),
            ("needStart", unit(7), "", "IN_PROGRESS"),
            ("needAnswer", unit(7), r#"text: "已对接""#, "ANSWERED"),
            ("needRate", firm(1), "stars: 5", "RATED"),
            ("needClose", secretary(5), "", "CLOSED"),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_step_of_somebody_else_is_not_found_and_changes_nothing() {
    let office = town().await;
    let need = submitted(&office).await;
    walk(&office, &need, &[("needTriage", secretary(5), "", "TRIAGED")]).await;
    let to = dispatch_to(7);
    let strangers = [
        ("other secretary", secretary(6)),
        ("its own enterprise", firm(1)),
        ("another enterprise", firm(2)),
        ("the unit", unit(7)),
        ("auditor", actor(Role::Auditor, None)),
        ("administrator", actor(Role::SystemAdmin, None)),
        ("anyone", Actor::public()),
    ];
    for (name, who) in strangers {
        let payload = step(&office, who, "needDispatch", &need, &to).await;
        assert_eq!(payload["errors"][0]["code"], "NOT_FOUND", "{name}: {payload}");
        assert_eq!(payload["need"], Value::Null, "{name}");
    }
    let query = format!(r#"{{ node(id: "{need}") {{ ... on Need {{ stage version }} }} }}"#);
    let answer = ask(&office, coordinator(), &query).await;
    assert_eq!(answer["data"]["node"], json!({ "stage": "TRIAGED", "version": 2 }));
}

#[tokio::test]
async fn a_wrong_step_is_refused_with_the_steps_allowed() {
    let office = town().await;
    let need = submitted(&office).await;
    let payload = step(&office, secretary(5), "needDispatch", &need, &dispatch_to(7)).await;
    assert_eq!(
        payload["errors"][0],
        json!({
            "code": "WRONG_STAGE",
            "field": null,
            "message": "the stage is submitted, which does not allow dispatch; it allows exclude, \
                        triage, merge, expire"
        })
    );
}

#[tokio::test]
async fn the_same_key_moves_once_and_a_stale_version_not_at_all() {
    let office = town().await;
    let need = submitted(&office).await;
    let move_on = |version: i64, key: &str| {
        format!(
            r#"mutation {{ needTriage(input: {{ need: {{ needId: "{need}", version: {version},
                requestKey: "{key}" }} }}) {{ need {{ stage version }} errors {{ code field }} }} }}"#
        )
    };
    let stale = ask(&office, secretary(5), &move_on(7, "triage-0")).await;
    assert_eq!(stale["data"]["needTriage"]["errors"][0]["code"], "STALE");
    let want = json!({ "need": { "stage": "TRIAGED", "version": 2 }, "errors": [] });
    for _ in 0..2 {
        let done = ask(&office, secretary(5), &move_on(1, "triage-1")).await;
        assert_eq!(done["data"]["needTriage"], want);
    }
    let reused = ask(&office, secretary(5), &move_on(2, "triage-1")).await;
    assert_eq!(
        reused["data"]["needTriage"]["errors"][0],
        json!({ "code": "KEY_REUSED", "field": "requestKey" })
    );
}

#[tokio::test]
async fn a_change_answers_what_a_query_would() {
    const FIELDS: &str =
        "id kind title publicSummary body stage isPublished isFull isProxy isOverdue
        regionCode enterprise { id } committee { id } handler { id } dispatchedAt dueAt exclusion
        sendBacks sendBackReason sendBackNote channel consent calls { reason } notes { text } followers
        submittedAt progressAt closedAt lapsesAt suspendedUntil answer rating mySteps createdAt version";
    let office = town().await;
    let (need, to) = (submitted(&office).await, dispatch_to(7));
    // A unit's answer is read back; a coordinator's and the enterprise's is what was saved.
    let steps = [
        ("needTriage", coordinator(), ""),
        ("needDispatch", coordinator(), to.as_str()),
        ("needAccept", unit(7), ""),
        ("needStart", unit(7), ""),
        ("needAnswer", unit(7), r#"text: "已对接""#),
        ("needRate", firm(1), "stars: 5"),
    ];
    for (verb, who, extra) in steps {
        let which = format!(r#"needId: "{need}", requestKey: "answers-{verb}""#);
        let input = match extra {
            "" if verb != "needTriage" => which,
            extra => format!("need: {{ {which} }}, {extra}"),
        };
        let change =
            format!("mutation {{ p: {verb}(input: {{ {input} }}) {{ need {{ {FIELDS} }} }} }}");
        let done = ask(&office, who.clone(), &change).await;
        let query = format!(r#"{{ node(id: "{need}") {{ ... on Need {{ {FIELDS} }} }} }}"#);
        let read = ask(&office, who.clone(), &query).await;
        assert!(done["data"]["p"]["need"].is_object(), "{verb}: {done}");
        assert_eq!(done["data"]["p"]["need"], read["data"]["node"], "{verb}");
        let again = ask(&office, who, &change).await;
        assert_eq!(again["data"]["p"]["need"], read["data"]["node"], "{verb}, sent again");
    }
}

#[tokio::test]
async fn a_send_back_and_a_poor_rating_follow_their_rules() {
    let office = town().await;
    let need = submitted(&office).await;
    let (to, other, back) = (dispatch_to(7), dispatch_to(8), send_back_to(8));
    walk(
        &office,
        &need,
        &[
            ("needTriage", secretary(5), "", "TRIAGED"),
            ("needDispatch", secretary(5), &to, "DISPATCHED"),
            ("needSendBack", unit(7), &back, "SENT_BACK"),
        ],
    )
    .await;
    let query = format!(
        r#"{{ node(id: "{need}") {{ ... on Need {{ sendBackReason sendBackNote sendBacks dueAt
            proposedHandler {{ id }} }} }} }}"#
    );
    let firm_sees = ask(&office, firm(1), &query).await;
    assert_eq!(
        firm_sees["data"]["node"],
        json!({
            "sendBackReason": "NOT_RESPONSIBLE", "sendBackNote": null, "sendBacks": 1,
            "dueAt": "2026-03-09T01:00:00+00:00",
            "proposedHandler": { "id": wire(OrganisationId::from(8)) },
        })
    );
    let secretary_sees = ask(&office, secretary(5), &query).await;
    assert_eq!(secretary_sees["data"]["node"]["sendBackNote"], "不属本部门");
    let later = other.replace("03-09", "03-10");
    let refused = step(&office, secretary(5), "needDispatch", &need, &later).await;
    assert_eq!(refused["errors"][0]["field"], "dueAt", "the clock runs: {refused}");
    walk(
        &office,
        &need,
        &[
            ("needDispatch", coordinator(), &other, "DISPATCHED"),
            ("needAccept", unit(8), "", "ACCEPTED"),
            ("needStart", unit(8), "", "IN_PROGRESS"),
            ("needAnswer", unit(8), r#"text: "已答复""#, "ANSWERED"),
            ("needRate", firm(1), "stars: 1", "REOPENED"),
        ],
    )
    .await;
}

#[tokio::test]
async fn the_restricted_half_is_for_the_parties_through_every_path() {
    let office = town().await;
    let need = submitted(&office).await;
    let to = dispatch_to(7);
    walk(
        &office,
        &need,
        &[
            ("needTriage", secretary(5), "", "TRIAGED"),
            ("needDispatch", secretary(5), &to, "DISPATCHED"),
            ("needPublish", firm(1), "", "DISPATCHED"),
        ],
    )
    .await;
    let fields = "title publicSummary body dueAt isOverdue sendBacks answer rating isProxy \
                  handler { name } committee { name } mySteps";
    let enterprise = wire(EnterpriseId::from(1));
    let query = format!(
        r#"{{ node(id: "{need}") {{ ... on Need {{ {fields} }} }}
            nodes(ids: ["{need}"]) {{ ... on Need {{ {fields} }} }}
            needs(first: 5) {{ nodes {{ {fields} }} }}
            enterprises(first: 5) {{ nodes {{ needs(first: 3) {{ {fields} enterprise {{ needs(first: 3) {{ {fields} }} }} }} }} }}
            e: node(id: "{enterprise}") {{ ... on Enterprise {{ needs {{ {fields} }} }} }} }}"#
    );
    let cases = [
        ("own", firm(1), true),
        ("head office", head_office(3), true),
        ("handler", unit(7), true),
        ("secretary", secretary(5), true),
        ("coordinator", coordinator(), true),
        ("auditor", actor(Role::Auditor, None), true),
        ("other firm", firm(2), false),
        ("other unit", unit(8), false),
        ("other secretary", secretary(6), false),
        ("other group", head_office(2), false),
        (
            "chair of its committee",
            actor(Role::RotatingChair, Some(Body::Committee(ChainCommitteeId::from(5)))),
            false,
        ),
        ("anyone", Actor::public(), false),
    ];
    for (name, who, reads) in cases {
        let answer = ask(&office, who, &query).await;
        assert!(answer["errors"].is_null(), "{name}: {answer}");
        let text = answer.to_string();
        assert_eq!(text.contains(SECRET), reads, "{name}");
        assert_eq!(text.contains("2026-03-09"), reads, "{name}: the due date");
        assert_eq!(text.contains("单位7"), reads, "{name}: the handler");
        assert_eq!(answer["data"]["node"]["publicSummary"], "寻找低排放染整方案", "{name}");
        assert_eq!(answer["data"]["node"]["isProxy"].is_null(), !reads, "{name}");
    }
    let admin = ask(&office, actor(Role::SystemAdmin, None), &query).await;
    assert_eq!(admin["data"]["node"], Value::Null);
    assert_eq!(admin["data"]["needs"]["nodes"], json!([]));
}

#[tokio::test]
async fn what_was_not_published_does_not_exist_for_strangers() {
    let office = town().await;
    let need = submitted(&office).await;
    let query = format!(
        r#"{{ node(id: "{need}") {{ id }} needs {{ nodes {{ id }} totalCount }}
            enterprises {{ nodes {{ needs {{ id }} }} }} }}"#
    );
    for who in [firm(2), unit(7), secretary(6), Actor::public()] {
        let answer = ask(&office, who, &query).await;
        assert!(!answer.to_string().contains("need:"), "{answer}");
        assert_eq!(answer["data"]["needs"]["totalCount"], 0);
    }
}

#[tokio::test]
async fn a_filter_does_not_tell_what_a_field_hides() {
    let office = town().await;
    let need = submitted(&office).await;
    walk(&office, &need, &[("needPublish", firm(1), "", "SUBMITTED")]).await;
    let query = format!(
        r#"{{ all: needs {{ totalCount }} hers: needs(filter: {{ committeeId: "{}" }}) {{ totalCount }} }}"#,
        wire(ChainCommitteeId::from(5))
    );
    let stranger = ask(&office, firm(2), &query).await;
    assert_eq!(
        stranger["data"],
        json!({ "all": { "totalCount": 1 }, "hers": { "totalCount": 0 } })
    );
    let own = ask(&office, secretary(5), &query).await;
    assert_eq!(own["data"], json!({ "all": { "totalCount": 1 }, "hers": { "totalCount": 1 } }));
}

#[tokio::test]
async fn a_draft_is_its_writers_and_is_submitted_later() {
    let office = town().await;
    let query = format!(
        r#"mutation {{ needDraft(input: {{ requestKey: "draft-01", card: {{ enterpriseId: "{}",
            committeeId: "{}", kind: TALENT, title: "招工", body: "200 人" }} }})
            {{ need {{ id stage isProxy }} errors {{ code }} }} }}"#,
        wire(EnterpriseId::from(1)),
        wire(ChainCommitteeId::from(5)),
    );
    let answer = ask(&office, firm(1), &query).await;
    assert_eq!(answer["data"]["needDraft"]["need"]["stage"], "DRAFT", "{answer}");
    let need = answer["data"]["needDraft"]["need"]["id"].as_str().unwrap();
    let look = format!(r#"{{ node(id: "{need}") {{ id }} }}"#);
    let secretary_sees = ask(&office, secretary(5), &look).await;
    assert_eq!(secretary_sees["data"]["node"], Value::Null, "a draft is not handed in");
    let submit = |confirms: bool, key: &str| {
        format!(
            r#"mutation {{ needSubmit(input: {{ needId: "{need}", confirmsNoSecret: {confirms},
                requestKey: "{key}" }}) {{ need {{ stage }} errors {{ code field }} }} }}"#
        )
    };
    let refused = ask(&office, firm(1), &submit(false, "submit-a")).await;
    assert_eq!(
        refused["data"]["needSubmit"]["errors"],
        json!([{ "code": "INVALID", "field": "confirmsNoSecret" }])
    );
    let done = ask(&office, firm(1), &submit(true, "submit-b")).await;
    assert_eq!(done["data"]["needSubmit"]["need"]["stage"], "SUBMITTED");

    let proxy = query.replace("draft-01", "draft-02");
    let answer = ask(&office, coordinator(), &proxy).await;
    assert_eq!(answer["data"]["needDraft"]["need"]["isProxy"], true);
    let stranger = ask(&office, firm(2), &proxy).await;
    assert_eq!(stranger["data"]["needDraft"]["errors"][0]["code"], "NOT_FOUND");
}

#[tokio::test]
async fn needs_and_offers_of_a_page_of_enterprises_cost_one_statement_each() {
    let office = town().await;
    submitted(&office).await;
    let query = "{ enterprises(first: 50) { nodes { name needs(first: 3) { title } offers(first: 3) { title } } } }";
    let (statements, answer) = counted(&office, firm(1), query).await;
    assert!(answer["errors"].is_null(), "{answer}");
    assert_eq!(statements, 4, "page, aliases, needs, offers");
}

#[tokio::test]
async fn pages_of_needs_follow_each_other_newest_first() {
    let office = town().await;
    for number in 1..=3 {
        let query = format!(
            r#"mutation {{ needSubmit(input: {{ requestKey: "submit-{number}", confirmsNoSecret: true,
                card: {{ enterpriseId: "{}", kind: POLICY, title: "第{number}件", body: "问" }} }})
                {{ errors {{ code }} }} }}"#,
            wire(EnterpriseId::from(1)),
        );
        ask(&office, firm(1), &query).await;
    }
    let mut after = String::new();
    let mut titles = Vec::new();
    loop {
        let query = format!(
            "{{ needs(first: 1{after}) {{ nodes {{ title }} pageInfo {{ endCursor hasNextPage }} }} }}"
        );
        let page = ask(&office, firm(1), &query).await["data"]["needs"].clone();
        titles.push(page["nodes"][0]["title"].as_str().unwrap().to_owned());
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = format!(r#", after: "{}""#, page["pageInfo"]["endCursor"].as_str().unwrap());
    }
    assert_eq!(titles, ["第3件", "第2件", "第1件"]);
    let wrong = format!(
        r#"{{ needs(after: "{}") {{ nodes {{ id }} }} }}"#,
        crate::page::cursor("offers", &[&NeedId::from(1).to_string()])
    );
    let answer = ask(&office, firm(1), &wrong).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_CURSOR");
}
