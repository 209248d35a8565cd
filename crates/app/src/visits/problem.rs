//! From the question to the engine's problem.

use std::collections::BTreeSet;

use chrono::{NaiveTime, Timelike as _};
use lianmeng_domain::travel::MAX_MINUTES;
use lianmeng_planning::visits::{Bus, Group, Problem, Site};

use super::{AskVisits, VisitSpot};
use crate::asking::AskError;

/// Steps of the search, as the engine's own default.
const STEPS: u64 = 300_000;

/// The engine's problem; `travel` has a row and a column for the start, each site, the end.
pub(super) fn problem(ask: &AskVisits, arrive_by: NaiveTime, travel: Vec<Vec<u32>>) -> Problem {
    let site = |one: &super::VisitSite| Site {
        id: one.spot.name.clone(),
        name: one.spot.name.clone(),
        open: minute(one.opens_at),
        close: minute(one.closes_at),
        stay_minutes: one.stay_minutes,
        walk_minutes: one.walk_minutes,
        capacity: one.capacity,
        may_drop: one.may_drop,
    };
    let bus = |one: &super::VisitBus| Bus {
        id: one.name.clone(),
        seats: one.seats,
        from: minute(one.leaves_at),
    };
    let group = |one: &super::VisitGroup| Group {
        id: one.name.clone(),
        people: one.people,
        sites: one.sites.clone(),
        bus: one.bus.clone(),
    };
    Problem {
        sites: ask.sites.iter().map(site).collect(),
        buses: ask.buses.iter().map(bus).collect(),
        groups: ask.groups.iter().map(group).collect(),
        travel_minutes: travel,
        arrive_by: minute(arrive_by),
        steps: STEPS,
    }
}

/// Minutes from midnight.
fn minute(time: NaiveTime) -> u32 {
    time.hour() * 60 + time.minute()
}

/// Start and end may be one place; every site has a name of its own, and ways are between them and take
/// a day at most.
pub(super) fn check_names(ask: &AskVisits, end: &VisitSpot) -> Result<(), AskError> {
    let input = |place: String, message: String| AskError::Input { place, message };
    let mut names = BTreeSet::from([ask.start.name.as_str(), end.name.as_str()]);
    for (at, site) in ask.sites.iter().enumerate() {
        if !names.insert(&site.spot.name) {
            let message = format!("another place is called {} already", site.spot.name);
            return Err(input(format!("sites[{at}].name"), message));
        }
    }
    let far = u32::from(MAX_MINUTES);
    if let Some(minutes) = ask.minutes_within.filter(|minutes| *minutes > far) {
        let message = format!("{minutes} is not from 0 to {far}");
        return Err(input("minutesWithin".to_owned(), message));
    }
    let mut known = BTreeSet::new();
    for (at, way) in ask.ways.iter().enumerate() {
        for (field, name) in [("from", &way.from), ("to", &way.to)] {
            if !names.contains(name.as_str()) {
                let message = format!("{name} is neither the start nor a site nor the end");
                return Err(input(format!("travel[{at}].{field}"), message));
            }
        }
        if way.minutes > far {
            let message = format!("{} is not from 0 to {far}", way.minutes);
            return Err(input(format!("travel[{at}].minutes"), message));
        }
        if way.from == way.to {
            let message = format!("{} stands at both ends; name two places", way.from);
            return Err(input(format!("travel[{at}]"), message));
        }
        if !known.insert((way.from.as_str().min(&way.to), way.from.as_str().max(&way.to))) {
            let message = format!("the way from {} to {} is there twice", way.from, way.to);
            return Err(input(format!("travel[{at}]"), message));
        }
    }
    Ok(())
}

/// A place in the engine's problem as the caller calls it.
pub(super) fn asked_as(place: &str) -> String {
    let (stem, last) = place.rsplit_once('.').map_or((None, place), |(s, l)| (Some(s), l));
    let last = match (stem, last) {
        (Some(_), "id") => "name".to_owned(),
        (Some(_), "open") => "opensAt".to_owned(),
        (Some(_), "close") => "closesAt".to_owned(),
        (Some(_), "from") => "leavesAt".to_owned(),
        (Some(stem), last) if stem.starts_with("groups") => {
            last.replacen("sites", "siteNames", 1).replacen("bus", "busName", 1)
        }
        (_, other) => other.to_owned(),
    };
    stem.map_or_else(|| last.clone(), |stem| format!("{stem}.{last}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_the_engine_are_told_as_they_were_asked() {
        let cases = [
            ("sites[1].open", "sites[1].opensAt"),
            ("sites[0].id", "sites[0].name"),
            ("groups[2].sites[1]", "groups[2].siteNames[1]"),
            ("groups[2].bus", "groups[2].busName"),
            ("groups[2].people", "groups[2].people"),
            ("buses[3].from", "buses[3].leavesAt"),
            ("sites", "sites"),
        ];
        for (engine, asked) in cases {
            assert_eq!(asked_as(engine), asked);
        }
    }
}
