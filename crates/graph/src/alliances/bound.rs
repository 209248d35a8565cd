//! From communities to groups that can meet: one city, neighbouring segments, bounded size.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::{AllianceQuery, Table};
use crate::flat::at;
use crate::net::Node;
use crate::net::community::Leiden;
use crate::net::{Net, narrow};

/// Cuts and joins groups.
#[derive(Debug)]
pub(super) struct Bounded<'a> {
    table: &'a Table,
    fewest: usize,
    most: usize,
    /// Whether anybody considered stands on each segment first of all.
    is_held: Vec<bool>,
}

impl<'a> Bounded<'a> {
    pub(super) fn new(table: &'a Table, ask: &AllianceQuery<'_>) -> Self {
        let mut is_held = vec![false; table.segments.len()];
        for &home in &table.home {
            if let Some(slot) = is_held.get_mut(home) {
                *slot = true;
            }
        }
        let most = ask.most.max(1);
        Self { table, fewest: ask.fewest.min(most), most, is_held }
    }

    /// Groups from labels: along the chain by their first segment, larger first, then by lowest member.
    pub(super) fn groups(&self, of: &[u32]) -> Vec<Vec<Node>> {
        let ties = self.table.net.ties();
        // Whoever has no tie waits with those in the same city on the same segment.
        let mut parts: BTreeMap<(Option<u32>, usize), Vec<Node>> = BTreeMap::new();
        for (node, &label) in (0..).zip(of) {
            let key = if ties.of(node).is_empty() {
                (None, self.table.home[at(node)])
            } else {
                (Some(label), 0)
            };
            parts.entry(key).or_default().push(node);
        }
        let cities = parts.into_values().flat_map(|part| self.by_city(part));
        let runs = cities.flat_map(|part| self.by_run(part));
        let sized: Vec<Vec<Node>> = runs.flat_map(|part| self.by_size(part)).collect();
        let mut groups = self.join_small(sized);
        groups.sort_by_key(|group| {
            let home = group.iter().map(|&node| self.table.home[at(node)]).min();
            (home, Reverse(group.len()), group.first().copied())
        });
        groups
    }

    fn by_city(&self, part: Vec<Node>) -> Vec<Vec<Node>> {
        let mut cities: BTreeMap<_, Vec<Node>> = BTreeMap::new();
        for node in part {
            cities.entry(self.table.city[at(node)]).or_default().push(node);
        }
        cities.into_values().collect()
    }

    /// Whether segments `low` and `high` follow each other: nobody stands on those between.
    fn follow(&self, low: usize, high: usize) -> bool {
        (low + 1..high).all(|between| self.is_held.get(between) != Some(&true))
    }

    /// Parts on segments that follow each other.
    fn by_run(&self, part: Vec<Node>) -> Vec<Vec<Node>> {
        let mut homes: BTreeMap<usize, Vec<Node>> = BTreeMap::new();
        for node in part {
            homes.entry(self.table.home[at(node)]).or_default().push(node);
        }
        let mut runs: Vec<(usize, Vec<Node>)> = Vec::new();
        for (home, nodes) in homes {
            match runs.last_mut() {
                Some((last, run)) if self.follow(*last, home) => {
                    run.extend(nodes);
                    *last = home;
                }
                Some(_) | None => runs.push((home, nodes)),
            }
        }
        runs.into_iter().map(|(_, run)| sorted(run)).collect()
    }

    /// Parts of at most the size asked for: communities inside of it, or else a like slice of every
    /// segment for each.
    fn by_size(&self, part: Vec<Node>) -> Vec<Vec<Node>> {
        let mut done = Vec::new();
        let mut open = vec![part];
        while let Some(part) = open.pop() {
            if part.len() <= self.most {
                done.push(part);
                continue;
            }
            let inner = self.communities(&part);
            if inner.len() > 1 {
                let runs = inner.into_iter().flat_map(|inner| self.by_run(inner));
                open.extend(runs);
            } else {
                // A slice may lack the middle of a run.
                done.extend(self.slices(&part).into_iter().flat_map(|slice| self.by_run(slice)));
            }
        }
        done
    }

    /// Communities within a part by themselves.
    fn communities(&self, part: &[Node]) -> Vec<Vec<Node>> {
        let place = |node: Node| part.binary_search(&node).ok().map(narrow);
        let mut edges = Vec::new();
        for (here, &node) in (0..).zip(part) {
            let ties = self.table.net.outgoing(node);
            edges.extend(ties.filter_map(|(other, weight)| Some((here, place(other)?, weight))));
        }
        let whole = || vec![part.to_vec()];
        let Ok(net) = Net::weighted(narrow(part.len()), &edges) else { return whole() };
        let Ok(found) = net.ties().communities(Leiden::default()) else { return whole() };
        let named = |members: Vec<Node>| members.iter().map(|&node| part[at(node)]).collect();
        found.members().into_iter().map(named).collect()
    }

    /// The part dealt out so that each slice has its share of every segment.
    fn slices(&self, part: &[Node]) -> Vec<Vec<Node>> {
        let count = part.len().div_ceil(self.most);
        let mut slices = vec![Vec::new(); count];
        let mut order = part.to_vec();
        order.sort_by_key(|&node| (self.table.home[at(node)], node));
        for (place, node) in order.into_iter().enumerate() {
            slices[place % count].push(node);
        }
        slices.into_iter().map(sorted).collect()
    }

    /// Joins what is too small to the group it has most to do with, smallest first.
    fn join_small(&self, parts: Vec<Vec<Node>>) -> Vec<Vec<Node>> {
        let mut groups: Vec<Vec<Node>> = parts;
        groups.sort_by_key(|group| (group.len(), group.first().copied()));
        let mut of = vec![usize::MAX; self.table.firms.len()];
        for (group, members) in groups.iter().enumerate() {
            for &node in members {
                of[at(node)] = group;
            }
        }
        for small in 0..groups.len() {
            if groups[small].is_empty() || groups[small].len() >= self.fewest {
                continue;
            }
            let Some(target) = self.target(small, &groups, &of) else { continue };
            let moved = std::mem::take(&mut groups[small]);
            for &node in &moved {
                of[at(node)] = target;
            }
            groups[target] = sorted([std::mem::take(&mut groups[target]), moved].concat());
        }
        groups.retain(|group| !group.is_empty());
        groups
    }

    /// The group with room, in the same city and next along the chain, that a small one has most links to;
    /// then the one with most members on its segments, then the first.
    fn target(&self, small: usize, groups: &[Vec<Node>], of: &[usize]) -> Option<usize> {
        let members = &groups[small];
        let mut links: BTreeMap<usize, u64> = BTreeMap::new();
        for &node in members {
            let ties = self.table.net.outgoing(node).chain(self.table.net.incoming(node));
            for (other, weight) in ties {
                *links.entry(of[at(other)]).or_default() += u64::from(weight);
            }
        }
        let homes = self.homes(members);
        let fits = |(place, group): &(usize, &Vec<Node>)| {
            *place != small
                && !group.is_empty()
                && group.len() + members.len() <= self.most
                && self.city_of(group) == self.city_of(members)
                && self.is_run(&homes.union(&self.homes(group)).copied().collect())
        };
        let worth = |(place, group): (usize, &Vec<Node>)| {
            let on = group.iter().filter(|&&node| homes.contains(&self.table.home[at(node)]));
            (links.get(&place).copied().unwrap_or_default(), on.count(), Reverse(place))
        };
        let all = groups.iter().enumerate().filter(fits);
        all.max_by_key(|one| worth(*one)).map(|(place, _)| place)
    }

    fn homes(&self, members: &[Node]) -> BTreeSet<usize> {
        members.iter().map(|&node| self.table.home[at(node)]).collect()
    }

    fn city_of(&self, members: &[Node]) -> Option<lianmeng_domain::region::RegionCode> {
        members.first().and_then(|&node| self.table.city[at(node)])
    }

    fn is_run(&self, homes: &BTreeSet<usize>) -> bool {
        homes.iter().zip(homes.iter().skip(1)).all(|(&low, &high)| self.follow(low, high))
    }
}

fn sorted(mut list: Vec<Node>) -> Vec<Node> {
    list.sort_unstable();
    list
}
