//! Tokens of other systems. Only their hashes are kept.

use chrono::{DateTime, TimeDelta, Utc};
use lianmeng_domain::account::{Access, ApiToken};
use lianmeng_domain::ids::{AccountId, ApiTokenId, GrantId};
use sea_orm::ActiveValue::Set;
use sea_orm::Condition;
use sea_orm::entity::prelude::*;

use crate::StoreError;
use crate::page::{self, Way, Window};
use crate::parse::{self, At};

/// The table `api_tokens`.
mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "api_tokens")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub account_id: String,
        pub grant_id: String,
        pub label: String,
        pub access: String,
        pub hash: String,
        pub created_at: DateTimeUtc,
        pub ends_at: DateTimeUtc,
        pub revoked_at: Option<DateTimeUtc>,
        pub used_at: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// How often the moment of the last use is written.
const USE_STEP: TimeDelta = TimeDelta::minutes(10);

fn open(account: AccountId, now: DateTime<Utc>) -> Condition {
    Condition::all()
        .add(row::COLUMN.account_id.eq(account.to_string()))
        .add(row::COLUMN.revoked_at.is_null())
        .add(row::COLUMN.ends_at.gt(now))
}

/// A page of the API tokens of `account` that are in force at `now`, newest first.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    account: AccountId,
    now: DateTime<Utc>,
    window: Window<ApiTokenId>,
) -> Result<Vec<ApiToken>, StoreError> {
    let query = row::Entity::find().filter(open(account, now));
    let cut = page::by_id(query, (row::Column::Id, Way::Down), window);
    let rows = cut.all(db).await?;
    rows.into_iter().map(ApiToken::try_from).collect()
}

/// How many API tokens of `account` are in force at `now`.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn count(
    db: &impl ConnectionTrait,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    Ok(row::Entity::find().filter(open(account, now)).count(db).await?)
}

/// The API token with this id.
///
/// # Errors
///
/// As [`page()`].
pub async fn find(
    db: &impl ConnectionTrait,
    id: ApiTokenId,
) -> Result<Option<ApiToken>, StoreError> {
    row::Entity::find_by_id(id.to_string()).one(db).await?.map(ApiToken::try_from).transpose()
}

/// The API token whose secret has this hash.
///
/// # Errors
///
/// As [`page()`].
pub async fn find_by_hash(
    db: &impl ConnectionTrait,
    hash: &str,
) -> Result<Option<ApiToken>, StoreError> {
    let query = row::Entity::find().filter(row::COLUMN.hash.eq(hash));
    query.one(db).await?.map(ApiToken::try_from).transpose()
}

/// Adds `token`, whose secret has `hash`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if account or grant do not exist.
pub async fn insert(
    db: &impl ConnectionTrait,
    token: &ApiToken,
    hash: &str,
) -> Result<(), StoreError> {
    let row = row::ActiveModel {
        id: Set(token.id.to_string()),
        account_id: Set(token.account.to_string()),
        grant_id: Set(token.grant.to_string()),
        label: Set(token.label.clone()),
        access: Set(token.access.word().to_owned()),
        hash: Set(hash.to_owned()),
        created_at: Set(token.created_at),
        ends_at: Set(token.ends_at),
        revoked_at: Set(token.revoked_at),
        used_at: Set(token.used_at),
    };
    row::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Revokes a token; returns whether it was in force.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn revoke(
    db: &impl ConnectionTrait,
    id: ApiTokenId,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let saved = row::Entity::update_many()
        .col_expr(row::Column::RevokedAt, Expr::value(at))
        .filter(row::COLUMN.id.eq(id.to_string()))
        .filter(row::COLUMN.revoked_at.is_null())
        .exec(db)
        .await?;
    Ok(saved.rows_affected > 0)
}

/// Revokes every token of `account`.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn revoke_all(
    db: &impl ConnectionTrait,
    account: AccountId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    row::Entity::update_many()
        .col_expr(row::Column::RevokedAt, Expr::value(at))
        .filter(row::COLUMN.account_id.eq(account.to_string()))
        .filter(row::COLUMN.revoked_at.is_null())
        .exec(db)
        .await?;
    Ok(())
}

/// Revokes every token bound to one of `grants`.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn revoke_of_grants(
    db: &impl ConnectionTrait,
    grants: &[GrantId],
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    row::Entity::update_many()
        .col_expr(row::Column::RevokedAt, Expr::value(at))
        .filter(parse::among(db, row::Column::GrantId, grants))
        .filter(row::COLUMN.revoked_at.is_null())
        .exec(db)
        .await?;
    Ok(())
}

/// Notes that `token` was used at `at`, if the last note is older than ten minutes.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn note_use(
    db: &impl ConnectionTrait,
    token: &ApiToken,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    if token.used_at.is_some_and(|before| at < before + USE_STEP) {
        return Ok(());
    }
    row::Entity::update_many()
        .col_expr(row::Column::UsedAt, Expr::value(at))
        .filter(row::COLUMN.id.eq(token.id.to_string()))
        .exec(db)
        .await?;
    Ok(())
}

impl TryFrom<row::Model> for ApiToken {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("api_tokens", column);
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            account: parse::value(at("account_id"), &row.account_id)?,
            grant: parse::value(at("grant_id"), &row.grant_id)?,
            label: row.label,
            access: parse::word(at("access"), &row.access, Access::from_word)?,
            created_at: row.created_at,
            ends_at: row.ends_at,
            revoked_at: row.revoked_at,
            used_at: row.used_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::tests::{at, db};
    use crate::grant::tests::grant;

    fn token(number: u128) -> ApiToken {
        ApiToken {
            id: ApiTokenId::from(number),
            account: AccountId::from(1),
            grant: GrantId::from(1),
            label: "城市平台".to_owned(),
            access: Access::ReadOnly,
            created_at: at(0),
            ends_at: at(10_000),
            revoked_at: None,
            used_at: None,
        }
    }

    #[tokio::test]
    async fn a_token_is_found_by_its_hash_listed_while_it_holds_and_its_use_noted_now_and_then() {
        let db = db().await;
        crate::grant::insert(&db, &grant(1, 1)).await.unwrap();
        for number in 1..=3 {
            insert(&db, &token(number), &format!("h{number}")).await.unwrap();
        }
        assert_eq!(find_by_hash(&db, "h2").await.unwrap(), Some(token(2)));
        assert_eq!(find_by_hash(&db, "h9").await.unwrap(), None);
        assert!(revoke(&db, token(2).id, at(1)).await.unwrap());
        assert!(!revoke(&db, token(2).id, at(2)).await.unwrap());
        let window = Window::first(10);
        let rows = page(&db, AccountId::from(1), at(5), window.clone()).await.unwrap();
        assert_eq!(rows, [token(3), token(1)]);
        assert_eq!(count(&db, AccountId::from(1), at(5)).await.unwrap(), 2);
        assert_eq!(page(&db, AccountId::from(1), at(10_000), window).await.unwrap(), []);
        for (moment, noted) in [(10, 10), (609, 10), (610, 610)] {
            let found = find(&db, token(1).id).await.unwrap().unwrap();
            note_use(&db, &found, at(moment)).await.unwrap();
            let found = find(&db, token(1).id).await.unwrap().unwrap();
            assert_eq!(found.used_at, Some(at(noted)));
        }
        revoke_of_grants(&db, &[GrantId::from(9)], at(650)).await.unwrap();
        assert_eq!(count(&db, AccountId::from(1), at(650)).await.unwrap(), 2);
        revoke_of_grants(&db, &[GrantId::from(1)], at(660)).await.unwrap();
        assert_eq!(count(&db, AccountId::from(1), at(660)).await.unwrap(), 0);
        insert(&db, &token(4), "h4").await.unwrap();
        revoke_all(&db, AccountId::from(1), at(700)).await.unwrap();
        assert_eq!(count(&db, AccountId::from(1), at(700)).await.unwrap(), 0);
        let found = find(&db, token(2).id).await.unwrap().unwrap();
        assert_eq!(found.revoked_at, Some(at(1)), "revoked once");
    }
}
