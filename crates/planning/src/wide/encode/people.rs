//! What concerns one participant, and the spread of breaks over all.

use super::{Demand, Encoder, TooMuch};
use crate::exact::count::{Ways, totalizer};
use crate::exact::sat::Lit;
use crate::wide::slots;

/// One representative: the meetings they may sit in, with a literal for each slot.
type Row = Vec<(usize, Vec<Lit>)>;

impl Encoder<'_, '_> {
    pub(super) fn participant(&mut self, p: usize) -> Result<(), TooMuch> {
        let asked: Vec<usize> =
            self.shape.meetings_of[p].iter().copied().filter(|&m| self.asked[m]).collect();
        self.loads(p, &asked);
        let rows = self.rows(p, &asked);
        let people = self.shape.problem.participants[p].representatives;
        let each = if rows.len() == people { 1 } else { people };
        let guard = self.guard(Demand::Seats(p));
        for row in &rows {
            for t in 0..self.shape.slots {
                let inputs: Vec<Lit> = row.iter().map(|(_, takes)| takes[t]).collect();
                self.at_most(&inputs, each, guard);
            }
            self.goes_on()?;
        }
        if rows.len() == people {
            for row in &rows {
                self.rest_and_lunch(p, row);
                self.ways(p, row);
                self.goes_on()?;
            }
        }
        Ok(())
    }

    /// Whether it matters which representative of `p` sits where.
    fn tells_apart(&self, p: usize) -> bool {
        let participant = &self.shape.problem.participants[p];
        participant.max_run_minutes.is_some()
            || !participant.lunch.is_empty()
            || self.shape.has_travel
            || self.shape.problem.spread.is_some()
    }

    /// The rows of `p`: one for each representative where it matters, else one for all.
    fn rows(&mut self, p: usize, asked: &[usize]) -> Vec<Row> {
        let people = self.shape.problem.participants[p].representatives;
        if people == 1 || !self.tells_apart(p) {
            return vec![asked.iter().map(|&m| (m, self.takes[m].clone())).collect()];
        }
        let mut rows: Vec<Row> = vec![Row::new(); people];
        for &m in asked {
            let seats: Vec<Lit> = (0..people).map(|_| self.sat.fresh()).collect();
            let mut some = vec![-self.out.held[m]];
            some.extend_from_slice(&seats);
            self.sat.clause(&some);
            crate::exact::count::at_most_one(self.sat, &seats);
            for (&seat, row) in seats.iter().zip(&mut rows) {
                let takes: Vec<Lit> = self.takes[m].clone();
                let takes = takes.iter().map(|&take| self.and(seat, take)).collect();
                row.push((m, takes));
            }
            let place = self.shape.meeting(m).participants.iter().position(|&q| q == p);
            self.out.seats[m].resize(self.shape.meeting(m).participants.len(), Vec::new());
            if let Some(list) = place.and_then(|place| self.out.seats[m].get_mut(place)) {
                *list = seats;
            }
        }
        rows
    }

    /// A literal that holds exactly where both do.
    fn and(&mut self, a: Lit, b: Lit) -> Lit {
        let both = self.sat.fresh();
        self.sat.clause(&[-a, -b, both]);
        self.sat.clause(&[-both, a]);
        self.sat.clause(&[-both, b]);
        both
    }

    /// A literal that holds exactly where one of `inputs` does.
    fn or(&mut self, inputs: &[Lit]) -> Lit {
        if let [one] = inputs {
            return *one;
        }
        let any = self.sat.fresh();
        let mut clause = vec![-any];
        for &input in inputs {
            self.sat.clause(&[-input, any]);
            clause.push(input);
        }
        self.sat.clause(&clause);
        any
    }

    /// Fewest and most meetings.
    fn loads(&mut self, p: usize, asked: &[usize]) {
        let participant = &self.shape.problem.participants[p];
        let held: Vec<Lit> = asked.iter().map(|&m| self.out.held[m]).collect();
        if let Some(max) = participant.max.filter(|&max| max < held.len()) {
            let guard = self.guard(Demand::Max(p));
            self.at_most(&held, max, guard);
        }
        if participant.min > 0 {
            let guard = self.guard(Demand::Min(p));
            self.at_least(&held, participant.min, guard);
        }
        if participant.max_per_half_day.is_none() && participant.min_per_half_day == 0 {
            return;
        }
        for half in self.shape.halves.clone() {
            let mut inputs = Vec::new();
            for &m in asked {
                let starts: Vec<Lit> = slots::iter(half).map(|t| self.out.starts[m][t]).collect();
                inputs.push(self.or(&starts));
            }
            if let Some(max) = participant.max_per_half_day.filter(|&max| max < inputs.len()) {
                let guard = self.guard(Demand::MaxPerHalfDay(p));
                self.at_most(&inputs, max, guard);
            }
            if participant.min_per_half_day > 0 && half & self.shape.present[p] != 0 {
                let guard = self.guard(Demand::MinPerHalfDay(p));
                self.at_least(&inputs, participant.min_per_half_day, guard);
            }
        }
    }

    /// For each slot whether the row is busy, exactly.
    fn busy(&mut self, row: &Row) -> Vec<Lit> {
        let inputs = |t: usize| row.iter().map(|(_, takes)| takes[t]).collect::<Vec<_>>();
        (0..self.shape.slots).map(|t| self.or(&inputs(t))).collect()
    }

    fn rest_and_lunch(&mut self, p: usize, row: &Row) {
        let participant = &self.shape.problem.participants[p];
        if row.is_empty() || (participant.max_run_minutes.is_none() && participant.lunch.is_empty())
        {
            return;
        }
        let busy = self.busy(row);
        for &set in &self.shape.lunch[p] {
            let mut clause: Vec<Lit> = slots::iter(set).map(|t| -busy[t]).collect();
            clause.push(-self.guard(Demand::Lunch(p)));
            self.sat.clause(&clause);
        }
        let Some(limit) = participant.max_run_minutes else { return };
        let guard = self.guard(Demand::Rest(p));
        for start in 0..self.shape.slots {
            let half = self.shape.halves[self.shape.half_of[start]];
            let (mut minutes, mut clause) = (0, vec![-guard]);
            for (t, &busy) in busy.iter().enumerate().skip(start) {
                if !slots::has(half, t) {
                    break;
                }
                minutes += self.shape.problem.slots[t].minutes;
                clause.push(-busy);
                if minutes > limit {
                    self.sat.clause(&clause);
                    break;
                }
            }
        }
    }

    /// No two slots of a half-day at places that lie too far apart.
    fn ways(&mut self, p: usize, row: &Row) {
        if !self.shape.has_travel || row.len() < 2 {
            return;
        }
        let travel = &self.shape.problem.travel;
        let guard = self.guard(Demand::Travel(p));
        let mut at = vec![vec![0; self.shape.slots]; travel.len()];
        for place in &mut at {
            place.fill_with(|| self.sat.fresh());
        }
        for (m, takes) in row {
            for (kind, tables) in self.shape.kinds.iter().enumerate() {
                let Some(&table) = tables.first() else { continue };
                let place = &at[self.shape.problem.tables[table].place];
                for (&here, &take) in place.iter().zip(takes) {
                    self.sat.clause(&[-take, -self.out.kinds[*m][kind], here]);
                }
            }
        }
        for (a, ways) in travel.iter().enumerate() {
            for (b, &way) in ways.iter().enumerate() {
                for t in 0..self.shape.slots {
                    let half = self.shape.halves[self.shape.half_of[t]];
                    let near = (t + 1..=(t + way)).take_while(|&later| slots::has(half, later));
                    for later in near {
                        self.sat.clause(&[-guard, -at[a][t], -at[b][later]]);
                    }
                }
            }
        }
    }

    /// The breaks of any two participants lie near each other: all lie between a number that is
    /// left open and that number plus the bound.
    pub(super) fn spread(&mut self) -> Result<(), TooMuch> {
        let Some(bound) = self.shape.problem.spread else { return Ok(()) };
        let bound = usize::try_from(bound).unwrap_or(usize::MAX);
        let mut counts = Vec::new();
        for p in 0..self.shape.problem.participants.len() {
            counts.push(self.breaks(p));
            self.goes_on()?;
        }
        let most = counts.iter().map(Vec::len).max().unwrap_or(0);
        let guard = self.guard(Demand::Spread);
        // `least[i]`: everybody has more than i breaks.
        let least: Vec<Lit> = (0..most).map(|_| self.sat.fresh()).collect();
        for count in &counts {
            for (i, &least) in least.iter().enumerate() {
                match count.get(i) {
                    Some(&has) => self.sat.clause(&[-guard, -least, has]),
                    None => self.sat.clause(&[-guard, -least]),
                }
                if let Some(&far) = i.checked_add(bound).and_then(|far| count.get(far)) {
                    self.sat.clause(&[-guard, -far, least]);
                }
            }
        }
        self.goes_on()
    }

    /// The breaks of `p` in unary, in both directions.
    fn breaks(&mut self, p: usize) -> Vec<Lit> {
        let asked: Vec<usize> =
            self.shape.meetings_of[p].iter().copied().filter(|&m| self.asked[m]).collect();
        if asked.len() < 2 {
            return Vec::new();
        }
        let mut events = Vec::new();
        for row in self.rows_again(p, &asked) {
            let busy = self.busy(&row);
            for half in self.shape.halves.clone() {
                let mut seen: Option<Lit> = None;
                let mut last: Option<Lit> = None;
                for t in slots::iter(half) {
                    if let (Some(seen), Some(last)) = (seen, last) {
                        let late = self.and(seen, busy[t]);
                        events.push(self.and(late, -last));
                    }
                    seen = Some(match seen {
                        None => busy[t],
                        Some(seen) => self.or(&[seen, busy[t]]),
                    });
                    last = Some(busy[t]);
                }
            }
        }
        totalizer(self.sat, &events, events.len(), Ways::Both)
    }

    /// The rows that [`Self::rows`] made, from the literals of the seats.
    fn rows_again(&mut self, p: usize, asked: &[usize]) -> Vec<Row> {
        let people = self.shape.problem.participants[p].representatives;
        if people == 1 {
            return vec![asked.iter().map(|&m| (m, self.takes[m].clone())).collect()];
        }
        let mut rows: Vec<Row> = vec![Row::new(); people];
        for &m in asked {
            let place = self.shape.meeting(m).participants.iter().position(|&q| q == p);
            let seats = place.and_then(|place| self.out.seats[m].get(place)).cloned();
            for (&seat, row) in seats.unwrap_or_default().iter().zip(&mut rows) {
                let takes = self.takes[m].clone();
                let takes = takes.iter().map(|&take| self.and(seat, take)).collect();
                row.push((m, takes));
            }
        }
        rows
    }
}
