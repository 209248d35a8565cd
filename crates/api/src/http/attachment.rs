//! Downloading attachments, by the same token or cookie as everything else.

use lianmeng_app::attachment::{self as app, AttachmentCommandError};
use lianmeng_app::blobs::BlobError;
use lianmeng_domain::attachment::Attachment;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use poem::http::{StatusCode, header};
use poem::web::{Data, Path};
use poem::{Request, Response, handler};
use tokio::time::timeout;

use super::answer::{self, Manner, Media, Refused};
use super::{Front, caller};
use crate::attachment::SEATS;
use crate::error::ApiError;
use crate::ids;

/// What RFC 5987 lets stand as it is in the value of a parameter.
const IN_NAMES: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// The bytes of the attachment with this id.
#[handler]
pub(super) async fn download(
    request: &Request,
    Path(id): Path<String>,
    front: Data<&Front>,
) -> Response {
    let manner = Manner { media: Media::Json, voice: answer::voice(request) };
    match timeout(front.settings.timeout, serve(request, &id, front.0)).await {
        Ok(Ok(response)) => response,
        Ok(Err(refused)) => manner.refuse(refused),
        Err(_elapsed) => {
            let message = "the file was not there in time; try again".to_owned();
            manner.refuse(Refused(StatusCode::SERVICE_UNAVAILABLE, "TIMEOUT", message))
        }
    }
}

async fn serve(request: &Request, id: &str, front: &Front) -> Result<Response, Refused> {
    let caller = caller::of(request, front).await?;
    let id = ids::decode(id)?;
    let desk = front.desk(request);
    let found =
        app::find(&desk, &caller.actor, id).await.map_err(|error| Refused::store(&error))?;
    let attachment = found.ok_or_else(|| {
        let message = "no attachment with this id that you may see".to_owned();
        Refused(StatusCode::NOT_FOUND, "NOT_FOUND", message)
    })?;
    if let Some(at) = attachment.expired_at {
        let message = format!("{} was kept until {at}; its bytes are gone", attachment.name);
        return Err(Refused(StatusCode::GONE, "EXPIRED", message));
    }
    let tag = format!("\"{}\"", attachment.sha256);
    if super::is_known(request, &tag) {
        let response = Response::builder().status(StatusCode::NOT_MODIFIED);
        return Ok(response.header(header::ETAG, tag).finish());
    }
    // A file is in memory as a whole while it is checked.
    let _seat = SEATS.acquire().await.map_err(|error| Refused::internal(&error))?;
    let content = app::read(&desk, &caller.actor, &attachment).await.map_err(of_read)?;
    Ok(Response::builder()
        .content_type(attachment.kind.media_type())
        .header(header::CONTENT_DISPOSITION, disposition(&attachment))
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox")
        .header(header::ETAG, tag)
        // Whoever keeps a copy asks each time whether they still may.
        .header(header::CACHE_CONTROL, "private, no-cache")
        .body(content))
}

/// To be saved under its name: as it is for those who read RFC 5987, in ASCII for the others.
fn disposition(attachment: &Attachment) -> String {
    let plain = |letter: char| if matches!(letter, ' '..='~') { letter } else { '_' };
    let plain: String = attachment.name.chars().map(plain).collect();
    let whole = utf8_percent_encode(&attachment.name, IN_NAMES);
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}")
}

fn of_read(error: AttachmentCommandError) -> Refused {
    if let AttachmentCommandError::Blob(BlobError::Refused(cause) | BlobError::Away(cause)) = &error
    {
        tracing::error!(cause, "the bytes of an attachment cannot be read");
        let message = ApiError::ELSEWHERE.to_owned();
        return Refused(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message);
    }
    Refused::internal(&error)
}
