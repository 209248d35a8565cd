//! What came of earlier suggestions between the two: signed and capped.

use crate::problem::History;
use crate::score::{Criterion, Evidence, Points, Reason};

/// Most points, and most that can be taken away.
pub const MOST: Points = 1000;

/// 50 for every meeting planned, 150 for every accepted suggestion, 200 for every meeting held,
/// −200 for every declined one; between −1000 and 1000.
pub fn reason(history: History) -> Option<Reason> {
    let sum = i64::from(history.met) * 50
        + i64::from(history.accepted) * 150
        + i64::from(history.held) * 200
        - i64::from(history.declined) * 200;
    let capped = sum.clamp(-i64::from(MOST), i64::from(MOST));
    let points = Points::try_from(capped).ok().filter(|&points| points != 0)?;
    Some(Reason { criterion: Criterion::History, points, evidence: Evidence::Past(history) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_and_bad_experience_are_weighed_and_capped() {
        let past = |met, accepted, held, declined| History { met, accepted, held, declined };
        let cases = [
            (past(0, 0, 0, 0), None),
            (past(1, 0, 0, 0), Some(50)),
            (past(1, 1, 1, 0), Some(400)),
            (past(0, 0, 1, 1), None),
            (past(0, 0, 0, 2), Some(-400)),
            (past(0, 0, 0, u32::MAX), Some(-1000)),
            (past(u32::MAX, u32::MAX, u32::MAX, 0), Some(1000)),
        ];
        for (history, want) in cases {
            assert_eq!(reason(history).map(|reason| reason.points), want, "{history:?}");
        }
    }
}
