//! Loaders of casework: things by their ids, and the first of them for each parent.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use chrono::{DateTime, Utc};
use lianmeng_domain::committee::Member;
use lianmeng_domain::contact::SeenContact;
use lianmeng_domain::credit::RedCredit;
use lianmeng_domain::ids::{
    CooperationTaskId, EnterpriseId, NeedId, OfferId, OrganisationId, PairingId, ProjectId,
    ReservationId, SuggestionId,
};
use lianmeng_domain::need::SeenNeed;
use lianmeng_domain::offer::Offer;
use lianmeng_domain::offer::reservation::Reservation;
use lianmeng_domain::pairing::Pairing;
use lianmeng_domain::project::SeenProject;
use lianmeng_domain::rights::DataClass;
use lianmeng_domain::suggestion::SeenSuggestion;
use lianmeng_domain::supervision::Supervision;
use lianmeng_domain::task::CooperationTask;
use lianmeng_domain::weights::WeightsVersion;
use lianmeng_store::offer::reservation;
use lianmeng_store::{
    StoreError, confirmation, contact, credit, need, offer, pairing, project, suggestion,
    supervision, task, weights,
};

use super::Loaders;

type Found<K, V> = Result<HashMap<K, V>, Arc<StoreError>>;

/// The first rows that belong to a parent; keys of one batch cost a statement for each limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ListOf<P, T> {
    /// The parent.
    pub parent: P,
    /// Most rows.
    pub limit: u64,
    /// What is listed.
    pub of: std::marker::PhantomData<T>,
}

impl<P, T> ListOf<P, T> {
    /// The first `limit` rows of `parent`.
    pub const fn new(parent: P, limit: u64) -> Self {
        Self { parent, limit, of: std::marker::PhantomData }
    }
}

/// Parents by limit, in order, so that each limit costs one statement.
fn by_limit<P: Copy + Ord, T>(keys: &[ListOf<P, T>]) -> std::collections::BTreeMap<u64, Vec<P>> {
    let mut groups = std::collections::BTreeMap::<u64, Vec<P>>::new();
    for key in keys {
        groups.entry(key.limit).or_default().push(key.parent);
    }
    groups
}

/// Sorts rows under their parents.
fn gather<P: Eq + Hash, T, R>(
    found: &mut HashMap<ListOf<P, T>, Vec<R>>,
    limit: u64,
    rows: impl IntoIterator<Item = (P, R)>,
) where
    ListOf<P, T>: Eq + Hash,
{
    for (parent, row) in rows {
        found.entry(ListOf::new(parent, limit)).or_default().push(row);
    }
}

impl Loader<NeedId> for Loaders {
    type Value = SeenNeed;
    type Error = Arc<StoreError>;

    async fn load(&self, ids: &[NeedId]) -> Found<NeedId, SeenNeed> {
        let found = need::find_many(&self.db, self.eyes(), ids).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|seen| (seen.need.id, seen)).collect())
    }
}

impl Loader<OfferId> for Loaders {
    type Value = Offer;
    type Error = Arc<StoreError>;

    async fn load(&self, ids: &[OfferId]) -> Found<OfferId, Offer> {
        let found = offer::find_many(&self.db, self.sees_of(DataClass::Offer), ids)
            .await
            .map_err(Arc::new)?;
        Ok(found.into_iter().map(|offer| (offer.id, offer)).collect())
    }
}

impl Loader<ProjectId> for Loaders {
    type Value = SeenProject;
    type Error = Arc<StoreError>;

    async fn load(&self, ids: &[ProjectId]) -> Found<ProjectId, SeenProject> {
        let found = project::find_many(&self.db, self.eyes_of(DataClass::Project), ids)
            .await
            .map_err(Arc::new)?;
        Ok(found.into_iter().map(|seen| (seen.project.id, seen)).collect())
    }
}

impl Loader<CooperationTaskId> for Loaders {
    type Value = CooperationTask;
    type Error = Arc<StoreError>;

    async fn load(&self, ids: &[CooperationTaskId]) -> Found<CooperationTaskId, CooperationTask> {
        let found = task::find_many(&self.db, self.eyes_of(DataClass::Task), ids)
            .await
            .map_err(Arc::new)?;
        Ok(found.into_iter().map(|task| (task.id, task)).collect())
    }
}

/// Needs of an enterprise.
pub type NeedsOf = ListOf<EnterpriseId, NeedId>;

impl Loader<NeedsOf> for Loaders {
    type Value = Vec<SeenNeed>;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[NeedsOf]) -> Found<NeedsOf, Vec<SeenNeed>> {
        let mut found = HashMap::new();
        for (limit, parents) in by_limit(keys) {
            let rows = need::of_enterprises(&self.db, self.eyes(), &parents, limit).await;
            let rows = rows.map_err(Arc::new)?.into_iter();
            gather(&mut found, limit, rows.map(|seen| (seen.need.enterprise, seen)));
        }
        Ok(found)
    }
}

/// Offers of an enterprise.
pub type OffersOf = ListOf<EnterpriseId, OfferId>;

impl Loader<OffersOf> for Loaders {
    type Value = Vec<Offer>;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[OffersOf]) -> Found<OffersOf, Vec<Offer>> {
        let mut found = HashMap::new();
        for (limit, parents) in by_limit(keys) {
            let rows =
                offer::of_enterprises(&self.db, self.sees_of(DataClass::Offer), &parents, limit)
                    .await;
            let rows = rows.map_err(Arc::new)?.into_iter();
            let theirs = rows.filter_map(|offer| match offer.provider {
                Member::Enterprise(id) => Some((id, offer)),
                Member::Organisation(_) => None,
            });
            gather(&mut found, limit, theirs);
        }
        Ok(found)
    }
}

/// Tasks of a project.
pub type TasksOf = ListOf<ProjectId, CooperationTaskId>;

impl Loader<TasksOf> for Loaders {
    type Value = Vec<CooperationTask>;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[TasksOf]) -> Found<TasksOf, Vec<CooperationTask>> {
        let mut found = HashMap::new();
        for (limit, parents) in by_limit(keys) {
            let rows =
                task::of_projects(&self.db, self.eyes_of(DataClass::Task), &parents, limit).await;
            let rows = rows.map_err(Arc::new)?.into_iter();
            let theirs = rows.filter_map(|task| task.project.map(|project| (project, task)));
            gather(&mut found, limit, theirs);
        }
        Ok(found)
    }
}

impl Loader<SuggestionId> for Loaders {
    type Value = SeenSuggestion;
    type Error = Arc<StoreError>;

    async fn load(&self, ids: &[SuggestionId]) -> Found<SuggestionId, SeenSuggestion> {
        let found = suggestion::find_many(&self.db, self.eyes_of(DataClass::Suggestion), ids)
            .await
            .map_err(Arc::new)?;
        Ok(found.into_iter().map(|seen| (seen.suggestion.id, seen)).collect())
    }
}

impl Loader<PairingId> for Loaders {
    type Value = Pairing;
    type Error = Arc<StoreError>;

    async fn load(&self, ids: &[PairingId]) -> Found<PairingId, Pairing> {
        let found = pairing::find_many(&self.db, self.sees_of(DataClass::Pairing), ids)
            .await
            .map_err(Arc::new)?;
        Ok(found.into_iter().map(|pairing| (pairing.id, pairing)).collect())
    }
}

/// Suggestions for a need, in the order they were made.
pub type SuggestionsOf = ListOf<NeedId, SuggestionId>;

impl Loader<SuggestionsOf> for Loaders {
    type Value = Vec<SeenSuggestion>;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[SuggestionsOf]) -> Found<SuggestionsOf, Vec<SeenSuggestion>> {
        let mut found = HashMap::new();
        for (limit, parents) in by_limit(keys) {
            let rows = suggestion::of_needs(
                &self.db,
                self.eyes_of(DataClass::Suggestion),
                &parents,
                limit,
            )
            .await;
            let rows = rows.map_err(Arc::new)?.into_iter();
            let theirs = rows.filter_map(|seen| seen.suggestion.need.map(|need| (need, seen)));
            gather(&mut found, limit, theirs);
        }
        Ok(found)
    }
}

/// A version of the suggestion engine's weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WeightsOf(pub i32);

impl Loader<WeightsOf> for Loaders {
    type Value = WeightsVersion;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[WeightsOf]) -> Found<WeightsOf, WeightsVersion> {
        let versions: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = weights::find_many(&self.db, &versions).await.map_err(Arc::new)?.into_iter();
        Ok(found.map(|version| (WeightsOf(version.version), version)).collect())
    }
}

/// The rating of an enterprise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CreditOf(pub EnterpriseId);

impl Loader<CreditOf> for Loaders {
    type Value = RedCredit;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[CreditOf]) -> Found<CreditOf, RedCredit> {
        let enterprises: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = credit::of_enterprises(&self.db, &enterprises).await.map_err(Arc::new)?;
        Ok(rows.into_iter().map(|one| (CreditOf(one.enterprise), one)).collect())
    }
}

/// When an offer or the card of an enterprise was last confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConfirmationOf {
    /// An offer.
    Offer(OfferId),
    /// The card of an enterprise.
    Enterprise(EnterpriseId),
}

impl Loader<ConfirmationOf> for Loaders {
    type Value = DateTime<Utc>;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[ConfirmationOf]) -> Found<ConfirmationOf, DateTime<Utc>> {
        let (mut offers, mut firms) = (Vec::new(), Vec::new());
        for key in keys {
            match key {
                ConfirmationOf::Offer(id) => offers.push(*id),
                ConfirmationOf::Enterprise(id) => firms.push(*id),
            }
        }
        let mut found = HashMap::new();
        if !offers.is_empty() {
            let of = confirmation::of(&self.db, &offers).await.map_err(Arc::new)?;
            found.extend(of.into_iter().map(|(id, at)| (ConfirmationOf::Offer(id), at)));
        }
        if !firms.is_empty() {
            let of = confirmation::of(&self.db, &firms).await.map_err(Arc::new)?;
            found.extend(of.into_iter().map(|(id, at)| (ConfirmationOf::Enterprise(id), at)));
        }
        Ok(found)
    }
}

/// The supervisions of a need, the newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SupervisionsOf(pub NeedId);

impl Loader<SupervisionsOf> for Loaders {
    type Value = Vec<Supervision>;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[SupervisionsOf]) -> Found<SupervisionsOf, Vec<Supervision>> {
        let needs: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = supervision::of_needs(&self.db, self.eyes().reads, &needs).await;
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for one in rows.map_err(Arc::new)? {
            found.entry(SupervisionsOf(one.need)).or_default().push(one);
        }
        Ok(found)
    }
}

impl Loader<ReservationId> for Loaders {
    type Value = Reservation;
    type Error = Arc<StoreError>;

    async fn load(&self, ids: &[ReservationId]) -> Found<ReservationId, Reservation> {
        let found = reservation::find_many(&self.db, self.sees_of(DataClass::Reservation), ids)
            .await
            .map_err(Arc::new)?;
        Ok(found.into_iter().map(|one| (one.id, one)).collect())
    }
}

/// Reservations of an offer.
pub type ReservationsOf = ListOf<OfferId, ReservationId>;

impl Loader<ReservationsOf> for Loaders {
    type Value = Vec<Reservation>;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[ReservationsOf]) -> Found<ReservationsOf, Vec<Reservation>> {
        let theirs = self.sees_of(DataClass::Reservation);
        let mut found = HashMap::new();
        for (limit, parents) in by_limit(keys) {
            let rows = reservation::of_offers(&self.db, theirs, &parents, limit).await;
            let rows = rows.map_err(Arc::new)?.into_iter();
            gather(&mut found, limit, rows.map(|one| (one.offer, one)));
        }
        Ok(found)
    }
}

/// Contacts of an enterprise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ContactsOfEnterprise(pub EnterpriseId);

impl Loader<ContactsOfEnterprise> for Loaders {
    type Value = Vec<SeenContact>;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        keys: &[ContactsOfEnterprise],
    ) -> Found<ContactsOfEnterprise, Vec<SeenContact>> {
        let owners: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = contact::of_enterprises(&self.db, self.eyes_of(DataClass::Contact), &owners);
        let mut found = HashMap::<_, Vec<_>>::new();
        for row in rows.await.map_err(Arc::new)? {
            if let Member::Enterprise(owner) = row.contact.owner {
                found.entry(ContactsOfEnterprise(owner)).or_default().push(row);
            }
        }
        Ok(found)
    }
}

/// Contacts of an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ContactsOfOrganisation(pub OrganisationId);

impl Loader<ContactsOfOrganisation> for Loaders {
    type Value = Vec<SeenContact>;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        keys: &[ContactsOfOrganisation],
    ) -> Found<ContactsOfOrganisation, Vec<SeenContact>> {
        let owners: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = contact::of_organisations(&self.db, self.eyes_of(DataClass::Contact), &owners);
        let mut found = HashMap::<_, Vec<_>>::new();
        for row in rows.await.map_err(Arc::new)? {
            if let Member::Organisation(owner) = row.contact.owner {
                found.entry(ContactsOfOrganisation(owner)).or_default().push(row);
            }
        }
        Ok(found)
    }
}
