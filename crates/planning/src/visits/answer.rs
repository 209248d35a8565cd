//! What planned visits say.

use super::conflict;
use super::load::{self, Found, Outcome};
use super::problem::Problem;
use super::reasons;
use super::route::{Demand, Map};
use crate::words::Words;
use serde::{Deserialize, Serialize};

/// Whether there are visits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// There are, and none are better on any level.
    Optimal,
    /// There are; better ones may exist.
    Planned,
    /// There are none.
    Impossible,
    /// None were found within the steps.
    NotFound,
}

/// Planned visits, or why there are none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Answer {
    /// Whether there are visits.
    pub status: Status,
    /// Buses that are used, in their order.
    pub buses: Vec<BusPlan>,
    /// Totals; none without a plan.
    pub figures: Option<Figures>,
    /// For each site that may be dropped, what changes without it.
    pub plan_b: Vec<PlanB>,
    /// Demands that cannot be met together; not empty exactly when impossible.
    pub conflict: Vec<ConflictItem>,
    /// Whether none of `conflict` can be left out; false where the steps ended before that was known
    /// of each, true where there is no conflict.
    pub is_conflict_minimal: bool,
}

/// A bus's day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BusPlan {
    /// The bus's id.
    pub bus: String,
    /// Ids of the groups on it, in their order.
    pub groups: Vec<String>,
    /// People on it.
    pub people: u32,
    /// When it leaves the start: as late as its first visit allows.
    pub leave: u32,
    /// Its stops, in order.
    pub stops: Vec<SiteStop>,
    /// When it is at the end.
    pub arrive: u32,
    /// Who rides on it and how much time is left.
    pub reason: Words,
}

/// A stop of a bus; all moments in minutes from midnight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SiteStop {
    /// The site's id.
    pub site: String,
    /// When the bus arrives.
    pub arrive: u32,
    /// When the visit begins, after the walk.
    pub begin: u32,
    /// When the visit ends.
    pub end: u32,
    /// When the bus leaves, after the walk.
    pub leave: u32,
    /// Minutes spent waiting for the site to open or to have room.
    pub wait_minutes: u32,
    /// How it lies within opening times, and what it waits for.
    pub reason: Words,
}

/// Totals of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Figures {
    /// Buses used.
    pub buses: usize,
    /// Arrivals at the end, summed over buses, in minutes from midnight.
    pub arrival_sum: u64,
    /// The last arrival.
    pub last_arrival: u32,
    /// Minutes between the last arrival and the moment it must be by.
    pub spare_minutes: u32,
}

/// What changes if a site is dropped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanB {
    /// The site that is dropped.
    pub site: String,
    /// Whether there are visits without it.
    pub status: Status,
    /// Buses used without it.
    pub buses: Vec<BusPlan>,
    /// Totals without it; none without a plan.
    pub figures: Option<Figures>,
    /// The change.
    pub words: Words,
}

/// One demand of a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConflictItem {
    /// What kind of demand.
    pub kind: DemandKind,
    /// Id of the site; none where it is about all.
    pub id: Option<String>,
    /// The demand and what would end the conflict.
    pub words: Words,
}

/// What kind of demand is in conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DemandKind {
    /// Seats of all buses.
    Seats,
    /// When the end must be reached.
    Deadline,
    /// Opening times of a site.
    Window,
    /// People at once at a site.
    Capacity,
    /// That a site is seen.
    Visit,
}

/// A moment as people write it.
pub(crate) fn clock(minute: i64) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn number(minute: i64) -> u32 {
    u32::try_from(minute).unwrap_or(0)
}

pub(crate) fn answer(problem: &Problem) -> Answer {
    let outcome = load::solve(problem, &[]);
    let plan_b = (0..problem.sites.len())
        .filter(|&s| problem.sites[s].may_drop)
        .map(|s| plan_b(problem, s, outcome.best.as_ref()))
        .collect();
    let (status, (conflict, is_conflict_minimal)) = match status(&outcome) {
        Status::Impossible => {
            let found = conflict::find(problem);
            (if found.0.is_empty() { Status::NotFound } else { Status::Impossible }, found)
        }
        known @ (Status::Optimal | Status::Planned | Status::NotFound) => {
            (known, (Vec::new(), true))
        }
    };
    let (buses, figures) = told(problem, &[], outcome.best.as_ref());
    Answer { status, buses, figures, plan_b, conflict, is_conflict_minimal }
}

fn status(outcome: &Outcome) -> Status {
    match (&outcome.best, outcome.is_proved) {
        (Some(_), true) => Status::Optimal,
        (Some(_), false) => Status::Planned,
        (None, true) => Status::Impossible,
        (None, false) => Status::NotFound,
    }
}

fn told(
    problem: &Problem,
    off: &[Demand],
    best: Option<&Found>,
) -> (Vec<BusPlan>, Option<Figures>) {
    let Some(found) = best else { return (Vec::new(), None) };
    let map = Map::new(problem, off);
    let buses = (0..found.loads.len()).map(|b| bus(problem, &map, found, b)).collect();
    let last = found.timed.arrivals.iter().copied().max().unwrap_or(0);
    let figures = Figures {
        buses: found.loads.len(),
        arrival_sum: u64::try_from(found.timed.sum).unwrap_or(0),
        last_arrival: number(last),
        spare_minutes: number(i64::from(problem.arrive_by) - last),
    };
    (buses, Some(figures))
}

fn bus(problem: &Problem, map: &Map, found: &Found, b: usize) -> BusPlan {
    let load = &found.loads[b];
    let mine = problem.groups.iter().zip(&found.bus_of).filter(|&(_, &of)| of == load.bus);
    let mut place = 0;
    let mut moment = load.from;
    let mut stops = Vec::new();
    let mut leave = load.from;
    for (k, visit) in found.timed.visits[b].iter().enumerate() {
        let site = visit.site;
        if k == 0 {
            // Nobody waits at the first gate who can wait at the start.
            leave = visit.begin - map.walk[site] - map.travel[0][site + 1];
            moment = leave;
        }
        let arrive = moment + map.travel[place][site + 1];
        let end = visit.begin + map.stay[site];
        moment = end + map.walk[site];
        place = site + 1;
        let mut stop = SiteStop {
            site: problem.sites[site].id.clone(),
            arrive: number(arrive),
            begin: number(visit.begin),
            end: number(end),
            leave: number(moment),
            wait_minutes: number(visit.begin - map.walk[site] - arrive),
            reason: Words::new("", ""),
        };
        stop.reason = reasons::of_stop(&problem.sites[site], &stop);
        stops.push(stop);
    }
    let groups: Vec<String> = mine.map(|(group, _)| group.id.clone()).collect();
    let arrival = found.timed.arrivals[b];
    BusPlan {
        bus: problem.buses[load.bus].id.clone(),
        reason: reasons::of_bus(problem, load, groups.len(), arrival),
        groups,
        people: number(load.people),
        leave: number(leave),
        stops,
        arrive: number(arrival),
    }
}

fn plan_b(problem: &Problem, s: usize, main: Option<&Found>) -> PlanB {
    let off = [Demand::Visit(s)];
    let outcome = load::solve(problem, &off);
    let (buses, figures) = told(problem, &off, outcome.best.as_ref());
    let words = change(problem, s, main, outcome.best.as_ref());
    PlanB { site: problem.sites[s].id.clone(), status: status(&outcome), buses, figures, words }
}

fn change(problem: &Problem, s: usize, main: Option<&Found>, other: Option<&Found>) -> Words {
    let name = &problem.sites[s].name;
    let last = |found: &Found| found.timed.arrivals.iter().copied().max().unwrap_or(0);
    match (main, other) {
        (_, None) => Words::new(
            format!("without {name} no plan was found either"),
            format!("不去{name}也未找到可行方案"),
        ),
        (None, Some(other)) => {
            let at = clock(last(other));
            Words::new(
                format!(
                    "without {name} there is a plan: {} buses, all at the end by {at}",
                    other.loads.len()
                ),
                format!("不去{name}即可行：用车{}辆，{at}前全部到达会场", other.loads.len()),
            )
        }
        (Some(main), Some(other)) => {
            let (before, after) = (last(main), last(other));
            let (from, to) = (main.loads.len(), other.loads.len());
            let moved = moved(main, other);
            Words::new(
                format!(
                    "without {name} the last bus is at the end at {} instead of {}, {to} buses instead of {from}, {moved} groups change buses",
                    clock(after),
                    clock(before)
                ),
                format!(
                    "不去{name}：末车到达会场由{}变为{}，用车由{from}辆变为{to}辆，{moved}组换车",
                    clock(before),
                    clock(after)
                ),
            )
        }
    }
}

fn moved(main: &Found, other: &Found) -> usize {
    main.bus_of.iter().zip(&other.bus_of).filter(|(a, b)| a != b).count()
}
