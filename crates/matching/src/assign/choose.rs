//! From a request to its answer: which search fits, what was kept, what is in conflict.

use super::branch::{self, Found, Verdict};
use super::conflict;
use super::fair::{self, Exposure};
use super::model::{DemandWords, Model};
use super::network;
use super::request::{Ask, PairingRequest, Previous, join};
use super::{Conflict, PairingStatus, solve};
use serde::Serialize;

/// The answer to a [`PairingRequest`], in the shape the command line prints.
///
/// Totals are JSON whole numbers of any length; use `serde_json::to_string`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// What became of the request.
    pub status: PairingStatus,
    /// Sum of points of the first level; none if there are no pairs to give.
    pub total: Option<i128>,
    /// Sums of all levels; empty if there are no pairs to give or the points have one level.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub totals: Vec<i128>,
    /// What no choice surpasses on each level, given the levels before; only if not proved best.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bounds: Vec<i128>,
    /// Chosen pairs, ascending.
    pub pairs: Vec<(usize, usize)>,
    /// Minimums that fail, with what can be had, or the demands in conflict.
    pub conflict: Vec<ConflictItem>,
    /// Whether no smaller set of demands is in conflict; absent unless infeasible.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smallest: Option<bool>,
    /// The smallest set of demands found that cannot be met together.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub demands: Vec<DemandWords>,
    /// What became of the pairs published before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Changes>,
    /// How equal the chances are, before and after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposure: Option<Exposure>,
}

/// An item of a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum ConflictItem {
    /// A minimum with what can be had instead.
    Shortage(Conflict),
    /// A demand that cannot be met together with the others.
    Demand(DemandWords),
}

impl ConflictItem {
    /// The item in words.
    pub fn text(&self) -> &str {
        match self {
            Self::Shortage(item) => &item.text,
            Self::Demand(item) => &item.text,
        }
    }
}

/// What became of the pairs published before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// Pairs published before and chosen again.
    pub kept: usize,
    /// Pairs published before and not chosen, ascending.
    pub dropped: Vec<(usize, usize)>,
    /// Pairs chosen and not published before, ascending.
    pub added: Vec<(usize, usize)>,
}

/// [`Choice`] with the time it took, in the shape the command line prints.
#[derive(Debug, Serialize)]
pub struct ChoiceReport<'a> {
    #[serde(flatten)]
    choice: &'a Choice,
    elapsed_ms: u64,
}

impl Choice {
    /// Adds the time the caller measured.
    pub fn report(&self, elapsed_ms: u64) -> ChoiceReport<'_> {
        ChoiceReport { choice: self, elapsed_ms }
    }

    fn empty(status: PairingStatus) -> Self {
        Self {
            status,
            total: None,
            totals: Vec::new(),
            bounds: Vec::new(),
            pairs: Vec::new(),
            conflict: Vec::new(),
            smallest: None,
            demands: Vec::new(),
            changes: None,
            exposure: None,
        }
    }
}

impl PairingRequest {
    /// Chooses the best pairs, exactly as far as the steps suffice.
    ///
    /// Equal requests give equal answers.
    pub fn choose(&self) -> Choice {
        match &self.ask {
            Ask::Plain(problem) => {
                let plain = solve(problem);
                let mut choice = Choice::empty(plain.status);
                choice.total = plain.total;
                choice.pairs = plain.pairs;
                choice.conflict = plain.conflict.into_iter().map(ConflictItem::Shortage).collect();
                if plain.status == PairingStatus::Infeasible {
                    let (demands, smallest) = conflict::find(&Model::plain(problem), self.steps);
                    choice.demands = demands;
                    choice.smallest = Some(smallest);
                }
                choice
            }
            Ask::Rich(model) => self.choose_rich(model),
        }
    }

    fn choose_rich(&self, asked: &Model) -> Choice {
        let model = self.with_floor(asked);
        let mut wanted = model.clone();
        let kept_level = self.previous.as_ref().map(|previous| hold(&mut wanted, previous));
        let verdict = search(&wanted, self.steps);
        let found = match verdict {
            Verdict::Found(found) => found,
            Verdict::Impossible(_) => {
                let (demands, smallest) = conflict::find(&model, self.steps);
                let conflict = demands.iter().cloned().map(ConflictItem::Demand).collect();
                let status = PairingStatus::Infeasible;
                let smallest = Some(smallest);
                return Choice { conflict, smallest, demands, ..Choice::empty(status) };
            }
            Verdict::Unknown => return Choice::empty(PairingStatus::Unknown),
        };
        let proved = is_proved(&wanted, &found);
        let mut chosen = found.chosen;
        let exposure = self.fairness.as_ref().map(|fairness| {
            let (fairer, exposure) =
                fair::spread(&model, fairness, (&self.newcomers, self.steps), &chosen);
            chosen = fairer;
            exposure
        });
        let mut choice =
            Choice::empty(if proved { PairingStatus::Optimal } else { PairingStatus::Feasible });
        let totals: Vec<i128> = (0..model.levels.len()).map(|l| model.total(l, &chosen)).collect();
        choice.total = totals.first().copied();
        if totals.len() > 1 {
            choice.totals = totals;
        }
        if !proved {
            choice.bounds = own_levels(found.bounds, kept_level);
        }
        choice.pairs = pairs(&model, &chosen);
        choice.changes =
            self.previous.as_ref().map(|previous| changes(&model, previous, &choice.pairs));
        choice.exposure = exposure;
        choice
    }

    /// Newcomers get their floor as far as they have possible pairs.
    fn with_floor(&self, model: &Model) -> Model {
        let mut model = model.clone();
        let floor = self.fairness.as_ref().map_or(0, |fairness| fairness.newcomer_floor);
        let degrees = model.degrees();
        for (person, _) in self.newcomers.iter().enumerate().filter(|(_, new)| **new) {
            let bounds = &mut model.people[person];
            bounds.min = bounds.min.max(floor.min(degrees[person]).min(bounds.max));
        }
        model
    }
}

/// Chooses by flows where all limits are nested, else by branch and cut.
pub(super) fn search(model: &Model, steps: u64) -> Verdict {
    if let Some(verdict) = network::solve(model) {
        return verdict;
    }
    match model.program() {
        Some(program) => branch::solve(&program, steps),
        None => Verdict::Impossible(None),
    }
}

fn is_proved(model: &Model, found: &Found) -> bool {
    found.bounds.len() == model.levels.len().max(1)
        && (0..model.levels.len())
            .all(|level| model.total(level, &found.chosen) >= found.bounds[level])
}

/// Pays for kept pairs on the first level and counts them on a level of their own; its place.
fn hold(model: &mut Model, previous: &Previous) -> usize {
    let mut before: Vec<(u32, u32)> = previous
        .pairs
        .iter()
        .filter_map(|&pair| join("", pair, model.left, model.people.len()).ok())
        .collect();
    before.sort_unstable();
    let kept: Vec<i64> =
        model.ends.iter().map(|pair| i64::from(before.binary_search(pair).is_ok())).collect();
    for (points, kept) in model.levels[0].iter_mut().zip(&kept) {
        *points = points.saturating_add(kept * previous.price);
    }
    let at = previous.before.map_or(model.levels.len(), |level| level.min(model.levels.len()));
    model.levels.insert(at, kept);
    at
}

/// Bounds of the levels that were asked for.
fn own_levels(mut bounds: Vec<i128>, kept_level: Option<usize>) -> Vec<i128> {
    if let Some(level) = kept_level.filter(|&level| level < bounds.len()) {
        bounds.remove(level);
    }
    bounds
}

fn pairs(model: &Model, chosen: &[bool]) -> Vec<(usize, usize)> {
    let mut pairs: Vec<_> =
        (0..chosen.len()).filter(|&at| chosen[at]).map(|at| model.pair(at)).collect();
    pairs.sort_unstable();
    pairs
}

fn changes(model: &Model, previous: &Previous, pairs: &[(usize, usize)]) -> Changes {
    let order =
        |&(a, b): &(usize, usize)| if model.left.is_none() && a > b { (b, a) } else { (a, b) };
    let mut before: Vec<_> = previous.pairs.iter().map(order).collect();
    before.sort_unstable();
    before.dedup();
    let dropped: Vec<_> =
        before.iter().filter(|pair| pairs.binary_search(pair).is_err()).copied().collect();
    let added = pairs.iter().filter(|pair| before.binary_search(pair).is_err()).copied().collect();
    Changes { kept: before.len() - dropped.len(), dropped, added }
}

impl Model {
    /// A problem of two sides and nothing else.
    fn plain(problem: &super::PairingProblem) -> Self {
        let left = problem.left.len();
        let end = super::flow::narrow;
        Self {
            people: problem.left.iter().chain(&problem.right).copied().collect(),
            left: Some(left),
            ends: problem.edges.iter().map(|e| (end(e.left), end(left + e.right))).collect(),
            levels: Vec::new(),
            limits: Vec::new(),
            must: Vec::new(),
            avoid: Vec::new(),
        }
    }

    /// Sum of a level over the chosen pairs.
    pub(super) fn total(&self, level: usize, chosen: &[bool]) -> i128 {
        let points = self.levels[level].iter().zip(chosen);
        points.filter(|(_, is)| **is).map(|(&points, _)| i128::from(points)).sum()
    }
}

#[cfg(test)]
mod tests;
