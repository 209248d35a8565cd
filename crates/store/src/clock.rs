//! The clock that every process of an installation shares.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::{DbBackend, Statement};

use crate::StoreError;

/// What the clock of the database's server says; `None` on SQLite, where it is this machine's.
///
/// Clocks of machines differ and jump; who may do what until when is told by this one.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn now(db: &impl ConnectionTrait) -> Result<Option<DateTime<Utc>>, StoreError> {
    if db.get_database_backend() != DbBackend::Postgres {
        return Ok(None);
    }
    let ask = Statement::from_string(DbBackend::Postgres, "SELECT clock_timestamp() AS now");
    let row = db.query_one_raw(ask).await?;
    row.map(|row| row.try_get("", "now")).transpose().map_err(StoreError::from)
}
