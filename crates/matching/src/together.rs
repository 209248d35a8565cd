//! What everybody of one side is worth to everybody of the other, where a whole group is paired at
//! once: by the words they share, what one makes and the other uses, industry and place.
//!
//! The scale of each criterion is that of version 1 of the weights. The criteria of a single need
//! (capacity, freshness, willingness) say nothing about two who are to work together for a year.

use crate::criteria::{capability, industry, place, text};
use crate::problem::{Candidate, CandidateKind, Made, Serving};
use crate::score::{Points, Reason, total};
use lianmeng_domain::region::RegionCode;
use std::collections::BTreeMap;

/// Somebody to pair.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Card {
    /// Name, services, products; normalised.
    pub text: String,
    /// What it makes.
    pub makes: Vec<Made>,
    /// Which products serve what it uses; see [`crate::problem::serving_products`].
    pub serving: BTreeMap<u128, Serving>,
    /// GB/T 4754 code.
    pub industry: Option<String>,
    /// Divisions it is in.
    pub regions: Vec<RegionCode>,
}

/// What a pair is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Worth {
    /// Together; of the two directions of products the better one counts.
    pub points: Points,
    /// To side A.
    pub to_a: Points,
    /// To side B.
    pub to_b: Points,
}

/// What each of `a` and each of `b` are worth to each other, one row for each of `a`.
///
/// A pair is worth something only if words, products or industry speak for it: being near is no
/// reason to be paired. Texts are compared all at once; rarity is learned from all of them together.
pub fn worths(a: &[Card], b: &[Card]) -> Vec<Vec<Worth>> {
    let needs: Vec<(&str, &str)> = a.iter().map(|card| (card.text.as_str(), "")).collect();
    let texts: Vec<&str> = b.iter().map(|card| card.text.as_str()).collect();
    let likeness = text::likeness(&needs, &texts);
    let (of_a, of_b) = (candidates(a), candidates(b));
    let mut rows = Vec::with_capacity(a.len());
    for ((one, made), likeness) in a.iter().zip(&of_a).zip(&likeness) {
        let others = b.iter().zip(&of_b).zip(likeness);
        rows.push(
            others
                .map(|((other, theirs), likeness)| worth((one, made), (other, theirs), likeness))
                .collect(),
        );
    }
    rows
}

fn candidates(cards: &[Card]) -> Vec<Candidate> {
    let candidate = |card: &Card| Candidate {
        makes: card.makes.clone(),
        ..Candidate::new(CandidateKind::Enterprise, 0, "")
    };
    cards.iter().map(candidate).collect()
}

fn worth(
    (a, made_by_a): (&Card, &Candidate),
    (b, made_by_b): (&Card, &Candidate),
    likeness: &text::Likeness,
) -> Worth {
    let points = |reason: Option<Reason>| reason.map_or(0, |reason| total(&[reason]));
    let text = points(text::reason(likeness, text::MOST));
    let near = industry::reason(a.industry.as_deref(), b.industry.as_deref(), industry::MOST);
    let industry = points(near);
    let to_a = points(capability::reason(&a.serving, made_by_b));
    let to_b = points(capability::reason(&b.serving, made_by_a));
    if text + industry + to_a + to_b == 0 {
        return Worth::default();
    }
    let both = text + industry + points(place::by_division(&a.regions, &b.regions));
    Worth { points: both + to_a.max(to_b), to_a: both + to_a, to_b: both + to_b }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::{Wanted, WantedBecause};

    fn card(text: &str, industry: &str, region: &str) -> Card {
        Card {
            text: text.to_owned(),
            industry: (!industry.is_empty()).then(|| industry.to_owned()),
            regions: vec![region.parse().unwrap()],
            ..Card::default()
        }
    }

    #[test]
    fn products_count_in_the_better_direction_and_each_side_sees_its_own() {
        let mut maker = card("甲", "C1771", "320612");
        maker.makes =
            vec![Made { product: 7, name: "助剂".to_owned(), share_basis_points: None }];
        let mut user = card("乙", "", "320612");
        let wanted = Wanted { product: 7, name: "助剂".to_owned(), because: WantedBecause::Used };
        user.serving = BTreeMap::from([(7, Serving { wanted, steps: 0, stands_in_as: None })]);
        let got = worths(&[maker.clone()], &[user.clone()])[0][0];
        // 1800 for the product, of which a part grows with the share: 85 %.
        assert_eq!(got, Worth { points: 2530, to_a: 1000, to_b: 2530 });
        let turned = worths(&[user], &[maker])[0][0];
        assert_eq!(turned, Worth { points: 2530, to_a: 2530, to_b: 1000 });
    }

    #[test]
    fn being_near_is_no_reason_but_an_industry_is() {
        let a = [card("甲", "C1771", "320612")];
        let b = [
            card("乙", "C1773", "320612"),
            card("丙", "", "320612"),
            card("丁", "C1771", "440300"),
        ];
        let got: Vec<Points> = worths(&a, &b)[0].iter().map(|worth| worth.points).collect();
        assert_eq!(got, [1750, 0, 1000]);
    }

    #[test]
    fn shared_words_speak_for_a_pair() {
        let a = [card("染整环保审批", "", "320612"), card("文化旅游", "", "110000")];
        let b = [card("染整环保龙头企业", "", "440300")];
        let got = worths(&a, &b);
        assert!(got[0][0].points > 500, "{got:?}");
        assert_eq!((got[0][0].to_a, got[0][0].to_b), (got[0][0].points, got[0][0].points));
        assert_eq!(got[1][0], Worth::default());
    }
}
