//! What people do with suggestions: show, accept, decline, pair; and whom they never want to meet.

use chrono::NaiveDate;
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::committee::Member;
use lianmeng_domain::enterprise::Ownership;
use lianmeng_domain::ids::{
    CooperationTaskId, EnterpriseId, Id, OrganisationId, PairingId, SuggestionId,
};
use lianmeng_domain::organisation::OrganisationKind;
use lianmeng_domain::pairing::{Pairing, PairingKind, PairingStage};
use lianmeng_domain::policy::{self, Visibility};
use lianmeng_domain::suggestion::{
    self as rules, DeclineReason, Suggestion, SuggestionError, SuggestionKind, SuggestionStep,
};
use lianmeng_domain::task::{CooperationTask, TaskStage};
use lianmeng_store::eyes::Eyes;
use lianmeng_store::{
    StoreError, avoid, enterprise, organisation, pairing, project, suggestion, task,
};
use sea_orm::DatabaseTransaction;
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;

/// What is done with a suggestion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SuggestionDeed {
    /// Show it to both sides.
    Show,
    /// Accept it for one's own side.
    Accept,
    /// Decline it for one's own side, for a reason that stays its own.
    Decline(DeclineReason),
    /// Take it back.
    Withdraw,
}

/// Moves a suggestion on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveSuggestion {
    /// Which.
    pub suggestion: SuggestionId,
    /// The version the caller read; `None` to take it as it is.
    pub version: Option<i64>,
    /// What is done.
    pub deed: SuggestionDeed,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Makes a mutual suggestion a pairing, or a cooperation task where it is for a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairSuggestion {
    /// Which.
    pub suggestion: SuggestionId,
    /// Last day of the pairing, or due date of the task.
    pub until_on: Option<NaiveDate>,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// What a suggestion became.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paired {
    /// A pairing.
    Pairing(PairingId),
    /// A cooperation task.
    Task(CooperationTaskId),
}

/// Changes whom an enterprise never wants to meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeAvoidList {
    /// Whose list.
    pub owner: EnterpriseId,
    /// Whom it is about.
    pub other: EnterpriseId,
    /// Whether to put them on the list, or take them off.
    pub avoids: bool,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why a suggestion was not changed.
#[derive(Debug, Error)]
pub enum SuggestionCommandError {
    /// No such suggestion that the caller may change.
    #[error("no suggestion with this id that you may change in this way")]
    NotFound,
    /// No such enterprise whose list the caller may change, or to put on it.
    #[error("no enterprise with this id whose list you may change, or to put on it")]
    EnterpriseNotFound,
    /// A rule of suggestions.
    #[error(transparent)]
    Rule(#[from] SuggestionError),
    /// The due date of a task is past.
    #[error("{until_on} is past; today is {today}")]
    DayPast {
        /// The day given.
        until_on: NaiveDate,
        /// Today.
        today: NaiveDate,
    },
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for SuggestionCommandError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

/// Moves a suggestion on: its sides accept and decline; the committee's secretary or a coordinator
/// shows and withdraws.
///
/// # Errors
///
/// See [`SuggestionCommandError`]; nothing is saved when an error is returned.
pub async fn advance(
    desk: &Desk,
    actor: &Actor,
    cmd: &MoveSuggestion,
) -> Result<SuggestionId, SuggestionCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let sees = policy::visibility(actor);
    let found = suggestion::find_whole(&change.tx, &sees, cmd.suggestion).await?;
    let found = found.ok_or(SuggestionCommandError::NotFound)?;
    let found = Suggestion { version: cmd.version.unwrap_or(found.version), ..found };
    let moved = apply(actor, &found, &cmd.deed)?;
    suggestion::save(&change.tx, &moved).await?;
    let action = match cmd.deed {
        SuggestionDeed::Show => "ShowSuggestion",
        SuggestionDeed::Accept => "AcceptSuggestion",
        SuggestionDeed::Decline(_) => "DeclineSuggestion",
        SuggestionDeed::Withdraw => "WithdrawSuggestion",
    };
    change.finish(action, &wire(found.id), Touches::Nothing).await?;
    Ok(found.id)
}

fn apply(
    actor: &Actor,
    suggestion: &Suggestion,
    deed: &SuggestionDeed,
) -> Result<Suggestion, SuggestionCommandError> {
    let side = || suggestion.side_of(actor).ok_or(SuggestionCommandError::NotFound);
    let keep = |step| {
        if rules::may_keep(actor, suggestion.committee) {
            Ok(rules::advance(suggestion, step)?)
        } else {
            Err(SuggestionCommandError::NotFound)
        }
    };
    match deed {
        SuggestionDeed::Show => keep(SuggestionStep::Show),
        SuggestionDeed::Withdraw => keep(SuggestionStep::Withdraw),
        SuggestionDeed::Accept => Ok(rules::accept(suggestion, side()?)?),
        SuggestionDeed::Decline(reason) => Ok(rules::decline(suggestion, side()?, reason.clone())?),
    }
}

/// Makes a suggestion that both sides accepted a pairing or a cooperation task. The committee's
/// secretary, or a coordinator.
///
/// # Errors
///
/// See [`SuggestionCommandError`]; nothing is saved when an error is returned.
pub async fn pair(
    desk: &Desk,
    actor: &Actor,
    cmd: &PairSuggestion,
) -> Result<Paired, SuggestionCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed_pair(&thing),
    };
    let sees = policy::visibility(actor);
    let found = suggestion::find_whole(&change.tx, &sees, cmd.suggestion).await?;
    let found = found.filter(|found| rules::may_keep(actor, found.committee));
    let found = found.ok_or(SuggestionCommandError::NotFound)?;
    let paired = rules::advance(&found, SuggestionStep::Pair)?;
    if let Some(until_on) = cmd.until_on.filter(|day| *day < desk.today) {
        return Err(SuggestionCommandError::DayPast { until_on, today: desk.today });
    }
    suggestion::save(&change.tx, &paired).await?;
    let done = match found.kind {
        SuggestionKind::Task => {
            Paired::Task(to_task(desk, &change.tx, &found, cmd.until_on).await?)
        }
        SuggestionKind::Offer | SuggestionKind::Enterprise => {
            Paired::Pairing(to_pairing(desk, &change.tx, &found, cmd.until_on).await?)
        }
    };
    match done {
        Paired::Task(id) => {
            change.finish("PairSuggestion", &crate::task::wire(id), Touches::Graph).await?;
        }
        Paired::Pairing(id) => {
            let thing = format!("{}:{id}", PairingId::TAG);
            change.finish("PairSuggestion", &thing, Touches::Nothing).await?;
        }
    }
    Ok(done)
}

async fn to_task(
    desk: &Desk,
    tx: &DatabaseTransaction,
    found: &Suggestion,
    due_on: Option<NaiveDate>,
) -> Result<CooperationTaskId, SuggestionCommandError> {
    let Member::Enterprise(counterpart) = found.b else {
        return Err(SuggestionCommandError::NotFound);
    };
    let domain = match found.project {
        Some(id) => project::find(tx, Eyes::ALL, id).await?.map(|seen| seen.project.domain),
        None => None,
    };
    let task = CooperationTask {
        id: desk.mint(),
        external_id: None,
        project: found.project,
        suggestion: Some(found.id),
        owner: found.a,
        counterpart,
        domain: domain.unwrap_or_default(),
        due_on,
        stage: TaskStage::Open,
        score_points: Some(found.points),
        reasons: found.reasons.clone(),
        // Both sides agreed.
        is_kept: true,
        is_generated: false,
        version: 1,
    };
    task::insert(tx, &task).await?;
    Ok(task.id)
}

async fn to_pairing(
    desk: &Desk,
    tx: &DatabaseTransaction,
    found: &Suggestion,
    until_on: Option<NaiveDate>,
) -> Result<PairingId, SuggestionCommandError> {
    let kind = match found.b {
        Member::Organisation(id) => kind_with(tx, id).await?,
        Member::Enterprise(id) => kind_between(tx, found.a, id).await?,
    };
    let pairing = Pairing {
        id: desk.mint(),
        suggestion: Some(found.id),
        committee: found.committee,
        kind,
        a: Member::Enterprise(found.a),
        b: found.b,
        stage: PairingStage::Active,
        from_on: desk.today,
        until_on,
        version: 1,
    };
    pairing::insert(tx, &pairing).await?;
    Ok(pairing.id)
}

async fn kind_with(
    tx: &DatabaseTransaction,
    id: OrganisationId,
) -> Result<PairingKind, StoreError> {
    let found = organisation::find_many(tx, &Visibility::All, &[id]).await?.pop();
    Ok(match found.map(|organisation| organisation.kind) {
        Some(OrganisationKind::Bank) => PairingKind::BankEnterprise,
        Some(OrganisationKind::Institute) => PairingKind::InstituteEnterprise,
        Some(OrganisationKind::Department | OrganisationKind::Chamber) | None => {
            PairingKind::OrganEnterprise
        }
    })
}

async fn kind_between(
    tx: &DatabaseTransaction,
    a: EnterpriseId,
    b: EnterpriseId,
) -> Result<PairingKind, StoreError> {
    let found = enterprise::find_many(tx, &Visibility::All, &[a, b]).await?;
    let any = |of: &[Ownership]| found.iter().any(|e| e.ownership.is_some_and(|o| of.contains(&o)));
    let local = [Ownership::MunicipalSoe, Ownership::DistrictSoe, Ownership::ProvincialSoe];
    if any(&[Ownership::CentralSoe]) && any(&local) {
        return Ok(PairingKind::CentralLocal);
    }
    Ok(PairingKind::EnterpriseEnterprise)
}

/// Whether `actor` may read and change whom `owner` avoids: the enterprise itself, a coordinator.
pub fn may_change_avoid_list(actor: &Actor, owner: EnterpriseId) -> bool {
    actor.role == Role::Coordinator
        || (actor.role == Role::Enterprise && actor.enterprise() == Some(owner))
}

/// Puts somebody on an enterprise's list of whom it never wants to meet, or takes them off. Doing it
/// twice changes nothing.
///
/// # Errors
///
/// See [`SuggestionCommandError`]; nothing is saved when an error is returned.
pub async fn change_avoid_list(
    desk: &Desk,
    actor: &Actor,
    cmd: &ChangeAvoidList,
) -> Result<EnterpriseId, SuggestionCommandError> {
    if !may_change_avoid_list(actor, cmd.owner) || cmd.owner == cmd.other {
        return Err(SuggestionCommandError::EnterpriseNotFound);
    }
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(cmd.owner),
    };
    let both = enterprise::find_many(&change.tx, &Visibility::All, &[cmd.owner, cmd.other]).await?;
    if both.len() < 2 {
        return Err(SuggestionCommandError::EnterpriseNotFound);
    }
    if cmd.avoids {
        avoid::insert(&change.tx, cmd.owner, cmd.other, desk.now).await?;
    } else {
        avoid::remove(&change.tx, cmd.owner, cmd.other).await?;
    }
    let thing = format!("{}:{}", EnterpriseId::TAG, cmd.owner);
    change.finish("ChangeAvoidList", &thing, Touches::Nothing).await?;
    Ok(cmd.owner)
}

fn wire(id: SuggestionId) -> String {
    format!("{}:{id}", SuggestionId::TAG)
}

fn replayed(thing: &str) -> Result<SuggestionId, SuggestionCommandError> {
    command::replayed_id(thing).ok_or(SuggestionCommandError::NotFound)
}

fn replayed_pair(thing: &str) -> Result<Paired, SuggestionCommandError> {
    let pairing = command::replayed_id(thing).map(Paired::Pairing);
    let task = || command::replayed_id(thing).map(Paired::Task);
    pairing.or_else(task).ok_or(SuggestionCommandError::NotFound)
}
