//! How two nodes hang together.

use lianmeng_domain::words;

use crate::edge::Flow;
use crate::flat::Index;
use crate::lens::Lens;
use crate::node::{NodeKind, NodeRef};
use crate::search::{Expansion, Hop, Search};
use crate::snapshot::Snapshot;
use crate::walk::Step;

words! {
    /// Which relations a path may use, each in either direction.
    pub enum Over {
        /// Supply relations between enterprises, observed or following from products; a step leads
        /// from enterprise to enterprise 供应关系.
        Supply = "supply",
        /// Every edge of the graph: ownership, seats, alliances, tasks, products, segments
        /// 全部关系.
        Everything = "everything",
    }
}

/// A question for a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathQuery {
    /// Where it starts.
    pub from: NodeRef,
    /// Where it ends.
    pub to: NodeRef,
    /// Which relations it may use.
    pub over: Over,
    /// Most steps.
    pub max_steps: u32,
}

impl Snapshot {
    /// One shortest path, without its start; empty if start and end are the same node.
    ///
    /// `None` if there is none of at most `max_steps` steps that `lens` shows, if an end is unknown
    /// or hidden, or if an end of a supply path is no enterprise. Of several shortest paths it is
    /// the one whose nodes, from the start, come first by the order in which
    /// [`Self::walk`] and [`Self::neighbours`] list them.
    ///
    /// Time and memory linear in the part of the graph nearer to the start than the end is.
    pub fn path(&self, query: PathQuery, lens: &Lens) -> Option<Vec<Step>> {
        let shown = |node| self.index(node).filter(|&index| self.shows_node(lens, index));
        let (from, to) = (shown(query.from)?, shown(query.to)?);
        let is_firm = |node: NodeRef| node.kind() == NodeKind::Enterprise;
        if query.over == Over::Supply && !(is_firm(query.from) && is_firm(query.to)) {
            return None;
        }
        if from == to {
            return Some(Vec::new());
        }
        let mut search = Search::new(from);
        let mut expansion = Expansion::once(lens);
        let mut layer = vec![from];
        for _ in 0..query.max_steps {
            let mut next = Vec::new();
            let mut is_there = false;
            for &here in &layer {
                let mut visit = |node, hop| {
                    if search.reach(here, node, hop) {
                        next.push(node);
                        is_there |= node == to;
                    }
                    !is_there
                };
                match query.over {
                    Over::Supply => {
                        for flow in [Flow::Downstream, Flow::Upstream] {
                            self.supply_steps(here, flow, &mut expansion, &mut visit);
                        }
                    }
                    Over::Everything => self.all_steps(here, lens, &mut visit),
                }
                if is_there {
                    return Some(search.path(self, to));
                }
            }
            if next.is_empty() {
                return None;
            }
            layer = next;
        }
        None
    }

    /// Offers `visit` every neighbour that `lens` shows, outgoing edges first, until it answers
    /// `false`.
    fn all_steps(&self, here: Index, lens: &Lens, visit: &mut dyn FnMut(Index, Hop) -> bool) {
        for (kind, to) in self.outgoing.all(here) {
            let hop = Hop::Edge { kind, is_forward: true };
            if self.shows_edge(lens, here, kind, to) && !visit(to, hop) {
                return;
            }
        }
        for (kind, from) in self.incoming.all(here) {
            let hop = Hop::Edge { kind, is_forward: false };
            if self.shows_edge(lens, from, kind, here) && !visit(from, hop) {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::edge::EdgeKind;
    use crate::walk::Via;
    use crate::worlds::{self, enterprise, product};

    fn ask(from: NodeRef, to: NodeRef, over: Over) -> PathQuery {
        PathQuery { from, to, over, max_steps: 10 }
    }

    fn nodes(path: Option<Vec<Step>>) -> Option<Vec<NodeRef>> {
        path.map(|path| path.iter().map(|step| step.node).collect())
    }

    #[test]
    fn enterprises_are_connected_over_supply_in_either_direction() {
        let snapshot = worlds::tongzhou();
        let supply = |from, to| {
            let query = ask(enterprise(from), enterprise(to), Over::Supply);
            nodes(snapshot.path(query, &Lens::Public))
        };
        assert_eq!(supply(1, 4), Some(vec![enterprise(2), enterprise(3), enterprise(4)]));
        assert_eq!(supply(4, 2), Some(vec![enterprise(3), enterprise(2)]));
        assert_eq!(supply(2, 2), Some(vec![]));
        assert_eq!(supply(1, 6), None, "ownership is no supply");
        assert_eq!(supply(1, 9), None, "unknown");
        let query = ask(enterprise(1), product(1), Over::Supply);
        assert_eq!(snapshot.path(query, &Lens::All), None, "a product supplies nobody");
    }

    #[test]
    fn a_shared_task_shortens_the_way_only_for_those_who_may_see_it() {
        let snapshot = worlds::tongzhou();
        let everything = |lens: &Lens| {
            let query = ask(enterprise(1), enterprise(4), Over::Everything);
            nodes(snapshot.path(query, lens))
        };
        let task = NodeRef::Task(1.into());
        assert_eq!(everything(&Lens::All), Some(vec![task, enterprise(4)]));
        let products = [product(2), product(3), product(4), enterprise(4)];
        assert_eq!(everything(&Lens::Public), Some(products.to_vec()));
        assert_eq!(everything(&Lens::Nothing), None);
    }

    #[test]
    fn a_step_says_which_way_its_edge_points_and_long_ways_are_cut() {
        let snapshot = worlds::tongzhou();
        let query = ask(enterprise(6), enterprise(1), Over::Everything);
        let up = Via::Edge { kind: EdgeKind::Owns, is_forward: false };
        let want = [Step { via: up, node: enterprise(5) }, Step { via: up, node: enterprise(1) }];
        assert_eq!(snapshot.path(query, &Lens::Public), Some(want.to_vec()));
        let short = PathQuery { max_steps: 1, ..query };
        assert_eq!(snapshot.path(short, &Lens::Public), None);
    }

    proptest! {
        #[test]
        fn a_path_is_as_short_as_brute_force_finds(
            world in worlds::worlds(), from in 1..=8_u128, to in 1..=8_u128,
        ) {
            let (from, to) = (from.min(world.firms), to.min(world.firms));
            let snapshot = world.snapshot();
            let pairs = world.supply_pairs();
            let both: BTreeSet<_> = pairs.iter().flat_map(|&(a, b)| [(a, b), (b, a)]).collect();
            let want = worlds::distances(&both, from)
                .into_iter()
                .find_map(|(id, steps)| (id == to).then_some(steps));
            let path = snapshot.path(ask(enterprise(from), enterprise(to), Over::Supply), &Lens::All);
            prop_assert_eq!(path.map(|path| u32::try_from(path.len()).unwrap()), want);
        }

        #[test]
        fn a_path_over_everything_follows_edges_and_is_shortest(
            world in worlds::worlds(), from in 1..=8_u128, to in 1..=8_u128,
        ) {
            let (from, to) = (from.min(world.firms), to.min(world.firms));
            let snapshot = world.snapshot();
            // Products are written as numbers from 100.
            let firms = world.supplies.iter().copied();
            let made = world.makes.iter().chain(&world.uses).map(|&(firm, p)| (firm, p + 100));
            let products =
                world.materials.iter().chain(&world.kinds).map(|&(a, b)| (a + 100, b + 100));
            let both: BTreeSet<_> =
                firms.chain(made).chain(products).flat_map(|(a, b)| [(a, b), (b, a)]).collect();
            let want = worlds::distances(&both, from)
                .into_iter()
                .find_map(|(id, steps)| (id == to).then_some(steps))
                .filter(|steps| *steps <= 10);
            let query = ask(enterprise(from), enterprise(to), Over::Everything);
            let path = snapshot.path(query, &Lens::All);
            prop_assert_eq!(path.map(|path| u32::try_from(path.len()).unwrap()), want);
        }
    }
}
