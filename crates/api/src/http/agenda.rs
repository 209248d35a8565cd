//! What is handed out of an event's published timetable: `GET /events/:id/schedule.ics` and
//! `GET /events/:id/papers.html`; and of its guests: `GET /events/:id/badges.html`.

use lianmeng_app::agenda::{self as app, AgendaError, ReadAgenda};
use lianmeng_app::guest::badges::{self as guests, BadgeError};
use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::ParticipantId;
use lianmeng_exchange::agenda::{self, Whose};
use lianmeng_exchange::badges::pages;
use poem::http::{HeaderValue, StatusCode, header};
use poem::web::{Data, Path};
use poem::{Request, Response, handler};
use serde::Deserialize;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::Front;
use super::answer::{self, Manner, Media, Refused, bad_request};
use super::caller;
use crate::ids;

/// Which part of the timetable; a name that is not known is refused.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Part {
    participant_id: Option<String>,
    table: Option<u16>,
}

/// Timetables written at the same time.
static SEATS: Semaphore = Semaphore::const_new(4);

/// What is handed out.
#[derive(Debug, Clone, Copy)]
enum Paper {
    /// A calendar of what the caller sees.
    Calendar,
    /// Everything there is to print, for organisers.
    Papers,
    /// Badges and a list to sign, for organisers.
    Badges,
}

/// `GET /events/:id/:name`.
#[handler]
pub(super) async fn handed_out(
    request: &Request,
    Path((id, name)): Path<(String, String)>,
    front: Data<&Front>,
) -> Response {
    let manner = Manner { media: Media::Json, voice: answer::voice(request) };
    let paper = match name.as_str() {
        "schedule.ics" => Paper::Calendar,
        "papers.html" => Paper::Papers,
        "badges.html" => Paper::Badges,
        _ => {
            let message = "there are schedule.ics, papers.html and badges.html".to_owned();
            return manner.refuse(Refused(StatusCode::NOT_FOUND, "BAD_REQUEST", message));
        }
    };
    match timeout(front.settings.timeout, written(request, front.0, &id, paper)).await {
        Ok(Ok(text)) => file(paper, text),
        Ok(Err(refused)) => manner.refuse(refused),
        Err(_elapsed) => {
            let message = "the timetable was not there in time; try again".to_owned();
            manner.refuse(Refused(StatusCode::SERVICE_UNAVAILABLE, "TIMEOUT", message))
        }
    }
}

async fn written(
    request: &Request,
    front: &Front,
    id: &str,
    paper: Paper,
) -> Result<String, Refused> {
    let who = caller::of(request, front).await?;
    match paper {
        Paper::Calendar => timetable(request, front, (id, &who.actor), false).await,
        Paper::Papers => timetable(request, front, (id, &who.actor), true).await,
        Paper::Badges => badges(request, front, id, &who.actor).await,
    }
}

/// The timetable as a calendar of what the caller sees, or the `is_whole` of it to print.
async fn timetable(
    request: &Request,
    front: &Front,
    (id, actor): (&str, &Actor),
    is_whole: bool,
) -> Result<String, Refused> {
    let part: Part = request.params().map_err(|error| bad_request(error.to_string()))?;
    let participant = part.participant_id.map(|id| ids::decode(&id)).transpose();
    let participant: Option<ParticipantId> = participant?;
    let ask = ReadAgenda { event: ids::decode(id)?, participant, table: part.table, is_whole };
    // A timetable is in memory as a whole until it is written.
    let seat = SEATS.acquire().await.map_err(|error| Refused::internal(&error))?;
    let found = app::read(&front.desk(request), actor, &ask).await.map_err(refused)?;
    let whose = match (participant, part.table) {
        (Some(id), _) => Whose::Participant(id),
        (None, Some(table)) => Whose::Table(table),
        (None, None) => Whose::Reader,
    };
    let writing = move || {
        // Also where nobody waits for it any more.
        let _seat = seat;
        if is_whole { agenda::pages(&found) } else { agenda::ics(&found, whose) }
    };
    tokio::task::spawn_blocking(writing).await.map_err(|error| Refused::internal(&error))
}

/// Whose badges; a name that is not known is refused.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Guests {
    guest_id: Option<String>,
}

/// The badges of those who come.
async fn badges(
    request: &Request,
    front: &Front,
    id: &str,
    actor: &Actor,
) -> Result<String, Refused> {
    let part: Guests = request.params().map_err(|error| bad_request(error.to_string()))?;
    let guest = part.guest_id.map(|id| ids::decode(&id)).transpose()?;
    let seat = SEATS.acquire().await.map_err(|error| Refused::internal(&error))?;
    let ask = (ids::decode(id)?, guest);
    let sheet = guests::badges(&front.desk(request), actor, ask).await;
    let sheet = sheet.map_err(|error| match &error {
        BadgeError::NotFound => Refused(StatusCode::NOT_FOUND, "NOT_FOUND", error.to_string()),
        BadgeError::TooMany { .. } => {
            Refused(StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE", error.to_string())
        }
        BadgeError::Store(cause) => Refused::store(cause),
    })?;
    let writing = move || {
        // Also where nobody waits for it any more.
        let _seat = seat;
        pages(&sheet)
    };
    tokio::task::spawn_blocking(writing).await.map_err(|error| Refused::internal(&error))
}

fn file(paper: Paper, text: String) -> Response {
    let (kind, name) = match paper {
        Paper::Calendar => {
            ("text/calendar; charset=utf-8", "attachment; filename=\"schedule.ics\"")
        }
        Paper::Papers | Paper::Badges => ("text/html; charset=utf-8", "inline"),
    };
    let mut response = Response::builder().content_type(kind).body(text);
    let headers = response.headers_mut();
    for (key, value) in [
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // A page to print: its own style and nothing else.
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox allow-modals",
        ),
    ] {
        headers.insert(key, HeaderValue::from_static(value));
    }
    response
}

fn refused(error: AgendaError) -> Refused {
    match &error {
        AgendaError::NotFound | AgendaError::NotPublished => {
            Refused(StatusCode::NOT_FOUND, "NOT_FOUND", error.to_string())
        }
        AgendaError::Store(cause) => Refused::store(cause),
    }
}
