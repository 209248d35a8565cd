use super::*;

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap()
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

fn follow_up(days: u16, stage: FollowUpStage, progress: Option<Progress>) -> FollowUp {
    FollowUp {
        id: FollowUpId::from(u128::from(days)),
        event: DockingEventId::from(1),
        meeting: MeetingId::from(1),
        sides: [ParticipantId::from(1), ParticipantId::from(2)],
        days,
        due_on: due_on(day(3, 2), days),
        stage,
        progress,
        note: String::new(),
        answered_by: None,
        answered_at: None,
        reminded_at: None,
        version: 1,
    }
}

#[test]
fn it_is_due_so_many_days_after_the_event() {
    let due = DAYS.map(|days| due_on(day(3, 2), days));
    assert_eq!(due, [day(4, 1), day(5, 31), day(8, 29)]);
    let one = follow_up(30, FollowUpStage::Open, None);
    assert_eq!([day(4, 1), day(4, 2)].map(|today| one.is_overdue(today)), [false, true]);
    let done = FollowUp { stage: FollowUpStage::Done, ..one };
    assert!(!done.is_overdue(day(12, 1)));
}

#[test]
fn a_meeting_of_which_more_is_to_come_has_three_and_one_that_stopped_has_no_more() {
    use FollowUpStage::{Done, Dropped, Open};
    assert_eq!(plan(&[], false), (vec![], vec![]));
    assert_eq!(plan(&[], true), (DAYS.to_vec(), vec![]));
    let three = DAYS.map(|days| follow_up(days, Open, None));
    assert_eq!(plan(&three, true), (vec![], vec![]), "planning again changes nothing");
    let dropped = three.clone().map(|one| FollowUp { stage: Dropped, ..one });
    assert_eq!(plan(&three, false), (vec![], dropped.to_vec()));
    assert_eq!(plan(&dropped, true), (vec![], three.to_vec()), "and back");

    let stopped = follow_up(90, Done, Some(Progress::Stopped));
    let early = follow_up(30, Open, None);
    let late = follow_up(180, Open, None);
    let all = [early.clone(), stopped.clone(), late.clone()];
    let gone = FollowUp { stage: Dropped, ..late };
    assert_eq!(plan(&all, true), (vec![], vec![gone.clone()]), "only what comes later");
    let corrected = FollowUp { progress: Some(Progress::Talking), ..stopped };
    let (_, saved) = plan(&[early, corrected, gone], true);
    assert_eq!(saved.iter().map(|one| (one.days, one.stage)).collect::<Vec<_>>(), [(180, Open)]);
}

#[test]
fn an_answer_may_be_corrected_and_what_was_dropped_has_none() {
    let says = |progress| Answer { progress, note: " 已签意向 ".to_owned() };
    let one = follow_up(30, FollowUpStage::Open, None);
    let done = answer(&one, &says(Progress::Talking), (Reporter::First, now())).unwrap();
    assert_eq!((done.stage, done.note.as_str()), (FollowUpStage::Done, "已签意向"));
    assert_eq!((done.answered_by, done.answered_at), (Some(Reporter::First), Some(now())));
    let again = answer(&done, &says(Progress::Signed), (Reporter::Organiser, now())).unwrap();
    assert_eq!(again.progress, Some(Progress::Signed));
    let dropped = FollowUp { stage: FollowUpStage::Dropped, ..one.clone() };
    let by = (Reporter::First, now());
    assert_eq!(answer(&dropped, &says(Progress::Idle), by), Err(FollowUpError::Dropped));
    let long = Answer { progress: Progress::Idle, note: "字".repeat(501) };
    assert_eq!(answer(&one, &long, by), Err(FollowUpError::Note { length: 501 }));
}
