//! How much of an offer is idle: who has room gains from being asked.

use crate::problem::Candidate;
use crate::score::{Criterion, Evidence, Points, Reason, fraction};

/// Most points: all of it is free.
pub const MOST: Points = 500;

/// 500 times the share that is left; nothing where no capacity is stated.
pub fn reason(candidate: &Candidate) -> Option<Reason> {
    let (left, of) = (candidate.capacity_left?, candidate.capacity?);
    let share = left.min(of).saturating_mul(10_000).checked_div(of)?;
    let points = fraction(MOST, u32::try_from(share).unwrap_or(10_000), 10_000);
    let evidence = Evidence::Idle { left, of };
    (points > 0).then_some(Reason { criterion: Criterion::Room, points, evidence })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::CandidateKind;

    #[test]
    fn points_grow_with_the_share_that_is_left() {
        let cases = [
            (Some(5), Some(5), Some(500)),
            (Some(2), Some(5), Some(200)),
            (Some(0), Some(5), None),
            (Some(9), Some(5), Some(500)),
            (Some(5), Some(0), None),
            (Some(5), None, None),
            (None, Some(5), None),
        ];
        for (capacity_left, capacity, want) in cases {
            let offer = Candidate {
                capacity_left,
                capacity,
                ..Candidate::new(CandidateKind::Offer, 1, "")
            };
            assert_eq!(reason(&offer).map(|reason| reason.points), want, "{capacity_left:?}");
        }
    }
}
