//! Work that outlives the request that asked for it.
//!
//! A job is a row, saved in the transaction that asks for it; a worker of any process takes it. It
//! may run twice, when a worker dies or falls silent: each body therefore uses the job's id as its
//! request key, and what was done once is not done again.

use lianmeng_backplane::bus::Topic;
use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::{ChainCommitteeId, DockingEventId, Id as _, JobId, NeedId, OfferId};
use lianmeng_domain::job::{self as rules, JobKind};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::suggestion;
use lianmeng_store::job::{self as store, NewJob};
use lianmeng_store::{StoreError, committee};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches, replayed_id};
use crate::desk::Desk;
use crate::event::{EventCommandError, Target, managed};

pub mod run;

/// What a job is asked to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// Plan the timetable of an event.
    PlanEvent(PlanWork),
    /// Make suggestions for every open need of a committee.
    SuggestNeeds(SuggestWork),
}

/// Payload of [`Work::PlanEvent`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanWork {
    #[serde(with = "text")]
    /// Which event.
    pub event: DockingEventId,
    /// The version that was read.
    pub version: i64,
    /// Start of the random numbers.
    pub seed: u64,
    /// Steps the search may take.
    pub steps: u64,
    /// Whether to start afresh.
    pub is_fresh: bool,
}

/// Payload of [`Work::SuggestNeeds`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuggestWork {
    #[serde(with = "text")]
    /// Whose open needs.
    pub committee: ChainCommitteeId,
    /// Most suggestions per need, 1 to 100.
    pub limit: usize,
}

/// Payload of a job that makes suggestions for one need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OneNeed {
    #[serde(with = "text")]
    /// Which need.
    pub(crate) need: NeedId,
    /// Most suggestions, 1 to 100.
    pub(crate) limit: usize,
}

/// Suggestions made when a counterpart begins to be sought.
const SOUGHT: usize = 20;

/// Hands `need` to the pairing engine, in the transaction that seeks a counterpart for it.
pub(crate) async fn seek(
    tx: &sea_orm::DatabaseTransaction,
    desk: &Desk,
    actor: &Actor,
    need: NeedId,
) -> Result<(), StoreError> {
    let payload = serde_json::to_string(&OneNeed { need, limit: SOUGHT })
        .map_err(|error| StoreError::Db(sea_orm::DbErr::Json(error.to_string())))?;
    let about = need.to_string();
    let new = NewJob {
        id: desk.mint(),
        kind: JobKind::SuggestNeed,
        payload: &payload,
        dedup_key: Some(&about),
        actor,
        run_at: desk.now,
        now: desk.now,
    };
    store::enqueue(tx, new).await?;
    Ok(())
}

/// Payload of [`JobKind::ExpireReservations`], which nobody asks for: a reservation brings it along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ExpireWork {
    #[serde(with = "text")]
    /// Whose reservations.
    pub(crate) offer: OfferId,
}

/// An id as text in a payload.
mod text {
    use std::fmt::Display;
    use std::str::FromStr;

    use serde::{Deserialize as _, Deserializer, Serializer, de};

    pub(super) fn serialize<T: Display, S: Serializer>(id: &T, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(id)
    }

    pub(super) fn deserialize<'de, T, D>(from: D) -> Result<T, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        String::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

/// Asks for a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskJob {
    /// What it shall do.
    pub work: Work,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Puts a dead job back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequeueJob {
    /// Which.
    pub job: JobId,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why a job was not taken.
#[derive(Debug, Error)]
pub enum JobError {
    /// Nothing with this id that the caller may have worked on.
    #[error("no event, committee or job with this id that you may have worked on")]
    NotFound,
    /// The job is not dead.
    #[error("the job is not dead; only a job that was given up can be put back")]
    NotDead,
    /// A new job does the same work already.
    #[error("a newer job does the same work already")]
    Superseded,
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for JobError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

/// Asks for a job and gives its id; the same work asked for twice is one job while it waits or
/// runs. Rights are those of the work itself, and are checked again when it runs.
///
/// # Errors
///
/// [`JobError::NotFound`] without the right, [`CommandError::Store`] with
/// [`StoreError::Stale`] if the event was changed since it was read.
pub async fn ask(desk: &Desk, actor: &Actor, cmd: &AskJob) -> Result<JobId, JobError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed_id(&thing).ok_or(JobError::NotFound),
    };
    let (kind, payload, about) = match &cmd.work {
        Work::PlanEvent(work) => {
            let target = Target { event: work.event, version: work.version };
            match managed(&change.tx, actor, target).await {
                Ok(_) => {}
                Err(EventCommandError::Command(error)) => return Err(error.into()),
                Err(_) => return Err(JobError::NotFound),
            }
            (JobKind::PlanEvent, serde_json::to_string(work), work.event.to_string())
        }
        Work::SuggestNeeds(work) => {
            let found = committee::find(&change.tx, &Visibility::All, work.committee).await?;
            if found.is_none() || !suggestion::may_keep(actor, Some(work.committee)) {
                return Err(JobError::NotFound);
            }
            (JobKind::SuggestNeeds, serde_json::to_string(work), work.committee.to_string())
        }
    };
    let payload =
        payload.map_err(|error| StoreError::Db(sea_orm::DbErr::Json(error.to_string())))?;
    let new = NewJob {
        id: desk.mint(),
        kind,
        payload: &payload,
        dedup_key: Some(&about),
        actor,
        run_at: desk.now,
        now: desk.now,
    };
    let id = store::enqueue(&change.tx, new).await?;
    change.finish("AskJob", &wire(id), Touches::Nothing).await?;
    desk.bus.publish(Topic::Job, wire(id));
    Ok(id)
}

/// Puts a dead job back with all its attempts; administrators and coordinators only.
///
/// # Errors
///
/// [`JobError`]; nothing is saved when an error is returned.
pub async fn requeue(desk: &Desk, actor: &Actor, cmd: &RequeueJob) -> Result<JobId, JobError> {
    if !rules::may_keep_all(actor) {
        return Err(JobError::NotFound);
    }
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(cmd.job),
    };
    match store::requeue(&change.tx, cmd.job, desk.now).await {
        Ok(true) => {}
        Ok(false) => {
            let found = store::find(&change.tx, actor, cmd.job).await?;
            return Err(if found.is_some() { JobError::NotDead } else { JobError::NotFound });
        }
        Err(StoreError::Conflict(_)) => return Err(JobError::Superseded),
        Err(error) => return Err(error.into()),
    }
    change.finish("RequeueJob", &wire(cmd.job), Touches::Nothing).await?;
    desk.bus.publish(Topic::Job, wire(cmd.job));
    Ok(cmd.job)
}

/// The wire id of a job.
pub(crate) fn wire(id: JobId) -> String {
    format!("{}:{id}", JobId::TAG)
}
