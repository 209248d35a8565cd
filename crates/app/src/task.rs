//! The list of cooperation tasks.

use chrono::NaiveDate;
use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::{CooperationTaskId, EnterpriseId, Id as _, ProjectId};
use lianmeng_domain::policy;
use lianmeng_domain::task::{
    self as rules, CooperationTask, TaskEdit, TaskError, TaskStage, TaskStep,
};
use lianmeng_store::eyes::Eyes;
use lianmeng_store::{StoreError, task};
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;

/// Puts a task on the list by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListTask {
    /// The project it serves.
    pub project: Option<ProjectId>,
    /// The local enterprise in charge.
    pub owner: EnterpriseId,
    /// The central enterprise.
    pub counterpart: EnterpriseId,
    /// Domain of the list.
    pub domain: String,
    /// Last day.
    pub due_on: Option<NaiveDate>,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Moves a task on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveTask {
    /// Which.
    pub task: CooperationTaskId,
    /// The version the caller read; `None` to take it as it is.
    pub version: Option<i64>,
    /// The step.
    pub step: TaskStep,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Edits a task by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditTask {
    /// Which.
    pub task: CooperationTaskId,
    /// The version the caller read; `None` to take it as it is.
    pub version: Option<i64>,
    /// What changes.
    pub edit: TaskEdit,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why the list was not changed.
#[derive(Debug, Error)]
pub enum TaskCommandError {
    /// No such task that the caller may change.
    #[error("no task that you may change in this way")]
    NotFound,
    /// Project, owner or counterpart does not exist.
    #[error("project, owner or counterpart does not exist")]
    UnknownReference,
    /// A rule of tasks.
    #[error(transparent)]
    Rule(#[from] TaskError),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for TaskCommandError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(_) => Self::UnknownReference,
            StoreError::Stale | StoreError::Corrupt { .. } | StoreError::Db(_) => {
                Self::Command(error.into())
            }
        }
    }
}

/// Puts a task on the list. Coordinators only.
///
/// # Errors
///
/// See [`TaskCommandError`]; nothing is saved when an error is returned.
pub async fn list(
    desk: &Desk,
    actor: &Actor,
    cmd: &ListTask,
) -> Result<CooperationTaskId, TaskCommandError> {
    if !rules::may_list(actor) {
        return Err(TaskCommandError::NotFound);
    }
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let task = CooperationTask {
        id: desk.mint(),
        external_id: None,
        project: cmd.project,
        suggestion: None,
        owner: cmd.owner,
        counterpart: cmd.counterpart,
        domain: cmd.domain.trim().to_owned(),
        due_on: cmd.due_on,
        stage: TaskStage::Open,
        score_points: None,
        reasons: Vec::new(),
        is_kept: true,
        is_generated: false,
        version: 1,
    };
    rules::check(&task, desk.today)?;
    task::insert(&change.tx, &task).await?;
    let change = change.noting(task::diff(None, &task));
    change.finish("ListTask", &wire(task.id), Touches::Graph).await?;
    Ok(task.id)
}

/// Moves a task on by one step: its owner or a coordinator.
///
/// # Errors
///
/// See [`TaskCommandError`]; nothing is saved when an error is returned.
pub async fn advance(
    desk: &Desk,
    actor: &Actor,
    cmd: &MoveTask,
) -> Result<CooperationTaskId, TaskCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let sees = policy::visibility(actor);
    let found = task::find(&change.tx, Eyes { sees: &sees, ..Eyes::ALL }, cmd.task).await?;
    let found = found.filter(|task| rules::may_advance(actor, task));
    let before = found.ok_or(TaskCommandError::NotFound)?;
    let before = CooperationTask { version: cmd.version.unwrap_or(before.version), ..before };
    let moved = rules::advance(&before, cmd.step)?;
    task::save(&change.tx, &moved).await?;
    let change = change.noting(task::diff(Some(&before), &moved));
    change.finish("MoveTask", &wire(cmd.task), Touches::Graph).await?;
    Ok(cmd.task)
}

/// Edits a task; from then on what is generated leaves it alone. Coordinators only.
///
/// # Errors
///
/// See [`TaskCommandError`]; nothing is saved when an error is returned.
pub async fn edit(
    desk: &Desk,
    actor: &Actor,
    cmd: &EditTask,
) -> Result<CooperationTaskId, TaskCommandError> {
    if !rules::may_list(actor) {
        return Err(TaskCommandError::NotFound);
    }
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let found = task::find(&change.tx, Eyes::ALL, cmd.task).await?;
    let before = found.ok_or(TaskCommandError::NotFound)?;
    let before = CooperationTask { version: cmd.version.unwrap_or(before.version), ..before };
    let edited = rules::edit(&before, &cmd.edit, desk.today)?;
    task::save(&change.tx, &edited).await?;
    let change = change.noting(task::diff(Some(&before), &edited));
    change.finish("EditTask", &wire(cmd.task), Touches::Graph).await?;
    Ok(cmd.task)
}

pub(crate) fn wire(id: CooperationTaskId) -> String {
    format!("{}:{id}", CooperationTaskId::TAG)
}

fn replayed(thing: &str) -> Result<CooperationTaskId, TaskCommandError> {
    command::replayed_id(thing).ok_or(TaskCommandError::NotFound)
}
