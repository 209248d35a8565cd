//! What every answer gets: the id of its request, and compression where it pays.

use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Instant;

use lianmeng_domain::ids::AuditId;
use poem::http::{HeaderValue, StatusCode, header};
use poem::web::{Compress, CompressionAlgo};
use poem::{Endpoint, IntoResponse, Request, Response, Result};
use tracing::Span;

use super::Front;
use super::answer::{Length, RequestId};

/// Header with the id of a request.
const REQUEST_ID: &str = "x-request-id";
/// Longest id taken from a client.
const LONGEST_ID: usize = 64;

/// Gives the request its id, taken from the client where it is sane; it stands in the answer's
/// header, in its errors and in the log.
pub(super) async fn identify<E: Endpoint>(
    endpoint: Arc<E>,
    mut request: Request,
) -> Result<Response> {
    let sent = request.header(REQUEST_ID).filter(|id| is_sane(id)).map(str::to_owned);
    let id = match (sent, request.data::<Front>()) {
        (Some(id), _) => id,
        (None, Some(front)) => front.office.desk().mint::<AuditId>().to_string(),
        (None, None) => String::new(),
    };
    request.set_data(RequestId(id.clone()));
    Span::current().record("request.id", id.as_str());
    let head = HeaderValue::from_str(&id);
    let mut left = Left(Some((Instant::now(), id)));
    let response = endpoint.call(request).await.map(IntoResponse::into_response);
    let mut response = response.unwrap_or_else(poem::Error::into_response);
    if let Some((start, id)) = left.0.take() {
        let (status, elapsed_ms) = (response.status().as_u16(), start.elapsed().as_millis());
        tracing::debug!(request.id = %id, status, elapsed_ms, "answered");
    }
    if let Ok(head) = head {
        response.headers_mut().insert(REQUEST_ID, head);
    }
    Ok(response)
}

fn is_sane(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= LONGEST_ID
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
}

/// Tells the log when the work on a request was dropped because its client left.
struct Left(Option<(Instant, String)>);

impl Drop for Left {
    fn drop(&mut self) {
        if let Some((start, id)) = self.0.take() {
            let elapsed_ms = start.elapsed().as_millis();
            tracing::info!(request.id = %id, elapsed_ms, "the client left; the work was dropped");
        }
    }
}

/// Shorter answers are not worth the work.
const SMALLEST: usize = 1024;

/// Compresses answers for those who accept it, but no events, which would wait in the compressor.
pub(super) async fn compress<E: Endpoint>(endpoint: Arc<E>, request: Request) -> Result<Response> {
    let best = request.header(header::ACCEPT_ENCODING).and_then(best);
    let response = endpoint.call(request).await?.into_response();
    let Some(algorithm) = best else { return Ok(response) };
    let kind = response.content_type().unwrap_or_default();
    let is_small = response.extensions().get::<Length>().is_some_and(|length| length.0 < SMALLEST);
    let has_body = !matches!(
        response.status(),
        StatusCode::SWITCHING_PROTOCOLS | StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED
    );
    if is_small || !has_body || kind.starts_with("text/event-stream") {
        return Ok(response);
    }
    let mut response = Compress::new(response, algorithm).into_response();
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
    Ok(response)
}

/// The algorithm an `Accept-Encoding` header likes best, of those that are quick for their gain.
fn best(accept: &str) -> Option<CompressionAlgo> {
    let mut found: Option<(CompressionAlgo, f32)> = None;
    for part in accept.split(',') {
        let mut pieces = part.split(';').map(str::trim);
        let name = pieces.next().unwrap_or_default().to_ascii_lowercase();
        let weight = pieces
            .find_map(|piece| piece.strip_prefix("q="))
            .and_then(|weight| weight.parse::<f32>().ok())
            .unwrap_or(1.0);
        let Ok(algorithm) = CompressionAlgo::from_str(&name) else { continue };
        if weight > 0.0 && found.is_none_or(|(_, heaviest)| weight > heaviest) {
            found = Some((algorithm, weight));
        }
    }
    found.map(|(algorithm, _)| algorithm)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_follows_the_header() {
        assert_eq!(best("gzip, deflate, br"), Some(CompressionAlgo::GZIP));
        assert_eq!(best("gzip;q=0.5, zstd"), Some(CompressionAlgo::ZSTD));
        assert_eq!(best("identity, gzip;q=0"), None);
    }

    #[test]
    fn an_id_from_a_client_is_short_and_plain() {
        assert!(is_sane("01J-a_b.c:1"));
        for bad in ["", "a b", "ä", "\"x\"", &"x".repeat(65)] {
            assert!(!is_sane(bad), "{bad}");
        }
    }
}
