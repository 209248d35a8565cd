//! Quick proofs that no timetable exists, by counting; each names demands that cannot all hold.
//!
//! They see what people see first: too many meetings for the slots left to a participant, too many
//! for the tables, precedences in a circle or too long a chain. What they miss is left to the exact
//! search.

use crate::exact::encode::Demand;
use crate::mask::{self, Mask};
use crate::problem::Problem;
use crate::shape::{self, Shape};
use std::collections::BTreeSet;

/// Demands that contradict each other, if a count shows it; not necessarily as few as possible.
///
/// `O(participants · meetings² · slots)` at worst, usually far less; `stop` ends it early.
pub(crate) fn find(
    problem: &Problem,
    shape: &Shape,
    stop: &(dyn Fn() -> bool + Sync),
) -> Option<BTreeSet<Demand>> {
    for list in &shape.meetings_of {
        if stop() {
            return None;
        }
        if let Some(crowd) = crowd(shape, list, 1, stop) {
            return Some(demands(problem, &crowd));
        }
    }
    if let Some(demands) = order(problem, shape) {
        return Some(demands);
    }
    let all: Vec<usize> = (0..shape.meetings()).collect();
    let crowd = crowd(shape, &all, shape.tables, stop)?;
    let mut demands = demands(problem, &crowd);
    demands.extend((0..shape.slots).map(Demand::Tables));
    Some(demands)
}

/// The demands that concern `meetings` one by one.
fn demands(problem: &Problem, meetings: &[usize]) -> BTreeSet<Demand> {
    let all = mask::first(problem.slots);
    let mut demands = BTreeSet::new();
    for &m in meetings {
        let meeting = &problem.meetings[m];
        demands.insert(Demand::Held(m));
        if meeting.fixed.is_some() {
            demands.insert(Demand::Fixed(m));
        }
        if shape::half_day(problem, meeting) != all {
            demands.insert(Demand::HalfDay(m));
        }
        let away = |&&p: &&usize| !problem.participants[p].forbidden.is_empty();
        demands.extend(meeting.participants.iter().filter(away).map(|&p| Demand::Away(p)));
    }
    demands
}

/// Meetings of `list` that do not fit into their slots, each of which holds `room` of them; none
/// if all fit (Hall's theorem, by augmenting paths).
fn crowd(
    shape: &Shape,
    list: &[usize],
    room: usize,
    stop: &(dyn Fn() -> bool + Sync),
) -> Option<Vec<usize>> {
    let mut held: Vec<Vec<usize>> = vec![Vec::new(); shape.slots];
    for (n, &m) in list.iter().enumerate() {
        if n.is_multiple_of(64) && stop() {
            return None;
        }
        let mut reached = Reached { slots: 0, meetings: vec![m], came_from: Vec::new() };
        match reached.search(shape, &held, room) {
            None => return Some(reached.meetings),
            Some(free) => reached.shift(&mut held, free, m),
        }
    }
    None
}

/// A breadth-first search for a slot with room.
struct Reached {
    slots: Mask,
    meetings: Vec<usize>,
    /// For each reached slot, which meeting reached it.
    came_from: Vec<(usize, usize)>,
}

impl Reached {
    fn search(&mut self, shape: &Shape, held: &[Vec<usize>], room: usize) -> Option<usize> {
        let mut next = 0;
        while let Some(&m) = self.meetings.get(next) {
            next += 1;
            let fresh = shape.domain[m] & !self.slots;
            if let Some(t) = mask::iter(fresh).find(|&t| held[t].len() < room) {
                self.came_from.push((t, m));
                return Some(t);
            }
            self.slots |= fresh;
            for t in mask::iter(fresh) {
                self.came_from.push((t, m));
                self.meetings.extend(&held[t]);
            }
        }
        None
    }

    /// Moves everyone on the path to the free slot one slot on, which makes room for `start`.
    fn shift(&self, held: &mut [Vec<usize>], free: usize, start: usize) {
        let mut slot = free;
        while let Some(&(_, m)) = self.came_from.iter().find(|&&(t, _)| t == slot) {
            held[slot].push(m);
            if m == start {
                return;
            }
            let Some(old) = (0..held.len()).find(|&t| t != slot && held[t].contains(&m)) else {
                return;
            };
            held[old].retain(|&x| x != m);
            slot = old;
        }
    }
}

/// A circle of precedences, or a chain of them that is too long for its slots.
fn order(problem: &Problem, shape: &Shape) -> Option<BTreeSet<Demand>> {
    if let Some(i) = problem.precedences.iter().position(|p| p.before == p.after) {
        let m = problem.precedences[i].before;
        return Some(BTreeSet::from([Demand::Order(i), Demand::Held(m)]));
    }
    // Earliest slots, in order of precedence; what pushed a meeting back is its cause.
    let meetings = shape.meetings();
    let mut waiting: Vec<usize> = shape.before.iter().map(Vec::len).collect();
    let mut earliest: Vec<Option<usize>> = shape.domain.iter().map(|&d| mask::lowest(d)).collect();
    let mut cause: Vec<Option<usize>> = vec![None; meetings];
    let mut ready: Vec<usize> = (0..meetings).filter(|&m| waiting[m] == 0).collect();
    let mut done = 0;
    while let Some(m) = ready.pop() {
        done += 1;
        let Some(slot) = earliest[m] else { return Some(chain(problem, &cause, m)) };
        for &next in &shape.after[m] {
            let later = shape.domain[next] & !mask::first(slot + 1);
            if earliest[next].is_some_and(|t| t <= slot) {
                earliest[next] = mask::lowest(later);
                cause[next] = Some(m);
            }
            waiting[next] -= 1;
            if waiting[next] == 0 {
                ready.push(next);
            }
        }
    }
    (done < meetings).then(|| circle(problem, shape, &waiting))
}

/// The demands along the causes that lead to `last`.
fn chain(problem: &Problem, cause: &[Option<usize>], last: usize) -> BTreeSet<Demand> {
    let mut meetings = vec![last];
    let mut m = last;
    while let Some(earlier) = cause[m] {
        meetings.push(earlier);
        m = earlier;
    }
    let mut found = demands(problem, &meetings);
    let links: BTreeSet<(usize, usize)> = meetings.windows(2).map(|w| (w[1], w[0])).collect();
    found.extend(orders(problem, &links));
    found
}

/// The demands along a circle among meetings that still wait for one before them.
fn circle(problem: &Problem, shape: &Shape, waiting: &[usize]) -> BTreeSet<Demand> {
    let mut seen = Vec::new();
    let mut m = waiting.iter().position(|&n| n > 0).unwrap_or(0);
    while !seen.contains(&m) {
        seen.push(m);
        m = shape.before[m].iter().copied().find(|&q| waiting[q] > 0).unwrap_or(m);
    }
    let start = seen.iter().position(|&x| x == m).unwrap_or(0);
    let ring = &seen[start..];
    let follower = ring.iter().skip(1).chain(ring.first());
    let links = ring.iter().zip(follower).map(|(&after, &before)| (before, after)).collect();
    let mut found: BTreeSet<Demand> = ring.iter().map(|&m| Demand::Held(m)).collect();
    found.extend(orders(problem, &links));
    found
}

/// One precedence for each link `(before, after)`.
fn orders(problem: &Problem, links: &BTreeSet<(usize, usize)>) -> Vec<Demand> {
    let mut missing = links.clone();
    let numbered = problem.precedences.iter().enumerate();
    numbered
        .filter(|(_, p)| missing.remove(&(p.before, p.after)))
        .map(|(i, _)| Demand::Order(i))
        .collect()
}
