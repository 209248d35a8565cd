//! Contradictions that counting sees: more meetings than places (Hall 1935).
//!
//! A participant has as many places in a slot as representatives, a list of tables as many as
//! tables. Each meeting takes as many different places as it has slots, in slots it can reach. A
//! matching (Kuhn 1955) that leaves a meeting out names the meetings and slots to blame.

use super::{is_half_used, left_to};
use crate::budget::Meter;
use crate::wide::encode::Demand;
use crate::wide::problem::Level;
use crate::wide::shape::Shape;
use crate::wide::slots::{self, Slots};
use std::collections::BTreeSet;

/// Looks at a slot, a meeting or a table that take about as long as a step.
const LOOKS_PER_STEP: u64 = 8;
/// Looks between two looks at the budget: smaller counts are always brought to their end.
const LOOKS_BEFORE_THE_CLOCK: u64 = 4_096;

/// Meetings that share places in each slot, and what makes them.
struct Share {
    meetings: Vec<usize>,
    places: usize,
    /// What says that there are only so many.
    because: Vec<Demand>,
}

/// The first contradiction, smallest in the sense of counting: participants by index, then lists
/// of tables, as far as the budget reaches.
pub(super) fn find(shape: &Shape<'_>, meter: &Meter<'_>) -> Option<BTreeSet<Demand>> {
    let must = |m: &usize| shape.rank(*m) == Level::Must;
    for p in 0..shape.problem.participants.len() {
        let share = Share {
            meetings: shape.meetings_of[p].iter().copied().filter(must).collect(),
            places: shape.problem.participants[p].representatives,
            because: vec![Demand::Seats(p)],
        };
        if let Some(demands) = contradiction(shape, meter, &share) {
            return Some(demands);
        }
        if meter.is_over() {
            return None;
        }
    }
    let mut known = BTreeSet::new();
    for list in &shape.lists {
        if !known.insert(list.as_slice()) {
            continue;
        }
        if meter.is_over() {
            return None;
        }
        // Where it is a list within the other, not each table of each meeting.
        let within: Vec<bool> = shape.lists.iter().map(|other| is_within(other, list)).collect();
        let here = |m: &usize| within.get(shape.list_of[*m]).is_some_and(|&is_here| is_here);
        let meetings: Vec<usize> =
            (0..shape.problem.meetings.len()).filter(must).filter(here).collect();
        let looked = shape.lists.iter().map(Vec::len).sum::<usize>() + shape.list_of.len();
        meter.book(u64::try_from(looked).unwrap_or(u64::MAX) / LOOKS_PER_STEP);
        let kinds: BTreeSet<usize> = list.iter().map(|&table| shape.kind_of[table]).collect();
        let because = kinds.into_iter().map(Demand::Tables).collect();
        let share = Share { meetings, places: list.len(), because };
        if let Some(demands) = contradiction(shape, meter, &share) {
            return Some(demands);
        }
    }
    None
}

/// Whether all of `some` is in `all`, both ascending.
fn is_within(some: &[usize], all: &[usize]) -> bool {
    some.iter().all(|table| all.binary_search(table).is_ok())
}

/// Everything that can narrow the choice of `m`.
fn about(shape: &Shape<'_>, m: usize) -> Vec<Demand> {
    let mut demands = vec![
        Demand::Held(m),
        Demand::Length(m),
        Demand::HalfDay(m),
        Demand::Fixed(m),
        Demand::Locked(m),
        Demand::Equipment(m),
    ];
    demands.extend(shape.meeting(m).participants.iter().map(|&p| Demand::Presence(p)));
    demands
}

fn contradiction(shape: &Shape<'_>, meter: &Meter<'_>, share: &Share) -> Option<BTreeSet<Demand>> {
    let domain = |m: usize| {
        slots::iter(shape.starts[m]).fold(0, |set, t| set | slots::span(t, shape.meeting(m).length))
    };
    let wanted: Vec<(usize, Slots)> = share.meetings.iter().map(|&m| (m, domain(m))).collect();
    let meetings = blamed(shape, meter, &wanted, share.places)?;
    let mut demands: BTreeSet<Demand> = share.because.iter().copied().collect();
    demands.extend(meetings.iter().flat_map(|&m| about(shape, m)));
    demands.extend(shape.problem.tables.iter().filter_map(|table| table.owner).map(Demand::Owner));
    let mut owners = vec![false; shape.problem.participants.len()];
    for owner in shape.problem.tables.iter().filter_map(|table| table.owner) {
        owners[owner] = true;
    }
    // Under a budget that is used up nothing more is left out: the proof stands, but is longer.
    let breaks = |demands: &BTreeSet<Demand>| {
        if is_half_used(meter) {
            return false;
        }
        meter.book(cost(shape, share, &meetings));
        let held = meetings.iter().filter(|&&m| demands.contains(&Demand::Held(m)));
        let wanted = held.map(|&m| (m, left_to(shape, demands, m)));
        // A meeting that fits nowhere by itself needs nobody else to fail.
        let (lost, mut wanted): (Vec<_>, Vec<_>) =
            wanted.partition(|&(m, left)| slots::len(left) < shape.meeting(m).length);
        wanted.retain(|&(m, _)| stays(shape, share, &owners, demands, m));
        let shared = share.because.iter().all(|why| demands.contains(why));
        !lost.is_empty() || (shared && blamed(shape, meter, &wanted, share.places).is_some())
    };
    // With meetings of one slot, the last of whom found no place, each of them is needed, and so are
    // the places: only what narrows the choice is in question.
    let simple = meetings.len() > 1 && meetings.iter().all(|&m| shape.meeting(m).length == 1);
    let needed = |demand: &Demand| {
        simple && (matches!(demand, Demand::Held(_)) || share.because.contains(demand))
    };
    let doubtful = demands.iter().copied().filter(|demand| !needed(demand)).collect();
    leave_out(&mut demands, doubtful, breaks);
    Some(demands)
}

/// Steps that asking whether `meetings` break takes besides finding them places: each is looked at
/// in every slot, and where tables are shared at every kind of table.
fn cost(shape: &Shape<'_>, share: &Share, meetings: &[usize]) -> u64 {
    let is_of_person = share.because.iter().any(|why| matches!(why, Demand::Seats(_)));
    let kinds = if is_of_person { 0 } else { shape.kinds.len() };
    let looks = meetings.len().saturating_mul(shape.slots + kinds);
    1 + u64::try_from(looks).unwrap_or(u64::MAX) / LOOKS_PER_STEP
}

/// Leaves out of `demands` those of `doubtful` without which they still contradict each other, as
/// `breaks` tells: first many at a time, then one by one.
fn leave_out(
    demands: &mut BTreeSet<Demand>,
    mut doubtful: Vec<Demand>,
    breaks: impl Fn(&BTreeSet<Demand>) -> bool,
) {
    let mut step = doubtful.len();
    while step > 0 {
        let mut kept = Vec::new();
        for chunk in doubtful.chunks(step) {
            let out: BTreeSet<Demand> = chunk.iter().copied().collect();
            let fewer: BTreeSet<Demand> = demands.difference(&out).copied().collect();
            if breaks(&fewer) {
                *demands = fewer;
            } else {
                kept.extend_from_slice(chunk);
            }
        }
        doubtful = kept;
        step = if step == 1 { 0 } else { step.div_ceil(2).min(doubtful.len().max(1)) };
    }
}

/// Whether `demands` keep `m` among those who share: always for people, for tables if every kind
/// outside of the list is forbidden.
/// `owners` says who has a table.
fn stays(
    shape: &Shape<'_>,
    share: &Share,
    owners: &[bool],
    demands: &BTreeSet<Demand>,
    m: usize,
) -> bool {
    let inside = |kind: usize| share.because.contains(&Demand::Tables(kind));
    if share.because.iter().any(|why| matches!(why, Demand::Seats(_))) {
        return true;
    }
    (0..shape.kinds.len()).filter(|&kind| !inside(kind)).all(|kind| {
        let meeting = shape.meeting(m);
        let Some(&table) = shape.kinds[kind].first() else { return true };
        let table = &shape.problem.tables[table];
        let owned = |&p: &usize| owners[p] && demands.contains(&Demand::Owner(p));
        let lacks = !meeting.needs.iter().all(|need| table.equipment.contains(need));
        let other = |seat: crate::wide::problem::Seat| !shape.kinds[kind].contains(&seat.table);
        (demands.contains(&Demand::Equipment(m)) && lacks)
            || (demands.contains(&Demand::Locked(m)) && meeting.locked.is_some_and(other))
            || match table.owner {
                Some(owner) => {
                    !meeting.participants.contains(&owner)
                        && demands.contains(&Demand::Owner(owner))
                }
                None => meeting.participants.iter().any(owned),
            }
    })
}

/// Meetings that together reach fewer places than they take; none if everybody finds theirs, or the
/// budget ends before that is known.
fn blamed(
    shape: &Shape<'_>,
    meter: &Meter<'_>,
    wanted: &[(usize, Slots)],
    places: usize,
) -> Option<Vec<usize>> {
    // One unit for each slot of each meeting.
    let length = |i: usize| shape.meeting(wanted[i].0).length;
    let units = (0..wanted.len()).flat_map(|i| std::iter::repeat_n(i, length(i))).collect();
    let taken = vec![Vec::new(); shape.slots];
    let mut matching = Matching { units, wanted, places, taken, seen: 0, looks: 0 };
    for unit in 0..matching.units.len() {
        matching.seen = 0;
        if !matching.augment(unit) {
            meter.book(matching.looks / LOOKS_PER_STEP);
            return Some(matching.hindered(unit));
        }
        if matching.looks >= LOOKS_BEFORE_THE_CLOCK {
            meter.book(matching.looks / LOOKS_PER_STEP);
            matching.looks = 0;
            if meter.is_over() {
                return None;
            }
        }
    }
    meter.book(matching.looks / LOOKS_PER_STEP);
    None
}

/// Meetings on their way to places.
struct Matching<'a> {
    /// Which of `wanted` each unit is of.
    units: Vec<usize>,
    wanted: &'a [(usize, Slots)],
    places: usize,
    /// Units that have a place, by slot.
    taken: Vec<Vec<usize>>,
    /// Slots tried for the present unit.
    seen: Slots,
    /// Slots and units looked at.
    looks: u64,
}

impl Matching<'_> {
    /// Finds a place for `unit`, moving others; as deep as there are slots.
    fn augment(&mut self, unit: usize) -> bool {
        for t in slots::iter(self.wanted[self.units[unit]].1) {
            self.looks += 1;
            if slots::has(self.seen, t) {
                continue;
            }
            self.seen |= slots::bit(t);
            if self.taken[t].len() < self.places {
                self.taken[t].push(unit);
                return true;
            }
            for i in 0..self.taken[t].len() {
                self.looks += 1;
                let other = self.taken[t][i];
                if self.augment(other) {
                    self.taken[t][i] = unit;
                    return true;
                }
            }
        }
        false
    }

    /// The meetings of `unit`, which found no place, and of those in all places it tried.
    fn hindered(&self, unit: usize) -> Vec<usize> {
        let tried = slots::iter(self.seen).flat_map(|t| &self.taken[t]).copied();
        let units = std::iter::once(unit).chain(tried);
        let meetings: BTreeSet<usize> = units.map(|u| self.wanted[self.units[u]].0).collect();
        meetings.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::{Budget, Clock};
    use crate::wide::problem::{Meeting, Participant, Problem, Slot, Table};

    /// Participant 0 has five meetings, and is there in four of eight slots.
    fn crowded() -> Problem {
        let meeting = |p: usize| Meeting { participants: vec![0, p], ..Meeting::default() };
        let mut problem = Problem {
            slots: vec![Slot { half_day: 0, minutes: 20 }; 8],
            tables: vec![Table::default(); 5],
            participants: vec![Participant::default(); 6],
            meetings: (1..6).map(meeting).collect(),
            ..Problem::default()
        };
        problem.participants[0].present = Some((0..4).collect());
        problem
    }

    fn found(budget: Budget<'_>) -> (BTreeSet<Demand>, u64) {
        let problem = crowded();
        let meter = Meter::new(budget);
        let demands = find(&Shape::new(&problem), &meter).unwrap();
        (demands, meter.spent())
    }

    #[test]
    fn without_a_budget_the_contradiction_is_told_unshrunk() {
        let held = (0..5).map(Demand::Held).chain([Demand::Seats(0), Demand::Presence(0)]);
        let least: BTreeSet<Demand> = held.collect();
        let (all, spent) = found(Budget::Steps(u64::MAX));
        assert_eq!(all, least);
        assert!(spent > 6, "{spent}");
        let (longer, spent) = found(Budget::Steps(1));
        assert!(longer.is_superset(&least) && longer.len() > least.len(), "{longer:?}");
        // One attempt, which was begun in time.
        assert_eq!(spent, 6);
        let late = Clock { elapsed_ms: &|| 5, limit_ms: 9 };
        assert!(found(Budget::Clock(late)).0.len() > least.len());
    }
    #[test]
    fn a_long_count_ends_with_the_budget() {
        let pair =
            |m: usize| Meeting { participants: vec![2 * m, 2 * m + 1], ..Meeting::default() };
        let problem = Problem {
            slots: vec![Slot { half_day: 0, minutes: 20 }; 10],
            tables: vec![Table::default(); 50],
            participants: vec![Participant::default(); 1200],
            meetings: (0..600).map(pair).collect(),
            ..Problem::default()
        };
        let shape = Shape::new(&problem);
        let meter = Meter::new(Budget::Steps(u64::MAX));
        assert!(find(&shape, &meter).is_some(), "600 meetings for 500 places");
        let whole = meter.spent();
        let meter = Meter::new(Budget::Steps(100));
        assert_eq!(find(&shape, &meter), None);
        assert!(meter.spent() < whole / 2, "{} of {whole}", meter.spent());
    }
}
