//! Claims in GraphQL.

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use lianmeng_app::claim::{self as app, ClaimCommandError, DecideClaim, FileClaim, WithdrawClaim};
use lianmeng_app::join::Newcomer;
use lianmeng_domain::account::Account;
use lianmeng_domain::claim::{Claim, ClaimError, ClaimState, Verdict};
use lianmeng_domain::ids::{AccountId, ClaimId};
use lianmeng_store::claim::{self as store, ClaimFilter};
use lianmeng_store::{StoreError, account as accounts};

use crate::account::change::{draw, signed_in};
use crate::doorway::{Doorway, known};
use crate::enterprise::EnterpriseNode;
use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::ids;
use crate::invitation::change::{NewcomerInput, join_error};
use crate::page::{self, Span};
use crate::scope::Scope;

/// What became of a claim (认领状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ClaimState", remote = "ClaimState")]
pub enum ClaimStateWord {
    /// Nobody decided yet (待审核).
    Pending,
    /// It is theirs: the claimant became administrator (已通过).
    Approved,
    /// It is not (未通过).
    Refused,
    /// The claimant took it back (已撤回).
    Withdrawn,
}

/// Which claims a list holds; every given part must hold.
#[derive(Debug, Default, InputObject)]
pub struct ClaimFilterInput {
    /// In this state.
    state: Option<ClaimStateWord>,
    /// Of this enterprise.
    enterprise_id: Option<ID>,
}

/// Who claims, as officers see them.
#[derive(Debug, Clone, SimpleObject)]
pub struct Claimant {
    /// Global id of the account.
    account_id: ID,
    /// The name it signs in with.
    name: String,
    /// How it is shown.
    display_name: String,
}

/// A claim, with what only officers see of it.
#[derive(Debug, Clone)]
pub struct ClaimNode {
    claim: Claim,
    claimant: Option<Claimant>,
    is_disputed: Option<bool>,
}

impl ClaimNode {
    /// A claim as its claimant sees it.
    pub(crate) const fn own(claim: Claim) -> Self {
        Self { claim, claimant: None, is_disputed: None }
    }

    fn seen(claim: Claim, found: &[Account], is_disputed: bool) -> Self {
        let account = found.iter().find(|account| account.id == claim.account);
        let claimant = account.map(|account| Claimant {
            account_id: ids::encode(account.id),
            name: account.name.clone(),
            display_name: account.display_name.clone(),
        });
        Self { claim, claimant, is_disputed: Some(is_disputed) }
    }

    /// These claims as officers see them. Three statements, however many there are.
    async fn seen_all(scope: &Scope, claims: Vec<Claim>) -> Result<Vec<Self>, StoreError> {
        let db = &scope.desk.db;
        let disputed = app::disputed(&scope.desk, db, &claims).await?;
        let ids: Vec<AccountId> = claims.iter().map(|claim| claim.account).collect();
        let found = accounts::find_many(db, &ids).await?;
        let seen = |claim: Claim| {
            let decided = claim.decision.as_ref().is_some_and(|decision| decision.was_disputed);
            let is_disputed = decided || disputed.contains(&claim.id);
            Self::seen(claim, &found, is_disputed)
        };
        Ok(claims.into_iter().map(seen).collect())
    }
}

/// A claim (认领): somebody says that an enterprise is theirs.
#[Object(name = "Claim")]
impl ClaimNode {
    /// Global id.
    async fn id(&self) -> ID {
        ids::encode(self.claim.id)
    }

    /// The enterprise; null if it is gone.
    async fn enterprise(&self, ctx: &Context<'_>) -> Result<Option<EnterpriseNode>> {
        Ok(Scope::of(ctx)?.one(self.claim.enterprise).await?.map(EnterpriseNode))
    }

    /// Who claims it; null in the claimant's own list.
    async fn claimant(&self) -> Option<&Claimant> {
        self.claimant.as_ref()
    }

    /// Why it should be theirs (证明材料), 1 to 2000 characters.
    async fn evidence(&self) -> &str {
        &self.claim.evidence
    }

    /// What became of it.
    async fn state(&self) -> ClaimStateWord {
        self.claim.state.into()
    }

    /// Whether others claim the enterprise too or administer it, so that a coordinator decides; once
    /// decided, whether it was so then. Null in the claimant's own list.
    async fn is_disputed(&self) -> Option<bool> {
        self.is_disputed
    }

    /// When it was made.
    async fn made_at(&self) -> DateTime<Utc> {
        self.claim.made_at
    }

    /// When it was decided; null while it was not.
    async fn decided_at(&self) -> Option<DateTime<Utc>> {
        self.claim.decision.as_ref().map(|decision| decision.at)
    }

    /// Why it was decided so; null while it was not, empty where nothing need be said.
    async fn reason(&self) -> Option<&str> {
        self.claim.decision.as_ref().map(|decision| decision.reason.as_str())
    }
}

/// Counts the whole list, only when asked.
#[derive(Debug)]
pub struct ClaimTotal(ClaimFilter);

#[Object]
impl ClaimTotal {
    /// How many claims the whole list holds.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let scope = Scope::of(ctx)?;
        Ok(store::count(&scope.desk.db, &scope.reads, &self.0).await?)
    }
}

/// Queries about claims.
#[derive(Debug, Default)]
pub struct ClaimQuery;

const LIST: &str = "claims";

#[Object]
impl ClaimQuery {
    /// Claims, newest first, at most 100 a page: of the enterprises on their chain for a secretary,
    /// all for coordinators and auditors, none for others. Your own are in `viewer`.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn claims(
        &self,
        ctx: &Context<'_>,
        filter: Option<ClaimFilterInput>,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<String, ClaimNode, ClaimTotal>> {
        let scope = Scope::of(ctx)?;
        let page = Span { first, after, last, before }.by_id::<ClaimId>(LIST)?;
        let input = filter.unwrap_or_default();
        let filter = ClaimFilter {
            state: input.state.map(Into::into),
            enterprise: input.enterprise_id.map(|id| ids::decode(&id)).transpose()?,
        };
        let rows = store::page(&scope.desk.db, &scope.reads, &filter, page.window()).await?;
        let nodes = ClaimNode::seen_all(scope, rows).await?;
        Ok(page::connection_with(
            page.slice(nodes),
            ClaimTotal(filter),
            |node| page::cursor(LIST, &[&node.claim.id.to_string()]),
            |node| node,
        ))
    }
}

/// Input of `claimFile`.
#[derive(InputObject)]
pub struct ClaimFileInput {
    /// Credit code (统一社会信用代码) of the enterprise.
    #[graphql(validator(max_length = 40))]
    credit_code: String,
    /// Why it should be yours, 1 to 2000 characters.
    #[graphql(validator(max_length = 2000))]
    evidence: String,
    /// The account to make; absent if you are signed in, and claim it with that account.
    account: Option<NewcomerInput>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `claimDecide`.
#[derive(Debug, InputObject)]
pub struct ClaimDecideInput {
    /// Claim to decide.
    claim_id: ID,
    /// Whether the enterprise is the claimant's.
    approves: bool,
    /// Why, at most 500 characters; the claimant reads it. Required of a refusal, and in a dispute.
    #[graphql(default, validator(max_length = 500))]
    reason: String,
    /// Whether those who administer the enterprise now lose it; only when a coordinator approves a
    /// disputed claim.
    #[graphql(default)]
    replaces: bool,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `claimWithdraw`.
#[derive(Debug, InputObject)]
pub struct ClaimWithdrawInput {
    /// Claim of yours to take back.
    claim_id: ID,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Which claim was made, decided or taken back, or why not.
#[derive(Debug, SimpleObject)]
pub struct ClaimPayload {
    /// Global id of the claim; null if it was refused.
    claim_id: Option<ID>,
    /// The claim after the change, for whoever decides claims; null for others, who find theirs in
    /// `viewer`.
    claim: Option<ClaimNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

impl ClaimPayload {
    async fn of(scope: &Scope, done: Result<ClaimId, ClaimCommandError>) -> Result<Self> {
        Ok(match done {
            Ok(id) => {
                let found = store::find(&scope.desk.db, &scope.reads, id).await?;
                let mut nodes = ClaimNode::seen_all(scope, found.into_iter().collect()).await?;
                Self { claim_id: Some(ids::encode(id)), claim: nodes.pop(), errors: Vec::new() }
            }
            Err(error) => Self { claim_id: None, claim: None, errors: vec![user_error(error)?] },
        })
    }
}

fn user_error(error: ClaimCommandError) -> Result<UserError, ApiError> {
    use ClaimCommandError as E;
    let (code, field) = match error {
        E::Command(error) => return command_error(error),
        E::Join(error) => return join_error(error),
        E::NotFound => (ErrorCode::NotFound, Some("claimId")),
        E::CreditCode(_) => (ErrorCode::Invalid, Some("creditCode")),
        E::UnknownEnterprise(_) => (ErrorCode::UnknownReference, Some("creditCode")),
        E::Taken => (ErrorCode::Taken, Some("creditCode")),
        E::Rule(ClaimError::Evidence(0)) => (ErrorCode::Missing, Some("evidence")),
        E::Rule(ClaimError::Evidence(_)) => (ErrorCode::Invalid, Some("evidence")),
        E::Rule(ClaimError::ReasonLength(_)) => (ErrorCode::Invalid, Some("reason")),
        E::Rule(ClaimError::ReasonMissing) => (ErrorCode::Missing, Some("reason")),
        E::Rule(ClaimError::NotPending(_)) => (ErrorCode::WrongStage, None),
        E::Rule(ClaimError::Disputed) => (ErrorCode::Disputed, None),
        E::Rule(ClaimError::ReplacesNobody) => (ErrorCode::Invalid, Some("replaces")),
        E::Rule(ClaimError::TooMany) => (ErrorCode::CapacityExceeded, None),
    };
    Ok(UserError::new(code, error, field))
}

/// Changes of claims.
#[derive(Debug, Default)]
pub struct ClaimMutation;

#[Object]
impl ClaimMutation {
    /// Claims an enterprise by its credit code (认领企业): with the account you are signed in with,
    /// or with a new one. Nothing is granted before an officer approves. Anyone; strangers are
    /// slowed down after five claims a day from one address.
    async fn claim_file(&self, ctx: &Context<'_>, input: ClaimFileInput) -> Result<ClaimPayload> {
        let (scope, doorway) = (Scope::of(ctx)?, Doorway::of(ctx)?);
        let cmd = FileClaim {
            credit_code: input.credit_code,
            evidence: input.evidence,
            newcomer: input.account.map(Newcomer::from),
            request_key: input.request_key,
        };
        let address = &doorway.address;
        let done = app::file(&scope.desk, known(ctx)?, &cmd, address, &draw()?).await;
        ClaimPayload::of(scope, done).await
    }

    /// Decides a claim (审核认领): of an enterprise on their chain the secretary, of any a
    /// coordinator; a disputed one only a coordinator. Approved, the claimant is administrator at
    /// once.
    async fn claim_decide(
        &self,
        ctx: &Context<'_>,
        input: ClaimDecideInput,
    ) -> Result<ClaimPayload> {
        let scope = Scope::of(ctx)?;
        let ClaimDecideInput { claim_id, approves, reason, replaces, request_key } = input;
        let verdict = Verdict { approves, reason, replaces };
        let cmd = DecideClaim { id: ids::decode(&claim_id)?, verdict, request_key };
        ClaimPayload::of(scope, app::decide(&scope.desk, &scope.actor, &cmd).await).await
    }

    /// Takes back a claim of yours that is pending.
    async fn claim_withdraw(
        &self,
        ctx: &Context<'_>,
        input: ClaimWithdrawInput,
    ) -> Result<ClaimPayload> {
        let scope = Scope::of(ctx)?;
        let (owner, _) = match signed_in(ctx)? {
            Ok(found) => found,
            Err(error) => {
                return Ok(ClaimPayload { claim_id: None, claim: None, errors: vec![error] });
            }
        };
        let id = ids::decode(&input.claim_id)?;
        let cmd = WithdrawClaim { id, request_key: input.request_key };
        let done = app::withdraw(&scope.desk, &scope.actor, owner, &cmd).await;
        ClaimPayload::of(scope, done).await
    }
}

#[cfg(test)]
mod tests;
