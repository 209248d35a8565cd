//! What keepers of the registry share: the shape of their commands, why one is refused, and the
//! begin and end of each.
//!
//! A command gives back the id of what it changed; whoever wants the thing reads it.

use lianmeng_domain::actor::Actor;
use lianmeng_domain::committee::SeatError;
use lianmeng_domain::ids::{ChainSegmentId, Id, PartyOrganisationId};
use lianmeng_domain::policy;
use lianmeng_domain::supply::SupplyError;
use lianmeng_store::StoreError;
use thiserror::Error;

use crate::command::{Change, CommandError, Touches};

/// Registers a new thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Register<C> {
    /// Its card.
    pub card: C,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Replaces the card of a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update<I, C> {
    /// Which.
    pub id: I,
    /// The version the caller read.
    pub version: i64,
    /// The whole new card.
    pub card: C,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Removes a thing nothing else depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remove<I> {
    /// Which.
    pub id: I,
    /// The version the caller read.
    pub version: i64,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why the registry was not changed.
#[derive(Debug, Error)]
pub enum RegistryError {
    /// No such thing that the caller may change.
    #[error("there is nothing with this id that you may change")]
    NotFound,
    /// A name is missing.
    #[error("the name is empty; write one")]
    NameMissing,
    /// The name or external id belongs to another.
    #[error("the name belongs to another; search for it and update that one")]
    Taken,
    /// Something the command refers to does not exist.
    #[error("something the input refers to does not exist; look its id up again")]
    UnknownReference,
    /// Others depend on it.
    #[error("others depend on it; remove them first")]
    InUse,
    /// The new superior is the Party organisation itself or one below it.
    #[error("the superior {superior} stands below this Party organisation; choose one above it")]
    PartyCycle {
        /// The superior that closes the circle.
        superior: PartyOrganisationId,
    },
    /// A segment of another chain.
    #[error("the segment {segment} is not on the committee's chain; choose one of its segments")]
    ForeignSegment {
        /// The segment.
        segment: ChainSegmentId,
    },
    /// The lead of an alliance always takes part in it.
    #[error("this enterprise leads the alliance; name another lead first")]
    LeadMustStay,
    /// A seat that cannot be given.
    #[error(transparent)]
    Seat(#[from] SeatError),
    /// A supply edge that cannot stand.
    #[error(transparent)]
    Supply(#[from] SupplyError),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for RegistryError {
    /// A unique value that exists, or a reference that does not: the database names which.
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(what) if is_reference(&what) => Self::UnknownReference,
            StoreError::Conflict(_) => Self::Taken,
            StoreError::Stale | StoreError::Corrupt { .. } | StoreError::Db(_) => {
                Self::Command(error.into())
            }
        }
    }
}

/// Whether a refused row pointed at something that is not there, on both databases.
fn is_reference(what: &str) -> bool {
    what.to_lowercase().contains("foreign key")
}

/// A refused removal: others point at the row.
pub(crate) fn in_use(error: StoreError) -> RegistryError {
    match error {
        StoreError::Conflict(_) => RegistryError::InUse,
        StoreError::Stale | StoreError::Corrupt { .. } | StoreError::Db(_) => error.into(),
    }
}

/// A row without a version that was not there: it is gone, and no newer version can be read.
pub(crate) fn gone(error: StoreError) -> RegistryError {
    match error {
        StoreError::Stale => RegistryError::NotFound,
        StoreError::Conflict(_) | StoreError::Corrupt { .. } | StoreError::Db(_) => error.into(),
    }
}

/// Lets only keepers of the registry pass.
pub(crate) fn must_keep(actor: &Actor) -> Result<(), RegistryError> {
    if policy::may_keep_registry(actor) { Ok(()) } else { Err(RegistryError::NotFound) }
}

/// The name without white space around it.
pub(crate) fn name(text: &str) -> Result<String, RegistryError> {
    match text.trim() {
        "" => Err(RegistryError::NameMissing),
        name => Ok(name.to_owned()),
    }
}

/// The id of what the same command changed before.
pub(crate) fn replayed<I: Id>(thing: &str) -> Result<I, RegistryError> {
    let id = thing.split_once(':').and_then(|(_, id)| id.parse().ok());
    id.ok_or(RegistryError::NotFound)
}

/// Ends a change of the thing with this id. Everything here touches the graph.
pub(crate) async fn done<I: Id>(
    change: Change<'_>,
    action: &str,
    id: I,
) -> Result<I, RegistryError> {
    change.finish(action, &format!("{}:{id}", I::TAG), Touches::Graph).await?;
    Ok(id)
}

/// Sorted and without repeats.
pub(crate) fn sorted<T: Ord + Clone>(items: &[T]) -> Vec<T> {
    let mut items = items.to_vec();
    items.sort();
    items.dedup();
    items
}
