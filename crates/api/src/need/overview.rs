//! What a coordinator or a secretary sees first: how many needs stand where, what is late and whose
//! turn it is.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use async_graphql::{ComplexObject, Context, Enum, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::figures::{self as rules, Turn};
use lianmeng_domain::ids::{ChainCommitteeId, OrganisationId};
use lianmeng_domain::need::NeedStage;
use lianmeng_store::need::figures::{self as store, Standing};

use super::NeedNode;
use super::words::NeedStageWord;
use crate::ids;
use crate::organisation::OrganisationNode;
use crate::page;
use crate::scope::Scope;

/// Most units named.
const HANDLERS: usize = 20;

/// Whose turn it is with a need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "NeedTurn", remote = "Turn")]
pub enum TurnWord {
    /// The secretariat's (党委办公室): to triage, to dispatch, to seek, to close.
    Secretariat,
    /// The unit's in charge (办理单位): to accept, to work, to answer.
    Unit,
    /// The enterprise's: to rate.
    Enterprise,
    /// Nobody's: it rests or has ended.
    Nobody,
}

/// How many needs stand in a stage.
#[derive(Debug, Clone, SimpleObject)]
pub struct NeedStageCount {
    /// The stage.
    stage: NeedStageWord,
    /// How many needs.
    needs: u64,
}

/// How many needs show which lamp (三色灯); the graver lamp counts.
#[derive(Debug, Clone, Default, SimpleObject)]
pub struct NeedLampCounts {
    /// Overdue (红灯).
    red: u64,
    /// Sent back, badly rated, or without a word of progress for half of the time given (黄灯).
    yellow: u64,
    /// With a fifth of the time given or less left (蓝灯).
    blue: u64,
    /// Open and with no lamp.
    none: u64,
}

/// How many needs wait for somebody.
#[derive(Debug, Clone, SimpleObject)]
pub struct NeedTurnCount {
    /// For whom.
    turn: TurnWord,
    /// How many needs.
    open: u64,
    /// Of these late.
    late: u64,
}

/// How many needs wait for a unit.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct NeedHandlerCount {
    #[graphql(skip)]
    handler: OrganisationId,
    /// How many needs it is this unit's turn with.
    open: u64,
    /// Of these late.
    late: u64,
}

#[ComplexObject]
impl NeedHandlerCount {
    /// The unit; null if it is gone.
    async fn handler(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        Ok(Scope::of(ctx)?.one(self.handler).await?.map(OrganisationNode))
    }
}

/// Where needs stand now (诉求总览).
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct NeedOverview {
    /// The moment.
    at: DateTime<Utc>,
    /// How many needs were handed in, in all.
    needs: u64,
    /// Of these not at their end.
    open: u64,
    /// How many stand in each stage, in the order of the lifecycle; stages without needs are left out.
    stages: Vec<NeedStageCount>,
    /// Their lamps.
    lamps: NeedLampCounts,
    /// Whose turn it is.
    turns: Vec<NeedTurnCount>,
    /// The 20 units with most late needs, then with most open ones.
    handlers: Vec<NeedHandlerCount>,
    #[graphql(skip)]
    committee: Option<ChainCommitteeId>,
}

#[ComplexObject]
impl NeedOverview {
    /// Needs that are late, those late longest first.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn late(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Most needs, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<NeedNode>> {
        let scope = Scope::of(ctx)?;
        let window = (self.at, page::size(first)?);
        let found = store::late(&scope.desk.db, scope.eyes(), self.committee, window).await?;
        Ok(found.into_iter().map(NeedNode).collect())
    }
}

/// The overview of needs.
#[derive(Debug, Default)]
pub struct NeedOverviewQuery;

#[Object]
impl NeedOverviewQuery {
    /// Where the needs of a committee stand now, or all of them. Coordinators and auditors: any
    /// committee, or all; a secretary: the own committee. Null for everyone else.
    async fn need_overview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Committee (产业链党委); your own, or all, if absent.")]
        committee_id: Option<ID>,
    ) -> Result<Option<NeedOverview>> {
        let scope = Scope::of(ctx)?;
        let asked = committee_id.map(|id| ids::decode(&id)).transpose()?;
        if !may_oversee(&scope.actor, asked) {
            return Ok(None);
        }
        let committee = asked.or_else(|| scope.actor.committee());
        let now = scope.desk.now;
        let standings = store::standings(&scope.desk.db, committee, now).await?;
        Ok(Some(overview(&standings, committee, now)))
    }
}

/// Whether `actor` gets an overview of the needs of `asked`, or where it is absent of their own, or
/// all.
fn may_oversee(actor: &Actor, asked: Option<ChainCommitteeId>) -> bool {
    match actor.role {
        Role::Coordinator | Role::Auditor => true,
        Role::CommitteeSecretary => {
            let own = actor.committee();
            own.is_some() && asked.is_none_or(|asked| own == Some(asked))
        }
        Role::Enterprise
        | Role::RotatingChair
        | Role::DepartmentHandler
        | Role::ServiceLiaison
        | Role::DistrictHost
        | Role::GroupHeadquarters
        | Role::SystemAdmin
        | Role::Public => false,
    }
}

const fn is_open(stage: NeedStage) -> bool {
    !matches!(
        stage,
        NeedStage::Draft
            | NeedStage::Excluded
            | NeedStage::Merged
            | NeedStage::Expired
            | NeedStage::Closed
    )
}

fn overview(
    standings: &[Standing],
    committee: Option<ChainCommitteeId>,
    at: DateTime<Utc>,
) -> NeedOverview {
    let mut stages = BTreeMap::<NeedStage, u64>::new();
    let mut turns = BTreeMap::<Turn, (u64, u64)>::new();
    let mut handlers = BTreeMap::<OrganisationId, (u64, u64)>::new();
    let mut lamps = NeedLampCounts::default();
    let mut open = 0;
    for one in standings {
        *stages.entry(one.stage).or_default() += one.needs;
        if !is_open(one.stage) {
            continue;
        }
        open += one.needs;
        lamps.red += one.red;
        lamps.yellow += one.yellow;
        lamps.blue += one.blue;
        let turn = rules::turn(one.stage, one.handler.is_some());
        let counts = turns.entry(turn).or_default();
        *counts = (counts.0 + one.needs, counts.1 + one.red);
        if let Some(handler) = one.handler.filter(|_| turn == Turn::Unit) {
            let counts = handlers.entry(handler).or_default();
            *counts = (counts.0 + one.needs, counts.1 + one.red);
        }
    }
    lamps.none = open - lamps.red - lamps.yellow - lamps.blue;
    let mut handlers: Vec<_> = handlers
        .into_iter()
        .map(|(handler, (open, late))| NeedHandlerCount { handler, open, late })
        .collect();
    handlers.sort_by_key(|one| (Reverse(one.late), Reverse(one.open), one.handler));
    handlers.truncate(HANDLERS);
    NeedOverview {
        at,
        needs: stages.values().sum(),
        open,
        stages: stages
            .into_iter()
            .map(|(stage, needs)| NeedStageCount { stage: stage.into(), needs })
            .collect(),
        lamps,
        turns: turns
            .into_iter()
            .map(|(turn, (open, late))| NeedTurnCount { turn: turn.into(), open, late })
            .collect(),
        handlers,
        committee,
    }
}
