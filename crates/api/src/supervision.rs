//! Supervision of needs (督办) in GraphQL, and the lamps (三色灯) that call for it.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use lianmeng_app::supervision::{
    self as app, SuperviseNeed, SupervisionCommandError, SupervisionDeed,
};
use lianmeng_domain::ids::NeedId;
use lianmeng_domain::lamp::{EscalationRung, Lamp};
use lianmeng_domain::need::rights;
use lianmeng_domain::supervision::{Supervision, SupervisionError};

use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::ids;
use crate::need::NeedNode;
use crate::scalars::Int32;
use crate::scope::Scope;

/// The lamp of a need or a cooperation task (三色灯); of a task see there when it changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "Lamp", remote = "Lamp")]
pub enum LampWord {
    /// Nothing to look at.
    None,
    /// A fifth of the time or less is left (蓝灯).
    Blue,
    /// Sent back, badly rated, or no progress for half of the time given (黄灯).
    Yellow,
    /// Overdue (红灯).
    Red,
}

/// Who looks after a late need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "EscalationRung", remote = "EscalationRung")]
pub enum EscalationRungWord {
    /// The unit in charge (办理单位), on the first day.
    HandlingUnit,
    /// The secretariat of its committee (党委办公室), from the second day.
    Secretariat,
    /// The coordinator (统筹单位), from the third day.
    Coordinator,
    /// The chain chief (链长), from the fourth day.
    ChainChief,
}

/// A supervision as clients see it.
#[derive(Debug, Clone)]
pub struct SupervisionNode(pub Supervision);

/// A supervision (督办) of a need.
#[Object(name = "Supervision")]
impl SupervisionNode {
    /// Whether it is listed (挂牌督办).
    async fn is_listed(&self) -> bool {
        self.0.is_listed
    }

    /// Why, an internal note: for units, secretaries, coordinators and auditors; null for everyone
    /// else.
    async fn reason(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        let actor = &Scope::of(ctx)?.actor;
        Ok(rights::may_read_notes(actor).then_some(self.0.reason.as_str()))
    }

    /// When it was opened.
    async fn opened_at(&self) -> DateTime<Utc> {
        self.0.opened_at
    }

    /// When it was listed; null if it is not.
    async fn listed_at(&self) -> Option<DateTime<Utc>> {
        self.0.listed_at
    }

    /// When it was lifted (解除); null while it stands.
    async fn lifted_at(&self) -> Option<DateTime<Utc>> {
        self.0.lifted_at
    }

    /// Why it was lifted, an internal note as `reason` is; null also where the end of the need lifted
    /// it.
    async fn lift_reason(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        let actor = &Scope::of(ctx)?.actor;
        Ok(self.0.lift_reason.as_deref().filter(|_| rights::may_read_notes(actor)))
    }

    /// Version; send it back with a change.
    async fn version(&self) -> i64 {
        self.0.version
    }
}

/// Input of `supervisionOpen`.
#[derive(Debug, InputObject)]
pub struct SupervisionOpenInput {
    /// Need to watch over.
    need_id: ID,
    /// Why, 1 to 2 000 characters.
    #[graphql(validator(max_length = 2000))]
    reason: String,
    /// Whether to list it (挂牌) at once.
    #[graphql(default)]
    is_listed: bool,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `supervisionList` and `supervisionLift`.
#[derive(Debug, InputObject)]
pub struct SupervisionChangeInput {
    /// Need whose supervision is changed.
    need_id: ID,
    /// Version of the supervision that was read; the change is refused if somebody saved it since. The
    /// present one if absent.
    #[graphql(validator(custom = "Int32"))]
    version: Option<i64>,
    /// Why, 1 to 2 000 characters; needed to lift, and in place of the old reason when listing.
    #[graphql(validator(max_length = 2000))]
    reason: Option<String>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// The need whose supervision was changed, or why not.
#[derive(Debug, SimpleObject)]
pub struct SupervisionPayload {
    /// The need after the change; null if it was refused.
    need: Option<NeedNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

async fn supervise(
    ctx: &Context<'_>,
    need_id: &ID,
    version: Option<i64>,
    deed: SupervisionDeed,
    request_key: String,
) -> Result<SupervisionPayload> {
    let scope = Scope::of(ctx)?;
    let cmd = SuperviseNeed { need: ids::decode::<NeedId>(need_id)?, version, deed, request_key };
    Ok(match app::supervise(&scope.desk, &scope.actor, &cmd).await {
        Ok(id) => {
            SupervisionPayload { need: scope.one(id).await?.map(NeedNode), errors: Vec::new() }
        }
        Err(error) => SupervisionPayload { need: None, errors: vec![user_error(error)?] },
    })
}

/// Changes of supervisions.
#[derive(Debug, Default)]
pub struct SupervisionMutation;

#[Object]
impl SupervisionMutation {
    /// Opens the supervision (督办) of a need that was dispatched and is not over. A coordinator, or
    /// the secretary of its committee.
    async fn supervision_open(
        &self,
        ctx: &Context<'_>,
        input: SupervisionOpenInput,
    ) -> Result<SupervisionPayload> {
        let deed = SupervisionDeed::Open { reason: input.reason, lists: input.is_listed };
        supervise(ctx, &input.need_id, None, deed, input.request_key).await
    }

    /// Lists a supervision (挂牌督办). A coordinator, or the secretary of its committee.
    async fn supervision_list(
        &self,
        ctx: &Context<'_>,
        input: SupervisionChangeInput,
    ) -> Result<SupervisionPayload> {
        let deed = SupervisionDeed::List { reason: input.reason };
        supervise(ctx, &input.need_id, input.version, deed, input.request_key).await
    }

    /// Lifts a supervision (解除督办), with a reason. A coordinator, or the secretary of its committee.
    async fn supervision_lift(
        &self,
        ctx: &Context<'_>,
        input: SupervisionChangeInput,
    ) -> Result<SupervisionPayload> {
        let deed = SupervisionDeed::Lift { reason: input.reason.unwrap_or_default() };
        supervise(ctx, &input.need_id, input.version, deed, input.request_key).await
    }
}

fn user_error(error: SupervisionCommandError) -> Result<UserError, ApiError> {
    use ErrorCode as Code;
    let (code, field) = match error {
        SupervisionCommandError::NotFound => (Code::NotFound, Some("needId")),
        SupervisionCommandError::Rule(SupervisionError::Reason { length: 0 }) => {
            (Code::Missing, Some("reason"))
        }
        SupervisionCommandError::Rule(SupervisionError::Reason { .. }) => {
            (Code::Invalid, Some("reason"))
        }
        SupervisionCommandError::Rule(
            SupervisionError::Stands
            | SupervisionError::Listed
            | SupervisionError::NoneStands
            | SupervisionError::Stage(_),
        ) => (Code::WrongStage, None),
        SupervisionCommandError::Command(error) => return command_error(error),
    };
    Ok(UserError::new(code, error, field))
}
