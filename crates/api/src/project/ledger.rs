//! The ledger of a project in GraphQL.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Object, Result, SimpleObject};
use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use lianmeng_app::project::portfolio::{lamp_of, rules_in_force};
use lianmeng_domain::ids::ProjectId;
use lianmeng_domain::project::Project;
use lianmeng_domain::project::finding::{FindingFacts, is_stale};
use lianmeng_domain::project::lamp::LampReason;
use lianmeng_domain::project::ledger::{
    Blocker, DayRecord, Days, Investment, Milestone, TeamMember, Update,
};
use lianmeng_store::StoreError;
use lianmeng_store::project::ledger::{self as store, Ledger};
use lianmeng_store::project::portfolio::KeptRules;

use super::words::{BlockerKindWord, DayKindWord, MilestoneWord, ProjectLampWord, TeamRoleWord};
use crate::doorway::Doorway;
use crate::loader::Loaders;
use crate::organisation::OrganisationNode;
use crate::page;
use crate::scalars::{Day, Long};
use crate::scope::Scope;

/// The ledger of a project, read together with those of its siblings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LedgerOf(pub ProjectId);

impl Loader<LedgerOf> for Loaders {
    type Value = Ledger;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[LedgerOf]) -> Result<HashMap<LedgerOf, Ledger>, Arc<StoreError>> {
        let ids: Vec<ProjectId> = keys.iter().map(|key| key.0).collect();
        let found = store::of_projects(&self.db, &ids).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|(id, ledger)| (LedgerOf(id), ledger)).collect())
    }
}

/// The rules of lamps in force, read once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RulesNow;

impl Loader<RulesNow> for Loaders {
    type Value = Arc<KeptRules>;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        keys: &[RulesNow],
    ) -> Result<HashMap<RulesNow, Arc<KeptRules>>, Arc<StoreError>> {
        let rules = Arc::new(rules_in_force(&self.db).await.map_err(Arc::new)?);
        Ok(keys.iter().map(|key| (*key, Arc::clone(&rules))).collect())
    }
}

/// Newest updates of a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UpdatesOf {
    project: ProjectId,
    limit: u64,
}

impl Loader<UpdatesOf> for Loaders {
    type Value = Vec<Update>;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        keys: &[UpdatesOf],
    ) -> Result<HashMap<UpdatesOf, Vec<Update>>, Arc<StoreError>> {
        let mut found: HashMap<UpdatesOf, Vec<Update>> = HashMap::new();
        let mut limits: Vec<u64> = keys.iter().map(|key| key.limit).collect();
        limits.sort_unstable();
        limits.dedup();
        for limit in limits {
            let theirs = keys.iter().filter(|key| key.limit == limit);
            let ids: Vec<ProjectId> = theirs.map(|key| key.project).collect();
            let rows = store::updates(&self.db, &ids, (None, limit)).await.map_err(Arc::new)?;
            for (project, update) in rows {
                found.entry(UpdatesOf { project, limit }).or_default().push(update);
            }
        }
        Ok(found)
    }
}

/// A milestone of a project with the days that count.
#[derive(Debug, SimpleObject)]
pub struct ProjectMilestone {
    /// Which.
    milestone: MilestoneWord,
    /// When it is to be, local date; null without a plan.
    planned_on: Option<Day>,
    /// When it was, local date; null if that is not known or not so.
    actual_on: Option<Day>,
}

/// A day that somebody wrote down; of a milestone and kind the newest counts.
#[derive(Debug, SimpleObject)]
pub struct MilestoneRecord {
    /// Counts up from 1 within the project.
    number: i32,
    /// What it is about.
    milestone: MilestoneWord,
    /// Planned or actual.
    kind: DayKindWord,
    /// Local date; null where a plan was taken back.
    on_date: Option<Day>,
    /// When it was written.
    recorded_at: DateTime<Utc>,
    /// Who wrote it.
    recorded_by: String,
}

impl From<DayRecord> for MilestoneRecord {
    fn from(one: DayRecord) -> Self {
        Self {
            number: one.number,
            milestone: one.milestone.into(),
            kind: one.kind.into(),
            on_date: one.on.map(Day),
            recorded_at: one.recorded_at,
            recorded_by: one.recorded_by,
        }
    }
}

/// Investment of a month.
#[derive(Debug, SimpleObject)]
pub struct ProjectMonth {
    /// The first day of the month, local date.
    month: Day,
    /// What was to be paid in, in fen.
    planned_fen: Long,
    /// What was paid in (到位投资), in fen.
    paid_fen: Long,
}

impl From<&Investment> for ProjectMonth {
    fn from(one: &Investment) -> Self {
        Self {
            month: Day(one.month),
            planned_fen: Long(one.planned_fen),
            paid_fen: Long(one.paid_fen),
        }
    }
}

/// A member of the team as clients see it.
#[derive(Debug)]
pub struct TeamMemberNode(TeamMember);

/// Somebody in the team (专班) of a project.
#[Object(name = "ProjectTeamMember")]
impl TeamMemberNode {
    /// Who they are in it.
    async fn role(&self) -> TeamRoleWord {
        self.0.role.into()
    }

    /// The group (工作组) they work in, by its code; null for none.
    async fn group(&self) -> Option<&str> {
        self.0.group.as_deref()
    }

    /// Their department or organisation; null for none.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        let Some(id) = self.0.organisation else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(id).await?.map(OrganisationNode))
    }

    /// Their name; empty for a department as a whole.
    async fn person(&self) -> &str {
        &self.0.person
    }

    /// Their title; empty if not written.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// From this day on.
    async fn from_on(&self) -> Day {
        Day(self.0.from_on)
    }

    /// The first day without them; null without an end.
    async fn until_on(&self) -> Option<Day> {
        self.0.until_on.map(Day)
    }
}

/// Something that keeps a project from going on (堵点).
#[derive(Debug, SimpleObject)]
pub struct ProjectBlocker {
    /// Counts up from 1 within the project.
    number: i32,
    /// Of what kind.
    kind: BlockerKindWord,
    /// What it is.
    text: String,
    /// Since when, local date.
    opened_on: Day,
    /// Until when, local date; null while it stands.
    solved_on: Option<Day>,
    /// How it was solved; empty while it stands.
    solution: String,
}

impl From<&Blocker> for ProjectBlocker {
    fn from(one: &Blocker) -> Self {
        Self {
            number: one.number,
            kind: one.kind.into(),
            text: one.text.clone(),
            opened_on: Day(one.opened_on),
            solved_on: one.solved_on.map(Day),
            solution: one.solution.clone(),
        }
    }
}

/// What was written of a project after a visit (周更新).
#[derive(Debug, SimpleObject)]
pub struct ProjectProgress {
    /// The day it tells of, local date.
    on_date: Day,
    /// What is to be known within the house.
    note: String,
    /// What the public page shows; empty for nothing.
    public_note: String,
    /// What comes next, shown on the public page; empty for what the stage says.
    next_step: String,
    /// When it was written.
    written_at: DateTime<Utc>,
    /// Who wrote it.
    written_by: String,
}

impl From<Update> for ProjectProgress {
    fn from(one: Update) -> Self {
        Self {
            on_date: Day(one.on),
            note: one.note,
            public_note: one.public_note,
            next_step: one.next_step,
            written_at: one.written_at,
            written_by: one.written_by,
        }
    }
}

/// Why the lamp of a project is not green, in words.
#[derive(Debug, SimpleObject)]
pub struct LampReasonText {
    /// In Chinese.
    zh: String,
    /// In English.
    en: String,
    /// The milestone that is late; null where money is behind.
    milestone: Option<MilestoneWord>,
    /// How many months it is late; null where money is behind.
    months_late: Option<u32>,
    /// How far the investment of the year is behind the plan, in basis points of the plan: 100 are one
    /// percentage point; null where a milestone is late.
    behind_basis_points: Option<u64>,
}

impl From<LampReason> for LampReasonText {
    fn from(reason: LampReason) -> Self {
        let (zh, en) = (reason.zh(), reason.en());
        let (milestone, months_late, behind_basis_points) = match reason {
            LampReason::Late { milestone, months, .. } => {
                (Some(milestone.into()), Some(months), None)
            }
            LampReason::Behind { behind_basis_points, .. } => {
                (None, None, Some(behind_basis_points))
            }
        };
        Self { zh, en, milestone, months_late, behind_basis_points }
    }
}

/// The lamp of a project with its reasons.
#[derive(Debug, SimpleObject)]
pub struct ProjectLampState {
    /// The lamp.
    lamp: ProjectLampWord,
    /// Every reason why it is not green; empty if it is.
    reasons: Vec<LampReasonText>,
    /// The version of the rules it follows from.
    rules_version: i32,
}

/// The public page (推进码) of a project.
#[derive(Debug, SimpleObject)]
pub struct ProjectPageLink {
    /// Its address; from the root on where the server does not know its own. It shows something only
    /// while the project is published.
    link: String,
    /// The address as a QR code, an SVG image; null where the server does not know its own.
    qr_svg: Option<String>,
}

/// The ledger as clients see it.
#[derive(Debug)]
pub struct LedgerNode {
    pub(super) project: Project,
    pub(super) ledger: Ledger,
}

/// Of a day or, where none is given, of today.
pub(super) fn day_of(ctx: &Context<'_>, as_of: Option<Day>) -> Result<NaiveDate> {
    Ok(as_of.map_or(Scope::of(ctx)?.desk.today, Day::date))
}

impl LedgerNode {
    fn days(&self) -> Days {
        Days::of(&self.ledger.days)
    }
}

/// The ledger (项目台账) of a project: days, investment, team, blockers, updates and lamp.
#[Object(name = "ProjectLedger")]
impl LedgerNode {
    /// Labels of the cohorts it belongs to, sorted.
    async fn labels(&self) -> &[String] {
        &self.ledger.labels
    }

    /// Milestones with a day, in the order of the way.
    async fn milestones(&self) -> Vec<ProjectMilestone> {
        let days = self.days();
        let of = |milestone: &Milestone| {
            let planned = days.planned.get(milestone).copied();
            let actual = days.actual.get(milestone).copied();
            planned.or(actual)?;
            Some(ProjectMilestone {
                milestone: (*milestone).into(),
                planned_on: planned.map(Day),
                actual_on: actual.map(Day),
            })
        };
        Milestone::ALL.iter().filter_map(of).collect()
    }

    /// Every day that was written, newest first, at most 100.
    async fn history(&self) -> Vec<MilestoneRecord> {
        self.ledger.days.iter().rev().take(100).cloned().map(Into::into).collect()
    }

    /// Investment of a year, by month; of this year if absent.
    async fn investment(&self, ctx: &Context<'_>, year: Option<i32>) -> Result<Vec<ProjectMonth>> {
        let year = year.unwrap_or(Scope::of(ctx)?.desk.today.year());
        let months = self.ledger.months.iter().filter(|one| one.month.year() == year);
        Ok(months.map(Into::into).collect())
    }

    /// The team (专班) on a day; today if absent.
    async fn team(&self, ctx: &Context<'_>, as_of: Option<Day>) -> Result<Vec<TeamMemberNode>> {
        let day = day_of(ctx, as_of)?;
        let on = self.ledger.team.iter().filter(|one| one.is_on(day));
        Ok(on.cloned().map(TeamMemberNode).collect())
    }

    /// What blocks it (堵点), or did, newest first, at most 100; only what stands if `isOpen`.
    async fn blockers(&self, #[graphql(default)] is_open: bool) -> Vec<ProjectBlocker> {
        let all = self.ledger.blockers.iter().rev();
        all.filter(|one| !is_open || one.solved_on.is_none()).take(100).map(Into::into).collect()
    }

    /// What was written of it, newest first.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn updates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Most updates, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<ProjectProgress>> {
        let key = UpdatesOf { project: self.project.id, limit: page::size(first)? };
        Ok(Scope::of(ctx)?.few(key).await?.into_iter().map(Into::into).collect())
    }

    /// The last update; null if there is none.
    async fn last_update(&self) -> Option<ProjectProgress> {
        self.ledger.updated.clone().map(Into::into)
    }

    /// Whether it is under way and nothing was written for longer than the rules allow: 7 days.
    async fn is_stale(&self, ctx: &Context<'_>) -> Result<bool> {
        let scope = Scope::of(ctx)?;
        let Some(kept) = scope.one(RulesNow).await? else { return Ok(false) };
        let days = self.days();
        let facts = FindingFacts {
            stage: self.project.stage,
            days: &days,
            team: &self.ledger.team,
            updated_on: self.ledger.updated.as_ref().map(|update| update.on),
        };
        Ok(is_stale(facts, &kept.rules, scope.desk.today))
    }

    /// Its lamp at the end of a day, today if absent; null for a project that was over.
    async fn lamp(
        &self,
        ctx: &Context<'_>,
        as_of: Option<Day>,
    ) -> Result<Option<ProjectLampState>> {
        let day = day_of(ctx, as_of)?;
        let Some(kept) = Scope::of(ctx)?.one(RulesNow).await? else { return Ok(None) };
        let Ledger { days, months, .. } = &self.ledger;
        let found = lamp_of(&self.project, days, months, (&kept.rules, day));
        Ok(found.map(|(lamp, reasons)| ProjectLampState {
            lamp: lamp.into(),
            reasons: reasons.into_iter().map(Into::into).collect(),
            rules_version: kept.version,
        }))
    }

    /// Its public page (推进码); null until `projectCodeMake`.
    async fn page(&self, ctx: &Context<'_>) -> Result<Option<ProjectPageLink>> {
        let Some(code) = &self.ledger.code else { return Ok(None) };
        let link = Doorway::of(ctx)?.project_link(code);
        Ok(Some(ProjectPageLink { qr_svg: Doorway::qr_svg(&link), link }))
    }
}
