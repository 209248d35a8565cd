//! Transactions.

use sea_orm::{
    AccessMode, DatabaseConnection, DatabaseTransaction, DbBackend, IsolationLevel,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

use crate::StoreError;

/// Opens a transaction that writes.
///
/// On SQLite it takes the write lock at once: two writers then wait for each other, where a lock
/// taken late would fail one of them. Dropping it without a commit rolls it back.
///
/// # Errors
///
/// [`StoreError::Db`] if no connection or no lock was free in time.
pub async fn begin(db: &DatabaseConnection) -> Result<DatabaseTransaction, StoreError> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    Ok(db.begin_with_options(options).await?)
}

/// Opens a transaction that only reads and sees the database as it stands at its first statement.
///
/// Drop it when done; there is nothing to commit.
///
/// # Errors
///
/// [`StoreError::Db`] if no connection was free in time.
pub async fn read(db: &DatabaseConnection) -> Result<DatabaseTransaction, StoreError> {
    let mut options = TransactionOptions::default();
    // A reading transaction of SQLite is a snapshot by itself; it knows no levels.
    if db.get_database_backend() == DbBackend::Postgres {
        options.isolation_level = Some(IsolationLevel::RepeatableRead);
        options.access_mode = Some(AccessMode::ReadOnly);
    }
    Ok(db.begin_with_options(options).await?)
}

/// Makes everything done in `tx` last.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses; nothing is saved then.
pub async fn commit(tx: DatabaseTransaction) -> Result<(), StoreError> {
    Ok(tx.commit().await?)
}

/// Forgets everything done in `tx`, before the next statement of the caller.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses; nothing is saved in any case.
pub async fn rollback(tx: DatabaseTransaction) -> Result<(), StoreError> {
    Ok(tx.rollback().await?)
}
