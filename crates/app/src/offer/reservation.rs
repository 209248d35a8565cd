//! Keeping a part of an offer for a need or a pairing, taking it up, giving it back.

use chrono::{DateTime, Utc};
use lianmeng_domain::actor::Actor;
use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::{
    ChainCommitteeId, EnterpriseId, Id as _, JobId, OfferId, ReservationId,
};
use lianmeng_domain::job::JobKind;
use lianmeng_domain::offer::reservation::{
    self as rules, Purpose, Reservation, ReservationError, ReservationStage, ReservationStep,
};
use lianmeng_domain::policy::{self, Visibility};
use lianmeng_store::eyes::Eyes;
use lianmeng_store::job::{self as jobs, NewJob};
use lianmeng_store::offer::{self, reservation as store};
use lianmeng_store::{StoreError, need, pairing};
use sea_orm::DatabaseTransaction;
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;
use crate::job::ExpireWork;

/// Reserves a part of an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReserveOffer {
    /// Of which offer.
    pub offer: OfferId,
    /// What for.
    pub purpose: Purpose,
    /// How much, in the unit of the offer.
    pub amount: i64,
    /// The first moment at which it is no longer kept.
    pub until: DateTime<Utc>,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Takes a reservation up, or gives it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndReservation {
    /// Which.
    pub reservation: ReservationId,
    /// What is done.
    pub step: ReservationStep,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why nothing was reserved, taken up or given back.
#[derive(Debug, Error)]
pub enum ReservationCommandError {
    /// No such offer that the caller may reserve of.
    #[error("no offer with this id of which you may reserve for this need or pairing")]
    OfferNotFound,
    /// No such need or pairing that the caller sees.
    #[error("no need or pairing with this id for which you may reserve")]
    PurposeNotFound,
    /// No such reservation that the caller may end so.
    #[error("no reservation with this id that you may change in this way")]
    NotFound,
    /// A rule of reservations.
    #[error(transparent)]
    Rule(#[from] ReservationError),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for ReservationCommandError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

/// What an amount is kept for, as rights see it.
#[derive(Debug, Clone, Copy)]
struct Cause {
    committee: Option<ChainCommitteeId>,
    beneficiary: Option<EnterpriseId>,
}

/// Reserves a part of an offer: the provider, the secretary of the committee of the need or pairing,
/// or a coordinator. What lapsed of the offer by now is given back first.
///
/// # Errors
///
/// See [`ReservationCommandError`]; nothing is saved when an error is returned.
pub async fn reserve(
    desk: &Desk,
    actor: &Actor,
    cmd: &ReserveOffer,
) -> Result<ReservationId, ReservationCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let tx = &change.tx;
    let found = offer::find(tx, &policy::visibility(actor), cmd.offer).await?;
    let offer = found.ok_or(ReservationCommandError::OfferNotFound)?;
    check_purpose(tx, actor, cmd.purpose).await?;
    let cause = stored_cause(tx, cmd.purpose, offer.provider).await?;
    if !rules::may_reserve(actor, offer.provider, cause.committee) {
        return Err(ReservationCommandError::OfferNotFound);
    }
    rules::check(&offer, cmd.amount, cmd.until, (desk.now, desk.today))?;
    store::expire(tx, cmd.offer, desk.now).await?;
    if !store::take(tx, cmd.offer, cmd.amount).await? {
        // What is left now, not what was left when the offer was read.
        let offer = offer::find(tx, &Visibility::All, cmd.offer).await?.unwrap_or(offer);
        return Err(rules::not_enough(&offer, cmd.amount).into());
    }
    let reservation = Reservation {
        id: desk.mint(),
        offer: cmd.offer,
        purpose: cmd.purpose,
        amount: cmd.amount,
        stage: ReservationStage::Reserved,
        until: cmd.until,
        created_at: desk.now,
        ended_at: None,
        version: 1,
    };
    store::insert(tx, &reservation).await?;
    wake_at(desk, tx, &reservation).await?;
    change.finish("ReserveOffer", &wire(reservation.id), Touches::Nothing).await?;
    Ok(reservation.id)
}

/// Takes a reservation up, or gives it back. Who made it or might have may do both; the enterprise it
/// is kept for may give it back.
///
/// # Errors
///
/// See [`ReservationCommandError`]; nothing is saved when an error is returned.
pub async fn end(
    desk: &Desk,
    actor: &Actor,
    cmd: &EndReservation,
) -> Result<ReservationId, ReservationCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let tx = &change.tx;
    let found = store::find_many(tx, &policy::reading(actor), &[cmd.reservation]).await?.pop();
    let before = found.ok_or(ReservationCommandError::NotFound)?;
    let provider = provider(tx, before.offer).await?.ok_or(ReservationCommandError::NotFound)?;
    let cause = stored_cause(tx, before.purpose, provider).await?;
    let sides = (provider, cause.committee);
    if !rules::may_take(actor, cmd.step, sides, cause.beneficiary) {
        return Err(ReservationCommandError::NotFound);
    }
    let after = rules::advance(&before, cmd.step, desk.now)?;
    store::save(tx, &after).await?;
    if before.stage.holds() && !after.stage.holds() {
        store::give_back(tx, after.offer, after.amount).await?;
    }
    let action = match cmd.step {
        ReservationStep::Consume => "ConsumeReservation",
        ReservationStep::Return => "ReturnReservation",
        ReservationStep::Expire => "ExpireReservation",
    };
    change.finish(action, &wire(before.id), Touches::Nothing).await?;
    Ok(before.id)
}

/// Ends what lapsed of an offer by now and gives it back: the platform's own step. Done again, it
/// changes nothing.
///
/// # Errors
///
/// [`CommandError`] if the database refuses.
pub async fn expire(
    desk: &Desk,
    actor: &Actor,
    offer: OfferId,
    request_key: &str,
) -> Result<(), CommandError> {
    let change = match command::begin(desk, actor, request_key, &("ExpireOffer", offer)).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(()),
    };
    if store::expire(&change.tx, offer, desk.now).await? == 0 {
        // Taken up or given back in time: there is nothing to tell.
        return Ok(change.undo().await?);
    }
    change.finish("ExpireReservations", &offer_wire(offer), Touches::Nothing).await?;
    Ok(())
}

/// Offers looked at in one round.
const ROUND: u64 = 1_000;

/// Gives back what lapsed and was not seen to: for the housekeeping of every day, in case a job was
/// given up.
///
/// # Errors
///
/// [`CommandError`] if the database refuses.
pub async fn sweep(desk: &Desk, actor: &Actor, job: JobId) -> Result<(), CommandError> {
    for offer in store::with_lapsed(&desk.db, desk.now, ROUND).await? {
        expire(desk, actor, offer, &format!("{job} {offer}")).await?;
    }
    Ok(())
}

/// Has a worker look at the offer when the reservation lapses.
async fn wake_at(
    desk: &Desk,
    tx: &DatabaseTransaction,
    reservation: &Reservation,
) -> Result<(), StoreError> {
    let work = ExpireWork { offer: reservation.offer };
    let payload = serde_json::to_string(&work)
        .map_err(|error| StoreError::Db(sea_orm::DbErr::Json(error.to_string())))?;
    let about = reservation.id.to_string();
    let system = crate::job::run::system();
    let new = NewJob {
        id: desk.mint(),
        kind: JobKind::ExpireReservations,
        payload: &payload,
        dedup_key: Some(&about),
        actor: &system,
        run_at: reservation.until,
        now: desk.now,
    };
    jobs::enqueue(tx, new).await?;
    Ok(())
}

/// Checks that the caller sees what they reserve for, and that it goes on.
async fn check_purpose(
    tx: &DatabaseTransaction,
    actor: &Actor,
    purpose: Purpose,
) -> Result<(), ReservationCommandError> {
    let (sees, reads) = (policy::visibility(actor), policy::reading(actor));
    match purpose {
        Purpose::Need(id) => {
            let found =
                need::find(tx, Eyes { sees: &sees, reads: &reads, ..Eyes::ALL }, id).await?;
            let seen = found.ok_or(ReservationCommandError::PurposeNotFound)?;
            Ok(rules::check_need(seen.need.stage)?)
        }
        Purpose::Pairing(id) => {
            let found = pairing::find_many(tx, &sees, &[id]).await?.pop();
            let pairing = found.ok_or(ReservationCommandError::PurposeNotFound)?;
            Ok(rules::check_pairing(pairing.stage)?)
        }
    }
}

/// Whose the purpose is, whatever of it the caller reads: a provider sees the public part of a need,
/// which names no committee.
async fn stored_cause(
    tx: &DatabaseTransaction,
    purpose: Purpose,
    provider: Member,
) -> Result<Cause, StoreError> {
    let nobody = Cause { committee: None, beneficiary: None };
    Ok(match purpose {
        Purpose::Need(id) => need::find(tx, Eyes::ALL, id).await?.map_or(nobody, |seen| Cause {
            committee: seen.need.committee,
            beneficiary: Some(seen.need.enterprise),
        }),
        Purpose::Pairing(id) => {
            let found = pairing::find_many(tx, &Visibility::All, &[id]).await?.pop();
            found.map_or(nobody, |pairing| {
                let other = if pairing.a == provider { pairing.b } else { pairing.a };
                Cause { committee: pairing.committee, beneficiary: enterprise(other) }
            })
        }
    })
}

const fn enterprise(member: Member) -> Option<EnterpriseId> {
    match member {
        Member::Enterprise(id) => Some(id),
        Member::Organisation(_) => None,
    }
}

async fn provider(tx: &DatabaseTransaction, id: OfferId) -> Result<Option<Member>, StoreError> {
    Ok(offer::find(tx, &Visibility::All, id).await?.map(|offer| offer.provider))
}

fn wire(id: ReservationId) -> String {
    format!("{}:{id}", ReservationId::TAG)
}

fn offer_wire(id: OfferId) -> String {
    format!("{}:{id}", OfferId::TAG)
}

fn replayed(thing: &str) -> Result<ReservationId, ReservationCommandError> {
    command::replayed_id(thing).ok_or(ReservationCommandError::NotFound)
}
