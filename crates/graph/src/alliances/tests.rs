use lianmeng_domain::alliance::AlliancePartner;
use lianmeng_domain::chain::Placement;
use lianmeng_domain::committee::Member;
use lianmeng_domain::graph::GraphInput;
use proptest::prelude::*;

use super::*;
use crate::worlds::{named, supply};

fn code(text: &str) -> RegionCode {
    text.parse().unwrap()
}

fn place(firm: u128, segment: u128) -> Placement {
    Placement { enterprise: firm.into(), segment: segment.into(), is_confirmed: true }
}

/// `groups` planted groups of one firm on each of four segments, each firm supplying the next one of its
/// group; firm `4 g + s` is that of group `g` (from 0) on segment `s` (from 1).
fn planted(groups: u128) -> GraphInput {
    let firms = 4 * groups;
    let next = (1..=firms).filter(|firm| firm % 4 != 0);
    GraphInput {
        enterprises: named("firm", firms),
        chains: named("chain", 1),
        segments: named("环节", 4),
        committees: named("committee", 1),
        segment_chains: (1..=4_u128).map(|n| (n.into(), 1.into())).collect(),
        segment_positions: (1..=4_u128).map(|n| (n.into(), i32::try_from(n).unwrap())).collect(),
        committee_chains: vec![(1.into(), 1.into())],
        placements: (0..firms).map(|n| place(n + 1, n % 4 + 1)).collect(),
        supply_edges: next.map(|firm| supply(firm, firm, firm + 1)).collect(),
        enterprise_regions: (1..=firms).map(|firm| (firm.into(), code("320612"))).collect(),
        ..GraphInput::default()
    }
}

fn ask() -> AllianceQuery<'static> {
    AllianceQuery { chain: 1.into(), region: None, fewest: 3, most: 10, before: &[], limit: 100 }
}

fn suggest(input: GraphInput, ask: &AllianceQuery<'_>) -> AllianceSuggestions {
    Snapshot::build(input).alliance_suggestions(ask, &Lens::All).unwrap()
}

fn members(found: &AllianceSuggestions) -> Vec<Vec<u128>> {
    let numbers = |one: &AllianceSuggestion| one.members.iter().map(|id| id.number()).collect();
    found.suggestions.iter().map(numbers).collect()
}

#[test]
fn planted_groups_are_found_with_name_lead_and_figures() {
    let found = suggest(planted(6), &ask());
    let want: Vec<Vec<u128>> = (0..6).map(|g| (4 * g + 1..=4 * g + 4).collect()).collect();
    assert_eq!(members(&found), want);
    assert_eq!((found.total, found.members, found.small), (6, 24, 0));
    let first = &found.suggestions[0];
    assert_eq!(first.name, "环节 1—环节 4党建联盟");
    assert_eq!(found.suggestions[1].name, "环节 1—环节 4党建联盟（2）");
    assert_eq!((first.lead, first.links_inside, first.links_outside), (Some(2.into()), 3, 0));
    assert_eq!((first.segments.len(), first.empty_segments.len()), (4, 0));
    assert_eq!((first.region, first.continues), (Some(code("320612")), None));
    let (zh, en) = first.reason();
    assert_eq!(zh, "4家企业分布在4个相邻环节，盟内供需关系3对，与盟外0对；其间尚缺0个环节");
    assert!(en.starts_with("4 enterprises on 4 neighbouring segments; 3 supply relations"), "{en}");
    let cut = suggest(planted(6), &AllianceQuery { limit: 2, ..ask() });
    assert_eq!((cut.suggestions.len(), cut.total), (2, 6));
    let unknown = AllianceQuery { chain: 9.into(), ..ask() };
    assert_eq!(Snapshot::build(planted(1)).alliance_suggestions(&unknown, &Lens::All), None);
}

#[test]
fn what_works_stays_together_under_its_name() {
    let mut input = planted(3);
    input.alliances = named("联盟", 1);
    input.alliance_committees = vec![(1.into(), 1.into())];
    let partner = |firm: u128| AlliancePartner {
        alliance: 1.into(),
        partner: Member::Enterprise(firm.into()),
    };
    input.alliance_partners = vec![partner(5), partner(6), partner(7)];
    let found = suggest(input, &ask());
    let second = &found.suggestions[1];
    assert_eq!((second.name.as_str(), second.continues), ("联盟 1", Some(1.into())));
    assert_eq!(members(&found)[1], [5, 6, 7, 8]);
}

#[test]
fn groups_keep_to_one_city_to_neighbouring_segments_and_to_their_size() {
    // A missing segment is a seat still empty; a segment on which others stand is not skipped.
    let mut input = planted(1);
    input.placements = vec![place(1, 1), place(2, 1), place(3, 3), place(4, 3)];
    input.supply_edges = vec![supply(1, 1, 3), supply(2, 2, 4), supply(3, 1, 4)];
    let found = suggest(input.clone(), &ask());
    assert_eq!(members(&found), [vec![1, 2, 3, 4]]);
    assert_eq!(found.suggestions[0].empty_segments, [2.into()]);
    input.enterprises = named("firm", 6);
    input.placements.extend([place(5, 2), place(6, 2)]);
    let apart = suggest(input.clone(), &AllianceQuery { fewest: 2, ..ask() });
    assert_eq!(members(&apart), [vec![1, 2], vec![5, 6], vec![3, 4]]);
    input.enterprise_regions[3].1 = code("320500");
    let cities = suggest(input, &AllianceQuery { fewest: 1, ..ask() });
    assert_eq!(members(&cities), [vec![1], vec![2], vec![5, 6], vec![3], vec![4]]);
    assert_eq!(cities.suggestions[4].region, Some(code("320500")));
    // Twelve of one piece, half of them on each segment: three times four, each with both segments.
    let mut whole = planted(3);
    whole.placements = (1..=12).map(|firm| place(firm, (firm - 1) / 6 + 1)).collect();
    let pairs = (1..=6_u128).flat_map(|a| (7..=12_u128).map(move |b| (a, b)));
    whole.supply_edges = (1..).zip(pairs).map(|(id, (a, b))| supply(id, a, b)).collect();
    let dealt = suggest(whole, &AllianceQuery { most: 4, ..ask() });
    for group in members(&dealt) {
        let first = group.iter().filter(|firm| **firm <= 6).count();
        assert_eq!((group.len(), first), (4, 2), "{group:?}");
    }
    assert_eq!(dealt.total, 3);
}

/// Pairs that are together in both or apart in both, of all pairs, in basis points.
fn agreement(one: &[Vec<u128>], other: &[Vec<u128>], firms: u128) -> u128 {
    let of = |groups: &[Vec<u128>], firm: u128| groups.iter().position(|g| g.contains(&firm));
    let (mut same, mut all) = (0, 0);
    for a in 1..=firms {
        for b in a + 1..=firms {
            all += 1;
            same += u128::from((of(one, a) == of(one, b)) == (of(other, a) == of(other, b)));
        }
    }
    same * 10_000 / all
}

proptest! {
    #[test]
    fn everybody_is_in_exactly_one_group_within_the_bounds(
        edges in prop::collection::vec((1..=30_u128, 1..=30_u128), 0..60),
        homes in prop::collection::vec((1..=5_u128, 0..3_usize), 30), most in 3..9_usize,
    ) {
        let cities = ["320612", "320602", "320500"];
        let rows = (1..).zip(&homes);
        let input = GraphInput {
            enterprises: named("firm", 30),
            chains: named("chain", 1),
            segments: named("segment", 5),
            segment_chains: (1..=5_u128).map(|n| (n.into(), 1.into())).collect(),
            segment_positions: (1..=5_u128).map(|n| (n.into(), i32::try_from(n).unwrap())).collect(),
            placements: rows.clone().map(|(firm, (home, _))| place(firm, *home)).collect(),
            enterprise_regions:
                rows.map(|(firm, (_, city)): (u128, _)| (firm.into(), code(cities[*city]))).collect(),
            supply_edges: (1..).zip(edges).map(|(id, (a, b))| supply(id, a, b)).collect(),
            ..GraphInput::default()
        };
        let ask = AllianceQuery { most, ..ask() };
        let found = suggest(input.clone(), &ask);
        let mut all: Vec<u128> = members(&found).concat();
        all.sort_unstable();
        prop_assert_eq!(all, (1..=30).collect::<Vec<_>>());
        let held: BTreeSet<u128> = homes.iter().map(|(home, _)| *home).collect();
        let mut small = 0;
        for group in members(&found) {
            prop_assert!(group.len() <= most);
            small += usize::from(group.len() < 3);
            let of = |firm: &u128| homes[usize::try_from(*firm).unwrap() - 1];
            let city = |firm: &u128| code(cities[of(firm).1]).city();
            prop_assert!(group.iter().all(|firm| city(firm) == city(&group[0])));
            let on: BTreeSet<u128> = group.iter().map(|firm| of(firm).0).collect();
            for between in on.first().copied().unwrap()..on.last().copied().unwrap() {
                prop_assert!(on.contains(&between) || !held.contains(&between));
            }
        }
        prop_assert_eq!(found.small, small);
        prop_assert_eq!(suggest(input, &ask), found, "the same again");
    }

    #[test]
    fn a_small_change_moves_few(lost in 0..18_usize, a in 1..=24_u128, b in 1..=24_u128) {
        let before: Vec<Vec<EnterpriseId>> = suggest(planted(6), &ask())
            .suggestions.iter().map(|one| one.members.clone()).collect();
        let mut input = planted(6);
        input.supply_edges.remove(lost);
        if a != b {
            input.supply_edges.push(supply(100, a, b));
        }
        let now = suggest(input, &AllianceQuery { before: &before, ..ask() });
        let planted: Vec<Vec<u128>> =
            (0..6).map(|g| (4 * g + 1..=4 * g + 4).collect()).collect();
        let agreement = agreement(&members(&now), &planted, 24);
        prop_assert!(agreement >= 9_000, "{} {:?}", agreement, members(&now));
    }
}

#[test]
fn sizes_that_contradict_each_other_are_refused() {
    assert_eq!(sizes(None, None), Ok((5, 100)));
    assert_eq!(sizes(None, Some(3)), Ok((3, 3)), "what nobody asked for gives way");
    assert_eq!(sizes(Some(3), Some(3)), Ok((3, 3)));
    let refused = sizes(Some(101), None).unwrap_err();
    let want = "fewest is 101, more than most, 100; lower fewest or raise most";
    assert_eq!(refused.to_string(), want);
}
