//! Keeping chain committees and their seats.

use chrono::NaiveDate;
use lianmeng_domain::actor::Actor;
use lianmeng_domain::committee::{
    ChainCommittee, CommitteeForm, Member, Seat, SeatError, SeatKind, check_seat,
};
use lianmeng_domain::ids::{ChainCommitteeId, IndustrialChainId, SeatId};
use lianmeng_domain::policy::{self, Visibility};
use lianmeng_domain::region::Place;
use lianmeng_store::committee::{self, seat};
use lianmeng_store::organisation;
use sea_orm::ConnectionTrait;

use crate::command::{self, Begun};
use crate::desk::Desk;
use crate::registry::{
    self, Register, RegistryError, Remove, Update, done, in_use, must_keep, replayed,
};

/// What a person may write into the card of a committee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitteeCard {
    /// Its name, unique.
    pub name: String,
    /// Its form.
    pub form: CommitteeForm,
    /// Where it works.
    pub place: Option<Place>,
}

/// The card of a new committee, which says for good what chain it organises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCommittee {
    /// The chain it organises.
    pub chain: IndustrialChainId,
    /// The rest of its card.
    pub card: CommitteeCard,
}

/// Registers a committee. Coordinators only.
///
/// # Errors
///
/// See [`RegistryError`]; nothing is saved when an error is returned.
pub async fn register(
    desk: &Desk,
    actor: &Actor,
    cmd: &Register<NewCommittee>,
) -> Result<ChainCommitteeId, RegistryError> {
    must_keep(actor)?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let NewCommittee { chain, card } = &cmd.card;
    let committee = ChainCommittee {
        id: desk.mint(),
        external_id: None,
        name: registry::name(&card.name)?,
        chain: *chain,
        form: card.form,
        place: card.place,
        is_example: false,
        version: 1,
    };
    committee::insert(&change.tx, &committee).await?;
    done(change, "RegisterCommittee", committee.id).await
}

/// Replaces the card of a committee. Coordinators only.
///
/// # Errors
///
/// See [`RegistryError`]; nothing is saved when an error is returned.
pub async fn update(
    desk: &Desk,
    actor: &Actor,
    cmd: &Update<ChainCommitteeId, CommitteeCard>,
) -> Result<ChainCommitteeId, RegistryError> {
    must_keep(actor)?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let found = committee::find(&change.tx, &Visibility::All, cmd.id).await?;
    let committee = ChainCommittee {
        version: cmd.version,
        name: registry::name(&cmd.card.name)?,
        form: cmd.card.form,
        place: cmd.card.place,
        ..found.ok_or(RegistryError::NotFound)?
    };
    committee::save(&change.tx, &committee).await?;
    done(change, "UpdateCommittee", committee.id).await
}

/// Removes a committee without seats and alliances. Coordinators only.
///
/// # Errors
///
/// See [`RegistryError`]; nothing is removed when an error is returned.
pub async fn remove(
    desk: &Desk,
    actor: &Actor,
    cmd: &Remove<ChainCommitteeId>,
) -> Result<ChainCommitteeId, RegistryError> {
    must_keep(actor)?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let found = committee::find(&change.tx, &Visibility::All, cmd.id).await?;
    found.ok_or(RegistryError::NotFound)?;
    committee::remove(&change.tx, cmd.id, cmd.version).await.map_err(in_use)?;
    done(change, "RemoveCommittee", cmd.id).await
}

/// Gives a seat on a committee to a member unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppointSeat {
    /// The committee.
    pub committee: ChainCommitteeId,
    /// Kind of the seat.
    pub kind: SeatKind,
    /// Who holds it.
    pub holder: Member,
    /// First day of the term; today if absent.
    pub from_on: Option<NaiveDate>,
    /// Last day of the term, if it ends.
    pub until_on: Option<NaiveDate>,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Gives a seat: the committee's secretary, or a coordinator.
///
/// # Errors
///
/// See [`RegistryError`]; nothing is saved when an error is returned.
pub async fn appoint(
    desk: &Desk,
    actor: &Actor,
    cmd: &AppointSeat,
) -> Result<SeatId, RegistryError> {
    must_speak_for(actor, cmd.committee)?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let seat = Seat {
        id: desk.mint(),
        committee: cmd.committee,
        kind: cmd.kind,
        holder: cmd.holder,
        from_on: cmd.from_on.or(Some(desk.today)),
        until_on: cmd.until_on,
    };
    check_fit(&change.tx, &seat).await?;
    seat::insert(&change.tx, &seat).await?;
    done(change, "AppointSeat", seat.id).await
}

async fn check_fit(db: &impl ConnectionTrait, seat: &Seat) -> Result<(), RegistryError> {
    let kind = match seat.holder {
        Member::Enterprise(_) => None,
        Member::Organisation(id) => {
            let found = organisation::find(db, &Visibility::All, id).await?;
            Some(found.ok_or(RegistryError::UnknownReference)?.kind)
        }
    };
    Ok(check_seat(seat, kind)?)
}

/// Ends the term of a seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndSeat {
    /// The seat.
    pub seat: SeatId,
    /// Last day of the term.
    pub until_on: NaiveDate,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Ends a term: the committee's secretary, or a coordinator. The seat stays in history.
///
/// # Errors
///
/// See [`RegistryError`]; nothing is saved when an error is returned.
pub async fn end_seat(desk: &Desk, actor: &Actor, cmd: &EndSeat) -> Result<SeatId, RegistryError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let found = seat::find(&change.tx, &Visibility::All, cmd.seat).await?;
    let found = found.ok_or(RegistryError::NotFound)?;
    must_speak_for(actor, found.committee)?;
    if let Some(from_on) = found.from_on.filter(|from| cmd.until_on < *from) {
        return Err(SeatError::TermReversed { from_on, until_on: cmd.until_on }.into());
    }
    seat::end(&change.tx, cmd.seat, cmd.until_on).await.map_err(registry::gone)?;
    done(change, "EndSeat", cmd.seat).await
}

/// Removes a seat that was entered by mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoveSeat {
    /// The seat.
    pub seat: SeatId,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Removes a seat: the committee's secretary, or a coordinator.
///
/// # Errors
///
/// See [`RegistryError`]; nothing is removed when an error is returned.
pub async fn remove_seat(
    desk: &Desk,
    actor: &Actor,
    cmd: &RemoveSeat,
) -> Result<SeatId, RegistryError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let found = seat::find(&change.tx, &Visibility::All, cmd.seat).await?;
    must_speak_for(actor, found.ok_or(RegistryError::NotFound)?.committee)?;
    seat::remove(&change.tx, cmd.seat).await.map_err(registry::gone)?;
    done(change, "RemoveSeat", cmd.seat).await
}

/// Lets only those pass who speak for `committee`.
pub(crate) fn must_speak_for(
    actor: &Actor,
    committee: ChainCommitteeId,
) -> Result<(), RegistryError> {
    if policy::may_act_for_committee(actor, committee) {
        Ok(())
    } else {
        Err(RegistryError::NotFound)
    }
}
