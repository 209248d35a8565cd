//! GraphQL over HTTP and WebSocket, after the GraphQL-over-HTTP draft and the
//! `graphql-transport-ws` protocol.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::http::MultipartOptions;
use async_graphql::{BatchRequest, Executor as _, Request as GraphQlRequest, Response as Answer};
use lianmeng_app::desk::Office;
use lianmeng_domain::actor::Actor;
use poem::http::{Method, StatusCode, header};
use poem::web::{Data, Redirect};
use poem::{
    Body, Endpoint, EndpointExt as _, FromRequest as _, Request, RequestBody, Response, Route, get,
    handler,
};
use serde_json::json;

use crate::auth::{self, TokenKey};
use crate::error::ApiError;
use crate::graphiql;
use crate::http::health::Lifecycle;
use crate::schema::{LianmengSchema, READS_ONLY, Service};

pub mod health;
mod socket;

/// Largest JSON body.
const MAX_JSON_BYTES: usize = 1024 * 1024;
/// Largest upload with everything around it.
const MAX_UPLOAD_BYTES: usize = 64 * 1024 * 1024;
/// How much of a body that is too large is still read, so that its sender hears the answer.
const MAX_DRAIN_BYTES: u64 = 32 * 1024 * 1024;
/// Longest time one request may take.
const TIMEOUT: Duration = Duration::from_mins(1);

/// What the HTTP layer works with.
#[derive(Clone)]
pub struct Front {
    /// The schema.
    pub schema: LianmengSchema,
    /// Database, clock, ids and bus.
    pub office: Arc<Office>,
    /// Checks tokens.
    pub key: TokenKey,
    /// Whether the server still takes work.
    pub lifecycle: Lifecycle,
}

impl std::fmt::Debug for Front {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Front").field("office", &self.office).finish_non_exhaustive()
    }
}

/// Every route of the server.
pub fn routes(front: Front) -> impl Endpoint<Output = Response> {
    Route::new()
        .at("/", get(home))
        .at(
            "/graphql",
            get(graphql)
                .post(graphql)
                .options(allowed)
                .put(not_allowed)
                .delete(not_allowed)
                .patch(not_allowed),
        )
        .at("/graphiql", get(graphiql::page))
        .at("/graphiql/:name", get(graphiql::asset))
        .at("/health/live", get(health::live))
        .at("/health/ready", get(health::ready))
        .with(poem::middleware::Compression::new())
        .data(front)
        .map_to_response()
}

#[handler]
fn home() -> Redirect {
    Redirect::see_other("/graphiql")
}

#[handler]
fn allowed() -> Response {
    Response::builder().status(StatusCode::NO_CONTENT).header(header::ALLOW, ALLOW).finish()
}

#[handler]
fn not_allowed() -> Response {
    refusal(StatusCode::METHOD_NOT_ALLOWED, READS_ONLY, "use GET or POST", Media::Json)
}

const ALLOW: &str = "GET, POST, OPTIONS";

/// The two media types of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Media {
    /// `application/json`: 200 for every request that was understood.
    Json,
    /// `application/graphql-response+json`: the status tells whether the request was run.
    GraphQl,
}

impl Media {
    const fn name(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphQl => "application/graphql-response+json; charset=utf-8",
        }
    }

    /// The best of the two that `accept` allows; `None` if it allows neither.
    fn negotiate(accept: Option<&str>) -> Option<Self> {
        let Some(accept) = accept else { return Some(Self::Json) };
        let mut best = None;
        for part in accept.split(',') {
            let mut pieces = part.split(';').map(str::trim);
            let kind = pieces.next().unwrap_or_default().to_ascii_lowercase();
            let weight = pieces
                .find_map(|p| p.strip_prefix("q="))
                .and_then(|q| q.parse::<f32>().ok())
                .unwrap_or(1.0);
            let media = match kind.as_str() {
                "application/graphql-response+json" => Self::GraphQl,
                "application/json" | "application/*" | "*/*" => Self::Json,
                _ => continue,
            };
            if weight > 0.0 && best.is_none_or(|(_, heaviest)| weight > heaviest) {
                best = Some((media, weight));
            }
        }
        best.map(|(media, _)| media)
    }
}

fn refusal(status: StatusCode, code: &str, message: &str, media: Media) -> Response {
    let body = json!({ "errors": [{ "message": message, "extensions": { "code": code } }] });
    let mut response = Response::builder().status(status).content_type(media.name());
    if status == StatusCode::METHOD_NOT_ALLOWED {
        response = response.header(header::ALLOW, ALLOW);
    }
    if status == StatusCode::UNAUTHORIZED {
        response = response.header(header::WWW_AUTHENTICATE, "Bearer");
    }
    response.body(body.to_string())
}

/// A request that never reaches the schema.
struct Refused(StatusCode, &'static str, String);

#[handler]
async fn graphql(request: &Request, body: Body, front: Data<&Front>) -> Response {
    if request.headers().contains_key(header::UPGRADE) {
        return upgrade(request, front.0).await;
    }
    let Some(media) = Media::negotiate(request.header(header::ACCEPT)) else {
        let text = "answers come as application/graphql-response+json or application/json";
        return refusal(StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE", text, Media::Json);
    };
    let work = async {
        let actor = caller(request, front.0)?;
        let (asked, reads_only) = read(request, body).await?;
        let service = Service::new(front.schema.clone(), Arc::clone(&front.office), actor);
        let service = if reads_only { service.reads_only() } else { service };
        Ok::<_, Refused>(service.execute(asked).await)
    };
    match tokio::time::timeout(TIMEOUT, work).await {
        Ok(Ok(answer)) => respond(&answer, media),
        Ok(Err(Refused(status, code, message))) => refusal(status, code, &message, media),
        Err(_elapsed) => refusal(
            StatusCode::SERVICE_UNAVAILABLE,
            "TIMEOUT",
            "the request took longer than 60 seconds; ask for less at once",
            media,
        ),
    }
}

async fn upgrade(request: &Request, front: &Front) -> Response {
    let actor = match caller(request, front) {
        Ok(actor) => actor,
        Err(Refused(status, code, message)) => {
            return refusal(status, code, &message, Media::Json);
        }
    };
    match poem::web::websocket::WebSocket::from_request(request, &mut RequestBody::default()).await
    {
        Ok(socket) => socket::serve(socket, front.clone(), actor),
        Err(error) => error.into_response(),
    }
}

/// The caller of a request: from its token, or the public without one.
fn caller(request: &Request, front: &Front) -> Result<Actor, Refused> {
    let Some(header) = request.header(header::AUTHORIZATION) else { return Ok(Actor::public()) };
    let refuse = |message: String| Refused(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", message);
    let token = auth::bearer(header).ok_or_else(|| {
        refuse("the Authorization header must read Bearer and a token".to_owned())
    })?;
    let now = front.office.clock.now();
    front.key.verify(token, now).map(|(actor, _)| actor).map_err(|error| refuse(error.to_string()))
}

fn bad_request(message: impl Into<String>) -> Refused {
    Refused(StatusCode::BAD_REQUEST, "BAD_REQUEST", message.into())
}

/// The GraphQL request inside an HTTP request, and whether only reads are allowed.
async fn read(request: &Request, body: Body) -> Result<(GraphQlRequest, bool), Refused> {
    if request.method() == Method::GET {
        return Ok((read_link(request.uri().query().unwrap_or_default())?, true));
    }
    let kind = request.content_type().unwrap_or_default().to_owned();
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/json" => Ok((read_json(body).await?, false)),
        "multipart/form-data" => {
            // Browsers send this kind across sites without asking first, unless a header of its
            // own forces them to.
            if request.header("GraphQL-Require-Preflight").is_none() {
                return Err(bad_request(
                    "an upload needs the header GraphQL-Require-Preflight: 1, so that no foreign page can send it",
                ));
            }
            Ok((read_upload(&kind, body).await?, false))
        }
        _ => Err(Refused(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            "send Content-Type: application/json, or multipart/form-data for uploads".to_owned(),
        )),
    }
}

fn read_link(query: &str) -> Result<GraphQlRequest, Refused> {
    let pairs: Vec<(String, String)> =
        serde_urlencoded::from_str(query).map_err(|e| bad_request(e.to_string()))?;
    let take = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    let json = |name: &'static str| {
        take(name)
            .map(|text| serde_json::from_str(text))
            .transpose()
            .map_err(|error: serde_json::Error| bad_request(format!("{name} is not JSON: {error}")))
    };
    let mut body = serde_json::Map::new();
    for name in ["query", "operationName"] {
        if let Some(text) = take(name).filter(|text| name == "query" || !text.is_empty()) {
            body.insert(name.to_owned(), text.as_str().into());
        }
    }
    for name in ["variables", "extensions"] {
        if let Some(value) = json(name)? {
            body.insert(name.to_owned(), value);
        }
    }
    parse(serde_json::Value::Object(body))
}

/// The whole body, if it is not longer than `limit`.
///
/// A longer one is read on to a bound and thrown away: a client that is still sending when the
/// answer comes would see a broken pipe instead.
async fn take(body: Body, limit: usize) -> Result<Vec<u8>, Refused> {
    use tokio::io::AsyncReadExt as _;
    let mut reader = body.into_async_read();
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    (&mut reader)
        .take(most)
        .read_to_end(&mut bytes)
        .await
        .map_err(|e| bad_request(e.to_string()))?;
    if bytes.len() <= limit {
        return Ok(bytes);
    }
    let mut rest = reader.take(MAX_DRAIN_BYTES);
    let _client_gone = tokio::io::copy(&mut rest, &mut tokio::io::sink()).await;
    let message = format!("the body is longer than {limit} bytes");
    Err(Refused(StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE", message))
}

async fn read_json(body: Body) -> Result<GraphQlRequest, Refused> {
    let bytes = take(body, MAX_JSON_BYTES).await?;
    let value = serde_json::from_slice(&bytes)
        .map_err(|error| bad_request(format!("the body is not JSON: {error}")))?;
    parse(value)
}

/// Checks the shape by hand, so that each fault has its own message.
fn parse(value: serde_json::Value) -> Result<GraphQlRequest, Refused> {
    use serde_json::Value;
    let Value::Object(body) = &value else {
        return Err(bad_request("the body must be one JSON object; batches are not taken"));
    };
    if !body.get("query").is_some_and(Value::is_string) {
        return Err(bad_request("query is missing or not a string"));
    }
    for name in ["variables", "extensions"] {
        if !body.get(name).is_none_or(|v| v.is_null() || v.is_object()) {
            return Err(bad_request(format!("{name} must be an object")));
        }
    }
    if !body.get("operationName").is_none_or(|v| v.is_null() || v.is_string()) {
        return Err(bad_request("operationName must be a string"));
    }
    let cleaned: serde_json::Map<_, _> = body
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    serde_json::from_value(Value::Object(cleaned)).map_err(|e| bad_request(e.to_string()))
}

async fn read_upload(kind: &str, body: Body) -> Result<GraphQlRequest, Refused> {
    let options = MultipartOptions::default().max_file_size(MAX_UPLOAD_BYTES).max_num_files(4);
    let bytes = take(body, MAX_UPLOAD_BYTES).await?;
    let reader = futures_util::io::Cursor::new(bytes);
    let asked = async_graphql::http::receive_batch_body(Some(kind), reader, options).await;
    match asked {
        Ok(BatchRequest::Single(asked)) => Ok(asked),
        Ok(BatchRequest::Batch(_)) => Err(bad_request("batches are not taken")),
        Err(error) => Err(bad_request(error.to_string())),
    }
}

/// An answer with the status the media type calls for.
fn respond(answer: &Answer, media: Media) -> Response {
    let never_ran = answer.data == async_graphql::Value::Null
        && !answer.errors.is_empty()
        && answer.errors.iter().all(|error| error.path.is_empty());
    let refused_change = answer.errors.iter().any(|error| {
        let code = error.extensions.as_ref().and_then(|e| e.get("code"));
        code.is_some_and(|code| *code == async_graphql::Value::from(READS_ONLY))
    });
    let status = if refused_change {
        StatusCode::METHOD_NOT_ALLOWED
    } else if never_ran && media == Media::GraphQl {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::OK
    };
    let body = if never_ran {
        serde_json::to_string(&json!({ "errors": answer.errors }))
    } else {
        serde_json::to_string(answer)
    };
    match body {
        Ok(body) => {
            let mut response = Response::builder().status(status).content_type(media.name());
            if refused_change {
                response = response.header(header::ALLOW, ALLOW);
            }
            response.body(body)
        }
        Err(error) => {
            let error = ApiError::Internal(Box::new(error));
            tracing::error!(%error, "an answer could not be written");
            refusal(StatusCode::INTERNAL_SERVER_ERROR, error.code(), &error.to_string(), media)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_media_type_follows_the_accept_header() {
        let cases = [
            (None, Some(Media::Json)),
            (Some("*/*"), Some(Media::Json)),
            (Some("application/json"), Some(Media::Json)),
            (Some("application/graphql-response+json"), Some(Media::GraphQl)),
            (
                Some("application/graphql-response+json; charset=utf-8, application/json; q=0.9"),
                Some(Media::GraphQl),
            ),
            (Some("application/graphql-response+json;q=0.1, */*"), Some(Media::Json)),
            (Some("text/html"), None),
            (Some("application/json;q=0"), None),
        ];
        for (accept, want) in cases {
            assert_eq!(Media::negotiate(accept), want, "{accept:?}");
        }
    }
}
