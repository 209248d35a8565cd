//! Whether the seeker would be a customer: it seeks or uses what the candidate makes.

use super::capability::best;
use crate::problem::{Candidate, Serving, WantedBecause};
use crate::score::{Criterion, Evidence, Points, Reason, fraction};
use std::collections::BTreeMap;

/// Most points: the seeker names the one product the candidate makes.
pub const MOST: Points = 3000;

/// Points for the product that finds the best customer.
///
/// | | the product itself | what is made of it | two steps on |
/// |---|---|---|---|
/// | the need names it | 3000 | 1500 | 750 |
/// | the enterprise uses it | 2400 | 1200 | 600 |
///
/// Who uses a product buys it again, so that counts almost as much as naming it once. Half of the
/// points are for any customer, half grow with the product's share of turnover: a customer of the
/// main product matters more than one of a sideline. A quarter where the share is unknown.
pub fn reason(serving: &BTreeMap<u128, Serving>, candidate: &Candidate) -> Option<Reason> {
    let (points, made, serving) = best(serving, candidate, points)?;
    let evidence = Evidence::WantsProduct {
        product: made.name.clone(),
        wanted: serving.wanted.name.clone(),
        because: serving.wanted.because,
        steps: serving.steps,
        share_basis_points: made.share_basis_points,
    };
    Some(Reason { criterion: Criterion::Custom, points, evidence })
}

fn points(serving: &Serving, share_basis_points: Option<u32>) -> Points {
    let base = match (serving.wanted.because, serving.steps) {
        (WantedBecause::Stated, 0) => 3000,
        (WantedBecause::Stated, 1) => 1500,
        (WantedBecause::Stated, 2) => 750,
        (WantedBecause::Used, 0) => 2400,
        (WantedBecause::Used, 1) => 1200,
        (WantedBecause::Used, 2) => 600,
        (WantedBecause::Stated | WantedBecause::Used, _) => 0,
    };
    let share = share_basis_points.unwrap_or(5_000).min(10_000);
    fraction(base, 5_000 + share / 2, 10_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::{CandidateKind, Made, Wanted};

    #[test]
    fn points_fall_with_steps_and_rise_with_what_the_product_means_to_its_maker() {
        use WantedBecause::{Stated, Used};
        let cases = [
            (Stated, 0, Some(10_000), Some(3000)),
            (Stated, 0, None, Some(2250)),
            (Stated, 0, Some(0), Some(1500)),
            (Stated, 1, Some(10_000), Some(1500)),
            (Used, 0, Some(10_000), Some(2400)),
            (Used, 2, Some(5_000), Some(450)),
            (Used, 3, Some(10_000), None),
        ];
        for (because, steps, share_basis_points, want) in cases {
            let wanted = Wanted { product: 9, name: "面料".to_owned(), because };
            let serving = BTreeMap::from([(1, Serving { wanted, steps })]);
            let made = Made { product: 1, name: "坯布".to_owned(), share_basis_points };
            let maker =
                Candidate { makes: vec![made], ..Candidate::new(CandidateKind::Offer, 5, "") };
            let got = reason(&serving, &maker).map(|reason| reason.points);
            assert_eq!(got, want, "{because:?} {steps} {share_basis_points:?}");
            assert_eq!(reason(&BTreeMap::new(), &maker), None, "nobody wants it");
        }
    }
}
