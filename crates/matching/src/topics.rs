//! What many ask for: needs of a month in groups, for the monthly topic 每月一题.
//!
//! The need that most others are like becomes the centre of a topic and takes them with it; then the
//! next of those that are left. So a topic is explained by one need: every member is like it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use crate::duplicates::index::{Index, Scratch, Vector};
use crate::duplicates::{Item, shared_words};
use crate::score::Points;

#[cfg(test)]
mod tests;

/// Likeness, in basis points, from which a need belongs to a centre.
const LIKE: u32 = 2_200;
/// Needs compared with each one.
const COMPARED: usize = 200;
/// Fewest needs of the month that make a topic.
pub const LEAST: usize = 3;
/// Most representative needs.
const REPRESENTATIVES: usize = 3;
/// Most growth that counts, in basis points: threefold.
const MOST_GROWTH: i64 = 20_000;
/// Most shrinking that counts, in basis points: to a half.
const MOST_SHRINKING: i64 = -5_000;
/// A share of one, in basis points.
const WHOLE: i64 = 10_000;

/// A need to group, its texts normalised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voice {
    /// The need.
    pub item: Item,
    /// Whether it is of the month asked about; otherwise of the month before.
    pub is_present: bool,
    /// Whether the enterprise was satisfied; `None` until it rated.
    pub is_satisfied: Option<bool>,
}

/// A group of needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// The needs of the month that stand for it, at most three; the first is like most others.
    pub representatives: Vec<String>,
    /// All its needs of the month, in the order given.
    pub members: Vec<String>,
    /// Its needs in the month before.
    pub before: usize,
    /// Of both months together, needs whose enterprise was not satisfied.
    pub unsatisfied: usize,
    /// Of both months together, needs that were rated.
    pub rated: usize,
    /// Words that most of its needs share, most frequent first, at most three.
    pub words: Vec<String>,
    /// Volume × growth × dissatisfaction: 100 for each need of the month, times growth against the
    /// month before (half to threefold), times one plus the unsatisfied share of the rated.
    pub points: Points,
}

/// The topics of a month with at least `least` needs, most points first; ties by the first
/// representative. Needs that belong to none are left out.
///
/// Time about `O(n)` needs times `COMPARED`; memory `O(terms)`.
pub fn topics(voices: &[Voice], least: usize) -> Vec<Topic> {
    let (index, edges) = likenesses(voices);
    let mut topics: Vec<Topic> = groups(&edges)
        .into_iter()
        .filter(|group| group.iter().filter(|at| voices[**at].is_present).count() >= least.max(1))
        .map(|group| topic(&index, voices, &edges, &group))
        .collect();
    topics.sort_by(|a, b| {
        b.points.cmp(&a.points).then_with(|| a.representatives.cmp(&b.representatives))
    });
    topics
}

/// To which others each need is like, and how much, by place in the input.
type Edges = Vec<BTreeMap<usize, u32>>;

fn likenesses(voices: &[Voice]) -> (Index, Edges) {
    let counts: Vec<_> = voices.iter().map(|voice| voice.item.count()).collect();
    let mut index = Index::default();
    for counts in &counts {
        index.add(counts);
    }
    let vectors: Vec<Vector> = counts.iter().map(|counts| index.vector(counts)).collect();
    let found: Vec<Vec<(usize, u32)>> = (0..voices.len())
        .into_par_iter()
        .map_init(Scratch::default, |scratch, at| {
            let near = index.candidates(&vectors[at], COMPARED + 1, scratch).into_iter();
            let near = near.filter_map(|other| usize::try_from(other).ok());
            let others = near.filter(|other| *other != at);
            others
                .map(|other| (other, basis_points(index.likeness(&vectors[at], &vectors[other]))))
                .filter(|(_, likeness)| *likeness >= LIKE)
                .collect()
        })
        .collect();
    let mut edges: Edges = vec![BTreeMap::new(); voices.len()];
    for (at, others) in found.into_iter().enumerate() {
        for (other, likeness) in others {
            edges[at].insert(other, likeness);
            edges[other].insert(at, likeness);
        }
    }
    (index, edges)
}

/// Groups around centres, each with its centre first and the rest by likeness to it.
fn groups(edges: &Edges) -> Vec<Vec<usize>> {
    let sum =
        |others: &BTreeMap<usize, u32>| others.values().map(|likeness| u64::from(*likeness)).sum();
    let mut pull: Vec<u64> = edges.iter().map(sum).collect();
    let mut is_left = vec![true; edges.len()];
    let mut groups = Vec::new();
    while let Some(centre) =
        (0..edges.len()).filter(|at| is_left[*at]).max_by_key(|at| (pull[*at], Reverse(*at)))
    {
        let mut members: Vec<(usize, u32)> = edges[centre]
            .iter()
            .map(|(at, like)| (*at, *like))
            .filter(|(at, _)| is_left[*at])
            .collect();
        members.sort_by_key(|&(at, likeness)| (Reverse(likeness), at));
        let group: Vec<usize> =
            std::iter::once(centre).chain(members.into_iter().map(|(at, _)| at)).collect();
        for &gone in &group {
            is_left[gone] = false;
            for (other, likeness) in &edges[gone] {
                pull[*other] = pull[*other].saturating_sub(u64::from(*likeness));
            }
        }
        groups.push(group);
    }
    groups
}

fn topic(index: &Index, voices: &[Voice], edges: &Edges, group: &[usize]) -> Topic {
    let is_member = |at: &usize| group.contains(at);
    let mut present: Vec<usize> =
        group.iter().copied().filter(|at| voices[*at].is_present).collect();
    let before = group.len() - present.len();
    let id = |at: &usize| voices[*at].item.id.clone();
    // The centre may be of the month before; what stands for the topic is of this one.
    let inside = |at: &usize| -> u64 {
        let like = edges[*at].iter().filter(|(other, _)| is_member(other));
        like.map(|(_, likeness)| u64::from(*likeness)).sum()
    };
    present.sort_by_key(|at| (Reverse(inside(at)), *at));
    let representatives: Vec<String> = present.iter().take(REPRESENTATIVES).map(id).collect();
    let words = common_words(index, voices, &present);
    present.sort_unstable();
    let rated: Vec<bool> = group.iter().filter_map(|at| voices[*at].is_satisfied).collect();
    let unsatisfied = rated.iter().filter(|is_satisfied| !**is_satisfied).count();
    Topic {
        representatives,
        members: present.iter().map(id).collect(),
        before,
        unsatisfied,
        rated: rated.len(),
        words,
        points: points([present.len(), before, unsatisfied, rated.len()]),
    }
}

fn points(counts: [usize; 4]) -> Points {
    let [size, before, unsatisfied, rated] =
        counts.map(|count| i64::try_from(count).unwrap_or(i64::MAX / (WHOLE * WHOLE * WHOLE)));
    let growth = ((size - before) * WHOLE / before.max(1)).clamp(MOST_SHRINKING, MOST_GROWTH);
    let share = unsatisfied * WHOLE / rated.max(1);
    let points = size * 100 * (WHOLE + growth) / WHOLE * (WHOLE + share) / WHOLE;
    Points::try_from(points).unwrap_or(Points::MAX)
}

/// Words that the first of `members` shares with more than half of the others.
fn common_words(index: &Index, voices: &[Voice], members: &[usize]) -> Vec<String> {
    let Some((first, others)) = members.split_first() else { return Vec::new() };
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for other in others {
        for word in shared_words(index, &voices[*first].item, &voices[*other].item) {
            *counts.entry(word).or_default() += 1;
        }
    }
    let mut words: Vec<(usize, String)> = counts
        .into_iter()
        .map(|(word, count)| (count, word))
        .filter(|(count, _)| *count >= 2)
        .collect();
    words.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    words.truncate(3);
    words.into_iter().map(|(_, word)| word).collect()
}

fn basis_points(share: f64) -> u32 {
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to 0..=10000, which fits"
    )]
    let points = (share.clamp(0.0, 1.0) * 10_000.0).round() as u32;
    points
}
