//! Whether the seeker would be a customer: it seeks or uses what the candidate makes.

use super::capability::best;
use crate::problem::{Candidate, Serving, WantedBecause};
use crate::score::{Criterion, Evidence, Points, Reason, Tie, fraction};
use std::collections::BTreeMap;

/// Most points: the seeker names the one product the candidate makes.
pub const MOST: Points = 3000;

/// Points for the product that finds the best customer.
///
/// | | the product, or what it is a kind of | what is made of it | two steps on | three | stands in |
/// |---|---|---|---|---|---|
/// | the need names it | 3000 | 1500 | 750 | 375 | 1500 |
/// | the enterprise uses it | 2400 | 1200 | 600 | 300 | 1200 |
/// | its segment needs it | 1200 | 600 | 300 | 150 | 600 |
///
/// Who uses a product buys it again, so that counts almost as much as naming it once. Half of the
/// points are for any customer, half grow with the product's share of turnover: a customer of the
/// main product matters more than one of a sideline. A quarter where the share is unknown.
pub fn reason(serving: &BTreeMap<u128, Serving>, candidate: &Candidate) -> Option<Reason> {
    let (points, made, serving) = best(serving, candidate, points)?;
    let evidence = Evidence::WantsProduct(Tie::of(made, serving));
    Some(Reason { criterion: Criterion::Custom, points, evidence })
}

fn points(serving: &Serving, share_basis_points: Option<u32>) -> Points {
    let by_steps: [Points; 4] = match serving.wanted.because {
        WantedBecause::Stated => [3000, 1500, 750, 375],
        WantedBecause::Used => [2400, 1200, 600, 300],
        WantedBecause::Placed => [1200, 600, 300, 150],
    };
    let base = by_steps.get(usize::from(serving.steps)).copied().unwrap_or(0);
    let base = if serving.stands_in_as.is_some() { base / 2 } else { base };
    let share = share_basis_points.unwrap_or(5_000).min(10_000);
    fraction(base, 5_000 + share / 2, 10_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::{CandidateKind, Made, Wanted};

    #[test]
    fn points_fall_with_steps_and_rise_with_what_the_product_means_to_its_maker() {
        use WantedBecause::{Placed, Stated, Used};
        let cases = [
            (Stated, 0, Some(10_000), Some(3000)),
            (Stated, 0, None, Some(2250)),
            (Stated, 0, Some(0), Some(1500)),
            (Stated, 1, Some(10_000), Some(1500)),
            (Used, 0, Some(10_000), Some(2400)),
            (Used, 2, Some(5_000), Some(450)),
            (Stated, 3, Some(10_000), Some(375)),
            (Used, 3, Some(10_000), Some(300)),
            (Used, 4, Some(10_000), None),
            (Placed, 0, Some(10_000), Some(1200)),
            (Placed, 3, Some(10_000), Some(150)),
            (Placed, 4, Some(10_000), None),
        ];
        for (because, steps, share_basis_points, want) in cases {
            let wanted = Wanted { product: 9, name: "面料".to_owned(), because };
            let serving = BTreeMap::from([(1, Serving { wanted, steps, stands_in_as: None })]);
            let made = Made { product: 1, name: "坯布".to_owned(), share_basis_points };
            let maker =
                Candidate { makes: vec![made], ..Candidate::new(CandidateKind::Offer, 5, "") };
            let got = reason(&serving, &maker).map(|reason| reason.points);
            assert_eq!(got, want, "{because:?} {steps} {share_basis_points:?}");
            assert_eq!(reason(&BTreeMap::new(), &maker), None, "nobody wants it");
        }
    }
}
