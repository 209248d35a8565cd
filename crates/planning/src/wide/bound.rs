//! What every timetable that keeps the hard demands loses on the level of “should”, and on that of
//! wishes.
//!
//! Method: each set of meetings that the solver refuses together loses the fewest points of one of
//! them; what is left of the points goes on to the next set (disjoint cores, as in core-guided
//! `MaxSAT`: Fu, Malik, SAT 2006).

use super::check::Score;
use super::encode::{self, Encoding};
use super::problem::Level;
use super::shape::Shape;
use super::timetable::Timetable;
use crate::budget::{Meter, STEPS_PER_CONFLICT};
use crate::exact::sat::{Answer, Lit, Sat};
use crate::improve::WHOLE;
use std::collections::BTreeMap;

/// Conflicts one call may cost.
const CALL_CONFLICTS: u64 = 10_000;
/// Sets of meetings that are looked for.
const MOST_CORES: usize = 2_000;

/// What is lost at least, and timetables met on the way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Bound {
    pub(crate) medium: u64,
    /// Of wishes alone, and only if nothing of the level before is lost.
    pub(crate) soft: u64,
    pub(crate) met: Vec<Timetable>,
}

/// Looks for a bound below `best`, which breaks nothing hard; 0 where it finds none in time.
pub(crate) fn find(shape: &Shape<'_>, meter: &Meter<'_>, best: Score) -> Bound {
    // The rest of a clock belongs to better timetables.
    let stop = || !meter.counts_steps() && meter.used() >= WHOLE / 4 * 3;
    let mut sat = Sat::new(&stop);
    let mut bound = Bound::default();
    let asked = vec![true; shape.problem.meetings.len()];
    let Ok(encoding) = encode::encode(shape, &mut sat, asked) else { return bound };
    for &guard in encoding.guards.values() {
        sat.clause(&[guard]);
    }
    if best.medium > 0 {
        bound.medium = level(shape, meter, (&mut sat, &encoding), (Level::Should, &mut bound.met));
    } else {
        for m in (0..shape.problem.meetings.len()).filter(|&m| shape.rank(m) == Level::Should) {
            sat.clause(&[encoding.held[m]]);
        }
        bound.soft = level(shape, meter, (&mut sat, &encoding), (Level::Wish, &mut bound.met));
    }
    bound
}

/// Points of `rank` that are lost at least.
fn level(
    shape: &Shape<'_>,
    meter: &Meter<'_>,
    (sat, encoding): (&mut Sat<'_>, &Encoding),
    (rank, met): (Level, &mut Vec<Timetable>),
) -> u64 {
    let mut points: BTreeMap<Lit, u64> = BTreeMap::new();
    for (m, meeting) in shape.problem.meetings.iter().enumerate() {
        if meeting.rank() == rank && meeting.points > 0 {
            points.insert(encoding.held[m], u64::from(meeting.points));
        }
    }
    let mut lost = 0;
    for _ in 0..MOST_CORES {
        let wanted: Vec<Lit> = points.keys().copied().collect();
        let left = meter.steps_left() / STEPS_PER_CONFLICT;
        let before = sat.conflicts();
        let answer = sat.solve(&wanted, CALL_CONFLICTS.min(left));
        meter.book((sat.conflicts() - before).saturating_mul(STEPS_PER_CONFLICT));
        match answer {
            Answer::Unknown => return lost,
            Answer::Yes => {
                met.extend(encoding.timetable(shape, sat));
                return lost;
            }
            Answer::No => {
                let core = sat.blamed(&wanted);
                let Some(least) = core.iter().filter_map(|lit| points.get(lit)).min().copied()
                else {
                    return lost;
                };
                lost += least;
                for literal in core {
                    if let Some(rest) = points.get_mut(&literal) {
                        *rest -= least;
                    }
                }
                points.retain(|_, rest| *rest > 0);
            }
        }
    }
    lost
}
