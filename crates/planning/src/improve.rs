//! Simulated annealing on Kempe chains: a timetable in a millisecond, then better ones.
//!
//! Method: exchanging the meetings of a connected set between two slots keeps every participant
//! free of clashes and changes the breaks only of those who have one of the two slots, so a move
//! costs little more than walking the set. Demands other than clashes may be broken at a price
//! while searching.

use crate::board::{BREAK, Board, Chain, NONE, Prices, Tally};
use crate::mask;
use crate::random::Random;
use crate::shape::Shape;

/// Temperature at the start of a round, in units of energy.
const HOT: i64 = BREAK * 2 / 9;

/// Temperature at the end of a round.
const COLD: i64 = BREAK / 16;

/// Moves of the first round for each meeting.
const ROUND_MOVES: u64 = 100;
/// The last round begins once the next would take more than one part in so many of what is left:
/// one long cooling beats several short ones.
const LAST_ROUND: u64 = 6;
/// Moves between two changes of temperature.
const STRIDE: u64 = 256;

/// A search that can be run in slices and remembers its best timetable.
#[derive(Debug)]
pub(crate) struct Annealer<'a> {
    board: Board<'a>,
    random: Random,
    prices: Prices,
    chain: Chain,
    /// Slots of the best feasible timetable and its energy and breaks.
    best: Option<Found>,
    round: Round,
    /// Moves made so far.
    moves: u64,
}

/// A feasible timetable.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// Slot of each meeting.
    pub(crate) slots: Vec<usize>,
    /// What it costs at the prices of the search.
    pub(crate) energy: i64,
}

/// One cooling from hot to cold.
#[derive(Debug)]
struct Round {
    number: u32,
    done: u64,
    length: Length,
    temperature: i64,
}

/// When a round ends.
#[derive(Debug, Clone, Copy)]
enum Length {
    /// After this many moves.
    Moves(u64),
    /// With the budget, of which this share was used at its start.
    Rest(Share),
}

/// A share of the budget, out of [`WHOLE`].
pub(crate) type Share = u32;

/// The whole budget.
pub(crate) const WHOLE: Share = 1 << 16;

impl<'a> Annealer<'a> {
    /// Starts from `old`, or from an empty board. A meeting away from its old slot costs as much as
    /// a break.
    pub(crate) fn new(shape: &'a Shape, old: Option<&[usize]>, seed: u64) -> Self {
        let quench = (u64::try_from(shape.meetings()).unwrap_or(0) + 8) * ROUND_MOVES;
        // Mending a demand takes several moves, each of which costs where there was a timetable.
        let dear = if old.is_some() { 3 * BREAK } else { BREAK };
        let mut search = Self {
            board: Board::new(shape, old),
            random: Random::new(seed),
            prices: Prices {
                unplaced: 6 * dear,
                outside: 3 * dear,
                table: 2 * dear,
                order: 2 * dear,
                unfair: dear,
                moved: BREAK,
            },
            chain: Chain::default(),
            best: None,
            round: Round { number: 0, done: 0, length: Length::Moves(quench), temperature: COLD },
            moves: 0,
        };
        search.construct(old);
        search
    }

    /// The best feasible timetable so far.
    pub(crate) fn best(&self) -> Option<&Found> {
        self.best.as_ref()
    }

    /// Puts the meetings on the board, the most constrained first, each where it costs least.
    fn construct(&mut self, old: Option<&[usize]>) {
        let shape = self.board.shape;
        let key = |m: usize| {
            let crowd: usize = shape.people[m].iter().map(|&p| shape.meetings_of[p].len()).sum();
            (mask::len(shape.domain[m]), std::cmp::Reverse(crowd), m)
        };
        let mut order: Vec<usize> = (0..shape.meetings()).collect();
        order.sort_by_cached_key(|&m| key(m));
        // A full slot is left to those who have no other.
        let prices = Prices { table: 64 * BREAK, ..self.prices };
        let mut left = Vec::new();
        self.board.off.clear();
        for m in order {
            let wish = old.map(|old| old[m]).filter(|&t| {
                t < shape.slots && mask::has(shape.domain[m], t) && self.board.is_free(m, t)
            });
            let cheapest = || {
                mask::iter(shape.domain[m])
                    .filter(|&t| self.board.is_free(m, t))
                    .min_by_key(|&t| (self.board.put_change(m, t).energy(&prices), t))
            };
            let Some(t) = wish.or_else(cheapest) else {
                left.push(m);
                continue;
            };
            self.board.off.push(m);
            self.board.put(0, t);
        }
        self.board.off = left;
        self.note();
    }

    /// Runs `moves` more moves; `used` is the share of the budget used so far.
    pub(crate) fn run(&mut self, moves: u64, used: Share) {
        for _ in 0..moves {
            if let Length::Moves(length) = self.round.length
                && self.round.done >= length
            {
                self.next_round(used);
            }
            if self.round.done.is_multiple_of(STRIDE) {
                self.cool(used);
            }
            self.round.done += 1;
            self.moves += 1;
            self.step();
        }
    }

    /// Starts the next, longer round; the last one takes all that is left.
    fn next_round(&mut self, used: Share) {
        let meetings = u64::try_from(self.board.shape.meetings()).unwrap_or(0);
        let number = self.round.number + 1;
        let moves = ((meetings + 8) * ROUND_MOVES) << number.min(20);
        let left = self.moves * u64::from(WHOLE - used.min(WHOLE)) / u64::from(used.max(1));
        let last = used > 0 && moves * LAST_ROUND > left;
        let length = if last { Length::Rest(used) } else { Length::Moves(moves) };
        self.round = Round { number, done: 0, length, temperature: HOT };
    }

    fn cool(&mut self, used: Share) {
        let left = match self.round.length {
            Length::Moves(moves) => {
                i64::try_from((moves - self.round.done) * 1024 / moves).unwrap_or(0)
            }
            Length::Rest(start) => {
                i64::from(WHOLE - used.min(WHOLE)) * 1024 / i64::from(WHOLE - start.min(WHOLE - 1))
            }
        };
        // While precedences are broken, mending them takes more heat than saving breaks.
        let heat = if self.best.is_none() && self.board.tally.order > 0 { 2 } else { 1 };
        let hot = if self.round.number == 0 { COLD } else { HOT };
        self.round.temperature = heat * (COLD + (hot - COLD) * left / 1024);
    }

    /// Remembers the board if it is the best feasible one.
    fn note(&mut self) {
        if !self.board.tally.is_feasible() {
            return;
        }
        let energy = self.board.tally.energy(&self.prices);
        if self.best.as_ref().is_none_or(|best| energy < best.energy) {
            self.best = Some(Found { slots: self.board.slot.clone(), energy });
        }
    }

    /// Whether a change is taken at the present temperature.
    fn takes(&mut self, change: &Tally) -> bool {
        let energy = change.energy(&self.prices);
        energy <= 0 || energy <= self.random.exponential(self.round.temperature)
    }

    fn step(&mut self) {
        if !self.board.off.is_empty() && self.random.below(4) == 0 {
            self.bring_in();
            return;
        }
        let pick = if self.random.below(8) > 0 { self.close_a_break() } else { self.any_move() };
        let Some((m, t)) = pick else { return };
        let change = self.board.chain_change(m, t, &mut self.chain);
        if self.takes(&change) {
            self.board.exchange(&self.chain, &change);
            self.audit();
            if change.energy(&self.prices) < 0 {
                self.note();
            }
        }
    }

    /// In debug builds, compares the running counts with counts from scratch: after every move
    /// of a small problem, now and then of a large one.
    fn audit(&self) {
        let due = self.board.slot.len() <= 20 || self.moves.is_multiple_of(STRIDE);
        debug_assert!(!due || self.board.tally == self.board.recount(), "counts went astray");
    }

    /// Any meeting into any other slot of its domain.
    fn any_move(&mut self) -> Option<(usize, usize)> {
        let m = self.random.below(self.board.shape.meetings());
        let here = *self.board.slot.get(m)?;
        if here == NONE {
            return None;
        }
        let t = self.any_of(self.board.shape.domain[m] & !mask::bit(here))?;
        Some((m, t))
    }

    /// A meeting at the end of a run of some participant with breaks, next to another of their runs.
    fn close_a_break(&mut self) -> Option<(usize, usize)> {
        let unfair = self.board.unfair.len();
        let p = if unfair > 0 && self.random.below(2) == 0 {
            self.board.unfair[self.random.below(unfair)]
        } else {
            self.random.below(self.board.shape.participants())
        };
        let busy = *self.board.busy.get(p)?;
        if mask::breaks(busy) == 0 {
            return None;
        }
        let beside = (busy << 1 | busy >> 1) & !busy & mask::first(self.board.shape.slots);
        let ends = busy & !(busy << 1 & busy >> 1);
        let t = self.any_of(beside)?;
        let here = self.any_of(ends)?;
        let m = self.board.meeting_at(p, here)?;
        mask::has(self.board.shape.domain[m], t).then_some((m, t))
    }

    /// Puts a meeting that is off the board on it, taking off those in its way.
    fn bring_in(&mut self) {
        let place = self.random.below(self.board.off.len());
        let m = self.board.off[place];
        let Some(t) = self.any_of(self.board.shape.domain[m]) else { return };
        let before = self.board.tally.energy(&self.prices);
        let mut lifted = Vec::new();
        for p in self.board.people(m).to_vec() {
            if let Some(x) = self.board.meeting_at(p, t) {
                self.board.lift(x);
                lifted.push(x);
            }
        }
        self.board.put(place, t);
        let rise = self.board.tally.energy(&self.prices) - before;
        if rise > 0 && rise > self.random.exponential(self.round.temperature) {
            self.board.lift(m);
            for x in lifted {
                if let Some(place) = self.board.off.iter().position(|&y| y == x) {
                    self.board.put(place, t);
                }
            }
        } else {
            self.note();
        }
    }

    fn any_of(&mut self, set: mask::Mask) -> Option<usize> {
        let mut rest = set;
        for _ in 0..self.random.below(mask::len(set)) {
            rest &= rest - 1;
        }
        mask::lowest(rest)
    }
}
