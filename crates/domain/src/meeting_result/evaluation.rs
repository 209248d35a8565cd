//! Figures of an event after its day 活动评估: what was booked and held, what each kind of participant
//! thought of it. Kinds are told apart and never averaged together; silence counts as nothing.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{Course, Intent, MeetingResult, NextStep, Reporter, course};
use crate::guest::GuestKind;
use crate::ids::{MeetingId, ParticipantId};
use crate::meeting::version::{Row, Version};
use crate::outcome::OutcomeKind;

/// What an event is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The timetable the day began with.
    pub booked: &'a [Row],
    /// The timetable it ended with.
    pub last: &'a [Row],
    /// Slots times tables.
    pub places: u32,
    /// Everything that was said.
    pub results: &'a [MeetingResult],
    /// What kind each participant is.
    pub kinds: &'a BTreeMap<ParticipantId, GuestKind>,
    /// Meetings with an outcome in the ledger, and its kind.
    pub recorded: &'a BTreeSet<(MeetingId, OutcomeKind)>,
}

/// What the participants of one kind said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SideFigures {
    /// The kind.
    pub kind: GuestKind,
    /// How often one of them could say something: sides of meetings that were held.
    pub sides: u32,
    /// How often one of them said how satisfied it is.
    pub rated: u32,
    /// How many gave one star, two, three, four, five.
    pub stars: [u32; 5],
    /// How many are satisfied: three stars or more.
    pub satisfied: u32,
}

/// Figures of an event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evaluation {
    /// Meetings in the timetable the day began with.
    pub booked: u32,
    /// Of those, the ones that were held.
    pub booked_held: u32,
    /// Of those booked, the ones that were called off before they began.
    pub called_off: u32,
    /// Meetings that were put in on the day.
    pub added: u32,
    /// Of those, the ones that were held.
    pub added_held: u32,
    /// Meetings of the last timetable to which somebody did not come.
    pub no_show: u32,
    /// Meetings of the last timetable of which the sides contradict each other.
    pub disputed: u32,
    /// Meetings of the last timetable of which nobody said anything.
    pub unreported: u32,
    /// Tables times slots.
    pub places: u32,
    /// Of those, the ones at which no meeting stood in the end.
    pub empty: u32,
    /// Meetings held of which both sides said how satisfied they are.
    pub rated_by_both: u32,
    /// Of those, the ones with which both are satisfied.
    pub satisfied_both: u32,
    /// By kind of participant, in the order of the kinds; those without a meeting held are left out.
    pub sides: Vec<SideFigures>,
    /// What the two do next, by the furthest step said of a meeting; in the order of the steps.
    pub next_steps: BTreeMap<NextStep, u32>,
    /// How often a side of a meeting held said how much it wants it; in their order.
    pub intents: BTreeMap<Intent, u32>,
    /// Meetings held of which both sides want more.
    pub wanted_by_both: u32,
    /// Meetings with an outcome in sight of which the ledger has none of that kind, by id.
    pub unrecorded: Vec<(MeetingId, OutcomeKind)>,
}

/// Number of the version the day began with: the newest one published before the first slot began, or
/// the first one. None without a version.
pub fn opening(versions: &[Version], first_slot: DateTime<Utc>) -> Option<u32> {
    let before = versions.iter().filter(|one| one.published_at < first_slot);
    let number = before.map(|one| one.number).max();
    number.or_else(|| versions.iter().map(|one| one.number).min())
}

/// The figures. Time `O(n log n)` for `n` meetings and results; input order does not matter.
pub fn evaluate(evidence: &Evidence<'_>) -> Evaluation {
    let mut said: BTreeMap<MeetingId, Vec<&MeetingResult>> = BTreeMap::new();
    for one in evidence.results {
        said.entry(one.meeting).or_default().push(one);
    }
    let of = |meeting: MeetingId| said.get(&meeting).map_or(&[][..], Vec::as_slice);
    let booked: BTreeSet<MeetingId> = evidence.booked.iter().map(|row| row.meeting).collect();
    let last: BTreeSet<MeetingId> = evidence.last.iter().map(|row| row.meeting).collect();
    let mut figures = Evaluation {
        booked: count(booked.len()),
        called_off: count(booked.difference(&last).count()),
        added: count(last.difference(&booked).count()),
        places: evidence.places,
        empty: evidence.places.saturating_sub(count(last.len())),
        ..Evaluation::default()
    };
    let mut kinds = BTreeMap::new();
    for row in evidence.last {
        let results = of(row.meeting);
        match course(results.iter().copied()) {
            Course::Unreported => figures.unreported += 1,
            Course::NoShow => figures.no_show += 1,
            Course::Disputed => figures.disputed += 1,
            Course::Held => {
                let is_booked = booked.contains(&row.meeting);
                figures.booked_held += u32::from(is_booked);
                figures.added_held += u32::from(!is_booked);
                held(&mut figures, &mut kinds, evidence, (row, results));
            }
        }
    }
    figures.sides = kinds.into_values().collect();
    figures
}

/// Adds what was said of a meeting that was held.
fn held(
    figures: &mut Evaluation,
    kinds: &mut BTreeMap<GuestKind, SideFigures>,
    evidence: &Evidence<'_>,
    (row, results): (&Row, &[&MeetingResult]),
) {
    let by = |reporter| results.iter().find(|one| one.reporter == reporter).map(|one| &one.card);
    let sides = [(row.first, by(Reporter::First)), (row.second, by(Reporter::Second))];
    for (participant, card) in sides {
        let kind = evidence.kinds.get(&participant).copied().unwrap_or(GuestKind::Other);
        let side = kinds.entry(kind).or_insert(SideFigures {
            kind,
            sides: 0,
            rated: 0,
            stars: [0; 5],
            satisfied: 0,
        });
        side.sides += 1;
        if let Some(rating) = card.and_then(|card| card.satisfaction) {
            side.rated += 1;
            side.satisfied += u32::from(rating.is_satisfied());
            if let Some(stars) = side.stars.get_mut(usize::from(rating.stars()) - 1) {
                *stars += 1;
            }
        }
        if let Some(intent) = card.and_then(|card| card.intent) {
            *figures.intents.entry(intent).or_default() += 1;
        }
    }
    if let [(_, Some(first)), (_, Some(second))] = sides {
        if let (Some(first), Some(second)) = (first.satisfaction, second.satisfaction) {
            figures.rated_by_both += 1;
            figures.satisfied_both += u32::from(first.is_satisfied() && second.is_satisfied());
        }
        figures.wanted_by_both += u32::from(first.is_open_ended() && second.is_open_ended());
    }
    if let Some(furthest) = results.iter().filter_map(|one| one.card.next_step).max() {
        *figures.next_steps.entry(furthest).or_default() += 1;
    }
    let sighted: BTreeSet<OutcomeKind> = results.iter().filter_map(|one| one.card.kind).collect();
    let missing = sighted.into_iter().map(|kind| (row.meeting, kind));
    figures.unrecorded.extend(missing.filter(|one| !evidence.recorded.contains(one)));
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
