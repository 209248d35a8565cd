use super::*;
use crate::problem::{
    Candidate, CandidateKind, History, Lead, Made, Seeker, Wanted, WantedBecause, serving_products,
};
use crate::score::{PERFECT, total};
use lianmeng_domain::enterprise::QualityTier;
use proptest::prelude::*;

const NEED: u128 = 1;
const SEEKER: u128 = 10;
const FABRIC: u128 = 100;

fn seeker() -> Seeker {
    Seeker {
        id: NEED,
        enterprise: Some(SEEKER),
        title: "家纺面料印染技术".to_owned(),
        body: "寻求家纺面料印染废水处理和节能技术".to_owned(),
        industry: Some("1771".to_owned()),
        regions: vec!["320612".parse().unwrap()],
        ..Seeker::default()
    }
}

fn candidate(kind: CandidateKind, id: u128, text: &str) -> Candidate {
    Candidate { enterprise: Some(id + 1000), ..Candidate::new(kind, id, text) }
}

fn fabric_maker() -> Candidate {
    Candidate {
        makes: vec![Made { product: FABRIC, name: "面料".to_owned(), share_basis_points: None }],
        industry: Some("1713".to_owned()),
        regions: vec!["320602".parse().unwrap()],
        tiers: vec![QualityTier::LittleGiant],
        history: History { met: 1, accepted: 1, held: 1, declined: 0 },
        confirmed_days_ago: Some(60),
        ..candidate(CandidateKind::Enterprise, 5, "江苏某纺织")
    }
}

fn problem(candidates: Vec<Candidate>) -> Problem {
    let wanted =
        [Wanted { product: FABRIC, name: "面料".to_owned(), because: WantedBecause::Stated }];
    let offered: Vec<u128> =
        candidates.iter().flat_map(|c| c.makes.iter().map(|made| made.product)).collect();
    let same = |from: u128, to: u128| (from == to).then_some(Lead::of_steps(0));
    Problem {
        seeker: seeker(),
        serving: serving_products(&wanted, offered, &same),
        candidates,
        limit: 10,
        ..Problem::default()
    }
}

#[test]
fn every_criterion_shows_its_points_and_they_add_up() {
    let got = suggest(&problem(vec![fabric_maker()])).suggestions;
    let reasons: Vec<_> = got[0]
        .reasons
        .iter()
        .map(|reason| (reason.criterion.key(), reason.points))
        .filter(|(key, _)| *key != "text")
        .collect();
    assert_eq!(
        reasons,
        [
            ("capability", 2550),
            ("industry", 500),
            ("place", 700),
            ("tier", 300),
            ("history", 400),
            ("recency", 250)
        ]
    );
    assert_eq!(got[0].score, total(&got[0].reasons));
}

#[test]
fn who_may_not_be_suggested_is_said_and_not_scored() {
    use CandidateKind::{Enterprise, Offer};
    let text = "家纺面料印染废水处理";
    let own = Candidate { enterprise: Some(SEEKER), ..candidate(Offer, 20, text) };
    let empty = Candidate { capacity_left: Some(0), ..candidate(Offer, 21, text) };
    let near = Candidate {
        regions: vec!["320612".parse().unwrap()],
        tiers: vec![QualityTier::SingleChampion],
        ..candidate(Enterprise, 24, "农机")
    };
    let candidates = vec![
        own,
        empty,
        candidate(Offer, 22, text),
        candidate(Offer, 23, text),
        near,
        candidate(Offer, 25, text),
        candidate(Offer, 25, text),
    ];
    let problem = Problem { avoid: [22, 1023].into(), ..problem(candidates) };
    let got = suggest(&problem);
    let ids: Vec<_> = got.suggestions.iter().map(|suggestion| suggestion.id).collect();
    assert_eq!(ids, [25]);
    assert_eq!(
        got.findings,
        [
            Finding::Own(Offer, 20),
            Finding::Avoided(Offer, 22),
            Finding::Avoided(Offer, 23),
            Finding::NoCapacity(Offer, 21),
            Finding::Repeated(Offer, 25),
            Finding::NothingInCommon(1),
        ]
    );
}

#[test]
fn equal_candidates_go_by_kind_and_id() {
    use CandidateKind::{Enterprise, Offer};
    let text = "家纺面料";
    let got = suggest(&problem(vec![
        candidate(Enterprise, 1, text),
        candidate(Offer, 9, text),
        candidate(Offer, 3, text),
    ]));
    let ids: Vec<_> = got.suggestions.iter().map(|s| (s.kind, s.id)).collect();
    assert_eq!(ids, [(Offer, 3), (Offer, 9), (Enterprise, 1)]);
}

#[test]
fn nothing_in_gives_nothing_out() {
    assert_eq!(suggest(&Problem::default()), Suggestions::default());
}

fn any_candidate() -> impl Strategy<Value = Candidate> {
    let history = (0..3_u32, 0..3_u32, 0..3_u32, 0..9_u32)
        .prop_map(|(met, accepted, held, declined)| History { met, accepted, held, declined });
    let facts = (any::<bool>(), any::<bool>(), prop::option::of(0..4_u64), history);
    let makes = prop::collection::vec((98..103_u128, prop::option::of(0..12_000_u32)), 0..3);
    (0..6_u128, "[家纺面料印染技术节能水泵 ]{0,12}", facts, makes, prop::option::of(0..120_u32))
        .prop_map(|(id, text, (is_offer, is_lead_firm, capacity_left, history), makes, days)| {
            let kind = if is_offer { CandidateKind::Offer } else { CandidateKind::Enterprise };
            let made = |(product, share_basis_points): (u128, Option<u32>)| Made {
                product,
                name: product.to_string(),
                share_basis_points,
            };
            Candidate {
                makes: makes.into_iter().map(made).collect(),
                is_lead_firm,
                capacity_left,
                history,
                confirmed_days_ago: days,
                ..candidate(kind, id, &text)
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn reasons_add_up_are_never_zero_and_input_order_does_not_matter(
        mut candidates in prop::collection::vec(any_candidate(), 0..12), limit in 0_usize..8,
    ) {
        candidates.sort_by_key(|c| (c.kind, c.id));
        candidates.dedup_by_key(|c| (c.kind, c.id));
        let problem = Problem { limit, ..problem(candidates) };
        let mut reversed = problem.clone();
        reversed.candidates.reverse();
        let got = suggest(&problem);
        prop_assert_eq!(&got, &suggest(&reversed));
        prop_assert!(got.suggestions.len() <= limit);
        for suggestion in &got.suggestions {
            prop_assert_eq!(suggestion.score, total(&suggestion.reasons));
            prop_assert!(suggestion.score <= PERFECT);
            prop_assert!(suggestion.reasons.iter().all(|reason| reason.points != 0));
            prop_assert!(suggestion.reasons.is_sorted_by_key(|reason| reason.criterion));
        }
    }
}

/// One line for each suggestion and each of its reasons, as a reader would see them.
fn said(found: &Suggestions) -> String {
    let mut lines = Vec::new();
    for suggestion in &found.suggestions {
        lines.push(format!("{} {:?} {}", suggestion.score, suggestion.kind, suggestion.id));
        lines.extend(suggestion.reasons.iter().map(|reason| {
            let (key, points) = (reason.criterion.key(), reason.points);
            format!("  {points:+} {key}: {} | {}", reason.text_zh(), reason.text_en())
        }));
    }
    lines.extend(found.findings.iter().map(|finding| format!("{finding:?}")));
    lines.join("\n")
}

#[test]
fn the_frozen_home_textile_problem_keeps_its_answer() {
    let problem = serde_json::from_str(include_str!("../../problems/home_textile.json")).unwrap();
    insta::assert_snapshot!("home_textile", said(&suggest(&problem)));
}
