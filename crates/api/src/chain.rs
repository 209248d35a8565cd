//! Industrial chains in GraphQL, with their segments and the enterprises placed on them.

pub mod alliances;
pub mod change;
pub mod gaps;
pub mod lead;
pub mod risk;

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use lianmeng_app::region::{self, DivisionError};
use lianmeng_domain::alliance::Coverage;
use lianmeng_domain::chain::{ChainSegment, IndustrialChain, Placement, Reach};
use lianmeng_domain::ids::IndustrialChainId;
use lianmeng_domain::region::RegionCode;
use lianmeng_graph::Lens;
use lianmeng_graph::alliances::AllianceQuery;
use lianmeng_graph::gaps::{GapLevel, GapQuery};
use lianmeng_graph::lead::LeadQuery;
use lianmeng_graph::local_supply::LocalSupplyQuery;
use lianmeng_graph::risk::{RemovalQuery, SinglePointQuery};
use lianmeng_store::chain::{self as store, ChainFilter};

use self::alliances::ChainAllianceSuggestions;
use self::gaps::{ChainGaps, GapLevelWord};
use self::lead::{LeadFirmNode, LocalSupplyNode};
use self::risk::{ChainRemoval, ChainSinglePoints};
use crate::alliance::CoverageNode;
use crate::committee::CommitteeNode;
use crate::enterprise::EnterpriseNode;
use crate::error::ApiError;
use crate::graph;
use crate::ids;
use crate::loader::{ChainCoverageOf, CommitteesOf, PlacementsOn, SegmentsOf};
use crate::page::{self, NameSort, RowCursor, Span};
use crate::product::ProductNode;
use crate::scope::{Picture, Scope};

/// Where a segment lies on its chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "Reach", remote = "Reach")]
pub enum ReachWord {
    /// Upstream (上游).
    Upstream,
    /// Midstream (中游).
    Midstream,
    /// Downstream (下游).
    Downstream,
}

/// Which chains a list holds; every given part must hold.
#[derive(Debug, Default, InputObject)]
pub struct ChainFilterInput {
    /// Part of the name, or a whole external id; at most 100 characters.
    #[graphql(validator(max_length = 100))]
    search: Option<String>,
    /// Tag it carries, such as "20+8".
    #[graphql(validator(max_length = 100))]
    tag: Option<String>,
    /// Enterprise placed on it.
    enterprise_id: Option<ID>,
}

impl ChainFilterInput {
    fn into_filter(self) -> Result<ChainFilter, ApiError> {
        Ok(ChainFilter {
            search: page::words(self.search),
            tag: self.tag,
            enterprise: self.enterprise_id.map(|id| ids::decode(&id)).transpose()?,
        })
    }
}

/// A chain as clients see it.
#[derive(Debug, Clone)]
pub struct ChainNode(pub IndustrialChain);

/// An industrial chain (产业链).
#[Object(name = "IndustrialChain")]
impl ChainNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// Key in the system it was imported from; null when it has none.
    async fn external_id(&self) -> Option<&str> {
        self.0.external_id.as_deref()
    }

    /// Name, unique.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Tags such as "20+8".
    async fn tags(&self) -> &[String] {
        &self.0.tags
    }

    /// Whether it is invented for demonstration (示例).
    async fn is_example(&self) -> bool {
        self.0.is_example
    }

    /// Version; send it back with a change of the chain or of its segments.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// Segments, from upstream to downstream.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn segments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<SegmentNode>> {
        let key = SegmentsOf { of: self.0.id, first: page::size(first)? };
        Ok(Scope::of(ctx)?.few(key).await?.into_iter().map(SegmentNode).collect())
    }

    /// Committees (产业链党委) that organise it, in the order they were registered.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn committees(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<CommitteeNode>> {
        let key = CommitteesOf { of: self.0.id, first: page::size(first)? };
        Ok(Scope::of(ctx)?.few(key).await?.into_iter().map(CommitteeNode).collect())
    }

    /// How much of it the alliances of all its committees reach ("1+N").
    async fn coverage(&self, ctx: &Context<'_>) -> Result<CoverageNode> {
        let found: Option<Coverage> = Scope::of(ctx)?.one(ChainCoverageOf(self.0.id)).await?;
        Ok(found.unwrap_or_default().into())
    }

    /// Where it has gaps (补链、强链、延链), each with enterprises that could fill it; null if you may see
    /// no business data.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn gaps(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Division (GB/T 2260) that counts as local; everywhere if absent.")]
        region_code: Option<String>,
        #[graphql(desc = "What to look at; SEGMENT if absent.")] level: Option<GapLevelWord>,
        #[graphql(desc = "At most so many gaps, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Option<ChainGaps>> {
        let ask = GapQuery {
            chain: self.0.id,
            level: level.map_or(GapLevel::Segment, Into::into),
            region: division(ctx, region_code).await?,
            limit: graph::size(first)?,
            candidates: gaps::CANDIDATES,
        };
        let Some(seen) = Seen::of(ctx, self.0.id).await? else { return Ok(None) };
        let find = move |seen: Seen| {
            let graph = &seen.picture.pinned.graph;
            let found = graph.gaps(&ask, &seen.lens)?;
            Some(ChainGaps::new(graph, found, seen.is_whole))
        };
        Ok(seen.aside(find).await?)
    }

    /// Enterprises whose loss would cut others off, weighed by what is at stake; hubs that others can
    /// replace are none. Null unless you see the supply of the whole chain.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn single_points(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Division (GB/T 2260) where single points, those who depend on them and substitutes are looked for; everywhere if absent."
        )]
        region_code: Option<String>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Option<ChainSinglePoints>> {
        let region = division(ctx, region_code).await?;
        let ask = SinglePointQuery { chain: self.0.id, region, limit: graph::size(first)? };
        let seen = Seen::whole(ctx, self.0.id, "singlePoints").await?;
        let Some(seen) = seen else { return Ok(None) };
        let find = move |seen: Seen| {
            let graph = &seen.picture.pinned.graph;
            Some(ChainSinglePoints::new(graph, graph.single_points(&ask, &seen.lens)?))
        };
        Ok(seen.aside(find).await?)
    }

    /// What would follow if an enterprise were gone (断供推演): whom it cuts off, who could step in.
    /// Null unless you see the supply of the whole chain and the enterprise exists.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the field")]
    async fn removal(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who is gone.")] enterprise_id: ID,
        #[graphql(
            desc = "Division (GB/T 2260) where consequences and substitutes are looked for; everywhere if absent."
        )]
        region_code: Option<String>,
        #[graphql(desc = "How far the loss spreads, 1 to 6 steps; 2 if absent.")] depth: Option<
            i32,
        >,
        #[graphql(desc = "At most so many consequences, 1 to 100; 20 if absent.")] first: Option<
            i32,
        >,
    ) -> Result<Option<ChainRemoval>> {
        let ask = RemovalQuery {
            enterprise: ids::decode(&enterprise_id)?,
            region: division(ctx, region_code).await?,
            steps: graph::steps(depth)?,
            limit: graph::size(first)?,
            substitutes: risk::SUBSTITUTES,
        };
        let Some(seen) = Seen::whole(ctx, self.0.id, "removal").await? else { return Ok(None) };
        let find = move |seen: Seen| {
            let graph = &seen.picture.pinned.graph;
            Some(ChainRemoval::new(graph, graph.removal(&ask, &seen.lens)?))
        };
        Ok(seen.aside(find).await?)
    }

    /// Enterprises by how much they lead the chain (链主), with the parts of the index; what was seen of
    /// supply enters for those who see the supply of the whole chain. Empty if you may see no business
    /// data.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn lead_firms(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Division (GB/T 2260) they must be in; anywhere if absent.")]
        region_code: Option<String>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<LeadFirmNode>> {
        let region = division(ctx, region_code).await?;
        let ask = LeadQuery { chain: self.0.id, region, limit: graph::size(first)? };
        let Some(seen) = Seen::of(ctx, self.0.id).await? else { return Ok(Vec::new()) };
        let find = move |seen: Seen| seen.picture.pinned.graph.lead_firms(&ask, &seen.lens);
        let found = seen.aside(find).await?.unwrap_or_default();
        Ok(found.into_iter().map(LeadFirmNode).collect())
    }

    /// Alliances (党建联盟) that would make sense: communities of supply within one city, on neighbouring
    /// segments and of bounded size, beginning from the alliances there are. Null unless you see the supply
    /// of the whole chain, and for more than 20 000 enterprises.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the field")]
    async fn alliance_suggestions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Division (GB/T 2260) members must be in; anywhere if absent.")]
        region_code: Option<String>,
        #[graphql(
            desc = "Fewest members where that can be had; 5, or as many as the most, if absent.",
            validator(minimum = 1, maximum = 1_000)
        )]
        fewest: Option<i32>,
        #[graphql(desc = "Most members; 100 if absent.", validator(minimum = 2, maximum = 1_000))]
        most: Option<i32>,
        #[graphql(desc = "At most so many suggestions, 1 to 100; 20 if absent.")] first: Option<
            i32,
        >,
    ) -> Result<Option<ChainAllianceSuggestions>> {
        let (region, limit) = (division(ctx, region_code).await?, graph::size(first)?);
        let fewest = fewest.map(usize::try_from).transpose()?;
        let most = most.map(usize::try_from).transpose()?;
        let sizes = lianmeng_graph::alliances::sizes(fewest, most);
        let (fewest, most) = sizes.map_err(|error| ApiError::BadInput(error.to_string()))?;
        let chain = self.0.id;
        let seen = Seen::whole(ctx, chain, "allianceSuggestions").await?;
        let Some(seen) = seen else { return Ok(None) };
        let find = move |seen: Seen| {
            let ask = AllianceQuery { chain, region, fewest, most, before: &[], limit };
            let found = seen.picture.pinned.graph.alliance_suggestions(&ask, &seen.lens)?;
            Some(found.into())
        };
        Ok(seen.aside(find).await?)
    }

    /// How much of what it buys comes from nearby (本地配套率), as a whole and by segment; null if you may
    /// see no business data, and for a year that has not begun.
    #[graphql(complexity = "20 + child_complexity")]
    async fn local_supply(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Division (GB/T 2260) that counts as local.")] region_code: String,
        #[graphql(desc = "As of the last day of this year; today if absent.")] year: Option<i32>,
    ) -> Result<Option<LocalSupplyNode>> {
        let Some(region) = division(ctx, Some(region_code)).await? else { return Ok(None) };
        let ask = LocalSupplyQuery { chain: self.0.id, region, year };
        let Some(seen) = Seen::of(ctx, self.0.id).await? else { return Ok(None) };
        let find = move |seen: Seen| {
            let found = seen.picture.pinned.graph.local_supply(&ask, &seen.lens)?;
            Some(LocalSupplyNode { found, is_supply_counted: seen.is_whole })
        };
        Ok(seen.aside(find).await?)
    }
}

/// The division a figure is about.
async fn division(ctx: &Context<'_>, code: Option<String>) -> Result<Option<RegionCode>> {
    let Some(code) = page::region(code)? else { return Ok(None) };
    match region::check(&Scope::of(ctx)?.desk.db, code).await {
        Ok(()) => Ok(Some(code)),
        Err(DivisionError::Store(error)) => Err(ApiError::from(error).into()),
        Err(error) => Err(ApiError::BadInput(error.to_string()).into()),
    }
}

/// What of the graph enters a figure about a chain.
#[derive(Debug)]
struct Seen {
    picture: Picture,
    lens: Lens,
    /// Whether the caller sees the supply of the whole chain.
    is_whole: bool,
}

impl Seen {
    /// For this caller; `None` if they may see no business data.
    async fn of(ctx: &Context<'_>, chain: IndustrialChainId) -> Result<Option<Self>> {
        let picture = Scope::of(ctx)?.picture().await?.clone();
        let lens = picture.pinned.graph.lens_on(chain, &picture.lens);
        let is_whole = match lens {
            Lens::All | Lens::Of { .. } => true,
            Lens::Public => false,
            Lens::Nothing => return Ok(None),
        };
        Ok(Some(Self { picture, lens, is_whole }))
    }

    /// For those who see the supply of the whole chain; that they asked for `field` is noted.
    async fn whole(
        ctx: &Context<'_>,
        chain: IndustrialChainId,
        field: &'static str,
    ) -> Result<Option<Self>> {
        let seen = Self::of(ctx, chain).await?.filter(|seen| seen.is_whole);
        if seen.is_some() {
            Scope::of(ctx)?.saw_always(ids::encode(chain).0, field);
        }
        Ok(seen)
    }

    /// Runs `work`, which may take long, away from the async threads.
    async fn aside<T: Send + 'static>(
        self,
        work: impl FnOnce(Self) -> Option<T> + Send + 'static,
    ) -> Result<Option<T>, ApiError> {
        let picture = self.picture.clone();
        graph::aside(&picture, move |_| work(self)).await
    }
}

/// A segment as clients see it.
#[derive(Debug, Clone)]
pub struct SegmentNode(pub ChainSegment);

/// A step of production (链条环节) on a chain.
#[Object(name = "ChainSegment")]
impl SegmentNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// Name, unique within the chain.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Where it lies.
    async fn reach(&self) -> ReachWord {
        self.0.reach.into()
    }

    /// Order from upstream to downstream, from 1.
    async fn position(&self) -> i32 {
        self.0.position
    }

    /// Its chain; null if it is gone.
    async fn chain(&self, ctx: &Context<'_>) -> Result<Option<ChainNode>> {
        Ok(Scope::of(ctx)?.one(self.0.chain).await?.map(ChainNode))
    }

    /// Products that place an enterprise here, in the order they were registered.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<ProductNode>> {
        let first = usize::try_from(page::size(first)?)?;
        let ids = self.0.products.iter().take(first).copied();
        Ok(Scope::of(ctx)?.many(ids).await?.into_iter().map(ProductNode).collect())
    }

    /// Enterprises placed here, in the order they were registered; for all of a chain, ask
    /// `enterprises` with this chain.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn placements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<PlacementNode>> {
        let key = PlacementsOn { of: self.0.id, first: page::size(first)? };
        Ok(Scope::of(ctx)?.few(key).await?.into_iter().map(PlacementNode).collect())
    }
}

/// A placement as clients see it.
#[derive(Debug, Clone, Copy)]
pub struct PlacementNode(pub Placement);

/// An enterprise's place on a chain.
#[Object(name = "Placement")]
impl PlacementNode {
    /// The enterprise; null if it is gone.
    async fn enterprise(&self, ctx: &Context<'_>) -> Result<Option<EnterpriseNode>> {
        Ok(Scope::of(ctx)?.one(self.0.enterprise).await?.map(EnterpriseNode))
    }

    /// The segment; null if it is gone.
    async fn segment(&self, ctx: &Context<'_>) -> Result<Option<SegmentNode>> {
        Ok(Scope::of(ctx)?.one(self.0.segment).await?.map(SegmentNode))
    }

    /// Whether a person confirmed it; a suggested place enters no figure.
    async fn is_confirmed(&self) -> bool {
        self.0.is_confirmed
    }
}

/// Counts the whole list, only when asked.
#[derive(Debug)]
pub struct ChainTotal(ChainFilter);

#[Object]
impl ChainTotal {
    /// How many chains the whole list holds.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let scope = Scope::of(ctx)?;
        Ok(store::count(&scope.desk.db, &scope.sees, &self.0).await?)
    }
}

/// Queries about chains.
#[derive(Debug, Default)]
pub struct ChainQuery;

#[Object]
impl ChainQuery {
    /// Industrial chains that match, at most 100 a page.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn chains(
        &self,
        ctx: &Context<'_>,
        filter: Option<ChainFilterInput>,
        #[graphql(default)] sort: NameSort,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<RowCursor<IndustrialChainId>, ChainNode, ChainTotal>> {
        let scope = Scope::of(ctx)?;
        let asked = page::asked("chains", sort, Span { first, after, last, before })?;
        let filter = filter.unwrap_or_default().into_filter()?;
        let window = asked.window();
        let rows = store::page(&scope.desk.db, &scope.sees, &filter, asked.order, window).await?;
        Ok(asked.connection(rows, ChainTotal(filter), |row| (&row.name, row.id), ChainNode))
    }
}
