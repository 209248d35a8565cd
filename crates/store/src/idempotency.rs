//! Request keys: the same command sent twice is done once. A key names the audit row that its command
//! writes in the same transaction, so that what was done need not be kept twice.

use chrono::{DateTime, Utc};
use lianmeng_domain::ids::AuditId;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, TryInsertResult};
use sha2::{Digest, Sha256};

use crate::{StoreError, audit};

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
    /// Done before by the same caller with the same command; holds the thing it was done to.
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
    /// The audit row that the command will write.
    pub deed: AuditId,
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
        result: Set(request.deed.to_string()),
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
    let Some(same) = found.filter(|row| row.fingerprint == fingerprint) else {
        return Ok(Claim::Mismatch);
    };
    let Ok(deed) = same.result.parse() else {
        // A replica of an earlier version wrote the thing itself.
        return Ok(Claim::Replay(same.result));
    };
    let thing = audit::thing(db, deed, same.at).await?;
    Ok(thing.map_or(Claim::Mismatch, Claim::Replay))
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

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;

    use super::*;

    #[tokio::test]
    async fn a_key_of_an_earlier_version_names_what_was_done() {
        let db = lianmeng_testkit::database().await;
        let now = Utc.with_ymd_and_hms(2026, 3, 2, 1, 0, 0).unwrap();
        let key = RequestKey { caller: "a", key: "key-0001", command: "c", deed: 1.into() };
        assert_eq!(claim(&db, key, now).await.unwrap(), Claim::New);
        row::Entity::update_many()
            .col_expr(row::Column::Result, Expr::value("need:1"))
            .exec(&db)
            .await
            .unwrap();
        let again = claim(&db, RequestKey { deed: 2.into(), ..key }, now).await.unwrap();
        assert_eq!(again, Claim::Replay("need:1".to_owned()));
        let other = RequestKey { command: "d", deed: 3.into(), ..key };
        assert_eq!(claim(&db, other, now).await.unwrap(), Claim::Mismatch);
    }
}
