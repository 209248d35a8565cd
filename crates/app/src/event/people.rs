//! Who takes part in an event.

use std::collections::BTreeSet;

use lianmeng_domain::actor::Actor;
use lianmeng_domain::committee::Member;
use lianmeng_domain::event::DockingEvent;
use lianmeng_domain::ids::{DockingEventId, EnterpriseId, Id, OrganisationId, ParticipantId};
use lianmeng_domain::meeting::{MAX_PARTICIPANTS, MeetingError, Participant, check_participant};
use lianmeng_store::StoreError;
use lianmeng_store::event::layout as parts;
use lianmeng_store::meeting::participant as store;
use sea_orm::ConnectionTrait;

use super::{EventCommandError, Target, failure, managed, replayed, revised, wire};
use crate::command::{self, Begun, Touches};
use crate::desk::Desk;

/// Wishes of a participant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Numbers of slots in which it cannot meet.
    pub unavailable: Vec<u16>,
    /// Fewest meetings that make coming worthwhile.
    pub min_meetings: Option<u16>,
    /// Most meetings it wants.
    pub max_meetings: Option<u16>,
}

/// Adds participants to an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddParticipants {
    /// Which event.
    pub target: Target,
    /// Who takes part, and their wishes.
    pub members: Vec<(Member, Wishes)>,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Replaces the wishes of a participant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateParticipant {
    /// Which event.
    pub target: Target,
    /// Which participant.
    pub participant: ParticipantId,
    /// Its new wishes.
    pub wishes: Wishes,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Adds participants; the event's managers only. Returns them in the order given.
///
/// # Errors
///
/// See [`EventCommandError`]; nothing is saved when an error is returned.
pub async fn add(
    desk: &Desk,
    actor: &Actor,
    cmd: &AddParticipants,
) -> Result<(DockingEvent, Vec<Participant>), EventCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => {
            let event = replayed(desk, &thing).await?;
            let all = store::all(&desk.db, event.id).await?;
            let asked = cmd.members.iter();
            let found = asked.filter_map(|(who, _)| all.iter().find(|one| one.member == *who));
            return Ok((event, found.cloned().collect()));
        }
    };
    let event = managed(&change.tx, actor, cmd.target).await?;
    let added = insert(desk, &change.tx, event.id, &cmd.members).await?;
    let event = revised(desk, &change, event).await?;
    change.finish("AddParticipants", &wire(event.id), Touches::Nothing).await?;
    Ok((event, added))
}

/// Replaces the wishes of a participant; the event's managers only.
///
/// A meeting it has in a slot it now cannot make stays there until the timetable is planned again.
///
/// # Errors
///
/// See [`EventCommandError`]; nothing is saved when an error is returned.
pub async fn update(
    desk: &Desk,
    actor: &Actor,
    cmd: &UpdateParticipant,
) -> Result<(DockingEvent, Participant), EventCommandError> {
    let unknown = || MeetingError::NoParticipant { who: wire_of(cmd.participant) };
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => {
            let event = replayed(desk, &thing).await?;
            let all = store::all(&desk.db, event.id).await?;
            let found = all.into_iter().find(|one| one.id == cmd.participant);
            return Ok((event, found.ok_or_else(unknown)?));
        }
    };
    let event = managed(&change.tx, actor, cmd.target).await?;
    let all = store::all(&change.tx, event.id).await?;
    let found = all.into_iter().find(|one| one.id == cmd.participant).ok_or_else(unknown)?;
    let participant = with_wishes(found, &cmd.wishes);
    let slots = parts::find(&change.tx, event.id).await?.slots;
    check_participant(&participant, &slots)?;
    store::save(&change.tx, &participant).await?;
    let event = revised(desk, &change, event).await?;
    change.finish("UpdateParticipant", &wire(event.id), Touches::Nothing).await?;
    Ok((event, participant))
}

/// Inserts `members` as participants of `event` after checking the rules.
pub(crate) async fn insert(
    desk: &Desk,
    db: &impl ConnectionTrait,
    event: DockingEventId,
    members: &[(Member, Wishes)],
) -> Result<Vec<Participant>, EventCommandError> {
    let standing = store::all(db, event).await?;
    let count = standing.len() + members.len();
    if count > MAX_PARTICIPANTS {
        let limit = MAX_PARTICIPANTS;
        return Err(MeetingError::TooMany { what: "participants", count, limit }.into());
    }
    let slots = parts::slots(db, &[event]).await?.remove(&event).unwrap_or_default();
    let mut present: BTreeSet<Member> = standing.iter().map(|one| one.member).collect();
    let mut added = Vec::with_capacity(members.len());
    for (member, wishes) in members {
        if !present.insert(*member) {
            return Err(MeetingError::TakesPart { who: wire_of_member(*member) }.into());
        }
        let blank = Participant {
            id: desk.mint(),
            event,
            member: *member,
            unavailable: Vec::new(),
            min_meetings: None,
            max_meetings: None,
            absent_from: None,
        };
        let participant = with_wishes(blank, wishes);
        check_participant(&participant, &slots)?;
        added.push(participant);
    }
    store::insert_many(db, &added).await.map_err(|error: StoreError| failure::reference(error))?;
    Ok(added)
}

fn with_wishes(base: Participant, wishes: &Wishes) -> Participant {
    let mut unavailable = wishes.unavailable.clone();
    unavailable.sort_unstable();
    unavailable.dedup();
    Participant {
        unavailable,
        min_meetings: wishes.min_meetings,
        max_meetings: wishes.max_meetings,
        ..base
    }
}

/// The wire id of a participant.
pub(super) fn wire_of(id: ParticipantId) -> String {
    format!("{}:{id}", ParticipantId::TAG)
}

/// The wire id of whoever takes part.
pub(crate) fn wire_of_member(member: Member) -> String {
    match member {
        Member::Enterprise(id) => format!("{}:{id}", EnterpriseId::TAG),
        Member::Organisation(id) => format!("{}:{id}", OrganisationId::TAG),
    }
}
