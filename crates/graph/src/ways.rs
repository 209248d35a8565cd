//! All ways along supply from one enterprise to another.

use std::collections::BTreeMap;

use lianmeng_domain::ids::EnterpriseId;

use crate::edge::{Direction, Flow};
use crate::flat::Index;
use crate::lens::Lens;
use crate::net::route::Ways;
use crate::net::{Net, Node};
use crate::node::NodeRef;
use crate::search::{Expansion, Hop, IndexSet};
use crate::snapshot::Snapshot;
use crate::walk::{Step, Via};

/// Enterprises that ways may pass.
const MOST_FIRMS: usize = 2_000;
/// Links between them that are looked at.
const MOST_LINKS: usize = 200_000;
/// Edges the search for ways may look at.
const WORK: u64 = 1_000_000;

/// A question for all ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaysQuery {
    /// Where they start.
    pub from: EnterpriseId,
    /// Where they end.
    pub to: EnterpriseId,
    /// Which way each step leads: to a buyer, or to a supplier.
    pub flow: Flow,
    /// Most steps of a way.
    pub max_steps: u32,
    /// Most ways to list.
    pub limit: usize,
}

/// Ways along supply.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SupplyWays {
    /// The ways without their start: shortest first, then in the order of the nodes' ids.
    pub ways: Vec<Vec<Step>>,
    /// Whether these are all; `false` if a limit ended the search.
    pub is_complete: bool,
}

/// What lies between, as far as it was looked at.
#[derive(Debug, Default)]
struct Between {
    firms: Vec<Index>,
    hops: BTreeMap<(Node, Node), Hop>,
    is_complete: bool,
}

impl Snapshot {
    /// Ways without a repeated enterprise along supply relations, observed as far as `lens` shows them or
    /// following from products; `None` if an end is unknown.
    ///
    /// What lies within reach is laid out first, at most 2 000 enterprises and 200 000 links, then all ways
    /// are looked for depth-first as [`Net::simple_ways`] does. Of the ways that exist the shortest are
    /// found first only among those that were found: ask for enough, or for fewer steps.
    pub fn supply_ways(&self, ask: &WaysQuery, lens: &Lens) -> Option<SupplyWays> {
        let from = self.index(NodeRef::Enterprise(ask.from))?;
        let to = self.index(NodeRef::Enterprise(ask.to))?;
        let between = self.between(from, ask, lens);
        let place = |firm: Index| between.firms.binary_search(&firm).ok();
        let (Some(start), Some(end)) = (place(from), place(to)) else {
            return Some(SupplyWays { ways: Vec::new(), is_complete: between.is_complete });
        };
        let edges: Vec<(Node, Node)> = between.hops.keys().copied().collect();
        let nodes = crate::net::narrow(between.firms.len());
        // Every end is one of the nodes.
        let Ok(net) = Net::new(nodes, &edges) else { return Some(SupplyWays::default()) };
        let found = net.simple_ways(Ways {
            from: crate::net::narrow(start),
            to: crate::net::narrow(end),
            direction: Direction::Out,
            max_steps: ask.max_steps,
            limit: ask.limit,
            work: WORK,
        });
        let mut ways = found.ways;
        ways.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
        let told = ways.iter().map(|way| self.steps_of(way, &between)).collect();
        Some(SupplyWays { ways: told, is_complete: found.is_complete && between.is_complete })
    }

    /// Enterprises within reach of `from` and the links between them.
    fn between(&self, from: Index, ask: &WaysQuery, lens: &Lens) -> Between {
        let mut between = Between { is_complete: true, ..Between::default() };
        let mut seen = IndexSet::from_iter([from]);
        let mut layer = vec![from];
        let mut expansion = Expansion::once(lens);
        between.firms.push(from);
        for _ in 0..ask.max_steps {
            let mut next = Vec::new();
            for &here in &layer {
                self.supply_steps(here, ask.flow, &mut expansion, &mut |other, _| {
                    if !seen.contains(&other) && seen.len() >= MOST_FIRMS {
                        between.is_complete = false;
                    } else if seen.insert(other) {
                        next.push(other);
                    }
                    between.is_complete
                });
            }
            between.firms.extend(&next);
            layer = next;
        }
        between.firms.sort_unstable();
        let mut links = 0;
        for (node, &here) in (0..).zip(&between.firms) {
            let mut expansion = Expansion::every_time(lens);
            self.supply_steps(here, ask.flow, &mut expansion, &mut |other, hop| {
                links += 1;
                if links > MOST_LINKS {
                    between.is_complete = false;
                    return false;
                }
                if let Ok(place) = between.firms.binary_search(&other) {
                    between.hops.entry((node, crate::net::narrow(place))).or_insert(hop);
                }
                true
            });
        }
        between
    }

    fn steps_of(&self, way: &[Node], between: &Between) -> Vec<Step> {
        let steps = way.windows(2).filter_map(|pair| {
            let &[from, to] = pair else { return None };
            let firm = between.firms.get(crate::flat::at(to))?;
            let via = match *between.hops.get(&(from, to))? {
                Hop::Edge { kind, is_forward } => Via::Edge { kind, is_forward },
                Hop::Derived { link, is_forward } => {
                    Via::Derived { link: link.link(self), is_forward }
                }
            };
            Some(Step { via, node: self.node(*firm) })
        });
        steps.collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::worlds;

    fn ask(from: u128, to: u128) -> WaysQuery {
        let flow = Flow::Downstream;
        WaysQuery { from: from.into(), to: to.into(), flow, max_steps: 4, limit: 1_000 }
    }

    #[test]
    fn ways_are_told_with_what_they_rest_on_and_limits_are_admitted() {
        let mut input = worlds::home_textile();
        input.supply_edges.push(worlds::supply(2, 1, 3));
        let graph = Snapshot::build(input);
        let firms = |found: &SupplyWays| -> Vec<Vec<String>> {
            let way = |way: &Vec<Step>| way.iter().map(|step| step.node.to_string()).collect();
            found.ways.iter().map(way).collect()
        };
        let of = |n: u128| worlds::enterprise(n).to_string();
        let found = graph.supply_ways(&ask(1, 4), &Lens::All).unwrap();
        assert_eq!(firms(&found), [vec![of(3), of(4)], vec![of(2), of(3), of(4)]]);
        assert!(found.is_complete);
        assert!(matches!(found.ways[0][0].via, Via::Edge { .. }), "seen");
        assert!(matches!(found.ways[0][1].via, Via::Derived { .. }), "bedding is used");
        let public = graph.supply_ways(&ask(1, 4), &Lens::Public).unwrap();
        assert_eq!(firms(&public), [vec![of(2), of(3), of(4)]]);
        let one = WaysQuery { limit: 1, ..ask(1, 4) };
        let found = graph.supply_ways(&one, &Lens::All).unwrap();
        assert_eq!((found.ways.len(), found.is_complete), (1, false));
        let back = WaysQuery { flow: Flow::Upstream, ..ask(4, 1) };
        assert_eq!(graph.supply_ways(&back, &Lens::All).unwrap().ways.len(), 2);
        assert_eq!(graph.supply_ways(&ask(4, 1), &Lens::All).unwrap().ways.len(), 0);
        assert_eq!(graph.supply_ways(&ask(1, 9), &Lens::All), None);
    }

    fn brute(pairs: &BTreeSet<(u128, u128)>, way: &mut Vec<u128>, to: u128, left: u32) -> usize {
        let here = *way.last().unwrap();
        if here == to {
            return 1;
        }
        if left == 0 {
            return 0;
        }
        let mut count = 0;
        for &(_, next) in pairs.iter().filter(|(from, _)| *from == here) {
            if !way.contains(&next) {
                way.push(next);
                count += brute(pairs, way, to, left - 1);
                way.pop();
            }
        }
        count
    }

    proptest! {
        #[test]
        fn there_are_as_many_ways_as_brute_force_finds(
            world in worlds::worlds(), from in 1..=8_u128, to in 1..=8_u128,
        ) {
            let (from, to) = (from.min(world.firms), to.min(world.firms));
            prop_assume!(from != to);
            let found = world.snapshot().supply_ways(&ask(from, to), &Lens::All).unwrap();
            let want = brute(&world.supply_pairs(), &mut vec![from], to, 4);
            prop_assert_eq!((found.ways.len(), found.is_complete), (want, true));
            for way in &found.ways {
                prop_assert!(way.len() <= 4 && way.last().unwrap().node == worlds::enterprise(to));
            }
            prop_assert!(found.ways.windows(2).all(|two| two[0].len() <= two[1].len()));
        }
    }
}
