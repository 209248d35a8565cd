//! How the candidate answered suggestions for needs of this kind before, whoever raised them: signed
//! and capped. Who never answered is neither better nor worse.

use crate::problem::Answers;
use crate::score::{Criterion, Evidence, Points, Reason};

/// Most points, and most that can be taken away.
pub const MOST: Points = 1000;

/// Answers of doubt: so many count as neither yes nor no, so that few answers say little.
const DOUBT: i64 = 3;

/// 1000 × (accepted − declined) / (accepted + declined + 3), towards nothing.
pub fn reason(answers: Answers) -> Option<Reason> {
    let (yes, no) = (i64::from(answers.accepted), i64::from(answers.declined));
    let points = i64::from(MOST) * (yes - no) / (yes + no + DOUBT);
    let points = Points::try_from(points).ok().filter(|&points| points != 0)?;
    let evidence = Evidence::Answered(answers);
    Some(Reason { criterion: Criterion::Willingness, points, evidence })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_habit_counts_more_than_a_single_answer() {
        let cases = [
            (0, 0, None),
            (1, 1, None),
            (1, 0, Some(250)),
            (7, 0, Some(700)),
            (0, 1, Some(-250)),
            (3, 1, Some(285)),
            (u32::MAX, 0, Some(999)),
            (0, u32::MAX, Some(-999)),
        ];
        for (accepted, declined, want) in cases {
            let got = reason(Answers { accepted, declined }).map(|reason| reason.points);
            assert_eq!(got, want, "{accepted} yes, {declined} no");
        }
    }
}
