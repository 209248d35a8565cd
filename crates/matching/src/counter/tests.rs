use lianmeng_domain::enterprise::QualityTier;
use lianmeng_domain::weights::{Fusion, built_in};
use proptest::prelude::*;

use super::*;
use crate::criteria::text::Likeness;
use crate::problem::{
    Answers, Candidate, CandidateKind, History, Made, Problem, Seeker, Wanted, WantedBecause,
    serving_products,
};
use crate::score::{Judgement, judge, total};

fn told(reasons: &[crate::score::Reason]) -> Vec<Reason> {
    let told = |reason: &crate::score::Reason| Reason {
        criterion: reason.criterion.key().to_owned(),
        points: reason.points,
        zh: reason.text_zh(),
        en: reason.text_en(),
    };
    reasons.iter().map(told).collect()
}

/// A pair with a fact for every criterion of both sides, as the numbers choose.
fn pair(choice: [usize; 8], weights: Weights) -> (Problem, Candidate, Likeness) {
    let pick = |at: usize, list: &[&str]| list[choice[at] % list.len()].to_owned();
    let regions = |at| vec![pick(at, &["320612", "320602", "320000", "110112"]).parse().unwrap()];
    let tiers = |at: usize| match choice[at] % 3 {
        0 => vec![],
        1 => vec![QualityTier::LittleGiant],
        _ => vec![QualityTier::SingleChampion],
    };
    let days = |at: usize| u32::try_from(choice[at] % 100).ok();
    let count = |at: usize| u32::try_from(choice[at] % 5).unwrap();
    let wanted = [Wanted {
        product: 1,
        name: "坯布".to_owned(),
        because: if choice[0].is_multiple_of(2) {
            WantedBecause::Stated
        } else {
            WantedBecause::Used
        },
    }];
    let made = Made { product: 1, name: "坯布".to_owned(), share_basis_points: days(1) };
    let problem = Problem {
        seeker: Seeker {
            enterprise: Some(10),
            industry: Some(pick(2, &["1771", "1779", "1351", "6510"])),
            regions: regions(3),
            tiers: tiers(4),
            raised_days_ago: days(5),
            ..Seeker::default()
        },
        serving: serving_products(&wanted, [1], &|a, b| (a == b).then_some(0)),
        weights,
        ..Problem::default()
    };
    let candidate = Candidate {
        enterprise: Some(11),
        makes: vec![made],
        industry: Some(pick(6, &["1771", "1713", "7721"])),
        regions: regions(7),
        tiers: tiers(0),
        is_lead_firm: choice[1].is_multiple_of(2),
        capacity_left: Some(u64::from(count(2)) + 1),
        capacity: Some(5),
        history: History { met: count(3), accepted: count(4), held: count(5), declined: count(6) },
        answers: Answers { accepted: count(7), declined: count(0) },
        confirmed_days_ago: days(2),
        ..Candidate::new(CandidateKind::Offer, 5, "")
    };
    let basis_points = u32::try_from(choice[4] % 10_000).unwrap();
    let likeness = Likeness { basis_points, words: vec!["坯布".to_owned()] };
    (problem, candidate, likeness)
}

/// The same pair without the fact behind a criterion.
fn without(
    criterion: &str,
    (mut problem, mut candidate, mut likeness): (Problem, Candidate, Likeness),
) -> (Problem, Candidate, Likeness) {
    match criterion {
        "text" => likeness = Likeness::default(),
        "capability" | "custom" => candidate.makes.clear(),
        "industry" => candidate.industry = None,
        "place" => candidate.regions.clear(),
        "tier" => (candidate.tiers, candidate.is_lead_firm) = (vec![], false),
        "history" => candidate.history = History::default(),
        "recency" => candidate.confirmed_days_ago = None,
        "standing" => problem.seeker.tiers.clear(),
        "willingness" => candidate.answers = Answers::default(),
        "freshness" => problem.seeker.raised_days_ago = None,
        "room" => candidate.capacity_left = None,
        other => panic!("{other} is no criterion"),
    }
    (problem, candidate, likeness)
}

fn judged(pair: &(Problem, Candidate, Likeness)) -> Judgement {
    judge(&pair.0, &pair.1, &pair.2)
}

fn any_weights() -> impl Strategy<Value = Weights> {
    let cut = |n: usize| prop::collection::vec(0..=10_000_i32, n - 1);
    let spread = |mut cuts: Vec<i32>, names: &[&str]| {
        cuts.extend([0, 10_000]);
        cuts.sort_unstable();
        let points = cuts.windows(2).map(|pair| pair[1] - pair[0]);
        names.iter().map(|name| (*name).to_owned()).zip(points).collect()
    };
    let rule = prop::sample::select(Fusion::ALL);
    (cut(7), cut(8), rule).prop_map(move |(a, b, fusion)| Weights {
        a: spread(a, &weights::CRITERIA_A),
        b: spread(b, &weights::CRITERIA_B),
        fusion,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn the_sum_of_a_side_and_of_both_is_exact_under_any_weights(
        choice in prop::array::uniform8(0..10_000_usize), weights in any_weights(),
    ) {
        weights.check().unwrap();
        let pair = pair(choice, weights.clone());
        let Judgement { a, b, points: score } = judged(&pair);
        let fused = weights::fuse(weights.fusion, &points(&told(&a)), &points(&told(&b)));
        prop_assert_eq!(score, fused.points);
        prop_assert_eq!(fused.a.iter().chain(&fused.b).sum::<i32>(), score);
        prop_assert!(total(&a) <= 10_000 && total(&b) <= 10_000 && score <= 10_000);
        prop_assert!(a.is_sorted_by_key(|r| r.criterion) && b.is_sorted_by_key(|r| r.criterion));
    }

    #[test]
    fn removing_a_fact_removes_exactly_its_points_and_that_was_foretold(
        choice in prop::array::uniform8(0..10_000_usize), weights in any_weights(),
    ) {
        let pair = pair(choice, weights.clone());
        let before = judged(&pair);
        let (a, b) = (told(&before.a), told(&before.b));
        let verdict = Verdict { weights: &weights, a: &a, b: &b, others: &[] };
        for one in counterfactuals(&verdict).iter().filter(|one| one.change == Change::Without) {
            let after = judged(&without(&one.criterion, pair.clone()));
            let (was, is) = match one.side {
                Side::A => (&before.a, &after.a),
                Side::B => (&before.b, &after.b),
            };
            prop_assert_eq!(total(is) - total(was), one.side_points, "{}", one.criterion);
            // Some facts speak for both sides; the others change the score by what was foretold.
            let is_shared = ["text", "industry", "place", "capability", "custom"];
            if !is_shared.contains(&one.criterion.as_str()) || weights.fusion == Fusion::OneSided {
                prop_assert_eq!(after.points - before.points, one.points, "{}", one.criterion);
            }
        }
    }

    #[test]
    fn swapped_roles_swap_what_both_sides_gain_from_each_other(
        choice in prop::array::uniform8(0..10_000_usize),
    ) {
        let weights = built_in().remove(1).weights;
        let one = pair(choice, weights);
        let (problem, candidate, likeness) = one.clone();
        let seeker = Seeker {
            industry: candidate.industry.clone(),
            regions: candidate.regions.clone(),
            tiers: candidate.tiers.clone(),
            is_lead_firm: candidate.is_lead_firm,
            raised_days_ago: candidate.confirmed_days_ago,
            ..problem.seeker.clone()
        };
        let other = Candidate {
            industry: problem.seeker.industry.clone(),
            regions: problem.seeker.regions.clone(),
            tiers: problem.seeker.tiers.clone(),
            is_lead_firm: problem.seeker.is_lead_firm,
            confirmed_days_ago: problem.seeker.raised_days_ago,
            ..candidate
        };
        let (before, after) =
            (judged(&one), judged(&(Problem { seeker, ..problem }, other, likeness)));
        let of = |reasons: &[crate::score::Reason], key: &str| {
            reasons.iter().find(|r| r.criterion.key() == key).map(|r| (r.points, r.evidence_strings()))
        };
        for (mine, theirs) in
            [("industry", "industry"), ("place", "place"), ("tier", "standing"), ("recency", "freshness")]
        {
            prop_assert_eq!(of(&before.a, mine), of(&after.b, theirs), "{}", mine);
            prop_assert_eq!(of(&before.b, theirs), of(&after.a, mine), "{}", theirs);
        }
    }
}

#[test]
fn the_greatest_change_comes_first_with_the_rank_it_would_bring() {
    let part = |criterion: &str, points| Reason {
        criterion: criterion.to_owned(),
        points,
        zh: String::new(),
        en: String::new(),
    };
    let weights = Weights::default();
    let a = [part("text", 1500), part("place", 700), part("tier", 300)];
    let verdict = Verdict { weights: &weights, a: &a, b: &[], others: &[2400, 2600, 1100] };
    assert_eq!((verdict.points(), verdict.rank()), (2500, 2));
    let got: Vec<_> = counterfactuals(&verdict)
        .into_iter()
        .map(|one| (one.criterion.clone(), one.points, one.rank, one.text_en()))
        .collect();
    let want = [
        ("capability", 3000, 1, "if the provider made nothing but the product named"),
        ("text", -1500, 4, "if the texts had no telling word in common"),
        ("industry", 1000, 1, "if both were in the same industry class"),
        ("history", 1000, 1, "if the two had met often and with success"),
        ("place", -700, 3, "if they were in different provinces"),
        ("recency", 500, 1, "if the offer had been confirmed in the last 30 days"),
        ("place", 300, 1, "if both were in the same district"),
        ("tier", -300, 3, "without the provider's marks of quality"),
        ("tier", 200, 1, "if the provider were a single champion and lead firm"),
    ];
    let want: Vec<_> = want.into_iter().map(|(c, p, r, t)| (c.to_owned(), p, r, t)).collect();
    // Industry and history would bring as much; criteria keep their order.
    assert_eq!(got, want);
}

#[test]
fn every_change_of_every_criterion_has_words_of_its_own() {
    let weights = built_in().remove(1).weights;
    let all = |names: &[&str]| -> Vec<Reason> {
        let part = |name: &&str| Reason {
            criterion: (*name).to_owned(),
            points: 10,
            zh: String::new(),
            en: String::new(),
        };
        names.iter().map(part).collect()
    };
    let (a, b) = (all(&weights::CRITERIA_A), all(&weights::CRITERIA_B));
    let verdict = Verdict { weights: &weights, a: &a, b: &b, others: &[] };
    let found = counterfactuals(&verdict);
    assert_eq!(found.len(), 7 * 2 - 1 + 8 * 2 - 2);
    for one in &found {
        assert!(
            one.text_zh() != "若这一条件改变" && one.text_en() != "if this were otherwise",
            "{one:?}"
        );
    }
    let text = serde_json::to_string(&weights).unwrap();
    assert_eq!(serde_json::from_str::<Weights>(&text).unwrap(), weights);
}
