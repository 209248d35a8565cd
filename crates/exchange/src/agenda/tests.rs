use calcard::icalendar::{ICalendar, ICalendarComponentType, ICalendarProperty, ICalendarValue};
use calcard::{Entry, Parser};
use chrono::{DateTime, NaiveDate, TimeZone as _, Utc};
use lianmeng_domain::ids::{DockingEventId, MeetingId, ParticipantId};
use lianmeng_domain::meeting::Spot;
use lianmeng_domain::meeting::agenda::{Agenda, Appointment, Attendee};

use super::*;

fn at(hour: u32, minute: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 20, hour, minute, 0).unwrap()
}

fn meeting(number: u128, (slot, table): (u16, u16), sides: [(u128, &str); 2]) -> Appointment {
    Appointment {
        meeting: MeetingId::from(number),
        spot: Spot { slot, table },
        table: format!("A{table}"),
        starts_at: at(u32::from(slot), 20),
        minutes: 20,
        sides: sides.map(|(id, name)| Attendee { name: name.to_owned(), id: id.into() }),
    }
}

fn agenda() -> Agenda {
    let (a, b, c) = ((1, "深圳甲公司"), (2, "乙<b>集团"), (3, "丙研究院"));
    Agenda {
        event: DockingEventId::from(9),
        title: "央企国企深圳行，第二站".to_owned(),
        held_on: NaiveDate::from_ymd_opt(2026, 3, 20).unwrap(),
        hosts: vec!["南山区".to_owned(), "前海".to_owned()],
        venue: "会展中心，滨海大道 1 号; 二楼".to_owned(),
        version: 3,
        changes: 12,
        published_at: at(0, 0),
        meetings: vec![meeting(11, (1, 1), [a, b]), meeting(12, (2, 2), [a, c])],
        cancelled: vec![meeting(13, (4, 1), [b, c])],
        is_example: true,
    }
}

/// The events a parser of other hands reads in a calendar: names and values.
fn read(text: &str) -> Vec<Vec<(String, String)>> {
    let mut parser = Parser::new(text);
    let Entry::ICalendar(ICalendar { components }) = parser.entry() else {
        panic!("no calendar: {text}")
    };
    assert!(matches!(parser.entry(), Entry::Eof), "nothing else");
    let events =
        components.iter().filter(|one| one.component_type == ICalendarComponentType::VEvent);
    let text = |value: &ICalendarValue| {
        if let ICalendarValue::Integer(number) = value {
            return number.to_string();
        }
        value.as_text().map_or_else(|| format!("{value:?}"), str::to_owned)
    };
    let entries = |name: &ICalendarProperty| name.as_str().to_owned();
    events
        .map(|one| {
            one.entries
                .iter()
                .map(|entry| {
                    let values: Vec<String> = entry.values.iter().map(text).collect();
                    (entries(&entry.name), values.join(","))
                })
                .collect()
        })
        .collect()
}

fn value<'a>(event: &'a [(String, String)], name: &str) -> &'a str {
    let found = event.iter().find(|(key, _)| key == name);
    found.map_or_else(|| panic!("{name}: {event:?}"), |(_, value)| value)
}

#[test]
fn another_parser_reads_what_was_written_in_utc_with_stable_ids_and_cancellations() {
    let text = ics(&agenda(), Whose::Reader);
    assert_eq!(text, ics(&agenda(), Whose::Reader), "the same bytes");
    assert!(text.contains("DTSTART:20260320T012000Z\r\n"), "{text}");
    assert!(text.lines().all(|line| line.len() <= 75), "{text}");
    let events = read(&text);
    assert_eq!(events.len(), 3);
    assert_eq!(value(&events[0], "SUMMARY"), "对接：深圳甲公司 × 乙<b>集团");
    assert_eq!(value(&events[0], "LOCATION"), "会展中心，滨海大道 1 号; 二楼，A1 号桌");
    assert_eq!(value(&events[0], "SEQUENCE"), "12");
    let uids: Vec<&str> = events.iter().map(|event| value(event, "UID")).collect();
    let want = [11_u128, 12, 13].map(|n| format!("{}@meetings.lianmeng", MeetingId::from(n)));
    assert_eq!(uids, want);
    let later = Agenda { version: 4, changes: 15, published_at: at(1, 0), ..agenda() };
    let later = read(&ics(&later, Whose::Reader));
    assert_eq!((value(&later[0], "UID"), value(&later[0], "SEQUENCE")), (uids[0], "15"));
    assert!(text.contains("STATUS:CANCELLED") && text.matches("STATUS:CONFIRMED").count() == 2);
}

#[test]
fn a_participant_reads_the_other_sides_name() {
    let own = ParticipantId::from(1);
    let mine = Agenda { cancelled: Vec::new(), ..agenda() };
    let events = read(&ics(&mine, Whose::Participant(own)));
    let names: Vec<&str> = events.iter().map(|event| value(event, "SUMMARY")).collect();
    assert_eq!(names, ["对接：乙<b>集团", "对接：丙研究院"]);
    let at_table = read(&ics(&mine, Whose::Table(1)));
    let want = format!("{}-table-1@meetings.lianmeng", MeetingId::from(11_u128));
    assert_eq!(value(&at_table[0], "UID"), want, "not that of the meeting in calendars of people");
}

#[test]
fn the_papers_hold_run_sheet_cards_sign_in_sheet_and_everybodys_schedule() {
    let page = pages(&agenda());
    assert_eq!(page, pages(&agenda()));
    for part in
        ["日程总表", "签到表", "2026年3月20日", "南山区、前海", "日程第 3 版", "09:20–09:40"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert_eq!(page.matches("class=\"card\"").count(), 2, "a card for each table in use");
    assert_eq!(page.matches("<section").count(), 1 + 2 + 1 + 3);
    assert!(!page.contains("<b>") && page.contains("乙&lt;b&gt;集团"), "names are escaped");
    assert!(!page.contains("12:20"), "what was cancelled is not printed: {page}");
}
