//! The problem as clauses.
//!
//! Variables and implied constraints follow Bofill et al., JAIR 74 (2022), sections 4.4 and 4.5:
//! `x[m][t]` meeting `m` is in slot `t`, `u[p][t]` participant `p` is busy in slot `t`; everyone is
//! busy exactly as often as they have meetings; at most twice as many participants as tables are
//! busy at once, and their number is even. Breaks of a participant are counted in unary.
//!
//! With guards every demand has a literal of its own and holds only while that literal is assumed,
//! which is how conflicts are explained; meetings whose demand is not assumed may be left out.

use super::count::{Ways, at_most_one, totalizer};
use super::sat::{Lit, Sat};
use crate::mask::{self, Mask};
use crate::problem::Problem;
use crate::shape::{self, Shape};
use std::collections::BTreeMap;

/// Something a coordinator could give up to make an impossible timetable possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Demand {
    /// Breaks are spread evenly.
    Fairness,
    /// A precedence, by its number.
    Order(usize),
    /// A meeting keeps to its half of the day.
    HalfDay(usize),
    /// A meeting keeps to its fixed slot.
    Fixed(usize),
    /// A participant is away in their forbidden slots.
    Away(usize),
    /// A slot has no more meetings than tables.
    Tables(usize),
    /// A meeting is held.
    Held(usize),
}

/// Building took too long or grew too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMuch;

/// The literals of an encoded problem.
#[derive(Debug, Default)]
pub(crate) struct Encoding {
    /// For each meeting its possible slots and their literals.
    pub(crate) x: Vec<Vec<(usize, Lit)>>,
    /// For each participant, entry `j`: "at least `j + 1` breaks".
    pub(crate) breaks: Vec<Vec<Lit>>,
    /// The literal of each demand; empty without guards.
    pub(crate) guards: BTreeMap<Demand, Lit>,
}

impl Encoding {
    /// The slots of the model just found.
    pub(crate) fn slots(&self, sat: &Sat<'_>) -> Option<Vec<usize>> {
        let held = |row: &Vec<(usize, Lit)>| {
            row.iter().find(|&&(_, literal)| sat.is_true(literal)).map(|&(t, _)| t)
        };
        self.x.iter().map(held).collect()
    }
}

/// Writes `problem` into `sat`, with guards or plain.
///
/// # Errors
///
/// [`TooMuch`] when `sat` says it is over before all is written.
pub(crate) fn encode(
    problem: &Problem,
    shape: &Shape,
    sat: &mut Sat<'_>,
    guarded: bool,
) -> Result<Encoding, TooMuch> {
    let mut writer =
        Writer { problem, shape, sat, guarded, out: Encoding::default(), busy: Vec::new() };
    writer.meetings()?;
    writer.participants()?;
    writer.tables()?;
    writer.precedences()?;
    writer.fairness();
    Ok(writer.out)
}

struct Writer<'a, 's> {
    problem: &'a Problem,
    shape: &'a Shape,
    sat: &'a mut Sat<'s>,
    guarded: bool,
    out: Encoding,
    /// `u`: for each participant the literal of each slot they can be busy in.
    busy: Vec<Vec<Option<Lit>>>,
}

impl Writer<'_, '_> {
    fn go_on(&self) -> Result<(), TooMuch> {
        if self.sat.is_over() { Err(TooMuch) } else { Ok(()) }
    }

    /// The literals that switch a clause off while `demand` is not assumed: one, or none when
    /// plain.
    fn unless(&mut self, demand: Demand) -> Vec<Lit> {
        if !self.guarded {
            return Vec::new();
        }
        let sat = &mut *self.sat;
        vec![-*self.out.guards.entry(demand).or_insert_with(|| sat.fresh())]
    }

    /// Adds `clause` under `demand`.
    fn demand(&mut self, demand: Demand, clause: &[Lit]) {
        let mut all = self.unless(demand);
        all.extend_from_slice(clause);
        self.sat.clause(&all);
    }

    /// Forbids the slots of `row` outside `allowed` under `demand`.
    fn only(&mut self, demand: Demand, row: &[(usize, Lit)], allowed: Mask) {
        for &(_, literal) in row.iter().filter(|&&(t, _)| !mask::has(allowed, t)) {
            self.demand(demand, &[-literal]);
        }
    }

    fn meetings(&mut self) -> Result<(), TooMuch> {
        for (m, meeting) in self.problem.meetings.iter().enumerate() {
            self.go_on()?;
            let all = mask::first(self.shape.slots);
            let slots = if self.guarded { all } else { self.shape.domain[m] };
            let row: Vec<_> = mask::iter(slots).map(|t| (t, self.sat.fresh())).collect();
            let literals: Vec<Lit> = row.iter().map(|&(_, literal)| literal).collect();
            self.demand(Demand::Held(m), &literals);
            at_most_one(self.sat, &literals);
            if self.guarded {
                self.only(Demand::HalfDay(m), &row, shape::half_day(self.problem, meeting));
                self.only(Demand::Fixed(m), &row, shape::fixed(self.problem, meeting));
                for &p in &meeting.participants {
                    self.only(Demand::Away(p), &row, !self.shape.forbidden[p]);
                }
            }
            self.out.x.push(row);
        }
        Ok(())
    }

    /// Literals of the meetings in `list` that can be in slot `t`.
    fn in_slot(&self, list: &[usize], t: usize) -> Vec<Lit> {
        let literal = |&m: &usize| {
            let row = &self.out.x[m];
            row.binary_search_by_key(&t, |&(slot, _)| slot).ok().map(|i| row[i].1)
        };
        list.iter().filter_map(literal).collect()
    }

    fn participants(&mut self) -> Result<(), TooMuch> {
        for p in 0..self.shape.participants() {
            self.go_on()?;
            let mut busy = vec![None; self.shape.slots];
            for (t, busy) in busy.iter_mut().enumerate() {
                let here = self.in_slot(&self.shape.meetings_of[p], t);
                if here.is_empty() {
                    continue;
                }
                let literal = self.sat.fresh();
                *busy = Some(literal);
                for &x in &here {
                    self.sat.clause(&[-x, literal]);
                }
                at_most_one(self.sat, &here);
                let mut any = here;
                any.push(-literal);
                self.sat.clause(&any);
            }
            self.exactly_as_busy(p, &busy);
            let breaks = self.count_breaks(p, &busy);
            if !self.guarded
                && let Some(&first) = breaks.first()
            {
                self.one_stretch(p, &busy, first);
            }
            self.out.breaks.push(breaks);
            self.busy.push(busy);
        }
        Ok(())
    }

    /// Participant `p` is busy in as many slots as they have meetings.
    fn exactly_as_busy(&mut self, p: usize, busy: &[Option<Lit>]) {
        let literals: Vec<Lit> = busy.iter().copied().flatten().collect();
        let list = &self.shape.meetings_of[p];
        let held = list.len();
        if self.guarded {
            // As many as are held: any `n` of them fill `n` slots.
            let held: Vec<Lit> = list
                .iter()
                .filter_map(|&m| self.out.guards.get(&Demand::Held(m)).copied())
                .collect();
            let wanted = totalizer(self.sat, &held, held.len(), Ways::Up);
            let given = totalizer(self.sat, &literals, literals.len(), Ways::Both);
            for (i, &wanted) in wanted.iter().enumerate() {
                let mut clause = vec![-wanted];
                clause.extend(given.get(i));
                self.sat.clause(&clause);
            }
        } else if literals.len() < held {
            self.sat.clause(&[]);
        } else if literals.len() == held {
            for &literal in &literals {
                self.sat.clause(&[literal]);
            }
        } else if held > 0 {
            let count = totalizer(self.sat, &literals, held + 1, Ways::Both);
            self.sat.clause(&[count[held - 1]]);
            self.sat.clause(&[-count[held]]);
        }
    }

    /// The breaks of participant `p` in unary.
    fn count_breaks(&mut self, p: usize, busy: &[Option<Lit>]) -> Vec<Lit> {
        let most = if self.guarded {
            self.shape.meetings_of[p].len().saturating_sub(1)
        } else {
            self.shape.most_breaks(p)
        };
        if most == 0 {
            return Vec::new();
        }
        let mut starts = Vec::new();
        for (t, &here) in busy.iter().enumerate() {
            let Some(here) = here else { continue };
            let before = t.checked_sub(1).and_then(|t| busy[t]);
            let start = match before {
                None => here,
                Some(before) => {
                    let start = self.sat.fresh();
                    self.sat.clause(&[-here, before, start]);
                    self.sat.clause(&[-start, here]);
                    self.sat.clause(&[-start, -before]);
                    start
                }
            };
            starts.push(start);
        }
        if !self.guarded {
            self.sat.clause(&starts);
        }
        let runs = totalizer(self.sat, &starts, most + 2, Ways::Both);
        if let Some(&too_many) = runs.get(most + 1) {
            self.sat.clause(&[-too_many]);
        }
        runs.into_iter().take(most + 1).skip(1).collect()
    }

    /// Without a break a participant's day is one stretch as long as their meetings: implied, but
    /// the solver sees it far sooner when it is said. `broken` is "at least one break".
    fn one_stretch(&mut self, p: usize, busy: &[Option<Lit>], broken: Lit) {
        let held = self.shape.meetings_of[p].len();
        let begun = self.running_any(busy.iter().copied());
        let mut to_come = self.running_any(busy.iter().rev().copied());
        to_come.reverse();
        for (t, &begun) in begun.iter().enumerate() {
            let after = to_come.get(t + held).copied().flatten();
            // Who has not begun by `t` cannot be done before `t + held`.
            let clause: Vec<Lit> = begun.into_iter().chain(after).collect();
            self.sat.clause(&clause);
            let Some(begun) = begun else { continue };
            if let Some(after) = after {
                self.sat.clause(&[broken, -begun, -after]);
            }
            if let Some(to_come) = to_come[t] {
                let mut clause = vec![broken, -begun, -to_come];
                clause.extend(busy[t]);
                self.sat.clause(&clause);
            }
        }
    }

    /// For each literal of `list`: whether it or one before it holds.
    fn running_any(&mut self, list: impl Iterator<Item = Option<Lit>>) -> Vec<Option<Lit>> {
        let mut any = None;
        list.map(|literal| {
            any = self.either(any, literal);
            any
        })
        .collect()
    }

    /// A literal that holds exactly when `a` or `b` does.
    fn either(&mut self, a: Option<Lit>, b: Option<Lit>) -> Option<Lit> {
        match (a, b) {
            (None, other) | (other, None) => other,
            (Some(a), Some(b)) => {
                let any = self.sat.fresh();
                self.sat.clause(&[-a, any]);
                self.sat.clause(&[-b, any]);
                self.sat.clause(&[-any, a, b]);
                Some(any)
            }
        }
    }

    fn tables(&mut self) -> Result<(), TooMuch> {
        let clusters = clusters(self.shape);
        let pairs = self.shape.people.iter().all(|people| people.len() == 2);
        for t in 0..self.shape.slots {
            self.go_on()?;
            let tables = self.shape.tables;
            let unless = self.unless(Demand::Tables(t));
            let mut held = Vec::new();
            for cluster in &clusters {
                held.extend(self.any_of(&self.in_slot(cluster, t)));
            }
            if held.len() > tables {
                let count = totalizer(self.sat, &held, tables + 1, Ways::Up);
                self.sat.clause(&[unless.as_slice(), &[-count[tables]]].concat());
            }
            let busy: Vec<Lit> = self.busy.iter().filter_map(|busy| busy[t]).collect();
            if pairs && busy.len() > 2 * tables {
                self.go_on()?;
                let count = totalizer(self.sat, &busy, 2 * tables + 1, Ways::Both);
                self.sat.clause(&[unless.as_slice(), &[-count[2 * tables]]].concat());
                for pair in count[..2 * tables].chunks_exact(2) {
                    self.sat.clause(&[-pair[0], pair[1]]);
                }
            }
        }
        Ok(())
    }

    /// A literal that holds if one of `literals` does.
    fn any_of(&mut self, literals: &[Lit]) -> Option<Lit> {
        match literals {
            [] => None,
            [only] => Some(*only),
            _ => {
                let any = self.sat.fresh();
                for &literal in literals {
                    self.sat.clause(&[-literal, any]);
                }
                Some(any)
            }
        }
    }

    fn precedences(&mut self) -> Result<(), TooMuch> {
        for (i, precedence) in self.problem.precedences.iter().enumerate() {
            self.go_on()?;
            let before = self.out.x[precedence.before].clone();
            let after = self.out.x[precedence.after].clone();
            for &(early, x) in &before {
                for &(_, y) in after.iter().filter(|&&(late, _)| late <= early) {
                    self.demand(Demand::Order(i), &[-x, -y]);
                }
            }
        }
        Ok(())
    }

    fn fairness(&mut self) {
        let Some(limit) = self.shape.fairness.and_then(|d| usize::try_from(d).ok()) else {
            return;
        };
        let breaks = std::mem::take(&mut self.out.breaks);
        // Somebody who can have no breaks at all keeps everyone else at the limit.
        if breaks.iter().any(Vec::is_empty) {
            for over in breaks.iter().filter_map(|list| list.get(limit)) {
                self.demand(Demand::Fairness, &[-over]);
            }
        } else {
            let top = breaks.iter().map(Vec::len).max().unwrap_or(0);
            let everyone: Vec<Lit> = (0..top).map(|_| self.sat.fresh()).collect();
            for (j, &all) in everyone.iter().enumerate() {
                for list in &breaks {
                    let mut clause = vec![-all];
                    clause.extend(list.get(j));
                    self.sat.clause(&clause);
                }
            }
            for list in &breaks {
                for (j, &some) in list.iter().enumerate().skip(limit) {
                    self.demand(Demand::Fairness, &[-some, everyone[j - limit]]);
                }
            }
        }
        self.out.breaks = breaks;
    }
}

/// Meetings in groups that share a participant, the largest first: of each group at most one is in
/// a slot, so one literal counts for all (JAIR 74, section 4.5.2).
fn clusters(shape: &Shape) -> Vec<Vec<usize>> {
    let mut left: Vec<Vec<usize>> = shape.meetings_of.clone();
    let mut clusters = Vec::new();
    let mut taken = vec![false; shape.meetings()];
    loop {
        let largest = (0..left.len()).max_by_key(|&p| (left[p].len(), std::cmp::Reverse(p)));
        let Some(group) = largest.map(|p| std::mem::take(&mut left[p])) else { break };
        if group.is_empty() {
            break;
        }
        for &m in &group {
            taken[m] = true;
            for &p in &shape.people[m] {
                left[p].retain(|&x| !taken[x]);
            }
        }
        clusters.push(group);
    }
    clusters
}
