//! Changes of events. Each resolver translates, `app` decides.

use async_graphql::{Context, Object, Result};
use lianmeng_app::event::pairs::{self, AddPairs, ChangeMeeting, MeetingDeed, OrderMeetings};
use lianmeng_app::event::people::{self, AddParticipants, UpdateParticipant};
use lianmeng_app::event::suggested::{self, AddFromSuggestions};
use lianmeng_app::event::{self as app, AdvanceEvent, CreateEvent, PublishEvent, UpdateEvent};
use lianmeng_app::plan::{self, DEFAULT_STEPS, PlanBudget, PlanEvent};
use lianmeng_domain::meeting::Precedence;

use super::input::{
    EventAddFromSuggestionsInput, EventAddPairsInput, EventAddParticipantsInput, EventAdvanceInput,
    EventCreateInput, EventOrderMeetingsInput, EventPlanInput, EventPublishInput, EventUpdateInput,
    MeetingInput, MeetingLockInput, PairInput, ParticipantInput, ParticipantUpdateInput, PlanMode,
    PrecedenceInput, target,
};
use super::payload::{
    EventPairsPayload, EventParticipantsPayload, EventPayload, EventPlanPayload, MeetingPayload,
    ParticipantPayload,
};
use crate::error::ApiError;
use crate::ids;
use crate::scope::Scope;

/// Changes of docking events.
#[derive(Debug, Default)]
pub struct EventMutation;

/// Changes of docking events: coordinators any, hosts those they host, secretaries those of their
/// committee.
#[Object]
impl EventMutation {
    /// Creates a docking event (对接活动), as an idea.
    async fn event_create(
        &self,
        ctx: &Context<'_>,
        input: EventCreateInput,
    ) -> Result<EventPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = CreateEvent { card: input.card.into_card()?, request_key: input.request_key };
        let done = app::create(&scope.desk, &scope.actor, &cmd).await;
        Ok(EventPayload::from_result(done)?)
    }

    /// Replaces the card of an event. New slots, tables, fairness or day mean planning and
    /// publishing again.
    async fn event_update(
        &self,
        ctx: &Context<'_>,
        input: EventUpdateInput,
    ) -> Result<EventPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = UpdateEvent {
            target: target(&input.event_id, input.version)?,
            card: input.card.into_card()?,
            request_key: input.request_key,
        };
        let done = app::update(&scope.desk, &scope.actor, &cmd).await;
        Ok(EventPayload::from_result(done)?)
    }

    /// Moves an event to another stage by hand; planning and publishing move it by themselves.
    async fn event_advance(
        &self,
        ctx: &Context<'_>,
        input: EventAdvanceInput,
    ) -> Result<EventPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = AdvanceEvent {
            target: target(&input.event_id, input.version)?,
            stage: input.stage.into(),
            request_key: input.request_key,
        };
        let done = app::advance(&scope.desk, &scope.actor, &cmd).await;
        Ok(EventPayload::from_result(done)?)
    }

    /// Adds participants (参会方).
    async fn event_add_participants(
        &self,
        ctx: &Context<'_>,
        input: EventAddParticipantsInput,
    ) -> Result<EventParticipantsPayload> {
        let scope = Scope::of(ctx)?;
        let members = input.participants.into_iter().map(ParticipantInput::into_member);
        let cmd = AddParticipants {
            target: target(&input.event_id, input.version)?,
            members: members.collect::<Result<_, ApiError>>()?,
            request_key: input.request_key,
        };
        let done = people::add(&scope.desk, &scope.actor, &cmd).await;
        Ok(EventParticipantsPayload::from_result(done)?)
    }

    /// Replaces the wishes of a participant; the timetable must be planned again.
    async fn participant_update(
        &self,
        ctx: &Context<'_>,
        input: ParticipantUpdateInput,
    ) -> Result<ParticipantPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = UpdateParticipant {
            target: target(&input.event_id, input.version)?,
            participant: ids::decode(&input.participant_id)?,
            wishes: input.wishes.into(),
            request_key: input.request_key,
        };
        let done = people::update(&scope.desk, &scope.actor, &cmd).await;
        Ok(ParticipantPayload::from_result(done)?)
    }

    /// Adds pairs of participants who should meet (一对一会面).
    async fn event_add_pairs(
        &self,
        ctx: &Context<'_>,
        input: EventAddPairsInput,
    ) -> Result<EventPairsPayload> {
        let scope = Scope::of(ctx)?;
        let pairs = input.pairs.into_iter().map(PairInput::into_pair);
        let cmd = AddPairs {
            target: target(&input.event_id, input.version)?,
            pairs: pairs.collect::<Result<_, ApiError>>()?,
            request_key: input.request_key,
        };
        let done = pairs::add(&scope.desk, &scope.actor, &cmd).await;
        Ok(EventPairsPayload::from_result(done)?)
    }

    /// Adds the two sides of suggestions (撮合建议) as pairs; those who do not take part yet become
    /// participants. Several suggestions for the same two give one meeting.
    async fn event_add_from_suggestions(
        &self,
        ctx: &Context<'_>,
        input: EventAddFromSuggestionsInput,
    ) -> Result<EventPairsPayload> {
        let scope = Scope::of(ctx)?;
        let suggestions = input.suggestion_ids.iter().map(|id| ids::decode(id));
        let cmd = AddFromSuggestions {
            target: target(&input.event_id, input.version)?,
            suggestions: suggestions.collect::<Result<_, ApiError>>()?,
            request_key: input.request_key,
        };
        let done = suggested::add(&scope.desk, &scope.actor, &cmd).await;
        Ok(EventPairsPayload::from_result(done)?)
    }

    /// Adds and removes precedences (先后) between meetings.
    async fn event_order_meetings(
        &self,
        ctx: &Context<'_>,
        input: EventOrderMeetingsInput,
    ) -> Result<EventPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = OrderMeetings {
            target: target(&input.event_id, input.version)?,
            add: precedences(input.add)?,
            remove: precedences(input.remove)?,
            request_key: input.request_key,
        };
        let done = pairs::order(&scope.desk, &scope.actor, &cmd).await;
        Ok(EventPayload::from_result(done)?)
    }

    /// Locks a meeting in its slot, or in the slot named, so that planning keeps it.
    async fn meeting_lock(
        &self,
        ctx: &Context<'_>,
        input: MeetingLockInput,
    ) -> Result<MeetingPayload> {
        let cmd = ChangeMeeting {
            meeting: ids::decode(&input.meeting_id)?,
            version: input.version,
            deed: MeetingDeed::Lock(input.slot),
            request_key: input.request_key,
        };
        change(ctx, cmd).await
    }

    /// Lets planning move a meeting again.
    async fn meeting_unlock(
        &self,
        ctx: &Context<'_>,
        input: MeetingInput,
    ) -> Result<MeetingPayload> {
        one(ctx, input, MeetingDeed::Unlock).await
    }

    /// Takes a meeting out of its event. Published versions keep it.
    async fn meeting_remove(
        &self,
        ctx: &Context<'_>,
        input: MeetingInput,
    ) -> Result<MeetingPayload> {
        one(ctx, input, MeetingDeed::Remove).await
    }

    /// Plans the one-to-one timetable: nobody in two places, tables, slots, half days, fixed
    /// meetings and precedences respected, few breaks, evenly spread. Locked meetings stay. If that
    /// cannot be done, nothing is saved and `conflict` says which demands contradict each other.
    async fn event_plan(
        &self,
        ctx: &Context<'_>,
        input: EventPlanInput,
    ) -> Result<EventPlanPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = PlanEvent {
            target: target(&input.event_id, input.version)?,
            seed: input.seed,
            budget: PlanBudget::Steps(input.steps.unwrap_or(DEFAULT_STEPS)),
            is_fresh: input.mode == PlanMode::Fresh,
            request_key: input.request_key,
        };
        let done = plan::plan(&scope.desk, &scope.actor, &cmd).await;
        Ok(EventPlanPayload::from_result(done)?)
    }

    /// Publishes the planned timetable as the next version, which never changes.
    async fn event_publish(
        &self,
        ctx: &Context<'_>,
        input: EventPublishInput,
    ) -> Result<EventPayload> {
        let scope = Scope::of(ctx)?;
        let target = target(&input.event_id, input.version)?;
        let cmd = PublishEvent { target, request_key: input.request_key };
        let done = app::publish(&scope.desk, &scope.actor, &cmd).await;
        Ok(EventPayload::from_result(done)?)
    }
}

fn precedences(input: Option<Vec<PrecedenceInput>>) -> Result<Vec<Precedence>, ApiError> {
    input.unwrap_or_default().into_iter().map(PrecedenceInput::into_precedence).collect()
}

async fn one(ctx: &Context<'_>, input: MeetingInput, deed: MeetingDeed) -> Result<MeetingPayload> {
    let cmd = ChangeMeeting {
        meeting: ids::decode(&input.meeting_id)?,
        version: input.version,
        deed,
        request_key: input.request_key,
    };
    change(ctx, cmd).await
}

async fn change(ctx: &Context<'_>, cmd: ChangeMeeting) -> Result<MeetingPayload> {
    let scope = Scope::of(ctx)?;
    let done = pairs::change(&scope.desk, &scope.actor, &cmd).await;
    Ok(MeetingPayload::from_result(done)?)
}
