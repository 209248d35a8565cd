//! One bus by itself.

use super::problem::Problem;
use std::collections::BTreeMap;

/// A demand that may be left out while a conflict is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Demand {
    /// When the end must be reached.
    Deadline,
    /// Opening times of a site.
    Window(usize),
    /// People at once at a site.
    Capacity(usize),
    /// That a site is seen at all.
    Visit(usize),
}

/// Sites as numbers, with demands that are left out.
#[derive(Debug, Clone)]
pub(crate) struct Map {
    /// Driving from a place to a place; sites count from 1, the start is 0, the end is last.
    pub(crate) travel: Vec<Vec<i64>>,
    pub(crate) open: Vec<i64>,
    pub(crate) close: Vec<i64>,
    pub(crate) stay: Vec<i64>,
    pub(crate) walk: Vec<i64>,
    pub(crate) room: Vec<i64>,
    pub(crate) deadline: i64,
    /// Sites that are seen.
    pub(crate) is_seen: Vec<bool>,
}

/// Later than anything.
pub(crate) const NEVER: i64 = i64::MAX / 8;

impl Map {
    pub(crate) fn new(problem: &Problem, off: &[Demand]) -> Self {
        let sites = || problem.sites.iter().enumerate();
        let is_off = |demand: Demand| off.contains(&demand);
        let row = |row: &Vec<u32>| row.iter().map(|&minutes| i64::from(minutes)).collect();
        Self {
            travel: problem.travel_minutes.iter().map(row).collect(),
            open: sites()
                .map(|(s, one)| if is_off(Demand::Window(s)) { 0 } else { i64::from(one.open) })
                .collect(),
            close: sites()
                .map(
                    |(s, one)| if is_off(Demand::Window(s)) { NEVER } else { i64::from(one.close) },
                )
                .collect(),
            stay: sites().map(|(_, one)| i64::from(one.stay_minutes)).collect(),
            walk: sites().map(|(_, one)| i64::from(one.walk_minutes)).collect(),
            room: sites()
                .map(|(s, one)| match one.capacity {
                    Some(room) if !is_off(Demand::Capacity(s)) => i64::from(room),
                    Some(_) | None => NEVER,
                })
                .collect(),
            deadline: if is_off(Demand::Deadline) { NEVER } else { i64::from(problem.arrive_by) },
            is_seen: sites().map(|(s, _)| !is_off(Demand::Visit(s))).collect(),
        }
    }

    pub(crate) fn sites(&self) -> usize {
        self.stay.len()
    }

    /// When a visit to `site` can begin for a bus that is free at `place` from `moment`.
    pub(crate) fn begin(&self, place: usize, moment: i64, site: usize) -> i64 {
        (moment + self.travel[place][site + 1] + self.walk[site]).max(self.open[site])
    }

    /// When a bus is free again after a visit that begins at `begin`; none if that is too late.
    pub(crate) fn free(&self, site: usize, begin: i64) -> Option<i64> {
        let end = begin + self.stay[site];
        (end <= self.close[site]).then_some(end + self.walk[site])
    }

    /// When a bus that is free at `place` from `moment` reaches the end.
    pub(crate) fn arrival(&self, place: usize, moment: i64) -> i64 {
        moment + self.travel[place][self.sites() + 1]
    }
}

/// The earliest arrivals of buses that nobody else stands in the way of.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    known: BTreeMap<(usize, i64, u32), i64>,
    work: usize,
}

impl Routes {
    /// The earliest arrival at the end of a bus free at `place` from `moment` that still has to see
    /// the sites of `rest`; [`NEVER`] if it cannot. Leaving earlier is never worse, so the earliest
    /// moment of being free, by the last site and the set of seen ones, is all there is to keep.
    pub(crate) fn earliest(&mut self, map: &Map, place: usize, moment: i64, rest: u32) -> i64 {
        if rest == 0 {
            let arrival = map.arrival(place, moment);
            return if arrival <= map.deadline { arrival } else { NEVER };
        }
        if let Some(&known) = self.known.get(&(place, moment, rest)) {
            return known;
        }
        let best = self.over_sets(map, place, moment, rest);
        // A bounded memory: what is forgotten is found again.
        if self.known.len() > 2_000_000 {
            self.known.clear();
        }
        self.known.insert((place, moment, rest), best);
        best
    }

    /// The earliest moment of being free by the set of seen sites and the last of them, set by set.
    fn over_sets(&mut self, map: &Map, place: usize, moment: i64, rest: u32) -> i64 {
        let sites: Vec<usize> = (0..map.sites()).filter(|site| rest >> site & 1 == 1).collect();
        let count = sites.len();
        self.work += (1 << count) * count * count;
        let mut free = vec![NEVER; (1 << count) * count];
        let mut best = NEVER;
        for set in 0..1_usize << count {
            for (last, &from) in sites.iter().enumerate() {
                let now = free[set * count + last];
                if set > 0 && now >= NEVER {
                    continue;
                }
                if set + 1 == 1 << count {
                    best = best.min(map.arrival(from + 1, now));
                }
                let at = if set == 0 { (place, moment) } else { (from + 1, now) };
                for (next, &site) in sites.iter().enumerate().filter(|(n, _)| set >> n & 1 == 0) {
                    let then = map.free(site, map.begin(at.0, at.1, site)).unwrap_or(NEVER);
                    let cell = &mut free[(set | 1 << next) * count + next];
                    *cell = then.min(*cell);
                }
                if set == 0 {
                    break;
                }
            }
        }
        if best <= map.deadline { best } else { NEVER }
    }

    /// Work done since this was last asked, in steps of the search.
    pub(crate) fn take_work(&mut self) -> u64 {
        let steps = std::mem::take(&mut self.work) / 200;
        u64::try_from(steps).unwrap_or(u64::MAX)
    }
}
