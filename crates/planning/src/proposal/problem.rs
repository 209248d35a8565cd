//! What an event is to be proposed from.

use crate::words::{InputError, at_most, distinct, index_of, signed, within};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Most people.
pub const MAX_PEOPLE: usize = 5_000;
/// Most suggestions.
pub const MAX_SUGGESTIONS: usize = 100_000;

/// People, suggestions between them, and the event's limits. Ids are free texts, different within
/// their list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Problem {
    /// Who may be invited.
    pub people: Vec<Person>,
    /// Mutual suggestions; each pair at most once.
    pub suggestions: Vec<Suggestion>,
    /// Most people invited.
    pub capacity: usize,
    /// Fewest and most people of a kind; each kind at most once.
    #[serde(default)]
    pub quotas: Vec<Quota>,
    /// Who may host; without any, no host is proposed.
    #[serde(default)]
    pub hosts: Vec<Host>,
    /// Most hosts of the event; 2 if absent.
    #[serde(default = "two")]
    pub max_hosts: usize,
    /// How much of the worth the smaller alternative keeps, in basis points; 8,000 if absent.
    #[serde(default = "keep")]
    pub keep_basis_points: u32,
    /// Looks at suggestions that the search may take; 50,000,000 if absent.
    #[serde(default = "steps")]
    pub steps: u64,
}

fn two() -> usize {
    2
}

fn keep() -> u32 {
    8_000
}

fn steps() -> u64 {
    50_000_000
}

/// Somebody who may be invited: an enterprise or a unit, with whoever stands for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Person {
    /// Its id.
    pub id: String,
    /// What kind it is.
    pub kind: Kind,
    /// Id of its district or zone, as hosts name it.
    #[serde(default)]
    pub district: Option<String>,
    /// Most matches it can meet at the event, 1 to 1,000; 3 if absent.
    #[serde(default = "three")]
    pub capacity: u32,
    /// Whether it must be invited.
    #[serde(default)]
    pub must_invite: bool,
    /// Whether it cannot come.
    #[serde(default)]
    pub away: bool,
    /// What inviting it costs, in fen.
    #[serde(default)]
    pub cost_fen: u64,
}

fn three() -> u32 {
    3
}

/// What kind of person somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// A central state-owned enterprise (央企).
    CentralSoe,
    /// A provincial or municipal one (省属、市属国企).
    LocalSoe,
    /// A private or foreign enterprise (民营、外资).
    PrivateFirm,
    /// A bank or an investor (金融机构).
    Finance,
    /// A university or an institute (高校院所).
    Institute,
    /// A department or a zone (部门、园区).
    Department,
    /// Anybody else.
    Other,
}

/// Two people who should meet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Suggestion {
    /// Id of one.
    pub a: String,
    /// Id of the other.
    pub b: String,
    /// What the match is worth if both accept, 0 to 1,000,000.
    pub value_points: u32,
    /// How likely both accept, in basis points; 10,000 if absent.
    #[serde(default = "sure")]
    pub probability_basis_points: u32,
    /// What it is about; cooperation if absent.
    #[serde(default)]
    pub about: About,
}

fn sure() -> u32 {
    10_000
}

/// What a suggestion is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum About {
    /// Supply, projects, technology.
    #[default]
    Cooperation,
    /// Money for a project or an enterprise (融资).
    Finance,
    /// A scenario that its owner opens (应用场景).
    Scenario,
    /// Land, a park or a plant that is to be seen (选址、考察).
    Site,
}

/// Fewest and most people of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Quota {
    /// The kind.
    pub kind: Kind,
    /// Fewest; 0 if absent.
    #[serde(default)]
    pub min: usize,
    /// Most; no limit if absent.
    #[serde(default)]
    pub max: Option<usize>,
}

/// A district or a zone that may host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Host {
    /// Its id, as in `district` of people.
    pub id: String,
    /// Its name, used in both languages.
    pub name: String,
    /// Seats of its largest free venue; no limit if absent.
    #[serde(default)]
    pub capacity: Option<usize>,
    /// Days since it last hosted; the longer wait decides between equal ones.
    #[serde(default)]
    pub waited_days: u32,
}

impl Problem {
    /// Checks every list, number and name.
    ///
    /// # Errors
    ///
    /// The first [`InputError`] found.
    pub fn check(&self) -> Result<(), InputError> {
        at_most("people", self.people.len(), MAX_PEOPLE)?;
        at_most("suggestions", self.suggestions.len(), MAX_SUGGESTIONS)?;
        at_most("quotas", self.quotas.len(), 7)?;
        at_most("hosts", self.hosts.len(), 1_000)?;
        within("capacity", signed(self.capacity), 1, signed(MAX_PEOPLE))?;
        within("maxHosts", signed(self.max_hosts), 1, 10)?;
        within("keepBasisPoints", i64::from(self.keep_basis_points), 0, 10_000)?;
        if self.steps > 10_000_000_000 {
            return Err(InputError::new("steps", "is over the limit of 10000000000"));
        }
        distinct("people", self.people.iter().map(|one| one.id.as_str()))?;
        distinct("hosts", self.hosts.iter().map(|one| one.id.as_str()))?;
        for (i, one) in self.people.iter().enumerate() {
            within(&format!("people[{i}].capacity"), i64::from(one.capacity), 1, 1_000)?;
            if one.cost_fen > 1_000_000_000_000 {
                let place = format!("people[{i}].costFen");
                return Err(InputError::new(place, "is over the limit of 1000000000000"));
            }
            if one.must_invite && one.away {
                let message = format!("{} must be invited but cannot come; drop one", one.id);
                return Err(InputError::new(format!("people[{i}].mustInvite"), message));
            }
        }
        self.check_suggestions()?;
        self.check_quotas()
    }

    fn check_suggestions(&self) -> Result<(), InputError> {
        let people: BTreeMap<&str, usize> =
            self.people.iter().enumerate().map(|(i, one)| (one.id.as_str(), i)).collect();
        let mut seen = BTreeSet::new();
        for (i, one) in self.suggestions.iter().enumerate() {
            let end = |field: &str, id: &String| match people.get(id.as_str()) {
                Some(&index) => Ok(index),
                None => index_of(
                    || format!("suggestions[{i}].{field}"),
                    id,
                    "people",
                    std::iter::empty(),
                ),
            };
            let (a, b) = (end("a", &one.a)?, end("b", &one.b)?);
            if a == b {
                let message = format!("{} would meet itself; name two", one.a);
                return Err(InputError::new(format!("suggestions[{i}].b"), message));
            }
            if !seen.insert((a.min(b), a.max(b))) {
                let message = format!("{} and {} stand twice; keep one", one.a, one.b);
                return Err(InputError::new(format!("suggestions[{i}]"), message));
            }
            let place = format!("suggestions[{i}]");
            within(&format!("{place}.valuePoints"), i64::from(one.value_points), 0, 1_000_000)?;
            let probability = i64::from(one.probability_basis_points);
            within(&format!("{place}.probabilityBasisPoints"), probability, 0, 10_000)?;
        }
        Ok(())
    }

    fn check_quotas(&self) -> Result<(), InputError> {
        for (i, quota) in self.quotas.iter().enumerate() {
            if self.quotas[..i].iter().any(|other| other.kind == quota.kind) {
                return Err(InputError::new(format!("quotas[{i}].kind"), "stands twice; keep one"));
            }
            let place = format!("quotas[{i}].min");
            within(&place, signed(quota.min), 0, signed(MAX_PEOPLE))?;
            if quota.max.is_some_and(|max| max < quota.min) {
                let message = format!("is under the minimum of {}; raise it", quota.min);
                return Err(InputError::new(format!("quotas[{i}].max"), message));
            }
        }
        Ok(())
    }
}
