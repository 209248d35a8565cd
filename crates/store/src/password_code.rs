//! Codes with which somebody chooses a password of their own, once. Only their hashes are kept, and
//! of an account only the newest.

use chrono::{DateTime, Utc};
use lianmeng_domain::ids::AccountId;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

use crate::StoreError;
use crate::parse::{self, At};

/// The table `password_codes`.
mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "password_codes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub account_id: String,
        pub code_hash: String,
        pub made_by: String,
        pub ends_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A code that was given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordCode {
    /// Whose password it opens.
    pub account: AccountId,
    /// Who gave it out, as in the audit log.
    pub made_by: String,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
}

/// Keeps the hash of a new code in place of the one the account had.
///
/// # Errors
///
/// [`StoreError::Conflict`] if the account does not exist.
pub async fn put(
    db: &impl ConnectionTrait,
    code: &PasswordCode,
    hash: &str,
) -> Result<(), StoreError> {
    remove(db, code.account).await?;
    let row = row::ActiveModel {
        account_id: Set(code.account.to_string()),
        code_hash: Set(hash.to_owned()),
        made_by: Set(code.made_by.clone()),
        ends_at: Set(code.ends_at),
    };
    row::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// The code whose text has this hash, whether it is still good or not.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn find(
    db: &impl ConnectionTrait,
    hash: &str,
) -> Result<Option<PasswordCode>, StoreError> {
    let found = row::Entity::find().filter(row::COLUMN.code_hash.eq(hash)).one(db).await?;
    let at = At("password_codes", "account_id");
    let read = |row: row::Model| {
        let account = parse::value(at, &row.account_id)?;
        Ok(PasswordCode { account, made_by: row.made_by, ends_at: row.ends_at })
    };
    found.map(read).transpose()
}

/// Uses a code up at `now`: it ends. One statement decides, so of two who bring it only one succeeds.
///
/// # Errors
///
/// [`StoreError::Stale`] if it has ended before.
pub async fn use_up(
    db: &impl ConnectionTrait,
    hash: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let saved = row::Entity::update_many()
        .col_expr(row::Column::EndsAt, Expr::value(now))
        .filter(row::COLUMN.code_hash.eq(hash))
        .filter(row::COLUMN.ends_at.gt(now))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

/// Takes back the code of an account, if it has one.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn remove(db: &impl ConnectionTrait, account: AccountId) -> Result<(), StoreError> {
    row::Entity::delete_by_id(account.to_string()).exec(db).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::tests::{at, db};

    #[tokio::test]
    async fn a_code_is_used_once_and_the_next_takes_its_place() {
        let db = db().await;
        let code = PasswordCode {
            account: AccountId::from(1),
            made_by: "account:2".to_owned(),
            ends_at: at(9),
        };
        put(&db, &code, "h1").await.unwrap();
        put(&db, &code, "h2").await.unwrap();
        assert_eq!(find(&db, "h1").await.unwrap(), None, "replaced");
        assert_eq!(find(&db, "h2").await.unwrap(), Some(code.clone()));
        assert!(matches!(use_up(&db, "h2", at(9)).await, Err(StoreError::Stale)), "over");
        use_up(&db, "h2", at(8)).await.unwrap();
        assert!(matches!(use_up(&db, "h2", at(8)).await, Err(StoreError::Stale)));
        assert_eq!(find(&db, "h2").await.unwrap().map(|code| code.ends_at), Some(at(8)));
        put(&db, &code, "h3").await.unwrap();
        remove(&db, code.account).await.unwrap();
        assert_eq!(find(&db, "h3").await.unwrap(), None);
        let stray = PasswordCode { account: AccountId::from(99), ..code };
        assert!(matches!(put(&db, &stray, "h4").await, Err(StoreError::Conflict(_))));
    }
}
