use proptest::prelude::*;

use super::*;
use crate::net::{Net, Node};

fn groups(of: &[u32]) -> Groups {
    Groups::from_labels(of)
}

/// `count` rings of `size` nodes with all ties inside, each tied to the next by one.
fn cliques(count: u32, size: u32) -> Ties {
    let mut edges = Vec::new();
    for clique in 0..count {
        let first = clique * size;
        for a in 0..size {
            edges.extend((a + 1..size).map(|b| (first + a, first + b)));
        }
        edges.push((first, (first + size) % (count * size)));
    }
    Net::new(count * size, &edges).unwrap().ties()
}

#[test]
fn modularity_is_that_of_the_definition() {
    // Two triangles and a tie between them: 6/7 inside, each half of the weight.
    let edges = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3)];
    let ties = Net::new(6, &edges).unwrap().ties();
    let halves = ties.modularity(&groups(&[0, 0, 0, 1, 1, 1]));
    assert!((halves - (6.0 / 7.0 - 0.5)).abs() < 1e-12);
    assert!(ties.modularity(&groups(&[0; 6])).abs() < 1e-12);
    let found = ties.communities(Leiden::default()).unwrap();
    assert_eq!(found.of, [0, 0, 0, 1, 1, 1]);
    let none = Net::new(3, &[]).unwrap().ties();
    assert!(none.modularity(&groups(&[0, 0, 1])).abs() < 1e-12);
    assert_eq!(none.communities(Leiden::default()).unwrap().of, [0, 1, 2]);
}

#[test]
fn cliques_are_found_with_every_seed_and_weights_count() {
    let ties = cliques(12, 6);
    let want: Vec<u32> = (0..72).map(|node| node / 6).collect();
    for seed in 0..20 {
        let how = Leiden { seed, ..Leiden::default() };
        assert_eq!(ties.communities(how).unwrap().of, want, "seed {seed}");
    }
    // A path of four whose middle tie is heavy.
    let net = Net::weighted(4, &[(0, 1, 1), (1, 2, 20), (2, 3, 1)]).unwrap();
    assert_eq!(net.ties().communities(Leiden::default()).unwrap().of, [0, 0, 0, 0]);
    let heavy = Net::weighted(2, &[(0, 1, 1_000_000_001)]).unwrap().ties();
    let error = heavy.communities(Leiden::default()).unwrap_err();
    assert_eq!(error, LeidenError::TooHeavy { total: 1_000_000_001 });
}

#[test]
fn a_search_that_begins_with_a_good_division_keeps_it() {
    let ties = cliques(12, 6);
    let start: Vec<u32> = (0..70).map(|node| 900 - node / 6).collect();
    let how = Leiden { start: &start, seed: 7, rounds: 1 };
    let want: Vec<u32> = (0..72).map(|node| node / 6).collect();
    assert_eq!(ties.communities(how).unwrap().of, want);
}

/// The best modularity of any division, by trying all.
fn best(ties: &Ties, of: &mut Vec<u32>) -> f64 {
    if of.len() == at(ties.nodes()) {
        return ties.modularity(&groups(of));
    }
    let next = of.iter().max().map_or(0, |last| last + 1);
    let mut most = f64::MIN;
    for label in 0..=next {
        of.push(label);
        most = most.max(best(ties, of));
        of.pop();
    }
    most
}

/// The best modularity that one step away from a division has: one node into another community or a
/// new one.
fn best_beside(ties: &Ties, of: &[u32]) -> f64 {
    let highest = u32::try_from(of.len() - 1).unwrap();
    let new = of.iter().max().map_or(0, |last| last + 1).min(highest);
    let mut most = f64::MIN;
    for node in 0..of.len() {
        for label in 0..=new {
            let mut step = of.to_vec();
            step[node] = label;
            most = most.max(ties.modularity(&groups(&step)));
        }
    }
    most
}

fn some_edges() -> impl Strategy<Value = Vec<(Node, Node, u32)>> {
    prop::collection::vec((0..8_u32, 0..8_u32, 1..9_u32), 1..16)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// What the method promises of a division in which it found nothing more to change.
    #[test]
    fn communities_hang_together_and_no_node_would_rather_be_elsewhere(edges in some_edges(), seed in 0..9_u64) {
        let net = Net::weighted(8, &edges).unwrap();
        let ties = net.ties();
        let found = ties.communities(Leiden { seed, rounds: 100, start: &[] }).unwrap();
        for members in found.members() {
            let inside: Vec<(Node, Node)> = edges.iter()
                .filter(|(a, b, _)| members.contains(a) && members.contains(b))
                .map(|&(a, b, _)| (a, b))
                .collect();
            let pieces = Net::new(8, &inside).unwrap().weak_pieces();
            prop_assert!(members.iter().all(|&node| pieces.of[at(node)] == pieces.of[at(members[0])]));
        }
        let got = ties.modularity(&found);
        prop_assert!(got >= best_beside(&ties, &found.of) - 1e-12, "{:?} of {}", found.of, got);
    }
}

#[test]
fn of_small_nets_most_get_the_best_division_there_is() {
    let mut dice = Dice::new(20_261_123);
    let (mut one, mut nine) = (0, 0);
    for _ in 0..100 {
        let edges: Vec<(Node, Node, u32)> =
            (0..12).map(|_| (dice.below(8), dice.below(8), 1 + dice.below(8))).collect();
        let ties = Net::weighted(8, &edges).unwrap().ties();
        let most = best(&ties, &mut Vec::new());
        let reached: Vec<bool> = (0..9)
            .map(|seed| ties.communities(Leiden { seed, rounds: 100, start: &[] }).unwrap())
            .map(|found| ties.modularity(&found) >= most - 1e-12)
            .collect();
        one += u32::from(reached[0]);
        nine += u32::from(reached.contains(&true));
    }
    assert_eq!((one, nine), (95, 97));
}
