//! What is printed of a timetable: all of it, what changed of it, or one participant's part.

use std::collections::BTreeSet;

use lianmeng_domain::ids::{DockingEventId, ParticipantId};
use lianmeng_domain::meeting::agenda::{self as rules, Agenda, Changes};
use lianmeng_domain::meeting::version::Row;
use lianmeng_store::StoreError;
use lianmeng_store::event::version;
use lianmeng_store::meeting::participant;

use super::{AgendaError, Names, Open, ReadAgenda, open, rows, written};
use crate::caller::Caller;
use crate::desk::Desk;
use crate::export::{self, Taken};

/// What exports of papers are called in the audit log.
pub const PAPERS: &str = "ExportPapers";
/// What exports of workbooks with a timetable are called in the audit log.
pub const TIMETABLE: &str = "ExportTimetable";
/// What exports of everybody's schedules are called in the audit log.
pub const SCHEDULES: &str = "ExportSchedules";

/// What the audit log is to say of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// What exports of this kind are called.
    pub action: &'static str,
    /// What was asked for, as people write it; empty for all.
    pub asked: String,
    /// The format.
    pub format: &'static str,
}

impl Receipt {
    /// Says in the audit log who takes what of an event out. The event itself did not change, so the
    /// row is about its papers.
    pub(super) async fn write(
        &self,
        desk: &Desk,
        caller: &Caller,
        (event, rows): (DockingEventId, usize),
    ) -> Result<(), StoreError> {
        let thing = format!("papers:{event}");
        let (action, asked, format) = (self.action, self.asked.as_str(), self.format);
        export::record(desk, caller, &Taken { action, thing: &thing, asked, format, rows }).await
    }
}

/// Papers to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Papers {
    /// The timetable, or the part that was asked for.
    pub agenda: Agenda,
    /// What must be printed again, where that was asked for.
    pub changes: Option<Changes>,
}

/// Everything to print of the version published last, or what differs from version `since`: for those
/// who see all of the event and may export. The audit log says who took it out.
///
/// # Errors
///
/// See [`AgendaError`]; nothing is given and nothing recorded when an error is returned.
pub async fn papers(
    desk: &Desk,
    caller: &Caller,
    (ask, since): (&ReadAgenda, Option<u32>),
    receipt: &Receipt,
) -> Result<Papers, AgendaError> {
    let open = open(desk, &caller.actor, (ask.event, true)).await?;
    if !caller.may_export {
        return Err(AgendaError::Forbidden);
    }
    let now = rows(desk, &open.sees, (ask, open.version.number)).await?;
    let before = match since {
        Some(since) => Some((since, earlier(desk, &open, (ask, since)).await?)),
        None => None,
    };
    if now.is_empty() && before.as_ref().is_none_or(|(_, rows)| rows.is_empty()) {
        return Err(AgendaError::NotFound);
    }
    let changes = match before {
        Some((since, before)) => {
            let names = Names::of(desk, ask.event).await?;
            let named = |rows: Vec<Row>| {
                rows.into_iter().map(|row| names.appointment(row)).collect::<Vec<_>>()
            };
            Some(rules::changes(since, &named(before), &named(now.clone())))
        }
        None => None,
    };
    let count = changes.as_ref().map_or(now.len(), |changes| changes.moved.len());
    let agenda = written(desk, open, (now, Vec::new())).await?;
    receipt.write(desk, caller, (ask.event, count)).await?;
    Ok(Papers { agenda, changes })
}

/// The rows of an earlier version, which must have been published.
async fn earlier(
    desk: &Desk,
    open: &Open,
    (ask, since): (&ReadAgenda, u32),
) -> Result<Vec<Row>, AgendaError> {
    let latest = open.version.number;
    let is_earlier = (1..latest).contains(&since);
    if !is_earlier || version::find(&desk.db, ask.event, since).await?.is_none() {
        return Err(AgendaError::NotEarlier { since, latest });
    }
    Ok(rows(desk, &open.sees, (ask, since)).await?)
}

/// Schedules to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedules {
    /// The meetings.
    pub agenda: Agenda,
    /// Whose schedules; none for everybody's.
    pub whose: Option<BTreeSet<ParticipantId>>,
}

/// The schedule of `one` participant, or all that the caller speaks for; for those who see all of the
/// event everybody's, which needs the right to export and is recorded. A schedule holds no contacts.
///
/// # Errors
///
/// See [`AgendaError`].
pub async fn schedules(
    desk: &Desk,
    caller: &Caller,
    (event, one): (DockingEventId, Option<ParticipantId>),
    receipt: &Receipt,
) -> Result<Schedules, AgendaError> {
    let open = open(desk, &caller.actor, (event, false)).await?;
    let whose = whose(desk, &open, one).await?;
    if whose.is_none() && !caller.may_export {
        return Err(AgendaError::Forbidden);
    }
    let now = of_these(desk, &open, whose.as_ref()).await?;
    let count = now.len();
    let agenda = written(desk, open, (now, Vec::new())).await?;
    if whose.is_none() {
        receipt.write(desk, caller, (event, count)).await?;
    }
    Ok(Schedules { agenda, whose })
}

/// Whose part of the timetable somebody asks for: of `one`, of those they speak for, or, if they see
/// all of the event, of everybody, which is none.
pub(super) async fn whose(
    desk: &Desk,
    open: &Open,
    one: Option<ParticipantId>,
) -> Result<Option<BTreeSet<ParticipantId>>, AgendaError> {
    if open.is_whole() {
        return Ok(one.map(|one| BTreeSet::from([one])));
    }
    let own = participant::own(&desk.db, &open.sees, open.event.id).await?;
    let own: BTreeSet<_> = own.into_iter().filter(|id| one.is_none_or(|one| one == *id)).collect();
    if own.is_empty() { Err(AgendaError::NotFound) } else { Ok(Some(own)) }
}

/// The meetings of `whose`, or all; there is at least one.
pub(super) async fn of_these(
    desk: &Desk,
    open: &Open,
    whose: Option<&BTreeSet<ParticipantId>>,
) -> Result<Vec<Row>, AgendaError> {
    let ask = ReadAgenda { event: open.event.id, participant: None, table: None };
    let mut found = rows(desk, &open.sees, (&ask, open.version.number)).await?;
    found.retain(|row| {
        whose.is_none_or(|whose| whose.contains(&row.first) || whose.contains(&row.second))
    });
    if found.is_empty() { Err(AgendaError::NotFound) } else { Ok(found) }
}
