use super::*;
use proptest::prelude::*;

fn bounds(list: &[(u64, u64)]) -> Vec<Bounds> {
    list.iter().map(|&(min, max)| Bounds { min, max }).collect()
}

fn problem(
    left: &[(u64, u64)],
    right: &[(u64, u64)],
    edges: &[(usize, usize, i64)],
) -> PairingProblem {
    let edges = edges.iter().copied().map(Edge::from).collect();
    PairingProblem::new(bounds(left), bounds(right), edges).unwrap()
}

/// The best total over all subsets of edges; none if no subset meets the bounds.
fn brute_force(problem: &PairingProblem) -> Option<i128> {
    let fits = |pick: u32| {
        let count = |on: &dyn Fn(&Edge) -> bool| {
            let chosen = problem.edges.iter().enumerate().filter(|(at, _)| pick >> at & 1 == 1);
            u64::try_from(chosen.filter(|(_, edge)| on(edge)).count()).unwrap()
        };
        let inside = |bounds: &Bounds, n: u64| (bounds.min..=bounds.max).contains(&n);
        problem.left.iter().enumerate().all(|(l, b)| inside(b, count(&|e| e.left == l)))
            && problem.right.iter().enumerate().all(|(r, b)| inside(b, count(&|e| e.right == r)))
    };
    (0..1_u32 << problem.edges.len())
        .filter(|&pick| fits(pick))
        .map(|pick| {
            let chosen = problem.edges.iter().enumerate().filter(|(at, _)| pick >> at & 1 == 1);
            chosen.map(|(_, edge)| i128::from(edge.points)).sum()
        })
        .max()
}

/// Everything an answer must keep, checked against the exhaustive one.
fn check(problem: &PairingProblem) -> Result<(), TestCaseError> {
    let got = solve(problem);
    let want = brute_force(problem);
    prop_assert_eq!(got.total, want);
    prop_assert_eq!(got.status == PairingStatus::Optimal, want.is_some());
    prop_assert_eq!(got.conflict.is_empty(), want.is_some());
    prop_assert!(got.pairs.is_sorted_by(|a, b| a < b));
    if want.is_none() {
        prop_assert!(got.pairs.is_empty());
        return check_conflict(problem, &got.conflict);
    }
    let count = |n: usize| u64::try_from(n).unwrap();
    for (l, b) in problem.left.iter().enumerate() {
        let n = count(got.pairs.iter().filter(|pair| pair.0 == l).count());
        prop_assert!((b.min..=b.max).contains(&n));
    }
    for (r, b) in problem.right.iter().enumerate() {
        let n = count(got.pairs.iter().filter(|pair| pair.1 == r).count());
        prop_assert!((b.min..=b.max).contains(&n));
    }
    let points = |&(l, r): &(usize, usize)| {
        let edge = problem.edges.iter().find(|edge| (edge.left, edge.right) == (l, r));
        i128::from(edge.unwrap().points)
    };
    prop_assert_eq!(got.pairs.iter().map(points).sum::<i128>(), want.unwrap());
    Ok(())
}

/// Lowering the listed minimums makes the problem feasible, lowering all but one does not.
fn check_conflict(problem: &PairingProblem, conflict: &[Conflict]) -> Result<(), TestCaseError> {
    prop_assert!(conflict.is_sorted());
    let lowered = |skip: Option<usize>| {
        let mut lowered = problem.clone();
        for (at, item) in conflict.iter().enumerate().filter(|&(at, _)| Some(at) != skip) {
            let side = match item.side {
                Side::Left => &mut lowered.left,
                Side::Right => &mut lowered.right,
            };
            assert_eq!(side[item.index].min, item.need);
            assert!(item.available < item.need, "{item:?} of {at}");
            side[item.index].min = item.available;
        }
        brute_force(&lowered)
    };
    prop_assert!(lowered(None).is_some(), "{:?}", conflict);
    for skip in 0..conflict.len() {
        prop_assert!(lowered(Some(skip)).is_none(), "item {} of {:?}", skip, conflict);
    }
    Ok(())
}

fn any_problem(
    points: impl Strategy<Value = i64> + Clone,
    highest: u64,
) -> impl Strategy<Value = PairingProblem> {
    // Now and then the maximum is below the minimum.
    let side = prop::collection::vec((0..=highest, 0_u64..=3), 0..5).prop_map(|side| {
        let bounds = |(min, more): (u64, u64)| (min, (min + more).saturating_sub(1));
        side.into_iter().map(bounds).collect::<Vec<_>>()
    });
    (side.clone(), side).prop_flat_map(move |(left, right)| {
        let all: Vec<_> =
            (0..left.len()).flat_map(|l| (0..right.len()).map(move |r| (l, r))).collect();
        let most = all.len().min(11);
        let picked = prop::sample::subsequence(all, 0..=most);
        (picked, prop::collection::vec(points.clone(), 11)).prop_map(move |(pairs, points)| {
            let edges: Vec<_> =
                pairs.into_iter().zip(points).map(|((l, r), p)| (l, r, p)).collect();
            problem(&left, &right, &edges)
        })
    })
}

/// The total by the simplex method alone, which [`solve`] takes for large markets only.
fn by_simplex(problem: &PairingProblem) -> Option<i128> {
    let (limits, conflict) = solve::cut_bounds(problem);
    if !conflict.is_empty() {
        return None;
    }
    let pairs = solve::simplex_pairs::<i128>(problem, &limits)?;
    let chosen = |edge: &&Edge| pairs.contains(&(edge.left, edge.right));
    Some(problem.edges.iter().filter(chosen).map(|edge| i128::from(edge.points)).sum())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(3000) })]

    #[test]
    fn without_minimums_the_answer_equals_brute_force(p in any_problem(-4_i64..=9, 0)) {
        check(&p)?;
    }

    #[test]
    fn with_minimums_the_answer_equals_brute_force(p in any_problem(-9_i64..=9, 2)) {
        check(&p)?;
    }

    #[test]
    fn small_minimums_often_feasible_equal_brute_force(p in any_problem(-3_i64..=3, 1)) {
        check(&p)?;
    }

    #[test]
    fn extreme_points_do_not_overflow(
        p in any_problem(
            prop_oneof![Just(i64::MIN), Just(i64::MAX), -1_i64..=1, Just(i64::MIN + 1)], 1,
        )
    ) {
        check(&p)?;
    }

    #[test]
    fn the_simplex_method_gives_the_same_total(p in any_problem(-9_i64..=9, 2)) {
        prop_assert_eq!(by_simplex(&p), solve(&p).total);
    }

    #[test]
    fn the_simplex_method_gives_the_same_total_without_minimums(p in any_problem(-3_i64..=9, 0)) {
        prop_assert_eq!(by_simplex(&p), solve(&p).total);
    }

    #[test]
    fn the_order_of_edges_makes_no_difference(p in any_problem(0_i64..=2, 1)) {
        let mut reversed = p.clone();
        reversed.edges.reverse();
        prop_assert_eq!(solve(&p), solve(&reversed));
    }

    #[test]
    fn a_problem_survives_a_round_trip_through_json(p in any_problem(any::<i64>(), 2)) {
        let json = serde_json::to_vec(&p).unwrap();
        prop_assert_eq!(PairingProblem::from_json(&json).unwrap(), p);
    }
}

/// Larger than brute force can go: deep trees, many ties, worth common to all.
#[test]
fn both_methods_agree_on_medium_markets() {
    let size = 60_usize;
    for (seed, bounds) in [(1_usize, (0, 1)), (2, (1, 2)), (3, (0, 3)), (5, (2, 2)), (7, (1, 1))] {
        let edges: Vec<_> = (0..size)
            .flat_map(|l| (0..size).map(move |r| (l, r)))
            .filter(|(l, r)| (l * 31 + r * 17 + seed) % 5 < 2)
            .map(|(l, r)| (l, r, i64::try_from(l * r + (l * 7 + r * seed) % 13).unwrap() - 9))
            .collect();
        let p = problem(&vec![bounds; size], &vec![(0, 2); size], &edges);
        let total = solve(&p).total;
        assert!(total.is_some(), "{seed}");
        assert_eq!(by_simplex(&p), total, "{seed}");
    }
}

#[test]
fn nothing_to_pair_is_optimal_with_total_0() {
    let got = solve(&problem(&[], &[], &[]));
    assert_eq!((got.status, got.total, got.pairs.len()), (PairingStatus::Optimal, Some(0), 0));
    let got = solve(&problem(&[(0, 3)], &[(0, 1)], &[]));
    assert_eq!((got.status, got.total, got.pairs.len()), (PairingStatus::Optimal, Some(0), 0));
}

#[test]
fn negative_pairs_appear_only_where_a_minimum_needs_them() {
    let edges = [(0, 0, -5), (0, 1, -2), (1, 1, 7)];
    let free = solve(&problem(&[(0, 2), (0, 2)], &[(0, 2), (0, 2)], &edges));
    assert_eq!((free.total, free.pairs), (Some(7), vec![(1, 1)]));
    let held = solve(&problem(&[(1, 2), (0, 2)], &[(0, 2), (0, 2)], &edges));
    assert_eq!((held.total, held.pairs), (Some(5), vec![(0, 1), (1, 1)]));
}

#[test]
fn a_total_beyond_64_bits_is_a_json_number() {
    let edges = [(0, 0, i64::MAX), (1, 1, i64::MAX)];
    let got = solve(&problem(&[(0, 1), (0, 1)], &[(0, 1), (0, 1)], &edges));
    assert_eq!(
        serde_json::to_string(&got.report(4)).unwrap(),
        r#"{"status":"optimal","total":18446744073709551614,"pairs":[[0,0],[1,1]],"elapsed_ms":4,"conflict":[]}"#
    );
}

#[test]
fn sixteen_organs_serve_twenty_two_enterprises_with_at_most_two_each() {
    let edges: Vec<_> = (0..16)
        .flat_map(|o| (0..22).map(move |e| (o, e, i64::try_from((o * 7 + e * 5) % 11).unwrap())))
        .collect();
    let got = solve(&problem(&[(1, 2); 16], &[(1, 1); 22], &edges));
    assert_eq!(got.pairs.len(), 22);
    let loads: Vec<_> =
        (0..16).map(|o| got.pairs.iter().filter(|pair| pair.0 == o).count()).collect();
    assert_eq!(loads.iter().filter(|&&load| load == 1).count(), 10);
    assert_eq!(loads.iter().filter(|&&load| load == 2).count(), 6);
}

#[test]
fn the_conflict_names_who_falls_short_and_whom_they_compete_with() {
    let cases = [
        (
            "minimum above maximum",
            problem(&[(3, 1)], &[(0, 1)], &[(0, 0, 1)]),
            r#"[{"side":"left","index":0,"need":3,"available":1,"text":"left 0 needs at least 3 but may have at most 1"}]"#,
        ),
        (
            "too few edges",
            problem(&[(0, 9)], &[(2, 4)], &[(0, 0, 1)]),
            r#"[{"side":"right","index":0,"need":2,"available":1,"text":"right 0 needs at least 2 but has only 1 possible pairs"}]"#,
        ),
        (
            "three compete for two",
            problem(
                &[(0, 1), (0, 1), (0, 5)],
                &[(1, 1), (1, 1), (1, 1), (1, 1)],
                &[(0, 0, 1), (1, 0, 1), (0, 1, 1), (1, 1, 1), (0, 2, 1), (1, 2, 1), (2, 3, 1)],
            ),
            r#"[{"side":"right","index":2,"need":1,"available":0,"text":"right 2 needs at least 1 but only 0 can be had: right 0, 1, 2 together need 3, and all their possible partners can take 2"}]"#,
        ),
    ];
    for (name, problem, want) in cases {
        let got = solve(&problem);
        assert_eq!((got.status, got.total), (PairingStatus::Infeasible, None), "{name}");
        assert_eq!(serde_json::to_string(&got.conflict).unwrap(), want, "{name}");
    }
}

#[test]
fn a_malformed_problem_says_where() {
    let expected = "; expected {\"left\":[{\"min\":0,\"max\":3}],\"right\":[…],\"edges\":[[left,right,points]]} with whole numbers";
    let json = |text: &str| format!("not a pairing problem: {text}{expected}");
    let one = r#"{"left":[{"min":0,"max":3}],"right":[{"min":0,"max":3}],"edges":"#;
    let cases = [
        (String::new(), json("EOF while parsing a value at line 1 column 0")),
        (format!("{one}[]}} x"), json("trailing characters at line 1 column 69")),
        (
            format!("{one}[[0,0,1.5]]}}"),
            json("invalid type: floating point `1.5`, expected i64 at line 1 column 73"),
        ),
        (
            format!("{one}[[0,-1,1]]}}"),
            json("invalid value: integer `-1`, expected usize at line 1 column 70"),
        ),
        (
            r#"{"left":[{"min":-1,"max":3}],"right":[],"edges":[]}"#.to_owned(),
            json("invalid value: integer `-1`, expected u64 at line 1 column 18"),
        ),
        (
            format!("{one}[[0,0]]}}"),
            json("invalid length 2, expected a tuple of size 3 at line 1 column 70"),
        ),
        (
            format!("{one}[[0,0,9223372036854775808]]}}"),
            json("invalid value: integer `9223372036854775808`, expected i64 at line 1 column 89"),
        ),
        (r#"{"left":[],"edges":[]}"#.to_owned(), json("missing field `right` at line 1 column 22")),
        (
            format!("{one}[[0,0,1],[0,1,1]]}}"),
            "edge 1 names right 1, but there are only 1 on that side (from 0)".to_owned(),
        ),
        (
            format!("{one}[[0,0,1],[0,0,2],[0,0,3]]}}"),
            "the pair of left 0 and right 0 is listed twice, as edges 0 and 1".to_owned(),
        ),
    ];
    for (text, want) in cases {
        let got = PairingProblem::from_json(text.as_bytes()).unwrap_err();
        assert_eq!(got.to_string(), want, "{text}");
    }
}

#[test]
fn ten_megabytes_of_nonsense_are_refused() {
    for byte in [b'[', b'{', b'9', b'"', 0xff, 0] {
        let nonsense = vec![byte; 10_000_000];
        assert!(matches!(PairingProblem::from_json(&nonsense), Err(ProblemError::Json(_))));
    }
}
