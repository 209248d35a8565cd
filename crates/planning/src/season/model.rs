//! A season as numbers: days from 0, hosts, parties and themes by index.

use super::days::Days;
use super::problem::{Host, Problem};
use crate::words::{signed, unsigned};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// A demand that may be left out while a conflict is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Demand {
    /// Only working days.
    Calendar,
    /// Days between stops.
    Spacing,
    /// The date of a stop.
    Date(usize),
    /// The hosts of a stop.
    Hosts(usize),
    /// The first and last day of a stop.
    Window(usize),
    /// The venue and the size of a stop.
    Venue(usize),
    /// An event that takes a date.
    Taken(usize),
    /// The days on which a host cannot.
    Away(usize),
    /// The theme of a stop.
    Theme(usize),
    /// The most stops of a theme.
    Limit(usize),
}

/// Demands that are left out.
pub(crate) type Off = BTreeSet<Demand>;

/// What was proposed for a stop before, as far as it still exists.
#[derive(Debug, Clone)]
pub(crate) struct Before {
    /// Indices of the hosts, ascending; none if one is gone.
    pub(crate) party: Option<Vec<usize>>,
    /// Day, possibly outside of the season.
    pub(crate) day: i64,
    /// Index of the theme.
    pub(crate) theme: Option<usize>,
    /// Index of the venue.
    pub(crate) venue: Option<usize>,
}

/// Days without what concerns one stop alone.
#[derive(Debug, Default)]
pub(crate) struct Calendar {
    /// Days on which anybody may host.
    open: Days,
    /// By host: days on which it cannot.
    closed: Vec<Days>,
}

/// A compiled season.
#[derive(Debug)]
pub(crate) struct Model<'a> {
    pub(crate) problem: &'a Problem,
    /// Days of the season.
    pub(crate) span: usize,
    /// Parties: indices of hosts, ascending.
    pub(crate) parties: Vec<Vec<usize>>,
    /// Parties that may host each stop, ascending.
    pub(crate) choices: Vec<Vec<usize>>,
    /// Parties that may host a stop that names nobody.
    pub(crate) free: Vec<usize>,
    /// Host and index in the host's list of each venue.
    pub(crate) venues: Vec<(usize, usize)>,
    /// Free days of each venue.
    pub(crate) venue_days: Vec<Days>,
    /// What was proposed before, by stop.
    pub(crate) before: Vec<Option<Before>>,
    working: Days,
    away: Vec<Days>,
    /// By event that takes a date: its day, and the host; none for all.
    taken: Vec<(i64, Option<usize>)>,
    /// Indices of venues by host.
    venues_of: Vec<Vec<usize>>,
    /// The calendar with all demands.
    calendar: Calendar,
    /// Points by host and theme.
    points: Vec<i64>,
}

impl<'a> Model<'a> {
    pub(crate) fn new(problem: &'a Problem) -> Self {
        let span = unsigned((problem.to - problem.from).num_days() + 1);
        let mut working = Days::none(span);
        for day in &problem.working_days {
            add(&mut working, problem, day.date, span);
        }
        let away = problem.hosts.iter().map(|host| {
            let mut days = Days::none(span);
            for &date in &host.away {
                add(&mut days, problem, date, span);
            }
            days
        });
        let away = away.collect();
        let mut venues = Vec::new();
        let mut venue_days = Vec::new();
        let mut venues_of = vec![Vec::new(); problem.hosts.len()];
        for (h, host) in problem.hosts.iter().enumerate() {
            for (v, venue) in host.venues.iter().enumerate() {
                venues_of[h].push(venues.len());
                venues.push((h, v));
                let mut days = Days::all(span);
                for date in &venue.taken {
                    days.remove((*date - problem.from).num_days());
                }
                venue_days.push(days);
            }
        }
        let (parties, choices, free) = parties(problem);
        let mut model = Self {
            problem,
            span,
            parties,
            choices,
            free,
            venues,
            venue_days,
            before: Vec::new(),
            working,
            away,
            taken: taken(problem),
            venues_of,
            calendar: Calendar::default(),
            points: points(problem),
        };
        model.calendar = model.calendar(&Off::new());
        model.before = (0..problem.stops.len()).map(|s| model.before_of(s)).collect();
        model
    }

    /// The day of a date, from 0; possibly outside of the season.
    pub(crate) fn day(&self, date: NaiveDate) -> i64 {
        (date - self.problem.from).num_days()
    }

    /// The date of a day.
    pub(crate) fn date(&self, day: i64) -> NaiveDate {
        self.problem.from + chrono::TimeDelta::days(day)
    }

    /// The host with index `h`.
    pub(crate) fn host(&self, h: usize) -> &Host {
        &self.problem.hosts[h]
    }

    /// Whether `day` is a working day.
    pub(crate) fn is_working(&self, day: i64) -> bool {
        self.working.has(day)
    }

    /// Whether `host` cannot on `day`.
    pub(crate) fn is_away(&self, host: usize, day: i64) -> bool {
        self.away[host].has(day)
    }

    /// Index of a theme.
    pub(crate) fn theme(&self, id: &str) -> Option<usize> {
        self.problem.themes.iter().position(|theme| theme.id == id)
    }

    /// Index of a venue among all venues.
    pub(crate) fn venue(&self, id: &str) -> Option<usize> {
        self.venues.iter().position(|&(h, v)| self.problem.hosts[h].venues[v].id == id)
    }

    /// Least days between stops.
    pub(crate) fn spacing(&self, off: &Off) -> i64 {
        if off.contains(&Demand::Spacing) { 1 } else { i64::from(self.problem.min_days_between) }
    }

    /// Parties that may host `stop`.
    pub(crate) fn choices(&self, stop: usize, off: &Off) -> &[usize] {
        if off.contains(&Demand::Hosts(stop)) { &self.free } else { &self.choices[stop] }
    }

    /// Venues of `party` that seat `stop`, as indices; none if no venue is needed.
    pub(crate) fn fitting(&self, stop: usize, party: usize) -> Option<Vec<usize>> {
        let hosts = &self.parties[party];
        let demand = &self.problem.stops[stop];
        if hosts.iter().all(|&h| self.venues_of[h].is_empty()) && demand.venue.is_none() {
            return None;
        }
        let fits = |&i: &usize| {
            let (h, v) = self.venues[i];
            let venue = &self.problem.hosts[h].venues[v];
            venue.capacity >= demand.attendees
                && demand.venue.as_ref().is_none_or(|id| *id == venue.id)
        };
        Some(hosts.iter().flat_map(|&h| self.venues_of[h].iter().copied()).filter(fits).collect())
    }

    /// The calendar without the demands that are `off`.
    pub(crate) fn calendar(&self, off: &Off) -> Calendar {
        let mut open = if off.contains(&Demand::Calendar) {
            Days::all(self.span)
        } else {
            self.working.clone()
        };
        let is_here = |h: usize| off.contains(&Demand::Away(h));
        let away = self.away.iter().enumerate();
        let mut closed: Vec<Days> = away
            .map(|(h, away)| if is_here(h) { Days::none(self.span) } else { away.clone() })
            .collect();
        for (i, &(day, host)) in self.taken.iter().enumerate() {
            if off.contains(&Demand::Taken(i)) {
                continue;
            }
            match host {
                Some(h) => closed[h].add(day),
                None => open.remove(day),
            }
        }
        Calendar { open, closed }
    }

    /// Days on which `party` may host `stop`.
    pub(crate) fn allowed(&self, stop: usize, party: usize) -> Days {
        self.allowed_without(stop, party, &self.calendar, &Off::new())
    }

    /// Days on which `party` may host `stop` without the demands that are `off`, as `calendar` is.
    pub(crate) fn allowed_without(
        &self,
        stop: usize,
        party: usize,
        calendar: &Calendar,
        off: &Off,
    ) -> Days {
        let mut days = calendar.open.clone();
        for &h in &self.parties[party] {
            days.drop(&calendar.closed[h]);
        }
        self.narrow(&mut days, stop, off);
        if let Some(venues) =
            self.fitting(stop, party).filter(|_| !off.contains(&Demand::Venue(stop)))
        {
            let mut open = Days::none(self.span);
            for v in venues {
                open.join(&self.venue_days[v]);
            }
            days.keep(&open);
        }
        days
    }

    /// Keeps the days of the stop's own date and window.
    fn narrow(&self, days: &mut Days, stop: usize, off: &Off) {
        let demand = &self.problem.stops[stop];
        let window = !off.contains(&Demand::Window(stop));
        let from = demand.from.filter(|_| window).map_or(0, |date| self.day(date));
        let last = signed(self.span) - 1;
        let to = demand.to.filter(|_| window).map_or(last, |date| self.day(date));
        let date = demand.date.filter(|_| !off.contains(&Demand::Date(stop)));
        let fixed = date.map(|date| self.day(date));
        if fixed.is_none() && from <= 0 && to >= last {
            return;
        }
        for day in 0..=last {
            if day < from || day > to || fixed.is_some_and(|fixed| fixed != day) {
                days.remove(day);
            }
        }
    }

    /// Points of `theme` at `party`: the sum over its hosts.
    pub(crate) fn points(&self, party: usize, theme: usize) -> i64 {
        let width = self.problem.themes.len();
        self.parties[party].iter().map(|&h| self.points[h * width + theme]).sum()
    }

    fn before_of(&self, stop: usize) -> Option<Before> {
        let id = &self.problem.stops[stop].id;
        let placed = self.problem.previous.iter().find(|placed| placed.stop == *id)?;
        let hosts: Option<Vec<usize>> = placed
            .hosts
            .iter()
            .map(|id| self.problem.hosts.iter().position(|host| host.id == *id))
            .collect();
        let party = hosts.map(|mut hosts| {
            hosts.sort_unstable();
            hosts
        });
        Some(Before {
            party,
            day: self.day(placed.date),
            theme: placed.theme.as_ref().and_then(|id| self.theme(id)),
            venue: placed.venue.as_ref().and_then(|id| self.venue(id)),
        })
    }
}

/// Days that are taken, and by whose event; none for all.
fn taken(problem: &Problem) -> Vec<(i64, Option<usize>)> {
    let host = |id: &String| problem.hosts.iter().position(|host| host.id == *id);
    let all = problem.taken.iter();
    all.map(|taken| ((taken.date - problem.from).num_days(), taken.host.as_ref().and_then(host)))
        .collect()
}

fn points(problem: &Problem) -> Vec<i64> {
    let mut points = vec![0; problem.hosts.len() * problem.themes.len()];
    for density in &problem.density {
        let host = problem.hosts.iter().position(|host| host.id == density.host);
        let theme = problem.themes.iter().position(|theme| theme.id == density.theme);
        if let Some((h, t)) = host.zip(theme) {
            points[h * problem.themes.len() + t] +=
                i64::from(density.needs) + i64::from(density.gaps);
        }
    }
    points
}

fn add(days: &mut Days, problem: &Problem, date: NaiveDate, span: usize) {
    let day = (date - problem.from).num_days();
    if day < signed(span) {
        days.add(day);
    }
}

/// Parties, those that may host each stop, and those that may host a free one.
fn parties(problem: &Problem) -> (Vec<Vec<usize>>, Vec<Vec<usize>>, Vec<usize>) {
    let indices = |ids: &[String]| -> Vec<usize> {
        (0..problem.hosts.len()).filter(|&h| ids.contains(&problem.hosts[h].id)).collect()
    };
    let bound: BTreeSet<usize> = problem
        .joint
        .iter()
        .filter(|joint| joint.required)
        .flat_map(|joint| indices(&joint.hosts))
        .collect();
    let mut known: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
    let mut list: Vec<Vec<usize>> = Vec::new();
    let mut enter = |party: Vec<usize>| {
        *known.entry(party.clone()).or_insert_with(|| {
            list.push(party);
            list.len() - 1
        })
    };
    let singles = (0..problem.hosts.len()).filter(|h| !bound.contains(h)).map(|h| vec![h]);
    let sets = problem.joint.iter().map(|joint| indices(&joint.hosts));
    let mut free: Vec<usize> = singles.chain(sets).map(&mut enter).collect();
    free.sort_unstable();
    free.dedup();
    let choices = problem
        .stops
        .iter()
        .map(|stop| match stop.hosts.as_slice() {
            [] => free.clone(),
            ids => vec![enter(indices(ids))],
        })
        .collect();
    (list, choices, free)
}
