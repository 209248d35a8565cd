//! Weights through GraphQL, and what changes when other ones are in force.

use lianmeng_app::desk::Office;
use lianmeng_app::weights::{Answer, Refusal, learn};
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::{ChainCommitteeId, EnterpriseId, NeedId, SuggestionId};
use lianmeng_domain::need::{Need, NeedStage, Rating};
use lianmeng_domain::suggestion::{
    DeclineCode, DeclineReason, Reason, Side, Suggestion, SuggestionKind, SuggestionStage,
};
use lianmeng_domain::weights::Fusion;
use lianmeng_store::{need, suggestion};
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};

use crate::ids::wire;
use crate::testing::casework::{coordinator, firm, head_office, secretary, town, unit};
use crate::testing::{actor, ask};

const A: &str = r#"[{ criterion: "text", points: 9000 }, { criterion: "capability", points: 0 },
    { criterion: "industry", points: 0 }, { criterion: "place", points: 1000 },
    { criterion: "tier", points: 0 }, { criterion: "history", points: 0 },
    { criterion: "recency", points: 0 }]"#;

async fn change(office: &Office, who: Actor, query: &str) -> Value {
    let answer = ask(office, who, &format!("mutation {{ p: {query} }}")).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["p"].clone()
}

fn proposal(key: &str, a: &str) -> String {
    format!(
        r#"matchWeightsPropose(input: {{ weights: {{ a: {a}, b: [], fusion: ONE_SIDED }},
            why: "文字优先", requestKey: "{key}" }}) {{
            weights {{ version isActive why }} errors {{ code field message }} }}"#
    )
}

async fn activate(office: &Office, who: Actor, version: i32, key: &str) -> Value {
    let query = format!(
        r#"matchWeightsActivate(input: {{ version: {version}, requestKey: "{key}" }}) {{
            weights {{ version isActive }} errors {{ code field }} }}"#
    );
    change(office, who, &query).await
}

/// A need of enterprise 1 and offers of enterprises 2 and 4; gives the need.
async fn market(office: &Office) -> String {
    for (number, title) in [(2, "低排放染整工艺"), (4, "染整废水回用服务")] {
        let offer = format!(
            r#"offerRegister(input: {{ requestKey: "offer-0{number}", providerId: "{}", card: {{
                kind: TECHNOLOGY, title: "{title}", capacity: 5, unit: "项" }} }}) {{ errors {{ code }} }}"#,
            wire(EnterpriseId::from(number))
        );
        assert_eq!(change(office, firm(number), &offer).await["errors"], json!([]));
    }
    submit(office, "submit-1").await
}

/// A need of enterprise 1.
async fn submit(office: &Office, key: &str) -> String {
    let need = format!(
        r#"needSubmit(input: {{ requestKey: "{key}", confirmsNoSecret: true, card: {{
            enterpriseId: "{}", committeeId: "{}", kind: TECH_BREAKTHROUGH, title: "求低排放染整工艺",
            body: "染整" }} }}) {{ need {{ id }} errors {{ code }} }}"#,
        wire(EnterpriseId::from(1)),
        wire(ChainCommitteeId::from(5)),
    );
    change(office, firm(1), &need).await["need"]["id"].as_str().unwrap().to_owned()
}

async fn make(office: &Office, need: &str, key: &str) -> Vec<Value> {
    let query = format!(
        r#"suggestionsMake(input: {{ needId: "{need}", requestKey: "{key}" }}) {{
            suggestions {{ id points weightsVersion fusion reasons {{ points }}
                gainOfA {{ points reasons {{ criterion points }} }}
                gainOfB {{ points reasons {{ criterion points }} }} }} errors {{ code }} }}"#
    );
    change(office, coordinator(), &query).await["suggestions"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_version_is_proposed_activated_and_rolled_back_by_coordinators_only() {
    let office = town().await;
    let list =
        "{ matchWeights { version isActive fusion a { points } b { points } madeBy report } }";
    for who in [secretary(5), firm(1), unit(7), Actor::public(), actor(Role::SystemAdmin, None)] {
        let seen = ask(&office, who.clone(), list).await;
        assert_eq!(seen["data"]["matchWeights"], json!([]), "{who:?}");
        let refused = change(&office, who.clone(), &proposal("propose-1", A)).await;
        assert_eq!(refused["errors"][0]["code"], "NOT_FOUND");
        assert_eq!(activate(&office, who, 1, "activ-01").await["errors"][0]["code"], "NOT_FOUND");
    }
    let auditor = ask(&office, actor(Role::Auditor, None), list).await;
    let versions = auditor["data"]["matchWeights"].as_array().unwrap();
    let got: Vec<_> =
        versions.iter().map(|v| (v["version"].clone(), v["isActive"].clone())).collect();
    assert_eq!(got, [(json!(2), json!(true)), (json!(1), json!(false))]);

    let made = change(&office, coordinator(), &proposal("propose-1", A)).await;
    assert_eq!(made["weights"], json!({ "version": 3, "isActive": false, "why": "文字优先" }));
    let again = change(&office, coordinator(), &proposal("propose-1", A)).await;
    assert_eq!(made, again, "the same key");
    let short = A.replace("9000", "8999");
    let wrong = change(&office, coordinator(), &proposal("propose-2", &short)).await;
    assert_eq!(
        wrong["errors"][0],
        json!({ "code": "INVALID", "field": "weights",
            "message": "the points of side a add up to 9999, not to 10000" })
    );
    for (version, key) in [(3, "activ-02"), (1, "activ-03"), (2, "activ-04")] {
        let done = activate(&office, coordinator(), version, key).await;
        assert_eq!(done["weights"], json!({ "version": version, "isActive": true }));
    }
    let missing = activate(&office, coordinator(), 9, "activ-05").await;
    assert_eq!(missing["errors"][0], json!({ "code": "NOT_FOUND", "field": "version" }));
}

#[tokio::test]
async fn suggestions_are_made_with_the_version_in_force_and_keep_it() {
    let office = town().await;
    let need = market(&office).await;
    let both = make(&office, &need, "make-001").await;
    assert_eq!(both.len(), 2, "{both:?}");
    for one in &both {
        assert_eq!((&one["weightsVersion"], &one["fusion"]), (&json!(2), &json!("HARMONIC")));
        let sum = |list: &Value| -> i64 {
            list.as_array().unwrap().iter().map(|r| r["points"].as_i64().unwrap()).sum()
        };
        let (a, b) = (&one["gainOfA"], &one["gainOfB"]);
        assert_eq!(
            (sum(&a["reasons"]), sum(&b["reasons"])),
            (a["points"].as_i64().unwrap(), b["points"].as_i64().unwrap())
        );
        let (a, b) = (sum(&a["reasons"]), sum(&b["reasons"]));
        assert_eq!(one["points"], json!(2 * a * b / (a + b)), "the harmonic mean, rounded down");
        assert_eq!(json!(sum(&one["reasons"])), one["points"]);
    }
    activate(&office, coordinator(), 1, "activ-01").await;
    let still = make(&office, &need, "make-002").await;
    assert_eq!(still, both, "what was made keeps its points and version");
    let another = submit(&office, "submit-2").await;
    let rolled_back = make(&office, &another, "make-003").await;
    assert_eq!(rolled_back.len(), 2, "{rolled_back:?}");
    for one in &rolled_back {
        assert_eq!((&one["weightsVersion"], &one["fusion"]), (&json!(1), &json!("ONE_SIDED")));
    }
}

/// Eighty suggestions that both sides accepted and eighty that both declined; being near decides.
/// The needs behind the first two were rated.
async fn answered(office: &Office) {
    let part = |criterion: &str, points| Reason {
        criterion: criterion.to_owned(),
        points,
        zh: String::new(),
        en: String::new(),
    };
    let no = || Some(DeclineReason { code: DeclineCode::NoFit, note: None });
    let enterprise = EnterpriseId::from(1);
    for number in 0..160_u128 {
        let is_yes = number % 2 == 0;
        let stars = [(0, 1), (2, 5)].into_iter().find(|(of, _)| *of == number);
        let need = Need {
            rating: stars.map(|(_, stars)| Rating::new(stars).unwrap()),
            stage: NeedStage::Closed,
            ..Need::blank(NeedId::from(1_000 + number), enterprise, office.desk().now)
        };
        need::insert(&office.db, &need).await.unwrap();
        let text = i32::try_from(number * 1_237 % 2_500).unwrap();
        let place = if is_yes { 1_000 } else { 100 };
        let one = Suggestion {
            id: SuggestionId::from(1_000 + number),
            kind: SuggestionKind::Enterprise,
            need: Some(need.id),
            offer: None,
            project: None,
            committee: None,
            a: enterprise,
            b: Member::Enterprise(EnterpriseId::from(2)),
            points: 0,
            reasons: vec![part("text", text), part("place", place)],
            reasons_b: vec![part("text", text), part("place", place)],
            fusion: Fusion::Harmonic,
            stage: if is_yes { SuggestionStage::Mutual } else { SuggestionStage::Declined },
            decline_a: if is_yes { None } else { no() },
            decline_b: if is_yes { None } else { no() },
            weights_version: 2,
            version: 1,
        };
        suggestion::insert_many(&office.db, &[one]).await.unwrap();
    }
}

#[tokio::test]
async fn what_decided_answers_gains_weight_and_ratings_count_for_who_rated() {
    let office = town().await;
    let none = learn(&office.desk(), &coordinator()).await.unwrap();
    assert_eq!(none.1, Err(Refusal::TooFew(0)));
    answered(&office).await;
    assert!(learn(&office.desk(), &secretary(5)).await.is_err());
    let (report, learned) = learn(&office.desk(), &coordinator()).await.unwrap();
    assert_eq!((report.answers, report.from_version), (320, 2));
    let counts = |side: usize| {
        let counts = &report.sides[side].answers;
        [Answer::Declined, Answer::Dissatisfied, Answer::Accepted, Answer::Satisfied]
            .map(|answer| counts.get(&answer).copied().unwrap_or(0))
    };
    assert_eq!((counts(0), counts(1)), ([80, 1, 78, 1], [80, 0, 80, 0]));
    let learned = learned.unwrap();
    for side in [Side::A, Side::B] {
        assert!(
            learned.of(side, "place") > 1_000 && learned.of(side, "text") < 2_500,
            "{learned:?}"
        );
    }
    assert_eq!(
        learn(&office.desk(), &coordinator()).await.unwrap().1,
        Ok(learned),
        "the same rows"
    );
}

#[tokio::test]
async fn each_side_reads_its_own_gain_and_cards_and_invitations_keep_to_that() {
    let office = town().await;
    let need = market(&office).await;
    let made = make(&office, &need, "make-001").await;
    let id = made[0]["id"].as_str().unwrap();
    let show = format!(
        r#"suggestionShow(input: {{ suggestionId: "{id}", requestKey: "show-001" }}) {{ errors {{ code }} }}"#
    );
    assert_eq!(change(&office, secretary(5), &show).await["errors"], json!([]));
    let query = format!(
        r#"{{ node(id: "{id}") {{ ... on Suggestion {{ points reasons {{ points }}
            gainOfA {{ points }} gainOfB {{ points }} card {{ zh en }} b: card(side: B) {{ zh }}
            visit {{ zh en }} counterfactuals {{ fact change pointsOfA pointsOfB points rank rankThen zh en }} }} }} }}"#
    );
    let cases = [
        ("side a", firm(1), true, false),
        ("head office of a", head_office(3), true, false),
        ("side b", firm(2), false, true),
        ("secretary", secretary(5), true, true),
        ("coordinator", coordinator(), true, true),
        ("auditor", actor(Role::Auditor, None), true, true),
        ("other secretary", secretary(6), false, false),
        ("stranger", firm(4), false, false),
    ];
    for (name, who, a, b) in cases {
        let seen = ask(&office, who, &query).await["data"]["node"].clone();
        let has = |field: &str| !seen[field].is_null();
        assert_eq!((has("gainOfA"), has("gainOfB")), (a, b), "{name}: {seen}");
        assert_eq!(has("counterfactuals"), a && b, "{name}: {seen}");
        assert_eq!(has("visit"), a || b, "{name}: {seen}");
        assert_eq!(has("b"), b, "{name}: {seen}");
        if a != b {
            let own = if a { &seen["gainOfA"] } else { &seen["gainOfB"] };
            assert_eq!(seen["points"], own["points"], "{name} reads the score of its own side");
        }
    }
    let seen = ask(&office, coordinator(), &query).await["data"]["node"].clone();
    let changes = seen["counterfactuals"].as_array().unwrap();
    // Those without which there would be no suggestion come first.
    let size = |one: &Value| one["points"].as_i64().map_or(i64::MAX, i64::abs);
    assert!(changes.windows(2).all(|pair| size(&pair[0]) >= size(&pair[1])), "{seen}");
    assert!(
        changes.iter().all(|one| one["points"].is_null() == one["rankThen"].is_null()),
        "{seen}"
    );
    let of = |fact: &str, change: &str| {
        let one = changes.iter().find(|one| one["fact"] == fact && one["change"] == change);
        let one = one.unwrap_or_else(|| panic!("{fact} {change}: {seen}"));
        [&one["pointsOfA"], &one["pointsOfB"]].map(|points| points.as_i64().unwrap())
    };
    assert_eq!(changes[0]["fact"], "TEXT", "nothing else speaks for it: {seen}");
    assert!(of("TEXT", "WITHOUT").iter().all(|&points| points < 0), "{seen}");
    assert_eq!(of("PLACE", "BEST"), [1_000, 1_000], "both gain by one fact");
    assert_eq!(of("ROOM", "WITHOUT"), [0, -500]);
    assert!(seen["visit"]["zh"].as_str().unwrap().starts_with("对双方："), "{seen}");
}

#[tokio::test]
async fn what_would_be_otherwise_is_told_and_nothing_is_saved() {
    let office = town().await;
    let need = market(&office).await;
    let rows = || async {
        let mut counts = Vec::new();
        for table in lianmeng_store::backup::tables(&office.db).await.unwrap() {
            let backend = office.db.get_database_backend();
            let question = format!("SELECT count(*) AS n FROM \"{table}\"");
            let row = office.db.query_one_raw(Statement::from_string(backend, question)).await;
            counts.push((table, row.unwrap().unwrap().try_get::<i64>("", "n").unwrap()));
        }
        counts
    };
    let before = rows().await;
    let ask_it = |arguments: String| {
        let office = &office;
        let need = &need;
        async move {
            let query = format!(
                r#"{{ suggestionsWhatIf(needId: "{need}"{arguments}) {{ difference {{ gained lost kept
                    totalPoints totalPointsThen contenders {{ member {{ ... on Enterprise {{ name }} }}
                    rank points rankThen pointsThen }} }} errors {{ code }} }} }}"#
            );
            let answer = ask(office, coordinator(), &query).await;
            assert!(answer["errors"].is_null(), "{answer}");
            answer["data"]["suggestionsWhatIf"].clone()
        }
    };
    let same = ask_it(String::new()).await["difference"].clone();
    assert_eq!((&same["gained"], &same["lost"], &same["kept"]), (&json!(0), &json!(0), &json!(2)));
    assert_eq!(same["totalPoints"], same["totalPointsThen"]);
    let gone = format!(r#", without: ["{}"]"#, wire(EnterpriseId::from(2)));
    let less = ask_it(gone).await["difference"].clone();
    assert_eq!((&less["gained"], &less["lost"], &less["kept"]), (&json!(0), &json!(1), &json!(1)));
    let lost = &less["contenders"][1];
    assert_eq!((&lost["member"]["name"], &lost["rankThen"]), (&json!("染整企业2"), &Value::Null));
    let other = ask_it(format!(", weights: {{ a: {A}, b: [], fusion: ONE_SIDED }}")).await;
    let other = other["difference"].clone();
    assert_ne!(other["totalPoints"], other["totalPointsThen"], "{other}");
    let wrong = ask_it(format!(", weights: {{ a: {A}, b: [], fusion: MINIMUM }}")).await;
    assert_eq!(
        (&wrong["difference"], &wrong["errors"][0]["code"]),
        (&Value::Null, &json!("INVALID"))
    );
    assert_eq!(rows().await, before, "asking saves nothing");

    let query = format!(
        r#"{{ suggestionsWhatIf(needId: "{need}") {{ difference {{ kept }} errors {{ code }} }} }}"#
    );
    for (who, sees) in
        [(secretary(5), true), (secretary(6), false), (firm(1), false), (Actor::public(), false)]
    {
        let answer = ask(&office, who, &query).await["data"]["suggestionsWhatIf"].clone();
        assert_eq!(answer["difference"].is_null(), !sees, "{answer}");
        assert_eq!(answer["errors"][0]["code"] == "NOT_FOUND", !sees, "{answer}");
    }
}
