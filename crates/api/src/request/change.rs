//! Changes of meeting requests. Each resolver translates, `app` decides.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use lianmeng_app::request::{
    self as app, MoveRequest, OpenRequests, RequestCommandError, RequestDeed, SendRequest,
};
use lianmeng_domain::ids::MeetingRequestId;
use lianmeng_domain::request::{DEFAULT_DAYS, RequestCard, RequestError, RequestRules};

use super::{RequestNode, RequestPriorityWord};
use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::event::DockingEventNode;
use crate::event::part::HalfDayWord;
use crate::event::payload;
use crate::ids;
use crate::organisation::member;
use crate::scalars::Int32;
use crate::scope::Scope;

/// Input of `meetingRequestsOpen`.
#[derive(Debug, InputObject)]
pub struct MeetingRequestsOpenInput {
    /// The event.
    event_id: ID,
    /// How many requests of one participant may wait or be accepted at a time, at most 100; 0 ends it.
    cap: u16,
    /// How many days a request waits, 1 to 60; 7 if absent.
    days: Option<u16>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// What is written of a request.
#[derive(Debug, InputObject)]
pub struct MeetingRequestCardInput {
    /// What it is about, at most 500 characters.
    #[graphql(default)]
    message: String,
    /// The half of the day it is wanted in; either if absent.
    half_day: Option<HalfDayWord>,
    /// How much it matters.
    priority: RequestPriorityWord,
}

impl From<MeetingRequestCardInput> for RequestCard {
    fn from(input: MeetingRequestCardInput) -> Self {
        let MeetingRequestCardInput { message, half_day, priority } = input;
        Self { message, half_day: half_day.map(Into::into), priority: priority.into() }
    }
}

/// Input of `meetingRequestSend`.
#[derive(Debug, InputObject)]
pub struct MeetingRequestSendInput {
    /// The event.
    event_id: ID,
    /// The enterprise or organisation that is asked.
    to_id: ID,
    /// What is written.
    card: MeetingRequestCardInput,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `meetingRequestChange`.
#[derive(Debug, InputObject)]
pub struct MeetingRequestChangeInput {
    /// The request.
    request_id: ID,
    /// Version that was read.
    #[graphql(validator(custom = "Int32"))]
    version: i64,
    /// What is written; replaces all that was.
    card: MeetingRequestCardInput,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `meetingRequestAccept`, `meetingRequestDecline` and `meetingRequestCancel`.
#[derive(Debug, InputObject)]
pub struct MeetingRequestMoveInput {
    /// The request.
    request_id: ID,
    /// Version that was read.
    #[graphql(validator(custom = "Int32"))]
    version: i64,
    /// Why, at most 500 characters: to decline, which only your own side reads and may be left out; to
    /// take back, which both sides read. Not read where a request is accepted.
    #[graphql(default)]
    reason: String,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// A request, or why not.
#[derive(Debug, SimpleObject)]
pub struct MeetingRequestPayload {
    /// The request after the change; null if it was refused.
    request: Option<RequestNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

impl MeetingRequestPayload {
    async fn of(
        scope: &Scope,
        done: Result<MeetingRequestId, RequestCommandError>,
    ) -> Result<Self> {
        Ok(match done {
            Ok(id) => {
                let request = scope.one(id).await?.map(|one| RequestNode::new(scope, one));
                Self { request, errors: Vec::new() }
            }
            Err(error) => Self { request: None, errors: vec![user_error(error)?] },
        })
    }
}

/// An event that takes requests, or why not.
#[derive(Debug, SimpleObject)]
pub struct MeetingRequestsOpenPayload {
    /// The event; null if the change was refused.
    event: Option<DockingEventNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

/// Changes of meeting requests.
#[derive(Debug, Default)]
pub struct RequestMutation;

#[Object]
impl RequestMutation {
    /// Lets the participants of an event ask each other for meetings (会面申请) until its timetable is
    /// planned; they then see the event. Organisers.
    async fn meeting_requests_open(
        &self,
        ctx: &Context<'_>,
        input: MeetingRequestsOpenInput,
    ) -> Result<MeetingRequestsOpenPayload> {
        let scope = Scope::of(ctx)?;
        let event = ids::decode(&input.event_id)?;
        let days = input.days.unwrap_or(DEFAULT_DAYS);
        let rules = RequestRules { event, cap: input.cap, days };
        let cmd = OpenRequests { rules, request_key: input.request_key };
        Ok(match app::open(&scope.desk, &scope.actor, &cmd).await {
            Ok(id) => {
                let event = scope.one(id).await?.map(DockingEventNode);
                MeetingRequestsOpenPayload { event, errors: Vec::new() }
            }
            Err(error) => {
                MeetingRequestsOpenPayload { event: None, errors: vec![user_error(error)?] }
            }
        })
    }

    /// Asks another participant of an event for a meeting, for your own enterprise or organisation,
    /// which takes part too. It expires unless it is answered.
    async fn meeting_request_send(
        &self,
        ctx: &Context<'_>,
        input: MeetingRequestSendInput,
    ) -> Result<MeetingRequestPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = SendRequest {
            event: ids::decode(&input.event_id)?,
            to: member(&input.to_id)?,
            card: input.card.into(),
            request_key: input.request_key,
        };
        MeetingRequestPayload::of(scope, app::send(&scope.desk, &scope.actor, &cmd).await).await
    }

    /// Writes a request of your own anew while it waits.
    async fn meeting_request_change(
        &self,
        ctx: &Context<'_>,
        input: MeetingRequestChangeInput,
    ) -> Result<MeetingRequestPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = MoveRequest {
            request: ids::decode(&input.request_id)?,
            version: input.version,
            deed: RequestDeed::Change(input.card.into()),
            request_key: input.request_key,
        };
        MeetingRequestPayload::of(scope, app::advance(&scope.desk, &scope.actor, &cmd).await).await
    }

    /// Accepts a request made to you: it becomes a meeting of the event, to be planned.
    async fn meeting_request_accept(
        &self,
        ctx: &Context<'_>,
        input: MeetingRequestMoveInput,
    ) -> Result<MeetingRequestPayload> {
        advance(ctx, input, |_| RequestDeed::Accept).await
    }

    /// Declines a request made to you; the reason is never shown to the other side.
    async fn meeting_request_decline(
        &self,
        ctx: &Context<'_>,
        input: MeetingRequestMoveInput,
    ) -> Result<MeetingRequestPayload> {
        advance(ctx, input, RequestDeed::Decline).await
    }

    /// Takes a request of your own back while it waits, for a reason that the other side reads.
    async fn meeting_request_cancel(
        &self,
        ctx: &Context<'_>,
        input: MeetingRequestMoveInput,
    ) -> Result<MeetingRequestPayload> {
        advance(ctx, input, RequestDeed::Cancel).await
    }
}

async fn advance(
    ctx: &Context<'_>,
    input: MeetingRequestMoveInput,
    deed: impl FnOnce(String) -> RequestDeed,
) -> Result<MeetingRequestPayload> {
    let scope = Scope::of(ctx)?;
    let cmd = MoveRequest {
        request: ids::decode(&input.request_id)?,
        version: input.version,
        deed: deed(input.reason),
        request_key: input.request_key,
    };
    MeetingRequestPayload::of(scope, app::advance(&scope.desk, &scope.actor, &cmd).await).await
}

/// Splits failures: what the user can mend becomes data, the rest an [`ApiError`].
fn user_error(error: RequestCommandError) -> Result<UserError, ApiError> {
    let (code, field) = match error {
        RequestCommandError::NotFound => (ErrorCode::NotFound, None),
        RequestCommandError::Rule(ref rule) => rule_code(rule),
        RequestCommandError::Event(error) => return payload::user_error(error),
        RequestCommandError::Command(error) => return command_error(error),
    };
    Ok(UserError::new(code, error, field))
}

const fn rule_code(error: &RequestError) -> (ErrorCode, Option<&'static str>) {
    use ErrorCode as Code;
    match error {
        RequestError::Stage(_)
        | RequestError::Expired { .. }
        | RequestError::Closed
        | RequestError::Planned { .. }
        | RequestError::DeclinedBefore => (Code::WrongStage, None),
        RequestError::Oneself => (Code::Invalid, Some("toId")),
        RequestError::NoParticipant { .. } => (Code::UnknownReference, Some("toId")),
        RequestError::Asked | RequestError::AskedByThem => (Code::Taken, Some("toId")),
        RequestError::TooOften => (Code::CapacityExceeded, Some("toId")),
        RequestError::CapReached { .. } => (Code::CapacityExceeded, None),
        RequestError::Words { what, .. } => (Code::Invalid, Some(what)),
        RequestError::ReasonMissing => (Code::Missing, Some("reason")),
        RequestError::Rules => (Code::Invalid, Some("cap")),
    }
}
