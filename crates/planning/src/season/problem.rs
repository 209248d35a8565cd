//! What a season is asked to be.

use crate::words::{InputError, at_most, distinct, index_of, signed, within};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Most days from the first to the last of a season.
pub const MAX_DAYS: usize = 1_200;
/// Most hosts, and most joint sets of hosts.
pub const MAX_HOSTS: usize = 60;
/// Most stops.
pub const MAX_STOPS: usize = 60;
/// Most themes.
pub const MAX_THEMES: usize = 60;
/// Most venues of a host.
pub const MAX_VENUES: usize = 50;
/// Most events that take dates.
pub const MAX_TAKEN: usize = 2_000;

/// A season to be planned. Ids are free texts, different within their list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Problem {
    /// First day.
    pub from: NaiveDate,
    /// Last day, itself included.
    pub to: NaiveDate,
    /// Days on which people work: no statutory holidays, but swapped working Saturdays. Days
    /// outside of the season are ignored.
    pub working_days: Vec<WorkingDay>,
    /// Dates that other events take.
    #[serde(default)]
    pub taken: Vec<Taken>,
    /// Districts and zones that may host.
    pub hosts: Vec<Host>,
    /// Sets of hosts that may host together, or must.
    #[serde(default)]
    pub joint: Vec<Joint>,
    /// Themes; with any, each stop gets one.
    #[serde(default)]
    pub themes: Vec<Theme>,
    /// What a theme is worth at a host; 0 where absent.
    #[serde(default)]
    pub density: Vec<Density>,
    /// Stops to place. Those without a date stay in this order; those with one, fixed or previous,
    /// stay in the order of their dates.
    pub stops: Vec<StopDemand>,
    /// Least days from one stop to the next; 1 if absent.
    #[serde(default = "one")]
    pub min_days_between: u32,
    /// What was proposed before: each part that changes counts, before everything else.
    #[serde(default)]
    pub previous: Vec<Placed>,
}

/// A day on which people work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkingDay {
    /// The day.
    pub date: NaiveDate,
    /// What is special about it, as for a swapped working Saturday; told in the reasons.
    #[serde(default)]
    pub label: Option<String>,
}

/// A date that another event takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Taken {
    /// The day.
    pub date: NaiveDate,
    /// The other event.
    pub label: String,
    /// Whose date it takes; everybody's if absent.
    #[serde(default)]
    pub host: Option<String>,
}

/// A district or a zone that may host (主办方).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Host {
    /// Its id.
    pub id: String,
    /// Its name, used in both languages.
    pub name: String,
    /// When it hosted before, all before the season.
    #[serde(default)]
    pub past: Vec<NaiveDate>,
    /// How often it hosted before, those without a known date included; the length of `past` if
    /// absent.
    #[serde(default)]
    pub past_count: Option<u32>,
    /// Its share of the hostings, 1 to 10; 1 if absent.
    #[serde(default = "one")]
    pub weight: u32,
    /// Days on which it cannot host.
    #[serde(default)]
    pub away: Vec<NaiveDate>,
    /// Its venues; without any, no venue is chosen and every size fits.
    #[serde(default)]
    pub venues: Vec<Venue>,
}

/// A venue of a host (场地).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Venue {
    /// Its id, different among all venues.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Seats.
    pub capacity: u32,
    /// Days on which it is not free.
    #[serde(default)]
    pub taken: Vec<NaiveDate>,
}

/// Hosts that host one stop together; each of them has then hosted once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Joint {
    /// Ids of two or more hosts.
    pub hosts: Vec<String>,
    /// Whether they host only together, unless a stop names one of them alone.
    #[serde(default)]
    pub required: bool,
}

/// A theme of stops (主题).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Theme {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Most stops that may have it; no limit if absent.
    #[serde(default)]
    pub max_stops: Option<u32>,
}

/// What a theme is worth at a host, in points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Density {
    /// The host.
    pub host: String,
    /// The theme.
    pub theme: String,
    /// Points for open needs, 0 to 1,000,000.
    #[serde(default)]
    pub needs: u32,
    /// Points for gaps of the chain, 0 to 1,000,000.
    #[serde(default)]
    pub gaps: u32,
}

/// A stop and what is fixed about it (站).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StopDemand {
    /// Its id.
    pub id: String,
    /// Its hosts, all of them; free if empty.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Its date; free if absent.
    #[serde(default)]
    pub date: Option<NaiveDate>,
    /// Its theme; free if absent.
    #[serde(default)]
    pub theme: Option<String>,
    /// Its venue; free if absent.
    #[serde(default)]
    pub venue: Option<String>,
    /// Not before this day.
    #[serde(default)]
    pub from: Option<NaiveDate>,
    /// Not after this day.
    #[serde(default)]
    pub to: Option<NaiveDate>,
    /// People expected: the venue must seat them.
    #[serde(default)]
    pub attendees: u32,
}

/// A stop as proposed before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Placed {
    /// The stop; one that is no longer asked for is ignored.
    pub stop: String,
    /// Its hosts.
    pub hosts: Vec<String>,
    /// Its date.
    pub date: NaiveDate,
    /// Its theme.
    #[serde(default)]
    pub theme: Option<String>,
    /// Its venue.
    #[serde(default)]
    pub venue: Option<String>,
}

fn one() -> u32 {
    1
}

impl Problem {
    /// Checks every list, number and name.
    ///
    /// # Errors
    ///
    /// The first [`InputError`] found, in the order of the fields.
    pub fn check(&self) -> Result<(), InputError> {
        let days = (self.to - self.from).num_days() + 1;
        if days < 1 {
            let message = format!("{} is before {}; give a later day", self.to, self.from);
            return Err(InputError::new("to", message));
        }
        within("to", days, 1, signed(MAX_DAYS)).map_err(|e| {
            InputError::new(e.place, format!("the season has {days} days, over {MAX_DAYS}"))
        })?;
        at_most("workingDays", self.working_days.len(), 2 * MAX_DAYS)?;
        at_most("taken", self.taken.len(), MAX_TAKEN)?;
        at_most("hosts", self.hosts.len(), MAX_HOSTS)?;
        at_most("joint", self.joint.len(), MAX_HOSTS)?;
        at_most("themes", self.themes.len(), MAX_THEMES)?;
        at_most("density", self.density.len(), MAX_HOSTS * MAX_THEMES)?;
        at_most("stops", self.stops.len(), MAX_STOPS)?;
        at_most("previous", self.previous.len(), 2 * MAX_STOPS)?;
        within("minDaysBetween", i64::from(self.min_days_between), 1, signed(MAX_DAYS))?;
        self.check_lists()?;
        for i in 0..self.stops.len() {
            self.check_stop(i)?;
        }
        self.check_previous()
    }

    fn check_lists(&self) -> Result<(), InputError> {
        if self.hosts.is_empty() {
            return Err(InputError::new("hosts", "nobody may host; give at least one host"));
        }
        distinct("hosts", self.hosts.iter().map(|host| host.id.as_str()))?;
        distinct("themes", self.themes.iter().map(|theme| theme.id.as_str()))?;
        distinct("stops", self.stops.iter().map(|stop| stop.id.as_str()))?;
        distinct("venues", self.venues().map(|(_, venue)| venue.id.as_str()))?;
        for (i, host) in self.hosts.iter().enumerate() {
            self.check_host(i, host)?;
        }
        for (i, taken) in self.taken.iter().enumerate() {
            if let Some(host) = &taken.host {
                self.host(|| format!("taken[{i}].host"), host)?;
            }
        }
        for (i, joint) in self.joint.iter().enumerate() {
            self.check_party(&format!("joint[{i}].hosts"), &joint.hosts, 2)?;
        }
        for (i, density) in self.density.iter().enumerate() {
            self.host(|| format!("density[{i}].host"), &density.host)?;
            self.theme(|| format!("density[{i}].theme"), &density.theme)?;
            within(&format!("density[{i}].needs"), i64::from(density.needs), 0, 1_000_000)?;
            within(&format!("density[{i}].gaps"), i64::from(density.gaps), 0, 1_000_000)?;
        }
        Ok(())
    }

    fn check_host(&self, i: usize, host: &Host) -> Result<(), InputError> {
        within(&format!("hosts[{i}].weight"), i64::from(host.weight), 1, 10)?;
        at_most(&format!("hosts[{i}].past"), host.past.len(), 1_000)?;
        at_most(&format!("hosts[{i}].away"), host.away.len(), 2 * MAX_DAYS)?;
        at_most(&format!("hosts[{i}].venues"), host.venues.len(), MAX_VENUES)?;
        if let Some(late) = host.past.iter().find(|&&day| day >= self.from) {
            let message =
                format!("{late} is not before the season; give it as a stop with hosts and date");
            return Err(InputError::new(format!("hosts[{i}].past"), message));
        }
        if let Some(count) = host.past_count {
            within(&format!("hosts[{i}].pastCount"), i64::from(count), 0, 10_000)?;
        }
        for (v, venue) in host.venues.iter().enumerate() {
            at_most(&format!("hosts[{i}].venues[{v}].taken"), venue.taken.len(), 2 * MAX_DAYS)?;
        }
        Ok(())
    }

    fn check_party(&self, place: &str, ids: &[String], least: usize) -> Result<(), InputError> {
        at_most(place, ids.len(), MAX_HOSTS)?;
        if ids.len() < least {
            return Err(InputError::new(place, format!("names fewer than {least} hosts; add one")));
        }
        for (j, id) in ids.iter().enumerate() {
            self.host(|| format!("{place}[{j}]"), id)?;
            if ids[..j].contains(id) {
                return Err(InputError::new(format!("{place}[{j}]"), format!("{id} repeats")));
            }
        }
        Ok(())
    }

    fn check_stop(&self, i: usize) -> Result<(), InputError> {
        let stop = &self.stops[i];
        self.check_party(&format!("stops[{i}].hosts"), &stop.hosts, 0)?;
        if let Some(theme) = &stop.theme {
            self.theme(|| format!("stops[{i}].theme"), theme)?;
        }
        if let Some(venue) = &stop.venue {
            let ids = self.venues().map(|(_, venue)| venue.id.as_str());
            index_of(|| format!("stops[{i}].venue"), venue, "the venues", ids)?;
        }
        if let Some(day) = stop.date.filter(|&day| day < self.from || day > self.to) {
            let message = format!("{day} is outside of the season; change it or the season");
            return Err(InputError::new(format!("stops[{i}].date"), message));
        }
        Ok(())
    }

    fn check_previous(&self) -> Result<(), InputError> {
        let mut seen = std::collections::BTreeSet::new();
        for (i, placed) in self.previous.iter().enumerate() {
            if !seen.insert(&placed.stop) {
                let message = format!("{} repeats; keep one", placed.stop);
                return Err(InputError::new(format!("previous[{i}].stop"), message));
            }
            at_most(&format!("previous[{i}].hosts"), placed.hosts.len(), MAX_HOSTS)?;
        }
        Ok(())
    }

    /// Every venue with the index of its host.
    pub(crate) fn venues(&self) -> impl Iterator<Item = (usize, &Venue)> {
        self.hosts.iter().enumerate().flat_map(|(h, host)| host.venues.iter().map(move |v| (h, v)))
    }

    fn host(&self, place: impl FnOnce() -> String, id: &str) -> Result<usize, InputError> {
        index_of(place, id, "hosts", self.hosts.iter().map(|host| host.id.as_str()))
    }

    fn theme(&self, place: impl FnOnce() -> String, id: &str) -> Result<usize, InputError> {
        index_of(place, id, "themes", self.themes.iter().map(|theme| theme.id.as_str()))
    }
}
