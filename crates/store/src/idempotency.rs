//! Request keys: the same command sent twice is done once.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, TryInsertResult};
use sha2::{Digest, Sha256};

use crate::StoreError;

mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "request_keys")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub caller: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub request_key: String,
        pub fingerprint: String,
        pub result: String,
        pub at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What a request key turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Never seen: go on.
    New,
    /// Done before by the same caller with the same command; holds what [`finish`] stored.
    Replay(String),
    /// Used before for another command.
    Mismatch,
}

/// A caller's key and the command it stands for.
#[derive(Debug, Clone, Copy)]
pub struct RequestKey<'a> {
    /// Who sends it; keys of different callers never meet.
    pub caller: &'a str,
    /// The key as sent.
    pub key: &'a str,
    /// The command in full, in a stable form; only its hash is stored.
    pub command: &'a str,
}

/// Claims `request` within the transaction of the command.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn claim(
    db: &impl ConnectionTrait,
    request: RequestKey<'_>,
    now: DateTime<Utc>,
) -> Result<Claim, StoreError> {
    let fingerprint = fingerprint(request.command);
    let row = row::ActiveModel {
        caller: Set(request.caller.to_owned()),
        request_key: Set(request.key.to_owned()),
        fingerprint: Set(fingerprint.clone()),
        result: Set(String::new()),
        at: Set(now),
    };
    let inserted = row::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([row::Column::Caller, row::Column::RequestKey])
                .do_nothing()
                .to_owned(),
        )
        .try_insert()
        .exec_without_returning(db)
        .await?;
    if matches!(inserted, TryInsertResult::Inserted(1)) {
        return Ok(Claim::New);
    }
    let key = (request.caller.to_owned(), request.key.to_owned());
    let found = row::Entity::find_by_id(key).one(db).await?;
    Ok(match found {
        Some(row) if row.fingerprint == fingerprint => Claim::Replay(row.result),
        Some(_) | None => Claim::Mismatch,
    })
}

/// Keeps `result` (usually an id) for replays, within the same transaction.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn finish(
    db: &impl ConnectionTrait,
    request: RequestKey<'_>,
    result: &str,
) -> Result<(), StoreError> {
    row::Entity::update_many()
        .col_expr(row::Column::Result, Expr::value(result))
        .filter(row::COLUMN.caller.eq(request.caller))
        .filter(row::COLUMN.request_key.eq(request.key))
        .exec(db)
        .await?;
    Ok(())
}

/// Forgets the request keys claimed before `before`, and says how many.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn forget(db: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let gone = row::Entity::delete_many().filter(row::COLUMN.at.lt(before)).exec(db).await?;
    Ok(gone.rows_affected)
}

fn fingerprint(command: &str) -> String {
    use std::fmt::Write as _;
    let digest = Sha256::digest(command.as_bytes());
    digest.iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ok = write!(hex, "{byte:02x}");
        hex
    })
}
