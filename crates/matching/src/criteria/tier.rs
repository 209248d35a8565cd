//! Official marks of quality: a small, capped advantage.

use crate::problem::{Candidate, Seeker};
use crate::score::{Criterion, Evidence, Points, Reason};
use lianmeng_domain::enterprise::QualityTier;

/// Most points, whatever the marks.
pub const MOST: Points = 500;

/// 400 for a single champion, 300 for a little giant, 200 for a specialised SME (the highest
/// counts), 200 for a lead firm, 100 for a flagship; 500 at most in all.
pub fn reason(candidate: &Candidate) -> Option<Reason> {
    let Candidate { tiers, is_lead_firm, is_flagship, .. } = candidate;
    marks(Criterion::Tier, tiers, *is_lead_firm, *is_flagship)
}

/// The same for the enterprise behind the need: what its marks are worth to whoever would supply it.
pub fn standing(seeker: &Seeker) -> Option<Reason> {
    let Seeker { tiers, is_lead_firm, is_flagship, .. } = seeker;
    marks(Criterion::Standing, tiers, *is_lead_firm, *is_flagship)
}

fn marks(
    criterion: Criterion,
    tiers: &[QualityTier],
    is_lead_firm: bool,
    is_flagship: bool,
) -> Option<Reason> {
    let mark = |tier: &QualityTier| match tier {
        QualityTier::SingleChampion => 400,
        QualityTier::LittleGiant => 300,
        QualityTier::SpecialisedSme => 200,
    };
    let highest = tiers.iter().map(mark).max().unwrap_or(0);
    let standing = Points::from(is_lead_firm) * 200 + Points::from(is_flagship) * 100;
    let points = (highest + standing).min(MOST);
    (points > 0).then(|| Reason {
        criterion,
        points,
        evidence: Evidence::Marks { tiers: tiers.to_vec(), is_lead_firm, is_flagship },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::CandidateKind;

    #[test]
    fn the_highest_tier_counts_and_the_sum_is_capped() {
        use QualityTier::{LittleGiant, SingleChampion, SpecialisedSme};
        let cases = [
            (vec![], false, false, None),
            (vec![SpecialisedSme], false, false, Some(200)),
            (vec![SpecialisedSme, LittleGiant], false, false, Some(300)),
            (vec![], true, true, Some(300)),
            (vec![LittleGiant], false, true, Some(400)),
            (vec![SingleChampion], true, true, Some(500)),
        ];
        for (tiers, is_lead_firm, is_flagship, want) in cases {
            let candidate = Candidate {
                tiers: tiers.clone(),
                is_lead_firm,
                is_flagship,
                ..Candidate::new(CandidateKind::Enterprise, 1, "")
            };
            assert_eq!(reason(&candidate).map(|reason| reason.points), want, "{tiers:?}");
        }
    }
}
