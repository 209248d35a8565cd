//! Needs that may be the same as another, where a need belongs, and what many ask for.
//!
//! Which needs use which words is kept near this process and filled from the database; the texts that
//! are compared are read for each question, through the eyes of the caller. So nobody is told of a
//! need they may not see, and of one they see in part only that part counts.

use std::sync::{Arc, PoisonError, RwLock};

use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::NeedId;
use lianmeng_domain::need::{Need, SeenNeed, rights};
use lianmeng_domain::suggestion::Reason;
use lianmeng_domain::text::normalise;
use lianmeng_matching::duplicates::{self, Item, Memory};
use lianmeng_store::eyes::Eyes;
use lianmeng_store::{StoreError, need};
use sea_orm::DatabaseConnection;
use thiserror::Error;
use tokio::sync::Mutex;
use tokio::task::JoinError;

use crate::desk::Desk;
use crate::need::NeedCard;

mod advice;
mod topics;

pub use advice::{Advice, Advised, advise};
pub use topics::{Month, MonthlyTopic, monthly_topics};

/// Needs read at once while filling.
const BATCH: u64 = 2_000;
/// Seconds of a day.
const DAY: i64 = 86_400;

/// What this process knows of the words of needs; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Likeness(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    memory: RwLock<Memory>,
    /// The last need taken in; held while filling, so that it is done once however many ask.
    filled: Mutex<Option<NeedId>>,
}

/// Why a question has no answer.
#[derive(Debug, Error)]
pub enum AlikeError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The thread that compared ended early.
    #[error("the needs were not compared: {0}")]
    Compare(#[from] JoinError),
}

impl Likeness {
    /// Takes in the needs that were written since it was last asked. What a need says never changes
    /// after it is written, so each is read once.
    ///
    /// # Errors
    ///
    /// See [`AlikeError`]; what was taken in before stays.
    pub async fn fill(&self, db: &DatabaseConnection) -> Result<(), AlikeError> {
        let mut last = self.0.filled.lock().await;
        let total = usize::try_from(need::texts::total(db).await?).unwrap_or(usize::MAX);
        if self.len() >= total {
            return Ok(());
        }
        self.read_on(db, &mut last).await?;
        if self.len() < total {
            // One was saved after another with a later id: ids are minted before the commit.
            *last = None;
            self.read_on(db, &mut last).await?;
        }
        Ok(())
    }

    fn len(&self) -> usize {
        self.0.memory.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Takes in every need above `last`, which follows.
    async fn read_on(
        &self,
        db: &DatabaseConnection,
        last: &mut Option<NeedId>,
    ) -> Result<(), AlikeError> {
        loop {
            let rows = need::texts::page(db, *last, BATCH).await?;
            let Some(&(end, ..)) = rows.last() else { return Ok(()) };
            let shared = Arc::clone(&self.0);
            tokio::task::spawn_blocking(move || {
                let numbered = rows.into_iter().map(|(id, title, body)| (id.number(), title, body));
                let numbered: Vec<_> = numbered.collect();
                let mut memory = shared.memory.write().unwrap_or_else(PoisonError::into_inner);
                memory.add_all(&numbered);
            })
            .await?;
            *last = Some(end);
        }
    }

    /// Asks what is known, on a blocking thread.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Memory) -> T + Send + 'static,
    ) -> Result<T, AlikeError> {
        let shared = Arc::clone(&self.0);
        let answer = tokio::task::spawn_blocking(move || {
            question(&shared.memory.read().unwrap_or_else(PoisonError::into_inner))
        });
        Ok(answer.await?)
    }
}

/// A need that may be the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alike {
    /// The need, as far as the caller sees it.
    pub seen: SeenNeed,
    /// Points, to be shown from [`duplicates::SHOWN_FROM`]; the sum over `reasons`.
    pub points: i32,
    /// What speaks for it.
    pub reasons: Vec<Reason>,
}

/// Needs that may be the same as one about to be written, most points first: those whose text the
/// caller may see. None for who may not write it.
///
/// # Errors
///
/// See [`AlikeError`].
pub async fn of_card(
    desk: &Desk,
    actor: &Actor,
    eyes: Eyes<'_>,
    card: &NeedCard,
    limit: usize,
) -> Result<Vec<Alike>, AlikeError> {
    if rights::may_write(actor, card.enterprise, card.committee).is_none() {
        return Ok(Vec::new());
    }
    let asked = Item {
        id: String::new(),
        title: normalise(&card.title),
        content: normalise(&card.body),
        enterprise: Some(card.enterprise.to_string()),
        place: card.region.map(|code| code.to_string()),
        day: Some(desk.now.timestamp().div_euclid(DAY)),
    };
    of(desk, eyes, asked, limit).await
}

/// Needs that may be the same as `need`, which the caller reads in full, most points first.
///
/// # Errors
///
/// See [`AlikeError`].
pub async fn of_need(
    desk: &Desk,
    eyes: Eyes<'_>,
    need: &Need,
    limit: usize,
) -> Result<Vec<Alike>, AlikeError> {
    of(desk, eyes, item(need, true), limit).await
}

async fn of(
    desk: &Desk,
    eyes: Eyes<'_>,
    asked: Item,
    limit: usize,
) -> Result<Vec<Alike>, AlikeError> {
    let near = near(desk, eyes, &asked, duplicates::CANDIDATES + 1).await?;
    let near: Vec<SeenNeed> = near.into_iter().filter(|seen| seen.need.stage.stands()).collect();
    let among: Vec<Item> = near.iter().map(|seen| item(&seen.need, seen.is_full)).collect();
    let pairs = desk.alike.ask(move |memory| memory.compare(&asked, &among)).await?;
    let alike = pairs.into_iter().filter_map(|pair| {
        let seen = near.iter().find(|seen| seen.need.id.to_string() == pair.other_id)?;
        let reasons = pair.reasons.iter().map(|reason| Reason {
            criterion: reason.key().to_owned(),
            points: reason.points,
            zh: reason.text_zh(),
            en: reason.text_en(),
        });
        Some(Alike { seen: seen.clone(), points: pair.points, reasons: reasons.collect() })
    });
    Ok(alike.take(limit).collect())
}

/// The needs the caller sees among those whose words are most like those of `asked`, by id.
async fn near(
    desk: &Desk,
    eyes: Eyes<'_>,
    asked: &Item,
    limit: usize,
) -> Result<Vec<SeenNeed>, AlikeError> {
    desk.alike.fill(&desk.db).await?;
    let (title, content) = (asked.title.clone(), asked.content.clone());
    let found = desk.alike.ask(move |memory| memory.nearest(&title, &content, limit)).await?;
    let ids: Vec<NeedId> = found.into_iter().map(NeedId::from).collect();
    let mut near = need::find_many(&desk.db, eyes, &ids).await?;
    near.sort_by_key(|seen| seen.need.id);
    Ok(near)
}

/// A need as it is compared: in full, or by what everyone may read of it.
fn item(need: &Need, is_full: bool) -> Item {
    let content = if is_full { &need.body } else { &need.public_summary };
    Item {
        id: need.id.to_string(),
        title: normalise(&need.title),
        content: normalise(content),
        enterprise: Some(need.enterprise.to_string()),
        place: need.region.map(|code| code.to_string()),
        day: Some(need.created_at.timestamp().div_euclid(DAY)),
    }
}
