//! Changes of alliances and their partners.

use async_graphql::{Context, ID, InputObject, Object, Result};
use lianmeng_app::alliance::{self as app, AllianceCard, ChangePartner, NewAlliance};
use lianmeng_app::registry::{Register, Update};
use lianmeng_domain::alliance::AlliancePartner;
use lianmeng_domain::ids::AllianceId;

use super::AllianceNode;
use crate::error::ApiError;
use crate::ids;
use crate::organisation::member;
use crate::registry::{RemoveInput, RemovedPayload, decode_all, payload};
use crate::scalars::Int32;
use crate::scope::Scope;

/// The card of an alliance as a person fills it in.
#[derive(Debug, InputObject)]
pub struct AllianceCardInput {
    /// Name, 1 to 200 characters, unique within the committee.
    #[graphql(validator(max_length = 200))]
    name: String,
    /// Enterprise that leads it; it becomes a partner.
    lead_id: Option<ID>,
    /// Segments of the committee's chain that it covers, at most 100.
    #[graphql(validator(max_items = 100))]
    segment_ids: Vec<ID>,
}

impl AllianceCardInput {
    fn into_card(self) -> Result<AllianceCard, ApiError> {
        Ok(AllianceCard {
            name: self.name,
            lead: self.lead_id.map(|id| ids::decode(&id)).transpose()?,
            segments: decode_all(&self.segment_ids)?,
        })
    }
}

/// Input of `allianceRegister`.
#[derive(Debug, InputObject)]
pub struct AllianceRegisterInput {
    /// Committee it hangs under, for good.
    committee_id: ID,
    /// The card.
    card: AllianceCardInput,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `allianceUpdate`.
#[derive(Debug, InputObject)]
pub struct AllianceUpdateInput {
    /// Alliance to change.
    alliance_id: ID,
    /// Version that was read; the change is refused if somebody saved it since.
    #[graphql(validator(custom = "Int32"))]
    version: i64,
    /// The whole new card.
    card: AllianceCardInput,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `alliancePartnerAdd` and `alliancePartnerRemove`.
#[derive(Debug, InputObject)]
pub struct AlliancePartnerInput {
    /// The alliance.
    alliance_id: ID,
    /// Enterprise or organisation.
    partner_id: ID,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

impl AlliancePartnerInput {
    fn into_cmd(self) -> Result<ChangePartner, ApiError> {
        let alliance = ids::decode(&self.alliance_id)?;
        let part = AlliancePartner { alliance, partner: member(&self.partner_id)? };
        Ok(ChangePartner { part, request_key: self.request_key })
    }
}

payload! {
    /// An alliance, or why not.
    AlliancePayload {
        /// The alliance after the change; null if it was refused.
        alliance: AllianceNode(AllianceId)
    }
}

/// Changes of alliances.
#[derive(Debug, Default)]
pub struct AllianceMutation;

#[Object]
impl AllianceMutation {
    /// Registers an alliance under a committee: the committee's secretary, or a coordinator.
    async fn alliance_register(
        &self,
        ctx: &Context<'_>,
        input: AllianceRegisterInput,
    ) -> Result<AlliancePayload> {
        let committee = ids::decode(&input.committee_id)?;
        let card = NewAlliance { committee, card: input.card.into_card()? };
        let cmd = Register { card, request_key: input.request_key };
        let scope = Scope::of(ctx)?;
        let done = app::register(&scope.desk, &scope.actor, &cmd).await;
        Ok(AlliancePayload::of(scope, done).await?)
    }

    /// Replaces the card of an alliance: the committee's secretary, or a coordinator.
    async fn alliance_update(
        &self,
        ctx: &Context<'_>,
        input: AllianceUpdateInput,
    ) -> Result<AlliancePayload> {
        let cmd = Update {
            id: ids::decode(&input.alliance_id)?,
            version: input.version,
            card: input.card.into_card()?,
            request_key: input.request_key,
        };
        let scope = Scope::of(ctx)?;
        let done = app::update(&scope.desk, &scope.actor, &cmd).await;
        Ok(AlliancePayload::of(scope, done).await?)
    }

    /// Removes an alliance with its partners: the committee's secretary, or a coordinator.
    async fn alliance_remove(
        &self,
        ctx: &Context<'_>,
        input: RemoveInput,
    ) -> Result<RemovedPayload> {
        let scope = Scope::of(ctx)?;
        let done = app::remove(&scope.desk, &scope.actor, &input.into_cmd()?).await;
        Ok(RemovedPayload::of(done)?)
    }

    /// Adds a partner (联盟成员单位): the committee's secretary, or a coordinator. Adding one twice
    /// changes nothing.
    async fn alliance_partner_add(
        &self,
        ctx: &Context<'_>,
        input: AlliancePartnerInput,
    ) -> Result<AlliancePayload> {
        let scope = Scope::of(ctx)?;
        let done = app::add_partner(&scope.desk, &scope.actor, &input.into_cmd()?).await;
        Ok(AlliancePayload::of(scope, done).await?)
    }

    /// Takes a partner out; the lead stays. The committee's secretary, or a coordinator.
    async fn alliance_partner_remove(
        &self,
        ctx: &Context<'_>,
        input: AlliancePartnerInput,
    ) -> Result<AlliancePayload> {
        let scope = Scope::of(ctx)?;
        let done = app::remove_partner(&scope.desk, &scope.actor, &input.into_cmd()?).await;
        Ok(AlliancePayload::of(scope, done).await?)
    }
}
