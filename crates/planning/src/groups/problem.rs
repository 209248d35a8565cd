//! What grouped sessions are asked to be.

use crate::words::{InputError, at_most, distinct, index_of, signed, within};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most participants.
pub const MAX_PARTICIPANTS: usize = 1_000;
/// Most items, and most delegations.
pub const MAX_ITEMS: usize = 3_000;
/// Most sessions.
pub const MAX_SESSIONS: usize = 60;
/// Most points of one participant and one item.
pub const MAX_RELEVANCE: u32 = 1_000_000;
/// Most moves of the search.
pub const MAX_STEPS: u64 = 200_000_000;

/// Grouped sessions to be planned. Ids are free texts, different within their list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Problem {
    /// How many half-days there are.
    pub half_days: usize,
    /// Rooms that can be used at the same time, in each half-day.
    pub rooms: Vec<Room>,
    /// How many groups, each with one session; as many as rooms and half-days allow if absent.
    /// Fewer are spread over the half-days, larger rooms first.
    #[serde(default)]
    pub groups: Option<usize>,
    /// Who is put into groups.
    pub participants: Vec<Participant>,
    /// Who presents.
    pub delegations: Vec<Delegation>,
    /// What is presented.
    pub items: Vec<Item>,
    /// Points of each participant (row) and item (column), 0 to [`MAX_RELEVANCE`]; by `features`
    /// if absent.
    #[serde(default)]
    pub relevance: Option<Vec<Vec<u32>>>,
    /// Fewest participants of a session; 0 if absent.
    #[serde(default)]
    pub min_participants: usize,
    /// Most participants of a session; no limit if absent.
    #[serde(default)]
    pub max_participants: Option<usize>,
    /// Fewest items of a session; 0 if absent.
    #[serde(default)]
    pub min_items: usize,
    /// Most items of a session; no limit if absent.
    #[serde(default)]
    pub max_items: Option<usize>,
    /// Start of the random numbers; 0 if absent.
    #[serde(default)]
    pub seed: u64,
    /// Moves of the search, at most [`MAX_STEPS`]; 4,000,000 if absent.
    #[serde(default = "steps")]
    pub steps: u64,
}

fn steps() -> u64 {
    4_000_000
}

/// A room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Room {
    /// Its id.
    pub id: String,
    /// Seats for people of participants and delegations; no limit if absent.
    #[serde(default)]
    pub capacity: Option<u32>,
}

/// One room in one half-day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SessionDemand {
    /// The half-day, from 0.
    pub half_day: usize,
    /// The room's id.
    pub room: String,
}

/// Who is put into one group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Participant {
    /// Its id.
    pub id: String,
    /// People who come; 1 if absent.
    #[serde(default)]
    pub people: Option<u32>,
    /// Half-days on which they cannot come.
    #[serde(default)]
    pub away: Vec<usize>,
    /// Points by feature, 0 to 1,000; used where no relevance is given.
    #[serde(default)]
    pub features: BTreeMap<String, u32>,
    /// The session they were put into by hand.
    #[serde(default)]
    pub locked: Option<SessionDemand>,
}

/// Who presents items.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Delegation {
    /// Its id.
    pub id: String,
    /// People in each room where it presents; 1 if absent.
    #[serde(default)]
    pub people: Option<u32>,
    /// In how many rooms it can be at once; 1 if absent.
    #[serde(default)]
    pub teams: Option<u32>,
    /// Half-days on which it cannot come.
    #[serde(default)]
    pub away: Vec<usize>,
}

/// What is presented, once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Item {
    /// Its id.
    pub id: String,
    /// The delegation it belongs to.
    pub delegation: String,
    /// People who must be there, by any name; each is in one room at a time.
    #[serde(default)]
    pub presenters: Vec<String>,
    /// Points by feature, 0 to 1,000; used where no relevance is given.
    #[serde(default)]
    pub features: BTreeMap<String, u32>,
    /// The session it was put into by hand.
    #[serde(default)]
    pub locked: Option<SessionDemand>,
}

impl Problem {
    /// Checks every list, number and name.
    ///
    /// # Errors
    ///
    /// The first [`InputError`] found.
    pub fn check(&self) -> Result<(), InputError> {
        within("halfDays", signed(self.half_days), 1, signed(MAX_SESSIONS))?;
        at_most("rooms", self.rooms.len(), MAX_SESSIONS)?;
        at_most("participants", self.participants.len(), MAX_PARTICIPANTS)?;
        at_most("delegations", self.delegations.len(), MAX_ITEMS)?;
        at_most("items", self.items.len(), MAX_ITEMS)?;
        let slots = self.half_days * self.rooms.len();
        within("rooms", signed(slots), 1, signed(MAX_SESSIONS)).map_err(|e| {
            let message = format!("rooms in all half-days are {slots}, not 1 to {MAX_SESSIONS}");
            InputError::new(e.place, message)
        })?;
        if let Some(groups) = self.groups {
            within("groups", signed(groups), 1, signed(slots))?;
        }
        self.check_sizes()?;
        i64::try_from(self.steps)
            .map_or(Err(InputError::new("steps", "is too large")), |steps| {
                within("steps", steps, 0, i64::try_from(MAX_STEPS).unwrap_or(i64::MAX))
            })?;
        distinct("rooms", self.rooms.iter().map(|room| room.id.as_str()))?;
        distinct("participants", self.participants.iter().map(|one| one.id.as_str()))?;
        distinct("delegations", self.delegations.iter().map(|one| one.id.as_str()))?;
        distinct("items", self.items.iter().map(|one| one.id.as_str()))?;
        self.check_members()?;
        self.check_relevance()
    }

    fn check_sizes(&self) -> Result<(), InputError> {
        let most = |limit: Option<usize>| signed(limit.unwrap_or(0));
        within("minParticipants", signed(self.min_participants), 0, signed(MAX_PARTICIPANTS))?;
        within("maxParticipants", most(self.max_participants), 0, signed(MAX_PARTICIPANTS))?;
        within("minItems", signed(self.min_items), 0, signed(MAX_ITEMS))?;
        within("maxItems", most(self.max_items), 0, signed(MAX_ITEMS))
    }

    fn check_members(&self) -> Result<(), InputError> {
        for (i, one) in self.participants.iter().enumerate() {
            let place = format!("participants[{i}]");
            self.check_one(&place, &one.away, one.locked.as_ref(), &one.features)?;
            within(&format!("{place}.people"), one.people.map_or(1, i64::from), 0, 10_000)?;
        }
        for (i, one) in self.delegations.iter().enumerate() {
            let place = format!("delegations[{i}]");
            self.check_one(&place, &one.away, None, &BTreeMap::new())?;
            within(&format!("{place}.people"), one.people.map_or(1, i64::from), 0, 10_000)?;
            within(&format!("{place}.teams"), one.teams.map_or(1, i64::from), 1, 1_000)?;
        }
        for (i, one) in self.items.iter().enumerate() {
            let place = format!("items[{i}]");
            self.check_one(&place, &[], one.locked.as_ref(), &one.features)?;
            at_most(&format!("{place}.presenters"), one.presenters.len(), 20)?;
            let ids = self.delegations.iter().map(|one| one.id.as_str());
            index_of(|| format!("{place}.delegation"), &one.delegation, "delegations", ids)?;
        }
        Ok(())
    }

    fn check_one(
        &self,
        place: &str,
        away: &[usize],
        locked: Option<&SessionDemand>,
        features: &BTreeMap<String, u32>,
    ) -> Result<(), InputError> {
        let last = signed(self.half_days) - 1;
        at_most(&format!("{place}.away"), away.len(), MAX_SESSIONS)?;
        for (j, &half_day) in away.iter().enumerate() {
            within(&format!("{place}.away[{j}]"), signed(half_day), 0, last)?;
        }
        if let Some(session) = locked {
            within(&format!("{place}.locked.halfDay"), signed(session.half_day), 0, last)?;
            let ids = self.rooms.iter().map(|room| room.id.as_str());
            index_of(|| format!("{place}.locked.room"), &session.room, "rooms", ids)?;
        }
        at_most(&format!("{place}.features"), features.len(), 1_000)?;
        for (label, &points) in features {
            within(&format!("{place}.features.{label}"), i64::from(points), 0, 1_000)?;
        }
        Ok(())
    }

    fn check_relevance(&self) -> Result<(), InputError> {
        let Some(rows) = &self.relevance else { return Ok(()) };
        if rows.len() != self.participants.len() {
            let (found, want) = (rows.len(), self.participants.len());
            let message = format!("{found} rows for {want} participants; give one row each");
            return Err(InputError::new("relevance", message));
        }
        for (i, row) in rows.iter().enumerate() {
            if row.len() != self.items.len() {
                let (found, want) = (row.len(), self.items.len());
                let message = format!("{found} numbers for {want} items; give one each");
                return Err(InputError::new(format!("relevance[{i}]"), message));
            }
            for (j, &points) in row.iter().enumerate() {
                let place = || format!("relevance[{i}][{j}]");
                if points > MAX_RELEVANCE {
                    let message = format!("{points} is not from 0 to {MAX_RELEVANCE}");
                    return Err(InputError::new(place(), message));
                }
            }
        }
        Ok(())
    }
}
