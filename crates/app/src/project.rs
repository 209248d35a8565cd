//! Keeping projects.

use chrono::NaiveDate;
use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::{EnterpriseId, Id as _, ProjectId};
use lianmeng_domain::project::ledger::{self as day, DayEntry, DayKind, LedgerError, Milestone};
use lianmeng_domain::project::{self as rules, Project, ProjectError, ProjectStage, ProjectStep};
use lianmeng_domain::region::RegionCode;
use lianmeng_store::eyes::Eyes;
use lianmeng_store::{StoreError, project};
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;

pub mod ledger;
pub mod page;
pub mod portfolio;

/// What a person writes into a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectCard {
    /// Its name.
    pub name: String,
    /// What it is about.
    pub summary: String,
    /// The domain of the task list.
    pub domain: String,
    /// The enterprise that owns it.
    pub owner: Option<EnterpriseId>,
    /// Where it is to be.
    pub region: Option<RegionCode>,
    /// Planned investment in fen.
    pub amount_fen: Option<i64>,
    /// Whether everyone may see it, without its amount.
    pub is_published: bool,
}

/// Registers a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterProject {
    /// What is written.
    pub card: ProjectCard,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Replaces what is written in a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateProject {
    /// Which.
    pub project: ProjectId,
    /// The version the caller read.
    pub version: i64,
    /// The whole new card.
    pub card: ProjectCard,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Moves a project on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveProject {
    /// Which.
    pub project: ProjectId,
    /// The version the caller read; `None` to take it as it is.
    pub version: Option<i64>,
    /// The step.
    pub step: ProjectStep,
    /// The day it was done; today if absent.
    pub on: Option<NaiveDate>,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why a project was not saved.
#[derive(Debug, Error)]
pub enum ProjectCommandError {
    /// No such project that the caller may change.
    #[error("no project with this id that you may change")]
    NotFound,
    /// No such owner that the caller may write for.
    #[error("no enterprise with this id that you may write for")]
    OwnerNotFound,
    /// The owner or place does not exist.
    #[error("owner or place does not exist")]
    UnknownReference,
    /// A rule of projects.
    #[error(transparent)]
    Rule(#[from] ProjectError),
    /// A rule of the ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for ProjectCommandError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(_) => Self::UnknownReference,
            StoreError::Stale | StoreError::Corrupt { .. } | StoreError::Db(_) => {
                Self::Command(error.into())
            }
        }
    }
}

/// Registers a project: the owner itself or a coordinator.
///
/// # Errors
///
/// See [`ProjectCommandError`]; nothing is saved when an error is returned.
pub async fn register(
    desk: &Desk,
    actor: &Actor,
    cmd: &RegisterProject,
) -> Result<ProjectId, ProjectCommandError> {
    if !rules::may_write(actor, cmd.card.owner) {
        return Err(ProjectCommandError::OwnerNotFound);
    }
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let blank = Project {
        id: desk.mint(),
        external_id: None,
        name: String::new(),
        summary: String::new(),
        domain: String::new(),
        owner: None,
        region: None,
        amount_fen: None,
        stage: ProjectStage::Planned,
        is_published: false,
        is_example: false,
        version: 1,
    };
    let project = rules::revise(&with_card(blank, &cmd.card))?;
    project::insert(&change.tx, &project).await?;
    let change = change.noting(project::diff(None, &project));
    change.finish("RegisterProject", &wire(project.id), Touches::Graph).await?;
    Ok(project.id)
}

/// Replaces what is written in a project: the owner itself or a coordinator. An owner cannot give
/// it to another.
///
/// # Errors
///
/// See [`ProjectCommandError`]; nothing is saved when an error is returned.
pub async fn update(
    desk: &Desk,
    actor: &Actor,
    cmd: &UpdateProject,
) -> Result<ProjectId, ProjectCommandError> {
    if !rules::may_write(actor, cmd.card.owner) {
        return Err(ProjectCommandError::OwnerNotFound);
    }
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let before = own(&change.tx, actor, cmd.project).await?;
    let written = with_card(Project { version: cmd.version, ..before.clone() }, &cmd.card);
    let revised = rules::revise(&written)?;
    project::save(&change.tx, &revised).await?;
    let change = change.noting(project::diff(Some(&before), &revised));
    change.finish("UpdateProject", &wire(cmd.project), Touches::Graph).await?;
    Ok(cmd.project)
}

/// Moves a project on by one step, which is written into its history: the owner itself or a coordinator.
///
/// # Errors
///
/// See [`ProjectCommandError`]; nothing is saved when an error is returned.
pub async fn advance(
    desk: &Desk,
    actor: &Actor,
    cmd: &MoveProject,
) -> Result<ProjectId, ProjectCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let before = own(&change.tx, actor, cmd.project).await?;
    let before = Project { version: cmd.version.unwrap_or(before.version), ..before };
    let moved = rules::advance(&before, cmd.step)?;
    let on = day::happened(cmd.on.unwrap_or(desk.today), desk.today)?;
    let milestone = Milestone::of(cmd.step);
    let (days, number) = ledger::history(&change.tx, cmd.project).await?;
    day::fits(&days, milestone, on)?;
    let entry = DayEntry { milestone, kind: DayKind::Actual, on: Some(on) };
    ledger::add_day(desk, actor, (&change.tx, cmd.project), (entry, number)).await?;
    project::save(&change.tx, &moved).await?;
    let change = change.noting(project::diff(Some(&before), &moved));
    change.finish("MoveProject", &wire(cmd.project), Touches::Nothing).await?;
    Ok(cmd.project)
}

async fn own(
    tx: &sea_orm::DatabaseTransaction,
    actor: &Actor,
    id: ProjectId,
) -> Result<Project, ProjectCommandError> {
    let found = project::find(tx, Eyes::ALL, id).await?.map(|seen| seen.project);
    let found = found.filter(|project| rules::may_write(actor, project.owner));
    found.ok_or(ProjectCommandError::NotFound)
}

fn with_card(base: Project, card: &ProjectCard) -> Project {
    Project {
        name: card.name.clone(),
        summary: card.summary.trim().to_owned(),
        domain: card.domain.clone(),
        owner: card.owner,
        region: card.region,
        amount_fen: card.amount_fen,
        is_published: card.is_published,
        ..base
    }
}

fn wire(id: ProjectId) -> String {
    format!("{}:{id}", ProjectId::TAG)
}

fn replayed(thing: &str) -> Result<ProjectId, ProjectCommandError> {
    command::replayed_id(thing).ok_or(ProjectCommandError::NotFound)
}
