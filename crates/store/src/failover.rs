//! Following the primary of a PostgreSQL cluster: when it is gone and a standby was promoted, the
//! pool of connections moves over, and connections to the old one are thrown away.
//!
//! Who is promoted is decided outside, by an operator or a tool such as Patroni; here it is only
//! noticed, by asking each server whether it takes writes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::{self, ConnectOptions as _, Connection as _};
use sea_orm::{DatabaseConnection, DbBackend};
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::StoreError;
use crate::connect;

/// Longest wait for one server's answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// Whether a server takes writes.
const IS_PRIMARY: &str =
    "SELECT NOT pg_is_in_recovery() AND current_setting('default_transaction_read_only') = 'off'";

/// When the pool last moved to another server.
#[derive(Debug, Clone)]
pub(crate) struct Moved {
    start: Instant,
    /// Milliseconds after `start`; 0 before the first move.
    at: Arc<AtomicU64>,
}

impl Default for Moved {
    fn default() -> Self {
        Self { start: Instant::now(), at: Arc::default() }
    }
}

impl Moved {
    fn mark(&self) {
        let now = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.at.store(now.max(1), Ordering::Relaxed);
    }

    /// Whether a connection of this age was opened before the last move.
    pub(crate) fn is_older(&self, age: Duration) -> bool {
        let at = self.at.load(Ordering::Relaxed);
        let moved = self.start + Duration::from_millis(at);
        at > 0 && age >= moved.elapsed()
    }
}

/// The servers one of which is the primary.
#[derive(Debug, Clone)]
pub struct Failover {
    db: DatabaseConnection,
    servers: Arc<[String]>,
    current: Arc<Mutex<usize>>,
    moved: Moved,
}

/// Opens the first of `urls` that takes writes and applies missing migrations; the others are where
/// [`Failover::look`] looks when that one is gone. On SQLite only the first counts.
///
/// # Errors
///
/// [`StoreError::Db`] if none can be reached or takes writes, or a migration fails.
pub async fn open(urls: &[String], connections: u32) -> Result<Failover, StoreError> {
    let none = || StoreError::Db(sea_orm::DbErr::Custom("no address of a database".to_owned()));
    let mut current = 0;
    if urls.len() > 1 {
        current = find_primary(urls).await.ok_or_else(|| {
            let text = "none of the servers takes writes; promote one, or mend database.url and database.standby_urls";
            StoreError::Db(sea_orm::DbErr::Custom(text.to_owned()))
        })?;
    }
    let moved = Moved::default();
    let url = urls.get(current).ok_or_else(none)?;
    let db = connect::follow(url, connections, moved.clone()).await?;
    crate::migrate::up(&db, None).await?;
    let current = Arc::new(Mutex::new(current));
    Ok(Failover { db, servers: urls.into(), current, moved })
}

impl Failover {
    /// Connections to whichever server is the primary.
    pub fn db(&self) -> &DatabaseConnection {
        &self.db
    }

    /// Whether there is another server to go to.
    pub fn is_possible(&self) -> bool {
        self.servers.len() > 1 && self.db.get_database_backend() == DbBackend::Postgres
    }

    /// Looks whether the server in use still takes writes, and moves to the one that does if not;
    /// gives the number of that server if it moved.
    ///
    /// # Errors
    ///
    /// [`StoreError::Db`] if an address cannot be read.
    pub async fn look(&self) -> Result<Option<usize>, StoreError> {
        if !self.is_possible() {
            return Ok(None);
        }
        let mut current = self.current.lock().await;
        if takes_writes(&self.servers[*current]).await {
            return Ok(None);
        }
        let Some(found) = find_primary(&self.servers).await else { return Ok(None) };
        if found == *current {
            return Ok(None);
        }
        let options = options(&self.servers[found])?;
        self.db.get_postgres_connection_pool().set_connect_options(options);
        self.moved.mark();
        *current = found;
        tracing::warn!(server = found, "the primary moved; writes go to another server");
        Ok(Some(found))
    }
}

async fn find_primary(urls: &[String]) -> Option<usize> {
    for (number, url) in urls.iter().enumerate() {
        if takes_writes(url).await {
            return Some(number);
        }
    }
    None
}

/// Asked over a connection of its own: those of the pool may all hang.
async fn takes_writes(url: &str) -> bool {
    let ask = async {
        let mut connection = options(url)?.connect().await?;
        let is_primary: bool = sqlx::query_scalar(IS_PRIMARY).fetch_one(&mut connection).await?;
        connection.close().await?;
        Ok::<_, sqlx::Error>(is_primary)
    };
    matches!(timeout(PATIENCE, ask).await, Ok(Ok(true)))
}

fn options(url: &str) -> Result<PgConnectOptions, sqlx::Error> {
    Ok(connect::postgres(url.parse()?).disable_statement_logging())
}
