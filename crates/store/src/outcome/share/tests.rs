use std::collections::BTreeSet;

use lianmeng_domain::outcome::{self as domain, Correction, ProjectChange};
use lianmeng_domain::project::{Project, ProjectStage};

use super::*;
use crate::eyes::Eyes;
use crate::outcome::{insert, page, save};
use crate::page::Window;

fn day(month: u32, day: u32) -> Date {
    Date::from_ymd_opt(2026, month, day).unwrap()
}

fn outcome(id: u128, kind: OutcomeKind, fen: i64) -> Outcome {
    Outcome {
        id: OutcomeId::from(id),
        kind,
        change: None,
        need: None,
        task: None,
        pairing: None,
        project: None,
        event: None,
        meeting: None,
        enterprise: None,
        amount_fen: Some(fen),
        number: None,
        unit: None,
        on_date: day(4, 1),
        terminated_on: None,
        note: String::new(),
        is_published: false,
        version: 1,
    }
}

fn project(id: u128) -> Project {
    Project {
        id: id.into(),
        external_id: None,
        name: "示例项目".to_owned(),
        summary: String::new(),
        domain: "D1".to_owned(),
        owner: None,
        region: None,
        amount_fen: None,
        stage: ProjectStage::Signed,
        is_published: false,
        is_example: true,
        version: 1,
    }
}

async fn told(db: &impl ConnectionTrait, as_of: Date, known_on: Option<Date>) -> Totals {
    let moment = Moment { as_of, known_on };
    totals(db, &Visibility::All, &OutcomeFilter::default(), moment).await.unwrap()
}

fn contracts(count: i64, amount_fen: i64) -> Tally {
    Tally { count, amount_fen }
}

#[tokio::test]
async fn totals_of_a_past_day_show_what_was_corrected_and_are_told_again_as_they_were() {
    let db = lianmeng_testkit::database().await;
    let first = outcome(1, OutcomeKind::Contract, 500);
    insert(&db, &first, day(4, 1)).await.unwrap();
    insert(&db, &outcome(2, OutcomeKind::Contract, 70), day(4, 20)).await.unwrap();
    let right =
        Correction { amount_fen: Some(600), reason: "a digit".to_owned(), ..Correction::default() };
    let right = domain::correct(&first, &right, day(5, 2)).unwrap();
    note_correction(&db, &first, (day(5, 2), "a digit")).await.unwrap();
    save(&db, &right, day(5, 2)).await.unwrap();

    for (known_on, want) in [
        (Some(day(3, 31)), Tally::default()),
        (Some(day(4, 1)), contracts(1, 500)),
        (Some(day(4, 20)), contracts(2, 570)),
        (Some(day(5, 1)), contracts(2, 570)),
        (Some(day(5, 2)), contracts(2, 670)),
        (None, contracts(2, 670)),
    ] {
        let got = told(&db, day(4, 1), known_on).await.of(OutcomeKind::Contract);
        assert_eq!(got, want, "known on {known_on:?}");
    }

    let whose = (&Visibility::All, &OutcomeFilter::default());
    let now = Moment { as_of: day(4, 1), known_on: None };
    let want = [
        Changed {
            outcome: 1.into(),
            before: contracts(1, 500),
            after: contracts(1, 600),
            reason: Some("a digit".to_owned()),
        },
        Changed {
            outcome: 2.into(),
            before: Tally::default(),
            after: contracts(1, 70),
            reason: None,
        },
    ];
    assert_eq!(changed(&db, whose, now, 100).await.unwrap(), want);
    assert_eq!(changed(&db, whose, now, 1).await.unwrap(), want[..1]);
    let before = Moment { known_on: Some(day(4, 30)), ..now };
    assert_eq!(changed(&db, whose, before, 100).await.unwrap(), want[1..]);
    let later = Moment { as_of: day(5, 2), known_on: None };
    assert_eq!(changed(&db, whose, later, 100).await.unwrap(), []);
}

#[tokio::test]
async fn what_is_put_right_on_its_own_day_was_never_told_otherwise() {
    let db = lianmeng_testkit::database().await;
    let first = outcome(1, OutcomeKind::Order, 5);
    insert(&db, &first, day(4, 1)).await.unwrap();
    let right = Outcome { amount_fen: Some(6), ..first.clone() };
    save(&db, &right, day(4, 1)).await.unwrap();
    assert_eq!(told(&db, day(4, 1), Some(day(4, 1))).await.of(OutcomeKind::Order).amount_fen, 6);
    assert_eq!(row::Entity::find().count(&db).await.unwrap(), 1);
    assert!(matches!(note_correction(&db, &first, (day(4, 1), "x")).await, Ok(())));
    let again = note_correction(&db, &first, (day(4, 1), "x")).await;
    assert!(matches!(again, Err(StoreError::Stale)), "{again:?}");
}

/// Steps of one project and of none, recorded in any order and on any day.
#[tokio::test]
async fn the_database_adds_up_what_the_rules_do_whatever_the_order() {
    let db = lianmeng_testkit::database().await;
    for id in [1, 2] {
        project::insert(&db, &project(id)).await.unwrap();
    }
    let changes = ProjectChange::ALL;
    let mut state = 20_261_123_u64;
    let mut next = move |bound: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % bound
    };
    let mut all: Vec<Outcome> = Vec::new();
    for id in 1..=60_u128 {
        let project = [None, Some(1), Some(2)][usize::try_from(next(3)).unwrap()];
        let row = Outcome {
            project: project.map(|id: u128| id.into()),
            change: project.map(|_| changes[usize::try_from(next(4)).unwrap()]),
            on_date: day(4, 1 + u32::try_from(next(28)).unwrap()),
            ..outcome(id, OutcomeKind::Project, i64::try_from(next(90)).unwrap())
        };
        insert(&db, &row, day(5, 1)).await.unwrap();
        all.push(row);
        if next(3) == 0 {
            let at = usize::try_from(next(u64::try_from(all.len()).unwrap())).unwrap();
            if all[at].terminated_on.is_none() {
                let mut ended = all[at].clone();
                ended.terminated_on = Some(day(4, 29));
                save(&db, &ended, day(5, 2)).await.unwrap();
                all[at] = Outcome { version: ended.version + 1, ..ended };
            }
        }
    }
    for on in 1..=30 {
        let on = day(4, on);
        let want = domain::totals(&all, on);
        assert_eq!(told(&db, on, None).await, want, "{on}");
        let moment = Moment { as_of: on, known_on: None };
        let filter = OutcomeFilter { counted: Some(moment), ..OutcomeFilter::default() };
        let rows = page(&db, Eyes::ALL, &filter, Window::first(100)).await.unwrap();
        let behind: BTreeSet<OutcomeId> = rows.iter().map(|row| row.id).collect();
        let shares = rules::shares(&all);
        let counted: BTreeSet<OutcomeId> =
            shares.iter().filter(|share| share.stands_on(on)).map(|share| share.outcome).collect();
        assert_eq!(behind, counted, "the rows behind the figures of {on}");
    }
}

#[tokio::test]
async fn outcomes_of_an_older_program_are_counted_when_tables_come_forward() {
    let db = lianmeng_testkit::database().await;
    insert(&db, &outcome(1, OutcomeKind::Contract, 500), day(5, 1)).await.unwrap();
    row::Entity::delete_many().exec(&db).await.unwrap();
    assert_eq!(told(&db, day(5, 1), None).await, Totals::default());
    fill(&db).await.unwrap();
    fill(&db).await.unwrap();
    assert_eq!(told(&db, day(4, 1), Some(day(4, 1))).await.of(OutcomeKind::Contract).count, 1);
}
