//! From what is asked and known to the engine's problem. Places, venues and themes become texts.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use lianmeng_domain::calendar::CalendarError;
use lianmeng_domain::event::DockingEvent;
use lianmeng_domain::ids::{Id as _, VenueId, ZoneId};
use lianmeng_domain::region::Place;
use lianmeng_planning::season::{
    Density, Host, Joint, MAX_VENUES, Placed, Problem, StopDemand, Taken, Theme, Venue, WorkingDay,
};

use super::gather::Known;
use super::{AskSeason, PlacedStop, SeasonError, SeasonHost, SeasonStop};

/// Most days of a host's past that are told; what is older still counts.
const MAX_PAST: usize = 1_000;
/// Most points of a density.
const MAX_POINTS: u64 = 1_000_000;

/// The engine's problem.
pub(super) fn problem(ask: &AskSeason, known: &Known) -> Result<Problem, SeasonError> {
    Ok(Problem {
        from: ask.from,
        to: ask.until,
        working_days: working_days(ask, known)?,
        taken: taken(ask, known),
        hosts: ask.hosts.iter().map(|one| host(ask, known, one)).collect(),
        joint: ask
            .joint
            .iter()
            .map(|joint| Joint { hosts: texts(&joint.hosts), required: joint.is_required })
            .collect(),
        themes: ask
            .themes
            .iter()
            .map(|theme| Theme {
                id: theme.name.clone(),
                name: theme.name.clone(),
                max_stops: theme.max_stops,
            })
            .collect(),
        density: density(ask, known),
        stops: ask.stops.iter().map(stop).collect(),
        min_days_between: ask.min_days_between,
        previous: ask.previous.iter().map(placed).collect(),
    })
}

fn working_days(ask: &AskSeason, known: &Known) -> Result<Vec<WorkingDay>, CalendarError> {
    let mut days = Vec::new();
    for date in ask.from.iter_days().take_while(|day| *day <= ask.until) {
        if !known.calendar.is_working_day(date)? {
            continue;
        }
        let swapped = known.calendar.special(date).filter(|day| day.is_working);
        let label = swapped.map(|day| match day.name.as_str() {
            "" => "调休上班".to_owned(),
            name => format!("调休上班·{name}"),
        });
        days.push(WorkingDay { date, label });
    }
    Ok(days)
}

/// Days of events nearby, and those the caller names.
fn taken(ask: &AskSeason, known: &Known) -> Vec<Taken> {
    let mut all: Vec<Taken> = ask
        .taken
        .iter()
        .map(|one| Taken { date: one.on, label: one.label.clone(), host: one.host.map(text) })
        .collect();
    for event in &known.events {
        let taken = |host| Taken { date: event.held_on, label: event.title.clone(), host };
        if !ask.may_share_days && is_near(ask, event) {
            all.push(taken(None));
            continue;
        }
        let own = event.hosts.iter().filter(|place| is_host(ask, **place));
        all.extend(own.map(|place| taken(Some(text(*place)))));
    }
    // One thing suffices to take a day.
    let mut seen = BTreeSet::new();
    all.retain(|one| seen.insert((one.date, one.host.clone())));
    all
}

fn is_host(ask: &AskSeason, place: Place) -> bool {
    ask.hosts.iter().any(|host| host.place == place)
}

/// Whether a host of `event` is one of the season's, or lies in the same city as one.
fn is_near(ask: &AskSeason, event: &DockingEvent) -> bool {
    let city = |place: Place| match place {
        Place::Region(code) => Some(code.city()),
        Place::Zone(_) => None,
    };
    let cities: BTreeSet<_> = ask.hosts.iter().filter_map(|host| city(host.place)).collect();
    event.hosts.iter().any(|place| {
        is_host(ask, *place) || city(*place).is_some_and(|city| cities.contains(&city))
    })
}

fn host(ask: &AskSeason, known: &Known, one: &SeasonHost) -> Host {
    let held = known.hostings.iter().filter(|(place, _)| *place == one.place);
    let mut past: Vec<NaiveDate> = held.map(|(_, day)| *day).chain(one.hosted_on.clone()).collect();
    let count = u32::try_from(past.len()).unwrap_or(u32::MAX);
    past.sort_unstable_by(|a, b| b.cmp(a));
    past.truncate(MAX_PAST);
    past.reverse();
    Host {
        id: text(one.place),
        name: known.names.get(&one.place).cloned().unwrap_or_default(),
        past,
        past_count: Some(count),
        weight: one.weight,
        away: one.away_on.clone(),
        venues: venues(ask, known, one.place),
    }
}

/// Venues of a host: those that stops name, then those for most people, as many as the engine takes.
fn venues(ask: &AskSeason, known: &Known, place: Place) -> Vec<Venue> {
    let named = |id: VenueId| {
        let stops = ask.stops.iter().filter_map(|stop| stop.venue);
        stops.chain(ask.previous.iter().filter_map(|stop| stop.venue)).any(|one| one == id)
    };
    let mut all: Vec<_> = known.venues.iter().filter(|one| one.place == Some(place)).collect();
    // Stable: of equals the order read stays.
    all.sort_by_key(|venue| !named(venue.id));
    all.truncate(MAX_VENUES);
    all.into_iter()
        .map(|venue| Venue {
            id: venue_text(venue.id),
            name: venue.name.clone(),
            // Of a venue whose size nobody knows, nobody can promise seats.
            capacity: venue.capacity.unwrap_or(0),
            taken: known
                .events
                .iter()
                .filter(|event| event.venue == Some(venue.id))
                .map(|event| event.held_on)
                .collect(),
        })
        .collect()
}

fn density(ask: &AskSeason, known: &Known) -> Vec<Density> {
    let points = |count: u64| u32::try_from(count.min(MAX_POINTS)).unwrap_or(0);
    let mut all = Vec::new();
    for (host, row) in ask.hosts.iter().zip(&known.density) {
        for (theme, (needs, gaps)) in ask.themes.iter().zip(row) {
            all.push(Density {
                host: text(host.place),
                theme: theme.name.clone(),
                needs: points(*needs),
                gaps: points(*gaps),
            });
        }
    }
    all
}

fn stop(stop: &SeasonStop) -> StopDemand {
    StopDemand {
        id: stop.key.clone(),
        hosts: texts(&stop.hosts),
        date: stop.held_on,
        theme: stop.theme.clone(),
        venue: stop.venue.map(venue_text),
        from: stop.from,
        to: stop.until,
        attendees: stop.attendees,
    }
}

fn placed(stop: &PlacedStop) -> Placed {
    Placed {
        stop: stop.key.clone(),
        hosts: texts(&stop.hosts),
        date: stop.held_on,
        theme: stop.theme.clone(),
        venue: stop.venue.map(venue_text),
    }
}

/// A place as the engine's id: the code of a division, the wire id of a zone.
pub(super) fn text(place: Place) -> String {
    match place {
        Place::Region(code) => code.to_string(),
        Place::Zone(id) => format!("{}:{id}", ZoneId::TAG),
    }
}

/// The place behind an engine's id.
pub(super) fn place(text: &str) -> Option<Place> {
    match text.split_once(':') {
        None => text.parse().ok().map(Place::Region),
        Some((ZoneId::TAG, id)) => id.parse().ok().map(Place::Zone),
        Some(_) => None,
    }
}

fn texts(places: &[Place]) -> Vec<String> {
    places.iter().map(|place| text(*place)).collect()
}

fn venue_text(id: VenueId) -> String {
    format!("{}:{id}", VenueId::TAG)
}

/// The venue behind an engine's id.
pub(super) fn venue(text: &str) -> Option<VenueId> {
    let (tag, id) = text.split_once(':')?;
    (tag == VenueId::TAG).then(|| id.parse().ok()).flatten()
}

/// A place in the engine's problem as the caller calls it: `stops[2].date` is `stops[2].heldOn`.
pub(super) fn asked_as(place: &str) -> String {
    let (stem, last) = place.rsplit_once('.').map_or((None, place), |(s, l)| (Some(s), l));
    let last = match last {
        "to" => "untilOn",
        "from" => "fromOn",
        "past" => "hostedOn",
        "away" => "awayOn",
        "date" => "heldOn",
        "venue" => "venueId",
        "id" if stem.is_some_and(|stem| stem.starts_with("hosts")) => "place",
        "id" if stem.is_some_and(|stem| stem.starts_with("themes")) => "name",
        "stop" | "id" => "key",
        other => other,
    };
    stem.map_or_else(|| last.to_owned(), |stem| format!("{stem}.{last}"))
}
