//! Pairings: two who agreed to work together 结对.

use chrono::NaiveDate;
use thiserror::Error;

use crate::actor::{Actor, Role};
use crate::committee::Member;
use crate::ids::{ChainCommitteeId, PairingId, SuggestionId};
use crate::policy;
use crate::steps::{self, Transition, WrongStage};
use crate::words;

pub mod pattern;

words! {
    /// Who is paired with whom.
    pub enum PairingKind {
        /// Two enterprises 企企结对.
        EnterpriseEnterprise = "enterprise_enterprise",
        /// A government organ and an enterprise 机关与企业.
        OrganEnterprise = "organ_enterprise",
        /// A central and a local state-owned enterprise 央地国企.
        CentralLocal = "central_local",
        /// A bank and an enterprise 银企.
        BankEnterprise = "bank_enterprise",
        /// An institute and an enterprise 校企、院企.
        InstituteEnterprise = "institute_enterprise",
        /// A village and an enterprise 村企.
        VillageEnterprise = "village_enterprise",
    }
}

words! {
    /// Where a pairing stands.
    pub enum PairingStage {
        /// In force.
        Active = "active",
        /// In force for a further term.
        Renewed = "renewed",
        /// Over.
        Ended = "ended",
    }
}

words! {
    /// A step of a pairing.
    pub enum PairingStep {
        /// Go on for a further term 续签.
        Renew = "renew",
        /// End 结束.
        End = "end",
    }
}

/// Every step there is.
pub const TRANSITIONS: &[Transition<PairingStage, PairingStep>] = {
    use PairingStage as Stage;
    &[
        Transition {
            step: PairingStep::Renew,
            from: &[Stage::Active, Stage::Renewed],
            to: Stage::Renewed,
        },
        Transition {
            step: PairingStep::End,
            from: &[Stage::Active, Stage::Renewed],
            to: Stage::Ended,
        },
    ]
};

/// A pairing 结对.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pairing {
    /// Its id.
    pub id: PairingId,
    /// The suggestion it followed from.
    pub suggestion: Option<SuggestionId>,
    /// The committee that keeps it.
    pub committee: Option<ChainCommitteeId>,
    /// What kind.
    pub kind: PairingKind,
    /// Side A.
    pub a: Member,
    /// Side B.
    pub b: Member,
    /// Where it stands.
    pub stage: PairingStage,
    /// First day.
    pub from_on: NaiveDate,
    /// Last day of the term; `None` without an end.
    pub until_on: Option<NaiveDate>,
    /// Raised by one with each save.
    pub version: i64,
}

/// Why a pairing was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PairingError {
    /// The stage does not allow the step.
    #[error(transparent)]
    WrongStage(#[from] WrongStage),
    /// Paired with itself.
    #[error("both sides are the same; name two")]
    SameSides,
    /// The sides do not make a pairing of this kind.
    #[error("a pairing of kind {0} cannot have these sides")]
    WrongSides(PairingKind),
    /// A term that ends before it begins.
    #[error("the term ends on {until_on}, before its first day {from_on}")]
    TermOver {
        /// Last day.
        until_on: NaiveDate,
        /// First day.
        from_on: NaiveDate,
    },
}

/// Whether a pairing of `kind` may have these sides, of which we know whether they are enterprises.
pub const fn takes(kind: PairingKind, a_is_enterprise: bool, b_is_enterprise: bool) -> bool {
    match kind {
        PairingKind::EnterpriseEnterprise | PairingKind::CentralLocal => {
            a_is_enterprise && b_is_enterprise
        }
        PairingKind::OrganEnterprise
        | PairingKind::BankEnterprise
        | PairingKind::InstituteEnterprise => a_is_enterprise != b_is_enterprise,
        PairingKind::VillageEnterprise => true,
    }
}

/// Checks the sides and the term of a new pairing.
///
/// # Errors
///
/// See [`PairingError`].
pub fn check(pairing: &Pairing) -> Result<(), PairingError> {
    if pairing.a == pairing.b {
        return Err(PairingError::SameSides);
    }
    let is_enterprise = |member| matches!(member, Member::Enterprise(_));
    let fits = takes(pairing.kind, is_enterprise(pairing.a), is_enterprise(pairing.b));
    if !fits {
        return Err(PairingError::WrongSides(pairing.kind));
    }
    term(pairing.from_on, pairing.until_on)
}

fn term(from_on: NaiveDate, until_on: Option<NaiveDate>) -> Result<(), PairingError> {
    match until_on {
        Some(until_on) if until_on < from_on => Err(PairingError::TermOver { until_on, from_on }),
        Some(_) | None => Ok(()),
    }
}

/// Goes on until `until_on`.
///
/// # Errors
///
/// Wrong stage, [`PairingError::TermOver`].
pub fn renew(pairing: &Pairing, until_on: Option<NaiveDate>) -> Result<Pairing, PairingError> {
    let stage = steps::next(TRANSITIONS, pairing.stage, PairingStep::Renew)?;
    term(pairing.from_on, until_on)?;
    Ok(Pairing { stage, until_on, ..pairing.clone() })
}

/// Ends a pairing; `today` becomes its last day.
///
/// # Errors
///
/// Wrong stage.
pub fn end(pairing: &Pairing, today: NaiveDate) -> Result<Pairing, PairingError> {
    let stage = steps::next(TRANSITIONS, pairing.stage, PairingStep::End)?;
    Ok(Pairing { stage, until_on: Some(today), ..pairing.clone() })
}

/// Whether `actor` may make, renew and end pairings of `committee`: its secretary, a coordinator.
pub fn may_keep(actor: &Actor, committee: Option<ChainCommitteeId>) -> bool {
    match committee {
        Some(committee) => policy::may_act_for_committee(actor, committee),
        None => actor.role == Role::Coordinator,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{EnterpriseId, OrganisationId};

    fn day(d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, d).unwrap()
    }

    fn pairing(kind: PairingKind, a: Member, b: Member) -> Pairing {
        Pairing {
            id: PairingId::from(1),
            suggestion: None,
            committee: None,
            kind,
            a,
            b,
            stage: PairingStage::Active,
            from_on: day(2),
            until_on: None,
            version: 1,
        }
    }

    #[test]
    fn a_kind_names_its_sides() {
        use PairingKind as Kind;
        let firm = |n| Member::Enterprise(EnterpriseId::from(n));
        let organ = Member::Organisation(OrganisationId::from(1));
        let cases = [
            (Kind::EnterpriseEnterprise, firm(1), firm(2), Ok(())),
            (Kind::EnterpriseEnterprise, firm(1), firm(1), Err(PairingError::SameSides)),
            (Kind::CentralLocal, firm(1), organ, Err(PairingError::WrongSides(Kind::CentralLocal))),
            (Kind::OrganEnterprise, organ, firm(1), Ok(())),
            (
                Kind::OrganEnterprise,
                firm(1),
                firm(2),
                Err(PairingError::WrongSides(Kind::OrganEnterprise)),
            ),
            (Kind::VillageEnterprise, organ, firm(1), Ok(())),
        ];
        for (kind, a, b, want) in cases {
            assert_eq!(check(&pairing(kind, a, b)), want, "{kind}");
        }
    }

    #[test]
    fn a_pairing_is_renewed_again_and_again_until_it_ends() {
        let firm = |n| Member::Enterprise(EnterpriseId::from(n));
        let active = pairing(PairingKind::EnterpriseEnterprise, firm(1), firm(2));
        let renewed = renew(&active, Some(day(9))).unwrap();
        assert_eq!(renew(&renewed, None).unwrap().stage, PairingStage::Renewed);
        let early = PairingError::TermOver { until_on: day(1), from_on: day(2) };
        assert_eq!(renew(&active, Some(day(1))), Err(early));
        let ended = end(&renewed, day(5)).unwrap();
        assert_eq!((ended.stage, ended.until_on), (PairingStage::Ended, Some(day(5))));
        assert!(renew(&ended, None).is_err() && end(&ended, day(6)).is_err());
    }
}
