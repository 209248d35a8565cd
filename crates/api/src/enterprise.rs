//! Enterprises in GraphQL. Their lists are in [`list`], their changes in [`change`].

pub mod change;
pub mod list;

use async_graphql::{Context, Enum, ID, Object, Result};
use chrono::{DateTime, Utc};
use lianmeng_domain::enterprise::{Enterprise, Ownership, QualityTier};
use lianmeng_domain::region::Place;
use lianmeng_graph::Flow;

use crate::alliance::AllianceNode;
use crate::chain::{ChainNode, PlacementNode};
use crate::committee::SeatNode;
use crate::contact::ContactNode;
use crate::credit::RedCreditNode;
use crate::graph::between::{
    self, CommonSupplierNode, CompetitorNode, OwnershipStepNode, SupplyTier, SupplyWayList,
    WaysAsked,
};
use crate::graph::{self, GraphFlowWord, SupplyRelationNode};
use crate::ids;
use crate::industry::IndustryNode;
use crate::loader::casework::{ConfirmationOf, ContactsOfEnterprise, CreditOf, NeedsOf, OffersOf};
use crate::loader::{
    AlliancesOfEnterprise, BoughtBy, ChainsOf, MadeBy, PartyInEnterprise, PlacementsOf,
    SeatsHeldByEnterprise, SubsidiariesOf, SuppliedBy, UsedBy,
};
use crate::need::NeedNode;
use crate::offer::OfferNode;
use crate::page;
use crate::party::PartyNode;
use crate::product::EnterpriseProductNode;
use crate::region::PlaceNode;
use crate::scope::Scope;
use crate::supply::SupplyEdgeNode;

/// Who owns an enterprise (所有制).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "Ownership", remote = "Ownership")]
pub enum OwnershipWord {
    /// Centrally administered state-owned enterprise (央企).
    CentralSoe,
    /// State-owned by the province (省属国企).
    ProvincialSoe,
    /// State-owned by the city (市属国企).
    MunicipalSoe,
    /// State-owned by a district (区属国企).
    DistrictSoe,
    /// State-owned by another place (外地国企).
    OutsideSoe,
    /// Private (民营).
    PrivateFirm,
    /// Foreign (外资).
    ForeignFirm,
    /// Anything else (其他).
    Other,
}

/// An official mark of quality (优质企业梯度).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "QualityTier", remote = "QualityTier")]
pub enum QualityTierWord {
    /// Specialised SME (专精特新).
    SpecialisedSme,
    /// Little giant (小巨人).
    LittleGiant,
    /// Single champion (单项冠军).
    SingleChampion,
}

/// An enterprise as clients see it.
#[derive(Debug, Clone)]
pub struct EnterpriseNode(pub Enterprise);

/// An enterprise (企业) of an industrial chain.
#[Object(name = "Enterprise")]
impl EnterpriseNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// Unified social credit code (统一社会信用代码), 18 characters; null when unknown.
    async fn credit_code(&self) -> Option<String> {
        self.0.credit_code.map(|code| code.to_string())
    }

    /// Key in the system it was imported from, such as a stock code; null when it has none.
    async fn external_id(&self) -> Option<&str> {
        self.0.external_id.as_deref()
    }

    /// Registered name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Short name; null when it has none.
    async fn short_name(&self) -> Option<&str> {
        self.0.short_name.as_deref()
    }

    /// Other names it is known by, sorted.
    async fn aliases(&self) -> &[String] {
        &self.0.aliases
    }

    /// Who owns it; null when unknown.
    async fn ownership(&self) -> Option<OwnershipWord> {
        self.0.ownership.map(Into::into)
    }

    /// The enterprise one level up in the ownership tree (母公司); null at the top or when unknown.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<EnterpriseNode>> {
        let Some(parent) = self.0.parent else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(parent).await?.map(EnterpriseNode))
    }

    /// Division code (GB/T 2260) it lies in; null when unknown or when it lies in a zone.
    async fn region_code(&self) -> Option<String> {
        match self.0.place {
            Some(Place::Region(code)) => Some(code.to_string()),
            Some(Place::Zone(_)) | None => None,
        }
    }

    /// Quality tiers (优质企业梯度), lowest first.
    async fn tiers(&self) -> Vec<QualityTierWord> {
        self.0.tiers.iter().copied().map(Into::into).collect()
    }

    /// How its city rates it (红色信用); null if it was never rated.
    async fn red_credit(&self, ctx: &Context<'_>) -> Result<Option<RedCreditNode>> {
        Ok(Scope::of(ctx)?.one(CreditOf(self.0.id)).await?.map(RedCreditNode))
    }

    /// When somebody last confirmed its card, by saving or confirming it; null if nobody did.
    async fn confirmed_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        Ok(Scope::of(ctx)?.one(ConfirmationOf::Enterprise(self.0.id)).await?)
    }

    /// Whether it governs its chain (链主企业).
    async fn is_lead_firm(&self) -> bool {
        self.0.is_lead_firm
    }

    /// Whether it is large in its trade (龙头企业).
    async fn is_flagship(&self) -> bool {
        self.0.is_flagship
    }

    /// Whether it is above designated size (规上); null when unknown.
    async fn is_above_scale(&self) -> Option<bool> {
        self.0.is_above_scale
    }

    /// Whether it is invented for demonstration (示例).
    async fn is_example(&self) -> bool {
        self.0.is_example
    }

    /// Version; send it back with a change.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// Products (产品) it makes, in the order they were registered; for more, ask `products` with
    /// this maker.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn makes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<EnterpriseProductNode>> {
        let key = MadeBy { of: self.0.id, first: page::size(first)? };
        Ok(Scope::of(ctx)?.few(key).await?.into_iter().map(EnterpriseProductNode).collect())
    }

    /// Products it uses, in the order they were registered; for more, ask `products` with this
    /// user.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn uses(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<EnterpriseProductNode>> {
        let key = UsedBy { of: self.0.id, first: page::size(first)? };
        Ok(Scope::of(ctx)?.few(key).await?.into_iter().map(EnterpriseProductNode).collect())
    }

    /// Industrial chains (产业链) it is placed on, confirmed or not, in the order they were
    /// registered.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn chains(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<ChainNode>> {
        let (scope, of, first) = (Scope::of(ctx)?, self.0.id, page::size(first)?);
        let chains = if let Some(near) = scope.near_picture() {
            near.graph.chains_of(of, usize::try_from(first)?)
        } else {
            let links = scope.few(ChainsOf { of, first }).await?;
            links.into_iter().map(|(_, chain)| chain).collect()
        };
        let found = scope.many(chains).await?;
        Ok(found.into_iter().map(ChainNode).collect())
    }

    /// Its places on segments of chains (链条环节), in the order the segments were registered.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn placements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<PlacementNode>> {
        let key = PlacementsOf { of: self.0.id, first: page::size(first)? };
        Ok(Scope::of(ctx)?.few(key).await?.into_iter().map(PlacementNode).collect())
    }

    /// Whom to call there (联系人), the first added first, at most 20. Masked until there is a mutual
    /// match or a shared meeting; empty for the public.
    #[graphql(complexity = "1 + 20 * child_complexity")]
    async fn contacts(&self, ctx: &Context<'_>) -> Result<Vec<ContactNode>> {
        let found = Scope::of(ctx)?.few(ContactsOfEnterprise(self.0.id)).await?;
        Ok(found.into_iter().map(ContactNode).collect())
    }

    /// Alliances (党建联盟) it takes part in, in the order they were registered; for more, ask
    /// `alliances` with this partner.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn alliances(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<AllianceNode>> {
        let (scope, of, first) = (Scope::of(ctx)?, self.0.id, page::size(first)?);
        let alliances = if let Some(near) = scope.near_picture() {
            near.graph.alliances_of(of, usize::try_from(first)?)
        } else {
            let parts = scope.few(AlliancesOfEnterprise { of, first }).await?;
            parts.into_iter().map(|part| part.alliance).collect()
        };
        let found = scope.many(alliances).await?;
        Ok(found.into_iter().map(AllianceNode).collect())
    }

    /// Seats it holds or held on committees (委员单位), in the order they were given.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn seats(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<SeatNode>> {
        let key = SeatsHeldByEnterprise { of: self.0.id, first: page::size(first)? };
        Ok(Scope::of(ctx)?.few(key).await?.into_iter().map(SeatNode).collect())
    }

    /// Direct subsidiaries in the ownership tree (子公司), in the order they were registered; for
    /// more, ask `enterprises` with this parent.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn subsidiaries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<EnterpriseNode>> {
        let key = SubsidiariesOf { of: self.0.id, first: page::size(first)? };
        Ok(Scope::of(ctx)?.few(key).await?.into_iter().map(EnterpriseNode).collect())
    }

    /// Where it is: a division or a functional zone; null when unknown.
    async fn place(&self) -> Option<PlaceNode> {
        self.0.place.map(PlaceNode)
    }

    /// Its industry (行业); null when unknown.
    async fn industry(&self, ctx: &Context<'_>) -> Result<Option<IndustryNode>> {
        let Some(key) = self.0.industry.clone() else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(key).await?.map(IndustryNode))
    }

    /// Party organisations (党组织) set up in it, in the order they were registered. Their tree is
    /// their own and says nothing about ownership.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn party_organisations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<PartyNode>> {
        let key = PartyInEnterprise { of: self.0.id, first: page::size(first)? };
        Ok(Scope::of(ctx)?.few(key).await?.into_iter().map(PartyNode).collect())
    }

    /// Supply edges (供应关系) on which it supplies, as far as you may see them, in the order they
    /// were registered; for more, ask `supplyEdges` with this supplier.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn supplies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<SupplyEdgeNode>> {
        let key = SuppliedBy { of: self.0.id, first: page::size(first)? };
        Ok(Scope::of(ctx)?.few(key).await?.into_iter().map(SupplyEdgeNode).collect())
    }

    /// Supply edges on which it buys, as far as you may see them, in the order they were
    /// registered; for more, ask `supplyEdges` with this buyer.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn purchases(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<SupplyEdgeNode>> {
        let key = BoughtBy { of: self.0.id, first: page::size(first)? };
        Ok(Scope::of(ctx)?.few(key).await?.into_iter().map(SupplyEdgeNode).collect())
    }

    /// Enterprises that supply it (供应商): observed ones that you may see first, then those that
    /// could by what both make and use, best connected first.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn suppliers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<SupplyRelationNode>> {
        Ok(graph::relations(Scope::of(ctx)?, self.0.id, Flow::Upstream, first).await?)
    }

    /// Enterprises that buy from it (采购商), in the same order.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn buyers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<SupplyRelationNode>> {
        Ok(graph::relations(Scope::of(ctx)?, self.0.id, Flow::Downstream, first).await?)
    }

    /// How many enterprises stand one, two, three … steps away along observed supply (供应层级), without
    /// names. Yours to see for your own enterprises; beyond the first step numbers about too few are
    /// withheld. Null for others.
    #[graphql(complexity = "10")]
    async fn supply_tiers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Towards suppliers or buyers; UPSTREAM if absent.")] direction: Option<
            GraphFlowWord,
        >,
        #[graphql(desc = "How many steps, 1 to 6; 2 if absent.")] depth: Option<i32>,
    ) -> Result<Option<Vec<SupplyTier>>> {
        let flow = direction.map_or(Flow::Upstream, Into::into);
        Ok(between::supply_tiers(Scope::of(ctx)?, self.0.id, flow, depth).await?)
    }

    /// Enterprises that make the same products (竞争企业): most shared products first.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn competitors(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<CompetitorNode>> {
        Ok(between::competitors(Scope::of(ctx)?, self.0.id, first).await?)
    }

    /// Suppliers of this enterprise and another one (共同供应商), observed as far as you may see it, or able
    /// to by what they make.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn common_suppliers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The other enterprise.")] with_id: ID,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<CommonSupplierNode>> {
        Ok(between::common_suppliers(Scope::of(ctx)?, self.0.id, &with_id, first).await?)
    }

    /// The way to another enterprise along ownership (股权路径), without its start: up to the nearest common
    /// owner, then down; empty for the same enterprise, null if nobody owns both.
    #[graphql(complexity = "1 + 20 * child_complexity")]
    async fn ownership_path(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The other enterprise.")] to_id: ID,
    ) -> Result<Option<Vec<OwnershipStepNode>>> {
        Ok(between::ownership_path(Scope::of(ctx)?, self.0.id, &to_id).await?)
    }

    /// Ways to another enterprise along supply without a repeated enterprise, shortest first: observed, where
    /// you may see it, or following from what both make and use. Null if there is no such enterprise.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the field")]
    async fn supply_ways(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The other enterprise.")] to_id: ID,
        #[graphql(
            desc = "Whether each step leads to a buyer or to a supplier; DOWNSTREAM if absent."
        )]
        direction: Option<GraphFlowWord>,
        #[graphql(desc = "Most steps of a way, 1 to 6; 2 if absent.")] depth: Option<i32>,
        #[graphql(desc = "At most so many ways, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Option<SupplyWayList>> {
        let flow = direction.map_or(Flow::Downstream, Into::into);
        let asked = WaysAsked { to: &to_id, flow, depth, first };
        Ok(between::supply_ways(Scope::of(ctx)?, self.0.id, asked).await?)
    }

    /// Its needs (企业需求) that you see, newest first.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn needs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Most needs, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<NeedNode>> {
        let key = NeedsOf::new(self.0.id, page::size(first)?);
        let found = Scope::of(ctx)?.few(key).await?;
        Ok(found.into_iter().map(NeedNode).collect())
    }

    /// Its offers (供给) that you see, newest first.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn offers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Most offers, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<OfferNode>> {
        let key = OffersOf::new(self.0.id, page::size(first)?);
        let found = Scope::of(ctx)?.few(key).await?;
        Ok(found.into_iter().map(OfferNode).collect())
    }
}

#[cfg(test)]
mod tests;
