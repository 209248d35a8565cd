//! What two enterprises have to do with each other, in GraphQL.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use lianmeng_domain::ids::EnterpriseId;
use lianmeng_graph::common::{CommonSupplier, Competitor, OwnershipStep, SupplyEvidence};
use lianmeng_graph::ways::WaysQuery;
use lianmeng_graph::{Flow, Lens, NodeRef, Snapshot};

use super::{GraphNode, GraphPath, GraphStep, aside, size, steps};
use crate::enterprise::EnterpriseNode;
use crate::error::ApiError;
use crate::ids;
use crate::scope::Scope;

/// Products named for one competitor.
const NAMED: usize = 10;

/// How a supplier is known to supply, or able to supply, an enterprise.
#[derive(Debug, SimpleObject)]
pub struct CommonSupplyEvidence {
    /// Whether it was seen, as far as you may see that.
    is_observed: bool,
    /// How many products connect the two.
    links: usize,
}

impl From<SupplyEvidence> for CommonSupplyEvidence {
    fn from(evidence: SupplyEvidence) -> Self {
        Self { is_observed: evidence.is_observed, links: evidence.links }
    }
}

/// A common supplier as clients see it.
#[derive(Debug)]
pub struct CommonSupplierNode(CommonSupplier);

/// A supplier of two enterprises (共同供应商).
#[Object(name = "CommonSupplier")]
impl CommonSupplierNode {
    /// The supplier; null if it is gone.
    async fn enterprise(&self, ctx: &Context<'_>) -> Result<Option<EnterpriseNode>> {
        Ok(Scope::of(ctx)?.one(self.0.enterprise).await?.map(EnterpriseNode))
    }

    /// How it is known for the enterprise that was asked about.
    async fn of_this(&self) -> CommonSupplyEvidence {
        self.0.of_one.into()
    }

    /// How it is known for the other one.
    async fn of_other(&self) -> CommonSupplyEvidence {
        self.0.of_other.into()
    }
}

/// A competitor as clients see it.
#[derive(Debug)]
pub struct CompetitorNode {
    graph: Arc<Snapshot>,
    competitor: Competitor,
}

/// An enterprise that makes the same products (竞争企业).
#[Object(name = "Competitor")]
impl CompetitorNode {
    /// The enterprise; null if it is gone.
    async fn enterprise(&self, ctx: &Context<'_>) -> Result<Option<EnterpriseNode>> {
        Ok(Scope::of(ctx)?.one(self.competitor.enterprise).await?.map(EnterpriseNode))
    }

    /// How many products both make.
    async fn shared(&self) -> usize {
        self.competitor.shared
    }

    /// Shared products among all that one or both make, in basis points.
    async fn overlap_basis_points(&self) -> usize {
        self.competitor.overlap_basis_points
    }

    /// Shared products, at most 10.
    #[graphql(complexity = "1 + NAMED * child_complexity")]
    async fn products(&self) -> Vec<GraphNode> {
        let node = |&id| GraphNode::new(&self.graph, NodeRef::Product(id));
        self.competitor.products.iter().map(node).collect()
    }
}

/// A step along ownership as clients see it.
#[derive(Debug)]
pub struct OwnershipStepNode(OwnershipStep);

/// A step of the way from one enterprise to another along ownership (股权路径).
#[Object(name = "OwnershipStep")]
impl OwnershipStepNode {
    /// The enterprise the step leads to; null if it is gone. Its Party affiliation is a tree of its own:
    /// ask `partyOrganisations`.
    async fn enterprise(&self, ctx: &Context<'_>) -> Result<Option<EnterpriseNode>> {
        Ok(Scope::of(ctx)?.one(self.0.enterprise).await?.map(EnterpriseNode))
    }

    /// Whether it owns the one before; else it is owned by it.
    async fn is_owner(&self) -> bool {
        self.0.is_owner
    }
}

/// Ways along supply between two enterprises.
#[derive(Debug, SimpleObject)]
pub struct SupplyWayList {
    /// The ways, shortest first.
    ways: Vec<GraphPath>,
    /// Whether these are all; false if a limit ended the search.
    is_complete: bool,
}

/// How many enterprises stand so many steps away along observed supply (供应层级).
#[derive(Debug, SimpleObject)]
pub struct SupplyTier {
    /// Steps from the enterprise, from 1.
    step: usize,
    /// How many are reached in this step and not before; null where it is withheld.
    enterprises: Option<u64>,
    /// Whether the number is withheld because it would tell of too few enterprises.
    is_withheld: bool,
}

/// See `Enterprise.commonSuppliers`.
///
/// # Errors
///
/// [`ApiError`] for a bad id or page size, or if there is no graph.
pub async fn common_suppliers(
    scope: &Scope,
    one: EnterpriseId,
    other: &ID,
    first: Option<i32>,
) -> Result<Vec<CommonSupplierNode>, ApiError> {
    let (other, limit) = (ids::decode(other)?, size(first)?);
    let picture = scope.picture().await?;
    let graph = &picture.pinned.graph;
    let found = graph.common_suppliers((one, other), &picture.lens, limit);
    Ok(found.into_iter().map(CommonSupplierNode).collect())
}

/// See `Enterprise.competitors`.
///
/// # Errors
///
/// [`ApiError`] for a bad page size, or if there is no graph.
pub async fn competitors(
    scope: &Scope,
    of: EnterpriseId,
    first: Option<i32>,
) -> Result<Vec<CompetitorNode>, ApiError> {
    let limit = size(first)?;
    let picture = scope.picture().await?;
    let graph = &picture.pinned.graph;
    let node = |competitor| CompetitorNode { graph: Arc::clone(graph), competitor };
    Ok(graph.competitors(of, limit).into_iter().map(node).collect())
}

/// See `Enterprise.ownershipPath`.
///
/// # Errors
///
/// [`ApiError`] for a bad id, or if there is no graph.
pub async fn ownership_path(
    scope: &Scope,
    one: EnterpriseId,
    other: &ID,
) -> Result<Option<Vec<OwnershipStepNode>>, ApiError> {
    let other = ids::decode(other)?;
    let graph = &scope.picture().await?.pinned.graph;
    let found = graph.ownership_path(one, other);
    Ok(found.map(|steps| steps.into_iter().map(OwnershipStepNode).collect()))
}

/// What of the ways along supply is asked for.
#[derive(Debug)]
pub struct WaysAsked<'a> {
    /// Where they end.
    pub to: &'a ID,
    /// Which way each step leads.
    pub flow: Flow,
    /// Most steps.
    pub depth: Option<i32>,
    /// Most ways.
    pub first: Option<i32>,
}

/// See `Enterprise.supplyWays`.
///
/// # Errors
///
/// [`ApiError`] for a bad id, depth or page size, or if there is no graph.
pub async fn supply_ways(
    scope: &Scope,
    from: EnterpriseId,
    asked: WaysAsked<'_>,
) -> Result<Option<SupplyWayList>, ApiError> {
    let ask = WaysQuery {
        from,
        to: ids::decode(asked.to)?,
        flow: asked.flow,
        max_steps: steps(asked.depth)?,
        limit: size(asked.first)?,
    };
    let find = move |picture: crate::scope::Picture| {
        let graph = &picture.pinned.graph;
        let found = graph.supply_ways(&ask, &picture.lens)?;
        let start = NodeRef::Enterprise(ask.from);
        let path = |steps: Vec<lianmeng_graph::walk::Step>| GraphPath {
            from: GraphNode::new(graph, start),
            length: steps.len(),
            steps: steps.into_iter().map(|step| GraphStep::new(graph, step)).collect(),
        };
        let ways = found.ways.into_iter().map(path).collect();
        Some(SupplyWayList { ways, is_complete: found.is_complete })
    };
    aside(scope.picture().await?, find).await
}

/// See `Enterprise.supplyTiers`.
///
/// # Errors
///
/// [`ApiError`] for a bad depth, or if there is no graph.
pub async fn supply_tiers(
    scope: &Scope,
    of: EnterpriseId,
    flow: Flow,
    depth: Option<i32>,
) -> Result<Option<Vec<SupplyTier>>, ApiError> {
    let depth = steps(depth)?;
    let fewest = scope.desk.fewest;
    let count = move |picture: crate::scope::Picture| {
        let sees_all = match &*picture.lens {
            Lens::All => true,
            Lens::Of { supply, .. } if supply.contains(&of) => false,
            Lens::Of { .. } | Lens::Public | Lens::Nothing => return None,
        };
        let counts = picture.pinned.graph.tiers(of, flow, &Lens::All, depth)?;
        // The first tier is their own; a number beyond it is about those of the tier before.
        let mut is_open = true;
        let mut before = fewest.enterprises();
        let tier = |(step, count): (usize, u64)| {
            let is_own = sees_all || step == 1;
            is_open &= is_own || !(fewest.withholds(before) || fewest.withholds(count));
            before = count;
            SupplyTier { step, enterprises: is_open.then_some(count), is_withheld: !is_open }
        };
        Some((1..).zip(counts).map(tier).collect())
    };
    aside(scope.picture().await?, count).await
}
