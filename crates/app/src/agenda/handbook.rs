//! The handbook 对接手册: of all of an event for those who keep it, of one participant for that one.
//!
//! The handbook of a participant holds nothing that its staff would not read themselves, whoever prints
//! it: what a keeper reads beyond that stays out. Contacts of others stand in it in full only if who
//! takes it out may export, and leave the same trace as reads one by one.

use std::collections::{BTreeMap, BTreeSet};

use lianmeng_domain::committee::Member;
use lianmeng_domain::contact::SeenContact;
use lianmeng_domain::event::Session;
use lianmeng_domain::ids::{DockingEventId, ParticipantId};
use lianmeng_domain::meeting::agenda::{Agenda, Attendee};
use lianmeng_domain::meeting::handbook::{Entry, Handbook, MAX_CONTACTS, Readership};
use lianmeng_store::StoreError;
use lianmeng_store::event::layout;
use lianmeng_store::meeting::participant;

use super::papers::{Receipt, of_these, whose};
use super::profile::{self, Reader};
use super::reasons::{Pairs, pair, reasons};
use super::{AgendaError, open, venue_of, written};
use crate::caller::Caller;
use crate::desk::Desk;

/// What exports of handbooks are called in the audit log.
pub const HANDBOOK: &str = "ExportHandbook";

/// The handbook of `one` participant, or of all that the caller speaks for; for those who see all of the
/// event, of all of it, which needs the right to export.
///
/// # Errors
///
/// See [`AgendaError`]; nothing is given and nothing recorded when an error is returned.
pub async fn handbook(
    desk: &Desk,
    caller: &Caller,
    (event, one): (DockingEventId, Option<ParticipantId>),
    receipt: &Receipt,
) -> Result<Handbook, AgendaError> {
    let open = open(desk, &caller.actor, (event, false)).await?;
    let whose = whose(desk, &open, one).await?;
    if whose.is_none() && !caller.may_export {
        return Err(AgendaError::Forbidden);
    }
    let rows = of_these(desk, &open, whose.as_ref()).await?;
    let is_keeper = open.is_whole();
    let ids: BTreeSet<ParticipantId> =
        rows.iter().flat_map(|row| [row.first, row.second]).collect();
    let ids: Vec<ParticipantId> = ids.into_iter().collect();
    let members = participant::find_many(&desk.db, &open.sees, &ids).await?;
    let members: BTreeMap<ParticipantId, Member> =
        members.into_iter().map(|one| (one.id, one.member)).collect();
    let venue = venue_notes(desk, &open.event).await?;
    let sessions = sessions(desk, event).await?;
    let agenda = written(desk, open, (rows, Vec::new())).await?;

    // A keeper reads for the participant whose handbook it is.
    let mut readers = vec![Reader::of(&caller.actor)];
    if let Some(whose) = whose.as_ref().filter(|_| is_keeper) {
        readers.extend(whose.iter().filter_map(|id| members.get(id)).copied().map(Reader::staff));
    }
    let part = Part { agenda: &agenda, members: &members, whose: whose.as_ref(), is_keeper };
    let entries = entries(desk, caller, &readers, &part).await?;
    let names = agenda.by_attendee().into_keys();
    let names = names.filter_map(|one| Some((*members.get(&one.id)?, one.name.clone()))).collect();
    let reasons = reasons(desk, &readers, (event, &pairs(&part)), &names).await?;
    let book = Handbook {
        readership: if whose.is_none() { Readership::Keepers } else { Readership::Own },
        sessions,
        venue,
        entries,
        reasons,
        agenda,
    };
    record(desk, caller, &book, receipt).await?;
    Ok(book)
}

/// The part of a timetable that a handbook is about.
struct Part<'a> {
    agenda: &'a Agenda,
    members: &'a BTreeMap<ParticipantId, Member>,
    /// Whose handbook it is; none for the keepers'.
    whose: Option<&'a BTreeSet<ParticipantId>>,
    is_keeper: bool,
}

/// The meetings by the members that meet.
fn pairs(part: &Part<'_>) -> Pairs {
    let meetings = part.agenda.meetings.iter().filter_map(|meeting| {
        let [first, second] = &meeting.sides;
        let sides = pair(*part.members.get(&first.id)?, *part.members.get(&second.id)?);
        Some((sides, meeting.meeting))
    });
    meetings.collect()
}

/// Everybody with a meeting, by name.
async fn entries(
    desk: &Desk,
    caller: &Caller,
    readers: &[Reader],
    part: &Part<'_>,
) -> Result<Vec<Entry>, StoreError> {
    let is_listed = |one: &Attendee| part.whose.is_none_or(|whose| whose.contains(&one.id));
    let people = part.agenda.by_attendee().into_keys();
    let people = people.filter_map(|one| Some((one, *part.members.get(&one.id)?)));
    let people: Vec<(&Attendee, Member)> = people.collect();
    let of = |is_own: bool| {
        let own = people.iter().filter(|(one, _)| (is_listed(one) && !part.is_keeper) == is_own);
        own.map(|(_, member)| *member).collect::<Vec<_>>()
    };
    // One's own contacts are nobody else's to guard.
    let mut contacts = profile::contacts(desk, readers, (&of(true), false)).await?;
    let others = (of(false), !caller.may_export);
    contacts.extend(profile::contacts(desk, readers, (&others.0, others.1)).await?);
    let all: Vec<Member> = people.iter().map(|(_, member)| *member).collect();
    let mut profiles = match readers.first() {
        Some(reader) => profile::profiles(desk, reader, &all).await?,
        None => BTreeMap::new(),
    };
    let entries = people.iter().map(|(attendee, member)| {
        let mut contacts = contacts.remove(member).unwrap_or_default();
        contacts.truncate(MAX_CONTACTS);
        Entry {
            attendee: (*attendee).clone(),
            has_schedule: is_listed(attendee),
            profile: profiles.remove(member).unwrap_or_default(),
            contacts,
        }
    });
    Ok(entries.collect())
}

/// The sessions of the event, in the order of the day.
async fn sessions(desk: &Desk, event: DockingEventId) -> Result<Vec<Session>, StoreError> {
    let mut sessions =
        layout::sessions(&desk.db, &[event]).await?.remove(&event).unwrap_or_default();
    // Stable: sessions at the same time stay in the order given.
    sessions.sort_by_key(|one| one.starts_at);
    Ok(sessions)
}

/// What is to be known of the venue.
async fn venue_notes(
    desk: &Desk,
    event: &lianmeng_domain::event::DockingEvent,
) -> Result<Vec<(String, String)>, StoreError> {
    let Some(venue) = venue_of(desk, event).await? else { return Ok(Vec::new()) };
    let tables = layout::tables(&desk.db, &[event.id]).await?.remove(&event.id);
    let notes = [
        ("场地", Some(venue.name)),
        ("地址", venue.address),
        ("可容纳", venue.capacity.map(|people| format!("{people} 人"))),
        ("对接桌", tables.map(|tables| format!("{} 张", tables.len()))),
    ];
    let known = |(label, text): (&str, Option<String>)| text.map(|text| (label.to_owned(), text));
    Ok(notes.into_iter().filter_map(known).collect())
}

/// The audit log says who read which contacts, and who took a handbook out that needs the right to.
async fn record(
    desk: &Desk,
    caller: &Caller,
    book: &Handbook,
    receipt: &Receipt,
) -> Result<(), StoreError> {
    let contacts = || book.entries.iter().flat_map(|entry| &entry.contacts);
    let shown = profile::shown(&caller.actor, contacts());
    let needs_right = match book.readership {
        Readership::Keepers => true,
        Readership::Own => {
            contacts().any(|seen: &SeenContact| !seen.is_masked) && caller.may_export
        }
    };
    if needs_right {
        receipt.write(desk, caller, (book.agenda.event, book.agenda.meetings.len())).await?;
    }
    if !shown.is_empty() {
        desk.saw(&caller.actor, shown);
    }
    Ok(())
}
