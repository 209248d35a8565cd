//! What each outcome adds to the totals, and over which days: the rows behind every figure.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::{Outcome, OutcomeKind, ProjectChange, Tally};
use crate::ids::{DockingEventId, OutcomeId, ProjectId};

/// What an outcome adds to the totals from one day on until another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The outcome.
    pub outcome: OutcomeId,
    /// First day it adds this.
    pub from: NaiveDate,
    /// First day it no longer adds this; `None` for ever.
    pub until: Option<NaiveDate>,
    /// Its kind.
    pub kind: OutcomeKind,
    /// The project it concerns.
    pub project: Option<ProjectId>,
    /// The event it counts for.
    pub event: Option<DockingEventId>,
    /// What the number counts, for kind effect.
    pub unit: Option<String>,
    /// How many and how much: an increase adds money and no project.
    pub tally: Tally,
}

impl Share {
    /// Whether it is a part of the totals on `day`.
    pub fn stands_on(&self, day: NaiveDate) -> bool {
        self.from <= day && self.until.is_none_or(|end| day < end)
    }

    fn of(outcome: &Outcome, (from, until): (NaiveDate, Option<NaiveDate>), tally: Tally) -> Self {
        let is_effect = outcome.kind == OutcomeKind::Effect;
        Self {
            outcome: outcome.id,
            from,
            until,
            kind: outcome.kind,
            project: outcome.project,
            event: outcome.event,
            unit: outcome.unit.clone().filter(|_| is_effect),
            tally,
        }
    }
}

/// What `outcomes` add to the totals, in order of outcomes and days. Holds every outcome of each
/// project it holds one of; the order of the input does not matter.
///
/// An outcome of no project adds the same from its day until it is terminated. A project counts at
/// its last change of investor or else at its first signing, and with every increase since, all of
/// those that stand; so what a row adds changes on days on which another begins or ends.
///
/// Time `O(n log n)` for `n` outcomes of no project, `O(k² log k)` for the `k` of one project.
pub fn shares(outcomes: &[Outcome]) -> Vec<Share> {
    let mut shares = Vec::new();
    let mut projects: BTreeMap<ProjectId, Vec<&Outcome>> = BTreeMap::new();
    for outcome in outcomes {
        match (outcome.kind, outcome.project) {
            (OutcomeKind::Project, Some(project)) => {
                projects.entry(project).or_default().push(outcome);
            }
            (
                OutcomeKind::Agreement
                | OutcomeKind::JointVenture
                | OutcomeKind::Project
                | OutcomeKind::CreditLine
                | OutcomeKind::Contract
                | OutcomeKind::Order
                | OutcomeKind::FinancingIntent
                | OutcomeKind::Effect,
                _,
            ) => shares.extend(alone(outcome)),
        }
    }
    for history in projects.values_mut() {
        history.sort_by_key(|outcome| (outcome.on_date, outcome.id));
        shares.extend(of_project(history));
    }
    shares.sort_unstable_by_key(|share| (share.outcome, share.from));
    shares
}

/// What an outcome of no project adds; nothing if it ended on its day.
fn alone(outcome: &Outcome) -> Option<Share> {
    let days = (outcome.on_date, outcome.terminated_on);
    // With a unit the number is the size of one outcome; effects are counted by their size.
    let is_one = outcome.unit.is_some() && outcome.kind != OutcomeKind::Effect;
    let count = if is_one { 1 } else { outcome.number.unwrap_or(1) };
    let tally = Tally { count, amount_fen: outcome.amount_fen.unwrap_or(0) };
    let ends_at_once = outcome.terminated_on.is_some_and(|end| end <= outcome.on_date);
    (!ends_at_once).then(|| Share::of(outcome, days, tally))
}

/// What the outcomes of one project add, `history` by day and id.
fn of_project(history: &[&Outcome]) -> Vec<Share> {
    let begins = history.iter().map(|outcome| outcome.on_date);
    let ends = history.iter().filter_map(|outcome| outcome.terminated_on);
    let days: Vec<NaiveDate> = begins.chain(ends).collect::<BTreeSet<_>>().into_iter().collect();
    // Shares that go on from the day before, by place in the history.
    let mut open: BTreeMap<usize, Share> = BTreeMap::new();
    let mut done = Vec::new();
    for day in days {
        let today = counted(history, day);
        let (stay, end): (BTreeMap<_, _>, BTreeMap<_, _>) =
            open.into_iter().partition(|(at, share)| today.get(at) == Some(&share.tally));
        done.extend(end.into_values().map(|share| Share { until: Some(day), ..share }));
        open = stay;
        for (at, tally) in today {
            open.entry(at).or_insert_with(|| Share::of(history[at], (day, None), tally));
        }
    }
    done.extend(open.into_values());
    done
}

/// What each outcome of one project adds on `day`, by place in the history.
fn counted(history: &[&Outcome], day: NaiveDate) -> BTreeMap<usize, Tally> {
    let is = |outcome: &Outcome, change| outcome.change.unwrap_or(ProjectChange::Signing) == change;
    let standing: Vec<usize> =
        (0..history.len()).filter(|&at| history[at].stands_on(day)).collect();
    let new_investor = standing.iter().rposition(|&at| is(history[at], ProjectChange::NewInvestor));
    let signing = standing.iter().position(|&at| is(history[at], ProjectChange::Signing));
    let Some(base) = new_investor.or(signing) else { return BTreeMap::new() };
    let amount = |at: usize| history[at].amount_fen.unwrap_or(0);
    let since = standing[base..].iter().copied();
    let increases = since.filter(|&at| is(history[at], ProjectChange::CapitalIncrease));
    let mut counted: BTreeMap<usize, Tally> =
        increases.map(|at| (at, Tally { count: 0, amount_fen: amount(at) })).collect();
    counted.insert(standing[base], Tally { count: 1, amount_fen: amount(standing[base]) });
    counted
}

#[cfg(test)]
mod tests;
