//! How often the candidate took up suggestions for needs of this kind, whoever raised them.
//!
//! Refusals are private, also from who reads points: they never cost anything, and the points of who
//! said yes more often than no tell the yeses alone.

use crate::problem::Answers;
use crate::score::{Criterion, Evidence, Points, Reason, fraction};

/// Most points.
pub const MOST: Points = 1000;

/// Answers of doubt: so few answers say little.
const DOUBT: u32 = 3;

/// 1000 × accepted / (accepted + 3) where more was accepted than declined.
pub fn reason(answers: Answers) -> Option<Reason> {
    let Answers { accepted, declined } = answers;
    let points = fraction(MOST, accepted, accepted.saturating_add(DOUBT));
    (accepted > declined).then_some(())?;
    let evidence = Evidence::Answered(answers);
    Some(Reason { criterion: Criterion::Willingness, points, evidence })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_habit_counts_more_than_a_single_answer_and_refusals_never_show() {
        let cases = [
            (0, 0, None),
            (1, 1, None),
            (1, 0, Some(250)),
            (7, 0, Some(700)),
            (0, 1, None),
            (3, 0, Some(500)),
            (3, 2, Some(500)),
            (3, 4, None),
            (u32::MAX, 0, Some(1000)),
            (0, u32::MAX, None),
        ];
        for (accepted, declined, want) in cases {
            let got = reason(Answers { accepted, declined }).map(|reason| reason.points);
            assert_eq!(got, want, "{accepted} yes, {declined} no");
        }
    }
}
