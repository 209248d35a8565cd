//! Keeping alliances and their partners: the committee's secretary, or a coordinator.

use lianmeng_domain::actor::Actor;
use lianmeng_domain::alliance::{Alliance, AlliancePartner};
use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::{AllianceId, ChainCommitteeId, ChainSegmentId, EnterpriseId};
use lianmeng_domain::policy::Visibility;
use lianmeng_store::alliance::{self, partner};
use lianmeng_store::chain::segment;
use lianmeng_store::committee;
use sea_orm::ConnectionTrait;

use crate::command::{self, Begun};
use crate::committee::must_speak_for;
use crate::desk::Desk;
use crate::registry::{
    self, Register, RegistryError, Remove, Update, done, in_use, replayed, sorted,
};

/// What a person may write into the card of an alliance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllianceCard {
    /// Its name, unique within the committee.
    pub name: String,
    /// The enterprise that leads it; it becomes a partner.
    pub lead: Option<EnterpriseId>,
    /// Segments of the committee's chain that it covers.
    pub segments: Vec<ChainSegmentId>,
}

/// The card of a new alliance, which says for good under which committee it hangs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAlliance {
    /// The committee.
    pub committee: ChainCommitteeId,
    /// The rest of its card.
    pub card: AllianceCard,
}

/// Registers an alliance: the committee's secretary, or a coordinator.
///
/// # Errors
///
/// See [`RegistryError`]; nothing is saved when an error is returned.
pub async fn register(
    desk: &Desk,
    actor: &Actor,
    cmd: &Register<NewAlliance>,
) -> Result<AllianceId, RegistryError> {
    let NewAlliance { committee, card } = &cmd.card;
    must_speak_for(actor, *committee)?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let alliance = Alliance {
        id: desk.mint(),
        external_id: None,
        name: registry::name(&card.name)?,
        committee: *committee,
        lead: card.lead,
        segments: sorted(&card.segments),
        is_example: false,
        version: 1,
    };
    check_segments(&change.tx, &alliance).await?;
    alliance::insert(&change.tx, &alliance).await?;
    add_lead(&change.tx, &alliance).await?;
    done(change, "RegisterAlliance", alliance.id).await
}

/// Replaces the card of an alliance: the committee's secretary, or a coordinator.
///
/// # Errors
///
/// See [`RegistryError`]; nothing is saved when an error is returned.
pub async fn update(
    desk: &Desk,
    actor: &Actor,
    cmd: &Update<AllianceId, AllianceCard>,
) -> Result<AllianceId, RegistryError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let alliance = Alliance {
        version: cmd.version,
        name: registry::name(&cmd.card.name)?,
        lead: cmd.card.lead,
        segments: sorted(&cmd.card.segments),
        ..own(&change.tx, actor, cmd.id).await?
    };
    check_segments(&change.tx, &alliance).await?;
    alliance::save(&change.tx, &alliance).await?;
    add_lead(&change.tx, &alliance).await?;
    done(change, "UpdateAlliance", alliance.id).await
}

/// Removes an alliance with its partners: the committee's secretary, or a coordinator.
///
/// # Errors
///
/// See [`RegistryError`]; nothing is removed when an error is returned.
pub async fn remove(
    desk: &Desk,
    actor: &Actor,
    cmd: &Remove<AllianceId>,
) -> Result<AllianceId, RegistryError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    own(&change.tx, actor, cmd.id).await?;
    alliance::remove(&change.tx, cmd.id, cmd.version).await.map_err(in_use)?;
    done(change, "RemoveAlliance", cmd.id).await
}

/// Adds a partner to an alliance, or takes it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangePartner {
    /// The alliance and its partner.
    pub part: AlliancePartner,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Adds a partner: the committee's secretary, or a coordinator. Adding one twice changes nothing.
///
/// # Errors
///
/// See [`RegistryError`]; nothing is saved when an error is returned.
pub async fn add_partner(
    desk: &Desk,
    actor: &Actor,
    cmd: &ChangePartner,
) -> Result<AllianceId, RegistryError> {
    let change = match command::begin(desk, actor, &cmd.request_key, &("add", cmd)).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    own(&change.tx, actor, cmd.part.alliance).await?;
    partner::insert(&change.tx, cmd.part).await?;
    done(change, "AddPartner", cmd.part.alliance).await
}

/// Takes a partner out: the committee's secretary, or a coordinator. The lead stays.
///
/// # Errors
///
/// [`RegistryError::NotFound`] if it takes no part; else see [`RegistryError`].
pub async fn remove_partner(
    desk: &Desk,
    actor: &Actor,
    cmd: &ChangePartner,
) -> Result<AllianceId, RegistryError> {
    let change = match command::begin(desk, actor, &cmd.request_key, &("remove", cmd)).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let alliance = own(&change.tx, actor, cmd.part.alliance).await?;
    if alliance.lead.is_some_and(|lead| cmd.part.partner == Member::Enterprise(lead)) {
        return Err(RegistryError::LeadMustStay);
    }
    partner::remove(&change.tx, cmd.part).await.map_err(registry::gone)?;
    done(change, "RemovePartner", alliance.id).await
}

/// The alliance, if the actor speaks for its committee.
async fn own(
    db: &impl ConnectionTrait,
    actor: &Actor,
    id: AllianceId,
) -> Result<Alliance, RegistryError> {
    let found = alliance::find(db, &Visibility::All, id).await?;
    let found = found.ok_or(RegistryError::NotFound)?;
    must_speak_for(actor, found.committee)?;
    Ok(found)
}

/// Refuses segments of other chains than the committee's.
async fn check_segments(
    db: &impl ConnectionTrait,
    alliance: &Alliance,
) -> Result<(), RegistryError> {
    let committee = committee::find(db, &Visibility::All, alliance.committee).await?;
    let chain = committee.ok_or(RegistryError::UnknownReference)?.chain;
    let segments = segment::find_many(db, &Visibility::All, &alliance.segments).await?;
    if segments.len() < alliance.segments.len() {
        return Err(RegistryError::UnknownReference);
    }
    match segments.iter().find(|segment| segment.chain != chain) {
        Some(segment) => Err(RegistryError::ForeignSegment { segment: segment.id }),
        None => Ok(()),
    }
}

/// The lead takes part like any partner.
async fn add_lead(db: &impl ConnectionTrait, alliance: &Alliance) -> Result<(), RegistryError> {
    let Some(lead) = alliance.lead else { return Ok(()) };
    let part = AlliancePartner { alliance: alliance.id, partner: Member::Enterprise(lead) };
    Ok(partner::insert(db, part).await?)
}
