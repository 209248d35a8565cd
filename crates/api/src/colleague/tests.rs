use lianmeng_app::account::{AddAccount, add};
use lianmeng_app::caller::Caller;
use lianmeng_app::desk::Office;
use lianmeng_app::secret::Secret;
use lianmeng_domain::account::Grant;
use lianmeng_domain::actor::{Actor, Body, Role};
use lianmeng_domain::ids::{AccountId, GrantId};
use lianmeng_store::grant;
use serde_json::{Value, json};

use crate::ids;
use crate::testing::people::{ask_as, person};
use crate::testing::registry::{bureau_id, fill, firm_id};
use crate::testing::world;

/// An account called `name` with a grant for `body`.
async fn somebody(office: &Office, name: &str, role: Role, body: Body, is_admin: bool) -> Caller {
    let desk = office.desk();
    let admin = Actor { subject: "cli".to_owned(), role: Role::SystemAdmin, body: None };
    let cmd = AddAccount {
        name: name.to_owned(),
        display_name: name.to_owned(),
        password: None,
        request_key: format!("add {name}"),
    };
    let account = add(&desk, &admin, &cmd, &Secret::of([1; 32])).await.unwrap();
    give(office, account, role, body, is_admin).await
}

async fn give(
    office: &Office,
    account: AccountId,
    role: Role,
    body: Body,
    is_administrator: bool,
) -> Caller {
    let desk = office.desk();
    let held = Grant {
        id: desk.mint::<GrantId>(),
        account,
        role,
        body: Some(body),
        from_on: desk.today,
        until_on: None,
        is_default: false,
        is_administrator,
        may_export: false,
        revoked_at: None,
    };
    grant::insert(&office.db, &held).await.unwrap();
    person(office, &json!(ids::wire(account)), &json!(ids::wire(held.id))).await
}

fn ours() -> Body {
    Body::Enterprise(firm_id(1))
}

async fn office() -> Office {
    let office = world().await;
    fill(&office, 2).await;
    office
}

async fn add_one(office: &Office, who: &Caller, name: &str, key: &str) -> Value {
    let query = format!(
        r#"mutation {{ done: colleagueAdd(input: {{ name: "{name}", displayName: "李明", untilOn: "2026-12-31", requestKey: "{key}" }}) {{
            accountId grantId passwordCode {{ code link }} errors {{ code field }}
        }} }}"#
    );
    ask_as(office, who.clone(), &query).await["data"]["done"].clone()
}

async fn change(office: &Office, who: &Caller, what: &str, account: &Value, key: &str) -> Value {
    let account = account.as_str().unwrap();
    let query = format!(
        r#"mutation {{ done: {what}(input: {{ accountId: "{account}", requestKey: "{key}" }}) {{
            accountId passwordCode {{ code }} errors {{ code field }}
        }} }}"#
    );
    ask_as(office, who.clone(), &query).await["data"]["done"].clone()
}

async fn choose(office: &Office, code: &Value, password: &str, key: &str) -> Value {
    let code = code.as_str().unwrap();
    let query = format!(
        r#"mutation {{ done: passwordChoose(input: {{ code: "{code}", password: "{password}", requestKey: "{key}" }}) {{
            name errors {{ code field }}
        }} }}"#
    );
    ask_as(office, Caller::public(), &query).await["data"]["done"].clone()
}

async fn people(office: &Office, who: &Caller) -> Vec<String> {
    let list = "{ colleagues { nodes { name untilOn isAdministrator mayResetPassword } } }";
    let answer = ask_as(office, who.clone(), list).await;
    let nodes = answer["data"]["colleagues"]["nodes"].as_array().unwrap();
    nodes.iter().map(|node| node["name"].as_str().unwrap().to_owned()).collect()
}

fn error(code: &str, field: &str) -> Value {
    json!([{ "code": code, "field": field }])
}

#[tokio::test]
async fn an_administrator_adds_a_colleague_who_chooses_a_password_once() {
    let office = office().await;
    let boss = somebody(&office, "wang", Role::Enterprise, ours(), true).await;
    let added = add_one(&office, &boss, "li.ming", "add-00001").await;
    assert_eq!(added["errors"], json!([]), "{added}");
    let code = added["passwordCode"]["code"].clone();
    let link = format!("/join?password={}", code.as_str().unwrap());
    assert_eq!(added["passwordCode"]["link"], link);
    let again = add_one(&office, &boss, "li.ming", "add-00001").await;
    assert_eq!((&again["grantId"], &again["passwordCode"]), (&added["grantId"], &Value::Null));
    let twice = add_one(&office, &boss, "LI.MING", "add-00002").await;
    assert_eq!(twice["errors"], error("TAKEN", "name"));
    assert_eq!(people(&office, &boss).await, ["wang", "li.ming"]);

    let weak = choose(&office, &code, "short", "choose-01").await;
    assert_eq!(weak["errors"], error("INVALID", "password"));
    let password = "seven herons over the river";
    let chosen = choose(&office, &code, password, "choose-01").await;
    assert_eq!(chosen, json!({ "name": "li.ming", "errors": [] }));
    assert_eq!(choose(&office, &code, password, "choose-01").await, chosen, "the same request");
    let used = choose(&office, &code, password, "choose-02").await;
    assert_eq!(used["errors"], error("NOT_FOUND", "code"));
    let reset =
        change(&office, &boss, "colleaguePasswordReset", &added["accountId"], "reset-001").await;
    let code = &reset["passwordCode"]["code"];
    assert_eq!(choose(&office, code, password, "choose-03").await["name"], "li.ming");
}

#[tokio::test]
async fn nobody_but_an_administrator_who_signed_in_touches_the_people_of_a_body() {
    let office = office().await;
    let boss = somebody(&office, "wang", Role::Enterprise, ours(), true).await;
    let plain = somebody(&office, "zhao", Role::Enterprise, ours(), false).await;
    let theirs = Body::Enterprise(firm_id(2));
    let other = somebody(&office, "qian", Role::Enterprise, theirs, true).await;
    let added = add_one(&office, &boss, "li.ming", "add-00001").await;
    let developer = Caller::plain(Actor { subject: "dev".to_owned(), ..boss.actor.clone() });
    for who in [&plain, &developer, &Caller::public()] {
        let refused = add_one(&office, who, "sun", "add-00009").await;
        assert_eq!(refused["errors"], error("NOT_FOUND", "accountId"), "{who:?}");
        assert_eq!(people(&office, who).await, Vec::<String>::new(), "{who:?}");
    }
    for who in [&plain, &other, &developer, &Caller::public()] {
        for what in ["colleagueRemove", "colleaguePasswordReset"] {
            let refused = change(&office, who, what, &added["accountId"], "change-01").await;
            assert_eq!(refused["errors"], error("NOT_FOUND", "accountId"), "{what} {who:?}");
        }
    }
    assert_eq!(people(&office, &other).await, ["qian"]);
    assert_eq!(people(&office, &boss).await, ["wang", "zhao", "li.ming"], "nothing changed");
}

#[tokio::test]
async fn somebody_elses_account_may_be_added_but_not_taken_over() {
    let office = office().await;
    let boss = somebody(&office, "wang", Role::Enterprise, ours(), true).await;
    let bureau = Body::Organisation(bureau_id());
    let officer = somebody(&office, "sun", Role::DepartmentHandler, bureau.clone(), false).await;
    let added = add_one(&office, &boss, "sun", "add-00001").await;
    assert_eq!((&added["errors"], &added["passwordCode"]), (&json!([]), &Value::Null));
    let account = added["accountId"].clone();
    let reset = change(&office, &boss, "colleaguePasswordReset", &account, "reset-001").await;
    assert_eq!(reset["errors"], error("INVALID", "accountId"), "they came with their account");

    let made = add_one(&office, &boss, "li.ming", "add-00002").await;
    let id: AccountId = ids::decode(made["accountId"].as_str().unwrap()).unwrap();
    give(&office, id, Role::DepartmentHandler, bureau, false).await;
    let reset = change(&office, &boss, "colleaguePasswordReset", &made["accountId"], "reset-002");
    assert_eq!(reset.await["errors"], error("INVALID", "accountId"), "they act for others, too");

    let removed = change(&office, &boss, "colleagueRemove", &account, "remove-01").await;
    assert_eq!(removed["errors"], json!([]));
    let left = grant::find(&office.db, officer.grant.unwrap()).await.unwrap().unwrap();
    assert_eq!(left.revoked_at, None, "what they are elsewhere they stay");
    let twice = change(&office, &boss, "colleagueRemove", &account, "remove-02").await;
    assert_eq!(twice["errors"], error("NOT_FOUND", "accountId"));
    assert_eq!(people(&office, &boss).await, ["wang", "li.ming"]);
}

#[tokio::test]
async fn whoever_leaves_gives_up_their_own_grant_and_no_other() {
    let office = office().await;
    let boss = somebody(&office, "wang", Role::Enterprise, ours(), true).await;
    let plain = somebody(&office, "zhao", Role::Enterprise, ours(), false).await;
    let leave = async |who: &Caller, grant: GrantId, key: &str| {
        let grant = ids::wire(grant);
        let query = format!(
            r#"mutation {{ done: grantLeave(input: {{ grantId: "{grant}", requestKey: "{key}" }}) {{ leftId errors {{ code field }} }} }}"#
        );
        ask_as(&office, who.clone(), &query).await["data"]["done"].clone()
    };
    let (theirs, own) = (boss.grant.unwrap(), plain.grant.unwrap());
    let refused = leave(&plain, theirs, "leave-001").await;
    assert_eq!(refused["errors"], error("NOT_FOUND", "grantId"));
    let left = leave(&plain, own, "leave-002").await;
    assert_eq!(left, json!({ "leftId": ids::wire(own), "errors": [] }));
    assert_eq!(leave(&plain, own, "leave-003").await["errors"], error("NOT_FOUND", "grantId"));
    assert_eq!(people(&office, &boss).await, ["wang"]);
}
