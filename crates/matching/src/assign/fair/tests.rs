use super::super::PairingRequest;
use super::Exposure;
use proptest::prelude::*;

fn ask(points: &[i64], rule: &str) -> (Vec<(usize, usize)>, Exposure) {
    let edges: Vec<_> = points
        .iter()
        .enumerate()
        .map(|(at, points)| format!("[{},{},{points}]", at / 4, at % 4))
        .collect();
    let side = r#"[{"max":2},{"max":2},{"max":2,"newcomer":true},{"max":2}]"#;
    let json = format!(
        r#"{{"left":{side},"right":{side},"edges":[{}],"avoid":[[0,0]],
            "limits":[{{"side":"left","members":[0,1],"max":3}}],"fairness":{rule}}}"#,
        edges.join(",")
    );
    let choice = PairingRequest::from_json(json.as_bytes()).unwrap().choose();
    (choice.pairs, choice.exposure.unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn whatever_the_dial_all_demands_are_kept_and_the_price_is_true(
        points in prop::collection::vec(1..=1000_i64, 16), alpha in 0..=10_000_u64,
        most in 0..=3_000_u64,
    ) {
        let rule = format!(r#"{{"alpha":{alpha},"max_price":{most},"newcomer_floor":2}}"#);
        let (pairs, exposure) = ask(&points, &rule);
        let of = |on: &dyn Fn(&(usize, usize)) -> bool| pairs.iter().filter(|pair| on(pair)).count();
        for person in 0..4 {
            prop_assert!(of(&|pair| pair.0 == person) <= 2 && of(&|pair| pair.1 == person) <= 2);
        }
        prop_assert!(of(&|pair| pair.0 < 2) <= 3);
        prop_assert_eq!(of(&|pair| *pair == (0, 0)), 0);
        prop_assert_eq!((of(&|pair| pair.0 == 2), of(&|pair| pair.1 == 2)), (2, 2));
        let total: i64 = pairs.iter().map(|&(l, r)| points[l * 4 + r]).sum();
        prop_assert_eq!(exposure.after.total, i128::from(total));
        prop_assert!(exposure.price <= most);
        if alpha == 0 {
            prop_assert_eq!(exposure.after, exposure.before);
        }
    }
}

#[test]
fn the_best_partner_is_not_left_to_one() {
    // Everybody wants right 0 and right 1 alike; by the total alone it does not matter who gets both.
    let points = [90, 90, 10, 10, 91, 91, 10, 10, 90, 90, 10, 10, 91, 91, 10, 10];
    let (_, exposure) = ask(&points, r#"{"alpha":9000,"max_price":500}"#);
    assert!(exposure.after.envy.cases < exposure.before.envy.cases, "{exposure:?}");
    assert!(exposure.price <= 500);
}
