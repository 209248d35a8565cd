//! What is handed out of a timetable that was published twice.

use std::collections::BTreeSet;

use lianmeng_app::agenda::papers::{PAPERS, Receipt, papers};
use lianmeng_app::agenda::{AgendaError, ReadAgenda, read};
use lianmeng_app::caller::Caller;
use lianmeng_domain::ids::{DockingEventId, MeetingId, ParticipantId};
use lianmeng_domain::meeting::agenda::{Agenda, Appointment};

use super::*;
use crate::ids::decode;

/// Publishes once with the meetings 1-2 and 3-4 at one time, then again without 5-6 and with 3-4 at
/// another time; gives the agenda of the first version and the ids.
async fn twice(office: &Office, event: &str, ask: ReadAgenda) -> (Agenda, Vec<MeetingId>) {
    with_people(office, event, 6, "").await;
    let pairs = [(1, 2, "fixedSlot: 1"), (3, 4, ""), (5, 6, "")];
    let ids = with_pairs(office, event, &pairs).await;
    plan(office, event, 3, "plan-0001").await;
    let step = async |field: &str, meeting: &str, version: i64, more: &str| {
        let input = format!(
            r#"meetingId: "{meeting}", version: {version}, requestKey: "step-{version:04}"{more}"#
        );
        let done = change(office, coordinator(), field, &input, ERRORS).await;
        assert_eq!(done["errors"], json!([]), "{field}");
    };
    step("meetingLock", &ids[1], 4, ", slot: 1").await;
    plan(office, event, 5, "plan-0002").await;
    publish(office, event, 6, "publish-1").await;
    let first = read(&office.desk(), &coordinator(), &ask).await.unwrap();
    step("meetingRemove", &ids[2], 7, "").await;
    step("meetingLock", &ids[1], 8, ", slot: 4").await;
    plan(office, event, 9, "plan-0003").await;
    let published = publish(office, event, 10, "publish-2").await;
    assert_eq!(published["event"]["publishedVersion"], 2, "{published}");
    let ids = ids.iter().map(|id| decode(id).unwrap()).collect();
    (first, ids)
}

fn ids(meetings: &[Appointment]) -> BTreeSet<MeetingId> {
    meetings.iter().map(|meeting| meeting.meeting).collect()
}

fn at_table(meetings: &[Appointment], table: u16) -> BTreeSet<MeetingId> {
    meetings.iter().filter(|one| one.spot.table == table).map(|one| one.meeting).collect()
}

#[tokio::test]
async fn what_is_no_more_is_cancelled_for_those_it_concerned_and_at_the_table_it_left() {
    let office = office().await;
    let event = created(&office).await;
    let id: DockingEventId = decode(&event).unwrap();
    let ask = ReadAgenda { event: id, participant: None, table: None };
    let (first, meetings) = twice(&office, &event, ask).await;
    let look = async |who: Actor, ask: ReadAgenda| read(&office.desk(), &who, &ask).await;

    let now = look(coordinator(), ask).await.unwrap();
    assert_eq!((now.version, first.version), (2, 1));
    assert!(now.changes > first.changes, "{} {}", now.changes, first.changes);
    assert_eq!(ids(&first.meetings), meetings.iter().copied().collect());
    assert_eq!(ids(&now.meetings), meetings[..2].iter().copied().collect());
    assert_eq!((ids(&now.cancelled), ids(&first.cancelled)), ([meetings[2]].into(), [].into()));
    let moved = now.meetings.iter().find(|one| one.meeting == meetings[1]).unwrap();
    assert_eq!(moved.spot.slot, 4);

    let mut left = BTreeSet::new();
    for table in 1..=2 {
        let (before, after) = (at_table(&first.meetings, table), at_table(&now.meetings, table));
        let seen = look(coordinator(), ReadAgenda { table: Some(table), ..ask }).await.unwrap();
        assert_eq!(ids(&seen.meetings), after, "{table}");
        assert_eq!(ids(&seen.cancelled), &before - &after, "{table}");
        left.extend(&before - &after);
    }
    assert!(left.len() > 1, "besides the removed one another left its table: {first:?} {now:?}");

    let of = |agenda: &Agenda, name: &str| -> ParticipantId {
        let mut sides = agenda.meetings.iter().flat_map(|one| &one.sides);
        sides.find(|side| side.name == name).unwrap().id
    };
    let third = ReadAgenda { participant: Some(of(&now, "示例企业3")), ..ask };
    for who in [coordinator(), firm(3), firm(4)] {
        let seen = look(who, third).await.unwrap();
        assert_eq!(ids(&seen.meetings), [meetings[1]].into());
        assert!(seen.cancelled.is_empty());
    }
    let stranger = look(firm(1), third).await;
    assert!(matches!(stranger, Err(AgendaError::NotFound)), "{stranger:?}");
    let fifth = look(firm(5), ask).await.unwrap();
    assert_eq!((fifth.meetings.len(), ids(&fifth.cancelled)), (0, [meetings[2]].into()));

    let receipt = Receipt { action: PAPERS, asked: String::new(), format: "html" };
    let print = async |who: Actor, may_export: bool, since: Option<u32>| {
        let caller = Caller { may_export, ..Caller::plain(who) };
        papers(&office.desk(), &caller, (&ask, since), &receipt).await
    };
    let printed = print(zone_host(1), true, None).await.unwrap();
    assert_eq!((printed.agenda.meetings.len(), printed.agenda.cancelled.len()), (2, 0));
    assert_eq!(printed.changes, None);
    for who in [firm(3), zone_host(2), Actor::public()] {
        for may_export in [true, false] {
            let refused = print(who.clone(), may_export, None).await;
            assert!(matches!(refused, Err(AgendaError::NotFound)), "{refused:?}");
        }
    }
    let refused = print(zone_host(1), false, None).await;
    assert!(matches!(refused, Err(AgendaError::Forbidden)), "{refused:?}");
    let changes = print(zone_host(1), true, Some(1)).await.unwrap().changes.unwrap();
    let changed: BTreeSet<MeetingId> = changes
        .moved
        .iter()
        .filter_map(|one| one.now.as_ref().or(one.before.as_ref()))
        .map(|one| one.meeting)
        .collect();
    let differ = |one: &&Appointment| {
        first.meetings.iter().any(|old| old.meeting == one.meeting && old != *one)
    };
    let mut want = ids(&now.meetings.iter().filter(differ).cloned().collect::<Vec<_>>());
    want.insert(meetings[2]);
    assert_eq!(changed, want);
    assert!(changed.contains(&meetings[1]) && changes.joined.is_empty(), "{changes:?}");
    for since in [0, 2, 3] {
        let refused = print(zone_host(1), true, Some(since)).await;
        let named = matches!(refused, Err(AgendaError::NotEarlier { latest: 2, .. }));
        assert!(named, "{since}: {refused:?}");
    }
}
