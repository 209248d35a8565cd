use lianmeng_domain::actor::{Actor, Role};
use serde_json::{Value, json};

use crate::ids::wire;
use crate::testing::registry::{fill, firm_id};
use crate::testing::{actor, ask, world};

fn card(name: &str, parent: &Value, home: &str) -> String {
    let parent = if parent.is_null() { String::new() } else { format!(", parentId: {parent}") };
    format!(r#"card: {{ name: "{name}", level: COMMITTEE{parent}{home} }}"#)
}

#[tokio::test]
async fn superiors_form_a_tree_of_their_own_and_a_cycle_is_refused() {
    let office = world().await;
    fill(&office, 2).await;
    let keeper = || actor(Role::Coordinator, None);
    let register = async |key: &str, card: String| -> Value {
        let query = format!(
            r#"mutation {{ partyOrganisationRegister(input: {{ requestKey: "party-{key}", {card} }})
            {{ partyOrganisation {{ id }} errors {{ code }} }} }}"#
        );
        let mut done = ask(&office, keeper(), &query).await;
        done["data"]["partyOrganisationRegister"]["partyOrganisation"]["id"].take()
    };
    let district = register("001", card("示例区委", &Value::Null, "")).await;
    // Firm 1 owns firm 2; its Party organisation stands below that of firm 2.
    let home = format!(r#", homeId: "{}""#, wire(firm_id(2)));
    let upper = register("002", card("示例二厂党委", &district, &home)).await;
    let home = format!(r#", homeId: "{}""#, wire(firm_id(1)));
    let lower = register("003", card("示例一厂党委", &upper, &home)).await;

    let turn = format!(
        r#"mutation {{ partyOrganisationUpdate(input: {{ requestKey: "party-004",
        partyOrganisationId: {district}, version: 1, {} }}) {{
        partyOrganisation {{ id }} errors {{ code field }} }} }}"#,
        card("示例区委", &lower, ""),
    );
    let refused = ask(&office, keeper(), &turn).await;
    let error = json!([{ "code": "CYCLE", "field": "parentId" }]);
    let want = json!({ "partyOrganisation": null, "errors": error });
    assert_eq!(refused["data"]["partyOrganisationUpdate"], want);

    let query = format!(
        r#"{{ node(id: "{}") {{ ... on Enterprise {{ parent {{ name }} partyOrganisations {{
        name level parent {{ name parent {{ name parent {{ name }} }} home {{
        ... on Enterprise {{ name }} }} }} }} }} }} }}"#,
        wire(firm_id(1)),
    );
    let answer = ask(&office, Actor::public(), &query).await;
    let top = json!({ "name": "示例区委", "parent": null });
    let home = json!({ "name": "示例家纺2厂" });
    let above = json!({ "name": "示例二厂党委", "parent": top, "home": home });
    let own = json!([{ "name": "示例一厂党委", "level": "COMMITTEE", "parent": above }]);
    let want = json!({ "parent": null, "partyOrganisations": own });
    assert_eq!(answer["data"]["node"], want, "the owner's Party organisation may stand below");
}
