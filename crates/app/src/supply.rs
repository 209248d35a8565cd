//! Keeping observed supply edges. A statement is never rewritten: it is disputed, ended or removed,
//! and a new one is made.

use chrono::NaiveDate;
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::ids::{EnterpriseId, ProductId, SupplyEdgeId};
use lianmeng_domain::policy::{self, Visibility};
use lianmeng_domain::supply::{self, SupplyEdge, SupplyError};
use lianmeng_store::supply as store;

use crate::command::{self, Begun};
use crate::desk::Desk;
use crate::registry::{self, Register, RegistryError, done, must_keep, replayed};

/// What a supply edge states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupplyCard {
    /// Who supplies.
    pub supplier: EnterpriseId,
    /// Who buys.
    pub buyer: EnterpriseId,
    /// What, if known.
    pub product: Option<ProductId>,
    /// Who says so.
    pub source: String,
    /// How sure, in basis points, 0 to 10 000.
    pub confidence_basis_points: i32,
    /// First day it holds, if known.
    pub valid_from: Option<NaiveDate>,
    /// Last day it holds; `None` while it does.
    pub valid_to: Option<NaiveDate>,
}

/// Registers a supply edge. Coordinators only.
///
/// # Errors
///
/// See [`RegistryError`]; nothing is saved when an error is returned.
pub async fn register(
    desk: &Desk,
    actor: &Actor,
    cmd: &Register<SupplyCard>,
) -> Result<SupplyEdgeId, RegistryError> {
    must_keep(actor)?;
    let card = &cmd.card;
    let edge = SupplyEdge {
        id: desk.mint(),
        supplier: card.supplier,
        buyer: card.buyer,
        product: card.product,
        source: card.source.trim().to_owned(),
        confidence_basis_points: card.confidence_basis_points,
        valid_from: card.valid_from,
        valid_to: card.valid_to,
        is_disputed: false,
    };
    supply::check(&edge)?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    store::insert(&change.tx, &edge).await?;
    done(change, "RegisterSupplyEdge", edge.id).await
}

/// Says whether a supply edge is denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputeSupplyEdge {
    /// The edge.
    pub edge: SupplyEdgeId,
    /// Whether it is denied.
    pub is_disputed: bool,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Disputes an edge or takes the dispute back: supplier, buyer, or a coordinator.
///
/// # Errors
///
/// See [`RegistryError`]; nothing is saved when an error is returned.
pub async fn dispute(
    desk: &Desk,
    actor: &Actor,
    cmd: &DisputeSupplyEdge,
) -> Result<SupplyEdgeId, RegistryError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let found = store::find(&change.tx, &Visibility::All, cmd.edge).await?;
    found.filter(|edge| may_dispute(actor, edge)).ok_or(RegistryError::NotFound)?;
    store::dispute(&change.tx, cmd.edge, cmd.is_disputed).await.map_err(registry::gone)?;
    done(change, "DisputeSupplyEdge", cmd.edge).await
}

/// Whether `actor` may deny `edge`: staff of one of the two enterprises, or a coordinator.
pub fn may_dispute(actor: &Actor, edge: &SupplyEdge) -> bool {
    let own = [edge.supplier, edge.buyer].map(Some);
    policy::may_keep_registry(actor)
        || (actor.role == Role::Enterprise && own.contains(&actor.enterprise()))
}

/// Ends a supply edge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndSupplyEdge {
    /// The edge.
    pub edge: SupplyEdgeId,
    /// Last day it holds.
    pub valid_to: NaiveDate,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Ends an edge; it stays in history. Coordinators only.
///
/// # Errors
///
/// See [`RegistryError`]; nothing is saved when an error is returned.
pub async fn end(
    desk: &Desk,
    actor: &Actor,
    cmd: &EndSupplyEdge,
) -> Result<SupplyEdgeId, RegistryError> {
    must_keep(actor)?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let found = store::find(&change.tx, &Visibility::All, cmd.edge).await?;
    let found = found.ok_or(RegistryError::NotFound)?;
    if let Some(valid_from) = found.valid_from.filter(|from| cmd.valid_to < *from) {
        return Err(SupplyError::DatesReversed { valid_from, valid_to: cmd.valid_to }.into());
    }
    store::end(&change.tx, cmd.edge, cmd.valid_to).await.map_err(registry::gone)?;
    done(change, "EndSupplyEdge", cmd.edge).await
}

/// Removes a supply edge that was entered by mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoveSupplyEdge {
    /// The edge.
    pub edge: SupplyEdgeId,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Removes an edge. Coordinators only.
///
/// # Errors
///
/// See [`RegistryError`]; nothing is removed when an error is returned.
pub async fn remove(
    desk: &Desk,
    actor: &Actor,
    cmd: &RemoveSupplyEdge,
) -> Result<SupplyEdgeId, RegistryError> {
    must_keep(actor)?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    store::remove(&change.tx, cmd.edge).await.map_err(registry::gone)?;
    done(change, "RemoveSupplyEdge", cmd.edge).await
}
