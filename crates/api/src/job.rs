//! Jobs in GraphQL.

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use lianmeng_app::job::{self as app, AskJob, JobError, PlanWork, RequeueJob, SuggestWork, Work};
use lianmeng_app::plan::DEFAULT_STEPS;
use lianmeng_domain::ids::JobId;
use lianmeng_domain::job::{Job, JobKind, JobState};
use lianmeng_store::job as store;

use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::event::input::PlanMode;
use crate::ids;
use crate::page::{self, Span};
use crate::scalars::Int32;
use crate::scope::Scope;

#[cfg(test)]
mod tests;

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "JobKind", remote = "JobKind")]
pub enum JobKindWord {
    /// Plans the timetable of a docking event.
    PlanEvent,
    /// Makes suggestions for every open need of a committee.
    SuggestNeeds,
    /// Makes suggestions for one need, when a counterpart is sought.
    SuggestNeed,
    /// Gives back what was reserved of an offer and not taken up in time.
    ExpireReservations,
    /// Keeps the database in order.
    Housekeeping,
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "JobState", remote = "JobState")]
pub enum JobStateWord {
    /// Waits for a worker, or for its next attempt.
    Ready,
    /// A worker has it.
    Running,
    /// Done.
    Done,
    /// Refused; `error` says why, and trying again would not help.
    Failed,
    /// Given up after its last attempt; `jobRequeue` puts it back.
    Dead,
}

/// A job as clients see it.
#[derive(Debug, Clone)]
pub struct JobNode(pub Job);

/// Work that outlives the request that asked for it (后台任务).
#[Object(name = "Job")]
impl JobNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// What it does.
    async fn kind(&self) -> JobKindWord {
        self.0.kind.into()
    }

    /// Where it stands.
    async fn state(&self) -> JobStateWord {
        self.0.state.into()
    }

    /// Parts done, of `progressTotal`.
    async fn progress_done(&self) -> i32 {
        self.0.progress_done
    }

    /// Parts there are; 0 while unknown.
    async fn progress_total(&self) -> i32 {
        self.0.progress_total
    }

    /// Attempts begun.
    async fn attempts(&self) -> i32 {
        self.0.attempts
    }

    /// Why the last attempt failed; null if none did.
    async fn error(&self) -> Option<&str> {
        self.0.error.as_deref()
    }

    /// Global id of what came of it, such as the event planned; null before it is done and for
    /// jobs that leave nothing.
    async fn result_id(&self) -> Option<ID> {
        self.0.result.clone().map(ID)
    }

    /// Who asked.
    async fn subject(&self) -> &str {
        &self.0.actor.subject
    }

    /// When it was asked for.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When its state or progress last changed.
    async fn changed_at(&self) -> DateTime<Utc> {
        self.0.changed_at
    }
}

/// Questions about jobs.
#[derive(Debug, Default)]
pub struct JobQuery;

const LIST: &str = "jobs";

#[Object]
impl JobQuery {
    /// A job you asked for; any for coordinators and administrators. Null if there is none, or its
    /// log was detached.
    async fn job(&self, ctx: &Context<'_>, id: ID) -> Result<Option<JobNode>> {
        let scope = Scope::of(ctx)?;
        let found = store::find(&scope.desk.db, &scope.actor, ids::decode(&id)?).await?;
        Ok(found.map(JobNode))
    }

    /// Jobs that wait, run or were given up, newest first: those you asked for; all for coordinators
    /// and administrators.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn jobs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only in this state.")] state: Option<JobStateWord>,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<String, JobNode>> {
        let scope = Scope::of(ctx)?;
        let page = Span { first, after, last, before }.by_id::<JobId>(LIST)?;
        let state = state.map(Into::into);
        let rows = store::page(&scope.desk.db, &scope.actor, state, page.window()).await?;
        Ok(page::connection(
            page.slice(rows),
            |job| page::cursor(LIST, &[&job.id.to_string()]),
            JobNode,
        ))
    }
}

/// Input of `eventPlanLater`.
#[derive(Debug, InputObject)]
pub struct EventPlanLaterInput {
    /// Event to plan.
    event_id: ID,
    /// Version that was read; the job fails if somebody saved the event since.
    #[graphql(validator(custom = "Int32"))]
    version: i64,
    /// Start of the random numbers; the same event, seed and steps give the same timetable.
    #[graphql(default = 1, validator(custom = "Int32"))]
    seed: u64,
    /// Steps the search may take, 1 to 50,000,000; 5,000,000 if absent.
    #[graphql(validator(minimum = 1, maximum = 50_000_000))]
    steps: Option<u64>,
    /// How it treats the timetable that stands.
    #[graphql(default)]
    mode: PlanMode,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `suggestionsMakeLater`.
#[derive(Debug, InputObject)]
pub struct SuggestionsMakeLaterInput {
    /// Committee whose open needs get suggestions.
    committee_id: ID,
    /// Most suggestions per need, 1 to 100; 20 if absent.
    first: Option<i32>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `jobRequeue`.
#[derive(Debug, InputObject)]
pub struct JobRequeueInput {
    /// Dead job to put back.
    job_id: ID,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// A job, or why there is none.
#[derive(Debug, SimpleObject)]
pub struct JobPayload {
    /// The job; the one that waits or runs already if the same work was asked for before. Null if
    /// refused.
    job: Option<JobNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

impl JobPayload {
    async fn of(scope: &Scope, done: Result<JobId, JobError>) -> Result<Self> {
        Ok(match done {
            Ok(id) => {
                let found = store::find(&scope.desk.db, &scope.actor, id).await?;
                Self { job: found.map(JobNode), errors: Vec::new() }
            }
            Err(error) => Self { job: None, errors: vec![user_error(error)?] },
        })
    }
}

async fn ask(ctx: &Context<'_>, work: Work, request_key: String) -> Result<JobPayload> {
    let scope = Scope::of(ctx)?;
    let cmd = AskJob { work, request_key };
    JobPayload::of(scope, app::ask(&scope.desk, &scope.actor, &cmd).await).await
}

/// Changes of jobs.
#[derive(Debug, Default)]
pub struct JobMutation;

#[Object]
impl JobMutation {
    /// As `eventPlan`, by a worker: for searches that take longer than a request may. Watch the
    /// job with `jobChanged` or ask for it again.
    async fn event_plan_later(
        &self,
        ctx: &Context<'_>,
        input: EventPlanLaterInput,
    ) -> Result<JobPayload> {
        let work = PlanWork {
            event: ids::decode(&input.event_id)?,
            version: input.version,
            seed: input.seed,
            steps: input.steps.unwrap_or(DEFAULT_STEPS),
            is_fresh: input.mode == PlanMode::Fresh,
        };
        ask(ctx, Work::PlanEvent(work), input.request_key).await
    }

    /// As `suggestionsMake`, by a worker and for every open need of a committee.
    async fn suggestions_make_later(
        &self,
        ctx: &Context<'_>,
        input: SuggestionsMakeLaterInput,
    ) -> Result<JobPayload> {
        let limit = usize::try_from(page::size(input.first)?)?;
        let work = SuggestWork { committee: ids::decode(&input.committee_id)?, limit };
        ask(ctx, Work::SuggestNeeds(work), input.request_key).await
    }

    /// Puts a dead job back with all its attempts. Coordinators and administrators.
    async fn job_requeue(&self, ctx: &Context<'_>, input: JobRequeueInput) -> Result<JobPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = RequeueJob { job: ids::decode(&input.job_id)?, request_key: input.request_key };
        JobPayload::of(scope, app::requeue(&scope.desk, &scope.actor, &cmd).await).await
    }
}

/// Splits failures: what the user can mend becomes data, the rest an [`ApiError`].
fn user_error(error: JobError) -> Result<UserError, ApiError> {
    let code = match error {
        JobError::NotFound => ErrorCode::NotFound,
        JobError::NotDead => ErrorCode::WrongStage,
        JobError::Superseded => ErrorCode::Taken,
        JobError::Command(error) => return command_error(error),
    };
    Ok(UserError::new(code, error, None))
}
