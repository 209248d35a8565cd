//! Opening a database and bringing its tables up to date.

use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, Database, DatabaseConnection};

use crate::{StoreError, migrate};

/// Longest wait for a connection or for another writer.
const WAIT: Duration = Duration::from_secs(10);

/// A connection unused for longer is tried before it is used, since the server may have restarted.
const IDLE: Duration = Duration::from_secs(1);
/// What PostgreSQL is told of who connects.
pub const APPLICATION: &str = "lianmeng";

/// Opens `url` and applies missing migrations.
///
/// `sqlite:PATH` makes the file where it is missing; `sqlite::memory:` lives as long as the
/// connection, so the pool then holds exactly one. `postgres://…` holds up to `connections`.
///
/// # Errors
///
/// [`StoreError::Db`] if the database cannot be reached or a migration fails.
pub async fn open(url: &str, connections: u32) -> Result<DatabaseConnection, StoreError> {
    let db = connect(url, connections).await?;
    migrate::up(&db, None).await?;
    Ok(db)
}

/// As [`open`], leaving the tables as they are.
///
/// # Errors
///
/// [`StoreError::Db`] if the database cannot be reached.
pub async fn connect(url: &str, connections: u32) -> Result<DatabaseConnection, StoreError> {
    let mut options = ConnectOptions::new(url.to_owned());
    let in_memory = url.contains(":memory:");
    options
        .max_connections(if in_memory { 1 } else { connections.max(1) })
        .min_connections(1)
        .connect_timeout(WAIT)
        .acquire_timeout(WAIT)
        .test_before_acquire_if_idle_for(IDLE)
        .sqlx_logging(false)
        // Tells our connections from others in pg_stat_activity.
        .map_sqlx_postgres_opts(|postgres| postgres.application_name(APPLICATION))
        .map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .create_if_missing(true)
                .foreign_keys(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Normal)
                .busy_timeout(WAIT)
                .pragma("cache_size", "-65536")
                .pragma("temp_store", "MEMORY")
        });
    if in_memory {
        options.idle_timeout(None::<Duration>).max_lifetime(None::<Duration>);
    }
    Ok(Database::connect(options).await?)
}
