//! The changes this process knows of, in the order of their commits.
//!
//! The database holds every change with its number; this is the end of that list, kept near so that
//! a hundred subscribers cost one query and not a hundred. A subscriber that was away longer than
//! what is kept near reads the rest from the database, so nobody misses a change.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, RwLock};

use futures_util::{Stream, stream};
use lianmeng_store::audit::{self, Change};
use lianmeng_store::{StoreError, version};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use tokio::sync::{Mutex, watch};

/// Changes kept near.
const KEPT: usize = 8_192;
/// Changes read from the database at once.
const BATCH: u64 = 500;

/// What this process knows of the change feed; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Feed(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// Every change up to this number is saved.
    known: watch::Sender<i64>,
    near: RwLock<Near>,
    /// Held while changes are read, so that it is done once however many ask.
    reading: Mutex<()>,
}

/// Changes without a gap: those above `below` up to the last.
#[derive(Debug, Default)]
struct Near {
    below: i64,
    changes: VecDeque<Arc<Change>>,
}

impl Near {
    fn end(&self) -> i64 {
        self.changes.back().map_or(self.below, |change| change.seq)
    }

    /// Those above `after`, or `None` if the first of them is not kept.
    fn since(&self, after: i64, limit: usize) -> Option<Vec<Arc<Change>>> {
        let skipped = usize::try_from(after.checked_sub(self.below)?).ok()?;
        Some(self.changes.iter().skip(skipped).take(limit).cloned().collect())
    }

    fn take(&mut self, changes: Vec<Change>) {
        for change in changes {
            // A part of the log that was detached leaves a gap; what is kept starts after it.
            if change.seq != self.end() + 1 {
                self.changes.clear();
                self.below = change.seq - 1;
            }
            self.changes.push_back(Arc::new(change));
        }
        while self.changes.len() > KEPT {
            if let Some(oldest) = self.changes.pop_front() {
                self.below = oldest.seq;
            }
        }
    }
}

impl Feed {
    /// The number up to which this process knows that changes are saved.
    pub fn known(&self) -> i64 {
        *self.0.known.borrow()
    }

    /// Notes that every change up to `seq` is saved.
    pub(crate) fn witness(&self, seq: i64) {
        self.0.known.send_if_modified(|known| {
            let is_news = seq > *known;
            *known = seq.max(*known);
            is_news
        });
    }

    /// Asks the database for the number of the last change, and gives it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Db`] if the query fails.
    pub async fn refresh(&self, db: &impl ConnectionTrait) -> Result<i64, StoreError> {
        let last = version::current(db, version::FEED).await?;
        self.witness(last);
        Ok(last)
    }

    /// The first changes above `after`, at most 500: from near if they are kept, else from the
    /// database.
    ///
    /// # Errors
    ///
    /// [`StoreError::Db`] if the query fails.
    pub async fn since(
        &self,
        db: &DatabaseConnection,
        after: i64,
    ) -> Result<Vec<Arc<Change>>, StoreError> {
        let known = self.known();
        if after >= known {
            return Ok(Vec::new());
        }
        if self.near_end() < known {
            self.read(db, known).await?;
        }
        let limit = usize::try_from(BATCH).unwrap_or(usize::MAX);
        if let Some(near) = self.near(|near| near.since(after, limit)) {
            return Ok(near);
        }
        Ok(audit::since(db, after, BATCH).await?.into_iter().map(Arc::new).collect())
    }

    /// Every change above `after`, as it comes, without end. An error is given once and then tried
    /// again with the next change.
    pub fn follow(
        &self,
        db: DatabaseConnection,
        after: i64,
    ) -> impl Stream<Item = Result<Arc<Change>, StoreError>> + Send + use<> {
        let state = Follower {
            feed: self.clone(),
            db,
            after,
            news: self.0.known.subscribe(),
            ready: VecDeque::new(),
        };
        stream::unfold(state, |mut follower| async move {
            let next = follower.next().await?;
            Some((next, follower))
        })
    }

    fn near<T>(&self, look: impl FnOnce(&Near) -> T) -> T {
        look(&self.0.near.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn near_end(&self) -> i64 {
        self.near(Near::end)
    }

    /// Reads what is missing near up to `known`; far behind, it starts with the last ones.
    async fn read(&self, db: &DatabaseConnection, known: i64) -> Result<(), StoreError> {
        let _only_one = self.0.reading.lock().await;
        let kept = i64::try_from(KEPT).unwrap_or(i64::MAX);
        loop {
            let end = self.near_end().max(known - kept);
            if end >= known {
                return Ok(());
            }
            let changes = audit::since(db, end, BATCH).await?;
            if changes.is_empty() {
                return Ok(());
            }
            self.0.near.write().unwrap_or_else(PoisonError::into_inner).take(changes);
        }
    }
}

struct Follower {
    feed: Feed,
    db: DatabaseConnection,
    after: i64,
    news: watch::Receiver<i64>,
    ready: VecDeque<Arc<Change>>,
}

impl Follower {
    async fn next(&mut self) -> Option<Result<Arc<Change>, StoreError>> {
        loop {
            if let Some(change) = self.ready.pop_front() {
                self.after = change.seq;
                return Some(Ok(change));
            }
            // Before reading: a change that comes meanwhile wakes again.
            self.news.mark_unchanged();
            match self.feed.since(&self.db, self.after).await {
                Ok(changes) if changes.is_empty() => self.news.changed().await.ok()?,
                Ok(changes) => self.ready = changes.into(),
                Err(error) => {
                    self.news.changed().await.ok()?;
                    return Some(Err(error));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use futures_util::StreamExt as _;
    use lianmeng_domain::actor::Actor;
    use lianmeng_domain::ids::IdSource;
    use lianmeng_store::audit::Deed;

    use super::*;
    use crate::desk::{Clock, Office};

    async fn office() -> Office {
        let db = lianmeng_testkit::database().await;
        Office::new(db, IdSource::new(1), Clock::Fixed(DateTime::UNIX_EPOCH))
    }

    async fn change(office: &Office, times: usize) {
        let desk = office.desk();
        for _ in 0..times {
            let id = desk.mint();
            let deed = Deed {
                id,
                at: desk.now,
                action: "a",
                thing: "need:1",
                touches_graph: false,
                trace: None,
            };
            let seq = audit::append(&desk.db, &Actor::public(), deed).await.unwrap();
            desk.witness(seq);
        }
    }

    #[tokio::test]
    async fn a_follower_sees_every_change_once_and_in_order() {
        let office = office().await;
        change(&office, 3).await;
        let follower = office.feed.follow(office.db.clone(), 1);
        let seen = {
            let reading = follower.take(4).map(|change| change.unwrap().seq).collect::<Vec<_>>();
            let (seen, ()) = tokio::join!(reading, change(&office, 2));
            seen
        };
        assert_eq!(seen, [2, 3, 4, 5]);
    }

    #[tokio::test]
    async fn what_is_no_longer_near_comes_from_the_database() {
        let office = office().await;
        change(&office, 5).await;
        let after_restart = Feed::default();
        assert_eq!(after_restart.refresh(&office.db).await.unwrap(), 5);
        let near = Near { below: 3, changes: VecDeque::new() };
        *after_restart.0.near.write().unwrap() = near;
        let seqs = |changes: Vec<Arc<Change>>| changes.iter().map(|c| c.seq).collect::<Vec<_>>();
        assert_eq!(seqs(after_restart.since(&office.db, 4).await.unwrap()), [5]);
        assert_eq!(seqs(after_restart.since(&office.db, 0).await.unwrap()), [1, 2, 3, 4, 5]);
        assert_eq!(seqs(after_restart.since(&office.db, 9).await.unwrap()), [0_i64; 0]);
    }

    #[test]
    fn what_is_near_has_no_gaps_and_an_end() {
        let at = DateTime::UNIX_EPOCH;
        let change = |seq| Change {
            seq,
            at,
            action: String::new(),
            thing: String::new(),
            touches_graph: false,
        };
        let mut near = Near::default();
        near.take(vec![change(1), change(2), change(5), change(6)]);
        assert_eq!((near.below, near.end()), (4, 6));
        assert_eq!(near.since(3, 10), None);
        assert_eq!(near.since(5, 10).unwrap().len(), 1);
        let many = (7..).take(KEPT).map(change).collect();
        near.take(many);
        assert_eq!((near.changes.len(), near.below), (KEPT, 6));
    }
}
