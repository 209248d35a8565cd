//! Changes of committees and their seats.

use async_graphql::{Context, ID, InputObject, Object, Result};
use lianmeng_app::committee::{
    self as app, AppointSeat, CommitteeCard, EndSeat, NewCommittee, RemoveSeat,
};
use lianmeng_app::registry::{Register, Update};
use lianmeng_domain::ids::{ChainCommitteeId, SeatId};

use super::{CommitteeFormWord, CommitteeNode, SeatKindWord, SeatNode};
use crate::error::ApiError;
use crate::ids;
use crate::organisation::member;
use crate::region::PlaceInput;
use crate::registry::{RemoveInput, RemovedPayload, payload};
use crate::scalars::{Day, Int32};
use crate::scope::Scope;

/// The card of a committee as a person fills it in.
#[derive(Debug, InputObject)]
pub struct CommitteeCardInput {
    /// Name, 1 to 200 characters, unique.
    #[graphql(validator(max_length = 200))]
    name: String,
    /// Its form.
    form: CommitteeFormWord,
    /// Where it works.
    place: Option<PlaceInput>,
}

impl CommitteeCardInput {
    fn into_card(self) -> Result<CommitteeCard, ApiError> {
        Ok(CommitteeCard {
            name: self.name,
            form: self.form.into(),
            place: self.place.map(PlaceInput::into_place).transpose()?,
        })
    }
}

/// Input of `committeeRegister`.
#[derive(Debug, InputObject)]
pub struct CommitteeRegisterInput {
    /// Chain it organises, for good.
    chain_id: ID,
    /// The card.
    card: CommitteeCardInput,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `committeeUpdate`.
#[derive(Debug, InputObject)]
pub struct CommitteeUpdateInput {
    /// Committee to change.
    committee_id: ID,
    /// Version that was read; the change is refused if somebody saved it since.
    #[graphql(validator(custom = "Int32"))]
    version: i64,
    /// The whole new card.
    card: CommitteeCardInput,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `seatAppoint`.
#[derive(Debug, InputObject)]
pub struct SeatAppointInput {
    /// The committee.
    committee_id: ID,
    /// Kind of the seat: leading enterprise for an enterprise, else the organisation's own kind.
    kind: SeatKindWord,
    /// Enterprise or organisation that holds it.
    holder_id: ID,
    /// First day of the term, China's local date; today if absent.
    from_on: Option<Day>,
    /// Last day of the term, China's local date; absent if it does not end.
    until_on: Option<Day>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `seatEnd`.
#[derive(Debug, InputObject)]
pub struct SeatEndInput {
    /// The seat.
    seat_id: ID,
    /// Last day of the term, China's local date.
    until_on: Day,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `seatRemove`.
#[derive(Debug, InputObject)]
pub struct SeatRemoveInput {
    /// The seat.
    seat_id: ID,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

payload! {
    /// A committee, or why not.
    CommitteePayload {
        /// The committee after the change; null if it was refused.
        committee: CommitteeNode(ChainCommitteeId)
    }
}

payload! {
    /// A seat, or why not.
    SeatPayload {
        /// The seat after the change; null if it was refused.
        seat: SeatNode(SeatId)
    }
}

/// Changes of committees.
#[derive(Debug, Default)]
pub struct CommitteeMutation;

#[Object]
impl CommitteeMutation {
    /// Registers a chain committee. Coordinators only.
    async fn committee_register(
        &self,
        ctx: &Context<'_>,
        input: CommitteeRegisterInput,
    ) -> Result<CommitteePayload> {
        let card =
            NewCommittee { chain: ids::decode(&input.chain_id)?, card: input.card.into_card()? };
        let cmd = Register { card, request_key: input.request_key };
        let scope = Scope::of(ctx)?;
        let done = app::register(&scope.desk, &scope.actor, &cmd).await;
        Ok(CommitteePayload::of(scope, done).await?)
    }

    /// Replaces the card of a committee. Coordinators only.
    async fn committee_update(
        &self,
        ctx: &Context<'_>,
        input: CommitteeUpdateInput,
    ) -> Result<CommitteePayload> {
        let cmd = Update {
            id: ids::decode(&input.committee_id)?,
            version: input.version,
            card: input.card.into_card()?,
            request_key: input.request_key,
        };
        let scope = Scope::of(ctx)?;
        let done = app::update(&scope.desk, &scope.actor, &cmd).await;
        Ok(CommitteePayload::of(scope, done).await?)
    }

    /// Removes a committee without seats and alliances. Coordinators only.
    async fn committee_remove(
        &self,
        ctx: &Context<'_>,
        input: RemoveInput,
    ) -> Result<RemovedPayload> {
        let scope = Scope::of(ctx)?;
        let done = app::remove(&scope.desk, &scope.actor, &input.into_cmd()?).await;
        Ok(RemovedPayload::of(done)?)
    }

    /// Gives a seat to a member unit (委员单位): the committee's secretary, or a coordinator.
    async fn seat_appoint(
        &self,
        ctx: &Context<'_>,
        input: SeatAppointInput,
    ) -> Result<SeatPayload> {
        let cmd = AppointSeat {
            committee: ids::decode(&input.committee_id)?,
            kind: input.kind.into(),
            holder: member(&input.holder_id)?,
            from_on: input.from_on.map(Day::date),
            until_on: input.until_on.map(Day::date),
            request_key: input.request_key,
        };
        let scope = Scope::of(ctx)?;
        let done = app::appoint(&scope.desk, &scope.actor, &cmd).await;
        Ok(SeatPayload::of(scope, done).await?)
    }

    /// Ends the term of a seat, which stays in history: the committee's secretary, or a
    /// coordinator.
    async fn seat_end(&self, ctx: &Context<'_>, input: SeatEndInput) -> Result<SeatPayload> {
        let cmd = EndSeat {
            seat: ids::decode(&input.seat_id)?,
            until_on: input.until_on.date(),
            request_key: input.request_key,
        };
        let scope = Scope::of(ctx)?;
        let done = app::end_seat(&scope.desk, &scope.actor, &cmd).await;
        Ok(SeatPayload::of(scope, done).await?)
    }

    /// Removes a seat that was entered by mistake: the committee's secretary, or a coordinator.
    async fn seat_remove(
        &self,
        ctx: &Context<'_>,
        input: SeatRemoveInput,
    ) -> Result<RemovedPayload> {
        let cmd = RemoveSeat { seat: ids::decode(&input.seat_id)?, request_key: input.request_key };
        let scope = Scope::of(ctx)?;
        let done = app::remove_seat(&scope.desk, &scope.actor, &cmd).await;
        Ok(RemovedPayload::of(done)?)
    }
}
