//! Every subscription as everybody: who may not see a thing hears nothing of it.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Executor as _, Request};
use futures_util::StreamExt as _;
use lianmeng_app::desk::Office;
use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::AuditId;
use lianmeng_domain::rights::{DataClass, Sight};
use lianmeng_store::audit::{self, Deed};
use serde_json::Value;

use super::judge::{Findings, Judge, Truth};
use super::shape::Shape;
use super::walk::{engine, leaf};
use super::world::{self, Asker, World, expand};
use crate::service::{Engine, Service};

/// What changes, the thing that most may see last: whoever heard of one too many does not get there.
const CHANGES: &[(&str, DataClass, &[&str])] = &[
    (
        "needChanged",
        DataClass::NeedSummary,
        &["need:#1", "need:#3", "need:#4", "need:#5", "need:#6", "need:#7", "need:#2"],
    ),
    ("pairingChanged", DataClass::Pairing, &["pairing:#3", "pairing:#2", "pairing:#1"]),
    ("eventChanged", DataClass::EventCard, &["event:#2", "event:#1"]),
];

/// Says that everything changed; gives the cursor from before that.
async fn change_all(engine: &Arc<Engine>, office: &Arc<Office>) -> String {
    let coordinator = &world::askers()[0];
    let before = super::walk::ask((engine, office), coordinator, "{ changeCursor }").await;
    let things = CHANGES.iter().flat_map(|(_, _, things)| *things);
    for (number, thing) in (1_u128..).zip(things) {
        let thing = expand(thing);
        let id = AuditId::from(number);
        let at = office.clock.now();
        let deed =
            Deed { id, at, action: "Test", thing: &thing, touches_graph: false, trace: None };
        audit::append(&office.db, &Actor::public(), deed).await.unwrap();
    }
    // The feed looks at the database when it is asked where the list ends.
    super::walk::ask((engine, office), coordinator, "{ changeCursor }").await;
    before["data"]["changeCursor"].as_str().unwrap().to_owned()
}

/// The first `count` events that `asker` hears, or all until the end.
async fn hear(
    (engine, office): (&Arc<Engine>, &Arc<Office>),
    asker: &Asker,
    query: &str,
    count: usize,
) -> Vec<Value> {
    let service = Service::new(Arc::clone(engine), Arc::clone(office), asker.actor.clone());
    let events = service.execute_stream(Request::new(query), None).take(count);
    let events = events.map(|event| serde_json::to_value(event).unwrap());
    tokio::time::timeout(Duration::from_secs(20), events.collect()).await.unwrap()
}

/// What the matrix lets `asker` hear of `things`.
fn audible(world: &World, asker: &Asker, class: DataClass, things: &[&str]) -> Vec<String> {
    let things = things.iter().map(|thing| expand(thing));
    things.filter(|thing| world.sight(asker, class, thing).unwrap() != Sight::None).collect()
}

/// The thing an event is about.
fn thing(event: &Value, field: &str) -> String {
    let change = event["data"][field].as_object().unwrap_or_else(|| panic!("{event}"));
    let thing = change.values().find_map(|inner| inner.get("id"));
    thing.or_else(|| change.get("id")).and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn nobody_hears_of_what_the_matrix_does_not_show_them() {
    let (shape, world) = (Shape::read(), World::new());
    let office = Arc::new(world::office().await);
    let engine = engine();
    let cursor = change_all(&engine, &office).await;
    let (mut problems, mut heard) = (Vec::new(), 0);
    for field in shape.fields("Subscription") {
        let (class, calls) = match CHANGES.iter().find(|(name, _, _)| *name == field.name) {
            Some((_, class, things)) => {
                (*class, vec![(format!("after: \"{cursor}\""), things.to_vec())])
            }
            None if field.name == "jobChanged" => {
                let each = |job| (format!("jobId: \"{}\"", expand(job)), vec![job]);
                (DataClass::Job, ["job:#1"].map(each).to_vec())
            }
            // A number that rises; everybody may know it. Notices go to who holds a grant, as their own
            // tests say; nobody here does. Nothing is being solved here; who hears of it says
            // event/tests/progress.rs.
            None if ["graphVersion", "noticeArrived", "eventPlanProgress"]
                .contains(&field.name.as_str()) =>
            {
                continue;
            }
            None => panic!("say in rights/live.rs how to listen to {}", field.name),
        };
        let mut show = leaf(&shape, &field.ty);
        for inner in shape.fields(&field.ty).iter().filter(|inner| shape.is_edge(inner)) {
            show.insert_str(show.len() - 1, &format!("{} {}", inner.name, leaf(&shape, &inner.ty)));
        }
        for asker in world::askers() {
            for (arguments, things) in &calls {
                let want = audible(&world, &asker, class, things);
                // Silence is told by nobody; a job says that it is not there by ending.
                if want.is_empty() && class != DataClass::Job {
                    continue;
                }
                let query = format!("subscription {{ {}({arguments}) {show} }}", field.name);
                let events = hear((&engine, &office), &asker, &query, want.len().max(1)).await;
                let got: Vec<String> =
                    events.iter().map(|event| thing(event, &field.name)).collect();
                if got != want {
                    problems.push(format!(
                        "{}: {} gives {got:?}, not {want:?}",
                        asker.name, field.name
                    ));
                }
                let mut judge = Judge {
                    shape: &shape,
                    world: &world,
                    asker: &asker,
                    truth: None,
                    learnt: Truth::default(),
                    found: Findings::default(),
                };
                for event in &events {
                    heard += 1;
                    judge.read(event);
                    judge.look(&event["data"][&field.name], "", &field.name);
                }
                problems.extend(judge.found.leaks);
            }
        }
    }
    println!("rights, subscriptions: {heard} events heard, {} problems", problems.len());
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
