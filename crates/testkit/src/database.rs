//! A database of its own for each test: SQLite in memory, or PostgreSQL where the environment names
//! a server.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use lianmeng_store::connect;
use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbBackend, QueryResult,
    Statement,
};

/// Variable with the address of a PostgreSQL server on which databases may be made.
const POSTGRES: &str = "LIANMENG_TEST_POSTGRES";
/// Variable with the address of a Redis server.
pub(crate) const REDIS: &str = "LIANMENG_TEST_REDIS";
/// Made once per server; each test copies it.
const TEMPLATE: &str = "lianmeng_template";
/// Names of the copies begin with it; the process and a number follow.
const PREFIX: &str = "lianmeng_test_";
/// One at a time makes databases; PostgreSQL refuses to copy what others are using.
const LOCK: &str = "SELECT pg_advisory_lock(20261122)";
/// Copies that may stay: ten megabytes each.
const KEPT: usize = 150;
/// Copies dropped for each that is made: that takes a while, and other tests wait.
const DROPPED: usize = 2;
/// Connections a test opens.
const CONNECTIONS: u32 = 8;

/// An empty, migrated database.
pub async fn database() -> DatabaseConnection {
    database_of(CONNECTIONS).await
}

/// As [`database`], over a single connection: statements of one task then follow one another in the
/// order they were asked, so that their number is the same each time.
pub async fn narrow_database() -> DatabaseConnection {
    database_of(1).await
}

async fn database_of(connections: u32) -> DatabaseConnection {
    match Place::new().await {
        Some(place) => connect::open(place.url(), connections).await.unwrap(),
        None => connect::open("sqlite::memory:", 1).await.unwrap(),
    }
}

/// Asks a SQLite file that is no longer in use; gives the first column of the rows as text.
pub fn sqlite(file: &Path, sql: &str) -> Vec<String> {
    let ask = async {
        let db = connect::connect(&format!("sqlite:{}", file.display()), 1).await.unwrap();
        let rows = db.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.unwrap();
        let text = |row: &QueryResult| row.try_get_by_index(0).unwrap();
        let rows = rows.iter().map(text).collect();
        db.close().await.unwrap();
        rows
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.unwrap().block_on(ask)
}

/// A new database on the PostgreSQL server of the tests. It stays after the test, until there are many.
#[derive(Debug)]
pub struct Place {
    url: String,
}

impl Place {
    /// A new empty, migrated database, if the environment names a server.
    pub async fn new() -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let server = std::env::var(POSTGRES).ok().filter(|url| !url.is_empty())?;
        let (base, _) = server.rsplit_once('/').expect("an address with a database");
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{PREFIX}{}_{number}", std::process::id());
        // One connection: the lock belongs to it and goes with it.
        let mut options = ConnectOptions::new(server.as_str());
        options.max_connections(1).sqlx_logging(false);
        let admin = Database::connect(options).await.unwrap();
        let run = async |sql: String| {
            admin.execute_unprepared(&sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
        };
        run(LOCK.to_owned()).await;
        if run(format!("SELECT FROM pg_database WHERE datname = '{TEMPLATE}'"))
            .await
            .rows_affected()
            == 0
        {
            let making = format!("{TEMPLATE}_making");
            run(format!("DROP DATABASE IF EXISTS {making}")).await;
            run(format!("CREATE DATABASE {making}")).await;
            let db = connect::open(&format!("{base}/{making}"), 1).await.unwrap();
            db.close().await.unwrap();
            run(format!("ALTER DATABASE {making} RENAME TO {TEMPLATE}")).await;
        }
        drop_ended(&admin).await;
        run(format!("DROP DATABASE IF EXISTS {name}")).await;
        run(format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}")).await;
        admin.close().await.unwrap();
        Some(Self { url: format!("{base}/{name}") })
    }

    /// As [`Place::new`], from code that is not async.
    pub(crate) fn new_blocking() -> Option<Self> {
        let make = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(Self::new())
        };
        std::thread::spawn(make).join().unwrap()
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// Drops some databases of tests whose process has ended once there are many: together they would fill
/// a disk. Nothing where the system does not tell which processes run.
async fn drop_ended(admin: &DatabaseConnection) {
    let processes = Path::new("/proc");
    if !processes.join("self").exists() {
        return;
    }
    let all = format!("SELECT datname::text FROM pg_database WHERE datname LIKE '{PREFIX}%'");
    let rows = admin.query_all_raw(Statement::from_string(DbBackend::Postgres, all)).await.unwrap();
    let names: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    let has_ended = |name: &&String| {
        let process = name[PREFIX.len()..].split('_').next().unwrap_or_default();
        !processes.join(process).exists()
    };
    let dropped = if names.len() > KEPT { DROPPED } else { 0 };
    for name in names.iter().filter(has_ended).take(dropped) {
        // A server that the test began may still be leaving: a later one drops it.
        drop(admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name}")).await);
    }
}
