//! The timetable as a workbook.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use lianmeng_domain::event::layout::clock;
use lianmeng_domain::meeting::agenda::Agenda;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, XlsxError};

use super::cards::{time, version};
use crate::ReadError;
use crate::paper::Stamp;

/// A sheet of the workbook.
struct Page {
    name: &'static str,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// The timetable as a workbook: who meets whom when (日程表), the run-sheet, the tables, a list to sign,
/// the participants, and what was asked for. All cells are typed as text, so that no spreadsheet takes
/// a name for a formula.
///
/// # Errors
///
/// [`ReadError::Write`] if the workbook cannot be made; `name` stands in the message.
pub fn timetable(agenda: &Agenda, stamp: &Stamp, name: &str) -> Result<Vec<u8>, ReadError> {
    let failed =
        |error: XlsxError| ReadError::Write { path: name.to_owned(), reason: error.to_string() };
    let pages = [
        by_participant(agenda),
        run_sheet(agenda),
        by_table(agenda),
        sign_in(agenda),
        participants(agenda),
        notes(agenda, stamp),
    ];
    write(&pages, agenda, stamp.as_of).map_err(failed)
}

fn write(pages: &[Page], agenda: &Agenda, as_of: DateTime<Utc>) -> Result<Vec<u8>, XlsxError> {
    let bold = Format::new().set_bold();
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let mut book = Workbook::new();
    // Else the file would hold the moment at which it was made.
    let at = ExcelDateTime::from_timestamp(as_of.timestamp())?;
    book.set_properties(&DocProperties::new().set_title(&agenda.title).set_creation_datetime(&at));
    for page in pages {
        let sheet = book.add_worksheet().set_name(page.name)?;
        sheet
            .set_landscape()
            .set_paper_size(9)
            .set_print_fit_to_pages(1, 0)
            .set_repeat_rows(0, 0)?;
        for (column, text) in (0..).zip(&page.header) {
            sheet.write_string_with_format(0, column, text, &bold)?;
            let cells = page.rows.iter().filter_map(|row| row.get(usize::from(column)));
            sheet.set_column_width(column, width(text, cells))?;
        }
        for (line, row) in (1..).zip(&page.rows) {
            for (column, cell) in (0..).zip(row) {
                sheet.write_string_with_format(line, column, cell, &wrapped)?;
            }
        }
        sheet.set_freeze_panes(1, 1)?;
    }
    book.save_to_buffer()
}

/// Width of a column in letters of the Latin alphabet: as wide as its longest cell, 6 to 40.
fn width<'a>(header: &str, cells: impl Iterator<Item = &'a String>) -> u32 {
    let of = |text: &str| text.chars().map(|letter| if letter.is_ascii() { 1 } else { 2 }).sum();
    let longest: u32 = cells.map(|cell| of(cell)).max().unwrap_or(0);
    longest.max(of(header)).clamp(6, 38) + 2
}

/// A page with a row for each of `rows` and a cell for each moment at which a meeting begins.
fn grid(
    agenda: &Agenda,
    (name, corner): (&'static str, &str),
    rows: impl Iterator<Item = (String, BTreeMap<DateTime<Utc>, String>)>,
) -> Page {
    let starts: BTreeSet<DateTime<Utc>> =
        agenda.meetings.iter().map(|meeting| meeting.starts_at).collect();
    let mut header = vec![corner.to_owned()];
    header.extend(starts.iter().map(|&moment| clock(moment)));
    let rows = rows.map(|(label, mut cells)| {
        let cells = starts.iter().map(|moment| cells.remove(moment).unwrap_or_default());
        std::iter::once(label).chain(cells).collect()
    });
    Page { name, header, rows: rows.collect() }
}

fn by_participant(agenda: &Agenda) -> Page {
    let rows = agenda.by_attendee().into_iter().map(|(attendee, meetings)| {
        let cells = meetings.into_iter().map(|meeting| {
            let partner = meeting.partner_of(attendee.id).map_or("", |one| one.name.as_str());
            (meeting.starts_at, format!("{partner}（{} 号桌）", meeting.table))
        });
        (attendee.name.clone(), cells.collect())
    });
    grid(agenda, ("日程表", "单位"), rows)
}

fn by_table(agenda: &Agenda) -> Page {
    let rows = agenda.by_table().into_values().map(|meetings| {
        let label = meetings.first().map(|one| one.table.clone()).unwrap_or_default();
        let cells = meetings.into_iter().map(|meeting| {
            let [first, second] = &meeting.sides;
            (meeting.starts_at, format!("{} × {}", first.name, second.name))
        });
        (label, cells.collect())
    });
    grid(agenda, ("桌位表", "桌号"), rows)
}

fn run_sheet(agenda: &Agenda) -> Page {
    let rows = agenda.meetings.iter().map(|meeting| {
        let [first, second] = &meeting.sides;
        vec![time(meeting), meeting.table.clone(), first.name.clone(), second.name.clone()]
    });
    Page {
        name: "日程总表",
        header: texts(["时间", "桌号", "一方", "另一方"]),
        rows: rows.collect(),
    }
}

fn sign_in(agenda: &Agenda) -> Page {
    let rows = (1..).zip(agenda.by_attendee().into_keys()).map(|(at, attendee): (usize, _)| {
        vec![at.to_string(), attendee.name.clone(), String::new(), String::new()]
    });
    Page {
        name: "签到表",
        header: texts(["序号", "单位", "签名", "到场时间"]),
        rows: rows.collect(),
    }
}

/// Who takes part, with how many meetings, and from when until when.
fn participants(agenda: &Agenda) -> Page {
    let rows = (1..).zip(agenda.by_attendee()).map(|(at, (attendee, meetings)): (usize, _)| {
        let first = meetings.first().map(|one| clock(one.starts_at));
        let last = meetings.last().map(|one| clock(one.ends_at()));
        vec![
            at.to_string(),
            attendee.name.clone(),
            meetings.len().to_string(),
            first.unwrap_or_default(),
            last.unwrap_or_default(),
        ]
    });
    Page {
        name: "参会单位",
        header: texts(["序号", "单位", "场次数", "首场开始", "末场结束"]),
        rows: rows.collect(),
    }
}

/// What the workbook is, and what every export says of itself.
fn notes(agenda: &Agenda, stamp: &Stamp) -> Page {
    let row = |label: &str, text: String| vec![label.to_owned(), text];
    let mut rows = vec![
        row("活动", agenda.title.clone()),
        row("日期", agenda.held_on.to_string()),
        row("地点", agenda.venue.clone()),
        row("版本", version(agenda)),
        row("场次数", agenda.meetings.len().to_string()),
    ];
    rows.extend(stamp.parts().into_iter().map(|(label, text)| row(label, text)));
    Page { name: "说明", header: texts(["项目", "内容"]), rows }
}

fn texts<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).into()
}
