//! The offers near this process: which of them say what a need asks for.
//!
//! Filled from the database once and then led on by the change feed: an offer that was registered,
//! revised or imported anywhere is found by the next question. Whether it still stands, and who may
//! see it, is for the database to say.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use chrono::NaiveDate;
use lianmeng_domain::ids::{Id as _, OfferId};
use lianmeng_domain::offer::{Offer, OfferKind};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::text::normalise;
use lianmeng_matching::finder::{Finder, Lexicon};
use lianmeng_store::offer::{self, OfferFilter};
use lianmeng_store::page::Window;
use lianmeng_store::{StoreError, audit::Change};
use sea_orm::DatabaseConnection;
use thiserror::Error;
use tokio::sync::Mutex;
use tokio::task::JoinError;

use crate::feed::Feed;

/// Offers read from the database at once.
const BATCH: u64 = 1_000;
/// Changes behind from which all offers are looked through instead: about as many as a process keeps.
const FAR: i64 = 8_000;

/// What this process knows of the words of offers; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Shelf(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    held: RwLock<Held>,
    /// Changes up to this number are known; held while reading, so that it is done once however many
    /// ask.
    led: Mutex<Option<i64>>,
}

/// The index, and what is known of each offer beside its words.
#[derive(Debug)]
struct Held {
    finder: Finder<OfferId>,
    offers: HashMap<OfferId, Known>,
}

/// What decides whether an offer is looked at.
#[derive(Debug, Clone, Copy)]
struct Known {
    kind: OfferKind,
    valid_until: Option<NaiveDate>,
    /// The version whose words are in the index.
    version: i64,
}

impl Default for Held {
    fn default() -> Self {
        // What enterprises make is known from the graph; the index needs no names of products.
        Self { finder: Finder::new(Lexicon::default()), offers: HashMap::new() }
    }
}

/// Why a question has no answer.
#[derive(Debug, Error)]
pub enum ShelfError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The thread that looked ended early.
    #[error("the offers were not looked through: {0}")]
    Look(#[from] JoinError),
}

impl Shelf {
    /// Takes in what happened to offers since it was last asked.
    ///
    /// # Errors
    ///
    /// See [`ShelfError`]; what was taken in before stays.
    pub async fn follow(&self, db: &DatabaseConnection, feed: &Feed) -> Result<(), ShelfError> {
        let mut led = self.0.led.lock().await;
        // Before reading: what is saved meanwhile is read again the next time, which does no harm.
        let last = feed.refresh(db).await?;
        let news = match *led {
            Some(after) => news(db, feed, (after, last)).await?,
            None => News::All,
        };
        match news {
            News::All => self.look_through(db).await?,
            News::Of(ids) => {
                for some in ids.into_iter().collect::<Vec<_>>().chunks(500) {
                    let found = offer::find_many(db, &Visibility::All, some).await?;
                    self.take(found).await?;
                }
            }
        }
        *led = Some(last);
        Ok(())
    }

    /// The offers of `kinds`, valid on `today`, that say most of what `title` and `body` ask for, best
    /// first, at most `limit`; texts are normalised.
    ///
    /// # Errors
    ///
    /// [`ShelfError::Look`].
    pub async fn best(
        &self,
        (title, body): (String, String),
        kinds: impl Fn(OfferKind) -> bool + Send + 'static,
        today: NaiveDate,
        limit: usize,
    ) -> Result<Vec<OfferId>, ShelfError> {
        let shared = Arc::clone(&self.0);
        let look = move || {
            let held = shared.held.read().unwrap_or_else(PoisonError::into_inner);
            let fits = |id: &OfferId| {
                held.offers.get(id).is_some_and(|known| {
                    kinds(known.kind) && known.valid_until.is_none_or(|until| today <= until)
                })
            };
            let found = held.finder.best_of(&title, &body, limit, fits);
            found.into_iter().map(|found| found.id).collect()
        };
        Ok(tokio::task::spawn_blocking(look).await?)
    }

    /// Looks through all offers, and takes in those whose version is new.
    async fn look_through(&self, db: &DatabaseConnection) -> Result<(), ShelfError> {
        let filter = OfferFilter::default();
        let mut seen = BTreeSet::new();
        let mut window = Window::first(BATCH);
        loop {
            let rows = offer::page(db, &Visibility::All, &filter, window).await?;
            let Some(last) = rows.last().map(|offer| offer.id) else { break };
            seen.extend(rows.iter().map(|offer| offer.id));
            self.take(rows).await?;
            window = Window { after: Some(last), ..Window::first(BATCH) };
        }
        let mut held = self.0.held.write().unwrap_or_else(PoisonError::into_inner);
        let gone: Vec<OfferId> =
            held.offers.keys().filter(|id| !seen.contains(id)).copied().collect();
        for id in gone {
            held.offers.remove(&id);
            held.finder.remove(&id);
        }
        Ok(())
    }

    /// Takes in offers whose version is new, on a blocking thread.
    async fn take(&self, offers: Vec<Offer>) -> Result<(), ShelfError> {
        let shared = Arc::clone(&self.0);
        let work = move || {
            for offer in offers {
                // For each anew: cutting a text into words takes a while, and others wait to ask.
                let mut held = shared.held.write().unwrap_or_else(PoisonError::into_inner);
                // A reader that was cut off may come late with older words.
                if held.offers.get(&offer.id).is_some_and(|known| known.version >= offer.version) {
                    continue;
                }
                let Offer { kind, valid_until, version, .. } = offer;
                held.offers.insert(offer.id, Known { kind, valid_until, version });
                let text = normalise(&format!("{} {}", offer.title, offer.body));
                held.finder.insert(offer.id, &text);
            }
        };
        Ok(tokio::task::spawn_blocking(work).await?)
    }
}

/// What happened to offers.
enum News {
    /// Nobody can say, or it is too long ago.
    All,
    /// Something happened to these.
    Of(BTreeSet<OfferId>),
}

async fn news(
    db: &DatabaseConnection,
    feed: &Feed,
    (mut after, last): (i64, i64),
) -> Result<News, StoreError> {
    if last - after > FAR {
        return Ok(News::All);
    }
    let mut ids = BTreeSet::new();
    while after < last {
        let changes = feed.since(db, after).await?;
        let is_whole = changes.first().is_some_and(|change| change.seq == after + 1);
        // An import names nothing it changed, and a part of the log may have been put away.
        if !is_whole || changes.iter().any(|change| change.action == "import") {
            return Ok(News::All);
        }
        ids.extend(changes.iter().filter_map(|change| touched(change)));
        after = changes.last().map_or(last, |change| change.seq);
    }
    Ok(News::Of(ids))
}

/// The offer a change was made to, if it was one.
fn touched(change: &Change) -> Option<OfferId> {
    let (tag, id) = change.thing.split_once(':')?;
    if tag == OfferId::TAG { id.parse().ok() } else { None }
}

#[cfg(test)]
mod tests;
