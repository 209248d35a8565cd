//! The docking task list in GraphQL: having it generated, and adopting it.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use lianmeng_app::task_list::adopt::{self, AdoptTaskList};
use lianmeng_app::task_list::{
    self as app, AskTaskList, FindingKind, ListFigures, ListFinding, TaskListError,
    TaskListProposal,
};
use lianmeng_domain::ids::{CooperationTaskId, ProjectId};
use lianmeng_domain::task::CooperationTask;
use lianmeng_domain::task::list::{ListChange, ListLine, ListPart};

use crate::enterprise::EnterpriseNode;
use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::ids;
use crate::page;
use crate::project::ProjectNode;
use crate::scalars::Day;
use crate::scope::Scope;
use crate::suggestion::SideWord;
use crate::task::{CooperationTaskNode, ReasonNode};

#[cfg(test)]
mod tests;

/// What becomes of a line of the task list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "TaskListChange", remote = "ListChange")]
pub enum ChangeWord {
    /// People decided about it, or it has begun: it stays as it is (保留).
    Kept,
    /// Generated before, and the same again (不变).
    Unchanged,
    /// Generated before, and different now (调整).
    Changed,
    /// Not on the list so far (新增).
    New,
    /// Generated before, and no longer (撤下).
    Gone,
}

/// A part of a task that changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "TaskListPart", remote = "ListPart")]
pub enum PartWord {
    /// The owner (牵头单位).
    Owner,
    /// The counterpart (对接央企).
    Counterpart,
    /// The domain (领域).
    Domain,
}

/// What could not be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "TaskListFindingKind", remote = "FindingKind")]
pub enum FindingWord {
    /// Nobody has anything in common with the project on that side.
    NobodyFits,
    /// Whoever fits the project carries as much as they may.
    AllFull,
    /// The enterprise gets no project.
    LeftOut,
    /// The enterprise has more tasks that stay than it may carry.
    Overloaded,
}

/// Most tasks of one enterprise.
#[derive(Debug, InputObject)]
pub struct TaskListLimitInput {
    /// An owner or a counterpart.
    enterprise_id: ID,
    /// Most tasks under way; 0 leaves it out.
    max_tasks: u32,
}

/// What is asked of a task list.
#[derive(Debug, InputObject)]
pub struct TaskListProposeInput {
    /// Projects of these domains (领域) only, at most 100; of all if empty. Projects that were given up
    /// are never among them.
    #[graphql(default, validator(max_items = 100))]
    domains: Vec<String>,
    /// Projects to leave out, at most 100.
    #[graphql(default, validator(max_items = 100))]
    without_project_ids: Vec<ID>,
    /// Most tasks under way of a municipal enterprise, 1 to 1 000; half more than an even share if
    /// absent.
    #[graphql(validator(minimum = 1, maximum = 1000))]
    max_per_municipal: Option<u32>,
    /// Most tasks under way of a central group or subsidiary, 1 to 1 000; half more than an even share
    /// if absent.
    #[graphql(validator(minimum = 1, maximum = 1000))]
    max_per_central: Option<u32>,
    /// Limits of single enterprises, at most 100.
    #[graphql(default, validator(max_items = 100))]
    limits: Vec<TaskListLimitInput>,
    /// Last day of new tasks and of those whose parties change, today at the earliest; others keep
    /// theirs.
    due_on: Option<Day>,
    /// Whether an enterprise fits a project for being near it, with nothing else in common.
    #[graphql(default = true)]
    is_place_enough: bool,
}

impl TaskListProposeInput {
    fn into_ask(self) -> Result<AskTaskList, ApiError> {
        let limit = |one: TaskListLimitInput| {
            Ok((ids::decode(&one.enterprise_id)?, u64::from(one.max_tasks)))
        };
        let without = self.without_project_ids.iter().map(|id| ids::decode(id));
        Ok(AskTaskList {
            domains: self.domains,
            without: without.collect::<Result<_, ApiError>>()?,
            max_per_owner: self.max_per_municipal.map(u64::from),
            max_per_counterpart: self.max_per_central.map(u64::from),
            limits: self.limits.into_iter().map(limit).collect::<Result<_, ApiError>>()?,
            due_on: self.due_on.map(Day::date),
            is_place_enough: self.is_place_enough,
        })
    }
}

/// Sums over a proposed task list.
#[derive(Debug)]
pub struct FiguresNode {
    figures: ListFigures,
    counts: [usize; 5],
}

/// Sums over a proposed task list.
#[Object(name = "TaskListFigures")]
impl FiguresNode {
    /// Projects asked about.
    async fn projects(&self) -> u64 {
        self.figures.projects
    }

    /// Projects with a task, those that stay included.
    async fn covered(&self) -> u64 {
        self.figures.covered
    }

    /// Municipal enterprises.
    async fn owners(&self) -> u64 {
        self.figures.owners.0
    }

    /// Municipal enterprises with a task.
    async fn owners_served(&self) -> u64 {
        self.figures.owners.1
    }

    /// Central groups and subsidiaries.
    async fn counterparts(&self) -> u64 {
        self.figures.counterparts.0
    }

    /// Central groups and subsidiaries with a task.
    async fn counterparts_served(&self) -> u64 {
        self.figures.counterparts.1
    }

    /// Most tasks of a municipal enterprise.
    async fn max_per_owner(&self) -> u64 {
        self.figures.max_per_owner
    }

    /// Most tasks of a central group or subsidiary.
    async fn max_per_counterpart(&self) -> u64 {
        self.figures.max_per_counterpart
    }

    /// Sum of the points of the tasks that were chosen.
    async fn points(&self) -> i64 {
        self.figures.points
    }

    /// Tasks that stay because people decided about them, or because they have begun.
    async fn kept(&self) -> usize {
        self.counts[0]
    }

    /// Tasks generated before that are the same again.
    async fn unchanged(&self) -> usize {
        self.counts[1]
    }

    /// Tasks generated before that are different now.
    async fn changed(&self) -> usize {
        self.counts[2]
    }

    /// Tasks that are new.
    async fn added(&self) -> usize {
        self.counts[3]
    }

    /// Tasks generated before that are no longer.
    async fn gone(&self) -> usize {
        self.counts[4]
    }
}

/// What could not be done, and why.
#[derive(Debug)]
pub struct FindingNode(ListFinding);

/// A project without a task, or an enterprise without a project or with too many, and why.
#[Object(name = "TaskListFinding")]
impl FindingNode {
    /// What it is.
    async fn kind(&self) -> FindingWord {
        self.0.kind.into()
    }

    /// The project; null where it is about an enterprise.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<ProjectNode>> {
        let Some(id) = self.0.project else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(id).await?.map(ProjectNode))
    }

    /// The enterprise; null where it is about a project.
    async fn enterprise(&self, ctx: &Context<'_>) -> Result<Option<EnterpriseNode>> {
        let Some(id) = self.0.enterprise else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(id).await?.map(EnterpriseNode))
    }

    /// The side it is about: A is the owner's, B the counterpart's.
    async fn side(&self) -> SideWord {
        if self.0.is_owner { SideWord::A } else { SideWord::B }
    }

    /// Enterprises or projects that fit, or tasks that stay.
    async fn count(&self) -> u64 {
        self.0.count
    }

    /// Why, in Chinese.
    async fn zh(&self) -> &str {
        &self.0.zh
    }

    /// Why, in English.
    async fn en(&self) -> &str {
        &self.0.en
    }
}

/// A line of a proposed task list.
#[derive(Debug, Clone)]
pub struct LineNode(ListLine);

impl LineNode {
    /// As it is to be; as it stands where it goes.
    fn shown(&self) -> Option<&CooperationTask> {
        self.0.after.as_ref().or(self.0.before.as_ref())
    }

    /// What names the line within its list: the task, or the project where the task is new.
    fn key(&self) -> String {
        let task = self.0.before.as_ref().map(|task| wire::<CooperationTaskId>(task.id));
        let project = self.0.project().map(wire::<ProjectId>);
        task.or(project).unwrap_or_default()
    }
}

fn wire<T: lianmeng_domain::ids::Id>(id: T) -> String {
    format!("{}:{id}", T::TAG)
}

/// A line of a proposed task list: the task as it is to be, and as it stands.
#[Object(name = "TaskListLine")]
impl LineNode {
    /// Names the line within its list.
    #[graphql(name = "key")]
    async fn name(&self) -> String {
        self.key()
    }

    /// What becomes of it.
    async fn change(&self) -> ChangeWord {
        self.0.change.into()
    }

    /// What changes; empty unless `change` is `CHANGED`.
    async fn parts(&self) -> Vec<PartWord> {
        self.0.parts.iter().copied().map(Into::into).collect()
    }

    /// The project; null for a task that serves none.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<ProjectNode>> {
        let Some(id) = self.0.project() else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(id).await?.map(ProjectNode))
    }

    /// The task as it stands; null where it is new.
    async fn task(&self) -> Option<CooperationTaskNode> {
        self.0.before.clone().map(CooperationTaskNode)
    }

    /// The local enterprise in charge (牵头单位) as it is to be.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Option<EnterpriseNode>> {
        let Some(task) = self.shown() else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(task.owner).await?.map(EnterpriseNode))
    }

    /// The central enterprise (对接央企) as it is to be.
    async fn counterpart(&self, ctx: &Context<'_>) -> Result<Option<EnterpriseNode>> {
        let Some(task) = self.shown() else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(task.counterpart).await?.map(EnterpriseNode))
    }

    /// The domain (领域) as it is to be.
    async fn domain(&self) -> &str {
        self.shown().map_or("", |task| &task.domain)
    }

    /// The last day as it is to be; null if none.
    async fn due_on(&self) -> Option<Day> {
        self.shown().and_then(|task| task.due_on).map(Day)
    }

    /// Points of the project with its owner plus those of the project with its counterpart, 10 000 a
    /// perfect match; null for a task made by hand.
    async fn score_points(&self) -> Option<i32> {
        self.shown().and_then(|task| task.score_points)
    }

    /// Why these two: criteria that begin `owner.` and `counterpart.`; the points add up to
    /// `scorePoints`.
    async fn reasons(&self) -> Vec<ReasonNode> {
        self.shown().into_iter().flat_map(|task| &task.reasons).map(Into::into).collect()
    }
}

/// A task list as it is proposed.
#[derive(Debug)]
pub struct ProposalNode(TaskListProposal);

/// A task list (对接任务清单) as it is proposed; nothing is saved.
#[Object(name = "TaskListProposal")]
impl ProposalNode {
    /// Sums.
    async fn figures(&self) -> FiguresNode {
        let changes = [
            ListChange::Kept,
            ListChange::Unchanged,
            ListChange::Changed,
            ListChange::New,
            ListChange::Gone,
        ];
        FiguresNode { figures: self.0.figures, counts: changes.map(|change| self.0.count(change)) }
    }

    /// Every line, by project, tasks that stay included.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn lines(
        &self,
        #[graphql(desc = "Most lines, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "`key` of the line before; the first lines if absent.")] after: Option<
            String,
        >,
        #[graphql(desc = "Lines that become this; all if absent.")] change: Option<ChangeWord>,
    ) -> Result<Vec<LineNode>> {
        let size = usize::try_from(page::size(first)?)?;
        let change = change.map(ListChange::from);
        let lines = self.0.lines.iter().cloned().map(LineNode);
        let lines = lines.filter(|line| change.is_none_or(|change| line.0.change == change));
        let Some(after) = after else { return Ok(lines.take(size).collect()) };
        let mut rest = lines.skip_while(|line| line.key() != after);
        if rest.next().is_none() {
            return Err(ApiError::BadCursor(after.chars().take(60).collect()).into());
        }
        Ok(rest.take(size).collect())
    }

    /// Projects without a task, enterprises without a project or with too many; at most 100.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn findings(
        &self,
        #[graphql(desc = "Most findings, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<FindingNode>> {
        let size = usize::try_from(page::size(first)?)?;
        Ok(self.0.findings.iter().take(size).cloned().map(FindingNode).collect())
    }

    /// Whether no other list is better under the same limits; else very many enterprises avoid each
    /// other.
    async fn is_proved(&self) -> bool {
        self.0.is_proved
    }

    /// Send it to `taskListAdopt`: what was seen is what is adopted.
    async fn fingerprint(&self) -> &str {
        &self.0.fingerprint
    }
}

/// A proposed task list, or why there is none.
#[derive(Debug, SimpleObject)]
pub struct TaskListProposalPayload {
    /// The list; null if the question was refused.
    proposal: Option<ProposalNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

/// The query.
#[derive(Debug, Default)]
pub struct TaskListQuery;

#[Object]
impl TaskListQuery {
    /// The docking task list (对接任务清单) that is best under the limits: for each project a municipal
    /// owner and a central group or subsidiary, with reasons, beside the list that stands. First as many
    /// projects as possible have a task, then as many municipal enterprises and counterparts, then the
    /// points are the most there are. What people made, edited or moved stays. Saves nothing;
    /// `taskListAdopt` does. Coordinators.
    #[graphql(complexity = "50 + child_complexity")]
    async fn task_list_propose(
        &self,
        ctx: &Context<'_>,
        input: TaskListProposeInput,
    ) -> Result<TaskListProposalPayload> {
        let scope = Scope::of(ctx)?;
        Ok(match app::propose(&scope.desk, &scope.actor, &input.into_ask()?).await {
            Ok(found) => {
                TaskListProposalPayload { proposal: Some(ProposalNode(found)), errors: Vec::new() }
            }
            Err(error) => {
                TaskListProposalPayload { proposal: None, errors: vec![user_error(error, "")?] }
            }
        })
    }
}

/// Input of `taskListAdopt`.
#[derive(Debug, InputObject)]
pub struct TaskListAdoptInput {
    /// What was asked for.
    list: TaskListProposeInput,
    /// `fingerprint` of what was proposed.
    #[graphql(validator(max_length = 64))]
    fingerprint: String,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Whether the list was adopted, or why not.
#[derive(Debug, SimpleObject)]
pub struct TaskListAdoptPayload {
    /// Whether the list stands now.
    is_adopted: bool,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

/// The change.
#[derive(Debug, Default)]
pub struct TaskListMutation;

#[Object]
impl TaskListMutation {
    /// Makes a proposed list the one that stands, all or none. Refused with `STALE` if by now something
    /// else is proposed for the same question. Coordinators.
    async fn task_list_adopt(
        &self,
        ctx: &Context<'_>,
        input: TaskListAdoptInput,
    ) -> Result<TaskListAdoptPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = AdoptTaskList {
            ask: input.list.into_ask()?,
            fingerprint: input.fingerprint,
            request_key: input.request_key,
        };
        Ok(match adopt::adopt(&scope.desk, &scope.actor, &cmd).await {
            Ok(()) => TaskListAdoptPayload { is_adopted: true, errors: Vec::new() },
            Err(error) => TaskListAdoptPayload {
                is_adopted: false,
                errors: vec![user_error(error, "list.")?],
            },
        })
    }
}

/// Splits failures: what the user can mend becomes data, the rest an [`ApiError`]. `before` is what
/// stands before the field.
fn user_error(error: TaskListError, before: &str) -> Result<UserError, ApiError> {
    use ErrorCode as Code;
    let message = error.to_string();
    let (code, field) = match error {
        TaskListError::NotFound => (Code::NotFound, None),
        TaskListError::Past { .. } => (Code::Invalid, Some(format!("{before}dueOn"))),
        TaskListError::Unknown { place, .. } => {
            (Code::UnknownReference, Some(format!("{before}{place}")))
        }
        TaskListError::TooMany { .. } => (Code::CapacityExceeded, None),
        TaskListError::Changed => (Code::Stale, Some("fingerprint".to_owned())),
        TaskListError::Engine(_) => return Err(ApiError::Internal(Box::new(error))),
        TaskListError::Command(error) => return command_error(error),
    };
    Ok(UserError::new(code, message, field.as_deref()))
}
