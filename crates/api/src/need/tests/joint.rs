//! Steps in which several parties or needs have a part, and what time does.

use chrono::{TimeDelta, TimeZone as _, Utc};
use lianmeng_app::desk::Clock;
use lianmeng_app::need::tend;
use lianmeng_domain::job::JobKind;

use super::*;

fn liaison(number: u128) -> Actor {
    actor(Role::ServiceLiaison, Some(Body::Enterprise(EnterpriseId::from(number))))
}

/// A need of enterprise 1, in progress with unit 7.
async fn in_progress(office: &Office) -> String {
    let need = submitted(office).await;
    let to = dispatch_to(7);
    walk(
        office,
        &need,
        &[
            ("needTriage", secretary(5), "", "TRIAGED"),
            ("needDispatch", secretary(5), &to, "DISPATCHED"),
            ("needAccept", unit(7), "", "ACCEPTED"),
            ("needStart", unit(7), "", "IN_PROGRESS"),
        ],
    )
    .await;
    need
}

/// A need that enterprise `number` handed in, with this title.
async fn submitted_by(office: &Office, number: u128, title: &str) -> String {
    let query = format!(
        r#"mutation {{ needSubmit(input: {{ requestKey: "submit-{number}-{title}",
            confirmsNoSecret: true, card: {{ enterpriseId: "{}", committeeId: "{}",
            kind: TECH_BREAKTHROUGH, title: "{title}", body: "{SECRET}" }} }})
            {{ need {{ id }} errors {{ code field message }} }} }}"#,
        wire(EnterpriseId::from(number)),
        wire(ChainCommitteeId::from(5)),
    );
    let answer = ask(office, firm(number), &query).await;
    answer["data"]["needSubmit"]["need"]["id"].as_str().expect("submitted").to_owned()
}

async fn see(office: &Office, who: Actor, need: &str, fields: &str) -> Value {
    let query = format!(r#"{{ node(id: "{need}") {{ ... on Need {{ {fields} }} }} }}"#);
    ask(office, who, &query).await["data"]["node"].clone()
}

fn whistle_for(numbers: &[u128]) -> String {
    let ids: Vec<_> =
        numbers.iter().map(|&n| format!(r#""{}""#, wire(OrganisationId::from(n)))).collect();
    format!(r#"reason: "联合踏勘", unitIds: [{}]"#, ids.join(", "))
}

#[tokio::test]
async fn a_unit_called_in_reads_the_need_and_checks_in_once() {
    let office = town().await;
    let need = in_progress(&office).await;
    assert_eq!(see(&office, unit(8), &need, "body").await, Value::Null, "not yet");
    let own = step(&office, unit(7), "needWhistle", &need, &whistle_for(&[7])).await;
    assert_eq!(own["errors"][0]["field"], "unitIds");
    walk(&office, &need, &[("needWhistle", unit(7), &whistle_for(&[8]), "WHISTLED")]).await;

    let seen = see(&office, unit(8), &need, "body mySteps").await;
    assert_eq!(seen, json!({ "body": SECRET, "mySteps": ["CHECK_IN"] }));
    let uncalled = step(&office, unit(7), "needCheckIn", &need, r#"note: "我来""#).await;
    assert_eq!(uncalled["errors"][0]["code"], "NOT_FOUND");
    walk(&office, &need, &[("needCheckIn", unit(8), r#"note: "到场""#, "WHISTLED")]).await;

    let calls = "calls { unit { name } reason checkInBy checkedInAt isLate note }";
    let want = json!({ "calls": [{
        "unit": { "name": "单位8" }, "reason": "联合踏勘", "note": "到场", "isLate": false,
        "checkInBy": "2026-03-03T01:00:00+00:00", "checkedInAt": "2026-03-02T01:00:00+00:00",
    }] });
    assert_eq!(see(&office, firm(1), &need, calls).await, want);
    assert_eq!(see(&office, firm(2), &need, calls).await, Value::Null);
    walk(&office, &need, &[("needAnswer", unit(7), r#"text: "已联合解决""#, "ANSWERED")]).await;
}

#[tokio::test]
async fn after_two_send_backs_the_coordinator_decides_with_a_basis_and_it_binds() {
    let office = town().await;
    let need = submitted(&office).await;
    let (seven, eight) = (dispatch_to(7), dispatch_to(8));
    let (to_eight, to_seven) = (send_back_to(8), send_back_to(7));
    walk(
        &office,
        &need,
        &[
            ("needTriage", secretary(5), "", "TRIAGED"),
            ("needDispatch", secretary(5), &seven, "DISPATCHED"),
            ("needSendBack", unit(7), &to_eight, "SENT_BACK"),
            ("needDispatch", secretary(5), &eight, "DISPATCHED"),
            ("needSendBack", unit(8), &to_seven, "SENT_BACK"),
        ],
    )
    .await;
    let decided = format!(r#"{seven}, basis: "三定方案第五条""#);
    let secretary_tries = step(&office, secretary(5), "needDispatch", &need, &decided).await;
    assert_eq!(secretary_tries["errors"][0]["code"], "NOT_FOUND");
    let bare = step(&office, coordinator(), "needDispatch", &need, &seven).await;
    assert_eq!(
        bare["errors"][0],
        json!({
            "code": "MISSING", "field": "basis",
            "message": "the need was sent back 2 times; record the basis on which this unit must \
                        take it",
        })
    );
    walk(&office, &need, &[("needDispatch", coordinator(), &decided, "DISPATCHED")]).await;
    let once_more =
        format!("{to_eight}, ").replace("reason: NOT_RESPONSIBLE, ", "") + "reason: NO_BASIS";
    let again = step(&office, unit(7), "needSendBack", &need, &once_more).await;
    assert_eq!(again["errors"][0]["code"], "WRONG_STAGE", "{again}");
    let fields = "adjudication sendBacks dueAt";
    let kept = json!({
        "adjudication": "三定方案第五条", "sendBacks": 2, "dueAt": "2026-03-09T01:00:00+00:00",
    });
    assert_eq!(see(&office, secretary(5), &need, fields).await, kept);
    assert_eq!(see(&office, firm(1), &need, fields).await["adjudication"], Value::Null);
}

#[tokio::test]
async fn merged_needs_follow_the_one_that_stays_until_the_merging_is_undone() {
    let office = town().await;
    let stays = submitted(&office).await;
    let goes = submitted_by(&office, 2, "寻求低排放染整工艺").await;
    let stranger = submitted_by(&office, 4, "求班车").await;
    assert_eq!(see(&office, firm(2), &stays, "title").await, Value::Null);

    let into = |target: &str| format!(r#"targetId: "{target}""#);
    let itself = step(&office, secretary(5), "needMerge", &goes, &into(&goes)).await;
    assert_eq!(itself["errors"][0]["field"], "targetId");
    let other = step(&office, secretary(6), "needMerge", &goes, &into(&stays)).await;
    assert_eq!(other["errors"][0]["code"], "NOT_FOUND");
    walk(&office, &goes, &[("needMerge", secretary(5), &into(&stays), "MERGED")]).await;

    let fields = "stage mergedInto { title stage body followers }";
    let mut want = json!({ "stage": "MERGED", "mergedInto": {
        "title": "求环保染整技术", "stage": "SUBMITTED", "body": null, "followers": null } });
    assert_eq!(see(&office, firm(2), &goes, fields).await, want);
    assert_eq!(see(&office, secretary(5), &stays, "followers").await, json!({ "followers": 1 }));
    // Where the one that stays is merged in turn, the follower is taken along.
    walk(&office, &stays, &[("needMerge", coordinator(), &into(&stranger), "MERGED")]).await;
    assert_eq!(
        see(&office, coordinator(), &stranger, "followers").await,
        json!({ "followers": 2 })
    );
    assert_eq!(see(&office, firm(2), &stranger, "title").await, json!({ "title": "求班车" }));
    walk(&office, &stays, &[("needUnmerge", coordinator(), "", "SUBMITTED")]).await;

    walk(&office, &goes, &[("needUnmerge", secretary(5), "", "SUBMITTED")]).await;
    want = json!({ "stage": "SUBMITTED", "mergedInto": null });
    assert_eq!(see(&office, firm(2), &goes, fields).await, want);
    assert_eq!(see(&office, firm(2), &stays, "title").await, Value::Null);
}

#[tokio::test]
async fn a_liaison_rates_only_with_a_record_of_consent() {
    let office = town().await;
    let need = in_progress(&office).await;
    walk(&office, &need, &[("needAnswer", unit(7), r#"text: "已对接""#, "ANSWERED")]).await;
    let bare = step(&office, liaison(1), "needRate", &need, "stars: 4").await;
    assert_eq!(bare["errors"][0]["field"], "consent");
    let consent = r#"stars: 4, consent: "王经理电话同意 2026-03-02""#;
    let other = step(&office, liaison(2), "needRate", &need, consent).await;
    assert_eq!(other["errors"][0]["code"], "NOT_FOUND");
    walk(&office, &need, &[("needRate", liaison(1), consent, "RATED")]).await;
    let want = json!({ "rating": 4, "ratingConsent": "王经理电话同意 2026-03-02" });
    assert_eq!(see(&office, secretary(5), &need, "rating ratingConsent").await, want);
    walk(&office, &need, &[("needReopen", firm(1), "", "REOPENED")]).await;
    let seen = see(&office, firm(1), &need, "sendBacks mySteps").await;
    assert_eq!(seen, json!({ "sendBacks": 0, "mySteps": [] }));
}

#[tokio::test]
async fn internal_notes_are_kept_from_the_enterprise_and_a_units_note_is_progress() {
    let office = town().await;
    let need = in_progress(&office).await;
    let internal = r#"text: "内部研判", isInternal: true"#;
    walk(
        &office,
        &need,
        &[
            ("needNote", unit(7), internal, "IN_PROGRESS"),
            ("needNote", unit(7), r#"text: "已约谈""#, "IN_PROGRESS"),
            ("needNote", firm(1), r#"text: "补充材料", isInternal: true"#, "IN_PROGRESS"),
        ],
    )
    .await;
    let notes = "notes { text role isInternal unit { name } }";
    let seen = see(&office, firm(1), &need, notes).await;
    assert_eq!(
        seen["notes"],
        json!([
            { "text": "补充材料", "role": "ENTERPRISE", "isInternal": false, "unit": null },
            { "text": "已约谈", "role": "DEPARTMENT_HANDLER", "isInternal": false,
              "unit": { "name": "单位7" } },
        ])
    );
    let all = see(&office, secretary(5), &need, "notes { text } progressAt").await;
    assert_eq!(all["notes"].as_array().map(Vec::len), Some(3));
    assert_eq!(all["progressAt"], "2026-03-02T01:00:00+00:00");
    let stranger = step(&office, unit(8), "needNote", &need, internal).await;
    assert_eq!(stranger["errors"][0]["code"], "NOT_FOUND");
}

#[tokio::test]
async fn the_newest_record_of_the_city_platform_stays_and_its_number_is_unique() {
    let office = town().await;
    let need = submitted(&office).await;
    let other = submitted_by(&office, 2, "求班车").await;
    let record = |status: &str, day: u32| {
        format!(r#"number: "SZ-816", status: "{status}", at: "2026-03-{day:02}T00:00:00Z""#)
    };
    for (status, day) in [("受理", 2), ("办结", 4), ("办理中", 3)] {
        let extra = record(status, day);
        walk(&office, &need, &[("needMirror", coordinator(), &extra, "SUBMITTED")]).await;
    }
    let fields = "cityRecord { number status at }";
    let want = json!({ "cityRecord": {
        "number": "SZ-816", "status": "办结", "at": "2026-03-04T00:00:00+00:00" } });
    assert_eq!(see(&office, firm(1), &need, fields).await, want);
    let taken = step(&office, coordinator(), "needMirror", &other, &record("受理", 5)).await;
    assert_eq!(taken["errors"][0]["field"], "number", "{taken}");
    let secretary_tries = step(&office, secretary(5), "needMirror", &need, &record("x", 9)).await;
    assert_eq!(secretary_tries["errors"][0]["code"], "NOT_FOUND");
}

#[tokio::test]
async fn seeking_a_counterpart_leaves_a_job_for_the_engine() {
    let office = town().await;
    let need = submitted(&office).await;
    walk(
        &office,
        &need,
        &[("needTriage", secretary(5), "", "TRIAGED"), ("needSeek", secretary(5), "", "MATCHING")],
    )
    .await;
    let now = office.clock.now();
    let lease = TimeDelta::seconds(30);
    let leased = lianmeng_store::job::claim(&office.db, "t", now, lease).await.unwrap().unwrap();
    assert_eq!(leased.job.kind, JobKind::SuggestNeed);
    let id = need.trim_start_matches("need:");
    assert_eq!(leased.job.payload, format!(r#"{{"need":"{id}","limit":20}}"#));
}

#[tokio::test]
async fn time_lets_needs_lapse_and_ends_rests() {
    let mut office = town().await;
    let (lapses, confirmed) = (submitted(&office).await, submitted_by(&office, 2, "求班车").await);
    let rests = in_progress_of(&office, 4).await;
    let rest = r#"untilOn: "2026-03-20", reason: "等环评""#;
    walk(&office, &rests, &[("needSuspend", unit(7), rest, "SUSPENDED")]).await;

    let mut at = |month, day| {
        office.clock = Clock::Fixed(Utc.with_ymd_and_hms(2026, month, day, 4, 0, 0).unwrap());
        office.clone()
    };
    let system = actor(Role::SystemAdmin, None);
    assert_eq!(tend(&at(3, 19).desk(), &system).await.unwrap(), 0);
    assert_eq!(tend(&at(3, 20).desk(), &system).await.unwrap(), 2, "the rest is over: it is late");
    let confirms = at(5, 1);
    walk(&confirms, &confirmed, &[("needConfirm", firm(2), "", "SUBMITTED")]).await;
    let late = at(6, 1);
    assert_eq!(tend(&late.desk(), &system).await.unwrap(), 1);
    assert_eq!(tend(&late.desk(), &system).await.unwrap(), 0, "once is enough");
    for (need, stage) in [(&lapses, "EXPIRED"), (&confirmed, "SUBMITTED"), (&rests, "IN_PROGRESS")]
    {
        assert_eq!(see(&late, coordinator(), need, "stage").await, json!({ "stage": stage }));
    }
    let seen = see(&late, firm(2), &confirmed, "lapsesAt").await;
    assert_eq!(seen, json!({ "lapsesAt": "2026-07-30T04:00:00+00:00" }));
}

async fn in_progress_of(office: &Office, number: u128) -> String {
    let need = submitted_by(office, number, "求场地").await;
    let to = dispatch_to(7);
    walk(
        office,
        &need,
        &[
            ("needTriage", secretary(5), "", "TRIAGED"),
            ("needDispatch", secretary(5), &to, "DISPATCHED"),
            ("needAccept", unit(7), "", "ACCEPTED"),
            ("needStart", unit(7), "", "IN_PROGRESS"),
        ],
    )
    .await;
    need
}

#[tokio::test]
async fn a_text_that_is_too_long_is_named_with_its_field() {
    let office = town().await;
    let title = "题".repeat(201);
    let query = format!(
        r#"mutation {{ needDraft(input: {{ requestKey: "draft-long", card: {{
            enterpriseId: "{}", kind: OTHER, title: "{title}", body: "b" }} }})
            {{ need {{ id }} errors {{ code field message }} }} }}"#,
        wire(EnterpriseId::from(1)),
    );
    let answer = ask(&office, firm(1), &query).await;
    let error = json!({
        "code": "INVALID", "field": "title", "message": "title has 201 characters; it needs 1 to 200"
    });
    assert_eq!(answer["data"]["needDraft"], json!({ "need": null, "errors": [error] }));
}
