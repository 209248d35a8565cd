//! New weights from what became of suggestions: who accepted, who declined, what was signed, who was
//! satisfied.
//!
//! Each side is learned from its own answers. The likelihood of a yes grows with the sum of what the
//! criteria gave, each with a weight that is never negative; that is a logistic regression, fitted by
//! projected gradient descent and held near the weights in force, so that few answers change little.
//! Whether the new weights are better is judged on answers they were not fitted to, needs kept
//! together. Being shown, opened or left unanswered counts for nothing.
//!
//! The same examples give the same bytes, whatever their order.

use std::collections::BTreeMap;

use lianmeng_domain::suggestion::Side;
use lianmeng_domain::weights::{CRITERIA_A, CRITERIA_B, WHOLE, Weights};
use serde::Serialize;
use thiserror::Error;

mod fit;

use fit::{Point, auc, calibrate, fit, log_loss, losses, to_points};

/// Fewest answers anything is learned from.
pub const FEWEST: usize = 30;

/// Fewest yeses and fewest noes of a side; with fewer its weights stay.
pub const FEWEST_OF_EACH: usize = 8;

/// Parts the needs are dealt into; each is held out once.
const FOLDS: usize = 5;

/// What came of a suggestion for one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It declined.
    Declined,
    /// It accepted, and was not satisfied with what came of it.
    Dissatisfied,
    /// It accepted, and no more came of it.
    Accepted,
    /// The two met.
    Held,
    /// The two became a pairing or a cooperation task.
    Paired,
    /// It accepted, and was satisfied with what came of it.
    Satisfied,
    /// Something was signed.
    Signed,
}

impl Answer {
    /// How many answers it counts as: what cost more to reach tells more.
    pub const fn worth(self) -> u32 {
        match self {
            Self::Declined | Self::Accepted => 1,
            Self::Dissatisfied | Self::Held | Self::Paired => 2,
            Self::Satisfied => 3,
            Self::Signed => 4,
        }
    }

    /// Whether such suggestions should be made again.
    pub const fn is_yes(self) -> bool {
        match self {
            Self::Declined | Self::Dissatisfied => false,
            Self::Accepted | Self::Held | Self::Paired | Self::Satisfied | Self::Signed => true,
        }
    }
}

/// One answer of one side, with what each criterion had given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Example {
    /// The need or project; its suggestions are held out together.
    pub group: u128,
    /// Which suggestion.
    pub suggestion: u128,
    /// Whose answer.
    pub side: Side,
    /// What each criterion gave, in millionths of its most: −1 000 000 to 1 000 000.
    pub shares: BTreeMap<String, i32>,
    /// The answer.
    pub answer: Answer,
}

/// How well weights foretell answers that were held out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Quality {
    /// Logarithmic loss in millionths; lower is better.
    pub log_loss_millionths: i64,
    /// Probability that a yes is ranked above a no, in basis points; 5 000 is chance.
    pub auc_basis_points: i64,
}

/// What was learned for one side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SideReport {
    /// The side.
    pub side: &'static str,
    /// How many answers of each kind.
    pub answers: BTreeMap<Answer, usize>,
    /// Old and new points of each criterion.
    pub points: BTreeMap<String, [i32; 2]>,
    /// Quality of the old weights on held-out answers; `None` where nothing was learned.
    pub before: Option<Quality>,
    /// Quality of new weights, fitted without those answers.
    pub after: Option<Quality>,
    /// Whether its weights change.
    pub is_changed: bool,
}

/// What was learned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The version the answers were compared with.
    pub from_version: i32,
    /// Answers in all.
    pub answers: usize,
    /// Both sides.
    pub sides: Vec<SideReport>,
}

/// Why no version comes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Too few answers.
    #[error("{0} answers are too few to learn from; at least {FEWEST} are needed")]
    TooFew(usize),
    /// Nothing is better on held-out answers.
    #[error("no side would be foretold better on answers held out; the weights stay")]
    NotBetter,
}

/// Learns weights from answers. Gives the report in any case, and the weights or why there are none.
///
/// A side changes only if held-out answers are foretold better: a lower loss by more than chance
/// explains, and no lower AUC.
pub fn learn(
    weights: &Weights,
    from_version: i32,
    examples: &[Example],
) -> (Report, Result<Weights, Refusal>) {
    let mut examples = examples.to_vec();
    examples.sort();
    examples.dedup();
    let mut learned = weights.clone();
    let mut sides = Vec::new();
    for side in [Side::A, Side::B] {
        if weights.side(side).is_empty() {
            continue;
        }
        let own: Vec<&Example> = examples.iter().filter(|example| example.side == side).collect();
        let (report, table) = learn_side(weights, side, &own);
        if let Some(table) = table {
            learned = learned.with(side, table);
        }
        sides.push(report);
    }
    let report = Report { from_version, answers: examples.len(), sides };
    let outcome = if examples.len() < FEWEST {
        Err(Refusal::TooFew(examples.len()))
    } else if report.sides.iter().any(|side| side.is_changed) {
        Ok(learned)
    } else {
        Err(Refusal::NotBetter)
    };
    (report, outcome)
}

fn criteria(side: Side) -> &'static [&'static str] {
    match side {
        Side::A => &CRITERIA_A,
        Side::B => &CRITERIA_B,
    }
}

fn learn_side(
    weights: &Weights,
    side: Side,
    examples: &[&Example],
) -> (SideReport, Option<BTreeMap<String, i32>>) {
    let names = criteria(side);
    // Ratings are switched on and off by people; what is learned shares out the rest.
    let rest = WHOLE - weights.optional(side);
    let old: Vec<i32> = names.iter().map(|name| weights.of(side, name)).collect();
    let mut answers: BTreeMap<Answer, usize> = BTreeMap::new();
    for example in examples {
        *answers.entry(example.answer).or_default() += 1;
    }
    let noes = examples.iter().filter(|example| !example.answer.is_yes()).count();
    let enough = noes >= FEWEST_OF_EACH && examples.len() - noes >= FEWEST_OF_EACH;
    let mut report = SideReport {
        side: side.word(),
        answers,
        points: BTreeMap::new(),
        before: None,
        after: None,
        is_changed: false,
    };
    let mut new = old.clone();
    if enough && examples.len() >= FEWEST / 2 {
        let (points, folds) = (points(examples, names), folds(examples));
        let foretold = held_out(&points, &folds, &old, rest);
        let [before, after] = foretold.each_ref().map(|foretold| quality(&points, foretold));
        report.is_changed = is_beyond_chance(&points, &foretold)
            && after.auc_basis_points >= before.auc_basis_points;
        (report.before, report.after) = (Some(before), Some(after));
        if report.is_changed {
            new = to_points(&fit(&points, &old), rest);
            report.is_changed = new != old;
        }
    }
    let pairs = names.iter().zip(old.iter().zip(&new));
    report.points = pairs.map(|(name, (&o, &n))| ((*name).to_owned(), [o, n])).collect();
    let learned = names.iter().map(|name| (*name).to_owned()).zip(new);
    let mut table = weights.side(side).clone();
    table.extend(learned);
    let is_changed = report.is_changed;
    (report, is_changed.then_some(table))
}

/// The examples as numbers.
fn points(examples: &[&Example], names: &[&str]) -> Vec<Point> {
    let share = |example: &Example, name: &str| {
        f64::from(example.shares.get(name).copied().unwrap_or(0)) / 1e6
    };
    let point = |example: &&Example| Point {
        shares: names.iter().map(|name| share(example, name)).collect(),
        is_yes: example.answer.is_yes(),
        worth: f64::from(example.answer.worth()),
    };
    examples.iter().map(point).collect()
}

/// The fold of each example: needs are dealt in turn, in the order of their ids.
fn folds(examples: &[&Example]) -> Vec<usize> {
    let groups: std::collections::BTreeSet<u128> = examples.iter().map(|e| e.group).collect();
    let place: BTreeMap<u128, usize> =
        groups.into_iter().enumerate().map(|(at, group)| (group, at % FOLDS)).collect();
    examples.iter().map(|example| place[&example.group]).collect()
}

/// The chance of a yes that the old weights, and weights fitted without them, foretell for the answers
/// held out.
fn held_out(points: &[Point], folds: &[usize], old: &[i32], rest: i32) -> [Vec<f64>; 2] {
    let mut foretold: [Vec<f64>; 2] = [vec![0.0; points.len()], vec![0.0; points.len()]];
    for fold in 0..FOLDS {
        let train: Vec<Point> = points
            .iter()
            .zip(folds)
            .filter(|(_, of)| **of != fold)
            .map(|(point, _)| point.clone())
            .collect();
        if train.len() == points.len() {
            continue;
        }
        let new = to_points(&fit(&train, old), rest);
        for (table, foretold) in [old, new.as_slice()].into_iter().zip(&mut foretold) {
            let model = calibrate(&train, table);
            for (at, point) in points.iter().enumerate().filter(|(at, _)| folds[*at] == fold) {
                foretold[at] = model.chance(point);
            }
        }
    }
    foretold
}

fn quality(points: &[Point], foretold: &[f64]) -> Quality {
    Quality {
        log_loss_millionths: fit::whole(log_loss(points, foretold) * 1e6),
        auc_basis_points: fit::whole(auc(points, foretold) * 1e4),
    }
}

/// Whether the new weights lose less than the old ones by twice the standard error of the difference
/// or more: dice come so far once in fifty times.
fn is_beyond_chance(points: &[Point], [old, new]: &[Vec<f64>; 2]) -> bool {
    let (old, new) = (losses(points, old), losses(points, new));
    let gains: Vec<f64> = old.zip(new).map(|(old, new)| old - new).collect();
    let sum: f64 = gains.iter().sum();
    let squares: f64 = gains.iter().map(|gain| gain * gain).sum();
    sum > 2.0 * squares.sqrt()
}

#[cfg(test)]
mod tests;
