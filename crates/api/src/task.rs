//! Cooperation tasks in GraphQL.

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use lianmeng_app::task::{self as app, EditTask, ListTask, MoveTask, TaskCommandError};
use lianmeng_domain::attachment::AttachedTo;
use lianmeng_domain::ids::CooperationTaskId;
use lianmeng_domain::rights::DataClass;
use lianmeng_domain::suggestion::Reason;
use lianmeng_domain::task::lamp::{SUQIAN, lamp};
use lianmeng_domain::task::{CooperationTask, TaskEdit, TaskError, TaskStage, TaskStep};
use lianmeng_store::task::{self as store, TaskFilter};

use crate::attachment::{self, AttachmentNode};
use crate::enterprise::EnterpriseNode;
use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::ids;
use crate::page::{self, Span};
use crate::project::ProjectNode;
use crate::scalars::{Day, Int32};
use crate::scope::Scope;
use crate::supervision::LampWord;

/// Where a cooperation task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "TaskStage", remote = "TaskStage")]
pub enum TaskStageWord {
    /// On the list, not begun (待对接).
    Open,
    /// Both sides intend to (合作意向).
    Intent,
    /// Signed (签约).
    Signing,
    /// Landed (落地).
    Launch,
    /// Finished (办结).
    Closed,
    /// Given up (终止).
    Dropped,
}

/// A step of a cooperation task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "TaskStep", remote = "TaskStep")]
pub enum TaskStepWord {
    /// State the intent of both sides (合作意向).
    Intend,
    /// Sign (签约).
    Sign,
    /// Land (落地).
    Launch,
    /// Finish (办结).
    Close,
    /// Give up (终止).
    Drop,
}

/// One reason for a suggestion, with its part of the points.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Reason")]
pub struct ReasonNode {
    /// Name of the criterion, such as text, capability, industry, place.
    criterion: String,
    /// Points it gives; those of all reasons add up to the score.
    points: i32,
    /// In Chinese.
    zh: String,
    /// In English.
    en: String,
}

impl From<&Reason> for ReasonNode {
    fn from(reason: &Reason) -> Self {
        let Reason { criterion, points, zh, en } = reason.clone();
        Self { criterion, points, zh, en }
    }
}

/// Which cooperation tasks a list holds; every given part must hold.
#[derive(Debug, Default, InputObject)]
pub struct TaskFilterInput {
    /// Project it serves.
    project_id: Option<ID>,
    /// Local enterprise in charge.
    owner_id: Option<ID>,
    /// Central enterprise it works with.
    counterpart_id: Option<ID>,
    /// Domain (领域) of the list, by its exact label.
    domain: Option<String>,
    /// In one of these stages.
    #[graphql(validator(max_items = 10))]
    stages: Option<Vec<TaskStageWord>>,
}

impl TaskFilterInput {
    fn into_filter(self) -> Result<TaskFilter, ApiError> {
        Ok(TaskFilter {
            project: self.project_id.map(|id| ids::decode(&id)).transpose()?,
            owner: self.owner_id.map(|id| ids::decode(&id)).transpose()?,
            counterpart: self.counterpart_id.map(|id| ids::decode(&id)).transpose()?,
            domain: self.domain,
            stages: self.stages.unwrap_or_default().into_iter().map(Into::into).collect(),
        })
    }
}

/// A cooperation task as clients see it.
#[derive(Debug, Clone)]
pub struct CooperationTaskNode(pub CooperationTask);

/// A cooperation task (央地合作任务) between a local and a central state-owned enterprise.
#[Object(name = "CooperationTask")]
impl CooperationTaskNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// The project it serves; null when it serves none, or none that you see.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<ProjectNode>> {
        let Some(project) = self.0.project else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(project).await?.map(ProjectNode))
    }

    /// The local enterprise in charge (牵头单位); null if it is gone.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Option<EnterpriseNode>> {
        Ok(Scope::of(ctx)?.one(self.0.owner).await?.map(EnterpriseNode))
    }

    /// The central enterprise it works with (对接央企); null if it is gone.
    async fn counterpart(&self, ctx: &Context<'_>) -> Result<Option<EnterpriseNode>> {
        Ok(Scope::of(ctx)?.one(self.0.counterpart).await?.map(EnterpriseNode))
    }

    /// Domain (领域) of the list.
    async fn domain(&self) -> &str {
        &self.0.domain
    }

    /// Last day, local date; null if none was set.
    async fn due_on(&self) -> Option<Day> {
        self.0.due_on.map(Day)
    }

    /// Whether its last day has passed before it was finished (超期).
    async fn is_overdue(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.0.is_overdue(Scope::of(ctx)?.desk.today))
    }

    /// Its lamp (三色灯) today: `BLUE` a month before its last day, `YELLOW` if it has not begun three
    /// weeks before, is no more than intent two weeks before or not landed a week before, `RED` once it
    /// is late.
    async fn lamp(&self, ctx: &Context<'_>) -> Result<LampWord> {
        Ok(lamp(&self.0, &SUQIAN, Scope::of(ctx)?.desk.today).into())
    }

    /// Where it stands.
    async fn stage(&self) -> TaskStageWord {
        self.0.stage.into()
    }

    /// Whether people made, edited or moved it (人工确定): a list generated anew leaves it alone.
    async fn is_kept(&self) -> bool {
        self.0.is_kept
    }

    /// Whether `taskListAdopt` made it.
    async fn is_generated(&self) -> bool {
        self.0.is_generated
    }

    /// Points of the suggestion it followed from, 10 000 a perfect match; null if put on the list by
    /// hand, and for hosts, chairs and liaisons.
    async fn score_points(&self) -> Option<i32> {
        self.0.score_points
    }

    /// Why these two; the points add up to `scorePoints`. Empty if put on the list by hand.
    async fn reasons(&self) -> Vec<ReasonNode> {
        self.0.reasons.iter().map(Into::into).collect()
    }

    /// Files (附件) on it, oldest first, at most 20; empty for hosts, chairs and liaisons.
    #[graphql(complexity = "5 + 5 * child_complexity")]
    async fn attachments(&self, ctx: &Context<'_>) -> Result<Vec<AttachmentNode>> {
        Ok(attachment::on(Scope::of(ctx)?, &[AttachedTo::Task(self.0.id)]).await?)
    }

    /// Version; send it back with a change.
    async fn version(&self) -> i64 {
        self.0.version
    }
}

/// Counts the whole list, only when asked.
#[derive(Debug)]
pub struct TaskTotal(TaskFilter);

#[Object]
impl TaskTotal {
    /// How many tasks the whole list holds.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let scope = Scope::of(ctx)?;
        Ok(store::count(&scope.desk.db, scope.sees_of(DataClass::Task), &self.0).await?)
    }
}

/// Queries about cooperation tasks.
#[derive(Debug, Default)]
pub struct TaskQuery;

const LIST: &str = "tasks";

#[Object]
impl TaskQuery {
    /// Cooperation tasks (央地合作任务) that match, newest first, at most 100 a page: those you are a
    /// side of, or oversee.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn tasks(
        &self,
        ctx: &Context<'_>,
        filter: Option<TaskFilterInput>,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<String, CooperationTaskNode, TaskTotal>> {
        let scope = Scope::of(ctx)?;
        let page = Span { first, after, last, before }.by_id::<CooperationTaskId>(LIST)?;
        let filter = filter.unwrap_or_default().into_filter()?;
        let rows =
            store::page(&scope.desk.db, scope.eyes_of(DataClass::Task), &filter, page.window())
                .await?;
        Ok(page::connection_with(
            page.slice(rows),
            TaskTotal(filter),
            |task| page::cursor(LIST, &[&task.id.to_string()]),
            CooperationTaskNode,
        ))
    }
}

/// Input of `taskList`.
#[derive(Debug, InputObject)]
pub struct TaskListInput {
    /// Project it serves.
    project_id: Option<ID>,
    /// Local enterprise in charge (牵头单位).
    owner_id: ID,
    /// Central enterprise it works with (对接央企).
    counterpart_id: ID,
    /// Domain (领域) of the list.
    #[graphql(validator(max_length = 100))]
    domain: String,
    /// Last day, today at the earliest.
    due_on: Option<Day>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `taskAdvance`.
#[derive(Debug, InputObject)]
pub struct TaskAdvanceInput {
    /// Task to move on.
    task_id: ID,
    /// Version that was read; the change is refused if somebody saved it since. The present one if
    /// absent.
    #[graphql(validator(custom = "Int32"))]
    version: Option<i64>,
    /// The step.
    step: TaskStepWord,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `taskEdit`: what is absent stays.
#[derive(Debug, InputObject)]
pub struct TaskEditInput {
    /// Task to edit.
    task_id: ID,
    /// Version that was read; the change is refused if somebody saved it since. The present one if
    /// absent.
    #[graphql(validator(custom = "Int32"))]
    version: Option<i64>,
    /// Another local enterprise in charge (牵头单位).
    owner_id: Option<ID>,
    /// Another central enterprise (对接央企).
    counterpart_id: Option<ID>,
    /// Another domain (领域).
    #[graphql(validator(max_length = 100))]
    domain: Option<String>,
    /// Another last day, today at the earliest.
    due_on: Option<Day>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// A cooperation task, or why not.
#[derive(Debug, SimpleObject)]
pub struct TaskPayload {
    /// The task after the change; null if it was refused.
    task: Option<CooperationTaskNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

impl TaskPayload {
    async fn of(scope: &Scope, done: Result<CooperationTaskId, TaskCommandError>) -> Result<Self> {
        Ok(match done {
            Ok(id) => {
                let task = scope.one(id).await?.map(CooperationTaskNode);
                Self { task, errors: Vec::new() }
            }
            Err(error) => Self { task: None, errors: vec![user_error(error)?] },
        })
    }
}

/// Changes of cooperation tasks.
#[derive(Debug, Default)]
pub struct TaskMutation;

#[Object]
impl TaskMutation {
    /// Puts a task on the list by hand. Coordinators only.
    async fn task_list(&self, ctx: &Context<'_>, input: TaskListInput) -> Result<TaskPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = ListTask {
            project: input.project_id.map(|id| ids::decode(&id)).transpose()?,
            owner: ids::decode(&input.owner_id)?,
            counterpart: ids::decode(&input.counterpart_id)?,
            domain: input.domain,
            due_on: input.due_on.map(Day::date),
            request_key: input.request_key,
        };
        TaskPayload::of(scope, app::list(&scope.desk, &scope.actor, &cmd).await).await
    }

    /// Edits a task by hand: a list generated anew then leaves it alone. With other parties its score
    /// and reasons are gone. Coordinators only.
    async fn task_edit(&self, ctx: &Context<'_>, input: TaskEditInput) -> Result<TaskPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = EditTask {
            task: ids::decode(&input.task_id)?,
            version: input.version,
            edit: TaskEdit {
                owner: input.owner_id.map(|id| ids::decode(&id)).transpose()?,
                counterpart: input.counterpart_id.map(|id| ids::decode(&id)).transpose()?,
                domain: input.domain,
                due_on: input.due_on.map(Day::date),
            },
            request_key: input.request_key,
        };
        TaskPayload::of(scope, app::edit(&scope.desk, &scope.actor, &cmd).await).await
    }

    /// Moves a task on by one step. Its owner, or a coordinator.
    async fn task_advance(
        &self,
        ctx: &Context<'_>,
        input: TaskAdvanceInput,
    ) -> Result<TaskPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = MoveTask {
            task: ids::decode(&input.task_id)?,
            version: input.version,
            step: input.step.into(),
            request_key: input.request_key,
        };
        TaskPayload::of(scope, app::advance(&scope.desk, &scope.actor, &cmd).await).await
    }
}

/// Splits failures: what the user can mend becomes data, the rest an [`ApiError`].
pub(crate) fn user_error(error: TaskCommandError) -> Result<UserError, ApiError> {
    use ErrorCode as Code;
    let (code, field) = match error {
        TaskCommandError::NotFound => (Code::NotFound, None),
        TaskCommandError::UnknownReference => (Code::UnknownReference, None),
        TaskCommandError::Rule(TaskError::WrongStage(_)) => (Code::WrongStage, Some("step")),
        TaskCommandError::Rule(TaskError::Over(_)) => (Code::WrongStage, Some("taskId")),
        TaskCommandError::Rule(TaskError::SameSides) => (Code::Invalid, Some("counterpartId")),
        TaskCommandError::Rule(TaskError::DomainMissing) => (Code::Missing, Some("domain")),
        TaskCommandError::Rule(TaskError::DuePast { .. }) => (Code::Invalid, Some("dueOn")),
        TaskCommandError::Command(error) => return command_error(error),
    };
    Ok(UserError::new(code, error, field))
}
