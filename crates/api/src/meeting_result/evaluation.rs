//! Figures of an event after its day, in GraphQL.

use async_graphql::{ID, Object, SimpleObject};
use lianmeng_domain::meeting_result::evaluation::{Evaluation, SideFigures};

use super::{IntentWord, NextStepWord};
use crate::guest::GuestKindWord;
use crate::ids;
use crate::outcome::OutcomeKindWord;

/// Figures of an event, as clients see them.
#[derive(Debug)]
pub struct EvaluationNode(pub Evaluation);

/// Figures of an event after its day (活动评估). Counts, never rates: what nobody said is told apart
/// from what was said, and kinds of participants are never averaged together.
#[Object(name = "EventEvaluation")]
impl EvaluationNode {
    /// Meetings in the timetable the day began with: the newest version published before the first slot.
    async fn booked(&self) -> u32 {
        self.0.booked
    }

    /// Of `booked`, the ones that were held.
    async fn booked_held(&self) -> u32 {
        self.0.booked_held
    }

    /// Of `booked`, the ones that were called off before they began.
    async fn called_off(&self) -> u32 {
        self.0.called_off
    }

    /// Meetings that were put in on the day.
    async fn added(&self) -> u32 {
        self.0.added
    }

    /// Of `added`, the ones that were held.
    async fn added_held(&self) -> u32 {
        self.0.added_held
    }

    /// Meetings of the last timetable to which somebody did not come.
    async fn no_show(&self) -> u32 {
        self.0.no_show
    }

    /// Meetings of the last timetable of which the two contradict each other; the organisers' word
    /// settles it.
    async fn disputed(&self) -> u32 {
        self.0.disputed
    }

    /// Meetings of the last timetable of which nobody said anything.
    async fn unreported(&self) -> u32 {
        self.0.unreported
    }

    /// Tables times slots.
    async fn places(&self) -> u32 {
        self.0.places
    }

    /// Of `places`, the ones at which no meeting stood in the end.
    async fn empty_places(&self) -> u32 {
        self.0.empty
    }

    /// Meetings held of which both said how satisfied they are.
    async fn rated_by_both(&self) -> u32 {
        self.0.rated_by_both
    }

    /// Of `ratedByBoth`, the ones with which both are satisfied (3 stars or more).
    async fn satisfied_both(&self) -> u32 {
        self.0.satisfied_both
    }

    /// Meetings held of which both want more.
    async fn wanted_by_both(&self) -> u32 {
        self.0.wanted_by_both
    }

    /// By kind of participant, in the order of the kinds; those without a meeting held are left out.
    async fn sides(&self) -> Vec<SideSatisfaction> {
        self.0.sides.iter().copied().map(Into::into).collect()
    }

    /// Meetings held by the furthest next step that was said.
    async fn next_steps(&self) -> Vec<NextStepCount> {
        let all = self.0.next_steps.iter();
        all.map(|(step, count)| NextStepCount { next_step: (*step).into(), count: *count })
            .collect()
    }

    /// Sides of meetings held by how much they want it.
    async fn intents(&self) -> Vec<IntentCount> {
        let all = self.0.intents.iter();
        all.map(|(intent, count)| IntentCount { intent: (*intent).into(), count: *count }).collect()
    }

    /// Meetings with an outcome in sight that the ledger does not have, at most 100: record it with
    /// `outcomeRecord` once it is certain, or leave it.
    async fn unrecorded(&self) -> Vec<UnrecordedOutcome> {
        let all = self.0.unrecorded.iter().take(100);
        all.map(|(meeting, kind)| UnrecordedOutcome {
            meeting_id: ids::encode(*meeting),
            kind: (*kind).into(),
        })
        .collect()
    }
}

/// What the participants of one kind said of their meetings.
#[derive(Debug, SimpleObject)]
pub struct SideSatisfaction {
    /// The kind.
    kind: GuestKindWord,
    /// Sides of meetings held, who could say something.
    sides: u32,
    /// Those who said how satisfied they are.
    rated: u32,
    /// How many gave one star, two, three, four, five.
    stars: Vec<u32>,
    /// Those who gave three stars or more.
    satisfied: u32,
}

impl From<SideFigures> for SideSatisfaction {
    fn from(figures: SideFigures) -> Self {
        let SideFigures { kind, sides, rated, stars, satisfied } = figures;
        Self { kind: kind.into(), sides, rated, stars: stars.to_vec(), satisfied }
    }
}

/// How many meetings lead to a next step.
#[derive(Debug, SimpleObject)]
pub struct NextStepCount {
    /// The step.
    next_step: NextStepWord,
    /// How many.
    count: u32,
}

/// How many sides want it so much.
#[derive(Debug, SimpleObject)]
pub struct IntentCount {
    /// How much.
    intent: IntentWord,
    /// How many.
    count: u32,
}

/// An outcome in sight that the ledger does not have.
#[derive(Debug, SimpleObject)]
pub struct UnrecordedOutcome {
    /// Global id of the meeting.
    meeting_id: ID,
    /// What kind.
    kind: OutcomeKindWord,
}
