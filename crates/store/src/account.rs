//! Accounts and their links to identity providers.
//!
//! Nothing here takes a `Visibility`: an account is read by its owner, by whoever signs in, and by
//! the command line.

use chrono::{DateTime, Utc};
use lianmeng_domain::account::{self, Account};
use lianmeng_domain::ids::AccountId;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

use crate::StoreError;
use crate::page::{self, Way, Window};
use crate::parse::{self, At};

/// The table `accounts`.
mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "accounts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub name: String,
        pub name_key: String,
        pub display_name: String,
        pub password_hash: Option<String>,
        pub disabled_at: Option<DateTimeUtc>,
        pub kept_by: Option<String>,
        pub created_at: DateTimeUtc,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `external_identities`.
mod link {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "external_identities")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub issuer: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub subject: String,
        pub account_id: String,
        pub linked_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// An account with the hash of its password, for whoever checks one.
#[derive(Clone, PartialEq, Eq)]
pub struct Kept {
    /// The account.
    pub account: Account,
    /// PHC string of its password; none if it has no password.
    pub password_hash: Option<String>,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kept").field("account", &self.account).finish_non_exhaustive()
    }
}

/// What an identity provider knows somebody by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct External<'a> {
    /// The provider.
    pub issuer: &'a str,
    /// Its name for the person, never given to another.
    pub subject: &'a str,
}

/// The account with this name, whatever its width and case.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn find_by_name(
    db: &impl ConnectionTrait,
    name: &str,
) -> Result<Option<Kept>, StoreError> {
    let query = row::Entity::find().filter(row::COLUMN.name_key.eq(account::name_key(name)));
    query.one(db).await?.map(Kept::try_from).transpose()
}

/// The account with this id.
///
/// # Errors
///
/// As [`find_by_name`].
pub async fn find(db: &impl ConnectionTrait, id: AccountId) -> Result<Option<Kept>, StoreError> {
    row::Entity::find_by_id(id.to_string()).one(db).await?.map(Kept::try_from).transpose()
}

/// The accounts with these ids, in no order; missing ones are left out.
///
/// # Errors
///
/// As [`find_by_name`].
pub async fn find_many(
    db: &impl ConnectionTrait,
    ids: &[AccountId],
) -> Result<Vec<Account>, StoreError> {
    let query = row::Entity::find().filter(parse::among(db, row::Column::Id, ids));
    let rows = query.all(db).await?;
    rows.into_iter().map(|row| Kept::try_from(row).map(|kept| kept.account)).collect()
}

/// A page of all accounts, by name.
///
/// # Errors
///
/// As [`find_by_name`].
pub async fn page(
    db: &impl ConnectionTrait,
    window: Window<String>,
) -> Result<Vec<Account>, StoreError> {
    let values = |name: String| vec![account::name_key(&name).into()];
    let rows = page::cut(row::Entity::find(), &[row::Column::NameKey], Way::Up, window, values)
        .all(db)
        .await?;
    rows.into_iter().map(|row| Kept::try_from(row).map(|kept| kept.account)).collect()
}

/// Adds `kept`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if the name is taken.
pub async fn insert(db: &impl ConnectionTrait, kept: &Kept) -> Result<(), StoreError> {
    let account = &kept.account;
    let row = row::ActiveModel {
        id: Set(account.id.to_string()),
        name: Set(account.name.clone()),
        name_key: Set(account::name_key(&account.name)),
        display_name: Set(account.display_name.clone()),
        password_hash: Set(kept.password_hash.clone()),
        disabled_at: Set(account.disabled_at),
        kept_by: Set(account.kept_by.as_ref().map(ToString::to_string)),
        created_at: Set(account.created_at),
        version: Set(account.version),
    };
    row::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Saves password and disablement if nobody saved the account since it was read, and raises its
/// version by one.
///
/// # Errors
///
/// [`StoreError::Stale`] if the stored version is no longer that of `kept`.
pub async fn save(db: &impl ConnectionTrait, kept: &Kept) -> Result<(), StoreError> {
    let account = &kept.account;
    let saved = row::Entity::update_many()
        .col_expr(row::Column::PasswordHash, Expr::value(kept.password_hash.clone()))
        .col_expr(row::Column::DisabledAt, Expr::value(account.disabled_at))
        .col_expr(row::Column::Version, Expr::value(account.version + 1))
        .filter(row::COLUMN.id.eq(account.id.to_string()))
        .filter(row::COLUMN.version.eq(account.version))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

/// The account that somebody known to a provider is linked with.
///
/// # Errors
///
/// As [`find_by_name`].
pub async fn linked(
    db: &impl ConnectionTrait,
    external: External<'_>,
) -> Result<Option<AccountId>, StoreError> {
    let key = (external.issuer.to_owned(), external.subject.to_owned());
    let found = link::Entity::find_by_id(key).one(db).await?;
    let at = At("external_identities", "account_id");
    found.map(|row| parse::value(at, &row.account_id)).transpose()
}

/// Whether an account is linked with somebody at any provider.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn is_linked(db: &impl ConnectionTrait, id: AccountId) -> Result<bool, StoreError> {
    let query = link::Entity::find().filter(link::COLUMN.account_id.eq(id.to_string()));
    Ok(query.count(db).await? > 0)
}

/// Links somebody known to a provider with an account.
///
/// # Errors
///
/// [`StoreError::Conflict`] if that person is linked already.
pub async fn link(
    db: &impl ConnectionTrait,
    external: External<'_>,
    id: AccountId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = link::ActiveModel {
        issuer: Set(external.issuer.to_owned()),
        subject: Set(external.subject.to_owned()),
        account_id: Set(id.to_string()),
        linked_at: Set(at),
    };
    link::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

impl TryFrom<row::Model> for Kept {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let account = Account {
            id: parse::value(At("accounts", "id"), &row.id)?,
            name: row.name,
            display_name: row.display_name,
            disabled_at: row.disabled_at,
            kept_by: parse::value_opt(At("accounts", "kept_by"), row.kept_by.as_deref())?,
            created_at: row.created_at,
            version: row.version,
        };
        Ok(Self { account, password_hash: row.password_hash })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use lianmeng_domain::actor::Body;

    use super::*;

    pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    pub(crate) fn kept(number: u128) -> Kept {
        let account = Account {
            id: AccountId::from(number),
            name: format!("Person{number}"),
            display_name: "某某".to_owned(),
            disabled_at: None,
            kept_by: (number == 3).then(|| Body::Enterprise(5.into())),
            created_at: at(0),
            version: 1,
        };
        Kept { account, password_hash: Some("$argon2id$…".to_owned()) }
    }

    /// A fresh database with accounts 1 to 3.
    pub(crate) async fn db() -> DatabaseConnection {
        let db = lianmeng_testkit::database().await;
        for number in 1..=3 {
            insert(&db, &kept(number)).await.unwrap();
        }
        db
    }

    #[tokio::test]
    async fn an_account_is_found_by_its_name_and_saved_once_per_version() {
        let db = db().await;
        let found = find_by_name(&db, "PERSON2").await.unwrap().unwrap();
        assert_eq!(found, kept(2));
        let twin = Kept { account: Account { id: AccountId::from(9), ..kept(2).account }, ..found };
        assert!(matches!(insert(&db, &twin).await, Err(StoreError::Conflict(_))));
        let mut changed = kept(2);
        changed.password_hash = None;
        changed.account.disabled_at = Some(at(1));
        save(&db, &changed).await.unwrap();
        assert!(matches!(save(&db, &changed).await, Err(StoreError::Stale)));
        changed.account.version = 2;
        assert_eq!(find(&db, changed.account.id).await.unwrap(), Some(changed));
        let found = find_many(&db, &[3, 9].map(AccountId::from)).await.unwrap();
        assert_eq!(found, [kept(3).account]);
        let window = Window::next(Some("person1".to_owned()), 1);
        assert_eq!(page(&db, window).await.unwrap()[0].name, "Person2");
    }

    #[tokio::test]
    async fn a_person_at_a_provider_is_linked_with_one_account() {
        let db = db().await;
        let external = External { issuer: "https://id.example", subject: "7" };
        assert_eq!(linked(&db, external).await.unwrap(), None);
        link(&db, external, AccountId::from(1), at(0)).await.unwrap();
        let again = link(&db, external, AccountId::from(2), at(0)).await;
        assert!(matches!(again, Err(StoreError::Conflict(_))));
        assert_eq!(linked(&db, external).await.unwrap(), Some(AccountId::from(1)));
        assert!(is_linked(&db, AccountId::from(1)).await.unwrap());
        assert!(!is_linked(&db, AccountId::from(2)).await.unwrap());
    }
}
