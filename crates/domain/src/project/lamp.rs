//! Lamps of projects 红黄绿灯, by rules that are data. Those shipped are Yinchuan's 银川: a planned month
//! that was missed is yellow, from the third on red; progress 10 to 30 percentage points behind the
//! plan is yellow, beyond that red; an entry into the registry a month late is yellow, two red.

use chrono::{Datelike as _, Months, NaiveDate};
use thiserror::Error;

use super::ProjectStage;
use super::ledger::{Days, Investment, Milestone, month_number};
use crate::figures::Rate;
use crate::words;

words! {
    /// The lamp of a project.
    pub enum ProjectLamp {
        /// As planned 绿灯.
        Green = "green",
        /// Behind 黄灯.
        Yellow = "yellow",
        /// Far behind 红灯.
        Red = "red",
    }
}

/// How many months late a milestone is yellow, and how many red.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthsLate {
    /// What is awaited.
    pub milestone: Milestone,
    /// Yellow from so many months on.
    pub yellow: u32,
    /// Red from so many months on.
    pub red: u32,
}

/// When lamps change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectLampRules {
    /// What people call them.
    pub name: String,
    /// Milestones that are awaited, each at most once.
    pub months: Vec<MonthsLate>,
    /// Yellow from so many basis points behind the plan on; 1 percentage point is 100.
    pub behind_yellow_basis_points: u32,
    /// Red beyond so many.
    pub behind_red_basis_points: u32,
    /// An update is awaited every so many days 周更新.
    pub update_days: u32,
}

impl ProjectLampRules {
    /// Those that come with the program.
    pub fn yinchuan() -> Self {
        let late = |milestone, yellow, red| MonthsLate { milestone, yellow, red };
        Self {
            name: "YINCHUAN".to_owned(),
            months: vec![late(Milestone::Started, 1, 3), late(Milestone::Enrolled, 1, 2)],
            behind_yellow_basis_points: 1_000,
            behind_red_basis_points: 3_000,
            update_days: 7,
        }
    }
}

/// Why rules were refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LampRulesError {
    /// No name, or too long a one.
    #[error("the name has {0} characters; it needs 1 to 40")]
    Name(usize),
    /// A milestone named twice, or one that is never awaited.
    #[error("{0} is named twice, or is nothing that is awaited")]
    Milestone(Milestone),
    /// Yellow must come before red, and not at once.
    #[error(
        "yellow {yellow} and red {red} do not follow one another; yellow is at least 1 and not above red"
    )]
    Order {
        /// Yellow from here on.
        yellow: u32,
        /// Red from here on.
        red: u32,
    },
    /// An update awaited never or all the time.
    #[error("updates every {0} days; choose 1 to 366")]
    Days(u32),
}

/// Checks rules that a person writes.
///
/// # Errors
///
/// See [`LampRulesError`].
pub fn check(rules: &ProjectLampRules) -> Result<(), LampRulesError> {
    let length = rules.name.chars().count();
    if !(1..=40).contains(&length) {
        return Err(LampRulesError::Name(length));
    }
    for (place, one) in rules.months.iter().enumerate() {
        let is_twice =
            rules.months.iter().take(place).any(|other| other.milestone == one.milestone);
        if is_twice || one.milestone == Milestone::Terminated {
            return Err(LampRulesError::Milestone(one.milestone));
        }
        ordered(one.yellow, one.red)?;
    }
    ordered(rules.behind_yellow_basis_points, rules.behind_red_basis_points)?;
    if !(1..=366).contains(&rules.update_days) {
        return Err(LampRulesError::Days(rules.update_days));
    }
    Ok(())
}

fn ordered(yellow: u32, red: u32) -> Result<(), LampRulesError> {
    if yellow == 0 || yellow > red { Err(LampRulesError::Order { yellow, red }) } else { Ok(()) }
}

/// What a lamp depends on.
#[derive(Debug, Clone, Copy)]
pub struct LampFacts<'a> {
    /// Where the project stands now.
    pub stage: ProjectStage,
    /// Its days.
    pub days: &'a Days,
    /// Its investment, by month.
    pub investments: &'a [Investment],
}

/// Why a lamp is not green.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LampReason {
    /// A planned month went by.
    Late {
        /// What is awaited.
        milestone: Milestone,
        /// When it was to be.
        planned_on: NaiveDate,
        /// How many months ago.
        months: u32,
    },
    /// Less was paid in than was to be by then, in shares of the plan of the year.
    Behind {
        /// What was to be by then, in basis points.
        planned_basis_points: u64,
        /// What was, in basis points.
        paid_basis_points: u64,
        /// The difference.
        behind_basis_points: u64,
    },
}

impl LampReason {
    /// In words.
    pub fn zh(&self) -> String {
        match self {
            Self::Late { milestone, planned_on, months } => format!(
                "计划{}年{}月{},已逾期{months}个月",
                planned_on.year(),
                planned_on.month(),
                milestone.zh()
            ),
            Self::Behind { planned_basis_points, paid_basis_points, behind_basis_points } => {
                format!(
                    "年度投资进度应达{},实际{},落后{}个百分点",
                    percent(*planned_basis_points),
                    percent(*paid_basis_points),
                    points(*behind_basis_points)
                )
            }
        }
    }

    /// In English.
    pub fn en(&self) -> String {
        match self {
            Self::Late { milestone, planned_on, months } => {
                format!(
                    "{milestone} was planned for {}, {months} months ago",
                    planned_on.format("%Y-%m")
                )
            }
            Self::Behind { planned_basis_points, paid_basis_points, behind_basis_points } => {
                format!(
                    "investment of the year should be at {}, is at {}, {} percentage points behind",
                    percent(*planned_basis_points),
                    percent(*paid_basis_points),
                    points(*behind_basis_points)
                )
            }
        }
    }
}

/// Basis points as per cent: 5 880 is 58.8 %.
pub fn percent(basis_points: u64) -> String {
    format!("{} %", points(basis_points))
}

/// Basis points as percentage points, without needless zeros.
pub fn points(basis_points: u64) -> String {
    let (whole, rest) = (basis_points / 100, basis_points % 100);
    match (rest, rest % 10) {
        (0, _) => whole.to_string(),
        (_, 0) => format!("{whole}.{}", rest / 10),
        _ => format!("{whole}.{rest:02}"),
    }
}

/// The lamp of a project at the end of `as_of` with every reason for it, months before money; `None` for
/// one that is over: given up or producing.
pub fn lamp(
    facts: LampFacts<'_>,
    rules: &ProjectLampRules,
    as_of: NaiveDate,
) -> Option<(ProjectLamp, Vec<LampReason>)> {
    match facts.days.stage_at(facts.stage, as_of) {
        ProjectStage::Producing | ProjectStage::Terminated => return None,
        ProjectStage::Planned
        | ProjectStage::Signed
        | ProjectStage::Filed
        | ProjectStage::Started
        | ProjectStage::Investing
        | ProjectStage::Completed => {}
    }
    let late = rules.months.iter().filter_map(|rule| late(facts, *rule, as_of));
    let all: Vec<_> = late.chain(behind(facts.investments, rules, as_of)).collect();
    let worst = all.iter().map(|(lamp, _)| *lamp).max().unwrap_or(ProjectLamp::Green);
    Some((worst, all.into_iter().map(|(_, reason)| reason).collect()))
}

fn late(
    facts: LampFacts<'_>,
    rule: MonthsLate,
    as_of: NaiveDate,
) -> Option<(ProjectLamp, LampReason)> {
    let milestone = rule.milestone;
    let planned_on = *facts.days.planned.get(&milestone)?;
    let stands = facts.days.stage_at(facts.stage, as_of);
    let is_there = milestone.rank().zip(stands.rank()).is_some_and(|(awaited, at)| at >= awaited);
    if is_there || facts.days.reached(milestone, as_of) {
        return None;
    }
    let months = u32::try_from(month_number(as_of) - month_number(planned_on)).ok()?;
    let lamp = match months {
        months if months >= rule.red => ProjectLamp::Red,
        months if months >= rule.yellow => ProjectLamp::Yellow,
        _ => return None,
    };
    Some((lamp, LampReason::Late { milestone, planned_on, months }))
}

/// What was planned for the year of a day, what of it up to that day, and what was paid in, in fen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct YearToDate {
    /// Planned for the whole year.
    pub year_fen: u64,
    /// Planned for the months that were over at the end of the day.
    pub planned_fen: u64,
    /// Paid in, the month of the day included.
    pub paid_fen: u64,
}

/// The investment of the year of `as_of` up to its end.
pub fn year_to_date(investments: &[Investment], as_of: NaiveDate) -> YearToDate {
    let mut sums = YearToDate::default();
    for one in investments.iter().filter(|one| one.month.year() == as_of.year()) {
        let (planned, paid) = (one.planned_fen.unsigned_abs(), one.paid_fen.unsigned_abs());
        sums.year_fen = sums.year_fen.saturating_add(planned);
        if is_over(one.month, as_of) {
            sums.planned_fen = sums.planned_fen.saturating_add(planned);
        }
        if one.month <= as_of {
            sums.paid_fen = sums.paid_fen.saturating_add(paid);
        }
    }
    sums
}

/// Whether the month that begins on `first` is over at the end of `as_of`.
fn is_over(first: NaiveDate, as_of: NaiveDate) -> bool {
    let next = first.checked_add_months(Months::new(1));
    next.zip(as_of.succ_opt()).is_some_and(|(next, after)| next <= after)
}

fn behind(
    investments: &[Investment],
    rules: &ProjectLampRules,
    as_of: NaiveDate,
) -> Option<(ProjectLamp, LampReason)> {
    let sums = year_to_date(investments, as_of);
    let share = |numerator| Rate { numerator, denominator: sums.year_fen, pending: 0 };
    let missing = sums.planned_fen.checked_sub(sums.paid_fen)?;
    // Compared without rounding: 30.001 points are beyond 30.
    let whole = u128::from(sums.year_fen);
    let missing_parts = u128::from(missing) * 10_000;
    let lamp = if missing_parts > u128::from(rules.behind_red_basis_points) * whole {
        ProjectLamp::Red
    } else if missing > 0 && missing_parts >= u128::from(rules.behind_yellow_basis_points) * whole {
        ProjectLamp::Yellow
    } else {
        return None;
    };
    let reason = LampReason::Behind {
        planned_basis_points: share(sums.planned_fen).basis_points()?,
        paid_basis_points: share(sums.paid_fen).basis_points()?,
        behind_basis_points: share(missing).basis_points()?,
    };
    Some((lamp, reason))
}
