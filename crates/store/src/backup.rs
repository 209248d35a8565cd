//! Copies of a SQLite database, taken while others use it, and whether a copy is sound.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement, Value};

use crate::StoreError;

/// Writes the database as it stands now to `path`, which must not exist or be empty. Readers and
/// writers go on meanwhile.
///
/// # Errors
///
/// [`StoreError::Db`] if the copy cannot be written.
pub async fn copy_sqlite(db: &DatabaseConnection, path: &str) -> Result<(), StoreError> {
    let copy = Statement::from_sql_and_values(
        DbBackend::Sqlite,
        "VACUUM INTO ?",
        [Value::from(path.to_owned())],
    );
    db.execute_raw(copy).await?;
    Ok(())
}

/// What is wrong with a SQLite database; empty if it is sound.
///
/// # Errors
///
/// [`StoreError::Db`] if the file is no database.
pub async fn faults_of_sqlite(db: &DatabaseConnection) -> Result<Vec<String>, StoreError> {
    let ask = |text: &str| db.query_all_raw(Statement::from_string(DbBackend::Sqlite, text));
    let mut faults = Vec::new();
    for row in ask("PRAGMA integrity_check(5)").await? {
        let line: String = row.try_get_by_index(0)?;
        if line != "ok" {
            faults.push(line);
        }
    }
    for row in ask("PRAGMA foreign_key_check").await?.iter().take(5) {
        let (table, other): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(2)?);
        faults.push(format!("a row of {table} points at a row of {other} that is not there"));
    }
    Ok(faults)
}

/// Folds the write-ahead log of a SQLite database into its file, so that the file alone is the
/// whole database; gives whether that succeeded. It does not while others have it open.
///
/// # Errors
///
/// [`StoreError::Db`] if the file is no database.
pub async fn close_sqlite_log(db: &DatabaseConnection) -> Result<bool, StoreError> {
    db.execute_unprepared("PRAGMA busy_timeout = 1000").await?;
    let done = db
        .query_one_raw(Statement::from_string(DbBackend::Sqlite, "PRAGMA journal_mode = DELETE"))
        .await;
    match done {
        Ok(Some(row)) => Ok(row.try_get_by_index::<String>(0)? == "delete"),
        Ok(None) => Ok(false),
        Err(error) if error.to_string().contains("locked") => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The tables of the database, sorted; on PostgreSQL those of the schema `public`.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn tables(db: &DatabaseConnection) -> Result<Vec<String>, StoreError> {
    let backend = db.get_database_backend();
    let question = if backend == DbBackend::Postgres {
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    } else {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
    };
    let rows = db.query_all_raw(Statement::from_string(backend, question)).await?;
    Ok(rows.iter().map(|row| row.try_get("", "name")).collect::<Result<_, _>>()?)
}

/// How many other processes of ours use this PostgreSQL database.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn others_connected(db: &DatabaseConnection) -> Result<i64, StoreError> {
    let question = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "SELECT count(*) AS others FROM pg_stat_activity \
         WHERE datname = current_database() AND application_name = $1 AND pid <> pg_backend_pid()",
        [Value::from(crate::connect::APPLICATION)],
    );
    let row = db.query_one_raw(question).await?;
    Ok(row.map_or(Ok(0), |row| row.try_get("", "others"))?)
}
