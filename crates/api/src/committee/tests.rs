use lianmeng_domain::actor::{Actor, Body, Role};
use lianmeng_domain::ids::{AllianceId, ChainCommitteeId, ChainSegmentId, Id as _};
use serde_json::{Value, json};

use crate::ids::wire;
use crate::testing::registry::{bureau_id, chain_id, committee_id, fill, firm_id};
use crate::testing::{actor, ask, world};

fn secretary() -> Actor {
    actor(Role::CommitteeSecretary, Some(Body::Committee(committee_id())))
}

#[tokio::test]
async fn a_committee_shows_its_seats_what_is_missing_and_how_far_it_reaches() {
    let office = world().await;
    fill(&office, 5).await;
    let query = "{ committees { totalCount nodes {
        name form chain { name tags } emptySeatKinds
        seats { kind isHeldToday holder {
            ... on Enterprise { name } ... on Organisation { name kind } } }
        alliances { name lead { name } segments { name reach }
            partners { ... on Enterprise { name } } }
        coverage { placed covered overlaps orphans shareBasisPoints }
    } } }";
    let answer = ask(&office, Actor::public(), query).await;
    let committee = &answer["data"]["committees"]["nodes"][0];
    assert_eq!(committee["emptySeatKinds"], json!(["CHAMBER", "BANK", "INSTITUTE"]), "{answer}");
    let bureau = json!({ "name": "示例商务局", "kind": "DEPARTMENT" });
    let seat = json!({ "kind": "DEPARTMENT", "isHeldToday": true, "holder": bureau });
    assert_eq!(committee["seats"][0], seat);
    let even = json!([{ "name": "示例家纺2厂" }, { "name": "示例家纺4厂" }]);
    let second = json!({ "name": "示例联盟2", "lead": null, "partners": even,
        "segments": [{ "name": "成品", "reach": "DOWNSTREAM" }] });
    assert_eq!(committee["alliances"][1], second);
    let coverage = json!({ "placed": 5, "covered": 5, "overlaps": 2, "orphans": 0,
        "shareBasisPoints": 10_000 });
    assert_eq!(committee["coverage"], coverage);
}

#[tokio::test]
async fn an_enterprise_that_leaves_every_alliance_is_an_orphan() {
    let office = world().await;
    fill(&office, 4).await;
    let leave = |key: &str, alliance: u128, firm: u128| {
        format!(
            r#"mutation {{ alliancePartnerRemove(input: {{ requestKey: "leave-{key}",
            allianceId: "{}", partnerId: "{}" }}) {{ alliance {{ name }} errors {{ code field }} }} }}"#,
            wire(AllianceId::from(alliance)),
            wire(firm_id(firm)),
        )
    };
    for (key, alliance, firm) in [("001", 1, 3), ("002", 2, 4), ("003", 1, 4)] {
        let done = ask(&office, secretary(), &leave(key, alliance, firm)).await;
        assert_eq!(done["data"]["alliancePartnerRemove"]["errors"], json!([]), "{done}");
    }
    let lead = ask(&office, secretary(), &leave("004", 1, 1)).await;
    let error = json!([{ "code": "INVALID", "field": "partnerId" }]);
    assert_eq!(lead["data"]["alliancePartnerRemove"]["errors"], error, "the lead stays");
    let query = "{ chains { nodes { coverage { placed covered overlaps orphans
        shareBasisPoints } } } }";
    let answer = ask(&office, Actor::public(), query).await;
    let want = json!({ "placed": 4, "covered": 2, "overlaps": 1, "orphans": 2,
        "shareBasisPoints": 5_000 });
    assert_eq!(answer["data"]["chains"]["nodes"][0]["coverage"], want);
}

fn appoint(key: &str, kind: &str, holder: &str, term: &str) -> String {
    format!(
        r#"mutation {{ seatAppoint(input: {{ requestKey: "appoint-{key}", committeeId: "{}",
        kind: {kind}, holderId: "{holder}"{term} }}) {{ seat {{ id kind fromOn untilOn isHeldToday }}
        errors {{ code field message }} }} }}"#,
        wire(committee_id()),
    )
}

#[tokio::test]
async fn the_secretary_gives_and_ends_seats_of_the_own_committee() {
    let office = world().await;
    fill(&office, 2).await;
    let firm = wire(firm_id(2));
    let given = ask(&office, secretary(), &appoint("1", "LEADING_ENTERPRISE", &firm, "")).await;
    let seat = &given["data"]["seatAppoint"]["seat"];
    assert_eq!(seat["fromOn"], "2026-03-02", "a term begins today unless it says otherwise");
    assert_eq!(seat["isHeldToday"], true);

    let end = |key: &str, day: &str| {
        format!(
            r#"mutation {{ seatEnd(input: {{ requestKey: "{key}", seatId: {}, untilOn: "{day}" }}) {{
            seat {{ untilOn }} errors {{ code field }} }} }}"#,
            seat["id"],
        )
    };
    let early = ask(&office, secretary(), &end("end-00001", "2026-03-01")).await;
    let error = json!([{ "code": "INVALID", "field": "untilOn" }]);
    assert_eq!(early["data"]["seatEnd"], json!({ "seat": null, "errors": error }));
    let ended = ask(&office, secretary(), &end("end-00002", "2026-03-31")).await;
    assert_eq!(ended["data"]["seatEnd"]["seat"], json!({ "untilOn": "2026-03-31" }));
}

#[tokio::test]
async fn a_seat_must_fit_its_holder() {
    let office = world().await;
    fill(&office, 1).await;
    let bureau = wire(bureau_id());
    let wrong = ask(&office, secretary(), &appoint("1", "BANK", &bureau, "")).await;
    let error = json!([{ "code": "INVALID", "field": "kind", "message":
        "a seat of kind bank cannot be held by this unit; it may hold one of kind department" }]);
    assert_eq!(wrong["data"]["seatAppoint"], json!({ "seat": null, "errors": error }));
    let nobody = wire(lianmeng_domain::ids::OrganisationId::from(99));
    let nobody = ask(&office, secretary(), &appoint("2", "BANK", &nobody, "")).await;
    let code = &nobody["data"]["seatAppoint"]["errors"][0]["code"];
    assert_eq!(code, "UNKNOWN_REFERENCE");
}

#[tokio::test]
async fn strangers_change_nothing_of_a_committee() {
    let office = world().await;
    fill(&office, 2).await;
    let other = Body::Committee(ChainCommitteeId::from(9));
    let strangers = [
        Actor::public(),
        actor(Role::CommitteeSecretary, Some(other)),
        actor(Role::Enterprise, Some(Body::Enterprise(firm_id(1)))),
        actor(Role::Auditor, None),
        actor(Role::SystemAdmin, None),
    ];
    let seats = "{ committees { nodes { version seats { id } alliances { version } } } }";
    let before = ask(&office, Actor::public(), seats).await;
    for stranger in strangers {
        let firm = wire(firm_id(2));
        let query = appoint("1", "LEADING_ENTERPRISE", &firm, "");
        let refused = ask(&office, stranger.clone(), &query).await;
        let code = &refused["data"]["seatAppoint"]["errors"][0]["code"];
        assert_eq!(code, "NOT_FOUND", "{stranger:?}");
        let remove = format!(
            r#"mutation {{ allianceRemove(input: {{ requestKey: "remove-01", id: "{}", version: 1 }}) {{
            removedId errors {{ code }} }} }}"#,
            wire(AllianceId::from(1)),
        );
        let refused = ask(&office, stranger, &remove).await;
        let want = json!({ "removedId": null, "errors": [{ "code": "NOT_FOUND" }] });
        assert_eq!(refused["data"]["allianceRemove"], want);
    }
    assert_eq!(ask(&office, Actor::public(), seats).await, before);
}

#[tokio::test]
async fn an_alliance_covers_segments_of_its_own_chain_and_its_lead_takes_part() {
    let office = world().await;
    fill(&office, 2).await;
    let register = |key: &str, name: &str, segment: &str| {
        format!(
            r#"mutation {{ allianceRegister(input: {{ requestKey: "{key}", committeeId: "{}",
            card: {{ name: "{name}", leadId: "{}", segmentIds: ["{segment}"] }} }}) {{
            alliance {{ id version partners {{ ... on Enterprise {{ name }} }} }}
            errors {{ code field }} }} }}"#,
            wire(committee_id()),
            wire(firm_id(2)),
        )
    };
    let own = wire(ChainSegmentId::from(2));
    let done = ask(&office, secretary(), &register("alliance-1", "示例联盟3", &own)).await;
    let alliance = &done["data"]["allianceRegister"]["alliance"];
    assert_eq!(alliance["partners"], json!([{ "name": "示例家纺2厂" }]), "{done}");
    let again = ask(&office, secretary(), &register("alliance-2", "示例联盟3", &own)).await;
    let error = json!([{ "code": "TAKEN", "field": "name" }]);
    assert_eq!(again["data"]["allianceRegister"]["errors"], error);

    let keeper = || actor(Role::Coordinator, None);
    let chain = r#"mutation { chainRegister(input: { requestKey: "chain-001", card: { name: "建筑" }
        }) { chain { id version } errors { code } } }"#;
    let chain = ask(&office, keeper(), chain).await;
    let add = format!(
        r#"mutation {{ segmentAdd(input: {{ requestKey: "segment-1", chainId: {},
        chainVersion: 1, card: {{ name: "设计", reach: UPSTREAM, position: 1 }} }}) {{
        segment {{ id chain {{ version }} }} errors {{ code }} }} }}"#,
        chain["data"]["chainRegister"]["chain"]["id"],
    );
    let segment = ask(&office, keeper(), &add).await;
    let segment = &segment["data"]["segmentAdd"]["segment"];
    assert_eq!(segment["chain"]["version"], 2, "segments belong to their chain");
    let foreign = segment["id"].as_str().unwrap();
    let foreign = ask(&office, secretary(), &register("alliance-3", "示例联盟4", foreign)).await;
    let error = json!([{ "code": "INVALID", "field": "segmentIds" }]);
    assert_eq!(foreign["data"]["allianceRegister"], json!({ "alliance": null, "errors": error }));
}

#[tokio::test]
async fn what_others_depend_on_stays() {
    let office = world().await;
    fill(&office, 1).await;
    let keeper = || actor(Role::Coordinator, None);
    for (field, id) in [
        ("chainRemove", wire(chain_id())),
        ("committeeRemove", wire(committee_id())),
        ("organisationRemove", wire(bureau_id())),
    ] {
        let query = format!(
            r#"mutation {{ {field}(input: {{ requestKey: "{field}-1", id: "{id}", version: 1 }}) {{
            removedId errors {{ code }} }} }}"#
        );
        let refused = ask(&office, keeper(), &query).await;
        let want = json!({ "removedId": null, "errors": [{ "code": "IN_USE" }] });
        assert_eq!(refused["data"][field], want, "{refused}");
    }
}

#[tokio::test]
async fn a_suggested_place_enters_no_figure_until_it_is_confirmed() {
    let office = world().await;
    fill(&office, 1).await;
    let keeper = || actor(Role::Coordinator, None);
    let firm = r#"mutation { enterpriseRegister(input: { requestKey: "firm-0001",
        card: { name: "示例新厂" } }) { enterprise { id } } }"#;
    let firm = ask(&office, keeper(), firm).await;
    let id = &firm["data"]["enterpriseRegister"]["enterprise"]["id"];
    let place = |key: &str, is_confirmed: bool| {
        format!(
            r#"mutation {{ placementSet(input: {{ requestKey: "{key}", enterpriseId: {id},
            segmentId: "{}", isConfirmed: {is_confirmed} }}) {{
            placement {{ isConfirmed enterprise {{ name }} }} errors {{ code }} }} }}"#,
            wire(ChainSegmentId::from(1)),
        )
    };
    let figure = async || -> Value {
        let query = "{ chains { nodes { coverage { placed orphans } } } }";
        ask(&office, Actor::public(), query).await["data"]["chains"]["nodes"][0]["coverage"].take()
    };
    ask(&office, keeper(), &place("place-001", false)).await;
    assert_eq!(figure().await, json!({ "placed": 1, "orphans": 0 }));
    let done = ask(&office, keeper(), &place("place-002", true)).await;
    assert_eq!(done["data"]["placementSet"]["placement"]["isConfirmed"], true, "{done}");
    assert_eq!(figure().await, json!({ "placed": 2, "orphans": 1 }));
    assert_eq!(ChainSegmentId::TAG, "segment");
}
