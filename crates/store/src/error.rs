//! What can go wrong with a database.

use sea_orm::sqlx::Error as SqlxError;
use sea_orm::{DbErr, RuntimeErr, SqlErr};
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

/// What keeps a database from doing what it is asked, whatever that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// No room is left. Nothing is saved; what is there can be read.
    Full,
    /// It does not answer, or it ended the connection.
    Away,
}

impl StoreError {
    /// Whether the database itself is in trouble.
    pub fn trouble(&self) -> Option<Trouble> {
        let Self::Db(error) = self else { return None };
        if let DbErr::ConnectionAcquire(_) = error {
            return Some(Trouble::Away);
        }
        let (DbErr::Conn(cause) | DbErr::Exec(cause) | DbErr::Query(cause)) = error else {
            return None;
        };
        let RuntimeErr::SqlxError(cause) = cause else { return None };
        if let SqlxError::Database(refused) = cause.as_ref() {
            return of_code(&refused.code()?);
        }
        let is_away = matches!(
            cause.as_ref(),
            SqlxError::Io(_) | SqlxError::PoolTimedOut | SqlxError::PoolClosed
        );
        is_away.then_some(Trouble::Away)
    }
    /// [`StoreError::Stale`] if a statement that names id and version found no row.
    pub(crate) fn stale_if_none(rows_affected: u64) -> Result<(), Self> {
        if rows_affected == 0 { Err(Self::Stale) } else { Ok(()) }
    }
}

/// What the code of a database that refused a statement stands for. PostgreSQL has five characters,
/// SQLite a number.
fn of_code(code: &str) -> Option<Trouble> {
    match code {
        // disk_full; SQLITE_FULL, SQLITE_IOERR_SHMSIZE
        "53100" | "13" | "4874" => Some(Trouble::Full),
        // Stopped, crashed, starting; too many connections; a transaction left idle; a standby.
        "57P01" | "57P02" | "57P03" | "53300" | "25P03" | "25006" => Some(Trouble::Away),
        _ => code.strip_prefix("08").filter(|rest| rest.len() == 3).map(|_| Trouble::Away),
    }
}

impl From<SqlxError> for StoreError {
    fn from(error: SqlxError) -> Self {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_of_the_database_is_told_from_faults_of_statements() {
        let cases = [
            ("53100", Some(Trouble::Full)),
            ("13", Some(Trouble::Full)),
            ("57P01", Some(Trouble::Away)),
            ("08006", Some(Trouble::Away)),
            // SQLITE_PERM is no connection exception; a syntax error, a busy database.
            ("3", None),
            ("42601", None),
            ("5", None),
        ];
        for (code, want) in cases {
            assert_eq!(of_code(code), want, "{code}");
        }
        let lost = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        let cause = RuntimeErr::SqlxError(std::sync::Arc::new(SqlxError::Io(lost)));
        assert_eq!(StoreError::Db(DbErr::Query(cause)).trouble(), Some(Trouble::Away));
        assert_eq!(StoreError::Stale.trouble(), None);
    }
}
