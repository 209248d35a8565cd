//! The ledger of outcomes.

use chrono::NaiveDate;
use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::{
    CooperationTaskId, DockingEventId, EnterpriseId, Id as _, MeetingId, NeedId, OutcomeId,
    PairingId, ProjectId,
};
use lianmeng_domain::outcome::{
    self as rules, Correction, Outcome, OutcomeError, OutcomeKind, ProjectChange,
};
use lianmeng_domain::policy;
use lianmeng_store::eyes::Eyes;
use lianmeng_store::{StoreError, outcome};
use sea_orm::ConnectionTrait;
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;
use crate::meeting_result::reported;

/// Records an outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordOutcome {
    /// What it is.
    pub kind: OutcomeKind,
    /// What it changes, for kind project.
    pub change: Option<ProjectChange>,
    /// The need it answered.
    pub need: Option<NeedId>,
    /// The task it followed from.
    pub task: Option<CooperationTaskId>,
    /// The pairing it followed from.
    pub pairing: Option<PairingId>,
    /// The project it concerns.
    pub project: Option<ProjectId>,
    /// The event where it was signed; that of `meeting` if one is named.
    pub event: Option<DockingEventId>,
    /// The meeting it came of; of each kind one counts.
    pub meeting: Option<MeetingId>,
    /// The enterprise that reports it.
    pub enterprise: Option<EnterpriseId>,
    /// Amount in fen.
    pub amount_fen: Option<i64>,
    /// How many, or how much in `unit`.
    pub number: Option<i64>,
    /// What `number` counts; `None` where it counts outcomes of this kind.
    pub unit: Option<String>,
    /// Day it was signed or reached.
    pub on_date: NaiveDate,
    /// A remark.
    pub note: String,
    /// Whether the figure is approved for everyone. Coordinators only.
    pub is_published: bool,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Ends an outcome: it leaves the totals from a day on and stays in history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TerminateOutcome {
    /// Which.
    pub outcome: OutcomeId,
    /// The version the caller read.
    pub version: i64,
    /// First day it no longer counts.
    pub terminated_on: NaiveDate,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Puts right what was recorded wrongly; the totals of past days then show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectOutcome {
    /// Which.
    pub outcome: OutcomeId,
    /// The version the caller read.
    pub version: i64,
    /// What is right, and why.
    pub correction: Correction,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why the ledger was not changed.
#[derive(Debug, Error)]
pub enum OutcomeCommandError {
    /// No such outcome that the caller may change.
    #[error("no outcome that you may record or change in this way")]
    NotFound,
    /// Something it refers to does not exist.
    #[error("need, task, pairing, project, event or enterprise does not exist")]
    UnknownReference,
    /// A rule of outcomes.
    #[error(transparent)]
    Rule(#[from] OutcomeError),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for OutcomeCommandError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(_) => Self::UnknownReference,
            StoreError::Stale | StoreError::Corrupt { .. } | StoreError::Db(_) => {
                Self::Command(error.into())
            }
        }
    }
}

/// Records an outcome: coordinators any, an enterprise its own. Only coordinators approve figures
/// for everyone.
///
/// # Errors
///
/// See [`OutcomeCommandError`]; nothing is saved when an error is returned.
pub async fn record(
    desk: &Desk,
    actor: &Actor,
    cmd: &RecordOutcome,
) -> Result<OutcomeId, OutcomeCommandError> {
    let approves = cmd.is_published && !policy::may_keep_registry(actor);
    if approves || !rules::may_record(actor, cmd.enterprise) {
        return Err(OutcomeCommandError::NotFound);
    }
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let event = match cmd.meeting {
        Some(meeting) => Some(met(&change.tx, actor, meeting, cmd).await?),
        None => cmd.event,
    };
    if let Some(event) = event {
        // Outcomes are older than events in the database, so no foreign key guards this one.
        let found =
            lianmeng_store::event::find(&change.tx, &policy::visibility(actor), event).await?;
        found.ok_or(OutcomeCommandError::UnknownReference)?;
    }
    let outcome = Outcome {
        id: desk.mint(),
        kind: cmd.kind,
        change: cmd.change,
        need: cmd.need,
        task: cmd.task,
        pairing: cmd.pairing,
        project: cmd.project,
        event,
        meeting: cmd.meeting,
        enterprise: cmd.enterprise,
        amount_fen: cmd.amount_fen,
        number: cmd.number,
        unit: cmd.unit.clone(),
        on_date: cmd.on_date,
        terminated_on: None,
        note: cmd.note.trim().to_owned(),
        is_published: cmd.is_published,
        version: 1,
    };
    rules::check(&outcome, desk.today)?;
    outcome::insert(&change.tx, &outcome, desk.today).await?;
    let change = change.noting(outcome::diff(None, &outcome));
    change.finish("RecordOutcome", &wire(outcome.id), Touches::Nothing).await?;
    Ok(outcome.id)
}

/// The event of the meeting that an outcome came of, if the caller knows of it and none of this kind
/// stands for it yet.
async fn met(
    db: &impl ConnectionTrait,
    actor: &Actor,
    meeting: MeetingId,
    cmd: &RecordOutcome,
) -> Result<DockingEventId, OutcomeCommandError> {
    let found = reported(db, actor, meeting).await?.map(|found| found.event.id);
    let event = found.filter(|event| cmd.event.is_none_or(|named| named == *event));
    let event = event.ok_or(OutcomeCommandError::UnknownReference)?;
    match outcome::of_meeting(db, meeting, cmd.kind).await? {
        Some(known) => Err(OutcomeError::Recorded { outcome: known.id, kind: known.kind }.into()),
        None => Ok(event),
    }
}

/// Ends an outcome: coordinators any, an enterprise its own.
///
/// # Errors
///
/// See [`OutcomeCommandError`]; nothing is saved when an error is returned.
pub async fn terminate(
    desk: &Desk,
    actor: &Actor,
    cmd: &TerminateOutcome,
) -> Result<OutcomeId, OutcomeCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let before = own(&change.tx, actor, cmd.outcome).await?;
    let before = Outcome { version: cmd.version, ..before };
    let ended = rules::terminate(&before, cmd.terminated_on)?;
    outcome::save(&change.tx, &ended, desk.today).await?;
    let change = change.noting(outcome::diff(Some(&before), &ended));
    change.finish("TerminateOutcome", &wire(cmd.outcome), Touches::Nothing).await?;
    Ok(cmd.outcome)
}

/// Puts an outcome right: coordinators any, an enterprise its own until it is approved for everyone.
/// What it added to the totals stays known as it was; see
/// [`changed`](lianmeng_store::outcome::share::changed).
///
/// # Errors
///
/// See [`OutcomeCommandError`]; nothing is saved when an error is returned.
pub async fn correct(
    desk: &Desk,
    actor: &Actor,
    cmd: &CorrectOutcome,
) -> Result<OutcomeId, OutcomeCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let before = own(&change.tx, actor, cmd.outcome).await?;
    if !policy::may_keep_registry(actor) {
        if before.is_published {
            return Err(OutcomeError::Approved.into());
        }
        if cmd.correction.is_published == Some(true) {
            return Err(OutcomeCommandError::NotFound);
        }
    }
    let before = Outcome { version: cmd.version, ..before };
    let right = rules::correct(&before, &cmd.correction, desk.today)?;
    let reason = cmd.correction.reason.trim();
    outcome::share::note_correction(&change.tx, &before, (desk.today, reason)).await?;
    outcome::save(&change.tx, &right, desk.today).await?;
    let change = change.noting(outcome::diff(Some(&before), &right));
    change.finish("CorrectOutcome", &wire(cmd.outcome), Touches::Nothing).await?;
    Ok(cmd.outcome)
}

/// The outcome, if the caller may change it.
async fn own(
    db: &impl ConnectionTrait,
    actor: &Actor,
    id: OutcomeId,
) -> Result<Outcome, OutcomeCommandError> {
    let sees = policy::visibility(actor);
    let found = outcome::find(db, Eyes { sees: &sees, ..Eyes::ALL }, id).await?;
    let found = found.filter(|outcome| rules::may_record(actor, outcome.enterprise));
    found.ok_or(OutcomeCommandError::NotFound)
}

fn wire(id: OutcomeId) -> String {
    format!("{}:{id}", OutcomeId::TAG)
}

fn replayed(thing: &str) -> Result<OutcomeId, OutcomeCommandError> {
    command::replayed_id(thing).ok_or(OutcomeCommandError::NotFound)
}
