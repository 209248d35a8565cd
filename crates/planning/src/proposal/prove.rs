//! Branch and bound over who is invited, while the steps last.

use super::bound::{Fate, Pick, Relaxed, pick};
use super::graph::{Choice, Graph};

/// Steps of matching one leaf exactly.
const LEAF_STEPS: u64 = 200_000;

/// Most suggestions of a leaf: matching them goes as deep as there are suggestions.
const MAX_LEAF: usize = 2_000;

/// Steps one suggestion or person costs at a node: it is sorted, matched and exchanged.
const LOOKS: u64 = 40;

/// The best choice and what none surpasses.
#[derive(Debug, Clone)]
pub(crate) struct Proof {
    pub(crate) choice: Choice,
    pub(crate) bound: i64,
}

struct Tree<'a> {
    graph: &'a Graph<'a>,
    shares: &'a [i64],
    best: Choice,
    steps: u64,
    /// Whether some branch was left unproved.
    is_open: bool,
}

/// Proves `found`, or finds better, or gives up when the steps are used.
pub(crate) fn prove(graph: &Graph<'_>, found: Choice, relaxed: &Relaxed) -> Proof {
    if found.worth >= relaxed.bound {
        return Proof { bound: found.worth, choice: found };
    }
    let fates = (0..graph.people())
        .map(|i| match (graph.must(i), graph.can_come(i)) {
            (true, _) => Fate::In,
            (false, true) => Fate::Open,
            (false, false) => Fate::Out,
        })
        .collect();
    let mut tree = Tree {
        graph,
        shares: &relaxed.shares,
        best: found,
        steps: graph.problem.steps,
        is_open: false,
    };
    tree.branch(fates);
    let bound = if tree.is_open { relaxed.bound } else { tree.best.worth };
    Proof { bound: bound.max(tree.best.worth), choice: tree.best }
}

impl Tree<'_> {
    /// Lets one person in, then leaves the same one out, the last of those decided first. People
    /// decided on are kept in a list: a call within a call for each would go as deep as there are
    /// seats.
    fn branch(&mut self, mut fates: Vec<Fate>) {
        let looks = self.graph.edges.len() + fates.len();
        let cost = u64::try_from(looks).unwrap_or(u64::MAX).saturating_mul(LOOKS);
        let mut decided = Vec::new();
        loop {
            if self.steps < cost {
                self.is_open = true;
                return;
            }
            self.steps -= cost;
            if let Some(next) = self.node(&fates) {
                fates[next] = Fate::In;
                decided.push(next);
            } else if !go_back(&mut fates, &mut decided) {
                return;
            }
        }
    }

    /// Tries the relaxed choice under `fates`; the person to decide on next, none where nothing
    /// better can follow.
    fn node(&mut self, fates: &[Fate]) -> Option<usize> {
        let pick = pick(self.graph, self.shares, fates)?;
        if pick.worth <= self.best.worth {
            return None;
        }
        let Some(next) = self.branch_on(fates, &pick) else {
            self.leaf(&pick);
            return None;
        };
        let tried = self.graph.matched(pick.is_in);
        if tried.worth > self.best.worth {
            self.best = tried;
        }
        Some(next)
    }

    /// The open person who brings most, of those picked first; none where seats are taken or nobody
    /// open has anybody to meet.
    fn branch_on(&self, fates: &[Fate], pick: &Pick) -> Option<usize> {
        let taken = fates.iter().filter(|&&fate| fate == Fate::In).count();
        if taken >= self.graph.capacity {
            return None;
        }
        let could_meet = |i: usize| {
            self.graph.at[i].iter().any(|&e| {
                let edge = self.graph.edges[e];
                fates[edge.a + edge.b - i] != Fate::Out
            })
        };
        (0..fates.len())
            .filter(|&i| fates[i] == Fate::Open && (pick.is_in[i] || could_meet(i)))
            .max_by_key(|&i| (pick.is_in[i], pick.brings[i], std::cmp::Reverse(i)))
    }

    /// Nobody is open who could bring anything: the matches are found exactly, where there are few.
    fn leaf(&mut self, pick: &Pick) {
        let edges: Vec<usize> = (0..self.graph.edges.len())
            .filter(|&e| pick.is_in[self.graph.edges[e].a] && pick.is_in[self.graph.edges[e].b])
            .collect();
        if edges.len() > MAX_LEAF {
            self.is_open = true;
            return;
        }
        let mut sums = vec![0];
        for &e in &edges {
            sums.push(sums.last().copied().unwrap_or(0) + self.graph.edges[e].worth);
        }
        let mut leaf = Leaf {
            graph: self.graph,
            edges,
            sums,
            left: self.graph.caps.clone(),
            met: Vec::new(),
            worth: 0,
            best: None,
            floor: self.best.worth,
            steps: LEAF_STEPS,
        };
        leaf.go(0);
        self.is_open |= leaf.steps == 0;
        if let Some(matches) = leaf.best {
            self.best = Choice { is_in: pick.is_in.clone(), matches, worth: leaf.floor };
        }
    }
}

/// The next branch: the last person who was let in is left out; false where there is none. `decided`
/// are the people decided on, in order, who were open before.
fn go_back(fates: &mut [Fate], decided: &mut Vec<usize>) -> bool {
    while let Some(&last) = decided.last() {
        if fates[last] == Fate::In {
            fates[last] = Fate::Out;
            return true;
        }
        fates[last] = Fate::Open;
        decided.pop();
    }
    false
}

struct Leaf<'a> {
    graph: &'a Graph<'a>,
    edges: Vec<usize>,
    /// Worth of the first edges, summed.
    sums: Vec<i64>,
    left: Vec<usize>,
    met: Vec<usize>,
    worth: i64,
    best: Option<Vec<usize>>,
    floor: i64,
    steps: u64,
}

impl Leaf<'_> {
    fn go(&mut self, at: usize) {
        if self.steps == 0 {
            return;
        }
        self.steps -= 1;
        if self.worth > self.floor {
            self.floor = self.worth;
            self.best = Some(self.met.clone());
        }
        let rest = self.sums.last().copied().unwrap_or(0) - self.sums[at];
        let Some(&e) = self.edges.get(at) else { return };
        if self.worth + rest <= self.floor {
            return;
        }
        let edge = self.graph.edges[e];
        if self.left[edge.a] > 0 && self.left[edge.b] > 0 {
            self.left[edge.a] -= 1;
            self.left[edge.b] -= 1;
            self.worth += edge.worth;
            self.met.push(e);
            self.go(at + 1);
            self.met.pop();
            self.worth -= edge.worth;
            self.left[edge.a] += 1;
            self.left[edge.b] += 1;
        }
        self.go(at + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_branch_is_taken_once_the_last_decision_first() {
        let mut fates = vec![Fate::Open; 3];
        let (mut decided, mut leaves) = (Vec::new(), Vec::new());
        loop {
            if decided.len() < fates.len() {
                fates[decided.len()] = Fate::In;
                decided.push(decided.len());
                continue;
            }
            leaves.push(fates.iter().filter(|&&fate| fate == Fate::In).count());
            if !go_back(&mut fates, &mut decided) {
                break;
            }
        }
        assert_eq!(leaves, [3, 2, 2, 1, 2, 1, 1, 0]);
        assert_eq!(fates, [Fate::Open; 3]);
    }
}
