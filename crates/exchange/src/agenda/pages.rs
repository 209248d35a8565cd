//! The papers of an event as one page to print: run-sheet, table cards, sign-in sheet, and everybody's
//! own schedule.

use lianmeng_domain::calendar;
use lianmeng_domain::event::layout::clock;
use lianmeng_domain::meeting::agenda::{Agenda, Appointment, Attendee};
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = "
body { font-family: 'Noto Serif CJK SC', 'Songti SC', SimSun, serif; margin: 2em auto; padding: 0 1em; max-width: 60em; color: #111 }
section { break-before: page }
h1, h2 { line-height: 1.3 }
table { border-collapse: collapse; width: 100% }
th, td { border: 1px solid #999; padding: .35em .6em; text-align: left }
thead { display: table-header-group }
tr { break-inside: avoid }
.card { break-before: page; text-align: center; padding-top: 12vh }
.card table { text-align: left }
.number { font-size: 7em; font-weight: bold; line-height: 1.2 }
.wide { width: 14em }
.note { color: #555 }
@page { margin: 18mm }
";

/// The papers as HTML: what everybody prints, in order. Names are escaped, nothing is loaded from
/// elsewhere, and the same agenda gives the same bytes.
pub fn pages(agenda: &Agenda) -> String {
    let people = agenda.by_attendee();
    let page = html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { (agenda.title) " 对接手册" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (cover(agenda, people.len()))
                (run_sheet(agenda))
                @for meetings in agenda.by_table().into_values() { (card(&meetings)) }
                (sign_in(people.keys().copied()))
                @for (attendee, meetings) in &people { (schedule(agenda, attendee, meetings)) }
            }
        }
    };
    page.into_string()
}

fn cover(agenda: &Agenda, people: usize) -> Markup {
    html! {
        header {
            h1 { (agenda.title) }
            @if agenda.is_example { p.note { "示例活动，单位均为虚构" } }
            p { (agenda.held_on.format("%Y年%-m月%-d日")) }
            @if !agenda.venue.is_empty() { p { "地点：" (agenda.venue) } }
            @if !agenda.hosts.is_empty() { p { "承办：" (agenda.hosts.join("、")) } }
            p { (people) " 家单位，" (agenda.meetings.len()) " 场对接" }
            p.note { "日程第 " (agenda.version) " 版，" (calendar::local(agenda.published_at).format("%Y-%m-%d %H:%M")) " 发布" }
        }
    }
}

fn run_sheet(agenda: &Agenda) -> Markup {
    html! {
        section {
            h2 { "日程总表" }
            table {
                thead { tr { th { "时间" } th { "桌号" } th { "一方" } th { "另一方" } } }
                tbody {
                    @for meeting in &agenda.meetings {
                        tr {
                            td { (time(meeting)) }
                            td { (meeting.table) }
                            @for side in &meeting.sides { td { (side.name) } }
                        }
                    }
                }
            }
        }
    }
}

fn card(meetings: &[&Appointment]) -> Markup {
    let table = meetings.first().map_or("", |meeting| meeting.table.as_str());
    html! {
        section.card {
            div.number { (table) }
            p { "号桌" }
            table {
                tbody {
                    @for meeting in meetings {
                        tr {
                            td { (time(meeting)) }
                            @for side in &meeting.sides { td { (side.name) } }
                        }
                    }
                }
            }
        }
    }
}

fn sign_in<'a>(people: impl Iterator<Item = &'a Attendee>) -> Markup {
    html! {
        section {
            h2 { "签到表" }
            table {
                thead { tr { th { "序号" } th { "单位" } th.wide { "签名" } th.wide { "到场时间" } } }
                tbody {
                    @for (at, attendee) in people.enumerate() {
                        tr { td { (at + 1) } td { (attendee.name) } td {} td {} }
                    }
                }
            }
        }
    }
}

fn schedule(agenda: &Agenda, attendee: &Attendee, meetings: &[&Appointment]) -> Markup {
    html! {
        section {
            h2 { (attendee.name) }
            p { (agenda.title) "，" (meetings.len()) " 场对接" }
            table {
                thead { tr { th { "时间" } th { "桌号" } th { "对接单位" } } }
                tbody {
                    @for meeting in meetings {
                        tr {
                            td { (time(meeting)) }
                            td { (meeting.table) }
                            td { @if let Some(partner) = meeting.partner_of(attendee.id) { (partner.name) } }
                        }
                    }
                }
            }
        }
    }
}

/// From when until when, as 09:00–09:20.
fn time(meeting: &Appointment) -> String {
    format!("{}–{}", clock(meeting.starts_at), clock(meeting.ends_at()))
}
