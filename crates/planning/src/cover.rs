//! A bound on the breaks from counting who can be busy when.
//!
//! Method: Lagrangian relaxation. Who meets whom is forgotten; what stays is that a participant
//! with `k` meetings is busy in `k` of the slots open to them, and that the tables of a slot seat
//! only so many people. Each slot gets a price for a seat; for given prices the cheapest day of
//! every participant, breaks and seats together, is a shortest path, and the sum less the value of
//! all seats bounds the breaks from below. A subgradient method with Polyak's step raises the
//! prices of crowded slots (Held, Wolfe, Crowder 1974). Prices are integers, so the bound is exact.

use crate::mask::{self, MAX_SLOTS, Mask};
use crate::shape::Shape;

/// One break, in units of price.
const UNIT: i64 = 1 << 16;
/// A day that does not exist.
const NEVER: i64 = 1 << 50;
/// Most rounds of pricing.
const ROUNDS: u64 = 400;
/// Rounds without a better bound after which the steps get smaller.
const PATIENCE: u32 = 12;
/// Most states looked at in all rounds; about a quarter of a second.
const MOST_STATES: u64 = 60_000_000;

/// A bound and what it cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bound {
    /// Breaks that every timetable has at least.
    pub(crate) breaks: i64,
    /// States looked at.
    pub(crate) states: u64,
}

/// Breaks that every timetable of `shape` has at least, at most `upper`, the breaks of a known
/// timetable.
///
/// `O(rounds · participants · slots · meetings of a participant)`; `stop` ends it early.
pub(crate) fn bound(
    shape: &Shape,
    morning: usize,
    upper: i64,
    stop: &(dyn Fn() -> bool + Sync),
) -> Bound {
    let people: Vec<Person> = (0..shape.participants())
        .filter(|&p| !shape.meetings_of[p].is_empty())
        .map(|p| Person::new(shape, p, morning))
        .collect();
    let held: usize = people.iter().map(|person| person.held + 1).sum();
    let each = u64::try_from(held * shape.slots * 2).unwrap_or(u64::MAX).max(1);
    let seats: Vec<i64> = (0..shape.slots).map(|t| seats(shape, t)).collect();
    let mut pricing = Pricing::new(seats, upper);
    let mut day = Day::default();
    let mut states = 0;
    for _ in 0..ROUNDS.min(MOST_STATES / each) {
        if stop() || pricing.breaks() >= upper || !pricing.round(&people, &mut day) {
            break;
        }
        states += each;
    }
    Bound { breaks: pricing.breaks().clamp(0, upper), states }
}

/// Most people that the meetings of slot `t` can seat.
fn seats(shape: &Shape, t: usize) -> i64 {
    let open = shape.domain.iter().zip(&shape.people).filter(|&(&slots, _)| mask::has(slots, t));
    let mut sizes: Vec<usize> = open.map(|(_, people)| people.len()).collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    i64::try_from(sizes.iter().take(shape.tables).sum::<usize>()).unwrap_or(i64::MAX)
}

/// What is known of a participant's day.
struct Person {
    held: usize,
    /// Slots some meeting of theirs may take.
    open: Mask,
    /// Slots a meeting of theirs must take.
    forced: Mask,
    morning: usize,
    /// Fewest and most meetings in the morning.
    early: (usize, usize),
}

impl Person {
    fn new(shape: &Shape, p: usize, morning: usize) -> Self {
        let slots: Vec<Mask> = shape.meetings_of[p].iter().map(|&m| shape.domain[m]).collect();
        let first = mask::first(morning);
        let only_early = slots.iter().filter(|&&slots| slots & !first == 0).count();
        let only_late = slots.iter().filter(|&&slots| slots & first == 0).count();
        Self {
            held: slots.len(),
            open: slots.iter().fold(0, |all, slots| all | slots),
            forced: slots.iter().filter(|&&s| mask::len(s) == 1).fold(0, |all, slots| all | slots),
            morning,
            early: (only_early, slots.len().saturating_sub(only_late)),
        }
    }
}

/// Costs of the days of one participant so far, by the number of meetings held: idle now, busy now.
#[derive(Default)]
struct Day {
    idle: Vec<i64>,
    busy: Vec<i64>,
    /// For each slot and count, as bits: whether the cheapest idle or busy state was busy before.
    came: Vec<(Mask, Mask)>,
}

impl Day {
    /// The cost and the slots of the cheapest day of `person` at `prices`; none if there is none.
    fn cheapest(&mut self, person: &Person, prices: &[i64]) -> Option<(i64, Mask)> {
        let counts = person.held + 1;
        for row in [&mut self.idle, &mut self.busy] {
            row.clear();
            row.resize(counts, NEVER);
        }
        self.came.clear();
        self.idle[0] = 0;
        for (t, &price) in prices.iter().enumerate() {
            self.advance(person, t, price);
            if t + 1 == person.morning {
                let (fewest, most) = person.early;
                for n in (0..counts).filter(|n| !(fewest..=most).contains(n)) {
                    (self.idle[n], self.busy[n]) = (NEVER, NEVER);
                }
            }
        }
        let (idle, busy) = (self.idle[person.held], self.busy[person.held]);
        let cost = idle.min(busy);
        (cost < NEVER).then(|| (cost, self.retrace(person.held, busy < idle)))
    }

    /// One more slot; counts go down, so that each row can be overwritten in place.
    fn advance(&mut self, person: &Person, t: usize, price: i64) {
        let (open, forced) = (mask::has(person.open, t), mask::has(person.forced, t));
        let mut came = (0, 0);
        for n in (0..=person.held).rev() {
            let (idle, busy) = (self.idle[n], self.busy[n]);
            if busy < idle && n < MAX_SLOTS {
                came.0 |= mask::bit(n);
            }
            self.idle[n] = if forced { NEVER } else { idle.min(busy) };
            self.busy[n] = NEVER;
            let Some(fewer) = n.checked_sub(1).filter(|_| open) else { continue };
            // The first meeting of a day begins no break.
            let begin = self.idle[fewer].saturating_add(if fewer == 0 { 0 } else { UNIT });
            let stay = self.busy[fewer];
            if stay <= begin {
                came.1 |= mask::bit(fewer);
            }
            self.busy[n] = begin.min(stay).saturating_add(price).min(NEVER);
        }
        self.came.push(came);
    }

    fn retrace(&self, held: usize, busy_at_the_end: bool) -> Mask {
        let (mut n, mut busy, mut slots) = (held, busy_at_the_end, 0);
        for (t, &(idle_came, busy_came)) in self.came.iter().enumerate().rev() {
            if busy {
                slots |= mask::bit(t);
                n = n.saturating_sub(1);
                busy = mask::has(busy_came, n);
            } else {
                busy = n < MAX_SLOTS && mask::has(idle_came, n);
            }
        }
        slots
    }
}

/// Prices under way.
struct Pricing {
    seats: Vec<i64>,
    prices: Vec<i64>,
    best: i64,
    best_prices: Vec<i64>,
    upper: i64,
    /// Size of the steps, out of 64.
    pace: i64,
    worse: u32,
}

impl Pricing {
    fn new(seats: Vec<i64>, upper: i64) -> Self {
        let prices = vec![0; seats.len()];
        Self { best_prices: prices.clone(), seats, prices, best: 0, upper, pace: 64, worse: 0 }
    }

    /// The bound in whole breaks.
    fn breaks(&self) -> i64 {
        self.best.div_euclid(UNIT) + i64::from(self.best.rem_euclid(UNIT) > 0)
    }

    /// One round of pricing; whether another may help.
    fn round(&mut self, people: &[Person], day: &mut Day) -> bool {
        let mut over: Vec<i64> = self.seats.iter().map(|&seats| -seats).collect();
        let mut cost: i64 = self.prices.iter().zip(&self.seats).map(|(p, s)| -p * s).sum();
        for person in people {
            let Some((least, slots)) = day.cheapest(person, &self.prices) else { return false };
            cost += least;
            for t in mask::iter(slots) {
                over[t] += 1;
            }
        }
        self.judge(cost);
        // A price of 0 does not fall any further.
        for (over, &price) in over.iter_mut().zip(&self.prices) {
            *over = if price == 0 { (*over).max(0) } else { *over };
        }
        let length: i64 = over.iter().map(|over| over * over).sum();
        if length == 0 || self.pace == 0 {
            return false;
        }
        let gap = (self.upper * UNIT - cost).max(UNIT / 4);
        for (price, over) in self.prices.iter_mut().zip(over) {
            *price = (*price + self.pace * gap / 64 * over / length).clamp(0, 64 * UNIT);
        }
        true
    }

    /// Keeps the prices of the best bound; goes back to them with smaller steps where none is found.
    fn judge(&mut self, cost: i64) {
        if cost > self.best {
            self.best = cost;
            self.best_prices.clone_from(&self.prices);
            self.worse = 0;
            return;
        }
        self.worse += 1;
        if self.worse > PATIENCE {
            self.worse = 0;
            self.pace = self.pace * 5 / 8;
            self.prices.clone_from(&self.best_prices);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::{HalfDay, Meeting, Participant, Problem};

    /// Three pairs who meet three times each, in five slots at `tables` tables.
    fn pairs(tables: usize, half_day: HalfDay) -> Problem {
        let meeting = |i: usize| Meeting {
            participants: vec![i / 3 * 2, i / 3 * 2 + 1],
            half_day,
            fixed: None,
            locked: false,
        };
        Problem {
            slots: 5,
            morning: 4,
            tables,
            fairness: None,
            participants: vec![Participant::default(); 6],
            meetings: (0..9).map(meeting).collect(),
            precedences: Vec::new(),
        }
    }

    fn bound_of(problem: &Problem, upper: i64) -> i64 {
        bound(&Shape::new(problem), problem.morning, upper, &|| false).breaks
    }

    #[test]
    fn a_crowd_in_the_middle_breaks_days() {
        // Three meetings in a row always fill slot 3, which seats two of the three pairs.
        assert_eq!(bound_of(&pairs(2, HalfDay::Either), 9), 2);
        assert_eq!(bound_of(&pairs(3, HalfDay::Either), 9), 0);
    }

    #[test]
    fn the_bound_stays_at_what_is_known_to_be_possible() {
        assert_eq!(bound_of(&pairs(2, HalfDay::Either), 1), 1);
        assert_eq!(bound_of(&pairs(2, HalfDay::Either), 0), 0);
    }

    #[test]
    fn fixed_meetings_break_days() {
        let mut problem = pairs(3, HalfDay::Morning);
        assert_eq!(bound_of(&problem, 9), 0);
        problem.meetings[0].fixed = Some(0);
        problem.meetings[1].fixed = Some(3);
        assert_eq!(bound_of(&problem, 9), 2, "both of the first pair wait once");
    }
}
