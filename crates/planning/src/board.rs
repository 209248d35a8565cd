//! A timetable in the making, with running counts of what it costs.
//!
//! A participant never sits in two meetings at once here; a meeting that finds no room is off the
//! board. All other demands may be broken for a while, at a price.

use crate::mask::{self, Mask};
use crate::shape::Shape;

/// No meeting, or no slot.
pub(crate) const NONE: usize = usize::MAX;

/// One break, in units of [`Board::energy`].
pub(crate) const BREAK: i64 = 1 << 10;

/// What breaking a demand costs, in units of [`Board::energy`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Prices {
    /// A meeting off the board.
    pub(crate) unplaced: i64,
    /// A meeting in a slot outside its domain.
    pub(crate) outside: i64,
    /// A meeting more than the tables of a slot.
    pub(crate) table: i64,
    /// A precedence that does not hold.
    pub(crate) order: i64,
    /// A break more than fairness allows a participant.
    pub(crate) unfair: i64,
    /// A meeting away from its slot in the timetable before.
    pub(crate) moved: i64,
}

/// Running counts of one board.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Meetings off the board.
    pub(crate) unplaced: i64,
    /// Meetings outside their domain.
    pub(crate) outside: i64,
    /// Meetings over the tables, summed over slots.
    pub(crate) table: i64,
    /// Precedences that do not hold between meetings on the board.
    pub(crate) order: i64,
    /// Breaks beyond what fairness allows, summed over participants.
    pub(crate) unfair: i64,
    /// Meetings away from their old slot.
    pub(crate) moved: i64,
    /// Breaks in all.
    pub(crate) breaks: i64,
}

impl Tally {
    /// Whether every demand holds.
    pub(crate) fn is_feasible(&self) -> bool {
        self.unplaced == 0
            && self.outside == 0
            && self.table == 0
            && self.order == 0
            && self.unfair == 0
    }

    fn add(&mut self, other: &Self) {
        self.unplaced += other.unplaced;
        self.outside += other.outside;
        self.table += other.table;
        self.order += other.order;
        self.unfair += other.unfair;
        self.moved += other.moved;
        self.breaks += other.breaks;
    }

    pub(crate) fn energy(&self, prices: &Prices) -> i64 {
        self.unplaced * prices.unplaced
            + self.outside * prices.outside
            + self.table * prices.table
            + self.order * prices.order
            + self.unfair * prices.unfair
            + self.moved * prices.moved
            + self.breaks * BREAK
    }
}

/// A connected set of meetings in two slots that can change places as a whole.
#[derive(Debug, Default)]
pub(crate) struct Chain {
    meetings: Vec<usize>,
    slots: (usize, usize),
}

/// See the module.
#[derive(Debug, Clone)]
pub(crate) struct Board<'a> {
    pub(crate) shape: &'a Shape,
    /// Slot of each meeting, or [`NONE`].
    pub(crate) slot: Vec<usize>,
    /// Busy slots of each participant.
    pub(crate) busy: Vec<Mask>,
    /// Meetings in each slot.
    pub(crate) load: Vec<usize>,
    /// Counts, kept up to date.
    pub(crate) tally: Tally,
    /// Meetings off the board, in no order.
    pub(crate) off: Vec<usize>,
    /// Participants with more breaks than fairness allows, in no order.
    pub(crate) unfair: Vec<usize>,
    /// Where a participant stands among them, or [`NONE`].
    unfair_at: Vec<usize>,
    /// Old slot of each meeting, or [`NONE`].
    old: Vec<usize>,
    /// Most breaks fairness allows someone while somebody else has none.
    most: u32,
    /// Meeting of participant `p` in slot `t` at `p * slots + t`, or [`NONE`].
    at: Vec<usize>,
    /// Participants of meeting `m`: `who[from[m]..from[m + 1]]`.
    who: Vec<usize>,
    from: Vec<usize>,
    /// Which chain a meeting was last in.
    stamp: Vec<u64>,
    chains: u64,
}

impl<'a> Board<'a> {
    /// A board with every meeting off it. `old` gives the slots of a timetable before, if any.
    pub(crate) fn new(shape: &'a Shape, old: Option<&[usize]>) -> Self {
        let meetings = shape.meetings();
        let mut from = Vec::with_capacity(meetings + 1);
        from.push(0);
        for list in &shape.people {
            from.push(from.last().copied().unwrap_or(0) + list.len());
        }
        let old = old.map_or_else(|| vec![NONE; meetings], <[usize]>::to_vec);
        let mut board = Self {
            shape,
            slot: vec![NONE; meetings],
            busy: vec![0; shape.participants()],
            load: vec![0; shape.slots],
            tally: Tally::default(),
            off: (0..meetings).collect(),
            unfair: Vec::new(),
            unfair_at: vec![NONE; shape.participants()],
            old,
            most: shape.fairness.unwrap_or(u32::MAX),
            at: vec![NONE; shape.participants() * shape.slots],
            who: shape.people.iter().flatten().copied().collect(),
            from,
            stamp: vec![0; meetings],
            chains: 0,
        };
        board.tally = board.recount();
        board
    }

    /// Participants of meeting `m`.
    pub(crate) fn people(&self, m: usize) -> &[usize] {
        &self.who[self.from[m]..self.from[m + 1]]
    }

    /// The meeting of participant `p` in slot `t`.
    pub(crate) fn meeting_at(&self, p: usize, t: usize) -> Option<usize> {
        let m = self.at[p * self.shape.slots + t];
        (m != NONE).then_some(m)
    }

    fn unfairness(&self, breaks: u32) -> i64 {
        i64::from(breaks.saturating_sub(self.most))
    }

    fn is_outside(&self, m: usize, t: usize) -> i64 {
        i64::from(!mask::has(self.shape.domain[m], t))
    }

    fn is_moved(&self, m: usize, t: usize) -> i64 {
        i64::from(self.old[m] != NONE && self.old[m] != t)
    }

    /// The counts, from scratch.
    pub(crate) fn recount(&self) -> Tally {
        let mut tally = Tally::default();
        for (m, &t) in self.slot.iter().enumerate() {
            if t == NONE {
                tally.unplaced += 1;
                continue;
            }
            tally.outside += self.is_outside(m, t);
            tally.moved += self.is_moved(m, t);
            tally.order += self.order_breaks(m, t);
        }
        for &load in &self.load {
            tally.table += over(load, self.shape.tables);
        }
        for &busy in &self.busy {
            let breaks = mask::breaks(busy);
            tally.breaks += i64::from(breaks);
            tally.unfair += self.unfairness(breaks);
        }
        tally
    }

    /// Precedences into `m` that would not hold with `m` in slot `t`.
    fn order_breaks(&self, m: usize, t: usize) -> i64 {
        let broken = |&&q: &&usize| self.slot[q] != NONE && self.slot[q] >= t;
        self.shape.before[m].iter().filter(broken).map(|_| 1).sum()
    }

    /// Precedences out of `m` that would not hold with `m` in slot `t`.
    fn order_breaks_after(&self, m: usize, t: usize) -> i64 {
        let broken = |&&q: &&usize| self.slot[q] != NONE && self.slot[q] <= t;
        self.shape.after[m].iter().filter(broken).map(|_| 1).sum()
    }

    /// What participant `p` changes when their busy slots become `busy`.
    fn person_change(&self, p: usize, busy: Mask) -> Tally {
        let (old, new) = (mask::breaks(self.busy[p]), mask::breaks(busy));
        Tally {
            breaks: i64::from(new) - i64::from(old),
            unfair: self.unfairness(new) - self.unfairness(old),
            ..Tally::default()
        }
    }

    fn set_busy(&mut self, p: usize, busy: Mask) {
        let change = self.person_change(p, busy);
        self.tally.add(&change);
        self.busy[p] = busy;
        self.sort_unfair(p);
    }

    /// Enters `p` among the unfairly broken, or strikes them off.
    fn sort_unfair(&mut self, p: usize) {
        let (is, at) = (mask::breaks(self.busy[p]) > self.most, self.unfair_at[p]);
        if is && at == NONE {
            self.unfair_at[p] = self.unfair.len();
            self.unfair.push(p);
        } else if !is && at != NONE {
            self.unfair.swap_remove(at);
            if let Some(&moved) = self.unfair.get(at) {
                self.unfair_at[moved] = at;
            }
            self.unfair_at[p] = NONE;
        }
    }

    /// Whether all participants of `m` are free in slot `t`.
    pub(crate) fn is_free(&self, m: usize, t: usize) -> bool {
        self.people(m).iter().all(|&p| !mask::has(self.busy[p], t))
    }

    /// What putting `m`, now off the board, into slot `t` changes, if its participants are free.
    pub(crate) fn put_change(&self, m: usize, t: usize) -> Tally {
        let mut change = Tally {
            unplaced: -1,
            outside: self.is_outside(m, t),
            moved: self.is_moved(m, t),
            table: over(self.load[t] + 1, self.shape.tables)
                - over(self.load[t], self.shape.tables),
            order: self.order_breaks(m, t) + self.order_breaks_after(m, t),
            ..Tally::default()
        };
        for &p in self.people(m) {
            change.add(&self.person_change(p, self.busy[p] | mask::bit(t)));
        }
        change
    }

    /// Puts `m`, the entry `place` of [`Board::off`], into slot `t`; its participants must be free.
    pub(crate) fn put(&mut self, place: usize, t: usize) {
        let m = self.off.swap_remove(place);
        let change = self.put_change(m, t);
        self.tally.add(&change);
        self.load[t] += 1;
        self.slot[m] = t;
        for i in self.from[m]..self.from[m + 1] {
            let p = self.who[i];
            self.busy[p] |= mask::bit(t);
            self.at[p * self.shape.slots + t] = m;
            self.sort_unfair(p);
        }
    }

    /// Takes `m` off the board.
    pub(crate) fn lift(&mut self, m: usize) {
        let t = self.slot[m];
        self.tally.unplaced += 1;
        self.tally.outside -= self.is_outside(m, t);
        self.tally.moved -= self.is_moved(m, t);
        self.tally.order -= self.order_breaks(m, t) + self.order_breaks_after(m, t);
        self.tally.table -= over(self.load[t], self.shape.tables);
        self.load[t] -= 1;
        self.tally.table += over(self.load[t], self.shape.tables);
        for i in self.from[m]..self.from[m + 1] {
            let p = self.who[i];
            self.set_busy(p, self.busy[p] & !mask::bit(t));
            self.at[p * self.shape.slots + t] = NONE;
        }
        self.slot[m] = NONE;
        self.off.push(m);
    }

    /// Collects into `chain` all meetings that must change between the slot of `m` and slot `to`
    /// when `m` does (a Kempe chain), and tells what exchanging them would change.
    pub(crate) fn chain_change(&mut self, m: usize, to: usize, chain: &mut Chain) -> Tally {
        let from = self.slot[m];
        let slots = self.shape.slots;
        self.chains += 1;
        chain.slots = (from, to);
        chain.meetings.clear();
        chain.meetings.push(m);
        self.stamp[m] = self.chains;
        let both = mask::bit(from) | mask::bit(to);
        let mut change = Tally::default();
        let (mut next, mut inward) = (0, 0_usize);
        while let Some(&x) = chain.meetings.get(next) {
            next += 1;
            let here = self.slot[x];
            let there = if here == from { to } else { from };
            inward += usize::from(here == from);
            change.outside += self.is_outside(x, there) - self.is_outside(x, here);
            change.moved += self.is_moved(x, there) - self.is_moved(x, here);
            for i in self.from[x]..self.from[x + 1] {
                let p = self.who[i];
                let y = self.at[p * slots + there];
                if y == NONE {
                    change.add(&self.person_change(p, self.busy[p] ^ both));
                } else if self.stamp[y] != self.chains {
                    self.stamp[y] = self.chains;
                    chain.meetings.push(y);
                }
            }
        }
        let outward = chain.meetings.len() - inward;
        let cap = self.shape.tables;
        change.table = over(self.load[from] + outward - inward, cap)
            + over(self.load[to] + inward - outward, cap)
            - over(self.load[from], cap)
            - over(self.load[to], cap);
        change.order = chain.meetings.iter().map(|&x| self.chain_order(x, chain.slots)).sum();
        change
    }

    /// How the precedences of `x`, in the current chain, change. A precedence between two meetings
    /// of the chain counts with the later one.
    fn chain_order(&self, x: usize, (a, b): (usize, usize)) -> i64 {
        let after = &self.shape.after[x];
        let before = &self.shape.before[x];
        if after.is_empty() && before.is_empty() {
            return 0;
        }
        let flip = |t: usize| if t == a { b } else { a };
        let (here, there) = (self.slot[x], flip(self.slot[x]));
        let in_chain = |q: usize| self.stamp[q] == self.chains;
        let mut change = 0;
        for &q in before.iter().filter(|&&q| self.slot[q] != NONE) {
            let old = self.slot[q];
            let new = if in_chain(q) { flip(old) } else { old };
            change += i64::from(new >= there) - i64::from(old >= here);
        }
        for &q in after.iter().filter(|&&q| self.slot[q] != NONE && !in_chain(q)) {
            change += i64::from(self.slot[q] <= there) - i64::from(self.slot[q] <= here);
        }
        change
    }

    /// Exchanges the meetings of `chain`, whose change was just computed.
    pub(crate) fn exchange(&mut self, chain: &Chain, change: &Tally) {
        let (a, b) = chain.slots;
        let both = mask::bit(a) | mask::bit(b);
        let slots = self.shape.slots;
        // A participant with meetings in both slots keeps both busy: the second visit writes the
        // other slot, and the busy bits change only for those with one of the two.
        for &x in &chain.meetings {
            let here = self.slot[x];
            let there = if here == a { b } else { a };
            for i in self.from[x]..self.from[x + 1] {
                let p = self.who[i];
                let other = self.at[p * slots + there];
                if other == NONE {
                    self.at[p * slots + here] = NONE;
                    self.busy[p] ^= both;
                    self.sort_unfair(p);
                }
            }
        }
        for &x in &chain.meetings {
            let here = self.slot[x];
            let there = if here == a { b } else { a };
            self.slot[x] = there;
            self.load[here] -= 1;
            self.load[there] += 1;
            for i in self.from[x]..self.from[x + 1] {
                self.at[self.who[i] * slots + there] = x;
            }
        }
        self.tally.add(change);
    }
}

fn over(load: usize, tables: usize) -> i64 {
    i64::try_from(load.saturating_sub(tables)).unwrap_or(i64::MAX)
}
