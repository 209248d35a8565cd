//! Choosing people: greedy starts, then adding, dropping and exchanging.

use super::graph::{Choice, Graph};
use crate::random::Random;

/// People and pairs looked at on each side of an exchange.
const WIDTH: usize = 30;
/// Restarts from a shaken choice.
const SHAKES: usize = 30;

/// A choice being made.
#[derive(Debug, Clone)]
pub(crate) struct Seats<'a> {
    graph: &'a Graph<'a>,
    is_in: Vec<bool>,
    counts: Vec<usize>,
    free: usize,
}

impl<'a> Seats<'a> {
    /// Those who must be invited, and nobody else.
    pub(crate) fn new(graph: &'a Graph<'a>) -> Self {
        let is_in: Vec<bool> = (0..graph.people()).map(|i| graph.must(i)).collect();
        let counts = graph.by_kind(&is_in);
        let free = graph.capacity.saturating_sub(counts.iter().sum());
        Self { graph, is_in, counts, free }
    }

    /// Those who are in `choice`.
    pub(crate) fn of(graph: &'a Graph<'a>, choice: &Choice) -> Self {
        let mut seats = Self::new(graph);
        for (i, &is_in) in choice.is_in.iter().enumerate() {
            if is_in && !seats.is_in[i] {
                seats.add(i);
            }
        }
        seats
    }

    /// Whether `person` can be added so that the minimums can still be met.
    fn can_add(&self, person: usize) -> bool {
        let kind = self.graph.kinds[person];
        let (min, max) = self.graph.quotas[kind];
        let missing: usize = self
            .counts
            .iter()
            .zip(&self.graph.quotas)
            .map(|(count, (min, _))| min.saturating_sub(*count))
            .sum();
        let fills = usize::from(self.counts[kind] < min);
        !self.is_in[person]
            && self.graph.can_come(person)
            && self.counts[kind] < max
            && self.free > missing - fills
    }

    fn add(&mut self, person: usize) {
        self.is_in[person] = true;
        self.counts[self.graph.kinds[person]] += 1;
        self.free -= 1;
    }

    pub(crate) fn can_drop(&self, person: usize) -> bool {
        let kind = self.graph.kinds[person];
        self.is_in[person]
            && !self.graph.must(person)
            && self.counts[kind] > self.graph.quotas[kind].0
    }

    fn drop(&mut self, person: usize) {
        self.is_in[person] = false;
        self.counts[self.graph.kinds[person]] -= 1;
        self.free += 1;
    }

    /// Fills minimums with whoever has most to gain, the first of equal ones.
    fn fill(&mut self) {
        let mut order: Vec<usize> = (0..self.graph.people()).collect();
        let gain = |&i: &usize| std::cmp::Reverse(potential(self.graph, &self.is_in, i));
        order.sort_by_cached_key(gain);
        for i in order {
            let kind = self.graph.kinds[i];
            if self.counts[kind] < self.graph.quotas[kind].0 && self.can_add(i) {
                self.add(i);
            }
        }
    }

    /// Drops whoever meets nobody and need not be there.
    fn tidy(&mut self) {
        let choice = self.graph.matched(self.is_in.clone());
        let mut meets = vec![false; self.is_in.len()];
        for &e in &choice.matches {
            meets[self.graph.edges[e].a] = true;
            meets[self.graph.edges[e].b] = true;
        }
        for (i, meets) in meets.into_iter().enumerate() {
            if !meets && self.can_drop(i) {
                self.drop(i);
            }
        }
    }
}

/// The best matches a person could have with those who are in.
fn potential(graph: &Graph<'_>, is_in: &[bool], person: usize) -> i64 {
    let of = graph.at[person].iter().map(|&e| graph.edges[e]);
    let of = of.filter(|edge| is_in[edge.a + edge.b - person]).take(graph.caps[person]);
    of.map(|edge| edge.worth).sum()
}

/// The best suggestion first; see [`super::greedy`].
pub(crate) fn by_suggestion(graph: &Graph<'_>) -> Choice {
    let mut seats = Seats::new(graph);
    let mut left = graph.caps.clone();
    for edge in &graph.edges {
        if left[edge.a] == 0 || left[edge.b] == 0 {
            continue;
        }
        let before = seats.clone();
        let mut is_fine = true;
        for person in [edge.a, edge.b] {
            if !seats.is_in[person] {
                is_fine = is_fine && seats.can_add(person);
                if is_fine {
                    seats.add(person);
                }
            }
        }
        if is_fine {
            left[edge.a] -= 1;
            left[edge.b] -= 1;
        } else {
            seats = before;
        }
    }
    seats.fill();
    graph.matched(seats.is_in)
}

/// Whoever gains most with those who are in, one after the other; the first by all it could gain.
fn by_person(graph: &Graph<'_>) -> Choice {
    let mut seats = Seats::new(graph);
    let everybody = vec![true; graph.people()];
    while seats.free > 0 {
        let gain = |i: usize| {
            (
                potential(graph, &seats.is_in, i),
                potential(graph, &everybody, i),
                std::cmp::Reverse(i),
            )
        };
        let open = (0..graph.people()).filter(|&i| seats.can_add(i));
        let Some(next) = open.max_by_key(|&i| gain(i)) else { break };
        if gain(next).1 == 0 {
            break;
        }
        seats.add(next);
    }
    seats.fill();
    graph.matched(seats.is_in)
}

/// People by lot, as many as there are seats.
pub(crate) fn by_lot(graph: &Graph<'_>, random: &mut Random) -> Choice {
    let mut seats = Seats::new(graph);
    let mut order: Vec<usize> = (0..graph.people()).collect();
    for last in (1..order.len()).rev() {
        order.swap(last, random.below(last + 1));
    }
    for i in order {
        if seats.can_add(i) {
            seats.add(i);
        }
    }
    graph.matched(seats.is_in)
}

/// The best choice found.
pub(crate) fn search(graph: &Graph<'_>) -> Choice {
    let mut steps = graph.problem.steps;
    let mut best = by_suggestion(graph);
    // Quadratic in people: left out where that would take long.
    if graph.people() * graph.capacity.min(graph.people()) <= 1_000_000 {
        let other = by_person(graph);
        if other.worth > best.worth {
            best = other;
        }
    }
    best = improve(graph, best, &mut steps);
    let mut random = Random::new(1);
    for _ in 0..SHAKES {
        if steps == 0 || graph.people() == 0 {
            break;
        }
        let shaken = shake(graph, &best, &mut random);
        let found = improve(graph, shaken, &mut steps);
        if found.worth > best.worth {
            best = found;
        }
    }
    let mut seats = Seats::of(graph, &best);
    seats.tidy();
    graph.matched(seats.is_in)
}

/// A few people out, then whoever fits in by lot.
fn shake(graph: &Graph<'_>, choice: &Choice, random: &mut Random) -> Choice {
    let mut seats = Seats::of(graph, choice);
    let n = graph.people();
    for _ in 0..4 {
        let out = random.below(n);
        if seats.can_drop(out) {
            seats.drop(out);
        }
    }
    for _ in 0..8 {
        let new = random.below(n);
        if seats.can_add(new) {
            seats.add(new);
        }
    }
    graph.matched(seats.is_in)
}

/// Improves until nothing gains or the steps are used up.
pub(crate) fn improve(graph: &Graph<'_>, start: Choice, steps: &mut u64) -> Choice {
    let mut best = start;
    while let Some(better) = improved(graph, &best, steps) {
        best = better;
    }
    best
}

/// People in by what they bring, least first; people and pairs out by what they could bring.
fn improved(graph: &Graph<'_>, choice: &Choice, steps: &mut u64) -> Option<Choice> {
    let mut seats = Seats::of(graph, choice);
    seats.tidy();
    let base = graph.worth_by_greed(&seats.is_in);
    let mut brings = vec![0_i64; graph.people()];
    for &e in &choice.matches {
        brings[graph.edges[e].a] += graph.edges[e].worth;
        brings[graph.edges[e].b] += graph.edges[e].worth;
    }
    let mut ins: Vec<usize> = (0..graph.people()).filter(|&i| seats.is_in[i]).collect();
    ins.sort_by_key(|&i| (brings[i], i));
    ins.truncate(WIDTH);
    let pairs = newcomers(graph, &seats);
    let cost = u64::try_from(graph.edges.len()).unwrap_or(u64::MAX).max(1);
    for newcomers in pairs {
        for leavers in leavers(&ins, newcomers.len()) {
            if *steps < cost {
                *steps = 0;
                return None;
            }
            let Some(other) = exchanged(&seats, &leavers, &newcomers) else { continue };
            *steps -= cost;
            if graph.worth_by_greed(&other.is_in) > base {
                let found = graph.matched(other.is_in);
                if found.worth > choice.worth {
                    return Some(found);
                }
            }
        }
    }
    None
}

/// People who could come in: one by one, and both ends of suggestions.
fn newcomers(graph: &Graph<'_>, seats: &Seats<'_>) -> Vec<Vec<usize>> {
    let mut outs: Vec<(i64, usize)> = (0..graph.people())
        .filter(|&i| !seats.is_in[i] && graph.can_come(i))
        .map(|i| (potential(graph, &seats.is_in, i), i))
        .filter(|&(gain, _)| gain > 0)
        .collect();
    outs.sort_by_key(|&(gain, i)| (std::cmp::Reverse(gain), i));
    let single = outs.into_iter().take(WIDTH).map(|(_, i)| vec![i]);
    let pairs = graph.edges.iter().filter(|edge| !seats.is_in[edge.a] && !seats.is_in[edge.b]);
    single.chain(pairs.take(WIDTH).map(|edge| vec![edge.a, edge.b])).collect()
}

/// Nobody, one, or two of those who are in.
fn leavers(ins: &[usize], most: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    all.extend(ins.iter().map(|&i| vec![i]));
    if most > 1 {
        let few = &ins[..ins.len().min(8)];
        for (k, &i) in few.iter().enumerate() {
            all.extend(few[k + 1..].iter().map(|&j| vec![i, j]));
        }
    }
    all
}

fn exchanged<'a>(seats: &Seats<'a>, leavers: &[usize], newcomers: &[usize]) -> Option<Seats<'a>> {
    let mut other = seats.clone();
    for &i in leavers {
        if seats.graph.must(i) {
            return None;
        }
        other.drop(i);
    }
    for &i in newcomers {
        if !other.can_add(i) {
            return None;
        }
        other.add(i);
    }
    let is_short =
        other.counts.iter().zip(&seats.graph.quotas).any(|(count, (min, _))| count < min);
    (!is_short).then_some(other)
}
