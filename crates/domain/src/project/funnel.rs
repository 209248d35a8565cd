//! How far a cohort of projects has come: rates with numerator and denominator, as of a day 项目漏斗.
//!
//! | measure | numerator | denominator |
//! |---|---|---|
//! | filed 备案率 | filed | signed |
//! | started 开工率 | started | filed |
//! | investment 投资完成率 | paid in this year, in fen | planned for this year, in fen |
//! | completed 竣工率 | of the denominator, completed | to be completed this year, by the plan |
//! | producing 投产率 | producing | completed |
//!
//! A project counts as filed once it is filed or further, whatever was written first. What the stage
//! says without a day is counted apart (`undated`): nobody knows whether it was so on that day. Nothing
//! is clamped: more may be paid in than was planned.

use chrono::{Datelike as _, NaiveDate};

use super::ProjectStage;
use super::lamp::{percent, points, year_to_date};
use super::ledger::{Days, Investment, Milestone};
use crate::figures::Rate;
use crate::ids::ProjectId;
use crate::words;

words! {
    /// A rate of a cohort.
    pub enum Measure {
        /// Filed of those signed 备案率.
        Filed = "filed",
        /// Started of those filed 开工率.
        Started = "started",
        /// Paid in of what was planned for the year 投资完成率.
        Investment = "investment",
        /// Completed of those to be completed this year 竣工率.
        Completed = "completed",
        /// Producing of those completed 投产率.
        Producing = "producing",
    }
}

/// A project of a cohort.
#[derive(Debug, Clone, Copy)]
pub struct CohortMember<'a> {
    /// The project.
    pub id: ProjectId,
    /// Where it stands now.
    pub stage: ProjectStage,
    /// Its days.
    pub days: &'a Days,
    /// Its investment, by month.
    pub investments: &'a [Investment],
}

/// A rate with the projects it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunnelStep {
    /// Which.
    pub measure: Measure,
    /// Numerator and denominator, in projects or in fen.
    pub rate: Rate,
    /// The projects of the denominator, in the order of the cohort.
    pub base: Vec<ProjectId>,
    /// The projects of the numerator, in the order of the cohort.
    pub counted: Vec<ProjectId>,
    /// How many more are said to be that far, without a day.
    pub undated: u64,
}

/// Every measure of `cohort` at the end of `as_of`, in the order of [`Measure`].
pub fn funnel(cohort: &[CohortMember<'_>], as_of: NaiveDate) -> Vec<FunnelStep> {
    Measure::ALL.iter().map(|measure| step(*measure, cohort, as_of)).collect()
}

fn step(measure: Measure, cohort: &[CohortMember<'_>], as_of: NaiveDate) -> FunnelStep {
    match measure {
        Measure::Filed => conversion(measure, cohort, (Milestone::Signed, Milestone::Filed), as_of),
        Measure::Started => {
            conversion(measure, cohort, (Milestone::Filed, Milestone::Started), as_of)
        }
        Measure::Investment => investment(cohort, as_of),
        Measure::Completed => {
            let due = |one: &CohortMember<'_>| {
                let planned = one.days.planned.get(&Milestone::Completed);
                planned.is_some_and(|day| day.year() == as_of.year())
            };
            share(measure, cohort, (due, Milestone::Completed), as_of)
        }
        Measure::Producing => {
            conversion(measure, cohort, (Milestone::Completed, Milestone::Producing), as_of)
        }
    }
}

/// Of those that reached one milestone, those that reached another.
fn conversion(
    measure: Measure,
    cohort: &[CohortMember<'_>],
    (from, to): (Milestone, Milestone),
    as_of: NaiveDate,
) -> FunnelStep {
    share(measure, cohort, (|one: &CohortMember<'_>| one.days.reached(from, as_of), to), as_of)
}

/// Of those that `is_base` names, those that reached a milestone.
fn share(
    measure: Measure,
    cohort: &[CohortMember<'_>],
    (is_base, to): (impl Fn(&CohortMember<'_>) -> bool, Milestone),
    as_of: NaiveDate,
) -> FunnelStep {
    let in_base = || cohort.iter().filter(|one| is_base(one));
    let base: Vec<ProjectId> = in_base().map(|one| one.id).collect();
    let counted: Vec<ProjectId> =
        in_base().filter(|one| one.days.reached(to, as_of)).map(|one| one.id).collect();
    let is_undated = |one: &&CohortMember<'_>| {
        let is_there = one.stage.rank().zip(to.rank()).is_some_and(|(at, to)| at >= to);
        is_there && !one.days.is_dated(to)
    };
    FunnelStep {
        measure,
        rate: Rate { numerator: number(&counted), denominator: number(&base), pending: 0 },
        undated: u64::try_from(cohort.iter().filter(is_undated).count()).unwrap_or(u64::MAX),
        base,
        counted,
    }
}

fn investment(cohort: &[CohortMember<'_>], as_of: NaiveDate) -> FunnelStep {
    let (mut rate, mut base, mut counted) = (Rate::default(), Vec::new(), Vec::new());
    for one in cohort {
        let sums = year_to_date(one.investments, as_of);
        rate.numerator = rate.numerator.saturating_add(sums.paid_fen);
        rate.denominator = rate.denominator.saturating_add(sums.year_fen);
        if sums.year_fen > 0 {
            base.push(one.id);
        }
        if sums.paid_fen > 0 {
            counted.push(one.id);
        }
    }
    FunnelStep { measure: Measure::Investment, rate, base, counted, undated: 0 }
}

fn number(list: &[ProjectId]) -> u64 {
    u64::try_from(list.len()).unwrap_or(u64::MAX)
}

/// A remark on a rate that was reported, in Chinese and English: whether it is what comes out of the
/// ledger. Equal to the percentage shown counts as equal: 5 882 basis points are shown as 58.8 %.
pub fn remark(rate: Rate, reported_basis_points: u64) -> (String, String) {
    let reported = percent(reported_basis_points);
    let Some((computed, shown)) = rate.basis_points().zip(rate.shown()) else {
        let zh = format!("台账无法计算,上报值为{reported}");
        return (zh, format!("cannot be computed from the ledger; {reported} was reported"));
    };
    let Rate { numerator, denominator, .. } = rate;
    let apart = computed.abs_diff(reported_basis_points);
    if apart == 0 || shown == reported {
        let zh = format!("计算值与上报值一致:{numerator}/{denominator},即{shown}");
        return (
            zh,
            format!("computed and reported agree: {numerator} of {denominator} is {shown}"),
        );
    }
    let apart = points(apart);
    (
        format!("计算值{shown}({numerator}/{denominator}),上报值{reported},相差{apart}个百分点"),
        format!(
            "{numerator} of {denominator} computes {shown}, {reported} was reported, {apart} percentage points apart"
        ),
    )
}
