//! Models whose limits are nested on each side: they stay flows, and levels are exact.
//!
//! On the left a unit goes from the hub through the limits that contain it (organisation, person,
//! kind within a person) to its pair, on the right in the same way back to the hub.

use super::Bounds;
use super::branch::{Found, Verdict};
use super::flow::{Points, narrow, wide};
use super::model::{Limit, Model, count};
use super::simplex::Network;

/// The best pairs; none if two sides or nested limits are missing.
pub(super) fn solve(model: &Model) -> Option<Verdict> {
    let (left, right) = families(model)?;
    let Some(fixed) = model.fixed() else { return Some(Verdict::Impossible(None)) };
    let largest =
        model.levels.iter().flatten().map(|points| points.unsigned_abs()).max().unwrap_or(0);
    let nodes = i128::from(narrow(left.sets.len() + right.sets.len())) + 2;
    let narrow_enough =
        i128::from(largest).saturating_mul(nodes).saturating_mul(8) < i128::from(i64::MAX);
    let chosen = if narrow_enough {
        flow::<i64>(model, &left, &right, &fixed)
    } else {
        flow::<i128>(model, &left, &right, &fixed)
    };
    Some(match chosen {
        None => Verdict::Impossible(None),
        Some(chosen) => {
            let levels = model.levels.len();
            let totals = (0..levels).map(|level| model.total(level, &chosen));
            let bounds = if levels == 0 { vec![0] } else { totals.collect() };
            Verdict::Found(Found { chosen, bounds })
        }
    })
}

/// Nested sets of pairs.
struct Family {
    sets: Vec<Set>,
    /// The smallest set that holds each pair.
    innermost: Vec<usize>,
}

struct Set {
    bounds: Bounds,
    size: usize,
    /// The smallest set that holds this one; none for the outermost.
    parent: Option<usize>,
}

/// The two families of a model; none if some limits cross.
fn families(model: &Model) -> Option<(Family, Family)> {
    let border = model.left?;
    let stars = |from: usize, to: usize, end: &dyn Fn(&(u32, u32)) -> u32| {
        let mut stars: Vec<Limit> = (from..to)
            .map(|p| Limit { name: String::new(), bounds: model.people[p], pairs: Vec::new() })
            .collect();
        for (at, ends) in (0..).zip(&model.ends) {
            stars[wide(end(ends)) - from].pairs.push(at);
        }
        stars
    };
    let mut left = stars(0, border, &|ends| ends.0);
    let mut right = stars(border, model.people.len(), &|ends| ends.1);
    let (of_left, of_right) = (degrees(&left), degrees(&right));
    for limit in &model.limits {
        let ends = |&pair: &u32| model.ends[wide(pair)];
        if fits(limit.pairs.iter().map(|pair| wide(ends(pair).0)), &of_left) {
            left.push(limit.clone());
        } else if fits(limit.pairs.iter().map(|pair| wide(ends(pair).1) - border), &of_right) {
            right.push(limit.clone());
        } else {
            return None;
        }
    }
    Some((nest(&left, model.ends.len())?, nest(&right, model.ends.len())?))
}

fn degrees(stars: &[Limit]) -> Vec<usize> {
    stars.iter().map(|star| star.pairs.len()).collect()
}

/// Whether pairs of these people lie within one star or are whole stars.
fn fits(people: impl Iterator<Item = usize>, degrees: &[usize]) -> bool {
    let mut counts = vec![0; degrees.len()];
    let mut touched = Vec::new();
    for person in people {
        if counts[person] == 0 {
            touched.push(person);
        }
        counts[person] += 1;
    }
    touched.len() <= 1 || touched.iter().all(|&person| counts[person] == degrees[person])
}

/// Nests sets, the largest first; none if two cross.
fn nest(limits: &[Limit], pairs: usize) -> Option<Family> {
    let mut order: Vec<&Limit> = limits.iter().collect();
    order.sort_by_key(|limit| std::cmp::Reverse(limit.pairs.len()));
    let mut innermost: Vec<Option<usize>> = vec![None; pairs];
    let mut sets = Vec::new();
    for limit in order {
        let parent = limit.pairs.first().and_then(|&pair| innermost[wide(pair)]);
        for &pair in &limit.pairs {
            if innermost[wide(pair)] != parent {
                return None;
            }
            innermost[wide(pair)] = Some(sets.len());
        }
        sets.push(Set { bounds: limit.bounds, size: limit.pairs.len(), parent });
    }
    Some(Family { sets, innermost: innermost.into_iter().collect::<Option<_>>()? })
}

/// Which pairs the cheapest flow uses; none if there is no flow.
fn flow<P: Points>(
    model: &Model,
    left: &Family,
    right: &Family,
    fixed: &[Option<bool>],
) -> Option<Vec<bool>> {
    let hub = left.sets.len() + right.sets.len();
    let mut network = Network::<P>::new();
    let mut supplies = vec![0_i64; hub + 1];
    let mut arcs = Vec::new();
    let zero = P::from(0);
    let gains = model.levels.first();
    for (at, fixed) in fixed.iter().enumerate() {
        let (from, to) = (left.innermost[at], left.sets.len() + right.innermost[at]);
        match fixed {
            Some(true) => {
                supplies[from] -= 1;
                supplies[to] += 1;
            }
            Some(false) => {}
            None => {
                let cost = gains.map_or(zero, |gains| zero - P::from(gains[at]));
                network.add(narrow(from), narrow(to), cost, 1);
                arcs.push(at);
            }
        }
    }
    for (family, offset) in [(left, 0), (right, left.sets.len())] {
        for (at, set) in family.sets.iter().enumerate() {
            let max = set.bounds.max.min(count(set.size));
            if set.bounds.min > max {
                return None;
            }
            let (min, max) = (i64::try_from(set.bounds.min).ok()?, i64::try_from(max).ok()?);
            let (node, above) = (offset + at, set.parent.map_or(hub, |parent| offset + parent));
            let (from, to) = if offset == 0 { (above, node) } else { (node, above) };
            supplies[from] -= min;
            supplies[to] += min;
            if max > min {
                network.add(narrow(from), narrow(to), zero, max - min);
            }
        }
    }
    let later: Vec<Vec<P>> = model
        .levels
        .iter()
        .skip(1)
        .map(|gains| arcs.iter().map(|&at| zero - P::from(gains[at])).collect())
        .collect();
    let flows = network.solve_levels(&supplies, &later)?;
    let mut chosen: Vec<bool> = fixed.iter().map(|fixed| *fixed == Some(true)).collect();
    for (&at, flow) in arcs.iter().zip(flows) {
        chosen[at] = flow == 1;
    }
    Some(chosen)
}
