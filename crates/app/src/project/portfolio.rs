//! Figures of projects: the funnel of a cohort, lamps and findings, what was reported, and the rules of
//! lamps. What is counted is what the caller reads in full.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::{Id as _, ProjectId, ProjectReportId};
use lianmeng_domain::policy::{self, Visibility};
use lianmeng_domain::project::Project;
use lianmeng_domain::project::finding::{self, Finding, FindingFacts};
use lianmeng_domain::project::funnel::{self, CohortMember, FunnelStep, Measure};
use lianmeng_domain::project::lamp::{
    self, LampFacts, LampReason, LampRulesError, ProjectLamp, ProjectLampRules,
};
use lianmeng_domain::project::ledger::{
    self as rules, DayRecord, Days, GroupKind, Investment, LedgerError, TeamMember,
};
use lianmeng_store::StoreError;
use lianmeng_store::project::ledger;
use lianmeng_store::project::portfolio::{self as store, KeptRules, Report};
use sea_orm::ConnectionTrait;
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;

/// Most projects a figure is about.
pub const MOST: u64 = 5_000;

/// Why a figure was not told.
#[derive(Debug, Error)]
pub enum PortfolioError {
    /// Too many projects.
    #[error("more than {MOST} projects match; name the label of a smaller cohort")]
    TooMany,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Projects with what figures follow from.
#[derive(Debug)]
pub struct Portfolio {
    /// The projects, newest first.
    pub projects: Vec<Project>,
    days: HashMap<ProjectId, Days>,
    months: HashMap<ProjectId, Vec<Investment>>,
    none: Days,
}

/// The projects of a label, or all beyond planning, that `reads` reads in full. Three statements.
///
/// # Errors
///
/// See [`PortfolioError`].
pub async fn portfolio(
    db: &impl ConnectionTrait,
    reads: &Visibility,
    label: Option<&str>,
) -> Result<Portfolio, PortfolioError> {
    let projects = store::projects(db, reads, label, MOST + 1).await?;
    if u64::try_from(projects.len()).unwrap_or(u64::MAX) > MOST {
        return Err(PortfolioError::TooMany);
    }
    let ids: Vec<ProjectId> = projects.iter().map(|project| project.id).collect();
    let records = gathered(ledger::days(db, &ids).await?);
    let months = gathered(ledger::months(db, &ids).await?);
    let days = records.into_iter().map(|(id, records)| (id, Days::of(&records))).collect();
    Ok(Portfolio { projects, days, months, none: Days::default() })
}

fn gathered<T>(rows: Vec<(ProjectId, T)>) -> HashMap<ProjectId, Vec<T>> {
    let mut all: HashMap<ProjectId, Vec<T>> = HashMap::new();
    for (project, row) in rows {
        all.entry(project).or_default().push(row);
    }
    all
}

impl Portfolio {
    fn days(&self, id: ProjectId) -> &Days {
        self.days.get(&id).unwrap_or(&self.none)
    }

    fn months(&self, id: ProjectId) -> &[Investment] {
        self.months.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Every measure at the end of a day.
    pub fn funnel(&self, as_of: NaiveDate) -> Vec<FunnelStep> {
        let member = |project: &Project| CohortMember {
            id: project.id,
            stage: project.stage,
            days: self.days(project.id),
            investments: self.months(project.id),
        };
        let cohort: Vec<CohortMember<'_>> = self.projects.iter().map(member).collect();
        funnel::funnel(&cohort, as_of)
    }

    /// The projects of each lamp at the end of a day, newest first; those that are over have none.
    pub fn lamps(
        &self,
        rules: &ProjectLampRules,
        as_of: NaiveDate,
    ) -> BTreeMap<ProjectLamp, Vec<ProjectId>> {
        let mut all: BTreeMap<ProjectLamp, Vec<ProjectId>> =
            ProjectLamp::ALL.iter().map(|lamp| (*lamp, Vec::new())).collect();
        for project in &self.projects {
            let facts = LampFacts {
                stage: project.stage,
                days: self.days(project.id),
                investments: self.months(project.id),
            };
            if let Some((lamp, _)) = lamp::lamp(facts, rules, as_of) {
                all.entry(lamp).or_default().push(project.id);
            }
        }
        all
    }

    /// Everything missing at the end of a day, by project, newest first. Two statements.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database refuses.
    pub async fn findings(
        &self,
        db: &impl ConnectionTrait,
        rules: &ProjectLampRules,
        as_of: NaiveDate,
    ) -> Result<Vec<(ProjectId, Finding)>, StoreError> {
        let ids: Vec<ProjectId> = self.projects.iter().map(|project| project.id).collect();
        let team = gathered(ledger::team(db, &ids).await?);
        let updates = ledger::updates(db, &ids, (Some(as_of), 1)).await?;
        let updated: HashMap<ProjectId, NaiveDate> =
            updates.into_iter().map(|(id, update)| (id, update.on)).collect();
        let mut found = Vec::new();
        for project in &self.projects {
            let team: &[TeamMember] = team.get(&project.id).map_or(&[], Vec::as_slice);
            let facts = FindingFacts {
                stage: project.stage,
                days: self.days(project.id),
                team,
                updated_on: updated.get(&project.id).copied(),
            };
            let all = finding::findings(facts, rules, as_of);
            found.extend(all.into_iter().map(|one| (project.id, one)));
        }
        Ok(found)
    }
}

/// The rules of lamps in force.
///
/// # Errors
///
/// [`StoreError`] if the database refuses.
pub async fn rules_in_force(db: &impl ConnectionTrait) -> Result<KeptRules, StoreError> {
    let newest = store::lamp_rules(db, 1).await?.pop();
    Ok(newest.unwrap_or_else(|| KeptRules {
        version: 0,
        rules: ProjectLampRules::yinchuan(),
        made_at: chrono::DateTime::UNIX_EPOCH,
        made_by: String::new(),
    }))
}

/// The lamp of one project at the end of a day, with its reasons.
pub fn lamp_of(
    project: &Project,
    records: &[DayRecord],
    months: &[Investment],
    (rules, as_of): (&ProjectLampRules, NaiveDate),
) -> Option<(ProjectLamp, Vec<LampReason>)> {
    let days = Days::of(records);
    lamp::lamp(LampFacts { stage: project.stage, days: &days, investments: months }, rules, as_of)
}

/// Writes down a rate that somebody reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportFigure {
    /// The cohort, by its label.
    pub label: String,
    /// Which rate.
    pub measure: Measure,
    /// The day it is about.
    pub as_of: NaiveDate,
    /// The rate in basis points.
    pub basis_points: u32,
    /// What is to be said of it.
    pub note: String,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Makes other rules of lamps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetLampRules {
    /// The rules.
    pub rules: ProjectLampRules,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Writes a kind of group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetGroupKind {
    /// The kind.
    pub kind: GroupKind,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why a figure, rules or a kind of group were not written.
#[derive(Debug, Error)]
pub enum PortfolioCommandError {
    /// Only coordinators may.
    #[error("only a coordinator writes this down")]
    NotFound,
    /// A code that is no name.
    #[error("{0:?} is no code; use 1 to 40 capitals, digits and underscores")]
    Code(String),
    /// A rate that is too high to be one.
    #[error("{0} basis points are more than can be kept; 2147483647 are the most")]
    Rate(u32),
    /// A rule of the ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A rule of lamps.
    #[error(transparent)]
    Rules(#[from] LampRulesError),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for PortfolioCommandError {
    fn from(error: StoreError) -> Self {
        match error {
            // The number of rules was taken by somebody at the same moment.
            StoreError::Conflict(_) => Self::Command(StoreError::Stale.into()),
            StoreError::Stale | StoreError::Corrupt { .. } | StoreError::Db(_) => {
                Self::Command(error.into())
            }
        }
    }
}

/// Writes down a rate that was reported: coordinators only. Nothing that was is changed; the last one
/// for the latest day counts.
///
/// # Errors
///
/// See [`PortfolioCommandError`]; nothing is saved when an error is returned.
pub async fn report(
    desk: &Desk,
    actor: &Actor,
    cmd: &ReportFigure,
) -> Result<(), PortfolioCommandError> {
    if !policy::may_keep_registry(actor) {
        return Err(PortfolioCommandError::NotFound);
    }
    let labels = rules::check_labels(std::slice::from_ref(&cmd.label))?;
    rules::happened(cmd.as_of, desk.today)?;
    if i32::try_from(cmd.basis_points).is_err() {
        return Err(PortfolioCommandError::Rate(cmd.basis_points));
    }
    let note = rules::long("note", &cmd.note, 0)?;
    let Begun::New(change) = command::begin(desk, actor, &cmd.request_key, cmd).await? else {
        return Ok(());
    };
    let one = Report {
        id: desk.mint(),
        label: labels.into_iter().next().unwrap_or_default(),
        measure: cmd.measure,
        as_of: cmd.as_of,
        basis_points: cmd.basis_points,
        note,
        recorded_at: desk.now,
        recorded_by: actor.subject.clone(),
    };
    let diff = store::insert_report(&change.tx, &one).await?;
    let thing = format!("{}:{}", ProjectReportId::TAG, one.id);
    change.noting(diff).finish("ReportFigure", &thing, Touches::Nothing).await?;
    Ok(())
}

/// Makes other rules of lamps, in force from now on: coordinators only.
///
/// # Errors
///
/// See [`PortfolioCommandError`]; nothing is saved when an error is returned.
pub async fn set_rules(
    desk: &Desk,
    actor: &Actor,
    cmd: &SetLampRules,
) -> Result<(), PortfolioCommandError> {
    if !policy::may_keep_registry(actor) {
        return Err(PortfolioCommandError::NotFound);
    }
    lamp::check(&cmd.rules)?;
    let Begun::New(change) = command::begin(desk, actor, &cmd.request_key, cmd).await? else {
        return Ok(());
    };
    let last = rules_in_force(&change.tx).await?.version;
    let kept = KeptRules {
        version: last.saturating_add(1),
        rules: cmd.rules.clone(),
        made_at: desk.now,
        made_by: actor.subject.clone(),
    };
    store::insert_rules(&change.tx, &kept).await?;
    let thing = format!("project_lamp_rules:{}", kept.version);
    change.finish("SetLampRules", &thing, Touches::Nothing).await?;
    Ok(())
}

/// Writes a kind of group: coordinators only.
///
/// # Errors
///
/// See [`PortfolioCommandError`]; nothing is saved when an error is returned.
pub async fn set_group(
    desk: &Desk,
    actor: &Actor,
    cmd: &SetGroupKind,
) -> Result<(), PortfolioCommandError> {
    if !policy::may_keep_registry(actor) {
        return Err(PortfolioCommandError::NotFound);
    }
    let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let code = cmd.kind.code.trim();
    if !(1..=40).contains(&code.len()) || !code.chars().all(is_name) {
        return Err(PortfolioCommandError::Code(cmd.kind.code.clone()));
    }
    let kind = GroupKind {
        code: code.to_owned(),
        zh: rules::label("zh", &cmd.kind.zh)?,
        en: rules::label("en", &cmd.kind.en)?,
    };
    let Begun::New(change) = command::begin(desk, actor, &cmd.request_key, cmd).await? else {
        return Ok(());
    };
    ledger::put_group(&change.tx, &kind).await?;
    let thing = format!("project_group:{}", kind.code);
    change.finish("SetGroupKind", &thing, Touches::Nothing).await?;
    Ok(())
}
