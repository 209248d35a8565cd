//! What site visits are asked to be. Moments are minutes from midnight of one day.

use crate::words::{InputError, at_most, distinct, index_of, signed, within};
use serde::{Deserialize, Serialize};

/// Most sites.
pub const MAX_SITES: usize = 10;
/// Most buses.
pub const MAX_BUSES: usize = 20;
/// Most groups.
pub const MAX_GROUPS: usize = 60;
/// Latest moment and longest time, in minutes: two days.
const MAX_MINUTES: i64 = 2_880;

/// Site visits to be planned. Ids are free texts, different within their list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Problem {
    /// Sites to be seen.
    pub sites: Vec<Site>,
    /// Buses.
    pub buses: Vec<Bus>,
    /// Groups of people who stay together.
    pub groups: Vec<Group>,
    /// Minutes of driving between places: the start, the sites in their order, the end.
    pub travel_minutes: Vec<Vec<u32>>,
    /// When every bus must be at the end.
    pub arrive_by: u32,
    /// Steps of the search; 300,000 if absent.
    #[serde(default = "steps")]
    pub steps: u64,
}

fn steps() -> u64 {
    300_000
}

/// A place to be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Site {
    /// Its id.
    pub id: String,
    /// Its name, used in both languages.
    pub name: String,
    /// When it opens.
    pub open: u32,
    /// When everybody must have left.
    pub close: u32,
    /// How long a visit takes.
    pub stay_minutes: u32,
    /// Walking between bus and door, there and back each.
    #[serde(default)]
    pub walk_minutes: u32,
    /// Most people inside at once; no limit if absent.
    #[serde(default)]
    pub capacity: Option<u32>,
    /// Whether it may be dropped: the answer then says what changes without it.
    #[serde(default)]
    pub may_drop: bool,
}

/// A bus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bus {
    /// Its id.
    pub id: String,
    /// Seats for passengers.
    pub seats: u32,
    /// When it can leave the start.
    pub from: u32,
}

/// People who ride together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Group {
    /// Its id.
    pub id: String,
    /// How many they are.
    pub people: u32,
    /// Ids of the sites they want to see; all if empty.
    #[serde(default)]
    pub sites: Vec<String>,
    /// The bus they were put on by hand.
    #[serde(default)]
    pub bus: Option<String>,
}

impl Problem {
    /// Checks every list, number and name.
    ///
    /// # Errors
    ///
    /// The first [`InputError`] found.
    pub fn check(&self) -> Result<(), InputError> {
        at_most("sites", self.sites.len(), MAX_SITES)?;
        at_most("buses", self.buses.len(), MAX_BUSES)?;
        at_most("groups", self.groups.len(), MAX_GROUPS)?;
        distinct("sites", self.sites.iter().map(|one| one.id.as_str()))?;
        distinct("buses", self.buses.iter().map(|one| one.id.as_str()))?;
        distinct("groups", self.groups.iter().map(|one| one.id.as_str()))?;
        within("arriveBy", i64::from(self.arrive_by), 0, MAX_MINUTES)?;
        if self.steps > 100_000_000 {
            return Err(InputError::new("steps", "is over the limit of 100000000"));
        }
        for (i, site) in self.sites.iter().enumerate() {
            let place = |field: &str| format!("sites[{i}].{field}");
            within(&place("close"), i64::from(site.close), 0, MAX_MINUTES)?;
            within(&place("open"), i64::from(site.open), 0, i64::from(site.close))?;
            within(&place("stayMinutes"), i64::from(site.stay_minutes), 0, MAX_MINUTES)?;
            within(&place("walkMinutes"), i64::from(site.walk_minutes), 0, MAX_MINUTES)?;
        }
        for (i, bus) in self.buses.iter().enumerate() {
            within(&format!("buses[{i}].seats"), i64::from(bus.seats), 1, 10_000)?;
            within(&format!("buses[{i}].from"), i64::from(bus.from), 0, MAX_MINUTES)?;
        }
        for (i, group) in self.groups.iter().enumerate() {
            within(&format!("groups[{i}].people"), i64::from(group.people), 1, 10_000)?;
            at_most(&format!("groups[{i}].sites"), group.sites.len(), MAX_SITES)?;
            for (j, site) in group.sites.iter().enumerate() {
                let ids = self.sites.iter().map(|one| one.id.as_str());
                index_of(|| format!("groups[{i}].sites[{j}]"), site, "sites", ids)?;
            }
            if let Some(bus) = &group.bus {
                let ids = self.buses.iter().map(|one| one.id.as_str());
                index_of(|| format!("groups[{i}].bus"), bus, "buses", ids)?;
            }
        }
        self.check_travel()
    }

    fn check_travel(&self) -> Result<(), InputError> {
        let places = self.sites.len() + 2;
        if self.travel_minutes.len() != places {
            let rows = self.travel_minutes.len();
            let message = format!("{rows} rows for {places} places: start, sites, end");
            return Err(InputError::new("travelMinutes", message));
        }
        for (i, row) in self.travel_minutes.iter().enumerate() {
            if row.len() != places {
                let message =
                    format!("{} numbers for {places} places: start, sites, end", row.len());
                return Err(InputError::new(format!("travelMinutes[{i}]"), message));
            }
            for (j, &minutes) in row.iter().enumerate() {
                within(&format!("travelMinutes[{i}][{j}]"), i64::from(minutes), 0, MAX_MINUTES)?;
            }
        }
        debug_assert!(signed(places) > 1);
        Ok(())
    }
}
