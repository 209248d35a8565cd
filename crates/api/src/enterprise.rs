//! Enterprises in GraphQL.

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use lianmeng_app::enterprise::{self as app, EnterpriseCard, EnterpriseError};
use lianmeng_domain::enterprise::{CreditCode, Enterprise, Ownership, QualityTier};
use lianmeng_domain::ids::{ChainCommitteeId, EnterpriseId, IndustrialChainId};
use lianmeng_domain::region::Place;
use lianmeng_graph::Flow;
use lianmeng_store::enterprise::{self as store, EnterpriseFilter, EnterpriseOrder};
use lianmeng_store::page::Window;

use crate::alliance::AllianceNode;
use crate::chain::{ChainNode, PlacementNode};
use crate::committee::SeatNode;
use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::graph::{self, SupplyRelationNode};
use crate::ids;
use crate::industry::IndustryNode;
use crate::loader::casework::{NeedsOf, OffersOf};
use crate::loader::{
    AlliancesOfEnterprise, BoughtBy, ChainsOf, MadeBy, PartyInEnterprise, PlacementsOf,
    SeatsHeldByEnterprise, SubsidiariesOf, SuppliedBy, UsedBy,
};
use crate::need::NeedNode;
use crate::offer::OfferNode;
use crate::page::{self, Slice};
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

/// Order of a list of enterprises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Enum)]
pub enum EnterpriseSort {
    /// In the order they were registered.
    #[default]
    Registered,
    /// By name, in code-point order of the normalised name.
    Name,
}

impl From<EnterpriseSort> for EnterpriseOrder {
    fn from(sort: EnterpriseSort) -> Self {
        match sort {
            EnterpriseSort::Registered => Self::Id,
            EnterpriseSort::Name => Self::Name,
        }
    }
}

/// Which enterprises a list holds; every given part must hold.
#[derive(Debug, Default, InputObject)]
pub struct EnterpriseFilterInput {
    /// Part of a name or alias, the start of a pinyin name, or a whole credit code or external id;
    /// at most 100 characters.
    #[graphql(validator(max_length = 100))]
    search: Option<String>,
    /// One of these owners.
    #[graphql(validator(max_items = 8))]
    ownership: Option<Vec<OwnershipWord>>,
    /// Division code (GB/T 2260) it lies in, such as 320612 or 440300.
    region_code: Option<String>,
    /// Industrial chain it is placed on.
    chain_id: Option<ID>,
    /// Committee in one of whose alliances it is a partner.
    committee_id: Option<ID>,
    /// Enterprise whose direct subsidiary it is.
    parent_id: Option<ID>,
    /// Whether it must be a lead firm.
    is_lead_firm: Option<bool>,
    /// Whether it must be a flagship.
    is_flagship: Option<bool>,
}

impl EnterpriseFilterInput {
    fn into_filter(self) -> Result<EnterpriseFilter, ApiError> {
        let bad = |error: &dyn ToString| ApiError::BadInput(error.to_string());
        let region = self.region_code.map(|code| code.parse()).transpose();
        let chain = self.chain_id.map(|id| ids::decode::<IndustrialChainId>(&id)).transpose()?;
        let committee = self.committee_id.map(|id| ids::decode::<ChainCommitteeId>(&id));
        let parent = self.parent_id.map(|id| ids::decode::<EnterpriseId>(&id)).transpose()?;
        Ok(EnterpriseFilter {
            search: self.search.filter(|words| !words.trim().is_empty()),
            ownership: self.ownership.unwrap_or_default().into_iter().map(Into::into).collect(),
            region: region
                .map_err(|error: lianmeng_domain::region::RegionCodeError| bad(&error))?,
            place: None,
            industry: None,
            chain,
            committee: committee.transpose()?,
            parent,
            is_lead_firm: self.is_lead_firm,
            is_flagship: self.is_flagship,
        })
    }
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
        let found = Scope::of(ctx)?.loaders().load_one(parent).await?;
        Ok(found.map(EnterpriseNode))
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
        let scope = Scope::of(ctx)?;
        let links = scope.few(ChainsOf { of: self.0.id, first: page::size(first)? }).await?;
        let found = scope.many(links.into_iter().map(|(_, chain)| chain)).await?;
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

    /// Alliances (党建联盟) it takes part in, in the order they were registered; for more, ask
    /// `alliances` with this partner.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn alliances(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<AllianceNode>> {
        let scope = Scope::of(ctx)?;
        let key = AlliancesOfEnterprise { of: self.0.id, first: page::size(first)? };
        let parts = scope.few(key).await?;
        let found = scope.many(parts.into_iter().map(|part| part.alliance)).await?;
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

/// Counts the whole list, only when asked.
#[derive(Debug)]
pub struct EnterpriseTotal(EnterpriseFilter);

#[Object]
impl EnterpriseTotal {
    /// How many enterprises the whole list holds.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let scope = Scope::of(ctx)?;
        Ok(store::count(&scope.desk.db, &scope.sees, &self.0).await?)
    }
}

/// Queries about enterprises.
#[derive(Debug, Default)]
pub struct EnterpriseQuery;

#[Object]
impl EnterpriseQuery {
    /// Enterprises that match, at most 100 a page.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn enterprises(
        &self,
        ctx: &Context<'_>,
        filter: Option<EnterpriseFilterInput>,
        #[graphql(default)] sort: EnterpriseSort,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
    ) -> Result<Connection<String, EnterpriseNode, EnterpriseTotal>> {
        let scope = Scope::of(ctx)?;
        Ok(page_of(scope, filter.unwrap_or_default(), sort, first, after).await?)
    }
}

const LIST: &str = "enterprises";

async fn page_of(
    scope: &Scope,
    filter: EnterpriseFilterInput,
    sort: EnterpriseSort,
    first: Option<i32>,
    after: Option<String>,
) -> Result<Connection<String, EnterpriseNode, EnterpriseTotal>, ApiError> {
    let size = page::size(first)?;
    let filter = filter.into_filter()?;
    let order = EnterpriseOrder::from(sort);
    let list = match sort {
        EnterpriseSort::Registered => LIST.to_owned(),
        EnterpriseSort::Name => format!("{LIST}:name"),
    };
    let starts_later = after.is_some();
    let after = after
        .map(|cursor| {
            let [name, id] = page::key::<2>(&list, &cursor)?;
            let id = id.parse().map_err(|_| ApiError::BadCursor(cursor))?;
            Ok::<_, ApiError>((name, id))
        })
        .transpose()?;
    let window = Window { after, limit: size + 1 };
    let rows = store::page(&scope.desk.db, &scope.sees, &filter, order, window).await?;
    Ok(page::connection_with(
        Slice { starts_later, size, rows },
        EnterpriseTotal(filter),
        |row| {
            let (name, id) = order.key(row);
            page::cursor(&list, &[&name, &id.to_string()])
        },
        EnterpriseNode,
    ))
}

/// The card of an enterprise as a person fills it in.
#[derive(Debug, InputObject)]
pub struct EnterpriseCardInput {
    /// Unified social credit code (统一社会信用代码); both check digits are verified.
    credit_code: Option<String>,
    /// Registered name, 1 to 200 characters.
    #[graphql(validator(max_length = 200))]
    name: String,
    /// Short name.
    #[graphql(validator(max_length = 100))]
    short_name: Option<String>,
    /// Other names, at most 20.
    #[graphql(validator(max_items = 20))]
    aliases: Option<Vec<String>>,
    /// Who owns it.
    ownership: Option<OwnershipWord>,
    /// The enterprise one level up (母公司).
    parent_id: Option<ID>,
    /// Division code (GB/T 2260) it lies in.
    region_code: Option<String>,
    /// Quality tiers.
    #[graphql(validator(max_items = 3))]
    tiers: Option<Vec<QualityTierWord>>,
    /// Whether it governs its chain (链主企业).
    #[graphql(default)]
    is_lead_firm: bool,
    /// Whether it is large in its trade (龙头企业).
    #[graphql(default)]
    is_flagship: bool,
    /// Whether it is above designated size (规上).
    is_above_scale: Option<bool>,
}

impl EnterpriseCardInput {
    /// The card, or the field to mend.
    fn into_card(self) -> Result<EnterpriseCard, UserError> {
        let invalid = |message: &dyn ToString, field| {
            UserError::new(ErrorCode::Invalid, message.to_string(), Some(field))
        };
        let code = self.credit_code.map(|code| code.parse::<CreditCode>()).transpose();
        let region = self.region_code.map(|code| code.parse()).transpose();
        let parent = self.parent_id.map(|id| ids::decode(&id)).transpose();
        Ok(EnterpriseCard {
            credit_code: code.map_err(|e| invalid(&e, "creditCode"))?,
            name: self.name,
            short_name: self.short_name,
            aliases: self.aliases.unwrap_or_default(),
            ownership: self.ownership.map(Ownership::from),
            parent: parent.map_err(|e| invalid(&e, "parentId"))?,
            place: region
                .map_err(|e: lianmeng_domain::region::RegionCodeError| invalid(&e, "regionCode"))?
                .map(Place::Region),
            industry: None,
            tiers: self.tiers.unwrap_or_default().into_iter().map(QualityTier::from).collect(),
            is_lead_firm: self.is_lead_firm,
            is_flagship: self.is_flagship,
            is_above_scale: self.is_above_scale,
        })
    }
}

/// Input of `enterpriseRegister`.
#[derive(Debug, InputObject)]
pub struct EnterpriseRegisterInput {
    /// The card.
    card: EnterpriseCardInput,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `enterpriseUpdate`.
#[derive(Debug, InputObject)]
pub struct EnterpriseUpdateInput {
    /// Enterprise to change.
    enterprise_id: ID,
    /// Version that was read; the change is refused if somebody saved it since.
    version: i64,
    /// The whole new card.
    card: EnterpriseCardInput,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// An enterprise, or why not.
#[derive(Debug, SimpleObject)]
pub struct EnterprisePayload {
    /// The enterprise after the change; null if it was refused.
    enterprise: Option<EnterpriseNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

impl EnterprisePayload {
    fn refused(error: UserError) -> Self {
        Self { enterprise: None, errors: vec![error] }
    }

    fn from_result(result: Result<Enterprise, EnterpriseError>) -> Result<Self, ApiError> {
        Ok(match result {
            Ok(enterprise) => {
                Self { enterprise: Some(EnterpriseNode(enterprise)), errors: Vec::new() }
            }
            Err(error) => Self::refused(user_error(error)?),
        })
    }
}

/// Changes of enterprises.
#[derive(Debug, Default)]
pub struct EnterpriseMutation;

#[Object]
impl EnterpriseMutation {
    /// Registers an enterprise. Coordinators only.
    async fn enterprise_register(
        &self,
        ctx: &Context<'_>,
        input: EnterpriseRegisterInput,
    ) -> Result<EnterprisePayload> {
        let card = match input.card.into_card() {
            Ok(card) => card,
            Err(error) => return Ok(EnterprisePayload::refused(error)),
        };
        let scope = Scope::of(ctx)?;
        let cmd = app::RegisterEnterprise { card, request_key: input.request_key };
        let done = app::register(&scope.desk, &scope.actor, &cmd).await;
        Ok(EnterprisePayload::from_result(done)?)
    }

    /// Replaces the card of an enterprise. Coordinators any, an enterprise its own.
    async fn enterprise_update(
        &self,
        ctx: &Context<'_>,
        input: EnterpriseUpdateInput,
    ) -> Result<EnterprisePayload> {
        let card = match input.card.into_card() {
            Ok(card) => card,
            Err(error) => return Ok(EnterprisePayload::refused(error)),
        };
        let scope = Scope::of(ctx)?;
        let cmd = app::UpdateEnterprise {
            enterprise: ids::decode(&input.enterprise_id)?,
            version: input.version,
            card,
            request_key: input.request_key,
        };
        let done = app::update(&scope.desk, &scope.actor, &cmd).await;
        Ok(EnterprisePayload::from_result(done)?)
    }
}

/// Splits failures: what the user can mend becomes data, the rest an [`ApiError`].
fn user_error(error: EnterpriseError) -> Result<UserError, ApiError> {
    use ErrorCode as Code;
    let (code, field) = match error {
        EnterpriseError::NotFound => (Code::NotFound, None),
        EnterpriseError::NameMissing => (Code::Missing, Some("name")),
        EnterpriseError::CreditCodeTaken => (Code::Taken, Some("creditCode")),
        EnterpriseError::UnknownReference => (Code::UnknownReference, None),
        EnterpriseError::OwnershipCycle { .. } => (Code::Cycle, Some("parentId")),
        EnterpriseError::Command(error) => return command_error(error),
    };
    Ok(UserError::new(code, error, field))
}

#[cfg(test)]
mod tests;
