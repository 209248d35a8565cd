//! Badges with QR codes, and the list to sign, as one page to print.

use lianmeng_domain::guest::sheet::{Badge, BadgeSheet};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::qr;

const STYLE: &str = "
body { font-family: 'Noto Serif CJK SC', 'Songti SC', SimSun, serif; margin: 2em auto; padding: 0 1em; max-width: 60em; color: #111 }
section { break-before: page }
h1, h2 { line-height: 1.3 }
table { border-collapse: collapse; width: 100% }
th, td { border: 1px solid #999; padding: .35em .6em; text-align: left }
thead { display: table-header-group }
tr { break-inside: avoid }
.wide { width: 14em }
.badges { display: flex; flex-wrap: wrap; gap: 4mm }
.badge { box-sizing: border-box; width: 86mm; height: 54mm; padding: 4mm; border: 1px dashed #999; display: flex; gap: 3mm; break-inside: avoid; overflow: hidden }
.badge svg { width: 30mm; height: 30mm; flex: none }
.badge p { margin: 0 0 1mm }
.name { font-size: 1.6em; font-weight: bold }
.note { color: #555; font-size: .85em }
@page { margin: 12mm }
";

/// The sheet as HTML: a list to sign, organisation first, then a badge for everybody. Names are escaped,
/// nothing is loaded from elsewhere, and the same sheet gives the same bytes.
pub fn pages(sheet: &BadgeSheet) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { (sheet.title) " 胸牌" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (sheet.title) }
                    @if sheet.is_example { p.note { "示例活动，单位均为虚构" } }
                    p { (sheet.held_on.format("%Y年%-m月%-d日")) "，" (sheet.badges.len()) " 人" }
                }
                (sign_in(&sheet.badges))
                section.badges { @for badge in &sheet.badges { (card(sheet, badge)) } }
            }
        }
    };
    page.into_string()
}

fn name(badge: &Badge) -> &str {
    if badge.is_escort { "随员" } else { &badge.name }
}

fn sign_in(badges: &[Badge]) -> Markup {
    html! {
        h2 { "签到表" }
        table {
            thead { tr { th { "序号" } th { "单位" } th { "姓名" } th { "职务" } th.wide { "签名" } th { "到场时间" } } }
            tbody {
                @for (at, badge) in badges.iter().enumerate() {
                    tr { td { (at + 1) } td { (badge.unit) } td { (name(badge)) } td { (badge.title) } td {} td {} }
                }
            }
        }
    }
}

fn card(sheet: &BadgeSheet, badge: &Badge) -> Markup {
    let image = qr::svg(&badge.text).unwrap_or_default();
    // What stands before the image belongs to a file of its own.
    let image = image.find("<svg").map(|at| image.split_at(at).1.to_owned()).unwrap_or_default();
    html! {
        div.badge {
            div {
                (PreEscaped(image))
                p.note { (badge.kind.label_zh()) }
            }
            div {
                p.name { (name(badge)) }
                @if !badge.title.is_empty() { p { (badge.title) } }
                p { (badge.unit) }
                p.note { (sheet.title) " " (sheet.held_on) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use lianmeng_domain::guest::GuestKind;

    use super::*;

    fn badge(name: &str, is_escort: bool) -> Badge {
        Badge {
            unit: "乙<b>集团".to_owned(),
            kind: GuestKind::CentralSoe,
            name: name.to_owned(),
            title: "经理".to_owned(),
            is_escort,
            text: "lianmeng:badge:23456789ABCDEFGH".to_owned(),
        }
    }

    #[test]
    fn everybody_has_a_line_to_sign_and_a_badge_with_a_code() {
        let sheet = BadgeSheet {
            title: "央企国企深圳行".to_owned(),
            held_on: NaiveDate::from_ymd_opt(2026, 3, 20).unwrap(),
            is_example: true,
            badges: vec![badge("李明华", false), badge("", true)],
        };
        let page = pages(&sheet);
        assert_eq!(page, pages(&sheet));
        assert_eq!(page.matches("<svg").count(), 2);
        assert_eq!(page.matches("<?xml").count(), 0);
        assert_eq!(page.matches("李明华").count(), 2, "a line and a badge");
        assert_eq!(page.matches("随员").count(), 2);
        assert!(page.contains("乙&lt;b&gt;集团") && !page.contains("乙<b>"));
        assert!(page.contains("2026年3月20日，2 人") && page.contains("央企"));
        for loaded in ["http://", "https://", "src=", "href=", "<script"] {
            let without = page.replace("http://www.w3.org/2000/svg", "");
            assert!(!without.contains(loaded), "{loaded}");
        }
    }
}
