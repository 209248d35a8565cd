//! The graph of suggestions as numbers, and the best matches among chosen people.

use super::problem::{Kind, Problem};
use std::collections::BTreeMap;

/// A suggestion.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edge {
    pub(crate) a: usize,
    pub(crate) b: usize,
    /// Points times basis points.
    pub(crate) worth: i64,
    /// Index in the problem.
    pub(crate) index: usize,
}

/// Suggestions of people who can come, the most worth first.
#[derive(Debug)]
pub(crate) struct Graph<'a> {
    pub(crate) problem: &'a Problem,
    pub(crate) edges: Vec<Edge>,
    /// Indices of edges by person, the most worth first.
    pub(crate) at: Vec<Vec<usize>>,
    /// Most matches by person.
    pub(crate) caps: Vec<usize>,
    /// Kind by person: 0 to 6.
    pub(crate) kinds: Vec<usize>,
    /// Fewest and most people by kind.
    pub(crate) quotas: Vec<(usize, usize)>,
    /// Most people: those of the event, and of the largest venue where there are hosts.
    pub(crate) capacity: usize,
}

/// How many kinds there are.
const KINDS: usize = 7;

/// The number of a kind, 0 to 6.
pub(crate) fn number(kind: Kind) -> usize {
    match kind {
        Kind::CentralSoe => 0,
        Kind::LocalSoe => 1,
        Kind::PrivateFirm => 2,
        Kind::Finance => 3,
        Kind::Institute => 4,
        Kind::Department => 5,
        Kind::Other => 6,
    }
}

/// Chosen people with their matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) is_in: Vec<bool>,
    /// Indices of edges, ascending.
    pub(crate) matches: Vec<usize>,
    pub(crate) worth: i64,
}

impl<'a> Graph<'a> {
    pub(crate) fn new(problem: &'a Problem) -> Self {
        let index: BTreeMap<&str, usize> =
            problem.people.iter().enumerate().map(|(i, one)| (one.id.as_str(), i)).collect();
        let can_come = |i: usize| !problem.people[i].away;
        let mut edges: Vec<Edge> = problem
            .suggestions
            .iter()
            .enumerate()
            .filter_map(|(index_of_edge, one)| {
                let (a, b) = (*index.get(one.a.as_str())?, *index.get(one.b.as_str())?);
                let worth = i64::from(one.value_points) * i64::from(one.probability_basis_points);
                (worth > 0 && can_come(a) && can_come(b)).then_some(Edge {
                    a,
                    b,
                    worth,
                    index: index_of_edge,
                })
            })
            .collect();
        edges.sort_by_key(|edge| (std::cmp::Reverse(edge.worth), edge.index));
        let mut at = vec![Vec::new(); problem.people.len()];
        for (e, edge) in edges.iter().enumerate() {
            at[edge.a].push(e);
            at[edge.b].push(e);
        }
        let mut quotas = vec![(0, usize::MAX); KINDS];
        for quota in &problem.quotas {
            quotas[number(quota.kind)] = (quota.min, quota.max.unwrap_or(usize::MAX));
        }
        let largest = problem.hosts.iter().map(|host| host.capacity.unwrap_or(usize::MAX)).max();
        Self {
            problem,
            edges,
            at,
            caps: problem
                .people
                .iter()
                .map(|one| usize::try_from(one.capacity).unwrap_or(usize::MAX))
                .collect(),
            kinds: problem.people.iter().map(|one| number(one.kind)).collect(),
            quotas,
            capacity: problem.capacity.min(largest.unwrap_or(usize::MAX)),
        }
    }

    pub(crate) fn people(&self) -> usize {
        self.problem.people.len()
    }

    pub(crate) fn must(&self, person: usize) -> bool {
        self.problem.people[person].must_invite
    }

    pub(crate) fn can_come(&self, person: usize) -> bool {
        !self.problem.people[person].away
    }

    /// People by kind.
    pub(crate) fn by_kind(&self, is_in: &[bool]) -> Vec<usize> {
        let mut counts = vec![0; KINDS];
        for (i, _) in is_in.iter().enumerate().filter(|(_, is_in)| **is_in) {
            counts[self.kinds[i]] += 1;
        }
        counts
    }

    /// Matches among the chosen people: the most worth first, then exchanges of one for one or two
    /// that are worth more together.
    pub(crate) fn matched(&self, is_in: Vec<bool>) -> Choice {
        let mut left = self.caps.clone();
        let mut is_met = vec![false; self.edges.len()];
        for (e, edge) in self.edges.iter().enumerate() {
            if is_in[edge.a] && is_in[edge.b] && left[edge.a] > 0 && left[edge.b] > 0 {
                is_met[e] = true;
                left[edge.a] -= 1;
                left[edge.b] -= 1;
            }
        }
        self.exchange(&is_in, &mut is_met, &mut left);
        self.choice(is_in, &is_met)
    }

    /// The same without exchanges: the worth alone, fast.
    pub(crate) fn worth_by_greed(&self, is_in: &[bool]) -> i64 {
        let mut left = self.caps.clone();
        let mut worth = 0;
        for edge in &self.edges {
            if is_in[edge.a] && is_in[edge.b] && left[edge.a] > 0 && left[edge.b] > 0 {
                worth += edge.worth;
                left[edge.a] -= 1;
                left[edge.b] -= 1;
            }
        }
        worth
    }

    fn choice(&self, is_in: Vec<bool>, is_met: &[bool]) -> Choice {
        let matches: Vec<usize> = (0..self.edges.len()).filter(|&e| is_met[e]).collect();
        let worth = matches.iter().map(|&e| self.edges[e].worth).sum();
        Choice { is_in, matches, worth }
    }

    /// Gives up one match for the best two that it blocked, while that gains.
    fn exchange(&self, is_in: &[bool], is_met: &mut [bool], left: &mut [usize]) {
        for _ in 0..10 {
            let mut is_better = false;
            for e in 0..self.edges.len() {
                if !is_met[e] {
                    continue;
                }
                let Edge { a, b, worth, .. } = self.edges[e];
                let (is_met_now, left_now): (&[bool], &[usize]) = (is_met, left);
                let open = |person: usize, without: usize| {
                    self.at[person].iter().copied().find(|&f| {
                        let other = self.edges[f].a + self.edges[f].b - person;
                        f != e
                            && !is_met_now[f]
                            && is_in[other]
                            && other != without
                            && left_now[other] > 0
                    })
                };
                let (first, second) = (open(a, b), open(b, a));
                // Both may want the last place of the same third person.
                let third = |f: usize, person: usize| self.edges[f].a + self.edges[f].b - person;
                let pair: Vec<usize> = match (first, second) {
                    (Some(f), Some(g)) if third(f, a) == third(g, b) && left[third(f, a)] < 2 => {
                        vec![if self.edges[f].worth >= self.edges[g].worth { f } else { g }]
                    }
                    (f, g) => f.into_iter().chain(g).collect(),
                };
                if pair.iter().map(|&f| self.edges[f].worth).sum::<i64>() <= worth {
                    continue;
                }
                is_better = true;
                is_met[e] = false;
                left[a] += 1;
                left[b] += 1;
                for f in pair {
                    is_met[f] = true;
                    left[self.edges[f].a] -= 1;
                    left[self.edges[f].b] -= 1;
                }
            }
            if !is_better {
                return;
            }
        }
    }
}
