use std::sync::atomic::{AtomicU32, Ordering};

use lianmeng_app::account::{self as accounts, AddAccount, AddGrant};
use lianmeng_app::desk::Clock;
use lianmeng_app::login::{self, Origin, Vouched};
use lianmeng_domain::actor::Role;

use super::*;
use crate::testing::{door, world};

fn gate() -> Gate {
    door().gate
}

/// The same office some seconds later.
fn later(office: &Office, seconds: i64) -> Office {
    let now = office.clock.now() + TimeDelta::seconds(seconds);
    Office { clock: Clock::Fixed(now), ..office.clone() }
}

/// Somebody who is a coordinator today and tomorrow, signed in.
async fn signed_in(office: &Office) -> Login {
    let desk = office.desk();
    let admin = Actor { subject: "admin".to_owned(), role: Role::SystemAdmin, body: None };
    let add = AddAccount {
        name: "li".to_owned(),
        display_name: "李".to_owned(),
        password: None,
        request_key: "add-li".to_owned(),
    };
    accounts::add(&desk, &admin, &add, &Secret::of([1; 32])).await.unwrap();
    let grant = AddGrant {
        name: "li".to_owned(),
        role: Role::Coordinator,
        body: None,
        from_on: None,
        until_on: desk.today.succ_opt(),
        is_default: false,
        is_administrator: false,
        may_export: false,
        request_key: "grant-li".to_owned(),
    };
    accounts::add_grant(&desk, &admin, &grant).await.unwrap();
    let vouched = Vouched {
        issuer: "https://id.example".to_owned(),
        subject: "7".to_owned(),
        name: Some("li".to_owned()),
        from: Origin { address: String::new(), agent: String::new() },
    };
    let refresh = Secret::of([2; 32]);
    login::sign_in_vouched(&desk, gate().lives(), &vouched, &refresh).await.unwrap().login
}

#[tokio::test]
async fn a_known_caller_costs_no_statement_and_a_revocation_is_felt_after_five_seconds() {
    let mut office = world().await;
    let statements = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&statements);
    office.db.set_metric_callback(move |_| {
        seen.fetch_add(1, Ordering::Relaxed);
    });
    let login = signed_in(&office).await;
    let gate = gate();
    let (token, ends_at) = gate.access_token(&office.desk(), &login).await.unwrap();
    assert_eq!(ends_at, office.clock.now() + TimeDelta::minutes(15));
    let caller = gate.caller(&office, &token, None).await.unwrap();
    assert_eq!(caller.actor.role, Role::Coordinator);
    let before = statements.load(Ordering::Relaxed);
    for seconds in [0, 4] {
        let office = later(&office, seconds);
        assert_eq!(gate.caller(&office, &token, None).await.unwrap(), caller);
        assert_eq!(gate.recheck(&office, &caller).await.unwrap(), caller);
    }
    assert_eq!(statements.load(Ordering::Relaxed), before, "remembered");
    login::sign_out(&office.desk(), login.id).await.unwrap();
    assert!(gate.caller(&later(&office, 4), &token, None).await.is_ok());
    let late = later(&office, 5);
    for refused in [gate.caller(&late, &token, None).await, gate.recheck(&late, &caller).await] {
        assert!(matches!(refused, Err(GateError::Token(TokenError::Ended))), "{refused:?}");
    }
}

#[tokio::test]
async fn what_is_forgotten_about_an_account_is_felt_at_once_by_requests_and_open_connections() {
    let office = world().await;
    let login = signed_in(&office).await;
    let gate = gate();
    let (token, _) = gate.access_token(&office.desk(), &login).await.unwrap();
    let caller = gate.caller(&office, &token, None).await.unwrap();
    let desk = office.desk();
    let admin = Actor { subject: "admin".to_owned(), role: Role::SystemAdmin, body: None };
    let id = caller.grant.unwrap();
    let revoke = accounts::RevokeGrant { id, request_key: "revoke-li".to_owned() };
    accounts::revoke_grant(&desk, &admin, &revoke).await.unwrap();
    assert_eq!(gate.recheck(&office, &caller).await.unwrap(), caller, "believed so far");
    gate.forget_account(login.account);
    let refused = gate.recheck(&office, &caller).await;
    assert!(matches!(refused, Err(GateError::Token(TokenError::NotHeld(_)))), "{refused:?}");
    let left = gate.caller(&office, &token, None).await.unwrap();
    assert_eq!((left.actor.role, left.grant), (Role::Public, None));
}

#[tokio::test]
async fn an_open_connection_ends_with_the_term_of_office_to_the_second() {
    let office = world().await;
    let login = signed_in(&office).await;
    let gate = gate();
    let (token, _) = gate.access_token(&office.desk(), &login).await.unwrap();
    let caller = gate.caller(&office, &token, None).await.unwrap();
    let end = lianmeng_app::desk::day_end(office.desk().today.succ_opt().unwrap());
    assert_eq!(caller.ends_at, Some(end));
    let at = |moment| Office { clock: Clock::Fixed(moment), ..office.clone() };
    let last = at(end - TimeDelta::seconds(1));
    assert_eq!(gate.recheck(&last, &caller).await.unwrap(), caller);
    let over = gate.recheck(&at(end), &caller).await;
    assert!(matches!(over, Err(GateError::Token(TokenError::Ended))), "{over:?}");
}

#[tokio::test]
async fn nonsense_is_refused_and_a_development_token_acts_for_itself_only() {
    let office = world().await;
    let gate = gate();
    for nonsense in ["", "x", "lm_x", "a.b.c", "lmr_x"] {
        let refused = gate.caller(&office, nonsense, None).await;
        assert!(matches!(refused, Err(GateError::Token(TokenError::Invalid))), "{nonsense}");
    }
    let actor = Actor { subject: "dev".to_owned(), role: Role::Auditor, body: None };
    let ends_at = office.clock.now() + TimeDelta::hours(1);
    let token = gate.developer_token(&office.desk(), &actor, ends_at).await.unwrap();
    let caller = gate.caller(&office, &token, None).await.unwrap();
    assert_eq!(caller, Caller::developer(actor, ends_at));
    let grant = Some("grant:00000000000000000000000001");
    let refused = gate.caller(&office, &token, grant).await;
    assert!(matches!(refused, Err(GateError::Token(TokenError::NotHeld(_)))), "{refused:?}");
    let over = later(&office, 3600);
    assert!(gate.caller(&over, &token, None).await.is_err());
    assert!(gate.recheck(&over, &caller).await.is_err());
}
