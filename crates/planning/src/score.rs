//! The judge: what a timetable breaks and what it costs, computed from the problem alone.
//!
//! No engine's code is used here, so that an error in an engine cannot hide itself: every
//! timetable passes this judge before it leaves the crate.

use crate::problem::{HalfDay, Problem};
use serde::Serialize;

/// What a timetable costs and which demands it breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Score {
    /// Broken demands, by kind, then by number; empty for a timetable that can be published.
    pub findings: Vec<Finding>,
    /// What the day looks like for each participant, in their order.
    pub participants: Vec<Day>,
    /// Breaks of all participants together.
    pub breaks: u32,
}

/// The day of one participant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Day {
    /// Meetings they sit in.
    pub meetings: usize,
    /// Runs of consecutive meetings, less one; 0 without meetings. A run may span noon.
    pub breaks: u32,
    /// First slot with a meeting; none without meetings.
    pub first: Option<usize>,
    /// Last slot with a meeting; none without meetings.
    pub last: Option<usize>,
}

/// A demand that a timetable breaks. Indices count from 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Finding {
    /// The timetable does not have one slot for each meeting.
    WrongLength {
        /// Meetings of the problem.
        meetings: usize,
        /// Slots given.
        slots: usize,
    },
    /// A meeting is in a slot that does not exist.
    NoSuchSlot {
        /// The meeting.
        meeting: usize,
        /// Its slot.
        slot: usize,
    },
    /// A meeting is in the wrong half of the day.
    WrongHalfDay {
        /// The meeting.
        meeting: usize,
        /// Its slot.
        slot: usize,
    },
    /// A meeting is not in its fixed slot.
    NotFixed {
        /// The meeting.
        meeting: usize,
        /// Its slot.
        slot: usize,
    },
    /// A participant sits in a meeting in a forbidden slot.
    Forbidden {
        /// The meeting.
        meeting: usize,
        /// The participant.
        participant: usize,
        /// The slot.
        slot: usize,
    },
    /// A participant sits in more than one meeting at once.
    Clash {
        /// The participant.
        participant: usize,
        /// The slot.
        slot: usize,
        /// Meetings they sit in at once.
        meetings: usize,
    },
    /// More meetings than tables.
    TooFewTables {
        /// The slot.
        slot: usize,
        /// Meetings in it.
        meetings: usize,
    },
    /// A meeting is not before the other.
    OutOfOrder {
        /// The one that must come first.
        before: usize,
        /// The one that must come later.
        after: usize,
    },
    /// A meeting is at a table that does not exist.
    NoSuchTable {
        /// The meeting.
        meeting: usize,
        /// Its table.
        table: usize,
    },
    /// A table is used twice at once.
    TableTaken {
        /// The slot.
        slot: usize,
        /// The table.
        table: usize,
        /// The two meetings.
        meetings: [usize; 2],
    },
    /// Breaks are spread too unevenly.
    Unfair {
        /// Fewest breaks of a participant.
        fewest: u32,
        /// Most breaks of a participant.
        most: u32,
    },
}

/// Judges `slots`, one for each meeting in the problem's order, from 0.
///
/// Time and memory `O(participants · slots + meetings + precedences)`.
pub fn score(problem: &Problem, slots: &[usize]) -> Score {
    let mut findings = Vec::new();
    if slots.len() != problem.meetings.len() {
        findings
            .push(Finding::WrongLength { meetings: problem.meetings.len(), slots: slots.len() });
        return Score { findings, participants: Vec::new(), breaks: 0 };
    }
    own_demands(problem, slots, &mut findings);
    let busy = busy(problem, slots);
    for (p, day) in busy.iter().enumerate() {
        for (t, &held) in day.iter().enumerate().filter(|&(_, &held)| held > 1) {
            findings.push(Finding::Clash { participant: p, slot: t, meetings: held });
        }
    }
    for t in 0..problem.slots {
        let held = slots.iter().filter(|&&slot| slot == t).count();
        if held > problem.tables {
            findings.push(Finding::TooFewTables { slot: t, meetings: held });
        }
    }
    for precedence in &problem.precedences {
        if slots[precedence.before] >= slots[precedence.after] {
            findings
                .push(Finding::OutOfOrder { before: precedence.before, after: precedence.after });
        }
    }
    let participants: Vec<Day> = busy.iter().map(|held| day(held)).collect();
    let most = participants.iter().map(|day| day.breaks).max().unwrap_or(0);
    let fewest = participants.iter().map(|day| day.breaks).min().unwrap_or(0);
    if problem.fairness.is_some_and(|limit| most - fewest > limit) {
        findings.push(Finding::Unfair { fewest, most });
    }
    let breaks = participants.iter().map(|day| day.breaks).sum();
    Score { findings, participants, breaks }
}

/// The demands that concern one meeting and its slot.
fn own_demands(problem: &Problem, slots: &[usize], findings: &mut Vec<Finding>) {
    for (m, (meeting, &slot)) in problem.meetings.iter().zip(slots).enumerate() {
        if slot >= problem.slots {
            findings.push(Finding::NoSuchSlot { meeting: m, slot });
            continue;
        }
        let right_half = match meeting.half_day {
            HalfDay::Morning => slot < problem.morning,
            HalfDay::Afternoon => slot >= problem.morning,
            HalfDay::Either => true,
        };
        if !right_half {
            findings.push(Finding::WrongHalfDay { meeting: m, slot });
        }
        if meeting.fixed.is_some_and(|fixed| fixed != slot) {
            findings.push(Finding::NotFixed { meeting: m, slot });
        }
        for &p in &meeting.participants {
            if problem.participants[p].forbidden.contains(&slot) {
                findings.push(Finding::Forbidden { meeting: m, participant: p, slot });
            }
        }
    }
}

/// How many meetings each participant sits in, slot by slot.
fn busy(problem: &Problem, slots: &[usize]) -> Vec<Vec<usize>> {
    let mut busy = vec![vec![0; problem.slots]; problem.participants.len()];
    for (meeting, &slot) in problem.meetings.iter().zip(slots) {
        for &p in &meeting.participants {
            if let Some(held) = busy[p].get_mut(slot) {
                *held += 1;
            }
        }
    }
    busy
}

fn day(held: &[usize]) -> Day {
    let mut day = Day::default();
    for (t, &meetings) in held.iter().enumerate().filter(|&(_, &meetings)| meetings > 0) {
        day.meetings += meetings;
        day.breaks += u32::from(day.last.is_some_and(|last| last + 1 < t));
        day.first = day.first.or(Some(t));
        day.last = Some(t);
    }
    day
}
