//! Single points of a chain and what a loss means, in GraphQL.

use std::sync::Arc;

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use lianmeng_domain::ids::ProductId;
use lianmeng_graph::risk::{Affected, Fate, Removal, SinglePoint, SinglePoints, Stake, Substitute};
use lianmeng_graph::{NodeRef, Snapshot};

use super::gaps::firm;
use crate::enterprise::EnterpriseNode;
use crate::graph::GraphNode;

/// Most substitutes for one consequence.
pub(super) const SUBSTITUTES: usize = 5;
/// Products named for one single point.
const NAMED: usize = 10;

/// What the loss of a supplier means to an enterprise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "SupplyFate", remote = "Fate")]
pub enum FateWord {
    /// Nobody else could supply it (断供).
    CutOff,
    /// Somebody else could (需更换供应商).
    MustSwitch,
}

/// What is at stake for those who are cut off, in shares of their own sales or purchases; the data hold
/// no amounts of money.
#[derive(Debug, SimpleObject)]
pub struct SupplyStake {
    /// Sum over the enterprises whose shares are known, in basis points, at most 10 000 each.
    known_basis_points: u64,
    /// How many enterprises those are.
    known: usize,
    /// How many have no share on record.
    unknown: usize,
}

impl From<Stake> for SupplyStake {
    fn from(stake: Stake) -> Self {
        let Stake { known_basis_points, known, unknown } = stake;
        Self { known_basis_points, known, unknown }
    }
}

/// Enterprises of a chain whose loss would cut others off (断点、卡点).
#[derive(Debug, SimpleObject)]
pub struct ChainSinglePoints {
    /// Where most is at stake first, an enterprise without a share on record counting whole.
    points: Vec<ChainSinglePoint>,
    /// How many there are in all.
    total: usize,
    /// How many enterprises are the only supplier seen of somebody and yet no risk, because others could
    /// step in.
    replaceable: usize,
    /// How many enterprises were looked at.
    looked_at: usize,
}

impl ChainSinglePoints {
    pub(super) fn new(graph: &Arc<Snapshot>, found: SinglePoints) -> Self {
        let here = |point| ChainSinglePoint { graph: Arc::clone(graph), point };
        Self {
            points: found.points.into_iter().map(here).collect(),
            total: found.total,
            replaceable: found.replaceable,
            looked_at: found.looked_at,
        }
    }
}

/// A single point as clients see it.
#[derive(Debug)]
pub struct ChainSinglePoint {
    graph: Arc<Snapshot>,
    point: SinglePoint,
}

/// An enterprise whose loss would cut others off.
#[Object]
impl ChainSinglePoint {
    /// The enterprise; null if it is gone.
    async fn enterprise(&self, ctx: &Context<'_>) -> Result<Option<EnterpriseNode>> {
        firm(ctx, self.point.enterprise).await
    }

    /// What nobody else could supply to them, at most 10; empty where nobody named it.
    #[graphql(complexity = "1 + NAMED * child_complexity")]
    async fn products(&self) -> Vec<GraphNode> {
        self.point.products.iter().map(|&id| product(&self.graph, id)).collect()
    }

    /// How many enterprises it would cut off at once.
    async fn cut_off(&self) -> usize {
        self.point.cut_off
    }

    /// How many of them were seen to buy of it; the need of the others follows from what they make and
    /// use.
    async fn cut_off_observed(&self) -> usize {
        self.point.cut_off_observed
    }

    /// How many others would have to switch to a substitute.
    async fn must_switch(&self) -> usize {
        self.point.must_switch
    }

    /// What is at stake for those cut off.
    async fn stake(&self) -> SupplyStake {
        self.point.stake.into()
    }
}

/// What the loss of an enterprise means to others (断供推演).
#[derive(Debug, SimpleObject)]
pub struct ChainRemoval {
    /// Who is cut off first, then who must switch; by step.
    affected: Vec<RemovalEffect>,
    /// How many consequences there are in all.
    total: usize,
    /// How many enterprises are cut off from something.
    cut_off: usize,
    /// How many others must switch.
    must_switch: usize,
    /// How many lose a supplier, keep another of the same, and are not among the others.
    still_supplied: usize,
    /// What is at stake for those cut off.
    stake: SupplyStake,
}

impl ChainRemoval {
    pub(super) fn new(graph: &Arc<Snapshot>, found: Removal) -> Self {
        let here = |affected| RemovalEffect { graph: Arc::clone(graph), affected };
        Self {
            affected: found.affected.into_iter().map(here).collect(),
            total: found.total,
            cut_off: found.cut_off,
            must_switch: found.must_switch,
            still_supplied: found.still_supplied,
            stake: found.stake.into(),
        }
    }
}

/// A consequence as clients see it.
#[derive(Debug)]
pub struct RemovalEffect {
    graph: Arc<Snapshot>,
    affected: Affected,
}

/// An enterprise and what it no longer gets.
#[Object]
impl RemovalEffect {
    /// The enterprise; null if it is gone.
    async fn enterprise(&self, ctx: &Context<'_>) -> Result<Option<EnterpriseNode>> {
        firm(ctx, self.affected.enterprise).await
    }

    /// What it no longer gets; null where it was seen to buy something nobody named.
    async fn product(&self) -> Option<GraphNode> {
        self.affected.product.map(|id| product(&self.graph, id))
    }

    /// What that means.
    async fn fate(&self) -> FateWord {
        self.affected.fate.into()
    }

    /// In which step: 1 for those who lose a supply of the one that is gone.
    async fn step(&self) -> u32 {
        self.affected.step
    }

    /// Whether it was seen to buy it; else its need follows from what it makes and uses.
    async fn is_observed(&self) -> bool {
        self.affected.is_observed
    }

    /// Share of the product in its purchases, in basis points; null when unknown.
    async fn purchase_share_basis_points(&self) -> Option<u64> {
        self.affected.purchase_share_basis_points
    }

    /// Share in its sales of what it makes of the product, in basis points; null when unknown.
    async fn revenue_share_basis_points(&self) -> Option<u64> {
        self.affected.revenue_share_basis_points
    }

    /// Who could supply instead, at most 5: those who supply it already, then the nearest, then those
    /// for whom it is the largest share of sales.
    #[graphql(complexity = "1 + SUBSTITUTES * child_complexity")]
    async fn substitutes(&self) -> Vec<SupplySubstitute> {
        self.affected.substitutes.iter().copied().map(SupplySubstitute).collect()
    }

    /// How many could in all.
    async fn substitutes_total(&self) -> usize {
        self.affected.substitutes_total
    }

    /// How many more there are outside of the region, or where nobody knows.
    async fn substitutes_elsewhere(&self) -> usize {
        self.affected.substitutes_elsewhere
    }
}

/// A substitute as clients see it.
#[derive(Debug)]
pub struct SupplySubstitute(Substitute);

/// Who could supply instead.
#[Object]
impl SupplySubstitute {
    /// The enterprise; null if it is gone.
    async fn enterprise(&self, ctx: &Context<'_>) -> Result<Option<EnterpriseNode>> {
        firm(ctx, self.0.enterprise).await
    }

    /// Smallest division known to hold it; null when unknown.
    async fn region_code(&self) -> Option<String> {
        self.0.region.map(|code| code.to_string())
    }

    /// Whether it was seen to supply something to the same buyer.
    async fn supplies_already(&self) -> bool {
        self.0.supplies_already
    }

    /// Share of the product in its own sales, in basis points; null when unknown.
    async fn share_basis_points(&self) -> Option<u64> {
        self.0.share_basis_points
    }
}

fn product(graph: &Arc<Snapshot>, id: ProductId) -> GraphNode {
    GraphNode::new(graph, NodeRef::Product(id))
}
