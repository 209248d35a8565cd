//! Webhooks of the caller.

use std::collections::BTreeMap;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use lianmeng_app::caller::Caller;
use lianmeng_app::webhook::{self as app, AddWebhook, RemoveWebhook, WebhookError};
use lianmeng_domain::account::AccountError;
use lianmeng_domain::delivery::{MAX_WEBHOOKS, Webhook};
use lianmeng_domain::ids::{AccountId, AuditId, DeliveryId};
use lianmeng_store::{delivery, webhook as store};
use sea_orm::DatabaseConnection;

use super::settings::{DeliveryNode, rule_error};
use crate::account::change::{self, RevokedPayload, draw, signed_in};
use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::ids;
use crate::scope::Scope;

/// A webhook as its owner sees it.
#[derive(Debug, Clone)]
pub struct WebhookNode {
    webhook: Webhook,
    last: Option<DeliveryNode>,
}

/// Another system that is told what a grant of yours is told (网络回调), by requests signed as
/// [Standard Webhooks](https://www.standardwebhooks.com) say.
#[Object(name = "Webhook")]
impl WebhookNode {
    /// Global id.
    async fn id(&self) -> ID {
        ids::encode(self.webhook.id)
    }

    /// What it is for.
    async fn label(&self) -> &str {
        &self.webhook.label
    }

    /// Where the requests go.
    async fn url(&self) -> &str {
        &self.webhook.url
    }

    /// Global id of the grant whose notices it is told of; it ends with it.
    async fn grant_id(&self) -> ID {
        ids::encode(self.webhook.grant)
    }

    /// When it was registered.
    async fn created_at(&self) -> DateTime<Utc> {
        self.webhook.created_at
    }

    /// The newest message to it; null before the first.
    async fn last_delivery(&self) -> Option<DeliveryNode> {
        self.last.clone()
    }
}

impl WebhookNode {
    /// Those of an account, oldest first.
    pub(crate) async fn all_of(
        db: &DatabaseConnection,
        account: AccountId,
    ) -> Result<Vec<Self>, ApiError> {
        let webhooks = store::of_account(db, account, MAX_WEBHOOKS).await?;
        let wanted: Vec<_> = webhooks.iter().map(|one| one.id).collect();
        let mut last = delivery::newest_of_webhooks(db, &wanted).await?;
        let newest: Vec<DeliveryId> = last.values().map(|one| one.id).collect();
        let mut causes = causes(db, &newest).await?;
        let node = |webhook: Webhook| {
            let last = last.remove(&webhook.id).map(|delivery| DeliveryNode {
                causes: causes.remove(&delivery.id).unwrap_or_default(),
                delivery,
            });
            Self { webhook, last }
        };
        Ok(webhooks.into_iter().map(node).collect())
    }
}

/// The changes that messages tell of, sorted.
pub(crate) async fn causes(
    db: &DatabaseConnection,
    deliveries: &[DeliveryId],
) -> Result<BTreeMap<DeliveryId, Vec<AuditId>>, ApiError> {
    let parts = delivery::parts(db, deliveries).await?.into_iter();
    Ok(parts
        .map(|(id, parts)| {
            let mut causes: Vec<AuditId> = parts.into_iter().flat_map(|part| part.causes).collect();
            causes.sort_unstable();
            (id, causes)
        })
        .collect())
}

/// Input of `webhookAdd`.
#[derive(Debug, InputObject)]
pub struct WebhookAddInput {
    /// Where the requests go: `https://…`, outside of inner networks.
    #[graphql(validator(max_length = 500))]
    url: String,
    /// What it is for, 1 to 100 characters.
    #[graphql(validator(max_length = 100))]
    label: String,
    /// Grant of yours whose notices it is told of; the one you act under now if absent. You
    /// administer its body, or are a coordinator.
    grant_id: Option<ID>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `webhookRemove`.
#[derive(Debug, InputObject)]
pub struct WebhookRemoveInput {
    /// Webhook to remove.
    webhook_id: ID,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// A new webhook, or why there is none.
#[derive(Debug, SimpleObject)]
pub struct WebhookAddPayload {
    /// The webhook; null if it was refused.
    webhook: Option<WebhookNode>,
    /// The secret that requests are signed with, `whsec_…`. Nobody can ask for it again; null when
    /// the request is repeated.
    secret: Option<String>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

fn webhook_error(error: WebhookError) -> Result<UserError, ApiError> {
    use WebhookError as E;
    let (code, field) = match error {
        E::Command(error) => return command_error(error),
        E::Rule(error) => return Ok(rule_error(&error)),
        E::Account(error) => return Ok(change::rule_error(&error)),
        E::NotFound => (ErrorCode::NotFound, Some("webhookId")),
        E::NotYours => (ErrorCode::NotFound, Some("grantId")),
        E::TooMany => (ErrorCode::CapacityExceeded, None),
    };
    Ok(UserError::new(code, error, field))
}

/// Changes of webhooks.
#[derive(Debug, Default)]
pub struct WebhookMutation;

#[Object]
impl WebhookMutation {
    /// Registers a webhook: another system is told, signed, what one of your grants is told.
    async fn webhook_add(
        &self,
        ctx: &Context<'_>,
        input: WebhookAddInput,
    ) -> Result<WebhookAddPayload> {
        let scope = Scope::of(ctx)?;
        let refused =
            |error| WebhookAddPayload { webhook: None, secret: None, errors: vec![error] };
        let owner = match signed_in(ctx)? {
            Ok((owner, _)) => owner,
            Err(error) => return Ok(refused(error)),
        };
        let grant = match &input.grant_id {
            Some(id) => Some(ids::decode(id)?),
            None => ctx.data::<Caller>()?.grant,
        };
        let Some(grant) = grant else {
            return Ok(refused(change::rule_error(&AccountError::NotHeld)));
        };
        let cmd = AddWebhook {
            url: input.url,
            label: input.label,
            grant,
            request_key: input.request_key,
        };
        Ok(match app::add(&scope.desk, &scope.actor, owner, &cmd, &draw()?).await {
            Ok(added) => {
                let all = WebhookNode::all_of(&scope.desk.db, owner).await?;
                WebhookAddPayload {
                    webhook: all.into_iter().find(|one| one.webhook.id == added.id),
                    secret: added.secret,
                    errors: Vec::new(),
                }
            }
            Err(error) => refused(webhook_error(error)?),
        })
    }

    /// Removes one of your webhooks: nothing more is sent to it.
    async fn webhook_remove(
        &self,
        ctx: &Context<'_>,
        input: WebhookRemoveInput,
    ) -> Result<RevokedPayload> {
        let scope = Scope::of(ctx)?;
        let id = ids::decode(&input.webhook_id)?;
        let cmd = RemoveWebhook { id, request_key: input.request_key };
        let refused = match signed_in(ctx)? {
            Ok((owner, _)) => match app::remove(&scope.desk, &scope.actor, owner, &cmd).await {
                Ok(id) => return Ok(RevokedPayload::of(ids::encode(id))),
                Err(error) => webhook_error(error)?,
            },
            Err(refused) => refused,
        };
        Ok(RevokedPayload::refused(refused))
    }
}
