//! What is known of candidates speaks in suggestions: confirmations, travel times, gaps of a city, kinds
//! and what stands in.

use lianmeng_app::desk::{Clock, Office};
use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::{ChainCommitteeId, EnterpriseId, ProductId};
use lianmeng_domain::product::{
    EnterpriseProduct, Product, ProductEdge, ProductEdgeKind, ProductRole,
};
use lianmeng_store::product;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use crate::ids::wire;
use crate::testing::ask;
use crate::testing::casework::{coordinator, firm, town};

async fn change(office: &Office, who: Actor, query: &str) -> Value {
    let answer = ask(office, who, &format!("mutation {{ p: {query} }}")).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["p"].clone()
}

/// A town with an offer of enterprise 2.
async fn market() -> Office {
    let office = town().await;
    let regions = "INSERT INTO regions (code, name, name_key) VALUES ('320000', '江苏省', 'w'),
        ('320600', '南通市', 'x'), ('320602', '崇川区', 'y'), ('320612', '通州区', 'z')
        ON CONFLICT DO NOTHING";
    office.db.execute_unprepared(regions).await.unwrap();
    let query = format!(
        r#"offerRegister(input: {{ requestKey: "offer-01", providerId: "{}", card: {{
            kind: PRODUCT, title: "低排放染整工艺" }} }}) {{ errors {{ code }} }}"#,
        wire(EnterpriseId::from(2))
    );
    assert_eq!(change(&office, firm(2), &query).await["errors"], json!([]));
    office
}

fn later(office: &Office, days: i64) -> Office {
    let now = office.clock.now() + chrono::TimeDelta::days(days);
    Office { clock: Clock::Fixed(now), ..office.clone() }
}

async fn settle(office: &Office, number: u128, region: &str) {
    let id = EnterpriseId::from(number);
    let sql = format!("UPDATE enterprises SET region_code = '{region}' WHERE id = '{id}'");
    office.db.execute_unprepared(&sql).await.unwrap();
}

/// What A gains by the first suggestion for a new need of enterprise 1, in a division if one is given:
/// points and words of `criterion`.
async fn reason(
    office: &Office,
    (key, region): (&str, &str),
    criterion: &str,
) -> Option<(i64, String)> {
    let region =
        if region.is_empty() { String::new() } else { format!(r#"regionCode: "{region}","#) };
    let need = format!(
        r#"needSubmit(input: {{ requestKey: "need-for-{key}", confirmsNoSecret: true, card: {{ {region}
            enterpriseId: "{}", committeeId: "{}", kind: SUPPLY, title: "求染整工艺所需坯布",
            body: "染整" }} }}) {{ need {{ id }} errors {{ code message }} }}"#,
        wire(EnterpriseId::from(1)),
        wire(ChainCommitteeId::from(5)),
    );
    let need = change(office, firm(1), &need).await;
    let need = need["need"]["id"].as_str().unwrap_or_else(|| panic!("{need}"));
    let make = format!(
        r#"suggestionsMake(input: {{ needId: "{need}", requestKey: "make-for-{key}" }}) {{
            suggestions {{ gainOfA {{ reasons {{ criterion points zh }} }} }} errors {{ code }} }}"#
    );
    let made = change(office, coordinator(), &make).await;
    let reasons = made["suggestions"][0]["gainOfA"]["reasons"].as_array().cloned();
    let reasons = reasons.unwrap_or_else(|| panic!("{made}"));
    let found = reasons.iter().find(|one| one["criterion"] == criterion)?;
    Some((found["points"].as_i64().unwrap(), found["zh"].as_str().unwrap().to_owned()))
}

#[tokio::test]
async fn what_was_confirmed_long_ago_counts_less() {
    let office = market().await;
    let cases = [
        (0, "fresh", Some((500, "今天确认有效".to_owned()))),
        (60, "older", Some((250, "60 天前确认有效".to_owned()))),
        (90, "gone", None),
    ];
    for (days, key, want) in cases {
        assert_eq!(reason(&later(&office, days), (key, ""), "recency").await, want, "{days}");
    }
}

#[tokio::test]
async fn a_known_way_speaks_instead_of_the_common_division() {
    let office = market().await;
    settle(&office, 2, "320602").await;
    let by_city = Some((700, "同在南通市".to_owned()));
    assert_eq!(reason(&office, ("city", "320612"), "place").await, by_city);
    let set = r#"travelTimesSet(input: { requestKey: "travel-01",
        times: [{ fromCode: "320612", toCode: "320602", minutes: 100 }] }) { errors { code } }"#;
    assert_eq!(change(&office, coordinator(), set).await["errors"], json!([]));
    let by_road = Some((500, "车程约 100 分钟".to_owned()));
    assert_eq!(reason(&office, ("road", "320612"), "place").await, by_road);
}

/// Products 1 坯布, 2 涤纶坯布 and 3 布, the first two kinds of the third; enterprise 2 makes `made`.
async fn products(office: &Office, made: u128) {
    for (number, name) in [(1, "坯布"), (2, "涤纶坯料"), (3, "织物")] {
        let one = Product {
            id: ProductId::from(number),
            external_id: None,
            name: name.to_owned(),
            version: 1,
        };
        product::insert(&office.db, &one).await.unwrap();
    }
    for number in [1, 2] {
        let (from, to) = (ProductId::from(number), ProductId::from(3));
        let edge = ProductEdge { from, to, kind: ProductEdgeKind::KindOf };
        product::insert_edge(&office.db, edge).await.unwrap();
    }
    makes(office, 2, made).await;
}

async fn makes(office: &Office, enterprise: u128, product: u128) {
    let row = EnterpriseProduct {
        enterprise: EnterpriseId::from(enterprise),
        product: ProductId::from(product),
        role: ProductRole::Makes,
        share_basis_points: None,
    };
    product::insert_made(&office.db, row).await.unwrap();
}

#[tokio::test]
async fn what_stands_in_for_a_wanted_product_speaks_at_half() {
    let office = market().await;
    products(&office, 2).await;
    let want = "生产「涤纶坯料」，与需求所列的「坯布」同属「织物」，可替代".to_owned();
    // Of 1 500, 85 of 100, as its share of turnover is unknown.
    assert_eq!(reason(&office, ("kin", ""), "capability").await, Some((1_275, want)));
}

#[tokio::test]
async fn the_only_maker_of_a_city_counts_where_weights_name_gaps() {
    let office = market().await;
    products(&office, 1).await;
    settle(&office, 2, "320602").await;
    assert_eq!(reason(&office, ("off", "320612"), "gap").await, None, "it is switched off");
    let propose = r#"matchWeightsPropose(input: { requestKey: "weigh-01", why: "补链", weights: {
        fusion: HARMONIC, b: [{ criterion: "text", points: 2500 },
        { criterion: "custom", points: 3000 }, { criterion: "industry", points: 1000 },
        { criterion: "place", points: 1000 }, { criterion: "standing", points: 500 },
        { criterion: "willingness", points: 1000 }, { criterion: "freshness", points: 500 },
        { criterion: "room", points: 500 }], a: [{ criterion: "text", points: 2500 },
        { criterion: "capability", points: 3000 }, { criterion: "industry", points: 1000 },
        { criterion: "place", points: 1000 }, { criterion: "tier", points: 500 },
        { criterion: "history", points: 1000 }, { criterion: "recency", points: 500 },
        { criterion: "gap", points: 500 }] } }) { weights { version } errors { message } }"#;
    assert_eq!(change(&office, coordinator(), propose).await["weights"]["version"], 3);
    let on = r#"matchWeightsActivate(input: { version: 3, requestKey: "activ-01" }) { errors { code } }"#;
    assert_eq!(change(&office, coordinator(), on).await["errors"], json!([]));
    let said = |points, text: &str| Some((points, text.to_owned()));
    let only = said(500, "本市仅其一家生产「坯布」");
    assert_eq!(reason(&office, ("only", "320612"), "gap").await, only);
    assert_eq!(reason(&office, ("wide", "320000"), "gap").await, None, "a province is no city");
    // Another one, in a zone that overlaps the city.
    let zone = lianmeng_domain::ids::ZoneId::from(1);
    let sql = format!(
        "INSERT INTO zones (id, name, name_key, aliases, is_example, version)
            VALUES ('{zone}', '高新区', 'g', '[]', true, 1);
         INSERT INTO zone_regions (zone_id, region_code) VALUES ('{zone}', '320612');
         UPDATE enterprises SET zone_id = '{zone}', region_code = NULL WHERE id = '{}'",
        EnterpriseId::from(4)
    );
    office.db.execute_unprepared(&sql).await.unwrap();
    makes(&office, 4, 1).await;
    let two = said(250, "本市仅两家生产「坯布」，其为其一");
    assert_eq!(reason(&office, ("two", "320612"), "gap").await, two);
}
