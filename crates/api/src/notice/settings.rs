//! What the caller wants to be sent: settings, the address, a preview, and what was sent.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use lianmeng_app::notice_settings::{
    self as app, ConfirmEmail, NoticeSettingsError, SetEmail, SetNotices,
};
use lianmeng_domain::delivery::{
    self as rules, Channel, Delivery, DeliveryError, DeliveryState, NoticeLanguage, NoticeSettings,
};
use lianmeng_domain::ids::{AccountId, AuditId};
use lianmeng_domain::notice::NoticeKind;
use lianmeng_store::notice_settings as store;

use super::NoticeKindWord;
use crate::account::change::{draw, signed_in};
use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::ids;
use crate::scope::Scope;

#[cfg(test)]
mod tests;

/// A way on which notices leave the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "DeliveryChannel", remote = "Channel")]
pub enum ChannelWord {
    /// E-mail (邮件), to a person.
    Mail,
    /// A signed request to another system (网络回调).
    Webhook,
}

/// How far a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "DeliveryState", remote = "DeliveryState")]
pub enum DeliveryStateWord {
    /// It is not due yet, or nobody took it so far; news may still join it (待发送).
    Waiting,
    /// It is being sent at this moment (发送中).
    Sending,
    /// It could not be sent and will be tried again (待重试).
    Failed,
    /// It was sent (已发送).
    Sent,
    /// It could not be sent, and nobody tries any more (已放弃).
    GivenUp,
    /// When it was due everything in it had been read or could no longer be seen (无需发送).
    Dropped,
}

/// The language of mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "NoticeLanguage", remote = "NoticeLanguage")]
pub enum NoticeLanguageWord {
    /// Simplified Chinese.
    Chinese,
    /// English.
    English,
}

/// The settings of the caller.
#[derive(Debug, Clone)]
pub struct NoticeSettingsNode(NoticeSettings);

impl NoticeSettingsNode {
    pub(crate) async fn of(ctx: &Context<'_>, account: AccountId) -> Result<Self> {
        let kept = store::of(&Scope::of(ctx)?.desk.db, account).await;
        Ok(Self(kept.map_err(ApiError::from)?.settings))
    }
}

/// What you want to be sent (通知设置).
#[Object(name = "NoticeSettings")]
impl NoticeSettingsNode {
    /// The address mail goes to; null before one is confirmed.
    async fn email(&self) -> Option<&str> {
        self.0.email.as_deref()
    }

    /// When it was confirmed.
    async fn email_confirmed_at(&self) -> Option<DateTime<Utc>> {
        self.0.email_confirmed_at
    }

    /// An address to which a code was sent that was not brought back yet.
    async fn pending_email(&self) -> Option<&str> {
        self.0.pending_email.as_deref()
    }

    /// Whether you want mail.
    async fn wants_email(&self) -> bool {
        self.0.wants_email
    }

    /// Of what you want mail; null for everything.
    async fn kinds(&self) -> Option<Vec<NoticeKindWord>> {
        let kinds = self.0.kinds.as_ref()?;
        Some(kinds.iter().copied().map(NoticeKindWord::from).collect())
    }

    /// Time of day in China at which quiet hours (免打扰时段) begin, as in `21:00`.
    async fn quiet_from(&self) -> String {
        rules::quiet::text(self.0.quiet.from)
    }

    /// When they end, on the next day if it is the earlier one; the same as `quietFrom` for none.
    async fn quiet_until(&self) -> String {
        rules::quiet::text(self.0.quiet.until)
    }

    /// Whether days off are quiet as well, by the working-day calendar.
    async fn quiet_days_off(&self) -> bool {
        self.0.quiet.days_off
    }

    /// The language of mail.
    async fn language(&self) -> NoticeLanguageWord {
        self.0.language.into()
    }
}

/// The mail that waits for you, as it would be sent now.
#[derive(Debug, SimpleObject)]
#[graphql(name = "NoticePreview")]
pub struct NoticePreviewNode {
    /// Its subject.
    subject: String,
    /// Its text.
    text: String,
    /// When it is due, quiet hours considered.
    due_at: DateTime<Utc>,
}

impl NoticePreviewNode {
    pub(crate) async fn of(ctx: &Context<'_>, account: AccountId) -> Result<Option<Self>> {
        let desk = &Scope::of(ctx)?.desk;
        let made = lianmeng_app::post::compose::preview(&desk.db, &desk.post, account, desk.now);
        let made = made.await.map_err(ApiError::from)?;
        Ok(made.map(|made| Self { subject: made.subject, text: made.text, due_at: made.due_at }))
    }
}

/// A message as its owner sees it.
#[derive(Debug, Clone)]
pub struct DeliveryNode {
    /// The message.
    pub delivery: Delivery,
    /// The changes it tells of, sorted.
    pub causes: Vec<AuditId>,
}

/// A message with notices to you or to one of your webhooks (通知送达). What happens to you within ten
/// minutes is one mail.
#[Object(name = "Delivery")]
impl DeliveryNode {
    /// Global id: the `Message-ID` of mail has it, and the header `webhook-id` is it.
    async fn id(&self) -> ID {
        ids::encode(self.delivery.id)
    }

    /// On which way.
    async fn channel(&self) -> ChannelWord {
        self.delivery.channel.into()
    }

    /// Global id of the webhook; null for mail.
    async fn webhook_id(&self) -> Option<ID> {
        self.delivery.webhook.map(ids::encode)
    }

    /// How far it is.
    async fn state(&self) -> DeliveryStateWord {
        self.delivery.state.into()
    }

    /// How often it was tried.
    async fn attempts(&self) -> i32 {
        self.delivery.attempts
    }

    /// Global ids of the changes in the audit log that it tells of, at most 1,000 a page.
    async fn cause_ids(&self) -> Vec<ID> {
        self.causes.iter().copied().map(ids::encode).collect()
    }

    /// When the first of them was.
    async fn first_at(&self) -> DateTime<Utc> {
        self.delivery.first_at
    }

    /// When it is due or tried again; null once it is done with.
    async fn next_at(&self) -> Option<DateTime<Utc>> {
        self.delivery.closed_at.is_none().then_some(self.delivery.next_at)
    }

    /// When it was sent, dropped or given up.
    async fn closed_at(&self) -> Option<DateTime<Utc>> {
        self.delivery.closed_at
    }

    /// What went wrong last.
    async fn last_error(&self) -> Option<&str> {
        self.delivery.last_error.as_deref()
    }
}

/// Input of `noticeSettingsSet`.
#[derive(Debug, InputObject)]
pub struct NoticeSettingsSetInput {
    /// Whether you want mail.
    wants_email: bool,
    /// Of what; everything if absent.
    #[graphql(validator(max_items = 100))]
    kinds: Option<Vec<NoticeKindWord>>,
    /// Time of day in China at which quiet hours begin, as in `21:00`.
    #[graphql(validator(max_length = 20))]
    quiet_from: String,
    /// When they end; the same as `quietFrom` for none.
    #[graphql(validator(max_length = 20))]
    quiet_until: String,
    /// Whether days off are quiet as well.
    quiet_days_off: bool,
    /// The language of mail.
    language: NoticeLanguageWord,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `noticeEmailSet`.
#[derive(Debug, InputObject)]
pub struct NoticeEmailSetInput {
    /// The address; null to be written to no more.
    #[graphql(validator(max_length = 500))]
    email: Option<String>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `noticeEmailConfirm`.
#[derive(InputObject)]
pub struct NoticeEmailConfirmInput {
    /// The eight digits that were mailed.
    #[graphql(validator(max_length = 20), secret)]
    code: String,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Your settings, or why they stay as they are.
#[derive(Debug, SimpleObject)]
pub struct NoticeSettingsPayload {
    /// The settings as they are now; null if the change was refused.
    settings: Option<NoticeSettingsNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

impl NoticeSettingsPayload {
    fn refused(error: UserError) -> Self {
        Self { settings: None, errors: vec![error] }
    }
}

/// What to mend about an hour, an address or a URL.
pub(super) fn rule_error(error: &DeliveryError) -> UserError {
    let field = match error {
        DeliveryError::Hour(_) => Some("quietFrom"),
        DeliveryError::Email(_) => Some("email"),
        DeliveryError::Url(_) => Some("url"),
        DeliveryError::Secret => None,
    };
    UserError::new(ErrorCode::Invalid, error, field)
}

fn settings_error(error: NoticeSettingsError) -> Result<UserError, ApiError> {
    use NoticeSettingsError as E;
    let (code, field) = match error {
        E::Command(error) => return command_error(error),
        E::Rule(error) => return Ok(rule_error(&error)),
        E::MailOff | E::NotSent(_) => (ErrorCode::NotSent, Some("email")),
        E::TooSoon(_) => (ErrorCode::Throttled, None),
        E::NoCode | E::WrongCode => (ErrorCode::Invalid, Some("code")),
    };
    Ok(UserError::new(code, error, field))
}

async fn payload(
    ctx: &Context<'_>,
    account: AccountId,
    done: Result<(), NoticeSettingsError>,
) -> Result<NoticeSettingsPayload> {
    Ok(match done {
        Ok(()) => {
            let settings = Some(NoticeSettingsNode::of(ctx, account).await?);
            NoticeSettingsPayload { settings, errors: Vec::new() }
        }
        Err(error) => NoticeSettingsPayload::refused(settings_error(error)?),
    })
}

/// Changes of what the caller is sent.
#[derive(Debug, Default)]
pub struct NoticeSettingsMutation;

#[Object]
impl NoticeSettingsMutation {
    /// Chooses what you want to be sent, when, and in which language.
    async fn notice_settings_set(
        &self,
        ctx: &Context<'_>,
        input: NoticeSettingsSetInput,
    ) -> Result<NoticeSettingsPayload> {
        let scope = Scope::of(ctx)?;
        let account = match signed_in(ctx)? {
            Ok((account, _)) => account,
            Err(refused) => return Ok(NoticeSettingsPayload::refused(refused)),
        };
        let kinds = input.kinds.map(|all| all.into_iter().map(NoticeKind::from).collect());
        let cmd = SetNotices {
            wants_email: input.wants_email,
            kinds,
            quiet_from: input.quiet_from,
            quiet_until: input.quiet_until,
            quiet_days_off: input.quiet_days_off,
            language: input.language.into(),
            request_key: input.request_key,
        };
        payload(ctx, account, app::set(&scope.desk, &scope.actor, account, &cmd).await).await
    }

    /// Sends a code to your new address; mail goes there once you bring it to `noticeEmailConfirm`
    /// within half an hour. Null forgets your address.
    async fn notice_email_set(
        &self,
        ctx: &Context<'_>,
        input: NoticeEmailSetInput,
    ) -> Result<NoticeSettingsPayload> {
        let scope = Scope::of(ctx)?;
        let account = match signed_in(ctx)? {
            Ok((account, _)) => account,
            Err(refused) => return Ok(NoticeSettingsPayload::refused(refused)),
        };
        let cmd = SetEmail { email: input.email, request_key: input.request_key };
        let done = app::set_email(&scope.desk, &scope.actor, account, &cmd, &draw()?).await;
        payload(ctx, account, done).await
    }

    /// Confirms your address with the code that was sent there; five tries.
    async fn notice_email_confirm(
        &self,
        ctx: &Context<'_>,
        input: NoticeEmailConfirmInput,
    ) -> Result<NoticeSettingsPayload> {
        let scope = Scope::of(ctx)?;
        let account = match signed_in(ctx)? {
            Ok((account, _)) => account,
            Err(refused) => return Ok(NoticeSettingsPayload::refused(refused)),
        };
        let cmd = ConfirmEmail { code: input.code, request_key: input.request_key };
        let done = app::confirm_email(&scope.desk, &scope.actor, account, &cmd).await;
        payload(ctx, account, done).await
    }
}
