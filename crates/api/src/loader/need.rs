//! Loaders of what hangs on needs: calls, notes, followers, which are asked only for needs that the
//! caller reads in full; and biddings.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use chrono::{DateTime, Utc};
use lianmeng_domain::bidding::{Bid, Bidding};
use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::{BidId, NeedId};
use lianmeng_domain::need::call::{Call, Note};
use lianmeng_store::{StoreError, bidding, need};

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

/// The bidding of a need; one, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BiddingOf(pub NeedId);

impl Loader<BiddingOf> for Loaders {
    type Value = Vec<Bidding>;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[BiddingOf]) -> Found<BiddingOf, Vec<Bidding>> {
        let needs: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = bidding::of_needs(&self.db, &needs).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|one| (BiddingOf(one.need), vec![one])).collect())
    }
}

/// The bids for a need that the caller may read at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BidsOf(pub NeedId, pub DateTime<Utc>);

impl Loader<BidsOf> for Loaders {
    type Value = Vec<Bid>;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[BidsOf]) -> Found<BidsOf, Vec<Bid>> {
        let mut found = HashMap::<_, Vec<_>>::new();
        // A request has one moment.
        let mut moments = BTreeMap::<_, Vec<_>>::new();
        for key in keys {
            moments.entry(key.1).or_default().push(key.0);
        }
        for (now, needs) in moments {
            let bids = bidding::bids_of(&self.db, self.eyes(), &needs, now).await;
            for bid in bids.map_err(Arc::new)? {
                found.entry(BidsOf(bid.need, now)).or_default().push(bid);
            }
        }
        Ok(found)
    }
}

/// Who made a bid that was chosen; public.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WinnerOf(pub BidId);

impl Loader<WinnerOf> for Loaders {
    type Value = Vec<Member>;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[WinnerOf]) -> Found<WinnerOf, Vec<Member>> {
        let bids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = bidding::chosen(&self.db, &bids).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|(bid, member)| (WinnerOf(bid), vec![member])).collect())
    }
}
