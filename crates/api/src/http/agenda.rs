//! What is handed out of an event's published timetable: the calendars of `GET /events/:id/schedule.ics`,
//! what is printed (in [`print`]); and of its guests: `GET /events/:id/badges.html`.

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
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use self::print::{Form, What, XLSX};
use super::Front;
use super::answer::{self, Manner, Media, Refused, bad_request};
use super::caller;
use crate::ids;

mod print;

/// Longest query that is read.
const MAX_QUERY: usize = 2_000;

/// Timetables written at the same time.
static SEATS: Semaphore = Semaphore::const_new(4);

/// What is handed out.
#[derive(Debug, Clone, Copy)]
enum Paper {
    /// A calendar of what the caller sees, or of a room.
    Calendar,
    /// Badges and a list to sign, for organisers.
    Badges,
    /// What is printed of a timetable.
    Document(What, Form),
    /// The timetable as a workbook.
    Workbook,
}

/// Every name there is, with what it stands for.
const NAMES: [(&str, Paper); 9] = [
    ("schedule.ics", Paper::Calendar),
    ("schedule.html", Paper::Document(What::Schedules, Form::Html)),
    ("schedule.docx", Paper::Document(What::Schedules, Form::Docx)),
    ("papers.html", Paper::Document(What::Papers, Form::Html)),
    ("papers.docx", Paper::Document(What::Papers, Form::Docx)),
    ("handbook.html", Paper::Document(What::Handbook, Form::Html)),
    ("handbook.docx", Paper::Document(What::Handbook, Form::Docx)),
    ("timetable.xlsx", Paper::Workbook),
    ("badges.html", Paper::Badges),
];

/// `GET /events/:id/:name`.
#[handler]
pub(super) async fn handed_out(
    request: &Request,
    Path((id, name)): Path<(String, String)>,
    front: Data<&Front>,
) -> Response {
    let manner = Manner { media: Media::Json, voice: answer::voice(request) };
    let Some((name, paper)) = NAMES.iter().find(|(known, _)| *known == name).copied() else {
        let names = NAMES.map(|(name, _)| name).join(", ");
        let message = format!("there are {names}");
        return manner.refuse(Refused(StatusCode::NOT_FOUND, "BAD_REQUEST", message));
    };
    match timeout(front.settings.timeout, written(request, front.0, &id, paper)).await {
        Ok(Ok(bytes)) => file((name, paper), bytes),
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
) -> Result<Vec<u8>, Refused> {
    let who = caller::of(request, front).await?;
    let length = request.uri().query().unwrap_or_default().len();
    if length > MAX_QUERY {
        return Err(bad_request(format!("the query is longer than {MAX_QUERY} bytes")));
    }
    match paper {
        Paper::Calendar => calendar(request, front, id, &who.actor).await.map(String::into_bytes),
        Paper::Badges => badges(request, front, id, &who.actor).await.map(String::into_bytes),
        Paper::Document(what, form) => print::document(request, front, id, (who, what, form)).await,
        Paper::Workbook => print::workbook(request, front, id, who).await,
    }
}

/// Which part of the timetable; a name that is not known is refused.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Part {
    participant_id: Option<String>,
    table: Option<u16>,
    room: Option<String>,
}

/// The timetable as a calendar of what the caller sees, or what takes place in a room.
async fn calendar(
    request: &Request,
    front: &Front,
    id: &str,
    actor: &Actor,
) -> Result<String, Refused> {
    let part: Part = request.params().map_err(|error| bad_request(error.to_string()))?;
    let (event, desk) = (ids::decode(id)?, front.desk(request));
    if let Some(name) = part.room {
        if part.participant_id.is_some() || part.table.is_some() {
            return Err(bad_request("a calendar is of a room, a participant or a table; name one"));
        }
        let seat = SEATS.acquire().await.map_err(|error| Refused::internal(&error))?;
        let found = app::room::room(&desk, actor, (event, &name)).await.map_err(refused)?;
        return blocking(seat, move || agenda::room(&found)).await;
    }
    let participant = part.participant_id.map(|id| ids::decode(&id)).transpose();
    let participant: Option<ParticipantId> = participant?;
    let ask = ReadAgenda { event, participant, table: part.table };
    // A timetable is in memory as a whole until it is written.
    let seat = SEATS.acquire().await.map_err(|error| Refused::internal(&error))?;
    let found = app::read(&desk, actor, &ask).await.map_err(refused)?;
    let whose = match (participant, part.table) {
        (Some(id), _) => Whose::Participant(id),
        (None, Some(table)) => Whose::Table(table),
        (None, None) => Whose::Reader,
    };
    blocking(seat, move || agenda::ics(&found, whose)).await
}

/// Runs `write` where it keeps nobody waiting. The seat is kept until it is done, also where nobody
/// waits for it any more.
async fn blocking<T: Send + 'static>(
    seat: SemaphorePermit<'static>,
    write: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Refused> {
    let writing = move || {
        let _seat = seat;
        write()
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
    blocking(seat, move || pages(&sheet)).await
}

fn file((name, paper): (&str, Paper), bytes: Vec<u8>) -> Response {
    let (kind, is_shown) = match paper {
        Paper::Calendar => ("text/calendar; charset=utf-8", false),
        Paper::Badges => (Form::Html.media(), true),
        Paper::Document(_, form) => (form.media(), form == Form::Html),
        Paper::Workbook => (XLSX, false),
    };
    let mut response = Response::builder().content_type(kind).body(bytes);
    let headers = response.headers_mut();
    for (key, value) in [
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
    let shown =
        if is_shown { "inline".to_owned() } else { format!("attachment; filename=\"{name}\"") };
    if let Ok(value) = HeaderValue::from_str(&shown) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

fn refused(error: AgendaError) -> Refused {
    match &error {
        AgendaError::NotFound | AgendaError::NotPublished => {
            Refused(StatusCode::NOT_FOUND, "NOT_FOUND", error.to_string())
        }
        AgendaError::Forbidden => Refused(StatusCode::FORBIDDEN, "FORBIDDEN", error.to_string()),
        AgendaError::NotEarlier { .. } => bad_request(error.to_string()),
        AgendaError::Store(cause) => Refused::store(cause),
    }
}
