//! The public page of a project: `GET /projects/:code`. Who has the code of a published project reads name,
//! stage, next step and last update; nothing restricted is read for it.

use lianmeng_app::project::page::{PublicStatus, status};
use lianmeng_exchange::status_page::{self, StatusPage};
use poem::http::{HeaderValue, StatusCode, header};
use poem::web::{Data, Path};
use poem::{Request, Response, handler};

use super::Front;
use super::answer::{self, Manner, Media, Refused};

/// Longest code that is looked for.
const MAX_CODE: usize = 64;

/// `GET /projects/:code`.
#[handler]
pub(super) async fn page(
    request: &Request,
    Path(code): Path<String>,
    front: Data<&Front>,
) -> Response {
    let found =
        if code.len() > MAX_CODE { Ok(None) } else { status(&front.desk(request).db, &code).await };
    match found {
        Ok(Some(found)) => serve(StatusCode::OK, status_page::html(&shown(found))),
        Ok(None) => serve(StatusCode::NOT_FOUND, status_page::nothing()),
        Err(error) => {
            let manner = Manner { media: Media::Json, voice: answer::voice(request) };
            manner.refuse(Refused::store(&error))
        }
    }
}

fn shown(found: PublicStatus) -> StatusPage {
    StatusPage {
        name: found.name,
        stage: found.stage,
        next_step: found.next_step,
        updated_on: found.updated_on,
        public_note: found.public_note,
        is_example: found.is_example,
    }
}

fn serve(status: StatusCode, text: String) -> Response {
    let mut response =
        Response::builder().status(status).content_type("text/html; charset=utf-8").body(text);
    let headers = response.headers_mut();
    for (key, value) in [
        // The address holds a code: nobody keeps the page, no other page sees the address.
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        ),
    ] {
        headers.insert(key, HeaderValue::from_static(value));
    }
    response
}
