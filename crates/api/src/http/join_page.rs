//! The page that links of invitations lead to: one comes in there, or chooses a password.

use poem::http::{StatusCode, header};
use poem::web::Path;
use poem::{IntoResponse as _, Response, handler};

/// The page.
#[handler]
pub(super) fn page() -> Response {
    serve("text/html; charset=utf-8", include_str!("../../assets/join/index.html"))
}

/// Its style and script.
#[handler]
pub(super) fn asset(Path(name): Path<String>) -> Response {
    match name.as_str() {
        "join.js" => {
            serve("text/javascript; charset=utf-8", include_str!("../../assets/join/join.js"))
        }
        "join.css" => serve("text/css; charset=utf-8", include_str!("../../assets/join/join.css")),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn serve(kind: &str, text: &'static str) -> Response {
    Response::builder()
        .header(header::CONTENT_TYPE, kind)
        .header(header::CACHE_CONTROL, "no-cache")
        // The address holds a code: no other page may see where somebody came from.
        .header(header::REFERRER_POLICY, "no-referrer")
        .header(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; form-action 'none'; frame-ancestors 'none'",
        )
        .body(text)
}
