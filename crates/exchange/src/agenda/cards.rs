//! Parts that several papers share.

use lianmeng_domain::calendar;
use lianmeng_domain::event::layout::clock;
use lianmeng_domain::ids::ParticipantId;
use lianmeng_domain::meeting::agenda::{Agenda, Appointment};

use crate::paper::{Block, Grid, Shape, Sheet};

/// From when until when, as 09:00–09:20.
pub(super) fn time(meeting: &Appointment) -> String {
    format!("{}–{}", clock(meeting.starts_at), clock(meeting.ends_at()))
}

/// The day of the event, as 2026年3月20日.
pub(super) fn day(agenda: &Agenda) -> String {
    agenda.held_on.format("%Y年%-m月%-d日").to_string()
}

/// Which version it is, and of when.
pub(super) fn version(agenda: &Agenda) -> String {
    let at = calendar::local(agenda.published_at).format("%Y-%m-%d %H:%M");
    format!("日程第 {} 版，{at} 发布", agenda.version)
}

/// What every document of the event begins with: what it is, of which event, when, where, by whom.
pub(super) fn cover(agenda: &Agenda, what: &str) -> Vec<Block> {
    let mut blocks = vec![Block::Title(agenda.title.clone()), Block::Heading(what.to_owned())];
    if agenda.is_example {
        blocks.push(Block::Note("示例活动，单位均为虚构".to_owned()));
    }
    blocks.push(Block::Line(day(agenda)));
    if !agenda.venue.is_empty() {
        blocks.push(Block::Line(format!("地点：{}", agenda.venue)));
    }
    if !agenda.hosts.is_empty() {
        blocks.push(Block::Line(format!("承办：{}", agenda.hosts.join("、"))));
    }
    blocks.push(Block::Note(version(agenda)));
    blocks
}

/// All meetings in the order of the day.
pub(super) fn run_sheet(agenda: &Agenda) -> Sheet {
    let rows = agenda.meetings.iter().map(|meeting| {
        let [first, second] = &meeting.sides;
        [time(meeting), meeting.table.clone(), first.name.clone(), second.name.clone()]
    });
    let columns = [("时间", 3), ("桌号", 2), ("一方", 6), ("另一方", 6)];
    let table = Block::Table(Grid::new(columns, rows.collect()));
    plain(vec![Block::Heading("日程总表".to_owned()), table])
}

/// The meetings of one participant: when, where, with whom.
pub(super) fn own(meetings: &[&Appointment], whose: ParticipantId) -> Block {
    let rows = meetings.iter().map(|meeting| {
        let partner = meeting.partner_of(whose).map(|one| one.name.clone());
        [time(meeting), meeting.table.clone(), partner.unwrap_or_default()]
    });
    Block::Table(Grid::new([("时间", 3), ("桌号", 2), ("对接单位", 10)], rows.collect()))
}

pub(super) fn plain(blocks: Vec<Block>) -> Sheet {
    Sheet { shape: Shape::Plain, blocks }
}
