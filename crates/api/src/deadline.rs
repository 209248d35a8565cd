//! Deadline profiles in GraphQL. Everyone may know what is promised.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Datelike as _, Utc};
use lianmeng_app::deadline::{
    self as app, ChooseProfile, DeadlineError, ProfileCommandError, SetProfile,
};
use lianmeng_domain::committee::ChainCommittee;
use lianmeng_domain::deadline::{DeadlineProfile, ProfileError, Span, SpanUnit};
use lianmeng_domain::ids::ChainCommitteeId;
use lianmeng_store::deadline::{self as store, KeptProfile};

use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::ids;
use crate::need::words::NeedKindWord;
use crate::scalars::{Int32, is_usual};
use crate::scope::Scope;

/// What a length of time is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "SpanUnit", remote = "SpanUnit")]
pub enum SpanUnitWord {
    /// Hours while the office is open (工作小时).
    WorkingHour,
    /// Days on which people work (工作日): the day it begins is not counted, the last ends when the
    /// office closes.
    WorkingDay,
    /// Hours by the clock (小时).
    ClockHour,
    /// Days of the calendar (自然日): the day it begins is not counted, the last ends at 24:00.
    CalendarDay,
}

/// A length of time, such as 2 working days.
#[derive(Debug, Clone, Copy, SimpleObject)]
#[graphql(name = "Span")]
pub struct SpanNode {
    /// How many.
    amount: u32,
    /// Of what.
    unit: SpanUnitWord,
}

impl From<Span> for SpanNode {
    fn from(span: Span) -> Self {
        Self { amount: span.amount, unit: span.unit.into() }
    }
}

/// A length of time, such as 2 working days.
#[derive(Debug, InputObject)]
pub struct SpanInput {
    /// How many, 1 to 1000.
    amount: u32,
    /// Of what.
    unit: SpanUnitWord,
}

impl From<SpanInput> for Span {
    fn from(input: SpanInput) -> Self {
        Self::new(input.amount, input.unit.into())
    }
}

/// Time to answer needs of one kind.
#[derive(Debug, SimpleObject)]
pub struct KindSpan {
    /// The kind.
    kind: NeedKindWord,
    /// The time.
    span: SpanNode,
}

/// Time to answer needs of one kind.
#[derive(Debug, InputObject)]
pub struct KindSpanInput {
    /// The kind.
    kind: NeedKindWord,
    /// The time.
    span: SpanInput,
}

/// A deadline profile as clients see it.
#[derive(Debug)]
pub struct DeadlineProfileNode(KeptProfile);

/// How long a unit has (时限规则).
#[Object(name = "DeadlineProfile")]
impl DeadlineProfileNode {
    /// Its name, such as `ZHUHAI_124`.
    async fn name(&self) -> &str {
        &self.0.profile.name
    }

    /// What people call it.
    async fn title(&self) -> &str {
        &self.0.profile.title
    }

    /// Time to respond (响应): to accept a need or send it back.
    async fn respond(&self) -> SpanNode {
        self.0.profile.respond.into()
    }

    /// Time to answer needs of these kinds, in the order of the kinds.
    async fn answers(&self) -> Vec<KindSpan> {
        let answers = self.0.profile.answers.iter();
        answers
            .map(|(kind, span)| KindSpan { kind: (*kind).into(), span: (*span).into() })
            .collect()
    }

    /// Time to answer needs of all other kinds.
    async fn answer(&self) -> SpanNode {
        self.0.profile.answer.into()
    }

    /// Whether committees without a choice of their own go by it.
    async fn is_default(&self) -> bool {
        self.0.is_default
    }

    /// Version; send it back with a change.
    async fn version(&self) -> i64 {
        self.0.version
    }
}

/// By when a need would have to be responded to and answered.
#[derive(Debug, SimpleObject)]
#[graphql(name = "Deadlines")]
pub struct DeadlinesNode {
    /// Moment by which the unit must respond; never after `answerBy`.
    respond_by: DateTime<Utc>,
    /// Moment by which it must answer.
    answer_by: DateTime<Utc>,
}

/// Input of `deadlineProfileSet`.
#[derive(Debug, InputObject)]
pub struct DeadlineProfileSetInput {
    /// Name: 1 to 40 capitals, digits and underscores.
    #[graphql(validator(max_length = 40))]
    name: String,
    /// What people call it, 1 to 200 characters.
    #[graphql(validator(max_length = 200))]
    title: String,
    /// Time to respond.
    respond: SpanInput,
    /// Time to answer needs of some kinds; none if absent.
    #[graphql(validator(max_items = 20))]
    answers: Option<Vec<KindSpanInput>>,
    /// Time to answer needs of all other kinds.
    answer: SpanInput,
    /// Version that was read, for a profile that exists; absent for a new one.
    #[graphql(validator(custom = "Int32"))]
    version: Option<i64>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `deadlineProfileChoose`.
#[derive(Debug, InputObject)]
pub struct DeadlineProfileChooseInput {
    /// Committee (产业链党委) that goes by it; absent to make it the default of all others.
    committee_id: Option<ID>,
    /// The profile; absent to let the committee go by the default again.
    #[graphql(validator(max_length = 40))]
    name: Option<String>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// A profile, or why not.
#[derive(Debug, SimpleObject)]
pub struct DeadlineProfilePayload {
    /// The profile in force after the change; null if it was refused.
    profile: Option<DeadlineProfileNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

/// Queries about deadlines.
#[derive(Debug, Default)]
pub struct DeadlineQuery;

#[Object]
impl DeadlineQuery {
    /// Every deadline profile (时限规则), by name, at most 100.
    async fn deadline_profiles(&self, ctx: &Context<'_>) -> Result<Vec<DeadlineProfileNode>> {
        let all = store::all(&Scope::of(ctx)?.desk.db).await?;
        Ok(all.into_iter().map(DeadlineProfileNode).collect())
    }

    /// The profile a committee goes by, or the default; null if you do not see the committee.
    async fn deadline_profile(
        &self,
        ctx: &Context<'_>,
        committee_id: Option<ID>,
    ) -> Result<Option<DeadlineProfileNode>> {
        let scope = Scope::of(ctx)?;
        let Some(committee) = seen(scope, committee_id).await? else { return Ok(None) };
        let kept = store::of_committee(&scope.desk.db, committee).await?;
        Ok(kept.map(DeadlineProfileNode))
    }

    /// By when a need of this kind would have to be answered if it were dispatched at `from`, now if
    /// absent, by the profile of the committee or the default; null if you do not see the committee.
    async fn deadlines(
        &self,
        ctx: &Context<'_>,
        kind: NeedKindWord,
        committee_id: Option<ID>,
        from: Option<DateTime<Utc>>,
    ) -> Result<Option<DeadlinesNode>> {
        let scope = Scope::of(ctx)?;
        let from = from.unwrap_or(scope.desk.now);
        if !is_usual(from.year()) {
            let message = format!("from has the year {}; years have four digits", from.year());
            return Err(ApiError::BadInput(message).into());
        }
        let Some(committee) = seen(scope, committee_id).await? else { return Ok(None) };
        match app::of_need(&scope.desk.db, committee, kind.into(), from).await {
            Ok(deadlines) => Ok(Some(DeadlinesNode {
                respond_by: deadlines.respond_by,
                answer_by: deadlines.answer_by,
            })),
            Err(DeadlineError::Calendar(error)) => {
                Err(ApiError::BadInput(error.to_string()).into())
            }
            Err(DeadlineError::Store(error)) => Err(error.into()),
        }
    }
}

/// The committee asked for, if the caller sees it; the inner `None` stands for no committee.
async fn seen(
    scope: &Scope,
    committee: Option<ID>,
) -> Result<Option<Option<ChainCommitteeId>>, ApiError> {
    let Some(id) = committee else { return Ok(Some(None)) };
    let found: Option<ChainCommittee> = scope.one(ids::decode::<ChainCommitteeId>(&id)?).await?;
    Ok(found.map(|committee| Some(committee.id)))
}

/// Changes of deadline profiles.
#[derive(Debug, Default)]
pub struct DeadlineMutation;

#[Object]
impl DeadlineMutation {
    /// Sets a deadline profile: a new one, or in place of the one of its name. Coordinators and
    /// administrators. Deadlines that were given stay.
    async fn deadline_profile_set(
        &self,
        ctx: &Context<'_>,
        input: DeadlineProfileSetInput,
    ) -> Result<DeadlineProfilePayload> {
        let scope = Scope::of(ctx)?;
        let answers = input.answers.unwrap_or_default().into_iter();
        let profile = DeadlineProfile {
            name: input.name,
            title: input.title,
            respond: input.respond.into(),
            answers: answers.map(|of| (of.kind.into(), of.span.into())).collect(),
            answer: input.answer.into(),
        };
        let cmd = SetProfile { profile, version: input.version, request_key: input.request_key };
        Ok(match app::set(&scope.desk, &scope.actor, &cmd).await {
            Ok(name) => DeadlineProfilePayload {
                profile: store::find(&scope.desk.db, &name).await?.map(DeadlineProfileNode),
                errors: Vec::new(),
            },
            Err(error) => refused(error)?,
        })
    }

    /// Chooses the deadline profile a committee goes by, or the default of all. Coordinators.
    async fn deadline_profile_choose(
        &self,
        ctx: &Context<'_>,
        input: DeadlineProfileChooseInput,
    ) -> Result<DeadlineProfilePayload> {
        let scope = Scope::of(ctx)?;
        let committee = input.committee_id.map(|id| ids::decode(&id)).transpose()?;
        let cmd = ChooseProfile { committee, profile: input.name, request_key: input.request_key };
        Ok(match app::choose(&scope.desk, &scope.actor, &cmd).await {
            Ok(()) => {
                let kept = store::of_committee(&scope.desk.db, committee).await?;
                let profile = kept.map(DeadlineProfileNode);
                DeadlineProfilePayload { profile, errors: Vec::new() }
            }
            Err(error) => refused(error)?,
        })
    }
}

fn refused(error: ProfileCommandError) -> Result<DeadlineProfilePayload, ApiError> {
    Ok(DeadlineProfilePayload { profile: None, errors: vec![user_error(error)?] })
}

fn user_error(error: ProfileCommandError) -> Result<UserError, ApiError> {
    use ErrorCode as Code;
    let (code, field) = match error {
        ProfileCommandError::NotFound => (Code::NotFound, None),
        ProfileCommandError::Unknown(_) => (Code::UnknownReference, Some("name")),
        ProfileCommandError::DefaultMissing => (Code::Missing, Some("name")),
        ProfileCommandError::Taken => (Code::Taken, Some("name")),
        ProfileCommandError::Rule(ProfileError::Name(_)) => (Code::Invalid, Some("name")),
        ProfileCommandError::Rule(ProfileError::Title { .. }) => (Code::Invalid, Some("title")),
        ProfileCommandError::Rule(ProfileError::Amount(_)) => (Code::Invalid, Some("amount")),
        ProfileCommandError::Command(error) => return command_error(error),
    };
    Ok(UserError::new(code, error, field))
}
