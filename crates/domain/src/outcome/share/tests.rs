use proptest::prelude::*;

use super::*;
use crate::outcome::tests::{day, outcome, project};
use crate::outcome::{Totals, totals};

/// The totals told once more, as one would count by hand: no shares, one day.
fn by_hand(outcomes: &[Outcome], on: NaiveDate) -> Tally {
    let mut sum = Tally::default();
    let standing = |o: &&Outcome| o.on_date <= on && o.terminated_on.is_none_or(|end| on < end);
    let rows: Vec<&Outcome> = outcomes.iter().filter(standing).collect();
    for row in rows.iter().filter(|o| o.project.is_none()) {
        sum.add(row.number.unwrap_or(1), row.amount_fen);
    }
    let projects: BTreeSet<ProjectId> = rows.iter().filter_map(|o| o.project).collect();
    for project in projects {
        let mut own: Vec<&&Outcome> = rows.iter().filter(|o| o.project == Some(project)).collect();
        own.sort_by_key(|o| (o.on_date, o.id));
        let mut counted: Option<i64> = None;
        let mut is_new = false;
        for row in own {
            let amount = row.amount_fen.unwrap_or(0);
            match row.change.unwrap_or(ProjectChange::Signing) {
                ProjectChange::NewInvestor => (counted, is_new) = (Some(amount), true),
                // The first signing counts, unless a later investor came before it.
                ProjectChange::Signing if counted.is_none() && !is_new => counted = Some(amount),
                ProjectChange::CapitalIncrease => counted = counted.map(|sum| sum + amount),
                ProjectChange::Signing | ProjectChange::Upgrade => {}
            }
        }
        if let Some(amount) = counted {
            sum.add(1, Some(amount));
        }
    }
    sum
}

fn any_outcome() -> impl Strategy<Value = Outcome> {
    let change = prop::sample::select(ProjectChange::ALL.to_vec());
    let row = (prop::option::weighted(0.8, 1_u128..3), 1_u32..12, 0_i64..50, change);
    (row, prop::option::weighted(0.4, 0_u32..12)).prop_map(|((own, on, fen, change), life)| {
        Outcome {
            project: own.map(ProjectId::from),
            change: own.map(|_| change),
            on_date: day(4, on),
            terminated_on: life.map(|days| day(4, on + days)),
            ..outcome(0, OutcomeKind::Project, Some(fen))
        }
    })
}

fn numbered(rows: Vec<Outcome>) -> Vec<Outcome> {
    (1_u128..).zip(rows).map(|(id, row)| Outcome { id: id.into(), ..row }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn shares_add_up_to_what_is_counted_by_hand_on_every_day(
        rows in prop::collection::vec(any_outcome(), 0..9),
    ) {
        let rows = numbered(rows);
        for on in 1..=26 {
            prop_assert_eq!(totals(&rows, day(4, on)).projects, by_hand(&rows, day(4, on)));
        }
    }

    #[test]
    fn the_order_of_recording_does_not_matter(
        rows in prop::collection::vec(any_outcome(), 0..9), seed in any::<u64>(),
    ) {
        let rows = numbered(rows);
        let mut mixed = rows.clone();
        mixed.sort_by_key(|row| row.id.to_string().bytes().fold(seed, |h, b| {
            h.rotate_left(7).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ u64::from(b)
        }));
        prop_assert_eq!(shares(&rows), shares(&mixed));
    }

    #[test]
    fn shares_of_one_outcome_follow_each_other_and_none_is_empty(
        rows in prop::collection::vec(any_outcome(), 0..9),
    ) {
        let shares = shares(&numbered(rows));
        for share in &shares {
            prop_assert!(share.until.is_none_or(|end| share.from < end));
        }
        for pair in shares.windows(2).filter(|pair| pair[0].outcome == pair[1].outcome) {
            prop_assert!(pair[0].until.is_some_and(|end| end <= pair[1].from));
        }
    }

    #[test]
    fn what_comes_later_changes_no_earlier_day(
        rows in prop::collection::vec(any_outcome(), 1..9), on in 1_u32..12,
    ) {
        let rows = numbered(rows);
        let known: Vec<Outcome> = rows
            .iter()
            .filter(|row| row.on_date <= day(4, on))
            .map(|row| Outcome {
                terminated_on: row.terminated_on.filter(|end| *end <= day(4, on)),
                ..row.clone()
            })
            .collect();
        for earlier in 1..=on {
            let at = |rows: &[Outcome]| totals(rows, day(4, earlier));
            prop_assert_eq!(at(&known), at(&rows));
        }
    }
}

#[test]
fn each_rule_of_counting_says_which_row_counts_when() {
    use ProjectChange as Change;
    // For each share: id, first day, day after the last, count, amount.
    type Want = (u128, u32, Option<u32>, i64, i64);
    let signing = || project(1, 7, Change::Signing, 3);
    let second = || project(2, 7, Change::Signing, 5);
    let ended = |row: Outcome, on| Outcome { terminated_on: Some(day(4, on)), ..row };
    // Rule, rows, and what each share should be.
    let cases: Vec<(&str, Vec<Outcome>, Vec<Want>)> = vec![
        ("first signing", vec![second(), signing()], vec![(1, 1, None, 1, 3)]),
        (
            "an upgrade adds nothing",
            vec![signing(), project(3, 7, Change::Upgrade, 100)],
            vec![(1, 1, None, 1, 3)],
        ),
        (
            "an increase adds money only",
            vec![signing(), project(4, 7, Change::CapitalIncrease, 2)],
            vec![(1, 1, None, 1, 3), (4, 4, None, 0, 2)],
        ),
        (
            "a new investor counts from its day on",
            vec![
                signing(),
                project(4, 7, Change::CapitalIncrease, 2),
                project(5, 7, Change::NewInvestor, 9),
            ],
            vec![(1, 1, Some(5), 1, 3), (4, 4, Some(5), 0, 2), (5, 5, None, 1, 9)],
        ),
        (
            "what ends gives its place to the second signing",
            vec![ended(signing(), 6), second()],
            vec![(1, 1, Some(6), 1, 3), (2, 6, None, 1, 5)],
        ),
        (
            "a new investor that leaves gives its place back",
            vec![signing(), ended(project(5, 7, Change::NewInvestor, 9), 8)],
            vec![(1, 1, Some(5), 1, 3), (1, 8, None, 1, 3), (5, 5, Some(8), 1, 9)],
        ),
        ("what ends on its day never counts", vec![ended(signing(), 1)], vec![]),
        (
            "an increase before any signing adds nothing",
            vec![project(1, 7, Change::CapitalIncrease, 2)],
            vec![],
        ),
    ];
    for (rule, rows, want) in cases {
        let got: Vec<_> = shares(&rows)
            .into_iter()
            .map(|s| (s.outcome, s.from, s.until, s.tally.count, s.tally.amount_fen))
            .collect();
        let want: Vec<_> = want
            .into_iter()
            .map(|(id, from, until, count, fen)| {
                (OutcomeId::from(id), day(4, from), until.map(|d| day(4, d)), count, fen)
            })
            .collect();
        assert_eq!(got, want, "{rule}");
    }
}

#[test]
fn effects_are_counted_by_unit_and_money_never_moves_between_kinds() {
    let effect = |id, number, unit: &str| Outcome {
        number: Some(number),
        unit: Some(unit.to_owned()),
        ..outcome(id, OutcomeKind::Effect, None)
    };
    let rows = [
        effect(1, 125, "套"),
        effect(2, 426, "份"),
        effect(3, 5, "套"),
        outcome(4, OutcomeKind::Order, Some(7)),
        outcome(5, OutcomeKind::Contract, Some(11)),
    ];
    let got = totals(&rows, day(5, 1));
    let want = Totals {
        kinds: BTreeMap::from([
            (OutcomeKind::Contract, Tally { count: 1, amount_fen: 11 }),
            (OutcomeKind::Order, Tally { count: 1, amount_fen: 7 }),
        ]),
        effects: BTreeMap::from([("份".to_owned(), 426), ("套".to_owned(), 130)]),
        ..Totals::default()
    };
    assert_eq!(got, want);
}
