//! The audit trail beside the changes themselves: reads of restricted fields, gathered per request
//! and written in the background; and the seals over everything.
//!
//! A read that was answered is written within half a second, and before the process ends; a process
//! that is killed loses what it noted since it last wrote. Should the database be away for long,
//! the oldest of a hundred thousand noted reads make way, and a number says how many.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lianmeng_domain::actor::Actor;
use lianmeng_store::audit::read::{self, Sighting, Things};
use lianmeng_store::audit::seal::{self, Sealed};
use lianmeng_store::audit::trace::{Diff, Trace};
use lianmeng_store::{StoreError, tx};
use sea_orm::DbErr;
use tokio::time::{MissedTickBehavior, interval};

use crate::desk::{Desk, Office};
use crate::{notice, secret};

pub mod erase;

/// Where the platform's own deeds come from.
pub const INSIDE: &str = "inside";
/// Where deeds on the command line come from.
pub const COMMAND_LINE: &str = "command line";

/// How often noted reads are written and what is new is sealed.
const EVERY: Duration = Duration::from_millis(500);
/// Reads written in one transaction.
const BATCH: usize = 500;
/// Most reads that wait to be written.
const MOST: usize = 100_000;
/// Rows of each kind under one seal.
const UNDER_A_SEAL: u64 = 1_000;

/// Reads that wait to be written; cheap to clone, one for each process.
#[derive(Debug, Clone, Default)]
pub struct Trail(Arc<Mutex<VecDeque<Sighting>>>);

impl Trail {
    /// Notes what a request read; nothing is written yet.
    pub fn note(&self, sighting: Sighting) {
        let mut waiting = self.waiting();
        if waiting.len() >= MOST {
            waiting.pop_front();
            metrics::counter!("lianmeng_audit_reads_lost_total").increment(1);
            tracing::error!("reads cannot be written; the oldest was dropped");
        }
        waiting.push_back(sighting);
    }

    /// Writes what was noted until now.
    ///
    /// # Errors
    ///
    /// [`StoreError::Db`] if the database refuses; what could not be written waits on.
    pub async fn write(&self, office: &Office) -> Result<(), StoreError> {
        loop {
            let some: Vec<Sighting> = {
                let mut waiting = self.waiting();
                let count = waiting.len().min(BATCH);
                waiting.drain(..count).collect()
            };
            if some.is_empty() {
                return Ok(());
            }
            if let Err(error) = save(office, &some).await {
                let mut waiting = self.waiting();
                for sighting in some.into_iter().rev() {
                    waiting.push_front(sighting);
                }
                return Err(error);
            }
        }
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<Sighting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn save(office: &Office, some: &[Sighting]) -> Result<(), StoreError> {
    let tx = tx::begin(&office.db).await?;
    read::append(&tx, some).await?;
    tx::commit(tx).await
}

/// Seals everything that is not sealed yet, and gives up to where the log is sealed then.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses; what was sealed stays so.
pub async fn seal(office: &Office) -> Result<Sealed, StoreError> {
    loop {
        match seal::seal_next(&office.db, office.clock.now(), UNDER_A_SEAL).await {
            // Another process was first; there may be more.
            Ok(Some(_)) | Err(StoreError::Conflict(_)) => {}
            Ok(None) => return seal::sealed(&office.db).await,
            Err(error) => return Err(error),
        }
    }
}

/// Writes reads, seals, and spreads what is to be told until `ended`, and once more then.
pub async fn keep(office: &Office, ended: impl Future<Output = ()>) {
    let mut ended = std::pin::pin!(ended);
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut is_over = false;
    while !is_over {
        tokio::select! {
            () = &mut ended => is_over = true,
            _ = ticks.tick() => {}
        }
        let done = async {
            office.trail.write(office).await?;
            seal(office).await?;
            notice::spread(office).await
        };
        if let Err(error) = done.await {
            tracing::error!(cause = %error, "the audit trail or notices cannot be written");
        }
    }
}

impl Desk {
    /// The trace of a deed done at this desk.
    ///
    /// # Errors
    ///
    /// [`StoreError::Db`] if the machine gives no randomness.
    pub fn trace(&self, diff: Option<&Diff>) -> Result<Trace, StoreError> {
        let salt = secret::salt().map_err(|error| DbErr::Custom(error.to_string()))?;
        Ok(Trace::new(salt, &self.origin, diff))
    }

    /// Notes that `actor` read these fields at this desk.
    pub fn saw(&self, actor: &Actor, things: Things) {
        match self.trace(None) {
            Ok(trace) => self.trail.note(Sighting {
                id: self.mint(),
                at: self.now,
                actor: actor.clone(),
                things,
                trace,
            }),
            Err(error) => tracing::error!(cause = %error, "a read was not noted"),
        }
    }
}
