use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx, open_workbook_from_rs};
use calcard::Parser;
use calcard::icalendar::{ICalendar, ICalendarComponentType, ICalendarProperty, ICalendarValue};
use chrono::{DateTime, NaiveDate, TimeZone as _, Utc};
use lianmeng_domain::committee::Member;
use lianmeng_domain::contact::{Contact, SeenContact};
use lianmeng_domain::event::Session;
use lianmeng_domain::ids::{
    ContactId, DockingEventId, EnterpriseId, MeetingId, ParticipantId, SessionId,
};
use lianmeng_domain::meeting::Spot;
use lianmeng_domain::meeting::agenda::{Agenda, Appointment, Attendee, RoomAgenda, changes};
use lianmeng_domain::meeting::handbook::{Entry, Handbook, Readership};

use super::*;
use crate::paper::tests::{paragraphs, stamp};
use crate::paper::{self, Block, Document, Shape};

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
    let calcard::Entry::ICalendar(ICalendar { components }) = parser.entry() else {
        panic!("no calendar: {text}")
    };
    assert!(matches!(parser.entry(), calcard::Entry::Eof), "nothing else");
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

fn texts(document: &Document) -> Vec<String> {
    let bytes = paper::docx(document, "a.docx").unwrap();
    let filled = |(_, _, text): (String, bool, String)| (!text.is_empty()).then_some(text);
    paragraphs(&bytes).into_iter().filter_map(filled).collect()
}

#[test]
fn the_papers_hold_run_sheet_cards_sign_in_sheet_and_everybodys_schedule() {
    let document = papers(&agenda(), None, stamp());
    let page = paper::html(&document);
    assert_eq!(page, paper::html(&papers(&agenda(), None, stamp())));
    for part in
        ["日程总表", "签到表", "2026年3月20日", "南山区、前海", "日程第 3 版", "09:20–09:40"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert_eq!(page.matches("class=\"card\"").count(), 2, "a card for each table in use");
    assert_eq!(page.matches("<section").count(), 1 + 2 + 1 + 3);
    assert!(!page.contains("<b>") && page.contains("乙&lt;b&gt;集团"), "names are escaped");
    assert!(!page.contains("12:20"), "what was cancelled is not printed: {page}");
    let shapes: Vec<_> = document.sheets.iter().map(|sheet| sheet.shape).collect();
    assert_eq!(shapes[..4], [Shape::Cover, Shape::Plain, Shape::Card, Shape::Card]);
    assert_eq!(texts(&document).iter().filter(|text| *text == "乙<b>集团").count(), 5);
}

fn text_of(block: &Block) -> &str {
    match block {
        Block::Title(text)
        | Block::Heading(text)
        | Block::Subheading(text)
        | Block::Line(text)
        | Block::Note(text)
        | Block::Number(text) => text,
        Block::Table(_) => "",
    }
}

#[test]
fn only_what_changed_is_printed_again() {
    let (a, b, c, d) = ((1, "深圳甲公司"), (2, "乙<b>集团"), (3, "丙研究院"), (4, "丁厂"));
    let before =
        [meeting(11, (1, 1), [a, b]), meeting(12, (2, 4), [a, c]), meeting(14, (3, 2), [c, d])];
    let found = changes(2, &before, &agenda().meetings);
    let document = papers(&agenda(), Some(&found), stamp());
    let heading = |block: &Block| {
        let is_heading = matches!(block, Block::Heading(_) | Block::Number(_));
        is_heading.then(|| text_of(block).to_owned())
    };
    let sheets = document.sheets.iter();
    let headings: Vec<String> =
        sheets.filter_map(|sheet| sheet.blocks.iter().find_map(heading)).collect();
    // Not the card of table 1 nor the schedule of 乙集团: nothing of theirs changed.
    let want =
        ["会务资料", "第 2 版以来的变更", "日程总表", "A2", "A4", "丁厂", "丙研究院", "深圳甲公司"];
    assert_eq!(headings, want);
    let all = texts(&document);
    let at = all.iter().position(|text| text == "现安排").unwrap();
    let want = [
        "深圳甲公司",
        "丙研究院",
        "10:20–10:40，A4 号桌",
        "10:20–10:40，A2 号桌",
        "丙研究院",
        "丁厂",
        "11:20–11:40，A2 号桌",
        "取消",
    ];
    assert_eq!(all[at + 1..at + 9], want);
    let has = |text: &str| all.iter().any(|one| one == text);
    assert!(has("本桌已无对接，请撤下旧桌签。") && has("已无对接安排。"), "{all:?}");
    assert!(has("2 场对接有变，涉及 3 家单位、2 张桌。以下只含需要重印的页。"), "{all:?}");
    let same = changes(2, &agenda().meetings, &agenda().meetings);
    let none = papers(&agenda(), Some(&same), stamp());
    assert_eq!(none.sheets.len(), 2);
    assert!(texts(&none).contains(&"没有变更，无需重印。".to_owned()));
    let joins = changes(1, &before[..1], &agenda().meetings);
    let page = paper::html(&papers(&agenda(), Some(&joins), stamp()));
    assert!(page.contains("签到表（新增单位）") && page.contains("新增"), "{page}");
}

#[test]
fn a_schedule_is_for_those_who_ask_and_says_what_it_is_of() {
    let own = BTreeSet::from([ParticipantId::from(1)]);
    let one = schedules(&agenda(), Some(&own), stamp());
    let want = [
        "深圳甲公司",
        "央企国企深圳行，第二站，2026年3月20日，会展中心，滨海大道 1 号; 二楼",
        "2 场对接",
        "时间",
        "桌号",
        "对接单位",
        "09:20–09:40",
        "A1",
        "乙<b>集团",
        "10:20–10:40",
        "A2",
        "丙研究院",
        "日程第 3 版，2026-03-20 08:00 发布",
    ];
    assert_eq!(texts(&one), want);
    assert_eq!(schedules(&agenda(), None, stamp()).sheets.len(), 3);
}

fn entry(number: u128, name: &str, has_schedule: bool) -> Entry {
    let contact = Contact {
        id: ContactId::from(number),
        owner: Member::Enterprise(EnterpriseId::from(number)),
        name: "李明华".to_owned(),
        title: "销售经理".to_owned(),
        phone: "13812345678".to_owned(),
        email: String::new(),
        note: "不印".to_owned(),
        version: 1,
    };
    Entry {
        attendee: Attendee { name: name.to_owned(), id: number.into() },
        has_schedule,
        profile: vec![("性质".to_owned(), "民营企业".to_owned())],
        contacts: vec![SeenContact::new(contact, has_schedule)],
    }
}

fn book(readership: Readership) -> Handbook {
    let is_all = readership == Readership::Keepers;
    let session = Session {
        id: SessionId::from(1),
        title: "开幕".to_owned(),
        room: Some("二楼会议厅".to_owned()),
        starts_at: at(0, 30),
        ends_at: at(1, 0),
    };
    Handbook {
        readership,
        agenda: agenda(),
        sessions: vec![session],
        venue: vec![("场地".to_owned(), "会展中心".to_owned())],
        entries: vec![
            entry(3, "丙研究院", is_all),
            entry(2, "乙<b>集团", is_all),
            entry(1, "深圳甲公司", true),
        ],
        reasons: BTreeMap::from([(
            MeetingId::from(11_u128),
            vec!["对需求方：生产坯布。".to_owned(), "乙申请会面：谈坯布".to_owned()],
        )]),
    }
}

#[test]
fn the_handbook_of_one_says_whom_it_meets_why_and_whom_to_call() {
    let document = handbook(&book(Readership::Own), stamp());
    let all = texts(&document);
    let at = all.iter().position(|text| text == "场地须知").unwrap();
    let want = [
        "场地须知",
        "场地：会展中心",
        "议程",
        "时间",
        "场次",
        "会议室",
        "08:30–09:00",
        "开幕",
        "二楼会议厅",
        "深圳甲公司",
        "性质：民营企业",
        "联系人：李明华，销售经理，13812345678",
        "时间",
        "桌号",
        "对接单位",
        "对接缘由",
        "09:20–09:40",
        "A1",
        "乙<b>集团",
        "对需求方：生产坯布。\n乙申请会面：谈坯布",
        "10:20–10:40",
        "A2",
        "丙研究院",
        "对接单位",
        "丙研究院",
        "性质：民营企业",
        "联系人：李**，销售经理，138****5678",
        "乙<b>集团",
        "性质：民营企业",
        "联系人：李**，销售经理，138****5678",
    ];
    assert_eq!(all[at..], want);
    assert!(all[..at].contains(&"带星号的联系方式已脱敏。".to_owned()), "{all:?}");
    assert!(!all.iter().any(|text| text.contains("不印") || text == "日程总表"));
}

#[test]
fn the_handbook_of_the_keepers_holds_everybody_and_the_run_sheet() {
    let page = paper::html(&handbook(&book(Readership::Keepers), stamp()));
    for part in ["日程总表", "请勿外发", "参会单位与对接安排", "<h3>丙研究院</h3>"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert_eq!(page.matches("对接缘由").count(), 3, "a table for each");
    assert!(!page.contains("脱敏") && !page.contains("乙<b>"));
}

#[test]
fn another_reader_finds_every_sheet_of_the_workbook_and_no_formula() {
    let wild = meeting(11, (1, 1), [(1, "=HYPERLINK(\"http://x\")"), (2, "@乙集团")]);
    let agenda = Agenda {
        meetings: vec![wild, meeting(12, (2, 2), [(1, "=HYPERLINK(\"http://x\")"), (3, "丙")])],
        ..agenda()
    };
    let bytes = timetable(&agenda, &stamp(), "timetable.xlsx").unwrap();
    assert_eq!(bytes, timetable(&agenda, &stamp(), "timetable.xlsx").unwrap(), "the same bytes");
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let sheet = |book: &mut Xlsx<_>, name: &str| {
        let formulas = book.worksheet_formula(name).unwrap();
        assert!(formulas.used_cells().next().is_none(), "{name}");
        let range = book.worksheet_range(name).unwrap();
        let text = |cell: &Data| {
            assert!(matches!(cell, Data::String(_) | Data::Empty), "{cell:?} is not text");
            cell.to_string()
        };
        range
            .rows()
            .map(|row| row.iter().map(text).collect::<Vec<_>>().join("|"))
            .collect::<Vec<_>>()
    };
    let names = ["日程表", "日程总表", "桌位表", "签到表", "参会单位", "说明"];
    assert_eq!(book.sheet_names(), names);
    let link = "=HYPERLINK(\"http://x\")";
    let want = [
        "单位|09:20|10:20".to_owned(),
        format!("{link}|@乙集团（A1 号桌）|丙（A2 号桌）"),
        format!("@乙集团|{link}（A1 号桌）|"),
        format!("丙||{link}（A2 号桌）"),
    ];
    assert_eq!(sheet(&mut book, "日程表"), want);
    let want = [
        "桌号|09:20|10:20".to_owned(),
        format!("A1|{link} × @乙集团|"),
        format!("A2||{link} × 丙"),
    ];
    assert_eq!(sheet(&mut book, "桌位表"), want);
    let want = [
        "时间|桌号|一方|另一方".to_owned(),
        format!("09:20–09:40|A1|{link}|@乙集团"),
        format!("10:20–10:40|A2|{link}|丙"),
    ];
    assert_eq!(sheet(&mut book, "日程总表"), want);
    let want = [
        "序号|单位|签名|到场时间".to_owned(),
        format!("1|{link}||"),
        "2|@乙集团||".to_owned(),
        "3|丙||".to_owned(),
    ];
    assert_eq!(sheet(&mut book, "签到表"), want);
    assert_eq!(sheet(&mut book, "参会单位")[1], format!("1|{link}|2|09:20|10:40"));
    let notes = sheet(&mut book, "说明");
    assert_eq!(
        notes[6..],
        [
            "筛选条件|since=2",
            "截至时间|2026-03-19 16:30:00（北京时间）",
            "导出人|account:1（coordinator）"
        ]
    );
}

#[test]
fn the_calendar_of_a_room_cancels_what_left_it_in_utc() {
    let session = |number: u128, hour: u32| Session {
        id: SessionId::from(number),
        title: format!("推介会{number}"),
        room: Some("二楼会议厅".to_owned()),
        starts_at: at(hour, 0),
        ends_at: at(hour + 1, 30),
    };
    let agenda = RoomAgenda {
        title: "央企国企深圳行".to_owned(),
        room: "二楼会议厅".to_owned(),
        venue: "会展中心".to_owned(),
        changes: 7,
        changed_at: at(0, 5),
        sessions: vec![session(1, 1), session(2, 3)],
        cancelled: vec![session(3, 5)],
    };
    let text = room(&agenda);
    assert_eq!(text, room(&agenda));
    assert!(text.contains("DTSTART:20260320T010000Z\r\n"), "{text}");
    assert!(text.contains("DTEND:20260320T023000Z\r\n") && text.contains("METHOD:PUBLISH\r\n"));
    let events = read(&text);
    assert_eq!(events.len(), 3);
    let uids: Vec<&str> = events.iter().map(|event| value(event, "UID")).collect();
    let want = [1_u128, 2, 3].map(|number| {
        format!("{}-room-57ef0edbdbd096b0@sessions.lianmeng", SessionId::from(number))
    });
    assert_eq!(uids, want, "the same from release to release");
    assert_eq!(value(&events[0], "SUMMARY"), "推介会1");
    assert_eq!(value(&events[0], "LOCATION"), "会展中心，二楼会议厅");
    assert_eq!(value(&events[0], "SEQUENCE"), "7");
    assert_eq!(text.matches("STATUS:CANCELLED").count(), 1);
    let elsewhere = RoomAgenda { room: "三楼".to_owned(), ..agenda.clone() };
    assert_ne!(value(&read(&room(&elsewhere))[0], "UID"), uids[0], "cancelled in one room only");
    let later = RoomAgenda { changes: 9, ..agenda };
    assert_eq!(value(&read(&room(&later))[0], "SEQUENCE"), "9");
}
