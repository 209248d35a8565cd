//! Changes of the ledger of a project, and of what figures of projects follow from.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use lianmeng_app::project::ledger::{KeepLedger, LedgerDeed, keep};
use lianmeng_app::project::portfolio::{
    self as app, PortfolioCommandError, ReportFigure, SetGroupKind, SetLampRules, rules_in_force,
};
use lianmeng_app::secret::Secret;
use lianmeng_domain::project::lamp::{LampRulesError, MonthsLate, ProjectLampRules};
use lianmeng_domain::project::ledger::{DayEntry, GroupKind, Investment, LedgerError, TeamMember};

use super::ProjectPayload;
use super::figures::{LampRulesNode, ProjectGroupKind, group_kinds};
use super::words::{BlockerKindWord, DayKindWord, MeasureWord, MilestoneWord, TeamRoleWord};
use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::ids;
use crate::scalars::{Day, Int32, Long};
use crate::scope::Scope;

/// Input of `projectMilestoneRecord`.
#[derive(Debug, InputObject)]
pub struct ProjectMilestoneRecordInput {
    /// Project it is about.
    project_id: ID,
    /// Version that was read; the present one if absent.
    #[graphql(validator(custom = "Int32"))]
    version: Option<i64>,
    /// What the day is about; a project is given up with `projectAdvance`.
    milestone: MilestoneWord,
    /// Planned or actual.
    kind: DayKindWord,
    /// The day, local date; absent to take a plan back.
    on_date: Option<Day>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Investment of a month.
#[derive(Debug, InputObject)]
pub struct ProjectMonthInput {
    /// A day of the month.
    month: Day,
    /// What is to be paid in, in fen, 0 or more.
    planned_fen: Long,
    /// What was paid in (到位投资), in fen, 0 or more.
    paid_fen: Long,
}

/// Input of `projectInvestmentSet`.
#[derive(Debug, InputObject)]
pub struct ProjectInvestmentSetInput {
    /// Project it is about.
    project_id: ID,
    /// Version that was read; the present one if absent.
    #[graphql(validator(custom = "Int32"))]
    version: Option<i64>,
    /// The months to write, each once; other months stay as they are.
    #[graphql(validator(min_items = 1, max_items = 100))]
    months: Vec<ProjectMonthInput>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Somebody in the team (专班) of a project.
#[derive(Debug, InputObject)]
pub struct ProjectTeamMemberInput {
    /// Who they are in it.
    role: TeamRoleWord,
    /// The group (工作组) they work in, by its code.
    #[graphql(validator(max_length = 40))]
    group: Option<String>,
    /// Their department or organisation; needed for a department.
    organisation_id: Option<ID>,
    /// Their name, at most 200 characters; needed for a lead and a follower.
    #[graphql(validator(max_length = 200))]
    person: Option<String>,
    /// Their title, at most 200 characters.
    #[graphql(validator(max_length = 200))]
    title: Option<String>,
    /// From this day on; from today on if absent.
    from_on: Option<Day>,
    /// The first day without them; without an end if absent.
    until_on: Option<Day>,
}

/// Input of `projectTeamSet`.
#[derive(Debug, InputObject)]
pub struct ProjectTeamSetInput {
    /// Project it is about.
    project_id: ID,
    /// Version that was read; the change is refused if somebody saved it since.
    #[graphql(validator(custom = "Int32"))]
    version: i64,
    /// The whole team, those who left included; one lead at a time.
    #[graphql(validator(max_items = 100))]
    members: Vec<ProjectTeamMemberInput>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `projectBlockerOpen`.
#[derive(Debug, InputObject)]
pub struct ProjectBlockerOpenInput {
    /// Project it is about.
    project_id: ID,
    /// Of what kind.
    kind: BlockerKindWord,
    /// What it is, 1 to 2 000 characters.
    #[graphql(validator(max_length = 2000))]
    text: String,
    /// Since when, local date; today if absent.
    opened_on: Option<Day>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `projectBlockerSolve`.
#[derive(Debug, InputObject)]
pub struct ProjectBlockerSolveInput {
    /// Project it is about.
    project_id: ID,
    /// Number of the blocker within the project.
    number: i32,
    /// How it was solved, 1 to 2 000 characters.
    #[graphql(validator(max_length = 2000))]
    solution: String,
    /// When, local date; today if absent.
    solved_on: Option<Day>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `projectProgressWrite`.
#[derive(Debug, InputObject)]
pub struct ProjectProgressWriteInput {
    /// Project it is about.
    project_id: ID,
    /// The day it tells of, local date; today if absent.
    on_date: Option<Day>,
    /// What is to be known within the house, 1 to 2 000 characters.
    #[graphql(validator(max_length = 2000))]
    note: String,
    /// What everybody with the code of a published project reads, at most 200 characters.
    #[graphql(validator(max_length = 200))]
    public_note: Option<String>,
    /// What comes next; everybody with the code of a published project reads it, at most 200 characters.
    #[graphql(validator(max_length = 200))]
    next_step: Option<String>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `projectLabelsSet`.
#[derive(Debug, InputObject)]
pub struct ProjectLabelsSetInput {
    /// Project it is about.
    project_id: ID,
    /// Version that was read; the present one if absent.
    #[graphql(validator(custom = "Int32"))]
    version: Option<i64>,
    /// All of its labels, 1 to 40 characters each.
    #[graphql(validator(max_items = 20))]
    labels: Vec<String>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `projectCodeMake`.
#[derive(Debug, InputObject)]
pub struct ProjectCodeMakeInput {
    /// Project it is about.
    project_id: ID,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `projectFigureReport`.
#[derive(Debug, InputObject)]
pub struct ProjectFigureReportInput {
    /// The label of the cohort.
    #[graphql(validator(max_length = 40))]
    cohort: String,
    /// Which rate.
    measure: MeasureWord,
    /// The day it is about, local date.
    as_of: Day,
    /// The rate in basis points, as it was printed: 60 % is 6 000.
    basis_points: u32,
    /// Where it stands, and what is to be said of it, at most 2 000 characters.
    #[graphql(validator(max_length = 2000))]
    note: Option<String>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Whether a rate was written down, or why not.
#[derive(Debug, SimpleObject)]
pub struct ProjectFigurePayload {
    /// Whether it was written down.
    is_recorded: bool,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

/// How many months late a milestone is yellow, and how many red.
#[derive(Debug, InputObject)]
pub struct MonthsLateRuleInput {
    /// What is awaited.
    milestone: MilestoneWord,
    /// Yellow from so many months on, 1 or more.
    yellow: u32,
    /// Red from so many months on.
    red: u32,
}

/// Input of `projectLampRulesSet`.
#[derive(Debug, InputObject)]
pub struct ProjectLampRulesSetInput {
    /// What people call them, 1 to 40 characters.
    #[graphql(validator(max_length = 40))]
    name: String,
    /// Milestones that are awaited, each at most once.
    #[graphql(validator(max_items = 7))]
    months: Vec<MonthsLateRuleInput>,
    /// Yellow from so many basis points behind the plan of the year on, 1 or more.
    behind_yellow_basis_points: u32,
    /// Red beyond so many.
    behind_red_basis_points: u32,
    /// A project is stale after so many days without an update, 1 to 366.
    update_days: u32,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// The rules of lamps in force, or why they were not changed.
#[derive(Debug, SimpleObject)]
pub struct ProjectLampRulesPayload {
    /// The rules in force after the change; null if it was refused.
    rules: Option<LampRulesNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

/// Input of `projectGroupKindSet`.
#[derive(Debug, InputObject)]
pub struct ProjectGroupKindSetInput {
    /// Code: 1 to 40 capitals, digits and underscores; one that exists is renamed.
    #[graphql(validator(max_length = 40))]
    code: String,
    /// What people call it, 1 to 40 characters.
    #[graphql(validator(max_length = 40))]
    zh: String,
    /// The same in English, 1 to 40 characters.
    #[graphql(validator(max_length = 40))]
    en: String,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// The kinds of groups, or why they were not changed.
#[derive(Debug, SimpleObject)]
pub struct ProjectGroupKindPayload {
    /// Every kind after the change; null if it was refused.
    kinds: Option<Vec<ProjectGroupKind>>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

async fn write(
    ctx: &Context<'_>,
    project: &ID,
    version: Option<i64>,
    (deed, request_key): (LedgerDeed, String),
) -> Result<ProjectPayload> {
    let scope = Scope::of(ctx)?;
    let cmd = KeepLedger { project: ids::decode(project)?, version, deed, request_key };
    let secret = Secret::draw().map_err(|error| ApiError::Internal(Box::new(error)))?;
    ProjectPayload::of(scope, keep(&scope.desk, &scope.actor, &cmd, &secret).await).await
}

fn member(scope: &Scope, input: ProjectTeamMemberInput) -> Result<TeamMember, ApiError> {
    Ok(TeamMember {
        role: input.role.into(),
        group: input.group,
        organisation: input.organisation_id.map(|id| ids::decode(&id)).transpose()?,
        person: input.person.unwrap_or_default(),
        title: input.title.unwrap_or_default(),
        from_on: input.from_on.map_or(scope.desk.today, Day::date),
        until_on: input.until_on.map(Day::date),
    })
}

/// Changes of the ledger of a project.
#[derive(Debug, Default)]
pub struct LedgerMutation;

#[Object]
impl LedgerMutation {
    /// Writes a planned or actual day of a milestone (项目节点) into the history of a project; an actual one
    /// moves it to that stage if it has not come as far. The owner itself, or a coordinator.
    async fn project_milestone_record(
        &self,
        ctx: &Context<'_>,
        input: ProjectMilestoneRecordInput,
    ) -> Result<ProjectPayload> {
        let entry = DayEntry {
            milestone: input.milestone.into(),
            kind: input.kind.into(),
            on: input.on_date.map(Day::date),
        };
        let deed = (LedgerDeed::Day(entry), input.request_key);
        write(ctx, &input.project_id, input.version, deed).await
    }

    /// Writes planned and paid-in investment of some months. The owner itself, or a coordinator.
    async fn project_investment_set(
        &self,
        ctx: &Context<'_>,
        input: ProjectInvestmentSetInput,
    ) -> Result<ProjectPayload> {
        let month = |one: ProjectMonthInput| Investment {
            month: one.month.date(),
            planned_fen: one.planned_fen.number(),
            paid_fen: one.paid_fen.number(),
        };
        let months = input.months.into_iter().map(month).collect();
        let deed = (LedgerDeed::Months(months), input.request_key);
        write(ctx, &input.project_id, input.version, deed).await
    }

    /// Replaces the team (专班) of a project. The owner itself, or a coordinator.
    async fn project_team_set(
        &self,
        ctx: &Context<'_>,
        input: ProjectTeamSetInput,
    ) -> Result<ProjectPayload> {
        let scope = Scope::of(ctx)?;
        let members = input.members.into_iter().map(|one| member(scope, one));
        let members = members.collect::<Result<Vec<_>, ApiError>>()?;
        let deed = (LedgerDeed::Team(members), input.request_key);
        write(ctx, &input.project_id, Some(input.version), deed).await
    }

    /// Writes down what blocks a project (堵点). The owner itself, or a coordinator.
    async fn project_blocker_open(
        &self,
        ctx: &Context<'_>,
        input: ProjectBlockerOpenInput,
    ) -> Result<ProjectPayload> {
        let on = input.opened_on.map(Day::date);
        let deed = LedgerDeed::OpenBlocker { kind: input.kind.into(), text: input.text, on };
        write(ctx, &input.project_id, None, (deed, input.request_key)).await
    }

    /// Writes down how a blocker (堵点) was solved. The owner itself, or a coordinator.
    async fn project_blocker_solve(
        &self,
        ctx: &Context<'_>,
        input: ProjectBlockerSolveInput,
    ) -> Result<ProjectPayload> {
        let on = input.solved_on.map(Day::date);
        let (number, solution) = (input.number, input.solution);
        let deed = LedgerDeed::SolveBlocker { number, solution, on };
        write(ctx, &input.project_id, None, (deed, input.request_key)).await
    }

    /// Writes down what is new of a project (周更新): weekly, or it is marked stale. The owner itself, or a
    /// coordinator.
    async fn project_progress_write(
        &self,
        ctx: &Context<'_>,
        input: ProjectProgressWriteInput,
    ) -> Result<ProjectPayload> {
        let deed = LedgerDeed::Update {
            on: input.on_date.map(Day::date),
            note: input.note,
            public_note: input.public_note.unwrap_or_default(),
            next_step: input.next_step.unwrap_or_default(),
        };
        write(ctx, &input.project_id, None, (deed, input.request_key)).await
    }

    /// Replaces the labels of a project, which say to which cohorts it belongs. The owner itself, or a
    /// coordinator.
    async fn project_labels_set(
        &self,
        ctx: &Context<'_>,
        input: ProjectLabelsSetInput,
    ) -> Result<ProjectPayload> {
        let deed = (LedgerDeed::Labels(input.labels), input.request_key);
        write(ctx, &input.project_id, input.version, deed).await
    }

    /// Gives the public page of a project (推进码) a new random code; an old one opens nothing any more.
    /// The owner itself, or a coordinator.
    async fn project_code_make(
        &self,
        ctx: &Context<'_>,
        input: ProjectCodeMakeInput,
    ) -> Result<ProjectPayload> {
        write(ctx, &input.project_id, None, (LedgerDeed::Code, input.request_key)).await
    }

    /// Writes down a rate of a cohort as it was reported (上报值), beside the one that is computed. Nothing
    /// that was is changed; the last one for the latest day counts. Coordinators only.
    async fn project_figure_report(
        &self,
        ctx: &Context<'_>,
        input: ProjectFigureReportInput,
    ) -> Result<ProjectFigurePayload> {
        let scope = Scope::of(ctx)?;
        let cmd = ReportFigure {
            label: input.cohort,
            measure: input.measure.into(),
            as_of: input.as_of.date(),
            basis_points: input.basis_points,
            note: input.note.unwrap_or_default(),
            request_key: input.request_key,
        };
        Ok(match app::report(&scope.desk, &scope.actor, &cmd).await {
            Ok(()) => ProjectFigurePayload { is_recorded: true, errors: Vec::new() },
            Err(error) => {
                ProjectFigurePayload { is_recorded: false, errors: vec![figure_error(error)?] }
            }
        })
    }

    /// Makes other rules of the lamps of projects (红黄绿灯规则), in force from now on. Coordinators only.
    async fn project_lamp_rules_set(
        &self,
        ctx: &Context<'_>,
        input: ProjectLampRulesSetInput,
    ) -> Result<ProjectLampRulesPayload> {
        let scope = Scope::of(ctx)?;
        let late = |one: MonthsLateRuleInput| MonthsLate {
            milestone: one.milestone.into(),
            yellow: one.yellow,
            red: one.red,
        };
        let rules = ProjectLampRules {
            name: input.name.trim().to_owned(),
            months: input.months.into_iter().map(late).collect(),
            behind_yellow_basis_points: input.behind_yellow_basis_points,
            behind_red_basis_points: input.behind_red_basis_points,
            update_days: input.update_days,
        };
        let cmd = SetLampRules { rules, request_key: input.request_key };
        Ok(match app::set_rules(&scope.desk, &scope.actor, &cmd).await {
            Ok(()) => {
                let kept = rules_in_force(&scope.desk.db).await?;
                ProjectLampRulesPayload { rules: Some(LampRulesNode(kept)), errors: Vec::new() }
            }
            Err(error) => {
                ProjectLampRulesPayload { rules: None, errors: vec![figure_error(error)?] }
            }
        })
    }

    /// Adds a kind of group (工作组), or renames one. Coordinators only.
    async fn project_group_kind_set(
        &self,
        ctx: &Context<'_>,
        input: ProjectGroupKindSetInput,
    ) -> Result<ProjectGroupKindPayload> {
        let scope = Scope::of(ctx)?;
        let kind = GroupKind { code: input.code, zh: input.zh, en: input.en };
        let cmd = SetGroupKind { kind, request_key: input.request_key };
        Ok(match app::set_group(&scope.desk, &scope.actor, &cmd).await {
            Ok(()) => {
                let kinds = group_kinds(scope).await?;
                ProjectGroupKindPayload { kinds: Some(kinds), errors: Vec::new() }
            }
            Err(error) => {
                ProjectGroupKindPayload { kinds: None, errors: vec![figure_error(error)?] }
            }
        })
    }
}

/// What the user can mend in the ledger.
pub(super) fn ledger_code(error: &LedgerError) -> (ErrorCode, Option<&'static str>) {
    use ErrorCode as Code;
    match error {
        LedgerError::Future { .. } | LedgerError::OutOfOrder { .. } => {
            (Code::Invalid, Some("onDate"))
        }
        LedgerError::DayMissing => (Code::Missing, Some("onDate")),
        LedgerError::Terminated => (Code::WrongStage, None),
        LedgerError::Negative(_) | LedgerError::MonthTwice(_) => (Code::Invalid, Some("months")),
        LedgerError::TwoLeads | LedgerError::Backwards(_) => (Code::Invalid, Some("members")),
        LedgerError::Nobody(_) => (Code::Missing, Some("members")),
        LedgerError::Length { what, length: 0, .. } => (Code::Missing, Some(what)),
        LedgerError::TooMany { what, .. } | LedgerError::Length { what, .. } => {
            (Code::Invalid, Some(what))
        }
        LedgerError::NoBlocker(_) => (Code::NotFound, Some("number")),
        LedgerError::Solved(_) => (Code::WrongStage, Some("number")),
        LedgerError::SolvedEarly { .. } => (Code::Invalid, Some("solvedOn")),
    }
}

fn figure_error(error: PortfolioCommandError) -> Result<UserError, ApiError> {
    use ErrorCode as Code;
    let (code, field) = match error {
        PortfolioCommandError::NotFound => (Code::NotFound, None),
        PortfolioCommandError::Code(_) => (Code::Invalid, Some("code")),
        PortfolioCommandError::Rate(_) => (Code::Invalid, Some("basisPoints")),
        PortfolioCommandError::Ledger(ref error) => ledger_code(error),
        PortfolioCommandError::Rules(ref error) => match error {
            LampRulesError::Name(0) => (Code::Missing, Some("name")),
            LampRulesError::Name(_) => (Code::Invalid, Some("name")),
            LampRulesError::Milestone(_) | LampRulesError::Order { .. } => {
                (Code::Invalid, Some("months"))
            }
            LampRulesError::Days(_) => (Code::Invalid, Some("updateDays")),
        },
        PortfolioCommandError::Command(error) => return command_error(error),
    };
    Ok(UserError::new(code, error, field))
}
