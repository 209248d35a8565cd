//! Who leads a chain and how much it buys nearby, in GraphQL.

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use lianmeng_domain::ids::ChainSegmentId;
use lianmeng_graph::lead::{LeadFirm, LeadPart, LeadScore};
use lianmeng_graph::local_supply::{LocalFigures, LocalSupply};

use super::SegmentNode;
use super::gaps::firm;
use crate::enterprise::EnterpriseNode;
use crate::scalars::Day;
use crate::scope::Scope;

/// A part of the index of lead firms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "LeadFirmPart", remote = "LeadPart")]
pub enum LeadPartWord {
    /// Enterprises of the chain it supplies or buys from (上下游联系).
    Links,
    /// Segments of the chain it stands on (跨越环节).
    Breadth,
    /// Enterprises that would lose a supplier with it (带动依赖).
    Dependence,
    /// Other enterprises of the chain that it owns, directly or not (控股企业).
    Group,
    /// Alliances it leads and seats it holds under the committees of the chain (牵头组织).
    Organising,
}

/// A part of the index of one enterprise.
#[derive(Debug, SimpleObject)]
pub struct LeadFirmScore {
    /// Which part.
    part: LeadPartWord,
    /// What was counted.
    value: u64,
    /// The most any candidate has.
    best: u64,
    /// Weight × value ÷ best, rounded down.
    points: u64,
    /// How much the part weighs, in basis points.
    weight_basis_points: u64,
}

impl From<&LeadScore> for LeadFirmScore {
    fn from(score: &LeadScore) -> Self {
        Self {
            part: score.part.into(),
            value: score.value,
            best: score.best,
            points: score.points,
            weight_basis_points: score.part.weight_basis_points(),
        }
    }
}

/// An enterprise with its index, as clients see it.
#[derive(Debug)]
pub struct LeadFirmNode(pub(super) LeadFirm);

/// An enterprise of a chain with its index as a lead firm (链主指数).
#[Object(name = "LeadFirmRank")]
impl LeadFirmNode {
    /// The enterprise; null if it is gone.
    async fn enterprise(&self, ctx: &Context<'_>) -> Result<Option<EnterpriseNode>> {
        firm(ctx, self.0.enterprise).await
    }

    /// The sum of the points of its parts, up to 10 000.
    async fn points(&self) -> u64 {
        self.0.points
    }

    /// The five parts.
    async fn parts(&self) -> Vec<LeadFirmScore> {
        self.0.parts.iter().map(Into::into).collect()
    }
}

/// Figures of local supply, of a chain or a segment.
#[derive(Debug, SimpleObject)]
pub struct LocalSupplyFigures {
    /// Local enterprises there.
    enterprises: usize,
    /// Products that they need and do not all make themselves, by what is on record today.
    needs: usize,
    /// Those of them that somebody local makes.
    needs_made_here: usize,
    /// Needs that somebody local could meet, in basis points; null without needs.
    need_rate_basis_points: Option<usize>,
    /// Local enterprises that were seen to buy; null, as all that was seen, unless you see the supply of
    /// the whole chain.
    buyers: Option<usize>,
    /// Pairs of supplier and buyer seen whose supplier is local.
    local_pairs: Option<usize>,
    /// Pairs seen whose supplier is elsewhere.
    outside_pairs: Option<usize>,
    /// Pairs seen of whose supplier nobody knows well enough where it is; in no rate.
    unlocated_pairs: Option<usize>,
    /// Pairs of all three kinds without a first day on record: they count in every year.
    undated_pairs: Option<usize>,
    /// Local supply rate (本地配套率): pairs with a local supplier among those whose supplier's place is
    /// known, in basis points; null without such pairs too.
    supply_rate_basis_points: Option<usize>,
}

impl LocalSupplyFigures {
    fn new(of: &LocalFigures, is_supply_counted: bool) -> Self {
        let seen = |count: usize| is_supply_counted.then_some(count);
        Self {
            enterprises: of.enterprises,
            needs: of.needs,
            needs_made_here: of.needs_made_here,
            need_rate_basis_points: of.need_rate_basis_points(),
            buyers: seen(of.buyers),
            local_pairs: seen(of.local_pairs),
            outside_pairs: seen(of.outside_pairs),
            unlocated_pairs: seen(of.unlocated_pairs),
            undated_pairs: seen(of.undated_pairs),
            supply_rate_basis_points: of.supply_rate_basis_points().filter(|_| is_supply_counted),
        }
    }
}

/// Local supply of a chain, as clients see it.
#[derive(Debug)]
pub struct LocalSupplyNode {
    pub(super) found: LocalSupply,
    pub(super) is_supply_counted: bool,
}

/// How much of what a chain buys comes from nearby (本地配套).
#[Object(name = "LocalSupply")]
impl LocalSupplyNode {
    /// The day whose statements of supply were counted.
    async fn as_of(&self) -> Day {
        Day(self.found.day)
    }

    /// The chain as a whole.
    async fn whole(&self) -> LocalSupplyFigures {
        LocalSupplyFigures::new(&self.found.whole, self.is_supply_counted)
    }

    /// Each segment, by those who buy there, along the chain, at most 100.
    #[graphql(complexity = "1 + 20 * child_complexity")]
    async fn segments(&self) -> Vec<SegmentLocalSupply> {
        let segments = self.found.segments.iter().take(100);
        let here = |&(segment, figures)| SegmentLocalSupply {
            segment,
            figures,
            is_supply_counted: self.is_supply_counted,
        };
        segments.map(here).collect()
    }
}

/// Local supply of a segment, as clients see it.
#[derive(Debug)]
pub struct SegmentLocalSupply {
    segment: ChainSegmentId,
    figures: LocalFigures,
    is_supply_counted: bool,
}

/// Local supply of those who stand on a segment.
#[Object]
impl SegmentLocalSupply {
    /// The segment; null if it is gone.
    async fn segment(&self, ctx: &Context<'_>) -> Result<Option<SegmentNode>> {
        Ok(Scope::of(ctx)?.one(self.segment).await?.map(SegmentNode))
    }

    /// Its figures.
    async fn figures(&self) -> LocalSupplyFigures {
        LocalSupplyFigures::new(&self.figures, self.is_supply_counted)
    }
}
