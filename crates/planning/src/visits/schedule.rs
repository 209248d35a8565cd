//! Several buses that share the room at sites.
//!
//! Visits are placed in the order of their beginnings, each as early as the bus, the opening times
//! and the room allow. Some best plan is made so: in any plan, placing its visits again in their
//! order moves none later, and repeating that ends in a plan that is in order.

use super::route::{Map, NEVER, Routes};

/// A visit of a bus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Visit {
    pub(crate) site: usize,
    pub(crate) begin: i64,
}

/// A loaded bus.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    /// Index of the bus.
    pub(crate) bus: usize,
    pub(crate) people: i64,
    /// Sites it has to see.
    pub(crate) sites: u32,
    pub(crate) from: i64,
}

/// Visits by loaded bus and the sum of arrivals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Timed {
    pub(crate) visits: Vec<Vec<Visit>>,
    pub(crate) arrivals: Vec<i64>,
    pub(crate) sum: i64,
}

struct Search<'a> {
    map: &'a Map,
    routes: &'a mut Routes,
    loads: &'a [Load],
    steps: &'a mut u64,
    visits: Vec<Vec<Visit>>,
    best: Option<Timed>,
    ceiling: i64,
}

/// A lower bound of the sum of arrivals; none if some bus cannot be in time.
pub(crate) fn bound(map: &Map, routes: &mut Routes, loads: &[Load]) -> Option<i64> {
    let mut sum = 0;
    for load in loads {
        let fits = (0..map.sites())
            .all(|site| load.sites >> site & 1 == 0 || load.people <= map.room[site]);
        let arrival = routes.earliest(map, 0, load.from, load.sites);
        if !fits || arrival >= NEVER {
            return None;
        }
        sum += arrival;
    }
    Some(sum)
}

/// The best timing with a sum below `ceiling`, and whether the search ended of itself.
pub(crate) fn schedule(
    map: &Map,
    routes: &mut Routes,
    loads: &[Load],
    ceiling: i64,
    steps: &mut u64,
) -> (Option<Timed>, bool) {
    let visits = vec![Vec::new(); loads.len()];
    let mut search = Search { map, routes, loads, steps, visits, best: None, ceiling };
    let is_done = search.go(i64::MIN);
    (search.best, is_done)
}

impl Search<'_> {
    /// Where a bus is, since when, and which sites it has still to see.
    fn state(&self, bus: usize) -> (usize, i64, u32) {
        let load = &self.loads[bus];
        let seen = self.visits[bus].iter().fold(0, |seen, visit| seen | 1 << visit.site);
        let at = self.visits[bus].last().map_or((0, load.from), |visit| {
            (visit.site + 1, visit.begin + self.map.stay[visit.site] + self.map.walk[visit.site])
        });
        (at.0, at.1, load.sites & !seen)
    }

    /// Whether everything below this point was tried.
    fn go(&mut self, since: i64) -> bool {
        if *self.steps == 0 {
            return false;
        }
        *self.steps -= 1;
        let states: Vec<(usize, i64, u32)> =
            (0..self.loads.len()).map(|bus| self.state(bus)).collect();
        let arrivals: Vec<i64> = states
            .iter()
            .map(|&(place, moment, rest)| self.routes.earliest(self.map, place, moment, rest))
            .collect();
        let sum = arrivals.iter().fold(0_i64, |sum, &arrival| sum.saturating_add(arrival));
        if arrivals.iter().any(|&arrival| arrival >= NEVER) || sum >= self.ceiling {
            return true;
        }
        if states.iter().all(|&(.., rest)| rest == 0) {
            self.ceiling = sum;
            self.best = Some(Timed { visits: self.visits.clone(), arrivals, sum });
            return true;
        }
        let mut next = self.next(&states, since);
        next.sort_unstable();
        *self.steps = self.steps.saturating_sub(self.routes.take_work());
        let mut is_done = true;
        for (begin, _, bus, site) in next {
            self.visits[bus].push(Visit { site, begin });
            is_done &= self.go(begin);
            self.visits[bus].pop();
            if *self.steps == 0 {
                return false;
            }
        }
        is_done
    }

    /// Visits that may come next: beginning, what the arrival of its bus then is at least, bus, site.
    fn next(&mut self, states: &[(usize, i64, u32)], since: i64) -> Vec<(i64, i64, usize, usize)> {
        let mut next = Vec::new();
        for (bus, &(place, moment, rest)) in states.iter().enumerate() {
            for site in (0..self.map.sites()).filter(|site| rest >> site & 1 == 1) {
                let early = self.map.begin(place, moment, site);
                let Some(begin) = self.room(site, early, self.loads[bus].people) else { continue };
                let Some(free) = self.map.free(site, begin) else { continue };
                if begin < since {
                    continue;
                }
                let left = rest & !(1 << site);
                let arrival = self.routes.earliest(self.map, site + 1, free, left);
                next.push((begin, arrival, bus, site));
            }
        }
        next
    }

    /// The first moment from `early` on when `people` more have room for a whole stay.
    fn room(&self, site: usize, early: i64, people: i64) -> Option<i64> {
        let stay = self.map.stay[site];
        let others: Vec<(i64, i64)> = self
            .visits
            .iter()
            .zip(self.loads)
            .flat_map(|(visits, load)| {
                visits.iter().filter(|v| v.site == site).map(|v| (v.begin, load.people))
            })
            .collect();
        let fits = |begin: i64| {
            // The fullest moments are the beginnings of others within the stay, and its own.
            let moments = others.iter().map(|&(b, _)| b).filter(|&b| begin < b && b < begin + stay);
            moments.chain(std::iter::once(begin)).all(|moment| {
                let inside = others.iter().filter(|&&(b, _)| b <= moment && moment < b + stay);
                inside.map(|&(_, n)| n).sum::<i64>() + people <= self.map.room[site]
            })
        };
        let ends = others.iter().map(|&(b, _)| b + stay).filter(|&end| end > early);
        std::iter::once(early).chain(ends).filter(|&begin| fits(begin)).min()
    }
}
