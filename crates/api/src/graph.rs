//! The graph of the chains in GraphQL: neighbours, walks, paths, suppliers and buyers, figures.
//!
//! All answers of a request come from one picture, pinned when it first asks; its version is
//! `graphVersion`. What of it the caller sees is the picture's lens: observed supply and
//! cooperation tasks only of their own enterprises, everything else is public.

pub mod between;
mod words;

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::NaiveDate;
use lianmeng_domain::ids::{EnterpriseId, ProductId};
use lianmeng_domain::rights::aggregate::Fewest;
use lianmeng_graph::path::{Over, PathQuery};
use lianmeng_graph::snapshot::{Around, Neighbour};
use lianmeng_graph::stats::Stats;
use lianmeng_graph::supply::{SupplyBounds, SupplyRelation};
use lianmeng_graph::walk::{Bounds, Found, ProductLink, Step, Via};
use lianmeng_graph::{Direction, EdgeKind, Flow, Lens, NodeKind, NodeRef, Snapshot};

pub use self::words::GraphFlowWord;
use self::words::{GraphDirectionWord, GraphEdgeKindWord, GraphNodeKindWord, GraphRelationsWord};
use crate::enterprise::EnterpriseNode;
use crate::error::ApiError;
use crate::page;
use crate::scalars::Day;
use crate::scope::{Picture, Scope};
use crate::supply::SupplyEdgeNode;

/// Farthest a walk goes.
const MAX_DEPTH: u32 = 6;
/// Farthest a walk goes on the spot.
const NEAR_DEPTH: u32 = 2;
/// Longest path looked for.
const MAX_PATH: u32 = 20;
/// Products shown as evidence of one supply relation.
const LINKS: usize = 10;

/// A node of the graph, named only when asked.
#[derive(Debug, Clone)]
pub struct GraphNode {
    graph: Arc<Snapshot>,
    node: NodeRef,
}

impl GraphNode {
    pub(crate) fn new(graph: &Arc<Snapshot>, node: NodeRef) -> Self {
        Self { graph: Arc::clone(graph), node }
    }

    fn product(graph: &Arc<Snapshot>, id: ProductId) -> Self {
        Self::new(graph, NodeRef::Product(id))
    }
}

/// A node of the graph: enterprise, product, segment, chain, committee, alliance, task or
/// organisation.
#[Object]
impl GraphNode {
    /// Global id of the thing; ask `node` with it for more.
    async fn id(&self) -> ID {
        ID(self.node.to_string())
    }

    /// What it is.
    async fn kind(&self) -> GraphNodeKindWord {
        self.node.kind().into()
    }

    /// Its name.
    async fn name(&self) -> &str {
        self.graph.name(self.node).unwrap_or_default()
    }
}

/// A node next to another one.
#[derive(Debug, SimpleObject)]
pub struct GraphNeighbour {
    /// What the edge between the two means.
    kind: GraphEdgeKindWord,
    /// Whether the edge starts at the node that was asked about.
    is_outgoing: bool,
    /// The node at the other end.
    node: GraphNode,
}

impl GraphNeighbour {
    fn new(graph: &Arc<Snapshot>, found: Neighbour) -> Self {
        Self {
            kind: found.kind.into(),
            is_outgoing: found.is_outgoing,
            node: GraphNode::new(graph, found.node),
        }
    }
}

/// Products that connect a supplier and a buyer (产品关联).
#[derive(Debug, SimpleObject)]
pub struct SupplyLink {
    /// What the supplier makes.
    material: GraphNode,
    /// What the buyer makes of it; null where the buyer is known to use the material itself.
    product: Option<GraphNode>,
}

impl SupplyLink {
    fn new(graph: &Arc<Snapshot>, link: ProductLink) -> Self {
        Self {
            material: GraphNode::product(graph, link.material),
            product: link.product.map(|id| GraphNode::product(graph, id)),
        }
    }
}

/// One step of a way through the graph.
#[derive(Debug, SimpleObject)]
pub struct GraphStep {
    /// Where the step ends.
    node: GraphNode,
    /// The edge it follows; null where it is a supply relation that follows from products.
    kind: Option<GraphEdgeKindWord>,
    /// The products it follows from; null where it is an edge.
    link: Option<SupplyLink>,
    /// Whether it leads from the edge's start to its end, or from supplier to buyer.
    is_forward: bool,
}

impl GraphStep {
    fn new(graph: &Arc<Snapshot>, step: Step) -> Self {
        let (kind, link, is_forward) = match step.via {
            Via::Edge { kind, is_forward } => (Some(kind), None, is_forward),
            Via::Derived { link, is_forward } => (None, Some(link), is_forward),
        };
        Self {
            node: GraphNode::new(graph, step.node),
            kind: kind.map(Into::into),
            link: link.map(|link| SupplyLink::new(graph, link)),
            is_forward,
        }
    }
}

/// A node found by a walk; its way is told only when asked.
#[derive(Debug)]
pub struct GraphFound {
    graph: Arc<Snapshot>,
    found: Found,
}

/// A node found by a walk, with one shortest way to it.
#[Object]
impl GraphFound {
    /// The node.
    async fn node(&self) -> GraphNode {
        GraphNode::new(&self.graph, self.found.node)
    }

    /// Steps from the start.
    async fn depth(&self) -> usize {
        self.found.path.len()
    }

    /// One shortest way to it, without the start.
    async fn path(&self) -> Vec<GraphStep> {
        self.found.path.iter().map(|&step| GraphStep::new(&self.graph, step)).collect()
    }
}

/// A shortest way between two nodes.
#[derive(Debug, SimpleObject)]
pub struct GraphPath {
    /// Where it starts.
    from: GraphNode,
    /// How many steps it has; 0 if it ends where it starts.
    length: usize,
    /// Its steps.
    steps: Vec<GraphStep>,
}

/// Nodes of one kind.
#[derive(Debug, SimpleObject)]
pub struct GraphNodeCount {
    /// The kind.
    kind: GraphNodeKindWord,
    /// How many there are.
    count: u64,
}

/// Edges of one kind.
#[derive(Debug, SimpleObject)]
pub struct GraphLinkCount {
    /// The kind.
    kind: GraphEdgeKindWord,
    /// How many there are.
    count: u64,
}

/// The graph in numbers (图谱统计).
#[derive(Debug, SimpleObject)]
pub struct GraphStats {
    /// Version of the graph the numbers belong to.
    version: i64,
    /// The local date that decides which supply edges and seats are in force.
    as_of: Day,
    /// Nodes of each kind.
    nodes: Vec<GraphNodeCount>,
    /// Edges of each kind.
    links: Vec<GraphLinkCount>,
    /// Kinds of edges whose number is withheld because they concern too few enterprises; with those of
    /// tasks the number of tasks is withheld too. Empty for coordinators and auditors.
    withheld: Vec<GraphEdgeKindWord>,
    /// Groups of products that hang together over links of any kind (产品连通分量).
    product_components: u64,
    /// Products of the largest group; 0 if there is none.
    largest_product_component: u64,
    /// Ordered pairs of enterprises of which the first makes a material of a product the second
    /// makes (推导供应关系).
    derived_supply_pairs: u64,
    /// Enterprises that stand in such a pair.
    derived_supply_enterprises: u64,
    /// Groups of two or more products each of which is made from every other (物料循环).
    material_cycles: u64,
    /// Products of the largest such group; 0 if there is none.
    largest_material_cycle: u64,
}

/// What of the figures of the graph concerns too few enterprises.
#[derive(Debug, Clone, Copy, Default)]
struct Withheld {
    supply: bool,
    tasks: bool,
}

impl Withheld {
    /// For a caller with this lens: who sees everything may count everything.
    fn of(stats: &Stats, lens: &Lens, fewest: Fewest) -> Self {
        if *lens == Lens::All {
            return Self::default();
        }
        Self {
            supply: fewest.withholds(stats.supply_enterprises),
            tasks: fewest.withholds(stats.task_enterprises),
        }
    }

    fn hides_edge(self, kind: EdgeKind) -> bool {
        match kind {
            EdgeKind::Supplies => self.supply,
            EdgeKind::TaskOwner | EdgeKind::TaskCounterpart => self.tasks,
            EdgeKind::MaterialOf
            | EdgeKind::MadeInto
            | EdgeKind::KindOf
            | EdgeKind::Makes
            | EdgeKind::Uses
            | EdgeKind::Owns
            | EdgeKind::PlacedIn
            | EdgeKind::PartOf
            | EdgeKind::Organises
            | EdgeKind::HangsUnder
            | EdgeKind::Covers
            | EdgeKind::PartnerIn
            | EdgeKind::Leads
            | EdgeKind::SitsOn
            | EdgeKind::BelongsTo => false,
        }
    }

    fn hides_node(self, kind: NodeKind) -> bool {
        self.tasks && kind == NodeKind::Task
    }
}

impl GraphStats {
    fn new(version: i64, as_of: NaiveDate, stats: &Stats, withheld: Withheld) -> Self {
        let nodes = stats.nodes.iter().filter(|&&(kind, _)| !withheld.hides_node(kind));
        let links = stats.edges.iter().filter(|&&(kind, _)| !withheld.hides_edge(kind));
        let hidden = EdgeKind::ALL.iter().filter(|&&kind| withheld.hides_edge(kind));
        Self {
            withheld: hidden.map(|&kind| kind.into()).collect(),
            version,
            as_of: Day(as_of),
            nodes: nodes
                .map(|&(kind, count)| GraphNodeCount { kind: kind.into(), count })
                .collect(),
            links: links
                .map(|&(kind, count)| GraphLinkCount { kind: kind.into(), count })
                .collect(),
            product_components: stats.product_components,
            largest_product_component: stats.largest_product_component,
            derived_supply_pairs: stats.derived_supply_pairs,
            derived_supply_enterprises: stats.derived_supply_enterprises,
            material_cycles: stats.material_cycles,
            largest_material_cycle: stats.largest_material_cycle,
        }
    }
}

/// A supply relation as clients see it.
#[derive(Debug)]
pub struct SupplyRelationNode {
    relation: SupplyRelation,
    picture: Picture,
}

/// A supplier or buyer of an enterprise with the evidence for it (供需关系).
#[Object(name = "SupplyRelation")]
impl SupplyRelationNode {
    /// The supplier, or the buyer; null if it is gone.
    async fn enterprise(&self, ctx: &Context<'_>) -> Result<Option<EnterpriseNode>> {
        Ok(Scope::of(ctx)?.one(self.relation.enterprise).await?.map(EnterpriseNode))
    }

    /// Statements of it that are in force, undisputed and yours to see; empty where it only follows
    /// from products.
    async fn observed(&self, ctx: &Context<'_>) -> Result<Vec<SupplyEdgeNode>> {
        let ids = self.relation.observed.iter().map(|seen| seen.id);
        let found = Scope::of(ctx)?.many(ids).await?;
        Ok(found.into_iter().map(SupplyEdgeNode).collect())
    }

    /// Products that connect the two, at most 10.
    async fn links(&self) -> Vec<SupplyLink> {
        let graph = &self.picture.pinned.graph;
        self.relation.links.iter().map(|&link| SupplyLink::new(graph, link)).collect()
    }

    /// How many products connect the two in all.
    async fn links_total(&self) -> usize {
        self.relation.links_total
    }
}

/// Suppliers (upstream) or buyers (downstream) of an enterprise.
///
/// # Errors
///
/// [`ApiError::BadPageSize`], or [`ApiError::Internal`] if there is no graph.
pub async fn relations(
    scope: &Scope,
    enterprise: EnterpriseId,
    flow: Flow,
    first: Option<i32>,
) -> Result<Vec<SupplyRelationNode>, ApiError> {
    let bounds = SupplyBounds { relations: size(first)?, links: LINKS };
    let picture = scope.picture().await?;
    let graph = &picture.pinned.graph;
    let found = graph.supply_relations(enterprise, flow, &picture.lens, bounds);
    let node = |relation| SupplyRelationNode { relation, picture: picture.clone() };
    Ok(found.into_iter().map(node).collect())
}

/// Questions to the graph of the chains.
#[derive(Debug, Default)]
pub struct GraphQuery;

#[Object]
impl GraphQuery {
    /// Version of the graph this request is answered from; it rises with every change of what the
    /// graph shows (图谱版本).
    async fn graph_version(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(Scope::of(ctx)?.picture().await?.pinned.version)
    }

    /// The graph in numbers; null if you may see no business data.
    async fn graph_stats(&self, ctx: &Context<'_>) -> Result<Option<GraphStats>> {
        let picture = Scope::of(ctx)?.picture().await?;
        if *picture.lens == Lens::Nothing {
            return Ok(None);
        }
        let fewest = Scope::of(ctx)?.desk.fewest;
        let count = move |picture: Picture| {
            let pinned = &picture.pinned;
            let stats = pinned.stats();
            let withheld = Withheld::of(stats, &picture.lens, fewest);
            GraphStats::new(pinned.version, pinned.graph.as_of(), stats, withheld)
        };
        Ok(Some(aside(picture, count).await?))
    }

    /// Nodes next to a node (相邻节点): over outgoing links first, then by kind, then by id; null if
    /// there is no such node that you may see.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the field")]
    async fn graph_neighbours(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the node.")] id: ID,
        #[graphql(desc = "Kinds of links to follow; all if absent.", validator(max_items = 18))]
        kinds: Option<Vec<GraphEdgeKindWord>>,
        #[graphql(desc = "Which way links may point; both if absent.")] direction: Option<
            GraphDirectionWord,
        >,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Option<Vec<GraphNeighbour>>> {
        let (node, limit) = (node_ref(&id)?, size(first)?);
        let picture = Scope::of(ctx)?.picture().await?;
        let (graph, lens) = (&picture.pinned.graph, &*picture.lens);
        if !graph.shows(lens, node) {
            return Ok(None);
        }
        let kinds: Vec<EdgeKind> = kinds.unwrap_or_default().into_iter().map(Into::into).collect();
        let direction = direction.map_or(Direction::Both, Into::into);
        let found = graph.neighbours(node, Around { kinds: &kinds, direction, limit }, lens);
        Ok(Some(found.into_iter().map(|one| GraphNeighbour::new(graph, one)).collect()))
    }

    /// What lies upstream or downstream (上下游) of a product or an enterprise, nearest first, each
    /// with one shortest way; null if there is no such node that you may see.
    ///
    /// From a product a step is a material link. From an enterprise a step is a supply relation:
    /// observed, where you may see it, or following from what both make and use.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the field")]
    async fn graph_walk(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of a product or an enterprise.")] id: ID,
        #[graphql(desc = "Which way to walk.")] direction: GraphFlowWord,
        #[graphql(desc = "Most steps from the start, 1 to 6; 2 if absent.")] depth: Option<i32>,
        #[graphql(desc = "At most so many nodes, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Option<Vec<GraphFound>>> {
        let node = node_ref(&id)?;
        if !matches!(node, NodeRef::Product(_) | NodeRef::Enterprise(_)) {
            let message = format!("a walk starts at a product or an enterprise, not at {node}");
            return Err(ApiError::BadInput(message).into());
        }
        let bounds = Bounds { depth: steps(depth)?, limit: size(first)? };
        let flow = Flow::from(direction);
        let picture = Scope::of(ctx)?.picture().await?;
        let walk = move |picture: &Picture| {
            let graph = &picture.pinned.graph;
            let found = graph.walk(node, flow, &picture.lens, bounds)?;
            let here = |found| GraphFound { graph: Arc::clone(graph), found };
            Some(found.into_iter().map(here).collect())
        };
        // Two steps to a hundred nodes take less time than going to another thread for them.
        if bounds.depth <= NEAR_DEPTH {
            return Ok(walk(picture));
        }
        Ok(aside(picture, move |picture| walk(&picture)).await?)
    }

    /// One shortest way between two nodes (最短路径), each link in either direction, of at most 20
    /// steps; null if there is none that you may see.
    async fn graph_path(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the start.")] from: ID,
        #[graphql(desc = "Global id of the end.")] to: ID,
        #[graphql(desc = "Relations it may use; SUPPLY, which connects enterprises, if absent.")]
        over: Option<GraphRelationsWord>,
    ) -> Result<Option<GraphPath>> {
        let query = PathQuery {
            from: node_ref(&from)?,
            to: node_ref(&to)?,
            over: over.map_or(Over::Supply, Into::into),
            max_steps: MAX_PATH,
        };
        let picture = Scope::of(ctx)?.picture().await?;
        let find = move |picture: Picture| {
            let graph = &picture.pinned.graph;
            let steps = graph.path(query, &picture.lens)?;
            Some(GraphPath {
                from: GraphNode::new(graph, query.from),
                length: steps.len(),
                steps: steps.into_iter().map(|step| GraphStep::new(graph, step)).collect(),
            })
        };
        Ok(aside(picture, find).await?)
    }
}

/// Runs `work`, which may take long, away from the async threads.
pub(crate) async fn aside<T: Send + 'static>(
    picture: &Picture,
    work: impl FnOnce(Picture) -> T + Send + 'static,
) -> Result<T, ApiError> {
    let picture = picture.clone();
    tokio::task::spawn_blocking(move || work(picture))
        .await
        .map_err(|error| ApiError::Internal(Box::new(error)))
}

fn node_ref(id: &str) -> Result<NodeRef, ApiError> {
    id.parse().map_err(|_| ApiError::BadId(id.chars().take(60).collect()))
}

pub(crate) fn size(first: Option<i32>) -> Result<usize, ApiError> {
    Ok(usize::try_from(page::size(first)?).unwrap_or(usize::MAX))
}

pub(crate) fn steps(depth: Option<i32>) -> Result<u32, ApiError> {
    let depth = depth.unwrap_or(2);
    match u32::try_from(depth) {
        Ok(steps) if (1..=MAX_DEPTH).contains(&steps) => Ok(steps),
        Ok(_) | Err(_) => {
            let message = format!("depth is {depth}; it must lie between 1 and {MAX_DEPTH}");
            Err(ApiError::BadInput(message))
        }
    }
}

#[cfg(test)]
mod tests;
