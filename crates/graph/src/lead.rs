//! Who leads a chain: an index that shows its parts.
//!
//! An index of one's own, not taken from a list: how many a firm works with, how much of the chain it
//! spans, who would feel its loss, whom it owns there and what it organises. Each part is compared with the
//! best on the chain. Which firms the registry marks as lead firms plays no role.

use lianmeng_domain::ids::{EnterpriseId, IndustrialChainId};
use lianmeng_domain::region::RegionCode;
use lianmeng_domain::words;

use crate::chain::sorted;
use crate::component::wide;
use crate::edge::{EdgeKind, Flow};
use crate::flat::Index;
use crate::lens::Lens;
use crate::node::NodeRef;
use crate::search::{Expansion, IndexSet};
use crate::snapshot::Snapshot;

words! {
    /// A part of the index.
    pub enum LeadPart {
        /// Enterprises of the chain it supplies or buys from 上下游联系.
        Links = "links",
        /// Segments of the chain it stands on 跨越环节.
        Breadth = "breadth",
        /// Enterprises that would lose a supplier with it: cut off, or made to switch 带动依赖.
        Dependence = "dependence",
        /// Other enterprises of the chain that it owns, directly or not 控股企业.
        Group = "group",
        /// Alliances it leads and seats it holds under the committees of the chain 牵头组织.
        Organising = "organising",
    }
}

impl LeadPart {
    /// How much the part weighs, in basis points; together 10 000.
    pub const fn weight_basis_points(self) -> u64 {
        match self {
            Self::Links => 3_500,
            Self::Dependence => 2_500,
            Self::Breadth | Self::Organising => 1_500,
            Self::Group => 1_000,
        }
    }
}

/// A question for those who lead a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeadQuery {
    /// The chain.
    pub chain: IndustrialChainId,
    /// Where candidates must be; anywhere if absent.
    pub region: Option<RegionCode>,
    /// Most to list.
    pub limit: usize,
}

/// A part of the index of one enterprise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeadScore {
    /// Which part.
    pub part: LeadPart,
    /// What was counted.
    pub value: u64,
    /// The most any candidate has.
    pub best: u64,
    /// Weight × value ÷ best, rounded down; 0 where nobody has any.
    pub points: u64,
}

/// An enterprise with its index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeadFirm {
    /// Who.
    pub enterprise: EnterpriseId,
    /// The sum of the points of the parts, 0 to 10 000.
    pub points: u64,
    /// The parts in the order of [`LeadPart`].
    pub parts: Vec<LeadScore>,
}

impl Snapshot {
    /// Enterprises of a chain by their index, highest first, then by id; `None` for an unknown chain.
    ///
    /// Links and dependence count observed supply as far as `lens` shows it, and what follows from
    /// products. Time `O(l)` for the links of all members, as for [`Snapshot::single_points`].
    pub fn lead_firms(&self, ask: &LeadQuery, lens: &Lens) -> Option<Vec<LeadFirm>> {
        let segments = self.segments_of(ask.chain)?;
        let members = self.members_of_chain(ask.chain)?;
        let chain = self.index(NodeRef::Chain(ask.chain))?;
        let stands: Vec<Vec<Index>> = segments.iter().map(|&s| self.members_of(s)).collect();
        let losses = self.losses(ask.region, lens);
        let candidates = members.iter().copied().filter(|&firm| self.is_here(firm, ask.region));
        let values: Vec<(Index, [u64; 5])> = candidates
            .map(|firm| {
                let is_on = |members: &&Vec<Index>| members.binary_search(&firm).is_ok();
                let value = |part| match part {
                    LeadPart::Links => self.links_within(firm, &members, lens),
                    LeadPart::Breadth => stands.iter().filter(is_on).count(),
                    LeadPart::Dependence => losses.felt_by(firm),
                    LeadPart::Group => self.owned_within(firm, &members),
                    LeadPart::Organising => self.organised(firm, chain),
                };
                let parts = [
                    LeadPart::Links,
                    LeadPart::Breadth,
                    LeadPart::Dependence,
                    LeadPart::Group,
                    LeadPart::Organising,
                ];
                (firm, parts.map(value).map(wide))
            })
            .collect();
        let best = |part: usize| values.iter().map(|(_, of)| of[part]).max().unwrap_or_default();
        let best = [0, 1, 2, 3, 4].map(best);
        let score = |(firm, of): (Index, [u64; 5])| {
            let rows = LeadPart::ALL.iter().zip(of).zip(best);
            let parts: Vec<LeadScore> = rows
                .map(|((&part, value), best)| {
                    let points = (part.weight_basis_points() * value).checked_div(best);
                    LeadScore { part, value, best, points: points.unwrap_or_default() }
                })
                .collect();
            let points = parts.iter().map(|part| part.points).sum();
            LeadFirm { enterprise: self.enterprise(firm), points, parts }
        };
        let mut found: Vec<LeadFirm> = values.into_iter().map(score).collect();
        found.sort_by_key(|one| (std::cmp::Reverse(one.points), one.enterprise));
        found.truncate(ask.limit);
        Some(found)
    }

    /// How many of `members` an enterprise supplies or buys from.
    fn links_within(&self, firm: Index, members: &[Index], lens: &Lens) -> usize {
        let mut found = IndexSet::default();
        for flow in [Flow::Upstream, Flow::Downstream] {
            let mut expansion = Expansion::once(lens);
            self.supply_steps(firm, flow, &mut expansion, &mut |other, _| {
                if other != firm && members.binary_search(&other).is_ok() {
                    found.insert(other);
                }
                true
            });
        }
        found.len()
    }

    /// How many of `members` an enterprise owns, directly or not.
    fn owned_within(&self, firm: Index, members: &[Index]) -> usize {
        let group = self.group(self.enterprise(firm)).into_iter();
        let owned = group.filter_map(|id| self.index(NodeRef::Enterprise(id)));
        owned.filter(|one| *one != firm && members.binary_search(one).is_ok()).count()
    }

    /// Alliances an enterprise leads and committees it sits on, of the committees of a chain.
    fn organised(&self, firm: Index, chain: Index) -> usize {
        let committees = self.incoming.of(chain, EdgeKind::Organises);
        let is_of = |committee: &&Index| committees.binary_search(committee).is_ok();
        let led = self.outgoing.of(firm, EdgeKind::Leads).iter();
        let led = led.filter(|&&alliance| {
            self.outgoing.of(alliance, EdgeKind::HangsUnder).iter().any(|one| is_of(&one))
        });
        let seats = sorted(self.outgoing.of(firm, EdgeKind::SitsOn).to_vec());
        led.count() + seats.iter().filter(is_of).count()
    }
}

#[cfg(test)]
mod tests {
    use lianmeng_domain::graph::GraphInput;
    use lianmeng_domain::product::ProductRole;
    use proptest::prelude::*;

    use super::*;
    use crate::worlds::{self, named, row, supply};

    /// Firm 1 makes cloth (2) of yarn (1) and bedding (3) of cloth; firms 2 to 4 make yarn, firms 5 to 7
    /// bedding; firm 1 owns firm 2 and leads the alliance; firm 5 sits on the committee.
    fn town() -> GraphInput {
        use ProductRole::Makes;
        let makes = [(1, 2), (1, 3), (2, 1), (3, 1), (4, 1), (5, 3), (6, 3), (7, 3)];
        let base = worlds::home_textile();
        let seat = lianmeng_domain::committee::Seat {
            holder: lianmeng_domain::committee::Member::Enterprise(5.into()),
            ..base.seats[0].clone()
        };
        GraphInput {
            enterprises: named("firm", 7),
            chains: named("chain", 1),
            segments: named("segment", 3),
            committees: named("committee", 1),
            alliances: named("alliance", 1),
            segment_chains: (1..=3_u128).map(|n| (n.into(), 1.into())).collect(),
            segment_products: (1..=3_u128).map(|n| (n.into(), n.into())).collect(),
            enterprise_products: makes.iter().map(|&(firm, of)| row(firm, of, Makes)).collect(),
            supply_edges: (5..=7).map(|buyer| supply(buyer, 1, buyer)).collect(),
            parents: vec![(2.into(), 1.into())],
            committee_chains: vec![(1.into(), 1.into())],
            alliance_committees: vec![(1.into(), 1.into())],
            alliance_leads: vec![(1.into(), 1.into())],
            seats: vec![seat],
            ..worlds::products(3, &[(1, 2), (2, 3)])
        }
    }

    fn ask() -> LeadQuery {
        LeadQuery { chain: 1.into(), region: None, limit: 10 }
    }

    #[test]
    fn the_index_is_the_sum_of_its_parts_each_against_the_best() {
        let graph = Snapshot::build(town());
        let found = graph.lead_firms(&ask(), &Lens::All).unwrap();
        let first = &found[0];
        assert_eq!((first.enterprise, first.points), (1.into(), 10_000));
        let values: Vec<u64> = first.parts.iter().map(|part| part.value).collect();
        assert_eq!(values, [6, 2, 3, 1, 1], "links, segments, cut off, owned, led");
        // One link of six, one segment of two, nobody depends, nobody is owned, one seat.
        let fifth = found.iter().find(|one| one.enterprise == 5.into()).unwrap();
        let points: Vec<u64> = fifth.parts.iter().map(|part| part.points).collect();
        assert_eq!(points, [583, 750, 0, 0, 1_500]);
        assert_eq!(fifth.points, 2_833);
        assert_eq!(found.len(), 7);
        assert_eq!(found[1].enterprise, 5.into());
        assert_eq!(found[2].points, found[6].points, "the others are alike and come by id");
        let weights: u64 = LeadPart::ALL.iter().map(|part| part.weight_basis_points()).sum();
        assert_eq!(weights, 10_000);
        assert_eq!(graph.lead_firms(&LeadQuery { chain: 9.into(), ..ask() }, &Lens::All), None);
    }

    proptest! {
        /// The planted lead firm stays first whatever single row is lost and whoever else trades.
        #[test]
        fn noise_does_not_move_the_first(
            lost in 0..8_usize, noise in prop::collection::vec((2..=7_u128, 2..=7_u128), 0..3),
        ) {
            let mut input = town();
            input.enterprise_products.remove(lost);
            let extra = (100..).zip(noise).filter(|(_, (from, to))| from != to);
            input.supply_edges.extend(extra.map(|(id, (from, to))| supply(id, from, to)));
            let found = Snapshot::build(input).lead_firms(&ask(), &Lens::All).unwrap();
            prop_assert_eq!(found[0].enterprise, 1.into());
            for one in &found {
                prop_assert_eq!(one.points, one.parts.iter().map(|part| part.points).sum::<u64>());
                prop_assert!(one.parts.iter().all(|part| part.value <= part.best));
            }
        }
    }
}
