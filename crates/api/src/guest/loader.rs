//! Loaders of guests: many keys, one statement.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use lianmeng_domain::guest::Guest;
use lianmeng_domain::guest::person::SeenPerson;
use lianmeng_domain::ids::{DockingEventId, GuestId};
use lianmeng_domain::rights::DataClass;
use lianmeng_store::StoreError;
use lianmeng_store::guest::{self as store, person};

use crate::loader::{Loaders, deal};

impl Loader<GuestId> for Loaders {
    type Value = Guest;
    type Error = Arc<StoreError>;

    async fn load(&self, ids: &[GuestId]) -> Result<HashMap<GuestId, Guest>, Arc<StoreError>> {
        let eyes = self.eyes_of(DataClass::Guest);
        let found = store::find_many(&self.db, eyes, ids).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|guest| (guest.id, guest)).collect())
    }
}

/// Persons who come with a guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PeopleOf(pub GuestId);

impl Loader<PeopleOf> for Loaders {
    type Value = Vec<SeenPerson>;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        keys: &[PeopleOf],
    ) -> Result<HashMap<PeopleOf, Vec<SeenPerson>>, Arc<StoreError>> {
        let guests: Vec<GuestId> = keys.iter().map(|key| key.0).collect();
        let eyes = self.eyes_of(DataClass::Guest);
        let found = person::of_guests(&self.db, eyes, &guests).await.map_err(Arc::new)?;
        let mut people: HashMap<PeopleOf, Vec<SeenPerson>> = HashMap::new();
        for one in found {
            people.entry(PeopleOf(one.person.guest)).or_default().push(one);
        }
        Ok(people)
    }
}

/// First guests of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FirstGuests {
    /// Whose.
    pub of: DockingEventId,
    /// At most so many.
    pub first: u64,
}

impl Loader<FirstGuests> for Loaders {
    type Value = Vec<Guest>;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        keys: &[FirstGuests],
    ) -> Result<HashMap<FirstGuests, Vec<Guest>>, Arc<StoreError>> {
        let events: BTreeSet<DockingEventId> = keys.iter().map(|key| key.of).collect();
        let events: Vec<DockingEventId> = events.into_iter().collect();
        let most = keys.iter().map(|key| key.first).max().unwrap_or(0);
        let eyes = self.eyes_of(DataClass::Guest);
        let found = store::of_events(&self.db, eyes, &events, most).await.map_err(Arc::new)?;
        Ok(deal(keys, |key| (key.of, key.first), found, |guest| Some(guest.event)))
    }
}

/// How many people come with the guests of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HeadsOf(pub DockingEventId);

impl Loader<HeadsOf> for Loaders {
    type Value = u32;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[HeadsOf]) -> Result<HashMap<HeadsOf, u32>, Arc<StoreError>> {
        let events: Vec<DockingEventId> = keys.iter().map(|key| key.0).collect();
        let found = store::heads(&self.db, &events).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|(event, heads)| (HeadsOf(event), heads)).collect())
    }
}
