//! What people want to be sent, and the codes that confirm their addresses; of a code only the hash.

use chrono::{DateTime, Utc};
use lianmeng_domain::delivery::quiet;
use lianmeng_domain::delivery::{CODE_LIFE, CODE_TRIES, NoticeLanguage, NoticeSettings, Quiet};
use lianmeng_domain::ids::AccountId;
use lianmeng_domain::notice::NoticeKind;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{CaseStatement, OnConflict};
use sea_orm::{Condition, ExprTrait as _, TryInsertResult};

use crate::StoreError;
use crate::parse::{self, At};

/// The table `notice_settings`.
mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "notice_settings")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub account_id: String,
        pub email: Option<String>,
        pub email_confirmed_at: Option<DateTimeUtc>,
        pub pending_email: Option<String>,
        pub code_hash: Option<String>,
        pub code_sent_at: Option<DateTimeUtc>,
        pub code_mailed_at: Option<DateTimeUtc>,
        pub code_tries: i32,
        pub wants_email: bool,
        pub kinds: Option<String>,
        pub quiet_from: i32,
        pub quiet_until: i32,
        pub quiet_days_off: bool,
        pub language: String,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Settings with the code that confirms the pending address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptSettings {
    /// What is wanted.
    pub settings: NoticeSettings,
    /// Hash of the code.
    pub code_hash: Option<String>,
    /// When it was made.
    pub code_sent_at: Option<DateTime<Utc>>,
    /// When the mail server took it; `None` where nobody knows that it did.
    pub code_mailed_at: Option<DateTime<Utc>>,
    /// Raised by one with each save; 0 before the first.
    pub version: i64,
}

/// The settings of an account, the usual ones if it chose none.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn of(db: &impl ConnectionTrait, account: AccountId) -> Result<KeptSettings, StoreError> {
    let found = row::Entity::find_by_id(account.to_string()).one(db).await?;
    let none = || KeptSettings {
        settings: NoticeSettings::of(account),
        code_hash: None,
        code_sent_at: None,
        code_mailed_at: None,
        version: 0,
    };
    found.map_or_else(|| Ok(none()), KeptSettings::try_from)
}

/// The settings of those of these accounts that chose any.
///
/// # Errors
///
/// As [`of`].
pub async fn among(
    db: &impl ConnectionTrait,
    accounts: impl IntoIterator<Item = AccountId>,
) -> Result<Vec<NoticeSettings>, StoreError> {
    let query = row::Entity::find().filter(parse::among(db, row::Column::AccountId, accounts));
    let rows = query.all(db).await?;
    rows.into_iter().map(|row| Ok(KeptSettings::try_from(row)?.settings)).collect()
}

/// Saves settings if nobody saved those of the account since they were read, and raises their version
/// by one; wrong codes are counted anew where there is a new code.
///
/// # Errors
///
/// [`StoreError::Stale`] if the stored version is no longer `kept.version`; [`StoreError::Conflict`]
/// if the account does not exist.
pub async fn save(db: &impl ConnectionTrait, kept: &KeptSettings) -> Result<(), StoreError> {
    let account = kept.settings.account.to_string();
    let mut columns = columns(kept);
    if kept.version == 0 {
        columns.account_id = Set(account);
        columns.code_tries = Set(0);
        let conflict = OnConflict::column(row::Column::AccountId).do_nothing().to_owned();
        let insert = row::Entity::insert(columns).on_conflict(conflict).try_insert();
        return match insert.exec_without_returning(db).await? {
            TryInsertResult::Inserted(1..) => Ok(()),
            TryInsertResult::Inserted(0) | TryInsertResult::Empty | TryInsertResult::Conflicted => {
                Err(StoreError::Stale)
            }
        };
    }
    // The tries of a code stay as they are: somebody may be trying one at this moment.
    let tries = Expr::col(row::Column::CodeTries);
    let tries = match kept.code_sent_at {
        Some(at) => {
            let is_same = Condition::all().add(row::COLUMN.code_sent_at.eq(at));
            CaseStatement::new().case(is_same, tries).finally(0).into()
        }
        None => tries,
    };
    let saved = row::Entity::update_many()
        .set(columns)
        .col_expr(row::Column::CodeTries, tries)
        .filter(row::COLUMN.account_id.eq(account))
        .filter(row::COLUMN.version.eq(kept.version))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

/// What is saved beside the account and the tries.
fn columns(kept: &KeptSettings) -> row::ActiveModel {
    let KeptSettings { settings, code_hash, code_sent_at, code_mailed_at, version } = kept;
    row::ActiveModel {
        account_id: NotSet,
        email: Set(settings.email.clone()),
        email_confirmed_at: Set(settings.email_confirmed_at),
        pending_email: Set(settings.pending_email.clone()),
        code_hash: Set(code_hash.clone()),
        code_sent_at: Set(*code_sent_at),
        code_mailed_at: Set(*code_mailed_at),
        code_tries: NotSet,
        wants_email: Set(settings.wants_email),
        kinds: Set(settings.kinds.as_ref().map(|kinds| parse::list_text(kinds))),
        quiet_from: Set(quiet::minutes(settings.quiet.from)),
        quiet_until: Set(quiet::minutes(settings.quiet.until)),
        quiet_days_off: Set(settings.quiet.days_off),
        language: Set(settings.language.word().to_owned()),
        version: Set(version + 1),
    }
}

/// Notes at `now` that the mail server took the code of `account` that was made at `sent_at`.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn mailed(
    db: &impl ConnectionTrait,
    account: AccountId,
    (sent_at, now): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), StoreError> {
    row::Entity::update_many()
        .col_expr(row::Column::CodeMailedAt, Expr::value(now))
        .col_expr(row::Column::Version, Expr::col(row::Column::Version).add(1))
        .filter(row::COLUMN.account_id.eq(account.to_string()))
        .filter(row::COLUMN.code_sent_at.eq(sent_at))
        .exec(db)
        .await?;
    Ok(())
}

/// Counts one try of the code of `account` at `now`, and gives whether there was one left and the code
/// still holds. One statement decides, so that many at once have no more tries than one after another.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn try_code(
    db: &impl ConnectionTrait,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let saved = row::Entity::update_many()
        .col_expr(row::Column::CodeTries, Expr::col(row::Column::CodeTries).add(1))
        .filter(row::COLUMN.account_id.eq(account.to_string()))
        .filter(row::COLUMN.pending_email.is_not_null())
        .filter(row::COLUMN.code_tries.lt(CODE_TRIES))
        .filter(row::COLUMN.code_sent_at.gt(now - CODE_LIFE))
        .exec(db)
        .await?;
    Ok(saved.rows_affected == 1)
}

impl TryFrom<row::Model> for KeptSettings {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("notice_settings", column);
        let time = |column, minutes: i32| {
            quiet::of_minutes(minutes).ok_or_else(|| at(column).corrupt(&minutes.to_string()))
        };
        let kinds = row.kinds.as_deref().map(|text| {
            let words = parse::list(at("kinds"), text)?;
            let kind = |word: &String| parse::word(at("kinds"), word, NoticeKind::from_word);
            words.iter().map(kind).collect::<Result<Vec<_>, _>>()
        });
        let settings = NoticeSettings {
            account: parse::value(at("account_id"), &row.account_id)?,
            email: row.email,
            email_confirmed_at: row.email_confirmed_at,
            pending_email: row.pending_email,
            wants_email: row.wants_email,
            kinds: kinds.transpose()?,
            quiet: Quiet {
                from: time("quiet_from", row.quiet_from)?,
                until: time("quiet_until", row.quiet_until)?,
                days_off: row.quiet_days_off,
            },
            language: parse::word(at("language"), &row.language, NoticeLanguage::from_word)?,
        };
        Ok(Self {
            settings,
            code_hash: row.code_hash,
            code_sent_at: row.code_sent_at,
            code_mailed_at: row.code_mailed_at,
            version: row.version,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::tests::{at, db};

    #[tokio::test]
    async fn settings_are_read_as_they_were_kept_and_a_code_is_tried_five_times() {
        let db = db().await;
        let account = AccountId::from(1);
        let mut kept = of(&db, account).await.unwrap();
        assert_eq!(kept.settings, NoticeSettings::of(account));
        assert_eq!(among(&db, [account]).await.unwrap(), []);
        kept.settings = NoticeSettings {
            email: Some("old@example.cn".to_owned()),
            email_confirmed_at: Some(at(1)),
            pending_email: Some("new@example.cn".to_owned()),
            wants_email: false,
            kinds: Some(vec![NoticeKind::NeedClosed, NoticeKind::NeedOverdue]),
            quiet: Quiet::parse("22:15", "07:45", true).unwrap(),
            language: NoticeLanguage::English,
            ..kept.settings
        };
        (kept.code_hash, kept.code_sent_at) = (Some("h".to_owned()), Some(at(9)));
        save(&db, &kept).await.unwrap();
        assert!(matches!(save(&db, &kept).await, Err(StoreError::Stale)), "saved since");
        kept.version = 1;
        assert_eq!(of(&db, account).await.unwrap(), kept);
        assert_eq!(
            among(&db, [account, AccountId::from(2)]).await.unwrap(),
            [kept.settings.clone()]
        );
        assert!(!try_code(&db, account, at(9) + CODE_LIFE).await.unwrap(), "over");
        for _ in 0..CODE_TRIES {
            assert!(try_code(&db, account, at(10)).await.unwrap());
            // Other settings give no new tries.
            save(&db, &kept).await.unwrap();
            kept.version += 1;
        }
        assert!(!try_code(&db, account, at(10)).await.unwrap());
        mailed(&db, account, (at(8), at(9))).await.unwrap();
        assert_eq!(of(&db, account).await.unwrap(), kept, "another code");
        mailed(&db, account, (at(9), at(10))).await.unwrap();
        (kept.code_mailed_at, kept.version) = (Some(at(10)), kept.version + 1);
        assert_eq!(of(&db, account).await.unwrap(), kept);
        kept.code_sent_at = Some(at(11));
        save(&db, &kept).await.unwrap();
        assert!(try_code(&db, account, at(12)).await.unwrap(), "a new code");
        assert!(!try_code(&db, AccountId::from(2), at(12)).await.unwrap(), "none");
        let settings = NoticeSettings::of(AccountId::from(99));
        let stray = KeptSettings { settings, version: 0, ..kept };
        assert!(matches!(save(&db, &stray).await, Err(StoreError::Conflict(_))));
    }
}
