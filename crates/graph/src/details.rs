//! What the picture knows of single nodes beside names and edges: where they are, in which order,
//! with which shares, and since when.

use chrono::NaiveDate;
use lianmeng_domain::graph::GraphInput;
use lianmeng_domain::ids::EnterpriseId;
use lianmeng_domain::product::ProductRole;
use lianmeng_domain::region::RegionCode;

use crate::flat::Index;
use crate::node::NodeRef;
use crate::renew::{Change, places};
use crate::snapshot::Snapshot;

/// Facts about nodes, each list sorted; a node without the fact is not in the list.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Details {
    /// Where enterprises are.
    regions: Vec<(Index, RegionCode)>,
    /// Order of segments along their chain.
    positions: Vec<(Index, i32)>,
    /// Shares of what enterprises make and use, by enterprise, product and role.
    shares: Vec<(Index, Index, ProductRole, i32)>,
    /// Every undisputed statement of supply, whenever it holds.
    pub(crate) spans: Vec<Span>,
}

/// When somebody supplied somebody, by one statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    pub(crate) supplier: Index,
    pub(crate) buyer: Index,
    /// First day, if known.
    pub(crate) from: Option<NaiveDate>,
    /// Last day, if it ended.
    pub(crate) to: Option<NaiveDate>,
}

impl Span {
    /// Whether the statement holds on `day`.
    pub(crate) fn holds_on(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}

/// Where an enterprise is, seen from a division.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stand {
    /// In the division, or anywhere if none was named.
    Here,
    /// Outside of it.
    Elsewhere,
    /// Nobody says, or only a larger division is known.
    Unknown,
}

impl Details {
    /// Collects the facts about nodes that `index` knows.
    pub(crate) fn take(input: &GraphInput, index: impl Fn(NodeRef) -> Option<Index>) -> Self {
        let firm = |id| index(NodeRef::Enterprise(id));
        let regions = input.enterprise_regions.iter();
        let mut regions: Vec<_> =
            regions.filter_map(|&(id, code)| Some((firm(id)?, code))).collect();
        regions.sort_unstable();
        regions.dedup_by_key(|(firm, _)| *firm);
        let positions = input.segment_positions.iter();
        let mut positions: Vec<_> = positions
            .filter_map(|&(id, place)| Some((index(NodeRef::Segment(id))?, place)))
            .collect();
        positions.sort_unstable();
        positions.dedup_by_key(|(segment, _)| *segment);
        let mut shares: Vec<_> = input
            .enterprise_products
            .iter()
            .filter_map(|row| {
                let product = index(NodeRef::Product(row.product))?;
                Some((firm(row.enterprise)?, product, row.role, row.share_basis_points?))
            })
            .collect();
        shares.sort_unstable();
        shares.dedup_by_key(|(firm, product, role, _)| (*firm, *product, *role));
        let undisputed = input.supply_edges.iter().filter(|edge| !edge.is_disputed);
        let mut spans: Vec<_> = undisputed
            .filter(|edge| edge.supplier != edge.buyer)
            .filter_map(|edge| {
                let (supplier, buyer) = (firm(edge.supplier)?, firm(edge.buyer)?);
                Some(Span { supplier, buyer, from: edge.valid_from, to: edge.valid_to })
            })
            .collect();
        spans.sort_unstable();
        spans.dedup();
        Self { regions, positions, shares, spans }
    }

    /// The facts after a change: `part` tells those about what was touched, which `is_new` names.
    pub(crate) fn renewed(
        &self,
        change: &Change<'_>,
        part: Self,
        is_new: impl Fn(Index) -> bool,
    ) -> Self {
        let gone = |node: Index| change.is_gone(node);
        let Self { mut regions, mut positions, mut shares, mut spans } = part;
        regions.retain(|row| is_new(row.0));
        positions.retain(|row| is_new(row.0));
        shares.retain(|row| is_new(row.0) || is_new(row.1));
        spans.retain(|row| is_new(row.supplier) || is_new(row.buyer));
        let about_one = places(&self.regions, |row| gone(row.0));
        let regions = change.rows(&self.regions, about_one, regions, |row, to| (to(row.0), row.1));
        let about_one = places(&self.positions, |row| gone(row.0));
        let positions =
            change.rows(&self.positions, about_one, positions, |row, to| (to(row.0), row.1));
        let about = places(&self.shares, |row| gone(row.0) || gone(row.1));
        let shares = change
            .rows(&self.shares, about, shares, |row, to| (to(row.0), to(row.1), row.2, row.3));
        let about = places(&self.spans, |row| gone(row.supplier) || gone(row.buyer));
        let spans = change.rows(&self.spans, about, spans, |row, to| Span {
            supplier: to(row.supplier),
            buyer: to(row.buyer),
            ..row
        });
        Self { regions, positions, shares, spans }
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> usize {
        self.regions.capacity() * size_of::<(Index, RegionCode)>()
            + self.positions.capacity() * size_of::<(Index, i32)>()
            + self.shares.capacity() * size_of::<(Index, Index, ProductRole, i32)>()
            + self.spans.capacity() * size_of::<Span>()
    }

    /// Where an enterprise is.
    pub(crate) fn region(&self, firm: Index) -> Option<RegionCode> {
        let place = self.regions.binary_search_by_key(&firm, |(known, _)| *known).ok()?;
        self.regions.get(place).map(|(_, code)| *code)
    }

    /// Order of a segment; those without one come last.
    pub(crate) fn position(&self, segment: Index) -> i32 {
        let place = self.positions.binary_search_by_key(&segment, |(known, _)| *known);
        place.ok().and_then(|place| self.positions.get(place)).map_or(i32::MAX, |(_, at)| *at)
    }

    /// Share of a product in what an enterprise sells or buys, in basis points.
    pub(crate) fn share(&self, firm: Index, product: Index, role: ProductRole) -> Option<u64> {
        let key = (firm, product, role);
        let place = self.shares.binary_search_by_key(&key, |&(f, p, r, _)| (f, p, r)).ok()?;
        self.shares.get(place).and_then(|&(.., share)| u64::try_from(share).ok())
    }

    /// Where an enterprise is, seen from `region`.
    pub(crate) fn stand(&self, firm: Index, region: Option<RegionCode>) -> Stand {
        let Some(region) = region else { return Stand::Here };
        match self.region(firm) {
            None => Stand::Unknown,
            Some(code) if code.is_within(region) => Stand::Here,
            Some(code) if region.is_within(code) => Stand::Unknown,
            Some(_) => Stand::Elsewhere,
        }
    }
}

/// How far two places lie apart: 0 the same division, 1 the same city, 2 the same province, 3 else or
/// unknown.
pub(crate) fn apart(one: Option<RegionCode>, other: Option<RegionCode>) -> u32 {
    let (Some(one), Some(other)) = (one, other) else { return 3 };
    if one == other {
        0
    } else if one.city() == other.city() {
        1
    } else if one.province() == other.province() {
        2
    } else {
        3
    }
}

impl Snapshot {
    /// The smallest division that is known to hold an enterprise; `None` if nobody says.
    /// Time `O(log n)`.
    pub fn region_of(&self, enterprise: EnterpriseId) -> Option<RegionCode> {
        self.details.region(self.index(NodeRef::Enterprise(enterprise))?)
    }

    /// Whether an enterprise is in `region`, as far as is known.
    pub(crate) fn is_here(&self, firm: Index, region: Option<RegionCode>) -> bool {
        self.details.stand(firm, region) == Stand::Here
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds;

    #[test]
    fn a_place_is_seen_from_inside_outside_and_from_what_it_may_hold() {
        let mut input = worlds::home_textile();
        let code = |text: &str| text.parse::<RegionCode>().unwrap();
        input.enterprise_regions = vec![
            (1.into(), code("320612")),
            (2.into(), code("320600")),
            (9.into(), code("320612")),
        ];
        let graph = Snapshot::build(input);
        let stand = |firm: u128, region: &str| {
            let firm = graph.index(worlds::enterprise(firm)).unwrap();
            graph.details.stand(firm, Some(code(region)))
        };
        assert_eq!(stand(1, "320612"), Stand::Here);
        assert_eq!(stand(1, "320000"), Stand::Here);
        assert_eq!(stand(1, "320602"), Stand::Elsewhere);
        assert_eq!(stand(2, "320612"), Stand::Unknown, "somewhere in the city");
        assert_eq!(stand(2, "320600"), Stand::Here);
        assert_eq!(stand(3, "320600"), Stand::Unknown);
        assert_eq!(graph.details.stand(0, None), Stand::Here);
        assert_eq!(graph.region_of(2.into()), Some(code("320600")));
        assert_eq!((graph.region_of(3.into()), graph.region_of(9.into())), (None, None));
        let far = |one: &str, other: &str| apart(Some(code(one)), Some(code(other)));
        assert_eq!([far("320612", "320612"), far("320612", "320602")], [0, 1]);
        assert_eq!([far("320612", "320102"), far("320612", "440305")], [2, 3]);
        assert_eq!(apart(None, Some(code("320612"))), 3);
    }
}
