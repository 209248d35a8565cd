//! How every change begins and ends: one transaction, one request key, one audit row.

use std::fmt::Debug;

use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::{AuditId, Id};
use lianmeng_domain::notice::Audience;
use lianmeng_store::audit::trace::Diff;
use lianmeng_store::audit::{self, Deed};
use lianmeng_store::idempotency::{self, Claim, RequestKey};
use lianmeng_store::notice::{self, News};
use lianmeng_store::{StoreError, tx};
use sea_orm::DatabaseTransaction;
use thiserror::Error;

use crate::desk::Desk;
use crate::notify;

/// Why a change could not begin or end.
#[derive(Debug, Error)]
pub enum CommandError {
    /// The request key was used for another command.
    #[error("request key was used before for another command; choose a new one")]
    KeyReused,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A change that has begun: an open transaction whose request key is claimed.
///
/// Dropping it rolls everything back.
#[derive(Debug)]
pub struct Change<'a> {
    /// The transaction; every read and write of the change goes through it.
    pub tx: DatabaseTransaction,
    desk: &'a Desk,
    actor: &'a Actor,
    deed: AuditId,
    diff: Option<Diff>,
    news: Option<Told>,
}

/// What a change tells, and of what.
#[derive(Debug)]
struct Told {
    title: String,
    audiences: Vec<Audience>,
}

/// A change that begins, or the result of the same command done before.
#[derive(Debug)]
pub enum Begun<'a> {
    /// Go on.
    New(Change<'a>),
    /// Done before; holds the wire id given to [`Change::finish`].
    Replay(String),
}

/// Begins a change: opens the transaction and claims `request_key` for `command`.
///
/// `command` stands for the whole command including its name; two commands are the same when their
/// debug forms are.
///
/// # Errors
///
/// [`CommandError::KeyReused`] if the caller used the key for another command.
pub async fn begin<'a>(
    desk: &'a Desk,
    actor: &'a Actor,
    request_key: &'a str,
    command: &impl Debug,
) -> Result<Begun<'a>, CommandError> {
    let command = format!("{command:?}");
    let deed = desk.mint();
    let request = RequestKey { caller: &actor.subject, key: request_key, command: &command, deed };
    let tx = tx::begin(&desk.db).await?;
    match idempotency::claim(&tx, request, desk.now).await? {
        Claim::New => Ok(Begun::New(Change { tx, desk, actor, deed, diff: None, news: None })),
        Claim::Replay(result) => Ok(Begun::Replay(result)),
        Claim::Mismatch => Err(CommandError::KeyReused),
    }
}

/// Whether a change touches what the graph is built from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touches {
    /// The graph must be rebuilt.
    Graph,
    /// The graph stays as it is.
    Nothing,
}

impl Change<'_> {
    /// Gives the change up: nothing is saved, and the request key is free again.
    ///
    /// # Errors
    ///
    /// [`StoreError::Db`] if the database refuses.
    pub async fn undo(self) -> Result<(), StoreError> {
        tx::rollback(self.tx).await
    }

    /// The same change, whose audit row tells what was before and after.
    #[must_use]
    pub fn noting(self, diff: Diff) -> Self {
        Self { diff: Some(diff), ..self }
    }

    /// The same change, of which these are told once it is saved; `title` must be one that everyone
    /// who sees the thing may read.
    #[must_use]
    pub fn telling(self, title: &str, audiences: Vec<Audience>) -> Self {
        let news = (!audiences.is_empty()).then(|| Told { title: title.to_owned(), audiences });
        Self { news, ..self }
    }

    /// The id of its audit row.
    pub const fn deed(&self) -> AuditId {
        self.deed
    }

    /// Writes the numbered audit row, which tells replays of `thing` (a wire id), commits and tells
    /// the others. Gives the number of the change.
    ///
    /// # Errors
    ///
    /// [`StoreError::Db`] if the database refuses; nothing is saved then.
    pub async fn finish(
        self,
        action: &str,
        thing: &str,
        touches: Touches,
    ) -> Result<i64, StoreError> {
        if let Some(Told { title, audiences }) = &self.news {
            let news = News {
                cause: self.deed,
                at: self.desk.now,
                subject: &self.actor.subject,
                thing,
                title,
                audiences,
            };
            notice::enqueue(&self.tx, &news).await?;
        }
        let trace = self.desk.trace(self.diff.as_ref())?;
        let deed = Deed {
            id: self.deed,
            at: self.desk.now,
            action,
            thing,
            touches_graph: touches == Touches::Graph,
            trace: Some(&trace),
        };
        let seq = audit::append(&self.tx, self.actor, deed).await?;
        tx::commit(self.tx).await?;
        notify::changed(self.desk, seq, touches);
        Ok(seq)
    }
}

/// The id behind the wire id that a replayed command left behind.
pub(crate) fn replayed_id<T: Id>(thing: &str) -> Option<T> {
    let (tag, id) = thing.split_once(':')?;
    (tag == T::TAG).then(|| id.parse().ok()).flatten()
}
