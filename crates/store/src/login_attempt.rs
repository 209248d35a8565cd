//! Attempts to sign in: a record for auditors, and what throttling counts.

use chrono::{DateTime, TimeDelta, Utc};
use lianmeng_domain::account::throttle::{Recent, Tally, WINDOW};
use lianmeng_domain::ids::{Id, LoginId};
use lianmeng_domain::words;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, QueryOrder as _, QuerySelect as _};

use crate::StoreError;

/// The table `login_attempts`.
mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "login_attempts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub at: DateTimeUtc,
        pub name_key: String,
        pub address: String,
        pub outcome: String,
        pub login_id: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

words! {
    /// How an attempt ended.
    pub enum Outcome {
        /// Not yet; counts as a failure, so that many at once cannot slip through.
        Pending = "pending",
        /// Signed in.
        Succeeded = "succeeded",
        /// Wrong name or password, or an account that cannot sign in.
        Failed = "failed",
        /// Not even looked at; counts for nothing.
        Throttled = "throttled",
    }
}

/// An attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt<'a> {
    /// Its id, of whatever kind: attempts and logins share one row of numbers.
    pub id: LoginId,
    /// When.
    pub at: DateTime<Utc>,
    /// The name given, normalised.
    pub name_key: &'a str,
    /// Where it came from.
    pub address: &'a str,
}

/// Most attempts on one account that are looked at.
const LOOK_BACK: u64 = 300;
/// How far the clock of another replica may be ahead. Attempts later than that were made before the
/// clock was set back; counted, they would shut people out until it has caught up.
const SKEW: TimeDelta = TimeDelta::minutes(1);
/// How long a success makes an address known to an account.
const KNOWN: TimeDelta = TimeDelta::days(90);

/// Keeps an attempt whose outcome is not known yet. Commit it before [`recent`] is asked: whoever
/// comes at the same moment then counts it.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn insert(db: &impl ConnectionTrait, attempt: Attempt<'_>) -> Result<(), StoreError> {
    let row = row::ActiveModel {
        id: Set(attempt.id.to_string()),
        at: Set(attempt.at),
        name_key: Set(attempt.name_key.to_owned()),
        address: Set(attempt.address.to_owned()),
        outcome: Set(Outcome::Pending.word().to_owned()),
        login_id: Set(None),
    };
    row::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Writes the outcome of an attempt, with the login it led to.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn settle(
    db: &impl ConnectionTrait,
    id: impl Id,
    outcome: Outcome,
    login: Option<LoginId>,
) -> Result<(), StoreError> {
    row::Entity::update_many()
        .col_expr(row::Column::Outcome, Expr::value(outcome.word()))
        .col_expr(row::Column::LoginId, Expr::value(login.map(|id| id.to_string())))
        .filter(row::COLUMN.id.eq(id.to_string()))
        .exec(db)
        .await?;
    Ok(())
}

/// Failures are what is neither a success nor throttled.
fn failures() -> Condition {
    let words = [Outcome::Pending.word(), Outcome::Failed.word()];
    Condition::all().add(row::COLUMN.outcome.is_in(words))
}

/// What happened around `attempt`, itself left out. Costs three statements.
///
/// # Errors
///
/// [`StoreError::Db`] if a query fails.
pub async fn recent(db: &impl ConnectionTrait, attempt: Attempt<'_>) -> Result<Recent, StoreError> {
    let since = attempt.at - WINDOW;
    let others = || row::Entity::find().filter(row::COLUMN.id.ne(attempt.id.to_string()));
    let rows = others()
        .filter(row::COLUMN.name_key.eq(attempt.name_key))
        .filter(row::COLUMN.at.gt(since))
        .filter(row::COLUMN.at.lte(attempt.at + SKEW))
        .filter(row::COLUMN.outcome.ne(Outcome::Throttled.word()))
        .order_by_desc(row::COLUMN.at)
        .limit(LOOK_BACK)
        .all(db)
        .await?;
    let at_address = others()
        .filter(row::COLUMN.address.eq(attempt.address))
        .filter(row::COLUMN.at.gt(since))
        .filter(row::COLUMN.at.lte(attempt.at + SKEW))
        .filter(failures());
    let address: Option<(i64, Option<DateTime<Utc>>)> = at_address
        .select_only()
        .column_as(row::COLUMN.id.count(), "failures")
        .column_as(row::COLUMN.at.max(), "last_at")
        .into_tuple()
        .one(db)
        .await?;
    let known = row::Entity::find()
        .filter(row::COLUMN.name_key.eq(attempt.name_key))
        .filter(row::COLUMN.address.eq(attempt.address))
        .filter(row::COLUMN.outcome.eq(Outcome::Succeeded.word()))
        .filter(row::COLUMN.at.gt(attempt.at - KNOWN))
        .limit(1)
        .one(db)
        .await?;
    let (number, last_at) = address.unwrap_or_default();
    Ok(Recent {
        pair: tally(rows.iter().filter(|row| row.address == attempt.address)),
        account: tally(rows.iter()),
        address: Tally { failures: u32::try_from(number).unwrap_or(u32::MAX), last_at },
        is_known: known.is_some(),
    })
}

/// Failures since the last success; `rows` come newest first.
fn tally<'a>(rows: impl Iterator<Item = &'a row::Model>) -> Tally {
    let success = Outcome::Succeeded.word();
    let mut tally = Tally::default();
    for row in rows.take_while(|row| row.outcome != success) {
        tally.failures += 1;
        tally.last_at = tally.last_at.max(Some(row.at));
    }
    tally
}

/// Forgets attempts before `moment`.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn forget(db: &impl ConnectionTrait, moment: DateTime<Utc>) -> Result<u64, StoreError> {
    let gone = row::Entity::delete_many().filter(row::COLUMN.at.lt(moment)).exec(db).await?;
    Ok(gone.rows_affected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::tests::{at, db};

    fn attempt<'a>(number: u128, name_key: &'a str, address: &'a str) -> Attempt<'a> {
        let seconds = i64::try_from(number).unwrap();
        Attempt { id: LoginId::from(number), at: at(seconds), name_key, address }
    }

    #[tokio::test]
    async fn failures_are_counted_per_account_address_and_both_since_the_last_success() {
        let db = db().await;
        let happened = [
            (1, "li", "a", Outcome::Failed),
            (2, "li", "a", Outcome::Succeeded),
            (3, "li", "b", Outcome::Failed),
            (4, "li", "a", Outcome::Failed),
            (5, "li", "a", Outcome::Throttled),
            (6, "li", "b", Outcome::Pending),
            (7, "wang", "a", Outcome::Failed),
            (8, "li", "a", Outcome::Pending),
        ];
        for (number, name, address, outcome) in happened {
            let attempt = attempt(number, name, address);
            insert(&db, attempt).await.unwrap();
            settle(&db, attempt.id, outcome, None).await.unwrap();
        }
        let tally = |failures, last| Tally { failures, last_at: Some(at(last)) };
        let seen = recent(&db, attempt(8, "li", "a")).await.unwrap();
        let want = Recent {
            pair: tally(1, 4),
            account: tally(3, 6),
            address: tally(3, 7),
            is_known: true,
        };
        assert_eq!(seen, want);
        let seen = recent(&db, attempt(8, "li", "b")).await.unwrap();
        assert_eq!((seen.pair, seen.is_known), (tally(2, 6), false));
        assert_eq!(recent(&db, attempt(9, "x", "c")).await.unwrap(), Recent::default());
        let tomorrow = Attempt { at: at(86_410), ..attempt(9, "li", "a") };
        let seen = recent(&db, tomorrow).await.unwrap();
        assert_eq!(seen, Recent { is_known: true, ..Recent::default() });
        assert_eq!(forget(&db, at(4)).await.unwrap(), 3);
    }
}
