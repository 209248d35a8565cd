//! What an enterprise belongs to, for lists that name it beside every row.

use lianmeng_domain::ids::{AllianceId, EnterpriseId, IndustrialChainId};

use crate::edge::EdgeKind;
use crate::flat::{Index, at};
use crate::node::NodeRef;
use crate::snapshot::Snapshot;

impl Snapshot {
    /// The first `limit` chains that `enterprise` is placed on, confirmed or not, by id. Unlike every
    /// other question this one counts suggested places too, as the registry does.
    ///
    /// Time `O(log n + d log d)` for `d` places.
    pub fn chains_of(&self, enterprise: EnterpriseId, limit: usize) -> Vec<IndustrialChainId> {
        let Some(index) = self.index(NodeRef::Enterprise(enterprise)) else { return Vec::new() };
        let low = self.suggested.partition_point(|(firm, _)| *firm < index);
        let suggested = self.suggested[low..].iter().take_while(|(firm, _)| *firm == index);
        let confirmed = self.outgoing.of(index, EdgeKind::PlacedIn).iter();
        let segments = confirmed.chain(suggested.map(|(_, segment)| segment));
        let mut chains: Vec<Index> = segments
            .flat_map(|&segment| self.outgoing.of(segment, EdgeKind::PartOf))
            .copied()
            .collect();
        // Indexes of one kind rise with the ids.
        chains.sort_unstable();
        chains.dedup();
        chains.truncate(limit);
        chains.into_iter().map(|chain| self.ids[at(chain)].into()).collect()
    }

    /// The first `limit` alliances that `enterprise` takes part in, by id.
    ///
    /// Time `O(log n + limit)`.
    pub fn alliances_of(&self, enterprise: EnterpriseId, limit: usize) -> Vec<AllianceId> {
        let Some(index) = self.index(NodeRef::Enterprise(enterprise)) else { return Vec::new() };
        let alliances = self.outgoing.of(index, EdgeKind::PartnerIn);
        alliances.iter().take(limit).map(|&alliance| self.ids[at(alliance)].into()).collect()
    }
}

#[cfg(test)]
mod tests {
    use lianmeng_domain::alliance::AlliancePartner;
    use lianmeng_domain::chain::Placement;
    use lianmeng_domain::committee::Member;
    use lianmeng_domain::graph::GraphInput;

    use super::*;
    use crate::worlds::named;

    fn snapshot() -> Snapshot {
        let place = |enterprise: u128, segment: u128, is_confirmed| Placement {
            enterprise: enterprise.into(),
            segment: segment.into(),
            is_confirmed,
        };
        let partner = |alliance: u128, enterprise: u128| AlliancePartner {
            alliance: alliance.into(),
            partner: Member::Enterprise(enterprise.into()),
        };
        Snapshot::build(GraphInput {
            enterprises: named("enterprise", 3),
            segments: named("segment", 4),
            chains: named("chain", 3),
            alliances: named("alliance", 2),
            // Segments 1 and 2 are parts of chain 3, 3 of chain 1, 4 of chain 2.
            segment_chains: [(1, 3), (2, 3), (3, 1), (4, 2)]
                .map(|(segment, chain): (u128, u128)| (segment.into(), chain.into()))
                .to_vec(),
            placements: vec![
                place(1, 1, true),
                place(1, 2, false),
                place(1, 3, false),
                place(2, 4, true),
            ],
            alliance_partners: vec![partner(2, 1), partner(1, 1), partner(2, 2)],
            ..GraphInput::default()
        })
    }

    #[test]
    fn chains_count_once_by_id_suggested_places_among_them() {
        let of = |firm: u128, limit| snapshot().chains_of(firm.into(), limit);
        assert_eq!(of(1, 9), [1.into(), 3.into()]);
        assert_eq!(of(1, 1), [1.into()]);
        assert_eq!(of(2, 9), [2.into()]);
        assert_eq!((of(3, 9), of(9, 9)), (vec![], vec![]), "nowhere, unknown");
    }

    #[test]
    fn alliances_come_by_id() {
        let of = |firm: u128, limit| snapshot().alliances_of(firm.into(), limit);
        assert_eq!(of(1, 9), [1.into(), 2.into()]);
        assert_eq!(of(1, 1), [1.into()]);
        assert_eq!((of(3, 9), of(9, 9)), (vec![], vec![]));
    }
}
