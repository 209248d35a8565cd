//! How much of what a chain buys comes from nearby: 本地配套率.
//!
//! Two rates that must not be mixed. The rate of supply counts pairs of supplier and buyer that were
//! seen; nothing that is only likely enters it. The rate of needs counts products that local enterprises
//! need and somebody local makes: what could be bought nearby.

use chrono::{Datelike as _, NaiveDate};
use lianmeng_domain::ids::{ChainSegmentId, IndustrialChainId};
use lianmeng_domain::region::RegionCode;

use crate::chain::sorted;
use crate::details::Stand;
use crate::edge::{EdgeKind, Flow};
use crate::flat::{Index, at};
use crate::lens::Lens;
use crate::snapshot::Snapshot;

/// A question for local supply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalSupplyQuery {
    /// The chain.
    pub chain: IndustrialChainId,
    /// What counts as local.
    pub region: RegionCode,
    /// As of the last day of this year; as of the day of the picture if absent or that day's year.
    pub year: Option<i32>,
}

/// Local supply of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalSupply {
    /// The day whose statements of supply were counted.
    pub day: NaiveDate,
    /// The chain as a whole; a pair counts once however many segments the buyer stands on.
    pub whole: LocalFigures,
    /// Each segment, by those who buy there, along the chain.
    pub segments: Vec<(ChainSegmentId, LocalFigures)>,
}

/// Figures of local supply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LocalFigures {
    /// Local enterprises there.
    pub enterprises: usize,
    /// Those of them that were seen to buy.
    pub buyers: usize,
    /// Pairs seen whose supplier is local.
    pub local_pairs: usize,
    /// Pairs seen whose supplier is elsewhere.
    pub outside_pairs: usize,
    /// Pairs seen of whose supplier nobody knows well enough where it is; in no rate.
    pub unlocated_pairs: usize,
    /// Pairs of all three kinds that have no first day on record: they count in every year.
    pub undated_pairs: usize,
    /// Products that the local enterprises there need and do not all make themselves, by what is on
    /// record today.
    pub needs: usize,
    /// Those of them that somebody local makes.
    pub needs_made_here: usize,
}

impl LocalFigures {
    /// Pairs with a local supplier among those whose supplier's place is known, in basis points, rounded
    /// down; `None` without such pairs.
    pub fn supply_rate_basis_points(&self) -> Option<usize> {
        (self.local_pairs * 10_000).checked_div(self.local_pairs + self.outside_pairs)
    }

    /// Needs that somebody local could meet, in basis points, rounded down; `None` without needs.
    pub fn need_rate_basis_points(&self) -> Option<usize> {
        (self.needs_made_here * 10_000).checked_div(self.needs)
    }
}

/// A pair that was seen to hold on the day.
#[derive(Debug, Clone, Copy)]
struct Pair {
    buyer: Index,
    stand: Stand,
    is_dated: bool,
}

impl Snapshot {
    /// Local supply of a chain; `None` for an unknown chain, and for a year that has not begun on the day
    /// of the picture.
    ///
    /// Undisputed statements that hold on the day count, as far as `lens` shows them. Time `O(o log n)`
    /// for all statements of supply, and the links of the needs of the chain's members.
    pub fn local_supply(&self, ask: &LocalSupplyQuery, lens: &Lens) -> Option<LocalSupply> {
        let segments = self.segments_of(ask.chain)?;
        let day = self.day_of(ask.year)?;
        let members = self.members_of_chain(ask.chain)?;
        let here = self.those_here(&members, ask.region);
        let pairs = self.pairs_on(day, &here, ask.region, lens);
        let whole = self.figures(&here, &pairs, ask.region);
        let by_segment = segments.into_iter().map(|segment| {
            let here = self.those_here(&self.members_of(segment), ask.region);
            let id = ChainSegmentId::from(self.ids[at(segment)]);
            (id, self.figures(&here, &pairs, ask.region))
        });
        Some(LocalSupply { day, whole, segments: by_segment.collect() })
    }

    /// The day that stands for a year.
    fn day_of(&self, year: Option<i32>) -> Option<NaiveDate> {
        match year {
            None => Some(self.as_of),
            Some(year) if year == self.as_of.year() => Some(self.as_of),
            Some(year) if year > self.as_of.year() => None,
            Some(year) => NaiveDate::from_ymd_opt(year, 12, 31),
        }
    }

    fn those_here(&self, members: &[Index], region: RegionCode) -> Vec<Index> {
        members.iter().copied().filter(|&firm| self.is_here(firm, Some(region))).collect()
    }

    /// Pairs with one of `buyers` that hold on `day`, each once.
    fn pairs_on(
        &self,
        day: NaiveDate,
        buyers: &[Index],
        region: RegionCode,
        lens: &Lens,
    ) -> Vec<Pair> {
        let same = |a: &crate::details::Span, b: &crate::details::Span| {
            (a.supplier, a.buyer) == (b.supplier, b.buyer)
        };
        let runs = self.details.spans.chunk_by(same);
        runs.filter_map(|run| {
            let first = run.first()?;
            let (supplier, buyer) = (first.supplier, first.buyer);
            buyers.binary_search(&buyer).ok()?;
            let mut holding = run.iter().filter(|span| span.holds_on(day)).peekable();
            holding.peek()?;
            if !self.shows_edge(lens, supplier, EdgeKind::Supplies, buyer) {
                return None;
            }
            let stand = self.details.stand(supplier, Some(region));
            Some(Pair { buyer, stand, is_dated: holding.all(|span| span.from.is_some()) })
        })
        .collect()
    }

    fn figures(&self, here: &[Index], pairs: &[Pair], region: RegionCode) -> LocalFigures {
        let is_in = |pair: &&Pair| here.binary_search(&pair.buyer).is_ok();
        let pairs: Vec<&Pair> = pairs.iter().filter(is_in).collect();
        let stands = |stand| pairs.iter().filter(|pair| pair.stand == stand).count();
        let needs = self.needs_of(here);
        let is_made = |&&product: &&Index| {
            self.makers(product).iter().any(|&firm| self.is_here(firm, Some(region)))
        };
        LocalFigures {
            enterprises: here.len(),
            buyers: sorted(pairs.iter().map(|pair| pair.buyer).collect()).len(),
            local_pairs: stands(Stand::Here),
            outside_pairs: stands(Stand::Elsewhere),
            unlocated_pairs: stands(Stand::Unknown),
            undated_pairs: pairs.iter().filter(|pair| !pair.is_dated).count(),
            needs: needs.len(),
            needs_made_here: needs.iter().filter(is_made).count(),
        }
    }

    /// Products that one of `firms` uses, or makes something of, without making it itself; by index.
    fn needs_of(&self, firms: &[Index]) -> Vec<Index> {
        let mut needs = Vec::new();
        for &firm in firms {
            let made = self.outgoing.of(firm, EdgeKind::Makes);
            let used = self.outgoing.of(firm, EdgeKind::Uses).iter();
            let materials =
                made.iter().flat_map(|&product| self.materials(product, Flow::Upstream));
            let all = used.chain(materials).copied();
            needs.extend(all.filter(|product| made.binary_search(product).is_err()));
        }
        sorted(needs)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use lianmeng_domain::graph::GraphInput;
    use lianmeng_domain::product::ProductRole;
    use lianmeng_domain::supply::SupplyEdge;
    use proptest::prelude::*;

    use super::*;
    use crate::worlds::{self, named, row, supply};

    fn code(text: &str) -> RegionCode {
        text.parse().unwrap()
    }

    fn day(year: i32, month: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, 1).unwrap()
    }

    fn since(id: u128, supplier: u128, buyer: u128, year: i32) -> SupplyEdge {
        SupplyEdge { valid_from: Some(day(year, 3)), ..supply(id, supplier, buyer) }
    }

    /// Yarn (1) → cloth (2) → bedding (3), dye (4) → cloth. Firms 1 and 2 make cloth, firm 3 bedding, all
    /// here; firm 4 makes yarn here, firm 5 elsewhere, firm 6 nobody knows where.
    fn town() -> GraphInput {
        use ProductRole::Makes;
        let makes = [(1, 2), (2, 2), (3, 3), (4, 1), (5, 1), (6, 1)];
        let at = |firm: u128| code(if firm == 5 { "320500" } else { "320612" });
        GraphInput {
            as_of: day(2026, 3),
            enterprises: named("firm", 6),
            enterprise_regions: (1..=5_u128).map(|firm| (firm.into(), at(firm))).collect(),
            chains: named("chain", 1),
            segments: named("segment", 2),
            segment_chains: vec![(1.into(), 1.into()), (2.into(), 1.into())],
            segment_positions: vec![(1.into(), 1), (2.into(), 2)],
            segment_products: vec![(1.into(), 2.into()), (2.into(), 3.into())],
            enterprise_products: makes.iter().map(|&(firm, of)| row(firm, of, Makes)).collect(),
            supply_edges: vec![
                since(1, 4, 1, 2025),
                since(2, 4, 1, 2026),
                since(3, 5, 1, 2024),
                SupplyEdge { valid_to: Some(day(2025, 6)), ..since(4, 5, 2, 2024) },
                since(5, 6, 2, 2025),
                supply(6, 1, 3),
                SupplyEdge { is_disputed: true, ..since(7, 5, 3, 2024) },
            ],
            ..worlds::products(4, &[(1, 2), (2, 3), (4, 2)])
        }
    }

    fn ask(year: Option<i32>) -> LocalSupplyQuery {
        LocalSupplyQuery { chain: 1.into(), region: code("320612"), year }
    }

    #[test]
    fn the_rate_counts_pairs_seen_whose_supplier_is_at_a_known_place() {
        let graph = Snapshot::build(town());
        let found = graph.local_supply(&ask(None), &Lens::All).unwrap();
        let cloth = LocalFigures {
            enterprises: 2,
            buyers: 2,
            local_pairs: 1,
            outside_pairs: 1,
            unlocated_pairs: 1,
            undated_pairs: 0,
            needs: 2,
            needs_made_here: 1,
        };
        let bedding = LocalFigures {
            enterprises: 1,
            buyers: 1,
            local_pairs: 1,
            undated_pairs: 1,
            needs: 1,
            needs_made_here: 1,
            ..LocalFigures::default()
        };
        assert_eq!(found.segments, [(1.into(), cloth), (2.into(), bedding)]);
        assert_eq!(cloth.supply_rate_basis_points(), Some(5_000));
        assert_eq!(cloth.need_rate_basis_points(), Some(5_000));
        let whole = found.whole;
        assert_eq!((whole.local_pairs, whole.outside_pairs, whole.unlocated_pairs), (2, 1, 1));
        assert_eq!(whole.supply_rate_basis_points(), Some(6_666));
        assert_eq!((whole.needs, whole.needs_made_here), (3, 2));
        let public = graph.local_supply(&ask(None), &Lens::Public).unwrap();
        assert_eq!((public.whole.buyers, public.whole.supply_rate_basis_points()), (0, None));
        assert_eq!(public.whole.need_rate_basis_points(), Some(6_666), "the registry is public");
    }

    #[test]
    fn a_year_is_its_last_day_and_this_year_the_day_of_the_picture() {
        let graph = Snapshot::build(town());
        let pairs = |year| {
            let found = graph.local_supply(&ask(Some(year)), &Lens::All)?;
            let whole = found.whole;
            Some((
                whole.local_pairs,
                whole.outside_pairs,
                whole.unlocated_pairs,
                whole.undated_pairs,
            ))
        };
        assert_eq!(pairs(2023), Some((1, 0, 0, 1)), "what has no first day counts in every year");
        assert_eq!(pairs(2024), Some((1, 2, 0, 1)));
        assert_eq!(pairs(2025), Some((2, 1, 1, 1)));
        assert_eq!(pairs(2026), Some((2, 1, 1, 1)));
        assert_eq!(pairs(2027), None, "not begun");
        let unknown = LocalSupplyQuery { chain: 9.into(), ..ask(None) };
        assert_eq!(graph.local_supply(&unknown, &Lens::All), None);
    }

    proptest! {
        #[test]
        fn rates_are_those_of_brute_force(world in worlds::worlds()) {
            let mut input = town();
            input.enterprises = named("firm", 8);
            input.supply_edges =
                (1..).zip(&world.supplies).map(|(id, &(from, to))| supply(id, from, to)).collect();
            let makes = world.makes.iter().filter(|(_, of)| *of <= 4);
            input.enterprise_products =
                makes.clone().map(|&(firm, of)| row(firm, of, ProductRole::Makes)).collect();
            let found = Snapshot::build(input).local_supply(&ask(None), &Lens::All).unwrap();
            let here: BTreeSet<u128> = makes.filter(|&&(firm, of)| firm < 5 && (of == 2 || of == 3))
                .map(|(firm, _)| *firm).collect();
            let pairs: Vec<_> =
                world.supplies.iter().filter(|(from, to)| from != to && here.contains(to)).collect();
            prop_assert_eq!(found.whole.enterprises, here.len());
            prop_assert_eq!(found.whole.local_pairs, pairs.iter().filter(|(s, _)| *s < 5).count());
            prop_assert_eq!(found.whole.outside_pairs, pairs.iter().filter(|(s, _)| *s == 5).count());
            prop_assert_eq!(found.whole.unlocated_pairs, pairs.iter().filter(|(s, _)| *s > 5).count());
        }
    }
}
