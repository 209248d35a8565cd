//! Reading from hot standbys without ever showing less than was promised.
//!
//! A standby lags behind by moments. Each is asked again and again for the number of the last change
//! it has; a query goes to one only if that number is not below what the query must have seen.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use lianmeng_store::version;
use sea_orm::DatabaseConnection;
use tokio::time::{MissedTickBehavior, interval, timeout};

/// How often a standby is asked how far it is.
const LOOK: Duration = Duration::from_millis(200);
/// Longest wait for its answer.
const PATIENCE: Duration = Duration::from_secs(1);
/// What a standby that does not answer has.
const NOTHING: i64 = -1;

/// The standbys; cheap to clone. None by default.
#[derive(Debug, Clone, Default)]
pub struct Reads(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    standbys: Vec<Standby>,
    next: AtomicUsize,
}

#[derive(Debug)]
struct Standby {
    db: DatabaseConnection,
    has: AtomicI64,
}

impl Reads {
    /// Reads from these connections once [`Reads::follow`] runs.
    pub fn new(standbys: Vec<DatabaseConnection>) -> Self {
        let standby = |db| Standby { db, has: AtomicI64::new(NOTHING) };
        let standbys = standbys.into_iter().map(standby).collect();
        Self(Arc::new(Shared { standbys, next: AtomicUsize::new(0) }))
    }

    /// A standby that has seen the change `at_least`, in turn; `None` if none has.
    pub fn pick(&self, at_least: i64) -> Option<DatabaseConnection> {
        let all = &self.0.standbys;
        let first = self.0.next.fetch_add(1, Ordering::Relaxed);
        let in_turn = (0..all.len()).map(|n| &all[first.wrapping_add(n) % all.len()]);
        let picked = in_turn.into_iter().find(|one| one.has.load(Ordering::Relaxed) >= at_least);
        let kind = if picked.is_some() { "standby" } else { "primary" };
        if !all.is_empty() {
            metrics::counter!("lianmeng_reads_total", "server" => kind).increment(1);
        }
        picked.map(|one| one.db.clone())
    }

    /// Asks every standby how far it is, for as long as it is polled.
    pub async fn follow(&self) {
        let following = self.0.standbys.iter().enumerate().map(|(number, one)| one.follow(number));
        futures_util::future::join_all(following).await;
    }
}

impl Standby {
    async fn follow(&self, number: usize) {
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            let asked = timeout(PATIENCE, version::current(&self.db, version::FEED)).await;
            let has = asked.ok().and_then(Result::ok).unwrap_or(NOTHING);
            let before = self.has.swap(has, Ordering::Relaxed);
            if (before == NOTHING) != (has == NOTHING) {
                let answers = has != NOTHING;
                tracing::warn!(standby = number, answers, "a standby came or went");
            }
        }
    }
}
