//! Red credit 红色信用: what a city's rating of the candidate is worth, where weights count it at all.

use crate::score::{Criterion, Evidence, Points, Reason, fraction};

/// Most points: a full rating.
pub const MOST: Points = 300;

/// 3 points for each point of the rating, 300 at most; nothing for who was never rated, and for whose
/// rating has run out.
pub fn reason(red_credit: Option<u8>) -> Option<Reason> {
    let rating = red_credit?;
    let points = fraction(MOST, u32::from(rating), 100);
    (points > 0).then_some(Reason {
        criterion: Criterion::Credit,
        points,
        evidence: Evidence::Rated(rating),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rating_gives_three_points_for_each_of_its_own_and_is_capped() {
        let cases = [
            (None, None),
            (Some(0), None),
            (Some(1), Some(3)),
            (Some(86), Some(258)),
            (Some(100), Some(300)),
            (Some(255), Some(300)),
        ];
        for (rating, want) in cases {
            assert_eq!(reason(rating).map(|reason| reason.points), want, "{rating:?}");
        }
    }
}
