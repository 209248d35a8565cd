//! Participants and meetings in GraphQL.

use async_graphql::{Context, ID, InputObject, Object, Result};
use lianmeng_domain::attachment::AttachedTo;
use lianmeng_domain::committee::Member;
use lianmeng_domain::event::sees_all;
use lianmeng_domain::ids::DockingEventId;
use lianmeng_domain::meeting::{Meeting, Participant, Precedence};
use lianmeng_domain::meeting_result::course;
use lianmeng_domain::policy::Visibility;
use lianmeng_store::meeting::{self as store, MeetingFilter, participant};

use super::loader::{SlotsOf, TablesOf};
use super::part::{HalfDayWord, SlotNode, TableNode};
use super::{DockingEventNode, sight};
use crate::attachment::{self, AttachmentNode};
use crate::error::ApiError;
use crate::ids;
use crate::meeting_result::{CourseWord, MeetingResultNode, ResultsOf, results_of};
use crate::organisation::MemberNode;
use crate::scope::Scope;

/// A participant as clients see it.
#[derive(Debug, Clone)]
pub struct ParticipantNode(pub Participant);

/// A participant (参会方) of a docking event: an enterprise or another organisation.
#[Object(name = "Participant")]
impl ParticipantNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// The event; null if the caller does not see it.
    async fn event(&self, ctx: &Context<'_>) -> Result<Option<DockingEventNode>> {
        Ok(Scope::of(ctx)?.one(self.0.event).await?.map(DockingEventNode))
    }

    /// Who takes part; null if it is gone.
    async fn member(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        Ok(MemberNode::find(Scope::of(ctx)?, self.0.member).await?)
    }

    /// Numbers of slots in which it cannot meet, ascending; null for everyone but the organisers
    /// and itself.
    async fn unavailable_slots(&self, ctx: &Context<'_>) -> Result<Option<&[u16]>> {
        Ok(self.may_see_wishes(Scope::of(ctx)?).await?.then_some(&*self.0.unavailable))
    }

    /// Number of the slot from which on it is not there, as noted on the day; null while it is, and for
    /// everyone but the organisers and itself.
    async fn absent_from_slot(&self, ctx: &Context<'_>) -> Result<Option<u16>> {
        let may = self.may_see_wishes(Scope::of(ctx)?).await?;
        Ok(self.0.absent_from.filter(|_| may))
    }

    /// Fewest meetings that make coming worthwhile; null when it has no such wish, and for everyone
    /// but the organisers and itself.
    async fn min_meetings(&self, ctx: &Context<'_>) -> Result<Option<u16>> {
        let may = self.may_see_wishes(Scope::of(ctx)?).await?;
        Ok(self.0.min_meetings.filter(|_| may))
    }

    /// Most meetings it wants; null when it has no such wish, and for everyone but the organisers
    /// and itself.
    async fn max_meetings(&self, ctx: &Context<'_>) -> Result<Option<u16>> {
        let may = self.may_see_wishes(Scope::of(ctx)?).await?;
        Ok(self.0.max_meetings.filter(|_| may))
    }
}

impl ParticipantNode {
    /// Whether the caller organises the event or is this participant.
    async fn may_see_wishes(&self, scope: &Scope) -> Result<bool, ApiError> {
        let is_self = match sight(scope) {
            Visibility::Enterprise(id) => self.0.member == Member::Enterprise(*id),
            Visibility::Organisation(id) => self.0.member == Member::Organisation(*id),
            Visibility::All
            | Visibility::Committee(_)
            | Visibility::Region(_)
            | Visibility::Zone(_)
            | Visibility::Group(_)
            | Visibility::Published
            | Visibility::Nothing => false,
        };
        if is_self {
            return Ok(true);
        }
        Ok(scope.one(self.0.event).await?.is_some_and(|event| sees_all(sight(scope), &event)))
    }
}

/// Counts the whole list, only when asked.
#[derive(Debug)]
pub struct ParticipantTotal(pub(super) DockingEventId);

#[Object]
impl ParticipantTotal {
    /// How many participants of the event the caller sees.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let scope = Scope::of(ctx)?;
        Ok(participant::count(&scope.desk.db, sight(scope), self.0).await?)
    }
}

/// A meeting as clients see it.
#[derive(Debug, Clone)]
pub struct MeetingNode(pub Meeting);

/// A one-to-one meeting (一对一会面) in the working timetable of an event.
#[Object(name = "Meeting")]
impl MeetingNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// The event; null if it is gone.
    async fn event(&self, ctx: &Context<'_>) -> Result<Option<DockingEventNode>> {
        Ok(Scope::of(ctx)?.one(self.0.event).await?.map(DockingEventNode))
    }

    /// The two who meet, in the order they were added to the event.
    async fn participants(&self, ctx: &Context<'_>) -> Result<Vec<ParticipantNode>> {
        let sides = Scope::of(ctx)?.many(self.0.sides()).await?;
        Ok(sides.into_iter().map(ParticipantNode).collect())
    }

    /// Half of the day it must be in; null for either.
    async fn half_day(&self) -> Option<HalfDayWord> {
        self.0.half_day.map(Into::into)
    }

    /// Number of the slot it must be in; null if it is free.
    async fn fixed_slot(&self) -> Option<u16> {
        self.0.fixed_slot
    }

    /// Its slot; null until planned.
    async fn slot(&self, ctx: &Context<'_>) -> Result<Option<SlotNode>> {
        let Some(spot) = self.0.spot else { return Ok(None) };
        let slots = Scope::of(ctx)?.few(SlotsOf(self.0.event)).await?;
        Ok(slots.into_iter().find(|slot| slot.number == spot.slot).map(SlotNode))
    }

    /// Its table; null until planned.
    async fn table(&self, ctx: &Context<'_>) -> Result<Option<TableNode>> {
        let Some(spot) = self.0.spot else { return Ok(None) };
        let tables = Scope::of(ctx)?.few(TablesOf(self.0.event)).await?;
        Ok(tables.into_iter().find(|table| table.number == spot.table).map(TableNode))
    }

    /// Whether its slot and table stand firm when the timetable is planned again.
    async fn is_locked(&self) -> bool {
        self.0.is_locked
    }

    /// What the two and the organisers said of it (会面结果), at most three.
    #[graphql(complexity = "3 + 3 * child_complexity")]
    async fn results(&self, ctx: &Context<'_>) -> Result<Vec<MeetingResultNode>> {
        Ok(results_of(Scope::of(ctx)?, self.0.id).await?)
    }

    /// Whether it was held, from everything said of it.
    async fn course(&self, ctx: &Context<'_>) -> Result<CourseWord> {
        let said = Scope::of(ctx)?.few(ResultsOf(self.0.id)).await?;
        Ok(course(&said).into())
    }

    /// Files (附件) on it, oldest first, at most 20.
    #[graphql(complexity = "5 + 5 * child_complexity")]
    async fn attachments(&self, ctx: &Context<'_>) -> Result<Vec<AttachmentNode>> {
        Ok(attachment::on(Scope::of(ctx)?, &[AttachedTo::Meeting(self.0.id)]).await?)
    }
}

/// Which meetings a list holds; every given part must hold.
#[derive(Debug, Default, InputObject)]
pub struct MeetingFilterInput {
    /// With this participant.
    participant_id: Option<ID>,
    /// In the slot with this number.
    slot: Option<u16>,
    /// Whether it must have a slot and a table.
    is_placed: Option<bool>,
    /// Whether it must be locked.
    is_locked: Option<bool>,
}

impl MeetingFilterInput {
    pub(super) fn into_filter(self) -> Result<MeetingFilter, ApiError> {
        Ok(MeetingFilter {
            participant: self.participant_id.map(|id| ids::decode(&id)).transpose()?,
            slot: self.slot,
            is_placed: self.is_placed,
            is_locked: self.is_locked,
        })
    }
}

/// Counts the whole list, only when asked.
#[derive(Debug)]
pub struct MeetingTotal {
    pub(super) event: DockingEventId,
    pub(super) filter: MeetingFilter,
}

#[Object]
impl MeetingTotal {
    /// How many meetings the whole list holds.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let scope = Scope::of(ctx)?;
        Ok(store::count(&scope.desk.db, sight(scope), self.event, &self.filter).await?)
    }
}

/// A precedence as clients see it.
#[derive(Debug, Clone, Copy)]
pub struct PrecedenceNode(pub Precedence);

/// One meeting must be held in an earlier slot than another (先后).
#[Object(name = "Precedence")]
impl PrecedenceNode {
    /// The meeting that comes first; null if it is gone.
    async fn before(&self, ctx: &Context<'_>) -> Result<Option<MeetingNode>> {
        Ok(Scope::of(ctx)?.one(self.0.before).await?.map(MeetingNode))
    }

    /// The meeting that comes later; null if it is gone.
    async fn after(&self, ctx: &Context<'_>) -> Result<Option<MeetingNode>> {
        Ok(Scope::of(ctx)?.one(self.0.after).await?.map(MeetingNode))
    }
}
