//! The exact choice of tasks: one minimum-cost flow through owners, projects and counterparts.
//!
//! A task is a project, an owner and a counterpart, and is worth the points of the project with the
//! one plus those with the other. A unit goes from a hub through an owner into a project, out of it
//! into a counterpart and back to the hub, so that both sides are chosen at once and their sum is
//! exact. Parties that must not meet are no flow: where the best flow has such a task, one of its two
//! links is given up, either way, and the better way is followed (branch and bound, best first).

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use crate::assign::{Network, narrow};
use crate::score::Points;

/// Flows solved at most before the choice is no longer proved to be the best.
const MAX_FLOWS: usize = 200;

/// A party that fits a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// Index of the project.
    pub project: usize,
    /// Index of the party on its side.
    pub party: usize,
    /// What it is worth.
    pub points: Points,
    /// Whether the list that stands has it; of equally good choices that with more of them is taken.
    pub stands: bool,
}

/// What a party may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Most projects besides those it has.
    pub room: u64,
    /// Whether it has one already.
    pub is_served: bool,
}

/// Projects to cover, and who may cover them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Market {
    /// How many projects.
    pub projects: usize,
    /// Owners.
    pub owners: Vec<Load>,
    /// Counterparts.
    pub counterparts: Vec<Load>,
    /// Owners that fit projects, each pair once.
    pub own: Vec<Link>,
    /// Counterparts that fit projects, each pair once.
    pub other: Vec<Link>,
    /// Owners and counterparts that must not meet.
    pub apart: BTreeSet<(usize, usize)>,
}

/// A task: its two links, by their position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Chosen {
    /// The project.
    pub project: usize,
    /// Position in [`Market::own`].
    pub own: usize,
    /// Position in [`Market::other`].
    pub other: usize,
}

/// What a choice is worth; the first that differs decides, more is better.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Levels {
    /// Projects with a task.
    pub covered: i64,
    /// Owners with a first project.
    pub owners: i64,
    /// Counterparts with a first project.
    pub counterparts: i64,
    /// Sum of the points of all tasks.
    pub points: i64,
    /// Links that the standing list has.
    pub standing: i64,
}

/// The choice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// Tasks, by project.
    pub tasks: Vec<Chosen>,
    /// What they are worth.
    pub levels: Levels,
    /// Whether no choice is better. Always, but where very many parties must not meet.
    pub is_proved: bool,
}

/// The best tasks: each project at most once, nobody above its room, nobody with whom it must not
/// meet.
///
/// Links to projects or parties that do not exist are ignored. Network simplex, level after level:
/// 28 owners, 171 counterparts and 297 projects, all of them fitting, take about 0.1 s; memory is
/// linear in the links.
pub fn choose(market: &Market) -> Choice {
    let mut queue = BinaryHeap::from([Node::solve(market, BTreeSet::new(), 0)]);
    let mut flows = 1;
    while let Some(node) = queue.pop() {
        let Some(clash) = node.clashes(market).next() else {
            return Choice { tasks: node.tasks, levels: node.levels, is_proved: true };
        };
        if flows >= MAX_FLOWS {
            return settle(market, node);
        }
        for bar in [(Way::Own, clash.own), (Way::Other, clash.other)] {
            let mut barred = node.barred.clone();
            barred.insert(bar);
            queue.push(Node::solve(market, barred, flows));
            flows += 1;
        }
    }
    Choice::default()
}

/// Gives up links to counterparts until nobody meets whom it must not.
fn settle(market: &Market, mut node: Node) -> Choice {
    loop {
        let clashes: Vec<Chosen> = node.clashes(market).collect();
        if clashes.is_empty() {
            return Choice { tasks: node.tasks, levels: node.levels, is_proved: false };
        }
        let mut barred = node.barred;
        barred.extend(clashes.iter().map(|clash| (Way::Other, clash.other)));
        node = Node::solve(market, barred, 0);
    }
}

/// One of the two kinds of links.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Own,
    Other,
}

/// The best flow without some links. The greatest is looked at first, of equals the eldest.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Node {
    levels: Levels,
    order: Reverse<usize>,
    barred: BTreeSet<(Way, usize)>,
    tasks: Vec<Chosen>,
}

impl Node {
    fn solve(market: &Market, barred: BTreeSet<(Way, usize)>, order: usize) -> Self {
        let tasks = flow(market, &barred);
        Self { levels: levels(market, &tasks), order: Reverse(order), barred, tasks }
    }

    /// Tasks whose parties must not meet.
    fn clashes<'a>(&'a self, market: &'a Market) -> impl Iterator<Item = Chosen> + 'a {
        let is_clash = |task: &Chosen| {
            let own = market.own.get(task.own).map(|link| link.party);
            let other = market.other.get(task.other).map(|link| link.party);
            own.zip(other).is_some_and(|pair| market.apart.contains(&pair))
        };
        self.tasks.iter().copied().filter(move |task| is_clash(task))
    }
}

/// What `tasks` are worth.
fn levels(market: &Market, tasks: &[Chosen]) -> Levels {
    let own: Vec<&Link> = tasks.iter().filter_map(|task| market.own.get(task.own)).collect();
    let other: Vec<&Link> = tasks.iter().filter_map(|task| market.other.get(task.other)).collect();
    let first = |links: &[&Link], loads: &[Load]| {
        let fresh = |party: &usize| loads.get(*party).is_some_and(|load| !load.is_served);
        let parties: BTreeSet<usize> = links.iter().map(|link| link.party).filter(fresh).collect();
        count(parties.len())
    };
    let links = || own.iter().chain(&other);
    Levels {
        covered: count(tasks.len()),
        owners: first(&own, &market.owners),
        counterparts: first(&other, &market.counterparts),
        points: links().map(|link| i64::from(link.points)).sum(),
        standing: count(links().filter(|link| link.stands).count()),
    }
}

fn count(many: usize) -> i64 {
    i64::try_from(many).unwrap_or(i64::MAX)
}

/// The best tasks without the `barred` links, by project.
fn flow(market: &Market, barred: &BTreeSet<(Way, usize)>) -> Vec<Chosen> {
    let shape = Shape::of(market);
    let mut network = Network::<i64>::new();
    let own = usable(market, Way::Own, barred);
    let other = usable(market, Way::Other, barred);
    for &(_, link) in &own {
        network.add(narrow(link.party), shape.entry(link.project), 0, 1);
    }
    for &(_, link) in &other {
        network.add(shape.exit(link.project), shape.counterpart(link.party), 0, 1);
    }
    let most = count(market.projects);
    let room = |load: &Load| i64::try_from(load.room).unwrap_or(i64::MAX).min(most);
    let has_first = |load: &Load| !load.is_served && room(load) > 0;
    let firsts = |loads: &[Load]| loads.iter().filter(|load| has_first(load)).count();
    for (at, _) in market.owners.iter().enumerate().filter(|(_, load)| has_first(load)) {
        network.add(shape.hub, narrow(at), 0, 1);
    }
    for (at, _) in market.counterparts.iter().enumerate().filter(|(_, load)| has_first(load)) {
        network.add(shape.counterpart(at), shape.hub, 0, 1);
    }
    let rest = |load: &Load| room(load) - i64::from(has_first(load));
    for (at, load) in market.owners.iter().enumerate().filter(|(_, load)| rest(load) > 0) {
        network.add(shape.hub, narrow(at), 0, rest(load));
    }
    for (at, load) in market.counterparts.iter().enumerate().filter(|(_, load)| rest(load) > 0) {
        network.add(shape.counterpart(at), shape.hub, 0, rest(load));
    }
    for project in 0..market.projects {
        network.add(shape.entry(project), shape.exit(project), -1, 1);
    }
    let links = || own.iter().chain(&other).map(|(_, link)| link);
    let (edges, first, second) =
        (own.len() + other.len(), firsts(&market.owners), firsts(&market.counterparts));
    let owners = [vec![0; edges], vec![-1; first]].concat();
    let counterparts = [vec![0; edges + first], vec![-1; second]].concat();
    let points = links().map(|link| -i64::from(link.points)).collect();
    let standing = links().map(|link| -i64::from(link.stands)).collect();
    let later = [owners, counterparts, points, standing];
    // Doing nothing is a flow, so there is one.
    let flows = network.solve_levels(&vec![0; shape.nodes], &later).unwrap_or_default();
    let used = |links: &[(usize, Link)], flows: &[i64]| {
        let mut of: Vec<Option<usize>> = vec![None; market.projects];
        for ((at, link), _) in links.iter().zip(flows).filter(|(_, flow)| **flow == 1) {
            if let Some(slot) = of.get_mut(link.project) {
                *slot = Some(*at);
            }
        }
        of
    };
    let (of_own, of_other) = flows.split_at(own.len().min(flows.len()));
    let both = used(&own, of_own).into_iter().zip(used(&other, of_other)).enumerate();
    both.filter_map(|(project, (own, other))| Some(Chosen { project, own: own?, other: other? }))
        .collect()
}

/// The links of one kind that exist and are not barred, with their positions.
fn usable(market: &Market, way: Way, barred: &BTreeSet<(Way, usize)>) -> Vec<(usize, Link)> {
    let (links, parties) = match way {
        Way::Own => (&market.own, market.owners.len()),
        Way::Other => (&market.other, market.counterparts.len()),
    };
    let all = links.iter().copied().enumerate();
    all.filter(|(at, link)| {
        link.project < market.projects && link.party < parties && !barred.contains(&(way, *at))
    })
    .collect()
}

/// Numbers of the nodes: owners come first, under their own.
struct Shape {
    owners: usize,
    projects: usize,
    hub: u32,
    nodes: usize,
}

impl Shape {
    fn of(market: &Market) -> Self {
        let (owners, projects) = (market.owners.len(), market.projects);
        let hub = owners + 2 * projects + market.counterparts.len();
        Self { owners, projects, hub: narrow(hub), nodes: hub + 1 }
    }

    fn entry(&self, project: usize) -> u32 {
        narrow(self.owners + project)
    }

    fn exit(&self, project: usize) -> u32 {
        narrow(self.owners + self.projects + project)
    }

    fn counterpart(&self, at: usize) -> u32 {
        narrow(self.owners + 2 * self.projects + at)
    }
}

#[cfg(test)]
mod tests;
