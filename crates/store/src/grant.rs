//! Grants: roles held for a body and a term.

use chrono::{DateTime, NaiveDate, Utc};
use lianmeng_domain::account::Grant;
use lianmeng_domain::actor::{Body, Role};
use lianmeng_domain::ids::{AccountId, GrantId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{IntoCondition as _, Query};
use sea_orm::{Condition, ExprTrait as _, QueryOrder as _, QuerySelect as _};

use crate::StoreError;
use crate::audit::trace::{self, Diff};
use crate::page::{self, Way, Window};
use crate::parse::{self, At};

/// The table `grants`.
mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "grants")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub account_id: String,
        pub role: String,
        pub body: Option<String>,
        pub from_on: Date,
        pub until_on: Option<Date>,
        pub is_default: bool,
        pub is_administrator: bool,
        pub may_export: bool,
        pub revoked_at: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Most grants read of one account; the newest ones.
pub const LIMIT: u64 = 100;

/// Grants of one account, newest first, past and future ones too, at most [`LIMIT`].
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn of_account(
    db: &impl ConnectionTrait,
    account: AccountId,
) -> Result<Vec<Grant>, StoreError> {
    let rows = row::Entity::find()
        .filter(row::COLUMN.account_id.eq(account.to_string()))
        .order_by_desc(row::COLUMN.id)
        .limit(LIMIT)
        .all(db)
        .await?;
    rows.into_iter().map(Grant::try_from).collect()
}

/// Grants that are in force on `today` or will be.
fn alive(today: NaiveDate) -> Condition {
    let unended =
        Condition::any().add(row::COLUMN.until_on.is_null()).add(row::COLUMN.until_on.gte(today));
    row::COLUMN.revoked_at.is_null().into_condition().add(unended)
}

/// A page of the grants for `body` that are in force on `today` or will be, oldest first.
///
/// # Errors
///
/// As [`of_account`].
pub async fn page_of_body(
    db: &impl ConnectionTrait,
    body: &Body,
    today: NaiveDate,
    window: Window<GrantId>,
) -> Result<Vec<Grant>, StoreError> {
    let query =
        row::Entity::find().filter(row::COLUMN.body.eq(body.to_string())).filter(alive(today));
    let rows = page::by_id(query, (row::Column::Id, Way::Up), window).all(db).await?;
    rows.into_iter().map(Grant::try_from).collect()
}

/// Every grant of these accounts that is in force on `today` or will be, at most [`LIMIT`] for each,
/// oldest first.
///
/// # Errors
///
/// As [`of_account`].
pub async fn alive_of_accounts(
    db: &impl ConnectionTrait,
    accounts: &[AccountId],
    today: NaiveDate,
) -> Result<Vec<Grant>, StoreError> {
    let most = u64::try_from(accounts.len()).unwrap_or(u64::MAX).saturating_mul(LIMIT);
    let rows = row::Entity::find()
        .filter(parse::among(db, row::Column::AccountId, accounts))
        .filter(alive(today))
        .order_by_asc(row::COLUMN.id)
        .limit(most)
        .all(db)
        .await?;
    rows.into_iter().map(Grant::try_from).collect()
}

/// Grants of those who administer one of `bodies` on `today`, oldest first, at most [`LIMIT`] for
/// each.
///
/// # Errors
///
/// As [`of_account`].
pub async fn administrators(
    db: &impl ConnectionTrait,
    bodies: &[Body],
    today: NaiveDate,
) -> Result<Vec<Grant>, StoreError> {
    let most = u64::try_from(bodies.len()).unwrap_or(u64::MAX).saturating_mul(LIMIT);
    let rows = row::Entity::find()
        .filter(parse::among(db, row::Column::Body, bodies))
        .filter(row::COLUMN.is_administrator.eq(true))
        .filter(row::COLUMN.from_on.lte(today))
        .filter(alive(today))
        .order_by_asc(row::COLUMN.id)
        .limit(most)
        .all(db)
        .await?;
    rows.into_iter().map(Grant::try_from).collect()
}

/// The grant with this id.
///
/// # Errors
///
/// As [`of_account`].
pub async fn find(db: &impl ConnectionTrait, id: GrantId) -> Result<Option<Grant>, StoreError> {
    row::Entity::find_by_id(id.to_string()).one(db).await?.map(Grant::try_from).transpose()
}

/// Most people told by one role and body.
const HOLDERS: u64 = 1_000;

/// Accounts that are not disabled and hold `role` for `body`, or for the whole platform, on the local
/// date `today`, each with the grant they hold it by, sorted.
///
/// # Errors
///
/// As [`of_account`].
pub async fn holders(
    db: &impl ConnectionTrait,
    role: Role,
    body: Option<&Body>,
    today: NaiveDate,
) -> Result<Vec<(AccountId, GrantId)>, StoreError> {
    let mut disabled = Query::select();
    disabled.column("id").from("accounts").and_where(Expr::col("disabled_at").is_not_null());
    let rows = row::Entity::find()
        .filter(match body {
            Some(body) => row::COLUMN.body.eq(body.to_string()),
            None => row::COLUMN.body.is_null(),
        })
        .filter(row::COLUMN.role.eq(role.word()))
        .filter(row::COLUMN.account_id.not_in_subquery(disabled))
        .order_by_asc(row::COLUMN.account_id)
        .order_by_asc(row::COLUMN.id)
        .limit(HOLDERS)
        .all(db)
        .await?;
    let grants = rows.into_iter().map(Grant::try_from).collect::<Result<Vec<_>, _>>()?;
    let mut held: Vec<(AccountId, GrantId)> = grants
        .iter()
        .filter(|grant| grant.is_in_force(today))
        .map(|grant| (grant.account, grant.id))
        .collect();
    held.dedup_by_key(|(account, _)| *account);
    Ok(held)
}

/// Adds `grant`; if it is the default one, no other of the account is any more.
///
/// # Errors
///
/// [`StoreError::Conflict`] if the account does not exist.
pub async fn insert(db: &impl ConnectionTrait, grant: &Grant) -> Result<(), StoreError> {
    if grant.is_default {
        row::Entity::update_many()
            .col_expr(row::Column::IsDefault, Expr::value(false))
            .filter(row::COLUMN.account_id.eq(grant.account.to_string()))
            .exec(db)
            .await?;
    }
    row::Entity::insert(columns(grant)).exec_without_returning(db).await?;
    Ok(())
}

/// What a grant gives, for the audit log.
pub fn diff(grant: &Grant) -> Diff {
    trace::diff(None, Some(&columns(grant)))
}

fn columns(grant: &Grant) -> row::ActiveModel {
    row::ActiveModel {
        id: Set(grant.id.to_string()),
        account_id: Set(grant.account.to_string()),
        role: Set(grant.role.word().to_owned()),
        body: Set(grant.body.as_ref().map(ToString::to_string)),
        from_on: Set(grant.from_on),
        until_on: Set(grant.until_on),
        is_default: Set(grant.is_default),
        is_administrator: Set(grant.is_administrator),
        may_export: Set(grant.may_export),
        revoked_at: Set(grant.revoked_at),
    }
}

/// Takes a grant back at `at`. Once taken back it stays so.
///
/// # Errors
///
/// [`StoreError::Stale`] if there is no such grant, or it was taken back before.
pub async fn revoke(
    db: &impl ConnectionTrait,
    id: GrantId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let saved = row::Entity::update_many()
        .col_expr(row::Column::RevokedAt, Expr::value(at))
        .filter(row::COLUMN.id.eq(id.to_string()))
        .filter(row::COLUMN.revoked_at.is_null())
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

impl TryFrom<row::Model> for Grant {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("grants", column);
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            account: parse::value(at("account_id"), &row.account_id)?,
            role: parse::word(at("role"), &row.role, Role::from_word)?,
            body: parse::value_opt(at("body"), row.body.as_deref())?,
            from_on: row.from_on,
            until_on: row.until_on,
            is_default: row.is_default,
            is_administrator: row.is_administrator,
            may_export: row.may_export,
            revoked_at: row.revoked_at,
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use lianmeng_domain::actor::Body;
    use lianmeng_domain::ids::EnterpriseId;

    use super::*;
    use crate::account::tests::{at, db};

    pub(crate) fn grant(number: u128, account: u128) -> Grant {
        Grant {
            id: GrantId::from(number),
            account: AccountId::from(account),
            role: Role::Enterprise,
            body: Some(Body::Enterprise(EnterpriseId::from(5))),
            from_on: at(0).date_naive(),
            until_on: Some(at(86_400).date_naive()),
            is_default: true,
            is_administrator: number == 3,
            may_export: number == 2,
            revoked_at: None,
        }
    }

    #[tokio::test]
    async fn people_of_a_body_are_listed_while_their_term_lasts_and_its_administrators_found() {
        let db = db().await;
        for (number, account) in [(1, 1), (2, 2), (3, 3)] {
            insert(&db, &grant(number, account)).await.unwrap();
        }
        let other = Grant { body: Some(Body::Enterprise(EnterpriseId::from(6))), ..grant(4, 1) };
        insert(&db, &other).await.unwrap();
        revoke(&db, GrantId::from(2), at(1)).await.unwrap();
        let (body, day) = (Body::Enterprise(EnterpriseId::from(5)), at(0).date_naive());
        let numbers = |grants: Vec<Grant>| grants.iter().map(|g| g.id.number()).collect::<Vec<_>>();
        let listed = |today| page_of_body(&db, &body, today, Window::first(9));
        assert_eq!(numbers(listed(day).await.unwrap()), [1, 3]);
        let next = page_of_body(&db, &body, day, Window::next(Some(GrantId::from(1)), 9)).await;
        assert_eq!(numbers(next.unwrap()), [3]);
        assert_eq!(numbers(listed(at(86_400).date_naive()).await.unwrap()), [1, 3], "its last day");
        assert_eq!(numbers(listed(at(2 * 86_400).date_naive()).await.unwrap()), Vec::<u128>::new());
        let bodies = [body.clone(), other.body.clone().unwrap()];
        let found = administrators(&db, &bodies, day).await.unwrap();
        assert_eq!(numbers(found), [3]);
        let before = day.pred_opt().unwrap();
        assert_eq!(administrators(&db, &bodies, before).await.unwrap(), [], "still to come");
        let accounts = [1, 2].map(AccountId::from);
        let found = alive_of_accounts(&db, &accounts, day).await.unwrap();
        assert_eq!(numbers(found), [1, 4]);
    }

    #[tokio::test]
    async fn the_last_default_grant_wins_and_a_grant_is_revoked_once() {
        let db = db().await;
        for number in [1, 2] {
            insert(&db, &grant(number, 1)).await.unwrap();
        }
        insert(&db, &grant(3, 2)).await.unwrap();
        let first = Grant { is_default: false, ..grant(1, 1) };
        let found = of_account(&db, AccountId::from(1)).await.unwrap();
        assert_eq!(found, [grant(2, 1), first.clone()]);
        revoke(&db, first.id, at(9)).await.unwrap();
        assert!(matches!(revoke(&db, first.id, at(10)).await, Err(StoreError::Stale)));
        let revoked = Grant { revoked_at: Some(at(9)), ..first };
        assert_eq!(find(&db, revoked.id).await.unwrap(), Some(revoked));
        let stray = insert(&db, &grant(4, 99)).await;
        assert!(matches!(stray, Err(StoreError::Conflict(_))), "{stray:?}");
    }
}
