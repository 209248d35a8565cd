use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use super::evaluation::{Evidence, SideFigures, evaluate, opening};
use super::*;
use crate::guest::GuestKind;
use crate::meeting::Spot;
use crate::meeting::version::{Row, Version};

fn moment(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap() + TimeDelta::minutes(minutes)
}

fn blank() -> ResultCard {
    ResultCard {
        first_came: true,
        second_came: true,
        next_step: None,
        intent: None,
        kind: None,
        amount_fen: None,
        satisfaction: None,
        note: String::new(),
    }
}

fn said(meeting: u128, reporter: Reporter, card: ResultCard) -> MeetingResult {
    MeetingResult {
        id: MeetingResultId::from(meeting),
        meeting: MeetingId::from(meeting),
        event: DockingEventId::from(1),
        reporter,
        participant: None,
        card,
        recorded_at: moment(0),
        version: 1,
    }
}

fn absent(meeting: u128, reporter: Reporter) -> MeetingResult {
    said(meeting, reporter, ResultCard { second_came: false, ..blank() })
}

#[test]
fn the_organisers_word_stands_and_sides_that_contradict_each_other_are_disputed() {
    use Reporter::{First, Organiser, Second};
    let held = |reporter| said(1, reporter, blank());
    let gone = |reporter| absent(1, reporter);
    let cases = [
        (vec![], Course::Unreported),
        (vec![held(First)], Course::Held),
        (vec![gone(Second)], Course::NoShow),
        (vec![held(First), held(Second)], Course::Held),
        (vec![held(First), gone(Second)], Course::Disputed),
        (vec![held(First), gone(Second), held(Organiser)], Course::Held),
        (vec![held(First), held(Second), gone(Organiser)], Course::NoShow),
    ];
    for (results, want) in cases {
        assert_eq!(course(&results), want, "{results:?}");
        assert_eq!(course(results.iter().rev()), want, "in any order");
    }
}

#[test]
fn what_was_not_held_has_no_result_and_an_amount_is_of_a_kind() {
    let side = Reporter::First;
    let gone = ResultCard { first_came: false, ..blank() };
    assert_eq!(check_card(side, gone.clone()), Ok(gone.clone()));
    let wants = ResultCard { intent: Some(Intent::Hot), ..gone };
    assert_eq!(check_card(side, wants), Err(ResultError::NotHeld));
    let bare = ResultCard { amount_fen: Some(5), ..blank() };
    assert_eq!(check_card(side, bare.clone()), Err(ResultError::KindMissing));
    let order = ResultCard { kind: Some(OutcomeKind::Order), ..bare };
    assert_eq!(check_card(side, order.clone()), Ok(order.clone()));
    let less = ResultCard { amount_fen: Some(-5), ..order };
    assert_eq!(check_card(side, less), Err(ResultError::Negative { amount_fen: -5 }));
    let stars = ResultCard { satisfaction: Some(Rating::new(4).unwrap()), ..blank() };
    assert_eq!(check_card(Reporter::Second, stars.clone()), Ok(stars.clone()));
    assert_eq!(check_card(Reporter::Organiser, stars), Err(ResultError::Satisfaction));
    let long = ResultCard { note: "字".repeat(501), ..blank() };
    assert_eq!(check_card(side, long), Err(ResultError::Note { length: 501 }));
    let noted = ResultCard { note: "  再谈 ".to_owned(), ..blank() };
    assert_eq!(check_card(side, noted).unwrap().note, "再谈");
}

#[test]
fn a_result_is_written_from_the_beginning_of_the_meeting_until_the_event_is_evaluated() {
    use EventStage as Stage;
    let open = [Stage::Live, Stage::Closed, Stage::FollowUp];
    for stage in EventStage::ALL {
        assert_eq!(check_stage(*stage).is_ok(), open.contains(stage), "{stage}");
    }
    assert_eq!(check_time(None, moment(0)), Err(ResultError::Off));
    let starts_at = moment(10);
    assert_eq!(check_time(Some(starts_at), moment(9)), Err(ResultError::TooEarly { starts_at }));
    assert_eq!(check_time(Some(starts_at), starts_at), Ok(()));
}

#[test]
fn more_is_to_come_of_a_meeting_held_of_which_somebody_says_so() {
    let step = |next_step| ResultCard { next_step: Some(next_step), ..blank() };
    let wish = |intent| ResultCard { intent: Some(intent), ..blank() };
    let cases = [
        (blank(), false),
        (step(NextStep::Nothing), false),
        (step(NextStep::Papers), true),
        (wish(Intent::Cold), false),
        (wish(Intent::Warm), true),
    ];
    for (card, want) in cases {
        let one = said(1, Reporter::First, card);
        assert_eq!(is_to_follow_up(&[&one]), want, "{one:?}");
        let gone = absent(1, Reporter::Organiser);
        assert!(!is_to_follow_up(&[&one, &gone]), "it was not held");
    }
}

fn row(meeting: u128, first: u128, second: u128) -> Row {
    Row {
        meeting: MeetingId::from(meeting),
        first: ParticipantId::from(first),
        second: ParticipantId::from(second),
        spot: Spot { slot: 1, table: u16::try_from(meeting).unwrap() },
        starts_at: moment(0),
        minutes: 15,
    }
}

#[test]
fn every_figure_is_told_apart_and_silence_counts_as_nothing() {
    use GuestKind::{CentralSoe, Enterprise};
    let card = |stars, next_step, intent| ResultCard {
        satisfaction: Some(Rating::new(stars).unwrap()),
        next_step: Some(next_step),
        intent: Some(intent),
        ..blank()
    };
    // 1 and 2 are booked and held, 3 booked and missed, 4 booked and disputed, 5 booked and silent,
    // 6 called off, 7 added and held.
    let booked: Vec<Row> = (1..=6).map(|n| row(n, 1, 10 + n)).collect();
    let last: Vec<Row> = [1, 2, 3, 4, 5, 7].map(|n| row(n, 1, 10 + n)).into();
    let contract =
        ResultCard { kind: Some(OutcomeKind::Contract), ..card(5, NextStep::Terms, Intent::Hot) };
    let results = vec![
        said(1, Reporter::First, contract),
        said(1, Reporter::Second, card(2, NextStep::Visit, Intent::Warm)),
        said(2, Reporter::First, card(4, NextStep::Nothing, Intent::Cold)),
        absent(3, Reporter::Organiser),
        said(4, Reporter::First, blank()),
        absent(4, Reporter::Second),
        said(6, Reporter::First, card(1, NextStep::Nothing, Intent::Cold)),
        said(7, Reporter::Organiser, ResultCard { kind: Some(OutcomeKind::Order), ..blank() }),
    ];
    let kinds: BTreeMap<_, _> = std::iter::once((ParticipantId::from(1), CentralSoe))
        .chain((11..=17).map(|n| (ParticipantId::from(n), Enterprise)))
        .collect();
    let recorded = BTreeSet::from([(MeetingId::from(7), OutcomeKind::Order)]);
    let evidence = Evidence {
        booked: &booked,
        last: &last,
        places: 20,
        results: &results,
        kinds: &kinds,
        recorded: &recorded,
    };
    let got = evaluate(&evidence);
    assert_eq!((got.booked, got.booked_held, got.called_off), (6, 2, 1));
    assert_eq!((got.added, got.added_held), (1, 1));
    assert_eq!((got.no_show, got.disputed, got.unreported), (1, 1, 1));
    assert_eq!((got.places, got.empty), (20, 14));
    let side =
        |kind, rated, stars, satisfied| SideFigures { kind, sides: 3, rated, stars, satisfied };
    let want = [side(CentralSoe, 2, [0, 0, 0, 1, 1], 2), side(Enterprise, 1, [0, 1, 0, 0, 0], 0)];
    assert_eq!(got.sides, want, "never averaged together");
    assert_eq!((got.rated_by_both, got.satisfied_both, got.wanted_by_both), (1, 0, 1));
    let steps = [(NextStep::Nothing, 1), (NextStep::Terms, 1)];
    assert_eq!(got.next_steps, BTreeMap::from(steps), "the furthest of each meeting");
    let intents = [(Intent::Cold, 1), (Intent::Warm, 1), (Intent::Hot, 1)];
    assert_eq!(got.intents, BTreeMap::from(intents));
    assert_eq!(got.unrecorded, [(MeetingId::from(1), OutcomeKind::Contract)]);
}

#[test]
fn the_day_began_with_the_newest_version_before_its_first_slot() {
    let version = |number, minutes| Version {
        event: DockingEventId::from(1),
        number,
        published_at: moment(minutes),
        breaks: 0,
        meetings: 0,
    };
    assert_eq!(opening(&[], moment(0)), None);
    let all = [version(1, -90), version(2, -30), version(3, 5)];
    assert_eq!(opening(&all, moment(0)), Some(2));
    assert_eq!(opening(&all[2..], moment(0)), Some(3), "all published late: the first");
}
