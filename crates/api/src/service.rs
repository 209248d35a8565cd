//! Answers requests of one caller: each gets a fresh [`Scope`], the limits before the schema sees
//! it, and errors with codes.
//!
//! The schema exists in three forms. `strict` validates; it answers a document it has not met with
//! variables of that shape. `swift` answers those it has: most rules of validation have nothing new
//! to say, only cost and depth are counted again. `live` gives every event of a subscription a scope
//! of its own; that takes an extension, and an extension costs every field an allocation, so the
//! other two have none.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_graphql::async_trait::async_trait;
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute};
use async_graphql::{Data, Executor, Request, Response, ServerError, ValidationMode, Value};
use futures_util::future::{self, FutureExt as _};
use futures_util::stream::{self, BoxStream, Stream, StreamExt as _};
use lianmeng_app::caller::Caller;
use lianmeng_app::desk::{Desk, Office};
use lianmeng_domain::account::Access;
use lianmeng_domain::actor::Actor;
use tokio::time::sleep;

use crate::auth::gate::GateError;
use crate::doorway::Doorway;
use crate::error::{self, ApiError, Voice};
use crate::http::Door;
use crate::limits::{self, Gate, Kind, Plan};
use crate::live::Asker;
use crate::measure::Meter;
use crate::schema::{self, LianmengSchema};
use crate::scope::Scope;

/// The schema and what documents pass before it; one for the whole process.
pub struct Engine {
    /// What documents pass.
    pub gate: Gate,
    timeout: Duration,
    strict: LianmengSchema,
    swift: OnceLock<LianmengSchema>,
    live: OnceLock<LianmengSchema>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

/// Longest time one operation may take.
pub const TIMEOUT: Duration = Duration::from_mins(1);

impl Default for Engine {
    fn default() -> Self {
        Self::new(Gate::default(), TIMEOUT)
    }
}

impl Engine {
    /// An engine; `timeout` is the longest time an operation may take, subscriptions aside.
    pub fn new(gate: Gate, timeout: Duration) -> Self {
        let strict = schema::builder(&gate.limits).finish();
        Self { gate, timeout, strict, swift: OnceLock::new(), live: OnceLock::new() }
    }

    fn swift(&self) -> &LianmengSchema {
        self.swift.get_or_init(|| {
            schema::builder(&self.gate.limits).validation_mode(ValidationMode::Fast).finish()
        })
    }

    fn live(&self) -> &LianmengSchema {
        self.live.get_or_init(|| schema::builder(&self.gate.limits).extension(Renewal).finish())
    }
}

/// Who listens, and who knows whether they still may.
#[derive(Debug)]
struct Watch {
    office: Arc<Office>,
    door: Option<Arc<Door>>,
    caller: Caller,
}

impl Watch {
    /// The caller as they are now; the refusal if they may hear nothing more.
    async fn caller(&self) -> Result<Caller, ServerError> {
        let Some(door) = &self.door else { return Ok(self.caller.clone()) };
        loop {
            match door.gate.recheck(&self.office, &self.caller).await {
                Ok(caller) => return Ok(caller),
                Err(GateError::Token(error)) => {
                    return Err(error::refuse(SHUT, error.to_string()));
                }
                // The event waits: a listener misses nothing because the database was away.
                Err(GateError::Store(error)) => {
                    tracing::error!(%error, "a listener's rights could not be read");
                    sleep(AGAIN).await;
                }
                Err(error @ GateError::Machine(_)) => {
                    tracing::error!(%error, "a listener's rights could not be read");
                    let message = "something went wrong on our side".to_owned();
                    return Err(error::refuse("INTERNAL", message));
                }
            }
        }
    }
}

/// How long an event waits before its listener's rights are read again after a failure.
const AGAIN: Duration = Duration::from_secs(1);
/// Code of what a listener hears last whose login, token or term has ended.
const SHUT: &str = "UNAUTHENTICATED";

/// `events` up to and with the one that says that their listener may hear no more.
fn until_shut(events: impl Stream<Item = Response>) -> impl Stream<Item = Response> {
    let is_last = |event: &Response| {
        event.errors.iter().any(|error| {
            let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
            code.is_some_and(|code| *code == Value::from(SHUT))
        })
    };
    events.scan(false, move |is_over, event| {
        let heard = (!*is_over).then(|| {
            *is_over = is_last(&event);
            event
        });
        future::ready(heard)
    })
}

/// Gives each event of a subscription a scope of its own.
#[derive(Debug)]
struct Renewal;

impl ExtensionFactory for Renewal {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Extension for Renewal {
    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let mut data = Data::default();
        if let (Ok(asker), Ok(watch)) = (ctx.data::<Asker>(), ctx.data::<Watch>()) {
            match watch.caller().await {
                Ok(caller) => {
                    let asker =
                        Asker(Arc::clone(&asker.0), caller.actor.clone(), Arc::clone(&asker.2));
                    data.insert(asker.scope());
                    data.insert(caller);
                }
                Err(refused) => return Response::from_errors(vec![refused]),
            }
        }
        next.run_with_data(ctx, operation_name, data).await
    }
}

/// Answers the requests of one caller.
#[derive(Clone)]
pub struct Service {
    engine: Arc<Engine>,
    office: Arc<Office>,
    caller: Caller,
    door: Option<Arc<Door>>,
    voice: Voice,
    reads_only: bool,
    /// Where the requests come from.
    origin: Arc<str>,
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").field("caller", &self.caller).finish_non_exhaustive()
    }
}

/// A request that may run.
struct Prepared {
    request: Request,
    plan: Arc<Plan>,
    shape: u64,
    kind: Kind,
    meter: Meter,
    /// Where the number of the last change that the answer has seen can be read.
    seen: Desk,
}

impl Service {
    /// A service that answers as `actor`.
    pub fn new(engine: Arc<Engine>, office: Arc<Office>, actor: Actor) -> Self {
        Self::of(engine, office, Caller::plain(actor))
    }

    /// A service that answers `caller`.
    pub fn of(engine: Arc<Engine>, office: Arc<Office>, caller: Caller) -> Self {
        let voice = Voice::default();
        let origin = Arc::clone(&office.origin);
        Self { engine, office, caller, door: None, voice, reads_only: false, origin }
    }

    /// The same service, asking `door` before each event of a subscription whether its caller may
    /// still hear it.
    #[must_use]
    pub fn watched_by(self, door: Arc<Door>) -> Self {
        Self { door: Some(door), ..self }
    }

    /// The same service, for requests from there.
    #[must_use]
    pub fn reached_from(self, origin: &str) -> Self {
        Self { origin: origin.into(), ..self }
    }

    /// The same service, speaking like this.
    #[must_use]
    pub fn speaking(self, voice: Voice) -> Self {
        Self { voice, ..self }
    }

    /// The same service, refusing every change: for requests that a link can trigger.
    #[must_use]
    pub fn reads_only(self) -> Self {
        Self { reads_only: true, ..self }
    }

    /// What the operation of `request` does; the refusal if it may not run at all. Fills in the text
    /// of a document named by its hash.
    ///
    /// # Errors
    ///
    /// The answer that refuses the request.
    pub async fn kind(&self, request: &mut Request) -> Result<Kind, Box<Response>> {
        let admitted = self.engine.gate.admit(request).await;
        match admitted {
            Ok(plan) => Ok(plan.kind(request.operation_name.as_deref()).into()),
            Err(error) => Err(Box::new(self.dressed(Response::from_errors(vec![*error])))),
        }
    }

    /// The request with its scope, or the answer that refuses it.
    async fn prepare(&self, mut request: Request) -> Result<Prepared, Box<Response>> {
        let refuse = |error| Box::new(Response::from_errors(vec![error]));
        let gate = &self.engine.gate;
        let plan = gate.admit(&mut request).await.map_err(|error| refuse(*error))?;
        limits::texts(&request.variables).map_err(refuse)?;
        let kind = Kind::from(plan.kind(request.operation_name.as_deref()));
        if self.reads_only && kind == Kind::Change {
            return Err(refuse(error::refuse(READS_ONLY, "send changes by POST".to_owned())));
        }
        if self.caller.access == Access::ReadOnly && kind == Kind::Change {
            let message = "this API token may only read; make one with access READ_WRITE";
            return Err(refuse(error::refuse(READ_ONLY_TOKEN, message.to_owned())));
        }
        let shape = gate.shape(&plan, &request);
        let name = request.operation_name.as_deref();
        let meter = Meter::start(&plan.document, name, &self.caller.actor);
        request.set_parsed_query(plan.document.clone());
        let at_least = at_least(&request).map_err(refuse)?;
        let desk = match kind {
            Kind::Query => self.office.reading_desk(at_least.unwrap_or_default()),
            Kind::Change | Kind::Subscription => self.office.desk(),
        };
        let desk = desk.reached_from(Arc::clone(&self.origin));
        let seen = desk.clone();
        let scope =
            Scope::new(desk, self.caller.actor.clone()).at_least(at_least.unwrap_or_default());
        let doorway = Doorway { door: self.door.clone(), address: Arc::clone(&self.origin) };
        let request = request.data(scope).data(self.caller.clone()).data(self.voice.clone());
        let request = request.data(doorway);
        Ok(Prepared { request, plan, shape, kind, meter, seen })
    }

    /// Runs a query or change.
    async fn run(&self, prepared: Prepared) -> Response {
        let Prepared { request, plan, shape, meter, seen, .. } = prepared;
        let is_proven = plan.is_proven(shape);
        let schema = if is_proven { self.engine.swift() } else { &self.engine.strict };
        let limit = self.engine.timeout;
        let work = unharmed(meter.run(schema.execute(request)));
        let Ok(response) = tokio::time::timeout(limit, work).await else {
            let seconds = limit.as_secs();
            let message = format!("the request took longer than {seconds} seconds; ask for less");
            return Response::from_errors(vec![error::refuse("TIMEOUT", message)]);
        };
        if !is_proven && !never_ran(&response) {
            plan.prove(shape);
        }
        response.extension("seen", Value::from(seen.seen()))
    }

    fn dressed(&self, mut response: Response) -> Response {
        for error in &mut response.errors {
            if error.message == TOO_COSTLY && error.path.is_empty() {
                let most = self.engine.gate.limits.cost;
                error.message = format!(
                    "the query may yield over {most} fields, lists counted by first; ask for smaller pages"
                );
                error::set_code(error, "TOO_LARGE");
            }
        }
        error::dress(&mut response.errors, &self.voice);
        response
    }

    /// The answers to a request, one for a query or change.
    async fn open(self, request: Request) -> BoxStream<'static, Response> {
        let prepared = match self.prepare(request).await {
            Ok(prepared) => prepared,
            Err(refused) => return stream::once(future::ready(self.dressed(*refused))).boxed(),
        };
        if prepared.kind == Kind::Subscription {
            let asker = Asker(
                Arc::clone(&self.office),
                self.caller.actor.clone(),
                Arc::clone(&self.origin),
            );
            let watch = Watch {
                office: Arc::clone(&self.office),
                door: self.door.clone(),
                caller: self.caller.clone(),
            };
            let events =
                self.engine.live().execute_stream(prepared.request.data(asker).data(watch));
            let events = prepared.meter.follow(events).map(move |event| self.dressed(event));
            return until_shut(events).boxed();
        }
        let answer = async move {
            let response = self.run(prepared).await;
            self.dressed(response)
        };
        stream::once(answer).boxed()
    }
}

/// The answer of `work`; a refusal if it panics, so that one request never takes the others of its
/// connection with it. What it had begun to write is rolled back when it is dropped.
async fn unharmed(work: impl Future<Output = Response>) -> Response {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| {
        tracing::error!("a resolver panicked; the place stands on standard error");
        Response::from_errors(vec![error::refuse("INTERNAL", ApiError::INTERNAL.to_owned())])
    })
}

/// The number of a change that the answer must have seen, from the request's extension `atLeast`: the
/// `seen` of an answer to an earlier change.
fn at_least(request: &Request) -> Result<Option<i64>, ServerError> {
    match request.extensions.get("atLeast") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) if number.is_i64() => Ok(number.as_i64()),
        Some(_) => {
            let message = "extensions.atLeast must be a whole number".to_owned();
            Err(error::refuse("BAD_REQUEST", message))
        }
    }
}

/// What the library says when a query costs more than it may.
const TOO_COSTLY: &str = "Query is too complex.";
/// Code of the refusal of a change where only reads are allowed.
pub(crate) const READS_ONLY: &str = "METHOD_NOT_ALLOWED";
/// Code of the refusal of a change by a token that may only read.
const READ_ONLY_TOKEN: &str = "READ_ONLY_TOKEN";

/// Whether a request was refused before anything of it ran.
pub(crate) fn never_ran(response: &Response) -> bool {
    response.data == Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.is_empty())
}

impl Executor for Service {
    async fn execute(&self, request: Request) -> Response {
        let response = match self.prepare(request).await {
            Ok(prepared) if prepared.kind == Kind::Subscription => {
                let message = "subscriptions come as text/event-stream or over a WebSocket";
                let error = error::refuse("NOT_ACCEPTABLE", message.to_owned());
                Response::from_errors(vec![error])
            }
            Ok(prepared) => self.run(prepared).await,
            Err(refused) => *refused,
        };
        self.dressed(response)
    }

    fn execute_stream(
        &self,
        request: Request,
        _session_data: Option<Arc<Data>>,
    ) -> BoxStream<'static, Response> {
        stream::once(self.clone().open(request)).flatten().boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_answer_that_says_nothing() {
        let answer = unharmed(async { panic!("a secret") }).await;
        assert_eq!(answer.errors[0].message, ApiError::INTERNAL);
        let answer = unharmed(async { Response::default() }).await;
        assert!(answer.errors.is_empty());
    }
}
