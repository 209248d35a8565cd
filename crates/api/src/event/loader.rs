//! Loaders of events and their parts: many keys, one statement.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use lianmeng_domain::event::{DockingEvent, Session, Slot, Table};
use lianmeng_domain::ids::{DockingEventId, MeetingId, ParticipantId, VenueId};
use lianmeng_domain::meeting::version::Version;
use lianmeng_domain::meeting::{Meeting, Participant, Precedence};
use lianmeng_domain::region::Place;
use lianmeng_domain::venue::Venue;
use lianmeng_store::event::{self, layout, version};
use lianmeng_store::meeting::{self, participant};
use lianmeng_store::{StoreError, venue};

use crate::loader::{Loaders, deal};

macro_rules! by_id {
    ($($id:ty => $thing:ty = $find:path;)+) => {$(
        impl Loader<$id> for Loaders {
            type Value = $thing;
            type Error = Arc<StoreError>;

            async fn load(
                &self,
                ids: &[$id],
            ) -> Result<HashMap<$id, $thing>, Arc<StoreError>> {
                let sees = self.sees_events();
                let found = $find(&self.db, sees, ids).await.map_err(Arc::new)?;
                Ok(found.into_iter().map(|thing| (thing.id, thing)).collect())
            }
        }
    )+};
}

by_id! {
    VenueId => Venue = venue::find_many;
    DockingEventId => DockingEvent = event::find_many;
    ParticipantId => Participant = participant::find_many;
    MeetingId => Meeting = meeting::find_many;
}

impl Loader<Place> for Loaders {
    type Value = String;
    type Error = Arc<StoreError>;

    async fn load(&self, places: &[Place]) -> Result<HashMap<Place, String>, Arc<StoreError>> {
        event::place_names(&self.db, places).await.map_err(Arc::new)
    }
}

/// Parts of an event that come whole: there are few of them.
macro_rules! parts_of {
    ($($(#[$meta:meta])* $key:ident -> $part:ty = $find:path;)+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $key(pub DockingEventId);

        impl Loader<$key> for Loaders {
            type Value = Vec<$part>;
            type Error = Arc<StoreError>;

            async fn load(
                &self,
                keys: &[$key],
            ) -> Result<HashMap<$key, Vec<$part>>, Arc<StoreError>> {
                let events: Vec<DockingEventId> = keys.iter().map(|key| key.0).collect();
                let found = $find(&self.db, &events).await.map_err(Arc::new)?;
                Ok(found.into_iter().map(|(event, parts)| ($key(event), parts)).collect())
            }
        }
    )+};
}

parts_of! {
    /// Slots of an event.
    SlotsOf -> Slot = layout::slots;
    /// Tables of an event.
    TablesOf -> Table = layout::tables;
    /// Sessions of an event.
    SessionsOf -> Session = layout::sessions;
}

/// The first children of an event: `Key -> Child = store function, event of a child;`.
macro_rules! first_of {
    ($($(#[$meta:meta])* $key:ident -> $child:ty = $find:expr, $of:expr;)+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $key {
            /// Whose.
            pub of: DockingEventId,
            /// At most so many.
            pub first: u64,
        }

        impl Loader<$key> for Loaders {
            type Value = Vec<$child>;
            type Error = Arc<StoreError>;

            async fn load(
                &self,
                keys: &[$key],
            ) -> Result<HashMap<$key, Vec<$child>>, Arc<StoreError>> {
                let events: BTreeSet<DockingEventId> = keys.iter().map(|key| key.of).collect();
                let events: Vec<DockingEventId> = events.into_iter().collect();
                let most = keys.iter().map(|key| key.first).max().unwrap_or(0);
                let sees = self.sees_events();
                let found = $find(&self.db, sees, &events, most).await.map_err(Arc::new)?;
                let event: fn(&$child) -> DockingEventId = $of;
                Ok(deal(keys, |key| (key.of, key.first), found, |child| Some(event(child))))
            }
        }
    )+};
}

first_of! {
    /// First participants of an event.
    FirstParticipants -> Participant = participant::of_events, |one| one.event;
    /// First meetings of an event.
    FirstMeetings -> Meeting = meeting::of_events, |one| one.event;
    /// First precedences of an event.
    FirstPrecedences -> (DockingEventId, Precedence) = meeting::precedences_of, |one| one.0;
    /// First published versions of an event.
    FirstVersions -> Version = version::of_events, |one| one.event;
}
