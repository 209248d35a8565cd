//! Whether the candidate makes what is wanted: complement, not likeness.
//!
//! A candidate that makes the same things as the enterprise behind the need gets nothing here: it
//! is a competitor, not a supplier.

use crate::problem::{Candidate, Made, Serving, WantedBecause};
use crate::score::{Criterion, Evidence, Points, Reason, fraction};
use std::collections::BTreeMap;

/// Most points: it makes the stated product and nothing else.
pub const MOST: Points = 3000;

/// Points for the best product of the candidate.
///
/// | | the product itself | its material | material of its material |
/// |---|---|---|---|
/// | the need names it | 3000 | 2000 | 1000 |
/// | the enterprise uses it | 1800 | 1200 | 600 |
///
/// Seven tenths of that are for making it at all, three tenths grow with its share of turnover;
/// half of those three where the share is unknown.
pub fn reason(serving: &BTreeMap<u128, Serving>, candidate: &Candidate) -> Option<Reason> {
    let (points, made, serving) = best(serving, candidate, points)?;
    Some(Reason { criterion: Criterion::Capability, points, evidence: evidence(made, serving) })
}

/// What the candidate makes that gives the most `points`, the lower id first; none if nothing gives any.
pub(super) fn best<'a>(
    serving: &'a BTreeMap<u128, Serving>,
    candidate: &'a Candidate,
    points: impl Fn(&Serving, Option<u32>) -> Points,
) -> Option<(Points, &'a Made, &'a Serving)> {
    candidate
        .makes
        .iter()
        .filter_map(|made| {
            let serving = serving.get(&made.product)?;
            Some((points(serving, made.share_basis_points), made, serving))
        })
        .filter(|(points, ..)| *points > 0)
        .max_by_key(|(points, made, _)| (*points, std::cmp::Reverse(made.product)))
}

fn points(serving: &Serving, share_basis_points: Option<u32>) -> Points {
    let base = match (serving.wanted.because, serving.steps) {
        (WantedBecause::Stated, 0) => 3000,
        (WantedBecause::Stated, 1) => 2000,
        (WantedBecause::Stated, 2) => 1000,
        (WantedBecause::Used, 0) => 1800,
        (WantedBecause::Used, 1) => 1200,
        (WantedBecause::Used, 2) => 600,
        (WantedBecause::Stated | WantedBecause::Used, _) => 0,
    };
    let share = share_basis_points.unwrap_or(5_000).min(10_000);
    fraction(base, 7_000 + share * 3 / 10, 10_000)
}

fn evidence(made: &Made, serving: &Serving) -> Evidence {
    Evidence::Makes {
        product: made.name.clone(),
        wanted: serving.wanted.name.clone(),
        because: serving.wanted.because,
        steps: serving.steps,
        share_basis_points: made.share_basis_points,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::{CandidateKind, Wanted};

    fn serving(because: WantedBecause, steps: u8) -> BTreeMap<u128, Serving> {
        let wanted = Wanted { product: 9, name: "面料".to_owned(), because };
        BTreeMap::from([(1, Serving { wanted, steps })])
    }

    fn maker(share_basis_points: Option<u32>) -> Candidate {
        let made = Made { product: 1, name: "坯布".to_owned(), share_basis_points };
        let other =
            Made { product: 2, name: "农机".to_owned(), share_basis_points: Some(10_000) };
        Candidate { makes: vec![other, made], ..Candidate::new(CandidateKind::Enterprise, 5, "") }
    }

    #[test]
    fn points_fall_with_steps_and_rise_with_share() {
        use WantedBecause::{Stated, Used};
        let cases = [
            (Stated, 0, Some(10_000), Some(3000)),
            (Stated, 0, None, Some(2550)),
            (Stated, 0, Some(0), Some(2100)),
            (Stated, 1, Some(10_000), Some(2000)),
            (Stated, 2, Some(5_000), Some(850)),
            (Used, 0, Some(10_000), Some(1800)),
            (Used, 1, Some(1), Some(840)),
            (Used, 2, Some(20_000), Some(600)),
            (Used, 3, Some(10_000), None),
        ];
        for (because, steps, share, want) in cases {
            let got = reason(&serving(because, steps), &maker(share));
            assert_eq!(got.map(|reason| reason.points), want, "{because:?} {steps} {share:?}");
        }
    }

    #[test]
    fn making_the_same_things_as_the_seeker_gives_nothing() {
        assert_eq!(reason(&BTreeMap::new(), &maker(Some(10_000))), None);
    }
}
