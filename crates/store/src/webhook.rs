//! Webhooks. Their secrets are kept as they are: whoever signs must know them.

use chrono::{DateTime, Utc};
use lianmeng_domain::delivery::Webhook;
use lianmeng_domain::ids::{AccountId, GrantId, WebhookId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, QueryOrder as _, QuerySelect as _};

use crate::StoreError;
use crate::parse::{self, At};

/// The table `webhooks`.
mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "webhooks")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub account_id: String,
        pub grant_id: String,
        pub label: String,
        pub url: String,
        pub secret: String,
        pub created_at: DateTimeUtc,
        pub removed_at: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

fn open(account: AccountId) -> Condition {
    Condition::all()
        .add(row::COLUMN.account_id.eq(account.to_string()))
        .add(row::COLUMN.removed_at.is_null())
}

/// The first `limit` webhooks of an account that were not removed, oldest first.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn of_account(
    db: &impl ConnectionTrait,
    account: AccountId,
    limit: u64,
) -> Result<Vec<Webhook>, StoreError> {
    let query = row::Entity::find().filter(open(account)).order_by_asc(row::COLUMN.id).limit(limit);
    query.all(db).await?.into_iter().map(Webhook::try_from).collect()
}

/// How many there are.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn count(db: &impl ConnectionTrait, account: AccountId) -> Result<u64, StoreError> {
    Ok(row::Entity::find().filter(open(account)).count(db).await?)
}

/// Webhooks of these grants that were not removed, by id.
///
/// # Errors
///
/// As [`of_account`].
pub async fn of_grants(
    db: &impl ConnectionTrait,
    grants: impl IntoIterator<Item = GrantId>,
) -> Result<Vec<Webhook>, StoreError> {
    let query = row::Entity::find()
        .filter(parse::among(db, row::Column::GrantId, grants))
        .filter(row::COLUMN.removed_at.is_null())
        .order_by_asc(row::COLUMN.id);
    query.all(db).await?.into_iter().map(Webhook::try_from).collect()
}

/// The webhook with this id and its secret.
///
/// # Errors
///
/// As [`of_account`].
pub async fn find(
    db: &impl ConnectionTrait,
    id: WebhookId,
) -> Result<Option<(Webhook, String)>, StoreError> {
    let Some(row) = row::Entity::find_by_id(id.to_string()).one(db).await? else {
        return Ok(None);
    };
    let secret = row.secret.clone();
    Ok(Some((Webhook::try_from(row)?, secret)))
}

/// Adds a webhook.
///
/// # Errors
///
/// [`StoreError::Conflict`] if account or grant do not exist.
pub async fn insert(
    db: &impl ConnectionTrait,
    webhook: &Webhook,
    secret: &str,
) -> Result<(), StoreError> {
    let row = row::ActiveModel {
        id: Set(webhook.id.to_string()),
        account_id: Set(webhook.account.to_string()),
        grant_id: Set(webhook.grant.to_string()),
        label: Set(webhook.label.clone()),
        url: Set(webhook.url.clone()),
        secret: Set(secret.to_owned()),
        created_at: Set(webhook.created_at),
        removed_at: Set(webhook.removed_at),
    };
    row::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Removes a webhook of `account`: nothing is sent to it any more, its secret is forgotten, and what
/// was sent can still be looked up.
///
/// # Errors
///
/// [`StoreError::Stale`] if there is none, or it was removed before.
pub async fn remove(
    db: &impl ConnectionTrait,
    account: AccountId,
    id: WebhookId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let saved = row::Entity::update_many()
        .col_expr(row::Column::RemovedAt, Expr::value(at))
        .col_expr(row::Column::Secret, Expr::value(""))
        .filter(row::COLUMN.id.eq(id.to_string()))
        .filter(open(account))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

impl TryFrom<row::Model> for Webhook {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("webhooks", column);
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            account: parse::value(at("account_id"), &row.account_id)?,
            grant: parse::value(at("grant_id"), &row.grant_id)?,
            label: row.label,
            url: row.url,
            created_at: row.created_at,
            removed_at: row.removed_at,
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::account::tests::{at, db};
    use crate::grant::tests::grant;

    pub(crate) fn webhook(number: u128, account: u128, grant: u128) -> Webhook {
        Webhook {
            id: number.into(),
            account: account.into(),
            grant: grant.into(),
            label: "办公系统".to_owned(),
            url: "https://example.cn/hook".to_owned(),
            created_at: at(0),
            removed_at: None,
        }
    }

    #[tokio::test]
    async fn webhooks_are_found_by_grant_and_only_their_owner_removes_them() {
        let db = db().await;
        for number in [1, 2] {
            crate::grant::insert(&db, &grant(number, number)).await.unwrap();
        }
        for (number, owner) in [(1, 1), (2, 1), (3, 2)] {
            insert(&db, &webhook(number, owner, owner), "whsec_x").await.unwrap();
        }
        let (one, two) = (AccountId::from(1), AccountId::from(2));
        let found = find(&db, 1.into()).await.unwrap();
        assert_eq!(found, Some((webhook(1, 1, 1), "whsec_x".to_owned())));
        assert!(matches!(remove(&db, two, 1.into(), at(5)).await, Err(StoreError::Stale)));
        remove(&db, one, 1.into(), at(5)).await.unwrap();
        assert!(matches!(remove(&db, one, 1.into(), at(6)).await, Err(StoreError::Stale)));
        let (gone, secret) = find(&db, 1.into()).await.unwrap().unwrap();
        assert_eq!((gone.removed_at, secret.as_str()), (Some(at(5)), ""));
        assert_eq!(of_account(&db, one, 9).await.unwrap(), [webhook(2, 1, 1)]);
        assert_eq!((count(&db, one).await.unwrap(), count(&db, two).await.unwrap()), (1, 1));
        let both = of_grants(&db, [1, 2].map(GrantId::from)).await.unwrap();
        assert_eq!(both, [webhook(2, 1, 1), webhook(3, 2, 2)]);
    }
}
