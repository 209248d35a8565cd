//! Keeping industrial chains, their segments, and who is placed on them.

use lianmeng_domain::actor::Actor;
use lianmeng_domain::chain::{ChainSegment, IndustrialChain, Placement, Reach};
use lianmeng_domain::ids::{ChainSegmentId, EnterpriseId, IndustrialChainId, ProductId};
use lianmeng_domain::policy::Visibility;
use lianmeng_store::chain::{self, segment};
use sea_orm::ConnectionTrait;

use crate::command::{self, Begun};
use crate::desk::Desk;
use crate::registry::{
    self, Register, RegistryError, Remove, Update, done, in_use, must_keep, replayed, sorted,
};

/// What a person may write into the card of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainCard {
    /// Its name, unique.
    pub name: String,
    /// Tags such as "20+8".
    pub tags: Vec<String>,
}

fn with_card(base: IndustrialChain, card: &ChainCard) -> Result<IndustrialChain, RegistryError> {
    Ok(IndustrialChain { name: registry::name(&card.name)?, tags: sorted(&card.tags), ..base })
}

/// Registers a chain. Coordinators only.
///
/// # Errors
///
/// See [`RegistryError`]; nothing is saved when an error is returned.
pub async fn register(
    desk: &Desk,
    actor: &Actor,
    cmd: &Register<ChainCard>,
) -> Result<IndustrialChainId, RegistryError> {
    must_keep(actor)?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let blank = IndustrialChain {
        id: desk.mint(),
        external_id: None,
        name: String::new(),
        tags: Vec::new(),
        is_example: false,
        version: 1,
    };
    let chain = with_card(blank, &cmd.card)?;
    chain::insert(&change.tx, &chain).await?;
    done(change, "RegisterChain", chain.id).await
}

/// Replaces the card of a chain. Coordinators only.
///
/// # Errors
///
/// See [`RegistryError`]; nothing is saved when an error is returned.
pub async fn update(
    desk: &Desk,
    actor: &Actor,
    cmd: &Update<IndustrialChainId, ChainCard>,
) -> Result<IndustrialChainId, RegistryError> {
    must_keep(actor)?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let found = chain::find(&change.tx, &Visibility::All, cmd.id).await?;
    let found = found.ok_or(RegistryError::NotFound)?;
    let chain = with_card(IndustrialChain { version: cmd.version, ..found }, &cmd.card)?;
    chain::save(&change.tx, &chain).await?;
    done(change, "UpdateChain", chain.id).await
}

/// Removes a chain without segments and committees. Coordinators only.
///
/// # Errors
///
/// See [`RegistryError`]; nothing is removed when an error is returned.
pub async fn remove(
    desk: &Desk,
    actor: &Actor,
    cmd: &Remove<IndustrialChainId>,
) -> Result<IndustrialChainId, RegistryError> {
    must_keep(actor)?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let found = chain::find(&change.tx, &Visibility::All, cmd.id).await?;
    found.ok_or(RegistryError::NotFound)?;
    chain::remove(&change.tx, cmd.id, cmd.version).await.map_err(in_use)?;
    done(change, "RemoveChain", cmd.id).await
}

/// What a person may write into the card of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentCard {
    /// Its name, unique within the chain.
    pub name: String,
    /// Where it lies.
    pub reach: Reach,
    /// Order from upstream to downstream, from 1.
    pub position: i32,
    /// Products that place an enterprise here.
    pub products: Vec<ProductId>,
}

/// Adds a segment to a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddSegment {
    /// The chain.
    pub chain: IndustrialChainId,
    /// The version of the chain the caller read.
    pub chain_version: i64,
    /// The segment's card.
    pub card: SegmentCard,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Adds a segment. It belongs to its chain, whose version rises. Coordinators only.
///
/// # Errors
///
/// See [`RegistryError`]; nothing is saved when an error is returned.
pub async fn add_segment(
    desk: &Desk,
    actor: &Actor,
    cmd: &AddSegment,
) -> Result<ChainSegmentId, RegistryError> {
    must_keep(actor)?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    raise(&change.tx, cmd.chain, cmd.chain_version).await?;
    let segment = segment_of(desk.mint(), cmd.chain, &cmd.card)?;
    segment::insert(&change.tx, &segment).await?;
    done(change, "AddSegment", segment.id).await
}

/// Replaces the card of a segment; `cmd.version` is its chain's. Coordinators only.
///
/// # Errors
///
/// See [`RegistryError`]; nothing is saved when an error is returned.
pub async fn update_segment(
    desk: &Desk,
    actor: &Actor,
    cmd: &Update<ChainSegmentId, SegmentCard>,
) -> Result<ChainSegmentId, RegistryError> {
    must_keep(actor)?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let found = segment::find(&change.tx, &Visibility::All, cmd.id).await?;
    let found = found.ok_or(RegistryError::NotFound)?;
    raise(&change.tx, found.chain, cmd.version).await?;
    segment::save(&change.tx, &segment_of(cmd.id, found.chain, &cmd.card)?).await?;
    done(change, "UpdateSegment", cmd.id).await
}

/// Removes a segment on which nobody is placed and which no alliance covers; `cmd.version` is its
/// chain's. Coordinators only.
///
/// # Errors
///
/// See [`RegistryError`]; nothing is removed when an error is returned.
pub async fn remove_segment(
    desk: &Desk,
    actor: &Actor,
    cmd: &Remove<ChainSegmentId>,
) -> Result<ChainSegmentId, RegistryError> {
    must_keep(actor)?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let found = segment::find(&change.tx, &Visibility::All, cmd.id).await?;
    let found = found.ok_or(RegistryError::NotFound)?;
    raise(&change.tx, found.chain, cmd.version).await?;
    segment::remove(&change.tx, cmd.id).await.map_err(in_use)?;
    done(change, "RemoveSegment", cmd.id).await
}

/// Raises the version of a chain whose segments change.
async fn raise(
    db: &impl ConnectionTrait,
    id: IndustrialChainId,
    version: i64,
) -> Result<(), RegistryError> {
    let found = chain::find(db, &Visibility::All, id).await?;
    let found = found.ok_or(RegistryError::NotFound)?;
    Ok(chain::save(db, &IndustrialChain { version, ..found }).await?)
}

fn segment_of(
    id: ChainSegmentId,
    chain: IndustrialChainId,
    card: &SegmentCard,
) -> Result<ChainSegment, RegistryError> {
    Ok(ChainSegment {
        id,
        chain,
        name: registry::name(&card.name)?,
        reach: card.reach,
        position: card.position,
        products: sorted(&card.products),
    })
}

/// Places an enterprise on a segment, or confirms its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceEnterprise {
    /// Who, where, and whether a person confirmed it.
    pub placement: Placement,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Places an enterprise. Coordinators only.
///
/// # Errors
///
/// See [`RegistryError`]; nothing is saved when an error is returned.
pub async fn place(
    desk: &Desk,
    actor: &Actor,
    cmd: &PlaceEnterprise,
) -> Result<EnterpriseId, RegistryError> {
    must_keep(actor)?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    segment::place(&change.tx, cmd.placement).await?;
    done(change, "PlaceEnterprise", cmd.placement.enterprise).await
}

/// Takes an enterprise off a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnplaceEnterprise {
    /// Who.
    pub enterprise: EnterpriseId,
    /// From where.
    pub segment: ChainSegmentId,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Takes an enterprise off a segment. Coordinators only.
///
/// # Errors
///
/// [`RegistryError::NotFound`] if it was not placed there; else see [`RegistryError`].
pub async fn unplace(
    desk: &Desk,
    actor: &Actor,
    cmd: &UnplaceEnterprise,
) -> Result<EnterpriseId, RegistryError> {
    must_keep(actor)?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let gone = segment::unplace(&change.tx, cmd.enterprise, cmd.segment).await;
    gone.map_err(registry::gone)?;
    done(change, "UnplaceEnterprise", cmd.enterprise).await
}
