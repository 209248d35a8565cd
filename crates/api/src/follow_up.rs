//! Follow-ups of meetings in GraphQL.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::connection::Connection;
use async_graphql::dataloader::Loader;
use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use lianmeng_app::follow_up::{self as app, AnswerFollowUp, FollowUpCommandError};
use lianmeng_domain::follow_up::{Answer, FollowUp, FollowUpError, FollowUpStage, Progress};
use lianmeng_domain::ids::FollowUpId;
use lianmeng_domain::rights::DataClass;
use lianmeng_store::StoreError;
use lianmeng_store::follow_up::{self as store, FollowUpFilter};

use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::event::DockingEventNode;
use crate::event::meeting::ParticipantNode;
use crate::ids;
use crate::loader::Loaders;
use crate::meeting_result::ReporterWord;
use crate::page::{self, Span};
use crate::scalars::{Day, Int32};
use crate::scope::Scope;

/// Where a follow-up stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "FollowUpStage", remote = "FollowUpStage")]
pub enum FollowUpStageWord {
    /// To be answered (待跟进).
    Open,
    /// Answered (已跟进).
    Done,
    /// Not wanted any more (已取消): the two stopped, or nothing was to come of the meeting.
    Dropped,
}

/// How far the two who met have come (进展).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "FollowUpProgress", remote = "Progress")]
pub enum ProgressWord {
    /// Nothing happened (无进展).
    Idle,
    /// They talk (洽谈中).
    Talking,
    /// They signed (已签约); `outcomeRecord` says what.
    Signed,
    /// They stopped (已终止): nothing is asked any more.
    Stopped,
}

/// A follow-up as clients see it.
#[derive(Debug, Clone)]
pub struct FollowUpNode(pub FollowUp);

/// What became of a meeting 30, 90 or 180 days after its event (跟进). Both who met and the organisers
/// see it and may answer it.
#[Object(name = "FollowUp")]
impl FollowUpNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// The event; null if you do not see it.
    async fn event(&self, ctx: &Context<'_>) -> Result<Option<DockingEventNode>> {
        Ok(Scope::of(ctx)?.one(self.0.event).await?.map(DockingEventNode))
    }

    /// Global id of the meeting.
    async fn meeting_id(&self) -> ID {
        ids::encode(self.0.meeting)
    }

    /// The two who met.
    async fn participants(&self, ctx: &Context<'_>) -> Result<Vec<ParticipantNode>> {
        let sides = Scope::of(ctx)?.many(self.0.sides).await?;
        Ok(sides.into_iter().map(ParticipantNode).collect())
    }

    /// How many days after the event: 30, 90 or 180.
    async fn days(&self) -> u16 {
        self.0.days
    }

    /// Its local day.
    async fn due_on(&self) -> Day {
        Day(self.0.due_on)
    }

    /// Whether its day has passed without an answer.
    async fn is_overdue(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.0.is_overdue(Scope::of(ctx)?.desk.today))
    }

    /// Where it stands.
    async fn stage(&self) -> FollowUpStageWord {
        self.0.stage.into()
    }

    /// How far the two have come; null until answered.
    async fn progress(&self) -> Option<ProgressWord> {
        self.0.progress.map(Into::into)
    }

    /// What was written with the answer; empty if nothing.
    async fn note(&self) -> &str {
        &self.0.note
    }

    /// Who answered; null until then.
    async fn answered_by(&self) -> Option<ReporterWord> {
        self.0.answered_by.map(Into::into)
    }

    /// When; null until then.
    async fn answered_at(&self) -> Option<DateTime<Utc>> {
        self.0.answered_at
    }

    /// Version; send it back with an answer.
    async fn version(&self) -> i64 {
        self.0.version
    }
}

impl Loader<FollowUpId> for Loaders {
    type Value = FollowUp;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        ids: &[FollowUpId],
    ) -> Result<HashMap<FollowUpId, FollowUp>, Arc<StoreError>> {
        let sees = self.sees_of(DataClass::FollowUp);
        let found = store::find_many(&self.db, sees, ids).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|one| (one.id, one)).collect())
    }
}

/// Which follow-ups a list holds; every given part must hold.
#[derive(Debug, Default, InputObject)]
pub struct FollowUpFilterInput {
    /// Of this event.
    event_id: Option<ID>,
    /// Of this meeting.
    meeting_id: Option<ID>,
    /// In one of these stages.
    #[graphql(validator(max_items = 3))]
    stages: Option<Vec<FollowUpStageWord>>,
    /// Due on this day or before.
    due_by: Option<Day>,
}

impl FollowUpFilterInput {
    fn into_filter(self) -> Result<FollowUpFilter, ApiError> {
        Ok(FollowUpFilter {
            event: self.event_id.map(|id| ids::decode(&id)).transpose()?,
            meeting: self.meeting_id.map(|id| ids::decode(&id)).transpose()?,
            stages: self.stages.unwrap_or_default().into_iter().map(Into::into).collect(),
            due_by: self.due_by.map(Day::date),
        })
    }
}

/// Counts the whole list, only when asked.
#[derive(Debug)]
pub struct FollowUpTotal(FollowUpFilter);

#[Object]
impl FollowUpTotal {
    /// How many follow-ups the whole list holds.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let scope = Scope::of(ctx)?;
        Ok(store::count(&scope.desk.db, scope.sees_of(DataClass::FollowUp), &self.0).await?)
    }
}

/// Queries about follow-ups.
#[derive(Debug, Default)]
pub struct FollowUpQuery;

const LIST: &str = "follow_ups";

#[Object]
impl FollowUpQuery {
    /// Follow-ups (跟进) of meetings that match and that you see, oldest first, at most 100 a page.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn follow_ups(
        &self,
        ctx: &Context<'_>,
        filter: Option<FollowUpFilterInput>,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<String, FollowUpNode, FollowUpTotal>> {
        let scope = Scope::of(ctx)?;
        let page = Span { first, after, last, before }.by_id::<FollowUpId>(LIST)?;
        let filter = filter.unwrap_or_default().into_filter()?;
        let sees = scope.sees_of(DataClass::FollowUp);
        let rows = store::page(&scope.desk.db, sees, &filter, page.window()).await?;
        let cursor = |row: &FollowUp| page::cursor(LIST, &[&row.id.to_string()]);
        Ok(page::connection_with(page.slice(rows), FollowUpTotal(filter), cursor, FollowUpNode))
    }
}

/// Input of `followUpAnswer`.
#[derive(Debug, InputObject)]
pub struct FollowUpAnswerInput {
    /// The follow-up.
    follow_up_id: ID,
    /// Version that was read.
    #[graphql(validator(custom = "Int32"))]
    version: i64,
    /// How far the two have come.
    progress: ProgressWord,
    /// What else is to be said, at most 500 characters; both who met and the organisers read it.
    #[graphql(default)]
    note: String,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// A follow-up, or why not.
#[derive(Debug, SimpleObject)]
pub struct FollowUpPayload {
    /// The follow-up after the change; null if it was refused.
    follow_up: Option<FollowUpNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

/// Changes of follow-ups.
#[derive(Debug, Default)]
pub struct FollowUpMutation;

#[Object]
impl FollowUpMutation {
    /// Answers a follow-up (跟进), for one of the two who met or as organiser; an answer may be given
    /// early and corrected. If the two stopped, those that come later are dropped.
    async fn follow_up_answer(
        &self,
        ctx: &Context<'_>,
        input: FollowUpAnswerInput,
    ) -> Result<FollowUpPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = AnswerFollowUp {
            follow_up: ids::decode(&input.follow_up_id)?,
            version: input.version,
            answer: Answer { progress: input.progress.into(), note: input.note },
            request_key: input.request_key,
        };
        Ok(match app::answer(&scope.desk, &scope.actor, &cmd).await {
            Ok(id) => {
                let follow_up = scope.one(id).await?.map(FollowUpNode);
                FollowUpPayload { follow_up, errors: Vec::new() }
            }
            Err(error) => FollowUpPayload { follow_up: None, errors: vec![user_error(error)?] },
        })
    }
}

/// Splits failures: what the user can mend becomes data, the rest an [`ApiError`].
fn user_error(error: FollowUpCommandError) -> Result<UserError, ApiError> {
    use ErrorCode as Code;
    let (code, field) = match error {
        FollowUpCommandError::NotFound => (Code::NotFound, None),
        FollowUpCommandError::Rule(FollowUpError::Dropped) => (Code::WrongStage, None),
        FollowUpCommandError::Rule(FollowUpError::Note { .. }) => (Code::Invalid, Some("note")),
        FollowUpCommandError::Command(error) => return command_error(error),
    };
    Ok(UserError::new(code, error, field))
}
