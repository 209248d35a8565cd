//! The keys that sign access tokens, shared by every replica.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{Condition, QueryOrder as _, QuerySelect as _};

use crate::StoreError;

/// The table `signing_keys`.
mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "signing_keys")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub kid: String,
        pub secret: String,
        pub made_at: DateTimeUtc,
        pub tokens_end_at: Option<DateTimeUtc>,
        pub verifies_until: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A key.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// What tokens call it; rises with time.
    pub kid: String,
    /// The secret in base64.
    pub secret: String,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// The latest end of a token it signed that lives longer than ordinary ones.
    pub tokens_end_at: Option<DateTime<Utc>>,
    /// Until when it verifies; none while it signs.
    pub verifies_until: Option<DateTime<Utc>>,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// The kid of the first key. Two replicas that start at once on an empty database both want to make
/// it, and one of them does.
pub const FIRST: &str = "first";

/// Most keys that verify at a time.
const LIMIT: u64 = 50;

/// The keys that sign or verify at `now`, the one that signs first.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn in_force(
    db: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<Vec<SigningKey>, StoreError> {
    let until = row::COLUMN.verifies_until;
    let rows = row::Entity::find()
        .filter(Condition::any().add(until.is_null()).add(until.gt(now)))
        .order_by_desc(row::COLUMN.made_at)
        .order_by_desc(row::COLUMN.kid)
        .limit(LIMIT)
        .all(db)
        .await?;
    let mut keys: Vec<_> = rows.into_iter().map(SigningKey::from).collect();
    keys.sort_by_key(|key| key.verifies_until.is_some());
    Ok(keys)
}

/// Adds `key`, unless there is one with its kid.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn insert(db: &impl ConnectionTrait, key: &SigningKey) -> Result<(), StoreError> {
    let row = row::ActiveModel {
        kid: Set(key.kid.clone()),
        secret: Set(key.secret.clone()),
        made_at: Set(key.made_at),
        tokens_end_at: Set(key.tokens_end_at),
        verifies_until: Set(key.verifies_until),
    };
    row::Entity::insert(row)
        .on_conflict(OnConflict::column(row::Column::Kid).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Lets a key stop signing and verify until `until`.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn retire(
    db: &impl ConnectionTrait,
    kid: &str,
    until: DateTime<Utc>,
) -> Result<(), StoreError> {
    row::Entity::update_many()
        .col_expr(row::Column::VerifiesUntil, Expr::value(until))
        .filter(row::COLUMN.kid.eq(kid))
        .exec(db)
        .await?;
    Ok(())
}

/// Notes that a key signed a token that ends at `ends_at`, later than ordinary ones.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn note_long_token(
    db: &impl ConnectionTrait,
    kid: &str,
    ends_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let end = row::COLUMN.tokens_end_at;
    row::Entity::update_many()
        .col_expr(row::Column::TokensEndAt, Expr::value(ends_at))
        .filter(row::COLUMN.kid.eq(kid))
        .filter(Condition::any().add(end.is_null()).add(end.lt(ends_at)))
        .exec(db)
        .await?;
    Ok(())
}

/// Forgets keys that have not verified anything since before `moment`.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn forget(db: &impl ConnectionTrait, moment: DateTime<Utc>) -> Result<u64, StoreError> {
    let over = row::COLUMN.verifies_until.lt(moment);
    Ok(row::Entity::delete_many().filter(over).exec(db).await?.rows_affected)
}

impl From<row::Model> for SigningKey {
    fn from(row: row::Model) -> Self {
        Self {
            kid: row.kid,
            secret: row.secret,
            made_at: row.made_at,
            tokens_end_at: row.tokens_end_at,
            verifies_until: row.verifies_until,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::tests::{at, db};

    fn key(kid: &str, made: i64) -> SigningKey {
        SigningKey {
            kid: kid.to_owned(),
            secret: "c2VjcmV0".to_owned(),
            made_at: at(made),
            tokens_end_at: None,
            verifies_until: None,
        }
    }

    #[tokio::test]
    async fn the_newest_key_signs_and_an_old_one_verifies_for_a_while() {
        let db = db().await;
        insert(&db, &key(FIRST, 0)).await.unwrap();
        let late = SigningKey { secret: "bGF0ZQ".to_owned(), ..key(FIRST, 1) };
        insert(&db, &late).await.unwrap();
        assert_eq!(in_force(&db, at(1)).await.unwrap(), [key(FIRST, 0)], "the first one stays");
        for (ends, noted) in [(50, 50), (20, 50)] {
            note_long_token(&db, FIRST, at(ends)).await.unwrap();
            assert_eq!(in_force(&db, at(1)).await.unwrap()[0].tokens_end_at, Some(at(noted)));
        }
        insert(&db, &key("second", 10)).await.unwrap();
        retire(&db, FIRST, at(100)).await.unwrap();
        let kids = |keys: Vec<SigningKey>| keys.into_iter().map(|key| key.kid).collect::<Vec<_>>();
        assert_eq!(kids(in_force(&db, at(99)).await.unwrap()), ["second", FIRST]);
        assert_eq!(kids(in_force(&db, at(100)).await.unwrap()), ["second"]);
        assert_eq!(forget(&db, at(101)).await.unwrap(), 1);
    }
}
