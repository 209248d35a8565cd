//! Figures of projects in GraphQL: the funnel of a cohort, lamps, and findings. Each is of a day and opens
//! the projects it counts.

use std::cmp::Reverse;
use std::collections::HashMap;

use async_graphql::connection::Connection;
use async_graphql::{Context, Object, Result, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use lianmeng_app::project::portfolio::{Portfolio, PortfolioError, portfolio, rules_in_force};
use lianmeng_domain::ids::ProjectId;
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::project::finding::{Finding, FindingKind};
use lianmeng_domain::project::funnel::{FunnelStep, remark};
use lianmeng_domain::project::lamp::{MonthsLate, ProjectLamp, percent};
use lianmeng_domain::rights::DataClass;
use lianmeng_store::project::ledger;
use lianmeng_store::project::portfolio::{self as store, KeptRules, Report};

use super::ledger::day_of;
use super::words::{FindingKindWord, MeasureWord, MilestoneWord, ProjectLampWord};
use super::{ProjectNode, ProjectTotal};
use crate::error::ApiError;
use crate::page::{self, Span};
use crate::scalars::{Day, Long};
use crate::scope::Scope;

/// Most kinds of groups.
pub(super) const MOST_GROUPS: u64 = 100;

/// The projects that figures of this caller are about.
async fn read(scope: &Scope, label: Option<&str>) -> Result<Portfolio, ApiError> {
    let reads = scope.eyes_of(DataClass::Project).reads;
    portfolio(&scope.desk.db, reads, label).await.map_err(|error| match error {
        PortfolioError::TooMany => ApiError::TooLarge(error.to_string()),
        PortfolioError::Store(error) => error.into(),
    })
}

/// A page of the projects with these ids.
async fn listed(
    ctx: &Context<'_>,
    list: &str,
    ids: &[ProjectId],
    span: Span,
) -> Result<Connection<String, ProjectNode, ProjectTotal>> {
    let page = span.by_key(list, |[id]| id.parse().ok().map(Reverse))?;
    let shown = page.cut(ids.to_vec(), |id: &ProjectId| Reverse(*id));
    let found = Scope::of(ctx)?.many(shown).await?;
    let cursor = |one: &lianmeng_domain::project::SeenProject| {
        page::cursor(list, &[&one.project.id.to_string()])
    };
    let total = ProjectTotal::Counted(ids.len());
    Ok(page::connection_with(page.slice(found), total, cursor, ProjectNode))
}

/// A rate that somebody reported.
#[derive(Debug, SimpleObject)]
pub struct ReportedRate {
    /// The rate in basis points, as it was printed.
    basis_points: u32,
    /// The same as people read it, such as "60 %".
    shown: String,
    /// The day it is about.
    as_of: Day,
    /// Where it stands, and what is to be said of it; empty if nothing.
    note: String,
    /// When it was written down.
    recorded_at: DateTime<Utc>,
}

impl From<&Report> for ReportedRate {
    fn from(one: &Report) -> Self {
        Self {
            basis_points: one.basis_points,
            shown: percent(one.basis_points.into()),
            as_of: Day(one.as_of),
            note: one.note.clone(),
            recorded_at: one.recorded_at,
        }
    }
}

/// A remark in words.
#[derive(Debug, SimpleObject)]
pub struct ProjectRemark {
    /// In Chinese.
    zh: String,
    /// In English.
    en: String,
}

/// A rate of a cohort as clients see it.
#[derive(Debug)]
pub struct FunnelStepNode {
    step: FunnelStep,
    reported: Option<Report>,
}

/// A rate of a cohort (项目漏斗), computed and reported side by side.
#[Object(name = "ProjectFunnelStep")]
impl FunnelStepNode {
    /// Which rate.
    async fn measure(&self) -> MeasureWord {
        self.step.measure.into()
    }

    /// How many projects, or how many fen where the measure is `INVESTMENT`.
    async fn numerator(&self) -> Long {
        long(self.step.rate.numerator)
    }

    /// Of how many.
    async fn denominator(&self) -> Long {
        long(self.step.rate.denominator)
    }

    /// numerator ÷ denominator in basis points, rounded to the nearest, halves up; may exceed 10 000;
    /// null if the denominator is 0.
    async fn computed_basis_points(&self) -> Option<u64> {
        self.step.rate.basis_points()
    }

    /// The rate as people read it, such as "58.8 %": one decimal, two above 99 %, and "100 %" only if it
    /// is; null if the denominator is 0.
    async fn computed_shown(&self) -> Option<String> {
        self.step.rate.shown()
    }

    /// How many more projects are said to be that far without a day on which they were; they are in no
    /// numerator.
    async fn undated(&self) -> u64 {
        self.step.undated
    }

    /// What was reported, for the latest day up to that of the figures; null if nothing was, and for
    /// those who do not read all projects: what they compute is about fewer.
    async fn reported(&self) -> Option<ReportedRate> {
        self.reported.as_ref().map(Into::into)
    }

    /// How computed and reported compare; null where nothing was reported.
    async fn note(&self) -> Option<ProjectRemark> {
        let reported = self.reported.as_ref()?;
        let (zh, en) = remark(self.step.rate, reported.basis_points.into());
        Some(ProjectRemark { zh, en })
    }

    /// Exactly the projects of the numerator, newest first.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn counted(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<String, ProjectNode, ProjectTotal>> {
        let span = Span { first, after, last, before };
        listed(ctx, "project_counted", &self.step.counted, span).await
    }

    /// Exactly the projects of the denominator, newest first.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn base(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<String, ProjectNode, ProjectTotal>> {
        let span = Span { first, after, last, before };
        listed(ctx, "project_base", &self.step.base, span).await
    }
}

fn long(number: u64) -> Long {
    Long(i64::try_from(number).unwrap_or(i64::MAX))
}

/// The funnel of a cohort (项目漏斗).
#[derive(Debug, SimpleObject)]
pub struct ProjectFunnel {
    /// The label of the cohort.
    cohort: String,
    /// The day it is of.
    as_of: Day,
    /// How many projects of the cohort you read in full; the figures are about these.
    projects: u64,
    /// Every rate, in the order of the way.
    steps: Vec<FunnelStepNode>,
}

/// Projects of one lamp, as clients see them.
#[derive(Debug)]
pub struct LampGroup {
    lamp: ProjectLamp,
    ids: Vec<ProjectId>,
}

/// Projects of one lamp.
#[Object(name = "ProjectLampGroup")]
impl LampGroup {
    /// The lamp.
    async fn lamp(&self) -> ProjectLampWord {
        self.lamp.into()
    }

    /// How many projects.
    async fn count(&self) -> u64 {
        u64::try_from(self.ids.len()).unwrap_or(u64::MAX)
    }

    /// Exactly these projects, newest first.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn projects(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<String, ProjectNode, ProjectTotal>> {
        let span = Span { first, after, last, before };
        listed(ctx, "project_lamp", &self.ids, span).await
    }
}

/// Lamps of projects at the end of a day.
#[derive(Debug, SimpleObject)]
pub struct ProjectLamps {
    /// The day.
    as_of: Day,
    /// The version of the rules they follow from.
    rules_version: i32,
    /// The projects of each lamp: green, yellow, red. Those that were over have none.
    groups: Vec<LampGroup>,
}

/// Something missing, as clients see it.
#[derive(Debug)]
pub struct FindingNode {
    project: ProjectId,
    finding: Finding,
}

/// Something missing in the ledger of a project under way (督查发现).
#[Object(name = "ProjectFinding")]
impl FindingNode {
    /// The project.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<ProjectNode>> {
        Ok(Scope::of(ctx)?.one(self.project).await?.map(ProjectNode))
    }

    /// What is missing.
    async fn kind(&self) -> FindingKindWord {
        self.finding.kind.into()
    }

    /// The milestone that is overdue; null for other kinds.
    async fn milestone(&self) -> Option<MilestoneWord> {
        self.finding.milestone.map(Into::into)
    }

    /// The last update, or the planned day that went by; null where there is none.
    async fn since(&self) -> Option<Day> {
        self.finding.since.map(Day)
    }

    /// In words.
    async fn text(&self) -> ProjectRemark {
        ProjectRemark { zh: self.finding.zh(), en: self.finding.en() }
    }
}

/// Where a finding stands in the list: newest project first.
type FindingKey = (Reverse<ProjectId>, String);

fn finding_key(project: ProjectId, finding: Finding) -> FindingKey {
    let milestone = finding.milestone.map_or("", |milestone| milestone.word());
    (Reverse(project), format!("{}.{milestone}", finding.kind.word()))
}

/// Rules of lamps as clients see them.
#[derive(Debug)]
pub struct LampRulesNode(pub(super) KeptRules);

/// How many months late a milestone is yellow, and how many red.
#[derive(Debug, SimpleObject)]
pub struct MonthsLateRule {
    /// What is awaited.
    milestone: MilestoneWord,
    /// Yellow from so many months on; 1 is the month after the planned one.
    yellow: u32,
    /// Red from so many months on.
    red: u32,
}

impl From<&MonthsLate> for MonthsLateRule {
    fn from(one: &MonthsLate) -> Self {
        Self { milestone: one.milestone.into(), yellow: one.yellow, red: one.red }
    }
}

/// Rules of the lamps of projects (红黄绿灯规则). None is ever changed; the newest are in force.
#[Object(name = "ProjectLampRules")]
impl LampRulesNode {
    /// Counts up from 1, the rules that come with the program.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// What people call them.
    async fn name(&self) -> &str {
        &self.0.rules.name
    }

    /// Milestones that are awaited.
    async fn months(&self) -> Vec<MonthsLateRule> {
        self.0.rules.months.iter().map(Into::into).collect()
    }

    /// Yellow from so many basis points behind the plan of the year on; 100 are one percentage point.
    async fn behind_yellow_basis_points(&self) -> u32 {
        self.0.rules.behind_yellow_basis_points
    }

    /// Red beyond so many.
    async fn behind_red_basis_points(&self) -> u32 {
        self.0.rules.behind_red_basis_points
    }

    /// A project is stale after so many days without an update.
    async fn update_days(&self) -> u32 {
        self.0.rules.update_days
    }

    /// When they were made.
    async fn made_at(&self) -> DateTime<Utc> {
        self.0.made_at
    }
}

/// A kind of group (工作组) within a team.
#[derive(Debug, SimpleObject)]
pub struct ProjectGroupKind {
    /// Its code.
    pub(super) code: String,
    /// What people call it.
    pub(super) zh: String,
    /// The same in English.
    pub(super) en: String,
}

/// Every kind of group, by code.
pub(super) async fn group_kinds(scope: &Scope) -> Result<Vec<ProjectGroupKind>, ApiError> {
    let kinds = ledger::groups(&scope.desk.db, MOST_GROUPS).await?;
    let node = |kind: lianmeng_domain::project::ledger::GroupKind| ProjectGroupKind {
        code: kind.code,
        zh: kind.zh,
        en: kind.en,
    };
    Ok(kinds.into_iter().map(node).collect())
}

/// Queries about figures of projects.
#[derive(Debug, Default)]
pub struct PortfolioQuery;

const FINDINGS: &str = "project_findings";

#[Object]
impl PortfolioQuery {
    /// The funnel (项目漏斗) of the projects with this label that you read in full, at the end of a day;
    /// today if absent. At most 5 000 projects.
    async fn project_funnel(
        &self,
        ctx: &Context<'_>,
        #[graphql(validator(max_length = 40))] cohort: String,
        as_of: Option<Day>,
    ) -> Result<ProjectFunnel> {
        let (scope, day) = (Scope::of(ctx)?, day_of(ctx, as_of)?);
        let cohort = cohort.trim().to_owned();
        let found = read(scope, Some(&cohort)).await?;
        let sees_all = *scope.eyes_of(DataClass::Project).reads == Visibility::All;
        let mut reported = if sees_all {
            store::reported(&scope.desk.db, &cohort, day).await?
        } else {
            HashMap::new()
        };
        let steps = found.funnel(day).into_iter();
        let steps =
            steps.map(|step| FunnelStepNode { reported: reported.remove(&step.measure), step });
        Ok(ProjectFunnel {
            projects: u64::try_from(found.projects.len()).unwrap_or(u64::MAX),
            as_of: Day(day),
            steps: steps.collect(),
            cohort,
        })
    }

    /// Lamps (红黄绿灯) of the projects that you read in full, of a label or all that are beyond planning,
    /// at the end of a day; today if absent. At most 5 000 projects.
    async fn project_lamps(
        &self,
        ctx: &Context<'_>,
        #[graphql(validator(max_length = 40))] cohort: Option<String>,
        as_of: Option<Day>,
    ) -> Result<ProjectLamps> {
        let (scope, day) = (Scope::of(ctx)?, day_of(ctx, as_of)?);
        let found = read(scope, cohort.as_deref()).await?;
        let kept = rules_in_force(&scope.desk.db).await?;
        let groups = found.lamps(&kept.rules, day).into_iter();
        Ok(ProjectLamps {
            as_of: Day(day),
            rules_version: kept.version,
            groups: groups.map(|(lamp, ids)| LampGroup { lamp, ids }).collect(),
        })
    }

    /// What is missing (督查发现) at the end of a day, today if absent, in the projects under way that you
    /// read in full, of a label or all: newest project first, at most 100 a page. At most 5 000 projects.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn project_findings(
        &self,
        ctx: &Context<'_>,
        #[graphql(validator(max_length = 40))] cohort: Option<String>,
        #[graphql(validator(max_items = 5))] kinds: Option<Vec<FindingKindWord>>,
        as_of: Option<Day>,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<String, FindingNode, FindingTotal>> {
        let (scope, day) = (Scope::of(ctx)?, day_of(ctx, as_of)?);
        let span = Span { first, after, last, before };
        let page = span.by_key(FINDINGS, |[id, kind]| Some((Reverse(id.parse().ok()?), kind)))?;
        let all = missing(scope, cohort.as_deref(), kinds, day).await?;
        let total = FindingTotal { total_count: u64::try_from(all.len()).unwrap_or(u64::MAX) };
        let rows = page.cut(all, |(project, finding)| finding_key(*project, *finding));
        let cursor = |(project, finding): &(ProjectId, Finding)| {
            let (_, kind) = finding_key(*project, *finding);
            page::cursor(FINDINGS, &[&project.to_string(), &kind])
        };
        let node = |(project, finding)| FindingNode { project, finding };
        Ok(page::connection_with(page.slice(rows), total, cursor, node))
    }

    /// The rules of lamps (红黄绿灯规则), newest first, at most 100; the first are in force.
    async fn project_lamp_rules(&self, ctx: &Context<'_>) -> Result<Vec<LampRulesNode>> {
        let all = store::lamp_rules(&Scope::of(ctx)?.desk.db, 100).await?;
        Ok(all.into_iter().map(LampRulesNode).collect())
    }

    /// The kinds of groups (工作组) within teams, by code, at most 100.
    async fn project_group_kinds(&self, ctx: &Context<'_>) -> Result<Vec<ProjectGroupKind>> {
        Ok(group_kinds(Scope::of(ctx)?).await?)
    }
}

/// How many findings a list holds.
#[derive(Debug, SimpleObject)]
pub struct FindingTotal {
    /// How many findings the whole list holds.
    total_count: u64,
}

/// Findings of the wanted kinds, in the order of the list.
async fn missing(
    scope: &Scope,
    cohort: Option<&str>,
    kinds: Option<Vec<FindingKindWord>>,
    day: NaiveDate,
) -> Result<Vec<(ProjectId, Finding)>, ApiError> {
    let db = &scope.desk.db;
    let kept = rules_in_force(db).await?;
    let kinds: Option<Vec<FindingKind>> =
        kinds.map(|kinds| kinds.into_iter().map(Into::into).collect());
    let found = read(scope, cohort).await?.findings(db, &kept.rules, day).await?;
    let is_wanted = |(_, finding): &(ProjectId, Finding)| {
        kinds.as_ref().is_none_or(|kinds| kinds.contains(&finding.kind))
    };
    let mut found: Vec<_> = found.into_iter().filter(is_wanted).collect();
    found.sort_by_key(|(project, finding)| finding_key(*project, *finding));
    Ok(found)
}
