//! Answers in the media type that was asked for.

use async_graphql::{Response as Answer, Value};
use lianmeng_store::StoreError;
use poem::http::{StatusCode, header};
use poem::{Request, Response};
use serde_json::json;

use crate::error::{self, ApiError, Lang, Voice};
use crate::service::{READS_ONLY, never_ran};

pub(super) const ALLOW: &str = "GET, POST, OPTIONS";

/// The two media types of one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
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
}

/// What an `Accept` header allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Accept {
    /// For one answer.
    pub(super) media: Option<Media>,
    /// Whether events are liked better than one answer.
    pub(super) has_events: bool,
}

impl Accept {
    pub(super) fn parse(header: Option<&str>) -> Self {
        let Some(header) = header else {
            return Self { media: Some(Media::Json), has_events: false };
        };
        let (mut best, mut events) = (None::<(Media, f32)>, 0.0);
        for part in header.split(',') {
            let mut pieces = part.split(';').map(str::trim);
            let kind = pieces.next().unwrap_or_default().to_ascii_lowercase();
            let weight = pieces
                .find_map(|p| p.strip_prefix("q="))
                .and_then(|q| q.parse::<f32>().ok())
                .unwrap_or(1.0);
            let heaviest = best.map_or(0.0, |(_, weight)| weight);
            match kind.as_str() {
                "application/graphql-response+json" if weight > heaviest => {
                    best = Some((Media::GraphQl, weight));
                }
                "application/json" | "application/*" | "*/*" if weight > heaviest => {
                    best = Some((Media::Json, weight));
                }
                // At equal weight, what is named first is liked better.
                "text/event-stream" if weight > heaviest => events = weight,
                _ => {}
            }
        }
        let has_events = events > 0.0 && best.is_none_or(|(_, weight)| weight <= events);
        Self { media: best.map(|(media, _)| media), has_events }
    }
}

/// A request that never reaches the schema.
#[derive(Debug)]
pub(super) struct Refused(pub(super) StatusCode, pub(super) &'static str, pub(super) String);

pub(super) fn bad_request(message: impl Into<String>) -> Refused {
    Refused(StatusCode::BAD_REQUEST, "BAD_REQUEST", message.into())
}

impl Refused {
    /// Something on our side: logged here, not told.
    pub(super) fn internal(error: &dyn std::error::Error) -> Self {
        tracing::error!(%error, "a request failed on our side");
        let message = ApiError::INTERNAL.to_owned();
        Self(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", message)
    }

    /// The database: what is wrong with it is told, where that is no fault of the program.
    pub(super) fn store(error: &StoreError) -> Self {
        let Some(of) = error.trouble() else { return Self::internal(error) };
        tracing::error!(%error, "a request failed because of the database");
        let (code, message) = error::trouble(of);
        Self(StatusCode::SERVICE_UNAVAILABLE, code, message.to_owned())
    }
}

/// Something in the address that cannot be read.
impl From<ApiError> for Refused {
    fn from(error: ApiError) -> Self {
        Self(StatusCode::BAD_REQUEST, error.code(), error.to_string())
    }
}

/// How answers to one request are said.
#[derive(Debug, Clone)]
pub(super) struct Manner {
    pub(super) media: Media,
    pub(super) voice: Voice,
}

/// The id of a request, attached where it comes in.
#[derive(Debug, Clone)]
pub(super) struct RequestId(pub(super) String);

/// How errors of this request are said.
pub(super) fn voice(request: &Request) -> Voice {
    Voice {
        lang: Lang::negotiate(request.header(header::ACCEPT_LANGUAGE)),
        request_id: request.data::<RequestId>().map(|id| id.0.clone()).unwrap_or_default(),
    }
}

impl Manner {
    /// The answer to a request that never reaches the schema.
    pub(super) fn refuse(&self, refused: Refused) -> Response {
        let Refused(status, code, message) = refused;
        let mut errors = vec![error::refuse(code, message)];
        error::dress(&mut errors, &self.voice);
        let mut response = Response::builder().status(status).content_type(self.media.name());
        if status == StatusCode::METHOD_NOT_ALLOWED {
            response = response.header(header::ALLOW, ALLOW);
        }
        if status == StatusCode::UNAUTHORIZED {
            response = response.header(header::WWW_AUTHENTICATE, "Bearer");
        }
        if status == StatusCode::TOO_MANY_REQUESTS {
            response = response.header(header::RETRY_AFTER, "5");
        }
        response.body(json!({ "errors": errors }).to_string())
    }

    /// An answer with the status the media type calls for.
    pub(super) fn respond(&self, answer: &Answer) -> Response {
        let status = match refused_with(answer) {
            Some(READS_ONLY) => StatusCode::METHOD_NOT_ALLOWED,
            Some("NOT_ACCEPTABLE") => StatusCode::NOT_ACCEPTABLE,
            Some("TIMEOUT") => StatusCode::SERVICE_UNAVAILABLE,
            Some(_) if self.media == Media::GraphQl => StatusCode::BAD_REQUEST,
            Some(_) | None => StatusCode::OK,
        };
        let body = if never_ran(answer) {
            serde_json::to_string(&json!({ "errors": answer.errors }))
        } else {
            serde_json::to_string(answer)
        };
        self.send(status, body)
    }

    /// The answers to several requests sent together.
    pub(super) fn respond_all(&self, answers: &[Answer]) -> Response {
        self.send(StatusCode::OK, serde_json::to_string(answers))
    }

    fn send(&self, status: StatusCode, body: serde_json::Result<String>) -> Response {
        match body {
            Ok(body) => {
                let mut response =
                    Response::builder().status(status).content_type(self.media.name());
                if status == StatusCode::METHOD_NOT_ALLOWED {
                    response = response.header(header::ALLOW, ALLOW);
                }
                let length = body.len();
                let mut response = response.body(body);
                response.extensions_mut().insert(Length(length));
                response
            }
            Err(cause) => self.refuse(Refused::internal(&cause)),
        }
    }
}

/// Bytes of a body, where that is known before it is sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Length(pub(super) usize);

/// The code of an answer that refuses the whole request.
fn refused_with(answer: &Answer) -> Option<&str> {
    if !never_ran(answer) {
        return None;
    }
    let code = answer.errors.first()?.extensions.as_ref()?.get("code")?;
    match code {
        Value::String(code) => Some(code),
        Value::Null
        | Value::Number(_)
        | Value::Boolean(_)
        | Value::Binary(_)
        | Value::Enum(_)
        | Value::List(_)
        | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_media_type_follows_the_accept_header() {
        let (json, graphql) = (Some(Media::Json), Some(Media::GraphQl));
        let cases = [
            (None, json, false),
            (Some("*/*"), json, false),
            (Some("application/json"), json, false),
            (Some("application/graphql-response+json"), graphql, false),
            (
                Some("application/graphql-response+json; charset=utf-8, application/json; q=0.9"),
                graphql,
                false,
            ),
            (Some("application/graphql-response+json;q=0.1, */*"), json, false),
            (Some("text/html"), None, false),
            (Some("application/json;q=0"), None, false),
            (Some("text/event-stream"), None, true),
            (Some("text/event-stream, application/json;q=0.5"), json, true),
            (Some("text/event-stream, application/json"), json, true),
            (Some("application/json, text/event-stream, multipart/mixed"), json, false),
            (Some("multipart/mixed;subscriptionSpec=1.0,application/json"), json, false),
        ];
        for (accept, media, has_events) in cases {
            assert_eq!(Accept::parse(accept), Accept { media, has_events }, "{accept:?}");
        }
    }
}
