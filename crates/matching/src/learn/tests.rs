use lianmeng_domain::weights::built_in;

use super::*;

/// Numbers below `most`, the same for each seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> i32 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i32::try_from((self.0 >> 33) % most).unwrap()
    }
}

/// Answers of both sides; `truth` gives the score above which they say yes, `noise` the part of
/// answers in a thousand that are the roll of a die.
fn examples(
    count: u128,
    seed: u64,
    noise: i32,
    truth: fn(&BTreeMap<String, i32>) -> i64,
) -> Vec<Example> {
    let mut dice = Dice(seed);
    let mut all = Vec::new();
    for number in 0..count {
        for side in [Side::A, Side::B] {
            let shares: BTreeMap<String, i32> = criteria(side)
                .iter()
                .map(|name| ((*name).to_owned(), dice.below(1_000_001)))
                .collect();
            let is_yes =
                if dice.below(1_000) < noise { dice.below(2) == 0 } else { truth(&shares) > 0 };
            let answer = match (is_yes, dice.below(4)) {
                (false, _) => Answer::Declined,
                (true, 0) => Answer::Signed,
                (true, 1) => Answer::Paired,
                (true, _) => Answer::Accepted,
            };
            all.push(Example { group: number / 3, suggestion: number, side, shares, answer });
        }
    }
    all
}

/// Place decides, and nothing else.
fn place_decides(shares: &BTreeMap<String, i32>) -> i64 {
    i64::from(shares["place"]) - 500_000
}

fn weights() -> Weights {
    built_in().remove(1).weights
}

#[test]
fn what_decides_gains_weight_and_held_out_answers_are_foretold_better() {
    let (report, learned) = learn(&weights(), 2, &examples(150, 1, 100, place_decides));
    let learned = learned.unwrap();
    learned.check().unwrap();
    assert_eq!(report.answers, 300);
    for (side, report) in [Side::A, Side::B].into_iter().zip(&report.sides) {
        let (before, after) = (report.before.unwrap(), report.after.unwrap());
        assert!(learned.of(side, "place") > 2 * weights().of(side, "place"), "{report:?}");
        assert!(after.log_loss_millionths < before.log_loss_millionths, "{report:?}");
        assert!(after.auc_basis_points > before.auc_basis_points + 1_000, "{report:?}");
    }
}

#[test]
fn the_same_answers_in_another_order_give_the_same_bytes() {
    let mut all = examples(60, 2, 200, place_decides);
    let once = learn(&weights(), 2, &all);
    all.reverse();
    let again = learn(&weights(), 2, &all);
    assert_eq!(once, again);
    let text = |report: &Report| serde_json::to_string(report).unwrap();
    assert_eq!(text(&once.0), text(&again.0));
}

#[test]
fn answers_by_the_roll_of_a_die_change_nothing() {
    for seed in 1..=20 {
        let (report, learned) = learn(&weights(), 2, &examples(100, seed, 1_000, place_decides));
        assert_eq!(learned, Err(Refusal::NotBetter), "{seed}: {report:?}");
    }
}

#[test]
fn answers_that_follow_the_weights_in_force_leave_them() {
    let follow = |shares: &BTreeMap<String, i32>| -> i64 {
        let side = if shares.contains_key("custom") { Side::B } else { Side::A };
        let sum = |(name, share): (&String, &i32)| {
            i64::from(*share) * i64::from(weights().of(side, name))
        };
        shares.iter().map(sum).sum::<i64>() - 5_000_000_000
    };
    let (report, learned) = learn(&weights(), 2, &examples(200, 3, 0, follow));
    for (name, [old, new]) in report.sides.iter().flat_map(|side| &side.points) {
        assert!((old - new).abs() <= 600, "{name} from {old} to {new}: {report:?}");
    }
    assert!(learned.is_err() || learned.unwrap().check().is_ok());
}

#[test]
fn few_answers_and_one_sided_answers_teach_nothing() {
    let (report, learned) = learn(&weights(), 2, &examples(14, 1, 0, place_decides));
    assert_eq!((report.answers, learned), (28, Err(Refusal::TooFew(28))));
    let all_yes = examples(40, 1, 0, |_| 1);
    let (report, learned) = learn(&weights(), 2, &all_yes);
    assert_eq!(learned, Err(Refusal::NotBetter), "nobody said no");
    assert!(report.sides.iter().all(|side| side.before.is_none()), "{report:?}");
    assert_eq!(learn(&weights(), 2, &[]).1, Err(Refusal::TooFew(0)));
}

#[test]
fn a_yes_that_was_regretted_teaches_as_a_no() {
    let mut all = examples(150, 1, 100, place_decides);
    let (before, learned) = learn(&weights(), 2, &all);
    for example in all.iter_mut().filter(|example| example.answer == Answer::Declined) {
        example.answer = Answer::Dissatisfied;
    }
    let (after, again) = learn(&weights(), 2, &all);
    assert_eq!(
        after.sides[0].answers[&Answer::Dissatisfied],
        before.sides[0].answers[&Answer::Declined]
    );
    for weights in [learned.unwrap(), again.unwrap()] {
        assert!(weights.of(Side::A, "place") > 2_000, "{weights:?}");
    }
}

#[test]
fn points_add_up_to_the_whole_however_the_weights_fall() {
    for (weights, want) in [
        (vec![1.0, 1.0, 1.0], vec![3334, 3333, 3333]),
        (vec![0.0, 0.0], vec![5000, 5000]),
        (vec![0.2, 0.0, 0.6], vec![2500, 0, 7500]),
    ] {
        assert_eq!(to_points(&weights, WHOLE), want);
    }
}
