//! GraphQL over HTTP, event streams and web sockets, after the GraphQL-over-HTTP draft and the
//! protocols of graphql-sse and graphql-ws.
//!
//! [`routes`] says what there is. A request is read in `read`, its caller told in `caller`, run by
//! [`Service`], and said in `answer`, `events` or `protocol`.

use std::pin::pin;
use std::sync::Arc;

use async_graphql::Executor as _;
use futures_util::StreamExt as _;
use lianmeng_app::caller::Caller;
use lianmeng_app::desk::{Desk, Office};
use lianmeng_backplane::bus::Topic;
use poem::http::{Method, StatusCode, header};
use poem::web::{Data, Redirect};
use poem::{
    Body, Endpoint, EndpointExt as _, IntoResponse, Request, Response, Route, get, handler,
};
use tokio::runtime::Handle;

use self::answer::{Accept, Manner, Media, Refused};
use self::health::Lifecycle;
use self::read::Sent;
use self::seats::Seats;
use self::settings::Settings;
use crate::graphiql;
use crate::limits::Kind;
use crate::measure::OpenStream;
use crate::schema::{self, Service};
use crate::service::{Engine, READS_ONLY};

mod agenda;
mod answer;
mod attachment;
mod caller;
mod events;
mod export;
pub mod health;
mod join_page;
mod oidc;
mod project_page;
mod protocol;
mod read;
mod seats;
pub mod settings;
mod sign_in;
mod socket;
mod wrap;

pub use oidc::{NameClaim, Provider, ProviderError, ProviderSettings};
pub use sign_in::Door;

/// What the HTTP layer works with.
#[derive(Clone)]
pub struct Front {
    engine: Arc<Engine>,
    office: Arc<Office>,
    door: Arc<Door>,
    settings: Arc<Settings>,
    seats: Seats,
    lifecycle: Lifecycle,
    sdl: Arc<SchemaText>,
}

impl std::fmt::Debug for Front {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Front").field("office", &self.office).finish_non_exhaustive()
    }
}

impl Front {
    /// A front for `office`; open connections end when `lifecycle` does.
    pub fn new(
        office: Arc<Office>,
        door: Arc<Door>,
        settings: Settings,
        lifecycle: Lifecycle,
    ) -> Self {
        hear(&office, &door);
        let gate = settings.gate().keeping_in(office.backplane.cache.clone());
        Self {
            engine: Arc::new(Engine::new(gate, settings.timeout)),
            office,
            door,
            settings: Arc::new(settings),
            seats: Seats::default(),
            lifecycle,
            sdl: Arc::new(SchemaText::new()),
        }
    }
}

impl Front {
    /// A service that answers `caller` for as long as they may ask.
    fn service(&self, caller: Caller, origin: &str) -> Service {
        let door = Arc::clone(&self.door);
        Service::of(Arc::clone(&self.engine), Arc::clone(&self.office), caller)
            .watched_by(door)
            .reached_from(origin)
    }

    /// Where a request comes from, for the audit log.
    fn origin(&self, request: &Request) -> String {
        let address = caller::address(request, self.settings.trusts_forwarded_for);
        address.map_or_else(|| "unknown".to_owned(), |address| address.to_string())
    }

    /// A desk for a request that is no GraphQL.
    fn desk(&self, request: &Request) -> Desk {
        self.office.desk().reached_from(self.origin(request).into())
    }
}

/// Forgets what is believed about an account as soon as another part of this process, or another
/// process, says that it changed.
fn hear(office: &Office, door: &Arc<Door>) {
    let Ok(runtime) = Handle::try_current() else { return };
    let door = Arc::downgrade(door);
    let messages = office.backplane.bus.subscribe(Topic::Access);
    runtime.spawn(async move {
        let mut messages = pin!(messages);
        while let Some(message) = messages.next().await {
            let Some(door) = door.upgrade() else { return };
            if let Ok(account) = crate::ids::decode(&message.payload) {
                door.gate.forget_account(account);
            }
        }
    });
}

/// The schema as it is served.
struct SchemaText {
    text: String,
    tag: String,
}

impl SchemaText {
    fn new() -> Self {
        use sha2::Digest as _;
        let text = schema::sdl();
        let hash = sha2::Sha256::digest(text.as_bytes());
        let tag = hash.iter().take(16).fold(String::new(), |tag, byte| format!("{tag}{byte:02x}"));
        Self { text, tag: format!("\"{tag}\"") }
    }
}

/// Every route of the server.
pub fn routes(front: Front) -> impl Endpoint<Output = Response> {
    let has_graphiql = front.settings.has_graphiql;
    let mut routes = Route::new()
        .at(
            "/graphql",
            get(graphql)
                .post(graphql)
                .options(allowed)
                .put(not_allowed)
                .delete(not_allowed)
                .patch(not_allowed),
        )
        .nest("/auth", sign_in::routes())
        .at("/graphql/schema.graphql", get(schema_text))
        .at("/attachments/:id", get(attachment::download))
        .at("/exports/:name", get(export::list))
        .at("/events/:id/:name", get(agenda::handed_out))
        .at("/projects/:code", get(project_page::page))
        .at("/join", get(join_page::page))
        .at("/join/:name", get(join_page::asset))
        .at("/health/live", get(health::live))
        .at("/health/ready", get(health::ready));
    if has_graphiql {
        routes = routes
            .at("/", get(home))
            .at("/graphiql", get(graphiql::page))
            .at("/graphiql/:name", get(graphiql::asset));
    }
    routes.around(wrap::compress).around(wrap::identify).data(front).map_to_response()
}

#[handler]
fn home() -> Redirect {
    Redirect::see_other("/graphiql")
}

/// The schema, for tools; kept by them until it changes.
#[handler]
fn schema_text(request: &Request, front: Data<&Front>) -> Response {
    if !front.settings.has_introspection {
        return StatusCode::NOT_FOUND.into_response();
    }
    let SchemaText { text, tag } = front.sdl.as_ref();
    let is_known = is_known(request, tag);
    let response = Response::builder()
        .header(header::ETAG, tag.as_str())
        .header(header::CACHE_CONTROL, "no-cache");
    if is_known {
        return response.status(StatusCode::NOT_MODIFIED).finish();
    }
    response.content_type("text/plain; charset=utf-8").body(text.clone())
}

#[handler]
fn allowed() -> Response {
    Response::builder().status(StatusCode::NO_CONTENT).header(header::ALLOW, answer::ALLOW).finish()
}

#[handler]
fn not_allowed(request: &Request) -> Response {
    let manner = Manner { media: Media::Json, voice: answer::voice(request) };
    let message = "use GET or POST".to_owned();
    manner.refuse(Refused(StatusCode::METHOD_NOT_ALLOWED, READS_ONLY, message))
}

/// Whether who asks has what is tagged so already.
fn is_known(request: &Request, tag: &str) -> bool {
    let known = request.header(header::IF_NONE_MATCH).unwrap_or_default();
    known.split(',').any(|one| {
        let one = one.trim();
        one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag
    })
}

#[handler]
async fn graphql(request: &Request, body: Body, front: Data<&Front>) -> Response {
    let accept = Accept::parse(request.header(header::ACCEPT));
    let media = accept.media.unwrap_or(Media::Json);
    let manner = Manner { media, voice: answer::voice(request) };
    if request.headers().contains_key(header::UPGRADE) {
        return socket::open(request, front.0, &manner).await;
    }
    if accept.media.is_none() && !accept.has_events {
        let message = "answers come as application/graphql-response+json or application/json, \
            those of subscriptions as text/event-stream";
        let refused = Refused(StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE", message.to_owned());
        return manner.refuse(refused);
    }
    match Box::pin(answer(request, body, front.0, &manner, accept)).await {
        Ok(response) => response,
        Err(refused) => manner.refuse(refused),
    }
}

/// Reads, runs and answers.
async fn answer(
    request: &Request,
    body: Body,
    front: &Front,
    manner: &Manner,
    accept: Accept,
) -> Result<Response, Refused> {
    let limit = front.settings.timeout;
    let caller = match caller::of(request, front).await {
        Ok(caller) => caller,
        Err(refused) => {
            read::drain(body).await;
            return Err(refused);
        }
    };
    let sent = tokio::time::timeout(limit, read::read(request, body, &front.settings));
    let sent = sent.await.map_err(|_elapsed| {
        let message = format!("the request was not sent within {} seconds", limit.as_secs());
        Refused(StatusCode::REQUEST_TIMEOUT, "TIMEOUT", message)
    })??;
    let stays = caller::stays(&caller, front.office.clock.now());
    let holder = caller::holder(&caller);
    let service = front.service(caller, &front.origin(request)).speaking(manner.voice.clone());
    let service = if request.method() == Method::GET { service.reads_only() } else { service };
    let mut asked = match sent {
        Sent::One(asked) => *asked,
        Sent::Many(all) => {
            let mut answers = Vec::with_capacity(all.len());
            for asked in all {
                answers.push(service.execute(asked).await);
            }
            return Ok(manner.respond_all(&answers));
        }
    };
    if accept.has_events {
        let is_subscription = match service.kind(&mut asked).await {
            Ok(kind) => kind == Kind::Subscription,
            Err(refused) if accept.media.is_some() => return Ok(manner.respond(&refused)),
            Err(_) => false,
        };
        if is_subscription || accept.media.is_none() {
            let seat = caller::seat(request, front)?;
            let most = front.settings.socket.max_per_caller;
            let place = front.seats.take(holder, most).ok_or_else(|| {
                let message = format!("{most} connections of yours are open already");
                Refused(StatusCode::TOO_MANY_REQUESTS, "TOO_MANY", message)
            })?;
            return Ok(events::respond(events::Feed {
                answers: service.execute_stream(asked, None),
                stays,
                keep_alive: front.settings.socket.keep_alive,
                lifecycle: front.lifecycle.clone(),
                holds: (seat, place, OpenStream::new("sse")),
            }));
        }
    }
    Ok(manner.respond(&service.execute(asked).await))
}
