//! One file for each demand: how a timetable is checked against it, and its words.
//!
//! Nothing here is used by the search, and nothing of the search is used here: this is the second
//! opinion on every answer.

pub(crate) mod equipment;
pub(crate) mod fixed;
pub(crate) mod half_day;
pub(crate) mod held;
pub(crate) mod length;
pub(crate) mod load;
pub(crate) mod locked;
pub(crate) mod lunch;
pub(crate) mod owner;
pub(crate) mod precedence;
pub(crate) mod presence;
pub(crate) mod rest;
#[cfg(test)]
mod sample;
pub(crate) mod seats;
pub(crate) mod spread;
pub(crate) mod tables;
pub(crate) mod travel;
pub(crate) mod view;

use super::words::Words;
use serde::Serialize;
use view::View;

/// Which demand a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// The answer is not a timetable of this problem at all.
    Malformed,
    /// A meeting that must be held.
    Held,
    /// Nobody sits in two meetings at once.
    Seats,
    /// A table holds one meeting at a time; there are only so many.
    Tables,
    /// A meeting fits into a half-day.
    Length,
    /// A meeting is in one of its half-days.
    HalfDay,
    /// A meeting begins in its slot.
    Fixed,
    /// A confirmed meeting stays where it is.
    Locked,
    /// People are there.
    Presence,
    /// The table has what the meeting needs.
    Equipment,
    /// Own tables.
    Owner,
    /// Most meetings of a participant.
    Max,
    /// Fewest meetings of a participant.
    Min,
    /// Most meetings of a participant in a half-day.
    MaxPerHalfDay,
    /// Fewest meetings of a participant in a half-day.
    MinPerHalfDay,
    /// Longest run without a rest.
    Rest,
    /// A free slot for lunch.
    Lunch,
    /// Time for the way between places.
    Travel,
    /// One meeting before another.
    Precedence,
    /// Breaks are shared equally.
    Spread,
}

/// What a timetable breaks, or a demand that takes part in a contradiction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Which demand.
    pub kind: Kind,
    /// By how much it is broken; 1 for what is broken or not. Of a demand in a conflict: 1.
    pub weight: u64,
    /// Whom it is about, ascending, from 0.
    pub participants: Vec<usize>,
    /// Meetings it is about, ascending, from 0.
    pub meetings: Vec<usize>,
    /// Tables it is about, ascending, from 0.
    pub tables: Vec<usize>,
    /// Slots it is about, ascending, from 0.
    pub slots: Vec<usize>,
    /// What a coordinator reads and can act on; numbers in it count from 1.
    pub text: String,
    /// The same in Chinese.
    pub text_zh: String,
}

impl Finding {
    pub(crate) fn new(kind: Kind, words: Words) -> Self {
        Self {
            kind,
            weight: 1,
            participants: Vec::new(),
            meetings: Vec::new(),
            tables: Vec::new(),
            slots: Vec::new(),
            text: words.en,
            text_zh: words.zh,
        }
    }

    pub(crate) fn people(mut self, people: &[usize]) -> Self {
        self.participants = sorted(people);
        self
    }

    pub(crate) fn meetings(mut self, meetings: &[usize]) -> Self {
        self.meetings = sorted(meetings);
        self
    }

    pub(crate) fn tables(mut self, tables: &[usize]) -> Self {
        self.tables = sorted(tables);
        self
    }

    pub(crate) fn slots(mut self, slots: &[usize]) -> Self {
        self.slots = sorted(slots);
        self
    }

    pub(crate) fn weight(mut self, weight: usize) -> Self {
        self.weight = u64::try_from(weight).unwrap_or(u64::MAX);
        self
    }
}

fn sorted(list: &[usize]) -> Vec<usize> {
    let mut list = list.to_vec();
    list.sort_unstable();
    list.dedup();
    list
}

/// Everything that is broken, demand by demand.
pub(crate) fn all(view: &View<'_>) -> Vec<Finding> {
    let checks: [fn(&View<'_>) -> Vec<Finding>; 16] = [
        held::check,
        seats::check,
        tables::check,
        length::check,
        half_day::check,
        fixed::check,
        locked::check,
        presence::check,
        equipment::check,
        owner::check,
        load::check,
        rest::check,
        lunch::check,
        travel::check,
        precedence::check,
        spread::check,
    ];
    checks.iter().flat_map(|check| check(view)).collect()
}
