//! What can go wrong with a database.

use sea_orm::{DbErr, SqlErr};
use thiserror::Error;

/// What the database did.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Somebody else saved the row since it was read.
    #[error("somebody saved this in the meantime; read it again and repeat the change")]
    Stale,
    /// A unique value exists already, or a row that others point at cannot go.
    #[error("the value exists already or others depend on it: {0}")]
    Conflict(String),
    /// A row holds something the program never writes.
    #[error("table {table}, column {column} holds {value:?}, which cannot be read")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// What it holds, cut to 80 characters.
        value: String,
    },
    /// The query failed.
    #[error("database: {0}")]
    Db(DbErr),
}

impl StoreError {
    /// [`StoreError::Stale`] if a statement that names id and version found no row.
    pub(crate) fn stale_if_none(rows_affected: u64) -> Result<(), Self> {
        if rows_affected == 0 { Err(Self::Stale) } else { Ok(()) }
    }
}

impl From<sea_orm::sqlx::Error> for StoreError {
    fn from(error: sea_orm::sqlx::Error) -> Self {
        Self::Db(DbErr::Custom(error.to_string()))
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match error.sql_err() {
            Some(
                SqlErr::UniqueConstraintViolation(what)
                | SqlErr::ForeignKeyConstraintViolation(what),
            ) => Self::Conflict(what),
            Some(_) | None => Self::Db(error),
        }
    }
}
