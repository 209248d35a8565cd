//! A chain laid out: its segments in order, their products, and who stands on them.

use lianmeng_domain::ids::IndustrialChainId;
use lianmeng_domain::region::RegionCode;

use crate::edge::{EdgeKind, Flow};
use crate::flat::Index;
use crate::lens::Lens;
use crate::node::NodeRef;
use crate::snapshot::Snapshot;

impl Snapshot {
    /// Segments of a chain from upstream to downstream, those in one place by id; `None` for an
    /// unknown chain.
    pub(crate) fn segments_of(&self, chain: IndustrialChainId) -> Option<Vec<Index>> {
        let chain = self.index(NodeRef::Chain(chain))?;
        let mut segments = self.incoming.of(chain, EdgeKind::PartOf).to_vec();
        segments.sort_by_key(|&segment| (self.details.position(segment), segment));
        Some(segments)
    }

    /// Products of a segment, by id.
    pub(crate) fn products_of(&self, segment: Index) -> &[Index] {
        self.incoming.of(segment, EdgeKind::BelongsTo)
    }

    /// Enterprises on a segment, by id: those with a confirmed place there and those that make one of
    /// its products.
    pub(crate) fn members_of(&self, segment: Index) -> Vec<Index> {
        let products = self.products_of(segment).iter();
        let makers = products.flat_map(|&product| self.makers(product));
        let placed = self.incoming.of(segment, EdgeKind::PlacedIn).iter().copied();
        sorted(placed.chain(makers).collect())
    }

    /// Enterprises with a confirmed place on a segment that make none of its products as far as is
    /// known, by id.
    pub(crate) fn silent_on(&self, segment: Index) -> Vec<Index> {
        let products = self.products_of(segment);
        let makes = |firm: Index| {
            let made = self.outgoing.of(firm, EdgeKind::Makes);
            products.iter().any(|product| made.binary_search(product).is_ok())
        };
        let placed = self.incoming.of(segment, EdgeKind::PlacedIn).iter().copied();
        placed.filter(|&firm| !makes(firm)).collect()
    }

    /// Enterprises on any segment of a chain, by id; `None` for an unknown chain.
    pub(crate) fn members_of_chain(&self, chain: IndustrialChainId) -> Option<Vec<Index>> {
        let segments = self.segments_of(chain)?;
        Some(sorted(segments.iter().flat_map(|&segment| self.members_of(segment)).collect()))
    }

    /// Who makes a product or a kind of it, by id.
    pub(crate) fn makers(&self, product: Index) -> Vec<Index> {
        let kinds = self.incoming.of(product, EdgeKind::KindOf).iter().chain([&product]);
        sorted(kinds.flat_map(|&kind| self.incoming.of(kind, EdgeKind::Makes)).copied().collect())
    }

    /// Who needs a product and makes neither it nor a kind of it, by id: those who use it and those who
    /// make something of it, in `region` if one is named.
    pub(crate) fn needers(&self, product: Index, region: Option<RegionCode>) -> Vec<Index> {
        let users = self.incoming.of(product, EdgeKind::Uses).iter();
        let made = self.materials(product, Flow::Downstream).iter();
        let all = users.chain(made.flat_map(|&made| self.incoming.of(made, EdgeKind::Makes)));
        let makers = self.makers(product);
        let needs =
            |firm: &Index| makers.binary_search(firm).is_err() && self.is_here(*firm, region);
        sorted(all.copied().filter(needs).collect())
    }

    /// What of observed supply may enter a figure about a chain: as much as `lens` shows to whoever sees
    /// the supply of everybody placed on it, none to others, because a part of it would give a wrong
    /// figure and tell of single enterprises.
    ///
    /// Time linear in the places on the chain.
    pub fn lens_on(&self, chain: IndustrialChainId, lens: &Lens) -> Lens {
        match lens {
            Lens::All => Lens::All,
            Lens::Nothing => Lens::Nothing,
            Lens::Public => Lens::Public,
            Lens::Of { supply, .. } => {
                let segments = self.segments_of(chain).unwrap_or_default();
                let mut placed = segments
                    .iter()
                    .flat_map(|&segment| self.incoming.of(segment, EdgeKind::PlacedIn))
                    .peekable();
                let has_any = placed.peek().is_some();
                if has_any && placed.all(|&firm| supply.contains(&self.enterprise(firm))) {
                    lens.clone()
                } else {
                    Lens::Public
                }
            }
        }
    }
}

/// The same numbers, rising, without repeats.
pub(crate) fn sorted(mut list: Vec<Index>) -> Vec<Index> {
    list.sort_unstable();
    list.dedup();
    list
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::worlds;

    #[test]
    fn segments_follow_their_order_and_members_are_placed_or_make() {
        let mut input = worlds::home_textile();
        input.segments = worlds::named("segment", 3);
        input.segment_chains = (1..=3_u128).map(|n| (n.into(), 1.into())).collect();
        input.segment_positions = vec![(1.into(), 2), (2.into(), 1)];
        let graph = Snapshot::build(input);
        let segments = graph.segments_of(1.into()).unwrap();
        let names: Vec<_> = segments.iter().map(|&segment| graph.names.get(segment)).collect();
        assert_eq!(names, ["segment 2", "segment 1", "segment 3"], "the third has no place");
        let firms = |list: Vec<Index>| -> Vec<u128> {
            list.into_iter().map(|firm| graph.enterprise(firm).number()).collect()
        };
        assert_eq!(firms(graph.members_of(segments[1])), [1, 5], "makes yarn; placed; 6 suggested");
        assert_eq!(firms(graph.members_of_chain(1.into()).unwrap()), [1, 5]);
        assert_eq!(graph.members_of_chain(9.into()), None);
        let bedding = graph.index(worlds::product(4)).unwrap();
        let cloth = graph.index(worlds::product(3)).unwrap();
        assert_eq!(
            (firms(graph.needers(bedding, None)), firms(graph.needers(cloth, None))),
            (vec![4], vec![3])
        );
    }

    #[test]
    fn observed_supply_enters_figures_for_those_who_see_all_of_it() {
        let graph = worlds::tongzhou();
        let of = |firms: &[u128]| Lens::Of {
            supply: firms.iter().map(|&firm| firm.into()).collect(),
            tasks: BTreeSet::new(),
        };
        assert_eq!(graph.lens_on(1.into(), &of(&[5, 6])), of(&[5, 6]));
        assert_eq!(graph.lens_on(1.into(), &of(&[6])), Lens::Public);
        assert_eq!(graph.lens_on(9.into(), &of(&[5])), Lens::Public, "no such chain");
        assert_eq!(graph.lens_on(9.into(), &Lens::All), Lens::All);
        assert_eq!(graph.lens_on(1.into(), &Lens::Nothing), Lens::Nothing);
    }
}
