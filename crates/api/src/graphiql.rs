//! `GraphiQL` from this binary: users in China cannot reach the usual foreign hosts.

use poem::http::{StatusCode, header};
use poem::web::Path;
use poem::{IntoResponse, Response, handler};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "assets/graphiql"]
struct Assets;

/// The page.
#[handler]
pub(crate) fn page() -> Response {
    serve("index.html")
}

/// One of its files.
#[handler]
pub(crate) fn asset(Path(name): Path<String>) -> Response {
    serve(&name)
}

fn serve(name: &str) -> Response {
    let Some(file) = Assets::get(name) else { return StatusCode::NOT_FOUND.into_response() };
    let kind = match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        _ => "text/plain; charset=utf-8",
    };
    let body = match file.data {
        std::borrow::Cow::Borrowed(bytes) => poem::Body::from(bytes),
        std::borrow::Cow::Owned(bytes) => poem::Body::from(bytes),
    };
    Response::builder()
        .header(header::CONTENT_TYPE, kind)
        .header(header::CACHE_CONTROL, "no-cache")
        .header(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:",
        )
        .body(body)
}
