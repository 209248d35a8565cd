//! Outcomes in GraphQL.

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use lianmeng_app::outcome::{
    self as app, CorrectOutcome, OutcomeCommandError, RecordOutcome, TerminateOutcome,
};
use lianmeng_domain::ids::{DockingEventId, OutcomeId};
use lianmeng_domain::outcome::{
    Correction, Outcome, OutcomeError, OutcomeKind, ProjectChange, Tally, Totals,
};
use lianmeng_domain::rights::DataClass;
use lianmeng_store::eyes::Eyes;
use lianmeng_store::outcome::share::{self, Changed, Moment};
use lianmeng_store::outcome::{self as store, OutcomeFilter};

use crate::enterprise::EnterpriseNode;
use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::event::DockingEventNode;
use crate::ids;
use crate::page::{self, Span};
use crate::project::ProjectNode;
use crate::scalars::{Day, Int32, Long};
use crate::scope::Scope;
use crate::task::CooperationTaskNode;

#[cfg(test)]
mod tests;

/// Kind of an outcome (成果类型); kinds never add to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "OutcomeKind", remote = "OutcomeKind")]
pub enum OutcomeKindWord {
    /// Strategic agreement (战略合作协议).
    Agreement,
    /// Joint venture (合资公司).
    JointVenture,
    /// Project with investment (投资项目).
    Project,
    /// Credit line (授信): never investment.
    CreditLine,
    /// Contract (合同): never investment.
    Contract,
    /// Order (订单): never investment.
    Order,
    /// Financing intent (融资意向): never investment.
    FinancingIntent,
    /// Anything else, counted in its own unit (其他实效).
    Effect,
}

/// What an outcome of kind project changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ProjectChange", remote = "ProjectChange")]
pub enum ProjectChangeWord {
    /// Signed for the first time (首次签约): the project counts here, once.
    Signing,
    /// Raised to a further stage with the same money (升级): adds nothing.
    Upgrade,
    /// More money (增资): adds its amount and no project.
    CapitalIncrease,
    /// Another investor (变更投资方): the project counts here from now on.
    NewInvestor,
}

/// An outcome as clients see it.
#[derive(Debug, Clone)]
pub struct OutcomeNode(pub Outcome);

/// What came of cooperation (合作成果).
#[Object(name = "Outcome")]
impl OutcomeNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// What it is.
    async fn kind(&self) -> OutcomeKindWord {
        self.0.kind.into()
    }

    /// What it changes; null unless it is a project.
    async fn change(&self) -> Option<ProjectChangeWord> {
        self.0.change.map(Into::into)
    }

    /// The enterprise that reports it; null if none is named.
    async fn enterprise(&self, ctx: &Context<'_>) -> Result<Option<EnterpriseNode>> {
        let Some(id) = self.0.enterprise else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(id).await?.map(EnterpriseNode))
    }

    /// The cooperation task it followed from; null if none, or none that you see.
    async fn task(&self, ctx: &Context<'_>) -> Result<Option<CooperationTaskNode>> {
        let Some(id) = self.0.task else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(id).await?.map(CooperationTaskNode))
    }

    /// The project it concerns; null if none, or none that you see.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<ProjectNode>> {
        let Some(id) = self.0.project else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(id).await?.map(ProjectNode))
    }

    /// The event where it was signed; null if none, or none that you see.
    async fn event(&self, ctx: &Context<'_>) -> Result<Option<DockingEventNode>> {
        let Some(id) = self.0.event else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(id).await?.map(DockingEventNode))
    }

    /// Global id of the meeting at that event it came of; null if none.
    async fn meeting_id(&self) -> Option<ID> {
        self.0.meeting.map(ids::encode)
    }

    /// Amount in fen; null if it has none, and unless approved for those it does not concern.
    async fn amount_fen(&self) -> Option<Long> {
        self.0.amount_fen.map(Long)
    }

    /// How many outcomes the row stands for, or how much in `unit`; null for one.
    async fn number(&self) -> Option<i64> {
        self.0.number
    }

    /// What `number` counts, such as 套; null where it counts outcomes.
    async fn unit(&self) -> Option<&str> {
        self.0.unit.as_deref()
    }

    /// Day it was signed or reached, local date.
    async fn on_date(&self) -> Day {
        Day(self.0.on_date)
    }

    /// First day it no longer counts; null while it does.
    async fn terminated_on(&self) -> Option<Day> {
        self.0.terminated_on.map(Day)
    }

    /// A remark; empty if none, and unless approved for those it does not concern.
    async fn note(&self) -> &str {
        &self.0.note
    }

    /// Whether the figure is approved for everyone.
    async fn is_published(&self) -> bool {
        self.0.is_published
    }

    /// Version; send it back with a change.
    async fn version(&self) -> i64 {
        self.0.version
    }
}

/// How many and how much.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "OutcomeTally")]
pub struct TallyNode {
    /// How many.
    count: i64,
    /// How much, in fen.
    amount_fen: Long,
}

impl From<Tally> for TallyNode {
    fn from(tally: Tally) -> Self {
        Self { count: tally.count, amount_fen: Long(tally.amount_fen) }
    }
}

/// Projects and investment of one event.
#[derive(Debug, Clone)]
pub struct EventTally {
    event: Option<DockingEventId>,
    tally: Tally,
}

/// Projects and investment that count for one event.
#[Object(name = "EventOutcomeTally")]
impl EventTally {
    /// The event; null for projects signed at none, or at none that you see.
    async fn event(&self, ctx: &Context<'_>) -> Result<Option<DockingEventNode>> {
        let Some(id) = self.event else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(id).await?.map(DockingEventNode))
    }

    /// Projects, each once, and their investment.
    async fn projects(&self) -> TallyNode {
        self.tally.into()
    }
}

/// Totals as clients see them.
#[derive(Debug, Clone)]
pub struct TotalsNode {
    filter: OutcomeFilter,
    moment: Moment,
    totals: Totals,
}

/// How much of one unit came of it.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "EffectTally")]
pub struct EffectTally {
    /// What is counted, such as 套; empty if it has no unit.
    unit: String,
    /// How many.
    number: i64,
}

/// An outcome that adds something else to the totals of a day than was known on that day.
#[derive(Debug, Clone)]
pub struct CorrectionNode(Changed);

/// An outcome that adds something else to the totals of a day than was known at its end (更正): it was
/// recorded or ended later, or put right.
#[Object(name = "TotalsCorrection")]
impl CorrectionNode {
    /// The outcome; null if it is gone.
    async fn outcome(&self, ctx: &Context<'_>) -> Result<Option<OutcomeNode>> {
        Ok(Scope::of(ctx)?.one(self.0.outcome).await?.map(OutcomeNode))
    }

    /// What it added as known at the end of the day itself.
    async fn before(&self) -> TallyNode {
        self.0.before.into()
    }

    /// What it adds as known on `knownOn`.
    async fn after(&self) -> TallyNode {
        self.0.after.into()
    }

    /// Why it was put right, the last time; null if it was recorded or ended late.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }
}

/// Totals of outcomes on one day (成果统计). Kinds never add to each other: credit, contracts, orders
/// and intents are no investment, and a project counts once, at its first signing.
#[Object(name = "OutcomeTotals")]
impl TotalsNode {
    /// The day they hold for.
    async fn as_of(&self) -> Day {
        Day(self.moment.as_of)
    }

    /// The day whose knowledge they are told from, at its end; null for all that is known now. With a
    /// past day the answer is the one given then, for ever.
    async fn known_on(&self) -> Option<Day> {
        self.moment.known_on.map(Day)
    }

    /// What became known only after the day the totals hold for, and changed them since; in order of
    /// recording, at most 100. Empty if the totals are as they were.
    async fn corrections(&self, ctx: &Context<'_>) -> Result<Vec<CorrectionNode>> {
        let scope = Scope::of(ctx)?;
        let adds_up = scope.eyes_of(DataClass::Outcome).adds_up();
        let whose = (adds_up, &self.filter);
        let changed = share::changed(&scope.desk.db, whose, self.moment, 100).await?;
        Ok(changed.into_iter().map(CorrectionNode).collect())
    }

    /// Projects, each once, and their investment (投资).
    async fn projects(&self) -> TallyNode {
        self.totals.projects.into()
    }

    /// Strategic agreements.
    async fn agreements(&self) -> TallyNode {
        self.totals.of(OutcomeKind::Agreement).into()
    }

    /// Joint ventures.
    async fn joint_ventures(&self) -> TallyNode {
        self.totals.of(OutcomeKind::JointVenture).into()
    }

    /// Credit lines.
    async fn credit_lines(&self) -> TallyNode {
        self.totals.of(OutcomeKind::CreditLine).into()
    }

    /// Contracts.
    async fn contracts(&self) -> TallyNode {
        self.totals.of(OutcomeKind::Contract).into()
    }

    /// Orders.
    async fn orders(&self) -> TallyNode {
        self.totals.of(OutcomeKind::Order).into()
    }

    /// Financing intents.
    async fn financing_intents(&self) -> TallyNode {
        self.totals.of(OutcomeKind::FinancingIntent).into()
    }

    /// Other effects (其他实效) by unit, at most 100.
    async fn effects(&self) -> Vec<EffectTally> {
        let effects = self.totals.effects.iter().take(100);
        effects.map(|(unit, number)| EffectTally { unit: unit.clone(), number: *number }).collect()
    }

    /// Projects and investment by the event they count for, in order of the events, at most 100;
    /// those without an event first.
    async fn by_event(&self) -> Vec<EventTally> {
        let events = self.totals.by_event.iter().take(100);
        events.map(|(event, tally)| EventTally { event: *event, tally: *tally }).collect()
    }
}

/// Which outcomes a list holds; every given part must hold.
#[derive(Debug, Default, InputObject)]
pub struct OutcomeFilterInput {
    /// One of these kinds.
    #[graphql(validator(max_items = 8))]
    kinds: Option<Vec<OutcomeKindWord>>,
    /// Of this project.
    project_id: Option<ID>,
    /// Of this cooperation task.
    task_id: Option<ID>,
    /// Signed at this event.
    event_id: Option<ID>,
    /// Adds to the totals of this day: the rows behind `outcomeTotals(asOf:)`. Those that you see only
    /// in part add nothing and are left out.
    counted_on: Option<Day>,
    /// With `countedOn`: as known at the end of this day; all that is known now if absent.
    known_on: Option<Day>,
}

impl OutcomeFilterInput {
    fn into_filter(self) -> Result<OutcomeFilter, ApiError> {
        if self.known_on.is_some() && self.counted_on.is_none() {
            return Err(ApiError::BadInput("knownOn goes with countedOn; give both".to_owned()));
        }
        let known_on = self.known_on.map(Day::date);
        Ok(OutcomeFilter {
            counted: self.counted_on.map(|day| Moment { as_of: day.date(), known_on }),
            kinds: self.kinds.unwrap_or_default().into_iter().map(Into::into).collect(),
            project: self.project_id.map(|id| ids::decode(&id)).transpose()?,
            task: self.task_id.map(|id| ids::decode(&id)).transpose()?,
            event: self.event_id.map(|id| ids::decode(&id)).transpose()?,
        })
    }
}

/// Counts the whole list, only when asked.
#[derive(Debug)]
pub struct OutcomeTotal(OutcomeFilter);

#[Object]
impl OutcomeTotal {
    /// How many outcomes the whole list holds.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let scope = Scope::of(ctx)?;
        let eyes = eyes(scope, &self.0);
        Ok(store::count(&scope.desk.db, eyes.sees, &self.0).await?)
    }
}

/// The eyes for a list: rows behind totals are those that were added up.
fn eyes<'a>(scope: &'a Scope, filter: &OutcomeFilter) -> Eyes<'a> {
    let eyes = scope.eyes_of(DataClass::Outcome);
    if filter.counted.is_some() { Eyes { sees: eyes.adds_up(), ..eyes } } else { eyes }
}

/// Queries about outcomes.
#[derive(Debug, Default)]
pub struct OutcomeQuery;

const LIST: &str = "outcomes";

#[Object]
impl OutcomeQuery {
    /// Outcomes (合作成果) that match and that you see, newest first, at most 100 a page.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn outcomes(
        &self,
        ctx: &Context<'_>,
        filter: Option<OutcomeFilterInput>,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<String, OutcomeNode, OutcomeTotal>> {
        let scope = Scope::of(ctx)?;
        let page = Span { first, after, last, before }.by_id::<OutcomeId>(LIST)?;
        let filter = filter.unwrap_or_default().into_filter()?;
        let eyes = eyes(scope, &filter);
        let rows = store::page(&scope.desk.db, eyes, &filter, page.window()).await?;
        Ok(page::connection_with(
            page.slice(rows),
            OutcomeTotal(filter),
            |outcome| page::cursor(LIST, &[&outcome.id.to_string()]),
            OutcomeNode,
        ))
    }

    /// Totals of the outcomes that match and that you see, on a day. The rows behind them are
    /// `outcomes(filter: { countedOn })`.
    async fn outcome_totals(
        &self,
        ctx: &Context<'_>,
        filter: Option<OutcomeFilterInput>,
        #[graphql(desc = "The day, local date; today if absent.")] as_of: Option<Day>,
        #[graphql(
            desc = "As known at the end of this day, local date; all that is known now if absent."
        )]
        known_on: Option<Day>,
    ) -> Result<TotalsNode> {
        let scope = Scope::of(ctx)?;
        let filter = filter.unwrap_or_default().into_filter()?;
        let as_of = as_of.map_or(scope.desk.today, Day::date);
        let moment = Moment { as_of, known_on: known_on.map(Day::date) };
        let adds_up = scope.eyes_of(DataClass::Outcome).adds_up();
        let totals = share::totals(&scope.desk.db, adds_up, &filter, moment).await?;
        Ok(TotalsNode { filter, moment, totals })
    }
}

/// Input of `outcomeRecord`.
#[derive(Debug, InputObject)]
pub struct OutcomeRecordInput {
    /// What it is.
    kind: OutcomeKindWord,
    /// What it changes, for kind PROJECT.
    change: Option<ProjectChangeWord>,
    /// Need it answered.
    need_id: Option<ID>,
    /// Cooperation task it followed from.
    task_id: Option<ID>,
    /// Pairing it followed from.
    pairing_id: Option<ID>,
    /// Project it concerns.
    project_id: Option<ID>,
    /// Event where it was signed; need not be named with a meeting.
    event_id: Option<ID>,
    /// Meeting it came of, of which you are a side or whose event you organise; of each kind one counts.
    meeting_id: Option<ID>,
    /// Enterprise that reports it; its own unless you are a coordinator.
    enterprise_id: Option<ID>,
    /// Amount in fen, not negative; needed for credit lines, contracts, orders and intents.
    amount_fen: Option<Long>,
    /// How many outcomes the row stands for, or how much in `unit`.
    #[graphql(validator(custom = "Int32"))]
    number: Option<i64>,
    /// What `number` counts; absent where it counts outcomes.
    #[graphql(validator(max_length = 20))]
    unit: Option<String>,
    /// Day it was signed or reached, today at the latest.
    on_date: Day,
    /// A remark.
    #[graphql(default, validator(max_length = 1000))]
    note: String,
    /// Whether the figure is approved for everyone. Coordinators only.
    #[graphql(default)]
    is_published: bool,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

impl OutcomeRecordInput {
    fn into_command(self) -> Result<RecordOutcome, ApiError> {
        Ok(RecordOutcome {
            kind: self.kind.into(),
            change: self.change.map(Into::into),
            need: self.need_id.map(|id| ids::decode(&id)).transpose()?,
            task: self.task_id.map(|id| ids::decode(&id)).transpose()?,
            pairing: self.pairing_id.map(|id| ids::decode(&id)).transpose()?,
            project: self.project_id.map(|id| ids::decode(&id)).transpose()?,
            event: self.event_id.map(|id| ids::decode(&id)).transpose()?,
            meeting: self.meeting_id.map(|id| ids::decode(&id)).transpose()?,
            enterprise: self.enterprise_id.map(|id| ids::decode(&id)).transpose()?,
            amount_fen: self.amount_fen.map(Long::number),
            number: self.number,
            unit: self.unit,
            on_date: self.on_date.date(),
            note: self.note,
            is_published: self.is_published,
            request_key: self.request_key,
        })
    }
}

/// Input of `outcomeTerminate`.
#[derive(Debug, InputObject)]
pub struct OutcomeTerminateInput {
    /// Outcome to end.
    outcome_id: ID,
    /// Version that was read; the change is refused if somebody saved it since.
    #[graphql(validator(custom = "Int32"))]
    version: i64,
    /// First day it no longer counts.
    terminated_on: Day,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `outcomeCorrect`; what is absent stays.
#[derive(Debug, InputObject)]
pub struct OutcomeCorrectInput {
    /// Outcome to put right.
    outcome_id: ID,
    /// Version that was read; the change is refused if somebody saved it since.
    #[graphql(validator(custom = "Int32"))]
    version: i64,
    /// Amount in fen, not negative.
    amount_fen: Option<Long>,
    /// How many outcomes the row stands for, or how much in its unit.
    #[graphql(validator(custom = "Int32"))]
    number: Option<i64>,
    /// Day it was signed or reached, today at the latest.
    on_date: Option<Day>,
    /// What it changes, for kind PROJECT.
    change: Option<ProjectChangeWord>,
    /// Whether the figure is approved for everyone. Coordinators only.
    is_published: Option<bool>,
    /// Why, shown beside the totals it changes.
    #[graphql(validator(max_length = 500))]
    reason: String,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// An outcome, or why not.
#[derive(Debug, SimpleObject)]
pub struct OutcomePayload {
    /// The outcome after the change; null if it was refused.
    outcome: Option<OutcomeNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

impl OutcomePayload {
    async fn of(scope: &Scope, done: Result<OutcomeId, OutcomeCommandError>) -> Result<Self> {
        Ok(match done {
            Ok(id) => {
                let found =
                    store::find(&scope.desk.db, scope.eyes_of(DataClass::Outcome), id).await?;
                Self { outcome: found.map(OutcomeNode), errors: Vec::new() }
            }
            Err(error) => Self { outcome: None, errors: vec![user_error(error)?] },
        })
    }
}

/// Changes of outcomes.
#[derive(Debug, Default)]
pub struct OutcomeMutation;

#[Object]
impl OutcomeMutation {
    /// Records an outcome. Coordinators any, an enterprise its own.
    async fn outcome_record(
        &self,
        ctx: &Context<'_>,
        input: OutcomeRecordInput,
    ) -> Result<OutcomePayload> {
        let scope = Scope::of(ctx)?;
        let cmd = input.into_command()?;
        OutcomePayload::of(scope, app::record(&scope.desk, &scope.actor, &cmd).await).await
    }

    /// Puts right what was recorded wrongly; totals of past days show it among their corrections. An
    /// outcome that never was is ended on its own day instead.
    async fn outcome_correct(
        &self,
        ctx: &Context<'_>,
        input: OutcomeCorrectInput,
    ) -> Result<OutcomePayload> {
        let scope = Scope::of(ctx)?;
        let cmd = CorrectOutcome {
            outcome: ids::decode(&input.outcome_id)?,
            version: input.version,
            correction: Correction {
                amount_fen: input.amount_fen.map(Long::number),
                number: input.number,
                on_date: input.on_date.map(Day::date),
                change: input.change.map(Into::into),
                is_published: input.is_published,
                reason: input.reason,
            },
            request_key: input.request_key,
        };
        OutcomePayload::of(scope, app::correct(&scope.desk, &scope.actor, &cmd).await).await
    }

    /// Ends an outcome: it leaves the totals from a day on and stays in history.
    async fn outcome_terminate(
        &self,
        ctx: &Context<'_>,
        input: OutcomeTerminateInput,
    ) -> Result<OutcomePayload> {
        let scope = Scope::of(ctx)?;
        let cmd = TerminateOutcome {
            outcome: ids::decode(&input.outcome_id)?,
            version: input.version,
            terminated_on: input.terminated_on.date(),
            request_key: input.request_key,
        };
        OutcomePayload::of(scope, app::terminate(&scope.desk, &scope.actor, &cmd).await).await
    }
}

/// Splits failures: what the user can mend becomes data, the rest an [`ApiError`].
fn user_error(error: OutcomeCommandError) -> Result<UserError, ApiError> {
    use ErrorCode as Code;
    let (code, field) = match error {
        OutcomeCommandError::NotFound => (Code::NotFound, None),
        OutcomeCommandError::UnknownReference => (Code::UnknownReference, None),
        OutcomeCommandError::Rule(ref rule) => match rule {
            OutcomeError::Negative { field, .. } => (Code::Invalid, Some(*field)),
            OutcomeError::AmountMissing(_) => (Code::Missing, Some("amountFen")),
            OutcomeError::NumberMissing => (Code::Missing, Some("number")),
            OutcomeError::NoProject(_) => (Code::Invalid, Some("change")),
            OutcomeError::ProjectMissing(_) => (Code::Missing, Some("projectId")),
            OutcomeError::EndsEarly { .. } => (Code::Invalid, Some("terminatedOn")),
            OutcomeError::Recorded { .. } => (Code::Taken, Some("meetingId")),
            OutcomeError::Ended(_) => (Code::WrongStage, None),
            OutcomeError::Reason(_) => (Code::Invalid, Some("reason")),
            OutcomeError::NothingChanged | OutcomeError::Approved => (Code::Invalid, None),
            OutcomeError::Future { .. } => (Code::Invalid, Some("onDate")),
        },
        OutcomeCommandError::Command(error) => return command_error(error),
    };
    Ok(UserError::new(code, error, field))
}
