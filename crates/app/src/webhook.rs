//! Webhooks: other systems that are told what a grant is told.

use lianmeng_domain::account::{self, AccountError};
use lianmeng_domain::actor::Actor;
use lianmeng_domain::delivery::{self as rules, DeliveryError, MAX_WEBHOOKS, Webhook};
use lianmeng_domain::ids::{AccountId, GrantId, Id as _, WebhookId};
use lianmeng_store::{StoreError, grant, webhook as store};
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches, replayed_id};
use crate::desk::Desk;
use crate::post::hook::check_url;
use crate::secret::Secret;

/// Registers a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddWebhook {
    /// Where requests go.
    pub url: String,
    /// What it is for.
    pub label: String,
    /// The grant whose notices it is told of.
    pub grant: GrantId,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Removes a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoveWebhook {
    /// Which.
    pub id: WebhookId,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why a webhook was not registered or removed.
#[derive(Debug, Error)]
pub enum WebhookError {
    /// No such webhook of the caller's.
    #[error("you have no webhook with this id")]
    NotFound,
    /// A grant that gives no right to it.
    #[error("webhooks are registered by an administrator of the body, or by a coordinator")]
    NotYours,
    /// Enough of them.
    #[error("{MAX_WEBHOOKS} webhooks are the most one account has; remove one first")]
    TooMany,
    /// A rule about the URL.
    #[error(transparent)]
    Rule(#[from] DeliveryError),
    /// A rule about label or grant.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for WebhookError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

/// A new webhook with its secret, which nobody can ask for again.
#[derive(Clone, PartialEq, Eq)]
pub struct Added {
    /// Its id.
    pub id: WebhookId,
    /// Its secret; none when the command is repeated.
    pub secret: Option<String>,
}

impl std::fmt::Debug for Added {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Added").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Registers a webhook for a grant that `owner` holds; requests are signed with `secret`.
///
/// # Errors
///
/// See [`WebhookError`]; nothing is saved when an error is returned.
pub async fn add(
    desk: &Desk,
    actor: &Actor,
    owner: AccountId,
    cmd: &AddWebhook,
    secret: &Secret,
) -> Result<Added, WebhookError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => {
            let id = replayed_id(&thing).ok_or(WebhookError::NotFound)?;
            return Ok(Added { id, secret: None });
        }
    };
    let held = grant::find(&change.tx, cmd.grant).await?;
    let held = held.filter(|held| held.account == owner && held.is_in_force(desk.today));
    if !rules::may_hook(&held.ok_or(AccountError::NotHeld)?) {
        return Err(WebhookError::NotYours);
    }
    let url = check_url(desk.post.hooks, &cmd.url)?;
    let label = account::check_label(&cmd.label)?;
    if store::count(&change.tx, owner).await? >= MAX_WEBHOOKS {
        return Err(WebhookError::TooMany);
    }
    let webhook = Webhook {
        id: desk.mint(),
        account: owner,
        grant: cmd.grant,
        label,
        url,
        created_at: desk.now,
        removed_at: None,
    };
    let secret = rules::hook::secret_text(secret.bytes());
    store::insert(&change.tx, &webhook, &secret).await?;
    let thing = format!("{}:{}", WebhookId::TAG, webhook.id);
    change.finish("AddWebhook", &thing, Touches::Nothing).await?;
    Ok(Added { id: webhook.id, secret: Some(secret) })
}

/// Removes one of the webhooks of `owner`.
///
/// # Errors
///
/// See [`WebhookError`]; nothing is changed when an error is returned.
pub async fn remove(
    desk: &Desk,
    actor: &Actor,
    owner: AccountId,
    cmd: &RemoveWebhook,
) -> Result<WebhookId, WebhookError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(cmd.id),
    };
    match store::remove(&change.tx, owner, cmd.id, desk.now).await {
        Ok(()) => {}
        Err(StoreError::Stale) => return Err(WebhookError::NotFound),
        Err(error) => return Err(error.into()),
    }
    let thing = format!("{}:{}", WebhookId::TAG, cmd.id);
    change.finish("RemoveWebhook", &thing, Touches::Nothing).await?;
    Ok(cmd.id)
}
