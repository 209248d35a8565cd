//! What is printed of a timetable: schedules, papers, the handbook, the workbook.

use lianmeng_app::agenda::papers::{self, Papers, Receipt, Schedules};
use lianmeng_app::agenda::{ReadAgenda, handbook};
use lianmeng_app::caller::Caller;
use lianmeng_app::desk::Desk;
use lianmeng_domain::ids::{DockingEventId, ParticipantId};
use lianmeng_domain::meeting::handbook::Handbook;
use lianmeng_exchange::paper::{self, Document, Stamp};
use lianmeng_exchange::{ReadError, agenda};
use poem::Request;
use poem::error::ParseQueryError;
use serde::Deserialize;

use super::super::Front;
use super::super::answer::{Refused, bad_request};
use super::super::export;
use super::{SEATS, blocking, refused};
use crate::ids;

/// What is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// One schedule, those of the caller, or everybody's.
    Schedules,
    /// All papers, or those that changed.
    Papers,
    /// The handbook.
    Handbook,
}

/// In which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Html,
    Docx,
}

impl Form {
    const fn word(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Docx => "docx",
        }
    }

    pub(super) const fn media(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        }
    }
}

/// Media type of workbooks.
pub(super) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Which papers; a name that is not known is refused, so that a misspelt filter takes nothing out.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SomePapers {
    participant_id: Option<String>,
    table: Option<u16>,
    since: Option<u32>,
}

/// Whose schedule or handbook; likewise.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OfOne {
    participant_id: Option<String>,
}

/// A query that asks for nothing in particular; likewise.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct All {}

/// Who asks, for which event, in which words.
struct Asked {
    who: Caller,
    event: DockingEventId,
    text: String,
    desk: Desk,
}

impl Asked {
    fn of(request: &Request, front: &Front, (id, who): (&str, Caller)) -> Result<Self, Refused> {
        let (event, text) = (ids::decode(id)?, export::asked(request)?);
        Ok(Self { who, event, text, desk: front.desk(request) })
    }

    /// What the audit log is to say of it.
    fn receipt(&self, action: &'static str, format: &'static str) -> Receipt {
        Receipt { action, asked: self.text.clone(), format }
    }

    /// What the file says of its making.
    fn stamp(&self) -> Stamp {
        Stamp { asked: self.text.clone(), as_of: self.desk.now, by: export::by(&self.who) }
    }
}

/// A document to print, its right checked and its taking recorded.
pub(super) async fn document(
    request: &Request,
    front: &Front,
    id: &str,
    (who, what, form): (Caller, What, Form),
) -> Result<Vec<u8>, Refused> {
    let asked = Asked::of(request, front, (id, who))?;
    // A timetable is in memory as a whole until it is written.
    let seat = SEATS.acquire().await.map_err(|error| Refused::internal(&error))?;
    let stamp = asked.stamp();
    let written = match what {
        What::Schedules => {
            let found = schedules(request, &asked, form).await?;
            let write = move || agenda::schedules(&found.agenda, found.whose.as_ref(), stamp);
            blocking(seat, move || file(&write(), form)).await?
        }
        What::Papers => {
            let found = some_papers(request, &asked, form).await?;
            let write = move || agenda::papers(&found.agenda, found.changes.as_ref(), stamp);
            blocking(seat, move || file(&write(), form)).await?
        }
        What::Handbook => {
            let found = whose_handbook(request, &asked, form).await?;
            blocking(seat, move || file(&agenda::handbook(&found, stamp), form)).await?
        }
    };
    written.map_err(|error| Refused::internal(&error))
}

/// The timetable as a workbook, likewise.
pub(super) async fn workbook(
    request: &Request,
    front: &Front,
    id: &str,
    who: Caller,
) -> Result<Vec<u8>, Refused> {
    let All {} = request.params().map_err(wrong)?;
    let asked = Asked::of(request, front, (id, who))?;
    let seat = SEATS.acquire().await.map_err(|error| Refused::internal(&error))?;
    let ask = ReadAgenda { event: asked.event, participant: None, table: None };
    let receipt = asked.receipt(papers::TIMETABLE, "xlsx");
    let found = papers::papers(&asked.desk, &asked.who, (&ask, None), &receipt).await;
    let (found, stamp) = (found.map_err(refused)?, asked.stamp());
    let write = move || agenda::timetable(&found.agenda, &stamp, "timetable.xlsx");
    blocking(seat, write).await?.map_err(|error| Refused::internal(&error))
}

async fn schedules(request: &Request, asked: &Asked, form: Form) -> Result<Schedules, Refused> {
    let one: OfOne = request.params().map_err(wrong)?;
    let ask = (asked.event, participant(one.participant_id)?);
    let receipt = asked.receipt(papers::SCHEDULES, form.word());
    papers::schedules(&asked.desk, &asked.who, ask, &receipt).await.map_err(refused)
}

async fn some_papers(request: &Request, asked: &Asked, form: Form) -> Result<Papers, Refused> {
    let part: SomePapers = request.params().map_err(wrong)?;
    let participant = participant(part.participant_id)?;
    let ask = ReadAgenda { event: asked.event, participant, table: part.table };
    let receipt = asked.receipt(papers::PAPERS, form.word());
    let found = papers::papers(&asked.desk, &asked.who, (&ask, part.since), &receipt).await;
    found.map_err(refused)
}

async fn whose_handbook(request: &Request, asked: &Asked, form: Form) -> Result<Handbook, Refused> {
    let one: OfOne = request.params().map_err(wrong)?;
    let ask = (asked.event, participant(one.participant_id)?);
    let receipt = asked.receipt(handbook::HANDBOOK, form.word());
    handbook::handbook(&asked.desk, &asked.who, ask, &receipt).await.map_err(refused)
}

fn wrong(error: ParseQueryError) -> Refused {
    bad_request(error.to_string())
}

fn participant(id: Option<String>) -> Result<Option<ParticipantId>, Refused> {
    Ok(id.map(|id| ids::decode(&id)).transpose()?)
}

fn file(document: &Document, form: Form) -> Result<Vec<u8>, ReadError> {
    match form {
        Form::Html => Ok(paper::html(document).into_bytes()),
        Form::Docx => paper::docx(document, "document.docx"),
    }
}
