//! The GraphQL request inside an HTTP request.

use std::time::Duration;

use async_graphql::http::MultipartOptions;
use async_graphql::{BatchRequest, Request as GraphQlRequest};
use poem::http::{Method, StatusCode};
use poem::{Body, Request};
use serde_json::{Map, Value};
use tokio_util::compat::TokioAsyncReadCompatExt as _;

use super::answer::{Refused, bad_request};
use super::settings::Settings;

/// How much of a body that is too large is still read, so that its sender hears the answer.
const MAX_DRAIN_BYTES: u64 = 32 * 1024 * 1024;
/// How long that may take.
const DRAIN_TIME: Duration = Duration::from_secs(10);
/// Files of one upload.
const MAX_FILES: usize = 4;
/// Headers either of which shows that a browser asked before it sent an upload across sites.
const PREFLIGHT: [&str; 2] = ["GraphQL-Require-Preflight", "Apollo-Require-Preflight"];

/// What was sent.
#[derive(Debug)]
pub(super) enum Sent {
    /// One request.
    One(Box<GraphQlRequest>),
    /// Several in one body.
    Many(Vec<GraphQlRequest>),
}

impl Sent {
    fn one(request: GraphQlRequest) -> Self {
        Self::One(Box::new(request))
    }
}

/// The requests inside an HTTP request.
pub(super) async fn read(
    request: &Request,
    body: Body,
    settings: &Settings,
) -> Result<Sent, Refused> {
    if request.method() == Method::GET {
        return link(request.uri().query().unwrap_or_default()).map(Sent::one);
    }
    let kind = request.content_type().unwrap_or_default().to_owned();
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/json" => {
            let bytes = take(body, settings.max_body_bytes).await?;
            let value = serde_json::from_slice(&bytes)
                .map_err(|error| bad_request(format!("the body is not JSON: {error}")))?;
            json(value, settings.limits.batch)
        }
        "multipart/form-data" => {
            if !PREFLIGHT.iter().any(|name| request.header(*name).is_some()) {
                drain(body).await;
                return Err(bad_request(
                    "an upload needs the header GraphQL-Require-Preflight: 1, so that no foreign page can send it",
                ));
            }
            upload(&kind, body, settings.max_upload_bytes).await.map(Sent::one)
        }
        _ => {
            drain(body).await;
            let message = "send Content-Type: application/json, or multipart/form-data for uploads";
            Err(Refused(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "UNSUPPORTED_MEDIA_TYPE",
                message.to_owned(),
            ))
        }
    }
}

fn link(query: &str) -> Result<GraphQlRequest, Refused> {
    let pairs: Vec<(String, String)> =
        serde_urlencoded::from_str(query).map_err(|e| bad_request(e.to_string()))?;
    let mut body = Map::new();
    for (name, text) in pairs {
        let value = match name.as_str() {
            "operationName" if text.is_empty() => continue,
            "query" | "documentId" | "operationName" => text.into(),
            "variables" | "extensions" => serde_json::from_str(&text)
                .map_err(|error| bad_request(format!("{name} is not JSON: {error}")))?,
            _ => continue,
        };
        body.insert(name, value);
    }
    one(Value::Object(body))
}

fn json(value: Value, most: usize) -> Result<Sent, Refused> {
    let Value::Array(items) = value else { return one(value).map(Sent::one) };
    if items.is_empty() || items.len() > most {
        let found = items.len();
        return Err(bad_request(format!(
            "the list has {found} requests; it must have 1 to {most}"
        )));
    }
    items.into_iter().map(one).collect::<Result<_, _>>().map(Sent::Many)
}

/// Checks the shape by hand, so that each fault has its own message.
pub(super) fn one(value: Value) -> Result<GraphQlRequest, Refused> {
    let Value::Object(mut body) = value else {
        return Err(bad_request("a request must be a JSON object"));
    };
    body.retain(|_, value| !value.is_null());
    for name in ["query", "operationName", "documentId"] {
        if !body.get(name).is_none_or(Value::is_string) {
            return Err(bad_request(format!("{name} is not a string")));
        }
    }
    for name in ["variables", "extensions"] {
        if !body.get(name).is_none_or(Value::is_object) {
            return Err(bad_request(format!("{name} must be an object")));
        }
    }
    if let Some(id) = body.remove("documentId") {
        let extensions = body.entry("extensions").or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(extensions) = extensions {
            let persisted = serde_json::json!({ "version": 1, "sha256Hash": id });
            extensions.insert("persistedQuery".to_owned(), persisted);
        }
    }
    let has_hash = body.get("extensions").is_some_and(|e| e.get("persistedQuery").is_some());
    if !body.contains_key("query") && !has_hash {
        return Err(bad_request("query is missing"));
    }
    serde_json::from_value(Value::Object(body)).map_err(|e| bad_request(e.to_string()))
}

fn too_large(limit: usize) -> Refused {
    let message = format!("the body is longer than {limit} bytes");
    Refused(StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE", message)
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
    drain_rest(reader).await;
    Err(too_large(limit))
}

/// Reads a body that nobody wants, up to a bound.
pub(super) async fn drain(body: Body) {
    drain_rest(body.into_async_read()).await;
}

async fn drain_rest(reader: impl tokio::io::AsyncRead + Unpin) {
    use tokio::io::AsyncReadExt as _;
    let mut rest = reader.take(MAX_DRAIN_BYTES);
    let mut nowhere = tokio::io::sink();
    let copying = tokio::io::copy(&mut rest, &mut nowhere);
    let _client_gone_or_slow = tokio::time::timeout(DRAIN_TIME, copying).await;
}

/// An upload, counted while it comes in.
async fn upload(kind: &str, body: Body, limit: usize) -> Result<GraphQlRequest, Refused> {
    use futures_util::AsyncReadExt as _;
    let options = MultipartOptions::default().max_file_size(limit).max_num_files(MAX_FILES);
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut reader = body.into_async_read().compat().take(most);
    let asked = async_graphql::http::receive_batch_body(Some(kind), &mut reader, options).await;
    if reader.limit() == 0 {
        drain_rest(reader.into_inner().into_inner()).await;
        return Err(too_large(limit));
    }
    match asked {
        Ok(BatchRequest::Single(asked)) => Ok(asked),
        Ok(BatchRequest::Batch(_)) => Err(bad_request("an upload carries one request")),
        Err(error) => Err(bad_request(error.to_string())),
    }
}
