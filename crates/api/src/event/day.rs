//! The day itself in GraphQL: the rest of it planned again.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use lianmeng_app::event::day::{self as app, ReplanEvent, Replanned};
use lianmeng_domain::ids::{MeetingId, ParticipantId};
use lianmeng_domain::meeting::day::Attendance;

use super::DockingEventNode;
use super::input::target;
use super::meeting::{MeetingNode, ParticipantNode};
use super::payload::user_error;
use crate::error::{ApiError, UserError};
use crate::ids;
use crate::scalars::Int32;
use crate::scope::Scope;

/// Two participants who stand by.
#[derive(Debug, InputObject)]
pub struct StandbyInput {
    /// One.
    first_id: ID,
    /// The other.
    second_id: ID,
}

/// Input of `eventReplan`.
#[derive(Debug, InputObject)]
pub struct EventReplanInput {
    /// Event to plan again; it must be live.
    event_id: ID,
    /// Version that was read; the change is refused if somebody saved it since.
    #[graphql(validator(custom = "Int32"))]
    version: i64,
    /// Participants who did not come, or have left.
    #[graphql(default, validator(max_items = 100))]
    absent: Vec<ID>,
    /// Participants who were absent and have come.
    #[graphql(default, validator(max_items = 100))]
    arrived: Vec<ID>,
    /// Pairs that stand by (候补) for what becomes free, the most wanted first; pairs that meet anyway
    /// are passed over.
    #[graphql(default, validator(max_items = 100))]
    standby: Vec<StandbyInput>,
    /// Whether meetings may move so that more of those standing by can meet; otherwise they only take
    /// what is free.
    #[graphql(default = true)]
    may_move: bool,
    /// From which moment on to plan, to plan ahead: what has begun by then stands. Now if absent or
    /// past.
    at: Option<DateTime<Utc>>,
    /// Start of the random numbers.
    #[graphql(default = 1)]
    seed: u32,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// What became of the rest of the day, or why it was not planned again.
#[derive(Debug, SimpleObject)]
pub struct EventReplanPayload {
    /// The event with its new published version; null if it was refused.
    event: Option<DockingEventNode>,
    /// Meetings that are off, since somebody is not there; they have no slot any more.
    called_off: Vec<MeetingNode>,
    /// Meetings that took what became free.
    filled: Vec<MeetingNode>,
    /// Meetings at another slot or table than before.
    moved: Vec<MeetingNode>,
    /// Participants whose own rows changed: they are told, and nobody else.
    affected: Vec<ParticipantNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

impl EventReplanInput {
    fn into_command(self) -> Result<ReplanEvent, ApiError> {
        let all = |list: Vec<ID>| list.iter().map(|id| ids::decode(id)).collect();
        let pair = |one: StandbyInput| -> Result<[ParticipantId; 2], ApiError> {
            Ok([ids::decode(&one.first_id)?, ids::decode(&one.second_id)?])
        };
        let absent: Result<_, ApiError> = all(self.absent);
        let arrived: Result<_, ApiError> = all(self.arrived);
        Ok(ReplanEvent {
            target: target(&self.event_id, self.version)?,
            attendance: Attendance { absent: absent?, arrived: arrived? },
            standby: self.standby.into_iter().map(pair).collect::<Result<_, ApiError>>()?,
            may_move: self.may_move,
            at: self.at,
            seed: u64::from(self.seed),
            request_key: self.request_key,
        })
    }
}

/// Changes on the day of an event.
#[derive(Debug, Default)]
pub struct DayMutation;

#[Object]
impl DayMutation {
    /// Plans the rest of a live event again: who did not come, who came after all, who stands by. A
    /// repeated request is answered with what the newest version changed.
    /// Meetings that have begun or are locked stay; the result is the next published version, and only
    /// those whose own rows changed are told. The event's managers only.
    async fn event_replan(
        &self,
        ctx: &Context<'_>,
        input: EventReplanInput,
    ) -> Result<EventReplanPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = input.into_command()?;
        match app::replan(&scope.desk, &scope.actor, &cmd).await {
            Ok(done) => Ok(payload(scope, done).await?),
            Err(error) => Ok(EventReplanPayload {
                event: None,
                called_off: Vec::new(),
                filled: Vec::new(),
                moved: Vec::new(),
                affected: Vec::new(),
                errors: vec![user_error(error)?],
            }),
        }
    }
}

async fn payload(scope: &Scope, done: Replanned) -> Result<EventReplanPayload, ApiError> {
    let moves = done.diff.moves.iter();
    let moved = moves.filter(|one| one.from.is_some() && one.to.is_some()).map(|one| one.meeting);
    let meetings = async |ids: Vec<MeetingId>| -> Result<Vec<MeetingNode>, ApiError> {
        Ok(scope.many(ids).await?.into_iter().map(MeetingNode).collect())
    };
    let affected = scope.many(done.diff.affected.iter().copied()).await?;
    Ok(EventReplanPayload {
        called_off: meetings(done.called_off).await?,
        filled: meetings(done.filled).await?,
        moved: meetings(moved.collect()).await?,
        affected: affected.into_iter().map(ParticipantNode).collect(),
        event: Some(DockingEventNode(done.event)),
        errors: Vec::new(),
    })
}
