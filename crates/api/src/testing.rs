//! Test worlds: an office in memory, callers, and asking the schema as one of them.

pub(crate) mod registry;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_graphql::{Executor as _, Request};
use chrono::{TimeDelta, TimeZone as _, Utc};
use lianmeng_app::desk::{Clock, Office};
use lianmeng_app::login::Lives;
use lianmeng_domain::actor::{Actor, Body, Role};
use lianmeng_domain::ids::IdSource;

use crate::auth::gate::{Gate, GateSettings};
use crate::http::Door;
use crate::schema::{self, Service};

pub(crate) mod casework;
pub(crate) mod people;

/// An office over an empty database; its clock stands at 2026-03-02 09:00 in China.
pub(crate) async fn world() -> Office {
    let db = lianmeng_testkit::narrow_database().await;
    let clock = Clock::Fixed(Utc.with_ymd_and_hms(2026, 3, 2, 1, 0, 0).unwrap());
    Office::new(db, IdSource::new(1), clock)
}

/// A way in with ordinary lives, that believes the database for five seconds.
pub(crate) fn door() -> Door {
    let lives = Lives {
        access: TimeDelta::minutes(15),
        login: TimeDelta::days(7),
        leeway: TimeDelta::seconds(10),
    };
    let recheck = TimeDelta::seconds(5);
    let gate = Gate::new(GateSettings { lives, recheck, pepper: String::new() });
    Door { gate, public_url: String::new(), oidc: None }
}

/// A caller; two callers of the same role and body are the same person.
pub(crate) fn actor(role: Role, body: Option<Body>) -> Actor {
    Actor { subject: format!("{role} {body:?}"), role, body }
}

/// The whole answer to `query` as `actor` gets it: `{"data": …, "errors": […]}`.
pub(crate) async fn ask(office: &Office, actor: Actor, query: &str) -> serde_json::Value {
    let service = Service::new(schema::build(), Arc::new(office.clone()), actor);
    let mut answer = service.execute(Request::new(query)).await;
    // What every answer has seen is looked at where it matters.
    answer.extensions.clear();
    serde_json::to_value(answer).unwrap()
}

/// As [`ask`], with the number of statements the answer cost.
pub(crate) async fn counted(
    office: &Office,
    actor: Actor,
    query: &str,
) -> (u32, serde_json::Value) {
    let statements = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&statements);
    let mut office = office.clone();
    office.db.set_metric_callback(move |_| {
        seen.fetch_add(1, Ordering::Relaxed);
    });
    let answer = ask(&office, actor, query).await;
    (statements.load(Ordering::Relaxed), answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn asking_an_empty_world_costs_one_statement() {
        let query = "{ enterprises { nodes { name } } }";
        let caller = actor(Role::Public, None);
        let (statements, answer) = counted(&world().await, caller, query).await;
        let empty = serde_json::json!({ "data": { "enterprises": { "nodes": [] } } });
        assert_eq!((statements, answer), (1, empty));
    }
}
