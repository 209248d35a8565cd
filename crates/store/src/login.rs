//! Logins and the refresh tokens that keep them going.

use chrono::{DateTime, Utc};
use lianmeng_domain::account::{Login, LoginEnd, LoginMethod};
use lianmeng_domain::ids::{AccountId, LoginId};
use sea_orm::ActiveValue::Set;
use sea_orm::Condition;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;

use crate::StoreError;
use crate::page::{self, Way, Window};
use crate::parse::{self, At};

/// The table `logins`.
mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "logins")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub account_id: String,
        pub method: String,
        pub started_at: DateTimeUtc,
        pub seen_at: DateTimeUtc,
        pub ends_at: DateTimeUtc,
        pub ended_at: Option<DateTimeUtc>,
        pub ended_why: Option<String>,
        pub address: String,
        pub agent: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `refresh_tokens`.
mod refresh {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "refresh_tokens")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub hash: String,
        pub login_id: String,
        pub issued_at: DateTimeUtc,
        pub used_at: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What became of a refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Used {
    /// It was good, and is used up now.
    Now(LoginId),
    /// It was used up before, at this moment.
    Before(LoginId, DateTime<Utc>),
    /// There is no such token.
    Never,
}

/// The login with this id.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn find(db: &impl ConnectionTrait, id: LoginId) -> Result<Option<Login>, StoreError> {
    row::Entity::find_by_id(id.to_string()).one(db).await?.map(Login::try_from).transpose()
}

/// A page of the logins of `account` that are open at `now`, newest first.
///
/// # Errors
///
/// As [`find`].
pub async fn page(
    db: &impl ConnectionTrait,
    account: AccountId,
    now: DateTime<Utc>,
    window: Window<LoginId>,
) -> Result<Vec<Login>, StoreError> {
    let query = row::Entity::find()
        .filter(row::COLUMN.account_id.eq(account.to_string()))
        .filter(row::COLUMN.ended_at.is_null())
        .filter(row::COLUMN.ends_at.gt(now));
    let cut = page::by_id(query, (row::Column::Id, Way::Down), window);
    let rows = cut.all(db).await?;
    rows.into_iter().map(Login::try_from).collect()
}

/// Adds `login`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if the account does not exist.
pub async fn insert(db: &impl ConnectionTrait, login: &Login) -> Result<(), StoreError> {
    let row = row::ActiveModel {
        id: Set(login.id.to_string()),
        account_id: Set(login.account.to_string()),
        method: Set(login.method.word().to_owned()),
        started_at: Set(login.started_at),
        seen_at: Set(login.seen_at),
        ends_at: Set(login.ends_at),
        ended_at: Set(login.ended.map(|(at, _)| at)),
        ended_why: Set(login.ended.map(|(_, why)| why.word().to_owned())),
        address: Set(login.address.clone()),
        agent: Set(login.agent.clone()),
    };
    row::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Notes that a login was refreshed at `at`.
///
/// # Errors
///
/// [`StoreError::Stale`] if it ended before that.
pub async fn touch(
    db: &impl ConnectionTrait,
    id: LoginId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let saved = row::Entity::update_many()
        .col_expr(row::Column::SeenAt, Expr::value(at))
        .filter(row::COLUMN.id.eq(id.to_string()))
        .filter(row::COLUMN.ended_at.is_null())
        .filter(row::COLUMN.ends_at.gt(at))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

/// Ends a login; returns whether it was open.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn end(
    db: &impl ConnectionTrait,
    id: LoginId,
    at: DateTime<Utc>,
    why: LoginEnd,
) -> Result<bool, StoreError> {
    let one = Condition::all().add(row::COLUMN.id.eq(id.to_string()));
    Ok(end_where(db, one, at, why).await? > 0)
}

/// Ends every login of `account` except `spared`; returns how many were open.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn end_all(
    db: &impl ConnectionTrait,
    account: AccountId,
    spared: Option<LoginId>,
    (at, why): (DateTime<Utc>, LoginEnd),
) -> Result<u64, StoreError> {
    let theirs = Condition::all()
        .add(row::COLUMN.account_id.eq(account.to_string()))
        .add_option(spared.map(|id| row::COLUMN.id.ne(id.to_string())));
    end_where(db, theirs, at, why).await
}

async fn end_where(
    db: &impl ConnectionTrait,
    which: Condition,
    at: DateTime<Utc>,
    why: LoginEnd,
) -> Result<u64, StoreError> {
    let saved = row::Entity::update_many()
        .col_expr(row::Column::EndedAt, Expr::value(at))
        .col_expr(row::Column::EndedWhy, Expr::value(why.word()))
        .filter(which)
        .filter(row::COLUMN.ended_at.is_null())
        .exec(db)
        .await?;
    Ok(saved.rows_affected)
}

/// Keeps the hash of a new refresh token.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn add_refresh(
    db: &impl ConnectionTrait,
    hash: &str,
    login: LoginId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = refresh::ActiveModel {
        hash: Set(hash.to_owned()),
        login_id: Set(login.to_string()),
        issued_at: Set(at),
        used_at: Set(None),
    };
    refresh::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Uses a refresh token up. One statement decides, so of two who bring it only one succeeds.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn use_refresh(
    db: &impl ConnectionTrait,
    hash: &str,
    at: DateTime<Utc>,
) -> Result<Used, StoreError> {
    let saved = refresh::Entity::update_many()
        .col_expr(refresh::Column::UsedAt, Expr::value(at))
        .filter(refresh::COLUMN.hash.eq(hash))
        .filter(refresh::COLUMN.used_at.is_null())
        .exec(db)
        .await?;
    let Some(row) = refresh::Entity::find_by_id(hash.to_owned()).one(db).await? else {
        return Ok(Used::Never);
    };
    let login = parse::value(At("refresh_tokens", "login_id"), &row.login_id)?;
    Ok(match row.used_at {
        Some(before) if saved.rows_affected == 0 => Used::Before(login, before),
        Some(_) | None => Used::Now(login),
    })
}

/// The login a refresh token belongs to, used up or not.
///
/// # Errors
///
/// As [`find`].
pub async fn of_refresh(
    db: &impl ConnectionTrait,
    hash: &str,
) -> Result<Option<LoginId>, StoreError> {
    let found = refresh::Entity::find_by_id(hash.to_owned()).one(db).await?;
    found.map(|row| parse::value(At("refresh_tokens", "login_id"), &row.login_id)).transpose()
}

/// Forgets refresh tokens of logins that ended before `moment`, which no reuse can hurt any more.
/// The logins stay, for whoever asks who signed in when.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn forget_refresh(
    db: &impl ConnectionTrait,
    moment: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let mut over = Query::select();
    over.column("id").from("logins").cond_where(
        Condition::any().add(row::COLUMN.ends_at.lt(moment)).add(row::COLUMN.ended_at.lt(moment)),
    );
    let gone = refresh::Entity::delete_many()
        .filter(refresh::COLUMN.login_id.in_subquery(over))
        .exec(db)
        .await?;
    Ok(gone.rows_affected)
}

impl TryFrom<row::Model> for Login {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("logins", column);
        let why = row.ended_why.as_deref();
        let why = why.map(|word| parse::word(at("ended_why"), word, LoginEnd::from_word));
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            account: parse::value(at("account_id"), &row.account_id)?,
            method: parse::word(at("method"), &row.method, LoginMethod::from_word)?,
            started_at: row.started_at,
            seen_at: row.seen_at,
            ends_at: row.ends_at,
            ended: row.ended_at.zip(why.transpose()?),
            address: row.address,
            agent: row.agent,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::tests::{at, db};

    fn login(number: u128) -> Login {
        Login {
            id: LoginId::from(number),
            account: AccountId::from(1),
            method: LoginMethod::Password,
            started_at: at(0),
            seen_at: at(0),
            ends_at: at(100),
            ended: None,
            address: "192.0.2.1".to_owned(),
            agent: "test".to_owned(),
        }
    }

    #[tokio::test]
    async fn a_refresh_token_is_used_once_and_tells_when() {
        let db = db().await;
        insert(&db, &login(1)).await.unwrap();
        add_refresh(&db, "h1", LoginId::from(1), at(0)).await.unwrap();
        assert_eq!(use_refresh(&db, "h1", at(1)).await.unwrap(), Used::Now(LoginId::from(1)));
        let again = use_refresh(&db, "h1", at(5)).await.unwrap();
        assert_eq!(again, Used::Before(LoginId::from(1), at(1)));
        assert_eq!(use_refresh(&db, "h2", at(5)).await.unwrap(), Used::Never);
        assert_eq!(of_refresh(&db, "h1").await.unwrap(), Some(LoginId::from(1)));
        assert_eq!(forget_refresh(&db, at(50)).await.unwrap(), 0, "the login may still be used");
        assert_eq!(forget_refresh(&db, at(101)).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn an_ended_login_is_not_listed_not_touched_and_ends_once() {
        let db = db().await;
        for number in 1..=4 {
            insert(&db, &login(number)).await.unwrap();
        }
        assert!(end(&db, LoginId::from(1), at(7), LoginEnd::Reused).await.unwrap());
        assert!(!end(&db, LoginId::from(1), at(8), LoginEnd::Revoked).await.unwrap());
        let found = find(&db, LoginId::from(1)).await.unwrap().unwrap();
        assert_eq!(found.ended, Some((at(7), LoginEnd::Reused)));
        assert!(matches!(touch(&db, LoginId::from(1), at(9)).await, Err(StoreError::Stale)));
        touch(&db, LoginId::from(2), at(9)).await.unwrap();
        assert!(matches!(touch(&db, LoginId::from(2), at(100)).await, Err(StoreError::Stale)));
        let open = |now, after: Option<u128>| {
            let window = Window::next(after.map(LoginId::from), 2);
            page(&db, AccountId::from(1), now, window)
        };
        let ids = |rows: Vec<Login>| rows.iter().map(|row| row.id.number()).collect::<Vec<_>>();
        assert_eq!(ids(open(at(10), None).await.unwrap()), [4, 3]);
        assert_eq!(ids(open(at(10), Some(3)).await.unwrap()), [2]);
        assert_eq!(ids(open(at(100), None).await.unwrap()), Vec::<u128>::new());
        let spared = Some(LoginId::from(3));
        let why = (at(11), LoginEnd::PasswordChanged);
        assert_eq!(end_all(&db, AccountId::from(1), spared, why).await.unwrap(), 2);
        assert_eq!(ids(open(at(12), None).await.unwrap()), [3]);
    }
}
