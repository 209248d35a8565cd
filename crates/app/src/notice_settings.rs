//! What somebody wants to be sent, and the code that shows that an address is theirs.

use chrono::{DateTime, Utc};
use lianmeng_domain::actor::Actor;
use lianmeng_domain::delivery::digest::{Digest, confirmation};
use lianmeng_domain::delivery::{
    CODE_LIFE, CODE_PAUSE, DeliveryError, NoticeLanguage, NoticeSettings, Quiet,
};
use lianmeng_domain::ids::{AccountId, Id as _};
use lianmeng_domain::notice::NoticeKind;
use lianmeng_store::StoreError;
use lianmeng_store::notice_settings::{self as store, KeptSettings};
use thiserror::Error;

use crate::command::{self, Begun, Change, CommandError, Touches};
use crate::desk::Desk;
use crate::post::mail::{Mail, check_address};
use crate::secret::{self, Secret};

/// Chooses what to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetNotices {
    /// Whether mail is wanted.
    pub wants_email: bool,
    /// Of what; none stands for everything.
    pub kinds: Option<Vec<NoticeKind>>,
    /// Local time at which nothing is sent from, as in `21:00`.
    pub quiet_from: String,
    /// Until when, as in `08:00`.
    pub quiet_until: String,
    /// Whether days off are quiet.
    pub quiet_days_off: bool,
    /// The language of mail.
    pub language: NoticeLanguage,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Gives an address, to be confirmed, or takes it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetEmail {
    /// The address; none to be written to no more.
    pub email: Option<String>,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Confirms an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfirmEmail {
    /// The code that was sent there.
    pub code: String,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why settings stay as they are.
#[derive(Debug, Error)]
pub enum NoticeSettingsError {
    /// A rule.
    #[error(transparent)]
    Rule(#[from] DeliveryError),
    /// No mail server.
    #[error("this server sends no mail; the operator sets it up in [mail]")]
    MailOff,
    /// The mail server refused; a later try may go through.
    #[error(
        "the mail with the code was not sent ({0}); check the address and ask again in a minute, with a new request key"
    )]
    NotSent(String),
    /// Codes asked for too fast.
    #[error("a code was sent a moment ago; ask for another after {0}")]
    TooSoon(DateTime<Utc>),
    /// No code, an old one, or too many tries.
    #[error("there is no code to be tried; ask for a new one")]
    NoCode,
    /// Another code.
    #[error("this is not the code that was sent; check it, or ask for a new one")]
    WrongCode,
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for NoticeSettingsError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

/// Keeps what `account` wants to be sent.
///
/// # Errors
///
/// See [`NoticeSettingsError`]; nothing is saved when an error is returned.
pub async fn set(
    desk: &Desk,
    actor: &Actor,
    account: AccountId,
    cmd: &SetNotices,
) -> Result<(), NoticeSettingsError> {
    let Begun::New(change) = command::begin(desk, actor, &cmd.request_key, cmd).await? else {
        return Ok(());
    };
    let mut kept = store::of(&change.tx, account).await?;
    let mut kinds = cmd.kinds.clone();
    if let Some(kinds) = &mut kinds {
        kinds.sort_unstable();
        kinds.dedup();
    }
    kept.settings = NoticeSettings {
        wants_email: cmd.wants_email,
        kinds,
        quiet: Quiet::parse(&cmd.quiet_from, &cmd.quiet_until, cmd.quiet_days_off)?,
        language: cmd.language,
        ..kept.settings
    };
    save(change, "SetNotices", &kept).await
}

/// Sends a code to a new address of `account`, made of `secret`; or forgets its address. Mail goes on
/// to the old address until the new one is confirmed.
///
/// # Errors
///
/// See [`NoticeSettingsError`]; with [`NoticeSettingsError::NotSent`] the address is kept as one to
/// be confirmed, otherwise nothing is saved.
pub async fn set_email(
    desk: &Desk,
    actor: &Actor,
    account: AccountId,
    cmd: &SetEmail,
    secret: &Secret,
) -> Result<(), NoticeSettingsError> {
    let Begun::New(change) = command::begin(desk, actor, &cmd.request_key, cmd).await? else {
        return was_mailed(desk, account, cmd).await;
    };
    let mut kept = store::of(&change.tx, account).await?;
    let Some(email) = &cmd.email else {
        kept.settings.email = None;
        kept.settings.email_confirmed_at = None;
        kept.settings.pending_email = None;
        kept.code_hash = None;
        return save(change, "RemoveNoticeEmail", &kept).await;
    };
    let email = check_address(email)?;
    let mailer = desk.post.mailer.clone().ok_or(NoticeSettingsError::MailOff)?;
    let again = kept.code_sent_at.map(|sent| sent + CODE_PAUSE);
    if let Some(again) = again.filter(|again| desk.now < *again) {
        return Err(NoticeSettingsError::TooSoon(again));
    }
    let code = code(secret);
    kept.settings.pending_email = Some(email.clone());
    kept.code_hash = Some(hash(account, &code));
    (kept.code_sent_at, kept.code_mailed_at) = (Some(desk.now), None);
    let id = change.deed().to_string();
    let language = kept.settings.language;
    save(change, "SetNoticeEmail", &kept).await?;
    let Digest { subject, text, html } = confirmation(language, &code, CODE_LIFE.num_minutes());
    let mail = Mail { to: email, subject, text, html, id, at: desk.now, settings: None };
    mailer.send(&mail).await.map_err(|refusal| NoticeSettingsError::NotSent(refusal.told()))?;
    Ok(store::mailed(&desk.db, account, (desk.now, desk.now)).await?)
}

/// What the same command came to before: a code that the mail server is not known to have taken is
/// not said to be sent.
async fn was_mailed(
    desk: &Desk,
    account: AccountId,
    cmd: &SetEmail,
) -> Result<(), NoticeSettingsError> {
    let kept = store::of(&desk.db, account).await?;
    let waits = kept.settings.pending_email.is_some() && kept.code_mailed_at.is_none();
    if cmd.email.is_some() && waits {
        let told = "the mail server did not say that it took it".to_owned();
        return Err(NoticeSettingsError::NotSent(told));
    }
    Ok(())
}

/// Confirms the address of `account` with the code that was sent there.
///
/// # Errors
///
/// See [`NoticeSettingsError`]; nothing is saved when an error is returned, but the try counts.
pub async fn confirm_email(
    desk: &Desk,
    actor: &Actor,
    account: AccountId,
    cmd: &ConfirmEmail,
) -> Result<(), NoticeSettingsError> {
    // Outside of the change: it counts also where the change is not made.
    let may_try = store::try_code(&desk.db, account, desk.now).await?;
    let Begun::New(change) = command::begin(desk, actor, &cmd.request_key, cmd).await? else {
        return Ok(());
    };
    if !may_try {
        return Err(NoticeSettingsError::NoCode);
    }
    let mut kept = store::of(&change.tx, account).await?;
    if kept.code_hash.as_deref() != Some(hash(account, cmd.code.trim()).as_str()) {
        return Err(NoticeSettingsError::WrongCode);
    }
    kept.settings.email = kept.settings.pending_email.take();
    kept.settings.email_confirmed_at = Some(desk.now);
    kept.code_hash = None;
    save(change, "ConfirmNoticeEmail", &kept).await
}

async fn save(
    change: Change<'_>,
    action: &str,
    kept: &KeptSettings,
) -> Result<(), NoticeSettingsError> {
    store::save(&change.tx, kept).await?;
    let thing = format!("{}:{}", AccountId::TAG, kept.settings.account);
    change.finish(action, &thing, Touches::Nothing).await?;
    Ok(())
}

/// Eight digits.
fn code(secret: &Secret) -> String {
    let number =
        secret.bytes().iter().take(8).fold(0_u64, |all, byte| (all << 8) | u64::from(*byte));
    format!("{:08}", number % 100_000_000)
}

fn hash(account: AccountId, code: &str) -> String {
    secret::hash(format!("{account} {code}"))
}
