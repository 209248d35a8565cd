//! What is answered: a place for every meeting, or none.

use serde::{Deserialize, Serialize};

/// A timetable: one entry for every meeting of the problem, in the same order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Timetable {
    /// Where each meeting is; none for one that is not held.
    pub meetings: Vec<Option<Placed>>,
}

/// Where a meeting is and who of each participant sits in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Placed {
    /// The slot it begins in.
    pub slot: usize,
    /// Its table.
    pub table: usize,
    /// For each of its participants, in their order, which representative sits there, from 0.
    pub representatives: Vec<usize>,
}
