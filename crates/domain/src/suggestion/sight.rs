//! Who sees what of a suggestion. Each side reads what it gains itself, never what the other does,
//! and why it declined itself; those who oversee both read both.

use std::collections::BTreeSet;

use super::{DeclineReason, Reason, Side, Suggestion, told};
use crate::committee::Member;
use crate::ids::EnterpriseId;
use crate::policy::Visibility;
use crate::weights::Fusion;

/// A suggestion as one caller may see it. Only [`seen_by`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenSuggestion {
    /// The suggestion; without score, reasons and decline reasons that are none of the caller's. Its
    /// points are those of the side the caller reads; of both fused for who reads both.
    pub suggestion: Suggestion,
    /// Whether the caller may read a score and reasons at all.
    pub shows_score: bool,
    /// Whether the caller reads what each side gains: A, then B.
    pub shows: [bool; 2],
    /// What both sides gain as far as it follows from the public registry, for an invitation to
    /// meet: A, then B.
    pub public: [Vec<Reason>; 2],
}

impl SeenSuggestion {
    /// Whether the caller reads what both sides gain, and what follows from it.
    pub const fn shows_both(&self) -> bool {
        self.shows[0] && self.shows[1]
    }

    /// Why, as far as the caller may know; the points add up to those of the suggestion. Who reads
    /// what both sides gain is told whose gain each reason is.
    pub fn told(&self) -> Vec<Reason> {
        let Suggestion { reasons, reasons_b, fusion, .. } = &self.suggestion;
        if !self.shows_both() || *fusion == Fusion::OneSided {
            return reasons.iter().chain(reasons_b).cloned().collect();
        }
        let fused = self.suggestion.fused();
        let part = |side, reasons: &[Reason], parts: Vec<i32>| {
            let of = reasons.iter().zip(parts).filter(|(_, part)| *part != 0);
            of.map(|(reason, points)| told::for_side(side, reason, points)).collect::<Vec<_>>()
        };
        [part(Side::A, reasons, fused.a), part(Side::B, reasons_b, fused.b)].concat()
    }

    /// What a side gains and how many points that is; `None` if that is not the caller's to know, and
    /// where only one side counts.
    pub fn gain(&self, side: Side) -> Option<(i32, &[Reason])> {
        let shows = match side {
            Side::A => self.shows[0],
            Side::B => self.shows[1],
        };
        let reasons = self.suggestion.gains(side);
        let points = || reasons.iter().map(|reason| reason.points).sum();
        (shows && self.suggestion.fusion != Fusion::OneSided).then(|| (points(), reasons))
    }
}

/// What a caller sees of a suggestion that is visible to them: `secrets` is the part of the platform
/// whose decline reasons they see, `reads` the part of which they read score and reasons; `group` are
/// the enterprises of the caller's group, where `reads` is one.
///
/// A side sees why it declined itself and what it gains itself; who sees the decline reasons of all
/// sees their codes.
pub fn seen_by(
    suggestion: Suggestion,
    secrets: &Visibility,
    reads: &Visibility,
    group: &BTreeSet<EnterpriseId>,
) -> SeenSuggestion {
    let shows = shown(&suggestion, reads, group);
    let shows_score = shows.contains(&true);
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
    let [of_a, of_b] = shows;
    let is_shared = suggestion.fusion == Fusion::OneSided;
    let public = if shows_score {
        [told::public(&suggestion.reasons), told::public(&suggestion.reasons_b)]
    } else {
        Default::default()
    };
    let keep = |keeps: bool, reasons: Vec<Reason>| if keeps { reasons } else { Vec::new() };
    let reasons = keep(of_a || (is_shared && shows_score), suggestion.reasons);
    let reasons_b = keep(of_b, suggestion.reasons_b);
    let points = if (of_a && of_b) || (is_shared && shows_score) {
        suggestion.points
    } else {
        reasons.iter().chain(&reasons_b).map(|reason| reason.points).sum()
    };
    let shown = Suggestion {
        points,
        reasons,
        reasons_b,
        decline_a: reason(Side::A, suggestion.decline_a),
        decline_b: reason(Side::B, suggestion.decline_b),
        ..suggestion
    };
    SeenSuggestion { suggestion: shown, shows_score, shows, public }
}

/// Whether the caller reads what side A and what side B gains.
fn shown(suggestion: &Suggestion, reads: &Visibility, group: &BTreeSet<EnterpriseId>) -> [bool; 2] {
    let sides = [Member::Enterprise(suggestion.a), suggestion.b];
    match reads {
        Visibility::All | Visibility::Committee(_) => [true, true],
        Visibility::Enterprise(id) => sides.map(|side| side == Member::Enterprise(*id)),
        Visibility::Group(_) => sides.map(|side| match side {
            Member::Enterprise(id) => group.contains(&id),
            Member::Organisation(_) => false,
        }),
        Visibility::Organisation(_)
        | Visibility::Region(_)
        | Visibility::Zone(_)
        | Visibility::Published
        | Visibility::Nothing => [false, false],
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::suggestion;
    use super::super::{DeclineCode, SuggestionStage, decline};
    use super::*;
    use crate::ids::{ChainCommitteeId, OrganisationId};

    fn reason() -> DeclineReason {
        DeclineReason { code: DeclineCode::Competitor, note: Some("老对手".to_owned()) }
    }

    fn firm(number: u128) -> Visibility {
        Visibility::Enterprise(EnterpriseId::from(number))
    }

    fn part(criterion: &str, points: i32) -> Reason {
        Reason {
            criterion: criterion.to_owned(),
            points,
            zh: format!("理由{criterion}"),
            en: format!("reason {criterion}"),
        }
    }

    fn two_sided() -> Suggestion {
        let made = Suggestion {
            reasons: vec![part("text", 1000), part("place", 2000)],
            reasons_b: vec![part("custom", 1500), part("willingness", -500)],
            fusion: Fusion::Harmonic,
            ..suggestion(SuggestionStage::Shown)
        };
        Suggestion { points: made.fused().points, ..made }
    }

    #[test]
    fn why_a_side_declined_is_its_own() {
        let declined = decline(&suggestion(SuggestionStage::Shown), Side::B, reason()).unwrap();
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
            let seen = seen_by(declined.clone(), &sees, &sees, &BTreeSet::new());
            assert_eq!(seen.suggestion.decline_b, want, "{name}");
            assert_eq!(seen.suggestion.decline_a, None, "{name}");
        }
    }

    #[test]
    fn a_score_of_one_side_is_for_both_and_those_who_oversee_them() {
        let cases = [
            (firm(1), true),
            (firm(2), true),
            (firm(3), false),
            (Visibility::All, true),
            (Visibility::Organisation(OrganisationId::from(2)), false),
            (Visibility::Nothing, false),
        ];
        for (reads, want) in cases {
            let seen =
                seen_by(suggestion(SuggestionStage::Shown), &reads, &reads, &BTreeSet::new());
            assert_eq!(seen.shows_score, want, "{reads:?}");
            assert_eq!(seen.told().is_empty(), !want, "{reads:?}");
            assert_eq!(seen.suggestion.points == 7, want, "{reads:?}");
            assert_eq!(seen.gain(Side::A), None, "only one side counts");
        }
    }

    #[test]
    fn each_side_reads_what_it_gains_and_overseers_read_both() {
        type Case<'a> = (Visibility, i32, &'a [(&'a str, i32)]);
        let group: BTreeSet<_> = [EnterpriseId::from(2)].into();
        let all = [("text", 250), ("place", 500), ("custom", 1125), ("willingness", -375)];
        let cases: [Case<'_>; 6] = [
            (firm(1), 3000, &[("text", 1000), ("place", 2000)]),
            (firm(2), 1000, &[("custom", 1500), ("willingness", -500)]),
            (firm(3), 0, &[]),
            (Visibility::Group(2.into()), 1000, &[("custom", 1500), ("willingness", -500)]),
            (Visibility::Committee(1.into()), 1500, &all),
            (Visibility::All, 1500, &all),
        ];
        for (reads, points, reasons) in cases {
            let seen = seen_by(two_sided(), &reads, &reads, &group);
            let told = seen.told();
            let got: Vec<_> = told.iter().map(|r| (r.criterion.as_str(), r.points)).collect();
            assert_eq!((seen.suggestion.points, got.as_slice()), (points, reasons), "{reads:?}");
            assert_eq!(told.iter().map(|r| r.points).sum::<i32>(), points, "{reads:?}");
        }
        let seen = seen_by(two_sided(), &firm(1), &firm(1), &group);
        assert_eq!((seen.gain(Side::A).map(|gain| gain.0), seen.gain(Side::B)), (Some(3000), None));
        assert_eq!(seen.public[1], [part("custom", 1500)], "nothing of how it answered before");
    }
}
