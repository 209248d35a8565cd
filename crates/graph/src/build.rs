//! From rows to flat arrays.

use std::num::NonZeroU32;

use lianmeng_domain::committee::Member;
use lianmeng_domain::graph::{GraphInput, Named};
use lianmeng_domain::product::{ProductEdgeKind, ProductRole};

use crate::details::Details;
use crate::edge::EdgeKind;
use crate::flat::{Adjacency, Index, Names, RawEdge, at};
use crate::node::{NodeKind, NodeRef};
use crate::snapshot::{Observation, Snapshot};

/// See [`Snapshot::build`].
pub(crate) fn build(mut input: GraphInput) -> Snapshot {
    let nodes = Nodes::take(&mut input);
    let mut edges = Edges::over(&nodes);
    edges.collect(&input);
    let observed = edges.observed(&input);
    let suggested = edges.suggested(&input);
    let details = Details::take(&input, |node| nodes.index(node));
    let (mut list, left_out) = edges.finish();
    let as_of = input.as_of;
    // The rows are no longer needed; the arrays to come take their room.
    drop(input);

    let outgoing = Adjacency::new(nodes.ids.len(), &list);
    for edge in &mut list {
        std::mem::swap(&mut edge.from, &mut edge.to);
    }
    list.sort_unstable();
    let incoming = Adjacency::new(nodes.ids.len(), &list);
    let Nodes { starts, ids, names, .. } = nodes;
    Snapshot {
        as_of,
        starts,
        ids,
        names,
        outgoing,
        incoming,
        observed,
        suggested,
        details,
        left_out,
    }
}

/// Nodes laid out by kind and id.
#[derive(Debug, Default)]
pub(crate) struct Nodes {
    pub(crate) starts: Vec<Index>,
    pub(crate) ids: Vec<u128>,
    pub(crate) names: Names,
    pub(crate) next: Index,
}

impl Nodes {
    /// Moves the nodes out of `input`, kind by kind in the order of their ranks.
    pub(crate) fn take(input: &mut GraphInput) -> Self {
        use std::mem::take;
        let mut nodes = Self::default();
        nodes.add(take(&mut input.enterprises), |id| id.number());
        nodes.add(take(&mut input.products), |id| id.number());
        nodes.add(take(&mut input.segments), |id| id.number());
        nodes.add(take(&mut input.chains), |id| id.number());
        nodes.add(take(&mut input.committees), |id| id.number());
        nodes.add(take(&mut input.alliances), |id| id.number());
        let tasks = input.tasks.iter_mut();
        let tasks = tasks.map(|task| Named { id: task.id, name: take(&mut task.name) }).collect();
        nodes.add(tasks, |id| id.number());
        nodes.add(take(&mut input.organisations), |id| id.number());
        nodes.starts.push(nodes.next);
        nodes.ids.shrink_to_fit();
        nodes.names.shrink();
        nodes
    }

    /// Adds the nodes of the next kind; of two with the same id the first stays.
    fn add<T>(&mut self, rows: Vec<Named<T>>, number: impl Fn(&T) -> u128) {
        self.starts.push(self.next);
        let mut rows: Vec<(u128, String)> =
            rows.into_iter().map(|row| (number(&row.id), row.name)).collect();
        rows.sort_by_key(|(id, _)| *id);
        rows.dedup_by_key(|(id, _)| *id);
        for (id, name) in rows {
            self.push(id, &name);
        }
    }

    /// Adds the next node.
    pub(crate) fn push(&mut self, id: u128, name: &str) {
        self.ids.push(id);
        self.names.push(name);
        self.next += 1;
    }

    /// Ids and indexes of the nodes of `kind`.
    pub(crate) fn of(&self, kind: NodeKind) -> impl Iterator<Item = (u128, Index)> {
        let range = self.starts[kind.rank()]..self.starts[kind.rank() + 1];
        range.map(|index| (self.ids[at(index)], index))
    }

    pub(crate) fn index(&self, node: NodeRef) -> Option<Index> {
        let rank = node.kind().rank();
        let (start, end) = (self.starts[rank], self.starts[rank + 1]);
        let within = self.ids[at(start)..at(end)].binary_search(&node.number()).ok()?;
        Index::try_from(within).ok().map(|within| start + within)
    }
}

/// Edges as they are collected.
#[derive(Debug)]
pub(crate) struct Edges<'a> {
    nodes: &'a Nodes,
    list: Vec<RawEdge>,
    left_out: usize,
}

impl<'a> Edges<'a> {
    /// None yet, between these nodes.
    pub(crate) const fn over(nodes: &'a Nodes) -> Self {
        Self { nodes, list: Vec::new(), left_out: 0 }
    }

    /// Adds every edge of `input`.
    pub(crate) fn collect(&mut self, input: &GraphInput) {
        self.products(input);
        self.enterprises(input);
        self.chains(input);
        self.committees(input);
    }

    /// The edges sorted, each once, and how many had an unknown end.
    pub(crate) fn finish(mut self) -> (Vec<RawEdge>, usize) {
        self.list.sort_unstable();
        self.list.dedup();
        (self.list, self.left_out)
    }

    fn add(&mut self, from: NodeRef, kind: EdgeKind, to: NodeRef) {
        match (self.nodes.index(from), self.nodes.index(to)) {
            (Some(from), Some(to)) if from != to => self.list.push(RawEdge { from, kind, to }),
            (Some(_), Some(_)) => {}
            (None, _) | (_, None) => self.left_out += 1,
        }
    }

    fn products(&mut self, input: &GraphInput) {
        for edge in &input.product_edges {
            let kind = match edge.kind {
                ProductEdgeKind::MaterialOf => EdgeKind::MaterialOf,
                ProductEdgeKind::MadeInto => EdgeKind::MadeInto,
                ProductEdgeKind::KindOf => EdgeKind::KindOf,
            };
            self.add(NodeRef::Product(edge.from), kind, NodeRef::Product(edge.to));
        }
        for row in &input.enterprise_products {
            let kind = match row.role {
                ProductRole::Makes => EdgeKind::Makes,
                ProductRole::Uses => EdgeKind::Uses,
            };
            self.add(NodeRef::Enterprise(row.enterprise), kind, NodeRef::Product(row.product));
        }
    }

    fn enterprises(&mut self, input: &GraphInput) {
        for edge in input.supply_edges.iter().filter(|edge| edge.holds_on(input.as_of)) {
            self.add(
                NodeRef::Enterprise(edge.supplier),
                EdgeKind::Supplies,
                NodeRef::Enterprise(edge.buyer),
            );
        }
        for &(child, parent) in &input.parents {
            self.add(NodeRef::Enterprise(parent), EdgeKind::Owns, NodeRef::Enterprise(child));
        }
        for task in &input.tasks {
            let node = NodeRef::Task(task.id);
            self.add(NodeRef::Enterprise(task.owner), EdgeKind::TaskOwner, node);
            self.add(NodeRef::Enterprise(task.counterpart), EdgeKind::TaskCounterpart, node);
        }
    }

    fn chains(&mut self, input: &GraphInput) {
        for &(segment, chain) in &input.segment_chains {
            self.add(NodeRef::Segment(segment), EdgeKind::PartOf, NodeRef::Chain(chain));
        }
        for &(segment, product) in &input.segment_products {
            self.add(NodeRef::Product(product), EdgeKind::BelongsTo, NodeRef::Segment(segment));
        }
        for place in input.placements.iter().filter(|place| place.is_confirmed) {
            let segment = NodeRef::Segment(place.segment);
            self.add(NodeRef::Enterprise(place.enterprise), EdgeKind::PlacedIn, segment);
        }
    }

    fn committees(&mut self, input: &GraphInput) {
        for &(committee, chain) in &input.committee_chains {
            self.add(NodeRef::Committee(committee), EdgeKind::Organises, NodeRef::Chain(chain));
        }
        for seat in input.seats.iter().filter(|seat| seat.is_held_on(input.as_of)) {
            self.add(member(seat.holder), EdgeKind::SitsOn, NodeRef::Committee(seat.committee));
        }
        for &(alliance, committee) in &input.alliance_committees {
            let committee = NodeRef::Committee(committee);
            self.add(NodeRef::Alliance(alliance), EdgeKind::HangsUnder, committee);
        }
        for &(alliance, lead) in &input.alliance_leads {
            self.add(NodeRef::Enterprise(lead), EdgeKind::Leads, NodeRef::Alliance(alliance));
        }
        for &(alliance, segment) in &input.alliance_segments {
            self.add(NodeRef::Alliance(alliance), EdgeKind::Covers, NodeRef::Segment(segment));
        }
        for row in &input.alliance_partners {
            self.add(member(row.partner), EdgeKind::PartnerIn, NodeRef::Alliance(row.alliance));
        }
    }

    /// Places nobody confirmed, between enterprises and segments that are known.
    pub(crate) fn suggested(&self, input: &GraphInput) -> Vec<(Index, Index)> {
        let places = input.placements.iter().filter(|place| !place.is_confirmed);
        let ends = places.filter_map(|place| {
            let enterprise = self.nodes.index(NodeRef::Enterprise(place.enterprise))?;
            Some((enterprise, self.nodes.index(NodeRef::Segment(place.segment))?))
        });
        let mut list: Vec<_> = ends.collect();
        list.sort_unstable();
        list
    }

    /// Details of the observed supply that is in force and whose ends are known and differ.
    pub(crate) fn observed(&self, input: &GraphInput) -> Vec<Observation> {
        let in_force = input.supply_edges.iter().filter(|edge| edge.holds_on(input.as_of));
        let mut list: Vec<Observation> = in_force
            .filter(|edge| edge.supplier != edge.buyer)
            .filter_map(|edge| {
                Some(Observation {
                    supplier: self.nodes.index(NodeRef::Enterprise(edge.supplier))?,
                    buyer: self.nodes.index(NodeRef::Enterprise(edge.buyer))?,
                    id: edge.id,
                    product: edge
                        .product
                        .and_then(|product| self.nodes.index(NodeRef::Product(product)))
                        .and_then(|index| NonZeroU32::new(index + 1)),
                    confidence_basis_points: edge.confidence_basis_points,
                })
            })
            .collect();
        list.sort_unstable();
        list.dedup();
        list
    }
}

/// The node of a member.
fn member(member: Member) -> NodeRef {
    match member {
        Member::Enterprise(id) => NodeRef::Enterprise(id),
        Member::Organisation(id) => NodeRef::Organisation(id),
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use lianmeng_domain::committee::{Seat, SeatKind};
    use lianmeng_domain::graph::TaskTies;
    use lianmeng_domain::supply::SupplyEdge;

    use super::*;
    use crate::edge::Direction;
    use crate::lens::Lens;
    use crate::node::NodeKind;
    use crate::snapshot::Around;
    use crate::worlds::{self, enterprise, named, product};

    #[test]
    fn unknown_ends_are_counted_and_self_edges_and_repeats_vanish() {
        let snapshot = Snapshot::build(worlds::products(3, &[(1, 2), (1, 2), (2, 2), (2, 9)]));
        assert_eq!(snapshot.left_out(), 1);
        let around = Around { kinds: &[], direction: Direction::Out, limit: 9 };
        let next = |n| snapshot.neighbours(product(n), around, &Lens::All).len();
        assert_eq!((next(1), next(2), next(3)), (1, 0, 0));
        assert_eq!(snapshot.name(product(2)), Some("product 2"));
        assert_eq!(snapshot.name(product(9)), None);
        assert_eq!(snapshot.named("product 3", 5), [product(3)]);
    }

    #[test]
    fn of_two_nodes_with_one_id_the_first_stays() {
        let mut input = worlds::products(1, &[]);
        input.products.push(Named { id: 1.into(), name: "again".to_owned() });
        let snapshot = Snapshot::build(input);
        assert_eq!(snapshot.count(NodeKind::Product), 1);
        assert_eq!(snapshot.name(product(1)), Some("product 1"));
    }

    #[test]
    fn only_what_is_in_force_that_day_is_in_the_picture() {
        let day = |d| NaiveDate::from_ymd_opt(2026, 3, d).unwrap();
        let supply = |n: u128, buyer: u128| SupplyEdge {
            id: n.into(),
            supplier: 1.into(),
            buyer: buyer.into(),
            product: None,
            source: "test".to_owned(),
            confidence_basis_points: 5000,
            valid_from: None,
            valid_to: None,
            is_disputed: false,
        };
        let seat = |n: u128, holder: u128, until| Seat {
            id: n.into(),
            committee: 1.into(),
            kind: SeatKind::LeadingEnterprise,
            holder: Member::Enterprise(holder.into()),
            from_on: None,
            until_on: until,
        };
        let input = GraphInput {
            as_of: day(10),
            enterprises: named("firm", 4),
            committees: named("committee", 1),
            supply_edges: vec![
                supply(1, 2),
                SupplyEdge { is_disputed: true, ..supply(2, 3) },
                SupplyEdge { valid_to: Some(day(9)), ..supply(3, 3) },
                SupplyEdge { valid_to: Some(day(10)), ..supply(4, 4) },
            ],
            seats: vec![seat(1, 1, Some(day(9))), seat(2, 2, Some(day(10)))],
            tasks: vec![TaskTies {
                id: 1.into(),
                name: "task".to_owned(),
                owner: 1.into(),
                counterpart: 2.into(),
            }],
            ..GraphInput::default()
        };
        let snapshot = Snapshot::build(input);
        let near = |kind| -> Vec<NodeRef> {
            let around = Around { kinds: &[kind], direction: Direction::Both, limit: 9 };
            let all = snapshot.neighbours(enterprise(1), around, &Lens::All);
            all.into_iter().map(|neighbour| neighbour.node).collect()
        };
        assert_eq!(near(EdgeKind::Supplies), [enterprise(2), enterprise(4)]);
        assert_eq!(near(EdgeKind::SitsOn), []);
        assert_eq!(near(EdgeKind::TaskOwner), [NodeRef::Task(1.into())]);
        let seated = NodeRef::Committee(1.into());
        let around = Around { kinds: &[], direction: Direction::In, limit: 9 };
        let holders = snapshot.neighbours(seated, around, &Lens::All);
        assert_eq!(holders.iter().map(|h| h.node).collect::<Vec<_>>(), [enterprise(2)]);
    }
}
