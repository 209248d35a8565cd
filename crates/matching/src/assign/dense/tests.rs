use super::*;
use crate::assign::solve::solve_with;
use crate::assign::{PairingProblem, solve};
use proptest::prelude::*;

/// The greatest sum of gains, over all ways to give rows columns that are free.
fn best(gains: &[i64], columns: usize, free: u32) -> i64 {
    let Some((row, rest)) = gains.split_at_checked(columns) else { return 0 };
    let open = (0..columns).filter(|column| free >> column & 1 == 1);
    let of = |column: usize| row[column] + best(rest, columns, free & !(1 << column));
    open.map(of).max().unwrap()
}

fn check(gains: &[i64], shape: (usize, usize)) -> Result<(), TestCaseError> {
    let (rows, columns) = shape;
    let want = best(gains, columns, (1 << columns) - 1);
    let paths = by_paths(gains, shape, false, usize::MAX).unwrap();
    let auctioned = by_auction(gains, shape).unwrap();
    let short: Vec<i32> = gains.iter().map(|&gain| i32::try_from(gain).unwrap()).collect();
    prop_assert_eq!(&by_paths(&short, shape, false, usize::MAX).unwrap(), &paths);
    prop_assert_eq!(&by_auction(&short, shape).unwrap(), &auctioned);
    for taken in [paths, auctioned, assign(&short, rows, columns).unwrap()] {
        let mut distinct = taken.clone();
        distinct.sort_unstable();
        distinct.dedup();
        prop_assert_eq!(distinct.len(), rows);
        let sum: i64 = taken.iter().enumerate().map(|(r, c)| gains[r * columns + c]).sum();
        prop_assert_eq!(sum, want);
    }
    Ok(())
}

/// Few or many ties, square or wider than high.
fn any_matrix() -> impl Strategy<Value = (usize, usize, Vec<i64>)> {
    let top = prop_oneof![Just(1_i64), Just(3), Just(40), Just((1 << 26) - 1)];
    (1..=5_usize, 0..=2_usize, top).prop_flat_map(|(rows, more, top)| {
        let cells = rows * (rows + more);
        (Just(rows), Just(rows + more), prop::collection::vec(0..=top, cells))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4000) })]

    #[test]
    fn paths_and_auction_equal_brute_force((rows, columns, gains) in any_matrix()) {
        check(&gains, (rows, columns))?;
    }

    #[test]
    fn sums_and_products_equal_brute_force(
        left in prop::collection::vec(0..9_i64, 7), right in prop::collection::vec(0..9_i64, 7),
        noise in prop::collection::vec(0..3_i64, 49), rows in 5..=7_usize, kind in 0..4_u8,
    ) {
        let of = |l: i64, r: i64| match kind {
            0 => l * r,
            1 => l + r,
            2 => 81 - (l - r) * (l - r),
            _ => 9 - (l - r).abs(),
        };
        let cells = (0..rows * 7).map(|at| of(left[at / 7], right[at % 7]) + noise[at]);
        check(&cells.collect::<Vec<_>>(), (rows, 7))?;
    }
}

type Points = fn(i64, i64) -> i64;

/// Families of points, named; whole numbers from a small generator of our own.
fn families() -> Vec<(&'static str, Points)> {
    fn lot(l: i64, r: i64) -> i64 {
        (l * 7919 + r * 104_729 + l * r * 31 + 17) * 48_271 % 65_537
    }
    vec![
        ("0 to 65,536", lot),
        ("0 to 9", |l, r| lot(l, r) % 10),
        ("0 and 1", |l, r| i64::from(lot(l, r) % 40 == 0)),
        ("all equal", |_, _| 7),
        ("product", |l, r| l * r),
        ("square of the difference", |l, r| -(l - r) * (l - r)),
        ("difference", |l, r| -(l - r).abs()),
        ("common worth and noise", |l, r| lot(3, r) + lot(l, r) % 100),
        ("both worths and noise", |l, r| lot(l, 5) * lot(3, r) / 65_537 + lot(l, r) % 500),
        ("below 0", |l, r| lot(l, r) - 60_000),
        ("40 bits", |l, r| (lot(l, r) << 24) + lot(r, l)),
        ("i × j of 45 bits", |l, r| (l * r) << 31),
    ]
}

/// A market of these points, the pairs that `missing` names left out.
fn market(
    (left, right): (usize, usize),
    min: u64,
    points: Points,
    missing: impl Fn(usize) -> bool,
) -> PairingProblem {
    let side = |size: usize, other: usize| {
        vec![Bounds { min: if size <= other { min } else { 0 }, max: 1 }; size]
    };
    let number = |index: usize| i64::try_from(index).unwrap();
    let edges = (0..left * right)
        .filter(|&at| !missing(at))
        .map(|at| (at / right, at % right))
        .map(|(l, r)| (l, r, points(number(l), number(r))))
        .map(Edge::from)
        .collect();
    PairingProblem::new(side(left, right), side(right, left), edges).unwrap()
}

#[test]
fn a_dense_market_has_the_total_of_the_flow() {
    for (name, points) in families() {
        for (shape, min) in [((102, 102), 1), ((101, 130), 0), ((130, 101), 1)] {
            let problem = market(shape, min, points, |_| false);
            let dense = problem.matrix.as_ref().unwrap().solve().unwrap();
            let flow = solve_with::<i128>(&problem);
            assert_eq!(dense.total, flow.total, "{name} {shape:?}");
            let sum = problem.edges.iter().filter(|e| dense.pairs.contains(&(e.left, e.right)));
            assert_eq!(Some(sum.map(|e| i128::from(e.points)).sum()), dense.total, "{name}");
            if min == 1 {
                assert_eq!(dense.pairs.len(), 102.min(shape.0).min(shape.1), "{name}");
            }
        }
    }
}

#[test]
fn pairs_that_are_not_possible_are_not_chosen() {
    for (name, points) in families() {
        for shape in [(103, 103), (101, 140), (140, 101)] {
            let problem = market(shape, 0, points, |at| at % 3 == 1);
            let dense = problem.matrix.as_ref().unwrap().solve().unwrap();
            let flow = solve_with::<i128>(&problem);
            assert_eq!(dense.total, flow.total, "{name} {shape:?}");
            assert!(dense.pairs.iter().all(|(l, r)| (l * shape.1 + r) % 3 != 1), "{name}");
        }
    }
}

#[test]
fn the_order_of_edges_makes_no_difference_in_a_dense_market() {
    for (name, points) in families() {
        let problem = market((101, 110), 0, points, |at| at % 5 == 2);
        let mut edges = problem.edges.clone();
        edges.reverse();
        let turned =
            PairingProblem::new(problem.left.clone(), problem.right.clone(), edges).unwrap();
        assert_eq!(solve(&turned), solve(&problem), "{name}");
    }
}

#[test]
fn a_pair_listed_twice_is_named_in_a_dense_market_too() {
    let problem = market((100, 110), 0, |l, r| l + r, |at| at == 700);
    assert!(problem.matrix.is_some());
    let mut edges = problem.edges.clone();
    edges.push(Edge { left: 2, right: 5, points: 1 });
    let refused = PairingProblem::new(problem.left.clone(), problem.right.clone(), edges);
    assert_eq!(
        refused.unwrap_err().to_string(),
        "the pair of left 2 and right 5 is listed twice, as edges 225 and 10999"
    );
}

#[test]
fn points_too_far_apart_are_left_to_the_flow() {
    let far = market((100, 100), 0, |l, r| (l * r) << 40, |_| false);
    assert!(far.matrix.is_none());
    let full = market((100, 101), 1, |l, r| l * r, |_| false);
    assert!(full.matrix.is_some());
    // A demand for everybody where a pair is missing needs a proof that it can be met.
    let gap = market((100, 101), 1, |l, r| l * r, |at| at == 3);
    assert!(gap.matrix.is_none());
}
