//! Loaders of needs, offers, projects and tasks, and of the newest of them per parent.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::{CooperationTaskId, EnterpriseId, NeedId, OfferId, ProjectId};
use lianmeng_domain::need::SeenNeed;
use lianmeng_domain::offer::Offer;
use lianmeng_domain::project::SeenProject;
use lianmeng_domain::task::CooperationTask;
use lianmeng_store::{StoreError, need, offer, project, task};

use super::Loaders;

type Found<K, V> = Result<HashMap<K, V>, Arc<StoreError>>;

/// The newest rows that belong to a parent; keys of one batch share their limit or cost a statement
/// per limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NewestOf<P, T> {
    /// The parent.
    pub parent: P,
    /// Most rows.
    pub limit: u64,
    /// What is listed.
    pub of: std::marker::PhantomData<T>,
}

impl<P, T> NewestOf<P, T> {
    /// The newest `limit` rows of `parent`.
    pub const fn new(parent: P, limit: u64) -> Self {
        Self { parent, limit, of: std::marker::PhantomData }
    }
}

/// Parents by limit, in order, so that each limit costs one statement.
pub(super) fn by_limit<P: Copy + Ord, T>(
    keys: &[NewestOf<P, T>],
) -> std::collections::BTreeMap<u64, Vec<P>> {
    let mut groups = std::collections::BTreeMap::<u64, Vec<P>>::new();
    for key in keys {
        groups.entry(key.limit).or_default().push(key.parent);
    }
    groups
}

/// Sorts rows under their parents.
pub(super) fn gather<P: Eq + Hash, T, R>(
    found: &mut HashMap<NewestOf<P, T>, Vec<R>>,
    limit: u64,
    rows: impl IntoIterator<Item = (P, R)>,
) where
    NewestOf<P, T>: Eq + Hash,
{
    for (parent, row) in rows {
        found.entry(NewestOf::new(parent, limit)).or_default().push(row);
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
        let found = offer::find_many(&self.db, &self.sees, ids).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|offer| (offer.id, offer)).collect())
    }
}

impl Loader<ProjectId> for Loaders {
    type Value = SeenProject;
    type Error = Arc<StoreError>;

    async fn load(&self, ids: &[ProjectId]) -> Found<ProjectId, SeenProject> {
        let found = project::find_many(&self.db, self.eyes(), ids).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|seen| (seen.project.id, seen)).collect())
    }
}

impl Loader<CooperationTaskId> for Loaders {
    type Value = CooperationTask;
    type Error = Arc<StoreError>;

    async fn load(&self, ids: &[CooperationTaskId]) -> Found<CooperationTaskId, CooperationTask> {
        let found = task::find_many(&self.db, &self.sees, ids).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|task| (task.id, task)).collect())
    }
}

/// Needs of an enterprise.
pub type NeedsOf = NewestOf<EnterpriseId, NeedId>;

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
pub type OffersOf = NewestOf<EnterpriseId, OfferId>;

impl Loader<OffersOf> for Loaders {
    type Value = Vec<Offer>;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[OffersOf]) -> Found<OffersOf, Vec<Offer>> {
        let mut found = HashMap::new();
        for (limit, parents) in by_limit(keys) {
            let rows = offer::of_enterprises(&self.db, &self.sees, &parents, limit).await;
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
pub type TasksOf = NewestOf<ProjectId, CooperationTaskId>;

impl Loader<TasksOf> for Loaders {
    type Value = Vec<CooperationTask>;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[TasksOf]) -> Found<TasksOf, Vec<CooperationTask>> {
        let mut found = HashMap::new();
        for (limit, parents) in by_limit(keys) {
            let rows = task::of_projects(&self.db, &self.sees, &parents, limit).await;
            let rows = rows.map_err(Arc::new)?.into_iter();
            let theirs = rows.filter_map(|task| task.project.map(|project| (project, task)));
            gather(&mut found, limit, theirs);
        }
        Ok(found)
    }
}
