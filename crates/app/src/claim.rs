//! Claiming an enterprise without an invitation, and deciding about it. Nothing is granted before
//! somebody has decided.

use std::collections::BTreeSet;

use lianmeng_domain::account::{self, Grant};
use lianmeng_domain::actor::{Actor, Body, Role};
use lianmeng_domain::claim::{self as rules, Claim, ClaimError, ClaimState, MAX_PENDING, Verdict};
use lianmeng_domain::committee::Member;
use lianmeng_domain::enterprise::{CreditCode, CreditCodeError};
use lianmeng_domain::ids::{AccountId, ClaimId, EnterpriseId, GrantId, Id};
use lianmeng_domain::policy::{self, Visibility};
use lianmeng_store::login_attempt::Outcome;
use lianmeng_store::{StoreError, account as accounts, claim as store, grant, invitee};
use sea_orm::ConnectionTrait;
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches, replayed_id};
use crate::desk::Desk;
use crate::join::{self, JoinError, Known, Newcomer, Try};
use crate::notify;
use crate::secret::Secret;

/// Claims an enterprise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileClaim {
    /// Its credit code.
    pub credit_code: String,
    /// Why it should be the caller's.
    pub evidence: String,
    /// Who claims it, if they have no account.
    pub newcomer: Option<Newcomer>,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Decides a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecideClaim {
    /// Which.
    pub id: ClaimId,
    /// How.
    pub verdict: Verdict,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Takes a claim back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithdrawClaim {
    /// Which.
    pub id: ClaimId,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why nothing was claimed or decided.
#[derive(Debug, Error)]
pub enum ClaimCommandError {
    /// No such claim that the caller may change.
    #[error("no claim with this id that you may decide or take back")]
    NotFound,
    /// The credit code.
    #[error(transparent)]
    CreditCode(#[from] CreditCodeError),
    /// Nobody has it.
    #[error(
        "no enterprise in the registry has the credit code {0}; ask a coordinator to register it"
    )]
    UnknownEnterprise(CreditCode),
    /// Claimed by the same account before.
    #[error("you have claimed this enterprise already, or administer it")]
    Taken,
    /// A rule.
    #[error(transparent)]
    Rule(#[from] ClaimError),
    /// Who claims.
    #[error(transparent)]
    Join(#[from] JoinError),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for ClaimCommandError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

fn wire<T: Id>(id: T) -> String {
    format!("{}:{id}", T::TAG)
}

/// Claims an enterprise: with the account one is signed in with, or with a new one, which may do
/// nothing before the claim is approved.
///
/// Claims of strangers are counted for each address and slowed down.
///
/// # Errors
///
/// See [`ClaimCommandError`]; nothing is saved when an error is returned.
pub async fn file(
    desk: &Desk,
    known: Known<'_>,
    cmd: &FileClaim,
    address: &str,
    salt: &Secret,
) -> Result<ClaimId, ClaimCommandError> {
    let code: CreditCode = cmd.credit_code.trim().to_uppercase().parse()?;
    let evidence = rules::check_evidence(&cmd.evidence)?;
    let found = invitee::by_code(&desk.db, &[code]).await?;
    let Some(Member::Enterprise(enterprise)) = found.get(code.as_str()).copied() else {
        return Err(ClaimCommandError::UnknownEnterprise(code));
    };
    if known.is_none() {
        // Each counts, right or wrong: what comes in here is read by people.
        let attempt = Try::new(desk, "claim", address).await?;
        attempt.settle(desk, Outcome::Failed).await?;
    }
    let newcomer = cmd.newcomer.as_ref();
    let comer = join::comer(desk, known, newcomer, None, salt).await?;
    let name = newcomer.map(|newcomer| account::name_key(&newcomer.name)).unwrap_or_default();
    let actor = join::acting(known, format!("newcomer:{name}"));
    let change = match command::begin(desk, &actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed_id(&thing).ok_or(ClaimCommandError::NotFound),
    };
    let (account, is_new) = comer.settle_in(&change.tx).await?;
    if !is_new {
        may_file(desk, &change.tx, account, enterprise).await?;
    }
    let new = Claim {
        id: desk.mint(),
        enterprise,
        account,
        evidence,
        state: ClaimState::Pending,
        made_at: desk.now,
        decision: None,
    };
    store::insert(&change.tx, &new).await.map_err(|error| match error {
        StoreError::Conflict(_) => ClaimCommandError::Taken,
        StoreError::Stale | StoreError::Corrupt { .. } | StoreError::Db(_) => error.into(),
    })?;
    change.finish("FileClaim", &wire(new.id), Touches::Nothing).await?;
    Ok(new.id)
}

async fn may_file(
    desk: &Desk,
    tx: &impl ConnectionTrait,
    account: AccountId,
    enterprise: EnterpriseId,
) -> Result<(), ClaimCommandError> {
    let keepers = administrators(desk, tx, enterprise).await?;
    if keepers.iter().any(|grant| grant.account == account) {
        return Err(ClaimCommandError::Taken);
    }
    if store::pending_of_account(tx, account).await? >= MAX_PENDING {
        return Err(ClaimError::TooMany.into());
    }
    Ok(())
}

async fn administrators(
    desk: &Desk,
    db: &impl ConnectionTrait,
    enterprise: EnterpriseId,
) -> Result<Vec<Grant>, StoreError> {
    grant::administrators(db, &[Body::Enterprise(enterprise)], desk.today).await
}

/// Those of `claims` that are disputed. Two statements.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn disputed(
    desk: &Desk,
    db: &impl ConnectionTrait,
    claims: &[Claim],
) -> Result<BTreeSet<ClaimId>, StoreError> {
    let pending = || claims.iter().filter(|claim| claim.state == ClaimState::Pending);
    let firms: Vec<EnterpriseId> = pending().map(|claim| claim.enterprise).collect();
    let twice = store::claimed_twice(db, &firms).await?;
    let bodies: Vec<Body> = firms.iter().map(|id| Body::Enterprise(*id)).collect();
    let keepers = grant::administrators(db, &bodies, desk.today).await?;
    let is_disputed = |claim: &&Claim| {
        let body = Some(Body::Enterprise(claim.enterprise));
        let mut others = keepers.iter().filter(|grant| grant.account != claim.account);
        twice.contains(&claim.enterprise) || others.any(|grant| grant.body == body)
    };
    Ok(pending().filter(is_disputed).map(|claim| claim.id).collect())
}

/// Decides a claim: of an enterprise on their chain a secretary, of any a coordinator; a disputed one
/// only a coordinator, with a reason. Approved, the claimant becomes administrator.
///
/// # Errors
///
/// See [`ClaimCommandError`]; nothing is saved when an error is returned.
pub async fn decide(
    desk: &Desk,
    actor: &Actor,
    cmd: &DecideClaim,
) -> Result<ClaimId, ClaimCommandError> {
    if !rules::may_decide(actor) {
        return Err(ClaimCommandError::NotFound);
    }
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(cmd.id),
    };
    let tx = &change.tx;
    let reads = policy::reading(actor);
    let seen = store::find(tx, &reads, cmd.id).await?.ok_or(ClaimCommandError::NotFound)?;
    store::hold(tx, seen.enterprise).await?;
    let claim = store::find(tx, &reads, cmd.id).await?.ok_or(ClaimCommandError::NotFound)?;
    let is_disputed = !disputed(desk, tx, std::slice::from_ref(&claim)).await?.is_empty();
    let decided = rules::decide(&claim, &cmd.verdict, is_disputed, (actor, desk.now))?;
    store::settle(tx, &decided).await?;
    let mut touched = Vec::new();
    if cmd.verdict.approves {
        if cmd.verdict.replaces {
            touched = replace(desk, tx, &claim).await?;
        }
        appoint(desk, tx, &claim).await?;
        touched.push(claim.account);
    }
    let action = if cmd.verdict.approves { "ApproveClaim" } else { "RefuseClaim" };
    change.finish(action, &wire(cmd.id), Touches::Nothing).await?;
    for account in touched {
        notify::access(desk, account);
    }
    Ok(cmd.id)
}

/// Makes the claimant administrator.
async fn appoint(
    desk: &Desk,
    tx: &impl ConnectionTrait,
    claim: &Claim,
) -> Result<(), ClaimCommandError> {
    let found = accounts::find(tx, claim.account).await?;
    if found.is_none_or(|kept| kept.account.disabled_at.is_some()) {
        return Err(ClaimCommandError::NotFound);
    }
    let held = grant::alive_of_accounts(tx, &[claim.account], desk.today).await?;
    let new = Grant {
        id: desk.mint(),
        account: claim.account,
        role: Role::Enterprise,
        body: Some(Body::Enterprise(claim.enterprise)),
        from_on: desk.today,
        until_on: None,
        is_default: held.is_empty(),
        is_administrator: true,
        may_export: false,
        revoked_at: None,
    };
    Ok(grant::insert(tx, &new).await?)
}

/// Ends what those who administered the enterprise held for it; gives who they were.
async fn replace(
    desk: &Desk,
    tx: &impl ConnectionTrait,
    claim: &Claim,
) -> Result<Vec<AccountId>, StoreError> {
    let keepers = administrators(desk, tx, claim.enterprise).await?;
    let mut gone: Vec<AccountId> = keepers.iter().map(|grant| grant.account).collect();
    gone.retain(|account| *account != claim.account);
    gone.sort_unstable();
    gone.dedup();
    let body = Body::Enterprise(claim.enterprise);
    let held = grant::alive_of_accounts(tx, &gone, desk.today).await?;
    for account in &gone {
        let theirs = held.iter().filter(|grant| grant.account == *account);
        let theirs = theirs.filter(|grant| grant.body.as_ref() == Some(&body));
        let theirs: Vec<GrantId> = theirs.map(|grant| grant.id).collect();
        join::end_grants(desk, tx, *account, &theirs).await?;
    }
    Ok(gone)
}

/// Takes a claim of one's own back.
///
/// # Errors
///
/// See [`ClaimCommandError`]; nothing is saved when an error is returned.
pub async fn withdraw(
    desk: &Desk,
    actor: &Actor,
    owner: AccountId,
    cmd: &WithdrawClaim,
) -> Result<ClaimId, ClaimCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(cmd.id),
    };
    let found = store::find(&change.tx, &Visibility::All, cmd.id).await?;
    let found = found.filter(|claim| claim.account == owner);
    let claim = rules::withdraw(&found.ok_or(ClaimCommandError::NotFound)?)?;
    store::settle(&change.tx, &claim).await?;
    change.finish("WithdrawClaim", &wire(cmd.id), Touches::Nothing).await?;
    Ok(cmd.id)
}
