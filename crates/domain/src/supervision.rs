//! Supervision 督办: the secretariat or the coordinator watches over a need until it is lifted, and may
//! list it 挂牌 for all parties to see.

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::actor::{Actor, Role};
use crate::ids::{ChainCommitteeId, NeedId, SupervisionId};
use crate::need::NeedStage;
use crate::policy;

/// Longest reason in characters.
pub const MAX_REASON: usize = 2_000;

/// A supervision; at most one of a need stands at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supervision {
    /// Its id.
    pub id: SupervisionId,
    /// The need watched over.
    pub need: NeedId,
    /// Why, 1 to 2 000 characters.
    pub reason: String,
    /// Whether it is listed 挂牌督办.
    pub is_listed: bool,
    /// When it began.
    pub opened_at: DateTime<Utc>,
    /// When it was listed.
    pub listed_at: Option<DateTime<Utc>>,
    /// When it was lifted; `None` while it stands.
    pub lifted_at: Option<DateTime<Utc>>,
    /// Why it was lifted; `None` where the end of the need lifted it.
    pub lift_reason: Option<String>,
    /// Raised by one with each save.
    pub version: i64,
}

/// Why a supervision could not be changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SupervisionError {
    /// One stands already.
    #[error("the need is under supervision already; list or lift that one")]
    Stands,
    /// It is listed already.
    #[error("the supervision is listed already")]
    Listed,
    /// None stands.
    #[error("the need is not under supervision; open one first")]
    NoneStands,
    /// The need is not on its way.
    #[error("the need is {0}; only a need that was dispatched and is not over is supervised")]
    Stage(NeedStage),
    /// A reason that is empty or too long.
    #[error("reason has {length} characters; it needs 1 to {MAX_REASON}")]
    Reason {
        /// How many characters it has.
        length: usize,
    },
}

/// What is to be watched over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watched<'a> {
    /// The need.
    pub need: NeedId,
    /// Where it stands.
    pub stage: NeedStage,
    /// The supervision it is under already.
    pub standing: Option<&'a Supervision>,
}

/// Opens a supervision for a reason; `lists` lists it at once.
///
/// # Errors
///
/// [`SupervisionError::Stands`], [`SupervisionError::Stage`], [`SupervisionError::Reason`].
pub fn open(
    id: SupervisionId,
    watched: Watched<'_>,
    reason: &str,
    lists: bool,
    now: DateTime<Utc>,
) -> Result<Supervision, SupervisionError> {
    if watched.standing.is_some() {
        return Err(SupervisionError::Stands);
    }
    if !is_on_its_way(watched.stage) {
        return Err(SupervisionError::Stage(watched.stage));
    }
    Ok(Supervision {
        id,
        need: watched.need,
        reason: checked(reason)?,
        is_listed: lists,
        opened_at: now,
        listed_at: lists.then_some(now),
        lifted_at: None,
        lift_reason: None,
        version: 1,
    })
}

/// Lists a standing supervision 挂牌; a reason given replaces the old one.
///
/// # Errors
///
/// [`SupervisionError::Listed`], [`SupervisionError::Reason`].
pub fn list(
    standing: &Supervision,
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Supervision, SupervisionError> {
    if standing.is_listed {
        return Err(SupervisionError::Listed);
    }
    let reason = reason.map_or_else(|| Ok(standing.reason.clone()), checked)?;
    Ok(Supervision { reason, is_listed: true, listed_at: Some(now), ..standing.clone() })
}

/// Lifts a standing supervision 解除, with a reason.
///
/// # Errors
///
/// [`SupervisionError::Reason`].
pub fn lift(
    standing: &Supervision,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Supervision, SupervisionError> {
    let lift_reason = Some(checked(reason)?);
    Ok(Supervision { lifted_at: Some(now), lift_reason, ..standing.clone() })
}

/// Whether `actor` supervises needs of `committee`: a coordinator, or its secretary.
pub fn may_supervise(actor: &Actor, committee: Option<ChainCommitteeId>) -> bool {
    match committee {
        Some(committee) => policy::may_act_for_committee(actor, committee),
        None => actor.role == Role::Coordinator,
    }
}

/// Whether a need in `stage` may be under supervision; one that leaves these stages is released.
pub const fn is_on_its_way(stage: NeedStage) -> bool {
    match stage {
        NeedStage::Dispatched
        | NeedStage::SentBack
        | NeedStage::Accepted
        | NeedStage::InProgress
        | NeedStage::Whistled
        | NeedStage::Matching
        | NeedStage::Suspended
        | NeedStage::Answered
        | NeedStage::Rated
        | NeedStage::Reopened => true,
        NeedStage::Draft
        | NeedStage::Submitted
        | NeedStage::Excluded
        | NeedStage::Triaged
        | NeedStage::Merged
        | NeedStage::Expired
        | NeedStage::Closed => false,
    }
}

fn checked(reason: &str) -> Result<String, SupervisionError> {
    let reason = reason.trim();
    let length = reason.chars().count();
    if (1..=MAX_REASON).contains(&length) {
        return Ok(reason.to_owned());
    }
    Err(SupervisionError::Reason { length })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::tests::at;

    fn watched(stage: NeedStage, standing: Option<&Supervision>) -> Watched<'_> {
        Watched { need: NeedId::from(1), stage, standing }
    }

    #[test]
    fn it_is_opened_once_listed_once_and_lifted_with_a_reason() {
        let (id, now) = (SupervisionId::from(1), at("03-03 09:00"));
        let stage = NeedStage::Dispatched;
        let standing = open(id, watched(stage, None), " 逾期 ", false, now).unwrap();
        assert_eq!((standing.reason.as_str(), standing.is_listed), ("逾期", false));
        let again = open(id, watched(stage, Some(&standing)), "再", false, now);
        assert_eq!(again, Err(SupervisionError::Stands));

        let listed = list(&standing, None, now).unwrap();
        assert_eq!((listed.is_listed, listed.listed_at), (true, Some(now)));
        assert_eq!(list(&listed, None, now), Err(SupervisionError::Listed));
        assert_eq!(lift(&listed, " ", now), Err(SupervisionError::Reason { length: 0 }));
        let long = "长".repeat(MAX_REASON + 1);
        assert_eq!(lift(&listed, &long, now), Err(SupervisionError::Reason { length: 2_001 }));
        let lifted = lift(&listed, "已办结", now).unwrap();
        assert_eq!((lifted.lifted_at, lifted.lift_reason.as_deref()), (Some(now), Some("已办结")));
    }

    #[test]
    fn only_a_need_on_its_way_is_supervised() {
        let now = at("03-02 09:00");
        let opens = |stage: &NeedStage| {
            open(SupervisionId::from(1), watched(*stage, None), "急", true, now).is_ok()
        };
        let may: Vec<_> = NeedStage::ALL.iter().copied().filter(opens).collect();
        assert_eq!(may.len(), 10);
        assert!(!may.contains(&NeedStage::Triaged) && !may.contains(&NeedStage::Closed));
    }

    #[test]
    fn coordinators_supervise_all_needs_and_secretaries_those_of_their_committee() {
        let five = Some(ChainCommitteeId::from(5));
        let secretary = |n| Actor {
            subject: "s".to_owned(),
            role: Role::CommitteeSecretary,
            body: Some(crate::actor::Body::Committee(ChainCommitteeId::from(n))),
        };
        assert!(may_supervise(&secretary(5), five));
        assert!(!may_supervise(&secretary(6), five));
        assert!(!may_supervise(&secretary(5), None));
        for role in Role::ALL.iter().copied() {
            let actor = Actor { subject: "t".to_owned(), role, body: None };
            for committee in [five, None] {
                let want = role == Role::Coordinator;
                assert_eq!(may_supervise(&actor, committee), want, "{role}");
            }
        }
    }
}
