//! Writing down what came of a meeting.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use lianmeng_domain::actor::Actor;
use lianmeng_domain::event::{DockingEvent, EventStage, may_manage};
use lianmeng_domain::ids::{MeetingId, ParticipantId};
use lianmeng_domain::meeting::{Meeting, Participant};
use lianmeng_domain::meeting_result::{
    self as rules, MeetingResult, Reporter, ResultCard, ResultError,
};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::request::side;
use lianmeng_store::event::{self as events, layout};
use lianmeng_store::meeting::{self as meetings, participant};
use lianmeng_store::{StoreError, meeting_result as store};
use sea_orm::ConnectionTrait;
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;
use crate::event::wire;
use crate::follow_up;

/// Writes down what the caller says of a meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordResult {
    /// Which.
    pub meeting: MeetingId,
    /// The version of the caller's own earlier word; `None` for the first.
    pub version: Option<i64>,
    /// Who of the two did not come.
    pub absent: BTreeSet<ParticipantId>,
    /// What is written; who came follows from `absent`.
    pub card: ResultCard,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why nothing was written.
#[derive(Debug, Error)]
pub enum ResultCommandError {
    /// No such meeting of which the caller may say anything.
    #[error("no meeting with this id that is yours, or of an event that you organise")]
    NotFound,
    /// Somebody who does not belong to the meeting.
    #[error("participant:{participant} is none of the two who meet")]
    Stranger {
        /// Who.
        participant: ParticipantId,
    },
    /// A rule of results.
    #[error(transparent)]
    Rule(#[from] ResultError),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for ResultCommandError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

/// Writes down what the caller says of a meeting, for its own side or as organiser, or replaces what it
/// said before. Once the event is over the follow-ups of the meeting follow from it.
///
/// # Errors
///
/// See [`ResultCommandError`]; nothing is saved when an error is returned.
pub async fn record(
    desk: &Desk,
    actor: &Actor,
    cmd: &RecordResult,
) -> Result<MeetingId, ResultCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(cmd.meeting),
    };
    let found = reported(&change.tx, actor, cmd.meeting).await?;
    let Reported { event, meeting, reporter } = found.ok_or(ResultCommandError::NotFound)?;
    let known = meeting.sides();
    if let Some(&participant) = cmd.absent.iter().find(|id| !known.contains(id)) {
        return Err(ResultCommandError::Stranger { participant });
    }
    rules::check_stage(event.stage)?;
    rules::check_time(starts_at(&change.tx, &meeting).await?, desk.now)?;
    let [first_came, second_came] = known.map(|id| !cmd.absent.contains(&id));
    let card =
        rules::check_card(reporter, ResultCard { first_came, second_came, ..cmd.card.clone() })?;
    let mut said = store::of_meetings(&change.tx, &Visibility::All, &[meeting.id]).await?;
    let before = said.iter().position(|one| one.reporter == reporter);
    let result = MeetingResult {
        id: before.map_or_else(|| desk.mint(), |at| said[at].id),
        meeting: meeting.id,
        event: event.id,
        reporter,
        participant: reporter.participant(&meeting),
        card,
        recorded_at: desk.now,
        version: cmd.version.unwrap_or(1),
    };
    match (before, cmd.version) {
        (None, None) => {
            store::insert(&change.tx, &result).await?;
            said.push(result);
        }
        (Some(at), Some(_)) => {
            store::save(&change.tx, &result).await?;
            said[at] = result;
        }
        (None, Some(_)) | (Some(_), None) => return Err(StoreError::Stale.into()),
    }
    if event.stage != EventStage::Live {
        let said: Vec<&MeetingResult> = said.iter().collect();
        follow_up::settle(desk, &change.tx, &event, (&meeting, &said)).await?;
    }
    change.finish("RecordResult", &wire(event.id), Touches::Nothing).await?;
    Ok(cmd.meeting)
}

/// A meeting, and as whom the caller speaks of it.
pub(crate) struct Reported {
    /// Its event.
    pub(crate) event: DockingEvent,
    /// The meeting.
    pub(crate) meeting: Meeting,
    /// As whom.
    pub(crate) reporter: Reporter,
}

/// The meeting, if the caller organises its event or is one of the two, and knows of it.
pub(crate) async fn reported(
    db: &impl ConnectionTrait,
    actor: &Actor,
    id: MeetingId,
) -> Result<Option<Reported>, StoreError> {
    let Some(meeting) = meetings::find_many(db, &Visibility::All, &[id]).await?.pop() else {
        return Ok(None);
    };
    let Some(event) = events::find(db, &Visibility::All, meeting.event).await? else {
        return Ok(None);
    };
    if may_manage(actor, &event.hosts, event.committee) {
        return Ok(Some(Reported { event, meeting, reporter: Reporter::Organiser }));
    }
    let Some(member) = side(actor) else { return Ok(None) };
    let sides = participant::find_many(db, &Visibility::All, &meeting.sides()).await?;
    let is_theirs = |one: &&Participant| one.member == member;
    let own = sides.iter().find(is_theirs).and_then(|one| Reporter::side(&meeting, one.id));
    // Until a version with it is published the two do not know of it.
    match own {
        Some(reporter) if meetings::is_published(db, id).await? => {
            Ok(Some(Reported { event, meeting, reporter }))
        }
        Some(_) | None => Ok(None),
    }
}

/// When the meeting begins; none if it is off.
async fn starts_at(
    db: &impl ConnectionTrait,
    meeting: &Meeting,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let Some(spot) = meeting.spot else { return Ok(None) };
    let slots = layout::find(db, meeting.event).await?.slots;
    Ok(slots.into_iter().find(|slot| slot.number == spot.slot).map(|slot| slot.starts_at))
}
