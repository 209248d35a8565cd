//! Claims 认领: somebody says that an enterprise is theirs, and an officer decides.

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::actor::{Actor, Role};
use crate::ids::{AccountId, ClaimId, EnterpriseId};
use crate::words;

/// Longest evidence, in characters.
pub const MAX_EVIDENCE: usize = 2_000;
/// Longest reason of a decision, in characters.
pub const MAX_REASON: usize = 500;
/// Most claims of one account that wait for a decision.
pub const MAX_PENDING: u64 = 5;

words! {
    /// What became of a claim.
    pub enum ClaimState {
        /// Nobody decided yet 待审核.
        Pending = "pending",
        /// It is theirs: the claimant became administrator 已通过.
        Approved = "approved",
        /// It is not 未通过.
        Refused = "refused",
        /// The claimant took it back 已撤回.
        Withdrawn = "withdrawn",
    }
}

/// A claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Its id.
    pub id: ClaimId,
    /// What is claimed.
    pub enterprise: EnterpriseId,
    /// Who claims it.
    pub account: AccountId,
    /// Why it should be theirs.
    pub evidence: String,
    /// What became of it.
    pub state: ClaimState,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// How it was decided.
    pub decision: Option<Decision>,
}

/// How a claim was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom, as in the audit log.
    pub by: String,
    /// Why; may be empty where an undisputed claim was approved.
    pub reason: String,
    /// Whether others claimed the enterprise or had it.
    pub was_disputed: bool,
}

/// What an officer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Whether the enterprise is the claimant's.
    pub approves: bool,
    /// Why.
    pub reason: String,
    /// Whether those who administer the enterprise now lose it.
    pub replaces: bool,
}

/// Why a claim was not made or decided.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ClaimError {
    /// No evidence, or too much.
    #[error("the evidence has {0} characters; write 1 to {MAX_EVIDENCE}")]
    Evidence(usize),
    /// Too long a reason.
    #[error("the reason has {0} characters; write at most {MAX_REASON}")]
    ReasonLength(usize),
    /// A decision that needs a reason.
    #[error("say why: a refusal and the decision of a dispute need a reason")]
    ReasonMissing,
    /// Decided or taken back already.
    #[error("the claim is {0}; only one that is pending can be decided or taken back")]
    NotPending(ClaimState),
    /// Others claim the enterprise, or have it.
    #[error("others claim this enterprise or administer it; a coordinator decides")]
    Disputed,
    /// Somebody is to be replaced without being told so by the right officer, or by a refusal.
    #[error("only the approval of a disputed claim replaces those who administer the enterprise")]
    ReplacesNobody,
    /// Too many at a time.
    #[error("{MAX_PENDING} claims of yours are pending; wait for a decision or take one back")]
    TooMany,
}

/// Checks the evidence and returns it without white space around it.
///
/// # Errors
///
/// [`ClaimError::Evidence`].
pub fn check_evidence(text: &str) -> Result<String, ClaimError> {
    let length = text.trim().chars().count();
    if (1..=MAX_EVIDENCE).contains(&length) {
        Ok(text.trim().to_owned())
    } else {
        Err(ClaimError::Evidence(length))
    }
}

/// Decides `claim`, which others dispute or not.
///
/// # Errors
///
/// [`ClaimError::NotPending`]; [`ClaimError::Disputed`] if it takes a coordinator and `actor` is
/// none; [`ClaimError::ReasonMissing`], [`ClaimError::ReasonLength`];
/// [`ClaimError::ReplacesNobody`].
pub fn decide(
    claim: &Claim,
    verdict: &Verdict,
    is_disputed: bool,
    (actor, now): (&Actor, DateTime<Utc>),
) -> Result<Claim, ClaimError> {
    if claim.state != ClaimState::Pending {
        return Err(ClaimError::NotPending(claim.state));
    }
    if is_disputed && actor.role != Role::Coordinator {
        return Err(ClaimError::Disputed);
    }
    let reason = verdict.reason.trim();
    let length = reason.chars().count();
    if length > MAX_REASON {
        return Err(ClaimError::ReasonLength(length));
    }
    if reason.is_empty() && (is_disputed || !verdict.approves) {
        return Err(ClaimError::ReasonMissing);
    }
    if verdict.replaces && !(is_disputed && verdict.approves) {
        return Err(ClaimError::ReplacesNobody);
    }
    let state = if verdict.approves { ClaimState::Approved } else { ClaimState::Refused };
    let decision = Decision {
        at: now,
        by: actor.subject.clone(),
        reason: reason.to_owned(),
        was_disputed: is_disputed,
    };
    Ok(Claim { state, decision: Some(decision), ..claim.clone() })
}

/// Takes `claim` back.
///
/// # Errors
///
/// [`ClaimError::NotPending`].
pub fn withdraw(claim: &Claim) -> Result<Claim, ClaimError> {
    match claim.state {
        ClaimState::Pending => Ok(Claim { state: ClaimState::Withdrawn, ..claim.clone() }),
        ClaimState::Approved | ClaimState::Refused | ClaimState::Withdrawn => {
            Err(ClaimError::NotPending(claim.state))
        }
    }
}

/// Whether `actor` decides claims at all: of the enterprises on their chain a secretary, of all a
/// coordinator.
pub fn may_decide(actor: &Actor) -> bool {
    match actor.role {
        Role::Coordinator | Role::CommitteeSecretary => true,
        Role::Enterprise
        | Role::RotatingChair
        | Role::DepartmentHandler
        | Role::ServiceLiaison
        | Role::DistrictHost
        | Role::GroupHeadquarters
        | Role::Auditor
        | Role::SystemAdmin
        | Role::Public => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn pending() -> Claim {
        Claim {
            id: ClaimId::from(1),
            enterprise: EnterpriseId::from(1),
            account: AccountId::from(1),
            evidence: "营业执照".to_owned(),
            state: ClaimState::Pending,
            made_at: at(0),
            decision: None,
        }
    }

    #[test]
    fn a_secretary_decides_what_nobody_disputes_and_a_coordinator_the_rest_with_a_reason() {
        use ClaimState::{Approved, Refused};
        let actor = |role| Actor { subject: "o".to_owned(), role, body: None };
        let (secretary, coordinator) = (Role::CommitteeSecretary, Role::Coordinator);
        let cases = [
            ("approved without a word", secretary, (true, "", false), false, Ok(Approved)),
            ("refused", secretary, (false, "查无此人", false), false, Ok(Refused)),
            (
                "refused without a word",
                secretary,
                (false, " ", false),
                false,
                Err(ClaimError::ReasonMissing),
            ),
            ("disputed", secretary, (true, "x", false), true, Err(ClaimError::Disputed)),
            ("a dispute decided", coordinator, (true, "x", true), true, Ok(Approved)),
            (
                "a dispute decided without a word",
                coordinator,
                (true, "", false),
                true,
                Err(ClaimError::ReasonMissing),
            ),
            (
                "replacing nobody",
                coordinator,
                (true, "x", true),
                false,
                Err(ClaimError::ReplacesNobody),
            ),
            (
                "replacing by a refusal",
                coordinator,
                (false, "x", true),
                true,
                Err(ClaimError::ReplacesNobody),
            ),
        ];
        for (name, role, (approves, reason, replaces), is_disputed, want) in cases {
            let verdict = Verdict { approves, reason: reason.to_owned(), replaces };
            let got = decide(&pending(), &verdict, is_disputed, (&actor(role), at(9)));
            assert_eq!(got.map(|claim| claim.state), want, "{name}");
        }
        let verdict = Verdict { approves: true, reason: "长".repeat(501), replaces: false };
        let got = decide(&pending(), &verdict, false, (&actor(secretary), at(9)));
        assert_eq!(got, Err(ClaimError::ReasonLength(501)));
    }

    #[test]
    fn a_claim_is_decided_or_taken_back_once() {
        let gone = withdraw(&pending()).unwrap();
        assert_eq!(withdraw(&gone), Err(ClaimError::NotPending(ClaimState::Withdrawn)));
        let verdict = Verdict { approves: true, reason: String::new(), replaces: false };
        let actor = Actor { subject: "o".to_owned(), role: Role::Coordinator, body: None };
        let late = decide(&gone, &verdict, false, (&actor, at(9)));
        assert_eq!(late, Err(ClaimError::NotPending(ClaimState::Withdrawn)));
    }

    #[test]
    fn evidence_is_neither_empty_nor_endless() {
        assert_eq!(check_evidence("  "), Err(ClaimError::Evidence(0)));
        let long = "长".repeat(MAX_EVIDENCE);
        assert_eq!(check_evidence(&format!(" {long} ")), Ok(long.clone()));
        assert_eq!(check_evidence(&(long + "x")), Err(ClaimError::Evidence(MAX_EVIDENCE + 1)));
    }
}
