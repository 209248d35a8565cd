//! Suggestions: who should meet whom, made by the engine, binding for nobody 撮合建议.
//!
//! The rules keep one secret above all: why a side declined never reaches the other side.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::actor::{Actor, Role};
use crate::committee::Member;
use crate::ids::{ChainCommitteeId, EnterpriseId, NeedId, OfferId, ProjectId, SuggestionId};
use crate::policy::Visibility;
use crate::steps::{self, Transition, WrongStage};
use crate::words;

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
    /// The score; 10 000 is a perfect match.
    pub points: i32,
    /// Why; the points add up to `points`.
    pub reasons: Vec<Reason>,
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

/// A suggestion as one caller may see it. Only [`seen_by`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenSuggestion {
    /// The suggestion; without score, reasons and decline reasons that are none of the caller's.
    pub suggestion: Suggestion,
    /// Whether the caller may read score and reasons.
    pub shows_score: bool,
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

/// What a caller sees of a suggestion that is visible to them: `secrets` is the part of the platform
/// whose decline reasons they see, `reads` the part of which they read score and reasons.
///
/// A side sees why it declined itself; who sees the reasons of all sees their codes.
pub fn seen_by(suggestion: Suggestion, secrets: &Visibility, reads: &Visibility) -> SeenSuggestion {
    let shows_score = match reads {
        Visibility::All | Visibility::Committee(_) | Visibility::Group(_) => true,
        Visibility::Enterprise(id) => suggestion.side(Member::Enterprise(*id)).is_some(),
        Visibility::Organisation(_)
        | Visibility::Region(_)
        | Visibility::Zone(_)
        | Visibility::Published
        | Visibility::Nothing => false,
    };
    let own = match secrets {
        Visibility::Enterprise(id) => suggestion.side(Member::Enterprise(*id)),
        Visibility::Organisation(id) => suggestion.side(Member::Organisation(*id)),
        Visibility::All
        | Visibility::Committee(_)
        | Visibility::Region(_)
        | Visibility::Zone(_)
        | Visibility::Group(_)
        | Visibility::Published
        | Visibility::Nothing => None,
    };
    let is_overseer = *secrets == Visibility::All;
    let reason = |side, reason: Option<DeclineReason>| {
        if own == Some(side) {
            reason
        } else if is_overseer {
            reason.map(|reason| DeclineReason { note: None, ..reason })
        } else {
            None
        }
    };
    let shown = Suggestion {
        points: if shows_score { suggestion.points } else { 0 },
        reasons: if shows_score { suggestion.reasons } else { Vec::new() },
        decline_a: reason(Side::A, suggestion.decline_a),
        decline_b: reason(Side::B, suggestion.decline_b),
        ..suggestion
    };
    SeenSuggestion { suggestion: shown, shows_score }
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
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::ids::OrganisationId;

    fn suggestion(stage: SuggestionStage) -> Suggestion {
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
            weights_version: 1,
            version: 1,
        }
    }

    fn reason() -> DeclineReason {
        DeclineReason { code: DeclineCode::Competitor, note: Some("老对手".to_owned()) }
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

    #[test]
    fn why_a_side_declined_is_its_own() {
        let declined = decline(&suggestion(SuggestionStage::Shown), Side::B, reason()).unwrap();
        let firm = |n| Visibility::Enterprise(EnterpriseId::from(n));
        let code = DeclineReason { note: None, ..reason() };
        let cases = [
            ("the side itself", firm(2), Some(reason())),
            ("the other side", firm(1), None),
            ("a stranger", firm(3), None),
            ("coordinator and auditor", Visibility::All, Some(code)),
            ("the side's head office", Visibility::Group(EnterpriseId::from(2)), None),
            ("a secretary", Visibility::Committee(ChainCommitteeId::from(1)), None),
            ("a unit", Visibility::Organisation(OrganisationId::from(2)), None),
            ("public", Visibility::Published, None),
        ];
        for (name, sees, want) in cases {
            let seen = seen_by(declined.clone(), &sees, &sees);
            assert_eq!(seen.suggestion.decline_b, want, "{name}");
            assert_eq!(seen.suggestion.decline_a, None, "{name}");
        }
    }

    #[test]
    fn the_score_is_for_the_sides_and_those_who_oversee_them() {
        let firm = |n| Visibility::Enterprise(EnterpriseId::from(n));
        let cases = [
            (firm(1), true),
            (firm(2), true),
            (firm(3), false),
            (Visibility::All, true),
            (Visibility::Organisation(OrganisationId::from(2)), false),
            (Visibility::Nothing, false),
        ];
        for (reads, want) in cases {
            let seen = seen_by(suggestion(SuggestionStage::Shown), &reads, &reads);
            assert_eq!(seen.shows_score, want, "{reads:?}");
            assert_eq!(seen.suggestion.reasons.is_empty(), !want, "{reads:?}");
            assert_eq!(seen.suggestion.points == 7, want, "{reads:?}");
        }
    }
}
