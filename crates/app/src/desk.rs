//! What a use case works with.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, NaiveDate, NaiveTime, SubsecRound as _, Utc};
use lianmeng_backplane::Backplane;
use lianmeng_backplane::bus::Bus;
use lianmeng_domain::calendar;
use lianmeng_domain::ids::{Id, IdSource};
use lianmeng_domain::rights::aggregate::Fewest;
use lianmeng_store::{StoreError, clock};
use sea_orm::{ConnectionTrait, DatabaseConnection};

use crate::alike::Likeness;
use crate::blobs::Blobs;
use crate::feed::Feed;
use crate::near::{Stamp, View};
use crate::post::Post;
use crate::reads::Reads;
use crate::shelf::Shelf;
use crate::snapshot::{Pinned, Snapshots};
use crate::trail::{self, Trail};

/// Where the time comes from. The only place that asks the machine.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// Always this moment: tests and demonstrations.
    Fixed(DateTime<Utc>),
}

impl Clock {
    /// The present moment, in whole microseconds: what is saved is then what is read back.
    pub fn now(self) -> DateTime<Utc> {
        match self {
            #[expect(
                clippy::disallowed_methods,
                reason = "this is the clock the others take it from"
            )]
            Self::System => Utc::now().trunc_subsecs(6),
            Self::Fixed(moment) => moment,
        }
    }

    /// The present moment by the clock of the database, which processes on other machines share:
    /// who holds what until when. On SQLite it is this machine's.
    ///
    /// # Errors
    ///
    /// [`StoreError::Db`] if the query fails.
    pub async fn shared(self, db: &impl ConnectionTrait) -> Result<DateTime<Utc>, StoreError> {
        match self {
            Self::System => Ok(clock::now(db).await?.unwrap_or_else(|| self.now())),
            Self::Fixed(moment) => Ok(moment),
        }
    }
}

/// The local date of committees and enterprises at `moment`.
pub fn local_date(moment: DateTime<Utc>) -> NaiveDate {
    calendar::local(moment).date()
}

/// The local date and time at `moment`, as 2026-03-02 09:00.
pub fn local_time(moment: DateTime<Utc>) -> String {
    calendar::local(moment).format("%Y-%m-%d %H:%M").to_string()
}

/// The moment at which the local day `date` is over.
pub fn day_end(date: NaiveDate) -> DateTime<Utc> {
    let midnight = date.succ_opt().unwrap_or(NaiveDate::MAX).and_time(NaiveTime::MIN);
    calendar::utc(midnight)
}

/// Parts that live as long as the process; cheap to clone.
#[derive(Debug, Clone)]
pub struct Office {
    /// The database.
    pub db: DatabaseConnection,
    /// Where ids come from.
    pub ids: Arc<IdSource>,
    /// Where the time comes from.
    pub clock: Clock,
    /// What processes share beside the database.
    pub backplane: Backplane,
    /// The changes this process knows of.
    pub feed: Feed,
    /// The current picture of the chains.
    pub graph: Snapshots,
    /// Where queries may be answered besides `db`.
    pub reads: Reads,
    /// Reads of restricted fields that wait to be written.
    pub trail: Trail,
    /// Where what is done here comes from, unless a request says otherwise.
    pub origin: Arc<str>,
    /// What this process knows of the words of needs.
    pub alike: Likeness,
    /// What this process knows of the words of offers.
    pub shelf: Shelf,
    /// Fewest enterprises a figure may be about.
    pub fewest: Fewest,
    /// Bytes of attachments.
    pub blobs: Blobs,
    /// How notices leave the house.
    pub post: Post,
}

impl Office {
    /// An office over an open database, with everything else in memory.
    pub fn new(db: DatabaseConnection, ids: IdSource, clock: Clock) -> Self {
        Self {
            db,
            ids: Arc::new(ids),
            clock,
            backplane: Backplane::default(),
            feed: Feed::default(),
            graph: Snapshots::default(),
            reads: Reads::default(),
            trail: Trail::default(),
            origin: trail::INSIDE.into(),
            alike: Likeness::default(),
            shelf: Shelf::default(),
            fewest: Fewest::default(),
            blobs: Blobs::default(),
            post: Post::default(),
        }
    }

    /// A desk for one request or command: its time stands still from here on.
    pub fn desk(&self) -> Desk {
        let now = self.clock.now();
        let stamp = self.graph.stamp();
        Desk {
            stamp,
            db: self.db.clone(),
            ids: Arc::clone(&self.ids),
            now,
            today: local_date(now),
            bus: self.backplane.bus.clone(),
            feed: self.feed.clone(),
            graph: self.graph.clone(),
            trail: self.trail.clone(),
            origin: Arc::clone(&self.origin),
            alike: self.alike.clone(),
            shelf: self.shelf.clone(),
            fewest: self.fewest,
            blobs: self.blobs.clone(),
            post: self.post.clone(),
            known: self.feed.known(),
            witnessed: Arc::default(),
        }
    }
}

/// What one request or command works with.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The database. Off limits while a transaction is open: with SQLite it would wait for itself.
    pub db: DatabaseConnection,
    /// Where ids come from.
    pub ids: Arc<IdSource>,
    /// The moment the request came in.
    pub now: DateTime<Utc>,
    /// Its local date.
    pub today: NaiveDate,
    /// Whom to tell about changes.
    pub bus: Bus,
    /// The changes this process knows of.
    pub feed: Feed,
    /// The current picture of the chains; a request pins it once.
    pub graph: Snapshots,
    /// Where reads of restricted fields are noted.
    pub trail: Trail,
    /// Where the request came from: an address, the command line, or the platform itself.
    pub origin: Arc<str>,
    /// What this process knows of the words of needs.
    pub alike: Likeness,
    /// What this process knows of the words of offers.
    pub shelf: Shelf,
    /// Fewest enterprises a figure may be about, for those who do not read its rows in full.
    pub fewest: Fewest,
    /// Bytes of attachments.
    pub blobs: Blobs,
    /// How notices leave the house.
    pub post: Post,
    /// The number up to which this process knew of changes when the request came in. What it reads
    /// has seen those; of later ones it may have seen some.
    pub(crate) known: i64,
    /// The highest number of a change made at this desk; 0 before the first.
    pub(crate) witnessed: Arc<AtomicI64>,
    /// What this process knew of the database before it was read.
    pub(crate) stamp: Option<Stamp>,
}

impl Office {
    /// As [`Office::desk`], for a request that only reads: from a standby if one has seen the change
    /// `at_least` and everything this process knows of.
    pub fn reading_desk(&self, at_least: i64) -> Desk {
        let desk = self.desk();
        let known = desk.stamp.map_or(0, |stamp| stamp.version).max(self.feed.known());
        match self.reads.pick(at_least.max(known)) {
            Some(db) => Desk { db, ..desk },
            None => desk,
        }
    }
}

impl Desk {
    /// The same desk, for a request from there.
    #[must_use]
    pub fn reached_from(self, origin: Arc<str>) -> Self {
        Self { origin, ..self }
    }

    /// A new id.
    pub fn mint<T: Id>(&self) -> T {
        self.ids.mint(self.now.timestamp_millis())
    }

    /// What this process knows of the database, if that is all an answer must have seen: the change
    /// `at_least` and those it will be told to have seen.
    fn recent(&self, at_least: i64) -> Option<Stamp> {
        let has_changed = self.witnessed.load(Ordering::Relaxed) != 0;
        let must = at_least.max(self.feed.known());
        self.stamp.filter(|stamp| !has_changed && must <= stamp.seen)
    }

    /// What is near, for a request whose answer must have seen the change `at_least`; `None` while
    /// nobody follows the changes closely enough.
    pub fn near(&self, at_least: i64) -> Option<View> {
        let stamp = self.recent(at_least)?;
        Some(View { shelves: self.graph.shelves()?, stamp, own: Arc::clone(&self.witnessed) })
    }

    /// The picture for such a request, without asking the database whether there is a newer one;
    /// `None` where it must be asked.
    pub fn pinned(&self, at_least: i64) -> Option<Arc<Pinned>> {
        let stamp = self.recent(at_least)?;
        let current = self.graph.current();
        let is_recent = current.version >= stamp.version && current.graph.as_of() == self.today;
        is_recent.then_some(current)
    }

    /// Notes that the change `seq` is saved.
    pub(crate) fn witness(&self, seq: i64) {
        self.witnessed.fetch_max(seq, Ordering::Relaxed);
        self.feed.witness(seq);
    }

    /// The number of a change that every answer given at this desk has seen: its own changes, and
    /// those this process knew of before the request was read.
    pub fn seen(&self) -> i64 {
        self.witnessed.load(Ordering::Relaxed).max(self.known)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn a_local_day_ends_where_the_next_begins() {
        let date = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
        let end = day_end(date);
        assert_eq!(local_date(end - TimeDelta::milliseconds(1)), date);
        assert_eq!(local_date(end), NaiveDate::from_ymd_opt(2026, 3, 3).unwrap());
        assert_eq!(end.to_rfc3339(), "2026-03-02T16:00:00+00:00");
    }
}
