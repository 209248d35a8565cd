//! Whether the candidate makes what is wanted: complement, not likeness.
//!
//! A candidate that makes the same things as the enterprise behind the need gets nothing here: it
//! is a competitor, not a supplier.

use crate::problem::{Candidate, Made, Serving, WantedBecause};
use crate::score::{Criterion, Evidence, Points, Reason, Tie, fraction};
use std::collections::BTreeMap;

/// Most points: it makes the stated product and nothing else.
pub const MOST: Points = 3000;

/// Points for the best product of the candidate.
///
/// | | the product, or a kind of it | its material | two steps on | three | stands in for it |
/// |---|---|---|---|---|---|
/// | the need names it | 3000 | 2000 | 1000 | 500 | 1500 |
/// | the enterprise uses it | 1800 | 1200 | 600 | 300 | 900 |
/// | its segment needs it | 900 | 600 | 300 | 150 | 450 |
///
/// A product stands in for another where both are kinds of the same.
/// Seven tenths of that are for making it at all, three tenths grow with its share of turnover;
/// half of those three where the share is unknown.
pub fn reason(serving: &BTreeMap<u128, Serving>, candidate: &Candidate) -> Option<Reason> {
    let (points, made, serving) = best(serving, candidate, points)?;
    let evidence = Evidence::Makes(Tie::of(made, serving));
    Some(Reason { criterion: Criterion::Capability, points, evidence })
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
    let by_steps: [Points; 4] = match serving.wanted.because {
        WantedBecause::Stated => [3000, 2000, 1000, 500],
        WantedBecause::Used => [1800, 1200, 600, 300],
        WantedBecause::Placed => [900, 600, 300, 150],
    };
    let base = by_steps.get(usize::from(serving.steps)).copied().unwrap_or(0);
    let base = if serving.stands_in_as.is_some() { base / 2 } else { base };
    let share = share_basis_points.unwrap_or(5_000).min(10_000);
    fraction(base, 7_000 + share * 3 / 10, 10_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::{CandidateKind, Wanted};

    fn serving(because: WantedBecause, steps: u8) -> BTreeMap<u128, Serving> {
        let wanted = Wanted { product: 9, name: "面料".to_owned(), because };
        BTreeMap::from([(1, Serving { wanted, steps, stands_in_as: None })])
    }

    fn maker(share_basis_points: Option<u32>) -> Candidate {
        let made = Made { product: 1, name: "坯布".to_owned(), share_basis_points };
        let other =
            Made { product: 2, name: "农机".to_owned(), share_basis_points: Some(10_000) };
        Candidate { makes: vec![other, made], ..Candidate::new(CandidateKind::Enterprise, 5, "") }
    }

    #[test]
    fn points_fall_with_steps_and_rise_with_share() {
        use WantedBecause::{Placed, Stated, Used};
        let cases = [
            (Stated, 0, Some(10_000), Some(3000)),
            (Stated, 0, None, Some(2550)),
            (Stated, 0, Some(0), Some(2100)),
            (Stated, 1, Some(10_000), Some(2000)),
            (Stated, 2, Some(5_000), Some(850)),
            (Used, 0, Some(10_000), Some(1800)),
            (Used, 1, Some(1), Some(840)),
            (Used, 2, Some(20_000), Some(600)),
            (Stated, 3, Some(10_000), Some(500)),
            (Used, 3, Some(10_000), Some(300)),
            (Used, 4, Some(10_000), None),
            (Placed, 0, Some(10_000), Some(900)),
            (Placed, 3, Some(10_000), Some(150)),
            (Placed, 4, Some(10_000), None),
        ];
        for (because, steps, share, want) in cases {
            let got = reason(&serving(because, steps), &maker(share));
            assert_eq!(got.map(|reason| reason.points), want, "{because:?} {steps} {share:?}");
        }
    }

    #[test]
    fn what_stands_in_gives_half() {
        let cases = [
            (WantedBecause::Stated, 1500, "需求所列的"),
            (WantedBecause::Used, 900, "需求方使用的"),
            (WantedBecause::Placed, 450, "需求方所处环节所用的"),
        ];
        for (because, points, whose) in cases {
            let mut serving = serving(because, 0);
            for one in serving.values_mut() {
                one.stands_in_as = Some("布".to_owned());
            }
            let got = reason(&serving, &maker(Some(10_000))).unwrap();
            let text = format!("生产「坯布」，与{whose}「面料」同属「布」，可替代，占其收入 100%");
            assert_eq!((got.points, got.text_zh()), (points, text));
        }
    }

    #[test]
    fn making_the_same_things_as_the_seeker_gives_nothing() {
        assert_eq!(reason(&BTreeMap::new(), &maker(Some(10_000))), None);
    }
}
