//! What people want to be sent, and the codes that confirm their addresses; of a code only the hash.

use chrono::{DateTime, Utc};
use lianmeng_domain::delivery::quiet;
use lianmeng_domain::delivery::{CODE_LIFE, CODE_TRIES, NoticeLanguage, NoticeSettings, Quiet};
use lianmeng_domain::ids::AccountId;
use lianmeng_domain::notice::NoticeKind;
use sea_orm::ActiveValue::Set;
use sea_orm::ExprTrait as _;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;

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
        pub code_tries: i32,
        pub wants_email: bool,
        pub kinds: Option<String>,
        pub quiet_from: i32,
        pub quiet_until: i32,
        pub quiet_days_off: bool,
        pub language: String,
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

/// Keeps settings in place of those the account had; wrong codes are counted anew if `code_sent_at`
/// is another moment.
///
/// # Errors
///
/// [`StoreError::Conflict`] if the account does not exist.
pub async fn put(db: &impl ConnectionTrait, kept: &KeptSettings) -> Result<(), StoreError> {
    use row::Column as C;
    let KeptSettings { settings, code_hash, code_sent_at } = kept;
    let before = row::Entity::find_by_id(settings.account.to_string()).one(db).await?;
    let is_same_code = |row: &row::Model| row.code_sent_at == *code_sent_at;
    let tries = before.filter(is_same_code).map_or(0, |row| row.code_tries);
    let row = row::ActiveModel {
        account_id: Set(settings.account.to_string()),
        email: Set(settings.email.clone()),
        email_confirmed_at: Set(settings.email_confirmed_at),
        pending_email: Set(settings.pending_email.clone()),
        code_hash: Set(code_hash.clone()),
        code_sent_at: Set(*code_sent_at),
        code_tries: Set(tries),
        wants_email: Set(settings.wants_email),
        kinds: Set(settings.kinds.as_ref().map(|kinds| parse::list_text(kinds))),
        quiet_from: Set(quiet::minutes(settings.quiet.from)),
        quiet_until: Set(quiet::minutes(settings.quiet.until)),
        quiet_days_off: Set(settings.quiet.days_off),
        language: Set(settings.language.word().to_owned()),
    };
    let mut conflict = OnConflict::column(C::AccountId);
    conflict.update_columns([
        C::Email,
        C::EmailConfirmedAt,
        C::PendingEmail,
        C::CodeHash,
        C::CodeSentAt,
        C::CodeTries,
        C::WantsEmail,
        C::Kinds,
        C::QuietFrom,
        C::QuietUntil,
        C::QuietDaysOff,
        C::Language,
    ]);
    row::Entity::insert(row).on_conflict(conflict).exec_without_returning(db).await?;
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
        Ok(Self { settings, code_hash: row.code_hash, code_sent_at: row.code_sent_at })
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
        put(&db, &kept).await.unwrap();
        put(&db, &kept).await.unwrap();
        assert_eq!(of(&db, account).await.unwrap(), kept);
        assert_eq!(
            among(&db, [account, AccountId::from(2)]).await.unwrap(),
            [kept.settings.clone()]
        );
        assert!(!try_code(&db, account, at(9) + CODE_LIFE).await.unwrap(), "over");
        for _ in 0..CODE_TRIES {
            assert!(try_code(&db, account, at(10)).await.unwrap());
            // Other settings give no new tries.
            put(&db, &kept).await.unwrap();
        }
        assert!(!try_code(&db, account, at(10)).await.unwrap());
        kept.code_sent_at = Some(at(11));
        put(&db, &kept).await.unwrap();
        assert!(try_code(&db, account, at(12)).await.unwrap(), "a new code");
        assert!(!try_code(&db, AccountId::from(2), at(12)).await.unwrap(), "none");
        let stray = KeptSettings { settings: NoticeSettings::of(AccountId::from(99)), ..kept };
        assert!(matches!(put(&db, &stray).await, Err(StoreError::Conflict(_))));
    }
}
