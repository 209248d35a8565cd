//! Suggestions: who should meet whom, made by the engine, binding for nobody 撮合建议.
//!
//! The rules keep one secret above all: why a side declined never reaches the other side.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::actor::{Actor, Role};
use crate::committee::Member;
use crate::ids::{ChainCommitteeId, EnterpriseId, NeedId, OfferId, ProjectId, SuggestionId};
use crate::steps::{self, Transition, WrongStage};
use crate::weights::{self, Fused, Fusion};
use crate::words;

pub mod sight;
pub mod told;

pub use sight::{SeenSuggestion, seen_by};

words! {
    /// What a suggestion brings together.
    pub enum SuggestionKind {
        /// A need with an offer 需求与供给.
        Offer = "offer",
        /// A need with an enterprise that could meet it 需求与企业.
        Enterprise = "enterprise",
        /// A local with a central enterprise for a project 央地合作.
        Task = "task",
    }
}

words! {
    /// Where a suggestion stands.
    pub enum SuggestionStage {
        /// Made by the engine, seen by coordinators only.
        Proposed = "proposed",
        /// Shown to both sides.
        Shown = "shown",
        /// Accepted by side A alone.
        AcceptedByA = "accepted_by_a",
        /// Accepted by side B alone.
        AcceptedByB = "accepted_by_b",
        /// Accepted by both.
        Mutual = "mutual",
        /// Became a pairing or a cooperation task.
        Paired = "paired",
        /// Declined by a side.
        Declined = "declined",
        /// Nobody answered in time.
        Expired = "expired",
        /// Taken back by a coordinator.
        Withdrawn = "withdrawn",
    }
}

words! {
    /// A step of a suggestion.
    pub enum SuggestionStep {
        /// Show it to both sides.
        Show = "show",
        /// Side A accepts.
        AcceptA = "accept_a",
        /// Side B accepts.
        AcceptB = "accept_b",
        /// Side A declines.
        DeclineA = "decline_a",
        /// Side B declines.
        DeclineB = "decline_b",
        /// Make it a pairing or a task.
        Pair = "pair",
        /// Let it lapse.
        Expire = "expire",
        /// Take it back.
        Withdraw = "withdraw",
    }
}

/// Every step there is.
pub const TRANSITIONS: &[Transition<SuggestionStage, SuggestionStep>] = {
    use SuggestionStage as Stage;
    use SuggestionStep as Step;
    &[
        Transition { step: Step::Show, from: &[Stage::Proposed], to: Stage::Shown },
        Transition { step: Step::AcceptA, from: &[Stage::Shown], to: Stage::AcceptedByA },
        Transition { step: Step::AcceptA, from: &[Stage::AcceptedByB], to: Stage::Mutual },
        Transition { step: Step::AcceptB, from: &[Stage::Shown], to: Stage::AcceptedByB },
        Transition { step: Step::AcceptB, from: &[Stage::AcceptedByA], to: Stage::Mutual },
        Transition {
            step: Step::DeclineA,
            from: &[Stage::Shown, Stage::AcceptedByA, Stage::AcceptedByB, Stage::Mutual],
            to: Stage::Declined,
        },
        Transition {
            step: Step::DeclineB,
            from: &[Stage::Shown, Stage::AcceptedByA, Stage::AcceptedByB, Stage::Mutual],
            to: Stage::Declined,
        },
        Transition { step: Step::Pair, from: &[Stage::Mutual], to: Stage::Paired },
        Transition {
            step: Step::Expire,
            from: &[Stage::Proposed, Stage::Shown, Stage::AcceptedByA, Stage::AcceptedByB],
            to: Stage::Expired,
        },
        Transition {
            step: Step::Withdraw,
            from: &[
                Stage::Proposed,
                Stage::Shown,
                Stage::AcceptedByA,
                Stage::AcceptedByB,
                Stage::Mutual,
            ],
            to: Stage::Withdrawn,
        },
    ]
};

words! {
    /// A side of a suggestion.
    pub enum Side {
        /// Who needs, or the local enterprise.
        A = "a",
        /// Who could help, or the central enterprise.
        B = "b",
    }
}

words! {
    /// Why a side declines, as a code.
    pub enum DeclineCode {
        /// It does not fit 不匹配.
        NoFit = "no_fit",
        /// Not now 时机不合适.
        Timing = "timing",
        /// Solved already 已解决.
        Solved = "solved",
        /// No capacity 无余力.
        Capacity = "capacity",
        /// A competitor 竞争关系.
        Competitor = "competitor",
        /// A dispute or lawsuit 纠纷诉讼.
        Dispute = "dispute",
        /// Doubts about the other side 资信顾虑.
        Trust = "trust",
        /// Anything else 其他.
        Other = "other",
    }
}

/// Why a side declined: private to that side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclineReason {
    /// The code, which coordinators and auditors see too.
    pub code: DeclineCode,
    /// The words of the side, which nobody else sees.
    pub note: Option<String>,
}

/// One reason for a suggestion, with its part of the points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Name of the criterion.
    pub criterion: String,
    /// Points it gives.
    pub points: i32,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// A suggestion 撮合建议.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// Its id.
    pub id: SuggestionId,
    /// What it brings together.
    pub kind: SuggestionKind,
    /// The need it answers.
    pub need: Option<NeedId>,
    /// The offer that answers it.
    pub offer: Option<OfferId>,
    /// The project it serves.
    pub project: Option<ProjectId>,
    /// The committee of the need; its secretary sees the suggestion.
    pub committee: Option<ChainCommitteeId>,
    /// Side A: who needs, or the local enterprise.
    pub a: EnterpriseId,
    /// Side B: who could help, or the central enterprise.
    pub b: Member,
    /// The score; 10 000 is a perfect match. What [`Self::fused`] makes of the reasons.
    pub points: i32,
    /// What side A gains; where only one side counts, why.
    pub reasons: Vec<Reason>,
    /// What side B gains; empty where only one side counts.
    pub reasons_b: Vec<Reason>,
    /// How what both gain became `points`.
    pub fusion: Fusion,
    /// Where it stands.
    pub stage: SuggestionStage,
    /// Why side A declined.
    pub decline_a: Option<DeclineReason>,
    /// Why side B declined.
    pub decline_b: Option<DeclineReason>,
    /// Version of the weights that gave the points.
    pub weights_version: i32,
    /// Raised by one with each save.
    pub version: i64,
}

/// Why a suggestion could not move on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SuggestionError {
    /// The stage does not allow the step.
    #[error(transparent)]
    WrongStage(#[from] WrongStage),
    /// A note that is too long.
    #[error("the note has {0} characters; it may have {MAX_NOTE}")]
    NoteLength(usize),
}

/// Longest note of a declining side in characters.
pub const MAX_NOTE: usize = 1_000;

impl Suggestion {
    /// The side `actor` speaks for. A group's head office speaks for none: its subsidiaries do.
    pub fn side_of(&self, actor: &Actor) -> Option<Side> {
        match actor.role {
            Role::Enterprise => actor.enterprise().and_then(|id| self.side(Member::Enterprise(id))),
            Role::DepartmentHandler => {
                actor.organisation().and_then(|id| self.side(Member::Organisation(id)))
            }
            Role::RotatingChair
            | Role::ServiceLiaison
            | Role::CommitteeSecretary
            | Role::DistrictHost
            | Role::Coordinator
            | Role::GroupHeadquarters
            | Role::Auditor
            | Role::SystemAdmin
            | Role::Public => None,
        }
    }

    /// The reasons of one side.
    pub fn gains(&self, side: Side) -> &[Reason] {
        match side {
            Side::A => &self.reasons,
            Side::B => &self.reasons_b,
        }
    }

    /// One score of both sides, with the part of every reason.
    pub fn fused(&self) -> Fused {
        let points = |reasons: &[Reason]| reasons.iter().map(|r| r.points).collect::<Vec<_>>();
        weights::fuse(self.fusion, &points(&self.reasons), &points(&self.reasons_b))
    }

    /// The side `member` is.
    pub fn side(&self, member: Member) -> Option<Side> {
        if member == Member::Enterprise(self.a) {
            Some(Side::A)
        } else if member == self.b {
            Some(Side::B)
        } else {
            None
        }
    }
}

/// Moves a suggestion on.
///
/// # Errors
///
/// [`SuggestionError::WrongStage`] with the steps allowed.
pub fn advance(
    suggestion: &Suggestion,
    step: SuggestionStep,
) -> Result<Suggestion, SuggestionError> {
    let stage = steps::next(TRANSITIONS, suggestion.stage, step)?;
    Ok(Suggestion { stage, ..suggestion.clone() })
}

/// `side` accepts.
///
/// # Errors
///
/// Wrong stage.
pub fn accept(suggestion: &Suggestion, side: Side) -> Result<Suggestion, SuggestionError> {
    let step = match side {
        Side::A => SuggestionStep::AcceptA,
        Side::B => SuggestionStep::AcceptB,
    };
    advance(suggestion, step)
}

/// `side` declines, for a reason that stays its own.
///
/// # Errors
///
/// Wrong stage, a note that is too long.
pub fn decline(
    suggestion: &Suggestion,
    side: Side,
    reason: DeclineReason,
) -> Result<Suggestion, SuggestionError> {
    let length = reason.note.as_deref().map_or(0, |note| note.chars().count());
    if length > MAX_NOTE {
        return Err(SuggestionError::NoteLength(length));
    }
    Ok(match side {
        Side::A => {
            Suggestion { decline_a: Some(reason), ..advance(suggestion, SuggestionStep::DeclineA)? }
        }
        Side::B => {
            Suggestion { decline_b: Some(reason), ..advance(suggestion, SuggestionStep::DeclineB)? }
        }
    })
}

/// Whether `actor` may ask the engine for suggestions for a need of `committee`, show them and take
/// them back.
pub fn may_keep(actor: &Actor, committee: Option<ChainCommitteeId>) -> bool {
    match committee {
        Some(committee) => crate::policy::may_act_for_committee(actor, committee),
        None => actor.role == Role::Coordinator,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeSet;

    use super::*;

    pub(super) fn suggestion(stage: SuggestionStage) -> Suggestion {
        Suggestion {
            id: SuggestionId::from(1),
            kind: SuggestionKind::Offer,
            need: Some(NeedId::from(1)),
            offer: Some(OfferId::from(1)),
            project: None,
            committee: None,
            a: EnterpriseId::from(1),
            b: Member::Enterprise(EnterpriseId::from(2)),
            points: 7,
            reasons: vec![Reason {
                criterion: "text".to_owned(),
                points: 7,
                zh: "文本".to_owned(),
                en: "text".to_owned(),
            }],
            stage,
            decline_a: None,
            decline_b: None,
            reasons_b: Vec::new(),
            fusion: Fusion::OneSided,
            weights_version: 1,
            version: 1,
        }
    }

    #[test]
    fn both_sides_accept_in_either_order() {
        let shown = suggestion(SuggestionStage::Shown);
        for (first, second) in [(Side::A, Side::B), (Side::B, Side::A)] {
            let half = accept(&shown, first).unwrap();
            assert!(accept(&half, first).is_err(), "twice");
            assert_eq!(accept(&half, second).unwrap().stage, SuggestionStage::Mutual);
        }
        assert!(accept(&suggestion(SuggestionStage::Proposed), Side::A).is_err(), "not shown yet");
    }

    #[test]
    fn every_stage_is_reached_and_the_ends_are_named() {
        use SuggestionStage::{Declined, Expired, Paired, Withdrawn};
        let mut reached = BTreeSet::from([SuggestionStage::Proposed]);
        for _ in SuggestionStage::ALL {
            for row in TRANSITIONS {
                if row.from.iter().any(|from| reached.contains(from)) {
                    reached.insert(row.to);
                }
            }
        }
        assert_eq!(reached.len(), SuggestionStage::ALL.len());
        let ends: Vec<_> = SuggestionStage::ALL
            .iter()
            .copied()
            .filter(|&stage| steps::allowed(TRANSITIONS, stage).is_empty())
            .collect();
        assert_eq!(ends, [Paired, Declined, Expired, Withdrawn]);
    }
}
