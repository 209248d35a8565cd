//! Whether the hard demands can be kept, and which of them contradict each other.

mod hall;
mod tell;

pub(crate) use tell::tell;

use super::encode::{self, Demand, Encoding};
use super::problem::Problem;
use super::shape::Shape;
use super::timetable::Timetable;
use crate::budget::{Meter, STEPS_PER_CONFLICT};
use crate::exact::sat::{Answer, Lit, Sat};
use crate::improve::WHOLE;
use std::collections::{BTreeMap, BTreeSet};

/// Conflicts the decision may cost: an end where steps are counted.
const PROOF_CONFLICTS: u64 = 200_000;
/// Conflicts the decision may cost even where fewer steps are left: most contradictions are small.
const LEAST_CONFLICTS: u64 = 1_000;
/// Conflicts one attempt to leave a demand out may cost.
const DELETE_CONFLICTS: u64 = 20_000;

/// What is known about the hard demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    /// They can all be kept, as here.
    Possible(Timetable),
    /// These contradict each other.
    Impossible(BTreeSet<Demand>),
    /// Too large, or out of time.
    Unknown,
}

/// A contradiction found by counting, in `O(participants · meetings of one · slots)` and more for
/// each demand of it; none if counting sees none. Demands that it does not need are left out as
/// long as half of the budget is left.
pub(crate) fn count(shape: &Shape<'_>, meter: &Meter<'_>) -> Option<BTreeSet<Demand>> {
    let demands = hall::find(shape, meter)?;
    let mut asked = vec![false; shape.problem.meetings.len()];
    for demand in &demands {
        if let Demand::Held(m) = demand {
            asked[*m] = true;
        }
    }
    let long = shape.problem.meetings.iter().any(|meeting| meeting.length > 1);
    // Counting sees less than all where meetings are long: fewer demands may do.
    let fewer =
        if long && !is_half_used(meter) { shrink(shape, meter, asked, &demands) } else { None };
    Some(fewer.unwrap_or(demands))
}

/// The part of `only`, among the meetings that are `asked`, that contradicts itself.
fn shrink(
    shape: &Shape<'_>,
    meter: &Meter<'_>,
    asked: Vec<bool>,
    only: &BTreeSet<Demand>,
) -> Option<BTreeSet<Demand>> {
    let stop = || !meter.counts_steps() && is_half_used(meter);
    let mut sat = Sat::new(&stop);
    let encoding = encode::encode(shape, &mut sat, asked).ok()?;
    let (demands, guards) = guards(&encoding, Some(only));
    let most = conflicts(meter);
    let answer = sat.solve(&guards, DELETE_CONFLICTS.min(most));
    let mut core = Vec::new();
    if answer == Answer::No {
        core = sat.blamed(&guards);
        delete(&mut sat, &mut core, most);
    }
    meter.book(sat.conflicts().saturating_mul(STEPS_PER_CONFLICT));
    (answer == Answer::No)
        .then(|| core.iter().filter_map(|guard| demands.get(guard).copied()).collect())
}

/// Whether a contradiction that is proved already may cost no more.
fn is_half_used(meter: &Meter<'_>) -> bool {
    meter.used() >= WHOLE / 2
}

/// Conflicts that the budget leaves.
fn conflicts(meter: &Meter<'_>) -> u64 {
    (meter.steps_left() / STEPS_PER_CONFLICT).clamp(LEAST_CONFLICTS, PROOF_CONFLICTS)
}

/// Decides exactly, as far as the budget reaches.
pub(crate) fn decide(shape: &Shape<'_>, meter: &Meter<'_>) -> Decision {
    let stop = || meter.is_late(0);
    let mut sat = Sat::new(&stop);
    let Ok(encoding) = encode::encode(shape, &mut sat, encode::hard(shape)) else {
        return Decision::Unknown;
    };
    let (demands, guards) = guards(&encoding, None);
    let most = conflicts(meter);
    let answer = sat.solve(&guards, most);
    let decision = match answer {
        Answer::Unknown => Decision::Unknown,
        Answer::Yes => match encoding.timetable(shape, &sat) {
            Some(timetable) => Decision::Possible(timetable),
            None => Decision::Unknown,
        },
        Answer::No => {
            let mut core = sat.blamed(&guards);
            delete(&mut sat, &mut core, most);
            let core = core.iter().filter_map(|guard| demands.get(guard).copied()).collect();
            Decision::Impossible(core)
        }
    };
    meter.book(sat.conflicts().saturating_mul(STEPS_PER_CONFLICT));
    decision
}

/// The guards in the order of their demands, and the way back.
fn guards(
    encoding: &Encoding,
    only: Option<&BTreeSet<Demand>>,
) -> (BTreeMap<Lit, Demand>, Vec<Lit>) {
    let kept =
        encoding.guards.iter().filter(|(demand, _)| only.is_none_or(|only| only.contains(demand)));
    let pairs: Vec<(Demand, Lit)> = kept.map(|(&demand, &guard)| (demand, guard)).collect();
    let back = pairs.iter().map(|&(demand, guard)| (guard, demand)).collect();
    (back, pairs.iter().map(|&(_, guard)| guard).collect())
}

/// Leaves out what the contradiction does not need: first many at a time, then one by one, for at
/// most `most` conflicts and attempts together, and until it is told to stop.
fn delete(sat: &mut Sat<'_>, core: &mut Vec<Lit>, most: u64) {
    let begun = sat.conflicts();
    let mut attempts = 0;
    let mut step = core.len().div_ceil(2);
    while step >= 1 {
        let mut start = 0;
        while start < core.len() {
            let end = (start + step).min(core.len());
            let left = most.saturating_sub(sat.conflicts() - begun + attempts);
            if left == 0 || sat.is_told_to_stop() {
                return;
            }
            attempts += 1;
            let fewer: Vec<Lit> = [&core[..start], &core[end..]].concat();
            match sat.solve(&fewer, DELETE_CONFLICTS.min(left)) {
                Answer::No => {
                    let rest = sat.blamed(&fewer);
                    start = core[..start].iter().filter(|guard| rest.contains(guard)).count();
                    *core = rest;
                }
                Answer::Yes | Answer::Unknown => start = end,
            }
        }
        if step == 1 {
            return;
        }
        step = step.min(core.len()).div_ceil(2);
        if core.is_empty() {
            return;
        }
    }
}

/// The slots that `demands` leave to meeting `m`.
fn left_to(shape: &Shape<'_>, demands: &BTreeSet<Demand>, m: usize) -> super::slots::Slots {
    use super::slots;
    let (problem, meeting): (&Problem, _) = (shape.problem, shape.meeting(m));
    let mut left = 0;
    for t in 0..shape.slots {
        let span = slots::span(t, meeting.length) & slots::first(shape.slots);
        let half_day = problem.slots[t].half_day;
        let half_days = &meeting.half_days;
        let out = (demands.contains(&Demand::Length(m)) && !shape.fits(m, t))
            || (demands.contains(&Demand::HalfDay(m))
                && !half_days.is_empty()
                && !half_days.contains(&half_day))
            || (demands.contains(&Demand::Fixed(m)) && meeting.fixed.is_some_and(|slot| slot != t))
            || (demands.contains(&Demand::Locked(m))
                && meeting.locked.is_some_and(|seat| seat.slot != t))
            || meeting
                .participants
                .iter()
                .any(|&p| span & !shape.present[p] != 0 && demands.contains(&Demand::Presence(p)));
        if !out {
            left |= span;
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_conflicts_nothing_is_left_out() {
        let never = || false;
        let mut sat = Sat::new(&never);
        let [a, b, c, x] = [sat.fresh(), sat.fresh(), sat.fresh(), sat.fresh()];
        sat.clause(&[-a, x]);
        sat.clause(&[-c, -x]);
        let mut core = vec![a, b, c];
        delete(&mut sat, &mut core, 0);
        assert_eq!(core, [a, b, c]);
        // The attempts count too.
        delete(&mut sat, &mut core, 20);
        assert_eq!(core, [a, c]);
    }
}
