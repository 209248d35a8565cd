//! A conflict in words that a coordinator can act on.

use crate::exact::encode::Demand;
use crate::mask::{self, Mask};
use crate::problem::{HalfDay, Problem};
use crate::shape::{self, Shape};
use serde::Serialize;
use std::collections::BTreeSet;

/// Part of a conflict: together the items of a conflict cannot hold, and giving up one of them
/// helps. Numbers count from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConflictItem {
    /// What kind of demand this is.
    pub kind: ConflictKind,
    /// Participants it concerns, ascending.
    pub participants: Vec<usize>,
    /// Meetings it concerns, ascending.
    pub meetings: Vec<usize>,
    /// Slots it concerns, ascending.
    pub slots: Vec<usize>,
    /// What is demanded and what would help.
    pub text: String,
}

/// Kinds of demands in a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConflictKind {
    /// Meetings that must all be held.
    Meetings,
    /// A participant's forbidden slots.
    Unavailable,
    /// A meeting with a fixed slot.
    Fixed,
    /// A meeting tied to a half of the day.
    HalfDay,
    /// A meeting that must come before another.
    Precedence,
    /// Slots with too few tables.
    Tables,
    /// The limit on how far breaks may differ.
    Fairness,
    /// Everything together, where the time did not suffice to narrow it down.
    Everything,
}

/// Puts `demands` into words, the meetings first. Never empty.
pub(crate) fn describe(problem: &Problem, demands: &BTreeSet<Demand>) -> Vec<ConflictItem> {
    let mut items = meetings(problem, demands);
    items.extend(tables(problem, demands));
    items.extend(demands.iter().rev().filter_map(|&demand| single(problem, demand)));
    if items.is_empty() {
        items.push(everything(problem));
    }
    items
}

fn everything(problem: &Problem) -> ConflictItem {
    ConflictItem {
        kind: ConflictKind::Everything,
        participants: (1..=problem.participants.len()).collect(),
        meetings: (1..=problem.meetings.len()).collect(),
        slots: (1..=problem.slots).collect(),
        text: "all demands together cannot hold; allow more time to learn which of them conflict"
            .to_owned(),
    }
}

/// The meetings that must be held, gathered by the participant who has most of them.
fn meetings(problem: &Problem, demands: &BTreeSet<Demand>) -> Vec<ConflictItem> {
    let mut left: BTreeSet<usize> = demands
        .iter()
        .filter_map(|demand| if let Demand::Held(m) = demand { Some(*m) } else { None })
        .collect();
    let shape = Shape::new(problem);
    let mut items = Vec::new();
    while !left.is_empty() {
        let of = |p: usize| shape.meetings_of[p].iter().copied().filter(|m| left.contains(m));
        let busiest =
            (0..shape.participants()).max_by_key(|&p| (of(p).count(), shape.participants() - p));
        let Some(p) = busiest else { break };
        let group: Vec<usize> = of(p).collect();
        if group.is_empty() {
            break;
        }
        for m in &group {
            left.remove(m);
        }
        items.push(group_item(problem, demands, p, &group));
    }
    items
}

/// The item for the meetings `group` of participant `p`.
fn group_item(
    problem: &Problem,
    demands: &BTreeSet<Demand>,
    p: usize,
    group: &[usize],
) -> ConflictItem {
    let slots = group.iter().fold(0, |slots, &m| slots | left_to(problem, demands, m));
    let who = name(problem, p);
    let free = mask::len(slots);
    let text = match group {
        [m] => format!(
            "meeting {} of {} must be held; {}, or drop it",
            m + 1,
            names(problem, &problem.meetings[*m].participants),
            slots_left(slots)
        ),
        _ if group.len() > free => format!(
            "{who} has {} meetings but only {free} {} left for them: {}; drop a meeting or free a slot",
            group.len(),
            if free == 1 { "slot is" } else { "slots are" },
            list(&numbers(mask::iter(slots))),
        ),
        _ => format!(
            "{who} must hold meetings {}; {}, or drop one of them",
            list(&numbers(group.iter().copied())),
            slots_left(slots)
        ),
    };
    let mut participants: Vec<usize> = match group {
        [m] => numbers(problem.meetings[*m].participants.iter().copied()),
        _ => vec![p + 1],
    };
    participants.sort_unstable();
    ConflictItem {
        kind: ConflictKind::Meetings,
        participants,
        meetings: numbers(group.iter().copied()),
        slots: numbers(mask::iter(slots)),
        text,
    }
}

fn slots_left(slots: Mask) -> String {
    match mask::len(slots) {
        0 => "no slot is left, so free one".to_owned(),
        _ => format!("open slots beyond {}", list(&numbers(mask::iter(slots)))),
    }
}

/// The slots that the demands of a conflict leave to meeting `m`.
fn left_to(problem: &Problem, demands: &BTreeSet<Demand>, m: usize) -> Mask {
    let meeting = &problem.meetings[m];
    let mut slots = mask::first(problem.slots);
    if demands.contains(&Demand::Fixed(m)) {
        slots &= shape::fixed(problem, meeting);
    }
    if demands.contains(&Demand::HalfDay(m)) {
        slots &= shape::half_day(problem, meeting);
    }
    for &p in meeting.participants.iter().filter(|&&p| demands.contains(&Demand::Away(p))) {
        for &t in &problem.participants[p].forbidden {
            slots &= !mask::bit(t);
        }
    }
    slots
}

/// The slots whose tables do not suffice, as one item.
fn tables(problem: &Problem, demands: &BTreeSet<Demand>) -> Option<ConflictItem> {
    let slots: Vec<usize> = demands
        .iter()
        .filter_map(|demand| if let Demand::Tables(t) = demand { Some(t + 1) } else { None })
        .collect();
    if slots.is_empty() {
        return None;
    }
    let held = demands.iter().filter(|demand| matches!(demand, Demand::Held(_))).count();
    let places = slots.len() * problem.tables;
    let text = format!(
        "slots {} have {} tables each, {places} places for the {held} {} of this conflict; add tables or slots",
        list(&slots),
        problem.tables,
        if held == 1 { "meeting" } else { "meetings" },
    );
    let (participants, meetings) = (Vec::new(), Vec::new());
    Some(ConflictItem { kind: ConflictKind::Tables, participants, meetings, slots, text })
}

/// The item of a demand that stands for itself.
fn single(problem: &Problem, demand: Demand) -> Option<ConflictItem> {
    let (kind, people, meetings, slots, text) = match demand {
        Demand::Held(_) | Demand::Tables(_) => return None,
        Demand::Away(p) => {
            let slots = away(problem, p);
            let (noun, help) =
                if slots.len() == 1 { ("slot", "it") } else { ("slots", "one of them") };
            let text =
                format!("{} cannot sit in {noun} {}; free {help}", name(problem, p), list(&slots));
            (ConflictKind::Unavailable, vec![p], Vec::new(), slots, text)
        }
        Demand::Fixed(m) => {
            let meeting = &problem.meetings[m];
            let slots = numbers(meeting.fixed);
            let how = if meeting.locked { "locked in" } else { "fixed to" };
            let text = format!("meeting {} is {how} slot {}; release it", m + 1, list(&slots));
            (ConflictKind::Fixed, meeting.participants.clone(), vec![m], slots, text)
        }
        Demand::HalfDay(m) => {
            let meeting = &problem.meetings[m];
            let slots = numbers(mask::iter(shape::half_day(problem, meeting)));
            let (half, other) = match meeting.half_day {
                HalfDay::Morning => ("in the morning", "the afternoon"),
                HalfDay::Afternoon => ("in the afternoon", "the morning"),
                HalfDay::Either => ("in the day", "another day"),
            };
            let text = format!("meeting {} must be {half}; allow {other}", m + 1);
            (ConflictKind::HalfDay, meeting.participants.clone(), vec![m], slots, text)
        }
        Demand::Order(i) => {
            let pair = problem.precedences[i];
            let text = format!(
                "meeting {} must come before meeting {}; drop this order",
                pair.before + 1,
                pair.after + 1
            );
            (ConflictKind::Precedence, Vec::new(), vec![pair.before, pair.after], Vec::new(), text)
        }
        Demand::Fairness => {
            let limit = problem.fairness.unwrap_or(0);
            let text = format!(
                "the breaks of any two participants may differ by at most {limit}; allow more"
            );
            (ConflictKind::Fairness, Vec::new(), Vec::new(), Vec::new(), text)
        }
    };
    Some(ConflictItem {
        kind,
        participants: sorted(numbers(people)),
        meetings: numbers(meetings),
        slots,
        text,
    })
}

/// Forbidden slots of `p` from 1, ascending, without repeats.
fn away(problem: &Problem, p: usize) -> Vec<usize> {
    let mut slots = sorted(numbers(problem.participants[p].forbidden.iter().copied()));
    slots.dedup();
    slots
}

fn sorted(mut list: Vec<usize>) -> Vec<usize> {
    list.sort_unstable();
    list
}

/// Indices as people count.
fn numbers(indices: impl IntoIterator<Item = usize>) -> Vec<usize> {
    indices.into_iter().map(|i| i + 1).collect()
}

/// Ascending numbers, with runs of three and more written as `4-7`.
fn list(numbers: &[usize]) -> String {
    let mut parts = Vec::new();
    let mut rest = numbers;
    while let Some(&start) = rest.first() {
        let run = rest.iter().zip(start..).take_while(|&(&n, want)| n == want).count();
        let taken = if run >= 3 { run } else { 1 };
        parts.push(match taken {
            1 => start.to_string(),
            _ => format!("{start}-{}", start + taken - 1),
        });
        rest = &rest[taken..];
    }
    parts.join(", ")
}

fn name(problem: &Problem, p: usize) -> String {
    match &problem.participants[p].name {
        Some(name) => format!("participant {} ({name})", p + 1),
        None => format!("participant {}", p + 1),
    }
}

fn names(problem: &Problem, people: &[usize]) -> String {
    let names: Vec<String> = people.iter().map(|&p| name(problem, p)).collect();
    names.join(" and ")
}
