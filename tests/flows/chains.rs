//! A chain of 1,270 enterprises with known gaps and single points (J3, J8), through the API and the
//! command line alone.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use lianmeng_testkit::{Program, Server};
use serde_json::{Value, json};

/// Segments of the chain, each with one product that is made into the next one's.
const SEGMENTS: usize = 16;
/// Segments nobody local stands on.
const MISSING: [usize; 4] = [3, 7, 11, 15];
/// Segments with exactly one enterprise: real single points.
const ALONE: [usize; 2] = [5, 9];
/// Enterprises of the town.
const FIRMS: usize = 1_270;
/// The one supplier seen of six buyers, on segment 13, where a hundred others make the same.
const HUB: usize = 3 + 7;
const CHAIN: &str = "家纺示例链";

/// Segment of an enterprise: the first two stand alone, the others take turns.
fn segment(firm: usize) -> usize {
    let others: Vec<usize> =
        (1..=SEGMENTS).filter(|n| !MISSING.contains(n) && !ALONE.contains(n)).collect();
    match firm {
        1 | 2 => ALONE[firm - 1],
        _ => others[(firm - 3) % others.len()],
    }
}

/// Enterprises of a segment, the lowest number first.
fn on(segment_: usize) -> Vec<usize> {
    (1..=FIRMS).filter(|&firm| segment(firm) == segment_).collect()
}

/// Rows of a file under its header.
fn csv(header: &str, rows: impl IntoIterator<Item = String>) -> String {
    let mut text = format!("{header}\n");
    for row in rows {
        text += &row;
        text.push('\n');
    }
    text
}

/// The files of the town.
fn town(program: &Program) -> String {
    let write = |name: &str, header: &str, rows: Vec<String>| {
        program.write(&format!("town/{name}.csv"), csv(header, rows));
    };
    let mut firms: Vec<String> =
        (1..=FIRMS).map(|n| format!("hz-{n:04},示例家纺{n}厂,320612")).collect();
    firms.push("hz-out,示例外地三厂,320602".to_owned());
    write("企业", "外部编号,企业名称,所在地区", firms);
    let chains = [CHAIN, "建筑示例链"].iter().enumerate();
    write(
        "产业链",
        "外部编号,产业链名称",
        chains.map(|(n, name)| format!("hz-c{n},{name}")).collect(),
    );
    let products = (1..=SEGMENTS).map(|n| format!("hz-p{n},示例产品{n}"));
    write("产品", "产品编号,产品名称", products.collect());
    let edges = (1..SEGMENTS).map(|n| format!("hz-p{n},hz-p{},甲是乙的原料", n + 1));
    write("产品关系", "产品甲,产品乙,关系", edges.collect());
    let segments = (1..=SEGMENTS).map(|n| format!("{CHAIN},环节{n},中游,{n},hz-p{n}"));
    write("环节", "产业链,环节名称,上中下游,顺序,代表产品", segments.collect());
    let makes = (1..=FIRMS).map(|n| format!("hz-{n:04},hz-p{},生产,0.8", segment(n)));
    let outside = std::iter::once("hz-out,hz-p3,生产,".to_owned());
    write("企业产品", "企业,产品,产销角色,占比", makes.chain(outside).collect());
    let places = (1..=FIRMS).map(|n| format!("hz-{n:04},{CHAIN},环节{},是", segment(n)));
    write("企业环节", "企业,产业链,环节,已确认", places.collect());
    let committees = [("hz-k0", CHAIN), ("hz-k1", "建筑示例链")];
    let committees =
        committees.iter().map(|(id, chain)| format!("{id},{chain}党委,{chain},集群,320612"));
    write("产业链党委", "外部编号,党委名称,产业链,党委形式,所在地区", committees.collect());
    let seen = |supplier: usize, buyer: usize, product: usize| {
        format!("hz-{supplier:04},hz-{buyer:04},hz-p{product},走访（示例）,90%,2025-03-01")
    };
    let buyers: Vec<usize> = on(14).into_iter().take(6).collect();
    let mut supply: Vec<String> = buyers.iter().map(|&buyer| seen(HUB, buyer, 13)).collect();
    supply.extend(on(12).into_iter().take(2).map(|supplier| seen(supplier, HUB, 12)));
    // A second supplier of the same for the last of the six.
    supply.push(seen(HUB + 10, buyers[5], 13));
    write("供应关系", "供应方,采购方,产品,来源,可信度,开始日期", supply);
    program.folder().join("town").to_str().unwrap().to_owned()
}

/// The town in a program, and its chain's id.
fn built() -> (Program, Server, String) {
    let program = Program::default();
    let folder = town(&program);
    let ran = program.run(&["import", &folder, "--json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.json()["rejected"], 0, "{ran:?}");
    let server = program.serve();
    let coordinator = program.token("coordinator", None);
    let query = "query($name: String!) { chains(filter: { search: $name }) { nodes { id } } }";
    let data = server.data(&coordinator, query, json!({ "name": CHAIN }));
    let chain = data["chains"]["nodes"][0]["id"].as_str().unwrap().to_owned();
    (program, server, chain)
}

/// What `token` is told of the chain.
fn of_chain(server: &Server, token: &str, chain: &str, fields: &str) -> Value {
    let query =
        format!("query($id: ID!) {{ node(id: $id) {{ ... on IndustrialChain {{ {fields} }} }} }}");
    server.data(token, &query, json!({ "id": chain }))["node"].clone()
}

fn name(n: usize) -> String {
    format!("示例家纺{n}厂")
}

#[test]
fn four_gaps_and_two_single_points_are_found_and_the_replaceable_hub_is_not() {
    let (program, server, chain) = built();
    assert_eq!(segment(HUB), 13);
    let coordinator = program.token("coordinator", None);
    let fields = r#"coverage { placed }
        gaps(regionCode: "320612", first: 100) { missing weak extendable lookedAt isSupplyCounted
            gaps { kind node { name } makers demand onlyMaker { name }
                grow { enterprise { name } steps } invite { enterprise { name } regionCode } } }
        singlePoints(regionCode: "320612") { total replaceable lookedAt
            points { enterprise { name } products { name } cutOff cutOffObserved mustSwitch
                stake { knownBasisPoints known unknown } } }"#;
    let told = of_chain(&server, &coordinator, &chain, fields);
    assert_eq!(told["coverage"]["placed"], FIRMS);

    let gaps = &told["gaps"];
    let figures = ["missing", "weak", "extendable", "lookedAt"].map(|key| gaps[key].clone());
    assert_eq!(figures, [4, 2, 0, SEGMENTS].map(|n| json!(n)));
    assert_eq!(gaps["isSupplyCounted"], true);
    let rows = gaps["gaps"].as_array().unwrap();
    let named: Vec<&str> = rows.iter().map(|gap| gap["node"]["name"].as_str().unwrap()).collect();
    assert_eq!(named[..4], ["环节3", "环节7", "环节11", "环节15"]);
    assert!(rows[..4].iter().all(|gap| gap["kind"] == "MISSING" && gap["makers"] == 0));
    let next = on(4).len();
    assert_eq!(rows[0]["demand"], next, "those who make what the missing product goes into");
    assert_eq!(rows[0]["grow"].as_array().unwrap().len(), 5);
    assert_eq!(rows[0]["grow"][0], json!({ "enterprise": { "name": name(on(2)[0]) }, "steps": 1 }));
    let outside = json!([{ "enterprise": { "name": "示例外地三厂" }, "regionCode": "320613" }]);
    assert_eq!(rows[0]["invite"], outside);
    let makers: Vec<&Value> = rows[4..].iter().map(|gap| &gap["onlyMaker"]["name"]).collect();
    assert_eq!(makers, [&json!(name(1)), &json!(name(2))]);

    let risks = &told["singlePoints"];
    assert_eq!(risks["lookedAt"], FIRMS);
    assert_eq!((&risks["total"], &risks["replaceable"]), (&json!(2), &json!(1)));
    let buyers = [on(6).len(), on(10).len()];
    for (n, point) in risks["points"].as_array().unwrap().iter().enumerate() {
        // Each of those cut off makes eight tenths of its sales of what it no longer gets.
        let want = json!({ "enterprise": { "name": name(n + 1) },
            "products": [{ "name": format!("示例产品{}", ALONE[n]) }],
            "cutOff": buyers[n], "cutOffObserved": 0, "mustSwitch": 0,
            "stake": { "knownBasisPoints": 8_000 * buyers[n], "known": buyers[n], "unknown": 0 } });
        assert_eq!(*point, want);
    }
}

#[test]
fn a_loss_is_played_through_with_its_substitutes_on_both_doors() {
    let (program, server, chain) = built();
    let coordinator = program.token("coordinator", None);
    let query = "query($name: String!) { enterprises(filter: { search: $name }) { nodes { id } } }";
    let id = |n: usize| {
        let data = server.data(&coordinator, query, json!({ "name": format!("hz-{n:04}") }));
        data["enterprises"]["nodes"][0]["id"].as_str().unwrap().to_owned()
    };
    let removal = |n: usize, depth: usize| {
        let fields = format!(
            r#"removal(enterpriseId: "{}", regionCode: "320612", depth: {depth}, first: 100) {{
                cutOff mustSwitch stillSupplied total
                affected {{ fate step isObserved substitutesTotal
                    substitutes {{ enterprise {{ name }} suppliesAlready }} }} }}"#,
            id(n)
        );
        of_chain(&server, &coordinator, &chain, &fields)["removal"].clone()
    };
    let hub = removal(HUB, 6);
    let figures = ["cutOff", "mustSwitch", "stillSupplied", "total"].map(|key| hub[key].clone());
    assert_eq!(figures, [0, 5, 1, 5].map(|n| json!(n)), "the sixth keeps its second supplier");
    let makers = on(13).len();
    for one in hub["affected"].as_array().unwrap() {
        assert_eq!((&one["fate"], &one["isObserved"]), (&json!("MUST_SWITCH"), &json!(true)));
        assert_eq!(one["substitutesTotal"], makers - 1);
        assert_eq!(one["substitutes"].as_array().unwrap().len(), 5);
    }
    let alone = removal(1, 1);
    assert_eq!((&alone["cutOff"], &alone["mustSwitch"]), (&json!(on(6).len()), &json!(0)));
    // Nobody makes what the cut off would sell on: segment 7 is missing, so it ends there.
    assert_eq!(removal(1, 6)["cutOff"], on(6).len());

    let told = program.run(&[
        "graph", "chain", CHAIN, "removal", "hz-0001", "--steps", "6", "--region", "320612",
        "--json",
    ]);
    assert_eq!((told.code, &told.json()["cut_off"]), (0, &json!(on(6).len())), "{told:?}");
    let told =
        program.run(&["graph", "chain", CHAIN, "risks", "--region", "320612", "--json"]).json();
    assert_eq!((&told["total"], &told["replaceable"]), (&json!(2), &json!(1)));
    let told = program.run(&["graph", "chain", CHAIN, "gaps", "--region", "320612"]);
    assert!(told.out.starts_with("4 missing, 2 weak, 0 extendable; 16 looked at"), "{}", told.out);
    let told = program.run(&["graph", "chain", CHAIN, "leads", "--limit", "1", "--json"]).json();
    assert_eq!(told["firms"].as_array().unwrap().len(), 1);
    let told = program.run(&["graph", "chain", CHAIN, "local-supply", "--region", "320612"]);
    // Nine pairs, all of them here.
    assert!(told.out.contains("whole: 100.00 % (9 of 9 pairs"), "{}", told.out);
    let refused = program.run(&["graph", "chain", CHAIN, "local-supply"]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.err.contains("local supply needs --region"), "{}", refused.err);
    let stats = program.run(&["graph", "stats", "--json"]).json();
    // Sixteen products in a row hang on fourteen and on every link between them.
    assert_eq!((&stats["product_cut_points"], &stats["product_bridges"]), (&json!(14), &json!(15)));
    assert_eq!(stats["product_strong_groups"], 0);
}

#[test]
fn an_enterprise_learns_no_more_of_others_supply_than_the_public() {
    let (program, server, chain) = built();
    let buyer = on(14)[0];
    let firm = program.token("enterprise", Some(&format!("hz-{buyer:04}")));
    let secretary = program.token("committee_secretary", Some("hz-k0"));
    let stranger = program.token("committee_secretary", Some("hz-k1"));
    let coordinator = program.token("coordinator", None);
    let risks = r#"singlePoints(regionCode: "320612") { total }"#;
    let told = |token: &str, fields: &str| of_chain(&server, token, &chain, fields);
    assert_eq!(told(&secretary, risks)["singlePoints"]["total"], 2);
    assert_eq!(told(&coordinator, risks)["singlePoints"]["total"], 2);
    for token in [firm.as_str(), stranger.as_str(), ""] {
        assert_eq!(told(token, risks)["singlePoints"], Value::Null);
    }

    // Whatever region, level and year are asked for, the answers are those the public gets.
    let mut asked = 0;
    for region in ["320612", "320600", "320000", "320613"] {
        let mut fields = vec![format!(r#"leadFirms(regionCode: "{region}") {{ points }}"#)];
        for level in ["SEGMENT", "PRODUCT"] {
            fields.push(format!(
                r#"gaps(regionCode: "{region}", level: {level}) {{ isSupplyCounted
                    gaps {{ kind demand concentration invite {{ buyersHere }} }} }}"#
            ));
        }
        for year in ["", ", year: 2024", ", year: 2025"] {
            fields.push(format!(
                r#"localSupply(regionCode: "{region}"{year}) {{ whole {{ buyers localPairs needs
                    supplyRateBasisPoints }} segments {{ figures {{ buyers }} }} }}"#
            ));
        }
        for field in fields {
            assert_eq!(told(&firm, &field), told("", &field), "{field}");
            assert_eq!(told(&stranger, &field), told("", &field), "{field}");
            asked += 1;
        }
    }
    assert_eq!(asked, 24);
    let rate =
        r#"localSupply(regionCode: "320612") { whole { localPairs supplyRateBasisPoints } }"#;
    let hidden = json!({ "localPairs": null, "supplyRateBasisPoints": null });
    assert_eq!(told("", rate)["localSupply"]["whole"], hidden);
    let shown = json!({ "localPairs": 9, "supplyRateBasisPoints": 10_000 });
    assert_eq!(told(&secretary, rate)["localSupply"]["whole"], shown);

    // Its own supplier it sees; how many stand behind that one would tell of one enterprise.
    let tiers = |token: &str, n: usize| {
        let query = "query($name: String!) { enterprises(filter: { search: $name }) { nodes {
            supplyTiers(depth: 2) { step enterprises isWithheld } } } }";
        let data = server.data(token, query, json!({ "name": format!("hz-{n:04}") }));
        data["enterprises"]["nodes"][0]["supplyTiers"].clone()
    };
    let tier = |step: u64, count: Option<u64>| json!({ "step": step, "enterprises": count, "isWithheld": count.is_none() });
    assert_eq!(tiers(&firm, buyer), json!([tier(1, Some(1)), tier(2, None)]));
    assert_eq!(tiers(&coordinator, buyer), json!([tier(1, Some(1)), tier(2, Some(2))]));
    assert_eq!((tiers(&firm, HUB), tiers("", buyer)), (Value::Null, Value::Null));

    // The log tells who looked at the single points, and of nobody to whom they were not shown.
    server.terminate();
    assert_eq!(server.wait(), 0);
    let show = program.run(&["audit", "show", "--thing", &chain, "--field", "singlePoints"]);
    let reads: Vec<&str> = show.out.lines().filter(|line| line.contains("Read")).collect();
    assert_eq!(reads.len(), 2, "{show:?}");
    for role in ["committee_secretary", "coordinator"] {
        assert!(reads.iter().any(|line| line.contains(role)), "{role}: {show:?}");
    }
}

#[test]
fn suggested_alliances_cover_everybody_once_they_are_accepted() {
    let (program, server, chain) = built();
    let secretary = program.token("committee_secretary", Some("hz-k0"));
    let fields = r#"coverage { covered placed }
        allianceSuggestions(regionCode: "320612", fewest: 5, most: 80, first: 2) {
            total members small suggestions { name memberCount reason { zh } continues { name } } }"#;
    let told = of_chain(&server, &secretary, &chain, fields);
    assert_eq!(told["coverage"], json!({ "covered": 0, "placed": FIRMS }));
    let found = &told["allianceSuggestions"];
    assert_eq!((&found["members"], &found["small"]), (&json!(FIRMS), &json!(0)));
    assert_eq!(found["suggestions"].as_array().unwrap().len(), 2);
    let public = of_chain(&server, "", &chain, "allianceSuggestions { total }");
    assert_eq!(public["allianceSuggestions"], Value::Null);

    let region = ["--region", "320612", "--limit", "1000", "--json"];
    let asked = ["graph", "chain", CHAIN, "alliances", "--most", "80"];
    let rows = program.run(&[&asked[..], &region].concat()).json();
    assert_eq!(rows["total"], found["total"]);
    let rows = rows["suggestions"].as_array().unwrap().clone();
    let names: std::collections::BTreeSet<&str> =
        rows.iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), rows.len(), "no two have one name");
    let (mut alliances, mut partners) = (Vec::new(), Vec::new());
    for row in &rows {
        let name = row["name"].as_str().unwrap();
        let members = row["members"].as_array().unwrap();
        assert!((5..=80).contains(&members.len()), "{name}");
        alliances.push(format!("{name},{CHAIN}党委"));
        for member in members {
            partners.push(format!("{name},{CHAIN}党委,{}", member["name"].as_str().unwrap()));
        }
    }
    assert_eq!(partners.len(), FIRMS, "everybody is in exactly one");
    program.write("alliances/党建联盟.csv", csv("联盟名称,产业链党委", alliances));
    program.write("alliances/联盟成员.csv", csv("联盟名称,产业链党委,成员企业", partners));
    let folder = program.folder().join("alliances");
    let ran = program.run(&["import", folder.to_str().unwrap(), "--json"]);
    assert_eq!((ran.code, &ran.json()["rejected"]), (0, &json!(0)), "{ran:?}");
    let covered = "coverage { covered placed orphans overlaps shareBasisPoints }";
    let covered = of_chain(&server, &secretary, &chain, covered)["coverage"].clone();
    let all = json!({ "covered": FIRMS, "placed": FIRMS, "orphans": 0, "overlaps": 0,
        "shareBasisPoints": 10_000 });
    assert_eq!(covered, all);
}

/// With a wrong division everything would seem to be missing there, and nobody would notice.
#[test]
fn a_wrong_division_and_sizes_that_contradict_each_other_are_refused_at_both_doors() {
    let (program, server, chain) = built();
    let coordinator = program.token("coordinator", None);
    let cases = [
        ("gaps", "999999", "999999 is no division of GB/T 2260"),
        ("leads", "320602", "320602 is a past division; ask for 320613"),
    ];
    for (question, code, message) in cases {
        let refused = program.run(&["graph", "chain", CHAIN, question, "--region", code]);
        assert_eq!(refused.code, 2, "{refused:?}");
        assert!(refused.err.contains(message), "{}", refused.err);
    }
    let sizes = ["--fewest", "9", "--most", "3"];
    let refused = program.run(&[&["graph", "chain", CHAIN, "alliances"], &sizes[..]].concat());
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.err.contains("fewest is 9, more than most, 3"), "{}", refused.err);

    let cases = [
        (r#"gaps(regionCode: "999999") { missing }"#, "999999 is no division of GB/T 2260"),
        (r#"localSupply(regionCode: "320602") { __typename }"#, "ask for 320613"),
        (
            "allianceSuggestions(fewest: 9, most: 3) { __typename }",
            "fewest is 9, more than most, 3",
        ),
    ];
    for (field, message) in cases {
        let query = format!(
            "query($id: ID!) {{ node(id: $id) {{ ... on IndustrialChain {{ {field} }} }} }}"
        );
        let answer = server.ask(&coordinator, &query, json!({ "id": chain }));
        let error = &answer["errors"][0];
        assert!(error["message"].as_str().unwrap().contains(message), "{answer}");
        assert_eq!(error["extensions"]["code"], "BAD_INPUT", "{answer}");
    }
}
