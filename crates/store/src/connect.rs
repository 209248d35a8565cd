//! Opening a database and bringing its tables up to date.

use std::time::Duration;

use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sea_orm::sqlx::{self, Connection as _};
use sea_orm::{ConnectOptions, Database, DatabaseConnection};
use tokio::time::timeout;

use crate::failover::Moved;
use crate::{StoreError, migrate};

/// Longest wait for a connection or for another writer.
const WAIT: Duration = Duration::from_secs(10);

/// Longest wait for a server that may be away.
const LAZY_WAIT: Duration = Duration::from_secs(2);
/// A connection unused for longer is tried before it is used, since the server may have restarted.
const IDLE: Duration = Duration::from_secs(1);
/// Longest wait for what a connection still owes when it is given back.
const FLUSH: Duration = Duration::from_secs(5);
/// What PostgreSQL is told of who connects.
pub const APPLICATION: &str = "lianmeng";
/// The setting of PostgreSQL that ends a transaction nobody continues, and its value unless the
/// address of the database has another.
///
/// A process that is cut off in the middle of a change holds locks that every other change waits
/// for, until the server learns that it is gone; by itself that takes hours.
const IDLE_TRANSACTION: (&str, &str) = ("idle_in_transaction_session_timeout", "10s");

/// What every connection to PostgreSQL has.
pub(crate) fn postgres(options: PgConnectOptions) -> PgConnectOptions {
    let options = options.application_name(APPLICATION);
    let is_set = options.get_options().is_some_and(|set| set.contains(IDLE_TRANSACTION.0));
    if is_set { options } else { options.options([IDLE_TRANSACTION]) }
}

/// Connections whose server fell silent in mid-answer are thrown away when they are given back:
/// waiting for the rest would keep their place in the pool.
fn pool(options: PgPoolOptions) -> PgPoolOptions {
    options.after_release(|connection, _| {
        Box::pin(async {
            match timeout(FLUSH, connection.flush()).await {
                Ok(done) => done.map(|()| true),
                Err(elapsed) => Err(sqlx::Error::Io(elapsed.into())),
            }
        })
    })
}

/// Connections that the driver believes to be inside of a transaction are thrown away when they are
/// given back. A full disk ends a transaction of SQLite by itself; the driver, which cannot roll it
/// back any more, would go on with savepoints, that is without the lock of [`crate::tx::begin`], and
/// keep them open after a failure.
fn sqlite_pool(options: SqlitePoolOptions) -> SqlitePoolOptions {
    options.after_release(|connection, _| {
        Box::pin(async {
            if connection.is_in_transaction() {
                // A transaction that was dropped is rolled back behind our back: wait for that.
                connection.ping().await?;
            }
            Ok(!connection.is_in_transaction())
        })
    })
}

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
    follow(url, connections, Moved::default()).await
}

/// As [`connect`], opening nothing yet: for a server that may be away.
///
/// # Errors
///
/// [`StoreError::Db`] if `url` cannot be read.
pub async fn connect_lazy(url: &str, connections: u32) -> Result<DatabaseConnection, StoreError> {
    let mut options = ConnectOptions::new(url.to_owned());
    options
        .max_connections(connections.max(1))
        .acquire_timeout(LAZY_WAIT)
        .connect_lazy(true)
        .test_before_acquire_if_idle_for(IDLE)
        .sqlx_logging(false)
        .map_sqlx_postgres_opts(postgres)
        .map_sqlx_postgres_pool_opts(pool);
    Ok(Database::connect(options).await?)
}

/// As [`connect`]; connections opened before the pool `moved` to another server are thrown away.
pub(crate) async fn follow(
    url: &str,
    connections: u32,
    moved: Moved,
) -> Result<DatabaseConnection, StoreError> {
    let mut options = ConnectOptions::new(url.to_owned());
    let in_memory = url.contains(":memory:");
    options
        .max_connections(if in_memory { 1 } else { connections.max(1) })
        .min_connections(1)
        .connect_timeout(WAIT)
        .acquire_timeout(WAIT)
        .test_before_acquire_if_idle_for(IDLE)
        .sqlx_logging(false)
        .map_sqlx_postgres_opts(postgres)
        .map_sqlx_postgres_pool_opts(pool)
        .map_sqlx_postgres_before_acquire(move |_, connection| {
            let is_older = moved.is_older(connection.age);
            Box::pin(std::future::ready(Ok(!is_older)))
        })
        .map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .create_if_missing(true)
                .foreign_keys(true)
                .journal_mode(SqliteJournalMode::Wal)
                // What was acknowledged survives a power cut as well.
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(WAIT)
                .pragma("cache_size", "-65536")
                .pragma("temp_store", "MEMORY")
        })
        .map_sqlx_sqlite_pool_opts(sqlite_pool);
    if in_memory {
        options.idle_timeout(None::<Duration>).max_lifetime(None::<Duration>);
    }
    Ok(Database::connect(options).await?)
}
