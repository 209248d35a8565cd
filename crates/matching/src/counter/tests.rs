use std::collections::BTreeMap;

use lianmeng_domain::enterprise::QualityTier;
use lianmeng_domain::weights::{Fusion, built_in};
use proptest::prelude::*;

use super::*;
use crate::candidates::eligible;
use crate::criteria::text::Likeness;
use crate::problem::{
    Answers, Candidate, CandidateKind, History, Lead, Made, Problem, Seeker, Wanted, WantedBecause,
    serving_products,
};
use crate::score::{Criterion, Judgement, judge, total};

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
        serving: serving_products(&wanted, [1], &|a, b| (a == b).then_some(Lead::of_steps(0))),
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
        red_credit: Some(u8::try_from(choice[6] % 101).unwrap()),
        ..Candidate::new(CandidateKind::Offer, 5, "")
    };
    // Where the provider is elsewhere, so that it does not matter how far.
    let city = |regions: &[lianmeng_domain::region::RegionCode]| {
        regions.first().map(|region| region.city())
    };
    let is_gap = city(&problem.seeker.regions) != city(&candidate.regions);
    let local_makers = is_gap.then_some((1, 0)).into_iter().collect();
    let problem = Problem { local_makers, ..problem };
    let basis_points = u32::try_from(choice[4] % 10_000).unwrap();
    let likeness = Likeness { basis_points, words: vec!["坯布".to_owned()] };
    (problem, candidate, likeness)
}

/// The same pair without a fact.
fn without(
    fact: Fact,
    (mut problem, mut candidate, mut likeness): (Problem, Candidate, Likeness),
) -> (Problem, Candidate, Likeness) {
    match fact {
        Fact::Text => likeness = Likeness::default(),
        Fact::Product => candidate.makes.clear(),
        Fact::Industry => candidate.industry = None,
        Fact::Place => candidate.regions.clear(),
        Fact::Tier => (candidate.tiers, candidate.is_lead_firm) = (vec![], false),
        Fact::History => candidate.history = History::default(),
        Fact::Recency => candidate.confirmed_days_ago = None,
        Fact::Credit => candidate.red_credit = None,
        Fact::Gap => problem.local_makers.clear(),
        Fact::Standing => problem.seeker.tiers.clear(),
        Fact::Willingness => candidate.answers = Answers::default(),
        Fact::Freshness => problem.seeker.raised_days_ago = None,
        Fact::Room => candidate.capacity_left = Some(0),
    }
    (problem, candidate, likeness)
}

/// Whether the engine would suggest the pair.
fn is_suggested(pair: &(Problem, Candidate, Likeness)) -> bool {
    let judged = judged(pair);
    let problem = Problem { candidates: vec![pair.1.clone()], ..pair.0.clone() };
    let grounds = [Criterion::Text, Criterion::Capability];
    !eligible(&problem).0.is_empty()
        && judged.a.iter().any(|reason| grounds.contains(&reason.criterion))
}

fn points(reasons: &[crate::score::Reason]) -> Vec<Points> {
    reasons.iter().map(|reason| reason.points).collect()
}

fn verdict<'a>(
    weights: &'a Weights,
    a: &'a [Reason],
    b: &'a [Reason],
    others: &'a [Points],
) -> Verdict<'a> {
    Verdict { weights, a, b, is_enterprise_b: true, others }
}

fn part(criterion: &str, points: Points) -> Reason {
    Reason { criterion: criterion.to_owned(), points, zh: String::new(), en: String::new() }
}

fn judged(pair: &(Problem, Candidate, Likeness)) -> Judgement {
    judge(&pair.0, &pair.1, &pair.2)
}

fn any_weights() -> impl Strategy<Value = Weights> {
    let cut = |n: usize| prop::collection::vec(0..=10_000_i32, n - 1);
    let spread = |mut cuts: Vec<i32>, names: &[&str]| -> BTreeMap<String, i32> {
        cuts.extend([0, 10_000]);
        cuts.sort_unstable();
        let points = cuts.windows(2).map(|pair| pair[1] - pair[0]);
        names.iter().map(|name| (*name).to_owned()).zip(points).collect()
    };
    // A rating takes its few points from the words.
    let rated = |mut table: BTreeMap<String, i32>| {
        let credit = table["text"].min(300);
        table.insert("text".to_owned(), table["text"] - credit);
        table.insert("credit".to_owned(), credit);
        table
    };
    let rule = prop::sample::select(Fusion::ALL);
    (cut(7), cut(8), rule).prop_map(move |(a, b, fusion)| Weights {
        a: rated(spread(a, &weights::CRITERIA_A)),
        b: match fusion {
            Fusion::OneSided => BTreeMap::new(),
            Fusion::Minimum | Fusion::Harmonic => spread(b, &weights::CRITERIA_B),
        },
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
        let fused = weights::fuse(weights.fusion, &points(&a), &points(&b));
        prop_assert_eq!(score, fused.points);
        prop_assert_eq!(fused.a.iter().chain(&fused.b).sum::<i32>(), score);
        prop_assert!(total(&a) <= 10_000 && total(&b) <= 10_000 && score <= 10_000);
        prop_assert!(a.is_sorted_by_key(|r| r.criterion) && b.is_sorted_by_key(|r| r.criterion));
    }

    #[test]
    fn removing_a_fact_takes_what_was_foretold_from_both_sides_and_the_score(
        choice in prop::array::uniform8(0..10_000_usize), weights in any_weights(),
    ) {
        let pair = pair(choice, weights.clone());
        let before = judged(&pair);
        let (a, b) = (told(&before.a), told(&before.b));
        let verdict = verdict(&weights, &a, &b, &[]);
        for one in counterfactuals(&verdict).iter().filter(|one| one.change == Change::Without) {
            let pair = without(one.fact, pair.clone());
            let after = judged(&pair);
            prop_assert_eq!(total(&after.a) - total(&before.a), one.points_a, "{:?}", one.fact);
            prop_assert_eq!(total(&after.b) - total(&before.b), one.points_b, "{:?}", one.fact);
            let points = is_suggested(&pair).then_some(after.points - before.points);
            prop_assert_eq!(one.outcome.map(|outcome| outcome.points), points, "{:?}", one.fact);
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
    let weights = Weights::default();
    let a = [part("text", 1500), part("place", 700), part("tier", 300)];
    let verdict = verdict(&weights, &a, &[], &[2400, 2600, 1100]);
    assert_eq!((verdict.points(), verdict.rank()), (2500, 2));
    let told = |one: Counterfactual| {
        let outcome = one.outcome.map(|outcome| (outcome.points, outcome.rank));
        (one.points_a, one.points_b, outcome, one.text_en())
    };
    let got: Vec<_> = counterfactuals(&verdict).into_iter().map(told).collect();
    let want = [
        // Nothing else speaks for it.
        (-1500, 0, None, "if the texts had no telling word in common"),
        (3000, 0, Some((3000, 1)), "if the provider made nothing but the product named"),
        (1000, 0, Some((1000, 1)), "if both were in the same industry class"),
        // As much as the industry; facts keep their order.
        (1000, 0, Some((1000, 1)), "if the two had met often and with success"),
        (-700, 0, Some((-700, 3)), "if they were in different provinces"),
        (500, 0, Some((500, 1)), "if the offer had been confirmed in the last 30 days"),
        (300, 0, Some((300, 1)), "if both were in the same district"),
        (-300, 0, Some((-300, 3)), "without the provider's marks of quality"),
        (200, 0, Some((200, 1)), "if the provider were a single champion and lead firm"),
    ];
    assert_eq!(got, want);
}

#[test]
fn a_fact_that_both_sides_gain_by_is_told_once() {
    let weights = built_in().remove(1).weights;
    let a = [part("text", 1000), part("capability", 2000), part("place", 600)];
    let b = [part("text", 800), part("custom", 1000), part("place", 600), part("room", 500)];
    let verdict = verdict(&weights, &a, &b, &[]);
    let found = counterfactuals(&verdict);
    let of = |fact, change| {
        let one = found.iter().find(|one| (one.fact, one.change) == (fact, change)).unwrap();
        (one.points_a, one.points_b, one.outcome.map(|outcome| outcome.points))
    };
    // 2 × 3600 × 2900 / 6500 is 3212; the means below are those of 3000 and 2300, and so on.
    assert_eq!(verdict.points(), 3212);
    assert_eq!(of(Fact::Place, Change::Without), (-600, -600, Some(2603 - 3212)));
    assert_eq!(of(Fact::Product, Change::Without), (-2000, -1000, Some(1737 - 3212)));
    assert_eq!(of(Fact::Place, Change::Best), (400, 400, Some(3616 - 3212)));
    assert_eq!(of(Fact::Room, Change::Without), (0, -500, None), "then there is no suggestion");
    let mut told: Vec<_> = found.iter().map(|one| (one.fact, one.change)).collect();
    told.sort_unstable();
    told.dedup();
    assert_eq!(told.len(), found.len());
}

#[test]
fn nobody_is_imagined_as_what_they_cannot_be() {
    let weights = built_in().remove(1).weights;
    let (a, b) = ([part("text", 1000)], [part("text", 800)]);
    let best = |is_enterprise_b| {
        let verdict = Verdict { is_enterprise_b, ..verdict(&weights, &a, &b, &[]) };
        let found = counterfactuals(&verdict);
        let best = found.iter().filter(|one| one.change == Change::Best);
        let mut best: Vec<Fact> = best.map(|one| one.fact).collect();
        best.sort_unstable();
        best
    };
    assert_eq!(best(false), [Fact::History, Fact::Recency, Fact::Standing, Fact::Freshness]);
    let firm = [Fact::Product, Fact::Industry, Fact::Place, Fact::Tier];
    assert_eq!(best(true), [&firm[..], &best(false)].concat());
}

#[test]
fn every_change_of_every_fact_has_words_of_its_own() {
    let changes = Fact::ALL.into_iter().flat_map(|fact| {
        [Change::Without, Change::Best].map(|change| Counterfactual {
            fact,
            change,
            points_a: 0,
            points_b: 0,
            outcome: None,
        })
    });
    let texts = changes.flat_map(|one| [one.text_zh(), one.text_en()]);
    let texts: std::collections::BTreeSet<&str> = texts.collect();
    assert_eq!(texts.len(), Fact::ALL.len() * 2 * 2);
    let weights = built_in().remove(1).weights;
    let text = serde_json::to_string(&weights).unwrap();
    assert_eq!(serde_json::from_str::<Weights>(&text).unwrap(), weights);
}
