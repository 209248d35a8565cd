//! Changes of chains, their segments, and who is placed on them.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use lianmeng_app::chain::{
    self as app, AddSegment, ChainCard, PlaceEnterprise, SegmentCard, UnplaceEnterprise,
};
use lianmeng_app::registry::{Register, Update};
use lianmeng_domain::chain::Placement;
use lianmeng_domain::ids::{ChainSegmentId, IndustrialChainId};

use super::{ChainNode, PlacementNode, ReachWord, SegmentNode};
use crate::error::{ApiError, UserError};
use crate::ids;
use crate::registry::{self, RemoveInput, RemovedPayload, decode_all, payload};
use crate::scalars::Int32;
use crate::scope::Scope;

/// The card of a chain as a person fills it in.
#[derive(Debug, InputObject)]
pub struct ChainCardInput {
    /// Name, 1 to 100 characters, unique.
    #[graphql(validator(max_length = 100))]
    name: String,
    /// Tags such as "20+8", at most 20.
    #[graphql(validator(max_items = 20))]
    tags: Option<Vec<String>>,
}

impl From<ChainCardInput> for ChainCard {
    fn from(input: ChainCardInput) -> Self {
        Self { name: input.name, tags: input.tags.unwrap_or_default() }
    }
}

/// Input of `chainRegister`.
#[derive(Debug, InputObject)]
pub struct ChainRegisterInput {
    /// The card.
    card: ChainCardInput,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `chainUpdate`.
#[derive(Debug, InputObject)]
pub struct ChainUpdateInput {
    /// Chain to change.
    chain_id: ID,
    /// Version that was read; the change is refused if somebody saved it since.
    #[graphql(validator(custom = "Int32"))]
    version: i64,
    /// The whole new card.
    card: ChainCardInput,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// The card of a segment as a person fills it in.
#[derive(Debug, InputObject)]
pub struct SegmentCardInput {
    /// Name, 1 to 100 characters, unique within the chain.
    #[graphql(validator(max_length = 100))]
    name: String,
    /// Where it lies.
    reach: ReachWord,
    /// Order from upstream to downstream, 1 to 1000.
    #[graphql(validator(minimum = 1, maximum = 1000))]
    position: i32,
    /// Products that place an enterprise here, at most 100.
    #[graphql(validator(max_items = 100))]
    product_ids: Option<Vec<ID>>,
}

impl SegmentCardInput {
    fn into_card(self) -> Result<SegmentCard, ApiError> {
        Ok(SegmentCard {
            name: self.name,
            reach: self.reach.into(),
            position: self.position,
            products: decode_all(&self.product_ids.unwrap_or_default())?,
        })
    }
}

/// Input of `segmentAdd`.
#[derive(Debug, InputObject)]
pub struct SegmentAddInput {
    /// Chain it belongs to.
    chain_id: ID,
    /// Version of the chain that was read; the change is refused if somebody saved it since.
    #[graphql(validator(custom = "Int32"))]
    chain_version: i64,
    /// The card.
    card: SegmentCardInput,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `segmentUpdate`.
#[derive(Debug, InputObject)]
pub struct SegmentUpdateInput {
    /// Segment to change.
    segment_id: ID,
    /// Version of its chain that was read; the change is refused if somebody saved it since.
    #[graphql(validator(custom = "Int32"))]
    chain_version: i64,
    /// The whole new card.
    card: SegmentCardInput,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `segmentRemove`.
#[derive(Debug, InputObject)]
pub struct SegmentRemoveInput {
    /// Segment to remove.
    segment_id: ID,
    /// Version of its chain that was read; the removal is refused if somebody saved it since.
    #[graphql(validator(custom = "Int32"))]
    chain_version: i64,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `placementSet`.
#[derive(Debug, InputObject)]
pub struct PlacementSetInput {
    /// Enterprise to place.
    enterprise_id: ID,
    /// Segment to place it on.
    segment_id: ID,
    /// Whether a person confirmed it; a suggested place enters no figure.
    #[graphql(default = true)]
    is_confirmed: bool,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `placementRemove`.
#[derive(Debug, InputObject)]
pub struct PlacementRemoveInput {
    /// Enterprise to take off.
    enterprise_id: ID,
    /// Segment it is placed on.
    segment_id: ID,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

payload! {
    /// A chain, or why not.
    ChainPayload {
        /// The chain after the change; null if it was refused.
        chain: ChainNode(IndustrialChainId)
    }
}

payload! {
    /// A segment, or why not.
    SegmentPayload {
        /// The segment after the change; null if it was refused.
        segment: SegmentNode(ChainSegmentId)
    }
}

/// A placement, or why not.
#[derive(Debug, SimpleObject)]
pub struct PlacementPayload {
    /// The placement after the change; null if it was removed or the change was refused.
    placement: Option<PlacementNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

/// Changes of chains.
#[derive(Debug, Default)]
pub struct ChainMutation;

#[Object]
impl ChainMutation {
    /// Registers an industrial chain. Coordinators only.
    async fn chain_register(
        &self,
        ctx: &Context<'_>,
        input: ChainRegisterInput,
    ) -> Result<ChainPayload> {
        let cmd = Register { card: input.card.into(), request_key: input.request_key };
        let scope = Scope::of(ctx)?;
        let done = app::register(&scope.desk, &scope.actor, &cmd).await;
        Ok(ChainPayload::of(scope, done).await?)
    }

    /// Replaces the card of a chain. Coordinators only.
    async fn chain_update(
        &self,
        ctx: &Context<'_>,
        input: ChainUpdateInput,
    ) -> Result<ChainPayload> {
        let cmd = Update {
            id: ids::decode(&input.chain_id)?,
            version: input.version,
            card: input.card.into(),
            request_key: input.request_key,
        };
        let scope = Scope::of(ctx)?;
        let done = app::update(&scope.desk, &scope.actor, &cmd).await;
        Ok(ChainPayload::of(scope, done).await?)
    }

    /// Removes a chain without segments and committees. Coordinators only.
    async fn chain_remove(&self, ctx: &Context<'_>, input: RemoveInput) -> Result<RemovedPayload> {
        let scope = Scope::of(ctx)?;
        let done = app::remove(&scope.desk, &scope.actor, &input.into_cmd()?).await;
        Ok(RemovedPayload::of(done)?)
    }

    /// Adds a segment to a chain, whose version rises. Coordinators only.
    async fn segment_add(
        &self,
        ctx: &Context<'_>,
        input: SegmentAddInput,
    ) -> Result<SegmentPayload> {
        let cmd = AddSegment {
            chain: ids::decode(&input.chain_id)?,
            chain_version: input.chain_version,
            card: input.card.into_card()?,
            request_key: input.request_key,
        };
        let scope = Scope::of(ctx)?;
        let done = app::add_segment(&scope.desk, &scope.actor, &cmd).await;
        Ok(SegmentPayload::of(scope, done).await?)
    }

    /// Replaces the card of a segment; the version of its chain rises. Coordinators only.
    async fn segment_update(
        &self,
        ctx: &Context<'_>,
        input: SegmentUpdateInput,
    ) -> Result<SegmentPayload> {
        let cmd = Update {
            id: ids::decode(&input.segment_id)?,
            version: input.chain_version,
            card: input.card.into_card()?,
            request_key: input.request_key,
        };
        let scope = Scope::of(ctx)?;
        let done = app::update_segment(&scope.desk, &scope.actor, &cmd).await;
        Ok(SegmentPayload::of(scope, done).await?)
    }

    /// Removes a segment on which nobody is placed and which no alliance covers; the version of its
    /// chain rises. Coordinators only.
    async fn segment_remove(
        &self,
        ctx: &Context<'_>,
        input: SegmentRemoveInput,
    ) -> Result<RemovedPayload> {
        let cmd = lianmeng_app::registry::Remove {
            id: ids::decode(&input.segment_id)?,
            version: input.chain_version,
            request_key: input.request_key,
        };
        let scope = Scope::of(ctx)?;
        let done = app::remove_segment(&scope.desk, &scope.actor, &cmd).await;
        Ok(RemovedPayload::of(done)?)
    }

    /// Places an enterprise on a segment, or confirms its place. Coordinators only.
    async fn placement_set(
        &self,
        ctx: &Context<'_>,
        input: PlacementSetInput,
    ) -> Result<PlacementPayload> {
        let placement = Placement {
            enterprise: ids::decode(&input.enterprise_id)?,
            segment: ids::decode(&input.segment_id)?,
            is_confirmed: input.is_confirmed,
        };
        let scope = Scope::of(ctx)?;
        let cmd = PlaceEnterprise { placement, request_key: input.request_key };
        Ok(match app::place(&scope.desk, &scope.actor, &cmd).await {
            Ok(_) => {
                PlacementPayload { placement: Some(PlacementNode(placement)), errors: Vec::new() }
            }
            Err(error) => {
                PlacementPayload { placement: None, errors: vec![registry::user_error(error)?] }
            }
        })
    }

    /// Takes an enterprise off a segment. Coordinators only.
    async fn placement_remove(
        &self,
        ctx: &Context<'_>,
        input: PlacementRemoveInput,
    ) -> Result<PlacementPayload> {
        let cmd = UnplaceEnterprise {
            enterprise: ids::decode(&input.enterprise_id)?,
            segment: ids::decode(&input.segment_id)?,
            request_key: input.request_key,
        };
        let scope = Scope::of(ctx)?;
        Ok(match app::unplace(&scope.desk, &scope.actor, &cmd).await {
            Ok(_) => PlacementPayload { placement: None, errors: Vec::new() },
            Err(error) => {
                PlacementPayload { placement: None, errors: vec![registry::user_error(error)?] }
            }
        })
    }
}
