//! Who hosts in which turn: all sequences of parties where they are few, else rotation and local
//! search.

use super::dates::{self, Dated};
use super::days::Days;
use super::model::{Model, Off};
use super::order;
use super::themes;
use crate::random::Random;
use crate::words::{signed, unsigned};
use std::collections::BTreeMap;

/// Most sequences that are tried one by one.
const MAX_SEQUENCES: usize = 20_000;
/// Steps all searches for dates may take together.
const MAX_STEPS: usize = 400_000_000;
/// Restarts of the local search.
const ROUNDS: usize = 200;

/// Parts changed, difference, squares, waits, squared days between stops, points of themes times
/// -1, days from the start, empty seats.
pub(crate) type Key = [i64; 8];

/// A season found.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// Stops by turn.
    pub(crate) order: Vec<usize>,
    /// Parties by turn.
    pub(crate) parties: Vec<usize>,
    /// Even positions by turn.
    pub(crate) positions: Vec<i64>,
    pub(crate) dated: Dated,
    /// Themes by turn.
    pub(crate) themes: Vec<Option<usize>>,
    pub(crate) key: Key,
    /// Whether no season is better on any level, with stops in this order.
    pub(crate) is_proved: bool,
}

struct Search<'a> {
    model: &'a Model<'a>,
    order: Vec<usize>,
    positions: Vec<i64>,
    /// Parties and their days by turn.
    choices: Vec<Vec<(usize, Days)>>,
    latest: Vec<i64>,
    counts: Vec<i64>,
    /// What one hosting of each host counts.
    units: Vec<i64>,
    /// The day from which each host has waited.
    since: Vec<i64>,
    evaluations: BTreeMap<Vec<usize>, Option<Dated>>,
    steps_left: usize,
    /// Whether a search was left out for want of steps.
    is_spent: bool,
}

/// The best season that is found; none if there is none.
pub(crate) fn search(model: &Model<'_>) -> Option<Found> {
    let order = order::nicest(model)?;
    let keeps = !model.problem.previous.is_empty();
    if keeps && let Some(found) = Search::new(model, order.clone(), true).run() {
        return Some(Found { is_proved: false, ..found });
    }
    Search::new(model, order, false).run()
}

/// Hostings before the season, by host.
pub(crate) fn past_counts(model: &Model<'_>) -> Vec<i64> {
    let of = model.problem.hosts.iter();
    of.map(|h| h.past_count.map_or(signed(h.past.len()), i64::from)).collect()
}

/// What one hosting counts by host, so that equal shares count equally.
pub(crate) fn units(model: &Model<'_>) -> Vec<i64> {
    let weights = model.problem.hosts.iter().map(|h| i64::from(h.weight.max(1)));
    let whole = weights.clone().fold(1, |a, b| a / gcd(a, b) * b);
    weights.map(|w| whole / w).collect()
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The day from which each host has waited: its last hosting, or the earliest such day of others.
pub(crate) fn since(model: &Model<'_>) -> Vec<i64> {
    let last: Vec<Option<i64>> = model
        .problem
        .hosts
        .iter()
        .map(|h| h.past.iter().max().map(|&date| model.day(date)))
        .collect();
    let earliest = last.iter().flatten().copied().min().unwrap_or(-1);
    last.into_iter().map(|day| day.unwrap_or(earliest)).collect()
}

/// Even positions: fixed dates stay, the rest is spread evenly between them.
fn positions(model: &Model<'_>, order: &[usize]) -> Vec<i64> {
    let fixed = |k: usize| model.problem.stops[order[k]].date.map(|date| model.day(date));
    let mut positions = Vec::with_capacity(order.len());
    let (mut from, mut start) = (-1, -1);
    for k in 0..order.len() {
        let next = (k..order.len()).find_map(|j| fixed(j).map(|day| (signed(j), day)));
        let (to, end) = next.unwrap_or((signed(order.len()), signed(model.span)));
        let at = start + (end - start) * (signed(k) - from) / (to - from);
        positions.push(at);
        if fixed(k).is_some() {
            (from, start) = (signed(k), at);
        }
    }
    positions
}

impl<'a> Search<'a> {
    fn new(model: &'a Model<'a>, order: Vec<usize>, keeps: bool) -> Self {
        let off = Off::new();
        let choices: Vec<Vec<(usize, Days)>> = order
            .iter()
            .map(|&stop| {
                let all = model.choices(stop, &off).iter();
                let all: Vec<_> = all.map(|&p| (p, model.allowed(stop, p))).collect();
                let kept = model.before[stop].as_ref().filter(|_| keeps).and_then(|before| {
                    let same =
                        |p: usize| before.party.as_ref().is_some_and(|x| *x == model.parties[p]);
                    all.iter().find(|(p, days)| same(*p) && days.has(before.day))
                });
                kept.map_or(all.clone(), |kept| vec![kept.clone()])
            })
            .collect();
        let any: Vec<Days> = choices
            .iter()
            .map(|turn| {
                let mut days = Days::none(model.span);
                for (_, more) in turn {
                    days.join(more);
                }
                days
            })
            .collect();
        Self {
            model,
            positions: positions(model, &order),
            latest: dates::latest(model, &any),
            order,
            choices,
            counts: past_counts(model),
            units: units(model),
            since: since(model),
            evaluations: BTreeMap::new(),
            steps_left: MAX_STEPS,
            is_spent: false,
        }
    }

    fn run(mut self) -> Option<Found> {
        let sequences = self
            .choices
            .iter()
            .try_fold(1_usize, |n, turn| n.checked_mul(turn.len()).filter(|&n| n <= MAX_SEQUENCES));
        let found = if sequences.is_some() { self.try_all() } else { self.improve() };
        found.map(|mut found| {
            found.positions.clone_from(&self.positions);
            found
        })
    }

    /// Places of choices as parties.
    fn parties(&self, picks: &[usize]) -> Vec<usize> {
        picks.iter().enumerate().map(|(k, &c)| self.choices[k][c].0).collect()
    }

    /// Whether there are dates for the first turns that leave some for the rest.
    fn reaches(&self, picks: &[usize]) -> bool {
        let spacing = self.model.spacing(&Off::new());
        let mut day = -spacing;
        for (k, &c) in picks.iter().enumerate() {
            match self.choices[k][c].1.first_from(day + spacing) {
                Some(next) if next <= self.latest[k] => day = next,
                Some(_) | None => return false,
            }
        }
        true
    }

    /// Hosts changed, difference, squares, waits.
    fn head(&self, picks: &[usize]) -> [i64; 4] {
        let mut counts = self.counts.clone();
        let mut since = self.since.clone();
        let (mut changed, mut waits) = (0, 0);
        for (k, &c) in picks.iter().enumerate() {
            let party = &self.model.parties[self.choices[k][c].0];
            for &h in party {
                counts[h] += 1;
                let wait = self.positions[k] - since[h];
                waits += wait * wait;
                since[h] = self.positions[k];
            }
            let before = self.model.before[self.order[k]].as_ref();
            changed += i64::from(before.is_some_and(|b| b.party.as_ref() != Some(party)));
        }
        let span = signed(self.model.span);
        waits += since.iter().map(|day| (span - day) * (span - day)).sum::<i64>();
        let scaled = || counts.iter().zip(&self.units).map(|(c, u)| c * u);
        let difference = scaled().max().unwrap_or(0) - scaled().min().unwrap_or(0);
        let squares = counts.iter().zip(&self.units).map(|(c, u)| c * c * u).sum();
        [changed, difference, squares, waits]
    }

    /// Books steps; none if they are used up.
    fn book(&mut self, steps: usize) -> Option<()> {
        let left = self.steps_left.checked_sub(steps);
        self.is_spent |= left.is_none();
        self.steps_left = left?;
        Some(())
    }

    /// Everything that follows from a sequence; none if it has no dates or themes, or the steps
    /// are used up.
    fn complete(&mut self, picks: &[usize]) -> Option<Found> {
        let parties = self.parties(picks);
        let themes = self.model.problem.themes.len() * self.order.len();
        self.book(themes * picks.len() * picks.len())?;
        let alike = self.alike(picks);
        let dated = if let Some(known) = self.evaluations.get(&alike) {
            known.clone()
        } else {
            let steps = dates::steps(self.model, self.order.len());
            self.book(steps)?;
            let dated = dates::choose(self.model, &self.order, &parties);
            self.evaluations.insert(alike, dated.clone());
            dated
        }?;
        let (themes, theme_moves, points) =
            themes::choose(self.model, &self.order, &parties, &Off::new())?;
        let head = self.head(picks);
        let [moved, gaps, days, spare] = dated.cost;
        let moves = head[0] + moved + theme_moves;
        let key = [moves, head[1], head[2], head[3], gaps, -points, days, spare];
        let (order, positions) = (self.order.clone(), Vec::new());
        Some(Found { order, parties, positions, dated, themes, key, is_proved: false })
    }

    /// What dates depend on: picks, where those with the same days and no venues count as one.
    fn alike(&self, picks: &[usize]) -> Vec<usize> {
        let first = |k: usize, c: usize| {
            let turn = &self.choices[k];
            let has_venues = |c: usize| self.model.fitting(self.order[k], turn[c].0).is_some();
            (0..=c)
                .find(|&d| d == c || (turn[d].1 == turn[c].1 && !has_venues(d) && !has_venues(c)))
                .unwrap_or(c)
        };
        picks.iter().enumerate().map(|(k, &c)| first(k, c)).collect()
    }

    fn try_all(&mut self) -> Option<Found> {
        let mut all: Vec<([i64; 4], Vec<usize>)> = Vec::new();
        let mut picks = Vec::new();
        self.gather(&mut picks, &mut all);
        all.sort_unstable();
        let mut best: Option<Found> = None;
        let mut is_proved = true;
        for (head, picks) in all {
            // The head is the least its whole key can be.
            if best.as_ref().is_some_and(|best| head[..] > best.key[..4]) {
                break;
            }
            match self.complete(&picks) {
                Some(found) if best.as_ref().is_none_or(|best| found.key < best.key) => {
                    best = Some(found);
                }
                Some(_) => {}
                None => is_proved &= !self.is_spent,
            }
        }
        best.map(|best| Found { is_proved, ..best })
    }

    fn gather(&self, picks: &mut Vec<usize>, all: &mut Vec<([i64; 4], Vec<usize>)>) {
        if picks.len() == self.order.len() {
            all.push((self.head(picks), picks.clone()));
            return;
        }
        for c in 0..self.choices[picks.len()].len() {
            picks.push(c);
            if self.reaches(picks) {
                self.gather(picks, all);
            }
            picks.pop();
        }
    }

    /// Rotation: in each turn the party whose hosts have hosted least, then waited longest.
    fn rotate(&self) -> Option<Vec<usize>> {
        let mut counts: Vec<i64> = self.counts.clone();
        let mut since = self.since.clone();
        let mut picks: Vec<usize> = Vec::new();
        for k in 0..self.order.len() {
            let mut options: Vec<(i64, i64, usize)> = (0..self.choices[k].len())
                .map(|c| {
                    let hosts = &self.model.parties[self.choices[k][c].0];
                    let most = hosts.iter().map(|&h| counts[h] * self.units[h]).max().unwrap_or(0);
                    let last = hosts.iter().map(|&h| since[h]).max().unwrap_or(0);
                    (most, last, c)
                })
                .collect();
            options.sort_unstable();
            let fits = |c: usize| {
                let mut longer = picks.clone();
                longer.push(c);
                self.reaches(&longer)
            };
            let c = options.into_iter().map(|(.., c)| c).find(|&c| fits(c))?;
            picks.push(c);
            for &h in &self.model.parties[self.choices[k][c].0] {
                counts[h] += 1;
                since[h] = self.positions[k];
            }
        }
        Some(picks)
    }

    /// Sequences that differ in one turn or by an exchange of two.
    fn neighbours(&self, picks: &[usize]) -> Vec<Vec<usize>> {
        let mut all = Vec::new();
        for k in 0..picks.len() {
            for c in (0..self.choices[k].len()).filter(|&c| c != picks[k]) {
                let mut other = picks.to_vec();
                other[k] = c;
                all.push(other);
            }
            for j in k + 1..picks.len() {
                if let Some(other) = self.exchanged(picks, k, j) {
                    all.push(other);
                }
            }
        }
        all
    }

    fn exchanged(&self, picks: &[usize], k: usize, j: usize) -> Option<Vec<usize>> {
        let (a, b) = (self.choices[k][picks[k]].0, self.choices[j][picks[j]].0);
        if a == b {
            return None;
        }
        let mut other = picks.to_vec();
        other[k] = self.choices[k].iter().position(|(p, _)| *p == b)?;
        other[j] = self.choices[j].iter().position(|(p, _)| *p == a)?;
        Some(other)
    }

    /// Goes to better sequences while there is one.
    fn descend(&self, mut picks: Vec<usize>) -> Vec<usize> {
        let mut head = self.head(&picks);
        loop {
            let next = self
                .neighbours(&picks)
                .into_iter()
                .map(|other| (self.head(&other), other))
                .filter(|(better, other)| *better < head && self.reaches(other))
                .min();
            let Some((better, other)) = next else { return picks };
            (head, picks) = (better, other);
        }
    }

    fn improve(&mut self) -> Option<Found> {
        let mut picks = self.descend(self.rotate()?);
        let mut random = Random::new(1);
        // A large neighbourhood is searched less often.
        let size = self.neighbours(&picks).len().max(1);
        for _ in 0..ROUNDS.min(200_000 / size).max(5) {
            let mut other = picks.clone();
            for _ in 0..3 {
                let k = random.below(other.len());
                other[k] = random.below(self.choices[k].len());
            }
            if !self.reaches(&other) {
                continue;
            }
            let other = self.descend(other);
            if self.head(&other) < self.head(&picks) {
                picks = other;
            }
        }
        let mut best = self.complete(&picks);
        let head = self.head(&picks);
        for other in self.neighbours(&picks) {
            let is_equal = self.head(&other) == head && self.reaches(&other);
            if !is_equal {
                continue;
            }
            if let Some(found) = self.complete(&other)
                && best.as_ref().is_none_or(|best| found.key < best.key)
            {
                best = Some(found);
            }
        }
        best
    }
}

/// The least difference of hosting counts that any season has; 0 where hosts have different
/// shares.
///
/// Each stop adds one hosting for each host of its party; handing out that many one by one, always
/// to who has fewest, gives the least difference of all.
pub(crate) fn difference_bound(model: &Model<'_>) -> i64 {
    let off = Off::new();
    if units(model).iter().any(|&unit| unit != 1) {
        return 0;
    }
    let sizes = |s: usize| model.choices(s, &off).iter().map(|&p| model.parties[p].len());
    let stops = 0..model.problem.stops.len();
    let fewest: usize = stops.clone().map(|s| sizes(s).min().unwrap_or(0)).sum();
    let most: usize = stops.map(|s| sizes(s).max().unwrap_or(0)).sum();
    let mut counts = past_counts(model);
    let mut least = i64::MAX;
    for handed in 0..=most {
        let top = counts.iter().max().copied().unwrap_or(0);
        let low = counts.iter().min().copied().unwrap_or(0);
        if handed >= fewest {
            least = least.min(top - low);
        }
        if let Some(count) = counts.iter_mut().min() {
            *count += 1;
        }
    }
    debug_assert!(unsigned(least) < usize::MAX);
    least
}
