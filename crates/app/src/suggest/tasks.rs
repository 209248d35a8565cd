//! Cooperation tasks from the engine: for each project a local owner and a central counterpart.

use std::collections::{BTreeMap, BTreeSet};

use lianmeng_domain::actor::Actor;
use lianmeng_domain::committee::Member;
use lianmeng_domain::enterprise::{Enterprise, Ownership};
use lianmeng_domain::ids::{EnterpriseId, ProjectId};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::project::{Project, ProjectStage};
use lianmeng_domain::region::RegionCode;
use lianmeng_domain::suggestion::{Reason, Suggestion, SuggestionKind, SuggestionStage};
use lianmeng_domain::task::may_list;
use lianmeng_domain::text;
use lianmeng_domain::weights::Fusion;
use lianmeng_matching::score;
use lianmeng_matching::tasks::{
    Chosen, Party, Project as Wish, Role, TaskFinding, TaskProblem, TaskSuggestion, suggest_tasks,
};
use lianmeng_store::enterprise::{self, EnterpriseFilter};
use lianmeng_store::eyes::Eyes;
use lianmeng_store::page::{NameOrder, Window};
use lianmeng_store::project::{self, ProjectFilter};
use lianmeng_store::{StoreError, avoid};
use sea_orm::ConnectionTrait;

use super::gather::{Crafts, industry, places, regions};
use super::{SuggestError, WEIGHTS_VERSION, insert_new, with_places};
use crate::command::{self, Begun, Touches};
use crate::desk::Desk;

/// Projects looked at in one go.
const MAX_PROJECTS: u64 = 1_000;
/// Enterprises looked at on each side.
const MAX_PARTIES: u64 = 1_000;

/// Asks for cooperation tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuggestTasks {
    /// For these projects; for every planned one, at most 1 000, if empty.
    pub projects: Vec<ProjectId>,
    /// Most projects for each local enterprise.
    pub max_per_owner: u64,
    /// Most projects for each central enterprise.
    pub max_per_counterpart: u64,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why a project got no task, or an enterprise no project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskGap {
    /// The project, or `None` where an enterprise was left out.
    pub project: Option<ProjectId>,
    /// The enterprise, or `None` where a project was left out.
    pub enterprise: Option<EnterpriseId>,
    /// Which side is missing: true for the local owner, false for the central counterpart.
    pub is_owner: bool,
    /// How many fit it at all.
    pub fitting: usize,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TasksSuggested {
    /// How many suggestions are new.
    pub added: usize,
    /// Every project without a task and every enterprise without a project.
    pub gaps: Vec<TaskGap>,
}

/// Makes and saves suggestions for cooperation tasks. Coordinators only. A repeated key adds nothing
/// and finds the same gaps.
///
/// # Errors
///
/// See [`SuggestError`]; nothing is saved when an error is returned.
pub async fn suggest(
    desk: &Desk,
    actor: &Actor,
    cmd: &SuggestTasks,
) -> Result<TasksSuggested, SuggestError> {
    if !may_list(actor) {
        return Err(SuggestError::NotFound);
    }
    let projects = projects(&desk.db, &cmd.projects).await?;
    let problem = problem(&desk.db, &projects, cmd).await?;
    let answer = tokio::task::spawn_blocking(move || suggest_tasks(&problem)).await;
    let answer = answer.map_err(|error| SuggestError::Engine(error.to_string()))?;
    let gaps = answer.findings.iter().filter_map(gap).collect();
    let regions: Vec<RegionCode> = projects.iter().filter_map(|project| project.region).collect();
    let places = places(&desk.db, &regions).await?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(TasksSuggested { added: 0, gaps }),
    };
    let made = answer.tasks.iter().map(|task| proposal(desk, task, &places)).collect();
    let added = insert_new(&change.tx, made).await?;
    change.finish("SuggestTasks", "suggestions", Touches::Nothing).await?;
    Ok(TasksSuggested { added, gaps })
}

async fn projects(
    db: &impl ConnectionTrait,
    asked: &[ProjectId],
) -> Result<Vec<Project>, SuggestError> {
    let found = if asked.is_empty() {
        let filter =
            ProjectFilter { stages: vec![ProjectStage::Planned], ..ProjectFilter::default() };
        let window = Window::first(MAX_PROJECTS);
        project::page(db, Eyes::ALL, &filter, window).await?
    } else {
        let found = project::find_many(db, Eyes::ALL, asked).await?;
        let distinct: BTreeSet<ProjectId> = asked.iter().copied().collect();
        if found.len() < distinct.len() {
            return Err(SuggestError::NotFound);
        }
        found
    };
    let mut projects: Vec<Project> = found.into_iter().map(|seen| seen.project).collect();
    projects.sort_by_key(|project| project.id);
    Ok(projects)
}

async fn problem(
    db: &impl ConnectionTrait,
    projects: &[Project],
    cmd: &SuggestTasks,
) -> Result<TaskProblem, StoreError> {
    let owners = owned_by(db, Ownership::MunicipalSoe, MAX_PARTIES).await?;
    let central = subsidiaries_first(owned_by(db, Ownership::CentralSoe, MAX_PARTIES).await?);
    let mut domains: BTreeMap<EnterpriseId, BTreeSet<String>> = BTreeMap::new();
    for project in projects {
        if let Some(owner) = project.owner {
            domains.entry(owner).or_default().insert(project.domain.clone());
        }
    }
    let domains_of = |id| domains.get(&id).into_iter().flatten().cloned().collect::<Vec<_>>();
    let party = |enterprise: &Enterprise, crafts: &Crafts, max_projects| Party {
        id: enterprise.id.number(),
        text: crafts.text(enterprise),
        domains: domains_of(enterprise.id),
        industry: industry(enterprise),
        regions: regions(enterprise),
        max_projects,
    };
    let own_crafts = Crafts::of(db, &owners).await?;
    let other_crafts = Crafts::of(db, &central).await?;
    let apart = apart(db, &owners).await?;
    Ok(TaskProblem {
        projects: projects.iter().map(wish).collect(),
        owners: owners.iter().map(|e| party(e, &own_crafts, cmd.max_per_owner)).collect(),
        counterparts: central
            .iter()
            .map(|e| party(e, &other_crafts, cmd.max_per_counterpart))
            .collect(),
        apart,
        ..TaskProblem::default()
    })
}

/// Pairs of which one of `owners` avoids or is avoided.
pub(crate) async fn apart(
    db: &impl ConnectionTrait,
    owners: &[Enterprise],
) -> Result<Vec<(u128, u128)>, StoreError> {
    let ids: Vec<EnterpriseId> = owners.iter().map(|owner| owner.id).collect();
    let pairs = avoid::pairs_with(db, &ids).await?;
    Ok(pairs.into_iter().map(|(one, other)| (one.number(), other.number())).collect())
}

/// A project as the engine sees it.
pub(crate) fn wish(project: &Project) -> Wish {
    Wish {
        id: project.id.number(),
        title: text::normalise(&project.name),
        body: text::normalise(&project.summary),
        domains: vec![project.domain.clone()],
        industry: None,
        regions: project.region.into_iter().collect(),
    }
}

/// Enterprises of an owner class, by id, at most `limit`.
pub(crate) async fn owned_by(
    db: &impl ConnectionTrait,
    ownership: Ownership,
    limit: u64,
) -> Result<Vec<Enterprise>, StoreError> {
    let filter = EnterpriseFilter { ownership: vec![ownership], ..EnterpriseFilter::default() };
    let window = Window::first(limit);
    enterprise::page(db, &Visibility::All, &filter, NameOrder::Id, window).await
}

/// A group works through its subsidiaries: its head office is left out where it has any here.
fn subsidiaries_first(central: Vec<Enterprise>) -> Vec<Enterprise> {
    let heads: BTreeSet<EnterpriseId> = central.iter().filter_map(|e| e.parent).collect();
    central.into_iter().filter(|enterprise| !heads.contains(&enterprise.id)).collect()
}

fn proposal(
    desk: &Desk,
    task: &TaskSuggestion,
    places: &BTreeMap<RegionCode, String>,
) -> Suggestion {
    let reasons = reasons(task, places);
    Suggestion {
        id: desk.mint(),
        kind: SuggestionKind::Task,
        need: None,
        offer: None,
        project: Some(ProjectId::from(task.project)),
        committee: None,
        a: EnterpriseId::from(task.owner.party),
        b: Member::Enterprise(EnterpriseId::from(task.counterpart.party)),
        points: reasons.iter().map(|reason| reason.points).sum(),
        reasons,
        reasons_b: Vec::new(),
        fusion: Fusion::OneSided,
        stage: SuggestionStage::Proposed,
        decline_a: None,
        decline_b: None,
        weights_version: WEIGHTS_VERSION,
        version: 1,
    }
}

/// Why these two, first the owner's side: the points add up to those of the task.
pub(crate) fn reasons(task: &TaskSuggestion, places: &BTreeMap<RegionCode, String>) -> Vec<Reason> {
    let told = |side: &str, chosen: &Chosen| -> Vec<Reason> {
        let name = |reason: &score::Reason| format!("{side}.{}", reason.criterion.key());
        chosen.reasons.iter().map(|reason| with_places(reason, &name(reason), places)).collect()
    };
    let mut reasons = told("owner", &task.owner);
    reasons.extend(told("counterpart", &task.counterpart));
    reasons
}

fn gap(finding: &TaskFinding) -> Option<TaskGap> {
    let is_owner = |role: &Role| match role {
        Role::Owner => true,
        Role::Counterpart => false,
    };
    Some(match finding {
        TaskFinding::NobodyFits { project, role } => TaskGap {
            project: Some(ProjectId::from(*project)),
            enterprise: None,
            is_owner: is_owner(role),
            fitting: 0,
        },
        TaskFinding::AllFull { project, role, fitting } => TaskGap {
            project: Some(ProjectId::from(*project)),
            enterprise: None,
            is_owner: is_owner(role),
            fitting: *fitting,
        },
        TaskFinding::LeftOut { party, role, fitting } => TaskGap {
            project: None,
            enterprise: Some(EnterpriseId::from(*party)),
            is_owner: is_owner(role),
            fitting: *fitting,
        },
        // Nothing is kept here.
        TaskFinding::Overloaded { .. } => return None,
    })
}
