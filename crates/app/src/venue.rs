//! Keeping venues.

use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::{Id, VenueId};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::region::Place;
use lianmeng_domain::venue::{self, Venue, VenueError};
use lianmeng_store::{StoreError, venue as store};
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;

/// Registers a venue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterVenue {
    /// Its name.
    pub name: String,
    /// Street address.
    pub address: Option<String>,
    /// The division or zone it lies in.
    pub place: Option<Place>,
    /// How many people it holds.
    pub capacity: Option<u32>,
    /// How many tables it has room for.
    pub tables: u16,
    /// Whether it is invented for demonstration.
    pub is_example: bool,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why a venue was not kept.
#[derive(Debug, Error)]
pub enum VenueCommandError {
    /// The caller may not register a venue there.
    #[error("you may register venues in your own district or zone only")]
    NotFound,
    /// The place does not exist.
    #[error("the division or zone does not exist")]
    UnknownPlace,
    /// A rule.
    #[error(transparent)]
    Rule(#[from] VenueError),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for VenueCommandError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

/// Registers a venue: coordinators anywhere, hosts at home.
///
/// # Errors
///
/// See [`VenueCommandError`]; nothing is saved when an error is returned.
pub async fn register(
    desk: &Desk,
    actor: &Actor,
    cmd: &RegisterVenue,
) -> Result<Venue, VenueCommandError> {
    if !venue::may_register(actor, cmd.place) {
        return Err(VenueCommandError::NotFound);
    }
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(desk, &thing).await,
    };
    let venue = Venue {
        id: desk.mint(),
        name: cmd.name.trim().to_owned(),
        address: cmd.address.clone(),
        place: cmd.place,
        capacity: cmd.capacity,
        tables: cmd.tables,
        is_example: cmd.is_example,
        version: 1,
    };
    venue::check(&venue)?;
    store::insert(&change.tx, &venue).await.map_err(|error| match error {
        StoreError::Conflict(_) => VenueCommandError::UnknownPlace,
        StoreError::Stale | StoreError::Corrupt { .. } | StoreError::Db(_) => error.into(),
    })?;
    let wire = format!("{}:{}", VenueId::TAG, venue.id);
    change.finish("RegisterVenue", &wire, Touches::Nothing).await?;
    Ok(venue)
}

async fn replayed(desk: &Desk, thing: &str) -> Result<Venue, VenueCommandError> {
    let id = thing.split_once(':').and_then(|(_, id)| id.parse().ok());
    let id: VenueId = id.ok_or(VenueCommandError::NotFound)?;
    let found = store::find(&desk.db, &Visibility::All, id).await?;
    found.ok_or(VenueCommandError::NotFound)
}
