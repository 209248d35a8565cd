//! What no choice of people can surpass.
//!
//! Method: each suggestion's worth is split between its two people. Whoever is invited brings at
//! most the sum of its best shares, as many as it can meet; the best people by that, within
//! capacity and quotas, are worth at least as much as any choice. The split is improved by
//! subgradients: where only one of the two takes its share, that share shrinks.

use super::graph::Graph;
use crate::words::{signed, unsigned};

/// Rounds of improving the split.
const ROUNDS: usize = 300;

/// A split and what it proves.
#[derive(Debug, Clone)]
pub(crate) struct Relaxed {
    /// The share of the first person of each edge.
    pub(crate) shares: Vec<i64>,
    /// No choice is worth more.
    pub(crate) bound: i64,
}

/// What is decided about people: in, out, or open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    In,
    Out,
    Open,
}

/// The relaxed choice.
#[derive(Debug)]
pub(crate) struct Pick {
    pub(crate) worth: i64,
    pub(crate) is_in: Vec<bool>,
    /// What each person brings.
    pub(crate) brings: Vec<i64>,
}

/// A bound for everything; `reached` is known to be possible.
pub(crate) fn bound(graph: &Graph<'_>, reached: i64) -> Relaxed {
    let fates: Vec<Fate> = (0..graph.people())
        .map(|i| match (graph.must(i), graph.can_come(i)) {
            (true, _) => Fate::In,
            (false, true) => Fate::Open,
            (false, false) => Fate::Out,
        })
        .collect();
    let mut shares: Vec<i64> = graph.edges.iter().map(|edge| edge.worth / 2).collect();
    let mut best = Relaxed { shares: shares.clone(), bound: i64::MAX };
    let rounds = ROUNDS.min(10_000_000 / (graph.edges.len() + graph.people()).max(1));
    for _ in 0..rounds.max(1) {
        let Some(pick) = pick(graph, &shares, &fates) else { break };
        if pick.worth < best.bound {
            best = Relaxed { shares: shares.clone(), bound: pick.worth };
        }
        if best.bound <= reached {
            break;
        }
        improve(graph, &mut shares, &pick, reached);
    }
    best.bound = best.bound.max(reached);
    best
}

/// Shares of edges that count at each end.
fn taken(
    graph: &Graph<'_>,
    shares: &[i64],
    person: usize,
    fates: Option<&[Fate]>,
) -> Vec<(i64, usize)> {
    let mut all: Vec<(i64, usize)> = graph.at[person]
        .iter()
        .filter(|&&e| {
            let other = graph.edges[e].a + graph.edges[e].b - person;
            fates.is_none_or(|fates| fates[other] != Fate::Out)
        })
        .map(|&e| {
            let edge = graph.edges[e];
            (if edge.a == person { shares[e] } else { edge.worth - shares[e] }, e)
        })
        .filter(|&(share, _)| share > 0)
        .collect();
    all.sort_unstable_by_key(|&(share, e)| (std::cmp::Reverse(share), e));
    all.truncate(graph.caps[person]);
    all
}

/// The best people under the split; none if quotas, capacity and fates contradict each other.
pub(crate) fn pick(graph: &Graph<'_>, shares: &[i64], fates: &[Fate]) -> Option<Pick> {
    let brings: Vec<i64> = (0..graph.people())
        .map(|i| match fates[i] {
            Fate::Out => 0,
            Fate::In | Fate::Open => {
                taken(graph, shares, i, Some(fates)).iter().map(|(share, _)| share).sum()
            }
        })
        .collect();
    let mut is_in: Vec<bool> = fates.iter().map(|&fate| fate == Fate::In).collect();
    let mut counts = graph.by_kind(&is_in);
    let mut seats = graph.capacity.checked_sub(counts.iter().sum())?;
    if counts.iter().zip(&graph.quotas).any(|(count, (_, max))| count > max) {
        return None;
    }
    let mut order: Vec<usize> = (0..graph.people()).filter(|&i| fates[i] == Fate::Open).collect();
    order.sort_by_key(|&i| (std::cmp::Reverse(brings[i]), i));
    // Those who fill minimums first, then whoever brings most.
    for &i in &order {
        let kind = graph.kinds[i];
        if counts[kind] < graph.quotas[kind].0 {
            seats = seats.checked_sub(1)?;
            counts[kind] += 1;
            is_in[i] = true;
        }
    }
    if counts.iter().zip(&graph.quotas).any(|(count, (min, _))| count < min) {
        return None;
    }
    for &i in &order {
        let kind = graph.kinds[i];
        if seats > 0 && !is_in[i] && brings[i] > 0 && counts[kind] < graph.quotas[kind].1 {
            seats -= 1;
            counts[kind] += 1;
            is_in[i] = true;
        }
    }
    let worth = (0..graph.people()).filter(|&i| is_in[i]).map(|i| brings[i]).sum();
    Some(Pick { worth, is_in, brings })
}

fn improve(graph: &Graph<'_>, shares: &mut [i64], pick: &Pick, reached: i64) {
    // +1 where only the first takes its share, -1 where only the second does.
    let mut slopes = vec![0_i64; shares.len()];
    for i in (0..graph.people()).filter(|&i| pick.is_in[i]) {
        for (_, e) in taken(graph, shares, i, None) {
            slopes[e] += if graph.edges[e].a == i { 1 } else { -1 };
        }
    }
    let norm = signed(slopes.iter().filter(|&&slope| slope != 0).count()).max(1);
    let step = ((pick.worth - reached) / norm).max(1);
    for (e, slope) in slopes.into_iter().enumerate() {
        shares[e] = (shares[e] - slope * step).clamp(0, graph.edges[e].worth);
    }
    debug_assert!(unsigned(step) > 0);
}
