//! The handbook 对接手册.

use lianmeng_domain::contact::SeenContact;
use lianmeng_domain::event::layout::clock;
use lianmeng_domain::meeting::agenda::Appointment;
use lianmeng_domain::meeting::handbook::{Entry, Handbook, Readership};

use super::cards::{cover, plain, run_sheet, time};
use crate::paper::{Block, Document, Grid, Shape, Sheet, Stamp};

/// The handbook: cover, venue and sessions, run-sheet for those who keep the event, then everybody with
/// what they are, whom to call, and whom they meet why.
pub fn handbook(handbook: &Handbook, stamp: Stamp) -> Document {
    let agenda = &handbook.agenda;
    let mut front = cover(agenda, "对接手册");
    let count = format!("{} 家单位，{} 场对接", handbook.entries.len(), agenda.meetings.len());
    front.push(Block::Line(count));
    let contacts = || handbook.entries.iter().flat_map(|entry| &entry.contacts);
    front.push(Block::Note(match handbook.readership {
        Readership::Keepers => {
            "供承办方内部使用，请勿外发；发给参会单位的手册请逐家导出。".to_owned()
        }
        Readership::Own => "仅供本单位使用，只含本单位有权查看的内容。".to_owned(),
    }));
    if contacts().any(|seen| seen.is_masked) {
        front.push(Block::Note("带星号的联系方式已脱敏。".to_owned()));
    }
    let mut sheets = vec![Sheet { shape: Shape::Cover, blocks: front }];
    sheets.extend(programme(handbook));
    match handbook.readership {
        Readership::Keepers => sheets.push(run_sheet(agenda)),
        Readership::Own => {}
    }
    sheets.extend(organisations(handbook));
    Document { title: format!("{} 对接手册", agenda.title), sheets, stamp }
}

/// Venue and sessions; none while neither is known.
fn programme(handbook: &Handbook) -> Option<Sheet> {
    let mut blocks = Vec::new();
    if !handbook.venue.is_empty() {
        blocks.push(Block::Heading("场地须知".to_owned()));
        blocks.extend(handbook.venue.iter().map(labelled));
    }
    if !handbook.sessions.is_empty() {
        blocks.push(Block::Heading("议程".to_owned()));
        let rows = handbook.sessions.iter().map(|one| {
            let time = format!("{}–{}", clock(one.starts_at), clock(one.ends_at));
            [time, one.title.clone(), one.room.clone().unwrap_or_default()]
        });
        let columns = [("时间", 3), ("场次", 8), ("会议室", 4)];
        blocks.push(Block::Table(Grid::new(columns, rows.collect())));
    }
    (!blocks.is_empty()).then(|| plain(blocks))
}

/// Those whose meetings are listed each on a page where the handbook is theirs; one after the other
/// where it is the keepers'. The others follow with what they are.
fn organisations(handbook: &Handbook) -> Vec<Sheet> {
    let of = |has: bool| handbook.entries.iter().filter(move |entry| entry.has_schedule == has);
    let people = handbook.agenda.by_attendee();
    let section = |entry: &Entry| {
        let mut blocks = card(entry);
        if entry.has_schedule {
            let meetings = people.get(&entry.attendee).map(Vec::as_slice).unwrap_or_default();
            blocks.push(meetings_of(handbook, entry, meetings));
        }
        blocks
    };
    let directory = |heading: &str, entries: Vec<&Entry>| {
        let mut blocks = vec![Block::Heading(heading.to_owned())];
        blocks.extend(entries.into_iter().flat_map(section));
        plain(blocks)
    };
    match handbook.readership {
        Readership::Keepers => vec![directory("参会单位与对接安排", of(true).collect())],
        Readership::Own => {
            let mut sheets: Vec<Sheet> = of(true).map(|entry| plain(section(entry))).collect();
            sheets.push(directory("对接单位", of(false).collect()));
            sheets
        }
    }
}

/// Name, profile, contacts.
fn card(entry: &Entry) -> Vec<Block> {
    let mut blocks = vec![Block::Subheading(entry.attendee.name.clone())];
    blocks.extend(entry.profile.iter().map(labelled));
    blocks.extend(entry.contacts.iter().map(contact));
    blocks
}

fn labelled((label, text): &(String, String)) -> Block {
    Block::Line(format!("{label}：{text}"))
}

fn contact(SeenContact { contact, .. }: &SeenContact) -> Block {
    let parts = [&contact.name, &contact.title, &contact.phone, &contact.email];
    let parts: Vec<&str> =
        parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    Block::Line(format!("联系人：{}", parts.join("，")))
}

/// When, where, with whom and why.
fn meetings_of(handbook: &Handbook, entry: &Entry, meetings: &[&Appointment]) -> Block {
    let rows = meetings.iter().map(|meeting| {
        let partner = meeting.partner_of(entry.attendee.id).map(|one| one.name.clone());
        let why = handbook.reasons.get(&meeting.meeting).map(|why| why.join("\n"));
        let why = why.unwrap_or_default();
        [time(meeting), meeting.table.clone(), partner.unwrap_or_default(), why]
    });
    let columns = [("时间", 4), ("桌号", 2), ("对接单位", 6), ("对接缘由", 9)];
    Block::Table(Grid::new(columns, rows.collect()))
}
