//! What is missing in the ledger of a project under way: its team, a weekly update, a planned day that
//! went by.

use chrono::{Days as Span, NaiveDate};

use super::ProjectStage;
use super::lamp::ProjectLampRules;
use super::ledger::{Days, Milestone, TeamMember, TeamRole};
use crate::words;

words! {
    /// What is missing.
    pub enum FindingKind {
        /// Nobody leads 无牵头领导.
        NoLead = "no_lead",
        /// No department is responsible 无责任部门.
        NoDepartment = "no_department",
        /// Nobody follows it 无跟踪人员.
        NoFollower = "no_follower",
        /// Nothing was written for too long 未按周更新.
        Stale = "stale",
        /// A planned day went by 节点逾期.
        Overdue = "overdue",
    }
}

/// Something missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
    /// The milestone that is overdue.
    pub milestone: Option<Milestone>,
    /// The last update, or the day that went by; `None` where there is none.
    pub since: Option<NaiveDate>,
}

impl Finding {
    /// In words.
    pub fn zh(&self) -> String {
        let since = self.since.map(|day| day.to_string());
        match self.kind {
            FindingKind::NoLead => "没有牵头领导".to_owned(),
            FindingKind::NoDepartment => "没有责任部门".to_owned(),
            FindingKind::NoFollower => "没有跟踪人员".to_owned(),
            FindingKind::Stale => {
                since.map_or_else(|| "从未更新".to_owned(), |since| format!("{since}之后没有更新"))
            }
            FindingKind::Overdue => format!(
                "计划{}{},尚未完成",
                since.unwrap_or_default(),
                self.milestone.map_or("", Milestone::zh)
            ),
        }
    }

    /// In English.
    pub fn en(&self) -> String {
        let since = self.since.map(|day| day.to_string());
        match self.kind {
            FindingKind::NoLead => "nobody leads it".to_owned(),
            FindingKind::NoDepartment => "no department is responsible".to_owned(),
            FindingKind::NoFollower => "nobody follows it".to_owned(),
            FindingKind::Stale => since.map_or_else(
                || "no update yet".to_owned(),
                |since| format!("no update since {since}"),
            ),
            FindingKind::Overdue => format!(
                "{} was planned for {} and is not done",
                self.milestone.map_or("", Milestone::word),
                since.unwrap_or_default()
            ),
        }
    }
}

/// What findings depend on.
#[derive(Debug, Clone, Copy)]
pub struct FindingFacts<'a> {
    /// Where the project stands now.
    pub stage: ProjectStage,
    /// Its days.
    pub days: &'a Days,
    /// Its team, of all times.
    pub team: &'a [TeamMember],
    /// The day of the last update up to the day that is asked about.
    pub updated_on: Option<NaiveDate>,
}

/// Whether a project was under way at the end of `as_of`: signed, and neither producing nor given up.
pub fn is_under_way(stage: ProjectStage, days: &Days, as_of: NaiveDate) -> bool {
    match days.stage_at(stage, as_of) {
        ProjectStage::Signed
        | ProjectStage::Filed
        | ProjectStage::Started
        | ProjectStage::Investing
        | ProjectStage::Completed => true,
        ProjectStage::Planned | ProjectStage::Producing | ProjectStage::Terminated => false,
    }
}

/// Whether the last update, or where there is none the signing, lies more than so many days back. A
/// project of which neither is known is stale.
pub fn is_stale(facts: FindingFacts<'_>, rules: &ProjectLampRules, as_of: NaiveDate) -> bool {
    if !is_under_way(facts.stage, facts.days, as_of) {
        return false;
    }
    let signed = || facts.days.actual.get(&Milestone::Signed).copied();
    let Some(since) = facts.updated_on.or_else(signed) else { return true };
    let due = since.checked_add_days(Span::new(u64::from(rules.update_days)));
    due.is_some_and(|due| due < as_of)
}

/// Everything missing in a project at the end of `as_of`, by kind and milestone; nothing for one that is
/// not under way.
pub fn findings(
    facts: FindingFacts<'_>,
    rules: &ProjectLampRules,
    as_of: NaiveDate,
) -> Vec<Finding> {
    if !is_under_way(facts.stage, facts.days, as_of) {
        return Vec::new();
    }
    let plain = |kind| Finding { kind, milestone: None, since: None };
    let has = |role| facts.team.iter().any(|one| one.role == role && one.is_on(as_of));
    let roles = [
        (TeamRole::Lead, FindingKind::NoLead),
        (TeamRole::Department, FindingKind::NoDepartment),
        (TeamRole::Follower, FindingKind::NoFollower),
    ];
    let mut found: Vec<Finding> =
        roles.into_iter().filter(|(role, _)| !has(*role)).map(|(_, kind)| plain(kind)).collect();
    if is_stale(facts, rules, as_of) {
        found.push(Finding { since: facts.updated_on, ..plain(FindingKind::Stale) });
    }
    let stands = facts.days.stage_at(facts.stage, as_of);
    let overdue = facts.days.planned.iter().filter(|(milestone, planned)| {
        let is_there =
            milestone.rank().zip(stands.rank()).is_some_and(|(awaited, at)| at >= awaited);
        **planned < as_of && !is_there && !facts.days.reached(**milestone, as_of)
    });
    found.extend(overdue.map(|(milestone, planned)| Finding {
        kind: FindingKind::Overdue,
        milestone: Some(*milestone),
        since: Some(*planned),
    }));
    found
}
