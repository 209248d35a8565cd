//! The task list through the schema: what stays, what is refused, and that all or nothing is saved.

use lianmeng_app::desk::Office;
use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::EnterpriseId;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use crate::ids::wire;
use crate::testing::ask;
use crate::testing::casework::{coordinator, firm, town};

/// The town with a second municipal (5) and a second central enterprise (6), all of one city, and
/// four projects, the last of them elsewhere; the clock stands at 2026-03-02.
async fn city() -> Office {
    let office = town().await;
    let sql = format!(
        "INSERT INTO regions (code, name, name_key) VALUES ('440305', '南山区', 'x'),
           ('440300', '深圳市', 'x'), ('440000', '广东省', 'x'), ('110105', '朝阳区', 'x');
         UPDATE enterprises SET ownership = 'municipal_soe' WHERE id = '{}';
         UPDATE enterprises SET ownership = 'central_soe' WHERE id = '{}';
         UPDATE enterprises SET region_code = '440305';",
        EnterpriseId::from(1),
        EnterpriseId::from(2),
    );
    office.db.execute_unprepared(&sql).await.unwrap();
    for (number, region) in [(1, "440305"), (2, "440305"), (3, "440305"), (4, "110105")] {
        let query = format!(
            r#"mutation {{ projectRegister(input: {{ requestKey: "project-{number}", card: {{
                 name: "示例项目{number}", domain: "D{number}", regionCode: "{region}" }} }}) {{
                 errors {{ message }} }} }}"#
        );
        let answer = ask(&office, coordinator(), &query).await;
        assert_eq!(answer["data"]["projectRegister"]["errors"], json!([]), "{answer}");
    }
    office
}

async fn propose(office: &Office, who: Actor, input: &str) -> Value {
    let query = format!(
        "{{ taskListPropose(input: {{ {input} }}) {{
             proposal {{ fingerprint isProved
               figures {{ projects covered owners ownersServed counterparts counterpartsServed
                          maxPerOwner maxPerCounterpart points kept unchanged changed added gone }}
               lines(first: 100) {{ key change parts dueOn scorePoints reasons {{ criterion points }}
                 project {{ name }} owner {{ name }} counterpart {{ name }} task {{ id version }} }}
               findings {{ kind side count zh project {{ name }} enterprise {{ name }} }} }}
             errors {{ code field }} }} }}"
    );
    let answer = ask(office, who, &query).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["taskListPropose"].clone()
}

async fn adopt(office: &Office, who: Actor, (input, print): (&str, &Value), key: &str) -> Value {
    let query = format!(
        "mutation {{ taskListAdopt(input: {{ list: {{ {input} }}, fingerprint: {print},
             requestKey: \"{key}\" }}) {{ isAdopted errors {{ code field }} }} }}"
    );
    let answer = ask(office, who, &query).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["taskListAdopt"].clone()
}

async fn change(office: &Office, who: Actor, field: &str, input: &str) -> Value {
    let query = format!(
        "mutation {{ {field}(input: {{ {input} }}) {{
             task {{ stage isKept isGenerated lamp dueOn scorePoints version owner {{ name }} }}
             errors {{ code field }} }} }}"
    );
    let answer = ask(office, who, &query).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"][field].clone()
}

fn changes(answer: &Value) -> Vec<(&str, &str)> {
    let lines = answer["proposal"]["lines"].as_array().unwrap();
    lines
        .iter()
        .map(|line| (line["project"]["name"].as_str().unwrap(), line["change"].as_str().unwrap()))
        .collect()
}

fn line<'a>(answer: &'a Value, project: &str) -> &'a Value {
    let lines = answer["proposal"]["lines"].as_array().unwrap();
    lines.iter().find(|line| line["project"]["name"] == project).unwrap()
}

async fn stored(office: &Office) -> Value {
    ask(office, coordinator(), "{ tasks { totalCount } }").await["data"]["tasks"]["totalCount"]
        .clone()
}

const ASK: &str = r#"maxPerMunicipal: 2, maxPerCentral: 3, dueOn: "2026-03-20""#;

#[tokio::test]
async fn a_list_is_proposed_adopted_once_and_what_people_edit_stays() {
    let office = city().await;
    let first = propose(&office, coordinator(), ASK).await;
    let new = [("示例项目1", "NEW"), ("示例项目2", "NEW"), ("示例项目3", "NEW")];
    assert_eq!(changes(&first), new);
    let proposal = &first["proposal"];
    assert_eq!(proposal["isProved"], true);
    let figures = json!({ "projects": 4, "covered": 3, "owners": 2, "ownersServed": 2,
        "counterparts": 2, "counterpartsServed": 2, "maxPerOwner": 2, "maxPerCounterpart": 3,
        "points": 6000, "kept": 0, "unchanged": 0, "changed": 0, "added": 3, "gone": 0 });
    assert_eq!(proposal["figures"], figures);
    let one = line(&first, "示例项目1");
    let reasons = json!([{ "criterion": "owner.place", "points": 1000 },
        { "criterion": "counterpart.place", "points": 1000 }]);
    assert_eq!((&one["reasons"], &one["scorePoints"]), (&reasons, &json!(2000)));
    let finding = json!([
        { "kind": "NOBODY_FITS", "side": "A", "count": 0, "zh": "没有与该项目相关的牵头单位",
          "project": { "name": "示例项目4" }, "enterprise": null },
        { "kind": "NOBODY_FITS", "side": "B", "count": 0, "zh": "没有与该项目相关的对接央企",
          "project": { "name": "示例项目4" }, "enterprise": null },
    ]);
    assert_eq!(proposal["findings"], finding);

    let print = &proposal["fingerprint"];
    let done = json!({ "isAdopted": true, "errors": [] });
    assert_eq!(adopt(&office, coordinator(), (ASK, print), "adopt-01").await, done);
    assert_eq!(adopt(&office, coordinator(), (ASK, print), "adopt-01").await, done, "once");
    assert_eq!(stored(&office).await, 3);
    let stale =
        json!({ "isAdopted": false, "errors": [{ "code": "STALE", "field": "fingerprint" }] });
    assert_eq!(adopt(&office, coordinator(), (ASK, print), "adopt-02").await, stale);

    let again = propose(&office, coordinator(), ASK).await;
    assert_eq!(changes(&again), new.map(|(project, _)| (project, "UNCHANGED")));
    let task = |project: &str| line(&again, project)["task"]["id"].as_str().unwrap().to_owned();
    let (first, second) = (task("示例项目1"), task("示例项目2"));
    let owner = wire(EnterpriseId::from(3));
    let input =
        format!(r#"taskId: "{first}", version: 1, ownerId: "{owner}", requestKey: "edit-0001""#);
    let edited = change(&office, coordinator(), "taskEdit", &input).await;
    let task = json!({ "stage": "OPEN", "isKept": true, "isGenerated": true, "lamp": "YELLOW",
        "dueOn": "2026-03-20", "scorePoints": edited["task"]["scorePoints"], "version": 2,
        "owner": { "name": "市属国企3" } });
    assert_eq!(edited["task"], task, "{edited}");
    let stale = input.replace("edit-0001", "edit-0002");
    let refused = change(&office, coordinator(), "taskEdit", &stale).await;
    assert_eq!(refused["errors"][0]["code"], "STALE");

    // The second has begun; of the third the project is given up.
    let input = format!(r#"taskId: "{second}", step: INTEND, requestKey: "move-0001""#);
    change(&office, coordinator(), "taskAdvance", &input).await;
    give_up(&office, "示例项目3").await;
    let third = propose(&office, coordinator(), ASK).await;
    let want = [("示例项目1", "KEPT"), ("示例项目2", "KEPT"), ("示例项目3", "GONE")];
    assert_eq!(changes(&third), want);
    let print = &third["proposal"]["fingerprint"];
    assert_eq!(adopt(&office, coordinator(), (ASK, print), "adopt-03").await, done);
    let last = propose(&office, coordinator(), ASK).await;
    assert_eq!(changes(&last), want[..2]);
}

async fn give_up(office: &Office, project: &str) {
    let found =
        format!(r#"{{ projects(filter: {{ search: "{project}" }}) {{ nodes {{ id }} }} }}"#);
    let found = ask(office, coordinator(), &found).await;
    let id = found["data"]["projects"]["nodes"][0]["id"].as_str().unwrap().to_owned();
    let query = format!(
        r#"mutation {{ projectAdvance(input: {{ projectId: "{id}", step: TERMINATE,
             requestKey: "give-up-1" }}) {{ errors {{ message }} }} }}"#
    );
    let answer = ask(office, coordinator(), &query).await;
    assert_eq!(answer["data"]["projectAdvance"]["errors"], json!([]), "{answer}");
}

#[tokio::test]
async fn limits_hold_and_wrong_questions_are_refused_with_the_place() {
    let office = city().await;
    // One project each for the owners: two of three near ones.
    let tight = propose(&office, coordinator(), "maxPerMunicipal: 1").await;
    assert_eq!(changes(&tight).len(), 2);
    let full: Vec<&Value> = tight["proposal"]["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["kind"] == "ALL_FULL")
        .collect();
    assert_eq!((full.len(), &full[0]["side"], &full[0]["count"]), (1, &json!("A"), &json!(2)));
    // Nobody shares anything but the place.
    let strict = propose(&office, coordinator(), "isPlaceEnough: false").await;
    assert_eq!(changes(&strict), []);
    let none = format!(
        r#"limits: [{{ enterpriseId: "{}", maxTasks: 0 }}, {{ enterpriseId: "{}", maxTasks: 2 }}]"#,
        wire(EnterpriseId::from(1)),
        wire(EnterpriseId::from(3)),
    );
    let limited = propose(&office, coordinator(), &none).await;
    assert_eq!(limited["proposal"]["figures"]["ownersServed"], 1);
    assert_eq!(limited["proposal"]["figures"]["covered"], 2);
    let domain = propose(&office, coordinator(), r#"domains: ["D2"]"#).await;
    assert_eq!(changes(&domain), [("示例项目2", "NEW")]);

    let wrong = [
        (r#"dueOn: "2026-03-01""#.to_owned(), "INVALID", "dueOn"),
        (
            format!(
                r#"limits: [{{ enterpriseId: "{}", maxTasks: 1 }}]"#,
                wire(EnterpriseId::from(99))
            ),
            "UNKNOWN_REFERENCE",
            "limits[0].enterpriseId",
        ),
        (
            format!(
                r#"withoutProjectIds: ["{}"]"#,
                wire(lianmeng_domain::ids::ProjectId::from(99))
            ),
            "UNKNOWN_REFERENCE",
            "withoutProjectIds[0]",
        ),
    ];
    for (input, code, field) in wrong {
        let refused = propose(&office, coordinator(), &input).await;
        assert_eq!(refused["errors"], json!([{ "code": code, "field": field }]), "{input}");
        let refused = adopt(&office, coordinator(), (&input, &json!("x")), "wrong-01").await;
        let field = format!("list.{field}");
        assert_eq!(refused["errors"], json!([{ "code": code, "field": field }]), "{input}");
    }
}

#[tokio::test]
async fn only_coordinators_keep_the_list() {
    let office = city().await;
    let refused = json!([{ "code": "NOT_FOUND", "field": null }]);
    let first = propose(&office, coordinator(), ASK).await;
    let print = &first["proposal"]["fingerprint"];
    assert_eq!(propose(&office, firm(3), ASK).await["errors"], refused);
    assert_eq!(adopt(&office, firm(3), (ASK, print), "adopt-04").await["errors"], refused);
    assert_eq!(stored(&office).await, 0);
    adopt(&office, coordinator(), (ASK, print), "adopt-05").await;
    let again = propose(&office, coordinator(), ASK).await;
    let task = line(&again, "示例项目1")["task"]["id"].as_str().unwrap();
    let input = format!(r#"taskId: "{task}", domain: "D9", requestKey: "edit-0009""#);
    for number in [1, 3] {
        let edited = change(&office, firm(number), "taskEdit", &input).await;
        assert_eq!(edited["errors"], refused);
    }
}
