//! What the platform knows of projects, both sides and the list that stands.

use std::collections::{BTreeMap, BTreeSet};

use lianmeng_domain::enterprise::{Enterprise, Ownership};
use lianmeng_domain::ids::{EnterpriseId, ProjectId};
use lianmeng_domain::project::{Project, ProjectStage};
use lianmeng_domain::task::{CooperationTask, TaskStage};
use lianmeng_matching::tasks::{Kept, Party, TaskProblem};
use lianmeng_store::eyes::Eyes;
use lianmeng_store::page::Window;
use lianmeng_store::project::{self, ProjectFilter};
use lianmeng_store::task;
use sea_orm::ConnectionTrait;

use super::{AskTaskList, MAX_ITEMS, TaskListError};
use crate::suggest::gather::{Crafts, industry, regions};
use crate::suggest::tasks::{apart, owned_by, wish};

/// Most tasks that are read, over all years.
const MAX_TASKS: u64 = 20_000;

/// What is known.
#[derive(Debug)]
pub(super) struct Known {
    /// Projects asked about, by id.
    pub(super) projects: Vec<Project>,
    /// Tasks on the list that are about them, or were.
    pub(super) standing: Vec<CooperationTask>,
    /// Most tasks of an owner and of a counterpart.
    pub(super) most: (u64, u64),
    /// For the engine.
    pub(super) problem: TaskProblem,
}

/// Reads it: about ten statements.
pub(super) async fn read(
    db: &impl ConnectionTrait,
    ask: &AskTaskList,
) -> Result<Known, TaskListError> {
    let all = projects(db).await?;
    let without: BTreeSet<ProjectId> = ask.without.iter().copied().collect();
    let known: BTreeSet<ProjectId> = all.iter().map(|project| project.id).collect();
    if let Some(at) = ask.without.iter().position(|id| !known.contains(id)) {
        let place = format!("withoutProjectIds[{at}]");
        return Err(TaskListError::Unknown { place, what: "project that is not given up" });
    }
    let is_asked = |domain: &str| {
        ask.domains.is_empty() || ask.domains.iter().any(|asked| asked.trim() == domain)
    };
    let projects: Vec<Project> =
        all.into_iter().filter(|one| is_asked(&one.domain) && !without.contains(&one.id)).collect();
    let tasks = task::all(db, MAX_TASKS + 1).await?;
    few(tasks.len(), MAX_TASKS, "tasks")?;
    let asked: BTreeSet<ProjectId> = projects.iter().map(|project| project.id).collect();
    // What the list made of a project that was given up since goes with it.
    let is_about = |one: &CooperationTask| {
        one.project.is_some_and(|id| {
            asked.contains(&id) || (!known.contains(&id) && !one.stays() && is_asked(&one.domain))
        })
    };
    let standing: Vec<CooperationTask> = tasks
        .iter()
        .filter(|one| one.stage != TaskStage::Dropped && is_about(one))
        .cloned()
        .collect();
    let (problem, most) = problem(db, ask, &projects, &tasks, &standing).await?;
    Ok(Known { projects, standing, most, problem })
}

/// Refuses more than are looked at.
fn few(count: usize, most: u64, what: &'static str) -> Result<(), TaskListError> {
    let is_few = u64::try_from(count).is_ok_and(|count| count <= most);
    if is_few { Ok(()) } else { Err(TaskListError::TooMany { what, most }) }
}

/// Every project that was not given up, by id.
async fn projects(db: &impl ConnectionTrait) -> Result<Vec<Project>, TaskListError> {
    let stages: Vec<ProjectStage> =
        ProjectStage::ALL.iter().copied().filter(|s| *s != ProjectStage::Terminated).collect();
    let filter = ProjectFilter { stages, ..ProjectFilter::default() };
    let found = project::page(db, Eyes::ALL, &filter, Window::first(MAX_ITEMS + 1)).await?;
    few(found.len(), MAX_ITEMS, "projects")?;
    let mut projects: Vec<Project> = found.into_iter().map(|seen| seen.project).collect();
    projects.sort_by_key(|project| project.id);
    Ok(projects)
}

async fn problem(
    db: &impl ConnectionTrait,
    ask: &AskTaskList,
    projects: &[Project],
    tasks: &[CooperationTask],
    standing: &[CooperationTask],
) -> Result<(TaskProblem, (u64, u64)), TaskListError> {
    let owners = owned_by(db, Ownership::MunicipalSoe, MAX_ITEMS + 1).await?;
    few(owners.len(), MAX_ITEMS, "municipal enterprises")?;
    let central = owned_by(db, Ownership::CentralSoe, MAX_ITEMS + 1).await?;
    few(central.len(), MAX_ITEMS, "central enterprises")?;
    let limits: BTreeMap<EnterpriseId, u64> = ask.limits.iter().copied().collect();
    let both: BTreeSet<EnterpriseId> = owners.iter().chain(&central).map(|one| one.id).collect();
    if let Some(at) = ask.limits.iter().position(|(id, _)| !both.contains(id)) {
        let (place, what) = (format!("limits[{at}].enterpriseId"), "owner or counterpart");
        return Err(TaskListError::Unknown { place, what });
    }
    let share = |parties: &[Enterprise]| fair_share(projects.len(), parties.len());
    let most = (
        ask.max_per_owner.unwrap_or_else(|| share(&owners)),
        ask.max_per_counterpart.unwrap_or_else(|| share(&central)),
    );
    let domains = domains(projects, tasks);
    let party = |one: &Enterprise, crafts: &Crafts, most: u64| Party {
        id: one.id.number(),
        text: crafts.text(one),
        domains: domains.get(&one.id).into_iter().flatten().cloned().collect(),
        industry: industry(one),
        regions: regions(one),
        max_projects: limits.get(&one.id).copied().unwrap_or(most),
    };
    let crafts = (Crafts::of(db, &owners).await?, Crafts::of(db, &central).await?);
    let about: BTreeSet<_> = standing.iter().map(|one| one.id).collect();
    // Tasks of other projects stay, too: they are not asked about.
    let kept = tasks.iter().filter(|one| one.stays() || !about.contains(&one.id));
    let problem = TaskProblem {
        projects: projects.iter().map(wish).collect(),
        owners: owners.iter().map(|one| party(one, &crafts.0, most.0)).collect(),
        counterparts: central.iter().map(|one| party(one, &crafts.1, most.1)).collect(),
        kept: kept.filter(|one| one.stage != TaskStage::Dropped).map(keep).collect(),
        standing: standing.iter().filter(|one| !one.stays()).filter_map(stands).collect(),
        given_up: tasks.iter().filter_map(given_up).collect(),
        apart: apart(db, &owners).await?,
        is_place_enough: ask.is_place_enough,
    };
    Ok((problem, most))
}

/// Half more than an even share, rounded up.
fn fair_share(projects: usize, parties: usize) -> u64 {
    let share = (3 * projects).div_ceil(2 * parties.max(1));
    u64::try_from(share).unwrap_or(u64::MAX).max(1)
}

/// In which domains each enterprise works: those of its projects, and of tasks that have begun. That
/// somebody edited a task says nothing of other projects.
fn domains(
    projects: &[Project],
    tasks: &[CooperationTask],
) -> BTreeMap<EnterpriseId, BTreeSet<String>> {
    let mut domains: BTreeMap<EnterpriseId, BTreeSet<String>> = BTreeMap::new();
    for project in projects {
        if let Some(owner) = project.owner {
            domains.entry(owner).or_default().insert(project.domain.clone());
        }
    }
    let has_begun =
        |one: &&CooperationTask| !matches!(one.stage, TaskStage::Open | TaskStage::Dropped);
    for task in tasks.iter().filter(has_begun) {
        for side in [task.owner, task.counterpart] {
            domains.entry(side).or_default().insert(task.domain.clone());
        }
    }
    domains
}

fn keep(task: &CooperationTask) -> Kept {
    Kept {
        project: task.project.map(ProjectId::number),
        owner: task.owner.number(),
        counterpart: task.counterpart.number(),
        is_load: task.stage.is_underway(),
    }
}

fn stands(task: &CooperationTask) -> Option<(u128, u128, u128)> {
    Some((task.project?.number(), task.owner.number(), task.counterpart.number()))
}

/// Counterpart and project of a task that people gave up.
fn given_up(task: &CooperationTask) -> Option<(u128, u128)> {
    let is_given_up = task.stage == TaskStage::Dropped && task.is_kept;
    let project = task.project.filter(|_| is_given_up)?;
    Some((project.number(), task.counterpart.number()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_nobody_gave_is_half_more_than_an_even_share() {
        for (projects, parties, want) in [(297, 28, 16), (297, 171, 3), (0, 5, 1), (7, 0, 11)] {
            assert_eq!(fair_share(projects, parties), want, "{projects} {parties}");
        }
    }
}
