use lianmeng_app::desk::Office;
use lianmeng_domain::actor::{Actor, Body, Role};
use serde_json::{Value, json};

use crate::testing::{actor, ask, counted, world};

async fn seeded() -> Office {
    let office = world().await;
    lianmeng_app::codes::seed(&office.db).await.unwrap();
    office
}

async fn resolve(office: &Office, arguments: &str) -> Value {
    let query =
        format!("{{ regionResolve({arguments}) {{ region {{ code }} former {{ code name }} }} }}");
    let mut answer = ask(office, Actor::public(), &query).await;
    answer["data"]["regionResolve"].take()
}

#[tokio::test]
async fn an_ambiguous_name_is_both_places_unless_its_parent_decides() {
    let office = seeded().await;
    let plain = |code: &str| json!({ "region": { "code": code }, "former": null });
    let both = json!([plain("110112"), plain("320612")]);
    let nantong = json!([plain("320612")]);
    for (arguments, want) in [
        (r#"name: "通州区""#, &both),
        (r#"name: "通州""#, &both),
        (r#"name: "通州區""#, &both),
        (r#"name: "南通市通州区""#, &nantong),
        (r#"name: "通州区", parent: "南通市""#, &nantong),
        (r#"name: "通州区", parent: "320600""#, &nantong),
        (r#"name: "通州区", parent: "江苏""#, &nantong),
        (r#"name: "通州区", parent: "深圳""#, &json!([])),
        (r#"name: "不存在""#, &json!([])),
    ] {
        assert_eq!(&resolve(&office, arguments).await, want, "{arguments}");
    }
}

#[tokio::test]
async fn a_past_code_or_name_leads_to_its_successor() {
    let office = seeded().await;
    let former = json!({ "code": "320683", "name": "通州市" });
    let want = json!([{ "region": { "code": "320612" }, "former": former }]);
    assert_eq!(resolve(&office, r#"name: "320683""#).await, want);
    assert_eq!(resolve(&office, r#"name: "通州市""#).await, want);
    let query = r#"{ region(code: "320683") {
        isCurrent untilYear level successor { code predecessors { name } } parent { name } } }"#;
    let answer = ask(&office, Actor::public(), query).await;
    let want = json!({ "isCurrent": false, "untilYear": 2009, "level": "DISTRICT",
        "successor": { "code": "320612", "predecessors": [{ "name": "通州市" }] },
        "parent": { "name": "南通市" } });
    assert_eq!(answer["data"]["region"], want);
}

#[tokio::test]
async fn divisions_and_industries_are_paged_filtered_and_found_by_id() {
    let office = seeded().await;
    let query = r#"{
        cities: regions(filter: { level: CITY, parentCode: "440000" }, first: 2) {
            totalCount nodes { code name } pageInfo { hasNextPage } }
        sections: industries(filter: { scheme: GBT_4754, level: 1 }, first: 1) {
            totalCount nodes { id code name parent { name } } }
        nodes(ids: ["region:440300", "industry:gbt4754_2017:A", "region:999999"]) { id }
    }"#;
    let (statements, answer) = counted(&office, actor(Role::SystemAdmin, None), query).await;
    let data = &answer["data"];
    assert_eq!(data["cities"]["totalCount"], 21, "{answer}");
    assert_eq!(data["cities"]["nodes"][0], json!({ "code": "440100", "name": "广州市" }));
    assert_eq!(data["cities"]["pageInfo"]["hasNextPage"], true);
    assert_eq!(data["sections"]["totalCount"], 20);
    assert_eq!(data["nodes"][0]["id"], "region:440300");
    assert_eq!(data["nodes"][1]["id"], "industry:gbt4754_2017:A");
    assert_eq!(data["nodes"][2], Value::Null);
    assert_eq!(statements, 6, "two lists with counts, one for divisions, one for industries");
}

#[tokio::test]
async fn a_page_of_divisions_starts_where_the_last_one_ended() {
    let office = seeded().await;
    let page = |after: &str| {
        format!(
            "{{ regions(filter: {{ level: PROVINCE }}, first: 2{after}) {{
                nodes {{ code }} pageInfo {{ endCursor }} }} }}"
        )
    };
    let first = ask(&office, Actor::public(), &page("")).await;
    let codes = |answer: &Value| answer["data"]["regions"]["nodes"].clone();
    assert_eq!(codes(&first), json!([{ "code": "110000" }, { "code": "120000" }]));
    let end = first["data"]["regions"]["pageInfo"]["endCursor"].as_str().unwrap();
    let second = ask(&office, Actor::public(), &page(&format!(", after: \"{end}\""))).await;
    assert_eq!(codes(&second), json!([{ "code": "130000" }, { "code": "140000" }]));
    let wrong = format!("{{ industries(after: \"{end}\") {{ nodes {{ code }} }} }}");
    let wrong = ask(&office, Actor::public(), &wrong).await;
    assert_eq!(wrong["errors"][0]["extensions"]["code"], "BAD_CURSOR");
}

#[tokio::test]
async fn a_zone_overlaps_districts_and_is_kept_by_coordinators_alone() {
    let office = seeded().await;
    let register = r#"mutation { zoneRegister(input: { requestKey: "zone-0001", card: {
        name: "前海", aliases: ["前海合作区"], overlapCodes: ["440305", "440306"] } }) {
        zone { id name version overlaps { name zones { name } } } errors { code field } } }"#;
    let stranger = actor(Role::DistrictHost, Some(Body::Region("440305".parse().unwrap())));
    let refused = ask(&office, stranger, register).await;
    assert_eq!(
        refused["data"]["zoneRegister"],
        json!({ "zone": null, "errors": [{ "code": "NOT_FOUND", "field": null }] })
    );
    let keeper = || actor(Role::Coordinator, None);
    let done = ask(&office, keeper(), register).await;
    let zone = &done["data"]["zoneRegister"]["zone"];
    let own = json!([{ "name": "前海" }]);
    assert_eq!(zone["overlaps"][0], json!({ "name": "南山区", "zones": own }), "{done}");
    assert_eq!(ask(&office, keeper(), register).await, done, "the same key does it once");

    let id = zone["id"].as_str().unwrap();
    let rename = |key: &str, version: i64, name: &str| {
        format!(
            r#"mutation {{ zoneUpdate(input: {{ requestKey: "{key}", zoneId: "{id}",
            version: {version}, card: {{ name: "{name}", overlapCodes: ["440305"] }} }}) {{
            zone {{ name version overlaps {{ code }} }} errors {{ code field }} }} }}"#
        )
    };
    let renamed = ask(&office, keeper(), &rename("zone-0002", 1, "前海合作区")).await;
    let want = json!({ "name": "前海合作区", "version": 2, "overlaps": [{ "code": "440305" }] });
    assert_eq!(renamed["data"]["zoneUpdate"]["zone"], want);
    let stale = ask(&office, keeper(), &rename("zone-0003", 1, "乙")).await;
    let error = json!([{ "code": "STALE", "field": "version" }]);
    assert_eq!(stale["data"]["zoneUpdate"], json!({ "zone": null, "errors": error }));
    let empty = ask(&office, keeper(), &rename("zone-0004", 2, " ")).await;
    let error = json!([{ "code": "MISSING", "field": "name" }]);
    assert_eq!(empty["data"]["zoneUpdate"]["errors"], error);
    let again = ask(&office, keeper(), &rename("zone-0002", 2, "丙")).await;
    assert_eq!(again["data"]["zoneUpdate"]["errors"][0]["code"], "KEY_REUSED");

    let remove = format!(
        r#"mutation {{ zoneRemove(input: {{ requestKey: "zone-0005", id: "{id}", version: 2 }}) {{
        removedId errors {{ code }} }} }}"#
    );
    let removed = ask(&office, keeper(), &remove).await;
    assert_eq!(removed["data"]["zoneRemove"], json!({ "removedId": id, "errors": [] }));
    let left = ask(&office, keeper(), "{ zones { totalCount } }").await;
    assert_eq!(left["data"]["zones"]["totalCount"], 0);
}
