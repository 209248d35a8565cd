//! People who signed in, and asking as one of them.

use std::sync::Arc;

use async_graphql::{Executor as _, Request};
use lianmeng_app::caller::{Caller, Credential};
use lianmeng_app::desk::Office;
use lianmeng_domain::account::Access;
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::ids::{AccountId, GrantId, LoginId};
use lianmeng_store::grant;
use serde_json::Value;

use crate::ids;
use crate::schema;
use crate::service::Service;

/// The whole answer to `query` as `caller` gets it.
pub(crate) async fn ask_as(office: &Office, caller: Caller, query: &str) -> Value {
    let service = Service::of(schema::build(), Arc::new(office.clone()), caller);
    let mut answer = service.execute(Request::new(query)).await;
    answer.extensions.clear();
    serde_json::to_value(answer).unwrap()
}

/// Somebody who signed in with the account `account_id` and acts under `grant_id`, or under none.
pub(crate) async fn person(office: &Office, account_id: &Value, grant_id: &Value) -> Caller {
    let account: AccountId = ids::decode(account_id.as_str().unwrap()).unwrap();
    let held: Option<GrantId> = grant_id.as_str().map(|id| ids::decode(id).unwrap());
    let held = match held {
        Some(id) => grant::find(&office.db, id).await.unwrap(),
        None => None,
    };
    let actor = Actor {
        subject: ids::wire(account),
        role: held.as_ref().map_or(Role::Public, |grant| grant.role),
        body: held.as_ref().and_then(|grant| grant.body.clone()),
    };
    Caller {
        actor,
        by: Credential::Login(account, LoginId::from(account.number())),
        may_export: held.as_ref().is_some_and(|grant| grant.may_export),
        grant: held.map(|grant| grant.id),
        access: Access::ReadWrite,
        ends_at: None,
    }
}
