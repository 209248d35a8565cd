//! Where a chain has gaps, and who could fill them: 补链, 强链, 延链.
//!
//! Rules only, no scores: what is missing, what hangs on one, what could be added is read off who
//! makes, uses and is placed. Observed supply matters in two places alone, how concentrated a node is
//! and whom to invite first, and only as far as the lens shows it; who does not see the supply of the
//! whole chain passes [`Snapshot::lens_on`].

mod candidates;

use std::collections::BTreeMap;

use lianmeng_domain::ids::{EnterpriseId, IndustrialChainId, ProductId};
use lianmeng_domain::region::RegionCode;
use lianmeng_domain::words;

pub use self::candidates::{Grow, Invite};
use crate::chain::sorted;
use crate::component::wide;
use crate::concentration::hhi;
use crate::details::Stand;
use crate::edge::{EdgeKind, Flow};
use crate::flat::Index;
use crate::lens::Lens;
use crate::node::NodeRef;
use crate::snapshot::Snapshot;

/// A node is concentrated above this index, in points: fewer than two makers of equal size, for the
/// index is 10 000 divided by how many equal ones there would be.
pub const CONCENTRATED_ABOVE: u32 = 5_000;
/// Pairs of a local maker and a buyer that must have been seen before an index is told.
pub const FEWEST_PAIRS: u64 = 10;

words! {
    /// What is looked at, one by one.
    pub enum GapLevel {
        /// Segments of the chain 环节.
        Segment = "segment",
        /// Products of its segments 产品.
        Product = "product",
    }
}

words! {
    /// What is wrong with a node of the chain, or what could be added to it.
    pub enum GapKind {
        /// On the chain, and nobody local makes it: to be filled 补链.
        Missing = "missing",
        /// One local maker, or one that supplies nearly everybody: to be strengthened 强链.
        Weak = "weak",
        /// Beside the chain, needed locally, and nobody local makes it: the chain may be extended 延链.
        Extendable = "extendable",
    }
}

/// A question for the gaps of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GapQuery {
    /// The chain.
    pub chain: IndustrialChainId,
    /// What to look at.
    pub level: GapLevel,
    /// What counts as local; every enterprise does if absent.
    pub region: Option<RegionCode>,
    /// Most gaps to list.
    pub limit: usize,
    /// Most candidates of each kind for each gap.
    pub candidates: usize,
}

/// A gap with what speaks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// What is wrong.
    pub kind: GapKind,
    /// The segment or product.
    pub node: NodeRef,
    /// How many local enterprises make it; those with a confirmed place on a segment count for it.
    pub makers: usize,
    /// The one who does, where there is exactly one.
    pub only_maker: Option<EnterpriseId>,
    /// Of those who make it, how many are at an unknown place: ask them before inviting others.
    pub unlocated: usize,
    /// How many local enterprises need it and do not make it.
    pub demand: usize,
    /// Herfindahl-Hirschman index of the buyers seen at each local maker, in points; `None` where fewer
    /// than [`FEWEST_PAIRS`] pairs were seen.
    pub concentration: Option<u32>,
    /// For what could be added: the local product of the chain that lies next to it.
    pub adjoins: Option<ProductId>,
    /// Local enterprises that make something close to it, closest first.
    pub grow: Vec<Grow>,
    /// Enterprises outside that make it.
    pub invite: Vec<Invite>,
}

/// The gaps of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gaps {
    /// Missing ones first, then weak, then extendable; those most needed first, then along the chain,
    /// then by id. At most as many as were asked for.
    pub gaps: Vec<Gap>,
    /// How many are missing, weak and extendable in all.
    pub totals: [usize; 3],
    /// How many segments or products of the chain were looked at.
    pub looked_at: usize,
    /// Enterprises on the chain whose place is not known well enough to call them local or not.
    pub unlocated: usize,
}

/// A node that is looked at.
#[derive(Debug)]
struct Spot {
    node: Index,
    /// Position of its segment.
    position: i32,
    /// What counts as making it.
    products: Vec<Index>,
    /// Everybody who makes it or is placed there.
    members: Vec<Index>,
    adjoins: Option<Index>,
}

/// A gap before its candidates are looked for.
#[derive(Debug)]
struct Found {
    gap: Gap,
    spot: Spot,
}

impl Snapshot {
    /// Gaps of a chain, each with candidates; `None` for an unknown chain.
    ///
    /// The three kinds are those of the policy of mending, strengthening and extending chains; the
    /// index is Hirschman's (1945) and Herfindahl's (1950). Time `O(s + l)` for the members of what is
    /// looked at and the links of what lies beside it, and two steps of products around each gap that
    /// is listed.
    pub fn gaps(&self, ask: &GapQuery, lens: &Lens) -> Option<Gaps> {
        let segments = self.segments_of(ask.chain)?;
        let spots = self.spots(&segments, ask.level);
        let looked_at = spots.len();
        let own = sorted(segments.iter().flat_map(|&s| self.products_of(s)).copied().collect());
        let beside = self.beside_chain(&segments, &own, ask);
        let mut found: Vec<Found> = spots
            .into_iter()
            .filter_map(|spot| self.judge(spot, ask, lens))
            .chain(beside.into_iter().filter_map(|spot| self.judge_beside(spot, ask)))
            .collect();
        found.sort_by_key(|one| {
            let demand = std::cmp::Reverse(one.gap.demand);
            (one.gap.kind, demand, one.spot.position, one.spot.node)
        });
        let total = |kind| found.iter().filter(|one| one.gap.kind == kind).count();
        let totals = [GapKind::Missing, GapKind::Weak, GapKind::Extendable].map(total);
        found.truncate(ask.limit);
        let gaps = found.into_iter().map(|one| self.with_candidates(one, ask, lens)).collect();
        let members = self.members_of_chain(ask.chain).unwrap_or_default();
        let is_lost = |&&firm: &&Index| self.details.stand(firm, ask.region) == Stand::Unknown;
        Some(Gaps { gaps, totals, looked_at, unlocated: members.iter().filter(is_lost).count() })
    }

    /// The nodes of the chain itself.
    fn spots(&self, segments: &[Index], level: GapLevel) -> Vec<Spot> {
        match level {
            GapLevel::Segment => {
                segments.iter().map(|&segment| self.segment_spot(segment)).collect()
            }
            GapLevel::Product => {
                let mut first: BTreeMap<Index, i32> = BTreeMap::new();
                for &segment in segments {
                    for &product in self.products_of(segment) {
                        first.entry(product).or_insert(self.details.position(segment));
                    }
                }
                let spot = |(product, position)| Spot { position, ..self.product_spot(product) };
                first.into_iter().map(spot).collect()
            }
        }
    }

    fn segment_spot(&self, segment: Index) -> Spot {
        Spot {
            node: segment,
            position: self.details.position(segment),
            products: self.products_of(segment).to_vec(),
            members: self.members_of(segment),
            adjoins: None,
        }
    }

    fn product_spot(&self, product: Index) -> Spot {
        let (position, members) = (i32::MAX, self.makers(product));
        Spot { node: product, position, products: vec![product], members, adjoins: None }
    }

    /// Nodes next to what the chain makes locally that are no part of it, by index.
    fn beside_chain(&self, segments: &[Index], own: &[Index], ask: &GapQuery) -> Vec<Spot> {
        let mut beside: BTreeMap<Index, Index> = BTreeMap::new();
        for &product in own {
            if !self.makers(product).iter().any(|&firm| self.is_here(firm, ask.region)) {
                continue;
            }
            for flow in [Flow::Upstream, Flow::Downstream] {
                for &next in self.materials(product, flow) {
                    if own.binary_search(&next).is_err() {
                        beside.entry(next).or_insert(product);
                    }
                }
            }
        }
        match ask.level {
            GapLevel::Product => beside
                .into_iter()
                .map(|(next, from)| Spot { adjoins: Some(from), ..self.product_spot(next) })
                .collect(),
            GapLevel::Segment => {
                let mut others: BTreeMap<Index, Index> = BTreeMap::new();
                for (next, from) in beside {
                    for &segment in self.outgoing.of(next, EdgeKind::BelongsTo) {
                        if !segments.contains(&segment) {
                            others.entry(segment).or_insert(from);
                        }
                    }
                }
                let spot =
                    |(segment, from)| Spot { adjoins: Some(from), ..self.segment_spot(segment) };
                others.into_iter().map(spot).collect()
            }
        }
    }

    /// What is wrong with a node of the chain, if anything.
    fn judge(&self, spot: Spot, ask: &GapQuery, lens: &Lens) -> Option<Found> {
        let local = self.local(&spot.members, ask.region);
        let concentration = self.concentration_of(&spot, &local, lens);
        let kind = match local.as_slice() {
            [] => GapKind::Missing,
            [_] => GapKind::Weak,
            [_, _, ..] if concentration.is_some_and(|index| index > CONCENTRATED_ABOVE) => {
                GapKind::Weak
            }
            [_, _, ..] => return None,
        };
        let found = self.found(kind, spot, &local, ask);
        Some(Found { gap: Gap { concentration, ..found.gap }, ..found })
    }

    /// Whether a node beside the chain could be added to it.
    fn judge_beside(&self, spot: Spot, ask: &GapQuery) -> Option<Found> {
        if !self.local(&spot.members, ask.region).is_empty() {
            return None;
        }
        let found = self.found(GapKind::Extendable, spot, &[], ask);
        (found.gap.demand > 0).then_some(found)
    }

    fn found(&self, kind: GapKind, spot: Spot, local: &[Index], ask: &GapQuery) -> Found {
        let needers = spot.products.iter().flat_map(|&product| self.needers(product, ask.region));
        let is_other = |firm: &Index| spot.members.binary_search(firm).is_err();
        let demand = sorted(needers.filter(is_other).collect()).len();
        let is_lost = |&&firm: &&Index| self.details.stand(firm, ask.region) == Stand::Unknown;
        let gap = Gap {
            kind,
            node: self.node(spot.node),
            makers: local.len(),
            only_maker: if let [one] = local { Some(self.enterprise(*one)) } else { None },
            unlocated: spot.members.iter().filter(is_lost).count(),
            demand,
            concentration: None,
            adjoins: spot.adjoins.map(|product| self.product(product)),
            grow: Vec::new(),
            invite: Vec::new(),
        };
        Found { gap, spot }
    }

    fn local(&self, members: &[Index], region: Option<RegionCode>) -> Vec<Index> {
        members.iter().copied().filter(|&firm| self.is_here(firm, region)).collect()
    }

    /// How much of what was seen to be bought comes from a few of the local makers.
    fn concentration_of(&self, spot: &Spot, local: &[Index], lens: &Lens) -> Option<u32> {
        let buyers = |&firm: &Index| wide(self.buyers_seen(firm, &spot.products, lens).len());
        let amounts: Vec<u64> = local.iter().map(buyers).collect();
        if amounts.iter().sum::<u64>() < FEWEST_PAIRS {
            return None;
        }
        hhi(&amounts)
    }

    /// Who was seen to buy one of `products` of an enterprise, or something unnamed, by id.
    fn buyers_seen(&self, firm: Index, products: &[Index], lens: &Lens) -> Vec<Index> {
        let seen = self.observations(firm, Flow::Downstream, lens);
        let is_of = |what: Option<Index>| what.is_none_or(|product| products.contains(&product));
        sorted(seen.iter().filter(|one| is_of(one.what())).map(|one| one.buyer).collect())
    }
}

#[cfg(test)]
mod tests;
