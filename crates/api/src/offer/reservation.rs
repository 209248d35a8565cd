//! Reservations of offers in GraphQL.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use lianmeng_app::offer::reservation::{
    self as app, EndReservation, ReservationCommandError, ReserveOffer,
};
use lianmeng_domain::ids::ReservationId;
use lianmeng_domain::offer::reservation::{
    Purpose, Reservation, ReservationError, ReservationStage, ReservationStep,
};

use super::OfferNode;
use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::ids;
use crate::need::NeedNode;
use crate::pairing::PairingNode;
use crate::scalars::Long;
use crate::scope::Scope;

/// Where a reservation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ReservationStage", remote = "ReservationStage")]
pub enum ReservationStageWord {
    /// Kept until its moment (已预留).
    Reserved,
    /// Taken up for good (已使用).
    Consumed,
    /// Given back (已退回).
    Returned,
    /// Lapsed: its moment came before it was taken up (已过期).
    Expired,
}

/// A reservation as clients see it.
#[derive(Debug, Clone)]
pub struct ReservationNode(pub Reservation);

/// A part of an offer that is kept for a need or a pairing (预留). The provider reads it, the parties
/// of the need or pairing, their head offices, coordinators and auditors.
#[Object(name = "Reservation")]
impl ReservationNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// The offer a part of which is kept; null if you do not see it.
    async fn offer(&self, ctx: &Context<'_>) -> Result<Option<OfferNode>> {
        Ok(Scope::of(ctx)?.one(self.0.offer).await?.map(OfferNode))
    }

    /// The need it is kept for; null if it is for a pairing, or if you do not see it.
    async fn need(&self, ctx: &Context<'_>) -> Result<Option<NeedNode>> {
        match self.0.purpose {
            Purpose::Need(id) => Ok(Scope::of(ctx)?.one(id).await?.map(NeedNode)),
            Purpose::Pairing(_) => Ok(None),
        }
    }

    /// The pairing it is kept for; null if it is for a need, or if you do not see it.
    async fn pairing(&self, ctx: &Context<'_>) -> Result<Option<PairingNode>> {
        match self.0.purpose {
            Purpose::Pairing(id) => Ok(Scope::of(ctx)?.one(id).await?.map(PairingNode)),
            Purpose::Need(_) => Ok(None),
        }
    }

    /// How much, in the unit of the offer.
    async fn amount(&self) -> Long {
        Long(self.0.amount)
    }

    /// Where it stands now.
    async fn stage(&self, ctx: &Context<'_>) -> Result<ReservationStageWord> {
        Ok(self.0.stage_at(Scope::of(ctx)?.desk.now).into())
    }

    /// The first moment at which it is no longer kept, unless it is taken up before.
    async fn until(&self) -> DateTime<Utc> {
        self.0.until
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was taken up or given back, or found to have lapsed; null while it is kept.
    async fn ended_at(&self) -> Option<DateTime<Utc>> {
        self.0.ended_at
    }

    /// Version; rises with each change.
    async fn version(&self) -> i64 {
        self.0.version
    }
}

/// Input of `offerReserve`: for a need or for a pairing, exactly one of the two.
#[derive(Debug, InputObject)]
pub struct OfferReserveInput {
    /// Offer of which a part is kept; it must have a capacity.
    offer_id: ID,
    /// Need it is kept for.
    need_id: Option<ID>,
    /// Pairing it is kept for.
    pairing_id: Option<ID>,
    /// How much, in the unit of the offer, 1 or more.
    amount: Long,
    /// The first moment at which it is no longer kept, at most 366 days ahead.
    until: DateTime<Utc>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

impl OfferReserveInput {
    fn purpose(&self) -> Result<Purpose, ApiError> {
        match (&self.need_id, &self.pairing_id) {
            (Some(id), None) => Ok(Purpose::Need(ids::decode(id)?)),
            (None, Some(id)) => Ok(Purpose::Pairing(ids::decode(id)?)),
            (Some(_), Some(_)) | (None, None) => Err(ApiError::BadInput(
                "give needId or pairingId, exactly one of the two".to_owned(),
            )),
        }
    }
}

/// Input of `reservationConsume` and `reservationReturn`.
#[derive(Debug, InputObject)]
pub struct ReservationEndInput {
    /// Which reservation.
    reservation_id: ID,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// A reservation, or why not.
#[derive(Debug, SimpleObject)]
pub struct ReservationPayload {
    /// The reservation after the change; null if it was refused.
    reservation: Option<ReservationNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

impl ReservationPayload {
    async fn of(
        scope: &Scope,
        done: Result<ReservationId, ReservationCommandError>,
    ) -> Result<Self> {
        Ok(match done {
            Ok(id) => {
                let reservation = scope.one(id).await?.map(ReservationNode);
                Self { reservation, errors: Vec::new() }
            }
            Err(error) => Self { reservation: None, errors: vec![user_error(error)?] },
        })
    }
}

/// Changes of reservations.
#[derive(Debug, Default)]
pub struct ReservationMutation;

#[Object]
impl ReservationMutation {
    /// Keeps a part of an offer for a need or a pairing until a moment (预留); then it lapses and is
    /// free again. The provider of the offer, the secretary of the committee of the need or pairing,
    /// or a coordinator; an enterprise asks for it by its need. Where too little is left, the refusal
    /// names what is left.
    async fn offer_reserve(
        &self,
        ctx: &Context<'_>,
        input: OfferReserveInput,
    ) -> Result<ReservationPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = ReserveOffer {
            offer: ids::decode(&input.offer_id)?,
            purpose: input.purpose()?,
            amount: input.amount.number(),
            until: input.until,
            request_key: input.request_key,
        };
        let done = app::reserve(&scope.desk, &scope.actor, &cmd).await;
        ReservationPayload::of(scope, done).await
    }

    /// Says that what was reserved is taken up for good (使用). Who may reserve it.
    async fn reservation_consume(
        &self,
        ctx: &Context<'_>,
        input: ReservationEndInput,
    ) -> Result<ReservationPayload> {
        end(Scope::of(ctx)?, input, ReservationStep::Consume).await
    }

    /// Gives back what was reserved or taken up (退回). Who may reserve it, and the enterprise it was
    /// kept for.
    async fn reservation_return(
        &self,
        ctx: &Context<'_>,
        input: ReservationEndInput,
    ) -> Result<ReservationPayload> {
        end(Scope::of(ctx)?, input, ReservationStep::Return).await
    }
}

async fn end(
    scope: &Scope,
    input: ReservationEndInput,
    step: ReservationStep,
) -> Result<ReservationPayload> {
    let reservation = ids::decode(&input.reservation_id)?;
    let cmd = EndReservation { reservation, step, request_key: input.request_key };
    let done = app::end(&scope.desk, &scope.actor, &cmd).await;
    ReservationPayload::of(scope, done).await
}

/// Splits failures: what the user can mend becomes data, the rest an [`ApiError`].
fn user_error(error: ReservationCommandError) -> Result<UserError, ApiError> {
    use ErrorCode as Code;
    use ReservationCommandError as Refused;
    let (code, field) = match error {
        Refused::OfferNotFound => (Code::NotFound, Some("offerId")),
        Refused::PurposeNotFound => (Code::NotFound, None),
        Refused::NotFound => (Code::NotFound, Some("reservationId")),
        Refused::Rule(
            ReservationError::WrongStage(_)
            | ReservationError::NeedOver(_)
            | ReservationError::PairingOver,
        ) => (Code::WrongStage, None),
        Refused::Rule(ReservationError::AmountTooSmall(_)) => (Code::Invalid, Some("amount")),
        Refused::Rule(ReservationError::NotEnough { .. }) => {
            (Code::CapacityExceeded, Some("amount"))
        }
        Refused::Rule(ReservationError::NoLimit | ReservationError::OfferOver(_)) => {
            (Code::Invalid, Some("offerId"))
        }
        Refused::Rule(ReservationError::UntilPast { .. } | ReservationError::UntilFar { .. }) => {
            (Code::Invalid, Some("until"))
        }
        Refused::Command(error) => return command_error(error),
    };
    Ok(UserError::new(code, error, field))
}
