//! What came of it: agreements, joint ventures, investments, credit lines, contracts 合作成果.
//!
//! Counting follows the rules of Sanming 明政办〔2006〕95号: a project counts once, at its first
//! signing; an upgrade adds nothing; a capital increase adds its amount and no project; with a new
//! investor the project counts for the new event. Ours: credit, contracts, orders and intents never
//! add to investment, and what is terminated leaves the totals from that day on.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use thiserror::Error;

use crate::actor::{Actor, Role};
use crate::ids::{
    CooperationTaskId, DockingEventId, EnterpriseId, MeetingId, NeedId, OutcomeId, PairingId,
    ProjectId,
};
use crate::words;

pub mod share;

words! {
    /// Kind of an outcome.
    pub enum OutcomeKind {
        /// Strategic agreement 战略合作协议.
        Agreement = "agreement",
        /// Joint venture 合资公司.
        JointVenture = "joint_venture",
        /// Project with investment 投资项目.
        Project = "project",
        /// Credit line 授信.
        CreditLine = "credit_line",
        /// Contract 合同.
        Contract = "contract",
        /// Order 订单.
        Order = "order",
        /// Financing intent 融资意向.
        FinancingIntent = "financing_intent",
        /// Anything else counted in its own unit, such as flats or résumés 其他实效.
        Effect = "effect",
    }
}

words! {
    /// What an outcome of kind project changes.
    pub enum ProjectChange {
        /// Signed for the first time 首次签约.
        Signing = "signing",
        /// Raised to a further stage, the same money 升级.
        Upgrade = "upgrade",
        /// More money 增资.
        CapitalIncrease = "capital_increase",
        /// Another investor 变更投资方.
        NewInvestor = "new_investor",
    }
}

/// An outcome 合作成果.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Its id.
    pub id: OutcomeId,
    /// What it is.
    pub kind: OutcomeKind,
    /// What it changes, for kind project.
    pub change: Option<ProjectChange>,
    /// The need it answered.
    pub need: Option<NeedId>,
    /// The task it followed from.
    pub task: Option<CooperationTaskId>,
    /// The pairing it followed from.
    pub pairing: Option<PairingId>,
    /// The project it concerns.
    pub project: Option<ProjectId>,
    /// The event where it was signed.
    pub event: Option<DockingEventId>,
    /// The meeting of that event it came of.
    pub meeting: Option<MeetingId>,
    /// The enterprise that reports it.
    pub enterprise: Option<EnterpriseId>,
    /// Amount in fen.
    pub amount_fen: Option<i64>,
    /// How many, where one row stands for several: 6 projects; or how much, in `unit`.
    pub number: Option<i64>,
    /// What `number` counts, such as 套; `None` where it counts outcomes of this kind.
    pub unit: Option<String>,
    /// Day it was signed or reached.
    pub on_date: NaiveDate,
    /// Day from which it no longer counts.
    pub terminated_on: Option<NaiveDate>,
    /// A remark; empty if none.
    pub note: String,
    /// Whether the figure is approved for everyone.
    pub is_published: bool,
    /// Raised by one with each save.
    pub version: i64,
}

impl Outcome {
    /// The outcome without what only those read whom it concerns: amount, number and note.
    #[must_use]
    pub fn masked(self) -> Self {
        Self { amount_fen: None, number: None, note: String::new(), ..self }
    }

    /// Whether it counts on `day`.
    pub fn stands_on(&self, day: NaiveDate) -> bool {
        self.on_date <= day && self.terminated_on.is_none_or(|end| day < end)
    }
}

/// Why an outcome was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OutcomeError {
    /// Less than nothing.
    #[error("{field} is {value}; it cannot be negative")]
    Negative {
        /// The field.
        field: &'static str,
        /// Its value.
        value: i64,
    },
    /// An amount is needed.
    #[error("an outcome of kind {0} needs its amount in fen")]
    AmountMissing(OutcomeKind),
    /// A number with a unit is needed.
    #[error("an outcome of kind effect needs a number and its unit")]
    NumberMissing,
    /// A change that only projects have.
    #[error("only an outcome of kind project says what it changes, not {0}")]
    NoProject(OutcomeKind),
    /// A change of a project that is not named.
    #[error("{0} changes a project; name the project")]
    ProjectMissing(ProjectChange),
    /// Terminated before it began.
    #[error("terminated on {terminated_on}, before its day {on_date}")]
    EndsEarly {
        /// Day it ends.
        terminated_on: NaiveDate,
        /// Its day.
        on_date: NaiveDate,
    },
    /// Both sides of a meeting tell of the same outcome; it counts once.
    #[error("outcome:{outcome} of kind {kind} came of this meeting already; it counts once")]
    Recorded {
        /// The one that stands.
        outcome: OutcomeId,
        /// Its kind.
        kind: OutcomeKind,
    },
    /// Terminated already.
    #[error("terminated on {0} already")]
    Ended(NaiveDate),
    /// A correction without a reason, or with one too long.
    #[error("the reason has {0} characters; it needs 1 to {MAX_REASON}")]
    Reason(usize),
    /// A correction that changes nothing.
    #[error("nothing would change; give at least one value that differs")]
    NothingChanged,
    /// A figure approved for everyone is changed by coordinators.
    #[error("the figure is approved for everyone; ask a coordinator to correct it")]
    Approved,
    /// In the future.
    #[error("its day {on_date} has not come; today is {today}")]
    Future {
        /// Its day.
        on_date: NaiveDate,
        /// Today.
        today: NaiveDate,
    },
}

/// Checks an outcome that is recorded on `today`.
///
/// # Errors
///
/// See [`OutcomeError`].
pub fn check(outcome: &Outcome, today: NaiveDate) -> Result<(), OutcomeError> {
    for (field, value) in [("amountFen", outcome.amount_fen), ("number", outcome.number)] {
        if let Some(value) = value.filter(|value| *value < 0) {
            return Err(OutcomeError::Negative { field, value });
        }
    }
    if outcome.on_date > today {
        return Err(OutcomeError::Future { on_date: outcome.on_date, today });
    }
    if let Some(change) = outcome.change {
        if outcome.kind != OutcomeKind::Project {
            return Err(OutcomeError::NoProject(outcome.kind));
        }
        if change != ProjectChange::Signing && outcome.project.is_none() {
            return Err(OutcomeError::ProjectMissing(change));
        }
    }
    match outcome.kind {
        OutcomeKind::CreditLine
        | OutcomeKind::Contract
        | OutcomeKind::Order
        | OutcomeKind::FinancingIntent
            if outcome.amount_fen.is_none() =>
        {
            Err(OutcomeError::AmountMissing(outcome.kind))
        }
        OutcomeKind::Effect if outcome.number.is_none() || outcome.unit.is_none() => {
            Err(OutcomeError::NumberMissing)
        }
        OutcomeKind::Agreement
        | OutcomeKind::JointVenture
        | OutcomeKind::Project
        | OutcomeKind::CreditLine
        | OutcomeKind::Contract
        | OutcomeKind::Order
        | OutcomeKind::FinancingIntent
        | OutcomeKind::Effect => Ok(()),
    }
}

/// Ends an outcome: it leaves the totals from `day` on and stays in history.
///
/// # Errors
///
/// [`OutcomeError::Ended`], [`OutcomeError::EndsEarly`].
pub fn terminate(outcome: &Outcome, day: NaiveDate) -> Result<Outcome, OutcomeError> {
    if let Some(end) = outcome.terminated_on {
        return Err(OutcomeError::Ended(end));
    }
    if day < outcome.on_date {
        return Err(OutcomeError::EndsEarly { terminated_on: day, on_date: outcome.on_date });
    }
    Ok(Outcome { terminated_on: Some(day), ..outcome.clone() })
}

/// Longest reason of a correction in characters.
pub const MAX_REASON: usize = 500;

/// What was recorded wrongly, and what is right; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Correction {
    /// Amount in fen.
    pub amount_fen: Option<i64>,
    /// How many, or how much in the unit.
    pub number: Option<i64>,
    /// Day it was signed or reached.
    pub on_date: Option<NaiveDate>,
    /// What it changes, for kind project.
    pub change: Option<ProjectChange>,
    /// Whether the figure is approved for everyone.
    pub is_published: Option<bool>,
    /// Why, 1 to [`MAX_REASON`] characters.
    pub reason: String,
}

/// The outcome as it should have been recorded. An outcome that never was is terminated on its own day
/// instead.
///
/// # Errors
///
/// As [`check`]; [`OutcomeError::Reason`], [`OutcomeError::NothingChanged`],
/// [`OutcomeError::EndsEarly`].
pub fn correct(
    outcome: &Outcome,
    correction: &Correction,
    today: NaiveDate,
) -> Result<Outcome, OutcomeError> {
    let length = correction.reason.trim().chars().count();
    if !(1..=MAX_REASON).contains(&length) {
        return Err(OutcomeError::Reason(length));
    }
    let corrected = Outcome {
        amount_fen: correction.amount_fen.or(outcome.amount_fen),
        number: correction.number.or(outcome.number),
        on_date: correction.on_date.unwrap_or(outcome.on_date),
        change: correction.change.or(outcome.change),
        is_published: correction.is_published.unwrap_or(outcome.is_published),
        ..outcome.clone()
    };
    if corrected == *outcome {
        return Err(OutcomeError::NothingChanged);
    }
    check(&corrected, today)?;
    match corrected.terminated_on {
        Some(terminated_on) if terminated_on < corrected.on_date => {
            Err(OutcomeError::EndsEarly { terminated_on, on_date: corrected.on_date })
        }
        Some(_) | None => Ok(corrected),
    }
}

/// How many and how much of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// How many.
    pub count: i64,
    /// How much, in fen.
    pub amount_fen: i64,
}

impl Tally {
    fn add(&mut self, count: i64, amount_fen: Option<i64>) {
        self.count = self.count.saturating_add(count);
        self.amount_fen = self.amount_fen.saturating_add(amount_fen.unwrap_or(0));
    }
}

/// Totals on one day; kinds never add to each other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Totals {
    /// Per kind but [`OutcomeKind::Project`] and [`OutcomeKind::Effect`]; kinds without outcomes are
    /// left out.
    pub kinds: BTreeMap<OutcomeKind, Tally>,
    /// Other effects by unit: 125 套. Units never add to each other.
    pub effects: BTreeMap<String, i64>,
    /// Projects, each once, and their investment.
    pub projects: Tally,
    /// Projects and investment per event; `None` for those without one.
    pub by_event: BTreeMap<Option<DockingEventId>, Tally>,
}

impl Totals {
    /// The tally of `kind`; nothing if there is none, and for effects, which have units.
    pub fn of(&self, kind: OutcomeKind) -> Tally {
        match kind {
            OutcomeKind::Project => self.projects,
            OutcomeKind::Agreement
            | OutcomeKind::JointVenture
            | OutcomeKind::CreditLine
            | OutcomeKind::Contract
            | OutcomeKind::Order
            | OutcomeKind::FinancingIntent
            | OutcomeKind::Effect => self.kinds.get(&kind).copied().unwrap_or_default(),
        }
    }

    /// Adds what one row or many give, of one kind, event and unit.
    pub fn add(
        &mut self,
        kind: OutcomeKind,
        (event, unit): (Option<DockingEventId>, Option<&str>),
        Tally { count, amount_fen }: Tally,
    ) {
        match kind {
            OutcomeKind::Project => {
                self.projects.add(count, Some(amount_fen));
                self.by_event.entry(event).or_default().add(count, Some(amount_fen));
            }
            OutcomeKind::Effect => {
                let sum = self.effects.entry(unit.unwrap_or_default().to_owned()).or_default();
                *sum = sum.saturating_add(count);
            }
            OutcomeKind::Agreement
            | OutcomeKind::JointVenture
            | OutcomeKind::CreditLine
            | OutcomeKind::Contract
            | OutcomeKind::Order
            | OutcomeKind::FinancingIntent => {
                self.kinds.entry(kind).or_default().add(count, Some(amount_fen));
            }
        }
    }
}

/// Totals on `as_of`. Input order does not matter. Amounts that do not fit 64 bits stop at the
/// largest number.
///
/// Time as [`share::shares`].
pub fn totals(outcomes: &[Outcome], as_of: NaiveDate) -> Totals {
    let mut totals = Totals::default();
    for share in share::shares(outcomes).iter().filter(|share| share.stands_on(as_of)) {
        totals.add(share.kind, (share.event, share.unit.as_deref()), share.tally);
    }
    totals
}

/// Whether `actor` may record and end outcomes: coordinators, and an enterprise its own.
pub fn may_record(actor: &Actor, enterprise: Option<EnterpriseId>) -> bool {
    actor.role == Role::Coordinator
        || (actor.role == Role::Enterprise
            && enterprise.is_some()
            && actor.enterprise() == enterprise)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1 亿 in fen.
    const YI: i64 = 10_000_000_000;

    pub(super) fn day(month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2024, month, day).unwrap()
    }

    pub(super) fn outcome(id: u128, kind: OutcomeKind, amount_fen: Option<i64>) -> Outcome {
        Outcome {
            id: OutcomeId::from(id),
            kind,
            change: None,
            need: None,
            task: None,
            pairing: None,
            project: None,
            event: None,
            meeting: None,
            enterprise: None,
            amount_fen,
            number: None,
            unit: None,
            on_date: day(4, 1),
            terminated_on: None,
            note: String::new(),
            is_published: true,
            version: 1,
        }
    }

    pub(super) fn project(id: u128, project: u128, change: ProjectChange, fen: i64) -> Outcome {
        Outcome {
            change: Some(change),
            project: Some(ProjectId::from(project)),
            event: Some(DockingEventId::from(id)),
            on_date: day(4, u32::try_from(id).unwrap()),
            ..outcome(id, OutcomeKind::Project, Some(fen))
        }
    }

    /// The season of the article: 33 projects and 383 亿, beside 1 600 亿 of credit.
    fn season() -> Vec<Outcome> {
        use OutcomeKind as Kind;
        let many =
            |id, kind, number, fen| Outcome { number: Some(number), ..outcome(id, kind, fen) };
        vec![
            outcome(1, Kind::Contract, Some(YI * 63 / 10)),
            many(2, Kind::Project, 6, Some(40 * YI)),
            many(3, Kind::Project, 27, Some(343 * YI)),
            outcome(4, Kind::CreditLine, Some(1_600 * YI)),
            many(5, Kind::Agreement, 22, None),
            many(6, Kind::JointVenture, 11, None),
        ]
    }

    #[test]
    fn the_season_is_33_projects_and_383_yi_and_never_1983() {
        use OutcomeKind as Kind;
        let got = totals(&season(), day(6, 30));
        assert_eq!(got.projects, Tally { count: 33, amount_fen: 383 * YI });
        assert_eq!(got.of(Kind::CreditLine).amount_fen, 1_600 * YI);
        assert_eq!(got.of(Kind::Contract).amount_fen, YI * 63 / 10);
        assert_eq!(got.of(Kind::Agreement).count, 22);
        assert_eq!(got.of(Kind::JointVenture).count, 11);
        let figures = got.kinds.values().chain(got.by_event.values()).chain([&got.projects]);
        assert!(figures.into_iter().all(|tally| tally.amount_fen != 1_983 * YI));
    }

    #[test]
    fn later_data_leave_the_old_date_as_it_was() {
        let mut later = season();
        later.push(Outcome {
            number: Some(14),
            on_date: day(9, 1),
            ..outcome(9, OutcomeKind::Project, Some(161 * YI))
        });
        let at = |date| totals(&later, date).projects;
        assert_eq!(at(day(8, 31)), Tally { count: 33, amount_fen: 383 * YI });
        assert_eq!(at(day(9, 1)), Tally { count: 47, amount_fen: 544 * YI });
        assert_eq!(at(day(3, 31)), Tally::default());
    }

    #[test]
    fn a_project_counts_once_at_its_first_signing() {
        use ProjectChange as Change;
        let mut history = vec![
            project(2, 7, Change::Signing, 5),
            project(1, 7, Change::Signing, 3),
            project(3, 7, Change::Upgrade, 100),
            project(4, 7, Change::CapitalIncrease, 2),
        ];
        let got = totals(&history, day(6, 1));
        assert_eq!(got.projects, Tally { count: 1, amount_fen: 5 });
        let event = |n| got.by_event.get(&Some(DockingEventId::from(n))).copied();
        assert_eq!(event(1), Some(Tally { count: 1, amount_fen: 3 }), "where it was first signed");
        assert_eq!(event(2), None);
        assert_eq!(event(4), Some(Tally { count: 0, amount_fen: 2 }), "only the increase");

        history.push(project(5, 7, Change::NewInvestor, 9));
        let got = totals(&history, day(6, 1));
        assert_eq!(got.projects, Tally { count: 1, amount_fen: 9 });
        assert_eq!(got.by_event.keys().copied().collect::<Vec<_>>(), [Some(5.into())]);
    }

    #[test]
    fn what_is_terminated_leaves_from_its_day_on() {
        let ended = terminate(&outcome(1, OutcomeKind::Contract, Some(5)), day(5, 1)).unwrap();
        let at = |date| totals(std::slice::from_ref(&ended), date).of(OutcomeKind::Contract);
        assert_eq!(at(day(4, 30)), Tally { count: 1, amount_fen: 5 });
        assert_eq!(at(day(5, 1)), Tally::default());
        assert_eq!(terminate(&ended, day(5, 2)), Err(OutcomeError::Ended(day(5, 1))));
    }

    #[test]
    fn a_correction_needs_a_reason_and_a_difference() {
        let today = day(5, 1);
        let old = outcome(1, OutcomeKind::Contract, Some(5));
        let fix = |amount, reason: &str| Correction {
            amount_fen: amount,
            reason: reason.to_owned(),
            ..Correction::default()
        };
        let right = Outcome { amount_fen: Some(6), ..old.clone() };
        assert_eq!(correct(&old, &fix(Some(6), "a digit"), today), Ok(right));
        assert_eq!(correct(&old, &fix(Some(6), " "), today), Err(OutcomeError::Reason(0)));
        assert_eq!(correct(&old, &fix(Some(5), "x"), today), Err(OutcomeError::NothingChanged));
        let late = Correction { on_date: Some(day(5, 2)), ..fix(None, "x") };
        let future = OutcomeError::Future { on_date: day(5, 2), today };
        assert_eq!(correct(&old, &late, today), Err(future));
        let ended = terminate(&old, day(4, 2)).unwrap();
        let moved = Correction { on_date: Some(day(4, 3)), ..fix(None, "x") };
        let early = OutcomeError::EndsEarly { terminated_on: day(4, 2), on_date: day(4, 3) };
        assert_eq!(correct(&ended, &moved, today), Err(early));
    }

    #[test]
    fn an_effect_is_counted_in_its_own_unit() {
        let flats = Outcome {
            number: Some(125),
            unit: Some("套".to_owned()),
            ..outcome(1, OutcomeKind::Effect, None)
        };
        assert_eq!(check(&flats, day(5, 1)), Ok(()));
        let got = totals(&[flats], day(5, 1));
        assert_eq!(got.effects, BTreeMap::from([("套".to_owned(), 125)]));
        assert_eq!(got.of(OutcomeKind::Effect), Tally::default());
    }

    #[test]
    fn an_outcome_says_what_its_kind_asks_for() {
        use OutcomeKind as Kind;
        let today = day(5, 1);
        let change = Some(ProjectChange::Upgrade);
        let cases = [
            (outcome(1, Kind::Agreement, None), Ok(())),
            (outcome(1, Kind::Order, None), Err(OutcomeError::AmountMissing(Kind::Order))),
            (outcome(1, Kind::Effect, None), Err(OutcomeError::NumberMissing)),
            (
                outcome(1, Kind::Contract, Some(-1)),
                Err(OutcomeError::Negative { field: "amountFen", value: -1 }),
            ),
            (
                Outcome { change, ..outcome(1, Kind::Agreement, None) },
                Err(OutcomeError::NoProject(Kind::Agreement)),
            ),
            (
                Outcome { change, ..outcome(1, Kind::Project, None) },
                Err(OutcomeError::ProjectMissing(ProjectChange::Upgrade)),
            ),
            (
                Outcome { on_date: day(5, 2), ..outcome(1, Kind::Agreement, None) },
                Err(OutcomeError::Future { on_date: day(5, 2), today }),
            ),
        ];
        for (outcome, want) in cases {
            assert_eq!(check(&outcome, today), want, "{:?}", outcome.kind);
        }
    }
}
