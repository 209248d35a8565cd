//! A problem laid out for fast searching: domains as masks, neighbours as slices.

use crate::mask::{self, Mask};
use crate::problem::{HalfDay, Meeting, Problem};

/// What every engine reads. Made once per problem; `O(size of the problem)`.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    /// How many slots there are.
    pub(crate) slots: usize,
    /// How many meetings fit into one slot.
    pub(crate) tables: usize,
    /// The fairness demand.
    pub(crate) fairness: Option<u32>,
    /// Participants of each meeting.
    pub(crate) people: Vec<Vec<usize>>,
    /// Slots each meeting may take by half day, participants and fixed slot.
    pub(crate) domain: Vec<Mask>,
    /// Slots forbidden to each participant.
    pub(crate) forbidden: Vec<Mask>,
    /// Meetings of each participant, ascending.
    pub(crate) meetings_of: Vec<Vec<usize>>,
    /// Meetings that come before each meeting, ascending, without repeats.
    pub(crate) before: Vec<Vec<usize>>,
    /// Meetings that come after each meeting, ascending, without repeats.
    pub(crate) after: Vec<Vec<usize>>,
}

impl Shape {
    /// Lays out `problem`, which has passed [`Problem::check`].
    pub(crate) fn new(problem: &Problem) -> Self {
        let forbidden: Vec<Mask> = problem
            .participants
            .iter()
            .map(|p| p.forbidden.iter().fold(0, |set, &t| set | mask::bit(t)))
            .collect();
        let mut meetings_of = vec![Vec::new(); problem.participants.len()];
        let mut domain = Vec::with_capacity(problem.meetings.len());
        for (m, meeting) in problem.meetings.iter().enumerate() {
            let mut allowed = half_day(problem, meeting) & fixed(problem, meeting);
            for &p in &meeting.participants {
                meetings_of[p].push(m);
                allowed &= !forbidden[p];
            }
            domain.push(allowed);
        }
        let mut before = vec![Vec::new(); problem.meetings.len()];
        let mut after = vec![Vec::new(); problem.meetings.len()];
        // A meeting before itself is a conflict that `certificate` finds; engines need not see it.
        for precedence in problem.precedences.iter().filter(|p| p.before != p.after) {
            before[precedence.after].push(precedence.before);
            after[precedence.before].push(precedence.after);
        }
        for list in before.iter_mut().chain(&mut after) {
            list.sort_unstable();
            list.dedup();
        }
        Self {
            slots: problem.slots,
            tables: problem.tables,
            fairness: problem.fairness,
            people: problem.meetings.iter().map(|m| m.participants.clone()).collect(),
            domain,
            forbidden,
            meetings_of,
            before,
            after,
        }
    }

    /// How many meetings there are.
    pub(crate) fn meetings(&self) -> usize {
        self.domain.len()
    }

    /// How many participants there are.
    pub(crate) fn participants(&self) -> usize {
        self.forbidden.len()
    }

    /// The most breaks participant `p` can have, whatever the timetable.
    pub(crate) fn most_breaks(&self, p: usize) -> usize {
        let held = self.meetings_of[p].len();
        held.saturating_sub(1).min(self.slots.saturating_sub(held))
    }
}

/// The slots of the meeting's half of the day.
pub(crate) fn half_day(problem: &Problem, meeting: &Meeting) -> Mask {
    let (all, morning) = (mask::first(problem.slots), mask::first(problem.morning));
    match meeting.half_day {
        HalfDay::Morning => morning,
        HalfDay::Afternoon => all & !morning,
        HalfDay::Either => all,
    }
}

/// The slots a fixed slot leaves.
pub(crate) fn fixed(problem: &Problem, meeting: &Meeting) -> Mask {
    meeting.fixed.map_or(mask::first(problem.slots), mask::bit)
}
