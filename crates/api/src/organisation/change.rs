//! Changes of organisations.

use async_graphql::{Context, ID, InputObject, Object, Result};
use lianmeng_app::organisation::{self as app, OrganisationCard};
use lianmeng_app::registry::{Register, Update};
use lianmeng_domain::ids::OrganisationId;

use super::{OrganisationKindWord, OrganisationNode};
use crate::error::ApiError;
use crate::ids;
use crate::region::PlaceInput;
use crate::registry::{RemoveInput, RemovedPayload, payload};
use crate::scalars::Int32;
use crate::scope::Scope;

/// The card of an organisation as a person fills it in.
#[derive(Debug, InputObject)]
pub struct OrganisationCardInput {
    /// Name, 1 to 200 characters.
    #[graphql(validator(max_length = 200))]
    name: String,
    /// What it is.
    kind: OrganisationKindWord,
    /// Where it is.
    place: Option<PlaceInput>,
    /// What it can do for enterprises, in a sentence or keywords, at most 1000 characters.
    #[graphql(default, validator(max_length = 1000))]
    services: String,
}

impl OrganisationCardInput {
    fn into_card(self) -> Result<OrganisationCard, ApiError> {
        Ok(OrganisationCard {
            name: self.name,
            kind: self.kind.into(),
            place: self.place.map(PlaceInput::into_place).transpose()?,
            services: self.services,
        })
    }
}

/// Input of `organisationRegister`.
#[derive(Debug, InputObject)]
pub struct OrganisationRegisterInput {
    /// The card.
    card: OrganisationCardInput,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `organisationUpdate`.
#[derive(Debug, InputObject)]
pub struct OrganisationUpdateInput {
    /// Organisation to change.
    organisation_id: ID,
    /// Version that was read; the change is refused if somebody saved it since.
    #[graphql(validator(custom = "Int32"))]
    version: i64,
    /// The whole new card.
    card: OrganisationCardInput,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

payload! {
    /// An organisation, or why not.
    OrganisationPayload {
        /// The organisation after the change; null if it was refused.
        organisation: OrganisationNode(OrganisationId)
    }
}

/// Changes of organisations.
#[derive(Debug, Default)]
pub struct OrganisationMutation;

#[Object]
impl OrganisationMutation {
    /// Registers a department, chamber, bank or institute. Coordinators only.
    async fn organisation_register(
        &self,
        ctx: &Context<'_>,
        input: OrganisationRegisterInput,
    ) -> Result<OrganisationPayload> {
        let cmd = Register { card: input.card.into_card()?, request_key: input.request_key };
        let scope = Scope::of(ctx)?;
        let done = app::register(&scope.desk, &scope.actor, &cmd).await;
        Ok(OrganisationPayload::of(scope, done).await?)
    }

    /// Replaces the card of an organisation. Coordinators only.
    async fn organisation_update(
        &self,
        ctx: &Context<'_>,
        input: OrganisationUpdateInput,
    ) -> Result<OrganisationPayload> {
        let cmd = Update {
            id: ids::decode(&input.organisation_id)?,
            version: input.version,
            card: input.card.into_card()?,
            request_key: input.request_key,
        };
        let scope = Scope::of(ctx)?;
        let done = app::update(&scope.desk, &scope.actor, &cmd).await;
        Ok(OrganisationPayload::of(scope, done).await?)
    }

    /// Removes an organisation that nothing depends on. Coordinators only.
    async fn organisation_remove(
        &self,
        ctx: &Context<'_>,
        input: RemoveInput,
    ) -> Result<RemovedPayload> {
        let scope = Scope::of(ctx)?;
        let done = app::remove(&scope.desk, &scope.actor, &input.into_cmd()?).await;
        Ok(RemovedPayload::of(done)?)
    }
}
