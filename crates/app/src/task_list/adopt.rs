//! Making the proposed list the one that stands, all or none.

use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::{CooperationTaskId, Id as _};
use lianmeng_domain::task::CooperationTask;
use lianmeng_domain::task::list::{ListChange, withdrawn};
use lianmeng_store::audit::trace::Diff;
use lianmeng_store::{StoreError, task};
use serde_json::{Map, Value};

use super::{AskTaskList, TaskListError, TaskListProposal, propose};
use crate::command::{self, Begun, Change, Touches};
use crate::desk::Desk;

/// Adopts a task list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdoptTaskList {
    /// What was asked for.
    pub ask: AskTaskList,
    /// What was proposed, by its fingerprint.
    pub fingerprint: String,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Saves what is proposed for the same question: new tasks are added, changed ones saved, those that
/// are gone taken off. Refused if it is no longer what was seen. Coordinators.
///
/// # Errors
///
/// See [`TaskListError`]; nothing is saved when an error is returned.
pub async fn adopt(desk: &Desk, actor: &Actor, cmd: &AdoptTaskList) -> Result<(), TaskListError> {
    // Outside of the transaction: it takes as long as the engine does.
    let proposal = propose(desk, actor, &cmd.ask).await?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(()),
    };
    if proposal.fingerprint != cmd.fingerprint {
        change.undo().await?;
        return Err(TaskListError::Changed);
    }
    let ids = save(desk, &change, &proposal).await.map_err(|error| match error {
        // Somebody else edited a task, or covered a project, since it was proposed.
        StoreError::Stale | StoreError::Conflict(_) => TaskListError::Changed,
        StoreError::Corrupt { .. } | StoreError::Db(_) => error.into(),
    })?;
    let told = ids.into_iter().map(|(change, ids)| (change.word().to_owned(), ids));
    let change = change.noting(Diff { before: Map::new(), after: told.collect() });
    change.finish("AdoptTaskList", "tasks", Touches::Graph).await?;
    Ok(())
}

/// Saves line by line and gives the ids of what changed, for the audit log.
async fn save(
    desk: &Desk,
    change: &Change<'_>,
    proposal: &TaskListProposal,
) -> Result<Vec<(ListChange, Value)>, StoreError> {
    let mut new: Vec<CooperationTaskId> = Vec::new();
    let mut changed = Vec::new();
    let mut gone = Vec::new();
    for line in &proposal.lines {
        match (line.change, &line.before, &line.after) {
            (ListChange::New, _, Some(after)) => {
                let task = CooperationTask { id: desk.mint(), ..after.clone() };
                task::insert(&change.tx, &task).await?;
                new.push(task.id);
            }
            (ListChange::Changed, _, Some(after)) => {
                task::save(&change.tx, after).await?;
                changed.push(after.id);
            }
            (ListChange::Gone, Some(before), _) => {
                task::save(&change.tx, &withdrawn(before)).await?;
                gone.push(before.id);
            }
            (
                ListChange::Kept
                | ListChange::Unchanged
                | ListChange::New
                | ListChange::Changed
                | ListChange::Gone,
                _,
                _,
            ) => {}
        }
    }
    let wire = |ids: Vec<CooperationTaskId>| -> Value {
        ids.into_iter().map(|id| format!("{}:{id}", CooperationTaskId::TAG)).collect()
    };
    Ok(vec![
        (ListChange::New, wire(new)),
        (ListChange::Changed, wire(changed)),
        (ListChange::Gone, wire(gone)),
    ])
}
