//! Loaders of what hangs on needs: calls, notes, followers. They are asked only for needs that the
//! caller reads in full.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use lianmeng_domain::ids::NeedId;
use lianmeng_domain::need::call::{Call, Note};
use lianmeng_store::{StoreError, need};

use super::Loaders;

type Found<K, V> = Result<HashMap<K, V>, Arc<StoreError>>;

/// Units called in to a need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CallsOf(pub NeedId);

impl Loader<CallsOf> for Loaders {
    type Value = Vec<Call>;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[CallsOf]) -> Found<CallsOf, Vec<Call>> {
        let needs: Vec<_> = keys.iter().map(|key| key.0).collect();
        let calls = need::call::of_needs(&self.db, &needs).await.map_err(Arc::new)?;
        let mut found = HashMap::<_, Vec<_>>::new();
        for call in calls {
            found.entry(CallsOf(call.need)).or_default().push(call);
        }
        Ok(found)
    }
}

/// The newest notes on a need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NotesOf {
    need: NeedId,
    with_internal: bool,
    limit: u64,
}

impl NotesOf {
    /// The newest `limit` notes on `need`; internal ones only where asked for.
    pub const fn new(need: NeedId, with_internal: bool, limit: u64) -> Self {
        Self { need, with_internal, limit }
    }
}

impl Loader<NotesOf> for Loaders {
    type Value = Vec<Note>;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[NotesOf]) -> Found<NotesOf, Vec<Note>> {
        let mut lists = BTreeMap::<_, Vec<_>>::new();
        for key in keys {
            lists.entry((key.with_internal, key.limit)).or_default().push(key.need);
        }
        let mut found = HashMap::<_, Vec<_>>::new();
        for ((with_internal, limit), needs) in lists {
            let notes = need::note::of_needs(&self.db, &needs, with_internal, limit).await;
            for note in notes.map_err(Arc::new)? {
                let key = NotesOf::new(note.need, with_internal, limit);
                found.entry(key).or_default().push(note);
            }
        }
        Ok(found)
    }
}

/// How many enterprises had a need that was merged into a need; one number, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FollowersOf(pub NeedId);

impl Loader<FollowersOf> for Loaders {
    type Value = Vec<i64>;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[FollowersOf]) -> Found<FollowersOf, Vec<i64>> {
        let needs: Vec<_> = keys.iter().map(|key| key.0).collect();
        let counts = need::followers(&self.db, &needs).await.map_err(Arc::new)?;
        Ok(counts.into_iter().map(|(need, count)| (FollowersOf(need), vec![count])).collect())
    }
}
