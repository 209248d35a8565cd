//! Confirming that an offer or the card of an enterprise still stands (确认有效), in GraphQL.

use async_graphql::{Context, ID, InputObject, Object, Result};
use lianmeng_app::confirmation::{self as app, Confirm, ConfirmError, Thing};
use lianmeng_domain::ids::{EnterpriseId, OfferId};

use crate::enterprise::EnterpriseNode;
use crate::enterprise::change::EnterprisePayload;
use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::ids;
use crate::offer::{OfferNode, OfferPayload};
use crate::scope::Scope;

/// Input of `offerConfirm`.
#[derive(Debug, InputObject)]
pub struct OfferConfirmInput {
    /// Offer that still stands.
    offer_id: ID,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `enterpriseConfirm`.
#[derive(Debug, InputObject)]
pub struct EnterpriseConfirmInput {
    /// Enterprise whose card is still right.
    enterprise_id: ID,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Confirmations.
#[derive(Debug, Default)]
pub struct ConfirmationMutation;

#[Object]
impl ConfirmationMutation {
    /// Confirms that an offer still stands. The provider itself, or a coordinator. Saving it confirms it
    /// too.
    async fn offer_confirm(
        &self,
        ctx: &Context<'_>,
        input: OfferConfirmInput,
    ) -> Result<OfferPayload> {
        let scope = Scope::of(ctx)?;
        let id: OfferId = ids::decode(&input.offer_id)?;
        let cmd = Confirm { thing: Thing::Offer(id), request_key: input.request_key };
        Ok(match app::confirm(&scope.desk, &scope.actor, &cmd).await {
            Ok(()) => {
                let offer = scope.one(id).await?.map(OfferNode);
                OfferPayload { offer, errors: Vec::new() }
            }
            Err(error) => OfferPayload { offer: None, errors: vec![user_error(error, "offerId")?] },
        })
    }

    /// Confirms that the card of an enterprise is still right. The enterprise itself, or a coordinator.
    /// Saving it confirms it too.
    async fn enterprise_confirm(
        &self,
        ctx: &Context<'_>,
        input: EnterpriseConfirmInput,
    ) -> Result<EnterprisePayload> {
        let scope = Scope::of(ctx)?;
        let id: EnterpriseId = ids::decode(&input.enterprise_id)?;
        let cmd = Confirm { thing: Thing::Enterprise(id), request_key: input.request_key };
        Ok(match app::confirm(&scope.desk, &scope.actor, &cmd).await {
            Ok(()) => {
                let enterprise = scope.one(id).await?.map(EnterpriseNode);
                EnterprisePayload { enterprise, errors: Vec::new() }
            }
            Err(error) => EnterprisePayload {
                enterprise: None,
                errors: vec![user_error(error, "enterpriseId")?],
            },
        })
    }
}

fn user_error(error: ConfirmError, field: &'static str) -> Result<UserError, ApiError> {
    match error {
        ConfirmError::NotFound => Ok(UserError::new(ErrorCode::NotFound, error, Some(field))),
        ConfirmError::Command(error) => command_error(error),
    }
}

#[cfg(test)]
mod tests;
