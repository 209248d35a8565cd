//! Minimum-cost flow for two-sided pairing: successive shortest paths over one side.
//!
//! The market is a circulation hub → source → target → hub where every arc source → target carries
//! at most one unit and gains its points. Both sides have dual prices `u` and `w` with
//! `u + w ≥ points` on free arcs and `u + w ≤ points` on used ones (R. K. Ahuja, T. L. Magnanti,
//! J. B. Orlin, *Network Flows*, chapter 9). A search is Dijkstra over the slacks, cut off as soon
//! as no way out can be cheaper than the best one found; arcs are sorted by points so that most of
//! them are never looked at.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::{Add, Range, Sub};

/// Points wide enough that no sum along a path overflows: `i64` for usual markets, else `i128`.
pub(crate) trait Points:
    Copy + Ord + Add<Output = Self> + Sub<Output = Self> + From<i64>
{
}

impl Points for i64 {}
impl Points for i128 {}

/// Widens an index; indices are stored in 32 bits to keep the arcs small.
pub(super) fn wide(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}

/// Narrows an index. [`super::PairingProblem`] refuses larger sides and longer edge lists.
pub(crate) fn narrow(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// The arcs of every source, best points first, ties by target.
pub(super) struct Arcs {
    starts: Vec<usize>,
    targets: Vec<u32>,
    points: Vec<i64>,
    owners: Vec<u32>,
}

impl Arcs {
    /// Sorts `(source, target, points)`. `O(m log m)` for `m` arcs.
    pub(super) fn new(sources: usize, mut arcs: Vec<(u32, u32, i64)>) -> Self {
        use rayon::slice::ParallelSliceMut;
        arcs.par_sort_unstable_by_key(|&(source, target, points)| {
            (source, Reverse(points), target)
        });
        let mut starts = vec![0; sources + 1];
        for &(source, ..) in &arcs {
            starts[wide(source) + 1] += 1;
        }
        for source in 0..sources {
            starts[source + 1] += starts[source];
        }
        Self {
            starts,
            targets: arcs.iter().map(|arc| arc.1).collect(),
            points: arcs.iter().map(|arc| arc.2).collect(),
            owners: arcs.iter().map(|arc| arc.0).collect(),
        }
    }

    fn of(&self, source: usize) -> Range<usize> {
        self.starts[source]..self.starts[source + 1]
    }

    fn target(&self, arc: usize) -> usize {
        wide(self.targets[arc])
    }

    fn owner(&self, arc: usize) -> usize {
        wide(self.owners[arc])
    }

    fn points<P: Points>(&self, arc: usize) -> P {
        P::from(self.points[arc])
    }
}

/// How a unit leaves the market.
#[derive(Clone, Copy)]
pub(super) enum Way {
    /// Targets take a unit at their dual price: the hub pays for every place.
    Priced,
    /// Targets take a unit for nothing: only the minimums of the sources are being placed.
    Free,
}

/// A set of sources that cannot all have their units, closed under everything they could try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shortage {
    /// Sources that are short, with the units each lacks.
    pub(super) lacking: Vec<(usize, u64)>,
    /// All sources that compete for the same places, the lacking ones included; ascending.
    pub(super) members: Vec<usize>,
}

/// A market under way: used arcs, dual prices, rooms left.
pub(super) struct Market<P> {
    arcs: Arcs,
    used: Vec<bool>,
    /// Used arcs of every target.
    holders: Vec<Vec<u32>>,
    /// Dual price of every node: sources first, then targets.
    duals: Vec<P>,
    /// Units every target can still take.
    room: Vec<u64>,
    /// Units every source may still give up.
    spare: Vec<u64>,
    way: Way,
    search: Search<P>,
    shortages: Vec<Shortage>,
    /// Arcs that may still be looked at; see [`Market::is_exhausted`].
    steps: u64,
}

/// Scratch of one shortest-path search; stamps save clearing it.
struct Search<P> {
    stamp: Vec<u32>,
    round: u32,
    distance: Vec<P>,
    /// The arc a node was reached by.
    via: Vec<u32>,
    settled: Vec<u32>,
    queue: BinaryHeap<Reverse<(P, u32)>>,
    /// Group of the shortage a node is shut in, plus one; 0 while it is open.
    shut: Vec<u32>,
    lowest_target_dual: P,
    /// Groups of shut nodes the current search ran into.
    touched: Vec<u32>,
}

/// The cheapest way out found so far.
#[derive(Clone, Copy)]
struct Exit<P> {
    cost: P,
    node: usize,
}

impl<P: Points> Market<P> {
    /// An empty market. `room` and `spare` are per target and per source; `target_duals` must be
    /// 0 or such that unused places are worth nothing.
    pub(super) fn new(
        arcs: Arcs,
        room: Vec<u64>,
        spare: Vec<u64>,
        target_duals: Vec<P>,
        way: Way,
    ) -> Self {
        let sources = spare.len();
        let nodes = sources + room.len();
        let mut duals = vec![P::from(0); sources];
        for (source, dual) in duals.iter_mut().enumerate() {
            let best = arcs
                .of(source)
                .map(|arc| arcs.points::<P>(arc) - target_duals[arcs.target(arc)])
                .max();
            // Only sources that may give up a unit can be worth no less than nothing; taking 0 as
            // the floor for all is a valid start for the others too.
            *dual = best.map_or(P::from(0), |best| best.max(P::from(0)));
        }
        duals.extend(target_duals);
        let search = Search {
            stamp: vec![0; nodes],
            round: 0,
            distance: vec![P::from(0); nodes],
            via: vec![0; nodes],
            settled: Vec::new(),
            queue: BinaryHeap::new(),
            shut: vec![0; nodes],
            lowest_target_dual: P::from(0),
            touched: Vec::new(),
        };
        Self {
            used: vec![false; arcs.targets.len()],
            holders: vec![Vec::new(); room.len()],
            arcs,
            duals,
            room,
            spare,
            way,
            search,
            shortages: Vec::new(),
            steps: u64::MAX,
        }
    }

    /// Limits the arcs that [`Self::place`] may look at from now on.
    pub(super) fn set_steps(&mut self, steps: u64) {
        self.steps = steps;
    }

    /// Arcs that may still be looked at.
    pub(super) fn steps(&self) -> u64 {
        self.steps
    }

    /// Whether the steps ran out, so that the market is unfinished and says nothing.
    pub(super) fn is_exhausted(&self) -> bool {
        self.steps == 0
    }

    /// Replaces the dual price of a source by that of an earlier phase.
    pub(super) fn set_source_dual(&mut self, source: usize, dual: P) {
        self.duals[source] = dual;
    }

    /// Dual prices of the sources, then of the targets.
    pub(super) fn duals(&self) -> (&[P], &[P]) {
        self.duals.split_at(self.spare.len())
    }

    /// Sources by their best arc, the best first, ties by index.
    ///
    /// Placed in this order, those who would push others aside come before the others: where some
    /// are worth more to everybody, paths stay short.
    pub(super) fn best_first(&self) -> Vec<usize> {
        let best = |source: usize| self.arcs.of(source).next().map(|arc| self.arcs.points[arc]);
        let mut order: Vec<usize> = (0..self.sources()).collect();
        order.sort_by_key(|&source| (Reverse(best(source)), source));
        order
    }

    /// Marks an arc as used that an earlier phase has chosen. The arc must exist.
    pub(super) fn hold(&mut self, source: usize, target: usize) {
        if let Some(arc) = self.arcs.of(source).find(|&arc| self.arcs.target(arc) == target) {
            self.used[arc] = true;
            self.holders[target].push(narrow(arc));
            self.room[target] -= 1;
        }
    }

    /// The used pairs `(source, target)`, ascending.
    pub(super) fn pairs(&self) -> Vec<(usize, usize)> {
        let mut pairs: Vec<_> = (0..self.used.len())
            .filter(|&arc| self.used[arc])
            .map(|arc| (self.arcs.owner(arc), self.arcs.target(arc)))
            .collect();
        pairs.sort_unstable();
        pairs
    }

    /// Places the best arcs of a source while nobody stands in the way. Only sound while all
    /// target duals are 0. Returns the units still to place.
    pub(super) fn place_unopposed(&mut self, source: usize, mut units: u64) -> u64 {
        let zero = P::from(0);
        let mut arcs = self.arcs.of(source);
        let mut worst_used = None;
        let mut next = None;
        for arc in arcs.by_ref() {
            let points: P = self.arcs.points(arc);
            next = Some(points);
            if points <= zero {
                let dropped = units.min(self.spare[source]);
                units -= dropped;
                self.spare[source] -= dropped;
            }
            let target = self.arcs.target(arc);
            if units == 0 || self.room[target] == 0 {
                break;
            }
            self.used[arc] = true;
            self.holders[target].push(narrow(arc));
            self.room[target] -= 1;
            units -= 1;
            worst_used = Some(points);
            next = None;
        }
        let floor = if self.spare[source] > 0 { Some(zero) } else { None };
        let fallback = worst_used.map_or(zero, |worst: P| worst.min(zero));
        self.duals[source] = next.max(floor).unwrap_or(fallback);
        units
    }

    /// Places `units` of `source`, one shortest path each. Units that cannot be placed end up in
    /// [`Self::shortages`].
    pub(super) fn place(&mut self, source: usize, units: u64) {
        for placed in 0..units {
            if self.is_exhausted() {
                return;
            }
            if let Some(exit) = self.shortest(source) {
                self.reprice(exit.cost);
                self.augment(source, exit.node);
            } else {
                self.record_shortage(source, units - placed);
                return;
            }
        }
    }

    /// Sources whose units could not be placed, in groups that share no places.
    pub(super) fn into_shortages(self) -> Vec<Shortage> {
        self.shortages.into_iter().filter(|shortage| !shortage.lacking.is_empty()).collect()
    }

    /// Whether every unit found its place.
    pub(super) fn is_served(&self) -> bool {
        self.shortages.is_empty()
    }

    fn sources(&self) -> usize {
        self.spare.len()
    }

    fn shortest(&mut self, source: usize) -> Option<Exit<P>> {
        self.begin();
        if !self.reach(source, P::from(0), 0) {
            return None;
        }
        let mut best = None;
        self.offer_source_exit(&mut best, source);
        self.search.queue.push(Reverse((P::from(0), narrow(source))));
        while let Some(Reverse((distance, node))) = self.search.queue.pop() {
            let node = wide(node);
            if best.is_some_and(|exit: Exit<P>| distance >= exit.cost) {
                break;
            }
            if distance > self.search.distance[node] {
                continue;
            }
            self.search.settled.push(narrow(node));
            if node < self.sources() {
                self.scan_source(node, distance, &mut best);
            } else {
                self.scan_target(node, distance, &mut best);
            }
        }
        best
    }

    fn begin(&mut self) {
        let sources = self.sources();
        let search = &mut self.search;
        // Target duals only rise, so an old minimum stays a lower bound; refresh it now and then.
        if search.round.is_multiple_of(64) {
            let lowest = self.duals[sources..].iter().min();
            search.lowest_target_dual = lowest.copied().unwrap_or_else(|| P::from(0));
        }
        search.round += 1;
        search.settled.clear();
        search.queue.clear();
        search.touched.clear();
    }

    /// Notes a shorter way to `node`; false if it is none or the node is shut.
    fn reach(&mut self, node: usize, distance: P, via: usize) -> bool {
        let search = &mut self.search;
        if search.shut[node] != 0 {
            if search.touched.last() != Some(&search.shut[node]) {
                search.touched.push(search.shut[node]);
            }
            return false;
        }
        if search.stamp[node] == search.round && search.distance[node] <= distance {
            return false;
        }
        search.stamp[node] = search.round;
        search.distance[node] = distance;
        search.via[node] = narrow(via);
        true
    }

    fn scan_source(&mut self, source: usize, distance: P, best: &mut Option<Exit<P>>) {
        let base = distance + self.duals[source];
        for arc in self.arcs.of(source) {
            self.steps = self.steps.saturating_sub(1);
            let points: P = self.arcs.points(arc);
            let floor = base + self.search.lowest_target_dual - points;
            if best.is_some_and(|exit| floor >= exit.cost) {
                break;
            }
            if self.used[arc] {
                continue;
            }
            let node = self.sources() + self.arcs.target(arc);
            let through = base + self.duals[node] - points;
            if best.is_some_and(|exit| through >= exit.cost) || !self.reach(node, through, arc) {
                continue;
            }
            self.offer_target_exit(best, node);
            self.enqueue(best.as_ref(), through, node);
        }
    }

    fn scan_target(&mut self, node: usize, distance: P, best: &mut Option<Exit<P>>) {
        let target = node - self.sources();
        for at in 0..self.holders[target].len() {
            self.steps = self.steps.saturating_sub(1);
            let arc = wide(self.holders[target][at]);
            let source = self.arcs.owner(arc);
            let points: P = self.arcs.points(arc);
            let through = distance + points - self.duals[source] - self.duals[node];
            if best.is_some_and(|exit| through >= exit.cost) || !self.reach(source, through, arc) {
                continue;
            }
            self.offer_source_exit(best, source);
            self.enqueue(best.as_ref(), through, source);
        }
    }

    fn enqueue(&mut self, best: Option<&Exit<P>>, distance: P, node: usize) {
        if best.is_none_or(|exit| distance < exit.cost) {
            self.search.queue.push(Reverse((distance, narrow(node))));
        }
    }

    fn offer_source_exit(&self, best: &mut Option<Exit<P>>, source: usize) {
        if self.spare[source] > 0 {
            let cost = self.search.distance[source] + self.duals[source];
            offer(best, Exit { cost, node: source });
        }
    }

    fn offer_target_exit(&self, best: &mut Option<Exit<P>>, node: usize) {
        if self.room[node - self.sources()] == 0 {
            return;
        }
        let distance = self.search.distance[node];
        let cost = match self.way {
            Way::Priced => distance - self.duals[node],
            Way::Free => distance,
        };
        offer(best, Exit { cost, node });
    }

    /// Lowers sources and raises targets nearer than the exit, so that the path gets slack 0.
    fn reprice(&mut self, cost: P) {
        let sources = self.sources();
        for &node in &self.search.settled {
            let node = wide(node);
            let change = cost - self.search.distance[node];
            self.duals[node] =
                if node < sources { self.duals[node] - change } else { self.duals[node] + change };
        }
    }

    /// Swaps the arcs on the path that leads from `source` to `exit`.
    fn augment(&mut self, source: usize, exit: usize) {
        let sources = self.sources();
        let mut node = exit;
        if node < sources {
            self.spare[node] -= 1;
        } else {
            self.room[node - sources] -= 1;
        }
        while node != source {
            let arc = wide(self.search.via[node]);
            let target = self.arcs.target(arc);
            if node < sources {
                self.used[arc] = false;
                self.holders[target].retain(|&held| wide(held) != arc);
                node = sources + target;
            } else {
                self.used[arc] = true;
                self.holders[target].push(narrow(arc));
                node = self.arcs.owner(arc);
            }
        }
    }

    /// Shuts everything the failed search has seen: no later search can get out through it.
    fn record_shortage(&mut self, source: usize, units: u64) {
        let group = narrow(self.shortages.len()) + 1;
        let mut merged = Shortage { lacking: vec![(source, units)], members: Vec::new() };
        self.search.touched.sort_unstable();
        self.search.touched.dedup();
        for &old in &self.search.touched {
            let old = &mut self.shortages[wide(old) - 1];
            merged.lacking.append(&mut old.lacking);
            merged.members.append(&mut old.members);
        }
        let sources = self.sources();
        if !self.search.touched.is_empty() {
            for shut in &mut self.search.shut {
                if self.search.touched.binary_search(shut).is_ok() {
                    *shut = group;
                }
            }
        }
        for &node in &self.search.settled {
            self.search.shut[wide(node)] = group;
            if wide(node) < sources {
                merged.members.push(wide(node));
            }
        }
        merged.lacking.sort_unstable();
        merged.members.sort_unstable();
        self.shortages.push(merged);
    }
}

fn offer<P: Points>(best: &mut Option<Exit<P>>, exit: Exit<P>) {
    if best.is_none_or(|best| exit.cost < best.cost) {
        *best = Some(exit);
    }
}
