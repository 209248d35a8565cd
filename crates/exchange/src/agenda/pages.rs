//! The papers of an event: run-sheet, table cards, sign-in sheet, and everybody's own schedule; or only
//! those that changed.

use std::collections::BTreeSet;

use lianmeng_domain::ids::ParticipantId;
use lianmeng_domain::meeting::agenda::{Agenda, Appointment, Attendee, Changes, Moved};

use super::cards::{cover, day, own, plain, run_sheet, time, version};
use crate::paper::{Block, Document, Grid, Shape, Sheet, Stamp};

/// Everything that is printed of a timetable, in the order in which it is laid out; with `changes`
/// what must be laid out anew, and why.
pub fn papers(agenda: &Agenda, changes: Option<&Changes>, stamp: Stamp) -> Document {
    let people = agenda.by_attendee();
    let mut front = cover(agenda, "会务资料");
    let count = format!("{} 家单位，{} 场对接", people.len(), agenda.meetings.len());
    front.push(Block::Line(count));
    let mut sheets = vec![Sheet { shape: Shape::Cover, blocks: front }];
    match changes {
        None => sheets.extend(all(agenda)),
        Some(changes) => sheets.extend(changed(agenda, changes)),
    }
    Document { title: format!("{} 会务资料", agenda.title), sheets, stamp }
}

/// The schedule of each of `whose`, or of everybody, on a sheet of its own.
pub fn schedules(
    agenda: &Agenda,
    whose: Option<&BTreeSet<ParticipantId>>,
    stamp: Stamp,
) -> Document {
    let sheets = agenda
        .by_attendee()
        .into_iter()
        .filter(|(one, _)| whose.is_none_or(|whose| whose.contains(&one.id)))
        .map(|(one, meetings)| schedule(agenda, one, &meetings));
    Document { title: format!("{} 个人日程", agenda.title), sheets: sheets.collect(), stamp }
}

fn all(agenda: &Agenda) -> Vec<Sheet> {
    let people = agenda.by_attendee();
    let mut sheets = vec![run_sheet(agenda)];
    sheets.extend(agenda.by_table().into_values().map(|meetings| {
        let table = meetings.first().map_or("", |meeting| meeting.table.as_str());
        card(table, &meetings)
    }));
    sheets.push(sign_in("签到表", people.keys().copied()));
    sheets.extend(people.iter().map(|(attendee, meetings)| schedule(agenda, attendee, meetings)));
    sheets
}

/// The run-sheet where anything changed; cards, lines to sign and schedules of those that did.
fn changed(agenda: &Agenda, changes: &Changes) -> Vec<Sheet> {
    let mut sheets = vec![moves(changes)];
    if changes.moved.is_empty() {
        return sheets;
    }
    sheets.push(run_sheet(agenda));
    let tables = agenda.by_table();
    sheets.extend(changes.tables.iter().map(|(number, label)| {
        card(label, tables.get(number).map(Vec::as_slice).unwrap_or_default())
    }));
    if !changes.joined.is_empty() {
        sheets.push(sign_in("签到表（新增单位）", changes.joined.iter()));
    }
    let people = agenda.by_attendee();
    sheets.extend(changes.attendees.iter().map(|attendee| {
        let meetings = people.get(attendee).map(Vec::as_slice).unwrap_or_default();
        schedule(agenda, attendee, meetings)
    }));
    sheets
}

/// What changed, from where to where.
fn moves(changes: &Changes) -> Sheet {
    let heading = Block::Heading(format!("第 {} 版以来的变更", changes.since));
    if changes.moved.is_empty() {
        return plain(vec![heading, Block::Line("没有变更，无需重印。".to_owned())]);
    }
    let spot = |meeting: Option<&Appointment>, none: &str| {
        meeting.map_or_else(|| none.to_owned(), |one| format!("{}，{} 号桌", time(one), one.table))
    };
    let row = |Moved { before, now }: &Moved| {
        let sides = now.as_ref().or(before.as_ref()).map(|one| &one.sides);
        let name = |at: usize| {
            sides.and_then(|sides| sides.get(at)).map(|one| one.name.clone()).unwrap_or_default()
        };
        [name(0), name(1), spot(before.as_ref(), "新增"), spot(now.as_ref(), "取消")]
    };
    let rows: Vec<_> = changes.moved.iter().map(row).collect();
    let count = format!(
        "{} 场对接有变，涉及 {} 家单位、{} 张桌。以下只含需要重印的页。",
        rows.len(),
        changes.attendees.len(),
        changes.tables.len()
    );
    let columns = [("一方", 5), ("另一方", 5), ("原安排", 4), ("现安排", 4)];
    plain(vec![heading, Block::Line(count), Block::Table(Grid::new(columns, rows))])
}

/// The card 桌签 of a table.
fn card(table: &str, meetings: &[&Appointment]) -> Sheet {
    let mut blocks = vec![Block::Number(table.to_owned()), Block::Line("号桌".to_owned())];
    if meetings.is_empty() {
        blocks.push(Block::Line("本桌已无对接，请撤下旧桌签。".to_owned()));
    } else {
        let rows = meetings.iter().map(|meeting| {
            let [first, second] = &meeting.sides;
            [time(meeting), first.name.clone(), second.name.clone()]
        });
        let columns = [("时间", 3), ("一方", 6), ("另一方", 6)];
        blocks.push(Block::Table(Grid::new(columns, rows.collect())));
    }
    Sheet { shape: Shape::Card, blocks }
}

fn sign_in<'a>(heading: &str, people: impl Iterator<Item = &'a Attendee>) -> Sheet {
    let rows = (1..).zip(people).map(|(at, attendee): (usize, _)| {
        [at.to_string(), attendee.name.clone(), String::new(), String::new()]
    });
    let columns = [("序号", 1), ("单位", 6), ("签名", 4), ("到场时间", 4)];
    let table = Block::Table(Grid::new(columns, rows.collect()));
    plain(vec![Block::Heading(heading.to_owned()), table])
}

/// A loose sheet: it says of which event and version it is.
fn schedule(agenda: &Agenda, attendee: &Attendee, meetings: &[&Appointment]) -> Sheet {
    let parts = [agenda.title.clone(), day(agenda), agenda.venue.clone()];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let mut blocks = vec![Block::Heading(attendee.name.clone()), Block::Line(parts.join("，"))];
    if meetings.is_empty() {
        blocks.push(Block::Line("已无对接安排。".to_owned()));
    } else {
        blocks.push(Block::Line(format!("{} 场对接", meetings.len())));
        blocks.push(own(meetings, attendee.id));
    }
    blocks.push(Block::Note(version(agenda)));
    plain(blocks)
}
