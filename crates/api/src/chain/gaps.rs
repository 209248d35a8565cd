//! Gaps of a chain in GraphQL: what is missing, what hangs on one, what could be added.

use std::sync::Arc;

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use lianmeng_domain::ids::EnterpriseId;
use lianmeng_graph::gaps::{Gap, GapKind, GapLevel, Gaps, Grow, Invite};
use lianmeng_graph::{NodeRef, Snapshot};

use crate::enterprise::EnterpriseNode;
use crate::graph::GraphNode;
use crate::scope::Scope;

/// Most candidates of each kind for one gap.
pub(super) const CANDIDATES: usize = 5;

/// What gaps are looked for among.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ChainGapLevel", remote = "GapLevel")]
pub enum GapLevelWord {
    /// Segments of the chain (环节).
    Segment,
    /// Products of its segments (产品); only what enterprises are on record to make counts.
    Product,
}

/// What is wrong with a part of a chain, or what could be added to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ChainGapKind", remote = "GapKind")]
pub enum GapKindWord {
    /// On the chain, and nobody local makes it: to be filled (补链).
    Missing,
    /// One local maker, or one that supplies nearly everybody: to be strengthened (强链).
    Weak,
    /// Beside the chain, needed locally, and nobody local makes it: the chain may be extended (延链).
    Extendable,
}

/// The gaps of a chain (补链、强链、延链).
#[derive(Debug, SimpleObject)]
pub struct ChainGaps {
    /// Missing ones first, then weak, then extendable; those most needed first, then along the chain.
    gaps: Vec<ChainGap>,
    /// How many are missing in all.
    missing: usize,
    /// How many are weak in all.
    weak: usize,
    /// How many could be added in all.
    extendable: usize,
    /// How many segments or products of the chain were looked at.
    looked_at: usize,
    /// Enterprises on the chain whose place is not known well enough to call them local or not.
    unlocated: usize,
    /// Whether supply that was seen entered: only for those who see the supply of the whole chain.
    is_supply_counted: bool,
}

impl ChainGaps {
    pub(super) fn new(graph: &Arc<Snapshot>, found: Gaps, is_supply_counted: bool) -> Self {
        let [missing, weak, extendable] = found.totals;
        let here = |gap| ChainGap { graph: Arc::clone(graph), gap };
        Self {
            gaps: found.gaps.into_iter().map(here).collect(),
            missing,
            weak,
            extendable,
            looked_at: found.looked_at,
            unlocated: found.unlocated,
            is_supply_counted,
        }
    }
}

/// A gap as clients see it.
#[derive(Debug)]
pub struct ChainGap {
    graph: Arc<Snapshot>,
    gap: Gap,
}

/// A segment or product where a chain has a gap, with what speaks for it.
#[Object]
impl ChainGap {
    /// What is wrong.
    async fn kind(&self) -> GapKindWord {
        self.gap.kind.into()
    }

    /// The segment or product.
    async fn node(&self) -> GraphNode {
        GraphNode::new(&self.graph, self.gap.node)
    }

    /// How many local enterprises make it, or have a confirmed place there.
    async fn makers(&self) -> usize {
        self.gap.makers
    }

    /// The one who does, where there is exactly one; else null.
    async fn only_maker(&self, ctx: &Context<'_>) -> Result<Option<EnterpriseNode>> {
        let Some(maker) = self.gap.only_maker else { return Ok(None) };
        firm(ctx, maker).await
    }

    /// How many of those who make it are at an unknown place: ask them before inviting others.
    async fn unlocated(&self) -> usize {
        self.gap.unlocated
    }

    /// How many local enterprises need it and do not make it.
    async fn demand(&self) -> usize {
        self.gap.demand
    }

    /// Herfindahl-Hirschman index of the buyers seen at each local maker, in points up to 10 000; null
    /// where fewer than 10 pairs of maker and buyer were seen, or where you do not see them.
    async fn concentration(&self) -> Option<u32> {
        self.gap.concentration
    }

    /// For what could be added: the local product of the chain that lies next to it; else null.
    async fn adjoins(&self) -> Option<GraphNode> {
        self.gap.adjoins.map(|id| GraphNode::new(&self.graph, NodeRef::Product(id)))
    }

    /// Local enterprises that make something close to it, closest first, at most 5.
    #[graphql(complexity = "1 + CANDIDATES * child_complexity")]
    async fn grow(&self) -> Vec<GapGrower> {
        let here = |&grow| GapGrower { graph: Arc::clone(&self.graph), grow };
        self.gap.grow.iter().map(here).collect()
    }

    /// Enterprises from elsewhere that make it, at most 5: those who already supply most local ones
    /// first, then the nearest.
    #[graphql(complexity = "1 + CANDIDATES * child_complexity")]
    async fn invite(&self) -> Vec<GapInvitee> {
        self.gap.invite.iter().copied().map(GapInvitee).collect()
    }
}

/// A candidate as clients see it.
#[derive(Debug)]
pub struct GapGrower {
    graph: Arc<Snapshot>,
    grow: Grow,
}

/// A local enterprise that could learn to fill a gap.
#[Object]
impl GapGrower {
    /// The enterprise; null if it is gone.
    async fn enterprise(&self, ctx: &Context<'_>) -> Result<Option<EnterpriseNode>> {
        firm(ctx, self.grow.enterprise).await
    }

    /// Links between products from what it makes to what is missing, 1 or 2.
    async fn steps(&self) -> u32 {
        self.grow.steps
    }

    /// How many of its products are so close.
    async fn products(&self) -> usize {
        self.grow.products
    }

    /// One of them.
    async fn makes(&self) -> GraphNode {
        GraphNode::new(&self.graph, NodeRef::Product(self.grow.makes))
    }
}

/// A candidate as clients see it.
#[derive(Debug)]
pub struct GapInvitee(Invite);

/// An enterprise from elsewhere that makes what is missing.
#[Object]
impl GapInvitee {
    /// The enterprise; null if it is gone.
    async fn enterprise(&self, ctx: &Context<'_>) -> Result<Option<EnterpriseNode>> {
        firm(ctx, self.0.enterprise).await
    }

    /// Smallest division known to hold it; null if nobody says, so that it may be local after all.
    async fn region_code(&self) -> Option<String> {
        self.0.region.map(|code| code.to_string())
    }

    /// How many local enterprises are seen to buy it there already; 0 where you do not see that.
    async fn buyers_here(&self) -> usize {
        self.0.buyers_here
    }
}

/// An enterprise by its id; `None` if it is gone.
pub(super) async fn firm(ctx: &Context<'_>, id: EnterpriseId) -> Result<Option<EnterpriseNode>> {
    Ok(Scope::of(ctx)?.one(id).await?.map(EnterpriseNode))
}
