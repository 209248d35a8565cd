//! Taking lists out as files. That is a right of its own, which a grant has or has not: whoever sees
//! ten thousand rows on pages of a hundred need not be able to carry them off.

use std::collections::{BTreeMap, BTreeSet};

use lianmeng_domain::committee::Member;
use lianmeng_domain::contact::Contact;
use lianmeng_domain::ids::{ChainCommitteeId, EnterpriseId, OrganisationId, ProjectId};
use lianmeng_domain::need::{Need, SeenNeed};
use lianmeng_domain::policy::{self, Visibility};
use lianmeng_domain::rights::{Column, DataClass};
use lianmeng_domain::task::CooperationTask;
use lianmeng_store::audit::trace::Diff;
use lianmeng_store::audit::{self, Deed};
use lianmeng_store::eyes::Eyes;
use lianmeng_store::need::NeedFilter;
use lianmeng_store::page::Window;
use lianmeng_store::task::TaskFilter;
use lianmeng_store::{
    StoreError, committee, contact, enterprise, need, organisation, project, task, tx,
};
use serde_json::{Map, Value};
use thiserror::Error;

use crate::caller::Caller;
use crate::command::Touches;
use crate::desk::Desk;
use crate::notify;

/// Most rows of a file.
pub const MAX_ROWS: u64 = 100_000;
/// Rows read at once.
const PAGE: u64 = 1_000;
/// What exports of needs are called in the audit log.
pub const NEEDS: &str = "ExportNeeds";
/// What exports of tasks are called in the audit log.
pub const TASKS: &str = "ExportTasks";

/// Takes a list of needs out.
#[derive(Debug, Clone)]
pub struct ExportNeeds {
    /// Which.
    pub filter: NeedFilter,
    /// The filter as it was asked for, for the file and the audit log; empty for all.
    pub asked: String,
    /// The format, for the audit log.
    pub format: &'static str,
    /// Most rows.
    pub max_rows: u64,
}

/// Takes the task list out.
#[derive(Debug, Clone)]
pub struct ExportTasks {
    /// Which.
    pub filter: TaskFilter,
    /// The filter as it was asked for, for the file and the audit log; empty for all.
    pub asked: String,
    /// The format, for the audit log.
    pub format: &'static str,
    /// Most rows.
    pub max_rows: u64,
}

/// A task with the names that stand beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRow {
    /// The task as the caller sees it.
    pub task: CooperationTask,
    /// Name of the project; empty where there is none or the caller may not see it.
    pub project: String,
    /// Name of the owner.
    pub owner: String,
    /// Name of the counterpart.
    pub counterpart: String,
}

/// A need with the names that stand beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeedRow {
    /// The need as the caller sees it.
    pub seen: SeenNeed,
    /// Name of the enterprise.
    pub enterprise: String,
    /// Name of the committee; empty where the caller may not read it.
    pub committee: String,
    /// Name of the unit in charge; empty where there is none or the caller may not read it.
    pub handler: String,
    /// The enterprise's first contact, always masked.
    pub contact: Option<Contact>,
}

/// Why nothing was taken out.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The caller's grant does not allow it.
    #[error(
        "your grant does not let you export; an administrator gives that right with \
         lianmeng user grant --export"
    )]
    Forbidden,
    /// Too many rows.
    #[error("{rows} rows match, a file holds {most}; narrow the filter")]
    TooMany {
        /// How many match.
        rows: u64,
        /// How many a file holds.
        most: u64,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The needs that match and that the caller sees, newest first, and a row in the audit log that says
/// so. Restricted texts are not among what is given.
///
/// # Errors
///
/// See [`ExportError`]; nothing is given and nothing recorded when an error is returned.
pub async fn needs(
    desk: &Desk,
    caller: &Caller,
    cmd: &ExportNeeds,
) -> Result<Vec<NeedRow>, ExportError> {
    if !caller.may_export {
        return Err(ExportError::Forbidden);
    }
    let column = Column::of(&caller.actor);
    let whole = policy::visibility(&caller.actor);
    let eyes = Eyes::of(column, &whole, DataClass::NeedSummary);
    let rows = need::count(&desk.db, eyes, &cmd.filter).await?;
    if rows > cmd.max_rows {
        return Err(ExportError::TooMany { rows, most: cmd.max_rows });
    }
    // Whatever the caller reads of contacts one by one, in a file they are masked.
    let contacts = Eyes {
        sees: policy::sees(column, &whole, DataClass::Contact),
        reads: &Visibility::Nothing,
        secrets: &Visibility::Nothing,
    };
    let mut found: Vec<NeedRow> = Vec::new();
    let mut after = None;
    loop {
        let page = need::page(&desk.db, eyes, &cmd.filter, Window::next(after, PAGE)).await?;
        let is_last = u64::try_from(page.len()).unwrap_or(u64::MAX) < PAGE;
        after = page.last().map(|seen| seen.need.id);
        found.extend(named(desk, &whole, contacts, page).await?);
        // Others may have been added since they were counted.
        if is_last || u64::try_from(found.len()).unwrap_or(u64::MAX) >= cmd.max_rows {
            break;
        }
    }
    found.truncate(usize::try_from(cmd.max_rows).unwrap_or(usize::MAX));
    let taken = Taken {
        action: NEEDS,
        thing: "needs",
        asked: &cmd.asked,
        format: cmd.format,
        rows: found.len(),
    };
    record(desk, caller, &taken).await?;
    Ok(found)
}

/// Puts names and contacts beside needs: four statements.
async fn named(
    desk: &Desk,
    whole: &Visibility,
    contacts: Eyes<'_>,
    page: Vec<SeenNeed>,
) -> Result<Vec<NeedRow>, StoreError> {
    let db = &desk.db;
    let enterprises: BTreeSet<EnterpriseId> =
        page.iter().map(|seen| seen.need.enterprise).collect();
    let enterprises: Vec<_> = enterprises.into_iter().collect();
    let committees: BTreeSet<ChainCommitteeId> =
        page.iter().filter_map(|seen| seen.need.committee).collect();
    let handlers: BTreeSet<OrganisationId> =
        page.iter().filter_map(|seen| seen.need.handler).collect();
    let firms = enterprise::find_many(db, whole, &enterprises).await?;
    let firms: BTreeMap<_, _> = firms.into_iter().map(|one| (one.id, one.name)).collect();
    let committees: Vec<_> = committees.into_iter().collect();
    let committees = committee::find_many(db, whole, &committees).await?;
    let committees: BTreeMap<_, _> = committees.into_iter().map(|one| (one.id, one.name)).collect();
    let handlers: Vec<_> = handlers.into_iter().collect();
    let handlers = organisation::find_many(db, whole, &handlers).await?;
    let handlers: BTreeMap<_, _> = handlers.into_iter().map(|one| (one.id, one.name)).collect();
    let mut first = BTreeMap::new();
    for seen in contact::of_enterprises(db, contacts, &enterprises).await? {
        if let Member::Enterprise(owner) = seen.contact.owner {
            first.entry(owner).or_insert(seen.contact);
        }
    }
    let name = |found: Option<&String>| found.cloned().unwrap_or_default();
    let rows = page.into_iter().map(|seen| NeedRow {
        enterprise: name(firms.get(&seen.need.enterprise)),
        committee: name(seen.need.committee.and_then(|id| committees.get(&id))),
        handler: name(seen.need.handler.and_then(|id| handlers.get(&id))),
        contact: first.get(&seen.need.enterprise).cloned(),
        // The long texts, which no list has, do not wait in memory until it is written.
        seen: SeenNeed { need: Need { body: String::new(), answer: None, ..seen.need }, ..seen },
    });
    Ok(rows.collect())
}

/// The tasks that match and that the caller sees, the oldest first, and a row in the audit log that
/// says so.
///
/// # Errors
///
/// See [`ExportError`]; nothing is given and nothing recorded when an error is returned.
pub async fn tasks(
    desk: &Desk,
    caller: &Caller,
    cmd: &ExportTasks,
) -> Result<Vec<TaskRow>, ExportError> {
    if !caller.may_export {
        return Err(ExportError::Forbidden);
    }
    let column = Column::of(&caller.actor);
    let whole = policy::visibility(&caller.actor);
    let eyes = Eyes::of(column, &whole, DataClass::Task);
    let rows = task::count(&desk.db, eyes.sees, &cmd.filter).await?;
    if rows > cmd.max_rows {
        return Err(ExportError::TooMany { rows, most: cmd.max_rows });
    }
    let mut found: Vec<TaskRow> = Vec::new();
    let mut after = None;
    loop {
        let page = task::page(&desk.db, eyes, &cmd.filter, Window::next(after, PAGE)).await?;
        let is_last = u64::try_from(page.len()).unwrap_or(u64::MAX) < PAGE;
        after = page.last().map(|task| task.id);
        found.extend(named_tasks(desk, (column, &whole), page).await?);
        // Others may have been added since they were counted.
        if is_last || u64::try_from(found.len()).unwrap_or(u64::MAX) >= cmd.max_rows {
            break;
        }
    }
    found.truncate(usize::try_from(cmd.max_rows).unwrap_or(usize::MAX));
    found.reverse();
    let taken = Taken {
        action: TASKS,
        thing: "tasks",
        asked: &cmd.asked,
        format: cmd.format,
        rows: found.len(),
    };
    record(desk, caller, &taken).await?;
    Ok(found)
}

/// Puts names beside tasks: two statements a thousand of them.
async fn named_tasks(
    desk: &Desk,
    (column, whole): (Option<Column>, &Visibility),
    page: Vec<CooperationTask>,
) -> Result<Vec<TaskRow>, StoreError> {
    let db = &desk.db;
    let sides = page.iter().flat_map(|task| [task.owner, task.counterpart]);
    let sides: BTreeSet<EnterpriseId> = sides.collect();
    let sides: Vec<_> = sides.into_iter().collect();
    // The registry is for everyone who sees any task.
    let firms = enterprise::find_many(db, &Visibility::All, &sides).await?;
    let firms: BTreeMap<_, _> = firms.into_iter().map(|one| (one.id, one.name)).collect();
    let projects: BTreeSet<ProjectId> = page.iter().filter_map(|task| task.project).collect();
    let projects: Vec<_> = projects.into_iter().collect();
    let eyes = Eyes::of(column, whole, DataClass::Project);
    let projects = project::find_many(db, eyes, &projects).await?;
    let projects: BTreeMap<_, _> =
        projects.into_iter().map(|seen| (seen.project.id, seen.project.name)).collect();
    let name = |found: Option<&String>| found.cloned().unwrap_or_default();
    let rows = page.into_iter().map(|task| TaskRow {
        project: name(task.project.and_then(|id| projects.get(&id))),
        owner: name(firms.get(&task.owner)),
        counterpart: name(firms.get(&task.counterpart)),
        task,
    });
    Ok(rows.collect())
}

/// What was taken out, for the audit log.
pub(crate) struct Taken<'a> {
    /// What exports of this kind are called.
    pub(crate) action: &'static str,
    /// Of what.
    pub(crate) thing: &'a str,
    /// What was asked for, as people write it; empty for all.
    pub(crate) asked: &'a str,
    /// The format.
    pub(crate) format: &'static str,
    /// How many rows.
    pub(crate) rows: usize,
}

/// The audit log says who took what out, before they get it.
pub(crate) async fn record(
    desk: &Desk,
    caller: &Caller,
    taken: &Taken<'_>,
) -> Result<(), StoreError> {
    let after = Map::from_iter([
        ("filter".to_owned(), Value::from(taken.asked)),
        ("format".to_owned(), Value::from(taken.format)),
        ("rows".to_owned(), Value::from(taken.rows)),
    ]);
    let trace = desk.trace(Some(&Diff { before: Map::new(), after }))?;
    let deed = Deed {
        id: desk.mint(),
        at: desk.now,
        action: taken.action,
        thing: taken.thing,
        touches_graph: false,
        trace: Some(&trace),
    };
    let change = tx::begin(&desk.db).await?;
    let seq = audit::append(&change, &caller.actor, deed).await?;
    tx::commit(change).await?;
    notify::changed(desk, seq, Touches::Nothing);
    Ok(())
}
