//! Planning the timetable through GraphQL: what holds, what contradicts, what stays.

use super::*;

#[tokio::test]
async fn demands_that_contradict_each_other_are_named_and_nothing_is_saved() {
    let office = office().await;
    let event = created(&office).await;
    with_people(&office, &event, 5, "unavailableSlots: [1, 2, 3, 4]").await;
    with_pairs(&office, &event, &[(1, 2, ""), (1, 3, ""), (4, 5, "")]).await;
    let planned = plan(&office, &event, 3, "plan-0001").await;
    assert_eq!(planned["event"], Value::Null);
    assert_eq!(planned["errors"][0]["code"], "INFEASIBLE");
    let kinds: Vec<_> =
        planned["conflict"].as_array().unwrap().iter().map(|one| &one["kind"]).collect();
    assert_eq!(kinds, ["MEETINGS", "UNAVAILABLE"], "{planned}");
    let text = planned["conflict"][1]["text"].as_str().unwrap();
    assert_eq!(
        text,
        "示例企业1 cannot meet at 09:00, 09:20, 09:40, 14:00; free one of these times"
    );
    let zh = planned["conflict"][1]["textZh"].as_str().unwrap();
    assert_eq!(zh, "示例企业1在09:00, 09:20, 09:40, 14:00无法参加；请腾出其中一个时段");
    assert_eq!(planned["conflict"][0]["meetings"].as_array().unwrap().len(), 2);
    let after = spots(&office, &event).await;
    assert!(after.iter().all(|(_, slot, ..)| slot.is_none()), "{after:?}");
    let query =
        format!(r#"{{ node(id: "{event}") {{ ... on DockingEvent {{ stage version }} }} }}"#);
    let kept = read(&office, coordinator(), &query).await;
    assert_eq!(kept["node"], json!({ "stage": "IDEA", "version": 3 }));
}

#[tokio::test]
async fn too_few_meetings_for_somebody_are_a_conflict_too() {
    let office = office().await;
    let event = created(&office).await;
    with_people(&office, &event, 3, "minMeetings: 2").await;
    with_pairs(&office, &event, &[(1, 2, "")]).await;
    let planned = plan(&office, &event, 3, "plan-0001").await;
    assert_eq!(planned["conflict"][0]["kind"], "TOO_FEW_MEETINGS", "{planned}");
    assert_eq!(
        planned["conflict"][0]["textZh"],
        "示例企业1要求至少2场会面，现有1场；请补充结对或降低要求"
    );
}

#[tokio::test]
async fn half_days_fixed_slots_and_precedences_hold_in_the_plan() {
    let office = office().await;
    let event = created(&office).await;
    with_people(&office, &event, 4, "").await;
    let pairs = [(1, 3, "halfDay: AFTERNOON"), (1, 4, "fixedSlot: 2"), (2, 3, ""), (2, 4, "")];
    let ids = with_pairs(&office, &event, &pairs).await;
    let input = format!(
        r#"eventId: "{event}", version: 3, requestKey: "order-001",
            add: [{{ beforeId: "{}", afterId: "{}" }}]"#,
        ids[2], ids[3]
    );
    let ordered = change(&office, coordinator(), "eventOrderMeetings", &input, ERRORS).await;
    assert_eq!(ordered, json!({ "errors": [] }));
    let circle = input.replace("version: 3", "version: 4").replace("order-001", "order-002");
    let circle = circle.replacen(&ids[2], "X", 1).replacen(&ids[3], &ids[2], 1);
    let circle = circle.replacen('X', &ids[3], 1);
    let refused = change(&office, coordinator(), "eventOrderMeetings", &circle, ERRORS).await;
    assert_eq!(refused["errors"][0]["code"], "CYCLE", "{refused}");

    let planned = plan(&office, &event, 4, "plan-0001").await;
    assert_eq!(planned["errors"], json!([]), "{planned}");
    let at: Vec<i64> = spots(&office, &event).await.iter().map(|one| one.1.unwrap()).collect();
    assert!(at[0] >= 4, "afternoon: {at:?}");
    assert_eq!(at[1], 2, "fixed: {at:?}");
    assert!(at[2] < at[3], "in order: {at:?}");
}

#[tokio::test]
async fn planning_again_with_nothing_changed_changes_nothing() {
    let office = office().await;
    let event = created(&office).await;
    with_people(&office, &event, 4, "").await;
    with_pairs(&office, &event, &SQUARE).await;
    plan(&office, &event, 3, "plan-0001").await;
    let first = spots(&office, &event).await;
    plan(&office, &event, 4, "plan-0002").await;
    assert_eq!(spots(&office, &event).await, first);
}

#[tokio::test]
async fn new_slots_take_the_timetable_back_and_respect_locks() {
    let office = office().await;
    let event = created(&office).await;
    with_people(&office, &event, 4, "").await;
    let ids = with_pairs(&office, &event, &SQUARE).await;
    plan(&office, &event, 3, "plan-0001").await;
    let shows = "event { stage version breaks slots { startsAt } } errors { code field }";
    let update = |version: i64, card: &str, key: &str| {
        format!(r#"eventId: "{event}", version: {version}, {card}, requestKey: "{key}""#)
    };
    // The same grid an hour later keeps every spot.
    let later = card("2026-03-10").replace("09:00", "08:30");
    let moved =
        change(&office, coordinator(), "eventUpdate", &update(4, &later, "update-1"), shows).await;
    assert_eq!(moved["event"]["slots"][0]["startsAt"], "2026-03-10T00:30:00+00:00", "{moved}");
    assert_eq!(moved["event"]["stage"], "SCHEDULING", "published moments would be wrong");
    assert!(spots(&office, &event).await.iter().all(|one| one.1.is_some()));
    // Another grid does not, and a locked meeting stops it.
    let fewer = card("2026-03-10").replace("slots: 3", "slots: 2");
    let lock = format!(r#"meetingId: "{}", version: 5, requestKey: "lock-0001""#, ids[0]);
    change(&office, coordinator(), "meetingLock", &lock, ERRORS).await;
    let refused =
        change(&office, coordinator(), "eventUpdate", &update(6, &fewer, "update-2"), shows).await;
    assert_eq!(refused["errors"], json!([{ "code": "INVALID", "field": "halfDays" }]));
    let unlock = lock.replace("version: 5", "version: 6").replace("lock-0001", "unlock-1");
    change(&office, coordinator(), "meetingUnlock", &unlock, ERRORS).await;
    let done =
        change(&office, coordinator(), "eventUpdate", &update(7, &fewer, "update-3"), shows).await;
    assert_eq!(done["event"]["stage"], "SCHEDULING", "{done}");
    assert_eq!(done["event"]["breaks"], Value::Null);
    assert!(spots(&office, &event).await.iter().all(|one| one.1.is_none()));
}
