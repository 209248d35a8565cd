//! Projects in GraphQL.

use self::ledger::{LedgerNode, LedgerOf};
use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use lianmeng_app::project::{
    self as app, MoveProject, ProjectCard, ProjectCommandError, RegisterProject, UpdateProject,
};
use lianmeng_domain::ids::ProjectId;
use lianmeng_domain::project::{ProjectError, ProjectStage, ProjectStep, SeenProject};
use lianmeng_domain::rights::DataClass;
use lianmeng_store::project::{self as store, ProjectFilter};

use crate::enterprise::EnterpriseNode;
use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::ids;
use crate::loader::casework::TasksOf;
use crate::page::{self, Span};
use crate::scalars::{Day, Int32, Long};
use crate::scope::Scope;
use crate::task::CooperationTaskNode;

pub mod change;
pub mod figures;
pub mod ledger;
pub mod words;

/// Where a project stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ProjectStage", remote = "ProjectStage")]
pub enum ProjectStageWord {
    /// Looking for partners (谋划).
    Planned,
    /// Signed (签约).
    Signed,
    /// Filed (备案).
    Filed,
    /// Started (开工).
    Started,
    /// Building and paying for it (在建投资).
    Investing,
    /// Completed (竣工).
    Completed,
    /// Producing (投产).
    Producing,
    /// Given up (终止).
    Terminated,
}

/// A step of a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ProjectStep", remote = "ProjectStep")]
pub enum ProjectStepWord {
    /// Sign (签约).
    Sign,
    /// File (备案).
    File,
    /// Break ground (开工).
    Start,
    /// Pay in the investment (投资入账).
    Invest,
    /// Complete (竣工).
    Complete,
    /// Begin to produce (投产).
    Produce,
    /// Give up (终止).
    Terminate,
}

/// Which projects a list holds; every given part must hold.
#[derive(Debug, Default, InputObject)]
pub struct ProjectFilterInput {
    /// Part of the name, at most 100 characters.
    #[graphql(validator(max_length = 100))]
    search: Option<String>,
    /// Domain (领域) of the task list, by its exact label.
    domain: Option<String>,
    /// Enterprise that owns it.
    owner_id: Option<ID>,
    /// Division code (GB/T 2260) it is to be in.
    region_code: Option<String>,
    /// In one of these stages.
    #[graphql(validator(max_items = 10))]
    stages: Option<Vec<ProjectStageWord>>,
    /// With this label, which names a cohort.
    #[graphql(validator(max_length = 40))]
    label: Option<String>,
}

impl ProjectFilterInput {
    fn into_filter(self) -> Result<ProjectFilter, ApiError> {
        Ok(ProjectFilter {
            search: page::words(self.search),
            domain: self.domain,
            owner: self.owner_id.map(|id| ids::decode(&id)).transpose()?,
            region: page::region(self.region_code)?,
            stages: self.stages.unwrap_or_default().into_iter().map(Into::into).collect(),
            label: self.label,
        })
    }
}

/// A project as clients see it.
#[derive(Debug, Clone)]
pub struct ProjectNode(pub SeenProject);

/// A project (项目) that an enterprise or a place brings to the table.
#[Object(name = "Project")]
impl ProjectNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.project.id)
    }

    /// Key in the system it was imported from; null when it has none.
    async fn external_id(&self) -> Option<&str> {
        self.0.project.external_id.as_deref()
    }

    /// Name, 1 to 200 characters.
    async fn name(&self) -> &str {
        &self.0.project.name
    }

    /// What it is about; empty if not written.
    async fn summary(&self) -> &str {
        &self.0.project.summary
    }

    /// Domain (领域) of the task list it belongs to.
    async fn domain(&self) -> &str {
        &self.0.project.domain
    }

    /// The enterprise that owns it; null when none does.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Option<EnterpriseNode>> {
        let Some(owner) = self.0.project.owner else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(owner).await?.map(EnterpriseNode))
    }

    /// Division code (GB/T 2260) it is to be in; null when unknown.
    async fn region_code(&self) -> Option<String> {
        self.0.project.region.map(|code| code.to_string())
    }

    /// Planned investment in fen; null when unknown, and for those it does not concern.
    async fn amount_fen(&self) -> Option<Long> {
        self.0.project.amount_fen.map(Long)
    }

    /// Where it stands.
    async fn stage(&self) -> ProjectStageWord {
        self.0.project.stage.into()
    }

    /// Whether everyone may see it, without its amount.
    async fn is_published(&self) -> bool {
        self.0.project.is_published
    }

    /// Whether it is invented for demonstration (示例).
    async fn is_example(&self) -> bool {
        self.0.project.is_example
    }

    /// Its cooperation tasks (央地合作任务) that you see, newest first.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn tasks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Most tasks, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<CooperationTaskNode>> {
        let key = TasksOf::new(self.0.project.id, page::size(first)?);
        let found = Scope::of(ctx)?.few(key).await?;
        Ok(found.into_iter().map(CooperationTaskNode).collect())
    }

    /// Its ledger (项目台账); null for those it does not concern.
    async fn ledger(&self, ctx: &Context<'_>) -> Result<Option<LedgerNode>> {
        if !self.0.is_full {
            return Ok(None);
        }
        let project = self.0.project.clone();
        let ledger = Scope::of(ctx)?.one(LedgerOf(project.id)).await?.unwrap_or_default();
        Ok(Some(LedgerNode { project, ledger }))
    }

    /// Version; send it back with a change.
    async fn version(&self) -> i64 {
        self.0.project.version
    }
}

/// Counts the whole list, only when asked.
#[derive(Debug)]
pub enum ProjectTotal {
    /// Of those that match.
    Matching(ProjectFilter),
    /// Of those a figure counts.
    Counted(usize),
}

#[Object]
impl ProjectTotal {
    /// How many projects the whole list holds.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let scope = Scope::of(ctx)?;
        match self {
            Self::Matching(filter) => {
                let sees = scope.sees_of(DataClass::Project);
                Ok(store::count(&scope.desk.db, sees, filter).await?)
            }
            Self::Counted(count) => Ok(u64::try_from(*count).unwrap_or(u64::MAX)),
        }
    }
}

/// Queries about projects.
#[derive(Debug, Default)]
pub struct ProjectQuery;

const LIST: &str = "projects";

#[Object]
impl ProjectQuery {
    /// Projects that match, newest first, at most 100 a page.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn projects(
        &self,
        ctx: &Context<'_>,
        filter: Option<ProjectFilterInput>,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<String, ProjectNode, ProjectTotal>> {
        let scope = Scope::of(ctx)?;
        let page = Span { first, after, last, before }.by_id::<ProjectId>(LIST)?;
        let filter = filter.unwrap_or_default().into_filter()?;
        let rows =
            store::page(&scope.desk.db, scope.eyes_of(DataClass::Project), &filter, page.window())
                .await?;
        Ok(page::connection_with(
            page.slice(rows),
            ProjectTotal::Matching(filter),
            |seen| page::cursor(LIST, &[&seen.project.id.to_string()]),
            ProjectNode,
        ))
    }
}

/// A project as a person writes it.
#[derive(Debug, InputObject)]
pub struct ProjectCardInput {
    /// Name, 1 to 200 characters.
    #[graphql(validator(max_length = 200))]
    name: String,
    /// What it is about, at most 20 000 characters.
    #[graphql(validator(max_length = 20000))]
    summary: Option<String>,
    /// Domain (领域) of the task list.
    #[graphql(validator(max_length = 100))]
    domain: String,
    /// Enterprise that owns it.
    owner_id: Option<ID>,
    /// Division code (GB/T 2260) it is to be in.
    region_code: Option<String>,
    /// Planned investment in fen, 0 or more.
    amount_fen: Option<Long>,
    /// Whether everyone may see it, without its amount.
    #[graphql(default)]
    is_published: bool,
}

impl ProjectCardInput {
    fn into_card(self) -> Result<ProjectCard, ApiError> {
        Ok(ProjectCard {
            name: self.name,
            summary: self.summary.unwrap_or_default(),
            domain: self.domain,
            owner: self.owner_id.map(|id| ids::decode(&id)).transpose()?,
            region: page::region(self.region_code)?,
            amount_fen: self.amount_fen.map(Long::number),
            is_published: self.is_published,
        })
    }
}

/// Input of `projectRegister`.
#[derive(Debug, InputObject)]
pub struct ProjectRegisterInput {
    /// What is written.
    card: ProjectCardInput,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `projectUpdate`.
#[derive(Debug, InputObject)]
pub struct ProjectUpdateInput {
    /// Project to change.
    project_id: ID,
    /// Version that was read; the change is refused if somebody saved it since.
    #[graphql(validator(custom = "Int32"))]
    version: i64,
    /// The whole new card.
    card: ProjectCardInput,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `projectAdvance`.
#[derive(Debug, InputObject)]
pub struct ProjectAdvanceInput {
    /// Project to move on.
    project_id: ID,
    /// Version that was read; the change is refused if somebody saved it since. The present one if
    /// absent.
    #[graphql(validator(custom = "Int32"))]
    version: Option<i64>,
    /// The step.
    step: ProjectStepWord,
    /// The day it was done, local date; today if absent.
    on_date: Option<Day>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// A project, or why not.
#[derive(Debug, SimpleObject)]
pub struct ProjectPayload {
    /// The project after the change; null if it was refused.
    project: Option<ProjectNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

impl ProjectPayload {
    async fn of(scope: &Scope, done: Result<ProjectId, ProjectCommandError>) -> Result<Self> {
        Ok(match done {
            Ok(id) => {
                let project = scope.one(id).await?.map(ProjectNode);
                Self { project, errors: Vec::new() }
            }
            Err(error) => Self { project: None, errors: vec![user_error(error)?] },
        })
    }
}

/// Changes of projects.
#[derive(Debug, Default)]
pub struct ProjectMutation;

#[Object]
impl ProjectMutation {
    /// Registers a project. The owner itself, or a coordinator.
    async fn project_register(
        &self,
        ctx: &Context<'_>,
        input: ProjectRegisterInput,
    ) -> Result<ProjectPayload> {
        let scope = Scope::of(ctx)?;
        let card = input.card.into_card()?;
        let cmd = RegisterProject { card, request_key: input.request_key };
        ProjectPayload::of(scope, app::register(&scope.desk, &scope.actor, &cmd).await).await
    }

    /// Replaces what is written in a project. The owner itself, or a coordinator.
    async fn project_update(
        &self,
        ctx: &Context<'_>,
        input: ProjectUpdateInput,
    ) -> Result<ProjectPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = UpdateProject {
            project: ids::decode(&input.project_id)?,
            version: input.version,
            card: input.card.into_card()?,
            request_key: input.request_key,
        };
        ProjectPayload::of(scope, app::update(&scope.desk, &scope.actor, &cmd).await).await
    }

    /// Moves a project on by one step, which is written into its history. The owner itself, or a coordinator.
    async fn project_advance(
        &self,
        ctx: &Context<'_>,
        input: ProjectAdvanceInput,
    ) -> Result<ProjectPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = MoveProject {
            project: ids::decode(&input.project_id)?,
            version: input.version,
            step: input.step.into(),
            on: input.on_date.map(Day::date),
            request_key: input.request_key,
        };
        ProjectPayload::of(scope, app::advance(&scope.desk, &scope.actor, &cmd).await).await
    }
}

/// Splits failures: what the user can mend becomes data, the rest an [`ApiError`].
fn user_error(error: ProjectCommandError) -> Result<UserError, ApiError> {
    use ErrorCode as Code;
    let (code, field) = match error {
        ProjectCommandError::NotFound => (Code::NotFound, Some("projectId")),
        ProjectCommandError::OwnerNotFound => (Code::NotFound, Some("ownerId")),
        ProjectCommandError::UnknownReference => (Code::UnknownReference, None),
        ProjectCommandError::Rule(ProjectError::WrongStage(_)) => (Code::WrongStage, Some("step")),
        ProjectCommandError::Rule(ProjectError::NameLength(0)) => (Code::Missing, Some("name")),
        ProjectCommandError::Rule(ProjectError::NameLength(_)) => (Code::Invalid, Some("name")),
        ProjectCommandError::Rule(ProjectError::DomainMissing) => (Code::Missing, Some("domain")),
        ProjectCommandError::Rule(ProjectError::AmountNegative(_)) => {
            (Code::Invalid, Some("amountFen"))
        }
        ProjectCommandError::Ledger(ref error) => change::ledger_code(error),
        ProjectCommandError::Command(error) => return command_error(error),
    };
    Ok(UserError::new(code, error, field))
}
