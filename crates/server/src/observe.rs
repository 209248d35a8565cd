//! Counts HTTP requests and puts each into a span; stands around every route.

use std::time::Instant;

use metrics::{counter, gauge, histogram};
use poem::{Endpoint, Middleware, Request, Response, Result};
use tracing::field::Empty;
use tracing::{Instrument as _, info_span};

use crate::telemetry;

/// Counts requests.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Observe;

impl<E: Endpoint> Middleware<E> for Observe {
    type Output = Observed<E>;

    fn transform(&self, inner: E) -> Observed<E> {
        Observed(inner)
    }
}

/// An endpoint whose requests are counted.
#[derive(Debug)]
pub(crate) struct Observed<E>(E);

impl<E: Endpoint> Endpoint for Observed<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let path = label(request.uri().path());
        let span = info_span!(
            "request",
            otel.kind = "server",
            http.path = path,
            http.status = Empty,
            request.id = Empty
        );
        telemetry::join(&span, request.headers());
        let _open = Open::new();
        let start = Instant::now();
        let answer = self.0.call(request).instrument(span.clone()).await;
        let answer =
            answer.map_or_else(poem::Error::into_response, poem::IntoResponse::into_response);
        let status = answer.status();
        span.record("http.status", status.as_u16());
        histogram!("lianmeng_http_seconds", "path" => path).record(start.elapsed());
        counter!("lianmeng_http_requests_total", "path" => path, "status" => status.as_str().to_owned())
            .increment(1);
        Ok(answer)
    }
}

/// A request being answered; counted until it is dropped, so also when its client leaves.
struct Open;

impl Open {
    fn new() -> Self {
        gauge!("lianmeng_http_requests_open").increment(1);
        Self
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        gauge!("lianmeng_http_requests_open").decrement(1);
    }
}

/// The first part of a path that we serve; one word for everything else, since anybody may ask for
/// anything.
fn label(path: &str) -> &'static str {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    match first {
        "" => "/",
        "graphql" => "/graphql",
        "graphiql" => "/graphiql",
        "health" => "/health",
        "schema.graphql" => "/schema.graphql",
        "auth" => "/auth",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_few() {
        for (path, want) in [
            ("/", "/"),
            ("/graphql", "/graphql"),
            ("/graphiql/start.js", "/graphiql"),
            ("/health/ready", "/health"),
            ("/wp-login.php", "other"),
        ] {
            assert_eq!(label(path), want, "{path}");
        }
    }
}
