use chrono::TimeZone as _;

use super::*;
use crate::ids::EnterpriseId;

fn at_minute(minute: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 1, 0, 0).unwrap() + TimeDelta::minutes(minute)
}

fn firm(number: u128) -> Member {
    Member::Enterprise(EnterpriseId::from(number))
}

fn request(from: u128, to: u128, stage: RequestStage) -> MeetingRequest {
    MeetingRequest {
        id: MeetingRequestId::from(from * 100 + to),
        event: DockingEventId::from(1),
        from: firm(from),
        to: firm(to),
        card: RequestCard {
            message: "谈坯布供货".to_owned(),
            half_day: None,
            priority: RequestPriority::Want,
        },
        stage,
        sent_at: at_minute(0),
        ends_at: at_minute(100),
        closed_at: None,
        reason: String::new(),
        meeting: None,
        version: 1,
    }
}

#[test]
fn what_waits_can_be_answered_changed_and_taken_back_and_nothing_else_can() {
    type Do = fn(&MeetingRequest, DateTime<Utc>) -> Result<MeetingRequest, RequestError>;
    let steps: [(Do, RequestStage); 4] = [
        (|one, now| accept(one, MeetingId::from(7), now), Accepted),
        (|one, now| decline(one, "", now), Declined),
        (|one, now| cancel(one, "改期", now), Cancelled),
        (|one, now| change(one, &one.card.clone(), now), Pending),
    ];
    for stage in RequestStage::ALL {
        for (number, (step, end)) in steps.iter().enumerate() {
            let one = request(1, 2, *stage);
            let got = step(&one, at_minute(99)).map(|request| request.stage);
            if *stage == Pending {
                assert_eq!(got, Ok(*end), "{number}");
                let late = step(&one, at_minute(100));
                assert_eq!(late, Err(RequestError::Expired { ends_at: at_minute(100) }));
            } else {
                assert!(matches!(got, Err(RequestError::Stage(_))), "{stage} {number} {got:?}");
            }
        }
        let then = at(request(1, 2, *stage), at_minute(100));
        assert_eq!(then.stage, if *stage == Pending { Expired } else { *stage });
        assert_eq!(at(request(1, 2, *stage), at_minute(99)), request(1, 2, *stage));
    }
    let accepted = accept(&request(1, 2, Pending), MeetingId::from(7), at_minute(1)).unwrap();
    let became = (accepted.meeting, accepted.closed_at);
    assert_eq!(became, (Some(MeetingId::from(7)), Some(at_minute(1))));
}

#[test]
fn reasons_are_needed_to_take_back_and_may_be_left_out_to_decline() {
    let one = request(1, 2, Pending);
    assert_eq!(cancel(&one, " ", at_minute(1)), Err(RequestError::ReasonMissing));
    assert_eq!(decline(&one, " 竞争对手 ", at_minute(1)).unwrap().reason, "竞争对手");
    let long = "长".repeat(MAX_WORDS + 1);
    let refused = Err(RequestError::Words { what: "reason", length: 501 });
    assert_eq!(decline(&one, &long, at_minute(1)), refused);
    let card = RequestCard { message: long, ..one.card.clone() };
    let refused = Err(RequestError::Words { what: "message", length: 501 });
    assert_eq!(change(&one, &card, at_minute(1)), refused);
}

#[test]
fn one_asks_another_once_in_one_direction_and_up_to_the_cap() {
    let rules = RequestRules { event: DockingEventId::from(1), cap: 2, days: 7 };
    let standing = [
        request(1, 2, Pending),
        request(3, 1, Accepted),
        request(1, 4, Declined),
        request(1, 5, Expired),
        request(1, 6, Cancelled),
        request(7, 8, Pending),
        request(7, 9, Accepted),
    ];
    let closed = RequestRules { cap: 0, ..rules };
    for (from, to, rules, want) in [
        (1, 9, rules, Ok(())),
        (1, 5, rules, Ok(())),
        (1, 6, rules, Ok(())),
        (4, 1, rules, Ok(())),
        (1, 2, rules, Err(RequestError::Asked)),
        (2, 1, rules, Err(RequestError::AskedByThem)),
        (1, 3, rules, Err(RequestError::AskedByThem)),
        (1, 4, rules, Err(RequestError::DeclinedBefore)),
        (1, 1, rules, Err(RequestError::Oneself)),
        (7, 1, rules, Err(RequestError::CapReached { cap: 2 })),
        (1, 9, closed, Err(RequestError::Closed)),
    ] {
        assert_eq!(check_send(&rules, &standing, firm(from), firm(to)), want, "{from} asks {to}");
    }
}

#[test]
fn whoever_does_not_answer_is_asked_three_times_and_no_more() {
    let rules = RequestRules { event: DockingEventId::from(1), cap: 9, days: 1 };
    let tries = [request(1, 2, Cancelled), request(1, 2, Expired)];
    assert_eq!(check_send(&rules, &tries, firm(1), firm(2)), Ok(()));
    let tries = [&tries[..], &[request(1, 2, Expired)]].concat();
    assert_eq!(check_send(&rules, &tries, firm(1), firm(2)), Err(RequestError::TooOften));
    assert_eq!(check_send(&rules, &tries, firm(2), firm(1)), Ok(()));
    assert_eq!(check_send(&rules, &tries, firm(1), firm(3)), Ok(()));
}

#[test]
fn a_request_waits_for_the_days_given_and_not_into_the_day_itself() {
    let rules = |days| RequestRules { event: DockingEventId::from(1), cap: 1, days };
    let day = at_minute(60 * 24 * 5);
    assert_eq!(ends_at(&rules(3), at_minute(0), day), at_minute(60 * 24 * 3));
    assert_eq!(ends_at(&rules(7), at_minute(0), day), day);
    for (cap, days, is_fine) in
        [(0, 1, true), (100, 60, true), (101, 1, false), (1, 0, false), (1, 61, false)]
    {
        let rules = RequestRules { cap, ..rules(days) };
        assert_eq!(check_rules(&rules).is_ok(), is_fine, "{cap} {days}");
    }
    for stage in EventStage::ALL {
        let before =
            [EventStage::Idea, EventStage::Planned, EventStage::Inviting, EventStage::Scheduling];
        assert_eq!(check_event(*stage).is_ok(), before.contains(stage), "{stage}");
    }
}

#[test]
fn staff_and_clerks_ask_for_their_own() {
    let body = || Some(Body::Enterprise(EnterpriseId::from(1)));
    for role in Role::ALL {
        let actor = Actor { subject: "t".to_owned(), role: *role, body: body() };
        assert_eq!(side(&actor), (*role == Role::Enterprise).then_some(firm(1)), "{role}");
    }
}
