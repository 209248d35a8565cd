//! The docking task list 对接任务清单: having it generated, beside the list that stands, and adopting it.
//!
//! What is asked is in this file, `gather` reads what the platform knows, the engine chooses,
//! [`adopt`] saves. What people decided stays.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::{EnterpriseId, ProjectId};
use lianmeng_domain::project::Project;
use lianmeng_domain::task::list::{self, ListChange, ListLine, Wanted};
use lianmeng_domain::task::may_list;
use lianmeng_matching::tasks::{Role, TaskFinding, TaskSuggestion, TaskSuggestions, suggest_tasks};
use lianmeng_store::StoreError;
use thiserror::Error;

use crate::command::CommandError;
use crate::desk::Desk;
use crate::seat;
use crate::secret;
use crate::suggest::gather::places;
use crate::suggest::tasks::reasons;

pub mod adopt;
mod gather;

use gather::Known;

/// Most projects, and most enterprises of a side.
pub const MAX_ITEMS: u64 = 1_000;

/// Asks for a task list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskTaskList {
    /// Projects of these domains; of all if empty. Those that were given up are left out.
    pub domains: Vec<String>,
    /// Projects to leave out.
    pub without: Vec<ProjectId>,
    /// Most tasks of an owner; half more than an even share if absent.
    pub max_per_owner: Option<u64>,
    /// Most tasks of a counterpart; half more than an even share if absent.
    pub max_per_counterpart: Option<u64>,
    /// Most tasks of single enterprises; 0 leaves one out.
    pub limits: Vec<(EnterpriseId, u64)>,
    /// Last day of new tasks and of those whose parties change.
    pub due_on: Option<NaiveDate>,
    /// Whether an enterprise fits a project for being near it, with nothing else in common.
    pub is_place_enough: bool,
}

/// What could not be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingKind {
    /// Nobody fits the project on that side.
    NobodyFits,
    /// Whoever fits the project is full.
    AllFull,
    /// The enterprise gets no project.
    LeftOut,
    /// Tasks that stay are more than the enterprise may carry.
    Overloaded,
}

/// What could not be done, of whom, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListFinding {
    /// What.
    pub kind: FindingKind,
    /// The project without a task.
    pub project: Option<ProjectId>,
    /// The enterprise without a project, or with too many.
    pub enterprise: Option<EnterpriseId>,
    /// Whether it is about the owner's side; else about the counterpart's.
    pub is_owner: bool,
    /// Parties or projects that fit, or tasks that stay.
    pub count: u64,
    /// In English.
    pub en: String,
    /// In Chinese.
    pub zh: String,
}

/// Sums over the proposed list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ListFigures {
    /// Projects asked about.
    pub projects: u64,
    /// Projects with a task, kept ones included.
    pub covered: u64,
    /// Owners that may be chosen, and those with a task.
    pub owners: (u64, u64),
    /// Counterparts that may be chosen, and those with a task.
    pub counterparts: (u64, u64),
    /// Most tasks of an owner, unless said otherwise of one.
    pub max_per_owner: u64,
    /// Most tasks of a counterpart, unless said otherwise of one.
    pub max_per_counterpart: u64,
    /// Sum of the points of the tasks that do not stay by themselves.
    pub points: i64,
}

/// A task list as it is proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskListProposal {
    /// Every line, by project; what stays included.
    pub lines: Vec<ListLine>,
    /// Projects without a task, enterprises without a project or with too many.
    pub findings: Vec<ListFinding>,
    /// Sums.
    pub figures: ListFigures,
    /// Whether no other list is better under the same limits.
    pub is_proved: bool,
    /// Stands for the lines as they are and as they stand; differs once any of it does.
    pub fingerprint: String,
}

impl TaskListProposal {
    /// How many lines become what.
    pub fn count(&self, change: ListChange) -> usize {
        self.lines.iter().filter(|line| line.change == change).count()
    }
}

/// Why no list was proposed or adopted.
#[derive(Debug, Error)]
pub enum TaskListError {
    /// Not for this caller.
    #[error("there is nothing here that you may plan; coordinators keep the task list")]
    NotFound,
    /// The last day is past.
    #[error("dueOn: {due_on} is past; today is {today}")]
    Past {
        /// The day given.
        due_on: NaiveDate,
        /// Today.
        today: NaiveDate,
    },
    /// Something named does not exist, or is on neither side.
    #[error("{place}: there is no such {what}")]
    Unknown {
        /// The field and its position, counted from 0.
        place: String,
        /// What it should be.
        what: &'static str,
    },
    /// More than is looked at.
    #[error("more than {most} {what}: a list for so many is not generated")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many are looked at.
        most: u64,
    },
    /// The list is no longer what was proposed.
    #[error("what is proposed by now differs from what you saw; propose again and look at it")]
    Changed,
    /// The engine stopped.
    #[error("the engine stopped: {0}")]
    Engine(String),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for TaskListError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

/// The best task list under the limits asked for, beside the one that stands: first as many projects
/// as possible with a task, then a first task for as many owners and counterparts as possible, then
/// the most points. Saves nothing; the same question over the same data has the same answer.
/// Coordinators.
///
/// # Errors
///
/// See [`TaskListError`]; what cannot be done is a finding.
pub async fn propose(
    desk: &Desk,
    actor: &Actor,
    ask: &AskTaskList,
) -> Result<TaskListProposal, TaskListError> {
    if !may_list(actor) {
        return Err(TaskListError::NotFound);
    }
    if let Some(due_on) = ask.due_on.filter(|day| *day < desk.today) {
        return Err(TaskListError::Past { due_on, today: desk.today });
    }
    let known = gather::read(&desk.db, ask).await?;
    let codes: Vec<_> = known.projects.iter().filter_map(|project| project.region).collect();
    let names = places(&desk.db, &codes).await?;
    let problem = known.problem.clone();
    let chosen = seat::run(move || suggest_tasks(&problem)).await.map_err(TaskListError::Engine)?;
    let by_id: BTreeMap<ProjectId, &Project> =
        known.projects.iter().map(|project| (project.id, project)).collect();
    let wanted: Vec<Wanted> = chosen
        .tasks
        .iter()
        .filter_map(|task| {
            let project = by_id.get(&ProjectId::from(task.project))?;
            Some(want(task, project, reasons(task, &names)))
        })
        .collect();
    let lines = list::compare(&known.standing, &wanted, ask.due_on);
    let figures = figures(&known, &lines, &chosen);
    let told = format!("{lines:?}");
    Ok(TaskListProposal {
        findings: chosen.findings.iter().map(finding).collect(),
        figures,
        is_proved: chosen.is_proved,
        fingerprint: secret::hash(told),
        lines,
    })
}

fn want(
    task: &TaskSuggestion,
    project: &Project,
    reasons: Vec<lianmeng_domain::suggestion::Reason>,
) -> Wanted {
    Wanted {
        project: project.id,
        owner: EnterpriseId::from(task.owner.party),
        counterpart: EnterpriseId::from(task.counterpart.party),
        domain: project.domain.clone(),
        score_points: reasons.iter().map(|reason| reason.points).sum(),
        reasons,
    }
}

fn figures(known: &Known, lines: &[ListLine], chosen: &TaskSuggestions) -> ListFigures {
    let many = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let projects: BTreeSet<ProjectId> = known.projects.iter().map(|project| project.id).collect();
    let after = || lines.iter().filter_map(|line| line.after.as_ref());
    let covered: BTreeSet<ProjectId> =
        after().filter_map(|task| task.project).filter(|id| projects.contains(id)).collect();
    let idle = |is_owner: bool| {
        let role = if is_owner { Role::Owner } else { Role::Counterpart };
        let left = chosen
            .findings
            .iter()
            .filter(|found| matches!(found, TaskFinding::LeftOut { role: of, .. } if *of == role));
        left.count()
    };
    let (owners, counterparts) = (&known.problem.owners, &known.problem.counterparts);
    ListFigures {
        projects: many(projects.len()),
        covered: many(covered.len()),
        owners: (many(owners.len()), many(owners.len() - idle(true))),
        counterparts: (many(counterparts.len()), many(counterparts.len() - idle(false))),
        max_per_owner: known.most.0,
        max_per_counterpart: known.most.1,
        points: chosen.levels.points,
    }
}

fn finding(found: &TaskFinding) -> ListFinding {
    let side = |role: &Role| match role {
        Role::Owner => (true, "municipal owner", "牵头单位"),
        Role::Counterpart => (false, "central counterpart", "对接央企"),
    };
    let many = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    match found {
        TaskFinding::NobodyFits { project, role } => {
            let (is_owner, en, zh) = side(role);
            ListFinding {
                kind: FindingKind::NobodyFits,
                project: Some(ProjectId::from(*project)),
                enterprise: None,
                is_owner,
                count: 0,
                en: format!("no {en} has anything in common with the project"),
                zh: format!("没有与该项目相关的{zh}"),
            }
        }
        TaskFinding::AllFull { project, role, fitting } => {
            let (is_owner, en, zh) = side(role);
            ListFinding {
                kind: FindingKind::AllFull,
                project: Some(ProjectId::from(*project)),
                enterprise: None,
                is_owner,
                count: many(*fitting),
                en: format!("none of the {fitting} that fit is free as {en}; raise their limit"),
                zh: format!("合适的{zh}有 {fitting} 家，均已排满；可提高其任务上限"),
            }
        }
        TaskFinding::LeftOut { party, role, fitting } => {
            let (is_owner, en, zh) = side(role);
            ListFinding {
                kind: FindingKind::LeftOut,
                project: None,
                enterprise: Some(EnterpriseId::from(*party)),
                is_owner,
                count: many(*fitting),
                en: format!("gets no task as {en}; {fitting} projects fit it"),
                zh: format!("作为{zh}未分到任务；与其相关的项目有 {fitting} 个"),
            }
        }
        TaskFinding::Overloaded { party, role, kept, max } => {
            let (is_owner, en, zh) = side(role);
            ListFinding {
                kind: FindingKind::Overloaded,
                project: None,
                enterprise: Some(EnterpriseId::from(*party)),
                is_owner,
                count: *kept,
                en: format!("carries {kept} tasks that stay as {en}, over its limit of {max}"),
                zh: format!("作为{zh}已有 {kept} 项保留任务，超过上限 {max} 项"),
            }
        }
    }
}
